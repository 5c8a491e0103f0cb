/** Programs of others that judge a DICOMDIR and the tree that it names. Each answers what is wrong; [] = nothing. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDisc } from '../../disc/reader/open-disc.ts';
import { program, pythonWith } from '../fixtures/peers.ts';

const run = (name: string, args: readonly string[], cwd: string): { readonly status: number | null; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync(program(name) ?? name, args, { cwd, encoding: 'latin1', timeout: 120_000, maxBuffer: 1 << 28 });
  return { status, said: `${stdout}\n${stderr}` };
};

/** Writes the files of an image into a new folder; the digests of all were compared by the gate. */
export const layOutImage = (image: string, folder: string): string => {
  const disc = openDisc(image);
  for (const entry of disc.content.entries.filter(({ isDirectory }) => !isDirectory)) {
    mkdirSync(dirname(join(folder, entry.path)), { recursive: true });
    writeFileSync(join(folder, entry.path), disc.content.read(entry, 0, entry.bytes));
  }
  disc.close();
  return folder;
};

/** Record types newer than the checker. */
const NEWER = /Unrecognized enumerated value <(TRACT|SURFACE SCAN|ASSESSMENT|ANNOTATION|PLAN)> for value 1 of attribute <Directory Record Type>/;

/** The Information Object Definition of the directory, by dicom3tools. */
export const dciodvfyErrors = (tree: string): readonly string[] => {
  const { said, status } = run('dciodvfy', ['DICOMDIR'], tree);
  const errors = said.split('\n').filter((line) => line.startsWith('Error') && !NEWER.test(line));
  return errors.length > 0 || said.includes('BasicDirectory') ? errors : [`${status ?? 'no'} ${said}`];
};

/** Files that DCMTK reaches by the offsets. */
export const dcdirdmpFiles = (tree: string): number => run('dcdirdmp', ['DICOMDIR'], tree).said.match(/ -> DICOM/g)?.length ?? 0;

/** What DCMTK keeps from a directory of its own under the rules of a profile; its exit status tells nothing. */
export const dcmmkdirRefusals = (tree: string, option: string, more: readonly string[] = []): readonly string[] => {
  const scratch = mkdtempSync(join(tmpdir(), 'dcmmkdir-'));
  try {
    const { said } = run('dcmmkdir', ['-w', '+D', join(scratch, 'DICOMDIR'), '+id', '.', '-nb', option, ...more, '+r', 'DICOM'], tree);
    return said.split('\n').filter((line) => /^[EF]:|cannot be added/.test(line));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

const PYDICOM = `
import sys, warnings
warnings.simplefilter('ignore')
from pydicom import fileset
# A record type newer than the library, which gives up the whole file-set for it.
fileset._PREFIXES.setdefault('ANNOTATION', 'AN')
files = fileset.FileSet('DICOMDIR')
for one in files:
    one.load()
print(len(files))
`;

/** Instances that pydicom finds in the file-set and can load; -1 when it refuses. */
export const pydicomFiles = (tree: string): number => {
  const { status, stdout } = spawnSync(pythonWith('pydicom') ?? 'python3', ['-c', PYDICOM], { cwd: tree, encoding: 'utf8', timeout: 300_000 });
  return status === 0 ? Number(stdout.trim()) : -1;
};

/** True when GDCM reads it as a directory of media. */
export const isReadByGdcm = (tree: string): boolean => run('gdcminfo', ['DICOMDIR'], tree).said.includes('Media Storage Directory');
