/**
 * Measures encoding and decoding of one multi-frame instance by a process that may use one core, by one that may use two, each with the
 * codec threads it makes there, and by DCMTK or GDCM on one. Rates are native pixel bytes a second: of the codec threads alone, frames
 * from memory to memory, and of whole conversions, file to file, read from a warm cache, digested and synced.
 */
import { statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { makeInstance } from '../fixtures/make-instance.ts';
import { program } from '../fixtures/peers.ts';
import { runToEnd } from './processes.ts';
import { median, report, round, say } from './report.ts';
import { scratchFolder, touchMemory } from './scratch.ts';
import type { CodecJob, CodecTimes } from './transcode-codec.ts';
import type { TranscodeJob, TranscodeTimes } from './transcode-ours.ts';
import { SIDE, slices } from './transcode-slices.ts';

const OURS = join(import.meta.dirname, 'transcode-ours.ts');
const CODEC = join(import.meta.dirname, 'transcode-codec.ts');
const LIMIT_MS = 300_000;

const SYNTAXES = [
  { name: 'RLE', codec: 'rle', uid: UID.rleLossless, encode: ['dcmcrle'], decode: ['dcmdrle'] },
  { name: 'JPEG lossless', codec: 'jpeg', uid: UID.jpegLosslessFirstOrder, encode: ['dcmcjpeg', '+e1'], decode: ['dcmdjpeg'] },
  { name: 'JPEG-LS', codec: 'jpeg-ls', uid: UID.jpegLsLossless, encode: ['dcmcjpls'], decode: ['dcmdjpls'] },
  { name: 'JPEG 2000', codec: 'jpeg-2000', uid: UID.jpeg2000Lossless, encode: ['gdcmconv', '-J'], decode: ['gdcmconv', '-w'] },
] as const;

/** The cores that a process may use, and how figures call them. */
const CORES = [{ list: '0', count: 1, name: '1 core' }, { list: '0,1', count: 2, name: '2 cores' }] as const;
/** Processes for each number of cores, which take turns: what else the machine does meets them alike. */
const ROUNDS = 3;

const runOurs = async <Times extends { readonly cores: number }>(taskset: string, { list, count }: typeof CORES[number], program: string, job: TranscodeJob | CodecJob): Promise<Times> => {
  const { output } = await runToEnd(taskset, ['-c', list, process.execPath, program, JSON.stringify(job)], { limitMs: LIMIT_MS });
  const times = JSON.parse(output) as Times;
  if (times.cores !== count) throw new TypeError(`the process has ${times.cores} cores instead of ${count}`);
  return times;
};

/** Runs a job on each number of cores in turn. */
const onEachCores = async <Times extends { readonly cores: number }>(taskset: string, program: string, job: TranscodeJob | CodecJob): Promise<readonly (readonly Times[])[]> => {
  const runs = CORES.map((): Times[] => []);
  for (let turn = 0; turn < ROUNDS; turn += 1) for (const [index, cores] of CORES.entries()) runs[index]?.push(await runOurs<Times>(taskset, cores, program, job));
  return runs;
};

interface Work { readonly name: string; readonly megabytes: number; readonly job: TranscodeJob; readonly codec: CodecJob }

/** Reports what each number of cores does, and how much more two do; answers the rate of one, file to file. */
const measureCores = async (taskset: string, { name, megabytes, job, codec }: Work): Promise<number> => {
  const runs = await onEachCores<TranscodeTimes>(taskset, OURS, job);
  const codecRuns = await onEachCores<CodecTimes>(taskset, CODEC, codec);
  if (new Set(runs.flat().map(({ dataSetSha256 }) => dataSetSha256)).size !== 1) throw new TypeError(`${name} gives different files`);
  const ratesOf = (all: readonly (readonly { readonly seconds: readonly number[] }[])[]): readonly number[] => all.map((times) => megabytes / median(times.flatMap(({ seconds }) => seconds)));
  const [rates, codecRates] = [ratesOf(runs), ratesOf(codecRuns)];
  for (const [index, cores] of CORES.entries()) {
    const times = runs[index] ?? [];
    report({ bench: 'transcode', what: `${name}, ${cores.name}`, figures: {
      megabytes: round(megabytes), megabytesPerSecond: round(rates[index] ?? 0), cpuSeconds: round(median(times.map(({ cpuSeconds }) => cpuSeconds))), peakRssMiB: round(Math.max(...times.map(({ peakRssMiB }) => peakRssMiB))),
      codecMegabytesPerSecond: round(codecRates[index] ?? 0), fileBytes: statSync(job.target).size, repetitions: job.repetitions * ROUNDS,
    } });
  }
  const [one = 0, two = 0] = rates;
  const [codecOne = 0, codecTwo = 0] = codecRates;
  report({ bench: 'transcode', what: `${name}, two cores to one`, figures: { ratio: round(codecTwo / codecOne), fileToFileRatio: round(two / one), oneCoreMegabytesPerSecond: round(one), twoCoresMegabytesPerSecond: round(two) } });
  return one;
};

export const runTranscodeBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { frames: { type: 'string', default: '80' }, reps: { type: 'string', default: '5' }, only: { type: 'string', default: '' } } });
  const [frames, repetitions] = [Number(values.frames), Number(values.reps)];
  const taskset = program('taskset');
  if (taskset === undefined) { say('taskset is not here (apt-get install util-linux): the bench cannot give a process one core'); return; }
  if (availableParallelism() < 2) { say('this machine has one core: two cannot be measured'); return; }
  const folder = scratchFolder('bench-transcode');
  const at = (name: string): string => join(folder, name);
  const made = makeInstance({ rows: SIDE, columns: SIDE, frames, elements: [{ tag: TAG.PixelData, vr: 'OW', value: slices(frames) }, { tag: TAG.BitsStored, vr: 'US', value: 12 }, { tag: TAG.HighBit, vr: 'US', value: 11 }] });
  writeFileSync(at('native.dcm'), made.bytes);
  const megabytes = (frames * SIDE * SIDE * 2) / 1e6;
  touchMemory(made.bytes.length * 4);
  for (const { name, codec, uid, encode, decode } of SYNTAXES.filter((one) => values.only === '' || one.name === values.only)) {
    for (const [way, toSyntaxUid, source, target, argv] of [['encode', uid, 'native.dcm', 'coded.dcm', encode], ['decode', UID.explicitLittleEndian, 'coded.dcm', 'decoded.dcm', decode]] as const) {
      const rate = await measureCores(taskset, { name: `${way} ${name}`, megabytes, job: { source: at(source), target: at(target), toSyntaxUid, repetitions }, codec: { codec, way, frames, repetitions } });
      const peer = program(argv[0]);
      if (peer === undefined) { say(`${argv[0]} is not here`); continue; }
      const peerSeconds: number[] = [];
      for (let run = 0; run < ROUNDS; run += 1) peerSeconds.push((await runToEnd(taskset, ['-c', CORES[0].list, peer, ...argv.slice(1), at(source), at('peer.dcm')], { limitMs: LIMIT_MS })).wallSeconds);
      const peerRate = megabytes / median(peerSeconds);
      report({ bench: 'transcode', what: `${way} ${name}`, figures: { megabytesPerSecond: round(rate), peerMegabytesPerSecond: round(peerRate) }, peer: argv[0], ratio: round(rate / peerRate) });
    }
  }
};
