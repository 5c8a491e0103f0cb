/**
 * Asks whether a PostgreSQL server takes connections, without signing in.
 * @source PostgreSQL 18, 54.7 Message Formats: StartupMessage, AuthenticationRequest, ErrorResponse
 */
import { connect } from 'node:net';

/** 'ready' = it asks for the password; 'not-yet' = it answers but is starting or stopping; 'silent' = nobody answers. */
export type ProbeAnswer = 'ready' | 'not-yet' | 'silent';

const PROTOCOL_3 = 196_608;

const startupMessage = (user: string, database: string): Buffer => {
  const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(PROTOCOL_3, 4);
  return Buffer.concat([head, body]);
};

/** Probes 127.0.0.1; settles within two seconds. */
export const probePostgres = (port: number, names: { user: string; database: string }): Promise<ProbeAnswer> => new Promise((resolve) => {
  const socket = connect({ host: '127.0.0.1', port });
  const end = (answer: ProbeAnswer): void => {
    socket.destroy();
    resolve(answer);
  };
  socket.setTimeout(2_000, () => { end('silent'); });
  socket.once('error', () => { end('silent'); });
  socket.once('close', () => { end('silent'); });
  socket.once('connect', () => { socket.write(startupMessage(names.user, names.database)); });
  socket.once('data', (answer) => { end(answer[0] === 'R'.charCodeAt(0) ? 'ready' : 'not-yet'); });
});
