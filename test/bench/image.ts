/**
 * Measures making one volume: compose and gate against hard links, dcmmkdir, xorriso, fsync and sha256sum. Ours is measured in a
 * process that has made a volume before, as the worker of an appliance that runs has, and beside it in a fresh one, start included.
 * Both read the same store from warm cache and leave an image that is on the disk; the order turns round at every repetition.
 * With --orthanc, against the archive with DICOMDIR that Orthanc makes of the same study instead.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import type { ImageJob, ImageTimes } from './image-ours.ts';
import { startOrthancArchive } from './image-orthanc.ts';
import type { OrthancMedia } from './image-orthanc.ts';
import { makePeerImage } from './image-peer.ts';
import type { PeerImage } from './image-peer.ts';
import { fillStore } from './image-store.ts';
import { runToEnd } from './processes.ts';
import { median, report, round, say } from './report.ts';
import { touchMemory } from './scratch.ts';

const LIMIT_MS = 600_000;

/** A volume by a process that made one before, and by a fresh one from its start to its end. */
interface OurImage extends ImageTimes { readonly wallSeconds: number; readonly freshSeconds: number }

const makeOurImage = async (folder: string, storeDirectory: string, instances: readonly VolumeInstance[], nodeOptions: readonly string[]): Promise<OurImage> => {
  const imageFile = join(folder, 'ours.iso');
  const jobFile = join(folder, 'job.json');
  const make = async (rounds: number): Promise<ImageTimes & { readonly processSeconds: number }> => {
    writeFileSync(jobFile, JSON.stringify({ instances, storeDirectory, imageFile, rounds } satisfies ImageJob));
    const { wallSeconds, output } = await runToEnd(process.execPath, [...nodeOptions, join(import.meta.dirname, 'image-ours.ts'), jobFile], { limitMs: LIMIT_MS });
    truncateSync(imageFile);
    return { ...(JSON.parse(output) as ImageTimes), processSeconds: wallSeconds };
  };
  try {
    const { processSeconds: freshSeconds } = await make(1);
    const again = await make(2);
    return { ...again, wallSeconds: again.composeSeconds + again.gateSeconds, freshSeconds };
  } finally {
    for (const file of [imageFile, jobFile]) rmSync(file, { force: true });
  }
};

const middle = <T>(all: readonly T[], of: (one: T) => number): number => round(median(all.map(of)));

type Facts = Readonly<Record<'instances' | 'storedBytes' | 'repetitions', number>>;

const reportOurs = (facts: Facts, ours: readonly OurImage[]): void => {
  report({ bench: 'image', what: 'spindle', figures: {
    ...facts, wallSeconds: middle(ours, (one) => one.wallSeconds), freshSeconds: middle(ours, (one) => one.freshSeconds), composeSeconds: middle(ours, (one) => one.composeSeconds), gateSeconds: middle(ours, (one) => one.gateSeconds),
    peakRssMiB: middle(ours, (one) => one.peakRssMiB), imageBytes: ours[0]?.imageBytes ?? 0, imageSha256: ours[0]?.imageSha256 ?? '', allWallSeconds: ours.map((one) => round(one.wallSeconds)),
  } });
};

const compareWithOrthanc = async (study: { readonly storeDirectory: string; readonly facts: Facts; readonly reps: number }, ours: readonly OurImage[], makeOurs: () => Promise<void>): Promise<void> => {
  const archive = await startOrthancArchive(study.storeDirectory, { instances: study.facts.instances, bytes: study.facts.storedBytes });
  const theirs: OrthancMedia[] = [];
  try {
    for (let rep = 0; rep < study.reps; rep += 1) {
      say(`${rep + 1}/${study.reps}`);
      await makeOurs();
      theirs.push(await archive.make());
    }
  } finally {
    await archive.stop();
  }
  reportOurs(study.facts, ours);
  const [ourWall, peerWall] = [middle(ours, (one) => one.wallSeconds), middle(theirs, (one) => one.wallSeconds)];
  report({ bench: 'image', what: 'Orthanc, archive with DICOMDIR', figures: { ...study.facts, wallSeconds: peerWall, zipBytes: theirs[0]?.zipBytes ?? 0, allWallSeconds: theirs.map((one) => round(one.wallSeconds)) } });
  report({ bench: 'image', what: 'wall', figures: { oursSeconds: ourWall, peerSeconds: peerWall, timesFaster: round(peerWall / ourWall) }, peer: 'orthanc', ratio: round(ourWall / peerWall) });
};

export const runImageBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { series: { type: 'string', default: '8' }, slices: { type: 'string', default: '250' }, bytes: { type: 'string', default: '530000' }, reps: { type: 'string', default: '3' }, profile: { type: 'string', default: '' }, orthanc: { type: 'boolean', default: false } } });
  const [series, slices, bytes, reps] = [values.series, values.slices, values.bytes, values.reps].map(Number) as [number, number, number, number];
  const folder = mkdtempSync(join(tmpdir(), 'bench-image-'));
  try {
    say(`making ${series} series of ${slices} slices`);
    const storeDirectory = join(folder, 'store');
    mkdirSync(storeDirectory);
    const instances = await fillStore(storeDirectory, { series, slices, bytes });
    for (const { file } of instances) readFileSync(join(storeDirectory, file.path));
    const facts = { instances: instances.length, storedBytes: instances.reduce((sum, { file }) => sum + file.bytes, 0), repetitions: reps };
    const ours: OurImage[] = [];
    const peers: PeerImage[] = [];
    const makeOurs = async (): Promise<void> => { ours.push(await makeOurImage(folder, storeDirectory, instances, values.profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`])); };
    if (values.orthanc) {
      await compareWithOrthanc({ storeDirectory, facts, reps }, ours, makeOurs);
      return;
    }
    const turns = [
      makeOurs,
      async (): Promise<void> => { peers.push(await makePeerImage(folder, storeDirectory, instances)); },
    ];
    for (let rep = 0; rep < reps; rep += 1) {
      say(`${rep + 1}/${reps}`);
      for (const turn of rep % 2 === 0 ? turns : [...turns].reverse()) {
        touchMemory(1.1 * facts.storedBytes);
        await turn();
      }
    }
    const ourWall = median(ours.map(({ wallSeconds }) => wallSeconds));
    const peerWall = median(peers.map(({ wallSeconds }) => wallSeconds));
    reportOurs(facts, ours);
    const step = (name: keyof PeerImage['steps']): number => middle(peers, (one) => one.steps[name]);
    report({ bench: 'image', what: 'dcmmkdir and xorriso', figures: {
      ...facts, wallSeconds: round(peerWall), stageSeconds: step('stage'), dcmmkdirSeconds: step('dcmmkdir'), xorrisoSeconds: step('xorriso'), fsyncSeconds: step('fsync'), sha256sumSeconds: step('sha256sum'), peakRssMiB: middle(peers, (one) => one.peakRssMiB), imageBytes: peers[0]?.imageBytes ?? 0, allWallSeconds: peers.map((one) => round(one.wallSeconds)),
    } });
    report({ bench: 'image', what: 'wall', figures: { oursSeconds: round(ourWall), freshSeconds: middle(ours, (one) => one.freshSeconds), peerSeconds: round(peerWall) }, peer: 'dcmmkdir and xorriso', ratio: round(ourWall / peerWall) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
