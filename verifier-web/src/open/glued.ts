// PDFs put one behind the other, byte by byte: each viewer shows one of them, and not all the same one.

import { findLast, isAt } from './bytes.js';

/** Most PDFs in one file. */
const PARTS = 1_000;
/** What may stand behind a PDF's end and hold nothing: line breaks, zeros, a mail gateway's remark. */
const REST = 1_024;

const PERCENT = 0x25;
const S = 0x73;

/** The PDFs of a file, and whether there is more behind the last one than can be told. */
export interface Glued {
  parts: Uint8Array<ArrayBuffer>[];
  rest: boolean;
}

/** Splits a file where a PDF's header stands outside of all streams; a PDF that is attached to one stands inside. */
export function splitPdfs(bytes: Uint8Array<ArrayBuffer>): Glued {
  const starts: number[] = [];
  // No PDF ends before its `%%EOF`, and none within a stream.
  let ended = true;
  let inStream = false;
  // One pass over the bytes, whatever they are made of.
  for (let at = 0; at < bytes.length && starts.length <= PARTS; at += 1) {
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
  if (starts.length === 0) starts.push(0);
  const parts = starts.slice(0, PARTS).map((start, i) => bytes.subarray(i === 0 ? 0 : start, starts[i + 1]));
  return { parts, rest: starts.length > PARTS || hasRest(bytes) };
}

function hasRest(bytes: Uint8Array): boolean {
  const end = findLast(bytes, '%%EOF');
  if (end < 0) return false;
  let more = 0;
  for (let at = end + 5; at < bytes.length; at += 1) more += (bytes[at] ?? 0) > 32 ? 1 : 0;
  return more > REST;
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
