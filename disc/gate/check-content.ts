/** What the gate asks of the disc as a whole: its pages, its patients, its transfer syntaxes. @source PS3.11; IHE RAD TF-3 4.47 */
import { TAG } from '../../dicom/tables/tags.ts';
import { transferSyntaxByUid } from '../../dicom/tables/transfer-syntaxes.ts';
import { MANIFEST_PATH } from '../manifest.ts';
import { rawText } from '../reader/element-reader.ts';
import { APPLICATION_PROFILES, syntaxesFor } from '../tables/application-profiles.ts';
import type { ApplicationProfileRow } from '../tables/application-profiles.ts';
import { isSyntaxOfMedia } from '../tables/media-syntaxes.ts';
import type { SeenFile } from './check-references.ts';
import { foldedPath } from './inspection.ts';
import type { Inspection } from './inspection.ts';

/** A person with no DICOM software starts at these. @source IHE RAD TF-3 4.47.4.1.2.3 */
export const ENTRY_PAGES = ['README.TXT', 'INDEX.HTM'] as const;
/** What every disc may claim when nothing else is said. */
const GENERAL_PROFILE = 'STD-GEN-CD';

/** The pages for people stand in the root, and on a disc of ours the manifest. */
export const checkPages = ({ content, files, plan, report }: Inspection): void => {
  const rootNames = new Set(content.entries.filter(({ path }) => !path.includes('/')).map(({ path }) => foldedPath(path)));
  for (const name of ENTRY_PAGES) if (!(plan ? files.has(name) : rootNames.has(name))) report('entry-pages', name, 'missing in the root');
  if (plan && !files.has(MANIFEST_PATH)) report('plan-files', MANIFEST_PATH, 'missing in the root');
};

const nameOf = (transferSyntaxUid: string): string => transferSyntaxByUid.get(transferSyntaxUid)?.name ?? 'an unknown transfer syntax';

const countBySyntax = (files: readonly SeenFile[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { head } of files) counts.set(head.transferSyntaxUid, (counts.get(head.transferSyntaxUid) ?? 0) + 1);
  return counts;
};

/** Transfer syntaxes against what discs allow, and against the claimed profile or the general one. */
export const checkSyntaxes = ({ plan, report }: Inspection, files: readonly SeenFile[]): void => {
  for (const [uid, count] of countBySyntax(files)) if (!isSyntaxOfMedia(uid)) report('syntax-of-media', '', `${count} files in ${nameOf(uid)}, which no profile for discs allows`);
  const claimed = plan?.profile ?? '';
  if (plan && claimed === '') return;
  const wanted = claimed || GENERAL_PROFILE;
  const profile: ApplicationProfileRow | undefined = APPLICATION_PROFILES.find((row) => row.id === wanted);
  if (!profile) { report('profile', '', `the claimed profile ${wanted} is not known`); return; }
  // Some classes have transfer syntaxes of their own in a profile.
  const outside = files.filter(({ head }) => !syntaxesFor(profile, rawText(head.elements.get(TAG.SOPClassUID))).includes(head.transferSyntaxUid));
  for (const [uid, count] of countBySyntax(outside)) report('profile', '', `${count} files in ${nameOf(uid)}, which ${wanted} does not allow`);
};

/** One patient, called the same everywhere. Says how many, never who. */
export const checkPatients = ({ report }: Inspection, files: readonly SeenFile[]): void => {
  const patients = new Map<string, { readonly names: Set<string>; readonly births: Set<string> }>();
  for (const { head } of files) {
    const raw = (tag: number): string => rawText(head.elements.get(tag));
    if (raw(TAG.StudyInstanceUID) === '') continue;
    const key = raw(TAG.PatientID) === '' ? `study ${raw(TAG.StudyInstanceUID)}` : `id ${raw(TAG.IssuerOfPatientID)} ${raw(TAG.PatientID)}`;
    const known = patients.get(key) ?? { names: new Set<string>(), births: new Set<string>() };
    patients.set(key, known);
    // Empty components at the end and case are no other name; only the first group is compared, as scripts differ.
    known.names.add((raw(TAG.PatientName).split('=')[0] ?? '').replace(/[\^ ]+$/, '').toUpperCase());
    known.births.add(raw(TAG.PatientBirthDate));
  }
  if (patients.size > 1) report('several-patients', '', `${patients.size} patients`);
  for (const [n, { names, births }] of [...patients.values()].entries()) {
    if (names.size > 1) report('patient-variants', `patient ${n + 1}`, `${names.size} names under one Patient ID`);
    if (births.size > 1) report('patient-variants', `patient ${n + 1}`, `${births.size} birth dates under one Patient ID`);
  }
};
