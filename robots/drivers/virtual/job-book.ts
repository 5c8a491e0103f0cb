/**
 * The jobs of a robot, one file each. Jobs at work stay in memory; ended ones are read again when asked for.
 * A key is never forgotten: of a job that vanished, an empty <key>.lost stays.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, syncFolder, writeDurably, writeJsonFile } from '../../../infra/durable-file.ts';
import { isEnded, jobRecordSchema } from './job-record.ts';
import type { JobRecord } from './job-record.ts';

export interface JobBook {
  /** Every job that has not ended. */
  open(): readonly JobRecord[];
  /** The reference under which a key (in any case) was submitted. */
  refOf(key: string): string | undefined;
  /** A job by its reference, ended or not; undefined when unknown, vanished or unreadable. */
  read(ref: string): Promise<JobRecord | undefined>;
  add(record: JobRecord): Promise<void>;
  /** Changes a job that has not ended; changes of one job follow each other. Answers the new record. */
  update(key: string, change: (record: JobRecord) => JobRecord): Promise<JobRecord | undefined>;
  vanish(key: string): Promise<void>;
  /** Where the results found at opening say that each disc belongs. */
  readonly places: ReadonlyMap<number, string>;
  nextAge(): number;
}

const load = async (path: string): Promise<JobRecord | undefined> => {
  let value: unknown;
  try {
    value = await readJsonFile(path);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const result = jobRecordSchema.safeParse(value);
  return result.success ? result.data : undefined;
};

/** Number of a disc out of its place "bin folder/bin/number". */
const numberIn = (place: string): number => Number(place.slice(place.lastIndexOf('/') + 1));

export const openJobBook = async (folder: string): Promise<JobBook> => {
  const refs = new Map<string, string>();
  const active = new Map<string, JobRecord>();
  const places = new Map<number, string>();
  const chains = new Map<string, Promise<unknown>>();
  let lastAge = 0;
  const fileOf = (key: string): string => join(folder, `${key}.json`);

  for (const name of await readdir(folder)) {
    const found = /^([A-Za-z0-9_-]{1,32})\.(json|lost)$/.exec(name);
    if (!found?.[1]) continue;
    refs.set(found[1].toLowerCase(), found[1]);
    if (found[2] === 'lost') continue;
    const record = await load(join(folder, name));
    if (!record) continue;
    lastAge = Math.max(lastAge, record.age);
    for (const { place } of record.discs) places.set(numberIn(place), place);
    if (!isEnded(record)) active.set(found[1].toLowerCase(), record);
  }
  // A crash between the two halves of vanish() leaves both files; the tombstone decides.
  for (const name of await readdir(folder)) {
    const key = /^(.+)\.lost$/.exec(name)?.[1];
    if (key === undefined) continue;
    active.delete(key.toLowerCase());
    await rm(fileOf(key), { force: true });
  }

  const inTurn = async <T>(key: string, action: () => Promise<T>): Promise<T> => {
    const before = chains.get(key) ?? Promise.resolve();
    const mine = before.then(action, action);
    chains.set(key, mine);
    try {
      return await mine;
    } finally {
      if (chains.get(key) === mine) chains.delete(key);
    }
  };

  return {
    places,
    open: () => [...active.values()],
    refOf: (key) => refs.get(key.toLowerCase()),
    async read(ref) {
      const key = ref.toLowerCase();
      const name = refs.get(key);
      return active.get(key) ?? (name === undefined ? undefined : load(fileOf(name)));
    },
    async add(record) {
      const key = record.job.key.toLowerCase();
      await writeJsonFile(fileOf(record.job.key), record);
      refs.set(key, record.job.key);
      active.set(key, record);
    },
    update: (ref, change) => inTurn(ref.toLowerCase(), async () => {
      const key = ref.toLowerCase();
      const record = active.get(key);
      if (!record) return undefined;
      const next = change(record);
      await writeJsonFile(fileOf(record.job.key), next);
      if (isEnded(next)) active.delete(key);
      else active.set(key, next);
      return next;
    }),
    vanish: (ref) => inTurn(ref.toLowerCase(), async () => {
      const name = refs.get(ref.toLowerCase()) ?? ref;
      await writeDurably(join(folder, `${name}.lost`), '');
      active.delete(ref.toLowerCase());
      await rm(fileOf(name), { force: true });
      await syncFolder(folder);
    }),
    nextAge() {
      lastAge = Math.max(lastAge + 1, Date.now());
      return lastAge;
    },
  };
};
