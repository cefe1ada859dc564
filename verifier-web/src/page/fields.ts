// Every field of a document by its path, for whoever wants to see what exactly was signed.

import { data, h } from './dom.js';
import { t } from './messages.js';

/** Most rows that are drawn; a credential's size bounds them anyway. */
const ROWS = 2_000;

/** Returns a table of paths and values. */
export function fieldTable(document: unknown): HTMLElement {
  const rows: [string, string][] = [];
  walk('', document, rows);
  return h('div', { class: 'scroll fields', tabindex: 0, role: 'region', 'aria-label': t('more.fields') },
    h('table', { dir: 'ltr' }, h('tbody', {}, ...rows.map(([path, value]) =>
      h('tr', {}, h('th', { scope: 'row' }, h('code', {}, data(path))), h('td', {}, data(value)))))));
}

function walk(path: string, value: unknown, rows: [string, string][]): void {
  if (rows.length >= ROWS) return;
  if (Array.isArray(value) && value.length > 0) {
    value.forEach((item, i) => { walk(`${path}[${i}]`, item, rows); });
  } else if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    for (const [name, item] of Object.entries(value)) walk(path === '' ? name : `${path}.${name}`, item, rows);
  } else {
    rows.push([path, typeof value === 'string' ? value : JSON.stringify(value)]);
  }
}
