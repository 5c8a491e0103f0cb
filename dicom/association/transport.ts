/**
 * The socket of one association: receives into one buffer, writes, tells when it drained and closed.
 * Knows nothing of PDUs.
 */
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface TransportEvents {
  /** The bytes are overwritten by the next read. */
  received(chunk: Buffer): void;
  /** The peer closed, or the connection broke. Once. */
  closed(): void;
}

export interface Transport {
  /** False when the socket holds more than it should; drained() tells when it is better. */
  write(bytes: Buffer): boolean;
  /** Between these two, writes are gathered into one. */
  cork(): void;
  uncork(): void;
  /** Resolves when the socket has room, or has closed. A peer that takes nothing for too long is cut off. */
  drained(): Promise<void>;
  /** Stops and starts reading from the peer; what the kernel buffers then slows the peer down. */
  pause(): void;
  resume(): void;
  /** Sends what is waiting, then closes our side. */
  end(): void;
  destroy(): void;
  readonly isClosed: boolean;
  readonly host: string;
}

interface Handle {
  readStart(): number;
  useUserBuffer(buffer: Uint8Array): void;
}

/**
 * Takes the handle out of an accepted socket, so that a socket with its own receive buffer can be made around it.
 * net.Server has no option for that (Node 24), and `handle` of net.Socket is undocumented: where it looks different
 * the accepted socket itself is used, at about 1.3 times the CPU per byte.
 */
const takeHandle = (accepted: Socket): Handle | undefined => {
  const inner = accepted as unknown as { _handle: Partial<Handle> | null };
  const handle = inner._handle;
  if (handle === null || typeof handle?.readStart !== 'function' || typeof handle.useUserBuffer !== 'function') return undefined;
  inner._handle = null;
  return handle as Handle;
};

const withBuffer = (accepted: Socket, buffer: Buffer, received: (chunk: Buffer) => void): Socket => {
  // What a TLS socket reads are encrypted bytes: it must decrypt them itself.
  const handle = accepted instanceof TLSSocket ? undefined : takeHandle(accepted);
  if (handle === undefined) {
    accepted.on('data', received);
    return accepted;
  }
  const options = { handle, onread: { buffer, callback: (length: number): boolean => (received(buffer.subarray(0, length)), true) } };
  const socket = new Socket(options as unknown as ConstructorParameters<typeof Socket>[0]);
  // The husk only keeps the server from counting down its connections.
  accepted.destroy();
  return socket;
};

/** Wires an open socket. `onBytes` is already being called by the socket. */
const wire = (socket: Socket, closed: () => void, stallMs?: number): Transport => {
  let isClosed = false;
  socket.setNoDelay(true);
  // 'close' always follows and carries the news.
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    isClosed = true;
    closed();
  });
  return {
    write: (bytes) => isClosed || socket.write(bytes),
    cork: () => socket.cork(),
    uncork: () => socket.uncork(),
    drained: () =>
      new Promise((resolve) => {
        if (isClosed || socket.destroyed || !socket.writableNeedDrain) return resolve();
        const stalled = stallMs === undefined ? undefined : setTimeout(() => socket.destroy(), stallMs);
        const done = (): void => {
          clearTimeout(stalled);
          socket.off('drain', done);
          socket.off('close', done);
          resolve();
        };
        socket.on('drain', done);
        socket.on('close', done);
      }),
    pause: () => void socket.pause(),
    resume: () => {
      if (!isClosed) socket.resume();
    },
    end: () => {
      // Reading on lets the end of the peer be seen.
      socket.resume();
      socket.end();
    },
    destroy: () => void socket.destroy(),
    get isClosed() {
      return isClosed;
    },
    host: socket.remoteAddress ?? '',
  };
};

export interface AcceptOptions {
  /** All reads go into it; many transports may share it, for a read is handed on before the next one starts. */
  readonly buffer: Buffer;
  /** Seconds a peer may take nothing of what we wrote. */
  readonly stallSeconds: number;
}

/** Takes over a socket accepted with pauseOnConnect, or a TLS socket whose handshake is done. */
export const acceptTransport = (accepted: Socket, { buffer, stallSeconds }: AcceptOptions, events: TransportEvents): Transport => {
  const socket = withBuffer(accepted, buffer, (chunk) => events.received(chunk));
  const transport = wire(socket, () => events.closed(), stallSeconds * 1000);
  socket.resume();
  return transport;
};

/** Takes over a socket that is connected or connecting, for the requesting side. */
export const connectTransport = (socket: Socket, events: TransportEvents): Transport => {
  socket.on('data', (chunk: Buffer) => events.received(chunk));
  return wire(socket, () => events.closed());
};
