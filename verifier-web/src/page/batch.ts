// What was found in one file or many: a single certificate is shown whole, several fill a table while they are checked,
// several at a time and told in their order, with a CSV of it.

import type { TrustAnchors } from '../core/index.js';
import type { Find } from '../open/index.js';
import { Bounds } from '../open/bounds.js';
import { csv, UNREADABLE, type Row } from './csv.js';
import { data, download, h, icon } from './dom.js';
import { judgeDocument, type Judged } from './judge.js';
import { inOrder, type Ahead } from './lanes.js';
import { t } from './messages.js';
import { colour } from './result.js';
import { leftOut, words } from './verdict-view.js';

/** Most files at once; the rest is named, not silently left out. */
export const BATCH_FILES = 5_000;

/** Files that are opened before it is the turn of the first of them, finds of each, and bytes of all that are opened at a time. */
const AHEAD = { things: 64, told: 16, weight: 64 << 20 };

/** Rows are drawn together, every so many milliseconds and as many more for each row that is there: drawing takes long. */
const DRAWING = 200;
const DRAWING_ROW = 0.2;

/** What is opened: a file, or what the camera saw. */
export interface Source {
  name: string;
  /** How many bytes it has. */
  size: number;
  open(bounds: Bounds): AsyncIterable<Find>;
}

/** What the page does with what comes out. */
export interface Sink {
  /** Where a table goes. */
  section: HTMLElement;
  /** Shows one certificate. */
  show(judged: Judged): void;
  /** Says why there is nothing to show. */
  fail(problem: string): void;
  explain(error: unknown): string;
  /** Whether nobody waits for it any more. */
  isOver(): boolean;
}

/** Something that was found, and judged if there was anything to judge. */
interface Told {
  find: Find;
  judged: Judged[];
  bounds: Bounds;
}

/** Opens and judges all of them. */
export async function checkAll(sources: readonly Source[], anchors: TrustAnchors, sink: Sink): Promise<void> {
  const batch = new Batch(sources, sink);
  const judged = (source: Source) => judgeAll(source, anchors);
  for await (const [source, all] of inOrder(sources.slice(0, BATCH_FILES), judged, await ahead())) {
    const before = batch.told;
    for await (const one of all) {
      batch.take(one);
      if (batch.isOver()) return;
    }
    if (batch.told === before && sources.length > 1) batch.nothing(source.name);
    batch.done += 1;
    // Let the page breathe: draw, scroll, be stopped.
    if (batch.done % 8 === 0) await new Promise((resolve) => { setTimeout(resolve); });
  }
  batch.finish();
}

/** As many at a time as are read at a time, and two that the page itself is busy with. */
async function ahead(): Promise<Ahead<Source>> {
  const atOnce = __SINGLE_FILE__ ? 1 : 2 + (await import('../scan/reader.js')).atOnce();
  return { ...AHEAD, atOnce, weigh: ({ size }) => size };
}

async function* judgeAll(source: Source, anchors: TrustAnchors): AsyncGenerator<Told> {
  const bounds = new Bounds();
  for await (const find of source.open(bounds)) {
    const judged = 'document' in find ? await judgeDocument(find.document, anchors, find.name) : [];
    yield { find, judged, bounds };
  }
}

/** What was found so far, in a table as soon as it is more than one thing. */
class Batch {
  /** Files that are done. */
  done = 0;
  private readonly rows: Row[] = [];
  private readonly judged = new Map<Row, Judged>();
  private readonly left: string[] = [];
  private table: Table | undefined;

  constructor(private readonly sources: readonly Source[], private readonly sink: Sink) {
    if (sources.length > 1) this.table = this.start();
    for (const { name } of sources.slice(BATCH_FILES)) this.add({ name, problem: t('read.bounds') });
  }

  /** How much the table tells so far. */
  get told(): number {
    return this.rows.length;
  }

  /** Says of a file with others in it that none of them is a certificate. */
  nothing(name: string): void {
    this.add({ name, problem: t('read.nothing') });
  }

  isOver(): boolean {
    if (this.table?.stopped === true) this.finish();
    return this.table?.stopped === true || this.sink.isOver();
  }

  take({ find, judged, bounds }: Told): void {
    if ('left' in find) this.left.push(find.name);
    else if ('problem' in find) this.add({ name: find.name, problem: this.sink.explain(find.problem) });
    else {
      for (const one of judged) {
        if (find.document.quoted === true && this.isKnown(one)) continue;
        this.add({ name: one.result.name ?? find.name, result: one.result }, one);
      }
    }
    this.table?.progress(this.done + bounds.done, this.sources.length - 1 + bounds.found);
  }

  /** A mail names in its text what it brings along. */
  private isKnown({ result }: Judged): boolean {
    return this.rows.some((row) => row.result !== undefined && row.result.verdict.raw === result.verdict.raw);
  }

  /** Shows the only certificate, or says why there is none; a table is closed. */
  finish(): void {
    if (this.table) {
      this.table.finish(this.left);
      return;
    }
    const [row] = this.rows;
    const only = row && this.judged.get(row);
    if (only && this.left.length > 0) only.result.left = this.left;
    if (only) this.sink.show(only);
    else this.sink.fail(`${row?.name ?? this.sources[0]?.name ?? ''}: ${row?.problem ?? t('read.nothing')}`);
  }

  private add(row: Row, judged?: Judged): void {
    this.rows.push(row);
    if (judged) this.judged.set(row, judged);
    if (this.table) this.draw(this.table, row);
    else if (this.rows.length > 1) {
      this.table = this.start();
      for (const one of this.rows) this.draw(this.table, one);
    }
  }

  private draw(table: Table, row: Row): void {
    const judged = this.judged.get(row);
    table.add(row, judged && (() => { this.sink.show(judged); }));
  }

  private start(): Table {
    const [first] = this.sources;
    const title = this.sources.length === 1 && first
      ? t('batch.inside', { name: first.name })
      : t('batch.title', { count: this.sources.length });
    return new Table(this.sink.section, title, this.rows);
  }
}

class Table {
  stopped = false;
  private readonly body = h('tbody');
  private readonly bar = h('progress', { 'aria-label': t('busy') });
  private readonly state = h('p', { class: 'state' });
  private readonly counts = { green: 0, amber: 0, unreadable: 0, red: 0, grey: 0 };
  private readonly tally = h('p', { class: 'tally', role: 'status' });
  private readonly stop = h('button', { type: 'button', class: 'button' }, t('batch.stop'));
  private readonly save: HTMLButtonElement;
  /** What is not drawn yet. */
  private readonly rows: HTMLElement[] = [];
  private said: { done: number; count: number } | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(section: HTMLElement, title: string, rows: readonly Row[]) {
    this.save = h('button', { type: 'button', class: 'button primary', onclick: () => { download('certificates.csv', csv(rows), 'text/csv'); } }, t('batch.csv'));
    this.save.disabled = true;
    this.stop.addEventListener('click', () => { this.stopped = true; });
    const heads = (['batch.file', 'batch.verdict', 'f.recipient', 'f.title', 'f.number'] as const)
      .map((key) => h('th', { scope: 'col' }, t(key)));
    section.replaceChildren(
      h('h2', { id: 'batch-title' }, data(title)),
      this.tally, this.bar, this.state,
      h('div', { class: 'actions' }, this.save, this.stop),
      h('div', { class: 'scroll rows', tabindex: 0, role: 'region', 'aria-label': t('batch.verdict') },
        h('table', {}, h('thead', {}, h('tr', {}, ...heads)), this.body)),
    );
    section.hidden = false;
  }

  /** Adds a row, which is drawn with the next progress that is told. */
  add(row: Row, show: (() => void) | undefined): void {
    const { result } = row;
    // What could not be read is neither good nor accused of anything.
    const shown = result ? colour(result) : 'amber';
    this.counts[result ? shown : UNREADABLE] += 1;
    const about = result?.verdict.claimed ?? result?.verdict;
    const said = result ? words(result).title : `${t('batch.unread')}: ${row.problem ?? ''}`;
    const label = t('batch.show', { name: row.name });
    const name = show
      ? h('button', { type: 'button', class: 'link', 'aria-label': label, onclick: show }, data(row.name))
      : data(row.name);
    const unproven = result?.verdict.claimed ? 'unproven' : '';
    this.rows.push(h('tr', { 'data-class': shown, 'data-verdict': result?.verdict.verdict ?? UNREADABLE },
      h('th', { scope: 'row' }, name),
      h('td', { class: 'mark' }, icon(shown), ' ', said),
      ...[about?.recipient, about?.title, about?.number].map((text) => h('td', { class: unproven }, data(text ?? '')))));
  }

  progress(done: number, count: number): void {
    this.said = { done, count };
    this.timer ??= setTimeout(() => { this.draw(); }, DRAWING + this.body.rows.length * DRAWING_ROW);
  }

  private draw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.body.append(...this.rows.splice(0));
    if (!this.said) return;
    this.bar.max = this.said.count;
    this.bar.value = this.said.done;
    this.state.textContent = t('batch.progress', this.said);
  }

  finish(left: readonly string[]): void {
    this.draw();
    this.bar.remove();
    this.stop.remove();
    this.save.disabled = false;
    // Of what was stopped, how far it came stays to be read.
    if (!this.stopped) this.state.replaceChildren();
    if (left.length > 0) this.state.append(h('span', { class: 'left' }, ...leftOut(left)));
    const all = Object.entries(this.counts) as [keyof typeof this.counts, number][];
    // Specimens and files that cannot be read are rare: where none is, none is counted.
    const shown = all.filter(([name, count]) => count > 0 || (name !== 'grey' && name !== UNREADABLE));
    this.tally.replaceChildren(...shown.map(([name, count]) => {
      const looks = name === UNREADABLE ? 'amber' : name;
      return h('span', { class: `count ${looks}`, 'data-count': name }, icon(looks), ` ${count} ${t(`batch.${name}`)}`);
    }));
  }
}
