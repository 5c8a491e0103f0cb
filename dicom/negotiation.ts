/**
 * Decides about an A-ASSOCIATE-RQ: accept or reject, and each presentation context. Pure.
 * User identity is not evaluated; it gets no answer, as the Standard allows.
 */
import type { AssociateRequest, ContextResult, RoleSelection } from './association/associate.ts';
import type { Rejection } from './association/pdu.ts';
import type { AcceptedContext, DicomService } from './association/service.ts';
import { UID } from './tables/uids.ts';

export interface NegotiationPolicy {
  readonly aeTitle: string;
  /** Further titles we answer to; '*' takes every called AE title. */
  readonly alsoCalled: readonly string[];
  /** Calling AE titles that are let in; undefined lets everyone in. */
  readonly knownCallingAes?: ReadonlySet<string>;
  readonly services: readonly DicomService[];
}

export interface RefusedContext {
  readonly abstractSyntax: string;
  readonly reason: 'abstract-syntax' | 'transfer-syntaxes';
}

export type Negotiated =
  | { readonly kind: 'reject'; readonly rejection: Rejection; readonly reason: string }
  | {
      readonly kind: 'accept';
      readonly results: readonly ContextResult[];
      readonly accepted: ReadonlyMap<number, AcceptedContext>;
      readonly roles: readonly RoleSelection[];
      readonly refused: readonly RefusedContext[];
    };

/** Rejections by cause. @source PS3.8 Table 9-21 */
export const REJECTIONS = {
  'protocol-version': { result: 1, source: 2, reason: 2 },
  'application-context': { result: 1, source: 1, reason: 2 },
  'calling-ae': { result: 1, source: 1, reason: 3 },
  'called-ae': { result: 1, source: 1, reason: 7 },
  'local-limit': { result: 2, source: 3, reason: 2 },
  congestion: { result: 2, source: 3, reason: 1 },
} as const satisfies Record<string, Rejection>;

const reject = (reason: keyof typeof REJECTIONS): Negotiated => ({ kind: 'reject', rejection: REJECTIONS[reason], reason });

const chooseSyntax = (service: DicomService, taken: ReadonlySet<string>, proposed: readonly string[]): string | undefined => {
  const usable = proposed.filter((uid) => taken.has(uid));
  if (usable.length === 0) return undefined;
  if (service.choose !== undefined) return service.choose(usable);
  return [...taken].find((uid) => usable.includes(uid));
};

/** The roles we grant of those asked for; nothing is granted that was not asked. @source PS3.7 D.3.3.4 */
const answerRoles = (asked: readonly RoleSelection[], services: readonly DicomService[]): readonly RoleSelection[] =>
  asked.flatMap((role) => {
    const service = services.find((candidate) => candidate.transferSyntaxes(role.sopClassUid) !== undefined);
    if (service === undefined) return [];
    const granted = service.roles?.(role.sopClassUid) ?? { scuRole: true, scpRole: false };
    return [{ sopClassUid: role.sopClassUid, scuRole: role.scuRole && granted.scuRole, scpRole: role.scpRole && granted.scpRole }];
  });

/**
 * Answers an association request.
 * @source PS3.8 7.1.1.13, 9.3.3.2, 9.3.4; PS3.7 D.3.3
 */
export const negotiate = (request: AssociateRequest, policy: NegotiationPolicy): Negotiated => {
  if ((request.protocolVersion & 1) === 0) return reject('protocol-version');
  if (request.applicationContext !== UID.applicationContext) return reject('application-context');
  if (request.calledAe !== policy.aeTitle && !policy.alsoCalled.includes(request.calledAe) && !policy.alsoCalled.includes('*')) return reject('called-ae');
  if (policy.knownCallingAes !== undefined && !policy.knownCallingAes.has(request.callingAe)) return reject('calling-ae');
  const results: ContextResult[] = [];
  const accepted = new Map<number, AcceptedContext>();
  const refused: RefusedContext[] = [];
  for (const { id, abstractSyntax, transferSyntaxes } of request.contexts) {
    const service = policy.services.find((candidate) => candidate.transferSyntaxes(abstractSyntax) !== undefined);
    const taken = service?.transferSyntaxes(abstractSyntax);
    const chosen = service === undefined || taken === undefined ? undefined : chooseSyntax(service, taken, transferSyntaxes);
    if (chosen !== undefined) {
      accepted.set(id, { id, abstractSyntax, transferSyntax: chosen });
      results.push({ id, result: 0, transferSyntax: chosen });
    } else {
      refused.push({ abstractSyntax, reason: service === undefined ? 'abstract-syntax' : 'transfer-syntaxes' });
      // The syntax of a refused context has no meaning, yet some peers want one there.
      results.push({ id, result: service === undefined ? 3 : 4, transferSyntax: transferSyntaxes[0] ?? UID.implicitLittleEndian });
    }
  }
  return { kind: 'accept', results, accepted, roles: answerRoles(request.user.roles, policy.services), refused };
};
