/** Runs every check of the table on an open disc, ours or that of another maker. Never throws for a bad disc. */
import { noDirectory, readDicomdir } from '../reader/dicomdir-reader.ts';
import type { Directory } from '../reader/dicomdir-reader.ts';
import type { CheckResult, Finding } from '../reader/findings.ts';
import { readLabelFacts } from '../reader/label-facts.ts';
import type { LabelFacts } from '../reader/label-facts.ts';
import type { OpenDisc } from '../reader/open-disc.ts';
import { MANIFEST_PATH } from '../manifest.ts';
import type { CheckSubject } from '../tables/disc-checks.ts';
import { beginInspection, fileSystemsOf } from './begin-inspection.ts';
import { checkAutorun } from './check-autorun.ts';
import { checkPages, checkPatients, checkSyntaxes } from './check-content.ts';
import { checkDirectoryHead, checkRecordsAlone } from './check-directory.ts';
import { checkListed, checkManifest, checkPlannedFiles, digestAll } from './check-manifest.ts';
import { checkReferences, countDicomFiles } from './check-references.ts';
import { checkIdentifiers, checkPlannedVolume, checkTrees } from './check-trees.ts';
import { checkWeb, hasWebContent } from './check-web.ts';
import type { GateInput } from './gate-input.ts';
import { foldedPath } from './inspection.ts';
import type { Inspection } from './inspection.ts';
import { reading } from './read-tolerantly.ts';

export interface InspectOptions {
  readonly plan?: GateInput;
  /** Reads every byte of every file even where no digest is known. */
  readonly isThorough?: boolean;
  readonly isOver?: () => boolean;
}

export interface Inspected {
  /** In the order of the table; at most some hundred of each check. */
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckResult[];
  readonly counts: { readonly files: number; readonly directories: number; readonly records: number; readonly instances: number; readonly bytesCompared: number };
  readonly fileSetId: string;
  readonly fileSetUid: string;
  /** What a label must show, as it stands on the disc. */
  readonly label: LabelFacts;
}

/** Some hundred bytes a record: more than any disc needs, so that a wrong size cannot take all memory. */
const MAX_DICOMDIR_BYTES = 256 << 20;

const readDirectory = ({ content, files, plan, report }: Inspection): { readonly directory: Directory; readonly isThere: boolean } => {
  const all = [...files.values()].filter(({ path }) => foldedPath(path.split('/').at(-1) ?? '') === 'DICOMDIR');
  const inRoot = (plan ? files.get('DICOMDIR') : all.find(({ path }) => !path.includes('/')));
  for (const other of all) if (other.path.includes('/')) report('dicomdir-present', other.path, 'a DICOMDIR outside of the root');
  if (!inRoot) return { directory: noDirectory('dicomdir-present', 'there is no DICOMDIR'), isThere: false };
  if (inRoot.bytes > MAX_DICOMDIR_BYTES) return { directory: noDirectory('dicomdir-items', 'the DICOMDIR is too large to be read'), isThere: false };
  const bytes = reading(report, 'image-readable', inRoot, () => content.read(inRoot, 0, inRoot.bytes));
  return bytes ? { directory: readDicomdir(bytes), isThere: true } : { directory: noDirectory('dicomdir-items', 'the DICOMDIR cannot be read'), isThere: false };
};

const subjectsOf = ({ disc, files, plan }: Inspection, hasDirectory: boolean): ReadonlySet<CheckSubject> => new Set<CheckSubject>([
  'disc', ...fileSystemsOf(disc),
  ...(hasDirectory ? ['dicomdir' as const] : []), ...(files.has(MANIFEST_PATH) ? ['manifest' as const] : []), ...(plan ? ['plan' as const] : []),
]);

/** Checks everything. The plan, when given, says what a disc of ours must be beside what the Standard asks. */
export const inspectDisc = async (disc: OpenDisc, { plan, isThorough = false, isOver = () => false }: InspectOptions = {}): Promise<Inspected> => {
  const { findings, inspection } = beginInspection(disc, plan, isOver);
  const { content, files, report } = inspection;
  if (plan) checkPlannedVolume(inspection, plan);
  const isHashed = plan !== undefined || isThorough || files.has(MANIFEST_PATH);
  // Threads read and hash while everything else is looked at here.
  const hashing = isHashed ? digestAll(inspection) : Promise.resolve(new Map<string, string>());
  // Awaited below; until then a failure must not count as unhandled.
  hashing.catch(() => undefined);
  await checkTrees(inspection);
  checkPages(inspection);
  checkWeb(inspection);
  checkAutorun(inspection);

  const { directory, isThere } = readDirectory(inspection);
  for (const { check, where, text } of directory.findings) report(check, where, text);
  if (plan && directory.fileSetId !== plan.fileSetId) report('plan-file-set', '', 'the DICOMDIR names another File-set ID');
  if (plan && directory.fileSetUid !== plan.fileSetUid) report('plan-file-set', '', 'the DICOMDIR names another File-set UID');
  if (isThere) {
    checkIdentifiers(inspection, plan?.fileSetId ?? directory.fileSetId);
    checkDirectoryHead(directory, report);
    checkRecordsAlone(directory, plan?.copyType === 'legal', report);
  }
  const seen = isThere ? checkReferences(inspection, directory) : [];
  if (isThere) {
    checkSyntaxes(inspection, seen);
    checkPatients(inspection, seen);
  } else if (countDicomFiles(inspection) === 0) report('no-dicom', '', 'no file has a DICOM header');

  const listed = checkManifest(inspection);
  const label = readLabelFacts(seen.map(({ head }) => head), hasWebContent(inspection));

  const digests = await hashing;
  if (plan) checkPlannedFiles(inspection, plan, digests);
  checkListed(inspection, listed, digests);

  return {
    findings: findings.list(), checks: findings.results(subjectsOf(inspection, isThere)),
    counts: {
      files: files.size, directories: content.entries.length - files.size, records: directory.records.length, instances: seen.length,
      bytesCompared: [...digests.keys()].reduce((sum, path) => sum + (files.get(path)?.bytes ?? 0), 0),
    },
    fileSetId: directory.fileSetId, fileSetUid: directory.fileSetUid, label,
  };
};
