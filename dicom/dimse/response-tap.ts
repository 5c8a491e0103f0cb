/**
 * Reads the responses of a peer from the bytes of the socket, beside dcmjs-dimse, by our own PDU reader.
 * dcmjs-dimse takes status FF01 as the last answer and decodes text by the first character set only; what is read here is as sent.
 */
import { decodeAssociateAccept } from '../association/associate.ts';
import { MAX_COMMAND_BYTES, NO_DATA_SET, RESPONSE_BIT, decodeCommand } from '../association/command.ts';
import type { Command } from '../association/command.ts';
import { ABORT_REASON, PDU, decodeAbort, decodeReject, violation } from '../association/pdu.ts';
import { createPduReader } from '../association/pdu-reader.ts';
import type { PduSink } from '../association/pdu-reader.ts';
import { ApplianceError } from '../../infra/errors.ts';

/** One response as it came. */
export interface DimseResponse {
  readonly command: Command;
  /** Bytes of its data set, in `transferSyntaxUid`. */
  readonly dataSet?: Buffer;
  readonly transferSyntaxUid: string;
}

/** Longest data set of a response, in bytes: identifiers are small. */
const MAX_DATA_SET_BYTES = 1_048_576;

/**
 * Makes a listener for the chunks of one association.
 * The listener throws ASSOCIATION_PROTOCOL, ASSOCIATION_REJECTED or ASSOCIATION_ABORTED, and what `onResponse` throws.
 * @param maxPduBytes what was announced to the peer
 */
export const createResponseTap = (maxPduBytes: number, onResponse: (response: DimseResponse) => void): ((chunk: Buffer) => void) => {
  let syntaxes: ReadonlyMap<number, string> = new Map();
  let parts: Buffer[] = [];
  let bytes = 0;
  let command: Command | undefined;

  const message = (contextId: number, whole: Buffer): void => {
    const transferSyntaxUid = syntaxes.get(contextId) ?? '';
    if (command !== undefined) {
      const answered = command;
      command = undefined;
      return onResponse({ command: answered, dataSet: whole, transferSyntaxUid });
    }
    const read = decodeCommand(whole);
    if ((read.commandField & RESPONSE_BIT) === 0) throw violation('request to an SCU', ABORT_REASON.unexpectedParameter);
    if (read.dataSetType === NO_DATA_SET) onResponse({ command: read, transferSyntaxUid });
    else command = read;
  };

  const sink: PduSink = {
    isHeld: false,
    begin: (type) => {
      if (type < PDU.associateRequest || type > PDU.abort) throw violation(`PDU type ${type}`, ABORT_REASON.unrecognizedPdu);
      if (type === PDU.data && syntaxes.size === 0) throw violation('data without an association', ABORT_REASON.unexpectedPdu);
    },
    body: (type, body) => {
      if (type === PDU.associateAccept) syntaxes = new Map(decodeAssociateAccept(body).contexts.filter(({ result }) => result === 0).map(({ id, transferSyntax }) => [id, transferSyntax]));
      if (type === PDU.associateReject) {
        const { result, source, reason } = decodeReject(body);
        throw new ApplianceError('ASSOCIATION_REJECTED', `result ${result}, source ${source}, reason ${reason}`, { details: { result, source, reason } });
      }
      if (type === PDU.abort) {
        const { source, reason } = decodeAbort(body);
        throw new ApplianceError('ASSOCIATION_ABORTED', `aborted by the other side, source ${source}, reason ${reason}`, { details: { source, reason } });
      }
    },
    fragment: (contextId, control, chunk, isEnd) => {
      if (!syntaxes.has(contextId)) throw violation('presentation context that was not accepted', ABORT_REASON.invalidParameter);
      const isCommand = (control & 1) !== 0;
      if (isCommand !== (command === undefined)) throw violation('command and data set in a wrong order', ABORT_REASON.unexpectedParameter);
      bytes += chunk.length;
      if (bytes > (isCommand ? MAX_COMMAND_BYTES : MAX_DATA_SET_BYTES)) throw violation('response too long', ABORT_REASON.invalidParameter);
      parts.push(Buffer.from(chunk));
      if (!isEnd || (control & 2) === 0) return;
      const whole = Buffer.concat(parts);
      parts = [];
      bytes = 0;
      message(contextId, whole);
    },
  };
  const reader = createPduReader(sink, maxPduBytes);
  return (chunk) => reader.push(chunk);
};
