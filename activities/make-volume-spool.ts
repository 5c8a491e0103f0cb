/**
 * The volume spool on a local disk: composes, gates and labels by the disc library.
 * Per volume one folder: disc.iso, and made.json with what the gate accepted. Labels lie apart, named by serial, and stay.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeRow } from '../catalog/catalog.ts';
import type { RenderFrame } from '../dicom/render/frame.ts';
import type { Transcoder } from '../dicom/transcoder.ts';
import { buildCertificate, shownCode } from '../disc/certificate.ts';
import { composeVolume } from '../disc/compose-volume.ts';
import type { ComposedImage } from '../disc/compose-volume.ts';
import { checkVolume } from '../disc/gate.ts';
import type { GateResult } from '../disc/gate.ts';
import { renderLabel } from '../disc/label/render-label.ts';
import type { CopyType, Language } from '../disc/order/content.ts';
import { SECTOR_BYTES } from '../disc/image/sectors.ts';
import { readPreparation } from '../disc/preparation/preparation-book.ts';
import { prepareOrder } from '../disc/preparation/prepare-order.ts';
import { weighOrder } from '../disc/preparation/weigh-order.ts';
import { fileSystem, mediaType } from '../disc/tables/media-types.ts';
import { readJsonFile, writeDurably, writeJsonFile } from '../infra/durable-file.ts';
import { ApplianceError } from '../infra/errors.ts';
import { comparedWith, imprintOf } from './reburn.ts';
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
  readonly transcoder: Transcoder;
  /** Shows a frame of a file, for the icons of a DICOMDIR. */
  readonly renderFrame: RenderFrame;
}

/** Orders that name no template of their own. */
const DEFAULT_TEMPLATE = 'default';

/** What is kept beside a composed image until its volume is dropped. */
interface Made {
  readonly composed: ComposedVolume;
  readonly report: Awaited<ReturnType<VolumeSpool['compose']>>['report'];
  readonly label: GateResult['label'];
  readonly profile: string;
  readonly imageBytes: number;
  /** Absent where an earlier version composed. */
  readonly certificateCode?: string;
}

/** Folder of what was prepared for the volumes of one order. */
const preparedFolder = (spoolDirectory: string, orderId: string): string => join(spoolDirectory, `${orderId}-prepared`);

export const imageFileOf = (spoolDirectory: string, volume: Pick<VolumeRow, 'spoolName'>): string => join(spoolDirectory, volume.spoolName, 'disc.iso');
export const labelFileOf = (labelDirectory: string, serial: string): string => join(labelDirectory, `${serial}.png`);

const readMade = async (file: string): Promise<Made | undefined> => (await readJsonFile(file)) as Made | undefined;

const sizeOf = (file: string): Promise<number> => stat(file).then((stats) => stats.size, (error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT') return -1;
  throw error;
});

export const createVolumeSpool = (options: SpoolOptions): VolumeSpool => {
  const madeFile = (volume: VolumeRow): string => join(options.spoolDirectory, volume.spoolName, 'made.json');

  const gate = async (composed: ComposedImage, volume: VolumeRow, copyType: CopyType): Promise<GateResult> => {
    const result = await checkVolume({
      imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: volume.fileSetId, fileSetUid: volume.fileSetUid, files: composed.files,
      profile: composed.profile, copyType, fileSystems: fileSystem(mediaType(volume.media).fileSystem).trees,
      instances: composed.entries.map(({ fileId, sopInstanceUid }) => ({ fileId, sopInstanceUid })),
    });
    if (!result.isAccepted) {
      await rm(composed.image.path, { force: true });
      throw new ApplianceError('DISC_GATE_REFUSED', `${result.problems.length} problems, first: ${result.problems[0] ?? ''}`, { details: { problems: result.problems.slice(0, 20) } });
    }
    return result;
  };

  return {
    async prepare({ order, instances, signal, onProgress }) {
      const { content } = order.options;
      const lines = await prepareOrder({ instances, content, storeDirectory: options.storeDirectory, folder: preparedFolder(options.spoolDirectory, order.orderId), transcoder: options.transcoder, signal, onProgress });
      return weighOrder(instances, lines, content);
    },

    async compose({ volume, order, others, original, instances, signal, onProgress }) {
      const imageFile = imageFileOf(options.spoolDirectory, volume);
      const before = await readMade(madeFile(volume));
      if (before && await sizeOf(imageFile) === before.imageBytes) return { composed: before.composed, report: before.report };
      await mkdir(join(options.spoolDirectory, volume.spoolName), { recursive: true, mode: 0o750 });
      const folder = preparedFolder(options.spoolDirectory, order.orderId);
      const imprint = imprintOf(original?.certificate) ?? { institution: options.institution, contact: options.contact, product: options.product, language: order.options.content.language || options.language };
      const composed = await composeVolume({
        volume: { fileSetId: volume.fileSetId, fileSetUid: volume.fileSetUid, index: volume.index, of: volume.of, media: volume.media, capacityBytes: mediaType(volume.media).sectors * SECTOR_BYTES },
        order: { isSupplement: order.isSupplement }, content: order.options.content, instances, preparation: { folder, lines: await readPreparation(folder) }, storeDirectory: options.storeDirectory, imageFile, createdAt: volume.createdAt,
        ...imprint, otherVolumes: others, renderFrame: options.renderFrame, signal, onProgress,
      });
      const result = await gate(composed, volume, order.options.content.copyType);
      const certificate = buildCertificate({
        product: options.product, volume, image: composed.image, profile: composed.profile, checks: result.checks, counts: result.counts, report: composed.report,
      });
      const made: Made = {
        composed: {
          imageBytes: composed.image.bytes, imageSha256: composed.image.sha256, certificate: { ...certificate, imprint },
          instances: composed.entries.map(({ instanceId, fileId, sha256 }) => ({ instanceId, fileId, sha256 })), leftOff: composed.leftOff,
        },
        report: [...composed.report, ...comparedWith(original, composed, options.product)], label: result.label, profile: composed.profile, imageBytes: composed.image.bytes, certificateCode: certificate.shortCode,
      };
      await writeJsonFile(madeFile(volume), made, { mode: 0o640 });
      return { composed: made.composed, report: made.report };
    },

    async label({ order, volume, job }) {
      const made = await readMade(madeFile(volume));
      if (!made) throw new ApplianceError('DISC_LABEL_FAILED', 'the volume of this label is not composed', { details: { jobKey: job.jobKey } });
      const picture = await renderLabel({
        patients: made.label.patients, studies: made.label.studies, institution: options.institution || made.label.institution, comment: order.options.comment,
        volume: { index: volume.index, of: volume.of }, ...(order.options.copies > 1 ? { copy: { index: job.copy, of: order.options.copies } } : {}), supplement: order.isSupplement,
        createdAt: volume.createdAt, contentKind: 'DICOM ONLY', profile: made.profile, ...(made.certificateCode === undefined ? {} : { certificate: shownCode(made.certificateCode) }), serial: job.serial,
      }, { dpi: options.labelDpi, ...(order.options.labelTemplate === DEFAULT_TEMPLATE ? {} : { template: order.options.labelTemplate }) });
      await writeDurably(labelFileOf(options.labelDirectory, job.serial), picture.png, { mode: 0o640 });
    },

    async drop(volume) {
      await rm(join(options.spoolDirectory, volume.spoolName), { recursive: true, force: true });
    },

    async dropOrder(orderId) {
      await rm(preparedFolder(options.spoolDirectory, orderId), { recursive: true, force: true });
    },
  };
};

