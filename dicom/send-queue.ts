/** The instances several associations take from, in order; what an association lost is taken again first. */
import type { SendableFile } from './sendable-file.ts';

export interface SendTask {
  readonly file: SendableFile;
  /** Associations that broke while it was sent. */
  readonly breaks: number;
}

export interface SendQueue {
  /** The next one, or undefined when there is none just now. @throws what the source throws */
  take(): Promise<SendTask | undefined>;
  again(task: SendTask): void;
  /** Lets go of the source. */
  close(): Promise<void>;
}

/** Makes a queue over a source that is read one instance at a time, however many take. */
export const createSendQueue = (source: AsyncIterable<SendableFile>): SendQueue => {
  const iterator = source[Symbol.asyncIterator]();
  const lost: SendTask[] = [];
  let failed: Promise<undefined> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const next = async (): Promise<SendTask | undefined> => {
    const first = lost.shift();
    if (first !== undefined) return first;
    if (failed !== undefined) return failed;
    const reading = iterator.next();
    const read = await reading.catch((error: unknown) => {
      // A source that failed looks like one that is at its end when it is asked again.
      failed = reading.then(() => undefined);
      failed.catch(() => undefined);
      throw error;
    });
    return read.done === true ? undefined : { file: read.value, breaks: 0 };
  };
  return {
    take: () => {
      const mine = turn.then(next);
      turn = mine.catch(() => undefined);
      return mine;
    },
    again: (task) => void lost.push(task),
    close: async () => {
      await turn;
      await iterator.return?.();
    },
  };
};
