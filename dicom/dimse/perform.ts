/**
 * C-FIND and C-MOVE as user, over dcmjs-dimse: it negotiates, encodes and sends; answers are read by response-tap.ts.
 * Every request ends within its limits, whatever the peer does. Nothing of dcmjs reaches the console: it quotes values.
 */
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import dcmjsDimse from 'dcmjs-dimse';
import { ApplianceError } from '../../infra/errors.ts';
import { connectFailure } from '../association/connect-failure.ts';
import type { ClientTls } from '../association/secure.ts';
import { statusCategory } from '../tables/statuses.ts';
import { TLS_PROFILE } from '../tables/tls-profile.ts';
import { IMPLEMENTATION, UID } from '../tables/uids.ts';
import type { ClientInternals, ClientNetwork, DcmjsInternals } from './client-internals.d.ts';
import { createResponseTap } from './response-tap.ts';
import type { DimseResponse } from './response-tap.ts';

const { Client, Dataset, Implementation, log, requests } = dcmjsDimse;

const dcmjs = createRequire(createRequire(import.meta.url).resolve('dcmjs-dimse'))('dcmjs') as DcmjsInternals;
log.setLevel('silent');
for (const logger of [dcmjs.log, ...Object.values(dcmjs.log.getLoggers())]) logger.setLevel('silent', false);
Implementation.setImplementationClassUid(IMPLEMENTATION.classUid);
Implementation.setImplementationVersion(IMPLEMENTATION.versionName);

/** Attributes of an identifier by keyword. @source PS3.6 Table 6-1 */
export type Identifier = Readonly<Record<string, string>>;

export interface Performing {
  readonly host: string;
  readonly port: number;
  readonly calledAe: string;
  readonly callingAe: string;
  /** Speaks TLS; without it plain. */
  readonly tls?: ClientTls;
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
  /** Called when nothing is left of the association, also when none came about; up to some seconds after the answer. */
  readonly onGone?: () => void;
}

/** How long a peer may take to obey C-CANCEL or A-RELEASE. */
const OBEY_MS = 3_000;
/** dcmjs-dimse's own time limits must never strike before ours. */
const NEVER_MS = 2_000_000_000;

type DimseRequest = InstanceType<typeof requests.CFindRequest> | InstanceType<typeof requests.CMoveRequest>;

const requestOf = ({ request }: Performing): DimseRequest => {
  const made = request.kind === 'find' ? new requests.CFindRequest() : requests.CMoveRequest.createStudyMoveRequest(request.destination, '');
  made.setDataset(new Dataset({ ...request.identifier }, UID.implicitLittleEndian));
  return made;
};

/** Node's verdict on a certificate that is trusted, but for another host. */
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

const secured = ({ ca, cert, key, checksName }: ClientTls): object => ({
  ...TLS_PROFILE, rejectUnauthorized: checksName, ...(ca === undefined ? {} : { ca }), ...(key === undefined || cert === undefined ? {} : { key, cert }),
});

const abandoned = (cause: unknown): ApplianceError => new ApplianceError('ASSOCIATION_ABORTED', 'given up by us', { cause });

/** One request on its association; settles exactly once, and the socket is gone soon after. */
class Performance {
  readonly #options: Performing;
  readonly #settle: { resolve(response: DimseResponse): void; reject(error: unknown): void };
  readonly #client = new Client();
  readonly #request: DimseRequest;
  readonly #silence: NodeJS.Timeout;
  readonly #limit: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#stop(abandoned(this.#options.signal?.reason));
  #isOver = false;
  /** TLS was wanted, and no byte of the peer has come through it. */
  #isShaking: boolean;
  #release = (): void => undefined;

  constructor(options: Performing, settle: { resolve(response: DimseResponse): void; reject(error: unknown): void }) {
    this.#options = options;
    this.#settle = settle;
    this.#request = requestOf(options);
    this.#isShaking = options.tls !== undefined;
    this.#silence = setTimeout(() => void this.#silent(), options.silenceSeconds * 1000);
    this.#limit = setTimeout(() => this.#stop(new ApplianceError('ASSOCIATION_TIMED_OUT', 'not done in time')), options.limitSeconds * 1000);
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#open();
    if (options.signal?.aborted === true) this.#fail(abandoned(options.signal.reason));
  }

  get #network(): ClientInternals['network'] {
    return (this.#client as unknown as ClientInternals).network;
  }

  /** Tells once, when nothing is left of the association. */
  whenGone(tell: () => void): void {
    const socket = this.#network?.socket;
    if (socket === undefined || socket.closed) tell();
    else socket.once('close', tell);
  }

  #open(): void {
    const { host, port, callingAe, calledAe, tls } = this.#options;
    // Messages of dcmjs quote values of the data set: only the code of the system is passed on.
    this.#client.on('networkError', (error: Error) => this.#fail(new ApplianceError('ASSOCIATION_ABORTED', 'connection failed', { details: { reason: /\bE[A-Z]{4,}\b/.exec(error.message)?.[0] ?? 'unknown' } })));
    this.#client.on('closed', () => this.#fail(new ApplianceError(this.#isShaking ? 'ASSOCIATION_TLS_FAILED' : 'ASSOCIATION_ABORTED', 'connection closed by the other side')));
    this.#client.on('associationAccepted', (association: { getAcceptedPresentationContextFromRequest(of: unknown): unknown }) => {
      if (association.getAcceptedPresentationContextFromRequest(this.#request) === undefined) this.#fail(new ApplianceError('ASSOCIATION_REFUSED_CONTEXT', 'query and retrieve is not accepted'));
    });
    this.#client.addRequest(this.#request);
    this.#client.send(host, port, callingAe, calledAe, { connectTimeout: NEVER_MS, associationTimeout: NEVER_MS, pduTimeout: NEVER_MS, ...(tls === undefined ? {} : { securityOptions: secured(tls) }) });
    const network = this.#network;
    if (network === undefined) return this.#fail(new ApplianceError('ASSOCIATION_ABORTED', 'no connection could be opened'));
    // dcmjs-dimse would release after the first FF01; only the last answer does.
    this.#release = network.sendAssociationReleaseRequest.bind(network);
    network.sendAssociationReleaseRequest = () => undefined;
    const tap = createResponseTap(Implementation.getMaxPduLength(), (response) => this.#answered(response));
    network.socket.prependListener('error', (cause) => this.#fail(connectFailure(cause, this.#isShaking)));
    if (tls !== undefined) this.#secure(network.socket, host, tls);
    network.socket.prependListener('data', (chunk: Buffer) => {
      if (this.#isOver) return;
      this.#isShaking = false;
      this.#silence.refresh();
      try { tap(chunk); } catch (error) { this.#fail(error); }
    });
  }

  /** What dcmjs-dimse does not hand on to the socket: the name of the server, and certificates for other names. */
  #secure(socket: ClientNetwork['socket'], host: string, tls: ClientTls): void {
    // Server names are host names only. @source RFC 6066 3
    if (isIP(host) === 0) socket.setServername?.(host);
    if (tls.checksName) return;
    socket.prependListener('secureConnect', () => {
      if (socket.authorized === true || socket.authorizationError === OTHER_NAME) return;
      // Nothing may be sent to it.
      socket.destroy();
      this.#fail(connectFailure({ code: socket.authorizationError }, true));
    });
  }

  #answered(response: DimseResponse): void {
    if (this.#isOver) return;
    if (statusCategory(response.command.status ?? 0) !== 'pending') return this.#finish(response);
    if (this.#options.onPending(response) === 'enough') this.#stop(abandoned('enough'));
  }

  async #silent(): Promise<void> {
    const isAlive = await this.#options.isAlive?.().catch(() => false) ?? false;
    if (this.#isOver) return;
    if (isAlive) this.#silence.refresh();
    else this.#fail(new ApplianceError('ASSOCIATION_TIMED_OUT', 'no answer in time'));
  }

  /** Tells the peer to stop; when it does not, the association ends with `error`. */
  #stop(error: ApplianceError): void {
    try { this.#client.cancel(this.#request); } catch { return this.#fail(error); }
    setTimeout(() => this.#fail(error), OBEY_MS).unref();
  }

  /** False when it was over before. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#limit);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    setTimeout(() => this.#network?.socket.destroy(), OBEY_MS).unref();
    return true;
  }

  #fail(error: unknown): void {
    if (!this.#end()) return;
    try { this.#client.abort(); } catch { /* There is no association yet: closing the socket is all. */ }
    this.#network?.socket.destroySoon();
    this.#settle.reject(error instanceof Error ? error : new ApplianceError('ASSOCIATION_ABORTED', 'the association failed', { cause: error }));
  }

  #finish(response: DimseResponse): void {
    if (!this.#end()) return;
    this.#release();
    this.#settle.resolve(response);
  }
}

/**
 * Performs one request on an association of its own; resolves with the last answer, be it a success or not.
 * @throws {ApplianceError} ASSOCIATION_REJECTED, ASSOCIATION_ABORTED, ASSOCIATION_TIMED_OUT, ASSOCIATION_REFUSED_CONTEXT, ASSOCIATION_PROTOCOL
 * @source PS3.4 C.4.1, C.4.2
 */
export const perform = (options: Performing): Promise<DimseResponse> => new Promise((resolve, reject) => {
  const { onGone = () => undefined } = options;
  let performed: Performance | undefined;
  try {
    performed = new Performance(options, { resolve, reject });
  } finally {
    if (performed === undefined) onGone();
    else performed.whenGone(onGone);
  }
});
