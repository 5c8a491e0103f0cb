/**
 * What a CT scanner writes before the pixels, beside what every instance of ours has: its acquisition, and private groups that
 * carry most of the elements; receivers that read whole data sets read them all.
 * As many as an image of a helical scanner has: with makeInstance's own 258 elements, 179 of them private, 6 KB.
 */
import type { MadeElement } from '../fixtures/make-instance.ts';

type Row = readonly [tag: number, vr: string, value: string];

/** CT Image and General Equipment, Series and Frame of Reference. @source PS3.3 C.8.2.1, C.7.5.1, C.7.3.1, C.7.6.2 */
const publicRows = (at: number): readonly Row[] => [
  [0x00080005, 'CS', 'ISO_IR 100'], [0x00080012, 'DA', '20240102'], [0x00080013, 'TM', '101731'], [0x00080022, 'DA', '20240102'], [0x00080031, 'TM', '101649'],
  [0x00080032, 'TM', `1019${String(at % 60).padStart(2, '0')}`], [0x00080201, 'SH', '-0500'], [0x00081090, 'LO', 'HELIX 40'],
  [0x00101010, 'AS', '054Y'], [0x00101030, 'DS', '72.000000'], [0x001021b0, 'LT', ''],
  [0x00180010, 'LO', 'IODINE 300/100'], [0x00180015, 'CS', 'CHEST'], [0x00180022, 'CS', 'HELICAL MODE'], [0x00180050, 'DS', '5.000000'], [0x00180060, 'DS', '120'],
  [0x00180088, 'DS', '5.000000'], [0x00180090, 'DS', '480.000000'], [0x00181020, 'LO', '05'], [0x00181040, 'LO', 'IV'], [0x00181100, 'DS', '338.671600'],
  [0x00181110, 'DS', '1099.3100585938'], [0x00181111, 'DS', '630.000000'], [0x00181120, 'DS', '0.000000'], [0x00181130, 'DS', '133.699997'], [0x00181150, 'IS', '1601'],
  [0x00181151, 'IS', '170'], [0x00181152, 'IS', '170'], [0x00181160, 'SH', 'LARGE BOWTIE'], [0x00181190, 'DS', '0.700000'], [0x00181210, 'SH', 'STANDARD'], [0x00185100, 'CS', 'FFS'],
  [0x00200012, 'IS', '2'], [0x00200032, 'DS', `-158.135803\\-179.035797\\${(-75.7 + at).toFixed(6)}`], [0x00200037, 'DS', '1.000000\\0.000000\\0.000000\\0.000000\\1.000000\\0.000000'],
  [0x00200052, 'UI', '2.25.329800735698586629295641978511506172918'], [0x00200060, 'CS', ''], [0x00201040, 'LO', 'SN'], [0x00201041, 'DS', (-77.2 + at).toFixed(6)], [0x00204000, 'LT', 'Uncompressed'],
  [0x00280030, 'DS', '0.661468\\0.661468'], [0x00281050, 'DS', '40'], [0x00281051, 'DS', '400'],
];

/** Private elements of each odd group, its creator among them. */
const PRIVATE_GROUPS: readonly (readonly [group: number, elements: number])[] = [[0x0009, 10], [0x0011, 2], [0x0019, 57], [0x0021, 14], [0x0023, 4], [0x0025, 9], [0x0027, 29], [0x0029, 11], [0x0043, 42]];
const HISTOGRAM_BYTES = 2_068;

const numbers = (write: (bytes: Buffer) => void, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  write(bytes);
  return bytes;
};

/** The kinds of values that scanners keep to themselves, in turns: short numbers, measures as text, marks. */
const privateValue = (turn: number, at: number): Omit<MadeElement, 'tag'> => {
  switch (turn % 6) {
    case 0: return { vr: 'DS', value: `${(turn * 13.75 + at).toFixed(6)}` };
    case 1: return { vr: 'SS', value: numbers((bytes) => bytes.writeInt16LE(turn % 7), 2) };
    case 2: return { vr: 'SL', value: numbers((bytes) => bytes.writeInt32LE(turn * 1_043 + at), 4) };
    case 3: return { vr: 'FL', value: numbers((bytes) => bytes.writeFloatLE(turn / 3), 4) };
    case 4: return { vr: 'LO', value: turn % 4 === 0 ? 'HELIX_GENESIS' : 'S' };
    default: return { vr: 'SS', value: numbers((bytes) => { bytes.writeInt16LE(4, 0); bytes.writeInt16LE(at % 20, 2); bytes.writeInt16LE(5, 4); }, 6) };
  }
};

const privateElements = (at: number): readonly MadeElement[] => PRIVATE_GROUPS.flatMap(([group, elements]): readonly MadeElement[] => [
  { tag: (group << 16 | 0x0010) >>> 0, vr: 'LO', value: `BENCH_HELIX_${group.toString(16)}` },
  ...Array.from({ length: elements - 1 }, (_, n): MadeElement => ({ tag: (group << 16 | 0x1001 + n) >>> 0, ...privateValue(group + n, at) })),
]);

/** The elements of one slice; `at` is its place in the scan. */
export const scannerHead = (at: number): readonly MadeElement[] => [
  ...publicRows(at).map(([tag, vr, value]): MadeElement => ({ tag, vr, value })),
  ...privateElements(at),
  { tag: 0x00431070, vr: 'OB', value: Buffer.alloc(HISTOGRAM_BYTES, at & 0xff) },
];
