/** A whole stored data set in memory: for reports and documents, which are small; larger ones are refused. */
import { open } from 'node:fs/promises';
import type { DataSet } from '../../dicom/data-set/data-set.ts';
import { readElements } from '../../dicom/data-set/read-elements.ts';
import { ApplianceError } from '../../infra/errors.ts';

export interface StoredDataSet {
  readonly file: string;
  readonly dataSetOffset: number;
  readonly transferSyntaxUid: string;
}

/** @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when it is no data set, or longer than `mostBytes` */
export const readStored = async ({ file, dataSetOffset, transferSyntaxUid }: StoredDataSet, mostBytes: number): Promise<DataSet> => {
  const handle = await open(file, 'r');
  try {
    const length = (await handle.stat()).size - dataSetOffset;
    if (length > mostBytes) throw new ApplianceError('INTAKE_CANNOT_UNDERSTAND', 'the data set is too long to be made readable');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, dataSetOffset);
    return readElements(buffer.subarray(0, bytesRead), transferSyntaxUid);
  } finally {
    await handle.close();
  }
};
