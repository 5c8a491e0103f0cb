/**
 * Splits an order into volumes at study, then series borders, and inside a series only where one medium cannot take it.
 * Pure and deterministic: the same weights give the same plan.
 * @source ours; PS3.11 D.2.1.1: several volumes are independent file-sets
 */
import type { SeriesPart, SeriesWeight } from './order.ts';

export interface VolumeLimits {
  /** Usable bytes of the medium, padding at the end already taken off. */
  readonly capacityBytes: number;
  /** Bytes every volume spends besides instances (README, INDEX, manifest, descriptors, viewers). */
  readonly volumeOverheadBytes: number;
  /** Bytes every instance spends besides its file: sector rounding, directory entries, DICOMDIR and manifest records. */
  readonly instanceOverheadBytes: number;
}

export interface PlannedVolume {
  readonly parts: readonly SeriesPart[];
  readonly instances: number;
  readonly bytes: number;
}

export type VolumePlan =
  | { readonly kind: 'planned'; readonly volumes: readonly PlannedVolume[] }
  | { readonly kind: 'oversized'; readonly seriesId: number; readonly neededBytes: number; readonly capacityBytes: number };

interface Piece { readonly part: SeriesPart; readonly instances: number; readonly bytes: number }

const weigh = ({ bytes, instances }: Pick<SeriesWeight, 'bytes' | 'instances'>, limits: VolumeLimits): number => bytes + instances * limits.instanceOverheadBytes;

/** A series that fits a medium is one piece; a larger one is its blocks. */
const piecesOf = (series: SeriesWeight, room: number, limits: VolumeLimits): readonly Piece[] => {
  const { seriesId, instances, blocks } = series;
  const whole: Piece = { part: { seriesId }, instances, bytes: weigh(series, limits) };
  if (whole.bytes <= room || !blocks) return [whole];
  return blocks.map((block) => ({ part: { seriesId, from: block.from, instances: block.instances }, instances: block.instances, bytes: weigh(block, limits) }));
};

/** Joins a block to the one before it when both are of one series, so that a volume names each series once. */
const joined = (parts: SeriesPart[], { part }: Piece): void => {
  const last = parts.at(-1);
  if (last?.seriesId === part.seriesId && last.from !== undefined && last.instances !== undefined && part.instances !== undefined) {
    parts[parts.length - 1] = { ...last, instances: last.instances + part.instances };
  } else parts.push(part);
};

/**
 * Fills volumes in order of study, then series, keeping a study on one volume where it fits on an empty one.
 * What cannot be cut and is larger than the medium makes the whole order oversized.
 */
export const planVolumes = (series: readonly SeriesWeight[], limits: VolumeLimits): VolumePlan => {
  const room = limits.capacityBytes - limits.volumeOverheadBytes;
  const pieces = series.map((s) => ({ studyId: s.studyId, pieces: piecesOf(s, room, limits) }));
  const tooLarge = pieces.flatMap((one) => one.pieces).find((piece) => piece.bytes > room);
  if (tooLarge) return { kind: 'oversized', seriesId: tooLarge.part.seriesId, neededBytes: tooLarge.bytes + limits.volumeOverheadBytes, capacityBytes: limits.capacityBytes };

  const volumes: { parts: SeriesPart[]; instances: number; bytes: number }[] = [];
  const put = (piece: Piece): void => {
    let last = volumes.at(-1);
    if (!last || last.bytes + piece.bytes > room) { last = { parts: [], instances: 0, bytes: 0 }; volumes.push(last); }
    joined(last.parts, piece);
    last.instances += piece.instances;
    last.bytes += piece.bytes;
  };
  const byStudy = new Map<number, Piece[]>();
  for (const one of pieces) byStudy.set(one.studyId, [...(byStudy.get(one.studyId) ?? []), ...one.pieces]);
  for (const study of byStudy.values()) {
    const whole = study.reduce((sum, piece) => sum + piece.bytes, 0);
    const last = volumes.at(-1);
    if (last && last.bytes + whole > room && whole <= room) volumes.push({ parts: [], instances: 0, bytes: 0 });
    for (const piece of study) put(piece);
  }
  return { kind: 'planned', volumes };
};
