/** Activities of an order's life in the catalog: numbers, ids and codes only. */
import type { OrderBook, OrderBrief, ReportEntry } from '../catalog/books/order-book.ts';
import { isApplianceError } from '../infra/errors.ts';
import type { Target } from '../disc/order/content.ts';
import type { Media, OrderInfo, OrderState, SeriesPart, VolumeMedia } from '../disc/order/order.ts';
import type { VolumeLimits } from '../disc/order/volume-plan.ts';
import type { VolumeSpool } from './volume-spool.ts';

export interface RobotChoice {
  /** '' for a copy beside a disc, which no robot makes. */
  readonly robot: string;
  readonly media: VolumeMedia;
  readonly limits: VolumeLimits;
  /** Bad discs of one copy that are made again before a person is asked. */
  readonly remakes: number;
}

/** What an order asks of a robot and a medium. */
export interface MediaWish {
  readonly media: Media | 'any';
  readonly robot: string;
  readonly bytes: number;
  readonly instances: number;
  /** Application profile; '' = any medium's default. */
  readonly profile: string;
  /** Absent = 'disc', as earlier versions ask. */
  readonly target?: Target;
}

export interface OrderActivities {
  orderBrief(orderId: string): Promise<OrderBrief>;
  setOrderState(orderId: string, state: OrderState, info: OrderInfo, waitingFor: string): Promise<void>;
  /** The robot and medium that take the order: fewest discs first, then the wish of the order; null when no robot does. */
  chooseRobot(wish: MediaWish & { readonly orderId: string }): Promise<RobotChoice | null>;
  recordVolumes(orderId: string, media: VolumeMedia, plan: readonly { readonly parts: readonly SeriesPart[] }[]): Promise<readonly { readonly volumeId: number; readonly index: number; readonly of: number }[]>;
  reportOrder(orderId: string, entries: readonly ReportEntry[]): Promise<void>;
}

export interface OrderDeps {
  readonly orders: OrderBook;
  /** `extraBytes` = what every volume spends on viewers and other extra files. */
  readonly chooseRobot: (wish: MediaWish & { readonly extraBytes: number }) => Promise<RobotChoice | null>;
  readonly extraBytes: VolumeSpool['extraBytes'];
}

export const createOrderActivities = ({ orders, chooseRobot, extraBytes }: OrderDeps): OrderActivities => ({
  async orderBrief(orderId) {
    const brief = await orders.brief(orderId);
    // Certificates name people and are long: histories have no use for them.
    return { ...brief, options: { ...brief.options, content: { ...brief.options.content, recipientCertificates: [] } } };
  },
  async setOrderState(orderId, state, info, waitingFor) {
    try {
      await orders.setState(orderId, state, info, waitingFor);
    } catch (error) {
      // A closed order stays closed: a late step of its workflow has nothing to say any more.
      if (!isApplianceError(error, 'ORDER_STATE')) throw error;
    }
  },
  async chooseRobot({ orderId, ...wish }) {
    const { options: { content } } = await orders.brief(orderId);
    const making = await orders.firstMaking(orderId);
    return chooseRobot({ ...wish, extraBytes: await extraBytes({ content, original: making.orderId === orderId ? undefined : making }) });
  },
  recordVolumes: (orderId, media, plan) => orders.recordVolumes(orderId, media, plan),
  reportOrder: (orderId, entries) => orders.report(orderId, entries),
});
