/** Prints every generated document; `--check` compares them with those on disk instead. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
let failed = 0;
for (const file of readdirSync(folder).filter((name) => /^print-.*\.ts$/.test(name)).sort()) {
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(folder, file), ...process.argv.slice(2)], { cwd: join(folder, '../..'), stdio: 'inherit', timeout: 120_000 });
  if (status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
