/** The process at the robots: one task queue for each, and a report of each robot's state to the catalog. */
import { join } from 'node:path';
import { withFailures } from '../activities/failure.ts';
import { imageFileOf, labelFileOf } from '../activities/make-volume-spool.ts';
import { createRobotActivities } from '../activities/robot.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { ApplianceError } from '../infra/errors.ts';
import { connectTemporal, isTemporalAway } from '../infra/temporal.ts';
import { openRobot } from '../robots/open.ts';
import type { DiscJob, RobotDriver } from '../robots/robot.ts';
import { robotQueue } from '../workflows/names.ts';
import { runChild } from './child.ts';
import { reportRobot } from './report-robot.ts';
import { connectWorker, installRuntime, runWorkers } from './temporal-worker.ts';
import { tellCondition } from './workflow-starter.ts';

/** How a job of the catalog looks to a robot: image from the spool, label by serial. */
const jobOf = async (catalog: Catalog, folders: { readonly spool: string; readonly labels: string }, jobKey: string): Promise<DiscJob> => {
  const { order, volume, job } = await catalog.discs.labelFacts(jobKey);
  if (volume.imageBytes === null || volume.imageSha256 === null) throw new ApplianceError('DISC_IMAGE_FAILED', 'the volume of this job is not composed', { details: { jobKey } });
  if (volume.media === 'USB') throw new TypeError('a copy beside a disc is no job of a robot');
  return {
    key: job.jobKey, copies: 1, media: volume.media, serial: job.serial, verify: true, priority: order.options.priority <= 1 ? 0 : order.options.priority <= 3 ? 1 : 2,
    image: { path: imageFileOf(folders.spool, volume), bytes: volume.imageBytes, sha256: volume.imageSha256, volumeId: volume.fileSetId },
    label: { path: labelFileOf(folders.labels, job.serial), format: 'png' },
  };
};

await runChild('robot', async ({ config, endpoints, home, labels, log, catalog }) => {
  installRuntime(log);
  const temporal = connectTemporal({ address: endpoints.temporalAddress, namespace: endpoints.temporalNamespace });
  const drivers: { readonly name: string; readonly driver: RobotDriver; readonly slots: number }[] = [];
  for (const entry of config.robots) {
    const driver = await openRobot({ ...entry, name: entry.name, driver: String(entry['driver'] ?? ''), directory: typeof entry['directory'] === 'string' ? entry['directory'] : join(home.robots, entry.name) } as Parameters<typeof openRobot>[0]);
    const { drives } = await driver.capabilities();
    drivers.push({ name: entry.name, driver, slots: drives * 2 + 6 });
  }
  const reports = drivers.map(({ name, driver }) => reportRobot({ name, driver, catalog, log }));
  const connection = await connectWorker(endpoints.temporalAddress, log, () => false);
  const workers = await runWorkers(connection, endpoints.temporalNamespace, drivers.map(({ name, driver, slots }) => ({
    taskQueue: robotQueue(name), maxConcurrentActivityTaskExecutions: slots,
    activities: withFailures({ ...createRobotActivities({
      robot: name, driver, discs: catalog.discs, operations: catalog.operations, log, pollMs: 200,
      jobFor: (jobKey) => jobOf(catalog, { spool: home.spool, labels }, jobKey),
      tellCondition: (workflowId, copy, code) => tellCondition(temporal, workflowId, copy, code).catch((error: unknown) => {
        if (!isTemporalAway(error)) log.warn('robot.condition-not-told', { robot: name, error });
      }),
    }) }, log),
  })), (error) => { log.error('temporal.worker-failed', { error }); process.kill(process.pid, 'SIGTERM'); });
  return { close: async () => {
    for (const report of reports) report.close();
    await workers.close();
    await temporal.close();
    for (const { driver } of drivers) await driver.close();
  } };
});
