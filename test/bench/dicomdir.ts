/** Measures the DICOMDIR of tens of thousands of instances: CPU seconds, and how far memory grows beyond the rows that are handed in. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TAG } from '../../dicom/tables/tags.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import type { MadeElement } from '../fixtures/make-instance.ts';
import type { DicomdirFigures } from './dicomdir-ours.ts';
import { runToEnd } from './processes.ts';
import { median, report, round, say } from './report.ts';

const PER_SERIES = 200;
const PRIVATE_ELEMENTS = 24;

const text = (tag: number, vr: string, value: string): MadeElement => ({ tag, vr, value });
const reference = (n: number): readonly MadeElement[] => [text(TAG.ReferencedSOPClassUID, 'UI', '1.2.840.10008.5.1.4.1.1.2'), text(TAG.ReferencedSOPInstanceUID, 'UI', uid(`bench localizer ${n}`))];

/** A slice as scanners write them: some 80 elements, geometry, a reference to the localizer, a block of private elements; few pixels. */
const slice = (at: number): Buffer => {
  const series = Math.floor(at / PER_SERIES);
  return makeInstance({
    seed: `bench directory ${at}`, studyInstanceUid: uid(`bench study ${Math.floor(series / 10)}`), seriesInstanceUid: uid(`bench series ${series}`), seriesNumber: (series % 10) + 1, instanceNumber: (at % PER_SERIES) + 1,
    patientId: `BENCH-${Math.floor(series / 10)}`, characterSet: 'ISO_IR 100',
    elements: [
      text(TAG.AcquisitionDate, 'DA', '20240102'), text(TAG.AcquisitionTime, 'TM', '101502.5'), text(TAG.SeriesTime, 'TM', '101501'), text(TAG.ManufacturerModelName, 'LO', 'Bench scanner'),
      { tag: TAG.ReferencedImageSequence, vr: 'SQ', value: [reference(series)] }, text(TAG.BodyPartExamined, 'CS', 'CHEST'), text(TAG.SliceThickness, 'DS', '1.25'), text(TAG.KVP, 'DS', '120'), text(TAG.PatientPosition, 'CS', 'HFS'),
      text(TAG.ImagePositionPatient, 'DS', `-125\\-130\\${at % PER_SERIES}.5`), text(TAG.ImageOrientationPatient, 'DS', '1\\0\\0\\0\\1\\0'), text(TAG.FrameOfReferenceUID, 'UI', uid(`bench frame ${series}`)), text(TAG.SliceLocation, 'DS', '12.5'),
      text(TAG.PixelSpacing, 'DS', '0.488281\\0.488281'), text(TAG.WindowCenter, 'DS', '40\\300'), text(TAG.WindowWidth, 'DS', '400\\1500'),
      text(0x00190010, 'LO', 'BENCH'), ...Array.from({ length: PRIVATE_ELEMENTS }, (_, n) => text(0x00191001 + n, 'LO', `private value ${n} of the slice`)),
    ],
  }).bytes;
};

export const runDicomdirBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { count: { type: 'string', default: '20000' }, reps: { type: 'string', default: '3' } } });
  const [count, reps] = [Number(values.count), Number(values.reps)];
  const folder = mkdtempSync(join(tmpdir(), 'bench-dicomdir-'));
  try {
    say(`making ${count} instances`);
    mkdirSync(join(folder, 'files'));
    for (let at = 0; at < count; at += 1) writeFileSync(join(folder, 'files', `${String(at).padStart(7, '0')}.dcm`), slice(at));
    for (const medium of ['CD', 'DVD']) {
      const runs: DicomdirFigures[] = [];
      for (let rep = 0; rep < reps; rep += 1) runs.push(JSON.parse((await runToEnd(process.execPath, [join(import.meta.dirname, 'dicomdir-ours.ts'), join(folder, 'files'), medium], { limitMs: 600_000 })).output) as DicomdirFigures);
      const of = (figure: keyof DicomdirFigures): number => round(median(runs.map((run) => run[figure])));
      report({ bench: 'dicomdir', what: `${count} instances on a ${medium}`, figures: {
        cpuSeconds: of('cpuSeconds'), cpuMicrosecondsPerInstance: round((of('cpuSeconds') / count) * 1e6), wallSeconds: of('wallSeconds'), directoryBytes: of('directoryBytes'),
        rssBeforeMiB: of('rssBeforeMiB'), peakRssMiB: of('peakRssMiB'), bytesPerRecord: round(of('directoryBytes') / of('records')),
      } });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
