import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFileMeta, readFileMeta } from '../../dicom/data-set/part10.ts';
import { sendInstances } from '../../dicom/storage-scu.ts';
import { needs, program, pythonWith } from '../fixtures/peers.ts';
import { CT, EXPLICIT, IMPLICIT, dataSet, startNode, until, untilAnswers } from './association/harness.ts';
import type { TestNode } from './association/harness.ts';

const run = promisify(execFile);
const tool = program;
const hasDcmtk = needs('dcmtk');
const hasPython = needs('pynetdicom');

let test: TestNode;
let folder: string;
const UIDS = Array.from({ length: 12 }, (_, index) => `2.25.9${index}`);
const bytesOf = (uid: string): Buffer => dataSet(uid, { pixelBytes: 300_000, fill: Number(uid.slice(-1)) });

beforeAll(async () => {
  test = await startNode({ store: { durable: true } });
  folder = mkdtempSync(join(tmpdir(), 'spindle-interop-'));
  for (const uid of UIDS) writeFileSync(join(folder, `${uid}.dcm`), Buffer.concat([encodeFileMeta({ sopClassUid: CT, sopInstanceUid: uid, transferSyntaxUid: EXPLICIT }), bytesOf(uid)]));
});

afterAll(async () => {
  await test.close();
  rmSync(folder, { recursive: true, force: true });
});

const files = (): string[] => UIDS.map((uid) => join(folder, `${uid}.dcm`));

const expectStored = (): void => {
  expect(new Set(test.index.rows.map((row) => row.arrival.attributes.sopInstanceUid))).toEqual(new Set(UIDS));
  test.index.rows.length = 0;
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

describe.skipIf(!hasDcmtk)('DCMTK', () => {
  const peer = (): string[] => ['-aec', 'SPINDLE', '127.0.0.1', String(test.node.port)];

  it('echoes', async () => {
    await run(tool('echoscu') ?? '', peer(), { timeout: 20_000 });
  });

  it('is told that the called AE title is wrong', async () => {
    await expect(run(tool('echoscu') ?? '', ['-aec', 'WRONG', '127.0.0.1', String(test.node.port)], { timeout: 20_000 })).rejects.toMatchObject({ stderr: expect.stringContaining('Called AE Title Not Recognized') });
  });

  it.each([['default', []], ['implicit only', ['-xi']], ['small PDUs', ['--max-pdu', '4096']], ['128 KB PDUs', ['--max-pdu', '131072']]] as const)('sends by storescu (%s)', async (_name, options) => {
    await run(tool('storescu') ?? '', [...options, ...peer(), ...files()], { timeout: 60_000 });
    expectStored();
  });

  it('sends by dcmsend', async () => {
    await run(tool('dcmsend') ?? '', [...peer(), ...files()], { timeout: 60_000 });
    expectStored();
  });

  it('receives from us, byte for byte', async () => {
    const port = await freePort();
    const out = join(folder, 'received');
    mkdirSync(out);
    const scp = spawn(tool('storescp') ?? '', ['--fork', '+B', '-od', out, String(port)], { stdio: 'ignore' });
    try {
      const to = { host: '127.0.0.1', port, calledAe: 'ANY', callingAe: 'SPINDLE', timeoutSeconds: 20 };
      await untilAnswers(to);
      const results = await sendInstances({ ...to, files: files(), associations: 2 });
      expect(results.map((result) => result.outcome)).toEqual(UIDS.map(() => 'stored'));
      const received = readdirSync(out);
      expect(received).toHaveLength(UIDS.length);
      for (const name of received) {
        const bytes = readFileSync(join(out, name));
        const meta = readFileMeta(bytes);
        expect(bytes.subarray(meta.dataSetOffset).equals(bytesOf(meta.sopInstanceUid))).toBe(true);
      }
    } finally {
      scp.kill();
    }
  });

  it('refuses a syntax of ours, and we say so', async () => {
    const port = await freePort();
    const scp = spawn(tool('storescp') ?? '', ['+xi', '--ignore', String(port)], { stdio: 'ignore' });
    try {
      const to = { host: '127.0.0.1', port, calledAe: 'ANY', callingAe: 'SPINDLE', timeoutSeconds: 20 };
      await untilAnswers(to);
      expect(await sendInstances({ ...to, files: files().slice(0, 1) })).toMatchObject([{ outcome: 'no-context' }]);
    } finally {
      scp.kill();
    }
  });
});

describe.skipIf(!hasPython)('pynetdicom', () => {
  it('sends in chunked mode, and releases and aborts politely', async () => {
    const script = `
import sys
from pynetdicom import AE, _config
from pathlib import Path
_config.STORE_SEND_CHUNKED_DATASET = True
ae = AE(ae_title='PYNET')
ae.add_requested_context('${CT}', ['${EXPLICIT}', '${IMPLICIT}'])
ae.add_requested_context('1.2.840.10008.1.1')
assoc = ae.associate('127.0.0.1', ${test.node.port}, ae_title='SPINDLE')
assert assoc.is_established
assert assoc.send_c_echo().Status == 0
for path in sys.argv[1:]:
    status = assoc.send_c_store(Path(path))
    assert status.Status == 0, status
assoc.release()
assert assoc.is_released
second = ae.associate('127.0.0.1', ${test.node.port}, ae_title='SPINDLE')
second.abort()
`;
    const before = test.summaries.length;
    await run(pythonWith('pynetdicom') ?? '', ['-c', script, ...files()], { timeout: 60_000 });
    expectStored();
    await until(() => test.summaries.length === before + 2, 'both associations ended');
    expect(test.summaries.slice(before).map((summary) => summary.outcome)).toEqual(['released', 'aborted-by-peer']);
    expect(test.summaries[before]).toMatchObject({ callingAe: 'PYNET', requests: 13, statuses: { '0000': 13 } });
  });
});
