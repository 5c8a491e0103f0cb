/** The process that decides and composes: workflows, catalog activities, the spool, and the relay from the catalog to Temporal. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createComposeActivities } from '../activities/compose.ts';
import { createDiscLogActivities } from '../activities/disc-log.ts';
import { withFailures } from '../activities/failure.ts';
import { createHousekeepingActivities } from '../activities/housekeeping.ts';
import { createIntakeActivities } from '../activities/intake.ts';
import { createVolumeSpool } from '../activities/make-volume-spool.ts';
import { createOrderActivities } from '../activities/orders.ts';
import { createRetrieveActivities } from '../activities/retrieve.ts';
import { createSendActivities } from '../activities/send.ts';
import { createAttachmentStore } from '../disc/attachments/attachment-store.ts';
import { createAssociationPlaces } from '../dicom/association-places.ts';
import { storedInstances } from '../dicom/stored-instances.ts';
import { createPictureMaker } from '../dicom/picture/picture-maker.ts';
import { createTranscoder } from '../dicom/transcode.ts';
import { createViewerShelf } from '../disc/viewers/viewer-shelf.ts';
import { openSecretFiles } from '../infra/secret-files.ts';
import { connectTemporal } from '../infra/temporal.ts';
import { COMPOSE_QUEUE, ORCHESTRATION_QUEUE, RETRIEVE_QUEUE } from '../workflows/names.ts';
import { chooseForCopy, chooseRobot } from './choose-robot.ts';
import { productVersion, runChild } from './child.ts';
import { createConfiguredScu } from './remote-aes.ts';
import { defaultRule, fileRules } from './rules-from-config.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';
import { startRelay } from './relay.ts';
import { connectWorker, installRuntime, runWorkers } from './temporal-worker.ts';
import { clientTls, openIdentity } from './tls.ts';
import { createStarter, ensureSchedules, tellProgress } from './workflow-starter.ts';

const COMPOSE_SLOTS = 2;
const RETRIEVE_SLOTS = 8;

await runChild('work', async ({ config, endpoints, home, labels, log, catalog }) => {
  installRuntime(log);
  await catalog.rules.importFileRules(fileRules(config));
  await catalog.rules.ensureDefaultRule(defaultRule(config));
  const temporal = connectTemporal({ address: endpoints.temporalAddress, namespace: endpoints.temporalNamespace });
  const connection = await connectWorker(endpoints.temporalAddress, log, () => false);
  const store = storedInstances(home.store);
  const transcoder = createTranscoder();
  const pictureMaker = createPictureMaker();
  const shelf = createViewerShelf({ directory: home.viewers, now: () => new Date() });
  const secrets = openSecretFiles(home);
  const spool = createVolumeSpool({ spoolDirectory: home.spool, labelDirectory: labels, storeDirectory: home.store, labelDpi: config.labelDpi, institution: config.institution, contact: config.contact, language: config.language, webContent: config.webContent, product: `Spindle ${await productVersion()}`, transcoder, pictureMaker, attachments: createAttachmentStore(home.attachments), shelf, viewers: config.viewers, secrets, teachingOptions: config.teachingOptions, copiesFolder: config.copiesFolder, now: () => new Date() });
  const compose = withFailures({
    ...createComposeActivities({ catalog, spool }),
    ...createHousekeepingActivities({
      retention: catalog.retention, operations: catalog.operations, graceHours: config.graceHours, defaultRetention: config.retention, now: () => new Date(), log,
      sweep: () => sweepLeftovers({ orders: catalog.orders, secrets, copiesFolder: config.copiesFolder, now: new Date() }),
      removeFile: (path) => { store.remove(path); return Promise.resolve(); },
    }),
  }, log);
  const decide = withFailures({
    ...createIntakeActivities(catalog),
    ...createOrderActivities({ orders: catalog.orders, extraBytes: spool.extraBytes, chooseRobot: async (wish) => {
      if (wish.target !== undefined && wish.target !== 'disc') return config.copiesFolder === '' ? null : { ...chooseForCopy(wish.target, wish), remakes: 0 };
      const choice = chooseRobot(await catalog.robots.all(), wish);
      return choice && { ...choice, remakes: config.remakes };
    } }),
    ...createDiscLogActivities(catalog),
  }, log);
  const identity = await openIdentity(config, log);
  const converted = join(home.run, 'sending');
  await rm(converted, { recursive: true, force: true });
  await mkdir(converted, { recursive: true, mode: 0o750 });
  const places = createAssociationPlaces();
  const retrieve = withFailures({ ...createSendActivities({
    aeTitle: config.aeTitle, book: catalog.retrieve, findAe: (aeTitle) => catalog.aes.find(aeTitle), fileOf: (path) => store.absolute(path), operations: catalog.operations, log,
    conversion: { transcoder, folder: converted }, tls: () => clientTls(config, identity), places,
  }), ...createRetrieveActivities({
    retrievals: catalog.retrievals, orders: catalog.orders, scu: createConfiguredScu(config, identity, places), findAe: (aeTitle) => catalog.aes.find(aeTitle), log,
    limits: { limitSeconds: config.retrieveLimitSeconds, attempts: config.retrieveAttempts }, tell: (workflowId, counts) => tellProgress(temporal, workflowId, counts),
  }) }, log);
  const workers = await runWorkers(connection, endpoints.temporalNamespace, [
    { taskQueue: ORCHESTRATION_QUEUE, workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)), activities: { ...decide, ...retrieve }, maxConcurrentActivityTaskExecutions: 20, maxConcurrentWorkflowTaskExecutions: 20, maxCachedWorkflows: 500 },
    { taskQueue: COMPOSE_QUEUE, activities: compose, maxConcurrentActivityTaskExecutions: COMPOSE_SLOTS },
    { taskQueue: RETRIEVE_QUEUE, activities: retrieve, maxConcurrentActivityTaskExecutions: RETRIEVE_SLOTS },
  ], (error) => { log.error('temporal.worker-failed', { error }); process.kill(process.pid, 'SIGTERM'); });
  await ensureSchedules(temporal).catch((error: unknown) => log.warn('schedules.not-made', { error }));
  const relay = startRelay({ catalog, starter: createStarter(temporal), log, intervalMs: 500, arrivalsMs: 1_000, sweepMs: 300_000 });
  return { close: async () => { await relay.close(); await workers.close(); await transcoder.close(); await pictureMaker.close(); identity.close(); await temporal.close(); } };
});
