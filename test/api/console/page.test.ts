import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeInstance, uid } from '../../fixtures/make-instance.ts';
import { needs, program } from '../../fixtures/peers.ts';
import { startLiveApi } from '../live-api.ts';
import type { LiveApi } from '../live-api.ts';
import { HOSTILE, setScene } from './hospital-scene.ts';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WIDE = { width: 1366, height: 768 };
const areHere = [needs('postgres'), needs('chromium')].every(Boolean);

describe.skipIf(!areHere)('the page', () => {
  let api: LiveApi;
  let folder = '';
  let browser: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const foreign: string[] = [];
  /** Where pictures go when someone wants to look at them. */
  const pictures = (): string => process.env['SPINDLE_TEST_PICTURES'] ?? folder;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    api = await startLiveApi(undefined, true);
    await setScene(api);
    browser = await chromium.launchPersistentContext(join(folder, 'profile'), { executablePath: program('chromium') ?? 'chromium', args: FLAGS, viewport: WIDE, timeout: 30_000 });
    page = browser.pages()[0] ?? await browser.newPage();
    page.setDefaultTimeout(10_000);
    // Violations of the content security policy come as console errors as well.
    page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()); });
    page.on('pageerror', (error) => { complaints.push(error.message); });
    page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
    page.on('request', (request) => { if (!request.url().startsWith(api.origin)) foreign.push(request.url()); });
    await page.goto(await api.addLoginLink());
    await page.locator('#study-rows tr').nth(6).waitFor();
    await page.locator('#disc-cards article').nth(4).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens through the login link and shows studies, orders, robot and discs', async () => {
    expect(new URL(page.url()).search).toBe('');
    expect(await page.locator('#facts').textContent()).toContain('AE title SPINDLE');
    await expect.poll(() => page.locator('#health').textContent()).toBe('All parts work');
    await page.locator('#order-cards article').nth(6).waitFor();
    await expect.poll(() => page.locator('#collecting').textContent()).toMatch(/^Phantom, Bernard · XR Chest two views arriving: 2 images of one study, rule "All radiographs", order in/);
    expect(await page.locator('#robot-cards').textContent()).toContain('Ink is low: keep a cartridge ready.');
    await expect.poll(() => page.evaluate<number>("[...document.querySelectorAll('#disc-cards img')].filter((one) => one.complete && one.naturalWidth > 100).length")).toBe(4);
  });

  it('fits wide and narrow windows without scrolling sideways', async () => {
    for (const [name, size] of [['wide', WIDE], ['narrow', { width: 400, height: 800 }]] as const) {
      await page.setViewportSize(size);
      await page.screenshot({ path: join(pictures(), `${name}.png`), fullPage: name === 'wide' });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    }
    await page.setViewportSize(WIDE);
  });

  it('shows a hostile name and description as text', async () => {
    await api.placeOrder([await api.storeStudy(1, { study: 800, patientName: HOSTILE, patientId: 'HOSTILE', studyDescription: HOSTILE, storedAt: new Date() })]);
    await page.locator('#study-rows tr').nth(7).waitFor();
    await page.locator('#order-cards article').nth(7).waitFor();
    for (const list of ['#study-rows', '#order-cards']) {
      const text = await page.locator(list).textContent();
      expect(text).toContain(HOSTILE);
      // '=' parts the writings of a person name, so the name is shown in its three groups.
      expect(text).toContain(HOSTILE.split('=').join('  ·  '));
    }
    expect(await page.locator('img[src="x"]').count()).toBe(0);
  });

  it('searches as a person types', async () => {
    await page.locator('#text').fill('ковалева');
    await expect.poll(() => page.locator('#study-rows tr').count()).toBe(1);
    await page.locator('#text').fill('nobody has this name');
    await expect.poll(() => page.locator('#study-rows').textContent()).toBe('No study fits these words.');
    await page.locator('#text').fill('');
    await expect.poll(() => page.locator('#study-rows tr').count()).toBe(8);
  });

  it('orders a disc with two copies and a comment, and shows the order', async () => {
    await page.locator('#study-rows tr', { hasText: 'Bernard' }).getByRole('button', { name: 'Order disc' }).click();
    await page.locator('dialog[open] input[name=copies]').fill('2');
    await page.locator('dialog[open] input[name=comment]').fill('For the ward');
    await page.screenshot({ path: join(pictures(), 'dialog.png') });
    await page.locator('dialog[open] button[type=submit]').click();
    await page.locator('dialog[open]').waitFor({ state: 'hidden' });
    const newest = page.locator('#order-cards article').first();
    await expect.poll(() => newest.textContent()).toMatch(/Phantom, Bernard.*2 copies.*by page/);
    const { orders } = await api.catalog.orders.list({ limit: 1 });
    expect(orders[0]).toMatchObject({ source: 'page', placedBy: 'page', options: { copies: 2, comment: 'For the ward' } });
  });

  it('offers kind, language, encryption and place behind "More", and shows a made passphrase once', async () => {
    await page.locator('#study-rows tr button').first().click();
    await page.locator('dialog[open] summary').click();
    await page.locator('dialog[open] select[name=copyType]').selectOption('teaching');
    await page.locator('dialog[open] select[name=language]').selectOption('de');
    expect(await page.locator('dialog[open] input[name=passphrase]').isVisible()).toBe(false);
    await page.locator('dialog[open] select[name=encryption]').selectOption('zip');
    expect(await page.locator('dialog[open] input[name=passphrase]').isVisible()).toBe(true);
    await page.locator('dialog[open] select[name=target]').selectOption('folder');
    await page.screenshot({ path: join(pictures(), 'more.png') });
    await page.locator('dialog[open] button[type=submit]').click();
    const shown = await page.locator('dialog[open] .passphrase').textContent();
    expect(shown).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
    await page.screenshot({ path: join(pictures(), 'passphrase.png') });
    await page.locator('dialog[open] button').click();
    await page.locator('dialog[open]').waitFor({ state: 'hidden' });
    const { orders } = await api.catalog.orders.list({ limit: 1 });
    expect(orders[0]?.options.content).toMatchObject({ copyType: 'teaching', language: 'de', encryption: 'zip', target: 'folder' });
    expect(await api.secretFiles.passphrase(orders[0]?.orderId ?? '')).toBe(shown);
  });

  it('shows what a teaching copy holds back, picture by picture, and releases and takes back', async () => {
    const study = { studyInstanceUid: uid('page look'), patientId: 'LOOK-1', patientName: 'Phantom^Lucia' };
    const studyId = await api.storeFiles([
      makeInstance({ ...study, kind: 'us-colour', seed: 'page us', seriesNumber: 2, frames: 12, rows: 96, columns: 128 }).bytes,
      makeInstance({ ...study, kind: 'sr', seed: 'page sr', seriesNumber: 3 }).bytes, makeInstance({ ...study, kind: 'pdf', seed: 'page pdf', seriesNumber: 4 }).bytes, makeInstance({ ...study, kind: 'rt-structure-set', seed: 'page rt', seriesNumber: 5 }).bytes,
      ...[1, 2, 3].map((n) => makeInstance({ ...study, seed: `page ct ${n}`, seriesInstanceUid: uid('page ct'), seriesNumber: 1, instanceNumber: n, rows: 64, columns: 64 }).bytes),
    ]);
    await page.locator('#text').fill('Lucia');
    await page.locator('#study-rows tr', { hasText: 'Lucia' }).getByRole('button', { name: 'Order disc' }).click();
    await page.locator('dialog[open] summary').click();
    await page.locator('dialog[open] select[name=copyType]').selectOption('teaching');
    await page.locator('dialog[open]').getByRole('button', { name: 'Look at them' }).click();
    const holdings = page.locator('dialog[open] .holding');
    await expect.poll(() => holdings.count()).toBe(7);
    const us = holdings.filter({ hasText: 'of 12' });
    const drawn = (): Promise<number> => page.evaluate<number>("[...document.querySelectorAll('dialog[open] .holding img')].filter((one) => one.complete && one.naturalWidth > 60).length");
    await expect.poll(drawn).toBe(4);
    await us.locator('input[type=range]').fill('12');
    await expect.poll(() => us.textContent()).toContain('Frame 12 of 12');
    expect(await us.locator('img').getAttribute('src')).toMatch(/\/look\?frame=12$/);
    await expect.poll(drawn).toBe(4);
    expect(await holdings.getByRole('link').allTextContents()).toEqual(['Open the report', 'Open the document']);
    await page.screenshot({ path: join(pictures(), 'teaching.png') });

    await us.getByRole('button', { name: 'Release' }).click();
    await expect.poll(() => us.textContent()).toContain('released');
    await page.locator('dialog[open]').getByRole('button', { name: 'Release all 3' }).click();
    await expect.poll(() => page.locator('dialog[open] .tag.good').count()).toBe(4);
    await us.getByRole('button', { name: 'Take back' }).click();
    await expect.poll(() => page.locator('dialog[open] .tag.good').count()).toBe(3);
    await us.locator('img').click();
    await page.screenshot({ path: join(pictures(), 'teaching-large.png') });
    await page.setViewportSize({ width: 400, height: 800 });
    await page.screenshot({ path: join(pictures(), 'teaching-narrow.png') });
    await page.setViewportSize(WIDE);
    const released = await api.catalog.releases.among((await api.catalog.instances.instancesOfStudy(studyId)).map(({ instanceId }) => instanceId), 'teaching');
    expect([...released.values()].map(({ by }) => by)).toEqual(['page', 'page', 'page']);

    const [report] = await Promise.all([browser.waitForEvent('page'), holdings.getByRole('link', { name: 'Open the report' }).click()]);
    await expect.poll(() => report.locator('body').textContent()).toContain('Nothing, this is a phantom.');
    await report.close();
    await page.locator('dialog[open]').getByRole('button', { name: 'Back to the order' }).click();
    expect(await page.locator('dialog[open] #dialog-title').textContent()).toBe('Order a disc');
    await page.locator('dialog[open]').getByRole('button', { name: 'Not now' }).click();
    await page.locator('#text').fill('');
  });

  it('passes what a person says about a lost disc and about the robot', async () => {
    await page.getByRole('button', { name: 'None was made' }).click();
    await expect.poll(() => api.said.at(-1)).toMatchObject(['resumeVolume', expect.any(String), 1, 'not-made', 1, 'page']);
    await page.getByRole('button', { name: 'Emptied' }).click();
    await expect.poll(() => api.said.at(-1)).toEqual(['actOnRobot', 'robot-1', { kind: 'empty', bin: 'out-1' }]);
  });

  it('shows the AEs it knows, and what they answer to an echo', async () => {
    const lines = page.locator('#ae-lines .ae');
    await expect.poll(() => lines.count()).toBe(3);
    await lines.filter({ hasText: 'ARCHIVE' }).getByRole('button', { name: 'Echo' }).click();
    await expect.poll(() => lines.filter({ hasText: 'ARCHIVE' }).textContent()).toContain('Answers in 3 ms');
    await lines.filter({ hasText: 'DEAF' }).getByRole('button', { name: 'Echo' }).click();
    await expect.poll(() => lines.filter({ hasText: 'DEAF' }).textContent()).toContain('No one listens on 10.1.2.4:104.');
    await page.locator('#aes').screenshot({ path: join(pictures(), 'aes.png') });
  });

  it('registers an unknown caller by one press, and offers it for no AE that is registered', async () => {
    const callers = page.locator('#caller-lines .ae');
    await expect.poll(() => callers.count()).toBe(3);
    expect(await callers.filter({ hasText: 'CT_EMERGENCY' }).getByRole('button').count()).toBe(0);
    await callers.filter({ hasText: 'MR_NEW' }).getByRole('button', { name: 'Register' }).click();
    await page.locator('#ae-lines .ae', { hasText: 'MR_NEW' }).waitFor();
    await expect.poll(() => callers.count()).toBe(2);
    expect(await api.catalog.aes.ae('MR_NEW')).toMatchObject({ host: '10.1.2.44', services: ['store'], changedBy: 'page' });
  });

  it('searches an archive, says when it does not answer, and orders what it holds', async () => {
    const ae = { host: '127.0.0.1', port: 104, tls: false, maxAssociations: 2, preferredTransferSyntaxes: [], services: ['store' as const], notes: '' };
    for (const aeTitle of ['AWAY', 'PACS']) await api.catalog.aes.create({ ...ae, aeTitle }, 'anna');
    await page.locator('#text').fill('');
    const open = async (aeTitle: string): Promise<void> => {
      await page.locator('#ae-lines .ae', { hasText: aeTitle }).getByRole('button', { name: 'Search' }).click({ timeout: 15_000 });
      await page.locator('dialog[open] input[name=patientId]').fill('R1');
      await page.locator('dialog[open]').getByRole('button', { name: 'Search' }).click();
    };
    await open('AWAY');
    await expect.poll(() => page.locator('dialog[open] [role=status]').textContent()).toContain('no answer in time');
    await page.locator('dialog[open]').getByRole('button', { name: 'Close' }).click();
    await open('PACS');
    await expect.poll(() => page.locator('dialog[open] .found').textContent()).toContain('Remote, Anna');
    await page.screenshot({ path: join(pictures(), 'remote.png') });
    await page.locator('dialog[open] .found').getByRole('button', { name: 'Order disc' }).click();
    expect(await page.locator('dialog[open]').textContent()).toContain('CT · from PACS');
    await page.locator('dialog[open] button[type=submit]').click();
    await page.locator('dialog[open]').waitFor({ state: 'hidden' });
    const { orders } = await api.catalog.orders.list({ limit: 1 });
    const detail = await api.catalog.orders.detail(orders[0]?.orderId ?? '');
    expect(JSON.stringify(detail)).toContain('2.25.77');
  });

  it('warns before the TLS certificate ends', async () => {
    api.showTls({ port: 2762, expiresAt: new Date(Date.now() + 12.5 * 86_400_000) });
    await expect.poll(() => page.locator('#health').textContent(), { timeout: 15_000 }).toBe('TLS certificate ends in 12 days');
  });

  it('follows what happens elsewhere without a reload', async () => {
    const { orders } = await api.catalog.orders.list({ limit: 1 });
    await api.catalog.orders.setState(orders[0]?.orderId ?? '', 'CANCELLED', 'CANCELLED_BY_USER', '');
    await expect.poll(() => page.locator('#order-cards article').first().textContent(), { timeout: 8000 }).toContain('cancelled');
  });

  it('asks nothing of any other host, and no browser complains', () => {
    expect(foreign).toEqual([]);
    // The archive that is away was asked on purpose.
    expect(complaints).toEqual([expect.stringContaining('status of 504')]);
  });
});
