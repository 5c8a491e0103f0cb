/** Breaks text of any script into lines of a fixed width, for pages that are plain text. Pure. */
const WIDTH = 76;

/** Scripts without spaces between words are cut anywhere; their characters are two columns wide. */
const isWide = (language: string): boolean => language === 'ja' || language.startsWith('zh');
const pieces = (text: string, language: string): readonly string[] => (isWide(language) ? text.match(/[\x21-\x7e]+|\s+|./gsu) ?? [] : text.split(/(?<=\s)/));

/** Columns that a text takes. */
export const textWidth = (text: string): number => [...text].reduce((sum, char) => sum + (/[\u1100-\uffef]/u.test(char) ? 2 : 1), 0);

/** @param indent before every line @param rest before every line but the first, instead */
export const wrapText = (text: string, { language, indent = '', rest = indent }: { readonly language: string; readonly indent?: string; readonly rest?: string }): string[] => {
  const lines: string[] = [];
  const before = (): string => (lines.length === 0 ? indent : rest);
  let line = '';
  for (const piece of pieces(text.trim(), language)) {
    if (line !== '' && textWidth(before() + line + piece.trimEnd()) > WIDTH) { lines.push(before() + line.trimEnd()); line = ''; }
    line += line === '' ? piece.trimStart() : piece;
  }
  return line.trim() === '' ? lines : [...lines, before() + line.trimEnd()];
};
