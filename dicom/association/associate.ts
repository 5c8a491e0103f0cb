/**
 * Bytes of A-ASSOCIATE-RQ and A-ASSOCIATE-AC and their items.
 * Unknown items are skipped, as the Standard asks; items that overrun their parent are refused.
 */
import { ABORT_REASON, PDU, encodePdu, violation } from './pdu.ts';

export interface ProposedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** `result` 0 = acceptance, 1 = user rejection, 2 = no reason, 3 = abstract syntax not supported, 4 = transfer syntaxes not supported. */
export interface ContextResult {
  readonly id: number;
  readonly result: 0 | 1 | 2 | 3 | 4;
  readonly transferSyntax: string;
}

export interface RoleSelection {
  readonly sopClassUid: string;
  readonly scuRole: boolean;
  readonly scpRole: boolean;
}

/** @source PS3.7 D.3.3.7 */
export interface UserIdentity {
  readonly type: number;
  readonly isResponseRequested: boolean;
}

export interface UserInformation {
  /** Longest P-DATA-TF the writer takes, in bytes; 0 = no limit. */
  readonly maxPduBytes: number;
  readonly implementationClassUid: string;
  readonly implementationVersionName: string;
  readonly asyncWindow?: { readonly invoked: number; readonly performed: number };
  readonly roles: readonly RoleSelection[];
  readonly userIdentity?: UserIdentity;
}

interface AssociateHead {
  readonly protocolVersion: number;
  readonly calledAe: string;
  readonly callingAe: string;
  readonly applicationContext: string;
  readonly user: UserInformation;
}

export interface AssociateRequest extends AssociateHead {
  readonly contexts: readonly ProposedContext[];
}

export interface AssociateAccept extends AssociateHead {
  readonly contexts: readonly ContextResult[];
}

const ITEM = { applicationContext: 0x10, proposedContext: 0x20, contextResult: 0x21, abstractSyntax: 0x30, transferSyntax: 0x40, user: 0x50, maxPdu: 0x51, classUid: 0x52, asyncWindow: 0x53, role: 0x54, versionName: 0x55, identity: 0x58 } as const;
const FIXED_BYTES = 68;

const invalid = (what: string): Error => violation(what, ABORT_REASON.invalidParameter);

/** Text without the padding that senders put behind it. */
const text = (body: Buffer, from: number, to: number): string => {
  let end = to;
  while (end > from && (body[end - 1] === 0 || body[end - 1] === 0x20)) end -= 1;
  return body.toString('latin1', from, end);
};

type Visit = (type: number, from: number, to: number) => void;

const eachItem = (body: Buffer, from: number, to: number, visit: Visit): void => {
  let at = from;
  while (at < to) {
    if (to - at < 4) throw invalid('association item cut short');
    const end = at + 4 + body.readUInt16BE(at + 2);
    if (end > to) throw invalid('association item longer than its parent');
    visit(body.readUInt8(at), at + 4, end);
    at = end;
  }
};

const need = (from: number, to: number, bytes: number, name: string): void => {
  if (to - from < bytes) throw invalid(`${name} item too short`);
};

const decodeRole = (body: Buffer, from: number, to: number): RoleSelection => {
  need(from, to, 4, 'role selection');
  const end = from + 2 + body.readUInt16BE(from);
  if (end + 2 > to) throw invalid('role selection item too short');
  return { sopClassUid: text(body, from + 2, end), scuRole: body[end] === 1, scpRole: body[end + 1] === 1 };
};

const decodeUser = (body: Buffer, from: number, to: number): UserInformation => {
  // A peer that names no limit gets none from us. @source PS3.8 D.1
  const user: { -readonly [K in keyof UserInformation]: UserInformation[K] } & { roles: RoleSelection[] } = { maxPduBytes: 0, implementationClassUid: '', implementationVersionName: '', roles: [] };
  eachItem(body, from, to, (type, start, end) => {
    if (type === ITEM.maxPdu) {
      need(start, end, 4, 'maximum length');
      user.maxPduBytes = body.readUInt32BE(start);
    } else if (type === ITEM.classUid) user.implementationClassUid = text(body, start, end);
    else if (type === ITEM.versionName) user.implementationVersionName = text(body, start, end);
    else if (type === ITEM.asyncWindow) {
      need(start, end, 4, 'asynchronous window');
      user.asyncWindow = { invoked: body.readUInt16BE(start), performed: body.readUInt16BE(start + 2) };
    } else if (type === ITEM.role) user.roles.push(decodeRole(body, start, end));
    else if (type === ITEM.identity) {
      need(start, end, 2, 'user identity');
      user.userIdentity = { type: body.readUInt8(start), isResponseRequested: body[start + 1] === 1 };
    }
  });
  return user;
};

const decodeProposed = (body: Buffer, from: number, to: number): ProposedContext => {
  need(from, to, 4, 'presentation context');
  const id = body.readUInt8(from);
  if (id % 2 === 0) throw invalid('even presentation context id');
  const transferSyntaxes: string[] = [];
  let abstractSyntax = '';
  eachItem(body, from + 4, to, (type, start, end) => {
    if (type === ITEM.abstractSyntax) abstractSyntax = text(body, start, end);
    else if (type === ITEM.transferSyntax) transferSyntaxes.push(text(body, start, end));
  });
  return { id, abstractSyntax, transferSyntaxes };
};

const decodeResult = (body: Buffer, from: number, to: number): ContextResult => {
  need(from, to, 4, 'presentation context');
  let transferSyntax = '';
  eachItem(body, from + 4, to, (type, start, end) => {
    if (type === ITEM.transferSyntax) transferSyntax = text(body, start, end);
  });
  const result = body.readUInt8(from + 2);
  return { id: body.readUInt8(from), result: result === 0 || result === 1 || result === 3 || result === 4 ? result : 2, transferSyntax };
};

const decodeHead = (body: Buffer, visit: Visit): AssociateHead => {
  if (body.length < FIXED_BYTES) throw invalid('A-ASSOCIATE too short');
  let applicationContext = '';
  let user: UserInformation = { maxPduBytes: 0, implementationClassUid: '', implementationVersionName: '', roles: [] };
  eachItem(body, FIXED_BYTES, body.length, (type, from, to) => {
    if (type === ITEM.applicationContext) applicationContext = text(body, from, to);
    else if (type === ITEM.user) user = decodeUser(body, from, to);
    else visit(type, from, to);
  });
  return { protocolVersion: body.readUInt16BE(0), calledAe: text(body, 4, 20).trimStart(), callingAe: text(body, 20, 36).trimStart(), applicationContext, user };
};

/**
 * Reads the body of an A-ASSOCIATE-RQ.
 * @throws {ApplianceError} ASSOCIATION_PROTOCOL for overrunning items, even or doubled presentation context ids
 * @source PS3.8 9.3.2
 */
export const decodeAssociateRequest = (body: Buffer): AssociateRequest => {
  const contexts: ProposedContext[] = [];
  const ids = new Set<number>();
  const head = decodeHead(body, (type, from, to) => {
    if (type !== ITEM.proposedContext) return;
    const context = decodeProposed(body, from, to);
    if (ids.has(context.id)) throw invalid('presentation context id used twice');
    ids.add(context.id);
    contexts.push(context);
  });
  return { ...head, contexts };
};

/** Reads the body of an A-ASSOCIATE-AC. @throws {ApplianceError} ASSOCIATION_PROTOCOL @source PS3.8 9.3.3 */
export const decodeAssociateAccept = (body: Buffer): AssociateAccept => {
  const contexts: ContextResult[] = [];
  const head = decodeHead(body, (type, from, to) => {
    if (type === ITEM.contextResult) contexts.push(decodeResult(body, from, to));
  });
  return { ...head, contexts };
};

const item = (type: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.from([type, 0, 0, 0]);
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
};

const latin1 = (value: string): Buffer => Buffer.from(value, 'latin1');

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

const encodeUser = (user: UserInformation): Buffer => {
  const max = Buffer.alloc(4);
  max.writeUInt32BE(user.maxPduBytes);
  const window = user.asyncWindow === undefined ? [] : [item(ITEM.asyncWindow, u16(user.asyncWindow.invoked), u16(user.asyncWindow.performed))];
  const roles = user.roles.map((role) => item(ITEM.role, u16(role.sopClassUid.length), latin1(role.sopClassUid), Buffer.from([Number(role.scuRole), Number(role.scpRole)])));
  return item(ITEM.user, item(ITEM.maxPdu, max), item(ITEM.classUid, latin1(user.implementationClassUid)), ...window, ...roles, item(ITEM.versionName, latin1(user.implementationVersionName)));
};

const encodeHead = (head: AssociateHead): Buffer => {
  const fixed = Buffer.alloc(FIXED_BYTES);
  fixed.writeUInt16BE(head.protocolVersion, 0);
  fixed.write(head.calledAe.padEnd(16).slice(0, 16), 4, 'latin1');
  fixed.write(head.callingAe.padEnd(16).slice(0, 16), 20, 'latin1');
  return Buffer.concat([fixed, item(ITEM.applicationContext, latin1(head.applicationContext))]);
};

/** The whole A-ASSOCIATE-RQ. @source PS3.8 9.3.2 */
export const encodeAssociateRequest = (request: AssociateRequest): Buffer => {
  const contexts = request.contexts.map((context) =>
    item(ITEM.proposedContext, Buffer.from([context.id, 0, 0, 0]), item(ITEM.abstractSyntax, latin1(context.abstractSyntax)), ...context.transferSyntaxes.map((uid) => item(ITEM.transferSyntax, latin1(uid)))));
  return encodePdu(PDU.associateRequest, Buffer.concat([encodeHead(request), ...contexts, encodeUser(request.user)]));
};

/** The whole A-ASSOCIATE-AC. @source PS3.8 9.3.3 */
export const encodeAssociateAccept = (accept: AssociateAccept): Buffer => {
  const contexts = accept.contexts.map((context) => item(ITEM.contextResult, Buffer.from([context.id, 0, context.result, 0]), item(ITEM.transferSyntax, latin1(context.transferSyntax))));
  return encodePdu(PDU.associateAccept, Buffer.concat([encodeHead(accept), ...contexts, encodeUser(accept.user)]));
};
