// What the page needs of the trust store.

import { TrustAnchors, type Anchor } from '../core/index.js';

export interface Trust {
  readonly anchors: TrustAnchors;
  /** Whether the page may ask its own site at all. */
  readonly online: boolean;
  /** Why a kept or enclosed trust file was refused at the start. */
  readonly problem?: unknown;
  /** Resolves, if the site is asked in the background, with whether something changed; rejects if it was refused. */
  readonly refreshed?: Promise<boolean>;
  isHome(anchor: Anchor): boolean;
  fetch(url: URL): Promise<string>;
  add(text: string): Promise<Anchor>;
  remove(issuer: string): Promise<void>;
  refresh(): Promise<'fresh' | 'unreachable'>;
}

/** TEMP */
export async function openTrust(): Promise<Trust> {
  const anchors = new TrustAnchors();
  let home = '';
  const get = async (url: URL) => { const r = await fetch(url); if (!r.ok) throw new Error('no'); return r.text(); };
  const refresh = async (): Promise<'fresh' | 'unreachable'> => {
    const text = await get(new URL('../trust.jws', document.baseURI)).catch(() => undefined);
    if (text === undefined) return 'unreachable';
    home = (await anchors.add(text)).issuer;
    return 'fresh';
  };
  const inline = document.getElementById('trust-jws')?.textContent.trim() ?? '';
  if (__SINGLE_FILE__) home = (await anchors.add(inline)).issuer; else await refresh();
  return { anchors, online: !__SINGLE_FILE__, isHome: (a) => a.issuer === home, fetch: get, add: (t) => anchors.add(t),
    remove: async (i) => { anchors.remove(i); }, refresh };
}
