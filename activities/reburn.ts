/** Making a disc again: what is taken over from its first making, and what is said when the images differ. */
import type { ReportEntry, VolumeToCompose } from '../catalog/books/order-book.ts';
import type { ProfileOption } from '../dicom/deidentify/choose-step.ts';
import type { Imprint, ViewerMark } from '../disc/certificate.ts';
import type { ContentOptions } from '../disc/order/content.ts';
import type { ComposedImage } from '../disc/compose-volume.ts';

/** The viewers of the first making, from its certificate; none where an earlier version made it. */
export const viewersBefore = (original: Pick<NonNullable<VolumeToCompose['original']>, 'certificate'> | undefined): readonly ViewerMark[] | undefined =>
  original && ((original.certificate as { readonly viewers?: readonly ViewerMark[] } | null)?.viewers ?? []);

type Stored = { readonly imprint?: Partial<Imprint> } | null | undefined;

/** The options a teaching copy was first made with, from its certificate. */
export const teachingOptionsOf = (certificate: unknown): readonly ProfileOption[] | undefined => (certificate as Stored)?.imprint?.teachingOptions;

/** The imprint a volume was first made with, from its certificate. */
export const imprintOf = (certificate: unknown): Imprint | undefined => {
  const said = (certificate as Stored)?.imprint;
  if (typeof said?.institution !== 'string' || typeof said.contact !== 'string' || typeof said.product !== 'string' || said.language === undefined) return undefined;
  const { institution, contact, product, language, webContent, teachingOptions } = said;
  return { institution, contact, product, language, webContent: webContent === true, ...(teachingOptions === undefined ? {} : { teachingOptions }) };
};

interface Making {
  readonly product: string;
  readonly content: Pick<ContentOptions, 'copyType' | 'encryption' | 'target'>;
  readonly viewers: readonly ViewerMark[];
}

const whyOther = (original: NonNullable<VolumeToCompose['original']>, { product, content, viewers }: Making): string => {
  if (content.encryption !== 'none') return 'it is encrypted, and every making takes new random keys';
  if (JSON.stringify(viewersBefore(original)) !== JSON.stringify(viewers)) return 'it holds another viewer';
  const before = imprintOf(original.certificate)?.product;
  if (before !== undefined && before !== product) return `it was first made by ${before}, now by ${product}`;
  return content.copyType === 'teaching' ? 'a release was taken back, or a program that converts or a setting of the disc changed meanwhile' : 'a program that converts or a setting of the disc changed meanwhile';
};

/** Compares a disc that is made again with its first image; nothing is said when there is no first one. */
export const comparedWith = (original: VolumeToCompose['original'], { image }: Pick<ComposedImage, 'image'>, making: Making): readonly ReportEntry[] => {
  if (original?.imageSha256 === undefined || original.imageSha256 === null) return [];
  if (original.imageSha256 === image.sha256) {
    const isInZip = making.content.encryption === 'zip' && making.content.target === 'zip';
    return [{ kind: 'note', reason: isInZip ? 'the files of this copy are the same as at its first making, to the byte; the encryption around them takes new random keys each time' : 'this disc is the same as its first making, to the byte' }];
  }
  return [{ kind: 'note', reason: `this disc holds the same instances as its first making, but its image differs: ${whyOther(original, making)}` }];
};
