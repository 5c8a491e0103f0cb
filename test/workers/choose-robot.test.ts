import { describe, expect, it } from 'vitest';
import type { RobotReport } from '../../catalog/books/robot-book.ts';
import { VOLUME_OVERHEAD_BYTES } from '../../disc/compose-volume.ts';
import { mediaType } from '../../disc/tables/media-types.ts';
import { chooseForCopy, chooseRobot } from '../../workers/choose-robot.ts';

const robot = (loaded: readonly string[] = ['CD', 'DVD']): RobotReport => ({
  name: 'virtual', seenAt: new Date('2026-01-02T03:04:05Z'),
  capabilities: { media: (['CD', 'DVD'] as const).map((media) => ({ media, capacitySectors: mediaType(media).sectors })) },
  health: { bins: loaded.map((media) => ({ role: 'in', media, discs: 10 })) },
});
const CD_BYTES = mediaType('CD').sectors * 2048;
const wish = { media: 'any', robot: 'any', bytes: 100_000_000, instances: 10, profile: '', extraBytes: 0 } as const;

describe('choosing a robot', () => {
  it('plans every volume with the room that viewers take', () => {
    expect(chooseRobot([robot()], wish)).toMatchObject({ media: 'CD', limits: { volumeOverheadBytes: VOLUME_OVERHEAD_BYTES } });
    expect(chooseRobot([robot()], { ...wish, extraBytes: 50_000_000 })).toMatchObject({ media: 'CD', limits: { volumeOverheadBytes: VOLUME_OVERHEAD_BYTES + 50_000_000 } });
  });

  it('takes the larger medium when viewers leave too little room for one disc', () => {
    expect(chooseRobot([robot()], { ...wish, extraBytes: CD_BYTES - 100_000_000 })?.media).toBe('DVD');
  });

  it('offers a medium that viewers fill only when there is no other, loaded or not, so that the plan says what is wrong', () => {
    const extraBytes = CD_BYTES;
    expect(chooseRobot([robot(['CD'])], { ...wish, extraBytes })?.media).toBe('DVD');
    expect(chooseRobot([robot(['CD'])], { ...wish, media: 'CD', extraBytes })?.limits.volumeOverheadBytes).toBeGreaterThan(CD_BYTES);
  });

  it('leaves copies beside discs the same room, and takes the smallest medium for an image with all in it', () => {
    for (const target of ['folder', 'iso'] as const) expect(chooseForCopy(target, { ...wish, extraBytes: 50_000_000 })).toMatchObject({ robot: '', media: target === 'iso' ? 'CD' : 'USB', limits: { volumeOverheadBytes: VOLUME_OVERHEAD_BYTES + 50_000_000 } });
    expect(chooseForCopy('iso', { ...wish, extraBytes: CD_BYTES - 100_000_000 }).media).toBe('DVD');
  });
});
