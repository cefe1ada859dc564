// A certificate's page on a static host: it holds no verdict, its script works it out from the site's trust.jws.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, open } from './browser.mjs';
import { Issuer, serve } from './site.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
let issuer;
let site;
let folder;

before(async () => {
  browser = await launch();
  issuer = new Issuer('Müller & Söhne');
  issuer.formats = 'jwt';
  const numbers = Object.values(issuer.issue('MAPS', 'Applied <Cartography>', ['Zoë Ångström', 'Ada Lovelace'], '--ends', '2026-11-20'));
  issuer.run('certificates', 'make-visible', numbers[0]);
  issuer.publish();
  folder = readdirSync(join(issuer.site, 'c')).find((name) => name.startsWith(numbers[0]));
  site = await serve(issuer.site);
});

after(async () => {
  await browser?.close();
  await site?.stop();
  issuer?.remove();
});

const address = () => new URL(`/c/${folder}/`, site.url).href;
const state = (page) => page.$eval('#verdict', ({ className, dataset, innerText }) => ({ className, code: dataset.verdict, text: innerText }));

test('a static page is green by trust.jws, and asks for nothing else', async () => {
  const only = readdirSync(join(issuer.site, 'c')).filter((name) => !name.startsWith('.'));
  assert.deepEqual(only, [folder], 'only what is visible has a page');
  site.requests.length = 0;
  const page = await open(browser, address());
  const { className, code, text } = await state(page);
  assert.deepEqual([className.includes('green'), code], [true, 'valid'], text);
  assert(text.startsWith('✓\nValid') && text.includes('Zoë Ångström') && text.includes('Applied <Cartography>'), text);
  assert.match(text, /Checked in this browser by the issuer’s list of /);
  assert(await page.$eval('figure img', (picture) => picture.naturalWidth > 1000), 'the picture is there');
  assert.deepEqual(page.wrongs, []);
  const wanted = (path) => path.startsWith(`/c/${folder}/`) || path.startsWith('/verify/') || ['/pages.css', '/trust.jws', '/favicon.ico'].includes(path);
  assert.deepEqual(site.requests.filter((path) => !wanted(path)), []);
  await page.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [390, 1440]) {
    test(`it has no fault that axe knows, ${colorScheme} and ${width} wide`, async () => {
      const page = await open(browser, address(), { colorScheme, viewport: { width, height: 900 } });
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
      assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the page');
      await page.context().close();
    });
  }
}

test('without script it says that nothing was checked', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address());
  const text = await page.innerText('body');
  assert(text.includes('Not checked here') && text.includes('Zoë Ångström') && !text.includes('✓'), text);
  await context.close();
});

test('where the trust file is missing, broken or of somebody else nothing is green', async () => {
  const trust = join(issuer.site, 'trust.jws');
  const whole = readFileSync(trust, 'utf8');
  const other = new Issuer('Müller & Söhne');
  other.run('publish', '--out', other.site);
  const thief = readFileSync(join(other.site, 'trust.jws'), 'utf8');
  other.remove();
  for (const [what, text] of [['broken', `${whole.slice(0, -20)}AAAAAAAAAAAAAAAAAAAA`], ['empty', ''], ['of another root', thief]]) {
    site.trust = text;
    const page = await open(browser, address());
    const { className, code, text: said } = await state(page);
    assert.deepEqual([className.includes('grey'), code], [true, undefined], what);
    assert(said.includes('Not checked here') && said.includes('could not be read'), said);
    await page.context().close();
  }
  site.trust = undefined;
  renameSync(trust, `${trust}.away`);
  const page = await open(browser, address());
  assert((await state(page)).text.includes('could not be read'));
  await page.context().close();
  renameSync(`${trust}.away`, trust);
});

test('a list that is too old is amber, a revocation red, and what is hidden is gone', async () => {
  const later = await open(browser, address(), { now: Date.now() + 9 * 86_400_000 });
  assert.equal((await state(later)).code, 'valid_status_stale');
  await later.context().close();
  const number = folder.slice(0, folder.lastIndexOf('-'));
  const before = readFileSync(join(issuer.site, 'c', folder, 'index.html'));
  issuer.run('revoke', number, '--reason', 'issued in error', '--now');
  issuer.publish();
  assert(before.equals(readFileSync(join(issuer.site, 'c', folder, 'index.html'))), 'the page is the same');
  const page = await open(browser, address());
  const { className, code, text } = await state(page);
  assert.deepEqual([className.includes('red'), code], [true, 'revoked'], text);
  assert(text.includes('issued in error'), text);
  await page.context().close();
  issuer.run('certificates', 'hide', number);
  issuer.publish();
  assert(!existsSync(join(issuer.site, 'c', folder)));
});
