/** Programs of others that tests compare us with. None is needed to run; suites that miss theirs are skipped and say so. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const onPath = (name) => `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':').some((folder) => {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});
const inPython = (module) => ['python3', '/usr/bin/python3'].some((python) => spawnSync(python, ['-c', `import ${module}`], { timeout: 20_000, stdio: 'ignore' }).status === 0);

/** Where tools from crates.io are kept. */
const CARGO_ROOT = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'spindle-peers');

/** @type {readonly { name: string, what: string, isHere: () => boolean, apt?: string, pip?: string, cargo?: string }[]} */
export const PEERS = [
  { name: 'dcmtk', what: 'DICOM sender, receiver, dump', isHere: () => onPath('storescu'), apt: 'dcmtk' },
  { name: 'dicom3tools', what: 'checker of objects and DICOMDIR', isHere: () => onPath('dciodvfy'), apt: 'dicom3tools' },
  { name: 'gdcm', what: 'second reader of DICOM files', isHere: () => onPath('gdcminfo'), apt: 'libgdcm-tools' },
  { name: 'pydicom', what: 'third reader of DICOM files', isHere: () => inPython('pydicom'), apt: 'python3-pydicom' },
  { name: 'pynetdicom', what: 'second DICOM sender', isHere: () => inPython('pynetdicom'), pip: 'pynetdicom' },
  { name: 'dicom-rs', what: 'third DICOM sender', isHere: () => existsSync(join(CARGO_ROOT, 'bin/dicom-storescp')), cargo: 'dicom-echoscu dicom-storescu dicom-findscu dicom-storescp' },
  { name: 'orthanc', what: 'PACS', isHere: () => onPath('Orthanc'), apt: 'orthanc' },
  { name: 'xorriso', what: 'reader of disc images', isHere: () => onPath('xorriso'), apt: 'xorriso' },
  { name: 'genisoimage', what: 'reader and writer of disc images', isHere: () => onPath('isoinfo'), apt: 'genisoimage' },
  { name: '7z', what: 'reader of disc images with UDF', isHere: () => onPath('7z'), apt: 'p7zip-full' },
  { name: 'udftools', what: 'describes UDF volumes', isHere: () => onPath('udfinfo'), apt: 'udftools' },
  { name: 'udfclient', what: 'second reader of UDF volumes', isHere: () => onPath('udfdump'), apt: 'udfclient' },
  { name: 'udfread', what: 'reader in Blu-ray players', isHere: () => spawnSync('python3', ['-c', 'import ctypes; ctypes.CDLL("libudfread.so.0")'], { timeout: 20_000, stdio: 'ignore' }).status === 0, apt: 'libudfread0' },
  { name: 'mariadb', what: 'MySQL dialect of the catalog', isHere: () => onPath('mariadbd'), apt: 'mariadb-server' },
  { name: 'chromium', what: 'browser for page and viewer', isHere: () => onPath('chromium'), apt: 'chromium' },
  { name: 'qemu', what: 'machine that mounts discs', isHere: () => onPath('qemu-system-x86_64'), apt: 'qemu-system-x86' },
  { name: 'sqlfluff', what: 'SQL checker for SQL Server', isHere: () => onPath('sqlfluff'), pip: 'sqlfluff' },
];

/** Prints which are here, and the lines that install the others. */
export const printPeers = () => {
  const found = PEERS.map((peer) => ({ ...peer, here: peer.isHere() }));
  for (const { name, what, here } of found) process.stdout.write(`  ${here ? 'here  ' : 'absent'}  ${name.padEnd(12)} ${what}\n`);
  const missing = found.filter(({ here }) => !here);
  const apt = missing.flatMap((peer) => peer.apt ?? []);
  const pip = missing.flatMap((peer) => peer.pip ?? []);
  const cargo = missing.flatMap((peer) => peer.cargo ?? []);
  if (apt.length > 0) process.stdout.write(`  apt-get install --no-install-recommends ${apt.join(' ')}\n`);
  if (pip.length > 0) process.stdout.write(`  python3 -m pip install ${pip.join(' ')}\n`);
  if (cargo.length > 0) process.stdout.write(`  cargo install --locked --root ${CARGO_ROOT} ${cargo.join(' ')}\n`);
};
