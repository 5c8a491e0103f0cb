/** Jobs of the disc log: opening with key and serial, progress, and the end, which writes the discs exactly once. */
import type { Selectable } from 'kysely';
import { ApplianceError } from '../infra/errors.ts';
import { JOB_TRANSITIONS, stepJob } from '../disc/order/lifecycle.ts';
import type { JobState } from '../disc/order/lifecycle.ts';
import type { DiscLog } from './books/disc-log.ts';
import type { JobRow } from './books/order-book.ts';
import type { Database } from './database.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { fit, foldForSearch } from './folding.ts';
import { appendOperations } from './operations.ts';
import type { Operation } from './operations.ts';
import { jobRow, randomBase32 } from './order-rows.ts';
import type { JobTable } from './tables.ts';

type Row = Selectable<JobTable>;
type JobEnd = Parameters<DiscLog['jobEnded']>[1];

/** Eight digits and a check digit. @source ISO/IEC 7812-1 Annex B (Luhn) */
const serialOf = (n: number): string => {
  const digits = String(n).padStart(8, '0');
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `SP-${digits}${(10 - (sum % 10)) % 10}`;
};

const jobOperation = (jobKey: string, result: string, details: Operation['details']): Operation => ({ who: 'appliance', event: 'job.state', subject: jobKey, subjectKind: 'job', result, details: { jobKey, ...details } });

const lockJob = async (database: Database, trx: InTransaction, jobKey: string): Promise<Row> => {
  const known = await trx.selectFrom('job').select('id').where('job_key', '=', jobKey).executeTakeFirst();
  if (!known) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such job', { details: { jobKey } });
  await database.engine.lockRows(trx, 'job', [known.id]);
  return trx.selectFrom('job').selectAll().where('id', '=', known.id).executeTakeFirstOrThrow();
};

const openJob = (database: Database, volumeId: number, copy: number, attempt: number, robot: string): Promise<JobRow> => database.write(async (trx) => {
  const known = await trx.selectFrom('job').selectAll().where('volume_key', '=', volumeId).where('copy', '=', copy).where('attempt', '=', attempt).executeTakeFirst();
  if (known) return jobRow(known);
  const volume = await trx.selectFrom('volume').select('id').where('id', '=', volumeId).executeTakeFirst();
  if (!volume) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such volume', { details: { volumeId } });
  const row: Omit<Row, 'id'> = {
    job_key: `J${randomBase32(15)}`.toUpperCase(), volume_key: volumeId, copy, attempt, serial: serialOf(await database.engine.advance(trx, 'disc', 1)), robot: fit(robot, 64), ref: null,
    state: 'OPEN', phase: '', activity: '', percent_done: null, error: '', created_at: database.now(), ended_at: null,
  };
  const id = await database.engine.insertRow(trx, 'job', row);
  await appendOperations(database, trx, [jobOperation(row.job_key, 'OPEN', { volumeId, copy, attempt, serial: row.serial, robot: row.robot })]);
  return jobRow({ id, ...row });
});

const jobSubmitted = (database: Database, jobKey: string, ref: string): Promise<void> => database.write(async (trx) => {
  const row = await lockJob(database, trx, jobKey);
  const state = stepJob(row.state as JobState, 'submit');
  if (state === undefined) throw new ApplianceError('ORDER_STATE', 'the job cannot be submitted from its state', { details: { jobKey, state: row.state } });
  if (state === row.state && row.ref === ref) return;
  await trx.updateTable('job').set({ state, ref: fit(ref, 400) }).where('id', '=', row.id).execute();
  await appendOperations(database, trx, [jobOperation(jobKey, state, { robot: row.robot })]);
});

const jobProgress = (database: Database, jobKey: string, p: Parameters<DiscLog['jobProgress']>[1]): Promise<void> => database.write(async (trx) => {
  const row = await lockJob(database, trx, jobKey);
  const percent = p.percent === null ? null : Math.round(p.percent);
  if (row.phase === p.phase && row.activity === p.activity && row.percent_done === percent && row.error === p.error) return;
  await trx.updateTable('job').set({ phase: fit(p.phase, 32), activity: fit(p.activity, 32), percent_done: percent, error: fit(p.error, 64) }).where('id', '=', row.id).execute();
  await appendOperations(database, trx, [{ ...jobOperation(jobKey, row.state, { phase: p.phase, activity: p.activity, percent, error: fit(p.error, 64) }), event: 'job.progress' }]);
});

const patientsOnVolume = (trx: InTransaction, volumeKey: number): Promise<{ name: string; id: string }[]> =>
  trx.selectFrom('volume_study').innerJoin('study', 'study.id', 'volume_study.study_key').innerJoin('patient', 'patient.id', 'study.patient_key').where('volume_study.volume_key', '=', volumeKey)
    .select(['patient.name', 'patient.patient_id as id', 'patient.id as patientKey']).distinct().orderBy('patient.id').execute().then((rows) => rows.map(({ name, id }) => ({ name, id })));

const holdsLoser = async (trx: InTransaction, volumeKey: number): Promise<boolean> =>
  (await trx.selectFrom('volume_instance').innerJoin('instance', 'instance.id', 'volume_instance.instance_key').where('volume_instance.volume_key', '=', volumeKey)
    .where('volume_instance.is_left_off', '=', 0).where('instance.counts', '=', 0).select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow().then((r) => Number(r.n))) > 0;

/** Complete sets of the order: the least number of distinct good copies over its volumes. */
const recountCopies = async (trx: InTransaction, orderKey: number): Promise<void> => {
  const volumes = await trx.selectFrom('volume').select('id').where('order_key', '=', orderKey).where('state', '!=', 'DROPPED').execute();
  const good = await trx.selectFrom('disc').select(['volume_key', 'copy']).where('order_key', '=', orderKey).where('result', '=', 'good').distinct().execute();
  const copiesGood = volumes.length === 0 ? 0 : Math.min(...volumes.map((v) => good.filter((d) => d.volume_key === v.id).length));
  await trx.updateTable('disc_order').set((eb) => ({ copies_good: copiesGood, version: eb('version', '+', 1) })).where('id', '=', orderKey).where('copies_good', '!=', copiesGood).execute();
};

const writeDiscs = async (database: Database, trx: InTransaction, job: Row, orderKey: number, end: JobEnd): Promise<readonly Operation[]> => {
  const known = new Set((await trx.selectFrom('disc').select('serial').where('job_id', '=', job.id).execute()).map((d) => d.serial));
  const patients = await patientsOnVolume(trx, job.volume_key);
  const goodState = await holdsLoser(trx, job.volume_key) ? 'WITHDRAWN' : 'READY';
  const operations: Operation[] = [];
  for (const disc of end.discs) {
    const serial = disc.result === 'good' ? job.serial : `${job.serial}-B${disc.n}`;
    if (known.has(serial)) continue;
    known.add(serial);
    const state = disc.result === 'good' ? goodState : 'BAD';
    await database.engine.insertRow(trx, 'disc', {
      serial, job_id: job.id, order_key: orderKey, volume_key: job.volume_key, copy: job.copy, result: disc.result, state, robot: job.robot, place: fit(disc.place, 200), error: fit(disc.error, 64),
      patients: JSON.stringify(patients), search_text: [serial, ...patients.flatMap((p) => [p.name, p.id])].map(foldForSearch).join('\n'), made_at: disc.at,
    });
    operations.push({ who: 'appliance', event: 'disc.logged', subject: serial, subjectKind: 'disc', result: state, details: { serial, jobKey: job.job_key, volumeId: job.volume_key, copy: job.copy, robot: job.robot, result: disc.result } });
  }
  return operations;
};

const jobEnded = (database: Database, jobKey: string, end: JobEnd): Promise<void> => database.write(async (trx) => {
  const job = await lockJob(database, trx, jobKey);
  const { order_key: orderKey } = await trx.selectFrom('volume').select('order_key').where('id', '=', job.volume_key).executeTakeFirstOrThrow();
  await database.engine.lockRows(trx, 'disc_order', [orderKey]);
  if (job.state === end.state && job.ended_at !== null) return;
  if (!Object.values(JOB_TRANSITIONS[job.state as JobState]).includes(end.state)) throw new ApplianceError('ORDER_STATE', 'the job has ended otherwise', { details: { jobKey, from: job.state, to: end.state } });
  const discs = await writeDiscs(database, trx, job, orderKey, end);
  await trx.updateTable('job').set({ state: end.state, error: fit(end.error, 64), ended_at: database.now() }).where('id', '=', job.id).execute();
  await recountCopies(trx, orderKey);
  await appendOperations(database, trx, [jobOperation(jobKey, end.state, { volumeId: job.volume_key, copy: job.copy, robot: job.robot, error: fit(end.error, 64) }), ...discs]);
});

/** The half of the disc log that keeps jobs. */
export const createJobs = (database: Database): Pick<DiscLog, 'openJob' | 'job' | 'jobSubmitted' | 'jobProgress' | 'jobEnded'> => ({
  openJob: (volumeId, copy, attempt, robot) => openJob(database, volumeId, copy, attempt, robot),
  job: (jobKey) => database.read(async (db) => {
    const row = await db.selectFrom('job').selectAll().where('job_key', '=', jobKey).executeTakeFirst();
    return row ? jobRow(row) : undefined;
  }),
  jobSubmitted: (jobKey, ref) => jobSubmitted(database, jobKey, ref),
  jobProgress: (jobKey, progress) => jobProgress(database, jobKey, progress),
  jobEnded: (jobKey, end) => jobEnded(database, jobKey, end),
});
