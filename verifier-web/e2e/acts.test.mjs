// What staff do on each of their pages, one act after the other, in Chromium with the real service and a mail server on this machine;
// and what takes two members of staff.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { Issuer, PROGRAM } from './site.mjs';

const SINK = new URL('../../scripts/mail-sink', import.meta.url).pathname;
const PASSWORD = 'correct horse battery';
const SHOTS = process.env.STAFF_SHOTS;
const PEOPLE = ['Zoë Ångström', 'José García', 'Nguyễn Văn An', 'Мария Иванова', 'محمد علي', '山田 太郎', 'Grace Hopper', 'Alan Turing',
  'Katherine Johnson', 'Emmy Noether', 'Ada King', 'Mary Somerville'];
const children = [];

let issuer, browser, base, mails, relay, ada, bob, link;

function start(program, args, env = process.env) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

/** Resolves with what a program said, once it says that. */
function said(child, wanted) {
  let text = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not said: ${text}`)), 60_000);
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

const freePort = () => new Promise((resolve) => {
  const server = createServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Serves an issuer with settings; resolves with its address and the link for the first owner. */
async function serves(one, settings) {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const data = join(one.folder, 'data');
  appendFileSync(join(data, 'testamur.toml'), ['', ...settings, ''].join('\n'));
  const env = { ...process.env, TESTAMUR_PASSPHRASE: 'only for tests', TESTAMUR_DATA: data };
  const serving = ['serve', '--listen', `127.0.0.1:${port}`, '--public-url', address, '--site', one.site, '--log', 'text'];
  const [first] = await said(start(PROGRAM, serving, env), /http:\S+setup#\S+/);
  return [address, first];
}

before(async () => {
  issuer = new Issuer();
  mails = join(issuer.folder, 'mails');
  mkdirSync(mails, { recursive: true });
  relay = Number((await said(start('python3', [SINK, mails]), /(\d+)\n/))[1]);
  [base, link] = await serves(issuer, [
    '[mail]', 'relay = "127.0.0.1"', `port = ${relay}`, 'security = "none"', 'per_minute = 0', 'per_domain = 0',
    'from = "Example Academy <certificates@academy.example>"', '', '[serve]', 'revoke_alone = 5',
  ]);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await Promise.all(children.map((child) => new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', resolve);
    child.kill();
  })));
  issuer?.remove();
});

/** Opens a page below /staff; anything that goes wrong in it is an error. */
async function member(viewport = { width: 1280, height: 900 }) {
  // A browser without a screen is taken for a program that checks mails, and lets nobody into the portal.
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version()} Safari/537.36`;
  const context = await browser.newContext({ locale: 'en-GB', viewport, acceptDownloads: true, userAgent });
  const page = await context.newPage();
  page.wrongs = [];
  page.on('console', (message) => { if (message.type() === 'error') page.wrongs.push(message.text()); });
  page.on('request', (request) => { if (!request.url().startsWith(base)) page.wrongs.push(request.url()); });
  page.open = async (path) => {
    const answer = await page.goto(`${base}/staff${path}`);
    assert.equal(answer.status(), 200, path);
  };
  // What is not there is told with what is.
  const told = async (error) => {
    throw new Error(`${error.message}\n${page.url()}\n${await page.locator('main').innerText()}`);
  };
  const click = (role, name) => page.locator('main').getByRole(role, { name, exact: true }).first().click({ timeout: 10_000 }).catch(told);
  page.press = (name) => click('button', name);
  page.follow = (name) => click('link', name);
  page.reads = (text) => page.locator('main').getByText(text).first().waitFor({ state: 'attached', timeout: 20_000 }).catch(told);
  page.set = (name, value) => page.locator(`main [name="${name}"]`).first().fill(value);
  return page;
}

async function chooses(page, address, name) {
  await page.goto(address.replace(/^http:\/\/[^/]+/, base));
  if (name !== undefined) {
    await page.locator('[name=name]').fill(name);
    await page.locator('[name=email]').fill(`${name.split(' ')[0].toLowerCase()}@example.org`);
  }
  await page.locator('[name=new]').fill(PASSWORD);
  await page.locator('[name=repeat]').fill(PASSWORD);
  await page.locator('main form button[type=submit]').first().click();
}

async function logsIn(page, email) {
  await page.goto(`${base}/staff/login`);
  await page.locator('[name=email]').fill(email);
  await page.locator('[name=password]').fill(PASSWORD);
  await page.press('Log in');
  await page.waitForURL(`${base}/staff`);
}

/** Waits until a run that is shown is over. */
async function over(page) {
  await page.getByText(/^(Done|Done, with failures)$/).first().waitFor({ timeout: 60_000 });
}

const delivered = () => readdirSync(mails).filter((name) => name.endsWith('.eml'));
const to = (address) => delivered().filter((name) => new RegExp(`^To:.*${address}`, 'm').test(readFileSync(join(mails, name), 'utf8')));

async function waits(what, look) {
  for (let tries = 0; tries < 240; tries += 1) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.fail(`not seen: ${what}`);
}

test('an event, a list of people, and somebody added by hand', async () => {
  ada = await member();
  await chooses(ada, link, 'Ada Lovelace');
  await logsIn(ada, 'ada@example.org');
  await ada.follow('New event');
  await ada.set('title', 'Applied Cartography');
  await ada.set('code', 'maps');
  await ada.press('Create event');
  const rows = PEOPLE.map((name, at) => `${name},p${at}@example.org,X-${at},${at < 10 ? 'yes' : 'no'},Company ${at % 3}`);
  await ada.open('/events/MAPS/import');
  const list = { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(['Name,Email,external_id,Passed,Company', ...rows].join('\n')) };
  await ada.locator('[name=file]').setInputFiles(list);
  await ada.press('Look at the list');
  // Two did not pass: the rule says what that means, not the list.
  await ada.locator('[name=absent][value=take]').check();
  await ada.press('Answer');
  await ada.press(`Take in ${PEOPLE.length} people`);
  await ada.reads('The list was taken in.');
  await ada.open('/events/MAPS/imports');
  assert.match(await ada.locator('tbody tr').innerText(), /\t12\t0\t0/);
  await ada.open('/events/MAPS/people/new');
  await ada.set('name', 'Hedy Lamarr');
  await ada.set('email', 'hedy@example.org');
  await ada.press('Add somebody');
  await ada.reads('Where they stand');
});

test('the sheet, what is hidden and the row of the headers are changed on the page of a list', async () => {
  const another = () => ada.locator('summary', { hasText: 'Read the file another way' }).click();
  const looks = async (file) => {
    await ada.open('/events/MAPS/import');
    await ada.locator('[name=file]').setInputFiles(file);
    await ada.press('Look at the list');
  };
  await looks(new URL('../../tests/fixtures/cases/r25-sheets/25c-hidden-sheets.xlsx', import.meta.url).pathname);
  await ada.reads('were left out');
  await ada.reads('New Person');
  await another();
  await ada.locator('[name=hidden]').selectOption('include');
  await ada.press('Read again');
  await ada.locator('[value="sheet=Archive 2025"]').check();
  await ada.press('Answer');
  await ada.reads('Old Person');
  await looks({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from('Name,Email\nMia Stone,m@example.org\nName,Email\nBo Holm,b@example.org\n') });
  await ada.reads('Take in 2 people');
  await another();
  await ada.locator('[name=header_row]').selectOption('3');
  await ada.press('Read again');
  await ada.reads('Take in one person');
  assert.doesNotMatch(await ada.locator('main').innerText(), /Mia Stone/);
  assert.deepEqual(ada.wrongs, []);
});

test('sessions, attendance, a rule that is tried first, a template, and certificates', async () => {
  await ada.open('/events/MAPS/course');
  await ada.set('session_1_title', 'Day 1');
  await ada.set('session_1_id', 'day1');
  await ada.set('session_2_title', 'Day 2');
  await ada.press('Save');
  await ada.locator('[name=present]').fill('p0@example.org, p1@example.org');
  await ada.press('Mark');
  await ada.reads('Marked.');
  await ada.open('/events/MAPS/rule');
  await ada.locator('[name=who][value=those]').check();
  await ada.locator('[name=passed]').check();
  // Counted while it is filled in, and by the button.
  await ada.locator('[data-counted]', { hasText: 'would get one' }).waitFor();
  assert.match(await ada.locator('[data-counted]').innerText(), /10\s+would get one[\s\S]*passed/);
  await ada.press('Only say what it would do');
  await ada.reads('would get one');
  await ada.press('Save');
  await ada.open('/events/MAPS/template');
  await ada.press('Use this template');
  await ada.open('/events/MAPS/state');
  await ada.press('Save');
  await ada.open('/events/MAPS/generate');
  await ada.press('Make 10 certificates');
  await over(ada);
  await ada.open('/runs');
  await ada.reads('Make certificates');
  await ada.open('/events/MAPS/spot-check');
  await ada.set('count', '2');
  await ada.press('Check');
  await ada.reads('In order');
});

test('columns are chosen, rows ticked over pages and widths, and all but some excluded', async () => {
  await ada.open('/events/MAPS/people');
  await ada.locator('summary', { hasText: 'Columns' }).click();
  await ada.getByLabel('Company', { exact: true }).check();
  await ada.press('Show these');
  await ada.reads('Company 1');
  await ada.locator('#q').fill('garcía josé');
  await ada.press('Show');
  await ada.reads('José García');
  await ada.reads('Company 1');
  await ada.open('/events/MAPS/people?state=not_eligible');
  await ada.getByLabel(/^Tick Hedy Lamarr/).check();
  await ada.getByLabel('All that match the filter, but for the ticked ones').check();
  await ada.press('Exclude');
  await ada.reads('Ada King, Mary Somerville');
  await ada.press('Exclude 2 people');
  await ada.reads('Done.');
  await ada.open('/events/MAPS/exceptions');
  await ada.reads('Ada King');
  await ada.press('Take away');
  await ada.reads('Taken away.');
});

test('one card for a person: exception, issued now, revoked, given back, made anew, sent, merged, erased, and what was done', async () => {
  await ada.open('/search?q=hedy');
  await ada.follow('Hedy Lamarr');
  const card = ada.url();
  await ada.reads('attended 0 of 2');
  await ada.locator('summary', { hasText: 'Exception or exclusion' }).click();
  await ada.set('note', 'sat the exam on paper');
  await ada.press('Make an exception');
  await ada.reads('Saved.');
  await ada.set('reason', 'was forgotten');
  await ada.press('Issue now');
  await ada.reads('Issued.');
  await ada.follow('Revoke');
  await ada.locator('[name=cause][value=on_request]').check();
  await ada.press('Revoke');
  await ada.goto(card);
  await ada.reads('Revoked, can be taken back');
  await ada.press('Take the revocation back');
  await ada.goto(card);
  await ada.reads('In force');
  await ada.locator('summary', { hasText: 'Change what is known' }).click();
  await ada.locator('main [name=name]').first().fill('Hedy Kiesler');
  await ada.press('Save');
  await ada.follow('Make anew');
  await ada.reads('Make one certificate anew');
  await ada.set('reason', 'the name was corrected');
  await ada.press('Make one certificate anew');
  await over(ada);
  await ada.goto(card);
  await ada.press('Send by mail');
  await waits('the mail to hedy', () => to('hedy@example.org').length === 1);
  await ada.goto(card);
  for (const what of ['Exception made', 'Certificates issued', 'Certificate revoked', 'The person asked for it', 'Revocation taken back', 'Certificates made anew']) {
    await ada.reads(what);
  }
  await ada.open('/events/MAPS/people/new');
  await ada.set('name', 'H. Kiesler');
  await ada.set('email', 'kiesler@example.org');
  await ada.press('Add somebody');
  await ada.goto(card);
  await ada.locator('summary', { hasText: 'Join with somebody' }).click();
  await ada.set('other', 'kiesler@example.org');
  await ada.press('Look at both');
  await ada.reads('Are these one person?');
  await ada.set('why', 'enrolled twice');
  await ada.press('Make one of them');
  await ada.reads('Hedy Kiesler');
  await ada.open('/events/MAPS/people/new');
  await ada.set('name', 'Somebody Else');
  await ada.set('email', 'else@example.org');
  await ada.press('Add somebody');
  await ada.locator('summary', { hasText: 'Erase this person' }).click();
  await ada.set('again', 'Somebody Else');
  await ada.set('why', 'asked for it');
  await ada.press('Erase this person');
  await ada.reads('Erased.');
});

test('mail: tried, sent, looked at, sent again to the right address, and several at once', async () => {
  await ada.open('/events/MAPS/send');
  await ada.press('Send a test to me');
  await ada.reads('The test was sent to you.');
  await ada.press('Send 10 messages');
  await over(ada);
  await waits('ten mails', () => to('p\\d+@example.org').length === 10);
  await ada.open('/deliveries?event=MAPS');
  await ada.reads('Messages by day');
  await ada.locator('summary', { hasText: 'As a table' }).click();
  await ada.locator('tbody tr', { hasText: 'p3@example.org' }).locator('a').first().click();
  await ada.set('email', 'maria@example.org');
  await ada.press('Send again');
  await waits('the mail to the right address', () => to('maria@example.org').length === 1);
  await ada.open('/deliveries?event=MAPS');
  await ada.getByLabel(/^Tick p4@/).check();
  await ada.getByLabel(/^Tick p5@/).check();
  await ada.press('Send again');
  await ada.press('Send 2 messages again');
  await waits('two once more', () => to('p4@example.org').length === 2 && to('p5@example.org').length === 2);
});

test('found by number, address, id and what a QR code says; files of those that are ticked', async () => {
  await ada.open('/certificates?event=MAPS');
  const number = (await ada.locator('tbody td').first().innerText()).trim();
  for (const text of ['p1@example.org', 'X-1', 'josé garcía', 'garcía, josé']) {
    await ada.open(`/search?q=${encodeURIComponent(text)}`);
    await ada.reads('José García');
  }
  await ada.open(`/search?q=${number.toLowerCase()}`);
  assert.ok(ada.url().endsWith(`/certificates/${number}`));
  const jwt = await ada.evaluate((path) => fetch(path).then((answer) => answer.text()), `/api/v1/certificates/${number}/file?format=jwt`);
  await ada.open('/search');
  await ada.set('q', jwt.trim());
  await ada.press('Search');
  await ada.waitForURL(`**/certificates/${number}`);
  await ada.open('/certificates?event=MAPS');
  for (const name of ['Zoë Ångström', 'José García']) await ada.getByLabel(new RegExp(`^Tick ${name}`)).check();
  const [zip] = await Promise.all([ada.waitForEvent('download'), ada.press('As PDF (ZIP)')]);
  const bytes = readFileSync(await zip.path()).toString('latin1');
  assert.equal(new Set(bytes.match(/CERT-MAPS-\d+-\d+\.pdf/g)).size, 2);
});

test('two members of staff take many back; nobody does it alone', async () => {
  await ada.open('/team/new');
  await ada.set('name', 'Bob');
  await ada.set('email', 'bob@example.org');
  await ada.locator('[name=roles][value=revoker]').check();
  await ada.press('Invite somebody');
  const invitation = await ada.locator('.once code').innerText();
  await ada.reads('The link was mailed to bob@example.org.');
  assert.equal(to('bob@example.org').length, 1);
  bob = await member();
  await chooses(bob, invitation);
  await logsIn(bob, 'bob@example.org');
  await bob.open('/certificates?event=MAPS');
  await bob.getByLabel(/^Tick Zoë/).check();
  await bob.getByLabel('All that match the filter, but for the ticked ones').check();
  await bob.press('Revoke');
  await bob.reads('A second member of staff has to approve this.');
  await bob.locator('[name=cause][value=issued_in_error]').check();
  await bob.press('Revoke 10 certificates');
  await bob.reads('Waits for approval');
  await bob.open('/approvals');
  await bob.locator('tbody a').first().click();
  await bob.reads('You asked for this, so somebody else has to approve it.');
  await ada.open('');
  await ada.reads('approval waits');
  await ada.open('/approvals');
  await ada.locator('tbody a').first().click();
  await ada.press('Approve');
  await ada.reads('Approved. It goes on.');
  await waits('ten are revoked', async () => {
    await ada.open('/certificates?event=MAPS&status=revocation_waits');
    return await ada.locator('tbody tr').count() === 10;
  });
  await ada.open('/certificates?event=MAPS&status=active');
  assert.equal(await ada.locator('tbody tr').count(), 1);
  // Some of them are given back.
  await bob.open('/certificates?event=MAPS&status=revocation_waits');
  await bob.getByLabel(/^Tick José/).check();
  await bob.press('Take revocations back');
  await bob.press('Take one revocation back');
  await over(bob);
  assert.deepEqual(bob.wrongs, []);
});

test('keys, publishing, tokens, webhooks, the audit log, settings, and an event that is copied and archived', async () => {
  await ada.open('/publishing/rotate');
  await ada.set('why', 'once a year');
  await ada.press('Replace the active key');
  await ada.reads('A new key signs now.');
  await ada.press('Publish now');
  await over(ada);
  await ada.open('/account/tokens/new');
  await ada.set('name', 'LMS');
  await ada.locator('main [type=password]').first().fill(PASSWORD);
  await ada.press('New API token');
  assert.ok((await ada.locator('.once code').innerText()).length > 20);
  await ada.open('/team/webhooks/new');
  await ada.set('url', 'https://hooks.example.org/testamur');
  await ada.locator('[name=events][value="certificate.revoked"]').check();
  await ada.press('Add an address');
  assert.ok((await ada.locator('.once code').innerText()).length > 20);
  await ada.open('/audit?action=certificate.');
  await ada.reads('certificate.revoke');
  await ada.open('/audit/check');
  await ada.reads('Nothing was taken out or changed');
  await ada.open('/settings');
  await ada.reads('The service works as it should.');
  await ada.open('/events/MAPS/copy');
  await ada.set('code', 'maps2');
  await ada.set('title', 'Applied Cartography, once more');
  await ada.press('Copy event');
  await ada.open('/events/MAPS2');
  await ada.press('Archive');
  await ada.reads('This event is archived');
  await ada.open('/events?archived=yes');
  await ada.reads('Applied Cartography, once more');
  assert.deepEqual(ada.wrongs, []);
});

/** What a mail to somebody leads to: the newest address that begins so. */
async function mailedTo(address, path) {
  const wanted = new RegExp(`${base.replaceAll('/', '\\/')}${path}[a-z0-9.]+`);
  let found;
  await waits(`${path} for ${address}`, () => {
    // Quoted-printable (RFC 2045 section 6.7), as far as an address needs it.
    const text = (name) => readFileSync(join(mails, name), 'utf8').replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
    found = to(address).sort().reverse().map((name) => wanted.exec(text(name))?.[0]).find(Boolean);
    return found;
  });
  return found;
}

/** Opens a page until something is on it that comes by itself. */
async function until(page, path, locator) {
  for (let tries = 0; tries < 120; tries += 1) {
    await page.open(path);
    if (await page.locator(locator).count() > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.fail(`${path} never has ${locator}:\n${await page.locator('main').innerText()}`);
}

const GUESTS = ['una', 'vera', 'wim', 'xenia', 'yan', 'zita', 'refused'];

/** Somebody goes into the portal and says that their name is another. */
async function asksForName(guest, name) {
  const page = await member();
  await page.goto(`${base}/portal`);
  await page.fill('#email', `${guest}@tour.example`);
  await page.click('form[action$="/portal/login"] button');
  await page.goto(await mailedTo(`${guest}@tour.example`, '/portal/enter/'));
  await page.click('form[action$="/portal/enter"] button');
  await page.waitForURL('**/portal/certificates');
  await page.click('.row h2 a');
  await page.locator('summary', { has: page.locator('#correct') }).click();
  await page.locator('form[action$="/correction"] [name=name]').fill(name);
  await page.locator('form[action$="/correction"] button').click();
  await page.reads(/correction (was handed in|waits)/);
  await page.context().close();
}

const numberOf = async (guest) => {
  await ada.open('/certificates?event=TOUR');
  return /CERT-TOUR-\d+-\d+/.exec(await ada.locator('tbody tr', { hasText: `Guest ${guest}` }).first().innerText())[0];
};

/** Somebody without their mailbox shows a certificate. */
async function asksForAddress(guest) {
  const number = await numberOf(guest);
  const jwt = await ada.evaluate((path) => fetch(path).then((answer) => answer.text()), `/api/v1/certificates/${number}/file?format=jwt`);
  const page = await member();
  await page.goto(`${base}/portal/lost`);
  await page.fill('#text', jwt.trim());
  await page.fill('#email', `${guest}@new.example`);
  await page.click('form[action$="/portal/lost"] button');
  await page.reads('Your request was received');
  await page.context().close();
  await until(ada, '/address-requests', `tbody a[href$="/${number}"]`);
  await ada.open(`/address-requests/${number}`);
}

test('an event of guests, of whom one is nowhere: what came back is marked as seen to', async () => {
  await ada.open('/events/new');
  await ada.set('title', 'A tour');
  await ada.set('code', 'tour');
  await ada.press('Create event');
  await ada.open('/events/TOUR/import');
  const list = ['Name,Email', ...GUESTS.map((guest) => `Guest ${guest},${guest}@tour.example`)].join('\n');
  await ada.locator('[name=file]').setInputFiles({ name: 'guests.csv', mimeType: 'text/csv', buffer: Buffer.from(list) });
  await ada.press('Look at the list');
  await ada.press(`Take in ${GUESTS.length} people`);
  await ada.reads('The list was taken in.');
  await ada.open('/events/TOUR/template');
  await ada.press('Use this template');
  await ada.open('/events/TOUR/state');
  await ada.press('Save');
  await ada.open('/events/TOUR/generate');
  await ada.press(`Make ${GUESTS.length} certificates`);
  await over(ada);
  await ada.open('/events/TOUR/send');
  await ada.press(`Send ${GUESTS.length} messages`);
  await over(ada);
  await until(ada, '/deliveries?in_vain=unsettled', 'tbody tr:has-text("refused@tour.example")');
  await ada.press('Mark as seen to');
  await ada.reads('The message is marked as seen to.');
  await ada.open('/deliveries?in_vain=unsettled');
  await ada.reads('No message came back or failed.');
  assert.deepEqual(ada.wrongs, []);
});

test('names and addresses that people ask for are given and declined, an approval is rejected, a revoked certificate is issued anew', async () => {
  await asksForName('una', 'Una Right');
  await asksForName('vera', 'Somebody Else');
  await ada.open('/corrections');
  await ada.locator('tbody a', { hasText: 'Una Right' }).first().click();
  await ada.press('Issue with the new name');
  await ada.reads('The certificate says the new name now.');
  await ada.open('/corrections');
  await ada.locator('tbody a', { hasText: 'Somebody Else' }).first().click();
  await ada.set('answer', 'as it is on the passport');
  await ada.press('Leave the name as it is');
  await ada.reads('Rejected.');
  await ada.reads('as it is on the passport');
  await asksForAddress('wim');
  await ada.press('Give them the new address');
  await ada.reads('The new address is theirs now');
  await waits('a link at the new address', () => to('wim@new.example').length > 0);
  await asksForAddress('xenia');
  await ada.set('answer', 'could not be reached');
  await ada.press('Leave the address as it is');
  await ada.reads('Rejected.');

  await bob.open('/certificates?event=TOUR');
  await bob.getByLabel(/^Tick Guest zita/).check();
  await bob.getByLabel('All that match the filter, but for the ticked ones').check();
  await bob.press('Revoke');
  await bob.locator('[name=cause][value=issued_in_error]').check();
  await bob.press('Revoke 6 certificates');
  await bob.reads('Waits for approval');
  await ada.open('/approvals');
  await ada.locator('tbody tr', { hasText: 'Waits' }).locator('a').first().click();
  await ada.press('Reject');
  await ada.reads('Rejected.');
  await ada.open('/certificates?event=TOUR&status=active');
  assert.equal(await ada.locator('tbody tr').count(), GUESTS.length, 'nothing was revoked');

  const number = await numberOf('yan');
  await ada.open(`/certificates/${number}/revoke`);
  await ada.locator('[name=cause][value=on_request]').check();
  await ada.locator('[name=now]').check();
  await ada.press('Revoke');
  await ada.open('/publishing');
  await ada.press('Publish now');
  await over(ada);
  // Five a day are what one member of staff changes alone.
  await bob.open(`/certificates/${number}`);
  await bob.follow('Issue anew');
  await bob.set('reason', 'they thought better of it');
  await bob.press('Issue anew');
  await bob.reads('Issued anew.');
  assert.deepEqual([...ada.wrongs, ...bob.wrongs], []);
});

test('a run is stopped, and what failed is tried again; the site is looked for; a webhook is tried, paused and gets another secret', async () => {
  await ada.open('/publishing');
  await ada.press('Look now');
  await ada.reads('Looked.');
  await ada.open('/publishing');
  await ada.press('Lock the keys');
  await ada.open('/events/TOUR/people/new');
  await ada.set('name', 'Guest late');
  await ada.set('email', 'late@tour.example');
  await ada.press('Add somebody');
  await ada.open('/events/TOUR/generate');
  await ada.locator('main').getByRole('button', { name: /^Make / }).click();
  await ada.press('Stop');
  await ada.reads(/It is being stopped|Stopped/);
  await ada.open('/unlock');
  await ada.locator('main [type=password]').first().fill('only for tests');
  await ada.press('Unlock');
  await until(ada, '/runs?event=TOUR&state=cancelled', 'tbody tr');
  // A name that fits on no line.
  await ada.open('/events/TOUR/people/new');
  await ada.set('name', `Guest ${'W'.repeat(150)}`);
  await ada.set('email', 'wide@tour.example');
  await ada.press('Add somebody');
  await ada.open('/events/TOUR/generate');
  await ada.locator('main').getByRole('button', { name: /^Make / }).click();
  await ada.locator('main').getByText('Done, with failures').first().waitFor({ timeout: 60_000 });
  const failed = ada.url();
  await ada.open('/events/TOUR/people/wide%40tour.example');
  await ada.locator('summary', { hasText: 'Change what is known' }).click();
  await ada.locator('main [name=name]').first().fill('Guest wide');
  await ada.press('Save');
  await ada.goto(failed);
  await ada.press('Retry what failed');
  await ada.reads(/^Done$/);
  assert.notEqual(ada.url(), failed);

  await ada.open('/team/webhooks');
  await ada.follow('https://hooks.example.org/testamur');
  const hook = ada.url().split('?')[0];
  await ada.press('Send a test');
  await ada.reads('A test is on its way.');
  await ada.press('Pause');
  await ada.reads('paused');
  await ada.press('Resume');
  await ada.reads('It is told what it asked for.');
  await ada.follow('New secret');
  await ada.press('New secret');
  assert.ok((await ada.locator('.once code').innerText()).length > 20);
  await ada.goto(hook);
  await ada.follow('Remove');
  await ada.press('Remove');
  await ada.reads('It is told nothing any more.');
  assert.deepEqual(ada.wrongs, []);
});

/** A code of an authenticator for a secret in base32 (RFC 6238). */
function totp(secret) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replaceAll(/[\s=]/g, '')].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

const PICTURE = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120"><rect width="120" height="120" rx="20" fill="#1f5c4d"/></svg>');
const picture = { name: 'picture.svg', mimeType: 'image/svg+xml', buffer: PICTURE };

test('an event gets a logo and loses it, a badge, a template for a language, exceptions by a list, and a design that is rolled out', async () => {
  await ada.open('/events/MAPS/change');
  await ada.set('organiser', 'Academy of Maps');
  await ada.press('Save');
  await ada.reads('Academy of Maps');
  await ada.open('/events/MAPS/template');
  await ada.locator('[name=logo]').setInputFiles(picture);
  await ada.press('Use this template');
  await ada.press('Take the logo off');
  await ada.reads('Saved.');
  assert.equal(await ada.getByRole('button', { name: 'Take the logo off' }).count(), 0);
  await ada.open('/events/MAPS/badge');
  await ada.locator('[name=file]').setInputFiles(picture);
  await ada.press('Take this picture');
  await ada.reads('Saved.');
  await ada.open('/events/MAPS/languages');
  await ada.locator('[name=language]').selectOption('de');
  await ada.locator('[name=template]').selectOption('modern');
  await ada.press('Use this template for the language');
  await ada.reads('No longer for this language');
  await ada.open('/events/MAPS/exceptions/upload');
  const list = { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from('p10@example.org,was ill\nnobody@example.org,who is this\n') };
  await ada.locator('[name=file]').setInputFiles(list);
  await ada.press('Take a list in');
  await ada.reads('nobody of this event');
  await ada.open('/events/MAPS/exclusions/upload');
  await ada.locator('[name=file]').setInputFiles({ ...list, buffer: Buffer.from('p10@example.org,asked for it\n') });
  await ada.locator('[name=reason][value=requested]').check();
  await ada.press('Take a list in');
  await ada.reads('excluded now');
  await ada.open('/events/MAPS/exclusions/new');
  await ada.set('person', 'p2@example.org');
  await ada.press('Exclude');
  await ada.reads('They are excluded.');

  await ada.open('/template-uploads');
  const document = await ada.evaluate((path) => fetch(path).then((answer) => answer.text()), '/api/v1/templates/minimal/files/template.json');
  const file = (title) => ({ name: 'template.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ ...JSON.parse(document), title })) });
  await ada.locator('[name=files]').setInputFiles(file('Gold'));
  await ada.press('Look it over');
  await ada.set('name', 'gold');
  await ada.press('Keep it');
  await ada.open('/events/MAPS/template');
  await ada.locator('[name=template][value=gold]').check();
  await ada.press('Use this template');
  await ada.open('/template-uploads?for=gold');
  await ada.locator('[name=files]').setInputFiles(file('Gold, once more'));
  await ada.press('Look it over');
  await ada.press('Keep it as a new version');
  await ada.open('/templates/gold/roll-out');
  await ada.press('Give it to one event');
  await ada.open('/templates/gold');
  await ada.reads('Newest version');
  assert.deepEqual(ada.wrongs, []);
});

test('keys are locked and unlocked, a member has other roles, a second step is turned on, and a token ends', async () => {
  await ada.open('/publishing');
  await ada.press('Lock the keys');
  await ada.reads('The keys are locked.');
  await ada.open('/unlock');
  await ada.locator('main [type=password]').first().fill('only for tests');
  await ada.press('Unlock');
  await ada.reads('The keys are unlocked.');
  await ada.open('/team');
  await ada.follow('Bob');
  await ada.locator('[name=roles][value=issuer]').check();
  await ada.press('Save');
  await ada.reads('Saved.');
  await ada.open('/settings/address');
  await ada.reads(base);
  await ada.open('/settings/mail');
  await ada.reads('testamur.toml');
  await ada.open('/account');
  await ada.locator('main a[href*="/tokens/"][href$="/delete"]').first().click();
  await ada.press('Delete this token');
  await ada.reads('The token works no more.');
  await ada.open('/account/second-step');
  await ada.locator('main [type=password]').first().fill(PASSWORD);
  await ada.press('Begin');
  const secret = await ada.locator('main dd').first().innerText();
  await ada.set('second', totp(secret));
  await ada.press('Turn on');
  assert.ok((await ada.locator('.once code').count()) > 5);
  assert.deepEqual(ada.wrongs, []);
});

test('what is kept, where backups go, that they are made elsewhere, and what one is told', async () => {
  await ada.open('/settings');
  await ada.follow('What is kept');
  await ada.set('session_hours', '10');
  await ada.set('backup_folder', 'backups of ours');
  await ada.press('Save');
  await ada.reads('Saved.');
  await ada.follow('Backups');
  await ada.press('Back up now');
  await ada.reads(/Newest|testamur-/);
  await ada.reads(/testamur-\d{8}T/);
  await ada.locator('summary', { hasText: 'Backups made elsewhere' }).click();
  await ada.press('Backups are made elsewhere');
  await ada.reads('nobody looks how old the newest is');
  await ada.press('They are not made elsewhere any more');
  await ada.reads('Saved.');
  await ada.open('/account');
  await ada.getByLabel('Write to me when a run ends that I started').uncheck();
  await ada.press('Save');
  await ada.reads('Saved.');
  assert.equal(await ada.locator('[name=run_notices]').isChecked(), false);
  assert.deepEqual(ada.wrongs, []);
});

test('a restore drill, a template that goes, a new link for a member and another password, the time zone, a mail server', async () => {
  await ada.open('/backups');
  await ada.press('Restore the newest, as a drill');
  await until(ada, '/backups', 'main :text("The newest backup can be restored.")');
  await ada.open('/settings/mail');
  await ada.press('Send me a test message');
  await ada.reads('The server took the message.');
  // One that an event has stays; this one nobody has.
  await ada.open('/template-uploads');
  const document = await ada.evaluate((path) => fetch(path).then((answer) => answer.text()), '/api/v1/templates/minimal/files/template.json');
  await ada.locator('[name=files]').setInputFiles({ name: 'template.json', mimeType: 'application/json', buffer: Buffer.from(document) });
  await ada.press('Look it over');
  await ada.set('name', 'silver');
  await ada.press('Keep it');
  await ada.open('/templates/silver');
  await ada.follow('Take it out of the library');
  await ada.press('Take it out of the library');
  await ada.reads('The template is out of the library.');
  await ada.open('/team');
  await ada.follow('Bob');
  await ada.follow('New link for a password');
  await ada.press('New link for a password');
  await chooses(bob, await ada.locator('.once code').innerText());
  await logsIn(bob, 'bob@example.org');
  await bob.open('/account/password');
  const other = `${PASSWORD}, another`;
  for (const [name, value] of [['password', PASSWORD], ['new', other], ['repeat', other]]) await bob.set(name, value);
  await bob.press('Change password');
  await bob.reads('Your password is changed.');
  await bob.goto(`${base}/staff/login`);
  assert.deepEqual(ada.wrongs, []);

  // An issuer of whom testamur.toml says neither time zone nor mail server.
  const second = new Issuer('Second Academy', 'second.example.org');
  const before = base;
  try {
    [base, link] = await serves(second, []);
    const eve = await member();
    await chooses(eve, link, 'Eve Owner');
    await logsIn(eve, 'eve@example.org');
    await eve.open('/settings/time-zone');
    await eve.set('time_zone', 'Europe/Berlin');
    await eve.press('Save');
    await eve.reads('Saved.');
    await eve.open('/settings/mail');
    await eve.set('relay', '127.0.0.1');
    await eve.set('port', String(relay));
    await eve.locator('[name=security]').selectOption('none');
    await eve.set('from', 'Second Academy <office@second.example>');
    await eve.press('Save');
    await eve.reads('Saved.');
    await eve.press('Send me a test message');
    await eve.reads('The server took the message.');
    await waits('the test', () => to('eve@example.org').length > 0);
    await eve.follow('Send no more mail');
    await eve.press('Send no more mail');
    await eve.reads('No more mail is sent.');
    assert.deepEqual(eve.wrongs, []);
  } finally {
    base = before;
    await new Promise((resolve) => {
      const service = children.at(-1);
      service.once('exit', resolve);
      service.kill();
    });
    second.remove();
  }
});

test('on the widest screen nothing is stretched beyond reading, on a phone nothing sticks out', async () => {
  const state = await ada.context().storageState();
  const pages = ['', '/events', '/events/MAPS', '/events/MAPS/people', '/events/MAPS/people/p0%40example.org', '/certificates?event=MAPS',
    '/certificates/batch?act=restore&which=but&event=MAPS', '/events/MAPS/chosen?act=exclude&which=but', '/deliveries', '/runs', '/audit', '/team'];
  for (const width of [390, 1440, 1920]) {
    const context = await browser.newContext({ storageState: state, locale: 'en-GB', viewport: { width, height: 1000 } });
    const page = await context.newPage();
    for (const path of pages) {
      assert.equal((await page.goto(`${base}/staff${path}`)).status(), 200, path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${path} is ${wide} wide at ${width}`);
      // A page has a widest line that eyes can follow, and stands in the middle.
      const main = await page.locator('.frame').boundingBox();
      assert.ok(main.width <= 1460, `${path}: ${main.width} at ${width}`);
      const [left, right] = [main.x, width - main.x - main.width];
      assert.ok(Math.abs(left - right) < 20, `${path}: ${left} and ${right} beside it`);
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `acts${path.replaceAll(/\W+/g, '_') || '_home'}-${width}.png`), fullPage: true });
    }
    await context.close();
  }
});
