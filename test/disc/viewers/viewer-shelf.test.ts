import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseViewers } from '../../../disc/viewers/choose-viewers.ts';
import { createViewerShelf } from '../../../disc/viewers/viewer-shelf.ts';
import type { ViewerShelf } from '../../../disc/viewers/viewer-shelf.ts';
import { markOf } from '../../../disc/viewer-package.ts';
import { makeViewerPackage, SECOND_VIEWER } from '../../fixtures/make-viewer-package.ts';
import { makeFolder } from '../image/judges.ts';

const NOW = new Date('2026-01-02T03:04:05Z');
const makeShelf = (): { readonly directory: string; readonly shelf: ViewerShelf } => {
  const directory = join(makeFolder(), 'viewers');
  return { directory, shelf: createViewerShelf({ directory, now: () => NOW }) };
};
const names = async (shelf: ViewerShelf): Promise<readonly string[]> => (await shelf.all()).map(({ viewer: { manifest } }) => `${manifest.id} ${manifest.version}`);
const version = (of: string): ReturnType<typeof makeViewerPackage> => makeViewerPackage({ manifest: { version: of } });

describe('the shelf of viewers', () => {
  it('is empty before anything was installed', async () => {
    expect(await makeShelf().shelf.all()).toEqual([]);
  });

  it('keeps a copy of what the manifest names, by id and version', async () => {
    const { directory, shelf } = makeShelf();
    const { installed, existed } = await shelf.install(makeViewerPackage({ files: { 'notes/private.txt': 'not for discs' } }));
    expect([existed, installed.isEnabled, installed.installedAt]).toEqual([false, true, NOW]);
    expect(readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.')).sort()).toEqual([
      'peek/1.0', 'peek/1.0/installed.json', 'peek/1.0/package', 'peek/1.0/package/LICENCE.TXT', 'peek/1.0/package/app', 'peek/1.0/package/app/LANG', 'peek/1.0/package/app/LANG/DE.TXT',
      'peek/1.0/package/app/PEEK.EXE', 'peek/1.0/package/app/PEEK.ICO', 'peek/1.0/package/viewer-package.json',
    ]);
    expect(await shelf.one('peek', '1.0')).toEqual(installed);
    expect(await shelf.recheck('peek', '1.0')).toEqual([]);
  });

  it('takes the same package twice as one, and other content only under another version', async () => {
    const { shelf } = makeShelf();
    await shelf.install(makeViewerPackage());
    expect((await shelf.install(makeViewerPackage())).existed).toBe(true);
    const other = { files: { 'app/PEEK.ICO': 'another icon' } };
    await expect(shelf.install(makeViewerPackage(other))).rejects.toMatchObject({ code: 'DISC_VIEWER_INSTALLED' });
    await shelf.install(makeViewerPackage({ ...other, manifest: { version: '1.1' } }));
    expect(await names(shelf)).toEqual(['peek 1.1', 'peek 1.0']);
  });

  it('refuses a bad package with the code of the first finding and all of them as details, and leaves nothing', async () => {
    const { directory, shelf } = makeShelf();
    await expect(shelf.install(makeViewerPackage({ files: { 'app/lower.txt': '' }, manifest: { start: 'X.EXE' } }))).rejects.toMatchObject({
      code: 'DISC_VIEWER_FILE_MISSING', details: { findings: [expect.stringContaining('start: X.EXE'), expect.stringContaining('DISC_VIEWER_NAME PEEK/lower.txt')] },
    });
    await shelf.install(makeViewerPackage());
    expect(readdirSync(directory)).toEqual(['peek']);
  });

  it('lists versions by number, and counts nothing that is not completely installed', async () => {
    const { directory, shelf } = makeShelf();
    for (const each of ['1.9', '1.10', '1.2']) await shelf.install(version(each));
    await shelf.install(makeViewerPackage(SECOND_VIEWER));
    expect(await names(shelf)).toEqual(['look 2.1', 'peek 1.10', 'peek 1.9', 'peek 1.2']);
    writeFileSync(join(directory, 'peek/1.10/installed.json'), '{}');
    expect(await names(shelf)).toEqual(['look 2.1', 'peek 1.9', 'peek 1.2']);
    await shelf.install(version('1.10'));
    expect(await names(shelf)).toContain('peek 1.10');
  });

  it('finds files that changed since they were installed', async () => {
    const { shelf } = makeShelf();
    const { installed: { folder } } = await shelf.install(makeViewerPackage());
    const exe = readFileSync(join(folder, 'app/PEEK.EXE'));
    exe[9] = 0x58;
    writeFileSync(join(folder, 'app/PEEK.EXE'), exe);
    expect(await shelf.recheck('peek', '1.0')).toMatchObject([{ code: 'DISC_VIEWER_CHANGED' }]);
  });

  it('removes one version or all, and says when there is none', async () => {
    const { shelf } = makeShelf();
    for (const each of ['1', '2', '3']) await shelf.install(version(each));
    await shelf.remove('peek', '2');
    expect(await names(shelf)).toEqual(['peek 3', 'peek 1']);
    await shelf.remove('peek');
    expect(await names(shelf)).toEqual([]);
    for (const id of ['peek', '..', '../..', '']) await expect(shelf.remove(id)).rejects.toMatchObject({ code: 'DISC_VIEWER_UNKNOWN' });
    await expect(shelf.one('peek', '../1')).rejects.toMatchObject({ code: 'DISC_VIEWER_UNKNOWN' });
  });
});

describe('choosing viewers for a disc', () => {
  const shelved = async (): Promise<ViewerShelf> => {
    const { shelf } = makeShelf();
    for (const each of ['1.0', '2.0']) await shelf.install(version(each));
    await shelf.install(makeViewerPackage(SECOND_VIEWER));
    return shelf;
  };
  const chosen = async (shelf: ViewerShelf, wish: Parameters<ViewerShelf['choose']>[0]): Promise<{ readonly viewers: readonly string[]; readonly notes: readonly string[] }> => {
    const { viewers, notes } = await shelf.choose(wish);
    return { viewers: viewers.map(({ viewer: { manifest } }) => `${manifest.id} ${manifest.version}`), notes };
  };

  it('takes the newest version of each id, in the order of the wish, each once', async () => {
    expect(await chosen(await shelved(), { ids: ['peek', 'look', 'peek'] })).toEqual({ viewers: ['peek 2.0', 'look 2.1'], notes: [] });
  });

  it('passes over versions that are switched off, and says when nothing is left', async () => {
    const shelf = await shelved();
    await shelf.enable('peek', '2.0', false);
    expect(await chosen(shelf, { ids: ['peek'] })).toEqual({ viewers: ['peek 1.0'], notes: [] });
    await shelf.enable('peek', '1.0', false);
    expect(await chosen(shelf, { ids: ['peek', 'gone', 'look'] })).toEqual({ viewers: ['look 2.1'], notes: ['viewer peek is not on the disc: it is switched off', 'viewer gone is not on the disc: it is not installed'] });
    await shelf.enable('peek', '2.0', true);
    expect((await chosen(shelf, { ids: ['peek'] })).viewers).toEqual(['peek 2.0']);
  });

  it('puts no viewer over another one', async () => {
    const shelf = await shelved();
    await shelf.install(makeViewerPackage({ manifest: { id: 'twin' } }));
    expect(await chosen(shelf, { ids: ['look', 'twin', 'peek'] })).toEqual({ viewers: ['look 2.1', 'twin 1.0'], notes: ['viewer peek is not on the disc: its files would lie over those of another viewer'] });
  });

  it('leaves a viewer with long names off a medium that does not show them', async () => {
    const { shelf } = makeShelf();
    const { installed } = await shelf.install(makeViewerPackage({ manifest: { needsLongNames: true } }));
    const count = (trees: readonly ('iso9660' | 'joliet' | 'udf')[]): number => chooseViewers([installed], { ids: ['peek'], trees }).viewers.length;
    expect([count(['iso9660']), count(['iso9660', 'joliet']), count(['udf'])]).toEqual([0, 1, 1]);
  });

  it('gives a disc that is made again the package of its first making, even one that is switched off, or says what it has instead', async () => {
    const shelf = await shelved();
    const before = [markOf((await shelf.one('peek', '1.0')).viewer)];
    await shelf.enable('peek', '1.0', false);
    expect(await chosen(shelf, { ids: ['look'], before })).toEqual({ viewers: ['peek 1.0'], notes: [] });
    expect(await chosen(shelf, { ids: ['look'], before: [] })).toEqual({ viewers: [], notes: [] });
    await shelf.remove('peek', '1.0');
    expect(await chosen(shelf, { ids: [], before })).toEqual({ viewers: ['peek 2.0'], notes: ['viewer peek is version 2.0: version 1.0 of the first making is no longer installed'] });
    await shelf.remove('peek');
    expect(await chosen(shelf, { ids: [], before })).toEqual({ viewers: [], notes: ['viewer peek is not on the disc: it is not installed; the first making had version 1.0'] });
    await shelf.install(makeViewerPackage({ files: { 'app/PEEK.ICO': 'other' } }));
    expect(await chosen(shelf, { ids: [], before })).toEqual({ viewers: ['peek 1.0'], notes: ['viewer peek 1.0 was installed again with other content since the first making'] });
  });
});
