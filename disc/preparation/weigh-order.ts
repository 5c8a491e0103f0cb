/** Sizes of what an order puts on discs, by series, from what preparing found. Pure. */
import type { VolumeInstance } from '../../catalog/catalog.ts';
import { recordOfClass } from '../file-set.ts';
import type { ContentOptions } from '../order/content.ts';
import type { SeriesBlock, SeriesWeight } from '../order/order.ts';
import { profileById } from '../tables/application-profiles.ts';
import type { PreparationLine } from './preparation-book.ts';

/** A series is cut only where one medium cannot take it: smaller ones need no blocks. */
const BLOCKS_FROM_BYTES = 256 * 1024 * 1024;
const BLOCK_BYTES = 32 * 1024 * 1024;

/** Elements of an icon beside its pixels. */
const ICON_HEAD_BYTES = 256;

/** Icons stand in the directory: the profile that is asked for says how large. */
const iconBytes = ({ profile }: Pick<ContentOptions, 'profile'>): number => {
  const icon = profileById(profile)?.icon;
  return icon ? icon.side * icon.side + ICON_HEAD_BYTES : 0;
};

const bytesOf = (instance: VolumeInstance, line: PreparationLine | undefined, content: Pick<ContentOptions, 'copyType' | 'profile'>): number => {
  if (line?.kind === 'leave-off' || 'refusal' in recordOfClass(instance.attributes.sopClassUid, content.copyType)) return 0;
  return (line?.kind === 'converted' ? line.bytes : instance.file.bytes) + iconBytes(content);
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

/** The weight of each series; instances come as the catalog orders them, so that blocks count as recordVolumes does. */
export const weighOrder = (instances: readonly VolumeInstance[], lines: ReadonlyMap<number, PreparationLine>, content: Pick<ContentOptions, 'copyType' | 'profile'>): readonly SeriesWeight[] =>
  [...Map.groupBy(instances, ({ seriesKey }) => seriesKey)].map(([seriesId, own]) => {
    const sizes = own.map((instance) => bytesOf(instance, lines.get(instance.instanceId), content));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return { seriesId, studyId: own[0]?.studyKey ?? 0, instances: own.length, bytes, ...(bytes < BLOCKS_FROM_BYTES ? {} : { blocks: blocksOf(sizes) }) };
  });
