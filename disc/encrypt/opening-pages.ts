/**
 * README.TXT and INDEX.HTM of an encrypted disc: how to open it, in plain words. They name no patient and nothing of the
 * passphrase.
 */
import { STYLE } from '../pages/style.ts';
import { escapeHtml, toAscii } from '../pages/text.ts';
import type { OpeningTexts } from './opening-texts.ts';

export interface OpeningFacts {
  readonly method: 'zip' | 'cms';
  /** Name of the ZIP on the disc. */
  readonly file?: string;
  readonly fileSetId: string;
  /** '' where none is set. */
  readonly institution: string;
  readonly texts: OpeningTexts;
  /** BCP 47 language of the texts. */
  readonly language: string;
}

const WIDTH = 76;

const filled = (text: string, facts: OpeningFacts): string =>
  text.replace('{file}', facts.file ?? '').replace('{institution}', facts.institution || 'the institution named on its label');

const wrap = (text: string, first: string, rest: string): readonly string[] => {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) { lines.push(line); line = rest; isEmpty = true; }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
};

/** The sections that the method needs, texts filled in. */
const contentOf = (facts: OpeningFacts): { readonly before: readonly string[]; readonly steps: readonly string[]; readonly after: readonly string[] } => {
  const { texts } = facts;
  const fill = (text: string): string => filled(text, facts);
  return {
    before: [texts.lead, ...(facts.method === 'zip' ? [texts.passphrase, fill(texts.lost)] : [])],
    steps: texts[facts.method].steps.map(fill),
    after: [fill(texts[facts.method].note), fill(texts.notice)],
  };
};

/** README.TXT in ASCII with CR LF. */
export const renderOpeningText = (facts: OpeningFacts): Buffer => {
  const { before, steps, after } = contentOf(facts);
  const heading = `${toAscii(facts.texts.title)} (${facts.fileSetId})`;
  const lines = [
    heading, '='.repeat(heading.length), '',
    ...before.flatMap((text) => [...wrap(toAscii(text), '', ''), '']),
    ...steps.flatMap((text, index) => wrap(toAscii(text), `${index + 1}. `, '   ')), '',
    ...after.flatMap((text) => [...wrap(toAscii(text), '', ''), '']),
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
};

/** INDEX.HTM: no script, nothing fetched. */
export const renderOpeningPage = (facts: OpeningFacts): Buffer => {
  const { texts } = facts;
  const { before, steps, after } = contentOf(facts);
  const paragraphs = (list: readonly string[]): string => list.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n');
  return Buffer.from(`<!DOCTYPE html>
<html lang="${escapeHtml(facts.language)}">
<head><meta charset="utf-8"><title>${escapeHtml(texts.title)}</title><style>${STYLE}</style></head>
<body>
<div class="head"><div class="page"><p class="disc">${escapeHtml(facts.fileSetId)}</p><h1>${escapeHtml(texts.title)}</h1></div></div>
<div class="page">
<div class="help">
${facts.method === 'zip' ? `<h2>${escapeHtml(texts.passphraseHeading)}</h2>\n` : ''}${paragraphs(before)}
<h2>${escapeHtml(texts[facts.method].heading)}</h2>
<ol>${steps.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ol>
${paragraphs(after)}
</div>
</div>
</body>
</html>
`, 'utf8');
};
