/** Where a file of a viewer may lie on a disc: legal names, nothing over our own files, no two names for one. Pure. */
import type { ErrorCode } from '../../infra/errors.ts';
import { isFileIdComponent, isLevel1FileName } from '../image/iso-names.ts';
import { MANIFEST_PATH } from '../manifest.ts';

export type ViewerCode = Extract<ErrorCode, `DISC_VIEWER_${string}`>;

/** What is wrong with a package, in words for whoever makes it. */
export interface PackageFinding {
  readonly code: ViewerCode;
  /** Path in the package or on the disc; '' = the package as a whole. */
  readonly where: string;
  readonly text: string;
}

export const findingText = ({ where, text }: PackageFinding): string => `${where === '' ? 'the package' : where}: ${text}`;

/** Written by us where a viewer asks for it. */
export const AUTORUN_PATH = 'AUTORUN.INF';

/** Names of the root that are ours or have a meaning of their own. @source PS3.10 8.6; IHE RAD TF-3 4.47 (IHE_PDI); ours */
const OURS: ReadonlySet<string> = new Set(['DICOMDIR', 'DICOM', 'INDEX.HTM', 'README.TXT', MANIFEST_PATH, AUTORUN_PATH, 'IHE_PDI', 'REPORTS', 'OTHER']);

const MAX_COMPONENTS = 8;
/** Joliet shows no longer name of a file. */
const MAX_LONG_NAME = 62;
/** @source Microsoft, Naming Files, Paths, and Namespaces */
const NOT_ON_WINDOWS = /[<>:"|?*\\]|[. ]$/;
const WINDOWS_DEVICE = /^(?:CON|PRN|AUX|NUL|COM[1-9]|LPT[1-9])(?:\.|$)/i;

const isPlainName = (name: string, isFile: boolean): boolean => (isFile ? isLevel1FileName(name) : isFileIdComponent(name));

const longNameFault = (name: string): string | undefined => {
  if (!/^[\x20-\x7e]+$/.test(name)) return 'holds characters that are not printable ASCII';
  if (name.length > MAX_LONG_NAME) return `has more than ${MAX_LONG_NAME} characters`;
  return NOT_ON_WINDOWS.test(name) ? 'holds a character that Windows does not take, or ends with a dot or a space' : undefined;
};

const nameFault = (name: string, isFile: boolean, needsLongNames: boolean): string | undefined => {
  if (WINDOWS_DEVICE.test(name)) return 'is the name of a device on Windows';
  if (isPlainName(name, isFile)) return undefined;
  return needsLongNames ? longNameFault(name) : 'is not 8.3 in A-Z 0-9 _: rename it, or say needsLongNames if the viewer wants it so';
};

/** True for a path that climbs out, is absolute or is no path at all. */
export const leavesFolder = (path: string): boolean => path.startsWith('/') || path.includes('\\') || /^[A-Za-z]:/.test(path) || path.split('/').some((part) => part === '' || part === '.' || part === '..');

/** What is wrong with one place on a disc; undefined for a good one. */
const placeFault = (path: string, needsLongNames: boolean): PackageFinding | undefined => {
  if (leavesFolder(path)) return { code: 'DISC_VIEWER_ESCAPES', where: path, text: 'is no path below the root of a disc' };
  const parts = path.split('/');
  if (parts.length > MAX_COMPONENTS) return { code: 'DISC_VIEWER_NAME', where: path, text: `lies deeper than ${MAX_COMPONENTS} levels` };
  if (OURS.has((parts[0] ?? '').toUpperCase())) return { code: 'DISC_VIEWER_COLLISION', where: path, text: 'lies where the disc has files of its own' };
  if (parts.at(-1)?.toUpperCase() === 'DICOMDIR') return { code: 'DISC_VIEWER_COLLISION', where: path, text: 'would be a second DICOMDIR' };
  const wrong = parts.map((name, at) => ({ name, fault: nameFault(name, at === parts.length - 1, needsLongNames) })).find(({ fault }) => fault !== undefined);
  return wrong && { code: 'DISC_VIEWER_NAME', where: path, text: `${JSON.stringify(wrong.name)} ${wrong.fault ?? ''}` };
};

/** Every path and each folder above it, with the letters as they are written. */
const withFolders = (path: string): readonly { readonly path: string; readonly isFile: boolean }[] =>
  path.split('/').map((_, at, parts) => ({ path: parts.slice(0, at + 1).join('/'), isFile: at === parts.length - 1 }));

/** Files that lie on each other: the same name, a name that differs only in case, or a file where a folder is. */
export const collisions = (paths: readonly string[]): readonly string[] => {
  const taken = new Map<string, { readonly path: string; readonly isFile: boolean }>();
  return paths.filter((path) => {
    const steps = withFolders(path);
    const isTaken = steps.some((step) => {
      const known = taken.get(step.path.toLowerCase());
      return known !== undefined && (known.isFile || step.isFile || known.path !== step.path);
    });
    if (!isTaken) for (const step of steps) taken.set(step.path.toLowerCase(), step);
    return isTaken;
  });
};

/** Everything that is wrong with the places of a package. */
export const placeFindings = (paths: readonly string[], needsLongNames: boolean): readonly PackageFinding[] => [
  ...paths.flatMap((path) => placeFault(path, needsLongNames) ?? []),
  ...collisions(paths).map((path): PackageFinding => ({ code: 'DISC_VIEWER_COLLISION', where: path, text: 'lies where another file of the package lies' })),
];
