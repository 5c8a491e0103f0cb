/** What a de-identified instance says about how it was made. */
import { encodeElement, encodeSequence } from '../data-set/encode.ts';
import { BASIC_PROFILE, PROFILE_OPTIONS } from '../tables/confidentiality-profile.ts';
import { TAG } from '../tables/tags.ts';
import type { ProfileOption } from './choose-step.ts';
import type { EncodedElement } from './rewrite-elements.ts';

const put = (tag: number, vr: string, value: string): EncodedElement => ({ tag, bytes: encodeElement(tag, vr, Buffer.from(value, 'latin1')) });

const codeItem = ({ code, meaning }: { readonly code: string; readonly meaning: string }): Buffer => Buffer.concat([
  put(TAG.CodeValue, 'SH', code), put(TAG.CodingSchemeDesignator, 'SH', 'DCM'), put(TAG.CodeMeaning, 'LO', meaning),
].map(({ bytes }) => bytes));

/** The rows of the profile and of the options taken, in the order of their codes. */
const methods = (options: ReadonlySet<ProfileOption>): readonly { readonly code: string; readonly meaning: string }[] =>
  [BASIC_PROFILE, ...PROFILE_OPTIONS.filter(({ option }) => (options as ReadonlySet<string>).has(option))];

/**
 * Patient Identity Removed, method and its codes, and what became of dates.
 * @source PS3.15 E.1.1 items 6 to 8; PS3.3 C.7.1.1, C.12.1; PS3.16 CID 7050
 */
export const profileRecord = (options: ReadonlySet<ProfileOption>): readonly EncodedElement[] => [
  put(TAG.PatientIdentityRemoved, 'CS', 'YES'),
  put(TAG.DeidentificationMethod, 'LO', methods(options).map(({ code }) => `DICOM PS3.15 ${code}`).join('\\')),
  { tag: TAG.DeidentificationMethodCodeSequence, bytes: encodeSequence(TAG.DeidentificationMethodCodeSequence, methods(options).map(codeItem)) },
  put(TAG.LongitudinalTemporalInformationModified, 'CS', options.has('fullDates') ? 'UNMODIFIED' : options.has('modifiedDates') ? 'MODIFIED' : 'REMOVED'),
];
