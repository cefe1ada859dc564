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
import { FIRST, formatTime, type Seconds } from './time.js';
import { issuedDigest, isSet, type StatusList, type Trusted } from './trusted.js';
import type { Claimed, Code, Detail, Reason, Verdict } from './types.js';
import { isSpecimen, unpack } from './wire.js';

/** What stands as a symbol has it. Around, in and behind all else may be what was put there on the way. */
const PLAIN = /^(https:\/\/[^#\s]*#)?\d+$/i;

/** Checks the text of a QR code, a verifier link, a compact JWS or JSON with an embedded proof. Never throws on bad input. */
export async function verify(text: string, anchors: TrustAnchors, now: Date): Promise<Verdict> {
  let whole = text;
  if (!PLAIN.test(text)) {
    const { bare, meant } = await import('./pasted.js');
    whole = bare(text);
    const other = meant(whole);
    if (other) return malformed(other);
  }
  if (isSpecimen(whole)) return { verdict: 'specimen', class: 'grey' };
  const at = Math.floor(+now / 1000);
  let answer: Verdict | undefined;
  let presented: Presented[] = [];
  try {
    presented = await readText(whole);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    answer = malformed(error);
  }
  const issuer = presented[0]?.credential.issuer;
  // The issuer comes first: what is not of the shape that ours have is malformed only if a trust file names its issuer.
  if (issuer === undefined || (!anchors.issuer(issuer) && anchors.foreign.has(issuer))) {
    answer = (await (await import('./foreign.js')).judgeForeign(whole, anchors, at)) ?? answer;
  }
  return answer ?? firstProven(presented, (one) => judge(one, anchors, at));
}

export function malformed({ field, problem }: Pick<Malformed, 'field' | 'problem'>): Verdict {
  return { verdict: 'malformed', class: 'red', field, problem };
}

/** Of several proofs the first counts that proves the credential; if none does, the first. */
export async function firstProven<T>(all: readonly T[], judged: (one: T) => Promise<Verdict>): Promise<Verdict> {
  let first: Verdict | undefined;
  for (const one of all) {
    const verdict = await judged(one);
    if (!verdict.claimed) return verdict;
    first ??= verdict;
  }
  return first!;
}

/** What was presented: read, and consistent in itself, but not proven. */
export interface Presented {
  credential: UnverifiedCredential;
  /** Short id of the key that the proof names; of a foreign credential the full one. */
  key: string;
  /** The compact JWS, by which issued sets know it; or the JSON, which is in none. */
  raw: string;
  /** The latest time that what was signed says of itself. */
  dated: Seconds;
  /** Whether the proof is this key's. */
  signedBy(key: PublicKey): Promise<boolean>;
}

/** Step 1: what kind of text it is. JSON starts with `{`; a QR text holds a `#` or starts with a digit; no JWS does. */
async function readText(text: string): Promise<Presented[]> {
  if (byteLength(text) > TEXT_BYTES) throw new Malformed('text', `larger than ${TEXT_BYTES} bytes`);
  // Loaded only where it is needed: what canonicalises JSON-LD is large.
  if (text[0] === '{') return (await import('./embedded.js')).presentJson(text);
  return [present(isCode(text) ? unpack(text) : parseJws(text, CREDENTIAL_BYTES))];
}

/** Whether it is the text of a code, or a link, and not a JWS. */
export const isCode = (text: string): boolean => /#|^\d/.test(text);

/** Steps 2 to 4: `typ`, the payload, and a `kid` of the very issuer that the payload names. */
function present(jws: Jws): Presented {
  if (jws.typ !== CREDENTIAL) throw new Malformed('header.typ', `not \`${CREDENTIAL}\``);
  const credential = readCredential(parseJson(jws.payload, CREDENTIAL_BYTES, 'payload'));
  const key = shortId(jws.kid, credential.issuer);
  if (key === undefined) throw new Malformed('header.kid', 'not a key of the issuer');
  return { credential, key, raw: jws.compact, dated: credential.dated, signedBy: (by) => signedBy(jws, by) };
}

/** Step 5, for whom nobody trusts. */
export function untrusted(presented: Presented, anchors: TrustAnchors): Verdict {
  const name = presented.credential.issuerName;
  const sameName = name !== '' && anchors.issuers().some((anchor) => anchor.name === name);
  return unproven('untrusted_issuer', presented, sameName ? 'same_name' : undefined);
}

/** Steps 5 to 8: issuer, key, signature, key state; then `judgeStatus`. */
async function judge(presented: Presented, anchors: TrustAnchors, now: Seconds): Promise<Verdict> {
  const { credential, key: id } = presented;
  const trusted = anchors.issuer(credential.issuer);
  if (!trusted) return untrusted(presented, anchors);
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
  return judgeStatus(presented, groundOf(trusted), now);
}

/** Whose status lists they are: src/verify/status.rs. */
export interface Ground {
  lists: ReadonlyMap<string, StatusList>;
  reason(list: string, index: number): Reason | undefined;
  /** What is so where a list is not there, and where a revocation has no reason. */
  missing: Detail;
  silent?: Detail;
  /** When it was made what the answer rests on, and what runs out when, in the order in which it is named. */
  made(list: Seconds): Seconds;
  ends(list: Seconds): [Seconds, Detail][];
  rootFingerprint: string;
}

const groundOf = ({ anchor, snapshot }: Trusted): Ground => ({
  lists: snapshot.lists,
  reason: (list, index) => snapshot.reasons.get(list)?.get(String(index)),
  missing: 'list_missing',
  silent: 'no_reason',
  made: () => snapshot.issued,
  ends: (list) => [
    [snapshot.manifest.expires, 'manifest_expired'],
    [list, 'list_expired'],
    [snapshot.nextUpdate, 'snapshot_expired'],
  ],
  rootFingerprint: anchor.rootFingerprint,
});

/** Steps 9 to 14, for a credential that is proven: the worst news comes first. */
export function judgeStatus(presented: Presented, ground: Ground, now: Seconds): Verdict {
  const { credential } = presented;
  const status = lookUp(credential, ground);
  const { at, until, unknown } = status;
  const late = now + CLOCK_SKEW_SECONDS;
  const answer = (code: Code, detail?: Detail, reason?: Reason): Verdict =>
    proven(code, presented, ground, status, detail, reason);
  if (status.set) {
    const { reason } = status;
    if (!reason) return answer('revoked', ground.silent);
    return answer(reason.code === 'superseded' ? 'superseded' : 'revoked', undefined, reason);
  }
  if (credential.validUntil !== undefined && now > credential.validUntil) return answer('expired');
  if (late < presented.dated) return answer('not_yet_valid');
  if (unknown) return answer('status_unknown', unknown);
  if (late < ground.made(at)) return answer('status_unknown', 'clock_behind');
  const stale = ground.ends(until).find(([end]) => now > end)?.[1];
  return stale ? answer('valid_status_stale', stale) : answer('valid');
}

/** What the status lists say of a credential: the oldest of several counts, and all must be clear. */
interface Status {
  unknown: Detail | undefined;
  set: boolean;
  reason: Reason | undefined;
  at: Seconds;
  until: Seconds;
}

function lookUp({ status }: UnverifiedCredential, ground: Ground): Status {
  const found: Status = {
    unknown: status.length > 0 ? undefined : 'no_status_entry', set: false, reason: undefined, at: Infinity, until: Infinity,
  };
  for (const entry of status) {
    const list = entry && ground.lists.get(entry.list);
    const set = list && isSet(list, entry.index);
    if (!list || set === undefined) {
      found.unknown ??= !entry ? 'status_unread' : !list ? ground.missing : 'index_out_of_range';
      continue;
    }
    if (set && !found.set) found.reason = ground.reason(entry.list, entry.index);
    found.set ||= set;
    found.at = Math.min(found.at, list.validFrom);
    found.until = Math.min(found.until, list.validUntil);
  }
  return found;
}

function colour(code: Code, detail: Detail | undefined): Verdict['class'] {
  if (code === 'valid') return 'green';
  // Who is not known is not accused; who takes another's name is.
  const amber = /^(valid_|status_)/.test(code) || (code === 'untrusted_issuer' && detail === undefined);
  return amber ? 'amber' : 'red';
}

/** What a credential says, proven or claimed. */
function says({ credential, key }: Presented): Claimed {
  const { number, recipient, title, issuer, issuerName } = credential;
  return { number, recipient, title, issuer, issuerName, key: key.includes('#') ? key : `${issuer}#${key}` };
}

function about(code: Code, { raw, credential }: Presented, detail: Detail | undefined): Verdict {
  const given = detail && { detail };
  return { verdict: code, class: colour(code, detail), ...given, credential: credential.document, raw };
}

export function unproven(code: Code, presented: Presented, detail?: Detail): Verdict {
  return { ...about(code, presented, detail), claimed: says(presented) };
}

function proven(
  code: Code,
  presented: Presented,
  ground: Ground,
  { set, unknown, at, until }: Status,
  detail?: Detail,
  reason?: Reason,
): Verdict {
  const { validFrom, validUntil } = presented.credential;
  const said = { ...says(presented), rootFingerprint: ground.rootFingerprint };
  return {
    ...about(code, presented, detail),
    // What a foreign credential does not say is not there.
    ...Object.fromEntries(Object.entries(said).filter(([, text]) => text !== '')),
    ...(validFrom > FIRST && { validFrom: formatTime(validFrom) }),
    ...(validUntil !== undefined && { validUntil: formatTime(validUntil) }),
    ...((set || !unknown) && {
      statusAsOf: formatTime(at),
      nextUpdate: formatTime(Math.min(...ground.ends(until).map(([end]) => end))),
    }),
    ...(reason && { reason }),
  };
}
