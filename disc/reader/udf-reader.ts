/**
 * Reads a UDF volume from an image, as a foreign reader would: revisions 1.02 to 2.60, physical and metadata partitions.
 * Written from ECMA-167 and OSTA UDF, apart from the writer. Never throws for a bad image: everything wrong is a finding.
 */
import { createFindings, findingText } from './findings.ts';
import type { Finding, Report } from './findings.ts';
import { readExtents, SECTOR } from './image-bytes.ts';
import type { Extent, ImageBytes } from './image-bytes.ts';
import { readTag, TAG_ID } from './udf/descriptor-tag.ts';
import { walkUdf } from './udf/directory-walk.ts';
import type { UdfEntry } from './udf/directory-walk.ts';
import { checkIntegrity, readIntegrity } from './udf/integrity.ts';
import { readLongAd } from './udf/allocation.ts';
import { readPartitions } from './udf/partitions.ts';
import { readDstring, readRegid, readRevision, revisionText } from './udf/text.ts';
import { checkRecognition, chooseSequence, dstringAt, readAnchor, readRecognition, readSequence } from './udf/volume-descriptors.ts';

export type { UdfEntry } from './udf/directory-walk.ts';

export interface UdfVolume {
  /** As "2.50"; '' when it does not say. */
  readonly revision: string;
  readonly volumeId: string;
  readonly logicalVolumeId: string;
  readonly fileSetId: string;
  readonly entries: readonly UdfEntry[];
  /** The volume recognition sequence tells of UDF. */
  readonly isAnnounced: boolean;
  /** False when the tree cannot be read at all. */
  readonly isReadable: boolean;
  readonly findings: readonly Finding[];
  readonly problems: readonly string[];
}

const DOMAIN = '*OSTA UDF Compliant';
/** One volume, one file set, read by anyone. @source PS3.12 P.2, X.2; ECMA-167 3/11 */
const INTERCHANGE_LEVEL = 2;
const KNOWN_REVISIONS: readonly number[] = [0x0100, 0x0101, 0x0102, 0x0150, 0x0200, 0x0201, 0x0250, 0x0260];

const checkDomain = (logical: Buffer, recognition: readonly string[], report: Report): number => {
  const domain = logical.subarray(216, 248);
  if (readRegid(domain) !== DOMAIN) report('udf-descriptors', 'logical volume', 'the domain is not OSTA UDF');
  const revision = readRevision(domain);
  if (!KNOWN_REVISIONS.includes(revision)) report('udf-descriptors', 'logical volume', `unknown revision ${revisionText(revision)}`);
  const nsr = revision >= 0x0200 ? 'NSR03' : 'NSR02';
  if (recognition.some((id) => id.startsWith('NSR')) && !recognition.includes(nsr)) report('udf-recognition', '', `UDF ${revisionText(revision)} is announced by another descriptor than ${nsr}`);
  if (logical.readUInt32LE(212) !== SECTOR) report('udf-descriptors', 'logical volume', `logical blocks of ${logical.readUInt32LE(212)} bytes`);
  return revision;
};

/** The UDF volume of an image; undefined when neither a recognition sequence nor an anchor tells of one. */
export const readUdfVolume = (image: ImageBytes): UdfVolume | undefined => {
  const findings = createFindings();
  const { report } = findings;
  const recognition = readRecognition(image);
  const anchor = readAnchor(image, report);
  if (!recognition.hasUdf && !anchor) return undefined;
  const end = (read: Partial<UdfVolume>): UdfVolume => {
    const list = findings.list();
    return { revision: '', volumeId: '', logicalVolumeId: '', fileSetId: '', entries: [], isReadable: false, isAnnounced: recognition.hasUdf, ...read, findings: list, problems: list.map(findingText) };
  };
  checkRecognition(recognition.ids, report);
  if (!anchor) { report('udf-descriptors', '', 'no anchor volume descriptor pointer'); return end({}); }
  const main = readSequence(image, anchor.main, 'main', report);
  const sequence = chooseSequence(main, readSequence(image, anchor.reserve, 'reserve', report), report);
  const { primary, logical } = sequence ?? {};
  if (!sequence || !primary || !logical) return end({});
  const revision = checkDomain(logical, recognition.ids, report);
  const named = { revision: revisionText(revision), volumeId: dstringAt(primary, 24, 32, 'volume identifier', report), logicalVolumeId: dstringAt(logical, 84, 128, 'logical volume identifier', report) };
  if (primary.readUInt16LE(60) !== INTERCHANGE_LEVEL || primary.readUInt16LE(62) !== INTERCHANGE_LEVEL) report('udf-media', 'primary volume descriptor', `interchange level ${primary.readUInt16LE(60)} of ${primary.readUInt16LE(62)}`);
  const integrity = readIntegrity(image, logical, report);
  const partitions = readPartitions(image, { ...sequence, logical }, report);
  if (!partitions) return end(named);

  const where = readLongAd(logical, 248);
  const fileSet = partitions.read(where, SECTOR);
  const tag = fileSet && readTag(fileSet, where.block);
  if (!fileSet || tag?.id !== TAG_ID.fileSet || fileSet.length < 512) { report('udf-descriptors', '', 'no file set descriptor'); return end(named); }
  for (const fault of tag.faults) report('udf-tags', 'file set descriptor', fault);
  const walked = walkUdf({ image, partitions, root: readLongAd(fileSet, 400), report });
  if (integrity) checkIntegrity(integrity, { ...walked, revision }, report);
  return end({ ...named, fileSetId: readDstring(fileSet.subarray(304, 336)) ?? '', entries: walked.entries, isReadable: walked.isReadable });
};

/** The bytes of a file of the volume. */
export const readUdfFile = (image: ImageBytes, entry: { readonly extents: readonly Extent[] }, offset: number, length: number): Buffer => readExtents(image, entry.extents, offset, length);
