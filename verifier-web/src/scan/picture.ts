// Finds a QR code in pixels: the browser's own detector where it reads QR, else a small decoder, else, on request, a
// larger one that is loaded only then.

import decodeSmall from 'qr/decode.js';

interface Detector {
  detect(image: ImageData): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Time for the small decoder's second thoughts about a still picture, in milliseconds. */
const PATIENCE = 1_200;
/** Longest sides, in pixels, at which a still picture is tried: a code may be lost in detail, or in coarseness. */
const SIDES = [1_600, 1_000, 2_600, 600];
/** Largest picture that is drawn at all, in pixels. */
const PIXELS = 80_000_000;

let native: Promise<Detector | undefined> | undefined;

/** Returns the browser's own detector, asked for once. */
function detector(): Promise<Detector | undefined> {
  native ??= (async () => {
    const Native = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
    if (!Native) return undefined;
    const formats = await Native.getSupportedFormats().catch((): string[] => []);
    return formats.includes('qr_code') ? new Native({ formats: ['qr_code'] }) : undefined;
  })();
  return native;
}

/** What one look at a camera's frame found. */
export interface Look {
  text?: string;
  /** How wide the code is that was seen but not read, as a share of the frame. */
  seen?: number;
}

/** Looks at one frame, quickly. */
export async function lookAtFrame(frame: ImageData): Promise<Look> {
  const text = await readNative(frame);
  if (text !== undefined) return { text };
  let seen: number | undefined;
  try {
    return {
      text: decodeSmall(frame, {
        pointsOnDetect: (points) => { seen = points.boundingBox.width / Math.min(frame.width, frame.height); },
      }),
    };
  } catch {
    return seen === undefined ? {} : { seen };
  }
}

/** Reads the code of a still picture, trying harder and harder. */
export async function readPicture(picture: Blob): Promise<string | undefined> {
  const bitmap = await createImageBitmap(picture);
  try {
    if (bitmap.width * bitmap.height > PIXELS) return undefined;
    for (const side of SIDES) {
      const pixels = draw(bitmap, bitmap.width, bitmap.height, side);
      const text = await readNative(pixels) ?? readSmall(pixels);
      if (text !== undefined) return text;
    }
    return await readLarge(draw(bitmap, bitmap.width, bitmap.height, 2_600));
  } finally {
    bitmap.close();
  }
}

/** Reads the code of a rendered page. */
export async function readPixels(pixels: ImageData): Promise<string | undefined> {
  return await readNative(pixels) ?? readSmall(pixels) ?? await readLarge(pixels);
}

/** Reads with the decoder that is loaded only when it is needed; the single file has none. */
export async function readLarge(pixels: ImageData): Promise<string | undefined> {
  if (!__SINGLE_FILE__) {
    try {
      return await (await import('./zxing.js')).read(pixels);
    } catch {
      // Not kept yet and no network: what the small decoder said stands.
    }
  }
  return undefined;
}

async function readNative(pixels: ImageData): Promise<string | undefined> {
  const codes = await (await detector())?.detect(pixels).catch(() => []);
  return codes?.[0]?.rawValue;
}

function readSmall(pixels: ImageData): string | undefined {
  try {
    return decodeSmall(pixels, { timeLimit: PATIENCE, effort: 3 });
  } catch {
    return undefined;
  }
}

/** Draws an image so that its longest side has at most `side` pixels, on white. */
export function draw(image: CanvasImageSource, width: number, height: number, side: number): ImageData {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas to draw on');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
