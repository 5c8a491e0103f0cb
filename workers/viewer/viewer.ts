/**
 * `npm run viewer -- install FOLDER | check FOLDER | list | remove ID [VERSION]`: the viewers that can be put on discs.
 * Works beside a running appliance. Exit code 0 = done, 1 = refused, 2 = called wrongly.
 */
import { resolve } from 'node:path';
import { checkPackage } from '../../disc/viewers/check-package.ts';
import { findingText } from '../../disc/viewers/place-rules.ts';
import type { PackageFinding } from '../../disc/viewers/place-rules.ts';
import type { ViewerPackage } from '../../disc/viewer-package.ts';
import { createViewerShelf } from '../../disc/viewers/viewer-shelf.ts';
import { loadConfig, processEnvironment } from '../../infra/config.ts';
import { ERRORS, isApplianceError } from '../../infra/errors.ts';
import { homeLayout } from '../../infra/home.ts';

const DONE = 0, REFUSED = 1, WRONG = 2;
const USAGE = 'Say: npm run viewer -- install FOLDER | check FOLDER | list | remove ID [VERSION]\n';

const say = (line: string): void => { process.stdout.write(`${line}\n`); };

const sizeOf = ({ files, bytes }: ViewerPackage): string => `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${(bytes / 1e6).toFixed(1)} MB`;
const nameOf = ({ manifest: { id, version, name } }: ViewerPackage): string => `${id} ${version} (${name})`;

const sayNotes = ({ manifest: { confirmed, unconfirmed } }: ViewerPackage): void => {
  for (const { part, source } of confirmed) say(`  confirmed: ${part} [${source}]`);
  for (const part of unconfirmed) say(`  not confirmed: ${part}`);
};

const sayFindings = (findings: readonly PackageFinding[]): void => {
  for (const finding of findings) say(`  ${finding.code} ${findingText(finding)}`);
  for (const code of new Set(findings.map((finding) => finding.code))) say(`  -> ${ERRORS[code].advice}`);
};

const check = async (folder: string): Promise<number> => {
  const { viewer, findings } = await checkPackage(folder);
  if (!viewer) {
    say(`${folder} cannot be installed:`);
    sayFindings(findings);
    return REFUSED;
  }
  say(`${nameOf(viewer)} can be installed: ${sizeOf(viewer)}, digest ${viewer.digest}`);
  sayNotes(viewer);
  return DONE;
};

const run = async (words: readonly string[]): Promise<number> => {
  const [command, subject, version, ...rest] = words;
  const env = processEnvironment();
  const shelf = createViewerShelf({ directory: homeLayout(loadConfig({ env }).home).viewers, now: () => new Date() });
  // npm runs scripts in the folder of the project and says where it was called.
  const folder = resolve(env['INIT_CWD'] ?? process.cwd(), subject ?? '');
  if (command === 'list' && subject === undefined) {
    const all = await shelf.all();
    if (all.length === 0) say('No viewer is installed.');
    for (const { viewer, isEnabled } of all) say(`${nameOf(viewer)}: ${sizeOf(viewer)}${isEnabled ? '' : ', switched off'}`);
    return DONE;
  }
  if (subject === undefined || rest.length > 0 || (version !== undefined && command !== 'remove')) return WRONG;
  if (command === 'check') return check(folder);
  if (command === 'install') {
    const checked = await check(folder);
    if (checked !== DONE) return checked;
    const { installed: { viewer }, existed } = await shelf.install(folder);
    say(existed ? 'It was installed already.' : `Installed. Put it on discs by the setting "viewers: [${viewer.manifest.id}]", or name it in orders and rules.`);
    return DONE;
  }
  if (command !== 'remove') return WRONG;
  await shelf.remove(subject, version);
  say(`Removed ${subject}${version === undefined ? '' : ` ${version}`}.`);
  return DONE;
};

const exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  if (!isApplianceError(error)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n${ERRORS[error.code].advice}\n`);
  return REFUSED;
});
if (exitCode === WRONG) process.stderr.write(USAGE);
process.exitCode = exitCode;
