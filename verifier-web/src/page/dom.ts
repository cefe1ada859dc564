// Makes elements. Data gets in as text only: nothing here, and nothing in the page, parses markup.

/** A string becomes a text node; `null`, `undefined` and `false` are left out. */
export type Child = Node | string | null | undefined | false;

type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

const SVG = 'http://www.w3.org/2000/svg';

/** Returns an element. Attributes that start with `on` are listeners; `true` is an empty attribute, `false` none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child instanceof Node || (typeof child === 'string' && child !== '')) element.append(child);
  }
  return element;
}

/** Returns a text of the outside world: isolated from the direction of what stands around it, hidden controls shown. */
export function data(text: string): HTMLElement {
  return h('bdi', {}, visible(text));
}

/** Replaces what cannot be seen and could deceive (controls, bidi overrides, zero width but joiners) by its code point. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (c) => `[U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}

/** Returns the picture of a class of verdict: decoration, the words beside it say the same. */
export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 48 48');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon icon-${name}`);
  for (const [kind, d] of ICONS[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', kind);
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** Each class of verdict has its own outline, not only its colour: a disc, a triangle, an octagon, a square. */
export type Icon = 'green' | 'amber' | 'red' | 'grey';

const ICONS: Record<Icon, readonly (readonly ['shape' | 'sign', string])[]> = {
  green: [
    ['shape', 'M24 3a21 21 0 1 0 0 42 21 21 0 0 0 0-42z'],
    ['sign', 'm14.5 24.8 6.6 6.6 13-14.2'],
  ],
  amber: [
    ['shape', 'M21 6.2 3.6 37.2C2.3 39.5 4 42.5 6.7 42.5h34.6c2.7 0 4.4-3 3.1-5.3L27 6.2c-1.4-2.4-4.6-2.4-6 0z'],
    ['sign', 'M24 17v12M24 35.5v.1'],
  ],
  red: [
    ['shape', 'M15.7 4h16.6L44 15.7v16.6L32.3 44H15.7L4 32.3V15.7z'],
    ['sign', 'm16.5 16.5 15 15m0-15-15 15'],
  ],
  grey: [
    ['shape', 'M6 6h36v36H6z'],
    ['sign', 'M15 24h18'],
  ],
};

/** Finds an element of `index.html`. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element as T;
}

/** Hands a file to the browser to be saved. */
export function download(name: string, content: string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => { URL.revokeObjectURL(url); }, 10_000);
}
