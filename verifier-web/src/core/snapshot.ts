// The trust snapshot (trust.jws): everything a verifier needs offline about one issuer, every signature, digest and cross
// reference in it verified. src/status/snapshot.rs; the steps are numbered in schemas/verify.md, "A trust file".

import { fromBase64url, sha256, toBase64url, trim, utf8 } from './bytes.js';
import type { PublicKey } from './ed25519.js';
import { isObject, parseJson, type Json, type JsonObject } from './json.js';
import { CREDENTIAL, parseJws, shortId, signedBy, type Jws } from './jws.js';
import { LIST_CREDENTIAL_BYTES, SNAPSHOT_BYTES } from './limits.js';
import { Malformed } from './malformed.js';
import { verifyManifest } from './manifest.js';
import { readRootLink, walk } from './root.js';
import { arrayOf, countOf, entriesOf, optionalText, shape, textOf, timeOf } from './shape.js';
import { readStatusList } from './status.js';
import { formatTime, type Seconds } from './time.js';
import { binary, ISSUED_BYTES } from './trusted.js';
import type { KeyManifest, RootLink, StatusList, VerifiedSnapshot } from './trusted.js';
import { refusing, TrustError } from './trust-error.js';
import type { Reason } from './types.js';

const TYP = 'testamur-snapshot+jwt';

/** A snapshot, read but not verified. */
interface Snapshot {
  version: number;
  issuer: string;
  issued: Seconds;
  nextUpdate: Seconds;
  roots: RootLink[];
  manifest: string;
  statusLists: ListInSnapshot[];
  reasons: Map<string, Map<string, Reason>>;
  issuedSets: [string, string][];
}

interface ListInSnapshot {
  id: string;
  digest: string;
  credential: string;
}

/** Reads a signed snapshot and verifies all of it. `pinOf` gives the root from which the issuer's chain must lead on. */
export async function verifySnapshot(
  compact: string,
  pinOf: (issuer: string) => PublicKey | undefined,
): Promise<VerifiedSnapshot> {
  const { jws, snapshot } = refusing('malformed', 'not a trust snapshot', () => read(compact));
  const { version, issuer, issued, nextUpdate, roots, reasons } = snapshot;
  const root = await walk(roots, issuer, pinOf(issuer));
  const manifest = await verifyManifest(snapshot.manifest, issuer, root.key);
  const active = manifest.active;
  if (!active || shortId(jws.kid, issuer) !== active.id || !(await signedBy(jws, active.key))) {
    throw new TrustError('proof_invalid', 'the snapshot is not signed by a key that may sign it');
  }
  const lists = new Map<string, StatusList>();
  for (const entry of snapshot.statusLists) {
    const list = await verifyList(entry, issuer, manifest);
    if (lists.has(entry.id)) throw new TrustError('mismatch', `status list \`${entry.id}\` is listed twice`);
    lists.set(entry.id, list);
  }
  const issuedSets = new Map(snapshot.issuedSets.map(([id, set]) => [id, readIssuedSet(id, set, manifest)]));
  return { version, issuer, issued, nextUpdate, root, roots, manifest, lists, reasons, issuedSets };
}

/** Returns a digest as a snapshot states it: `sha256-` and the base64url of the SHA-256 of a compact JWS. */
export async function jwsDigest(compact: string): Promise<string> {
  return `sha256-${toBase64url(await sha256(utf8(compact)))}`;
}

function read(compact: string): { jws: Jws; snapshot: Snapshot } {
  const jws = parseJws(trim(compact), SNAPSHOT_BYTES);
  if (jws.typ !== TYP) throw new Malformed('header.typ', `not \`${TYP}\``);
  const snapshot = readShape(parseJson(jws.payload, SNAPSHOT_BYTES, 'payload'));
  if (snapshot.version === 0) throw new Malformed('version', 'is 0');
  if (snapshot.issued > snapshot.nextUpdate) throw new Malformed('nextUpdate', 'due before it was issued');
  return { jws, snapshot };
}

function readShape(json: Json): Snapshot {
  const members = ['type', 'version', 'issuer', 'issued', 'nextUpdate', 'roots', 'manifest', 'statusLists'];
  const document = shape(json, 'payload', [...members, 'reasons', 'issuedSets']);
  if (textOf(document, 'type') !== 'TrustSnapshot') throw new Malformed('type', 'not `TrustSnapshot`');
  return {
    version: countOf(document, 'version'),
    issuer: textOf(document, 'issuer'),
    issued: timeOf(document, 'issued'),
    nextUpdate: timeOf(document, 'nextUpdate'),
    roots: arrayOf(document, 'roots').map(readRootLink),
    manifest: textOf(document, 'manifest'),
    statusLists: arrayOf(document, 'statusLists').map((entry) => {
      const list = shape(entry, 'statusLists', ['id', 'digest', 'credential']);
      return { id: textOf(list, 'id'), digest: textOf(list, 'digest'), credential: textOf(list, 'credential') };
    }),
    reasons: new Map(entriesOf(document, 'reasons').map(([list, reasons]) => [list, readReasons(reasons)])),
    issuedSets: entriesOf(document, 'issuedSets').map(([id, set]) => {
      if (typeof set !== 'string') throw new Malformed('issuedSets', 'not a text');
      return [id, set];
    }),
  };
}

function readReasons(json: Json): Map<string, Reason> {
  if (!isObject(json)) throw new Malformed('reasons', 'not an object');
  return new Map(Object.entries(json).map(([index, reason]) => [index, readReason(reason)]));
}

function readReason(json: Json): Reason {
  const reason: JsonObject = shape(json, 'reasons', ['code', 'at'], ['text']);
  const code = textOf(reason, 'code');
  if (code !== 'revoked' && code !== 'superseded') throw new Malformed('reasons', 'unknown code');
  const text = optionalText(reason, 'text');
  const at = formatTime(timeOf(reason, 'at'));
  return text === undefined ? { code, at } : { code, at, text };
}

async function verifyList(entry: ListInSnapshot, issuer: string, manifest: KeyManifest): Promise<StatusList> {
  const name = `status list \`${entry.id}\``;
  const invalid = (): TrustError => new TrustError('proof_invalid', `${name} is not signed by a key that may sign it`);
  if ((await jwsDigest(entry.credential)) !== entry.digest) {
    throw new TrustError('digest', `${name} does not match its digest`);
  }
  const jws = refusing('list', name, () => parseJws(entry.credential, LIST_CREDENTIAL_BYTES));
  if (jws.typ !== CREDENTIAL) throw new TrustError('mismatch', `${name} is not a credential`);
  const signer = manifest.keys.get(shortId(jws.kid, issuer) ?? '');
  if (!signer || !(await signedBy(jws, signer.key))) throw invalid();
  const list = refusing('list', name, () => readStatusList(jws.payload));
  const { state } = signer;
  if (state.name === 'compromised' || (state.name === 'retired' && list.validFrom > state.until)) throw invalid();
  if (list.issuer !== issuer) throw new TrustError('mismatch', `${name} is of another issuer`);
  if (list.id !== entry.id) throw new TrustError('mismatch', `${name} states another address`);
  return list;
}

function readIssuedSet(id: string, text: string, manifest: KeyManifest): Set<string> {
  const refuse = (problem: string): TrustError => new TrustError('mismatch', `issued set of key \`${id}\` ${problem}`);
  if (!manifest.keys.has(id)) throw refuse('belongs to no key of the manifest');
  const bytes = fromBase64url(text);
  if (!bytes || bytes.length % ISSUED_BYTES !== 0) throw refuse('is not sorted digests');
  const digests = new Set<string>();
  let before = '';
  for (let at = 0; at < bytes.length; at += ISSUED_BYTES) {
    const digest = binary(bytes.subarray(at, at + ISSUED_BYTES));
    if (digest <= before) throw refuse('is not sorted digests');
    digests.add((before = digest));
  }
  return digests;
}
