/**
 * Bytes of the User Information item of A-ASSOCIATE-RQ and -AC and of its sub-items.
 * Unknown sub-items are skipped, as the Standard asks.
 */
import { ITEM, eachItem, invalid, item, latin1, need, text, u16 } from './items.ts';

export interface RoleSelection {
  readonly sopClassUid: string;
  readonly scuRole: boolean;
  readonly scpRole: boolean;
}

/** Bytes whose meaning the service class defines. @source PS3.7 D.3.3.5 */
export interface ExtendedNegotiation {
  readonly sopClassUid: string;
  readonly info: Buffer;
}

/** Which service class a SOP class belongs to, and which known ones it resembles. Asks for no answer. @source PS3.7 D.3.3.6 */
export interface CommonExtendedNegotiation {
  readonly sopClassUid: string;
  readonly serviceClassUid: string;
  readonly relatedSopClassUids: readonly string[];
}

/** `type` 1 user name, 2 user name and passcode, 3 Kerberos ticket, 4 SAML assertion, 5 JSON web token. @source PS3.7 D.3.3.7 */
export interface UserIdentity {
  readonly type: number;
  readonly isResponseRequested: boolean;
  readonly primary: Buffer;
  /** The passcode; empty but for type 2. */
  readonly secondary: Buffer;
}

export interface UserInformation {
  /** Longest P-DATA-TF the writer takes, in bytes; 0 = no limit. */
  readonly maxPduBytes: number;
  readonly implementationClassUid: string;
  readonly implementationVersionName: string;
  readonly asyncWindow?: { readonly invoked: number; readonly performed: number };
  readonly roles: readonly RoleSelection[];
  readonly extended?: readonly ExtendedNegotiation[];
  readonly commonExtended?: readonly CommonExtendedNegotiation[];
  readonly userIdentity?: UserIdentity;
  /** The acceptor's word that it took the identity; empty for user names. */
  readonly identityResponse?: Buffer;
}

/** A field behind its 16-bit length; answers its bounds. */
const field = (body: Buffer, at: number, to: number, name: string): { readonly from: number; readonly end: number } => {
  need(at, to, 2, name);
  const end = at + 2 + body.readUInt16BE(at);
  if (end > to) throw invalid(`${name} item too short`);
  return { from: at + 2, end };
};

const decodeRole = (body: Buffer, from: number, to: number): RoleSelection => {
  const uid = field(body, from, to, 'role selection');
  need(uid.end, to, 2, 'role selection');
  return { sopClassUid: text(body, uid.from, uid.end), scuRole: body[uid.end] === 1, scpRole: body[uid.end + 1] === 1 };
};

const decodeExtended = (body: Buffer, from: number, to: number): ExtendedNegotiation => {
  const uid = field(body, from, to, 'extended negotiation');
  return { sopClassUid: text(body, uid.from, uid.end), info: Buffer.from(body.subarray(uid.end, to)) };
};

const decodeCommonExtended = (body: Buffer, from: number, to: number): CommonExtendedNegotiation => {
  const name = 'common extended negotiation';
  const sop = field(body, from, to, name);
  const service = field(body, sop.end, to, name);
  const related = field(body, service.end, to, name);
  const relatedSopClassUids: string[] = [];
  for (let at = related.from; at < related.end;) {
    const uid = field(body, at, related.end, name);
    relatedSopClassUids.push(text(body, uid.from, uid.end));
    at = uid.end;
  }
  return { sopClassUid: text(body, sop.from, sop.end), serviceClassUid: text(body, service.from, service.end), relatedSopClassUids };
};

const decodeIdentity = (body: Buffer, from: number, to: number): UserIdentity => {
  need(from, to, 2, 'user identity');
  const primary = field(body, from + 2, to, 'user identity');
  const secondary = field(body, primary.end, to, 'user identity');
  return {
    type: body.readUInt8(from), isResponseRequested: body[from + 1] === 1,
    primary: Buffer.from(body.subarray(primary.from, primary.end)), secondary: Buffer.from(body.subarray(secondary.from, secondary.end)),
  };
};

type Draft = { -readonly [K in keyof UserInformation]: UserInformation[K] } & { roles: RoleSelection[] };
type Take = (user: Draft, body: Buffer, from: number, to: number) => void;

const TAKE: Readonly<Partial<Record<number, Take>>> = {
  [ITEM.maxPdu]: (user, body, from, to) => { need(from, to, 4, 'maximum length'); user.maxPduBytes = body.readUInt32BE(from); },
  [ITEM.classUid]: (user, body, from, to) => { user.implementationClassUid = text(body, from, to); },
  [ITEM.versionName]: (user, body, from, to) => { user.implementationVersionName = text(body, from, to); },
  [ITEM.asyncWindow]: (user, body, from, to) => { need(from, to, 4, 'asynchronous window'); user.asyncWindow = { invoked: body.readUInt16BE(from), performed: body.readUInt16BE(from + 2) }; },
  [ITEM.role]: (user, body, from, to) => { user.roles.push(decodeRole(body, from, to)); },
  [ITEM.extended]: (user, body, from, to) => { user.extended = [...(user.extended ?? []), decodeExtended(body, from, to)]; },
  [ITEM.commonExtended]: (user, body, from, to) => { user.commonExtended = [...(user.commonExtended ?? []), decodeCommonExtended(body, from, to)]; },
  [ITEM.identity]: (user, body, from, to) => { user.userIdentity = decodeIdentity(body, from, to); },
  [ITEM.identityResponse]: (user, body, from, to) => { const answer = field(body, from, to, 'user identity response'); user.identityResponse = Buffer.from(body.subarray(answer.from, answer.end)); },
};

/** Of a peer that says nothing: it names no limit and gets none from us. @source PS3.8 D.1 */
export const NO_USER_INFORMATION: UserInformation = { maxPduBytes: 0, implementationClassUid: '', implementationVersionName: '', roles: [] };

/** Reads the sub-items. @throws {ApplianceError} ASSOCIATION_PROTOCOL for items cut short @source PS3.7 D.3.3 */
export const decodeUser = (body: Buffer, from: number, to: number): UserInformation => {
  const user: Draft = { ...NO_USER_INFORMATION, roles: [] };
  eachItem(body, from, to, (type, start, end) => TAKE[type]?.(user, body, start, end));
  return user;
};

const long = (...parts: readonly Buffer[]): Buffer => { const bytes = Buffer.concat(parts); return Buffer.concat([u16(bytes.length), bytes]); };

/** The whole item, sub-items in ascending order of their types. @source PS3.8 9.3.2.3, PS3.7 D.3.3 */
export const encodeUser = (user: UserInformation): Buffer => {
  const max = Buffer.alloc(4);
  max.writeUInt32BE(user.maxPduBytes);
  const { asyncWindow, userIdentity: identity, identityResponse } = user;
  return item(ITEM.user,
    item(ITEM.maxPdu, max), item(ITEM.classUid, latin1(user.implementationClassUid)),
    ...(asyncWindow === undefined ? [] : [item(ITEM.asyncWindow, u16(asyncWindow.invoked), u16(asyncWindow.performed))]),
    ...user.roles.map((role) => item(ITEM.role, long(latin1(role.sopClassUid)), Buffer.from([Number(role.scuRole), Number(role.scpRole)]))),
    item(ITEM.versionName, latin1(user.implementationVersionName)),
    ...(user.extended ?? []).map((one) => item(ITEM.extended, long(latin1(one.sopClassUid)), one.info)),
    ...(user.commonExtended ?? []).map((one) => item(ITEM.commonExtended, long(latin1(one.sopClassUid)), long(latin1(one.serviceClassUid)), long(...one.relatedSopClassUids.map((uid) => long(latin1(uid)))))),
    ...(identity === undefined ? [] : [item(ITEM.identity, Buffer.from([identity.type, Number(identity.isResponseRequested)]), long(identity.primary), long(identity.secondary))]),
    ...(identityResponse === undefined ? [] : [item(ITEM.identityResponse, long(identityResponse))]));
};
