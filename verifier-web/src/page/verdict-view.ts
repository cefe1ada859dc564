// The verdict as people see it: first the word, its colour and its shape; then who, what, when; then what it rests on.
// What is not proven stands apart, under a heading that says so.

import type { Anchor, Verdict } from '../core/index.js';
import type { Field } from './compare.js';
import { data, download, h, icon, visible, type Child } from './dom.js';
import { fieldTable } from './fields.js';
import { ago, current, day, has, instant, lastDay, list, moment, t, type MessageKey } from './messages.js';
import { placeOf, withoutTrustFile } from './places.js';
import { colour, proven, type Result } from './result.js';

/** Most names of files without a certificate that are listed. */
const NAMES = 30;

/** The texts of a verdict; also what is read out. */
export function words(result: Result): { title: string; text: string; todo: string } {
  const { verdict } = result;
  const say = (part: string) => t(`v.${verdict.verdict}.${part}` as MessageKey);
  if (colour(result) !== verdict.class) {
    const { differs, uncompared } = result.compared ?? { differs: [], uncompared: [] };
    const isUnseen = result.compared === undefined && result.doubtful !== true;
    if (isUnseen) return { title: say('title'), text: t('differs.uncompared'), todo: say('todo') };
    if (differs.length === 0 && uncompared.length > 0 && result.doubtful !== true) {
      const text = result.picture === true ? t('unclear.picture') : t('unclear.text', { fields: list(uncompared.map(fieldWord)) });
      return { title: t('unclear.title'), text, todo: t('unclear.todo') };
    }
    return { title: t('differs.title'), text: t('differs.text'), todo: t('v.valid.todo') };
  }
  const place = verdict.verdict === 'malformed' ? placeOf(verdict.field ?? '') : undefined;
  const without = withoutTrustFile(verdict);
  const key = place !== undefined ? `m.${place}` : without !== undefined ? `k.${without}` : undefined;
  return { title: say('title'), text: say('text'), todo: key === undefined ? say('todo') : t(key as MessageKey) };
}

/** What can be done with a verdict that is shown. */
export interface Doing {
  /** A link that shows it again. */
  link?: string | undefined;
  /** Goes back to the table that it came from. */
  back?: (() => void) | undefined;
}

/** What people call a field, within a sentence. */
function fieldWord(field: Field): string {
  return t(field === 'f.recipient' ? 'unclear.name' : field === 'f.number' ? 'unclear.number' : 'unclear.for');
}

/** Fills the verdict's section. The attributes are what scripts read. */
export function showVerdict(section: HTMLElement, result: Result, anchors: readonly Anchor[], doing: Doing = {}): void {
  const { verdict } = result;
  const { title, text, todo } = words(result);
  const shown = colour(result);
  section.replaceChildren(
    h('div', { class: 'banner' }, icon(shown), h('div', {},
      h('h2', { id: 'verdict-title' }, title),
      h('p', { class: 'sentence' }, text, ' ', detail(verdict)),
      h('p', { class: 'todo' }, todo),
    )),
    h('div', { class: 'body' },
      differencesTable(result),
      verdict.claimed ? claims(verdict, anchors) : facts(verdict),
      problem(result),
      rests(result),
      more(verdict, doing),
    ),
  );
  section.hidden = false;
  section.dataset['class'] = shown;
  section.dataset['verdict'] = verdict.verdict;
}

function detail(verdict: Verdict): string {
  const key = `d.${verdict.detail ?? ''}`;
  return has(key) ? t(key) : '';
}

function facts(verdict: Verdict): Child {
  if (!proven(verdict)) return null;
  return h('div', { class: 'genuine' },
    verdict.recipient !== undefined && h('p', { class: 'label' }, t('f.recipient')),
    verdict.recipient !== undefined && h('p', { class: 'who' }, data(verdict.recipient)),
    verdict.title !== undefined && h('p', { class: 'label' }, t('f.title')),
    verdict.title !== undefined && h('p', { class: 'what' }, data(verdict.title)),
    h('dl', { class: 'facts' },
      fact('f.number', verdict.number, 'code'),
      ...achieved(verdict),
      fact('f.from', verdict.validFrom && instant(verdict.validFrom)),
      fact('f.until', verdict.validUntil ? lastDay(verdict.validUntil) : t('f.unlimited')),
      ...reason(verdict),
    ),
    h('div', { class: 'issuer' },
      h('p', { class: 'label' }, t('f.issuer')),
      h('p', { class: 'issuer-name' }, data(verdict.issuerName ?? host(verdict.issuer) ?? '')),
      h('dl', { class: 'facts' },
        fact('f.address', host(verdict.issuer), 'code'),
        fact('f.fingerprint', verdict.rootFingerprint, 'code print'),
      ),
    ),
  );
}

/** What else was signed about the achievement, where it is there: when, with what result, for what. */
function achieved({ credential }: Verdict): Child[] {
  const subject = of(credential, 'credentialSubject');
  const achievement = of(subject, 'achievement');
  const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined);
  const number = (value: unknown) => {
    const found = Number(typeof value === 'object' && value !== null ? of(value, 'value') : value);
    return Number.isFinite(found) ? found.toLocaleString(current()) : undefined;
  };
  const [starts, ends] = [text(of(subject, 'activityStartDate')), text(of(subject, 'activityEndDate'))];
  const dates = [starts, ends].flatMap((one) => (one === undefined ? [] : [day(one)]));
  const results = [of(subject, 'result') ?? []].flat().flatMap((one) => text(of(one, 'value')) ?? []);
  const credits = of(subject, 'creditsEarned');
  return [
    fact('f.dates', [...new Set(dates)].join(' – ')),
    fact('f.result', results.join(', ')),
    fact('f.credits', credits === undefined ? undefined : number(credits)),
    fact('f.role', text(of(subject, 'role'))),
    fact('f.term', text(of(subject, 'term'))),
    fact('f.about', text(of(achievement, 'description')), 'wide'),
    fact('f.criteria', text(of(of(achievement, 'criteria'), 'narrative')), 'wide'),
  ];
}

function of(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function reason(verdict: Verdict): Child[] {
  if (!verdict.reason) return [];
  const { code, at, text } = verdict.reason;
  return [fact(code === 'superseded' ? 'f.supersededAt' : 'f.revokedAt', day(at)), fact('f.reason', text, 'wide')];
}

function claims(verdict: Verdict, anchors: readonly Anchor[]): Child {
  const { claimed } = verdict;
  if (!claimed) return null;
  return h('div', {},
    h('div', { class: 'claims' },
      h('h3', {}, t('claims.title')),
      h('dl', { class: 'facts' },
        fact('f.recipient', claimed.recipient, 'wide'),
        fact('f.title', claimed.title, 'wide'),
        fact('f.number', claimed.number, 'code'),
        fact('f.issuerName', claimed.issuerName),
        fact('f.address', host(claimed.issuer), 'code'),
        fact('f.key', claimed.key, 'code'),
      )),
    verdict.verdict === 'untrusted_issuer' && anchors.length > 0 && h('div', { class: 'compare' },
      h('h3', {}, t('claims.trusted')),
      h('ul', { class: 'plain' }, ...anchors.map((anchor) => h('li', {}, data(anchor.name), ' ',
        h('code', {}, data(host(anchor.issuer) ?? '')), ' ', h('code', {}, anchor.rootFingerprint)))),
    ),
  );
}

/** Fields of what is no certificate: what to do about it says all there is. */
const MEANT = ['page', 'number', 'mail'];

function problem({ verdict, page }: Result): Child {
  if (verdict.verdict !== 'malformed') return null;
  // Nothing is fetched: the reader goes there, or does not.
  if (page !== undefined) return h('p', {}, h('a', { href: page, rel: 'noopener noreferrer', dir: 'ltr' }, visible(page)));
  if (MEANT.includes(verdict.field ?? '')) return null;
  return h('dl', { class: 'facts' }, fact('f.field', verdict.field, 'code'), fact('f.problem', verdict.problem, 'wide'));
}

/** What the verdict rests on: this device, and a revocation list of some date. */
function rests(result: Result): Child {
  const { verdict, at } = result;
  const lines = [t('checked.device', { time: moment(at) })];
  if (proven(verdict)) {
    lines.push(verdict.statusAsOf
      ? t('checked.list', { date: day(verdict.statusAsOf), age: ago(verdict.statusAsOf, at) })
      : t('checked.none'));
    if (verdict.nextUpdate) lines.push(t('checked.next', { date: day(verdict.nextUpdate) }));
    if (result.printed && result.compared === undefined) lines.push(t('differs.uncompared'));
    if (result.picture === true) lines.push(t('unclear.picture'));
  }
  return h('ul', { class: 'rests plain' },
    result.name !== undefined && h('li', {}, t('source.file', { name: '' }), data(result.name)),
    result.strays !== undefined && h('li', {}, t('source.strays'), ' ', data(result.strays.join(', '))),
    result.left !== undefined && h('li', {}, ...leftOut(result.left)),
    ...lines.map((line) => h('li', {}, line)));
}

function differencesTable(result: Result): Child {
  const all = result.compared?.differs ?? [];
  if (all.length === 0) return null;
  const heads = (['differs.field', 'differs.signed', 'differs.printed'] as const).map((key) => h('th', { scope: 'col' }, t(key)));
  const rows = all.map((one) => h('tr', {},
    h('th', { scope: 'row' }, t(one.field)),
    h('td', { class: 'signed' }, data(one.signed)),
    h('td', { class: 'printed' }, one.found === undefined ? h('em', {}, t('differs.absent')) : data(one.found)),
  ));
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': t('differs.title') },
    h('table', { class: 'differs' }, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows)));
}

function more(verdict: Verdict, { link, back }: Doing): Child {
  const { raw } = verdict;
  return h('div', { class: 'more' },
    verdict.credential !== undefined && h('details', {},
      h('summary', {}, t(proven(verdict) ? 'more.fields' : 'more.claimed')),
      fieldTable(verdict.credential)),
    raw !== undefined && h('details', {},
      h('summary', {}, t('more.raw')),
      h('pre', { tabindex: 0, dir: 'ltr', role: 'region', 'aria-label': t('more.raw') }, raw),
      copyButton(raw)),
    h('div', { class: 'actions' },
      back && h('button', { type: 'button', class: 'button primary', id: 'back', onclick: back }, t('batch.back')),
      raw !== undefined && proven(verdict) && h('button', { type: 'button', class: 'button', onclick: () => { save(verdict, raw); } }, t('more.save')),
      link !== undefined && proven(verdict) && copyButton(link, t('more.link')),
      h('button', { type: 'button', class: 'button', onclick: () => { window.print(); } }, t('more.print')),
      h('a', { class: 'button', href: '#content', id: 'again' }, t('ways.again'))),
  );
}

/** Saves the signed data as the file that it is. */
function save({ number = 'certificate' }: Verdict, raw: string): void {
  const [ending, type] = raw.startsWith('{') ? ['json', 'application/vc'] : ['jwt', 'application/vc+jwt'];
  download(`${number.replace(/[^\w.-]/g, '_').slice(0, 80)}.${ending}`, raw, type);
}

function copyButton(text: string, words = t('more.copy')): HTMLElement {
  const button = h('button', { type: 'button', class: 'button' }, words);
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(text).then(() => { button.textContent = t('more.copied'); }, () => {
      // Without leave to use the clipboard the text is selected instead, ready for the keyboard.
      const shown = button.previousElementSibling;
      if (shown?.textContent === text) getSelection()?.selectAllChildren(shown);
      else prompt(words, text);
    });
  });
  return button;
}

function fact(key: MessageKey, value: string | undefined, kind = ''): Child {
  if (value === undefined || value === '') return null;
  const text = data(value);
  return h('div', { class: kind }, h('dt', {}, t(key)), h('dd', {}, kind.startsWith('code') ? h('code', {}, text) : text));
}

/** Names the files that hold no certificate. */
export function leftOut(names: readonly string[]): Child[] {
  const more = names.length > NAMES ? ' …' : '';
  return [t('batch.left', { count: names.length }), ' ', data(names.slice(0, NAMES).join(', ') + more)];
}

/** A `did:web` as the address that people know it by; another DID as it is. */
export function host(did: string | undefined): string | undefined {
  return did?.startsWith('did:web:') ? did.slice('did:web:'.length).replaceAll('%3A', ':') : did;
}
