/** What the appliance knows of a teaching copy and the disc must not tell, or the other way round. Pure. */
import type { VolumeInstance } from '../catalog/books/instance-index.ts';
import type { ReportEntry, VolumeToCompose } from '../catalog/books/order-book.ts';
import type { PreparationLine } from '../disc/preparation/preparation-book.ts';
import { ApplianceError, isApplianceError } from '../infra/errors.ts';

type Lines = ReadonlyMap<number, PreparationLine>;

/** Titles of the series on other discs of the set would name what was removed. */
export const withoutSeries = (others: VolumeToCompose['others']): VolumeToCompose['others'] => others.map((other) => ({ ...other, series: [] }));

const storedUids = (instances: readonly VolumeInstance[], lines: Lines): ReadonlyMap<string, string> =>
  new Map(instances.map(({ instanceId, attributes }) => [lines.get(instanceId)?.attributes?.sopInstanceUid ?? attributes.sopInstanceUid, attributes.sopInstanceUid]));

/** The report of the order, which stays in the house: instances by the UIDs they are stored under. */
export const reportForStaff = (report: readonly ReportEntry[], instances: readonly VolumeInstance[], lines: Lines): readonly ReportEntry[] => {
  const stored = storedUids(instances, lines);
  return report.map((entry) => (entry.sopInstanceUid === undefined ? entry : { ...entry, sopInstanceUid: stored.get(entry.sopInstanceUid) ?? entry.sopInstanceUid }));
};

/** The same for what a volume that holds nothing at all says of each instance. */
export const namedForStaff = (error: unknown, instances: readonly VolumeInstance[], lines: Lines): unknown => {
  const leftOff = isApplianceError(error, 'DISC_FILE_SET_INVALID') ? error.details['leftOff'] : undefined;
  if (!isApplianceError(error) || !Array.isArray(leftOff)) return error;
  const stored = storedUids(instances, lines);
  const named = leftOff.map((line: string) => line.replace(/^\S+/, (uid) => stored.get(uid) ?? uid));
  return new ApplianceError(error.code, 'no instance of the volume can be put on a disc', { details: { ...error.details, leftOff: named }, cause: error });
};

const SHORTEST_WORD = 3;

/** Whether a comment holds a word of a name, an identifier, a birth date or an accession number of the instances. */
export const namesSomeone = (comment: string, instances: readonly VolumeInstance[]): boolean => {
  const said = comment.toLowerCase();
  const words = new Set(instances.flatMap(({ attributes: { patientName, patientId, patientBirthDate, accessionNumber, referringPhysicianName } }) =>
    [...patientName.split(/[\^=\s]+/), patientId, patientBirthDate, accessionNumber, ...referringPhysicianName.split(/[\^=\s]+/)]).map((word) => word.toLowerCase()).filter((word) => word.length >= SHORTEST_WORD));
  return [...words].some((word) => said.includes(word));
};
