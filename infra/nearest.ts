/** Nearest known name to a mistyped one, for advice in messages. Pure. */

const distance = (a: string, b: string): number => {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min((before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    before = row;
  }
  return before[b.length] ?? 0;
};

/** Answers the known name with the fewest changed letters, or undefined when none is near (a third of the letters). */
export const nearest = (name: string, known: readonly string[]): string | undefined => {
  let best: { name: string; changes: number } | undefined;
  for (const candidate of known) {
    const changes = distance(name.toLowerCase(), candidate.toLowerCase());
    if (best === undefined || changes < best.changes) best = { name: candidate, changes };
  }
  return best !== undefined && best.changes <= Math.max(2, Math.floor(name.length / 3)) ? best.name : undefined;
};
