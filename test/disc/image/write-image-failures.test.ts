import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeImage, type ImageFile, type ImagePlan, type WriteImageOptions } from '../../../disc/image/write-image.ts';
import { makeFolder, sha256 } from './judges.ts';
import { contentOf, inMemory, onDisk, plan } from './volumes.ts';

const PATIENT_FOLDER = 'Doe^John 1970';

interface Setup {
  readonly out: string;
  readonly image: string;
  readonly files: ImageFile[];
  readonly sourceOf: (index: number) => string;
}

const setUp = (...sizes: number[]): Setup => {
  const folder = makeFolder();
  const store = join(folder, PATIENT_FOLDER);
  const out = join(folder, 'out');
  mkdirSync(out);
  const files = onDisk(store, sizes.map((bytes, index): [string, number] => [`DICOM/IM${index}`, bytes]));
  return { out, image: join(out, 'volume.iso'), files, sourceOf: (index) => join(store, String(index)) };
};

const failureOf = async (planned: ImagePlan, image: string, options: WriteImageOptions = {}): Promise<Error & { code?: string; cause?: unknown }> => {
  try {
    await writeImage(planned, { file: image }, options);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new TypeError('the image was written');
};

describe.each([true, false])('an image is given up and removed (threads: %s)', (hashWorkers) => {
  const expectRefusal = async ({ out, image, files }: Setup, name: string, what: RegExp): Promise<void> => {
    const error = await failureOf(plan(files), image, { hashWorkers });
    expect(error.code).toBe('DISC_IMAGE_FAILED');
    expect(error.message).toMatch(what);
    expect(error.message).toContain(name);
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`).not.toContain('Doe');
    expect(readdirSync(out)).toEqual([]);
  };

  it('when a source became longer', async () => {
    const setup = setUp(3_000_000, 4096, 10);
    appendFileSync(setup.sourceOf(1), 'x');
    await expectRefusal(setup, 'DICOM/IM1', /longer/);
  });

  it('when a source became shorter', async () => {
    const setup = setUp(3_000_000, 4096, 10);
    truncateSync(setup.sourceOf(0), 2_999_999);
    await expectRefusal(setup, 'DICOM/IM0', /shorter/);
  });

  it('when a source that was empty is no longer', async () => {
    const setup = setUp(10, 0);
    writeFileSync(setup.sourceOf(1), 'x');
    await expectRefusal(setup, 'DICOM/IM1', /longer/);
  });

  it('when a source is gone', async () => {
    const setup = setUp(10, 10);
    rmSync(setup.sourceOf(1));
    await expectRefusal(setup, 'DICOM/IM1', /cannot be read/);
  });

  it('when a data set is not the stored one, though the header is free to differ', async () => {
    const setup = setUp(3_000_000);
    const dataSet = sha256(contentOf('DICOM/IM0', 3_000_000).subarray(400));
    const files = setup.files.map((file) => ({ ...file, hashDataSetFrom: 400, expectDataSetSha256: dataSet }));
    const changed = contentOf('DICOM/IM0', 3_000_000);
    changed[0] = 1 ^ (changed[0] ?? 0);
    writeFileSync(setup.sourceOf(0), changed);
    const kept = await writeImage(plan(files), { file: setup.image }, { hashWorkers });
    expect(kept.files[0]?.dataSetSha256).toBe(dataSet);
    rmSync(setup.image);
    changed[400] = 1 ^ (changed[400] ?? 0);
    writeFileSync(setup.sourceOf(0), changed);
    await expectRefusal({ ...setup, files }, 'DICOM/IM0', /not the one that was stored/);
  });

  it('when the caller aborts in the middle', async () => {
    const { out, image, files } = setUp(9_000_000);
    const controller = new AbortController();
    const reason = new TypeError('enough');
    const seen: string[][] = [];
    const error = await failureOf(plan(files), image, {
      hashWorkers,
      signal: controller.signal,
      onProgress: () => {
        seen.push(readdirSync(out));
        controller.abort(reason);
      },
    });
    expect(error).toBe(reason);
    expect(seen[0]).toEqual(['volume.iso.part']);
    expect(readdirSync(out)).toEqual([]);
  });

  it('when the disk is full', async ({ skip }) => {
    const { out, files } = setUp(9_000_000);
    const small = join(out, 'small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small], { timeout: 10_000, stdio: 'ignore' });
    } catch {
      console.warn('SKIPPED: no right to mount a small file system, so a full disk is not tried');
      skip();
    }
    onTestFinished(() => { execFileSync('umount', [small], { timeout: 10_000 }); });
    const error = await failureOf(plan(files), join(small, 'volume.iso'), { hashWorkers });
    expect(error.code).toBe('DISC_IMAGE_FAILED');
    expect(String(error.cause)).toContain('ENOSPC');
    expect(readdirSync(small)).toEqual([]);
  });
});

describe('an image', () => {
  it('is not begun when the signal is aborted already', async () => {
    const { out, image, files } = setUp(10);
    const error = await failureOf(plan(files), image, { signal: AbortSignal.abort() });
    expect(error.name).toBe('AbortError');
    expect(readdirSync(out)).toEqual([]);
  });

  it('cannot be written into a folder that is not there', async () => {
    const { out } = setUp();
    const error = await failureOf(plan([]), join(out, 'missing', 'volume.iso'));
    expect(error.code).toBe('DISC_IMAGE_FAILED');
    expect(readdirSync(out)).toEqual([]);
  });

  it('cannot take a name that a folder has, and leaves no part file', async () => {
    const { out, image } = setUp();
    mkdirSync(join(image, 'kept'), { recursive: true });
    const error = await failureOf(plan([]), image);
    expect(error.code).toBe('DISC_IMAGE_FAILED');
    expect(readdirSync(out)).toEqual(['volume.iso']);
    expect(existsSync(join(image, 'kept'))).toBe(true);
  });

  it('replaces the part file that a crash left behind', async () => {
    const { out, image } = setUp();
    writeFileSync(`${image}.part`, Buffer.alloc(10_000_000, 1));
    const written = await writeImage(plan([inMemory('README.TXT', 1)]), { file: image });
    expect(readdirSync(out)).toEqual(['volume.iso']);
    expect(written.bytes).toBe(written.sectors * 2048);
  });
});
