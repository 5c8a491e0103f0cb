/** `npm test`: says which peers are here, makes sure of the Temporal server, runs the tests. Arguments after -- go to vitest. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { printPeers } from './peers.mjs';
import { loadConfig } from '../config.ts';
import { temporalBinary } from '../embedded/temporal-binary.ts';
import { createSteps } from '../steps.ts';

const root = join(import.meta.dirname, '../..');
process.stdout.write('Programs of others that tests compare us with:\n');
printPeers();

const steps = createSteps(process.stdout);
const config = loadConfig({ env: process.env });
try {
  await temporalBinary({ named: config.temporalBinary, cacheDirectory: config.temporalCacheDirectory, archiveUrl: config.temporalArchiveUrl, onStep: steps.step, env: process.env });
} catch (error) {
  steps.say(`Suites that need a Temporal server are skipped: ${error instanceof Error ? error.message : String(error)}`);
}

const child = spawn(join(root, 'node_modules/.bin/vitest'), ['run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { child.kill(signal); });
child.on('exit', (code) => { process.exitCode = code ?? 1; });
