/**
 * XHTML 1.0 Strict for the web content of a disc: no script, no style sheet, nothing that a browser of any age cannot show,
 * so that certifying bodies that forbid either are content. Pure.
 */
import { escapeHtml } from '../pages/text.ts';
import type { Words } from '../pages/words/words.ts';

/** Makes text safe in XML, which has no place for half characters. @source XML 1.0 2.2 */
export const xml = (text: string): string => escapeHtml(text.toWellFormed().replace(/[\ufffe\uffff]/gu, ' '));

/** A value that keeps its own direction inside a page of another: XHTML 1.0 has no element for that, Unicode has. */
export const own = (text: string, words: Words): string => (words.direction === 'rtl' && text !== '' ? `\u2068${xml(text)}\u2069` : xml(text));

export interface XhtmlPage {
  readonly title: string;
  /** Block elements, escaped. */
  readonly body: string;
}

/** @source XHTML 1.0 3.1.1, Appendix C (pages that browsers read as HTML) */
export const xhtml = ({ title, body }: XhtmlPage, words: Words): Buffer => Buffer.from(`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="${words.language}" lang="${words.language}" dir="${words.direction}">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>${xml(title)}</title>
</head>
<body>
${body}
</body>
</html>
`, 'utf8');
