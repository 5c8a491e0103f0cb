import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementDigest } from '../../../dicom/data-set/element-digest.ts';
import { text } from '../../../dicom/data-set/data-set.ts';
import type { DataSet } from '../../../dicom/data-set/data-set.ts';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { readElements } from '../../../dicom/data-set/read-elements.ts';
import { decoderFor } from '../../../dicom/data-set/text-decoder.ts';
import { createDeidentifier } from '../../../dicom/deidentify/deidentify.ts';
import type { DeidentifiedFile, DeidentifierOptions, DeidentifyRequest } from '../../../dicom/deidentify/deidentify.ts';
import { identityTraces } from '../../../dicom/deidentify/identity-traces.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { IMPLEMENTATION, UID } from '../../../dicom/tables/uids.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import { makeInstance, uid } from '../../fixtures/make-instance.ts';
import { withZlibHeader } from '../../fixtures/zlib-header.ts';
import type { InstanceOverrides, MadeElement } from '../../fixtures/make-instance.ts';
import { needs, program, pythonWith } from '../../fixtures/peers.ts';

const KEY = Buffer.alloc(32, 7);
let folder = '';
let count = 0;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'deidentify-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

interface Result extends DeidentifiedFile { readonly path: string; readonly source: string; readonly dataSet: DataSet }

const deidentify = async (bytes: Buffer, options: Partial<DeidentifierOptions> = {}, request: Partial<DeidentifyRequest> = {}): Promise<Result> => {
  count += 1;
  const source = join(folder, `${count}.in`);
  const path = join(folder, `${count}.out`);
  writeFileSync(source, bytes);
  const made = await createDeidentifier({ key: KEY, ...options }).deidentify({ file: source, target: path, ...request });
  const written = readFileSync(path);
  return { ...made, path, source, dataSet: readElements(written.subarray(made.dataSetOffset), made.transferSyntaxUid) };
};

const decode = decoderFor([]);
const show = (dataSet: DataSet, tag: number): string => text(dataSet, tag, decode);
const el = (tag: number, vr: string, value: MadeElement['value']): MadeElement => ({ tag, vr, value });

/** Everything that is planted below, name parts one by one. */
const PLANTED = ['Plantagenet', 'Wilhelmina', 'HOSP-4711-X', 'ACC-778899', '19610324', 'Quacksalver', uid('planted/study'), uid('planted/series'), uid('planted/instance'), uid('planted/frame')];
const NAME = 'Plantagenet^Wilhelmina';

const everywhere = (): readonly MadeElement[] => [
  el(0x00080080, 'LO', `Ward of ${NAME}`), el(0x00081030, 'LO', 'CT of PLANTAGENET'), el(0x0008103e, 'LO', 'wilhelmina thorax'), el(0x00081070, 'PN', 'Quacksalver^Otto'),
  el(0x00100021, 'LO', 'HOSP-4711-X'), el(0x00101000, 'LO', 'HOSP-4711-X\\OLD-1'), el(0x00104000, 'LT', `Mother of ${NAME}, born 19610324`),
  el(0x00081032, 'SQ', [[el(0x00080100, 'SH', 'X1'), el(0x00080102, 'SH', '99LOCAL'), el(0x00080104, 'LO', 'Thorax Plantagenet')]]),
  // A standard attribute that the profile lets stay, abused.
  el(0x00180015, 'CS', 'CHEST'), el(0x00189004, 'CS', 'PRODUCT'), el(0x00280a02, 'CS', 'DETECTOR'), el(0x00280a04, 'LO', 'seen by Quacksalver'),
  el(0x0018a001, 'SQ', [[el(0x00080070, 'LO', 'Maker'), el(0x00080080, 'LO', 'Plantagenet Clinic'), el(0x0018a002, 'DT', '19610324'), el(0x0040a170, 'SQ', [[el(0x00080104, 'LO', 'x')]])]]),
  el(0x00080005, 'CS', 'ISO_IR 100'), el(0x00200052, 'UI', uid('planted/frame')),
  el(0x00081140, 'SQ', [[el(0x00081150, 'UI', UID.ctImageStorage), el(0x00081155, 'UI', uid('planted/instance')), el(0x0040a170, 'SQ', [[
    el(0x00080100, 'SH', '121320'), el(0x00080102, 'SH', 'DCM'), el(0x00080104, 'LO', 'Uncompressed'), el(0x00091001, 'LO', NAME)]])]]),
  el(0x00090010, 'LO', 'PLANTAGENET PRIVATE'), el(0x00091001, 'LO', NAME), el(0x00091002, 'UN', Buffer.from(NAME)), el(0x00091003, 'SQ', [[el(0x00100010, 'PN', NAME)]]),
  el(0x00290011, 'LO', 'MAKER'), el(0x00291110, 'OB', Buffer.from(`binary ${NAME}`)),
  el(0x00187a01, 'UN', Buffer.from(NAME)), el(0x60000022, 'LO', NAME), el(0x60003000, 'OW', Buffer.alloc(8)), el(0x50000005, 'US', 1), el(0x50003000, 'OW', Buffer.from(NAME)),
  el(0x00400275, 'SQ', [[el(0x00400007, 'LO', NAME), el(0x00401001, 'SH', 'ACC-778899')]]),
  el(0x00880200, 'SQ', [[el(0x00280010, 'US', 1), el(0x7fe00010, 'OB', Buffer.from(NAME))]]),
  el(0x04000561, 'SQ', [[el(0x04000550, 'SQ', [[el(0x00100010, 'PN', NAME)]])]]), el(0xfffafffa, 'SQ', [[el(0x04000115, 'OB', Buffer.from(NAME))]]),
  el(0x0040a730, 'SQ', [[el(0x0040a040, 'CS', 'TEXT'), el(0x0040a160, 'UT', `${NAME} is well`), el(0x0040a123, 'PN', NAME), el(0x0040a730, 'SQ', [[el(0x0040a160, 'UT', 'HOSP-4711-X')]])]]),
  el(0x00700001, 'SQ', [[el(0x00700008, 'SQ', [[el(0x00700006, 'ST', NAME)]])]]),
];
const planted = (more: Partial<InstanceOverrides> = {}): InstanceOverrides => ({
  seed: 'planted', patientName: NAME, patientId: 'HOSP-4711-X', sopInstanceUid: uid('planted/instance'),
  ...more,
  elements: [...everywhere(), el(0x00080050, 'SH', 'ACC-778899'), el(0x00100030, 'DA', '19610324'), el(0x00080090, 'PN', 'Quacksalver^Otto'), ...(more.elements ?? [])],
});
const NATIVE = [UID.implicitLittleEndian, UID.explicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian] as const;

describe('de-identification', () => {
  it.each(NATIVE)('leaves no planted identity at any level of an instance in %s', async (transferSyntaxUid) => {
    for (const undefinedLengths of [false, true]) {
      const made = makeInstance(planted({ transferSyntaxUid, undefinedLengths }));
      const { path, source, dataSet } = await deidentify(made.bytes);
      const before = await identityTraces(source, PLANTED);
      expect(before.length).toBeGreaterThan(20);
      expect(new Set(before.map(({ value }) => value)).size).toBe(PLANTED.length);
      expect(await identityTraces(path, PLANTED)).toEqual([]);
      expect([...dataSet.elements.keys()].filter((tag) => ((tag >>> 16) & 1) === 1 || tag >>> 24 === 0x60 || tag >>> 24 === 0x50 || tag === TAG.IconImageSequence)).toEqual([]);
    }
  });

  it.each([
    ['ISO_IR 100', Buffer.from('M\xfcller-Plantag\xeb^J\xf6rg', 'latin1'), ['Müller', 'Plantagë', 'Jörg']],
    ['ISO_IR 192', Buffer.from('Müller-Plantagë^Jörg=山田^太郎=やまだ^たろう'), ['Müller', 'Plantagë', 'Jörg', '山田', '太郎', 'やまだ']],
    ['\\ISO 2022 IR 87', Buffer.from('Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B', 'latin1'), ['Yamada', 'Tarou', '山田', '太郎']],
    ['GB18030', Buffer.from('Wang^XiaoDong=cdf5^d0a1b6ab'.split('=')[0] + '=', 'latin1'), ['Wang', 'XiaoDong']],
    ['ISO_IR 144', Buffer.from('bbeecaceedd1dae0^c8d2d0dd'.split('^').map((part) => Buffer.from(part, 'hex').toString('latin1')).join('^'), 'latin1'), []],
  ] as const)('finds names in %s also in text that would stay', async (characterSet, patientName, names) => {
    const made = makeInstance({ characterSet, patientName: Buffer.from(patientName), elements: [
      { tag: 0x00280a04, vr: 'LO', value: patientName }, { tag: 0x00081032, vr: 'SQ', value: [[el(0x00080100, 'SH', '1'), el(0x00080102, 'SH', 'DCM'), el(0x00080104, 'LO', Buffer.from(patientName))]] },
    ] });
    const { path, source, dataSet } = await deidentify(made.bytes);
    for (const name of names) expect((await identityTraces(source, [name])).length).toBeGreaterThan(0);
    expect(await identityTraces(path, names)).toEqual([]);
    expect(show(dataSet, 0x00280a04)).toBe('ANONYMIZED');
  });

  it('takes a zlib header before the deflate stream', async () => {
    const made = makeInstance(planted({ transferSyntaxUid: UID.deflatedExplicitLittleEndian }));
    const { path } = await deidentify(withZlibHeader(made.bytes));
    expect(await identityTraces(path, PLANTED)).toEqual([]);
  });

  it('says how it was made, and keeps what describes the image', async () => {
    const { dataSet, path, sopInstanceUid, dataSetOffset } = await deidentify(makeInstance({ seed: 's' }).bytes);
    expect(show(dataSet, TAG.PatientIdentityRemoved)).toBe('YES');
    expect(show(dataSet, TAG.DeidentificationMethod)).toBe('DICOM PS3.15 113100');
    expect(dataSet.elements.get(TAG.DeidentificationMethodCodeSequence)?.items?.map((item) => [TAG.CodeValue, TAG.CodingSchemeDesignator].map((tag) => show(item, tag)))).toEqual([['113100', 'DCM']]);
    expect(show(dataSet, TAG.LongitudinalTemporalInformationModified)).toBe('REMOVED');
    expect([TAG.StudyDate, TAG.AccessionNumber, TAG.PatientBirthDate].map((tag) => [dataSet.elements.has(tag), show(dataSet, tag)])).toEqual([[true, ''], [true, ''], [true, '']]);
    expect([TAG.Modality, TAG.Manufacturer, TAG.RescaleIntercept].map((tag) => show(dataSet, tag))).toEqual(['CT', 'Spindle tests', '-1024']);
    expect(show(dataSet, TAG.PatientID)).toMatch(/^ANON-[0-9A-F]{10}$/);
    expect(show(dataSet, TAG.SOPInstanceUID)).toBe(sopInstanceUid);
    expect(sopInstanceUid).toMatch(/^2\.25\.[1-9]\d{30,38}$/);
    const bytes = readFileSync(path);
    const meta = readFileMeta(bytes);
    expect(bytes.subarray(0, 128).every((byte) => byte === 0)).toBe(true);
    expect([...meta.elements.keys()]).not.toContain(TAG.SourceApplicationEntityTitle);
    expect(decode(meta.elements.get(TAG.ImplementationClassUID)?.value ?? Buffer.alloc(0), 'UI').replace(/\0$/, '')).toBe(IMPLEMENTATION.classUid);
    expect(meta).toMatchObject({ sopInstanceUid, dataSetOffset, transferSyntaxUid: UID.explicitLittleEndian });
  });

  it('gives the same instance the same UIDs everywhere in one order, and others in the next', async () => {
    const referring = makeInstance({ seed: 'b', elements: [el(0x00081140, 'SQ', [[el(0x00081150, 'UI', UID.ctImageStorage), el(0x00081155, 'UI', uid('a/instance'))]])] });
    const first = await deidentify(makeInstance({ seed: 'a' }).bytes);
    const second = await deidentify(referring.bytes);
    const reference = second.dataSet.elements.get(TAG.ReferencedImageSequence)?.items?.[0] as DataSet;
    expect(show(reference, TAG.ReferencedSOPInstanceUID)).toBe(first.sopInstanceUid);
    expect(show(reference, TAG.ReferencedSOPClassUID)).toBe(UID.ctImageStorage);
    const other = await deidentify(makeInstance({ seed: 'a' }).bytes, { key: Buffer.alloc(32, 8) });
    expect(other.sopInstanceUid).not.toBe(first.sopInstanceUid);
    expect(show(other.dataSet, TAG.PatientID)).not.toBe(show(first.dataSet, TAG.PatientID));
    expect(createDeidentifier({ key: KEY }).uidFor(uid('a/instance'))).toBe(first.sopInstanceUid);
  });

  it('keeps the distance of dates when they are modified, and all of them when they are kept', async () => {
    const dates = [el(TAG.StudyDate, 'DA', '20240102'), el(TAG.SeriesDate, 'DA', '20240301'), el(0x0008002a, 'DT', '20240102101500.5+0100'), el(TAG.ContentDate, 'DA', '2024')];
    const { dataSet } = await deidentify(makeInstance({ elements: dates }).bytes, { options: ['modifiedDates'] });
    const day = (value: string): number => Date.UTC(Number(value.slice(0, 4)), Number(value.slice(4, 6)) - 1, Number(value.slice(6, 8))) / 86_400_000;
    expect(show(dataSet, TAG.StudyDate)).not.toBe('20240102');
    expect(day(show(dataSet, TAG.SeriesDate)) - day(show(dataSet, TAG.StudyDate))).toBe(day('20240301') - day('20240102'));
    expect(show(dataSet, 0x0008002a)).toBe(`${show(dataSet, TAG.StudyDate)}101500.5+0100`);
    expect(show(dataSet, TAG.ContentDate)).toBe('19000101');
    expect(show(dataSet, TAG.StudyTime)).toBe('101500');
    expect(show(dataSet, TAG.PatientBirthDate)).toBe('');
    expect(show(dataSet, TAG.LongitudinalTemporalInformationModified)).toBe('MODIFIED');
    const kept = await deidentify(makeInstance({ elements: dates }).bytes, { options: ['fullDates'] });
    expect([show(kept.dataSet, TAG.StudyDate), show(kept.dataSet, TAG.LongitudinalTemporalInformationModified)]).toEqual(['20240102', 'UNMODIFIED']);
  });

  it('retains and cleans what an option names, and nothing else', async () => {
    const made = makeInstance({ patientName: 'Plantagenet^Wilhelmina', elements: [
      el(0x00101010, 'AS', '063Y'), el(TAG.PatientSex, 'CS', 'F'), el(0x00181000, 'LO', 'SN-1'), el(TAG.SeriesDescription, 'LO', 'Thorax Plantagenet 12.03.2020 lung'),
      el(TAG.StudyDescription, 'LO', 'Head'), el(TAG.ProtocolName, 'LO', '555-123-456'), el(TAG.InstitutionName, 'LO', 'Clinic'),
    ] });
    const values = async (options: DeidentifierOptions['options']): Promise<readonly string[]> => {
      const { dataSet } = await deidentify(made.bytes, options === undefined ? {} : { options });
      return [0x00101010, TAG.PatientSex, 0x00181000, TAG.SeriesDescription, TAG.StudyDescription, TAG.ProtocolName, TAG.InstitutionName].map((tag) => (dataSet.elements.has(tag) ? show(dataSet, tag) : '-'));
    };
    expect(await values(undefined)).toEqual(['-', '', 'ANONYMIZED', '-', '-', 'ANONYMIZED', 'ANONYMIZED']);
    expect(await values(['patient'])).toEqual(['063Y', 'F', 'ANONYMIZED', '-', '-', 'ANONYMIZED', 'ANONYMIZED']);
    expect(await values(['device', 'institution'])).toEqual(['-', '', 'SN-1', '-', '-', 'ANONYMIZED', 'Clinic']);
    expect(await values(['descriptors'])).toEqual(['-', '', 'ANONYMIZED', 'Thorax lung', 'Head', 'ANONYMIZED', 'ANONYMIZED']);
    const uids = await deidentify(made.bytes, { options: ['uids'] });
    expect(uids.sopInstanceUid).toBe(made.sopInstanceUid);
    expect(uids.dataSet.elements.get(TAG.DeidentificationMethodCodeSequence)?.items?.map((item) => show(item, TAG.CodeValue))).toEqual(['113100', '113110']);
  });

  it.each([UID.implicitLittleEndian, UID.explicitLittleEndian, UID.explicitBigEndian])('keeps safe private attributes by their creator when asked to (%s)', async (transferSyntaxUid) => {
    const made = makeInstance({ transferSyntaxUid, elements: [
      el(0x00190010, 'LO', 'SOMEONE ELSE'), el(0x00190011, 'LO', 'SIEMENS MR HEADER'), el(0x0019100c, 'IS', '500'), el(0x0019110c, 'IS', '1000'), el(0x00191108, 'CS', 'IMAGE NUM'),
      el(0x20050010, 'LO', 'Philips MR Imaging DD 001'), el(0x2005100e, 'FL', Buffer.from(new Float32Array([1.5]).buffer)),
      el(0x00081140, 'SQ', [[el(0x00190010, 'LO', 'SIEMENS MR HEADER'), el(0x0019100d, 'CS', 'DIRECTIONAL'), el(0x00191020, 'LO', 'x')]]),
    ] });
    const privates = (dataSet: DataSet): readonly number[] => [...dataSet.elements.keys()].filter((tag) => ((tag >>> 16) & 1) === 1);
    const { dataSet } = await deidentify(made.bytes, { options: ['safePrivate'] });
    expect(privates(dataSet)).toEqual([0x00190011, 0x0019110c, 0x20050010, 0x2005100e]);
    expect(show(dataSet, 0x0019110c)).toBe('1000');
    expect([dataSet.elements.get(0x2005100e)?.vr, dataSet.elements.get(0x2005100e)?.value.readFloatLE(0)]).toEqual(['FL', 1.5]);
    expect(privates(dataSet.elements.get(TAG.ReferencedImageSequence)?.items?.[0] as DataSet)).toEqual([0x00190010, 0x0019100d]);
    expect(privates((await deidentify(made.bytes)).dataSet)).toEqual([]);
  });

  it('gives signed pixel values their VR when the file named none', async () => {
    for (const [representation, vr] of [[1, 'SS'], [0, 'US']] as const) {
      const { dataSet } = await deidentify(makeInstance({ transferSyntaxUid: UID.implicitLittleEndian, elements: [el(TAG.PixelRepresentation, 'US', representation), el(TAG.SmallestImagePixelValue, 'US', 0xfc00)] }).bytes);
      expect(dataSet.elements.get(TAG.SmallestImagePixelValue)?.vr).toBe(vr);
    }
  });

  it('hollows a report unless its content is to be cleaned', async () => {
    const made = makeInstance({ kind: 'sr' });
    const inside = async (options: DeidentifierOptions['options']): Promise<readonly string[]> => {
      const { dataSet } = await deidentify(made.bytes, { options: options ?? [] });
      const item = dataSet.elements.get(TAG.ContentSequence)?.items?.[0] as DataSet;
      return [show(item, TAG.TextValue), show(item.elements.get(TAG.ConceptNameCodeSequence)?.items?.[0] as DataSet, TAG.CodeMeaning), show(item, TAG.ValueType)];
    };
    expect(await inside([])).toEqual(['ANONYMIZED', 'Finding', 'TEXT']);
    expect(await inside(['structuredContent'])).toEqual(['Nothing, this is a .', 'Finding', 'TEXT']);
  });

  it('replaces an encapsulated document unless a person has read it', async () => {
    const made = makeInstance({ kind: 'pdf', elements: [el(TAG.EncapsulatedDocument, 'OB', Buffer.from(`%PDF-1.4 ${NAME} %%EOF`))] });
    const { path } = await deidentify(made.bytes);
    expect(await identityTraces(path, ['Plantagenet'])).toEqual([]);
    const kept = await deidentify(made.bytes, {}, { keepDocument: true });
    expect(kept.dataSet.elements.get(TAG.EncapsulatedDocument)?.value.toString('latin1')).toContain('Plantagenet');
  });

  it('leaves pixel data untouched, native and in fragments', async () => {
    const pixels = (bytes: Buffer, syntax: string): Buffer => readElements(bytes.subarray(readFileMeta(bytes).dataSetOffset), syntax).elements.get(TAG.PixelData)?.value as Buffer;
    const native = makeInstance({ rows: 700, columns: 500 });
    const big = makeInstance({ rows: 700, columns: 500, transferSyntaxUid: UID.explicitBigEndian });
    expect(pixels(readFileSync((await deidentify(native.bytes)).path), UID.explicitLittleEndian).equals(pixels(native.bytes, UID.explicitLittleEndian))).toBe(true);
    expect(pixels(readFileSync((await deidentify(big.bytes)).path), UID.explicitLittleEndian).equals(pixels(native.bytes, UID.explicitLittleEndian))).toBe(true);
    const item = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from('feff00e0', 'hex'), Buffer.from(new Uint32Array([bytes.length]).buffer), bytes]);
    const fragments = Buffer.concat([item(Buffer.alloc(0)), item(Buffer.alloc(300_000, 3)), item(Buffer.of(1, 2)), Buffer.from('feffdde000000000', 'hex')]);
    const without = makeInstance({ without: [TAG.PixelData] });
    const head = Buffer.from('e07f10004f420000ffffffff', 'hex');
    const bytes = Buffer.concat([makeInstance({ without: [TAG.PixelData], transferSyntaxUid: UID.jpegLossless }).bytes, head, fragments]);
    const result = await deidentify(bytes);
    expect(without.dataSet.length).toBeGreaterThan(0);
    expect(result.transferSyntaxUid).toBe(UID.jpegLossless);
    expect(readFileSync(result.path).subarray(-fragments.length - head.length).equals(Buffer.concat([head, fragments]))).toBe(true);
    expect(result.bytes).toBe(readFileSync(result.path).length);
    await elementDigest(result.path);
  });

  it('refuses what is no instance and leaves no file behind', async () => {
    for (const bytes of [Buffer.from('no DICOM at all'), makeInstance({ without: [TAG.SOPInstanceUID] }).bytes, makeInstance().bytes.subarray(0, -3)]) {
      const error = await deidentify(bytes).then(() => undefined, (cause: unknown) => cause);
      expect(isApplianceError(error, 'DISC_DEIDENTIFY_FAILED')).toBe(true);
      expect(() => readFileSync(join(folder, `${count}.out`))).toThrow('ENOENT');
    }
    expect(() => createDeidentifier({ key: Buffer.alloc(16) })).toThrow(TypeError);
    expect(() => createDeidentifier({ key: KEY, options: ['fullDates', 'modifiedDates'] })).toThrow(TypeError);
  });

  it('refuses an instance that names more people than can be looked for, at once', async () => {
    const people = Array.from({ length: 3000 }, (_, n) => [el(0x00081070, 'PN', `Person${n}^X`)]);
    await expect(deidentify(makeInstance({ elements: [el(0x00081115, 'SQ', people)] }).bytes)).rejects.toThrow('names more people');
  });

  it('takes the name of the institution out of what stays, unless that is kept', async () => {
    const made = makeInstance({ elements: [el(TAG.InstitutionName, 'LO', 'Saint Elsewhere'), el(TAG.SeriesDescription, 'LO', 'Knee at SAINT ELSEWHERE left')] });
    const said = async (options: DeidentifierOptions['options']): Promise<string> => show((await deidentify(made.bytes, { options: options ?? [] })).dataSet, TAG.SeriesDescription);
    expect([await said(['descriptors']), await said(['descriptors', 'institution'])]).toEqual(['Knee at left', 'Knee at SAINT ELSEWHERE left']);
  });

  it('never overwrites', async () => {
    const target = join(folder, 'there');
    writeFileSync(target, 'mine');
    await expect(deidentify(makeInstance().bytes, {}, { target })).rejects.toThrow('DISC_DEIDENTIFY_FAILED');
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });
});

describe('judged by others', () => {
  const errors = (file: string): readonly string[] => {
    const { stdout, stderr } = spawnSync(program('dciodvfy') as string, ['-new', file], { encoding: 'latin1', timeout: 60_000 });
    return `${stdout}\n${stderr}`.split('\n').filter((line) => line.startsWith('Error')).sort();
  };

  it.skipIf(!needs('dicom3tools'))('dciodvfy finds no error that the stored instance did not have', async () => {
    for (const kind of ['ct', 'mr', 'us-colour', 'sr', 'pdf', 'rt-structure-set'] as const) {
      const { path, source } = await deidentify(makeInstance({ kind }).bytes);
      const before = new Set(errors(source));
      expect([kind, errors(path).filter((line) => !before.has(line))]).toEqual([kind, []]);
    }
  });

  it.skipIf(!needs('pydicom'))('pydicom reads every element and finds no private one', async () => {
    const { path } = await deidentify(makeInstance(planted()).bytes);
    const code = 'import pydicom,sys;d=pydicom.dcmread(sys.argv[1]);print(len([e for e in d.iterall() if e.tag.is_private]),d.PatientIdentityRemoved,d.file_meta.MediaStorageSOPInstanceUID==d.SOPInstanceUID)';
    expect(execFileSync(pythonWith('pydicom') as string, ['-c', code, path], { encoding: 'utf8', timeout: 60_000 }).trim()).toBe('0 YES True');
  });
});
