/** Turns arrivals into instance rows and back. An instance keeps only the attributes in which it differs from its series' first. */
import type { Insertable, Selectable } from 'kysely';
import type { IndexedAttributes } from '../dicom/attributes.ts';
import type { ArrivedInstance, HeldInstance, StoredFile } from './books/instance-index.ts';
import { fit } from './folding.ts';
import type { Parents } from './identities.ts';
import type { InstanceTable } from './tables.ts';

const MAX_INT = 2_147_483_647;

const isEqual = (a: unknown, b: unknown): boolean => a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));

const differences = (base: IndexedAttributes, own: IndexedAttributes): string =>
  JSON.stringify(Object.fromEntries(Object.entries(own).filter(([name, value]) => !isEqual(value, base[name as keyof IndexedAttributes]))));

/** The attributes of an instance from what its series and its own row remember. */
export const restoredAttributes = (base: string, own: string): IndexedAttributes =>
  ({ ...JSON.parse(base) as IndexedAttributes, ...JSON.parse(own) as Partial<IndexedAttributes> });

const sortNumber = (instanceNumber: string): number => {
  const n = Number.parseInt(instanceNumber, 10);
  return Number.isNaN(n) || Math.abs(n) > MAX_INT ? MAX_INT : n;
};

/** The row of a new, held and counting instance. */
export const instanceRow = (arrival: ArrivedInstance, parents: Parents): Insertable<InstanceTable> => {
  const { attributes: a, file, origin } = arrival;
  const instanceNumber = fit(String(a.instanceNumber ?? ''), 32);
  return {
    sop_instance_uid: fit(a.sopInstanceUid, 64), variant: 0, series_key: parents.seriesKey, study_key: parents.studyKey, sop_class_uid: fit(a.sopClassUid, 64),
    instance_number: instanceNumber, sort_number: sortNumber(instanceNumber), ...fileColumns(file),
    calling_ae: fit(origin.callingAe, 32), called_ae: fit(origin.calledAe, 32), host: fit(origin.host, 255),
    is_pushed: origin.kind === 'pushed' ? 1 : 0, is_held: 1, counts: 1, is_contested: 0, stored_at: arrival.storedAt, attributes: differences(parents.base, a),
  };
};

/** The columns that say where an instance lies. */
export const fileColumns = (file: StoredFile): Pick<InstanceTable, 'path' | 'bytes' | 'data_set_offset' | 'data_set_sha256' | 'transfer_syntax_uid'> => ({
  path: file.path, bytes: file.bytes, data_set_offset: file.dataSetOffset, data_set_sha256: file.dataSetSha256, transfer_syntax_uid: file.transferSyntaxUid,
});

export const FILE_COLUMNS = ['path', 'bytes', 'data_set_offset', 'data_set_sha256', 'transfer_syntax_uid'] as const;

/** The stored file of a row. */
export const storedFile = (row: Pick<Selectable<InstanceTable>, (typeof FILE_COLUMNS)[number]>): StoredFile => ({
  path: row.path, bytes: row.bytes, dataSetOffset: row.data_set_offset, dataSetSha256: row.data_set_sha256, transferSyntaxUid: row.transfer_syntax_uid,
});

/** One content of a UID. */
export const heldInstance = (row: Pick<Selectable<InstanceTable>, 'id' | 'is_held' | (typeof FILE_COLUMNS)[number]>): HeldInstance =>
  ({ instanceId: row.id, file: storedFile(row), isHeld: row.is_held === 1 });
