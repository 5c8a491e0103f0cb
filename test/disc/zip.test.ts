import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inMemory, stretchOf } from '../../disc/targets/source-file.ts';
import type { SourceFile } from '../../disc/targets/source-file.ts';
import { verifyZip, writeZip } from '../../disc/zip.ts';
import { makePassphrase } from '../../disc/encrypt/passphrase.ts';
import { isApplianceError } from '../../infra/errors.ts';
import type { ErrorCode } from '../../infra/errors.ts';
import { needs, program, pythonWith } from '../fixtures/peers.ts';

const AT = new Date('2024-05-06T07:08:10Z');
let folder = '';
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'zip-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const content = Buffer.alloc(3_000_000, 'abc');
const files = (): readonly SourceFile[] => {
  writeFileSync(join(folder, 'source'), Buffer.concat([Buffer.alloc(100), content]));
  return [
    inMemory('DICOMDIR', Buffer.from('index')), inMemory('DICOM/EMPTY', Buffer.alloc(0)),
    stretchOf(join(folder, 'source'), { path: 'DICOM/PT000001/IM000001', offset: 100, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }),
  ];
};
const codeOf = (work: Promise<unknown>): Promise<ErrorCode | undefined> => work.then(() => undefined, (error: unknown) => (isApplianceError(error) ? error.code : undefined));
const test7z = (path: string, passphrase: string): number | null => spawnSync(program('7z') as string, ['t', `-p${passphrase}`, path], { stdio: 'ignore', timeout: 60_000 }).status;

describe('ZIP files', () => {
  it('are read back file by file, plain and encrypted, stored and deflated', async () => {
    for (const [passphrase, compress] of [[undefined, false], [undefined, true], [makePassphrase(), false], [makePassphrase(), true]] as const) {
      const target = join(folder, `${String(compress)}-${passphrase === undefined ? 'plain' : 'aes'}.zip`);
      const written = await writeZip({ files: files(), target, modifiedAt: AT, compress, ...(passphrase === undefined ? {} : { passphrase }) });
      const bytes = readFileSync(target);
      expect([written.bytes, written.sha256]).toEqual([bytes.length, createHash('sha256').update(bytes).digest('hex')]);
      expect(written.files.map(({ path }) => path)).toEqual(['DICOMDIR', 'DICOM/EMPTY', 'DICOM/PT000001/IM000001']);
      await verifyZip(target, written.files, passphrase);
      if (passphrase !== undefined) {
        expect(bytes.includes(content.subarray(0, 64))).toBe(false);
        expect(bytes.includes(Buffer.from(passphrase))).toBe(false);
        expect(await codeOf(verifyZip(target, written.files, makePassphrase()))).toBe('DISC_TARGET_MISMATCH');
        expect(await codeOf(verifyZip(target, written.files))).toBe('DISC_TARGET_MISMATCH');
      } else if (compress) expect(bytes.length).toBeLessThan(100_000);
    }
  });

  it('fail their check when a byte of a file, or a file, is not as written', async () => {
    const target = join(folder, 'changed.zip');
    const written = await writeZip({ files: files(), target, modifiedAt: AT });
    const bytes = readFileSync(target);
    bytes[1_000_000] = (bytes[1_000_000] as number) ^ 1;
    writeFileSync(target, bytes);
    expect(await codeOf(verifyZip(target, written.files))).toBe('DISC_TARGET_MISMATCH');
    bytes[1_000_000] = (bytes[1_000_000] as number) ^ 1;
    writeFileSync(target, bytes);
    await verifyZip(target, written.files);
    expect(await codeOf(verifyZip(target, [...written.files, { path: 'MORE', bytes: 1, sha256: '' }]))).toBe('DISC_TARGET_MISMATCH');
    expect(await codeOf(verifyZip(target, written.files.slice(1)))).toBe('DISC_TARGET_MISMATCH');
  });

  it('never replace a file, and refuse a source that is not as planned', async () => {
    const target = join(folder, 'there.zip');
    writeFileSync(target, 'mine');
    expect(await codeOf(writeZip({ files: files(), target, modifiedAt: AT }))).toBe('DISC_TARGET_EXISTS');
    expect(readFileSync(target, 'utf8')).toBe('mine');
    const short = { ...inMemory('A', Buffer.alloc(3)), bytes: 4 };
    expect(await codeOf(writeZip({ files: [short], target: join(folder, 'short.zip'), modifiedAt: AT }))).toBe('DISC_TARGET_MISMATCH');
    const other = { ...inMemory('A', Buffer.alloc(3)), sha256: 'x' };
    expect(await codeOf(writeZip({ files: [other], target: join(folder, 'other.zip'), modifiedAt: AT }))).toBe('DISC_TARGET_MISMATCH');
    expect(await codeOf(writeZip({ files: [], target: join(folder, 'no/where.zip'), modifiedAt: AT }))).toBe('DISC_TARGET_UNREACHABLE');
  });

  it('stop when they are told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(writeZip({ files: files(), target: join(folder, 'aborted.zip'), modifiedAt: AT, signal })).rejects.toThrow('enough');
  });

  it('do not hold what they write in memory', async () => {
    const piece = Buffer.alloc(1 << 20, 5);
    const pieces = 160;
    let highest = 0;
    const large: SourceFile = {
      path: 'LARGE', bytes: pieces * piece.length,
       
      async *open() { for (let n = 0; n < pieces; n += 1) { highest = Math.max(highest, process.memoryUsage().arrayBuffers); yield piece; } },
    };
    await writeZip({ files: [large], target: join(folder, 'large.zip'), modifiedAt: AT, passphrase: makePassphrase() });
    expect(highest).toBeLessThan(100 << 20);
  }, 120_000);

  it.skipIf(!needs('7z'))('open with 7z by the passphrase only', async () => {
    const target = join(folder, '7z.zip');
    const passphrase = makePassphrase();
    await writeZip({ files: files(), target, modifiedAt: AT, passphrase });
    expect(test7z(target, passphrase)).toBe(0);
    expect(test7z(target, makePassphrase())).not.toBe(0);
    expect(execFileSync(program('7z') as string, ['l', '-slt', target], { encoding: 'utf8' })).toContain('AES-256');
  });

  it.skipIf(!needs('pyzipper'))('open with pyzipper', async () => {
    const target = join(folder, 'pyzipper.zip');
    const passphrase = makePassphrase();
    await writeZip({ files: files(), target, modifiedAt: AT, passphrase, compress: true });
    const code = 'import pyzipper,sys,hashlib;z=pyzipper.AESZipFile(sys.argv[1]);z.setpassword(sys.argv[2].encode());print(hashlib.sha256(z.read("DICOM/PT000001/IM000001")).hexdigest())';
    expect(execFileSync(pythonWith('pyzipper') as string, ['-c', code, target, passphrase], { encoding: 'utf8' }).trim()).toBe(createHash('sha256').update(content).digest('hex'));
    expect(existsSync(target)).toBe(true);
  });
});
