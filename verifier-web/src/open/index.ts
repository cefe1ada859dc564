// From what is dropped on the page to what is judged. Files that carry others are opened within bounds, and everything
// that was found in them is told by name: a certificate, something that cannot be read, or something that is none.

import { TrustAnchors, verify } from '../core/index.js';
import { numbersOn } from '../page/compare.js';
import { t, type MessageKey } from '../page/messages.js';
import { looksLikeCredential } from '../scan/looks.js';
import type { Pdf } from '../scan/reader.js';
import { Bounds, DEPTH, FILE_BYTES, ReadError } from './bounds.js';
import { find, findLast } from './bytes.js';
import { headOf, kindOf } from './kinds.js';
import type { Member } from './zip.js';

export { FILE_MEGABYTES, ReadError } from './bounds.js';

/** Largest text file, in bytes: the limit on a text of schemas/verdict.json. */
const TEXT_BYTES = 262_144;
/** Most texts of one file that are judged. */
const TEXTS = 1_000;

/** A text that may be a credential. */
export interface Candidate {
  text: string;
  /** Whether it is attached to a PDF; else it was read from a page, a picture or a text. */
  attached?: boolean;
  /** The page that shows its code, from 1. */
  page?: number;
}

/** What belongs together: the credentials of one file, and what its pages print. */
export interface Document {
  candidates: Candidate[];
  /** What each page prints; `undefined`: it was not looked at. */
  pages?: string[];
  /** Whether there is a page at all. */
  paper: boolean;
  /** Whether the pages may show something else than their text says. */
  doubtful?: boolean;
  /** Whether it stands in a mail's text, which often names what is attached. */
  quoted?: boolean;
}

/** What was found at one place: something to judge, why there is nothing, or nothing that could be a certificate. */
export type Find =
  | { name: string; document: Document }
  | { name: string; problem: ReadError }
  | { name: string; left: true };

/** Where a file is: how deep, and whether it is shown between the lines of a mail. */
interface Place {
  depth: number;
  inline?: boolean;
}

/** Opens a file. Never throws on bad input. */
export async function* open(file: Blob, name: string, bounds: Bounds, place: Place = { depth: 0 }): AsyncGenerator<Find> {
  try {
    yield* look(file, name, bounds, place);
  } catch (error) {
    yield { name, problem: error instanceof ReadError ? error : new ReadError('read.unreadable') };
  }
  bounds.done += 1;
}

async function* look(file: Blob, name: string, bounds: Bounds, place: Place): AsyncGenerator<Find> {
  const kind = kindOf(await headOf(file));
  if (kind === 'packed') throw new ReadError('read.packed');
  // Members are read one by one: the archive itself may be large.
  if (kind !== 'zip' && file.size > FILE_BYTES) throw new ReadError('read.tooLarge');
  if (kind === 'zip' || kind === 'mail') yield* inside(kind, file, name, bounds, place.depth);
  else if (kind === 'pdf') yield* pdfs(new Uint8Array(await file.arrayBuffer()), name, bounds, place.depth);
  else if (kind === 'picture') yield* picture(file, name, place);
  else yield* text(file, name, kind === 'text', place.depth);
}

async function* inside(kind: 'zip' | 'mail', file: Blob, name: string, bounds: Bounds, depth: number): AsyncGenerator<Find> {
  if (depth >= DEPTH) throw new ReadError('read.bounds');
  if (kind === 'zip') {
    const { zipMembers } = await import('./zip.js');
    yield* members(await zipMembers(file, bounds), name, bounds, depth);
    return;
  }
  const { readMail } = await import('./mail.js');
  const mail = await readMail(file, bounds);
  bounds.meet(mail.files.length);
  yield* members(mail.files, name, bounds, depth);
  const found = distinct(mail.texts.flatMap((shown) => [...linksIn(shown), ...textsIn(shown.trim())]));
  if (found.length > 0) yield* texts(found, name, true);
}

async function* members(all: readonly Member[], name: string, bounds: Bounds, depth: number): AsyncGenerator<Find> {
  for (const member of all) {
    const path = `${name}/${member.name}`;
    let file: Blob;
    try {
      file = await member.read();
    } catch (error) {
      yield { name: path, problem: error instanceof ReadError ? error : new ReadError('read.unreadable') };
      bounds.done += 1;
      continue;
    }
    if (await isLitter(path, file)) bounds.done += 1;
    else yield* open(file, path, bounds, { depth: depth + 1, inline: member.inline === true });
  }
}

/** What desktops leave in folders, and signatures of mails: nobody misses it. A name alone hides nothing. */
async function isLitter(path: string, file: Blob): Promise<boolean> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const head = await headOf(file);
  // AppleDouble: a file's icon and its like.
  if (name.startsWith('._')) return head.startsWith('\0\x05\x16\x07');
  return /^(?:\.DS_Store|Thumbs\.db|desktop\.ini|smime\.p7s)$/.test(name) && !['zip', 'mail', 'pdf', 'picture'].includes(kindOf(head));
}

async function* picture(file: Blob, name: string, place: Place): AsyncGenerator<Find> {
  const { texts, tiny } = await readPicture(file);
  const ours = texts.filter(looksLikeCredential);
  if (ours.length > 0) yield { name, document: { candidates: ours.map((one) => ({ text: one })), paper: false } };
  else if (place.depth > 0 && (tiny || place.inline === true)) yield { name, left: true };
  else throw new ReadError('read.noCode');
  if (hasAnother(new Uint8Array(await file.arrayBuffer()))) yield { name, problem: new ReadError('read.rest') };
}

/** Whether a PDF or an archive lies in a picture: viewers show the picture, other programs what is behind it. */
function hasAnother(picture: Uint8Array): boolean {
  const end = findLast(picture, 'PK\x05\x06');
  return find(picture, '%PDF-', 0) >= 0 || (end >= 0 && picture.length - end >= 22 && picture.length - end <= 22 + 65_535);
}

/** Whoever comes by a link needs no decoder; and what decodes a foreign picture can be ended, where there are workers. */
async function readPicture(file: Blob): Promise<{ texts: string[]; tiny: boolean }> {
  const bounded = !__SINGLE_FILE__ && typeof OffscreenCanvas !== 'undefined';
  const reader = bounded ? await import('../scan/reader.js') : await import('../scan/picture.js');
  return reader.readPicture(file).catch((error: unknown) => { throw new ReadError(why(error)); });
}

async function* text(file: Blob, name: string, readable: boolean, depth: number): AsyncGenerator<Find> {
  const isInside = depth > 0;
  // What is of no known kind may be a scan of a certificate.
  if (file.size > TEXT_BYTES || (isInside && !readable)) throw new ReadError('read.unreadable');
  const whole = (await file.text()).replace(/^\ufeff/, '').trim();
  const found = textsIn(whole);
  if (found.length === 0 && isInside) yield { name, left: true };
  else yield* texts(found.length > 0 ? found : [whole], name, false);
}

function* texts(found: readonly string[], name: string, quoted: boolean): Generator<Find> {
  const candidates = found.slice(0, TEXTS).map((one) => ({ text: one }));
  yield { name, document: { candidates, paper: false, quoted } };
  if (found.length > TEXTS) yield { name, problem: new ReadError('read.bounds') };
}

/** A JWS, which mail programs wrap; a JSON credential; or lines of links, each of which counts. */
function textsIn(whole: string): string[] {
  const joined = whole.replace(/\s+/g, '');
  if (joined.startsWith('ey') && looksLikeCredential(joined)) return [joined];
  if (whole.startsWith('{')) return /"(?:OpenBadge|Verifiable)Credential"/.test(whole) ? [whole] : [];
  return distinct(whole.split('\n').map((line) => line.trim()).filter(looksLikeCredential));
}

/** Verifier links in running text or HTML. */
function linksIn(shown: string): string[] {
  return shown.match(/https?:\/\/[^\s"'<>#]{1,300}#1\d{100,}/g) ?? [];
}

async function* pdfs(bytes: Uint8Array<ArrayBuffer>, name: string, bounds: Bounds, depth: number): AsyncGenerator<Find> {
  const { splitPdfs } = await import('./glued.js');
  const { parts, rest } = splitPdfs(bytes);
  if (parts.length > 1) bounds.meet(parts.length);
  for (const [i, part] of parts.entries()) {
    const own = parts.length === 1 ? name : t('source.part', { name, part: i + 1 });
    try {
      yield* __SINGLE_FILE__ ? attachedOnly(part, own) : readPdf(part, own, bounds, depth);
    } catch (error) {
      yield { name: own, problem: error instanceof ReadError ? error : new ReadError('read.unreadable') };
    }
    if (parts.length > 1) bounds.done += 1;
  }
  if (rest) yield { name, problem: new ReadError('read.rest') };
}

/** Without pdf.js nobody reads the pages: what is attached is judged, and never green. */
async function* attachedOnly(bytes: Uint8Array<ArrayBuffer>, name: string): AsyncGenerator<Find> {
  const { attachedCredentials } = await import('../scan/pdf-attachment.js');
  const candidates = (await attachedCredentials(bytes)).map((one) => ({ text: one, attached: true }));
  if (candidates.length === 0) throw new ReadError('read.pdfSingle');
  yield { name, document: { candidates, paper: true } };
}

async function* readPdf(bytes: Uint8Array<ArrayBuffer>, name: string, bounds: Bounds, depth: number): AsyncGenerator<Find> {
  const { content, candidates, unread } = await boundedPages(bytes)
    .catch((error: unknown) => { throw new ReadError(why(error)); });
  const { pages, drawnOver } = content;
  if (candidates.length > 0) yield { name, document: { candidates, pages, paper: true, doubtful: drawnOver } };
  let held = false;
  for (const { name: own, bytes: file } of content.files) {
    const kind = kindOf(String.fromCharCode(...file.subarray(0, 1_024)));
    // Data of other kinds belongs to the document: an invoice in XML, a table.
    if (kind === 'text' || kind === 'other') continue;
    if (depth >= DEPTH) throw new ReadError('read.bounds');
    held = true;
    bounds.meet(1);
    bounds.unpack(file.length);
    yield* open(new Blob([file]), `${name}/${own}`, bounds, { depth: depth + 1 });
  }
  if (unread !== undefined) yield { name: t('source.page', { name, page: unread.pages }), problem: unread.why };
  if (content.more) throw new ReadError('read.bounds');
  if (candidates.length === 0 && unread === undefined && !held) throw new ReadError('read.noCredential');
}

async function boundedPages(bytes: Uint8Array<ArrayBuffer>): Promise<Pages> {
  const { checkInflated } = await import('./inflated.js');
  await checkInflated(bytes);
  const { withPdf } = await import('../scan/reader.js');
  // Its own copy: the worker takes the bytes away.
  return withPdf(bytes.slice(), readPages);
}

interface Pages {
  content: Pdf['content'];
  candidates: Candidate[];
  /** Pages that nobody looked at. */
  unread?: { pages: string; why: ReadError };
}

/** Reads the codes of all pages but those that show the number of an attached credential and no other. */
async function readPages(pdf: Pdf): Promise<Pages> {
  const { content } = pdf;
  const numbers = await Promise.all(content.attached.map(numberOf));
  const candidates: Candidate[] = content.attached.map((one) => ({ text: one, attached: true }));
  const span = (from: number) => (from === content.count ? String(from) : `${from}–${content.count}`);
  for (const [index, printed] of content.pages.entries()) {
    const shown = numbersOn(printed);
    if (shown.length > 0 && shown.every((number) => numbers.includes(number))) continue;
    try {
      const texts = await pdf.codes(index);
      candidates.push(...texts.filter(looksLikeCredential).map((one) => ({ text: one, page: index + 1 })));
    } catch (error) {
      return { content, candidates, unread: { pages: span(index + 1), why: new ReadError(why(error)) } };
    }
  }
  const { length } = content.pages;
  if (length === content.count) return { content, candidates };
  return { content, candidates, unread: { pages: span(length + 1), why: new ReadError('read.pages') } };
}

/** The number that a credential claims; to trust nobody is enough to ask for it. */
async function numberOf(credential: string): Promise<string | undefined> {
  return (await verify(credential, new TrustAnchors(), new Date())).claimed?.number;
}

/** By the error's name: it comes out of a worker. */
function why(error: unknown): MessageKey {
  const name = error instanceof Error ? error.name : '';
  if (name === 'Excessive' || name === 'TooLarge') return 'read.excessive';
  return name === 'PasswordException' ? 'read.locked' : 'read.unreadable';
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
