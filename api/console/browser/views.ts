/** What each list shows for one thing. Colour always comes with a word. */
import type { Disc, Group, Job, OrderDetail, Robot, Study } from './client.ts';
import { ago, day, el, images, personName, size, svg } from './dom.ts';

const CONCERN: Readonly<Record<string, string>> = { PATIENT_DIFFERS: 'identity differs', STUDY_CONFLICT: 'two contents' };

/** Advice for a condition, in the words of the person at the robot. */
const CONDITION: Readonly<Record<string, string>> = {
  ROBOT_OUT_OF_DISCS: 'No blank discs: put in blanks, work goes on by itself.', ROBOT_OUTPUT_FULL: 'Output bin full: take the discs out.', ROBOT_WRONG_MEDIA: 'Wrong or too small discs: replace them.',
  ROBOT_INK_LOW: 'Ink is low: keep a cartridge ready.', ROBOT_INK_EMPTY: 'Ink is empty: change the cartridge.', ROBOT_JAM: 'Jammed: clear it, then resume.', ROBOT_COVER_OPEN: 'Paused or cover open: close it.',
  ROBOT_PRINTER_FAULT: 'Printer fault: look at the robot, then resume.', ROBOT_DRIVE_FAULT: 'A drive is failing.', ROBOT_LINK_LOST: 'No sign of life from the robot.', ROBOT_NO_SPACE: 'The work disk of the robot is full.',
  ROBOT_WRITE_FAILED: 'Could not be written.', ROBOT_VERIFY_FAILED: 'Did not read back as written.', ROBOT_JOB_LOST: 'Not known whether it was made.', ROBOT_CANCELLED: 'Cancelled.', ROBOT_JOB_INVALID: 'The robot refuses the job.', ROBOT_UNKNOWN: 'Something unknown: look at the robot.',
};
export const conditionText = (code: string): string => CONDITION[code] ?? code;

export const studyRow = (study: Study, order: (study: Study) => void): HTMLElement => el('tr', {},
  el('td', {}, el('div', { class: 'strong' }, el('bdi', {}, personName(study.patientName))), el('div', { class: 'small' }, el('bdi', {}, study.patientId || 'no patient id'), study.birthDate ? el('span', { class: 'keep' }, ` · born ${day(study.birthDate)}`) : '', study.sex ? ` · ${study.sex}` : '')),
  el('td', {}, el('div', {}, el('bdi', {}, study.description || 'no description'), ' ', ...study.concerns.map((concern) => el('span', { class: 'tag warn' }, CONCERN[concern] ?? concern))), el('div', { class: 'small' }, el('span', { class: 'keep' }, day(study.studyDate)), ` · ${study.modalities.join(' ')}${study.accessionNumber ? ` · ${study.accessionNumber}` : ''}`)),
  el('td', { class: 'number' }, el('div', {}, study.instances), el('div', { class: 'small' }, size(study.bytes))),
  el('td', {}, el('div', {}, ago(study.lastStoredAt)), study.goodDiscs > 0 ? el('span', { class: 'tag good' }, `on ${study.goodDiscs} ${study.goodDiscs === 1 ? 'disc' : 'discs'}`) : null),
  el('td', {}, el('button', { class: 'main', 'data-key': `order-${study.studyId}`, disabled: study.heldInstances === 0, on: { click: () => order(study) } }, 'Order disc')));

/** Whose images a group collects: one name each, and what of one study. */
const collected = ({ studies }: Group): string => {
  const people = [...new Set(studies.map((study) => personName(study.patientName)))];
  const [only] = studies;
  return `${people.slice(0, 3).join('; ')}${people.length > 3 ? ' and others' : ''}${studies.length === 1 && only?.description ? ` · ${only.description}` : ''}`;
};

export const collectLine = (group: Group, say: (wish: 'flush' | 'hold') => void): HTMLElement => el('div', { class: 'collect' },
  el('span', {}, el('span', { class: 'strong' }, el('bdi', {}, collected(group))), ` arriving: ${images(group.openInstances)} of one ${group.grouping}, rule "${group.rule}", order ${ago(group.dueAt)}`),
  el('button', { 'data-key': `flush-${group.groupId}`, on: { click: () => say('flush') } }, 'Burn now'), el('button', { 'data-key': `hold-${group.groupId}`, on: { click: () => say('hold') } }, 'Hold'));

const STEPS = ['placed', 'composing', 'at the robot', 'recording', 'verifying', 'printing', 'done'] as const;
const stepOf = (detail: OrderDetail): number => {
  const { order, volumes, jobs } = detail;
  if (order.state === 'DONE') return 6;
  if (order.state === 'PENDING') return 0;
  if (volumes.length === 0 || volumes.some((volume) => volume.state === 'PLANNED')) return 1;
  const open = jobs.filter((job) => job.endedAt === null);
  const reached = open.map((job) => (job.activity === 'printing' || job.activity === 'unloading' ? 5 : job.activity === 'verifying' ? 4 : job.activity === 'recording' ? 3 : 2));
  return reached.length > 0 ? Math.min(...reached) : 2;
};

const TONE: Readonly<Record<string, string>> = { DONE: 'good', FAILURE: 'bad', CANCELLED: 'bad', GOOD: 'good', BAD: 'bad', LOST: 'bad' };
const VERDICTS: Readonly<Record<string, readonly (readonly [string, string])[]>> = { LOST: [['found', 'Disc found and good'], ['not-made', 'None was made']], BAD: [['retry', 'Try again'], ['give-up', 'Give up']] };

const jobLine = (job: Job, volume: { readonly index: number; readonly of: number } | undefined): HTMLElement => el('div', { class: 'row' },
  el('span', {}, `Disc ${volume?.index ?? '?'} of ${volume?.of ?? '?'}, copy ${job.copy}${job.attempt > 1 ? ` (attempt ${job.attempt})` : ''}`),
  el('span', { class: 'small' }, job.serial),
  job.endedAt ? el('span', { class: `tag ${TONE[job.state] ?? ''}` }, job.state === 'GOOD' ? 'good' : job.state === 'BAD' ? 'bad, rejected' : job.state.toLowerCase()) : el('span', { class: `tag ${job.error ? 'warn' : ''}` }, job.error ? conditionText(job.error) : job.activity || job.phase || 'waiting'),
  !job.endedAt && job.percent !== null ? el('progress', { class: 'grow', max: 100, value: job.percent }) : null);

export interface OrderActions {
  readonly say: (wish: 'cancel' | 'hold' | 'release' | 'flush') => void;
  readonly resume: (volume: number, copy: number, verdict: string) => void;
}

export const orderCard = (detail: OrderDetail, actions: OrderActions): HTMLElement => {
  const { order } = detail;
  const step = stepOf(detail);
  const isOpen = order.state === 'PENDING' || order.state === 'CREATING';
  const mark = (n: number): string => (order.state === 'FAILURE' || order.state === 'CANCELLED' ? (n <= step ? 'stop' : '') : n < step || order.state === 'DONE' ? 'done' : n > step ? '' : order.waitingFor ? 'wait' : 'now');
  const volumeOf = (job: Job): OrderDetail['volumes'][number] | undefined => detail.volumes.find((volume) => volume.volumeId === job.volumeId);
  const last = [...new Map(detail.jobs.map((job) => [`${job.volumeId} ${job.copy}`, job])).values()];
  const stuck = isOpen ? last.filter((job) => job.endedAt !== null && (job.state === 'LOST' || job.state === 'BAD')) : [];
  const button = (key: string, text: string, click: () => void): HTMLElement => el('button', { 'data-key': `${key}-${order.orderId}`, on: { click } }, text);
  return el('article', { class: 'card' },
    el('div', { class: 'row' },
      el('span', { class: `tag ${TONE[order.state] ?? (order.waitingFor || order.isHeldBack ? 'warn' : '')}` }, order.isHeldBack ? 'held back' : order.waitingFor ? 'waiting' : order.state.toLowerCase()),
      el('span', { class: 'strong grow' }, el('bdi', {}, detail.patients.map((patient) => personName(patient.name)).join('; ') || order.orderId)),
      el('span', { class: 'small' }, ago(order.placedAt))),
    el('div', { class: 'small' }, detail.studies.map((study) => `${day(study.date)} ${study.description}`.trim()).join('; '), ` · ${images(order.instances)}, ${size(order.bytes)} · ${order.options.copies} ${order.options.copies === 1 ? 'copy' : 'copies'} · by ${order.source}`, order.isSupplement ? ' · supplement' : ''),
    el('div', { class: 'steps', role: 'img', 'aria-label': `step: ${STEPS[step] ?? ''}` }, ...STEPS.map((_, n) => el('i', { class: mark(n) }))),
    order.waitingFor ? el('div', { class: 'waits' }, `Waits for ${order.waitingFor}.`) : null,
    el('div', { class: 'copies' }, ...last.map((job) => jobLine(job, volumeOf(job)))),
    ...stuck.map((job) => el('div', { class: 'row' }, el('span', { class: 'grow small' }, `${conditionText(job.error)} Copy ${job.copy}:`), ...(VERDICTS[job.state] ?? []).map(([verdict, text]) => button(`${verdict}-${job.jobKey}`, text, () => actions.resume(volumeOf(job)?.index ?? 1, job.copy, verdict))))),
    detail.report.length > 0 ? el('details', { 'data-key': `report-${order.orderId}` }, el('summary', {}, `Report: ${detail.report.length} ${detail.report.length === 1 ? 'note' : 'notes'}`), el('ul', {}, ...detail.report.slice(0, 50).map((entry) => el('li', {}, entry.reason)))) : null,
    isOpen ? el('div', { class: 'row' },
      order.isHeldBack || CONCERN[order.info] ? button('release', 'Release', () => actions.say('release')) : order.state === 'PENDING' ? button('hold', 'Hold', () => actions.say('hold')) : null,
      button('cancel', 'Cancel', () => actions.say('cancel'))) : null);
};

/** Amber is where a person is needed soon: blanks run out, the others fill up. */
const binPicture = (discs: number | null, capacity: number, isInput: boolean): SVGElement => {
  const share = discs === null ? 0 : Math.min(1, discs / Math.max(capacity, 1));
  const height = Math.round(52 * share);
  return svg('svg', { width: 56, height: 64, viewBox: '0 0 56 64', 'aria-hidden': 'true' },
    svg('rect', { x: 8, y: 4, width: 40, height: 56, rx: 4, fill: '#f2f6f7', stroke: '#a9b9bd' }),
    height > 0 ? svg('rect', { x: 11, y: 58 - height, width: 34, height, rx: 2, fill: (isInput ? share < 0.1 : share > 0.9) ? '#e0a100' : '#4aa3ad' }) : null,
    svg('rect', { x: 26, y: 2, width: 4, height: 58, fill: '#5b6d73' }));
};

export const robotCard = (robot: Robot, act: (action: Record<string, unknown>) => void): HTMLElement => {
  const { health } = robot;
  if (!health) return el('article', { class: 'card' }, el('div', { class: 'row' }, el('span', { class: 'strong grow' }, robot.name), el('span', { class: 'tag warn' }, 'not seen yet')));
  return el('article', { class: 'card' },
    el('div', { class: 'row' }, el('span', { class: 'strong grow' }, robot.name), el('span', { class: `tag ${health.up ? (health.conditions.length > 0 ? 'warn' : 'good') : 'bad'}` }, health.up ? (health.conditions.length > 0 ? 'needs a person' : 'ready') : 'no contact')),
    ...health.conditions.map((condition) => el('div', { class: 'waits' }, conditionText(condition.code))),
    el('div', { class: 'bins' }, ...health.bins.map((bin) => el('div', { class: 'bin' },
      el('span', { class: 'strong' }, bin.role === 'in' ? `${bin.media ?? ''} blanks` : bin.role === 'reject' ? 'Rejected' : 'Finished'),
      binPicture(bin.discs, bin.capacity ?? 100, bin.role === 'in'), el('span', {}, bin.discs === null ? 'unknown' : `${bin.discs} ${bin.discs === 1 ? 'disc' : 'discs'}`),
      bin.role === 'in' ? el('button', { 'data-key': `refill-${robot.name}-${bin.id}`, on: { click: () => act({ kind: 'refill', bin: bin.id, discs: bin.capacity ?? 100 }) } }, 'Refilled')
        : bin.role === 'out' ? el('button', { 'data-key': `empty-${robot.name}-${bin.id}`, on: { click: () => act({ kind: 'empty', bin: bin.id }) } }, 'Emptied') : null))),
    health.ink.length > 0 ? el('div', { class: 'inks' }, ...health.ink.map((ink) => el('label', {}, el('span', {}, ink.name), el('span', {}, ink.percent === null ? '?' : `${Math.round(ink.percent)} %`), el('meter', { min: 0, max: 100, low: 15, value: ink.percent ?? 0 })))) : null,
    el('div', { class: 'row small' }, ...health.drives.map((drive) => el('span', {}, `Drive ${drive.id}: ${drive.state}${drive.percent !== undefined ? ` ${Math.round(drive.percent)} %` : ''}`)),
      health.conditions.some((condition) => condition.code === 'ROBOT_INK_EMPTY' || condition.code === 'ROBOT_INK_LOW') ? el('button', { on: { click: () => act({ kind: 'change-ink' }) } }, 'Ink changed') : null,
      health.conditions.some((condition) => ['ROBOT_JAM', 'ROBOT_COVER_OPEN', 'ROBOT_PRINTER_FAULT'].includes(condition.code)) ? el('button', { on: { click: () => act({ kind: 'resume' }) } }, 'Resume') : null));
};

export const discCard = (disc: Disc, zoom: (disc: Disc) => void, again: (disc: Disc) => void): HTMLElement => el('article', { class: `disc ${disc.state.toLowerCase()}` },
  disc.state === 'BAD' ? el('div', { class: 'plate' }, 'rejected')
    : disc.robot === '' ? el('div', { class: 'plate' }, 'copy, no disc')
    : el('img', { src: `/api/v1/discs/${encodeURIComponent(disc.serial)}/label.png`, alt: `Label of disc ${disc.serial}`, loading: 'lazy', on: { click: () => zoom(disc) } }),
  el('div', { class: 'strong' }, el('bdi', {}, disc.patients.map((patient) => personName(patient.name)).join('; '))),
  el('div', { class: 'small' }, `${disc.serial} · ${disc.media} ${disc.index} of ${disc.of}`),
  el('div', { class: 'row' }, el('span', { class: `tag ${disc.state === 'READY' ? 'good' : 'bad'}` }, disc.state === 'READY' ? 'ready' : disc.state === 'WITHDRAWN' ? 'withdrawn: content was corrected' : conditionText(disc.error)), el('span', { class: 'small' }, ago(disc.madeAt))),
  el('div', { class: 'small' }, `${disc.robot} ${disc.place}`.trim()),
  disc.state === 'READY' ? el('button', { 'data-key': `again-${disc.serial}`, on: { click: () => again(disc) } }, disc.robot === '' ? 'Deliver again' : 'Burn again') : null);
