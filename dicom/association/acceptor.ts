/**
 * One accepted connection from transport to release: state machine, timers, summary.
 * Everything a peer may do wrong ends in A-ABORT here.
 */
import type { Socket } from 'node:net';
import { ApplianceError } from '../../infra/errors.ts';
import { IMPLEMENTATION, UID } from '../tables/uids.ts';
import type { Negotiated } from '../negotiation.ts';
import { decodeAssociateRequest, encodeAssociateAccept } from './associate.ts';
import type { AssociateRequest } from './associate.ts';
import { encodeCommand } from './command.ts';
import type { Command } from './command.ts';
import { OWN_SEND_LIMIT_BYTES, createExchange } from './exchange.ts';
import type { OwnedExchange } from './exchange.ts';
import { ABORT_REASON, PDU, abortReasonOf, checkRelease, encodeAbort, encodeFragments, encodeReject, encodeReleaseResponse, fragmentCapacity, violation } from './pdu.ts';
import { createPduReader } from './pdu-reader.ts';
import type { PduReader, PduSink } from './pdu-reader.ts';
import { Requests } from './requests.ts';
import type { AcceptedContext, AssociationInfo, AssociationSummary, DicomService, EventLog, ResponseFields } from './service.ts';
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
  /** A promise where something must be looked up first; the peer waits for its answer, at most until ARTIM runs out. */
  negotiate(request: AssociateRequest, association: AssociationInfo): Negotiated | Promise<Negotiated>;
  /** Turns any error into what the response says. */
  failure(error: unknown): ResponseFields;
  ended(summary: AssociationSummary): void;
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
  readonly #requests: Requests;
  readonly #startedAt: Date;
  #state: State = 'Sta2';
  #timer: NodeJS.Timeout;
  #info: AssociationInfo;
  #accepted: ReadonlyMap<number, AcceptedContext> = new Map();
  #peerScpContexts: readonly AcceptedContext[] = [];
  #peerMaxPduBytes = 0;
  #outcome: AssociationSummary['outcome'] | undefined;
  #reason = '';
  #isReported = false;
  #bytesReceived = 0;
  #requestCount = 0;
  #ownMessageId = 0;
  readonly #statuses: Record<string, number> = {};
  readonly #tallies: Record<string, number> = {};
  #refused: readonly string[] = [];

  constructor(accepted: Socket, options: AcceptorOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#reader = createPduReader(this, options.maxPduBytes);
    this.#requests = new Requests({
      services: options.services, failure: (error) => options.failure(error), settled: () => this.#settled(),
      exchange: (command, context) => this.#exchange(command, context),
    });
    this.#timer = setTimeout(() => this.#expired(), options.artimSeconds * 1000);
    this.#info = { id: options.id, callingAe: '', calledAe: '', host: accepted.remoteAddress ?? '', implementationClassUid: '', implementationVersionName: '' };
    this.#transport = acceptTransport(accepted, { buffer: options.buffer, stallSeconds: options.idleSeconds }, { received: (chunk) => this.#received(chunk), closed: () => this.#closed() });
  }

  get info(): AssociationInfo {
    return this.#info;
  }

  /** True between acceptance and the end. */
  get isEstablished(): boolean {
    return this.#state === 'Sta6' || this.#state === 'Sta8';
  }

  /** True before the association request and behind our last PDU: nothing of anyone is lost with the connection. */
  get isDispensable(): boolean {
    return this.#state === 'Sta2' || this.#state === 'Sta13';
  }

  get isHeld(): boolean {
    return this.#requests.isHeld || this.#state === 'Sta13' || this.#state === 'Sta1';
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.#outcome ??= 'lost';
    this.#transport.destroy();
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
    // The time for the association request does not begin anew with each of its bytes. @source PS3.8 9.1.5
    if (this.isEstablished && !this.#requests.isWorking) this.#timer.refresh();
    this.#read(() => this.#reader.push(chunk));
  }

  #read(go: () => void): void {
    try {
      go();
      this.#requests.flush();
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

  #closed(): void {
    this.#finish(this.#outcome ?? 'lost', this.#reason);
  }

  #expired(): void {
    if (this.isDispensable) this.drop();
    else if (!this.#requests.isWorking) this.#abort(0, ABORT_REASON.notSpecified, 'idle too long');
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
    this.#requests.fragment(context, control, chunk, isEnd);
  }

  // ---- association

  #associate(request: AssociateRequest): void {
    const { id, host } = this.#info;
    const { implementationClassUid, implementationVersionName } = request.user;
    this.#info = { id, host, callingAe: request.callingAe, calledAe: request.calledAe, implementationClassUid, implementationVersionName };
    this.#state = 'Sta3';
    const answer = this.#options.negotiate(request, this.#info);
    if (!(answer instanceof Promise)) return this.#answer(request, answer);
    answer.then((late) => { if (this.#state === 'Sta3') this.#answer(request, late); }, () => this.#abort(0, ABORT_REASON.notSpecified, 'the association could not be negotiated'));
  }

  #answer(request: AssociateRequest, answer: Negotiated): void {
    const { id, host } = this.#info;
    if (answer.kind === 'reject') {
      this.#outcome = 'rejected';
      this.#reason = answer.reason;
      this.#options.log.warn('association.rejected', { associationId: id, callingAe: request.callingAe, calledAe: request.calledAe, host, reason: answer.reason });
      this.#transport.write(encodeReject(answer.rejection));
      return this.#close();
    }
    this.#info = { ...this.#info, ...(answer.flags === undefined ? {} : { extended: answer.flags }), ...(answer.user === undefined ? {} : { user: answer.user }) };
    this.#accepted = answer.accepted;
    const peerIsScp = new Set(answer.roles.filter((role) => role.scpRole).map((role) => role.sopClassUid));
    this.#peerScpContexts = [...answer.accepted.values()].filter((context) => peerIsScp.has(context.abstractSyntax));
    this.#peerMaxPduBytes = request.user.maxPduBytes;
    this.#refused = [...new Set(answer.refused.map((refused) => refused.abstractSyntax))];
    const user = {
      maxPduBytes: this.#options.maxPduBytes, implementationClassUid: IMPLEMENTATION.classUid, implementationVersionName: IMPLEMENTATION.versionName, roles: answer.roles,
      // One operation at a time, whatever the peer would like. @source PS3.7 D.3.3.3
      ...(request.user.asyncWindow === undefined ? {} : { asyncWindow: { invoked: 1, performed: 1 } }),
      ...(answer.extended.length === 0 ? {} : { extended: answer.extended }), ...(answer.identityResponse === undefined ? {} : { identityResponse: answer.identityResponse }),
    };
    this.#transport.write(encodeAssociateAccept({ protocolVersion: 1, calledAe: request.calledAe, callingAe: request.callingAe, applicationContext: UID.applicationContext, contexts: answer.results, user }));
    this.#state = 'Sta6';
    this.#arm(this.#options.idleSeconds);
    this.#options.log.info('association.accepted', { associationId: id, callingAe: request.callingAe, host, contexts: answer.accepted.size, refusedContexts: answer.refused.length });
  }

  #release(): void {
    this.#state = 'Sta8';
    this.#requests.drop();
    if (!this.#requests.isWorking) this.#answerRelease();
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
    this.#requests.end();
    this.#arm(this.#options.artimSeconds);
    this.#transport.end();
  }

  #finish(outcome: AssociationSummary['outcome'], reason: string): void {
    this.#state = 'Sta1';
    this.#outcome ??= outcome;
    this.#reason = reason;
    clearTimeout(this.#timer);
    this.#requests.end();
    if (!this.#requests.isWorking) this.#report();
  }

  /** Once, when the connection is gone and nothing of ours runs any more. */
  #report(): void {
    if (this.#isReported) return;
    this.#isReported = true;
    this.#options.ended({
      ...this.#info, startedAt: this.#startedAt, endedAt: this.#options.now(), outcome: this.#outcome ?? 'lost', reason: this.#reason, bytesReceived: this.#bytesReceived,
      requests: this.#requestCount, statuses: this.#statuses, tallies: this.#tallies, refusedSopClasses: this.#refused,
    });
  }

  // ---- from the requests

  #exchange(command: Command, context: AcceptedContext): OwnedExchange {
    this.#requestCount += 1;
    return createExchange({
      command, context, association: this.#info, peerMaxPduBytes: this.#peerMaxPduBytes, transport: this.#transport,
      peerScpContexts: this.#peerScpContexts, answerSeconds: this.#options.idleSeconds, abort: (reason) => this.abort(reason), nextMessageId: () => this.#nextMessageId(),
      ask: (request, dataSet) => this.#ask(context.id, request, dataSet),
      tally: (what, count) => { this.#tallies[what] = (this.#tallies[what] ?? 0) + count; },
      answered: (status) => { const hex = status.toString(16).padStart(4, '0'); this.#statuses[hex] = (this.#statuses[hex] ?? 0) + 1; },
    });
  }

  #nextMessageId(): number {
    this.#ownMessageId = (this.#ownMessageId % 65_535) + 1;
    return this.#ownMessageId;
  }

  /** Our own request to the peer; its response comes as any other command. @source PS3.7 10.3.1 */
  #ask(contextId: number, request: Omit<Command, 'messageId' | 'dataSetType'>, dataSet: Buffer): Promise<Command> {
    if (this.#state !== 'Sta6') return Promise.reject(new ApplianceError('ASSOCIATION_ABORTED', 'the association is over'));
    // A data set of a sub-operation may be half written.
    if (this.#requests.isAsking) return Promise.reject(new ApplianceError('ASSOCIATION_ABORTED', 'the association is busy with sub-operations'));
    const messageId = this.#nextMessageId();
    const capacity = fragmentCapacity(this.#peerMaxPduBytes, OWN_SEND_LIMIT_BYTES);
    const answer = this.#requests.expect(messageId);
    this.#transport.write(encodeFragments(contextId, 'command', encodeCommand({ ...request, messageId, dataSetType: 1 }), capacity));
    this.#transport.write(encodeFragments(contextId, 'data', dataSet, capacity));
    return answer;
  }

  #settled(): void {
    if (this.#requests.isWorking) return this.#goOn();
    if (this.#state === 'Sta1') return this.#report();
    this.#timer.refresh();
    if (this.#state === 'Sta8') this.#answerRelease();
    else this.#goOn();
  }
}
