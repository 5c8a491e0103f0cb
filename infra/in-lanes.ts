/** Work on many items, a few at the same time. */

/**
 * Works on the items in their order, `lanes` of them at a time; the first failure lets nothing new begin, and is thrown once the others have ended.
 * @throws the reason of `signal` when it is aborted
 */
export const inLanes = async <T>(items: readonly T[], lanes: number, signal: AbortSignal, work: (item: T) => Promise<void>): Promise<void> => {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      signal.throwIfAborted();
      await work(item).catch((error: unknown) => { queue.length = 0; throw error; });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
};
