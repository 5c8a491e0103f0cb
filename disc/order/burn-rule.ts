/**
 * Burn rules: which group of instances becomes an order by itself, and how. Pure.
 * Rules have an order; the first match takes the series unless that rule says `also`.
 * @source ours
 */
import type { ContentOptions } from './content.ts';
import type { Grouping, Media, Priority } from './order.ts';

export interface BurnRuleCondition {
  /** Each absent or empty condition matches everything; several values are alternatives; `*` and `?` are wildcards; letter case is ignored. */
  readonly callingAe?: readonly string[];
  readonly calledAe?: readonly string[];
  readonly modality?: readonly string[];
  readonly station?: readonly string[];
  readonly bodyPart?: readonly string[];
  /** Matches the study or the series description. */
  readonly description?: readonly string[];
}

export interface BurnRuleOptions {
  readonly grouping: Grouping;
  /** 1–86 400 */
  readonly quietSeconds: number;
  /** Longest time from the first instance of the group until the order is placed anyhow; 0 = no limit. */
  readonly longestWaitSeconds: number;
  readonly copies: number;
  readonly media: Media | 'any';
  readonly robot: string;
  readonly priority: Priority;
  readonly labelTemplate: string;
  readonly retention: 'archive' | 'buffer' | 'default';
  readonly content: ContentOptions;
}

export interface BurnRule extends BurnRuleOptions {
  readonly id: number;
  readonly name: string;
  readonly position: number;
  readonly isEnabled: boolean;
  /** True: later rules are asked too, even when this one matched. */
  readonly also: boolean;
  readonly condition: BurnRuleCondition;
  readonly version: number;
  readonly source: 'default' | 'api' | 'file';
}

/** The facts of one series that rules look at. */
export interface SeriesFacts {
  readonly callingAe: string;
  readonly calledAe: string;
  readonly modality: string;
  readonly station: string;
  readonly bodyPart: string;
  readonly studyDescription: string;
  readonly seriesDescription: string;
}

const matchesWildcard = (pattern: string, value: string): boolean => {
  const p = pattern.trim().toLowerCase();
  const v = value.trim().toLowerCase();
  let pi = 0, vi = 0, star = -1, mark = 0;
  while (vi < v.length) {
    if (pi < p.length && (p[pi] === '?' || p[pi] === v[vi]) && p[pi] !== '*') { pi++; vi++; }
    else if (pi < p.length && p[pi] === '*') { star = pi++; mark = vi; }
    else if (star >= 0) { pi = star + 1; vi = ++mark; }
    else return false;
  }
  while (pi < p.length && p[pi] === '*') pi++;
  return pi === p.length;
};

const isMet = (patterns: readonly string[] | undefined, ...values: readonly string[]): boolean =>
  patterns === undefined || patterns.length === 0 || patterns.some((p) => values.some((v) => matchesWildcard(p, v)));

/** Says whether every condition of the rule is met by the series. */
export const ruleMatches = (condition: BurnRuleCondition, facts: SeriesFacts): boolean =>
  isMet(condition.callingAe, facts.callingAe) && isMet(condition.calledAe, facts.calledAe) && isMet(condition.modality, facts.modality) &&
  isMet(condition.station, facts.station) && isMet(condition.bodyPart, facts.bodyPart) &&
  isMet(condition.description, facts.studyDescription, facts.seriesDescription);

/** The rules that take this series, in order: the first match, and every later match as long as all before it said `also`. */
export const rulesFor = (rules: readonly BurnRule[], facts: SeriesFacts): readonly BurnRule[] => {
  const taken: BurnRule[] = [];
  for (const rule of [...rules].sort((a, b) => a.position - b.position || a.id - b.id)) {
    if (!rule.isEnabled || !ruleMatches(rule.condition, facts)) continue;
    taken.push(rule);
    if (!rule.also) break;
  }
  return taken;
};
