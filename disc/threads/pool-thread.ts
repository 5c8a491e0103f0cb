/** The code of a thread of the pool: calls `run` of the module it is told, and answers what that returned or threw. */
import { parentPort } from 'node:worker_threads';

export interface PoolOrder {
  readonly module: string;
  readonly data: unknown;
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

parentPort?.on('message', (order: PoolOrder) => {
  void perform(order).then((answer) => { parentPort?.postMessage(answer); });
});
