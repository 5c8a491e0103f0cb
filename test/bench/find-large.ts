/** Measures finding in a large catalog: milliseconds from the request to the first answer, at the wire, by the keys people search with. */
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { UID } from '../../dicom/tables/uids.ts';
import { findPeer } from '../dicom/query/find-peer.ts';
import { generateCatalog } from './find-catalog.ts';
import { freePort, startServer, stopServer } from './processes.ts';
import { median, report, round, say } from './report.ts';

const FAMILIES = ['anber', 'beran', 'cordal', 'elfin', 'garhol', 'kellor', 'marnor', 'petrau', 'soltor', 'wenjan'];
const at = (i: number, spread: number): number => 1 + (i * 7919) % spread;

/** Keys of the i-th query of a kind. */
const QUERIES: Readonly<Record<string, (i: number, studies: number) => Readonly<Record<string, string>>>> = {
  'name prefix': (i) => ({ PatientName: `${(FAMILIES[i % FAMILIES.length] ?? '').toUpperCase()}*` }),
  'short name prefix': (i) => ({ PatientName: `${(FAMILIES[i % FAMILIES.length] ?? '').slice(0, 2)}*` }),
  'patient id': (i, studies) => ({ PatientID: `PID${String(at(i, Math.round(studies * 0.6))).padStart(9, '0')}` }),
  'accession number': (i, studies) => ({ AccessionNumber: `ACC${at(i, studies)}` }),
  'study UID': (i, studies) => ({ StudyInstanceUID: `2.25.${at(i, studies)}` }),
  'one day': (i) => ({ StudyDate: `2019${String(1 + i % 12).padStart(2, '0')}15` }),
  'date range': (i) => ({ StudyDate: `20${String(11 + i % 10)}0101-20${String(12 + i % 10)}1231` }),
  'date range and modality': (i) => ({ StudyDate: `20${String(11 + i % 10)}0101-`, ModalitiesInStudy: 'SR' }),
  'name prefix and date range': (i) => ({ PatientName: `${FAMILIES[i % FAMILIES.length] ?? ''}*`, StudyDate: '20150101-20181231' }),
  everything: () => ({}),
};

export const runFindLargeBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { studies: { type: 'string', default: '1000000' }, reps: { type: 'string', default: '20' } } });
  const [studies, reps] = [Number(values.studies), Number(values.reps)];
  say(`making a catalog of ${studies} studies`);
  const catalog = await generateCatalog(studies);
  try {
    const port = await freePort();
    const node = await startServer(process.execPath, [join(import.meta.dirname, 'find-node.ts'), catalog.databaseUrl, String(port)], port);
    try {
      for (const [what, keysOf] of Object.entries(QUERIES)) {
        const first: number[] = [];
        const cancelled: number[] = [];
        const caller = await findPeer(port, UID.studyRootFind);
        let messageId = 0;
        for (let i = -2; i < reps; i += 1) {
          messageId += 1;
          const began = performance.now();
          caller.ask({ QueryRetrieveLevel: 'STUDY', PatientName: '', StudyDate: '', ModalitiesInStudy: '', NumberOfStudyRelatedInstances: '', ...keysOf(Math.abs(i), studies) }, messageId);
          const answer = await caller.answer();
          const seconds = performance.now() - began;
          if (answer.command.status === 0xff00) {
            const asked = performance.now();
            caller.cancel(messageId);
            await caller.answers();
            cancelled.push(performance.now() - asked);
          }
          if (i >= 0) first.push(seconds);
        }
        caller.peer.socket.destroy();
        report({ bench: 'find-large', what, figures: {
          studies, queries: reps, medianFirstAnswerMilliseconds: round(median(first)), slowestFirstAnswerMilliseconds: round(Math.max(...first)), ...(cancelled.length === 0 ? {} : { slowestCancelMilliseconds: round(Math.max(...cancelled)) }),
        } });
      }
    } finally {
      await stopServer(node);
    }
  } finally {
    await catalog.stop();
  }
};
