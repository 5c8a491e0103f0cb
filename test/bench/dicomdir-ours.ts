/** Run as a process of its own: writes the DICOMDIR of a folder of files, prints CPU seconds and memory. */
import { readdirSync } from 'node:fs';
import { writeDicomdir } from '../../disc/dicomdir.ts';
import { createHeadReader } from '../../disc/dicomdir/read-head.ts';
import { inDiscOrder, placeInstances, recordOfClass } from '../../disc/file-set.ts';
import { defaultProfile } from '../../disc/tables/application-profiles.ts';
import { storedInstances } from '../disc/stored-instances.ts';

export interface DicomdirFigures { readonly cpuSeconds: number; readonly wallSeconds: number; readonly rssBeforeMiB: number; readonly peakRssMiB: number; readonly directoryBytes: number; readonly records: number }

const [folder = '', medium = 'CD'] = process.argv.slice(2);
const profile = defaultProfile(medium === 'DVD' ? 'DVD' : 'CD');
const placed = placeInstances(inDiscOrder(storedInstances(folder, readdirSync(folder).sort())).flatMap((instance) => {
  const record = recordOfClass(instance.attributes.sopClassUid, 'patient');
  return 'refusal' in record ? [] : [{ instance, record }];
}));
const rssBeforeMiB = process.memoryUsage.rss() / 2 ** 20;
const began = performance.now();
const before = process.cpuUsage();
const { bytes, records, leftOff } = await writeDicomdir({ fileSetId: 'BENCH', fileSetUid: '2.25.1', profile, instances: placed, readHead: createHeadReader(folder) });
const { user, system } = process.cpuUsage(before);
if (leftOff.size > 0 || placed.length === 0) throw new TypeError(`${leftOff.size} of ${placed.length} instances are left off`);
const figures: DicomdirFigures = {
  cpuSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - began) / 1000, rssBeforeMiB, peakRssMiB: process.resourceUsage().maxRSS / 1024, directoryBytes: bytes.length, records,
};
process.stdout.write(JSON.stringify(figures));
