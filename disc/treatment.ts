/** What has to be done to one instance so that it obeys the profile of its disc. Pure. */
import type { VolumeInstance } from '../catalog/catalog.ts';
import { sopClassByUid } from '../dicom/tables/sop-classes.ts';
import { transferSyntaxByUid } from '../dicom/tables/transfer-syntaxes.ts';
import { UID } from '../dicom/tables/uids.ts';
import type { Transcoder } from '../dicom/transcoder.ts';
import type { ContentOptions } from './order/content.ts';
import { profileById, syntaxesFor, takesClass } from './tables/application-profiles.ts';

export type Treatment =
  | { readonly kind: 'as-stored' }
  | { readonly kind: 'convert'; readonly to: string }
  /** Nobody can make it obey: it is kept as stored, and the disc claims no profile, or it is left off. */
  | { readonly kind: 'outside'; readonly reason: string }
  | { readonly kind: 'leave-off'; readonly reason: string };

const AS_STORED: Treatment = { kind: 'as-stored' };

const isVideo = (uid: string): boolean => /^(Fragmentable )?(MPEG|HEVC)/.test(transferSyntaxByUid.get(uid)?.name ?? '');
const syntaxName = (uid: string): string => transferSyntaxByUid.get(uid)?.name ?? uid;

/** Which syntaxes are wanted, the best first; undefined when the profile does not take the class. */
const wantedFor = (sopClassUid: string, profileId: string): readonly string[] | undefined => {
  if (profileId === '') return [UID.explicitLittleEndian];
  const profile = profileById(profileId);
  return profile && takesClass(profile, sopClassUid) ? syntaxesFor(profile, sopClassUid) : undefined;
};

/**
 * Decides about one instance. Legal copies hold every byte as received; with the default profile every instance becomes Explicit VR
 * Little Endian; a profile that is asked for keeps what it allows.
 * @source PS3.11 (transfer syntaxes of each profile); ours: what the default is
 */
export const treatmentOf = ({ attributes, file }: VolumeInstance, content: Pick<ContentOptions, 'copyType' | 'profile' | 'unconvertible'>, route: Transcoder['route']): Treatment => {
  if (content.copyType === 'legal') return AS_STORED;
  const cannot = (reason: string): Treatment => ({ kind: content.unconvertible === 'leave-off' ? 'leave-off' : 'outside', reason });
  const wanted = wantedFor(attributes.sopClassUid, content.profile);
  if (wanted === undefined) return cannot(`${content.profile} does not take ${sopClassByUid.get(attributes.sopClassUid)?.name ?? 'its SOP class'}`);
  if (wanted.includes(file.transferSyntaxUid)) return AS_STORED;
  if (isVideo(file.transferSyntaxUid)) return cannot('video stays as it was stored');
  const to = wanted.find((uid) => route(file.transferSyntaxUid, uid) !== undefined);
  return to === undefined ? cannot(`${syntaxName(file.transferSyntaxUid)} cannot be converted here`) : { kind: 'convert', to };
};
