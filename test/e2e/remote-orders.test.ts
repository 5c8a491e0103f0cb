import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND } from '../../dicom/association/command.ts';
import { encodeElement, encodeSequence } from '../../dicom/data-set/encode.ts';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { sendInstances } from '../../dicom/storage-scu.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { openImage, readIsoVolume, SECTOR } from '../../disc/reader/iso9660-reader.ts';
import { associate, commandBytes, data, value } from '../dicom/association/harness.ts';
import { uid } from '../fixtures/make-instance.ts';
import { startOrthanc } from '../fixtures/orthanc.ts';
import type { Orthanc } from '../fixtures/orthanc.ts';
import { needs } from '../fixtures/peers.ts';
import { startPacs } from '../simulators/pacs.ts';
import type { Pacs } from '../simulators/pacs.ts';
import { sleep, TestAppliance, until } from './appliance.ts';
import type { Disc, Order } from './appliance.ts';
import { makeStudyFiles } from './study-files.ts';
import type { MadeFile } from './study-files.ts';

interface Detail { readonly order: Order; readonly report: readonly { readonly reason: string }[]; readonly retrievals: readonly { readonly state: string; readonly reason: string }[] }
const PLANTED = 'Xanthippius';

const freePort = (): Promise<number> => new Promise((resolve) => {
  const server = createServer();
  server.listen(0, '127.0.0.1', () => { const { port } = server.address() as AddressInfo; server.close(() => resolve(port)); });
});

describe.skipIf(!needs('temporal') || !needs('postgres'))('an order of a study that a remote AE holds', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spindle-remote-orders-'));
  let appliance: TestAppliance;
  let pacs: Pacs;
  let garbage: Server;
  let held: readonly MadeFile[];
  let orthancPorts: { readonly dicom: number; readonly http: number };

  beforeAll(async () => {
    held = [...makeStudyFiles(scratch, 'remote', 5), ...makeStudyFiles(scratch, 'remote', 3, { seriesInstanceUid: uid('remote second') }, 50), ...makeStudyFiles(scratch, 'plain', 3)];
    pacs = await startPacs(held, () => ({ host: '127.0.0.1', port: appliance.dicomPort }));
    garbage = createServer((socket) => { socket.on('error', () => undefined); socket.write('SSH-2.0-nonsense\r\n'); });
    await new Promise<void>((resolve) => { garbage.listen(0, '127.0.0.1', resolve); });
    orthancPorts = { dicom: await freePort(), http: await freePort() };
    const peers = [['PACS', pacs.port], ['ORTHANC', orthancPorts.dicom], ['GARBAGE', (garbage.address() as AddressInfo).port], ['NOBODY', await freePort()]] as const;
    appliance = await TestAppliance.start({ SPINDLE_REMOTE_ANSWER_SECONDS: '2', SPINDLE_RETRIEVE_ATTEMPTS: '2', SPINDLE_RETRIEVE_LIMIT_SECONDS: '90' },
      `peers:\n${peers.map(([title, port]) => `  - { name: ${title.toLowerCase()}, aeTitle: ${title}, host: 127.0.0.1, port: ${port} }\n`).join('')}`);
  }, 180_000);
  afterAll(async () => {
    await appliance.destroy();
    await pacs.close();
    garbage.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  const detail = (orderId: string): Promise<Detail> => appliance.get<Detail>(`/orders/${orderId}`);
  const order = async (aeTitle: string, seed: string): Promise<string> => (await appliance.post<{ orderId: string }>('/orders', { remote: { aeTitle, studyInstanceUids: [uid(`${seed} study`)] } })).orderId;
  const closed = (orderId: string, limitMs = 90_000): Promise<Detail> => until('the order to close', limitMs, async () => { const now = await detail(orderId); return ['DONE', 'FAILURE', 'CANCELLED'].includes(now.order.state) && now; });
  const discOf = async (orderId: string): Promise<Disc> => {
    const discs = (await appliance.discs()).filter((disc) => disc.orderId === orderId);
    expect(discs).toHaveLength(1);
    return discs[0]!;
  };
  const instancesOn = (disc: Disc): readonly string[] => {
    const image = openImage(join(appliance.discFolder(disc), 'disc.iso'));
    try {
      return readIsoVolume(image).primary.filter((entry) => !entry.isDirectory && entry.path.startsWith('DICOM/')).map((entry) => readFileMeta(image.read(entry.sector * SECTOR, entry.bytes)).sopInstanceUid).sort();
    } finally { image.close(); }
  };
  const uidsOf = (files: readonly MadeFile[], seed: string): readonly string[] => files.filter(({ made }) => made.studyInstanceUid === uid(`${seed} study`)).map(({ made }) => made.sopInstanceUid).sort();
  /** A pushed study that a rule has made a disc of: whatever a rule did about earlier arrivals, it has done by now. */
  const beacon = async (seed: string): Promise<void> => {
    await appliance.send(makeStudyFiles(scratch, seed, 1).map(({ file }) => file));
    await until('the disc of the beacon', 60_000, async () => (await appliance.orders()).some((one) => one.source === 'rule' && one.state === 'DONE'));
  };

  it('becomes a disc, and nothing of it starts a burn rule', async () => {
    const orderId = await order('PACS', 'remote');
    const done = await closed(orderId);
    expect([done.order.state, done.retrievals.map(({ state }) => state)]).toEqual(['DONE', ['COMPLETE']]);
    expect(instancesOn(await discOf(orderId))).toEqual(uidsOf(held, 'remote'));
    pacs.behave({ omitsOriginator: true, omitsCounts: true, omitsPending: true, pendingStatus: 0xff01 });
    expect((await closed(await order('PACS', 'plain'))).order.state).toBe('DONE');
    await beacon('beacon');
    expect((await appliance.orders()).filter(({ source }) => source === 'rule')).toHaveLength(1);
  }, 150_000);

  it('ends with what is missing when only half of it comes', async () => {
    await sendHalf('half', 2);
    const end = await closed(await order('PACS', 'half'));
    expect([end.order.state, end.order.info]).toEqual(['FAILURE', 'NO_INSTANCE']);
    expect(end.report.map(({ reason }) => reason).join('\n')).toMatch(/REMOTE_INCOMPLETE: study [\d.]+ from PACS\. 2 of 6 instances are here[^]*series [\d.]+: 2 of 6/);
    expect((await appliance.discs()).some((disc) => disc.orderId === end.order.orderId)).toBe(false);
  }, 120_000);
  const sendHalf = async (seed: string, sendsOnly: number): Promise<void> => {
    const files = makeStudyFiles(scratch, seed, 6);
    const { port } = pacs;
    await pacs.close();
    pacs = await startPacs(files, () => ({ host: '127.0.0.1', port: appliance.dicomPort }), { sendsOnly }, 'PACS', port);
  };

  it.each([
    ['never answers a query', 'PACS', { silent: 'find' }], ['never answers a move', 'PACS', { silent: 'move' }], ['does not know where we are', 'PACS', { moveStatus: 0xa801 }],
    ['answers nonsense', 'GARBAGE', {}], ['is away', 'NOBODY', {}],
  ] as const)('ends in time when the AE %s', async (_what, aeTitle, behaviour) => {
    pacs.behave(behaviour);
    const end = await closed(await order(aeTitle, 'half'));
    expect(end.order.state).toBe('FAILURE');
    expect(end.order.info).toMatch(/^(RETRIEVE_FAILED|NO_INSTANCE)$/);
    expect(end.report[0]?.reason).toMatch(/^(ASSOCIATION|REMOTE)_/);
  }, 120_000);

  it('ends when the AE does not know the study', async () => {
    pacs.behave({});
    expect((await closed(await order('PACS', 'nowhere'))).order).toMatchObject({ state: 'FAILURE', info: 'NO_INSTANCE' });
  }, 60_000);

  it('is fetched although the process that fetches is killed meanwhile', async () => {
    const files = makeStudyFiles(scratch, 'killed', 4);
    const { port } = pacs;
    await pacs.close();
    pacs = await startPacs(files, () => ({ host: '127.0.0.1', port: appliance.dicomPort }), { delayMs: 1_500 }, 'PACS', port);
    const orderId = await order('PACS', 'killed');
    await until('the move', 30_000, () => Promise.resolve(pacs.asked.some(({ kind }) => kind === 'move')), 20);
    expect(appliance.kill('work')).toBe(true);
    expect((await closed(orderId, 150_000)).order.state).toBe('DONE');
    expect(instancesOn(await discOf(orderId))).toEqual(uidsOf(files, 'killed'));
  }, 180_000);

  it('ends when it is cancelled while the AE sends', async () => {
    pacs.behave({ silent: 'move' });
    await sendHalf('cancelled', 0);
    pacs.behave({ delayMs: 60_000 });
    const orderId = await order('PACS', 'cancelled');
    await until('the move', 30_000, () => Promise.resolve(pacs.asked.some(({ kind }) => kind === 'move')), 20);
    await appliance.post(`/orders/${orderId}/cancel`);
    const end = await closed(orderId);
    expect([end.order.state, end.retrievals[0]?.state]).toEqual(['CANCELLED', 'CANCELLED']);
  }, 120_000);

  it.skipIf(!needs('orthanc'))('comes from Orthanc, which is searched before', async () => {
    const files = [...makeStudyFiles(scratch, 'orthanc', 4, { patientName: `${PLANTED}^A` }), ...makeStudyFiles(scratch, 'orthanc', 2, { kind: 'sr', seriesInstanceUid: uid('orthanc sr'), patientName: `${PLANTED}^A` }, 100)];
    const orthanc: Orthanc = await startOrthanc(join(scratch, 'orthanc'), orthancPorts, { SPINDLE: appliance.dicomPort });
    try {
      expect((await sendInstances({ host: '127.0.0.1', port: orthancPorts.dicom, calledAe: 'ORTHANC', callingAe: 'TEST', files: files.map(({ file }) => file) })).map(({ outcome }) => outcome)).toEqual(files.map(() => 'stored'));
      const { studies } = await appliance.get<{ studies: { studyInstanceUid: string; patientName: string }[] }>(`/remote/ORTHANC/studies?patientName=${PLANTED}*`);
      expect(studies.map(({ studyInstanceUid, patientName }) => [studyInstanceUid, patientName])).toEqual([[uid('orthanc study'), `${PLANTED}^A`]]);
      const { series } = await appliance.get<{ series: { seriesInstanceUid: string; instances: number | null }[] }>(`/remote/ORTHANC/studies/${uid('orthanc study')}/series`);
      expect(new Map(series.map(({ seriesInstanceUid, instances }) => [seriesInstanceUid, instances]))).toEqual(new Map([[uid('orthanc series'), 4], [uid('orthanc sr'), 2]]));
      const orderId = await order('ORTHANC', 'orthanc');
      expect((await closed(orderId)).order.state).toBe('DONE');
      expect(instancesOn(await discOf(orderId))).toEqual(uidsOf(files, 'orthanc'));
    } finally {
      orthanc.stop();
    }
  }, 120_000);

  it('promises what it holds to an AE that asks, until a person revokes it', async () => {
    const [{ file, made }] = makeStudyFiles(scratch, 'promised', 1) as [MadeFile];
    await appliance.send([file]);
    const contexts = [{ id: 5, abstractSyntax: UID.storageCommitmentPush, transferSyntaxes: [UID.explicitLittleEndian] }];
    const peer = await associate(appliance.dicomPort, contexts);
    const reference = Buffer.concat([encodeElement(TAG.ReferencedSOPClassUID, 'UI', Buffer.from(made.sopClassUid)), encodeElement(TAG.ReferencedSOPInstanceUID, 'UI', Buffer.from(made.sopInstanceUid))]);
    peer.send(
      data(value(5, 3, commandBytes({ commandField: COMMAND.nActionRequest, messageId: 1, requestedSopClassUid: UID.storageCommitmentPush, requestedSopInstanceUid: UID.storageCommitmentPushInstance, actionTypeId: 1, dataSetType: 1 }))),
      data(value(5, 2, Buffer.concat([encodeElement(TAG.TransactionUID, 'UI', Buffer.from('2.25.4711')), encodeSequence(TAG.ReferencedSOPSequence, [reference])]))),
    );
    expect(await peer.response()).toMatchObject({ commandField: COMMAND.nActionResponse, status: 0 });
    const report = await peer.response();
    expect(report).toMatchObject({ commandField: COMMAND.eventReportRequest, eventTypeId: 1 });
    await peer.next();
    peer.send(data(value(5, 3, commandBytes({ commandField: COMMAND.eventReportResponse, messageIdRespondedTo: report.messageId ?? 0, status: 0, eventTypeId: 1 }))));
    const promised = await until('the promise to be delivered', 10_000, async () => (await appliance.get<{ commitments: { commitmentId: number; state: string; committed: number }[] }>('/commitments')).commitments.find(({ state }) => state === 'DELIVERED'));
    expect(promised.committed).toBe(1);
    expect(await appliance.post(`/commitments/${promised.commitmentId}/revoke`)).toMatchObject({ revokedBy: 'api-token' });
    peer.socket.destroy();
  });

  it('leaves no patient data in logs and no UID of a study in histories', async () => {
    await sleep(500);
    const text = (folder: string): string => readdirSync(folder).map((name) => join(folder, name)).filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1')).join('\n');
    for (const folder of ['logs', 'temporal', 'run', 'spool']) expect(text(join(appliance.home, folder)).includes(PLANTED)).toBe(false);
    for (const seed of ['remote', 'half', 'orthanc']) expect(text(join(appliance.home, 'temporal')).includes(uid(`${seed} study`))).toBe(false);
  });
});
