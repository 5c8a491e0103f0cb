/**
 * Programs of others that read a finished disc image: file systems, checksums, DICOMDIR.
 * Answers problems in words; absent programs do not judge.
 */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { program } from '../fixtures/peers.ts';

export interface Said {
  /** -1 when the program did not end in time or was ended. */
  readonly code: number;
  /** What it wrote, both streams. */
  readonly words: string;
}

/** Runs a program to its end; never rejects for what the program does. */
export const run = (file: string, args: readonly string[], options: { readonly cwd?: string; readonly seconds?: number; readonly env?: Readonly<Record<string, string>> } = {}): Promise<Said> => new Promise((resolve) => {
  execFile(file, [...args], { timeout: (options.seconds ?? 60) * 1_000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024, encoding: 'latin1', env: { ...process.env, ...options.env }, ...(options.cwd === undefined ? {} : { cwd: options.cwd }) }, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, words: stdout + stderr });
  });
});

export interface Verdict {
  readonly problems: readonly string[];
  /** Complaints about values that stand so in the source instances; we copy what was received. */
  readonly repeated: readonly string[];
  readonly dicomFiles: number;
  /** Names of the judges that looked. */
  readonly judges: readonly string[];
}

/** Complaints of dciodvfy about one value, with the value. They are allowed where an instance on the disc has that very value: it is copied, not corrected. */
const ABOUT_A_VALUE: readonly RegExp[] = [/^Error - Illegal root for UID - "([^"]+)"/, /^Error - Value invalid for this VR - .* = <([^<>]+)>/];
/** Comes after a complaint about a value and adds nothing. */
const SUMMARY = 'Error - Dicom dataset contains invalid data values for Value Representations';
/** The Standard has it 1C; dciodvfy asks for it always. @source PS3.3 F.5.27 */
const RULE_OF_ITS_OWN = /Missing attribute Type 1 Required Element=<ReferencedImageEvidenceSequence> Module=<SpectroscopyDirectoryRecord>/;
const SPECTROSCOPY = '1.2.840.10008.5.1.4.1.1.4.2';
const EVIDENCE_TAG = Buffer.from('08009290', 'hex');

interface Image { readonly iso: string; readonly folder: string; readonly dicomFiles: readonly string[] }
interface Note { readonly problem: (words: string) => void; readonly repeat: (words: string) => void }
interface Judge { readonly name: string; readonly needs: string; judge(image: Image, program: string, note: Note): Promise<void> }

const tail = (words: string, lines = 3): string => words.trim().split('\n').slice(-lines).join(' | ');

/** The FileSet of pydicom refuses record types that came after it; then only the data set counts. */
const PYDICOM = `
import sys, pydicom
from pydicom.fileset import FileSet
ds = pydicom.dcmread(sys.argv[1])
leaves = [r for r in ds.DirectoryRecordSequence if 'ReferencedFileID' in r]
types = {r.DirectoryRecordType for r in leaves}
try:
    count = len(list(FileSet(ds)))
except Exception:
    if not types & {'ANNOTATION', 'INVENTORY', 'WF PRESENTATION', 'RADIOTHERAPY', 'ASSESSMENT'}: raise
    count = len(leaves)
print('COUNT', count)
`;

const JUDGES: readonly Judge[] = [
  {
    name: 'sha256sum', needs: 'sha256sum',
    judge: async ({ folder }, file, { problem }) => {
      const { code, words } = await run(file, ['-c', '--quiet', 'SHA256.TXT'], { cwd: folder });
      if (code !== 0) problem(tail(words));
    },
  },
  {
    name: '7z', needs: '7z',
    judge: async ({ iso }, file, { problem }) => {
      const { code, words } = await run(file, ['t', iso]);
      if (code !== 0 || !words.includes('Everything is Ok')) problem(tail(words));
    },
  },
  {
    name: 'isoinfo', needs: 'isoinfo',
    judge: async ({ iso }, file, { problem }) => {
      const { code, words } = await run(file, ['-d', '-i', iso]);
      if (code !== 0) problem(tail(words));
      if (!words.includes('Joliet with UCS level 3 found')) problem('no Joliet level 3');
      if (!/^System id: *$/m.test(words)) problem('system identifier is not blank');
      if (!words.includes('NO Rock Ridge present')) problem('Rock Ridge is there');
    },
  },
  {
    name: 'dciodvfy', needs: 'dciodvfy',
    judge: async ({ folder, dicomFiles }, file, { problem, repeat }) => {
      const { code, words } = await run(file, ['DICOMDIR'], { cwd: folder });
      if (code === -1) problem('did not end');
      if (!words.includes('BasicDirectory')) problem('does not see a directory');
      const errors = [...new Set(words.split('\n').filter((one) => one.startsWith('Error')))];
      if (errors.length === 0) return;
      const sources = dicomFiles.map((path) => readFileSync(join(folder, path)));
      const isOfSource = (line: string): boolean => {
        const value = ABOUT_A_VALUE.map((form) => form.exec(line)?.[1]).find((one) => one !== undefined);
        if (value !== undefined) return sources.some((bytes) => bytes.includes(value, 0, 'latin1'));
        return RULE_OF_ITS_OWN.test(line) && sources.some((bytes) => bytes.includes(SPECTROSCOPY) && !bytes.includes(EVIDENCE_TAG));
      };
      const repeats = errors.filter(isOfSource);
      for (const line of repeats) repeat(line);
      for (const line of errors) if (!repeats.includes(line) && !(line === SUMMARY && repeats.some((one) => one.includes('Value invalid')))) problem(line);
    },
  },
  {
    name: 'dcdirdmp', needs: 'dcdirdmp',
    judge: async ({ folder, dicomFiles }, file, { problem }) => {
      const { words } = await run(file, ['-paths', 'DICOMDIR'], { cwd: folder });
      const paths = words.split('\n').map((line) => line.trim()).filter((line) => line.startsWith('DICOM/')).sort();
      if (paths.join() !== [...dicomFiles].sort().join()) problem(`${paths.length} paths for ${dicomFiles.length} files: ${tail(words, 1)}`);
    },
  },
  {
    name: 'gdcminfo', needs: 'gdcminfo',
    judge: async ({ folder }, file, { problem }) => {
      const { code, words } = await run(file, ['DICOMDIR'], { cwd: folder });
      if (code !== 0) problem(tail(words));
    },
  },
  {
    name: 'pydicom', needs: 'python3',
    judge: async ({ folder, dicomFiles }, file, { problem }) => {
      const { words } = await run(file, ['-W', 'ignore', '-c', PYDICOM, join(folder, 'DICOMDIR')]);
      if (!words.includes(`COUNT ${dicomFiles.length}\n`)) problem(`for ${dicomFiles.length} files: ${tail(words, 1)}`);
    },
  },
];

/** dcmmkdir makes nothing up and takes, in the general purpose profile, Explicit VR Little Endian only. Its words count: it ends with 0 whatever it left out. */
const DCMMKDIR: Judge = {
  name: 'dcmmkdir', needs: 'dcmmkdir',
  judge: async ({ folder, dicomFiles }, file, { problem }) => {
    const made = `${folder}-JUDGED`;
    const { words } = await run(file, ['+D', made, '+id', '.', '-Pgp', ...dicomFiles], { cwd: folder });
    for (const line of words.split('\n').filter((one) => /cannot be added|^E:|^F:/.test(one))) problem(line);
    if (!existsSync(made)) problem('made nothing');
    rmSync(made, { force: true });
  },
};

const filesBelow = (folder: string, below: string): readonly string[] => {
  const start = join(folder, below);
  return existsSync(start) ? readdirSync(start, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)) : [];
};

const isExplicitLittleEndian = (file: string): boolean => readFileMeta(readFileSync(file)).transferSyntaxUid === UID.explicitLittleEndian;

/**
 * Lets every judge look at the image `disc.iso` of a produced disc. `isFilled` says that its directory holds stand-ins.
 * @throws {TypeError} when xorriso is absent, because every other judge needs its extraction
 */
export const judgeDisc = async (discFolder: string, { isFilled }: { readonly isFilled: boolean }): Promise<Verdict> => {
  const xorriso = program('xorriso');
  if (xorriso === undefined) throw new TypeError('discs are extracted by xorriso, which is not here');
  const work = mkdtempSync(join(tmpdir(), 'spindle-judge-'));
  const folder = join(work, 'X');
  const iso = join(discFolder, 'disc.iso');
  const problems: string[] = [];
  const repeated: string[] = [];
  const judges = ['xorriso'];
  try {
    const extracted = await run(xorriso, ['-osirrox', 'on', '-indev', iso, '-extract', '/', folder]);
    if (extracted.code !== 0) return { problems: [`xorriso: ${tail(extracted.words)}`], repeated, dicomFiles: 0, judges };
    for (const entry of [folder, ...readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => join(one.parentPath, one.name))]) chmodSync(entry, 0o755);
    const dicomFiles = filesBelow(folder, 'DICOM');
    if (dicomFiles.length === 0) problems.push('no DICOM file on the disc');
    const isForDcmmkdir = !isFilled && dicomFiles.every((file) => isExplicitLittleEndian(join(folder, file)));
    for (const { name, needs, judge } of [...JUDGES, ...(isForDcmmkdir ? [DCMMKDIR] : [])]) {
      const file = program(needs);
      if (file === undefined) continue;
      judges.push(name);
      await judge({ iso, folder, dicomFiles }, file, { problem: (words) => { problems.push(`${name}: ${words}`); }, repeat: (words) => { repeated.push(`${name}: ${words}`); } });
    }
    return { problems, repeated, dicomFiles: dicomFiles.length, judges };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

/** Where the script lies that mounts an image with a real kernel; undefined when it is not there. */
export const kernelMount = (): string | undefined => {
  const script = fileURLToPath(new URL('../../../shared/tools/kernel-mount.sh', import.meta.url));
  return existsSync(script) ? script : undefined;
};

/** Mounts the image with a real Linux kernel and compares the SHA-256 of every file it shows with the manifest. */
export const judgeByKernel = async (script: string, iso: string, manifest: string): Promise<readonly string[]> => {
  const { code, words } = await run('bash', [script, iso, 'iso9660'], { seconds: 150, env: { T: '120' } });
  if (code !== 0) return [`the kernel did not mount it: ${tail(words)}`];
  const listed = (text: string): ReadonlyMap<string, string> => new Map([...text.matchAll(/^([0-9a-f]{64}) [ *](?:\.\/)?(\S+)\r?$/gm)].map(([, sha256, path]) => [path!.toUpperCase(), sha256!]));
  const seen = listed(words);
  const wanted = listed(manifest);
  const wrong = [...wanted].filter(([path, sha256]) => seen.get(path) !== sha256).map(([path]) => `the kernel reads other bytes of ${path}`);
  const more = [...seen.keys()].filter((path) => !wanted.has(path) && path !== 'SHA256.TXT').map((path) => `the kernel shows ${path}, which the manifest does not list`);
  return wanted.size === 0 ? ['the manifest is empty'] : [...wrong, ...more];
};
