/**
 * What the catalog offers to the other parts, as interfaces. SQL lives in the modules beside this one.
 * Ids are surrogate keys (safe integers) unless named Uid, key or serial. All times are UTC Dates.
 */
import type { IndexedAttributes } from '../dicom/attributes.ts';
import type { FindAe, RemoteAe } from '../dicom/remote-ae.ts';
import type { AeService } from '../dicom/tables/ae-services.ts';
import type { QueryField, QueryLevel } from '../dicom/tables/query-attributes.ts';
import type { BurnRule, BurnRuleCondition, BurnRuleOptions, SeriesFacts } from '../disc/order/burn-rule.ts';
import type { JobState } from '../disc/order/lifecycle.ts';
import type { Grouping, OrderInfo, OrderOptions, OrderSelection, OrderSource, OrderState, Priority, SeriesPart, SeriesWeight, VolumeMedia } from '../disc/order/order.ts';

// ---- Instances -------------------------------------------------------------------------------------------------

export interface InstanceOrigin {
  readonly callingAe: string;
  readonly calledAe: string;
  readonly host: string;
  /** 'retrieved' = came by our own C-MOVE or C-GET and starts no rule. */
  readonly kind: 'pushed' | 'retrieved';
}

export interface StoredFile {
  /** Path relative to the store folder, '/' separated; carries no patient data. */
  readonly path: string;
  readonly bytes: number;
  /** Where the data set begins in the file. */
  readonly dataSetOffset: number;
  /** SHA-256, hex, of the data set bytes as received. */
  readonly dataSetSha256: string;
  readonly transferSyntaxUid: string;
}

export interface ArrivedInstance {
  readonly attributes: IndexedAttributes;
  readonly file: StoredFile;
  readonly origin: InstanceOrigin;
  readonly storedAt: Date;
}

/** One copy of an instance that the catalog already knows. */
export interface HeldInstance {
  readonly instanceId: number;
  readonly file: StoredFile;
  readonly isHeld: boolean;
}

/**
 * 'added': a new row (or a known instance that was no longer held and is held again).
 * 'already-held': same SOP Instance UID, same data set digest and transfer syntax.
 * 'differs': same SOP Instance UID, another digest: the caller compares the elements and calls resolve().
 */
export type StoreOutcome =
  | { readonly outcome: 'added'; readonly instanceId: number }
  | { readonly outcome: 'already-held'; readonly instanceId: number }
  | { readonly outcome: 'differs'; readonly held: readonly HeldInstance[] };

export interface InstanceIndex {
  /** Stores a whole group of arrivals in one transaction; idempotent. Answers in the same order. Also bumps the arrival outbox per series (pushed ones only). */
  store(arrivals: readonly ArrivedInstance[]): Promise<readonly StoreOutcome[]>;
  /**
   * Keeps an arrival whose UID is known with other content beside the held one. 'ask' marks both contested and the study CONFLICT;
   * 'newest' and 'held' decide at once; the loser stays in the store as superseded, and discs that carry it become WITHDRAWN.
   */
  storeConflicting(arrival: ArrivedInstance, decision: 'ask' | 'newest' | 'held'): Promise<{ readonly instanceId: number }>;
  /** All rows of the UID, for the element comparison. */
  held(sopInstanceUid: string): Promise<readonly HeldInstance[]>;
  /** A person says which content counts. Discs with a loser become WITHDRAWN; the study leaves CONFLICT when nothing is contested any more. */
  settleConflict(winnerInstanceId: number, who: string): Promise<{ readonly studyId: number; readonly withdrawnDiscs: readonly string[] }>;
  conflicts(studyId: number): Promise<readonly { readonly sopInstanceUid: string; readonly candidates: readonly { readonly instanceId: number; readonly storedAt: Date; readonly callingAe: string; readonly bytes: number; readonly patientName: string; readonly patientId: string }[] }[]>;
  /** Everything composing needs, streamed by series and instance number; only instances that count. */
  instancesOfVolume(volumeId: number): Promise<readonly VolumeInstance[]>;
  /** The same for everything an order wants, in the order that the stretches of a plan count. */
  instancesOfOrder(orderId: string): Promise<readonly VolumeInstance[]>;
  instancesOfStudy(studyId: number): Promise<readonly VolumeInstance[]>;
  instancesOfSeries(seriesId: number): Promise<readonly VolumeInstance[]>;
}

export interface VolumeInstance {
  readonly instanceId: number;
  readonly attributes: IndexedAttributes;
  readonly file: StoredFile;
  readonly patientKey: number;
  readonly studyKey: number;
  readonly seriesKey: number;
}

// ---- Studies (console, API) --------------------------------------------------------------------------------------

export interface StudySummary {
  readonly studyId: number;
  readonly patientKey: number;
  readonly studyInstanceUid: string;
  readonly patientName: string;
  readonly patientId: string;
  readonly issuerOfPatientId: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly studyDate: string;
  readonly studyTime: string;
  readonly description: string;
  readonly accessionNumber: string;
  readonly studyIdText: string;
  readonly referringPhysicianName: string;
  readonly institutionName: string;
  readonly modalities: readonly string[];
  readonly series: number;
  readonly instances: number;
  readonly heldInstances: number;
  readonly bytes: number;
  readonly firstStoredAt: Date;
  readonly lastStoredAt: Date;
  readonly state: 'NORMAL' | 'CONFLICT';
  /** Reasons why a person must look before a disc is made, e.g. 'PATIENT_DIFFERS', 'STUDY_CONFLICT'. */
  readonly concerns: readonly string[];
  readonly goodDiscs: number;
}

export interface SeriesSummary {
  readonly seriesId: number;
  readonly seriesInstanceUid: string;
  readonly modality: string;
  readonly number: string;
  readonly description: string;
  readonly bodyPart: string;
  readonly station: string;
  readonly instances: number;
  readonly heldInstances: number;
  readonly bytes: number;
  readonly callingAe: string;
}

export interface StudySearch {
  /** Words are AND-ed: parts of name, patient id, accession number, description. */
  readonly text?: string;
  readonly patientId?: string;
  readonly accessionNumber?: string;
  readonly studyInstanceUid?: string;
  readonly modality?: string;
  readonly dateFrom?: string;
  readonly dateTo?: string;
  /** Keyset paging: the cursor of the page before. */
  readonly after?: string;
  /** 1–200 */
  readonly limit: number;
}

export interface StudyDirectory {
  search(search: StudySearch): Promise<{ readonly studies: readonly StudySummary[]; readonly next: string | null }>;
  study(studyId: number): Promise<{ readonly study: StudySummary; readonly series: readonly SeriesSummary[]; readonly discs: readonly DiscRow[] } | undefined>;
  /** Instances of a series, for selection at instance level. */
  instances(seriesId: number): Promise<readonly { readonly instanceId: number; readonly sopInstanceUid: string; readonly number: string; readonly sopClassUid: string; readonly transferSyntaxUid: string; readonly bytes: number; readonly isHeld: boolean }[]>;
}

// ---- Queries by DICOM ----------------------------------------------------------------------------------------------

/** One thing that must hold of an entity. Values are as in the request, trimmed and not empty. @source PS3.4 C.2.2.2 */
export type QueryCondition = { readonly matchesEmpty: boolean } & (
  /** Equal to one of these, by code point. */
  | { readonly kind: 'exact'; readonly field: QueryField; readonly values: readonly string[] }
  /** Matches one of these, in which `*` is any run and `?` one character. */
  | { readonly kind: 'pattern'; readonly field: QueryField; readonly values: readonly string[] }
  /** A person name, by component group; fuzzy: every word begins a word of the name. */
  | { readonly kind: 'name'; readonly field: QueryField; readonly key: string; readonly isFuzzy: boolean }
  /** A date or time from `from` to `to`, both included; '' = open. */
  | { readonly kind: 'range'; readonly field: QueryField; readonly from: string; readonly to: string }
  /** A moment of study date and time together; '' = open. */
  | { readonly kind: 'moment'; readonly from: { readonly date: string; readonly time: string }; readonly to: { readonly date: string; readonly time: string } });

export interface CatalogQuery {
  readonly level: QueryLevel;
  readonly conditions: readonly QueryCondition[];
  /** What shall be answered. */
  readonly fields: ReadonlySet<QueryField>;
  /** Name a file-set for every entity, not only for those that are not held. */
  readonly wantsFileSet: boolean;
}

/** One entity: only instances that count, empty entities never. */
export interface CatalogMatch {
  /** Every wanted field; '' when the entity has no value, several values joined by backslash. */
  readonly values: Readonly<Partial<Record<QueryField, string>>>;
  /** OFFLINE: what is not held is on good discs; UNAVAILABLE: some of it is nowhere. */
  readonly availability: 'ONLINE' | 'OFFLINE' | 'UNAVAILABLE';
  /** That of the newest good disc that holds every instance of the entity. */
  readonly fileSet?: { readonly id: string; readonly uid: string };
}

export interface QueryBook {
  /**
   * Answers matching entities page by page; only one page is in memory. Entities that match by an empty value come last.
   * @throws CATALOG_UNAVAILABLE
   */
  find(query: CatalogQuery): AsyncIterable<readonly CatalogMatch[]>;
}

// ---- Rules and groups --------------------------------------------------------------------------------------------

export interface RuleDraft extends BurnRuleOptions {
  readonly name: string;
  readonly position: number;
  readonly isEnabled: boolean;
  readonly also: boolean;
  readonly condition: BurnRuleCondition;
}

/** A group of instances that one rule watches: a series, study or patient. */
export interface CollectGroup {
  readonly groupId: number;
  readonly ruleId: number;
  readonly firstStoredAt: Date;
  readonly lastStoredAt: Date;
  /** Instances that no earlier order of this rule took. */
  readonly openInstances: number;
  readonly rule: BurnRule;
}

export interface RuleBook {
  rules(): Promise<readonly BurnRule[]>;
  rule(id: number): Promise<(BurnRule & { readonly changedBy: string; readonly changedAt: Date }) | undefined>;
  create(draft: RuleDraft, who: string, source: 'api' | 'default'): Promise<BurnRule>;
  /** @throws CATALOG_CONFLICT when `version` is not the current one; API_FORBIDDEN for rules from a file */
  change(id: number, version: number, draft: RuleDraft, who: string): Promise<BurnRule>;
  remove(id: number, version: number, who: string): Promise<void>;
  /** Makes the rules of `source: file` exactly these (by name): adds, changes, disables what is gone. */
  importFileRules(drafts: readonly RuleDraft[]): Promise<void>;
  /** Makes the default rule when there never was any rule. */
  ensureDefaultRule(draft: RuleDraft): Promise<void>;

  /** Takes up to `limit` series from the arrival outbox with their facts (not yet confirmed: see confirmArrivals). */
  arrivals(limit: number): Promise<readonly { readonly seriesId: number; readonly version: number; readonly facts: SeriesFacts }[]>;
  /** Notes that this rule watches the group of this series: creates or updates the group; answers it, and whether it was not collecting before. */
  watch(rule: BurnRule, seriesId: number): Promise<{ readonly groupId: number; readonly isOpened: boolean }>;
  /** Removes outbox entries whose version is still the one read. */
  confirmArrivals(taken: readonly { readonly seriesId: number; readonly version: number }[]): Promise<void>;
  group(groupId: number): Promise<CollectGroup | undefined>;
  /** Ids of groups that hold instances no order of their rule took (the sweep after a restart or a lost nudge). */
  openGroups(): Promise<readonly number[]>;
  /**
   * In one transaction: when the group's last stored time is not newer than `cutOff`, places the order of all open instances and closes the group.
   * 'newer' = something arrived meanwhile: wait on; 'empty' = nothing open.
   */
  orderGroup(groupId: number, cutOff: Date): Promise<{ readonly result: 'ordered'; readonly orderId: string } | { readonly result: 'newer'; readonly lastStoredAt: Date } | { readonly result: 'empty' }>;
}

// ---- Orders ------------------------------------------------------------------------------------------------------

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

// ---- Retrievals --------------------------------------------------------------------------------------------------

/** One study that an order has fetched from a remote AE. */
export interface Retrieval {
  readonly retrievalId: number;
  readonly orderId: string;
  readonly remoteAe: string;
  readonly studyInstanceUid: string;
  readonly state: 'OPEN' | 'COMPLETE' | 'FAILED' | 'CANCELLED';
  /** Code of the error that ended it; '' otherwise. */
  readonly reason: string;
  readonly openedAt: Date;
  readonly endedAt: Date | null;
}

/** One series of it: what the AE says it holds, and what we hold. */
export interface RetrievalProgress {
  readonly retrievalSeriesId: number;
  readonly seriesInstanceUid: string;
  readonly expected: number;
  readonly held: number;
}

export interface RetrievalBook {
  /** @throws CATALOG_NOT_FOUND */
  retrieval(retrievalId: number): Promise<Retrieval>;
  /** Notes the series and their numbers of instances as the AE tells them now. */
  expect(retrievalId: number, series: readonly { readonly seriesInstanceUid: string; readonly instances: number }[]): Promise<void>;
  progress(retrievalId: number): Promise<readonly RetrievalProgress[]>;
  end(retrievalId: number, state: Exclude<Retrieval['state'], 'OPEN'>, reason: string): Promise<void>;
  /** Titles of AEs that something is being retrieved from. */
  openAes(): Promise<ReadonlySet<string>>;
  /** Retrievals of a study that are open, or ended within the last day. */
  expecting(studyInstanceUid: string): Promise<readonly { readonly remoteAe: string; readonly isOpen: boolean }[]>;
}

// ---- Storage commitment ------------------------------------------------------------------------------------------

/** A held instance that could be promised. */
export interface CommitmentCandidate {
  readonly instanceId: number;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly path: string;
  readonly bytes: number;
}

/** What is answered for one instance. */
export interface CommitmentItem {
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  /** The instance that is promised; null where none is. */
  readonly instanceId: number | null;
  /** 0 = committed; else the Failure Reason. @source PS3.3 C.14.1.1 */
  readonly failureReason: number;
}

export interface CommitmentRequest {
  readonly transactionUid: string;
  readonly callingAe: string;
  readonly calledAe: string;
  /** Each SOP Instance UID once. */
  readonly items: readonly CommitmentItem[];
  /** Answered for instances that are gone by the time the promise is written. */
  readonly notHeldReason: number;
  readonly nextTryAt: Date;
}

export interface Commitment {
  readonly commitmentId: number;
  readonly transactionUid: string;
  readonly callingAe: string;
  readonly calledAe: string;
  /** Whether the answer has arrived; a promise stands however this is. */
  readonly state: 'PENDING' | 'DELIVERED' | 'GIVEN-UP';
  readonly committed: number;
  readonly refused: number;
  readonly attempts: number;
  readonly requestedAt: Date;
  readonly nextTryAt: Date;
  readonly endedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string;
}

export interface CommitmentBook {
  /** Held instances of these UIDs, those that count first. */
  candidates(sopInstanceUids: readonly string[]): Promise<readonly CommitmentCandidate[]>;
  /** The first commitment for which this AE used the transaction UID. */
  find(callingAe: string, transactionUid: string): Promise<Commitment | undefined>;
  /** Writes answer and promises in one transaction; from then on retention keeps the promised instances. */
  record(request: CommitmentRequest): Promise<{ readonly commitmentId: number; readonly items: readonly CommitmentItem[] }>;
  /** Commitments whose answer is to be delivered now, the longest due first. */
  due(now: Date, limit: number): Promise<readonly Commitment[]>;
  items(commitmentId: number): Promise<readonly CommitmentItem[]>;
  tried(commitmentId: number, nextTryAt: Date): Promise<void>;
  /** Idempotent. */
  end(commitmentId: number, state: 'DELIVERED' | 'GIVEN-UP'): Promise<void>;
  list(filter: { readonly limit: number; readonly after?: string }): Promise<{ readonly commitments: readonly Commitment[]; readonly next: string | null }>;
  /** @throws CATALOG_NOT_FOUND */
  commitment(commitmentId: number): Promise<Commitment>;
  /** A person takes the promise back; the instances follow the ordinary retention again. Idempotent. @throws CATALOG_NOT_FOUND */
  revoke(commitmentId: number, who: string): Promise<void>;
}

// ---- Jobs and discs ----------------------------------------------------------------------------------------------

export interface DiscRow {
  readonly serial: string;
  readonly jobKey: string;
  readonly orderId: string;
  readonly volumeId: number;
  readonly index: number;
  readonly of: number;
  readonly copy: number;
  readonly result: 'good' | 'bad';
  readonly state: 'READY' | 'BAD' | 'WITHDRAWN';
  /** '' for a copy that no robot made. */
  readonly robot: string;
  /** Where it lies: in a bin of the robot, or where a copy beside a disc was delivered. */
  readonly place: string;
  readonly media: VolumeMedia;
  readonly fileSetId: string;
  readonly fileSetUid: string;
  readonly imageSha256: string;
  readonly error: string;
  readonly madeAt: Date;
  readonly patients: readonly { readonly name: string; readonly id: string }[];
  readonly isSupplement: boolean;
}

export interface DiscLog {
  /** Opens the job of one copy, or answers the one already open for this copy and attempt (same key, same serial). */
  openJob(volumeId: number, copy: number, attempt: number, robot: string): Promise<JobRow>;
  job(jobKey: string): Promise<JobRow | undefined>;
  /** @throws ORDER_STATE when lifecycle.ts refuses */
  jobSubmitted(jobKey: string, ref: string): Promise<void>;
  jobProgress(jobKey: string, progress: { readonly phase: string; readonly activity: string; readonly percent: number | null; readonly error: string }): Promise<void>;
  /** Ends the job and writes every disc it used, in one transaction, exactly once. */
  jobEnded(jobKey: string, end: { readonly state: JobState; readonly error: string; readonly discs: readonly { readonly n: number; readonly result: 'good' | 'bad'; readonly place: string; readonly error: string; readonly at: Date }[] }): Promise<void>;
  list(filter: { readonly studyId?: number; readonly orderId?: string; readonly text?: string; readonly limit: number; readonly after?: string }): Promise<{ readonly discs: readonly DiscRow[]; readonly next: string | null }>;
  disc(serial: string): Promise<{ readonly disc: DiscRow; readonly instances: readonly { readonly instanceId: number; readonly sopInstanceUid: string; readonly fileId: string; readonly sha256: string; readonly isHeld: boolean; readonly counts: boolean }[]; readonly labelPath: string | null } | undefined>;
  /** The certificate of what is on a disc; undefined for an unknown serial, null for a volume that has none. */
  certificate(serial: string): Promise<unknown>;
  /** What the label of a job must show, from the catalog. */
  labelFacts(jobKey: string): Promise<{ readonly order: OrderRow; readonly volume: VolumeRow; readonly job: JobRow }>;
}

// ---- Retrieve and sending ------------------------------------------------------------------------------------------

/** Instances by unique keys of the wire, or by our own; all keys that are given must hold. No key at all names nothing. */
export interface RetrieveSelection {
  readonly patientId?: string;
  /** Counts only beside patientId. */
  readonly issuerOfPatientId?: string;
  readonly studyInstanceUids?: readonly string[];
  readonly seriesInstanceUids?: readonly string[];
  readonly sopInstanceUids?: readonly string[];
  readonly patientKeys?: readonly number[];
  readonly studyKeys?: readonly number[];
  readonly seriesKeys?: readonly number[];
  readonly instanceIds?: readonly number[];
}

export interface RetrievableInstance {
  readonly instanceId: number;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly file: StoredFile;
  readonly isHeld: boolean;
  /** A person must say which content counts before it is given away. */
  readonly isContested: boolean;
}

export interface RetrieveBook {
  /** How many instances a selection names, and of which kinds. */
  plan(selection: RetrieveSelection): Promise<{ readonly instances: number; readonly kinds: readonly { readonly sopClassUid: string; readonly transferSyntaxUid: string; readonly instances: number }[] }>;
  /** Counting instances of a selection by ascending id, from behind `afterInstanceId` (0 = from the first). */
  page(selection: RetrieveSelection, afterInstanceId: number, limit: number): Promise<readonly RetrievableInstance[]>;
}

// ---- Releases ----------------------------------------------------------------------------------------------------

/** For what something may leave the house that would be held back. */
export type ReleasePurpose = 'teaching';

export interface InstanceRelease {
  readonly by: string;
  readonly at: Date;
  /** What the person wrote; may name the patient, so it is shown but neither logged nor sent on. */
  readonly reason: string;
}

export interface ReleaseBook {
  /** Lets instances leave; those that may already are passed over. Answers how many are new. @throws CATALOG_NOT_FOUND */
  release(instanceIds: readonly number[], how: { readonly purpose: ReleasePurpose; readonly who: string; readonly reason: string }): Promise<number>;
  /** Takes a release back; discs that were made stay as they are. @throws CATALOG_NOT_FOUND */
  revoke(instanceId: number, how: { readonly purpose: ReleasePurpose; readonly who: string }): Promise<void>;
  /** Those of the instances that are released. */
  among(instanceIds: readonly number[], purpose: ReleasePurpose): Promise<ReadonlyMap<number, InstanceRelease>>;
}

// ---- Retention ---------------------------------------------------------------------------------------------------

export interface RetentionBook {
  /** Instances that may be deleted now: buffer retention, every order that wants them is closed with its copies good, grace passed, on a good disc, not contested. */
  deletable(options: { readonly now: Date; readonly graceHours: number; readonly defaultRetention: 'archive' | 'buffer'; readonly limit: number }): Promise<readonly { readonly instanceId: number; readonly path: string }[]>;
  /** Notes that these are no longer held and answers them; those an open order wants meanwhile are left out. Call first, then delete the files of the ids answered. */
  markDeleted(instanceIds: readonly number[]): Promise<readonly number[]>;
  /** Spool names of volumes whose order is closed, for cleaning. */
  droppableSpool(): Promise<readonly { readonly volumeId: number; readonly spoolName: string }[]>;
  totals(): Promise<{ readonly heldInstances: number; readonly heldBytes: number; readonly instances: number; readonly studies: number; readonly patients: number; readonly orders: number; readonly goodDiscs: number }>;
}

// ---- Operation log and sessions ----------------------------------------------------------------------------------

/** Who did what, when, with which result. `event` doubles as the live event: ids only, no names. */
export interface OperationRow {
  readonly id: number;
  readonly at: Date;
  readonly who: string;
  /** e.g. 'instances.stored', 'order.placed', 'order.state', 'job.state', 'disc.logged', 'rule.changed', 'robot.condition' */
  readonly event: string;
  readonly subject: string;
  readonly subjectKind: 'association' | 'study' | 'order' | 'volume' | 'job' | 'disc' | 'rule' | 'robot' | 'instance' | 'commitment' | 'session' | 'appliance' | 'ae';
  readonly result: string;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

export interface OperationLog {
  write(row: Omit<OperationRow, 'id' | 'at'>): Promise<void>;
  /** Rows after `afterId`, oldest first, at most `limit`. */
  since(afterId: number, limit: number): Promise<readonly OperationRow[]>;
  lastId(): Promise<number>;
  list(filter: { readonly subjectKind?: OperationRow['subjectKind']; readonly subject?: string; readonly limit: number; readonly before?: number }): Promise<readonly OperationRow[]>;
}

/** What one robot last said of itself; the shapes are those of robots/robot.ts. */
export interface RobotReport {
  readonly name: string;
  readonly seenAt: Date;
  readonly capabilities: unknown;
  readonly health: unknown;
}

export interface RobotBook {
  report(report: Omit<RobotReport, 'seenAt'>): Promise<void>;
  all(): Promise<readonly RobotReport[]>;
}

// ---- AE registry -------------------------------------------------------------------------------------------------

/** What a person or spindle.yaml says about an AE. */
export interface AeDraft extends RemoteAe {
  /** What it may ask of us. */
  readonly services: readonly AeService[];
  readonly notes: string;
}

export interface RegisteredAe extends AeDraft {
  /** 'file' = from `peers` of spindle.yaml: changed there. */
  readonly source: 'api' | 'file';
  readonly version: number;
  readonly changedBy: string;
  readonly changedAt: Date;
}

/** A calling AE that the registry does not know as it calls: refused, or let in as unknown. One row per title and host. */
export interface UnknownCaller {
  readonly callerId: number;
  readonly callingAe: string;
  readonly host: string;
  /** Why it was refused last, e.g. 'calling-ae'; 'let-in' when it was not. */
  readonly reason: string;
  readonly calls: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export interface CallerNote {
  readonly callingAe: string;
  readonly host: string;
  readonly reason: string;
  readonly calls: number;
  readonly lastSeenAt: Date;
}

export interface AeBook {
  /** All, by title. */
  aes(): Promise<readonly RegisteredAe[]>;
  ae(aeTitle: string): Promise<RegisteredAe | undefined>;
  readonly find: FindAe;
  /** Takes the title off the unknown callers as well. @throws CATALOG_CONFLICT when the title is registered */
  create(draft: AeDraft, who: string): Promise<RegisteredAe>;
  /** The title stays. @throws CATALOG_CONFLICT when `version` is not the current one; CATALOG_NOT_FOUND; API_FORBIDDEN for AEs from a file */
  change(aeTitle: string, version: number, draft: AeDraft, who: string): Promise<RegisteredAe>;
  remove(aeTitle: string, version: number, who: string): Promise<void>;
  /** Makes the AEs of `source: file` exactly these: adds, changes, takes over those of the same title, removes what is gone. */
  importFileAes(drafts: readonly AeDraft[]): Promise<void>;
  /** Adds to what is remembered of unknown callers; only the 200 seen last are kept. */
  noteCallers(notes: readonly CallerNote[]): Promise<void>;
  /** Seen last first. */
  callers(): Promise<readonly UnknownCaller[]>;
  caller(callerId: number): Promise<UnknownCaller | undefined>;
}

export interface SessionBook {
  /** Tokens are stored as SHA-256 only. */
  addLoginToken(tokenSha256: string, expiresAt: Date): Promise<void>;
  /** True once for a valid token. */
  useLoginToken(tokenSha256: string, now: Date): Promise<boolean>;
  addSession(sessionSha256: string, who: string, expiresAt: Date): Promise<void>;
  session(sessionSha256: string, now: Date): Promise<{ readonly who: string } | undefined>;
  endSession(sessionSha256: string): Promise<void>;
}

export interface Catalog {
  readonly instances: InstanceIndex;
  readonly studies: StudyDirectory;
  readonly queries: QueryBook;
  readonly rules: RuleBook;
  readonly orders: OrderBook;
  readonly discs: DiscLog;
  readonly retrieve: RetrieveBook;
  readonly retention: RetentionBook;
  readonly retrievals: RetrievalBook;
  readonly commitments: CommitmentBook;
  readonly operations: OperationLog;
  readonly sessions: SessionBook;
  readonly robots: RobotBook;
  readonly aes: AeBook;
  readonly releases: ReleaseBook;
  /** Cheap round trip. @throws CATALOG_UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}
