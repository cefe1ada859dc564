// What a credential says, read from the payload that was signed: src/credential/read.rs, member by member.

import { isObject, member, type Json, type JsonObject } from './json.js';
import { Malformed } from './malformed.js';
import { readTime, type Seconds } from './time.js';

/** The two JSON-LD contexts of every credential, in this order. */
export const CONTEXTS = [
  'https://www.w3.org/ns/credentials/v2',
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
];

/** A credential that was read but not verified: nothing in it may be shown as genuine. */
export interface UnverifiedCredential {
  issuer: string;
  issuerName: string;
  /** `validFrom`, or a later `nbf`. */
  validFrom: Seconds;
  /** `validUntil`, or the last second before an earlier `exp`. */
  validUntil: Seconds | undefined;
  /** The latest time that it says of itself: `validFrom`, or a later `iat`. */
  dated: Seconds;
  recipient: string;
  number: string;
  title: string;
  /** The lists' addresses and the indexes in them; `undefined`: an entry of another kind, which is not looked at. */
  status: ({ list: string; index: number } | undefined)[];
  document: JsonObject;
}

/** Reads a credential; throws `Malformed` about the first member that is missing, of the wrong type or past a limit. */
export function readCredential(document: Json): UnverifiedCredential {
  if (!isObject(document)) throw new Malformed('payload', 'not an object');
  checkContext(document);
  checkTypes(document);
  text(document, 'id');
  const said = {
    issuer: text(document, 'issuer.id'),
    issuerName: text(document, 'issuer.name'),
    validFrom: time(document, 'validFrom'),
    validUntil: at(document, 'validUntil') === undefined ? undefined : time(document, 'validUntil'),
    recipient: recipient(document),
    number: text(document, 'credentialSubject.licenseNumber'),
    title: text(document, 'credentialSubject.achievement.name'),
    status: status(document),
    document,
  };
  const { exp, nbf, iat } = jwtTimes(document);
  const validFrom = Math.max(said.validFrom, nbf ?? -Infinity);
  // "On or after" `exp` it is not accepted (RFC 7519 section 4.1.4); `validUntil` itself is still good.
  const validUntil = exp === undefined ? said.validUntil : Math.min(said.validUntil ?? Infinity, exp - 1);
  return { ...said, validFrom, validUntil, dated: Math.max(validFrom, iat ?? -Infinity) };
}

/** Claims that must say what a member of the credential says. */
const SAME = [['iss', 'issuer.id'], ['jti', 'id'], ['sub', 'credentialSubject.id']] as const;
/** Claims that no certificate makes: for one audience, bound to a holder's key, with its status elsewhere, undisclosed. */
const REFUSED = ['aud', 'cnf', 'status', 'vc', 'vp', '_sd', '_sd_alg'];

/** JWT claims beside the members: honoured or refused, never ignored; src/credential/jwt.rs, in its order. */
export function jwtTimes(document: JsonObject): Partial<Record<'exp' | 'nbf' | 'iat', Seconds>> {
  const times: Partial<Record<'exp' | 'nbf' | 'iat', Seconds>> = {};
  for (const claim of ['exp', 'nbf', 'iat'] as const) {
    const value = document[claim];
    if (value === undefined) continue;
    // RFC 7519 section 2, in whole seconds, to the end of the year 9999.
    if (typeof value !== 'number' || !Number.isInteger(value) || Object.is(value, -0) || value < 0 || value > 253_402_300_799) {
      throw new Malformed(claim, 'not a whole number of seconds since 1970');
    }
    times[claim] = value;
  }
  for (const [claim, path] of SAME) {
    const own = at(document, path);
    const same = typeof own === 'string' && document[claim] === own;
    if (document[claim] !== undefined && !same) throw new Malformed(claim, `not the credential's \`${path}\``);
  }
  const refused = REFUSED.find((claim) => document[claim] !== undefined);
  if (refused !== undefined) throw new Malformed(refused, 'a claim that no certificate makes');
  return times;
}

export function at(document: Json, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>(member, document);
}

function text(document: Json, path: string): string {
  const value = at(document, path);
  if (value === undefined) throw new Malformed(path, 'missing');
  if (typeof value !== 'string') throw new Malformed(path, 'not a text');
  if (value === '') throw new Malformed(path, 'empty');
  return value;
}

export function time(document: Json, path: string): Seconds {
  const seconds = readTime(text(document, path));
  if (seconds === undefined) throw new Malformed(path, 'not a time such as 2026-05-01T00:00:00Z');
  return seconds;
}

function checkContext(document: JsonObject): void {
  const contexts = document['@context'];
  if (!Array.isArray(contexts) || !CONTEXTS.every((wanted, n) => contexts[n] === wanted)) {
    throw new Malformed('@context', 'not those of Open Badges 3.0.3');
  }
}

function checkTypes(document: JsonObject): void {
  if (!hasTypes(document, 'VerifiableCredential', 'OpenBadgeCredential')) {
    throw new Malformed('type', 'not an OpenBadgeCredential');
  }
}

/** Returns whether `type` is an array that holds both names. */
export function hasTypes(document: JsonObject, one: string, other: string): boolean {
  const types = document['type'];
  return Array.isArray(types) && types.includes(one) && types.includes(other);
}

/** The first identifier that is a plain name. */
function recipient(document: Json): string {
  const field = 'credentialSubject.identifier';
  const identifiers = at(document, field);
  if (!Array.isArray(identifiers)) throw new Malformed(field, 'missing');
  const name = identifiers
    .filter((entry) => member(entry, 'identityType') === 'name' && member(entry, 'hashed') === false)
    .map((entry) => member(entry, 'identityHash'))
    .find((name) => typeof name === 'string');
  if (typeof name !== 'string' || name === '') throw new Malformed(field, 'holds no plain name');
  return name;
}

/** One entry or several; one that is well made and of a kind that is not looked at is kept as such. */
export function status(document: JsonObject): UnverifiedCredential['status'] {
  const entry = document['credentialStatus'];
  if (Array.isArray(entry) && entry.length === 0) throw new Malformed('credentialStatus', 'empty');
  return entry === undefined ? [] : (Array.isArray(entry) ? entry : [entry]).map(statusRef);
}

/** Bitstring Status List v1.0 section 2.1. */
function statusRef(entry: Json): UnverifiedCredential['status'][0] {
  if (!isObject(entry)) throw new Malformed('credentialStatus', 'not an object');
  const of = (key: string) => text({ credentialStatus: entry }, `credentialStatus.${key}`);
  const { statusSize = 1 } = entry;
  if (of('type') !== 'BitstringStatusListEntry' || of('statusPurpose') !== 'revocation' || statusSize !== 1) return undefined;
  const list = of('statusListCredential');
  const index = of('statusListIndex');
  if (!/^(?:0|[1-9]\d{0,9})$/.test(index)) {
    throw new Malformed('credentialStatus.statusListIndex', 'not 1 to 10 digits');
  }
  return { list, index: Number(index) };
}
