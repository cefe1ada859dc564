// Many workers say what one says, in the same order; a worker that dies or hangs takes one file with it and no other; and what
// is read without pdf.js (src/scan/kin.ts) is what pdf.js reads, or is not read so.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import { zip } from '../test/archives.mjs';
import { launch, open } from './browser.mjs';
import { Issuer, serve } from './site.mjs';

const WESTERN = Array.from({ length: 12 }, (_, n) => `Person Number ${n + 1}`);
const OTHERS = ['Grzegorz Brzęczyszczykiewicz', 'محمد عبد الرحمن', 'प्रिया शर्मा', '王小明', 'José Núñez', 'Efficient Fjord-Office',
  'Đặng Thị Bích Ngọc', 'Владимир Παπαδόπουλος'];
let issuer;
let site;
let browser;
let numbers;

before(async () => {
  issuer = new Issuer();
  numbers = issuer.issue('MANY', 'Introduction to Bread', [...WESTERN, ...OTHERS]);
  issuer.run('revoke', numbers[WESTERN[3]], '--now', '--reason', 'issued by mistake');
  issuer.publish();
  mkdirSync(join(issuer.folder, 'dropped'));
  site = await serve(issuer.site);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  issuer?.remove();
});

const pdf = (name) => readFileSync(issuer.file(numbers[name], 'pdf'));

/** Opens the page on a device with so many cores; `script` runs before the page's own. */
async function device(cores, script = '', url = site.url) {
  const newContext = async (options) => {
    const context = await browser.newContext(options);
    await context.addInitScript(`Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${cores} }); ${script}`);
    return context;
  };
  return open({ newContext }, url);
}

/** Drops files, and returns the table as it is saved. */
async function table(page, files) {
  await page.setInputFiles('#files', files);
  await page.waitForSelector('#batch .count', { timeout: 120_000 });
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#batch .primary')]);
  assert.deepEqual(page.wrongs, []);
  return readFileSync(await download.path(), 'utf8');
}

const cells = (row) => [...row.matchAll(/(?:^|,)("?)(.*?)\1(?=,|$)/g)].map(([, , cell]) => cell);
const rows = (csv) => csv.trim().split('\r\n').slice(1).map(cells);
/** A file to drop, in a folder of its own. */
function file(name, bytes) {
  const path = join(issuer.folder, 'dropped', name);
  writeFileSync(path, bytes);
  return path;
}

/** A certificate written anew with other objects: `change` gets each body, one character a byte, a stream's data plain. */
function rewritten(bytes, change, more = '') {
  const text = bytes.toString('latin1');
  const [head] = /^%PDF-1\.7\n.*\n/.exec(text);
  const places = [];
  let out = head;
  for (let at = head.length; !text.startsWith('xref\n', at);) {
    const [opening, number] = /^(\d+) 0 obj\n/.exec(text.slice(at, at + 20));
    const length = /^<<.*\/Length (\d+)>>stream\n/.exec(text.slice(at + opening.length));
    const end = length ? at + opening.length + length[0].length + Number(length[1]) + '\nendstream'.length : text.indexOf('\nendobj\n', at);
    let body = text.slice(at + opening.length, end);
    if (length) {
      const packed = length[0].includes('/FlateDecode');
      const raw = Buffer.from(body.slice(length[0].length, -'\nendstream'.length), 'latin1');
      const before = (packed ? inflateSync(raw) : raw).toString('latin1');
      const plain = change(Number(number), before);
      const data = plain === before ? raw : packed ? deflateSync(Buffer.from(plain, 'latin1')) : Buffer.from(plain, 'latin1');
      body = `${length[0].replace(/\/Length \d+>>/, `/Length ${data.length}>>`)}${data.toString('latin1')}\nendstream`;
    } else body = change(Number(number), body);
    places[Number(number)] = out.length;
    out += `${opening}${body}\nendobj\n`;
    at = end + '\nendobj\n'.length;
  }
  const lines = places.slice(1).map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const start = out.length + more.length;
  const trailer = /trailer\n[^]*?startxref\n/.exec(text.slice(text.lastIndexOf('trailer\n')))[0];
  return Buffer.from(`${out}${more}xref\n0 ${places.length}\n0000000000 65535 f \n${lines}${trailer}${start}\n%%EOF\n`, 'latin1');
}

/** Certificates of the template that somebody changed, by what was done to them. */
function changed() {
  const good = pdf(WESTERN[0]);
  const other = pdf(WESTERN[1]);
  const content = (edit) => rewritten(good, (number, body) => (number === 4 ? edit(body) : body));
  const body = (wanted, edit) => rewritten(good, (number, text) => (number === wanted ? edit(text) : text));
  const own = (wanted, edit) => rewritten(pdf(OTHERS[0]), (number, text) => (number === wanted ? edit(text) : text));
  const attachment = /stream\n(ey[^\n]+)\nendstream/.exec(other.toString('latin1'))[1];
  const line = /BT\/S0 40 Tf\n[^]*?ET\n/;
  return {
    'nothing': rewritten(good, (_, text) => text),
    'another name': content((text) => text.replace(line, (own) => own.replace(/<0[0-9A-F]{3}/, '<0005'))),
    'no name': content((text) => text.replace(line, '')),
    'the name twice': content((text) => text.replace(line, '$&$&')),
    'outside of the page': content((text) => text.replace(/1 0 0 1 [\d.]+ [\d.]+ Tm/, '1 0 0 1 2000 300 Tm')),
    'turned': content((text) => text.replace(/1 0 0 1 ([\d.]+ [\d.]+ Tm)/, '0 1 -1 0 $1')),
    'within a transformation': content((text) => text.replace(line, 'q\n2 0 0 2 0 0 cm\n$&Q\n')),
    'spread': content((text) => text.replace(/>23</, '>-900<')),
    'pushed together': content((text) => text.replace(/>23</, '>400<')),
    'an unknown operator': content((text) => `${text}/X gs\n`),
    'an inline image': content((text) => `${text}BI /W 1 /H 1 /BPC 8 /CS /G ID x EI\n`),
    'text of another kind': content((text) => `${text}BT/S0 9 Tf 1 0 0 1 9 9 Tm(\\0\\1)Tj ET\n`),
    'a code of no letter': content((text) => text.replace(/<0[0-9A-F]{3}/, '<0FFF')),
    'another attachment': body(7, () => attachment),
    'no credential attached': body(7, () => 'hello'),
    'a font that is broken': body(14, (program) => program.slice(0, 40)),
    'a map that lies': body(15, (map) => map.replace('<0042>', '<0041>')),
    'a note on the page': body(3, (page) => page.replace('/Annots[', '/Annots[<</Type/Annot/Subtype/FreeText/Rect[0 0 99 99]/Contents(x)>>')),
    'turned page': body(3, (page) => page.replace('/Parent', '/Rotate 90/Parent')),
    'another link': body(26, (link) => link.replace(/\(https[^)]*\)/, '(https://example.com/#1234)')),
    'layers': body(1, (catalog) => catalog.replace('/Pages', '/OCProperties<</OCGs[]/D<<>>>>/Pages')),
    'a title with a file': body(5, (information) => information.replace('/Title', '/Title(/EF<</F 9 0 R>>)/Subject')),
    'an own font that is none': own(29, () => 'no font'),
    'an own font without outlines': own(29, (program) => program.replace('glyf', 'gone')),
    'an own font with nothing in it': own(29, (program) => program.slice(0, 300) + '\0'.repeat(program.length - 300)),
    'an own map that lies': own(30, (map) => map.replace(/<0001><..../, '<0001><0058')),
    'own widths': own(27, (font) => font.replace('/W[0[', '/W[0[1')),
    'bytes between': rewritten(good, (_, text) => text, '% nothing\n'),
    'a second end': Buffer.concat([good, Buffer.from('startxref\n0\n%%EOF\n')]),
  };
}

/** Asks workers of the page itself: one that has learned from `first`, and for each file one that has seen nothing before. */
function asked(page, first, files) {
  return page.evaluate(async ({ first, files }) => {
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const start = () => new Promise((resolve) => {
      const worker = new Worker('pdf-reader.js', { type: 'module' });
      worker.addEventListener('message', ({ data }) => { if (data.ready) resolve(worker); });
    });
    let count = 0;
    const ask = (worker, file) => new Promise((resolve) => {
      const id = count += 1;
      const listen = ({ data }) => {
        if (data.id !== id || !('done' in data || 'failed' in data)) return;
        worker.removeEventListener('message', listen);
        resolve(data);
      };
      worker.addEventListener('message', listen);
      worker.postMessage({ id, ask: 'pdf', bytes: bytes(file) });
    });
    const said = ({ done, failed }) => JSON.stringify(done ? { ...done, whole: undefined } : failed);
    const learned = await start();
    for (const file of first) await ask(learned, file);
    const all = [];
    for (const file of files) {
      const answer = await ask(learned, file);
      const fresh = await start();
      all.push({ quick: answer.done?.whole === true, ours: said(answer), theirs: said(await ask(fresh, file)) });
      fresh.terminate();
    }
    return all;
  }, { first: first.map((one) => one.toString('base64')), files: files.map((one) => one.toString('base64')) });
}

test('a certificate is read as pdf.js reads it, and most without pdf.js', async () => {
  const page = await device(2);
  const files = [...WESTERN, ...OTHERS].map(pdf);
  const all = await asked(page, [pdf(WESTERN[11])], files);
  for (const { ours, theirs } of all) assert.equal(ours, theirs);
  const quick = all.map((one) => one.quick);
  assert.ok(quick.slice(0, WESTERN.length).every(Boolean), quick.join());
  // Some bring a font of their own; scripts that are spelled out or run from right to left are left to pdf.js.
  assert.deepEqual(quick.slice(WESTERN.length), [true, false, false, false, true, true, true, true]);
  await page.context().close();
});

test('certificates of every template are learned, with pictures and without', async () => {
  const page = await device(2);
  const logo = join(issuer.folder, 'logo.svg');
  writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="red" opacity=".5"/></svg>');
  const list = join(issuer.folder, 'list.csv');
  writeFileSync(list, `name,email\n${[...WESTERN.slice(0, 3), 'Łukasz O’Neil', 'AVATAR To. Wa'].map((name, n) => `${name},p${n}@example.org`).join('\n')}\n`);
  for (const [n, template] of ['classic', 'modern', 'minimal'].entries()) {
    const [code, out] = [`KIND${n}`, join(issuer.folder, template)];
    const more = ['--logo', logo, '--signatory', 'Jane Doe; Director', '--expires-after', '2y'];
    issuer.run('event', 'create', code, '--title', 'Café & Thé: “l’été” #1', '--template', template, ...more);
    issuer.run('import', code, list);
    issuer.run('issue', code, '--format', 'pdf', '--out', out);
    const [first, ...others] = readdirSync(out).sort().map((name) => readFileSync(join(out, name)));
    const all = await asked(page, [first], others);
    for (const { ours, theirs, quick } of all) assert.deepEqual([ours, quick], [theirs, true], template);
  }
  await page.context().close();
});

test('whatever is changed about a certificate, it is read as pdf.js reads it', async () => {
  const page = await device(2);
  const kinds = changed();
  const all = await asked(page, [pdf(WESTERN[11])], Object.values(kinds));
  const quick = new Set(Object.keys(kinds).filter((_, i) => all[i].quick));
  Object.keys(kinds).forEach((name, i) => { assert.equal(all[i].ours, all[i].theirs, name); });
  // What may differ between two certificates is compared as it stands, everything else is pdf.js's business.
  assert.deepEqual([...quick], ['nothing', 'another name', 'no name', 'the name twice', 'spread', 'pushed together', 'another attachment', 'another link',
    'an own font with nothing in it', 'an own map that lies', 'own widths']);
  await page.context().close();
});

test('a byte that is flipped anywhere is no matter of who reads', async () => {
  const page = await device(2);
  const flipped = Array.from({ length: 60 }, (_, n) => {
    const copy = Buffer.from(pdf(n % 2 ? WESTERN[0] : OTHERS[0]));
    // All over the certificate's own part, and some in the shared one.
    copy[copy.length - 1 - Math.floor((n * n * copy.length) / 3_700)] ^= 1 << n % 8;
    return copy;
  });
  const all = await asked(page, [pdf(WESTERN[11])], flipped);
  for (const [n, { ours, theirs }] of all.entries()) assert.equal(ours, theirs, `file ${n}`);
  await page.context().close();
});

test('a template that is none of ours is not learned', async () => {
  const page = await device(2);
  const change = { 14: () => 'no font', 15: (map) => map.replace('<0042>', '<0627>'), 10: (drawn) => `${drawn}/X gs\n`, 12: (font) => font.replace('/DW 0', '/DW 9') };
  for (const [changed, edit] of Object.entries(change)) {
    const broken = [WESTERN[11], WESTERN[10]].map((name) => rewritten(pdf(name), (number, text) => (number === Number(changed) ? edit(text) : text)));
    const [answer] = await asked(page, [broken[0]], [broken[1]]);
    assert.equal(answer.ours, answer.theirs, changed);
    assert.equal(answer.quick, false, changed);
  }
  await page.context().close();
});

/** Files of all kinds, whole and broken, under names that tell their order. */
function mixed() {
  const texts = Object.values(changed());
  const png = readFileSync(issuer.file(numbers[WESTERN[2]], 'png'));
  const jwt = readFileSync(issuer.file(numbers[WESTERN[4]], 'jwt'));
  const joined = join(issuer.folder, 'joined.pdf');
  execFileSync('qpdf', ['--empty', '--pages', issuer.file(numbers[WESTERN[5]], 'pdf'), issuer.file(numbers[WESTERN[3]], 'pdf'), '--', joined]);
  const archive = zip([{ name: 'a.pdf', data: pdf(WESTERN[6]) }, { name: 'b.png', data: png }, { name: 'notes.txt', data: 'nothing' }]);
  const buffers = [...WESTERN.map(pdf), ...texts, png, jwt, ...OTHERS.map(pdf), readFileSync(joined), archive, Buffer.from('%PDF-1.7\nno more'),
    Buffer.alloc(0), png.subarray(0, 900), Buffer.from('a text'), ...WESTERN.map(pdf).toReversed()];
  return buffers.map((buffer, n) => file(`${String(n).padStart(3, '0')}.bin`, buffer));
}

test('several workers make the same table as one, byte for byte', async () => {
  const files = mixed();
  const tables = [];
  for (const cores of [1, 2, 6]) {
    const page = await device(cores);
    tables.push(await table(page, files));
    await page.context().close();
  }
  assert.equal(tables[1], tables[0]);
  assert.equal(tables[2], tables[0]);
  const names = rows(tables[0]).map(([name]) => name.slice(0, 3));
  assert.deepEqual(names, names.toSorted());
  assert.deepEqual(new Set(names).size, files.length);
  // What was forged is as far from green as ever.
  const classes = new Map(rows(tables[0]).map(([name, verdict, colour]) => [name.slice(0, 3), `${verdict} ${colour}`]));
  assert.equal(classes.get('000'), 'valid green');
  assert.equal(classes.get('003'), 'revoked red');
  assert.equal(classes.get(String(WESTERN.length + 1).padStart(3, '0')), 'valid amber');
});

/** A page whose workers die of a file, or hang in it, that says so at its beginning. */
const MORTAL = `addEventListener('message', (event) => {
  const head = new TextDecoder('latin1').decode((event.data.bytes ?? new Uint8Array()).subarray(0, 40));
  if (/%DIES|%HANGS|%NEVER/.test(head)) event.stopImmediatePropagation();
  if (head.includes('%DIES')) setTimeout(() => { throw new Error('dies'); }, 30);
  if (head.includes('%HANGS')) for (;;);
});\n`;

test('a worker that dies or hangs takes its own file with it, and no other', { timeout: 120_000 }, async () => {
  const folder = join(issuer.folder, 'mortal');
  cpSync(issuer.site, folder, { recursive: true });
  const script = join(folder, 'verify', 'pdf-reader.js');
  writeFileSync(script, MORTAL + readFileSync(script, 'utf8'));
  const other = await serve(folder);
  const page = await device(3, '', other.url);
  const deadly = (word) => Buffer.concat([Buffer.from(`%PDF-1.7\n%${word}\n`), pdf(WESTERN[0])]);
  const order = [1, 2, 'DIES', 4, 'DIES', 'DIES', 5, 6, 'HANGS', 7, 8, 'NEVER', 9, 'DIES', 10, 11];
  const files = order.map((one, n) => file(`${String(n).padStart(3, '0')}.pdf`, typeof one === 'string' ? deadly(one) : pdf(WESTERN[one])));
  const all = rows(await table(page, files));
  assert.deepEqual(all.map(([name]) => name), files.map((path) => basename(path)));
  order.forEach((one, n) => {
    const [, verdict, colour, , number] = all[n];
    if (typeof one === 'string') assert.deepEqual([verdict, colour, number], ['unreadable', 'amber', ''], one);
    else assert.deepEqual([verdict, colour, number], ['valid', 'green', numbers[WESTERN[one]]]);
  });
  await page.context().close();
  await other.stop();
});

test('where a browser starts one worker and no more, that one reads everything', async () => {
  const page = await device(4, `let count = 0;
    globalThis.Worker = class extends Worker {
      constructor(url, options) {
        super((count += 1) === 1 ? url : new URL('missing.js', document.baseURI), options);
      }
    };`);
  const files = WESTERN.map((name, n) => file(`${n}.pdf`, pdf(name)));
  const all = rows(await table(page, files));
  assert.deepEqual(all.map(([, , , , number]) => number), WESTERN.map((name) => numbers[name]));
  assert.deepEqual(all.filter(([, verdict]) => verdict !== 'valid').map(([, verdict]) => verdict), ['revoked']);
  await page.context().close();
});

test('where none can be started, every file is told and none is green', async () => {
  const page = await device(4, 'globalThis.Worker = class { constructor() { throw new Error("no"); } };');
  const all = rows(await table(page, WESTERN.map((name, n) => file(`${n}.pdf`, pdf(name)))));
  assert.deepEqual(all.map(([name, verdict, colour]) => `${name} ${verdict} ${colour}`), WESTERN.map((_, n) => `${n}.pdf unreadable amber`));
  await page.context().close();
});

test('a stopped batch tells what it came to, and goes on no further', async () => {
  const page = await device(2);
  const files = Array.from({ length: 300 }, (_, n) => file(`${String(n).padStart(3, '0')}.pdf`, pdf(WESTERN[n % 3])));
  await page.setInputFiles('#files', files);
  await page.waitForSelector('#batch tbody tr');
  await page.click('#batch .button:not(.primary)');
  await page.waitForSelector('#batch .count');
  const count = await page.locator('#batch tbody tr').count();
  assert.ok(count > 0 && count < files.length, String(count));
  await page.waitForTimeout(500);
  assert.equal(await page.locator('#batch tbody tr').count(), count);
  const names = await page.$$eval('#batch tbody th', (cells) => cells.map((cell) => cell.innerText.trim()));
  assert.deepEqual(names, files.slice(0, count).map((path) => basename(path)));
  await page.context().close();
});
