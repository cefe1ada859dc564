// Many files at once: a table that fills while they are checked, one after the other, and a CSV of it.

import { csv, type Row } from './csv.js';
import { data, h, icon } from './dom.js';
import { t } from './messages.js';
import { colour, type Result } from './result.js';
import { words } from './verdict-view.js';

/** Reads and verifies one file; throws what is to be said when there is nothing to verify in it. */
export type Check = (file: File) => Promise<Result>;

/** Most files at once; the rest is named, not silently left out. */
export const BATCH_FILES = 5_000;

/** Fills `section` with the results of all files. `show` opens one. */
export async function runBatch(
  section: HTMLElement,
  files: readonly File[],
  check: Check,
  explain: (error: unknown) => string,
  show: (result: Result) => void,
): Promise<void> {
  const rows: Row[] = [];
  const table = new Table(section, files.length, rows);
  for (const file of files) {
    if (table.stopped) break;
    const row: Row = await check(file).then(
      (result) => ({ name: file.name, result }),
      (error: unknown) => ({ name: file.name, problem: explain(error) }),
    );
    rows.push(row);
    table.add(row, show);
    // Let the page breathe: draw, scroll, be stopped.
    if (rows.length % 8 === 0) await new Promise((resolve) => { setTimeout(resolve); });
  }
  table.finish();
}

class Table {
  stopped = false;
  private readonly body = h('tbody');
  private readonly bar: HTMLProgressElement;
  private readonly state = h('p', { class: 'state' });
  private readonly counts = { green: 0, amber: 0, red: 0 };
  private readonly tally = h('p', { class: 'tally', role: 'status' });
  private readonly stop = h('button', { type: 'button', class: 'button' }, t('batch.stop'));
  private readonly save: HTMLButtonElement;

  constructor(section: HTMLElement, private readonly total: number, private readonly rows: readonly Row[]) {
    this.bar = h('progress', { max: total, value: 0, 'aria-label': t('busy') });
    this.save = h('button', { type: 'button', class: 'button primary', onclick: () => { download(rows); } }, t('batch.csv'));
    this.save.disabled = true;
    this.stop.addEventListener('click', () => { this.stopped = true; });
    const heads = (['batch.file', 'batch.verdict', 'f.recipient', 'f.title', 'f.number'] as const)
      .map((key) => h('th', { scope: 'col' }, t(key)));
    section.replaceChildren(
      h('h2', { id: 'batch-title' }, t('batch.title', { count: total })),
      this.tally, this.bar, this.state,
      h('div', { class: 'actions' }, this.save, this.stop),
      h('div', { class: 'scroll rows', tabindex: 0, role: 'region', 'aria-label': t('batch.verdict') },
        h('table', {}, h('thead', {}, h('tr', {}, ...heads)), this.body)),
    );
    section.hidden = false;
  }

  add(row: Row, show: (result: Result) => void): void {
    const { result } = row;
    const shown = result ? colour(result) : 'red';
    this.counts[shown] += 1;
    const about = result?.verdict.claimed ?? result?.verdict;
    const said = result ? words(result).title : `${t('batch.unread')}: ${row.problem ?? ''}`;
    const label = t('batch.show', { name: row.name });
    const name = result
      ? h('button', { type: 'button', class: 'link', 'aria-label': label, onclick: () => { show(result); } }, data(row.name))
      : data(row.name);
    const unproven = result?.verdict.claimed ? 'unproven' : '';
    this.body.append(h('tr', { 'data-class': shown, 'data-verdict': result?.verdict.verdict ?? '' },
      h('th', { scope: 'row' }, name),
      h('td', { class: 'mark' }, icon(shown), ' ', said),
      ...[about?.recipient, about?.title, about?.number].map((text) => h('td', { class: unproven }, data(text ?? '')))));
    this.progress();
  }

  finish(): void {
    this.bar.remove();
    this.stop.remove();
    this.progress();
    this.state.remove();
    this.save.disabled = false;
    const { green, amber, red } = this.counts;
    this.tally.replaceChildren(...([['green', green], ['amber', amber], ['red', red]] as const).map(([name, count]) =>
      h('span', { class: `count ${name}` }, icon(name), ` ${count} ${t(`batch.${name}`)}`)));
  }

  private progress(): void {
    this.bar.value = this.rows.length;
    this.state.textContent = t('batch.progress', { done: this.rows.length, count: this.total });
  }
}

function download(rows: readonly Row[]): void {
  const url = URL.createObjectURL(new Blob([csv(rows)], { type: 'text/csv' }));
  h('a', { href: url, download: 'certificates.csv' }).click();
  setTimeout(() => { URL.revokeObjectURL(url); }, 10_000);
}
