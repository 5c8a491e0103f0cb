/** Chooses robot and medium for an order from what the robots last reported: fewest discs, then the smallest medium that is loaded. */
import type { MediaWish, RobotChoice } from '../activities/orders.ts';
import type { RobotReport } from '../catalog/catalog.ts';
import { instanceOverheadBytes, VOLUME_OVERHEAD_BYTES } from '../disc/compose-volume.ts';
import { SECTOR_BYTES } from '../disc/image/sectors.ts';
import { profileById } from '../disc/tables/application-profiles.ts';
import { mediaType } from '../disc/tables/media-types.ts';
import type { Capabilities, RobotHealth } from '../robots/robot.ts';

export interface RobotWish extends MediaWish {
  /** Bytes of each disc that go to viewers and other extra files. */
  readonly extraBytes: number;
}

interface Offer extends Omit<RobotChoice, 'remakes'> {
  /** False where the extra files alone fill the medium: the plan then says so. */
  readonly hasRoom: boolean;
  readonly discs: number;
  readonly isLoaded: boolean;
}

const offersOf = (report: RobotReport, wish: RobotWish): readonly Offer[] => {
  const capabilities = report.capabilities as Capabilities;
  const health = report.health as RobotHealth;
  const profile = profileById(wish.profile);
  return capabilities.media.filter(({ media }) => (wish.media === 'any' || wish.media === media) && (profile?.media.includes(media) ?? true)).map(({ media, capacitySectors }) => {
    const capacityBytes = Math.min(mediaType(media).sectors, capacitySectors) * SECTOR_BYTES;
    const volumeOverheadBytes = VOLUME_OVERHEAD_BYTES + wish.extraBytes;
    const room = capacityBytes - volumeOverheadBytes;
    return {
      robot: report.name, media, limits: { capacityBytes, volumeOverheadBytes, instanceOverheadBytes: instanceOverheadBytes(media) },
      hasRoom: room > 0,
      discs: Math.ceil((wish.bytes + wish.instances * instanceOverheadBytes(media)) / Math.max(room, 1)),
      isLoaded: health.bins.some((bin) => (bin.role === 'in' || bin.role === 'both') && bin.media === media && bin.discs !== 0),
    };
  });
};

/** The best offer, or null when no robot takes the wished medium; media that are not loaded come last. */
export const chooseRobot = (reports: readonly RobotReport[], wish: RobotWish): Omit<RobotChoice, 'remakes'> | null => {
  const offers = reports.filter((report) => wish.robot === 'any' || report.name === wish.robot).flatMap((report) => offersOf(report, wish));
  const [best] = offers.sort((a, b) => Number(b.hasRoom) - Number(a.hasRoom) || Number(b.isLoaded) - Number(a.isLoaded) || a.discs - b.discs || a.limits.capacityBytes - b.limits.capacityBytes || a.robot.localeCompare(b.robot));
  return best ? { robot: best.robot, media: best.media, limits: best.limits } : null;
};
