// What the designer shows beside what is printed: Chromium's picture of a design beside poppler's of the issued PDF, and how far two
// engines are apart on one and the same PDF. `make drawings` compares 500 names of each of nine scripts with every built-in template.

import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createSite } from 'node:http';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { launch } from './browser.mjs';
import { Issuer, PROGRAM } from './site.mjs';

const WORDS = JSON.parse(readFileSync(fileURLToPath(new URL('../../tests/data/names/scripts.json', import.meta.url)), 'utf8'));
const PASSWORD = 'correct horse battery';
const PDFJS = (name) => readFileSync(createRequire(import.meta.url).resolve(`pdfjs-dist/build/${name}`));
/** As the Rust test has it: a few of them have all words. */
const STRIDE = 41;
/**
 * Pixels of a millimetre: 192 to the inch, as good screens have them. With half as many, programs that read PDFs draw lines that are finer
 * than a pixel as wide as one, and a browser does not.
 */
const PIXELS = 192 / 25.4;
export const TEMPLATES = ['classic', 'modern', 'minimal', 'laurel', 'ribbon', 'quiet'];

/** So many names of each script, of which `chosen` are taken. */
export function names(each, chosen = () => true) {
  const places = Array.from({ length: each }, (_, at) => at).filter(chosen);
  return Object.values(WORDS).flatMap((words) => places.map((at) => {
    const pair = (at * STRIDE) % (words.length * (words.length - 1));
    const first = Math.floor(pair / (words.length - 1));
    return `${words[first]} ${words[(first + (pair % (words.length - 1)) + 1) % words.length]}`;
  }));
}

const freePort = () => new Promise((resolve) => {
  const server = createServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Starts the service over an issuer's folder, and logs its first owner in. */
async function served(issuer, browser) {
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const env = { ...process.env, TESTAMUR_PASSPHRASE: 'only for tests', TESTAMUR_DATA: join(issuer.folder, 'data') };
  const service = spawn(PROGRAM, ['serve', '--listen', `127.0.0.1:${port}`, '--public-url', base, '--log', 'text'], { env });
  const link = await new Promise((resolve, reject) => {
    let text = '';
    const heard = (data) => {
      text += data;
      const found = text.match(/http:\S+setup#\S+/);
      if (found) resolve(found[0]);
    };
    service.stdout.on('data', heard);
    service.stderr.on('data', heard);
    service.on('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
  });
  const context = await browser.newContext({ locale: 'en-GB', bypassCSP: true });
  const page = await context.newPage();
  await page.goto(link.replace(/^http:\/\/[^/]+/, base));
  for (const [field, value] of [['name', 'Ada'], ['email', 'ada@example.org'], ['new', PASSWORD], ['repeat', PASSWORD]]) await page.locator(`[name=${field}]`).fill(value);
  await page.locator('main form button[type=submit]').first().click();
  await page.goto(`${base}/staff/login`);
  await page.locator('[name=email]').fill('ada@example.org');
  await page.locator('[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.waitForURL(`${base}/staff`);
  const stop = () => new Promise((resolve) => { service.once('exit', resolve); service.kill(); });
  return { page, base, stop };
}

/** Serves what is compared to the page that compares: pictures of ten megabytes go no other way in good time. */
async function pictured() {
  const kept = new Map([['/', Buffer.from('<!doctype html><title>Compares</title>')]]);
  for (const name of ['pdf.min.mjs', 'pdf.worker.min.mjs']) kept.set(`/${name}`, PDFJS(name));
  const site = createSite((request, answer) => {
    const kind = request.url === '/' ? 'text/html' : request.url.endsWith('.mjs') ? 'text/javascript' : 'application/octet-stream';
    answer.writeHead(kept.has(request.url) ? 200 : 404, { 'content-type': kind, 'cache-control': 'no-store' }).end(kept.get(request.url));
  });
  await new Promise((resolve) => { site.listen(0, '127.0.0.1', resolve); });
  const stop = () => { site.closeAllConnections(); site.close(); };
  return { base: `http://127.0.0.1:${site.address().port}`, kept, stop };
}

/** A page that compares pictures, and draws a PDF with pdf.js: Chromium's engine, as poppler's is another. */
async function comparing(browser, base) {
  const page = await browser.newPage();
  await page.goto(`${base}/`);
  await page.evaluate(async () => {
    const pdfjs = await import('/pdf.min.mjs');
    pdfjs.GlobalWorkerOptions.workerSrc = '/pdf.worker.min.mjs';
    const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
    const canvas = (width, height) => {
      const made = Object.assign(document.createElement('canvas'), { width, height });
      const context = made.getContext('2d', { willReadFrequently: true });
      context.fillStyle = '#fff';
      context.fillRect(0, 0, width, height);
      return context;
    };
    globalThis.picture = async (path, width, height) => {
      const context = canvas(width, height);
      context.drawImage(await createImageBitmap(new Blob([await bytes(path)], { type: 'image/png' })), 0, 0);
      return context;
    };
    // As poppler writes it: `P6`, width, height, 255, and three bytes for each pixel. To pack 3.5 million of them takes longer than to draw.
    globalThis.plain = async (path, width, height) => {
      const context = canvas(width, height);
      const [file, image] = [await bytes(path), context.getImageData(0, 0, width, height)];
      for (let [from, to] = [file.length - 3 * width * height, 0]; from < file.length; from += 3, to += 4) {
        image.data[to] = file[from];
        image.data[to + 1] = file[from + 1];
        image.data[to + 2] = file[from + 2];
      }
      context.putImageData(image, 0, 0);
      return context;
    };
    globalThis.drawn = async (path, width, height) => {
      const task = pdfjs.getDocument({ data: await bytes(path), verbosity: 0 });
      const page = await (await task.promise).getPage(1);
      const context = canvas(width, height);
      const [, , right, top] = page.view;
      await page.render({ canvas: context.canvas, viewport: page.getViewport({ scale: width / right }), annotationMode: 0 }).promise;
      await task.destroy();
      return top > 0 ? context : null;
    };
    // How far apart two pictures are: in the mean of 255, and the share of pixels that are further apart than a quarter.
    globalThis.apart = (one, other, masks) => {
      const { width, height } = one.canvas;
      for (const context of [one, other]) {
        context.fillStyle = '#fff';
        for (const [x, y, w, h] of masks) context.fillRect(x, y, w, h);
      }
      const [a, b] = [one, other].map((context) => context.getImageData(0, 0, width, height).data);
      let [sum, far, ink] = [0, 0, 0];
      for (let at = 0; at < a.length; at += 4) {
        const most = Math.max(Math.abs(a[at] - b[at]), Math.abs(a[at + 1] - b[at + 1]), Math.abs(a[at + 2] - b[at + 2]));
        sum += most;
        if (most > 64) far += 1;
        if (b[at] + b[at + 1] + b[at + 2] < 600) ink += 1;
      }
      return { mean: sum / (width * height), far: far / (width * height), ink: ink / (width * height) };
    };
  });
  return page;
}

/** What differs between a specimen and a certificate, in pixels: the code, and the number. */
function masks(design) {
  const box = ([x, y, w, h], more) => [Math.floor((x - more) * PIXELS), Math.floor((y - more) * PIXELS), Math.ceil((w + 2 * more) * PIXELS) + 1, Math.ceil((h + 2 * more) * PIXELS) + 1];
  return design.document.elements.flatMap((element, at) => {
    if (element.type === 'qr') return [box(design.elements[at].area, 0.5)];
    return element.type === 'text' && /\{certificate_number/.test(element.text) ? [box(design.elements[at].area, 1)] : [];
  });
}

/** Compares certificates with these names; `told` hears of each. */
export async function compareAll(templates, all, told) {
  const [issuer, browser, pictures] = [new Issuer(), await launch(), await pictured()];
  issuer.formats = 'pdf';
  let stop = () => {};
  try {
    const numbers = Object.fromEntries(templates.map((template) => [template, issuer.issue(template.toUpperCase(), 'Efficient Official Affairs', all, '--template', template, '--signatory', 'Dr. Helena Okafor; Programme Director')]));
    const served_ = await served(issuer, browser);
    stop = served_.stop;
    const comparer = await comparing(browser, pictures.base);
    for (const template of templates) await compareOne({ ...served_, comparer, issuer, kept: pictures.kept }, template, all, numbers[template], told);
  } finally {
    await browser.close();
    pictures.stop();
    await stop();
    issuer.remove();
  }
}

async function compareOne(work, template, all, numbers, told) {
  const { page, base, comparer, issuer, kept } = work;
  const code = template.toUpperCase();
  await page.goto(`${base}/staff/template-designs?from=${template}&event=${code}`);
  await page.getByRole('button', { name: 'Begin', exact: true }).click();
  await page.locator('.handle').first().waitFor({ state: 'attached' });
  const id = new URL(page.url()).pathname.split('/').at(-1);
  const design = await page.evaluate((path) => fetch(path).then((answer) => answer.json()), `/api/v1/template-designs/${id}?event=${code}`);
  const [width, height] = design.page.map((side) => Math.round(side * PIXELS));
  await page.setViewportSize({ width, height });
  // The designer's own picture, as large as the page is, and nothing over it.
  await page.addStyleTag({ content: `.sheet img { position: fixed; left: 0; top: 0; width: ${width}px !important; height: ${height}px !important; z-index: 9999; } .handles { display: none } .sheet { position: static !important; box-shadow: none }` });
  const hidden = masks(design);
  /** Both pictures of a name, and its PDF. */
  const made = async (at) => {
    const file = issuer.file(numbers[all[at]], 'pdf');
    const printed = promisify(execFile)('pdftoppm', ['-singlefile', '-scale-to-x', `${width}`, '-scale-to-y', `${height}`, file], { maxBuffer: 1 << 26, encoding: 'buffer' });
    await page.evaluate(async ([name, address]) => {
      const image = document.querySelector('.sheet img');
      image.src = address;
      image.alt = name;
      await image.decode();
    }, [all[at], `${base}/staff/template-designs/${id}/page.svg?event=${code}&person=p${at}%40example.org`]);
    kept.set(`/shown-${at}`, await page.screenshot());
    kept.set(`/printed-${at}`, (await printed).stdout);
    kept.set(`/pdf-${at}`, readFileSync(file));
  };
  const compared = (at) => comparer.evaluate(async ([n, w, h, masked]) => {
    const { picture, plain, drawn, apart } = globalThis;
    const [shown, printed] = [await picture(`/shown-${n}`, w, h), await plain(`/printed-${n}`, w, h)];
    const differ = apart(shown, printed, masked);
    const noise = apart(await drawn(`/pdf-${n}`, w, h), printed, masked);
    // What is compared would see a page that is moved by a pixel, which is an eighth of a millimetre.
    shown.drawImage(shown.canvas, 1, 0);
    return { differ, noise, moved: apart(shown, printed, masked) };
  }, [at, width, height, hidden]);
  // The next ones are drawn while these are compared.
  let next = made(0);
  for (const [at, name] of all.entries()) {
    await next;
    const found = compared(at);
    next = at + 1 < all.length ? made(at + 1) : Promise.resolve();
    next.catch(() => {});
    told({ template, name, ...await found });
    for (const of of ['shown', 'printed', 'pdf']) kept.delete(`/${of}-${at}`);
  }
}

/** The most that was seen, for who reads it. */
export class Most {
  pages = 0;
  differ = { mean: 0, far: 0 };
  noise = { mean: 0, far: 0 };

  hear({ differ, noise }) {
    this.pages += 1;
    for (const [most, one] of [[this.differ, differ], [this.noise, noise]]) for (const of of ['mean', 'far']) most[of] = Math.max(most[of], one[of]);
  }

  said() {
    const of = ({ mean, far }) => `${mean.toFixed(3)} of 255 in the mean, ${(far * 100).toFixed(3)} % of the pixels further than a quarter`;
    return `${this.pages} pages; at most: designer and printed page ${of(this.differ)}; two engines on the same PDF ${of(this.noise)}`;
  }
}

/** Whether the designer's picture is further from the printed page than two engines are on the same PDF, by more than a fifth. */
export const isFurther = ({ differ, noise }) => differ.mean > noise.mean * 1.2 || differ.far > noise.far * 1.2;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [most, further] = [new Most(), []];
  await compareAll(TEMPLATES, names(Number(process.env.DRAWINGS ?? 500)), (one) => {
    most.hear(one);
    if (isFurther(one)) further.push(one);
    if (most.pages % 500 === 0) console.log(most.said());
  });
  console.log(most.said());
  for (const one of further) console.log('further than two engines:', JSON.stringify(one));
  process.exitCode = further.length > 0 ? 1 : 0;
}
