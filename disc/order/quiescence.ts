/**
 * When a group of arriving instances has gone quiet. Pure; times are milliseconds since the epoch.
 * @source ours
 */
export interface QuietRule {
  readonly quietSeconds: number;
  /** 0 = no limit. */
  readonly longestWaitSeconds: number;
}

/** The moment at which the group may be ordered: quiet since `lastStoredAt`, but never later than the longest wait after `firstStoredAt`. */
export const quietUntil = (rule: QuietRule, firstStoredAt: number, lastStoredAt: number): number => {
  const quiet = lastStoredAt + rule.quietSeconds * 1000;
  return rule.longestWaitSeconds > 0 ? Math.min(quiet, firstStoredAt + rule.longestWaitSeconds * 1000) : quiet;
};
