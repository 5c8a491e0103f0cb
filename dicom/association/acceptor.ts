/**
 * One accepted connection from transport to release: state machine, timers, message assembly.
 * Hands requests to services one at a time; everything a peer may do wrong ends in A-ABORT here.
 */
import type { Socket } from 'node:net';
import { IMPLEMENTATION, UID } from '../tables/uids.ts';
import type { Negotiated } from '../negotiation.ts';
import { decodeAssociateRequest, encodeAssociateAccept } from './associate.ts';
import type { AssociateRequest } from './associate.ts';
import { COMMAND, MAX_COMMAND_BYTES, NO_DATA_SET, RESPONSE_BIT, decodeCommand } from './command.ts';
import type { Command } from './command.ts';
import { createExchange } from './exchange.ts';
import type { OwnedExchange } from './exchange.ts';
import { ABORT_REASON, PDU, abortReasonOf, checkRelease, encodeAbort, encodeReject, encodeReleaseResponse, violation } from './pdu.ts';
import { createPduReader } from './pdu-reader.ts';
import type { PduReader, PduSink } from './pdu-reader.ts';
import type { AcceptedContext, AssociationInfo, AssociationSummary, DicomService, EventLog, RequestHandler, ResponseFields } from './service.ts';
import { step } from './state-machine.ts';
import type { Event, State } from './state-machine.ts';
import { acceptTransport } from './transport.ts';
import type { Transport } from './transport.ts';

export interface AcceptorOptions {
  readonly id: string;
  /** Receive buffer, shared by all associations of a node. */
  readonly buffer: Buffer;
  /** Announced maximum length of a P-DATA-TF, in bytes. */
  readonly maxPduBytes: number;
  /** Seconds for the association request, and for the peer to close. */
  readonly artimSeconds: number;
  /** Seconds without a byte from the peer while nothing of ours is running. */
  readonly idleSeconds: number;
  readonly services: readonly DicomService[];
  readonly log: EventLog;
  readonly now: () => Date;
  negotiate(request: AssociateRequest, association: AssociationInfo): Negotiated;
  /** Turns any error into what the response says. */
  failure(error: unknown): ResponseFields;
  ended(summary: AssociationSummary): void;
}

interface Receiving {
  readonly exchange: OwnedExchange;
  readonly handler: RequestHandler | undefined;
  readonly failed: unknown;
}

const PDU_EVENT: Readonly<Partial<Record<number, Event>>> = {
  [PDU.associateRequest]: 'associate-rq', [PDU.associateAccept]: 'associate-ac', [PDU.associateReject]: 'associate-rj', [PDU.data]: 'data',
  [PDU.releaseRequest]: 'release-rq', [PDU.releaseResponse]: 'release-rp', [PDU.abort]: 'abort',
};

/** One association that a peer asked for. @source PS3.8 9.2 */
export class Acceptor implements PduSink {
  readonly #options: AcceptorOptions;
  readonly #transport: Transport;
  readonly #reader: PduReader;
  readonly #startedAt: Date;
  #state: State = 'Sta2';
  #timer: NodeJS.Timeout;
  #info: AssociationInfo;
  #accepted: ReadonlyMap<number, AcceptedContext> = new Map();
  #peerMaxPduBytes = 0;
  #commandParts: Buffer[] = [];
  #commandBytes = 0;
  #commandContextId = 0;
  #receiving: Receiving | undefined;
  #working: OwnedExchange | undefined;
  #waiting: { readonly command: Command; readonly context: AcceptedContext } | undefined;
  #isFlushing = false;
  #isReleaseWanted = false;
  #outcome: AssociationSummary['outcome'] | undefined;
  #reason = '';
  #isReported = false;
  #bytesReceived = 0;
  #requests = 0;
  readonly #statuses: Record<string, number> = {};
  readonly #tallies: Record<string, number> = {};
  #refused: readonly string[] = [];

  constructor(accepted: Socket, options: AcceptorOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#reader = createPduReader(this, options.maxPduBytes);
    this.#timer = setTimeout(() => this.#expired(), options.artimSeconds * 1000);
    this.#info = { id: options.id, callingAe: '', calledAe: '', host: accepted.remoteAddress ?? '', implementationClassUid: '', implementationVersionName: '' };
    this.#transport = acceptTransport(accepted, options.buffer, { received: (chunk) => this.#received(chunk), closed: () => this.#closed() });
  }

  get info(): AssociationInfo {
    return this.#info;
  }

  /** True between acceptance and the end. */
  get isEstablished(): boolean {
    return this.#state === 'Sta6' || this.#state === 'Sta8';
  }

  get isHeld(): boolean {
    return this.#waiting !== undefined || this.#isFlushing || this.#state === 'Sta13' || this.#state === 'Sta1';
  }

  /** Ends the association from our side at once. */
  abort(reason: string): void {
    if (this.#state === 'Sta13' || this.#state === 'Sta1') return this.#transport.destroy();
    this.#abort(0, ABORT_REASON.notSpecified, reason);
  }

  // ---- from the transport

  #received(chunk: Buffer): void {
    this.#bytesReceived += chunk.length;
    if (this.#state === 'Sta13' || this.#state === 'Sta1') return;
    if (this.#working === undefined) this.#timer.refresh();
    this.#read(() => this.#reader.push(chunk));
  }

  #read(go: () => void): void {
    try {
      go();
      this.#flush();
      if (this.isHeld && this.#state !== 'Sta13') this.#transport.pause();
    } catch (error) {
      this.#abort(2, abortReasonOf(error), error instanceof Error ? error.message : 'unreadable PDU');
    }
  }

  #goOn(): void {
    if (this.isHeld || this.#transport.isClosed) return;
    if (this.#reader.keptBytes > 0) this.#read(() => this.#reader.resume());
    if (!this.isHeld) this.#transport.resume();
  }

  #flush(): void {
    const receiving = this.#receiving;
    if (receiving?.handler === undefined || receiving.failed !== undefined) return;
    let pending: void | Promise<void>;
    try {
      pending = receiving.handler.flush();
    } catch (error) {
      return this.#failReceiving(error);
    }
    if (pending === undefined) return;
    this.#isFlushing = true;
    pending.then(
      () => this.#flushed(),
      (error: unknown) => {
        this.#failReceiving(error);
        this.#flushed();
      },
    );
  }

  #flushed(): void {
    this.#isFlushing = false;
    this.#timer.refresh();
    this.#goOn();
  }

  #closed(): void {
    this.#finish(this.#outcome ?? 'lost', this.#reason);
  }

  #expired(): void {
    if (this.#state === 'Sta2' || this.#state === 'Sta13') {
      this.#outcome ??= 'lost';
      this.#transport.destroy();
    } else if (this.#working === undefined && !this.#isFlushing) {
      this.#abort(0, ABORT_REASON.notSpecified, 'idle too long');
    }
  }

  #arm(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#expired(), seconds * 1000);
  }

  // ---- from the reader

  begin(type: number): void {
    const event = PDU_EVENT[type] ?? 'invalid-pdu';
    const transition = step(this.#state, event, true);
    if (event === 'invalid-pdu') throw violation(`PDU type ${type}`, ABORT_REASON.unrecognizedPdu);
    if (transition === undefined || transition.next === 'Sta13') throw violation(`${event} in ${this.#state}`, ABORT_REASON.unexpectedPdu);
  }

  body(type: number, body: Buffer): void {
    if (type === PDU.associateRequest) return this.#associate(decodeAssociateRequest(body));
    checkRelease(body);
    if (type === PDU.releaseRequest) return this.#release();
    // Only A-ABORT is left: begin() let nothing else through.
    this.#finish('aborted-by-peer', '');
    this.#transport.destroy();
  }

  fragment(contextId: number, control: number, chunk: Buffer, isEnd: boolean): void {
    const context = this.#accepted.get(contextId);
    if (context === undefined) throw violation('presentation context that was not accepted', ABORT_REASON.invalidParameter);
    const isLast = isEnd && (control & 2) !== 0;
    if ((control & 1) !== 0) this.#commandFragment(context, chunk, isLast);
    else this.#dataFragment(context, chunk, isLast);
  }

  #commandFragment(context: AcceptedContext, chunk: Buffer, isLast: boolean): void {
    if (this.#receiving !== undefined) throw violation('command within a data set', ABORT_REASON.unexpectedParameter);
    if (this.#commandBytes > 0 && this.#commandContextId !== context.id) throw violation('command over two presentation contexts', ABORT_REASON.invalidParameter);
    this.#commandBytes += chunk.length;
    if (this.#commandBytes > MAX_COMMAND_BYTES) throw violation('command set too long', ABORT_REASON.invalidParameter);
    this.#commandContextId = context.id;
    this.#commandParts.push(isLast ? chunk : Buffer.from(chunk));
    if (!isLast) return;
    const bytes = this.#commandParts.length === 1 ? chunk : Buffer.concat(this.#commandParts);
    this.#commandParts = [];
    this.#commandBytes = 0;
    this.#command(decodeCommand(bytes), context);
  }

  #dataFragment(context: AcceptedContext, chunk: Buffer, isLast: boolean): void {
    const receiving = this.#receiving;
    if (receiving === undefined) throw violation('data set without a command', ABORT_REASON.unexpectedParameter);
    if (receiving.exchange.context.id !== context.id) throw violation('data set in another presentation context', ABORT_REASON.invalidParameter);
    if (receiving.handler !== undefined && receiving.failed === undefined && chunk.length > 0) {
      try {
        receiving.handler.data(chunk);
      } catch (error) {
        this.#failReceiving(error);
      }
    }
    if (!isLast) return;
    const done = this.#receiving ?? receiving;
    this.#receiving = undefined;
    void this.#work(done);
  }

  // ---- association

  #associate(request: AssociateRequest): void {
    const { id, host } = this.#info;
    const { implementationClassUid, implementationVersionName, maxPduBytes } = request.user;
    this.#info = { id, host, callingAe: request.callingAe, calledAe: request.calledAe, implementationClassUid, implementationVersionName };
    this.#state = 'Sta3';
    const answer = this.#options.negotiate(request, this.#info);
    if (answer.kind === 'reject') {
      this.#outcome = 'rejected';
      this.#reason = answer.reason;
      this.#options.log.warn('association.rejected', { associationId: id, callingAe: request.callingAe, calledAe: request.calledAe, host, reason: answer.reason });
      this.#transport.write(encodeReject(answer.rejection));
      return this.#close();
    }
    this.#accepted = answer.accepted;
    this.#peerMaxPduBytes = maxPduBytes;
    this.#refused = [...new Set(answer.refused.map((refused) => refused.abstractSyntax))];
    const user = {
      maxPduBytes: this.#options.maxPduBytes, implementationClassUid: IMPLEMENTATION.classUid, implementationVersionName: IMPLEMENTATION.versionName, roles: answer.roles,
      // One operation at a time, whatever the peer would like. @source PS3.7 D.3.3.3
      ...(request.user.asyncWindow === undefined ? {} : { asyncWindow: { invoked: 1, performed: 1 } }),
    };
    this.#transport.write(encodeAssociateAccept({ protocolVersion: 1, calledAe: request.calledAe, callingAe: request.callingAe, applicationContext: UID.applicationContext, contexts: answer.results, user }));
    this.#state = 'Sta6';
    this.#arm(this.#options.idleSeconds);
    this.#options.log.info('association.accepted', { associationId: id, callingAe: request.callingAe, host, contexts: answer.accepted.size, refusedContexts: answer.refused.length });
  }

  #release(): void {
    this.#state = 'Sta8';
    this.#dropReceiving();
    this.#isReleaseWanted = true;
    if (this.#working === undefined) this.#answerRelease();
  }

  #answerRelease(): void {
    this.#outcome = 'released';
    this.#transport.write(encodeReleaseResponse());
    this.#close();
  }

  #abort(source: 0 | 2, reason: number, what: string): void {
    if (this.#state === 'Sta13' || this.#state === 'Sta1') return;
    this.#outcome = 'aborted-by-us';
    this.#reason = what;
    this.#options.log.warn('association.aborted', { associationId: this.#info.id, callingAe: this.#info.callingAe, host: this.#info.host, reason: what });
    this.#transport.write(encodeAbort(source, reason));
    this.#close();
  }

  /** Our last PDU is out: the peer has ARTIM seconds to close. */
  #close(): void {
    this.#state = 'Sta13';
    this.#dropReceiving();
    this.#waiting = undefined;
    this.#working?.end('ended');
    this.#arm(this.#options.artimSeconds);
    this.#transport.end();
  }

  #dropReceiving(): void {
    const receiving = this.#receiving;
    this.#receiving = undefined;
    receiving?.exchange.end('ended');
    if (receiving?.failed === undefined) receiving?.handler?.abort();
  }

  #finish(outcome: AssociationSummary['outcome'], reason: string): void {
    this.#state = 'Sta1';
    this.#outcome ??= outcome;
    this.#reason = reason;
    clearTimeout(this.#timer);
    this.#dropReceiving();
    this.#waiting = undefined;
    this.#working?.end('ended');
    if (this.#working === undefined) this.#report();
  }

  /** Once, when the connection is gone and nothing of ours runs any more. */
  #report(): void {
    if (this.#isReported) return;
    this.#isReported = true;
    this.#options.ended({
      ...this.#info, startedAt: this.#startedAt, endedAt: this.#options.now(), outcome: this.#outcome ?? 'lost', reason: this.#reason, bytesReceived: this.#bytesReceived,
      requests: this.#requests, statuses: this.#statuses, tallies: this.#tallies, refusedSopClasses: this.#refused,
    });
  }

  // ---- messages

  #command(command: Command, context: AcceptedContext): void {
    if (command.commandField === COMMAND.cancelRequest) {
      if (this.#working?.command.messageId === command.messageIdRespondedTo) this.#working?.end('cancelled');
      return;
    }
    if ((command.commandField & RESPONSE_BIT) !== 0) throw violation('response to nothing', ABORT_REASON.unexpectedParameter);
    // A peer that does not wait for its answer waits in its socket instead of in our memory.
    if (this.#working !== undefined) this.#waiting = { command, context };
    else this.#start(command, context);
  }

  #start(command: Command, context: AcceptedContext): void {
    this.#requests += 1;
    const exchange = createExchange({
      command, context, association: this.#info, peerMaxPduBytes: this.#peerMaxPduBytes, transport: this.#transport,
      tally: (what, count) => { this.#tallies[what] = (this.#tallies[what] ?? 0) + count; },
      answered: (status) => { const hex = status.toString(16).padStart(4, '0'); this.#statuses[hex] = (this.#statuses[hex] ?? 0) + 1; },
    });
    let receiving: Receiving;
    try {
      const service = this.#options.services.find((candidate) => candidate.commandFields.includes(command.commandField) && candidate.transferSyntaxes(context.abstractSyntax) !== undefined);
      if (service === undefined) throw violation('command that this presentation context does not know', ABORT_REASON.unexpectedParameter);
      receiving = { exchange, handler: service.open(exchange), failed: undefined };
    } catch (error) {
      receiving = { exchange, handler: undefined, failed: error };
    }
    if (command.dataSetType === NO_DATA_SET) void this.#work(receiving);
    else this.#receiving = receiving;
  }

  #failReceiving(error: unknown): void {
    const receiving = this.#receiving;
    if (receiving === undefined) return;
    receiving.handler?.abort();
    this.#receiving = { exchange: receiving.exchange, handler: undefined, failed: error };
  }

  async #work(receiving: Receiving): Promise<void> {
    const { exchange, handler, failed } = receiving;
    this.#working = exchange;
    try {
      if (handler === undefined) throw failed;
      await handler.complete();
      if (!exchange.isAnswered) throw new TypeError('request left unanswered');
    } catch (error) {
      if (!exchange.isAnswered && !this.#transport.isClosed) await exchange.respond(this.#options.failure(error));
    }
    this.#working = undefined;
    this.#next();
  }

  #next(): void {
    if (this.#state === 'Sta1') return this.#report();
    this.#timer.refresh();
    if (this.#isReleaseWanted && this.#state === 'Sta8') return this.#answerRelease();
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.#start(waiting.command, waiting.context);
    this.#goOn();
  }
}
