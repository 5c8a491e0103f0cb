/** The entries of an AUTORUN.INF that a disc of ours may have. Pure data. */

export interface AutorunKeyRow {
  readonly key: string;
  /** What its value begins with: a path from the root of the disc, or text. */
  readonly value: 'program' | 'icon' | 'text';
  readonly source: string;
}

export const AUTORUN_SECTION = '[autorun]';

export const AUTORUN_KEYS = [
  { key: 'open', value: 'program', source: 'Microsoft, Autorun.inf Entries: [AutoRun] open=[exepath\\]exefile [param1 [param2]...]' },
  { key: 'shellexecute', value: 'program', source: 'Microsoft, Autorun.inf Entries: [AutoRun] shellexecute=[filepath\\]filename [param1 [param2]...]' },
  { key: 'icon', value: 'icon', source: 'Microsoft, Autorun.inf Entries: [AutoRun] icon=iconfilename[,index]' },
  { key: 'label', value: 'text', source: 'Microsoft, Autorun.inf Entries: [AutoRun] label=LabelText' },
  { key: 'action', value: 'text', source: 'Microsoft, Autorun.inf Entries: [AutoRun] action=ActionText' },
] as const satisfies readonly AutorunKeyRow[];
