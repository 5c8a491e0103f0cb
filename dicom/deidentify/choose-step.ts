/**
 * What to do with one attribute: the row of the profile, the options taken, and, where the profile leaves a choice or is
 * silent, the strict answer that keeps the instance valid. Pure.
 */
import { confidentialityOf, DEMANDED, REFERENCES_ONLY } from '../tables/confidentiality-profile.ts';
import { CLASS_UID_TAGS } from '../tables/identities.ts';
import { TAG } from '../tables/tags.ts';
import type { ConfidentialityAction, ConfidentialityRow, ProfileOptionRow } from '../tables/confidentiality-profile.ts';

/** Options that can be taken. */
export type ProfileOption = ProfileOptionRow['option'];

/**
 * `keep` leaves the value to the last look for identities; for a sequence it means: go on inside. `clean` keeps what is left of a
 * text without identities. `hollow` goes on inside a sequence and replaces every text there.
 */
export type Step = 'keep' | 'remove' | 'empty' | 'dummy' | 'uid' | 'shift' | 'clean' | 'hollow';

const isOverlayOrCurve = (tag: number): boolean => {
  const first = tag >>> 24;
  return (first === 0x50 || first === 0x60) && ((tag >>> 16) & 0xff) <= 0x1e;
};

/** The strongest of the options taken that say something: keeping before cleaning. */
const optionAction = (row: ConfidentialityRow, options: ReadonlySet<ProfileOption>): { readonly action: ConfidentialityAction; readonly isDate: boolean } | undefined => {
  let found: { readonly action: ConfidentialityAction; readonly isDate: boolean } | undefined;
  for (const option of options) {
    const action = row[option];
    if (action === undefined || found?.action === 'K') continue;
    found = { action, isDate: option === 'modifiedDates' };
  }
  return found;
};

const dateStep = (vr: string): Step | undefined => (vr === 'DA' || vr === 'DT' ? 'shift' : vr === 'TM' ? 'keep' : undefined);

/** Sequences with a choice are optional where they are met, but for the acquisition context, which may be empty. */
const ofSequence = (tag: number, action: ConfidentialityAction): Step => {
  switch (action) {
    case 'D': return 'hollow';
    case 'Z': case 'Z/D': return 'empty';
    case 'X/Z': return tag === TAG.AcquisitionContextSequence ? 'empty' : 'remove';
    case 'X/Z/D': return REFERENCES_ONLY.has(tag) ? 'keep' : 'empty';
    case 'X': case 'X/D': return 'remove';
    case 'K': case 'C': case 'U': case 'X/Z/U*': return 'keep';
  }
};

const ofValue = (action: ConfidentialityAction, vr: string): Step => {
  switch (action) {
    case 'X': return 'remove';
    case 'Z': case 'X/Z': return 'empty';
    case 'D': case 'Z/D': case 'X/D': case 'X/Z/D': return vr === 'UI' ? 'uid' : 'dummy';
    case 'U': case 'X/Z/U*': return 'uid';
    case 'K': return 'keep';
    case 'C': return 'clean';
  }
};

/** Attributes that the profile does not name: names, instance UIDs, dates and what nobody knows do not stay. */
const ofUnlisted = (tag: number, vr: string, options: ReadonlySet<ProfileOption>): Step => {
  switch (vr) {
    case 'PN': return 'dummy';
    case 'UI': return CLASS_UID_TAGS.has(tag) || options.has('uids') ? 'keep' : 'uid';
    case 'DA': case 'DT': return options.has('fullDates') ? 'keep' : options.has('modifiedDates') ? 'shift' : 'dummy';
    case 'UN': return 'remove';
    default: return 'keep';
  }
};

/**
 * Decides about one attribute of a data set (not of the file meta information).
 * Where a type decides in the profile (X/Z, X/D, Z/D) a value valid for the higher type stays, so that no object becomes invalid.
 * Private attributes go; what stays of them is decided by their blocks, in keep-private.ts.
 * @param vr by the dictionary; 'UN' for what the dictionary does not know
 * @param inside tag of the sequence it stands in, 0 at the top level
 * @source PS3.15 E.1.1, E.2, E.3, Table E.1-1
 */
export const chooseStep = (tag: number, vr: string, options: ReadonlySet<ProfileOption>, inside = 0): Step => {
  const step = byProfile(tag, vr, options);
  return step === 'remove' ? (DEMANDED.get(inside)?.get(tag) ?? step) : step;
};

const byProfile = (tag: number, vr: string, options: ReadonlySet<ProfileOption>): Step => {
  const group = tag >>> 16;
  if (group < 8 || (group & 1) === 1 || isOverlayOrCurve(tag)) return 'remove';
  const row = confidentialityOf(tag);
  if (row === undefined) return ofUnlisted(tag, vr, options);
  const option = optionAction(row, options);
  const dated = option?.isDate === true && option.action === 'C' ? dateStep(vr) : undefined;
  if (dated !== undefined) return dated;
  // What cannot be shifted is no date to keep.
  const action = option === undefined || option.isDate ? row.basic : option.action;
  return vr === 'SQ' ? ofSequence(tag, action) : ofValue(action, vr);
};
