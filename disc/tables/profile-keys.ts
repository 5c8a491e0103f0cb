/**
 * Keys that application profiles add to directory records. Pure data.
 * What a profile demands and an instance lacks is never invented: the instance then breaks the profile.
 */
import { TAG } from '../../dicom/tables/tags.ts';
import { directoryRecord, REFERENCE } from './directory-records.ts';
import type { DirectoryKey, DirectoryRecordRow } from './directory-records.ts';

/** Names of the tables, as ApplicationProfileRow.extraKeys gives them. */
export type ExtraKeys = 'K1' | 'K2' | 'K4' | 'K5' | 'none';

export interface ProfileKeysRow {
  readonly id: ExtraKeys;
  /** Added keys by record type, in the order of their tags. */
  readonly records: Readonly<Record<string, readonly DirectoryKey[]>>;
  readonly source: string;
}

const key = (type: DirectoryKey['type'], tag: number, vr: string, more: Pick<DirectoryKey, 'keep' | 'group' | 'when'> = {}): DirectoryKey => ({ tag, vr, type, fill: 'none', ofProfile: true, ...more });

const imageType = key('1C', TAG.ImageType, 'CS');
const references = key('1C', TAG.ReferencedImageSequence, 'SQ', { keep: REFERENCE });
const rows = key('1', TAG.Rows, 'US');
const columns = key('1', TAG.Columns, 'US');
const frameOfReference = key('1C', TAG.FrameOfReferenceUID, 'UI');
/** Where all frames lie the same, enhanced images say it once, in the groups that they share. @source PS3.11 Table H.3-2, note; PS3.3 C.7.6.16 */
const position = key('1C', TAG.ImagePositionPatient, 'DS', { group: TAG.PlanePositionSequence });
const orientation = key('1C', TAG.ImageOrientationPatient, 'DS', { group: TAG.PlaneOrientationSequence });
const spacing = key('1C', TAG.PixelSpacing, 'DS', { group: TAG.PixelMeasuresSequence });
const wholeReferences = key('1C', TAG.ReferencedImageSequence, 'SQ', { group: TAG.ReferencedImageSequence });

/** Of images and spectra alike. @source PS3.11 Table H.3-2 */
const sizeAndPlace = [
  key('1C', TAG.AcquisitionDateTime, 'DT'), wholeReferences, key('1C', TAG.AcquisitionTimeSynchronized, 'CS'), position, orientation, frameOfReference,
  key('1C', TAG.SynchronizationFrameOfReferenceUID, 'UI'), key('1C', TAG.NumberOfFrames, 'IS'), rows, columns, spacing,
] as const;

const sorted = (keys: readonly DirectoryKey[]): readonly DirectoryKey[] => [...keys].sort((a, b) => a.tag - b.tag);
const patient = (type: '1C' | '2'): readonly DirectoryKey[] => [key(type, TAG.PatientBirthDate, 'DA'), key(type, TAG.PatientSex, 'CS')];
const series = (type: '1C' | '2'): readonly DirectoryKey[] => [key(type, TAG.InstitutionName, 'LO'), key(type, TAG.InstitutionAddress, 'ST'), key(type, TAG.PerformingPhysicianName, 'PN')];

export const PROFILE_KEYS: readonly ProfileKeysRow[] = [
  { id: 'K1', records: { IMAGE: [imageType, references] }, source: 'PS3.11 Table D.3-2' },
  {
    id: 'K2', source: 'PS3.11 Table H.3-2', records: {
      PATIENT: patient('1C'), SERIES: series('1C'), SPECTROSCOPY: sizeAndPlace,
      IMAGE: sorted([imageType, key('1C', TAG.CalibrationImage, 'CS'), key('1C', TAG.LossyImageCompressionRatio, 'DS'), ...sizeAndPlace]),
    },
  },
  { id: 'K4', records: { IMAGE: sorted([references, position, orientation, frameOfReference, rows, columns, spacing]) }, source: 'PS3.11 Table E.3-2' },
  {
    id: 'K5', source: 'PS3.11 Table A.3-2, Table B.3-2', records: {
      PATIENT: patient('2'), SERIES: series('2'),
      IMAGE: sorted([key('1C', TAG.ImageType, 'CS', { when: 'angiography' }), key('1C', TAG.ReferencedImageSequence, 'SQ', { keep: REFERENCE, when: 'biplane' }), key('1C', TAG.LossyImageCompressionRatio, 'DS'), key('2', TAG.CalibrationImage, 'CS')]),
    },
  },
  { id: 'none', records: {}, source: 'PS3.11 C.3, K.3' },
];

const byId: ReadonlyMap<ExtraKeys, ProfileKeysRow> = new Map(PROFILE_KEYS.map((row) => [row.id, row]));

/** The keys that a table adds to a record type. */
export const profileKeys = (id: ExtraKeys, record: string): readonly DirectoryKey[] => byId.get(id)?.records[record] ?? [];

const withKeys = (row: DirectoryRecordRow, added: readonly DirectoryKey[]): DirectoryRecordRow => {
  // What a record needs in any case stays as it is: nothing in a profile weakens it.
  const own = row.keys.filter(({ tag, type }) => type === '1' || !added.some((one) => one.tag === tag));
  return { ...row, keys: sorted([...own, ...added.filter(({ tag }) => !own.some((one) => one.tag === tag))]) };
};

const merged = new Map<string, DirectoryRecordRow>();

/** A record type with the keys that a profile adds to it; the same object for the same question. */
export const withProfileKeys = (row: DirectoryRecordRow, id: ExtraKeys): DirectoryRecordRow => {
  const added = profileKeys(id, row.record);
  if (added.length === 0 || directoryRecord(row.record) !== row) return row;
  const name = `${id} ${row.record}`;
  const known = merged.get(name) ?? withKeys(row, added);
  merged.set(name, known);
  return known;
};
