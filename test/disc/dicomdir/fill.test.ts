import { describe, expect, it } from 'vitest';
import { encodeElement } from '../../../dicom/data-set/encode.ts';
import { readElements } from '../../../dicom/data-set/read-elements.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { fillFor } from '../../../disc/dicomdir/fill.ts';
import { encodeKeys } from '../../../disc/dicomdir/record-keys.ts';
import { directoryRecord } from '../../../disc/tables/directory-records.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const contextOf = (elements: readonly (readonly [tag: number, vr: string, text: string])[]): Parameters<typeof fillFor>[1] => ({
  head: readElements(Buffer.concat(elements.map(([tag, vr, text]) => encodeElement(tag, vr, Buffer.from(text, 'latin1')))), EXPLICIT),
  studyInstanceUid: '1.2.3', sopClassUid: '', nextNumber: () => 1,
});
const date = { tag: TAG.StudyDate, vr: 'DA', type: '1', fill: 'date' } as const;

describe('a date for the directory', () => {
  it('is never taken from a value that is no date', () => {
    expect(fillFor(date, contextOf([[TAG.ContentDate, 'DA', '00000000'], [TAG.SeriesDate, 'DA', '20200102']]))).toBe('20200102');
    expect(fillFor(date, contextOf([[TAG.SeriesDate, 'DA', '20201301']]))).toBe('19000101');
  });

  it('stands in, and is noted, where the instance has 00000000', () => {
    const keys = encodeKeys(directoryRecord('STUDY')!, contextOf([[TAG.StudyDate, 'DA', '00000000'], [TAG.SeriesDate, 'DA', '20200102'], [TAG.StudyInstanceUID, 'UI', '1.2.3']]));
    expect('filled' in keys && keys.filled.find(({ tag }) => tag === TAG.StudyDate)?.text).toBe('20200102');
  });
});
