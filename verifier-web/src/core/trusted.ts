// What judging a credential needs of a verified trust file. How one is verified is in snapshot.ts.

import { sha256, utf8 } from './bytes.js';
import type { PublicKey } from './ed25519.js';
import type { Seconds } from './time.js';
import type { Anchor, Reason } from './types.js';

/** Bytes by which one credential is known in an issued set. */
export const ISSUED_BYTES = 16;

/** One trusted issuer, with what judging needs. */
export interface Trusted {
  anchor: Anchor;
  snapshot: VerifiedSnapshot;
}

/** A snapshot of which everything was verified. */
export interface VerifiedSnapshot {
  version: number;
  issuer: string;
  issued: Seconds;
  nextUpdate: Seconds;
  root: Root;
  roots: RootLink[];
  manifest: KeyManifest;
  lists: Map<string, StatusList>;
  reasons: Map<string, Map<string, Reason>>;
  /** By short key id, the digests as binary texts. */
  issuedSets: Map<string, Set<string>>;
}

/** One link, as a snapshot holds it. */
export interface RootLink {
  statement: string;
  endorsement: string | undefined;
}

/** The newest root. */
export interface Root {
  version: number;
  key: PublicKey;
}

/** What a key may do. */
export type KeyState =
  | { name: 'active' }
  | { name: 'retired'; until: Seconds }
  | { name: 'compromised'; since: Seconds };

/** One signing key. */
export interface ManifestKey {
  id: string;
  key: PublicKey;
  state: KeyState;
}

/** A manifest whose signature and shape were verified. */
export interface KeyManifest {
  version: number;
  name: string;
  expires: Seconds;
  keys: Map<string, ManifestKey>;
  active: ManifestKey | undefined;
}

/** One status list with its bits. */
export interface StatusList {
  id: string;
  issuer: string;
  bits: Uint8Array;
  validFrom: Seconds;
  validUntil: Seconds;
}

/** Returns whether the entry is set; `undefined` past the end, which must not be taken for "not revoked". */
export function isSet(list: StatusList, index: number): boolean | undefined {
  const byte = list.bits[Math.floor(index / 8)];
  return byte === undefined ? undefined : (byte & (0x80 >> index % 8)) !== 0;
}

/** Returns how a credential is known in an issued set: the start of the SHA-256 of its compact JWS. */
export async function issuedDigest(compact: string): Promise<string> {
  return binary((await sha256(utf8(compact))).subarray(0, ISSUED_BYTES));
}

/** Returns bytes as a text of as many characters, which sorts as the bytes do. */
export function binary(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
