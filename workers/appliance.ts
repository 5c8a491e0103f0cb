/** `npm start`: starts the appliance, says where everything is, and stops it on a signal. */
import { join } from 'node:path';
import { loadConfig, processEnvironment } from '../infra/config.ts';
import type { Config } from '../infra/config.ts';
import { isApplianceError } from '../infra/errors.ts';
import { openHome } from '../infra/home.ts';
import type { Home } from '../infra/home.ts';
import { createLogger } from '../infra/log.ts';
import { createSteps } from '../infra/steps.ts';
import { startAppliance } from './start-appliance.ts';
import type { Appliance } from './start-appliance.ts';

const steps = createSteps(process.stdout);

const explain = (error: unknown): void => {
  if (!isApplianceError(error)) {
    steps.say(error instanceof Error ? error.stack ?? error.message : String(error));
    return;
  }
  const mistakes = error.details['mistakes'];
  steps.say(Array.isArray(mistakes) ? `${error.code}\n${mistakes.map((mistake) => `  - ${String(mistake)}`).join('\n')}` : error.message);
  steps.say(error.row.advice);
};

const announce = (config: Config, home: Home, appliance: Appliance): void => {
  const host = config.dicomHost === '0.0.0.0' ? '127.0.0.1' : config.dicomHost;
  const discs = config.robots.filter((robot) => robot['driver'] === 'virtual').map((robot) => (typeof robot['directory'] === 'string' ? robot['directory'] : join(home.robots, robot.name)));
  const ports = [...(config.dicomPlain ? [`port ${config.dicomPort}`] : []), ...(config.tls ? [`TLS port ${config.tlsPort}`] : [])].join(', ');
  steps.say([
    '',
    `  DICOM        AE title ${config.aeTitle}, host ${config.dicomHost}, ${ports}`,
    `  Web page     ${appliance.loginLink}`,
    '               (signs in once; afterwards the browser stays signed in)',
    ...(appliance.endpoints.temporalUi === '' ? [] : [`  Temporal     ${appliance.endpoints.temporalUi}`]),
    ...discs.map((folder) => `  Discs        appear below ${folder}`),
    `  Home         ${home.folder} (settings: ${join(home.folder, 'spindle.yaml')})`,
    '',
    ...(config.dicomPlain ? [`  Send images  storescu -aec ${config.aeTitle} ${host} ${config.dicomPort} +sd +r FOLDER`] : []),
    '  Try it       npm run demo      (in another terminal)',
    '  Stop         Ctrl-C',
    '',
  ].join('\n'));
};

const main = async (): Promise<number> => {
  const ending = new AbortController();
  let askedAt = 0;
  const stopWish = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // npm and the shell pass on the same Ctrl-C: only a later one is a question.
        if (!ending.signal.aborted) steps.say(`\nStopping (${signal})`);
        else if (performance.now() - askedAt > 2_000) steps.say('Still stopping; open associations and discs are brought to an end');
        askedAt = performance.now();
        ending.abort();
        resolve();
      });
    }
  });
  let appliance: Appliance;
  try {
    const env = processEnvironment();
    const config = loadConfig({ env });
    const home = await openHome(config.home);
    const log = createLogger({ process: 'appliance', level: config.logLevel, file: join(home.logs, 'appliance.log') });
    appliance = await startAppliance({ config, env, home, log, onStep: steps.step, signal: ending.signal });
    steps.step('Ready');
    announce(config, home, appliance);
  } catch (error) {
    if (ending.signal.aborted) return 0;
    explain(error);
    return 1;
  }
  await stopWish;
  await appliance.close();
  steps.step('Stopped');
  return 0;
};

process.exitCode = await main();
// Nothing of ours is open any more; a handle of a library must not keep a stopped appliance alive.
process.exit();
