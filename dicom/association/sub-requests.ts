/**
 * Requests of ours on an association that the peer opened, while one of its own requests is open: the
 * sub-operations of a C-GET. One at a time; a peer that does not answer in time loses the association.
 */
import { ApplianceError } from '../../infra/errors.ts';
import { NO_DATA_SET, encodeCommand } from './command.ts';
import type { Command } from './command.ts';
import { ABORT_REASON, encodeFragments, violation } from './pdu.ts';
import type { RequestChannel, Response } from './request-channel.ts';
import type { AcceptedContext, SubRequests } from './service.ts';
import type { Transport } from './transport.ts';

export interface SubRequestsOptions {
  /** Contexts in which the peer took the SCP role. */
  readonly contexts: readonly AcceptedContext[];
  readonly capacity: number;
  readonly transport: Transport;
  /** The next message id of ours on this association. */
  nextMessageId(): number;
  /** Seconds to wait for an answer. */
  readonly answerSeconds: number;
  /** Ends the association. */
  abort(reason: string): void;
}

/** The channel as the association that runs it sees it. */
export interface OwnedSubRequests extends SubRequests {
  /** Takes a response of the peer. @throws {ApplianceError} ASSOCIATION_PROTOCOL when none is awaited, or it is another one's */
  answered(context: AcceptedContext, command: Command): void;
  /** The peer will answer no more. */
  end(what: string): void;
}

interface Waiter {
  resolve(response: Response): void;
  reject(error: Error): void;
}

/** Makes the channel of one exchange. @source PS3.7 9.1.3.3, 9.3.3 */
export const createSubRequests = (options: SubRequestsOptions): OwnedSubRequests => {
  const { capacity, transport } = options;
  let open: { readonly contextId: number; readonly messageId: number } | undefined;
  let early: Response | undefined;
  let waiter: Waiter | undefined;
  let ended: ApplianceError | undefined;

  const check = (): void => {
    if (ended !== undefined) throw ended;
  };

  const send: RequestChannel['send'] = (contextId, command, dataSet) => {
    check();
    if (open !== undefined) throw new TypeError('one sub-request at a time');
    const messageId = options.nextMessageId();
    open = { contextId, messageId };
    const bytes = encodeCommand({ ...command, messageId, dataSetType: dataSet === 'none' ? NO_DATA_SET : 1 });
    transport.write(encodeFragments(contextId, 'command', bytes, capacity));
    if (dataSet instanceof Buffer) transport.write(encodeFragments(contextId, 'data', dataSet, capacity));
    return messageId;
  };

  return {
    contexts: options.contexts,
    capacity,
    transport,
    send,
    drained: async () => {
      await transport.drained();
      check();
    },
    response: () =>
      new Promise((resolve, reject) => {
        if (early !== undefined) {
          resolve(early);
          early = undefined;
          return;
        }
        if (ended !== undefined) return reject(ended);
        const timer = setTimeout(() => options.abort('no answer to a sub-operation'), options.answerSeconds * 1000);
        const settle = (go: () => void): void => {
          clearTimeout(timer);
          waiter = undefined;
          go();
        };
        waiter = { resolve: (response) => settle(() => resolve(response)), reject: (error) => settle(() => reject(error)) };
      }),
    abort: () => options.abort('sub-operation given up'),
    answered: (context, command) => {
      if (open === undefined || open.contextId !== context.id || command.messageIdRespondedTo !== open.messageId) throw violation('response to nothing', ABORT_REASON.unexpectedParameter);
      if (command.dataSetType !== NO_DATA_SET) throw violation('response to a sub-operation with a data set', ABORT_REASON.unexpectedParameter);
      open = undefined;
      // A peer may refuse before it has taken the whole data set.
      if (waiter === undefined) early = { command };
      else waiter.resolve({ command });
    },
    end: (what) => {
      ended ??= new ApplianceError('ASSOCIATION_ABORTED', what);
      waiter?.reject(ended);
    },
  };
};
