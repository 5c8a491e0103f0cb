/**
 * `npm run check-disc -- FOLDER|IMAGE|DEVICE [--json] [--thorough] [--seconds N]`: checks a disc of any maker.
 * Exit code 0 = no errors, 1 = errors, 2 = cannot be read (or called wrongly).
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { discCheck } from '../../disc/tables/disc-checks.ts';
import { processEnvironment } from '../../infra/config.ts';
import type { CheckAnswer, CheckTask } from './run-check.ts';
import { renderText } from './text-report.ts';

const CLEAN = 0, HAS_ERRORS = 1, UNREADABLE = 2;
const DEFAULT_SECONDS = 3600;
/** Behind the time at which loops end by themselves: for a drive that does not answer. */
const GRACE_SECONDS = 30;
const MEMORY_MIB = 3072;
const USAGE = 'Say: npm run check-disc -- FOLDER|IMAGE|DEVICE [--json] [--thorough] [--seconds N]\n';

const runTask = (task: CheckTask): Promise<CheckAnswer> => new Promise((answer) => {
  const worker = new Worker(new URL('./run-check.ts', import.meta.url), { workerData: task, resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB } });
  const limit = setTimeout(() => { answer({ unreadable: 'the drive or the check did not answer in time' }); }, (task.seconds + GRACE_SECONDS) * 1000);
  limit.unref();
  worker.once('message', answer);
  worker.once('error', (error) => { answer({ unreadable: `the check broke off: ${error instanceof Error ? error.message : String(error)}` }); });
});

const print = (path: string, answer: CheckAnswer, isJson: boolean): number => {
  if ('unreadable' in answer) {
    process.stdout.write(isJson ? `${JSON.stringify({ path, exitCode: UNREADABLE, unreadable: answer.unreadable })}\n` : '');
    process.stderr.write(`${path} cannot be read: ${answer.unreadable}\n`);
    return UNREADABLE;
  }
  const { report } = answer;
  const exitCode = !report.isReadable ? UNREADABLE : report.totals.error > 0 ? HAS_ERRORS : CLEAN;
  const findings = report.findings.map((finding) => ({ ...finding, advice: discCheck(finding.check).advice }));
  process.stdout.write(isJson ? `${JSON.stringify({ path, exitCode, ...report, findings }, undefined, 1)}\n` : `${renderText(path, report)}\n`);
  return exitCode;
};

/** npm runs scripts in the folder of the project and says where it was called. */
const callersFolder = (): string => processEnvironment()['INIT_CWD'] ?? process.cwd();

const readArguments = (): { readonly path: string; readonly isJson: boolean; readonly task: CheckTask } | undefined => {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, thorough: { type: 'boolean' }, seconds: { type: 'string' } } });
    const seconds = Number(values.seconds ?? DEFAULT_SECONDS);
    const [path] = positionals;
    if (path === undefined || positionals.length > 1 || !(seconds > 0 && seconds <= 86_400)) return undefined;
    return { path, isJson: values.json === true, task: { path: resolve(callersFolder(), path), isThorough: values.thorough === true, seconds } };
  } catch {
    // An unknown option: the usage says what there is.
    return undefined;
  }
};

const wanted = readArguments();
if (!wanted) {
  process.stderr.write(USAGE);
  process.exit(UNREADABLE);
}
const exitCode = print(wanted.path, await runTask(wanted.task), wanted.isJson);
// What was printed into a pipe must have left before a hanging thread is abandoned.
process.stdout.write('', () => { process.exit(exitCode); });
