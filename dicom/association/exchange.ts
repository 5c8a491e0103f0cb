/**
 * One request on an association and the responses to it: encodes them, counts the last one, tells of cancel and end.
 */
import { NO_DATA_SET, RESPONSE_BIT, encodeCommand } from './command.ts';
import type { Command } from './command.ts';
import { encodeFragments, fragmentCapacity } from './pdu.ts';
import type { AcceptedContext, AssociationInfo, Exchange } from './service.ts';
import { createSubRequests } from './sub-requests.ts';
import type { OwnedSubRequests } from './sub-requests.ts';
import type { Transport } from './transport.ts';

/** Longest P-DATA-TF we write, in bytes, where the peer allows more. */
export const OWN_SEND_LIMIT_BYTES = 1_048_576;

/** The exchange as the association that runs it sees it. */
export interface OwnedExchange extends Exchange {
  readonly isAnswered: boolean;
  /** True once the service has asked back: the peer then owes answers, not further requests. */
  readonly isAsking: boolean;
  readonly subRequests: OwnedSubRequests;
  end(reason: 'cancelled' | 'ended'): void;
}

export interface ExchangeOptions {
  readonly command: Command;
  readonly context: AcceptedContext;
  readonly association: AssociationInfo;
  readonly peerMaxPduBytes: number;
  readonly transport: Transport;
  /** Accepted contexts in which the peer is SCP. */
  readonly peerScpContexts: readonly AcceptedContext[];
  /** Seconds the peer has for the answer to a request of ours. */
  readonly answerSeconds: number;
  /** Ends the association. */
  abort(reason: string): void;
  /** The next message id of ours on this association. */
  nextMessageId(): number;
  ask(command: Omit<Command, 'messageId' | 'dataSetType'>, dataSet: Buffer): Promise<Command>;
  tally(what: string, count: number): void;
  answered(status: number): void;
}

const isPending = (status: number): boolean => status === 0xff00 || status === 0xff01;

/** Makes the exchange of one request. @source PS3.7 9.3 */
export const createExchange = (options: ExchangeOptions): OwnedExchange => {
  const { command, context, transport } = options;
  const capacity = fragmentCapacity(options.peerMaxPduBytes, OWN_SEND_LIMIT_BYTES);
  let controller: AbortController | undefined;
  let ended: 'cancelled' | 'ended' | undefined;
  let isAnswered = false;
  let subRequests: OwnedSubRequests | undefined;
  const sopClassUid = command.affectedSopClassUid ?? command.requestedSopClassUid;
  const sopInstanceUid = command.affectedSopInstanceUid ?? command.requestedSopInstanceUid;
  const always = {
    commandField: command.commandField | RESPONSE_BIT,
    ...(command.messageId === undefined ? {} : { messageIdRespondedTo: command.messageId }),
    ...(sopClassUid === undefined ? {} : { affectedSopClassUid: sopClassUid }),
    ...(sopInstanceUid === undefined ? {} : { affectedSopInstanceUid: sopInstanceUid }),
  };
  return {
    command,
    context,
    association: options.association,
    // Made on first use: most requests never ask.
    get signal() {
      if (controller === undefined) {
        controller = new AbortController();
        if (ended !== undefined) controller.abort(ended);
      }
      return controller.signal;
    },
    get isAnswered() {
      return isAnswered;
    },
    get isAsking() {
      return subRequests !== undefined;
    },
    get subRequests() {
      if (subRequests === undefined) {
        subRequests = createSubRequests({ contexts: options.peerScpContexts, capacity, transport, answerSeconds: options.answerSeconds, nextMessageId: () => options.nextMessageId(), abort: (reason) => options.abort(reason) });
        if (ended === 'ended') subRequests.end('the association is over');
      }
      return subRequests;
    },
    respond: async (fields, dataSet) => {
      if (isAnswered) throw new TypeError('request answered twice');
      if (!isPending(fields.status)) {
        isAnswered = true;
        options.answered(fields.status);
      }
      if (transport.isClosed || ended === 'ended') return;
      const bytes = encodeCommand({ ...always, ...fields, dataSetType: dataSet === undefined ? NO_DATA_SET : 1 });
      const message = encodeFragments(context.id, 'command', bytes, capacity);
      const hasRoom = transport.write(dataSet === undefined ? message : Buffer.concat([message, encodeFragments(context.id, 'data', dataSet, capacity)]));
      if (!hasRoom) await transport.drained();
    },
    respondEach: async (fields, dataSets) => {
      if (isAnswered || !isPending(fields.status)) throw new TypeError('only pending responses come in numbers, before the last one');
      if (transport.isClosed || ended === 'ended' || dataSets.length === 0) return;
      const message = encodeFragments(context.id, 'command', encodeCommand({ ...always, ...fields, dataSetType: 1 }), capacity);
      const hasRoom = transport.write(Buffer.concat(dataSets.flatMap((dataSet) => [message, encodeFragments(context.id, 'data', dataSet, capacity)])));
      if (!hasRoom) await transport.drained();
    },
    ask: (request, dataSet) => options.ask(request, dataSet),
    tally: (what, count = 1) => options.tally(what, count),
    end: (reason) => {
      // The end of the association outlasts a cancel; the signal keeps its first reason.
      const isNews = ended === undefined;
      if (isNews || reason === 'ended') ended = reason;
      if (reason === 'ended') subRequests?.end('the association is over');
      if (isNews) controller?.abort(reason);
    },
  };
};
