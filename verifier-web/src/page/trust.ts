// The trust store as the page uses it: opened with the roots pinned in the page, then brought up to date from the page's
// own site, or from inside the single file.

import { TrustError, type Anchor, type Foreign, type TrustAnchors } from '../core/index.js';
import { TrustStore, type Preview, type Roots } from '../trust/index.js';

/** Where the site keeps its trust file, seen from the page. */
const OWN_FILE = '../trust.jws';

/** The anchors and what can be done with them. */
export interface Trust {
  readonly anchors: TrustAnchors;
  /** Whether the page may ask its own site at all. */
  readonly online: boolean;
  /** Why a trust file was refused at the start. */
  readonly problem?: unknown;
  /** If the site is asked in the background: resolves with whether something changed, rejects if its file was refused. */
  readonly refreshed?: Promise<boolean>;
  /** Whether the page itself vouches for this issuer. */
  isHome(anchor: Anchor): boolean;
  fetch(url: URL): Promise<string>;
  preview(text: string): Promise<Preview>;
  add(text: string): Promise<Anchor>;
  /** Adds a DID document or a status list of an issuer without a trust file, and returns whose it is. */
  addForeign(text: string): Promise<string>;
  /** Those issuers. */
  foreign(): Foreign[];
  remove(issuer: string): Promise<void>;
  refresh(): Promise<'fresh' | 'unreachable'>;
}

/** Opens the store. Waits for the site only if nothing of it is kept yet. */
export async function openTrust(): Promise<Trust> {
  const roots = pinned();
  // Asked for at once: it is on its way while the store opens.
  let first = __SINGLE_FILE__ ? undefined : ownFile();
  const store = await TrustStore.open(roots);
  const home = new Set(Object.keys(roots));
  const trust: Trust = {
    anchors: store.anchors,
    online: !__SINGLE_FILE__,
    isHome: (anchor) => home.has(anchor.issuer),
    fetch: (url) => TrustStore.fetchFile(url),
    preview: (text) => store.previewAny(text),
    add: (text) => store.add(text),
    addForeign: (text) => store.addForeign(text),
    foreign: () => store.foreign(),
    remove: (issuer) => store.remove(issuer),
    refresh: () => {
      const file = first ?? ownFile();
      first = undefined;
      return refresh(store, home, file);
    },
  };
  if (__SINGLE_FILE__) return { ...trust, ...await caught(addOwn(store, home, enclosed())) };
  if (store.anchors.issuers().some((anchor) => home.has(anchor.issuer))) {
    const before = versions(store);
    return { ...trust, refreshed: trust.refresh().then(() => versions(store) !== before) };
  }
  return { ...trust, ...await caught(trust.refresh()) };
}

/** The site's own trust file: its text, or why there is none. */
function ownFile(): Promise<{ text: string } | { error: unknown }> {
  return TrustStore.fetchFile(new URL(OWN_FILE, document.baseURI)).then((text) => ({ text }), (error: unknown) => ({ error }));
}

async function refresh(
  store: TrustStore,
  home: Set<string>,
  file: ReturnType<typeof ownFile>,
): Promise<'fresh' | 'unreachable'> {
  const own = await file;
  if ('error' in own) {
    if (own.error instanceof TrustError) throw own.error;
    return 'unreachable';
  }
  await addOwn(store, home, own.text);
  return 'fresh';
}

/** The page's own trust file needs nobody's consent, but it must be of the issuer whose root the page pins. */
async function addOwn(store: TrustStore, home: Set<string>, text: string): Promise<void> {
  if (text === '') return;
  const { issuer } = await store.add(text, (issuer) => {
    if (home.size > 0 && !home.has(issuer)) throw new TrustError('pin_not_found', `${issuer} is not pinned in this page`);
  });
  home.add(issuer);
}

async function caught(work: Promise<unknown>): Promise<{ problem?: unknown }> {
  try {
    await work;
    return {};
  } catch (problem) {
    return { problem };
  }
}

function versions(store: TrustStore): string {
  return store.anchors.issuers().map((anchor) => `${anchor.issuer} ${anchor.version} ${anchor.issued}`).join('\n');
}

function pinned(): Roots {
  const text = document.getElementById('trust-roots')?.textContent ?? '{}';
  return JSON.parse(text) as Roots;
}

function enclosed(): string {
  const text = document.getElementById('trust-jws')?.textContent.trim() ?? '';
  // What `testamur publish` did not fill in.
  return text.startsWith('@@') ? '' : text;
}
