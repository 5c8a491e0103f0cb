/** What teaching copies hold back of a study: a person looks at each, and lets it leave or takes that back. */
import { get, post } from './client.ts';
import type { Holding, Holdings, Study } from './client.ts';
import { ago, el, personName } from './dom.ts';

export interface TeachingDialog {
  readonly dialog: HTMLDialogElement;
  /** Sends, and shows what goes wrong; false when it did. */
  readonly attempt: (work: () => Promise<unknown>) => Promise<boolean>;
  /** Where the person came from. */
  readonly back: () => void;
}

/** Cards shown at first, and added by each press: pictures are drawn when they are asked for. */
const PAGE = 60;

const lookPath = ({ instanceId }: Holding, frame = 1): string => `/api/v1/instances/${instanceId}/look${frame > 1 ? `?frame=${frame}` : ''}`;
const nameOf = (holding: Holding): string => `${holding.modality} ${holding.instanceNumber}`.trim();

const picture = (holding: Holding, card: HTMLElement): readonly HTMLElement[] => {
  const image = el('img', { src: lookPath(holding), alt: nameOf(holding), loading: 'lazy', on: { click: () => card.classList.toggle('large'), error: () => { image.replaceWith(el('div', { class: 'plate' }, 'cannot be shown')); } } }) as HTMLImageElement;
  if (holding.frames < 2) return [image];
  const said = el('span', { class: 'small' }, `Frame 1 of ${holding.frames}`);
  const slider = el('input', { type: 'range', min: 1, max: holding.frames, value: 1, 'aria-label': `Frame of ${nameOf(holding)}`, on: {
    input: () => { said.textContent = `Frame ${slider.value} of ${holding.frames}`; },
    change: () => { image.src = lookPath(holding, Number(slider.value)); },
  } }) as HTMLInputElement;
  return [image, said, slider];
};

const shown = (holding: Holding, card: HTMLElement): readonly HTMLElement[] => {
  if (holding.look === 'picture') return picture(holding, card);
  if (holding.look === 'nothing') return [el('div', { class: 'plate' }, 'cannot be shown here')];
  return [el('div', { class: 'plate' }, el('a', { href: lookPath(holding), target: '_blank', rel: 'noreferrer' }, holding.look === 'report' ? 'Open the report' : 'Open the document'))];
};

interface Card { readonly element: HTMLElement; update(holding: Holding): void }

const cardOf = (holding: Holding, say: (instanceId: number, wish: 'release' | 'revoke') => void): Card => {
  const element = el('article', { class: 'holding' });
  const state = el('div', { class: 'state' });
  element.append(...shown(holding, element), el('div', { class: 'strong' }, el('bdi', {}, nameOf(holding))), ...holding.reasons.map(({ text }) => el('div', { class: 'small' }, text)), state);
  const update = ({ instanceId, release }: Holding): void => state.replaceChildren(
    el('span', { class: `tag ${release ? 'good' : 'warn'}` }, release ? 'released' : 'held back'),
    el('span', { class: 'small' }, release ? `by ${release.by}, ${ago(release.at)}` : ''),
    el('button', { class: release ? '' : 'main', on: { click: () => say(instanceId, release ? 'revoke' : 'release') } }, release ? 'Take back' : 'Release'));
  update(holding);
  return { element, update };
};

const bySeries = (holdings: readonly Holding[]): readonly (readonly Holding[])[] => {
  const series = new Map<number, Holding[]>();
  for (const one of holdings) series.set(one.seriesId, [...series.get(one.seriesId) ?? [], one]);
  return [...series.values()];
};

/** Opens the dialog with everything of a study that needs a look. */
export const openTeaching = async ({ dialog, attempt, back }: TeachingDialog, study: Study): Promise<void> => {
  const path = `/studies/${study.studyId}/teaching`;
  const cards = new Map<number, Card>();
  const summary = el('p', { class: 'small' });
  const list = el('div', { class: 'series' });
  const ask = async (): Promise<Holdings> => {
    const found = await get<Holdings>(path);
    summary.textContent = found.holdings.length === 0 ? 'Nothing of this study needs a look: all of it goes on teaching copies.'
      : `${found.heldBack} of ${found.instances} ${found.instances === 1 ? 'instance is' : 'instances are'} held back until someone has looked. Names and numbers burned into a picture, or written in a report, are not taken off: release only what shows none.`;
    for (const one of found.holdings) cards.get(one.instanceId)?.update(one);
    return found;
  };
  const say = (work: () => Promise<unknown>): void => void attempt(async () => { await work(); await ask(); });
  const card = (holding: Holding): HTMLElement => {
    const made = cardOf(holding, (instanceId, wish) => say(() => post(`/instances/${instanceId}/${wish}`)));
    cards.set(holding.instanceId, made);
    return made.element;
  };
  const section = (holdings: readonly Holding[]): HTMLElement => {
    const [first] = holdings;
    const grid = el('div', { class: 'holdings' }, ...holdings.slice(0, PAGE).map(card));
    let next = PAGE;
    const more = el('button', { hidden: holdings.length <= PAGE, on: { click: () => {
      grid.append(...holdings.slice(next, next + PAGE).map(card));
      next += PAGE;
      more.hidden = next >= holdings.length;
    } } }, `Show more of ${holdings.length}`);
    return el('section', {},
      el('div', { class: 'title' }, el('h4', {}, el('bdi', {}, `Series ${first?.seriesNumber ?? ''} · ${first?.modality ?? ''}${first?.seriesDescription ? ` · ${first.seriesDescription}` : ''}`)),
        holdings.length > 1 ? el('button', { on: { click: () => say(() => post(`/series/${first?.seriesId ?? 0}/release`)) } }, `Release all ${holdings.length}`) : null),
      grid, more);
  };
  const found = await ask();
  list.replaceChildren(...bySeries(found.holdings).map(section));
  dialog.className = 'looks';
  dialog.replaceChildren(el('div', { class: 'inside' },
    el('h3', { id: 'dialog-title' }, 'Held back from teaching copies'),
    el('div', {}, el('div', { class: 'strong' }, el('bdi', {}, personName(study.patientName))), el('div', { class: 'small' }, study.description || 'no description')),
    summary, list,
    el('div', { class: 'end' }, el('button', { on: { click: () => dialog.close() } }, 'Close'), el('button', { class: 'main', on: { click: back } }, 'Back to the order'))));
  if (!dialog.open) dialog.showModal();
};
