/** Verification as SCU: one C-ECHO on an association of its own. */
import { ApplianceError } from '../infra/errors.ts';
import { COMMAND } from './association/command.ts';
import { Requestor } from './association/requestor.ts';
import type { ClientTls } from './association/secure.ts';
import { UID } from './tables/uids.ts';

export interface EchoOptions {
  readonly host: string;
  readonly port: number;
  readonly calledAe: string;
  readonly callingAe: string;
  /** Speaks TLS; without it plain. */
  readonly tls?: ClientTls;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks another AE whether it answers; resolves with its status (0 = success) and the time it took.
 * @throws {ApplianceError} ASSOCIATION_REJECTED, ASSOCIATION_ABORTED, ASSOCIATION_TIMED_OUT, ASSOCIATION_REFUSED_CONTEXT
 * @source PS3.4 Annex A
 */
export const echo = async (options: EchoOptions): Promise<{ readonly status: number; readonly elapsedMs: number }> => {
  const startedAt = performance.now();
  const contexts = [{ id: 1, abstractSyntax: UID.verification, transferSyntaxes: [UID.implicitLittleEndian] }];
  const requestor = await Requestor.open({ ...options, contexts, timeoutSeconds: options.timeoutSeconds ?? 30 });
  try {
    if (requestor.contextFor(UID.verification) === undefined) throw new ApplianceError('ASSOCIATION_REFUSED_CONTEXT', 'Verification is not accepted');
    requestor.send(1, { commandField: COMMAND.echoRequest, affectedSopClassUid: UID.verification }, 'none');
    const { command } = await requestor.response();
    return { status: command.status ?? 0, elapsedMs: performance.now() - startedAt };
  } finally {
    await requestor.release();
  }
};
