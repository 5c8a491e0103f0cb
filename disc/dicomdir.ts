/**
 * Builds the DICOMDIR of a file-set: which records there are and what hangs below what.
 * Reads only the head of each instance; an instance that gives no valid record is left off and named.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { VolumeInstance } from '../catalog/books/instance-index.ts';
import type { ReportEntry } from '../catalog/books/order-book.ts';
import type { DataSet } from '../dicom/data-set/data-set.ts';
import { encodeElement } from '../dicom/data-set/encode.ts';
import type { RasterRequest } from '../dicom/picture/picture-maker.ts';
import type { Raster } from '../dicom/picture/render.ts';
import { TAG } from '../dicom/tables/tags.ts';
import { inOrder } from '../infra/in-order.ts';
import { encodeDirectory } from './dicomdir/encode-directory.ts';
import type { DirectoryNode } from './dicomdir/encode-directory.ts';
import { createFillReport, tagWords } from './dicomdir/fill-report.ts';
import type { FillReport } from './dicomdir/fill-report.ts';
import { asciiOf, encodeCopy } from './dicomdir/head.ts';
import { encodeIcon } from './dicomdir/icon.ts';
import { completeParent, startParent } from './dicomdir/parent-node.ts';
import type { ParentNode } from './dicomdir/parent-node.ts';
import { encodeKeys } from './dicomdir/record-keys.ts';
import type { RecordKeys } from './dicomdir/record-keys.ts';
import { createSiblingNumbers } from './dicomdir/sibling-numbers.ts';
import type { SiblingNumbers } from './dicomdir/sibling-numbers.ts';
import type { PlacedInstance } from './file-set.ts';
import { imageBreach } from './profile-images.ts';
import type { ApplicationProfileRow } from './tables/application-profiles.ts';
import { directoryRecord } from './tables/directory-records.ts';
import type { DirectoryRecordRow } from './tables/directory-records.ts';
import { withProfileKeys } from './tables/profile-keys.ts';

export interface DicomdirRequest {
  readonly fileSetId: string;
  readonly fileSetUid: string;
  /** In disc order. */
  readonly instances: readonly PlacedInstance[];
  /** The profile that the disc is made for: its keys and icons. */
  readonly profile: ApplicationProfileRow;
  /** Everything of the data set up to the highest key of the record; used up before the next call; throws when it cannot be read. */
  readonly readHead: (placed: PlacedInstance) => DataSet;
  /** A frame of an instance as a picture; absent = no icons. */
  readonly raster?: (placed: PlacedInstance, how: Omit<RasterRequest, 'source'>) => Promise<Raster>;
  readonly signal?: AbortSignal;
}

export interface Dicomdir {
  readonly bytes: Buffer;
  readonly records: number;
  readonly report: readonly ReportEntry[];
  /** instanceId of those without a record: they do not belong on the disc. */
  readonly leftOff: ReadonlySet<number>;
  /** What the profile asks and an instance has not, by instanceId. */
  readonly breaches: ReadonlyMap<number, string>;
}

const NOTHING = Buffer.alloc(0);
/** Heads read between two turns of the event loop: a few milliseconds of work. */
const HEADS_AT_ONCE = 32;
/** Frames of icons held at the same time: as many as one reader of files keeps threads busy with. */
const ICONS_AT_ONCE = 8;

const row = (record: string, { extraKeys }: ApplicationProfileRow): DirectoryRecordRow => {
  const found = directoryRecord(record);
  if (!found) throw new TypeError(`no row for directory record ${record}`);
  return withProfileKeys(found, extraKeys);
};

interface Work {
  readonly profile: ApplicationProfileRow;
  readonly rows: { readonly patient: DirectoryRecordRow; readonly study: DirectoryRecordRow; readonly series: DirectoryRecordRow };
  readonly breaches: Map<number, string>;
  readonly numbers: SiblingNumbers;
  readonly report: FillReport;
  readonly roots: DirectoryNode[];
  readonly shared: DirectoryNode[];
  readonly known: Map<string, ParentNode>;
}

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** What every record that names a file carries before its keys. @source PS3.3 F.3.2.2 */
const fileReference = ({ instance, fileId, record }: PlacedInstance, head: DataSet): Buffer => {
  const general = head.elements.get(TAG.RelatedGeneralSOPClassUID);
  return Buffer.concat([
    ...(record.record === 'PRIVATE' ? [encodeElement(TAG.PrivateRecordUID, 'UI', ascii(instance.attributes.sopClassUid))] : []),
    encodeElement(TAG.ReferencedFileID, 'CS', ascii(fileId.join('\\'))),
    encodeElement(TAG.ReferencedSOPClassUIDInFile, 'UI', ascii(instance.attributes.sopClassUid)),
    encodeElement(TAG.ReferencedSOPInstanceUIDInFile, 'UI', ascii(instance.attributes.sopInstanceUid)),
    encodeElement(TAG.ReferencedTransferSyntaxUIDInFile, 'UI', ascii(instance.file.transferSyntaxUid)),
    ...(general ? [encodeCopy(TAG.ReferencedRelatedGeneralSOPClassUIDInFile, 'UI', general)] : []),
  ]);
};

/** Encodes the keys of a record, or answers the tag that is missing. */
const keysOf = (record: DirectoryRecordRow, { instance }: PlacedInstance, head: DataSet, work: Work): RecordKeys | { readonly missing: number } =>
  encodeKeys(record, {
    head, studyInstanceUid: instance.attributes.studyInstanceUid, sopClassUid: instance.attributes.sopClassUid,
    nextNumber: () => (record.record === 'SERIES' ? work.numbers.nextSeries(instance) : work.numbers.nextInstance(instance)),
  });

const noteFills = (keys: RecordKeys, where: string, report: FillReport): void => {
  for (const { tag, text } of keys.filled) report.filled(where, tag, text);
};

/** The record of a patient, study or series: made from the first of its instances that is on the disc. */
const parentNode = (record: DirectoryRecordRow, key: string, siblings: DirectoryNode[], where: string, placed: PlacedInstance, head: DataSet, work: Work): DirectoryNode => {
  const name = `${record.record} ${key}`;
  const known = work.known.get(name);
  if (known) { completeParent(known, head); return known; }
  const keys = keysOf(record, placed, head, work);
  if ('missing' in keys) throw new TypeError(`no stand-in for ${tagWords(keys.missing)}`);
  noteFills(keys, where, work.report);
  const node = startParent(record, keys.parts);
  work.known.set(name, node);
  siblings.push(node);
  return node;
};

const UIDS = [TAG.StudyInstanceUID, TAG.SeriesInstanceUID];

/** The icon of an image, nothing where the profile knows none; undefined when its pixels cannot be shown. @source PS3.11 A.3.3.2, B.3.3.2, E.3.3.2 */
const iconOf = async (placed: PlacedInstance, { profile: { icon }, raster, signal }: DicomdirRequest): Promise<Buffer | undefined> => {
  if (!icon || placed.record.record !== 'IMAGE') return NOTHING;
  try {
    const picture = await raster?.(placed, { frame: 'representative', box: { columns: icon.side, rows: icon.side }, fit: 'pad', ...(signal ? { signal } : {}) });
    return picture && encodeIcon(picture);
  } catch (error) {
    // A file that is gone or damaged is found again, and named, when its head is read.
    if (signal?.aborted || error instanceof TypeError) throw error;
    return undefined;
  }
};

interface WithIcon { readonly placed: PlacedInstance; readonly icon: Buffer | undefined }

/** The instances in their order, each with its icon; some icons are under way while the records before are made. */
const withIcons = (request: DicomdirRequest): AsyncIterable<WithIcon> => {
  const { instances, profile } = request;
  async function* steps(): AsyncGenerator<() => Promise<WithIcon>, void, void> {
    for (const [at, one] of instances.entries()) {
      if (at % HEADS_AT_ONCE === 0) { await nextTurn(); request.signal?.throwIfAborted(); }
      const placed = { ...one, record: withProfileKeys(one.record, profile.extraKeys) };
      yield async () => ({ placed, icon: await iconOf(placed, request) });
    }
  }
  return inOrder(steps(), ICONS_AT_ONCE);
};

/** Notes the first thing that the profile asks of an instance and that its head or its pixels do not give. */
const noteBreach = ({ instance, record }: PlacedInstance, head: DataSet, lacking: readonly number[], hasIcon: boolean, { profile, breaches }: Work): void => {
  const breach = record.record === 'PRIVATE' ? 'has no directory record for its SOP class'
    : lacking[0] !== undefined ? `asks for ${tagWords(lacking[0])} in the directory, which is empty`
      : !hasIcon ? 'asks for an icon, and the pixels cannot be shown' : record.record === 'IMAGE' ? imageBreach(profile, head, instance) : undefined;
  if (breach !== undefined) breaches.set(instance.instanceId, breach);
};

/** Adds the records of one instance; answers why it gives none. */
const add = (placed: PlacedInstance, head: DataSet, icon: Buffer | undefined, work: Work): string | undefined => {
  const { instance, record } = placed;
  const { sopInstanceUid, studyInstanceUid: study, seriesInstanceUid: series } = instance.attributes;
  const lacking = record.under === 'root' ? undefined : UIDS.find((tag) => asciiOf(head, tag) === '');
  // The own record first: an instance that gives none must not leave an empty series behind.
  const keys = lacking === undefined ? keysOf(record, placed, head, work) : { missing: lacking };
  if ('missing' in keys) return `it has no ${tagWords(keys.missing)}, which its directory record needs`;
  noteBreach(placed, head, keys.lacking, icon !== undefined || work.profile.icon?.isRequired !== true, work);
  noteFills(keys, record.under === 'root' ? `instance ${sopInstanceUid}` : `series ${series}`, work.report);
  const own: DirectoryNode = { recordType: record.record, keys: Buffer.concat([fileReference(placed, head), ...keys.parts.map(({ bytes }) => bytes), icon ?? NOTHING]), children: [] };
  if (record.under === 'root') { work.shared.push(own); return undefined; }
  const patientNode = parentNode(work.rows.patient, String(instance.patientKey), work.roots, `the patient of study ${study}`, placed, head, work);
  const studyNode = parentNode(work.rows.study, `${instance.patientKey} ${study}`, patientNode.children, `study ${study}`, placed, head, work);
  parentNode(work.rows.series, `${instance.patientKey} ${study} ${series}`, studyNode.children, `series ${series}`, placed, head, work).children.push(own);
  return undefined;
};

const noteNameVariants = (instances: readonly VolumeInstance[], report: FillReport): void => {
  const names = new Map<number, { readonly study: string; readonly variants: Set<string> }>();
  for (const { patientKey, attributes } of instances) {
    const known = names.get(patientKey) ?? { study: attributes.studyInstanceUid, variants: new Set<string>() };
    names.set(patientKey, known);
    known.variants.add(attributes.patientName);
  }
  for (const { study, variants } of names.values()) {
    if (variants.size > 1) report.note(`the patient of study ${study} is named in ${variants.size} ways: the directory holds the first`);
  }
};

const UNREADABLE = 'its stored file cannot be read as a data set of its transfer syntax';

/** Reads and adds one instance; answers why it is left off. */
const take = (placed: PlacedInstance, icon: Buffer | undefined, request: DicomdirRequest, work: Work): string | undefined => {
  let head: DataSet;
  try {
    head = request.readHead(placed);
  } catch (error) {
    // A file that is gone or damaged costs itself, not the disc: it is named in the report of the order.
    if (error instanceof TypeError) throw error;
    return UNREADABLE;
  }
  return add(placed, head, icon, work);
};

/**
 * Builds the DICOMDIR in Explicit VR Little Endian. One PATIENT record per patient of the catalog, one STUDY and one SERIES per UID.
 * Empty required values get stand-ins in the record only and are reported; memory grows with the directory, not with the instances.
 * @throws the reason of `signal` when it is aborted
 * @source PS3.3 F, PS3.10 8.6, PS3.11 (keys and icons of each profile)
 */
export const writeDicomdir = async (request: DicomdirRequest): Promise<Dicomdir> => {
  const all = request.instances.map(({ instance }) => instance);
  const { profile } = request;
  const work: Work = {
    profile, rows: { patient: row('PATIENT', profile), study: row('STUDY', profile), series: row('SERIES', profile) }, breaches: new Map(),
    numbers: createSiblingNumbers(all), report: createFillReport(), roots: [], shared: [], known: new Map(),
  };
  const leftOff = new Set<number>();
  for await (const { placed, icon } of withIcons(request)) {
    const reason = take(placed, icon, request, work);
    if (reason === undefined) continue;
    leftOff.add(placed.instance.instanceId);
    work.report.leftOff(placed.instance.attributes.sopInstanceUid, reason);
  }
  noteNameVariants(all, work.report);
  return { ...encodeDirectory(request.fileSetId, request.fileSetUid, [...work.roots, ...work.shared]), report: work.report.entries(), leftOff, breaches: work.breaches };
};
