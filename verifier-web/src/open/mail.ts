// Mails as files (RFC 5322, MIME of RFC 2045 to 2047, names by RFC 2231): the attached files, and the texts, which may
// hold a credential too. A mail inside a mail is a file like any other.

import { ReadError, type Bounds } from './bounds.js';
import { fromLatin1, latin1 } from './kinds.js';
import type { Member } from './zip.js';

/** Most parts of a mail, and how deep they nest. */
const PARTS = 1_000;
const NESTING = 10;

/** What a mail holds. */
export interface Mail {
  files: Member[];
  /** The texts that are shown, HTML as it is written. */
  texts: string[];
}

/** A part with its fields, one character a byte. */
interface Part {
  type: string;
  parameters: Map<string, string>;
  disposition: string;
  name: string | undefined;
  encoding: string;
  body: string;
}

/** Takes a mail apart. */
export async function readMail(file: Blob, bounds: Bounds): Promise<Mail> {
  const mail: Mail = { files: [], texts: [] };
  const source = latin1(new Uint8Array(await file.arrayBuffer())).replace(/^\xef\xbb\xbf/, '').replace(/^From [^\n]*\n/, '');
  // A mailbox holds more mails behind the first.
  if (/\n\r?\nFrom [^\n]{1,200}\n[A-Za-z-]{1,70}:/.test(source)) throw new ReadError('read.packed');
  walk(parse(source), mail, bounds, { parts: 0 }, 0);
  return mail;
}

function walk(part: Part, mail: Mail, bounds: Bounds, seen: { parts: number }, depth: number): void {
  seen.parts += 1;
  if (seen.parts > PARTS || depth > NESTING) throw new ReadError('read.bounds');
  const boundary = part.parameters.get('boundary');
  if (part.type.startsWith('multipart/') && boundary !== undefined && boundary !== '') {
    if (part.type === 'multipart/encrypted') throw new ReadError('read.locked');
    for (const inner of split(part.body, boundary)) walk(parse(inner), mail, bounds, seen, depth + 1);
    return;
  }
  // S/MIME as one block: encrypted, or signed with the mail inside (RFC 8551 section 3.2).
  if (/^application\/(?:x-)?pkcs7-mime$/.test(part.type)) throw new ReadError('read.locked');
  const bytes = decode(part);
  bounds.unpack(bytes.length);
  const isText = part.type === 'text/plain' || part.type === 'text/html';
  // By its bytes it is told from a file, whatever it says of itself.
  if (isText && part.name === undefined && part.disposition !== 'attachment' && !/^(?:PK\x03\x04|%PDF-)/.test(latin1(bytes.subarray(0, 8)))) {
    mail.texts.push(new TextDecoder().decode(bytes));
  } else if (bytes.length > 0) {
    mail.files.push({
      name: part.name ?? (part.type === 'message/rfc822' ? 'message.eml' : `part-${seen.parts}`),
      inline: part.disposition === 'inline' || part.disposition === '',
      read: () => Promise.resolve(new Blob([bytes])),
    });
  }
}

/** Splits head and body, and reads the fields that matter. */
function parse(source: string): Part {
  const end = /\r?\n\r?\n/.exec(source);
  // A part may have no fields at all: then it begins with the empty line.
  const bare = /^\r?\n/.test(source);
  const head = bare || !end ? (bare ? '' : source) : source.slice(0, end.index);
  const body = bare ? source.replace(/^\r?\n/, '') : end ? source.slice(end.index + end[0].length) : '';
  const fields = new Map<string, string>();
  for (const line of head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line) ?? [];
    // The first counts: a second one may be meant for another reader.
    if (name !== undefined && value !== undefined && !fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value.trim());
  }
  const type = valued(fields.get('content-type') ?? 'text/plain');
  const disposition = valued(fields.get('content-disposition') ?? '');
  const name = disposition.parameters.get('filename') ?? type.parameters.get('name');
  return {
    type: type.value,
    parameters: type.parameters,
    disposition: disposition.value,
    name,
    encoding: (fields.get('content-transfer-encoding') ?? '7bit').toLowerCase(),
    body,
  };
}

/** `VALUE; name=value; name="value"; name*0="va"; name*1*=utf-8''lue` (RFC 2045 section 5.1, RFC 2231). */
function valued(field: string): { value: string; parameters: Map<string, string> } {
  const value = (/^[^;]*/.exec(field)?.[0] ?? '').trim().toLowerCase();
  const pieces = new Map<string, { at: number; text: string; coded: boolean }[]>();
  for (const match of field.matchAll(/;\s*([^\s=;*]+)(\*(\d+))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g)) {
    const [, name = '', , at, coded, quoted, plain = ''] = match;
    const text = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    const all = pieces.get(name.toLowerCase()) ?? [];
    all.push({ at: Number(at ?? 0), text, coded: coded !== undefined });
    pieces.set(name.toLowerCase(), all);
  }
  const parameters = new Map<string, string>();
  for (const [name, all] of pieces) {
    const ordered = all.toSorted((a, b) => a.at - b.at);
    const text = ordered.map((one) => (one.coded ? percent(one.text) : one.text)).join('');
    // The character set and the language stand before the first piece.
    parameters.set(name, ordered[0]?.coded === true ? utf8(text.replace(/^[^']*'[^']*'/, '')) : words(text));
  }
  return { value, parameters };
}

function percent(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** One character a byte to what the bytes spell. */
function utf8(text: string): string {
  return new TextDecoder().decode(fromLatin1(text));
}

/** `=?utf-8?B?…?=` and `=?utf-8?Q?…?=` (RFC 2047), which mail programs write into names too. */
function words(text: string): string {
  const decoded = text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?[^?\s]+\?([BbQq])\?([^?]*)\?=/g, (_, how: string, coded: string) =>
    how.toUpperCase() === 'B' ? latin1(base64(coded)) : quotedPrintable(coded.replaceAll('_', ' ')));
  return utf8(decoded);
}

/** The parts between boundary lines (RFC 2046 section 5.1.1). */
function split(body: string, boundary: string): string[] {
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [inside = ''] = `\n${body}`.split(new RegExp(`\\r?\\n--${escaped}--[ \\t]{0,99}(?:\\r?\\n|$)`), 1);
  // What stands before the first boundary is shown to nobody.
  return inside.split(new RegExp(`\\r?\\n--${escaped}[ \\t]{0,99}(?=\\r?\\n|$)`), PARTS + 2).slice(1).map((part) => part.replace(/^\r?\n/, ''));
}

function decode({ encoding, body }: Part): Uint8Array<ArrayBuffer> {
  if (encoding === 'base64') return base64(body);
  const plain = encoding === 'quoted-printable' ? quotedPrintable(body) : body;
  return fromLatin1(plain);
}

/** RFC 2045 section 6.7: blanks at the end of a line are the way's, `=` there joins it with the next. */
function quotedPrintable(text: string): string {
  const lines = text.split('\n').map(withoutBlanks);
  const joined = lines.map((line, i) => (line.endsWith('=') ? line.slice(0, -1) : i === lines.length - 1 ? line : `${line}\r\n`)).join('');
  return joined.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function withoutBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && ' \t\r'.includes(line.charAt(end - 1))) end -= 1;
  return line.slice(0, end);
}

/** Characters of no meaning are skipped (RFC 2045 section 6.8). */
function base64(text: string): Uint8Array<ArrayBuffer> {
  const clean = text.replace(/[^A-Za-z0-9+/]/g, '');
  try {
    // One character left over holds no whole byte.
    return fromLatin1(atob(clean.length % 4 === 1 ? clean.slice(0, -1) : clean));
  } catch {
    throw new ReadError('read.packed');
  }
}
