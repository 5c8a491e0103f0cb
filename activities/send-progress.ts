/**
 * How far a sending is, so that another attempt goes on there: instances are taken by ascending id and settled in any
 * order, so a border and the few settled beyond it say everything. Pure.
 */
export interface SendSummary {
  readonly stored: number;
  readonly warnings: number;
  readonly failed: number;
  /** Ids of failed instances, the first 100. */
  readonly failedInstanceIds: readonly number[];
}

/** Fit for a heartbeat: ids and counts. */
export interface SendState extends SendSummary {
  /** Every instance up to this id is settled. */
  readonly upTo: number;
  /** Settled ones beyond it, the first few thousand. */
  readonly beyond: readonly number[];
}

export interface SendProgress {
  settledUpTo(): number;
  /** Notes that an instance is taken; false when an earlier attempt settled it. Ids ascend. */
  begin(instanceId: number): boolean;
  settle(instanceId: number, outcome: 'stored' | 'warning' | 'failed'): void;
  state(): SendState;
  summary(): SendSummary;
}

/** Ids of failed instances that are kept. */
const MOST_FAILED_IDS = 100;
/** A heartbeat stays small even when one instance holds the border back; what it does not name is sent again. */
const MOST_BEYOND = 5_000;

/** Starts, or goes on from the state of an earlier attempt. */
export const createSendProgress = (earlier: SendState | undefined): SendProgress => {
  let upTo = earlier?.upTo ?? 0;
  const beyond = new Set(earlier?.beyond);
  /** Taken and not settled, in ascending order. */
  const open = new Set<number>();
  let highest = upTo;
  let [stored, warnings, failed] = [earlier?.stored ?? 0, earlier?.warnings ?? 0, earlier?.failed ?? 0];
  const failedInstanceIds = [...(earlier?.failedInstanceIds ?? [])];

  const advance = (): void => {
    const [oldest] = open;
    upTo = oldest === undefined ? highest : oldest - 1;
    for (const id of beyond) if (id <= upTo) beyond.delete(id);
  };
  const summary = (): SendSummary => ({ stored, warnings, failed, failedInstanceIds: [...failedInstanceIds] });

  return {
    settledUpTo: () => upTo,
    begin: (instanceId) => {
      highest = Math.max(highest, instanceId);
      if (instanceId <= upTo || beyond.has(instanceId)) return false;
      open.add(instanceId);
      return true;
    },
    settle: (instanceId, outcome) => {
      if (!open.delete(instanceId)) return;
      beyond.add(instanceId);
      if (outcome === 'stored') stored += 1;
      else if (outcome === 'warning') warnings += 1;
      else {
        failed += 1;
        if (failedInstanceIds.length < MOST_FAILED_IDS) failedInstanceIds.push(instanceId);
      }
      advance();
    },
    state: () => ({ ...summary(), upTo, beyond: [...beyond].sort((a, b) => a - b).slice(0, MOST_BEYOND) }),
    summary,
  };
};
