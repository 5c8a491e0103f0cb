/** Disc orders with their volumes and jobs. */
import type { JobState } from '../../disc/order/lifecycle.ts';
import type { Grouping, OrderInfo, OrderOptions, OrderSelection, OrderSource, OrderState, Priority, SeriesPart, SeriesWeight, VolumeMedia } from '../../disc/order/order.ts';
import type { DiscRow } from './disc-row.ts';
import type { OperationRow } from './operation-log.ts';
import type { Retrieval } from './retrieval-book.ts';

export interface PlaceOrder {
  /** Unique: source + kind + key. The same key again answers the same order. */
  readonly requestKey: string;
  readonly source: OrderSource;
  readonly placedBy: string;
  readonly selection: OrderSelection;
  readonly options: OrderOptions;
  /** Place it held back: nothing is made until someone releases it. */
  readonly isHeldBack?: boolean;
  /** The id it gets, from newOrderId(), where something must be kept for it before it can start. */
  readonly orderId?: string;
}

/** An order of studies that a remote AE holds; its instances are selected once they are here. */
export interface PlaceRemoteOrder extends Omit<PlaceOrder, 'selection'> {
  readonly remote: { readonly aeTitle: string; readonly studyInstanceUids: readonly string[] };
}

export interface OrderRow {
  readonly orderId: string;
  readonly requestKey: string;
  readonly source: OrderSource;
  readonly ruleId: number | null;
  readonly state: OrderState;
  readonly info: OrderInfo;
  /** Who or what is waited for, in plain words without patient data; '' when nothing. */
  readonly waitingFor: string;
  readonly isHeldBack: boolean;
  readonly isCancelRequested: boolean;
  readonly isSupplement: boolean;
  readonly options: OrderOptions;
  readonly placedBy: string;
  readonly placedAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly instances: number;
  readonly bytes: number;
  readonly copiesGood: number;
  readonly version: number;
}

/** What became of one thing that was to go on the disc. No patient data: UIDs and words only. */
export interface ReportEntry {
  readonly kind: 'left-off' | 'outside-profile' | 'converted' | 'filled' | 'note' | 'error';
  readonly sopInstanceUid?: string;
  readonly reason: string;
}

export interface OrderDetail {
  readonly order: OrderRow;
  readonly volumes: readonly VolumeRow[];
  readonly jobs: readonly JobRow[];
  readonly discs: readonly DiscRow[];
  readonly report: readonly ReportEntry[];
  readonly patients: readonly { readonly name: string; readonly id: string }[];
  readonly studies: readonly { readonly studyId: number; readonly date: string; readonly description: string }[];
  /** Studies that the order has fetched from a remote AE. */
  readonly retrievals: readonly Retrieval[];
  readonly log: readonly OperationRow[];
}

export interface VolumeRow {
  readonly volumeId: number;
  readonly orderId: string;
  readonly index: number;
  readonly of: number;
  readonly fileSetId: string;
  readonly fileSetUid: string;
  readonly media: VolumeMedia;
  readonly state: 'PLANNED' | 'COMPOSED' | 'DROPPED';
  readonly instances: number;
  /** Name of the volume's folder below the spool; no patient data. */
  readonly spoolName: string;
  readonly imageBytes: number | null;
  readonly imageSha256: string | null;
  /** Short code of the certificate; '' before it is composed. */
  readonly certificateCode: string;
  readonly createdAt: Date;
}

export interface JobRow {
  readonly jobKey: string;
  readonly volumeId: number;
  readonly copy: number;
  readonly attempt: number;
  readonly serial: string;
  readonly robot: string;
  readonly ref: string | null;
  readonly state: JobState;
  readonly phase: string;
  readonly activity: string;
  readonly percent: number | null;
  readonly error: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** What publishOrder needs to decide: numbers and codes only. */
export interface OrderBrief {
  readonly orderId: string;
  readonly state: OrderState;
  readonly isHeldBack: boolean;
  readonly isCancelRequested: boolean;
  readonly options: Omit<OrderOptions, 'comment'>;
  readonly trigger: OrderSource;
  readonly grouping: Grouping | 'none';
  readonly series: readonly SeriesWeight[];
  /** Retrievals whose instances are not selected yet; `series` is empty until they are. */
  readonly retrievals: readonly number[];
  /** Concerns that must be settled by a person first ('PATIENT_DIFFERS', 'STUDY_CONFLICT', 'SEVERAL_PATIENTS'); empty when none or when a person released the order. */
  readonly concerns: readonly OrderInfo[];
}

/** One series as another disc of the set tells of it. */
export interface SeriesElsewhere {
  readonly studyDate: string;
  readonly studyDescription: string;
  readonly modality: string;
  readonly number: string;
  readonly description: string;
  readonly instances: number;
}

/** What composing needs besides the instances. */
export interface VolumeToCompose {
  readonly volume: VolumeRow;
  readonly order: OrderRow;
  /** The other volumes of the set, in order. */
  readonly others: readonly { readonly index: number; readonly fileSetId: string; readonly series: readonly SeriesElsewhere[] }[];
  /** The volume that this one makes again: the order it was first made for, its image, and the certificate it was stored with. */
  readonly original: { readonly orderId: string; readonly imageSha256: string | null; readonly certificate: unknown } | undefined;
}

/** The making that a disc made again goes back to. */
export interface FirstMaking {
  /** The order itself when it makes nothing again. */
  readonly orderId: string;
  /** Of the volume that is made again. */
  readonly certificate: unknown;
  /** Instances that were not put on it. */
  readonly leftOff: ReadonlySet<number>;
}

export interface OrderBook {
  /** @throws ORDER_NOTHING_SELECTED, ORDER_SEVERAL_PATIENTS, ORDER_INSTANCE_NOT_HELD, ORDER_KEY_REUSED (same key, other content), CATALOG_NOT_FOUND */
  place(order: PlaceOrder): Promise<{ readonly orderId: string; readonly existed: boolean }>;
  /** @throws ORDER_NOTHING_SELECTED, ORDER_KEY_REUSED */
  placeRemote(order: PlaceRemoteOrder): Promise<{ readonly orderId: string; readonly existed: boolean }>;
  /**
   * Makes what is held of the order's retrieved studies the selection of the order. Idempotent.
   * @throws ORDER_NOTHING_SELECTED, ORDER_SEVERAL_PATIENTS
   */
  selectRetrieved(orderId: string): Promise<void>;
  list(filter: { readonly states?: readonly OrderState[]; readonly limit: number; readonly after?: string }): Promise<{ readonly orders: readonly OrderRow[]; readonly next: string | null }>;
  detail(orderId: string): Promise<OrderDetail | undefined>;
  /** Orders that are not closed, for starting or re-starting their workflows. `startedOnly: false` = placed but no workflow confirmed yet. */
  openOrders(filter: { readonly isStarted?: boolean }): Promise<readonly { readonly orderId: string; readonly priority: Priority }[]>;
  /** Notes that the workflow of this order runs. */
  confirmStarted(orderId: string): Promise<void>;

  brief(orderId: string): Promise<OrderBrief>;
  /** Whose data a selection holds. @throws as place does for a selection that names nothing */
  patientsOf(selection: OrderSelection): Promise<readonly { readonly name: string; readonly id: string; readonly birthDate: string }[]>;
  firstMaking(orderId: string): Promise<FirstMaking>;
  /** Moves the order by lifecycle.ts; idempotent when already there. @throws ORDER_STATE */
  setState(orderId: string, state: OrderState, info: OrderInfo, waitingFor: string): Promise<void>;
  setPriority(orderId: string, priority: Priority, who: string): Promise<void>;
  setHeldBack(orderId: string, isHeldBack: boolean, who: string): Promise<void>;
  /** A person accepts the concerns of this order (named in the log). */
  release(orderId: string, who: string): Promise<void>;
  requestCancel(orderId: string, who: string): Promise<void>;
  report(orderId: string, entries: readonly ReportEntry[]): Promise<void>;

  /** Writes the plan once; the same call again answers the rows already there. */
  recordVolumes(orderId: string, media: VolumeMedia, plan: readonly { readonly parts: readonly SeriesPart[] }[]): Promise<readonly { readonly volumeId: number; readonly index: number; readonly of: number }[]>;
  volume(volumeId: number): Promise<VolumeToCompose>;
  /** Notes the composed image and which instance lies under which File ID. Idempotent. */
  recordComposed(volumeId: number, composed: { readonly imageBytes: number; readonly imageSha256: string; readonly certificate: unknown; readonly instances: readonly { readonly instanceId: number; readonly fileId: string; readonly sha256: string }[]; readonly leftOff: readonly number[] }): Promise<void>;
  setVolumeState(volumeId: number, state: VolumeRow['state']): Promise<void>;
}
