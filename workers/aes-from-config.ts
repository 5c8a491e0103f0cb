/** AEs of the registry from `peers` of spindle.yaml. */
import { z } from 'zod';
import { AeDraft } from '../api/schemas.ts';
import type { AeDraft as Draft } from '../catalog/books/ae-book.ts';
import type { Config } from '../infra/config.ts';
import { ApplianceError } from '../infra/errors.ts';

const Peer = z.strictObject({ ...AeDraft.shape, name: z.string() });

/** @throws CONFIG_INVALID naming every field of every peer that is wrong, and titles that stand there twice */
export const fileAes = (config: Config): readonly Draft[] => {
  const mistakes: string[] = [];
  const titles = new Set<string>();
  const drafts = config.peers.flatMap((entry, n) => {
    const read = Peer.safeParse(entry);
    if (!read.success) {
      mistakes.push(...read.error.issues.map((issue) => `peers[${n}].${issue.path.join('.')}: ${issue.message}`));
      return [];
    }
    const { name, ...draft } = read.data;
    if (titles.has(draft.aeTitle)) mistakes.push(`peers[${n}].aeTitle: ${draft.aeTitle} stands there twice`);
    titles.add(draft.aeTitle);
    return [{ ...draft, notes: draft.notes || name }];
  });
  if (mistakes.length > 0) throw new ApplianceError('CONFIG_INVALID', mistakes.join('; '), { details: { mistakes } });
  return drafts;
};
