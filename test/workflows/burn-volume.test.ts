import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadWorkflows, PENDING, VirtualRun } from './harness.ts';
import type { Creator } from './harness.ts';

let creator: Creator;
beforeAll(async () => { creator = await loadWorkflows(); }, 120_000);
afterAll(() => creator.destroy());

type End = { state: string; error: string } | typeof PENDING;

/** The robot and catalog side of one volume, played by the test: `ends` are the ends of jobs in the order in which they are burned. */
const makeVolume = (ends: End[], compose: () => unknown = () => ({ imageBytes: 1, instances: 1, leftOff: 0 })) => {
  const jobs: string[] = [];
  const settled: string[] = [];
  let dropped = 0;
  return {
    jobs, settled, dropped: () => dropped,
    fakes: {
      composeVolume: compose,
      openJob: (_volume: number, copy: number, attempt: number) => ({ jobKey: `J${copy}.${attempt}`, state: 'OPEN' }),
      renderLabel: () => null,
      burnCopy: (jobKey: string) => { jobs.push(jobKey); return ends.shift() ?? { state: 'GOOD', error: '' }; },
      settleJob: (jobKey: string, verdict: string) => { settled.push(`${jobKey} ${verdict}`); },
      dropSpool: () => { dropped++; },
    },
  };
};
const BAD = { state: 'BAD', error: 'ROBOT_VERIFY_FAILED' };
const LOST = { state: 'LOST', error: 'ROBOT_JOB_LOST' };

const run = async (test: ReturnType<typeof makeVolume>, copies: number, body: (run: VirtualRun) => Promise<void>): Promise<void> => {
  const virtual = await VirtualRun.start(creator, 'burnVolume', [{ volumeId: 5, copies, robot: 'virtual', remakes: 2 }], test.fakes);
  try { await body(virtual); } finally { await virtual.dispose(); }
};

describe('burnVolume', () => {
  it('makes every copy as a job of its own and cleans the spool', async () => {
    const test = makeVolume([]);
    await run(test, 3, async (virtual) => {
      expect(virtual.value).toBe('good');
      expect(test.jobs.sort()).toEqual(['J1.1', 'J2.1', 'J3.1']);
      expect(test.dropped()).toBe(1);
    });
  });

  it('makes a bad disc again under a new job', async () => {
    const test = makeVolume([BAD, BAD]);
    await run(test, 1, async (virtual) => {
      expect([virtual.value, test.jobs]).toEqual(['good', ['J1.1', 'J1.2', 'J1.3']]);
    });
  });

  it('asks a person after the allowed number of bad discs', async () => {
    const test = makeVolume([BAD, BAD, BAD]);
    await run(test, 1, async (virtual) => {
      expect([virtual.outcome, virtual.attributes.get('BlockedOn')]).toEqual(['running', 'ROBOT_VERIFY_FAILED']);
      expect(await virtual.update('resumeAfterService', { by: 'clerk', verdict: 'found' })).toEqual({ rejected: 'possible here: retry, give-up' });
      await virtual.update('resumeAfterService', { by: 'clerk', verdict: 'retry' });
      expect([virtual.value, test.jobs.length]).toEqual(['good', 4]);
    });
  });

  it('never submits again by itself when the outcome is unknown', async () => {
    const test = makeVolume([LOST]);
    await run(test, 1, async (virtual) => {
      await virtual.advance(30 * 86_400_000);
      expect([virtual.outcome, test.jobs]).toEqual(['running', ['J1.1']]);
      await virtual.update('resumeAfterService', { by: 'clerk', verdict: 'found' });
      expect([virtual.value, test.jobs, test.settled]).toEqual(['good', ['J1.1'], ['J1.1 found']]);
    });
  });

  it('makes the disc anew only after a person said that none was made', async () => {
    const test = makeVolume([LOST]);
    await run(test, 1, async (virtual) => {
      await virtual.update('resumeAfterService', { by: 'clerk', verdict: 'not-made' });
      expect([virtual.value, test.jobs, test.settled]).toEqual(['good', ['J1.1', 'J1.2'], ['J1.1 not-made']]);
    });
  });

  it('refuses a verdict when nothing waits', async () => {
    const test = makeVolume([PENDING]);
    await run(test, 1, async (virtual) => {
      expect(await virtual.update('resumeAfterService', { by: 'clerk', verdict: 'retry' })).toEqual({ rejected: 'nothing of this volume waits for a person' });
      await virtual.resolveActivity('burnCopy', { state: 'GOOD', error: '' });
      expect(virtual.value).toBe('good');
    });
  });

  it('shows the condition of the robot while a copy waits there', async () => {
    const test = makeVolume([PENDING]);
    await run(test, 1, async (virtual) => {
      await virtual.signal('robotCondition', { copy: 1, code: 'ROBOT_OUT_OF_DISCS' });
      expect(virtual.attributes.get('BlockedOn')).toBe('ROBOT_OUT_OF_DISCS');
      await virtual.signal('robotCondition', { copy: 1, code: '' });
      expect(virtual.attributes.get('BlockedOn')).toBeNull();
      await virtual.resolveActivity('burnCopy', { state: 'GOOD', error: '' });
    });
  });

  it('waits for a person when the gate refuses the image, and burns nothing', async () => {
    let refusals = 1;
    const test = makeVolume([], () => {
      if (refusals-- > 0) throw ApplicationFailure.create({ type: 'DISC_GATE_REFUSED', nonRetryable: true });
      return { imageBytes: 1, instances: 1, leftOff: 0 };
    });
    await run(test, 1, async (virtual) => {
      expect([virtual.attributes.get('BlockedOn'), test.jobs]).toEqual(['DISC_GATE_REFUSED', []]);
      await virtual.update('resumeAfterService', { by: 'clerk', verdict: 'retry' });
      expect(virtual.value).toBe('good');
    });
  });

  it('waits for a person when the label cannot be rendered, and burns nothing meanwhile', async () => {
    const test = makeVolume([]);
    let refusals = 1;
    Object.assign(test.fakes, { renderLabel: () => { if (refusals-- > 0) throw ApplicationFailure.create({ type: 'DISC_LABEL_FAILED', nonRetryable: true }); return null; } });
    await run(test, 1, async (virtual) => {
      expect([virtual.attributes.get('BlockedOn'), test.jobs]).toEqual(['DISC_LABEL_FAILED', []]);
      await virtual.update('resumeAfterService', { by: 'clerk', verdict: 'retry' });
      expect([virtual.value, test.jobs]).toEqual(['good', ['J1.1']]);
    });
  });

  it('answers oversized when the composed volume exceeds the medium', async () => {
    const test = makeVolume([], () => { throw ApplicationFailure.create({ type: 'ORDER_EXCEEDS_MEDIA', nonRetryable: true }); });
    await run(test, 1, async (virtual) => expect([virtual.value, test.dropped()]).toEqual(['oversized', 1]));
  });

  it('ends cancelled with a clean spool when the robot cancelled its job', async () => {
    const test = makeVolume([{ state: 'CANCELLED', error: 'ROBOT_CANCELLED' }]);
    await run(test, 1, async (virtual) => expect([virtual.value, test.dropped()]).toEqual(['cancelled', 1]));
  });
});

describe('burnVolume of a copy beside a disc', () => {
  /** The place for copies, played by the test: `failures` are the codes of deliveries in their order. */
  const copies = (failures: (string | typeof PENDING)[]) => {
    const said: string[] = [];
    return {
      said,
      fakes: {
        composeVolume: () => ({ imageBytes: 1, instances: 1, leftOff: 0 }),
        openJob: (_volume: number, copy: number, attempt: number, robot: string) => { said.push(`open ${copy}.${attempt}${robot}`); return { jobKey: `J${copy}.${attempt}`, state: 'OPEN' }; },
        deliverCopy: (jobKey: string) => {
          const failure = failures.shift();
          if (failure === PENDING) return PENDING;
          if (failure !== undefined) throw ApplicationFailure.create({ type: failure, nonRetryable: true });
          said.push(`delivered ${jobKey}`);
          return null;
        },
        abandonJob: (jobKey: string, error: string) => { said.push(`abandoned ${jobKey} ${error}`); },
        dropSpool: () => { said.push('dropped'); },
      },
    };
  };
  const start = (test: ReturnType<typeof copies>, wanted: number): Promise<VirtualRun> => VirtualRun.start(creator, 'burnVolume', [{ volumeId: 5, copies: wanted, robot: '', remakes: 0, target: 'zip' }], test.fakes);

  it('delivers every wanted copy without a label and without a robot', async () => {
    const test = copies([]);
    const virtual = await start(test, 2);
    expect([virtual.value, virtual.scheduled.includes('burnCopy'), virtual.scheduled.includes('renderLabel')]).toEqual(['good', false, false]);
    expect(test.said).toEqual(['open 1.1', 'open 2.1', 'delivered J1.1', 'delivered J2.1', 'dropped']);
    await virtual.dispose();
  });

  it('asks a person when the place is full, and tries the same job again', async () => {
    const test = copies(['DISC_TARGET_FULL']);
    const virtual = await start(test, 1);
    expect([virtual.outcome, virtual.attributes.get('BlockedOn')]).toEqual(['running', 'DISC_TARGET_FULL']);
    await virtual.update('resumeAfterService', { by: 'clerk', verdict: 'retry' });
    expect([virtual.value, test.said]).toEqual(['good', ['open 1.1', 'delivered J1.1', 'dropped']]);
    await virtual.dispose();
  });

  it('ends the job when a person gives up', async () => {
    const given = copies(['DISC_TARGET_READ_ONLY']);
    const first = await start(given, 1);
    await first.update('resumeAfterService', { by: 'clerk', verdict: 'give-up' });
    expect([first.value, given.said]).toEqual(['failed', ['open 1.1', 'abandoned J1.1 DISC_TARGET_READ_ONLY', 'dropped']]);
    await first.dispose();
  });
});
