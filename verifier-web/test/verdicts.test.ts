// Every case of tests/vectors/verdicts, as tests/core/vectors.rs judges them.

import assert from 'node:assert/strict';
import test from 'node:test';

import { TrustAnchors, TrustError, verify, type SeenByIssuer } from '../src/core/index.js';
import { LIMITS } from '../src/core/limits.js';
import { json, names, schema, text } from './files.js';

interface Case {
  name: string;
  expect?: string;
  detail?: string;
  field?: string;
  now?: string;
  trust: string[];
  seen?: SeenByIssuer;
  pin?: string;
  expectTrust?: string;
  input?: string;
}

const CASES: Case[] = names('verdicts').map((name) => json(`verdicts/${name}`));
const TABLE = schema('verdict.json');

async function load(given: Case): Promise<{ anchors: TrustAnchors; last: string }> {
  const anchors = TrustAnchors.withSeen(given.seen ?? {});
  let last = 'ok';
  for (const name of given.trust) {
    assert.equal(last, 'ok', `${given.name}: a trust file before the last is refused`);
    try {
      if ((await anchors.addForeign(text(name))) === undefined) await anchors.add(text(name), given.pin);
    } catch (error) {
      assert(error instanceof TrustError, `${given.name}: ${error}`);
      last = error.code;
    }
  }
  return { anchors, last };
}

test('every case gets its verdict', async () => {
  assert(CASES.length >= 200, `${CASES.length} cases`);
  for (const given of CASES) {
    const { anchors, last } = await load(given);
    assert.equal(last, given.expectTrust ?? 'ok', given.name);
    if (given.input === undefined) continue;
    const { verdict, detail, field } = await verify(given.input, anchors, new Date(given.now!));
    assert.deepEqual([verdict, detail, field], [given.expect, given.detail, given.field], given.name);
  }
});

test('what is due next is the end of what ends first', async () => {
  const counted = { valid: 0, valid_status_stale: 0 };
  for (const given of CASES.filter((given) => given.input !== undefined)) {
    const { anchors } = await load(given);
    const { verdict, nextUpdate } = await verify(given.input!, anchors, new Date(given.now!));
    if (nextUpdate === undefined || (verdict !== 'valid' && verdict !== 'valid_status_stale')) continue;
    counted[verdict] += 1;
    assert.equal(Date.parse(given.now!) > Date.parse(nextUpdate), verdict === 'valid_status_stale', given.name);
  }
  assert(counted.valid >= 20 && counted.valid_status_stale >= 5, JSON.stringify(counted));
});

test('every verdict has only members of its schema, and the colour of its table', async () => {
  for (const given of CASES.filter((given) => given.input !== undefined)) {
    const { anchors } = await load(given);
    const { class: colour, credential, raw, ...rest } = await verify(given.input!, anchors, new Date(given.now!));
    assert.equal(colour, TABLE.detailClasses[rest.detail ?? ''] ?? TABLE.codes[rest.verdict].class, given.name);
    const isNone = ['malformed', 'specimen'].includes(rest.verdict);
    assert.equal(credential === undefined, isNone, given.name);
    assert.equal(raw === undefined, isNone, given.name);
    for (const [key, value] of Object.entries(rest)) {
      assert(key in TABLE.properties, `${given.name}: ${key}`);
      assert.notEqual(value, undefined, `${given.name}: ${key}`);
    }
  }
});

test('limits are those of the schema', () => {
  assert.deepEqual(LIMITS, TABLE.limits);
});

test('every code, detail and trust error occurs in a case', () => {
  const has = (pick: (given: Case) => string | undefined, code: string): boolean => CASES.some((c) => pick(c) === code);
  for (const code of Object.keys(TABLE.codes)) assert(has((c) => c.expect, code), code);
  for (const code of Object.keys(TABLE.details)) assert(has((c) => c.detail, code), code);
  for (const code of Object.keys(TABLE.trustErrors)) assert(has((c) => c.expectTrust, code), code);
});

test('a refused trust file leaves the anchors as they were', async () => {
  const anchors = new TrustAnchors();
  await anchors.add(text('trust/academy-8.jws'));
  const before = [anchors.issuers(), anchors.seen()];
  await assert.rejects(anchors.add(text('trust/academy.jws')), { code: 'rollback' });
  assert.deepEqual([anchors.issuers(), anchors.seen()], before);
});

test('a preview says who it would be, and trusts nobody', async () => {
  const anchors = new TrustAnchors();
  const anchor = await anchors.preview(text('trust/academy.jws'));
  assert.match(anchor.rootFingerprint, /^([0-9a-f]{4} ){3}[0-9a-f]{4}$/);
  assert.deepEqual([anchors.issuers(), anchors.seen()], [[], {}]);
  assert.deepEqual(await anchors.add(text('trust/academy.jws'), anchor.rootKey), anchor);
});

test('two files added at once still never go back', async () => {
  const anchors = new TrustAnchors();
  const newer = anchors.add(text('trust/academy-8.jws'));
  const older = anchors.add(text('trust/academy.jws'));
  await assert.rejects(older, { code: 'rollback' });
  assert.equal((await newer).version, 8);
  assert.equal(anchors.issuers()[0]?.version, 8);
});
