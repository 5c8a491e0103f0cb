/**
 * What preparing an order found, one JSON line per instance that is not put on as stored; kept beside the prepared files.
 * A line is written once its file is complete, so a start after a crash goes on where the last one ended.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IndexedAttributes } from '../../dicom/attributes.ts';

/** A file made from a stored one. */
export interface PreparedFile {
  readonly instanceId: number;
  readonly kind: 'converted';
  /** Digest of the stored data set it was made from. */
  readonly sourceSha256: string;
  /** Name below the folder of the order; no patient data. */
  readonly name: string;
  readonly bytes: number;
  readonly dataSetOffset: number;
  readonly dataSetSha256: string;
  readonly fromSyntaxUid: string;
  readonly transferSyntaxUid: string;
  readonly pixels: 'untouched' | 'identical' | 'lossy-decoded';
  /** On teaching copies: what the new file says, in place of what the catalog holds. */
  readonly attributes?: IndexedAttributes;
  /** On teaching copies: only a release lets it leave. */
  readonly needsRelease?: boolean;
}

/** An instance that is put on as stored outside the profile, or not at all. */
export interface NotPrepared {
  readonly instanceId: number;
  readonly kind: 'outside' | 'leave-off';
  readonly sourceSha256: string;
  readonly reason: string;
  /** On teaching copies: what may be told of it. */
  readonly attributes?: IndexedAttributes;
}

export type PreparationLine = PreparedFile | NotPrepared;

/** What was prepared for the discs of one order, and where. */
export interface Preparation {
  readonly folder: string;
  readonly lines: ReadonlyMap<number, PreparationLine>;
}

/** For discs whose files all go on as stored. */
export const NOTHING_PREPARED: Preparation = { folder: '', lines: new Map() };

const FILE = 'prepared.jsonl';

/** The last line may be cut off by a crash: it counts as not written. */
const parse = (line: string): readonly PreparationLine[] => {
  try {
    return [JSON.parse(line) as PreparationLine];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
};

/** What earlier runs wrote, by instance; empty when the order was never prepared. */
export const readPreparation = async (folder: string): Promise<ReadonlyMap<number, PreparationLine>> => {
  const text = await readFile(join(folder, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return new Map(text.split('\n').filter((line) => line !== '').flatMap(parse).map((line) => [line.instanceId, line]));
};

/** Adds a line. It begins with a line end, so that a line cut off before it spoils only itself. */
export const notePrepared = (folder: string, line: PreparationLine): Promise<void> => appendFile(join(folder, FILE), `\n${JSON.stringify(line)}`, { mode: 0o640 });
