// tests/vectors/wire, as tests/core/wire.rs judges them, and the inflater beside Node's.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';

import { gunzip } from '../src/core/gzip.js';
import { inflate } from '../src/core/inflate.js';
import { Malformed } from '../src/core/malformed.js';
import { dictionary, unpack } from '../src/core/wire.js';
import { json, names, SCHEMAS } from './files.js';

const FILES = names('wire');

test('the dictionary is the frozen one', () => {
  const digest = createHash('sha256').update(dictionary()).digest('hex');
  assert.equal(`${digest}  dictionary-1.bin\n`, readFileSync(join(SCHEMAS, 'wire/dictionary-1.sha256'), 'utf8'));
});

test('accepted vectors give their JWS', () => {
  const accepted = FILES.filter((name) => name.startsWith('accepted-'));
  assert(accepted.length >= 80);
  for (const name of accepted) {
    const { qr, jws } = json(`wire/${name}`);
    assert.equal(unpack(qr).compact, jws, name);
  }
});

test('refused vectors name field and problem', () => {
  const refused = FILES.filter((name) => name.startsWith('refused-'));
  assert(refused.length >= 70);
  for (const name of refused) {
    const { qr, field, problem } = json(`wire/${name}`);
    assert.throws(
      () => unpack(qr),
      (error: unknown) => {
        assert(error instanceof Malformed, name);
        const said = error.problem.startsWith('not JSON') ? 'not JSON' : error.problem;
        assert.deepEqual([error.field, said], [field, problem], name);
        return true;
      },
    );
  }
});

test('there are no other vectors', () => {
  assert(FILES.every((name) => /^(accepted|refused)-.*\.json$/.test(name)));
});

test('what zlib deflates is inflated, at every level and of every kind', () => {
  const nothing = new Uint8Array(0);
  const kinds = [
    Buffer.alloc(0),
    Buffer.alloc(70_000, 'a'),
    randomBytes(70_000),
    Buffer.from(FILES.join(',').repeat(30)),
    Buffer.from(Array.from({ length: 66_000 }, (_, n) => (n * n) >> 7)),
  ];
  for (const data of kinds) {
    for (let level = 0; level <= 9; level += 1) {
      const packed = new Uint8Array(deflateRawSync(data, { level }));
      assert.deepEqual(Buffer.from(inflate(nothing, packed, data.length) as Uint8Array), data);
      if (data.length > 0) assert.equal(inflate(nothing, packed, data.length - 1), 'too large');
      assert.equal(inflate(nothing, packed.subarray(0, -1), data.length), 'not one whole DEFLATE stream');
      assert.equal(inflate(nothing, new Uint8Array([...packed, 0]), data.length), 'not one whole DEFLATE stream');
      const gzip = new Uint8Array(gzipSync(data, { level }));
      const found = gunzip(gzip, data.length);
      assert(typeof found === 'object' && found.end === gzip.length && Buffer.from(found.bytes).equals(data));
      gzip[gzip.length - 6]! ^= 1;
      assert.equal(gunzip(gzip, data.length), 'not one whole DEFLATE stream');
    }
  }
});

test('no bytes make the inflater throw or loop', () => {
  for (let n = 0; n < 20_000; n += 1) {
    const found = inflate(dictionary(), randomBytes(1 + (n % 80)), 5_000);
    assert(typeof found === 'string' || found.length <= 5_000);
  }
});
