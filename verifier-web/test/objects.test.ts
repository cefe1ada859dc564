// Credentials in JSON: the tests of src/reading/text/objects.rs, and what the page says of them.

import assert from 'node:assert/strict';
import test from 'node:test';

import { TrustAnchors } from '../src/core/index.js';
import { Bounds } from '../src/open/bounds.js';
import { open } from '../src/open/index.js';
import { objectsIn } from '../src/open/objects.js';
import { search } from '../src/open/search.js';
import { judgeDocument } from '../src/page/judge.js';
import { json, text } from './files.js';
import { all } from './finds.js';

const texts = (text: string) => objectsIn(text).all.map((one) => one.text);
const none = { all: [], unclear: false };
const part = (text: string) => Buffer.from(text).toString('base64url');
const quoted = (text: string, times: number): string => (times === 0 ? text : JSON.stringify([quoted(text, times - 1)]));

test('objects with context and proof are found wherever they stand', () => {
  const one = '{"@context":["a{"],"b":{"c":1},"proof":{"proofValue":"z"}}';
  for (const text of [one, `[${one}]`, `<script>x = ${one};</script>`, `{"vc":${one}}`, `hello\n{"vc":${JSON.stringify(one)}}`, quoted(one, 4)]) {
    assert.deepEqual(texts(text), [one], text);
    assert.deepEqual(search(text), { texts: [one], files: [], closed: false }, text);
  }
  assert.equal(objectsIn(quoted(one, 5)).unclear, true);
  const escaped = '{"\\u0040context":[],"proo\\u0066":{}}';
  assert.deepEqual(texts(escaped), [escaped]);
});

test('a credential that lost its proof is one', () => {
  for (const one of ['{"@context":["a"],"credentialSubject":{"b":1}}', '{"@context":"a","type":["VerifiableCredential"]}',
    '{"type":"OpenBadgeCredential","credentialSubject":{}}']) {
    assert.deepEqual(texts(`[${one}]`), [one]);
    assert.deepEqual(search(`see ${one}`).texts, [one]);
    // As the payload of a JWS is.
    assert.deepEqual(search(part(one.padEnd(200))), { texts: [], files: [], closed: false });
  }
  const proven = '{"@context":["a"],"proof":{},"credentialSubject":{"c":{"@context":"a","credentialSubject":1}}}';
  assert.deepEqual(search(proven).texts, [proven]);
  for (const other of ['{"@context":["a"],"type":["VerifiablePresentation"]}', '{"@context":{"VerifiableCredential":{"@id":"a"}}}',
    '{"properties":{"@context":{},"type":{},"credentialSubject":{"type":"object"}}}']) {
    assert.deepEqual(objectsIn(other), none, other);
  }
});

test('a JWS that is written as an object is put together', () => {
  const [header, payload] = [part('{"typ":"vc+jwt"}'), part('{}')];
  const one = `"protected":"${header}","signature":"c2ln"`;
  const whole = `${header}.${payload}.c2ln`;
  assert.deepEqual(texts(`{"payload":"${payload}",${one}}`), [whole]);
  assert.deepEqual(texts(`{"payload":"${payload}","signatures":[{${one}},{${one}}]}`), [whole, whole]);
  assert.deepEqual(search(`[{"payload":"${payload}","signatures":[{${one}},null]}]`).texts, [whole]);
  const subject = part('{"credentialSubject":{}}');
  assert.deepEqual(search(`{"payload":"${subject}","signature":"c2ln"}`), { texts: [], files: [], closed: true });
  assert.equal(objectsIn(`{"payload":"${subject}","payload":"${payload}",${one}}`).unclear, true);
  assert.deepEqual(objectsIn('{"payload":"e30","signature":"a webhook\'s"}'), none);
});

test('other objects are none, and what is unclear is said', () => {
  assert.deepEqual(objectsIn('{"proof":"of concept"}'), none);
  assert.deepEqual(objectsIn('{"@context":[]} {"proof":{}}'), none);
  assert.equal(objectsIn('"proofValue": "z"').unclear, true);
  assert.equal(objectsIn(`${'{"a":'.repeat(65)}"VerifiableCredential"${'}'.repeat(65)}`).unclear, true);
  for (const text of ['{', '}', '"', '"\\', '{"proof"', '"proof"\\', '"proof"{"é\\é":é', '"proof"{"a'.repeat(100_000)]) objectsIn(text);
  assert.equal(objectsIn('{"@context":0,"proof":0}'.repeat(100_000)).unclear, true);
});

test('beside a good certificate, one that was robbed of its proof is malformed', async () => {
  const anchors = new TrustAnchors();
  await anchors.add(text('trust/academy.jws'));
  const good: string = json('verdicts/json_valid.json').input;
  const { proof: _, ...rest } = JSON.parse(good);
  const robbed = JSON.stringify(rest).replace(/"name":"[^"]*"/, '"name":"Mallory"');
  const verdicts: string[] = [];
  for await (const find of open(new Blob([`[${good},${robbed}]`]), 'x', new Bounds())) {
    if (!('document' in find)) continue;
    const judged = await judgeDocument(find.document, anchors, 'x', new Date('2026-05-02T12:00:00Z'));
    verdicts.push(...judged.map(({ result }) => result.verdict.verdict));
  }
  assert.deepEqual(verdicts, ['valid', 'malformed']);
  assert.deepEqual(await all(`[${JSON.stringify({ payload: part('{"credentialSubject":{}}'), signature: 'c2ln' })}]`), ['x: read.encoded']);
});
