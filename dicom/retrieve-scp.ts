/**
 * C-MOVE and C-GET as SCP, in three information models. C-MOVE sends over associations of ours to a registered AE,
 * C-GET on the association of the requester. What is not held, is contested, or cannot be converted to what the
 * receiver takes is a failed sub-operation; nothing is left out silently.
 */
import type { RetrieveBook } from '../catalog/books/retrieve-book.ts';
import { ApplianceError, isApplianceError } from '../infra/errors.ts';
import { COMMAND } from './association/command.ts';
import { gatheredRequest } from './association/gathered-request.ts';
import type { ClientTls } from './association/secure.ts';
import type { DicomService, EventLog, Exchange, RequestHandler } from './association/service.ts';
import type { FindAe, RemoteAe } from './remote-ae.ts';
import { readIdentifier } from './retrieve/identifier.ts';
import type { RetrieveIdentifier } from './retrieve/identifier.ts';
import { createSubOperations } from './retrieve/sub-operations.ts';
import type { SubOperations } from './retrieve/sub-operations.ts';
import { chooseContext, sameOnly } from './send-contexts.ts';
import type { SyntaxPolicy } from './send-contexts.ts';
import type { SendableFile } from './sendable-file.ts';
import { sendAll } from './storage-scu.ts';
import type { SendAllOptions, SendSource } from './storage-scu.ts';
import { reasonOf, storeInstance } from './store-request.ts';
import type { Conversion } from './store-request.ts';
import { RETRIEVE_MODELS, retrieveModelByUid } from './tables/retrieve-models.ts';
import { UID } from './tables/uids.ts';

export interface RetrieveScpOptions {
  readonly aeTitle: string;
  readonly book: RetrieveBook;
  /** Where a stored file lies, by its path in the catalog. */
  readonly fileOf: (path: string) => string;
  /** Without it instances go only in the transfer syntax they are held in. */
  readonly conversion?: Conversion;
  readonly log: EventLog;
}

export interface MoveScpOptions extends RetrieveScpOptions, Pick<SendAllOptions, 'timeoutSeconds' | 'retryPausesMs' | 'places'> {
  readonly findAe: FindAe;
  /** What we show and trust at this moment where a destination wants TLS. */
  readonly tls?: () => ClientTls;
}

const SYNTAXES: ReadonlySet<string> = new Set([UID.explicitLittleEndian, UID.implicitLittleEndian, UID.explicitBigEndian]);
/** A UID list of 15,000 instances; who wants more asks for their series. */
const MAX_IDENTIFIER_BYTES = 1_048_576;
const PAGE = 500;
/** Requesters give up on a silent provider after 30 s or more. */
const SIGN_OF_LIFE_MS = 10_000;

interface Retrieve {
  readonly exchange: Exchange;
  readonly identifier: RetrieveIdentifier;
  readonly source: SendSource;
  readonly operations: SubOperations;
}

/** What is planned, read from the catalog as it is sent; what cannot be sent is settled on the way. */
const sourceOf = (options: RetrieveScpOptions, { selection }: RetrieveIdentifier, kinds: SendSource['kinds'], operations: SubOperations): SendSource => {
  let isFirst = true;
  return {
    kinds,
    async *open() {
      // A second reading is for other SOP classes: what cannot be sent is settled already.
      const settles = isFirst;
      isFirst = false;
      for (let after = 0; ;) {
        const page = await options.book.page(selection, after, PAGE);
        for (const { sopClassUid, sopInstanceUid, file, isHeld, isContested } of page) {
          if (isHeld && !isContested) yield { file: options.fileOf(file.path), sopClassUid, sopInstanceUid, transferSyntaxUid: file.transferSyntaxUid, dataSetOffset: file.dataSetOffset, bytes: file.bytes };
          else if (settles) operations.settle(sopInstanceUid, { outcome: 'unreadable', comment: isHeld ? 'content is in conflict' : 'no longer held' });
        }
        const last = page.at(-1);
        if (last === undefined || page.length < PAGE) return;
        after = last.instanceId;
      }
    },
  };
};

const prepare = async (options: RetrieveScpOptions, exchange: Exchange, identifier: RetrieveIdentifier): Promise<Retrieve> => {
  let plan: Awaited<ReturnType<RetrieveBook['plan']>>;
  try {
    plan = await options.book.plan(identifier.selection);
  } catch (cause) {
    throw isApplianceError(cause) ? new ApplianceError('RETRIEVE_CANNOT_COUNT', reasonOf(cause), { cause }) : cause;
  }
  const operations = createSubOperations(exchange, plan.instances, () => performance.now());
  return { exchange, identifier, operations, source: sourceOf(options, identifier, plan.kinds, operations) };
};

/** Runs a prepared retrieve to its final response, whatever happens within. */
const run = async (options: RetrieveScpOptions, retrieve: Retrieve, destination: string, perform: () => Promise<void>): Promise<void> => {
  const { exchange, identifier, operations } = retrieve;
  await operations.tell(true);
  try {
    await perform();
  } catch (cause) {
    if (!isApplianceError(cause)) throw cause;
    throw new ApplianceError('RETRIEVE_FAILED', reasonOf(cause), { cause });
  }
  const status = await operations.finish();
  const { remaining, ...counts } = operations.counts;
  for (const [what, count] of Object.entries(counts)) if (count > 0) exchange.tally(what, count);
  const facts = { associationId: exchange.association.id, callingAe: exchange.association.callingAe, destination, level: identifier.level, status, remaining, ...counts };
  options.log.info('retrieve.ended', facts);
  if (operations.reasons.size > 0) options.log.warn('retrieve.incomplete', { ...facts, reasons: [...operations.reasons].slice(0, 10).map(([reason, count]) => `${count} x ${reason}`).join('; ') });
};

const move = async (options: MoveScpOptions, retrieve: Retrieve, to: RemoteAe): Promise<void> => {
  const { exchange, operations, source } = retrieve;
  const { command, association, signal } = exchange;
  // A requester that cancels waits for what is under way; one that is gone does not.
  const isGone = new AbortController();
  const gone = (): void => { if (signal.reason === 'ended') isGone.abort('ended'); };
  signal.addEventListener('abort', gone);
  if (signal.aborted) gone();
  const alive = setInterval(() => void operations.tell(true), SIGN_OF_LIFE_MS);
  try {
    await sendAll({
      ...(options.tls === undefined ? {} : { tls: options.tls() }),
      to, places: options.places, callingAe: options.aeTitle, source, stop: signal, signal: isGone.signal,
      moveOriginator: { aeTitle: association.callingAe, messageId: command.messageId ?? 0 },
      ...(options.conversion === undefined ? {} : { conversion: options.conversion }),
      ...(options.timeoutSeconds === undefined ? {} : { timeoutSeconds: options.timeoutSeconds }),
      ...(options.retryPausesMs === undefined ? {} : { retryPausesMs: options.retryPausesMs }),
      onOutcome: (file, result) => {
        operations.settle(file.sopInstanceUid, result);
        void operations.tell();
      },
    });
  } finally {
    clearInterval(alive);
    signal.removeEventListener('abort', gone);
  }
};

const get = async (options: RetrieveScpOptions, { exchange, operations, source }: Retrieve): Promise<void> => {
  const { conversion } = options;
  const { subRequests, signal } = exchange;
  const policy: SyntaxPolicy = { preferred: [], route: conversion === undefined ? sameOnly : (from, to) => conversion.transcoder.route(from, to) };
  const storeOne = async (file: SendableFile): Promise<void> => {
    const context = chooseContext(subRequests.contexts, file, policy);
    if (context === undefined) operations.settle(file.sopInstanceUid, { outcome: 'no-context', comment: 'no storage context with SCP role fits' });
    else operations.settle(file.sopInstanceUid, await storeInstance(subRequests, context, file, conversion === undefined ? {} : { conversion }));
    await operations.tell();
  };
  for await (const file of source.open()) {
    if (signal.aborted) return;
    try {
      await storeOne(file);
    } catch (error) {
      // The association is over, and with it everyone who could hear of the rest.
      if (!isApplianceError(error)) throw error;
      operations.settle(file.sopInstanceUid, { outcome: 'failed', comment: reasonOf(error) });
      return;
    }
  }
};

/** Gathers the identifier, then works. */
const withIdentifier = (exchange: Exchange, work: (identifier: RetrieveIdentifier) => Promise<void>): RequestHandler => {
  const model = retrieveModelByUid.get(exchange.context.abstractSyntax);
  if (model === undefined) throw new TypeError('retrieve in a context of another service');
  return gatheredRequest({
    maxBytes: MAX_IDENTIFIER_BYTES, tooLong: () => new ApplianceError('RETRIEVE_IDENTIFIER', 'the identifier is too long'),
    work: async (dataSet) => work(readIdentifier(dataSet, exchange.context.transferSyntax, model)),
  });
};

const destinationOf = async (options: MoveScpOptions, exchange: Exchange): Promise<RemoteAe> => {
  const title = exchange.command.moveDestination ?? '';
  const to = title === '' ? undefined : await options.findAe(title);
  if (to === undefined) throw new ApplianceError('RETRIEVE_DESTINATION_UNKNOWN', title === '' ? 'no move destination is named' : `${title} is not registered`);
  if (to.tls && options.tls === undefined) throw new ApplianceError('RETRIEVE_CANNOT_SEND', `${title} is to be reached over TLS, which is not available`);
  return to;
};

const service = (name: string, uids: readonly string[], commandField: number, open: DicomService['open']): DicomService => {
  const own = new Set(uids);
  return { name, transferSyntaxes: (abstractSyntax) => (own.has(abstractSyntax) ? SYNTAXES : undefined), commandFields: [commandField], open };
};

/**
 * Makes the C-MOVE service.
 * @source PS3.4 C.4.2, Table C.4-2 (statuses); PS3.7 9.1.4
 */
export const createMoveScp = (options: MoveScpOptions): DicomService =>
  service('move', RETRIEVE_MODELS.map((row) => row.moveUid), COMMAND.moveRequest, (exchange) =>
    withIdentifier(exchange, async (identifier) => {
      const to = await destinationOf(options, exchange);
      const retrieve = await prepare(options, exchange, identifier);
      await run(options, retrieve, to.aeTitle, () => move(options, retrieve, to));
    }));

/**
 * Makes the C-GET service.
 * @source PS3.4 C.4.3, Table C.4-3 (statuses); PS3.7 9.1.3
 */
export const createGetScp = (options: RetrieveScpOptions): DicomService =>
  service('get', RETRIEVE_MODELS.map((row) => row.getUid), COMMAND.getRequest, (exchange) =>
    withIdentifier(exchange, async (identifier) => {
      const retrieve = await prepare(options, exchange, identifier);
      await run(options, retrieve, exchange.association.callingAe, () => get(options, retrieve));
    }));
