import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JOB_TRANSITIONS, ORDER_TRANSITIONS } from '../../disc/order/lifecycle.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8');

/** Arrows of the diagram below a heading, as "FROM event TO". */
const drawn = (heading: string): readonly string[] => {
  const diagram = text.split(`### ${heading}\n`)[1]?.split('```')[1] ?? '';
  return [...diagram.matchAll(/^ {2}([A-Z]+) --> ([A-Z]+): ([a-z-]+)$/gm)].map(([, from, to, event]) => `${from} ${event} ${to}`).sort();
};

const inTable = (table: Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>): readonly string[] =>
  Object.entries(table).flatMap(([from, events]) => Object.entries(events).map(([event, to]) => `${from} ${event} ${to}`)).sort();

describe('the page about the architecture', () => {
  it('draws the life of an order as the table has it', () => {
    expect(drawn('Orders')).toEqual(inTable(ORDER_TRANSITIONS));
    expect(drawn('Orders').length).toBeGreaterThan(5);
  });

  it('draws the life of a job as the table has it', () => {
    expect(drawn('Jobs')).toEqual(inTable(JOB_TRANSITIONS));
    expect(drawn('Jobs').length).toBeGreaterThan(5);
  });

  it('names only files that exist', () => {
    const named = [...text.matchAll(/`((?:workers|dicom|disc)\/[\w/-]+)(\.ts)?`/g)].map((match) => `${match[1]}.ts`);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((file) => !existsSync(join(root, file)) && !existsSync(join(root, file.replace(/\.ts$/, ''))))).toEqual([]);
  });
});
