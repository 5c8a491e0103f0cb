/** Attachments of an order as files of a disc: folder OTHER, with names that say nothing. Pure. */
import type { DiscExtra } from '../disc-extra.ts';
import type { StoredAttachment } from './attachment-store.ts';

const FOLDER = 'OTHER';

/** Gives every attachment its place, in the order of the store; the pages show its title. */
export const attachmentFiles = (attachments: readonly StoredAttachment[]): DiscExtra => {
  const places = attachments.map((one, at) => ({ ...one, path: `${FOLDER}/A${String(at + 1).padStart(7, '0')}.${one.type.toUpperCase()}` }));
  return {
    files: places.map(({ path, bytes, file }) => ({ path, bytes, content: { file } })),
    links: places.map(({ path, title }) => ({ kind: 'attachment', title, href: path })),
  };
};
