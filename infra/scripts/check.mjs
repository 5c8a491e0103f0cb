/** `npm run check`: types, lint, import rules, unused code, generated documents. Runs all, tells time of each, fails when one fails. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const bin = (name) => join(root, 'node_modules/.bin', name);
const FOLDERS = ['infra', 'dicom', 'catalog', 'disc', 'robots', 'activities', 'workflows', 'workers', 'api', 'test'];

const STEPS = [
  ['types', bin('tsc'), ['-p', '.']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['imports', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', ...FOLDERS]],
  ['unused', bin('knip'), []],
  ['documents', process.execPath, [join(import.meta.dirname, 'docs.mjs'), '--check']],
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some(([step]) => step === name));
if (unknown.length > 0) {
  process.stderr.write(`There is no check ${unknown.join(', ')}; there are ${STEPS.map(([step]) => step).join(', ')}.\n`);
  process.exit(1);
}
const failed = [];
for (const [name, program, args] of STEPS.filter(([step]) => wanted.length === 0 || wanted.includes(step))) {
  const began = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 600_000 });
  const isGood = status === 0;
  process.stdout.write(`${isGood ? 'good' : 'BAD '}  ${name.padEnd(10)} ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  if (!isGood) {
    failed.push(name);
    process.stdout.write(`${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : `${error.message}\n`}`);
  }
}
if (failed.length > 0) process.stdout.write(`Bad: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
