// The staff's pages in Chromium: from an empty folder and a one-time link to certificates that are delivered and verify, by a person
// who never sees a terminal; then the same road without script, and every page for those who read otherwise.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launch } from './browser.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = process.env.TESTAMUR_BIN ?? join(ROOT, 'target', 'debug', 'testamur');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PEOPLE = Number(process.env.STAFF_PEOPLE ?? 500);
const SHOTS = process.env.STAFF_SHOTS;
const PASSWORD = 'correct horse battery';

let browser, folder, service, sink, base, link;
const mails = () => join(folder, 'mails');

const freePort = () => new Promise((resolve) => {
  const server = createServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Starts a program and resolves with what it printed once that holds a text. */
function started(child, wanted) {
  let text = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not started: ${text}`)), 60_000);
    const heard = (data) => {
      text += data;
      const found = text.match(wanted);
      if (found) { clearTimeout(timer); resolve(found); }
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', heard);
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
  });
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'testamur-staff-'));
  mkdirSync(mails());
  const [port, smtp] = [await freePort(), await freePort()];
  sink = spawn(join(ROOT, 'scripts', 'mail-sink'), [mails(), String(smtp)]);
  await started(sink, /\d+/);
  service = spawn(PROGRAM, ['--data', join(folder, 'data'), 'serve', '--listen', `127.0.0.1:${port}`, '--log', 'text']);
  [link] = await started(service, /http:\S+begin\S+/);
  base = `http://127.0.0.1:${port}`;
  globalThis.smtp = smtp;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  service?.kill();
  sink?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** A list as people send them: a title row, other columns, names of many scripts, one that is asked about. */
function list(count) {
  const names = ['Zoë Ångström', 'José García', 'Nguyễn Văn An', 'Мария Иванова', 'محمد علي', '山田 太郎', 'Grace Hopper'];
  const rows = ['Kurs Kartographie;;;;', ';;;;', 'Nachname, Vorname oder Name;E-Mail-Adresse;Firma;Bemerkung;Nr.'];
  rows[2] = 'Name;E-Mail;Firma;Bemerkung;Nr.';
  for (let i = 0; i < count; i += 1) {
    const name = i === 41 ? 'Test Test' : `${names[i % 7]}${i < 7 ? '' : ` ${String.fromCharCode(65 + (i % 26))}${'aeiou'[i % 5]}l${'aeiou'[(i >> 3) % 5]}`}`;
    rows.push(`${name};person${i}@example.org;ACME;;${i + 1}`);
  }
  return Buffer.from(rows.join('\r\n'));
}

/** To whom of the list something was delivered; who started the runs is told of their ends besides. */
function delivered() {
  const sent = readdirSync(mails()).filter((name) => name.endsWith('.eml'));
  const to = sent.map((name) => readFileSync(join(mails(), name), 'utf8').match(/^To:[^\r\n]*?(person\d+@example\.org)/m)?.[1] ?? '');
  return to.filter((address) => address !== '');
}

const LOGO = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="80"><rect width="200" height="80" rx="12" fill="#1f5c4d"/><circle cx="40" cy="40" r="24" fill="#fff"/></svg>');

test('a one-time link leads to certificates that are delivered and verify, in at most 60 clicks and fields', async () => {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  const wrongs = [];
  page.on('console', (message) => { if (message.type() === 'error') wrongs.push(message.text()); });
  page.on('request', (request) => { if (!request.url().startsWith(base)) wrongs.push(request.url()); });
  let acts = 0;
  const click = async (text) => {
    acts += 1;
    await page.locator('main, .menu').getByRole('button', { name: text, exact: true }).or(page.locator('main, .menu').getByRole('link', { name: text, exact: true })).first().click();
  };
  const fill = async (label, value) => { acts += 1; await page.getByLabel(label, { exact: false }).first().fill(value); };
  const step = async (name) => { acts += 1; await page.locator('.steps a', { hasText: name }).click(); };

  await page.goto(link);
  await page.locator('[name=issuer]').fill('Example Academy'); acts += 1;
  await page.locator('[name=domain]').fill('localhost'); acts += 1;
  await page.locator('[name=name]').fill('Ada Lovelace'); acts += 1;
  await page.locator('[name=email]').fill('ada@example.org'); acts += 1;
  await page.locator('[name=password]').fill(PASSWORD); acts += 1;
  await page.locator('[name=password_again]').fill(PASSWORD); acts += 1;
  await page.locator('[name=passphrase]').fill('four words of chance'); acts += 1;
  await page.locator('[name=again]').fill('four words of chance'); acts += 1;
  await page.locator('[name=relay]').fill('127.0.0.1'); acts += 1;
  await page.locator('[name=from]').fill('Example Academy <office@example.org>'); acts += 1;
  await page.locator('[name=port]').fill(String(globalThis.smtp)); acts += 1;
  await page.locator('[name=security]').selectOption('none'); acts += 1;
  await click('Set up');
  assert.match(await page.locator('main').innerText(), /did:web:localhost/);
  // The service itself starts now; a person takes longer to read the sheet.
  await page.waitForFunction((address) => fetch(address).then((answer) => answer.status === 200).catch(() => false), `${base}/staff.css`, { polling: 300 }).catch(() => {});
  for (let tries = 0; tries < 50 && !(await fetch(`${base}/staff/login`).then((answer) => answer.ok).catch(() => false)); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await click('Log in');
  await fill('E-mail', 'ada@example.org');
  await fill('Password', PASSWORD);
  await click('Log in');
  await click('New event');
  await fill('Title', 'Applied Cartography');
  await page.locator('[name=code]').fill('maps26'); acts += 1;
  await page.locator('[name=signatory1]').fill('Jane Doe'); acts += 1;
  await page.locator('[name=signatory1_title]').fill('Director'); acts += 1;
  await click('Create event');
  await step('Participants');
  await page.locator('[name=file]').setInputFiles({ name: 'liste.csv', mimeType: 'text/csv', buffer: list(PEOPLE) }); acts += 1;
  await click('Look at the list');
  await page.getByText('A person called Test Test').click(); acts += 1;
  await click('Answer');
  await click(`Take in ${PEOPLE} people`);
  await click('Event');
  await step('Template');
  await page.locator('[name=template][value=classic]').check(); acts += 1;
  await page.locator('[name=logo]').setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: LOGO }); acts += 1;
  await click('Use this template');
  const specimen = await page.locator('figure img').evaluate((image) => image.decode().then(() => image.naturalWidth));
  assert.ok(specimen > 600, `${specimen}`);
  await page.locator('.trail a').last().click(); acts += 1;
  await step('Completion');
  await click('Save');
  await step('Certificates');
  await click(`Make ${PEOPLE} certificates`);
  await page.waitForSelector('main .figures .green:has-text("done")');
  await page.getByRole('link', { name: 'Send', exact: true }).waitFor({ timeout: 180_000 });
  await click('Send');
  await click(`Send ${PEOPLE} messages`);
  await page.getByRole('link', { name: 'Mail', exact: true }).last().waitFor();
  for (let tries = 0; tries < 600 && delivered().length < PEOPLE; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.equal(delivered().length, PEOPLE);
  assert.equal(new Set(delivered()).size, PEOPLE, 'nobody twice');
  await click('Keys and publishing');
  await click('Publish now');
  await page.waitForSelector('text=Done', { timeout: 60_000 });
  console.log(`# ${acts} clicks and fields for ${PEOPLE} certificates`);
  assert.ok(acts <= 60, `${acts}`);
  assert.deepEqual(wrongs, []);

  // One that was issued, fetched as a person fetches it, is verified by the page of the same site.
  await page.goto(`${base}/staff/search?q=garc`);
  await page.locator('tbody a', { hasText: 'José García' }).first().click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'PDF', exact: true }).click()]);
  const file = await download.path();
  const pdf = join(folder, 'one.pdf');
  writeFileSync(pdf, readFileSync(file));
  await page.goto(`${base}/verify/`);
  await page.waitForSelector('body[data-ready]');
  await page.setInputFiles('#drop input[type=file]', pdf);
  await page.waitForSelector('#verdict[data-verdict]');
  assert.equal(await page.locator('#verdict').getAttribute('data-verdict'), 'valid');
  await context.storageState({ path: join(folder, 'session.json') });
  await context.close();
});

const PAGES = ['', '/events', '/events?archived=yes', '/events/new', '/events/MAPS26', '/events/MAPS26/change', '/events/MAPS26/copy',
  '/events/MAPS26/course', '/events/MAPS26/import', '/events/MAPS26/imports', '/events/MAPS26/languages', '/events/MAPS26/badge',
  '/events/MAPS26/people', '/events/MAPS26/people?state=issued', '/events/MAPS26/people/new', '/events/MAPS26/people/person1%40example.org',
  '/events/MAPS26/chosen?act=exclude&which=but&q=garc', '/events/MAPS26/rule', '/events/MAPS26/template', '/events/MAPS26/template?list=yes',
  '/events/MAPS26/state', '/events/MAPS26/generate?over=already_issued', '/events/MAPS26/send', '/events/MAPS26/exceptions',
  '/events/MAPS26/exceptions/new', '/events/MAPS26/exceptions/upload', '/events/MAPS26/exclusions/new', '/events/MAPS26/exclusions/upload', '/events/MAPS26/duplicates',
  '/events/MAPS26/merge?one=person1%40example.org&other=person8%40example.org', '/events/MAPS26/spot-check', '/search', '/search?q=garc',
  '/duplicates', '/certificates?event=MAPS26', '/certificates/batch?act=revoke&which=but&event=MAPS26', '/certificates/CERT-MAPS26-2026-00001',
  '/certificates/CERT-MAPS26-2026-00001/revoke', '/certificates/CERT-MAPS26-2026-00001/reissue', '/deliveries', '/deliveries?event=MAPS26',
  '/deliveries/batch?which=but&state=bounced', '/runs', '/runs/together', '/corrections', '/address-requests', '/approvals', '/templates',
  '/templates/classic', '/templates/classic/try', '/templates/classic/roll-out', '/template-uploads', '/template-uploads?event=MAPS26',
  '/publishing', '/publishing/rotate', '/publishing/ceremony', '/publishing/site', '/publishing/k1/drill', '/publishing/k1/stolen', '/unlock',
  '/account', '/account/password', '/account/second-step', '/account/tokens/new', '/team', '/team/new', '/team/webhooks', '/team/webhooks/new',
  '/audit', '/audit/check', '/settings', '/settings/mail', '/settings/address', '/settings/upkeep', '/backups'];

/** Pages that only records lead to: a run, a message, an import, a member of staff. */
async function led(page) {
  const ways = [['/runs', 'tbody a[href*="/runs/"]'], ['/deliveries?event=MAPS26', 'tbody a[href*="/deliveries/"]'],
    ['/events/MAPS26/imports', 'tbody a[href*="/imports/"]'], ['/team', 'tbody a[href*="/team/"]']];
  const found = [];
  for (const [path, link] of ways) {
    await page.goto(`${base}/staff${path}`);
    const href = await page.locator(link).first().getAttribute('href');
    found.push(href.replace(/^.*\/staff\//, '/'));
  }
  return found;
}

test('every page is readable for everybody, at each width, light and dark, and nothing sticks out', async () => {
  const ways = [[390, 'light'], [390, 'dark'], [768, 'light'], [1440, 'light'], [1440, 'dark'], [1920, 'light']];
  // In short: on a phone by day and on a desk by night.
  for (const [width, colorScheme] of process.env.STAFF_SHORT ? [ways[0], ways[4]] : ways) {
    const context = await browser.newContext({
      storageState: join(folder, 'session.json'), locale: 'en-GB', viewport: { width, height: 900 }, colorScheme, bypassCSP: true,
    });
    const page = await context.newPage();
    for (const path of [...PAGES, ...await led(page)]) {
      const answer = await page.goto(`${base}/staff${path}`);
      assert.equal(answer.status(), 200, path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${path} is ${wide} wide at ${width}`);
      await page.addScriptTag({ content: AXE });
      const found = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(found.violations.map(({ id, nodes }) => [id, nodes[0].html]), [], `${path} ${width} ${colorScheme}`);
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `${path.replaceAll(/\W+/g, '_') || 'home'}-${width}-${colorScheme}.png`), fullPage: true });
    }
    await context.close();
  }
});

test('the main road goes without script', async () => {
  const context = await browser.newContext({ storageState: join(folder, 'session.json'), locale: 'en-GB', javaScriptEnabled: false });
  const page = await context.newPage();
  const press = (name) => page.getByRole('button', { name, exact: true }).click();
  await page.goto(`${base}/staff/events/new`);
  await page.locator('[name=title]').fill('Without script');
  await page.locator('[name=code]').fill('PLAIN');
  await press('Create event');
  await page.locator('.steps a', { hasText: 'Participants' }).click();
  await page.locator('[name=file]').setInputFiles({ name: 'l.csv', mimeType: 'text/csv', buffer: Buffer.from('Name,Email\nGrace Hopper,grace@example.org\n') });
  await press('Look at the list');
  await press('Take in one person');
  await page.goto(`${base}/staff/events/PLAIN/template`);
  await press('Use this template');
  await page.goto(`${base}/staff/events/PLAIN/state`);
  await press('Save');
  await page.goto(`${base}/staff/events/PLAIN/generate`);
  await press('Make one certificate');
  for (let tries = 0; tries < 60 && !(await page.locator('main').innerText()).includes('Done'); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await page.reload();
  }
  await page.goto(`${base}/staff/certificates?event=PLAIN`);
  assert.match(await page.locator('main').innerText(), /Grace Hopper[\s\S]*In force/);
  await context.close();
});
