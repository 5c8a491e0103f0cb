/** An archive for tests on our own upper layer: answers Study Root C-FIND and C-MOVE from files in memory, and misbehaves on demand. */
import { decoderFor } from '../../dicom/data-set/text-decoder.ts';
import { text } from '../../dicom/data-set/data-set.ts';
import type { DataSet } from '../../dicom/data-set/data-set.ts';
import { encodeElement } from '../../dicom/data-set/encode.ts';
import { readElements } from '../../dicom/data-set/read-elements.ts';
import { COMMAND } from '../../dicom/association/command.ts';
import type { DicomService, Exchange, RequestHandler } from '../../dicom/association/service.ts';
import { createEchoScp } from '../../dicom/echo-scp.ts';
import { createDicomNode } from '../../dicom/node.ts';
import { sendInstances } from '../../dicom/storage-scu.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import type { MadeFile } from '../e2e/study-files.ts';

export interface PacsBehaviour {
  /** Extra elements of each answer, already encoded in explicit little endian, replacing none. */
  readonly answers?: readonly Buffer[];
  /** Status of pending answers; FF01 says that a key was not supported. */
  readonly pendingStatus?: number;
  /** Never answers C-FIND or C-MOVE. */
  readonly silent?: 'find' | 'move';
  /** Goes on answering for ever unless cancelled, and then stops only when it obeys. */
  readonly endless?: 'obeys' | 'ignores';
  /** Status of the last answer of a C-FIND or C-MOVE. */
  readonly findStatus?: number;
  readonly moveStatus?: number;
  /** Sends only this many instances of a move. */
  readonly sendsOnly?: number;
  /** Leaves the Move Originator out of its C-STORE commands. */
  readonly omitsOriginator?: boolean;
  /** Leaves the counts out of its answers. */
  readonly omitsCounts?: boolean;
  /** Milliseconds before it sends anything. */
  readonly delayMs?: number;
  readonly omitsPending?: boolean;
}

export interface Pacs {
  readonly port: number;
  readonly aeTitle: string;
  /** Identifiers it was asked with, as they came. */
  readonly asked: { readonly kind: 'find' | 'move'; readonly bytes: Buffer; readonly transferSyntaxUid: string; readonly calledAe: string; readonly callingAe: string; readonly implementation: string }[];
  behave(behaviour: PacsBehaviour): void;
  close(): Promise<void>;
}

const NATIVE = new Set<string>([UID.explicitLittleEndian]);
const ascii = decoderFor([]);
const ui = (tag: number, value: string): Buffer => encodeElement(tag, 'UI', Buffer.from(value));
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

const gathering = (complete: (bytes: Buffer) => Promise<void>): RequestHandler => {
  const parts: Buffer[] = [];
  return { data: (chunk) => void parts.push(Buffer.from(chunk)), flush: () => undefined, complete: () => complete(Buffer.concat(parts)), abort: () => undefined };
};

/** Answers of one query from the files, one Buffer each. */
const answersOf = (files: readonly MadeFile[], keys: DataSet, behaviour: PacsBehaviour): readonly Buffer[] => {
  const level = text(keys, TAG.QueryRetrieveLevel, ascii);
  const study = text(keys, TAG.StudyInstanceUID, ascii);
  const series = text(keys, TAG.SeriesInstanceUID, ascii);
  const matching = files.filter(({ made }) => (study === '' || made.studyInstanceUid === study) && (level === 'STUDY' || series === '' || made.seriesInstanceUid === series));
  const groups = Map.groupBy(matching, ({ made }) => (level === 'STUDY' ? made.studyInstanceUid : level === 'SERIES' ? made.seriesInstanceUid : made.sopInstanceUid));
  const count = (tag: number, value: number): readonly Buffer[] => (behaviour.omitsCounts ? [] : [encodeElement(tag, 'IS', Buffer.from(String(value)))]);
  return [...groups.values()].map(([first, ...rest]) => Buffer.concat([
    encodeElement(TAG.QueryRetrieveLevel, 'CS', Buffer.from(level)),
    ...(behaviour.answers ?? []),
    ui(TAG.StudyInstanceUID, first!.made.studyInstanceUid),
    ...(level === 'STUDY' ? count(TAG.NumberOfStudyRelatedInstances, 1 + rest.length) : [ui(TAG.SeriesInstanceUID, first!.made.seriesInstanceUid)]),
    ...(level === 'SERIES' ? count(TAG.NumberOfSeriesRelatedInstances, 1 + rest.length) : []),
  ]));
};

/** Image level answers carry their SOP Instance UID first, as tags ascend. */
const withInstance = (level: string, files: readonly MadeFile[], keys: DataSet): readonly Buffer[] =>
  level !== 'IMAGE' ? [] : files.filter(({ made }) => made.seriesInstanceUid === text(keys, TAG.SeriesInstanceUID, ascii)).map(({ made }) => Buffer.concat([
    ui(TAG.SOPInstanceUID, made.sopInstanceUid), encodeElement(TAG.QueryRetrieveLevel, 'CS', Buffer.from('IMAGE')), ui(TAG.StudyInstanceUID, made.studyInstanceUid), ui(TAG.SeriesInstanceUID, made.seriesInstanceUid),
  ]));

/** Starts the archive on a free port; it sends to `destination` whatever title it is asked to move to. */
export const startPacs = async (files: readonly MadeFile[], destination: () => { readonly host: string; readonly port: number }, first: PacsBehaviour = {}, aeTitle = 'PACS', port = 0): Promise<Pacs> => {
  let behaviour = first;
  let isClosing = false;
  let end = (): void => undefined;
  // A cancelled request is not told that its association ended: silence lasts until the archive closes.
  const untilClosing = new Promise<never>((_resolve, reject) => { end = () => { isClosing = true; reject(new TypeError('closing')); }; });
  untilClosing.catch(() => undefined);
  const asked: Pacs['asked'] = [];
  const note = (kind: 'find' | 'move', exchange: Exchange, bytes: Buffer): DataSet => {
    asked.push({ kind, bytes, transferSyntaxUid: exchange.context.transferSyntax, calledAe: exchange.association.calledAe, callingAe: exchange.association.callingAe, implementation: `${exchange.association.implementationClassUid} ${exchange.association.implementationVersionName}` });
    return readElements(bytes, exchange.context.transferSyntax);
  };

  const find: DicomService = {
    name: 'find', transferSyntaxes: (uid) => (uid === UID.studyRootFind ? NATIVE : undefined), commandFields: [COMMAND.findRequest],
    open: (exchange) => gathering(async (bytes) => {
      const keys = note('find', exchange, bytes);
      if (behaviour.silent === 'find') return untilClosing;
      const level = text(keys, TAG.QueryRetrieveLevel, ascii);
      const answers = level === 'IMAGE' ? withInstance(level, files, keys) : answersOf(files, keys, behaviour);
      const status = behaviour.pendingStatus ?? 0xff00;
      do {
        for (const answer of answers) await exchange.respond({ status }, answer);
        if (behaviour.endless) await pause(1);
        if (behaviour.endless === 'obeys' && exchange.signal.aborted) return exchange.respond({ status: 0xfe00 });
      } while (behaviour.endless && !isClosing && exchange.signal.reason !== 'ended');
      return exchange.respond({ status: behaviour.findStatus ?? 0 });
    }),
  };
  const move: DicomService = {
    name: 'move', transferSyntaxes: (uid) => (uid === UID.studyRootMove ? NATIVE : undefined), commandFields: [COMMAND.moveRequest],
    open: (exchange) => gathering(async (bytes) => {
      const keys = note('move', exchange, bytes);
      if (behaviour.silent === 'move') return untilClosing;
      if (behaviour.moveStatus !== undefined) return exchange.respond({ status: behaviour.moveStatus });
      const series = text(keys, TAG.SeriesInstanceUID, ascii);
      const wanted = files.filter(({ made }) => made.studyInstanceUid === text(keys, TAG.StudyInstanceUID, ascii) && (series === '' || made.seriesInstanceUid === series));
      const sent = wanted.slice(0, behaviour.sendsOnly ?? wanted.length);
      await Promise.race([pause(behaviour.delayMs ?? 0), untilClosing]);
      if (!behaviour.omitsPending) await exchange.respond({ status: 0xff00, remaining: wanted.length, completed: 0, failed: 0, warning: 0 });
      const results = await sendInstances({
        ...destination(), calledAe: exchange.command.moveDestination ?? '', callingAe: aeTitle, files: sent.map(({ file }) => file), associations: 1,
        ...(behaviour.omitsOriginator ? {} : { moveOriginator: { aeTitle: exchange.association.callingAe, messageId: exchange.command.messageId ?? 0 } }),
      });
      const completed = results.filter(({ outcome }) => outcome === 'stored').length;
      return exchange.respond({ status: completed === wanted.length ? 0 : 0xb000, completed, failed: wanted.length - completed, warning: 0 });
    }),
  };
  const node = await createDicomNode({ aeTitle, host: '127.0.0.1', port, services: [createEchoScp(), find, move], log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }, clock: { now: () => new Date() } });
  return { port: node.port, aeTitle, asked, behave: (next) => { behaviour = next; }, close: () => { end(); return node.close({ drainSeconds: 0 }); } };
};
