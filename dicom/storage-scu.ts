/**
 * Storage as SCU: sends instance files as they are, in their own transfer syntax, bytes straight from the file.
 * Never converts: a peer that does not take the syntax does not get the instance.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { isApplianceError } from '../infra/errors.ts';
import { COMMAND } from './association/command.ts';
import { writeFragmentHeader } from './association/pdu.ts';
import { Requestor } from './association/requestor.ts';
import type { ClientTls } from './association/secure.ts';
import type { AcceptedContext } from './association/service.ts';
import { planGroups, readSendable } from './send-plan.ts';
import type { SendGroup, SendableFile } from './send-plan.ts';
import { statusCategory } from './tables/statuses.ts';

export interface SendOptions {
  readonly host: string;
  readonly port: number;
  readonly calledAe: string;
  readonly callingAe: string;
  /** Speaks TLS; without it plain. */
  readonly tls?: ClientTls;
  readonly files: readonly string[];
  /** Associations side by side; more than one hides the delays of peers that answer slowly. Default 2. */
  readonly associations?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Seconds without an answer. Default 60. */
  readonly timeoutSeconds?: number;
  /** Set in sub-operations of a C-MOVE. @source PS3.7 9.1.1.1 */
  readonly moveOriginator?: { readonly aeTitle: string; readonly messageId: number };
}

export interface SendResult {
  readonly file: string;
  readonly sopInstanceUid: string;
  /** 'refused': the peer answered a failure status. 'no-context': it takes this SOP class or transfer syntax not. 'unreadable': no instance file. 'failed': the association did not hold. */
  readonly outcome: 'stored' | 'warning' | 'refused' | 'no-context' | 'unreadable' | 'failed';
  /** Status of the peer, when it answered. */
  readonly status?: number;
  /** The peer's Error Comment, or our reason. */
  readonly comment: string;
}

const CHUNK_BYTES = 1_048_576;

type Note = (file: SendableFile, result: Omit<SendResult, 'file' | 'sopInstanceUid'>) => void;

/** Header and slice of each fragment of one read, written together. */
const writeFragments = (requestor: Requestor, contextId: number, bytes: Buffer, isEnd: boolean): boolean => {
  const { capacity, transport } = requestor;
  const count = Math.ceil(bytes.length / capacity);
  const headers = Buffer.allocUnsafe(count * 12);
  transport.cork();
  let hasRoom = true;
  for (let index = 0; index < count; index += 1) {
    const from = index * capacity;
    const length = Math.min(capacity, bytes.length - from);
    writeFragmentHeader(headers, index * 12, contextId, isEnd && index === count - 1 ? 2 : 0, length);
    transport.write(headers.subarray(index * 12, index * 12 + 12));
    hasRoom = transport.write(bytes.subarray(from, from + length));
  }
  transport.uncork();
  return hasRoom;
};

const writeDataSet = async (requestor: Requestor, contextId: number, handle: FileHandle, file: SendableFile): Promise<void> => {
  const perRead = Math.max(1, Math.floor(CHUNK_BYTES / requestor.capacity)) * requestor.capacity;
  let at = file.dataSetOffset;
  while (at < file.bytes) {
    const wanted = Math.min(perRead, file.bytes - at);
    const buffer = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await handle.read(buffer, 0, wanted, at);
    // A file that shrinks while it is sent must not leave a data set that looks whole.
    if (bytesRead !== wanted) throw new TypeError('file became shorter while it was sent');
    at += wanted;
    if (!writeFragments(requestor, contextId, buffer, at === file.bytes)) await requestor.drained();
  }
};

const sendOne = async (requestor: Requestor, context: AcceptedContext, file: SendableFile, options: SendOptions): Promise<Omit<SendResult, 'file' | 'sopInstanceUid'>> => {
  const handle = await open(file.file, 'r');
  try {
    const originator = options.moveOriginator === undefined ? {} : { moveOriginatorAe: options.moveOriginator.aeTitle, moveOriginatorMessageId: options.moveOriginator.messageId };
    requestor.send(context.id, { commandField: COMMAND.storeRequest, affectedSopClassUid: file.sopClassUid, affectedSopInstanceUid: file.sopInstanceUid, priority: 0, ...originator }, 'follows');
    await writeDataSet(requestor, context.id, handle, file);
  } finally {
    await handle.close();
  }
  const { command } = await requestor.response();
  const status = command.status ?? 0;
  const category = statusCategory(status);
  return { outcome: category === 'success' ? 'stored' : category === 'warning' ? 'warning' : 'refused', status, comment: command.errorComment ?? '' };
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One association: takes files from the shared queue until it is empty. */
const runAssociation = async (group: SendGroup, queue: SendableFile[], options: SendOptions, note: Note): Promise<void> => {
  const { host, port, calledAe, callingAe, signal, tls } = options;
  const requestor = await Requestor.open({ host, port, calledAe, callingAe, contexts: group.contexts, timeoutSeconds: options.timeoutSeconds ?? 60, ...(signal === undefined ? {} : { signal }), ...(tls === undefined ? {} : { tls }) });
  try {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const context = requestor.contextFor(file.sopClassUid, file.transferSyntaxUid);
      if (context === undefined) note(file, { outcome: 'no-context', comment: 'presentation context not accepted' });
      else {
        try {
          note(file, await sendOne(requestor, context, file, options));
        } catch (error) {
          note(file, { outcome: 'failed', comment: reasonOf(error) });
          // The data set may be half on the wire: only a new association is clean.
          requestor.abort();
          throw error;
        }
      }
    }
  } finally {
    await requestor.release();
  }
};

const sendGroup = async (group: SendGroup, options: SendOptions, note: Note): Promise<void> => {
  const queue = [...group.files];
  const lanes = Math.max(1, Math.min(options.associations ?? 2, queue.length));
  const ends = await Promise.allSettled(Array.from({ length: lanes }, () => runAssociation(group, queue, options, note)));
  // A file of our own that cannot be read ends one association only; the rest goes over a new one.
  const broken = ends.find((end) => end.status === 'rejected' && isApplianceError(end.reason));
  if (queue.length === 0) return;
  if (broken === undefined && options.signal?.aborted !== true) return sendGroup({ ...group, files: queue }, options, note);
  const reason = broken?.status === 'rejected' ? reasonOf(broken.reason) : 'given up by us';
  for (const file of queue) note(file, { outcome: 'failed', comment: reason });
};

/**
 * Sends instance files to another AE; answers one result per file, in the order given. Never throws for what the
 * peer does: a broken association makes the rest of its files 'failed'.
 * @source PS3.4 Annex B, PS3.7 9.1.1
 */
export const sendInstances = async (options: SendOptions): Promise<readonly SendResult[]> => {
  const results = new Map<string, SendResult>();
  const done = (result: SendResult): void => {
    results.set(result.file, result);
    options.onProgress?.(results.size, options.files.length);
  };
  const sendable: SendableFile[] = [];
  for (const file of new Set(options.files)) {
    const read = await readSendable(file);
    if ('reason' in read) done({ file, sopInstanceUid: '', outcome: 'unreadable', comment: read.reason });
    else sendable.push(read);
  }
  for (const group of planGroups(sendable)) {
    await sendGroup(group, options, (file, result) => done({ file: file.file, sopInstanceUid: file.sopInstanceUid, ...result }));
  }
  return options.files.flatMap((file) => results.get(file) ?? []);
};
