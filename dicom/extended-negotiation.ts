/**
 * SOP class extended negotiation as acceptor: what we grant of what a peer asks for, byte by byte. Pure.
 * Storage is answered with what we do; a class without a row gets no answer, which means: the defaults of the Standard.
 */
import type { ExtendedNegotiation } from './association/user-information.ts';
import type { ExtendedFlags } from './association/service.ts';
import { sopClassByUid } from './tables/sop-classes.ts';
import { UID } from './tables/uids.ts';

export interface ExtendedCapabilities {
  /** Person names also match by sound or likeness. */
  readonly fuzzy: boolean;
}

type Capability = keyof ExtendedFlags | 'never';

/** Meaning of each byte of the application information. @source PS3.4 C.5.1.1 */
const FIND: readonly Capability[] = ['relational', 'combinedDateTime', 'fuzzy', 'never', 'never'];
/** The second byte asks for conversion of enhanced multi-frame images. @source PS3.4 C.5.2.1, C.5.3.1 */
const RETRIEVE: readonly Capability[] = ['relational', 'never'];

const BYTES: ReadonlyMap<string, readonly Capability[]> = new Map([
  ...[UID.patientRootFind, UID.studyRootFind, UID.patientStudyOnlyFind].map((uid): [string, readonly Capability[]] => [uid, FIND]),
  ...[UID.patientRootMove, UID.patientRootGet, UID.studyRootMove, UID.studyRootGet, UID.patientStudyOnlyMove, UID.patientStudyOnlyGet].map((uid): [string, readonly Capability[]] => [uid, RETRIEVE]),
]);

/** Level 2 (full), reserved, signatures level 1 (none is checked), reserved, no coercion, reserved. @source PS3.4 B.3.1 */
const STORAGE = Buffer.from([2, 0, 1, 0, 0, 0]);

export interface ExtendedAnswer {
  readonly items: readonly ExtendedNegotiation[];
  /** What was granted on any class; undefined when nothing was asked. */
  readonly flags?: ExtendedFlags;
}

/**
 * Answers the items of the classes that have an accepted presentation context; never more bytes than were asked.
 * @source PS3.7 D.3.3.5, PS3.4 C.5
 */
export const answerExtended = (asked: readonly ExtendedNegotiation[], isAccepted: (sopClassUid: string) => boolean, can: ExtendedCapabilities): ExtendedAnswer => {
  const have: Readonly<Record<Capability, boolean>> = { relational: true, combinedDateTime: true, fuzzy: can.fuzzy, never: false };
  const granted = { relational: false, combinedDateTime: false, fuzzy: false };
  const items: ExtendedNegotiation[] = [];
  let wasQuery = false;
  for (const { sopClassUid, info } of asked) {
    if (!isAccepted(sopClassUid)) continue;
    const meaning = BYTES.get(sopClassUid);
    if (meaning !== undefined) {
      wasQuery = true;
      const answer = meaning.slice(0, info.length).map((capability, index) => info[index] === 1 && have[capability]);
      answer.forEach((isGranted, index) => {
        const capability = meaning[index];
        if (isGranted && capability !== undefined && capability !== 'never') granted[capability] = true;
      });
      items.push({ sopClassUid, info: Buffer.from(answer.map(Number)) });
    } else if (sopClassByUid.has(sopClassUid)) {
      items.push({ sopClassUid, info: STORAGE.subarray(0, Math.min(info.length, STORAGE.length)) });
    }
  }
  return wasQuery ? { items, flags: granted } : { items };
};
