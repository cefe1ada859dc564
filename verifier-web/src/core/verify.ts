// The steps of src/verify/steps.rs, one by one, with the numbers of schemas/verify.md. A bad certificate is a normal
// answer: nothing is thrown but bugs.

import type { TrustAnchors } from './anchors.js';
import { byteLength } from './bytes.js';
import { readCredential, type UnverifiedCredential } from './credential.js';
import type { PublicKey } from './ed25519.js';
import { parseJson } from './json.js';
import { CREDENTIAL, parseJws, shortId, signedBy, type Jws } from './jws.js';
import { CLOCK_SKEW_SECONDS, CREDENTIAL_BYTES, TEXT_BYTES } from './limits.js';
import { Malformed } from './malformed.js';
import { bare } from './pasted.js';
import { formatTime, type Seconds } from './time.js';
import { issuedDigest, isSet, type Trusted } from './trusted.js';
import type { Claimed, Code, Detail, Reason, Verdict } from './types.js';
import { isSpecimen, unpack } from './wire.js';

/** Checks the text of a QR code, a verifier link, a compact JWS or JSON with an embedded proof. Never throws on bad input. */
export async function verify(text: string, anchors: TrustAnchors, now: Date): Promise<Verdict> {
  const plain = bare(text);
  if (isSpecimen(plain)) return { verdict: 'specimen', class: 'grey' };
  let presented: Presented;
  try {
    presented = await readText(plain);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { verdict: 'malformed', class: 'red', field: error.field, problem: error.problem };
  }
  return judge(presented, anchors, Math.floor(+now / 1000));
}

/** What was presented: read, and consistent in itself, but not proven. */
export interface Presented {
  credential: UnverifiedCredential;
  /** Short id of the key that the proof names. */
  key: string;
  /** The compact JWS, by which issued sets know it; or the JSON, which is in none. */
  raw: string;
  /** The latest time that what was signed says of itself. */
  dated: Seconds;
  /** Whether the proof is this key's. */
  signedBy(key: PublicKey): Promise<boolean>;
}

/** Step 1: what kind of text it is. JSON starts with `{`; a QR text holds a `#` or starts with a digit; no JWS does. */
async function readText(text: string): Promise<Presented> {
  if (byteLength(text) > TEXT_BYTES) throw new Malformed('text', `larger than ${TEXT_BYTES} bytes`);
  // Loaded only where it is needed: what canonicalises JSON-LD is large.
  if (text[0] === '{') return (await import('./embedded.js')).presentJson(text);
  return present(/#|^\d/.test(text) ? unpack(text) : parseJws(text, CREDENTIAL_BYTES));
}

/** Steps 2 to 4: `typ`, the payload, and a `kid` of the very issuer that the payload names. */
function present(jws: Jws): Presented {
  if (jws.typ !== CREDENTIAL) throw new Malformed('header.typ', `not \`${CREDENTIAL}\``);
  const credential = readCredential(parseJson(jws.payload, CREDENTIAL_BYTES, 'payload'));
  const key = shortId(jws.kid, credential.issuer);
  if (key === undefined) throw new Malformed('header.kid', 'not a key of the issuer');
  return { credential, key, raw: jws.compact, dated: credential.dated, signedBy: (by) => signedBy(jws, by) };
}

/** Steps 5 to 8: issuer, key, signature, key state; then `judgeStatus`. */
async function judge(presented: Presented, anchors: TrustAnchors, now: Seconds): Promise<Verdict> {
  const { credential, key: id } = presented;
  const trusted = anchors.issuer(credential.issuer);
  if (!trusted) {
    const sameName = anchors.issuers().some((anchor) => anchor.name === credential.issuerName);
    return unproven('untrusted_issuer', presented, sameName ? 'same_name' : undefined);
  }
  const { manifest, issuedSets } = trusted.snapshot;
  const key = manifest.keys.get(id);
  if (!key) return unproven('unknown_key', presented, 'key_not_listed');
  if (!(await presented.signedBy(key.key))) return unproven('proof_invalid', presented);
  const { state } = key;
  if (state.name === 'compromised' && !issuedSets.get(id)?.has(await issuedDigest(presented.raw))) {
    return unproven('compromised_key', presented);
  }
  if (state.name === 'retired' && presented.dated > state.until) {
    return unproven('unknown_key', presented, 'key_window');
  }
  return judgeStatus(presented, trusted, now);
}

/** Steps 9 to 14, for a credential that is proven: the worst news comes first. */
function judgeStatus(presented: Presented, trusted: Trusted, now: Seconds): Verdict {
  const { credential } = presented;
  const status = lookUp(credential, trusted);
  const late = now + CLOCK_SKEW_SECONDS;
  const answer = (code: Code, detail?: Detail, reason?: Reason): Verdict =>
    proven(code, presented, trusted, status, detail, reason);
  if ('list' in status && status.set) {
    if (!status.reason) return answer('revoked', 'no_reason');
    return answer(status.reason.code === 'superseded' ? 'superseded' : 'revoked', undefined, status.reason);
  }
  if (credential.validUntil !== undefined && now > credential.validUntil) return answer('expired');
  if (late < presented.dated) return answer('not_yet_valid');
  if ('unknown' in status) return answer('status_unknown', status.unknown);
  if (late < trusted.snapshot.issued) return answer('status_unknown', 'clock_behind');
  const stale = staleness(status, trusted, now);
  return stale ? answer('valid_status_stale', stale) : answer('valid');
}

/** What the status list says of a credential. */
type Status =
  | { unknown: Detail }
  | { list: string; set: boolean; reason: Reason | undefined; asOf: Seconds; until: Seconds };

function lookUp(credential: UnverifiedCredential, { snapshot }: Trusted): Status {
  if (!credential.status) return { unknown: 'no_status_entry' };
  const { list: address, index } = credential.status;
  const list = snapshot.lists.get(address);
  if (!list) return { unknown: 'list_missing' };
  const set = isSet(list, index);
  if (set === undefined) return { unknown: 'index_out_of_range' };
  const reason = snapshot.reasons.get(address)?.get(String(index));
  return { list: address, set, reason, asOf: list.validFrom, until: list.validUntil };
}

/** Returns which of the documents is past its time, if one is. */
function staleness(status: { until: Seconds }, { snapshot }: Trusted, now: Seconds): Detail | undefined {
  if (now > snapshot.manifest.expires) return 'manifest_expired';
  if (now > status.until) return 'list_expired';
  return now > snapshot.nextUpdate ? 'snapshot_expired' : undefined;
}

function colour(code: Code): Verdict['class'] {
  if (code === 'valid') return 'green';
  return code === 'valid_status_stale' || code === 'status_unknown' ? 'amber' : 'red';
}

/** What a credential says, proven or claimed. */
function says({ credential, key }: Presented): Claimed {
  const { number, recipient, title, issuer, issuerName } = credential;
  return { number, recipient, title, issuer, issuerName, key: `${issuer}#${key}` };
}

function about(code: Code, { raw, credential }: Presented, detail: Detail | undefined): Verdict {
  const given = detail && { detail };
  return { verdict: code, class: colour(code), ...given, credential: credential.document, raw };
}

function unproven(code: Code, presented: Presented, detail?: Detail): Verdict {
  return { ...about(code, presented, detail), claimed: says(presented) };
}

function proven(
  code: Code,
  presented: Presented,
  { anchor, snapshot }: Trusted,
  status: Status,
  detail?: Detail,
  reason?: Reason,
): Verdict {
  const { validFrom, validUntil } = presented.credential;
  return {
    ...about(code, presented, detail),
    ...says(presented),
    rootFingerprint: anchor.rootFingerprint,
    validFrom: formatTime(validFrom),
    ...(validUntil !== undefined && { validUntil: formatTime(validUntil) }),
    ...('list' in status && {
      statusAsOf: formatTime(status.asOf),
      nextUpdate: formatTime(Math.min(snapshot.nextUpdate, status.until, snapshot.manifest.expires)),
    }),
    ...(reason && { reason }),
  };
}
