/** Sizes of what an order puts on discs, by series, from what preparing found. Pure. */
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { recordOfClass } from '../file-set.ts';
import type { ContentOptions } from '../order/content.ts';
import type { SeriesBlock, SeriesWeight } from '../order/order.ts';
import { profileById } from '../tables/application-profiles.ts';
import type { DerivedLine } from './derived-book.ts';
import type { PreparationLine } from './preparation-book.ts';

/** A series is cut only where one medium cannot take it: smaller ones need no blocks. */
const BLOCKS_FROM_BYTES = 256 * 1024 * 1024;
const BLOCK_BYTES = 32 * 1024 * 1024;

/** What a file beside the DICOM tree spends in sectors, directories of every tree, manifest and pages, at most. */
const EXTRA_FILE_BYTES = 8 * 1024;

/** Files for people that go with an instance. */
const derivedBytes = (line: DerivedLine | undefined): number => (line?.files ?? []).reduce((sum, { bytes }) => sum + bytes + EXTRA_FILE_BYTES, 0);

/** What a Secure DICOM File takes beside the file: the content key for each recipient, with the names of issuers. @source ours: RSA keys of up to 8192 bits */
const RECIPIENT_BYTES = 2048;

/** Elements of an icon beside its pixels. */
const ICON_HEAD_BYTES = 256;

type Weighed = Pick<ContentOptions, 'copyType' | 'profile' | 'encryption' | 'recipientCertificates'>;

const sealBytes = ({ encryption, recipientCertificates }: Weighed): number => (encryption === 'media-security' ? (1 + recipientCertificates.length) * RECIPIENT_BYTES : 0);

/** Icons stand in the directory: the profile that is asked for says how large. */
const iconBytes = ({ profile }: Weighed): number => {
  const icon = profileById(profile)?.icon;
  return icon ? icon.side * icon.side + ICON_HEAD_BYTES : 0;
};

const bytesOf = (instance: VolumeInstance, line: PreparationLine | undefined, content: Weighed): number => {
  if (line?.kind === 'leave-off' || 'refusal' in recordOfClass(instance.attributes.sopClassUid, content.copyType)) return 0;
  return (line?.kind === 'converted' ? line.bytes : instance.file.bytes) + sealBytes(content) + iconBytes(content);
};

const blocksOf = (sizes: readonly number[]): readonly SeriesBlock[] => {
  const blocks: { from: number; instances: number; bytes: number }[] = [];
  sizes.forEach((bytes, at) => {
    const last = blocks.at(-1);
    if (!last || last.bytes + bytes > BLOCK_BYTES) blocks.push({ from: at, instances: 1, bytes });
    else { last.instances += 1; last.bytes += bytes; }
  });
  return blocks;
};

/** What goes on discs beside the instances themselves. */
export interface ExtraWeight {
  readonly derived: ReadonlyMap<number, DerivedLine>;
  /** Sizes of files that all go on the first volume. */
  readonly attachments: readonly number[];
}

const NO_EXTRAS: ExtraWeight = { derived: new Map(), attachments: [] };

/**
 * The weight of each series; instances come as the catalog orders them, so that blocks count as recordVolumes does.
 * Attachments are weighed with the very first instance, because that one is always on the first volume.
 */
export const weighOrder = (instances: readonly VolumeInstance[], lines: ReadonlyMap<number, PreparationLine>, content: Weighed, extras: ExtraWeight = NO_EXTRAS): readonly SeriesWeight[] =>
  [...Map.groupBy(instances, ({ seriesKey }) => seriesKey)].map(([seriesId, own]) => {
    const attached = own[0] === instances[0] ? extras.attachments.reduce((sum, bytes) => sum + bytes + EXTRA_FILE_BYTES, 0) : 0;
    const sizes = own.map((instance, at) => bytesOf(instance, lines.get(instance.instanceId), content) + derivedBytes(extras.derived.get(instance.instanceId)) + (at === 0 ? attached : 0));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return { seriesId, studyId: own[0]?.studyKey ?? 0, instances: own.length, bytes, ...(bytes < BLOCKS_FROM_BYTES ? {} : { blocks: blocksOf(sizes) }) };
  });
