/** Rows of burn rules in the words of the model. */
import type { Selectable } from 'kysely';
import { contentOptions } from '../disc/order/content.ts';
import type { BurnRule } from '../disc/order/burn-rule.ts';
import type { RuleDraft } from './books/rule-book.ts';
import type { BurnRuleTable } from './tables.ts';

/** The rule as the model knows it. */
export const burnRule = (row: Selectable<BurnRuleTable>): BurnRule => {
  const draft = JSON.parse(row.draft) as RuleDraft;
  return { ...draft, content: contentOptions(draft.content), id: row.id, name: row.name, position: row.sort_order, isEnabled: row.is_enabled === 1, version: row.version, source: row.source as BurnRule['source'] };
};
