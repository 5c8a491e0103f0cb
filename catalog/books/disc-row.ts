/** One disc, as orders, studies and the disc log tell of it. */
import type { VolumeMedia } from '../../disc/order/order.ts';

export interface DiscRow {
  readonly serial: string;
  readonly jobKey: string;
  readonly orderId: string;
  readonly volumeId: number;
  readonly index: number;
  readonly of: number;
  readonly copy: number;
  readonly result: 'good' | 'bad';
  readonly state: 'READY' | 'BAD' | 'WITHDRAWN';
  /** '' for a copy that no robot made. */
  readonly robot: string;
  /** Where it lies: in a bin of the robot, or where a copy beside a disc was delivered. */
  readonly place: string;
  readonly media: VolumeMedia;
  readonly fileSetId: string;
  readonly fileSetUid: string;
  readonly imageSha256: string;
  readonly error: string;
  readonly madeAt: Date;
  readonly patients: readonly { readonly name: string; readonly id: string }[];
  readonly isSupplement: boolean;
}
