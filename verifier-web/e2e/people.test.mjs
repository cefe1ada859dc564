// For people: every language has every message, nothing breaks on hostile text, and axe finds nothing to complain about.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { drop, launch, open, paste, verdict } from './browser.mjs';
import { Issuer, serve, VECTORS } from './site.mjs';

const LANGUAGES = ['en', 'de', 'fr', 'es', 'hi', 'ar', 'zh'];
const NAUGHTY = JSON.parse(readFileSync(new URL('data/blns.json', import.meta.url), 'utf8')).filter((text) => text.trim() !== '');
const SCRIPT = '<img src=x onerror=alert(1)><script>alert(2)</script>';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
let issuer;
let site;
let browser;
let numbers;

before(async () => {
  issuer = new Issuer(`Academy ${SCRIPT}`);
  numbers = issuer.issue('XSS', `Title ${SCRIPT}`, [`Name ${SCRIPT}`, '"><svg/onload=alert(3)>', "javascript:alert('4')"],
    '--description', `Description ${SCRIPT}`, '--criteria', `Criteria ${SCRIPT}`);
  issuer.run('revoke', Object.values(numbers)[2], '--now', '--reason', `Reason ${SCRIPT}`);
  issuer.publish();
  site = await serve(issuer.site);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  issuer?.remove();
});

const messages = (language) => JSON.parse(readFileSync(new URL(`../src/i18n/${language}.json`, import.meta.url), 'utf8'));
const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

test('every language has every message, with the same places, and a message for each code', () => {
  const english = messages('en');
  const schema = JSON.parse(readFileSync(join(VECTORS, '..', '..', 'schemas', 'verdict.json'), 'utf8'));
  const wanted = [
    ...Object.keys(schema.codes).flatMap((code) => [`v.${code}.title`, `v.${code}.text`, `v.${code}.todo`]),
    ...Object.keys(schema.details).map((code) => `d.${code}`),
    ...Object.keys(schema.trustErrors).map((code) => `e.${code}`),
  ];
  assert.deepEqual(wanted.filter((key) => !(key in english)), []);
  for (const language of LANGUAGES) {
    const own = messages(language);
    assert.deepEqual(Object.keys(own).sort(), Object.keys(english).sort(), language);
    for (const [key, text] of Object.entries(own)) {
      assert.ok(text.trim() !== '', `${language} ${key}`);
      assert.deepEqual(places(text), places(english[key]), `${language} ${key}`);
      if (language !== 'en' && key.startsWith('v.')) assert.notEqual(text, english[key], `${language} ${key}`);
    }
  }
});

test('markup in proven fields stays text', async () => {
  const page = await open(browser, site.url);
  for (const number of Object.values(numbers)) {
    for (const format of ['pdf', 'jwt']) {
      const seen = await drop(page, issuer.file(number, format));
      assert.match(seen.code, /^(?:valid|revoked)$/);
      await page.locator('#verdict details').evaluateAll((all) => { for (const one of all) one.open = true; });
    }
  }
  assert.equal(await page.locator('main img, main script, main iframe').count(), 0);
  assert.deepEqual(page.wrongs, []);
  await page.context().close();
});

test('the list of naughty strings in every field does nothing', async () => {
  const page = await open(browser, site.url);
  const [header, payload, signature] = readFileSync(issuer.file(Object.values(numbers)[0], 'jwt'), 'utf8').trim().split('.');
  const genuine = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const text of NAUGHTY) {
    const { issuer: by, ...rest } = JSON.parse(JSON.stringify(genuine));
    const forged = { ...rest, name: text, issuer: { ...by, name: text }, evidence: { [text]: text } };
    forged.credentialSubject.identifier[0].identityHash = text;
    forged.credentialSubject.licenseNumber = text;
    forged.credentialSubject.achievement = { ...forged.credentialSubject.achievement, name: text, description: text };
    const seen = await paste(page, `${header}.${encode(forged)}.${signature}`);
    assert.match(seen.code, /^(?:proof_invalid|malformed)$/, JSON.stringify(text));
    await page.locator('#verdict details').evaluateAll((all) => { for (const one of all) one.open = true; });
    const raw = await paste(page, text);
    assert.equal(raw.code, 'malformed', JSON.stringify(text));
  }
  await page.setInputFiles('#files', NAUGHTY.slice(0, 40).map((text, i) => (
    { name: `${text.replace(/[/\0]/g, '_').slice(0, 80)}${i}.txt`, mimeType: 'text/plain', buffer: Buffer.from(text) })));
  await page.waitForSelector('#batch .count');
  assert.equal(await page.locator('main img, main script, main iframe').count(), 0);
  assert.deepEqual(page.wrongs, []);
  await page.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing, ${colorScheme}, phone and desktop`, async () => {
    for (const viewport of [{ width: 390, height: 844 }, { width: 1440, height: 900 }]) {
      const page = await open(browser, site.url, { viewport, colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
      await page.addScriptTag({ path: AXE });
      const [good, , revoked] = Object.values(numbers).map((number) => issuer.file(number, 'jwt'));
      await axe(page, 'start');
      await drop(page, good);
      await page.locator('#verdict details').evaluateAll((all) => { for (const one of all) one.open = true; });
      await axe(page, 'valid');
      await drop(page, revoked);
      await axe(page, 'revoked');
      await paste(page, readFileSync(good, 'utf8').replace(/.{9}$/, 'AAAAAAAAA'));
      await axe(page, 'forged');
      await page.setInputFiles('#files', [good, revoked]);
      await page.waitForSelector('#batch .count');
      await axe(page, 'batch');
      await page.click('#trust details summary');
      await page.selectOption('#language', 'ar');
      await page.waitForSelector('html[dir=rtl]');
      await axe(page, 'arabic');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
      await page.context().close();
    }
  });
}

async function axe(page, state) {
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const found = violations.map((one) => `${state}: ${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  assert.deepEqual(found, []);
}

test('the whole way can be gone with the keyboard, and the verdict is announced', async () => {
  const page = await open(browser, site.url);
  for (let steps = 0; steps < 12 && await page.evaluate(() => document.activeElement.id) !== 'paste'; steps += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.insertText('nothing');
  await page.keyboard.press('Enter');
  assert.equal((await verdict(page)).code, 'malformed');
  assert.match(await page.innerText('#announce'), /Cannot be checked/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'verdict');
  await page.context().close();
});
