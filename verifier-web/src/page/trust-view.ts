// The issuers trusted on this device, and adding one: by file, text or an address of this site. Nobody is added before a
// person has compared the fingerprint.

import { TrustError, type Anchor } from '../core/index.js';
import { data, h } from './dom.js';
import { ago, day, has, t } from './messages.js';
import type { Trust } from './trust.js';
import { host } from './verdict-view.js';

/** Draws the section, and draws it again after every change. */
export class TrustView {
  private proposal: { anchor: Anchor; text: string } | undefined;
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
    this.section.replaceChildren(
      h('h2', { id: 'trust-title' }, t('trust.title')),
      anchors.length === 0
        ? h('p', {}, t('trust.none'))
        : h('ul', { class: 'plain anchors' }, ...anchors.map((anchor) => this.anchor(anchor))),
      h('p', { class: `message${this.message?.bad === true ? ' bad' : ''}`, role: 'status' }, this.message?.text),
      this.proposal ? this.confirm(this.proposal.anchor) : '',
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
      !this.trust.isHome(anchor) && button('link', () => { void this.remove(anchor); }, t('trust.remove')));
  }

  private adding(): HTMLElement {
    const file = h('input', { type: 'file', id: 'trust-file', class: 'hidden', accept: '.jws,.txt,text/plain,application/jose' });
    file.addEventListener('change', () => {
      const [chosen] = file.files ?? [];
      if (chosen) void chosen.text().then((text) => this.propose(text));
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

  private confirm(anchor: Anchor): HTMLElement {
    return h('div', { class: 'confirm', role: 'group', 'aria-labelledby': 'confirm-title' },
      h('h3', { id: 'confirm-title', tabindex: -1 }, t('trust.confirm')),
      h('p', { class: 'issuer-name' }, data(anchor.name)),
      h('p', {}, h('code', {}, data(host(anchor.issuer) ?? ''))),
      h('p', {}, h('code', { class: 'print' }, anchor.rootFingerprint)),
      h('p', {}, t('trust.confirm.text')),
      h('div', { class: 'actions' },
        button('primary', () => { void this.accept(); }, t('trust.yes')),
        button('', () => { this.proposal = undefined; this.draw(); }, t('trust.no'))));
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
      this.proposal = { anchor: await this.trust.preview(text), text };
      this.draw();
      document.getElementById('confirm-title')?.focus();
    } catch (error) {
      this.proposal = undefined;
      this.refused(error);
    }
  }

  private async accept(): Promise<void> {
    const text = this.proposal?.text;
    this.proposal = undefined;
    if (text === undefined) return;
    try {
      const anchor = await this.trust.add(text);
      this.say(t('trust.added', { name: anchor.name }));
      this.changed();
    } catch (error) {
      this.refused(error);
    }
  }

  private async remove(anchor: Anchor): Promise<void> {
    await this.trust.remove(anchor.issuer);
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
