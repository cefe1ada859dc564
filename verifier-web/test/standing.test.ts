// How a certificate stands on its page of a static host: by the site's trust file alone, and never green without it.

import assert from 'node:assert/strict';
import test from 'node:test';

import { TrustAnchors } from '../src/core/index.js';
import { standing, type Roots } from '../src/page/standing.js';
import { json, names, text } from './files.js';

const ACADEMY = 'trust/academy.jws';
const rootOf = async (path: string): Promise<Roots> => {
  const anchor = await new TrustAnchors().add(text(path));
  return { [anchor.issuer]: anchor.rootKey };
};

test('a page says what the verifier says, green and red', async () => {
  const roots = await rootOf(ACADEMY);
  const seen = new Set<string>();
  for (const one of names('verdicts').map((name) => json(`verdicts/${name}`))) {
    const isJws = /^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(one.input ?? '');
    if (!isJws || one.seen !== undefined || one.pin !== undefined || one.trust.join() !== ACADEMY) continue;
    const verdict = await standing(one.input, text(ACADEMY), roots, new Date(one.now));
    assert.equal(verdict.verdict, one.expect, one.name);
    assert.equal(verdict.class === 'green', one.expect === 'valid', one.name);
    seen.add(verdict.verdict);
  }
  for (const code of ['valid', 'revoked', 'superseded', 'expired', 'proof_invalid', 'valid_status_stale']) assert(seen.has(code), code);
});

test('without the trust file of its issuer and root there is no verdict', async () => {
  const { input, now } = json('verdicts/valid.json');
  const roots = await rootOf(ACADEMY);
  const judge = (trust: string, pinned = roots) => standing(input, trust, pinned, new Date(now));
  assert.equal((await judge(text(ACADEMY))).class, 'green');
  for (const name of ['bit-flipped', 'by-thief', 'by-compromised-key', 'empty', 'list-digest', 'is-a-credential', 'list-short']) {
    await assert.rejects(judge(text(`trust/bad-${name}.jws`)), name);
  }
  await assert.rejects(judge(''));
  await assert.rejects(judge('<!doctype html><title>There is nothing at this address</title>'));
  await assert.rejects(judge(text('trust/other.jws')), 'of another issuer');
  await assert.rejects(judge(text(ACADEMY), {}), 'no root is pinned');
  const [[, other]] = Object.entries(await rootOf('trust/other.jws'));
  await assert.rejects(judge(text(ACADEMY), { [Object.keys(roots)[0]!]: other! }), 'another root is pinned');
});
