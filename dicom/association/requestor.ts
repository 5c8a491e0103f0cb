/**
 * The requesting side of an association: connect, negotiate, send one request at a time, release.
 * Takes no requests from the peer.
 */
import { connect } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ApplianceError } from '../../infra/errors.ts';
import { IMPLEMENTATION, UID } from '../tables/uids.ts';
import { connectFailure } from './connect-failure.ts';
import { decodeAssociateAccept, encodeAssociateRequest } from './associate.ts';
import type { AssociateAccept, ProposedContext, RoleSelection } from './associate.ts';
import { MAX_COMMAND_BYTES, NO_DATA_SET, RESPONSE_BIT, decodeCommand, encodeCommand } from './command.ts';
import type { Command } from './command.ts';
import { OWN_SEND_LIMIT_BYTES } from './exchange.ts';
import { ABORT_REASON, PDU, abortReasonOf, checkRelease, decodeAbort, decodeReject, encodeAbort, encodeFragments, encodeReleaseRequest, encodeReleaseResponse, fragmentCapacity, violation } from './pdu.ts';
import { createPduReader } from './pdu-reader.ts';
import type { PduReader, PduSink } from './pdu-reader.ts';
import { connectSecure } from './secure.ts';
import type { ClientTls } from './secure.ts';
import type { RequestChannel, Response } from './request-channel.ts';
import type { AcceptedContext } from './service.ts';
import { step } from './state-machine.ts';
import type { Event, State } from './state-machine.ts';
import { connectTransport } from './transport.ts';
import type { Transport } from './transport.ts';

export interface RequestorOptions {
  readonly host: string;
  readonly port: number;
  readonly calledAe: string;
  readonly callingAe: string;
  /** Speaks TLS; without it plain. */
  readonly tls?: ClientTls;
  /** At most 128, with odd ids. */
  readonly contexts: readonly ProposedContext[];
  readonly roles?: readonly RoleSelection[];
  /** Seconds to connect, to negotiate, and without a byte while an answer is awaited. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/** Longest P-DATA-TF we take, in bytes. */
const MAX_PDU_BYTES = 262_144;
/** Longest data set of a response, in bytes; identifiers and attribute lists are small. */
const MAX_RESPONSE_BYTES = 16_777_216;

const PDU_EVENT: Readonly<Partial<Record<number, Event>>> = {
  [PDU.associateRequest]: 'associate-rq', [PDU.associateAccept]: 'associate-ac', [PDU.associateReject]: 'associate-rj', [PDU.data]: 'data',
  [PDU.releaseRequest]: 'release-rq', [PDU.releaseResponse]: 'release-rp', [PDU.abort]: 'abort',
};

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/** One association that we asked for. Any error ends it. @source PS3.8 9.2 */
export class Requestor implements PduSink, RequestChannel {
  readonly #options: RequestorOptions;
  readonly #transport: Transport;
  readonly #reader: PduReader;
  #state: State = 'Sta4';
  #timer: NodeJS.Timeout;
  #error: Error | undefined;
  #waiter: Waiter | undefined;
  #accepted = new Map<number, AcceptedContext>();
  #roles: readonly RoleSelection[] = [];
  #capacity = 0;
  #parts: Buffer[] = [];
  #partBytes = 0;
  #partsAre: 'command' | 'data' = 'command';
  #command: Command | undefined;
  readonly #responses: Response[] = [];
  #messageId = 0;
  readonly #onAbort = (): void => this.#fail(new ApplianceError('ASSOCIATION_ABORTED', 'given up by us', { cause: this.#options.signal?.reason }), 0);
  readonly isHeld = false;

  private constructor(options: RequestorOptions) {
    this.#options = options;
    this.#reader = createPduReader(this, MAX_PDU_BYTES);
    this.#timer = setTimeout(() => this.#fail(new ApplianceError('ASSOCIATION_TIMED_OUT', 'no answer in time'), 0), options.timeoutSeconds * 1000);
    const socket = options.tls === undefined ? connect({ host: options.host, port: options.port }) : connectSecure(options.host, options.port, options.tls);
    socket.on('error', (cause) => this.#fail(connectFailure(cause, options.tls !== undefined && this.#isUnanswered)));
    socket.on(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => this.#request());
    this.#transport = connectTransport(socket, { received: (chunk) => this.#received(chunk), closed: () => this.#closed() });
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal?.aborted === true) this.#onAbort();
  }

  /**
   * Opens an association.
   * @throws {ApplianceError} ASSOCIATION_REJECTED, ASSOCIATION_ABORTED, ASSOCIATION_TIMED_OUT, ASSOCIATION_PROTOCOL
   */
  static async open(options: RequestorOptions): Promise<Requestor> {
    const requestor = new Requestor(options);
    await requestor.#until(() => requestor.#state === 'Sta6');
    return requestor;
  }

  /** Accepted presentation contexts by id. */
  get accepted(): ReadonlyMap<number, AcceptedContext> {
    return this.#accepted;
  }

  /** Role selections the peer answered; without one the default roles hold. @source PS3.7 D.3.3.4 */
  get roles(): readonly RoleSelection[] {
    return this.#roles;
  }

  /** Bytes of data in one P-DATA-TF to this peer. */
  get capacity(): number {
    return this.#capacity;
  }

  get transport(): Transport {
    return this.#transport;
  }

  /** The error that ended the association, if one did. */
  get error(): unknown {
    return this.#error;
  }

  /** The accepted context for a SOP class, in a given transfer syntax when one is named. */
  contextFor(abstractSyntax: string, transferSyntax?: string): AcceptedContext | undefined {
    for (const context of this.#accepted.values()) {
      if (context.abstractSyntax === abstractSyntax && (transferSyntax === undefined || context.transferSyntax === transferSyntax)) return context;
    }
    return undefined;
  }

  /** Writes a request; its data set, if any, is written by the caller or given here. Answers its message id. */
  send(contextId: number, command: Omit<Command, 'messageId' | 'dataSetType'>, dataSet: Buffer | 'follows' | 'none'): number {
    this.#check();
    this.#messageId = (this.#messageId % 65_535) + 1;
    const bytes = encodeCommand({ ...command, messageId: this.#messageId, dataSetType: dataSet === 'none' ? NO_DATA_SET : 1 });
    this.#transport.write(encodeFragments(contextId, 'command', bytes, this.#capacity));
    if (dataSet instanceof Buffer) this.#transport.write(encodeFragments(contextId, 'data', dataSet, this.#capacity));
    this.#timer.refresh();
    return this.#messageId;
  }

  /** Asks the peer to stop answering a request. @source PS3.7 9.3.2.3 */
  cancel(contextId: number, messageId: number): void {
    this.#check();
    this.#transport.write(encodeFragments(contextId, 'command', encodeCommand({ commandField: 0x0fff, messageIdRespondedTo: messageId, dataSetType: NO_DATA_SET }), this.#capacity));
  }

  /** Resolves when the socket has room again; the timeout runs while it waits. @throws what ended the association */
  async drained(): Promise<void> {
    await this.#transport.drained();
    this.#check();
    this.#timer.refresh();
  }

  /** The next response; each arrived byte starts the timeout anew. @throws what ended the association */
  async response(): Promise<Response> {
    this.#timer.refresh();
    await this.#until(() => this.#responses.length > 0);
    const response = this.#responses.shift();
    if (response === undefined) throw new TypeError('response taken twice');
    return response;
  }

  /** Releases, and waits for the peer's word. Never throws: everything was answered before. */
  async release(): Promise<void> {
    if (this.#state !== 'Sta6') return;
    this.#state = 'Sta7';
    this.#transport.write(encodeReleaseRequest());
    this.#timer.refresh();
    await this.#until(() => this.#state === 'Sta1').catch(() => undefined);
    this.#end();
  }

  /** Ends the association at once. */
  abort(): void {
    this.#fail(new ApplianceError('ASSOCIATION_ABORTED', 'given up by us'), 0);
  }

  // ---- from the transport

  #request(): void {
    this.#state = 'Sta5';
    const { calledAe, callingAe, contexts, roles } = this.#options;
    const user = { maxPduBytes: MAX_PDU_BYTES, implementationClassUid: IMPLEMENTATION.classUid, implementationVersionName: IMPLEMENTATION.versionName, roles: roles ?? [] };
    this.#transport.write(encodeAssociateRequest({ protocolVersion: 1, calledAe, callingAe, applicationContext: UID.applicationContext, contexts, user }));
  }

  /** TLS 1.3 peers refuse our certificate only after we believe that all is well. @source RFC 8446 4.4.2.4 */
  get #isUnanswered(): boolean {
    return this.#state === 'Sta4' || this.#state === 'Sta5';
  }

  #received(chunk: Buffer): void {
    if (this.#error !== undefined || this.#state === 'Sta1') return;
    this.#timer.refresh();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#fail(error, 2);
    }
  }

  #closed(): void {
    if (this.#state === 'Sta1') return;
    const isRefusal = this.#options.tls !== undefined && this.#isUnanswered;
    this.#fail(new ApplianceError(isRefusal ? 'ASSOCIATION_TLS_FAILED' : 'ASSOCIATION_ABORTED', 'connection closed by the other side', { details: { reason: 'closed' } }));
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  #until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) return reject(this.#error);
      if (isDone()) return resolve();
      this.#waiter = { resolve: () => { if (isDone()) { this.#waiter = undefined; resolve(); } }, reject };
    });
  }

  /** `abortSource` given: the peer is told by A-ABORT. */
  #fail(error: unknown, abortSource?: 0 | 2): void {
    if (this.#error !== undefined || this.#state === 'Sta1') return;
    this.#error = error instanceof Error ? error : new ApplianceError('ASSOCIATION_ABORTED', 'the association failed', { cause: error });
    const isOpen = this.#state !== 'Sta4';
    if (abortSource !== undefined && isOpen) {
      this.#transport.write(encodeAbort(abortSource, abortReasonOf(error)));
      this.#transport.end();
    }
    this.#end(abortSource !== undefined && isOpen ? 1000 : 0);
    this.#waiter?.reject(error);
  }

  #end(graceMs = 0): void {
    this.#state = 'Sta1';
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    if (graceMs === 0) return this.#transport.destroy();
    // The abort PDU needs a moment to leave.
    setTimeout(() => this.#transport.destroy(), graceMs).unref();
  }

  // ---- from the reader

  begin(type: number): void {
    const event = PDU_EVENT[type] ?? 'invalid-pdu';
    if (event === 'invalid-pdu') throw violation(`PDU type ${type}`, ABORT_REASON.unrecognizedPdu);
    const transition = step(this.#state, event, false);
    if (transition === undefined || transition.next === 'Sta13') throw violation(`${event} in ${this.#state}`, ABORT_REASON.unexpectedPdu);
  }

  body(type: number, body: Buffer): void {
    if (type === PDU.associateAccept) return this.#acceptedBy(decodeAssociateAccept(body));
    if (type === PDU.associateReject) {
      const { result, source, reason } = decodeReject(body);
      return this.#fail(new ApplianceError('ASSOCIATION_REJECTED', `result ${result}, source ${source}, reason ${reason}`, { details: { result, source, reason } }));
    }
    if (type === PDU.abort) {
      const { source, reason } = decodeAbort(body);
      return this.#fail(new ApplianceError('ASSOCIATION_ABORTED', `aborted by the other side, source ${source}, reason ${reason}`, { details: { source, reason } }));
    }
    checkRelease(body);
    if (type === PDU.releaseResponse) {
      this.#state = 'Sta1';
      return this.#waiter?.resolve();
    }
    this.#releaseAsked();
  }

  /** The peer wants to go: we answer, and what is still awaited fails. @source PS3.8 9.2.3 (AR-2, AR-8) */
  #releaseAsked(): void {
    this.#transport.write(encodeReleaseResponse());
    if (this.#state === 'Sta7') return;
    this.#transport.end();
    this.#fail(new ApplianceError('ASSOCIATION_ABORTED', 'released by the other side'));
  }

  #acceptedBy(accept: AssociateAccept): void {
    const proposed = new Map(this.#options.contexts.map((context) => [context.id, context.abstractSyntax]));
    for (const { id, result, transferSyntax } of accept.contexts) {
      const abstractSyntax = proposed.get(id);
      if (result === 0 && abstractSyntax !== undefined) this.#accepted.set(id, { id, abstractSyntax, transferSyntax });
    }
    this.#roles = accept.user.roles;
    this.#capacity = fragmentCapacity(accept.user.maxPduBytes, OWN_SEND_LIMIT_BYTES);
    this.#state = 'Sta6';
    this.#waiter?.resolve();
  }

  fragment(contextId: number, control: number, chunk: Buffer, isEnd: boolean): void {
    if (!this.#accepted.has(contextId)) throw violation('presentation context that was not accepted', ABORT_REASON.invalidParameter);
    const kind = (control & 1) !== 0 ? 'command' : 'data';
    const expected = this.#command === undefined ? 'command' : 'data';
    if (kind !== expected) throw violation(`${kind} where ${expected} belongs`, ABORT_REASON.unexpectedParameter);
    this.#partsAre = kind;
    this.#partBytes += chunk.length;
    if (this.#partBytes > (kind === 'command' ? MAX_COMMAND_BYTES : MAX_RESPONSE_BYTES)) throw violation('response too long', ABORT_REASON.invalidParameter);
    this.#parts.push(Buffer.from(chunk));
    if (!isEnd || (control & 2) === 0) return;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partBytes = 0;
    this.#message(bytes);
  }

  #message(bytes: Buffer): void {
    if (this.#partsAre === 'data') {
      const command = this.#command;
      this.#command = undefined;
      if (command !== undefined) this.#respond({ command, dataSet: bytes });
      return;
    }
    const command = decodeCommand(bytes);
    if ((command.commandField & RESPONSE_BIT) === 0) throw violation('request to an SCU', ABORT_REASON.unexpectedParameter);
    if (command.dataSetType === NO_DATA_SET) this.#respond({ command });
    else this.#command = command;
  }

  #respond(response: Response): void {
    this.#responses.push(response);
    this.#waiter?.resolve();
  }
}
