/**
 * Sorts files to send into associations: one presentation context per SOP class and transfer syntax, at most 128
 * contexts each. Reads the head of each file only.
 */
import { open } from 'node:fs/promises';
import type { ProposedContext } from './association/associate.ts';
import { readAttributes } from './attributes.ts';
import { readFileMeta } from './data-set/part10.ts';

export interface SendableFile {
  readonly file: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly dataSetOffset: number;
  readonly bytes: number;
}

export interface UnreadableFile {
  readonly file: string;
  readonly reason: string;
}

/** Files that fit into one association and the contexts they need. */
export interface SendGroup {
  readonly contexts: readonly ProposedContext[];
  readonly files: readonly SendableFile[];
}

const HEAD_BYTES = 65_536;
/** Presentation context ids are odd and at most 255. @source PS3.8 9.3.2.2 */
const MAX_CONTEXTS = 128;

/** The command must name what the data set says; the header may be wrong or missing. @source PS3.7 9.1.1.1 */
const describe = (file: string, head: Buffer, bytes: number): SendableFile | UnreadableFile => {
  const meta = readFileMeta(head);
  const read = readAttributes(head.subarray(meta.dataSetOffset), meta.transferSyntaxUid, head.length === bytes);
  const { sopClassUid, sopInstanceUid } = read.status === 'ok' ? read.attributes : meta;
  if (sopClassUid === '' || sopInstanceUid === '') return { file, reason: 'no SOP class or instance' };
  return { file, sopClassUid, sopInstanceUid, transferSyntaxUid: meta.transferSyntaxUid, dataSetOffset: meta.dataSetOffset, bytes };
};

/** Reads what sending a file needs. Never throws for a bad file. */
export const readSendable = async (file: string): Promise<SendableFile | UnreadableFile> => {
  try {
    const handle = await open(file, 'r');
    try {
      const head = Buffer.allocUnsafe(HEAD_BYTES);
      const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
      const { size } = await handle.stat();
      return describe(file, head.subarray(0, bytesRead), size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { file, reason: error instanceof Error ? error.message : String(error) };
  }
};

/** Splits files into groups of at most 128 presentation contexts; the order of files is kept within a group. */
export const planGroups = (files: readonly SendableFile[]): readonly SendGroup[] => {
  const groups: { contexts: ProposedContext[]; keys: Set<string>; files: SendableFile[] }[] = [];
  for (const file of files) {
    const key = `${file.sopClassUid} ${file.transferSyntaxUid}`;
    let group = groups.find((candidate) => candidate.keys.has(key)) ?? groups.find((candidate) => candidate.keys.size < MAX_CONTEXTS);
    if (group === undefined) {
      group = { contexts: [], keys: new Set(), files: [] };
      groups.push(group);
    }
    if (!group.keys.has(key)) {
      group.contexts.push({ id: group.contexts.length * 2 + 1, abstractSyntax: file.sopClassUid, transferSyntaxes: [file.transferSyntaxUid] });
      group.keys.add(key);
    }
    group.files.push(file);
  }
  return groups;
};
