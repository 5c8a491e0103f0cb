/** Readable reports and documents of a volume: folder REPORTS, with names that say nothing of the patient. Pure. */
import { join } from 'node:path';
import type { DiscExtra } from '../disc-extra.ts';
import type { PlacedInstance } from '../file-set.ts';
import { showDate } from '../pages/text.ts';
import { wordsOf } from '../pages/words/words-of.ts';
import type { Language } from '../order/content.ts';
import type { DerivedKind, DerivedLine } from '../preparation/derived-book.ts';

const FOLDER = 'REPORTS';
const SUFFIXES: Partial<Record<DerivedKind, string>> = { htm: 'HTM', pdf: 'PDF', xml: 'XML' };

export interface ReportFilesRequest {
  readonly placed: readonly PlacedInstance[];
  readonly derived: ReadonlyMap<number, DerivedLine>;
  /** Where derived files lie. */
  readonly folder: string;
  readonly language: Language;
}

/** Gives every report and document of the volume its place, in the order of the disc. */
export const reportFiles = ({ placed, derived, folder, language }: ReportFilesRequest): DiscExtra => {
  const found = placed.flatMap(({ instance }) => {
    const line = derived.get(instance.instanceId);
    return (line?.files ?? []).flatMap((file) => { const suffix = SUFFIXES[file.kind]; return line && suffix !== undefined ? [{ instance, line, file, suffix }] : []; });
  });
  const places = found.map((one, at) => ({ ...one, path: `${FOLDER}/R${String(at + 1).padStart(7, '0')}.${one.suffix}` }));
  const document = wordsOf(language).document;
  return {
    files: places.map(({ path, file }) => ({ path, bytes: file.bytes, content: { file: join(folder, file.name) } })),
    links: places.map(({ path, instance: { attributes }, line, file }) => ({
      kind: 'report', href: path,
      title: file.kind === 'htm' ? line.title : [line.title || attributes.seriesDescription || document, showDate(attributes.contentDate || attributes.studyDate), file.kind.toUpperCase()].filter(Boolean).join(', '),
    })),
  };
};
