/** The same volume by common tools: a tree of hard links, dcmmkdir, xorriso as mkisofs, fsync, sha256sum. */
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { runToEnd } from './processes.ts';
import { needed } from './receive-targets.ts';

const LIMIT_MS = 600_000;

export interface PeerImage { readonly steps: Readonly<Record<'stage' | 'dcmmkdir' | 'xorriso' | 'fsync' | 'sha256sum', number>>; readonly wallSeconds: number; readonly peakRssMiB: number; readonly imageBytes: number }

const stage = (tree: string, storeDirectory: string, instances: readonly VolumeInstance[]): void => {
  const folders = new Set<string>();
  for (const { instanceId, seriesKey, file } of instances) {
    const folder = join(tree, 'DICOM', `SE${String(seriesKey).padStart(6, '0')}`);
    if (!folders.has(folder)) { mkdirSync(folder, { recursive: true }); folders.add(folder); }
    linkSync(join(storeDirectory, file.path), join(folder, `IM${String(instanceId).padStart(6, '0')}`));
  }
};

const seconds = (work: () => void): number => {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
};

/** Makes the image in a folder of its own and removes that again. @throws TypeError when a tool fails or leaves files out */
export const makePeerImage = async (folder: string, storeDirectory: string, instances: readonly VolumeInstance[]): Promise<PeerImage> => {
  const tree = join(folder, 'tree');
  const image = join(folder, 'peer.iso');
  try {
    const staged = seconds(() => { stage(tree, storeDirectory, instances); });
    const directory = await runToEnd(needed('dcmmkdir'), ['-q', '-Pgp', '-Nxc', '+id', '.', '+r', '+D', 'DICOMDIR', '+F', 'BENCH', 'DICOM'], { cwd: tree, limitMs: LIMIT_MS });
    const listed = (await runToEnd(needed('dcmdump'), ['-q', '+P', '0004,1500', 'DICOMDIR'], { cwd: tree, limitMs: LIMIT_MS })).output.split('\n').filter((line) => line.includes('0004,1500')).length;
    if (listed !== instances.length) throw new TypeError(`dcmmkdir took ${listed} of ${instances.length} files`);
    const written = await runToEnd(needed('xorriso'), ['-as', 'mkisofs', '-iso-level', '1', '-J', '-V', 'BENCH', '-o', image, tree], { limitMs: LIMIT_MS });
    const fsync = seconds(() => {
      const file = openSync(image, 'r+');
      try { fsyncSync(file); } finally { closeSync(file); }
    });
    const hashed = await runToEnd(needed('sha256sum'), [image], { limitMs: LIMIT_MS });
    const steps = { stage: staged, dcmmkdir: directory.wallSeconds, xorriso: written.wallSeconds, fsync, sha256sum: hashed.wallSeconds };
    return { steps, wallSeconds: Object.values(steps).reduce((sum, one) => sum + one, 0), peakRssMiB: Math.max(directory.peakRssMiB, written.peakRssMiB, hashed.peakRssMiB), imageBytes: statSync(image).size };
  } finally {
    rmSync(tree, { recursive: true, force: true });
    rmSync(image, { force: true });
  }
};
