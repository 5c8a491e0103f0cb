import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SIGNED_BY_PIXEL_REPRESENTATION } from '../../../dicom/tables/ambiguous-vrs.ts';
import { CHARACTER_SETS, characterSetByTerm } from '../../../dicom/tables/character-sets.ts';
import { CODECS } from '../../../dicom/tables/codecs.ts';
import { DATA_ELEMENTS, TAG, vrOf } from '../../../dicom/tables/data-elements.ts';
import { QUERY_ATTRIBUTES, QUERY_CONTROL_TAGS, QUERY_LEVELS, UNIQUE_KEY, isAtOrAbove, queryAttributeByTag } from '../../../dicom/tables/query-attributes.ts';
import { QUERY_MODELS } from '../../../dicom/tables/query-models.ts';
import { CURRENT_RECORDS, RETIRED_RECORDS, SOP_CLASSES, sopClassByUid } from '../../../dicom/tables/sop-classes.ts';
import { statusCategory, STATUSES, statusOf } from '../../../dicom/tables/statuses.ts';
import { TRANSFER_SYNTAXES, transferSyntaxByUid } from '../../../dicom/tables/transfer-syntaxes.ts';
import { IMPLEMENTATION, UID } from '../../../dicom/tables/uids.ts';
import { REFERENCE_QUERY_KEYS, REFERENCE_SOP_CLASSES, REFERENCE_TRANSFER_SYNTAXES } from './reference-rows.ts';

const isUid = (uid: string): boolean => uid.length <= 64 && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(uid);
const numbers = (uid: string): readonly number[] => uid.split('.').map(Number);
const isAscending = (a: readonly number[], b: readonly number[]): boolean => {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at === -1 ? a.length < b.length : at < b.length && (a[at] as number) < (b[at] as number);
};

/** Of the Standard of 2022 and later, which Debian's pydicom does not have yet. */
const YOUNGER_THAN_PEER: ReadonlySet<string> = new Set(['EncapsulatedPixelDataValueTotalLength']);

const pydicom = (code: string): unknown => {
  try {
    return JSON.parse(execFileSync('/usr/bin/python3', ['-c', code], { encoding: 'utf8', timeout: 30_000, stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    console.warn('SKIPPED: python3-pydicom is not installed');
    return undefined;
  }
};

describe('SOP class and transfer syntax tables', () => {
  it.each([['SOP classes', SOP_CLASSES], ['transfer syntaxes', TRANSFER_SYNTAXES]] as const)('%s are valid UIDs, unique and sorted, each with a source', (_, rows) => {
    const uids = rows.map((row) => row.uid);
    expect(uids.filter((uid) => !isUid(uid))).toEqual([]);
    expect(new Set(uids).size).toBe(uids.length);
    expect(uids.filter((uid, index) => index > 0 && !isAscending(numbers(uids[index - 1] as string), numbers(uid)))).toEqual([]);
    expect(rows.filter((row: { readonly source: string; readonly name: string }) => row.source === '' || row.name === '')).toEqual([]);
  });

  it('the 81 SOP classes of the reference statement are there with record and retirement, and no other claims to be', () => {
    expect(REFERENCE_SOP_CLASSES).toHaveLength(81);
    for (const [uid, retired, record] of REFERENCE_SOP_CLASSES) expect(sopClassByUid.get(uid)).toMatchObject({ retired, record, inReference: true });
    expect(SOP_CLASSES.filter((row) => row.inReference)).toHaveLength(81);
  });

  it('the 14 transfer syntaxes of the reference statement are there', () => {
    expect(TRANSFER_SYNTAXES.filter((row) => row.inReference).map((row) => row.uid).sort()).toEqual([...REFERENCE_TRANSFER_SYNTAXES].sort());
  });

  it('flags of transfer syntaxes agree with what the syntaxes are', () => {
    expect(TRANSFER_SYNTAXES.filter((row) => !row.explicit).map((row) => row.uid)).toEqual([UID.implicitLittleEndian]);
    expect(TRANSFER_SYNTAXES.filter((row) => row.bigEndian).map((row) => row.uid)).toEqual([UID.explicitBigEndian]);
    expect(TRANSFER_SYNTAXES.filter((row) => row.deflated).map((row) => row.uid)).toEqual([UID.deflatedExplicitLittleEndian]);
    expect(TRANSFER_SYNTAXES.filter((row) => row.lossy && !row.encapsulated)).toEqual([]);
    for (const uid of [UID.jpegLossless, UID.jpegLosslessFirstOrder, UID.jpegLsLossless, UID.jpeg2000Lossless, UID.rleLossless]) expect(transferSyntaxByUid.get(uid)).toMatchObject({ lossy: false, encapsulated: true });
    for (const uid of [UID.jpegBaseline, UID.jpegExtended, UID.jpegLsNearLossless, UID.jpeg2000, UID.mpeg2MainLevel]) expect(transferSyntaxByUid.get(uid)).toMatchObject({ lossy: true, encapsulated: true });
  });

  it('a record type is current or retired, never both, and fits CS', () => {
    expect(CURRENT_RECORDS.filter((record) => RETIRED_RECORDS.has(record))).toEqual([]);
    expect([...CURRENT_RECORDS, ...RETIRED_RECORDS].filter((record) => !/^[A-Z0-9 _]{1,16}$/.test(record))).toEqual([]);
  });

  it('names and retirement agree with pydicom, and no storage class of it is missing', (context) => {
    const known = pydicom('import json;from pydicom._uid_dict import UID_dictionary as U;print(json.dumps({k:[v[0],v[1],v[3]] for k,v in U.items()}))') as Record<string, [string, string, string]> | undefined;
    if (known === undefined) return context.skip();
    const plain = (name: string): string => name.toLowerCase().replace(/ sop class$/, '');
    for (const row of SOP_CLASSES) {
      const other = known[row.uid];
      if (other === undefined) continue;
      expect([row.uid, row.retired]).toEqual([row.uid, other[2] === 'Retired']);
      if (other[0] !== '') expect(plain(row.name)).toBe(plain(other[0]));
    }
    for (const row of TRANSFER_SYNTAXES) if (known[row.uid] !== undefined) expect([row.uid, row.name, row.retired]).toEqual([row.uid, known[row.uid]?.[0], known[row.uid]?.[2] === 'Retired']);
    const storage = Object.entries(known).filter(([uid, [name, type]]) => type === 'SOP Class' && /Storage( SOP Class)?$/.test(name) && uid !== UID.mediaStorageDirectory).map(([uid]) => uid);
    expect(storage.filter((uid) => !sopClassByUid.has(uid))).toEqual([]);
  });
});

describe('codecs', () => {
  it('are those of encapsulated syntaxes, in the order of UIDs, and name a method where the syntax permits loss', () => {
    for (const { uid, writes, lossyMethod } of CODECS) {
      const row = transferSyntaxByUid.get(uid);
      expect(row?.encapsulated, uid).toBe(true);
      expect(lossyMethod !== '', uid).toBe(row?.lossy);
      // We never write with loss.
      if (writes) expect(row?.lossy, uid).toBe(false);
    }
    CODECS.slice(1).forEach((row, index) => { expect(isAscending(numbers(CODECS[index]?.uid ?? ''), numbers(row.uid)), row.uid).toBe(true); });
  });
});

describe('our identity and well-known UIDs', () => {
  it('are valid, and the version name fits', () => {
    expect([...Object.values(UID), IMPLEMENTATION.classUid].filter((uid) => !isUid(uid))).toEqual([]);
    expect(IMPLEMENTATION.versionName).toMatch(/^[A-Z0-9_]{1,16}$/);
  });
});

describe('query attributes', () => {
  it('are unique, sorted by level and tag, with the VR of the dictionary', () => {
    expect(new Set(QUERY_ATTRIBUTES.map((row) => row.tag)).size).toBe(QUERY_ATTRIBUTES.length);
    expect(new Set(QUERY_ATTRIBUTES.map((row) => row.field)).size).toBe(QUERY_ATTRIBUTES.length);
    const order = QUERY_ATTRIBUTES.map((row) => QUERY_LEVELS.indexOf(row.level) * 2 ** 32 + row.tag);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
    expect(QUERY_ATTRIBUTES.filter((row) => vrOf(row.tag) !== row.vr)).toEqual([]);
  });

  it('hold every key of the reference statement, at its level or above, matched and returned as there or more', () => {
    expect(REFERENCE_QUERY_KEYS).toHaveLength(59);
    for (const [level, tag, vr, use] of REFERENCE_QUERY_KEYS) {
      if (QUERY_CONTROL_TAGS.has(tag)) continue;
      const row = queryAttributeByTag.get(tag);
      expect(row).toMatchObject({ vr });
      if (row === undefined) continue;
      expect([tag, isAtOrAbove(row.level, level)]).toEqual([tag, true]);
      if (use !== 'returned') expect([tag, row.matching]).not.toEqual([tag, 'none']);
      if (row.level === level) expect([tag, row.reference]).toEqual([tag, use]);
    }
    expect(QUERY_ATTRIBUTES.filter((row) => row.reference !== null && !REFERENCE_QUERY_KEYS.some(([, tag]) => tag === row.tag))).toEqual([]);
  });

  it('hold the required and unique keys of the Standard', () => {
    const keyed = (type: string): readonly string[] => QUERY_ATTRIBUTES.filter((row) => row.type === type).map((row) => row.field);
    expect(keyed('U')).toEqual(Object.values(UNIQUE_KEY));
    expect([...keyed('R')].sort()).toEqual(['accessionNumber', 'instanceNumber', 'modality', 'patientName', 'seriesNumber', 'studyDate', 'studyId', 'studyTime']);
  });

  it('belong to models whose levels run from the root down', () => {
    expect([...QUERY_MODELS.values()].map((model) => model.levels.join(' '))).toEqual(['PATIENT STUDY SERIES IMAGE', 'STUDY SERIES IMAGE', 'PATIENT STUDY']);
  });
});

describe('statuses', () => {
  it('have one row per service and code, and categories that follow the ranges of the Standard', () => {
    expect(new Set(STATUSES.map((row) => `${row.service}/${row.code}/${row.mask}`)).size).toBe(STATUSES.length);
    for (const row of STATUSES) expect([row.code, row.category]).toEqual([row.code, statusCategory(row.code)]);
  });
  it('of a range describe every code in it', () => {
    expect(statusOf('C-STORE', 0xa7ff)?.name).toBe('Refused: out of resources');
    expect(statusOf('C-STORE', 0xc123)?.category).toBe('failure');
    expect(statusOf('C-STORE', 0xa801)).toBeUndefined();
  });
});

describe('character sets', () => {
  it('have unique terms and escapes and labels that exist', () => {
    const terms = CHARACTER_SETS.flatMap((row) => [row.term, row.extensionTerm]).filter((term) => term !== null);
    expect(new Set(terms).size).toBe(terms.length);
    expect(characterSetByTerm.size).toBe(terms.length);
    const escapes = CHARACTER_SETS.flatMap((row): readonly string[] => row.escapes);
    expect(new Set(escapes).size).toBe(escapes.length);
    for (const row of CHARACTER_SETS) expect(() => new TextDecoder(row.label)).not.toThrow();
  });
});

describe('data elements', () => {
  it('answer group lengths, private creators, repeating groups and unknown tags', () => {
    expect([vrOf(0x00080000), vrOf(0x00090010), vrOf(0x00091010), vrOf(0x60023000), vrOf(0x50020010), vrOf(0x00084444)]).toEqual(['UL', 'LO', 'UN', 'OW', 'US', 'UN']);
    expect([vrOf(TAG.PatientName), vrOf(TAG.PixelData), vrOf(TAG.DirectoryRecordSequence), vrOf(TAG.Rows)]).toEqual(['PN', 'OW', 'SQ', 'US']);
  });
  it('agree with pydicom, tag for tag, and so do the keywords', (context) => {
    const known = pydicom('import json;from pydicom._dicom_dict import DicomDictionary as D;print(json.dumps({str(k):[v[0],v[4]] for k,v in D.items()}))') as Record<string, [string, string]> | undefined;
    if (known === undefined) return context.skip();
    const wrong = Object.entries(known).filter(([tag, [vr]]) => vr !== 'NONE' && !vr.split(' or ').includes(vrOf(Number(tag))));
    expect(wrong).toEqual([]);
    expect(DATA_ELEMENTS.size).toBeGreaterThan(5000);
    for (const [keyword, tag] of Object.entries(TAG).filter(([name]) => !YOUNGER_THAN_PEER.has(name))) expect([tag, known[String(tag)]?.[1]]).toEqual([tag, keyword]);
  });

  it('that are US or SS are those that pydicom leaves open, and unsigned in our dictionary', (context) => {
    const peer = pydicom('import json; from pydicom._dicom_dict import DicomDictionary as d; print(json.dumps([t for t, v in d.items() if v[0].startswith("US or SS")]))') as readonly number[] | undefined;
    if (peer === undefined) { context.skip(); return; }
    // Gray Lookup Table Data may be OW too, which fits always.
    const open = peer.filter((tag) => tag !== 0x00281200);
    expect(open.filter((tag) => !SIGNED_BY_PIXEL_REPRESENTATION.has(tag))).toEqual([]);
    for (const tag of SIGNED_BY_PIXEL_REPRESENTATION) expect(vrOf(tag), tag.toString(16)).toBe('US');
  });

  it('agree with the dictionary of DCMTK', (context) => {
    const folder = existsSync('/usr/share') ? readdirSync('/usr/share').find((name) => name.startsWith('libdcmtk') && existsSync(`/usr/share/${name}/dicom.dic`)) : undefined;
    if (folder === undefined) { console.warn('SKIPPED: no DCMTK dictionary'); return context.skip(); }
    const loose: Readonly<Record<string, readonly string[]>> = { xs: ['US', 'SS', 'OW'], ox: ['OB', 'OW'], px: ['OB', 'OW'], lt: ['OW', 'US', 'SS'], na: [] , up: ['UL'] };
    const wrong = readFileSync(`/usr/share/${folder}/dicom.dic`, 'utf8').split('\n').flatMap((line) => {
      const [, group = '', element = '', vr = '', source = ''] = /^\(([0-9a-f]{4}),([0-9a-f]{4})\)\t(\w\w)\t\S+\t\S+\t(\S+)/i.exec(line) ?? [];
      if (group === '' || vr === 'na' || group.toLowerCase() === 'fffe' || !/^DICOM/.test(source)) return [];
      const ours = vrOf(parseInt(group + element, 16));
      return (loose[vr] ?? [vr]).includes(ours) || ours === 'UN' ? [] : [`${group}${element} ${vr} ${ours}`];
    });
    expect(wrong).toEqual([]);
  });
});
