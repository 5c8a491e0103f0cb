import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planVolumes } from '../../../disc/order/volume-plan.ts';

const LIMITS = { capacityBytes: 1_000, volumeOverheadBytes: 100, instanceOverheadBytes: 10 };
const series = (seriesId: number, studyId: number, bytes: number, instances = 1): { seriesId: number; studyId: number; bytes: number; instances: number } => ({ seriesId, studyId, bytes, instances });

describe('the volume plan', () => {
  it('puts everything on one volume when it fits', () => {
    expect(planVolumes([series(1, 1, 300), series(2, 1, 300)], LIMITS)).toEqual({ kind: 'planned', volumes: [{ parts: [{ seriesId: 1 }, { seriesId: 2 }], instances: 2, bytes: 620 }] });
  });
  it('splits at series borders', () => {
    const plan = planVolumes([series(1, 1, 500), series(2, 1, 500), series(3, 1, 100)], LIMITS);
    expect(plan.kind === 'planned' && plan.volumes.map((v) => v.parts.map((part) => part.seriesId))).toEqual([[1], [2, 3]]);
  });
  it('keeps a study together on the next volume when it fits there', () => {
    const plan = planVolumes([series(1, 1, 500), series(2, 2, 300), series(3, 2, 300)], LIMITS);
    expect(plan.kind === 'planned' && plan.volumes.map((v) => v.parts.map((part) => part.seriesId))).toEqual([[1], [2, 3]]);
  });
  it('names a series that no volume can hold', () => {
    expect(planVolumes([series(1, 1, 100), series(7, 1, 895)], LIMITS)).toEqual({ kind: 'oversized', seriesId: 7, neededBytes: 1_005, capacityBytes: 1_000 });
  });
  it('cuts a series only where no medium takes it whole, at the borders of its blocks', () => {
    const blocks = [{ from: 0, instances: 2, bytes: 400 }, { from: 2, instances: 2, bytes: 400 }, { from: 4, instances: 1, bytes: 300 }];
    const plan = planVolumes([{ ...series(1, 1, 1_100, 5), blocks }, { ...series(2, 1, 200, 2), blocks: [{ from: 0, instances: 1, bytes: 100 }, { from: 1, instances: 1, bytes: 100 }] }], LIMITS);
    expect(plan.kind === 'planned' && plan.volumes.map((v) => v.parts)).toEqual([[{ seriesId: 1, from: 0, instances: 4 }], [{ seriesId: 1, from: 4, instances: 1 }, { seriesId: 2 }]]);
  });
  it('is oversized when one block of a series is', () => {
    expect(planVolumes([{ ...series(1, 1, 1_400, 2), blocks: [{ from: 0, instances: 1, bytes: 400 }, { from: 1, instances: 1, bytes: 1_000 }] }], LIMITS)).toMatchObject({ kind: 'oversized', seriesId: 1, neededBytes: 1_110 });
  });
  it('never overfills a volume, loses a series or plans one twice', () => {
    fc.assert(fc.property(fc.array(fc.record({ seriesId: fc.nat(), studyId: fc.nat(3), bytes: fc.nat(800), instances: fc.integer({ min: 1, max: 8 }) }), { minLength: 1, maxLength: 60 }), (input) => {
      const weights = input.map((s, n) => ({ ...s, seriesId: n }));
      const plan = planVolumes(weights, LIMITS);
      if (plan.kind !== 'planned') return;
      expect(plan.volumes.every((v) => v.bytes + LIMITS.volumeOverheadBytes <= LIMITS.capacityBytes)).toBe(true);
      expect(plan.volumes.flatMap((v) => v.parts.map((part) => part.seriesId)).sort((a, b) => a - b)).toEqual(weights.map((s) => s.seriesId));
    }));
  });
});
