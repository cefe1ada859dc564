// Addresses by the same grammar as src/proof/links.rs.

import assert from 'node:assert/strict';
import test from 'node:test';

import { checkLinks, isUri } from '../src/core/links.js';
import type { JsonObject } from '../src/core/json.js';
import { json } from './files.js';

test('URIs are told from what only looks like them', () => {
  const { good, bad } = json('uris.json') as Record<'good' | 'bad', string[]>;
  for (const text of good) assert(isUri(text), text);
  for (const text of bad) assert(!isUri(text), text);
});

test('percent-encodings are UTF-8', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let state = 1;
  for (let n = 0; n < 5_000; n += 1) {
    const octets = Array.from({ length: 1 + (n % 5) }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const octet = (state >>> 16) & 255;
      return state >>> 31 ? octet : 128 + (octet & 63);
    });
    const wanted = ((): boolean => {
      try {
        decoder.decode(new Uint8Array(octets));
        return true;
      } catch {
        return false;
      }
    })();
    const text = octets.map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
    assert.equal(isUri(`x:${text}`), wanted, text);
  }
});

test('the first bad link is named by its path', () => {
  const field = (document: JsonObject): unknown => {
    try {
      checkLinks(document);
      return undefined;
    } catch (error) {
      return (error as { field: string }).field;
    }
  };
  assert.equal(field({ id: 'urn:a', type: ['Thing', 'urn:b'], name: 'no address', evidence: ['urn:c', { id: 'urn:d' }] }), undefined);
  assert.equal(field({ id: ['urn:a'] }), 'id');
  assert.equal(field({ type: ['no term'] }), 'type');
  assert.equal(field({ evidence: ['urn:c', { id: 'foo' }] }), 'evidence.id');
  assert.equal(field({ z: { id: 'foo' }, a: { id: 'foo' } }), 'a.id');
});
