/** What the gate asks of names and files: both trees alike, every planned file and no other, each as it was hashed, and the manifest true. */
import { MANIFEST_PATH } from '../manifest.ts';
import { digestExtents } from '../reader/digest-extents.ts';
import { SECTOR } from '../reader/iso9660-reader.ts';
import type { ImageBytes, IsoEntry } from '../reader/iso9660-reader.ts';
import type { GateInput } from './gate-input.ts';

const FILE_ID_PART = /^[A-Z0-9_]{1,8}$/;
const PLAIN_NAME = /^[A-Z0-9_]{1,8}(\.[A-Z0-9_]{0,3})?$/;
/** A person with no DICOM software starts at these. @source IHE RAD TF-3 4.47.4.1.2.3 */
const ROOT_FILES = ['README.TXT', 'INDEX.HTM', MANIFEST_PATH] as const;
/** A manifest line takes about 90 bytes: more than any disc could fill. */
const MAX_MANIFEST_BYTES = 128 << 20;

/** Every name of the primary tree is one that any reader takes. @source PS3.10 8.2, ECMA-119 7 */
export const checkNames = (entries: readonly IsoEntry[], problems: string[]): void => {
  for (const entry of entries) {
    const name = entry.path.split('/').at(-1) ?? '';
    const isDicom = entry.path === 'DICOMDIR' || entry.path.startsWith('DICOM/');
    if (!(isDicom || entry.isDirectory ? FILE_ID_PART : PLAIN_NAME).test(name)) problems.push(`${entry.path}: illegal name`);
    if (entry.level > 8 || entry.path.split('/').length > 8) problems.push(`${entry.path}: lies too deep`);
  }
};

/** The Joliet tree shows the same extents, and the same names where DICOM gives them. */
export const checkJoliet = (primary: readonly IsoEntry[], joliet: readonly IsoEntry[] | undefined, problems: string[]): void => {
  if (!joliet) { problems.push('there is no Joliet tree'); return; }
  const extents = (entries: readonly IsoEntry[]): readonly string[] => entries.filter((entry) => !entry.isDirectory).map((entry) => `${entry.sector}+${entry.bytes}`).sort();
  if (JSON.stringify(extents(primary)) !== JSON.stringify(extents(joliet))) problems.push('the two trees do not hold the same files');
  const names = new Set(joliet.map((entry) => entry.path));
  for (const entry of primary) if (entry.path.startsWith('DICOM') && !names.has(entry.path)) problems.push(`${entry.path}: missing in the Joliet tree`);
};

/** Exactly the planned files are there, each with its size and digest. */
export const checkFiles = async (input: GateInput, image: ImageBytes, files: ReadonlyMap<string, IsoEntry>, problems: string[]): Promise<void> => {
  const wanted = new Set(input.files.map((file) => file.path));
  for (const path of files.keys()) if (!wanted.has(path)) problems.push(`${path}: not planned, but on the volume`);
  const present = input.files.filter((file) => {
    const entry = files.get(file.path);
    if (!entry) problems.push(`${file.path}: missing`);
    else if (entry.bytes !== file.bytes) problems.push(`${file.path}: ${entry.bytes} bytes instead of ${file.bytes}`);
    else return true;
    return false;
  });
  const digests = await digestExtents(input.imageFile, image, present.map((file) => ({ offset: (files.get(file.path)?.sector ?? 0) * SECTOR, bytes: file.bytes })));
  for (const [n, file] of present.entries()) if (digests[n] !== file.sha256) problems.push(`${file.path}: content differs from the manifest`);
};

/** The pages and the manifest stand in the root, and the manifest as read back says of every other file what was hashed. */
export const checkManifest = (input: GateInput, image: ImageBytes, files: ReadonlyMap<string, IsoEntry>, problems: string[]): void => {
  for (const name of ROOT_FILES) if (!files.has(name)) problems.push(`${name}: missing in the root`);
  const entry = files.get(MANIFEST_PATH);
  if (!entry) return;
  if (entry.bytes > MAX_MANIFEST_BYTES) { problems.push(`${MANIFEST_PATH}: too large to be a manifest`); return; }
  const lines = image.read(entry.sector * SECTOR, entry.bytes).toString('latin1').split('\n');
  if (lines.pop() !== '') problems.push(`${MANIFEST_PATH}: its last line is cut`);
  const wanted = new Map(input.files.filter((file) => file.path !== MANIFEST_PATH).map((file) => [file.path, file.sha256]));
  const listed = new Set<string>();
  for (const [n, line] of lines.entries()) {
    // A remark says what the file of the next line was made from; sha256sum passes over it.
    if (line.startsWith('# ')) continue;
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (sha256 === undefined || path === undefined) { problems.push(`${MANIFEST_PATH}: line ${n + 1} is no manifest line`); continue; }
    if (!wanted.has(path) || listed.has(path)) problems.push(`${MANIFEST_PATH}: line ${n + 1} names no other file of this volume, or one twice`);
    else if (wanted.get(path) !== sha256) problems.push(`${MANIFEST_PATH}: another digest for ${path}`);
    listed.add(path);
  }
  for (const path of wanted.keys()) if (!listed.has(path)) problems.push(`${MANIFEST_PATH}: ${path} is not listed`);
};
