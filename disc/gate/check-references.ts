/** What the gate asks of directory and files together: each record a file, each DICOM file a record, once. @source PS3.10 8.2-8.6; PS3.3 F */
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import type { Directory } from '../reader/dicomdir-reader.ts';
import type { DiscEntry } from '../reader/disc-content.ts';
import { AFTER_META, detached, EXPLICIT_LITTLE, rawText, readLevel } from '../reader/element-reader.ts';
import type { FileHead, ReadElement } from '../reader/element-reader.ts';
import { checkHeader, checkIdentity, checkParents, createInstanceReader } from './check-instances.ts';
import { profileChecker } from './check-profile-keys.ts';
import { foldedPath, isFileId } from './inspection.ts';
import type { Inspection } from './inspection.ts';
import { reading } from './read-tolerantly.ts';

const META_BYTES = 4096;
const GROUPS: ReadonlySet<string> = new Set(['PATIENT', 'STUDY', 'SERIES']);

/** What is kept of a file once it is checked. */
export interface SeenFile {
  readonly path: string;
  readonly head: KeptHead;
}

type KeptHead = Pick<FileHead, 'transferSyntaxUid' | 'elements'>;

/** Only these elements of a head are kept: a head holds on to the whole part of the file it was read from. */
const KEPT = [
  TAG.SpecificCharacterSet, TAG.SOPClassUID, TAG.StudyDate, TAG.AccessionNumber, TAG.Modality, TAG.InstitutionName, TAG.StudyDescription, TAG.PatientName, TAG.PatientID,
  TAG.IssuerOfPatientID, TAG.PatientBirthDate, TAG.PatientSex, TAG.StudyInstanceUID, TAG.SeriesInstanceUID,
] as const;

/** Makes heads small. What a head has in common with the one before, which is nearly everything within a series, is held once. */
const createCompact = (): ((head: FileHead) => KeptHead) => {
  let before: KeptHead | undefined;
  return (head) => {
    const elements = new Map<number, ReadElement>();
    let isSame = before?.transferSyntaxUid === head.transferSyntaxUid;
    for (const tag of KEPT) {
      const element = head.elements.get(tag);
      const known = before?.elements.get(tag);
      if (element === undefined) { isSame &&= known === undefined; continue; }
      const isKnown = known !== undefined && known.vr === element.vr && known.bytes === element.bytes && known.value.equals(element.value);
      isSame &&= isKnown;
      elements.set(tag, isKnown ? known : detached(element));
    }
    if (isSame && before) return before;
    before = { transferSyntaxUid: head.transferSyntaxUid, elements };
    return before;
  };
};

/** Finds files by File ID; names in another case or with a version are found and reported. */
const finder = ({ files, report }: Inspection): ((fileId: string) => DiscEntry | undefined) => {
  const folded = new Map([...files.values()].map((entry) => [foldedPath(entry.path), entry]));
  return (fileId) => {
    const exact = files.get(fileId);
    if (exact) return exact;
    const near = folded.get(foldedPath(fileId));
    if (near) report('name-case', near.path, `the directory calls it ${fileId}`);
    return near;
  };
};

/** Every record that names a file fits the file. Answers the files in the order of the directory. */
export const checkReferences = (inspection: Inspection, directory: Directory): readonly SeenFile[] => {
  const { plan, report } = inspection;
  const planned = plan && new Map(plan.instances.map((instance) => [instance.fileId, instance.sopInstanceUid]));
  const find = finder(inspection);
  const profile = profileChecker(plan?.profile ?? '');
  const reader = createInstanceReader(inspection);
  const compact = createCompact();
  const referenced = new Set<string>();
  const instances = new Set<string>();
  const seen: SeenFile[] = [];
  for (const record of directory.records) {
    if (inspection.isOver()) { report('limits', '', 'the time was over before all files were read'); return seen; }
    const { fileId } = record;
    if (fileId === '') { if (!GROUPS.has(record.type) && record.type !== 'PRIVATE') report('records-reference', `${record.type} record at ${record.at}`, 'references no file'); continue; }
    if (!isFileId(fileId)) report('file-ids', fileId, 'illegal File ID');
    const entry = find(fileId);
    if (!entry || (planned && !planned.has(fileId))) { report('references-present', fileId, planned ? 'referenced, but not an instance of this volume' : 'referenced, but not on the disc'); continue; }
    if (referenced.has(entry.path)) { report('references-once', fileId, 'referenced twice'); continue; }
    referenced.add(entry.path);
    const head = reader.readHead(entry, profile?.headUntil);
    if (!head) continue;
    checkHeader(head, entry.path, plan !== undefined, report);
    checkIdentity(record, head, report);
    checkParents(record, head, report);
    profile?.check(record, head, report);
    reader.checkWhole(entry, head);
    const uid = rawText(head.elements.get(TAG.SOPInstanceUID));
    if (planned && uid !== planned.get(fileId)) report('plan-instances', fileId, 'holds another instance than planned');
    if (uid !== '' && instances.has(uid)) report('references-once', fileId, 'holds an instance that another file holds too');
    instances.add(uid);
    seen.push({ path: entry.path, head: compact(head) });
  }
  for (const fileId of planned?.keys() ?? []) if (!referenced.has(fileId)) report('files-referenced', fileId, 'not referenced by the DICOMDIR');
  checkOthers(inspection, referenced);
  return seen;
};

/** Class in the meta of a file with a DICOM header; undefined for other files. */
const dicomClassOf = ({ content, report }: Inspection, entry: DiscEntry): string | undefined => {
  const bytes = reading(report, 'image-readable', entry, () => content.read(entry, 0, Math.min(META_BYTES, entry.bytes)));
  if (!bytes || bytes.length < 132 || bytes.toString('latin1', 128, 132) !== 'DICM') return undefined;
  return rawText(readLevel(bytes, 132, bytes.length, EXPLICIT_LITTLE, AFTER_META).elements.get(TAG.MediaStorageSOPClassUID));
};

/** What no record names is no DICOM file. */
const checkOthers = (inspection: Inspection, referenced: ReadonlySet<string>): void => {
  const { files, plan, report } = inspection;
  const planned = new Set(plan?.instances.map(({ fileId }) => fileId));
  for (const entry of files.values()) {
    if (inspection.isOver()) { report('limits', '', 'the time was over before all files were read'); return; }
    if (referenced.has(entry.path) || planned.has(entry.path) || foldedPath(entry.path) === 'DICOMDIR') continue;
    const sopClass = dicomClassOf(inspection, entry);
    if (sopClass === undefined) continue;
    if (sopClass === UID.mediaStorageDirectory) report('dicomdir-present', entry.path, 'a second directory of a file-set');
    else if (isFileId(foldedPath(entry.path))) report('files-referenced', entry.path, 'not referenced by the DICOMDIR');
    else report('no-dicm-elsewhere', entry.path, 'a DICOM file whose name cannot be a File ID');
  }
};

/** DICOM files of a disc that has no directory to go by. */
export const countDicomFiles = (inspection: Inspection): number => {
  let count = 0;
  for (const entry of inspection.files.values()) {
    if (inspection.isOver()) break;
    if (dicomClassOf(inspection, entry) !== undefined) count++;
  }
  return count;
};
