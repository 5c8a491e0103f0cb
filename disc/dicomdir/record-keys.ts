/**
 * Encodes the keys of one directory record from the head of an instance.
 * Text is copied as its bytes together with the character set of the instance, never decoded.
 */
import { trimPadding } from '../../dicom/data-set/data-set.ts';
import type { DataSet, Element } from '../../dicom/data-set/data-set.ts';
import { encodeElement } from '../../dicom/data-set/encode.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import type { DirectoryKey, DirectoryRecordRow } from '../tables/directory-records.ts';
import { fillFor, latestVerification } from './fill.ts';
import type { FillContext } from './fill.ts';
import { asciiOf, DATE_FORM, encodeCopy, encodeItems, isBlank, itemsOf, TIME_FORM } from './head.ts';

export interface RecordKeys {
  /** By tag, ascending, each encoded. */
  readonly parts: readonly { readonly tag: number; readonly bytes: Buffer }[];
  /** Values that were empty in the instance and are not in the record. */
  readonly filled: readonly { readonly tag: number; readonly text: string }[];
  /** Keys that the profile demands and the instance has not: absent from the record. */
  readonly lacking: readonly number[];
}

const NOTHING = Buffer.alloc(0);
const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The element of a key: the instance's own, or the one in a functional group that all its frames share. @source PS3.3 C.7.6.16.1.1 */
const elementOf = ({ tag, group }: DirectoryKey, head: DataSet): Element | undefined => {
  const own = head.elements.get(tag);
  if (own ?? group === undefined) return own;
  const shared = head.elements.get(TAG.SharedFunctionalGroupsSequence)?.items?.[0]?.elements.get(group);
  return group === tag ? shared : shared?.items?.[0]?.elements.get(tag);
};

const sequence = (key: DirectoryKey, head: DataSet): Buffer | undefined => {
  const element = elementOf(key, head);
  const items = element && itemsOf(element)?.filter((item) => item.elements.size > 0 && (!key.relationship || asciiOf(item, TAG.RelationshipType) === key.relationship));
  return items?.length ? encodeItems(key.tag, items, key.keep && new Set(key.keep)) : undefined;
};

/**
 * Forms that readers of a directory rely on: a value of another form counts as missing. Dates lose the dots and times the
 * colons of ACR-NEMA. Text in any script has no form here. @source PS3.5 6.2
 */
const FORMS: Readonly<Record<string, { readonly strip: RegExp; readonly form: RegExp }>> = {
  DA: { strip: /\./g, form: DATE_FORM },
  TM: { strip: /:/g, form: TIME_FORM },
  IS: { strip: /\0/g, form: /^[+-]?\d{1,11}$/ },
  CS: { strip: /\0/g, form: /^[A-Z0-9_ \\]+$/ },
};

/** The bytes without what is only padding behind them. */
const trimmed = (value: Buffer): Buffer => {
  let end = value.length;
  while (end > 0 && (value[end - 1] === 0 || value[end - 1] === 0x20)) end -= 1;
  return value.subarray(0, end);
};

/** What the instance has for a key; undefined when that is nothing. */
const ownValue = (key: DirectoryKey, head: DataSet): Buffer | undefined => {
  if (key.vr === 'SQ') return sequence(key, head);
  if (key.tag === TAG.VerificationDateTime) {
    const at = asciiOf(head, TAG.VerificationFlag) === 'VERIFIED' ? latestVerification(head) : '';
    return at ? encodeElement(key.tag, key.vr, ascii(at)) : undefined;
  }
  const element = elementOf(key, head);
  if (!element || element.items || element.value.length === 0) return undefined;
  if (key.vr === 'US' || key.vr === 'UL') return encodeCopy(key.tag, key.vr, element);
  const rule = FORMS[key.vr];
  if (!rule) return isBlank(element.value) ? undefined : encodeElement(key.tag, key.vr, trimmed(element.value));
  const text = trimPadding(element.value.toString('latin1')).replace(rule.strip, '');
  return rule.form.test(text) ? encodeElement(key.tag, key.vr, ascii(text)) : undefined;
};

/** An image of one plane of two. @source PS3.3 C.8.7.1.1.1 */
const BIPLANE = /^[^\\]*\\[^\\]*\\ *BIPLANE [AB]/;
/** X-Ray Angiographic Image Storage. */
const ANGIOGRAPHY = /\.12\.1$/;

const isDemanded = ({ type, when }: DirectoryKey, { head, sopClassUid }: FillContext): boolean =>
  type === '1' || (when !== undefined && ANGIOGRAPHY.test(sopClassUid) && (when === 'angiography' || BIPLANE.test(asciiOf(head, TAG.ImageType))));

/**
 * Encodes the keys of a record in the order of their tags, Specific Character Set first.
 * Answers the tag of a required key that is missing and may not be invented.
 * @source PS3.3 F.5, F.3.2.2 (Specific Character Set)
 */
export const encodeKeys = (row: DirectoryRecordRow, context: FillContext): RecordKeys | { readonly missing: number } => {
  const { head } = context;
  const parts: { tag: number; bytes: Buffer }[] = [];
  const filled: { tag: number; text: string }[] = [];
  const lacking: number[] = [];
  const characterSet = head.elements.get(TAG.SpecificCharacterSet);
  if (characterSet && !isBlank(characterSet.value)) parts.push({ tag: TAG.SpecificCharacterSet, bytes: encodeCopy(TAG.SpecificCharacterSet, 'CS', characterSet) });
  for (const key of row.keys) {
    const own = ownValue(key, head);
    if (own) { parts.push({ tag: key.tag, bytes: own }); continue; }
    if (key.type === '2') parts.push({ tag: key.tag, bytes: encodeElement(key.tag, key.vr, NOTHING) });
    if (!isDemanded(key, context)) continue;
    if (key.ofProfile) { lacking.push(key.tag); continue; }
    const text = fillFor(key, context);
    if (text === undefined) return { missing: key.tag };
    parts.push({ tag: key.tag, bytes: encodeElement(key.tag, key.vr, ascii(text)) });
    filled.push({ tag: key.tag, text });
  }
  return { parts, filled, lacking };
};

/**
 * What a later instance has for a key that the record of its patient or series lacks; undefined when that is nothing,
 * or text that the character set of the record does not cover.
 */
export const laterValue = (key: DirectoryKey, head: DataSet): Buffer | undefined => {
  const own = ownValue(key, head);
  return own?.every((byte) => byte < 0x80) ? own : undefined;
};
