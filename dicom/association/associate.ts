/**
 * Bytes of A-ASSOCIATE-RQ and A-ASSOCIATE-AC: head and presentation contexts; user-information.ts has the rest.
 * Unknown items are skipped, as the Standard asks.
 */
import { ITEM, eachItem, invalid, item, latin1, need, text } from './items.ts';
import type { Visit } from './items.ts';
import { PDU, encodePdu } from './pdu.ts';
import { NO_USER_INFORMATION, decodeUser, encodeUser } from './user-information.ts';
import type { RoleSelection, UserInformation } from './user-information.ts';

export type { RoleSelection, UserInformation };

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

const FIXED_BYTES = 68;

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
  let user = NO_USER_INFORMATION;
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
