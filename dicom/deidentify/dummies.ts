/** Values that say nothing and are valid for their VR. */
import { TAG } from '../tables/tags.ts';

const TEXTS: Readonly<Record<string, string>> = {
  AE: 'ANONYMIZED', AS: '000Y', CS: 'ANONYMIZED', DA: '19000101', DS: '0', DT: '19000101000000', IS: '0', LO: 'ANONYMIZED', LT: 'ANONYMIZED', PN: 'ANONYMOUS',
  SH: 'ANONYMIZED', ST: 'ANONYMIZED', TM: '000000', UC: 'ANONYMIZED', UR: 'urn:anonymized', UT: 'ANONYMIZED',
};
/** Terms where the Standard lists what may stand. */
const TERMS: ReadonlyMap<number, string> = new Map([[TAG.ReasonForTheAttributeModification, 'COERCE']]);

const BLANK_PAGE = [
  '%PDF-1.4', '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj', '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj', 'trailer<</Root 1 0 R>>', '%%EOF', '',
].join('\n');

/** A dummy of a VR; `value` is what it stands for, binary ones keep its length. @source PS3.15 Table E.1-1a (D), PS3.5 6.2 */
export const dummyOf = (tag: number, vr: string, value: Buffer): Buffer => {
  if (tag === TAG.EncapsulatedDocument) return Buffer.from(value.toString('latin1', 0, 5) === '%PDF-' ? BLANK_PAGE : '\0\0', 'latin1');
  const text = TERMS.get(tag) ?? TEXTS[vr];
  return text === undefined ? Buffer.alloc(Math.max(2, Math.min(value.length, 0x10000))) : Buffer.from(text, 'latin1');
};
