/**
 * C-FIND and C-MOVE as user, over dcmjs-dimse: it negotiates, encodes and sends; answers are read by response-tap.ts.
 * Every request ends within its limits, whatever the peer does. Nothing of dcmjs reaches the console: it quotes values.
 */
import { createRequire } from 'node:module';
import dcmjsDimse from 'dcmjs-dimse';
import { ApplianceError } from '../../infra/errors.ts';
import { statusCategory } from '../tables/statuses.ts';
import { IMPLEMENTATION, UID } from '../tables/uids.ts';
import type { ClientInternals, DcmjsInternals } from './client-internals.d.ts';
import { createResponseTap } from './response-tap.ts';
import type { DimseResponse } from './response-tap.ts';

const { Client, Dataset, Implementation, log, requests } = dcmjsDimse;

const dcmjs = createRequire(createRequire(import.meta.url).resolve('dcmjs-dimse'))('dcmjs') as DcmjsInternals;
log.setLevel('silent');
for (const logger of [dcmjs.log, ...Object.values(dcmjs.log.getLoggers())]) logger.setLevel('silent', false);
Implementation.setImplementationClassUid(IMPLEMENTATION.classUid);
Implementation.setImplementationVersion(IMPLEMENTATION.versionName);

/** Certificates of a TLS connection, PEM. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Attributes of an identifier by keyword. @source PS3.6 Table 6-1 */
export type Identifier = Readonly<Record<string, string>>;

export interface Performing {
  readonly host: string;
  readonly port: number;
  readonly calledAe: string;
  readonly callingAe: string;
  readonly tls?: TlsMaterial;
  /** Study Root. A move sends to the AE `destination`. @source PS3.4 C.6.2 */
  readonly request: { readonly kind: 'find'; readonly identifier: Identifier } | { readonly kind: 'move'; readonly identifier: Identifier; readonly destination: string };
  /** Seconds without a byte from the peer, also while connecting. */
  readonly silenceSeconds: number;
  /** Seconds for the whole association. */
  readonly limitSeconds: number;
  readonly signal?: AbortSignal;
  /** Each pending answer; 'enough' has the peer told to stop. */
  readonly onPending: (response: DimseResponse) => 'go-on' | 'enough';
  /** Asked when the peer was silent for too long; true waits as long again. */
  readonly isAlive?: () => Promise<boolean>;
}

/** How long a peer may take to obey C-CANCEL or A-RELEASE. */
const OBEY_MS = 3_000;
/** dcmjs-dimse's own time limits must never strike before ours. */
const NEVER_MS = 2_000_000_000;

const requestOf = ({ request }: Performing): InstanceType<typeof requests.CFindRequest> | InstanceType<typeof requests.CMoveRequest> => {
  const made = request.kind === 'find' ? new requests.CFindRequest() : requests.CMoveRequest.createStudyMoveRequest(request.destination, '');
  made.setDataset(new Dataset({ ...request.identifier }, UID.implicitLittleEndian));
  return made;
};

const abandoned = (cause: unknown): ApplianceError => new ApplianceError('ASSOCIATION_ABORTED', 'given up by us', { cause });

/**
 * Performs one request on an association of its own; resolves with the last answer, be it a success or not.
 * @throws {ApplianceError} ASSOCIATION_REJECTED, ASSOCIATION_ABORTED, ASSOCIATION_TIMED_OUT, ASSOCIATION_REFUSED_CONTEXT, ASSOCIATION_PROTOCOL
 * @source PS3.4 C.4.1, C.4.2
 */
export const perform = (options: Performing): Promise<DimseResponse> => new Promise((resolve, reject) => {
  const client = new Client();
  const request = requestOf(options);
  client.addRequest(request);
  let isOver = false;
  let release = (): void => undefined;
  const network = (): ClientInternals['network'] => (client as unknown as ClientInternals).network;

  const over = (): boolean => {
    if (isOver) return true;
    isOver = true;
    clearTimeout(silence);
    clearTimeout(limit);
    options.signal?.removeEventListener('abort', onAbort);
    return false;
  };
  const fail = (error: unknown): void => {
    if (over()) return;
    try { client.abort(); } catch { /* There is no association yet: closing the socket is all. */ }
    network()?.socket.destroySoon();
    setTimeout(() => network()?.socket.destroy(), OBEY_MS).unref();
    reject(error instanceof Error ? error : new ApplianceError('ASSOCIATION_ABORTED', 'the association failed', { cause: error }));
  };
  const finish = (response: DimseResponse): void => {
    if (over()) return;
    release();
    setTimeout(() => network()?.socket.destroy(), OBEY_MS).unref();
    resolve(response);
  };
  /** Tells the peer to stop; when it does not, the association ends with `error`. */
  const stop = (error: ApplianceError): void => {
    try { client.cancel(request); } catch { return fail(error); }
    setTimeout(() => fail(error), OBEY_MS).unref();
  };
  const onAbort = (): void => stop(abandoned(options.signal?.reason));
  const onSilence = async (): Promise<void> => {
    const isAlive = await options.isAlive?.().catch(() => false) ?? false;
    if (isOver) return;
    if (isAlive) silence.refresh();
    else fail(new ApplianceError('ASSOCIATION_TIMED_OUT', 'no answer in time'));
  };
  const silence = setTimeout(() => void onSilence(), options.silenceSeconds * 1000);
  const limit = setTimeout(() => stop(new ApplianceError('ASSOCIATION_TIMED_OUT', 'not done in time')), options.limitSeconds * 1000);

  const tap = createResponseTap(Implementation.getMaxPduLength(), (response) => {
    if (isOver) return;
    if (statusCategory(response.command.status ?? 0) !== 'pending') return finish(response);
    if (options.onPending(response) === 'enough') stop(abandoned('enough'));
  });
  // Messages of dcmjs quote values of the data set: only the code of the system is passed on.
  client.on('networkError', (error: Error) => fail(new ApplianceError('ASSOCIATION_ABORTED', 'connection failed', { details: { reason: /\bE[A-Z]{4,}\b/.exec(error.message)?.[0] ?? 'unknown' } })));
  client.on('closed', () => fail(new ApplianceError('ASSOCIATION_ABORTED', 'connection closed by the other side')));
  client.on('associationAccepted', (association: { getAcceptedPresentationContextFromRequest(of: unknown): unknown }) => {
    if (association.getAcceptedPresentationContextFromRequest(request) === undefined) fail(new ApplianceError('ASSOCIATION_REFUSED_CONTEXT', 'query and retrieve is not accepted'));
  });
  client.send(options.host, options.port, options.callingAe, options.calledAe, {
    connectTimeout: NEVER_MS, associationTimeout: NEVER_MS, pduTimeout: NEVER_MS, ...(options.tls === undefined ? {} : { securityOptions: { ...options.tls } }),
  });
  const opened = network();
  if (opened === undefined) return fail(new ApplianceError('ASSOCIATION_ABORTED', 'no connection could be opened'));
  // dcmjs-dimse would release after the first FF01; only the last answer does.
  release = opened.sendAssociationReleaseRequest.bind(opened);
  opened.sendAssociationReleaseRequest = () => undefined;
  opened.socket.prependListener('data', (chunk: Buffer) => {
    if (isOver) return;
    silence.refresh();
    try { tap(chunk); } catch (error) { fail(error); }
  });
  if (options.signal?.aborted === true) fail(abandoned(options.signal.reason));
  else options.signal?.addEventListener('abort', onAbort, { once: true });
});
