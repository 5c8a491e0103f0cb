/** The process that decides and composes: workflows, catalog activities, the spool, and the relay from the catalog to Temporal. */
import { fileURLToPath } from 'node:url';
import { createComposeActivities } from '../activities/compose.ts';
import { createDiscLogActivities } from '../activities/disc-log.ts';
import { withFailures } from '../activities/failure.ts';
import { createHousekeepingActivities } from '../activities/housekeeping.ts';
import { createIntakeActivities } from '../activities/intake.ts';
import { createVolumeSpool } from '../activities/make-volume-spool.ts';
import { createOrderActivities } from '../activities/orders.ts';
import { createCodecPool } from '../dicom/codec/codec-pool.ts';
import { createInstanceStore } from '../dicom/instance-store.ts';
import { createFrameRenderer } from '../dicom/render/frame.ts';
import { createTranscoder } from '../dicom/transcode.ts';
import { connectTemporal } from '../infra/temporal.ts';
import { COMPOSE_QUEUE, ORCHESTRATION_QUEUE } from '../workflows/names.ts';
import { chooseRobot } from './choose-robot.ts';
import { productVersion, runChild } from './child.ts';
import { defaultRule, fileRules } from './rules-from-config.ts';
import { startRelay } from './relay.ts';
import { connectWorker, installRuntime, runWorkers } from './temporal-worker.ts';
import { createStarter, ensureSchedules } from './workflow-starter.ts';

const COMPOSE_SLOTS = 2;

await runChild('work', async ({ config, endpoints, home, labels, log, catalog }) => {
  installRuntime(log);
  await catalog.rules.importFileRules(fileRules(config));
  await catalog.rules.ensureDefaultRule(defaultRule(config));
  const temporal = connectTemporal({ address: endpoints.temporalAddress, namespace: endpoints.temporalNamespace });
  const connection = await connectWorker(endpoints.temporalAddress, log, () => false);
  const store = createInstanceStore({ directory: home.store, durable: config.durableStore, reserveBytes: 0, highWaterPercent: 100 });
  const transcoder = createTranscoder();
  const iconCodecs = createCodecPool({ workers: 1 });
  const spool = createVolumeSpool({ spoolDirectory: home.spool, labelDirectory: labels, storeDirectory: home.store, labelDpi: config.labelDpi, institution: config.institution, contact: config.contact, language: config.language, product: `Spindle ${await productVersion()}`, transcoder, renderFrame: createFrameRenderer(iconCodecs) });
  const compose = withFailures({
    ...createComposeActivities({ catalog, spool }),
    ...createHousekeepingActivities({
      retention: catalog.retention, operations: catalog.operations, graceHours: config.graceHours, defaultRetention: config.retention, now: () => new Date(), log,
      removeFile: (path) => { store.remove(path); return Promise.resolve(); },
    }),
  }, log);
  const decide = withFailures({
    ...createIntakeActivities(catalog),
    ...createOrderActivities({ orders: catalog.orders, chooseRobot: async (wish) => {
      const choice = chooseRobot(await catalog.robots.all(), wish);
      return choice && { ...choice, remakes: config.remakes };
    } }),
    ...createDiscLogActivities(catalog),
  }, log);
  const workers = await runWorkers(connection, endpoints.temporalNamespace, [
    { taskQueue: ORCHESTRATION_QUEUE, workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)), activities: decide, maxConcurrentActivityTaskExecutions: 20, maxConcurrentWorkflowTaskExecutions: 20, maxCachedWorkflows: 500 },
    { taskQueue: COMPOSE_QUEUE, activities: compose, maxConcurrentActivityTaskExecutions: COMPOSE_SLOTS },
  ], (error) => { log.error('temporal.worker-failed', { error }); process.kill(process.pid, 'SIGTERM'); });
  await ensureSchedules(temporal).catch((error: unknown) => log.warn('schedules.not-made', { error }));
  const relay = startRelay({ catalog, starter: createStarter(temporal), log, intervalMs: 500, sweepMs: 300_000 });
  return { close: async () => { await relay.close(); await workers.close(); await transcoder.close(); await iconCodecs.close(); await temporal.close(); } };
});
