/** Writes what a robot says of itself to the catalog: at once when it changes, else now and then as a sign of life. */
import type { Catalog } from '../catalog/catalog.ts';
import type { Logger } from '../infra/log.ts';
import type { RobotDriver } from '../robots/robot.ts';

const LOOK_MS = 1_000;
const ALIVE_MS = 20_000;

export const reportRobot = ({ name, driver, catalog, log }: { readonly name: string; readonly driver: RobotDriver; readonly catalog: Pick<Catalog, 'robots' | 'operations'>; readonly log: Logger }): { close(): void } => {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let shown = '';
  let conditions = '';
  let writtenAt = 0;
  const look = async (): Promise<void> => {
    const health = await driver.health();
    const { heartbeatAgeSeconds: _age, ...facts } = health;
    const now = JSON.stringify(facts);
    if (now !== shown || Date.now() - writtenAt > ALIVE_MS) {
      await catalog.robots.report({ name, capabilities: await driver.capabilities(), health });
      shown = now;
      writtenAt = Date.now();
    }
    const codes = health.conditions.map((condition) => condition.code).sort().join(' ');
    if (codes !== conditions) {
      await catalog.operations.write({ who: name, event: 'robot.condition', subject: name, subjectKind: 'robot', result: codes === '' ? 'clear' : codes.slice(0, 64), details: {} });
      conditions = codes;
    }
  };
  const loop = (): void => {
    look().catch((error: unknown) => log.warn('robot.not-reported', { robot: name, error })).finally(() => { if (!isClosed) timer = setTimeout(loop, LOOK_MS); });
  };
  loop();
  return { close() { isClosed = true; clearTimeout(timer); } };
};
