/** What all checks of one disc work on. */
import type { DiscContent, DiscEntry } from '../reader/disc-content.ts';
import type { Report } from '../reader/findings.ts';
import type { OpenDisc } from '../reader/open-disc.ts';
import type { GateInput } from './gate-input.ts';

export interface Inspection {
  readonly disc: OpenDisc;
  readonly content: DiscContent;
  /** Files of the judged tree by their path. */
  readonly files: ReadonlyMap<string, DiscEntry>;
  /** What the volume was meant to be; absent for a disc of another maker. */
  readonly plan: GateInput | undefined;
  readonly report: Report;
  /** True when the time for this disc is over: loops over files end. */
  isOver(): boolean;
}

/** One component of a File ID. @source PS3.10 8.2 */
export const FILE_ID_PART = /^[A-Z0-9_]{1,8}$/;

/** True for 1 to 8 legal components. @source PS3.10 8.2 */
export const isFileId = (path: string): boolean => {
  const parts = path.split('/');
  return parts.length <= 8 && parts.every((part) => FILE_ID_PART.test(part));
};

const FOLDED = /^[A-Z0-9_/]*$/;

/** What is left of a name when case, version and a trailing dot are taken off: readers of discs add and drop them. */
export const foldedPath = (path: string): string => (FOLDED.test(path) ? path : path.split('/').map((name) => name.replace(/;\d+$/, '').replace(/\.$/, '').toUpperCase()).join('/'));
