/** The items that A-ASSOCIATE-RQ and -AC are made of: walking them, making them. Items that overrun their parent are refused. */
import { ABORT_REASON, violation } from './pdu.ts';

/** Item types. @source PS3.8 9.3.2, 9.3.3; PS3.7 D.3.3 */
export const ITEM = {
  applicationContext: 0x10, proposedContext: 0x20, contextResult: 0x21, abstractSyntax: 0x30, transferSyntax: 0x40, user: 0x50, maxPdu: 0x51, classUid: 0x52, asyncWindow: 0x53,
  role: 0x54, versionName: 0x55, extended: 0x56, commonExtended: 0x57, identity: 0x58, identityResponse: 0x59,
} as const;

/** The error for an item that is not as the Standard has it. */
export const invalid = (what: string): Error => violation(what, ABORT_REASON.invalidParameter);

/** Text without the padding that senders put behind it. */
export const text = (body: Buffer, from: number, to: number): string => {
  let end = to;
  while (end > from && (body[end - 1] === 0 || body[end - 1] === 0x20)) end -= 1;
  return body.toString('latin1', from, end);
};

export type Visit = (type: number, from: number, to: number) => void;

/** Calls `visit` with type, begin and end of each item. @throws {ApplianceError} ASSOCIATION_PROTOCOL */
export const eachItem = (body: Buffer, from: number, to: number, visit: Visit): void => {
  let at = from;
  while (at < to) {
    if (to - at < 4) throw invalid('association item cut short');
    const end = at + 4 + body.readUInt16BE(at + 2);
    if (end > to) throw invalid('association item longer than its parent');
    visit(body.readUInt8(at), at + 4, end);
    at = end;
  }
};

/** @throws {ApplianceError} ASSOCIATION_PROTOCOL when the item is shorter than that */
export const need = (from: number, to: number, bytes: number, name: string): void => {
  if (to - from < bytes) throw invalid(`${name} item too short`);
};

/** One item with its header. */
export const item = (type: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.from([type, 0, 0, 0]);
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
};

export const latin1 = (value: string): Buffer => Buffer.from(value, 'latin1');

/** A big endian 16-bit number. */
export const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
