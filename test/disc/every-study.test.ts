/**
 * Every study of the real files as a disc of every medium and every profile that takes its classes; a seeded sample of them,
 * unless SPINDLE_TEST_EVERY_STUDY=1 asks for all.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { elementDigest } from '../../dicom/data-set/element-digest.ts';
import { encodeFileMeta } from '../../dicom/data-set/part10.ts';
import { createPictureMaker } from '../../dicom/picture/picture-maker.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { transferSyntaxByUid } from '../../dicom/tables/transfer-syntaxes.ts';
import { createTranscoder } from '../../dicom/transcode.ts';
import { composeVolume } from '../../disc/compose-volume.ts';
import type { ComposedImage } from '../../disc/compose-volume.ts';
import { checkVolume } from '../../disc/gate.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import type { ContentOptions } from '../../disc/order/content.ts';
import type { Preparation, PreparedFile } from '../../disc/preparation/preparation-book.ts';
import { prepareOrder } from '../../disc/preparation/prepare-order.ts';
import { profileOf } from '../../disc/profile.ts';
import { APPLICATION_PROFILES, takesClass } from '../../disc/tables/application-profiles.ts';
import { fileSystem, mediaType } from '../../disc/tables/media-types.ts';
import { dataSetOf, filesBelow } from '../dicom/transcode/instances.ts';
import { startOrthanc } from '../bench/receive-targets.ts';
import { needs, program } from '../fixtures/peers.ts';
import { random } from '../fixtures/random.ts';
import { sharedData } from '../fixtures/shared-data.ts';
import { dcdirdmpFiles, dciodvfyErrors, dcmmkdirRefusals, isReadByGdcm, layOutImage, pydicomFiles } from './directory-judges.ts';
import { storedInstances } from './stored-instances.ts';

type Medium = 'CD' | 'DVD' | 'BD';

const isWhole = process.env['SPINDLE_TEST_EVERY_STUDY'] === '1';
const SAMPLE = 9;
const SEED = 20240102;

const scratch = mkdtempSync(join(tmpdir(), 'spindle-every-study-'));
const store = join(scratch, 'store');
const transcoder = createTranscoder({ workers: 2 });
const pictureMaker = createPictureMaker({ workers: 1 });
afterAll(async () => { await transcoder.close(); await pictureMaker.close(); rmSync(scratch, { recursive: true, force: true }); });

/** The real files as the store would hold them: received bytes behind our header, one patient for each study. */
const holdAll = (source: string): readonly (readonly VolumeInstance[])[] => {
  const all = storedInstances(source, filesBelow(source).map((file) => file.slice(source.length + 1)));
  const patientOf = new Map<number, number>();
  const held = all.filter(({ studyKey, patientKey }) => { if (!patientOf.has(studyKey)) patientOf.set(studyKey, patientKey); return patientOf.get(studyKey) === patientKey; });
  mkdirSync(store);
  const stored = held.map((instance): VolumeInstance => {
    const { attributes: { sopClassUid, sopInstanceUid }, file } = instance;
    const meta = encodeFileMeta({ sopClassUid, sopInstanceUid, transferSyntaxUid: file.transferSyntaxUid });
    const dataSet = readFileSync(join(source, file.path)).subarray(file.dataSetOffset);
    const path = `${instance.instanceId}.dcm`;
    writeFileSync(join(store, path), Buffer.concat([meta, dataSet]));
    return { ...instance, file: { ...file, path, bytes: meta.length + dataSet.length, dataSetOffset: meta.length, dataSetSha256: createHash('sha256').update(dataSet).digest('hex') } };
  });
  return [...Map.groupBy(stored, ({ studyKey }) => studyKey).values()];
};

const sampled = <T>(all: readonly T[], count: number): readonly T[] => {
  const next = random(SEED);
  return all.map((one) => ({ one, at: next() })).sort((a, b) => a.at - b.at).slice(0, count).map(({ one }) => one);
};

/** '' = the default; else every other profile of the medium that takes all classes of the study. */
const profilesFor = (media: Medium, study: readonly VolumeInstance[]): readonly string[] =>
  ['', ...APPLICATION_PROFILES.filter((row) => row.media.includes(media) && row.id !== profileOf(media, { profile: '' }).id && study.every(({ attributes }) => takesClass(row, attributes.sopClassUid))).map(({ id }) => id)];

let discs = 0;
const fresh = (): string => { discs += 1; const folder = join(scratch, `disc${discs}`); mkdirSync(folder); return folder; };

const prepare = async (study: readonly VolumeInstance[], content: ContentOptions, folder: string): Promise<Preparation> =>
  ({ folder, lines: await prepareOrder({ instances: study, content, storeDirectory: store, folder, transcoder, signal: new AbortController().signal, onProgress: () => undefined }) });

const compose = (study: readonly VolumeInstance[], media: Medium, content: ContentOptions, preparation: Preparation): Promise<ComposedImage> => composeVolume({
  volume: { fileSetId: 'EVERY_STUDY', fileSetUid: '2.25.143', index: 1, of: 1, media, capacityBytes: 680_000_000 }, order: { isSupplement: false }, content, preparation, instances: study,
  storeDirectory: store, imageFile: join(preparation.folder, `${media}.iso`), createdAt: new Date('2026-01-02T03:04:00Z'), language: 'en', institution: '', contact: '', product: 'Spindle', otherVolumes: [], pictureMaker,
});

const gate = async (composed: ComposedImage, media: Medium, { copyType }: ContentOptions): Promise<readonly string[]> => (await checkVolume({
  imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: 'EVERY_STUDY', fileSetUid: '2.25.143', profile: composed.profile, copyType, files: composed.files, instances: composed.entries,
  fileSystems: fileSystem(mediaType(media).fileSystem).trees,
})).problems;

const PEER_DECODERS: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/\.4\.(50|51|53|55|57|70)$/, 'dcmdjpeg', []], [/\.2\.5$/, 'dcmdrle', []], [/\.4\.8[01]$/, 'dcmdjpls', []], [/\.4\.9[01]$/, 'gdcmconv', ['-w']],
];

/** Digest of native pixel data, decoded by another toolkit where it is compressed; undefined when that cannot. */
const pixelsByPeer = (file: string, transferSyntaxUid: string): string | undefined => {
  let native = file;
  if (transferSyntaxByUid.get(transferSyntaxUid)?.encapsulated === true) {
    const peer = PEER_DECODERS.find(([syntax]) => syntax.test(transferSyntaxUid));
    if (!peer) return undefined;
    native = join(scratch, 'peer.dcm');
    rmSync(native, { force: true });
    spawnSync(program(peer[1]) ?? peer[1], [...peer[2], file, native], { timeout: 60_000 });
    if (!existsSync(native)) return undefined;
  }
  const dataSet = dataSetOf(native);
  const pixels = dataSet.elements.get(TAG.PixelData);
  // Colour by plane is another order of the same pixels.
  if (!pixels || pixels.items || dataSet.elements.get(TAG.PlanarConfiguration)?.value.readUInt16LE(0) === 1 || (pixels.bigEndian && pixels.vr !== 'OB')) return undefined;
  return createHash('sha256').update(pixels.value).digest('hex');
};

const expectSameContent = async ({ file, attributes }: VolumeInstance, line: PreparedFile, folder: string): Promise<boolean> => {
  const before = join(store, file.path);
  const after = join(folder, line.name);
  if (line.pixels === 'untouched') { expect((await elementDigest(after)).all, attributes.sopInstanceUid).toBe((await elementDigest(before)).all); return true; }
  if (line.pixels !== 'identical' || !needs('dcmtk') || !needs('gdcm')) return false;
  const [ours, theirs] = [pixelsByPeer(after, line.transferSyntaxUid), pixelsByPeer(before, file.transferSyntaxUid)];
  if (ours === undefined || theirs === undefined) return false;
  expect(ours, `pixels of ${attributes.sopInstanceUid}`).toBe(theirs);
  return true;
};

/** Findings of values that the directory holds as the instances do; and a sequence that spectra need only where they reference images. @source PS3.3 F.5.27 */
const OF_THE_DATA = /ReferencedImageEvidenceSequence|invalid data values|Value invalid for this VR|Unrecognized.*(Sex|Modality)|attribute Value Multiplicity|Value dubious|Orientation vector is not unit vector|UID/;

const DCMTK_PROFILES: Readonly<Record<string, string>> = {
  'STD-GEN-CD': '-Pgp', 'STD-GEN-DVD-JPEG': '-Pdv', 'STD-GEN-DVD-J2K': '-Pd2', 'STD-GEN-BD-JPEG': '-Pbd', 'STD-GEN-BD-J2K': '-Pb2', 'STD-XABC-CD': '-Pbc', 'STD-XA1K-CD': '-Pxa', 'STD-XA1K-DVD': '-Pxd',
  'STD-CTMR-CD': '-Pcm', 'STD-CTMR-DVD': '-Pcm', 'STD-US-ID-SF-CDR': '-Pus', 'STD-US-ID-SF-DVD': '-Pus', 'STD-US-ID-MF-CDR': '-Pum', 'STD-US-ID-MF-DVD': '-Pum',
  'STD-US-SC-SF-CDR': '--ultrasound-sc-sf', 'STD-US-SC-SF-DVD': '--ultrasound-sc-sf', 'STD-US-SC-MF-CDR': '--ultrasound-sc-mf', 'STD-US-SC-MF-DVD': '--ultrasound-sc-mf',
  'STD-US-CC-SF-CDR': '--ultrasound-cc-sf', 'STD-US-CC-SF-DVD': '--ultrasound-cc-sf', 'STD-US-CC-MF-CDR': '--ultrasound-cc-mf', 'STD-US-CC-MF-DVD': '--ultrasound-cc-mf',
};

/** What the peer says of files that came damaged, or without what it does not invent; what it refuses for the profile is a line of its own. */
const OF_DAMAGE = /reading file:|remaining bytes in file|JPEG stream|unencapsulated representation|no good files|cannot be added|no pixel data found|decompress|can't be determined|(Modality|PatientName|InstanceNumber|ContentDate|ContentTime|ContentLabel) .* missing/;
/** The Standard allows an MR image 12 to 16 bits, the peer 12 and 16. @source PS3.11 Table E.3-4 */
const PEER_IS_STRICTER = /BitsStored \(0028,0101\) has other value than expected/;

/** The slow ones read what does not change between the profiles of a medium. */
const expectJudged = (composed: ComposedImage, folder: string, media: Medium, isFirst: boolean): void => {
  const tree = layOutImage(composed.image.path, join(folder, `tree-${media}`));
  if (needs('dicom3tools')) expect(dciodvfyErrors(tree).filter((line) => !OF_THE_DATA.test(line))).toEqual([]);
  if (needs('dcmtk')) expect(dcdirdmpFiles(tree)).toBe(composed.entries.length);
  if (isFirst && needs('gdcm')) expect(isReadByGdcm(tree)).toBe(true);
  if (isFirst && needs('pydicom')) expect(pydicomFiles(tree)).toBe(composed.entries.length);
  const option = DCMTK_PROFILES[composed.profile];
  if (option !== undefined && needs('dcmtk')) expect(dcmmkdirRefusals(tree, option, ['+I']).filter((line) => !OF_DAMAGE.test(line) && !(composed.profile.startsWith('STD-CTMR') && PEER_IS_STRICTER.test(line))), composed.profile).toEqual([]);
  rmSync(tree, { recursive: true });
};

/** What comes in goes on the disc or stands in the report. */
const expectNothingLost = (study: readonly VolumeInstance[], composed: ComposedImage): void => {
  expect(composed.entries.length + composed.leftOff.length).toBe(study.length);
  const named = new Set(composed.report.filter(({ kind }) => kind === 'left-off').map(({ sopInstanceUid }) => sopInstanceUid));
  for (const { instanceId, attributes } of study) if (composed.leftOff.includes(instanceId)) expect(named.has(attributes.sopInstanceUid), attributes.sopInstanceUid).toBe(true);
  if (composed.profile === '') expect(composed.report.some(({ kind }) => kind === 'outside-profile')).toBe(true);
};

const isNothingLeft = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'DISC_FILE_SET_INVALID';

const data = sharedData();
const studies = data === undefined ? [] : holdAll(data);
const chosen = isWhole ? studies : sampled(studies, SAMPLE);
const name = (study: readonly VolumeInstance[]): string => `${study[0]?.attributes.studyInstanceUid ?? ''} (${study.length})`;

describe.runIf(data !== undefined).each(chosen.map((study) => [name(study), study] as const))('study %s', (_, study) => {
  it.each(['CD', 'DVD', 'BD'] as const)('is a sound %s in every profile that takes it', async (media) => {
    for (const [n, profile] of profilesFor(media, study).entries()) {
      const content = { ...DEFAULT_CONTENT, profile };
      const folder = fresh();
      const preparation = await prepare(study, content, folder);
      let composed: ComposedImage;
      try {
        composed = await compose(study, media, content, preparation);
      } catch (error) {
        if (!isNothingLeft(error)) throw error;
        continue;
      }
      const where = `${media} ${profile || 'default'}`;
      expect(await gate(composed, media, content), where).toEqual([]);
      expectNothingLost(study, composed);
      for (const instance of study) {
        const line = preparation.lines.get(instance.instanceId);
        if (line?.kind === 'converted' && media !== 'BD') await expectSameContent(instance, line, folder);
      }
      if (n === 0 || composed.profile !== '') expectJudged(composed, folder, media, n === 0);
      rmSync(folder, { recursive: true });
    }
  }, 300_000);

  it('is a legal copy of the very bytes', async () => {
    const content: ContentOptions = { ...DEFAULT_CONTENT, copyType: 'legal' };
    const folder = fresh();
    let composed: ComposedImage;
    try {
      composed = await compose(study, 'CD', content, await prepare(study, content, folder));
    } catch (error) {
      if (!isNothingLeft(error)) throw error;
      return;
    }
    expect(await gate(composed, 'CD', content)).toEqual([]);
    expectNothingLost(study, composed);
    const tree = layOutImage(composed.image.path, join(folder, 'tree'));
    for (const { instanceId, fileId } of composed.entries) {
      const { file } = study.find((one) => one.instanceId === instanceId)!;
      expect(createHash('sha256').update(readFileSync(join(tree, fileId)).subarray(file.dataSetOffset)).digest('hex')).toBe(file.dataSetSha256);
    }
    rmSync(folder, { recursive: true });
  }, 120_000);
});

describe.runIf(data !== undefined && needs('orthanc') && needs('dcmtk'))('discs of some studies', () => {
  it('are imported whole by Orthanc, from what their directories name', async () => {
    const orthanc = await startOrthanc();
    try {
      let sent = 0;
      for (const [n, study] of sampled(studies, 6).entries()) {
        const folder = fresh();
        const composed = await compose(study, (['CD', 'DVD', 'BD'] as const)[n % 3] ?? 'CD', DEFAULT_CONTENT, await prepare(study, DEFAULT_CONTENT, folder));
        const tree = layOutImage(composed.image.path, join(folder, 'tree'));
        const { status, stderr } = spawnSync(program('dcmsend') as string, ['-dn', '-aec', orthanc.calledAe, '+rd', '127.0.0.1', String(orthanc.port), 'DICOMDIR'], { cwd: tree, encoding: 'utf8', timeout: 60_000 });
        expect(status, stderr).toBe(0);
        sent += composed.entries.length;
        rmSync(folder, { recursive: true });
      }
      expect(await orthanc.stored()).toBe(sent);
    } finally {
      await orthanc.stop();
    }
  }, 120_000);
});
