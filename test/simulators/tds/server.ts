/**
 * A server that speaks just enough TDS for the `mssql` package: login without encryption, batches, sp_executesql, transactions.
 * It records every statement and answers by a script; it proves what is sent, not that SQL Server would take it. @source MS-TDS 2.2
 */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { answerTokens, errorTokens, loginTokens, preloginTokens, transactionTokens } from './tokens.ts';
import type { TdsAnswer } from './tokens.ts';

export interface RecordedStatement {
  readonly sql: string;
  /** Parameter declarations, e.g. `@1 varchar(64), @2 bigint`. */
  readonly parameters: string;
}

export interface TdsServer {
  readonly port: number;
  readonly recorded: readonly RecordedStatement[];
  clear(): void;
  close(): Promise<void>;
}

const TRANSACTION_WORDS: Readonly<Record<number, string>> = { 5: 'begin transaction', 7: 'commit transaction', 8: 'rollback transaction' };

const nvarchar = (data: Buffer, at: number): { text: string; next: number } => {
  const nameLength = data.readUInt8(at) * 2;
  let p = at + 1 + nameLength + 1;
  const type = data.readUInt8(p);
  const max = data.readUInt16LE(p + 1);
  p += 8;
  if (type !== 0xe7 && type !== 0x63) throw new TypeError(`parameter type ${type.toString(16)} is not text`);
  if (max !== 0xffff) {
    const length = data.readUInt16LE(p);
    return { text: data.toString('utf16le', p + 2, p + 2 + length), next: p + 2 + length };
  }
  p += 8;
  const parts: Buffer[] = [];
  for (let length = data.readUInt32LE(p); length > 0; length = data.readUInt32LE(p)) {
    parts.push(data.subarray(p + 4, p + 4 + length));
    p += 4 + length;
  }
  return { text: Buffer.concat(parts).toString('utf16le'), next: p + 4 };
};

const statementOf = (type: number, data: Buffer): RecordedStatement => {
  const body = data.readUInt32LE(0);
  if (type === 0x01) return { sql: data.toString('utf16le', body), parameters: '' };
  const isNumbered = data.readUInt16LE(body) === 0xffff;
  const at = isNumbered ? body + 6 : body + 2 + data.readUInt16LE(body) * 2 + 2;
  const statement = nvarchar(data, at);
  return { sql: statement.text, parameters: statement.next < data.length ? nvarchar(data, statement.next).text : '' };
};

const reply = (socket: Socket, tokens: Buffer): void => {
  const room = 4096 - 8;
  for (let at = 0, id = 1; at === 0 || at < tokens.length; at += room, id++) {
    const part = tokens.subarray(at, at + room);
    const header = Buffer.from([0x04, at + room >= tokens.length ? 1 : 0, 0, 0, 0, 0, id & 0xff, 0]);
    header.writeUInt16BE(part.length + 8, 2);
    socket.write(Buffer.concat([header, part]));
  }
};

/** Starts the server; `answer` gives rows, or the number of a SQL Server error. */
export const startTdsServer = async (answer: (statement: RecordedStatement) => TdsAnswer | { readonly error: number }): Promise<TdsServer> => {
  const recorded: RecordedStatement[] = [];
  const sockets = new Set<Socket>();

  const handle = (socket: Socket, type: number, data: Buffer): void => {
    if (type === 0x12) reply(socket, preloginTokens());
    else if (type === 0x10) reply(socket, loginTokens());
    else if (type === 0x0e) {
      const kind = data.readUInt16LE(data.readUInt32LE(0));
      recorded.push({ sql: TRANSACTION_WORDS[kind] ?? `transaction request ${kind}`, parameters: '' });
      reply(socket, transactionTokens(kind));
    } else if (type === 0x01 || type === 0x03) {
      const statement = statementOf(type, data);
      if (/^\s*set (textsize|ansi|quoted|arithabort|concat|cursor|datefirst|dateformat|implicit|language|lock_timeout|transaction|xact)/i.test(statement.sql) || /^select 1;?$/i.test(statement.sql)) { reply(socket, answerTokens({ columns: [], rows: [], affected: 0 }, false)); return; }
      recorded.push(statement);
      const given = answer(statement);
      reply(socket, 'error' in given ? errorTokens(given.error, 'simulated') : answerTokens(given, type === 0x03));
    }
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let waiting = Buffer.alloc(0);
    let message: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= 8 && waiting.length >= waiting.readUInt16BE(2)) {
        const length = waiting.readUInt16BE(2);
        const [type, isLast] = [waiting.readUInt8(0), (waiting.readUInt8(1) & 1) === 1];
        message.push(waiting.subarray(8, length));
        waiting = waiting.subarray(length);
        if (!isLast) continue;
        const data = Buffer.concat(message);
        message = [];
        handle(socket, type, data);
      }
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    port: (server.address() as AddressInfo).port,
    recorded,
    clear: () => { recorded.length = 0; },
    close: () => new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => { resolve(); });
    }),
  };
};
