/** Which installed viewers go on a disc, and what must be said about those that do not. Pure. */
import type { ViewerMark } from '../certificate.ts';
import type { FileSystemRow } from '../tables/media-types.ts';
import { collisions } from './place-rules.ts';
import type { InstalledViewer } from './installed-viewer.ts';

export interface ViewerWish {
  /** Ids in the order in which they are wanted; each once. */
  readonly ids: readonly string[];
  /** A disc that is made again wants the viewers of its first making. */
  readonly before?: readonly ViewerMark[];
  /** Trees of the medium; absent: not known yet. */
  readonly trees?: FileSystemRow['trees'];
}

export interface ChosenViewers {
  readonly viewers: readonly InstalledViewer[];
  /** Sentences without patient data, for the report of the order. */
  readonly notes: readonly string[];
}

const showsLongNames = (trees: FileSystemRow['trees']): boolean => trees.includes('joliet') || trees.includes('udf');

const newestOf = (installed: readonly InstalledViewer[], id: string): { readonly found?: InstalledViewer; readonly note?: string } => {
  const versions = installed.filter(({ viewer }) => viewer.manifest.id === id);
  const found = versions.find(({ isEnabled }) => isEnabled);
  if (found) return { found };
  return { note: `viewer ${id} is not on the disc: ${versions.length > 0 ? 'it is switched off' : 'it is not installed'}` };
};

/** The same package as before, or the nearest there is, with why. */
const sameAs = (installed: readonly InstalledViewer[], mark: ViewerMark): { readonly found?: InstalledViewer; readonly note?: string } => {
  const same = installed.find(({ viewer: { manifest, digest } }) => manifest.id === mark.id && manifest.version === mark.version && digest === mark.digest);
  if (same) return { found: same };
  const { found, note } = newestOf(installed, mark.id);
  if (!found) return { note: `${note ?? ''}; the first making had version ${mark.version}` };
  const { version } = found.viewer.manifest;
  return { found, note: version === mark.version ? `viewer ${mark.id} ${version} was installed again with other content since the first making` : `viewer ${mark.id} is version ${version}: version ${mark.version} of the first making is no longer installed` };
};

/** Chooses by id the newest version that is switched on; a wish that cannot be met is left out and noted. */
export const chooseViewers = (installed: readonly InstalledViewer[], { ids, before, trees }: ViewerWish): ChosenViewers => {
  const viewers: InstalledViewer[] = [];
  const notes: string[] = [];
  for (const { found, note } of before ? before.map((mark) => sameAs(installed, mark)) : [...new Set(ids)].map((id) => newestOf(installed, id))) {
    if (note !== undefined) notes.push(note);
    if (!found) continue;
    const { manifest, files } = found.viewer;
    const paths = [...viewers.flatMap((other) => other.viewer.files), ...files].map(({ path }) => path);
    if (trees && manifest.needsLongNames && !showsLongNames(trees)) notes.push(`viewer ${manifest.id} is not on the disc: this medium does not show its long names`);
    else if (collisions(paths).length > 0) notes.push(`viewer ${manifest.id} is not on the disc: its files would lie over those of another viewer`);
    else viewers.push(found);
  }
  return { viewers, notes };
};
