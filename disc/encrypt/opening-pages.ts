/**
 * README.TXT and INDEX.HTM of an encrypted disc: how to open it, in plain words. They name no patient and nothing of the
 * passphrase.
 */
import { STYLE } from '../pages/style.ts';
import { escapeHtml, toAscii } from '../pages/text.ts';
import { wordsOf } from '../pages/words/words-of.ts';
import { wrapText } from '../pages/wrap-text.ts';
import type { Language } from '../order/content.ts';
import { openingTexts } from './opening-texts.ts';
import type { OpeningTexts } from './opening-texts.ts';

export interface OpeningFacts {
  readonly method: 'zip' | 'cms';
  /** Name of the ZIP on the disc. */
  readonly file?: string;
  readonly fileSetId: string;
  /** '' where none is set. */
  readonly institution: string;
  readonly language: Language;
}

const MARK = '\ufeff';

/** The sections that the method needs, texts filled in. */
const contentOf = (facts: OpeningFacts, language: Language): { readonly texts: OpeningTexts; readonly before: readonly string[]; readonly steps: readonly string[]; readonly after: readonly string[] } => {
  const texts = openingTexts(language);
  const fill = (text: string): string => text.replace('{file}', facts.file ?? '').replace('{institution}', facts.institution || wordsOf(language).onTheLabel);
  return {
    texts,
    before: [texts.lead, ...(facts.method === 'zip' ? [texts.passphrase, fill(texts.lost)] : [])],
    steps: texts[facts.method].steps.map(fill),
    after: [fill(texts[facts.method].note), fill(texts.notice)],
  };
};

const linesOf = (facts: OpeningFacts, language: Language, plain: (text: string) => string): readonly string[] => {
  const { texts, before, steps, after } = contentOf(facts, language);
  const paragraph = (text: string): readonly string[] => [...wrapText(plain(text), { language }), ''];
  const heading = `${plain(texts.title)} (${facts.fileSetId})`;
  return [
    heading, '='.repeat(heading.length), '',
    ...before.flatMap(paragraph),
    ...steps.flatMap((text, index) => wrapText(`${index + 1}. ${plain(text)}`, { language, rest: '   ' })), '',
    ...after.flatMap(paragraph),
  ];
};

/** README.TXT with CR LF: ASCII in English; else UTF-8 with a mark, the language of the disc first and English behind it. */
export const renderOpeningText = (facts: OpeningFacts): Buffer => {
  const english = linesOf(facts, 'en', toAscii);
  if (facts.language === 'en') return Buffer.from(english.join('\r\n'), 'latin1');
  return Buffer.from(`${MARK}${[...linesOf(facts, facts.language, (text) => text), ...english].join('\r\n')}`, 'utf8');
};

/** INDEX.HTM: no script, nothing fetched. */
export const renderOpeningPage = (facts: OpeningFacts): Buffer => {
  const { texts, before, steps, after } = contentOf(facts, facts.language);
  const paragraphs = (list: readonly string[]): string => list.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n');
  return Buffer.from(`<!DOCTYPE html>
<html lang="${wordsOf(facts.language).language}" dir="${wordsOf(facts.language).direction}">
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
