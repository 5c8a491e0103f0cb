/**
 * Activities of the spool host: one volume from stored files to a gated image, the label of each copy, cleaning.
 * Nothing leaves here for a robot that the gate did not read back and accept.
 */
import { Context } from '@temporalio/activity';
import type { ReportEntry } from '../catalog/books/order-book.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SeriesWeight } from '../disc/order/order.ts';
import { isApplianceError } from '../infra/errors.ts';
import type { VolumeSpool } from './volume-spool.ts';

export interface Composed {
  readonly imageBytes: number;
  readonly instances: number;
  readonly leftOff: number;
}

export interface ComposeActivities {
  composeVolume(volumeId: number): Promise<Composed>;
  renderLabel(jobKey: string): Promise<void>;
  dropSpool(volumeId: number): Promise<void>;
  /** Converts what cannot go on a disc as stored, before volumes are planned; answers the sizes by series. */
  prepareOrder(orderId: string): Promise<readonly SeriesWeight[]>;
  /** Makes the copy of a job in the folder for copies and notes it in the disc log. */
  deliverCopy(jobKey: string): Promise<void>;
  dropPrepared(orderId: string): Promise<void>;
}

export interface ComposeDeps {
  readonly catalog: Pick<Catalog, 'instances' | 'orders' | 'discs' | 'releases'>;
  readonly spool: VolumeSpool;
}

/** What a volume that holds nothing at all says of each instance. */
const leftOffOf = (error: unknown): readonly ReportEntry[] => {
  const named = isApplianceError(error, 'DISC_FILE_SET_INVALID') ? error.details['leftOff'] : undefined;
  return Array.isArray(named) ? named.map((line: string): ReportEntry => ({ kind: 'left-off', sopInstanceUid: line.split(' ')[0] ?? '', reason: line.slice(line.indexOf(' ') + 1) })) : [];
};

export const createComposeActivities = ({ catalog, spool }: ComposeDeps): ComposeActivities => ({
  async composeVolume(volumeId) {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 2_000);
    try {
      const { volume, order, others, original } = await catalog.orders.volume(volumeId);
      const instances = await catalog.instances.instancesOfVolume(volumeId);
      const made = await spool.compose({
        volume, order, others, original, instances, signal: context.cancellationSignal, onProgress: (done, total) => context.heartbeat(Math.floor((100 * done) / Math.max(total, 1))),
      }).catch(async (error: unknown) => {
        await catalog.orders.report(order.orderId, leftOffOf(error));
        throw error;
      });
      await catalog.orders.report(order.orderId, made.report);
      await catalog.orders.recordComposed(volumeId, made.composed);
      return { imageBytes: made.composed.imageBytes, instances: made.composed.instances.length, leftOff: made.composed.leftOff.length };
    } finally {
      clearInterval(beat);
    }
  },
  async prepareOrder(orderId) {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 2_000);
    try {
      const { options } = await catalog.orders.brief(orderId);
      const instances = await catalog.instances.instancesOfOrder(orderId);
      const released = options.content.copyType === 'teaching' ? new Set((await catalog.releases.among(instances.map(({ instanceId }) => instanceId), 'teaching')).keys()) : new Set<number>();
      return await spool.prepare({
        order: { orderId, options }, instances, making: await catalog.orders.firstMaking(orderId), released, signal: context.cancellationSignal, onProgress: (done, total) => context.heartbeat(Math.floor((100 * done) / Math.max(total, 1))),
      });
    } finally {
      clearInterval(beat);
    }
  },
  async deliverCopy(jobKey) {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 2_000);
    try {
      const facts = await catalog.discs.labelFacts(jobKey);
      if (facts.job.endedAt !== null) return;
      const place = await spool.deliver(facts, context.cancellationSignal);
      await catalog.discs.jobSubmitted(jobKey, facts.job.serial);
      await catalog.discs.jobEnded(jobKey, { state: 'GOOD', error: '', discs: [{ n: 1, result: 'good', place, error: '', at: new Date() }] });
    } finally {
      clearInterval(beat);
    }
  },
  dropPrepared: (orderId) => spool.dropOrder(orderId),
  async renderLabel(jobKey) {
    await spool.label(await catalog.discs.labelFacts(jobKey));
  },
  async dropSpool(volumeId) {
    const { volume } = await catalog.orders.volume(volumeId);
    await spool.drop(volume);
    await catalog.orders.setVolumeState(volumeId, 'DROPPED');
  },
});
