// The trust anchors of this browser: snapshots and what was seen of them, kept in IndexedDB between visits. Knows no page.
//
// Whatever is kept is verified again when it is read. Whoever can write into this storage can add issuers or make them
// forgotten, as the person at the page can; an issuer whose root is pinned in the page keeps that root.

import { TrustAnchors, TrustError, type Anchor, type Foreign, type Seen } from '../core/index.js';
import { openCabinet, type Cabinet, type Kept } from './cabinet.js';

/** Pinned roots by issuer's DID: base64url of the key. */
export type Roots = Readonly<Record<string, string>>;

/** A trust file larger than this is not read: `snapshotBytes`, in base64url, with room for the signature. */
const LARGEST_FILE = Math.ceil((67_108_864 * 4) / 3) + 65_536;

/** Whom a file would make trusted, for a person to compare; or the issuer whose status list it is. */
export type Preview = { anchor: Anchor } | { foreign: Foreign } | { list: string };

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

  /** Files of issuers without a trust file, as they were given. */
  private readonly given = new Map<string, { did: string; lists: string[] }>();
  private readonly said = new Map<string, Foreign>();

  /** Opens what earlier visits kept. What no longer verifies is left out. */
  static async open(roots: Roots = {}): Promise<TrustStore> {
    const { cabinet, lasting } = await openCabinet();
    const kept = await cabinet.all();
    const anchors = TrustAnchors.withSeen(Object.fromEntries(kept.flatMap(({ issuer, seen }) => (seen ? [[issuer, seen]] : []))));
    const store = new TrustStore(anchors, lasting, cabinet, roots, new Map());
    for (const { issuer, trustJws, did, lists = [] } of kept) {
      if (did !== undefined) for (const text of [did, ...lists]) await store.take(text).catch(() => undefined);
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

  /** Says the same of any file that says whom to trust: also a DID document, or a status list. Throws `TrustError`. */
  async previewAny(text: string): Promise<Preview> {
    const { ForeignIssuer, kindOf } = await import('../core/foreign.js');
    const kind = kindOf(text.trim());
    if (kind === 'snapshot') return { anchor: await this.preview(text) };
    if (kind !== 'did') return kind;
    const foreign = await (await ForeignIssuer.read(text)).said();
    if (this.anchors.issuer(foreign.issuer)) throw new TrustError('has_trust_file', 'its trust file says more');
    return { foreign };
  }

  /** Adds the DID document of an issuer without a trust file, or a status list of one that is there, and keeps it. */
  async addForeign(text: string): Promise<string> {
    const issuer = await this.take(text);
    const given = this.given.get(issuer);
    if (given) await this.cabinet.put({ issuer, ...given });
    return issuer;
  }

  private async take(text: string): Promise<string> {
    const issuer = await this.anchors.addForeign(text);
    const foreign = this.anchors.foreign.get(issuer ?? '');
    if (issuer === undefined || !foreign) throw new TrustError('malformed', 'neither a DID document nor a status list');
    const known = this.given.get(issuer);
    const said = await foreign.said();
    // A new DID document has no lists yet.
    if (!known || said.lists.length === 0) this.given.set(issuer, { did: text, lists: [] });
    else known.lists = [...new Set([...known.lists, text])];
    this.said.set(issuer, said);
    return issuer;
  }

  /** Returns the issuers without a trust file, by DID. */
  foreign(): Foreign[] {
    const all = [...this.said.values()].filter(({ issuer }) => this.anchors.foreign.has(issuer));
    return all.sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
  }

  /** Stops trusting an issuer; what was seen of it stays, so that it cannot come back older. */
  async remove(issuer: string): Promise<void> {
    this.anchors.remove(issuer);
    this.files.delete(issuer);
    this.said.delete(issuer);
    if (this.given.delete(issuer)) await this.cabinet.put({ issuer });
    else await this.keep(issuer);
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
