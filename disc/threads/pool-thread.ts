/** The code of a thread of the pool: calls `run` of the module it is told, and answers what that returned or threw; or loads a module ahead. */
import { parentPort } from 'node:worker_threads';

export interface PoolOrder {
  readonly module: string;
  readonly data: unknown;
}

/** A module that an order will name soon. */
export interface PoolNotice {
  readonly ahead: string;
}

export type PoolAnswer = { readonly result: unknown } | { readonly error: unknown };

const perform = async ({ module, data }: PoolOrder): Promise<PoolAnswer> => {
  try {
    const { run } = await import(module) as { readonly run: (data: unknown) => unknown };
    return { result: await run(data) };
  } catch (error) {
    return { error };
  }
};

parentPort?.on('message', (message: PoolOrder | PoolNotice) => {
  // A module that cannot be loaded is told of to who orders it.
  if ('ahead' in message) void import(message.ahead).catch(() => undefined);
  else void perform(message).then((answer) => { parentPort?.postMessage(answer); });
});
