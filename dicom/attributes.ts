/**
 * The indexed attributes of an instance, from the head of its data set: what the catalog, the disc order and labels know of it.
 * Reads leniently; refuses only what cannot be filed: unreadable bytes and instances without their UIDs.
 */
import { scanHead, wantedTags } from './data-set/scan-head.ts';
import { trimPadding } from './data-set/data-set.ts';
import { decoderFor } from './data-set/text-decoder.ts';
import type { TextDecode } from './data-set/text-decoder.ts';
import { TAG } from './tables/tags.ts';

/** Text is decoded and trimmed of padding, '' when absent or empty, at most 1024 characters, without control characters. */
export interface IndexedAttributes {
  readonly specificCharacterSet: readonly string[];
  readonly patientId: string;
  readonly issuerOfPatientId: string;
  /** All component groups, joined by '='; empty ones at the end are dropped. */
  readonly patientName: string;
  readonly patientBirthDate: string;
  readonly patientSex: string;
  readonly studyInstanceUid: string;
  readonly studyDate: string;
  readonly studyTime: string;
  readonly studyId: string;
  readonly studyDescription: string;
  readonly accessionNumber: string;
  readonly referringPhysicianName: string;
  readonly institutionName: string;
  readonly seriesInstanceUid: string;
  readonly seriesNumber: string;
  readonly seriesDescription: string;
  readonly seriesDate: string;
  readonly modality: string;
  readonly bodyPartExamined: string;
  readonly stationName: string;
  readonly laterality: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly instanceNumber: string;
  readonly rows: number | null;
  readonly columns: number | null;
  readonly numberOfFrames: number | null;
  /** Values joined by backslash. */
  readonly imageType: string;
  readonly contentDate: string;
  readonly contentTime: string;
  readonly burnedInAnnotation: string;
}

/** 'short': more bytes of the data set are needed. `reason` carries no patient data. */
export type AttributesRead =
  | { readonly status: 'ok'; readonly attributes: IndexedAttributes }
  | { readonly status: 'short' }
  | { readonly status: 'unreadable'; readonly reason: string };

const MAX_CHARACTERS = 1024;

const WANTED = wantedTags([
  TAG.SpecificCharacterSet, TAG.ImageType, TAG.SOPClassUID, TAG.SOPInstanceUID, TAG.StudyDate, TAG.SeriesDate, TAG.ContentDate,
  TAG.StudyTime, TAG.ContentTime, TAG.AccessionNumber, TAG.Modality, TAG.InstitutionName, TAG.ReferringPhysicianName, TAG.StationName,
  TAG.StudyDescription, TAG.SeriesDescription, TAG.PatientName, TAG.PatientID, TAG.IssuerOfPatientID, TAG.PatientBirthDate, TAG.PatientSex,
  TAG.BodyPartExamined, TAG.StudyInstanceUID, TAG.SeriesInstanceUID, TAG.StudyID, TAG.SeriesNumber, TAG.InstanceNumber, TAG.Laterality,
  TAG.NumberOfFrames, TAG.Rows, TAG.Columns, TAG.BurnedInAnnotation,
]);

const at = (tag: number): number => WANTED.indexOf.get(tag) ?? -1;

/** Place of each attribute in the scan, looked up once. */
const PLACE = {
  specificCharacterSet: at(TAG.SpecificCharacterSet), imageType: at(TAG.ImageType), sopClassUid: at(TAG.SOPClassUID), sopInstanceUid: at(TAG.SOPInstanceUID),
  studyDate: at(TAG.StudyDate), seriesDate: at(TAG.SeriesDate), contentDate: at(TAG.ContentDate), studyTime: at(TAG.StudyTime), contentTime: at(TAG.ContentTime),
  accessionNumber: at(TAG.AccessionNumber), modality: at(TAG.Modality), institutionName: at(TAG.InstitutionName), referringPhysicianName: at(TAG.ReferringPhysicianName),
  stationName: at(TAG.StationName), studyDescription: at(TAG.StudyDescription), seriesDescription: at(TAG.SeriesDescription), patientName: at(TAG.PatientName),
  patientId: at(TAG.PatientID), issuerOfPatientId: at(TAG.IssuerOfPatientID), patientBirthDate: at(TAG.PatientBirthDate), patientSex: at(TAG.PatientSex),
  bodyPartExamined: at(TAG.BodyPartExamined), studyInstanceUid: at(TAG.StudyInstanceUID), seriesInstanceUid: at(TAG.SeriesInstanceUID), studyId: at(TAG.StudyID),
  seriesNumber: at(TAG.SeriesNumber), instanceNumber: at(TAG.InstanceNumber), laterality: at(TAG.Laterality), numberOfFrames: at(TAG.NumberOfFrames),
  rows: at(TAG.Rows), columns: at(TAG.Columns), burnedInAnnotation: at(TAG.BurnedInAnnotation),
} as const;

// eslint-disable-next-line no-control-regex -- these are the characters to remove
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const CONTROLS = new RegExp(CONTROL.source, 'g');
const UID_SHAPE = /^[0-9.]{1,64}$/;

const clean = (text: string): string => {
  const trimmed = trimPadding(text);
  const plain = CONTROL.test(trimmed) ? trimPadding(trimmed.replace(CONTROLS, '')) : trimmed;
  if (plain.length <= MAX_CHARACTERS) return plain;
  const cut = plain.slice(0, MAX_CHARACTERS);
  const last = cut.charCodeAt(cut.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? cut.slice(0, -1) : cut;
};

/** Empty component groups at the end say nothing. @source PS3.5 6.2.1.1 */
const nameOf = (text: string): string => trimPadding(text.replace(/=+$/, ''));

const uidOf = (value: Buffer | undefined): string => {
  if (value === undefined) return '';
  const uid = trimPadding(value.toString('latin1'));
  return UID_SHAPE.test(uid) ? uid : '';
};

const wordOf = (value: Buffer | undefined, bigEndian: boolean): number | null =>
  value === undefined || value.length < 2 ? null : bigEndian ? value.readUInt16BE(0) : value.readUInt16LE(0);

const integerOf = (text: string): number | null => {
  const number = /^[+-]?\d{1,12}$/.test(text) ? Number.parseInt(text, 10) : NaN;
  return Number.isNaN(number) ? null : number;
};

const decoders = new Map<string, TextDecode>();
const decoderOf = (characterSet: string): TextDecode => {
  let decoder = decoders.get(characterSet);
  if (decoder === undefined) {
    decoder = decoderFor(characterSet === '' ? [] : characterSet.split('\\'));
    // Terms come from outside: the cache must not grow with them.
    if (decoders.size < 64) decoders.set(characterSet, decoder);
  }
  return decoder;
};

/** Names the UIDs an instance must have to be filed, where they are missing. */
const missing = (attributes: IndexedAttributes): readonly string[] => [
  ...(attributes.sopClassUid === '' ? ['SOP Class UID'] : []),
  ...(attributes.sopInstanceUid === '' ? ['SOP Instance UID'] : []),
  ...(attributes.studyInstanceUid === '' ? ['Study Instance UID'] : []),
  ...(attributes.seriesInstanceUid === '' ? ['Series Instance UID'] : []),
];

/**
 * Reads the indexed attributes from the first bytes of a data set (after the file meta information).
 * Pass `isWhole` when the head is all of the data set, so that an early end is not taken for a short head.
 * @source PS3.4 C.6.1, C.6.2 (keys), PS3.5 6.1, 6.2
 */
export const readAttributes = (head: Buffer, transferSyntaxUid: string, isWhole = false): AttributesRead => {
  const scan = scanHead(head, transferSyntaxUid, WANTED, isWhole);
  if (scan.status === 'short') return { status: 'short' };
  if (scan.status === 'unreadable') return { status: 'unreadable', reason: 'the data set cannot be read' };
  const { values, bigEndian } = scan;
  const characterSet = clean(values[PLACE.specificCharacterSet]?.toString('latin1') ?? '');
  const decode = decoderOf(characterSet);
  const text = (place: number, vr: string): string => {
    const value = values[place];
    return value === undefined || value.length === 0 ? '' : clean(decode(value, vr));
  };
  const attributes: IndexedAttributes = {
    specificCharacterSet: characterSet === '' ? [] : characterSet.split('\\').map(trimPadding),
    patientId: text(PLACE.patientId, 'LO'),
    issuerOfPatientId: text(PLACE.issuerOfPatientId, 'LO'),
    patientName: nameOf(text(PLACE.patientName, 'PN')),
    patientBirthDate: text(PLACE.patientBirthDate, 'DA'),
    patientSex: text(PLACE.patientSex, 'CS'),
    studyInstanceUid: uidOf(values[PLACE.studyInstanceUid]),
    studyDate: text(PLACE.studyDate, 'DA'),
    studyTime: text(PLACE.studyTime, 'TM'),
    studyId: text(PLACE.studyId, 'SH'),
    studyDescription: text(PLACE.studyDescription, 'LO'),
    accessionNumber: text(PLACE.accessionNumber, 'SH'),
    referringPhysicianName: nameOf(text(PLACE.referringPhysicianName, 'PN')),
    institutionName: text(PLACE.institutionName, 'LO'),
    seriesInstanceUid: uidOf(values[PLACE.seriesInstanceUid]),
    seriesNumber: text(PLACE.seriesNumber, 'IS'),
    seriesDescription: text(PLACE.seriesDescription, 'LO'),
    seriesDate: text(PLACE.seriesDate, 'DA'),
    modality: text(PLACE.modality, 'CS'),
    bodyPartExamined: text(PLACE.bodyPartExamined, 'CS'),
    stationName: text(PLACE.stationName, 'SH'),
    laterality: text(PLACE.laterality, 'CS'),
    sopClassUid: uidOf(values[PLACE.sopClassUid]),
    sopInstanceUid: uidOf(values[PLACE.sopInstanceUid]),
    instanceNumber: text(PLACE.instanceNumber, 'IS'),
    rows: wordOf(values[PLACE.rows], bigEndian),
    columns: wordOf(values[PLACE.columns], bigEndian),
    numberOfFrames: integerOf(text(PLACE.numberOfFrames, 'IS')),
    imageType: text(PLACE.imageType, 'CS'),
    contentDate: text(PLACE.contentDate, 'DA'),
    contentTime: text(PLACE.contentTime, 'TM'),
    burnedInAnnotation: text(PLACE.burnedInAnnotation, 'CS'),
  };
  const absent = missing(attributes);
  return absent.length === 0 ? { status: 'ok', attributes } : { status: 'unreadable', reason: `missing or malformed: ${absent.join(', ')}` };
};
