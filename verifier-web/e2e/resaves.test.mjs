// Certificates as people save them again: never an accusation, and green where nothing was lost. A part of what `make resaves` tries,
// another one each day.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { drop, forget, launch, open } from './browser.mjs';
import { byPage, byProgram, compareAll, NAMES, WAYS } from './resaves.mjs';
import { DIST, Issuer, serve, VECTORS } from './site.mjs';

const TESTS = join(VECTORS, '..');

test('what was saved again is never accused, and what was only moved about is green', async () => {
  const seed = Number(process.env.RESAVES_SEED ?? Math.floor(Date.now() / 86_400_000));
  const names = NAMES.filter((_, i) => (i + seed) % 3 === 0);
  const lossless = ['as issued', 'qpdf', 'qpdf, owner password', 'poppler, united', 'poppler, separated', 'scan, as JPEG'];
  const ways = WAYS.filter(({ name }) => [...lossless, 'pdftocairo'].includes(name));
  assert.equal(ways.length, 7);
  const wrongs = await compareAll(names, ways, ({ name }, row) => {
    row.forEach(([program, page], i) => {
      const about = `seed ${seed}: ${names[i]}, ${name}`;
      if (lossless.includes(name)) assert.deepEqual([program, page], ['ok', 'ok'], about);
      else assert.ok([program, page].every((one) => one === 'ok' || one === '?'), `${about}: ${program}, ${page}`);
    });
  });
  assert.deepEqual(wrongs, []);
});

test('untouched certificates of every built-in template are green in twenty scripts', async () => {
  const issuer = new Issuer();
  issuer.formats = 'pdf';
  const of = ['classic', 'modern', 'minimal'].map((template) => [template, issuer.issue(template.toUpperCase(), 'Data Analysis', NAMES, '--template', template)]);
  issuer.publish();
  const site = await serve(issuer.site);
  const browser = await launch();
  try {
    const page = await open(browser, site.url);
    const files = of.flatMap(([, numbers]) => NAMES.map((name) => issuer.file(numbers[name], 'pdf')));
    const told = await byPage(page, files);
    const about = of.flatMap(([template]) => NAMES.map((name) => `${template}: ${name}`));
    assert.deepEqual(about.filter((_, i) => told[i] !== 'ok'), []);
    assert.deepEqual(about.filter((_, i) => byProgram(issuer, files[i]) !== 'ok'), []);
    assert.equal(told.length, 3 * NAMES.length);
    assert.deepEqual(page.wrongs, []);
  } finally {
    await browser.close();
    await site.stop();
    issuer.remove();
  }
});

test('what cannot be tried for lack of a program has not passed', () => {
  for (const [script, what] of [['resaves.mjs', /\d+ of 20 ways cannot be tried[^]*LibreOffice/], ['copied.mjs', /\d of 6 readers cannot be tried[^]*poppler/]]) {
    const options = { env: { ...process.env, PATH: '' }, encoding: 'utf8' };
    const ran = spawnSync(process.execPath, [join(TESTS, '../verifier-web/e2e', script)], options);
    assert.equal(ran.status, 1, ran.stdout);
    assert.match(ran.stderr, what);
    assert.match(ran.stderr, /scripts\/setup resaves installs them/);
  }
});

/** Serves the page for the issuer of a stored trust file, as its publication would. */
async function servePage(trust) {
  const folder = mkdtempSync(join(tmpdir(), 'testamur-page-'));
  cpSync(DIST, join(folder, 'verify'), { recursive: true });
  const jws = readFileSync(join(TESTS, trust), 'utf8').trim();
  const claims = (text) => JSON.parse(Buffer.from(text.split('.')[1], 'base64url').toString());
  const { issuer, roots } = claims(jws);
  const { publicKey } = claims(roots.at(-1).statement);
  const index = join(folder, 'verify', 'index.html');
  writeFileSync(index, readFileSync(index, 'utf8').replace('id="trust-roots">{}', `id="trust-roots">${JSON.stringify({ [issuer]: publicKey })}`));
  writeFileSync(join(folder, 'trust.jws'), jws);
  const site = await serve(folder);
  return { url: site.url, stop: async () => { await site.stop(); rmSync(folder, { recursive: true, force: true }); } };
}

const CASES = 'fixtures/cases';
/** File, trust file, class, and what the page says. */
const STORED = [
  ...['00002', '00003', '00004', '00005'].map((number) => [`${CASES}/d01/CERT-EVCLASSIC-2026-${number}.pdf`, 'data/reading/trust-classic.jws', 'green', /^Valid/]),
  ...['p1', 'p3'].map((name, i) => [`${CASES}/d02/${name}.pdf`, 'data/reading/trust-classic.jws', 'green', [/CERT-EVCLASSIC-2026-00001/, /CERT-EVCLASSIC-2026-00013/][i]]),
  ...['aes-128', 'rc4-40', 'encrypted-owner-only'].map((name) => [`${CASES}/d03/${name}.pdf`, 'data/reading/trust-classic.jws', 'green', /^Valid/]),
  [`${CASES}/d03/aes-256.pdf`, 'data/reading/trust-tz.jws', 'green', /^Valid/],
  [`${CASES}/d04/gs-pdfwrite-arabic.pdf`, 'data/reading/trust-classic.jws', 'amber', /print not compared[^]*Not compared[^]*: name\./],
  [`${CASES}/d04/mutool-convert.pdf`, 'data/reading/trust-classic.jws', 'amber', /print not compared[^]*: name, number,? and title\./],
  [`${CASES}/d04/picture150.pdf`, 'data/reading/trust-classic.jws', 'green', /The page is a picture: its text was not compared/],
  [`${CASES}/m03/scan.jpg`, `${CASES}/m03/trust.jws`, 'green', /^Valid/],
  ...['scan', 'scan-g3', 'scan-jpx'].map((name) => [`${CASES}/m03/${name}.pdf`, `${CASES}/m03/trust.jws`, 'green', /The page is a picture: its text was not compared/]),
  ['data/reading/two-codes.png', 'data/reading/trust-tz.jws', 'green', /CERT-TZ-2026-00001/],
  ['data/reading/page-of-another.pdf', 'data/reading/trust-classic.jws', 'green', /CERT-EVCLASSIC-2026-00015/],
  ['data/reading/separated-page.pdf', 'data/reading/trust-tz.jws', 'green', /CERT-TZ-2026-00002/],
];

test('stored files that were accused once are not any more', async () => {
  const browser = await launch();
  try {
    for (const trust of new Set(STORED.map(([, one]) => one))) {
      const site = await servePage(trust);
      const page = await open(browser, site.url, { now: new Date('2026-11-30T12:00:00Z') });
      for (const [file, , wanted, says] of STORED.filter(([, one]) => one === trust)) {
        const seen = await drop(page, join(TESTS, file));
        assert.deepEqual([seen.code, seen.class], ['valid', wanted], `${file}: ${seen.text}`);
        assert.match(seen.text, says, file);
      }
      if (trust.includes('classic')) {
        for (const name of ['with-password', 'qpdf-encrypt-user']) {
          await forget(page);
          await page.setInputFiles('#files', join(TESTS, CASES, `d03/${name}.pdf`));
          await page.waitForSelector('#busy.bad');
          assert.match(await page.innerText('#busy'), /encrypted.*password/, name);
        }
        for (const [file, pages] of [['data/reading/united.pdf', 2], [`${CASES}/d02/all.pdf`, 3], [`${CASES}/d18/pypdf-append.pdf`, 2]]) {
          await forget(page);
          await page.setInputFiles('#files', join(TESTS, file));
          await page.waitForSelector('#batch .count.green');
          assert.deepEqual(await page.$$eval('#batch tbody tr', (rows) => rows.map((row) => row.dataset.class)), Array(pages).fill('green'), file);
        }
      }
      await page.context().close();
      await site.stop();
    }
  } finally {
    await browser.close();
  }
});
