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

const NUMBER = 'CERT-[A-Z][A-Z0-9]{0,23}-\\d{4}-(?!0+(?!\\d))(?:\\d{5}|[1-9]\\d{5,18})';
const BARE_NUMBER = new RegExp(`^${NUMBER}$`, 'i');
const PAGE = new RegExp(`^(?:https?)://[^\\s?#/][^\\s?#]*/c/${NUMBER}-[a-z0-9]{8}/*(?:\\?[^\\s#]*)?(?:#(?![0-9])\\S*)?$`);
/** Longest text that is an address or a number. */
const MEANT = 2_000;

/** What stands in a text that holds no certificate and that people take for one: the address of its page, or its number. */
export function meant(pasted: string): { field: 'page' | 'number'; problem: string; text: string } | undefined {
  const [, text = ''] = /^[<([“"'`>)\]”\p{White_Space}]*([^]*?)[<([“"'`>)\]”\p{White_Space}]*$/u.exec(pasted) ?? [];
  if (text.length > MEANT) return undefined;
  if (BARE_NUMBER.test(text)) {
    const problem = "this is only a certificate's number; take the text of its QR code, its file, or the address of its page";
    return { field: 'number', problem, text };
  }
  if (!PAGE.test(text.replace(/^https?/i, (scheme) => scheme.toLowerCase()))) return undefined;
  const problem = "this is the address of a certificate's page, not the certificate; open the page, and follow “Open the verifier” there";
  return { field: 'page', problem, text };
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
