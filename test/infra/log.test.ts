import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ApplianceError } from '../../infra/errors.ts';
import { createLogger } from '../../infra/log.ts';
import { rollingFile } from '../../infra/rolling-file.ts';

const collect = () => {
  const lines: string[] = [];
  return { lines, log: createLogger({ process: 'test', level: 'debug', destination: { write: (line: string) => { lines.push(line); } } }) };
};

describe('log', () => {
  it('writes event, process, level and fields as one JSON line', () => {
    const { lines, log } = collect();
    log.child({ orderId: 'o1' }).info('order.placed', { copies: 2 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', process: 'test', event: 'order.placed', orderId: 'o1', copies: 2 });
  });

  it('keeps its own names apart from fields of the same name', () => {
    const { lines, log } = collect();
    log.info('catalog', { event: 'catalog.migrated', level: 9 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'catalog', event_: 'catalog.migrated', level: 'info', level_: 9 });
  });

  it('masks what identifies a patient and what is secret, however deep and however spelled', () => {
    const { lines, log } = collect();
    log.debug('study.seen', { PatientName: 'Meier^Anna', study: { patient_id: 'P77', rows: [{ birthDate: '19700101', seriesId: 5 }] }, 'Accession Number': 'A9', apiToken: 'xyz' });
    expect(lines[0]).not.toMatch(/Meier|P77|19700101|A9|xyz/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ study: { rows: [{ seriesId: 5 }] } });
  });

  it('writes errors with code, details and cause', () => {
    const { lines, log } = collect();
    log.error('job.failed', { error: new ApplianceError('ROBOT_JAM', 'stuck', { details: { patientName: 'Meier', robot: 'r1' }, cause: new Error('serial line') }) });
    const { error } = JSON.parse(lines[0] ?? '') as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: 'ROBOT_JAM', details: { robot: 'r1', patientName: '[masked]' }, cause: { message: 'serial line' } });
  });

  it('turns its file over when it is large', () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    try {
      const file = rollingFile(join(folder, 'a.log'), 20);
      for (let n = 0; n < 8; n++) file.write(`line number ${n}\n`);
      expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2', 'a.log.3', 'a.log.4']);
      expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe('line number 7\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
