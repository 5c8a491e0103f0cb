/** A stored instance as a person can look at it without DICOM software: a picture, the page of a report, the document in it. */
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import type { PictureMaker } from '../../dicom/picture/picture-maker.ts';
import { isApplianceError } from '../../infra/errors.ts';
import { recordOfClass } from '../file-set.ts';
import type { Language } from '../order/content.ts';
import { readDocument } from './read-document.ts';
import { renderReport } from './report-page.ts';
import { isPassivePdf } from './sniff.ts';

export type LookKind = 'picture' | 'report' | 'document' | 'nothing';

export interface Look {
  /** Media type, with the character set of text. */
  readonly type: 'image/jpeg' | 'text/html; charset=utf-8' | 'text/plain; charset=utf-8' | 'application/pdf';
  readonly bytes: Uint8Array;
}

export interface LookRequest {
  readonly instance: VolumeInstance;
  /** Absolute path. */
  readonly file: string;
  /** Of an image, from 1. */
  readonly frame: number;
  /** Of the fixed words in a report. */
  readonly language: Language;
  readonly pictureMaker: Pick<PictureMaker, 'pictures'>;
}

/** Longest side of a picture: what is burned in can be read on it. */
const PICTURE_SIDE = 1280;
const QUALITY = 88;

/** What there is to be seen of an instance. */
export const lookKindOf = ({ sopClassUid }: Pick<VolumeInstance['attributes'], 'sopClassUid'>): LookKind => {
  const found = recordOfClass(sopClassUid, 'legal');
  switch ('record' in found ? found.record : '') {
    case 'IMAGE': return 'picture';
    case 'SR DOCUMENT': return 'report';
    case 'ENCAP DOC': return 'document';
    default: return 'nothing';
  }
};

const show = async ({ instance, file, frame, language, pictureMaker }: LookRequest): Promise<Look | undefined> => {
  const stored = { file, dataSetOffset: instance.file.dataSetOffset, transferSyntaxUid: instance.file.transferSyntaxUid };
  switch (lookKindOf(instance.attributes)) {
    case 'picture': {
      const [made] = await pictureMaker.pictures({ source: stored, sizes: [PICTURE_SIDE], mostFrames: 1, frame, quality: QUALITY });
      const jpeg = made?.pictures[0]?.jpeg;
      return jpeg && { type: 'image/jpeg', bytes: jpeg };
    }
    case 'report': {
      const page = await renderReport(stored, instance.attributes, language);
      return page && { type: 'text/html; charset=utf-8', bytes: page.html };
    }
    case 'document': {
      const document = await readDocument(stored);
      if (document?.kind === 'xml') return { type: 'text/plain; charset=utf-8', bytes: document.bytes };
      return document && isPassivePdf(document.bytes) ? { type: 'application/pdf', bytes: document.bytes } : undefined;
    }
    case 'nothing': return undefined;
  }
};

/**
 * Shows an instance; undefined where it has nothing to be seen, is damaged or gone, would act by itself, or has no such frame.
 * Not for diagnosis.
 * @throws other errors of the file system as they come
 */
export const showInstance = (request: LookRequest): Promise<Look | undefined> => show(request).catch((error: unknown) => {
  if (isApplianceError(error, 'TRANSCODE_FAILED', 'TRANSCODE_UNSUPPORTED', 'INTAKE_CANNOT_UNDERSTAND') || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
});
