/**
 * A small reader of square one-region Data Matrix symbols (ISO/IEC 16022), ASCII encodation only, no error correction:
 * written from the standard's placement program, so that it shares nothing with the encoder under test.
 */
const DATA_CODEWORDS: Readonly<Record<number, number>> = { 10: 3, 12: 5, 14: 8, 16: 12, 18: 18, 20: 22, 22: 30, 24: 36, 26: 44 };

type Place = readonly [row: number, column: number];

const placeCodewords = (side: number): Place[][] => {
  const taken = new Set<number>();
  const codewords: Place[][] = [];
  const wrapped = ([row, column]: Place): Place => {
    let [r, c] = [row, column];
    if (r < 0) { r += side; c += 4 - ((side + 4) % 8); }
    if (c < 0) { c += side; r += 4 - ((side + 4) % 8); }
    return [r, c];
  };
  const put = (places: readonly Place[]): void => {
    const bits = places.map(wrapped);
    for (const [r, c] of bits) taken.add(r * side + c);
    codewords.push(bits);
  };
  const utah = (r: number, c: number): void => {
    if (!taken.has(r * side + c)) put([[r - 2, c - 2], [r - 2, c - 1], [r - 1, c - 2], [r - 1, c - 1], [r - 1, c], [r, c - 2], [r, c - 1], [r, c]]);
  };
  const n = side;
  let [row, column] = [4, 0];
  do {
    if (row === n && column === 0) put([[n - 1, 0], [n - 1, 1], [n - 1, 2], [0, n - 2], [0, n - 1], [1, n - 1], [2, n - 1], [3, n - 1]]);
    if (row === n - 2 && column === 0 && n % 4 !== 0) put([[n - 3, 0], [n - 2, 0], [n - 1, 0], [0, n - 4], [0, n - 3], [0, n - 2], [0, n - 1], [1, n - 1]]);
    if (row === n - 2 && column === 0 && n % 8 === 4) put([[n - 3, 0], [n - 2, 0], [n - 1, 0], [0, n - 2], [0, n - 1], [1, n - 1], [2, n - 1], [3, n - 1]]);
    if (row === n + 4 && column === 2 && n % 8 === 0) put([[n - 1, 0], [n - 1, n - 1], [0, n - 3], [0, n - 2], [0, n - 1], [1, n - 3], [1, n - 2], [1, n - 1]]);
    do {
      if (row < n && column >= 0) utah(row, column);
      row -= 2; column += 2;
    } while (row >= 0 && column < n);
    row += 1; column += 3;
    do {
      if (row >= 0 && column < n) utah(row, column);
      row += 2; column -= 2;
    } while (row < n && column >= 0);
    row += 3; column += 1;
  } while (row < n || column < n);
  return codewords;
};

const textOf = (codewords: readonly number[]): string => {
  let text = '';
  for (const codeword of codewords) {
    if (codeword === 129) break;
    if (codeword >= 1 && codeword <= 128) text += String.fromCharCode(codeword - 1);
    else if (codeword >= 130 && codeword <= 229) text += String(codeword - 130).padStart(2, '0');
    else throw new TypeError(`codeword ${codeword} is not ASCII encodation`);
  }
  return text;
};

/** Reads the text of a symbol of `modules` x `modules` modules, finder pattern included. */
export const readDataMatrix = (isDark: (row: number, column: number) => boolean, modules: number): string => {
  for (let i = 0; i < modules; i += 1) {
    const isEven = i % 2 === 0;
    if (!isDark(i, 0) || !isDark(modules - 1, i)) throw new TypeError('the solid borders are not solid');
    if (isDark(0, i) !== isEven || isDark(modules - 1 - i, modules - 1) !== isEven) throw new TypeError('the clock borders do not alternate');
  }
  const codewords = placeCodewords(modules - 2).map((bits) => bits.reduce((value, [r, c]) => value * 2 + (isDark(r + 1, c + 1) ? 1 : 0), 0));
  return textOf(codewords.slice(0, DATA_CODEWORDS[modules] ?? 0));
};
