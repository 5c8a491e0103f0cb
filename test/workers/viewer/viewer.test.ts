import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../disc/image/judges.ts';
import { makeViewerPackage } from '../../fixtures/make-viewer-package.ts';

interface Told { readonly code: number; readonly out: string; readonly error: string }

const commandIn = (home: string) => (...args: readonly string[]): Promise<Told> => new Promise((resolve) => {
  const env = { ...process.env, SPINDLE_HOME: home, INIT_CWD: dirname(args[1] ?? home) };
  execFile(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../../workers/viewer/viewer.ts'), ...args.map((arg, n) => (n === 1 && arg.startsWith('/') ? basename(arg) : arg))], { timeout: 60_000, env },
    (error, out, stderr) => { resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, error: stderr }); });
});

describe('npm run viewer', () => {
  it('checks, installs, lists and removes packages, by paths from where it was called', async () => {
    const command = commandIn(makeFolder());
    expect((await command('list')).out).toBe('No viewer is installed.\n');
    const folder = makeViewerPackage({ manifest: { confirmed: [{ part: 'its folder', source: 'its maker' }], unconfirmed: ['its speed'] } });
    const checked = await command('check', folder);
    expect(checked).toMatchObject({ code: 0, error: '' });
    expect(checked.out).toMatch(/^peek 1\.0 \(Peek\) can be installed: 3 files, 0\.0 MB, digest [0-9a-f]{64}\n {2}confirmed: its folder \[its maker\]\n {2}not confirmed: its speed\n$/);
    expect((await command('list')).out).toBe('No viewer is installed.\n');
    expect((await command('install', folder)).out).toContain('viewers: [peek]');
    expect((await command('install', folder)).out).toContain('It was installed already.');
    expect((await command('list')).out).toBe('peek 1.0 (Peek): 3 files, 0.0 MB\n');
    expect(await command('remove', 'peek')).toMatchObject({ code: 0, out: 'Removed peek.\n' });
    expect(await command('remove', 'peek', '1.0')).toMatchObject({ code: 1, error: expect.stringMatching(/^DISC_VIEWER_UNKNOWN: /) as string });
  }, 60_000);

  it('tells everything that is wrong with a package, with what to do, and ends with 1', async () => {
    const command = commandIn(makeFolder());
    const folder = makeViewerPackage({ files: { 'app/lower.txt': '' }, manifest: { start: '' } });
    for (const word of ['check', 'install']) {
      const told = await command(word, folder);
      expect(told.code).toBe(1);
      expect(told.out).toMatch(/DISC_VIEWER_FILE_MISSING start: is not filled in/);
      expect(told.out).toMatch(/DISC_VIEWER_NAME PEEK\/lower\.txt: "lower\.txt" is not 8\.3/);
      expect(told.out.match(/^ {2}-> /gm)).toHaveLength(2);
    }
    rmSync(join(folder, 'app/lower.txt'));
    writeFileSync(join(folder, 'viewer-package.json'), 'no json');
    expect((await command('check', folder)).out).toContain('DISC_VIEWER_MANIFEST');
  }, 60_000);

  it('says how it is called when called wrongly, and ends with 2', async () => {
    const command = commandIn(makeFolder());
    for (const words of [[], ['install'], ['list', 'x'], ['what', 'x'], ['check', 'x', 'y'], ['remove', 'x', '1', '2']]) expect([words, await command(...words)]).toMatchObject([words, { code: 2, error: expect.stringContaining('npm run viewer -- install') as string }]);
  }, 60_000);
});
