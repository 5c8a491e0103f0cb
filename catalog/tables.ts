/**
 * The rows of the catalog as Kysely sees them. One interface per table, columns as in migrations/.
 * Flags are 0 or 1 and JSON is text on every engine, so that rows read the same everywhere.
 */
import type { Generated } from 'kysely';

type Flag = number;

export interface PatientTable {
  id: Generated<number>;
  patient_id: string;
  issuer_of_patient_id: string;
  /** Study UID when the Patient ID is empty: such a patient never reaches beyond its study. */
  study_scope: string;
  name: string;
  birth_date: string;
  sex: string;
  /** Component groups and birth date in the form of query-keys.ts. */
  name_alphabetic: string;
  name_ideographic: string;
  name_phonetic: string;
  birth_date_key: string;
}

export interface StudyTable {
  id: Generated<number>;
  patient_key: number;
  study_instance_uid: string;
  study_date: string;
  study_time: string;
  study_id_text: string;
  description: string;
  accession_number: string;
  referring_physician_name: string;
  institution_name: string;
  search_text: string;
  patient_differs: Flag;
  first_stored_at: Date;
  last_stored_at: Date;
  /** Date, time and physician in the form of query-keys.ts. */
  date_key: string;
  time_key: string;
  physician_alphabetic: string;
  physician_ideographic: string;
  physician_phonetic: string;
}

export interface StudyIdentityTable {
  id: Generated<number>;
  study_key: number;
  /** SHA-256 of the compared form; unique within the study. */
  digest: string;
  name: string;
  birth_date: string;
  sex: string;
}

export interface SeriesTable {
  id: Generated<number>;
  study_key: number;
  series_instance_uid: string;
  modality: string;
  series_number: string;
  description: string;
  body_part: string;
  station: string;
  calling_ae: string;
  called_ae: string;
  /** Attributes of the first instance; the others keep only what differs. */
  attributes: string;
  instances: number;
  held_instances: number;
  bytes: number;
  arrivals: number;
  last_stored_at: Date;
}

export interface InstanceTable {
  id: Generated<number>;
  sop_instance_uid: string;
  /** 0 = the first content of this UID; further contents count up. */
  variant: number;
  series_key: number;
  study_key: number;
  sop_class_uid: string;
  instance_number: string;
  sort_number: number;
  transfer_syntax_uid: string;
  data_set_sha256: string;
  data_set_offset: number;
  bytes: number;
  path: string;
  calling_ae: string;
  called_ae: string;
  host: string;
  is_pushed: Flag;
  is_held: Flag;
  counts: Flag;
  is_contested: Flag;
  stored_at: Date;
  attributes: string;
}

export interface ArrivalOutboxTable {
  series_key: number;
  version: number;
  /** 1 when rules are to see it. */
  is_pushed: number;
  /** Since the operation log last told of the series. */
  instances: number;
  bytes: number;
}
export interface CounterTable { name: string; value: number }

export interface BurnRuleTable {
  id: Generated<number>;
  name: string;
  sort_order: number;
  is_enabled: Flag;
  is_removed: Flag;
  source: string;
  version: number;
  draft: string;
  changed_by: string;
  changed_at: Date;
}

export interface BurnRuleVersionTable { id: Generated<number>; rule_key: number; version: number; draft: string; changed_by: string; changed_at: Date }

export interface CollectGroupTable {
  id: Generated<number>;
  rule_key: number;
  group_level: string;
  target_key: number;
  generation: number;
  is_open: Flag;
  first_stored_at: Date;
}

export interface CollectGroupSeriesTable { group_key: number; series_key: number }

export interface DiscOrderTable {
  id: Generated<number>;
  order_id: string;
  request_key: string;
  content_sha256: string;
  source: string;
  rule_key: number | null;
  group_key: number | null;
  group_level: string;
  state: string;
  info: string;
  waiting_for: string;
  is_started: Flag;
  is_held_back: Flag;
  is_cancel_requested: Flag;
  is_supplement: Flag;
  is_released: Flag;
  copies: number;
  media: string;
  robot: string;
  priority: number;
  comment: string;
  label_template: string;
  several_patients: Flag;
  retention: string;
  /** ContentOptions as JSON; null in rows from before there were any. */
  content: string | null;
  /** The volume that this order makes again. */
  reburn_of: number | null;
  placed_by: string;
  placed_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  instances: number;
  bytes: number;
  copies_good: number;
  report: string;
  version: number;
}

export interface CommitmentTable {
  id: Generated<number>;
  transaction_uid: string;
  calling_ae: string;
  called_ae: string;
  state: string;
  committed: number;
  refused: number;
  attempts: number;
  requested_at: Date;
  next_try_at: Date;
  ended_at: Date | null;
  revoked_at: Date | null;
  revoked_by: string;
}

export interface CommitmentInstanceTable { commitment_key: number; sop_instance_uid: string; sop_class_uid: string; instance_key: number | null; failure_reason: number; is_revoked: Flag }

export interface RetrievalTable {
  id: Generated<number>;
  order_key: number;
  remote_ae: string;
  study_instance_uid: string;
  state: string;
  reason: string;
  /** 1 = its instances are those of the order. */
  is_selected: Flag;
  opened_at: Date;
  ended_at: Date | null;
}

export interface RetrievalSeriesTable { id: Generated<number>; retrieval_key: number; series_instance_uid: string; expected_instances: number }

export interface OrderInstanceTable { order_key: number; instance_key: number; rule_key: number | null }

export interface VolumeTable {
  id: Generated<number>;
  order_key: number;
  volume_index: number;
  volume_count: number;
  file_set_id: string;
  file_set_uid: string;
  media: string;
  state: string;
  instances: number;
  spool_name: string;
  image_bytes: number | null;
  image_sha256: string | null;
  certificate: string;
  created_at: Date;
}

export interface VolumeInstanceTable { volume_key: number; instance_key: number; file_id: string; sha256: string; is_left_off: Flag }
export interface VolumeStudyTable { volume_key: number; study_key: number }

export interface JobTable {
  id: Generated<number>;
  job_key: string;
  volume_key: number;
  copy: number;
  attempt: number;
  serial: string;
  robot: string;
  ref: string | null;
  state: string;
  phase: string;
  activity: string;
  percent_done: number | null;
  error: string;
  created_at: Date;
  ended_at: Date | null;
}

export interface DiscTable {
  id: Generated<number>;
  serial: string;
  job_id: number;
  order_key: number;
  volume_key: number;
  copy: number;
  result: string;
  state: string;
  robot: string;
  place: string;
  error: string;
  patients: string;
  search_text: string;
  made_at: Date;
}

export interface OperationLogTable { id: number; logged_at: Date; who: string; event: string; subject: string; subject_kind: string; result: string; details: string }
export interface LoginTokenTable { token_sha256: string; expires_at: Date; is_used: Flag }
export interface WebSessionTable { session_sha256: string; who: string; expires_at: Date }
export interface RobotReportTable { name: string; capabilities: string; health: string; seen_at: Date }
export interface RemoteAeTable { id: Generated<number>; ae_title: string; source: string; version: number; draft: string; changed_by: string; changed_at: Date }
export interface RemoteAeVersionTable { id: Generated<number>; ae_title: string; version: number; result: string; draft: string; changed_by: string; changed_at: Date }
export interface UnknownCallerTable { id: Generated<number>; calling_ae: string; host: string; reason: string; calls: number; first_seen_at: Date; last_seen_at: Date }
export interface InstanceReleaseTable { id: Generated<number>; instance_key: number; purpose: string; released_by: string; released_at: Date; reason: string }
export interface SchemaVersionTable { version: number; applied_at: Date }

/** Every table by its name. */
export interface Tables {
  patient: PatientTable;
  study: StudyTable;
  study_identity: StudyIdentityTable;
  series: SeriesTable;
  instance: InstanceTable;
  arrival_outbox: ArrivalOutboxTable;
  counter: CounterTable;
  burn_rule: BurnRuleTable;
  burn_rule_version: BurnRuleVersionTable;
  collect_group: CollectGroupTable;
  collect_group_series: CollectGroupSeriesTable;
  disc_order: DiscOrderTable;
  order_instance: OrderInstanceTable;
  commitment: CommitmentTable;
  commitment_instance: CommitmentInstanceTable;
  retrieval: RetrievalTable;
  retrieval_series: RetrievalSeriesTable;
  volume: VolumeTable;
  volume_instance: VolumeInstanceTable;
  volume_study: VolumeStudyTable;
  job: JobTable;
  disc: DiscTable;
  operation_log: OperationLogTable;
  login_token: LoginTokenTable;
  web_session: WebSessionTable;
  robot_report: RobotReportTable;
  remote_ae: RemoteAeTable;
  remote_ae_version: RemoteAeVersionTable;
  unknown_caller: UnknownCallerTable;
  instance_release: InstanceReleaseTable;
  schema_version: SchemaVersionTable;
}
