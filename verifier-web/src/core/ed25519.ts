// Ed25519 (RFC 8032) by the strict rule of src/proof/eddsa.rs: S below the group order, R and A canonical and not of
// small order, the equation without cofactor.
//
// The encodings are judged here. The equation is left to WebCrypto where that is shown to use no cofactor, and else to
// @noble/ed25519's point arithmetic.

import { fromBase64url, sha256, toBase64url } from './bytes.js';

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
/** The curve's d = -121665/121666. */
const D = (P - 121665n) * power(121666n, P - 2n);

/** An Ed25519 public key: a canonical point of the curve, not of small order. */
export class PublicKey {
  private imported: Promise<CryptoKey> | undefined;

  private constructor(readonly bytes: Uint8Array<ArrayBuffer>) {}

  /** Reads 32 bytes; `undefined` when they are no acceptable key. */
  static fromBytes(bytes: Uint8Array<ArrayBuffer> | undefined): PublicKey | undefined {
    if (bytes?.length !== 32 || !acceptable(bytes) || !onCurve(yOf(bytes))) return undefined;
    return new PublicKey(bytes);
  }

  /** Reads base64url without padding, as in a JWK's `x`. */
  static fromBase64url(text: string): PublicKey | undefined {
    return PublicKey.fromBytes(fromBase64url(text));
  }

  /** Returns what `fromBase64url` reads. */
  toBase64url(): string {
    return toBase64url(this.bytes);
  }

  /** Returns the fingerprint that people compare: 16 hex digits of the key's SHA-256, in groups of four. */
  async fingerprint(): Promise<string> {
    const digest = (await sha256(this.bytes)).subarray(0, 8);
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/.{4}(?!$)/g, '$& ');
  }

  /** Returns whether `signature` (64 bytes) over `message` is this key's. */
  async verifies(message: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const r = signature.slice(0, 32);
    if (signature.length !== 64 || !acceptable(r) || number(signature.slice(32)) >= ORDER) return false;
    if (await nativeIsStrict()) return this.nativeVerifies(message, signature);
    // Loaded only where it is needed; it stands in the service worker's cache with everything else.
    const { equationHolds } = await import('./ed25519-noble.js');
    return equationHolds(this.bytes, message, signature);
  }

  /** WebCrypto's answer, which is ours only where `nativeIsStrict`. */
  async nativeVerifies(message: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>): Promise<boolean> {
    this.imported ??= crypto.subtle.importKey('raw', this.bytes, 'Ed25519', false, ['verify']);
    return crypto.subtle.verify('Ed25519', await this.imported, signature, message);
  }
}

/** Reads a little-endian number. */
function number(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** Returns y of an encoded point: all but the highest bit, which is the sign of x. */
function yOf(bytes: Uint8Array): bigint {
  return number(bytes) & (2n ** 255n - 1n);
}

/** Returns base to the exponent, modulo P. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % P;
    base = (base * base) % P;
  }
  return result;
}

/**
 * Returns whether an encoding is canonical and not that of a point of small order: y is 1 or -1 at orders 1 and 2, and 0 at
 * order 4. A point of order 8 doubles to one of those with y = 0, where x² = -y², which makes dy⁴ + 2y² - 1 = 0.
 */
function acceptable(bytes: Uint8Array): boolean {
  const y = yOf(bytes);
  const square = y * y;
  return y < P && y !== 0n && (square - 1n) % P !== 0n && (D * square * square + 2n * square - 1n) % P !== 0n;
}

/** Returns whether some x goes with y: whether (y² - 1) / (dy² + 1) is a square (RFC 8032 section 5.1.3). */
function onCurve(y: bigint): boolean {
  const square = y * y;
  return power(((square - 1n) * (D * square + 1n)) % P, (P - 1n) / 2n) === 1n;
}

// A key with a part of order 8, and two signatures under it: one fits the equation, the other only its eightfold.
const PROBE_KEY = '8EIfPKbMCQEF6SjEc7LZ-L3IKuQEmNdW8aMXa2j_Mfc';
const PROBE_R = 'yOFUCcz7aIsIFKYE39xRyS6OBE-Sx-d5qBVMhTjsAc8';
const PROBE_FITS = '2dHCCBo91uocSjun77stlF3F21sj1jWEeLMd6WcW-AE';
const PROBE_NOT = 'vUgfM-ZiiHLf6PU-RYc_YyK2V8aFykR3SFhkngS3hQo';

let strict: Promise<boolean> | undefined;

/** Returns whether WebCrypto knows Ed25519 and checks the equation without cofactor. */
export function nativeIsStrict(): Promise<boolean> {
  strict ??= probe().catch(() => false);
  return strict;
}

async function probe(): Promise<boolean> {
  const key = PublicKey.fromBase64url(PROBE_KEY)!;
  const ask = (last: number, s: string): Promise<boolean> =>
    key.nativeVerifies(new Uint8Array([0, 0, 0, last]), new Uint8Array([...fromBase64url(PROBE_R)!, ...fromBase64url(s)!]));
  return (await ask(0x12, PROBE_FITS)) && !(await ask(0, PROBE_NOT));
}
