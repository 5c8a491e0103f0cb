import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { confidentialityOf, CONFIDENTIALITY_PROFILE, PROFILE_OPTIONS } from '../../../dicom/tables/confidentiality-profile.ts';
import type { ConfidentialityRow } from '../../../dicom/tables/confidentiality-profile.ts';
import { vrOf } from '../../../dicom/tables/data-elements.ts';
import { SAFE_PRIVATE, safePrivate } from '../../../dicom/tables/safe-private.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { needs, pythonWith } from '../../fixtures/peers.ts';

/** Prints the basic profile of one edition as { action: [[group, element], ...] }. */
const listing = (edition: string): string => `
import json, dicomanonymizer.dicom_anonymization_databases.dicomfields_${edition} as d
names = {'D': 'D_TAGS', 'Z': 'Z_TAGS', 'X': 'X_TAGS', 'U': 'U_TAGS', 'Z/D': 'Z_D_TAGS', 'X/Z': 'X_Z_TAGS', 'X/D': 'X_D_TAGS', 'X/Z/D': 'X_Z_D_TAGS', 'X/Z/U*': 'X_Z_U_STAR_TAGS'}
print(json.dumps({a: [list(t) for t in getattr(d, n)] for a, n in names.items()}))`;

describe('the table of safe private attributes', () => {
  it('has one row an attribute, in odd groups, of numbers and terms only', () => {
    expect(new Set(SAFE_PRIVATE.map((row) => `${row.group} ${row.creator} ${row.element}`)).size).toBe(SAFE_PRIVATE.length);
    expect(SAFE_PRIVATE.filter((row) => row.group % 2 === 0 || row.element > 0xff || row.source === '' || !/^(CS|DS|IS|F[LD]|[SU][SL])$/.test(row.vr))).toEqual([]);
    expect(safePrivate(0x0019110c, 'SIEMENS MR HEADER')?.meaning).toBe('B Value');
    expect(safePrivate(0x0019110c, 'GEMS_ACQU_01')).toBeUndefined();
  });
});

describe('the table of the confidentiality profile', () => {
  it('has one row an attribute, tags ascending, each with a source and the keyword that code uses', () => {
    const tags = CONFIDENTIALITY_PROFILE.filter((row) => row.mask === undefined).map((row) => row.tag);
    expect(tags).toEqual([...new Set(tags)].sort((a, b) => a - b));
    expect(CONFIDENTIALITY_PROFILE.filter((row) => row.source === '' || row.keyword === '')).toEqual([]);
    expect(tags.length).toBeGreaterThan(650);
    const byTag = new Map<number, string>(Object.entries(TAG).map(([keyword, tag]) => [tag, keyword]));
    expect(CONFIDENTIALITY_PROFILE.filter((row) => row.mask === undefined && byTag.has(row.tag) && byTag.get(row.tag) !== row.keyword)).toEqual([]);
  });

  it('knows repeating groups and private attributes by pattern', () => {
    expect([0x50020010, 0x60063000, 0x60064000, 0x00091001].map((tag) => confidentialityOf(tag)?.keyword)).toEqual(['CurveData', 'OverlayData', 'OverlayComments', 'PrivateAttributes']);
    expect([0x60060010, TAG.Modality, TAG.Rows].map(confidentialityOf)).toEqual([undefined, undefined, undefined]);
  });

  it('acts by kind: UIDs get other UIDs, options keep or clean only', () => {
    const uids = CONFIDENTIALITY_PROFILE.filter((row) => row.basic === 'U');
    expect(uids.filter((row) => vrOf(row.tag) !== 'UI')).toEqual([]);
    for (const { option } of PROFILE_OPTIONS) {
      const actions = new Set(CONFIDENTIALITY_PROFILE.flatMap((row: ConfidentialityRow) => row[option] ?? []));
      expect(actions.size).toBeGreaterThan(0);
      expect([...actions].filter((action) => action !== 'K' && action !== 'C')).toEqual([]);
    }
    expect(CONFIDENTIALITY_PROFILE.filter((row) => row.fullDates !== undefined && row.modifiedDates === undefined)).toEqual([]);
  });

  it('holds the rows of the fact page', () => {
    const wanted: readonly (readonly [number, string])[] = [
      [TAG.PatientName, 'Z'], [TAG.PatientBirthDate, 'Z'], [TAG.PatientSex, 'Z'], [TAG.AccessionNumber, 'Z'], [TAG.StudyID, 'Z'], [TAG.StudyDate, 'Z'], [TAG.SeriesDate, 'X/D'], [TAG.ContentDate, 'Z/D'],
      [TAG.ReferringPhysicianName, 'Z'], [TAG.InstitutionName, 'X/Z/D'], [TAG.StationName, 'X/Z/D'], [TAG.StudyDescription, 'X'], [TAG.SeriesDescription, 'X'], [TAG.StudyInstanceUID, 'U'], [TAG.SOPInstanceUID, 'U'],
      [TAG.EncapsulatedDocument, 'D'], [TAG.ImageComments, 'X'], [TAG.PatientAge, 'X'],
    ];
    for (const [tag, action] of wanted) expect([tag, confidentialityOf(tag)?.basic]).toEqual([tag, action]);
  });

  it.skipIf(!needs('dicom-anonymizer')).each(['2023', '2024b', '2026c'])('agrees with an independent list of edition %s', (edition) => {
    const theirs = JSON.parse(execFileSync(pythonWith('dicomanonymizer') as string, ['-c', listing(edition)], { encoding: 'utf8', timeout: 60_000 })) as Record<string, readonly (readonly number[])[]>;
    const rows = Object.entries(theirs).flatMap(([action, tags]) => tags.filter((tag) => tag.length === 2).map((tag) => ({ tag: (tag[0] as number) * 0x10000 + (tag[1] as number), action })));
    expect(rows.length).toBeGreaterThan(400);
    expect(rows.filter(({ tag }) => confidentialityOf(tag) === undefined).map(({ tag }) => tag.toString(16))).toEqual([]);
    const differing = rows.filter(({ tag, action }) => confidentialityOf(tag)?.basic !== action).map(({ tag, action }) => `${tag.toString(16)} ${action} ${confidentialityOf(tag)?.basic ?? ''}`);
    // Editions before 2024 were laxer; ours must never be laxer than the newest.
    if (edition === '2026c') expect(differing).toEqual([]);
    else expect(differing.length).toBeLessThan(rows.length / 20);
  });
});
