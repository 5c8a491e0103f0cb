/** Searches what another AE holds; a study found there becomes an order, which fetches it first. */
import { get } from './client.ts';
import type { RemoteStudy } from './client.ts';
import { day, el, images, personName } from './dom.ts';

export interface RemoteDialog {
  readonly dialog: HTMLDialogElement;
  readonly order: (study: RemoteStudy) => void;
}

interface Answer { readonly studies: readonly RemoteStudy[]; readonly isComplete: boolean }

const field = (name: string, placeholder = ''): HTMLInputElement => el('input', { name, type: 'text', maxlength: 64, autocomplete: 'off', placeholder }) as HTMLInputElement;
const date = (name: string): HTMLInputElement => el('input', { name, type: 'date' }) as HTMLInputElement;

/** Names match from their beginning where the person does not say otherwise. */
const namePattern = (text: string): string => (text === '' || /[*?]/.test(text) ? text : `${text}*`);

const countOf = ({ instances, series }: RemoteStudy): string => (instances !== null ? images(instances) : series !== null ? `${series} series` : '');

const row = (study: RemoteStudy, order: (study: RemoteStudy) => void): HTMLElement => el('div', { class: 'ae' },
  el('div', { class: 'grow' },
    el('div', { class: 'strong' }, el('bdi', {}, personName(study.patientName))),
    el('div', { class: 'small' }, el('bdi', {}, study.patientId || 'no patient id'), study.birthDate ? ` · born ${day(study.birthDate)}` : '', study.sex ? ` · ${study.sex}` : ''),
    el('div', {}, el('bdi', {}, study.description || 'no description')),
    el('div', { class: 'small' }, [day(study.studyDate), study.modalities.join(' '), study.accessionNumber, countOf(study)].filter((part) => part !== '').join(' · '))),
  el('button', { type: 'button', class: 'main', on: { click: () => order(study) } }, 'Order disc'));

/** Opens the search in one AE. */
export const openRemote = ({ dialog, order }: RemoteDialog, aeTitle: string): void => {
  const name = field('patientName', 'Family name');
  const patientId = field('patientId');
  const accessionNumber = field('accessionNumber');
  const [from, to] = [date('dateFrom'), date('dateTo')];
  const submit = el('button', { class: 'main', type: 'submit' }, 'Search') as HTMLButtonElement;
  const said = el('p', { class: 'small', role: 'status' }, `What is found here is fetched from ${aeTitle} before its disc is made.`);
  const found = el('div', { class: 'found' });

  const search = async (): Promise<void> => {
    const keys = { patientName: namePattern(name.value.trim()), patientId: patientId.value.trim(), accessionNumber: accessionNumber.value.trim(), dateFrom: from.value.replaceAll('-', ''), dateTo: to.value.replaceAll('-', '') };
    const query = new URLSearchParams(Object.entries(keys).filter(([, value]) => value !== ''));
    if (query.size === 0) { said.textContent = 'Fill in at least one field.'; return; }
    submit.disabled = true;
    said.textContent = `Asking ${aeTitle} …`;
    try {
      const { studies, isComplete } = await get<Answer>(`/remote/${encodeURIComponent(aeTitle)}/studies?${query.toString()}`);
      said.textContent = `${studies.length === 0 ? 'Nothing found' : studies.length === 1 ? 'One study' : `${studies.length} studies`}${isComplete ? '' : ', and more that do not fit here: narrow the search'}.`;
      found.replaceChildren(...studies.map((study) => row(study, order)));
    } catch (error) {
      found.replaceChildren();
      said.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      submit.disabled = false;
    }
  };

  dialog.className = 'wide';
  dialog.replaceChildren(el('form', { on: { submit: (event) => { event.preventDefault(); void search(); } } },
    el('h3', { id: 'dialog-title' }, `Search ${aeTitle}`),
    el('div', { class: 'pair' }, el('label', {}, 'Name', name), el('label', {}, 'Patient id', patientId), el('label', {}, 'Accession number', accessionNumber), el('div', { class: 'pair dates' }, el('label', {}, 'From', from), el('label', {}, 'To', to))),
    said, found,
    el('div', { class: 'end' }, el('button', { type: 'button', on: { click: () => dialog.close() } }, 'Close'), submit)));
  if (!dialog.open) dialog.showModal();
  name.focus();
};
