/** A catalog of generated studies for query benches: rows made inside PostgreSQL, so that a million take minutes; no instances, for no query of these asks for them. */
import { Client } from 'pg';
import { migrateCatalog } from '../../catalog/migrate.ts';
import { startLivePostgres } from '../catalog/live-postgres.ts';

export interface GeneratedCatalog {
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** Family names are three syllables of 20, given names two: spread as unevenly as a hash makes them, not as people are called. */
const SYLLABLES = `array['an','ber','cor','dal','el','fin','gar','hol','im','jan','kel','lor','mar','nor','os','pet','rau','sol','tor','wen']`;
const syllable = (step: number): string => `(${SYLLABLES})[1 + (hashint8(i::bigint * ${step}) & 1023) % 20]`;

const statements = (studies: number): readonly string[] => [
  `insert into patient (patient_id, issuer_of_patient_id, study_scope, name, birth_date, sex, name_alphabetic, name_ideographic, name_phonetic, birth_date_key)
   select 'PID' || lpad(i::text, 9, '0'), '', '', initcap(f) || '^' || initcap(g), d, case when i % 2 = 0 then 'F' else 'M' end, f || '^' || g, '', '', d
   from (select i, ${syllable(3)} || ${syllable(5)} || ${syllable(7)} as f, ${syllable(11)} || ${syllable(13)} as g, to_char(date '1930-01-01' + (i % 30000)::int, 'YYYYMMDD') as d from generate_series(1, ${Math.max(1, Math.round(studies * 0.6))}) i) made`,
  `insert into study (patient_key, study_instance_uid, study_date, study_time, study_id_text, description, accession_number, referring_physician_name, institution_name, search_text, patient_differs, first_stored_at, last_stored_at, date_key, time_key, physician_alphabetic, physician_ideographic, physician_phonetic)
   select 1 + i % ${Math.max(1, Math.round(studies * 0.6))}, '2.25.' || i, d, '101500', i::text, 'CT Thorax', 'ACC' || i, 'Ref^Doc', 'House', '', 0, now(), now(), d, '101500000000', 'ref^doc', '', ''
   from (select i, to_char(date '2010-01-01' + ((hashint8(i::bigint) & 65535) % 5800)::int, 'YYYYMMDD') as d from generate_series(1, ${studies}) i) made`,
  `insert into series (study_key, series_instance_uid, modality, series_number, description, body_part, station, calling_ae, called_ae, attributes, instances, held_instances, bytes, arrivals, last_stored_at)
   select s.id, s.study_instance_uid || '.' || n, case when n = 1 then 'CT' else 'SR' end, n::text, 'axial', 'CHEST', 'CT1', 'CT1', 'SPINDLE', '{}', 100, 100, 52000000, 1, now() from study s, generate_series(1, 2) n`,
  'analyze',
];

/** Starts a database of its own and fills it. */
export const generateCatalog = async (studies: number): Promise<GeneratedCatalog> => {
  const server = await startLivePostgres();
  try {
    const databaseUrl = await server.makeDatabaseUrl();
    await migrateCatalog(databaseUrl);
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    for (const statement of statements(studies)) await client.query(statement);
    await client.end();
    return { databaseUrl, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
};
