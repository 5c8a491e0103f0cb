/** A morning at an invented hospital: studies, orders in several states, a robot and labelled discs, for looking at the page. */
import { writeFileSync } from 'node:fs';
import { renderLabel } from '../../../disc/label/render-label.ts';
import type { ArrivalSketch } from '../../catalog/make-arrival.ts';
import { DEFAULT_CONTENT } from '../../../disc/order/content.ts';
import type { Composed, LiveApi } from '../live-api.ts';

/** Would run as markup if the page ever put text into HTML. */
export const HOSTILE = '<img src=x onerror=alert(1)>';

type Person = readonly [name: string, id: string, birthDate: string, sex: string, description: string, modality: string, images: number, minutesAgo: number];
const PEOPLE: readonly Person[] = [
  ['Phantom^Agnes^Maria', '4711-0815', '19570314', 'F', 'CT Thorax/Abdomen with contrast', 'CT', 412, 170],
  ['Müller^Jérôme', '4711-0920', '19880722', 'M', 'MR Knee left', 'MR', 186, 131],
  ['Ковалёва^Ирина', 'UA-200317', '19640130', 'F', 'CT Head', 'CT', 64, 95],
  ['Phantom^Dora', '4711-0999', '19830412', 'F', 'MR Lumbar spine', 'MR', 240, 64],
  ['Παπαδοπούλου^Ελένη', 'GR-77120', '19911105', 'F', 'Mammography screening', 'MG', 8, 41],
  ['קופר^דבורה', 'IL-51002', '19790218', 'F', 'US Abdomen', 'US', 37, 22],
  ['Phantom^Bernard', '4711-1033', '20010609', 'M', 'XR Chest two views', 'CR', 2, 6],
];

const label = async (api: LiveApi, serial: string, person: Person, copy: { index: number; of: number }): Promise<void> => {
  const [name, id, birthDate, sex, description, modality] = person;
  const { png } = await renderLabel({
    patients: [{ name, id, birthDate, sex }], studies: [{ date: '20260301', description, modalities: [modality], accession: 'A100' }], institution: 'University Hospital, Radiology', comment: 'For the referring physician',
    volume: { index: 1, of: 1 }, ...(copy.of > 1 ? { copy } : {}), supplement: false, createdAt: new Date('2026-03-01T11:00:00Z'), contentKind: 'DICOM ONLY', profile: 'STD-GEN-CD', serial,
  }, { dpi: 110 });
  writeFileSync(api.labelFile(serial), png);
};

const running = async (api: LiveApi, { volumeId }: Composed, copy: number, progress: Parameters<LiveApi['catalog']['discs']['jobProgress']>[1]): Promise<string> => {
  const job = await api.catalog.discs.openJob(volumeId, copy, 1, 'robot-1');
  await api.catalog.discs.jobSubmitted(job.jobKey, `ref-${job.serial}`);
  await api.catalog.discs.jobProgress(job.jobKey, progress);
  return job.jobKey;
};

/** Fills the catalog of a live API. */
export const setScene = async (api: LiveApi): Promise<void> => {
  const { catalog } = api;
  const ids: number[] = [];
  for (const [n, [patientName, patientId, patientBirthDate, patientSex, studyDescription, modality, images, minutesAgo]] of PEOPLE.entries()) {
    const sketch: ArrivalSketch & { study: number } = {
      study: 700 + n, patientName, patientId, patientBirthDate, patientSex, studyDescription, modality, accessionNumber: `A${4100 + n}`, bytes: 527_000, storedAt: new Date(Date.now() - minutesAgo * 60_000),
    };
    ids.push(await api.storeStudy(images, sketch));
  }
  const study = (n: number): number => ids[n] ?? Number.NaN;
  const person = (n: number): Person => PEOPLE[n] as Person;

  for (const n of [0, 1, 2]) {
    const copies = n === 0 ? 2 : 1;
    const done = await api.compose(await api.placeOrder([study(n)], { copies }), n === 1 ? [{ kind: 'outside-profile', reason: 'MR images with more than 12 bits: not every reader of STD-GEN-CD shows them' }] : []);
    for (let copy = 1; copy <= copies; copy++) await label(api, await api.burn(done, copy), person(n), { index: copy, of: copies });
    await catalog.orders.setState(done.orderId, 'DONE', 'NORMAL', '');
  }
  const failed = await api.compose(await api.placeOrder([study(5)]));
  await api.burn(failed, 1, 'bad');
  await catalog.orders.setState(failed.orderId, 'CREATING', 'MCD_FAILURE', 'a person: the disc did not read back as written');

  const lost = await api.compose(await api.placeOrder([study(3)]));
  const lostKey = await running(api, lost, 1, { phase: 'running', activity: 'recording', percent: 80, error: '' });
  await catalog.discs.jobEnded(lostKey, { state: 'LOST', error: 'ROBOT_JOB_LOST', discs: [] });
  await catalog.orders.setState(lost.orderId, 'CREATING', 'JOB_LOST', 'a person to look in the bins of robot-1');

  const busy = await api.compose(await api.placeOrder([study(4)], { copies: 2, comment: 'For the referring physician' }));
  await running(api, busy, 1, { phase: 'running', activity: 'recording', percent: 62, error: '' });
  await running(api, busy, 2, { phase: 'queued', activity: 'waiting', percent: null, error: '' });
  await catalog.orders.setHeldBack(await api.placeOrder([study(6)]), true, 'anna');

  const rule = await catalog.rules.create({
    name: 'All radiographs', position: 1, isEnabled: true, also: false, condition: { modality: ['CR'] }, grouping: 'study', quietSeconds: 600, longestWaitSeconds: 0, copies: 1, media: 'any', robot: 'any', priority: 4, labelTemplate: 'default', retention: 'default', content: DEFAULT_CONTENT,
  }, 'anna', 'api');
  const seriesId = (await catalog.studies.study(study(6)))?.series[0]?.seriesId ?? 0;
  await catalog.rules.watch([{ rule, seriesId }]);
  await catalog.robots.report({
    name: 'robot-1', capabilities: { driver: 'virtual' },
    health: {
      up: true, heartbeatAgeSeconds: 1, conditions: [{ code: 'ROBOT_INK_LOW', scope: 'robot', retry: 'operator', raw: '' }],
      bins: [{ id: 'in-1', role: 'in', discs: 64, media: 'CD', capacity: 100 }, { id: 'in-2', role: 'in', discs: 7, media: 'DVD', capacity: 100 }, { id: 'out-1', role: 'out', discs: 4, capacity: 100 }, { id: 'reject', role: 'reject', discs: 1, capacity: 25 }],
      ink: [{ name: 'cyan', percent: 71 }, { name: 'magenta', percent: 58 }, { name: 'yellow', percent: 9 }, { name: 'black', percent: 44 }],
      drives: [{ id: '1', state: 'recording', percent: 62 }, { id: '2', state: 'idle' }],
    },
  });  const ae = { port: 104, tls: false, maxAssociations: 2, preferredTransferSyntaxes: [], notes: '' } as const;
  await catalog.aes.create({ ...ae, aeTitle: 'ARCHIVE', host: 'archive.hospital.example', port: 2762, tls: true, services: ['store', 'query', 'retrieve'], notes: 'main archive' }, 'anna');
  await catalog.aes.create({ ...ae, aeTitle: 'CT_EMERGENCY', host: '10.1.2.17', services: ['store'] }, 'anna');
  await catalog.aes.create({ ...ae, aeTitle: 'DEAF', host: '10.1.2.4', services: ['store'], notes: 'ultrasound, ward 3' }, 'anna');
  await catalog.aes.noteCallers([
    { callingAe: 'MR_NEW', host: '10.1.2.44', reason: 'calling-ae', calls: 12, lastSeenAt: new Date(Date.now() - 90_000) }, { callingAe: HOSTILE.slice(0, 16), host: '10.1.2.66', reason: 'let-in', calls: 1, lastSeenAt: new Date(Date.now() - 7_200_000) },
    { callingAe: 'CT_EMERGENCY', host: '10.1.9.9', reason: 'caller-address', calls: 2, lastSeenAt: new Date(Date.now() - 600_000) },
  ]);
};
