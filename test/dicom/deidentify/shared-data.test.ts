import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { elementDigest } from '../../../dicom/data-set/element-digest.ts';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { readAttributes } from '../../../dicom/attributes.ts';
import { createDeidentifier } from '../../../dicom/deidentify/deidentify.ts';
import { identityTraces } from '../../../dicom/deidentify/identity-traces.ts';
import { vrOf } from '../../../dicom/tables/data-elements.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import { needs, program, pythonWith } from '../../fixtures/peers.ts';
import { sharedData } from '../../fixtures/shared-data.ts';

const root = sharedData();
const folder = mkdtempSync(join(tmpdir(), 'deidentify-shared-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const files = root === undefined ? [] : readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\.(csv|md)$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).sort();

/** What stands in de-identified instances anyway: phantoms of others are called so too. */
const OUR_WORDS = 'anonymized anonymous 19000101000000';

interface Done { readonly file: string; readonly target: string }

/** What the instance itself says of its patient, and its UIDs; too short values are in any text. */
const known = async (file: string): Promise<readonly string[]> => {
  const handle = await open(file);
  const bytes = await handle.readFile().finally(() => handle.close());
  const meta = readFileMeta(bytes);
  const read = readAttributes(bytes.subarray(meta.dataSetOffset), meta.transferSyntaxUid, true);
  if (read.status !== 'ok') return [];
  const a = read.attributes;
  return [...a.patientName.split(/[\s^=.,;-]+/), a.patientId, a.accessionNumber, a.patientBirthDate, a.studyInstanceUid, a.seriesInstanceUid, a.sopInstanceUid]
    .filter((value) => (value.length >= 5 && /\D/.test(value) || value.length >= 8) && !OUR_WORDS.includes(value.toLowerCase()));
};

const deidentifyAll = async (): Promise<{ readonly done: readonly Done[]; readonly refused: readonly string[] }> => {
  const deidentifier = createDeidentifier({ key: Buffer.alloc(32, 1) });
  const done: Done[] = [];
  const refused: string[] = [];
  for (const [index, file] of files.entries()) {
    const target = join(folder, String(index));
    try {
      await deidentifier.deidentify({ file, target });
      done.push({ file, target });
    } catch (error) {
      expect(isApplianceError(error, 'DISC_DEIDENTIFY_FAILED')).toBe(true);
      refused.push(file);
    }
  }
  return { done, refused };
};
const all = root === undefined ? undefined : deidentifyAll();

/** Error lines without the values in them. */
const dciodvfy = (file: string): readonly string[] => {
  const { stdout, stderr } = spawnSync(program('dciodvfy') as string, ['-new', file], { encoding: 'latin1', timeout: 60_000, maxBuffer: 1 << 28 });
  return `${stdout}\n${stderr}`.split('\n').filter((line) => line.startsWith('Error')).map((line) => line.replace(/= <[^>]*>/g, '').replace(/\[\d+\]/g, '').replace(/(was|value|Value).*<[^>]*>.*/, ''));
};

describe.skipIf(all === undefined)('real instances', { timeout: 300_000 }, () => {
  it('come through unless they cannot be read or are no instances', async () => {
    const { done, refused } = await (all as NonNullable<typeof all>);
    expect(done.length).toBeGreaterThan(480);
    const unexpected: string[] = [];
    for (const file of refused) {
      const isReadable = await elementDigest(file).then(() => true, () => false);
      const isInstance = isReadable && (await known(file)).length > 0;
      if (isInstance) unexpected.push(relative(root as string, file));
    }
    expect(unexpected).toEqual([]);
  });

  // Terms (CS) are not identities, even where a phantom is called BREAST.
  it('hold nothing of their identity afterwards, and can be read whole', async () => {
    const { done } = await (all as NonNullable<typeof all>);
    const left: string[] = [];
    for (const { file, target } of done) {
      await elementDigest(target);
      const traces = (await identityTraces(target, await known(file))).filter(({ where }) => where !== 'bytes' && vrOf(parseInt(where.slice(-8), 16)) !== 'CS');
      left.push(...traces.map(({ where }) => `${relative(root as string, file)} ${where}`));
    }
    expect(left).toEqual([]);
  });

  it.skipIf(!needs('dicom3tools'))('break no rule that they kept before, by dciodvfy', async () => {
    const { done } = await (all as NonNullable<typeof all>);
    const broken = done.flatMap(({ file, target }) => {
      const before = new Set(dciodvfy(file));
      // What it cannot read to the end it did not judge.
      if ([...before].some((line) => /read failed|Seek failed|unsupported|ended/.test(line))) return [];
      return dciodvfy(target).filter((line) => !before.has(line)).map((line) => `${relative(root as string, file)} ${line}`);
    });
    expect(broken).toEqual([]);
  });

  it.skipIf(!needs('pydicom'))('have no private element and no overlay, by pydicom', async () => {
    const { done } = await (all as NonNullable<typeof all>);
    const code = `
import sys, pydicom
n = 0
for path in sys.stdin.read().split('\\n'):
    d = pydicom.dcmread(path, stop_before_pixels=True)
    bad = [e.tag for e in d.iterall() if e.tag.is_private or 0x6000 <= e.tag.group <= 0x60ff or 0x5000 <= e.tag.group <= 0x50ff]
    if bad or d.PatientIdentityRemoved != 'YES' or d.file_meta.MediaStorageSOPInstanceUID != d.SOPInstanceUID: print(path, bad)
    n += 1
print(n)`;
    const said = execFileSync(pythonWith('pydicom') as string, ['-W', 'ignore', '-c', code], { input: done.map(({ target }) => target).join('\n'), encoding: 'utf8', timeout: 200_000, stdio: ['pipe', 'pipe', 'ignore'] });
    expect(said.trim()).toBe(String(done.length));
  });
});
