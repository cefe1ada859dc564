// Finds the QR codes of a picture: bounded before it is decoded, drawn on white, tried at several sizes; a long one piece by
// piece.

import { looksLikeCredential } from './looks.js';
import { readCodes, readLarge, readQuickly, type Progress } from './qr.js';
import { TooLarge } from './too-large.js';

/** Longest sides, in pixels, at which a still picture is tried: a code may be lost in detail, or in coarseness. */
const SIDES = [1_600, 1_000, 2_600, 600];
/** Longest side of a piece that is looked at quickly, or by the large decoder. */
const FINE = 2_600;
/**
 * A picture longer than so many times its shorter side is looked at piece by piece. `src/reading/scan.rs` cuts the same
 * pieces; `tests/vectors/pieces.json` holds both to it.
 */
const LONG = 3;
/** So many pieces at most; a picture that would need more has longer ones. */
const PIECES = 24;
/** Largest picture that is decoded at all, in pixels. */
const PIXELS = 80_000_000;
/** Longest time for one picture, in milliseconds; no further look is begun then. */
const DEADLINE = 20_000;
/** How far into a JPEG its size may stand: behind a preview and colour profiles. */
const HEAD = 1_048_576;
/** Shortest side of a picture that can show a certificate's code: smaller ones are a letter's decoration. */
const SMALLEST = 80;

/** What a picture shows. */
export interface PictureContent {
  /** The texts of all codes that were read. */
  texts: string[];
  /** Whether it is too small to show a certificate's code. */
  tiny: boolean;
}

/** Reads the codes of a still picture, trying harder and harder until one has the looks of a credential. */
export async function readPicture(picture: Blob, progress?: Progress): Promise<PictureContent> {
  const claimed = size(new Uint8Array(await picture.slice(0, HEAD).arrayBuffer()));
  if (claimed && claimed.width * claimed.height > PIXELS) throw new TooLarge('too many pixels');
  const bitmap = await createImageBitmap(picture);
  try {
    const { width, height } = bitmap;
    if (width * height > PIXELS) throw new TooLarge('too many pixels');
    return { texts: await codes(bitmap, width, height, progress), tiny: Math.min(width, height) < SMALLEST };
  } finally {
    bitmap.close();
  }
}

/** A part of a picture, in its pixels. */
export interface Piece {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * The pieces of a long picture, which overlap by its shorter side: what is no wider than the picture is whole in one of
 * them. Made as small as it must be for a look at the whole, a screenshot of a long page has no code any more.
 */
export function pieces(width: number, height: number): Piece[] {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  if (short === 0 || long <= LONG * short) return [];
  const step = Math.max(short, Math.ceil(long / PIECES));
  const found: Piece[] = [];
  for (let at = 0; at < long - short; at += step) {
    const length = Math.min(step + short, long - at);
    found.push(height > width ? { left: 0, top: at, width, height: length } : { left: at, top: 0, width: length, height });
  }
  return found;
}

/** A look at a part of a picture, made so small that its longest side has at most `side` pixels. */
export interface Look {
  piece: Piece;
  side: number;
  /** Quickly, by the decoders at hand or closely, or by the large one. */
  how: 'quick' | 'close' | 'large';
}

/**
 * How a picture is looked at, one look after the other. A long one is seen quickly from one end to the other before any
 * piece of it is looked at more closely: a code in the last one is not to wait for what takes long in the first.
 */
export function looks(width: number, height: number): Look[] {
  const whole = { left: 0, top: 0, width, height };
  const cut = pieces(width, height);
  const close = (piece: Piece) => (side: number): Look => ({ piece, side, how: 'close' });
  if (cut.length === 0) return [...SIDES.map(close(whole)), { piece: whole, side: FINE, how: 'large' }];
  const all = [whole, ...cut];
  const once = (how: Look['how']) => all.map((piece): Look => ({ piece, side: FINE, how }));
  return [...once('quick'), ...once('large'), ...SIDES.slice(0, 2).flatMap((side) => all.map((piece) => close(piece)(side)))];
}

async function codes(bitmap: ImageBitmap, width: number, height: number, progress?: Progress): Promise<string[]> {
  const found = new Set<string>();
  const watch = new Watch(progress);
  const todo = looks(width, height);
  // A picture that is not cut is seen whole at the first look.
  const firstRound = Math.max(1, todo.filter(({ how }) => how === 'quick').length);
  for (const [index, { piece, side, how }] of todo.entries()) {
    if ([...found].some(looksLikeCredential)) break;
    if (watch.isOver()) {
      if (index < firstRound) throw new TooLarge('not all of it could be looked at in time');
      break;
    }
    for (const text of await reading(how, watch)(drawPiece(bitmap, piece, side))) found.add(text);
    watch.alive();
  }
  return [...found];
}

function reading(how: Look['how'], progress: Progress): (pixels: ImageData) => Promise<string[]> {
  if (how === 'quick') return readQuickly;
  return how === 'close' ? readCodes : (pixels) => readLarge(pixels, progress);
}

/** Counts the time that a picture takes; waiting for a decoder to come is no fault of it. */
class Watch implements Progress {
  private begun = performance.now();
  private waiting: number | undefined;

  constructor(private readonly progress?: Progress) {}

  loading(): void {
    this.waiting ??= performance.now();
    this.progress?.loading();
  }

  alive(): void {
    if (this.waiting !== undefined) this.begun += performance.now() - this.waiting;
    this.waiting = undefined;
    this.progress?.alive();
  }

  isOver(): boolean {
    return performance.now() - this.begun > DEADLINE;
  }
}

/** Draws an image so that its longest side has at most `side` pixels, on white. */
export function draw(image: CanvasImageSource, width: number, height: number, side: number): ImageData {
  return drawPiece(image, { left: 0, top: 0, width, height }, side);
}

function drawPiece(image: CanvasImageSource, piece: Piece, side: number): ImageData {
  const { left, top, width, height } = piece;
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = canvasOf(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D | null;
  if (!context) throw new Error('no canvas to draw on');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** In a worker there is no document, in an older browser no other canvas. */
function canvasOf(width: number, height: number): HTMLCanvasElement | OffscreenCanvas {
  if (typeof document === 'undefined') return new OffscreenCanvas(width, height);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** The sides that a PNG, GIF, JPEG, BMP or WebP claims; `undefined` where its head does not say. */
export function size(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  if (bytes.length < 30) return undefined;
  if (head.startsWith('\x89PNG')) return { width: view.getUint32(16), height: view.getUint32(20) };
  if (head.startsWith('GIF8')) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (head.startsWith('BM')) return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
  if (head.startsWith('WEBPVP8X', 8)) return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
  if (head.startsWith('\xff\xd8')) return jpegSize(view);
  return undefined;
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

/** Walks a JPEG's segments to its frame header (ITU-T T.81, B.2.2). */
function jpegSize(view: DataView): { width: number; height: number } | undefined {
  for (let at = 2; at + 9 < view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // Fill bytes may stand before a marker.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}
