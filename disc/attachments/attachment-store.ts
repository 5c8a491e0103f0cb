/**
 * Files a person attaches to an order, to go on its first disc: one folder per order, two files each, what it is and what it holds.
 * Names on our disk come from the digest, never from the person; nothing in a folder is believed without looking at it again.
 */
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeDurably, writeJsonFile } from '../../infra/durable-file.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { isPassivePdf, sniff } from '../documents/sniff.ts';
import type { DocumentType } from '../documents/sniff.ts';

/** Longest file, and most files of one order. */
export const MAX_ATTACHMENT_BYTES = 64 * 1024 * 1024;
export const MAX_ATTACHMENTS = 50;

export interface Attachment {
  readonly attachmentId: string;
  /** What the person called it. */
  readonly title: string;
  readonly type: DocumentType;
  readonly bytes: number;
}

export interface StoredAttachment extends Attachment {
  /** Where it lies here. */
  readonly file: string;
}

export interface AttachmentStore {
  /** Keeps a file; the same content again is the same attachment. @throws {ApplianceError} ORDER_ATTACHMENT_REFUSED */
  add(orderId: string, title: string, content: Buffer): Promise<Attachment>;
  /** In the order of their titles. */
  list(orderId: string): Promise<readonly StoredAttachment[]>;
  /** Answers whether there was one. */
  remove(orderId: string, attachmentId: string): Promise<boolean>;
}

const ORDER_ID = /^[A-Za-z0-9-]{1,32}$/;
const ATTACHMENT_ID = /^[0-9a-f]{32}$/;

const refused = (what: string): ApplianceError => new ApplianceError('ORDER_ATTACHMENT_REFUSED', what);

/** What a title may hold: one line, no half characters. */
const cleanTitle = (title: string): string => title.toWellFormed().replace(/[\p{Cc}\p{Cf}]/gu, ' ').trim().slice(0, 120);

const typeOf = (content: Buffer): DocumentType => {
  if (content.length === 0) throw refused('the file is empty');
  if (content.length > MAX_ATTACHMENT_BYTES) throw refused(`the file has more than ${MAX_ATTACHMENT_BYTES} bytes`);
  const type = sniff(content);
  if (type === undefined) throw refused('the content is no PDF, JPEG, PNG, plain text or passive XML');
  if (type === 'pdf' && !isPassivePdf(content)) throw refused('the PDF runs scripts or starts programs');
  return type;
};

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Makes the store below the folder of all attachments. */
export const createAttachmentStore = (root: string): AttachmentStore => {
  const folderOf = (orderId: string): string => {
    if (!ORDER_ID.test(orderId)) throw new TypeError('not an order id');
    return join(root, orderId);
  };

  const readOne = async (folder: string, attachmentId: string): Promise<StoredAttachment | undefined> => {
    const file = join(folder, attachmentId);
    const stats = await lstat(file).catch((error: unknown) => { if (isMissing(error)) return undefined; throw error; });
    const note = await readJsonFile(`${file}.json`).catch((error: unknown) => { if (error instanceof SyntaxError) return undefined; throw error; }) as { readonly title?: unknown } | undefined;
    if (stats?.isFile() !== true || stats.size > MAX_ATTACHMENT_BYTES || typeof note?.title !== 'string') return undefined;
    const content = await readFile(file);
    const type = sniff(content);
    return type && { attachmentId, title: cleanTitle(note.title), type, bytes: content.length, file };
  };

  const list: AttachmentStore['list'] = async (orderId) => {
    const folder = folderOf(orderId);
    const stats = await lstat(folder).catch((error: unknown) => { if (isMissing(error)) return undefined; throw error; });
    if (stats?.isDirectory() !== true) return [];
    const found = await Promise.all((await readdir(folder)).filter((name) => ATTACHMENT_ID.test(name)).sort().map((name) => readOne(folder, name)));
    return found.filter((one) => one !== undefined).sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0));
  };

  return {
    list,
    async add(orderId, title, content) {
      const type = typeOf(content);
      const shown = cleanTitle(title);
      if (shown === '') throw refused('it has no title');
      const attachmentId = createHash('sha256').update(content).digest('hex').slice(0, 32);
      const known = await list(orderId);
      if (known.length >= MAX_ATTACHMENTS && !known.some((one) => one.attachmentId === attachmentId)) throw refused(`the order has ${MAX_ATTACHMENTS} attachments already`);
      const folder = folderOf(orderId);
      await mkdir(folder, { recursive: true, mode: 0o750 });
      await writeJsonFile(join(folder, `${attachmentId}.json`), { title: shown }, { mode: 0o640 });
      await writeDurably(join(folder, attachmentId), content, { mode: 0o640 });
      return { attachmentId, title: shown, type, bytes: content.length };
    },
    async remove(orderId, attachmentId) {
      if (!ATTACHMENT_ID.test(attachmentId)) return false;
      const wasThere = (await list(orderId)).some((one) => one.attachmentId === attachmentId);
      await rm(join(folderOf(orderId), attachmentId), { force: true });
      await rm(join(folderOf(orderId), `${attachmentId}.json`), { force: true });
      return wasThere;
    },
  };
};
