/**
 * The band above the hub: institution, and who the disc belongs to. The patient name is the largest text.
 */
import { cleanText } from './clean-text.ts';
import { shiftDown, type FittedText } from './fit-text.ts';
import { layIdentityRow, type RowItem } from './identity-row.ts';
import { dateText, personNameText, type LabelPatient } from './label-content.ts';
import { paragraph, styled, textSpan, zoneOf, type Page, type Zone } from './page.ts';

const MAX_LISTED = 4;
const GAP_MM = 1.5;
const ROW_GAP_MM = 0.35;

/** Share of the room left over that goes above the block; the rest keeps it off the hub. */
const SLACK_ABOVE = 0.45;

const identityOf = (patient: LabelPatient): RowItem[] => [
  { field: 'patients.id', caption: 'ID', value: cleanText(patient.id) },
  { field: 'patients.birthDate', caption: 'Born', value: dateText(patient.birthDate) },
  { field: 'patients.sex', caption: 'Sex', value: cleanText(patient.sex) },
];

const bottomOf = (texts: readonly FittedText[], otherwise: number): number => Math.max(otherwise, ...texts.map((text) => text.bottom));

const rowOf = (page: Page, patient: LabelPatient, top: number, share: number): FittedText[] => {
  const { identity } = page.template.sizes;
  const sizes = { ...identity, maxMm: Math.max(identity.minMm, identity.maxMm * share) };
  return layIdentityRow(page, { items: identityOf(patient), sizes, top, spanAt: (from, to) => textSpan(page, from, to) });
};

/** The disc is wider further down: a long name may stand larger there. The first of equals wins. */
const STEPS_DOWN_MM = [0, 2, 4, 6, 8, 10];

const worth = (text: FittedText): number => (text.isTruncated ? 0 : 200) + (text.hasBrokenWord ? 0 : 100) - 10 * text.lines.length + (text.lines[0]?.sizeMm ?? 0);

const best = (candidates: readonly FittedText[]): FittedText =>
  candidates.reduce((chosen, candidate) => (worth(candidate) > worth(chosen) + 0.3 ? candidate : chosen));

const onePatient = (page: Page, patient: LabelPatient): FittedText[] => {
  const { zones: { patient: zone }, sizes, colours } = page.template;
  const name = personNameText(patient.name);
  const ideographicMm = name.ideographic === '' ? 0 : sizes.ideographic.maxMm * 1.1 + GAP_MM;
  const identityMm = sizes.identity.maxMm * 1.3 + GAP_MM;
  const style = styled(sizes.name, 700, colours.text);
  const nameText = name.main === '' ? 'Name not recorded' : name.main;
  const roomMm = zone.bottom - zone.top - ideographicMm - identityMm;
  const texts = [best(STEPS_DOWN_MM.filter((mm) => mm < roomMm / 2).map((mm) =>
    paragraph(page, { field: 'patients.name', text: nameText, style, top: zone.top + mm, maxHeightMm: roomMm - mm })))];
  if (name.ideographic !== '') {
    const top = bottomOf(texts, zone.top) + GAP_MM;
    texts.push(paragraph(page, { field: 'patients.name', text: name.ideographic, style: styled(sizes.ideographic, 700, colours.text), top, maxHeightMm: ideographicMm }));
  }
  return [...texts, ...rowOf(page, patient, bottomOf(texts, zone.top) + GAP_MM, 1)];
};

const severalPatients = (page: Page, patients: readonly LabelPatient[]): FittedText[] => {
  const { zones: { patient: zone }, sizes: { identity }, colours } = page.template;
  const step = (zone.bottom - zone.top) / patients.length;
  const nameMm = Math.min(5.2, step * 0.46);
  const share = Math.min(0.8, (step * 0.35) / identity.maxMm);
  const rowMm = Math.max(identity.minMm, identity.maxMm * share) + 2 * ROW_GAP_MM;
  const style = { weight: 700, maxMm: nameMm, minMm: 2.4, maxLines: 1, colour: colours.text } as const;
  return patients.flatMap((patient, i) => {
    const { main, ideographic } = personNameText(patient.name);
    const text = [main, ideographic].filter((part) => part !== '').join('  ');
    const top = zone.top + i * step;
    const name = paragraph(page, { field: 'patients.name', text: text === '' ? 'Name not recorded' : text, style, top, maxHeightMm: step - rowMm });
    return [name, ...rowOf(page, patient, name.bottom + ROW_GAP_MM, share)];
  });
};

const countedPatients = (page: Page): FittedText[] => {
  const { zones: { patient: zone }, sizes, colours } = page.template;
  const head = paragraph(page, { field: 'patients', text: `${page.content.patients.length} patients`, style: styled(sizes.name, 700, colours.text), top: zone.top, maxHeightMm: 12 });
  return [head, paragraph(page, { field: 'patients', text: 'see README on the disc', style: styled(sizes.identity, 400, colours.quiet), top: head.bottom + GAP_MM, maxHeightMm: 8 })];
};

/** Lays the institution at the top and the patients below it, clear of the hub. */
export const layPatientZone = (page: Page): Zone => {
  const { zones, sizes, colours } = page.template;
  const { patients } = page.content;
  const institution = paragraph(page, {
    field: 'institution', text: cleanText(page.content.institution), style: styled(sizes.institution, 700, colours.accent),
    top: zones.institution.top, maxHeightMm: zones.institution.bottom - zones.institution.top,
  });
  const [first] = patients;
  const isCounted = first === undefined || patients.length > MAX_LISTED;
  const block = isCounted ? countedPatients(page) : patients.length === 1 ? onePatient(page, first) : severalPatients(page, patients);
  const slack = Math.max(0, zones.patient.bottom - bottomOf(block, zones.patient.top));
  const isAlone = patients.length === 1 || isCounted;
  const placed = isAlone ? block.map((text) => shiftDown(text, slack * SLACK_ABOVE)) : block;
  return zoneOf([institution, ...placed], [], isCounted && first !== undefined ? ['patients'] : []);
};
