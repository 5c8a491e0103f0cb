import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planImage, type ImageFile } from '../../../disc/image/write-image.ts';
import { CREATED_AT, inMemory, MIXED_TREE, plan } from './volumes.ts';

const refusal = (what: RegExp): unknown => expect.objectContaining({ code: 'DISC_FILE_SET_INVALID', message: expect.stringMatching(what) as unknown });
const planOf = (...paths: string[]) => (): unknown => plan(paths.map((path) => inMemory(path, 1)));
const sized = (path: string, bytes: number, more: Partial<ImageFile> = {}): ImageFile => ({ path, bytes, content: { file: '/nowhere' }, ...more });

describe('the planner refuses', () => {
  it.each([
    ['a lower-case File ID', ['DICOM/im000001'], /not a legal File ID/],
    ['a DICOM file with an extension', ['DICOM/IM1.DCM'], /not a legal File ID/],
    ['a File ID component of nine characters', ['DICOM/IM0000001'], /not a legal File ID/],
    ['nine levels', ['DICOM/2/3/4/5/6/7/8/9'], /deeper than 8/],
    ['the same path twice', ['A/B', 'A/B'], /same path/],
    ['a file where a directory is', ['A/B', 'A'], /same name/],
    ['a directory where a file is', ['A', 'A/B'], /same name/],
    ['names that differ only in case', ['viewer/App.js', 'viewer/app.js'], /only in case/],
    ['an absolute path', ['/A'], /empty/],
    ['a path that climbs', ['viewer/../A'], /only dots/],
    ['an empty path', [''], /empty/],
    ['a name too long for Joliet', [`viewer/${'x'.repeat(63)}`], /more than 62/],
    ['a directory name too long for Joliet', [`${'x'.repeat(65)}/a`], /more than 64/],
    ['a character Joliet forbids', ['viewer/a:b'], /Joliet/],
    ['a backslash', ['viewer\\a'], /Joliet/],
    ['a control character', ['viewer/a\nb'], /Joliet/],
    ['a character beyond the BMP', ['viewer/😀'], /Joliet/],
    ['a trailing dot', ['viewer/a.'], /ends with/],
  ])('%s', (_, paths, what) => { expect(planOf(...paths)).toThrow(refusal(what)); });

  it.each([
    ['a file of 4 GiB', sized('viewer/big', 2 ** 32), /more than the 4294967295 bytes/],
    ['a negative length', sized('viewer/a', -1), /no count/],
    ['a broken length', sized('viewer/a', 1.5), /no count/],
    ['content of another length', { ...inMemory('viewer/a', 5), bytes: 6 }, /disagree/],
    ['a data set outside the file', sized('DICOM/A', 5, { hashDataSetFrom: 6 }), /outside/],
    ['an expected digest without a data set', sized('DICOM/A', 5, { expectDataSetSha256: 'a'.repeat(64) }), /no SHA-256/],
    ['an expected digest that is none', sized('DICOM/A', 5, { hashDataSetFrom: 0, expectDataSetSha256: 'A'.repeat(64) }), /no SHA-256/],
    ['a data set under a name that is no File ID', sized('other/a.dcm', 5, { hashDataSetFrom: 0 }), /not a legal File ID/],
  ])('%s', (_, file, what) => { expect(() => plan([file])).toThrow(refusal(what)); });

  it.each(['lower', 'WITH SPACE', 'A'.repeat(17)])('the File-set ID %j', (volumeId) => {
    expect(() => plan([], volumeId)).toThrow(refusal(/File-set ID/));
  });

  it('a date that is none', () => {
    expect(() => planImage({ kind: 'iso9660', volumeId: 'A', createdAt: new Date(Number.NaN), files: [] })).toThrow(refusal(/date/));
  });
});

describe('the planner accepts', () => {
  it('a file of 4 GiB less one byte and eight levels', () => {
    expect(plan([sized('viewer/big', 2 ** 32 - 1), sized('DICOM/2/3/4/5/6/7/IM', 1)]).totalSectors).toBeGreaterThan(2 ** 21);
  });

  it('a volume without files', () => {
    // 19 sectors before, per tree two path tables and the root, 150 behind.
    expect(plan([], '').totalSectors).toBe(19 + 6 + 150);
  });
});

describe('a plan', () => {
  it('gives every path its extent, in the order given, and empty files none', () => {
    const { files, totalSectors } = plan(MIXED_TREE.map(([path, bytes]) => inMemory(path, bytes)));
    expect(files.map(({ file }) => file.path)).toEqual(MIXED_TREE.map(([path]) => path));
    expect(files[1]?.sector).toBe(0);
    expect(files.at(-1)?.sector).toBe(totalSectors - 150 - 2);
  });

  it('covers no sector twice, ascends, and ends 150 sectors before the image does', () => {
    const component = fc.stringMatching(/^[A-Z0-9_]{1,8}$/);
    const foreign = fc.stringMatching(/^[a-zäß漢 .-]{1,30}[a-z]$/);
    const path = fc.oneof(
      fc.array(component, { minLength: 1, maxLength: 7 }).map((parts) => ['DICOM', ...parts].join('/')),
      fc.array(foreign, { minLength: 1, maxLength: 7 }).map((parts) => ['viewer', ...parts].join('/')));
    const files = fc.uniqueArray(fc.tuple(path, fc.oneof(fc.constant(0), fc.nat(5000), fc.nat(2 ** 32 - 1))), { selector: ([name]) => name, maxLength: 60 });
    let planned = 0;
    fc.assert(fc.property(files, (given) => {
      // A file must not stand where another path has a directory.
      const names = given.map(([name]) => name);
      fc.pre(names.every((name) => !names.some((other) => other.startsWith(`${name}/`))));
      const { segments, totalSectors } = plan(given.map(([name, bytes]) => sized(name, bytes)));
      planned += 1;
      let end = 16;
      for (const { sector, bytes } of segments) {
        expect(sector).toBeGreaterThanOrEqual(end);
        expect(bytes).toBeGreaterThan(0);
        end = sector + Math.ceil(bytes / 2048);
      }
      expect(totalSectors).toBe(end + 150);
      const encoded = segments.filter((segment) => 'encode' in segment);
      for (const segment of encoded) expect(segment.encode()).toHaveLength(segment.bytes);
    }), { numRuns: 200 });
    expect(planned).toBeGreaterThan(50);
  });

  it('keeps its date when the caller changes the one it gave', async () => {
    const createdAt = new Date(CREATED_AT);
    const { segments } = planImage({ kind: 'iso9660', volumeId: 'A', createdAt, files: [] });
    createdAt.setUTCFullYear(1999);
    const first = segments[0];
    expect(first !== undefined && 'encode' in first && Buffer.from(first.encode()).toString('latin1', 813, 829)).toBe('2024050607080987');
  });
});
