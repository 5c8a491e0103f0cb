/** Which application profile a disc may claim, and which instances stand in the way. Pure. */
import type { VolumeInstance } from '../catalog/books/instance-index.ts';
import type { ReportEntry } from '../catalog/books/order-book.ts';
import { sopClassByUid } from '../dicom/tables/sop-classes.ts';
import { transferSyntaxByUid } from '../dicom/tables/transfer-syntaxes.ts';
import type { ContentOptions } from './order/content.ts';
import { defaultProfile, profileById, syntaxesFor, takesClass } from './tables/application-profiles.ts';
import type { ApplicationProfileRow, ProfileMedium } from './tables/application-profiles.ts';

export interface ProfileVerdict {
  /** Identifier of the profile every instance obeys; '' when there is none. */
  readonly profile: string;
  /** One 'outside-profile' entry per instance that breaks the profile of the disc. */
  readonly report: readonly ReportEntry[];
}

/** The profile a disc is made for: the one asked for when it is one of this medium, else the medium's default. */
export const profileOf = (media: ProfileMedium, { profile }: Pick<ContentOptions, 'profile'>): ApplicationProfileRow => {
  const asked = profileById(profile);
  return asked?.media.includes(media) ? asked : defaultProfile(media);
};

const breachOf = (profile: ApplicationProfileRow, { attributes, file }: VolumeInstance): string | undefined => {
  if (!takesClass(profile, attributes.sopClassUid)) return `does not take ${sopClassByUid.get(attributes.sopClassUid)?.name ?? 'its SOP class'}`;
  return syntaxesFor(profile, attributes.sopClassUid).includes(file.transferSyntaxUid) ? undefined : `does not allow the transfer syntax ${transferSyntaxByUid.get(file.transferSyntaxUid)?.name ?? file.transferSyntaxUid}`;
};

const NONE: ReadonlyMap<number, string> = new Map();

/**
 * Judges the instances of a disc against the profile it is made for.
 * @param found what writing the directory found against it in heads and pixels, by instanceId
 * @source PS3.11 (SOP classes and transfer syntaxes of each profile)
 */
export const judgeProfile = (media: ProfileMedium, content: Pick<ContentOptions, 'profile'>, instances: readonly VolumeInstance[], found: ReadonlyMap<number, string> = NONE): ProfileVerdict => {
  const profile = profileOf(media, content);
  const report = instances.flatMap((instance): readonly ReportEntry[] => {
    const breach = breachOf(profile, instance) ?? found.get(instance.instanceId);
    return breach === undefined ? [] : [{ kind: 'outside-profile', sopInstanceUid: instance.attributes.sopInstanceUid, reason: `${profile.id} ${breach}` }];
  });
  return { profile: report.length ? '' : profile.id, report };
};
