/**
 * Decides about an arrival whose SOP Instance UID is known with other bytes: the same instance, or a conflict.
 */
import type { HeldInstance } from '../catalog/catalog.ts';
import { elementDigest } from './data-set/element-digest.ts';

type ElementDigest = Awaited<ReturnType<typeof elementDigest>>;

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

/** Compares an arrival with every held copy; true when one of them is the same instance. Reads the files. */
export const isAlreadyHeld = async (arrived: Arrived, held: readonly HeldInstance[], absolute: (path: string) => string): Promise<boolean> => {
  const own = await elementDigest(arrived.file);
  for (const candidate of held) {
    if (!candidate.isHeld) continue;
    const other = await elementDigest(absolute(candidate.file.path));
    if (isSameInstance(other, own, candidate.file.transferSyntaxUid, arrived.transferSyntaxUid)) return true;
  }
  return false;
};
