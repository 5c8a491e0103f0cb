/**
 * Turns what stands in spindle.yaml or in the environment into the value of one setting, or says what is wrong with it.
 * Pure. Never repeats the value of a secret.
 */
import type { Setting } from './settings.ts';

export type ReadSetting = { readonly value: unknown } | { readonly mistake: string };

const shown = (row: Setting<unknown>, raw: unknown): string => {
  if (row.secret === true) return '(secret)';
  const written = typeof raw === 'string' ? JSON.stringify(raw) : JSON.stringify(raw) ?? String(raw);
  return written.length > 60 ? `${written.slice(0, 57)}...` : written;
};

const fromJson = (raw: string): ReadSetting => {
  try {
    return { value: JSON.parse(raw) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return { mistake: 'is not JSON' };
    throw error;
  }
};

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const readWhole = (row: Setting<unknown>, raw: unknown, isText: boolean): ReadSetting => {
  const value = isText && typeof raw === 'string' && /^-?\d{1,15}$/.test(raw.trim()) ? Number(raw) : raw;
  const range = `a whole number from ${row.min ?? 0} to ${row.max ?? 0}${row.unit === undefined ? '' : ` (${row.unit})`}`;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= (row.min ?? -Infinity) && value <= (row.max ?? Infinity)
    ? { value } : { mistake: `${shown(row, raw)} is not ${range}` };
};

const readFlag = (row: Setting<unknown>, raw: unknown, isText: boolean): ReadSetting => {
  if (typeof raw === 'boolean') return { value: raw };
  if (isText && (raw === 'true' || raw === 'false')) return { value: raw === 'true' };
  return { mistake: `${shown(row, raw)} is not true or false` };
};

const readList = (row: Setting<unknown>, raw: unknown): ReadSetting => {
  if (!Array.isArray(raw)) return { mistake: `${shown(row, raw)} is not a list` };
  const names = new Set<string>();
  for (const [index, entry] of (raw as readonly unknown[]).entries()) {
    const name = isMap(entry) ? entry['name'] : undefined;
    if (typeof name !== 'string' || name.trim() === '') return { mistake: `entry ${index + 1} has no name` };
    if (names.has(name.toLowerCase())) return { mistake: `the name ${JSON.stringify(name)} stands there twice` };
    names.add(name.toLowerCase());
  }
  return { value: raw };
};

const readNames = (row: Setting<unknown>, raw: unknown): ReadSetting =>
  (Array.isArray(raw) && raw.every((name) => typeof name === 'string' && row.pattern?.test(name) !== false) ? { value: raw } : { mistake: `${shown(row, raw)} is not a list of ${row.form ?? 'names'}` });

/** In the environment as JSON, like other lists, or as words parted by commas. */
const wordsIn = (raw: string): ReadSetting => (raw.trim().startsWith('[') ? fromJson(raw) : { value: raw.split(',').map((word) => word.trim()).filter((word) => word !== '') });

const readChoices = (row: Setting<unknown>, raw: unknown, isText: boolean): ReadSetting => {
  const read = isText && typeof raw === 'string' ? wordsIn(raw) : { value: raw };
  if ('mistake' in read) return read;
  const words = read.value;
  if (!Array.isArray(words)) return { mistake: `${shown(row, raw)} is not a list` };
  const wrong = (words as readonly unknown[]).find((word) => typeof word !== 'string' || row.choices?.includes(word) !== true);
  return wrong === undefined ? { value: [...new Set(words as readonly string[])] } : { mistake: `${shown(row, wrong)} is not one of ${row.choices?.join(', ') ?? ''}` };
};

const readMap = (row: Setting<unknown>, raw: unknown): ReadSetting => {
  if (!isMap(raw)) return { mistake: `${shown(row, raw)} is not a map` };
  for (const [key, value] of Object.entries(raw)) {
    if (typeof value !== 'string' || row.choices?.includes(value) === false) return { mistake: `${key}: ${shown(row, value)} is not one of ${row.choices?.join(', ') ?? ''}` };
  }
  return { value: raw };
};

const readText = (row: Setting<unknown>, raw: unknown): ReadSetting => {
  if (typeof raw !== 'string') return { mistake: `${shown(row, raw)} is not a text` };
  const isEmptyAllowed = row.default === '';
  if (raw === '' && isEmptyAllowed) return { value: raw };
  return row.pattern?.test(raw) === false ? { mistake: `${shown(row, raw)} is not ${row.form ?? 'in the right form'}` } : { value: raw };
};

/** Reads one value; `isText` = it comes from the environment, where lists and maps are JSON. */
export const readSetting = (row: Setting<unknown>, raw: unknown, isText: boolean): ReadSetting => {
  switch (row.kind) {
    case 'text': return readText(row, raw);
    case 'whole': return readWhole(row, raw, isText);
    case 'flag': return readFlag(row, raw, isText);
    case 'choice': return typeof raw === 'string' && row.choices?.includes(raw) === true ? { value: raw } : { mistake: `${shown(row, raw)} is not one of ${row.choices?.join(', ') ?? ''}` };
    case 'choices': return readChoices(row, raw, isText);
    case 'list':
    case 'names':
    case 'map': {
      const parsed = isText && typeof raw === 'string' ? fromJson(raw) : { value: raw };
      if ('mistake' in parsed) return parsed;
      return row.kind === 'list' ? readList(row, parsed.value) : row.kind === 'names' ? readNames(row, parsed.value) : readMap(row, parsed.value);
    }
    default: return row.kind satisfies never;
  }
};
