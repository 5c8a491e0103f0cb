/** The AEs we know with what they answer, and the callers we do not know. */
import type { Ae, Caller, EchoAnswer } from './client.ts';
import { ago, el } from './dom.ts';

const SERVICE: Readonly<Record<string, string>> = { store: 'sends', query: 'queries', retrieve: 'retrieves', commit: 'commitment', publish: 'orders discs' };
const REASON: Readonly<Record<string, string>> = { 'calling-ae': 'refused: not registered', 'caller-address': 'refused: calls from another address', 'called-ae': 'refused: calls us by another title', 'let-in': 'let in, not registered' };

/** What the last echo of an AE said; 'asking' while it runs. */
export type Echo = EchoAnswer | 'asking';

const echoLine = (echo: Echo | undefined): HTMLElement | null => {
  if (echo === undefined) return null;
  if (echo === 'asking') return el('span', { class: 'small' }, 'asking …');
  const isGood = echo.verdict === 'answers';
  return el('span', { class: `answer ${isGood ? 'good' : 'bad'}`, role: 'status' }, isGood ? `Answers in ${echo.elapsedMs} ms` : echo.text);
};

export const aeLine = (ae: Ae, echo: Echo | undefined, { ask, search }: { readonly ask: () => void; readonly search: () => void }): HTMLElement => el('div', { class: 'ae' },
  el('div', { class: 'grow' },
    el('div', {}, el('bdi', { class: 'strong' }, ae.aeTitle), el('span', { class: 'small' }, ` ${ae.host}:${ae.port} `), ae.tls ? el('span', { class: 'tag good' }, 'TLS') : null),
    el('div', { class: 'small' }, [ae.services.map((service) => SERVICE[service] ?? service).join(', ') || 'may only echo', ae.source === 'file' ? 'from the configuration file' : '', ae.notes].filter((part) => part !== '').join(' · ')),
    echoLine(echo)),
  el('button', { 'data-key': `search-${ae.aeTitle}`, on: { click: search } }, 'Search'),
  el('button', { 'data-key': `echo-${ae.aeTitle}`, disabled: echo === 'asking', on: { click: ask } }, 'Echo'));

export const callerLine = (caller: Caller, isRegistered: boolean, register: () => void): HTMLElement => el('div', { class: 'ae' },
  el('div', { class: 'grow' },
    el('div', {}, el('bdi', { class: 'strong' }, caller.callingAe), el('span', { class: 'small' }, ` from ${caller.host} `), el('span', { class: `tag ${caller.reason === 'let-in' ? '' : 'warn'}` }, REASON[caller.reason] ?? caller.reason)),
    el('div', { class: 'small' }, `${caller.calls} ${caller.calls === 1 ? 'call' : 'calls'}, last ${ago(caller.lastSeenAt)}`)),
  isRegistered ? null : el('button', { 'data-key': `register-${caller.callerId}`, on: { click: register } }, 'Register'));
