/** Making elements without markup in strings: text stays text, whatever a patient is called. */
type Child = Node | string | number | null | undefined | false;

interface Properties {
  readonly class?: string;
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
  readonly [attribute: string]: unknown;
}

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element with attributes, listeners and children. */
export const el = (name: string, properties: Properties = {}, ...children: readonly Child[]): HTMLElement => fill(document.createElement(name), properties, children);

/** An SVG element. */
export const svg = (name: string, properties: Properties = {}, ...children: readonly Child[]): SVGElement => fill(document.createElementNS(SVG, name), properties, children);

const fill = <E extends Element>(element: E, properties: Properties, children: readonly Child[]): E => {
  for (const [key, value] of Object.entries(properties)) {
    if (key === 'on') for (const [type, listener] of Object.entries(value as Record<string, (event: Event) => void>)) element.addEventListener(type, listener);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter((child): child is Node | string | number => child !== null && child !== undefined && child !== false).map((child) => (typeof child === 'number' ? String(child) : child)));
  return element;
};

export const byId = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new TypeError(`the page has no #${id}`);
  return found;
};

/** Replaces the children only when they would look different, so that focus and selection survive updates. */
export const show = (holder: HTMLElement, ...children: readonly Node[]): void => {
  const next = document.createElement('div');
  next.append(...children);
  if (holder.dataset['shown'] === next.innerHTML) return;
  holder.dataset['shown'] = next.innerHTML;
  const focused = holder.contains(document.activeElement) ? document.activeElement?.getAttribute('data-key') : null;
  holder.replaceChildren(...next.childNodes);
  if (focused) holder.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
};

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];
export const size = (bytes: number): string => {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 || bytes / 1000 ** step >= 100 ? 0 : 1)} ${UNITS[step] ?? ''}`;
};

export const images = (count: number): string => `${count} ${count === 1 ? 'image' : 'images'}`;

/** A DICOM date as written, with dashes. */
export const day = (date: string): string => (/^\d{8}$/.test(date) ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : date);

/** A person name: family name first, given names after a comma, other writings beside. */
export const personName = (name: string): string => name.split('=').filter((group) => group !== '').map((group) => {
  const [family = '', ...given] = group.split('^');
  const rest = given.filter((part) => part !== '').join(' ');
  return rest === '' ? family : `${family}, ${rest}`;
}).join('  ·  ') || '(no name)';

/** How long ago, or how long until, in words that change slowly. */
export const ago = (iso: string): string => {
  const seconds = Math.round((Date.now() - Date.parse(iso)) / 1000);
  const far = Math.abs(seconds);
  if (seconds >= 0 && far < 10) return 'just now';
  const text = far < 60 ? `${Math.floor(far / 10) * 10 || 'a few'} s` : far < 3600 ? `${Math.floor(far / 60)} min` : far < 86_400 ? `${Math.floor(far / 3600)} h` : new Date(iso).toLocaleDateString();
  return far >= 86_400 ? text : seconds >= 0 ? `${text} ago` : `in ${text}`;
};
