import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import type { Server as TlsServer, TlsOptions } from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { strings, text } from '../../dicom/data-set/data-set.ts';
import { encodeElement } from '../../dicom/data-set/encode.ts';
import { readElements } from '../../dicom/data-set/read-elements.ts';
import { decoderFor } from '../../dicom/data-set/text-decoder.ts';
import { echo } from '../../dicom/echo-scu.ts';
import { createQueryRetrieveScu } from '../../dicom/query-retrieve-scu.ts';
import type { QueryRetrieveOptions, QueryRetrieveScu } from '../../dicom/query-retrieve-scu.ts';
import type { RemoteAe } from '../../dicom/remote-ae.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { IMPLEMENTATION } from '../../dicom/tables/uids.ts';
import { makeStudyFiles } from '../e2e/study-files.ts';
import type { MadeFile } from '../e2e/study-files.ts';
import { makeAuthority } from '../fixtures/certificates.ts';
import type { Authority } from '../fixtures/certificates.ts';
import { uid } from '../fixtures/make-instance.ts';
import { needs, program } from '../fixtures/peers.ts';
import { startPacs } from '../simulators/pacs.ts';
import type { Pacs } from '../simulators/pacs.ts';
import { startNode, until } from './association/harness.ts';
import type { TestNode } from './association/harness.ts';

const scratch = mkdtempSync(join(tmpdir(), 'spindle-qr-'));
let files: readonly MadeFile[];
let node: TestNode;
let pacs: Pacs;

const scu = (more: Partial<QueryRetrieveOptions> = {}): QueryRetrieveScu => createQueryRetrieveScu({ aeTitle: 'SPINDLE', tls: () => ({ checksName: true }), silenceSeconds: 5, queryLimitSeconds: 10, maxAnswers: 100, ...more });
const at = (port: number, aeTitle = 'PACS'): RemoteAe => ({ aeTitle, host: '127.0.0.1', port, tls: false, maxAssociations: 2, preferredTransferSyntaxes: [] });
const STUDY = uid('qr study');
const moving = { studyInstanceUid: STUDY, limitSeconds: 20, onProgress: () => undefined, isAlive: () => Promise.resolve(false) };

beforeAll(async () => {
  files = [...makeStudyFiles(scratch, 'qr', 4), ...makeStudyFiles(scratch, 'qr', 2, { seriesInstanceUid: uid('qr second') }, 50), ...makeStudyFiles(scratch, 'other', 1)];
  node = await startNode();
  pacs = await startPacs(files, () => ({ host: '127.0.0.1', port: node.node.port }));
});
afterEach(() => { pacs.behave({}); pacs.asked.length = 0; node.index.rows.length = 0; });
afterAll(async () => {
  await pacs.close();
  await node.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe('a query', () => {
  it('asks for a study in UTF-8 with our names, and takes the counts', async () => {
    const { found, isComplete } = await scu().findStudies(at(pacs.port), { patientName: 'Yamada^太郎*', studyInstanceUid: STUDY, dateFrom: '20240101', dateTo: '20241231' });
    expect([found.map(({ studyInstanceUid, instances, series }) => [studyInstanceUid, instances, series]), isComplete]).toEqual([[[STUDY, 6, null]], true]);
    const [asked] = pacs.asked;
    const keys = readElements(asked!.bytes, asked!.transferSyntaxUid);
    expect(strings(keys, TAG.SpecificCharacterSet, decoderFor([]))).toEqual(['ISO_IR 192']);
    expect(keys.elements.get(TAG.PatientName)?.value.toString('utf8').trimEnd()).toBe('Yamada^太郎*');
    expect(text(keys, TAG.StudyDate, decoderFor([]))).toBe('20240101-20241231');
    expect([...keys.elements.values()].every(({ length }) => length % 2 === 0)).toBe(true);
    expect([asked!.callingAe, asked!.calledAe, asked!.implementation]).toEqual(['SPINDLE', 'PACS', `${IMPLEMENTATION.classUid} ${IMPLEMENTATION.versionName}`]);
  });

  it('finds the series of a study and counts by instance where the AE tells no number', async () => {
    pacs.behave({ omitsCounts: true });
    const { found } = await scu().findSeries(at(pacs.port), STUDY);
    expect(found.map(({ seriesInstanceUid, instances }) => [seriesInstanceUid, instances])).toEqual([[uid('qr series'), null], [uid('qr second'), null]]);
    expect(await scu().countInstances(at(pacs.port), STUDY, uid('qr series'))).toBe(4);
  });

  it.each([
    ['Japanese by code extensions', '\\ISO 2022 IR 87', Buffer.concat([Buffer.from('Yamada^Tarou='), Buffer.from('1b2442', 'hex'), Buffer.from('3b33', 'hex'), Buffer.from('4544', 'hex'), Buffer.from('1b2842', 'hex')]), 'Yamada^Tarou=山田'],
    ['Greek', 'ISO_IR 126', Buffer.from('c4e9ef6e', 'hex'), 'Διοn'],
    ['UTF-8', 'ISO_IR 192', Buffer.from('Übel^Örn'), 'Übel^Örn'],
    ['a character set nobody knows', 'NONSENSE 7', Buffer.from('Plain^Name'), 'Plain^Name'],
  ])('decodes %s from the bytes as sent', async (_name, characterSet, bytes, expected) => {
    const set = encodeElement(TAG.SpecificCharacterSet, 'CS', Buffer.from(characterSet));
    pacs.behave({ answers: [set, encodeElement(TAG.PatientName, 'PN', bytes)] });
    expect((await scu().findStudies(at(pacs.port), { studyInstanceUid: STUDY })).found.map(({ patientName }) => patientName)).toEqual([expected]);
  });

  it('takes every answer of an AE that does not support all keys', async () => {
    pacs.behave({ pendingStatus: 0xff01 });
    expect((await scu().findStudies(at(pacs.port), {})).found).toHaveLength(2);
    expect((await scu().findSeries(at(pacs.port), STUDY)).found).toHaveLength(2);
  });

  it.each(['obeys', 'ignores'] as const)('ends at the number of answers asked for when the AE never stops (and %s the cancel)', async (endless) => {
    pacs.behave({ endless });
    const { found, isComplete } = await scu({ maxAnswers: 7 }).findStudies(at(pacs.port), {});
    expect([found.length, isComplete]).toEqual([7, false]);
  }, 15_000);

  it('ends in time when the AE never answers', async () => {
    pacs.behave({ silent: 'find' });
    await expect(scu({ silenceSeconds: 1 }).findStudies(at(pacs.port), {})).rejects.toMatchObject({ code: 'ASSOCIATION_TIMED_OUT' });
  });

  it('ends in time when the AE keeps talking without an end', async () => {
    pacs.behave({ endless: 'ignores' });
    await expect(scu({ queryLimitSeconds: 1, maxAnswers: 1_000_000 }).findStudies(at(pacs.port), {})).rejects.toMatchObject({ code: 'ASSOCIATION_TIMED_OUT' });
  }, 15_000);

  it('says which status the AE refused with', async () => {
    pacs.behave({ findStatus: 0xa900 });
    await expect(scu().findStudies(at(pacs.port), {})).rejects.toMatchObject({ code: 'REMOTE_QUERY_FAILED', details: { status: 0xa900 } });
  });

  it('refuses answers of another study than was asked for', async () => {
    await expect(scu().countInstances(at(pacs.port), STUDY, 'not-a-uid')).resolves.toBe(0);
    pacs.behave({ answers: [encodeElement(TAG.StudyInstanceUID, 'UI', Buffer.from('1.2.3'))] });
    await expect(scu().findSeries(at(pacs.port), STUDY)).rejects.toMatchObject({ code: 'REMOTE_QUERY_FAILED' });
  });

  it('says that nobody listens, that it is refused, and that the service is not there', async () => {
    await expect(scu().findStudies(at(1), {})).rejects.toMatchObject({ code: 'ASSOCIATION_NO_LISTENER' });
    await expect(scu().findStudies(at(pacs.port, 'WRONG'), {})).rejects.toMatchObject({ code: 'ASSOCIATION_REJECTED', details: { result: 1, reason: 7 } });
    await expect(scu().findStudies(at(node.node.port, 'SPINDLE'), {})).rejects.toMatchObject({ code: 'ASSOCIATION_REFUSED_CONTEXT' });
  });

  it.each([
    ['bytes that are no PDU', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a PDU that claims two gigabytes', Buffer.from('04007fffffff', 'hex')],
    ['nothing', Buffer.alloc(0)],
  ])('ends when it is answered with %s', async (_name, bytes) => {
    const server: Server = createServer((socket) => { socket.on('error', () => undefined); socket.once('data', () => socket.write(bytes)); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const startedAt = Date.now();
    await expect(scu({ silenceSeconds: 1 }).findStudies(at((server.address() as AddressInfo).port), {})).rejects.toMatchObject({ code: expect.stringMatching(/^ASSOCIATION_(PROTOCOL|TIMED_OUT)$/) as string });
    expect(Date.now() - startedAt).toBeLessThan(4_000);
    server.close();
  });

  it('writes nothing of keys and answers to the console and into errors', async () => {
    const spies = (['log', 'info', 'warn', 'error', 'debug', 'trace'] as const).map((method) => vi.spyOn(console, method).mockImplementation(() => undefined));
    pacs.behave({ answers: [encodeElement(TAG.SpecificCharacterSet, 'CS', Buffer.from('NONSENSE 7')), encodeElement(TAG.PatientName, 'PN', Buffer.from('Planted'.repeat(30))), encodeElement(0x00090010, 'LO', Buffer.from('Planted'))] });
    await scu().findStudies(at(pacs.port), { patientName: 'P'.repeat(64) });
    const refused: unknown = await scu().findStudies(at(pacs.port), { patientName: 'Planted'.repeat(30) }).catch((error: unknown) => error);
    expect(`${inspect(refused, { depth: 9 })}`).toContain('ASSOCIATION_ABORTED');
    expect(inspect(refused, { depth: 9, showHidden: true })).not.toContain('Planted');
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([]);
    for (const spy of spies) spy.mockRestore();
  });
});

describe.skipIf(!needs('openssl'))('a query over TLS', () => {
  const servers: TlsServer[] = [];
  afterEach(() => { for (const server of servers.splice(0)) server.close(); });
  /** A TLS door before the simulated archive; tells what came through it. */
  const door = async (options: TlsOptions): Promise<{ readonly ae: RemoteAe; readonly came: Buffer[]; readonly names: (string | false | null)[] }> => {
    const came: Buffer[] = [];
    const names: (string | false | null)[] = [];
    const server = createTlsServer(options, (socket) => {
      names.push(socket.servername);
      socket.on('data', (chunk: Buffer) => came.push(chunk));
      const to = connect(pacs.port, '127.0.0.1');
      for (const one of [socket, to]) one.on('error', () => { socket.destroy(); to.destroy(); });
      socket.pipe(to).pipe(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return { ae: { ...at((server.address() as AddressInfo).port), tls: true }, came, names };
  };
  const pem = (file: string): string => readFileSync(file, 'utf8');
  const search = { studyInstanceUid: STUDY };
  let authority: Authority;
  beforeAll(() => { authority = makeAuthority(scratch, 'ward'); });

  it('goes to an AE whose certificate we trust, and to no other', async () => {
    const own = authority.issue('own');
    const { ae, names } = await door({ key: pem(own.key), cert: pem(own.cert) });
    const ca = pem(authority.cert);
    expect((await scu({ tls: () => ({ ca, checksName: true }) }).findStudies(ae, search)).found).toHaveLength(1);
    expect((await scu({ tls: () => ({ ca, checksName: true }) }).findStudies({ ...ae, host: 'localhost' }, search)).found).toHaveLength(1);
    expect(names).toEqual([false, 'localhost']);
    const { ae: stranger, came } = await door({ key: pem(own.key), cert: pem(own.cert) });
    for (const checksName of [true, false]) await expect(scu({ tls: () => ({ checksName }) }).findStudies(stranger, search)).rejects.toMatchObject({ code: 'ASSOCIATION_TLS_UNTRUSTED' });
    await delay(100);
    expect(came).toEqual([]);
  });

  it('takes a certificate for another host only where names are not checked', async () => {
    const other = authority.issue('other', { hosts: ['pacs.example'] });
    const { ae } = await door({ key: pem(other.key), cert: pem(other.cert) });
    const ca = pem(authority.cert);
    await expect(scu({ tls: () => ({ ca, checksName: true }) }).findStudies(ae, search)).rejects.toMatchObject({ code: 'ASSOCIATION_TLS_UNTRUSTED' });
    expect((await scu({ tls: () => ({ ca, checksName: false }) }).findStudies(ae, search)).found).toHaveLength(1);
  });

  it('shows our certificate to an AE that wants one, and speaks nothing older than TLS 1.2', async () => {
    const [own, ours] = [authority.issue('strict'), authority.issue('spindle')];
    const ca = pem(authority.cert);
    const { ae } = await door({ key: pem(own.key), cert: pem(own.cert), ca, requestCert: true });
    expect((await scu({ tls: () => ({ ca, key: pem(ours.key), cert: pem(ours.cert), checksName: true }) }).findStudies(ae, search)).found).toHaveLength(1);
    await expect(scu({ tls: () => ({ ca, checksName: true }) }).findStudies(ae, search)).rejects.toMatchObject({ code: 'ASSOCIATION_TLS_FAILED' });
    const old = await door({ key: pem(own.key), cert: pem(own.cert), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await expect(scu({ tls: () => ({ ca, checksName: true }) }).findStudies(old.ae, search)).rejects.toMatchObject({ code: 'ASSOCIATION_TLS_FAILED' });
  });

  it('fails where the AE speaks no TLS', async () => {
    await expect(scu({ silenceSeconds: 2, tls: () => ({ checksName: true }) }).findStudies({ ...at(pacs.port), tls: true }, search)).rejects.toMatchObject({ code: expect.stringMatching(/^ASSOCIATION_T/) as string });
  });
});

describe('a move', () => {
  it('has a study sent to us with its originator', async () => {
    const progress: unknown[] = [];
    const done = await scu().move(at(pacs.port), { ...moving, onProgress: (now) => progress.push(now) });
    expect(done).toMatchObject({ status: 0, completed: 6, failed: 0 });
    expect(progress).toEqual([{ remaining: 6, completed: 0, failed: 0, warning: 0 }]);
    expect(node.index.rows).toHaveLength(6);
  });

  it('has one series sent', async () => {
    await scu().move(at(pacs.port), { ...moving, seriesInstanceUid: uid('qr second') });
    expect(node.index.rows).toHaveLength(2);
  });

  it('answers the status of an AE that does not know us', async () => {
    pacs.behave({ moveStatus: 0xa801 });
    expect(await scu().move(at(pacs.port), moving)).toMatchObject({ status: 0xa801 });
  });

  it('waits for an AE that is silent as long as something goes on, and gives up then', async () => {
    pacs.behave({ silent: 'move' });
    let asked = 0;
    await expect(scu({ silenceSeconds: 0.3 }).move(at(pacs.port), { ...moving, isAlive: () => Promise.resolve(++asked < 3) })).rejects.toMatchObject({ code: 'ASSOCIATION_TIMED_OUT' });
    expect(asked).toBe(3);
  });

  it('ends when it is cancelled', async () => {
    pacs.behave({ silent: 'move' });
    const controller = new AbortController();
    const done = scu().move(at(pacs.port), { ...moving, signal: controller.signal });
    setTimeout(() => controller.abort(), 200);
    await expect(done).rejects.toMatchObject({ code: 'ASSOCIATION_ABORTED' });
  });
});

describe.skipIf(!needs('dcmtk'))('the archive of DCMTK', () => {
  it('is searched, and sends what it is asked for', async () => {
    const free = createServer();
    const port = await new Promise<number>((resolve) => { free.listen(0, '127.0.0.1', () => resolve((free.address() as AddressInfo).port)); });
    await new Promise<void>((resolve) => { free.close(() => resolve()); });
    const folder = mkdtempSync(join(scratch, 'dcmqrscp-'));
    writeFileSync(join(folder, 'dcmqrscp.cfg'), [
      `NetworkTCPPort = ${port}`, 'MaxPDUSize = 16384', 'MaxAssociations = 16', 'HostTable BEGIN', `us = (SPINDLE, 127.0.0.1, ${node.node.port})`, 'HostTable END', 'VendorTable BEGIN', 'VendorTable END',
      'AETable BEGIN', `ARCHIVE ${folder} RW (200, 1024mb) ANY`, 'AETable END', '',
    ].join('\n'));
    const server = spawn(program('dcmqrscp') ?? '', ['-c', join(folder, 'dcmqrscp.cfg')], { stdio: 'ignore' });
    try {
      let isUp = false;
      await until(() => { void echo({ host: '127.0.0.1', port, calledAe: 'ARCHIVE', callingAe: 'SPINDLE', timeoutSeconds: 2 }).then(() => { isUp = true; }, () => undefined); return isUp; }, 'dcmqrscp up');
      execFileSync(program('storescu') ?? '', ['-aec', 'ARCHIVE', '127.0.0.1', String(port), ...files.map(({ file }) => file)], { timeout: 30_000 });
      const ae = at(port, 'ARCHIVE');
      expect((await scu().findStudies(ae, { patientId: 'PH-qr' })).found.map(({ studyInstanceUid, patientName }) => [studyInstanceUid, patientName])).toEqual([[STUDY, 'Phantom^qr']]);
      const { found } = await scu().findSeries(ae, STUDY);
      expect(found.map(({ seriesInstanceUid }) => seriesInstanceUid).sort()).toEqual([uid('qr second'), uid('qr series')].sort());
      expect(await scu().countInstances(ae, STUDY, uid('qr series'))).toBe(4);
      expect(await scu().move(ae, moving)).toMatchObject({ status: 0, completed: 6 });
      expect(node.index.rows).toHaveLength(6);
    } finally {
      server.kill('SIGKILL');
    }
  }, 60_000);
});
