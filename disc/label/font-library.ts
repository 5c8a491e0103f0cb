/**
 * The fonts of labels: installed Noto Sans files, opened only when a character needs them, kept open after.
 * Uses no font of the host. Bounded by the installed files: one weight of one script is 10 to 100 KB,
 * the ideographs are cut in some 120 such slices each.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ApplianceError } from '../../infra/errors.ts';
import { openFontFace, type FontFace } from './font-face.ts';
import { unpackWoff } from './sfnt.ts';

export type FontWeight = 400 | 700;

/** Which regional form shared ideographs take. */
export type HanStyle = 'ja' | 'ko' | 'zh-Hans';

interface FontSource {
  readonly packageName: string;
  readonly language: string;
  /** Subsets to use, in this order; 'slices' means the numbered ones. */
  readonly subsets: readonly string[] | 'slices';
}

const ALPHABETS: readonly FontSource[] = [
  { packageName: 'noto-sans', language: 'en', subsets: ['latin', 'latin-ext', 'vietnamese', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'devanagari'] },
  { packageName: 'noto-sans-arabic', language: 'ar', subsets: ['arabic'] },
  { packageName: 'noto-sans-hebrew', language: 'he', subsets: ['hebrew'] },
  { packageName: 'noto-sans-thai', language: 'th', subsets: ['thai'] },
  { packageName: 'noto-sans-arabic', language: 'en', subsets: ['symbols', 'math'] },
];

const IDEOGRAPHS: Readonly<Record<HanStyle, FontSource>> = {
  ja: { packageName: 'noto-sans-jp', language: 'ja', subsets: 'slices' },
  'zh-Hans': { packageName: 'noto-sans-sc', language: 'zh-Hans', subsets: 'slices' },
  ko: { packageName: 'noto-sans-kr', language: 'ko', subsets: 'slices' },
};

const HAN_ORDER: Readonly<Record<HanStyle, readonly HanStyle[]>> = {
  ja: ['ja', 'zh-Hans', 'ko'],
  'zh-Hans': ['zh-Hans', 'ja', 'ko'],
  ko: ['ko', 'zh-Hans', 'ja'],
};

const require = createRequire(import.meta.url);
const folders = new Map<string, string>();
const subsetIndexes = new Map<FontSource, Map<number, string[]>>();
const faces = new Map<string, FontFace>();

const folderOf = (packageName: string): string => {
  const known = folders.get(packageName);
  if (known !== undefined) return known;
  const folder = dirname(require.resolve(`@fontsource/${packageName}/LICENSE`));
  folders.set(packageName, folder);
  return folder;
};

const reading = <T>(packageName: string, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    throw new ApplianceError('DISC_LABEL_FAILED', `the installed font ${packageName} cannot be read`, { details: { font: packageName }, cause });
  }
};

const codePointsOf = function* (ranges: string): Generator<number> {
  for (const range of ranges.split(',')) {
    const [first = '', last = first] = range.trim().replace(/^U\+/i, '').split('-');
    for (let codePoint = Number.parseInt(first, 16); codePoint <= Number.parseInt(last, 16); codePoint += 1) yield codePoint;
  }
};

const subsetIndex = (source: FontSource): Map<number, string[]> => {
  const known = subsetIndexes.get(source);
  if (known !== undefined) return known;
  const ranges = reading(source.packageName, () => JSON.parse(readFileSync(join(folderOf(source.packageName), 'unicode.json'), 'utf8')) as Record<string, string>);
  const keys = source.subsets === 'slices' ? Object.keys(ranges).filter((key) => key.startsWith('[')) : source.subsets;
  const index = new Map<number, string[]>();
  for (const key of keys) {
    for (const codePoint of codePointsOf(ranges[key] ?? '')) {
      const subset = key.replace(/[[\]]/g, '');
      const others = index.get(codePoint);
      if (others === undefined) index.set(codePoint, [subset]);
      else others.push(subset);
    }
  }
  subsetIndexes.set(source, index);
  return index;
};

const openFace = (source: FontSource, subset: string, weight: FontWeight): FontFace => {
  const id = `${source.packageName}-${subset}-${weight}`;
  const known = faces.get(id);
  if (known !== undefined) return known;
  const woff = reading(source.packageName, () => readFileSync(join(folderOf(source.packageName), 'files', `${id}-normal.woff`)));
  const face = openFontFace(id, unpackWoff(woff), source.language);
  faces.set(id, face);
  return face;
};

const hasAll = (face: FontFace, codePoints: readonly number[]): boolean => codePoints.every((codePoint) => face.has(codePoint));

/**
 * Returns a face that holds all the code points, or undefined when no installed font does.
 * Alphabets come before ideographs, so Latin letters look the same beside any script.
 */
export const findFace = (codePoints: readonly number[], weight: FontWeight, han: HanStyle): FontFace | undefined => {
  const [first] = codePoints;
  if (first === undefined) return fallbackFace(weight);
  for (const source of [...ALPHABETS, ...HAN_ORDER[han].map((style) => IDEOGRAPHS[style])]) {
    for (const subset of subsetIndex(source).get(first) ?? []) {
      const face = openFace(source, subset, weight);
      if (hasAll(face, codePoints)) return face;
    }
  }
  // Published ranges leave out characters that a file holds all the same (combining marks, mostly).
  for (const source of ALPHABETS) {
    if (source.subsets === 'slices') continue;
    for (const subset of source.subsets) {
      const face = openFace(source, subset, weight);
      if (hasAll(face, codePoints)) return face;
    }
  }
  return undefined;
};

/** Returns the face whose empty box stands for a character that no installed font holds. */
export const fallbackFace = (weight: FontWeight): FontFace => {
  const [source] = ALPHABETS;
  if (source === undefined) throw new TypeError('the table of alphabets is empty');
  return openFace(source, 'latin', weight);
};
