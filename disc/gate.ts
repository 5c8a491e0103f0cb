/**
 * The gate: reads a finished image back by code that shares nothing with the writer but tables, and says whether it may be burned.
 * Checks every tree, every name, every directory record and offset, every file against the plan and the manifest: disc/tables/disc-checks.ts.
 * @source PS3.10 7-8; PS3.3 F.3-F.4; PS3.12; ECMA-119; ECMA-167
 */
import { inspectDisc } from './gate/inspect.ts';
import type { Inspected } from './gate/inspect.ts';
import type { GateInput } from './gate/gate-input.ts';
import { findingText } from './reader/findings.ts';
import type { CheckResult } from './reader/findings.ts';
import type { LabelFacts } from './reader/label-facts.ts';
import { openDisc } from './reader/open-disc.ts';
import { discCheck } from './tables/disc-checks.ts';

export interface GateResult {
  readonly isAccepted: boolean;
  /** Codes and File IDs; no patient data. Empty when accepted. */
  readonly problems: readonly string[];
  /** Every check of the table with its outcome. */
  readonly checks: readonly CheckResult[];
  readonly counts: Inspected['counts'];
  /** What the label must show, as it stands on the volume. */
  readonly label: LabelFacts;
}

/**
 * Reads the image back and judges it. Never throws for a bad image; the caller refuses when `isAccepted` is false.
 * @throws {ApplianceError} DISC_IMAGE_FAILED when the file cannot be read at all
 */
export const checkVolume = async (input: GateInput): Promise<GateResult> => {
  const disc = openDisc(input.imageFile);
  try {
    const { findings, checks, counts, label } = await inspectDisc(disc, { plan: input });
    const problems = findings.filter(({ check }) => discCheck(check).refuses).map(findingText);
    return { isAccepted: problems.length === 0, problems, checks, counts, label };
  } finally {
    disc.close();
  }
};
