/**
 * Query/Retrieve C-FIND as SCP: reads the identifier, pages through the catalog, streams the answers.
 * Holds two pages of matches at most, waits for a peer that is slow, stops at once when the peer cancels.
 */
import { setImmediate } from 'node:timers/promises';
import type { CatalogMatch, QueryBook } from '../catalog/books/query-book.ts';
import { ApplianceError, isApplianceError } from '../infra/errors.ts';
import { COMMAND } from './association/command.ts';
import { gatheredRequest } from './association/gathered-request.ts';
import type { DicomService, EventLog, Exchange } from './association/service.ts';
import { answersTo } from './query/answer.ts';
import { readIdentifier } from './query/identifier.ts';
import type { FindRequest } from './query/identifier.ts';
import { QUERY_MODELS } from './tables/query-models.ts';
import { STATUS } from './tables/statuses.ts';
import { UID } from './tables/uids.ts';

export interface QueryScpOptions {
  /** What Retrieve AE Title says. */
  readonly aeTitle: string;
  readonly queries: QueryBook;
  /** Match person names by words also where it was not negotiated. */
  readonly fuzzyNames: boolean;
  /** An entity without a value matches required keys. @source PS3.4 C.2.2.1.2 */
  readonly matchEmpty: boolean;
  readonly log: EventLog;
}

const SYNTAXES: ReadonlySet<string> = new Set([UID.explicitLittleEndian, UID.implicitLittleEndian, UID.explicitBigEndian]);
/** An identifier is a handful of keys; nobody needs more. */
const MAX_IDENTIFIER_BYTES = 1_048_576;
/** Answers that leave in one write; between two writes a cancel request is heard. */
const ANSWERS_AT_ONCE = 100;

const CANCELLED = Symbol('cancelled');

/** What `work` answers, or CANCELLED as soon as the signal says so. Not Promise.race: a promise that is raced many times keeps all that won against it. */
const orCancelled = <T>(signal: AbortSignal, work: Promise<T>): Promise<T | typeof CANCELLED> =>
  new Promise((resolve, reject) => {
    const stop = (): void => resolve(CANCELLED);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });

/** Errors of the catalog in the words of a C-FIND response. */
const asQueryError = (error: unknown): unknown => {
  if (isApplianceError(error, 'CATALOG_UNAVAILABLE')) return new ApplianceError('QUERY_INDEX_UNAVAILABLE', 'catalog out of reach', { cause: error });
  if (isApplianceError(error)) return new ApplianceError('QUERY_FAILED', 'catalog refused the query', { cause: error });
  return error;
};

/** Sends every match; answers how many, or that the peer had enough. */
const stream = async (options: QueryScpOptions, exchange: Exchange, request: FindRequest): Promise<typeof CANCELLED | number> => {
  const { signal } = exchange;
  const status = request.hasUnsupportedKeys ? STATUS.pendingOptionalKeysIgnored : STATUS.pending;
  const encode = answersTo(request, exchange.context.transferSyntax, options.aeTitle);
  const pages = options.queries.find(request.query)[Symbol.asyncIterator]();
  const turn = (): Promise<IteratorResult<readonly CatalogMatch[]>> => {
    const next = pages.next();
    // It may fail while nobody waits for it: the error is met when it is this page's turn.
    next.catch(() => undefined);
    return next;
  };
  let sent = 0;
  try {
    for (let next = turn(); ;) {
      const page = await orCancelled(signal, next);
      if (page === CANCELLED) return CANCELLED;
      if (page.done === true) return sent;
      next = turn();
      for (let at = 0; at < page.value.length; at += ANSWERS_AT_ONCE) {
        const answers = page.value.slice(at, at + ANSWERS_AT_ONCE).map(encode);
        // Taking a turn of the event loop lets a cancel request come in, however fast the peer reads.
        const outcome = await orCancelled(signal, exchange.respondEach({ status }, answers).then(() => setImmediate()));
        sent += answers.length;
        if (outcome === CANCELLED) return CANCELLED;
      }
    }
  } finally {
    void pages.return?.().catch(() => undefined);
  }
};

const find = async (options: QueryScpOptions, exchange: Exchange, identifier: Buffer): Promise<void> => {
  const { context, association } = exchange;
  const model = QUERY_MODELS.get(context.abstractSyntax);
  if (model === undefined) throw new TypeError(`no information model of ${context.abstractSyntax}`);
  const { extended } = association;
  const request = readIdentifier(identifier, context.transferSyntax, {
    model, isRelational: extended?.relational ?? false, isCombinedDateTime: extended?.combinedDateTime ?? false, isFuzzy: options.fuzzyNames || (extended?.fuzzy ?? false), matchEmpty: options.matchEmpty,
  });
  let outcome: typeof CANCELLED | number;
  try {
    outcome = await stream(options, exchange, request);
  } catch (error) {
    throw asQueryError(error);
  }
  options.log.debug('query.answered', { associationId: association.id, callingAe: association.callingAe, level: request.query.level, keys: request.query.conditions.length, matches: outcome === CANCELLED ? 'cancelled' : outcome });
  if (outcome !== CANCELLED) exchange.tally('matches', outcome);
  await exchange.respond({ status: outcome === CANCELLED ? STATUS.cancel : STATUS.success });
};

/** Makes the C-FIND service of Patient Root, Study Root and Patient/Study Only. @source PS3.4 C.4.1, Table C.4-1 (statuses) */
export const createQueryScp = (options: QueryScpOptions): DicomService => ({
  name: 'query',
  transferSyntaxes: (abstractSyntax) => (QUERY_MODELS.has(abstractSyntax) ? SYNTAXES : undefined),
  commandFields: [COMMAND.findRequest],
  open: (exchange) => gatheredRequest({
    maxBytes: MAX_IDENTIFIER_BYTES, tooLong: () => new ApplianceError('QUERY_CANNOT_UNDERSTAND', 'identifier is too long'), work: (dataSet) => find(options, exchange, dataSet),
  }),
});
