/**
 * Carries what the catalog holds to Temporal: arrivals to the workflows of their groups, placed orders to theirs.
 * The catalog's outbox is the truth, so a lost Temporal costs delay and nothing else; every step may be repeated.
 */
import type { Catalog } from '../catalog/catalog.ts';
import { rulesFor } from '../disc/order/burn-rule.ts';
import type { Logger } from '../infra/log.ts';
import type { Priority } from '../disc/order/order.ts';

export interface WorkflowStarter {
  nudgeGroup(groupId: number): Promise<void>;
  startOrder(orderId: string, priority: Priority): Promise<void>;
}

export interface Relay {
  close(): Promise<void>;
}

export interface RelayDeps {
  readonly catalog: Pick<Catalog, 'rules' | 'orders'>;
  readonly starter: WorkflowStarter;
  readonly log: Logger;
  /** How often the catalog is asked for placed orders. */
  readonly intervalMs: number;
  /** How often it is asked for arrivals: while many come, every look carries all series that gained something. */
  readonly arrivalsMs: number;
  /** How often everything open is offered again, whatever the outbox says. */
  readonly sweepMs: number;
}

const PAGE = 500;
const NUDGE_MS = 10_000;

/** Remembers which groups were woken lately: one that collects reads the catalog by itself, and every wake goes into its history. */
export interface Nudges {
  isDue(groupId: number): boolean;
  note(groupId: number): void;
  forget(groupId: number): void;
}

export const createNudges = (now: () => number = Date.now): Nudges => {
  const nudgedAt = new Map<number, number>();
  return {
    isDue: (groupId) => now() - (nudgedAt.get(groupId) ?? -Infinity) >= NUDGE_MS,
    note: (groupId) => {
      for (const [old, at] of nudgedAt) if (now() - at >= NUDGE_MS) nudgedAt.delete(old);
      nudgedAt.set(groupId, now());
    },
    forget: (groupId) => void nudgedAt.delete(groupId),
  };
};

/** Carries one page of arrivals; answers how many series it took. */
export const relayArrivals = async ({ catalog, starter }: Pick<RelayDeps, 'catalog' | 'starter'>, nudges: Nudges): Promise<number> => {
  const arrivals = await catalog.rules.arrivals(PAGE);
  if (arrivals.length === 0) return 0;
  // Before Temporal is asked for anything: the log tells of what came while it is away.
  await catalog.rules.logArrivals(arrivals);
  const rules = await catalog.rules.rules();
  const watched = arrivals.filter(({ isPushed }) => isPushed).flatMap(({ seriesId, facts }) => rulesFor(rules, facts).map((rule) => ({ rule, seriesId })));
  const groups = await catalog.rules.watch(watched);
  for (const { groupId, isOpened } of groups) if (isOpened) nudges.forget(groupId);
  for (const groupId of new Set(groups.map((one) => one.groupId))) {
    if (!nudges.isDue(groupId)) continue;
    await starter.nudgeGroup(groupId);
    nudges.note(groupId);
  }
  await catalog.rules.confirmArrivals(arrivals);
  return arrivals.length;
};

/** Starts the workflows of placed orders that have none yet. */
export const relayOrders = async ({ catalog, starter }: Pick<RelayDeps, 'catalog' | 'starter'>): Promise<number> => {
  const orders = await catalog.orders.openOrders({ isStarted: false });
  for (const order of orders) {
    await starter.startOrder(order.orderId, order.priority);
    await catalog.orders.confirmStarted(order.orderId);
  }
  return orders.length;
};

/** Offers every open group and order again: after a restart, or when Temporal came back empty. */
export const sweep = async ({ catalog, starter }: Pick<RelayDeps, 'catalog' | 'starter'>): Promise<void> => {
  for (const groupId of await catalog.rules.openGroups()) await starter.nudgeGroup(groupId);
  for (const order of await catalog.orders.openOrders({})) {
    await starter.startOrder(order.orderId, order.priority);
    await catalog.orders.confirmStarted(order.orderId);
  }
};

/** Runs the relay until closed; trouble is logged once per kind and tried again. */
export const startRelay = (deps: RelayDeps): Relay => {
  let isClosed = false;
  let wake = (): void => undefined;
  let sweptAt = 0;
  let carriedAt = 0;
  const nudges = createNudges();
  let trouble = '';
  const loop = async (): Promise<void> => {
    while (!isClosed) {
      let moved = 0;
      try {
        if (Date.now() - sweptAt >= deps.sweepMs) {
          await sweep(deps);
          sweptAt = Date.now();
        }
        moved = await relayOrders(deps);
        if (Date.now() - carriedAt >= deps.arrivalsMs) {
          const carried = await relayArrivals(deps, nudges);
          moved = Math.max(moved, carried);
          // A full page has more behind it.
          if (carried < PAGE) carriedAt = Date.now();
        }
        if (trouble !== '') deps.log.info('relay.recovered', {});
        trouble = '';
      } catch (error) {
        const kind = error instanceof Error ? error.name + error.message : 'unknown';
        if (kind !== trouble) deps.log.warn('relay.waits', { error });
        trouble = kind;
      }
      if (isClosed || moved >= PAGE) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, trouble === '' ? deps.intervalMs : Math.max(deps.intervalMs, 2_000));
        wake = () => { clearTimeout(timer); resolve(); };
      });
    }
  };
  const running = loop();
  return {
    async close() {
      isClosed = true;
      wake();
      await running;
    },
  };
};
