/**
 * Storage as SCP: the data set goes to disk as it comes, byte for byte, behind our Part 10 header; Success only
 * after file and row are durable. Never holds a whole instance in memory, never converts.
 */
import type { ArrivedInstance } from '../catalog/books/instance-index.ts';
import { ApplianceError } from '../infra/errors.ts';
import { COMMAND } from './association/command.ts';
import type { DicomService, EventLog, Exchange, RequestHandler } from './association/service.ts';
import { readAttributes } from './attributes.ts';
import type { IndexedAttributes } from './attributes.ts';
import { encodeFileMeta } from './data-set/part10.ts';
import { createIndexBatcher } from './index-batcher.ts';
import { withDeadline } from './index-deadline.ts';
import type { IntakeIndex } from './index-deadline.ts';
import type { InstanceStore, PartFile } from './instance-store.ts';
import { takeIn } from './intake.ts';
import type { ConflictDecision, IntakeDeps } from './intake.ts';
import type { ArrivalOrigin } from './retrieved-arrivals.ts';
import { STATUS } from './tables/statuses.ts';
import { SOP_CLASSES } from './tables/sop-classes.ts';
import { TRANSFER_SYNTAXES } from './tables/transfer-syntaxes.ts';
import { UID } from './tables/uids.ts';

export interface StorageScpOptions {
  readonly store: InstanceStore;
  readonly index: IntakeIndex;
  /** Seconds the catalog may take over one transaction before the instances in it are refused; 15 unless told. */
  readonly indexSeconds?: number;
  /** 'all': every storage SOP class and transfer syntax of our tables; 'reference': those the reference statement names. */
  readonly scope: 'all' | 'reference';
  readonly conflictFor: (callingAe: string) => ConflictDecision;
  /** True when it came because we asked for it; without this nothing did. */
  readonly isRetrieved?: (origin: ArrivalOrigin) => Promise<boolean>;
  readonly log: EventLog;
  readonly clock: { now(): Date };
}

/** Read for the attributes first; enough for nearly every instance. */
const FIRST_HEAD_BYTES = 65_536;
/** Where the attributes are not found within this, the data set is refused. */
const LAST_HEAD_BYTES = 16_777_216;

/** An instance waits for two transactions at most: its answer comes before common senders give up, who wait for 30 seconds or longer. */
const INDEX_SECONDS = 15;

const NATIVE_BY_PREFERENCE: readonly string[] = [UID.explicitLittleEndian, UID.implicitLittleEndian, UID.explicitBigEndian];

/**
 * Chooses the transfer syntax that keeps the sender from converting. The first one proposed is what senders hold;
 * only among the native ones explicit little endian wins, for it keeps the VRs of private elements.
 * @source ours; PS3.8 9.3.2.2 leaves the choice to the acceptor
 */
export const chooseStorageSyntax = (proposed: readonly string[]): string => {
  const first = proposed[0] ?? UID.implicitLittleEndian;
  if (!NATIVE_BY_PREFERENCE.includes(first)) return first;
  return NATIVE_BY_PREFERENCE.find((uid) => proposed.includes(uid)) ?? first;
};

const mismatch = (what: string): ApplianceError => new ApplianceError('INTAKE_DATA_SET_MISMATCH', what);

/** Reads the attributes from the head of the part file, from more of it when they lie further in. */
const attributesOf = (part: PartFile, transferSyntaxUid: string): IndexedAttributes => {
  for (let bytes = FIRST_HEAD_BYTES; ; bytes *= 4) {
    const head = part.head(Math.min(bytes, LAST_HEAD_BYTES));
    const read = readAttributes(head, transferSyntaxUid, head.length === part.dataSetBytes);
    if (read.status === 'ok') return read.attributes;
    if (read.status === 'unreadable') throw new ApplianceError('INTAKE_CANNOT_UNDERSTAND', read.reason);
    if (bytes >= part.dataSetBytes || bytes >= LAST_HEAD_BYTES) throw new ApplianceError('INTAKE_CANNOT_UNDERSTAND', 'data set ends too early');
  }
};

interface Named {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

const namedBy = (exchange: Exchange): Named => {
  const { affectedSopClassUid: sopClassUid, affectedSopInstanceUid: sopInstanceUid } = exchange.command;
  if (sopClassUid === undefined || sopInstanceUid === undefined) throw mismatch('C-STORE without SOP class or instance');
  if (sopClassUid !== exchange.context.abstractSyntax) throw mismatch('SOP class is not that of the context');
  return { sopClassUid, sopInstanceUid };
};

/** @throws {ApplianceError} INTAKE_INDEX_UNAVAILABLE */
const kindOf = async (options: StorageScpOptions, origin: ArrivalOrigin): Promise<'pushed' | 'retrieved'> => {
  try {
    return await options.isRetrieved?.(origin) === true ? 'retrieved' : 'pushed';
  } catch (cause) {
    throw new ApplianceError('INTAKE_INDEX_UNAVAILABLE', 'catalog did not tell what is retrieved', { cause });
  }
};

const complete = async (options: StorageScpOptions, deps: IntakeDeps, exchange: Exchange, named: Named, part: PartFile): Promise<void> => {
  const { association, context, command } = exchange;
  const attributes = attributesOf(part, context.transferSyntax);
  if (attributes.sopClassUid !== named.sopClassUid) throw mismatch('SOP class differs from the command');
  if (attributes.sopInstanceUid !== named.sopInstanceUid) throw mismatch('SOP instance differs from the command');
  const kind = await kindOf(options, { moveOriginatorAe: command.moveOriginatorAe, callingAe: association.callingAe, studyInstanceUid: attributes.studyInstanceUid });
  const placed = await part.commit({ sopInstanceUid: named.sopInstanceUid, seriesInstanceUid: attributes.seriesInstanceUid });
  const { path, bytes, dataSetOffset, dataSetSha256 } = placed;
  const arrival: ArrivedInstance = {
    attributes,
    file: { path, bytes, dataSetOffset, dataSetSha256, transferSyntaxUid: context.transferSyntax },
    origin: { callingAe: association.callingAe, calledAe: association.calledAe, host: association.host, kind },
    storedAt: options.clock.now(),
  };
  const outcome = await takeIn(deps, arrival, placed);
  exchange.tally(outcome);
  exchange.tally('bytes', bytes);
  options.log.debug('instance.stored', { associationId: association.id, sopInstanceUid: named.sopInstanceUid, outcome, bytes });
  await exchange.respond({ status: STATUS.success });
};

const openStore = (options: StorageScpOptions, deps: IntakeDeps, exchange: Exchange): RequestHandler => {
  const named = namedBy(exchange);
  const { association, context } = exchange;
  const part = options.store.open(encodeFileMeta({ ...named, transferSyntaxUid: context.transferSyntax, sourceAe: association.callingAe, sendingAe: association.callingAe, receivingAe: association.calledAe }));
  let gathered: Buffer[] = [];
  const flush = (): void => {
    if (gathered.length === 0) return;
    const chunks = gathered;
    gathered = [];
    part.append(chunks);
  };
  return {
    data: (chunk) => void gathered.push(chunk),
    flush,
    complete: async () => {
      try {
        flush();
        await complete(options, deps, exchange, named, part);
      } catch (error) {
        part.abort();
        throw error;
      }
    },
    abort: () => part.abort(),
  };
};

/** Makes the Storage service. @source PS3.4 Annex B, Table B.2-1 (statuses) */
export const createStorageScp = (options: StorageScpOptions): DicomService => {
  const isTaken = (row: { readonly inReference: boolean }): boolean => options.scope === 'all' || row.inReference;
  const classes: ReadonlySet<string> = new Set(SOP_CLASSES.filter(isTaken).map((row) => row.uid));
  const syntaxes: ReadonlySet<string> = new Set(TRANSFER_SYNTAXES.filter(isTaken).map((row) => row.uid));
  const index = withDeadline(options.index, (options.indexSeconds ?? INDEX_SECONDS) * 1000);
  const deps: IntakeDeps = { store: options.store, index, batcher: createIndexBatcher(index), log: options.log, conflictFor: options.conflictFor };
  return {
    name: 'storage',
    transferSyntaxes: (abstractSyntax) => (classes.has(abstractSyntax) ? syntaxes : undefined),
    choose: chooseStorageSyntax,
    // A peer that retrieves by C-GET takes instances on its own association. @source PS3.4 C.5.3
    roles: () => ({ scuRole: true, scpRole: true }),
    commandFields: [COMMAND.storeRequest],
    open: (exchange) => openStore(options, deps, exchange),
  };
};
