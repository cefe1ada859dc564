// From a mail to a page that an employer sees: the real service, a mail server on this machine, and a browser that follows what a
// holder follows, on a phone and on a desk, by day and by night.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { drop, launch, openIn } from './browser.mjs';
import { Issuer, PROGRAM } from './site.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SINK = new URL('../../scripts/mail-sink', import.meta.url).pathname;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Where screenshots are kept, if somebody wants to look at them. */
const SHOTS = process.env.SCREENSHOTS;
const WAYS = ['light', 'dark'].flatMap((colorScheme) => [[390, 844], [1440, 900]].map(([width, height]) => ({ colorScheme, viewport: { width, height } })));
const PEOPLE = ['Zoë Ångström', 'Alan Turing', 'Grace Hopper', 'Katherine Johnson', 'Emmy Noether'];
const HEDY = 'Hedy Lamarr,hedy@example.org';
const IDA = 'Ida Rhodes,ida@example.org';
const children = [];
let issuer;
let browser;
let base;
let mails;
/** What a browser with a screen calls itself: one without is taken for a program that checks mails. */
let agent;

before(async () => {
  issuer = new Issuer();
  issuer.issue('MAPS', 'Applied Cartography', PEOPLE);
  enrol('WAVES', 'Spread Spectrum', [HEDY]);
  enrol('SAILING', 'Sailing', ['Anna Berg,family@example.org', 'Berta Berg,family@example.org']);
  for (const [event, title] of [['KNOTS', 'Knots'], ['CHARTS', 'Charts'], ['TIDES', 'Tides']]) enrol(event, title, [IDA]);
  pending('ROUTES', 'Passage Planning', 'Ida Rhodes,ida@example.org,50');
  issuer.publish();
  mails = join(issuer.folder, 'mails');
  const relay = Number(await said(start('python3', [SINK, mails]), /^(\d+)\n/));
  appendFileSync(join(issuer.folder, 'data', 'testamur.toml'), [
    '', '[mail]', 'relay = "127.0.0.1"', `port = ${relay}`, 'security = "none"', 'per_minute = 0', 'per_domain = 0',
    'from = "Example Academy <certificates@academy.example>"', '', '[serve]', 'links_per_caller = 50', '',
  ].join('\n'));
  const port = await freePort();
  base = `http://localhost:${port}`;
  const env = { ...process.env, TESTAMUR_PASSPHRASE: 'only for tests', TESTAMUR_DATA: join(issuer.folder, 'data') };
  const serving = ['serve', '--listen', `127.0.0.1:${port}`, '--public-url', base, '--site', issuer.site, '--log', 'text'];
  await said(start(PROGRAM, serving, env), /(listening) on/);
  await opened('ROUTES');
  issuer.run('mail', 'send', 'MAPS');
  browser = await launch();
  agent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version()} Safari/537.36`;
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

/** Puts people into an event of their own, and issues to them. */
function enrol(event, title, rows) {
  const list = join(issuer.folder, `${event}.csv`);
  writeFileSync(list, `${['name,email', ...rows].join('\n')}\n`);
  issuer.run('event', 'create', event, '--title', title, '--template', 'classic');
  issuer.run('import', event, list, '--same-address', 'two-people');
  issuer.run('issue', event, '--format', 'json', '--out', issuer.out);
}

/** Puts somebody into an event whose rule they do not meet yet. */
function pending(event, title, row) {
  const list = join(issuer.folder, `${event}.csv`);
  writeFileSync(list, `name,email,attendance\n${row}\n`);
  issuer.run('event', 'create', event, '--title', title, '--template', 'classic', '--rule', '{"attendance":{"percent":80}}');
  issuer.run('import', event, list);
}

/** Moves an event on, as a member of staff does: what is a draft tells nobody that they are to get something. */
async function opened(event) {
  const password = 'a password for tests only';
  const post = async (path, body, headers = {}) => {
    const answer = await fetch(`${base}/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`);
    return answer;
  };
  const [, token] = /#(\S+)/.exec(issuer.run('staff', 'invite', 'ada@example.org', '--name', 'Ada', '--role', 'owner'));
  await post('/password', { token, password });
  const login = await post('/login', { email: 'ada@example.org', password });
  const { csrfToken } = await login.json();
  await post(`/events/${event}/state`, { to: 'open' }, { cookie: login.headers.get('set-cookie').split(';')[0], 'x-csrf-token': csrfToken });
}

function start(program, args, env = process.env) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return child;
}

/** Waits until a child prints something, and returns what was looked for. */
function said(child, wanted) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (some) => {
      text += some;
      const found = wanted.exec(text);
      if (found) resolve(found[1]);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`ended with ${code} after: ${text}`)));
  });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

/** Returns the address in a mail to somebody that begins so, once there is one that is not among the known. */
async function linkTo(address, path, known = []) {
  const wanted = new RegExp(`${base.replaceAll('/', '\\/')}${path}[a-z0-9.]+`);
  for (let tries = 0; tries < 600; tries += 1) {
    for (const name of readdirSync(mails).filter((one) => one.endsWith('.eml')).sort().reverse()) {
      const mail = readFileSync(join(mails, name), 'utf8');
      // Quoted-printable (RFC 2045 section 6.7), as far as an address needs it.
      const text = mail.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
      const found = wanted.exec(text);
      if (found && mail.includes(address) && !known.includes(found[0])) return found[0];
    }
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`no mail with ${path} came to ${address}`);
}

const used = [];

/** Asks for a link and returns it. */
async function asked(page, address) {
  await page.goto(`${base}/portal`);
  await page.fill('#email', address);
  await page.click('form[action$="/portal/login"] button');
  const link = await linkTo(address, '/portal/enter/', used);
  used.push(link);
  return link;
}

/** Presses each button that copies a field for LinkedIn, and compares with what the link says. */
async function copied(context, page) {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: base });
  await page.bringToFront();
  const query = new URL(await page.getAttribute('a[href*="linkedin.com/profile/add"]', 'href')).searchParams;
  const fields = {};
  for (const row of await page.locator('dl.copy > div').all()) {
    await row.getByRole('button').click();
    await row.locator('button', { hasText: 'Copied' }).waitFor();
    fields[await row.locator('dt').innerText()] = await page.evaluate(() => navigator.clipboard.readText());
  }
  assert.deepEqual(fields, {
    Name: query.get('name'),
    'Issuing organization': query.get('organizationName'),
    'Issue date': `${query.get('issueYear')}-${query.get('issueMonth').padStart(2, '0')}`,
    'Credential ID': query.get('certId'),
    'Credential URL': query.get('certUrl'),
  });
}

/** Goes the whole way as one of the people; `look` is asked at each page. */
async function walk(context, person, look) {
  const address = `p${PEOPLE.indexOf(person)}@example.org`;
  const page = await context.newPage();
  const wrongs = [];
  page.on('pageerror', (error) => wrongs.push(`error ${error.message}`));
  page.on('console', (message) => { if (message.type() === 'error') wrongs.push(message.text()); });
  page.on('request', (request) => { if (new URL(request.url()).origin !== base) wrongs.push(`request to ${request.url()}`); });

  await page.goto(await linkTo(address, '/m/'));
  await look(page, 'link');
  const [mailed] = await Promise.all([page.waitForEvent('download'), page.click('button[value=pdf]')]);
  const first = readFileSync(await mailed.path());
  assert.equal(first.subarray(0, 5).toString(), '%PDF-');

  // A link that is over, in a tab of its own: a browser notes that it was answered with an error.
  const gone = await context.newPage();
  assert.equal((await gone.goto(`${base}/m/${'0'.repeat(26)}`)).status(), 404);
  assert.match(await gone.innerText('h1'), /leads nowhere any more/);
  await look(gone, 'gone');
  await gone.close();

  await page.goto(`${base}/portal`);
  await look(page, 'door');
  await page.goto(`${base}/portal/lost`);
  await look(page, 'lost');
  await page.goto(`${base}/portal`);
  await page.fill('#email', address);
  await page.click('form[action$="/portal/login"] button');
  await look(page, 'sent');
  await page.goto(await linkTo(address, '/portal/enter/'));
  await look(page, 'enter');
  await page.click('form[action$="/portal/enter"] button');
  await page.waitForURL('**/portal/certificates');
  await look(page, 'mine');
  await page.click('.row h2 a');
  assert.match(await page.innerText('main'), new RegExp(person));
  await look(page, 'certificate');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href*="format=pdf"]')]);
  assert.match(download.suggestedFilename(), /\.pdf$/);
  const file = { name: 'certificate.pdf', mimeType: 'application/pdf', buffer: readFileSync(await download.path()) };
  assert.ok(file.buffer.equals(first), 'the link and the portal give the same file');

  const verifier = await openIn(context, `${base}/verify/`);
  assert.equal((await drop(verifier, file)).code, 'valid');
  assert.deepEqual(verifier.wrongs, []);
  await verifier.close();

  // Hidden until its holder shows it.
  const shown = page.locator('form[action$="/shown"] button');
  await shown.click();
  await page.waitForSelector('input[name=indexed]');
  await look(page, 'visible');
  await copied(context, page);
  const lead = await page.getAttribute('#share ~ p > a[href*="/c/"]', 'href');
  await page.goto(lead);
  await look(page, 'public');
  const order = await page.$eval('main', (main) => [...main.querySelectorAll('h1, img, dl')].map((one) => one.id || one.tagName));
  assert.deepEqual(order.slice(0, 2), ['verdict', 'IMG'], 'the verdict stands first, then the picture');
  assert.equal(await page.locator('section.verdict.green #verdict').count(), 1);
  assert.match(await page.innerText('main'), new RegExp(person));
  const drawn = await page.$eval('figure img', async (image) => { await image.decode(); return image.naturalWidth; });
  assert.ok(drawn > 300, `a picture ${drawn} pixels wide`);
  const card = await context.request.get(await page.getAttribute('meta[property="og:image"]', 'content'));
  const bytes = await card.body();
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [1200, 627]);
  assert.ok(bytes.length < 300_000, `a card of ${bytes.length} bytes`);

  // On paper the verdict stays, and what would be pressed goes.
  await page.emulateMedia({ media: 'print' });
  assert.deepEqual([await page.isVisible('#verdict'), await page.isVisible('.actions a')], [true, false]);
  await page.emulateMedia({ media: null });

  // Who is not its holder sees the same page, and nothing of the portal.
  const stranger = await browser.newContext({ locale: 'en-GB' });
  assert.equal((await stranger.request.get(lead)).status(), 200);
  assert.equal((await stranger.request.get(`${base}/portal/certificates`, { maxRedirects: 0 })).status(), 303);
  await stranger.close();
  assert.deepEqual(wrongs, []);
}

test('a holder comes from a mail to a page that others see, and nothing is loaded from elsewhere', async () => {
  const context = await browser.newContext({ locale: 'en-GB', acceptDownloads: true, userAgent: agent });
  await walk(context, PEOPLE[0], async () => {});
  const cookies = await context.cookies(base);
  const session = cookies.find((one) => one.name === '__Host-testamur_portal');
  assert.ok(session?.secure && session.httpOnly, JSON.stringify(cookies.map((one) => one.name)));
  await context.close();
});

test('a browser without a screen uses no link up', async () => {
  const [scanner, person] = await Promise.all([{}, { userAgent: agent }].map((more) => browser.newContext({ locale: 'en-GB', ...more })));
  const page = await person.newPage();
  const link = await asked(page, 'hedy@example.org');
  const looked = await scanner.newPage();
  await looked.goto(link);
  const press = () => looked.locator('form[action$="/portal/enter"]').evaluate((form) => form.submit());
  await Promise.all([looked.waitForNavigation(), press()]);
  await looked.fill('#number', 'test');
  await Promise.all([looked.waitForNavigation(), press()]);
  assert.match(await looked.innerText('main'), /This is not the number/);
  await looked.goto(`${base}/portal/certificates`);
  assert.equal(new URL(looked.url()).pathname, '/portal', 'it is not in');
  await page.goto(link);
  await page.click('form[action$="/portal/enter"] button');
  await page.waitForURL('**/portal/certificates');
  await Promise.all([scanner.close(), person.close()]);
});

test('a person whose browser is called as such a program types a number, and is in', async () => {
  const context = await browser.newContext({ locale: 'en-GB', bypassCSP: true, viewport: { width: 390, height: 844 }, userAgent: `${agent} Zscaler/4.2` });
  const page = await context.newPage();
  await page.goto(await asked(page, 'hedy@example.org'));
  const look = looking({ colorScheme: 'light', viewport: { width: 390 } });
  await look(page, 'number');
  await page.fill('#number', '1');
  await page.click('form[action$="/portal/enter"] button');
  await look(page, 'number-wrong');
  await page.fill('#number', (await page.innerText('label[for=number]')).match(/\d+/)[0]);
  await page.click('form[action$="/portal/enter"] button');
  await page.waitForURL('**/portal/certificates');
  await context.close();
});

/** Returns what looks at a page: nothing that axe finds, nothing too wide. */
function looking({ colorScheme, viewport }) {
  return async (page, name) => {
    await page.waitForLoadState('load');
    if (SHOTS) {
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}-${viewport.width}.png`), fullPage: true });
    }
    await page.addScriptTag({ path: AXE });
    const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: values }), RULES);
    const found = violations.map((one) => `${name}: ${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
    assert.deepEqual(found, []);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
  };
}

function contextOf(way) {
  return browser.newContext({ locale: 'en-GB', acceptDownloads: true, bypassCSP: true, reducedMotion: 'reduce', userAgent: agent, ...way });
}

for (const [at, way] of WAYS.entries()) {
  const called = `${way.colorScheme}, ${way.viewport.width} wide`;
  test(`axe finds nothing on the whole way, ${called}`, async () => {
    const context = await contextOf(way);
    await walk(context, PEOPLE[at + 1], looking(way));
    await context.close();
  });

  test(`axe finds nothing where several share a mailbox, ${called}`, async () => {
    await several(way, looking(way));
  });
}

/** Looks at the page that asks who one is. */
async function several(way, look) {
  const family = await contextOf(way);
  const shared = await family.newPage();
  await shared.goto(await asked(shared, 'family@example.org'));
  await shared.click('form[action$="/portal/enter"] button');
  await shared.waitForSelector('#who');
  await look(shared, 'who');
  await family.close();
}

/** Lets somebody in and makes of their certificates what they may be: one revoked, one replaced, one whose name is to be corrected. */
async function idas(context) {
  const page = await context.newPage();
  await page.goto(await asked(page, 'ida@example.org'));
  await page.click('form[action$="/portal/enter"] button');
  await page.waitForURL('**/portal/certificates');
  const pages = {};
  for (const title of ['Knots', 'Charts', 'Tides']) {
    await page.goto(`${base}/portal/certificates`);
    await page.locator('.row h2 a', { hasText: title }).click();
    pages[title] = { mine: page.url(), number: page.url().split('/').pop() };
    await page.locator('form[action$="/shown"] button').click();
    pages[title].shown = await page.getAttribute('#share ~ p > a[href*="/c/"]', 'href');
  }
  await page.goto(`${base}/portal/certificates`);
  await page.fill('#profile-name', 'What I learnt about the sea');
  for (const box of await page.locator('#profile input[type=checkbox]').all()) await box.check();
  await page.locator('#profile form button').first().click();
  pages.profile = await page.getAttribute('#profile p > a[href*="/p/"]', 'href');
  issuer.run('revoke', pages.Knots.number, '--now', '--reason', 'issued by mistake');
  issuer.run('regenerate', pages.Charts.number, '--template', 'modern', '--reason', 'drawn otherwise');
  await page.goto(pages.Tides.mine);
  await page.locator('summary', { has: page.locator('#correct') }).click();
  await page.fill('#name', 'Ida Mary Rhodes');
  await page.fill('#note', 'as in the passport');
  await page.locator('form[action$="/correction"] button').click();
  await page.close();
  return pages;
}

test('axe finds nothing on a profile, on what is pending, revoked or replaced, and where a name is corrected', async () => {
  const context = await contextOf(WAYS[0]);
  const { Knots, Charts, Tides, profile } = await idas(context);
  // Who is in is told by cookies alone: what else a browser keeps is not asked for.
  const storageState = { cookies: await context.cookies(), origins: [] };
  await context.close();
  for (const way of WAYS) {
    const [inside, look] = [await contextOf({ ...way, storageState }), looking(way)];
    const page = await inside.newPage();
    const reads = async (address, name, wanted) => {
      assert.equal((await page.goto(new URL(address, base).href)).status(), 200, name);
      assert.match(await page.innerText('main'), wanted, name);
      await look(page, name);
    };
    await reads('/portal/certificates', 'pending', /Passage Planning[\s\S]*50 %[\s\S]*80 %/);
    await reads(profile, 'profile', /What I learnt about the sea[\s\S]*Tides/);
    await reads(Knots.mine, 'mine-revoked', /[Rr]evoked/);
    await reads(Knots.shown, 'public-revoked', /[Rr]evoked[\s\S]*issued by mistake/);
    await reads(Charts.mine, 'mine-replaced', /Charts/);
    await reads(Charts.shown, 'public-replaced', /[Rr]eplaced|[Ss]uperseded|newer/);
    await reads(Tides.mine, 'correction-waits', /Ida Mary Rhodes/);
    await page.goto(Charts.mine);
    await page.locator('summary', { has: page.locator('#correct') }).click();
    await look(page, 'correction');
    await inside.close();
  }
});
