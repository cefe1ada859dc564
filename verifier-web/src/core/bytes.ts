// Bytes and texts, strictly: base64url without padding, ASCII white space, comparison byte by byte.

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Uint8Array(128).fill(255);
for (let n = 0; n < 64; n += 1) VALUES[ALPHABET.charCodeAt(n)] = n;

/** Returns the UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(text);
}

/** Returns the text of UTF-8 bytes, a byte order mark included; `undefined` if they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Returns how many bytes a text has in UTF-8. */
export function byteLength(text: string): number {
  return /[^\0-\x7f]/.test(text) ? utf8(text).length : text.length;
}

/** Takes space, tab, line feed, form feed and carriage return off both ends, and nothing else. */
export function trimAscii(text: string): string {
  const white = (at: number): boolean => ' \t\n\f\r'.includes(text[at] ?? 'x');
  let start = 0;
  let end = text.length;
  while (start < end && white(start)) start += 1;
  while (end > start && white(end - 1)) end -= 1;
  return text.slice(start, end);
}

/** Returns base64url without padding (RFC 7515 appendix C). */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let n = 0; n < Math.min(left, 3) + 1; n += 1) text += ALPHABET[(word >> (18 - 6 * n)) & 63];
  }
  return text;
}

/** Reads strict base64url: no padding, no white space, no stray bits; `undefined` otherwise. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const tail = text.length % 4;
  if (tail === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  let out = 0;
  for (let at = 0; at < text.length; at += 1) {
    const value = VALUES[text.charCodeAt(at)] ?? 255;
    if (value === 255) return undefined;
    word = ((word << 6) | value) & 0xffffff;
    if (at % 4 > 0) bytes[out++] = word >> (6 - 2 * (at % 4));
  }
  // After two characters four bits are left over, after three two.
  const stray = tail === 2 ? word & 15 : tail === 3 ? word & 3 : 0;
  return stray === 0 ? bytes : undefined;
}

/** Returns the SHA-256 of some bytes. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** Returns whether two byte strings are the same. Nothing compared here is secret. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
