import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { QueryBook } from '../../catalog/books/query-book.ts';
import { elementDigest } from '../../dicom/data-set/element-digest.ts';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { createQueryScp } from '../../dicom/query-scp.ts';
import { sendInstances } from '../../dicom/storage-scu.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { silentLog } from '../../infra/log.ts';
import { makeInstance } from '../fixtures/make-instance.ts';
import type { MadeInstance } from '../fixtures/make-instance.ts';
import { DICOM_RS_FOLDER, needs, program } from '../fixtures/peers.ts';
import { startNode, until, untilAnswers } from './association/harness.ts';
import type { TestNode } from './association/harness.ts';

const run = promisify(execFile);
const LIMIT = { timeout: 60_000 };

const MADE: readonly MadeInstance[] = [
  makeInstance({ seed: 'one', rows: 200, columns: 200 }), makeInstance({ seed: 'two', kind: 'mr', transferSyntaxUid: UID.implicitLittleEndian, rows: 64, columns: 64 }),
  makeInstance({ seed: 'three', kind: 'us-colour', frames: 3, rows: 100, columns: 100 }), makeInstance({ seed: 'four', kind: 'sr', undefinedLengths: true }), makeInstance({ seed: 'five', kind: 'pdf' }),
];

let test: TestNode;
let folder: string;

beforeAll(async () => {
  const book: QueryBook = {
    async *find({ conditions }) {
      const found = [{ studyInstanceUid: '2.25.31', patientId: 'P31', patientName: 'Phantom^Alpha' }, { studyInstanceUid: '2.25.32', patientId: 'P32', patientName: 'Phantom^Beta' }];
      // The catalog's matching is tested elsewhere: here any condition stands for the first study.
      yield (conditions.length > 0 ? found.slice(0, 1) : found).map((values) => ({ values, availability: 'ONLINE' as const }));
    },
  };
  test = await startNode({ services: [createQueryScp({ aeTitle: 'SPINDLE', queries: book, fuzzyNames: false, matchEmpty: true, log: silentLog })] });
  folder = mkdtempSync(join(tmpdir(), 'spindle-further-peers-'));
  for (const made of MADE) writeFileSync(join(folder, `${made.sopInstanceUid}.dcm`), made.bytes);
});

afterAll(async () => {
  await test.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  test.index.rows.length = 0;
});

const files = (): string[] => MADE.map(({ sopInstanceUid }) => join(folder, `${sopInstanceUid}.dcm`));

/** These peers write data sets anew, with other lengths of sequences: all elements are what counts. */
const expectSame = async (file: string, made: MadeInstance): Promise<void> => {
  expect((await elementDigest(file)).all).toBe((await elementDigest(join(folder, `${made.sopInstanceUid}.dcm`))).all);
};

/** Every instance is held, under the syntax of its file. */
const expectStored = async (): Promise<void> => {
  expect(test.index.rows).toHaveLength(MADE.length);
  for (const made of MADE) {
    const file = test.index.rows.find(({ arrival }) => arrival.attributes.sopInstanceUid === made.sopInstanceUid)?.arrival.file;
    expect(file?.transferSyntaxUid).toBe(made.transferSyntaxUid);
    await expectSame(join(test.directory, file?.path ?? ''), made);
  }
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

describe.skipIf(!needs('dicom-rs'))('dicom-rs', () => {
  const tool = (name: string): string => join(DICOM_RS_FOLDER, name);
  const address = (): string => `SPINDLE@127.0.0.1:${test.node.port}`;

  it('echoes, and is told that the called AE title is wrong', async () => {
    await run(tool('dicom-echoscu'), [address()], LIMIT);
    await expect(run(tool('dicom-echoscu'), [`WRONG@127.0.0.1:${test.node.port}`], LIMIT)).rejects.toMatchObject({ stdout: expect.stringMatching(/called AE title/i) });
  });

  it.each([['one association', []], ['three associations', ['--concurrency', '3']], ['small PDUs', ['--max-pdu-length', '4096']]] as const)('stores into us over %s', async (_name, options) => {
    await run(tool('dicom-storescu'), ['--fail-first', '--never-transcode', ...options, address(), ...files()], LIMIT);
    await expectStored();
  });

  it('finds against us, all and one', async () => {
    const all = await run(tool('dicom-findscu'), [address(), '-S', '-q', 'QueryRetrieveLevel=STUDY', '-q', 'PatientName=', '-q', 'StudyInstanceUID='], LIMIT);
    expect(all.stdout).toMatch(/Phantom\^Alpha[\s\S]*Phantom\^Beta/);
    const one = await run(tool('dicom-findscu'), [address(), '-P', '-q', 'QueryRetrieveLevel=PATIENT', '-q', 'PatientName=PHANTOM^A*', '-q', 'PatientID='], LIMIT);
    expect(one.stdout).toContain('P31');
    expect(one.stdout).not.toContain('P32');
  });

  it.each([['one after the other', []], ['side by side', ['--non-blocking']]] as const)('receives from us, %s', async (manner, options) => {
    const port = await freePort();
    const out = join(folder, `received ${manner}`);
    mkdirSync(out);
    const scp = spawn(tool('dicom-storescp'), ['--promiscuous', ...options, '-o', out, '-p', String(port)], { stdio: 'ignore' });
    try {
      const to = { host: '127.0.0.1', port, calledAe: 'ANY', callingAe: 'SPINDLE', timeoutSeconds: 20 };
      await untilAnswers(to);
      expect((await sendInstances({ ...to, files: files(), associations: options.length === 0 ? 1 : 2 })).map(({ outcome }) => outcome)).toEqual(MADE.map(() => 'stored'));
      const received = new Map(readdirSync(out).map((name) => join(out, name)).map((file) => [readFileMeta(readFileSync(file)).sopInstanceUid, file]));
      for (const made of MADE) await expectSame(received.get(made.sopInstanceUid) ?? '', made);
    } finally {
      scp.kill();
    }
  });
});

describe.skipIf(!needs('gdcm'))('GDCM', () => {
  /** gdcmscu 3.0.21 falls over its own connection after the release, whoever its peer was: what reached us is what counts. */
  const gdcm = async (...args: readonly string[]): Promise<void> => {
    const before = test.summaries.length;
    await run(program('gdcmscu') ?? '', ['--aetitle', 'GDCM', '--call', 'SPINDLE', '-H', '127.0.0.1', '-p', String(test.node.port), ...args], LIMIT).catch((error: unknown) => {
      if (!String((error as { stderr?: string }).stderr).includes('ProtocolStream as nullptr')) throw error;
    });
    await until(() => test.summaries.length > before, 'association ended');
  };

  it('echoes', async () => {
    await gdcm('--echo');
    expect(test.summaries.at(-1)).toMatchObject({ callingAe: 'GDCM', outcome: 'released', statuses: { '0000': 1 } });
  });

  it('stores into us', async () => {
    for (const file of files()) await gdcm('--store', '-i', file);
    await expectStored();
  });
});
