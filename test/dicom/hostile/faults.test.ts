import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../../catalog/catalog.ts';
import { migrateCatalog } from '../../../catalog/migrate.ts';
import { openCatalog } from '../../../catalog/open.ts';
import { startLivePostgres } from '../../catalog/live-postgres.ts';
import type { LiveServer } from '../../catalog/live-postgres.ts';
import { needs } from '../../fixtures/peers.ts';
import { associate, dataPdus, dataSet, instanceFiles, partFiles, startNode, storeRequest, until } from '../association/harness.ts';
import type { TestNode } from '../association/harness.ts';

/** How often each fault comes and goes. */
const ROUNDS = Number(process.env['SPINDLE_TEST_FAULT_ROUNDS'] ?? 1);
const LANES = 4;
/** Answers of one kind to wait for before a fault comes or goes. */
const ENOUGH = 12;
const DISK_MIB = 48;

const hasDatabase = needs('postgres');
const hasMount = needs('mount');

let live: LiveServer;
let databaseUrl: string;
let catalog: Catalog;
let folder: string;
let test: TestNode | undefined;
let count = 0;

beforeAll(async () => {
  if (!hasDatabase) return;
  live = await startLivePostgres();
  databaseUrl = await live.makeDatabaseUrl();
  await migrateCatalog(databaseUrl);
  catalog = await openCatalog({ databaseUrl });
});

afterAll(async () => {
  await catalog?.close();
  await live?.stop();
});

afterEach(async () => {
  await test?.close();
  test = undefined;
});

interface Answered { readonly uid: string; readonly digest: string; readonly status: number }

/** Four associations that send one small instance after the other until they are told to stop. Each must last. */
const startTraffic = async (port: number): Promise<{ readonly answered: readonly Answered[]; stop(): Promise<void>; pause(): Promise<() => void> }> => {
  const answered: Answered[] = [];
  let isStopped = false;
  let gate: Promise<void> | undefined;
  let waiting = 0;
  const peers = await Promise.all(Array.from({ length: LANES }, () => associate(port)));
  const lanes = peers.map(async (peer) => {
    while (!isStopped) {
      if (gate !== undefined) {
        waiting += 1;
        await gate;
        waiting -= 1;
      }
      count += 1;
      const uid = `2.25.7000${count}`;
      const bytes = dataSet(uid, { pixelBytes: 3000, fill: count % 256 });
      peer.send(storeRequest(uid, count % 65_536), dataPdus(bytes));
      const { status = -1 } = await peer.response();
      answered.push({ uid, digest: createHash('sha256').update(bytes).digest('hex'), status });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    peer.socket.destroy();
  });
  const all = Promise.all(lanes);
  all.catch(() => undefined);
  return {
    answered,
    stop: async () => { isStopped = true; await all; },
    pause: async () => {
      let open = (): void => undefined;
      gate = new Promise((resolve) => { open = resolve; });
      await until(() => waiting === LANES, 'all senders waiting');
      return () => { gate = undefined; open(); };
    },
  };
};

const waitFor = async (answered: readonly Answered[], status: number, seconds = 30): Promise<void> => {
  const from = answered.length;
  await until(() => answered.slice(from).filter((one) => one.status === status).length >= ENOUGH, `${ENOUGH} answers ${status.toString(16)}`, seconds);
};

/** Everything acknowledged is in catalog and store; answers the rest. */
const expectHeld = async (answered: readonly Answered[]): Promise<readonly Answered[]> => {
  expect(answered.filter(({ status }) => status !== 0 && status !== 0xa700)).toEqual([]);
  for (const { uid, digest } of answered.filter(({ status }) => status === 0)) {
    const row = (await catalog.instances.held(uid)).find(({ file }) => file.dataSetSha256 === digest);
    expect(row, uid).toBeDefined();
    const bytes = readFileSync(join(folder, row?.file.path ?? '')).subarray(row?.file.dataSetOffset);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
  }
  return answered.filter(({ status }) => status !== 0);
};

const startOn = async (at: string, indexSeconds = 15): Promise<TestNode> => {
  folder = at;
  test = await startNode({ store: { directory: at, durable: true }, storage: { index: catalog.instances, indexSeconds } });
  return test;
};

describe.skipIf(!hasMount || !hasDatabase)('a disk in trouble below four associations', () => {
  let disk: string;

  beforeAll(() => {
    disk = mkdtempSync(join(tmpdir(), 'spindle-small-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', disk]);
  });

  afterAll(() => {
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });

  const expectRefusedLeftNothing = async (refused: readonly Answered[]): Promise<void> => {
    for (const { uid } of refused) expect(await catalog.instances.held(uid)).toEqual([]);
    expect(partFiles(disk)).toEqual([]);
  };

  it('that is full refuses with A700, keeps the associations, and stores again once there is room', async () => {
    const { node } = await startOn(disk);
    const traffic = await startTraffic(node.port);
    await waitFor(traffic.answered, 0);
    const ballast = join(disk, 'ballast');
    for (let round = 0; round < ROUNDS; round += 1) {
      const { bavail, bsize } = statfsSync(disk);
      // The last bytes go to the instances themselves.
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 256 * 1024)));
      await waitFor(traffic.answered, 0xa700);
      rmSync(ballast);
      await waitFor(traffic.answered, 0);
    }
    await traffic.stop();
    const refused = await expectHeld(traffic.answered);
    expect(refused.length).toBeGreaterThanOrEqual(ENOUGH);
    await expectRefusedLeftNothing(refused);
  }, 90_000 * ROUNDS);

  it('that is read-only refuses with A700, keeps the associations, and stores again once it is not', async () => {
    const { node } = await startOn(disk);
    const traffic = await startTraffic(node.port);
    await waitFor(traffic.answered, 0);
    for (let round = 0; round < ROUNDS; round += 1) {
      // No file may be open for writing at that moment.
      let goOn = await traffic.pause();
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      goOn();
      await waitFor(traffic.answered, 0xa700);
      goOn = await traffic.pause();
      execFileSync('mount', ['-o', 'remount,rw', disk]);
      goOn();
      await waitFor(traffic.answered, 0);
    }
    await traffic.stop();
    await expectRefusedLeftNothing(await expectHeld(traffic.answered));
  }, 90_000 * ROUNDS);
});

/** The server and all its processes. */
const databasePids = async (): Promise<readonly number[]> => {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: [backend] } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const root = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${backend?.pid ?? 0}/stat`, 'latin1'))?.[1] ?? -1);
    return [root, ...execFileSync('pgrep', ['-P', String(root)], { encoding: 'utf8' }).trim().split('\n').map(Number)];
  } finally {
    await client.end();
  }
};

const signal = (pids: readonly number[], name: NodeJS.Signals): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      // The server ends processes of its own as connections come and go.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
};

describe.skipIf(!hasDatabase)('a database in trouble below four associations', () => {
  const scratch = (): string => mkdtempSync(join(tmpdir(), 'spindle-faults-'));

  it('that hangs refuses with A700 in time, keeps the associations, and takes again what comes once it goes on', async () => {
    const at = scratch();
    const { node } = await startOn(at, 0.5);
    const traffic = await startTraffic(node.port);
    await waitFor(traffic.answered, 0);
    for (let round = 0; round < ROUNDS; round += 1) {
      const pids = await databasePids();
      try {
        signal(pids, 'SIGSTOP');
        // Answers may be under way.
        await new Promise((resolve) => setTimeout(resolve, 300));
        const from = traffic.answered.length;
        await waitFor(traffic.answered, 0xa700, 60);
        expect(traffic.answered.slice(from).filter(({ status }) => status === 0)).toEqual([]);
      } finally {
        signal(pids, 'SIGCONT');
      }
      await waitFor(traffic.answered, 0, 60);
    }
    await traffic.stop();
    await expectHeld(traffic.answered);
    expect(partFiles(at)).toEqual([]);
    rmSync(at, { recursive: true });
  }, 180_000 * ROUNDS);

  it('that is killed refuses with A700, keeps the associations, and takes what comes once it is back', async () => {
    const at = scratch();
    const { node } = await startOn(at, 5);
    const traffic = await startTraffic(node.port);
    await waitFor(traffic.answered, 0);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [root] = await databasePids();
      if (root === undefined || root < 2) throw new TypeError('the server cannot be found');
      process.kill(root, 'SIGKILL');
      await waitFor(traffic.answered, 0xa700, 60);
      await waitFor(traffic.answered, 0, 120);
    }
    await traffic.stop();
    const refused = await expectHeld(traffic.answered);
    // A refused one may have its row, but never a row without its file.
    for (const { uid } of refused) for (const { file } of await catalog.instances.held(uid)) expect(existsSync(join(at, file.path))).toBe(true);
    expect(partFiles(at)).toEqual([]);
    expect(instanceFiles(at).length).toBeGreaterThanOrEqual(traffic.answered.length - refused.length);
    rmSync(at, { recursive: true });
  }, 240_000 * ROUNDS);
});
