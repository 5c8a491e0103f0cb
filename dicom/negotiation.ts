/**
 * Decides about an A-ASSOCIATE-RQ: accept or reject, roles, each presentation context, extended negotiation. Pure.
 * Who the user is must be known before (user-identity.ts); here it only counts.
 */
import type { AssociateRequest, ContextResult, ProposedContext, RoleSelection } from './association/associate.ts';
import type { Rejection } from './association/pdu.ts';
import type { AcceptedContext, DicomService, ExtendedFlags } from './association/service.ts';
import type { ExtendedNegotiation } from './association/user-information.ts';
import { admit, mayReceive, mayRequest } from './caller-policy.ts';
import type { CallerPolicy, KnownCaller, Roles } from './caller-policy.ts';
import { answerExtended } from './extended-negotiation.ts';
import type { ExtendedCapabilities } from './extended-negotiation.ts';
import { UID } from './tables/uids.ts';
import type { IdentityVerdict } from './user-identity.ts';

export interface NegotiationPolicy {
  readonly aeTitle: string;
  /** Further titles we answer to; '*' takes every called AE title. */
  readonly alsoCalled: readonly string[];
  /** Who is let in; undefined lets everyone in, to all services. */
  readonly callers?: CallerPolicy;
  readonly services: readonly DicomService[];
  readonly extended?: ExtendedCapabilities;
}

export interface RefusedContext {
  readonly abstractSyntax: string;
  /** 'not-allowed': the registry does not give this caller the service. */
  readonly reason: 'abstract-syntax' | 'transfer-syntaxes' | 'not-allowed';
}

export type Negotiated =
  | { readonly kind: 'reject'; readonly rejection: Rejection; readonly reason: string }
  | {
      readonly kind: 'accept';
      readonly results: readonly ContextResult[];
      readonly accepted: ReadonlyMap<number, AcceptedContext>;
      readonly roles: readonly RoleSelection[];
      readonly refused: readonly RefusedContext[];
      readonly extended: readonly ExtendedNegotiation[];
      readonly flags?: ExtendedFlags;
      /** Goes into the answer where the peer asked for one and its identity was accepted. */
      readonly identityResponse?: Buffer;
      readonly user?: string;
    };

/** Rejections by cause. @source PS3.8 Table 9-21 */
export const REJECTIONS = {
  'protocol-version': { result: 1, source: 2, reason: 2 },
  'application-context': { result: 1, source: 1, reason: 2 },
  'calling-ae': { result: 1, source: 1, reason: 3 },
  'caller-address': { result: 1, source: 1, reason: 3 },
  'called-ae': { result: 1, source: 1, reason: 7 },
  'user-identity': { result: 1, source: 1, reason: 1 },
  'local-limit': { result: 2, source: 3, reason: 2 },
  congestion: { result: 2, source: 3, reason: 1 },
} as const satisfies Record<string, Rejection>;

const reject = (reason: keyof typeof REJECTIONS): Negotiated => ({ kind: 'reject', rejection: REJECTIONS[reason], reason });

/** Results of a refused presentation context. @source PS3.8 Table 9-18 */
const CONTEXT_RESULT = { 'not-allowed': 1, 'abstract-syntax': 3, 'transfer-syntaxes': 4 } as const satisfies Record<RefusedContext['reason'], ContextResult['result']>;

const DEFAULT_ROLES: Roles = { scuRole: true, scpRole: false };

const serviceFor = (services: readonly DicomService[], abstractSyntax: string): DicomService | undefined => services.find((candidate) => candidate.transferSyntaxes(abstractSyntax) !== undefined);

const chooseSyntax = (service: DicomService, taken: ReadonlySet<string>, proposed: readonly string[]): string | undefined => {
  const usable = proposed.filter((uid) => taken.has(uid));
  if (usable.length === 0) return undefined;
  if (service.choose !== undefined) return service.choose(usable);
  return [...taken].find((uid) => usable.includes(uid));
};

/** The roles we grant of those asked for; nothing is granted that was not asked, nor what the caller may not do. @source PS3.7 D.3.3.4 */
const answerRoles = (asked: readonly RoleSelection[], services: readonly DicomService[], caller: KnownCaller | undefined): readonly RoleSelection[] =>
  asked.flatMap((role) => {
    const service = serviceFor(services, role.sopClassUid);
    if (service === undefined) return [];
    const granted = service.roles?.(role.sopClassUid) ?? DEFAULT_ROLES;
    return [{
      sopClassUid: role.sopClassUid,
      scuRole: role.scuRole && granted.scuRole && mayRequest(caller, role.sopClassUid), scpRole: role.scpRole && granted.scpRole && mayReceive(caller, role.sopClassUid),
    }];
  });

const decide = ({ abstractSyntax, transferSyntaxes }: ProposedContext, policy: NegotiationPolicy, isAllowed: boolean): { readonly chosen: string } | { readonly refused: RefusedContext['reason'] } => {
  const service = serviceFor(policy.services, abstractSyntax);
  const taken = service?.transferSyntaxes(abstractSyntax);
  if (service === undefined || taken === undefined) return { refused: 'abstract-syntax' };
  if (!isAllowed) return { refused: 'not-allowed' };
  const chosen = chooseSyntax(service, taken, transferSyntaxes);
  return chosen === undefined ? { refused: 'transfer-syntaxes' } : { chosen };
};

/**
 * Answers an association request that came from the address `host`.
 * @source PS3.8 7.1.1.13, 9.3.3.2, 9.3.4; PS3.7 D.3.3
 */
export const negotiate = (request: AssociateRequest, policy: NegotiationPolicy, host = '', identity: IdentityVerdict = { kind: 'none' }): Negotiated => {
  if ((request.protocolVersion & 1) === 0) return reject('protocol-version');
  if (request.applicationContext !== UID.applicationContext) return reject('application-context');
  if (request.calledAe !== policy.aeTitle && !policy.alsoCalled.includes(request.calledAe) && !policy.alsoCalled.includes('*')) return reject('called-ae');
  const admission = policy.callers === undefined ? { caller: undefined } : admit(policy.callers, request.callingAe, host);
  if ('refused' in admission) return reject(admission.refused);
  if (identity.kind === 'refused') return reject('user-identity');
  const roles = answerRoles(request.user.roles, policy.services, admission.caller);
  const rolesOf = new Map(roles.map((role) => [role.sopClassUid, role]));
  const results: ContextResult[] = [];
  const accepted = new Map<number, AcceptedContext>();
  const refused: RefusedContext[] = [];
  for (const context of request.contexts) {
    const { id, abstractSyntax, transferSyntaxes } = context;
    const negotiated = rolesOf.get(abstractSyntax);
    const isAllowed = negotiated === undefined ? mayRequest(admission.caller, abstractSyntax) : negotiated.scuRole || negotiated.scpRole;
    const decision = decide(context, policy, isAllowed);
    if ('chosen' in decision) {
      accepted.set(id, { id, abstractSyntax, transferSyntax: decision.chosen, ...(negotiated === undefined ? {} : { roles: { scuRole: negotiated.scuRole, scpRole: negotiated.scpRole } }) });
      results.push({ id, result: 0, transferSyntax: decision.chosen });
    } else {
      refused.push({ abstractSyntax, reason: decision.refused });
      // The syntax of a refused context has no meaning, yet some peers want one there.
      results.push({ id, result: CONTEXT_RESULT[decision.refused], transferSyntax: transferSyntaxes[0] ?? UID.implicitLittleEndian });
    }
  }
  const classes = new Set([...accepted.values()].map((context) => context.abstractSyntax));
  const { items, flags } = answerExtended(request.user.extended ?? [], (uid) => classes.has(uid), policy.extended ?? { fuzzy: false });
  return {
    kind: 'accept', results, accepted, roles, refused, extended: items, ...(flags === undefined ? {} : { flags }),
    ...(identity.kind === 'accepted' ? { user: identity.user, ...(request.user.userIdentity?.isResponseRequested === true ? { identityResponse: Buffer.alloc(0) } : {}) } : {}),
  };
};
