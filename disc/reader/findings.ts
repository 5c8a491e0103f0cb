/** Collects what is wrong with a disc, by check. Bounded: garbage can bring more findings than anyone reads. */
import { DISC_CHECKS, discCheck } from '../tables/disc-checks.ts';
import type { CheckLevel, CheckSubject, DiscCheckId } from '../tables/disc-checks.ts';

export interface Finding {
  readonly check: DiscCheckId;
  readonly level: CheckLevel;
  /** Path or place on the disc; '' = the disc as a whole. No patient data. */
  readonly where: string;
  readonly text: string;
}

export interface CheckResult {
  readonly id: DiscCheckId;
  readonly outcome: 'pass' | 'fail' | 'not-applicable';
  /** How often it failed; more than the findings kept when there are very many. */
  readonly findings: number;
}

/** How a reader or a check says what it found. */
export type Report = (check: DiscCheckId, where: string, text: string) => void;

/** Of one check: more help nobody, and fill the memory. */
const MOST_KEPT = 500;

export interface Findings {
  readonly report: Report;
  /** Findings kept, in the order of the table. */
  list(): readonly Finding[];
  count(check: DiscCheckId): number;
  /** Every check of the table with its outcome. @param present the subjects that the disc has */
  results(present: ReadonlySet<CheckSubject>): readonly CheckResult[];
}

/** A finding as one line. */
export const findingText = ({ where, text }: Pick<Finding, 'where' | 'text'>): string => (where === '' ? text : `${where}: ${text}`);

export const createFindings = (): Findings => {
  const kept = new Map<DiscCheckId, { readonly findings: Finding[]; count: number }>();
  return {
    report(check, where, text) {
      const known = kept.get(check) ?? { findings: [], count: 0 };
      kept.set(check, known);
      known.count++;
      if (known.findings.length < MOST_KEPT) known.findings.push({ check, level: discCheck(check).level, where, text });
    },
    list: () => DISC_CHECKS.flatMap(({ id }) => kept.get(id)?.findings ?? []),
    count: (check) => kept.get(check)?.count ?? 0,
    results: (present) => DISC_CHECKS.map(({ id, subject }) => {
      const findings = kept.get(id)?.count ?? 0;
      return { id, outcome: findings > 0 ? 'fail' : present.has(subject) ? 'pass' : 'not-applicable', findings };
    }),
  };
};
