/** The written part of the demo study: a structured report that points at a slice, and a PDF. */
import { SOP_CLASSES } from '../../dicom/tables/sop-classes.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { CT_SERIES, ctUid, LESION_SLICE } from './ct-phantom.ts';
import { binary, code, instanceFile, long, sequence, text } from './elements.ts';
import type { Made } from './elements.ts';
import { evidence, referenceTo, STUDY_DATE, STUDY_TIME } from './study-context.ts';
import type { StudyContext } from './study-context.ts';

const BASIC_TEXT_SR = SOP_CLASSES.find(({ name }) => name === 'Basic Text SR Storage')?.uid ?? '';

const item = (valueType: string, concept: Made, ...content: readonly Made[]): readonly Made[] =>
  [text('RelationshipType', 'CS', 'CONTAINS'), text('ValueType', 'CS', valueType), concept, ...content];

const section = (concept: Made, ...items: readonly (readonly Made[])[]): readonly Made[] =>
  item('CONTAINER', concept, text('ContinuityOfContent', 'CS', 'SEPARATE'), sequence('ContentSequence', ...items));

const name = (value: string, scheme: string, meaning: string): Made => code('ConceptNameCodeSequence', value, scheme, meaning);

/**
 * A Basic Text SR with findings, an impression and the picture they are seen in.
 * @source PS3.3 A.35.1, C.17.2, C.17.3; PS3.16 CID 7001
 */
export const makeReport = (context: StudyContext): Buffer => {
  const slice = referenceTo(UID.ctImageStorage, ctUid(context, LESION_SLICE));
  return instanceFile(BASIC_TEXT_SR, context.uid('report'), [
    ...context.common({ number: 3, modality: 'SR', description: 'Report' }),
    sequence('ReferencedPerformedProcedureStepSequence'),
    text('InstanceNumber', 'IS', '1'),
    text('CompletionFlag', 'CS', 'COMPLETE'),
    text('VerificationFlag', 'CS', 'UNVERIFIED'),
    sequence('PerformedProcedureCodeSequence'),
    evidence(context, CT_SERIES, [slice]),
    text('ValueType', 'CS', 'CONTAINER'),
    name('18748-4', 'LN', 'Diagnostic imaging report'),
    text('ContinuityOfContent', 'CS', 'SEPARATE'),
    sequence('ContentSequence',
      section(name('121070', 'DCM', 'Findings'),
        item('TEXT', name('121071', 'DCM', 'Finding'), text('TextValue', 'UT', 'Round lesion of 22 mm in the left parietal lobe, with a rim of oedema.')),
        item('TEXT', name('121071', 'DCM', 'Finding'), text('TextValue', 'UT', 'Calcified pineal body. Ventricles of equal width.')),
        item('IMAGE', name('121080', 'DCM', 'Best illustration of finding'), sequence('ReferencedSOPSequence', slice))),
      section(name('121072', 'DCM', 'Impressions'),
        item('TEXT', name('121073', 'DCM', 'Impression'), text('TextValue', 'UT', 'This is a made-up head. It has no disease.')))),
  ]);
};

const pdfText = (line: string): string => line.replace(/[\\()]/g, '\\$&');

/** One page of A4 with lines of Helvetica. @source ISO 32000-1 7.5 */
export const makePdf = (lines: readonly string[]): Buffer => {
  const page = `BT /F1 24 Tf 72 760 Td ${lines.map((line, index) => `${index === 0 ? '' : '/F1 12 Tf 0 -28 Td '}(${pdfText(line)}) Tj`).join(' ')} ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  return Buffer.from(`${body}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`, 'latin1');
};

/**
 * The PDF as an instance file.
 * @source PS3.3 A.45.1, C.24.2, C.8.6.1
 */
export const makeEncapsulatedPdf = (context: StudyContext): Buffer => {
  const pdf = makePdf(['Demo report', 'DEMO^PHANTOM, DEMO-0001', 'A made-up head with one round lesion. It has no disease.']);
  return instanceFile(UID.encapsulatedPdfStorage, context.uid('pdf'), [
    ...context.common({ number: 4, modality: 'DOC', description: 'Report as PDF' }),
    text('AcquisitionDateTime', 'DT', `${STUDY_DATE}${STUDY_TIME}`),
    text('ConversionType', 'CS', 'WSD'),
    text('InstanceNumber', 'IS', '1'),
    text('BurnedInAnnotation', 'CS', 'YES'),
    sequence('ConceptNameCodeSequence'),
    text('DocumentTitle', 'ST', 'Demo report'),
    binary('EncapsulatedDocument', 'OB', pdf),
    text('MIMETypeOfEncapsulatedDocument', 'LO', 'application/pdf'),
    long('EncapsulatedDocumentLength', pdf.length),
  ]);
};
