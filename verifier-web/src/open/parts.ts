// What lies in a file one behind the other: PDFs that were glued together, a picture behind a picture, what phones put behind
// theirs. A reader of one kind sees only one of them (src/reading/parts.rs).

import { TEXT_BYTES } from './bounds.js';
import { find, findLast, isAt } from './bytes.js';
import { boxesEnd, shapeOf, type Shape } from './ends.js';
import { goesOn, marksIn } from './glued.js';
import { HEAD_BYTES, kindOf, latin1, type Kind } from './kinds.js';
import { textOf } from './search.js';
import { wordsIn } from './words.js';

/** Most files in one. */
const PARTS = 1_000;
/** So many bytes of no known kind behind a picture hold no certificate. */
const REMAINDER = 64;
/** So often something is no file of a known kind; whatever goes on like that is no photo. */
const RIDDLES = 16;
/** Largest block of a phone's trailer that is taken for a note of its camera. */
const BLOCK = 4_096;

/** A film's first box: its brand is none of a picture's. */
const FILM = /^[^]{4}ftyp(?!avif|avis|heic|heix|heim|heis|hevc|mif1|msf1)/;
/** The beginnings of files that are too long to stand in a film by chance. */
const SIGNATURES = ['%PDF-', '\x89PNG\r\n\x1a\n', 'PK\x03\x04', 'PK\x05\x06'];

export interface Part {
  kind: Kind;
  bytes: Uint8Array<ArrayBuffer>;
  /** Of a picture, what it is made of. */
  shape?: Shape;
}

/** The files of a file, and whether there is more that nobody can tell. */
export interface Parts {
  files: Part[];
  rest: boolean;
}

interface Taken extends Parts {
  riddles: number;
}

/** Takes apart what is a PDF or a picture by its first bytes. */
export function partsOf(bytes: Uint8Array<ArrayBuffer>): Parts {
  const parts: Taken = { files: [], rest: false, riddles: 0 };
  // An archive ends where the file ends, whatever stands before it.
  const archive = archiveIn(bytes);
  take(bytes.subarray(0, archive), parts);
  if (archive < bytes.length) parts.files.push({ kind: 'zip', bytes: bytes.subarray(archive) });
  if (parts.files.length > PARTS) parts.rest = true;
  return { files: parts.files.slice(0, PARTS), rest: parts.rest };
}

/** Where an archive begins that ends with the file: offsets count from there. Else where the file ends. */
function archiveIn(bytes: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findLast(bytes, 'PK\x05\x06');
  if (end < 0 || end + 22 > bytes.length || end + 22 + view.getUint16(end + 20, true) !== bytes.length) return bytes.length;
  const start = end - view.getUint32(end + 12, true) - view.getUint32(end + 16, true);
  return start > 0 && isAt(bytes, 'PK\x03\x04', start) ? start : bytes.length;
}

/** Takes the file that begins here, and goes on behind its end. */
function take(bytes: Uint8Array<ArrayBuffer>, parts: Taken): void {
  let left = bytes;
  while (left.length > 0 && parts.files.length <= PARTS) {
    const kind = kindOf(latin1(left.subarray(0, HEAD_BYTES)));
    if (kind === 'picture') {
      const shape = shapeOf(left);
      const { end = left.length } = shape;
      parts.files.push({ kind, bytes: left.subarray(0, end), shape });
      left = withoutBlanks(left.subarray(end));
    } else if (kind === 'other' && !isText(left)) {
      left = withoutBlanks(takeUnknown(left, parts));
    } else {
      if (kind === 'pdf') takePdfs(left, parts);
      else parts.files.push({ kind, bytes: left });
      return;
    }
  }
}

/** Whether it is one behind signs that move nothing about. */
function isText(bytes: Uint8Array<ArrayBuffer>): boolean {
  return bytes.length <= TEXT_BYTES && textOf(bytes) !== undefined;
}

/** PDFs, each up to its end, and what stands behind it. */
function takePdfs(bytes: Uint8Array<ArrayBuffer>, parts: Taken): void {
  const { starts, ends } = marksIn(bytes, PARTS);
  // What stands before the first is shown by nobody.
  parts.rest ||= withoutBlanks(bytes.subarray(0, starts[0])).length > 0;
  starts.forEach((start, i) => {
    const next = starts[i + 1] ?? bytes.length;
    const own = ends.filter((end) => end > start && end <= next);
    const end = own.find((one) => one < next && !goesOn(bytes, one)) ?? own.at(-1) ?? next;
    const tail = withoutBlanks(bytes.subarray(end, next));
    parts.files.push({ kind: 'pdf', bytes: bytes.subarray(i === 0 ? 0 : start, tail.length === 0 ? next : end) });
    const { length } = parts.files;
    // A header that is no PDF's: nobody can tell.
    if (kindOf(latin1(tail.subarray(0, HEAD_BYTES))) === 'pdf') parts.rest = true;
    else take(tail, parts);
    // A few bytes of no known kind behind a PDF are told too: nobody's camera put them there.
    parts.rest ||= tail.length > 0 && parts.files.length === length;
  });
}

/** What is of no known kind: a film, a phone's trailer, or bytes that nobody can tell. Returns what comes behind. */
function takeUnknown(bytes: Uint8Array<ArrayBuffer>, parts: Taken): Uint8Array<ArrayBuffer> {
  parts.riddles += 1;
  if (parts.riddles > RIDDLES) {
    parts.rest = true;
    return bytes.subarray(bytes.length);
  }
  const head = latin1(bytes.subarray(0, HEAD_BYTES));
  const film = FILM.test(head) ? boxesEnd(bytes) : undefined;
  if (film !== undefined && !holdsFile(bytes.subarray(0, film))) return bytes.subarray(film);
  if (takeSamsung(bytes, parts)) return bytes.subarray(bytes.length);
  const next = nextFile(bytes);
  parts.rest ||= next > REMAINDER || film !== undefined;
  return bytes.subarray(next);
}

/** Whether a film holds something that nobody films. */
function holdsFile(film: Uint8Array): boolean {
  return SIGNATURES.some((one) => find(film, one, 0) >= 0) || wordsIn(latin1(film)).length > 0;
}

/** Where the next file of a known kind may begin, or the end. */
function nextFile(bytes: Uint8Array): number {
  const places = [...SIGNATURES, '\xff\xd8\xff'].map((one) => find(bytes, one, 1)).filter((at) => at > 0);
  return Math.min(bytes.length, ...places);
}

/** Samsung's phones put blocks behind a picture, and a directory of them at the end, `SEFH` to `SEFT`. */
function takeSamsung(bytes: Uint8Array<ArrayBuffer>, parts: Taken): boolean {
  const { length } = bytes;
  if (length < 24 || !isAt(bytes, 'SEFT', length - 4)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const directory = length - 8 - view.getUint32(length - 8, true);
  if (directory < 0 || !isAt(bytes, 'SEFH', directory)) return false;
  let reached = directory;
  for (let at = directory + 12; at + 12 <= length - 8; at += 12) {
    const start = directory - view.getUint32(at + 4, true);
    const end = start + view.getUint32(at + 8, true);
    // Zeros before the first block were taken for blanks.
    if (start < -3 || start + 8 > end || end > directory) return false;
    reached = Math.max(0, Math.min(reached, start));
    const data = bytes.subarray(Math.min(end, start + 8 + view.getUint32(start + 4, true)), end);
    parts.riddles += 1;
    if (data.length > BLOCK) take(data, parts);
    if (parts.riddles > RIDDLES) break;
  }
  // The blocks lie one behind the other up to the directory.
  parts.rest ||= withoutBlanks(bytes.subarray(0, reached)).length > REMAINDER;
  return true;
}

/** Without line breaks, zeros and the like at the beginning. */
function withoutBlanks(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let at = isAt(bytes, '\xef\xbb\xbf', 0) ? 3 : 0;
  while (at < bytes.length && [0, 9, 10, 11, 12, 13, 26, 32].includes(bytes[at] ?? 0)) at += 1;
  // A film begins with its first box's size.
  return bytes.subarray(isAt(bytes, 'ftyp', at + 1) ? Math.max(0, at - 3) : at);
}
