/**
 * Bytes of the seven PDU types: everything but the association items (associate.ts).
 * Refuses wrong lengths; never guesses.
 */
import { ApplianceError } from '../../infra/errors.ts';

/** @source PS3.8 9.3.1 */
export const PDU = {
  associateRequest: 0x01,
  associateAccept: 0x02,
  associateReject: 0x03,
  data: 0x04,
  releaseRequest: 0x05,
  releaseResponse: 0x06,
  abort: 0x07,
} as const;

/** Reasons of an A-ABORT whose source is the service provider. @source PS3.8 Table 9-26 */
export const ABORT_REASON = {
  notSpecified: 0,
  unrecognizedPdu: 1,
  unexpectedPdu: 2,
  unrecognizedParameter: 4,
  unexpectedParameter: 5,
  invalidParameter: 6,
} as const;

export type AbortReason = (typeof ABORT_REASON)[keyof typeof ABORT_REASON];

/** Bytes of a PDU header: type, reserved, length. */
export const PDU_HEADER_BYTES = 6;
/** Bytes before the data of one presentation data value: length, context id, control header. */
export const PDV_HEADER_BYTES = 6;

/**
 * Makes the error for a peer that breaks the protocol; `reason` is what an A-ABORT says about it.
 * @source PS3.8 9.3.8
 */
export const violation = (what: string, reason: AbortReason): ApplianceError =>
  new ApplianceError('ASSOCIATION_PROTOCOL', what, { details: { reason } });

/** The A-ABORT reason an error carries; not specified when it carries none. */
export const abortReasonOf = (error: unknown): number =>
  error instanceof ApplianceError && typeof error.details['reason'] === 'number' ? error.details['reason'] : ABORT_REASON.notSpecified;

/** Puts the six-byte header before a body. */
export const encodePdu = (type: number, body: Buffer): Buffer => {
  const pdu = Buffer.allocUnsafe(PDU_HEADER_BYTES + body.length);
  pdu[0] = type;
  pdu[1] = 0;
  pdu.writeUInt32BE(body.length, 2);
  body.copy(pdu, PDU_HEADER_BYTES);
  return pdu;
};

export const encodeReleaseRequest = (): Buffer => encodePdu(PDU.releaseRequest, Buffer.alloc(4));

export const encodeReleaseResponse = (): Buffer => encodePdu(PDU.releaseResponse, Buffer.alloc(4));

/** `source` 0 = service user, 2 = service provider; a reason counts only with source 2. @source PS3.8 9.3.8 */
export const encodeAbort = (source: 0 | 2, reason: number): Buffer => encodePdu(PDU.abort, Buffer.from([0, 0, source, source === 0 ? 0 : reason]));

export interface Rejection {
  /** 1 = permanent, 2 = transient. */
  readonly result: 1 | 2;
  /** 1 = service user, 2 = provider (ACSE), 3 = provider (presentation). */
  readonly source: 1 | 2 | 3;
  readonly reason: number;
}

/** @source PS3.8 9.3.4 */
export const encodeReject = (rejection: Rejection): Buffer =>
  encodePdu(PDU.associateReject, Buffer.from([0, rejection.result, rejection.source, rejection.reason]));

const fourBytes = (body: Buffer, name: string): Buffer => {
  if (body.length !== 4) throw violation(`${name} of ${body.length} bytes`, ABORT_REASON.invalidParameter);
  return body;
};

/** Checks the body of A-RELEASE-RQ or -RP. @throws {ApplianceError} ASSOCIATION_PROTOCOL */
export const checkRelease = (body: Buffer): void => {
  fourBytes(body, 'A-RELEASE');
};

/** @throws {ApplianceError} ASSOCIATION_PROTOCOL */
export const decodeReject = (body: Buffer): { readonly result: number; readonly source: number; readonly reason: number } => {
  fourBytes(body, 'A-ASSOCIATE-RJ');
  return { result: body.readUInt8(1), source: body.readUInt8(2), reason: body.readUInt8(3) };
};

/** @throws {ApplianceError} ASSOCIATION_PROTOCOL */
export const decodeAbort = (body: Buffer): { readonly source: number; readonly reason: number } => {
  fourBytes(body, 'A-ABORT');
  return { source: body.readUInt8(2), reason: body.readUInt8(3) };
};

/** Writes the twelve bytes before one fragment that is alone in its P-DATA-TF. @source PS3.8 9.3.5, Annex E.2 */
export const writeFragmentHeader = (target: Buffer, offset: number, contextId: number, control: number, fragmentBytes: number): void => {
  target[offset] = PDU.data;
  target[offset + 1] = 0;
  target.writeUInt32BE(fragmentBytes + PDV_HEADER_BYTES, offset + 2);
  target.writeUInt32BE(fragmentBytes + 2, offset + 6);
  target[offset + 10] = contextId;
  target[offset + 11] = control;
};

/** Bytes of data one P-DATA-TF can carry under the peer's limit (0 = no limit); even, as data sets are. */
export const fragmentCapacity = (peerMaxPduBytes: number, ownLimitBytes: number): number => {
  const limit = peerMaxPduBytes === 0 ? ownLimitBytes : Math.min(peerMaxPduBytes, ownLimitBytes);
  return Math.max(2, (limit - PDV_HEADER_BYTES) & ~1);
};

/** One command set or data set as P-DATA-TF PDUs of one fragment each, in one buffer. */
export const encodeFragments = (contextId: number, kind: 'command' | 'data', bytes: Buffer, capacity: number): Buffer => {
  const count = Math.max(1, Math.ceil(bytes.length / capacity));
  const out = Buffer.allocUnsafe(bytes.length + count * 12);
  let to = 0;
  for (let index = 0; index < count; index += 1) {
    const from = index * capacity;
    const length = Math.min(capacity, bytes.length - from);
    writeFragmentHeader(out, to, contextId, (kind === 'command' ? 1 : 0) | (index === count - 1 ? 2 : 0), length);
    bytes.copy(out, to + 12, from, from + length);
    to += 12 + length;
  }
  return out;
};
