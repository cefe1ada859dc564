// What a verifier answers and remembers: the shapes of schemas/verdict.json and schemas/snapshot.json.

/** The codes of `schemas/verdict.json`. Only `valid` is green. */
export type Code =
  | 'valid'
  | 'valid_status_stale'
  | 'status_unknown'
  | 'revoked'
  | 'superseded'
  | 'expired'
  | 'not_yet_valid'
  | 'untrusted_issuer'
  | 'unknown_key'
  | 'compromised_key'
  | 'proof_invalid'
  | 'specimen'
  | 'malformed';

/** Which of several causes led to a verdict. */
export type Detail =
  | 'same_name'
  | 'key_not_listed'
  | 'key_window'
  | 'no_reason'
  | 'no_status_entry'
  | 'status_unread'
  | 'list_not_added'
  | 'list_missing'
  | 'index_out_of_range'
  | 'clock_behind'
  | 'manifest_expired'
  | 'list_expired'
  | 'snapshot_expired';

/** Why a trust file is refused: `trustErrors` of `schemas/verdict.json`. */
export type TrustErrorCode =
  | 'malformed'
  | 'root_chain'
  | 'pin_not_found'
  | 'manifest'
  | 'proof_invalid'
  | 'digest'
  | 'list'
  | 'mismatch'
  | 'rollback'
  | 'changed'
  | 'issued_earlier'
  | 'manifest_rollback'
  | 'root_forked'
  | 'no_key'
  | 'has_trust_file'
  | 'unknown_issuer';

/** Why a credential is no longer good. */
export interface Reason {
  code: 'revoked' | 'superseded';
  at: string;
  text?: string;
}

/** What an unproven credential says about itself. Never to be shown as genuine. */
export interface Claimed {
  number: string;
  recipient: string;
  title: string;
  issuer: string;
  issuerName: string;
  key: string;
}

/** The JSON of `schemas/verdict.json`: members beside `verdict` are proven, what is not stands under `claimed`. */
export interface VerdictJson {
  verdict: Code;
  detail?: Detail;
  number?: string;
  recipient?: string;
  title?: string;
  issuer?: string;
  issuerName?: string;
  key?: string;
  rootFingerprint?: string;
  validFrom?: string;
  validUntil?: string;
  statusAsOf?: string;
  nextUpdate?: string;
  reason?: Reason;
  claimed?: Claimed;
  field?: string;
  problem?: string;
}

/** A verdict, with what a page needs beside the JSON. */
export interface Verdict extends VerdictJson {
  /** Its colour. */
  class: 'green' | 'amber' | 'red' | 'grey';
  /** The whole signed document, proven or not (see `claimed`); absent of a specimen and when malformed. Objects have no prototype. */
  credential?: unknown;
  /** What was presented, for copying: the compact JWS, or the JSON; absent as well. */
  raw?: string;
}

/** One trusted issuer. */
export interface Anchor {
  /** Its DID. */
  issuer: string;
  /** Its name, as its manifest states it. */
  name: string;
  /** Fingerprint of its newest root key: four groups of four hex digits. */
  rootFingerprint: string;
  /** That key, base64url; what `pin` takes. */
  rootKey: string;
  /** The snapshot's version. */
  version: number;
  /** When the snapshot was made. */
  issued: string;
  /** When the next one is due. */
  nextUpdate: string;
}

/** An issuer without a trust file, whose keys and status lists were given as files. */
export interface Foreign {
  /** Its DID, or the address by which its credentials name it. */
  issuer: string;
  /** Fingerprints of its keys. */
  fingerprints: string[];
  /** Its status lists, and their dates. */
  lists: { id: string; asOf: string }[];
}

/** What is remembered of an issuer between two visits, so that nobody can take the verifier back in time. */
export interface Seen {
  version: number;
  digest: string;
  issued: string;
  manifestVersion: number;
  key: string;
  rootVersion: number;
  root: string;
}

/** By issuer's DID. */
export type SeenByIssuer = Record<string, Seen>;
