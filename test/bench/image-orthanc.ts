/** The same study as Orthanc makes media of it: a ZIP with a DICOMDIR, from the request until its last byte has been downloaded. */
import { startOrthanc } from './receive-targets.ts';
import { sendAll } from './send.ts';

const LIMIT_MS = 600_000;
/** The record that ends a ZIP; how many entries there are stands 10 bytes further. A remark of the maker may follow. @source APPNOTE 4.3.16 */
const END_RECORD = Buffer.from('PK\x05\x06', 'latin1');
const TAIL_BYTES = 256;
const MAX_ENTRIES = 0xffff;

export interface OrthancMedia { readonly wallSeconds: number; readonly zipBytes: number }

export interface OrthancArchive {
  /** Downloads the archive once; it goes nowhere. @throws TypeError when it does not hold the study */
  readonly make: () => Promise<OrthancMedia>;
  readonly stop: () => Promise<void>;
}

const entriesIn = (tail: Buffer): number => {
  const at = tail.lastIndexOf(END_RECORD);
  return at < 0 ? -1 : tail.readUInt16LE(at + 10);
};

const download = async (url: string, instances: number): Promise<OrthancMedia> => {
  const began = performance.now();
  const answer = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
  if (!answer.ok || answer.body === null) throw new TypeError(`Orthanc answers ${answer.status}`);
  let zipBytes = 0;
  let tail = Buffer.alloc(0);
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    zipBytes += chunk.length;
    tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }
  const wallSeconds = (performance.now() - began) / 1000;
  const entries = entriesIn(tail);
  if (entries !== Math.min(MAX_ENTRIES, instances + 1)) throw new TypeError(`the archive of Orthanc has ${entries} entries instead of ${instances} and a DICOMDIR`);
  return { wallSeconds, zipBytes };
};

/** Starts an Orthanc that holds the study of the store; sending it there is not measured. */
export const startOrthancArchive = async (storeDirectory: string, study: { readonly instances: number; readonly bytes: number }): Promise<OrthancArchive> => {
  const target = await startOrthanc();
  try {
    await sendAll(target, { folders: [storeDirectory], count: study.instances, bytes: study.bytes });
    const held = await target.stored();
    if (held !== study.instances) throw new TypeError(`Orthanc holds ${held} of ${study.instances} instances`);
    const base = `http://127.0.0.1:${target.httpPort ?? 0}`;
    const [id, ...others] = await (await fetch(`${base}/studies`, { signal: AbortSignal.timeout(20_000) })).json() as string[];
    if (id === undefined || others.length > 0) throw new TypeError('Orthanc does not hold exactly one study');
    return { make: () => download(`${base}/studies/${id}/media`, study.instances), stop: () => target.stop() };
  } catch (error) {
    await target.stop();
    throw error;
  }
};
