import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UID } from '../../dicom/tables/uids.ts';
import { checkDisc } from '../../disc/check-disc.ts';
import { composeVolume } from '../../disc/compose-volume.ts';
import { checkVolume } from '../../disc/gate.ts';
import { openDisc } from '../../disc/reader/open-disc.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import { makeInstance } from '../fixtures/make-instance.ts';
import { withZlibHeader } from '../fixtures/zlib-header.ts';
import { PLAIN } from './compose-defaults.ts';
import { storedInstances } from './stored-instances.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zlib-'));
  mkdirSync(join(folder, 'store'));
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

it('a legal copy keeps a deflated data set with a header of zlib as it is, passes the gate, and check-disc names the file', async () => {
  const store = join(folder, 'store');
  const stored = withZlibHeader(makeInstance({ seed: 'zlib', transferSyntaxUid: UID.deflatedExplicitLittleEndian }).bytes);
  writeFileSync(join(store, '0.dcm'), stored);
  const content = { ...DEFAULT_CONTENT, copyType: 'legal' } as const;
  const composed = await composeVolume({
    volume: { fileSetId: 'ZLIB', fileSetUid: '2.25.82', index: 1, of: 1, media: 'CD', capacityBytes: 680_000_000 }, order: { isSupplement: false }, ...PLAIN, content,
    instances: storedInstances(store, ['0.dcm']), storeDirectory: store, imageFile: join(folder, 'zlib.iso'), createdAt: new Date('2026-01-02T03:04:00Z'),
    institution: 'Hospital', contact: '', product: 'Spindle', otherVolumes: [],
  });
  const { problems, counts } = await checkVolume({ imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: 'ZLIB', fileSetUid: '2.25.82', profile: composed.profile, copyType: 'legal', files: composed.files, instances: composed.entries });
  expect([problems, counts.instances]).toEqual([[], 1]);

  const disc = openDisc(composed.image.path);
  const [{ fileId } = { fileId: '' }] = composed.entries;
  const entry = disc.content.entries.find(({ path }) => path === fileId);
  expect(entry && disc.content.read(entry, 0, entry.bytes).equals(readFileSync(join(store, '0.dcm')))).toBe(true);
  disc.close();

  const { findings } = await checkDisc(composed.image.path, { isThorough: true, isOver: () => false });
  expect(findings.filter(({ check }) => check === 'deflate-form').map(({ where }) => where)).toEqual([fileId]);
  expect(findings.some(({ check }) => check === 'files-readable')).toBe(false);
});
