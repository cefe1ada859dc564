// The staff's pages in Chromium: from an empty folder and a one-time link to certificates that are delivered and verify, by a person
// who never sees a terminal; then the same road without script, by keys alone, and every page for those who read otherwise.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launch, openIn, paste } from './browser.mjs';
import { day, names, readCsv, workbook, writeCsv } from './workbook.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = process.env.TESTAMUR_BIN ?? join(ROOT, 'target', 'debug', 'testamur');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PEOPLE = Number(process.env.STAFF_PEOPLE ?? 500);
const SHORT = process.env.STAFF_SHORT !== undefined;
// All of them, as they looked, for whoever looks at them: where there is time for that.
const SHOTS = process.env.STAFF_SHOTS ?? (SHORT ? undefined : join(ROOT, 'target', 'staff-pages'));
const PASSWORD = 'correct horse battery';

let browser, folder, service, sink, base, link, sheet;
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

/** Where people have their mail: one domain is sent few messages a minute. */
const DOMAINS = ['example.com', 'example.org', 'example.net', 'uni.example.org', 'works.example.com', 'post.example.net', 'mail.example.org'];

/** What is wrong with the last rows of the list. */
const FAULTS = ['no name', 'at', 'no name', 'words', 'no name'];

/**
 * A workbook as people send them: a sheet of notes before the list, title rows with the day on which it was printed, the header in row 5,
 * days as numbers, a column of remarks, people twice, faulty rows, one that is nobody, cells below that hold nothing.
 */
function list(count) {
  const people = names(count).map((name, i) => [i + 1, name, `person${i}@${DOMAINS[i % DOMAINS.length]}`, day(`2026-${String((i % 9) + 1).padStart(2, '0')}-14`), 'ja', i % 50 === 0 ? 'Rechnung an die Firma' : null]);
  const faulty = (i) => FAULTS[count - 1 - i];
  const rows = people.map(([number, name, address, ...rest], i) => {
    const addresses = { at: address.replace('@', '(at)'), words: 'kommt mit Kollegin' };
    return [number, faulty(i) === 'no name' ? null : name, addresses[faulty(i)] ?? address, ...rest];
  });
  // Enrolled twice, by two forms.
  rows.splice(20, 0, [rows[3][0], rows[3][1], rows[3][2].toUpperCase(), rows[3][3], 'ja', 'doppelt?']);
  rows.splice(41, 0, [null, 'Test Test', 'test@example.org', null, null, 'bitte ignorieren']);
  rows.push([...rows[7]]);
  const sheet = [
    ['Kurs Angewandte Kartographie'], ['Stand:', day('2026-11-20')], ['Bitte nicht weitergeben'], [],
    ['Nr.', 'Name', 'E-Mail-Adresse', 'Angemeldet am', 'Bezahlt', 'Bemerkung'],
    ...rows, [], ['', '', '', '', '', ''], ['', '', '', '', '', ''],
  ];
  const notes = [['Hinweise'], ['Die Liste steht auf dem zweiten Blatt.'], [], ['Anmeldeschluss', day('2026-10-31')], ['Raum', 'B 204']];
  const of = (fault) => people.filter((_, i) => faulty(i) === fault).map(([, name, address]) => ({ name, address }));
  return { file: workbook([['Hinweise', notes], ['Teilnehmende', sheet]]), unnamed: of('no name'), unknown: of('words')[0] };
}

/** The messages that were delivered: what each was, and to whom, in one line however long their name is (RFC 5322 section 2.2.3). */
function messages() {
  const names = readdirSync(mails()).filter((name) => name.endsWith('.eml'));
  return names.map((name) => {
    const text = readFileSync(join(mails(), name), 'utf8');
    const to = text.replaceAll(/\r?\n[ \t]+/g, ' ').match(/^To:.*?([\w.+-]+@[\w.-]+)>?$/m)?.[1] ?? '';
    return { to: to.toLowerCase(), text };
  });
}

/** To whom of the list something was delivered; who started the runs is told of their ends besides. */
function delivered() {
  return messages().map(({ to }) => to).filter((to) => /^person\d+@/.test(to));
}

/** The PDF that comes with a message (RFC 2045 section 6.8); nothing where none does. */
function attached(text) {
  const part = text.split(/^Content-Type: /m).find((one) => one.startsWith('application/pdf'));
  const body = part?.split(/\r?\n\r?\n/)[1]?.split(/^--/m)[0];
  return body === undefined ? undefined : Buffer.from(body, 'base64');
}

/** The certificates of ten of those to whom something was delivered, as they came. */
function received() {
  const all = messages().filter(({ to }) => /^person\d+@/.test(to)).sort((one, other) => one.to.localeCompare(other.to));
  const some = all.filter((_, at) => at % Math.floor(PEOPLE / 10) === 0).slice(0, 10);
  return some.map(({ to, text }) => {
    const file = join(folder, `${to}.pdf`);
    writeFileSync(file, attached(text));
    return file;
  });
}

/** What was delivered is good for the page of the same site, all of it at once; and what a scanner of others reads from one of them too. */
async function verified() {
  const files = received();
  assert.equal(files.length, 10);
  const context = await browser.newContext({ locale: 'en-GB', acceptDownloads: true });
  const page = await openIn(context, `${base}/verify/`);
  await page.setInputFiles('#files', files);
  await page.waitForSelector('#batch .count', { timeout: 120_000 });
  assert.equal(await page.locator('#batch tbody tr').count(), 10);
  assert.equal(await page.locator('#batch tbody tr[data-class=green]').count(), 10, await page.locator('#batch').innerText());
  // Drawn by poppler, read by zbar: neither is ours.
  const picture = files[9].replace('.pdf', '');
  execFileSync('pdftoppm', ['-r', '150', '-png', '-singlefile', files[9], picture]);
  const text = execFileSync('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', `${picture}.png`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  assert.match(text, /^https?:\/\/|^HTTPS?:\/\//);
  const single = await openIn(context, `${base}/verify/`);
  assert.equal((await paste(single, text)).code, 'valid');
  assert.deepEqual([...page.wrongs, ...single.wrongs], []);
  await context.close();
}

/** Whoever looks through the record later finds each act with who did it, when, and why. */
async function audited(ada) {
  // One is taken back, with its reason; and somebody is asked in who looks after the record.
  const number = 'CERT-MAPS26-2026-00004';
  await ada.goto(`${base}/staff/certificates/${number}/revoke`);
  await ada.locator('[name=cause][value=issued_in_error]').check();
  await ada.locator('[name=text]').fill('enrolled in the wrong course');
  await ada.locator('main').getByRole('button', { name: 'Revoke', exact: true }).click();
  await ada.waitForURL((url) => !url.pathname.endsWith('/revoke'));
  await ada.goto(`${base}/staff/team/new`);
  await ada.locator('[name=name]').fill('Augusta King');
  await ada.locator('[name=email]').fill('augusta@example.org');
  await ada.locator('[name=roles][value=owner]').check();
  await ada.locator('main form button[type=submit]').first().click();
  const link = await ada.locator('main code').first().innerText();
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(link);
  await page.locator('[name=new]').fill(PASSWORD);
  await page.locator('[name=repeat]').fill(PASSWORD);
  await page.locator('main form button[type=submit]').click();
  await page.locator('main').getByRole('link', { name: 'Log in', exact: true }).click();
  await page.locator('[name=email]').fill('augusta@example.org');
  await page.locator('[name=password]').fill(PASSWORD);
  await page.locator('main').getByRole('button', { name: 'Log in', exact: true }).click();
  await page.locator('.menu').getByRole('link', { name: 'Audit log', exact: true }).click();
  const today = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  const acts = ['Event made', 'Participants taken in', 'List taken in', 'Participant changed', 'Template added', 'Event changed', 'State of the event changed', 'Certificates issued', 'Mail sent', 'Certificate revoked', 'Member invited'];
  for (const act of acts) {
    const row = page.locator('tbody tr', { hasText: act }).first();
    const said = await row.innerText();
    assert.ok(said.includes('Ada Lovelace') && said.includes(today), `${act}: ${said}`);
  }
  const revoked = await page.locator('tbody tr', { hasText: 'Certificate revoked' }).innerText();
  assert.ok(revoked.includes(number) && revoked.includes('enrolled in the wrong course'), revoked);
  // The same by the certificate alone; and nothing of the record was taken out.
  await page.locator('[name=subject]').fill(number);
  await page.locator('main').getByRole('button', { name: 'Show', exact: true }).click();
  assert.match(await page.locator('main tbody').innerText(), /Certificate revoked[\s\S]*enrolled in the wrong course/);
  await page.locator('main').getByRole('link', { name: 'Check the log', exact: true }).click();
  assert.match(await page.locator('main').innerText(), /Nothing was taken out or changed/);
  await context.close();
}

const LOGO = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="80"><rect width="200" height="80" rx="12" fill="#1f5c4d"/><circle cx="40" cy="40" r="24" fill="#fff"/></svg>');

/** Widths and colours in which pages are looked at; in short on a phone by day, and some between and on a desk by night. */
const WAYS = [390, 768, 1440].flatMap((width) => [[width, 'light'], [width, 'dark']]).concat([[1920, 'light']]);
const ways = () => WAYS.filter(([width, scheme]) => !SHORT || ['390 light', '768 dark', '1440 dark'].includes(`${width} ${scheme}`));

/** A page for somebody who reads so; it looks at an address as everybody could: nothing is wrong, and nothing sticks out. */
async function reader(width, colorScheme, storageState) {
  const context = await browser.newContext({ storageState, locale: 'en-GB', viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
  const page = await context.newPage();
  page.looks = async (address, { status = 200, name = address } = {}) => {
    const answer = await page.goto(new URL(address, base).href);
    assert.equal(answer.status(), status, address);
    assert.equal(new URL(page.url()).pathname, new URL(address, base).pathname, 'it leads nowhere else');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${address} is ${wide} wide at ${width}`);
    await page.addScriptTag({ content: AXE });
    const found = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(found.violations.map(({ id, nodes }) => [id, nodes[0].html]), [], `${address} ${width} ${colorScheme}`);
    const file = `${name.replaceAll(/\W+/g, '_')}-${width}-${colorScheme}.png`;
    if (SHOTS) await page.screenshot({ path: join(SHOTS, file), fullPage: true });
  };
  return page;
}

/** Returns what of a mail to somebody begins so, once there is one. */
async function mailed(address, start) {
  const wanted = new RegExp(`${start}[a-z0-9.]+`);
  for (let tries = 0; tries < 240; tries += 1) {
    for (const { to, text } of messages()) {
      // Quoted-printable (RFC 2045 section 6.7), as far as an address needs it.
      const found = to === address ? text.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=').match(wanted) : null;
      if (found) return found[0];
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no mail with ${start} came to ${address}`);
}

test('the first page is readable for everybody, at each width, light and dark', async () => {
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  for (const [width, scheme] of ways()) {
    const page = await reader(width, scheme);
    await page.looks(link, { name: '/begin' });
    await page.context().close();
  }
});

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
  sheet = await page.locator('main code').allInnerTexts();
  assert.equal(sheet.length, 5, 'the recovery sheet has its codes');
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
  const { file: participants, unnamed, unknown } = list(PEOPLE);
  await page.locator('[name=file]').setInputFiles({ name: 'Teilnehmerliste FINAL (2).xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: participants }); acts += 1;
  await click('Look at the list');
  await page.getByText('Leave it out').first().click(); acts += 1;
  await click('Answer');
  await click('Write it so');
  // What is wrong is fetched with the reason beside, corrected as in a spreadsheet, and taken in alone.
  acts += 1;
  const [report] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Rows that are left out, with the reason (CSV)', exact: true }).click()]);
  const wrong = readCsv(readFileSync(await report.path(), 'utf8'));
  const header = wrong[0];
  const whose = (row) => unnamed.find(({ address }) => row.includes(address));
  assert.ok(wrong.some((row) => row.includes('Name: the name is empty') && row.includes('error')), JSON.stringify(wrong));
  assert.equal(wrong.filter(whose).length, unnamed.length);
  const corrected = wrong.filter(whose).map((row) => row.map((cell, at) => (header[at] === 'Name' ? whose(row).name : cell)));
  await click(`Take in ${PEOPLE - unnamed.length} people`);
  await click('Import the corrected rows');
  await page.locator('[name=file]').setInputFiles({ name: 'corrected.csv', mimeType: 'text/csv', buffer: Buffer.from(writeCsv([header, ...corrected])) }); acts += 1;
  await click('Look at the list');
  await click(`Take in ${unnamed.length} people`);
  // Whose cell held words in place of an address is found, and gets theirs on their card.
  await click('Participants');
  await page.locator('[name=state]').selectOption({ label: 'have no e-mail' }); acts += 1;
  await click('Show');
  await click(unknown.name);
  await page.getByText('Change what is known', { exact: true }).click(); acts += 1;
  await page.locator('[name=email]').fill(unknown.address); acts += 1;
  await click('Save');
  await page.locator('.trail').getByRole('link', { name: 'Applied Cartography', exact: true }).click(); acts += 1;
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

  await verified();
  await audited(page);
  await context.storageState({ path: join(folder, 'session.json') });
  await context.close();
});

/** Every page with a row in the tables, as a test of the service holds them against its routes. */
function table() {
  const sources = ['staff.rs', 'office/roles.rs', 'running/mod.rs'].map((name) => readFileSync(join(ROOT, 'tests', 'service', name), 'utf8'));
  const rows = sources.flatMap((text) => {
    const begin = text.indexOf('pub const PAGES');
    return [...text.slice(begin, text.indexOf('];', begin)).matchAll(/\("(\/staff[^"]*)", "\w+"\)/g)].map(([, path]) => path);
  });
  assert.ok(rows.length > 100, `${rows.length} pages`);
  return rows.filter((path) => !/\.png|\.svg|\.csv|\/progress$/.test(path));
}

/** What is looked at besides: the same pages with something asked of them. */
const MORE = ['/staff/events/MAPS26/generate?over=already_issued', '/staff/search', '/staff/deliveries?event=MAPS26', '/staff/certificates?event=MAPS26',
  '/staff/template-uploads?event=MAPS26', '/staff/events/MAPS26/chosen?act=exclude&which=but&q=garc'];

/** Pages of who is not in. */
const DOORS = ['/', '/staff/login', '/staff/login?next=%2Fstaff%2Fruns', '/staff/lost', '/setup', '/password'];

/** Makes what some pages are about, and returns how an address of the table is written with that. */
async function records(page) {
  await page.goto(`${base}/staff/account`);
  const api = (method, path, body) => page.evaluate(async ([way, to, sent]) => {
    const { csrfToken } = await (await fetch('/api/v1/me')).json();
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken };
    const answer = await fetch(`/api/v1${to}`, { method: way, headers, body: sent === undefined ? undefined : JSON.stringify(sent) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${way} ${to}: ${answer.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }, [method, path, body]);
  const first = async (path) => (await api('GET', path)).items[0].id;
  const chosen = async (path, name, file) => {
    await page.goto(`${base}/staff${path}`);
    await page.locator(`main [name=${name}]`).setInputFiles(file);
    await page.locator('main form button[type=submit]').first().click();
    await page.waitForURL((url) => url.pathname !== `/staff${path}`);
    return new URL(page.url()).pathname.split('/').pop();
  };
  const member = await api('POST', '/staff', { email: 'eve@example.org', name: 'Eve', roles: ['viewer'] });
  const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().replace(/\.\d+/, '');
  const token = await api('POST', '/me/tokens', { name: 'LMS', scopes: ['view'], expires: soon, password: PASSWORD });
  await api('POST', '/webhooks', { url: 'https://hooks.example.org/testamur', description: 'LMS', events: ['certificate.issued'] });
  await api('POST', '/corrections', { number: 'CERT-MAPS26-2026-00002', name: 'José García Márquez', note: 'both names' });
  const run = await api('POST', '/runs', { kind: 'revoke', event: 'MAPS26', reason: { cause: 'issued_in_error' } });
  assert.equal(run.state, 'awaiting_approval');
  const design = await page.evaluate(() => fetch('/api/v1/templates/minimal/files/template.json').then((answer) => answer.text()));
  const file = { name: 'template.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ ...JSON.parse(design), title: 'Gold' })) };
  await chosen('/template-uploads', 'files', file);
  await page.locator('main [name=name]').fill('gold');
  await page.getByRole('button', { name: 'Keep it', exact: true }).click();
  await page.waitForURL('**/templates/gold*');
  const ids = {
    ada: member.staff, run: run.id, message: await first('/mail/messages'), import: await first('/events/MAPS26/imports'),
    upload: await chosen('/events/MAPS26/import', 'file', { name: 'l.csv', mimeType: 'text/csv', buffer: Buffer.from('Name,Email\nIda Rhodes,no address\nKay Antonelli,kay@example.org\n') }),
    design: await chosen('/template-uploads', 'files', file),
  };
  // Somebody without their mailbox shows a certificate, where people reach the service.
  await api('PUT', '/settings/address', { address: base });
  const number = 'CERT-MAPS26-2026-00005';
  const jwt = await page.evaluate((path) => fetch(path).then((answer) => answer.text()), `/api/v1/certificates/${number}/file?format=jwt`);
  const holder = await browser.newContext({ locale: 'en-GB' });
  const lost = await holder.newPage();
  await lost.goto(`${base}/portal/lost`);
  await lost.fill('#text', jwt.trim());
  await lost.fill('#email', 'moved@example.net');
  await lost.click('form[action$="/portal/lost"] button');
  await lost.getByText('Your request was received').first().waitFor();
  await holder.close();
  for (let tries = 0; tries < 60 && (await api('GET', '/address-requests')).items.length === 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const drawn = await api('POST', '/template-designs', { from: 'classic', event: 'MAPS26' });
  const none = { 'template-designs': drawn.id, approvals: run.approval, 'address-requests': number, corrections: await first('/corrections'), webhooks: await first('/webhooks'), tokens: token.token.id, templates: 'gold' };
  const named = (path) => path.replaceAll('WORKSHOP', 'MAPS26').replace('p0%40', 'person1%40').replace('p1%40', 'person8%40').replace(/\{(\w+)\}/, (_, name) => ids[name]);
  return (path) => named(path).replace(/\/([\w-]+)\/none/, (all, kind) => (none[kind] ? `/${kind}/${none[kind]}` : all));
}

test('every page is readable for everybody, at each width, light and dark, and nothing sticks out', async () => {
  const state = join(folder, 'session.json');
  const maker = await reader(1280, 'light', state);
  const named = await records(maker);
  await maker.context().close();
  const pages = [...table().map((row) => [row, named(row)]), ...MORE.map((path) => [path, path])];
  assert.deepEqual(pages.filter(([, path]) => /\{|undefined/.test(path)), []);
  console.log(`# ${pages.length} pages`);
  for (const [at, [width, colorScheme]] of ways().entries()) {
    const page = await reader(width, colorScheme, state);
    for (const [name, path] of pages.filter((_, index) => !SHORT || at === 0 || index % 3 === at)) {
      // What nobody has asked for is told to be nowhere, as a page too.
      await page.looks(path, { name, status: path.includes('/none') ? 404 : 200 });
    }
    await page.context().close();
    const stranger = await reader(width, colorScheme);
    for (const path of DOORS) await stranger.looks(path);
    await stranger.context().close();
  }
});

test('the main road goes without script, from the door to a certificate that was mailed and verifies', async () => {
  const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled: false, acceptDownloads: true });
  const page = await context.newPage();
  const press = (name) => page.locator('main').getByRole('button', { name, exact: true }).click();
  const step = (name) => page.locator('.steps a', { hasText: name }).click();
  const over = async () => {
    for (let tries = 0; tries < 120 && !(await page.locator('main').innerText()).includes('Done'); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await page.reload();
    }
    assert.match(await page.locator('main').innerText(), /Done/);
  };
  // The door leads to where somebody wanted to go.
  await page.goto(`${base}/staff/settings/address`);
  await page.locator('[name=email]').fill('ada@example.org');
  await page.locator('[name=password]').fill(PASSWORD);
  await press('Log in');
  await page.locator('[name=address]').fill(base);
  await press('Save');
  await page.goto(`${base}/staff/events/new`);
  await page.locator('[name=title]').fill('Without script');
  await page.locator('[name=code]').fill('PLAIN');
  await press('Create event');
  await step('Participants');
  await page.locator('[name=file]').setInputFiles({ name: 'l.csv', mimeType: 'text/csv', buffer: Buffer.from('Name,Email\nGrace Hopper,grace@example.org\n') });
  await press('Look at the list');
  await press('Take in one person');
  await page.goto(`${base}/staff/events/PLAIN`);
  await step('Rule');
  // What the rule would do is counted by its button.
  await press('Only say what it would do');
  assert.match(await page.locator('main').innerText(), /1\s+would get one/);
  await press('Save');
  await page.goto(`${base}/staff/events/PLAIN`);
  await step('Template');
  await press('Use this template');
  await page.goto(`${base}/staff/events/PLAIN`);
  await step('Completion');
  await press('Save');
  await step('Certificates');
  await press('Make one certificate');
  await over();
  await page.goto(`${base}/staff/certificates?event=PLAIN`);
  assert.match(await page.locator('main').innerText(), /Grace Hopper[\s\S]*In force/);
  await page.goto(`${base}/staff/publishing`);
  await press('Publish now');
  await over();
  await page.goto(`${base}/staff/events/PLAIN/send`);
  await press('Send one message');
  await over();
  // Its receiver opens the mail's link, has no script either, and sees what the issuer's service says of the certificate.
  const receiver = await browser.newContext({ locale: 'en-GB', javaScriptEnabled: false, acceptDownloads: true });
  const certificate = await receiver.newPage();
  await certificate.goto(await mailed('grace@example.org', `${base}/m/`));
  const text = await certificate.locator('main').innerText();
  assert.ok(text.includes('Grace Hopper') && text.includes('Without script'), text);
  assert.equal(await certificate.locator('section.verdict.green').count(), 1, text);
  const [download] = await Promise.all([certificate.waitForEvent('download'), certificate.locator('button[value=pdf]').click()]);
  const pdf = join(folder, 'plain.pdf');
  writeFileSync(pdf, readFileSync(await download.path()));
  const said = execFileSync(PROGRAM, ['verify', pdf, '--trust', join(folder, 'data', 'site')], { encoding: 'utf8' });
  assert.match(said, /1 verified offline: 1 valid/);
  await receiver.close();
  await context.close();
});

test('the main road goes by keys alone, and what has the focus is seen', async () => {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  /** Goes on by Tab until something is reached; fails where it cannot be. */
  const reach = async (what, fits) => {
    const passed = [];
    for (let tabs = 0; tabs < 250; tabs += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const one = document.activeElement;
        const look = getComputedStyle(one);
        const seen = look.outlineStyle !== 'none' && one.getBoundingClientRect().width > 0;
        return { tag: one.tagName, name: one.getAttribute('name'), text: one.innerText.trim(), step: one.closest('.steps') !== null, trail: one.closest('.trail') !== null, seen };
      });
      passed.push(at.name ?? at.text);
      if (at.tag !== 'BODY') assert.ok(at.seen, `the focus is not seen at ${JSON.stringify(at)}`);
      if (fits(at)) return;
    }
    assert.fail(`no key leads to ${what}: ${passed.join(', ')}`);
  };
  const go = () => Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')]).then(() => page.waitForLoadState());
  const press = async (text) => { await reach(text, (at) => at.text === text && !at.trail); await go(); };
  const step = async (text) => { await reach(text, (at) => at.step && at.text.includes(text)); await go(); };
  const types = async (name, text) => { await reach(name, (at) => at.name === name); await page.keyboard.type(text); };
  await page.goto(`${base}/staff/login`);
  await types('email', 'ada@example.org');
  await types('password', PASSWORD);
  await go();
  await press('New event');
  await types('title', 'By keys alone');
  await types('code', 'KEYS');
  await press('Create event');
  await step('Participants');
  await reach('file', (at) => at.name === 'file');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
  await chooser.setFiles({ name: 'l.csv', mimeType: 'text/csv', buffer: Buffer.from('Name,Email\nHedy Lamarr,hedy@example.org\n') });
  await press('Look at the list');
  await press('Take in one person');
  await press('Event');
  await step('Template');
  await press('Use this template');
  await reach('By keys alone', (at) => at.trail && at.text === 'By keys alone');
  await go();
  await step('Completion');
  await press('Save');
  await step('Certificates');
  await press('Make one certificate');
  await page.getByRole('link', { name: 'Send', exact: true }).waitFor({ timeout: 60_000 });
  await press('Send');
  await press('Send one message');
  assert.match(await mailed('hedy@example.org', `${base}/m/`), /\/m\//);
  await context.close();
});

test('who lost the password comes back with the recovery sheet, and prints a new one', async () => {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const lost = 'a password that was not lost';
  await page.goto(`${base}/staff/login`);
  await page.locator('main').getByRole('link', { name: 'Lost your password?', exact: true }).click();
  await page.locator('[name=email]').fill('ada@example.org');
  await page.locator('[name=code]').fill(sheet[0].toUpperCase());
  await page.locator('[name=new]').fill(lost);
  await page.locator('[name=repeat]').fill(lost);
  await page.locator('main').getByRole('button', { name: 'Set password', exact: true }).click();
  assert.match(await page.locator('main').innerText(), /4 are left on your sheet/);
  await page.locator('main').getByRole('link', { name: 'Log in', exact: true }).click();
  await page.locator('[name=email]').fill('ada@example.org');
  await page.locator('[name=password]').fill(lost);
  await page.locator('main').getByRole('button', { name: 'Log in', exact: true }).click();
  await page.goto(`${base}/staff/account/recovery-sheet`);
  await page.locator('main [name=password]').fill(lost);
  await page.locator('main').getByRole('button', { name: 'New recovery sheet', exact: true }).click();
  const codes = await page.locator('main code').allInnerTexts();
  assert.ok(codes.length === 5 && codes.every((code) => !sheet.includes(code)), codes.join());
  if (SHOTS) await page.screenshot({ path: join(SHOTS, 'recovery-sheet-390-light.png'), fullPage: true });
  await context.close();
});
