// Debian's Chromium with a fresh profile, and a page that reports what must never happen.

import { chromium } from 'playwright-core';

// Without a sandbox and shared memory also in a container, as root.
const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export function launch(...flags) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, ...flags] });
}

/** Opens a page; `page.wrongs` collects dialogs, reports of the content security policy, errors and foreign requests. */
export async function open(browser, url, options = {}) {
  const { now, ...rest } = options;
  const context = await browser.newContext({ locale: 'en-GB', acceptDownloads: true, ...rest });
  return openIn(context, url, now);
}

export async function openIn(context, url, now) {
  const page = await context.newPage();
  const wrongs = [];
  page.wrongs = wrongs;
  page.on('dialog', (dialog) => { wrongs.push(`dialog ${dialog.message()}`); void dialog.dismiss(); });
  page.on('pageerror', (error) => wrongs.push(`error ${error.message}`));
  page.on('console', (message) => { if (/Content.Security.Policy/i.test(message.text())) wrongs.push(message.text()); });
  page.on('request', (request) => {
    const target = new URL(request.url());
    if (/^https?:$/.test(target.protocol) && target.origin !== new URL(url).origin) wrongs.push(`request to ${target.origin}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.log(`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  if (now !== undefined) await page.clock.setFixedTime(now);
  await page.goto(url);
  await page.waitForSelector('body[data-ready]');
  return page;
}

/** The verdict on the page, once there is one. */
export async function verdict(page, timeout = 20_000) {
  await page.waitForSelector('#verdict[data-verdict]', { timeout });
  return page.$eval('#verdict', ({ dataset, innerText }) => ({ code: dataset.verdict, class: dataset.class, text: innerText }));
}

/** Pastes a text and returns the verdict about it. */
export async function paste(page, text) {
  await clear(page);
  await page.fill('#paste', text);
  await page.click('#paste-form button');
  return verdict(page);
}

/** Takes away what an earlier file left on the page, so that what the next one brings can be waited for. */
export async function forget(page) {
  await page.$$eval('#batch .count', (all) => all.forEach((one) => one.remove()));
  await page.$$eval('#busy', (all) => all.forEach((one) => one.classList.remove('bad')));
}

/** Gives a file to the page as `#drop` takes it, and returns the verdict. */
export async function drop(page, file) {
  await clear(page);
  await page.setInputFiles('#drop input[type=file]', file);
  return verdict(page);
}

/** Raw video (YUV4MPEG2) of one grey picture, a byte for each pixel: what a camera is made to show. */
export function video(width, height, luma) {
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420\n`), frame, frame, frame]);
}

async function clear(page) {
  await page.evaluate(() => {
    const section = document.getElementById('verdict');
    delete section.dataset.verdict;
    delete section.dataset.class;
  });
}

/** Runs in the page: the longest time for which it could not have answered a finger. */
export function watch() {
  globalThis.stall = 0;
  let last = performance.now();
  setInterval(() => {
    globalThis.stall = Math.max(globalThis.stall, performance.now() - last - 20);
    last = performance.now();
  }, 20);
}
