// The issuers trusted on this device, and adding one: by file, text or an address of this site. Nobody is added before a
// person has compared the fingerprint.

import { TrustError, type Anchor, type Foreign } from '../core/index.js';
import { data, h } from './dom.js';
import { ago, day, has, t } from './messages.js';
import type { Preview } from '../trust/index.js';
import type { Trust } from './trust.js';
import { host } from './verdict-view.js';

/** Draws the section, and draws it again after every change. */
export class TrustView {
  private proposal: { preview: Preview; text: string } | undefined;
  /** Files that wait for the person's answer about the one before. */
  private waiting: string[] = [];
  private message: { text: string; bad: boolean } | undefined;
  private open = false;

  constructor(private readonly section: HTMLElement, private readonly trust: Trust, private readonly changed: () => void) {}

  /** Shows what became of the trust file at the start: nothing, if all is well. */
  say(text: string, bad = false): void {
    this.message = { text, bad };
    this.draw();
  }

  draw(): void {
    const anchors = this.trust.anchors.issuers();
    const foreign = this.trust.foreign();
    this.section.replaceChildren(
      h('h2', { id: 'trust-title' }, t('trust.title')),
      anchors.length + foreign.length === 0
        ? h('p', {}, t('trust.none'))
        : h('ul', { class: 'plain anchors' },
          ...anchors.map((anchor) => this.anchor(anchor)), ...foreign.map((one) => this.foreign(one))),
      h('p', { class: `message${this.message?.bad === true ? ' bad' : ''}`, role: 'status' }, this.message?.text),
      this.proposal ? this.confirm(this.proposal.preview) : '',
      h('div', { class: 'actions' },
        this.trust.online && button('', () => { void this.refresh(); }, t('trust.refresh'))),
      this.adding(),
    );
  }

  /** Tells of a trust file that was refused, by its code. */
  refused(error: unknown): void {
    const key = `e.${error instanceof TrustError ? error.code : 'malformed'}`;
    this.say(`${t('trust.refused')} ${has(key) ? t(key) : ''}`, true);
  }

  private anchor(anchor: Anchor): HTMLElement {
    const now = new Date();
    const overdue = Date.parse(anchor.nextUpdate) < now.getTime();
    const places = { date: day(anchor.issued), age: ago(anchor.issued, now), next: day(anchor.nextUpdate) };
    return h('li', {},
      h('p', { class: 'issuer-name' },
        data(anchor.name), this.trust.isHome(anchor) && h('span', { class: 'tag' }, t('trust.home'))),
      h('p', {}, h('code', {}, data(host(anchor.issuer) ?? ''))),
      h('p', {}, h('span', { class: 'label' }, t('f.fingerprint')), ' ', h('code', { class: 'print' }, anchor.rootFingerprint)),
      h('p', { class: overdue ? 'state bad' : 'state' }, t(overdue ? 'trust.overdue' : 'trust.asOf', places)),
      !this.trust.isHome(anchor) && button('link', () => { void this.remove(anchor.issuer); }, t('trust.remove')));
  }

  /** An issuer without a trust file: what is known of it, and what is not. */
  private foreign({ issuer, fingerprints, lists }: Foreign): HTMLElement {
    const now = new Date();
    return h('li', {},
      h('p', { class: 'issuer-name' }, h('code', {}, data(host(issuer) ?? ''))),
      ...prints(fingerprints),
      h('p', { class: 'state' }, t('trust.did')),
      ...lists.map(({ asOf }) => h('p', { class: 'state' }, t('trust.list', { date: day(asOf), age: ago(asOf, now) }))),
      lists.length === 0 && h('p', { class: 'state' }, t('trust.noList')),
      button('link', () => { void this.remove(issuer); }, t('trust.remove')));
  }

  private adding(): HTMLElement {
    const file = h('input', { type: 'file', id: 'trust-file', class: 'hidden', multiple: true, accept: '.jws,.json,.jwt,.txt,text/plain,application/json,application/jose' });
    file.addEventListener('change', () => {
      void Promise.all([...file.files ?? []].map((chosen) => chosen.text())).then((texts) => this.take(texts));
      file.value = '';
    });
    const area = h('textarea', { id: 'trust-paste', rows: 2, spellcheck: 'false', autocomplete: 'off', dir: 'ltr' });
    const form = h('form', { class: 'paste', novalidate: true },
      h('label', { for: 'trust-paste' }, t('trust.paste')),
      h('div', { class: 'paste-row' }, area, h('button', { type: 'submit', class: 'button' }, t('trust.read'))));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.read(area.value.trim());
    });
    const details = h('details', { open: this.open },
      h('summary', {}, t('trust.add')),
      h('p', {}, t('trust.add.text')),
      h('div', { class: 'actions' }, h('label', { class: 'button', for: 'trust-file' }, t('trust.file')), file),
      form);
    details.addEventListener('toggle', () => { this.open = details.open; });
    return details;
  }

  private confirm(preview: Preview): HTMLElement {
    const { anchor, foreign } = preview as { anchor?: Anchor; foreign?: Foreign };
    return h('div', { class: 'confirm', role: 'group', 'aria-labelledby': 'confirm-title' },
      h('h3', { id: 'confirm-title', tabindex: -1 }, t('trust.confirm')),
      anchor && h('p', { class: 'issuer-name' }, data(anchor.name)),
      h('p', {}, h('code', {}, data(host(anchor?.issuer ?? foreign?.issuer) ?? ''))),
      ...prints(anchor ? [anchor.rootFingerprint] : foreign?.fingerprints ?? []),
      h('p', {}, t(anchor ? 'trust.confirm.text' : 'trust.confirm.did')),
      h('div', { class: 'actions' },
        button('primary', () => { void this.accept(); }, t('trust.yes')),
        button('', () => { this.proposal = undefined; this.draw(); void this.next(); }, t('trust.no'))));
  }

  /** Takes files that say whom to trust, one after the other; status lists come last, when their issuers are there. */
  async take(texts: readonly string[]): Promise<void> {
    const { kindOf } = await import('../core/foreign.js');
    const isList = (text: string) => typeof kindOf(text.trim()) === 'object';
    this.waiting = [...texts].sort((a, b) => Number(isList(a)) - Number(isList(b)));
    await this.next();
  }

  private async next(): Promise<void> {
    const text = this.waiting.shift();
    if (text !== undefined) await this.propose(text);
  }

  private async read(text: string): Promise<void> {
    if (!/^https?:\/\//.test(text)) {
      await this.propose(text);
      return;
    }
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!this.trust.online || url?.origin !== location.origin) {
      this.say(t('trust.foreign', { host: url?.host ?? text.slice(0, 80) }), true);
      return;
    }
    const fetched = await this.trust.fetch(url).catch(() => undefined);
    if (fetched === undefined) this.say(t('trust.unreachable'), true);
    else await this.propose(fetched);
  }

  private async propose(text: string): Promise<void> {
    this.message = undefined;
    try {
      const preview = await this.trust.preview(text);
      if ('list' in preview) {
        await this.added(await this.trust.addForeign(text), 'trust.listAdded');
        return;
      }
      this.proposal = { preview, text };
      this.draw();
      document.getElementById('confirm-title')?.focus();
      this.section.scrollIntoView({ block: 'nearest' });
    } catch (error) {
      this.proposal = undefined;
      this.refused(error);
      await this.next();
    }
  }

  private async accept(): Promise<void> {
    const { proposal } = this;
    this.proposal = undefined;
    if (!proposal) return;
    const { preview, text } = proposal;
    try {
      const name = 'anchor' in preview ? (await this.trust.add(text)).name : await this.trust.addForeign(text);
      await this.added(name, 'trust.added');
    } catch (error) {
      this.refused(error);
      await this.next();
    }
  }

  private async added(issuer: string, what: 'trust.added' | 'trust.listAdded'): Promise<void> {
    this.say(t(what, { name: host(issuer) ?? issuer }));
    this.changed();
    await this.next();
  }

  private async remove(issuer: string): Promise<void> {
    await this.trust.remove(issuer);
    this.draw();
    this.changed();
  }

  private async refresh(): Promise<void> {
    try {
      this.say(t((await this.trust.refresh()) === 'unreachable' ? 'trust.unreachable' : 'trust.fresh'));
      this.changed();
    } catch (error) {
      this.refused(error);
    }
  }
}

function button(kind: '' | 'primary' | 'link', act: () => void, words: string): HTMLElement {
  return h('button', { type: 'button', class: kind === 'link' ? 'link' : `button ${kind}`.trim(), onclick: act }, words);
}

function prints(fingerprints: readonly string[]): HTMLElement[] {
  return fingerprints.map((one) => h('p', {}, h('span', { class: 'label' }, t('f.fingerprint')), ' ', h('code', { class: 'print' }, one)));
}
