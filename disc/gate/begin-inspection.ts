/** What every inspection begins with: the files, and what opening the disc has shown already. */
import type { DiscEntry } from '../reader/disc-content.ts';
import { createFindings } from '../reader/findings.ts';
import type { Findings } from '../reader/findings.ts';
import type { OpenDisc } from '../reader/open-disc.ts';
import type { CheckSubject } from '../tables/disc-checks.ts';
import type { GateInput } from './gate-input.ts';
import type { Inspection } from './inspection.ts';

/** Begins to inspect an open disc; the findings gather what is reported. */
export const beginInspection = (disc: OpenDisc, plan: GateInput | undefined, isOver: () => boolean): { readonly findings: Findings; readonly inspection: Inspection } => {
  const findings = createFindings();
  const { report } = findings;
  const { content } = disc;
  const files = new Map<string, DiscEntry>(content.entries.filter((entry) => !entry.isDirectory).map((entry) => [entry.path, entry]));
  for (const { check, where, text } of disc.findings) report(check, where, text);
  if (!disc.isReadable) report('image-readable', '', disc.udf ? 'there is a UDF volume, but it cannot be read' : 'there is neither an ISO 9660 nor a UDF volume');
  return { findings, inspection: { disc, content, files, plan, report, isOver } };
};

/** The file systems that a disc shows. */
export const fileSystemsOf = ({ iso, udf }: OpenDisc): readonly CheckSubject[] =>
  [...(iso ? ['iso' as const] : []), ...(iso?.joliet ? ['joliet' as const] : []), ...(udf ? ['udf' as const] : []), ...(iso && udf?.isReadable ? ['bridge' as const] : [])];
