/** What the gate asks of digests: each file as it was hashed when written, and SHA256.TXT true of every other file. */
import { MANIFEST_PATH } from '../manifest.ts';
import type { GateInput } from './gate-input.ts';
import type { Inspection } from './inspection.ts';
import { digestEach, reading } from './read-tolerantly.ts';

/** A manifest line takes about 90 bytes: more than any disc could fill. */
const MAX_MANIFEST_BYTES = 128 << 20;

/** Files that together are longer than this many times the medium share their bytes beyond reason. */
const MOST_READ = 2;

/** SHA-256 of every file that can be read, by path. */
export const digestAll = async ({ disc, content, files, report }: Inspection): Promise<ReadonlyMap<string, string>> => {
  const entries = [...files.values()];
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (disc.kind === 'image' && total > MOST_READ * disc.bytes) { report('limits', '', 'the files together are longer than the medium: not read'); return new Map(); }
  const digests = await digestEach(content, entries, report);
  return new Map(entries.flatMap(({ path }, n) => { const digest = digests[n]; return digest === undefined ? [] : [[path, digest]]; }));
};

/** Exactly the planned files are there, each with its size and digest. */
export const checkPlannedFiles = ({ files, report }: Inspection, plan: GateInput, digests: ReadonlyMap<string, string>): void => {
  const wanted = new Set(plan.files.map((file) => file.path));
  for (const path of files.keys()) if (!wanted.has(path)) report('plan-files', path, 'not planned, but on the volume');
  for (const file of plan.files) {
    const entry = files.get(file.path);
    if (!entry) report('plan-files', file.path, 'missing');
    else if (entry.bytes !== file.bytes) report('plan-files', file.path, `${entry.bytes} bytes instead of ${file.bytes}`);
    else if (digests.get(file.path) !== file.sha256) report('plan-digests', file.path, 'content differs from the manifest');
  }
};

/** What the manifest as read back says of files: each of the others is listed, once. Needs no digests, so it can be done before they are there. */
export const checkManifest = ({ content, files, report }: Inspection): ReadonlyMap<string, string> => {
  const listed = new Map<string, string>();
  const entry = files.get(MANIFEST_PATH);
  if (!entry) return listed;
  const wrong = (text: string): void => { report('manifest', MANIFEST_PATH, text); };
  if (entry.bytes > MAX_MANIFEST_BYTES) { wrong('too large to be a manifest'); return listed; }
  const lines = reading(report, 'manifest', entry, () => content.read(entry, 0, entry.bytes))?.toString('latin1').split('\n');
  if (!lines) return listed;
  if (lines.pop() !== '') wrong('its last line is cut');
  for (const [n, line] of lines.entries()) {
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    // A remark says what the file of the next line was made from; sha256sum passes over it.
    if (line.startsWith('# ')) continue;
    if (sha256 === undefined || path === undefined) wrong(`line ${n + 1} is no manifest line`);
    else if (!files.has(path) || path === MANIFEST_PATH || listed.has(path)) wrong(`line ${n + 1} names no other file of this volume, or one twice`);
    else listed.set(path, sha256);
  }
  for (const path of files.keys()) if (path !== MANIFEST_PATH && !listed.has(path)) wrong(`${path} is not listed`);
  return listed;
};

/** The manifest is true of what was read. */
export const checkListed = ({ report }: Inspection, listed: ReadonlyMap<string, string>, digests: ReadonlyMap<string, string>): void => {
  // What could not be read is named elsewhere.
  for (const [path, sha256] of listed) if (digests.has(path) && digests.get(path) !== sha256) report('manifest', MANIFEST_PATH, `another digest for ${path}`);
};
