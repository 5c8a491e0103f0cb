/**
 * Splits an order into volumes at series borders. Pure and deterministic: the same weights give the same plan.
 * @source ours; PS3.11 D.2.1.1: several volumes are independent file-sets
 */
import type { SeriesWeight } from './order.ts';

export interface VolumeLimits {
  /** Usable bytes of the medium, padding at the end already taken off. */
  readonly capacityBytes: number;
  /** Bytes every volume spends besides instances (README, INDEX, manifest, descriptors). */
  readonly volumeOverheadBytes: number;
  /** Bytes every instance spends besides its file: sector rounding, directory entries, DICOMDIR and manifest records. */
  readonly instanceOverheadBytes: number;
}

export interface PlannedVolume {
  readonly seriesIds: readonly number[];
  readonly instances: number;
  readonly bytes: number;
}

export type VolumePlan =
  | { readonly kind: 'planned'; readonly volumes: readonly PlannedVolume[] }
  | { readonly kind: 'oversized'; readonly seriesId: number; readonly neededBytes: number; readonly capacityBytes: number };

const weigh = (series: SeriesWeight, limits: VolumeLimits): number => series.bytes + series.instances * limits.instanceOverheadBytes;

/**
 * Fills volumes in order of study, then series, keeping a study on one volume where it fits on an empty one.
 * A single series larger than the medium makes the whole order oversized.
 */
export const planVolumes = (series: readonly SeriesWeight[], limits: VolumeLimits): VolumePlan => {
  const room = limits.capacityBytes - limits.volumeOverheadBytes;
  const tooLarge = series.find((s) => weigh(s, limits) > room);
  if (tooLarge) return { kind: 'oversized', seriesId: tooLarge.seriesId, neededBytes: weigh(tooLarge, limits) + limits.volumeOverheadBytes, capacityBytes: limits.capacityBytes };

  const volumes: { seriesIds: number[]; instances: number; bytes: number }[] = [];
  const put = (s: SeriesWeight): void => {
    let last = volumes.at(-1);
    if (!last || last.bytes + weigh(s, limits) > room) { last = { seriesIds: [], instances: 0, bytes: 0 }; volumes.push(last); }
    last.seriesIds.push(s.seriesId);
    last.instances += s.instances;
    last.bytes += weigh(s, limits);
  };
  const byStudy = new Map<number, SeriesWeight[]>();
  for (const s of series) byStudy.set(s.studyId, [...(byStudy.get(s.studyId) ?? []), s]);
  for (const study of byStudy.values()) {
    const whole = study.reduce((sum, s) => sum + weigh(s, limits), 0);
    const last = volumes.at(-1);
    if (last && last.bytes + whole > room && whole <= room) volumes.push({ seriesIds: [], instances: 0, bytes: 0 });
    for (const s of study) put(s);
  }
  return { kind: 'planned', volumes };
};
