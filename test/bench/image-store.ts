/** Fills a temporary instance store with generated series, and says what the catalog would say of it. */
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { readAttributes } from '../../dicom/attributes.ts';
import { createInstanceStore } from '../../dicom/instance-store.ts';
import { makeSlice } from './ct-files.ts';

export const fillStore = async (directory: string, wish: { readonly series: number; readonly slices: number; readonly bytes: number }): Promise<readonly VolumeInstance[]> => {
  const store = createInstanceStore({ directory, durable: false, reserveBytes: 0, highWaterPercent: 100 });
  const instances: VolumeInstance[] = [];
  for (let at = 0; at < wish.series * wish.slices; at += 1) {
    const series = Math.floor(at / wish.slices);
    const made = makeSlice({ seed: 'image', at, series, study: 0, bytes: wish.bytes, isScanned: false });
    const part = store.open(made.bytes.subarray(0, made.bytes.length - made.dataSet.length));
    part.append([made.dataSet]);
    const placed = await part.commit({ sopInstanceUid: made.sopInstanceUid, seriesInstanceUid: made.seriesInstanceUid });
    store.release(placed.path);
    const read = readAttributes(made.dataSet, made.transferSyntaxUid, true);
    if (read.status !== 'ok') throw new TypeError(`a generated slice is ${read.status}`);
    instances.push({
      instanceId: at + 1, attributes: read.attributes, patientKey: 1, studyKey: 1, seriesKey: series + 1,
      file: { path: placed.path, bytes: placed.bytes, dataSetOffset: placed.dataSetOffset, dataSetSha256: placed.dataSetSha256, transferSyntaxUid: made.transferSyntaxUid },
    });
  }
  return instances;
};
