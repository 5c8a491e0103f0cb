/** `npm run bench -- NAME [options]`: measures, prints one JSON line per figure, and keeps them in bench-results/. */
import { removeScratch } from './scratch.ts';

const BENCHES: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<void>>>> = {
  receive: async () => (await import('./receive.ts')).runReceiveBench,
  send: async () => (await import('./send-bench.ts')).runSendBench,
  'receive-large': async () => (await import('./receive-large.ts')).runReceiveLargeBench,
  indexing: async () => (await import('./indexing.ts')).runIndexingBench,
  associations: async () => (await import('./associations.ts')).runAssociationsBench,
  image: async () => (await import('./image.ts')).runImageBench,
  dicomdir: async () => (await import('./dicomdir.ts')).runDicomdirBench,
  transcode: async () => (await import('./transcode.ts')).runTranscodeBench,
  'image-bd': async () => (await import('./image-bd.ts')).runImageBdBench,
  orchestrate: async () => (await import('./orchestrate.ts')).runOrchestrateBench,
  find: async () => (await import('./find.ts')).runFindBench,
  'find-large': async () => (await import('./find-large.ts')).runFindLargeBench,
};

const [name = '', ...args] = process.argv.slice(2);
const open = BENCHES[name];
if (open === undefined) {
  process.stderr.write(`Say one of: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exitCode = 1;
} else {
  try {
    await (await open())(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    removeScratch();
  }
}
// A time limit that is still running must not keep a finished bench alive.
process.exit();
