/** Makes volumes whose content is derived from their paths. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planImage, type ImageFile, type ImagePlan } from '../../../disc/image/write-image.ts';
import { sha256 } from './judges.ts';

export const CREATED_AT = new Date('2024-05-06T07:08:09.870Z');

/** Bytes that differ from file to file and from place to place. */
export const contentOf = (path: string, bytes: number): Buffer => {
  const seed = Buffer.from(sha256(Buffer.from(path)), 'hex');
  const content = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 1) content[at] = (seed[at % 32] ?? 0) ^ (at >> 5);
  return content;
};

export const inMemory = (path: string, bytes: number): ImageFile => ({ path, bytes, content: { data: contentOf(path, bytes) } });

/** Stores the content under a number in `folder`, as the store does. */
export const onDisk = (folder: string, files: readonly (readonly [path: string, bytes: number])[]): ImageFile[] => {
  mkdirSync(folder, { recursive: true });
  return files.map(([path, bytes], index) => {
    const file = join(folder, String(index));
    writeFileSync(file, contentOf(path, bytes));
    return { path, bytes, content: { file } };
  });
};

export const plan = (files: readonly ImageFile[], volumeId = 'SPINDLE_0001', kind: ImagePlan['kind'] = 'iso9660'): ImagePlan =>
  planImage({ kind, volumeId, createdAt: CREATED_AT, files });

export const expectedDigests = (files: readonly ImageFile[]): Record<string, string> =>
  Object.fromEntries(files.map(({ path, bytes }): [string, string] => [path, sha256(contentOf(path, bytes))]).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Edge sizes, the deepest directory, names beyond ASCII, and names that level 1 must change. */
export const MIXED_TREE: readonly (readonly [string, number])[] = [
  ['DICOMDIR', 5000],
  ['DICOM/PAT00001/ST000001/SE000001/IM000000', 0],
  ['DICOM/PAT00001/ST000001/SE000001/IM000001', 1],
  ['DICOM/PAT00001/ST000001/SE000001/IM000002', 2047],
  ['DICOM/PAT00001/ST000001/SE000001/IM000003', 2048],
  ['DICOM/PAT00001/ST000001/SE000001/IM000004', 2049],
  ['DICOM/PAT00001/ST000001/SE000002/IM1', 100],
  ['DICOM/PAT00001/ST000001/SE000002/IM10', 100],
  ['DICOM/L2/L3/L4/L5/L6/L7/IM000001', 3_000_000],
  ['README.TXT', 300],
  ['autorun.inf', 40],
  ['viewer/index.html', 70_000],
  ['viewer/index.htm', 10],
  ['viewer/Über Größe.txt', 11],
  ['viewer/検査画像 一覧.html', 12],
  ['viewer/a-name-of-exactly-sixty-two-characters-with-its-extension.jpeg', 13],
  ['viewer/.hidden', 14],
  ['viewer/assets.v2/app.min.js', 4096],
];
