/**
 * The upper layer state machine of PS3.8 as data, and one pure step. Actions are names; their effects belong to
 * acceptor.ts and requestor.ts.
 */

/** @source PS3.8 9.2.1 */
export type State = 'Sta1' | 'Sta2' | 'Sta3' | 'Sta4' | 'Sta5' | 'Sta6' | 'Sta7' | 'Sta8' | 'Sta9' | 'Sta10' | 'Sta11' | 'Sta12' | 'Sta13';

/** What each state means. @source PS3.8 9.2.1 */
export const STATES = {
  Sta1: 'idle',
  Sta2: 'transport open, awaiting A-ASSOCIATE-RQ',
  Sta3: 'awaiting the local answer to an A-ASSOCIATE-RQ',
  Sta4: 'awaiting the transport to open',
  Sta5: 'awaiting A-ASSOCIATE-AC or -RJ',
  Sta6: 'association established',
  Sta7: 'awaiting A-RELEASE-RP',
  Sta8: 'awaiting the local answer to an A-RELEASE-RQ',
  Sta9: 'release collision, requestor, awaiting the local answer',
  Sta10: 'release collision, acceptor, awaiting A-RELEASE-RP',
  Sta11: 'release collision, requestor, awaiting A-RELEASE-RP',
  Sta12: 'release collision, acceptor, awaiting the local answer',
  Sta13: 'awaiting the transport to close',
} as const satisfies Record<State, string>;

/** The events Evt1 to Evt19, in that order. @source PS3.8 9.2.2 */
export const EVENTS = [
  'associate-requested', 'transport-open', 'associate-ac', 'associate-rj', 'transport-offered', 'associate-rq', 'accepted', 'rejected',
  'data-requested', 'data', 'release-requested', 'release-rq', 'release-rp', 'release-answered', 'abort-requested', 'abort',
  'transport-closed', 'artim-expired', 'invalid-pdu',
] as const;

export type Event = (typeof EVENTS)[number];

/** @source PS3.8 9.2.2.1 to 9.2.2.4 */
export type Action =
  | 'AE-1' | 'AE-2' | 'AE-3' | 'AE-4' | 'AE-5' | 'AE-6' | 'AE-7' | 'AE-8' | 'DT-1' | 'DT-2'
  | 'AR-1' | 'AR-2' | 'AR-3' | 'AR-4' | 'AR-5' | 'AR-6' | 'AR-7' | 'AR-8' | 'AR-9' | 'AR-10'
  | 'AA-1' | 'AA-2' | 'AA-3' | 'AA-4' | 'AA-5' | 'AA-6' | 'AA-7' | 'AA-8';

export interface Transition {
  readonly action: Action;
  readonly next: State;
}

type Row = Readonly<Partial<Record<Event, Transition>>>;

const to = (action: Action, next: State): Transition => ({ action, next });

const UNEXPECTED = to('AA-8', 'Sta13');
/** What every state between two open ends answers to PDUs that have no place in it. */
const OPEN: Row = {
  'associate-ac': UNEXPECTED, 'associate-rj': UNEXPECTED, 'associate-rq': UNEXPECTED, data: UNEXPECTED, 'release-rq': UNEXPECTED, 'release-rp': UNEXPECTED,
  'abort-requested': to('AA-1', 'Sta13'), abort: to('AA-3', 'Sta1'), 'transport-closed': to('AA-4', 'Sta1'), 'invalid-pdu': UNEXPECTED,
};
const REFUSED = to('AA-1', 'Sta13');
const IGNORED = to('AA-6', 'Sta13');

/**
 * TRANSITIONS[state][event]; what is not there cannot happen.
 * Two cells branch: AE-6 leads to Sta13 when the request is refused by the provider, AR-8 to Sta10 for the acceptor.
 * @source PS3.8 Table 9-10
 */
export const TRANSITIONS: Readonly<Record<State, Row>> = {
  Sta1: { 'associate-requested': to('AE-1', 'Sta4'), 'transport-offered': to('AE-5', 'Sta2') },
  Sta2: {
    'associate-ac': REFUSED, 'associate-rj': REFUSED, 'associate-rq': to('AE-6', 'Sta3'), data: REFUSED, 'release-rq': REFUSED, 'release-rp': REFUSED,
    abort: to('AA-2', 'Sta1'), 'transport-closed': to('AA-5', 'Sta1'), 'artim-expired': to('AA-2', 'Sta1'), 'invalid-pdu': REFUSED,
  },
  Sta3: { ...OPEN, accepted: to('AE-7', 'Sta6'), rejected: to('AE-8', 'Sta13') },
  Sta4: { 'transport-open': to('AE-2', 'Sta5'), 'abort-requested': to('AA-2', 'Sta1'), 'transport-closed': to('AA-4', 'Sta1') },
  Sta5: { ...OPEN, 'associate-ac': to('AE-3', 'Sta6'), 'associate-rj': to('AE-4', 'Sta1') },
  Sta6: { ...OPEN, 'data-requested': to('DT-1', 'Sta6'), data: to('DT-2', 'Sta6'), 'release-requested': to('AR-1', 'Sta7'), 'release-rq': to('AR-2', 'Sta8') },
  Sta7: { ...OPEN, data: to('AR-6', 'Sta7'), 'release-rq': to('AR-8', 'Sta9'), 'release-rp': to('AR-3', 'Sta1') },
  Sta8: { ...OPEN, 'data-requested': to('AR-7', 'Sta8'), 'release-answered': to('AR-4', 'Sta13') },
  Sta9: { ...OPEN, 'release-answered': to('AR-9', 'Sta11') },
  Sta10: { ...OPEN, 'release-rp': to('AR-10', 'Sta12') },
  Sta11: { ...OPEN, 'release-rp': to('AR-3', 'Sta1') },
  Sta12: { ...OPEN, 'release-answered': to('AR-4', 'Sta13') },
  Sta13: {
    'associate-ac': IGNORED, 'associate-rj': IGNORED, 'associate-rq': to('AA-7', 'Sta13'), data: IGNORED, 'release-rq': IGNORED, 'release-rp': IGNORED,
    abort: to('AA-2', 'Sta1'), 'transport-closed': to('AR-5', 'Sta1'), 'artim-expired': to('AA-2', 'Sta1'), 'invalid-pdu': to('AA-7', 'Sta13'),
  },
};

/** The transition for `event` in `state`, or undefined when the event cannot happen there. `isAcceptor` decides the release collision. */
export const step = (state: State, event: Event, isAcceptor: boolean): Transition | undefined => {
  const transition = TRANSITIONS[state][event];
  return transition?.action === 'AR-8' && isAcceptor ? to('AR-8', 'Sta10') : transition;
};
