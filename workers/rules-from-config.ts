/** Burn rules from the configuration: those of spindle.yaml, and the one made at first start. */
import { z } from 'zod';
import { RuleDraft } from '../api/schemas.ts';
import type { RuleDraft as Draft } from '../catalog/books/rule-book.ts';
import type { Config } from '../infra/config.ts';
import { ApplianceError } from '../infra/errors.ts';

const clean = (draft: z.output<typeof RuleDraft>): Draft => ({ ...draft, condition: Object.fromEntries(Object.entries(draft.condition).filter(([, value]) => value !== undefined)) });

/** @throws CONFIG_INVALID naming every field of every rule that is wrong */
export const fileRules = (config: Config): readonly Draft[] => {
  const mistakes: string[] = [];
  const drafts = config.rules.flatMap((entry, n) => {
    const read = z.strictObject(RuleDraft.shape).safeParse({ position: n + 1, ...entry });
    if (read.success) return [clean(read.data)];
    mistakes.push(...read.error.issues.map((issue) => `rules[${n}].${issue.path.join('.')}: ${issue.message}`));
    return [];
  });
  if (mistakes.length > 0) throw new ApplianceError('CONFIG_INVALID', mistakes.join('; '), { details: { mistakes } });
  return drafts;
};

/** Every study, after the default quiet period, one copy. */
export const defaultRule = (config: Config): Draft => clean(RuleDraft.parse({ name: 'Every study', position: 1_000, quietSeconds: config.quietSecondsDefault, priority: 4 }));
