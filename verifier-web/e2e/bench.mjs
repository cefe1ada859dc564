// Measures how long the page takes for many PDFs in one drop, and prints it; asserts on no time. Each round opens the page
// anew in a browser of its own, and counts from the drop to the finished table.
//
//   npm run bench -- [COUNT…] [--rounds N]      200 and 1,000 PDFs, three rounds each, if nothing else is said
//   npm run bench -- --names                    people in many scripts, most of whose certificates bring fonts of their own
//   npm run bench -- --single                   the single file, opened from the disk
//   npm run bench -- --profile PATH             also writes where the page's own thread spends the last round

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { launch, open, watch } from './browser.mjs';
import { Issuer, serve } from './site.mjs';

const NAMES = ['Grzegorz Brzęczyszczykiewicz', 'Đặng Thị Bích Ngọc', '王小明', 'Αλέξανδρος Παπαδόπουλος', 'Владимир Иванов',
  'محمد عبد الرحمن', 'प्रिया शर्मा', 'Ada Lovelace', 'José Núñez', 'Zoë Schröder'];

const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    names: { type: 'boolean' }, profile: { type: 'string' }, rounds: { type: 'string', default: '3' }, single: { type: 'boolean' },
  },
});
const counts = positionals.length > 0 ? positionals.map(Number) : [200, 1_000];
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];

/** One round: seconds from the drop to the finished table, the longest stall of the page in milliseconds, green rows. */
async function round(url, files, profile) {
  const browser = await launch();
  try {
    const page = await open(browser, url);
    const session = await page.context().newCDPSession(page);
    await page.evaluate(watch);
    if (profile) await session.send('Profiler.enable').then(() => session.send('Profiler.start'));
    const started = performance.now();
    await page.setInputFiles('#files', files);
    await page.waitForSelector('#batch .count', { timeout: 600_000 });
    const seconds = (performance.now() - started) / 1_000;
    if (profile) writeFileSync(profile, JSON.stringify((await session.send('Profiler.stop')).profile));
    assert.equal(await page.locator('#batch tbody tr').count(), files.length);
    const green = await page.locator('#batch tbody tr[data-class=green]').count();
    return { seconds, stall: await page.evaluate(() => globalThis.stall), green };
  } finally {
    await browser.close();
  }
}

async function measure(url, files) {
  const rounds = [];
  for (let left = Number(asked.rounds); left > 0; left -= 1) rounds.push(await round(url, files, left === 1 && asked.profile));
  const all = rounds.map(({ seconds }) => seconds);
  const [low, middle, high] = [Math.min(...all), median(all), Math.max(...all)].map((seconds) => seconds.toFixed(2));
  console.log(`${files.length} PDFs: ${middle} s (${low} to ${high} in ${all.length} rounds), ${Math.round(files.length / median(all))} files/s, ` +
    `longest stall ${Math.round(Math.max(...rounds.map(({ stall }) => stall)))} ms, ${rounds[0].green} green`);
}

const issuer = new Issuer();
issuer.formats = 'pdf';
let site;
try {
  const most = Math.max(...counts);
  const names = Array.from({ length: most }, (_, n) => (asked.names ? `${NAMES[n % NAMES.length]} ${n + 1}` : `Person Number ${n + 1}`));
  const files = Object.values(issuer.issue('BENCH', 'Introduction to Bread', names)).map((number) => issuer.file(number, 'pdf'));
  issuer.run('publish', '--out', issuer.site);
  site = await serve(issuer.site);
  const url = asked.single ? pathToFileURL(join(issuer.site, 'verify', 'verifier.html')).href : site.url;
  console.log(`${cpus().length} × ${cpus()[0].model.trim()}`);
  for (const count of counts) await measure(url, files.slice(0, count));
} finally {
  await site?.stop();
  issuer.remove();
}
