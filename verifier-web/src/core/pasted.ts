// Texts as people hand them over: what programs put around a link or a JWS, into it and behind it is taken away again, as
// src/qr/pasted.rs does. Wire format and JWS stay strict about what is left.

import { trim } from './bytes.js';

const OPENING = /^[<([“"'`\p{White_Space}]$/u;
const CLOSING = /^[>)\]”"'`\p{White_Space}]$/u;

/**
 * Returns the link, the digits or the JWS that a text holds, without what was put there on its way. Another text stays as it is
 * but for white space around it.
 */
export function bare(pasted: string): string {
  const text = trim(pasted);
  if (text.startsWith('{')) return text;
  const inner = within(text);
  // The mark before the digits: `#`, or that percent-encoded, once or again and again.
  const plain = inner.indexOf('#');
  const mark = plain < 0 ? /%(?:25)*23/.exec(inner) : { index: plain, 0: '#' };
  if (mark) return `${withoutSpace(inner.slice(0, mark.index))}#${digits(inner.slice(mark.index + mark[0].length))}`;
  if (/^[0-9]/.test(inner)) return digits(inner);
  return inner.startsWith('ey') ? withoutSpace(inner) : text;
}

/** What stands between brackets or quotes. */
function within(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && OPENING.test(text[from] ?? '')) from += 1;
  while (from > 0 && to > from && CLOSING.test(text[to - 1] ?? '')) to -= 1;
  return text.slice(from, to);
}

/**
 * Digits without the white space between them and what stands behind: punctuation and all that follows it, or other words. A second
 * `#`, and letters among the digits, stay: nobody put them there on the way.
 */
function digits(text: string): string {
  const [run = ''] = /^[0-9\p{White_Space}]*/u.exec(text) ?? [];
  const next = text.slice(run.length);
  const isBehind = run !== '' && !next.startsWith('#') && (/\p{White_Space}$/u.test(run) || /^[!-/:-@[-`{-~]/.test(next));
  return withoutSpace(isBehind ? run : text);
}

function withoutSpace(text: string): string {
  return text.replace(/\p{White_Space}+/gu, '');
}
