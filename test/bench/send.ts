/** Sends slices as modalities do: one storescu process per folder, all at once. */
import { runToEnd } from './processes.ts';
import { needed, socketEnv } from './receive-targets.ts';
import type { SocketWish, Target } from './receive-targets.ts';
import type { SliceSet } from './ct-files.ts';

const LIMIT_MS = 600_000;

/** Answers the seconds until the last sender ended. With `nagle` the senders keep their sockets as DCMTK makes them. @throws TypeError when a sender fails */
export const sendAll = async (target: Pick<Target, 'port' | 'calledAe'>, slices: SliceSet, { nagle = false }: SocketWish = {}): Promise<number> => {
  const began = performance.now();
  await Promise.all(slices.folders.map((folder) => runToEnd(needed('storescu'), ['-aet', 'BENCH', '-aec', target.calledAe, '127.0.0.1', String(target.port), '+sd', '+r', folder], { limitMs: LIMIT_MS, env: socketEnv(nagle) })));
  return (performance.now() - began) / 1000;
};
