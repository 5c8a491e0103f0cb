/**
 * The volume spool on a local disk: composes, gates and labels by the disc library.
 * Per volume one folder: disc.iso, and made.json with what the gate accepted. Labels lie apart, named by serial, and stay.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FirstMaking, OrderRow, VolumeRow } from '../catalog/books/order-book.ts';
import { createDeidentifier } from '../dicom/deidentify/deidentify.ts';
import type { ProfileOption } from '../dicom/deidentify/choose-step.ts';
import type { PictureMaker } from '../dicom/picture/picture-maker.ts';
import type { Transcoder } from '../dicom/transcoder.ts';
import { attachmentFiles } from '../disc/attachments/attachment-files.ts';
import type { AttachmentStore } from '../disc/attachments/attachment-store.ts';
import { buildCertificate, mergedChecks } from '../disc/certificate.ts';
import type { Imprint } from '../disc/certificate.ts';
import { composeVolume } from '../disc/compose-volume.ts';
import type { ComposedImage } from '../disc/compose-volume.ts';
import { sealImage, sealMethod } from '../disc/encrypt/seal-image.ts';
import type { SealedImage } from '../disc/encrypt/seal-image.ts';
import { checkSealedVolume, checkVolume } from '../disc/gate.ts';
import type { GateResult } from '../disc/gate.ts';
import type { DiscExtra } from '../disc/disc-extra.ts';
import { renderLabel } from '../disc/label/render-label.ts';
import { reportFiles } from '../disc/documents/report-files.ts';
import type { PlacedInstance } from '../disc/file-set.ts';
import { hasAttachments, hasReports, hasWebContent, isSealed, mayHoldViewers } from '../disc/order/content.ts';
import type { ContentOptions, CopyType, Language } from '../disc/order/content.ts';
import { SECTOR_BYTES } from '../disc/image/sectors.ts';
import { deriveFiles } from '../disc/preparation/derive-files.ts';
import type { DerivedWish } from '../disc/preparation/derive-files.ts';
import { preparationBook } from '../disc/preparation/preparation-book.ts';
import { prepareOrder } from '../disc/preparation/prepare-order.ts';
import { weighOrder } from '../disc/preparation/weigh-order.ts';
import type { CheckResult } from '../disc/reader/findings.ts';
import { fileSystem, mediaType } from '../disc/tables/media-types.ts';
import { deliverCopy } from '../disc/targets/deliver.ts';
import type { DeliverRequest } from '../disc/targets/deliver.ts';
import { findCopy, sweepPartsOf } from '../disc/targets/found-copy.ts';
import { readAnyTree } from '../disc/targets/image-files.ts';
import { webContent } from '../disc/web/web-content.ts';
import type { FileSystemRow } from '../disc/tables/media-types.ts';
import { markOf } from '../disc/viewer-package.ts';
import type { ChosenViewers } from '../disc/viewers/choose-viewers.ts';
import type { InstalledViewer } from '../disc/viewers/installed-viewer.ts';
import { changedFile, viewerExtra, viewerRoomBytes } from '../disc/viewers/viewer-extra.ts';
import type { ViewerShelf } from '../disc/viewers/viewer-shelf.ts';
import { readJsonFile, writeDurably, writeJsonFile } from '../infra/durable-file.ts';
import { ApplianceError } from '../infra/errors.ts';
import type { SecretFiles } from '../infra/secret-files.ts';
import { labelContentOf } from './label-content-of.ts';
import type { LabelSource } from './label-content-of.ts';
import { comparedWith, imprintOf, teachingOptionsOf, viewersBefore } from './reburn.ts';
import { namedForStaff, namesSomeone, reportForStaff, withoutSeries } from './teaching-copy.ts';
import type { ComposedVolume, VolumeSpool } from './volume-spool.ts';

export interface SpoolOptions {
  readonly spoolDirectory: string;
  readonly labelDirectory: string;
  readonly storeDirectory: string;
  readonly labelDpi: number;
  /** '' = take the institution of the images. */
  readonly institution: string;
  /** Whom to ask about a disc: name, telephone, address; '' = nobody. */
  readonly contact: string;
  readonly product: string;
  /** Of the pages, where an order names none. */
  readonly language: Language;
  /** Discs get pages for web browsers, where an order does not say. */
  readonly webContent: boolean;
  readonly transcoder: Transcoder;
  /** Shows frames: in the icons of a DICOMDIR, and on pages. */
  readonly pictureMaker: PictureMaker;
  readonly attachments: AttachmentStore;
  readonly shelf: Pick<ViewerShelf, 'choose'>;
  /** Ids of the viewers on discs whose order names none. */
  readonly viewers: readonly string[];
  readonly secrets: Pick<SecretFiles, 'teachingKey' | 'passphrase' | 'dropPassphrase'>;
  /** Options of the confidentiality profile for teaching copies. */
  readonly teachingOptions: readonly ProfileOption[];
  /** Where copies beside discs go; '' = nowhere. */
  readonly copiesFolder: string;
  readonly now: () => Date;
}

/** Orders that name no template of their own. */
const DEFAULT_TEMPLATE = 'default';

/** What is kept beside a composed image until its volume is dropped. */
export interface Made extends LabelSource {
  readonly composed: ComposedVolume;
  readonly report: Awaited<ReturnType<VolumeSpool['compose']>>['report'];
  readonly imageBytes: number;
}

/** Folder of what was prepared for the volumes of one order. */
const preparedFolder = (spoolDirectory: string, orderId: string): string => join(spoolDirectory, `${orderId}-prepared`);

export const imageFileOf = (spoolDirectory: string, volume: Pick<VolumeRow, 'spoolName'>): string => join(spoolDirectory, volume.spoolName, 'disc.iso');
/** The image of an encrypted disc before it is encrypted. */
const plainFileOf = (spoolDirectory: string, volume: Pick<VolumeRow, 'spoolName'>): string => join(spoolDirectory, volume.spoolName, 'plain.iso');
export const labelFileOf = (labelDirectory: string, serial: string): string => join(labelDirectory, `${serial}.png`);

const readMade = async (file: string): Promise<Made | undefined> => (await readJsonFile(file)) as Made | undefined;

const sizeOf = (file: string): Promise<number> => stat(file).then((stats) => stats.size, (error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT') return -1;
  throw error;
});

/** What of the instances is made readable on a disc, and in which language. */
const wishOf = (content: ContentOptions, { language, webContent: isDefault }: Pick<Imprint, 'language' | 'webContent'>): DerivedWish =>
  ({ pictures: hasWebContent(content, isDefault), reports: hasReports(content), language });

/** An image that is not what it should be is of no use to anyone. */
const refuse = async (imageFile: string, problems: readonly string[]): Promise<never> => {
  await rm(imageFile, { force: true });
  throw new ApplianceError('DISC_GATE_REFUSED', `${problems.length} problems, first: ${problems[0] ?? ''}`, { details: { problems: problems.slice(0, 20) } });
};

export const createVolumeSpool = (options: SpoolOptions): VolumeSpool => {
  const madeFile = (volume: VolumeRow): string => join(options.spoolDirectory, volume.spoolName, 'made.json');

  const gate = async (composed: ComposedImage, volume: VolumeRow, copyType: CopyType, viewers: readonly InstalledViewer[]): Promise<GateResult> => {
    const changed = changedFile(viewers, composed.files);
    if (changed !== undefined) {
      await rm(composed.image.path, { force: true });
      throw new ApplianceError('DISC_VIEWER_CHANGED', `${changed} is not the file that was installed`, { details: { path: changed } });
    }
    const result = await checkVolume({
      imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: volume.fileSetId, fileSetUid: volume.fileSetUid, files: composed.files,
      profile: composed.profile, copyType, fileSystems: fileSystem(mediaType(volume.media).fileSystem).trees,
      instances: composed.entries.map(({ fileId, sopInstanceUid }) => ({ fileId, sopInstanceUid })), extras: composed.extras,
    });
    return result.isAccepted ? result : refuse(composed.image.path, result.problems);
  };

  /** Encrypts the accepted plain image, has the gate read the outcome back, and throws the plain one away. */
  const seal = async ({ volume, order, imprint, plainFile, imageFile, signal }: { readonly volume: VolumeRow; readonly order: OrderRow; readonly imprint: Imprint; readonly plainFile: string; readonly imageFile: string; readonly signal: AbortSignal }): Promise<SealedImage & { readonly checks: readonly CheckResult[] }> => {
    const method = await sealMethod(order.options.content, () => options.secrets.passphrase(order.orderId), options.now());
    const sealed = await sealImage({ plainFile, imageFile, folder: join(options.spoolDirectory, volume.spoolName, 'sealing'), volume, method, institution: imprint.institution, language: imprint.language, signal });
    const result = await checkSealedVolume({ imageFile, bytes: sealed.image.bytes, fileSetId: volume.fileSetId, fileSystems: fileSystem(mediaType(volume.media).fileSystem).trees, files: sealed.files });
    if (!result.isAccepted) return refuse(imageFile, result.problems);
    await rm(plainFile, { force: true });
    return { ...sealed, checks: result.checks };
  };

  const imprintFor = (content: ContentOptions, before: Pick<FirstMaking, 'certificate'> | undefined): Imprint => imprintOf(before?.certificate) ?? {
    institution: options.institution, contact: options.contact, product: options.product, language: content.language || options.language, webContent: options.webContent,
    ...(content.copyType === 'teaching' ? { teachingOptions: options.teachingOptions } : {}),
  };

  const viewersFor = async (content: Pick<ContentOptions, 'viewers' | 'encryption'>, original: Pick<FirstMaking, 'certificate'> | undefined, trees?: FileSystemRow['trees']): Promise<ChosenViewers> => {
    if (!mayHoldViewers(content)) return { viewers: [], notes: (content.viewers ?? []).map((id) => `viewer ${id} is not on the disc: encrypted for recipients, it holds DICOM files only`) };
    const before = viewersBefore(original);
    return options.shelf.choose({ ids: content.viewers ?? options.viewers, ...(before ? { before } : {}), ...(trees ? { trees } : {}) });
  };

  return {
    async prepare({ order, instances, making, released, signal, onProgress }) {
      const { content } = order.options;
      const folder = preparedFolder(options.spoolDirectory, order.orderId);
      const teaching = content.copyType === 'teaching' ? { teaching: {
        deidentifier: createDeidentifier({ key: await options.secrets.teachingKey(making.orderId), options: teachingOptionsOf(making.certificate) ?? options.teachingOptions }), released, keptOff: making.leftOff,
      } } : {};
      const lines = await prepareOrder({ instances, content, ...teaching, storeDirectory: options.storeDirectory, folder, transcoder: options.transcoder, signal, onProgress });
      const derived = await deriveFiles({ instances, content, wish: wishOf(content, imprintFor(content, making)), lines, storeDirectory: options.storeDirectory, folder, pictureMaker: options.pictureMaker, signal, onProgress });
      const attached = hasAttachments(content) ? await options.attachments.list(making.orderId) : [];
      return weighOrder(instances, lines, content, { derived, attachments: attached.map(({ bytes }) => bytes) });
    },

    async extraBytes({ content, original }) {
      return viewerRoomBytes((await viewersFor(content, original)).viewers);
    },

    async compose({ volume, order, others, original, instances, signal, onProgress }) {
      const imageFile = imageFileOf(options.spoolDirectory, volume);
      const before = await readMade(madeFile(volume));
      if (before && await sizeOf(imageFile) === before.imageBytes) return { composed: before.composed, report: before.report };
      await mkdir(join(options.spoolDirectory, volume.spoolName), { recursive: true, mode: 0o750 });
      const { content } = order.options;
      const isTeaching = content.copyType === 'teaching';
      const folder = preparedFolder(options.spoolDirectory, order.orderId);
      const lines = await preparationBook.read(folder);
      const imprint = imprintFor(content, original);
      const wish = wishOf(content, imprint);
      const derived = await deriveFiles({ instances, content, wish, lines, storeDirectory: options.storeDirectory, folder, pictureMaker: options.pictureMaker, signal });
      const attachments = volume.index === 1 ? await options.attachments.list(original?.orderId ?? order.orderId) : [];
      const attached = hasAttachments(content) ? attachments : [];
      // A number only: what a person called a file may name the patient.
      const unattached = attachments.length > attached.length ? [`attached files that are not on the disc, because such a copy holds DICOM files only: ${attachments.length}`] : [];
      const extrasFor = (placed: readonly PlacedInstance[]): readonly DiscExtra[] => [
        ...(wish.pictures ? [webContent({ placed, derived, folder, language: imprint.language, institution: imprint.institution })] : []),
        ...(wish.reports ? [reportFiles({ placed, derived, folder, language: imprint.language })] : []),
      ];
      const { viewers, notes } = await viewersFor(content, original, fileSystem(mediaType(volume.media).fileSystem).trees);
      const plainFile = isSealed(content) ? plainFileOf(options.spoolDirectory, volume) : imageFile;
      const composed = await composeVolume({
        volume: { fileSetId: volume.fileSetId, fileSetUid: volume.fileSetUid, index: volume.index, of: volume.of, media: volume.media, capacityBytes: mediaType(volume.media).sectors * SECTOR_BYTES },
        order: { isSupplement: order.isSupplement }, content, instances, preparation: { folder, lines }, extras: [attachmentFiles(attached), viewerExtra(viewers, { language: imprint.language, fileSetId: volume.fileSetId })], extrasFor, storeDirectory: options.storeDirectory, imageFile: plainFile, createdAt: volume.createdAt,
        ...imprint, otherVolumes: isTeaching ? withoutSeries(others) : others, pictureMaker: options.pictureMaker, signal, onProgress,
      }).catch((error: unknown) => { throw isTeaching ? namedForStaff(error, instances, lines) : error; });
      const result = await gate(composed, volume, content.copyType, viewers);
      const sealed = isSealed(content) ? await seal({ volume, order, imprint, plainFile, imageFile, signal }) : undefined;
      const image = sealed?.image ?? composed.image;
      const profile = sealed ? '' : composed.profile;
      const marks = viewers.map(({ viewer }) => markOf(viewer));
      const certificate = buildCertificate({
        product: options.product, imprint, volume, image, profile, checks: sealed ? mergedChecks(result.checks, sealed.checks) : result.checks, counts: result.counts, report: composed.report, viewers: marks,
      });
      const report = isTeaching ? reportForStaff(composed.report, instances, lines) : composed.report;
      const made: Made = {
        composed: {
          imageBytes: image.bytes, imageSha256: image.sha256, certificate,
          instances: composed.entries.map(({ instanceId, fileId, sha256 }) => ({ instanceId, fileId, sha256 })), leftOff: composed.leftOff,
        },
        report: [...report, ...[...notes, ...unattached].map((reason) => ({ kind: 'note' as const, reason })), ...comparedWith(original, { image }, { product: options.product, content, viewers: marks })], label: result.label, profile, imageBytes: image.bytes, certificateCode: certificate.shortCode,
        ...(isTeaching && namesSomeone(order.options.comment, instances) ? { isCommentWithheld: true } : {}),
      };
      await writeJsonFile(madeFile(volume), made, { mode: 0o640 });
      return { composed: made.composed, report: made.report };
    },

    async label({ order, volume, job }) {
      const made = await readMade(madeFile(volume));
      if (!made) throw new ApplianceError('DISC_LABEL_FAILED', 'the volume of this label is not composed', { details: { jobKey: job.jobKey } });
      const picture = await renderLabel(labelContentOf({ order, volume, job }, made, options.institution), { dpi: options.labelDpi, ...(order.options.labelTemplate === DEFAULT_TEMPLATE ? {} : { template: order.options.labelTemplate }) });
      await writeDurably(labelFileOf(options.labelDirectory, job.serial), picture.png, { mode: 0o640 });
    },

    async deliver({ order, volume, job }, signal) {
      const { target, encryption } = order.options.content;
      const made = await readMade(madeFile(volume));
      if (!made || target === 'disc') throw new ApplianceError('DISC_IMAGE_FAILED', 'the volume of this copy is not composed', { details: { jobKey: job.jobKey } });
      if (options.copiesFolder === '') throw new ApplianceError('DISC_TARGET_UNREACHABLE', 'no folder for copies is set any more');
      const request: DeliverRequest = {
        kind: target, imageFile: imageFileOf(options.spoolDirectory, volume), imageSha256: made.composed.imageSha256, place: options.copiesFolder, fileSetId: volume.fileSetId, serial: job.serial,
        createdAt: volume.createdAt, read: readAnyTree, signal, ...(target === 'zip' && encryption === 'zip' ? { passphrase: await options.secrets.passphrase(order.orderId) } : {}),
      };
      await sweepPartsOf(request);
      const { name } = await findCopy(request) ?? await deliverCopy(request);
      return join(options.copiesFolder, name);
    },

    async drop(volume) {
      await rm(join(options.spoolDirectory, volume.spoolName), { recursive: true, force: true });
    },

    async dropOrder(orderId) {
      await options.secrets.dropPassphrase(orderId);
      await rm(preparedFolder(options.spoolDirectory, orderId), { recursive: true, force: true });
    },
  };
};

