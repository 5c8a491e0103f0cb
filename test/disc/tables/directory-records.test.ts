import { describe, expect, it } from 'vitest';
import { CURRENT_RECORDS, RETIRED_RECORDS } from '../../../dicom/tables/sop-classes.ts';
import { vrOf } from '../../../dicom/tables/data-elements.ts';
import { APPLICATION_PROFILES } from '../../../disc/tables/application-profiles.ts';
import { DIRECTORY_RECORDS, directoryRecord, PRIVATE_RECORD } from '../../../disc/tables/directory-records.ts';
import type { DirectoryRecordRow } from '../../../disc/tables/directory-records.ts';
import { MEDIA_TYPES } from '../../../disc/tables/media-types.ts';
import { PROFILE_KEYS, withProfileKeys } from '../../../disc/tables/profile-keys.ts';

const rows: readonly DirectoryRecordRow[] = DIRECTORY_RECORDS;

describe('the directory records', () => {
  it('cover every current record type but those that no patient disc carries', () => {
    const absent = CURRENT_RECORDS.filter((record) => !directoryRecord(record));
    expect(absent).toEqual(['INVENTORY', 'WF PRESENTATION', 'PRIVATE']);
  });

  it('hold no retired type', () => {
    expect(rows.filter(({ record }) => (RETIRED_RECORDS as ReadonlySet<string>).has(record))).toEqual([]);
  });

  it('list their keys by ascending tag with the VR of the dictionary', () => {
    for (const { record, keys } of rows) {
      expect(keys.map(({ tag }) => tag), record).toEqual(keys.map(({ tag }) => tag).toSorted((a, b) => a - b));
      for (const { tag, vr } of keys) expect([record, tag, vr]).toEqual([record, tag, vrOf(tag)]);
    }
  });

  it('give a File ID prefix that leaves room for five digits, unique among instance types', () => {
    const leaves = rows.filter(({ under }) => under === 'SERIES').map(({ prefix }) => prefix);
    expect(new Set(leaves).size).toBe(leaves.length);
    expect(rows.every(({ prefix }) => /^[A-Z]{2,3}$/.test(prefix))).toBe(true);
  });
});

describe('the keys of profiles', () => {
  it('stand by ascending tag with the VR of the dictionary, of record types that exist', () => {
    for (const { id, records } of PROFILE_KEYS) for (const [record, keys] of Object.entries(records)) {
      expect(keys.map(({ tag }) => tag), `${id} ${record}`).toEqual(keys.map(({ tag }) => tag).toSorted((a, b) => a - b));
      for (const { tag, vr, fill } of keys) expect([id, tag, vr, fill]).toEqual([id, tag, vrOf(tag), 'none']);
      expect(directoryRecord(record), record).toBeDefined();
    }
  });

  it('are the ones that every profile names', () => {
    for (const { id, extraKeys } of APPLICATION_PROFILES) expect(PROFILE_KEYS.some((row) => row.id === extraKeys), id).toBe(true);
  });

  it('add to a record type and weaken nothing in it', () => {
    for (const { id } of PROFILE_KEYS) for (const row of rows) {
      const merged = withProfileKeys(row, id);
      expect(withProfileKeys(row, id)).toBe(merged);
      expect(merged.keys.map(({ tag }) => tag)).toEqual([...new Set(merged.keys.map(({ tag }) => tag))].toSorted((a, b) => a - b));
      for (const { tag, type, fill } of row.keys) if (type === '1') expect(merged.keys.find((key) => key.tag === tag)).toMatchObject({ type, fill });
    }
    expect(withProfileKeys(PRIVATE_RECORD, 'K2')).toBe(PRIVATE_RECORD);
  });
});

describe('the media types', () => {
  it('grow in size and cite where each size comes from', () => {
    const sectors = MEDIA_TYPES.map((row) => row.sectors);
    expect(sectors).toEqual(sectors.toSorted((a, b) => a - b));
    expect(MEDIA_TYPES.every(({ source }) => source.length > 0)).toBe(true);
  });

  it('have the file systems that PS3.12 asks for', () => {
    expect(MEDIA_TYPES.map((row) => [row.media, row.fileSystem])).toEqual([
      ['CD', 'iso9660'], ['DVD', 'bridge'], ['DVD-DL', 'bridge'], ['BD', 'udf260'], ['BD-RE', 'udf250'], ['BD-DL', 'udf260'], ['BD-RE-DL', 'udf250'], ['USB', 'iso9660'],
    ]);
  });

  it('name only media in the application profiles', () => {
    const media = [...MEDIA_TYPES.map((row) => row.media as string), 'USB'];
    expect(APPLICATION_PROFILES.every((row) => row.media.every((one) => media.includes(one)))).toBe(true);
  });
});
