/**
 * Measures writing one volume image of synthetic instance files from warm page cache, as one JSON line.
 * Usage: node test/bench/image-write.ts [files] [bytes per file] [folder]
 */
import { randomFillSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { planImage, writeImage, type ImageFile } from '../../disc/image/write-image.ts';

const [count = 2000, bytes = 530_000] = process.argv.slice(2, 4).map(Number);
const folder = mkdtempSync(join(process.argv[4] ?? tmpdir(), 'image-write-'));
try {
  mkdirSync(join(folder, 'in'));
  const content = randomFillSync(Buffer.alloc(bytes));
  const files = Array.from({ length: count }, (_, index): ImageFile => {
    const file = join(folder, 'in', String(index));
    content.writeUInt32LE(index, 0);
    writeFileSync(file, content);
    const series = `SE${String(Math.floor(index / 200)).padStart(6, '0')}`;
    return { path: `DICOM/PAT00001/ST000001/${series}/IM${String(index).padStart(6, '0')}`, bytes, content: { file }, hashDataSetFrom: 330 };
  });
  for (const { content: source } of files) if ('file' in source) readFileSync(source.file);
  const started = performance.now();
  let longestBlockMs = 0;
  let last = started;
  const pulse = setInterval(() => {
    longestBlockMs = Math.max(longestBlockMs, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  const plan = planImage({ kind: 'iso9660', volumeId: 'BENCH', createdAt: new Date(0), files });
  const planned = performance.now();
  const image = await writeImage(plan, { file: join(folder, 'out.iso') });
  clearInterval(pulse);
  const seconds = (performance.now() - started) / 1000;
  console.log(JSON.stringify({
    bench: 'image-write', files: count, fileBytes: bytes, imageBytes: image.bytes, sha256: image.sha256,
    planMs: Math.round(planned - started), seconds: Number(seconds.toFixed(3)), megabytesPerSecond: Math.round(image.bytes / seconds / 1e6),
    longestBlockMs: Math.round(longestBlockMs), rssMiB: Math.round(process.resourceUsage().maxRSS / 1024), cores: cpus().length, node: process.version,
  }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
