/**
 * Kills and outages while orders run. CI runs the short form; SPINDLE_TEST_KILLS and SPINDLE_TEST_OUTAGE_SECONDS set the long one,
 * SPINDLE_TEST_SEED repeats one.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../fixtures/peers.ts';
import { sleep, TestAppliance, until } from './appliance.ts';
import type { Order, Part } from './appliance.ts';
import { makeStudyFiles } from './study-files.ts';
import type { MadeFile } from './study-files.ts';

const KILLS = Number(process.env['SPINDLE_TEST_KILLS'] ?? 5);
const OUTAGE_MS = Number(process.env['SPINDLE_TEST_OUTAGE_SECONDS'] ?? 8) * 1_000;
const SEED = Number(process.env['SPINDLE_TEST_SEED'] ?? 20_261_124);
const ORDERS = 20;
const PARTS: readonly Part[] = ['work', 'robot', 'dicom-node', 'http', 'supervisor'];

const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => { state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; return state / 2 ** 32; };
};

describe.skipIf(!needs('temporal') || !needs('postgres'))('an appliance in trouble', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spindle-survival-'));
  let appliance: TestAppliance;
  const acknowledged = new Map<string, MadeFile>();
  beforeAll(async () => { appliance = await TestAppliance.start(); }, 180_000);
  afterAll(async () => { await appliance.destroy(); rmSync(scratch, { recursive: true, force: true }); });
  afterEach(({ task }) => { if (task.result?.state === 'fail') console.log(appliance.output.slice(-3_000)); });

  /** Sends until every file was answered Success; refusals and broken associations are tried again, as a modality does. */
  const sendUntilStored = async (files: readonly MadeFile[], limitMs: number): Promise<void> => {
    let left = files;
    await until(`${files.length} instances to be stored`, limitMs, async () => {
      const results = await appliance.send(left.map(({ file }) => file));
      const byFile = new Map(results.map((result) => [result.file, result.outcome]));
      for (const one of left) if (byFile.get(one.file) === 'stored') acknowledged.set(one.made.sopInstanceUid, one);
      left = left.filter(({ file }) => byFile.get(file) !== 'stored');
      return left.length === 0;
    }, 500);
  };

  const allClosed = (limitMs: number): Promise<readonly Order[]> => until('all orders to close', limitMs, async () => {
    const orders = await appliance.orders();
    return orders.length > 0 && orders.every((order) => order.state === 'DONE') && orders;
  }, 500);

  /** The promises: every copy once, on the robot's side as in the log; everything acknowledged is held and on a disc. */
  const checkPromises = async (): Promise<void> => {
    const orders = await appliance.orders();
    expect(orders.filter((order) => order.state !== 'DONE').map((order) => `${order.orderId} ${order.state} ${order.info} ${order.waitingFor}`)).toEqual([]);
    const discs = (await appliance.discs()).filter((disc) => disc.state === 'READY');
    for (const order of orders) {
      const own = discs.filter((disc) => disc.orderId === order.orderId).map((disc) => `${disc.index}/${disc.copy}`);
      expect(new Set(own).size).toBe(own.length);
      expect(order.copiesGood).toBe(order.options.copies);
    }
    const produced = appliance.producedDiscs();
    expect(produced.map(({ serial }) => serial).sort()).toEqual(discs.map(({ serial }) => serial).sort());
    expect(new Set(produced.map(({ key }) => key.toUpperCase())).size).toBe(produced.length);
    const onDiscs = new Set<string>();
    for (const disc of discs) {
      const detail = await appliance.get<{ instances: { sopInstanceUid: string; isHeld: boolean }[] }>(`/discs/${disc.serial}`);
      for (const instance of detail.instances) { expect(instance.isHeld).toBe(true); onDiscs.add(instance.sopInstanceUid); }
    }
    expect([...acknowledged.keys()].filter((instance) => !onDiscs.has(instance))).toEqual([]);
    const incoming = join(appliance.home, 'store', 'incoming');
    expect(existsSync(incoming) ? readdirSync(incoming) : []).toEqual([]);
  };

  it(`makes each copy once and loses nothing over ${KILLS} kills while ${ORDERS} orders run (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const studies = Array.from({ length: ORDERS }, (_, n) => makeStudyFiles(scratch, `kill${n}`, 3, { rows: 64, columns: 64 }));
    // Studies keep coming as long as kills do, so that something is always under way.
    const paceMs = Math.max(150, (KILLS * 1_900) / ORDERS);
    const sending = (async () => { for (const files of studies) { await sendUntilStored(files, 180_000); await sleep(paceMs); } })();
    for (let n = 0; n < KILLS; n++) {
      await sleep(600 + random() * 2_500);
      const part = PARTS[Math.floor(random() * PARTS.length)] ?? 'work';
      if (!appliance.kill(part)) continue;
      if (part === 'supervisor') {
        await appliance.waitEnded();
        await appliance.up();
      }
    }
    await sending;
    await until('every study to have its order', 60_000, async () => (await appliance.orders()).length >= ORDERS);
    await allClosed(240_000);
    await checkPromises();
  }, 600_000 + KILLS * 60_000);

  it(`goes on receiving while Temporal is stopped for ${OUTAGE_MS / 1_000} s, and burns what came when it is back`, async () => {
    const before = (await appliance.orders()).length;
    const temporal = appliance.pidOf('temporal');
    expect(temporal).toBeDefined();
    process.kill(temporal!, 'SIGSTOP');
    try {
      await sendUntilStored(makeStudyFiles(scratch, 'nostream', 3), 20_000);
      await sleep(OUTAGE_MS);
    } finally { process.kill(temporal!, 'SIGCONT'); }
    await until('the order of what came meanwhile', 120_000, async () => (await appliance.orders()).length > before);
    await allClosed(120_000);
    await checkPromises();
  }, 600_000);

  it('comes back when Temporal is killed', async () => {
    const before = (await appliance.orders()).length;
    process.kill(appliance.pidOf('temporal')!, 'SIGKILL');
    await sendUntilStored(makeStudyFiles(scratch, 'temporalkilled', 2), 30_000);
    await until('the order', 120_000, async () => (await appliance.orders()).length > before);
    await allClosed(120_000);
    await checkPromises();
  }, 600_000);

  it(`acknowledges nothing it does not hold while PostgreSQL is stopped for ${OUTAGE_MS / 1_000} s`, async () => {
    const files = makeStudyFiles(scratch, 'nodatabase', 4);
    const pids = appliance.postgresPids();
    expect(pids.length).toBeGreaterThan(1);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    let isBack = false;
    const early: string[] = [];
    const sending = appliance.send(files.map(({ file }) => file)).then((results) => { if (!isBack) early.push(...results.filter((one) => one.outcome === 'stored').map((one) => one.sopInstanceUid)); });
    await sleep(OUTAGE_MS);
    isBack = true;
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await sending;
    expect(early).toEqual([]);
    await sendUntilStored(files, 60_000);
    await until('the order', 60_000, async () => (await appliance.orders()).some((order) => order.state === 'DONE' && order.instances === 4));
    await checkPromises();
  }, 600_000);

  it('comes back when PostgreSQL is killed', async () => {
    const before = (await appliance.orders()).length;
    process.kill(appliance.postgresPids()[0]!, 'SIGKILL');
    await sendUntilStored(makeStudyFiles(scratch, 'databasekilled', 2), 90_000);
    await until('the order', 90_000, async () => (await appliance.orders()).length > before);
    await allClosed(120_000);
    await checkPromises();
  }, 600_000);

  it('serves on after garbage on its port', async () => {
    const { connect } = await import('node:net');
    await Promise.all(Array.from({ length: 20 }, (_, n) => new Promise<void>((resolve) => {
      const socket = connect(appliance.dicomPort, '127.0.0.1', () => { socket.end(Buffer.alloc(2_000, n * 13)); });
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      setTimeout(() => { socket.destroy(); resolve(); }, 5_000);
    })));
    await sendUntilStored(makeStudyFiles(scratch, 'aftergarbage', 1), 20_000);
  }, 120_000);
});
