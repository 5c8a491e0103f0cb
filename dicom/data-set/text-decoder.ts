/**
 * Bytes of text values → strings, under the Specific Character Set of their data set, ISO 2022 code extensions included.
 * Never fails: bytes without a meaning become U+FFFD, unknown defined terms read as ISO_IR 100 and are flagged.
 */
import { TextDecoder } from 'node:util';
import { characterSetByEscape, characterSetByTerm } from '../tables/character-sets.ts';
import type { CharacterSetRow } from '../tables/character-sets.ts';

/** Decodes one value (all of its parts still joined by backslash) of a given VR. */
export interface TextDecode {
  (bytes: Buffer, vr: string): string;
  /** True when a defined term is not known and ISO_IR 100 stands in for it. */
  readonly hasUnknownTerms: boolean;
}

const ESC = 0x1b;
/** VRs that the Specific Character Set governs; all others are in the default repertoire. @source PS3.5 6.1.2.3 */
export const EXTENDED_VRS: ReadonlySet<string> = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT', 'UN']);
/** VRs of which a value is one text: backslash separates nothing in them. @source PS3.5 Table 6.2-1 */
const SINGLE_VALUE_VRS: ReadonlySet<string> = new Set(['LT', 'ST', 'UT']);

const decoders = new Map<string, TextDecoder>();
const decodeBy = (label: string, bytes: Buffer): string => {
  // WHATWG reads 'latin1' as windows-1252, which gives the control area letters that the Standard does not know.
  if (label === 'latin1') return bytes.toString('latin1');
  let decoder = decoders.get(label);
  if (decoder === undefined) decoders.set(label, (decoder = new TextDecoder(label)));
  return decoder.decode(bytes);
};

/** Finds a set by a defined term as senders write it: 'ISO-IR 100', 'ISO_IR_100', 'ISO2022 IR 87', 'UTF-8' and the like. */
export const findTerm = (term: string): CharacterSetRow | undefined => {
  const plain = term.trim().toUpperCase();
  const known = characterSetByTerm.get(plain);
  if (known !== undefined) return known;
  if (/^UTF[-_ ]?8$/.test(plain)) return characterSetByTerm.get('ISO_IR 192');
  const loose = /^ISO[-_ ]?(2022)?[-_ ]?IR[-_ ]?(\d{1,3})$/.exec(plain);
  if (loose === null) return undefined;
  return characterSetByTerm.get(`ISO_IR ${loose[2] ?? ''}`) ?? characterSetByTerm.get(`ISO 2022 IR ${loose[2] ?? ''}`);
};

const isPairsInG0 = (set: CharacterSetRow): boolean => set.rule === 'pairs-in-g0';

/** Which delimiters end the code extensions of a value. @source PS3.5 6.1.2.5.3 */
export const isReset = (byte: number, vr: string): boolean =>
  byte === 0x0a || byte === 0x0c || byte === 0x0d || byte === 0x09
  || (byte === 0x5c && !SINGLE_VALUE_VRS.has(vr)) || (vr === 'PN' && (byte === 0x5e || byte === 0x3d));

const decodeRun = (set: CharacterSetRow, bytes: Buffer): string => {
  if (!isPairsInG0(set)) return decodeBy(set.label, bytes);
  const { prefix } = set;
  const step = prefix === undefined ? 2 : 3;
  const euc = Buffer.allocUnsafe(Math.ceil(bytes.length / 2) * step);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    if (prefix !== undefined) euc[to++] = prefix;
    euc[to++] = (bytes[at] as number) | 0x80;
    if (at + 1 < bytes.length) euc[to++] = (bytes[at + 1] as number) | 0x80;
  }
  return decodeBy(set.label, euc.subarray(0, to));
};

interface Escape { readonly set: CharacterSetRow | undefined; readonly isG0: boolean; readonly length: number }

/** Reads the escape at `at` (just after ESC); an unknown one is skipped by the grammar of ISO 2022: intermediates, then one final byte. */
const escapeAt = (bytes: Buffer, at: number): Escape => {
  let end = at;
  while (end < bytes.length && end - at < 3 && (bytes[end] as number) >= 0x20 && (bytes[end] as number) <= 0x2f) end += 1;
  // Without an intermediate it designates nothing: only the stray ESC goes.
  if (end === at) return { set: undefined, isG0: false, length: 0 };
  if (end < bytes.length) end += 1;
  const sequence = bytes.toString('latin1', at, end);
  // '$B' and '$@' carry their final byte directly after '$'.
  const isG0 = sequence.startsWith('(') || (sequence.startsWith('$') && !sequence.startsWith('$)'));
  return { set: characterSetByEscape.get(sequence), isG0, length: end - at };
};

/** @source PS3.5 6.1.2.4, 6.1.2.5 */
const decodeExtended = (bytes: Buffer, vr: string, initial: CharacterSetRow): string => {
  let g0: CharacterSetRow | undefined;
  let g1 = initial;
  let text = '';
  let start = 0;
  let running: CharacterSetRow = initial;
  const flush = (end: number): void => {
    if (end > start) text += decodeRun(running, bytes.subarray(start, end));
    start = end;
  };
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === ESC) {
      flush(at);
      const escape = escapeAt(bytes, at + 1);
      if (escape.isG0) g0 = escape.set !== undefined && isPairsInG0(escape.set) ? escape.set : undefined;
      else if (escape.set !== undefined) g1 = escape.set;
      at += escape.length;
      start = at + 1;
      continue;
    }
    const isPair: boolean = g0 !== undefined && byte > 0x20 && byte < 0x7f;
    const set: CharacterSetRow = isPair && g0 !== undefined ? g0 : g1;
    if (set !== running) { flush(at); running = set; }
    if (isPair) continue;
    if (isReset(byte, vr)) {
      flush(at + 1);
      g0 = undefined;
      // Senders that designate Korean or Chinese once for the whole value rely on it: the default repertoire has no upper half to go back to.
      if (initial.term !== 'ISO_IR 6') g1 = initial;
    }
  }
  flush(bytes.length);
  return text;
};

const isPlain = (bytes: Buffer): boolean => {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= 0x80 || byte === ESC) return false;
  }
  return true;
};

/**
 * Makes the decoder of a data set from its Specific Character Set.
 * A backslash in the answer always separates values: trail bytes of two-byte characters that look like one are gone by then.
 * @param specificCharacterSet values of (0008,0005); empty = default repertoire
 * @source PS3.3 C.12.1.1.2, PS3.5 6.1.2
 */
export const decoderFor = (specificCharacterSet: readonly string[]): TextDecode => {
  const terms = specificCharacterSet.map((term) => term.trim());
  const rows = terms.map((term) => (term === '' ? characterSetByTerm.get('ISO_IR 6') : findTerm(term)));
  const fallback = characterSetByTerm.get('ISO_IR 100') as CharacterSetRow;
  const first = terms.length === 0 ? (characterSetByTerm.get('ISO_IR 6') as CharacterSetRow) : (rows[0] ?? fallback);
  const standAlone = rows.find((row) => row?.rule === 'stand-alone');
  const decode = (bytes: Buffer, vr: string): string => {
    if (!EXTENDED_VRS.has(vr) || isPlain(bytes)) return bytes.toString('latin1');
    if (standAlone !== undefined) return decodeBy(standAlone.label, bytes);
    return decodeExtended(bytes, vr, first.rule === 'pairs-in-g0' ? fallback : first);
  };
  return Object.assign(decode, { hasUnknownTerms: rows.includes(undefined) });
};
