/** A node of ours on a free port with a fake index and a fresh store folder, and hand-made peers. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { echo } from '../../../dicom/echo-scu.ts';
import { encodeAssociateRequest } from '../../../dicom/association/associate.ts';
import type { AssociateRequest, ProposedContext } from '../../../dicom/association/associate.ts';
import { COMMAND, NO_DATA_SET, decodeCommand, encodeCommand } from '../../../dicom/association/command.ts';
import type { Command } from '../../../dicom/association/command.ts';
import type { AssociationSummary, DicomService } from '../../../dicom/association/service.ts';
import { createEchoScp } from '../../../dicom/echo-scp.ts';
import { createInstanceStore } from '../../../dicom/instance-store.ts';
import type { InstanceStoreOptions } from '../../../dicom/instance-store.ts';
import { createDicomNode } from '../../../dicom/node.ts';
import type { DicomNode, DicomNodeOptions } from '../../../dicom/node.ts';
import { createStorageScp } from '../../../dicom/storage-scp.ts';
import type { StorageScpOptions } from '../../../dicom/storage-scp.ts';
import { createFakeIndex } from './fake-index.ts';
import type { FakeIndex } from './fake-index.ts';

export const CT = '1.2.840.10008.5.1.4.1.1.2';
export const VERIFICATION = '1.2.840.10008.1.1';
export const IMPLICIT = '1.2.840.10008.1.2';
export const EXPLICIT = '1.2.840.10008.1.2.1';

export interface TestNode {
  readonly node: DicomNode;
  readonly index: FakeIndex;
  readonly directory: string;
  readonly summaries: AssociationSummary[];
  readonly events: { readonly level: string; readonly event: string; readonly facts: Readonly<Record<string, unknown>> }[];
  close(): Promise<void>;
}

export interface TestNodeOptions {
  readonly store?: Partial<InstanceStoreOptions>;
  readonly storage?: Partial<StorageScpOptions>;
  readonly node?: Partial<DicomNodeOptions>;
  readonly services?: readonly DicomService[];
}

export const startNode = async (options: TestNodeOptions = {}): Promise<TestNode> => {
  const directory = mkdtempSync(join(tmpdir(), 'spindle-node-'));
  const store = createInstanceStore({ directory, durable: false, reserveBytes: 0, highWaterPercent: 100, ...options.store });
  const index = createFakeIndex();
  const events: TestNode['events'] = [];
  const log = Object.fromEntries((['debug', 'info', 'warn', 'error'] as const).map((level) => [level, (event: string, facts = {}) => void events.push({ level, event, facts })])) as unknown as DicomNodeOptions['log'];
  const clock = { now: () => new Date() };
  const summaries: AssociationSummary[] = [];
  const storage = createStorageScp({ store, index, scope: 'all', conflictFor: () => 'ask', log, clock, ...options.storage });
  const node = await createDicomNode({
    aeTitle: 'SPINDLE', host: '127.0.0.1', port: 0, services: [createEchoScp(), ...(options.services ?? []), storage], log, clock,
    onAssociationEnded: (summary) => void summaries.push(summary), ...options.node,
  });
  return {
    node, index, directory, summaries, events,
    close: async () => {
      await node.close({ drainSeconds: 0 });
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

export const until = async (isTrue: () => boolean, what: string, seconds = 10): Promise<void> => {
  const end = Date.now() + seconds * 1000;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** Waits until a peer that was started answers an echo. */
export const untilAnswers = async (to: Parameters<typeof echo>[0], seconds = 10): Promise<void> => {
  for (const end = Date.now() + seconds * 1000; ;) {
    try {
      return void await echo(to);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

export const partFiles = (directory: string): readonly string[] => readdirSync(join(directory, 'incoming'));

export const instanceFiles = (directory: string): readonly string[] =>
  readdirSync(join(directory, 'instances'), { recursive: true, encoding: 'utf8' }).map((name) => join(directory, 'instances', name)).filter((name) => statSync(name).isFile());

export interface Pdu {
  readonly type: number;
  readonly body: Buffer;
}

export interface Peer {
  readonly socket: Socket;
  send(...bytes: readonly Buffer[]): void;
  /** The next PDU, or 'closed'. */
  next(): Promise<Pdu | 'closed'>;
  /** The next response's command set. */
  response(): Promise<Command>;
  readonly isClosed: boolean;
}

export const connectPeer = (port: number): Promise<Peer> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const queue: (Pdu | 'closed')[] = [];
    const waiting: ((pdu: Pdu | 'closed') => void)[] = [];
    let buffered: Buffer = Buffer.alloc(0);
    let isClosed = false;
    const offer = (pdu: Pdu | 'closed'): void => {
      const waiter = waiting.shift();
      if (waiter === undefined) queue.push(pdu);
      else waiter(pdu);
    };
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 6 && buffered.length >= 6 + buffered.readUInt32BE(2)) {
        const length = buffered.readUInt32BE(2);
        offer({ type: buffered.readUInt8(0), body: Buffer.from(buffered.subarray(6, 6 + length)) });
        buffered = buffered.subarray(6 + length);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => {
      isClosed = true;
      offer('closed');
    });
    const next = (): Promise<Pdu | 'closed'> => {
      const pdu = queue.shift();
      return pdu !== undefined ? Promise.resolve(pdu) : new Promise((take) => waiting.push(take));
    };
    const peer: Peer = {
      socket,
      send: (...bytes) => void socket.write(Buffer.concat(bytes)),
      next,
      response: async () => {
        const pdu = await next();
        if (pdu === 'closed' || pdu.type !== 4) throw new Error(`no response but ${pdu === 'closed' ? pdu : `PDU ${pdu.type}`}`);
        return decodeCommand(pdu.body.subarray(6));
      },
      get isClosed() {
        return isClosed;
      },
    };
    socket.on('connect', () => {
      socket.setNoDelay(true);
      resolve(peer);
    });
  });

export const request = (contexts: readonly ProposedContext[], changes: Partial<AssociateRequest> = {}, maxPduBytes = 16_384): Buffer =>
  encodeAssociateRequest({
    protocolVersion: 1, calledAe: 'SPINDLE', callingAe: 'PEER', applicationContext: '1.2.840.10008.3.1.1.1', contexts,
    user: { maxPduBytes, implementationClassUid: '1.2.3', implementationVersionName: 'PEER', roles: [] }, ...changes,
  });

export const CT_CONTEXT: ProposedContext = { id: 1, abstractSyntax: CT, transferSyntaxes: [EXPLICIT] };

/** A peer whose association is accepted. */
export const associate = async (port: number, contexts: readonly ProposedContext[] = [CT_CONTEXT, { id: 3, abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }], maxPduBytes = 16_384): Promise<Peer> => {
  const peer = await connectPeer(port);
  peer.send(request(contexts, {}, maxPduBytes));
  const answer = await peer.next();
  if (answer === 'closed' || answer.type !== 2) throw new Error('association not accepted');
  return peer;
};

/** One presentation data value. */
export const value = (contextId: number, control: number, bytes: Buffer): Buffer => {
  const head = Buffer.alloc(6);
  head.writeUInt32BE(bytes.length + 2);
  head[4] = contextId;
  head[5] = control;
  return Buffer.concat([head, bytes]);
};

export const pdu = (type: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(6);
  head[0] = type;
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
};

/** P-DATA-TF with values. */
export const data = (...values: readonly Buffer[]): Buffer => pdu(4, ...values);

export const commandBytes = (command: Partial<Command> & { commandField: number }): Buffer => encodeCommand({ dataSetType: NO_DATA_SET, ...command });

export const echoRequest = (messageId: number, contextId = 3): Buffer =>
  data(value(contextId, 3, commandBytes({ commandField: COMMAND.echoRequest, messageId, affectedSopClassUid: VERIFICATION })));

export const storeRequest = (sopInstanceUid: string, messageId: number, changes: Partial<Command> = {}, contextId = 1): Buffer =>
  data(value(contextId, 3, commandBytes({ commandField: COMMAND.storeRequest, messageId, affectedSopClassUid: CT, affectedSopInstanceUid: sopInstanceUid, priority: 0, dataSetType: 1, ...changes })));

const element = (group: number, number: number, vr: string, text: string | Buffer): Buffer => {
  const bytes = typeof text !== 'string' ? text : Buffer.from(text.length % 2 === 0 ? text : text + (vr === 'UI' ? '\0' : ' '), 'latin1');
  const isLong = vr === 'OW' || vr === 'OB';
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  if (isLong) head.writeUInt32LE(bytes.length, 8);
  else head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
};

export interface DataSetOptions {
  readonly sopClassUid?: string;
  readonly pixelBytes?: number;
  readonly fill?: number;
  /** Private bytes before the identifying attributes, to make the head long. */
  readonly privateBytes?: number;
}

/** An explicit little endian CT data set, made up. */
export const dataSet = (sopInstanceUid: string, options: DataSetOptions = {}): Buffer =>
  Buffer.concat([
    element(0x0008, 0x0005, 'CS', 'ISO_IR 100'),
    element(0x0008, 0x0016, 'UI', options.sopClassUid ?? CT),
    element(0x0008, 0x0018, 'UI', sopInstanceUid),
    element(0x0008, 0x0060, 'CS', 'CT'),
    ...(options.privateBytes === undefined ? [] : [element(0x0009, 0x0010, 'LO', 'SPINDLE TEST'), element(0x0009, 0x1001, 'OB', Buffer.alloc(options.privateBytes, 7))]),
    element(0x0010, 0x0010, 'PN', 'Test^Dense'),
    element(0x0010, 0x0020, 'LO', 'T-1'),
    element(0x0020, 0x000d, 'UI', '2.25.1'),
    element(0x0020, 0x000e, 'UI', '2.25.2'),
    element(0x0020, 0x0013, 'IS', '1'),
    element(0x7fe0, 0x0010, 'OW', Buffer.alloc(options.pixelBytes ?? 1000, options.fill ?? 1)),
  ]);

/** The data set as P-DATA-TF PDUs of one value each. */
export const dataPdus = (bytes: Buffer, pieceBytes = 8000, contextId = 1): Buffer => {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    parts.push(data(value(contextId, at + pieceBytes >= bytes.length ? 2 : 0, piece)));
  }
  return Buffer.concat(parts);
};
