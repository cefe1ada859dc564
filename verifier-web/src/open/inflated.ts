// How far a PDF's streams inflate, before pdf.js meets them: it inflates without a limit.

import { TooLarge } from '../scan/too-large.js';
import { find } from './bytes.js';

/** Most bytes that all packed streams of a file may inflate to. */
const INFLATED = 256 << 20;
/** Largest stream that is inflated in one piece, in bytes: to 16 MB at most. */
const AT_ONCE = 16_384;
/** How far DEFLATE inflates at most. */
const RATIO = 1_032;

/** Throws `TooLarge` where a file's packed streams inflate to more than any certificate's do. Tells that it goes on. */
export async function checkInflated(pdf: Uint8Array<ArrayBuffer>, alive: () => void): Promise<void> {
  // Nothing in a small file can.
  if (pdf.length * RATIO <= INFLATED) return;
  const streams = packedStreams(pdf);
  const packed = streams.reduce((sum, stream) => sum + stream.length, 0);
  if (packed * RATIO <= INFLATED) return;
  let left = INFLATED;
  for (const stream of streams) {
    left = await countDown(stream, left);
    alive();
  }
}

/** The streams with the head of zlib (RFC 1950 section 2.2), as they lie in the file. */
function packedStreams(pdf: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const streams: Uint8Array<ArrayBuffer>[] = [];
  for (let at = find(pdf, 'stream', 0); at >= 0; ) {
    const start = at + (pdf[at + 6] === 13 ? 8 : 7);
    const end = find(pdf, 'endstream', start);
    const [method = 0, flags = 0] = pdf.subarray(start, start + 2);
    if ((method & 15) === 8 && (method * 256 + flags) % 31 === 0) streams.push(pdf.subarray(start, end < 0 ? undefined : end));
    at = end < 0 ? -1 : find(pdf, 'stream', end + 9);
  }
  return streams;
}

async function countDown(stream: Uint8Array<ArrayBuffer>, limit: number): Promise<number> {
  const reader = inflating(stream);
  let left = limit;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return left;
      left -= value.length;
      if (left < 0) break;
    }
  } catch {
    // Cut, or something else behind it: what it holds was counted.
    return left;
  }
  await reader.cancel();
  throw new TooLarge('its streams inflate too far');
}

/** What packed bytes inflate to, up to a limit, and whether that is all and right. */
export async function inflate(packed: Uint8Array<ArrayBuffer>, limit: number): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: boolean }> {
  const reader = inflating(packed);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let left = limit;
  let whole = false;
  try {
    while (!whole && left >= 0) {
      const { done, value } = await reader.read();
      whole = done;
      if (value) pieces.push(value);
      left -= value?.length ?? 0;
    }
    if (!whole) await reader.cancel();
  } catch {
    // Cut, or something else behind it.
  }
  const [first] = pieces;
  const bytes = pieces.length === 1 && first ? first : new Uint8Array(await new Blob(pieces).arrayBuffer());
  return { bytes, whole };
}

/** A small stream is given at once, a larger one in pieces: what one of them inflates to is held. */
function inflating(packed: Uint8Array<ArrayBuffer>): ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> {
  const inflater = new DecompressionStream('deflate');
  if (packed.length > AT_ONCE) return new Blob([packed]).stream().pipeThrough(inflater).getReader();
  const writer = inflater.writable.getWriter();
  // Whoever reads learns of what is wrong.
  void writer.write(packed).catch(() => undefined);
  void writer.close().catch(() => undefined);
  return inflater.readable.getReader();
}
