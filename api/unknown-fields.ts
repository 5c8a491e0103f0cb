/** Finds what a request holds and its schema does not know: a misspelt or misplaced wish must not be passed over. Pure. */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of the fields of `given` that are not in `taken`, which is `given` after its schema dropped what it does not know. */
export const unknownFields = (given: unknown, taken: unknown, path: readonly (string | number)[] = []): readonly string[] => {
  if (Array.isArray(given) && Array.isArray(taken)) return given.flatMap((one, at) => unknownFields(one, taken[at], [...path, at]));
  if (!isObject(given) || !isObject(taken)) return [];
  return Object.entries(given).flatMap(([key, value]) => (Object.hasOwn(taken, key) ? unknownFields(value, taken[key], [...path, key]) : [[...path, key].join('.')]));
};
