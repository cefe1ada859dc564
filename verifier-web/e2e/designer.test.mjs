// The designer in Chromium: a template from nothing by mouse, another by keyboard alone, certificates with both, whose codes are scanned
// back; nothing is loaded from elsewhere, and every page of it is for those who read otherwise too.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { Issuer, PROGRAM } from './site.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSWORD = 'correct horse battery';
const SHOTS = process.env.STAFF_SHOTS;
const GROUND = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="297" height="210"><rect width="297" height="210" fill="#f6f2e7"/><rect x="8" y="8" width="281" height="194" fill="none" stroke="#1f5c4d" stroke-width="1.5"/></svg>');
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="100"><path d="M0 0h400v100H0z" fill="#1f5c4d"/></svg>';
const LIST = 'Name,Email,Company\nZoë Ångström,p0@example.org,ACME\nMaximiliana Alexandrina Featherstonehaugh-Konstantinopolitanska,p1@example.org,\nЮлія Щербак,p2@example.org,ACME\n';

let issuer, browser, service, base, session;

const freePort = () => new Promise((resolve) => {
  const server = createServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

before(async () => {
  issuer = new Issuer();
  // What is published says of every certificate to come that it is not revoked.
  issuer.run('publish', '--out', issuer.site);
  const port = await freePort();
  base = `http://localhost:${port}`;
  const env = { ...process.env, TESTAMUR_PASSPHRASE: 'only for tests', TESTAMUR_DATA: join(issuer.folder, 'data') };
  service = spawn(PROGRAM, ['serve', '--listen', `127.0.0.1:${port}`, '--public-url', base, '--site', issuer.site, '--log', 'text'], { env });
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
  browser = await launch();
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(link.replace(/^http:\/\/[^/]+/, base));
  await page.locator('[name=name]').fill('Ada');
  await page.locator('[name=email]').fill('ada@example.org');
  await page.locator('[name=new]').fill(PASSWORD);
  await page.locator('[name=repeat]').fill(PASSWORD);
  await page.locator('main form button[type=submit]').first().click();
  await page.goto(`${base}/staff/login`);
  await page.locator('[name=email]').fill('ada@example.org');
  await page.locator('[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.waitForURL(`${base}/staff`);
  session = join(issuer.folder, 'session.json');
  await context.storageState({ path: session });
  for (const code of ['MOUSE', 'KEYS']) await event(page, code);
  await context.close();
});

after(async () => {
  await browser?.close();
  if (service && service.exitCode === null) await new Promise((resolve) => { service.once('exit', resolve); service.kill(); });
  issuer?.remove();
});

/** An event with a list, that is over. */
async function event(page, code) {
  const press = (name) => page.getByRole('button', { name, exact: true }).first().click();
  await page.goto(`${base}/staff/events/new`);
  await page.locator('[name=title]').fill(`Applied ${code}`);
  await page.locator('[name=code]').fill(code);
  await page.locator('[name=signatory1]').fill('Jane Doe');
  await press('Create event');
  await page.goto(`${base}/staff/events/${code}/import`);
  await page.locator('[name=file]').setInputFiles({ name: 'l.csv', mimeType: 'text/csv', buffer: Buffer.from(LIST) });
  await press('Look at the list');
  await press('Take in 3 people');
  await page.getByText('The list was taken in.').waitFor();
}

/** A page of the session on which anything that goes wrong is kept. */
async function opened() {
  const context = await browser.newContext({ storageState: session, locale: 'en-GB', viewport: { width: 1440, height: 1000 }, acceptDownloads: true });
  const page = await context.newPage();
  page.wrongs = [];
  page.on('pageerror', (error) => page.wrongs.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') page.wrongs.push(message.text()); });
  page.on('request', (request) => { if (!request.url().startsWith(base) && !request.url().startsWith('data:')) page.wrongs.push(request.url()); });
  page.handles = (count) => page.waitForFunction((n) => document.querySelectorAll('.handle').length === n, count);
  /** Where an element is, as the service says. */
  page.area = (at) => page.locator(`[data-element="${at}"]`).getAttribute('data-area').then((area) => area.split(' ').map(Number));
  /** Waits until the service has answered what was done. */
  page.after = async (act) => {
    const seen = await page.locator('#design').getAttribute('data-seen');
    await act();
    await page.waitForFunction((old) => document.querySelector('#design')?.dataset.seen !== old, seen);
  };
  return page;
}

/** Drags from the middle of a node by so many millimetres. */
async function drag(page, selector, dx, dy, held = false) {
  await page.locator(selector).scrollIntoViewIfNeeded();
  const scale = await page.evaluate(() => document.querySelector('.handles').clientWidth / Number(document.querySelector('#design').dataset.width));
  const box = await page.locator(selector).boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  if (held) await page.keyboard.down('Control');
  for (let part = 1; part <= 8; part += 1) await page.mouse.move(x + (dx * scale * part) / 8, y + (dy * scale * part) / 8);
  const said = await page.locator('.beside').evaluate((label) => label.textContent);
  await page.mouse.up();
  if (held) await page.keyboard.up('Control');
  return said;
}

/** Drops an SVG on the page, so many millimetres from its corner. */
async function drop(page, name, svg, [x, y]) {
  const files = await page.evaluateHandle(([text, called]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], called, { type: 'image/svg+xml' }));
    return transfer;
  }, [svg, name]);
  const box = await page.locator('.sheet img').boundingBox();
  const scale = box.width / Number(await page.locator('#design').getAttribute('data-width'));
  await page.locator('.sheet').dispatchEvent('drop', { dataTransfer: files, clientX: box.x + x * scale, clientY: box.y + y * scale });
}

/** Issues with a template, and returns the first certificate's file. */
async function issued(page, code, name) {
  await page.goto(`${base}/staff/events/${code}/template`);
  await page.locator(`[name=template][value=${name}]`).check();
  await page.getByRole('button', { name: 'Use this template', exact: true }).click();
  await page.getByText('Saved').first().waitFor().catch(() => {});
  await page.goto(`${base}/staff/events/${code}/state`);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.goto(`${base}/staff/events/${code}/generate`);
  await page.getByRole('button', { name: 'Make 3 certificates', exact: true }).click();
  await page.getByText(/^(Done|Done, with failures)$/).first().waitFor({ timeout: 60_000 });
  await page.goto(`${base}/staff/certificates?event=${code}`);
  await page.locator('tbody a').first().click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'PDF', exact: true }).click()]);
  const file = join(issuer.folder, `${code}.pdf`);
  writeFileSync(file, readFileSync(await download.path()));
  return file;
}

/** Prints a certificate, scans its code with another program, and verifies what it says. */
function scanned(file) {
  const stem = file.replace('.pdf', '');
  execFileSync('pdftoppm', ['-r', '150', '-png', '-singlefile', file, stem]);
  const text = execFileSync('zbarimg', ['--raw', '-q', `${stem}.png`], { encoding: 'utf8' }).trim();
  assert.match(text, /^https:\/\/certs\.example\.org\/verify\/#1\d+$/);
  const [verdict] = issuer.verify(`${stem}.png`);
  assert.equal(verdict.code ?? verdict.verdict, 'valid', JSON.stringify(verdict));
  return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
}

test('a template is made from nothing by mouse, and certificates with it are scanned back', async () => {
  const page = await opened();
  await page.goto(`${base}/staff/templates`);
  await page.getByRole('link', { name: 'Design a template', exact: true }).click();
  await page.locator('[name=title]').fill('By mouse');
  await page.getByRole('button', { name: 'Begin', exact: true }).click();
  await page.locator('#design').waitFor();
  const design = page.url().split('?')[0].split('#')[0];

  let count = 0;
  for (const name of ['Name', 'Event title', 'Date', 'Number', 'Signatories', 'QR code']) {
    await page.getByRole('button', { name, exact: true }).first().click();
    await page.handles(count += 1);
  }
  // The background is dropped on the page: it has its shape.
  await page.after(() => drop(page, 'ground.svg', GROUND.toString(), [20, 20]));
  assert.equal(await page.locator('.handle').count(), 6, 'it lies under everything');
  await page.getByText('Nothing is wrong with it.').waitFor();

  // The picture has the shape of the page, and the handles lie on it.
  const [picture, overlay] = [await page.locator('.sheet img').boundingBox(), await page.locator('.handles').boundingBox()];
  assert.ok(Math.abs(picture.width / picture.height - 297 / 210) < 0.005, JSON.stringify(picture));
  for (const side of ['x', 'y', 'width', 'height']) assert.ok(Math.abs(picture[side] - overlay[side]) < 1.1, `${side}: ${JSON.stringify([picture, overlay])}`);

  // Dragged, it goes where the mouse goes; near the middle of the page it is drawn there.
  const [x, y, w] = await page.area(0);
  let numbers = '';
  await page.after(async () => { numbers = await drag(page, '.handle[data-at="0"]', 31, 8, true); });
  assert.match(numbers, /^x [\d.]+ mm · [\d.]+ pt\ny [\d.]+ mm · [\d.]+ pt$/, 'numbers beside the mouse');
  let now = await page.area(0);
  assert.ok(Math.abs(now[0] - x - 31) < 0.5 && Math.abs(now[1] - y - 8) < 0.5, `${now}`);
  await page.after(() => drag(page, '.handle[data-at="0"]', -30.2, 0));
  now = await page.area(0);
  assert.ok(Math.abs(now[0] + w / 2 - 148.5) < 0.06, `drawn to the middle: ${now}`);
  // Made larger by its corner.
  await page.after(() => drag(page, '.grip[data-way="se"]', 12, 6, true));
  const larger = await page.area(0);
  assert.ok(Math.abs(larger[2] - now[2] - 12) < 0.5 && Math.abs(larger[3] - now[3] - 6) < 0.5, `${larger}`);
  // By each side and corner that there is room for: what lies opposite stays where it is.
  const ways = await page.locator('.grip:visible').evaluateAll((grips) => grips.map((grip) => grip.dataset.way));
  assert.deepEqual(ways, ['se', 's', 'sw', 'w', 'nw', 'n', 'ne', 'e']);
  for (const [way, dx, dy, moves] of [['nw', -4, -3, [-4, -3, 4, 3]], ['n', 5, 2, [0, 2, 0, -2]], ['ne', 3, -2, [0, -2, 3, 2]], ['e', 4, 5, [0, 0, 4, 0]], ['s', 5, 3, [0, 0, 0, 3]], ['sw', 4, -2, [4, 0, -4, -2]], ['w', 3, 5, [3, 0, -3, 0]]]) {
    const old = await page.area(0);
    await page.after(() => drag(page, `.grip[data-way="${way}"]`, dx, dy, true));
    const done = await page.area(0);
    assert.ok(moves.every((by, side) => Math.abs(done[side] - old[side] - by) < 0.5), `${way}: ${old} became ${done}`);
    assert.ok(way.includes('w') === false || Math.abs(done[0] + done[2] - old[0] - old[2]) < 0.02, `${way}: the right edge stays`);
  }
  // The code never smaller than it can be read, and it is said.
  await page.locator('.handle[data-at="5"]').click();
  await page.after(() => drag(page, '.grip[data-way="se"]', -30, -30, true));
  assert.ok((await page.area(5))[2] >= 35.6, `${await page.area(5)}`);
  // From its other corner it grows, square, away from the one that stays.
  const code = await page.area(5);
  await page.after(() => drag(page, '.grip[data-way="nw"]', -5, -2, true));
  const grown = await page.area(5);
  assert.ok(Math.abs(grown[2] - code[2] - 5) < 0.5 && grown[2] === grown[3], `${code} became ${grown}`);
  assert.ok(Math.abs(grown[0] + grown[2] - code[0] - code[2]) < 0.02 && Math.abs(grown[1] + grown[3] - code[1] - code[3]) < 0.02, `${code} became ${grown}`);
  await page.locator('#element-5 [name=size]').fill('20');
  await page.locator('#element-5 [name=size]').press('Enter');
  await page.locator('#design .notice.red').first().waitFor();
  assert.match(await page.locator('#design .notice.red').first().innerText(), /35\.6 mm/);
  await page.locator('#element-5 [name=size]').fill('42');
  await page.after(() => page.locator('#element-5 [name=size]').press('Enter'));
  // Two in line with each other.
  await page.locator('.handle[data-at="1"]').click();
  await page.locator('.handle[data-at="3"]').click({ modifiers: ['Shift'] });
  await page.locator('#among').selectOption('each');
  await page.after(() => page.locator('.layers [value=bottom]').click());
  const [one, other] = [await page.area(1), await page.area(3)];
  assert.equal(one[1] + one[3], other[1] + other[3]);

  // Steps back are there after a reload, and forward again.
  await page.reload();
  await page.handles(6);
  const before = await page.area(5);
  await page.after(() => page.getByRole('button', { name: /^Undo/ }).click());
  await page.after(() => page.getByRole('button', { name: /^Undo/ }).click());
  assert.notDeepEqual(await page.area(5), before);
  await page.reload();
  await page.handles(6);
  await page.after(() => page.getByRole('button', { name: /^Do again/ }).click());
  await page.after(() => page.getByRole('button', { name: /^Do again/ }).click());
  assert.deepEqual(await page.area(5), before);

  // With the event's own list: the long name shrinks, and is shown.
  await page.locator('#whom-event').selectOption('MOUSE');
  await page.getByRole('button', { name: 'Draw', exact: true }).click();
  await page.locator('.found-names table').first().waitFor();
  await page.locator('#element-0 summary').click();
  await page.locator('#e0-size').fill('60');
  await page.after(() => page.locator('#e0-size').press('Enter'));
  await page.locator('#e0-width').fill('90');
  await page.after(() => page.locator('#e0-width').press('Enter'));
  await page.locator('.found-names').getByText(/One of 3 names shrinks below 9 pt|One of 3 cannot be printed/).first().waitFor();
  await page.locator('.found-names tbody a', { hasText: 'Featherstonehaugh' }).first().click();
  await page.locator('#whom-person').waitFor();
  assert.notEqual(await page.locator('#whom-person').inputValue(), '');
  await page.locator('#element-0 summary').click();
  await page.locator('#e0-width').fill('250');
  await page.after(() => page.locator('#e0-width').press('Enter'));
  await page.locator('#e0-x').fill('23.5');
  await page.after(() => page.locator('#e0-x').press('Enter'));
  await page.locator('#e0-size').fill('32');
  await page.after(() => page.locator('#e0-size').press('Enter'));

  // A logo is dropped where it is to be, a signature on whose it is; words are written where one clicks twice.
  await page.after(() => drop(page, 'logo.svg', LOGO, [60, 25]));
  await page.handles(7);
  const [lx, ly, lw, lh] = await page.area(6);
  assert.ok(Math.abs(lx + lw / 2 - 60) < 0.3 && Math.abs(ly + lh / 2 - 25) < 0.3 && Math.abs(lw / lh - 4) < 0.1, `${[lx, ly, lw, lh]}`);
  // It says nothing yet to those who hear the page, which is told beside it; then it is read in its place.
  await page.locator('#element-6 .notice', { hasText: 'says nothing to those who hear the page' }).waitFor();
  await page.locator('#e6-alt').fill('Our logo');
  await page.after(() => page.locator('#e6-alt').press('Enter'));
  await page.locator('#e6-order').fill('1');
  await page.after(() => page.locator('#e6-order').press('Enter'));
  assert.match(await page.locator('ol.heard li').first().innerText(), /Picture\s+Our logo/);
  assert.equal(await page.locator('#element-6 .notice').count(), 0);
  await page.locator('ol.heard a', { hasText: 'participant_name' }).click();
  await page.locator('.inspector #element-0').waitFor();
  assert.ok(await page.evaluate(() => document.activeElement?.matches('#e0-text')), 'from what is read to where it is written');
  const [sx, sy, sw, sh] = await page.area(4);
  await page.after(() => drop(page, 'jane.svg', LOGO, [sx + sw * 0.75, sy + sh / 2]));
  assert.deepEqual(await page.evaluate((path) => fetch(path).then((answer) => answer.json()).then((one) => one.document.elements[4].people.map((person) => person.image ?? null)), `/api/v1${new URL(design).pathname.replace('/staff', '')}`), ['signature_1', 'jane.svg']);
  await page.locator('.handle[data-at="1"]').dblclick({ position: { x: 40, y: 4 } });
  assert.ok(await page.evaluate(() => document.activeElement?.matches('#e1-text')), 'where its words are');
  assert.ok(await page.locator('.inspector #element-1').count() === 1, 'beside the page');
  // A column or date is put in where one wrote last, and the next one behind it.
  await page.locator('#e1-text').fill('Title:  of');
  await page.locator('#e1-text').evaluate((text) => text.setSelectionRange(7, 7));
  await page.after(() => page.locator('#e1-insert').focus());
  await page.after(() => page.locator('#e1-insert').selectOption('event_title'));
  assert.equal(await page.locator('#e1-text').inputValue(), 'Title: {event_title} of');
  await page.after(() => page.locator('#e1-insert').selectOption('issue_date:short'));
  assert.equal(await page.locator('#e1-text').inputValue(), 'Title: {event_title}{issue_date:short} of');
  await page.locator('#e1-text').fill('{event_title}');
  await page.after(() => page.locator('#e1-text').press('Tab'));
  // Anybody of the list is found by a part of the name, and gone on from.
  await page.locator('#whom-person').fill('ngstr');
  await page.getByRole('button', { name: 'Draw', exact: true }).click();
  await page.getByText('Zoë Ångström, number').waitFor();

  await readable(design);
  await page.getByRole('link', { name: 'Keep it as a template', exact: true }).click();
  await page.locator('[name=name]').fill('by-mouse');
  await page.getByRole('button', { name: 'Keep it', exact: true }).click();
  await page.getByText('The template is kept.').waitFor();
  assert.deepEqual(page.wrongs.filter((wrong) => !/422/.test(wrong)), []);
  const text = scanned(await issued(page, 'MOUSE', 'by-mouse'));
  assert.match(text, /Applied\s+MOUSE/);
  await page.context().close();
});

/** Presses Tab until it is there, as somebody does who has no mouse. */
async function tabTo(page, selector, key = 'Tab') {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`no way by keyboard to ${selector}`);
}

test('a template is made by keyboard alone, and certificates with it are scanned back', async () => {
  const page = await opened();
  await page.goto(`${base}/staff/template-designs`);
  await tabTo(page, 'main [name=title]');
  await page.keyboard.type('By keyboard');
  await tabTo(page, 'main form.card button[type=submit]');
  await page.keyboard.press('Enter');
  await page.locator('#design').waitFor();
  let count = 0;
  for (const kind of ['name', 'event', 'number', 'qr', 'text']) {
    await tabTo(page, `[name=kind][value=${kind}]`);
    await page.keyboard.press('Enter');
    await page.handles(count += 1);
  }
  // Moved by 1, 10 and a tenth of a millimetre; the order of Tab is that of the layers.
  await tabTo(page, '.handle[data-at="0"]', 'Shift+Tab');
  const [x, y] = await page.area(0);
  await page.after(async () => {
    for (const keys of ['ArrowDown', 'ArrowDown', 'Shift+ArrowUp', 'Alt+ArrowRight', 'Alt+ArrowRight', 'ArrowLeft']) await page.keyboard.press(keys);
  });
  const moved = await page.area(0);
  assert.deepEqual([moved[0] - x, moved[1] - y].map((by) => Math.round(by * 10) / 10), [-0.8, -8]);
  await tabTo(page, '.grip');
  await page.after(() => page.keyboard.press('Shift+ArrowRight'));
  assert.equal(Math.round((await page.area(0))[2] - moved[2]), 10);
  // The other sides by the same keys; one stays at what one moves.
  const wider = await page.area(0);
  await tabTo(page, '.grip[data-way="w"]');
  await page.after(async () => { for (const keys of ['ArrowLeft', 'ArrowLeft', 'ArrowUp']) await page.keyboard.press(keys); });
  const again = await page.area(0);
  assert.deepEqual([0, 1, 2, 3].map((side) => Math.round((again[side] - wider[side]) * 10) / 10), [-2, 0, 2, 0]);
  assert.ok(await page.evaluate(() => document.activeElement?.matches('.grip[data-way="w"]')), 'one stays where one is');
  await page.after(() => page.keyboard.press('Shift+ArrowRight'));
  await tabTo(page, '.handle[data-at="1"]');
  await page.after(() => page.keyboard.press('PageUp'));
  assert.match(await page.locator('[data-element="2"]').getAttribute('data-label'), /event_title/);
  assert.ok(await page.evaluate(() => document.activeElement?.matches('.handle[data-at="2"]')), 'one stays where one is');
  await page.after(() => page.keyboard.press('Control+d'));
  await page.handles(6);
  await page.after(() => page.keyboard.press('Delete'));
  await page.handles(5);
  await page.after(() => page.keyboard.press('Control+z'));
  await page.handles(6);
  await page.after(() => page.keyboard.press('Control+Shift+z'));
  await page.handles(5);
  // A line has its two ends, and a shape is never smaller than a millimetre.
  await tabTo(page, '[name=kind][value=line]', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.handles(6);
  const line = await page.area(5);
  await tabTo(page, '.handle[data-at="5"]', 'Shift+Tab');
  assert.deepEqual(await page.locator('.grip').evaluateAll((grips) => grips.map((grip) => grip.dataset.way)), ['first', 'other']);
  await tabTo(page, '.grip[data-way="other"]');
  await page.after(() => page.keyboard.press('Shift+ArrowDown'));
  assert.deepEqual((await page.area(5)).map((side, at) => Math.round((side - line[at]) * 10) / 10), [0, 0, 0, 10]);
  await tabTo(page, '.handle[data-at="5"]', 'Shift+Tab');
  await page.after(() => page.keyboard.press('Delete'));
  await page.handles(5);
  // The words of a text are written where its numbers are.
  await tabTo(page, '#element-4 summary');
  if (!(await page.locator('#element-4').evaluate((one) => one.open))) await page.keyboard.press('Enter');
  await tabTo(page, '#e4-text');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('has learnt to draw maps');
  await page.after(() => page.keyboard.press('Tab'));
  assert.match(await page.locator('#element-4').getAttribute('data-label'), /learnt to draw maps/);
  // Locked, it stays.
  await tabTo(page, '.handle[data-at="4"]', 'Shift+Tab');
  await page.after(() => page.keyboard.press('l'));
  const fixed = await page.area(4);
  await page.keyboard.press('ArrowDown');
  await page.waitForTimeout(600);
  assert.deepEqual(await page.area(4), fixed);
  await page.getByText('Nothing is wrong with it.').waitFor();
  await tabTo(page, 'a[href$="/keep"]', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.locator('[name=name]').waitFor();
  await tabTo(page, '[name=name]');
  await page.keyboard.type('by-keyboard');
  await page.keyboard.press('Enter');
  await page.getByText('The template is kept.').waitFor();
  assert.deepEqual(page.wrongs, []);
  const text = scanned(await issued(page, 'KEYS', 'by-keyboard'));
  assert.match(text, /has learnt to draw maps/);
  await page.context().close();
});

/** The pages of a design for those who read otherwise, on a phone and on a desk. */
async function readable(design) {
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  for (const [width, colorScheme] of [[390, 'light'], [768, 'dark'], [1440, 'light'], [1440, 'dark']]) {
    const context = await browser.newContext({ storageState: session, locale: 'en-GB', viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    const page = await context.newPage();
    for (const path of [`${base}/staff/template-designs`, design, `${design}?event=MOUSE&pick=0`, `${design}/names?event=MOUSE`, `${design}/side-by-side?event=MOUSE`, `${design}/keep`, `${design}/discard`]) {
      const answer = await page.goto(path);
      assert.equal(answer.status(), 200, path);
      if (path.startsWith(design) && !/names|side|keep|discard/.test(path)) await page.locator('.handle').first().waitFor();
      // There is room for all on a desk, also before the picture has come.
      if (path.endsWith('pick=0') && width === 1440) assert.equal(await page.locator('.grip:visible').count(), 8, path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${path} is ${wide} wide at ${width}`);
      await page.addScriptTag({ content: AXE });
      const found = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(found.violations.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]), [], `${path} ${width} ${colorScheme}`);
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `designer_${path.slice(base.length).replaceAll(/\W+/g, '_').slice(-40)}-${width}-${colorScheme}.png`), fullPage: true });
    }
    await context.close();
  }
}

test('without script the same page is forms with numbers', async () => {
  const context = await browser.newContext({ storageState: session, locale: 'en-GB', javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/staff/template-designs`);
  await page.locator('[name=from][value=minimal]').check();
  await page.getByRole('button', { name: 'Begin', exact: true }).click();
  await page.locator('#element-0 summary').click();
  const field = page.locator('#element-0 input[name=y], #element-0 input[name=y1]').first();
  await field.fill('31.5');
  await page.locator('#element-0').getByRole('button', { name: 'Set', exact: true }).click();
  assert.equal(await page.locator('#element-0 input[name=y], #element-0 input[name=y1]').first().inputValue(), '31.5');
  assert.ok(await page.locator('.sheet img').evaluate((image) => image.decode().then(() => image.naturalWidth > 300)));
  await page.getByRole('button', { name: 'Undo (1)', exact: true }).click();
  await page.getByRole('link', { name: 'Throw the design away', exact: true }).click();
  await page.getByRole('button', { name: 'Throw the design away', exact: true }).click();
  await page.getByText('The design is gone.').waitFor();
  await context.close();
});
