// The page: four ways in (a link's fragment, files, the camera, pasted text), one verdict out. Verifying makes no request;
// only the trust files of the page's own site are fetched, in src/trust.

import { verify, type Verdict } from '../core/index.js';
import { CameraError } from '../scan/camera-error.js';
import { BATCH_FILES, runBatch } from './batch.js';
import { differences } from './compare.js';
import { byId, h } from './dom.js';
import { current, keep, LANGUAGES, pieces, preferred, t, use, type Language } from './messages.js';
import { FILE_MEGABYTES, readFile, ReadError, type Input } from './reading.js';
import { startOffline } from './offline.js';
import type { Result } from './result.js';
import { openTrust, type Trust } from './trust.js';
import { TrustView } from './trust-view.js';
import { showVerdict, words } from './verdict-view.js';

const section = byId('verdict');
const batch = byId('batch');
const busy = byId('busy');

let trust: Trust;
let trustView: TrustView;
/** What stands in the verdict's section, to be said again in another language or with other anchors. */
let last: { input: Input; result: Result } | undefined;
let camera: AbortController | undefined;
/** How often something was given to the page: an answer to what came before the newest is not shown. */
let turn = 0;

async function judge(input: Input, name?: string): Promise<Result> {
  const at = new Date();
  const verdict: Verdict = await verify(input.text, trust.anchors, at);
  const compared = input.printed !== undefined && verdict.credential !== undefined && verdict.claimed === undefined;
  const result: Result = { verdict, at, printed: input.paper };
  if (name !== undefined) result.name = name;
  if (input.doubtful === true) result.doubtful = true;
  if (compared && input.printed !== undefined) result.differences = differences(input.printed, verdict);
  return result;
}

function show(input: Input, result: Result, focus = true): void {
  last = { input, result };
  showVerdict(section, result, trust.anchors.issuers());
  document.body.dataset['decided'] = '';
  const { title, text, todo } = words(result);
  byId('announce').textContent = `${title}. ${text} ${todo}`;
  byId('ways-title').textContent = t('ways.again');
  byId('again').addEventListener('click', (event) => {
    event.preventDefault();
    clear();
    byId('paste').focus();
  });
  if (focus) {
    section.focus({ preventScroll: true });
    section.scrollIntoView({ block: 'start' });
  }
}

function clear(): void {
  turn += 1;
  last = undefined;
  section.hidden = true;
  delete section.dataset['verdict'];
  delete section.dataset['class'];
  delete document.body.dataset['decided'];
  section.replaceChildren();
  batch.hidden = true;
  batch.replaceChildren();
  byId('announce').textContent = '';
  byId('notice').hidden = true;
  byId('ways-title').textContent = t('ways.title');
}

async function check(input: Input, name?: string): Promise<void> {
  const mine = turn;
  const result = await judge(input, name);
  if (mine === turn) show(input, result);
}

async function checkFile(file: File): Promise<{ input: Input; result: Result }> {
  const input = await readFile(file);
  return { input, result: await judge(input, file.name) };
}

/** One file gets the whole section, several a table. */
async function checkFiles(files: readonly File[]): Promise<void> {
  const [first] = files;
  if (!first) return;
  camera?.abort();
  clear();
  if (files.length === 1) {
    say(t('busy.file', { name: first.name }));
    const mine = turn;
    try {
      const { input, result } = await checkFile(first);
      if (mine !== turn) return;
      show(input, result);
      say('');
    } catch (error) {
      if (mine === turn) say(explain(error), true);
    }
    return;
  }
  say('');
  const inputs = new Map<Result, Input>();
  await runBatch(batch, files.slice(0, BATCH_FILES), async (file) => {
    const { input, result } = await checkFile(file);
    inputs.set(result, input);
    return result;
  }, explain, (result) => { show(inputs.get(result) ?? { text: '', paper: false }, result); });
}

function explain(error: unknown): string {
  if (error instanceof ReadError) return t(error.key, { limit: FILE_MEGABYTES });
  if (error instanceof CameraError) return t(`scan.${error.reason}`);
  return t('read.unreadable');
}

function say(text: string, bad = false): void {
  busy.textContent = text;
  busy.hidden = text === '';
  busy.className = bad ? 'busy bad' : 'busy';
  if (bad) byId('announce').textContent = text;
}

function wireFiles(): void {
  const input = byId<HTMLInputElement>('files');
  const drop = byId('drop');
  input.addEventListener('change', () => {
    void checkFiles([...input.files ?? []]).finally(() => { input.value = ''; });
  });
  // The whole window takes files: a near miss must not open the PDF instead of the page.
  addEventListener('dragover', (event) => { event.preventDefault(); drop.classList.add('over'); });
  addEventListener('dragleave', (event) => { if (event.relatedTarget === null) drop.classList.remove('over'); });
  addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    const text = event.dataTransfer?.getData('text/plain') ?? '';
    const files = [...event.dataTransfer?.files ?? []];
    if (files.length > 0) void checkFiles(files);
    else if (text !== '') {
      clear();
      say('');
      void check({ text, paper: false }).catch((error: unknown) => { say(explain(error), true); });
    }
  });
  addEventListener('paste', (event) => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length > 0) void checkFiles(files);
  });
}

function wirePaste(): void {
  const area = byId<HTMLTextAreaElement>('paste');
  byId('paste-form').addEventListener('submit', (event) => {
    event.preventDefault();
    camera?.abort();
    if (area.value.trim() === '') {
      say(t('paste.empty'), true);
      area.focus();
      return;
    }
    say('');
    clear();
    void check({ text: area.value, paper: false })
      .then(() => { area.value = ''; }, (error: unknown) => { say(explain(error), true); });
  });
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      byId<HTMLFormElement>('paste-form').requestSubmit();
    }
  });
}

function wireCamera(): void {
  const button = byId<HTMLButtonElement>('scan');
  button.addEventListener('click', () => {
    if (camera) {
      camera.abort();
      return;
    }
    camera = new AbortController();
    clear();
    say('');
    button.textContent = t('scan.stop');
    const { signal } = camera;
    import('../scan/camera.js').then(({ scan }) => scan(byId('camera'), signal))
      .then(async (text) => { if (text !== undefined) await check({ text, paper: false }); })
      .catch((error: unknown) => { say(explain(error), true); })
      .finally(() => {
        camera = undefined;
        button.textContent = t('scan.start');
      });
  });
}

function wireLanguage(): void {
  const select = byId<HTMLSelectElement>('language');
  select.append(...Object.entries(LANGUAGES).map(([code, name]) => h('option', { value: code, lang: code }, name)));
  select.value = current();
  select.addEventListener('change', () => {
    const chosen = select.value as Language;
    keep(chosen);
    void use(chosen).then(() => {
      trustView.draw();
      notice();
      if (last) show(last.input, last.result, false);
    });
  });
}

/** With a fragment the page decides by itself; and says that whoever made the code chose the address too. */
async function fromFragment(): Promise<void> {
  if (location.hash.length < 2 || document.getElementById(location.hash.slice(1)) !== null) return;
  clear();
  say('');
  // What stands before the fragment is this page, whatever its address is by now: the credential is behind it.
  await check({ text: location.hash.slice(1), paper: false, linked: true });
  notice();
}

function notice(): void {
  const place = byId('notice');
  const shown = last?.input.linked === true;
  place.hidden = !shown;
  const address = h('strong', {}, h('bdi', {}, location.protocol === 'file:' ? 'file:' : location.host));
  if (shown) place.replaceChildren(...pieces('fragment', { address }));
}

/** Other anchors may mean another verdict for what is shown. */
async function again(): Promise<void> {
  if (!last) return;
  const before = last;
  const result = await judge(before.input, before.result.name);
  if (last === before) show(before.input, result, false);
}

/** Without `crypto.subtle` (plain http) nothing can be checked: says so, and where to go instead. */
function insecure(): void {
  const secure = location.href.replace(/^http:/, 'https:');
  const address = h('a', { href: secure }, h('bdi', {}, secure.split('#', 1)[0]));
  const place = byId('notice');
  place.replaceChildren(...pieces('insecure', { address }));
  place.hidden = false;
  byId('announce').textContent = place.textContent;
  byId('ways').hidden = true;
  byId('trust').hidden = true;
}

async function start(): Promise<void> {
  await use(preferred());
  if ((crypto.subtle as SubtleCrypto | undefined) === undefined) {
    insecure();
    document.body.dataset['ready'] = '';
    return;
  }
  trust = await openTrust();
  trustView = new TrustView(byId('trust'), trust, () => { void again(); });
  trustView.draw();
  wireLanguage();
  wireFiles();
  wirePaste();
  wireCamera();
  addEventListener('hashchange', () => { void fromFragment(); });
  document.body.dataset['ready'] = '';
  await fromFragment();
  startOffline();
  if (trust.problem !== undefined) trustView.refused(trust.problem);
  void trust.refreshed?.then((changed) => {
    trustView.draw();
    if (changed) void again();
  }, (error: unknown) => { trustView.refused(error); });
}

void start();
