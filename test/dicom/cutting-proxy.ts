/** A network that breaks: passes bytes on to a port and cuts connections by script. */
import { connect, createServer } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Connections so far. */
  opened(): number;
  close(): void;
}

/** `cut(nth, passed, chunk)` says whether the nth connection (from 0) breaks instead of passing this chunk, with `passed` bytes sent before. */
export const startCuttingProxy = async (to: number, cut: (nth: number, passed: number, chunk: Buffer) => boolean): Promise<CuttingProxy> => {
  let opened = 0;
  const server = createServer((socket) => {
    const nth = opened;
    opened += 1;
    let passed = 0;
    const onward = connect(to, '127.0.0.1');
    const end = (): void => { socket.destroy(); onward.destroy(); };
    for (const one of [socket, onward]) one.on('error', () => undefined).on('close', end);
    socket.on('data', (chunk: Buffer) => {
      if (cut(nth, passed, chunk)) return end();
      passed += chunk.length;
      onward.write(chunk);
    });
    onward.on('data', (chunk) => socket.write(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, opened: () => opened, close: () => server.close() };
};
