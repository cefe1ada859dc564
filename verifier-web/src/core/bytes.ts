// Bytes and texts, strictly: base64url without padding, white space, comparison byte by byte.

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
  return utf8(text).length;
}

/** Takes white space (Unicode's `White_Space`, as in Rust) off both ends, and nothing else. */
export function trim(text: string): string {
  return /\P{White_Space}(?:[^]*\P{White_Space})?/u.exec(text)?.[0] ?? '';
}

/** Returns base64url without padding (RFC 7515 appendix C). */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/[+/=]/g, (mark) => ({ '+': '-', '/': '_' })[mark] ?? '');
}

/** Reads strict base64url: no padding, no white space, no stray bits; `undefined` otherwise. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const tail = text.length % 4;
  if (tail === 1 || /[^\w-]/.test(text)) return undefined;
  const binary = atob(text.replace(/[-_]/g, (mark) => (mark === '-' ? '+' : '/')));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  // The last group again: where it comes out otherwise it had stray bits.
  return text.endsWith(toBase64url(bytes.slice(bytes.length - (bytes.length % 3)))) ? bytes : undefined;
}

/** Returns the SHA-256 of some bytes. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** Returns whether two byte strings are the same. Nothing compared here is secret. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
