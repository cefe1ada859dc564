// The page: four ways in (a link's fragment, files, the camera, pasted text), one verdict out. Verifying makes no request;
// only the trust files of the page's own site are fetched, in src/trust.

import { FILE_MEGABYTES, ReadError } from '../open/bounds.js';
import { CameraError } from '../scan/camera-error.js';
import type { Source } from './batch.js';
import { byId, h } from './dom.js';
import { judge, type Input, type Judged } from './judge.js';
import { current, keep, LANGUAGES, pieces, preferred, t, use, type Language } from './messages.js';
import { startOffline } from './offline.js';
import { openTrust, type Trust } from './trust.js';
import { TrustView } from './trust-view.js';
import { showVerdict, words } from './verdict-view.js';

const section = byId('verdict');
const batch = byId('batch');
const busy = byId('busy');

let trust: Trust;
let trustView: TrustView;
/** What stands in the verdict's section, to be said again in another language or with other anchors. */
let last: Judged | undefined;
let camera: AbortController | undefined;
/** What fills the table, to be judged again with other anchors. */
let listed: readonly Source[] | undefined;
/** How often something was given to the page: an answer to what came before the newest is not shown. */
let turn = 0;

function show(judged: Judged, focus = true): void {
  last = judged;
  const { result } = judged;
  const back = batch.hidden ? undefined : backToList;
  showVerdict(section, result, trust.anchors.issuers(), { link: linkTo(judged), back });
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

/** A link to this page that carries the credential: what its code says, or the compact JWS. */
function linkTo({ input, result }: Judged): string | undefined {
  const { raw } = result.verdict;
  const [page] = location.href.split('#', 1);
  const text = /^\S*#(1\d+)\s*$/.exec(input.text)?.[1] ?? raw;
  return __SINGLE_FILE__ || text === undefined || !/^[\w.-]+$/.test(text) ? undefined : `${page}#${text}`;
}

/** Hides the one that was looked at; the table is where it was. */
function backToList(): void {
  last = undefined;
  hide();
  batch.focus({ preventScroll: true });
  batch.scrollIntoView({ block: 'start' });
}

function clear(): void {
  turn += 1;
  last = undefined;
  listed = undefined;
  hide();
  batch.hidden = true;
  batch.replaceChildren();
  byId('announce').textContent = '';
  byId('notice').hidden = true;
  byId('ways-title').textContent = t('ways.title');
}

function hide(): void {
  section.hidden = true;
  delete section.dataset['verdict'];
  delete section.dataset['class'];
  delete document.body.dataset['decided'];
  section.replaceChildren();
}

async function check(input: Input): Promise<void> {
  const mine = turn;
  const result = await judge(input, trust.anchors);
  if (mine === turn) show({ input, result });
}

/** One certificate gets the whole section, several a table. */
async function checkFiles(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  camera?.abort();
  const { parted } = await import('./trust-files.js');
  const { trusting, others } = await parted(files);
  if (trusting.length > 0) await trustView.take(trusting);
  const [first] = others;
  if (!first) {
    say('');
    byId('trust').scrollIntoView({ block: 'start' });
    return;
  }
  clear();
  say(others.length === 1 ? t('busy.file', { name: first.name }) : '');
  // Whoever comes by a link needs none of it.
  const { open } = await import('../open/index.js');
  await checkSources(others.map((file) => ({ name: file.name, size: file.size, open: (bounds) => open(file, file.name, bounds) })), show);
}

/** What the camera saw in one frame: mostly one code, several where certificates lie side by side. */
async function checkCodes(texts: readonly string[]): Promise<void> {
  const name = t('scan.video');
  const candidates = texts.map((text) => ({ text }));
  const source: Source = { name, size: 0, open: async function* () { yield { name, document: { candidates, paper: false } }; } };
  await checkSources(texts.length > 0 ? [source] : [], ({ input, result }) => {
    delete result.name;
    show({ input, result });
  });
}

async function checkSources(sources: readonly Source[], showOne: (judged: Judged) => void): Promise<void> {
  if (sources.length === 0) return;
  const mine = turn;
  listed = sources;
  const { checkAll } = await import('./batch.js');
  await checkAll(sources, trust.anchors, {
    section: batch,
    show: (judged) => { say(''); showOne(judged); },
    fail: (problem) => { say(problem, true); },
    explain,
    isOver: () => mine !== turn,
  });
  if (mine === turn && !batch.hidden) say('');
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
    else if (text !== '') void checkText(text);
  });
  addEventListener('paste', (event) => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length > 0) void checkFiles(files);
  });
}

/** A text may also say whom to trust. */
async function checkText(text: string): Promise<void> {
  say('');
  const { saysWhomToTrust } = await import('./trust-files.js');
  if (saysWhomToTrust(text)) {
    await trustView.take([text]);
    return;
  }
  clear();
  await check({ text, paper: false }).catch((error: unknown) => { say(explain(error), true); });
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
    void checkText(area.value).then(() => { area.value = ''; });
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
      .then(checkCodes)
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
      if (last) show(last, false);
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
  if (!batch.hidden && listed) {
    turn += 1;
    last = undefined;
    hide();
    await checkSources(listed, show);
    return;
  }
  if (!last) return;
  const before = last;
  const result = await judge(before.input, trust.anchors, before.result.name);
  if (before.result.left) result.left = before.result.left;
  if (last === before) show({ input: before.input, result }, false);
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
