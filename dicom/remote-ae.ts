/** A DICOM AE we talk to, as the AE registry knows it. Types only. */

export interface RemoteAe {
  readonly aeTitle: string;
  readonly host: string;
  readonly port: number;
  /** Talk TLS to it. */
  readonly tls: boolean;
  /** Associations we open to it at the same time. */
  readonly maxAssociations: number;
  /** Transfer syntaxes it prefers, best first; empty = what we hold, then native ones. */
  readonly preferredTransferSyntaxes: readonly string[];
}

/** Finds an AE by its title; undefined when it is not registered. */
export type FindAe = (aeTitle: string) => Promise<RemoteAe | undefined>;
