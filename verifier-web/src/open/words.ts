// What has the looks of a credential among other letters: a JWS, a link, the digits of a code; whole, or broken into lines.

import { MAX_TEXT, unpack } from '../core/wire.js';
import { fromLatin1, latin1 } from './kinds.js';

/** A signature of Ed25519 in base64url. */
const SIGNATURE = 86;
const JWS = /(?<![\w.-])ey[\w-]+\.[\w-]+\.[\w-]+(?![\w-]|\.[\w-])/g;
const LINK = /(?:https?:\/\/[^\s"'<>#]{1,300})?#1\d{100,}/g;
/** What stands in a code without an address. */
const DIGITS = /(?<![\d#])1\d{100,7088}(?!\d)/g;
/** Longest header of a JWS, in letters, and at how many places of one it may begin. */
const HEADER = 4_096;
const BEGINNINGS = 16;
/** How often a link is tried with more lines. */
const TRIES = 2_000;

/** Credentials in running text, or in bytes of whatever kind. */
export function wordsIn(view: string): string[] {
  return [...(view.match(JWS) ?? []).filter(isOurs), ...view.match(LINK) ?? [], ...(view.match(DIGITS) ?? []).filter(isLink)];
}

/** Whether a JWS says that it is a credential: links to accounts carry others, which are nobody's certificate. */
export function isOurs(jws: string): boolean {
  const [header = '', payload = ''] = jws.split('.');
  return /"typ"\s*:\s*"[^"]*vc/i.test(latin1(base64(header))) || latin1(base64(payload)).includes('credentialSubject');
}

/** What is longer than a signature was joined with what stood behind it. How long those of other kinds are nobody knows. */
export function cut(text: string): string {
  const header = text.startsWith('ey') ? objectOf(text.slice(0, text.indexOf('.'))) : undefined;
  return header && isEd25519(header) ? text.slice(0, text.lastIndexOf('.') + 1 + SIGNATURE) : text;
}

/** Credentials that go on in the next lines, as mail programs break and quote them. */
export function brokenIn(view: string): string[] {
  const lines = view.split('\n').map(bare);
  return [...brokenJws(lines), ...brokenLinks(lines)];
}

/** A line without marks of quoting before it, and what breaks lines behind it. */
function bare(line: string): string {
  const trimmed = line.trim().replace(/^[>\s]+/, '');
  return trimmed.endsWith('=') ? trimmed.slice(0, -1) : trimmed;
}

/** In runs of letters that go over the ends of lines: the parts of a JWS are between dots, whatever else is joined to them. */
function brokenJws(lines: readonly string[]): string[] {
  const found: string[] = [];
  let run = '';
  const flush = () => {
    if (run.length > SIGNATURE) found.push(...jwsIn(run));
    run = '';
  };
  for (const line of lines) {
    for (const { 0: letters, index } of line.matchAll(/[\w.-]+/g)) {
      if (index > 0) flush();
      run += letters;
    }
    if (!/[\w.-]$/.test(line)) flush();
  }
  flush();
  return found;
}

function jwsIn(run: string): string[] {
  const found: string[] = [];
  const dots = [...run.matchAll(/\./g)].map(({ index }) => index);
  dots.forEach((dot, i) => {
    const [second, third = run.length] = dots.slice(i + 1, i + 3);
    if (second === undefined || third - second <= SIGNATURE) return;
    const header = run.slice(Math.max((dots[i - 1] ?? -1) + 1, dot - HEADER), dot);
    for (const { index } of [...header.matchAll(/ey/g)].slice(0, BEGINNINGS)) {
      const jws = header.slice(index) + run.slice(dot, third);
      if (objectOf(header.slice(index)) && isOurs(jws)) found.push(cut(jws));
    }
  });
  return found;
}

/** The object that a part of a JWS spells. */
function objectOf(part: string): { alg?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(latin1(base64(part)));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Both names of it: RFC 8037 and RFC 9864. */
function isEd25519({ alg }: { alg?: unknown }): boolean {
  return alg === 'EdDSA' || alg === 'Ed25519';
}

/** Lines of digits belong to the link before them as long as it is none without them. */
function brokenLinks(lines: readonly string[]): string[] {
  const found: string[] = [];
  let tries = 0;
  lines.forEach((line, i) => {
    let [link] = /(?:https?:\/\/[^\s"'<>#]{1,300})?#1\d{0,7000}$/.exec(line) ?? [];
    for (let next = i + 1; link !== undefined && link.length < MAX_TEXT; next += 1) {
      const isWhole = isLink(link);
      if (isWhole && next > i + 1) found.push(link);
      const digits = /^\d+/.exec(lines[next] ?? '')?.[0];
      tries += 1;
      link = isWhole || digits === undefined || tries > TRIES ? undefined : link + digits;
    }
  });
  return found;
}

function isLink(text: string): boolean {
  try {
    unpack(text);
    return true;
  } catch {
    return false;
  }
}

/** Base64 or base64url, without its padding; what is none decodes to nothing. */
export function base64(text: string): Uint8Array<ArrayBuffer> {
  const clean = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  // One letter left over holds no whole byte.
  const whole = clean.length % 4 === 1 ? clean.slice(0, -1) : clean;
  try {
    return fromLatin1(atob(whole));
  } catch {
    return new Uint8Array();
  }
}
