// The trust anchors of this browser: snapshots and what was seen of them, kept in IndexedDB between visits. Knows no page.
//
// Whatever is kept is verified again when it is read. Whoever can write into this storage can add issuers or make them
// forgotten, as the person at the page can; an issuer whose root is pinned in the page keeps that root.

import { TrustAnchors, TrustError, type Anchor, type Seen } from '../core/index.js';
import { openCabinet, type Cabinet, type Kept } from './cabinet.js';

/** Pinned roots by issuer's DID: base64url of the key. */
export type Roots = Readonly<Record<string, string>>;

/** A trust file larger than this is not read: `snapshotBytes`, in base64url, with room for the signature. */
const LARGEST_FILE = Math.ceil((67_108_864 * 4) / 3) + 65_536;

/** The anchors of this browser. */
export class TrustStore {
  private constructor(
    readonly anchors: TrustAnchors,
    /** False where nothing is kept past this visit: private windows, or a file opened from disk in some browsers. */
    readonly lasting: boolean,
    private readonly cabinet: Cabinet,
    private readonly roots: Roots,
    private readonly files: Map<string, string>,
  ) {}

  /** Opens what earlier visits kept. What no longer verifies is left out. */
  static async open(roots: Roots = {}): Promise<TrustStore> {
    const { cabinet, lasting } = await openCabinet();
    const kept = await cabinet.all();
    const anchors = TrustAnchors.withSeen(Object.fromEntries(kept.map(({ issuer, seen }) => [issuer, seen])));
    const store = new TrustStore(anchors, lasting, cabinet, roots, new Map());
    for (const { issuer, trustJws } of kept) {
      if (trustJws === undefined) continue;
      const anchor = await anchors.add(trustJws, roots[issuer]).catch(() => undefined);
      if (anchor) store.files.set(issuer, trustJws);
    }
    return store;
  }

  /**
   * Verifies a trust file, adds its issuer and keeps it. An issuer whose root is pinned in the build must lead on from it.
   * Throws `TrustError`; then nothing changes.
   */
  async add(trustJws: string, pin?: string): Promise<Anchor> {
    const anchor = await this.preview(trustJws, pin);
    await this.anchors.add(trustJws, pin ?? this.roots[anchor.issuer]);
    this.files.set(anchor.issuer, trustJws);
    await this.keep(anchor.issuer);
    return anchor;
  }

  /** Says whom a trust file would make trusted, for a person to compare the fingerprint; changes nothing. */
  async preview(trustJws: string, pin?: string): Promise<Anchor> {
    const anchor = await this.anchors.preview(trustJws, pin);
    const pinned = this.roots[anchor.issuer];
    return pinned === undefined ? anchor : this.anchors.preview(trustJws, pinned);
  }

  /** Stops trusting an issuer; what was seen of it stays, so that it cannot come back older. */
  async remove(issuer: string): Promise<void> {
    this.anchors.remove(issuer);
    this.files.delete(issuer);
    await this.keep(issuer);
  }

  /** Returns an issuer's trust file as it is kept, to hand on. */
  file(issuer: string): string | undefined {
    return this.files.get(issuer);
  }

  /**
   * Loads the site's own trust file and adds it. The address is the page's, never one that a credential names. Throws
   * `TrustError` when the file is refused, and another error when it cannot be had.
   */
  async refresh(address: string | URL): Promise<Anchor> {
    return this.add(await this.fetchFile(address));
  }

  /** Loads a trust file and says whom it would make trusted. */
  async fetchFile(address: string | URL): Promise<string> {
    const response = await fetch(address, { cache: 'no-cache', credentials: 'omit', referrerPolicy: 'no-referrer' });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    const text = await response.text();
    if (text.length > LARGEST_FILE) throw new TrustError('malformed', `larger than ${LARGEST_FILE} bytes`);
    return text;
  }

  private async keep(issuer: string): Promise<void> {
    const seen: Seen | undefined = this.anchors.seen()[issuer];
    if (!seen) return;
    const trustJws = this.files.get(issuer);
    const kept: Kept = trustJws === undefined ? { issuer, seen } : { issuer, seen, trustJws };
    await this.cabinet.put(kept);
  }
}
