/**
 * Entry of every npm script: checks the platform, installs the locked dependencies when they are missing or outdated,
 * and goes on with the Node that comes with them. Plain JavaScript without dependencies, for Node 20.11 and later.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const began = Date.now();

/** What each script runs; a missing file is told in clear words. */
const TASKS = {
  start: 'workers/appliance.ts',
  demo: 'workers/demo/demo.ts',
  'check-disc': 'workers/check-disc/check-disc.ts',
  test: 'infra/scripts/test.mjs',
  check: 'infra/scripts/check.mjs',
  docs: 'infra/scripts/docs.mjs',
  viewer: 'workers/viewer/viewer.ts',
  passcode: 'infra/scripts/hash-passcode.ts',
  bench: 'test/bench/bench.ts',
  soak: 'infra/scripts/soak.mjs',
};

const say = (text) => { process.stdout.write(`${text}\n`); };
const fail = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

const checkPlatform = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 11)) fail(`Node ${process.versions.node} is too old to begin with: install Node 20.11 or later.`);
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) fail(`Spindle runs on Linux on x64 or arm64; this is ${process.platform} on ${process.arch}.`);
  const { glibcVersionRuntime } = process.report.getReport().header;
  if (glibcVersionRuntime === undefined) fail('Spindle needs a Linux with glibc (Debian, Ubuntu, Red Hat, SUSE ...); this one has another C library (Alpine?).');
};

/** Runs a program to its end with one live line; answers code and output. */
const runShown = (what, program, args) => new Promise((resolve) => {
  const output = [];
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const from = Date.now();
  const seconds = () => Math.round((Date.now() - from) / 1000);
  if (!process.stdout.isTTY) say(`${what} ...`);
  const ticking = setInterval(() => {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${what} ... ${seconds()} s`);
    else if (seconds() % 15 === 0) say(`${what} ... ${seconds()} s`);
  }, 1000);
  const end = (code) => {
    clearInterval(ticking);
    say(`${process.stdout.isTTY ? '\r\x1b[K' : ''}${what}: ${code === 0 ? 'done' : 'failed'} in ${seconds()} s`);
    resolve({ code, text: Buffer.concat(output).toString('utf8') });
  };
  child.on('error', (error) => { output.push(Buffer.from(error.message)); end(1); });
  child.on('close', (code) => { end(code ?? 1); });
});

const lockHash = () => createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).update(`${process.platform}-${process.arch}`).digest('hex');
const stampFile = join(root, 'node_modules', '.spindle-installed');
const readStamp = () => (existsSync(stampFile) ? readFileSync(stampFile, 'utf8').trim() : '');
const pinnedNode = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');

/** True when what npm wrote about the installed tree is what the lock file wants: an installation made by hand counts too. */
const isInstalledByHand = () => {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden) || !existsSync(pinnedNode)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => path === '' || installed[path]?.version === entry.version || (installed[path] === undefined && entry.optional === true));
};

const guard = join(tmpdir(), `spindle-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
const takeGuard = () => {
  try {
    writeFileSync(guard, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
};
const isGuardHeld = () => existsSync(guard) && existsSync(`/proc/${readFileSync(guard, 'utf8').trim() || 'none'}`);

/** Two scripts started together must not install into each other: the second waits, and finds everything there. */
const guarded = async (work) => {
  for (let told = false; !takeGuard(); told = true) {
    if (!isGuardHeld()) rmSync(guard, { force: true });
    else if (!told) say('Waiting for another script that installs the dependencies');
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
  const free = () => { rmSync(guard, { force: true }); };
  process.once('exit', free);
  await work();
  process.removeListener('exit', free);
  free();
};

const ensureInstalled = async () => {
  const hash = lockHash();
  if (readStamp() === hash && existsSync(pinnedNode)) return;
  await guarded(() => install(hash));
};

const install = async (hash) => {
  if (readStamp() === hash && existsSync(pinnedNode)) return;
  if (!isInstalledByHand()) {
    const { code, text } = await runShown('Installing the locked dependencies (npm ci)', 'npm', ['ci', '--no-audit', '--no-fund']);
    if (code !== 0) fail(`${text.trim().split('\n').slice(-15).join('\n')}\n\nThe dependencies cannot be installed: is the npm registry in reach, and this folder writable?`);
  }
  if (!existsSync(pinnedNode)) fail(`The installation lacks ${pinnedNode}: it was made without optional dependencies. Run: npm ci --include=optional`);
  try {
    writeFileSync(stampFile, `${hash}\n`);
  } catch (error) {
    // A read-only installation is looked through at every start instead.
    if (!['EROFS', 'EACCES', 'EPERM'].includes(error.code)) throw error;
  }
};

/**
 * Code that was stripped of its types and compiled once is kept beside the dependencies: every process and thread after the first
 * starts in a quarter of the time. Node goes without where it may not write. Tests measure coverage, which wants code as it is compiled.
 */
const compileCache = (task) => (task === 'test' ? {} : { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'spindle-code') });

const main = async () => {
  const [task = '', ...rest] = process.argv.slice(2);
  const args = rest[0] === '--' ? rest.slice(1) : rest;
  const file = TASKS[task];
  if (file === undefined) fail(`Say one of: ${Object.keys(TASKS).join(', ')}`);
  checkPlatform();
  await ensureInstalled();
  const target = join(root, file);
  if (!existsSync(target)) fail(`${file} is not part of this checkout.`);
  if (Date.now() - began > 2000) say(`Going on with Node of this project after ${Math.round((Date.now() - began) / 1000)} s`);
  const child = spawn(pinnedNode, ['--disable-warning=ExperimentalWarning', target, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...compileCache(task), PATH: `${join(pinnedNode, '..')}:${process.env.PATH ?? ''}` },
  });
  // On a terminal a Ctrl-C reaches the child by itself too; twice the same wish does no harm.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { child.kill(signal); });
  child.on('error', (error) => { fail(`The Node of this project does not run: ${error.message}`); });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const one of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(one);
    process.kill(process.pid, signal);
  });
};

await main();
