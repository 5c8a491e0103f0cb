/** Who may open an association to us, and which services a caller may use. Pure; the list comes from the AE registry. */
import { aeServiceOf } from './tables/ae-services.ts';
import type { AeService } from './tables/ae-services.ts';

export interface KnownCaller {
  /** What it may ask of us, beside Verification. */
  readonly services: ReadonlySet<AeService>;
  /** Addresses it may call from; absent: any. */
  readonly addresses?: ReadonlySet<string>;
  /** Our own health check: it has no user. */
  readonly isOurselves?: boolean;
}

export interface CallerPolicy {
  /** By AE title. */
  readonly known: ReadonlyMap<string, KnownCaller>;
  readonly unknown: 'accept' | 'reject';
}

export type Admission = { readonly caller: KnownCaller | undefined } | { readonly refused: 'calling-ae' | 'caller-address' };

/** IPv4 addresses in the form they have behind an IPv6 socket are the same addresses. @source RFC 4291 2.5.5.2 */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

/** Lets a caller in or not; `caller` undefined = unknown, and welcome as such. */
export const admit = (policy: CallerPolicy, callingAe: string, host: string): Admission => {
  const caller = policy.known.get(callingAe);
  if (caller === undefined) return policy.unknown === 'accept' ? { caller } : { refused: 'calling-ae' };
  if (caller.addresses !== undefined && !caller.addresses.has(plainAddress(host))) return { refused: 'caller-address' };
  return { caller };
};

export interface Roles {
  readonly scuRole: boolean;
  readonly scpRole: boolean;
}

/**
 * True when the caller may use the abstract syntax as SCU; unknown callers that were let in may use all.
 * @source ours: the registry names services, not SOP classes
 */
export const mayRequest = (caller: KnownCaller | undefined, abstractSyntax: string): boolean => {
  const service = aeServiceOf(abstractSyntax);
  return caller === undefined || service === undefined || caller.services.has(service);
};

/** True when the caller may take instances in a context of the syntax, as C-GET needs it. @source PS3.4 C.4.3.2 */
export const mayReceive = (caller: KnownCaller | undefined, abstractSyntax: string): boolean =>
  caller === undefined || (aeServiceOf(abstractSyntax) === 'store' && caller.services.has('retrieve'));
