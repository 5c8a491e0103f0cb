/**
 * Books of what was made for the discs of an order: one JSON line per instance, kept beside the files. A line is written once its
 * files are complete, so a start after a crash goes on where the last one ended.
 */
import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Book<Line> {
  /** What earlier runs wrote, the last line of each instance; empty when there is no book. */
  read(folder: string): Promise<ReadonlyMap<number, Line>>;
  /** Adds a line. It begins with a line end, so that a line cut off before it spoils only itself. */
  note(folder: string, line: Line): Promise<void>;
}

/** The last line may be cut off by a crash: it counts as not written. */
const parse = <Line>(line: string): readonly Line[] => {
  try {
    return [JSON.parse(line) as Line];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
};

/** The books of this name, one in each folder. */
export const bookNamed = <Line extends { readonly instanceId: number }>(name: string): Book<Line> => ({
  read: async (folder) => {
    const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return new Map(text.split('\n').filter((line) => line !== '').flatMap((line) => parse<Line>(line)).map((line) => [line.instanceId, line]));
  },
  note: (folder, line) => appendFile(join(folder, name), `\n${JSON.stringify(line)}`, { mode: 0o640 }),
});

/** Whether a file that a book names is there with all of its bytes. */
export const isWhole = (folder: string, { name, bytes }: { readonly name: string; readonly bytes: number }): Promise<boolean> =>
  stat(join(folder, name)).then(({ size }) => size === bytes, () => false);
