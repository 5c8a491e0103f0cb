/** Makes what the catalog would answer for real files, for tests: attributes, digests and keys, no database. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { readAttributes } from '../../dicom/attributes.ts';
import { readFileMeta } from '../../dicom/data-set/part10.ts';

/** Rows of these files below a folder; what cannot be filed and repeated SOP Instance UIDs are skipped, as the store would. */
export const storedInstances = (folder: string, paths: readonly string[]): readonly VolumeInstance[] => {
  const keys = new Map<string, number>();
  const keyOf = (text: string): number => { const key = keys.get(text) ?? keys.size + 1; keys.set(text, key); return key; };
  const seen = new Set<string>();
  return paths.flatMap((path, at): VolumeInstance[] => {
    const bytes = readFileSync(join(folder, path));
    let meta: ReturnType<typeof readFileMeta>;
    try { meta = readFileMeta(bytes); } catch { return []; }
    const dataSet = bytes.subarray(meta.dataSetOffset);
    const read = readAttributes(dataSet, meta.transferSyntaxUid, true);
    if (read.status !== 'ok' || seen.has(read.attributes.sopInstanceUid)) return [];
    const { attributes } = read;
    seen.add(attributes.sopInstanceUid);
    return [{
      instanceId: at + 1, attributes,
      patientKey: keyOf(attributes.patientId ? `p ${attributes.issuerOfPatientId} ${attributes.patientId}` : `s ${attributes.studyInstanceUid}`),
      studyKey: keyOf(`study ${attributes.studyInstanceUid}`), seriesKey: keyOf(`series ${attributes.seriesInstanceUid}`),
      file: { path, bytes: bytes.length, dataSetOffset: meta.dataSetOffset, dataSetSha256: createHash('sha256').update(dataSet).digest('hex'), transferSyntaxUid: meta.transferSyntaxUid },
    }];
  });
};
