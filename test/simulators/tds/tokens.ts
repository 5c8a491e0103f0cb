/** Encodes the few TDS tokens the simulated server answers with. @source MS-TDS 2.2.7 */
export type TdsValue = string | number | Date | null;

export interface TdsAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly TdsValue[])[];
  /** Rows the statement touched. */
  readonly affected: number;
}

const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);
const u16 = (n: number): Buffer => { const b = Buffer.alloc(2); b.writeUInt16LE(n); return b; };
const u32 = (n: number): Buffer => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
const u64 = (n: number): Buffer => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const shortText = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);

const DAY_MS = 86_400_000;
const DAYS_BEFORE_EPOCH = 719_162;

const typeOf = (values: readonly TdsValue[]): { readonly info: Buffer; encode(value: TdsValue): Buffer } => {
  const sample = values.find((v) => v !== null);
  if (typeof sample === 'number') {
    return { info: Buffer.from([0x26, 8]), encode: (v) => { if (typeof v !== 'number') return Buffer.from([0]); const b = Buffer.alloc(8); b.writeBigInt64LE(BigInt(v)); return Buffer.concat([Buffer.from([8]), b]); } };
  }
  if (sample instanceof Date) {
    return { info: Buffer.from([0x2a, 3]), encode: (v) => {
      if (!(v instanceof Date)) return Buffer.from([0]);
      const days = Math.floor(v.getTime() / DAY_MS);
      return Buffer.concat([Buffer.from([7]), u32(v.getTime() - days * DAY_MS), u32(days + DAYS_BEFORE_EPOCH).subarray(0, 3)]);
    } };
  }
  return { info: Buffer.concat([Buffer.from([0xe7]), u16(8000), COLLATION]), encode: (v) => { if (v === null) return u16(0xffff); const text = Buffer.from(String(v), 'utf16le'); return Buffer.concat([u16(text.length), text]); } };
};

export const done = (token: 0xfd | 0xfe | 0xff, affected: number, hasMore = false): Buffer =>
  Buffer.concat([Buffer.from([token]), u16((hasMore ? 0x01 : 0) | 0x10), u16(0), u64(affected)]);

const rowsOf = ({ columns, rows }: TdsAnswer): Buffer => {
  if (columns.length === 0) return Buffer.alloc(0);
  const types = columns.map((_, i) => typeOf(rows.map((row) => row[i] ?? null)));
  const head = columns.map((name, i) => Buffer.concat([u32(0), u16(0x0009), (types[i] as (typeof types)[number]).info, shortText(name)]));
  const body = rows.map((row) => Buffer.concat([Buffer.from([0xd1]), ...columns.map((_, i) => (types[i] as (typeof types)[number]).encode(row[i] ?? null))]));
  return Buffer.concat([Buffer.from([0x81]), u16(columns.length), ...head, ...body]);
};

/** The answer to a statement, sent as a batch or by sp_executesql. */
export const answerTokens = (answer: TdsAnswer, isRpc: boolean): Buffer =>
  isRpc ? Buffer.concat([rowsOf(answer), done(0xff, answer.affected, true), Buffer.from([0x79]), u32(0), done(0xfe, 0)]) : Buffer.concat([rowsOf(answer), done(0xfd, answer.affected)]);

/** An error of the server. */
export const errorTokens = (number: number, message: string): Buffer => {
  const text = Buffer.concat([u32(number), Buffer.from([1, 13]), u16(message.length), Buffer.from(message, 'utf16le'), shortText('simulated'), shortText(''), u32(1)]);
  return Buffer.concat([Buffer.from([0xaa]), u16(text.length), text, Buffer.from([0xfd]), u16(0x02), u16(0), u64(0)]);
};

export const preloginTokens = (): Buffer => Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2]);

export const loginTokens = (): Buffer => {
  const collation = Buffer.concat([Buffer.from([7, 5]), COLLATION, Buffer.from([0])]);
  const ack = Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), shortText('Simulated'), Buffer.from([16, 0, 0, 0])]);
  return Buffer.concat([Buffer.from([0xe3]), u16(collation.length), collation, Buffer.from([0xad]), u16(ack.length), ack, done(0xfd, 0)]);
};

const TRANSACTION = Buffer.from([1, 0, 0, 0, 0, 0, 0, 1]);

/** Begin (5), commit (7) or rollback (8) of a transaction. */
export const transactionTokens = (kind: number): Buffer => {
  const change = kind === 5 ? Buffer.concat([Buffer.from([8, 8]), TRANSACTION, Buffer.from([0])]) : Buffer.concat([Buffer.from([kind === 7 ? 9 : 10, 0, 8]), TRANSACTION]);
  return Buffer.concat([Buffer.from([0xe3]), u16(change.length), change, done(0xfd, 0)]);
};
