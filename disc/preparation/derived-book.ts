/**
 * Files for people that were made from stored instances: pictures, readable reports, documents. One JSON line per instance,
 * kept beside the files; a line is written once its files are complete.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type DerivedKind = 'picture' | 'thumbnail' | 'htm' | 'pdf' | 'xml';

export interface DerivedFile {
  readonly kind: DerivedKind;
  /** Name below the folder of the order; no patient data. */
  readonly name: string;
  readonly bytes: number;
  /** Of pictures. */
  readonly columns?: number;
  readonly rows?: number;
  /** Counted from 1. */
  readonly frame?: number;
}

export interface DerivedLine {
  readonly instanceId: number;
  /** Digest of the stored data set it was made from. */
  readonly sourceSha256: string;
  /** How it was made; another recipe makes it anew. */
  readonly recipe: string;
  /** Empty where nothing could be made. */
  readonly files: readonly DerivedFile[];
  /** Of a document, as a reader calls it. */
  readonly title: string;
}

const FILE = 'derived.jsonl';

const parse = (line: string): readonly DerivedLine[] => {
  try {
    return [JSON.parse(line) as DerivedLine];
  } catch (error) {
    // The last line may be cut off by a crash: it counts as not written.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
};

/** What earlier runs wrote, the last line of each instance; empty when nothing was made. */
export const readDerived = async (folder: string): Promise<ReadonlyMap<number, DerivedLine>> => {
  const text = await readFile(join(folder, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return new Map(text.split('\n').filter((line) => line !== '').flatMap(parse).map((line) => [line.instanceId, line]));
};

/** Adds a line. It begins with a line end, so that a line cut off before it spoils only itself. */
export const noteDerived = (folder: string, line: DerivedLine): Promise<void> => appendFile(join(folder, FILE), `\n${JSON.stringify(line)}`, { mode: 0o640 });
