/** Which application profile a disc may claim, and which instances stand in the way. Pure. */
import type { ReportEntry, VolumeInstance } from '../catalog/catalog.ts';
import { transferSyntaxByUid } from '../dicom/tables/transfer-syntaxes.ts';
import { profilesOf } from './tables/application-profiles.ts';
import type { ApplicationProfileRow } from './tables/application-profiles.ts';

export interface ProfileVerdict {
  /** Identifier of the profile every instance obeys; '' when there is none. */
  readonly profile: string;
  /** One 'outside-profile' entry per instance that breaks the profile of the medium. */
  readonly report: readonly ReportEntry[];
}

/**
 * Judges the instances of a disc against the first profile of its medium.
 * A medium without a profile gets none and no entries.
 * @source PS3.11 D.3.1 (transfer syntaxes), D.3.2 (SOP classes are free)
 */
export const judgeProfile = (media: ApplicationProfileRow['media'][number], instances: readonly VolumeInstance[]): ProfileVerdict => {
  const [profile] = profilesOf(media);
  if (!profile) return { profile: '', report: [] };
  const report = instances
    .filter(({ file }) => !profile.transferSyntaxes.includes(file.transferSyntaxUid))
    .map(({ attributes, file }): ReportEntry => ({
      kind: 'outside-profile',
      sopInstanceUid: attributes.sopInstanceUid,
      reason: `${profile.id} does not allow the transfer syntax ${transferSyntaxByUid.get(file.transferSyntaxUid)?.name ?? file.transferSyntaxUid}`,
    }));
  return { profile: report.length ? '' : profile.id, report };
};
