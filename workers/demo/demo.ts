/**
 * `npm run demo`: makes a study with recognisable pictures, sends it to the running appliance by our own Storage SCU (or starts one),
 * follows its order step by step until the disc lies in the out bin, and shows what is on it.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAttributes } from '../../dicom/attributes.ts';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { echo } from '../../dicom/echo-scu.ts';
import { sendInstances } from '../../dicom/storage-scu.ts';
import { openImage, readIsoVolume } from '../../disc/reader/iso9660-reader.ts';
import { loadConfig, processEnvironment } from '../../infra/config.ts';
import type { Config } from '../../infra/config.ts';
import { spawnChild } from '../../infra/exec.ts';
import { homeLayout } from '../../infra/home.ts';
import { makePhantomStudy } from './phantom-study.ts';

const START_LIMIT_MS = 15 * 60_000;
const ORDER_LIMIT_MS = 5 * 60_000;

const say = (line: string): void => { process.stdout.write(`${line}\n`); };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const answers = async (config: Config): Promise<boolean> => {
  try {
    await echo({ host: config.dicomHost, port: config.dicomPort, calledAe: config.aeTitle, callingAe: 'DEMO', timeoutSeconds: 2 });
    return (await fetch(`http://${config.httpHost}:${config.httpPort}/api/v1/live`)).ok;
  } catch {
    // Whatever the reason: it does not answer, which is the question.
    return false;
  }
};

/** Starts an appliance of its own when none answers; answers how to stop it again. */
const ensureAppliance = async (config: Config): Promise<() => Promise<void>> => {
  if (await answers(config)) return () => Promise.resolve();
  say('No appliance answers: starting one (stopped again at the end).');
  const child = await spawnChild([process.execPath, fileURLToPath(new URL('../appliance.ts', import.meta.url))], { onLine: (line) => say(`  ${line}`) });
  let hasEnded = false;
  void child.ended.then(() => { hasEnded = true; });
  for (const until = Date.now() + START_LIMIT_MS; !await answers(config); await pause(500)) {
    if (hasEnded) throw new TypeError('the appliance did not start: see its lines above');
    if (Date.now() > until) throw new TypeError(`the appliance was not ready within ${START_LIMIT_MS / 60_000} minutes`);
  }
  return async () => { child.kill('SIGTERM'); await child.ended; };
};

interface Api { get<T>(path: string): Promise<T>; post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<T> }

const openApi = async (config: Config): Promise<Api> => {
  const token = (await readFile(homeLayout(config.home).apiToken, 'utf8')).trim();
  const call = async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> => {
    const response = await fetch(`http://${config.httpHost}:${config.httpPort}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const answer: unknown = await response.json();
    if (!response.ok) throw new TypeError(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer as T;
  };
  return { get: (path) => call('GET', path), post: (path, body, headers) => call('POST', path, body, headers) };
};

interface Detail {
  readonly order: { readonly state: string; readonly info: string; readonly waitingFor: string };
  readonly jobs: readonly { readonly copy: number; readonly serial: string; readonly activity: string; readonly state: string; readonly percent: number | null }[];
  readonly discs: readonly { readonly serial: string; readonly place: string; readonly robot: string; readonly state: string }[];
  readonly report: readonly { readonly reason: string }[];
}

const follow = async (api: Api, orderId: string): Promise<Detail> => {
  let shown = '';
  for (const until = Date.now() + ORDER_LIMIT_MS; ; await pause(150)) {
    const detail = await api.get<Detail>(`/orders/${orderId}`);
    const { order, jobs } = detail;
    const line = [order.waitingFor ? `waits for ${order.waitingFor}` : order.state.toLowerCase(), ...jobs.map((job) => `copy ${job.copy} ${job.serial}: ${job.state === 'GOOD' ? 'good' : job.activity || 'queued'}`)].join(' · ');
    if (line !== shown) say(`  ${new Date().toISOString().slice(11, 19)}  ${line}`);
    shown = line;
    if (['DONE', 'FAILURE', 'CANCELLED'].includes(order.state)) return detail;
    if (Date.now() > until) throw new TypeError(`the order did not end within ${ORDER_LIMIT_MS / 60_000} minutes`);
  }
};

const showDisc = (folder: string): void => {
  const image = openImage(join(folder, 'disc.iso'));
  try {
    const volume = readIsoVolume(image);
    say(`\nVolume ${volume.volumeId.trim()}, ${volume.sectors} sectors:`);
    const files = volume.primary.filter((entry) => !entry.isDirectory);
    const folders = new Map<string, number>();
    for (const { path } of files) {
      const parent = path.split('/').slice(0, -1).join('/');
      if (parent === '') say(`  ${path}`);
      else folders.set(parent, (folders.get(parent) ?? 0) + 1);
    }
    for (const [path, count] of [...folders].sort()) say(`  ${path}/  (${count} ${count === 1 ? 'file' : 'files'})`);
  } finally {
    image.close();
  }
};

/** The study is ordered by its UID: others may be arriving at the same time. */
const studyUidOf = (study: ReturnType<typeof makePhantomStudy>): string => {
  const first = study[0]?.bytes ?? Buffer.alloc(0);
  const meta = readFileMeta(first);
  const read = readAttributes(first.subarray(meta.dataSetOffset), meta.transferSyntaxUid, true);
  if (read.status !== 'ok') throw new TypeError('the demo study cannot be read');
  return read.attributes.studyInstanceUid;
};

const main = async (): Promise<void> => {
  const config = loadConfig({ env: processEnvironment() });
  const stop = await ensureAppliance(config);
  const scratch = await mkdtemp(join(tmpdir(), 'spindle-demo-'));
  try {
    say('Making a study: CT phantom of 60 slices, ultrasound picture, report, PDF.');
    const study = makePhantomStudy({ seed: Date.now() % 1_000_000 });
    const files = await Promise.all(study.map(async ({ name, bytes }) => { const file = join(scratch, name); await writeFile(file, bytes); return file; }));
    say(`Sending ${files.length} instances to ${config.aeTitle} at ${config.dicomHost}:${config.dicomPort}.`);
    const sent = await sendInstances({ host: config.dicomHost, port: config.dicomPort, calledAe: config.aeTitle, callingAe: 'DEMO', files });
    const stored = sent.filter((result) => result.outcome === 'stored');
    say(`Stored: ${stored.length} of ${sent.length}.`);
    for (const failed of sent.filter((result) => result.outcome !== 'stored')) say(`  not stored: ${failed.outcome} ${failed.comment}`);

    const api = await openApi(config);
    const { studies } = await api.get<{ studies: { studyId: number }[] }>(`/studies?limit=1&studyInstanceUid=${studyUidOf(study)}`);
    const studyId = studies[0]?.studyId;
    if (studyId === undefined) throw new TypeError('the study is not in the catalog');
    say('Ordering one disc of it (a burn rule would do the same after its quiet period):');
    const { orderId } = await api.post<{ orderId: string }>('/orders', { selection: { studies: [studyId] }, copies: 1, comment: 'Demonstration' }, { 'x-spindle-source': 'demo', 'idempotency-key': `demo-${studyId}` });
    const detail = await follow(api, orderId);
    for (const entry of detail.report) say(`  report: ${entry.reason}`);
    const disc = detail.discs.find((one) => one.state === 'READY');
    if (!disc) throw new TypeError(`the order ended as ${detail.order.state} (${detail.order.info}) without a good disc`);
    const folder = join(homeLayout(config.home).robots, disc.robot, disc.place);
    showDisc(folder);
    say(`\nDisc ${disc.serial}\n  image  ${join(folder, 'disc.iso')}\n  label  ${join(folder, 'label.png')}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await stop();
  }
};

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
