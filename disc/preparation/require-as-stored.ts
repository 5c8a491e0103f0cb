/** A stored file is only used when it still is what was stored. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { ApplianceError } from '../../infra/errors.ts';

const digestOf = async (file: string, from: number): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { start: from, highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** A stored file that is gone or changed is never silently replaced by something else. @throws {ApplianceError} DISC_SOURCE_LOST */
export const requireAsStored = async (file: string, { attributes, file: { dataSetOffset, dataSetSha256 } }: VolumeInstance): Promise<void> => {
  const details = { sopInstanceUid: attributes.sopInstanceUid };
  const found = await digestOf(file, dataSetOffset).catch((cause: unknown) => { throw new ApplianceError('DISC_SOURCE_LOST', 'a stored file cannot be read', { cause, details }); });
  if (found !== dataSetSha256) throw new ApplianceError('DISC_SOURCE_LOST', 'the data set of a stored file is not the one that was stored', { details });
};
