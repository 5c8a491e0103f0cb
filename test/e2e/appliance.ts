/** Starts a whole appliance in a home and on ports of its own, as `npm start` does, and speaks to it as clients do. Every wait has an end. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sendInstances } from '../../dicom/storage-scu.ts';
import type { SendResult } from '../../dicom/storage-scu.ts';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `ask` answers something; fails after the limit with what was waited for. */
export const until = async <T>(what: string, limitMs: number, ask: () => Promise<T | undefined | false>, everyMs = 200): Promise<T> => {
  let last: unknown;
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(everyMs)) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
  }
  throw new TypeError(`waited ${limitMs} ms for ${what}${last instanceof Error ? `; last: ${last.message}` : ''}`);
};

const freePorts = async (count: number, apart: number): Promise<number> => {
  for (let base = 20_000 + Math.floor(Math.random() * 20_000); ; base += 17) {
    const isFree = await Promise.all(Array.from({ length: count }, (_, n) => new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(base + n * apart, '127.0.0.1', () => server.close(() => resolve(true)));
    })));
    if (isFree.every(Boolean)) return base;
  }
};

export interface Order { readonly orderId: string; readonly state: string; readonly info: string; readonly waitingFor: string; readonly source: string; readonly isSupplement: boolean; readonly copiesGood: number; readonly instances: number; readonly options: { readonly copies: number } }
export interface Disc { readonly serial: string; readonly orderId: string; readonly state: string; readonly place: string; readonly robot: string; readonly copy: number; readonly index: number; readonly isSupplement: boolean; readonly fileSetId: string }
export interface Study { readonly studyId: number; readonly studyInstanceUid: string; readonly state: string; readonly concerns: readonly string[]; readonly instances: number }

export type Part = 'supervisor' | 'dicom-node' | 'work' | 'robot' | 'http';

export class TestAppliance {
  readonly home: string;
  readonly dicomPort: number;
  readonly httpPort: number;
  readonly temporalPort: number;
  output = '';
  private readonly env: Readonly<Record<string, string>>;
  private process: ChildProcess | undefined;

  private constructor(home: string, ports: readonly [number, number, number], env: Readonly<Record<string, string>>) {
    this.home = home;
    [this.dicomPort, this.httpPort, this.temporalPort] = ports;
    this.env = env;
  }

  static async start(env: Readonly<Record<string, string>> = {}, yaml = ''): Promise<TestAppliance> {
    const home = mkdtempSync(join(tmpdir(), 'spindle-e2e-'));
    if (yaml !== '') writeFileSync(join(home, 'spindle.yaml'), yaml);
    const near = await freePorts(3, 1);
    const temporal = await freePorts(2, 1_000);
    const appliance = new TestAppliance(home, [near, near + 1, temporal], env);
    await appliance.up();
    return appliance;
  }

  /** Starts the supervisor and waits until all parts serve. */
  async up(limitMs = 120_000): Promise<void> {
    const child = spawn(process.execPath, [fileURLToPath(new URL('../../workers/appliance.ts', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'pipe'], detached: true,
      env: {
        ...process.env, SPINDLE_HOME: this.home, SPINDLE_DICOM_PORT: String(this.dicomPort), SPINDLE_HTTP_PORT: String(this.httpPort), SPINDLE_TEMPORAL_PORT: String(this.temporalPort),
        SPINDLE_QUIET_SECONDS_DEFAULT: '2', SPINDLE_LABEL_DPI: '150', ...this.env,
      },
    });
    this.process = child;
    let said = '';
    const hear = (chunk: Buffer): void => { said += chunk.toString(); this.output += chunk.toString(); };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    let hasEnded = false;
    child.once('exit', () => { hasEnded = true; });
    await until('the appliance to be ready', limitMs, () => {
      if (hasEnded) throw new TypeError(`the appliance ended: ${said.slice(-2_000)}`);
      return Promise.resolve(said.includes('npm run demo'));
    });
  }

  /** SIGTERM, and waits for the end; answers the exit code. */
  async down(): Promise<number | null> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => { child.once('exit', (code) => resolve(code)); });
    child.kill('SIGTERM');
    return Promise.race([ended, sleep(60_000).then(() => { child.kill('SIGKILL'); throw new TypeError('the appliance did not stop within 60 s'); })]);
  }

  /** Ends whatever may still run of this home. */
  async destroy(remove: (folder: string) => void = (folder) => { rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }); }): Promise<void> {
    await this.down().catch(() => undefined);
    for (const pid of [...this.allPids(), ...this.postgresPids().slice(0, 1)]) try { process.kill(pid, 'SIGKILL'); } catch { /* It ended meanwhile. */ }
    const cluster = this.clusterFolder();
    for (const folder of [this.home, ...(cluster.startsWith(this.home) ? [] : [cluster])]) remove(folder);
  }

  get supervisorPid(): number { return this.process?.pid ?? -1; }

  /** Processes whose command line names this home: children, PostgreSQL, Temporal. */
  allPids(): readonly number[] {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => (commandOf(name).includes(this.home) ? [Number(name)] : []));
  }

  pidOf(part: Part | 'temporal'): number | undefined {
    if (part === 'supervisor') return this.supervisorPid;
    const mark = part === 'temporal' ? 'start-dev' : `workers/${part}.ts`;
    return this.allPids().find((pid) => commandOf(String(pid)).includes(mark));
  }

  /** The database server and its own processes. */
  postgresPids(): readonly number[] {
    const file = join(this.clusterFolder(), 'data', 'postmaster.pid');
    const root = existsSync(file) ? Number(readFileSync(file, 'latin1').split('\n')[0]) : Number.NaN;
    if (!Number.isSafeInteger(root)) return [];
    return [root, ...readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => parentOf(pid) === root)];
  }

  /** Where the database lies: in the home, or elsewhere when the database's user cannot reach it. */
  private clusterFolder(): string {
    return (JSON.parse(readFileSync(join(this.home, 'database', 'place.json'), 'utf8')) as { folder: string }).folder;
  }

  kill(part: Part): boolean {
    const pid = this.pidOf(part);
    if (pid === undefined || pid < 2) return false;
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      // Gone between looking and killing: it will be found by the next one.
      return false;
    }
  }

  async waitEnded(limitMs = 30_000): Promise<void> {
    await until('the processes of the killed supervisor to end', limitMs, () => Promise.resolve((['dicom-node', 'work', 'robot', 'http'] as const).every((part) => this.pidOf(part) === undefined)));
  }

  get token(): string { return readFileSync(join(this.home, 'api-token'), 'utf8').trim(); }

  async call<T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.httpPort}/api/v1${path}`, {
      method, signal: AbortSignal.timeout(20_000), headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 204) return undefined as T;
    const answer: unknown = await response.json();
    if (!response.ok) throw new TypeError(`${method} ${path} ${response.status}: ${JSON.stringify(answer)}`);
    return answer as T;
  }

  get<T>(path: string): Promise<T> { return this.call('GET', path); }
  post<T>(path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<T> { return this.call('POST', path, body, headers); }

  async orders(): Promise<readonly Order[]> {
    const orders: Order[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page: { orders: Order[]; next: string | null } = await this.get(`/orders?limit=200${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
      orders.push(...page.orders);
      after = page.next;
    }
    return orders;
  }

  async discs(): Promise<readonly Disc[]> {
    const discs: Disc[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page: { discs: Disc[]; next: string | null } = await this.get(`/discs?limit=200${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
      discs.push(...page.discs);
      after = page.next;
    }
    return discs;
  }

  async studies(): Promise<readonly Study[]> { return (await this.get<{ studies: Study[] }>('/studies?limit=200')).studies; }

  send(files: readonly string[], callingAe = 'TESTSCU'): Promise<readonly SendResult[]> {
    return sendInstances({ host: '127.0.0.1', port: this.dicomPort, calledAe: 'SPINDLE', callingAe, files, timeoutSeconds: 60 });
  }

  discFolder(disc: Disc): string { return join(this.home, 'robots', disc.robot, disc.place); }

  /** Good disc folders on the robot's side: what really lies in the bins. */
  producedDiscs(): readonly { readonly folder: string; readonly key: string; readonly serial: string }[] {
    const out = join(this.home, 'robots', 'virtual', 'out');
    if (!existsSync(out)) return [];
    return readdirSync(out).flatMap((bin) => readdirSync(join(out, bin)).map((seq) => join(out, bin, seq))).filter((folder) => existsSync(join(folder, 'disc.json'))).map((folder) => {
      const { key, serial, result } = JSON.parse(readFileSync(join(folder, 'disc.json'), 'utf8')) as { key: string; serial: string; result: string };
      if (result !== 'good') throw new TypeError(`a disc that is not good lies in the out bin: ${folder}`);
      return { folder, key, serial };
    });
  }
}

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    // The process ended meanwhile.
    return '';
  }
};

const parentOf = (pid: number): number => {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? -1);
  } catch {
    // The process ended meanwhile.
    return -1;
  }
};
