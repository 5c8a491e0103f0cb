import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { elementDigest } from '../../dicom/data-set/element-digest.ts';
import { echo } from '../../dicom/echo-scu.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import type { MadeInstance } from '../fixtures/make-instance.ts';
import { needs, program, pythonWith } from '../fixtures/peers.ts';
import { startNode, until } from './association/harness.ts';
import { createDcmconvTranscoder } from './retrieve/dcmconv-transcoder.ts';
import { freePort, startRetrieveNode } from './retrieve/harness.ts';
import type { RetrieveNode } from './retrieve/harness.ts';

const run = promisify(execFile);
const hasDcmtk = needs('dcmtk');
const tool = (name: string): string => program(name) ?? '';

const STUDY = uid('retrieve/study');
const SERIES = [uid('retrieve/series 1'), uid('retrieve/series 2')] as const;
/** Two series: CT in explicit and MR in implicit encoding, of one patient. */
const HELD: readonly MadeInstance[] = [
  ...Array.from({ length: 8 }, (_, n) => makeInstance({ kind: 'ct', seed: `ct ${n}`, studyInstanceUid: STUDY, seriesInstanceUid: SERIES[0], instanceNumber: n + 1, rows: 128, columns: 128 })),
  ...Array.from({ length: 5 }, (_, n) => makeInstance({ kind: 'mr', seed: `mr ${n}`, studyInstanceUid: STUDY, seriesInstanceUid: SERIES[1], instanceNumber: n + 1, transferSyntaxUid: UID.implicitLittleEndian })),
];

let test: RetrieveNode;
let folder: string;
const children: ChildProcess[] = [];

/** Starts storescp on a free port and answers the port. */
const storescp = async (out: string, options: readonly string[]): Promise<number> => {
  const port = await freePort();
  mkdirSync(out, { recursive: true });
  children.push(spawn(tool('storescp'), [...options, '-od', out, String(port)], { stdio: 'ignore' }));
  let isUp = false;
  await until(() => {
    void echo({ host: '127.0.0.1', port, calledAe: 'ANY', callingAe: 'TEST', timeoutSeconds: 5 }).then(() => { isUp = true; }, () => undefined);
    return isUp;
  }, 'storescp up');
  return port;
};

/** Content of every file of a folder by SOP Instance UID. */
const contentOf = async (from: string): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const name of readdirSync(from)) {
    const file = join(from, name);
    found.set(readFileMeta(readFileSync(file).subarray(0, 65_536)).sopInstanceUid, (await elementDigest(file)).all);
  }
  return found;
};

const expectContent = async (from: string, instances: readonly MadeInstance[]): Promise<void> => {
  const expected = new Map<string, string>();
  for (const row of test.index.rows) expected.set(row.arrival.attributes.sopInstanceUid, (await elementDigest(join(test.directory, row.arrival.file.path))).all);
  const got = await contentOf(from);
  expect(new Set(got.keys())).toEqual(new Set(instances.map((made) => made.sopInstanceUid)));
  for (const [sopInstanceUid, digest] of got) expect(digest).toBe(expected.get(sopInstanceUid));
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spindle-retrieve-'));
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  test = await startRetrieveNode({ conversion: { transcoder: createDcmconvTranscoder(), folder: scratch } });
  await test.hold(HELD);
});

afterAll(async () => {
  for (const child of children) child.kill();
  await test.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (): string[] => ['-aec', 'SPINDLE', '127.0.0.1', String(test.node.port)];

describe.skipIf(!hasDcmtk)('DCMTK', () => {
  it.each([
    ['a study, Study Root', '-S', ['-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${STUDY}`], HELD],
    ['a series, Study Root', '-S', ['-k', 'QueryRetrieveLevel=SERIES', '-k', `StudyInstanceUID=${STUDY}`, '-k', `SeriesInstanceUID=${SERIES[1]}`], HELD.slice(8)],
    ['a list of instances, Patient Root', '-P', ['-k', 'QueryRetrieveLevel=IMAGE', '-k', 'PatientID=PHANTOM-1', '-k', `StudyInstanceUID=${STUDY}`, '-k', `SeriesInstanceUID=${SERIES[0]}`, '-k', `SOPInstanceUID=${HELD[1]?.sopInstanceUid}\\${HELD[3]?.sopInstanceUid}`], [HELD[1], HELD[3]]],
    ['a patient, Patient Root', '-P', ['-k', 'QueryRetrieveLevel=PATIENT', '-k', 'PatientID=PHANTOM-1'], HELD],
    ['a patient, Patient/Study Only', '-O', ['-k', 'QueryRetrieveLevel=PATIENT', '-k', 'PatientID=PHANTOM-1'], HELD],
  ] as const)('moves %s by movescu into storescp', async (_name, model, keys, expected) => {
    const out = mkdtempSync(join(folder, 'moved-'));
    test.addDestination('STORESCP', await storescp(out, ['--fork', '+B', '+xa']));
    await run(tool('movescu'), [model, '-aem', 'STORESCP', ...keys, ...at()], { timeout: 30_000 });
    await expectContent(out, expected.flatMap((made: MadeInstance | undefined) => made ?? []));
  });

  it('moves into its own receiver of movescu', async () => {
    const out = mkdtempSync(join(folder, 'own-'));
    const port = await freePort();
    test.addDestination('MOVESCU', port, { maxAssociations: 1 });
    await run(tool('movescu'), ['-S', '--port', String(port), '-aet', 'MOVESCU', '-aem', 'MOVESCU', '+xa', '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${STUDY}`, '-od', out, ...at()], { timeout: 30_000 });
    await expectContent(out, HELD);
  });

  it('moves into a receiver that takes Implicit VR only, converted', async () => {
    const out = mkdtempSync(join(folder, 'implicit-'));
    test.addDestination('IMPLICIT', await storescp(out, ['--fork', '+B', '+xi']));
    await run(tool('movescu'), ['-S', '-aem', 'IMPLICIT', '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${STUDY}`, ...at()], { timeout: 60_000 });
    await expectContent(out, HELD);
    for (const name of readdirSync(out)) expect(readFileMeta(readFileSync(join(out, name)).subarray(0, 65_536)).transferSyntaxUid).toBe(UID.implicitLittleEndian);
    expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
  });

  it('is told that the destination is not known', async () => {
    const failed = await run(tool('movescu'), ['-v', '-S', '-aem', 'NOBODY', '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${STUDY}`, ...at()], { timeout: 30_000 }).catch((error: unknown) => error as { stdout: string; stderr: string });
    expect(failed.stdout + failed.stderr).toMatch(/MoveDestinationUnknown/i);
  });

  it.each([['explicit', '+xe'], ['implicit', '+xi']])('gets a study by getscu (%s preferred)', async (_name, syntax) => {
    const out = mkdtempSync(join(folder, 'got-'));
    const { stdout, stderr } = await run(tool('getscu'), ['-v', '-S', syntax, '+B', '-od', out, '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${STUDY}`, ...at()], { timeout: 30_000 });
    expect(stdout + stderr).toMatch(/Number of Completed Suboperations\s*: 13/);
    await expectContent(out, HELD);
  });
});

describe.skipIf(!needs('gdcm'))('GDCM', () => {
  it('moves a study by gdcmscu', async () => {
    // The receiver of GDCM 3.0.21 bears one presentation context, so this node offers no fallback; and it dies at the
    // release of that association, so its exit code says nothing.
    const own = await startRetrieveNode();
    try {
      await own.hold(HELD.slice(0, 8));
      const out = mkdtempSync(join(folder, 'gdcm-'));
      const port = await freePort();
      own.addDestination('GDCMSCU', port, { maxAssociations: 1 });
      await run(tool('gdcmscu'), ['--move', '--studyroot', '--study', '--call', 'SPINDLE', '--aetitle', 'GDCMSCU', '--key', `0020,000d=${STUDY}`, '--port-scp', String(port), '-o', out, '127.0.0.1', String(own.node.port)], { timeout: 60_000 }).catch(() => undefined);
      await until(() => own.events.some(({ event }) => event === 'retrieve.ended'), 'the retrieve ended');
      expect(own.events.find(({ event }) => event === 'retrieve.ended')?.facts).toMatchObject({ callingAe: 'GDCMSCU', status: 0, completed: 8, failed: 0 });
      await expectContent(out, HELD.slice(0, 8));
    } finally {
      await own.close();
    }
  });
});

describe.skipIf(!needs('pynetdicom'))('pynetdicom', () => {
  const PREFIX = `
import sys, json, time
from pydicom.dataset import Dataset
from pynetdicom import AE, evt, build_role, StoragePresentationContexts
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelMove as MOVE, StudyRootQueryRetrieveInformationModelGet as GET
CT, MR = '1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.5.1.4.1.1.4'
SYNTAXES = ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2']
identifier = Dataset()
identifier.QueryRetrieveLevel = 'STUDY'
identifier.StudyInstanceUID = '${STUDY}'
statuses = []
def note(status, found):
    statuses.append([status.Status, status.get('NumberOfRemainingSuboperations'), status.get('NumberOfCompletedSuboperations'), status.get('NumberOfFailedSuboperations'), list(found.FailedSOPInstanceUIDList) if found and 'FailedSOPInstanceUIDList' in found and not isinstance(found.FailedSOPInstanceUIDList, str) else ([found.FailedSOPInstanceUIDList] if found and 'FailedSOPInstanceUIDList' in found else [])])
`;
  type Answer = readonly [status: number, remaining: number | null, completed: number | null, failed: number | null, failedList: readonly string[]];
  const python = async (script: string): Promise<{ readonly statuses: readonly Answer[]; readonly received: readonly (readonly [string, string, number])[] }> => {
    const { stdout } = await run(pythonWith('pynetdicom') ?? '', ['-c', PREFIX + script], { timeout: 60_000 });
    return JSON.parse(stdout) as Awaited<ReturnType<typeof python>>;
  };
  /** A receiver of its own that answers C-STORE by \`answer\`. */
  const mover = (port: number, answer: string, during = ''): string => `
received = []
def on_store(event):
    received.append([event.request.AffectedSOPInstanceUID, event.request.MoveOriginatorApplicationEntityTitle, event.request.MoveOriginatorMessageID])
    ${answer}
ae = AE(ae_title='PYMOVE')
ae.supported_contexts = [build for build in StoragePresentationContexts]
ae.add_requested_context(MOVE, SYNTAXES)
scp = ae.start_server(('127.0.0.1', ${port}), block=False, evt_handlers=[(evt.EVT_C_STORE, on_store)])
assoc = ae.associate('127.0.0.1', ${test.node.port}, ae_title='SPINDLE')
assert assoc.is_established
for status, found in assoc.send_c_move(identifier, 'PYMOVE', MOVE, msg_id=77):
    note(status, found)
    ${during}
assoc.release()
scp.shutdown()
print(json.dumps({'statuses': statuses, 'received': received}))
`;

  it('moves, and reads originator, counts and an early pending response', async () => {
    const port = await freePort();
    test.addDestination('PYMOVE', port);
    const { statuses, received } = await python(mover(port, 'return 0x0000'));
    expect(statuses[0]).toEqual([0xff00, 13, 0, 0, []]);
    expect(statuses.at(-1)).toEqual([0, null, 13, 0, []]);
    expect(new Set(received.map(([sopInstanceUid]) => sopInstanceUid))).toEqual(new Set(HELD.map((made) => made.sopInstanceUid)));
    expect(new Set(received.map(([, title, messageId]) => `${title} ${messageId}`))).toEqual(new Set(['PYMOVE 77']));
  });

  it('is told which instances its receiver refused', async () => {
    const port = await freePort();
    test.addDestination('PYMOVE', port);
    const refused = [HELD[0], HELD[9]].map((made) => made?.sopInstanceUid ?? '');
    const { statuses } = await python(mover(port, `return 0xA700 if event.request.AffectedSOPInstanceUID in ${JSON.stringify(refused)} else 0x0000`));
    const [status, , completed, failed, list] = statuses.at(-1) ?? [0, 0, 0, 0, []];
    expect([status, completed, failed]).toEqual([0xb000, 11, 2]);
    expect(new Set(list)).toEqual(new Set(refused));
  });

  it('cancels a move', async () => {
    const port = await freePort();
    test.addDestination('PYMOVE', port, { maxAssociations: 1 });
    const { statuses, received } = await python(mover(port, 'time.sleep(0.3); return 0x0000', 'assoc.send_c_cancel(77, query_model=MOVE)'));
    const [status, remaining, completed, failed] = statuses.at(-1) ?? [];
    expect(status).toBe(0xfe00);
    expect([(remaining ?? 0) + (completed ?? 0), failed]).toEqual([13, 0]);
    expect(received).toHaveLength(completed ?? -1);
    expect(received.length).toBeLessThan(13);
  });

  it('gets a study, a part of which it takes no context for', async () => {
    const { statuses, received } = await python(`
received = []
def on_store(event):
    received.append([event.request.AffectedSOPInstanceUID, '', 0])
    return 0x0000
ae = AE(ae_title='PYGET')
ae.add_requested_context(GET, SYNTAXES)
ae.add_requested_context(CT, SYNTAXES)
assoc = ae.associate('127.0.0.1', ${test.node.port}, ae_title='SPINDLE', ext_neg=[build_role(CT, scp_role=True)], evt_handlers=[(evt.EVT_C_STORE, on_store)])
assert assoc.is_established
for status, found in assoc.send_c_get(identifier, GET):
    note(status, found)
assoc.release()
print(json.dumps({'statuses': statuses, 'received': received}))
`);
    const [status, , completed, failed, list] = statuses.at(-1) ?? [0, 0, 0, 0, []];
    expect([status, completed, failed]).toEqual([0xb000, 8, 5]);
    expect(new Set(list)).toEqual(new Set(HELD.slice(8).map((made) => made.sopInstanceUid)));
    expect(received).toHaveLength(8);
  });
});

describe('our own node as destination', () => {
  it('holds what was moved, byte for byte', async () => {
    const other = await startNode();
    try {
      test.addDestination('OTHER', other.node.port, { aeTitle: 'SPINDLE' });
      const { moveBy, identifier } = await import('./retrieve/harness.ts');
      const { final } = await moveBy(test.node.port, UID.studyRootMove, 'OTHER', identifier('STUDY', { StudyInstanceUID: STUDY }));
      expect(final.command).toMatchObject({ status: 0, completed: 13, failed: 0, warning: 0 });
      expect(new Set(other.index.rows.map((row) => row.arrival.file.dataSetSha256))).toEqual(new Set(test.index.rows.map((row) => row.arrival.file.dataSetSha256)));
    } finally {
      await other.close();
    }
  });
});
