/** Checks an encrypted disc as far as that goes without its key: file systems, files and manifest, and that nothing lies in the clear. */
import { MANIFEST_PATH } from '../manifest.ts';
import type { DiscEntry } from '../reader/disc-content.ts';
import type { CheckResult, Finding } from '../reader/findings.ts';
import type { OpenDisc } from '../reader/open-disc.ts';
import type { CheckSubject } from '../tables/disc-checks.ts';
import { beginInspection, fileSystemsOf } from './begin-inspection.ts';
import { checkPages, ENTRY_PAGES } from './check-content.ts';
import { checkListed, checkManifest, checkPlannedFiles, digestAll } from './check-manifest.ts';
import { checkIdentifiers, checkPlannedVolume, checkTrees } from './check-trees.ts';
import type { GateInput } from './gate-input.ts';
import type { Inspection } from './inspection.ts';
import { reading } from './read-tolerantly.ts';

/** What is known of an encrypted volume before it is read. */
export type SealedPlan = Pick<GateInput, 'imageFile' | 'bytes' | 'fileSetId' | 'fileSystems' | 'files'>;

export interface InspectedSealed {
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckResult[];
}

const OPEN_FILES: ReadonlySet<string> = new Set([...ENTRY_PAGES, MANIFEST_PATH]);

/** The object identifier of CMS EnvelopedData, near the front of every Secure DICOM File. @source RFC 5652 6.1 */
const ENVELOPED = Buffer.from('06092a864886f70d010703', 'hex');
/** @source PKWARE APPNOTE 4.3.7, 4.4.4 bit 0 */
const isEncryptedZip = (head: Buffer): boolean => head.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004' && (head[6] ?? 0) % 2 === 1;
const isEnvelope = (head: Buffer): boolean => head[0] === 0x30 && head.subarray(0, 32).includes(ENVELOPED);

/** The preamble of a DICOM file as nearly everyone writes it. @source PS3.10 7.1 */
const PREAMBLE_BYTES = 128;
const MAGIC = Buffer.from('DICM', 'latin1');
const CLEAR_HEAD = Buffer.concat([Buffer.alloc(PREAMBLE_BYTES), MAGIC]);
const PIECE_BYTES = 4 << 20;

const checkClear = ({ content, report }: Inspection, entry: DiscEntry): void => {
  for (let at = 0; at < entry.bytes; at += PIECE_BYTES) {
    const piece = reading(report, 'image-readable', entry, () => content.read(entry, at, Math.min(PIECE_BYTES + CLEAR_HEAD.length, entry.bytes - at)));
    if (piece === undefined) return;
    const isHead = at === 0 && piece.subarray(PREAMBLE_BYTES, CLEAR_HEAD.length).equals(MAGIC);
    if (!isHead && !piece.includes(CLEAR_HEAD)) continue;
    report('sealed-dicom', entry.path, 'holds a DICOM file in the clear');
    return;
  }
};

const checkSealed = (inspection: Inspection): void => {
  const { content, files, report } = inspection;
  for (const entry of files.values()) {
    checkClear(inspection, entry);
    if (OPEN_FILES.has(entry.path)) continue;
    const head = reading(report, 'image-readable', entry, () => content.read(entry, 0, Math.min(32, entry.bytes)));
    if (head !== undefined && !isEnvelope(head) && !isEncryptedZip(head)) report('sealed-files', entry.path, 'is not encrypted');
  }
};

/** Checks everything that the key does not hide. */
export const inspectSealed = async (disc: OpenDisc, plan: SealedPlan): Promise<InspectedSealed> => {
  const whole: GateInput = { ...plan, fileSetUid: '', instances: [] };
  const { findings, inspection } = beginInspection(disc, whole, () => false);
  checkPlannedVolume(inspection, whole);
  checkIdentifiers(inspection, plan.fileSetId);
  await checkTrees(inspection);
  checkPages(inspection);
  const digests = await digestAll(inspection);
  checkPlannedFiles(inspection, whole, digests);
  checkListed(inspection, checkManifest(inspection), digests);
  checkSealed(inspection);
  const present: ReadonlySet<CheckSubject> = new Set<CheckSubject>(['sealed', ...fileSystemsOf(disc), 'manifest']);
  return { findings: findings.list(), checks: findings.results(present) };
};
