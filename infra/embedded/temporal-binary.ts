/**
 * Gets the `temporal` program of the pinned version: named by a setting, kept from before, the official archive, or built with Go.
 * Never takes whatever lies on the PATH: the server's file is not migrated, so its version must be known.
 */
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplianceError } from '../errors.ts';
import { run } from '../exec.ts';
import { openDownload } from './download.ts';
import type { OnStep } from './keeper.ts';
import { extractFile } from './tar.ts';

export const TEMPORAL_VERSION = '1.5.1';
/** Server inside that version; a program built with Go does not know its own version, but this one. */
const SERVER_VERSION = '1.29.1';
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
const CONNECT_MS = 5_000;
const SILENCE_MS = 30_000;
const BUILD_MS = 45 * 60_000;

export interface TemporalBinary {
  readonly path: string;
  /** Version of the server inside, e.g. 1.29.1. */
  readonly serverVersion: string;
}

export interface TemporalBinaryOptions {
  /** Setting temporalBinary; '' = none named. */
  readonly named: string;
  readonly cacheDirectory: string;
  readonly archiveUrl: string;
  readonly onStep: OnStep;
  /** Environment for Go: it needs HOME, PATH, proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly connectMs?: number;
  readonly signal?: AbortSignal;
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, (error: unknown) => {
  if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
  throw error;
});

const reason = (error: unknown): string => error instanceof Error ? error.message.split('\n')[0] ?? error.name : String(error);

const versionLine = async (path: string): Promise<string> => {
  const { code, stdoutTail } = await run([path, '--version'], { timeoutMs: 20_000, env: { PATH: '/usr/bin:/bin' } });
  return code === 0 ? stdoutTail.trim() : '';
};

const serverVersionOf = (line: string): string | undefined => /\(Server ([\w.-]+)/.exec(line)?.[1];

/** What came by the archive must tell the pinned version; what was built here tells only that of its server. */
const isPinned = (line: string, isOfficial: boolean): boolean =>
  (line.startsWith(`temporal version ${TEMPORAL_VERSION} `) || (!isOfficial && line.startsWith('temporal version 0.0.0-DEV'))) && serverVersionOf(line) === SERVER_VERSION;

const fromArchive = async (options: TemporalBinaryOptions, folder: string, target: string): Promise<void> => {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = new URL(`${options.archiveUrl}/v${TEMPORAL_VERSION}?platform=${process.platform}&arch=${arch}`);
  const temporary = await mkdtemp(join(folder, '.archive-'));
  try {
    const body = await openDownload(url, { connectMs: options.connectMs ?? CONNECT_MS, silenceMs: SILENCE_MS });
    options.signal?.addEventListener('abort', () => { body.destroy(new RangeError('stopped')); }, { once: true });
    const expected = Number(body.headers['content-length'] ?? Number.NaN);
    let received = 0;
    body.on('data', (chunk: Buffer) => {
      received += chunk.length;
      const share = Number.isNaN(expected) ? '' : ` of ${Math.round(expected / 1e6)}`;
      options.onStep(`Fetching the Temporal server: ${Math.round(received / 1e6)}${share} MB`, true);
    });
    const unpacked = join(temporary, 'temporal');
    await extractFile(body, 'temporal', unpacked);
    if (!Number.isNaN(expected) && received !== expected) throw new RangeError(`${received} of ${expected} bytes arrived`);
    const line = await versionLine(unpacked);
    if (!isPinned(line, true)) throw new RangeError(`it holds another version (${line.slice(0, 80)})`);
    await rename(unpacked, target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

const goVersion = async (env: TemporalBinaryOptions['env']): Promise<string | undefined> => {
  try {
    const { code, stdoutTail } = await run(['go', 'env', 'GOVERSION'], { timeoutMs: 20_000, env });
    return code === 0 ? stdoutTail.trim() : undefined;
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
};

const isGoEnough = (version: string): boolean => {
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || Number(minor) >= 25;
};

const byGo = async (options: TemporalBinaryOptions, folder: string, target: string): Promise<void> => {
  const version = await goVersion(options.env);
  if (version === undefined) throw new RangeError('there is no Go here');
  if (!isGoEnough(version)) throw new RangeError(`${version} is older than go1.25`);
  const temporary = await mkdtemp(join(folder, '.build-'));
  options.onStep(`Building the Temporal server with ${version}: this takes some minutes, once`);
  const began = performance.now();
  const ticking = setInterval(() => { options.onStep(`Building the Temporal server: ${Math.round((performance.now() - began) / 1_000)} s`, true); }, 1_000);
  try {
    const built = await run(['go', 'install', `${GO_PACKAGE}@v${TEMPORAL_VERSION}`], { timeoutMs: BUILD_MS, ...(options.signal === undefined ? {} : { signal: options.signal }), env: { ...options.env, GOBIN: temporary, GOFLAGS: '' } });
    if (built.code !== 0) throw new RangeError(built.isTimedOut ? 'go takes too long' : `go says: ${built.stderrTail.trim().slice(-300)}`);
    const line = await versionLine(join(temporary, 'temporal'));
    if (!isPinned(line, false)) throw new RangeError(`go built another version (${line.slice(0, 80)})`);
    await rename(join(temporary, 'temporal'), target);
  } finally {
    clearInterval(ticking);
    await rm(temporary, { recursive: true, force: true });
  }
};

const named = async (path: string): Promise<TemporalBinary> => {
  const line = await versionLine(path).catch((error: unknown) => { throw new ApplianceError('CONFIG_TEMPORAL_SERVER', `temporalBinary: ${path} does not run (${reason(error)})`, { cause: error }); });
  const serverVersion = serverVersionOf(line);
  if (serverVersion === undefined) throw new ApplianceError('CONFIG_TEMPORAL_SERVER', `temporalBinary: ${path} does not tell its version`);
  return { path, serverVersion };
};

/**
 * Answers a `temporal` program, fetched or built when needed and then kept.
 * @throws {ApplianceError} CONFIG_TEMPORAL_SERVER naming what was tried and the four ways
 */
export const temporalBinary = async (options: TemporalBinaryOptions): Promise<TemporalBinary> => {
  if (options.named !== '') return named(options.named);
  const folder = join(options.cacheDirectory, TEMPORAL_VERSION);
  const path = join(folder, 'temporal');
  const found: TemporalBinary = { path, serverVersion: SERVER_VERSION };
  if (await exists(path) && isPinned(await versionLine(path).catch(() => ''), false)) return found;
  await mkdir(folder, { recursive: true });
  const tried: string[] = [];
  for (const [way, get] of [['the official archive', fromArchive], ['go install', byGo]] as const) {
    try {
      options.onStep(`Getting the Temporal server ${TEMPORAL_VERSION}: ${way}`);
      await get(options, folder, path);
      return found;
    } catch (error) {
      options.signal?.throwIfAborted();
      tried.push(`${way}: ${reason(error)}`);
      options.onStep(`Not by ${way}: ${reason(error)}`);
    }
  }
  throw new ApplianceError('CONFIG_TEMPORAL_SERVER', `${tried.join('; ')}. Ways: (1) set temporalAddress to a running cluster; (2) set temporalBinary to a temporal program, or put that of version ${TEMPORAL_VERSION} at ${path}; `
    + '(3) let this machine reach the setting temporalArchiveUrl; (4) install Go 1.25 or later and let it reach its module proxy', { details: { tried, path } });
};
