/** Chooses robot and medium for an order from what the robots last reported: fewest discs, then the smallest medium that is loaded. */
import type { MediaWish, RobotChoice } from '../activities/orders.ts';
import type { RobotReport } from '../catalog/books/robot-book.ts';
import { instanceOverheadBytes, VOLUME_OVERHEAD_BYTES } from '../disc/compose-volume.ts';
import { SECTOR_BYTES } from '../disc/image/sectors.ts';
import { isFileCopy } from '../disc/order/content.ts';
import type { Target } from '../disc/order/content.ts';
import type { Media, VolumeMedia } from '../disc/order/order.ts';
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

const overheadBytes = ({ extraBytes }: RobotWish): number => VOLUME_OVERHEAD_BYTES + extraBytes;
const limitsOf = (media: VolumeMedia, capacityBytes: number, wish: RobotWish): RobotChoice['limits'] => ({ capacityBytes, volumeOverheadBytes: overheadBytes(wish), instanceOverheadBytes: instanceOverheadBytes(media) });

const offersOf = (report: RobotReport, wish: RobotWish): readonly Offer[] => {
  const capabilities = report.capabilities as Capabilities;
  const health = report.health as RobotHealth;
  const profile = profileById(wish.profile);
  return capabilities.media.filter(({ media }) => (wish.media === 'any' || wish.media === media) && (profile?.media.includes(media) ?? true)).map(({ media, capacitySectors }) => {
    const capacityBytes = Math.min(mediaType(media).sectors, capacitySectors) * SECTOR_BYTES;
    const room = capacityBytes - overheadBytes(wish);
    return {
      robot: report.name, media, limits: limitsOf(media, capacityBytes, wish),
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

/** Media that an image file may be meant for, the smallest first. */
const IMAGE_MEDIA: readonly Media[] = ['CD', 'DVD', 'DVD-DL', 'BD', 'BD-DL'];

/** The medium that a copy beside a disc is made for: none that bounds it for files, the wished or the smallest that takes all for an image. */
export const chooseForCopy = (target: Exclude<Target, 'disc'>, wish: RobotWish): Omit<RobotChoice, 'remakes'> => {
  const capacityOf = (media: VolumeMedia): number => mediaType(media).sectors * SECTOR_BYTES;
  if (isFileCopy({ target })) return { robot: '', media: 'USB', limits: limitsOf('USB', capacityOf('USB'), wish) };
  const profile = profileById(wish.profile);
  const possible = IMAGE_MEDIA.filter((media) => profile?.media.includes(media) ?? true);
  const needed = (media: Media): number => overheadBytes(wish) + wish.bytes + wish.instances * instanceOverheadBytes(media);
  const media = wish.media !== 'any' ? wish.media : possible.find((one) => needed(one) <= capacityOf(one)) ?? possible.at(-1) ?? 'CD';
  return { robot: '', media, limits: limitsOf(media, capacityOf(media), wish) };
};
