/**
 * What the supervisor tells its child processes: where database and Temporal are. A file of 0600, because the database address is a secret
 * and arguments and environment of a process can be read by others.
 */
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from './durable-file.ts';
import { ApplianceError } from './errors.ts';
import type { Home } from './home.ts';

export interface Endpoints {
  readonly home: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** Address of Temporal's own web page; empty when it is not ours. */
  readonly temporalUi: string;
}

/** Writes the endpoints; answers the path to hand to the children. */
export const writeEndpoints = async (home: Home, endpoints: Endpoints): Promise<string> => {
  const path = join(home.run, 'endpoints.json');
  await writeJsonFile(path, endpoints, { mode: 0o600 });
  return path;
};

/**
 * Reads the endpoints file a child process was given.
 * @throws {ApplianceError} CONFIG_INVALID when it is absent or incomplete
 */
export const readEndpoints = async (path: string): Promise<Endpoints> => {
  const value = await readJsonFile(path);
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const take = (name: keyof Endpoints): string => {
    const field = fields[name];
    if (typeof field !== 'string') throw new ApplianceError('CONFIG_INVALID', `the endpoints file ${path} does not say ${name}`);
    return field;
  };
  return { home: take('home'), databaseUrl: take('databaseUrl'), temporalAddress: take('temporalAddress'), temporalNamespace: take('temporalNamespace'), temporalUi: take('temporalUi') };
};
