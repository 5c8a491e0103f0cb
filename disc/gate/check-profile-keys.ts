/** What the gate asks of records for the sake of the claimed profile: its keys, from the record and from the file, and its icons. @source PS3.11 Tables A.3-2, B.3-2, D.3-2, E.3-2, H.3-2 */
import { TAG } from '../../dicom/tables/tags.ts';
import type { DirectoryRecord } from '../reader/dicomdir-reader.ts';
import { EXPLICIT_LITTLE, rawText, readLevel } from '../reader/element-reader.ts';
import type { FileHead, ReadElement } from '../reader/element-reader.ts';
import type { Report } from '../reader/findings.ts';
import { profileById } from '../tables/application-profiles.ts';
import type { ApplicationProfileRow } from '../tables/application-profiles.ts';
import type { DirectoryKey } from '../tables/directory-records.ts';
import { profileKeys } from '../tables/profile-keys.ts';

export interface ProfileChecker {
  /** How far heads must reach to be compared. */
  readonly headUntil: number;
  check(record: DirectoryRecord, head: FileHead, report: Report): void;
}

const ITEM_HEADER = 8;
const KEYWORDS: ReadonlyMap<number, string> = new Map(Object.entries(TAG).map(([keyword, tag]) => [tag, keyword]));

/** Values of another form count as absent: readers of a directory rely on these. @source PS3.5 6.2 */
const FORMS: Readonly<Record<string, RegExp>> = { CS: /^[A-Z0-9_ \\]+$/, IS: /^[+-]?\d{1,11}$/, DA: /^(1[89]|20)\d{6}$/ };
const hasValue = (element: ReadElement | undefined, vr: string): boolean => {
  if (!element || element.value.length === 0) return false;
  if (vr === 'US' || vr === 'UL') return true;
  // An empty sequence of unknown length is only its delimiter.
  if (vr === 'SQ') return element.value.length > ITEM_HEADER;
  const text = rawText(element);
  return text !== '' && (FORMS[vr]?.test(text) ?? true);
};

const checkKey = ({ tag, vr, type }: DirectoryKey, record: DirectoryRecord, head: FileHead, report: Report): void => {
  const element = record.elements.get(tag);
  const missing = (what: string): void => { report('profile-keys', record.fileId, `${record.type} ${KEYWORDS.get(tag) ?? ''} ${what}`); };
  if (type === '1' && !hasValue(element, vr)) missing('is empty');
  else if (type === '2' && !element) missing('is not in the record');
  else if (type === '1C' && !element && hasValue(head.elements.get(tag), vr)) missing('is not in the record, but in the file');
};

const isAscii = (element: ReadElement | undefined): boolean => element?.value.every((byte) => byte < 0x7f) === true;

/** A key of a patient or series is there when any instance below has it; text of another script than the record's cannot be. @source PS3.11 Table H.3-2 */
const checkParentKey = ({ tag, vr, type }: DirectoryKey, above: DirectoryRecord, fileId: string, head: FileHead, report: Report): void => {
  const inFile = head.elements.get(tag);
  if (!above.elements.has(tag) && (type === '2' || (hasValue(inFile, vr) && isAscii(inFile)))) report('profile-keys', fileId, `${above.type} ${KEYWORDS.get(tag) ?? ''} is not in the record`);
};

/** The one item of an icon, of the size and form of the profile. @source PS3.3 F.7; PS3.11 A.3.3.2 */
const checkIcon = (record: DirectoryRecord, { icon }: ApplicationProfileRow, report: Report): void => {
  const sequence = record.elements.get(TAG.IconImageSequence);
  if (!icon || (!sequence && !icon.isRequired)) return;
  const fault = (what: string): void => { report('profile-keys', record.fileId, `the icon ${what}`); };
  if (!sequence || sequence.value.length <= ITEM_HEADER) { fault('is not in the record'); return; }
  const { elements } = readLevel(sequence.value, ITEM_HEADER, sequence.value.length, EXPLICIT_LITTLE);
  const number = (tag: number): number => { const value = elements.get(tag)?.value; return value?.length === 2 ? value.readUInt16LE(0) : -1; };
  if (number(TAG.Rows) !== icon.side || number(TAG.Columns) !== icon.side) fault(`is not of ${icon.side} by ${icon.side} pixels`);
  if (number(TAG.BitsAllocated) !== 8 || rawText(elements.get(TAG.PhotometricInterpretation)) !== 'MONOCHROME2') fault('is not of 8 bits MONOCHROME2');
  if (elements.get(TAG.PixelData)?.value.length !== icon.side * icon.side) fault('has too many or too few pixels');
};

/** Makes the checker of a claimed profile; undefined where none is claimed. Series and patients are checked with each of their instances. */
export const profileChecker = (id: string): ProfileChecker | undefined => {
  const profile = profileById(id);
  if (!profile) return undefined;
  const keysOf = (type: string): readonly DirectoryKey[] => profileKeys(profile.extraKeys, type);
  const tags = ['PATIENT', 'SERIES', 'IMAGE', 'SPECTROSCOPY'].flatMap((type) => keysOf(type).map(({ tag }) => tag));
  return {
    headUntil: Math.max(0, ...tags) + 1,
    check(record, head, report) {
      for (const key of keysOf(record.type)) checkKey(key, record, head, report);
      for (let above = record.parent; above; above = above.parent) for (const key of keysOf(above.type)) checkParentKey(key, above, record.fileId, head, report);
      if (record.type === 'IMAGE') checkIcon(record, profile, report);
    },
  };
};
