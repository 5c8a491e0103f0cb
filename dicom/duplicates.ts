/**
 * Decides about an arrival whose SOP Instance UID is known with other bytes: the same instance, or a conflict.
 */
import type { HeldInstance } from '../catalog/books/instance-index.ts';
import { elementDigest } from './data-set/element-digest.ts';
import type { ElementDigest } from './data-set/element-digest.ts';

/**
 * True when two files carry the same instance: all elements equal, or equal but for pixel data that is coded
 * differently and without loss. The pixels themselves are not decoded: a lossless transfer syntax promises them.
 * @source ours: same SOP Instance UID in another transfer syntax is the same instance (PS3.5 section 10)
 */
export const isSameInstance = (held: ElementDigest, arrived: ElementDigest, heldSyntax: string, arrivedSyntax: string): boolean => {
  if (held.all === arrived.all) return true;
  if (heldSyntax === arrivedSyntax || (!held.encapsulated && !arrived.encapsulated)) return false;
  return !held.lossy && !arrived.lossy && held.withoutPixelData === arrived.withoutPixelData;
};

export interface Arrived {
  /** Absolute path. */
  readonly file: string;
  readonly transferSyntaxUid: string;
}

export interface Comparing {
  absolute(path: string): string;
  /** A file could not be compared; it then counts as other content, so that nothing is lost. */
  notComparable(file: string, error: unknown): void;
}

/** Compares an arrival with every held copy; true when one of them is the same instance. Reads the files. */
export const isAlreadyHeld = async (arrived: Arrived, held: readonly HeldInstance[], comparing: Comparing): Promise<boolean> => {
  const digestOf = (file: string): Promise<ElementDigest | undefined> =>
    elementDigest(file).catch((error: unknown) => {
      comparing.notComparable(file, error);
      return undefined;
    });
  const own = await digestOf(arrived.file);
  if (own === undefined) return false;
  for (const candidate of held) {
    if (!candidate.isHeld) continue;
    const other = await digestOf(comparing.absolute(candidate.file.path));
    if (other !== undefined && isSameInstance(other, own, candidate.file.transferSyntaxUid, arrived.transferSyntaxUid)) return true;
  }
  return false;
};
