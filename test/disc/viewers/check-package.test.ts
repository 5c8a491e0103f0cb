import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PackageManifest } from '../../../disc/viewer-package.ts';
import { checkPackage } from '../../../disc/viewers/check-package.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { makeViewerPackage } from '../../fixtures/make-viewer-package.ts';
import type { PackageSketch } from '../../fixtures/make-viewer-package.ts';

const codesOf = async (folder: string): Promise<readonly string[]> => {
  const { viewer, findings } = await checkPackage(folder);
  expect(viewer === undefined).toBe(findings.length > 0);
  return findings.map(({ code, where, text }) => `${code} ${where}: ${text}`);
};
const expectRefused = async (sketch: PackageSketch, ...expected: readonly RegExp[]): Promise<void> => {
  const codes = await codesOf(makeViewerPackage(sketch));
  for (const pattern of expected) expect(codes.join('\n')).toMatch(pattern);
};
const to = (place: string): Readonly<Record<string, unknown>> => ({ files: [{ from: 'app', to: place }], start: `${place}/PEEK.EXE`, autorun: undefined });

describe('checking a viewer package', () => {
  it('answers a good package with places, size and digest', async () => {
    const { viewer, findings } = await checkPackage(makeViewerPackage());
    expect(findings).toEqual([]);
    expect(viewer?.files.map(({ path, from, bytes }) => [path, from, bytes])).toEqual([['PEEK/LANG/DE.TXT', 'app/LANG/DE.TXT', 8], ['PEEK/PEEK.EXE', 'app/PEEK.EXE', 5_100], ['PEEK/PEEK.ICO', 'app/PEEK.ICO', 4]]);
    expect(viewer?.bytes).toBe(5_112);
    expect(viewer?.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('puts the whole folder into the root, without the manifest', async () => {
    const folder = makeViewerPackage({ manifest: { needsLongNames: true, files: [{ from: '', to: '' }], start: 'app/PEEK.EXE', autorun: undefined } });
    expect((await checkPackage(folder)).viewer?.files.map(({ path }) => path)).toEqual(['LICENCE.TXT', 'app/LANG/DE.TXT', 'app/PEEK.EXE', 'app/PEEK.ICO']);
  });

  it('gives another digest for other bytes, other places and other arguments, and the same for other notes', async () => {
    const digest = async (sketch: PackageSketch = {}): Promise<string | undefined> => (await checkPackage(makeViewerPackage(sketch))).viewer?.digest;
    const first = await digest();
    expect(await digest()).toBe(first);
    expect(await digest({ manifest: { unconfirmed: ['everything'], homepage: 'https://peek.example/' } })).toBe(first);
    const others = await Promise.all([digest({ files: { 'app/PEEK.ICO': 'ICON' } }), digest({ manifest: to('POKE') }), digest({ manifest: { arguments: {} } }), digest({ manifest: { version: '1.1' } })]);
    expect(new Set([first, ...others]).size).toBe(5);
    expect(others).not.toContain(undefined);
  });

  it.each([
    ['lower case', 'app/peek.dll'], ['nine characters', 'app/NINECHARS.TXT'], ['a long extension', 'app/A.HTML'], ['two dots', 'app/A.B.C'], ['a space', 'app/A B.TXT'], ['a device of Windows', 'app/NUL.TXT'], ['a folder with a dot', 'app/X.Y/A.TXT'],
  ])('refuses a name with %s', async (_, path) => {
    await expectRefused({ files: { [path]: '' } }, /^DISC_VIEWER_NAME PEEK\//);
  });

  it('takes long names from a viewer that says it needs them, but none that Windows or Joliet cannot show', async () => {
    const long = { needsLongNames: true };
    expect(await codesOf(makeViewerPackage({ manifest: long, files: { 'app/my viewer.config.json': '{}' } }))).toEqual([]);
    for (const name of ['a?.txt', 'dot.', 'bild-ä.txt', `${'x'.repeat(63)}`, 'aux.js', 'a\\b.txt', 'a:b']) {
      await expectRefused({ manifest: long, files: { [`app/${name}`]: '' } }, /^DISC_VIEWER_(NAME|ESCAPES) (PEEK|app)\//);
    }
    await expectRefused({ files: { 'app/1/2/3/4/5/6/7/A.TXT': '' } }, /^DISC_VIEWER_NAME PEEK\/1.*deeper/);
  });

  it.each(['DICOM', 'dicom', 'IHE_PDI', 'REPORTS', 'OTHER', 'INDEX.HTM', 'README.TXT', 'SHA256.TXT', 'AUTORUN.INF', 'DICOMDIR'])('refuses a package that lies where %s of the disc lies', async (place) => {
    await expectRefused({ manifest: { ...to(place), needsLongNames: true } }, /^DISC_VIEWER_COLLISION/m);
    await expectRefused({ manifest: { files: [{ from: 'app', to: 'PEEK' }, { from: 'app/PEEK.ICO', to: place }] } }, /^DISC_VIEWER_COLLISION/m);
  });

  it('refuses a second DICOMDIR and files of the package that lie on each other', async () => {
    await expectRefused({ files: { 'app/DICOMDIR': '' } }, /^DISC_VIEWER_COLLISION PEEK\/DICOMDIR: would be a second/);
    await expectRefused({ manifest: { files: [{ from: 'app', to: 'PEEK' }, { from: 'LICENCE.TXT', to: 'PEEK/PEEK.ICO' }] } }, /^DISC_VIEWER_COLLISION PEEK\/PEEK\.ICO/);
    await expectRefused({ manifest: { needsLongNames: true, files: [{ from: 'app', to: 'PEEK' }, { from: 'LICENCE.TXT', to: 'Peek/other.txt' }] } }, /^DISC_VIEWER_COLLISION Peek\/other\.txt/);
    await expectRefused({ manifest: { files: [{ from: 'app', to: 'PEEK' }, { from: 'LICENCE.TXT', to: 'PEEK/PEEK.EXE/A.TXT' }] } }, /^DISC_VIEWER_(COLLISION|NAME)/);
  });

  it.each(['../outside', '/etc/hostname', 'app/../../x', 'C:/x', 'app\\PEEK.EXE', './app', 'app//PEEK.EXE'])('refuses to take %s from the package or to put something there', async (path) => {
    await expectRefused({ manifest: { files: [{ from: path, to: 'PEEK' }] } }, /^DISC_VIEWER_ESCAPES/m);
    await expectRefused({ manifest: { files: [{ from: 'app', to: 'PEEK' }, { from: 'LICENCE.TXT', to: path }] } }, /^DISC_VIEWER_ESCAPES/m);
    await expectRefused({ manifest: { licence: { name: 'MIT', file: path } } }, /^DISC_VIEWER_ESCAPES/m);
  });

  it('refuses links and whatever is neither file nor folder, and takes hard links as the files they are', async () => {
    const folder = makeViewerPackage();
    linkSync(join(folder, 'LICENCE.TXT'), join(folder, 'app/LICENCE.TXT'));
    expect(await codesOf(folder)).toEqual([]);
    symlinkSync('/etc', join(folder, 'app/ETC'));
    symlinkSync('PEEK.ICO', join(folder, 'app/OTHER.ICO'));
    execFileSync('mkfifo', [join(folder, 'app/FIFO')]);
    expect(await codesOf(folder)).toEqual(['DISC_VIEWER_ESCAPES app/ETC: is a link, or lies behind one', 'DISC_VIEWER_ESCAPES app/FIFO: is neither a file nor a folder', 'DISC_VIEWER_ESCAPES app/OTHER.ICO: is a link, or lies behind one']);
  });

  it('refuses files with a DICOM header, whatever they are called', async () => {
    await expectRefused({ files: { 'app/DEMO.DAT': makeInstance({ seed: 'viewer/demo' }).bytes } }, /^DISC_VIEWER_DICOM app\/DEMO\.DAT/);
  });

  it('refuses what leaves no room for images', async () => {
    const folder = makeViewerPackage();
    writeFileSync(join(folder, 'app/BIG.BIN'), '');
    // A file with a hole: long, and no bytes on the disk.
    truncateSync(join(folder, 'app/BIG.BIN'), 2 ** 31);
    expect((await codesOf(folder))[0]).toMatch(/^DISC_VIEWER_TOO_LARGE : has 2147488760 bytes/);
  });

  it('names every file that is missing', async () => {
    await expectRefused({ manifest: { licence: { name: 'MIT', file: 'COPYING' } } }, /^DISC_VIEWER_FILE_MISSING COPYING/);
    await expectRefused({ manifest: { files: [{ from: 'app', to: 'PEEK' }, { from: 'lib', to: 'PEEK/LIB' }] } }, /^DISC_VIEWER_FILE_MISSING lib/);
    await expectRefused({ manifest: { start: '' } }, /^DISC_VIEWER_FILE_MISSING start: is not filled in/);
    await expectRefused({ manifest: { start: 'PEEK/OTHER.EXE', autorun: { open: 'PEEK/MISSING.EXE', icon: 'PEEK/X.ICO,1' } } }, /start/, /autorun\.open/, /autorun\.icon/);
  });

  it('says of a manifest what is not as described', async () => {
    const folder = makeViewerPackage();
    writeFileSync(join(folder, 'viewer-package.json'), '{');
    expect(await codesOf(folder)).toEqual(['DISC_VIEWER_MANIFEST viewer-package.json: is not JSON']);
    await expectRefused({ manifest: { id: 'No Id', verson: '1', label: 'x' } }, /^DISC_VIEWER_MANIFEST id: /m, /Unrecognized keys/);
    await expectRefused({ manifest: { autorun: { label: 'x' } } }, /needs either open or shellexecute/);
    await expectRefused({ manifest: { autorun: { open: 'A.EXE', label: 'x\r\nshell=evil' } } }, /^DISC_VIEWER_MANIFEST autorun\.label/m);
    await expectRefused({ manifest: { arguments: { de: 'a\nb' } } }, /^DISC_VIEWER_MANIFEST arguments\.de/m);
    await expectRefused({ manifest: { version: '../1' } }, /^DISC_VIEWER_MANIFEST version/m);
    expect((await codesOf(dirname(folder)))[0]).toMatch(/^DISC_VIEWER_MANIFEST viewer-package\.json: is not there/);
  });
});

describe('the manifests of known viewers', () => {
  const folder = join(import.meta.dirname, '../../../disc/viewers/manifests');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

  it('are there for every viewer of the reference statement and some more', () => {
    expect(names).toEqual(['efilm-lite.json', 'iq-lite.json', 'keosys.json', 'microdicom.json', 'osirix.json', 'radiant.json', 'weasis.json']);
  });

  it.each(names)('%s is a manifest that says what is confirmed and what is not', (name) => {
    const manifest = PackageManifest.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    expect(`${manifest.id}.json`).toBe(name);
    expect(manifest.unconfirmed.length).toBeGreaterThan(0);
    if (manifest.start !== '') expect(manifest.confirmed.length).toBeGreaterThan(0);
  });

  it.each(names)('%s becomes a package once the files are added and the open places are filled in', async (name) => {
    const template = PackageManifest.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    const home = makeViewerPackage();
    const own = template.files.find(({ to: place }) => !place.includes('.'));
    const start = template.start || `${own?.to ?? ''}/START.EXE`;
    const filled = { ...template, start };
    writeFileSync(join(home, 'viewer-package.json'), JSON.stringify(filled));
    writeFileSync(join(home, template.licence.file), 'licence');
    const wanted = [start, template.autorun?.open, template.autorun?.shellexecute, template.autorun?.icon?.replace(/,\d+$/, '')].filter((path) => path !== undefined);
    for (const { from, to: place } of template.files) {
      const inside = wanted.filter((path) => path === place || place === '' || path.startsWith(`${place}/`));
      for (const path of inside.length > 0 ? inside : [`${place}/A.BIN`]) {
        const file = join(home, path === place ? from : join(from, place === '' ? path : path.slice(place.length + 1)));
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, 'x');
      }
    }
    expect((await checkPackage(home)).findings).toEqual([]);
  });
});
