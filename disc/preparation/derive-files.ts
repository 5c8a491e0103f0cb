/**
 * Makes what a disc shows to people without DICOM software from its stored instances, before volumes are planned and again,
 * where something is missing, when one is composed. An instance nothing can be made of is on the disc as DICOM alone.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import type { PictureMaker } from '../../dicom/picture/picture-maker.ts';
import { writeDurably } from '../../infra/durable-file.ts';
import { isApplianceError } from '../../infra/errors.ts';
import { inLanes } from '../../infra/in-lanes.ts';
import { readDocument } from '../documents/read-document.ts';
import { renderReport } from '../documents/report-page.ts';
import { recordOfClass } from '../file-set.ts';
import type { ContentOptions, Language } from '../order/content.ts';
import { isWhole } from './book.ts';
import { derivedBook } from './derived-book.ts';
import type { DerivedFile, DerivedLine } from './derived-book.ts';
import type { PreparationLine } from './preparation-book.ts';
import { requireAsStored } from './require-as-stored.ts';

/** What is wanted of the instances. */
export interface DerivedWish {
  readonly pictures: boolean;
  readonly reports: boolean;
  /** Of fixed words in reports. */
  readonly language: Language;
}

export interface DeriveRequest {
  readonly instances: readonly VolumeInstance[];
  readonly content: Pick<ContentOptions, 'copyType'>;
  readonly wish: DerivedWish;
  /** What is not put on as stored. */
  readonly lines: ReadonlyMap<number, PreparationLine>;
  readonly storeDirectory: string;
  /** Folder of the order below the spool. */
  readonly folder: string;
  readonly pictureMaker: PictureMaker;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Instances in work at the same time; pictures have threads of their own. */
const LANES = 3;
/** Longest sides of pictures: to look at, and to choose by. */
const PICTURE_SIZES = [1024, 128] as const;
const MOST_FRAMES = 6;
const QUALITY = 85;

type Recipe = { readonly kind: 'pictures' | 'report' | 'document'; readonly name: string };

/** What is made of an instance; undefined = nothing. */
const recipeOf = ({ instanceId, attributes }: VolumeInstance, { content, wish, lines }: DeriveRequest): Recipe | undefined => {
  const record = recordOfClass(attributes.sopClassUid, content.copyType);
  if ('refusal' in record || lines.get(instanceId)?.kind === 'leave-off') return undefined;
  switch (record.record) {
    case 'IMAGE': return wish.pictures ? { kind: 'pictures', name: 'pictures-2' } : undefined;
    case 'SR DOCUMENT': return wish.reports ? { kind: 'report', name: `report-1-${wish.language}` } : undefined;
    case 'ENCAP DOC': return wish.reports ? { kind: 'document', name: 'document-1' } : undefined;
    default: return undefined;
  }
};

type Made = Pick<DerivedLine, 'files' | 'title'>;
const NOTHING: Made = { files: [], title: '' };

const written = async (folder: string, content: Uint8Array, file: Omit<DerivedFile, 'bytes'>): Promise<DerivedFile> => {
  await writeDurably(join(folder, file.name), Buffer.from(content.buffer, content.byteOffset, content.byteLength), { mode: 0o640 });
  return { ...file, bytes: content.length };
};

const makePictures = async ({ instanceId, file }: VolumeInstance, source: string, { folder, pictureMaker, signal }: DeriveRequest): Promise<Made> => {
  const frames = await pictureMaker.pictures({ source: { file: source, dataSetOffset: file.dataSetOffset, transferSyntaxUid: file.transferSyntaxUid }, sizes: PICTURE_SIZES, mostFrames: MOST_FRAMES, quality: QUALITY, signal });
  const files: DerivedFile[] = [];
  for (const { frame, pictures } of frames) {
    for (const [n, { jpeg, columns, rows }] of pictures.entries()) {
      files.push(await written(folder, jpeg, { kind: n === 0 ? 'picture' : 'thumbnail', name: `${n === 0 ? 'p' : 't'}${instanceId}-${frame}`, columns, rows, frame }));
    }
  }
  return { files, title: '' };
};

const make = async (recipe: Recipe, instance: VolumeInstance, source: string, request: DeriveRequest): Promise<Made> => {
  const { folder, wish } = request;
  if (recipe.kind === 'pictures') return makePictures(instance, source, request);
  if (recipe.kind === 'report') {
    const page = await renderReport({ file: source, dataSetOffset: instance.file.dataSetOffset, transferSyntaxUid: instance.file.transferSyntaxUid }, instance.attributes, wish.language);
    return page ? { files: [await written(folder, page.html, { kind: 'htm', name: `r${instance.instanceId}-${wish.language}` })], title: page.title } : NOTHING;
  }
  const document = await readDocument({ file: source, dataSetOffset: instance.file.dataSetOffset, transferSyntaxUid: instance.file.transferSyntaxUid });
  return document ? { files: [await written(folder, document.bytes, { kind: document.kind, name: `d${instance.instanceId}` })], title: document.title } : NOTHING;
};

const isStillGood = async (line: DerivedLine | undefined, recipe: Recipe, { file }: VolumeInstance, folder: string): Promise<boolean> => {
  if (line?.sourceSha256 !== file.dataSetSha256 || line.recipe !== recipe.name) return false;
  const whole = await Promise.all(line.files.map((one) => isWhole(folder, one)));
  return !whole.includes(false);
};

const derive = async (recipe: Recipe, instance: VolumeInstance, request: DeriveRequest): Promise<DerivedLine> => {
  const source = join(request.storeDirectory, instance.file.path);
  await requireAsStored(source, instance);
  const made = await make(recipe, instance, source, request).catch((error: unknown) => {
    // What cannot be shown is on the disc as DICOM; a full disk is another matter.
    if (!isApplianceError(error, 'TRANSCODE_FAILED', 'TRANSCODE_UNSUPPORTED', 'INTAKE_CANNOT_UNDERSTAND')) throw error;
    return NOTHING;
  });
  return { instanceId: instance.instanceId, sourceSha256: instance.file.dataSetSha256, recipe: recipe.name, ...made };
};

/**
 * Makes what is wanted of every instance; what an earlier run made is used again.
 * @throws {ApplianceError} DISC_SOURCE_LOST; errors of the file system as they come. An abort throws the reason of the signal.
 */
export const deriveFiles = async (request: DeriveRequest): Promise<ReadonlyMap<number, DerivedLine>> => {
  const { instances, folder, signal, onProgress } = request;
  const wanted = instances.flatMap((instance) => { const recipe = recipeOf(instance, request); return recipe ? [{ instance, recipe }] : []; });
  const lines = new Map<number, DerivedLine>();
  if (wanted.length === 0) return lines;
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const before = await derivedBook.read(folder);
  await inLanes(wanted, LANES, signal, async ({ instance, recipe }) => {
    const known = before.get(instance.instanceId);
    const isKnown = known !== undefined && await isStillGood(known, recipe, instance, folder);
    const line = isKnown ? known : await derive(recipe, instance, request);
    if (!isKnown) await derivedBook.note(folder, line);
    lines.set(instance.instanceId, line);
    onProgress?.(lines.size, wanted.length);
  });
  return lines;
};
