import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { WORKFLOW } from '../../workflows/names.ts';

const FOLDER = join(import.meta.dirname, 'histories');
const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const read = (name: string): { workflowId: string; history: { events: { workflowExecutionStartedEventAttributes?: unknown; activityTaskScheduledEventAttributes?: { activityType?: { name?: string } } }[] } } => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as never;

describe('histories of released versions', () => {
  beforeAll(() => { Runtime.install({ logger: new DefaultLogger('ERROR') }); });

  it('hold one of every workflow type', () => {
    for (const type of Object.values(WORKFLOW)) expect(files.some((name) => name.startsWith(`${type}-`))).toBe(true);
  });

  it.each(files)('%s replays on the workflows of today', async (name) => {
    const { workflowId, history } = read(name);
    await Worker.runReplayHistory({ workflowsPath }, history, workflowId);
  }, 60_000);

  it('would not replay if a workflow took another step', async () => {
    const { workflowId, history } = read('publishOrder-main.json');
    const first = history.events.find((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'orderBrief');
    first!.activityTaskScheduledEventAttributes!.activityType!.name = 'somethingElse';
    await expect(Worker.runReplayHistory({ workflowsPath }, history, workflowId)).rejects.toThrow(/determinis/i);
  }, 60_000);
});
