/** What the gate asks of the file systems: legal names, every tree alike, no file over another. @source ECMA-119 7; PS3.10 8.2; PS3.12 F, P */
import { HOLE } from '../reader/image-bytes.ts';
import type { Extent } from '../reader/image-bytes.ts';
import type { DiscEntry } from '../reader/disc-content.ts';
import type { IsoEntry } from '../reader/iso9660-reader.ts';
import type { DiscFileSystem, GateInput } from './gate-input.ts';
import { FILE_ID_PART, foldedPath, isFileId } from './inspection.ts';
import type { Inspection } from './inspection.ts';
import { digestEach } from './read-tolerantly.ts';

const PLAIN_NAME = /^[A-Z0-9_]{1,8}(\.[A-Z0-9_]{0,3})?$/;
/** ISO 9660 level 1 describes no longer file, so a bridge shows it in UDF only. @source ECMA-119 10.1 */
const MAX_ISO_BYTES = 0xffff_ffff;

const isDicomPath = (path: string): boolean => path === 'DICOMDIR' || path.startsWith('DICOM/');

/** Every name of the primary tree is one that any reader takes. @source PS3.10 8.2, ECMA-119 7 */
const checkIsoNames = ({ disc, report }: Inspection): void => {
  for (const entry of disc.iso?.primary ?? []) {
    const name = entry.path.split('/').at(-1) ?? '';
    if (!(isDicomPath(entry.path) || entry.isDirectory ? FILE_ID_PART : PLAIN_NAME).test(name)) report('iso-names', entry.path, 'illegal name');
    if (entry.level > 8 || entry.path.split('/').length > 8) report('iso-names', entry.path, 'lies too deep');
  }
};

const extentsOf = (entries: readonly DiscEntry[]): readonly string[] => entries.filter((entry) => !entry.isDirectory && entry.bytes > 0).map((entry) => JSON.stringify(entry.extents)).sort();

/** The Joliet tree shows the same extents, and the same names where DICOM gives them. */
const checkJoliet = ({ disc, report }: Inspection): void => {
  const { primary, joliet } = disc.iso ?? {};
  if (!primary || !joliet) return;
  if (JSON.stringify(extentsOf(primary)) !== JSON.stringify(extentsOf(joliet))) report('joliet-tree', '', 'the two trees do not hold the same files');
  const names = new Set(joliet.map((entry) => entry.path));
  for (const entry of primary) if (isDicomPath(entry.path) && isFileId(entry.path) && !names.has(entry.path)) report('joliet-tree', entry.path, 'missing in the Joliet tree');
};

const samePlace = (a: readonly Extent[], b: readonly Extent[]): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Both trees of a bridge hold the same files: at the same place, or at another place with the same bytes. */
const checkBridge = async ({ disc, content, report }: Inspection): Promise<void> => {
  const { iso, udf } = disc;
  if (!iso || !udf?.isReadable) return;
  const udfFiles = new Map(udf.entries.filter((entry) => !entry.isDirectory).map((entry) => [entry.path, entry]));
  const udfPlaces = new Map([...udfFiles.values()].filter((entry) => entry.bytes > 0).map((entry) => [JSON.stringify(entry.extents), entry.path]));
  const seen = new Set<string>();
  const elsewhere: { readonly inIso: IsoEntry; readonly inUdf: DiscEntry }[] = [];
  for (const entry of iso.primary) {
    if (entry.isDirectory) continue;
    const byPath = udfFiles.get(entry.path);
    const path = byPath ? entry.path : entry.bytes === 0 || isFileId(entry.path) ? undefined : udfPlaces.get(JSON.stringify(entry.extents));
    if (path === undefined && entry.bytes > 0) report('trees-agree', entry.path, 'in ISO 9660, but not in UDF');
    if (path !== undefined) seen.add(path);
    if (!byPath) continue;
    if (byPath.bytes !== entry.bytes) report('trees-agree', entry.path, `${entry.bytes} bytes in ISO 9660, ${byPath.bytes} in UDF`);
    else if (!samePlace(byPath.extents, entry.extents)) elsewhere.push({ inIso: entry, inUdf: byPath });
  }
  const digests = await digestEach(content, elsewhere.flatMap(({ inIso, inUdf }) => [inIso, inUdf]), report);
  for (const [n, { inIso }] of elsewhere.entries()) if (digests[2 * n] !== digests[2 * n + 1]) report('trees-agree', inIso.path, 'other bytes in ISO 9660 than in UDF');
  for (const { path, bytes } of udfFiles.values()) if (bytes > 0 && bytes <= MAX_ISO_BYTES && !seen.has(path)) report('trees-agree', path, 'in UDF, but not in ISO 9660');
};

/** Files lie apart, or are one and the same under two names. */
const checkExtents = ({ content, report }: Inspection): void => {
  const all = content.entries.filter((entry) => !entry.isDirectory).flatMap((entry) => entry.extents.filter(({ offset, bytes }) => offset !== HOLE && bytes > 0).map((extent) => ({ ...extent, entry })));
  all.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let reach: (typeof all)[number] | undefined;
  for (const extent of all) {
    if (reach && extent.entry !== reach.entry && extent.offset < reach.offset + reach.bytes && !samePlace(extent.entry.extents, reach.entry.extents)) report('extents', extent.entry.path, `shares bytes with ${reach.entry.path}`);
    if (!reach || extent.offset + extent.bytes > reach.offset + reach.bytes) reach = extent;
  }
};

/** System and volume identifier as a CD wants them; the name of the volume is the File-set ID in every tree. @source PS3.12 F.2.2.1 */
export const checkIdentifiers = ({ disc, report }: Inspection, fileSetId: string): void => {
  if (!disc.iso) return;
  if (disc.iso.systemId.trim() !== '') report('iso-identifiers', '', 'the system identifier is not blank');
  if (disc.iso.volumeId !== fileSetId.padEnd(32, ' ')) report('iso-identifiers', '', 'the volume identifier is not the File-set ID');
};

const isThere = ({ disc }: Inspection, system: DiscFileSystem): boolean =>
  system === 'iso9660' ? disc.iso !== undefined : system === 'joliet' ? disc.iso?.joliet !== undefined : disc.udf?.isReadable === true;
const NAMES: Readonly<Record<DiscFileSystem, string>> = { iso9660: 'there is no ISO 9660 tree', joliet: 'there is no Joliet tree', udf: 'there is no UDF tree' };

/** Length and file systems of the image are the planned ones. */
export const checkPlannedVolume = (inspection: Inspection, plan: GateInput): void => {
  const { disc, report } = inspection;
  if (disc.bytes !== plan.bytes) report('plan-size', '', `the image has ${disc.bytes} bytes, ${plan.bytes} were written`);
  for (const system of plan.fileSystems ?? (['iso9660', 'joliet'] as const)) if (!isThere(inspection, system)) report('plan-file-systems', '', NAMES[system]);
};

/** DICOM names in the case the Standard gives them; no two names that a reader without case takes for one. */
const checkNameCase = ({ content, report }: Inspection): void => {
  const folded = new Map<string, string>();
  for (const { path, isDirectory } of content.entries) {
    const key = foldedPath(path);
    const other = folded.get(key);
    if (other !== undefined && other !== path) report('name-case', path, `differs from ${other} only in case, version or a dot`);
    folded.set(key, path);
    if (!isDirectory && !path.includes('/') && key === 'DICOMDIR' && path !== 'DICOMDIR') report('name-case', path, 'the DICOMDIR is not named DICOMDIR');
  }
};

/** All checks of the trees that need no plan. */
export const checkTrees = async (inspection: Inspection): Promise<void> => {
  checkIsoNames(inspection);
  checkJoliet(inspection);
  checkNameCase(inspection);
  checkExtents(inspection);
  await checkBridge(inspection);
};
