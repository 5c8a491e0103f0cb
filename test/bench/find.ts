/** Measures answering: how many C-FIND responses a second findscu gets of one query, process start included, and what that costs the node. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { program } from '../fixtures/peers.ts';
import { generateCatalog } from './find-catalog.ts';
import { cpuSeconds, freePort, peakRssMiB, runToEnd, startServer, stopServer } from './processes.ts';
import { median, report, round, say } from './report.ts';

const KEYS = ['QueryRetrieveLevel=STUDY', 'PatientName', 'PatientID', 'StudyInstanceUID', 'StudyDate', 'StudyTime', 'AccessionNumber', 'StudyDescription', 'ModalitiesInStudy', 'NumberOfStudyRelatedSeries', 'NumberOfStudyRelatedInstances'];

export const runFindBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { count: { type: 'string', default: '10000' }, reps: { type: 'string', default: '5' } } });
  const [count, reps] = [Number(values.count), Number(values.reps)];
  const findscu = program('findscu');
  if (findscu === undefined) throw new TypeError('findscu is needed: apt-get install dcmtk');
  say(`making a catalog of ${count} studies`);
  const catalog = await generateCatalog(count);
  try {
    const port = await freePort();
    const node = await startServer(process.execPath, [join(import.meta.dirname, 'find-node.ts'), catalog.databaseUrl, String(port)], port);
    try {
      const pid = node.pid ?? -1;
      const ask = (...keys: readonly string[]): ReturnType<typeof runToEnd> => runToEnd(findscu, ['-q', '-S', '-aec', 'SPINDLE', '-pdu', '131072', ...keys.flatMap((key) => ['-k', key]), '127.0.0.1', String(port)], { limitMs: 600_000 });
      await ask(...KEYS);
      const idle = (await ask('QueryRetrieveLevel=STUDY', 'StudyInstanceUID=2.25.0')).wallSeconds;
      const before = cpuSeconds(pid);
      const seconds: number[] = [];
      for (let rep = 0; rep < reps; rep += 1) seconds.push((await ask(...KEYS)).wallSeconds);
      const cpu = cpuSeconds(pid) - before;
      report({ bench: 'find', what: 'studies', figures: {
        responses: count, responsesPerSecond: round(count / median(seconds)), allWallSeconds: seconds.map(round), emptyQueryWallSeconds: round(idle), nodeCpuMillisecondsPerResponse: round((cpu / reps / count) * 1_000), peakRssMiB: round(peakRssMiB(pid)),
      } });
    } finally {
      await stopServer(node);
    }
  } finally {
    await catalog.stop();
  }
};
