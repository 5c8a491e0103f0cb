/** An appliance among strangers: who is let in, how a stranger becomes a neighbour, TLS with a certificate that is renewed while it runs. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { echo } from '../../dicom/echo-scu.ts';
import { freePort } from '../../infra/ports.ts';
import { makeAuthority } from '../fixtures/certificates.ts';
import type { Authority, Issued } from '../fixtures/certificates.ts';
import { needs, program } from '../fixtures/peers.ts';
import { TestAppliance, until } from './appliance.ts';

interface Caller { readonly callerId: number; readonly callingAe: string; readonly reason: string }
interface Health { readonly status: string; readonly tls: { readonly daysLeft: number; readonly warning: boolean } }

const run = promisify(execFile);

describe.skipIf(![needs('temporal'), needs('postgres'), needs('openssl'), needs('dcmtk')].every(Boolean))('an appliance among strangers', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spindle-neighbours-'));
  let appliance: TestAppliance;
  let house: Authority;
  let modality: Issued;
  let tlsPort = 0;
  const at = { key: join(scratch, 'live', 'key.pem'), cert: join(scratch, 'live', 'cert.pem') };
  const place = (issued: Issued): void => { copyFileSync(issued.key, at.key); copyFileSync(issued.cert, at.cert); };
  const echoscu = (callingAe: string, port: number, tls: readonly string[] = []): Promise<unknown> => run(program('echoscu') ?? '', [...tls, '-aet', callingAe, '-aec', 'SPINDLE', '127.0.0.1', String(port)], { timeout: 20_000 });

  beforeAll(async () => {
    house = makeAuthority(scratch, 'house');
    modality = house.issue('modality');
    mkdirSync(join(scratch, 'live'));
    place(house.issue('first', { days: 20 }));
    tlsPort = await freePort();
    appliance = await TestAppliance.start(
      { SPINDLE_TLS: 'true', SPINDLE_TLS_PORT: String(tlsPort), SPINDLE_TLS_KEY: at.key, SPINDLE_TLS_CERTIFICATE: at.cert, SPINDLE_TLS_CA: house.cert, SPINDLE_UNKNOWN_CALLERS: 'reject', SPINDLE_CHECK_CALLER_ADDRESS: 'true' },
      'peers:\n  - { name: archive, aeTitle: ARCHIVE, host: 127.0.0.1 }\n  - { name: far, aeTitle: FAR, host: 192.0.2.1 }\n',
    );
  }, 180_000);
  afterAll(async () => { await appliance.destroy(); rmSync(scratch, { recursive: true, force: true }); });
  afterEach(({ task }) => { if (task.result?.state === 'fail') console.log(appliance.output.slice(-3_000)); });

  it('lets in those of its configuration file, from their own address only, and itself', async () => {
    await echoscu('ARCHIVE', appliance.dicomPort);
    await expect(echoscu('FAR', appliance.dicomPort)).rejects.toMatchObject({ stderr: expect.stringContaining('Calling AE Title Not Recognized') });
    expect(await appliance.get<Health>('/health')).toMatchObject({ status: 'ok', parts: { dicom: 'ok', dicomTls: 'ok' } });
  });

  it('remembers a stranger, and lets it in seconds after a person has registered it, without a restart', async () => {
    await expect(echoscu('STRANGER', appliance.dicomPort)).rejects.toMatchObject({ stderr: expect.stringContaining('Calling AE Title Not Recognized') });
    const caller = await until('the caller to be noted', 15_000, async () => (await appliance.get<{ callers: Caller[] }>('/callers')).callers.find(({ callingAe }) => callingAe === 'STRANGER'));
    expect(caller.reason).toBe('calling-ae');
    await appliance.post(`/callers/${caller.callerId}/register`, { port: appliance.dicomPort });
    await until('the stranger to be let in', 15_000, () => echoscu('STRANGER', appliance.dicomPort).then(() => true));
    expect((await appliance.get<{ callers: Caller[] }>('/callers')).callers.map(({ callingAe }) => callingAe)).toEqual(['FAR']);
  });

  it('echoes to a neighbour, plain and with TLS, and says what is wrong', async () => {
    // We answer as SPINDLE only, so that our own node plays a neighbour that goes by another title.
    expect(await appliance.post('/aes/STRANGER/echo')).toMatchObject({ verdict: 'rejects-called-ae', code: 'ASSOCIATION_REJECTED' });
    await appliance.post('/aes', { aeTitle: 'SPINDLE', host: '127.0.0.1', port: tlsPort, tls: true });
    expect(await appliance.post('/aes/SPINDLE/echo')).toMatchObject({ verdict: 'answers', code: null });
    expect(await appliance.post('/aes/ARCHIVE/echo')).toMatchObject({ verdict: 'no-listener' });
  });

  it('takes a renewed certificate without a restart and then warns no longer', async () => {
    expect((await appliance.get<Health>('/health')).tls).toMatchObject({ daysLeft: 19, warning: true });
    await echoscu('ARCHIVE', tlsPort, ['+tls', modality.key, modality.cert, '+cf', house.cert]);
    place(house.issue('second', { days: 90 }));
    await until('the new certificate', 30_000, async () => (await appliance.get<Health>('/health')).tls.daysLeft === 89);
    expect((await appliance.get<Health>('/health')).tls.warning).toBe(false);
    expect(await echo({ host: '127.0.0.1', port: tlsPort, calledAe: 'SPINDLE', callingAe: 'ARCHIVE', tls: { ca: readFileSync(house.cert, 'utf8'), key: readFileSync(modality.key, 'utf8'), cert: readFileSync(modality.cert, 'utf8'), checksName: true } })).toMatchObject({ status: 0 });
  });
});
