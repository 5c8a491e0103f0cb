/** A node of ours that answers C-MOVE and C-GET from a fake catalog, with destinations by AE title. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Requestor } from '../../../dicom/association/requestor.ts';
import type { Response } from '../../../dicom/association/request-channel.ts';
import type { ClientTls } from '../../../dicom/association/secure.ts';
import type { RoleSelection } from '../../../dicom/association/associate.ts';
import type { RemoteAe } from '../../../dicom/remote-ae.ts';
import { createGetScp, createMoveScp } from '../../../dicom/retrieve-scp.ts';
import { sendInstances } from '../../../dicom/storage-scu.ts';
import type { Conversion } from '../../../dicom/store-request.ts';
import { encodeElement } from '../../../dicom/data-set/encode.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import type { MadeInstance } from '../../fixtures/make-instance.ts';
import { startNode } from '../association/harness.ts';
import type { TestNode, TestNodeOptions } from '../association/harness.ts';
import { createFakeBook } from './fake-book.ts';
import type { FakeBook } from './fake-book.ts';

export interface RetrieveNode extends TestNode {
  readonly book: FakeBook;
  readonly destinations: Map<string, RemoteAe>;
  /** Stores instances by C-STORE, as a sender would. */
  hold(instances: readonly MadeInstance[]): Promise<void>;
  addDestination(aeTitle: string, port: number, changes?: Partial<RemoteAe>): void;
}

export interface RetrieveNodeOptions extends TestNodeOptions {
  readonly conversion?: Conversion;
  readonly retryPausesMs?: readonly number[];
  readonly timeoutSeconds?: number;
  /** What we show and trust where a destination wants TLS. */
  readonly tls?: () => ClientTls;
}

export const remoteAe = (aeTitle: string, port: number, changes: Partial<RemoteAe> = {}): RemoteAe =>
  ({ aeTitle, host: '127.0.0.1', port, tls: false, maxAssociations: 2, preferredTransferSyntaxes: [], ...changes });

export const startRetrieveNode = async (options: RetrieveNodeOptions = {}): Promise<RetrieveNode> => {
  const destinations = new Map<string, RemoteAe>();
  let test: TestNode | undefined = undefined;
  const started = (): TestNode => {
    if (test === undefined) throw new TypeError('asked before the node was up');
    return test;
  };
  const book = createFakeBook(() => started().index.rows);
  const log = Object.fromEntries((['debug', 'info', 'warn', 'error'] as const).map((level) => [level, (event: string, facts = {}) => void started().events.push({ level, event, facts })])) as unknown as Parameters<typeof createGetScp>[0]['log'];
  const shared = { aeTitle: 'SPINDLE', book, fileOf: (path: string) => join(started().directory, path), log, ...(options.conversion === undefined ? {} : { conversion: options.conversion }) };
  const services = [
    createMoveScp({ ...shared, findAe: (title) => Promise.resolve(destinations.get(title)), retryPausesMs: options.retryPausesMs ?? [20, 50], timeoutSeconds: options.timeoutSeconds ?? 10, ...(options.tls === undefined ? {} : { tls: options.tls }) }),
    createGetScp(shared),
  ];
  test = await startNode({ ...options, services: [...services, ...(options.services ?? [])] });
  const scratch = mkdtempSync(join(tmpdir(), 'spindle-hold-'));
  const { port } = test.node;
  return {
    ...test, book, destinations,
    hold: async (instances) => {
      const files = instances.map((made) => {
        const file = join(scratch, `${made.sopInstanceUid}.dcm`);
        writeFileSync(file, made.bytes);
        return file;
      });
      const results = await sendInstances({ host: '127.0.0.1', port, calledAe: 'SPINDLE', callingAe: 'MODALITY', files, associations: 1 });
      const bad = results.find((result) => result.outcome !== 'stored');
      if (bad !== undefined) throw new TypeError(`not held: ${bad.outcome} ${bad.comment}`);
    },
    addDestination: (aeTitle, at, changes) => void destinations.set(aeTitle, remoteAe(aeTitle, at, changes)),
    close: async () => {
      rmSync(scratch, { recursive: true, force: true });
      await started().close();
    },
  };
};

/** An identifier in Explicit VR Little Endian. */
export const identifier = (level: string, keys: Readonly<Partial<Record<'PatientID' | 'IssuerOfPatientID' | 'StudyInstanceUID' | 'SeriesInstanceUID' | 'SOPInstanceUID' | 'SpecificCharacterSet', string | readonly string[]>>> = {}): Buffer => {
  const elements = Object.entries(keys).map(([keyword, value]) => {
    const text = typeof value === 'string' ? value : value.join('\\');
    return { tag: TAG[keyword as keyof typeof keys], vr: keyword === 'SpecificCharacterSet' ? 'CS' : /UID$/.test(keyword) ? 'UI' : 'LO', text };
  });
  const all = [...elements, ...(level === '' ? [] : [{ tag: TAG.QueryRetrieveLevel, vr: 'CS', text: level }])].sort((a, b) => a.tag - b.tag);
  return Buffer.concat(all.map(({ tag, vr, text }) => encodeElement(tag, vr, Buffer.from(text, 'latin1'))));
};

export interface MoveAnswers {
  readonly pending: readonly Response[];
  readonly final: Response;
}

export const openRequestor = (port: number, sopClassUid: string, storage: readonly { readonly sopClassUid: string; readonly transferSyntaxes: readonly string[] }[] = []): Promise<Requestor> =>
  Requestor.open({
    host: '127.0.0.1', port, calledAe: 'SPINDLE', callingAe: 'WORKSTATION', timeoutSeconds: 10,
    contexts: [{ id: 1, abstractSyntax: sopClassUid, transferSyntaxes: [UID.explicitLittleEndian] }, ...storage.map((one, index) => ({ id: index * 2 + 3, abstractSyntax: one.sopClassUid, transferSyntaxes: one.transferSyntaxes }))],
    roles: storage.map((one): RoleSelection => ({ sopClassUid: one.sopClassUid, scuRole: false, scpRole: true })),
  });

/** All responses of one C-MOVE. */
export const moveBy = async (port: number, sopClassUid: string, moveDestination: string, keys: Buffer, during?: (requestor: Requestor, messageId: number, answers: readonly Response[]) => void): Promise<MoveAnswers> => {
  const requestor = await openRequestor(port, sopClassUid);
  const messageId = requestor.send(1, { commandField: 0x0021, affectedSopClassUid: sopClassUid, priority: 0, moveDestination }, keys);
  const pending: Response[] = [];
  for (;;) {
    const response = await requestor.response();
    if (response.command.status !== 0xff00) {
      await requestor.release();
      return { pending, final: response };
    }
    pending.push(response);
    during?.(requestor, messageId, pending);
  }
};

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
