/**
 * Live events to pages: rows of the operation log as server-sent events, replayed from the catalog after Last-Event-ID.
 * @source WHATWG HTML 9.2 server-sent events
 */
import { once } from 'node:events';
import type { Call } from './route.ts';

const POLL_MS = 700;
const PAGE = 200;
const BEAT_MS = 15_000;

/** Streams until the client leaves. Cost: one indexed query each 0.7 s per open page. */
export const streamEvents = async ({ deps, request, response }: Call): Promise<undefined> => {
  const { operations } = deps.catalog;
  const asked = Number(request.headers['last-event-id'] ?? Number.NaN);
  let last = Number.isSafeInteger(asked) && asked >= 0 ? asked : await operations.lastId();
  response.status(200).set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  response.write(`retry: 2000\n\n`);
  let isOpen = true;
  response.on('close', () => { isOpen = false; });
  let beatAt = deps.now().getTime();
  while (isOpen) {
    // The answer has begun: the page comes back by itself and goes on after the last event it saw.
    const rows = await operations.since(last, PAGE).catch((error: unknown) => deps.log.warn('events.ended', { error }));
    if (!rows) break;
    for (const row of rows) {
      response.write(`id: ${row.id}\ndata: ${JSON.stringify({ id: row.id, at: row.at, event: row.event, subjectKind: row.subjectKind, subject: row.subject, result: row.result })}\n\n`);
      last = row.id;
    }
    if (deps.now().getTime() - beatAt > BEAT_MS) {
      beatAt = deps.now().getTime();
      response.write(': beat\n\n');
    }
    if (response.writableNeedDrain) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    if (rows.length < PAGE) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  response.end();
  return undefined;
};
