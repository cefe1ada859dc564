// JSON with an embedded `DataIntegrityProof`, `eddsa-rdfc-2022` (W3C VC-DI-EDDSA section 3.2): src/proof/data_integrity.rs
// and `from_json` of src/verify/steps.rs, in their order. Loaded only for such a text, with what it needs to canonicalise.

import { sha256, utf8 } from './bytes.js';
import { canonical } from './canonical.js';
import { readCredential } from './credential.js';
import type { PublicKey } from './ed25519.js';
import { isObject, parseJson, Real, type Json, type JsonObject } from './json.js';
import { shortId } from './jws.js';
import { CREDENTIAL_BYTES, JSON_INTEGER } from './limits.js';
import { checkLinks, checkUri, isTerm } from './links.js';
import { Malformed } from './malformed.js';
import { parseTime, type Seconds } from './time.js';
import type { Presented } from './verify.js';

/** What the id of a key's `Multikey` has behind the key's own id. */
const MULTIKEY = '-multikey';
const MEMBERS = ['type', 'cryptosuite', 'created', 'verificationMethod', 'proofPurpose', 'proofValue'];
/** Members that can have one value only, in the order that they are looked at. */
const FIXED: [string, string][] = [
  ['type', 'DataIntegrityProof'],
  ['cryptosuite', 'eddsa-rdfc-2022'],
  ['proofPurpose', 'assertionMethod'],
];
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Steps J1 to J4: the proof, the credential without it, a method of the very issuer, terms alone, and links that are URIs. */
export function presentJson(text: string): Presented {
  const whole = parseJson(utf8(text), CREDENTIAL_BYTES, 'payload');
  const { method, created, options, signature } = readProof(whole);
  const document = Object.assign(Object.create(null), whole) as JsonObject;
  delete document['proof'];
  const credential = readCredential(document);
  const id = shortId(method, credential.issuer) ?? '';
  if (!id.endsWith(MULTIKEY) || id === MULTIKEY) {
    throw new Malformed('proof.verificationMethod', 'not a Multikey of the issuer');
  }
  checkForm(document);
  checkLinks(document);
  checkUri('proof.verificationMethod', method);
  return {
    credential,
    key: id.slice(0, -MULTIKEY.length),
    raw: text,
    dated: Math.max(created, credential.dated),
    async signedBy(key: PublicKey): Promise<boolean> {
      // What cannot be processed, for an undefined term say, has no proof of anybody.
      const hash = await hashOf(document, options).catch(() => undefined);
      return hash !== undefined && key.verifies(hash, signature);
    },
  };
}

interface Proof {
  method: string;
  created: Seconds;
  /** The proof without its value: what is signed beside the document. */
  options: JsonObject;
  signature: Uint8Array<ArrayBuffer>;
}

/** Reads the one proof; a proof with members that we do not know is refused, not half understood. */
function readProof(document: Json): Proof {
  const refuse = (problem: string): never => {
    throw new Malformed('proof', problem);
  };
  const given = isObject(document) ? document['proof'] : undefined;
  if (given === undefined) return refuse('missing');
  if (Array.isArray(given) && given.length !== 1) refuse(`${given.length} proofs instead of one`);
  const proof = Array.isArray(given) ? given[0] : given;
  if (!isObject(proof)) return refuse('not an object');
  const unknown = Object.keys(proof).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) refuse(`unknown member \`${unknown}\``);
  for (const [name, wanted] of FIXED) {
    if (text(proof, name) !== wanted) throw new Malformed(`proof.${name}`, `not \`${wanted}\``);
  }
  const created = parseTime(text(proof, 'created'));
  if (created === undefined) throw new Malformed('proof.created', 'not a time such as 2026-05-01T00:00:00Z');
  const signature = fromBase58btc(text(proof, 'proofValue'), 64);
  if (!signature) throw new Malformed('proof.proofValue', 'not 64 bytes in base58btc');
  const method = text(proof, 'verificationMethod');
  const { proofValue: _, ...options } = proof;
  return { method, created, options, signature };
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
function checkForm(document: JsonObject): void {
  const contexts = document['@context'];
  if (!Array.isArray(contexts) || !contexts.every((one) => typeof one === 'string')) {
    throw new Malformed('payload', '`@context` is not an array of addresses');
  }
  for (const [key, value] of Object.entries(document)) if (key !== '@context') tame(key, value);
}

/**
 * Refuses what makes RDF canonicalisation expensive or JSON-LD surprising: several nameless nodes of the same property,
 * explicit blank nodes, keywords, what libraries write in different ways, and what JSON-LD drops without a word (null, empty arrays) or reads under another name
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
    if (value.filter(isObject).length > 1) refuse('holds more than one object');
    for (const item of value) tame(key, item);
  } else if (isObject(value)) {
    for (const [inner, item] of Object.entries(value)) tame(inner, item);
  }
}

/** Whether a number has one form in RDF. OB 3.0 gives a type to one that may be a fraction. */
function isCarried(key: string, number: number): boolean {
  return Math.abs(number) <= JSON_INTEGER && (Number.isInteger(number) || key === 'creditsEarned');
}

/**
 * Returns how many statements an object makes in RDF: one for each value and each link to an object within, none for its
 * own address. JSON-LD that says more or fewer lost something on the way, and what is lost is not signed.
 */
function statements(object: JsonObject): number {
  let count = 0;
  for (const [key, value] of Object.entries(object)) {
    if (key === '@context' || key === 'id') continue;
    for (const item of Array.isArray(value) ? value : [value]) count += isObject(item) ? 1 + statements(item) : 1;
  }
  return count;
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
