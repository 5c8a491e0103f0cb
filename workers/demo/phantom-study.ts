/** The demo study: a CT of a made-up head, an ultrasound picture, a structured report and a PDF. No patient was near it. */
import { CT_SLICES, makeCtSlice } from './ct-phantom.ts';
import { makeEncapsulatedPdf, makeReport } from './demo-reports.ts';
import { createStudyContext } from './study-context.ts';
import { makeUltrasound } from './ultrasound-picture.ts';

/** File name and Part 10 file of one instance. */
export interface PhantomFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Makes the whole study, about 33 MB; equal seeds make equal bytes, other seeds another study of the same patient.
 * @param options.seed a whole number; default 1
 */
export const makePhantomStudy = (options: { readonly seed?: number } = {}): readonly PhantomFile[] => {
  const context = createStudyContext(options.seed ?? 1);
  return [
    ...Array.from({ length: CT_SLICES }, (_, index) => ({ name: `ct-${String(index + 1).padStart(3, '0')}.dcm`, bytes: makeCtSlice(context, index + 1) })),
    { name: 'ultrasound.dcm', bytes: makeUltrasound(context) },
    { name: 'report.dcm', bytes: makeReport(context) },
    { name: 'report-pdf.dcm', bytes: makeEncapsulatedPdf(context) },
  ];
};
