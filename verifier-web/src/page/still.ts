// The script of a certificate's page on a static host (`c/NUMBER-SUFFIX/`). The page carries the credential, the pinned root and
// the words; the verdict comes from the site's trust.jws, each time that the page is opened.

import { byId, visible } from './dom.js';
import { standing, type Roots } from './standing.js';
import type { Verdict } from '../core/index.js';

const SIGNS = { green: '✓', amber: '!', red: '✕', grey: '–' } as const;

const texts = JSON.parse(byId('texts').textContent) as Record<string, string>;
const say = (key: string): string => texts[key] ?? '';

function day(iso: string): string {
  return new Date(iso).toLocaleDateString(document.documentElement.lang, { dateStyle: 'long', timeZone: 'UTC' });
}

function show(verdict: Verdict): void {
  const section = byId('verdict');
  section.classList.remove('grey');
  section.classList.add(verdict.class);
  byId('sign').textContent = SIGNS[verdict.class];
  byId('verdict-title').textContent = say(`v.${verdict.verdict}.title`);
  byId('sentence').textContent = say(`v.${verdict.verdict}.text`);
  // The page leads to the version that took its place: that it was replaced is no word against it.
  if (verdict.verdict === 'superseded' && document.getElementById('newer')) {
    section.classList.replace(verdict.class, 'amber');
    byId('sign').textContent = SIGNS.amber;
    byId('verdict-title').textContent = say('newer.title');
    byId('sentence').textContent = say('newer.text');
  }
  if (verdict.reason) {
    const { code, at, text } = verdict.reason;
    const since = `${say(code === 'superseded' ? 'f.supersededAt' : 'f.revokedAt')}: ${day(at)}`;
    byId('reason').textContent = text === undefined ? since : `${since} — ${visible(text)}`;
    byId('reason').hidden = false;
  }
  if (verdict.statusAsOf !== undefined) {
    byId('checked').textContent = say('still.checked').replace('{date}', day(verdict.statusAsOf));
    byId('checked').hidden = false;
  }
  // What counts is what was signed, whatever stands in the page.
  if (verdict.recipient !== undefined) byId('recipient').textContent = visible(verdict.recipient);
  if (verdict.title !== undefined) byId('title').textContent = visible(verdict.title);
  section.dataset['verdict'] = verdict.verdict;
  section.dataset['class'] = verdict.class;
}

async function check(): Promise<void> {
  const roots = JSON.parse(byId('trust-roots').textContent) as Roots;
  const answer = await fetch(new URL('../../trust.jws', location.href), { cache: 'no-cache', credentials: 'omit' });
  if (!answer.ok) throw new Error(`trust.jws: ${answer.status}`);
  show(await standing(byId('credential').textContent, await answer.text(), roots, new Date()));
}

try {
  await check();
} catch {
  byId('sentence').textContent = say('still.failed');
}
document.body.dataset['ready'] = '';
