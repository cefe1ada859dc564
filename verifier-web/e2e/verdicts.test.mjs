// The page gives the verdict of every vector that the library gives, through the page's own doors: the trust file from its
// site, the clock of the browser, the text pasted.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, open, paste } from './browser.mjs';
import { DIST, serve, VECTORS, verdictVectors } from './site.mjs';

let site;
let browser;

before(async () => {
  site = await serve(join(DIST, '..'));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

// The page takes one trust file from its site, and an empty field is not sent: cases that need more are the core's own tests'.
const plain = verdictVectors()
  .filter((one) => one.trust?.length === 1 && one.trust[0].endsWith('.jws') && !one.seen && !one.pin && !one.expectTrust && one.input.trim() !== '');
const settings = group(plain);

function group(all) {
  const groups = new Map();
  for (const one of all) {
    const key = `${one.trust[0]} ${one.now}`;
    groups.set(key, [...groups.get(key) ?? [], one]);
  }
  return groups;
}

for (const [setting, vectors] of settings) {
  test(`${vectors.length} vectors with ${setting}`, async () => {
    const [{ trust, now }] = vectors;
    site.trust = readFileSync(join(VECTORS, trust[0]), 'utf8');
    const page = await open(browser, site.url, { now: new Date(now) });
    for (const one of vectors) {
      const seen = await paste(page, one.input);
      assert.equal(seen.code, one.expect, one.name);
      assert.equal(seen.class === 'green', one.expect === 'valid', one.name);
    }
    assert.deepEqual(page.wrongs, []);
    await page.context().close();
  });
}

test('every code of the schema is among them', () => {
  const { codes } = JSON.parse(readFileSync(join(VECTORS, '..', '..', 'schemas', 'verdict.json'), 'utf8'));
  const seen = new Set(plain.map((one) => one.expect));
  assert.deepEqual(Object.keys(codes).filter((code) => !seen.has(code)), []);
});
