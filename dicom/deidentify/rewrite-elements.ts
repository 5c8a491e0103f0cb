/**
 * One level of a data set → its de-identified elements in Explicit VR Little Endian, nested levels included.
 * Knows no files; everything it needs beside the elements comes in the Rewriter.
 */
import { strings, text, trimPadding } from '../data-set/data-set.ts';
import type { DataSet, Element } from '../data-set/data-set.ts';
import { encodeElement, encodeSequence, swapValue } from '../data-set/encode.ts';
import { isKnownVr, UNDEFINED_LENGTH, vrCode } from '../data-set/element-header.ts';
import { itemsInside } from '../data-set/read-elements.ts';
import type { TextDecode } from '../data-set/text-decoder.ts';
import { SIGNED_BY_PIXEL_REPRESENTATION } from '../tables/ambiguous-vrs.ts';
import { confidentialityOf } from '../tables/confidentiality-profile.ts';
import { vrOf } from '../tables/data-elements.ts';
import { TAG } from '../tables/tags.ts';
import { chooseStep } from './choose-step.ts';
import type { ProfileOption, Step } from './choose-step.ts';
import { dummyOf } from './dummies.ts';
import { decoderOf } from './identity-net.ts';
import type { IdentityNet } from './identity-net.ts';
import { privateToKeep } from './keep-private.ts';
import { shiftDates } from './secrets.ts';
import type { Pseudonym, Substitutes } from './secrets.ts';

export interface Rewriter {
  readonly options: ReadonlySet<ProfileOption>;
  readonly substitutes: Substitutes;
  readonly pseudonym: Pseudonym;
  readonly net: IdentityNet;
  /** Leaves an encapsulated document as it is: a person has read it. */
  readonly keepDocument: boolean;
  /** Pixel values are signed and the file names no VRs: where the dictionary leaves the choice, SS it is. */
  readonly isSigned: boolean;
}

export interface EncodedElement {
  readonly tag: number;
  readonly bytes: Buffer;
}

interface Level {
  readonly rewriter: Rewriter;
  readonly decode: TextDecode;
  /** Inside a sequence whose every text is replaced. */
  readonly isHollow: boolean;
  /** Tag of the sequence around it, 0 at the top level. */
  readonly inside: number;
  /** Private elements of this level that stay, with their VR. */
  readonly safe: ReadonlyMap<number, string>;
}

const NONE: ReadonlySet<ProfileOption> = new Set();
const NOTHING: ReadonlyMap<number, string> = new Map();
/** Text that people write; terms and numbers are not searched. */
const FREE_TEXT: ReadonlySet<string> = new Set(['AE', 'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UR', 'UT']);
/** What a hollow level replaces besides. */
const TIMES: ReadonlySet<string> = new Set(['AS', 'DA', 'DT', 'TM']);
/** Gone because what they describe is gone or other. */
const DEPENDENT: ReadonlySet<number> = new Set([TAG.EncapsulatedDocumentLength, TAG.IconImageSequence]);
/** Coding schemes whose meanings are agreed on; local ones (99..., L) may name anything. @source PS3.3 8.2 */
const isAgreedScheme = (designator: string): boolean => designator !== '' && designator !== 'L' && !designator.startsWith('99');

/** The VR that decides: the dictionary's; for what it does not know that of the file, if the profile has a row for it. */
const decidingVr = ({ tag, vr }: Element): string => {
  const known = vrOf(tag);
  return known !== 'UN' ? known : confidentialityOf(tag) !== undefined ? vr : 'UN';
};

const writtenVr = (element: Element, vr: string): string =>
  element.vr !== 'UN' && isKnownVr(vrCode(element.vr)) ? element.vr : FREE_TEXT.has(vr) || TIMES.has(vr) ? vr : 'UN';

const asIs = (element: Element, vr: string, { isSigned }: Rewriter): Buffer => {
  const written = isSigned && SIGNED_BY_PIXEL_REPRESENTATION.has(element.tag) ? 'SS' : writtenVr(element, vr);
  return encodeElement(element.tag, written, element.bigEndian ? swapValue(element.value, written) : element.value);
};

const putText = (element: Element, vr: string, value: string): Buffer => encodeElement(element.tag, vr, Buffer.from(value, 'latin1'));
const isAscii = (value: string): boolean => /^[\x20-\x7e\t\r\n\f]*$/.test(value);

const identityOf = (tag: number, { pseudonym }: Rewriter): string | undefined =>
  tag === TAG.PatientName ? pseudonym.name : tag === TAG.PatientID ? pseudonym.id : undefined;

const cleaned = (element: Element, vr: string, level: Level): Buffer | undefined => {
  if (!FREE_TEXT.has(vr)) return undefined;
  const before = trimPadding(level.decode(element.value, vr)).normalize('NFKC');
  const after = level.rewriter.net.clean(before);
  if (after === before) return asIs(element, vr, level.rewriter);
  return after !== '' && isAscii(after) ? putText(element, vr, after) : undefined;
};

const rewriteUids = (element: Element, { substitutes }: Rewriter): Buffer =>
  putText(element, 'UI', element.value.toString('latin1').split('\\').map((uid) => substitutes.uid(uid)).join('\\'));

const rewriteValue = (element: Element, vr: string, step: Exclude<Step, 'hollow'>, level: Level): Buffer | undefined => {
  const { tag, value } = element;
  const { rewriter } = level;
  switch (step) {
    case 'remove': return undefined;
    case 'empty': case 'dummy': {
      if (tag === TAG.EncapsulatedDocument && rewriter.keepDocument) return asIs(element, vr, rewriter);
      const identity = identityOf(tag, rewriter);
      if (identity !== undefined) return putText(element, vr, identity);
      return encodeElement(tag, vr === 'UN' ? writtenVr(element, vr) : vr, step === 'empty' || value.length === 0 ? Buffer.alloc(0) : dummyOf(tag, vr, value));
    }
    case 'uid': return rewriteUids(element, rewriter);
    case 'shift': {
      const moved = shiftDates(value.toString('latin1'), rewriter.substitutes.shiftDays);
      return moved === undefined ? rewriteByProfile(element, vr, NONE, level) : putText(element, vr, moved);
    }
    case 'clean': return cleaned(element, vr, level) ?? rewriteByProfile(element, vr, NONE, level);
    case 'keep': {
      const isTold = FREE_TEXT.has(vr) && rewriter.net.catches(level.decode(value, vr));
      return isTold ? rewriteValue(element, vr, 'dummy', level) : asIs(element, vr, rewriter);
    }
  }
};

const rewriteByProfile = (element: Element, vr: string, options: ReadonlySet<ProfileOption>, level: Level): Buffer | undefined => {
  const step = chooseStep(element.tag, vr, options, level.inside);
  return step === 'hollow' ? undefined : rewriteValue(element, vr, step, level);
};

const rewriteSequence = (element: Element, items: readonly DataSet[], step: Step, level: Level): Buffer | undefined => {
  if (step === 'remove') return undefined;
  if (step === 'empty') return encodeSequence(element.tag, []);
  const isHollow = level.isHollow || step === 'hollow';
  return encodeSequence(element.tag, items.map((item) => Buffer.concat(rewriteLevel(item, { ...level, isHollow, inside: element.tag }))));
};

/** The items of a sequence, also where it hides in an unknown VR; undefined for a value that is no sequence. */
const itemsOf = (element: Element, vr: string): readonly DataSet[] | undefined =>
  element.items ?? (vr !== 'SQ' ? undefined : element.value.length === 0 ? [] : itemsInside(element.value));

const keptPrivate = (element: Element, vr: string, { decode, rewriter }: Level): Buffer | undefined => {
  if (rewriter.net.catches(decode(element.value, 'LO'))) return undefined;
  const written = element.vr === 'UN' ? vr : element.vr;
  return encodeElement(element.tag, written, element.bigEndian ? swapValue(element.value, written) : element.value);
};

const rewriteElement = (element: Element, level: Level): Buffer | undefined => {
  const { tag } = element;
  const safeVr = level.safe.get(tag);
  if (safeVr !== undefined) return keptPrivate(element, safeVr, level);
  // Group lengths would be wrong now.
  if ((tag & 0xffff) === 0 || DEPENDENT.has(tag)) return undefined;
  const vr = decidingVr(element);
  const step = chooseStep(tag, vr, level.rewriter.options, level.inside);
  const items = itemsOf(element, vr);
  // Items where a value belongs, or a sequence that cannot be read: nobody knows what is inside.
  if ((items !== undefined) !== (vr === 'SQ')) return undefined;
  if (items !== undefined) return rewriteSequence(element, items, step, level);
  if (element.length === UNDEFINED_LENGTH) return undefined;
  if (level.isHollow && step !== 'remove' && step !== 'empty' && (FREE_TEXT.has(vr) || TIMES.has(vr))) return rewriteValue(element, vr, 'dummy', level);
  return rewriteValue(element, vr, step === 'hollow' ? 'dummy' : step, level);
};

const rewriteLevel = (dataSet: DataSet, around: Level): readonly Buffer[] => {
  const decode = decoderOf(dataSet, around.decode);
  const isCode = around.inside !== TAG.PersonIdentificationCodeSequence && isAgreedScheme(strings(dataSet, TAG.CodingSchemeDesignator, decode)[0] ?? '');
  const level: Level = { ...around, decode, isHollow: around.isHollow && !isCode, safe: safeOf(dataSet, around.rewriter) };
  return inTagOrder(dataSet).flatMap((element) => rewriteElement(element, level) ?? []);
};

const safeOf = (dataSet: DataSet, { options }: Rewriter): ReadonlyMap<number, string> => (options.has('safePrivate') ? privateToKeep(dataSet) : NOTHING);

const inTagOrder = (dataSet: DataSet): readonly Element[] => [...dataSet.elements.values()].sort((a, b) => a.tag - b.tag);

/** De-identifies the elements of the top level, tags ascending. @source PS3.15 E.1.1, E.2 */
export const rewriteElements = (dataSet: DataSet, rewriter: Rewriter, decode: TextDecode): readonly EncodedElement[] => {
  const level: Level = { rewriter, decode: decoderOf(dataSet, decode), isHollow: false, inside: 0, safe: safeOf(dataSet, rewriter) };
  return inTagOrder(dataSet).flatMap((element) => {
    const bytes = rewriteElement(element, level);
    return bytes === undefined ? [] : [{ tag: element.tag, bytes }];
  });
};

/** Who a patient is within an order: identifier and issuer, or the study where there is no identifier. @source ours: docs/GLOSSARY.md */
export const patientKeyOf = (dataSet: DataSet, decode: TextDecode): string => {
  const id = text(dataSet, TAG.PatientID, decode);
  return id === '' ? `study ${text(dataSet, TAG.StudyInstanceUID, decode)}` : `id ${id}\0${text(dataSet, TAG.IssuerOfPatientID, decode)}`;
};
