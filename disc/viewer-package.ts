/**
 * A viewer package: a folder with viewer-package.json, which says what of the folder is put where on a disc and how it is started.
 * Owns the form of that file and the digest of a package; knows nothing of where packages are kept.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './certificate.ts';
import type { ViewerMark } from './certificate.ts';
import { LANGUAGES } from './order/content.ts';

/** Name of the manifest inside the folder of a package. */
export const PACKAGE_FILE = 'viewer-package.json';

/** What AUTORUN.INF can carry on every system: no line end, nothing that depends on a code page. */
const line = (longest: number): z.ZodString => z.string().max(longest).regex(/^[\x20-\x7e]*$/, 'holds characters that are not printable ASCII');
const text = (longest: number): z.ZodString => z.string().max(longest).regex(/^[^\p{Cc}]*$/u, 'holds control characters');
/** From the root of the disc or of the package, with `/`; whether it may be used is checked against the files. */
const path = line(240);

/** Ids are folder names in the home folder and names in orders. */
export const VIEWER_ID = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
const VERSION = /^[0-9A-Za-z](?:[0-9A-Za-z._+-]{0,30}[0-9A-Za-z])?$/;

const argumentShape = Object.fromEntries(LANGUAGES.map((language) => [language, line(240).optional()])) as Record<(typeof LANGUAGES)[number], z.ZodOptional<z.ZodString>>;

export const PackageManifest = z.strictObject({
  format: z.literal(1),
  id: z.string().regex(VIEWER_ID, '1 to 32 of a-z 0-9 -'),
  name: line(64).min(1),
  version: z.string().regex(VERSION, '1 to 32 of letters, digits . _ + -'),
  homepage: z.union([z.literal(''), z.url({ protocol: /^https?$/ }).max(200)]).default(''),
  /** Licence of the viewer: name, and the file of the package that holds its text. */
  licence: z.strictObject({ name: text(200).min(1), file: path.min(1) }),
  platforms: z.array(z.enum(['windows', 'macos', 'linux', 'browser'])).min(1),
  /** Files and folders of the package and where they go; to '' is the root of the disc. */
  files: z.array(z.strictObject({ from: path, to: path })).min(1).max(100),
  /** Some names are not 8.3 in capitals: the viewer works only where the disc shows names as they are (Joliet, UDF). */
  needsLongNames: z.boolean().default(false),
  /** File on the disc that starts the viewer, for the pages. */
  start: path,
  /** AUTORUN.INF; absent: the viewer never starts by itself. */
  autorun: z.strictObject({
    open: path.optional(), shellexecute: path.optional(), icon: path.optional(),
    label: line(32).optional(), action: line(100).optional(),
  }).refine((keys) => (keys.open === undefined) !== (keys.shellexecute === undefined), 'needs either open or shellexecute').optional(),
  /** Arguments behind open or shellexecute, by language of the disc; `default` for every other one. */
  arguments: z.strictObject({ default: line(240).optional(), ...argumentShape }).default({}),
  /** What the viewer looks for on the disc. */
  expects: z.strictObject({ dicomdir: z.enum(['root', 'none', 'unknown']), folders: z.array(path).max(20).default([]) }),
  /** Which part of this layout is known, and from where; what nobody could confirm. */
  confirmed: z.array(z.strictObject({ part: text(400).min(1), source: text(400).min(1) })).default([]),
  unconfirmed: z.array(text(400).min(1)).default([]),
});
export type PackageManifest = z.output<typeof PackageManifest>;

/** One file of a package as it goes on a disc. */
export interface ViewerFile {
  /** Place on the disc. */
  readonly path: string;
  /** Path inside the folder of the package. */
  readonly from: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A package that was checked. */
export interface ViewerPackage {
  readonly manifest: PackageManifest;
  /** By place on the disc. */
  readonly files: readonly ViewerFile[];
  readonly bytes: number;
  /** SHA-256 of everything of the package that reaches a disc. */
  readonly digest: string;
}

/** The package as a certificate names it. */
export const markOf = ({ manifest: { id, version }, digest }: ViewerPackage): ViewerMark => ({ id, version, digest });

/** The digest over the canonical list of files and the keys that reach a disc: notes, homepage and expectations may be corrected without another one. */
export const packageDigest = (manifest: PackageManifest, files: readonly ViewerFile[]): string => {
  const { id, name, version, start, autorun, arguments: args, needsLongNames } = manifest;
  const list = files.map(({ path: place, bytes, sha256 }) => ({ path: place, bytes, sha256 })).sort((a, b) => (a.path < b.path ? -1 : 1));
  return createHash('sha256').update(canonicalJson({ id, name, version, start, autorun, arguments: args, needsLongNames, files: list })).digest('hex');
};
