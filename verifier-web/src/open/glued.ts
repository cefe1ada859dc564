// PDFs put one behind the other, byte by byte: each viewer shows one of them, and not all the same one.

import { find, findLast } from './bytes.js';

/** Most PDFs in one file. */
const PARTS = 1_000;
/** What may stand behind a PDF's end and hold nothing: line breaks, zeros, a mail gateway's remark. */
const REST = 1_024;

/** The PDFs of a file, and whether there is more behind the last one than can be told. */
export interface Glued {
  parts: Uint8Array<ArrayBuffer>[];
  rest: boolean;
}

/** Splits a file where a PDF's header stands outside of all streams; a PDF that is attached to one stands inside. */
export function splitPdfs(bytes: Uint8Array<ArrayBuffer>): Glued {
  const starts: number[] = [];
  for (let at = find(bytes, '%PDF-', 0); at >= 0 && starts.length <= PARTS; at = find(bytes, '%PDF-', at + 5)) {
    const from = starts.at(-1);
    if (from === undefined || isOutside(bytes, from, at)) starts.push(at);
  }
  const parts = starts.slice(0, PARTS).map((start, i) => bytes.subarray(i === 0 ? 0 : start, starts[i + 1]));
  return { parts, rest: starts.length > PARTS || hasRest(bytes) };
}

/** Whether no stream that began after `from` is still open at `at`; no PDF ends before its `%%EOF`. */
function isOutside(bytes: Uint8Array, from: number, at: number): boolean {
  const before = bytes.subarray(from, at);
  if (findLast(before, '%%EOF') < 0) return false;
  const open = lastStream(before);
  return open < 0 || find(before, 'endstream', open) >= 0;
}

/** The last `stream` keyword that begins one: a line break follows (ISO 32000-2, 7.3.8.1). */
function lastStream(bytes: Uint8Array): number {
  for (let at = findLast(bytes, 'stream'); at >= 0; at = findLast(bytes.subarray(0, at), 'stream')) {
    const ends = at >= 3 && text(bytes, at - 3, at) === 'end';
    if (!ends && /^\r?\n/.test(text(bytes, at + 6, at + 8))) return at;
  }
  return -1;
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
