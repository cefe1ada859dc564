// From what is dropped on the page to what is judged. Files that carry others are opened within bounds, and everything
// that was found in them is told by name: a certificate, something that cannot be read, or something that is none.

import { t } from '../page/messages.js';
import { Bounds, DEPTH, FILE_BYTES, ReadError, TEXT_BYTES } from './bounds.js';
import { headIn, headOf, kindOf } from './kinds.js';
import type { Part } from './parts.js';
import type { Held } from './search.js';
import type { Member } from './zip.js';

export { FILE_MEGABYTES, ReadError } from './bounds.js';

/** A file that is read whole at once, not its beginning first: asking the browser takes longer than reading. */
const SMALL_BYTES = 1 << 20;
/** A text that was meant as a credential: JSON, the beginning of a JWS, digits, or a link with some. */
const ATTEMPT = /^\s*(?:\{|ey[\w-]{8}|\d{20})|#[01]\d/;
/** Most texts of one file that are judged. */
const TEXTS = 1_000;

/** A text that may be a credential. */
export interface Candidate {
  text: string;
  /** Whether it is attached to a PDF; else it was read from a page, a picture or a text. */
  attached?: boolean;
  /** Whether it is written into a picture and no code in it shows it. */
  written?: boolean;
  /** The page that shows its code, from 1. */
  page?: number;
}

/** What belongs together: the credentials of one file, and what its pages print. */
export interface Document {
  candidates: Candidate[];
  /** What each page prints; `undefined`: it was not looked at. */
  pages?: string[];
  /** Those of them, from 1, that are a picture and nothing else. */
  pictures?: readonly number[];
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

/** Where a file is. */
export interface Place {
  /** How many containers it lies in. */
  depth: number;
  /** Whether it decorates a mail or a text, as logos do, or lies behind a photo: without a code it is nobody's certificate. */
  decorates?: boolean;
}

/** Opens a file. Never throws on bad input. */
export async function* open(file: Blob, name: string, bounds: Bounds, place: Place = { depth: 0 }): AsyncGenerator<Find> {
  try {
    yield* look(file, name, bounds, place);
  } catch (error) {
    yield problem(name, error);
  }
  bounds.done += 1;
}

function problem(name: string, error: unknown): Find {
  return { name, problem: error instanceof ReadError ? error : new ReadError('read.unreadable') };
}

/** Decides about every file, wherever it comes from: it is judged, or looked at and holds none, or a problem. */
async function* look(file: Blob, name: string, bounds: Bounds, place: Place): AsyncGenerator<Find> {
  const small = file.size <= SMALL_BYTES ? new Uint8Array(await file.arrayBuffer()) : undefined;
  const kind = kindOf(small ? headIn(small) : await headOf(file));
  if (kind === 'packed' || kind === 'outlook') throw new ReadError(`read.${kind}`);
  // Members are read one by one: the archive itself may be large.
  if (kind !== 'zip' && file.size > FILE_BYTES) throw new ReadError('read.tooLarge');
  if (kind === 'zip' || kind === 'mail') yield* inside(kind, file, name, bounds, place.depth);
  else if (kind === 'pdf' || kind === 'picture') yield* parts(small ?? new Uint8Array(await file.arrayBuffer()), name, bounds, place);
  else yield* text(file, name, bounds, place, kind === 'text');
}

async function* inside(kind: 'zip' | 'mail', file: Blob, name: string, bounds: Bounds, depth: number): AsyncGenerator<Find> {
  if (depth >= DEPTH) throw new ReadError('read.bounds');
  if (kind === 'zip') {
    const { openZip } = await import('./zip.js');
    const archive = await openZip(file, bounds);
    const finds = members(archive.members, name, bounds, depth);
    if (isOffice(archive.members)) yield* office(finds);
    else yield* finds;
    yield* textsIn(archive.remarks, name, bounds, depth);
    return;
  }
  const { readMail } = await import('./mail.js');
  const mail = await readMail(file, bounds);
  bounds.meet(mail.files.length);
  yield* members(mail.files, name, bounds, depth);
  yield* textsIn(mail.texts, name, bounds, depth);
  if (mail.problem) yield problem(name, mail.problem);
  if (mail.rest) yield problem(name, new ReadError('read.rest'));
}

/** A document of an office program is an archive too (ISO/IEC 29500-2, OpenDocument part 3). */
function isOffice(all: readonly Member[]): boolean {
  const has = (name: string) => all.some((member) => member.name === name);
  return has('[Content_Types].xml') || (has('mimetype') && has('META-INF/manifest.xml'));
}

/** Of a document what may be a certificate is told; if nothing is, one sentence says what it is. */
async function* office(finds: AsyncIterable<Find>): AsyncGenerator<Find> {
  const all: Find[] = [];
  for await (const find of finds) all.push(find);
  if (all.some((find) => 'document' in find)) yield* all;
  else throw new ReadError('read.office');
}

/** What the texts of a container hold, which often names the files in it. */
async function* textsIn(all: readonly string[], name: string, bounds: Bounds, depth: number): AsyncGenerator<Find> {
  const { search } = await import('./search.js');
  const held = all.map((one) => search(one));
  yield* heldIn({
    texts: distinct(held.flatMap((one) => one.texts)),
    files: held.flatMap((one) => one.files),
    closed: held.some((one) => one.closed),
  }, name, bounds, depth, true);
}

async function* members(all: readonly Member[], name: string, bounds: Bounds, depth: number): AsyncGenerator<Find> {
  for (const member of all) {
    const path = `${name}/${member.name}`;
    let file: Blob;
    try {
      file = await member.read();
    } catch (error) {
      yield problem(path, error);
      bounds.done += 1;
      continue;
    }
    if (await isLitter(path, file)) {
      yield { name: path, left: true };
      bounds.done += 1;
    } else yield* open(file, path, bounds, { depth: depth + 1, decorates: member.inline === true });
  }
}

/** What desktops leave in folders, and signatures of mails: nobody misses it. A name alone hides nothing. */
async function isLitter(path: string, file: Blob): Promise<boolean> {
  const head = await headOf(file);
  const name = path.slice(path.lastIndexOf('/') + 1);
  // AppleDouble: a file's icon and its like.
  if (name.startsWith('._')) return head.startsWith('\0\x05\x16\x07');
  if (name === '.DS_Store') return head.startsWith('\0\0\0\x01Bud1');
  if (name === 'Thumbs.db') return head.startsWith('\xd0\xcf\x11\xe0');
  return name === 'smime.p7s' && head.startsWith('\x30') && file.size < 65_536;
}

/** What a text holds, if it is one. */
async function* text(file: Blob, name: string, bounds: Bounds, { depth, decorates }: Place, looksSo: boolean): AsyncGenerator<Find> {
  const { isBaked, isDrawing, search, textOf } = await import('./search.js');
  const { isPublished } = await import('./published.js');
  const isMember = depth > 0 || decorates === true;
  if (isMember && isPublished(await file.text())) {
    yield { name, left: true };
    return;
  }
  if (file.size > TEXT_BYTES) throw new ReadError(looksSo ? 'read.bounds' : 'read.unreadable');
  const whole = textOf(new Uint8Array(await file.arrayBuffer()));
  // What is of no known kind may be a scan of a certificate.
  if (whole === undefined) throw new ReadError('read.unreadable');
  // Let the page breathe before a long one.
  if (file.size > 65_536) await new Promise((resolve) => { setTimeout(resolve); });
  const held = search(whole);
  const isNone = held.texts.length + held.files.length === 0 && !held.closed;
  // What is baked into a badge is as good as a file of its own; what the badge draws is its maker's business.
  const baked = isBaked(whole) && held.texts.length > 0;
  const unseen = isDrawing(whole) && decorates !== true && !baked;
  if (unseen) yield problem(name, new ReadError('read.unreadable'));
  else if (isNone && isMember) yield { name, left: true };
  // Whoever checks one text wants to know what is wrong with it; a letter is no certificate that went wrong.
  else if (isNone && !ATTEMPT.test(whole)) throw new ReadError('read.nothing');
  else if (isNone) held.texts.push(whole.trim());
  yield* heldIn(held, name, bounds, depth, false, baked);
}

async function* heldIn(held: Held, name: string, bounds: Bounds, depth: number, quoted: boolean, written = false): AsyncGenerator<Find> {
  if (held.texts.length > 0) {
    const candidates = held.texts.slice(0, TEXTS).map((text) => (written ? { text, written } : { text }));
    yield { name, document: { candidates, paper: false, quoted } };
  }
  if (held.texts.length > TEXTS) yield problem(name, new ReadError('read.bounds'));
  if (held.closed) yield problem(name, new ReadError('read.encoded'));
  if (held.files.length > 0 && depth >= DEPTH) throw new ReadError('read.bounds');
  bounds.meet(held.files.length);
  for (const [i, { bytes, drawn }] of held.files.entries()) {
    bounds.unpack(bytes.length);
    yield* open(new Blob([bytes]), `${name}/base64 ${i + 1}`, bounds, { depth: depth + 1, decorates: drawn });
  }
}

/** A PDF or a picture, and what stands behind it. */
async function* parts(bytes: Uint8Array<ArrayBuffer>, name: string, bounds: Bounds, place: Place): AsyncGenerator<Find> {
  const { partsOf } = await import('./parts.js');
  const { files, rest } = partsOf(bytes);
  bounds.meet(files.length - 1);
  // A photo keeps its name, whatever its camera put behind it.
  const isPhoto = files[0]?.kind === 'picture';
  for (const [i, part] of files.entries()) {
    const own = files.length === 1 || (isPhoto && i === 0) ? name : t('source.part', { name, part: i + 1 });
    try {
      yield* single(part, own, bounds, { ...place, decorates: place.decorates === true || i > 0 }, i > 0);
    } catch (error) {
      yield problem(own, error);
      bounds.done += 1;
      // Of a photo that this browser cannot show, one sentence says all.
      if (error instanceof ReadError && error.key === 'read.heic') {
        bounds.done += files.length - 1 - i;
        return;
      }
    }
  }
  if (rest) yield problem(name, new ReadError('read.rest'));
}

async function* single(part: Part, name: string, bounds: Bounds, place: Place, behind: boolean): AsyncGenerator<Find> {
  if (part.kind !== 'picture' && part.kind !== 'pdf') {
    yield* open(new Blob([part.bytes]), name, bounds, place);
    return;
  }
  if (part.kind === 'picture') {
    const { picture } = await import('./picture.js');
    yield* picture(part, name, place, behind);
  } else if (__SINGLE_FILE__) yield* attachedOnly(part.bytes, name);
  else {
    const { pdf } = await import('./pdf.js');
    yield* pdf(part.bytes, name, bounds, place.depth);
  }
  if (behind) bounds.done += 1;
}

/** Without pdf.js nobody reads the pages: what is attached is judged, and never green. */
async function* attachedOnly(bytes: Uint8Array<ArrayBuffer>, name: string): AsyncGenerator<Find> {
  const { attachedCredentials } = await import('../scan/pdf-attachment.js');
  const candidates = (await attachedCredentials(bytes)).map((one) => ({ text: one, attached: true }));
  if (candidates.length === 0) throw new ReadError('read.pdfSingle');
  yield { name, document: { candidates, paper: true } };
  const { embeddedFiles } = await import('./embedded.js');
  const { files, more } = await embeddedFiles(bytes);
  if (more || files.length > candidates.length) yield problem(name, new ReadError('read.rest'));
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
