/**
 * Composes one volume: File IDs, DICOMDIR, pages and manifest around the stored files, written as one image in one pass.
 * Refuses a volume that does not fit or would be empty; what cannot be on the disc is left off and named.
 */
import type { VolumeInstance } from '../catalog/books/instance-index.ts';
import type { ReportEntry } from '../catalog/books/order-book.ts';
import type { PictureMaker } from '../dicom/picture/picture-maker.ts';
import { ApplianceError } from '../infra/errors.ts';
import type { DiscExtra } from './disc-extra.ts';
import { writeDicomdir } from './dicomdir.ts';
import { createHeadReader } from './dicomdir/read-head.ts';
import { inDiscOrder, placeInstances, recordOfClass } from './file-set.ts';
import type { PlacedInstance } from './file-set.ts';
import type { ImageFile } from './image/image-file.ts';
import { planImage, warmHashing, writeImage } from './image/write-image.ts';
import type { WrittenFile } from './image/write-image.ts';
import { SECTOR_BYTES } from './image/sectors.ts';
import { MANIFEST_PATH, manifestFile } from './manifest.ts';
import type { ContentOptions, Language } from './order/content.ts';
import { patientsOnDisc } from './pages/gather.ts';
import type { DiscFacts, OtherVolume } from './pages/disc-facts.ts';
import { renderIndexPage } from './pages/index-page.ts';
import { renderReadme } from './pages/readme.ts';
import { asPrepared, conversionsOn } from './preparation/conversions.ts';
import type { Preparation } from './preparation/preparation-book.ts';
import { judgeProfile, profileOf } from './profile.ts';
import { LAST_IMAGE_FACT } from './profile-images.ts';
import { storedFiles } from './stored-files.ts';
import { fileSystem, mediaType } from './tables/media-types.ts';
import type { FileSystemRow, MediaTypeRow } from './tables/media-types.ts';

/** Bytes a volume spends besides its instances: descriptors, directories, pages, the image's end, and long reference lists of presentation states. */
export const VOLUME_OVERHEAD_BYTES = 6 * 1024 * 1024;
const ISO_INSTANCE_OVERHEAD_BYTES = 8 * 1024;

const fileSystemOf = (media: MediaTypeRow['media']): FileSystemRow => fileSystem(mediaType(media).fileSystem);

/** Bytes an instance spends besides its file: sector rounding, its share of directories, DICOMDIR, manifest and pages; enough for a series of its own. */
export const instanceOverheadBytes = (media: MediaTypeRow['media']): number => ISO_INSTANCE_OVERHEAD_BYTES + fileSystemOf(media).extraInstanceBytes;

export interface ComposeRequest {
  readonly volume: {
    readonly fileSetId: string;
    readonly fileSetUid: string;
    readonly index: number;
    readonly of: number;
    readonly media: MediaTypeRow['media'];
    /** Bytes the blank takes. */
    readonly capacityBytes: number;
  };
  readonly order: { readonly isSupplement: boolean };
  readonly content: Pick<ContentOptions, 'copyType' | 'profile'>;
  readonly instances: readonly VolumeInstance[];
  /** Files of this order that are not put on as stored, and where they lie. */
  readonly preparation: Preparation;
  readonly storeDirectory: string;
  readonly imageFile: string;
  readonly createdAt: Date;
  readonly language: Language;
  readonly institution: string;
  readonly contact: string;
  /** Product name and version, as the pages show it. */
  readonly product: string;
  readonly otherVolumes: readonly OtherVolume[];
  /** Files beside the DICOM files, in the order they are to lie on the disc; the plan of the volumes must have counted them. */
  readonly extras?: readonly DiscExtra[];
  /** Files that depend on what is on the volume, made once that is certain; they lie behind `extras`. */
  readonly extrasFor?: (placed: readonly PlacedInstance[]) => readonly DiscExtra[];
  /** Shows frames, for icons; absent = a disc without icons, which breaks profiles that ask for them. */
  readonly pictureMaker?: Pick<PictureMaker, 'raster'>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

export interface ComposedImage {
  readonly image: { readonly path: string; readonly bytes: number; readonly sectors: number; readonly sha256: string };
  /** Every file of the volume, instances and manifest included, as the gate must find them. */
  readonly files: readonly WrittenFile[];
  readonly entries: readonly { readonly instanceId: number; readonly sopInstanceUid: string; readonly fileId: string; readonly sha256: string; readonly bytes: number }[];
  readonly leftOff: readonly number[];
  readonly report: readonly ReportEntry[];
  readonly profile: string;
  readonly manifestPath: string;
  /** Paths of the extra files. */
  readonly extras: readonly string[];
  /** Directory records written. */
  readonly records: number;
}

interface Placement {
  readonly placed: readonly PlacedInstance[];
  readonly leftOff: readonly VolumeInstance[];
  readonly report: readonly ReportEntry[];
}

const place = ({ instances, content: { copyType }, preparation }: ComposeRequest, { maxFileBytes }: FileSystemRow): Placement => {
  const taken: Omit<PlacedInstance, 'fileId'>[] = [];
  const leftOff: VolumeInstance[] = [];
  const report: ReportEntry[] = [];
  for (const stored of inDiscOrder(instances)) {
    const line = preparation.lines.get(stored.instanceId);
    if (copyType === 'teaching' && line?.attributes === undefined) throw new ApplianceError('DISC_DEIDENTIFY_FAILED', 'an instance of a teaching copy was not de-identified', { details: { instanceId: stored.instanceId } });
    const instance = asPrepared(stored, line, preparation.folder);
    const record = recordOfClass(instance.attributes.sopClassUid, copyType);
    const reason = line?.kind === 'leave-off' ? line.reason : 'refusal' in record ? record.refusal : instance.file.bytes > maxFileBytes ? 'its file is longer than the medium shows to every reader' : undefined;
    if (reason === undefined && 'record' in record) { taken.push({ instance, record }); continue; }
    leftOff.push(instance);
    report.push({ kind: 'left-off', sopInstanceUid: instance.attributes.sopInstanceUid, reason: reason ?? '' });
  }
  return { placed: placeInstances(taken), leftOff, report };
};

const dicomFile = (fileAt: (path: string) => string, { instance, fileId }: PlacedInstance): ImageFile => ({
  path: fileId.join('/'),
  bytes: instance.file.bytes,
  content: { file: fileAt(instance.file.path) },
  hashDataSetFrom: instance.file.dataSetOffset,
  expectDataSetSha256: instance.file.dataSetSha256,
});

const dataFile = (path: string, data: Buffer): ImageFile => ({ path, bytes: data.length, content: { data } });

const pages = (facts: DiscFacts, language: Language): readonly ImageFile[] => [dataFile('README.TXT', renderReadme(facts, language)), dataFile('INDEX.HTM', renderIndexPage(facts, language))];

/**
 * Composes the image of one volume and writes it to `imageFile`.
 * Reads every stored file once; each data set must have the digest it was stored with. Memory grows with the directory only.
 * @throws {ApplianceError} ORDER_EXCEEDS_MEDIA when the exact size is more than the medium takes; DISC_FILE_SET_INVALID when
 *   nothing is left to put on; DISC_IMAGE_FAILED when a file differs from what was stored or the image cannot be written.
 *   An abort throws the reason of the signal.
 * @source PS3.10 7 and 8, PS3.11 D, IHE PDI RAD TF-3 4.47 (root layout)
 */
export const composeVolume = async (request: ComposeRequest): Promise<ComposedImage> => {
  const { volume, storeDirectory, imageFile, createdAt, signal } = request;
  const fileAt = storedFiles(storeDirectory);
  const { placed, leftOff, report } = place(request, fileSystemOf(volume.media));
  warmHashing(placed.reduce((sum, { instance }) => sum + instance.file.bytes, 0));
  const profile = profileOf(volume.media, request.content);
  const { pictureMaker } = request;
  const dicomdir = await writeDicomdir({
    fileSetId: volume.fileSetId, fileSetUid: volume.fileSetUid, profile, instances: placed, readHead: createHeadReader(storeDirectory, profile.images ? LAST_IMAGE_FACT : 0),
    ...(pictureMaker ? { raster: ({ instance: { file: { path, dataSetOffset, transferSyntaxUid } } }, how) => pictureMaker.raster({ source: { file: fileAt(path), dataSetOffset, transferSyntaxUid }, ...how }) } : {}), ...(signal ? { signal } : {}),
  });
  const onDisc = placed.filter(({ instance }) => !dicomdir.leftOff.has(instance.instanceId));
  if (!onDisc.length) throw new ApplianceError('DISC_FILE_SET_INVALID', 'no instance of the volume can be put on a disc', { details: { leftOff: [...report, ...dicomdir.report].map(({ sopInstanceUid, reason }) => `${sopInstanceUid ?? ''} ${reason}`) } });

  const verdict = judgeProfile(volume.media, request.content, onDisc.map(({ instance }) => instance), dicomdir.breaches);
  const changes = conversionsOn(onDisc, request.preparation.lines);
  const wholeReport = [...report, ...dicomdir.report, ...verdict.report, ...changes.report];
  const extras = [...request.extras ?? [], ...request.extrasFor?.(onDisc) ?? []];
  const extraFiles = extras.flatMap(({ files }) => files);
  const front = [
    dataFile('DICOMDIR', dicomdir.bytes),
    ...pages({
      institution: request.institution, contact: request.contact, product: request.product, createdAt,
      fileSetId: volume.fileSetId, fileSetUid: volume.fileSetUid, index: volume.index, of: volume.of, isSupplement: request.order.isSupplement,
      profile: verdict.profile, isTeaching: request.content.copyType === 'teaching', patients: patientsOnDisc(onDisc), report: wholeReport, otherVolumes: request.otherVolumes,
      links: extras.flatMap(({ links }) => links),
    }, request.language),
    ...onDisc.map((one) => dicomFile(fileAt, one)),
    ...extraFiles,
  ];
  const plan = planImage({ volumeId: volume.fileSetId, createdAt, kind: mediaType(volume.media).fileSystem, files: [...front, manifestFile(front.map(({ path }) => path), changes.origins)] });
  const bytes = plan.totalSectors * SECTOR_BYTES;
  if (bytes > volume.capacityBytes) throw new ApplianceError('ORDER_EXCEEDS_MEDIA', 'the composed volume is larger than the medium', { details: { bytes, capacityBytes: volume.capacityBytes } });

  const written = await writeImage(plan, { file: imageFile }, { ...(signal ? { signal } : {}), ...(request.onProgress ? { onProgress: request.onProgress } : {}) });
  const byPath = new Map(written.files.map((file) => [file.path, file]));
  return {
    image: { path: imageFile, bytes: written.bytes, sectors: written.sectors, sha256: written.sha256 },
    files: written.files,
    entries: onDisc.map(({ instance, fileId }) => {
      const path = fileId.join('/');
      return { instanceId: instance.instanceId, sopInstanceUid: instance.attributes.sopInstanceUid, fileId: path, sha256: byPath.get(path)?.sha256 ?? '', bytes: instance.file.bytes };
    }),
    leftOff: [...leftOff.map(({ instanceId }) => instanceId), ...dicomdir.leftOff],
    report: wholeReport, profile: verdict.profile, manifestPath: MANIFEST_PATH, extras: extraFiles.map(({ path }) => path), records: dicomdir.records,
  };
};
