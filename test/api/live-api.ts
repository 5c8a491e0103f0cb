/** The API over a real catalog and a listening server, for tests; workflows are recorded, labels lie in a folder. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../api/auth.ts';
import type { ApiDeps, RemotePort, WorkflowPort } from '../../api/route.ts';
import { createApp, listen } from '../../api/server.ts';
import type { ReportEntry } from '../../catalog/books/order-book.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { migrateCatalog } from '../../catalog/migrate.ts';
import { openCatalog } from '../../catalog/open.ts';
import type { ArrivedInstance } from '../../catalog/books/instance-index.ts';
import type { EchoAnswer } from '../../dicom/echo-verdict.ts';
import { createPictureMaker } from '../../dicom/picture/picture-maker.ts';
import type { RemoteStudy } from '../../dicom/query-retrieve-scu.ts';
import { createAttachmentStore } from '../../disc/attachments/attachment-store.ts';
import { lookKindOf, showInstance } from '../../disc/documents/show-instance.ts';
import { storedInstances } from '../disc/stored-instances.ts';
import { buildCertificate } from '../../disc/certificate.ts';
import { createViewerShelf } from '../../disc/viewers/viewer-shelf.ts';
import type { ViewerShelf } from '../../disc/viewers/viewer-shelf.ts';
import type { OrderOptions } from '../../disc/order/order.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { openSecretFiles } from '../../infra/secret-files.ts';
import type { SecretFiles } from '../../infra/secret-files.ts';
import { createLogger } from '../../infra/log.ts';
import { startLivePostgres } from '../catalog/live-postgres.ts';
import { makeSeries } from '../catalog/make-arrival.ts';
import type { ArrivalSketch } from '../catalog/make-arrival.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import { copiesPort } from '../../workers/copies-port.ts';

/** What the gate found on every volume that is composed here. */
export const CERTIFICATE = buildCertificate({
  product: 'Spindle 0.1.0', imprint: { institution: 'Hospital', contact: '', product: 'Spindle 0.1.0', language: 'en', webContent: false }, volume: { fileSetId: 'SP00000001_1', fileSetUid: '2.25.1', index: 1, of: 1, media: 'CD', createdAt: new Date('2026-01-02T03:04:05Z') }, image: { bytes: 12_000_000, sha256: 'ab'.repeat(32) }, profile: '',
  checks: [{ id: 'iso-order', outcome: 'pass', findings: 0 }], counts: { files: 5, directories: 4, records: 6, instances: 3, bytesCompared: 3000 }, report: [],
});

export const TOKEN = 'a-token-for-tests-only';

export interface Composed {
  readonly orderId: string;
  readonly volumeId: number;
}

export interface LiveApi {
  readonly catalog: Catalog;
  readonly origin: string;
  readonly viewers: ViewerShelf;
  /** What the API said to workflows, in order. */
  readonly said: readonly (readonly unknown[])[];
  /** Passphrases as they are kept. */
  readonly secretFiles: SecretFiles;
  /** Every line the server logged. */
  readonly logged: () => string;
  /** Makes the workflow port answer as when Temporal is away. */
  takeTemporalAway(isAway: boolean): void;
  /** What the TLS port of the node shows; null: there is none. */
  showTls(tls: Awaited<ReturnType<ApiDeps['tls']>>): void;
  readonly labelFile: (serial: string) => string;
  addLoginLink(lifeSeconds?: number): Promise<string>;
  /** Stores one series and answers the id of its study. */
  storeStudy(images: number, sketch: ArrivalSketch & { readonly study: number }): Promise<number>;
  /** Stores real files of one study and answers its id. */
  storeFiles(files: readonly Buffer[]): Promise<number>;
  placeOrder(studyIds: readonly number[], options?: Partial<OrderOptions>): Promise<string>;
  /** Plans and composes the one volume of an order. */
  compose(orderId: string, report?: readonly ReportEntry[]): Promise<Composed>;
  /** Makes one copy as a robot would; answers its serial. */
  burn(composed: Composed, copy?: number, result?: 'good' | 'bad'): Promise<string>;
  close(): Promise<void>;
}

const OPTIONS: OrderOptions = { copies: 1, media: 'any', robot: 'any', priority: 3, comment: '', labelTemplate: 'default', allowSeveralPatients: false, retention: 'default', content: DEFAULT_CONTENT };

/** AEs that do not answer well. */
const ECHOES: Readonly<Record<string, EchoAnswer>> = { DEAF: { verdict: 'no-listener', text: 'No one listens on 10.1.2.4:104.', code: 'ASSOCIATION_NO_LISTENER', elapsedMs: 1 } };

const recordingPort = (said: unknown[][], isAway: () => boolean): WorkflowPort => {
  const say = (...words: unknown[]): Promise<void> => {
    if (isAway()) return Promise.reject(new ApplianceError('API_UNAVAILABLE', 'Temporal does not answer'));
    said.push(words);
    return Promise.resolve();
  };
  return {
    orderChanged: (orderId, change, by) => say('orderChanged', orderId, change, by),
    resumeVolume: (orderId, volume, verdict, copy, by) => say('resumeVolume', orderId, volume, verdict, copy, by),
    group: (groupId, wish, by) => say('group', groupId, wish, by),
    actOnRobot: (robot, action) => say('actOnRobot', robot, action),
    send: async (aeTitle, selection) => { await say('send', aeTitle, selection); return 'send-0123456789abcdef'; },
    sendState: (sendId) => Promise.resolve(sendId === 'send-0123456789abcdef' ? { state: 'ended', stored: 3, warnings: 0, failed: 1, error: '' } : undefined),
    ping: () => (isAway() ? Promise.reject(new ApplianceError('API_UNAVAILABLE', 'Temporal does not answer')) : Promise.resolve()),
  };
};

export const REMOTE_STUDY: RemoteStudy = {
  studyInstanceUid: '2.25.77', patientName: 'Remote^Anna', patientId: 'R1', issuerOfPatientId: '', birthDate: '', sex: '', studyDate: '20260101', studyTime: '', description: 'CT', accessionNumber: 'A7', studyIdText: '',
  referringPhysicianName: '', modalities: ['CT'], series: 1, instances: null,
};

/** Knows one AE, PACS, which holds one study; another, AWAY, does not answer. */
const fakeRemote: RemotePort = {
  findAe: (aeTitle) => Promise.resolve(['PACS', 'AWAY'].includes(aeTitle) ? { aeTitle, host: '127.0.0.1', port: 104, tls: false, maxAssociations: 1, preferredTransferSyntaxes: [] } : undefined),
  findStudies: ({ aeTitle }, search) => aeTitle === 'AWAY' ? Promise.reject(new ApplianceError('ASSOCIATION_TIMED_OUT', 'no answer in time')) : Promise.resolve({ found: search.patientId === 'R1' ? [REMOTE_STUDY] : [], isComplete: true }),
  findSeries: (_ae, study) => Promise.resolve({ found: study === '2.25.77' ? [{ seriesInstanceUid: '2.25.78', modality: 'CT', number: '1', description: '', bodyPart: '', instances: 12 }] : [], isComplete: false }),
};

/** Starts a private PostgreSQL, migrates, and listens on a free port of the loopback. */
export const startLiveApi = async (now: () => Date = () => new Date(), takesCopies = false): Promise<LiveApi> => {
  const postgres = await startLivePostgres();
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  const secretFiles = openSecretFiles({ secrets: folder, teachingKey: join(folder, 'teaching-key') });
  const url = await postgres.makeDatabaseUrl();
  await migrateCatalog(url);
  const catalog = await openCatalog({ databaseUrl: url, now });
  const said: unknown[][] = [];
  const lines: string[] = [];
  let isAway = false;
  let tls: Awaited<ReturnType<ApiDeps['tls']>> = null;
  const labelFile = (serial: string): string => join(folder, `${serial}.png`);
  const pictureMaker = createPictureMaker({ workers: 1 });
  const viewers = createViewerShelf({ directory: join(folder, 'viewers'), now });
  const deps: ApiDeps = {
    catalog, workflows: recordingPort(said, () => isAway), copies: { ...copiesPort({ copiesFolder: takesCopies ? folder : '', storeDirectory: folder, secrets: secretFiles, now }), holdReasons: (instances) => Promise.resolve(new Map(instances.map(({ instanceId, attributes }) => [instanceId, attributes.burnedInAnnotation === 'NO' ? [] : [{ code: 'burned-in-unknown', text: 'Look at it.' }]]))) }, robots: () => catalog.robots.all(), token: TOKEN,
    looks: { kindOf: ({ attributes }) => lookKindOf(attributes), show: (instance, frame) => showInstance({ instance, frame, file: join(folder, instance.file.path), language: 'en', pictureMaker }) },
    now, labelFile,
    viewers, attachments: { ...createAttachmentStore(join(folder, 'attachments')), longestBytes: 100_000 },
    appliance: { aeTitle: 'SPINDLE', dicomHost: '0.0.0.0', dicomPort: 11112, version: '0.0.0-test', temporalUi: 'http://127.0.0.1:8233' },
    store: () => Promise.resolve({ freeBytes: 5e11, usedPercent: 41, warning: false }), echo: () => Promise.resolve(), tls: () => Promise.resolve(tls), echoAe: (ae) => { said.push(['echo', ae.aeTitle, ae.host, ae.port]); return Promise.resolve(ECHOES[ae.aeTitle] ?? { verdict: 'answers', text: 'Answers.', code: null, elapsedMs: 3 }); },
    remote: fakeRemote,
    log: createLogger({ process: 'http', level: 'debug', destination: { write: (line: string) => { lines.push(line); } } }),
  };
  const server = await listen(createApp(deps), '127.0.0.1', 0);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(join(folder, 'secret.txt'), 'not for anybody');
  let keys = 0;
  return {
    catalog, origin, viewers, said, secretFiles, logged: () => lines.join(''), labelFile,
    showTls: (shown) => { tls = shown; },
    takeTemporalAway: (away) => { isAway = away; },
    async addLoginLink(lifeSeconds = 60) {
      const token = `login-${++keys}-${'x'.repeat(24)}`;
      await catalog.sessions.addLoginToken(sha256(token), new Date(now().getTime() + lifeSeconds * 1000));
      return `${origin}/login?token=${token}`;
    },
    async storeStudy(images, sketch) {
      await catalog.instances.store(makeSeries(images, sketch));
      const { studies } = await catalog.studies.search({ studyInstanceUid: `2.25.${sketch.study}`, limit: 1 });
      return studies[0]?.studyId ?? Number.NaN;
    },
    async storeFiles(files) {
      const paths = files.map((bytes) => {
        const path = `real-${++keys}.dcm`;
        writeFileSync(join(folder, path), bytes);
        return path;
      });
      const instances = storedInstances(folder, paths);
      await catalog.instances.store(instances.map(({ attributes, file }): ArrivedInstance => ({ attributes, file, origin: { callingAe: 'MODALITY', calledAe: 'SPINDLE', host: '127.0.0.1', kind: 'pushed' }, storedAt: now() })));
      const { studies } = await catalog.studies.search({ studyInstanceUid: instances[0]?.attributes.studyInstanceUid ?? '', limit: 1 });
      return studies[0]?.studyId ?? Number.NaN;
    },
    async placeOrder(studyIds, options = {}) {
      return (await catalog.orders.place({ requestKey: `test-${++keys}`, source: 'api', placedBy: 'anna', selection: { studies: studyIds }, options: { ...OPTIONS, ...options } })).orderId;
    },
    async compose(orderId, report = []) {
      await catalog.orders.setState(orderId, 'CREATING', 'NORMAL', '');
      const brief = await catalog.orders.brief(orderId);
      const [volume] = await catalog.orders.recordVolumes(orderId, 'CD', [{ parts: brief.series.map(({ seriesId }) => ({ seriesId })) }]);
      const volumeId = volume?.volumeId ?? Number.NaN;
      const held = await catalog.instances.instancesOfVolume(volumeId);
      await catalog.orders.recordComposed(volumeId, { imageBytes: 12_000_000, imageSha256: 'ab'.repeat(32), certificate: CERTIFICATE, leftOff: [], instances: held.map(({ instanceId }, n) => ({ instanceId, fileId: `DICOM/IM${n + 1}`, sha256: 'cd'.repeat(32) })) });
      await catalog.orders.report(orderId, report);
      return { orderId, volumeId };
    },
    async burn({ volumeId }, copy = 1, result = 'good') {
      const job = await catalog.discs.openJob(volumeId, copy, 1, 'robot-1');
      await catalog.discs.jobSubmitted(job.jobKey, `ref-${job.serial}`);
      await catalog.discs.jobEnded(job.jobKey, {
        state: result === 'good' ? 'GOOD' : 'BAD', error: result === 'good' ? '' : 'ROBOT_VERIFY_FAILED',
        discs: [{ n: 1, result, place: result === 'good' ? 'out/1/000001' : 'reject/1/000001', error: result === 'good' ? '' : 'ROBOT_VERIFY_FAILED', at: now() }],
      });
      return job.serial;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
      await pictureMaker.close();
      await catalog.close();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

