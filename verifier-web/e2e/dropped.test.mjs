// What people drop beside certificates: files that say whom to trust, photos and mails that nobody can read here, letters.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { drop, launch, open, verdict } from './browser.mjs';
import { Issuer, serve, VECTORS } from './site.mjs';

let issuer;
let other;
let site;
let browser;
let number;

const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(buffer) });
const vector = (name) => JSON.parse(readFileSync(join(VECTORS, `verdicts/${name}.json`), 'utf8')).input;
const trusting = (name) => file(name, readFileSync(join(VECTORS, 'trust', name)));
const HEIC = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(3_000, 1)]);
const OUTLOOK = Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), Buffer.alloc(600)]);

before(async () => {
  issuer = new Issuer();
  [number] = Object.values(issuer.issue('MAPS', 'Maps', ['Ada Lovelace'], '--description', 'Five days in the field.',
    '--criteria', 'Passed the exam.', '--starts', '2026-11-16', '--ends', '2026-11-20'));
  issuer.publish();
  other = new Issuer('Other School', 'school.example.net');
  other.publish();
  site = await serve(issuer.site);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  issuer?.remove();
  other?.remove();
});

test('a trust file is taken wherever it is dropped, and a person decides', async () => {
  const page = await open(browser, site.url);
  await page.setInputFiles('#files', [file('trust.jws', readFileSync(join(other.site, 'trust.jws'))), file('a.jwt', readFileSync(issuer.file(number, 'jwt')))]);
  assert.equal((await verdict(page)).code, 'valid', 'what was dropped with it is checked');
  assert.match(await page.innerText('.confirm'), /Other School/);
  await page.click('.confirm .primary');
  await page.waitForSelector('#trust .anchors li:nth-child(2)');
  assert.deepEqual(page.wrongs, []);
  await page.context().close();
});

test('an issuer without a trust file is judged by the files that were dropped, and an unknown one is no stop sign', async () => {
  const page = await open(browser, site.url, { now: new Date('2026-05-02T12:00:00Z') });
  const peer = file('peer.json', vector('foreign_valid'));
  const unknown = await drop(page, peer);
  assert.equal(`${unknown.code} ${unknown.class}`, 'untrusted_issuer amber');
  await page.setInputFiles('#files', [trusting('peer.did.json')]);
  await page.click('.confirm .primary');
  await page.waitForSelector('#verdict[data-verdict=status_unknown]');
  await page.setInputFiles('#files', [trusting('peer.list.json')]);
  await page.waitForSelector('#verdict[data-class=green]');
  await page.reload();
  await page.waitForSelector('body[data-ready]');
  assert.equal((await drop(page, peer)).code, 'valid', 'it is kept');
  assert.deepEqual(page.wrongs, []);
  await page.context().close();
});

test('what cannot be read has a count of its own, and the list is there when one comes back to it', async () => {
  const page = await open(browser, site.url);
  await page.setInputFiles('#files', [file('a.pdf', readFileSync(issuer.file(number, 'pdf'))), file('photo.heic', HEIC), file('mail.msg', OUTLOOK),
    file('letter.txt', 'Dear Ada'), file('forged.jwt', vector('proof_of_another_key'))]);
  await page.waitForSelector('#batch .count');
  const rows = () => page.$$eval('#batch tbody tr', (all) => all.map((row) => `${row.dataset.class} ${row.dataset.verdict}`));
  const wanted = ['green valid', 'amber unreadable', 'amber unreadable', 'amber unreadable'];
  assert.deepEqual((await rows()).slice(0, 4), wanted);
  assert.match(await page.innerText('#batch .tally'), /3 not readable/);
  const words = await page.innerText('#batch tbody');
  for (const sentence of [/HEIC photo/, /saved by Outlook/, /No certificate was found/]) assert.match(words, sentence);
  await page.click('#batch tbody tr:first-child button');
  const { text } = await verdict(page);
  for (const said of [/Five days in the field/, /Passed the exam/, /16 November 2026 – 20 November 2026/]) assert.match(text, said);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the signed data' }).click();
  assert.equal((await download).suggestedFilename(), `${number}.jwt`);
  assert(await page.getByRole('button', { name: 'Copy the link' }).isVisible());
  await page.click('#back');
  assert.equal(await page.isVisible('#verdict'), false);
  assert.deepEqual((await rows()).slice(0, 4), wanted, 'the list is as it was');
  await page.context().close();
});

test('a link that was copied shows the same certificate', async () => {
  const jws = readFileSync(issuer.file(number, 'jwt'), 'utf8').trim();
  const page = await open(browser, `${site.url}#${jws}`);
  assert.equal((await verdict(page)).code, 'valid');
  await page.context().close();
});
