import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { elementDigest } from '../../dicom/data-set/element-digest.ts';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { readElements } from '../../dicom/data-set/read-elements.ts';
import { createPictureMaker } from '../../dicom/picture/picture-maker.ts';
import type { PictureMaker } from '../../dicom/picture/picture-maker.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { createTranscoder } from '../../dicom/transcode.ts';
import { composeVolume } from '../../disc/compose-volume.ts';
import type { ComposedImage } from '../../disc/compose-volume.ts';
import { checkVolume } from '../../disc/gate.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import { prepareOrder } from '../../disc/preparation/prepare-order.ts';
import { weighOrder } from '../../disc/preparation/weigh-order.ts';
import { readDicomdir } from '../../disc/reader/dicomdir-reader.ts';
import type { DirectoryRecord } from '../../disc/reader/dicomdir-reader.ts';
import { EXPLICIT_LITTLE, rawText, readLevel } from '../../disc/reader/element-reader.ts';
import { fileSystem, mediaType } from '../../disc/tables/media-types.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import type { InstanceOverrides, MadeElement } from '../fixtures/make-instance.ts';
import { needs, program } from '../fixtures/peers.ts';
import { sharedData } from '../fixtures/shared-data.ts';
import { dcmmkdirRefusals, dciodvfyErrors, layOutImage } from './directory-judges.ts';
import { storedInstances } from './stored-instances.ts';

const scratch = mkdtempSync(join(tmpdir(), 'spindle-profile-discs-'));
const transcoder = createTranscoder({ workers: 1 });
const pictureMaker = createPictureMaker({ workers: 2 });
afterAll(async () => { await transcoder.close(); await pictureMaker.close(); rmSync(scratch, { recursive: true, force: true }); });

const us = (tag: number, value: number): MadeElement => ({ tag, vr: 'US', value });
const text = (tag: number, vr: string, value: string): MadeElement => ({ tag, vr, value });
const CLASS = '1.2.840.10008.5.1.4.1.1.';

let round = 0;
interface Disc { readonly composed: ComposedImage; readonly problems: readonly string[]; readonly records: readonly DirectoryRecord[]; readonly tree: string; readonly reasons: readonly string[] }
const make = async (media: 'CD' | 'DVD' | 'BD', profile: string, instances: readonly (InstanceOverrides | Buffer)[], how: { readonly icons?: Pick<PictureMaker, 'raster'> | 'none'; readonly judgedAs?: string } = {}): Promise<Disc> => {
  round += 1;
  const store = join(scratch, `store${round}`);
  const folder = join(scratch, `prepared${round}`);
  mkdirSync(store);
  const paths = instances.map((one, n) => {
    writeFileSync(join(store, `${n}.dcm`), Buffer.isBuffer(one) ? one : makeInstance({ studyInstanceUid: uid('profile disc'), seed: `profile disc ${n}`, instanceNumber: n + 1, ...one }).bytes);
    return `${n}.dcm`;
  });
  const stored = storedInstances(store, paths);
  const content = { ...DEFAULT_CONTENT, profile };
  const lines = await prepareOrder({ instances: stored, content, storeDirectory: store, folder, transcoder, signal: new AbortController().signal, onProgress: () => undefined });
  const composed = await composeVolume({
    volume: { fileSetId: 'PROFILE', fileSetUid: '2.25.5', index: 1, of: 1, media, capacityBytes: 680_000_000 }, order: { isSupplement: false }, content, preparation: { folder, lines }, instances: stored, storeDirectory: store,
    imageFile: join(folder, 'disc.iso'), createdAt: new Date('2026-01-02T03:04:00Z'), language: 'en', institution: '', contact: '', product: 'Spindle', otherVolumes: [], ...(how.icons === 'none' ? {} : { pictureMaker: how.icons ?? pictureMaker }),
  });
  const { problems } = await checkVolume({
    imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: 'PROFILE', fileSetUid: '2.25.5', profile: how.judgedAs ?? composed.profile, files: composed.files, instances: composed.entries, fileSystems: fileSystem(mediaType(media).fileSystem).trees,
  });
  const tree = layOutImage(composed.image.path, join(scratch, `tree${round}`));
  const { records } = readDicomdir(readFileSync(join(tree, 'DICOMDIR')));
  return { composed, problems, records, tree, reasons: composed.report.filter(({ kind }) => kind === 'outside-profile').map(({ reason }) => reason) };
};
const image = ({ records }: Disc): DirectoryRecord => records.find(({ type }) => type === 'IMAGE')!;
const valueOf = (record: DirectoryRecord, tag: number): string | undefined => { const element = record.elements.get(tag); return element && rawText(element); };

/** Eight bits, three frames, the second of them white. */
const angiogram = (more: readonly MadeElement[] = []): InstanceOverrides => ({
  sopClassUid: `${CLASS}12.1`, rows: 16, columns: 8, frames: 4,
  elements: [
    text(TAG.Modality, 'CS', 'XA'), text(TAG.ImageType, 'CS', 'ORIGINAL\\PRIMARY\\SINGLE PLANE'), us(TAG.BitsAllocated, 8), us(TAG.BitsStored, 8), us(TAG.HighBit, 7), us(TAG.PixelRepresentation, 0),
    text(TAG.WindowCenter, 'DS', '128'), text(TAG.WindowWidth, 'DS', '256'), { tag: TAG.PixelData, vr: 'OB', value: Buffer.concat([0, 255, 0, 0].map((value) => Buffer.alloc(128, value))) }, ...more,
  ].filter(({ tag }, at, all) => all.findLastIndex((one) => one.tag === tag) === at),
  without: [TAG.RescaleIntercept, TAG.RescaleSlope],
});

/** In another transfer syntax, by our own codecs. */
const converted = async (bytes: Buffer, toSyntaxUid: string): Promise<Buffer> => {
  const [file, target] = [join(scratch, 'from.dcm'), join(scratch, 'converted.dcm')];
  writeFileSync(file, bytes);
  const { dataSetOffset, transferSyntaxUid } = readFileMeta(bytes);
  await transcoder.convert({ file, dataSetOffset, fromSyntaxUid: transferSyntaxUid, toSyntaxUid, target });
  return readFileSync(target);
};

describe('a disc of angiograms', () => {
  it.each([['CD', 'STD-XABC-CD', '-Pbc'], ['CD', 'STD-XA1K-CD', '-Pxa'], ['DVD', 'STD-XA1K-DVD', '-Pxd']] as const)('on a %s keeps %s: compressed, keys of its own, an icon', async (media, profile, option) => {
    const disc = await make(media, profile, [angiogram()]);
    expect([disc.composed.profile, disc.reasons, disc.problems]).toEqual([profile, [], []]);
    const record = image(disc);
    expect([TAG.ImageType, TAG.CalibrationImage].map((tag) => valueOf(record, tag))).toEqual(['ORIGINAL\\PRIMARY\\SINGLE PLANE', '']);
    const series = record.parent!;
    expect([TAG.InstitutionName, TAG.InstitutionAddress, TAG.PerformingPhysicianName].map((tag) => valueOf(series, tag))).toEqual(['Test bench', '', '']);
    const { elements } = readLevel(record.elements.get(TAG.IconImageSequence)!.value, 8, Infinity, EXPLICIT_LITTLE);
    expect([TAG.Rows, TAG.Columns, TAG.BitsAllocated].map((tag) => elements.get(tag)?.value.readUInt16LE(0))).toEqual([128, 128, 8]);
    // A frame after a third of four: the white one, twice as high as wide, between black sides.
    const pixels = elements.get(TAG.PixelData)!.value;
    expect(pixels.length).toBe(128 * 128);
    expect([pixels[64 * 128 + 2], pixels[64 * 128 + 64], pixels[64 * 128 + 125], pixels[0]]).toEqual([0, 255, 0, 0]);
    if (needs('dcmtk')) expect(dcmmkdirRefusals(disc.tree, option, ['+I'])).toEqual([]);
    if (needs('dicom3tools')) expect(dciodvfyErrors(disc.tree)).toEqual([]);
  });

  it('takes captures in the transfer syntax of their own', async () => {
    const capture: InstanceOverrides = { seed: 'capture', sopClassUid: `${CLASS}7`, seriesNumber: 2, elements: [us(TAG.BitsAllocated, 8), us(TAG.BitsStored, 8), us(TAG.HighBit, 7), text(TAG.Modality, 'CS', 'OT'), { tag: TAG.PixelData, vr: 'OB', value: Buffer.alloc(64, 7) }], without: [TAG.RescaleIntercept, TAG.RescaleSlope] };
    const disc = await make('CD', 'STD-XA1K-CD', [angiogram(), capture]);
    expect([disc.composed.profile, disc.reasons, disc.problems]).toEqual(['STD-XA1K-CD', [], []]);
    expect(disc.records.filter(({ type }) => type === 'IMAGE').map((record) => valueOf(record, TAG.ReferencedTransferSyntaxUIDInFile)).sort()).toEqual(['1.2.840.10008.1.2.1', '1.2.840.10008.1.2.4.70']);
  });

  it('takes them from another compression, through native pixels', async () => {
    const native = makeInstance({ seed: 'angiogram', ...angiogram() }).bytes;
    const disc = await make('CD', 'STD-XABC-CD', [await converted(native, UID.jpeg2000Lossless)]);
    expect([disc.composed.profile, disc.reasons, disc.problems]).toEqual(['STD-XABC-CD', [], []]);
    expect(valueOf(image(disc), TAG.ReferencedTransferSyntaxUIDInFile)).toBe(UID.jpegLosslessFirstOrder);
    expect(disc.composed.report.find(({ kind }) => kind === 'converted')?.reason).toMatch(/converted from JPEG 2000 .* to JPEG Lossless.*, pixels identical$/);
    const [before, after] = [join(scratch, 'before.dcm'), join(scratch, 'after.dcm')];
    writeFileSync(before, native);
    writeFileSync(after, await converted(readFileSync(join(disc.tree, disc.composed.entries[0]!.fileId)), UID.explicitLittleEndian));
    expect((await elementDigest(after)).all).toBe((await elementDigest(before)).all);
  });

  it('is the same when it is made again', async () => {
    const [one, other] = [await make('CD', 'STD-XA1K-CD', [angiogram()]), await make('CD', 'STD-XA1K-CD', [angiogram()])];
    expect(other.composed.image.sha256).toBe(one.composed.image.sha256);
  });

  it('is the same whichever icon is done first', async () => {
    const twelve = Array.from({ length: 12 }, (_, n): InstanceOverrides => ({ ...angiogram([{ tag: TAG.PixelData, vr: 'OB', value: Buffer.alloc(512, 20 * n) }]), seed: `angiogram ${n}` }));
    const waiting: (() => void)[] = [];
    let most = 0;
    const backwards: Pick<PictureMaker, 'raster'> = {
      raster: async (request) => {
        const raster = await pictureMaker.raster(request);
        await new Promise<void>((resolve) => { waiting.push(resolve); most = Math.max(most, waiting.length); if (waiting.length === 4) for (const go of waiting.splice(0).reverse()) go(); });
        return raster;
      },
    };
    const [one, other] = [await make('CD', 'STD-XA1K-CD', twelve), await make('CD', 'STD-XA1K-CD', twelve, { icons: backwards })];
    expect(most).toBe(4);
    expect(other.composed.image.sha256).toBe(one.composed.image.sha256);
    const middles = one.records.filter(({ type }) => type === 'IMAGE').map((record) => [Number(valueOf(record, TAG.InstanceNumber)), readLevel(record.elements.get(TAG.IconImageSequence)!.value, 8, Infinity, EXPLICIT_LITTLE).elements.get(TAG.PixelData)!.value[64 * 128 + 64]]);
    expect(new Map(middles as [number, number][])).toEqual(new Map(twelve.map((_, n) => [n + 1, 20 * n])));
  });

  it.each([
    ['an image type', angiogram([text(TAG.ImageType, 'CS', '')]), 'STD-XABC-CD asks for Image Type in the directory, which is empty'],
    ['what the other plane is', angiogram([text(TAG.ImageType, 'CS', 'ORIGINAL\\PRIMARY\\BIPLANE A')]), 'STD-XABC-CD asks for Referenced Image Sequence in the directory, which is empty'],
    ['eight bits', { ...angiogram(), elements: [...(angiogram().elements ?? []).filter(({ tag }) => tag !== TAG.BitsStored && tag !== TAG.HighBit), us(TAG.BitsStored, 7), us(TAG.HighBit, 6)] }, 'STD-XABC-CD takes 8 bits stored only'],
    ['its modality', angiogram([text(TAG.Modality, 'CS', 'RF')]), 'STD-XABC-CD takes such images of modality XA only'],
  ])('that lacks %s claims nothing and says so', async (_, instance, reason) => {
    const disc = await make('CD', 'STD-XABC-CD', [instance]);
    expect([disc.composed.profile, disc.reasons, disc.problems]).toEqual(['', [reason], []]);
  });

  it('without icons claims nothing, and is refused by the gate when it does', async () => {
    const disc = await make('CD', 'STD-XABC-CD', [angiogram()], { icons: 'none', judgedAs: 'STD-XABC-CD' });
    expect(disc.reasons).toEqual(['STD-XABC-CD asks for an icon, and the pixels cannot be shown']);
    expect(disc.problems.join()).toContain('the icon is not in the record');
  });

  it('is planned with room for its icons', () => {
    const store = join(scratch, 'weighed');
    mkdirSync(store);
    writeFileSync(join(store, 'a.dcm'), makeInstance(angiogram()).bytes);
    const stored = storedInstances(store, ['a.dcm']);
    const weight = (profile: string): number => weighOrder(stored, new Map(), { ...DEFAULT_CONTENT, profile })[0]?.bytes ?? 0;
    expect(weight('STD-XABC-CD') - weight('')).toBeGreaterThan(128 * 128);
    expect(weight('STD-GEN-CD')).toBe(weight(''));
  });
});

describe('a DVD', () => {
  const group = (sequence: number, ...elements: readonly MadeElement[]): MadeElement => ({ tag: sequence, vr: 'SQ', value: [elements] });
  const reference = [text(TAG.ReferencedSOPClassUID, 'UI', `${CLASS}2`), text(TAG.ReferencedSOPInstanceUID, 'UI', uid('localizer'))];

  it('says the geometry of an enhanced image from what all of its frames share', async () => {
    const disc = await make('DVD', '', [{
      sopClassUid: `${CLASS}2.1`, frames: 2, elements: [text(TAG.FrameOfReferenceUID, 'UI', uid('frame')), text(TAG.AcquisitionDateTime, 'DT', '20240102101500'), {
        tag: TAG.SharedFunctionalGroupsSequence, vr: 'SQ', value: [[
          group(TAG.PlanePositionSequence, text(TAG.ImagePositionPatient, 'DS', '1\\2\\3')), group(TAG.PlaneOrientationSequence, text(TAG.ImageOrientationPatient, 'DS', '1\\0\\0\\0\\1\\0')),
          group(TAG.PixelMeasuresSequence, text(TAG.PixelSpacing, 'DS', '0.5\\0.5')), group(TAG.ReferencedImageSequence, ...reference, { tag: TAG.ConceptNameCodeSequence, vr: 'SQ', value: [] }),
        ]],
      }],
    }]);
    expect([disc.composed.profile, disc.problems]).toEqual(['STD-GEN-DVD-JPEG', []]);
    const said = [TAG.AcquisitionDateTime, TAG.ImagePositionPatient, TAG.ImageOrientationPatient, TAG.FrameOfReferenceUID, TAG.NumberOfFrames, TAG.PixelSpacing].map((tag) => valueOf(image(disc), tag));
    expect(said).toEqual(['20240102101500', '1\\2\\3', '1\\0\\0\\0\\1\\0', uid('frame'), '2', '0.5\\0.5']);
    expect(image(disc).elements.get(TAG.ReferencedImageSequence)?.value.toString('latin1')).toContain(uid('localizer'));
    expect([TAG.Rows, TAG.Columns].map((tag) => image(disc).elements.get(tag)?.value.readUInt16LE(0))).toEqual([8, 8]);
    if (needs('dcmtk')) expect(dcmmkdirRefusals(disc.tree, '-Pdv')).toEqual([]);
  });

  it('has the birth date and the performing physician of whichever instance knows them', async () => {
    const disc = await make('DVD', '', [
      { elements: [text(TAG.PatientBirthDate, 'DA', '')], seriesInstanceUid: uid('series') },
      { elements: [text(TAG.PatientBirthDate, 'DA', '19700203'), text(TAG.PerformingPhysicianName, 'PN', 'Performer^Alpha')], seriesInstanceUid: uid('series') },
    ]);
    const [patient, series] = ['PATIENT', 'SERIES'].map((type) => disc.records.find((record) => record.type === type)!);
    expect([valueOf(patient!, TAG.PatientBirthDate), valueOf(series!, TAG.PerformingPhysicianName), disc.problems]).toEqual(['19700203', 'Performer^Alpha', []]);
    expect([...patient!.elements.keys()]).toEqual([...patient!.elements.keys()].toSorted((a, b) => a - b));
  });

  it('claims nothing for an image without rows', async () => {
    const disc = await make('DVD', '', [{ without: [TAG.Rows] }]);
    expect([disc.composed.profile, disc.reasons]).toEqual(['', ['STD-GEN-DVD-JPEG asks for Rows in the directory, which is empty']]);
  });

  it('carries more keys than a CD of the same instance', async () => {
    const [cd, dvd, bd] = [await make('CD', '', [{}]), await make('DVD', '', [{}]), await make('BD', '', [{}])];
    const tags = (disc: Disc): number[] => [...image(disc).elements.keys()];
    expect(tags(cd)).not.toContain(TAG.Rows);
    expect(tags(dvd)).toEqual(expect.arrayContaining([...tags(cd), TAG.Rows, TAG.Columns]));
    expect(tags(bd)).toEqual(tags(dvd));
  });
});

describe('a disc of CT and MR', () => {
  it('has small icons where the pixels can be shown, and keeps its profile where not', async () => {
    const disc = await make('CD', 'STD-CTMR-CD', [{}, { seed: 'no pixels', without: [TAG.PixelData, TAG.RescaleSlope], instanceNumber: 2 }]);
    expect([disc.composed.profile, disc.problems]).toEqual(['STD-CTMR-CD', []]);
    const icons = disc.records.filter(({ type }) => type === 'IMAGE').map(({ elements }) => elements.get(TAG.IconImageSequence));
    expect(icons.filter((icon) => icon !== undefined)).toHaveLength(1);
  });
});

describe('a disc of ultrasound', () => {
  const SIDE = 16;
  const noise = Buffer.from(Array.from({ length: SIDE * SIDE * 3 }, (_, at) => (at * at * 31 + (at >> 4)) & 0xff));
  const byPlane = (pixels: Buffer): Buffer => Buffer.from([0, 1, 2].flatMap((sample) => Array.from({ length: pixels.length / 3 }, (_, at) => pixels[3 * at + sample] as number)));
  /** Samples of a pixel together, or pairs with shared chrominance. */
  const pixelsOf = (photometric: string): Buffer => (photometric === 'YBR_FULL_422' ? noise.subarray(0, SIDE * SIDE * 2) : photometric === 'RGB' || photometric === 'YBR_FULL' ? noise : noise.subarray(0, SIDE * SIDE));
  const palette: readonly MadeElement[] = [0, 1, 2].flatMap((sample) => [
    { tag: TAG.RedPaletteColorLookupTableDescriptor + sample, vr: 'US', value: Buffer.from(Uint16Array.of(256, 0, 16).buffer) },
    { tag: TAG.RedPaletteColorLookupTableData + sample, vr: 'OW', value: Buffer.from(Uint16Array.from({ length: 256 }, (_, at) => at * 256).buffer) },
  ]);
  const made = (photometric: string, transferSyntaxUid: string, seed = '', isByPlane = false): Buffer => {
    const pixels = pixelsOf(photometric);
    const hasColour = pixels.length > SIDE * SIDE;
    return makeInstance({
      seed: `ultrasound ${photometric} ${transferSyntaxUid} ${seed}`, sopClassUid: `${CLASS}6.1`, studyInstanceUid: uid('ultrasound'), rows: SIDE, columns: SIDE, transferSyntaxUid, without: [TAG.RescaleIntercept, TAG.RescaleSlope, TAG.WindowCenter, TAG.WindowWidth],
      elements: [
        text(TAG.Modality, 'CS', 'US'), text(TAG.PhotometricInterpretation, 'CS', photometric), us(TAG.SamplesPerPixel, hasColour ? 3 : 1), us(TAG.BitsAllocated, 8), us(TAG.BitsStored, 8), us(TAG.HighBit, 7), us(TAG.PixelRepresentation, 0),
        ...(hasColour ? [us(TAG.PlanarConfiguration, isByPlane ? 1 : 0)] : []), ...(photometric === 'PALETTE COLOR' ? palette : []), { tag: TAG.PixelData, vr: 'OB', value: isByPlane ? byPlane(pixels) : pixels },
      ],
    }).bytes;
  };
  const headOf = (bytes: Buffer): ReturnType<typeof readElements> & { readonly syntax: string } => {
    const { dataSetOffset, transferSyntaxUid: syntax } = readFileMeta(bytes);
    return { ...readElements(bytes.subarray(dataSetOffset), syntax, {}), syntax };
  };
  /** The pixels by DCMTK's decoder, samples of a pixel together. */
  const pixelsByPeer = (bytes: Buffer): Buffer => {
    const [file, target] = [join(scratch, 'coded.dcm'), join(scratch, 'decoded.dcm')];
    writeFileSync(file, bytes);
    const { status, stderr } = spawnSync(program('dcmdrle') ?? 'dcmdrle', ['+te', file, target], { encoding: 'utf8', timeout: 20_000 });
    expect(status, stderr).toBe(0);
    const { elements } = headOf(readFileSync(target));
    const pixels = Buffer.from(elements.get(TAG.PixelData)!.value);
    return elements.get(TAG.PlanarConfiguration)?.value.readUInt16LE(0) === 1 ? Buffer.from(Array.from({ length: pixels.length }, (_, at) => pixels[(at % 3) * (pixels.length / 3) + Math.floor(at / 3)] as number)) : pixels;
  };
  const instanceErrors = (bytes: Buffer): readonly string[] => {
    const file = join(scratch, 'judged.dcm');
    writeFileSync(file, bytes);
    return spawnSync(program('dciodvfy') ?? 'dciodvfy', [file], { encoding: 'latin1', timeout: 20_000 }).stderr.split('\n').filter((line) => line.startsWith('Error'));
  };
  const imagesOn = (disc: Disc): readonly Buffer[] => disc.composed.entries.map(({ fileId }) => readFileSync(join(disc.tree, fileId)));
  const fits = (disc: Disc, profile: string, option: string): void => {
    expect([disc.composed.profile, disc.reasons, disc.problems]).toEqual([profile, [], []]);
    // Real images may lack what a directory record needs.
    if (needs('dcmtk')) expect(dcmmkdirRefusals(disc.tree, option, ['+I'])).toEqual([]);
    if (needs('dicom3tools')) expect(dciodvfyErrors(disc.tree)).toEqual([]);
  };

  it.each([
    ['MONOCHROME2', UID.explicitLittleEndian], ['RGB', UID.explicitLittleEndian], ['PALETTE COLOR', UID.explicitLittleEndian], ['YBR_FULL', UID.rleLossless], ['YBR_FULL_422', UID.explicitLittleEndian],
  ] as const)('holds %s as its profile takes it, pixel by pixel', async (photometric, expected) => {
    const isTogether = photometric === 'RGB' || photometric === 'YBR_FULL';
    const sources = [
      made(photometric, UID.implicitLittleEndian), made(photometric, UID.explicitLittleEndian), made(photometric, UID.explicitBigEndian), ...(isTogether ? [made(photometric, UID.explicitLittleEndian, 'by plane', true)] : []),
      ...(photometric === 'YBR_FULL_422' ? [] : [await converted(made(photometric, UID.explicitLittleEndian, 'compressed'), UID.jpegLsLossless)]),
    ];
    const disc = await make('CD', 'STD-US-ID-SF-CDR', sources);
    fits(disc, 'STD-US-ID-SF-CDR', '-Pus');
    for (const bytes of imagesOn(disc)) {
      const { elements, syntax } = headOf(bytes);
      expect([syntax, elements.get(TAG.PhotometricInterpretation)?.value.toString('latin1').trim()]).toEqual([expected, photometric]);
      if (needs('dicom3tools')) expect(instanceErrors(bytes).filter((line) => line.includes('Planar Configuration'))).toEqual([]);
      if (needs('dcmtk')) expect(pixelsByPeer(bytes).equals(pixelsOf(photometric))).toBe(true);
    }
  });

  const real = (path: string): Buffer => readFileSync(join(sharedData() ?? '', path));
  const peer = (name: string, bytes: Buffer): Buffer => {
    const [file, target] = [join(scratch, 'from.dcm'), join(scratch, 'to.dcm')];
    writeFileSync(file, bytes);
    expect(spawnSync(program(name) ?? name, [file, target], { timeout: 20_000 }).status).toBe(0);
    return readFileSync(target);
  };

  it.runIf(sharedData() !== undefined && needs('dcmtk')).each([
    ['luminance and chrominance in RLE', () => real('us/weasis-dicom-tools--ybrFull-RLE.dcm'), UID.rleLossless],
    ['luminance and chrominance uncompressed', () => peer('dcmdrle', real('us/weasis-dicom-tools--ybrFull-RLE.dcm')), UID.rleLossless],
    ['RGB by plane in big endian', () => real('us/pydicom--ExplVR_BigEnd.dcm'), UID.explicitLittleEndian],
    ['a palette in RLE', () => real('us/pydicom-data--OBXXXX1A_rle.dcm'), UID.rleLossless],
  ] as const)('holds a real image: %s', async (_, bytesOf, expected) => {
    const source = bytesOf();
    const disc = await make('CD', 'STD-US-ID-SF-CDR', [source]);
    fits(disc, 'STD-US-ID-SF-CDR', '-Pus');
    const [image = Buffer.alloc(0)] = imagesOn(disc);
    expect(headOf(image).syntax).toBe(expected);
    expect(pixelsByPeer(image).equals(pixelsByPeer(source))).toBe(true);
  });

  it.runIf(sharedData() !== undefined && needs('dcmtk')).each([
    ['grey in lossless JPEG', 'us/pydicom-data--JPGLosslessP14SV1_1s_1f_8b.dcm', 'SF', UID.explicitLittleEndian, 'MONOCHROME2'],
    ['shared chrominance in JPEG', 'series/us-stressecho/I_000008.dcm', 'MF', '1.2.840.10008.1.2.4.50', 'YBR_FULL_422'],
    ['colour that JPEG 2000 transformed', 'ts/wg04/pydicom-data--US1_J2KR.dcm', 'SF', UID.explicitLittleEndian, 'RGB'],
    ['colour that JPEG 2000 transformed with loss', 'ts/wg04/pydicom-data--US1_J2KI.dcm', 'SF', UID.explicitLittleEndian, 'RGB'],
  ] as const)('holds a real image: %s', async (_, path, frames, syntax, photometric) => {
    const disc = await make('CD', `STD-US-ID-${frames}-CDR`, [real(path)]);
    fits(disc, `STD-US-ID-${frames}-CDR`, frames === 'SF' ? '-Pus' : '-Pum');
    const [{ elements, syntax: found } = headOf(Buffer.alloc(0))] = imagesOn(disc).map(headOf);
    expect([found, elements.get(TAG.PhotometricInterpretation)?.value.toString('latin1').trim()]).toEqual([syntax, photometric]);
  });
});
