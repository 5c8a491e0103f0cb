/** Starts the embedded database of the home given as argument and prints its address; waits to be killed. */
import { startPostgres } from '../../../infra/embedded/postgres.ts';
import { openHome } from '../../../infra/home.ts';
import { silentLog } from '../../../infra/log.ts';

const steps: string[] = [];
const [folder = '', elsewhere = ''] = process.argv.slice(2);
const server = await startPostgres({ home: await openHome(folder), log: silentLog, onStep: (text) => steps.push(text), elsewhere });
process.stdout.write(`${JSON.stringify({ url: server.url, pid: server.pid, steps })}\n`);
setInterval(() => undefined, 1_000);
