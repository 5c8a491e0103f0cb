/** The logical volume integrity descriptor: was the volume closed, and what does it count. @source ECMA-167 3/10.10; OSTA UDF 2.2.6 */
import type { Report } from '../findings.ts';
import { SECTOR } from '../image-bytes.ts';
import type { ImageBytes } from '../image-bytes.ts';
import { readTag, TAG_ID } from './descriptor-tag.ts';
import { revisionText } from './text.ts';

const CLOSED = 1;
const MAX_DESCRIPTORS = 64;

export interface Integrity {
  readonly isClosed: boolean;
  readonly files: number;
  readonly directories: number;
  /** As 0x0250; 0 where it says none. */
  readonly minimumReadRevision: number;
  readonly nextUniqueId: bigint;
}

/** The last integrity descriptor of the sequence that the logical volume names. */
export const readIntegrity = (image: ImageBytes, logical: Buffer, report: Report): Integrity | undefined => {
  let last: Buffer | undefined;
  let sector = logical.readUInt32LE(436), left = Math.floor(logical.readUInt32LE(432) / SECTOR);
  for (let n = 0; n < MAX_DESCRIPTORS && left > 0; n++) {
    const d = image.read(sector * SECTOR, SECTOR);
    const tag = readTag(d, sector);
    if (d.length < SECTOR || tag?.id !== TAG_ID.integrity) break;
    for (const fault of tag.faults) report('udf-tags', `integrity descriptor in sector ${sector}`, fault);
    last = d;
    const next = d.readUInt32LE(32);
    left = next > 0 ? Math.floor(next / SECTOR) : left - 1;
    sector = next > 0 ? d.readUInt32LE(36) : sector + 1;
  }
  if (!last) { report('udf-integrity', '', 'no logical volume integrity descriptor'); return undefined; }
  const isClosed = last.readUInt32LE(28) === CLOSED;
  if (!isClosed) report('udf-integrity', '', 'the volume was not closed');
  const partitions = last.readUInt32LE(72), use = 80 + 8 * Math.min(partitions, 200);
  const hasUse = last.readUInt32LE(76) >= 46 && use + 46 <= last.length;
  if (!hasUse) report('udf-integrity', '', 'the integrity descriptor counts no files');
  return {
    isClosed, nextUniqueId: last.readBigUInt64LE(40),
    files: hasUse ? last.readUInt32LE(use + 32) : -1, directories: hasUse ? last.readUInt32LE(use + 36) : -1, minimumReadRevision: hasUse ? last.readUInt16LE(use + 40) : 0,
  };
};

/** Compares the counts with what the tree holds, and the revision with the one of the volume. */
export const checkIntegrity = (integrity: Integrity, found: { readonly files: number; readonly directories: number; readonly highestUniqueId: bigint; readonly revision: number }, report: Report): void => {
  if (integrity.files >= 0 && integrity.files !== found.files) report('udf-integrity', '', `${integrity.files} files counted, ${found.files} found`);
  if (integrity.directories >= 0 && integrity.directories !== found.directories) report('udf-integrity', '', `${integrity.directories} directories counted, ${found.directories} found`);
  if (found.highestUniqueId >= integrity.nextUniqueId) report('udf-unique-ids', '', 'the next unique id is already used');
  if (integrity.minimumReadRevision > found.revision) report('udf-integrity', '', `readers must know UDF ${revisionText(integrity.minimumReadRevision)}, but the volume is UDF ${revisionText(found.revision)}`);
};
