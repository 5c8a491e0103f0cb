/** Small instances in files of their own, ready to be sent. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SendSource } from '../../dicom/storage-scu.ts';
import { readSendable } from '../../dicom/sendable-file.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { makeInstance } from '../fixtures/make-instance.ts';

/** A source of `count` CT images; they are gone when the test is over. */
export const heldFiles = (name: string, count: number): SendSource => {
  const folder = mkdtempSync(join(tmpdir(), 'spindle-send-'));
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }); });
  const files = Array.from({ length: count }, (_, number) => {
    const file = join(folder, `${number}.dcm`);
    writeFileSync(file, makeInstance({ kind: 'ct', seed: `${name}/${number}`, studyInstanceUid: '2.25.1', seriesInstanceUid: '2.25.2' }).bytes);
    return file;
  });
  return {
    kinds: [{ sopClassUid: UID.ctImageStorage, transferSyntaxUid: UID.explicitLittleEndian }],
    async *open() {
      for (const file of files) {
        const read = await readSendable(file);
        if ('reason' in read) throw new TypeError(read.reason);
        yield read;
      }
    },
  };
};
