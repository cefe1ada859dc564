// Credentials in a text that holds other things too: within HTML, tables, JSON, letters with broken lines (src/reading/search).
// What another program would show as a file or a message is told apart, so that nothing hides in a text.

import { looksLikeCredential } from '../scan/looks.js';
import { HEAD_BYTES, isText, kindOf, latin1, utf16 } from './kinds.js';
import { objectsIn } from './objects.js';
import { base64, brokenIn, cut, wordsIn } from './words.js';

/** Shortest base64 that is taken for a file. */
const FILE_LETTERS = 100;
/** So much of it tells its kind. */
const HEAD_LETTERS = 1_400;
/** How often what is found is searched again: JSON in a text in JSON. */
const LEVELS = 3;

/** What a text holds. */
export interface Held {
  /** What has the looks of a credential, each once. */
  texts: string[];
  /** Files that are written as base64; `drawn`: a picture in the address of one. */
  files: { bytes: Uint8Array<ArrayBuffer>; drawn: boolean }[];
  /** Whether it holds a file or a message in a form that is not opened here. */
  closed: boolean;
}

/** uuencode, yEnc, BinHex, OpenPGP (RFC 9580), CMS (RFC 7468). */
const CLOSED = /\bbegin [0-7]{3,4} [^\n]{1,255}\n[ -`]{2,62}\s*?\n|^=ybegin |must be converted with BinHex|-{5}BEGIN (?:PGP MESSAGE|PKCS7|CMS)-{5}/m;
/** Texts that are drawn, and show what their letters do not say: SVG, PostScript, RTF with pictures or other files. */
const DRAWING = /^(?:\s|<\?[^>]{0,300}>|<!--[^]{0,1000}?-->|<!DOCTYPE[^>]{0,300}>){0,20}<(?:\w+:)?svg[\s>]|^%!PS|^\{\\rtf[^]*\\(?:pict|object)\b/i;
/** An SVG badge with a credential in it (Open Badges 3.0 section 5.3.2; src/reading/svg.rs). */
const BAKED = [/<(?:\w+:)?svg[\s>]/, /<openbadges:credential/, /https:\/\/purl\.imsglobal\.org\/ob\/v3p0/];
/** Marks that show nothing (UAX 9, UAX 14). */
const INVISIBLE = /[\p{Cf}\u034f]/gu;

/** The text that bytes spell: UTF-8, UTF-16, or one character a byte. `undefined`: they are none. */
export function textOf(bytes: Uint8Array<ArrayBuffer>): string | undefined {
  const raw = latin1(bytes);
  const wide = /^(?:\xff\xfe|\xfe\xff)/.test(raw) ? utf16(raw) : undefined;
  if (wide !== undefined) return withoutControls(new TextDecoder(wide).decode(bytes));
  try {
    if (!raw.includes('\0')) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Another encoding of a byte a letter; the letters of credentials are the same in all of them.
  }
  const unmarked = utf16(raw);
  return withoutControls(unmarked === undefined ? raw : new TextDecoder(unmarked).decode(bytes));
}

function withoutControls(text: string): string | undefined {
  return isText(text) ? text : undefined;
}

/** Whether a text is a picture for whoever opens it. */
export function isDrawing(text: string): boolean {
  return DRAWING.test(text.trimStart());
}

/** Whether a text is an SVG badge that says that a credential is baked into it. */
export function isBaked(text: string): boolean {
  return isDrawing(text) && BAKED.every((sign) => sign.test(text));
}

/** Searches a text. */
export function search(text: string, level = 0): Held {
  const whole = text.replace(/^\ufeff/, '').trim();
  const held: Held = { texts: [], files: [], closed: CLOSED.test(whole) };
  const joined = whole.replace(/\s+/g, '');
  if (joined.startsWith('ey') && looksLikeCredential(joined)) held.texts.push(joined);
  else if (!searchJson(whole, held, level)) searchWords(whole, held, level);
  return held;
}

/** Whether a text is JSON: then its texts are searched, and the credentials in it taken as they are. */
function searchJson(whole: string, held: Held, level: number): boolean {
  if (!/^[{[]/.test(whole) || level > LEVELS) return false;
  let value: unknown;
  try {
    value = JSON.parse(whole);
  } catch {
    return false;
  }
  addObjects(held, whole);
  const texts = new Set<string>();
  walk(value, texts);
  for (const text of texts) merge(held, search(text, level + 1));
  return true;
}

/** Collects the texts in JSON. What is in a credential with a proof is proven by it. */
function walk(value: unknown, texts: Set<string>): void {
  if (typeof value === 'string') texts.add(value);
  else if (typeof value === 'object' && value !== null && !isProven(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) texts.add(name);
      walk(inner, texts);
    }
  }
}

function isProven(value: object): boolean {
  return Object.hasOwn(value, '@context') && Object.hasOwn(value, 'proof');
}

function addObjects(held: Held, text: string): void {
  const { all, unclear } = objectsIn(text);
  addAll(held, all.map((one) => one.text), false);
  held.closed ||= unclear;
}

function searchWords(whole: string, held: Held, level: number): void {
  const shown = whole.replace(INVISIBLE, '');
  const undone = percentless(referenceless(shown));
  // An address stands in a tag, and a text may be broken by tags.
  const tagless = percentless(referenceless(shown.replace(/<[^<>]{0,2000}>/g, '')));
  addAll(held, brokenIn(shown), true);
  addAll(held, whole.split('\n').map((line) => line.trim()).filter(looksLikeCredential), false);
  addAll(held, wordsIn(shown), false);
  for (const view of [undone, tagless]) if (view !== shown) addAll(held, [...brokenIn(view), ...wordsIn(view).map(cut)], true);
  addObjects(held, undone);
  let rest = shown;
  for (const text of held.texts) rest = rest.replaceAll(text, '\n');
  if (level <= LEVELS) held.files.push(...filesIn(rest, level));
}

/** Adds what is not there; `derived`: nor the same with more or less behind it, where joining may have gone too far. */
function addAll(held: Held, texts: readonly string[], derived: boolean): void {
  for (const text of texts) {
    const isKnown = held.texts.some((known) => known.startsWith(text) || ((derived || text.startsWith('ey')) && text.startsWith(known)));
    if (!isKnown) held.texts.push(text);
  }
}

function merge(held: Held, inner: Held): void {
  addAll(held, inner.texts, false);
  held.files.push(...inner.files);
  held.closed ||= inner.closed;
}

function percentless(text: string): string {
  return text.replace(/%([2-7][0-9A-Fa-f])/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

const NAMED: Record<string, string> = { amp: '&', num: '#', period: '.', lowbar: '_', hyphen: '-', quot: '"', lt: '<', gt: '>', sol: '/', shy: '' };

/** HTML's character references, as far as a credential's letters go. */
function referenceless(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([a-z]{2,6}));?/g, (all, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? all;
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return code < 128 ? String.fromCharCode(code) : all;
  });
}

/** Base64 that decodes to a file of a known kind, or to a text that holds something itself. */
function filesIn(text: string, level: number): Held['files'] {
  const files: Held['files'] = [];
  const lines = text.split('\n').map((line) => line.trim().replace(/^[>\s]+/, ''));
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    for (const match of line.matchAll(/[\w+/-]{20,}={0,2}/g)) {
      const pieces = [match[0]];
      // It goes on where it ends with the line.
      if (match.index + match[0].length === line.length) {
        while (pieces.at(-1)?.endsWith('=') === false && /^[\w+/-]+={0,2}$/.test(lines[i + 1] ?? '')) pieces.push(lines[i += 1] ?? '');
      }
      const run = pieces.join('');
      if (run.length < FILE_LETTERS || kindOf(latin1(base64(run.slice(0, HEAD_LETTERS)))) === 'other') continue;
      const bytes = base64(run);
      if (isFile(bytes, level)) files.push({ bytes, drawn: line.slice(0, match.index).endsWith(';base64,') });
    }
  }
  return files;
}

function isFile(bytes: Uint8Array<ArrayBuffer>, level: number): boolean {
  const kind = kindOf(latin1(bytes.subarray(0, HEAD_BYTES)));
  if (kind === 'other') return false;
  if (kind !== 'text') return true;
  const text = textOf(bytes);
  if (text === undefined) return false;
  const { texts, files, closed } = search(text, level + 1);
  // One without a proof may be the payload of a JWS.
  const robbed = objectsIn(text).all.flatMap((one) => (one.proven ? [] : one.text));
  return texts.some((one) => !robbed.includes(one)) || files.length > 0 || closed;
}
