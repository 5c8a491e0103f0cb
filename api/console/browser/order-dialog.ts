/** The dialog that orders a disc: what most want at once, the rest behind "More". A made passphrase is shown once. */
import { post } from './client.ts';
import { el, personName } from './dom.ts';

/** What a disc is ordered of. */
export interface Wanted {
  readonly patientName: string;
  /** What it is and how much. */
  readonly detail: string;
  /** A person must look at it first. */
  readonly isContested: boolean;
  /** How the API is told. */
  readonly wish: { readonly selection: { readonly studies: readonly number[] } } | { readonly remote: { readonly aeTitle: string; readonly studyInstanceUids: readonly string[] } };
  /** Opens what a teaching copy would hold back; absent where that cannot be seen yet. */
  readonly lookAt?: () => void;
}

export interface OrderDialog {
  readonly dialog: HTMLDialogElement;
  readonly takesCopies: boolean;
  /** Sends, and shows what goes wrong; false when it did. */
  readonly attempt: (work: () => Promise<unknown>) => Promise<boolean>;
}

type Choices = readonly (readonly [string, string])[];

const COPY_TYPES: Choices = [['patient', 'For the patient'], ['physician', 'For a physician'], ['teaching', 'For teaching: de-identified'], ['legal', 'Legal copy: every byte as received']];
const LANGUAGES: Choices = [['', 'Language of the appliance'], ['en', 'English'], ['de', 'Deutsch'], ['fr', 'Français'], ['es', 'Español'], ['it', 'Italiano'], ['pt', 'Português'], ['nl', 'Nederlands'], ['pl', 'Polski'], ['tr', 'Türkçe'], ['ar', 'العربية'], ['ja', '日本語'], ['zh', '中文']];
const ENCRYPTIONS: Choices = [['none', 'Not encrypted'], ['zip', 'ZIP with a passphrase'], ['media-security', 'For holders of certificates']];
const TARGETS: Choices = [['disc', 'Disc'], ['iso', 'Image file'], ['zip', 'ZIP file'], ['folder', 'Folder, for a stick']];

const select = (name: string, choices: Choices): HTMLSelectElement => el('select', { name }, ...choices.map(([value, text]) => el('option', { value }, text))) as HTMLSelectElement;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;

/** Told once: the person must be able to read it and say when that is done. */
export const showPassphrase = (dialog: HTMLDialogElement, passphrase: string): void => {
  dialog.replaceChildren(el('div', { class: 'inside' },
    el('h3', { id: 'dialog-title' }, 'Passphrase of this order'),
    el('p', { class: 'passphrase' }, passphrase),
    el('p', { class: 'small' }, 'It opens the encrypted files and is shown this once only. Give it to the recipient apart from the disc.'),
    el('div', { class: 'end' }, el('button', { class: 'main', on: { click: () => dialog.close() } }, 'I have noted it'))));
};

interface More {
  readonly section: HTMLElement;
  readonly content: () => Record<string, unknown>;
  readonly passphrase: () => string | undefined;
}

const more = (takesCopies: boolean, look: (() => void) | undefined): More => {
  const copyType = select('copyType', COPY_TYPES);
  const language = select('language', LANGUAGES);
  const encryption = select('encryption', ENCRYPTIONS);
  const target = select('target', TARGETS);
  const passphrase = el('input', { type: 'text', name: 'passphrase', autocomplete: 'off', maxlength: 200, placeholder: 'empty: one is made' }) as HTMLInputElement;
  const certificates = el('textarea', { name: 'certificates', rows: 3, placeholder: '-----BEGIN CERTIFICATE-----' }) as HTMLTextAreaElement;
  const ofZip = el('label', { hidden: true }, 'Passphrase', passphrase);
  const ofCertificates = el('label', { hidden: true }, 'Certificates of the recipients (PEM)', certificates);
  const note = el('div', { class: 'note', hidden: true }, el('p', { class: 'small' }, 'Images that do not say they are free of burned-in names, reports and documents are held back until someone has looked at them; the report of the order names them.'), look ? el('button', { type: 'button', on: { click: look } }, 'Look at them') : null);
  const arrange = (): void => {
    ofZip.hidden = encryption.value !== 'zip';
    ofCertificates.hidden = encryption.value !== 'media-security';
    note.hidden = copyType.value !== 'teaching';
  };
  for (const one of [encryption, copyType]) one.addEventListener('change', arrange);
  return {
    section: el('details', { class: 'more' }, el('summary', {}, 'More'),
      el('div', { class: 'pair' }, el('label', {}, 'Kind of copy', copyType), el('label', {}, 'Language', language), el('label', {}, 'Encryption', encryption), takesCopies ? el('label', {}, 'Deliver as', target) : null),
      ofZip, ofCertificates, note),
    content: () => ({
      copyType: copyType.value, language: language.value, encryption: encryption.value, ...(takesCopies ? { target: target.value } : {}),
      ...(encryption.value === 'media-security' ? { recipientCertificates: certificates.value.match(CERTIFICATE) ?? [] } : {}),
    }),
    passphrase: () => (encryption.value === 'zip' && passphrase.value !== '' ? passphrase.value : undefined),
  };
};

/** Asks for one thing. The same opened dialog orders once, however often it is sent. */
export const openOrderDialog = ({ dialog, takesCopies, attempt }: OrderDialog, { patientName, detail, isContested, wish, lookAt }: Wanted): void => {
  let key = crypto.randomUUID();
  const copies = el('input', { type: 'number', min: 1, max: 99, value: 1, required: true, name: 'copies' }) as HTMLInputElement;
  const comment = el('input', { type: 'text', maxlength: 240, name: 'comment', placeholder: 'printed on the label' }) as HTMLInputElement;
  const submit = el('button', { class: 'main', type: 'submit' }, 'Order') as HTMLButtonElement;
  const options = more(takesCopies, lookAt);
  const send = async (): Promise<void> => {
    const passphrase = options.passphrase();
    const placed = await post<{ passphrase?: string }>('/orders', {
      ...wish, copies: Number(copies.value), comment: comment.value, content: options.content(), ...(passphrase === undefined ? {} : { passphrase }),
    }, { 'idempotency-key': key });
    if (placed.passphrase === undefined) dialog.close();
    else showPassphrase(dialog, placed.passphrase);
  };
  const form = el('form', { on: {
    submit: (event) => {
      event.preventDefault();
      submit.disabled = true;
      void attempt(send).then((isDone) => {
        submit.disabled = false;
        if (!isDone) dialog.close();
      });
    },
    // Another wish is another order.
    change: () => { key = crypto.randomUUID(); },
  } },
    el('h3', { id: 'dialog-title' }, 'Order a disc'),
    el('div', {}, el('div', { class: 'strong' }, el('bdi', {}, personName(patientName))), el('div', { class: 'small' }, detail)),
    isContested ? el('div', { class: 'waits' }, 'A person must look at this study first: the order will wait to be released.') : null,
    el('div', { class: 'two' }, el('label', {}, 'Copies', copies), el('label', {}, 'Comment', comment)),
    options.section,
    el('div', { class: 'end' }, el('button', { type: 'button', on: { click: () => dialog.close() } }, 'Not now'), submit));
  dialog.className = '';
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
  copies.select();
};
