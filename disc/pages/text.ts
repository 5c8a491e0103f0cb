/** How names, dates and free text are shown on the pages of a disc. Pure; knows nothing of files. */

const SPELLED: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', đ: 'd', Đ: 'D', ł: 'l', Ł: 'L', þ: 'th', Þ: 'Th', ð: 'd', Ð: 'D', ı: 'i', '’': "'", '‘': "'", '“': '"', '”': '"', '–': '-', '—': '-', '…': '...', '©': '(c)', '®': '(R)', '\u00a0': ' ' };

/** Writes text in printable ASCII: accents fall off, what has no letter becomes '?'. */
export const toAscii = (text: string): string =>
  [...text.normalize('NFC')].map((char) => SPELLED[char] ?? char.normalize('NFD').replace(/\p{M}/gu, '')).join('').replace(/[^\x20-\x7e]/gu, '?');

/** Makes text safe between tags and inside double-quoted attributes; control characters become spaces. */
export const escapeHtml = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters in names are what this removes
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const component = (group: string): string => {
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = group.split('^').map((part) => part.trim());
  const first = [prefix, given, middle].filter(Boolean).join(' ');
  const name = family && first ? `${family}, ${first}` : family || first;
  return suffix ? `${name}, ${suffix}` : name;
};

/** Shows a DICOM person name: "Family, Given", other scripts behind it in brackets. @source PS3.5 6.2.1 */
export const showName = (value: string): string => {
  const [first, ...others] = value.split('=').slice(0, 2).map(component).filter(Boolean);
  return first === undefined ? '' : others.length ? `${first} (${others.join(', ')})` : first;
};

/** Shows a DICOM date as YYYY-MM-DD; anything else as it is. @source PS3.5 6.2 (DA) */
export const showDate = (value: string): string => value.trim().replace(/^(\d{4})\.?(\d{2})\.?(\d{2})$/, '$1-$2-$3');

/** Shows a moment as date and minute in UTC, so that the same disc reads alike everywhere. */
export const showMoment = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** "1 image", "2 images". */
export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
