/**
 * Our own AE: listens, hands each connection to an acceptor, counts, closes gently.
 * The one place where an error becomes a DIMSE status.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { ApplianceError } from '../infra/errors.ts';
import { Acceptor } from './association/acceptor.ts';
import type { AssociateRequest } from './association/associate.ts';
import type { AssociationInfo, AssociationSummary, DicomService, EventLog, ResponseFields } from './association/service.ts';
import type { CallerPolicy } from './caller-policy.ts';
import type { ExtendedCapabilities } from './extended-negotiation.ts';
import { errorComment } from './error-comment.ts';
import { listenPlain, listenTls } from './listeners.ts';
import type { Listener, TlsListening } from './listeners.ts';
import { REJECTIONS, negotiate } from './negotiation.ts';
import type { Negotiated, RefusedContext } from './negotiation.ts';
import { STATUS } from './tables/statuses.ts';
import type { IdentityVerdict, UserCheck } from './user-identity.ts';

export interface NodeLimits {
  readonly associations: number;
  readonly associationsPerCallingAe: number;
  /** Announced maximum length of a P-DATA-TF, in bytes. */
  readonly maxPduBytes: number;
  readonly artimSeconds: number;
  /** Seconds without a byte while nothing of ours is running. */
  readonly idleSeconds: number;
  /** Receive buffer, shared by all associations, in bytes. */
  readonly receiveBufferBytes: number;
}

/** Used where nothing else is said. */
export const DEFAULT_LIMITS: NodeLimits = { associations: 64, associationsPerCallingAe: 32, maxPduBytes: 262_144, artimSeconds: 30, idleSeconds: 300, receiveBufferBytes: 1_048_576 };

export interface DicomNodeOptions {
  readonly aeTitle: string;
  /** Further called AE titles that are answered; '*' answers all. */
  readonly alsoCalled?: readonly string[];
  readonly host: string;
  /** 0 takes a free port; undefined leaves the plain port closed. */
  readonly port: number | undefined;
  readonly tls?: TlsListening;
  /** Who is let in to what; without it everyone to all. Asked anew for each association. */
  readonly callers?: () => CallerPolicy;
  /** Who the users behind associations are; without it nobody asks. */
  readonly users?: UserCheck;
  readonly extended?: ExtendedCapabilities;
  readonly services: readonly DicomService[];
  readonly limits?: Partial<NodeLimits>;
  readonly log: EventLog;
  readonly clock: { now(): Date };
  readonly onAssociationEnded?: (summary: AssociationSummary) => void;
  /** Without this a part of each study would be missing silently: show it to someone. */
  readonly onContextRefused?: (refused: RefusedContext, association: AssociationInfo) => void;
}

export interface NodeCounters {
  readonly openAssociations: number;
  readonly associations: number;
  readonly rejected: number;
  readonly aborted: number;
  readonly requests: number;
  readonly bytesReceived: number;
  readonly refusedContexts: number;
}

export interface DicomNode {
  /** 0 when the plain port is closed. */
  readonly port: number;
  /** 0 without TLS. */
  readonly tlsPort: number;
  counters(): NodeCounters;
  /** Accepts nothing new, waits for what runs, and aborts what is left after `drainSeconds`. */
  close(options: { readonly drainSeconds: number }): Promise<void>;
}

/** The message without its code: the status says that much. */
const commentOf = (error: ApplianceError): string => errorComment(error.message.slice(error.code.length + 2));

/** Tags that an error names as offending, eight hexadecimal digits each. */
const offendingElement = ({ details }: ApplianceError): Pick<ResponseFields, 'offendingElement'> => {
  const tags = details['offendingElements'];
  return Array.isArray(tags) ? { offendingElement: (tags as readonly string[]).map((tag) => Number.parseInt(tag, 16)) } : {};
};

/**
 * What a response says about an error: status, Error Comment of at most 64 characters, and Offending Element where one is named.
 * @source PS3.7 Annex C, PS3.4 Tables B.2-1 and C.4-1
 */
export const failureResponse = (error: unknown): ResponseFields => {
  if (!(error instanceof ApplianceError)) return { status: STATUS.processingFailure, errorComment: 'internal error' };
  if (error.code === 'ASSOCIATION_PROTOCOL') return { status: STATUS.unrecognizedOperation, errorComment: commentOf(error) };
  return { status: error.row.dimse ?? STATUS.processingFailure, errorComment: commentOf(error), ...offendingElement(error) };
};

/** Connections without an association that are kept: they count towards no limit of associations, and each holds a descriptor that a part file may need. */
const MAX_DISPENSABLE = 256;

/** The oldest connection to cut off when one more comes; undefined while there is room. */
const dispensable = (running: ReadonlySet<Acceptor>): Acceptor | undefined => {
  let oldest: Acceptor | undefined;
  let count = 0;
  for (const acceptor of running) {
    if (!acceptor.isDispensable) continue;
    oldest ??= acceptor;
    count += 1;
  }
  return count < MAX_DISPENSABLE ? undefined : oldest;
};

interface Tally {
  associations: number;
  rejected: number;
  aborted: number;
  requests: number;
  bytesReceived: number;
  refusedContexts: number;
}

const limitReached = (running: ReadonlySet<Acceptor>, info: AssociationInfo, limits: NodeLimits): boolean => {
  let established = 0;
  let sameAe = 0;
  for (const acceptor of running) {
    if (!acceptor.isEstablished) continue;
    established += 1;
    if (acceptor.info.callingAe === info.callingAe) sameAe += 1;
  }
  return established >= limits.associations || sameAe >= limits.associationsPerCallingAe;
};

/**
 * Starts our AE.
 * @throws {ApplianceError} CONFIG_PORT_TAKEN, CONFIG_INVALID (address cannot be used)
 * @source PS3.8 9.1.4
 */
export const createDicomNode = async (options: DicomNodeOptions): Promise<DicomNode> => {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const buffer = Buffer.allocUnsafeSlow(limits.receiveBufferBytes);
  const running = new Set<Acceptor>();
  const tally: Tally = { associations: 0, rejected: 0, aborted: 0, requests: 0, bytesReceived: 0, refusedContexts: 0 };
  let whenIdle: (() => void) | undefined;
  let isClosing = false;

  const decide = (request: AssociateRequest, info: AssociationInfo, identity: IdentityVerdict): Negotiated => {
    if (isClosing) return { kind: 'reject', rejection: REJECTIONS.congestion, reason: 'closing' };
    if (limitReached(running, info, limits)) return { kind: 'reject', rejection: REJECTIONS['local-limit'], reason: 'local-limit' };
    const callers = options.callers?.();
    return negotiate(request, {
      aeTitle: options.aeTitle, alsoCalled: options.alsoCalled ?? [], services: options.services,
      ...(callers === undefined ? {} : { callers }), ...(options.extended === undefined ? {} : { extended: options.extended }),
    }, info.host, identity);
  };

  const noted = (negotiated: Negotiated, info: AssociationInfo): Negotiated => {
    for (const refused of negotiated.kind === 'accept' ? negotiated.refused : []) {
      tally.refusedContexts += 1;
      options.log.warn('association.refused-context', { associationId: info.id, callingAe: info.callingAe, host: info.host, sopClassUid: refused.abstractSyntax, reason: refused.reason });
      options.onContextRefused?.(refused, info);
    }
    return negotiated;
  };

  /** Passcodes are stretched only for callers that would be let in with a good one. */
  const answer = (request: AssociateRequest, info: AssociationInfo): Negotiated | Promise<Negotiated> => {
    const identity = request.user.userIdentity;
    const first = decide(request, info, { kind: 'none' });
    const isOurselves = options.callers?.().known.get(request.callingAe)?.isOurselves === true;
    if (first.kind === 'reject' || isOurselves || options.users?.concerns(identity) !== true) return noted(first, info);
    return options.users.verdict(identity).then((verdict) => noted(decide(request, info, verdict), info));
  };

  const failure = (error: unknown): ResponseFields => {
    const response = failureResponse(error);
    const facts = { status: response.status, reason: error instanceof ApplianceError ? error.message : String(error) };
    if (error instanceof ApplianceError) options.log.warn('request.failed', facts);
    else options.log.error('request.broken', { ...facts, stack: error instanceof Error ? (error.stack ?? '') : '' });
    return response;
  };

  const ended = (acceptor: Acceptor, summary: AssociationSummary): void => {
    running.delete(acceptor);
    tally.requests += summary.requests;
    tally.bytesReceived += summary.bytesReceived;
    if (summary.outcome === 'rejected') tally.rejected += 1;
    if (summary.outcome === 'aborted-by-us' || summary.outcome === 'aborted-by-peer' || summary.outcome === 'lost') tally.aborted += 1;
    options.log.info('association.ended', { associationId: summary.id, callingAe: summary.callingAe, host: summary.host, outcome: summary.outcome, reason: summary.reason, requests: summary.requests, bytesReceived: summary.bytesReceived });
    options.onAssociationEnded?.(summary);
    if (running.size === 0) whenIdle?.();
  };

  const accept = (socket: Socket): void => {
    tally.associations += 1;
    dispensable(running)?.drop();
    const acceptor: Acceptor = new Acceptor(socket, {
      id: randomBytes(6).toString('hex'), buffer, maxPduBytes: limits.maxPduBytes, artimSeconds: limits.artimSeconds, idleSeconds: limits.idleSeconds,
      services: options.services, log: options.log, now: () => options.clock.now(), negotiate: answer, failure, ended: (summary) => ended(acceptor, summary),
    });
    running.add(acceptor);
  };
  const listeners: Listener[] = [];
  const plain = options.port === undefined ? undefined : await listenPlain({ host: options.host, port: options.port }, options.log, accept);
  if (plain !== undefined) listeners.push(plain);
  const tls = options.tls === undefined ? undefined : await listenTls(options.tls, options.log, accept).catch((error: unknown) => { plain?.close(); throw error; });
  if (tls !== undefined) listeners.push(tls);
  options.log.info('node.listening', { aeTitle: options.aeTitle, host: options.host, port: plain?.port ?? null, tlsPort: tls?.port ?? null });

  return {
    port: plain?.port ?? 0,
    tlsPort: tls?.port ?? 0,
    counters: () => ({ openAssociations: running.size, ...tally }),
    close: async ({ drainSeconds }) => {
      isClosing = true;
      for (const listener of listeners) listener.close();
      if (running.size === 0) return;
      const idle = new Promise<void>((resolve) => { whenIdle = resolve; });
      const timer = setTimeout(() => {
        for (const acceptor of running) acceptor.abort('node is closing');
      }, drainSeconds * 1000);
      await idle;
      clearTimeout(timer);
    },
  };
};
