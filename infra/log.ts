/**
 * The log: JSON lines of event name and fields. Fields that could identify a patient, and secrets, are masked at every level.
 * Goes to standard output, or to a file that is turned over when it is large.
 */
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import { rollingFile } from './rolling-file.ts';
import { scrub } from './scrub.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A logger that adds these fields to every event. */
  child(fields: LogFields): Logger;
}

interface PinoLike {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
}

/** Names of our own in every line; a field of the same name would stand there twice. */
const RESERVED = new Set(['level', 'time', 'process', 'event']);
const withoutReserved = (fields: LogFields): LogFields => Object.fromEntries(Object.entries(fields).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value]));

const port = (target: PinoLike, always: LogFields): Logger => {
  const write = (level: LogLevel) => (event: string, fields: LogFields = {}): void => {
    target[level](scrub(withoutReserved({ ...always, ...fields })), event);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: (fields) => port(target, { ...always, ...fields }) };
};

/**
 * Makes the logger of one process. Lines hold time (ISO), level, process, event and the fields.
 * @param options.file absolute path; without it lines go to standard output
 */
export const createLogger = (options: { process: string; level: LogLevel; file?: string; destination?: DestinationStream }): Logger => {
  const destination = options.destination ?? (options.file === undefined ? pino.destination({ dest: 1, sync: true }) : rollingFile(options.file));
  const root = pino({
    level: options.level,
    base: { process: options.process },
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  }, destination);
  return port(root, {});
};

/** A logger that keeps nothing. */
export const silentLog: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => silentLog };
