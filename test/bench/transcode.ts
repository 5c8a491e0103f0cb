/**
 * Measures encoding and decoding of one multi-frame instance, with one codec thread and with two, and DCMTK doing the same.
 * Rates are native pixel bytes a second, file to file.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { createTranscoder } from '../../dicom/transcode.ts';
import { makeInstance } from '../fixtures/make-instance.ts';
import { program } from '../fixtures/peers.ts';
import { median, report, round, say } from './report.ts';

type Transcoder = ReturnType<typeof createTranscoder>;

const SIDE = 512;

/** Round bodies with some noise: compresses about as slices of a CT do. */
const slices = (frames: number): Buffer => {
  const pixels = Buffer.alloc(frames * SIDE * SIDE * 2);
  let state = 1;
  for (let at = 0; at < frames * SIDE * SIDE; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const x = (at % SIDE) - SIDE / 2;
    const y = (Math.floor(at / SIDE) % SIDE) - SIDE / 2;
    const inside = x * x + y * y * 1.6 < 52_000;
    pixels.writeUInt16LE(inside ? 1000 + (state >>> 27) + ((x * 3 + y) >> 3) : state >>> 30, at * 2);
  }
  return pixels;
};

const SYNTAXES = [
  { name: 'RLE', uid: UID.rleLossless, encode: ['dcmcrle'], decode: ['dcmdrle'] },
  { name: 'JPEG lossless', uid: UID.jpegLosslessFirstOrder, encode: ['dcmcjpeg', '+e1'], decode: ['dcmdjpeg'] },
  { name: 'JPEG-LS', uid: UID.jpegLsLossless, encode: ['dcmcjpls'], decode: ['dcmdjpls'] },
  { name: 'JPEG 2000', uid: UID.jpeg2000Lossless, encode: ['gdcmconv', '-J'], decode: ['gdcmconv', '-w'] },
] as const;

const seconds = async (work: () => Promise<unknown> | unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

export const runTranscodeBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { frames: { type: 'string', default: '80' }, reps: { type: 'string', default: '3' } } });
  const [frames, reps] = [Number(values.frames), Number(values.reps)];
  const folder = mkdtempSync(join(tmpdir(), 'bench-transcode-'));
  const at = (name: string): string => join(folder, name);
  const pools: readonly (readonly [number, Transcoder])[] = [1, 2].map((workers) => [workers, createTranscoder({ workers })]);
  try {
    const made = makeInstance({ rows: SIDE, columns: SIDE, frames, elements: [{ tag: TAG.PixelData, vr: 'OW', value: slices(frames) }, { tag: TAG.BitsStored, vr: 'US', value: 12 }, { tag: TAG.HighBit, vr: 'US', value: 11 }] });
    writeFileSync(at('native.dcm'), made.bytes);
    const megabytes = (frames * SIDE * SIDE * 2) / 1e6;
    for (const { name, uid, encode, decode } of SYNTAXES) {
      for (const [way, from, to, source, argv] of [['encode', UID.explicitLittleEndian, uid, 'native.dcm', encode], ['decode', uid, UID.explicitLittleEndian, 'coded.dcm', decode]] as const) {
        const rates = new Map<number, number>();
        for (const [workers, transcoder] of pools) {
          const runs: number[] = [];
          const target = at(way === 'encode' ? 'coded.dcm' : 'decoded.dcm');
          const { dataSetOffset } = readFileMeta(readFileSync(at(source)));
          const convert = (): Promise<unknown> => transcoder.convert({ file: at(source), dataSetOffset, fromSyntaxUid: from, toSyntaxUid: to, target });
          // The first run starts the threads.
          await convert();
          for (let rep = 0; rep < reps; rep += 1) runs.push(await seconds(convert));
          rates.set(workers, megabytes / median(runs));
          report({ bench: 'transcode', what: `${way} ${name}, ${workers} ${workers === 1 ? 'thread' : 'threads'}`, figures: { megabytes: round(megabytes), megabytesPerSecond: round(rates.get(workers) ?? 0), fileBytes: statSync(target).size, repetitions: reps } });
        }
        report({ bench: 'transcode', what: `${way} ${name}, two threads to one`, figures: { ratio: round((rates.get(2) ?? 0) / (rates.get(1) ?? 1)) } });
        const peer = program(argv[0]);
        if (peer === undefined) { say(`${argv[0]} is not here`); continue; }
        const peerRate = megabytes / await seconds(() => spawnSync(peer, [...argv.slice(1), at(source), at('peer.dcm')], { timeout: 300_000 }));
        report({ bench: 'transcode', what: `${way} ${name}`, figures: { megabytesPerSecond: round(rates.get(1) ?? 0), peerMegabytesPerSecond: round(peerRate) }, peer: argv[0], ratio: round((rates.get(1) ?? 0) / peerRate) });
      }
    }
  } finally {
    await Promise.all(pools.map(([, transcoder]) => transcoder.close()));
    rmSync(folder, { recursive: true, force: true });
  }
};
