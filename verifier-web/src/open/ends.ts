// Where a picture ends by the rules of its own format: what stands behind it, a viewer of pictures never shows.

import { isAt } from './bytes.js';
import { latin1 } from './kinds.js';

/** A picture as far as its format goes. */
export interface Shape {
  /** Where it ends; `undefined`: it is cut, or damaged. */
  end: number | undefined;
  /** What it carries beside its pixels: comments, descriptions, what programs write. */
  notes: Uint8Array<ArrayBuffer>[];
  /** Texts that are packed (PNG section 11.3.3). */
  packed: Uint8Array<ArrayBuffer>[];
  /** Colour profiles, which are packed as well (PNG section 11.3.2.3). */
  profiles: Uint8Array<ArrayBuffer>[];
  /** Whether it carries something of no known kind, with room for a certificate. */
  strange: boolean;
  /** Whether it shows one picture after the other, of which only the first is looked at. */
  moves: boolean;
}

/** Walks a picture. */
export function shapeOf(bytes: Uint8Array<ArrayBuffer>): Shape {
  const shape: Shape = { end: undefined, notes: [], packed: [], profiles: [], strange: false, moves: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (isAt(bytes, '\x89PNG\r\n\x1a\n', 0)) shape.end = walkPng(bytes, view, shape);
    else if (isAt(bytes, '\xff\xd8\xff', 0)) shape.end = walkJpeg(bytes, view, shape);
    else if (isAt(bytes, 'GIF8', 0)) shape.end = walkGif(bytes, view, shape);
    else if (isAt(bytes, 'RIFF', 0)) shape.end = walkWebp(bytes, view, shape);
    else if (isAt(bytes, 'BM', 0)) shape.end = view.getUint32(2, true);
    else shape.end = boxesEnd(bytes);
  } catch (error) {
    // It ends in the middle of something.
    if (!(error instanceof RangeError)) throw error;
  }
  if (shape.end !== undefined && (shape.end <= 0 || shape.end > bytes.length)) shape.end = undefined;
  return shape;
}

/** PNG section 5.3: length, type, data, checksum. */
function walkPng(bytes: Uint8Array<ArrayBuffer>, view: DataView, shape: Shape): number {
  for (let at = 8; ; ) {
    const length = view.getUint32(at);
    const kind = latin1(bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + length);
    // C2PA stands in a box of JUMBF.
    if (kind === 'tEXt' || kind === 'eXIf' || (kind === 'caBX' && isAt(data, 'jumb', 4))) shape.notes.push(data);
    else if (kind === 'zTXt' || kind === 'iTXt') addText(data, kind, shape);
    else if (kind === 'iCCP') shape.profiles.push(data.subarray(data.indexOf(0) + 2));
    else if (kind === 'acTL' || kind === 'fdAT') shape.moves = true;
    else if (length > room(kind)) shape.strange = true;
    at += 12 + length;
    if (kind === 'IEND') return at;
  }
}

/**
 * How many bytes of a chunk may go unseen: those of the standard (PNG section 11) have as many as they need, any other chunk
 * has no room for a certificate.
 */
function room(kind: string): number {
  if (kind === 'IDAT') return Infinity;
  if (kind === 'PLTE') return 768;
  if (kind === 'tRNS' || kind === 'hIST') return 512;
  // A palette that is proposed, scales: words and numbers.
  return ['sPLT', 'pCAL', 'sCAL'].includes(kind) ? 4_096 : 64;
}

/** A keyword, then how it is packed; iTXt: a flag, the method, the language and the keyword in it before the text. */
function addText(data: Uint8Array<ArrayBuffer>, kind: string, shape: Shape): void {
  const keyword = data.indexOf(0);
  if (keyword < 0) return;
  if (kind === 'zTXt') {
    shape.packed.push(data.subarray(keyword + 2));
    return;
  }
  const language = data.indexOf(0, keyword + 3);
  const text = data.subarray(data.indexOf(0, language + 1) + 1);
  if (data[keyword + 1] === 1) shape.packed.push(text);
  else shape.notes.push(text);
}

/** ITU-T T.81, B.1: from marker to marker, up to the end of the image. */
function walkJpeg(bytes: Uint8Array<ArrayBuffer>, view: DataView, shape: Shape): number | undefined {
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xd9) return at + 2;
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else {
      const next = at + 2 + view.getUint16(at + 2);
      if (marker >= 0xe0) shape.notes.push(bytes.subarray(at + 4, next));
      at = marker === 0xda ? pastScan(bytes, next) : next;
    }
  }
}

/** In coded data, a marker is what is neither stuffed nor a restart. */
function pastScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  throw new RangeError('it has no end');
}

/** GIF89a: colours, then extensions and images, each of sub-blocks. */
function walkGif(bytes: Uint8Array<ArrayBuffer>, view: DataView, shape: Shape): number | undefined {
  const colours = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let images = 0;
  for (let at = 13 + colours(view.getUint8(10)); ; ) {
    const kind = view.getUint8(at);
    if (kind === 0x3b) return at + 1;
    if (kind === 0x2c) images += 1;
    else if (kind !== 0x21) return undefined;
    shape.moves = images > 1;
    const start = at + 2;
    at = kind === 0x2c ? at + 11 + colours(view.getUint8(at + 9)) : at + 2;
    while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at += 1;
    if (kind === 0x21) shape.notes.push(bytes.subarray(start, at));
  }
}

/** RIFF: the size of what follows, and chunks of an even length. */
function walkWebp(bytes: Uint8Array<ArrayBuffer>, view: DataView, shape: Shape): number {
  const size = view.getUint32(4, true);
  const end = 8 + size + (size & 1);
  for (let at = 12; at + 8 <= end; ) {
    const kind = latin1(bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    if (kind === 'ANIM') shape.moves = true;
    if (kind === 'XMP ' || kind === 'EXIF') shape.notes.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + (length & 1);
  }
  return end;
}

/** Where boxes end that lie one behind the other (ISO/IEC 14496-12 section 4.2): HEIC, AVIF, and films. */
export function boxesEnd(bytes: Uint8Array<ArrayBuffer>): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 8 <= bytes.length && /^[a-zA-Z0-9 ]{4}$/.test(latin1(bytes.subarray(at + 4, at + 8)))) {
    const told = view.getUint32(at);
    const size = told === 1 && at + 16 <= bytes.length ? Number(view.getBigUint64(at + 8)) : told === 0 ? bytes.length - at : told;
    if (size < 8 || at + size > bytes.length) break;
    at += size;
  }
  return at === 0 ? undefined : at;
}
