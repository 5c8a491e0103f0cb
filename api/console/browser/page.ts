/** The page: loads the lists, follows the live events, lets a person order a disc. Keeps no patient data outside the page. */
import { aeLine, callerLine } from './aes.ts';
import type { Echo } from './aes.ts';
import { get, post, Refused } from './client.ts';
import type { Ae, Caller, Disc, EchoAnswer, Group, Health, Order, OrderDetail, Robot, Study } from './client.ts';
import { byId, el, images, show } from './dom.ts';
import { openOrderDialog, showPassphrase } from './order-dialog.ts';
import type { Wanted } from './order-dialog.ts';
import { openRemote } from './remote.ts';
import { openTeaching } from './teaching.ts';
import { collectLine, discCard, orderCard, robotCard, studyRow } from './views.ts';

const dialog = byId('order-dialog') as HTMLDialogElement;
const strip = byId('strip');
const details = new Map<string, OrderDetail>();
const isOpen = (order: Order): boolean => order.state === 'PENDING' || order.state === 'CREATING';

const tell = (text: string): void => {
  strip.textContent = text;
  strip.hidden = text === '';
};
/** False when it went wrong, which is told. */
const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
  try {
    await work();
    tell('');
    refresh();
    return true;
  } catch (error) {
    tell(error instanceof Refused && error.status === 401 ? 'You are not signed in. Open the link that the appliance printed when it started.' : error instanceof Error ? error.message : String(error));
    return false;
  }
};

const empty = (text: string): HTMLElement => el('p', { class: 'empty' }, text);
let aeTitle = '';
let takesCopies = false;

const loadStudies = async (): Promise<void> => {
  const text = (byId('text') as HTMLInputElement).value.trim();
  const { studies } = await get<{ studies: Study[] }>(`/studies?limit=50${text === '' ? '' : `&text=${encodeURIComponent(text)}`}`);
  const rows = studies.map((study) => studyRow(study, openOrder));
  show(byId('study-rows'), ...(rows.length > 0 ? rows : [el('tr', {}, el('td', { colspan: 5 }, empty(text === '' ? `Nothing has arrived yet. Send a study to AE title ${aeTitle}.` : 'No study fits these words.')))]));
  const { groups } = await get<{ groups: Group[] }>('/groups');
  show(byId('collecting'), ...groups.map((group) => collectLine(group, (wish) => void attempt(() => post(`/groups/${group.groupId}/${wish}`)))));
};

const loadOrders = async (): Promise<void> => {
  const { orders } = await get<{ orders: Order[] }>('/orders?limit=20');
  await Promise.all(orders.map(async (order) => {
    const known = details.get(order.orderId);
    if (!known || isOpen(known.order) || isOpen(order)) details.set(order.orderId, await get<OrderDetail>(`/orders/${order.orderId}`));
  }));
  const cards = orders.flatMap((order) => {
    const detail = details.get(order.orderId);
    return detail ? [orderCard(detail, {
      say: (wish) => void attempt(() => post(`/orders/${order.orderId}/${wish}`)),
      resume: (volume, copy, verdict) => void attempt(() => post(`/orders/${order.orderId}/resume`, { volume, copy, verdict })),
    })] : [];
  });
  show(byId('order-cards'), ...(cards.length > 0 ? cards : [empty('No orders yet. A burn rule places one when a study is complete, or press "Order disc".')]));
};

const loadRobots = async (): Promise<void> => {
  const { robots } = await get<{ robots: Robot[] }>('/robots');
  show(byId('robot-cards'), ...robots.map((robot) => robotCard(robot, (action) => void attempt(() => post(`/robots/${encodeURIComponent(robot.name)}/actions`, action)))));
};

const makeAgain = async (disc: Disc): Promise<void> => {
  const { passphrase } = await post<{ passphrase?: string }>(`/discs/${disc.serial}/reburn`, {}, { 'idempotency-key': crypto.randomUUID() });
  if (passphrase === undefined) return;
  dialog.className = '';
  showPassphrase(dialog, passphrase);
  dialog.showModal();
};

const loadDiscs = async (): Promise<void> => {
  const { discs } = await get<{ discs: Disc[] }>('/discs?limit=24');
  const cards = discs.map((disc) => discCard(disc, zoom, (again) => void attempt(() => makeAgain(again))));
  show(byId('disc-cards'), ...(cards.length > 0 ? cards : [empty('No discs yet.')]));
};

const echoes = new Map<string, Echo>();
const askAe = async (ae: Ae): Promise<void> => {
  echoes.set(ae.aeTitle, 'asking');
  await loadAes();
  try {
    echoes.set(ae.aeTitle, await post<EchoAnswer>(`/aes/${encodeURIComponent(ae.aeTitle)}/echo`));
  } catch (error) {
    echoes.delete(ae.aeTitle);
    throw error;
  }
};

const loadAes = async (): Promise<void> => {
  const [{ aes }, { callers }] = await Promise.all([get<{ aes: Ae[] }>('/aes'), get<{ callers: Caller[] }>('/callers')]);
  const titles = new Set(aes.map((ae) => ae.aeTitle));
  const known = aes.map((ae) => aeLine(ae, echoes.get(ae.aeTitle), { ask: () => void attempt(() => askAe(ae)), search: () => searchAe(ae.aeTitle) }));
  show(byId('ae-lines'), ...(known.length > 0 ? known : [empty('No AE is registered yet. Callers appear below; the registry is also in the REST interface.')]));
  const strangers = callers.slice(0, 20).map((caller) => callerLine(caller, titles.has(caller.callingAe), () => void attempt(() => post(`/callers/${caller.callerId}/register`))));
  show(byId('caller-lines'), ...(strangers.length > 0 ? [el('h3', {}, 'Other callers'), ...strangers] : []));
};

const certificateText = (tls: Health['tls']): string => {
  if (!tls?.warning || tls.daysLeft === null) return '';
  return tls.daysLeft < 0 ? 'TLS certificate has expired' : `TLS certificate ends in ${tls.daysLeft} ${tls.daysLeft === 1 ? 'day' : 'days'}`;
};

const loadHealth = async (): Promise<void> => {
  const health = await get<Health>('/health');
  const down = Object.entries(health.parts).filter(([, state]) => state !== 'ok').map(([part]) => part);
  byId('health').textContent = down.length > 0 ? `Out of reach: ${down.join(', ')}` : certificateText(health.tls) ? certificateText(health.tls) : health.store.warning ? `Store ${Math.round(health.store.usedPercent)} % full` : 'All parts work';
};

const zoom = (disc: Disc): void => {
  dialog.className = 'wide';
  dialog.replaceChildren(el('div', { class: 'inside' }, el('h3', { id: 'dialog-title' }, `Label of ${disc.serial}`), el('img', { src: `/api/v1/discs/${encodeURIComponent(disc.serial)}/label.png`, alt: 'Label picture' }),
    el('div', { class: 'end' }, el('button', { on: { click: () => dialog.close() } }, 'Close'))));
  dialog.showModal();
};

const ask = (wanted: Wanted): void => openOrderDialog({ dialog, takesCopies, attempt }, wanted);
const openOrder = (study: Study): void => ask({
  patientName: study.patientName, detail: `${study.description || 'no description'} · ${images(study.instances)}`, isContested: study.concerns.length > 0,
  wish: { selection: { studies: [study.studyId] } }, lookAt: () => void attempt(() => openTeaching({ dialog, attempt, back: () => { openOrder(study); } }, study)),
});
const searchAe = (aeTitle: string): void => openRemote({ dialog, order: (study) => ask({
  patientName: study.patientName, detail: `${study.description || 'no description'} · from ${aeTitle}`, isContested: false, wish: { remote: { aeTitle, studyInstanceUids: [study.studyInstanceUid] } },
}) }, aeTitle);

let pending = 0;
/** Loads everything again soon; many events at once cost one round. */
const refresh = (): void => {
  if (pending !== 0) return;
  pending = window.setTimeout(() => {
    pending = 0;
    void Promise.all([loadStudies(), loadOrders(), loadRobots(), loadDiscs(), loadAes()]).then(() => { if (strip.textContent?.startsWith('Not live')) tell(''); }, (error: unknown) => tell(error instanceof Refused && error.status === 401 ? 'You are not signed in. Open the link that the appliance printed when it started.' : 'Not live: the appliance does not answer. Trying again.'));
  }, 250);
};

const follow = (): void => {
  const events = new EventSource('/api/v1/events');
  events.onmessage = refresh;
  events.onerror = () => window.setTimeout(refresh, 3000);
};

const start = async (): Promise<void> => {
  const facts = await (await fetch('/page-facts.json')).json() as { aeTitle: string; temporalUi: string; takesCopies: boolean };
  ({ aeTitle, takesCopies } = facts);
  byId('facts').textContent = `AE title ${facts.aeTitle}`;
  byId('temporal').setAttribute('href', facts.temporalUi);
  byId('search').addEventListener('submit', (event) => { event.preventDefault(); refresh(); });
  let typing = 0;
  byId('text').addEventListener('input', () => { window.clearTimeout(typing); typing = window.setTimeout(refresh, 150); });
  refresh();
  follow();
  void attempt(loadHealth);
  window.setInterval(() => void loadHealth().catch(() => { byId('health').textContent = 'No answer'; }), 10_000);
  window.setInterval(refresh, 10_000);
};
void start();
