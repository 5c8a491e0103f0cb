/** Starts the embedded Temporal server; arguments: home, binary, port. Prints its process id; waits to be killed. */
import { startTemporalServer } from '../../../infra/embedded/temporal-server.ts';
import { openHome } from '../../../infra/home.ts';
import { silentLog } from '../../../infra/log.ts';

const [folder = '', path = '', port = ''] = process.argv.slice(2);
const server = await startTemporalServer({
  home: await openHome(folder), log: silentLog, onStep: () => undefined, binary: { path, serverVersion: '1.29.1' },
  port: Number(port), namespace: 'spindle', attributes: { OrderState: 'Keyword' },
});
process.stdout.write(`${JSON.stringify({ pid: server.pid })}\n`);
setInterval(() => undefined, 1_000);
