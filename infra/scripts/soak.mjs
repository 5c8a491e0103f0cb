/** `npm run soak`: the long forms of the long tests, hours rather than minutes. Variables already set win; arguments go to vitest. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const LONG = {
  FUZZ_MUTATIONS: '1000000', FUZZ_DATA_SETS: '500000', SPINDLE_TEST_VANISHED: '20000', SPINDLE_TEST_FAULT_ROUNDS: '20',
  SPINDLE_TEST_KILLS: '30', SPINDLE_TEST_OUTAGE_SECONDS: '60', SPINDLE_TEST_LARGE_IMAGES: '1', SPINDLE_TEST_EVERY_STUDY: '1',
};

const root = join(import.meta.dirname, '../..');
const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'test/dicom/fuzz', 'test/dicom/hostile', 'test/disc/image', 'test/disc/every-study', 'test/e2e', '--testTimeout', '7200000', '--hookTimeout', '600000', ...process.argv.slice(2)], {
  cwd: root, stdio: 'inherit', env: { ...LONG, ...process.env },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { child.kill(signal); });
child.on('error', (error) => {
  process.stderr.write(`vitest cannot be started: ${error.message}\n`);
  process.exitCode = 1;
});
child.on('exit', (code) => { process.exitCode = code ?? 1; });
