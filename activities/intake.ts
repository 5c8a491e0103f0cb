/** Activities of the quiet period: the catalog tells when a group was last stored and places its order. */
import type { RuleBook } from '../catalog/books/rule-book.ts';

export interface GroupState {
  readonly ruleId: number;
  readonly grouping: string;
  readonly firstStoredAt: number;
  readonly lastStoredAt: number;
  readonly quietSeconds: number;
  readonly longestWaitSeconds: number;
  readonly openInstances: number;
}

export type GroupOrdered =
  | { readonly result: 'ordered'; readonly orderId: string }
  | { readonly result: 'newer'; readonly lastStoredAt: number }
  | { readonly result: 'empty' };

export interface IntakeActivities {
  groupState(groupId: number): Promise<GroupState | null>;
  orderGroup(groupId: number, cutOff: number): Promise<GroupOrdered>;
}

export const createIntakeActivities = ({ rules }: { readonly rules: RuleBook }): IntakeActivities => ({
  async groupState(groupId) {
    const group = await rules.group(groupId);
    if (!group) return null;
    const { rule } = group;
    return {
      ruleId: rule.id, grouping: rule.grouping,
      firstStoredAt: group.firstStoredAt.getTime(), lastStoredAt: group.lastStoredAt.getTime(),
      quietSeconds: rule.quietSeconds, longestWaitSeconds: rule.longestWaitSeconds, openInstances: group.openInstances,
    };
  },
  async orderGroup(groupId, cutOff) {
    const done = await rules.orderGroup(groupId, new Date(cutOff));
    return done.result === 'newer' ? { result: 'newer', lastStoredAt: done.lastStoredAt.getTime() } : done;
  },
});
