/** C-ECHO to another AE with an answer that a person can act on. Never throws for what the other side does. */
import { ApplianceError } from '../infra/errors.ts';
import type { ErrorCode } from '../infra/errors.ts';
import { echo } from './echo-scu.ts';
import type { EchoOptions } from './echo-scu.ts';
import { STATUS } from './tables/statuses.ts';

export const ECHO_VERDICTS = [
  'answers', 'answers-failure', 'rejects-calling-ae', 'rejects-called-ae', 'rejects', 'refuses-verification', 'host-unknown', 'no-listener', 'unreachable',
  'tls-untrusted', 'tls-failed', 'not-dicom', 'closes', 'time-out',
] as const;

export type EchoVerdict = (typeof ECHO_VERDICTS)[number];

export interface EchoAnswer {
  readonly verdict: EchoVerdict;
  /** One sentence. */
  readonly text: string;
  /** Code of the error; null when it answers. */
  readonly code: ErrorCode | null;
  readonly elapsedMs: number;
}

type Judgement = readonly [EchoVerdict, string];

/** @source PS3.8 Table 9-21 */
const rejection = ({ details }: ApplianceError, { calledAe, callingAe }: EchoOptions): Judgement => {
  if (details['source'] === 1 && details['reason'] === 3) return ['rejects-calling-ae', `Connects, but rejects our AE title ${callingAe}: it must be entered there.`];
  if (details['source'] === 1 && details['reason'] === 7) return ['rejects-called-ae', `Connects, but does not go by the AE title ${calledAe}.`];
  return ['rejects', details['result'] === 2 ? 'Connects, but takes no association just now.' : `Connects, but rejects the association (source ${String(details['source'])}, reason ${String(details['reason'])}).`];
};

const judge = (error: ApplianceError, options: EchoOptions): Judgement => {
  const where = `${options.host}:${options.port}`;
  const reason = String(error.details['reason'] ?? '');
  switch (error.code) {
    case 'ASSOCIATION_REJECTED': return rejection(error, options);
    case 'ASSOCIATION_REFUSED_CONTEXT': return ['refuses-verification', 'Accepts the association, but not Verification.'];
    case 'ASSOCIATION_HOST_UNKNOWN': return ['host-unknown', `The host name ${options.host} is not known.`];
    case 'ASSOCIATION_NO_LISTENER': return ['no-listener', `No one listens on ${where}.`];
    case 'ASSOCIATION_UNREACHABLE': return ['unreachable', `The network does not lead to ${options.host}.`];
    case 'ASSOCIATION_TLS_UNTRUSTED': return ['tls-untrusted', `Answers, but its TLS certificate is not trusted (${reason}).`];
    case 'ASSOCIATION_TLS_FAILED': return ['tls-failed', `Connects, but TLS could not be agreed: it does not speak TLS on this port, or does not trust our certificate (${reason}).`];
    case 'ASSOCIATION_PROTOCOL': return ['not-dicom', `Something answers on ${where}, but it does not speak DICOM${options.tls === undefined ? ' (or wants TLS)' : ''}.`];
    case 'ASSOCIATION_TIMED_OUT': return ['time-out', `No answer from ${where} in time.`];
    default: return ['closes', `Connects, but ends the connection without an answer${options.tls === undefined ? ' (does it want TLS?)' : ''}.`];
  }
};

/** Echoes and says what came of it. @source PS3.4 Annex A */
export const echoVerdict = async (options: EchoOptions): Promise<EchoAnswer> => {
  const startedAt = performance.now();
  const elapsedMs = (): number => Math.round(performance.now() - startedAt);
  try {
    const { status } = await echo(options);
    if (status === STATUS.success) return { verdict: 'answers', text: 'Answers.', code: null, elapsedMs: elapsedMs() };
    return { verdict: 'answers-failure', text: `Answers with status ${status.toString(16).toUpperCase().padStart(4, '0')}.`, code: null, elapsedMs: elapsedMs() };
  } catch (error) {
    if (!(error instanceof ApplianceError)) throw error;
    const [verdict, text] = judge(error, options);
    return { verdict, text, code: error.code, elapsedMs: elapsedMs() };
  }
};
