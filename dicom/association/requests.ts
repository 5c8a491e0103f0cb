/**
 * The requests of one association: assembles command and data set, runs one service at a time, holds the peer back
 * while a handler is slow or a second request waits.
 */
import { ApplianceError } from '../../infra/errors.ts';
import type { DicomService, AcceptedContext, RequestHandler, ResponseFields } from './service.ts';
import { COMMAND, MAX_COMMAND_BYTES, NO_DATA_SET, RESPONSE_BIT, decodeCommand } from './command.ts';
import type { Command } from './command.ts';
import type { OwnedExchange } from './exchange.ts';
import { ABORT_REASON, violation } from './pdu.ts';

export interface RequestsHost {
  readonly services: readonly DicomService[];
  exchange(command: Command, context: AcceptedContext): OwnedExchange;
  /** Turns any error into what the response says. */
  failure(error: unknown): ResponseFields;
  /** A slow flush or a request is over. */
  settled(): void;
}

interface Receiving {
  readonly exchange: OwnedExchange;
  readonly handler: RequestHandler | undefined;
  readonly failed: unknown;
}

/** Event reports are the one request that comes from an SCP. @source PS3.7 10.1.1 */
const mayAsk = ({ commandField }: Command, { roles }: AcceptedContext): boolean =>
  roles === undefined || (commandField === COMMAND.eventReportRequest ? roles.scpRole : roles.scuRole);

/** Long-lived state of one association; ended by end(). @source PS3.7 9.3, PS3.8 Annex E */
export class Requests {
  readonly #host: RequestsHost;
  #commandParts: Buffer[] = [];
  #commandBytes = 0;
  #commandContextId = 0;
  #receiving: Receiving | undefined;
  #working: OwnedExchange | undefined;
  #waiting: { readonly command: Command; readonly context: AcceptedContext } | undefined;
  #isFlushing = false;
  readonly #asked = new Map<number, { resolve(response: Command): void; reject(error: unknown): void }>();
  /** A data set behind a response to us: nothing of ours wants one. */
  #isSkipping = false;

  constructor(host: RequestsHost) {
    this.#host = host;
  }

  /** True while nothing further may be read. */
  get isHeld(): boolean {
    return this.#waiting !== undefined || this.#isFlushing;
  }

  /** True while the peer waits for us. */
  get isWorking(): boolean {
    return this.#working !== undefined || this.#isFlushing;
  }

  /** True while the open request has sub-operations. */
  get isAsking(): boolean {
    return this.#working?.isAsking === true;
  }

  /** The response to a request of ours. @throws {ApplianceError} ASSOCIATION_ABORTED when the association ends before */
  expect(messageId: number): Promise<Command> {
    return new Promise((resolve, reject) => { this.#asked.set(messageId, { resolve, reject }); });
  }

  /** Takes a piece of a command or data set. @throws {ApplianceError} ASSOCIATION_PROTOCOL */
  fragment(context: AcceptedContext, control: number, chunk: Buffer, isEnd: boolean): void {
    const isLast = isEnd && (control & 2) !== 0;
    if ((control & 1) !== 0) this.#commandFragment(context, chunk, isLast);
    else this.#dataFragment(context, chunk, isLast);
  }

  /** End of a receive buffer. */
  flush(): void {
    const receiving = this.#receiving;
    if (receiving?.handler === undefined) return;
    let pending: void | Promise<void>;
    try {
      pending = receiving.handler.flush();
    } catch (error) {
      return this.#fail(error);
    }
    if (pending === undefined) return;
    this.#isFlushing = true;
    pending.catch((error: unknown) => this.#fail(error)).then(
      () => {
        this.#isFlushing = false;
        this.#host.settled();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** The peer sends no more: gives up a half received request, and answers to ours that will not come. */
  drop(): void {
    if (this.#working?.isAsking === true) this.#working.subRequests.end('released by the other side');
    const receiving = this.#receiving;
    this.#receiving = undefined;
    receiving?.exchange.end('ended');
    receiving?.handler?.abort();
  }

  /** The association is over: what runs is told, what waits is forgotten. */
  end(): void {
    this.drop();
    this.#waiting = undefined;
    this.#working?.end('ended');
    for (const { reject } of this.#asked.values()) reject(new ApplianceError('ASSOCIATION_ABORTED', 'the association ended before the response'));
    this.#asked.clear();
  }

  #commandFragment(context: AcceptedContext, chunk: Buffer, isLast: boolean): void {
    if (this.#receiving !== undefined) throw violation('command within a data set', ABORT_REASON.unexpectedParameter);
    if (this.#commandBytes > 0 && this.#commandContextId !== context.id) throw violation('command over two presentation contexts', ABORT_REASON.invalidParameter);
    this.#commandBytes += chunk.length;
    if (this.#commandBytes > MAX_COMMAND_BYTES) throw violation('command set too long', ABORT_REASON.invalidParameter);
    this.#commandContextId = context.id;
    if (chunk.length > 0) this.#commandParts.push(isLast ? chunk : Buffer.from(chunk));
    if (!isLast) return;
    const bytes = this.#commandParts.length === 1 ? (this.#commandParts[0] ?? chunk) : Buffer.concat(this.#commandParts);
    this.#commandParts = [];
    this.#commandBytes = 0;
    this.#command(decodeCommand(bytes), context);
  }

  #dataFragment(context: AcceptedContext, chunk: Buffer, isLast: boolean): void {
    if (this.#isSkipping) {
      this.#isSkipping = !isLast;
      return;
    }
    const receiving = this.#receiving;
    if (receiving === undefined) throw violation('data set without a command', ABORT_REASON.unexpectedParameter);
    if (receiving.exchange.context.id !== context.id) throw violation('data set in another presentation context', ABORT_REASON.invalidParameter);
    if (receiving.handler !== undefined && chunk.length > 0) {
      try {
        receiving.handler.data(chunk);
      } catch (error) {
        this.#fail(error);
      }
    }
    if (!isLast) return;
    const complete = this.#receiving ?? receiving;
    this.#receiving = undefined;
    void this.#work(complete);
  }

  #command(command: Command, context: AcceptedContext): void {
    if (command.commandField === COMMAND.cancelRequest) {
      if (this.#working?.command.messageId === command.messageIdRespondedTo) this.#working?.end('cancelled');
      return;
    }
    if ((command.commandField & RESPONSE_BIT) !== 0) return this.#response(context, command);
    // Holding the peer back would hold back its answers too.
    if (this.#working?.command.commandField === COMMAND.getRequest) throw violation('request while one with sub-operations is open', ABORT_REASON.unexpectedParameter);
    // A peer that does not wait for its answer waits in its socket instead of in our memory.
    if (this.#working !== undefined) this.#waiting = { command, context };
    else this.#start(command, context);
  }

  /** Either to what a service asked after its answer, or to a sub-operation of the open request: message ids tell them apart. */
  #response(context: AcceptedContext, command: Command): void {
    const asked = this.#asked.get(command.messageIdRespondedTo ?? -1);
    if (asked === undefined) {
      if (this.#working === undefined || !this.isAsking) throw violation('response to nothing', ABORT_REASON.unexpectedParameter);
      return this.#working.subRequests.answered(context, command);
    }
    this.#asked.delete(command.messageIdRespondedTo ?? -1);
    this.#isSkipping = command.dataSetType !== NO_DATA_SET;
    asked.resolve(command);
  }

  #start(command: Command, context: AcceptedContext): void {
    const exchange = this.#host.exchange(command, context);
    let receiving: Receiving;
    try {
      const service = this.#host.services.find((candidate) => candidate.commandFields.includes(command.commandField) && candidate.transferSyntaxes(context.abstractSyntax) !== undefined);
      if (service === undefined || !mayAsk(command, context)) throw violation('command that this presentation context does not know', ABORT_REASON.unexpectedParameter);
      receiving = { exchange, handler: service.open(exchange), failed: undefined };
    } catch (error) {
      receiving = { exchange, handler: undefined, failed: error };
    }
    if (command.dataSetType === NO_DATA_SET) void this.#work(receiving);
    else this.#receiving = receiving;
  }

  /** The rest of the data set is skipped; the error is answered at its end. */
  #fail(error: unknown): void {
    const receiving = this.#receiving;
    if (receiving === undefined) return;
    receiving.handler?.abort();
    this.#receiving = { exchange: receiving.exchange, handler: undefined, failed: error };
  }

  async #work({ exchange, handler, failed }: Receiving): Promise<void> {
    this.#working = exchange;
    try {
      if (handler === undefined) throw failed;
      await handler.complete();
      if (!exchange.isAnswered) throw new TypeError('request left unanswered');
    } catch (error) {
      const response = this.#host.failure(error);
      if (!exchange.isAnswered) await exchange.respond(response);
    }
    this.#working = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#start(waiting.command, waiting.context);
    this.#host.settled();
  }
}
