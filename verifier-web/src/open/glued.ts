// PDFs put one behind the other, byte by byte: each viewer shows one of them, and not all the same one.

import { isAt } from './bytes.js';

const PERCENT = 0x25;
const S = 0x73;

/** What goes on behind an end of a PDF in a later version of it; a linearized file ends in its midst too. */
const GOES_ON = /^(?:\d|%|xref|startxref|trailer|endstream|endobj|$)/;

/** Where a file's PDFs begin, and where they end. */
export interface Marks {
  starts: number[];
  ends: number[];
}

/**
 * Finds the headers and ends of a file's PDFs, at most one header more than `limit`. They stand outside of all streams: a PDF
 * that is attached to one stands inside.
 */
export function marksIn(bytes: Uint8Array<ArrayBuffer>, limit: number): Marks {
  const starts: number[] = [];
  const ends: number[] = [];
  // No PDF ends before its `%%EOF`, and none within a stream.
  let ended = true;
  let inStream = false;
  // One pass over the bytes, whatever they are made of.
  for (let at = 0; at < bytes.length && starts.length <= limit; at += 1) {
    const first = bytes[at];
    if (first === PERCENT && !inStream) {
      if (isAt(bytes, '%%EOF', at)) {
        ended = true;
        ends.push(at + 5);
      } else if (ended && isAt(bytes, '%PDF-', at)) {
        starts.push(at);
        ended = false;
      }
    } else if (first === S && isAt(bytes, 'stream', at)) {
      inStream = !isAt(bytes, 'end', at - 3) && (inStream || /^\r?\n/.test(text(bytes, at + 6, at + 8)));
    }
  }
  // A header that lies in something else: then it is one file, whatever it is.
  return { starts: starts.length > 0 ? starts : [0], ends };
}

/** Whether nothing but a later version stands behind an end. */
export function goesOn(bytes: Uint8Array, end: number): boolean {
  let at = end;
  while ([0, 9, 10, 12, 13, 26, 32].includes(bytes[at] ?? -1)) at += 1;
  return GOES_ON.test(text(bytes, at, at + 9));
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
