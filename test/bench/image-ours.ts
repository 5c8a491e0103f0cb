/** Run as a process of its own: composes the volume that a job file describes, lets the gate check it, so many times; prints the seconds of both the last time. */
import { readFileSync, truncateSync } from 'node:fs';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { composeVolume } from '../../disc/compose-volume.ts';
import { checkVolume } from '../../disc/gate.ts';
import { SECTOR_BYTES } from '../../disc/image/sectors.ts';
import { mediaType } from '../../disc/tables/media-types.ts';
import { uid } from '../fixtures/make-instance.ts';
import { PLAIN } from '../disc/compose-defaults.ts';

export interface ImageJob { readonly instances: readonly VolumeInstance[]; readonly storeDirectory: string; readonly imageFile: string; readonly rounds: number }
export interface ImageTimes { readonly composeSeconds: number; readonly gateSeconds: number; readonly peakRssMiB: number; readonly imageBytes: number; readonly imageSha256: string }

const { instances, storeDirectory, imageFile, rounds } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ImageJob;
const fileSetId = 'BENCH0000000001';
const fileSetUid = uid('bench file-set');

const makeVolume = async (): Promise<Omit<ImageTimes, 'peakRssMiB'>> => {
  const began = performance.now();
  const composed = await composeVolume({
    volume: { fileSetId, fileSetUid, index: 1, of: 1, media: 'DVD', capacityBytes: mediaType('DVD').sectors * SECTOR_BYTES }, order: { isSupplement: false }, ...PLAIN,
    instances, storeDirectory, imageFile, createdAt: new Date(0), institution: 'Bench', contact: '', product: 'Spindle', otherVolumes: [],
  });
  const between = performance.now();
  const result = await checkVolume({
    imageFile, bytes: composed.image.bytes, fileSetId, fileSetUid, files: composed.files, instances: composed.entries.map(({ fileId, sopInstanceUid }) => ({ fileId, sopInstanceUid })),
  });
  const ended = performance.now();
  if (!result.isAccepted || result.counts.instances !== instances.length) throw new TypeError(`the gate refused: ${result.problems[0] ?? `${result.counts.instances} instances`}`);
  return { composeSeconds: (between - began) / 1000, gateSeconds: (ended - between) / 1000, imageBytes: composed.image.bytes, imageSha256: composed.image.sha256 };
};

let times = await makeVolume();
for (let round = 1; round < rounds; round += 1) {
  truncateSync(imageFile);
  times = await makeVolume();
}
process.stdout.write(JSON.stringify({ ...times, peakRssMiB: process.resourceUsage().maxRSS / 1024 } satisfies ImageTimes));
