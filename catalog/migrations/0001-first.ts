/** The first shape of the catalog. Never edited after a release: later shapes are later files. */
import type { EngineName } from '../dialects/dialect.ts';
import { renderTable } from './sketch.ts';
import type { TableSketch } from './sketch.ts';

const TABLES: readonly TableSketch[] = [
  { name: 'counter', columns: ['name uid(32)', 'value long'], primary: ['name'] },
  { name: 'patient', columns: ['id id', 'patient_id text(192)', 'issuer_of_patient_id text(192)', 'study_scope uid(64)', 'name text(400)', 'birth_date text(16)', 'sex text(16)'], unique: [['patient_id', 'issuer_of_patient_id', 'study_scope']] },
  {
    name: 'study',
    columns: ['id id', 'patient_key long', 'study_instance_uid uid(64)', 'study_date text(16)', 'study_time text(32)', 'study_id_text text(64)', 'description text(400)', 'accession_number text(192)', 'referring_physician_name text(400)', 'institution_name text(400)', 'search_text big', 'patient_differs flag', 'first_stored_at time', 'last_stored_at time'],
    unique: [['study_instance_uid', 'patient_key']], indexes: [['patient_key'], ['last_stored_at', 'id'], ['accession_number']],
  },
  { name: 'study_identity', columns: ['id id', 'study_key long', 'digest uid(64)', 'name text(400)', 'birth_date text(16)', 'sex text(16)'], unique: [['study_key', 'digest']] },
  {
    name: 'series',
    columns: ['id id', 'study_key long', 'series_instance_uid uid(64)', 'modality text(32)', 'series_number text(32)', 'description text(400)', 'body_part text(64)', 'station text(64)', 'calling_ae text(32)', 'called_ae text(32)', 'attributes big', 'instances long', 'held_instances long', 'bytes long', 'arrivals long', 'last_stored_at time'],
    unique: [['series_instance_uid', 'study_key']], indexes: [['study_key']],
  },
  {
    name: 'instance',
    columns: ['id id', 'sop_instance_uid uid(64)', 'variant int', 'series_key long', 'study_key long', 'sop_class_uid uid(64)', 'instance_number text(32)', 'sort_number int', 'transfer_syntax_uid uid(64)', 'data_set_sha256 uid(64)', 'data_set_offset long', 'bytes long', 'path text(255)', 'calling_ae text(32)', 'called_ae text(32)', 'host text(255)', 'is_pushed flag', 'is_held flag', 'counts flag', 'is_contested flag', 'stored_at time', 'attributes big'],
    unique: [['sop_instance_uid', 'variant']], indexes: [['series_key'], ['study_key']],
  },
  { name: 'arrival_outbox', columns: ['series_key long', 'version long'], primary: ['series_key'] },
  { name: 'burn_rule', columns: ['id id', 'name text(200)', 'sort_order int', 'is_enabled flag', 'is_removed flag', 'source uid(16)', 'version int', 'draft big', 'changed_by text(200)', 'changed_at time'] },
  { name: 'burn_rule_version', columns: ['id id', 'rule_key long', 'version int', 'draft big', 'changed_by text(200)', 'changed_at time'], unique: [['rule_key', 'version']] },
  { name: 'collect_group', columns: ['id id', 'rule_key long', 'group_level uid(16)', 'target_key long', 'generation int', 'is_open flag', 'first_stored_at time'], unique: [['rule_key', 'group_level', 'target_key']], indexes: [['is_open', 'id']] },
  { name: 'collect_group_series', columns: ['group_key long', 'series_key long'], primary: ['group_key', 'series_key'], indexes: [['series_key']] },
  {
    name: 'disc_order',
    columns: ['id id', 'order_id uid(16)', 'request_key text(200)', 'content_sha256 uid(64)', 'source uid(16)', 'rule_key long?', 'group_key long?', 'group_level uid(16)', 'state uid(16)', 'info uid(32)', 'waiting_for text(400)', 'is_started flag', 'is_held_back flag', 'is_cancel_requested flag', 'is_supplement flag', 'is_released flag', 'copies int', 'media uid(16)', 'robot text(64)', 'priority int', 'comment text(1000)', 'label_template text(200)', 'several_patients flag', 'retention uid(16)', 'placed_by text(200)', 'placed_at time', 'started_at time?', 'ended_at time?', 'instances long', 'bytes long', 'copies_good int', 'report big', 'version int'],
    unique: [['order_id'], ['request_key']], indexes: [['state', 'ended_at'], ['group_key']],
  },
  { name: 'order_instance', columns: ['order_key long', 'instance_key long', 'rule_key long?'], primary: ['order_key', 'instance_key'], uniqueWhenSet: ['rule_key', 'instance_key'], indexes: [['instance_key']] },
  {
    name: 'volume',
    columns: ['id id', 'order_key long', 'volume_index int', 'volume_count int', 'file_set_id uid(16)', 'file_set_uid uid(64)', 'media uid(16)', 'state uid(16)', 'instances long', 'spool_name uid(64)', 'image_bytes long?', 'image_sha256 uid(64)?', 'certificate big', 'created_at time'],
    unique: [['order_key', 'volume_index']],
  },
  { name: 'volume_instance', columns: ['volume_key long', 'instance_key long', 'file_id uid(128)', 'sha256 uid(64)', 'is_left_off flag'], primary: ['volume_key', 'instance_key'], indexes: [['instance_key']] },
  { name: 'volume_study', columns: ['volume_key long', 'study_key long'], primary: ['volume_key', 'study_key'], indexes: [['study_key']] },
  {
    name: 'job',
    columns: ['id id', 'job_key uid(32)', 'volume_key long', 'copy int', 'attempt int', 'serial uid(32)', 'robot text(64)', 'ref text(400)?', 'state uid(16)', 'phase uid(32)', 'activity uid(32)', 'percent_done int?', 'error uid(64)', 'created_at time', 'ended_at time?'],
    unique: [['job_key'], ['serial'], ['volume_key', 'copy', 'attempt']],
  },
  {
    name: 'disc',
    columns: ['id id', 'serial uid(48)', 'job_id long', 'order_key long', 'volume_key long', 'copy int', 'result uid(8)', 'state uid(16)', 'robot text(64)', 'place text(200)', 'error uid(64)', 'patients big', 'search_text big', 'made_at time'],
    unique: [['serial']], indexes: [['order_key'], ['volume_key'], ['job_id']],
  },
  { name: 'operation_log', columns: ['id long', 'logged_at time', 'who text(200)', 'event uid(64)', 'subject text(200)', 'subject_kind uid(16)', 'result uid(64)', 'details big'], primary: ['id'], indexes: [['subject_kind', 'subject', 'id']] },
  { name: 'robot_report', columns: ['name text(64)', 'capabilities big', 'health big', 'seen_at time'], primary: ['name'] },
  { name: 'login_token', columns: ['token_sha256 uid(64)', 'expires_at time', 'is_used flag'], primary: ['token_sha256'] },
  { name: 'web_session', columns: ['session_sha256 uid(64)', 'who text(200)', 'expires_at time'], primary: ['session_sha256'] },
];

/** The statements of this migration for one engine, in order. */
export const statements = (engine: EngineName): readonly string[] => [
  ...TABLES.flatMap((table) => renderTable(engine, table)),
  ...['disc', 'identity', 'operation', 'rule'].map((name) => `insert ${engine === 'mysql' ? 'ignore ' : ''}into counter (name, value) values ('${name}', 0)`),
];
