/**
 * Presentation contexts of a sender: which to propose for what is to be sent, and in which of the accepted ones an
 * instance goes. Pure.
 */
import type { ProposedContext } from './association/associate.ts';
import type { AcceptedContext } from './association/service.ts';
import { transferSyntaxByUid } from './tables/transfer-syntaxes.ts';
import { UID } from './tables/uids.ts';
import type { Transcoder } from './transcoder.ts';

/** What decides about presentation contexts. */
export interface InstanceKind {
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
}

export interface SyntaxPolicy {
  /** Transfer syntaxes the receiver prefers, best first; empty: what we hold. */
  readonly preferred: readonly string[];
  readonly route: Transcoder['route'];
}

/** Contexts that fit on one association, and the SOP classes they serve. */
export interface ContextPlan {
  readonly contexts: readonly ProposedContext[];
  readonly sopClassUids: ReadonlySet<string>;
}

/** Presentation context ids are odd and at most 255. @source PS3.8 9.3.2.2 */
const MAX_CONTEXTS = 128;
/** What is fallen back to, best first; every receiver takes the last. @source PS3.5 10.1 */
const NATIVE: readonly string[] = [UID.explicitLittleEndian, UID.implicitLittleEndian];

/** The route of a sender that converts nothing. */
export const sameOnly: Transcoder['route'] = (from, to) => (from === to ? 'same' : undefined);

/** A conversion for the sake of a receiver loses nothing that the held instance has. */
const canGo = (from: string, to: string, route: Transcoder['route']): boolean =>
  from === to || (transferSyntaxByUid.get(to)?.lossy !== true && route(from, to) !== undefined);

/**
 * The transfer syntaxes of each context of one SOP class: every held one alone, so that the receiver answers for
 * each; then those it prefers; then the native ones together.
 */
const syntaxesOf = (held: readonly string[], policy: SyntaxPolicy): readonly (readonly string[])[] => {
  const isUseful = (to: string): boolean => !held.includes(to) && held.some((from) => canGo(from, to, policy.route));
  const preferred = [...new Set(policy.preferred)].filter(isUseful);
  const native = NATIVE.filter((uid) => isUseful(uid) && !preferred.includes(uid));
  return [...held.map((uid) => [uid]), ...preferred.map((uid) => [uid]), ...(native.length === 0 ? [] : [native])].slice(0, MAX_CONTEXTS);
};

/** Plans the contexts for instances of these kinds; a SOP class is never split over two associations. @source PS3.8 7.1.1.13 */
export const planContexts = (kinds: Iterable<InstanceKind>, policy: SyntaxPolicy): readonly ContextPlan[] => {
  const heldByClass = new Map<string, Set<string>>();
  for (const { sopClassUid, transferSyntaxUid } of kinds) heldByClass.set(sopClassUid, (heldByClass.get(sopClassUid) ?? new Set()).add(transferSyntaxUid));
  const plans: { contexts: ProposedContext[]; sopClassUids: Set<string> }[] = [];
  for (const [abstractSyntax, held] of heldByClass) {
    const wanted = syntaxesOf([...held], policy);
    let plan = plans.find(({ contexts }) => contexts.length + wanted.length <= MAX_CONTEXTS);
    if (plan === undefined) {
      plan = { contexts: [], sopClassUids: new Set() };
      plans.push(plan);
    }
    for (const transferSyntaxes of wanted) plan.contexts.push({ id: plan.contexts.length * 2 + 1, abstractSyntax, transferSyntaxes });
    plan.sopClassUids.add(abstractSyntax);
  }
  return plans;
};

const EFFORT = { same: 0, native: 1, decode: 2, encode: 3 } as const;

/**
 * The context an instance goes in: as it is held, unless the receiver prefers other syntaxes; else with the least
 * conversion. Undefined when no accepted context takes it.
 */
export const chooseContext = (accepted: Iterable<AcceptedContext>, kind: InstanceKind, policy: SyntaxPolicy): AcceptedContext | undefined => {
  const from = kind.transferSyntaxUid;
  const isHeldWelcome = policy.preferred.length === 0 || policy.preferred.includes(from);
  const cost = ({ transferSyntax: to }: AcceptedContext): number => {
    if (to === from && isHeldWelcome) return -1;
    const preference = policy.preferred.indexOf(to);
    const effort = EFFORT[to === from ? 'same' : policy.route(from, to) ?? 'encode'];
    // Explicit VR keeps the VRs of private elements.
    return (preference < 0 ? policy.preferred.length : preference) * 10 + effort * 2 + (to === UID.implicitLittleEndian ? 1 : 0);
  };
  let best: AcceptedContext | undefined;
  for (const context of accepted) {
    if (context.abstractSyntax !== kind.sopClassUid || !canGo(from, context.transferSyntax, policy.route)) continue;
    if (best === undefined || cost(context) < cost(best)) best = context;
  }
  return best;
};
