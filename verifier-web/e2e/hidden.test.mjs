// A revoked certificate beside a good one, where readers of one kind do not look: it is named, or the file is amber; on the
// page as in the program.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { zip } from '../test/archives.mjs';
import { drop, launch, open } from './browser.mjs';
import { Issuer, serve } from './site.mjs';

const [GOOD, REVOKED] = ['Good Person', 'Revoked Person'];
let issuer;
let site;
let browser;
let page;
let numbers;
let folder;

before(async () => {
  issuer = new Issuer();
  numbers = issuer.issue('HIDDEN', 'Introduction to Bread', [GOOD, REVOKED]);
  issuer.run('revoke', numbers[REVOKED], '--now', '--reason', 'issued by mistake');
  issuer.publish();
  folder = join(issuer.folder, 'hidden');
  mkdirSync(folder);
  site = await serve(issuer.site);
  browser = await launch();
  page = await open(browser, site.url);
});

after(async () => {
  await browser?.close();
  await site?.stop();
  issuer?.remove();
});

const bytes = (name, format) => readFileSync(issuer.file(numbers[name], format));
const revoked = (format) => bytes(REVOKED, format);
const jwt = () => revoked('jwt').toString().trim();

/** Writes a file, and returns its path. */
function file(name, ...pieces) {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
  return path;
}

/** The good certificate with a file attached. */
function attached(name, content) {
  const out = join(folder, 'attached.pdf');
  execFileSync('qpdf', [issuer.file(numbers[GOOD], 'pdf'), '--add-attachment', file(name, content), '--', out]);
  return out;
}

/** A mail with the good certificate, and further parts. */
function mail(...parts) {
  const pdf = bytes(GOOD, 'pdf').toString('base64').replace(/.{76}/g, '$&\r\n');
  const good = `Content-Type: application/pdf; name=good.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${pdf}`;
  return file('mail.eml', 'From: a@example.org\r\nDate: today\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n',
    ...[good, ...parts].map((part) => `--B\r\n${part}\r\n`), '--B--\r\n');
}

/** The program says the same of the same file: every verdict, and whether all is good. */
function compare(path, shown) {
  const said = issuer.verify(path);
  const codes = (all) => all.filter((code) => code !== 'unreadable').sort();
  assert.deepEqual(codes(said.map(({ verdict }) => verdict)), codes(shown.map(([, , verdict]) => verdict)), path);
  const isGood = said.every(({ verdict, page: warning, printedDiffers }) => verdict === 'valid' && !warning && !printedDiffers);
  assert.equal(isGood, shown.every(([colour]) => colour === 'green'), path);
}

/** What the page says: colour, name behind the file's own, verdict; one line for each row. */
async function rows(path) {
  await page.evaluate(() => { document.getElementById('batch').replaceChildren(); });
  await page.setInputFiles('#files', path);
  await page.waitForSelector('#batch .count', { timeout: 60_000 });
  const all = await page.$$eval('#batch tbody tr', (trs) => trs.map(({ dataset, cells }) => [dataset.class, cells[0].innerText.trim(), dataset.verdict]));
  compare(path, all);
  return all.map(([colour, name, verdict]) => `${colour} ${name.replace(/^[^/,]*/, '')} ${verdict}`);
}

async function jpeg(name) {
  const encoded = await page.evaluate(async (png) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))]));
    const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
  }, bytes(name, 'png').toString('base64'));
  return Buffer.from(encoded, 'base64');
}

test('what stands behind a picture is judged or told', async () => {
  const [png, jpg] = [bytes(GOOD, 'png'), await jpeg(GOOD)];
  const second = ['green  valid', 'red , part 2 revoked'];
  assert.deepEqual(await rows(file('a.png', png, revoked('png'))), second);
  assert.deepEqual(await rows(file('a.jpg', jpg, revoked('png'))), second);
  assert.deepEqual(await rows(file('a.jpg', jpg, new Uint8Array(64), await jpeg(REVOKED))), second);
  assert.deepEqual(await rows(file('a.png', png, jwt())), second);
  assert.deepEqual(await rows(file('a.png', png, gzipSync(revoked('pdf')))), ['green  valid', 'amber , part 2 unreadable']);
  assert.deepEqual(await rows(file('a.png', png, Buffer.from('\x81\x01'.repeat(50), 'latin1'))), ['green  valid', 'amber  unreadable']);
  // A phone's second exposure or map of brightness, and its film.
  const plain = Buffer.from(await page.evaluate(() => document.createElement('canvas').toDataURL('image/jpeg').split(',')[1]), 'base64');
  const film = Buffer.from('\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x10mdat\x01\x02\x03\x04\x05\x06\x07\x08', 'latin1');
  const seen = await drop(page, file('photo.jpg', jpg, plain, film));
  assert.equal(`${seen.code} ${seen.class}`, 'valid green', seen.text);
});

test('whatever is attached to a PDF is judged or told', async () => {
  const first = (name, told) => ['green  valid', told.replace('*', `/${name}`)];
  for (const [name, content, told] of [
    ['r.png', revoked('png'), 'red * revoked'],
    ['r.html', `<p>${jwt()}</p>`, 'red * revoked'],
    ['r.json', JSON.stringify({ vc: jwt() }), 'red * revoked'],
    ['r.txt', revoked('pdf').toString('base64'), 'red */base64 1 revoked'],
    ['r.tgz', gzipSync(revoked('pdf')), 'amber * unreadable'],
    ['r.bin', Buffer.concat([Buffer.from([0, 1, 2]), revoked('jwt')]), 'amber * unreadable'],
  ]) assert.deepEqual(await rows(attached(name, content)), first(name, told), name);
  // What is embedded and in no list.
  const [good, unlisted] = [join(folder, 'good.pdf'), join(folder, 'unlisted.pdf')];
  execFileSync('qpdf', ['--qdf', '--object-streams=disable', issuer.file(numbers[GOOD], 'pdf'), good]);
  const text = readFileSync(good, 'latin1').replace(/\/Type \/Page\n/, '$&  /AF [900 0 R]\n');
  const more = `900 0 obj\n<</Type/Filespec/F(r.jwt)/EF<</F 901 0 R>>>>\nendobj\n901 0 obj\n<</Length ${jwt().length}>>stream\n${jwt()}\nendstream\nendobj\n`;
  execFileSync('qpdf', ['--warning-exit-0', file('raw.pdf', Buffer.from(text.replace(/(\n)(xref\n)/, `$1${more}$2`), 'latin1')), unlisted], { stdio: 'ignore' });
  assert.deepEqual(await rows(unlisted), ['green , page 1 valid', 'red  revoked']);
  const note = await drop(page, attached('invoice.xml', '<invoice><total>12</total></invoice>'));
  assert.equal(`${note.code} ${note.class}`, 'valid green', note.text);
  assert.match(note.text, /invoice\.xml/);
});

test('what a mail or an archive holds in a text is judged or told', async () => {
  const uu = 'begin 644 r.pdf\r\nM)5!$1BTQ+C<*\r\n`\r\nend';
  const good = 'green /good.pdf valid';
  assert.deepEqual(await rows(mail(`Content-Type: application/pdf; name=r.pdf\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n${uu}`)),
    [good, 'amber /r.pdf unreadable']);
  assert.deepEqual(await rows(mail(`Content-Type: text/plain\r\n\r\n${uu}`)), [good, 'amber  unreadable']);
  assert.deepEqual(await rows(mail(`Content-Type: text/html\r\n\r\n<p>${jwt()}</p>`)), [good, 'red  revoked']);
  const member = (name, data) => file('all.zip', zip([{ name: 'g.pdf', data: bytes(GOOD, 'pdf') }, { name, data }]));
  const beside = 'green /g.pdf valid';
  assert.deepEqual(await rows(member('r.csv', `1,${jwt()}`)), [beside, 'red /r.csv revoked']);
  assert.deepEqual(await rows(member('r.txt', Buffer.from(`\ufeff${jwt()}`, 'utf16le'))), [beside, 'red /r.txt revoked']);
  assert.deepEqual(await rows(member('r.jwt.gz', gzipSync(jwt()))), [beside, 'amber /r.jwt.gz unreadable']);
  assert.deepEqual(page.wrongs, []);
});
