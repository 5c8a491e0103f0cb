/**
 * A structured report as one page for any browser: no script, no picture, every value escaped.
 * Fixed words in the language of the disc, everything else as the report says it.
 */
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { strings, text } from '../../dicom/data-set/data-set.ts';
import type { DataSet } from '../../dicom/data-set/data-set.ts';
import { decoderFor } from '../../dicom/data-set/text-decoder.ts';
import type { TextDecode } from '../../dicom/data-set/text-decoder.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import type { Language } from '../order/content.ts';
import { STYLE } from '../pages/style.ts';
import { escapeHtml as esc, showDate, showName } from '../pages/text.ts';
import { wordsOf } from '../pages/words/words-of.ts';
import type { Words } from '../pages/words/words.ts';
import { conceptName, readContent, showDateTime, showTime } from './content-item.ts';
import type { ContentItem } from './content-item.ts';
import { readStored } from './read-stored.ts';
import type { StoredDataSet } from './read-stored.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const DOT = ' &nbsp;&#183;&nbsp; ';
const DEEPEST_HEADING = 6;

const REPORT_STYLE = `
.report h2 { font-size: 19px; margin: 18px 0 4px; }
.report h3 { font-size: 16px; margin: 14px 0 4px; }
.report h4, .report h5, .report h6 { font-size: 14px; font-weight: 600; color: #516170; margin: 12px 0 2px; }
.report ul { margin: 2px 0 6px; padding-left: 20px; }
[dir=rtl] .report ul { padding-left: 0; padding-right: 20px; }
.report li { margin: 2px 0; word-wrap: break-word; }
.report .name { color: #516170; }
.report .to { color: #8593a0; font-size: 13px; }
`;

/** Values keep their own direction inside a page of another; their line ends stay. */
const own = (value: string): string => `<bdi>${value.split('\n').map(esc).join('<br>')}</bdi>`;

const line = ({ name, value, isReference }: ContentItem, words: Words): string => {
  const shown = isReference ? `<span class="to">${esc(words.reference)}: ${own(value)}</span>` : own(value);
  return [name && `<span class="name">${own(name)}${value && ':'}</span>`, value && shown].filter(Boolean).join(' ');
};

const items = (all: readonly ContentItem[], level: number, words: Words): string => {
  const out: string[] = [];
  let open: string[] = [];
  const flush = (): void => { if (open.length) out.push(`<ul>\n${open.join('\n')}\n</ul>`); open = []; };
  for (const item of all) {
    // A heading of its own for what has things below it; deep down lists are easier to read.
    if (item.isContainer && level <= DEEPEST_HEADING) {
      flush();
      out.push(`${item.name && `<h${level}>${own(item.name)}</h${level}>`}${items(item.children, level + 1, words)}`);
    } else open.push(`<li>${line(item, words)}${item.children.length ? items(item.children, DEEPEST_HEADING + 1, words) : ''}</li>`);
  }
  flush();
  return out.join('\n');
};

const verification = (dataSet: DataSet, decode: TextDecode, words: Words): string => {
  const observers = (dataSet.elements.get(TAG.VerifyingObserverSequence)?.items ?? []).map((item) =>
    [showName(text(item, TAG.VerifyingObserverName, decode)), showDateTime(text(item, TAG.VerificationDateTime, decode))].filter(Boolean).join(', ')).filter(Boolean);
  if (text(dataSet, TAG.VerificationFlag, decode) !== 'VERIFIED') return `<b>${esc(words.notVerified)}</b>`;
  return observers.length ? `${esc(words.verifiedBy)} ${observers.map(own).join('; ')}` : '';
};

const facts = (parts: readonly string[]): string => { const said = parts.filter(Boolean); return said.length ? `<p class="facts">${said.join(DOT)}</p>` : ''; };

const head = (dataSet: DataSet, attributes: VolumeInstance['attributes'], decode: TextDecode, words: Words): string => {
  const { patientName, patientId, patientBirthDate, studyDate, studyDescription, accessionNumber, referringPhysicianName } = attributes;
  return [
    `<h2>${patientName ? own(showName(patientName)) : esc(words.noName)}</h2>`,
    facts([patientId && `${esc(words.patientId)} <b>${own(patientId)}</b>`, patientBirthDate && `${esc(words.born)} ${own(showDate(patientBirthDate))}`]),
    facts([studyDate && `<b>${own(showDate(studyDate))}</b>`, studyDescription && own(studyDescription), accessionNumber && `${esc(words.accessionNumber)} ${own(accessionNumber)}`]),
    facts([referringPhysicianName && `${esc(words.referringPhysician)}: ${own(showName(referringPhysicianName))}`]),
    facts([text(dataSet, TAG.CompletionFlag, decode) === 'PARTIAL' ? `<b>${esc(words.notComplete)}</b>` : '', verification(dataSet, decode, words)]),
  ].join('\n');
};

export interface ReportPage {
  readonly html: Buffer;
  /** What the report calls itself, with its date. */
  readonly title: string;
}

/**
 * Renders the report; undefined when it holds no content.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when it is no data set or too long
 * @source PS3.3 C.17.3, C.18
 */
export const renderReport = async (stored: StoredDataSet, attributes: VolumeInstance['attributes'], language: Language): Promise<ReportPage | undefined> => {
  const dataSet = await readStored(stored, MAX_BYTES);
  const decode = decoderFor(strings(dataSet, TAG.SpecificCharacterSet, decoderFor([])));
  const content = readContent(dataSet, decode);
  if (content.length === 0) return undefined;
  const words = wordsOf(language);
  const name = conceptName(dataSet, decode) || words.document;
  const when = [showDate(text(dataSet, TAG.ContentDate, decode)), showTime(text(dataSet, TAG.ContentTime, decode))].filter(Boolean).join(' ');
  const html = Buffer.from(`<!DOCTYPE html>
<html lang="${words.language}" dir="${words.direction}">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${esc(name)}</title>
<style>${STYLE}${REPORT_STYLE}</style>
</head>
<body>
<div class="head"><div class="page">
<p class="disc">${attributes.institutionName ? own(attributes.institutionName) : esc(words.document)}</p>
<h1>${own(name)}</h1>
<p><bdi>${esc(when)}</bdi></p>
</div></div>
<div class="page">
<div class="patient">
${head(dataSet, attributes, decode, words)}
</div>
<div class="help report">
${items(content, 2, words)}
</div>
<div class="foot"><p>${esc(words.notForDiagnosis)}</p></div>
</div>
</body>
</html>
`, 'utf8');
  return { html, title: [name, when.slice(0, 10)].filter(Boolean).join(', ') };
};
