import { execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ClientTls } from '../../dicom/association/secure.ts';
import { probeCertificate } from '../../dicom/certificate-probe.ts';
import { encodeFileMeta, readFileMeta } from '../../dicom/data-set/part10.ts';
import { echo } from '../../dicom/echo-scu.ts';
import type { TlsListening } from '../../dicom/listeners.ts';
import { sendInstances } from '../../dicom/storage-scu.ts';
import { CIPHER_SUITES } from '../../dicom/tables/tls-profile.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { freePort } from '../../infra/ports.ts';
import { openTlsIdentity } from '../../infra/tls-identity.ts';
import type { TlsIdentity } from '../../infra/tls-identity.ts';
import { makeAuthority } from '../fixtures/certificates.ts';
import type { Authority, Issued } from '../fixtures/certificates.ts';
import { makeInstance } from '../fixtures/make-instance.ts';
import { needs, program, pythonWith } from '../fixtures/peers.ts';
import { CT, CT_CONTEXT, EXPLICIT, dataSet, request, startNode, until } from './association/harness.ts';
import type { TestNode } from './association/harness.ts';
import { identifier, moveBy, startRetrieveNode } from './retrieve/harness.ts';

const run = promisify(execFile);
const hasDcmtk = needs('dcmtk');
const hasPython = needs('pynetdicom');

describe.skipIf(!needs('openssl'))('TLS', () => {
  let folder: string;
  let house: Authority;
  let strangers: Authority;
  let ours: Issued;
  let modality: Issued;
  let foreign: Issued;
  let expired: Issued;
  let test: TestNode;
  let identity: TlsIdentity;
  const logged: { readonly event: string; readonly fields: unknown }[] = [];
  const log = { info: (event: string, fields?: unknown) => void logged.push({ event, fields }), warn: (event: string, fields?: unknown) => void logged.push({ event, fields }) };
  const UIDS = ['2.25.71', '2.25.72', '2.25.73'];
  const files = (): string[] => UIDS.map((uid) => join(folder, `${uid}.dcm`));
  const bytesOf = (uid: string): Buffer => dataSet(uid, { pixelBytes: 400_000, fill: Number(uid.slice(-1)) });

  const identityOf = async (issued: Issued): Promise<TlsIdentity> => {
    const opened = await openTlsIdentity({ files: { key: issued.key, certificate: issued.cert, ca: house.cert }, log, pollSeconds: 3600 });
    onTestFinished(() => opened.close());
    return opened;
  };
  const listening = (of: TlsIdentity, changes: Partial<TlsListening> = {}): TlsListening => ({ host: '127.0.0.1', port: 0, identity: of, clientCertificates: 'required', handshakeSeconds: 5, ...changes });
  const clientOf = (issued: Issued | undefined, changes: Partial<ClientTls> = {}): ClientTls =>
    ({ ca: readFileSync(house.cert, 'utf8'), checksName: true, ...(issued === undefined ? {} : { key: readFileSync(issued.key, 'utf8'), cert: readFileSync(issued.cert, 'utf8') }), ...changes });
  const to = (tls: ClientTls, port = test.node.tlsPort): Parameters<typeof echo>[0] => ({ host: '127.0.0.1', port, calledAe: 'SPINDLE', callingAe: 'MODALITY', timeoutSeconds: 10, tls });
  const expectStored = (): void => {
    expect(new Set(test.index.rows.map((row) => row.arrival.attributes.sopInstanceUid))).toEqual(new Set(UIDS));
    test.index.rows.length = 0;
  };
  /** What a bare TLS client is told, 'agreed' when all is well. */
  const handshake = (port: number, options: ConnectionOptions): Promise<string> => new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca: readFileSync(house.cert), key: readFileSync(modality.key), cert: readFileSync(modality.cert), ...options }, () => { resolve('agreed'); socket.destroy(); });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spindle-tls-'));
    house = makeAuthority(folder, 'house');
    strangers = makeAuthority(folder, 'strangers');
    ours = house.issue('spindle');
    modality = house.issue('modality');
    foreign = strangers.issue('foreign');
    expired = house.issue('expired', { days: -1 });
    for (const uid of UIDS) writeFileSync(join(folder, `${uid}.dcm`), Buffer.concat([encodeFileMeta({ sopClassUid: CT, sopInstanceUid: uid, transferSyntaxUid: EXPLICIT }), bytesOf(uid)]));
    identity = await openTlsIdentity({ files: { key: ours.key, certificate: ours.cert, ca: house.cert }, log, pollSeconds: 3600 });
    test = await startNode({ store: { durable: true }, node: { tls: listening(identity) } });
  }, 60_000);
  afterAll(async () => {
    await test?.close();
    identity?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('carries associations both ways with certificates on both sides', async () => {
    expect(await echo(to(clientOf(modality)))).toMatchObject({ status: 0 });
    expect((await sendInstances({ ...to(clientOf(modality)), files: files() })).map((result) => result.outcome)).toEqual(['stored', 'stored', 'stored']);
    expectStored();
  });

  it('carries what a C-MOVE sends to a destination that wants it', async () => {
    const source = await startRetrieveNode({ tls: () => clientOf(ours) });
    try {
      const made = makeInstance({ seed: 'moved over TLS' });
      await source.hold([made]);
      source.addDestination('SECURE', test.node.tlsPort, { aeTitle: 'SPINDLE', tls: true });
      const { final } = await moveBy(source.node.port, UID.studyRootMove, 'SECURE', identifier('STUDY', { StudyInstanceUID: made.studyInstanceUid }));
      expect(final.command).toMatchObject({ status: 0, completed: 1, failed: 0 });
      expect(test.index.rows.map((row) => row.arrival.attributes.sopInstanceUid)).toEqual([made.sopInstanceUid]);
      test.index.rows.length = 0;
    } finally {
      await source.close();
    }
  });

  it('leaves the plain port open beside it, or closed when told so', async () => {
    expect(await echo({ host: '127.0.0.1', port: test.node.port, calledAe: 'SPINDLE', callingAe: 'PLAIN' })).toMatchObject({ status: 0 });
    const closed = await startNode({ node: { port: undefined, tls: listening(identity) } });
    onTestFinished(() => closed.close());
    expect(closed.node.port).toBe(0);
    expect(await echo(to(clientOf(modality), closed.node.tlsPort))).toMatchObject({ status: 0 });
  });

  it('refuses callers without a certificate, with one of a foreign authority, and with an expired one', async () => {
    for (const issued of [undefined, foreign, expired]) await expect(echo(to(clientOf(issued)))).rejects.toMatchObject({ code: 'ASSOCIATION_TLS_FAILED' });
    await until(() => test.events.filter(({ event }) => event === 'tls.refused').length >= 3, 'three refusals in the log');
    expect(test.events.filter(({ event }) => event === 'tls.refused').map(({ facts }) => facts)).toMatchObject([{ host: '127.0.0.1', reason: 'no certificate' }, { host: '127.0.0.1', reason: expect.stringMatching(/UNABLE_TO_|SELF_SIGNED/) }, { host: '127.0.0.1', reason: 'CERT_HAS_EXPIRED' }]);
  });

  it('refuses a caller without a certificate that resumes a session as well', async () => {
    const reach = (issued: Issued | undefined, session?: Buffer): Promise<{ readonly sessions: readonly Buffer[]; readonly isServed: boolean; readonly isResumed: boolean }> => new Promise((resolve) => {
      const sessions: Buffer[] = [];
      let isServed = false;
      let isResumed = false;
      const socket = connect({ host: '127.0.0.1', port: test.node.tlsPort, ca: readFileSync(house.cert), ...(issued === undefined ? {} : { key: readFileSync(issued.key), cert: readFileSync(issued.cert) }), ...(session === undefined ? {} : { session }) }, () => {
        isResumed = socket.isSessionReused();
        socket.write(request([CT_CONTEXT]));
      });
      socket.on('session', (one: Buffer) => sessions.push(one));
      socket.on('data', () => { isServed = true; socket.end(); });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve({ sessions, isServed, isResumed }));
    });
    const good = await reach(modality);
    expect(good.isServed).toBe(true);
    expect(good.sessions.length).toBeGreaterThan(0);
    expect(await reach(undefined, good.sessions[0])).toMatchObject({ isServed: true, isResumed: true });
    const bare = await reach(undefined);
    expect(bare.isServed).toBe(false);
    for (const session of bare.sessions) expect((await reach(undefined, session)).isServed).toBe(false);
    const bad = await reach(foreign);
    for (const session of bad.sessions) expect((await reach(foreign, session)).isServed).toBe(false);
  });

  it('lets callers without a certificate in where none is required, but none with a bad one', async () => {
    const open = await startNode({ node: { tls: listening(identity, { clientCertificates: 'optional' }) } });
    onTestFinished(() => open.close());
    expect(await echo(to(clientOf(undefined), open.node.tlsPort))).toMatchObject({ status: 0 });
    await expect(echo(to(clientOf(foreign), open.node.tlsPort))).rejects.toThrow('ASSOCIATION_');
  });

  it('does not trust peers with a foreign, expired or misnamed certificate', async () => {
    const elsewhere = house.issue('elsewhere', { hosts: ['elsewhere.example'] });
    for (const [issued, reason] of [[foreign, 'SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT'], [expired, 'CERT_HAS_EXPIRED'], [elsewhere, 'ERR_TLS_CERT_ALTNAME_INVALID']] as const) {
      const other = await startNode({ node: { tls: listening(await identityOf(issued)) } });
      onTestFinished(() => other.close());
      await expect(echo(to(clientOf(modality), other.node.tlsPort))).rejects.toMatchObject({ code: 'ASSOCIATION_TLS_UNTRUSTED', details: { reason: expect.stringMatching(reason) } });
      if (issued === elsewhere) expect(await echo(to(clientOf(modality, { checksName: false }), other.node.tlsPort))).toMatchObject({ status: 0 });
    }
  });

  it('speaks TLS 1.2 and 1.3 with every suite of the profile, and nothing older or weaker', async () => {
    const port = test.node.tlsPort;
    expect(await handshake(port, {})).toBe('agreed');
    // The key of this node is RSA: suites with ECDSA need a key of that kind.
    for (const { name, version } of CIPHER_SUITES.filter((row) => !row.name.includes('ECDSA'))) expect(await handshake(port, { minVersion: version, maxVersion: version, ciphers: name }), name).toBe('agreed');
    expect(await handshake(port, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' })).toMatch(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
    for (const ciphers of ['AES128-SHA256', 'ECDHE-RSA-AES128-SHA256', 'DHE-RSA-AES128-GCM-SHA256', 'AES128-GCM-SHA256']) {
      expect(await handshake(port, { maxVersion: 'TLSv1.2', ciphers }), ciphers).toMatch(/HANDSHAKE_FAILURE|NO_CIPHER/);
    }
  });

  it('shows its certificate to our own look at it, which begins no association and warns nobody', async () => {
    for (const clientCertificates of ['required', 'optional', 'none'] as const) {
      const looked = await startNode({ node: { tls: listening(identity, { clientCertificates }) } });
      onTestFinished(() => looked.close());
      const { expiresAt } = await probeCertificate({ host: '127.0.0.1', port: looked.node.tlsPort, timeoutSeconds: 5 });
      expect(expiresAt).toEqual(identity.current().expiresAt);
      await until(() => looked.events.some(({ event }) => event === 'tls.gone'), 'the end of the look');
      expect(looked.node.counters().associations).toBe(0);
      expect(looked.events.filter(({ level }) => level === 'warn')).toEqual([]);
    }
    await expect(probeCertificate({ host: '127.0.0.1', port: 1, timeoutSeconds: 5 })).rejects.toMatchObject({ code: 'ASSOCIATION_NO_LISTENER' });
    await expect(probeCertificate({ host: '127.0.0.1', port: test.node.port, timeoutSeconds: 0.3 })).rejects.toThrow('ASSOCIATION_');
  });

  it('gives up a handshake that never ends', async () => {
    const slow = await startNode({ node: { tls: listening(identity, { handshakeSeconds: 0.1 }) } });
    onTestFinished(() => slow.close());
    const socket = connectPlain(slow.node.tlsPort, '127.0.0.1');
    await new Promise((resolve) => { socket.on('close', resolve); socket.on('error', () => undefined); });
    await until(() => slow.events.some(({ event }) => event === 'tls.refused'), 'the refusal in the log');
  });

  describe('certificates that change', () => {
    const place = (issued: Issued, at: Issued): void => { copyFileSync(issued.key, at.key); copyFileSync(issued.cert, at.cert); };
    const set = async (): Promise<{ readonly at: Issued; readonly live: TlsIdentity; readonly node: TestNode; settle(): Promise<void> }> => {
      const home = mkdtempSync(join(folder, 'live-'));
      const at = { key: join(home, 'key.pem'), cert: join(home, 'cert.pem') };
      place(house.issue('first', { days: 10 }), at);
      const live = await identityOf(at);
      const node = await startNode({ node: { tls: listening(live) } });
      onTestFinished(() => node.close());
      // Twice: new files must lie still first.
      return { at, live, node, settle: async () => { await live.check(); await live.check(); } };
    };
    const daysLeft = async (node: TestNode): Promise<number> => Math.round(((await probeCertificate({ host: '127.0.0.1', port: node.node.tlsPort, timeoutSeconds: 5 })).expiresAt.getTime() - Date.now()) / 86_400_000);

    it('are taken without a restart, and associations that are open go on', async () => {
      const { at, node, settle } = await set();
      expect(await daysLeft(node)).toBe(10);
      place(house.issue('second', { days: 100 }), at);
      await settle();
      expect(await daysLeft(node)).toBe(100);
      expect(await echo(to(clientOf(modality), node.node.tlsPort))).toMatchObject({ status: 0 });
      expect(logged.at(-1)?.event).toBe('tls.certificate-taken');
    });

    it('are not taken when they are unreadable, do not fit together or have expired; the old one serves on', async () => {
      const { at, node, settle } = await set();
      const other = house.issue('other', { days: 50 });
      const before = { key: readFileSync(at.key), cert: readFileSync(at.cert) };
      for (const [change, what] of [
        [() => writeFileSync(at.cert, 'no certificate'), 'holds no certificate'], [() => copyFileSync(other.cert, at.cert), 'do not belong together'], [() => place(expired, at), 'has expired'], [() => rmSync(at.key), 'cannot be read'],
      ] as const) {
        logged.length = 0;
        change();
        await settle();
        expect(JSON.stringify(logged.map(({ event, fields }) => [event, String((fields as { error: unknown }).error)]))).toContain(what);
        expect(await daysLeft(node)).toBe(10);
        writeFileSync(at.key, before.key);
        writeFileSync(at.cert, before.cert);
        await settle();
      }
    });

    it('are not looked at while they are being written', async () => {
      const { at, live, node } = await set();
      copyFileSync(house.issue('third', { days: 70 }).cert, at.cert);
      await live.check();
      expect(await daysLeft(node)).toBe(10);
      expect(logged.at(-1)?.event).not.toBe('tls.certificate-refused');
    });

    it('stop the start when they cannot be used at all', async () => {
      await expect(openTlsIdentity({ files: { key: join(folder, 'none.key'), certificate: ours.cert, ca: '' }, log })).rejects.toMatchObject({ code: 'CONFIG_TLS' });
      await expect(openTlsIdentity({ files: { key: foreign.key, certificate: ours.cert, ca: '' }, log })).rejects.toThrow('do not belong together');
    });
  });

  describe.skipIf(!hasDcmtk)('with DCMTK', () => {
    const options = (issued: Issued): string[] => ['+tls', issued.key, issued.cert, '+cf', house.cert];
    const aim = (): string[] => ['-aec', 'SPINDLE', '127.0.0.1', String(test.node.tlsPort)];

    it.each([['non-downgrading BCP 195', '+py'], ['BCP 195', '+px'], ['extended BCP 195', '+pz']])('takes echoes and instances in its %s profile', async (_name, profile) => {
      await run(program('echoscu') ?? '', [...options(modality), profile, ...aim()], { timeout: 20_000 });
      await run(program('storescu') ?? '', [...options(modality), profile, ...aim(), ...files()], { timeout: 60_000 });
      expectStored();
    });

    it('refuses its foreign certificate', async () => {
      await expect(run(program('echoscu') ?? '', [...options(foreign), ...aim()], { timeout: 20_000 })).rejects.toThrow();
    });

    const storescp = async (issued: Issued, out: string): Promise<number> => {
      const port = await freePort();
      mkdirSync(out);
      const child = spawn(program('storescp') ?? '', [...options(issued), '+B', '-od', out, String(port)], { stdio: 'ignore' });
      onTestFinished(() => void child.kill());
      let isUp = false;
      await until(() => {
        const socket = connectPlain(port, '127.0.0.1', () => { isUp = true; socket.destroy(); }).on('error', () => undefined);
        return isUp;
      }, 'storescp up');
      return port;
    };

    it('sends to its storescp, byte for byte', async () => {
      const out = join(folder, 'received');
      const port = await storescp(modality, out);
      expect((await sendInstances({ ...to(clientOf(ours), port), files: files(), associations: 1 })).map((result) => result.outcome)).toEqual(['stored', 'stored', 'stored']);
      const received = readdirSync(out);
      expect(received).toHaveLength(3);
      for (const name of received) {
        const bytes = readFileSync(join(out, name));
        const meta = readFileMeta(bytes);
        expect(bytes.subarray(meta.dataSetOffset).equals(bytesOf(meta.sopInstanceUid))).toBe(true);
      }
    });

    it('does not send to its storescp with a foreign certificate, nor is it let in with one', async () => {
      const port = await storescp(foreign, join(folder, 'foreign-out'));
      expect(await sendInstances({ ...to(clientOf(ours), port), files: files().slice(0, 1) })).toMatchObject([{ outcome: 'failed', comment: expect.stringContaining('ASSOCIATION_TLS_UNTRUSTED') }]);
      const honest = await storescp(modality, join(folder, 'honest-out'));
      await expect(echo(to(clientOf(foreign), honest))).rejects.toMatchObject({ code: 'ASSOCIATION_TLS_FAILED' });
    });
  });

  describe.skipIf(!hasPython)('with pynetdicom', () => {
    const script = (issued: Issued): string => `
import ssl, sys
from pathlib import Path
from pynetdicom import AE
context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=${JSON.stringify(house.cert)})
context.load_cert_chain(certfile=${JSON.stringify(issued.cert)}, keyfile=${JSON.stringify(issued.key)})
ae = AE(ae_title='PYNET')
ae.add_requested_context('${CT}', ['${EXPLICIT}'])
ae.add_requested_context('1.2.840.10008.1.1')
assoc = ae.associate('127.0.0.1', ${test.node.tlsPort}, ae_title='SPINDLE', tls_args=(context, '127.0.0.1'))
if not assoc.is_established: sys.exit('not established')
if assoc.send_c_echo().Status != 0: sys.exit('no echo')
for path in sys.argv[1:]:
    if assoc.send_c_store(Path(path)).Status != 0: sys.exit('not stored')
assoc.release()
`;

    it('takes instances from its ssl context, and none with a foreign certificate', async () => {
      await run(pythonWith('pynetdicom') ?? '', ['-c', script(modality), ...files()], { timeout: 60_000 });
      expectStored();
      await expect(run(pythonWith('pynetdicom') ?? '', ['-c', script(foreign)], { timeout: 60_000 })).rejects.toMatchObject({ stderr: expect.stringContaining('not established') });
    });
  });
});
