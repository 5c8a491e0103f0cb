/** Studies made by our own code, written as files that a sender can send. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import type { InstanceOverrides, MadeInstance } from '../fixtures/make-instance.ts';

export interface MadeFile {
  readonly file: string;
  readonly made: MadeInstance;
}

/** One study of `instances` images of one patient; equal seeds give equal files. */
export const makeStudyFiles = (folder: string, seed: string, instances: number, over: InstanceOverrides = {}, from = 0): readonly MadeFile[] => {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: instances }, (_, n) => {
    const number = from + n + 1;
    const made = makeInstance({
      seed: `${seed}-${number}`, patientId: `PH-${seed}`, patientName: `Phantom^${seed}`, studyInstanceUid: uid(`${seed} study`), seriesInstanceUid: uid(`${seed} series`), instanceNumber: number, ...over,
    });
    const file = join(folder, `${seed}-${number}.dcm`);
    writeFileSync(file, made.bytes);
    return { file, made };
  });
};
