import { availableParallelism } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { borrowThreads, warmThreads, type BorrowedThreads } from '../../../disc/threads/thread-pool.ts';

const module = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
const DOUBLE = module('export const run = (n) => 2 * n;');
const FAIL = module('export const run = () => { throw new TypeError("no"); };');
const HANG = module('export const run = () => { for (;;) ; };');

const MOST = Math.max(2, availableParallelism());
const held: BorrowedThreads[] = [];
const borrow = (count: number): BorrowedThreads => {
  const threads = borrowThreads(count);
  if (threads === undefined) throw new TypeError('there are no threads');
  held.push(threads);
  return threads;
};

afterEach(() => { for (const threads of held.splice(0)) threads.giveBack(); });

it('computes in the threads that were borrowed', async () => {
  warmThreads(2, DOUBLE);
  const threads = borrow(2);
  expect(await Promise.all([threads.run(0, DOUBLE, 1), threads.run(1, DOUBLE, 2)])).toEqual([2, 4]);
  expect(await threads.run(1, DOUBLE, 3)).toBe(6);
});

it('tells of a module that cannot be loaded when it is ordered, not when it is loaded ahead', async () => {
  const broken = module('throw new TypeError("broken");');
  warmThreads(1, broken);
  const threads = borrow(1);
  await expect(threads.run(0, broken, 1)).rejects.toThrow('broken');
  expect(await threads.run(0, DOUBLE, 1)).toBe(2);
});

it('lends no more threads than there are cores, however many ask', () => {
  const all = borrow(MOST);
  expect(borrowThreads(1)).toBeUndefined();
  all.giveBack();
  all.giveBack();
  const one = borrow(1);
  expect(borrowThreads(MOST)).toBeUndefined();
  one.giveBack();
  borrow(MOST);
});

it('tells what a thread threw, and goes on with it', async () => {
  const threads = borrow(1);
  await expect(threads.run(0, FAIL, undefined)).rejects.toThrow('no');
  expect(await threads.run(0, DOUBLE, 4)).toBe(8);
});

it('ends a thread that is given back while it works', async () => {
  const threads = borrow(1);
  const running = threads.run(0, HANG, undefined);
  threads.giveBack();
  await expect(running).rejects.toThrow('ended early');
  expect(await borrow(1).run(0, DOUBLE, 5)).toBe(10);
});

it('refuses threads that are not borrowed or busy', async () => {
  const threads = borrow(1);
  await expect(threads.run(1, DOUBLE, 1)).rejects.toThrow(TypeError);
  const running = threads.run(0, DOUBLE, 1);
  await expect(threads.run(0, DOUBLE, 1)).rejects.toThrow(TypeError);
  await running;
  threads.giveBack();
  await expect(threads.run(0, DOUBLE, 1)).rejects.toThrow(TypeError);
});
