// PDFs put one behind the other, byte by byte: each viewer shows one of them, and not all the same one.

import { isAt } from './bytes.js';

const PERCENT = 0x25;
const S = 0x73;

/**
 * Returns where the headers of a file's PDFs stand, at most one more than `limit`. They stand outside of all streams: a PDF
 * that is attached to one stands inside.
 */
export function headersIn(bytes: Uint8Array<ArrayBuffer>, limit: number): number[] {
  const starts: number[] = [];
  // No PDF ends before its `%%EOF`, and none within a stream.
  let ended = true;
  let inStream = false;
  // One pass over the bytes, whatever they are made of.
  for (let at = 0; at < bytes.length && starts.length <= limit; at += 1) {
    const first = bytes[at];
    if (first === PERCENT && !inStream) {
      if (isAt(bytes, '%%EOF', at)) ended = true;
      else if (ended && isAt(bytes, '%PDF-', at)) {
        starts.push(at);
        ended = false;
      }
    } else if (first === S && isAt(bytes, 'stream', at)) {
      inStream = !isAt(bytes, 'end', at - 3) && (inStream || /^\r?\n/.test(text(bytes, at + 6, at + 8)));
    }
  }
  // A header that lies in something else: then it is one file, whatever it is.
  return starts.length > 0 ? starts : [0];
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
