/** What the gate asks of pages for people: their folder holds nothing else, and every link leads to a file of the disc. @source IHE RAD TF-3 4.47; DRG 3.2 */
import type { DiscEntry } from '../reader/disc-content.ts';
import { foldedPath } from './inspection.ts';
import type { Inspection } from './inspection.ts';
import { reading } from './read-tolerantly.ts';

const WEB_FOLDER = 'IHE_PDI/';
const REPORT_FOLDER = 'REPORTS/';
const WEB_ENTRY = 'IHE_PDI/INDEX.HTM';
const HEAD_BYTES = 4096;
/** More than any index of a disc. */
const MAX_PAGE_BYTES = 32 << 20;

const isPage = (path: string): boolean => /\.(HTML?|XHTML?|XHT)$/.test(path);
const isPicture = (path: string): boolean => /\.(JPG|JPEG|JPE)$/.test(path);

/** True when the disc has web content as IHE PDI names it. */
export const hasWebContent = ({ files }: Pick<Inspection, 'files'>): boolean => [...files.keys()].some((path) => foldedPath(path) === WEB_ENTRY);

const contentFault = (path: string, start: Buffer): string | undefined => {
  if (isPicture(path)) return start[0] === 0xff && start[1] === 0xd8 && start[2] === 0xff ? undefined : 'named as a JPEG picture, but is none';
  if (!isPage(path)) return 'neither a page nor a JPEG picture';
  const text = start.toString('utf8').replace(/^\ufeff/, '').trimStart();
  return /^<(\?xml|!doctype html|html|!--)/i.test(text) ? undefined : 'named as a page, but is none';
};

const checkWebFile = ({ content, report }: Inspection, entry: DiscEntry): void => {
  const start = reading(report, 'image-readable', entry, () => content.read(entry, 0, Math.min(HEAD_BYTES, entry.bytes)));
  const fault = start && contentFault(foldedPath(entry.path), start);
  if (fault !== undefined) report('web-only', entry.path, fault);
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };
const unescaped = (text: string): string => text.replace(/&(?:#(\d{1,6})|(\w+));/g, (all, code: string | undefined, name: string | undefined) => (code === undefined ? ENTITIES[name ?? ''] ?? all : String.fromCodePoint(Math.min(Number(code), 0xffff))));

const decoded = (href: string): string => {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
};

/** Where a link of a page leads; undefined when it leaves the disc or stays on the page. */
const targetOf = (page: string, href: string): string | undefined => {
  const plain = unescaped(href).trim();
  if (plain === '' || plain.startsWith('#') || /^[a-z][a-z0-9+.-]*:/i.test(plain)) return undefined;
  const path = decoded(plain.replace(/[?#].*$/, ''));
  const parts = path.startsWith('/') ? [] : page.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
};

const checkLinks = (inspection: Inspection, entry: DiscEntry, folded: ReadonlySet<string>): void => {
  const { content, files, plan, report } = inspection;
  if (entry.bytes > MAX_PAGE_BYTES) { report('web-links', entry.path, 'too large to be a page'); return; }
  const page = reading(report, 'image-readable', entry, () => content.read(entry, 0, entry.bytes))?.toString('utf8') ?? '';
  for (const [, name, href = ''] of page.matchAll(/<(a|img|link|script|frame|iframe|area)\b[^>]*?\s(?:href|src)\s*=\s*"([^"]*)"/gi)) {
    const target = targetOf(entry.path, href);
    // A disc of ours leads on in the very letters of the name: systems that tell cases apart follow too.
    if (target !== undefined && !(plan ? files.has(target) : folded.has(foldedPath(target)))) report('web-links', entry.path, `${String(name).toLowerCase()} leads to no file of the disc`);
    if (target === undefined && plan && !href.startsWith('#')) report('web-links', entry.path, 'a link leads away from the disc');
  }
};

/** The root page, the web content and, on a disc of ours, its reports: links and kinds of files. Pages of viewers are their makers'. */
export const checkWeb = (inspection: Inspection): void => {
  const { files, plan, report } = inspection;
  const folded = new Set([...files.keys()].map(foldedPath));
  for (const entry of files.values()) {
    if (inspection.isOver()) { report('limits', '', 'the time was over before all pages were read'); return; }
    const path = foldedPath(entry.path);
    const isWeb = path.startsWith(WEB_FOLDER);
    if (isWeb) checkWebFile(inspection, entry);
    if (isPage(path) && (isWeb || path === 'INDEX.HTM' || (plan !== undefined && path.startsWith(REPORT_FOLDER)))) checkLinks(inspection, entry, folded);
  }
};
