import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { freePort } from '../bench/processes.ts';
import { uid } from '../fixtures/make-instance.ts';
import { needs, program } from '../fixtures/peers.ts';
import { TestAppliance, until } from './appliance.ts';
import { makeStudyFiles } from './study-files.ts';
import type { MadeFile } from './study-files.ts';

describe.skipIf(!needs('temporal') || !needs('postgres') || !needs('dcmtk'))('a study fetched from the appliance', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'spindle-fetch-'));
  let appliance: TestAppliance;
  let port: number;
  let files: readonly MadeFile[];

  beforeAll(async () => {
    port = await freePort();
    const peers = [{ name: 'station', aeTitle: 'STATION', host: '127.0.0.1', port, maxAssociations: 1, services: ['store', 'query', 'retrieve'] }];
    appliance = await TestAppliance.start({ SPINDLE_QUIET_SECONDS_DEFAULT: '86400', SPINDLE_PEERS: JSON.stringify(peers) });
    files = [...makeStudyFiles(scratch, 'fetch', 6), ...makeStudyFiles(scratch, 'fetch', 1, { kind: 'sr', seriesInstanceUid: uid('fetch sr') }, 100)];
    expect((await appliance.send(files.map(({ file }) => file))).map((one) => one.outcome)).toEqual(files.map(() => 'stored'));
  }, 180_000);
  afterAll(async () => { await appliance?.destroy(); rmSync(scratch, { recursive: true, force: true }); });

  const fetchBy = (name: string, options: readonly string[]): ReadonlyMap<string, Buffer> => {
    const out = join(scratch, name);
    mkdirSync(out);
    // movescu 3.6.7 with +B writes to the current folder whatever -od says.
    execFileSync(program(name) ?? '', ['-S', ...options, '-od', out, '-aec', 'SPINDLE', '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${files[0]?.made.studyInstanceUid ?? ''}`, '127.0.0.1', String(appliance.dicomPort)], { cwd: out, timeout: 60_000 });
    return new Map(readdirSync(out).map((file) => {
      const bytes = readFileSync(join(out, file));
      const meta = readFileMeta(bytes);
      return [meta.sopInstanceUid, bytes.subarray(meta.dataSetOffset)];
    }));
  };
  const expectAll = (got: ReadonlyMap<string, Buffer>): void => {
    expect(got.size).toBe(files.length);
    for (const { made } of files) expect(got.get(made.sopInstanceUid)?.equals(made.dataSet)).toBe(true);
  };

  it('comes by C-GET as it was received', () => {
    expectAll(fetchBy('getscu', ['+B']));
  });

  it('comes by C-MOVE to a peer of the configuration', () => {
    expectAll(fetchBy('movescu', ['-aet', 'STATION', '-aem', 'STATION', '--port', String(port), '+xa', '+B']));
  });

  it('is sent to a registered AE when a person asks for it, though it was not there at first', async () => {
    const [study] = await appliance.studies();
    const { sendId } = await appliance.post<{ sendId: string }>('/sends', { aeTitle: 'STATION', selection: { studies: [study!.studyId] } });
    const out = join(scratch, 'sent');
    mkdirSync(out);
    const receiver = spawn(program('storescp') ?? '', ['+B', '+xa', '-aet', 'STATION', '-od', out, String(port)], { stdio: 'ignore' });
    try {
      const end = await until('the sending to end', 90_000, async () => {
        const state = await appliance.get<{ state: string; stored: number; failed: number }>(`/sends/${sendId}`);
        return state.state !== 'running' && state;
      });
      expect(end).toMatchObject({ state: 'ended', stored: files.length, failed: 0 });
      expect(readdirSync(out)).toHaveLength(files.length);
    } finally { receiver.kill(); }
  }, 120_000);
});
