/** Numbers that look random and depend on a seed only. */

/** Even numbers in [0, 1). @source xorshift32, Marsaglia 2003 */
export const seededRandom = (seed: number): (() => number) => {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5f356495) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
};
