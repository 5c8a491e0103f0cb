import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../api/server.ts';
import type { Route } from '../../api/route.ts';
import { ERRORS } from '../../infra/errors.ts';
import { makeArrival } from '../catalog/make-arrival.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import { makeViewerPackage, VIEWER_FILES } from '../fixtures/make-viewer-package.ts';
import { needs } from '../fixtures/peers.ts';
import { CERTIFICATE, REMOTE_STUDY, startLiveApi, TOKEN } from './live-api.ts';
import type { Composed, LiveApi } from './live-api.ts';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
/** Parts of names that must never be seen in a log. */
const NAMES = ['Geheim', 'Verborgen', 'Ossiander', 'GEHEIM', 'VERBORGEN', 'OSSIANDER', 'PAT-SECRET'];

type Json = Readonly<Record<string, unknown>>;
interface Answer { readonly status: number; readonly headers: Headers; readonly body: Json }

describe.skipIf(!needs('postgres'))('the API', () => {
  let api: LiveApi;
  let alpha = 0, beta = 0, conflicted = 0;
  let composed: Composed;
  let packages = '';
  let orderId = '', serial = '', ruleId = 0, groupId = 0, contested = 0, seriesId = 0, commitmentId = 0;

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`${api.origin}/api/v1${path}`, {
      method, redirect: 'manual', headers: { authorization: `Bearer ${TOKEN}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }), signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Json };
  };
  /** The answer is a problem document with this code, its HTTP status and advice. */
  const expectProblem = (answer: Answer, code: keyof typeof ERRORS): void => {
    expect(answer.body).toMatchObject({ type: `urn:spindle:error:${code}`, title: code, code, status: ERRORS[code].http, advice: ERRORS[code].advice });
    expect(answer.status).toBe(ERRORS[code].http);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body['correlationId']).toMatch(/^[0-9a-f-]{36}$/);
  };
  const signIn = async (): Promise<string> => {
    const response = await fetch(await api.addLoginLink(), { redirect: 'manual' });
    return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  };
  const asPage = (method: string, path: string, cookie: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${api.origin}/api/v1${path}`, { method, headers: { cookie, ...headers }, signal: AbortSignal.timeout(10_000) });
  const rawGet = (path: string): Promise<{ status: number; body: string }> => new Promise((resolve, reject) => {
    // fetch tidies dots in a path away; this does not.
    const { port } = new URL(api.origin);
    rawRequest({ host: '127.0.0.1', port, path, headers: { authorization: `Bearer ${TOKEN}` }, timeout: 10_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => { resolve({ status: response.statusCode ?? 0, body }); });
    }).on('error', reject).end();
  });

  beforeAll(async () => {
    api = await startLiveApi();
    packages = mkdtempSync(join(tmpdir(), 'api-viewers-'));
    await api.viewers.install(makeViewerPackage({}, join(packages, 'peek')));
    alpha = await api.storeStudy(4, { study: 501, patientName: 'Geheim^Anna', patientId: 'PAT-SECRET-1' });
    beta = await api.storeStudy(3, { study: 502, patientName: 'Verborgen^Bert', patientId: 'PAT-SECRET-2', accessionNumber: 'A200' });
    const [promised] = await api.catalog.commitments.candidates([makeArrival({ study: 501 }).attributes.sopInstanceUid]);
    ({ commitmentId } = await api.catalog.commitments.record({
      transactionUid: '2.25.9001', callingAe: 'CT1', calledAe: 'SPINDLE', notHeldReason: 0x0112, nextTryAt: new Date(),
      items: [{ sopInstanceUid: promised!.sopInstanceUid, sopClassUid: promised!.sopClassUid, instanceId: promised!.instanceId, failureReason: 0 }, { sopInstanceUid: '2.25.5', sopClassUid: '1.2', instanceId: null, failureReason: 0x0112 }],
    }));
    conflicted = await api.storeStudy(1, { study: 503, patientName: 'Ossiander^Carl', patientId: 'PAT-SECRET-3' });
    contested = (await api.catalog.instances.storeConflicting(makeArrival({ study: 503, patientName: 'Ossiander^Carl', patientId: 'PAT-SECRET-3', content: 'other' }), 'ask')).instanceId;
    orderId = await api.placeOrder([alpha], { copies: 2 });
    composed = await api.compose(orderId, [{ kind: 'note', reason: 'one note' }]);
    serial = await api.burn(composed);
    writeFileSync(api.labelFile(serial), PNG);
    await api.catalog.robots.report({ name: 'robot-1', capabilities: { driver: 'virtual' }, health: { up: true } });
    const rule = await api.catalog.rules.create({
      name: 'all CT', position: 1, isEnabled: true, also: false, condition: { modality: ['CT'] }, grouping: 'study', quietSeconds: 60, longestWaitSeconds: 0, copies: 1, media: 'any', robot: 'any', priority: 4, labelTemplate: 'default', retention: 'default', content: DEFAULT_CONTENT,
    }, 'test', 'api');
    await api.catalog.aes.create({ aeTitle: 'WARD 1', host: 'ward.example', port: 104, tls: false, maxAssociations: 2, preferredTransferSyntaxes: [], services: ['store'], notes: '' }, 'anna');
    ruleId = rule.id;
    seriesId = (await api.catalog.studies.study(beta))?.series[0]?.seriesId ?? 0;
    groupId = (await api.catalog.rules.watch([{ rule, seriesId }]))[0]?.groupId ?? 0;
  });
  afterAll(async () => {
    await api?.close();
    rmSync(packages, { recursive: true, force: true });
  });

  describe('signing in', () => {
    it('refuses no token and a wrong token, and says how to sign in', async () => {
      for (const authorization of ['', 'Bearer wrong', 'Basic YTpi', `Bearer ${TOKEN}x`]) {
        const answer = await call('GET', '/studies', undefined, { authorization });
        expectProblem(answer, 'API_UNAUTHENTICATED');
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    });

    it('answers only the sign of life to anybody', async () => {
      expect((await call('GET', '/live', undefined, { authorization: '' })).body).toEqual({ status: 'ok' });
      for (const { method, path, isPublic } of ROUTES) if (!isPublic) expect((await call(method.toUpperCase(), path.replaceAll(/:\w+/g, '1'), undefined, { authorization: '' })).status).toBe(401);
    });

    it('turns a login link into a session once, with a cookie no script can read', async () => {
      const link = await api.addLoginLink();
      const first = await fetch(link, { redirect: 'manual' });
      expect(first.status).toBe(303);
      expect(first.headers.get('location')).toBe('/');
      expect(first.headers.get('cache-control')).toBe('no-store');
      const cookie = first.headers.get('set-cookie') ?? '';
      expect(cookie).toMatch(/^spindle_session=[\w-]{43};/);
      expect(cookie).toMatch(/HttpOnly/);
      expect(cookie).toMatch(/SameSite=Strict/);
      expect((await fetch(link, { redirect: 'manual' })).status).toBe(401);
      expect((await asPage('GET', '/studies', cookie.split(';')[0] ?? '')).status).toBe(200);
      expect((await asPage('GET', '/studies', 'spindle_session=guessed')).status).toBe(401);
    });

    it('refuses an expired or missing login token', async () => {
      expect((await fetch(await api.addLoginLink(-1), { redirect: 'manual' })).status).toBe(401);
      expect((await fetch(`${api.origin}/login`, { redirect: 'manual' })).status).toBe(401);
    });

    it('lets a session change things only with the header of the page', async () => {
      const cookie = await signIn();
      const without = await asPage('POST', `/orders/${orderId}/hold`, cookie);
      expect(without.status).toBe(403);
      expect(await without.json()).toMatchObject({ code: 'API_FORBIDDEN' });
      expect((await asPage('POST', `/orders/${orderId}/hold`, cookie, { 'x-spindle-page': '1' })).status).toBe(200);
      expect((await asPage('POST', `/orders/${orderId}/release`, cookie, { 'x-spindle-page': '1' })).status).toBe(200);
    });

    it('ends a session on logout', async () => {
      const cookie = await signIn();
      expect((await fetch(`${api.origin}/logout`, { method: 'POST', headers: { cookie } })).status).toBe(204);
      expect((await asPage('GET', '/studies', cookie)).status).toBe(401);
    });
  });

  describe('headers', () => {
    it('forbid framing, sniffing, caching of data and everything from elsewhere', async () => {
      for (const path of ['/', '/api/v1/live', '/page.css', '/nowhere']) {
        const { headers } = await fetch(api.origin + path);
        expect(headers.get('content-security-policy')).toBe("default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'");
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
        expect(headers.get('x-powered-by')).toBeNull();
        expect(headers.get('access-control-allow-origin')).toBeNull();
      }
      expect((await call('GET', '/studies')).headers.get('cache-control')).toBe('no-store');
    });

    it('serve the page and its scripts as JavaScript without types', async () => {
      const page = await (await fetch(`${api.origin}/`)).text();
      expect(page).toContain('<script type="module" src="/page.js">');
      for (const name of ['page', 'client', 'dom', 'views']) {
        const response = await fetch(`${api.origin}/${name}.js`);
        expect(response.headers.get('content-type')).toContain('text/javascript');
        expect(await response.text()).not.toMatch(/^interface |: readonly |from '\.\/[\w-]+\.ts'/m);
      }
    });
  });

  describe('every GET', () => {
    const pathOf = (row: Route): string => {
      const ids: Readonly<Record<string, string | number>> = {
        studyId: row.path.endsWith('conflicts') ? conflicted : alpha, seriesId, orderId, ruleId, serial, aeTitle: row.path.startsWith('/remote/') ? 'PACS' : 'WARD 1', studyInstanceUid: '2.25.77', commitmentId, sendId: 'send-0123456789abcdef', id: 'peek', version: '1.0',
      };
      // Nothing is searched at a remote AE without a key.
      return row.path.replaceAll(/:(\w+)/g, (_, name: string) => String(ids[name] ?? `no-${name}`)) + (row.path === '/remote/:aeTitle/studies' ? '?patientId=R1' : '');
    };
    const gets = ROUTES.filter((row) => row.method === 'get' && row.produces === undefined);

    it.each(gets.map((row) => [row.path, row] as const))('%s answers what its schema says', async (_, row) => {
      const answer = await call('GET', pathOf(row));
      expect(answer.body['code']).toBeUndefined();
      expect(answer.status).toBe(row.status);
      expect(row.answer).toBeDefined();
      // Unknown keys count as well: the schema is all a caller knows.
      const parsed = row.answer?.parse(answer.body);
      expect(parsed).toEqual(answer.body);
    });

    it('of one thing answers a problem when there is none', async () => {
      for (const path of ['/studies/999999', '/orders/onone', '/rules/999999', '/discs/SP-NONE', '/discs/SP-NONE/label.png', '/nowhere']) expectProblem(await call('GET', path), 'API_NOT_FOUND');
      for (const path of ['/studies/x', '/studies/0', '/studies/1.5', '/rules/-1', '/series/9007199254740993/instances']) expectProblem(await call('GET', path), 'API_INVALID');
    });

    it('names every field that is wrong', async () => {
      const answer = await call('GET', '/studies?limit=1000&dateFrom=yesterday');
      expectProblem(answer, 'API_INVALID');
      expect(JSON.stringify(answer.body['details'])).toMatch(/dateFrom: [\s\S]*limit: /);
      for (const query of ['/orders?state=LATE', '/orders?after=x', '/discs?studyId=x', '/discs?after=1e9', '/studies?after=x', '/studies?text=%00', '/discs?text=a%00', '/operations?subjectKind=x', '/operations?subject=%00']) expectProblem(await call('GET', query), 'API_INVALID');
    });

    it('refuses paths that cannot be read', async () => {
      expectProblem(await call('GET', '/orders/%E0%A4%A'), 'API_INVALID');
      expectProblem(await call('GET', '/orders/%00'), 'API_NOT_FOUND');
      expectProblem(await call('GET', '/discs/a%00'), 'API_NOT_FOUND');
    });

    it('finds studies by words, and pages through them', async () => {
      const found = await call('GET', '/studies?text=geheim');
      expect((found.body['studies'] as Json[]).map(({ studyId }) => studyId)).toEqual([alpha]);
      const first = await call('GET', '/studies?limit=2');
      const second = await call('GET', `/studies?limit=2&after=${String(first.body['next'])}`);
      const ids = [first, second].flatMap(({ body }) => (body['studies'] as Json[]).map(({ studyId }) => studyId));
      expect([...ids].sort()).toEqual([alpha, beta, conflicted].sort());
      expect(second.body['next']).toBeNull();
    });

    it('filters orders by one state and by several', async () => {
      for (const [query, n] of [['state=CREATING', 1], ['state=DONE', 0], ['state=CREATING&state=DONE', 1]] as const) {
        expect((await call('GET', `/orders?${query}`)).body['orders']).toHaveLength(n);
      }
    });
  });

  describe('placing orders', () => {
    it('places one, and tells where it is', async () => {
      const answer = await call('POST', '/orders', { selection: { studies: [alpha] }, copies: 3, comment: 'for the ward' });
      expect(answer.status).toBe(201);
      expect(answer.body['existed']).toBe(false);
      expect(answer.headers.get('location')).toBe(`/api/v1/orders/${String(answer.body['orderId'])}`);
      const { body } = await call('GET', `/orders/${String(answer.body['orderId'])}`);
      expect(body['order']).toMatchObject({ state: 'PENDING', source: 'api', placedBy: 'api-token', options: { copies: 3, comment: 'for the ward', priority: 2, media: 'any' } });
    });

    it('places one order for one Idempotency-Key and refuses the key for another', async () => {
      const key = { 'idempotency-key': 'key-1' };
      const first = await call('POST', '/orders', { selection: { studies: [alpha] } }, key);
      const second = await call('POST', '/orders', { selection: { studies: [alpha] } }, key);
      expect([first.status, second.status]).toEqual([201, 200]);
      expect(second.body).toEqual({ orderId: first.body['orderId'], existed: true });
      expectProblem(await call('POST', '/orders', { selection: { studies: [alpha] }, copies: 2 }, key), 'ORDER_KEY_REUSED');
      expectProblem(await call('POST', '/orders', { selection: { studies: [alpha] } }, { 'idempotency-key': 'two words' }), 'API_INVALID');
    });

    it('places one order when the same key comes many times at once', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => call('POST', '/orders', { selection: { studies: [beta] } }, { 'idempotency-key': 'at-once' })));
      expect(new Set(answers.map(({ body }) => body['orderId'])).size).toBe(1);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    });

    it('refuses several patients on one disc unless allowed', async () => {
      const selection = { studies: [alpha, beta] };
      expectProblem(await call('POST', '/orders', { selection }), 'ORDER_SEVERAL_PATIENTS');
      expect((await call('POST', '/orders', { selection, allowSeveralPatients: true })).status).toBe(201);
    });

    it('holds an order back when asked', async () => {
      const { body } = await call('POST', '/orders', { selection: { studies: [alpha] }, hold: true });
      expect((await call('GET', `/orders/${String(body['orderId'])}`)).body['order']).toMatchObject({ isHeldBack: true });
    });

    it('takes files to go on the first disc while no disc is begun', async () => {
      const id = await api.placeOrder([alpha]);
      const attach = async (content: string, title = 'Letter'): Promise<Answer> => {
        const response = await fetch(`${api.origin}/api/v1/orders/${id}/attachments?title=${encodeURIComponent(title)}`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/octet-stream' }, body: content, signal: AbortSignal.timeout(10_000) });
        return { status: response.status, headers: response.headers, body: await response.json() as Json };
      };
      const added = await attach('plain text', 'Brief an Dr. Müller');
      expect(added.status).toBe(201);
      expect(added.body).toMatchObject({ title: 'Brief an Dr. Müller', type: 'txt', bytes: 10 });
      expectProblem(await attach('#!/bin/sh'), 'ORDER_ATTACHMENT_REFUSED');
      expectProblem(await attach('x'.repeat(100_001)), 'ORDER_ATTACHMENT_REFUSED');
      expectProblem(await attach('text', ''), 'API_INVALID');
      expect((await call('GET', `/orders/${id}/attachments`)).body).toEqual({ attachments: [added.body] });
      const path = `/orders/${id}/attachments/${String(added.body['attachmentId'])}`;
      expect((await call('DELETE', path)).status).toBe(204);
      expectProblem(await call('DELETE', path), 'API_NOT_FOUND');
      await api.catalog.orders.setState(id, 'CREATING', 'NORMAL', '');
      expectProblem(await attach('too late'), 'ORDER_STATE');
      expectProblem(await call('GET', '/orders/none/attachments'), 'API_NOT_FOUND');
    });

    it('refuses what is not as described', async () => {
      for (const body of [{}, { selection: {} }, { selection: { studies: [] } }, { selection: { studies: ['1'] } }, { selection: { studies: [alpha] }, copies: 0 }, { selection: { studies: [alpha] }, copies: 100 }, { selection: { studies: [alpha] }, media: 'FLOPPY' }, { selection: { studies: [alpha] }, comment: 'x'.repeat(241) }, { selection: { studies: [alpha] }, comment: 'a\0b' }, [], '{"selection":', 'null']) {
        expectProblem(await call('POST', '/orders', body), 'API_INVALID');
      }
      expectProblem(await call('POST', '/orders', JSON.stringify({ comment: 'x'.repeat(1_100_000) })), 'API_INVALID');
    });

    it('refuses fields it does not know, so that no wish is passed over', async () => {
      const selection = { studies: [alpha] };
      for (const [body, field] of [[{ selection, copyType: 'teaching' }, 'copyType'], [{ selection, content: { copytype: 'teaching' } }, 'content.copytype'], [{ selection: { ...selection, study: 1 } }, 'selection.study']] as const) {
        const answer = await call('POST', '/orders', body);
        expectProblem(answer, 'API_INVALID');
        expect(JSON.stringify(answer.body)).toContain(`${field}: not known here`);
      }
      expectProblem(await call('GET', '/orders?status=DONE'), 'API_INVALID');
      const unknown = await call('POST', '/orders', { selection: { studies: [987_654] } });
      expect(unknown.status).toBeGreaterThanOrEqual(400);
      expect(unknown.status).toBeLessThan(500);
    });
  });

  describe('changing orders', () => {
    it('writes the wish to the catalog, then wakes the workflow', async () => {
      const id = await api.placeOrder([alpha]);
      for (const [path, change, expected] of [['hold', 'hold', { isHeldBack: true }], ['flush', 'release', { isHeldBack: false }], ['release', 'release', {}], ['cancel', 'cancel', { isCancelRequested: true }]] as const) {
        const answer = await call('POST', `/orders/${id}/${path}`);
        expect(answer.status).toBe(200);
        expect(answer.body).toMatchObject({ orderId: id, ...expected });
        expect(api.said.at(-1)).toEqual(['orderChanged', id, change, 'api-token']);
      }
      expect((await call('GET', `/orders/${id}`)).body['order']).toMatchObject({ options: { priority: 1 } });
      expect((await call('POST', `/orders/${id}/priority`, { priority: 5 })).body).toEqual({ priority: 5 });
      expectProblem(await call('POST', `/orders/${id}/priority`, { priority: 9 }), 'API_INVALID');
    });

    it('takes the wish even when Temporal is away, because the catalog keeps it', async () => {
      const id = await api.placeOrder([alpha]);
      api.takeTemporalAway(true);
      try {
        expect((await call('POST', `/orders/${id}/cancel`)).body).toMatchObject({ isCancelRequested: true });
        expect(api.logged()).toContain('order.wake-failed');
        expectProblem(await call('POST', `/orders/${orderId}/resume`, { verdict: 'retry' }), 'API_UNAVAILABLE');
        expect((await call('GET', '/health')).body).toMatchObject({ status: 'degraded', parts: { catalog: 'ok', temporal: 'unreachable', dicom: 'ok' } });
      } finally {
        api.takeTemporalAway(false);
      }
    });

    it('refuses orders that are not there and orders that are closed', async () => {
      for (const path of ['cancel', 'hold', 'flush', 'release']) expect((await call('POST', `/orders/onone/${path}`)).status).toBe(404);
      expect((await call('POST', '/orders/onone/priority', { priority: 1 })).status).toBe(404);
      expectProblem(await call('POST', '/orders/onone/resume', { verdict: 'retry' }), 'API_NOT_FOUND');
      const closed = await api.placeOrder([alpha]);
      await api.catalog.orders.setState(closed, 'CANCELLED', 'CANCELLED_BY_USER', '');
      expectProblem(await call('POST', `/orders/${closed}/hold`), 'ORDER_STATE');
    });

    it('passes the verdict of a person on', async () => {
      expect((await call('POST', `/orders/${orderId}/resume`, { verdict: 'found', copy: 2 })).status).toBe(204);
      expect(api.said.at(-1)).toEqual(['resumeVolume', orderId, 1, 'found', 2, 'api-token']);
      expectProblem(await call('POST', `/orders/${orderId}/resume`, { verdict: 'perhaps' }), 'API_INVALID');
      expectProblem(await call('POST', `/orders/${orderId}/resume`, { verdict: 'found', volume: 9 }), 'API_NOT_FOUND');
    });
  });

  describe('rules, groups and robots', () => {
    it('add, change and remove rules by version', async () => {
      const draft = { name: 'MR of the ward', condition: { modality: ['MR'] }, grouping: 'series' };
      const made = await call('POST', '/rules', draft);
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ ...draft, source: 'api', quietSeconds: 30 });
      const path = `/rules/${String(made.body['id'])}`;
      const changed = await call('PUT', path, { ...draft, name: 'MR', version: made.body['version'] });
      expect(changed.status).toBe(200);
      expect(changed.body['name']).toBe('MR');
      expectProblem(await call('PUT', path, { ...draft, version: made.body['version'] }), 'CATALOG_CONFLICT');
      expectProblem(await call('PUT', path, draft), 'API_INVALID');
      expectProblem(await call('DELETE', path), 'API_INVALID');
      expectProblem(await call('DELETE', `${path}?version=77`), 'CATALOG_CONFLICT');
      expect((await call('DELETE', `${path}?version=${String(changed.body['version'])}`)).status).toBe(204);
      expectProblem(await call('GET', path), 'API_NOT_FOUND');
      for (const bad of [{ name: '' }, { name: 'x', quietSeconds: 0 }, { name: 'x', grouping: 'ward' }, { name: 'x\0' }]) expectProblem(await call('POST', '/rules', bad), 'API_INVALID');
    });

    it('pass wishes to a group that is there', async () => {
      const { body } = await call('GET', '/groups');
      expect(body['groups']).toMatchObject([{ groupId, rule: 'all CT', grouping: 'study', openInstances: 3 }]);
      for (const wish of ['hold', 'release', 'flush']) {
        expect((await call('POST', `/groups/${groupId}/${wish}`)).status).toBe(204);
        expect(api.said.at(-1)).toEqual(['group', groupId, wish, 'api-token']);
      }
      expectProblem(await call('POST', '/groups/999999/flush'), 'API_NOT_FOUND');
      expectProblem(await call('POST', '/groups/x/flush'), 'API_INVALID');
    });

    it('pass what a person did to a robot that is there', async () => {
      expect((await call('POST', '/robots/robot-1/actions', { kind: 'refill', bin: 'in-1', discs: 50 })).status).toBe(204);
      expect(api.said.at(-1)).toEqual(['actOnRobot', 'robot-1', { kind: 'refill', bin: 'in-1', discs: 50 }]);
      expectProblem(await call('POST', '/robots/robot-1/actions', { kind: 'dance' }), 'API_INVALID');
      expectProblem(await call('POST', '/robots/robot-1/actions', { kind: 'refill', bin: 'in-1', discs: 0 }), 'API_INVALID');
      expectProblem(await call('POST', '/robots/none/actions', { kind: 'resume' }), 'API_NOT_FOUND');
    });
  });

  describe('AEs and callers', () => {
    it('add, change, echo and remove AEs by version, every field checked', async () => {
      const draft = { aeTitle: 'ARCHIVE', host: 'archive.example', port: 11_112, tls: true, services: ['store', 'retrieve'], preferredTransferSyntaxes: ['1.2.840.10008.1.2.4.90'] };
      const made = await call('POST', '/aes', draft);
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ ...draft, maxAssociations: 2, notes: '', version: 1, source: 'api', changedBy: 'api-token' });
      expectProblem(await call('POST', '/aes', draft), 'CATALOG_CONFLICT');
      const { aeTitle: _title, ...rest } = draft;
      const changed = await call('PUT', '/aes/ARCHIVE', { ...rest, port: 104, version: 1 });
      expect(changed.body).toMatchObject({ aeTitle: 'ARCHIVE', port: 104, version: 2 });
      expectProblem(await call('PUT', '/aes/ARCHIVE', { ...rest, version: 1 }), 'CATALOG_CONFLICT');
      expectProblem(await call('PUT', '/aes/NONE', { ...rest, version: 1 }), 'CATALOG_NOT_FOUND');
      expect((await call('POST', '/aes/ARCHIVE/echo')).body).toEqual({ verdict: 'answers', text: 'Answers.', code: null, elapsedMs: 3 });
      expect(api.said.at(-1)).toEqual(['echo', 'ARCHIVE', 'archive.example', 104]);
      expectProblem(await call('POST', '/aes/NONE/echo'), 'API_NOT_FOUND');
      expectProblem(await call('GET', '/aes/NONE'), 'API_NOT_FOUND');
      expectProblem(await call('DELETE', '/aes/ARCHIVE?version=1'), 'CATALOG_CONFLICT');
      expect((await call('DELETE', '/aes/ARCHIVE?version=2')).status).toBe(204);
      for (const bad of [{ aeTitle: '' }, { aeTitle: 'SEVENTEEN_LETTERS' }, { aeTitle: 'A\\B' }, { host: 'a b' }, { host: '' }, { port: 0 }, { services: ['burn'] }, { preferredTransferSyntaxes: ['1.2.3'] }, { maxAssociations: 0 }]) expectProblem(await call('POST', '/aes', { ...draft, ...bad }), 'API_INVALID');
    });

    it('register a caller by one call, under its title and address', async () => {
      await api.catalog.aes.noteCallers([{ callingAe: 'MR9', host: '10.0.0.9', reason: 'calling-ae', calls: 3, lastSeenAt: new Date() }]);
      const { callers } = (await call('GET', '/callers')).body as { callers: { callerId: number; callingAe: string; calls: number }[] };
      expect(callers).toMatchObject([{ callingAe: 'MR9', host: '10.0.0.9', calls: 3, reason: 'calling-ae' }]);
      const made = await call('POST', `/callers/${callers[0]?.callerId ?? 0}/register`, {});
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ aeTitle: 'MR9', host: '10.0.0.9', port: 104, tls: false, services: ['store'], changedBy: 'api-token' });
      expect((await call('GET', '/callers')).body).toEqual({ callers: [] });
      expectProblem(await call('POST', '/callers/999999/register', {}), 'API_NOT_FOUND');
    });

    it('leave AEs of the configuration file alone', async () => {
      await api.catalog.aes.importFileAes([{ aeTitle: 'FIXED', host: 'fixed.example', port: 104, tls: false, maxAssociations: 2, preferredTransferSyntaxes: [], services: [], notes: '' }]);
      expect((await call('GET', '/aes/FIXED')).body).toMatchObject({ source: 'file' });
      expectProblem(await call('DELETE', '/aes/FIXED?version=1'), 'API_FORBIDDEN');
    });

    it('warn in the health answer 30 days before the TLS certificate ends, and when the port is silent', async () => {
      const health = async (expiresAt: Date | null): Promise<Json> => { api.showTls({ port: 2762, expiresAt }); return (await call('GET', '/health')).body; };
      const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000 + 60_000);
      expect(await health(inDays(31))).toMatchObject({ status: 'ok', tls: { port: 2762, daysLeft: 31, warning: false }, parts: { dicomTls: 'ok' } });
      expect(await health(inDays(29))).toMatchObject({ status: 'ok', tls: { daysLeft: 29, warning: true } });
      expect(await health(inDays(-2))).toMatchObject({ tls: { daysLeft: -2, warning: true } });
      expect(await health(null)).toMatchObject({ status: 'degraded', tls: { expiresAt: null, daysLeft: null, warning: false }, parts: { dicomTls: 'unreachable' } });
      api.showTls(null);
      expect((await call('GET', '/health')).body).toMatchObject({ status: 'ok', tls: null });
    });
  });

  describe('viewers', () => {
    it('are listed, switched off and on, and removed', async () => {
      await api.viewers.install(makeViewerPackage({ manifest: { version: '2.0' } }, join(packages, 'peek-2')));
      const listed = async (): Promise<readonly Json[]> => (await call('GET', '/viewers')).body['viewers'] as readonly Json[];
      expect((await listed()).map(({ id, version, isEnabled, startsByItself }) => [id, version, isEnabled, startsByItself])).toEqual([['peek', '2.0', true, true], ['peek', '1.0', true, true]]);
      expect((await call('PUT', '/viewers/peek/2.0', { isEnabled: false })).body).toMatchObject({ version: '2.0', isEnabled: false });
      expect((await call('GET', '/viewers/peek/2.0')).body).toMatchObject({ viewer: { isEnabled: false, files: 3 }, findings: [] });
      expect((await call('DELETE', '/viewers/peek/2.0')).status).toBe(204);
      expect((await listed()).map(({ version }) => version)).toEqual(['1.0']);
      expectProblem(await call('PUT', '/viewers/peek/1.0', { isEnabled: 'no' }), 'API_INVALID');
    });

    it('that are not there are told so, whatever is written in the path', async () => {
      for (const path of ['/viewers/peek/9', '/viewers/none/1.0', '/viewers/..%2F..%2Fetc/1.0', '/viewers/peek/..%2F1.0']) {
        for (const method of ['GET', 'DELETE']) expectProblem(await call(method, path), 'DISC_VIEWER_UNKNOWN');
      }
    });

    it('show what is wrong with their files', async () => {
      const { folder } = await api.viewers.one('peek', '1.0');
      const icon = join(folder, 'app/PEEK.ICO');
      writeFileSync(icon, 'ICON');
      expect((await call('GET', '/viewers/peek/1.0')).body).toMatchObject({ findings: [{ code: 'DISC_VIEWER_CHANGED' }] });
      writeFileSync(icon, VIEWER_FILES['app/PEEK.ICO']);
    });

    it('are named by orders, which are refused when one of them is not there', async () => {
      const order = (viewers: unknown): Promise<Answer> => call('POST', '/orders', { selection: { studies: [alpha] }, content: { viewers } });
      const placed = await order(['peek']);
      expect(placed.status).toBe(201);
      expect((await call('GET', `/orders/${String(placed.body['orderId'])}`)).body).toMatchObject({ order: { options: { content: { viewers: ['peek'] } } } });
      const refused = await order(['peek', 'gone']);
      expectProblem(refused, 'API_INVALID');
      expect(refused.body['detail']).toContain('viewer gone is not on the disc: it is not installed');
      for (const bad of ['peek', ['../peek'], [1], Array.from({ length: 9 }, () => 'peek')]) expectProblem(await order(bad), 'API_INVALID');
      for (const good of [[], null]) expect((await order(good)).status).toBe(201);
    });
  });

  describe('discs', () => {
    it('answer their label picture to who is signed in, never from a cache', async () => {
      const response = await fetch(`${api.origin}/api/v1/discs/${serial}/label.png`, { headers: { authorization: `Bearer ${TOKEN}` } });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('image/png');
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      expect(Buffer.from(await response.arrayBuffer()).equals(PNG)).toBe(true);
    });

    it('answer their certificate, and its code beside them and in their order', async () => {
      const { status, body } = await call('GET', `/discs/${serial}/certificate`);
      expect([status, body]).toEqual([200, JSON.parse(JSON.stringify(CERTIFICATE))]);
      const detail = (await call('GET', `/discs/${serial}`)).body as { certificateCode: string; disc: { orderId: string } };
      expect(detail.certificateCode).toBe(CERTIFICATE.shortCode);
      const order = (await call('GET', `/orders/${detail.disc.orderId}`)).body as { volumes: { certificateCode: string }[] };
      expect(order.volumes.map(({ certificateCode }) => certificateCode)).toContain(CERTIFICATE.shortCode);
      expectProblem(await call('GET', '/discs/SP-NONE/certificate'), 'API_NOT_FOUND');
    });

    it('answer no other file, whatever is written in the path', async () => {
      for (const name of ['../secret.txt', '..%2Fsecret.txt', '%2e%2e%2fsecret.txt', '..%5Csecret.txt', '%2Fetc%2Fpasswd', '....//secret', 'a/../../secret.txt', '.', '..', `${'A'.repeat(41)}`]) {
        const { status, body } = await rawGet(`/api/v1/discs/${name}/label.png`);
        expect([name, status]).toEqual([name, 404]);
        expect(body).toContain('API_NOT_FOUND');
        expect(body).not.toMatch(/not for anybody|root:/);
      }
    });

    it('are burned again as one order a key', async () => {
      const key = { 'idempotency-key': 'again-1' };
      const first = await call('POST', `/discs/${serial}/reburn`, { copies: 2 }, key);
      const second = await call('POST', `/discs/${serial}/reburn`, { copies: 2 }, key);
      expect([first.status, second.status]).toEqual([201, 200]);
      expect(second.body).toEqual({ orderId: first.body['orderId'], existed: true });
      expect(first.headers.get('location')).toBe(`/api/v1/orders/${String(first.body['orderId'])}`);
      expectProblem(await call('POST', `/discs/${serial}/reburn`, {}, { 'idempotency-key': 'x'.repeat(200) }), 'API_INVALID');
      expectProblem(await call('POST', '/discs/SP-NONE/reburn', {}), 'API_NOT_FOUND');
      expectProblem(await call('POST', `/discs/${serial}/reburn`, { copies: 0 }), 'API_INVALID');
    });
  });

  describe('remote AEs', () => {
    it('are searched for studies and series', async () => {
      expect(await call('GET', '/remote/PACS/studies?patientId=R1')).toMatchObject({ status: 200, body: { studies: [{ ...REMOTE_STUDY }], isComplete: true } });
      expect(await call('GET', '/remote/PACS/studies/2.25.77/series')).toMatchObject({ status: 200, body: { series: [{ seriesInstanceUid: '2.25.78', instances: 12 }], isComplete: false } });
    });

    it('answer problems when they are not known, away, or asked for nothing', async () => {
      expectProblem(await call('GET', '/remote/NOBODY/studies?patientId=R1'), 'REMOTE_UNKNOWN_AE');
      expectProblem(await call('GET', '/remote/AWAY/studies?patientId=R1'), 'ASSOCIATION_TIMED_OUT');
      expectProblem(await call('GET', '/remote/PACS/studies'), 'API_INVALID');
      expectProblem(await call('GET', '/remote/PACS/studies/abc/series'), 'API_INVALID');
    });

    it('have studies that can be ordered, once under one key', async () => {
      const body = { remote: { aeTitle: 'PACS', studyInstanceUids: ['2.25.77'] }, copies: 2 };
      const placed = await call('POST', '/orders', body, { 'idempotency-key': 'remote-1' });
      expect(placed.status).toBe(201);
      expect(await call('POST', '/orders', body, { 'idempotency-key': 'remote-1' })).toMatchObject({ status: 200, body: { orderId: placed.body['orderId'], existed: true } });
      expect((await call('GET', `/orders/${String(placed.body['orderId'])}`)).body).toMatchObject({ order: { state: 'PENDING', info: 'RETRIEVING', instances: 0 }, retrievals: [{ remoteAe: 'PACS', studyInstanceUid: '2.25.77', state: 'OPEN', reason: '' }] });
      expectProblem(await call('POST', '/orders', { ...body, remote: { ...body.remote, aeTitle: 'NOBODY' } }), 'REMOTE_UNKNOWN_AE');
      expectProblem(await call('POST', '/orders', { ...body, selection: { studies: [1] } }), 'API_INVALID');
      expectProblem(await call('POST', '/orders', { copies: 1 }), 'API_INVALID');
    });
  });

  it('lists storage commitments and takes a promise back once, in the name of who asked', async () => {
    expect((await call('GET', '/commitments')).body).toMatchObject({ commitments: [{ commitmentId, callingAe: 'CT1', committed: 1, refused: 1, state: 'PENDING', revokedAt: null }], next: null });
    expect((await call('GET', `/commitments/${commitmentId}`)).body).toMatchObject({ items: [{ sopInstanceUid: '2.25.5', failureReason: 0x0112, instanceId: null }, { failureReason: 0 }] });
    const revoked = await call('POST', `/commitments/${commitmentId}/revoke`);
    expect(revoked.body).toMatchObject({ commitmentId, revokedBy: 'api-token' });
    expect((await call('POST', `/commitments/${commitmentId}/revoke`)).body).toEqual(revoked.body);
    expect((await call('POST', '/commitments/999999/revoke')).status).toBe(404);
  });

  it('settles which of two contents counts', async () => {
    const { body } = await call('GET', `/studies/${conflicted}/conflicts`);
    expect(body['conflicts']).toHaveLength(1);
    const settled = await call('POST', `/instances/${contested}/settle`);
    expect(settled.body).toEqual({ studyId: conflicted, withdrawnDiscs: [] });
    expect((await call('GET', `/studies/${conflicted}/conflicts`)).body['conflicts']).toEqual([]);
    expectProblem(await call('POST', '/instances/x/settle'), 'API_INVALID');
    expect((await call('POST', '/instances/999999/settle')).status).toBe(404);
  });

  describe('sending', () => {
    it('takes a registered AE and a selection, and tells what became of it', async () => {
      const placed = await call('POST', '/sends', { aeTitle: 'SENDTO', selection: { studies: [1] } });
      expectProblem(placed, 'RETRIEVE_DESTINATION_UNKNOWN');
      await api.catalog.aes.create({ aeTitle: 'SENDTO', host: '127.0.0.1', port: 104, tls: false, maxAssociations: 2, preferredTransferSyntaxes: [], services: ['store'], notes: '' }, 'anna');
      const again = await call('POST', '/sends', { aeTitle: 'SENDTO', selection: { studies: [1] } });
      expect([again.status, again.body]).toEqual([202, { sendId: 'send-0123456789abcdef' }]);
      expect(api.said.at(-1)).toEqual(['send', 'SENDTO', { studyKeys: [1] }]);
      expect((await call('GET', '/sends/send-0123456789abcdef')).body).toMatchObject({ state: 'ended', stored: 3, failed: 1 });
      expectProblem(await call('GET', '/sends/send-ffffffffffffffff'), 'API_NOT_FOUND');
      expectProblem(await call('GET', '/sends/order-1'), 'API_NOT_FOUND');
      expectProblem(await call('POST', '/sends', { aeTitle: 'SENDTO', selection: {} }), 'API_INVALID');
    });
  });

  describe('live events', () => {
    /** Reads the stream until `enough`, then leaves. */
    const listenTo = async (headers: Record<string, string>, enough: (text: string) => boolean, begun: () => Promise<unknown> = () => Promise.resolve()): Promise<string> => {
      const leave = new AbortController();
      const response = await fetch(`${api.origin}/api/v1/events`, { headers: { authorization: `Bearer ${TOKEN}`, ...headers }, signal: AbortSignal.any([leave.signal, AbortSignal.timeout(15_000)]) });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const decoder = new TextDecoder();
      let text = '';
      let isBegun = false;
      while (!enough(text)) {
        const { value, done } = await reader.read();
        if (done) throw new TypeError(`the stream ended after ${text.length} characters`);
        text += decoder.decode(value, { stream: true });
        if (!isBegun) { isBegun = true; await begun(); }
      }
      leave.abort();
      return text;
    };

    it('deliver what happens, and replay it after Last-Event-ID', async () => {
      let id = '';
      const live = await listenTo({}, (text) => text.includes('order.placed') && text.includes('order.held-back'), async () => {
        id = await api.placeOrder([alpha]);
        await call('POST', `/orders/${id}/hold`);
      });
      const ids = [...live.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
      expect(ids.length).toBeGreaterThanOrEqual(2);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      const [event] = [...live.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? '') as Json).filter((data) => data['event'] === 'order.held-back');
      expect(event).toMatchObject({ subject: id, subjectKind: 'order' });
      const replayed = await listenTo({ 'last-event-id': String(ids[0]) }, (text) => text.includes(`id: ${ids.at(-1)}`));
      expect([...replayed.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))).toEqual(ids.slice(1));
      for (const name of NAMES) expect(live + replayed).not.toContain(name);
    });
  });

  describe('openapi.json', () => {
    it('is an OpenAPI 3.1 document in which everything named is there', async () => {
      const { body } = await call('GET', '/openapi.json');
      expect(body['openapi']).toMatch(/^3\.1\.\d+$/);
      expect(body['info']).toMatchObject({ title: 'Spindle', version: '0.0.0-test' });
      const paths = body['paths'] as Record<string, Record<string, { operationId: string; parameters: { name: string; in: string; required: boolean; schema: unknown }[]; responses: Record<string, { description: string; content?: unknown }>; requestBody?: unknown }>>;
      const operationIds = new Set<string>();
      for (const [path, methods] of Object.entries(paths)) {
        for (const [method, operation] of Object.entries(methods)) {
          expect(['get', 'post', 'put', 'delete']).toContain(method);
          expect(operationIds).not.toContain(operation.operationId);
          operationIds.add(operation.operationId);
          const declared = operation.parameters.filter((one) => one.in === 'path');
          expect(declared.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
          expect(declared.every(({ required }) => required)).toBe(true);
          for (const { name, schema } of operation.parameters) expect([name, typeof schema]).toEqual([name, 'object']);
          expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['default']));
          for (const [status, response] of Object.entries(operation.responses)) {
            expect(status).toMatch(/^(2\d\d|default)$/);
            expect(response.description).not.toBe('');
          }
          if (method === 'get' || method === 'delete') expect(operation.requestBody).toBeUndefined();
        }
      }
      const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(references.length).toBeGreaterThan(0);
      for (const reference of references) {
        expect(reference).toMatch(/^#\//);
        const target = reference.slice(2).split('/').reduce<unknown>((at, part) => (at as Json | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], body);
        expect(target).toBeDefined();
      }
      const schemes = Object.keys((body['components'] as { securitySchemes: Json }).securitySchemes);
      for (const requirement of body['security'] as Json[]) for (const name of Object.keys(requirement)) expect(schemes).toContain(name);
    });

    it('describes every mounted route and no other', async () => {
      const { body } = await call('GET', '/openapi.json');
      const described = Object.entries(body['paths'] as Record<string, Json>).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
      expect(described.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`).sort());
      // Nothing is answered that is not described: each described route answers something else than "no such resource".
      expectProblem(await call('PUT', '/studies'), 'API_NOT_FOUND');
      for (const { method, path } of ROUTES.filter((row) => row.path.split(':').length === 1 && row.method === 'get' && row.produces === undefined)) expect((await call(method.toUpperCase(), path)).status).toBe(200);
    });
  });

  it('never writes a name or id of a patient to the log', () => {
    expect(api.logged().length).toBeGreaterThan(0);
    for (const name of NAMES) expect(api.logged()).not.toContain(name);
    expect(api.logged()).not.toContain(TOKEN);
  });

  describe('copies', () => {
    const ordering = (content: Json, more: Json = {}, headers: Record<string, string> = {}): Promise<Answer> => call('POST', '/orders', { selection: { studies: [alpha] }, content, ...more }, headers);

    it('tells a made passphrase once, keeps it apart, and takes the order back to none when it is asked again', async () => {
      const key = { 'idempotency-key': 'encrypted-1' };
      const first = await ordering({ encryption: 'zip' }, {}, key);
      const passphrase = String(first.body['passphrase']);
      expect(passphrase).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
      expect(await api.secretFiles.passphrase(String(first.body['orderId']))).toBe(passphrase);
      const second = await ordering({ encryption: 'zip' }, {}, key);
      expect([second.status, second.body]).toEqual([200, { orderId: first.body['orderId'], existed: true }]);
      expect(await api.secretFiles.kept(new Date(Date.now() + 60_000))).toEqual([first.body['orderId']]);
      const seen = await call('GET', `/orders/${String(first.body['orderId'])}`);
      expect(JSON.stringify(seen.body) + api.logged() + JSON.stringify(await api.catalog.operations.list({ limit: 200 }))).not.toContain(passphrase);
    });

    it('takes a passphrase of the person, but none that is weak, names the patient or comes without encryption', async () => {
      expect((await ordering({ encryption: 'zip' }, { passphrase: 'three blind mice, 42 feet' })).body['passphrase']).toBe('three blind mice, 42 feet');
      expectProblem(await ordering({ encryption: 'zip' }, { passphrase: 'short' }), 'DISC_PASSPHRASE_WEAK');
      const named = await ordering({ encryption: 'zip' }, { passphrase: 'the images of geheim, in a box' });
      expectProblem(named, 'DISC_PASSPHRASE_WEAK');
      expect(JSON.stringify(named.body) + api.logged()).not.toContain('in a box');
      expectProblem(await ordering({}, { passphrase: 'three blind mice, 42 feet' }), 'API_INVALID');
    });

    it('makes a passphrase for studies of a remote AE, but takes none: whose they are is not known yet', async () => {
      const remote = (more: Json, headers: Record<string, string> = {}): Promise<Answer> => call('POST', '/orders', { remote: { aeTitle: 'PACS', studyInstanceUids: ['2.25.77'] }, content: { encryption: 'zip' }, ...more }, headers);
      const key = { 'idempotency-key': 'encrypted-remote-1' };
      const placed = await remote({}, key);
      expect(placed.status).toBe(201);
      expect(await api.secretFiles.passphrase(String(placed.body['orderId']))).toBe(placed.body['passphrase']);
      expect((await remote({}, key)).body).toEqual({ orderId: placed.body['orderId'], existed: true });
      expectProblem(await remote({ passphrase: 'three blind mice, 42 feet' }), 'API_INVALID');
    });

    it('checks certificates when the order is placed, and wants some for media security alone', async () => {
      expectProblem(await ordering({ encryption: 'media-security' }), 'API_INVALID');
      expectProblem(await ordering({ encryption: 'none', recipientCertificates: ['-----BEGIN CERTIFICATE-----'] }), 'API_INVALID');
      expectProblem(await ordering({ encryption: 'media-security', recipientCertificates: ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'] }), 'DISC_RECIPIENT_INVALID');
    });

    it('takes no order beside a disc while no folder is set, and says which setting it is', async () => {
      const answer = await ordering({ target: 'zip' });
      expectProblem(answer, 'API_INVALID');
      expect(answer.body['detail']).toContain('copiesFolder');
    });

    it('lets no rule ask for a passphrase that nobody hears', async () => {
      const answer = await call('POST', '/rules', { name: 'secret', content: { encryption: 'zip' } });
      expectProblem(answer, 'API_INVALID');
      expect(JSON.stringify(answer.body['details'])).toContain('content.encryption');
    });

    it('shows what a teaching copy would hold back, and releases and takes back by instance', async () => {
      await api.storeStudy(2, { study: 504, patientId: 'PAT-SECRET-4', burnedInAnnotation: '' });
      const { studies } = await api.catalog.studies.search({ studyInstanceUid: '2.25.504', limit: 1 });
      const path = `/studies/${studies[0]?.studyId ?? 0}/teaching`;
      const held = await call('GET', path);
      const holdings = held.body['holdings'] as { instanceId: number; seriesId: number }[];
      expect([held.body['instances'], held.body['heldBack'], holdings.length]).toEqual([2, 2, 2]);
      expect((await call('POST', `/instances/${holdings[0]?.instanceId ?? 0}/release`, { reason: 'nothing on it' })).body).toEqual({ released: 1 });
      expect((await call('GET', path)).body).toMatchObject({ heldBack: 1, holdings: [{ release: { by: 'api-token', reason: 'nothing on it' } }, { release: null }] });
      expect((await call('POST', `/series/${holdings[0]?.seriesId ?? 0}/release`, {})).body).toEqual({ released: 1 });
      expect((await call('POST', `/instances/${holdings[0]?.instanceId ?? 0}/revoke`)).status).toBe(204);
      expect((await call('GET', path)).body['heldBack']).toBe(1);
      expectProblem(await call('GET', '/studies/999999/teaching'), 'API_NOT_FOUND');
      expectProblem(await call('POST', '/instances/999999/release', {}), 'CATALOG_NOT_FOUND');
    });

    describe('what is to be looked at before it is released', () => {
      const study = { studyInstanceUid: uid('look'), patientId: 'PAT-SECRET-5' };
      const look = async (of: 'picture' | 'report' | 'document' | 'nothing', query = ''): Promise<Response> => {
        const studyId = await api.storeFiles([
          makeInstance({ ...study, kind: 'us-colour', seed: 'look us', seriesNumber: 1, frames: 3 }).bytes, makeInstance({ ...study, kind: 'sr', seed: 'look sr', seriesNumber: 2 }).bytes,
          makeInstance({ ...study, kind: 'pdf', seed: 'look pdf', seriesNumber: 3 }).bytes, makeInstance({ ...study, kind: 'rt-structure-set', seed: 'look rt', seriesNumber: 4 }).bytes,
        ]);
        const { body } = await call('GET', `/studies/${studyId}/teaching`);
        const holding = (body['holdings'] as { instanceId: number; look: string; frames: number }[]).find((one) => one.look === of);
        if (of === 'picture') expect(holding?.frames).toBe(3);
        return fetch(`${api.origin}/api/v1/instances/${holding?.instanceId ?? 0}/look${query}`, { headers: { authorization: `Bearer ${TOKEN}` }, signal: AbortSignal.timeout(20_000) });
      };

      it('is a picture of an image, frame by frame', async () => {
        const [first, third, fourth] = [await look('picture'), await look('picture', '?frame=3'), await look('picture', '?frame=4')];
        expect([first.headers.get('content-type'), first.headers.get('cache-control')]).toEqual(['image/jpeg', 'private, no-store']);
        const [one, three] = [Buffer.from(await first.arrayBuffer()), Buffer.from(await third.arrayBuffer())];
        expect([one, three].map((jpeg) => jpeg.readUInt16BE(0))).toEqual([0xffd8, 0xffd8]);
        expect(one.equals(three)).toBe(false);
        expect(fourth.status).toBe(404);
        expect((await look('picture', '?frame=0')).status).toBe(400);
      });

      it('is the page of a report, which may do nothing', async () => {
        const answer = await look('report');
        expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
        expect(answer.headers.get('content-security-policy')).toContain('sandbox');
        expect(await answer.text()).toContain('<!DOCTYPE html>');
      });

      it('is the document in an instance, and nothing where there is nothing to be seen', async () => {
        const answer = await look('document');
        expect(answer.headers.get('content-type')).toBe('application/pdf');
        expect(Buffer.from(await answer.arrayBuffer()).toString('latin1', 0, 5)).toBe('%PDF-');
        expect((await look('nothing')).status).toBe(404);
        expectProblem(await call('GET', '/instances/999999/look'), 'API_NOT_FOUND');
      });

      it('is shown to those who are signed in only', async () => {
        expect((await fetch(`${api.origin}/api/v1/instances/1/look`)).status).toBe(401);
      });
    });
  });
});
