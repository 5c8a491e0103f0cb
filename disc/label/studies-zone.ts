/**
 * The band below the hub: the studies on the volume, and the comment.
 * One study has room to wrap; several become a table; those that find no room are counted.
 */
import { cleanText } from './clean-text.ts';
import { sizesOf, widthMm, type FittedText } from './fit-text.ts';
import type { Span } from './geometry.ts';
import { dateText, type LabelStudy } from './label-content.ts';
import { paragraph, styled, textSpan, zoneOf, type Page, type Zone } from './page.ts';

/** In em of the table's text. */
const ROW_GAP = 0.3;
const ROW_HEIGHT = 1;
const COLUMN_GAP_MM = 2.2;

const modalitiesOf = (study: LabelStudy): string => study.modalities.map(cleanText).filter((text) => text !== '').join('/');
const accessionOf = (study: LabelStudy): string => (cleanText(study.accession) === '' ? '' : `Acc. ${cleanText(study.accession)}`);
const descriptionOf = (study: LabelStudy): string => cleanText(study.description);

interface Room {
  readonly top: number;
  readonly bottom: number;
}

const oneStudy = (page: Page, study: LabelStudy, room: Room): FittedText[] => {
  const { sizes: { study: sizes }, colours } = page.template;
  const facts = [dateText(study.date), modalitiesOf(study), accessionOf(study)].filter((text) => text !== '').join('  ·  ');
  const head = paragraph(page, { field: 'studies.date', text: facts, style: { ...styled(sizes, 700, colours.text), maxLines: 1 }, top: room.top, maxHeightMm: sizes.maxMm * 1.3 });
  const style = { ...styled(sizes, 400, colours.text), maxMm: sizes.maxMm * 1.15 };
  const top = head.bottom + (head.lines.length === 0 ? 0 : 1.3);
  return [head, paragraph(page, { field: 'studies.description', text: descriptionOf(study), style, top, maxHeightMm: room.bottom - top })];
};

interface TableLook {
  readonly size: number;
  /** Lines a description may take. */
  readonly maxLines: number;
}

interface Columns {
  readonly date: Span;
  readonly modality: Span;
  readonly description: Span;
  readonly accession: Span;
}

const columnsOf = (page: Page, studies: readonly LabelStudy[], room: Room, { size, maxLines }: TableLook): Columns => {
  const bottom = Math.min(room.bottom, room.top + studies.length * maxLines * (ROW_HEIGHT + ROW_GAP) * size);
  const disc = textSpan(page, room.top, bottom);
  const widest = (texts: readonly string[], weight: 400 | 700, most: number): number =>
    Math.min(most, Math.max(0, ...texts.map((text) => widthMm(page.shaper, text, weight, size))));
  const width = disc.right - disc.left;
  const dateMm = widest(studies.map((study) => dateText(study.date)), 700, width * 0.25);
  const modalityMm = widest(studies.map(modalitiesOf), 700, width * 0.18);
  const accessionMm = widest(studies.map(accessionOf), 400, width * 0.26);
  const descriptionMm = widest(studies.map(descriptionOf), 400, width);
  const wanted = [dateMm, modalityMm, descriptionMm, accessionMm].filter((mm) => mm > 0);
  const margin = Math.max(0, width - wanted.reduce((sum, mm) => sum + mm, 0) - (wanted.length - 1) * COLUMN_GAP_MM) / 2;
  const whole = { left: disc.left + margin, right: disc.right - margin };
  const after = (left: number, mm: number): number => left + (mm === 0 ? 0 : mm + COLUMN_GAP_MM);
  const date = { left: whole.left, right: whole.left + dateMm };
  const modality = { left: after(whole.left, dateMm), right: after(whole.left, dateMm) + modalityMm };
  const descriptionLeft = after(modality.left, modalityMm);
  const accession = { left: whole.right - accessionMm, right: whole.right };
  return { date, modality, accession, description: { left: descriptionLeft, right: accessionMm === 0 ? whole.right : accession.left - COLUMN_GAP_MM } };
};

interface Table {
  readonly texts: readonly FittedText[];
  readonly rows: number;
  readonly bottom: number;
}

const layTable = (page: Page, studies: readonly LabelStudy[], room: Room, look: TableLook): Table => {
  const { colours } = page.template;
  const columns = columnsOf(page, studies, room, look);
  const oneSize = { maxMm: look.size, minMm: look.size, maxLines: 1 };
  const texts: FittedText[] = [];
  let [top, rows] = [room.top, 0];
  for (const study of studies) {
    const common = { top, maxHeightMm: room.bottom - top, align: 'left' } as const;
    const row = [
      paragraph(page, { ...common, field: 'studies.date', text: dateText(study.date), style: styled(oneSize, 700, colours.text), span: columns.date }),
      paragraph(page, { ...common, field: 'studies.modalities', text: modalitiesOf(study), style: styled(oneSize, 700, colours.accent), span: columns.modality }),
      paragraph(page, { ...common, field: 'studies.description', text: descriptionOf(study), style: styled({ ...oneSize, maxLines: look.maxLines }, 400, colours.text), span: columns.description }),
      paragraph(page, { ...common, field: 'studies.accession', text: accessionOf(study), style: styled(oneSize, 400, colours.quiet), span: columns.accession, align: 'right' }),
    ];
    const bottom = Math.max(top + look.size, ...row.map((text) => text.bottom));
    if (bottom > room.bottom + 1e-6) break;
    texts.push(...row);
    rows += 1;
    top = bottom + ROW_GAP * look.size;
  }
  return { texts, rows, bottom: top - ROW_GAP * look.size };
};

const severalStudies = (page: Page, studies: readonly LabelStudy[], room: Room): Zone => {
  const { sizes: { study: sizes }, colours } = page.template;
  for (const maxLines of [1, 2]) {
    for (const size of sizesOf(sizes)) {
      const table = layTable(page, studies, room, { size, maxLines });
      if (table.rows === studies.length && !table.texts.some((text) => text.isTruncated)) return zoneOf(table.texts);
    }
  }
  const small = { size: sizes.minMm, maxLines: 1 };
  const all = layTable(page, studies, room, small);
  if (all.rows === studies.length) return zoneOf(all.texts);
  const noteMm = sizes.minMm * 1.1;
  const shown = layTable(page, studies, { top: room.top, bottom: room.bottom - noteMm - 2 * ROW_GAP * small.size }, small);
  const note = paragraph(page, {
    field: 'studies', text: `and ${studies.length - shown.rows} more studies, see README on the disc`,
    style: styled({ maxMm: sizes.minMm, minMm: sizes.minMm * 0.8, maxLines: 1 }, 400, colours.quiet), top: shown.bottom + 2 * ROW_GAP * small.size, maxHeightMm: noteMm,
  });
  return zoneOf([...shown.texts, note], [], ['studies']);
};

/** Lays the studies and, at the bottom of the band, the comment. */
export const layStudiesZone = (page: Page): Zone => {
  const { zones: { studies: zone }, sizes, colours } = page.template;
  const text = cleanText(page.content.comment);
  const commentOf = (top: number): FittedText =>
    paragraph(page, { field: 'comment', text, style: styled(sizes.comment, 400, colours.quiet), top, maxHeightMm: zone.bottom - top });
  // The comment stands on the bottom of the band, where the disc is narrowest: it is fitted there, not moved there.
  const oneLineMm = sizes.comment.maxMm * 1.1;
  const tops = [zone.bottom - oneLineMm, zone.bottom - 2.2 * sizes.comment.minMm, zone.bottom - 2.2 * oneLineMm, zone.bottom - 3 * oneLineMm];
  const candidates = tops.map(commentOf);
  const comment = candidates.find((fitted) => !fitted.isTruncated) ?? candidates.at(-1) ?? commentOf(zone.top);
  const room = { top: zone.top, bottom: text === '' ? zone.bottom : comment.top - 1.3 };
  const [first, ...others] = page.content.studies;
  const studies = first === undefined ? zoneOf([]) : others.length === 0 ? zoneOf(oneStudy(page, first, room)) : severalStudies(page, page.content.studies, room);
  const remark = zoneOf([comment]);
  return { lines: [...studies.lines, ...remark.lines], pills: [], truncated: [...studies.truncated, ...remark.truncated] };
};
