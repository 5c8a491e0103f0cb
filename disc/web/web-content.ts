/**
 * The web content of a disc: XHTML pages by patient, study and series with pictures in JPEG, and nothing else, in IHE_PDI.
 * Names and links are lower case and fit 8.3: ISO 9660 shows the same names in upper case, Joliet and UDF exactly as the links
 * have them, so that the links lead on through every tree, on systems that tell cases apart too.
 * @source IHE RAD TF-3 4.47 (web content option); DRG 3.2.1.9-3.2.2.1
 */
import { join } from 'node:path';
import type { DiscExtra } from '../disc-extra.ts';
import type { PlacedInstance } from '../file-set.ts';
import type { ImageFile } from '../image/image-file.ts';
import type { Language } from '../order/content.ts';
import { showDate, showName } from '../pages/text.ts';
import { wordsOf } from '../pages/words/words-of.ts';
import type { Words } from '../pages/words/words.ts';
import type { DerivedFile, DerivedLine } from '../preparation/derived-book.ts';
import { own, xhtml, xml } from './xhtml.ts';

/** Folder of the web content as Joliet and UDF show it; IHE_PDI in ISO 9660. */
export const WEB_FOLDER = 'ihe_pdi';
const INDEX = 'index.htm';
/** Pictures in a row: fits a window of 1024 pixels. */
const IN_A_ROW = 6;

type Attributes = PlacedInstance['instance']['attributes'];

interface Shown {
  readonly instance: PlacedInstance['instance'];
  readonly picture: DerivedFile;
  readonly thumbnail: DerivedFile;
  readonly isOneOfMany: boolean;
}

export interface WebRequest {
  readonly placed: readonly PlacedInstance[];
  readonly derived: ReadonlyMap<number, DerivedLine>;
  /** Where derived files lie. */
  readonly folder: string;
  readonly language: Language;
  readonly institution: string;
}

interface Level { readonly folder: string; readonly attributes: Attributes; readonly shown: readonly Shown[] }

const picturesOf = ({ placed, derived }: WebRequest): readonly Shown[] => placed.flatMap(({ instance }) => {
  const files = derived.get(instance.instanceId)?.files ?? [];
  const pictures = files.filter(({ kind }) => kind === 'picture');
  return pictures.flatMap((picture): Shown[] => {
    const thumbnail = files.find(({ kind, frame }) => kind === 'thumbnail' && frame === picture.frame);
    return thumbnail ? [{ instance, picture, thumbnail, isOneOfMany: pictures.length > 1 }] : [];
  });
});

/** Groups in the order of the disc, each with a numbered folder below its parent. */
const grouped = (shown: readonly Shown[], parent: string, prefix: string, keyOf: (instance: Shown['instance']) => string): readonly Level[] =>
  [...Map.groupBy(shown, ({ instance }) => keyOf(instance)).values()].map((group, at) => ({
    folder: `${parent}/${prefix}${String(at + 1).padStart(8 - prefix.length, '0')}`, attributes: (group[0] as Shown).instance.attributes, shown: group,
  }));

const joined = (parts: readonly string[]): string => parts.filter(Boolean).join(' &#183; ');
const patientLine = ({ patientName, patientId, patientBirthDate }: Attributes, words: Words): string => joined([
  `<strong>${patientName ? own(showName(patientName), words) : xml(words.noName)}</strong>`, patientId && `${xml(words.patientId)} ${own(patientId, words)}`, patientBirthDate && `${xml(words.born)} ${own(showDate(patientBirthDate), words)}`,
]);
const studyText = ({ studyDescription }: Attributes, words: Words): string => (studyDescription ? own(studyDescription, words) : xml(words.noStudyDescription));
const seriesText = ({ seriesNumber, modality, seriesDescription }: Attributes, words: Words): string =>
  joined([[seriesNumber, modality].filter(Boolean).map(xml).join(' '), seriesDescription ? own(seriesDescription, words) : xml(words.noDescription)]);

const image = (path: string, { columns = 0, rows = 0 }: DerivedFile, alt: string): string => `<img src="${xml(path)}" width="${columns}" height="${rows}" alt="${xml(alt)}" />`;
const back = (links: readonly (readonly [string, string])[]): string => `<p>${links.map(([href, text]) => `<a href="${href}">${text}</a>`).join(' &#8250; ')}</p>`;
const notice = (words: Words): string => `<hr />\n<p><small>${xml(words.notForDiagnosis)}</small></p>`;

/** Number of the picture inside its series, with the frame of a multi-frame image. */
const captionOf = ({ instance, picture, isOneOfMany }: Shown): string => [instance.attributes.instanceNumber || '-', isOneOfMany ? `/ ${picture.frame ?? 1}` : ''].filter(Boolean).join(' ');
const pictureName = (at: number): string => `im${String(at + 1).padStart(6, '0')}.jpg`;
const thumbnailName = (at: number): string => `th${String(at + 1).padStart(6, '0')}.jpg`;
const middle = (shown: readonly Shown[]): number => shown.length >> 1;

const rowsOf = <T>(cells: readonly T[]): readonly (readonly T[])[] => Array.from({ length: Math.ceil(cells.length / IN_A_ROW) }, (_, row) => cells.slice(row * IN_A_ROW, (row + 1) * IN_A_ROW));

const seriesPage = ({ attributes, shown }: Level, words: Words): Buffer => {
  const cells = shown.map((one, at) => `<td align="center" valign="bottom"><a href="${pictureName(at)}">${image(thumbnailName(at), one.thumbnail, captionOf(one))}</a><br />${xml(captionOf(one))}</td>`);
  return xhtml({
    title: [attributes.seriesNumber, attributes.modality, attributes.seriesDescription].filter(Boolean).join(' '),
    body: `${back([['../../../index.htm', xml(words.pictures)], ['../../index.htm', own(showName(attributes.patientName), words) || xml(words.noName)], ['../index.htm', studyText(attributes, words)]])}
<h1>${seriesText(attributes, words)}</h1>
<p>${patientLine(attributes, words)}</p>
<table cellpadding="6" cellspacing="4" summary="${xml(words.pictures)}">
${rowsOf(cells).map((row) => `<tr>${row.join('')}</tr>`).join('\n')}
</table>
${notice(words)}`,
  }, words);
};

const nameOf = (folder: string): string => folder.split('/').at(-1) ?? '';

const studyPage = ({ attributes }: Level, series: readonly Level[], words: Words): Buffer => xhtml({
  title: attributes.studyDescription || words.noStudyDescription,
  body: `${back([['../../index.htm', xml(words.pictures)], ['../index.htm', own(showName(attributes.patientName), words) || xml(words.noName)]])}
<h1>${studyText(attributes, words)}</h1>
<p>${patientLine(attributes, words)}</p>
<p>${joined([own(showDate(attributes.studyDate), words), attributes.accessionNumber && `${xml(words.accessionNumber)} ${own(attributes.accessionNumber, words)}`])}</p>
<table cellpadding="8" cellspacing="0" summary="${xml(words.series)}">
${series.map(({ folder, attributes: group, shown }) => {
    const at = middle(shown);
    const href = `${nameOf(folder)}/${INDEX}`;
    return `<tr><td align="center"><a href="${href}">${image(`${nameOf(folder)}/${thumbnailName(at)}`, (shown[at] as Shown).thumbnail, group.modality || '-')}</a></td><td><a href="${href}">${seriesText(group, words)}</a><br />${xml(words.pictures)}: ${shown.length}</td></tr>`;
  }).join('\n')}
</table>
${notice(words)}`,
}, words);

const studyRows = (studies: readonly Level[], prefix: string, words: Words): string => `<ul>\n${studies.map(({ folder, attributes }) =>
  `<li><a href="${prefix}${nameOf(folder)}/${INDEX}">${joined([own(showDate(attributes.studyDate), words), studyText(attributes, words)])}</a></li>`).join('\n')}\n</ul>`;

const patientPage = ({ attributes }: Level, studies: readonly Level[], words: Words): Buffer => xhtml({
  title: showName(attributes.patientName) || words.noName,
  body: `${back([['../index.htm', xml(words.pictures)]])}
<h1>${attributes.patientName ? own(showName(attributes.patientName), words) : xml(words.noName)}</h1>
<p>${patientLine(attributes, words)}</p>
<h2>${xml(words.studies)}</h2>
${studyRows(studies, '', words)}
${notice(words)}`,
}, words);

const dataFile = (path: string, data: Buffer): ImageFile => ({ path, bytes: data.length, content: { data } });

const seriesFiles = (series: Level, from: string, words: Words): readonly ImageFile[] => [
  dataFile(`${series.folder}/${INDEX}`, seriesPage(series, words)),
  ...series.shown.flatMap(({ picture, thumbnail }, at): ImageFile[] => [
    { path: `${series.folder}/${thumbnailName(at)}`, bytes: thumbnail.bytes, content: { file: join(from, thumbnail.name) } },
    { path: `${series.folder}/${pictureName(at)}`, bytes: picture.bytes, content: { file: join(from, picture.name) } },
  ]),
];

/** Makes the pages around the pictures of the instances of one volume; nothing where there are no pictures. */
export const webContent = (request: WebRequest): DiscExtra => {
  const words = wordsOf(request.language);
  const shown = picturesOf(request);
  if (shown.length === 0) return { files: [], links: [] };
  const patients = grouped(shown, WEB_FOLDER, 'pat', ({ patientKey }) => String(patientKey)).map((patient) => ({
    patient, studies: grouped(patient.shown, patient.folder, 'st', ({ attributes }) => attributes.studyInstanceUid).map((study) => ({
      study, series: grouped(study.shown, study.folder, 'se', ({ attributes }) => attributes.seriesInstanceUid),
    })),
  }));
  const index = xhtml({
    title: words.pictures,
    body: `<h1>${request.institution ? own(request.institution, words) : xml(words.medicalImages)}</h1>
<h2>${xml(words.pictures)}</h2>
${patients.map(({ patient, studies }) => `<p><a href="${nameOf(patient.folder)}/${INDEX}">${patientLine(patient.attributes, words)}</a></p>\n${studyRows(studies.map(({ study }) => study), `${nameOf(patient.folder)}/`, words)}`).join('\n')}
${notice(words)}`,
  }, words);
  return {
    files: [
      dataFile(`${WEB_FOLDER}/${INDEX}`, index),
      ...patients.flatMap(({ patient, studies }) => [
        dataFile(`${patient.folder}/${INDEX}`, patientPage(patient, studies.map(({ study }) => study), words)),
        ...studies.flatMap(({ study, series }) => [dataFile(`${study.folder}/${INDEX}`, studyPage(study, series, words)), ...series.flatMap((one) => seriesFiles(one, request.folder, words))]),
      ]),
    ],
    links: [{ kind: 'picture', title: words.pictures, href: `${WEB_FOLDER}/${INDEX}` }],
  };
};
