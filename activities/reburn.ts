/** Making a disc again: what is taken over from its first making, and what is said when the images differ. */
import type { ReportEntry, VolumeToCompose } from '../catalog/catalog.ts';
import type { Imprint, ViewerMark } from '../disc/certificate.ts';
import type { ComposedImage } from '../disc/compose-volume.ts';

/** The viewers of the first making, from its certificate; none where an earlier version made it. */
export const viewersBefore = (original: VolumeToCompose['original']): readonly ViewerMark[] | undefined =>
  original && ((original.certificate as { readonly viewers?: readonly ViewerMark[] } | null)?.viewers ?? []);

/** The imprint a volume was first made with, from its certificate. */
export const imprintOf = (certificate: unknown): Imprint | undefined => {
  const said = (certificate as { readonly imprint?: Partial<Imprint> } | null | undefined)?.imprint;
  return typeof said?.institution === 'string' && typeof said.contact === 'string' && typeof said.product === 'string' && said.language !== undefined ? { institution: said.institution, contact: said.contact, product: said.product, language: said.language, webContent: said.webContent === true } : undefined;
};

/** Compares a disc that is made again with its first image; nothing is said when there is no first one. */
export const comparedWith = (original: VolumeToCompose['original'], { image }: Pick<ComposedImage, 'image'>, { product, viewers }: { readonly product: string; readonly viewers: readonly ViewerMark[] }): readonly ReportEntry[] => {
  if (original?.imageSha256 === undefined || original.imageSha256 === null) return [];
  if (original.imageSha256 === image.sha256) return [{ kind: 'note', reason: 'this disc is the same as its first making, to the byte' }];
  const before = imprintOf(original.certificate)?.product;
  if (JSON.stringify(viewersBefore(original)) !== JSON.stringify(viewers)) return [{ kind: 'note', reason: 'this disc holds the same instances as its first making, but its image differs: it holds another viewer' }];
  const why = before === undefined || before === product ? 'a program that converts or a setting of the disc changed meanwhile' : `it was first made by ${before}, now by ${product}`;
  return [{ kind: 'note', reason: `this disc holds the same instances as its first making, but its image differs: ${why}` }];
};
