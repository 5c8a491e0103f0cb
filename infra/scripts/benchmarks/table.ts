/** Which figures docs/BENCHMARKS.md shows: what each must reach, and where it stands in a line of the benches. */

/** A line as `npm run bench` prints it. */
export interface BenchLine {
  readonly bench: string;
  readonly what: string;
  readonly figures: Readonly<Record<string, number | string | readonly number[]>>;
  readonly peer?: string;
  readonly ratio?: number;
  readonly cores: number;
  readonly node: string;
  readonly date: string;
}

export interface BenchRow {
  readonly work: string;
  /** Without these it is shown for comparison. */
  readonly must?: number;
  readonly aim?: number;
  /** True when less is better. */
  readonly isLimit?: boolean;
  readonly unit: string;
  readonly command: string;
  readonly bench: string;
  readonly what: string;
  /** Figures that the line must have; `peer` is the line's peer. */
  readonly having?: Readonly<Record<string, number | string>>;
  /** Figure that is shown; the ratio to the peer unless told. */
  readonly figure?: string;
  /** Figures that are shown beside it, with what they are. */
  readonly beside?: Readonly<Record<string, string>>;
}

const RATES = { oursInstancesPerSecond: 'ours/s', peerInstancesPerSecond: 'peer/s' };
const CPU = { oursCpuSecondsPerGigabyte: 'ours s/GB', peerCpuSecondsPerGigabyte: 'peer s/GB' };

export const RECEPTION: readonly BenchRow[] = [
  { work: 'CT of 530 KB, 4 associations, durable and indexed, against Orthanc', must: 1.8, aim: 4, unit: 'x', command: 'receive', bench: 'receive', what: 'rate', having: { bytes: 530_000, associations: 4, peer: 'orthanc' }, beside: RATES },
  { work: 'the same: CPU of the DICOM node against storescp --fork +B, which neither digests nor syncs nor indexes', must: 1.6, aim: 1.2, isLimit: true, unit: 'x', command: 'receive', bench: 'receive', what: 'cpu', having: { bytes: 530_000, associations: 4 }, beside: { ...CPU, databaseCpuSecondsPerGigabyte: 'database s/GB' } },
  { work: 'small instances of 20 KB, 4 associations, against Orthanc', must: 1.4, aim: 3, unit: 'x', command: 'receive --bytes 20000', bench: 'receive', what: 'rate', having: { bytes: 20_000, associations: 4, peer: 'orthanc' }, beside: RATES },
  ...[['CT of 530 KB', 530_000], ['small instances of 20 KB', 20_000]].map(([size, bytes]): BenchRow => ({ work: `${String(size)} with lean heads, of 36 elements instead of 258, against Orthanc`, unit: 'x', command: `receive${bytes === 20_000 ? ' --bytes 20000' : ''} --lean`, bench: 'receive', what: 'rate', having: { bytes: Number(bytes), head: 'lean', peer: 'orthanc' }, beside: RATES })),
  { work: 'not durable, not indexed, 4 associations, against storescp --fork +B', must: 0.7, aim: 0.9, unit: 'x', command: 'receive --not-durable --no-index', bench: 'receive', what: 'rate', having: { durable: 'false', indexed: 'false' }, beside: RATES },
  { work: 'sender with Nagle\'s algorithm, 1 association, against storescp', must: 5, aim: 9, unit: 'x', command: 'receive --nagle --associations 1', bench: 'receive', what: 'rate', having: { sockets: 'default', associations: 1 }, beside: RATES },
  { work: 'one object of 1 GB: peak memory of the DICOM node', must: 100, aim: 60, isLimit: true, unit: 'MiB', command: 'receive-large', bench: 'receive-large', what: 'spindle', figure: 'peakRssMiB', beside: { rssMiBBefore: 'MiB before it came', megabytesPerSecond: 'MB/s' } },
  { work: 'C-FIND with 10,000 matches', must: 5_000, aim: 8_000, unit: 'responses/s', command: 'find', bench: 'find', what: 'studies', figure: 'responsesPerSecond' },
  ...['name prefix', 'patient id', 'date range'].map((what): BenchRow => ({ work: `C-FIND by ${what} in a catalog of 1,000,000 studies, first answer`, must: 50, aim: 10, isLimit: true, unit: 'ms', command: 'find-large', bench: 'find-large', what, having: { studies: 1_000_000 }, figure: 'medianFirstAnswerMilliseconds', beside: { slowestFirstAnswerMilliseconds: 'ms at worst' } })),
  { work: 'Storage SCU against storescu, 2 associations', must: 0.75, aim: 1, unit: 'x', command: 'send', bench: 'send', what: 'rate', beside: RATES },
  { work: '300 associations open, 8 of them storing: memory of the node', must: 400, aim: 250, isLimit: true, unit: 'MiB', command: 'associations', bench: 'associations', what: 'memory', figure: 'peakRssMiB', beside: { slowestEchoMilliseconds: 'ms slowest echo' } },
  { work: 'what indexing costs', must: 20, aim: 20, isLimit: true, unit: '%', command: 'indexing', bench: 'indexing', what: 'rate', figure: 'costPercent' },
  { work: 'memory that 10,000 instances add', must: 50, aim: 50, isLimit: true, unit: 'MiB', command: 'receive --memory', bench: 'receive', what: 'memory', figure: 'growthMiB' },
];

export const DISCS: readonly BenchRow[] = [
  { work: '2,000 CT slices (1.05 GB) to a gated image, against dcmmkdir, xorriso and sha256sum', must: 0.35, aim: 0.2, isLimit: true, unit: 'x', command: 'image', bench: 'image', what: 'wall', having: { peer: 'dcmmkdir and xorriso' }, beside: { oursSeconds: 's ours, in a worker that runs', freshSeconds: 's in a fresh process, start included', peerSeconds: 's peer' } },
  { work: 'the same against Orthanc\'s archive with DICOMDIR', must: 8, aim: 30, unit: 'x', command: 'image --orthanc', bench: 'image', what: 'wall', having: { peer: 'orthanc' }, figure: 'timesFaster', beside: { oursSeconds: 's ours', peerSeconds: 's Orthanc' } },
  { work: 'DICOMDIR of 20,000 instances: CPU', must: 3, aim: 1, isLimit: true, unit: 's', command: 'dicomdir', bench: 'dicomdir', what: '20000 instances on a CD', figure: 'cpuSeconds' },
  { work: 'peak memory for a Blu-ray of 24 GB in 46,000 files', must: 300, aim: 150, isLimit: true, unit: 'MiB', command: 'image-bd', bench: 'image-bd', what: 'udf260 to null', having: { files: 46_000 }, figure: 'peakRssMiB' },
  ...['JPEG lossless', 'JPEG-LS', 'JPEG 2000', 'RLE'].flatMap((name) => ['encode', 'decode'].map((way): BenchRow => ({ work: `${way} ${name}: throughput of the codec on two cores against one`, must: 1.6, aim: 1.9, unit: 'x', command: 'transcode', bench: 'transcode', what: `${way} ${name}, two cores to one`, figure: 'ratio', beside: { fileToFileRatio: 'x file to file', oneCoreMegabytesPerSecond: 'MB/s on one', twoCoresMegabytesPerSecond: 'MB/s on two' } }))),
  { work: 'discs an hour: orders of one-instance studies, image, gate, label, virtual burn', must: 3_000, aim: 3_000, unit: 'discs/h', command: 'orchestrate', bench: 'orchestrate', what: 'discs', figure: 'discsPerHour' },
];
