// Finds the QR codes of a picture: bounded before it is decoded, drawn on white, tried at several sizes.

import { looksLikeCredential } from './looks.js';
import { readCodes, readLarge, type Progress } from './qr.js';
import { TooLarge } from './too-large.js';

/** Longest sides, in pixels, at which a still picture is tried: a code may be lost in detail, or in coarseness. */
const SIDES = [1_600, 1_000, 2_600, 600];
/** A picture longer than so many times its shorter side is also looked at piece by piece. */
const LONG = 2;
/** So many pieces at most; a picture that would need more has longer ones. */
const PIECES = 24;
/** Largest picture that is decoded at all, in pixels. */
const PIXELS = 80_000_000;
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

async function codes(bitmap: ImageBitmap, width: number, height: number, progress?: Progress): Promise<string[]> {
  const found = new Set<string>();
  const isFound = (): boolean => [...found].some(looksLikeCredential);
  const look = async (piece: Piece, side: number): Promise<void> => {
    for (const text of await readCodes(drawPiece(bitmap, piece, side))) found.add(text);
    progress?.alive();
  };
  const whole = { left: 0, top: 0, width, height };
  for (const side of SIDES) {
    await look(whole, side);
    if (isFound()) return [...found];
  }
  for (const piece of pieces(width, height)) {
    for (const side of SIDES.slice(0, 2)) {
      await look(piece, side);
      if (isFound()) return [...found];
    }
  }
  for (const piece of [whole, ...pieces(width, height)]) {
    for (const text of await readLarge(drawPiece(bitmap, piece, 2_600), progress)) found.add(text);
    progress?.alive();
    if (isFound()) break;
  }
  return [...found];
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
