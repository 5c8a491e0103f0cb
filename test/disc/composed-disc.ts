/** Composes a disc of made instances and lays it out as a folder too, for tests that damage it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { composeVolume } from '../../disc/compose-volume.ts';
import type { ComposedImage } from '../../disc/compose-volume.ts';
import { openDisc } from '../../disc/reader/open-disc.ts';
import { makeInstance } from '../fixtures/make-instance.ts';
import type { InstanceOverrides } from '../fixtures/make-instance.ts';
import { storedInstances } from './stored-instances.ts';
import { PLAIN } from './compose-defaults.ts';

export interface ComposedDisc {
  /** Temporary folder of all of this. */
  readonly home: string;
  readonly composed: ComposedImage;
  /** Writes the files of the disc into a new folder and answers it. */
  layOut(): string;
  remove(): void;
}

export const FILE_SET_UID = '2.25.77002';

export const composeDisc = async (instances: readonly InstanceOverrides[]): Promise<ComposedDisc> => {
  const home = mkdtempSync(join(tmpdir(), 'composed-'));
  const store = join(home, 'store');
  mkdirSync(store);
  const paths = instances.map((overrides, n) => {
    writeFileSync(join(store, `${n}.dcm`), makeInstance(overrides).bytes);
    return `${n}.dcm`;
  });
  const composed = await composeVolume({
    volume: { fileSetId: 'CHECK_TEST', fileSetUid: FILE_SET_UID, index: 1, of: 1, media: 'CD', capacityBytes: 680_000_000 }, order: { isSupplement: false }, ...PLAIN,
    instances: storedInstances(store, paths), storeDirectory: store, imageFile: join(home, 'disc.iso'), createdAt: new Date('2026-01-02T03:04:00Z'),
    institution: 'Hospital', contact: 'Radiology', product: 'Spindle', otherVolumes: [],
  });
  let folders = 0;
  return {
    home, composed,
    layOut() {
      folders += 1;
      const folder = join(home, `folder-${folders}`);
      const disc = openDisc(composed.image.path);
      for (const entry of disc.content.entries.filter(({ isDirectory }) => !isDirectory)) {
        mkdirSync(dirname(join(folder, entry.path)), { recursive: true });
        writeFileSync(join(folder, entry.path), disc.content.read(entry, 0, entry.bytes));
      }
      disc.close();
      return folder;
    },
    remove: () => { rmSync(home, { recursive: true, force: true }); },
  };
};
