/** Burn rules, and the groups of instances they collect. */
import type { BurnRule, BurnRuleCondition, BurnRuleOptions, SeriesFacts } from '../../disc/order/burn-rule.ts';

export interface RuleDraft extends BurnRuleOptions {
  readonly name: string;
  readonly position: number;
  readonly isEnabled: boolean;
  readonly also: boolean;
  readonly condition: BurnRuleCondition;
}

/** A group of instances that one rule watches: a series, study or patient. */
export interface CollectGroup {
  readonly groupId: number;
  readonly ruleId: number;
  readonly firstStoredAt: Date;
  readonly lastStoredAt: Date;
  /** Instances that no earlier order of this rule took. */
  readonly openInstances: number;
  readonly rule: BurnRule;
}

/** A series that gained instances. */
export interface Arrival {
  readonly seriesId: number;
  readonly version: number;
  /** False where all of them came because we asked for them: no rule is to see it. */
  readonly isPushed: boolean;
  readonly facts: SeriesFacts;
}

/** A rule watches the group that a series belongs to. */
export interface Watched {
  readonly rule: BurnRule;
  readonly seriesId: number;
}

export interface WatchedGroup {
  readonly groupId: number;
  /** It was not collecting before. */
  readonly isOpened: boolean;
}

/** Of a group: whose study is arriving. */
export interface CollectedStudy {
  readonly patientName: string;
  readonly patientId: string;
  readonly description: string;
}

export interface RuleBook {
  rules(): Promise<readonly BurnRule[]>;
  rule(id: number): Promise<(BurnRule & { readonly changedBy: string; readonly changedAt: Date }) | undefined>;
  create(draft: RuleDraft, who: string, source: 'api' | 'default'): Promise<BurnRule>;
  /** @throws CATALOG_CONFLICT when `version` is not the current one; API_FORBIDDEN for rules from a file */
  change(id: number, version: number, draft: RuleDraft, who: string): Promise<BurnRule>;
  remove(id: number, version: number, who: string): Promise<void>;
  /** Makes the rules of `source: file` exactly these (by name): adds, changes, disables what is gone. */
  importFileRules(drafts: readonly RuleDraft[]): Promise<void>;
  /** Makes the default rule when there never was any rule. */
  ensureDefaultRule(draft: RuleDraft): Promise<void>;

  /** Takes up to `limit` series from the arrival outbox with their facts (not yet confirmed: see confirmArrivals). */
  arrivals(limit: number): Promise<readonly Arrival[]>;
  /** Tells the operation log what series gained since it last did. */
  logArrivals(taken: readonly Pick<Arrival, 'seriesId'>[]): Promise<void>;
  /** Notes which rules watch which series: makes or opens the groups; answers the group of each, in the same order. @throws CATALOG_NOT_FOUND */
  watch(watched: readonly Watched[]): Promise<readonly WatchedGroup[]>;
  /** Removes outbox entries whose version is still the one read; those that the log does not tell of stay. */
  confirmArrivals(taken: readonly Pick<Arrival, 'seriesId' | 'version'>[]): Promise<void>;
  group(groupId: number): Promise<CollectGroup | undefined>;
  /** Ids of groups that hold instances no order of their rule took (the sweep after a restart or a lost nudge). */
  openGroups(): Promise<readonly number[]>;
  /** The studies that groups collect, with their patients, by id of the group. */
  studiesOfGroups(groupIds: readonly number[]): Promise<ReadonlyMap<number, readonly CollectedStudy[]>>;
  /**
   * In one transaction: when the group's last stored time is not newer than `cutOff`, places the order of all open instances and closes the group.
   * 'newer' = something arrived meanwhile: wait on; 'empty' = nothing open.
   */
  orderGroup(groupId: number, cutOff: Date): Promise<{ readonly result: 'ordered'; readonly orderId: string } | { readonly result: 'newer'; readonly lastStoredAt: Date } | { readonly result: 'empty' }>;
}
