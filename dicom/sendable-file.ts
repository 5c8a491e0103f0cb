/** What sending needs to know of an instance file, from its head alone. */
import { open } from 'node:fs/promises';
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

const HEAD_BYTES = 65_536;

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
