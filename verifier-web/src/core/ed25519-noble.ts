// The verification equation of Ed25519 on @noble/ed25519's points, for browsers whose WebCrypto has no Ed25519 or
// multiplies by the cofactor. The caller has judged the encodings.

import { ExtendedPoint } from '@noble/ed25519';

import { equal } from './bytes.js';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Returns whether [S]B = R + [k]A, without cofactor. A is on the curve, R and S are canonical. */
export async function equationHolds(
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const r = signature.subarray(0, 32);
  const s = number(signature.subarray(32));
  const hashed = new Uint8Array(64 + message.length);
  hashed.set(r);
  hashed.set(key, 32);
  hashed.set(message, 64);
  const k = number(new Uint8Array(await crypto.subtle.digest('SHA-512', hashed))) % ORDER;
  const a = ExtendedPoint.fromBytes(key, false);
  const expected = ExtendedPoint.BASE.multiply(s, false).add(a.multiply(k, false).negate());
  // The identity has no encoding there, and as an R it is refused before.
  return !expected.is0() && equal(expected.toBytes(), r);
}

function number(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
