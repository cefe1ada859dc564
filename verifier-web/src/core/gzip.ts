// gzip (RFC 1952), one member at a time.

import { broken, guarded, Inflater, type InflateProblem } from './inflate.js';

/** What a gzip file holds, and where its one member ended. */
export interface Gunzipped {
  bytes: Uint8Array<ArrayBuffer>;
  end: number;
}

/** Inflates the first gzip member of `data` to at most `limit` bytes. */
export function gunzip(data: Uint8Array, limit: number): Gunzipped | InflateProblem {
  return guarded(() => {
    const inflater = new Inflater(data, headerLength(data), new Uint8Array(0), limit);
    inflater.run();
    const tail = new DataView(data.buffer, data.byteOffset + inflater.at);
    if (tail.byteLength < 8) broken();
    // Its own copy: the bound is far larger than most lists.
    const bytes = inflater.out.slice(0, inflater.size);
    if (tail.getUint32(0, true) !== crc32(bytes) || tail.getUint32(4, true) !== inflater.size) {
      broken();
    }
    return { bytes, end: inflater.at + 8 };
  });
}

/** Returns the length of a gzip header (RFC 1952 section 2.3). */
function headerLength(data: Uint8Array): number {
  const flags = data[3] ?? 0xff;
  if (data[0] !== 0x1f || data[1] !== 0x8b || data[2] !== 8 || flags > 31) broken();
  let at = 10;
  if (flags & 4) at += 2 + (data[at] ?? 0) + (data[at + 1] ?? 0) * 256;
  for (const text of [8, 16]) {
    if (!(flags & text)) continue;
    while (at < data.length && data[at] !== 0) at += 1;
    at += 1;
  }
  if (flags & 2) {
    if (((data[at] ?? -1) | ((data[at + 1] ?? 0) << 8)) !== (crc32(data.subarray(0, at)) & 0xffff)) {
      broken();
    }
    at += 2;
  }
  return at;
}

/** The checksum of gzip and ZIP (RFC 1952 section 8). */
export function crc32(bytes: Uint8Array): number {
  const table = Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n >>> 0;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
