/** The content tree of a structured report as lines a person reads. Values decoded, codes by their meaning; no markup. Pure. */
import { strings, text } from '../../dicom/data-set/data-set.ts';
import type { DataSet } from '../../dicom/data-set/data-set.ts';
import { decoderFor } from '../../dicom/data-set/text-decoder.ts';
import type { TextDecode } from '../../dicom/data-set/text-decoder.ts';
import { sopClassByUid } from '../../dicom/tables/sop-classes.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { showDate, showName } from '../pages/text.ts';

export interface ContentItem {
  readonly isContainer: boolean;
  /** Meaning of the concept name; '' where there is none. */
  readonly name: string;
  /** May have several lines. */
  readonly value: string;
  /** The value names an object that is not shown. */
  readonly isReference: boolean;
  readonly children: readonly ContentItem[];
}

/** Trees of real reports are far smaller; the reader of data sets bounds their depth. */
const MAX_ITEMS = 50_000;

const firstItem = (dataSet: DataSet, tag: number): DataSet | undefined => dataSet.elements.get(tag)?.items?.[0];

/** What a code is called: its meaning, else the code. @source PS3.3 Table 8.8-1 */
const meaning = (item: DataSet | undefined, decode: TextDecode): string => (item ? text(item, TAG.CodeMeaning, decode) || text(item, TAG.CodeValue, decode) : '');

export const conceptName = (item: DataSet, decode: TextDecode): string => meaning(firstItem(item, TAG.ConceptNameCodeSequence), decode);

/** Shows a DICOM time as HH:MM:SS; fractions are left out. @source PS3.5 6.2 (TM) */
export const showTime = (value: string): string => value.trim().replace(/^(\d{2}):?(\d{2})?:?(\d{2})?(?:\.\d*)?$/, (_all, hour: string, minute?: string, second?: string) => [hour, minute, second].filter((part) => part !== undefined).join(':'));

/** @source PS3.5 6.2 (DT) */
export const showDateTime = (value: string): string => {
  const [, date = '', time = '', zone = ''] = /^(\d{8})(\d{2,6})?(?:\.\d*)?([+-]\d{4})?$/.exec(value.trim()) ?? [];
  return date === '' ? value.trim() : [showDate(date), time && showTime(time), zone].filter(Boolean).join(' ');
};

/** @source PS3.3 C.18.1 */
const measured = (item: DataSet, decode: TextDecode): string => {
  const value = firstItem(item, TAG.MeasuredValueSequence);
  if (!value) return '';
  const unit = firstItem(value, TAG.MeasurementUnitsCodeSequence);
  const code = unit ? text(unit, TAG.CodeValue, decode) : '';
  // UCUM: 1 and text in braces are no units one reads.
  const shown = code === '1' || code === '' || code.startsWith('{') ? '' : code.length <= 12 && !code.includes('{') ? code : meaning(unit, decode);
  return [strings(value, TAG.NumericValue, decode).join(' \\ '), shown].filter(Boolean).join(' ');
};

/** @source PS3.3 C.18.3, C.18.4 */
const reference = (item: DataSet, decode: TextDecode): string => {
  const to = firstItem(item, TAG.ReferencedSOPSequence);
  if (!to) return '';
  const sopClass = text(to, TAG.ReferencedSOPClassUID, decode);
  const frames = strings(to, TAG.ReferencedFrameNumber, decode).join(', ');
  return [(sopClassByUid.get(sopClass)?.name ?? '').replace(/ Storage$/, ''), text(to, TAG.ReferencedSOPInstanceUID, decode), frames && `[${frames}]`].filter(Boolean).join(' ');
};

const REFERENCES: ReadonlySet<string> = new Set(['IMAGE', 'COMPOSITE', 'WAVEFORM']);

const valueOf = (item: DataSet, type: string, decode: TextDecode): string => {
  switch (type) {
    case 'TEXT': return text(item, TAG.TextValue, decode).replace(/\r\n?/g, '\n');
    case 'CODE': return meaning(firstItem(item, TAG.ConceptCodeSequence), decode);
    case 'NUM': return measured(item, decode);
    case 'PNAME': return showName(text(item, TAG.PersonName, decode));
    case 'DATE': return showDate(text(item, TAG.Date, decode));
    case 'TIME': return showTime(text(item, TAG.Time, decode));
    case 'DATETIME': return showDateTime(text(item, TAG.DateTime, decode));
    case 'UIDREF': return text(item, TAG.UID, decode);
    case 'SCOORD': case 'SCOORD3D': return text(item, TAG.GraphicType, decode);
    default: return REFERENCES.has(type) ? reference(item, decode) : '';
  }
};

/** Reads the tree below a data set or item. Items may name a character set of their own. */
export const readContent = (root: DataSet, decodeRoot: TextDecode): readonly ContentItem[] => {
  let left = MAX_ITEMS;
  const below = (parent: DataSet, outer: TextDecode): readonly ContentItem[] => (parent.elements.get(TAG.ContentSequence)?.items ?? []).flatMap((item): ContentItem[] => {
    if (left <= 0) return [];
    left -= 1;
    const decode = item.elements.has(TAG.SpecificCharacterSet) ? decoderFor(strings(item, TAG.SpecificCharacterSet, outer)) : outer;
    const type = text(item, TAG.ValueType, decode);
    const read: ContentItem = { isContainer: type === 'CONTAINER', name: conceptName(item, decode), value: valueOf(item, type, decode), isReference: REFERENCES.has(type), children: below(item, decode) };
    return read.name === '' && read.value === '' && read.children.length === 0 ? [] : [read];
  });
  return below(root, decodeRoot);
};
