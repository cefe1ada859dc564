// What is remembered of a shape is what the library says of each document of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonical, statements } from '../src/core/canonical.js';
import { CONTEXTS } from '../src/core/contexts.js';
import { parseJson, type JsonObject } from '../src/core/json.js';
import { checkLinks, isAddress, isTermOf } from '../src/core/links.js';
import { remembered, SCHEMES } from '../src/core/remembered.js';
import { utf8 } from '../src/core/bytes.js';

const WHOLE = {
  '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
  id: 'https://certs.example.org/c/CERT-A-2026-00001-abcdefgh',
  type: ['VerifiableCredential', 'OpenBadgeCredential'],
  name: 'A',
  issuer: { id: 'did:web:certs.example.org', type: ['Profile'], name: 'Academy', url: 'https://a.example' },
  validFrom: '2026-05-01T00:00:00Z',
  credentialSubject: {
    id: 'urn:uuid:6b0d9b5e-8f0c-4a61-8d5c-1f2f6a4a9a10',
    type: ['AchievementSubject'],
    identifier: [{ type: 'IdentityObject', identityHash: 'x', identityType: 'name', hashed: false }],
    creditsEarned: 4,
    role: 'Speaker',
    achievement: {
      id: 'https://certs.example.org/a/A',
      type: ['Achievement'],
      achievementType: 'Certificate',
      name: 'A',
      description: 'B',
      criteria: { narrative: 'C', id: 'https://a.example/criteria' },
      tag: ['one', 'two'],
    },
    result: [{ type: ['Result'], value: '87' }],
  },
  credentialStatus: {
    id: 'https://certs.example.org/status/1#94567',
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListIndex: '94567',
    statusListCredential: 'https://certs.example.org/status/1',
  },
};

const TEXTS = ['', 'Zoë "Å" \\ Ö', 'line\nfeed\r', '山田花子', '@id', 'type', 'id:x', '\u2028\u2029\u0085', '7000001', 'https://shape.invalid/3', '<b>', 'false', '💡'];
const ADDRESSES = ['https://EXAMPLE.org/%C3%A9?a=b#c', 'http://a.example', 'urn:uuid:1', 'did:web:a%3A8080', 'mailto:a@b.example', 'data:,x', 'x:y', 'schema:name', 'Https://a.example', 'https://a.example/../b', 'nowhere', 'https://shape.invalid/3', ''];

/** Throws dice, the same ones each time. */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

function changed(key: string, value: unknown, throws: (most: number) => number): unknown {
  if (key === '@context') return value;
  if (typeof value === 'string') {
    if (isTermOf(key) ? throws(60) > 0 : throws(3) > 0) return value;
    const from = isAddress(key) ? ADDRESSES : TEXTS;
    return from[throws(from.length)];
  }
  if (typeof value === 'number') return [value, 5, 0, 4.5, -3][throws(5)];
  if (Array.isArray(value)) return value.map((item) => changed(key, item, throws));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name === '@context' || throws(60) > 0);
  return Object.fromEntries(kept.map(([name, inner]) => [name, changed(name, inner, throws)]));
}

const parsed = (document: unknown): JsonObject => parseJson(utf8(JSON.stringify(document)), 1 << 20, 'payload') as JsonObject;

test('what is remembered is what the library says', async () => {
  let asked = 0;
  const library = (document: JsonObject) => (asked++, statements(document));
  for (const _ of [1, 2]) await remembered(parsed(WHOLE), library);
  const throws = dice(7);
  let [compared, fromMemory] = [0, 0];
  for (let n = 0; n < 400; n++) {
    const document = parsed(changed('', WHOLE, throws));
    try {
      checkLinks(document);
    } catch {
      continue;
    }
    compared++;
    const before = asked;
    const ours = await remembered(document, library).catch(() => 'refused');
    if (asked === before) fromMemory++;
    const theirs = await statements(document).catch(() => 'refused');
    assert.deepEqual(ours.split('\n').sort(), theirs.split('\n').sort(), JSON.stringify(document));
  }
  assert.ok(compared > 100 && fromMemory > 20, `${fromMemory} of ${compared} from memory`);
});

test('the third document of a shape needs no library, and has the canonical form of the first', async () => {
  const forms = [await canonical(parsed(WHOLE)), await canonical(parsed(WHOLE)), await canonical(parsed(WHOLE))];
  assert.equal(new Set(forms).size, 1);
  const none = () => Promise.reject(new Error('the library was asked'));
  await remembered(parsed(WHOLE), none);
});

test('no document teaches what is not so', async () => {
  const leaves = 24;
  for (const [name, number] of [['https://shape.invalid/', '7000001.0'], ['https://form.invalid/', '8000001.0']] as const) {
    for (let n = 0; n < leaves; n++) {
      // A type that looks like what stands for a text, and a number that looks like what stands for one.
      const text = JSON.stringify({ ...WHOLE, type: [...WHOLE.type, `${name}${n}`] }).replace('"creditsEarned":4', `"creditsEarned":${number}`);
      const document = (): JsonObject => parseJson(utf8(text), 1 << 20, 'payload') as JsonObject;
      for (const _ of [1, 2, 3]) await remembered(document(), statements);
      const other = document();
      other['id'] = 'urn:other';
      ((other['credentialSubject'] as JsonObject)['achievement'] as JsonObject)['id'] = 'urn:another';
      const sorted = (quads: string): string[] => quads.split('\n').sort();
      assert.deepEqual(sorted(await remembered(other, statements)), sorted(await statements(other)), `${name}${n}`);
    }
  }
});

test('no context has a prefix of the name of a scheme', () => {
  const names = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      names.add(name);
      collect(inner);
    }
  };
  for (const context of CONTEXTS.values()) collect(context);
  assert.ok(names.size > 100);
  assert.deepEqual(SCHEMES.filter((scheme) => names.has(scheme.slice(0, -1))), []);
});
