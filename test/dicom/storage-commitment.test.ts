import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Catalog } from '../../catalog/catalog.ts';
import { migrateCatalog } from '../../catalog/migrate.ts';
import { openCatalog } from '../../catalog/open.ts';
import { COMMAND, decodeCommand } from '../../dicom/association/command.ts';
import type { Command } from '../../dicom/association/command.ts';
import type { DicomService } from '../../dicom/association/service.ts';
import type { ClientTls } from '../../dicom/association/secure.ts';
import { writeCommitmentResult } from '../../dicom/commitment-message.ts';
import { startCommitmentSender, waitAfter } from '../../dicom/commitment-sender.ts';
import { strings, text, uintOf } from '../../dicom/data-set/data-set.ts';
import { encodeElement, encodeSequence } from '../../dicom/data-set/encode.ts';
import { readElements } from '../../dicom/data-set/read-elements.ts';
import { decoderFor } from '../../dicom/data-set/text-decoder.ts';
import { createDicomNode } from '../../dicom/node.ts';
import type { FindAe } from '../../dicom/remote-ae.ts';
import { createStorageCommitmentScp } from '../../dicom/storage-commitment-scp.ts';
import type { StorageCommitmentOptions } from '../../dicom/storage-commitment-scp.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { openTlsIdentity } from '../../infra/tls-identity.ts';
import type { TlsIdentity } from '../../infra/tls-identity.ts';
import { startLivePostgres } from '../catalog/live-postgres.ts';
import type { LiveServer } from '../catalog/live-postgres.ts';
import { makeAuthority } from '../fixtures/certificates.ts';
import { needs, pythonWith } from '../fixtures/peers.ts';
import { CT, CT_CONTEXT, EXPLICIT, IMPLICIT, associate, commandBytes, data, dataPdus, dataSet, instanceFiles, startNode, storeRequest, value } from './association/harness.ts';
import type { Peer, TestNode } from './association/harness.ts';

const PUSH = { id: 5, abstractSyntax: UID.storageCommitmentPush, transferSyntaxes: [EXPLICIT] };
const SC = '1.2.840.10008.5.1.4.1.1.7';
const ascii = decoderFor([]);
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let postgres: LiveServer;
beforeAll(async () => { postgres = await startLivePostgres(); });
afterAll(async () => { await postgres.stop(); });

const ui = (tag: number, text_: string): Buffer => encodeElement(tag, 'UI', Buffer.from(text_));
const ask = (transactionUid: string, references: readonly (readonly [string, string])[]): Buffer => Buffer.concat([
  ...(transactionUid === '' ? [] : [ui(TAG.TransactionUID, transactionUid)]),
  encodeSequence(TAG.ReferencedSOPSequence, references.map(([sopClass, instance]) => Buffer.concat([ui(TAG.ReferencedSOPClassUID, sopClass), ui(TAG.ReferencedSOPInstanceUID, instance)]))),
]);

interface Result { readonly eventTypeId: number | undefined; readonly transactionUid: string; readonly committed: readonly string[]; readonly failed: Readonly<Record<string, number | undefined>> }
const resultOf = (eventTypeId: number | undefined, bytes: Buffer, syntax = EXPLICIT): Result => {
  const read = readElements(bytes, syntax);
  const uids = (tag: number) => (read.elements.get(tag)?.items ?? []).map((item) => [strings(item, TAG.ReferencedSOPInstanceUID, ascii)[0] ?? '', uintOf(item, TAG.FailureReason)] as const);
  return { eventTypeId, transactionUid: text(read, TAG.TransactionUID, ascii), committed: uids(TAG.ReferencedSOPSequence).map(([uid]) => uid), failed: Object.fromEntries(uids(TAG.FailedSOPSequence)) };
};

describe.skipIf(!needs('postgres'))('storage commitment', () => {
  let catalog: Catalog;
  let node: TestNode | undefined;
  let now = new Date();

  beforeEach(async () => {
    now = new Date();
    const url = await postgres.makeDatabaseUrl();
    await migrateCatalog(url);
    catalog = await openCatalog({ databaseUrl: url, now: () => now });
  });
  afterEach(async () => {
    await node?.close();
    node = undefined;
    await catalog.close();
  });

  const start = async (over: Partial<StorageCommitmentOptions> = {}): Promise<TestNode> => {
    let directory = '';
    const service = createStorageCommitmentScp({ aeTitle: 'SPINDLE', commitments: catalog.commitments, absolute: (path) => join(directory, path), keepsForGood: true, log: silent, clock: { now: () => now }, sameAssociationMs: 300, leaveMs: 20, ...over });
    node = await startNode({ services: [service], storage: { index: catalog.instances } });
    directory = node.directory;
    return node;
  };
  const connect = async (): Promise<Peer> => associate(node!.node.port, [CT_CONTEXT, PUSH]);
  const store = async (peer: Peer, ...uids: readonly string[]): Promise<void> => {
    for (const [n, uid] of uids.entries()) {
      peer.send(storeRequest(uid, n + 1), dataPdus(dataSet(uid)));
      expect(await peer.response()).toMatchObject({ status: 0 });
    }
  };
  const action = (peer: Peer, bytes: Buffer, changes: Partial<Command> = {}): void => peer.send(
    data(value(5, 3, commandBytes({ commandField: COMMAND.nActionRequest, messageId: 50, requestedSopClassUid: UID.storageCommitmentPush, requestedSopInstanceUid: UID.storageCommitmentPushInstance, actionTypeId: 1, dataSetType: 1, ...changes }))),
    data(value(5, 2, bytes)),
  );
  /** The N-EVENT-REPORT that comes on this association; answered with a status. */
  const report = async (peer: Peer, status = 0): Promise<Result> => {
    const command = await peer.response();
    expect(command).toMatchObject({ commandField: COMMAND.eventReportRequest, affectedSopClassUid: UID.storageCommitmentPush, affectedSopInstanceUid: UID.storageCommitmentPushInstance });
    const body = await peer.next();
    if (body === 'closed' || body.type !== 4) throw new Error('no data set');
    peer.send(data(value(5, 3, commandBytes({ commandField: COMMAND.eventReportResponse, messageIdRespondedTo: command.messageId ?? 0, status, eventTypeId: command.eventTypeId ?? 0 }))));
    return resultOf(command.eventTypeId, body.body.subarray(6));
  };
  const commit = async (peer: Peer, transactionUid: string, references: readonly (readonly [string, string])[]): Promise<Result> => {
    action(peer, ask(transactionUid, references));
    expect(await peer.response()).toMatchObject({ commandField: COMMAND.nActionResponse, status: 0 });
    return report(peer);
  };
  const only = async () => (await catalog.commitments.list({ limit: 10 })).commitments[0]!;

  it('promises what is durable and reports on the same association', async () => {
    await start();
    const peer = await connect();
    await store(peer, '2.25.61', '2.25.62');
    expect(await commit(peer, '2.25.900', [[CT, '2.25.61'], [CT, '2.25.62']])).toEqual({ eventTypeId: 1, transactionUid: '2.25.900', committed: ['2.25.61', '2.25.62'], failed: {} });
    await expect.poll(async () => (await only()).state).toBe('DELIVERED');
    expect(await only()).toMatchObject({ callingAe: 'PEER', committed: 2, refused: 0, revokedAt: null });
    // The association goes on as before.
    await store(peer, '2.25.63');
  });

  it('says of each other instance why it is not promised', async () => {
    const { directory } = await start();
    const peer = await connect();
    await store(peer, '2.25.61', '2.25.62', '2.25.63');
    const [lost] = await catalog.commitments.candidates(['2.25.63']);
    rmSync(join(directory, lost!.path));
    expect(await commit(peer, '2.25.901', [[CT, '2.25.61'], [SC, '2.25.62'], [CT, '2.25.63'], [CT, '2.25.99']]))
      .toEqual({ eventTypeId: 2, transactionUid: '2.25.901', committed: ['2.25.61'], failed: { '2.25.62': 0x0119, '2.25.63': 0x0110, '2.25.99': 0x0112 } });
  });

  it('promises nothing where instances are deleted after a while', async () => {
    await start({ keepsForGood: false });
    const peer = await connect();
    await store(peer, '2.25.61');
    expect(await commit(peer, '2.25.902', [[CT, '2.25.61'], [CT, '2.25.98']])).toMatchObject({ eventTypeId: 2, committed: [], failed: { '2.25.61': 0x0110, '2.25.98': 0x0112 } });
  });

  it('refuses a transaction UID that the same AE used before', async () => {
    await start();
    const peer = await connect();
    await store(peer, '2.25.61');
    await commit(peer, '2.25.903', [[CT, '2.25.61']]);
    await expect.poll(async () => (await only()).state).toBe('DELIVERED');
    expect(await commit(peer, '2.25.903', [[CT, '2.25.61']])).toMatchObject({ eventTypeId: 2, failed: { '2.25.61': 0x0131 } });
  });

  it.each([
    ['another instance than the well-known one', { requestedSopInstanceUid: '1.2.3' }, ask('2.25.904', [[CT, '2.25.61']]), 0x0112],
    ['another action', { actionTypeId: 2 }, ask('2.25.904', [[CT, '2.25.61']]), 0x0123],
    ['no transaction UID', {}, ask('', [[CT, '2.25.61']]), 0x0115],
    ['no references', {}, ask('2.25.904', []), 0x0115],
    ['a reference that is no UID', {}, ask('2.25.904', [[CT, 'abc']]), 0x0115],
    ['bytes that are no data set', {}, Buffer.alloc(64, 0xff), 0xc000],
    ['more than is taken at once', {}, Buffer.alloc(17_000_000), 0x0213],
  ] as const)('refuses a request with %s, and writes nothing', async (_what, changes, bytes, status) => {
    await start();
    const peer = await connect();
    peer.send(data(value(5, 3, commandBytes({ commandField: COMMAND.nActionRequest, messageId: 50, requestedSopClassUid: UID.storageCommitmentPush, requestedSopInstanceUid: UID.storageCommitmentPushInstance, actionTypeId: 1, dataSetType: 1, ...changes }))), dataPdus(bytes, 200_000, 5));
    expect(await peer.response()).toMatchObject({ commandField: COMMAND.nActionResponse, status });
    expect((await catalog.commitments.list({ limit: 10 })).commitments).toEqual([]);
  });

  it('is not upset by a peer that answers what was not asked', async () => {
    await start();
    const peer = await connect();
    peer.send(data(value(5, 3, commandBytes({ commandField: COMMAND.eventReportResponse, messageIdRespondedTo: 9, status: 0 }))));
    expect(await peer.next()).toMatchObject({ type: 7 });
  });

  describe('over an association of ours', () => {
    interface Taken { readonly result: Result; readonly calledAe: string; readonly callingAe: string }
    /** An AE that takes results; `roles` false answers that it does not take the role. */
    const startTaker = async (over: { readonly status?: number; readonly takesRole?: boolean; readonly syntaxes?: readonly string[]; readonly answersTimes?: number; readonly identity?: TlsIdentity } = {}) => {
      const taken: Taken[] = [];
      let most = 0;
      let refusals = over.answersTimes ?? 0;
      const service: DicomService = {
        name: 'taker', transferSyntaxes: (uid) => (uid === UID.storageCommitmentPush ? new Set(over.syntaxes ?? [EXPLICIT]) : undefined), commandFields: [COMMAND.eventReportRequest],
        roles: () => ({ scuRole: false, scpRole: over.takesRole ?? true }),
        open: (exchange) => {
          const parts: Buffer[] = [];
          return {
            data: (chunk) => void parts.push(Buffer.from(chunk)), flush: () => undefined, abort: () => undefined,
            complete: async () => {
              most = Math.max(most, taker.counters().openAssociations);
              taken.push({ result: resultOf(exchange.command.eventTypeId, Buffer.concat(parts), exchange.context.transferSyntax), calledAe: exchange.association.calledAe, callingAe: exchange.association.callingAe });
              await exchange.respond({ status: refusals-- > 0 ? 0x0110 : (over.status ?? 0), eventTypeId: exchange.command.eventTypeId ?? 0 });
            },
          };
        },
      };
      const { identity } = over;
      const taker = await createDicomNode({
        aeTitle: 'PEER', host: '127.0.0.1', port: identity === undefined ? 0 : undefined, services: [service], log: silent, clock: { now: () => new Date() },
        ...(identity === undefined ? {} : { tls: { host: '127.0.0.1', port: 0, identity, clientCertificates: 'required', handshakeSeconds: 5 } }),
      });
      return { taken, most: () => most, findAe: ((aeTitle) => Promise.resolve(aeTitle === 'PEER' ? { aeTitle, host: '127.0.0.1', port: identity === undefined ? taker.port : taker.tlsPort, tls: identity !== undefined, maxAssociations: 1, preferredTransferSyntaxes: [] } : undefined)) as FindAe, close: () => taker.close({ drainSeconds: 0 }) };
    };
    const send = (findAe: FindAe, tls: ClientTls = { checksName: true }) => startCommitmentSender({ aeTitle: 'SPINDLE', commitments: catalog.commitments, findAe, tls: () => tls, log: silent, clock: { now: () => now }, pollMs: 20, timeoutSeconds: 2 });
    /** A request whose association is gone before the result. */
    const askAndLeave = async (transactionUid = '2.25.905'): Promise<void> => {
      const peer = await connect();
      await store(peer, '2.25.61');
      action(peer, ask(transactionUid, [[CT, '2.25.61'], [CT, '2.25.97']]));
      expect(await peer.response()).toMatchObject({ status: 0 });
      peer.socket.destroy();
      await expect.poll(async () => (await only()).attempts).toBe(1);
    };

    it.each([['explicit', [EXPLICIT]], ['implicit', [IMPLICIT]]] as const)('delivers the result to the AE that asked (%s)', async (_name, syntaxes) => {
      await start();
      await askAndLeave();
      const taker = await startTaker({ syntaxes });
      const sender = send(taker.findAe);
      await expect.poll(async () => (await only()).state).toBe('DELIVERED');
      expect(taker.taken).toEqual([{ calledAe: 'PEER', callingAe: 'SPINDLE', result: { eventTypeId: 2, transactionUid: '2.25.905', committed: ['2.25.61'], failed: { '2.25.97': 0x0112 } } }]);
      await sender.close();
      await taker.close();
    });

    it.skipIf(!needs('openssl'))('delivers over TLS to an AE that is entered so', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'spindle-commit-tls-'));
      const authority = makeAuthority(folder, 'ward');
      const [theirs, ours] = [authority.issue('theirs'), authority.issue('ours')];
      const identity = await openTlsIdentity({ files: { key: theirs.key, certificate: theirs.cert, ca: authority.cert }, log: silent, pollSeconds: 3600 });
      const pem = (file: string): string => readFileSync(file, 'utf8');
      await start();
      await askAndLeave();
      const taker = await startTaker({ identity });
      const sender = send(taker.findAe, { ca: pem(authority.cert), key: pem(ours.key), cert: pem(ours.cert), checksName: true });
      await expect.poll(async () => (await only()).state).toBe('DELIVERED');
      expect(taker.taken).toHaveLength(1);
      await sender.close();
      await taker.close();
      identity.close();
      rmSync(folder, { recursive: true, force: true });
    }, 30_000);

    it('delivers many results one by one where the AE may have one association', async () => {
      await start();
      const peer = await connect();
      await store(peer, '2.25.61');
      for (const transactionUid of ['2.25.921', '2.25.922', '2.25.923']) {
        action(peer, ask(transactionUid, [[CT, '2.25.61']]));
        expect(await peer.response()).toMatchObject({ status: 0 });
        await peer.next();
        await peer.next();
      }
      peer.socket.destroy();
      const states = async () => (await catalog.commitments.list({ limit: 10 })).commitments.map(({ state, attempts }) => `${state} ${attempts}`);
      await expect.poll(states).toEqual(['PENDING 1', 'PENDING 1', 'PENDING 1']);
      const taker = await startTaker();
      const sender = send(taker.findAe);
      await expect.poll(states).toEqual(['DELIVERED 1', 'DELIVERED 1', 'DELIVERED 1']);
      expect(taker.most()).toBe(1);
      await sender.close();
      await taker.close();
    });

    it('takes a request that comes again before its result for the same one, and no other', async () => {
      await start();
      await askAndLeave();
      const peer = await connect();
      const again = await commit(peer, '2.25.905', [[CT, '2.25.97'], [CT, '2.25.61']]);
      expect(again).toMatchObject({ eventTypeId: 2, committed: ['2.25.61'], failed: { '2.25.97': 0x0112 } });
      expect((await catalog.commitments.list({ limit: 10 })).commitments).toHaveLength(1);
      expect(await commit(peer, '2.25.905', [[CT, '2.25.61']])).toMatchObject({ committed: [], failed: { '2.25.61': 0x0131 } });
    });

    it('delivers after the same association was silent', async () => {
      await start();
      const peer = await connect();
      await store(peer, '2.25.61');
      action(peer, ask('2.25.906', [[CT, '2.25.61']]));
      await peer.response();
      const taker = await startTaker();
      const sender = send(taker.findAe);
      await expect.poll(async () => (await only()).state, { timeout: 5_000 }).toBe('DELIVERED');
      await sender.close();
      await taker.close();
    });

    it('tries again what was refused, after a restart as well', async () => {
      await start();
      await askAndLeave();
      const taker = await startTaker({ answersTimes: 2 });
      for (const attempts of [2, 3]) {
        const sender = send(taker.findAe);
        await expect.poll(async () => (await only()).attempts).toBe(attempts);
        await sender.close();
        expect((await only()).nextTryAt.getTime()).toBe(now.getTime() + waitAfter(attempts - 1));
        now = new Date(now.getTime() + waitAfter(attempts - 1));
      }
      const sender = send(taker.findAe);
      await expect.poll(async () => (await only()).state).toBe('DELIVERED');
      expect(taker.taken).toHaveLength(3);
      await sender.close();
      await taker.close();
    });

    it.each([['does not take the role', { takesRole: false }, true], ['is not known', {}, false]] as const)('gives up after a day when the AE %s, and keeps the promise', async (_what, over, isKnown) => {
      await start();
      await askAndLeave();
      const taker = await startTaker(over);
      const sender = send(isKnown ? taker.findAe : () => Promise.resolve(undefined));
      await expect.poll(async () => (await only()).attempts).toBe(2);
      expect(taker.taken).toEqual([]);
      now = new Date(now.getTime() + 24 * 3_600_000);
      await expect.poll(async () => (await only()).state).toBe('GIVEN-UP');
      expect((await catalog.commitments.items((await only()).commitmentId)).filter(({ failureReason }) => failureReason === 0)).toHaveLength(1);
      await sender.close();
      await taker.close();
    });
  });

  it('writes results that read back in both encodings', () => {
    const items = [{ sopInstanceUid: '1.2.3', sopClassUid: CT, instanceId: 1, failureReason: 0 }, { sopInstanceUid: '1.2.4', sopClassUid: SC, instanceId: null, failureReason: 0x0110 }];
    for (const syntax of [EXPLICIT, IMPLICIT]) {
      const { eventTypeId, dataSet: bytes } = writeCommitmentResult('2.25.5', 'SPINDLE', items, syntax);
      expect(resultOf(eventTypeId, bytes, syntax)).toEqual({ eventTypeId: 2, transactionUid: '2.25.5', committed: ['1.2.3'], failed: { '1.2.4': 0x0110 } });
    }
    expect(decodeCommand(commandBytes({ commandField: COMMAND.nActionRequest, actionTypeId: 1 }))).toMatchObject({ actionTypeId: 1 });
  });

  describe.skipIf(!needs('pynetdicom'))('with pynetdicom as SCU', () => {
    const SCRIPT = `
import json, sys, threading
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import StorageCommitmentPushModel, StorageCommitmentPushModelInstance
port, own, same, uids = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == 'same', sys.argv[4:]
done, out = threading.Event(), {}
def report(event):
    info = event.event_information
    out['type'], out['transaction'] = event.event_type, str(info.TransactionUID)
    out['committed'] = [str(i.ReferencedSOPInstanceUID) for i in info.get('ReferencedSOPSequence', [])]
    out['failed'] = {str(i.ReferencedSOPInstanceUID): int(i.FailureReason) for i in info.get('FailedSOPSequence', [])}
    out['retrieve'] = str(info.get('RetrieveAETitle', ''))
    done.set()
    return 0x0000, None
handlers = [(evt.EVT_N_EVENT_REPORT, report)]
server_ae = AE(ae_title='PYSCU')
server_ae.add_supported_context(StorageCommitmentPushModel, scu_role=False, scp_role=True)
server = server_ae.start_server(('127.0.0.1', own), block=False, evt_handlers=handlers)
ae = AE(ae_title='PYSCU')
ae.dimse_timeout = ae.acse_timeout = 10
ae.add_requested_context(StorageCommitmentPushModel)
assoc = ae.associate('127.0.0.1', port, ae_title='SPINDLE', evt_handlers=handlers if same else [])
ds = Dataset()
ds.TransactionUID = '2.25.777'
ds.ReferencedSOPSequence = []
for uid in uids:
    item = Dataset(); item.ReferencedSOPClassUID = '1.2.840.10008.5.1.4.1.1.2'; item.ReferencedSOPInstanceUID = uid
    ds.ReferencedSOPSequence.append(item)
status, _ = assoc.send_n_action(ds, 1, StorageCommitmentPushModel, StorageCommitmentPushModelInstance)
out['status'] = int(status.Status)
if not same: assoc.abort()
done.wait(15)
if same: assoc.release()
server.shutdown()
print(json.dumps(out))
`;
    it.each(['same', 'new'])('is asked, and reports over the %s association', async (way) => {
      await start();
      const peer = await connect();
      await store(peer, '2.25.61', '2.25.62');
      const folder = mkdtempSync(join(tmpdir(), 'spindle-commit-'));
      writeFileSync(join(folder, 'scu.py'), SCRIPT);
      const free = createServer();
      const own = await new Promise<number>((resolve) => { free.listen(0, '127.0.0.1', () => { const { port } = free.address() as AddressInfo; free.close(() => resolve(port)); }); });
      const sender = startCommitmentSender({ aeTitle: 'SPINDLE', commitments: catalog.commitments, tls: () => ({ checksName: true }), log: silent, clock: { now: () => new Date() }, pollMs: 50, timeoutSeconds: 5,
        findAe: (aeTitle) => Promise.resolve(aeTitle === 'PYSCU' ? { aeTitle, host: '127.0.0.1', port: own, tls: false, maxAssociations: 1, preferredTransferSyntaxes: [] } : undefined) });
      const child = spawn(pythonWith('pynetdicom') ?? 'python3', [join(folder, 'scu.py'), String(node!.node.port), String(own), way, '2.25.61', '2.25.62', '2.25.96'], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 40_000 });
      let said = '';
      let trouble = '';
      child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); });
      child.stderr.on('data', (chunk: Buffer) => { trouble += chunk.toString(); });
      await new Promise((resolve) => { child.once('close', resolve); });
      expect(said, trouble).not.toBe('');
      expect(JSON.parse(said)).toEqual({ status: 0, type: 2, transaction: '2.25.777', committed: ['2.25.61', '2.25.62'], failed: { '2.25.96': 0x0112 }, retrieve: 'SPINDLE' });
      await expect.poll(async () => (await only()).state).toBe('DELIVERED');
      await sender.close();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);
  });

  it('keeps files as long as a promise stands', async () => {
    const { directory } = await start();
    const peer = await connect();
    await store(peer, '2.25.61');
    await commit(peer, '2.25.907', [[CT, '2.25.61']]);
    const ids = (await catalog.commitments.candidates(['2.25.61'])).map(({ instanceId }) => instanceId);
    expect(await catalog.retention.markDeleted(ids)).toEqual([]);
    expect(instanceFiles(directory)).toHaveLength(1);
    await catalog.commitments.revoke((await only()).commitmentId, 'anna');
    await catalog.commitments.revoke((await only()).commitmentId, 'bert');
    expect((await only()).revokedBy).toBe('anna');
    expect(await catalog.retention.markDeleted(ids)).toEqual(ids);
    expect((await catalog.operations.list({ subjectKind: 'commitment', limit: 10 })).map(({ event, who }) => [event, who])).toContainEqual(['commitment.revoked', 'anna']);
  });
});
