/**
 * INDEX.HTM of a disc: its contents for any web browser. One file without script, font or picture,
 * so that it opens from a disc in a browser of any age; every value is escaped.
 */
import type { Language } from '../order/content.ts';
import { STYLE } from './style.ts';
import { escapeHtml as esc, showDate, showMoment, showName } from './text.ts';
import type { ExtraLink } from '../disc-extra.ts';
import { instancesOf, totals } from './disc-facts.ts';
import type { DiscFacts, OtherVolume, PatientOnDisc, SeriesOnDisc, StudyOnDisc } from './disc-facts.ts';
import { filled, wordsOf } from './words/words-of.ts';
import type { Words } from './words/words.ts';

const DOT = ' &nbsp;&#183;&nbsp; ';
const sexOf = (sex: string, words: Words): string => ({ M: words.male, F: words.female, O: words.otherSex })[sex] ?? '';
const counted = (label: string, n: number): string => `${esc(label)} <b>${n}</b>`;
/** Values of instances keep their own direction inside a page of another. */
const own = (text: string): string => `<bdi>${esc(text)}</bdi>`;

const modalities = (series: readonly SeriesOnDisc[]): string =>
  [...new Set(series.map((one) => one.modality))].sort().map((modality) => `<span class="modality">${esc(modality || '?')}</span>`).join(' ');

const seriesRow = (series: SeriesOnDisc, words: Words): string =>
  `<tr><td class="number">${esc(series.number)}</td><td>${esc(series.modality)}</td><td>${series.description ? own(series.description) : `<span class="none">${esc(words.noDescription)}</span>`}</td><td class="number">${series.instances}</td></tr>`;

const seriesTable = (series: readonly SeriesOnDisc[], words: Words): string => `
<table>
<thead><tr><th class="number">${esc(words.series)}</th><th>${esc(words.kind)}</th><th class="wide">${esc(words.description)}</th><th class="number">${esc(words.files)}</th></tr></thead>
<tbody>${series.map((one) => seriesRow(one, words)).join('\n')}</tbody>
</table>`;

const study = (one: StudyOnDisc, words: Words): string => `
<div class="study">
<h3>${modalities(one.series)} ${one.description ? own(one.description) : esc(words.noStudyDescription)}</h3>
<p class="facts">${[one.date && `<b>${own(showDate(one.date))}</b>`, one.accessionNumber && `${esc(words.accessionNumber)} ${own(one.accessionNumber)}`, counted(words.series, one.series.length), counted(words.files, instancesOf(one.series))].filter(Boolean).join(DOT)}</p>${seriesTable(one.series, words)}
</div>`;

const patient = (one: PatientOnDisc, words: Words): string => `
<div class="patient">
<h2>${one.name ? own(showName(one.name)) : esc(words.noName)}</h2>
<p class="facts">${[one.id && `${esc(words.patientId)} <b>${own(one.id)}</b>`, one.birthDate && `${esc(words.born)} ${own(showDate(one.birthDate))}`, esc(sexOf(one.sex, words))].filter(Boolean).join(DOT)}</p>
${one.studies.map((each) => study(each, words)).join('')}
</div>`;

const elsewhere = (other: OtherVolume, of: number, words: Words): string => `
<div class="study">
<h3>${esc(filled(words.discOf, { n: other.index, of }))} <span class="none">${esc(other.fileSetId)}</span></h3>
${[...Map.groupBy(other.series, (one) => `${one.studyDate} ${one.studyDescription}`).values()].map((series) => {
    const [first] = series;
    return `<p class="facts">${[first?.studyDate && `<b>${esc(showDate(first.studyDate))}</b>`, first?.studyDescription && own(first.studyDescription)].filter(Boolean).join(DOT)}</p>${seriesTable(series, words)}`;
  }).join('')}
</div>`;

/** A name in an address: it may hold what ends or changes one. */
const address = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

const LINK_KINDS: readonly { readonly kind: ExtraLink['kind']; readonly title: keyof Pick<Words, 'viewers' | 'pictures' | 'reports' | 'attachments'> }[] = [
  { kind: 'viewer', title: 'viewers' }, { kind: 'picture', title: 'pictures' }, { kind: 'report', title: 'reports' }, { kind: 'attachment', title: 'attachments' },
];

/** What can be opened from this page, by kind. */
const links = (facts: DiscFacts, words: Words): string => LINK_KINDS.map(({ kind, title }) => {
  const found = facts.links.filter((link) => link.kind === kind);
  return found.length === 0 ? '' : `
<div class="help">
<h2>${esc(words[title])}</h2>
<ul>
${found.map((link) => `<li><a href="${esc(address(link.href))}">${own(link.title || link.href)}</a></li>`).join('\n')}
</ul>
</div>`;
}).join('');

const volumes = (facts: DiscFacts, words: Words): string =>
  (facts.of < 2 ? '' : `<p class="notice"><b>${esc(filled(words.discOf, { n: facts.index, of: facts.of }))}</b>${DOT}${esc(words.completeInItself)}</p>`);

const others = ({ otherVolumes, of }: DiscFacts, words: Words): string =>
  (otherVolumes.length === 0 ? '' : `<div class="help"><h2>${esc(words.otherDiscs)}</h2>${otherVolumes.map((one) => elsewhere(one, of, words)).join('')}</div>`);

const notices = (facts: DiscFacts, words: Words): string => [
  facts.isTeaching === true ? `<p class="notice"><b>${esc(words.teachingCopy)}</b>${DOT}${esc(words.teachingNotice)}</p>` : '',
  volumes(facts, words),
  facts.isSupplement ? `<p class="notice">${esc(words.supplement)}</p>` : '',
  facts.report.some((entry) => entry.kind === 'left-off') ? `<p class="notice">${esc(words.notOnDiscWhere)} <a href="README.TXT">README.TXT</a></p>` : '',
].join('');

/** Renders INDEX.HTM in UTF-8. @source IHE PDI RAD TF-3 4.47 (entry page, link to the README) */
export const renderIndexPage = (facts: DiscFacts, language: Language = 'en'): Buffer => {
  const all = totals(facts);
  const words = wordsOf(language);
  return Buffer.from(`<!DOCTYPE html>
<html lang="${words.language}" dir="${words.direction}">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${esc(words.disc)} ${esc(facts.fileSetId)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="head"><div class="page">
<p class="disc">${esc(words.disc)} <b>${esc(facts.fileSetId)}</b>${facts.of > 1 ? `${DOT}${esc(filled(words.discOf, { n: facts.index, of: facts.of }))}` : ''}</p>
<h1>${facts.institution ? own(facts.institution) : esc(words.medicalImages)}</h1>
<p>${[counted(words.studies, all.studies), counted(words.series, all.series), counted(words.files, all.instances), `${esc(words.madeOn)} <bdi>${showMoment(facts.createdAt)}</bdi>`].join(DOT)}</p>
</div></div>
<div class="page">
${notices(facts, words)}${links(facts, words)}
${facts.patients.map((one) => patient(one, words)).join('')}
${others(facts, words)}
<div class="help">
<h2>${esc(words.howToOpen)}</h2>
<p>${esc(words.whatIsDicom)}</p>
<ol>
${words.importSteps.map((step) => `<li>${esc(step)}</li>`).join('\n')}
</ol>
<p>${esc(words.moreInReadme)} <a href="README.TXT">README.TXT</a></p>
</div>
<div class="foot">
<p>${esc(words.notForDiagnosis)}${facts.contact ? ` ${esc(words.contact)}: ${own(facts.contact)}` : ''}</p>
<p>${esc(words.madeWith)} ${esc(facts.product)}${facts.profile && `${DOT}${esc(facts.profile)}`}</p>
</div>
</div>
</body>
</html>
`, 'utf8');
};
