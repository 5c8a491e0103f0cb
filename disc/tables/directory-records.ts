/**
 * Directory records: which keys each record type carries and what stands in when a required value is missing. Pure data.
 * Keys stand in the order of their tags; the record header and Specific Character Set are added by the writer.
 * Fills change the record only, never the instance.
 */
import { TAG } from '../../dicom/tables/tags.ts';

/**
 * What stands in for an empty type 1 value:
 * 'none' = nothing may be invented, the instance is left off; 'number' = smallest free number among the siblings;
 * 'from-uid' = SPINDLE- and eight hex digits of the study UID's SHA-256; 'date', 'time' = the next best date or time of the instance;
 * 'mime' = what the SOP class implies; '=X' = the text X.
 */
export type Fill = 'none' | 'number' | 'from-uid' | 'date' | 'time' | 'mime' | `=${string}`;

export interface DirectoryKey {
  readonly tag: number;
  readonly vr: string;
  /** '1' always with a value, '2' always present, '1C' when the instance has it, '3' the same but may be dropped. */
  readonly type: '1' | '1C' | '2' | '3';
  readonly fill: Fill;
  /** For sequences: only these elements are copied, at every depth. Absent = everything. */
  readonly keep?: readonly number[];
  /** For sequences: only items whose Relationship Type is this. */
  readonly relationship?: 'HAS CONCEPT MOD';
  /** The application profile adds it: an instance without a type 1 value breaks the profile. */
  readonly ofProfile?: true;
  /** Where the instance does not say it: the functional group, shared by all frames, that may. */
  readonly group?: number;
  /** A type 1C key that these instances must have: XA images, and those among them whose Image Type value 3 is BIPLANE A or BIPLANE B. */
  readonly when?: 'angiography' | 'biplane';
}

export interface DirectoryRecordRow {
  readonly record: string;
  readonly keys: readonly DirectoryKey[];
  readonly under: 'root' | 'PATIENT' | 'STUDY' | 'SERIES';
  /** First letters of the File ID component of an instance of this record type. */
  readonly prefix: string;
  readonly source: string;
}

const one = (tag: number, vr: string, fill: Fill): DirectoryKey => ({ tag, vr, type: '1', fill });
const two = (tag: number, vr: string): DirectoryKey => ({ tag, vr, type: '2', fill: 'none' });
const oneC = (tag: number, vr: string, limits: Pick<DirectoryKey, 'keep' | 'relationship'> = {}): DirectoryKey => ({ tag, vr, type: '1C', fill: 'none', ...limits });
const three = (tag: number, vr: string): DirectoryKey => ({ tag, vr, type: '3', fill: 'none' });

/** Referenced Frame Number. */
const REFERENCED_FRAME = 0x00081160;
/** What is copied of a reference to an instance. */
export const REFERENCE = [TAG.ReferencedSOPClassUID, TAG.ReferencedSOPInstanceUID, REFERENCED_FRAME] as const;
const REFERENCED_SERIES = [TAG.SeriesInstanceUID, TAG.ReferencedImageSequence, ...REFERENCE] as const;

const instanceNumber = one(TAG.InstanceNumber, 'IS', 'number');
const contentDate = one(TAG.ContentDate, 'DA', 'date');
const contentTime = one(TAG.ContentTime, 'TM', 'time');
const conceptName = one(TAG.ConceptNameCodeSequence, 'SQ', 'none');
const conceptModifiers = oneC(TAG.ContentSequence, 'SQ', { relationship: 'HAS CONCEPT MOD' });
/** Content Identification Macro. @source PS3.3 Table 10-12 */
const identification = [instanceNumber, one(TAG.ContentLabel, 'CS', '=UNLABELED'), two(TAG.ContentDescription, 'LO'), two(TAG.ContentCreatorName, 'PN')] as const;
const dated = [contentDate, contentTime, ...identification] as const;
const implantKeys = [one(TAG.Manufacturer, 'LO', 'none')] as const;

export const DIRECTORY_RECORDS = [
  { record: 'ANNOTATION', under: 'SERIES', prefix: 'AN', keys: dated, source: 'PS3.3 F.5.47' },
  { record: 'ASSESSMENT', under: 'SERIES', prefix: 'AS', keys: [one(TAG.InstanceCreationDate, 'DA', 'date'), two(TAG.InstanceCreationTime, 'TM'), instanceNumber], source: 'PS3.3 F.5.45' },
  { record: 'ENCAP DOC', under: 'SERIES', prefix: 'ED', keys: [two(TAG.ContentDate, 'DA'), two(TAG.ContentTime, 'TM'), instanceNumber, two(TAG.ConceptNameCodeSequence, 'SQ'), oneC(TAG.HL7InstanceIdentifier, 'ST'), two(TAG.DocumentTitle, 'ST'), one(TAG.MIMETypeOfEncapsulatedDocument, 'LO', 'mime')], source: 'PS3.3 F.5.32' },
  { record: 'FIDUCIAL', under: 'SERIES', prefix: 'FD', keys: dated, source: 'PS3.3 F.5.30' },
  { record: 'HANGING PROTOCOL', under: 'root', prefix: 'HP', keys: [one(TAG.HangingProtocolName, 'SH', 'none'), one(TAG.HangingProtocolDescription, 'LO', 'none'), one(TAG.HangingProtocolLevel, 'CS', 'none'), one(TAG.HangingProtocolCreator, 'LO', 'none'), one(TAG.HangingProtocolCreationDateTime, 'DT', 'none'), one(TAG.HangingProtocolDefinitionSequence, 'SQ', 'none'), two(TAG.HangingProtocolUserIdentificationCodeSequence, 'SQ'), one(TAG.NumberOfPriorsReferenced, 'US', 'none')], source: 'PS3.3 F.5.31' },
  { record: 'IMAGE', under: 'SERIES', prefix: 'IM', keys: [instanceNumber], source: 'PS3.3 F.5.4' },
  { record: 'IMPLANT', under: 'root', prefix: 'IP', keys: [...implantKeys, one(TAG.ImplantName, 'LO', 'none'), one(TAG.ImplantPartNumber, 'LO', 'none'), oneC(TAG.ImplantSize, 'LO')], source: 'PS3.3 F.5.37' },
  { record: 'IMPLANT ASSY', under: 'root', prefix: 'IA', keys: [...implantKeys, one(TAG.ImplantAssemblyTemplateName, 'LO', 'none'), one(TAG.ProcedureTypeCodeSequence, 'SQ', 'none')], source: 'PS3.3 F.5.39' },
  { record: 'IMPLANT GROUP', under: 'root', prefix: 'IG', keys: [one(TAG.ImplantTemplateGroupName, 'LO', 'none'), one(TAG.ImplantTemplateGroupIssuer, 'LO', 'none')], source: 'PS3.3 F.5.38' },
  { record: 'KEY OBJECT DOC', under: 'SERIES', prefix: 'KO', keys: [contentDate, contentTime, instanceNumber, conceptName, conceptModifiers], source: 'PS3.3 F.5.26' },
  { record: 'MEASUREMENT', under: 'SERIES', prefix: 'ME', keys: dated, source: 'PS3.3 F.5.41' },
  { record: 'PALETTE', under: 'root', prefix: 'PL', keys: [one(TAG.ContentLabel, 'CS', '=UNLABELED'), two(TAG.ContentDescription, 'LO')], source: 'PS3.3 F.5.36' },
  { record: 'PATIENT', under: 'root', prefix: 'PAT', keys: [two(TAG.PatientName, 'PN'), one(TAG.PatientID, 'LO', 'from-uid'), three(TAG.IssuerOfPatientID, 'LO'), three(TAG.PatientBirthDate, 'DA'), three(TAG.PatientSex, 'CS')], source: 'PS3.3 F.5.1' },
  { record: 'PLAN', under: 'SERIES', prefix: 'PN', keys: [], source: 'PS3.3 F.5.40' },
  { record: 'PRESENTATION', under: 'SERIES', prefix: 'PR', keys: [oneC(TAG.ReferencedSeriesSequence, 'SQ', { keep: REFERENCED_SERIES }), instanceNumber, one(TAG.ContentLabel, 'CS', '=UNLABELED'), two(TAG.ContentDescription, 'LO'), one(TAG.PresentationCreationDate, 'DA', 'date'), one(TAG.PresentationCreationTime, 'TM', 'time'), two(TAG.ContentCreatorName, 'PN'), oneC(TAG.BlendingSequence, 'SQ', { keep: [TAG.StudyInstanceUID, TAG.ReferencedSeriesSequence, ...REFERENCED_SERIES] })], source: 'PS3.3 F.5.23' },
  { record: 'RADIOTHERAPY', under: 'SERIES', prefix: 'RA', keys: [instanceNumber, two(TAG.ContentDescription, 'LO'), two(TAG.ContentCreatorName, 'PN'), oneC(TAG.UserContentLabel, 'SH'), oneC(TAG.UserContentLongLabel, 'LO')], source: 'PS3.3 F.5.46' },
  { record: 'RAW DATA', under: 'SERIES', prefix: 'RW', keys: [contentDate, contentTime, two(TAG.InstanceNumber, 'IS')], source: 'PS3.3 F.5.28' },
  { record: 'REGISTRATION', under: 'SERIES', prefix: 'RG', keys: dated, source: 'PS3.3 F.5.29' },
  { record: 'RT DOSE', under: 'SERIES', prefix: 'RD', keys: [instanceNumber, three(TAG.DoseComment, 'LO'), one(TAG.DoseSummationType, 'CS', 'none')], source: 'PS3.3 F.5.19' },
  { record: 'RT PLAN', under: 'SERIES', prefix: 'RP', keys: [instanceNumber, one(TAG.RTPlanLabel, 'SH', '=UNLABELED'), two(TAG.RTPlanDate, 'DA'), two(TAG.RTPlanTime, 'TM')], source: 'PS3.3 F.5.21' },
  { record: 'RT STRUCTURE SET', under: 'SERIES', prefix: 'RS', keys: [instanceNumber, one(TAG.StructureSetLabel, 'SH', '=UNLABELED'), two(TAG.StructureSetDate, 'DA'), two(TAG.StructureSetTime, 'TM')], source: 'PS3.3 F.5.20' },
  { record: 'RT TREAT RECORD', under: 'SERIES', prefix: 'RT', keys: [instanceNumber, two(TAG.TreatmentDate, 'DA'), two(TAG.TreatmentTime, 'TM')], source: 'PS3.3 F.5.22' },
  { record: 'SERIES', under: 'STUDY', prefix: 'SE', keys: [one(TAG.Modality, 'CS', '=OT'), three(TAG.InstitutionName, 'LO'), three(TAG.SeriesDescription, 'LO'), one(TAG.SeriesInstanceUID, 'UI', 'none'), one(TAG.SeriesNumber, 'IS', 'number')], source: 'PS3.3 F.5.3' },
  { record: 'SPECTROSCOPY', under: 'SERIES', prefix: 'SP', keys: [one(TAG.ImageType, 'CS', 'none'), contentDate, contentTime, oneC(TAG.ReferencedImageEvidenceSequence, 'SQ', { keep: REFERENCE }), instanceNumber, one(TAG.NumberOfFrames, 'IS', 'none'), one(TAG.Rows, 'US', 'none'), one(TAG.Columns, 'US', 'none'), one(TAG.DataPointRows, 'UL', 'none'), one(TAG.DataPointColumns, 'UL', 'none')], source: 'PS3.3 F.5.27' },
  { record: 'SR DOCUMENT', under: 'SERIES', prefix: 'SR', keys: [contentDate, contentTime, instanceNumber, oneC(TAG.VerificationDateTime, 'DT'), conceptName, one(TAG.CompletionFlag, 'CS', '=PARTIAL'), one(TAG.VerificationFlag, 'CS', '=UNVERIFIED'), conceptModifiers], source: 'PS3.3 F.5.25' },
  { record: 'STEREOMETRIC', under: 'SERIES', prefix: 'SM', keys: [three(TAG.InstanceNumber, 'IS'), three(TAG.ContentLabel, 'CS'), three(TAG.ContentDescription, 'LO'), three(TAG.ContentCreatorName, 'PN')], source: 'PS3.3 F.5.35' },
  { record: 'STUDY', under: 'PATIENT', prefix: 'ST', keys: [one(TAG.StudyDate, 'DA', 'date'), one(TAG.StudyTime, 'TM', 'time'), two(TAG.AccessionNumber, 'SH'), two(TAG.StudyDescription, 'LO'), one(TAG.StudyInstanceUID, 'UI', 'none'), one(TAG.StudyID, 'SH', 'from-uid')], source: 'PS3.3 F.5.2' },
  { record: 'SURFACE', under: 'SERIES', prefix: 'SF', keys: dated, source: 'PS3.3 F.5.42' },
  { record: 'SURFACE SCAN', under: 'SERIES', prefix: 'SC', keys: [contentDate, contentTime], source: 'PS3.3 F.5.43' },
  { record: 'TRACT', under: 'SERIES', prefix: 'TR', keys: dated, source: 'PS3.3 F.5.44' },
  { record: 'VALUE MAP', under: 'SERIES', prefix: 'VM', keys: dated, source: 'PS3.3 F.5.34' },
  { record: 'WAVEFORM', under: 'SERIES', prefix: 'WV', keys: [contentDate, contentTime, instanceNumber], source: 'PS3.3 F.5.24' },
] as const satisfies readonly DirectoryRecordRow[];

/** What the Standard has no record type for; only on legal copies. @source PS3.3 F.6.1 */
export const PRIVATE_RECORD: DirectoryRecordRow = { record: 'PRIVATE', under: 'SERIES', prefix: 'PV', keys: [], source: 'PS3.3 F.6.1' };

const byRecord: ReadonlyMap<string, DirectoryRecordRow> = new Map(DIRECTORY_RECORDS.map((row) => [row.record, row]));

/** The row of a record type; undefined for retired, private and unknown types, which no disc carries. */
export const directoryRecord = (record: string): DirectoryRecordRow | undefined => byRecord.get(record);

/** Where a missing date or time comes from, best first; each time tag belongs to the date tag at the same place. @source ours; PS3.11 note under Table D.3-2 leaves it to the creator */
export const NEXT_BEST_DATES = [
  { date: TAG.StudyDate, time: TAG.StudyTime },
  { date: TAG.ContentDate, time: TAG.ContentTime },
  { date: TAG.SeriesDate, time: TAG.SeriesTime },
  { date: TAG.AcquisitionDate, time: TAG.AcquisitionTime },
  { date: TAG.InstanceCreationDate, time: TAG.InstanceCreationTime },
] as const;

/** Written where an instance has no date or time at all; named in the report. */
export const NO_DATE = '19000101';
export const NO_TIME = '000000';

/** MIME type that an encapsulated document class implies. @source PS3.3 A.45 */
export const MIME_OF_CLASS: Readonly<Record<string, string>> = {
  '1.2.840.10008.5.1.4.1.1.104.1': 'application/pdf',
  '1.2.840.10008.5.1.4.1.1.104.2': 'text/XML',
  '1.2.840.10008.5.1.4.1.1.104.3': 'model/stl',
  '1.2.840.10008.5.1.4.1.1.104.4': 'model/obj',
  '1.2.840.10008.5.1.4.1.1.104.5': 'model/mtl',
};
