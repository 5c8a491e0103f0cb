import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { composeVolume } from '../../../disc/compose-volume.ts';
import type { ComposedImage } from '../../../disc/compose-volume.ts';
import { checkVolume } from '../../../disc/gate.ts';
import type { GateResult } from '../../../disc/gate.ts';
import type { ImageFile } from '../../../disc/image/image-file.ts';
import { openDisc } from '../../../disc/reader/open-disc.ts';
import { fileSystem, mediaType } from '../../../disc/tables/media-types.ts';
import type { MediaTypeRow } from '../../../disc/tables/media-types.ts';
import type { InstalledViewer } from '../../../disc/viewers/installed-viewer.ts';
import { changedFile, renderAutorun, viewerExtra, viewerRoomBytes } from '../../../disc/viewers/viewer-extra.ts';
import { createViewerShelf } from '../../../disc/viewers/viewer-shelf.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { makeViewerPackage, SECOND_VIEWER, VIEWER_FILES } from '../../fixtures/make-viewer-package.ts';
import type { PackageSketch } from '../../fixtures/make-viewer-package.ts';
import { needs } from '../../fixtures/peers.ts';
import { PLAIN } from '../compose-defaults.ts';
import { makeFolder, run } from '../image/judges.ts';
import { storedInstances } from '../stored-instances.ts';

const LONG: PackageSketch = { manifest: { id: 'long', needsLongNames: true, files: [{ from: 'app', to: 'Long Viewer' }], start: 'Long Viewer/PEEK.EXE', autorun: undefined }, files: { 'app/a file with a long name.config': 'x', 'app/Name#1.html': 'y' } };
const CONTEXT = { language: 'en', fileSetId: 'VIEWERS' } as const;

const installed = async (...sketches: readonly PackageSketch[]): Promise<readonly InstalledViewer[]> => {
  const shelf = createViewerShelf({ directory: join(makeFolder(), 'viewers'), now: () => new Date('2026-01-02T03:04:05Z') });
  return Promise.all(sketches.map(async (sketch) => (await shelf.install(makeViewerPackage(sketch))).installed));
};

interface Disc {
  readonly composed: ComposedImage;
  readonly gate: (over?: Partial<Parameters<typeof checkVolume>[0]>) => Promise<GateResult>;
  readonly read: (path: string) => string;
}

const makeDisc = async (viewers: readonly InstalledViewer[], media: MediaTypeRow['media'] = 'CD', change: (files: readonly ImageFile[]) => readonly ImageFile[] = (files) => files): Promise<Disc> => {
  const home = makeFolder();
  mkdirSync(join(home, 'store'));
  writeFileSync(join(home, 'store/1.dcm'), makeInstance({ seed: 'viewers/1' }).bytes);
  const extra = viewerExtra(viewers, CONTEXT);
  const composed = await composeVolume({
    volume: { fileSetId: 'VIEWERS', fileSetUid: '2.25.5', index: 1, of: 1, media, capacityBytes: 680_000_000 }, order: { isSupplement: false }, ...PLAIN,
    instances: storedInstances(join(home, 'store'), ['1.dcm']), storeDirectory: join(home, 'store'), imageFile: join(home, 'disc.iso'), createdAt: new Date('2026-01-02T03:04:00Z'),
    institution: 'Hospital', contact: '', product: 'Spindle', otherVolumes: [], extras: [{ ...extra, files: change(extra.files) }],
  });
  return {
    composed,
    gate: (over = {}) => checkVolume({
      imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: 'VIEWERS', fileSetUid: '2.25.5', files: composed.files, profile: composed.profile, fileSystems: fileSystem(mediaType(media).fileSystem).trees,
      instances: composed.entries.map(({ fileId, sopInstanceUid }) => ({ fileId, sopInstanceUid })), extras: composed.extras, ...over,
    }),
    read: (path) => {
      const disc = openDisc(composed.image.path);
      const entry = disc.content.entries.find((one) => one.path === path);
      const text = entry ? disc.content.read(entry, 0, entry.bytes).toString('utf8') : '';
      disc.close();
      return text;
    },
  };
};

const ALL_MEDIA = ['CD', 'DVD', 'BD', 'BD-RE'] as const;

describe('viewers on a disc', () => {
  it.each(ALL_MEDIA)('lie on a %s as they were installed, and the gate accepts them', async (media) => {
    const viewers = await installed({}, SECOND_VIEWER, LONG);
    const { composed, gate, read } = await makeDisc(viewers, media);
    expect((await gate()).problems).toEqual([]);
    expect(changedFile(viewers, composed.files)).toBeUndefined();
    for (const root of ['PEEK', 'LOOK', 'Long Viewer']) expect(read(`${root}/PEEK.EXE`)).toBe(VIEWER_FILES['app/PEEK.EXE']);
    expect(read('Long Viewer/a file with a long name.config')).toBe('x');
  });

  it.each(ALL_MEDIA)('take on a %s no more room than is planned for them', async (media) => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`app/D${n % 30}/F${n}.TXT`, 'x'.repeat(n * 50)]));
    const viewers = await installed({ files: many }, SECOND_VIEWER, LONG);
    const grown = (await makeDisc(viewers, media)).composed.image.bytes - (await makeDisc([], media)).composed.image.bytes;
    const planned = viewerRoomBytes(viewers);
    expect(grown).toBeGreaterThan(400_000);
    expect(planned).toBeGreaterThanOrEqual(grown);
    expect(planned - grown).toBeLessThan(1_300_000);
    expect(viewerRoomBytes([])).toBe(0);
  });

  it('are read by xorriso with the same bytes', async () => {
    if (!needs('xorriso')) return;
    const { composed } = await makeDisc(await installed({}, LONG));
    const out = join(makeFolder(), 'out');
    await run('xorriso', ['-osirrox', 'on', '-indev', composed.image.path, '-extract', '/', out]);
    expect(readFileSync(join(out, 'PEEK/PEEK.EXE'), 'latin1')).toBe(VIEWER_FILES['app/PEEK.EXE']);
    expect(readFileSync(join(out, 'AUTORUN.INF'), 'latin1')).toBe('[autorun]\r\nopen=PEEK\\PEEK.EXE /lang:en\r\nicon=PEEK\\PEEK.ICO,0\r\nlabel=Disc VIEWERS\r\naction=Show the images\r\n');
  });

  it('are named by README.TXT and INDEX.HTM, whose links hold what an address can hold', async () => {
    const { read } = await makeDisc(await installed({}, LONG));
    expect(read('INDEX.HTM')).toContain('Viewers on this disc');
    expect(read('INDEX.HTM')).toContain('<a href="PEEK/PEEK.EXE"><bdi>Peek 1.0</bdi></a>');
    expect(read('INDEX.HTM')).toContain('<a href="Long%20Viewer/PEEK.EXE">');
    expect(read('README.TXT')).toMatch(/^PEEK +a viewer: Peek 1\.0\r$/m);
    expect(read('SHA256.TXT')).toMatch(/^[0-9a-f]{64} {2}PEEK\/LANG\/DE\.TXT$/m);
    expect((await makeDisc([])).read('INDEX.HTM')).not.toContain('Viewers on this disc');
  });

  it('give the same image for the same packages', async () => {
    const digest = async (): Promise<string> => (await makeDisc(await installed({}, SECOND_VIEWER))).composed.image.sha256;
    expect(await digest()).toBe(await digest());
  });

  it('are told apart from what was installed when a file was changed since', async () => {
    const viewers = await installed({});
    writeFileSync(join(viewers[0]?.folder ?? '', 'app/PEEK.ICO'), 'ICON');
    const { composed } = await makeDisc(viewers);
    expect(changedFile(viewers, composed.files)).toBe('PEEK/PEEK.ICO');
  });
});

describe('AUTORUN.INF', () => {
  const autorun = async (language: 'en' | 'de' | 'fr', sketch: PackageSketch = {}): Promise<string | undefined> => {
    const [viewer] = await installed(sketch);
    return viewer && renderAutorun(viewer.viewer.manifest, { language, fileSetId: 'D1' })?.toString('latin1');
  };

  it('carries the arguments of the language of the disc, or those for all others', async () => {
    expect(await autorun('de')).toContain('open=PEEK\\PEEK.EXE /lang:de /dir:.\r\n');
    expect(await autorun('fr')).toContain('open=PEEK\\PEEK.EXE /lang:en\r\n');
    expect(await autorun('fr', { manifest: { arguments: { de: '/de' } } })).toContain('open=PEEK\\PEEK.EXE\r\n');
  });

  it('is there only when the first viewer wants it', async () => {
    const files = async (...sketches: readonly PackageSketch[]): Promise<readonly string[]> => viewerExtra(await installed(...sketches), CONTEXT).files.map(({ path }) => path);
    expect((await files(SECOND_VIEWER, {})).filter((path) => path === 'AUTORUN.INF')).toHaveLength(1);
    expect(await files(LONG, {})).not.toContain('AUTORUN.INF');
    const extra = viewerExtra(await installed(SECOND_VIEWER, {}), CONTEXT);
    expect(Buffer.from('data' in (extra.files[0]?.content ?? {}) ? (extra.files[0]?.content as { data: Uint8Array }).data : []).toString('latin1')).toBe('[autorun]\r\nshellexecute=LOOK\\PEEK.EXE\r\n');
  });

  it('is refused by the gate on a disc whose order asks for no viewer that starts by itself', async () => {
    const { composed, gate } = await makeDisc(await installed({}));
    expect((await gate({ extras: composed.extras.filter((path) => path !== 'AUTORUN.INF') })).problems).toEqual(['AUTORUN.INF: asks to start a program']);
    expect((await gate({ extras: [] })).isAccepted).toBe(false);
  });

  it.each([
    ['another section', 'does not begin', (text: string) => text.replace('[autorun]', '[AutoRun.alpha]')],
    ['an entry nobody asked for', 'line 3 is no entry', (text: string) => text.replace('icon=', 'shell\\open=')],
    ['a program that is not on the disc', 'open names no file', (text: string) => text.replace('PEEK.EXE', 'EVIL.EXE')],
    ['an icon that is not on the disc', 'icon names no file', (text: string) => text.replace('PEEK.ICO', 'NONE.ICO')],
    ['two programs', 'exactly one', (text: string) => text.replace('label=Disc VIEWERS', 'shellexecute=PEEK\\PEEK.EXE')],
    ['an entry twice', 'is no entry, or one of before', (text: string) => text.replace('label=Disc VIEWERS', 'open=PEEK\\PEEK.EXE')],
    ['bare line feeds', 'CR LF', (text: string) => text.replaceAll('\r\n', '\n')],
    ['letters of a code page', 'ASCII', (text: string) => text.replace('Show', 'Sh\xf6w')],
    ['a cut end', 'cut', (text: string) => text.trimEnd()],
  ])('is refused by the gate with %s', async (_, problem, change) => {
    const { gate } = await makeDisc(await installed({}), 'CD', (files) => files.map((file): ImageFile => {
      if (file.path !== 'AUTORUN.INF' || !('data' in file.content)) return file;
      const data = Buffer.from(change(Buffer.from(file.content.data).toString('latin1')), 'latin1');
      return { ...file, bytes: data.length, content: { data } };
    }));
    const { problems } = await gate();
    expect(problems.join('\n')).toContain(problem);
    expect(problems.every((text) => text.startsWith('AUTORUN.INF: '))).toBe(true);
  });
});
