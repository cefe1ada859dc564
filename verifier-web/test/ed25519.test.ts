// Ed25519: our edge signatures, Wycheproof's and RFC 8037's, with WebCrypto and without.

import assert from 'node:assert/strict';
import test from 'node:test';

import { fromBase64url, toBase64url, utf8 } from '../src/core/bytes.js';
import { nativeIsStrict, PublicKey } from '../src/core/ed25519.js';
import { equationHolds } from '../src/core/ed25519-noble.js';
import { parseJws } from '../src/core/jws.js';
import { Malformed } from '../src/core/malformed.js';
import { hex, json, text } from './files.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Judges as the page does, and by the fallback beneath the same checks of the encodings. */
async function judge(keyBytes: Bytes, message: Bytes, signature: Bytes, note: string): Promise<boolean> {
  const key = PublicKey.fromBytes(keyBytes);
  const good = key !== undefined && (await key.verifies(message, signature));
  const slow = key !== undefined && (await withoutNative(key, message, signature));
  assert.equal(good, slow, `${note}: WebCrypto and the fallback disagree`);
  return good;
}

/** The same checks, with the equation on the fallback: a key whose WebCrypto answer is always yes. */
async function withoutNative(key: PublicKey, message: Bytes, signature: Bytes): Promise<boolean> {
  const encodingsOnly = Object.assign(Object.create(PublicKey.prototype) as PublicKey, {
    bytes: key.bytes,
    nativeVerifies: () => Promise.resolve(true),
  });
  return (await encodingsOnly.verifies(message, signature)) && equationHolds(key.bytes, message, signature);
}

test('this engine is known to use no cofactor', async () => {
  assert.equal(await nativeIsStrict(), true);
});

test('edge signatures are judged by the strict rule', async () => {
  const cases = json('ed25519-edge.json') as Record<string, string | boolean>[];
  assert(cases.length >= 19);
  for (const { name, publicKey, message, signature, valid } of cases) {
    const [key, said, proof] = [publicKey, message, signature].map((part) => hex(part as string)) as [Bytes, Bytes, Bytes];
    assert.equal(await judge(key, said, proof, String(name)), valid, String(name));
  }
});

test("Wycheproof's signatures are judged as it says", async () => {
  const suite = json('standards/wycheproof/ed25519_test.json');
  let count = 0;
  for (const group of suite.testGroups) {
    for (const { tcId, comment, msg, sig, result } of group.tests) {
      const good = await judge(hex(group.publicKey.pk), hex(msg), hex(sig), `${tcId}`);
      assert.equal(good, result === 'valid', `${tcId}: ${comment}`);
      count += 1;
    }
  }
  assert.equal(count, suite.numberOfTests);
});

test('RFC 8037 A.4 verifies under the key of A.2, and is no credential', async () => {
  const key = PublicKey.fromBase64url(json('standards/rfc8037/a2-public.jwk').x)!;
  const compact = text('standards/rfc8037/a4.jws').trim();
  const at = compact.lastIndexOf('.');
  const signature = fromBase64url(compact.slice(at + 1))!;
  assert.equal(await key.verifies(utf8(compact.slice(0, at)), signature), true);
  assert.equal(await key.verifies(utf8(`${compact.slice(0, at)}A`), signature), false);
  assert.throws(
    () => parseJws(compact, 1000),
    (error: unknown) => error instanceof Malformed && error.field === 'header.kid',
  );
});

test('keys that are no point, not canonical or of small order are refused', () => {
  const p = '7f' + 'ff'.repeat(30);
  const end = (low: number): string => hex2(low) + 'ff'.repeat(30) + '7f';
  const hex2 = (n: number): string => n.toString(16).padStart(2, '0');
  assert.equal(p.length, 62);
  const small = [
    '01' + '00'.repeat(31),
    '00'.repeat(32),
    '00'.repeat(31) + '80',
    end(0xec),
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  ];
  const notCanonical = Array.from({ length: 19 }, (_, n) => end(0xed + n));
  const noPoint = ['02' + '00'.repeat(31)];
  for (const key of [...small, ...notCanonical, ...noPoint, '', '00'.repeat(33)]) {
    assert.equal(PublicKey.fromBytes(hex(key)), undefined, key);
  }
  assert.notEqual(PublicKey.fromBytes(hex('03' + '00'.repeat(31))), undefined);
});

test('base64url is strict, and comes back', () => {
  for (const bad of ['A', 'AB', 'AAB', 'AA==', 'AA ', 'A+/A', 'AAAAA', 'ä', '\u0100AAA']) {
    assert.equal(fromBase64url(bad), undefined, bad);
  }
  for (let n = 0; n < 70; n += 1) {
    const bytes = Uint8Array.from({ length: n }, (_, at) => (at * 37 + n * 11) & 255);
    assert.equal(toBase64url(bytes), Buffer.from(bytes).toString('base64url'));
    assert.deepEqual(fromBase64url(toBase64url(bytes)), bytes);
  }
});
