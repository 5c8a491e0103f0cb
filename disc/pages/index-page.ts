/**
 * INDEX.HTM of a disc: its contents for any web browser. One file without script, font or picture,
 * so that it opens from a disc in a browser of any age; every value is escaped.
 */
import { STYLE } from './style.ts';
import { count, escapeHtml as esc, showDate, showMoment, showName } from './text.ts';
import { instancesOf, totals, whichDisc } from './disc-facts.ts';
import type { DiscFacts, PatientOnDisc, SeriesOnDisc, StudyOnDisc } from './disc-facts.ts';

const SEX: Readonly<Record<string, string>> = { M: 'male', F: 'female', O: 'other' };

const modalities = (series: readonly SeriesOnDisc[]): string =>
  [...new Set(series.map((one) => one.modality))].sort().map((modality) => `<span class="modality">${esc(modality || '?')}</span>`).join(' ');

const seriesRow = (series: SeriesOnDisc): string =>
  `<tr><td class="number">${esc(series.number)}</td><td>${esc(series.modality)}</td><td>${esc(series.description) || '<span class="none">no description</span>'}</td><td class="number">${series.instances}</td></tr>`;

const study = (one: StudyOnDisc): string => `
<div class="study">
<h3>${modalities(one.series)} ${esc(one.description) || 'Study without description'}</h3>
<p class="facts">${[one.date && `<b>${esc(showDate(one.date))}</b>`, one.accessionNumber && `Accession number ${esc(one.accessionNumber)}`, count(one.series.length, 'series', 'series'), count(instancesOf(one.series), 'DICOM file')].filter(Boolean).join(' &nbsp;&#183;&nbsp; ')}</p>
<table>
<thead><tr><th class="number">Series</th><th>Kind</th><th class="wide">Description</th><th class="number">Files</th></tr></thead>
<tbody>${one.series.map(seriesRow).join('\n')}</tbody>
</table>
</div>`;

const patient = (one: PatientOnDisc): string => `
<div class="patient">
<h2>${esc(showName(one.name)) || 'Patient without name'}</h2>
<p class="facts">${[one.id && `Patient ID <b>${esc(one.id)}</b>`, one.birthDate && `born ${esc(showDate(one.birthDate))}`, SEX[one.sex] ?? ''].filter(Boolean).join(' &nbsp;&#183;&nbsp; ')}</p>
${one.studies.map(study).join('')}
</div>`;

const volumes = (facts: DiscFacts): string => {
  if (facts.of < 2) return '';
  const others = facts.otherVolumes.map((other) => `disc ${other.index} (<b>${esc(other.fileSetId)}</b>)`).join(', ');
  return `<p class="notice">This is <b>disc ${facts.index} of ${facts.of}</b>. Each disc is complete in itself and is imported on its own.${others ? ` The others: ${others}.` : ''}</p>`;
};

const missing = (facts: DiscFacts): string => {
  const left = facts.report.filter((entry) => entry.kind === 'left-off').length;
  return left ? `<p class="notice">${count(left, 'object')} of this order could not be put on the disc. <a href="README.TXT">README.TXT</a> names each with the reason.</p>` : '';
};

const supplement = '<p class="notice">This disc is a <b>supplement</b>: it holds what came in after an earlier disc of the same examination was made.</p>';

/** Renders INDEX.HTM in UTF-8. @source IHE PDI RAD TF-3 4.47 (entry page, link to the README) */
export const renderIndexPage = (facts: DiscFacts): Buffer => {
  const all = totals(facts);
  return Buffer.from(`<!DOCTYPE html>
<html lang="en">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>DICOM disc ${esc(facts.fileSetId)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="head"><div class="page">
<p class="disc">DICOM disc <b>${esc(facts.fileSetId)}</b>${whichDisc(facts) && ` &nbsp;&#183;&nbsp; ${whichDisc(facts)}`}</p>
<h1>${esc(facts.institution) || 'Medical images'}</h1>
<p>${count(all.studies, 'study', 'studies')}, ${count(all.series, 'series', 'series')}, ${count(all.instances, 'DICOM file')} &nbsp;&#183;&nbsp; made on ${showMoment(facts.createdAt)}</p>
</div></div>
<div class="page">
${volumes(facts)}${facts.isSupplement ? supplement : ''}${missing(facts)}
${facts.patients.map(patient).join('')}
<div class="help">
<h2>How to open the images</h2>
<p>This disc holds medical images and documents in the DICOM format. A web browser cannot show them: a DICOM viewer or a picture archive can.</p>
<ol>
<li>Start your DICOM viewer or the import of your picture archive (PACS).</li>
<li>Choose <i>import from CD</i>, <i>open DICOMDIR</i> or a similar command.</li>
<li>Choose the drive of this disc, or the file <b>DICOMDIR</b> on it.</li>
</ol>
<p>More in <a href="README.TXT">README.TXT</a>: structure of the disc, checksums, contact.</p>
</div>
<div class="foot">
<p>Confidential medical records.${facts.contact ? ` Contact: ${esc(facts.contact)}.` : ''} Not for diagnosis from this page.</p>
<p>Made with ${esc(facts.product)}${facts.profile && ` &nbsp;&#183;&nbsp; ${esc(facts.profile)}`}</p>
</div>
</div>
</body>
</html>
`, 'utf8');
};
