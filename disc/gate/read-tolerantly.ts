/** Reads from a medium that may refuse some of its sectors: what is lost becomes a finding, the rest is still checked. */
import { isApplianceError } from '../../infra/errors.ts';
import type { DiscContent, DiscEntry } from '../reader/disc-content.ts';
import type { Report } from '../reader/findings.ts';
import type { DiscCheckId } from '../tables/disc-checks.ts';

const NO_BYTES = 'the medium does not give its bytes';

/** Does something that reads a file; undefined, with a report, when the medium refuses. */
export const reading = <T>(report: Report, check: DiscCheckId, entry: DiscEntry, work: () => T): T | undefined => {
  try {
    return work();
  } catch (error) {
    if (!isApplianceError(error, 'DISC_IMAGE_FAILED')) throw error;
    report(check, entry.path, NO_BYTES);
    return undefined;
  }
};

/** SHA-256 of files in their order; undefined for those that cannot be read. */
export const digestEach = async (content: DiscContent, entries: readonly DiscEntry[], report: Report): Promise<readonly (string | undefined)[]> => {
  try {
    return await content.digests(entries);
  } catch (error) {
    if (!isApplianceError(error, 'DISC_IMAGE_FAILED')) throw error;
  }
  // Something cannot be read: find out what, file by file.
  const digests: (string | undefined)[] = [];
  for (const entry of entries) {
    try {
      digests.push((await content.digests([entry]))[0]);
    } catch (error) {
      if (!isApplianceError(error, 'DISC_IMAGE_FAILED')) throw error;
      report('image-readable', entry.path, NO_BYTES);
      digests.push(undefined);
    }
  }
  return digests;
};
