// Many files at once, each a certificate of its own: all in the table and the CSV, the page alive meanwhile, memory bounded.
// TESTAMUR_E2E_PDFS=1000 drops a thousand.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { launch, open, watch } from './browser.mjs';
import { Issuer, serve } from './site.mjs';

const COUNT = Number(process.env.TESTAMUR_E2E_PDFS ?? 200);
/** Most that the page may hold afterwards, in bytes. */
const MEMORY = 400_000_000;

test(`${COUNT} PDFs`, async () => {
  const issuer = new Issuer();
  issuer.formats = 'pdf';
  const browser = await launch('--enable-precise-memory-info');
  const names = Array.from({ length: COUNT }, (_, n) => `Person Number ${n + 1}`);
  const numbers = Object.values(issuer.issue('BATCH', 'Introduction to Bread', names));
  assert.equal(numbers.length, COUNT);
  issuer.run('revoke', numbers[7], '--now', '--reason', 'issued by mistake');
  issuer.publish();
  const site = await serve(issuer.site);
  try {
    const page = await open(browser, site.url);
    const session = await page.context().newCDPSession(page);
    await page.evaluate(watch);
    const started = Date.now();
    await page.setInputFiles('#files', numbers.map((number) => issuer.file(number, 'pdf')));
    await page.waitForSelector('#batch .count', { timeout: 600_000 });
    const took = Date.now() - started;
    await session.send('HeapProfiler.collectGarbage');
    const { stall, heap } = await page.evaluate(() => ({ stall: globalThis.stall, heap: performance.memory.usedJSHeapSize }));
    console.log(`# ${COUNT} PDFs: ${took} ms, longest stall ${Math.round(stall)} ms, heap afterwards ${Math.round(heap / 1e6)} MB`);
    assert.equal(await page.locator('#batch tbody tr').count(), COUNT);
    assert.equal(await page.locator('#batch tbody tr[data-class=green]').count(), COUNT - 1);
    assert.equal(await page.locator('#batch tbody tr[data-verdict=revoked]').count(), 1);
    assert.ok(heap < MEMORY, `${heap} bytes are held`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#batch .primary')]);
    const csv = readFileSync(await download.path(), 'utf8').trim().split('\r\n');
    assert.equal(csv.length, COUNT + 1);
    for (const number of numbers) assert.ok(csv.some((row) => row.includes(number)), number);
    assert.deepEqual(page.wrongs, []);
  } finally {
    await browser.close();
    await site.stop();
    issuer.remove();
  }
});
