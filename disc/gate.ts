/**
 * The gate: reads a finished image back by code that shares nothing with the writer but tables, and says whether it may be burned.
 * Checks every tree, every name, every directory record and offset, every file against the plan and the manifest: disc/tables/disc-checks.ts.
 * @source PS3.10 7-8; PS3.3 F.3-F.4; PS3.12; ECMA-119; ECMA-167
 */
import { inspectDisc } from './gate/inspect.ts';
import type { Inspected } from './gate/inspect.ts';
import type { GateInput } from './gate/gate-input.ts';
import { inspectSealed } from './gate/inspect-sealed.ts';
import type { InspectedSealed, SealedPlan } from './gate/inspect-sealed.ts';
import { warmDigesting } from './reader/digest-extents.ts';
import { findingText } from './reader/findings.ts';
import type { CheckResult, Finding } from './reader/findings.ts';
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

const problemsIn = (findings: readonly Finding[]): readonly string[] => findings.filter(({ check }) => discCheck(check).refuses).map(findingText);

/**
 * Reads the image back and judges it. Never throws for a bad image; the caller refuses when `isAccepted` is false.
 * @throws {ApplianceError} DISC_IMAGE_FAILED when the file cannot be read at all
 */
export const checkVolume = async (input: GateInput): Promise<GateResult> => {
  warmDigesting(input.bytes);
  const disc = openDisc(input.imageFile);
  try {
    const { findings, checks, counts, label } = await inspectDisc(disc, { plan: input });
    const problems = problemsIn(findings);
    return { isAccepted: problems.length === 0, problems, checks, counts, label };
  } finally {
    disc.close();
  }
};

/**
 * The same for the image of an encrypted disc: all that can be seen without the key, and that nothing lies in the clear.
 * @throws {ApplianceError} DISC_IMAGE_FAILED when the file cannot be read at all
 */
export const checkSealedVolume = async (plan: SealedPlan): Promise<Pick<GateResult, 'isAccepted' | 'problems'> & Pick<InspectedSealed, 'checks'>> => {
  const disc = openDisc(plan.imageFile);
  try {
    const { findings, checks } = await inspectSealed(disc, plan);
    const problems = problemsIn(findings);
    return { isAccepted: problems.length === 0, problems, checks };
  } finally {
    disc.close();
  }
};
