/** Palettes that are told in segments → their entries. Pure. */

interface Reading {
  readonly codes: Uint8Array | Uint16Array;
  readonly most: number;
}

const LINE = 1;
const ELSEWHERE = 2;

/** Low word first, in bytes from the start of the codes; two codes of 16 bits or four of 8. */
const offsetAt = (codes: Reading['codes'], at: number): number => {
  const code = (n: number): number => codes[at + n] ?? 0;
  return codes.BYTES_PER_ELEMENT === 2 ? Math.floor((code(1) * 0x10000 + code(0)) / 2) : code(3) * 0x1000000 + code(2) * 0x10000 + code(1) * 0x100 + code(0);
};

/** Adds the entries of so many segments; what stands elsewhere does not refer further. */
const expand = (entries: number[], start: number, segments: number, { codes, most }: Reading, mayRefer: boolean): void => {
  let at = start;
  for (let left = segments; left > 0 && at + 1 < codes.length && entries.length < most; left -= 1) {
    const [kind, length] = [codes[at], codes[at + 1] as number];
    at += 2;
    if (kind === 0) {
      entries.push(...codes.subarray(at, at + length));
      at += length;
    } else if (kind === LINE) {
      const from = entries.at(-1) ?? 0;
      const to = codes[at++] ?? from;
      for (let step = 1; step <= length; step += 1) entries.push(Math.round(from + ((to - from) * step) / length));
    } else if (kind === ELSEWHERE && mayRefer) {
      expand(entries, offsetAt(codes, at), length, { codes, most }, false);
      at += 4 / codes.BYTES_PER_ELEMENT;
    } else {
      return;
    }
  }
};

/** The entries of a segmented table, `most` at most; fewer where the segments end early. @source PS3.3 C.7.9.2 */
export const segmentedEntries = (codes: Uint8Array | Uint16Array, most: number): Uint16Array => {
  const entries: number[] = [];
  expand(entries, 0, Infinity, { codes, most }, true);
  return Uint16Array.from(entries.slice(0, most));
};
