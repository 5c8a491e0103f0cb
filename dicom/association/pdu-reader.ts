/**
 * Cuts the byte stream of one association into PDUs. Data of P-DATA-TF is handed on as slices of the receive
 * buffer, never gathered; only headers and the small other PDUs are copied. Lengths are checked before a byte is kept.
 */
import { ABORT_REASON, PDU, PDV_HEADER_BYTES, violation } from './pdu.ts';

export interface PduSink {
  /** A header was read; throws to refuse the PDU before its body. */
  begin(type: number): void;
  /** Any PDU but P-DATA-TF, complete. */
  body(type: number, body: Buffer): void;
  /** A piece of one presentation data value; `isEnd` with its last byte. The slice is reused after the receive buffer is read. */
  fragment(contextId: number, control: number, chunk: Buffer, isEnd: boolean): void;
  /** True while nothing further may be handed on; the reader keeps the rest until resume(). */
  readonly isHeld: boolean;
}

export interface PduReader {
  push(chunk: Buffer): void;
  /** Goes on with what was kept while the sink was held. */
  resume(): void;
  /** Bytes kept back; a paused socket adds none. */
  readonly keptBytes: number;
}

/** Longest PDU other than P-DATA-TF that is taken, in bytes. */
export const MAX_CONTROL_PDU_BYTES = 1_048_576;

const EMPTY = Buffer.alloc(0);

/**
 * Makes a reader that refuses P-DATA-TF longer than `maxDataPduBytes` (what we announced).
 * push() and resume() throw what the sink throws, and ASSOCIATION_PROTOCOL for lengths that lie.
 * @source PS3.8 9.3.1, 9.3.5
 */
export const createPduReader = (sink: PduSink, maxDataPduBytes: number): PduReader => {
  let state: 'header' | 'body' | 'value-header' | 'value' = 'header';
  const scratch = Buffer.alloc(6);
  let have = 0;
  let type = 0;
  let left = 0;
  let body = EMPTY;
  let filled = 0;
  let contextId = 0;
  let control = 0;
  let valueLeft = 0;
  let kept = EMPTY;

  const beginPdu = (head: Buffer, at: number): void => {
    type = head.readUInt8(at);
    left = head.readUInt32BE(at + 2);
    sink.begin(type);
    const isData = type === PDU.data;
    if (left > (isData ? maxDataPduBytes : MAX_CONTROL_PDU_BYTES)) throw violation('PDU longer than allowed', ABORT_REASON.invalidParameter);
    if (isData && left < PDV_HEADER_BYTES) throw violation('P-DATA-TF without a value', ABORT_REASON.invalidParameter);
    state = isData ? 'value-header' : 'body';
    if (!isData) {
      body = Buffer.allocUnsafe(left);
      filled = 0;
    }
  };

  const beginValue = (head: Buffer, at: number): void => {
    valueLeft = head.readUInt32BE(at) - 2;
    left -= PDV_HEADER_BYTES;
    if (valueLeft < 0 || valueLeft > left) throw violation('presentation data value with a wrong length', ABORT_REASON.invalidParameter);
    contextId = head.readUInt8(at + 4);
    control = head.readUInt8(at + 5);
    state = 'value';
  };

  /** Hands a six-byte header to `begin`, across receive buffers when it must; answers the new offset. */
  const header = (data: Buffer, at: number, begin: (head: Buffer, at: number) => void): number => {
    if (have === 0 && data.length - at >= 6) {
      begin(data, at);
      return at + 6;
    }
    const take = Math.min(6 - have, data.length - at);
    data.copy(scratch, have, at, at + take);
    have += take;
    if (have === 6) {
      have = 0;
      begin(scratch, 0);
    }
    return at + take;
  };

  const value = (data: Buffer, at: number): number => {
    const take = Math.min(valueLeft, data.length - at);
    valueLeft -= take;
    left -= take;
    const isEnd = valueLeft === 0;
    if (isEnd) {
      if (left > 0 && left < PDV_HEADER_BYTES) throw violation('bytes behind the last value', ABORT_REASON.invalidParameter);
      state = left === 0 ? 'header' : 'value-header';
    }
    if (take > 0 || isEnd) sink.fragment(contextId, control, data.subarray(at, at + take), isEnd);
    return at + take;
  };

  const controlBody = (data: Buffer, at: number): number => {
    const take = Math.min(body.length - filled, data.length - at);
    data.copy(body, filled, at, at + take);
    filled += take;
    if (filled === body.length) {
      state = 'header';
      const whole = body;
      body = EMPTY;
      sink.body(type, whole);
    }
    return at + take;
  };

  const read = (data: Buffer): void => {
    let at = 0;
    // A body or value of no bytes must be handed on even when the buffer is used up.
    while (!sink.isHeld && (at < data.length || (state === 'body' && body.length === 0) || (state === 'value' && valueLeft === 0))) {
      if (state === 'header') at = header(data, at, beginPdu);
      else if (state === 'value-header') at = header(data, at, beginValue);
      else if (state === 'value') at = value(data, at);
      else at = controlBody(data, at);
    }
    if (at < data.length) kept = Buffer.from(data.subarray(at));
  };

  return {
    push: (chunk) => {
      if (kept.length === 0) return read(chunk);
      const joined = Buffer.concat([kept, chunk]);
      kept = EMPTY;
      read(joined);
    },
    resume: () => {
      const rest = kept;
      kept = EMPTY;
      read(rest);
    },
    get keptBytes() {
      return kept.length;
    },
  };
};
