/** A process with nothing but the query provider over a catalog: `find-node.ts <database URL> <port>`. */
import { openCatalog } from '../../catalog/open.ts';
import { createDicomNode } from '../../dicom/node.ts';
import { createQueryScp } from '../../dicom/query-scp.ts';
import { silentLog } from '../../infra/log.ts';

const [databaseUrl = '', port = ''] = process.argv.slice(2);
const catalog = await openCatalog({ databaseUrl });
await createDicomNode({
  aeTitle: 'SPINDLE', host: '127.0.0.1', port: Number(port), log: silentLog, clock: { now: () => new Date() },
  services: [createQueryScp({ aeTitle: 'SPINDLE', queries: catalog.queries, fuzzyNames: false, matchEmpty: true, log: silentLog })],
});
