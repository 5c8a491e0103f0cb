/**
 * Strings → bytes of text values under a Specific Character Set, ISO 2022 code extensions included: the counterpart of text-decoder.ts.
 * Never approximates: what a character set cannot say is refused, and the caller takes another one.
 */
import { TextDecoder } from 'node:util';
import { characterSetByTerm } from '../tables/character-sets.ts';
import type { CharacterSetRow } from '../tables/character-sets.ts';
import { EXTENDED_VRS, findTerm, isReset } from './text-decoder.ts';

/** Encodes one value (all of its parts still joined by backslash) of a given VR; undefined when a character has no code. */
export type TextEncode = (text: string, vr: string) => Buffer | undefined;

type Codes = ReadonlyMap<string, readonly number[]>;

const ESC = 0x1b;

/** Byte values of a run, both ends included. */
const run = (first: number, last: number): readonly number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

const pairs = (leads: readonly number[], trails: readonly number[]): readonly (readonly number[])[] => leads.flatMap((lead) => trails.map((trail) => [lead, trail]));

/** Code values of a set, as 8-bit bytes. */
const codeValues = (set: CharacterSetRow): readonly (readonly number[])[] => {
  if (set.rule === 'single-byte') return run(0xa0, 0xff).map((byte) => [byte]);
  if (set.rule === 'stand-alone') return pairs(run(0x81, 0xfe), run(0x40, 0xfe));
  // Above F7 GBK has characters that GB 2312 does not know.
  return pairs(run(0xa1, set.label === 'gbk' ? 0xf7 : 0xfe), run(0xa1, 0xfe));
};

const tables = new Map<CharacterSetRow, Codes>();

/** Character → bytes of a set, read backwards from its decoder once. */
const codesOf = (set: CharacterSetRow): Codes => {
  const known = tables.get(set);
  if (known !== undefined) return known;
  const decoder = set.label === 'latin1' ? { decode: (bytes: Buffer): string => bytes.toString('latin1') } : new TextDecoder(set.label);
  const codes = new Map<string, readonly number[]>();
  for (const bytes of set.term === 'ISO_IR 6' ? [] : codeValues(set)) {
    const character = decoder.decode(Buffer.from(set.prefix === undefined ? bytes : [set.prefix, ...bytes]));
    if (character.includes('\uFFFD') || [...character].length !== 1 || codes.has(character)) continue;
    codes.set(character, set.rule === 'pairs-in-g0' ? bytes.map((byte) => byte & 0x7f) : bytes);
  }
  tables.set(set, codes);
  return codes;
};

const designation = (set: CharacterSetRow): readonly number[] => [ESC, ...Buffer.from(set.escapes[0] ?? '', 'latin1')];

const encodePlain = (text: string, set: CharacterSetRow): Buffer | undefined => {
  const out: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    const bytes = code < 0x80 ? [code] : codesOf(set).get(character);
    if (bytes === undefined) return undefined;
    out.push(...bytes);
  }
  return Buffer.from(out);
};

/** Every component begins and ends in the initial state. @source PS3.5 6.1.2.5.3 */
const encodeExtended = (text: string, vr: string, initial: CharacterSetRow, sets: readonly CharacterSetRow[]): Buffer | undefined => {
  const back = [ESC, ...Buffer.from(initial.term === 'ISO_IR 13' ? '(J' : '(B', 'latin1')];
  const out: number[] = [];
  let g0: CharacterSetRow | undefined;
  let g1 = initial;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x80) {
      if (g0 !== undefined) out.push(...back);
      g0 = undefined;
      out.push(code);
      if (isReset(code, vr)) g1 = initial;
      continue;
    }
    const set = [g0, g1, ...sets].find((candidate) => candidate !== undefined && codesOf(candidate).has(character));
    if (set === undefined) return undefined;
    if (set.rule === 'pairs-in-g0') {
      if (g0 !== set) out.push(...designation(set));
      g0 = set;
    } else if (g1 !== set) {
      out.push(...designation(set));
      g1 = set;
    }
    out.push(...(codesOf(set).get(character) ?? []));
  }
  if (g0 !== undefined) out.push(...back);
  return Buffer.from(out);
};

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) >= 0x80) return false;
  return true;
};

/**
 * Makes the encoder of a Specific Character Set; undefined when a term of it is not known.
 * @param specificCharacterSet values of (0008,0005); empty = default repertoire
 * @source PS3.3 C.12.1.1.2, PS3.5 6.1.2
 */
export const encoderFor = (specificCharacterSet: readonly string[]): TextEncode | undefined => {
  const defaultSet = characterSetByTerm.get('ISO_IR 6') as CharacterSetRow;
  const sets = specificCharacterSet.map((term) => (term.trim() === '' ? defaultSet : findTerm(term)));
  if (sets.some((set) => set === undefined)) return undefined;
  const rows = sets as readonly CharacterSetRow[];
  const standAlone = rows.find((row) => row.rule === 'stand-alone');
  const first = rows[0] ?? defaultSet;
  const initial = first.rule === 'single-byte' ? first : defaultSet;
  const isExtended = rows.length > 1 || first.rule === 'pairs-in-g0' || first.rule === 'pairs-in-g1';
  return (text, vr) => {
    if (isAscii(text)) return Buffer.from(text, 'latin1');
    if (!EXTENDED_VRS.has(vr)) return undefined;
    if (standAlone !== undefined) return standAlone.label === 'utf-8' ? Buffer.from(text, 'utf8') : encodePlain(text, standAlone);
    return isExtended ? encodeExtended(text, vr, initial, rows) : encodePlain(text, initial);
  };
};
