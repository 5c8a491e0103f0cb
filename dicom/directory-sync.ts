/** Makes directory entries durable, one fsync for everyone who waits. */
import { closeSync, fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';

const fsyncAsync = promisify(fsync);

/** Only the sync goes to another thread: opening and closing cost less than the way there. */
const syncOnce = async (directory: string): Promise<void> => {
  const fd = openSync(directory, 'r');
  try {
    await fsyncAsync(fd);
  } finally {
    closeSync(fd);
  }
};

/**
 * Makes a function that resolves when all entries made in a directory before the call are on the disk.
 * Calls that come while a sync of the same directory runs share the next one.
 */
export const createDirectorySync = (sync: (directory: string) => Promise<void> = syncOnce): ((directory: string) => Promise<void>) => {
  const running = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();
  const start = (directory: string): Promise<void> => {
    const run = sync(directory).finally(() => running.delete(directory));
    running.set(directory, run);
    return run;
  };
  return (directory) => {
    const current = running.get(directory);
    if (current === undefined) return start(directory);
    const shared = next.get(directory);
    if (shared !== undefined) return shared;
    // The running sync may have passed our entry already: it does not count, whether it fails or not.
    const follow = current.then(() => undefined, () => undefined).then(() => {
      next.delete(directory);
      return start(directory);
    });
    next.set(directory, follow);
    return follow;
  };
};
