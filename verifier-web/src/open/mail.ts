// Mails as files (RFC 5322, MIME of RFC 2045 to 2047, names by RFC 2231): the attached files, and the texts, which may
// hold a credential too, also where no program shows them. A mail inside a mail is a file like any other.

import { ReadError, TEXT_BYTES, type Bounds } from './bounds.js';
import { fromLatin1, HEAD_BYTES, kindOf, latin1 } from './kinds.js';
import { textOf } from './search.js';
import type { Member } from './zip.js';

/** Most parts of a mail, and how deep they nest. */
const PARTS = 1_000;
const NESTING = 10;

/** The encodings for the way (RFC 2045 section 6.1). */
const ENCODINGS = ['7bit', '8bit', 'binary', 'quoted-printable', 'base64'];
/** What stands for something that is elsewhere, in several mails, or encrypted (RFC 2046 section 5.2, 1847, 8551). */
const CLOSED = /^(?:message\/(?:partial|external-body)|multipart\/encrypted|application\/(?:pgp-encrypted|(?:x-)?pkcs7-mime))$/;
/** Of a part, what decides how it is read. */
const DECISIVE = ['content-type', 'content-transfer-encoding', 'content-disposition'];
/** The same between parts, where programs show nothing. */
const PART = /^content-(?:type|transfer-encoding|disposition)[ \t]*:/im;

/** What a mail holds. */
export interface Mail {
  files: Member[];
  /** What is shown, HTML as it is written; and what is not, before, between and behind. */
  texts: string[];
  /** Why the mail itself, if it has no parts that can be told, cannot be read. */
  problem?: ReadError;
  /** Whether there is something like a part where none is shown. */
  rest: boolean;
}

/** A part with its fields, one character a byte. */
interface Part {
  fields: Map<string, string[]>;
  type: string;
  parameters: Map<string, string>;
  disposition: string;
  name: string | undefined;
  encoding: string;
  body: string;
}

/** Takes a mail apart. */
export async function readMail(file: Blob, bounds: Bounds): Promise<Mail> {
  const mail: Mail = { files: [], texts: [], rest: false };
  const source = latin1(new Uint8Array(await file.arrayBuffer())).replace(/^\xef\xbb\xbf/, '').replace(/^From [^\n]*\n/, '');
  // A mailbox holds more mails behind the first.
  if (/\n\r?\nFrom [^\n]{1,200}\n[A-Za-z-]{1,70}:/.test(source)) throw new ReadError('read.packed');
  const boundaries = [...source.matchAll(/\bboundary[ \t]*=[ \t]*"?([^";\r\n]{1,200})/gi)].map(([, text = '']) => text.trim());
  walk(parse(source), mail, bounds, { parts: 0, boundaries }, 0);
  return mail;
}

function walk(part: Part, mail: Mail, bounds: Bounds, seen: { parts: number; boundaries: string[] }, depth: number): void {
  seen.parts += 1;
  const { parts } = seen;
  if (parts > PARTS || depth > NESTING) throw new ReadError('read.bounds');
  mail.texts.push(headers(part));
  try {
    check(part);
    const boundary = part.parameters.get('boundary');
    if (boundary !== undefined && part.type.startsWith('multipart/')) {
      const { inside, outside } = split(part.body, boundary);
      mail.texts.push(...outside.map((text) => utf8(text)));
      mail.rest ||= outside.some((text) => PART.test(text)) || isAmbiguous(part.body, boundary, seen.boundaries);
      for (const inner of inside) walk(parse(inner), mail, bounds, seen, depth + 1);
    } else leaf(part, mail, bounds, parts);
  } catch (error) {
    if (!(error instanceof ReadError) || error.key === 'read.bounds') throw error;
    // Without a boundary it is a text for some programs.
    if (part.type.startsWith('multipart/')) mail.texts.push(utf8(part.body));
    if (depth === 0) mail.problem = error;
    else mail.files.push({ name: nameOf(part, parts), read: () => Promise.reject(error) });
  }
}

/** Throws where two programs could see different things in a part, or nobody sees what it stands for. */
function check({ fields, type, parameters, encoding }: Part): void {
  const isTwofold = DECISIVE.some((name) => new Set(fields.get(name)).size > 1);
  const isWhole = !type.startsWith('multipart/') || (parameters.get('boundary') ?? '') !== '';
  if (CLOSED.test(type)) throw new ReadError(type.startsWith('message/') ? 'read.packed' : 'read.locked');
  if (isTwofold || !isWhole || !ENCODINGS.includes(encoding)) throw new ReadError('read.packed');
}

function leaf(part: Part, mail: Mail, bounds: Bounds, number: number): void {
  const bytes = decode(part);
  bounds.unpack(bytes.length);
  const isText = part.type === 'text/plain' || part.type === 'text/html';
  // By its bytes it is told from a file, whatever it says of itself.
  const isShown = isText && part.name === undefined && part.disposition !== 'attachment';
  if (isShown && kindOf(latin1(bytes.subarray(0, HEAD_BYTES))) === 'text') {
    if (bytes.length > TEXT_BYTES) mail.files.push({ name: nameOf(part, number), read: () => Promise.reject(new ReadError('read.bounds')) });
    else mail.texts.push(...spelled(bytes, part.parameters.get('charset') ?? ''));
  } else if (bytes.length > 0) {
    mail.files.push({
      name: nameOf(part, number),
      inline: part.type.startsWith('image/') && (part.disposition === 'inline' || part.fields.has('content-id')),
      read: () => Promise.resolve(new Blob([bytes])),
    });
  }
}

function nameOf(part: Part, number: number): string {
  return part.name ?? (part.type === 'message/rfc822' ? 'message.eml' : `part-${number}`);
}

/** A text by its own word, and by its looks: programs believe the one or the other. */
function spelled(bytes: Uint8Array<ArrayBuffer>, charset: string): string[] {
  if (/^utf-?7$/i.test(charset)) throw new ReadError('read.packed');
  const texts = [textOf(bytes)];
  try {
    texts.push(new TextDecoder(charset).decode(bytes));
  } catch {
    // A name that nobody knows.
  }
  if (texts[0] === undefined) throw new ReadError('read.unreadable');
  return [...new Set(texts)].filter((text) => text !== undefined);
}

/** The fields of a part: as they are shown, and without the blanks that long ones are broken with. */
function headers({ fields }: Part): string {
  const all = [...fields.values()].flat();
  return [...all.map(words), ...all.map((value) => value.replace(/\s+/g, ''))].join('\n');
}

/** Splits head and body, and reads the fields. */
function parse(source: string): Part {
  const end = /\r?\n\r?\n/.exec(source);
  // A part may have no fields at all: then it begins with the empty line.
  const bare = /^\r?\n/.test(source);
  const head = bare || !end ? (bare ? '' : source) : source.slice(0, end.index);
  const body = bare ? source.replace(/^\r?\n/, '') : end ? source.slice(end.index + end[0].length) : '';
  const fields = new Map<string, string[]>();
  for (const line of head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const [, name = '', value = line] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line) ?? [];
    fields.set(name.toLowerCase(), [...fields.get(name.toLowerCase()) ?? [], value.trim()]);
  }
  const type = valued(fields.get('content-type')?.[0] ?? 'text/plain');
  const disposition = valued(fields.get('content-disposition')?.[0] ?? '');
  return {
    fields,
    type: type.value,
    parameters: type.parameters,
    disposition: disposition.value,
    name: disposition.parameters.get('filename') ?? type.parameters.get('name'),
    encoding: (fields.get('content-transfer-encoding')?.[0] ?? '7bit').toLowerCase(),
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
    how.toUpperCase() === 'B' ? lenient(coded) : quotedPrintable(coded.replaceAll('_', ' ')));
  return utf8(decoded);
}

function lenient(coded: string): string {
  try {
    return latin1(base64(coded));
  } catch {
    return coded;
  }
}

/** The parts between boundary lines, and what stands before the first and behind the last (RFC 2046 section 5.1.1). */
function split(body: string, boundary: string): { inside: string[]; outside: string[] } {
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const end = new RegExp(`\\r?\\n--${escaped}--[ \\t]{0,99}(?:\\r?\\n|$)`).exec(`\n${body}`);
  const whole = `\n${body}`;
  const [before = '', ...inside] = (end ? whole.slice(0, end.index) : whole)
    .split(new RegExp(`\\r?\\n--${escaped}[ \\t]{0,99}(?=\\r?\\n|$)`), PARTS + 2);
  const behind = end ? whole.slice(end.index + end[0].length) : '';
  return { inside: inside.map((part) => part.replace(/^\r?\n/, '')), outside: [before, behind] };
}

/** Whether a line begins as a boundary and goes on as none: some programs cut there, others do not. */
function isAmbiguous(body: string, boundary: string, all: readonly string[]): boolean {
  const others = all.filter((other) => other !== boundary && other.startsWith(boundary));
  for (let at = body.indexOf(`\n--${boundary}`); at >= 0; at = body.indexOf(`\n--${boundary}`, at + 1)) {
    const end = body.indexOf('\n', at + 1);
    const line = body.slice(at + 3, end < 0 ? undefined : end);
    const more = line.slice(boundary.length).trimEnd();
    if (more !== '' && more !== '--' && !others.some((other) => line.startsWith(other))) return true;
  }
  return false;
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

/** Some programs skip letters of no meaning (RFC 2045 section 6.8), others stop there: such a text is none. */
function base64(text: string): Uint8Array<ArrayBuffer> {
  const clean = text.replace(/\s/g, '');
  const letters = clean.replace(/={1,2}$/, '');
  if (/[^A-Za-z0-9+/]/.test(letters)) throw new ReadError('read.packed');
  // One character left over holds no whole byte.
  return fromLatin1(atob(letters.length % 4 === 1 ? letters.slice(0, -1) : letters));
}
