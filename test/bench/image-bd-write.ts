/** Run as a process of its own: plans and writes the volume that its argument describes, from one blank file under many names, and prints what it took. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { planImage, writeImage, type ImageFile, type ImageVolume, type WriteImageTarget } from '../../disc/image/write-image.ts';

export interface BdJob { readonly kind: ImageVolume['kind']; readonly files: number; readonly fileBytes: number; readonly source: string; readonly to: 'null' | 'pipe' | 'file'; readonly imageFile: string }
export interface BdFigures { readonly planSeconds: number; readonly writeSeconds: number; readonly imageBytes: number; readonly startRssMiB: number; readonly plannedRssMiB: number; readonly peakRssMiB: number }

const { kind, files: count, fileBytes, source, to, imageFile } = JSON.parse(process.argv[2] ?? '') as BdJob;
const MIB = 1024 * 1024;

/** Where the bytes go, and what is waited for afterwards. */
const target = (): { readonly target: WriteImageTarget; readonly ended: () => Promise<unknown> } => {
  if (to === 'file') return { target: { file: imageFile }, ended: () => Promise.resolve() };
  if (to === 'null') return { target: { stream: createWriteStream('/dev/null') }, ended: () => Promise.resolve() };
  const child = spawn('cat', [], { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(child, 'close');
  return { target: { stream: child.stdin }, ended: () => ended };
};

const startRssMiB = process.memoryUsage.rss() / MIB;
const began = performance.now();
const files = Array.from({ length: count }, (_, index): ImageFile => {
  const series = `SE${String(Math.floor(index / 500)).padStart(6, '0')}`;
  return { path: `DICOM/${series}/IM${String(index).padStart(6, '0')}`, bytes: fileBytes, content: { file: source }, hashDataSetFrom: Math.min(330, fileBytes) };
});
const plan = planImage({ kind, volumeId: 'BENCH', createdAt: new Date(0), files });
const planned = performance.now();
const plannedRssMiB = process.memoryUsage.rss() / MIB;
const reader = target();
const written = await writeImage(plan, reader.target);
await reader.ended();
const figures: BdFigures = {
  planSeconds: (planned - began) / 1000, writeSeconds: (performance.now() - planned) / 1000, imageBytes: written.bytes,
  startRssMiB, plannedRssMiB, peakRssMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(figures));
