/** Burn rules and the groups they are collecting. */
import { z } from 'zod';
import type { RuleDraft } from '../../catalog/books/rule-book.ts';
import { quietUntil } from '../../disc/order/quiescence.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { route } from '../route.ts';
import type { ApiDeps, Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { given, numberOf } from './studies.ts';

const draftOf = (body: z.output<typeof schemas.RuleDraft>): RuleDraft => ({ ...body, condition: given(body.condition) });

/** @throws DISC_RECIPIENT_INVALID */
const checked = ({ copies }: ApiDeps, draft: RuleDraft): RuleDraft => {
  if (draft.content.encryption === 'media-security') copies.requireRecipients(draft.content.recipientCertificates);
  return draft;
};

const sayToGroup = (wish: 'flush' | 'hold' | 'release', summary: string): Route => route({
  method: 'post', path: `/groups/:groupId/${wish}`, tag: 'rules', summary, status: 204,
  run: async ({ deps, params, who }) => {
    const group = await deps.catalog.rules.group(numberOf(params['groupId']));
    if (!group) throw new ApplianceError('API_NOT_FOUND', 'no such group');
    await deps.workflows.group(group.groupId, wish, who);
  },
});

export const ruleRoutes: readonly Route[] = [
  route({ method: 'get', path: '/rules', tag: 'rules', summary: 'All burn rules in their order', status: 200, answer: z.object({ rules: z.array(schemas.Rule) }), run: async ({ deps }) => ({ rules: await deps.catalog.rules.rules() }) }),
  route({
    method: 'get', path: '/rules/:ruleId', tag: 'rules', summary: 'One rule, with who changed it last', status: 200, answer: schemas.Rule.extend({ changedBy: z.string(), changedAt: z.iso.datetime() }),
    run: async ({ deps, params }) => {
      const rule = await deps.catalog.rules.rule(numberOf(params['ruleId']));
      if (!rule) throw new ApplianceError('API_NOT_FOUND', 'no such rule');
      return rule;
    },
  }),
  route({ method: 'post', path: '/rules', tag: 'rules', summary: 'Add a rule', status: 201, body: schemas.RuleDraft, answer: schemas.Rule, run: ({ deps, body, who }) => deps.catalog.rules.create(checked(deps, draftOf(body)), who, 'api') }),
  route({
    method: 'put', path: '/rules/:ruleId', tag: 'rules', summary: 'Change a rule; the version must be the current one', status: 200, body: schemas.ChangeRule, answer: schemas.Rule,
    run: ({ deps, params, body, who }) => {
      const { version, ...draft } = body;
      return deps.catalog.rules.change(numberOf(params['ruleId']), version, checked(deps, draftOf(draft)), who);
    },
  }),
  route({
    method: 'delete', path: '/rules/:ruleId', tag: 'rules', summary: 'Remove a rule', status: 204, query: z.object({ version: z.coerce.number().int().positive() }),
    run: ({ deps, params, query, who }) => deps.catalog.rules.remove(numberOf(params['ruleId']), query.version, who),
  }),
  route({
    method: 'get', path: '/groups', tag: 'rules', summary: 'Groups that wait for their quiet period', status: 200, answer: z.object({ groups: z.array(schemas.Group) }),
    run: async ({ deps }) => {
      const ids = (await deps.catalog.rules.openGroups()).slice(0, 200);
      const [groups, studies] = await Promise.all([Promise.all(ids.map((groupId) => deps.catalog.rules.group(groupId))), deps.catalog.rules.studiesOfGroups(ids)]);
      return {
        groups: groups.flatMap((group) => (group ? [{
          groupId: group.groupId, ruleId: group.ruleId, rule: group.rule.name, grouping: group.rule.grouping, firstStoredAt: group.firstStoredAt, lastStoredAt: group.lastStoredAt,
          openInstances: group.openInstances, dueAt: new Date(quietUntil(group.rule, group.firstStoredAt.getTime(), group.lastStoredAt.getTime())),
          studies: [...studies.get(group.groupId) ?? []],
        }] : [])),
      };
    },
  }),
  sayToGroup('flush', 'Order what is there now'), sayToGroup('hold', 'Hold the group back'), sayToGroup('release', 'Release the group'),
];
