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
   * Throws `TrustError`, or what `vet` throws about the issuer that it claims to be of; then nothing changes.
   */
  async add(trustJws: string, vet?: (issuer: string) => void): Promise<Anchor> {
    const anchor = await this.anchors.add(trustJws, (issuer) => {
      vet?.(issuer);
      return this.roots[issuer];
    });
    this.files.set(anchor.issuer, trustJws);
    await this.keep(anchor.issuer);
    return anchor;
  }

  /** Says whom a trust file would make trusted, for a person to compare the fingerprint; changes nothing. */
  preview(trustJws: string): Promise<Anchor> {
    return this.anchors.preview(trustJws, (issuer) => this.roots[issuer]);
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

  /** Loads a trust file: the site's own, or one that the person at the page names; never one that a credential names. */
  static async fetchFile(address: string | URL): Promise<string> {
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
