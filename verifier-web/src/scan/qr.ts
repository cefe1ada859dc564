// Finds every QR code in pixels: by the browser's own detector where it reads QR and by a small decoder; where neither
// finds a certificate's, by a larger one that is loaded only then. A page or a photo may show other codes beside ours,
// so that the first one that is found says nothing.

import { decodeQRBatch, type FinderPoints } from 'qr/decode.js';
import { looksLikeCredential } from './looks.js';

interface Detector {
  detect(image: ImageData): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Time for the small decoder's second thoughts about a still picture, in milliseconds. */
const PATIENCE = 1_200;
/** The same where there are many pieces to look at, all of them once. */
const GLANCE = 250;

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

/** Who is told while a file is read, so that what takes too long can be ended, and what only waits is not. */
export interface Progress {
  /** A part is done, or loaded. */
  alive(): void;
  /** A decoder is being loaded. */
  loading(): void;
}

/** What one look at a camera's frame found. */
export interface Look {
  /** The texts of all codes that were read. */
  texts: string[];
  /** How wide the code is that was seen but not read, as a share of the frame. */
  seen?: number;
}

/** Looks at one frame, quickly. */
export async function lookAtFrame(frame: ImageData): Promise<Look> {
  const texts = await readNative(frame);
  if (texts.some(looksLikeCredential)) return { texts };
  let seen: number | undefined;
  const small = await readSmall(frame, {
    pointsOnDetect: (points, result) => {
      if (result instanceof Error) seen = points.boundingBox.width / Math.min(frame.width, frame.height);
    },
  });
  const all = distinct([...texts, ...small]);
  return seen === undefined ? { texts: all } : { texts: all, seen };
}

/** Returns the texts of all codes in a still picture or a drawn page that the decoders at hand see. */
export async function readCodes(pixels: ImageData): Promise<string[]> {
  return distinct([...await readNative(pixels), ...await readSmall(pixels, { timeLimit: PATIENCE, effort: 3 })]);
}

/** The same, in hardly more time than it takes to look once. */
export async function readQuickly(pixels: ImageData): Promise<string[]> {
  return distinct([...await readNative(pixels), ...await readSmall(pixels, { timeLimit: GLANCE })]);
}

/** As `readCodes`, asking the large decoder too where no text has the looks of a credential. */
export async function readCodesHard(pixels: ImageData, progress: Progress): Promise<string[]> {
  const texts = await readCodes(pixels);
  return texts.some(looksLikeCredential) ? texts : distinct([...texts, ...await readLarge(pixels, progress)]);
}

/** Reads with the decoder that is loaded only when it is needed; the single file has none. */
export async function readLarge(pixels: ImageData, progress?: Progress): Promise<string[]> {
  if (!__SINGLE_FILE__) {
    try {
      progress?.loading();
      const large = await import('./zxing.js');
      await large.load();
      progress?.alive();
      return await large.read(pixels);
    } catch {
      // Offline before it was ever loaded, or a browser that allows no WebAssembly: there are other decoders.
    }
  }
  return [];
}

async function readNative(pixels: ImageData): Promise<string[]> {
  const reader = await detector();
  if (!reader) return [];
  try {
    return (await reader.detect(pixels)).map((code) => code.rawValue);
  } catch {
    return [];
  }
}

interface Effort {
  timeLimit?: number;
  effort?: number;
  pointsOnDetect?: (points: FinderPoints, result: string | Error) => void;
}

/** What cannot be read ends the list with an error. */
async function readSmall(pixels: ImageData, effort: Effort): Promise<string[]> {
  const { width, height } = pixels;
  const [results] = await decodeQRBatch([pixels], { ...effort, maxSize: { width, height } });
  return (results ?? []).filter((result) => typeof result === 'string');
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
