/**
 * What a DIMSE service of ours offers to the upper layer, and what it gets to see of one request. Types only.
 */
import type { RoleSelection } from './associate.ts';
import type { Command } from './command.ts';
import type { RequestChannel } from './request-channel.ts';

/** Facts for logs and listeners; values never identify a patient. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** Where events go. */
export interface EventLog {
  debug(event: string, facts?: Facts): void;
  info(event: string, facts?: Facts): void;
  warn(event: string, facts?: Facts): void;
  error(event: string, facts?: Facts): void;
}

/** What extended negotiation granted for queries and retrievals, over all contexts of an association. @source PS3.4 C.5 */
export interface ExtendedFlags {
  readonly relational: boolean;
  readonly combinedDateTime: boolean;
  /** Person names also match by sound or likeness. */
  readonly fuzzy: boolean;
}

/** One end-to-end association as services and listeners see it. */
export interface AssociationInfo {
  readonly id: string;
  readonly callingAe: string;
  readonly calledAe: string;
  /** Address of the peer. */
  readonly host: string;
  readonly implementationClassUid: string;
  readonly implementationVersionName: string;
  /** Absent where nothing was negotiated: all false. */
  readonly extended?: ExtendedFlags;
  /** Name of the user, where the peer has shown who it is. */
  readonly user?: string;
}

export interface AcceptedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntax: string;
  /** Roles of the peer where they were negotiated; absent: it is SCU. */
  readonly roles?: Pick<RoleSelection, 'scuRole' | 'scpRole'>;
}

/** Elements a service adds to a response; command field, message id and data set type are set for it. */
export type ResponseFields = Omit<Partial<Command>, 'commandField' | 'messageIdRespondedTo' | 'dataSetType' | 'messageId'> & { readonly status: number };

/** Requests of ours to the peer while its own request is open. @source PS3.7 9.1.3 (sub-operations of a C-GET) */
export interface SubRequests extends RequestChannel {
  /** Accepted contexts in which the peer takes the SCP role; empty when it asked for none. */
  readonly contexts: readonly AcceptedContext[];
}

/** One request and the way to answer it. */
export interface Exchange {
  readonly command: Command;
  readonly context: AcceptedContext;
  readonly association: AssociationInfo;
  /** Aborts when the peer cancels (reason 'cancelled') or the association ends (reason 'ended'). */
  readonly signal: AbortSignal;
  /** For services that ask back. No response may be sent while a data set of ours is half written. */
  readonly subRequests: SubRequests;
  /**
   * Sends a response; every status but a pending one is the last. Resolves when the socket has room again, so a
   * sender of many responses holds little memory. Does nothing once the association has ended.
   */
  respond(fields: ResponseFields, dataSet?: Buffer): Promise<void>;
  /** Sends one pending response for each data set, all of them in one write; else as respond(). */
  respondEach(fields: ResponseFields, dataSets: readonly Buffer[]): Promise<void>;
  /**
   * Sends a request of ours on this association, in the context of the request; resolves with the peer's response.
   * Only after the request was answered. The caller limits the time.
   * @throws {ApplianceError} ASSOCIATION_ABORTED when the association is over, ends meanwhile, or is busy with sub-operations
   */
  ask(command: Omit<Command, 'messageId' | 'dataSetType'>, dataSet: Buffer): Promise<Command>;
  /** Counts something for the summary of the association, e.g. 'added'. */
  tally(what: string, count?: number): void;
}

/**
 * Takes the data set of one request and does the work.
 * When data() or flush() throws, the rest of the data set is skipped and the error is answered at its end.
 */
export interface RequestHandler {
  /** A piece of the data set; the bytes are reused once flush(), complete() or abort() has been called. */
  data(chunk: Buffer): void;
  /** End of one receive buffer. A promise stops reading from the peer until it settles; such a handler copies what it keeps. */
  flush(): void | Promise<void>;
  /** Everything is there. Answers through the exchange; a throw is answered as a failure status. Takes the last bytes before its first await. */
  complete(): void | Promise<void>;
  /** The association ended, or an earlier call threw, before complete(). Gives back everything at once. */
  abort(): void;
}

/** One DIMSE service for some abstract syntaxes. */
export interface DicomService {
  readonly name: string;
  /** Transfer syntaxes taken for an abstract syntax, best first; undefined when the syntax is not ours. */
  transferSyntaxes(abstractSyntax: string): ReadonlySet<string> | undefined;
  /** Chooses among proposed syntaxes that are all taken; without it our best one wins. */
  choose?(proposed: readonly string[]): string;
  /** Which roles the peer may play; without it SCU only. */
  roles?(abstractSyntax: string): Pick<RoleSelection, 'scuRole' | 'scpRole'>;
  /** Command fields of the requests it takes. */
  readonly commandFields: readonly number[];
  /** Starts one request. A throw is answered as a failure status; the data set is skipped. */
  open(exchange: Exchange): RequestHandler;
}

/** What happened on one association, for the operation log. */
export interface AssociationSummary extends AssociationInfo {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly outcome: 'released' | 'rejected' | 'aborted-by-peer' | 'aborted-by-us' | 'lost';
  /** Why it was rejected or aborted by us; '' otherwise. */
  readonly reason: string;
  readonly bytesReceived: number;
  readonly requests: number;
  /** Final statuses by four hex digits. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly tallies: Readonly<Record<string, number>>;
  /** Abstract syntaxes that were refused. */
  readonly refusedSopClasses: readonly string[];
}
