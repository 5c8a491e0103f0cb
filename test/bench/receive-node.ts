/** A process with nothing but receiving: `receive-node.ts <port> <store folder> durable|fast [database URL]`. Without a database nothing is indexed. */
import { openCatalog } from '../../catalog/open.ts';
import type { IntakeIndex } from '../../dicom/index-deadline.ts';
import { createInstanceStore } from '../../dicom/instance-store.ts';
import { createDicomNode } from '../../dicom/node.ts';
import { FILES_AHEAD } from '../../dicom/part-files.ts';
import { createStorageScp } from '../../dicom/storage-scp.ts';
import { silentLog } from '../../infra/log.ts';

const [port = '', directory = '', durable = '', databaseUrl = ''] = process.argv.slice(2);
let last = 0;
const NO_INDEX: IntakeIndex = {
  store: (arrivals) => Promise.resolve(arrivals.map(() => ({ outcome: 'added' as const, instanceId: ++last }))),
  held: () => Promise.resolve([]),
  storeConflicting: () => Promise.resolve({ instanceId: ++last }),
};
const index = databaseUrl === '' ? NO_INDEX : (await openCatalog({ databaseUrl })).instances;
const clock = { now: () => new Date() };
await createDicomNode({
  aeTitle: 'SPINDLE', host: '127.0.0.1', port: Number(port), log: silentLog, clock,
  services: [createStorageScp({
    store: createInstanceStore({ directory, durable: durable === 'durable', reserveBytes: 0, highWaterPercent: 100, filesAhead: FILES_AHEAD }), index, scope: 'all', conflictFor: () => 'ask', log: silentLog, clock,
  })],
});
