/** What every child process of the appliance opens first: configuration, endpoints, folders, log and catalog. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { openCatalog } from '../catalog/open.ts';
import { loadConfig, processEnvironment } from '../infra/config.ts';
import type { Config } from '../infra/config.ts';
import { readEndpoints } from '../infra/endpoints.ts';
import type { Endpoints } from '../infra/endpoints.ts';
import { homeLayout } from '../infra/home.ts';
import type { Home } from '../infra/home.ts';
import { createLogger } from '../infra/log.ts';
import type { Logger } from '../infra/log.ts';
import { runProcess } from '../infra/process-life.ts';
import type { Service } from '../infra/process-life.ts';

export interface ChildContext {
  readonly config: Config;
  readonly endpoints: Endpoints;
  readonly home: Home;
  /** Label pictures by serial; they stay when the spool is cleaned. */
  readonly labels: string;
  readonly log: Logger;
  readonly catalog: Catalog;
}

/** The version of the product, from package.json. */
export const productVersion = async (): Promise<string> => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};

/** Opens the context and runs `start` as the process's service; argument 2 is the endpoints file of the supervisor. */
export const runChild = async (name: string, start: (context: ChildContext) => Promise<Service>): Promise<void> => {
  const endpoints = await readEndpoints(process.argv[2] ?? '');
  const config = loadConfig({ env: processEnvironment(), home: endpoints.home });
  const home = homeLayout(endpoints.home);
  const log = createLogger({ process: name, level: config.logLevel, file: join(home.logs, `${name}.log`) });
  await runProcess({ name, log, isSupervised: true, start: async () => {
    const labels = join(home.folder, 'labels');
    await mkdir(labels, { recursive: true, mode: 0o750 });
    const catalog = await openCatalog({ databaseUrl: endpoints.databaseUrl, poolSize: 8, log: { info: (fields, message) => log.info(message ?? 'catalog', fields), warn: (fields, message) => log.warn(message ?? 'catalog', fields) } });
    const service = await start({ config, endpoints, home, labels, log, catalog });
    return { close: async () => { await service.close(); await catalog.close(); } };
  } });
};
