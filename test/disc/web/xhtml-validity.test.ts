import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { VolumeInstance } from '../../../catalog/books/instance-index.ts';
import { LANGUAGES } from '../../../disc/order/content.ts';
import type { Language } from '../../../disc/order/content.ts';
import { wordsOf } from '../../../disc/pages/words/words-of.ts';
import type { DerivedLine } from '../../../disc/preparation/derived-book.ts';
import { webContent } from '../../../disc/web/web-content.ts';
import { xhtml } from '../../../disc/web/xhtml.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { needs, program } from '../../fixtures/peers.ts';
import { storedInstances } from '../stored-instances.ts';

/** What xmllint says of pages by their DTD, with the catalogs of the system and no network; '' when all are valid. */
const complaints = (files: readonly string[]): string => {
  const { status, stderr } = spawnSync(program('xmllint') as string, ['--nonet', '--noout', '--valid', ...files], { encoding: 'utf8', timeout: 60_000 });
  return status === 0 ? stderr : stderr || `xmllint ended with ${status}`;
};

const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'xhtml-'));
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
};

/** Text that is no help to a writer of XML: markup, entities, what XML forbids, halves of characters, both directions. */
const HOSTILE = '<a href="x">&amp; ]]> \u0000\u000b\u001b\u0085\ufffe\ud800 -- \u{1f4c0} \u05d0\u05d1 \u202eabc';

type Texts = Partial<VolumeInstance['attributes']>;
const EMPTY: Texts = { patientName: '', patientId: '', patientBirthDate: '', studyDescription: '', studyDate: '', accessionNumber: '', seriesDescription: '', seriesNumber: '', modality: '', instanceNumber: '' };
const ALL_HOSTILE = Object.fromEntries(Object.keys(EMPTY).map((key) => [key, HOSTILE])) as Texts;

/** Three patients: as usual, with nothing that could be empty, and with texts that break what is not escaped. */
const instances = (folder: string): readonly VolumeInstance[] => {
  const made = ['usual', 'empty', 'hostile'].flatMap((patientId) => [1, 2].flatMap((study) => [1, 2].map((image) =>
    makeInstance({ seed: `${patientId}/${study}/${image}`, patientId, patientName: 'Yamada^Tarou=山田^太郎', characterSet: 'ISO_IR 192', instanceNumber: image, seriesNumber: study }))));
  made.forEach(({ bytes }, at) => { writeFileSync(join(folder, `${at}`), bytes); });
  return storedInstances(folder, made.map((_, at) => `${at}`)).map((one) =>
    ({ ...one, attributes: { ...one.attributes, ...({ empty: EMPTY, hostile: ALL_HOSTILE } as Record<string, Texts>)[one.attributes.patientId] } }));
};

/** Seven frames: more than go in a row. */
const pictures = (instanceId: number): DerivedLine => ({
  instanceId, sourceSha256: '', recipe: '', title: '',
  files: Array.from({ length: 7 }, (_, frame) => (['picture', 'thumbnail'] as const).map((kind) => ({ kind, name: `${kind}-${instanceId}-${frame}`, bytes: 1, columns: 64, rows: 48, frame: frame + 1 }))).flat(),
});

const pagesIn = (language: Language, institution: string): readonly string[] => {
  const folder = makeFolder();
  const placed = instances(folder).map((instance) => ({ instance, record: undefined as never, fileId: [] }));
  const { files } = webContent({ placed, derived: new Map(placed.map(({ instance }) => [instance.instanceId, pictures(instance.instanceId)])), folder, language, institution });
  return files.flatMap(({ path, content }) => {
    if (!('data' in content)) return [];
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content.data);
    return [join(folder, path)];
  });
};

describe.skipIf(!needs('xhtml-dtd'))('web content by the DTD of XHTML 1.0 Strict', () => {
  it.each(LANGUAGES)('is valid on every page: %s', (language) => {
    const pages = [...pagesIn(language, 'Hospital & Söhne'), ...pagesIn(language, HOSTILE), ...pagesIn(language, '')];
    // Index, patients, studies and series.
    expect(pages.length).toBeGreaterThanOrEqual(3 * (1 + 3 + 6 + 6));
    expect(complaints(pages)).toBe('');
  });

  it('is not called valid when it is not', () => {
    const file = join(makeFolder(), 'page.htm');
    writeFileSync(file, xhtml({ title: 'x', body: '<p><ul><li>x</li></ul></p><center>x</center>' }, wordsOf('en')));
    expect(complaints([file])).toMatch(/Element p is not declared in p list|No declaration for element center/);
  });
});
