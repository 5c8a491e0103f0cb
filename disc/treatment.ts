/** What has to be done to one instance so that it obeys the profile of its disc. Pure. */
import { sopClassByUid } from '../dicom/tables/sop-classes.ts';
import { transferSyntaxByUid } from '../dicom/tables/transfer-syntaxes.ts';
import { UID } from '../dicom/tables/uids.ts';
import type { Transcoder } from '../dicom/transcoder.ts';
import type { ContentOptions } from './order/content.ts';
import { profileById, syntaxesFor, takesClass } from './tables/application-profiles.ts';

export type Treatment =
  | { readonly kind: 'as-stored' }
  /** What comes out is to be looked at again: decoding may change its photometric interpretation. */
  | { readonly kind: 'convert'; readonly to: string }
  /** Nobody can make it obey: it is kept as stored, and the disc claims no profile, or it is left off. */
  | { readonly kind: 'outside' | 'leave-off'; readonly reason: string };

/** What the choice of a transfer syntax depends on. */
export interface SyntaxFacts {
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  /** Of images; undefined = not looked at. */
  readonly photometric?: string | undefined;
}

const AS_STORED: Treatment = { kind: 'as-stored' };

const isVideo = (uid: string): boolean => /^(Fragmentable )?(MPEG|HEVC)/.test(transferSyntaxByUid.get(uid)?.name ?? '');
const syntaxName = (uid: string): string => transferSyntaxByUid.get(uid)?.name ?? uid;

/** Which syntaxes are wanted, the best first; undefined when the profile does not take the class. */
const wantedFor = ({ sopClassUid, photometric }: SyntaxFacts, profileId: string): readonly string[] | undefined => {
  if (profileId === '') return [UID.explicitLittleEndian];
  const profile = profileById(profileId);
  return profile && takesClass(profile, sopClassUid) ? syntaxesFor(profile, sopClassUid, photometric) : undefined;
};

/** The next syntax on the way to a wanted one; from one compression to another it leads through native pixels. */
const nextOf = (from: string, wanted: readonly string[], route: Transcoder['route']): string | undefined => {
  const direct = wanted.find((uid) => route(from, uid) !== undefined);
  if (direct !== undefined) return direct;
  const native = UID.explicitLittleEndian;
  return route(from, native) === 'decode' && wanted.some((uid) => route(native, uid) !== undefined) ? native : undefined;
};

/**
 * Decides what to do next with one instance. Legal copies hold every byte as received; with the default profile every instance becomes
 * Explicit VR Little Endian; a profile that is asked for keeps what it allows.
 * @source PS3.11 (transfer syntaxes of each profile); ours: what the default is
 */
export const treatmentOf = (facts: SyntaxFacts, content: Pick<ContentOptions, 'copyType' | 'profile' | 'unconvertible'>, route: Transcoder['route']): Treatment => {
  if (content.copyType === 'legal') return AS_STORED;
  const { sopClassUid, transferSyntaxUid } = facts;
  const cannot = (reason: string): Treatment => ({ kind: content.unconvertible === 'leave-off' ? 'leave-off' : 'outside', reason });
  const wanted = wantedFor(facts, content.profile);
  if (wanted === undefined) return cannot(`${content.profile} does not take ${sopClassByUid.get(sopClassUid)?.name ?? 'its SOP class'}`);
  if (wanted.includes(transferSyntaxUid)) return AS_STORED;
  if (isVideo(transferSyntaxUid)) return cannot('video stays as it was stored');
  const to = nextOf(transferSyntaxUid, wanted, route);
  return to === undefined ? cannot(`${syntaxName(transferSyntaxUid)} cannot be converted here`) : { kind: 'convert', to };
};
