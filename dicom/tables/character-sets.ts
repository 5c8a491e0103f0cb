/**
 * Character sets: defined terms of (0008,0005) and the ISO 2022 escapes they allow.
 * `label` is a WHATWG encoding label; sets without one are read through the `via` rule of the decoder.
 */

/** How the bytes of one designated code element become text. */
export type CharacterSetRule =
  /** One byte a character (or plain ASCII in the lower half), read by the label. */
  | 'single-byte'
  /** The whole value is one stand-alone multi-byte encoding; no code extensions. */
  | 'stand-alone'
  /** 94x94 set in the lower half (7-bit pairs): set the high bits and read as EUC. */
  | 'pairs-in-g0'
  /** 94x94 set in the upper half (8-bit pairs), read as EUC; the lower half is ASCII. */
  | 'pairs-in-g1';

/** One code element that an escape sequence designates, or that is there from the start. */
export interface CharacterSetRow {
  /** Defined term without code extensions; null when the set only exists with them. */
  readonly term: string | null;
  /** Defined term with code extensions; null when the set allows none. */
  readonly extensionTerm: string | null;
  readonly name: string;
  /** Bytes after ESC, latin-1, that designate it; G0 and G1 part where both exist. */
  readonly escapes: readonly string[];
  readonly rule: CharacterSetRule;
  readonly label: string;
  /** Put before each 8-bit pair to select the third set of EUC-JP. */
  readonly prefix?: number;
  readonly source: string;
}

/** All character sets, by defined term. @source PS3.3 C.12.1.1.2 Tables C.12-2 to C.12-5, PS3.5 6.1.2 */
export const CHARACTER_SETS = [
  { term: 'ISO_IR 6', extensionTerm: 'ISO 2022 IR 6', name: 'Default repertoire', escapes: ['(B'], rule: 'single-byte', label: 'latin1', source: 'PS3.3 Table C.12-2' },
  { term: 'ISO_IR 13', extensionTerm: 'ISO 2022 IR 13', name: 'Japanese katakana and romaji (JIS X 0201)', escapes: [')I', '(J'], rule: 'single-byte', label: 'shift_jis', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: null, extensionTerm: 'ISO 2022 IR 58', name: 'Simplified Chinese (GB 2312)', escapes: ['$)A'], rule: 'pairs-in-g1', label: 'gbk', source: 'PS3.3 Table C.12-4' },
  { term: null, extensionTerm: 'ISO 2022 IR 87', name: 'Japanese kanji (JIS X 0208)', escapes: ['$B', '$@'], rule: 'pairs-in-g0', label: 'euc-jp', source: 'PS3.3 Table C.12-4' },
  { term: 'ISO_IR 100', extensionTerm: 'ISO 2022 IR 100', name: 'Latin alphabet No. 1', escapes: ['-A'], rule: 'single-byte', label: 'latin1', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: 'ISO_IR 101', extensionTerm: 'ISO 2022 IR 101', name: 'Latin alphabet No. 2', escapes: ['-B'], rule: 'single-byte', label: 'iso-8859-2', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: 'ISO_IR 109', extensionTerm: 'ISO 2022 IR 109', name: 'Latin alphabet No. 3', escapes: ['-C'], rule: 'single-byte', label: 'iso-8859-3', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: 'ISO_IR 110', extensionTerm: 'ISO 2022 IR 110', name: 'Latin alphabet No. 4', escapes: ['-D'], rule: 'single-byte', label: 'iso-8859-4', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: 'ISO_IR 126', extensionTerm: 'ISO 2022 IR 126', name: 'Greek', escapes: ['-F'], rule: 'single-byte', label: 'iso-8859-7', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: 'ISO_IR 127', extensionTerm: 'ISO 2022 IR 127', name: 'Arabic', escapes: ['-G'], rule: 'single-byte', label: 'iso-8859-6', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: 'ISO_IR 138', extensionTerm: 'ISO 2022 IR 138', name: 'Hebrew', escapes: ['-H'], rule: 'single-byte', label: 'iso-8859-8', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: 'ISO_IR 144', extensionTerm: 'ISO 2022 IR 144', name: 'Cyrillic', escapes: ['-L'], rule: 'single-byte', label: 'iso-8859-5', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: 'ISO_IR 148', extensionTerm: 'ISO 2022 IR 148', name: 'Latin alphabet No. 5', escapes: ['-M'], rule: 'single-byte', label: 'windows-1254', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: null, extensionTerm: 'ISO 2022 IR 149', name: 'Korean (KS X 1001)', escapes: ['$)C'], rule: 'pairs-in-g1', label: 'euc-kr', source: 'PS3.3 Table C.12-4' },
  { term: null, extensionTerm: 'ISO 2022 IR 159', name: 'Japanese supplementary kanji (JIS X 0212)', escapes: ['$(D'], rule: 'pairs-in-g0', label: 'euc-jp', prefix: 0x8f, source: 'PS3.3 Table C.12-4' },
  { term: 'ISO_IR 166', extensionTerm: 'ISO 2022 IR 166', name: 'Thai (TIS 620)', escapes: ['-T'], rule: 'single-byte', label: 'windows-874', source: 'PS3.3 Table C.12-2, C.12-3' },
  { term: 'ISO_IR 192', extensionTerm: null, name: 'Unicode in UTF-8', escapes: [], rule: 'stand-alone', label: 'utf-8', source: 'PS3.3 Table C.12-5' },
  { term: 'ISO_IR 203', extensionTerm: 'ISO 2022 IR 203', name: 'Latin alphabet No. 9', escapes: ['-b'], rule: 'single-byte', label: 'iso-8859-15', source: 'PS3.3 Table C.12-2, C.12-3 (2019)' },
  { term: 'GB18030', extensionTerm: null, name: 'Chinese GB 18030', escapes: [], rule: 'stand-alone', label: 'gb18030', source: 'PS3.3 Table C.12-5' },
  { term: 'GBK', extensionTerm: null, name: 'Chinese GBK', escapes: [], rule: 'stand-alone', label: 'gbk', source: 'PS3.3 Table C.12-5' },
] as const satisfies readonly CharacterSetRow[];

/** Finds a character set by either of its defined terms. @source PS3.3 C.12.1.1.2 */
export const characterSetByTerm: ReadonlyMap<string, CharacterSetRow> = new Map(
  CHARACTER_SETS.flatMap((row: CharacterSetRow) => [row.term, row.extensionTerm].filter((term) => term !== null).map((term) => [term, row] as const)),
);

/** Finds a character set by the characters after ESC. @source PS3.3 Tables C.12-3 and C.12-4 */
export const characterSetByEscape: ReadonlyMap<string, CharacterSetRow> = new Map(
  CHARACTER_SETS.flatMap((row: CharacterSetRow) => row.escapes.map((escape) => [escape, row] as const)),
);
