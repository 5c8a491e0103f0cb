import { describe, expect, it } from 'vitest';
import { EVENTS, STATES, step } from '../../../dicom/association/state-machine.ts';
import type { State } from '../../../dicom/association/state-machine.ts';

/** PS3.8 Table 9-10, row by row: per event the action in Sta1 to Sta13, '-' where the event cannot happen. */
const REFERENCE: readonly (readonly [string, string])[] = [
  ['associate-requested', 'AE-1 - - - - - - - - - - - -'],
  ['transport-open', '- - - AE-2 - - - - - - - - -'],
  ['associate-ac', '- AA-1 AA-8 - AE-3 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-6'],
  ['associate-rj', '- AA-1 AA-8 - AE-4 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-6'],
  ['transport-offered', 'AE-5 - - - - - - - - - - - -'],
  ['associate-rq', '- AE-6 AA-8 - AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-7'],
  ['accepted', '- - AE-7 - - - - - - - - - -'],
  ['rejected', '- - AE-8 - - - - - - - - - -'],
  ['data-requested', '- - - - - DT-1 - AR-7 - - - - -'],
  ['data', '- AA-1 AA-8 - AA-8 DT-2 AR-6 AA-8 AA-8 AA-8 AA-8 AA-8 AA-6'],
  ['release-requested', '- - - - - AR-1 - - - - - - -'],
  ['release-rq', '- AA-1 AA-8 - AA-8 AR-2 AR-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-6'],
  ['release-rp', '- AA-1 AA-8 - AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3 AA-8 AA-6'],
  ['release-answered', '- - - - - - - AR-4 AR-9 - - AR-4 -'],
  ['abort-requested', '- - AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1 -'],
  ['abort', '- AA-2 AA-3 - AA-3 AA-3 AA-3 AA-3 AA-3 AA-3 AA-3 AA-3 AA-2'],
  ['transport-closed', '- AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AR-5'],
  ['artim-expired', '- AA-2 - - - - - - - - - - AA-2'],
  ['invalid-pdu', '- AA-1 AA-8 - AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-7'],
];

/** Where each action leads; the state of AA-6, AA-7, AR-6 and AR-7 is the one they happen in. */
const NEXT: Readonly<Record<string, string>> = {
  'AE-1': 'Sta4', 'AE-2': 'Sta5', 'AE-3': 'Sta6', 'AE-4': 'Sta1', 'AE-5': 'Sta2', 'AE-6': 'Sta3', 'AE-7': 'Sta6', 'AE-8': 'Sta13', 'DT-1': 'Sta6', 'DT-2': 'Sta6',
  'AR-1': 'Sta7', 'AR-2': 'Sta8', 'AR-3': 'Sta1', 'AR-4': 'Sta13', 'AR-5': 'Sta1', 'AR-6': 'Sta7', 'AR-7': 'Sta8', 'AR-8': 'Sta9', 'AR-9': 'Sta11', 'AR-10': 'Sta12',
  'AA-1': 'Sta13', 'AA-2': 'Sta1', 'AA-3': 'Sta1', 'AA-4': 'Sta1', 'AA-5': 'Sta1', 'AA-6': 'Sta13', 'AA-7': 'Sta13', 'AA-8': 'Sta13',
};

describe('upper layer state machine', () => {
  it('names the nineteen events and thirteen states of the Standard', () => {
    expect(EVENTS).toEqual(REFERENCE.map(([event]) => event));
    expect(Object.keys(STATES)).toHaveLength(13);
  });

  for (const [event, row] of REFERENCE) {
    it(`answers ${event} in every state as Table 9-10 says`, () => {
      const actions = row.split(' ');
      expect(actions).toHaveLength(13);
      const name = EVENTS.find((candidate) => candidate === event);
      expect(name).toBeDefined();
      if (name === undefined) return;
      actions.forEach((action, index) => {
        const state = `Sta${index + 1}` as State;
        expect(step(state, name, false), `${state} ${event}`).toEqual(action === '-' ? undefined : { action, next: NEXT[action] });
      });
    });
  }

  it('lets the acceptor wait for the release response first when both sides release', () => {
    expect(step('Sta7', 'release-rq', true)).toEqual({ action: 'AR-8', next: 'Sta10' });
  });
});
