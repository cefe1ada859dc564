// What carries other files, two codes in one picture, and files that take too long: never green for what was not looked at.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import encodeQR from 'qr';
import { zip } from '../test/archives.mjs';
import { drop, forget, launch, open, verdict } from './browser.mjs';
import { Issuer, serve } from './site.mjs';

const [GOOD, REVOKED, OTHER] = ['Good Person', 'Revoked Person', 'Other Person'];
let issuer;
let site;
let browser;
let numbers;

before(async () => {
  issuer = new Issuer();
  numbers = issuer.issue('TOGETHER', 'Introduction to Bread', [GOOD, REVOKED, OTHER]);
  issuer.run('revoke', numbers[REVOKED], '--now', '--reason', 'issued by mistake');
  issuer.publish();
  site = await serve(issuer.site);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  issuer?.remove();
});

const path = (name, format = 'pdf') => issuer.file(numbers[name], format);
const bytes = (name, format) => readFileSync(path(name, format));
const file = (name, buffer, mimeType = 'application/octet-stream') => ({ name, mimeType, buffer: Buffer.from(buffer) });

/** The rows of the table that a file makes: colour, name of the file, verdict or problem. */
async function rows(page, files) {
  await forget(page);
  await page.setInputFiles('#files', files);
  await page.waitForSelector('#batch .count', { timeout: 60_000 });
  assert.equal(await page.isVisible('#verdict'), false);
  return page.$$eval('#batch tbody tr', (all) => all.map(({ dataset, cells }) =>
    `${dataset.class} ${cells[0].innerText.trim()}: ${dataset.verdict}`));
}

async function opened(options) {
  return open(browser, site.url, options);
}

async function done(page) {
  assert.deepEqual(page.wrongs, []);
  await page.context().close();
}

test('an archive of a revoked and a good certificate names both', async () => {
  const page = await opened();
  for (const stored of [true, false]) {
    const archive = zip([
      { name: 'a.pdf', data: bytes(REVOKED), stored, flags: 8 },
      { name: 'b.pdf', data: bytes(GOOD), stored, flags: 8 },
      { name: 'readme.txt', data: 'Congratulations' },
    ]);
    assert.deepEqual(await rows(page, file('all.zip', archive)), ['red all.zip/a.pdf: revoked', 'green all.zip/b.pdf: valid']);
    assert.match(await page.innerText('#batch .left'), /all\.zip\/readme\.txt/);
    assert.match(await page.innerText('#batch .tally'), /1 valid\s+0 to look at\s+1 not good/);
  }
  await page.click('#batch tbody tr:first-child button');
  assert.equal((await verdict(page)).code, 'revoked');
  assert.match((await verdict(page)).text, /issued by mistake.*all\.zip\/a\.pdf/s);
  await done(page);
});

test('an archive of hundreds gives a row for each', async () => {
  const page = await opened();
  const names = [GOOD, OTHER, REVOKED];
  const archive = zip(Array.from({ length: 200 }, (_, n) => ({ name: `${n}.jwt`, data: bytes(names[n % 3], 'jwt'), stored: true })));
  const all = await rows(page, file('all.zip', archive));
  assert.equal(all.length, 200);
  assert.equal(all.filter((row) => row.startsWith('red')).length, 66);
  assert.equal(all.filter((row) => row.startsWith('green')).length, 134);
  await done(page);
});

test('PDFs that are glued together or merged are judged one by one, each by its own page', async () => {
  const page = await opened();
  const glued = Buffer.concat([bytes(GOOD), bytes(REVOKED)]);
  assert.deepEqual(await rows(page, file('glued.pdf', glued)), ['green glued.pdf, part 1: valid', 'red glued.pdf, part 2: revoked']);
  // With the attachments of the first alone, and with none.
  const merged = join(issuer.folder, 'merged.pdf');
  execFileSync('qpdf', [path(GOOD), '--pages', '.', path(REVOKED), path(OTHER), '--', merged]);
  const told = ['green merged.pdf, page 1: valid', 'red merged.pdf, page 2: revoked', 'green merged.pdf, page 3: valid'];
  assert.deepEqual(await rows(page, merged), told);
  execFileSync('qpdf', ['--empty', '--pages', path(GOOD), path(REVOKED), path(OTHER), '--', merged]);
  assert.deepEqual(await rows(page, merged), told);
  await done(page);
});

test('a page that was taken out of a merged file answers for itself', async () => {
  const page = await opened();
  const taken = join(issuer.folder, 'taken.pdf');
  execFileSync('qpdf', [path(REVOKED), '--pages', path(GOOD), '--', taken]);
  const seen = await drop(page, taken);
  assert.equal(`${seen.code} ${seen.class}`, 'valid green', seen.text);
  assert.match(seen.text, new RegExp(`${GOOD}.*no page of it: ${numbers[REVOKED]}`, 's'));
  await done(page);
});

test('a mail is opened, and its only certificate shown whole', async () => {
  const page = await opened();
  const part = (name, data) => ['--b', `Content-Type: application/pdf; name="${name}"`, 'Content-Disposition: attachment',
    'Content-Transfer-Encoding: base64', '', data.toString('base64').replace(/.{76}/g, '$&\r\n')];
  const mail = (...parts) => file('m.eml', ['From: a@example.org', 'To: b@example.org', 'Content-Type: multipart/mixed; boundary=b', '',
    '--b', 'Content-Type: text/plain', '', `Here it is: ${issuer.link(numbers[GOOD])}`, ...parts.flat(), '--b--', ''].join('\r\n'));
  await page.setInputFiles('#files', mail(part('good.pdf', bytes(GOOD))));
  const seen = await verdict(page);
  assert.equal(`${seen.code} ${seen.class}`, 'valid green');
  assert.match(seen.text, /m\.eml\/good\.pdf/);
  await page.click('#again');
  assert.deepEqual(await rows(page, mail(part('bad.pdf', bytes(REVOKED)))), ['red m.eml/bad.pdf: revoked', 'green m.eml: valid']);
  await done(page);
});

test('what is not opened is refused with what to do, and is no accusation', async () => {
  const page = await opened();
  const refused = async (name, data, wanted) => {
    await forget(page);
    await page.setInputFiles('#files', file(name, data));
    await page.waitForSelector('#busy.bad');
    assert.match(await page.innerText('#busy'), wanted);
    assert.equal(await page.locator('#verdict[data-verdict]').count(), 0);
  };
  await refused('all.7z', Buffer.concat([Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'), Buffer.alloc(26), bytes(GOOD)]), /Unpack/);
  await refused('locked.zip', zip([{ name: 'a.pdf', data: bytes(GOOD), flags: 1 }]), /encrypted.*password/i);
  await refused('empty.zip', zip([{ name: 'a.txt', data: 'none' }]), /No certificate/);
  const archive = zip([{ name: 'a.pdf', data: bytes(GOOD) }, { name: 'locked.pdf', data: bytes(REVOKED), flags: 1 }]);
  assert.deepEqual(await rows(page, file('half.zip', archive)), ['green half.zip/a.pdf: valid', 'amber half.zip/locked.pdf: unreadable']);
  assert.deepEqual(await rows(page, [file('empty.zip', zip([])), file('a.pdf', bytes(GOOD))]),
    ['amber empty.zip: unreadable', 'green a.pdf: valid']);
  const behind = Buffer.concat([bytes(GOOD, 'png'), bytes(REVOKED)]);
  assert.deepEqual(await rows(page, file('a.png', behind)), ['green a.png: valid', 'red a.png, part 2: revoked']);
  const more = Buffer.concat([bytes(GOOD), zip([{ name: 'b.pdf', data: bytes(REVOKED) }])]);
  assert.deepEqual(await rows(page, file('a.pdf', more)), ['green a.pdf, part 1: valid', 'red a.pdf, part 2/b.pdf: revoked']);
  await done(page);
});

test('the single file opens archives, mails and merged files too', async () => {
  const page = await open(browser, pathToFileURL(join(issuer.site, 'verify', 'verifier.html')).href);
  const archive = zip([{ name: 'a.jwt', data: bytes(REVOKED, 'jwt') }, { name: 'b.png', data: bytes(GOOD, 'png'), stored: true }, { name: 'c.pdf', data: bytes(GOOD) }]);
  // It cannot read what a PDF prints, so it shows none in green.
  assert.deepEqual(await rows(page, file('all.zip', archive)),
    ['red all.zip/a.jwt: revoked', 'green all.zip/b.png: valid', 'amber all.zip/c.pdf: valid']);
  const glued = Buffer.concat([bytes(GOOD), bytes(REVOKED)]);
  assert.deepEqual(await rows(page, file('glued.pdf', glued)), ['amber glued.pdf, part 1: valid', 'red glued.pdf, part 2: revoked']);
  await done(page);
});

test('of two codes in a picture ours counts, and of two certificates both', async () => {
  const page = await opened();
  const other = encodeQR('https://sponsor.example/info', 'raw', { border: 1 });
  const draw = async (names, foreign) => {
    const data = await page.evaluate(async ({ pictures, foreign }) => {
      const all = await Promise.all(pictures.map(async (png) => createImageBitmap(new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))]))));
      const canvas = Object.assign(document.createElement('canvas'), { width: all[0].width, height: all[0].height * all.length });
      const context = canvas.getContext('2d');
      all.forEach((bitmap, i) => context.drawImage(bitmap, 0, i * bitmap.height));
      const side = Math.round(canvas.width / 200);
      foreign.forEach((row, i) => row.forEach((dark, j) => {
        if (dark) context.fillRect((j + 8) * side, (i + 8) * side, side, side);
      }));
      return canvas.toDataURL('image/png').split(',')[1];
    }, { pictures: names.map((name) => bytes(name, 'png').toString('base64')), foreign });
    return file('photo.png', Buffer.from(data, 'base64'), 'image/png');
  };
  const seen = await drop(page, await draw([GOOD], other));
  assert.equal(`${seen.code} ${seen.class}`, 'valid green', seen.text);
  await page.click('#again');
  const both = await rows(page, await draw([GOOD, REVOKED], []));
  assert.deepEqual(both.map((row) => row.split(' ')[0]).sort(), ['green', 'red']);
  await done(page);
});

/** A PDF of many pages with nothing but a rectangle on each: harmless, but no certificate, and long to look through. */
function pages(count) {
  const kids = Array.from({ length: count }, (_, i) => `${4 + i} 0 R`).join(' ');
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', `<</Type/Pages/Count ${count}/Kids[${kids}]>>`,
    '<</Length 15>>stream\n9 9 90 90 re f\n\nendstream',
    ...Array.from({ length: count }, () => '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<<>>>>')];
  return `%PDF-1.7\n${objects.map((object, i) => `${i + 1} 0 obj\n${object}\nendobj\n`).join('')}trailer<</Root 1 0 R/Size ${objects.length + 1}>>\n%%EOF\n`;
}

test('reading a foreign file is ended after a while, the page stays alive, and the next one is read', async () => {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(site.url);
  await page.waitForSelector('body[data-ready]');
  // All decoders are at hand then: waiting for them is not held against a file.
  await page.setInputFiles('#files', file('short.pdf', pages(1)));
  await page.waitForSelector('#busy.bad');
  assert.match(await page.innerText('#busy'), /no certificate/);
  await page.setInputFiles('#files', file('long.pdf', pages(200)));
  await page.waitForSelector('#busy:not(.bad)');
  // The page's clock goes on by more than a step may take, while the worker has really just begun.
  while (await page.locator('#busy.bad').count() === 0) {
    await page.clock.fastForward(6_000);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  assert.match(await page.innerText('#busy'), /more time or memory/);
  assert.equal(await page.locator('#verdict[data-verdict]').count(), 0);
  // The news of its end takes a moment.
  for (let looks = 0; looks < 200 && page.workers().length > 0; looks += 1) await new Promise((resolve) => { setTimeout(resolve, 50); });
  assert.equal(page.workers().length, 0);
  await page.clock.resume();
  const seen = await drop(page, path(GOOD));
  assert.equal(`${seen.code} ${seen.class}`, 'valid green', seen.text);
  await context.close();
});
