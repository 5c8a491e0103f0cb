/** What dcmjs-dimse 0.3.3 keeps to itself and we need: the socket under a client, and the release it sends by itself. */
import type { Socket } from 'node:net';

/** The socket; what concerns TLS is there where TLS was asked for. */
export interface ClientSocket extends Socket {
  readonly authorized?: boolean;
  /** A code, whatever the types of Node say. */
  readonly authorizationError?: unknown;
  setServername?(name: string): void;
}

export interface ClientNetwork {
  readonly socket: ClientSocket;
  sendAssociationReleaseRequest(): void;
}

/** `Client` while an association is open or being opened. */
export interface ClientInternals {
  readonly network?: ClientNetwork;
}

/** The dcmjs under dcmjs-dimse, whose loggers quote values of data sets. */
export interface DcmjsInternals {
  readonly log: { setLevel(level: 'silent', persist: boolean): void; getLoggers(): Readonly<Record<string, { setLevel(level: 'silent', persist: boolean): void }>> };
}
