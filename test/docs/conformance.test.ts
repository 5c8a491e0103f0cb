import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { answerExtended } from '../../dicom/extended-negotiation.ts';
import { REJECTIONS, negotiate } from '../../dicom/negotiation.ts';
import { createEchoScp } from '../../dicom/echo-scp.ts';
import { QUERY_ATTRIBUTES } from '../../dicom/tables/query-attributes.ts';
import { SOP_CLASSES } from '../../dicom/tables/sop-classes.ts';
import { STATUS } from '../../dicom/tables/statuses.ts';
import { TRANSFER_SYNTAXES } from '../../dicom/tables/transfer-syntaxes.ts';
import { IMPLEMENTATION, UID } from '../../dicom/tables/uids.ts';
import { conformanceStatement } from '../../infra/scripts/conformance/statement.ts';
import { EXTENDED_ROWS, REJECTION_ROWS } from '../../infra/scripts/conformance/networking.ts';

const root = join(import.meta.dirname, '../..');
const text = conformanceStatement();
/** The part from one heading to the next of the same depth. */
const chapter = (heading: string): string => text.split(/^(?=#{1,3} )/m).filter((part) => part.startsWith(heading)).join('');

describe('the conformance statement', () => {
  it('is on disk as it is printed', () => {
    expect(readFileSync(join(root, 'docs/CONFORMANCE.md'), 'utf8')).toBe(text);
  });

  it('is checked by its script with exit code 0', async () => {
    const { stderr } = await promisify(execFile)(process.execPath, [join(root, 'infra/scripts/print-conformance.ts'), '--check'], { timeout: 20_000 });
    expect(stderr).toBe('');
  });

  it('lists every storage SOP class and transfer syntax once', () => {
    const listed = (heading: string): readonly string[] => [...chapter(heading).matchAll(/^\|[^|]*\| `([\d.]+)` \|/gm)].map((match) => match[1] ?? '');
    expect(listed('### 7.1')).toEqual(SOP_CLASSES.map((row) => row.uid));
    expect(listed('### 7.2')).toEqual(TRANSFER_SYNTAXES.map((row) => row.uid));
  });

  it('counts 81 SOP classes and 14 transfer syntaxes of the reference statement', () => {
    expect(chapter('### 7.1')).toContain('SOP classes, 81 of them in the reference statement');
    expect(chapter('### 7.2')).toContain('transfer syntaxes, 14 of them in the reference statement');
  });

  it('gives instances without a directory record as left off', () => {
    for (const row of SOP_CLASSES.filter((candidate) => candidate.record === null)) {
      expect(chapter('### 7.1').split('\n').find((line) => line.includes(`\`${row.uid}\``))).toMatch(/\| left off \([a-z ]+\) \|$/);
    }
  });

  it('names our own implementation and no toolkit', () => {
    expect(chapter('### 3.1')).toContain(IMPLEMENTATION.classUid);
    expect(text).not.toContain('1.2.40.0.13');
  });

  it('states the rejections that negotiation sends', () => {
    expect(Object.fromEntries(REJECTION_ROWS.map(({ cause, result, source, reason }) => [cause, { result, source, reason }]))).toEqual(REJECTIONS);
  });

  it('states what extended negotiation answers', () => {
    const stated = (classes: string, uid: string, bytes: number): void => {
      const ask = [{ sopClassUid: uid, info: Buffer.alloc(bytes, 1) }];
      const [plain, fuzzy] = [false, true].map((isFuzzy) => answerExtended(ask, () => true, { fuzzy: isFuzzy }).items[0]?.info ?? Buffer.alloc(0));
      for (const row of EXTENDED_ROWS.filter((candidate) => candidate.classes === classes)) {
        const expected = row.answer === 'as asked' ? [1, 1] : row.answer.startsWith('as asked with') ? [0, 1] : [Number(row.answer[0]), Number(row.answer[0])];
        expect([plain?.[row.byte - 1], fuzzy?.[row.byte - 1]], `${classes} byte ${row.byte}`).toEqual(expected);
      }
    };
    stated('Query/Retrieve FIND', UID.studyRootFind, 5);
    stated('Query/Retrieve MOVE, GET', UID.patientRootMove, 2);
    stated('Query/Retrieve MOVE, GET', UID.studyRootGet, 2);
    stated('Storage', UID.ctImageStorage, 6);
  });

  it('refuses a context for a service that it calls missing', () => {
    const answer = negotiate({
      protocolVersion: 1, calledAe: 'SPINDLE', callingAe: 'PEER', applicationContext: UID.applicationContext,
      contexts: [{ id: 1, abstractSyntax: UID.modalityWorklistFind, transferSyntaxes: [UID.implicitLittleEndian] }],
      user: { maxPduBytes: 16_384, implementationClassUid: '2.25.1', implementationVersionName: '', roles: [] },
    }, { aeTitle: 'SPINDLE', alsoCalled: [], services: [createEchoScp()] });
    expect(answer).toMatchObject({ kind: 'accept', results: [{ id: 1, result: 3 }] });
    expect(text).toMatch(/Modality Worklist[^\n]*refused with result 3/);
  });

  it('lists every key of a query once, with its tag', () => {
    const lines = text.slice(text.indexOf('### 3.5'), text.indexOf('### 3.6'));
    for (const { tag } of QUERY_ATTRIBUTES) {
      const hex = tag.toString(16).toUpperCase().padStart(8, '0');
      expect(lines.match(new RegExp(`\\| \\(${hex.slice(0, 4)},${hex.slice(4)}\\) \\|`, 'g'))).toHaveLength(1);
    }
  });

  it('states every status that a query is answered with', () => {
    const part = text.slice(text.indexOf('### 3.5'), text.indexOf('### 3.6'));
    for (const status of ['0000', 'FF00', 'FF01', 'FE00', 'A700', 'A900', 'C000', 'C001', '0110']) expect(part).toContain(`| \`${status}\` |`);
  });

  it('states a status for every failure that storage answers', () => {
    for (const status of [STATUS.outOfResources, STATUS.dataSetMismatch, STATUS.cannotUnderstand, STATUS.processingFailure, STATUS.unrecognizedOperation]) {
      expect(chapter('### 3.4')).toContain(`| \`${status.toString(16).toUpperCase().padStart(4, '0')}\` |`);
    }
  });
});
