// JSON with an embedded `DataIntegrityProof`, `eddsa-rdfc-2022` (W3C VC-DI-EDDSA section 3.2): src/proof/data_integrity.rs
// and `from_json` of src/verify/steps.rs, in their order. Loaded only for such a text, with what it needs to canonicalise.

import { sha256, utf8 } from './bytes.js';
import { canonical } from './canonical.js';
import { readCredential, type UnverifiedCredential } from './credential.js';
import type { PublicKey } from './ed25519.js';
import { isObject, parseJson, Real, type Json, type JsonObject } from './json.js';
import { shortId } from './jws.js';
import { CREDENTIAL_BYTES, JSON_INTEGER } from './limits.js';
import { checkLinks, checkUri, isTerm } from './links.js';
import { Malformed } from './malformed.js';
import { readTime, type Seconds } from './time.js';
import type { Presented } from './verify.js';

/** What the id of a key's `Multikey` has behind the key's own id. */
const MULTIKEY = /-multikey$/;
const MEMBERS = ['type', 'cryptosuite', 'created', 'verificationMethod', 'proofPurpose', 'proofValue', 'id', 'expires'];
/** Most proofs of one document, and most objects in one array: each is work. */
const [PROOFS, OBJECTS] = [8, 64];
/** Members that can have one value only, in the order that they are looked at. */
const FIXED: [string, string][] = [
  ['type', 'DataIntegrityProof'],
  ['cryptosuite', 'eddsa-rdfc-2022'],
  ['proofPurpose', 'assertionMethod'],
];
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Steps J1 to J4: the proofs, the credential without them, methods of the very issuer, terms alone, and links that are URIs. */
export function presentJson(text: string): Presented[] {
  const { document, proofs } = unsecured(parseJson(utf8(text), CREDENTIAL_BYTES, 'payload'));
  const credential = readCredential(document);
  // did.json lists a key twice; by either name it is that key.
  const key = ({ method }: Proof) => (shortId(method, credential.issuer) ?? '').replace(MULTIKEY, '');
  const all = proofs.filter((proof) => key(proof) !== '');
  if (all.length === 0) throw new Malformed('proof.verificationMethod', 'not a key of the issuer');
  checkForm(document);
  for (const { method } of all) checkUri('proof.verificationMethod', method);
  return all.map((proof) => presented(text, credential, key(proof), document, proof));
}

/** Takes a document and its proofs apart. */
export function unsecured(whole: Json): { document: JsonObject; proofs: Proof[] } {
  const proofs = readProofs(whole);
  const document = Object.assign(Object.create(null), whole) as JsonObject;
  delete document['proof'];
  return { document, proofs };
}

/** What one proof presents; a proof that ends takes its credential along. */
export function presented(raw: string, read: UnverifiedCredential, key: string, document: JsonObject, proof: Proof): Presented {
  const until = Math.min(read.validUntil ?? Infinity, proof.expires ?? Infinity);
  const credential = { ...read, validUntil: until === Infinity ? undefined : until };
  return {
    credential,
    key,
    raw,
    dated: Math.max(proof.created ?? -Infinity, credential.dated),
    // What cannot be processed, for an undefined term say, has no proof of anybody.
    signedBy: (by) => verifies(document, proof, by).catch(() => false),
  };
}

/** Whether a proof is a key's; throws what cannot be processed. */
export async function verifies(document: JsonObject, { options, signature }: Proof, key: PublicKey): Promise<boolean> {
  return key.verifies(await hashOf(document, options), signature);
}

export interface Proof {
  method: string;
  created: Seconds | undefined;
  expires: Seconds | undefined;
  /** The proof without its value: what is signed beside the document. */
  options: JsonObject;
  signature: Uint8Array<ArrayBuffer>;
}

/** Reads those proofs that are of our kind; throws what is wrong with the first, if none is. */
function readProofs(document: Json): Proof[] {
  const given = isObject(document) ? document['proof'] : undefined;
  if (given === undefined) throw new Malformed('proof', 'missing');
  const all = Array.isArray(given) ? given : [given];
  if (all.length === 0 || all.length > PROOFS) throw new Malformed('proof', `${all.length} proofs: 1 to ${PROOFS} are read`);
  const read: Proof[] = [];
  let first: unknown;
  for (const one of all) {
    try {
      read.push(readProof(one));
    } catch (error) {
      first ??= error;
    }
  }
  if (read.length === 0) throw first;
  return read;
}

/** Reads one proof; a proof with members that we do not know is refused, not half understood. */
function readProof(proof: Json): Proof {
  if (!isObject(proof)) throw new Malformed('proof', 'not an object');
  const unknown = Object.keys(proof).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) throw new Malformed('proof', `unknown member \`${unknown}\``);
  for (const [name, wanted] of FIXED) {
    if (text(proof, name) !== wanted) throw new Malformed(`proof.${name}`, `not \`${wanted}\``);
  }
  const [created, expires] = [time(proof, 'created'), time(proof, 'expires')];
  const signature = fromBase58btc(text(proof, 'proofValue'), 64);
  if (!signature) throw new Malformed('proof.proofValue', 'not 64 bytes in base58btc');
  const method = text(proof, 'verificationMethod');
  if (proof['id'] !== undefined) checkUri('proof.id', text(proof, 'id'));
  const { proofValue: _, ...options } = proof;
  return { method, created, expires, options, signature };
}

function time(proof: JsonObject, name: string): Seconds | undefined {
  if (proof[name] === undefined) return undefined;
  const seconds = readTime(text(proof, name));
  if (seconds === undefined) throw new Malformed(`proof.${name}`, 'not a time such as 2026-05-01T00:00:00Z');
  return seconds;
}

function text(proof: JsonObject, name: string): string {
  const value = proof[name];
  if (typeof value === 'string') return value;
  throw new Malformed(`proof.${name}`, value === undefined ? 'missing' : 'not a text');
}

/** Reads `z` and base58btc of exactly `length` bytes (Controlled Identifiers section 2.4). Work is bounded: it is quadratic. */
export function fromBase58btc(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  if (!text.startsWith('z') || text.length > Math.floor((length * 7) / 5) + 2) return undefined;
  let number = 0n;
  for (const letter of text.slice(1)) {
    const digit = BASE58.indexOf(letter);
    if (digit < 0) return undefined;
    number = number * 58n + BigInt(digit);
  }
  const bytes: number[] = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 255n));
  const zeros = /^1*/.exec(text.slice(1))![0].length;
  return zeros + bytes.length === length ? new Uint8Array([...Array<number>(zeros).fill(0), ...bytes]) : undefined;
}

/** Refuses a document of which a proof could not cover every member: by its form alone, before any work is done. */
export function checkForm(document: JsonObject): void {
  const contexts = document['@context'];
  if (!Array.isArray(contexts) || !contexts.every((one) => typeof one === 'string')) {
    throw new Malformed('payload', '`@context` is not an array of addresses');
  }
  for (const [key, value] of Object.entries(document)) if (key !== '@context') tame(key, value);
  checkLinks(document);
}

/**
 * Refuses what makes RDF canonicalisation expensive or JSON-LD surprising: nameless nodes that are alike, explicit blank nodes, keywords, what libraries write in different ways, and what JSON-LD drops without a word (null, empty arrays) or reads under another name
 * (an address in place of a term).
 */
function tame(key: string, value: Json): void {
  const refuse = (problem: string): never => {
    throw new Malformed('payload', `\`${key}\` ${problem}`);
  };
  if (!isTerm(key)) refuse('is no term');
  if (value === null) refuse('is null');
  if (typeof value === 'boolean' && key !== 'hashed') refuse('holds a boolean');
  if (typeof value === 'string') {
    if (/[\0-\t\v\f\x0e-\x1f\x7f]/.test(value)) refuse('holds a control character');
    if (value.startsWith('_:')) refuse('names a blank node');
  }
  const number = value instanceof Real ? value.value : value;
  if (typeof number === 'number' && !isCarried(key, number)) refuse(`holds number ${number}`);
  if (Array.isArray(value)) {
    if (value.length === 0) refuse('is empty');
    if (value.some((item) => Array.isArray(item))) refuse('nests arrays');
    const objects = value.filter(isObject);
    if (objects.length > OBJECTS || new Set(objects.map(sorted)).size < objects.length) refuse('holds the same object twice');
    for (const item of value) tame(key, item);
  } else if (isObject(value)) {
    for (const [inner, item] of Object.entries(value)) tame(inner, item);
  }
}

/** Whether a number has one form in RDF. OB 3.0 gives a type to one that may be a fraction. */
function isCarried(key: string, number: number): boolean {
  return Math.abs(number) <= JSON_INTEGER && (Number.isInteger(number) || key === 'creditsEarned');
}

/** A value as one text, whatever the order of members. */
function sorted(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (isObject(value)) return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${sorted(value[key]!)}`).join()}}`;
  return value instanceof Real ? `real ${value.value}` : Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

/**
 * Returns how many statements a document makes in RDF: one for each value and each link to an object within, none for an
 * object's own address, and none twice for an object that stands in several places under one address. JSON-LD that says more
 * or fewer lost something on the way, and what is lost is not signed.
 */
function statements(document: JsonObject): number {
  const said = new Set<string>();
  let nameless = 0;
  const state = (object: JsonObject): string => {
    nameless += 1;
    const { id } = object;
    const who = typeof id === 'string' ? JSON.stringify(id) : String(nameless);
    for (const [name, value] of Object.entries(object)) {
      if (name === '@context' || name === 'id') continue;
      // A text that stands twice in one array is said once: that is counted as lost.
      for (const [place, item] of (Array.isArray(value) ? value : [value]).entries()) {
        said.add([who, JSON.stringify(name), place, isObject(item) ? state(item) : sorted(item)].join());
      }
    }
    return who;
  };
  state(document);
  return said.size;
}

/** What is signed: the hash of the proof's options, then that of the document (VC-DI-EDDSA section 3.2.4). */
async function hashOf(document: JsonObject, options: JsonObject): Promise<Uint8Array<ArrayBuffer>> {
  const claims = await canonical(document);
  const wanted = statements(document);
  const have = claims.split('\n').length - 1;
  if (have !== wanted) throw new Error(`${have} statements instead of ${wanted}`);
  const config = await canonical({ '@context': document['@context'] ?? [], ...options });
  return new Uint8Array([...(await sha256(utf8(config))), ...(await sha256(utf8(claims)))]);
}
