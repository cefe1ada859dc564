// Texts as people paste them: the same pairs that judge src/qr/pasted.rs.

import assert from 'node:assert/strict';
import test from 'node:test';

import { TrustAnchors, verify } from '../src/core/index.js';
import { bare, meant } from '../src/core/pasted.js';
import { endsDay } from '../src/page/messages.js';
import { json } from './files.js';

test('what programs put around a text is taken away', () => {
  const { cases } = json('pasted.json') as { cases: { why: string; pasted: string; bare: string }[] };
  for (const one of cases) assert.equal(bare(one.pasted), one.bare, one.why);
  assert.ok(cases.length > 20);
});

test('what people take for a certificate is named', async () => {
  const { cases } = json('meant.json') as { cases: { why: string; given: string; meant: string | null }[] };
  for (const one of cases) assert.equal(meant(one.given)?.field ?? null, one.meant, one.why);
  assert.ok(cases.length > 20);
  const verdict = await verify(cases[0]?.given ?? '', new TrustAnchors(), new Date());
  assert.deepEqual([verdict.verdict, verdict.field], ['malformed', 'page']);
});

test('the last day of a certificate is the one that it prints', () => {
  for (const [at, day] of [
    // Berlin, New York, Auckland, Kathmandu, UTC, and Chatham.
    ['2028-11-30T22:59:59Z', '2028-11-30'],
    ['2028-12-01T04:59:59Z', '2028-11-30'],
    ['2028-11-30T11:59:59Z', '2028-11-30'],
    ['2028-11-30T18:14:59Z', '2028-11-30'],
    ['2028-11-30T23:59:59Z', '2028-11-30'],
    ['2028-11-30T10:14:59Z', '2028-11-30'],
    // Auckland in summer or Midway, Kiritimati or Hawaii; the middle of a day.
    ['2028-11-30T10:59:59Z', undefined],
    ['2028-11-30T09:59:59Z', undefined],
    ['2028-11-30T10:30:21Z', undefined],
    ['no date', undefined],
  ] as const) {
    const last = endsDay(Date.parse(at));
    assert.equal(last === undefined ? undefined : new Date(last).toISOString().slice(0, 10), day, at);
  }
});
