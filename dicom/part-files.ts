/**
 * Opens part files, some of them ahead: while the file system writes its journal, making a file takes a while, and what
 * waits for that in the thread of the associations keeps all of them waiting. Only where instances follow each other.
 */
import { randomBytes } from 'node:crypto';
import { close, open, openSync, unlink } from 'node:fs';
import { join } from 'node:path';

export interface OpenPart {
  readonly part: string;
  readonly fd: number;
}

export interface PartFiles {
  /** An empty file for reading and writing, under a name of its own. Throws errors of the file system. */
  open(): OpenPart;
}

/** Files to open ahead: about as many instances as arrive while the file system makes a file. */
export const FILES_AHEAD = 6;
/** Instances that come faster than this are a stream. */
const STREAM_MS = 100;
/** Without an instance for so long the files are removed. */
const IDLE_MS = 300;

const FLAGS = 'wx+';
const MODE = 0o640;

/** Makes the part files of one run below a folder that exists; up to `ahead` of them before they are asked for. */
export const createPartFiles = (directory: string, ahead: number): PartFiles => {
  const run = randomBytes(12).toString('hex');
  const ready: OpenPart[] = [];
  let opened = 0;
  let opening = 0;
  let lastAt = -Infinity;
  let idle: NodeJS.Timeout | undefined;

  const nextName = (): string => join(directory, `${run}-${(opened += 1)}.part`);

  const drop = ({ part, fd }: OpenPart): void => close(fd, () => unlink(part, () => undefined));

  const endStream = (): void => {
    idle = undefined;
    for (const one of ready.splice(0)) drop(one);
  };

  const openAhead = (): void => {
    const part = nextName();
    opening += 1;
    open(part, FLAGS, MODE, (error, fd) => {
      opening -= 1;
      // Where this fails the next instance tries for itself, and tells.
      if (error !== null) return;
      if (idle === undefined) drop({ part, fd });
      else ready.push({ part, fd });
    });
  };

  const noteArrival = (): void => {
    const now = performance.now();
    const isStream = now - lastAt < STREAM_MS;
    lastAt = now;
    if (idle !== undefined) idle.refresh();
    else if (isStream && ahead > 0) idle = setTimeout(endStream, IDLE_MS).unref();
    if (idle === undefined) return;
    while (ready.length + opening < ahead) openAhead();
  };

  return {
    open: () => {
      const first = ready.shift();
      noteArrival();
      if (first !== undefined) return first;
      const part = nextName();
      return { part, fd: openSync(part, FLAGS, MODE) };
    },
  };
};
