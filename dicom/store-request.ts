/**
 * One C-STORE as user, on any association: converts where the context asks for it, streams the data set, reads the
 * answer. Converted files live in a scratch folder until they are sent.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isApplianceError } from '../infra/errors.ts';
import { COMMAND } from './association/command.ts';
import { writeDataSet } from './association/request-channel.ts';
import type { RequestChannel } from './association/request-channel.ts';
import type { AcceptedContext } from './association/service.ts';
import type { SendableFile } from './sendable-file.ts';
import { statusCategory } from './tables/statuses.ts';
import type { Transcoder } from './transcoder.ts';

export interface StoreResult {
  /**
   * 'refused': the peer answered a failure status. 'no-context': it takes this SOP class or transfer syntax not.
   * 'not-convertible': it takes another syntax, and the conversion failed. 'unreadable': no instance file, or not any more. 'failed': the association did not hold.
   */
  readonly outcome: 'stored' | 'warning' | 'refused' | 'no-context' | 'not-convertible' | 'unreadable' | 'failed';
  /** Status of the peer, when it answered. */
  readonly status?: number;
  /** The peer's Error Comment, or our reason. */
  readonly comment: string;
}

/** Conversion for receivers that do not take what we hold. */
export interface Conversion {
  readonly transcoder: Transcoder;
  /** Folder for converted files; each is removed once it was sent. */
  readonly folder: string;
}

export interface StoreOptions {
  readonly conversion?: Conversion;
  /** Set in sub-operations of a C-MOVE. @source PS3.7 9.1.1.1 */
  readonly moveOriginator?: { readonly aeTitle: string; readonly messageId: number };
  readonly signal?: AbortSignal;
}

type Located = Pick<SendableFile, 'file' | 'dataSetOffset' | 'bytes'>;

/** Without folder or UID: fit for a log and an Error Comment. */
export const reasonOf = (error: unknown): string => {
  if (isApplianceError(error)) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error instanceof Error ? error.message : String(error);
};

/** Why an instance was not stored, fit for a log: the peer's own words, which may name a patient, are left out. */
export const failureReason = ({ outcome, status, comment }: StoreResult): string =>
  status === undefined ? `${outcome}: ${comment}` : `${outcome} ${status.toString(16).toUpperCase().padStart(4, '0')}`;

const converted = async (file: SendableFile, toSyntaxUid: string, { transcoder, folder }: Conversion, signal: AbortSignal | undefined): Promise<Located> => {
  const target = join(folder, `${randomUUID()}.dcm`);
  try {
    const { bytes, dataSetOffset } = await transcoder.convert({ file: file.file, dataSetOffset: file.dataSetOffset, fromSyntaxUid: file.transferSyntaxUid, toSyntaxUid, target, ...(signal === undefined ? {} : { signal }) });
    return { file: target, bytes, dataSetOffset };
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
};

/** Command and data set; an answer when the file itself keeps them from being sent. */
const request = async (channel: RequestChannel, context: AcceptedContext, file: SendableFile, located: Located, fd: number, { moveOriginator }: StoreOptions): Promise<StoreResult | undefined> => {
  const originator = moveOriginator === undefined ? {} : { moveOriginatorAe: moveOriginator.aeTitle, moveOriginatorMessageId: moveOriginator.messageId };
  channel.send(context.id, { commandField: COMMAND.storeRequest, affectedSopClassUid: file.sopClassUid, affectedSopInstanceUid: file.sopInstanceUid, priority: 0, ...originator }, 'follows');
  try {
    await writeDataSet(channel, context.id, { fd, from: located.dataSetOffset, to: located.bytes });
    return undefined;
  } catch (error) {
    // Nothing else may follow a data set that is half on the wire.
    channel.abort();
    if (isApplianceError(error)) throw error;
    return { outcome: 'unreadable', comment: reasonOf(error) };
  }
};

const answer = async (channel: RequestChannel): Promise<StoreResult> => {
  const { command } = await channel.response();
  const status = command.status ?? 0;
  const category = statusCategory(status);
  return { outcome: category === 'success' ? 'stored' : category === 'warning' ? 'warning' : 'refused', status, comment: command.errorComment ?? '' };
};

/** Only reading goes to another thread: opening and closing cost less than the way there. */
const storeLocated = async (channel: RequestChannel, context: AcceptedContext, file: SendableFile, located: Located, options: StoreOptions): Promise<StoreResult> => {
  let fd: number;
  try {
    fd = openSync(located.file, 'r');
  } catch (error) {
    return { outcome: 'unreadable', comment: `the file cannot be opened (${reasonOf(error)})` };
  }
  const unsent = await request(channel, context, file, located, fd, options).finally(() => closeSync(fd));
  return unsent ?? await answer(channel);
};

/**
 * Sends one instance in an accepted context and answers what became of it.
 * @throws {ApplianceError} ASSOCIATION_ codes when the association ended before the peer answered
 * @source PS3.4 Annex B, PS3.7 9.1.1
 */
export const storeInstance = async (channel: RequestChannel, context: AcceptedContext, file: SendableFile, options: StoreOptions): Promise<StoreResult> => {
  if (context.transferSyntax === file.transferSyntaxUid) return storeLocated(channel, context, file, file, options);
  if (options.conversion === undefined) return { outcome: 'no-context', comment: 'presentation context not accepted' };
  let located: Located;
  try {
    located = await converted(file, context.transferSyntax, options.conversion, options.signal);
  } catch (error) {
    if (options.signal?.aborted === true) return { outcome: 'failed', comment: 'given up by us' };
    return { outcome: 'not-convertible', comment: reasonOf(error) };
  }
  try {
    return await storeLocated(channel, context, file, located, options);
  } finally {
    await rm(located.file, { force: true });
  }
};
