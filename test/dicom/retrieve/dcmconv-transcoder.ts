/** A transcoder for tests that has DCMTK's dcmconv re-encode between the native transfer syntaxes; a peer judges what we send. */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import type { Transcoder } from '../../../dicom/transcoder.ts';
import { program } from '../../fixtures/peers.ts';

const OPTION: Readonly<Record<string, string>> = { [UID.implicitLittleEndian]: '+ti', [UID.explicitLittleEndian]: '+te', [UID.explicitBigEndian]: '+tb' };
const run = promisify(execFile);

export const createDcmconvTranscoder = (): Transcoder => ({
  route: (from, to) => (from === to ? 'same' : OPTION[from] !== undefined && OPTION[to] !== undefined ? 'native' : undefined),
  convert: async ({ file, toSyntaxUid, target }) => {
    await run(program('dcmconv') ?? '', [OPTION[toSyntaxUid] ?? '', file, target], { timeout: 30_000 });
    const bytes = await readFile(target);
    const { dataSetOffset } = readFileMeta(bytes);
    return { bytes: (await stat(target)).size, dataSetOffset, dataSetSha256: createHash('sha256').update(bytes.subarray(dataSetOffset)).digest('hex'), pixels: 'untouched' };
  },
  close: () => Promise.resolve(),
});
