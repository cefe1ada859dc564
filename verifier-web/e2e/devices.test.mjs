// What only some devices have: another decoder, a light, a home screen, an older version, no encryption. Where Chromium on
// Linux lacks the thing, its place in the browser's interface is filled.

import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { drop, launch, open, openIn, verdict, video } from './browser.mjs';
import { Issuer, serve } from './site.mjs';

/** Stands for the browser's own detector, which Chromium on Linux lacks: it sees these texts in every picture. */
const detector = (...texts) => `
  globalThis.BarcodeDetector = class {
    static getSupportedFormats() { return Promise.resolve(['aztec', 'qr_code']); }
    constructor({ formats }) { globalThis.asked = formats; }
    detect(image) { return Promise.resolve(image instanceof ImageData ? ${JSON.stringify(texts)}.map((rawValue) => ({ rawValue })) : []); }
  };`;
const SPONSOR = 'https://sponsor.example/info';

let issuer;
let site;
let browser;
let number;

before(async () => {
  issuer = new Issuer();
  [number] = Object.values(issuer.issue('DEVICES', 'Introduction to Bread', ['Ada Lovelace']));
  issuer.publish();
  site = await serve(issuer.site);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  issuer?.remove();
});

/** The same site without a service worker: nothing is kept beforehand, so that what is loaded is asked for. */
async function bareSite() {
  const folder = join(issuer.folder, 'bare');
  cpSync(issuer.site, folder, { recursive: true });
  rmSync(join(folder, 'verify', 'sw.js'));
  return serve(folder);
}

/** The lower right corner of the certificate's picture, where `classic` has the code, drawn by `paint` in the browser. */
async function picture(paint) {
  const page = await open(browser, site.url, { bypassCSP: true });
  const png = readFileSync(issuer.file(number, 'png'));
  const drawn = await page.evaluate(async ({ data, paint }) => {
    const bitmap = await createImageBitmap(await (await fetch(data)).blob());
    const [width, height] = [Math.round(0.28 * bitmap.width), Math.round(0.38 * bitmap.height)];
    const canvas = Object.assign(document.createElement('canvas'), { width: width + 80, height: height + 80 });
    const context = canvas.getContext('2d');
    const from = [0.68 * bitmap.width, 0.58 * bitmap.height, width, height];
    new Function('context', 'bitmap', 'from', paint)(context, bitmap, from);
    return canvas.toDataURL('image/png');
  }, { data: `data:image/png;base64,${png.toString('base64')}`, paint });
  await page.context().close();
  return { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from(drawn.split(',')[1], 'base64') };
}

test("the browser's own detector is asked first, where it reads QR codes", async () => {
  const blank = await picture('context.fillRect(0, 0, 9, 9)');
  const bare = await bareSite();
  const context = await browser.newContext({ locale: 'en-GB' });
  // In the worker that reads pictures.
  await context.route('**/pdf-reader.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: detector(SPONSOR, issuer.link(number)) + await response.text() });
  });
  const page = await openIn(context, bare.url);
  const seen = await drop(page, blank);
  assert.equal(`${seen.code} ${seen.class}`, 'valid green');
  const [worker] = page.workers();
  assert.deepEqual(await worker.evaluate(() => globalThis.asked), ['qr_code']);
  assert.deepEqual(page.wrongs, []);
  await context.close();
  await bare.stop();
});

test('the camera passes other codes by', async () => {
  const grey = join(issuer.folder, 'grey.y4m');
  writeFileSync(grey, video(1280, 720, Buffer.alloc(1280 * 720, 100)));
  const filming = await launch('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${grey}`);
  try {
    const context = await filming.newContext({ locale: 'en-GB', permissions: ['camera'] });
    await context.addInitScript({ content: detector(SPONSOR) });
    const page = await openIn(context, site.url);
    await page.click('#scan');
    await page.waitForFunction(() => /not a certificate/.test(document.querySelector('#camera .hint')?.textContent ?? ''));
    assert.equal(await page.locator('#verdict[data-verdict]').count(), 0);
    // Now the certificate comes into the picture, beside the sponsor's code.
    await page.evaluate(([sponsor, link]) => {
      globalThis.BarcodeDetector.prototype.detect = () => Promise.resolve([{ rawValue: sponsor }, { rawValue: link }]);
    }, [SPONSOR, issuer.link(number)]);
    assert.equal((await verdict(page)).code, 'valid');
    assert.equal(await page.isVisible('#camera'), false);
    assert.deepEqual(page.wrongs, []);
  } finally {
    await filming.close();
  }
});

test('a photo that the small decoder cannot read goes to the large one', async () => {
  // From far away: hardly more than one pixel for a module.
  const photo = await picture(`
    context.fillStyle = '#fff'; context.fillRect(0, 0, 9e3, 9e3);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, ...from, 100, 60, from[2] / 2, from[3] / 2);`);
  const bare = await bareSite();
  const page = await open(browser, bare.url);
  const seen = await drop(page, photo);
  assert.equal(seen.code, 'valid', seen.text);
  assert.ok(bare.requests.some((name) => /zxing.*\.wasm$/.test(name)), bare.requests.join(' '));
  assert.deepEqual(page.wrongs, []);
  await page.context().close();
  await bare.stop();
});

test('a code is read from a screenshot of a long page', async () => {
  const screenshot = await picture(`
    context.canvas.width = 720; context.canvas.height = 12e3;
    context.fillStyle = '#fff'; context.fillRect(0, 0, 720, 12e3);
    context.drawImage(bitmap, ...from, 100, 11e3, from[2], from[3]);`);
  const page = await open(browser, site.url);
  const seen = await drop(page, screenshot);
  assert.equal(seen.code, 'valid', seen.text);
  assert.deepEqual(page.wrongs, []);
  await page.context().close();
});

test('a camera with a light has a button for it', async () => {
  const filming = await launch('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream');
  try {
    const context = await filming.newContext({ locale: 'en-GB', permissions: ['camera'] });
    await context.addInitScript(() => {
      globalThis.asked = [];
      MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
      MediaStreamTrack.prototype.applyConstraints = function (constraints) {
        globalThis.asked.push(constraints.advanced[0].torch);
        return Promise.resolve();
      };
    });
    const page = await openIn(context, site.url);
    await page.click('#scan');
    const torch = page.locator('#camera button');
    await torch.click();
    await page.waitForSelector('#camera button[aria-pressed=true]');
    await torch.click();
    await page.waitForSelector('#camera button[aria-pressed=false]');
    assert.deepEqual(await page.evaluate(() => globalThis.asked), [true, false]);
    await page.click('#scan');
    await page.waitForSelector('#camera', { state: 'hidden' });
    assert.deepEqual(page.wrongs, []);
  } finally {
    await filming.close();
  }
});

test('the page offers to be installed when the browser can', async () => {
  const page = await open(browser, site.url);
  await page.evaluate(() => {
    const event = new Event('beforeinstallprompt', { cancelable: true });
    event.prompt = () => { globalThis.prompted = event.defaultPrevented; return Promise.resolve(); };
    dispatchEvent(event);
  });
  await page.click('#offline + button');
  assert.equal(await page.evaluate(() => globalThis.prompted), true);
  assert.equal(await page.locator('#offline + button').count(), 0);
  await page.context().close();
});

test('a newer build says so, and waits until it is asked for', async () => {
  const folder = join(issuer.folder, 'moving');
  cpSync(issuer.site, folder, { recursive: true });
  const moving = await serve(folder);
  const page = await open(browser, moving.url);
  await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated');
  const [worker, index] = ['sw.js', 'index.html'].map((name) => join(folder, 'verify', name));
  const text = readFileSync(worker, 'utf8');
  const newer = text.replace(/testamur-verify-[0-9a-f]{8}/, (name) => `${name.slice(0, -8)}00000000`)
    .replace(/"[0-9a-f]{16}"/, '"0000000000000000"');
  assert.notEqual(newer, text);
  writeFileSync(worker, newer);
  writeFileSync(index, readFileSync(index, 'utf8').replace('<body>', '<body data-build="2">'));
  await page.reload();
  await page.waitForSelector('#update:not([hidden]) button');
  assert.equal(await page.getAttribute('body', 'data-build'), null);
  await page.click('#update button');
  await page.waitForSelector('body[data-build="2"][data-ready]');
  await page.context().close();
  await moving.stop();
});

test('without encryption it says what to do instead', async () => {
  const url = site.url.replace('localhost', 'certs.example');
  const plain = await launch('--host-resolver-rules=MAP certs.example 127.0.0.1');
  try {
    const page = await open(plain, `${url}#1123`);
    assert.match(await page.innerText('#notice'), /without encryption.*https:\/\/certs\.example/s);
    assert.equal(await page.isVisible('#ways'), false);
    assert.equal(await page.locator('#verdict[data-verdict]').count(), 0);
    assert.deepEqual(page.wrongs, []);
  } finally {
    await plain.close();
  }
});
