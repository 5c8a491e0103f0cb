/** Checks a disc of any maker by the rules the gate has for ours: a folder, an image or a drive. */
import { inspectDisc } from './gate/inspect.ts';
import type { Inspected } from './gate/inspect.ts';
import { openDisc } from './reader/open-disc.ts';
import type { CheckLevel } from './tables/disc-checks.ts';
import { DISC_CHECKS, discCheck } from './tables/disc-checks.ts';

export interface DiscReport {
  readonly kind: 'image' | 'folder';
  readonly fileSystems: readonly string[];
  readonly fileSetId: string;
  readonly fileSetUid: string;
  readonly counts: Inspected['counts'];
  readonly checks: Inspected['checks'];
  readonly findings: Inspected['findings'];
  /** How often checks of each level failed; findings may hold fewer. */
  readonly totals: Readonly<Record<CheckLevel, number>>;
  /** False when no file system was found: nothing else was checked. */
  readonly isReadable: boolean;
}

export interface CheckDiscOptions {
  /** Reads every byte of every file even where no digest is known. */
  readonly isThorough: boolean;
  readonly isOver: () => boolean;
}

const totalsOf = (checks: Inspected['checks']): DiscReport['totals'] => {
  const totals = { error: 0, warning: 0, note: 0 };
  for (const { id, findings } of checks) totals[discCheck(id).level] += findings;
  return totals;
};

/**
 * Opens and checks a disc. Whatever is on it is a finding and never an exception; time and memory are bounded by the caller and by what a disc can hold.
 * @throws {ApplianceError} DISC_IMAGE_FAILED when there is nothing that can be opened
 */
export const checkDisc = async (path: string, options: CheckDiscOptions): Promise<DiscReport> => {
  const disc = openDisc(path);
  try {
    const { fileSetId, fileSetUid, counts, checks, findings } = await inspectDisc(disc, options);
    const fileSystems = [...(disc.iso ? ['ISO 9660'] : []), ...(disc.iso?.joliet ? ['Joliet'] : []), ...(disc.udf ? [`UDF ${disc.udf.revision}`.trim()] : [])];
    return { kind: disc.kind, fileSystems, fileSetId, fileSetUid, counts, checks, findings, totals: totalsOf(checks), isReadable: disc.isReadable };
  } finally {
    disc.close();
  }
};

/** Every check that a disc of another maker can fail. */
export const FOREIGN_CHECKS = DISC_CHECKS.filter(({ subject }) => subject !== 'plan');
