/** One route as data: what it takes, what it gives, what it does. The server mounts it and openapi.ts prints it. */
import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import type { VolumeInstance } from '../catalog/books/instance-index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { EchoAnswer } from '../dicom/echo-verdict.ts';
import type { Found, RemoteSearch, RemoteSeries, RemoteStudy } from '../dicom/query-retrieve-scu.ts';
import type { FindAe, RemoteAe } from '../dicom/remote-ae.ts';
import type { SendRequest } from '../activities/send.ts';
import type { Look, LookKind } from '../disc/documents/show-instance.ts';
import type { ViewerShelf } from '../disc/viewers/viewer-shelf.ts';
import { ApplianceError } from '../infra/errors.ts';
import type { Logger } from '../infra/log.ts';
import type { RobotAction } from '../robots/robot.ts';
import type { Verdict } from '../workflows/messages.ts';
import type { SendEnd } from '../workflows/send-to-ae.ts';
import { unknownFields } from './unknown-fields.ts';

/** How the API reaches running workflows; wiring passes it in. @throws API_UNAVAILABLE when Temporal is out of reach */
export interface WorkflowPort {
  orderChanged(orderId: string, change: 'hold' | 'release' | 'cancel' | 'priority', by: string): Promise<void>;
  resumeVolume(orderId: string, volume: number, verdict: Verdict, copy: number | undefined, by: string): Promise<void>;
  group(groupId: number, wish: 'flush' | 'hold' | 'release', by: string): Promise<void>;
  actOnRobot(robot: string, action: RobotAction): Promise<void>;
  /** Starts sending; answers the id under which it is asked for. */
  send(aeTitle: string, selection: SendRequest['selection']): Promise<string>;
  /** undefined when there is no such sending. */
  sendState(sendId: string): Promise<SendProgressState | undefined>;
  ping(): Promise<void>;
}

export interface SendProgressState extends SendEnd {
  readonly state: 'running' | 'ended' | 'broken';
}

/** How the API queries remote AEs; wiring passes it in. @throws ASSOCIATION_ and REMOTE_ codes */
export interface RemotePort {
  readonly findAe: FindAe;
  findStudies(ae: RemoteAe, search: RemoteSearch): Promise<Found<RemoteStudy>>;
  findSeries(ae: RemoteAe, studyInstanceUid: string): Promise<Found<RemoteSeries>>;
}

interface AttachmentRow {
  readonly attachmentId: string;
  readonly title: string;
  readonly type: 'pdf' | 'jpg' | 'png' | 'txt' | 'xml';
  readonly bytes: number;
}

/** How the API reaches the files attached to orders; wiring passes it in. */
export interface AttachmentPort {
  readonly longestBytes: number;
  add(orderId: string, title: string, content: Buffer): Promise<AttachmentRow>;
  list(orderId: string): Promise<readonly AttachmentRow[]>;
  remove(orderId: string, attachmentId: string): Promise<boolean>;
}

/** What the API needs of the libraries that encrypt, deliver and de-identify; wiring passes it in. */
export interface CopiesPort {
  /** False where no folder for copies is set. */
  readonly takesCopies: boolean;
  /** The chosen passphrase when it may be used, else a made one. @throws DISC_PASSPHRASE_WEAK */
  passphrase(chosen: string | undefined, identities: readonly string[]): string;
  /** @throws DISC_RECIPIENT_INVALID */
  requireRecipients(certificates: readonly string[]): void;
  keepPassphrase(orderId: string, passphrase: string): Promise<void>;
  dropPassphrase(orderId: string): Promise<void>;
  /** Why a person must look at an instance before it leaves de-identified; no entry or an empty one = no reason. */
  holdReasons(instances: readonly VolumeInstance[]): Promise<ReadonlyMap<number, readonly { readonly code: string; readonly text: string }[]>>;
}

/** How the API shows what a person is to look at; wiring passes it in. */
export interface LookPort {
  kindOf(instance: VolumeInstance): LookKind;
  /** undefined where there is nothing to be seen. @throws errors of the file system as they come */
  show(instance: VolumeInstance, frame: number): Promise<Look | undefined>;
}

export interface RobotSnapshot {
  readonly name: string;
  readonly seenAt: Date | null;
  readonly capabilities: unknown;
  readonly health: unknown;
}

export interface ApiDeps {
  readonly catalog: Catalog;
  readonly workflows: WorkflowPort;
  readonly copies: CopiesPort;
  readonly looks: LookPort;
  readonly robots: () => Promise<readonly RobotSnapshot[]>;
  readonly appliance: { readonly aeTitle: string; readonly dicomHost: string; readonly dicomPort: number; readonly version: string; readonly temporalUi: string };
  readonly store: () => Promise<{ readonly freeBytes: number; readonly usedPercent: number; readonly warning: boolean }>;
  /** Opens a DICOM association to ourselves and echoes. */
  readonly echo: () => Promise<void>;
  /** Echoes to an AE of the registry. */
  readonly echoAe: (ae: RemoteAe) => Promise<EchoAnswer>;
  /** Our TLS port and the end of the certificate it shows, null when it does not answer; null without TLS. */
  readonly tls: () => Promise<{ readonly port: number; readonly expiresAt: Date | null } | null>;
  readonly remote: RemotePort;
  readonly viewers: ViewerShelf;
  readonly labelFile: (serial: string) => string;
  /** Files attached to orders. @throws ORDER_ATTACHMENT_REFUSED */
  readonly attachments: AttachmentPort;
  readonly token: string;
  readonly now: () => Date;
  readonly log: Logger;
}

export interface Call<B = unknown, Q = unknown> {
  readonly deps: ApiDeps;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  readonly body: B;
  readonly who: string;
  readonly request: Request;
  readonly response: Response;
}

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With :name parameters, below /api/v1. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answer?: z.ZodType;
  readonly status: number;
  /** Status when the same Idempotency-Key comes again. */
  readonly repeatStatus?: number;
  /** Media type of the answer when it is not JSON. */
  readonly produces?: string;
  readonly isPublic?: boolean;
  /** Headers the route reads, for the description. */
  readonly headers?: readonly { readonly name: string; readonly text: string }[];
  readonly run: (call: Call) => Promise<unknown>;
}

type Of<T extends z.ZodType | undefined> = T extends z.ZodType ? z.output<T> : undefined;

/** Describes a route with body and query typed by their schemas. */
export const route = <B extends z.ZodType | undefined = undefined, Q extends z.ZodType | undefined = undefined>(
  row: Omit<Route, 'run' | 'body' | 'query'> & { readonly body?: B; readonly query?: Q; readonly run: (call: Call<Of<B>, Of<Q>>) => Promise<unknown> },
): Route => row as unknown as Route;

/** @throws {ZodError} for wrong values; {ApplianceError} API_INVALID for fields that the schema does not know */
const parsed = (schema: z.ZodType, given: unknown): unknown => {
  const taken = schema.parse(given);
  const unknown = unknownFields(given, taken);
  if (unknown.length > 0) throw new ApplianceError('API_INVALID', 'the request has fields that are not known here', { details: { fields: unknown.map((field) => `${field}: not known here`) } });
  return taken;
};

/** Mounts the routes; answers are JSON, `undefined` is an empty answer. */
export const mount = (router: Router, routes: readonly Route[], deps: ApiDeps): void => {
  for (const row of routes) {
    router[row.method](row.path, async (request: Request, response: Response): Promise<void> => {
      const answer = await row.run({
        deps, request, response, who: String(response.locals['who'] ?? ''),
        params: request.params as Readonly<Record<string, string>>,
        query: row.query ? parsed(row.query, request.query) : undefined,
        body: row.body ? parsed(row.body, request.body ?? {}) : undefined,
      });
      if (response.headersSent) return;
      if (answer === undefined) response.status(204).end();
      else response.status(row.status).json(answer);
    });
  }
};
