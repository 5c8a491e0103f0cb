/**
 * What a service user needs of an association to send requests on it, whichever side opened it; and how a data set
 * is written on one from a file.
 */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { Command } from './command.ts';
import { writeFragmentHeader } from './pdu.ts';
import type { Transport } from './transport.ts';

export interface Response {
  readonly command: Command;
  readonly dataSet?: Buffer;
}

/** One request at a time. A rejected promise, or abort(), ends the association. */
export interface RequestChannel {
  /** Bytes of data in one P-DATA-TF to this peer. */
  readonly capacity: number;
  readonly transport: Pick<Transport, 'write' | 'cork' | 'uncork'>;
  /** Writes a request; its data set, if any, is written by the caller or given here. Answers its message id. */
  send(contextId: number, command: Omit<Command, 'messageId' | 'dataSetType'>, dataSet: Buffer | 'follows' | 'none'): number;
  /** Resolves when the socket has room again. @throws what ended the association */
  drained(): Promise<void>;
  /** The next response. @throws what ended the association */
  response(): Promise<Response>;
  /** Ends the association at once: the only way out of a data set that is half on the wire. */
  abort(): void;
}

export interface DataSetSource {
  /** Descriptor of the open file. */
  readonly fd: number;
  /** Where the data set begins and ends in the file. */
  readonly from: number;
  readonly to: number;
}

/** Bytes of one read. */
const CHUNK_BYTES = 1_048_576;
const readAsync = promisify(read);

/**
 * The read buffer of a channel: a fresh megabyte for each read costs more than the read. It is free again when the
 * socket has drained, and at the latest with the answer to the request.
 */
const buffers = new WeakMap<RequestChannel, Buffer>();

const bufferOf = (channel: RequestChannel, bytes: number): Buffer => {
  let buffer = buffers.get(channel);
  if (buffer === undefined || buffer.length < bytes) {
    buffer = Buffer.allocUnsafeSlow(bytes);
    buffers.set(channel, buffer);
  }
  return buffer;
};

/** Header and slice of each fragment of one read, written together. */
const writeFragments = ({ capacity, transport }: RequestChannel, contextId: number, bytes: Buffer, isEnd: boolean): boolean => {
  const count = Math.ceil(bytes.length / capacity);
  const headers = Buffer.allocUnsafe(count * 12);
  transport.cork();
  let hasRoom = true;
  for (let index = 0; index < count; index += 1) {
    const from = index * capacity;
    const length = Math.min(capacity, bytes.length - from);
    writeFragmentHeader(headers, index * 12, contextId, isEnd && index === count - 1 ? 2 : 0, length);
    transport.write(headers.subarray(index * 12, index * 12 + 12));
    hasRoom = transport.write(bytes.subarray(from, from + length));
  }
  transport.uncork();
  return hasRoom;
};

/**
 * Writes the data set of a request straight from a file; memory does not grow with its length.
 * @throws {TypeError} when the file became shorter meanwhile: the data set must not look whole then
 * @source PS3.8 Annex E.2
 */
export const writeDataSet = async (channel: RequestChannel, contextId: number, { fd, from, to }: DataSetSource): Promise<void> => {
  const perRead = Math.max(1, Math.floor(CHUNK_BYTES / channel.capacity)) * channel.capacity;
  for (let at = from; at < to;) {
    const wanted = Math.min(perRead, to - at);
    const buffer = bufferOf(channel, wanted);
    const { bytesRead } = await readAsync(fd, buffer, 0, wanted, at);
    if (bytesRead !== wanted) throw new TypeError('file became shorter while it was sent');
    at += wanted;
    const hasRoom = writeFragments(channel, contextId, buffer.subarray(0, wanted), at === to);
    if (!hasRoom) await channel.drained();
    else if (at < to) buffers.delete(channel);
  }
};
