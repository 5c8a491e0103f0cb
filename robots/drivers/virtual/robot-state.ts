/**
 * What robot.json holds: the machine as a person sets it up, its supplies, its standing conditions and its fault script.
 * A person may edit the file at any time; what does not fit the schema is refused as a whole.
 */
import { z } from 'zod';

const component = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/);
const media = z.enum(['CD', 'DVD', 'DVD-DL', 'BD', 'BD-RE', 'BD-DL', 'BD-RE-DL']);
const count = z.int().min(0).max(1_000_000);

/**
 * Sectors of 2048 bytes on a fresh blank.
 * @source 80 minutes of ECMA-130 less the pause; ECMA-349 (DVD+R); ECMA-382 (DVD-R DL); BD-R white paper (no spare areas)
 */
export const BLANK_SECTORS = { CD: 359_849, DVD: 2_295_104, 'DVD-DL': 4_171_712, BD: 12_219_392, 'BD-RE': 12_219_392, 'BD-DL': 24_438_784, 'BD-RE-DL': 24_438_784 } as const;

const inBin = z.object({ id: component, role: z.literal('in'), media, discs: count, capacity: count, sectors: z.int().min(1).optional() });
const outBin = z.object({ id: component, role: z.enum(['out', 'reject']), capacity: count });

/** The moments at which a fault may strike. */
export const FAULT_STEPS = ['load', 'record', 'verify', 'print', 'unload'] as const;

/** What a fault does; all but the first five are conditions or states of the whole robot. */
export const FAULT_KINDS = [
  'write-fail', 'verify-fail', 'wrong-media', 'unknown', 'vanish',
  'jam', 'cover-open', 'printer-fault', 'drive-fault', 'no-space', 'ink-empty', 'out-of-discs', 'hang', 'link-down',
] as const;

/** Conditions that stand until somebody resumes the robot or takes them out of robot.json. */
export const STANDING = ['ROBOT_JAM', 'ROBOT_COVER_OPEN', 'ROBOT_PRINTER_FAULT', 'ROBOT_NO_SPACE'] as const;

const fault = z.object({
  on: z.object({ job: z.string().optional(), disc: z.int().min(1).optional(), step: z.enum(FAULT_STEPS).optional() }),
  do: z.enum(FAULT_KINDS),
  times: z.int().min(0).default(1),
  fired: z.int().min(0).default(0),
}).refine(({ on, do: kind }) => on.step !== undefined || kind === 'link-down', 'a fault names its step');

const percent = z.number().min(0).max(100);

export const robotStateSchema = z.object({
  model: z.string().default('Virtual publisher'),
  bins: z.array(z.discriminatedUnion('role', [inBin, outBin])),
  ink: z.record(component, percent).default({}),
  inkPerLabelPercent: percent.default(0.1),
  inkLowPercent: percent.default(10),
  isInkLowIgnored: z.boolean().default(false),
  drives: z.int().min(1).max(16).default(2),
  faultyDrives: z.array(z.string()).default([]),
  /** Of each drive, for writing and for reading back; 0 = as fast as the disk. */
  speedSectorsPerSecond: z.number().min(0).default(0),
  loadMs: z.number().min(0).default(0),
  printMs: z.number().min(0).default(0),
  conditions: z.array(z.enum(STANDING)).default([]),
  /** Number of the last blank taken; numbers the disc folders. */
  discsTaken: count.default(0),
  faults: z.array(fault).default([]),
}).refine((state) => new Set(state.bins.map(({ id }) => id.toLowerCase())).size === state.bins.length, 'bin ids are unique')
  .refine((state) => ['in', 'out', 'reject'].every((role) => state.bins.some((bin) => bin.role === role)), 'at least one bin of each role in, out, reject');

export type RobotState = z.infer<typeof robotStateSchema>;
/** What a person may write into robot.json; absent settings take their defaults. */
export type VirtualDefinition = z.input<typeof robotStateSchema>;
export type InBin = Extract<RobotState['bins'][number], { role: 'in' }>;
export type Fault = RobotState['faults'][number];
export type FaultStep = (typeof FAULT_STEPS)[number];

/** 100 CD and 100 DVD blanks, room for 100 discs, two drives, six full cartridges, no delays, no faults. */
export const DEFAULT_DEFINITION: VirtualDefinition = {
  bins: [
    { id: 'cd', role: 'in', media: 'CD', discs: 100, capacity: 100 },
    { id: 'dvd', role: 'in', media: 'DVD', discs: 100, capacity: 100 },
    { id: '1', role: 'out', capacity: 100 },
    { id: '2', role: 'reject', capacity: 100 },
  ],
  ink: { cyan: 100, magenta: 100, yellow: 100, 'light-cyan': 100, 'light-magenta': 100, black: 100 },
};

/** Sectors that a blank of this bin takes. */
export const sectorsOf = (bin: InBin): number => bin.sectors ?? BLANK_SECTORS[bin.media];

export const inBins = (state: RobotState): InBin[] => state.bins.filter((bin) => bin.role === 'in');

/** Names of the drives, in order. */
export const driveIds = (state: RobotState): string[] => Array.from({ length: state.drives }, (_, index) => String(index + 1));
