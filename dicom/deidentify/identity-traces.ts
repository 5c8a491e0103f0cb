/**
 * Searches a finished file for identities that must not be in it: as text under the character set of each level, and as bytes.
 * Apart from the code that de-identifies: it reads the file again and trusts no table but the dictionary.
 */
import { open, readFile } from 'node:fs/promises';
import { trimPadding } from '../data-set/data-set.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { UNDEFINED_LENGTH } from '../data-set/element-header.ts';
import { readFileMeta } from '../data-set/part10.ts';
import { itemsInside, readElements } from '../data-set/read-elements.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import type { TextDecode } from '../data-set/text-decoder.ts';
import { TAG } from '../tables/tags.ts';

/** Where an identity was found: which of the known values, and the path of tags to it ('bytes' when only a search of the bytes finds it). */
export interface IdentityTrace {
  readonly value: number;
  readonly where: string;
}

const PIECE_BYTES = 1 << 20;
const fold = (text: string): string => text.normalize('NFKC').toLowerCase();
const hex = (tag: number): string => tag.toString(16).padStart(8, '0');
const TEXT_VRS: ReadonlySet<string> = new Set(['AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'LO', 'LT', 'PN', 'SH', 'ST', 'TM', 'UC', 'UI', 'UN', 'UR', 'UT']);

const searchLevel = (dataSet: DataSet, around: TextDecode, path: string, values: readonly string[], found: IdentityTrace[]): void => {
  const own = dataSet.elements.get(TAG.SpecificCharacterSet);
  const decode = own === undefined ? around : decoderFor(own.value.toString('latin1').split('\\').map(trimPadding));
  for (const element of dataSet.elements.values()) {
    const where = `${path}${hex(element.tag)}`;
    const items = element.items ?? (element.length === UNDEFINED_LENGTH ? undefined : itemsInside(element.value));
    if (items !== undefined) {
      items.forEach((item, index) => { searchLevel(item, decode, `${where}[${index}].`, values, found); });
    } else if (TEXT_VRS.has(element.vr)) {
      const text = fold(decode(element.value, element.vr === 'UN' ? 'LO' : element.vr));
      values.forEach((value, index) => { if (text.includes(value)) found.push({ value: index, where }); });
    }
  }
};

/** Searches all bytes of the file for each value in UTF-8, Latin-1 and UTF-16, header, preamble and pixel data included. */
const searchBytes = async (path: string, values: readonly string[], found: IdentityTrace[]): Promise<void> => {
  const needles = values.flatMap((value, index) => [...new Set([value, value.toUpperCase()])].flatMap((text) =>
    [Buffer.from(text, 'utf8'), Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')].filter((bytes, n) => n !== 1 || bytes.toString('latin1') === text).map((bytes) => ({ index, bytes }))));
  const longest = Math.max(1, ...needles.map(({ bytes }) => bytes.length));
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(PIECE_BYTES + longest);
    for (let at = 0; ; at += PIECE_BYTES) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      const piece = buffer.subarray(0, bytesRead);
      for (const { index, bytes } of needles) if (piece.includes(bytes)) found.push({ value: index, where: 'bytes' });
      if (bytesRead < buffer.length) return;
    }
  } finally {
    await file.close();
  }
};

/**
 * Finds known values (names, identifiers, dates, UIDs) in an instance file; empty when there is none.
 * Reads the whole file into memory: for tests and for a last look at single files.
 * @param knownValues each three characters or more; case and width do not matter. Give the parts of a name one by one.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when the file is no readable instance
 */
export const identityTraces = async (file: string, knownValues: readonly string[]): Promise<readonly IdentityTrace[]> => {
  const values = knownValues.map((value) => fold(value.trim()));
  const found: IdentityTrace[] = [];
  const bytes = await readFile(file);
  const meta = readFileMeta(bytes);
  searchLevel({ elements: meta.elements, end: 0, complete: true }, decoderFor([]), '', values, found);
  searchLevel(readElements(bytes.subarray(meta.dataSetOffset), meta.transferSyntaxUid), decoderFor([]), '', values, found);
  await searchBytes(file, knownValues, found);
  return found;
};
