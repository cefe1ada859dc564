// The issuers that a verifier trusts, each with its newest accepted snapshot, and the promise never to go back.
// src/verify/anchors.rs.

import { trim } from './bytes.js';
import { PublicKey } from './ed25519.js';
import type { ForeignIssuer } from './foreign.js';
import { jwsDigest, verifySnapshot } from './snapshot.js';
import { walk } from './root.js';
import { formatTime, parseTime } from './time.js';
import type { Trusted, VerifiedSnapshot } from './trusted.js';
import { TrustError } from './trust-error.js';
import type { Anchor, Seen, SeenByIssuer } from './types.js';

export { TrustError };

/** A root key (base64url), or what gives the one for the issuer that a trust file claims to be of; that may also throw. */
export type Pin = string | ((issuer: string) => string | undefined);

/** The trust anchors. */
export class TrustAnchors {
  private readonly trusted = new Map<string, Trusted>();
  private readonly remembered = new Map<string, Seen>();
  /** Issuers without a trust file, whose DID documents were given; for the core, and to list them. */
  readonly foreign = new Map<string, ForeignIssuer>();
  private queue: Promise<unknown> = Promise.resolve();

  /** Returns no anchors yet, with what earlier visits saw. */
  static withSeen(seen: SeenByIssuer): TrustAnchors {
    const anchors = new TrustAnchors();
    for (const [issuer, before] of Object.entries(seen)) anchors.remembered.set(issuer, before);
    return anchors;
  }

  /**
   * Verifies a `trust.jws` and adds its issuer, replacing an older snapshot of it. With `pin` the
   * root chain must lead on from that key; without, the caller vouches for where the file came from. Either way it must
   * lead on from what was seen before. Throws `TrustError`; the anchors then stay as they were.
   */
  add(trustJws: string, pin?: Pin): Promise<Anchor> {
    // One after the other: of two that are judged at once the older could come last.
    const added = this.queue.then(() => this.admit(trustJws, pin));
    this.queue = added.catch(() => undefined);
    return added;
  }

  private async admit(trustJws: string, pin?: Pin): Promise<Anchor> {
    const { trusted, seen } = await this.judge(trustJws, pin);
    this.remembered.set(trusted.anchor.issuer, seen);
    this.trusted.set(trusted.anchor.issuer, trusted);
    this.foreign.delete(trusted.anchor.issuer);
    return trusted.anchor;
  }

  /**
   * Adds a file of an issuer that has no trust file: its DID document (or `did:key:…` itself), or a status list of it, once
   * that is there. Returns whose it is; `undefined`: it is neither, and may be a `trust.jws`. Throws `TrustError`.
   */
  async addForeign(given: string): Promise<string | undefined> {
    const { ForeignIssuer, kindOf } = await import('./foreign.js');
    const text = trim(given);
    const kind = kindOf(text);
    if (kind === 'snapshot') return undefined;
    const read = kind === 'did' ? await ForeignIssuer.read(text) : undefined;
    const issuer = kind === 'did' ? read!.id : kind.list;
    if (this.trusted.has(issuer)) throw new TrustError('has_trust_file', `the trust file of ${issuer} says more`);
    const known = this.foreign.get(issuer);
    if (read) this.foreign.set(issuer, read);
    else if (known) await known.addList(text);
    else throw new TrustError('unknown_issuer', `the DID document of ${issuer} is not there`);
    return issuer;
  }

  /** Says whom a `trust.jws` would make trusted, for a person to confirm; adds nothing. Throws as `add` does. */
  async preview(trustJws: string, pin?: Pin): Promise<Anchor> {
    return (await this.judge(trustJws, pin)).trusted.anchor;
  }

  /** Stops trusting an issuer. What was seen of it is still remembered. */
  remove(issuer: string): void {
    this.trusted.delete(issuer);
    this.foreign.delete(issuer);
  }

  /** Returns what to remember until the next visit. It holds no secret and no personal data. */
  seen(): SeenByIssuer {
    return Object.fromEntries(this.remembered);
  }

  /** Returns the trusted issuers, by DID. */
  issuers(): Anchor[] {
    const anchors = [...this.trusted.values()].map((trusted) => trusted.anchor);
    return anchors.sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
  }

  /** Returns an issuer with what judging needs; for the core only. */
  issuer(did: string): Trusted | undefined {
    return this.trusted.get(did);
  }

  private async judge(trustJws: string, pin?: Pin): Promise<{ trusted: Trusted; seen: Seen }> {
    const snapshot = await verifySnapshot(trustJws, (issuer) => {
      const pinned = typeof pin === 'function' ? pin(issuer) : pin;
      const key = pinned === undefined ? undefined : PublicKey.fromBase64url(pinned);
      if (pinned !== undefined && !key) throw new TrustError('pin_not_found', 'the pin is no Ed25519 public key');
      return key;
    });
    const seen = seenOf(snapshot, await jwsDigest(trim(trustJws)));
    await this.leadsOn(snapshot, seen);
    return { trusted: { anchor: await anchorOf(snapshot), snapshot }, seen };
  }

  /** Refuses to go back in time; see `leads_on` in src/verify/anchors.rs for why a compromised key's count binds not. */
  private async leadsOn(snapshot: VerifiedSnapshot, offered: Seen): Promise<void> {
    const before = this.remembered.get(snapshot.issuer);
    if (!before) return;
    const root = PublicKey.fromBase64url(before.root);
    const forked = new TrustError('root_forked', `its roots do not lead on from root ${before.rootVersion} seen before`);
    if (!root) throw forked;
    await walk(snapshot.roots, snapshot.issuer, root).catch(() => {
      throw forked;
    });
    if (offered.manifestVersion < before.manifestVersion) {
      throw new TrustError('manifest_rollback', 'its key manifest is older than the one seen before');
    }
    if (snapshot.manifest.keys.get(before.key)?.state.name === 'compromised') return;
    if (offered.version < before.version) {
      throw new TrustError('rollback', `version ${offered.version} is older than version ${before.version} seen before`);
    }
    if (offered.version === before.version && offered.digest !== before.digest) {
      throw new TrustError('changed', `version ${offered.version} was seen before with other content`);
    }
    if (snapshot.issued < (parseTime(before.issued) ?? Infinity)) {
      throw new TrustError('issued_earlier', `made at ${offered.issued}, before the one seen of ${before.issued}`);
    }
  }
}

async function anchorOf(snapshot: VerifiedSnapshot): Promise<Anchor> {
  return {
    issuer: snapshot.issuer,
    name: snapshot.manifest.name,
    rootFingerprint: await snapshot.root.key.fingerprint(),
    rootKey: snapshot.root.key.toBase64url(),
    version: snapshot.version,
    issued: formatTime(snapshot.issued),
    nextUpdate: formatTime(snapshot.nextUpdate),
  };
}

function seenOf(snapshot: VerifiedSnapshot, digest: string): Seen {
  return {
    version: snapshot.version,
    digest,
    issued: formatTime(snapshot.issued),
    manifestVersion: snapshot.manifest.version,
    key: snapshot.manifest.active?.id ?? '',
    rootVersion: snapshot.root.version,
    root: snapshot.root.key.toBase64url(),
  };
}
