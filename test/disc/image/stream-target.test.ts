import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES } from '../../../disc/image/block-hashing.ts';
import { writeImage, type ImageFile, type ImagePlan, type WriteImageOptions } from '../../../disc/image/write-image.ts';
import { makeFolder, sha256 } from './judges.ts';
import { contentOf, inMemory, onDisk, plan } from './volumes.ts';

const failureOf = async (planned: ImagePlan, stream: Writable, options: WriteImageOptions = {}): Promise<Error & { code?: string }> => {
  try {
    await writeImage(planned, { stream }, options);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new TypeError('the image was written');
};

const manyMegabytes = (folder: string): ImageFile[] => onDisk(join(folder, 'store'), [['DICOM/A', 9_000_000], ['DICOM/B', 1], ['DICOM/C', 7_000_001]]);

describe.each([true, false])('an image that is written to a stream (threads: %s)', (hashWorkers) => {
  it.each(['iso9660', 'bridge', 'udf250', 'udf260'] as const)('is the one that a file gets, with the same report: %s', async (kind) => {
    const folder = makeFolder();
    const planned = plan(manyMegabytes(folder), 'STREAMED', kind);
    const filed = await writeImage(planned, { file: join(folder, 'volume.iso') }, { hashWorkers });
    // A reader that keeps what it is given and is slower than the writer.
    const kept: Buffer[] = [];
    const stream = new Writable({ write: (chunk: Buffer, _, done) => { kept.push(chunk); setImmediate(done); } });
    const piped = await writeImage(planned, { stream }, { hashWorkers });
    expect(piped).toEqual(filed);
    expect(Buffer.concat(kept).equals(readFileSync(join(folder, 'volume.iso')))).toBe(true);
  });

  it('reaches a child process whole', async () => {
    const planned = plan(manyMegabytes(makeFolder()), 'PIPED', 'udf260');
    const child = spawn('sha256sum', [], { stdio: ['pipe', 'pipe', 'inherit'] });
    const answer = buffer(child.stdout);
    const written = await writeImage(planned, { stream: child.stdin }, { hashWorkers });
    expect((await answer).toString().slice(0, 64)).toBe(written.sha256);
  });

  it('fails when the reader goes away in the middle', async () => {
    const child = spawn('head', ['-c', '3000000'], { stdio: ['pipe', 'ignore', 'inherit'] });
    const error = await failureOf(plan(manyMegabytes(makeFolder())), child.stdin, { hashWorkers });
    expect(error.code).toBe('DISC_IMAGE_FAILED');
    expect(String(error.cause)).toMatch(/EPIPE|ECONNRESET/);
    expect(child.stdin.destroyed).toBe(true);
  });

  it('fails when a source is not what was planned, and destroys the stream', async () => {
    const files = manyMegabytes(makeFolder()).map((file, index) => (index === 2 ? { ...file, bytes: file.bytes + 1 } : file));
    const stream = new PassThrough();
    stream.resume();
    const error = await failureOf(plan(files), stream, { hashWorkers });
    expect(error.message).toMatch(/shorter/);
    expect(stream.destroyed).toBe(true);
  });

  it('leaves a reader that stands still when the caller aborts', async () => {
    const controller = new AbortController();
    const reason = new TypeError('enough');
    const stream = new Writable({ write: () => { setImmediate(() => { controller.abort(reason); }); } });
    const error = await failureOf(plan(manyMegabytes(makeFolder())), stream, { hashWorkers, signal: controller.signal });
    expect(error).toBe(reason);
    expect(stream.destroyed).toBe(true);
  });
});

describe('a stream', () => {
  it('is given one block at a time', async () => {
    let waiting = 0;
    let most = 0;
    const stream = new Writable({
      highWaterMark: 1,
      write: (_, __, done) => {
        waiting += 1;
        most = Math.max(most, stream.writableLength);
        setImmediate(() => { waiting -= 1; done(); });
      },
    });
    await writeImage(plan(manyMegabytes(makeFolder())), { stream });
    expect(waiting).toBe(0);
    expect(most).toBe(BLOCK_BYTES);
  });

  it('that is closed already takes nothing', async () => {
    const stream = new PassThrough().destroy();
    await once(stream, 'close');
    expect((await failureOf(plan([inMemory('README.TXT', 1)]), stream)).code).toBe('DISC_IMAGE_FAILED');
  });

  it('that refuses the end of the image fails it', async () => {
    const stream = new Writable({ write: (_, __, done) => { done(); }, final: (done) => { done(new TypeError('no')); } });
    const error = await failureOf(plan([inMemory('README.TXT', 1)]), stream);
    expect([error.code, String(error.cause)]).toEqual(['DISC_IMAGE_FAILED', 'TypeError: no']);
  });

  it('of a file holds the whole image when the writer is done', async () => {
    const path = join(makeFolder(), 'out');
    const written = await writeImage(plan([inMemory('README.TXT', 5)]), { stream: createWriteStream(path) });
    expect(statSync(path).size).toBe(written.bytes);
    expect(written.sha256).toBe(sha256(readFileSync(path)));
    expect(written.files[0]?.sha256).toBe(sha256(contentOf('README.TXT', 5)));
  });
});
