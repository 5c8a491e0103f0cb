/**
 * Saves histories of real runs as fixtures of replay.test.ts: starts an appliance, makes one disc with a bad one before it,
 * a held and cancelled order, an order of a study that a remote AE holds, a sending to a station (storescp of DCMTK) and a robot action,
 * and writes each workflow's history. Run by hand when a release changes workflows:
 * node test/workflows/save-histories.ts
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { EXPIRE_SCHEDULE } from '../../workflows/names.ts';
import { connectTemporal } from '../../infra/temporal.ts';
import { freePort } from '../bench/processes.ts';
import { TestAppliance, until } from '../e2e/appliance.ts';
import type { Order } from '../e2e/appliance.ts';
import { program } from '../fixtures/peers.ts';
import { startPacs } from '../simulators/pacs.ts';
import { makeStudyFiles } from '../e2e/study-files.ts';

const folder = join(import.meta.dirname, 'histories');
const scratch = mkdtempSync(join(tmpdir(), 'spindle-histories-'));
const remoteFiles = makeStudyFiles(scratch, 'remote', 3);
const pacs = await startPacs(remoteFiles, () => ({ host: '127.0.0.1', port: appliance.dicomPort }));
const station = { port: await freePort(), folder: join(scratch, 'station') };
mkdirSync(station.folder);
const storescp = spawn(program('storescp') ?? 'storescp', ['+B', '-aet', 'STATION', '-od', station.folder, String(station.port)], { stdio: 'ignore' });
const appliance: TestAppliance = await TestAppliance.start({}, ['peers:', `  - { name: pacs, aeTitle: PACS, host: 127.0.0.1, port: ${pacs.port} }`, `  - { name: station, aeTitle: STATION, host: 127.0.0.1, port: ${station.port} }`, ''].join('\n'));
try {
  const closed = (orderId: string): Promise<Order> => until('the order to close', 60_000, async () => {
    const { order } = await appliance.get<{ order: Order }>(`/orders/${orderId}`);
    return ['DONE', 'CANCELLED', 'FAILURE'].includes(order.state) && order;
  });
  await appliance.send(makeStudyFiles(scratch, 'history', 2).map(({ file }) => file));
  const [made] = await until('the order of the rule', 60_000, async () => { const orders = await appliance.orders(); return orders.length > 0 && orders; });
  await closed(made!.orderId);
  const [study] = await appliance.studies();
  const held = await appliance.post<{ orderId: string }>('/orders', { selection: { studies: [study!.studyId] }, copies: 2, hold: true });
  await until('the order to wait', 20_000, async () => (await appliance.get<{ order: Order }>(`/orders/${held.orderId}`)).order.info === 'HELD');
  await appliance.post(`/orders/${held.orderId}/cancel`);
  await closed(held.orderId);
  const remote = await appliance.post<{ orderId: string }>('/orders', { remote: { aeTitle: 'PACS', studyInstanceUids: [remoteFiles[0]!.made.studyInstanceUid] } });
  await closed(remote.orderId);
  const { sendId } = await appliance.post<{ sendId: string }>('/sends', { aeTitle: 'STATION', selection: { studies: [study!.studyId] } });
  await until('the sending to end', 60_000, async () => (await appliance.get<{ state: string }>(`/sends/${sendId}`)).state === 'ended');
  await appliance.post('/robots/virtual/actions', { kind: 'refill', bin: 'cd', discs: 100 });

  const temporal = connectTemporal({ address: `127.0.0.1:${appliance.temporalPort}`, namespace: 'spindle' });
  await temporal.client.schedule.getHandle(EXPIRE_SCHEDULE).trigger();
  await until('the clean-up to have run', 30_000, async () => {
    for await (const run of temporal.client.workflow.list({ query: "WorkflowType = 'expireInstances' AND ExecutionStatus = 'Completed'" })) return run.workflowId !== '';
    return false;
  });
  mkdirSync(folder, { recursive: true });
  for await (const execution of temporal.client.workflow.list()) {
    if (execution.status.name === 'RUNNING') continue;
    const history = await temporal.client.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory();
    const kind = execution.workflowId === `order-${held.orderId}` ? 'held-cancelled' : execution.workflowId.startsWith(`order-${remote.orderId}`) ? 'remote' : 'main';
    const name = `${execution.type}-${kind}.json`;
    writeFileSync(join(folder, name), `${JSON.stringify({ workflowId: execution.workflowId, history: JSON.parse(historyToJSON(history)) as unknown }, (key, value: unknown) => (key === 'identity' ? 'worker' : value)).replace(/"\d+@[\w.-]+"/g, '"worker"')}\n`);
    process.stdout.write(`${name}: ${history.events?.length ?? 0} events\n`);
  }
  await temporal.close();
} finally {
  await appliance.destroy();
  storescp.kill();
  await pacs.close();
  rmSync(scratch, { recursive: true, force: true });
}
