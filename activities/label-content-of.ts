/** What the label of a job says, from the order and from what the gate read back. Pure. */
import type { DiscLog } from '../catalog/books/disc-log.ts';
import { shownCode } from '../disc/certificate.ts';
import type { LabelContent } from '../disc/label/label-content.ts';
import type { LabelFacts } from '../disc/reader/label-facts.ts';

/** What is known of a composed volume. */
export interface LabelSource {
  readonly label: LabelFacts;
  readonly profile: string;
  /** Absent where an earlier version composed. */
  readonly certificateCode?: string;
  /** The comment of a teaching order names someone. */
  readonly isCommentWithheld?: boolean;
}

/** @param institution of the appliance; '' = the one of the images */
export const labelContentOf = ({ order, volume, job }: Awaited<ReturnType<DiscLog['labelFacts']>>, made: LabelSource, institution: string): LabelContent => {
  const { comment, copies, content } = order.options;
  return {
    patients: made.label.patients, studies: made.label.studies, institution: institution || made.label.institution, comment: made.isCommentWithheld === true ? '' : comment,
    volume: { index: volume.index, of: volume.of }, ...(copies > 1 ? { copy: { index: job.copy, of: copies } } : {}), supplement: order.isSupplement,
    createdAt: volume.createdAt, contentKind: content.encryption !== 'none' ? 'ENCRYPTED' : made.label.hasWebContent ? 'DICOM PLUS WEB' : 'DICOM ONLY', ...(content.copyType === 'teaching' ? { teaching: true } : {}), profile: made.profile,
    ...(made.certificateCode === undefined ? {} : { certificate: shownCode(made.certificateCode) }), serial: job.serial,
  };
};
