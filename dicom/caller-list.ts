/**
 * The calling AEs we know, kept in memory and read anew from the AE registry every few seconds, so that a change counts without a restart.
 * While the registry is out of reach the last list stays in force.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AeBook, RegisteredAe } from '../catalog/books/ae-book.ts';
import type { EventLog } from './association/service.ts';
import { plainAddress } from './caller-policy.ts';
import type { CallerPolicy, KnownCaller } from './caller-policy.ts';

export interface CallerListOptions {
  readonly registry: Pick<AeBook, 'aes'>;
  readonly unknown: CallerPolicy['unknown'];
  /** Callers must come from the host of the registry. */
  readonly checksAddress: boolean;
  /** Our own health check: may verify us from this machine, though it is in no registry and has no user. */
  readonly self?: { readonly aeTitle: string; readonly addresses: readonly string[] };
  readonly log: EventLog;
  readonly refreshSeconds?: number;
  /** Addresses of a host name. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly now?: () => number;
}

export interface CallerList {
  policy(): CallerPolicy;
  /** Reads the registry now. */
  refresh(): Promise<void>;
  close(): void;
}

const REFRESH_SECONDS = 3;
/** How long a resolved name is believed. */
const NAME_MS = 60_000;
/** A name service that does not answer must not hold up the list. */
const LOOKUP_MS = 2_000;

const lookUp = async (host: string): Promise<readonly string[]> => {
  if (isIP(host) !== 0) return [host];
  const late = new Promise<readonly string[]>((_, reject) => { setTimeout(() => reject(new TypeError('no answer of the name service')), LOOKUP_MS).unref(); });
  return Promise.race([lookup(host, { all: true }).then((found) => found.map(({ address }) => address)), late]);
};

/** Keeps what names resolved to; a name that fails keeps its last addresses. */
const createNames = (resolve: (host: string) => Promise<readonly string[]>, now: () => number, log: EventLog): ((host: string) => Promise<ReadonlySet<string>>) => {
  const known = new Map<string, { readonly addresses: ReadonlySet<string>; readonly until: number }>();
  return async (host) => {
    const before = known.get(host);
    if (before !== undefined && before.until > now()) return before.addresses;
    const addresses = await resolve(host).then((found) => new Set(found.map(plainAddress)), () => {
      log.warn('caller.host-unknown', { host });
      return before?.addresses ?? new Set<string>();
    });
    known.set(host, { addresses, until: now() + NAME_MS });
    return addresses;
  };
};

/** Makes the list and reads it for the first time. */
export const createCallerList = async (options: CallerListOptions): Promise<CallerList> => {
  const { registry, unknown, checksAddress, self, log } = options;
  const addressesOf = createNames(options.resolve ?? lookUp, options.now ?? Date.now, log);
  const ourselves: [string, KnownCaller][] = self === undefined ? [] : [[self.aeTitle, { services: new Set(), addresses: new Set(self.addresses), isOurselves: true }]];
  let known: ReadonlyMap<string, KnownCaller> = new Map(ourselves);
  let isStale = false;
  let reading: Promise<void> | undefined;

  const callerOf = async ({ host, services }: RegisteredAe): Promise<KnownCaller> => ({ services: new Set(services), ...(checksAddress ? { addresses: await addressesOf(host) } : {}) });
  const read = async (): Promise<void> => {
    try {
      const aes = await registry.aes();
      known = new Map([...ourselves, ...await Promise.all(aes.map(async (ae): Promise<[string, KnownCaller]> => [ae.aeTitle, await callerOf(ae)]))]);
      if (isStale) log.info('callers.fresh-again', { aes: aes.length });
      isStale = false;
    } catch (error) {
      if (!isStale) log.warn('callers.stale', { reason: error instanceof Error ? error.message : String(error) });
      isStale = true;
    }
  };
  // One reading at a time: a slow catalog gets no queue of them.
  const refresh = (): Promise<void> => (reading ??= read().finally(() => { reading = undefined; }));
  await refresh();
  const timer = setInterval(() => void refresh(), (options.refreshSeconds ?? REFRESH_SECONDS) * 1000).unref();
  return { policy: () => ({ known, unknown }), refresh, close: () => clearInterval(timer) };
};
