/** Looks whether a TCP port can be had, before a child process fails on it in its own words. */
import { createServer } from 'node:net';
import { ApplianceError } from './errors.ts';

/** Listens for a moment; answers the port (a free one for 0), or undefined when it is taken. */
const tryListen = (host: string, port: number): Promise<number | undefined> => new Promise((resolve, reject) => {
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') resolve(undefined);
    else reject(error);
  });
  server.listen({ host, port, exclusive: true }, () => {
    const address = server.address();
    server.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : port); });
  });
});

/** True when nobody listens there now. */
export const isPortFree = async (host: string, port: number): Promise<boolean> => (await tryListen(host, port)) !== undefined;

/** A port that is free now. */
export const freePort = async (host = '127.0.0.1'): Promise<number> => (await tryListen(host, 0)) ?? freePort(host);

/**
 * Makes sure that the port of a setting can be had.
 * @throws {ApplianceError} CONFIG_PORT_TAKEN naming port and setting; CONFIG_INVALID when the address is not ours or the port needs more rights
 */
export const requirePort = async (setting: string, host: string, port: number): Promise<void> => {
  let isFree: boolean;
  try {
    isFree = await isPortFree(host, port);
  } catch (error) {
    throw new ApplianceError('CONFIG_INVALID', `${setting}: cannot listen on ${host}:${port} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, { cause: error, details: { setting, host, port } });
  }
  if (!isFree) throw new ApplianceError('CONFIG_PORT_TAKEN', `port ${port} on ${host} (setting ${setting}) is taken by another program`, { details: { setting, host, port } });
};
