// Credentials of issuers without a trust file: src/verify/foreign.rs and src/credential/claimed.rs, step by step. Claims of
// nobody known, or judged by what somebody who trusts the issuer gave as files: its DID document, its status lists. Loaded
// only for such a credential, or such a file.

import type { TrustAnchors } from './anchors.js';
import { byteLength, trim, utf8 } from './bytes.js';
import { CONTEXTS as BADGE_CONTEXTS, at, jwtTimes, status, time, type UnverifiedCredential } from './credential.js';
import { PublicKey } from './ed25519.js';
import { isObject, member, parseJson, type Json, type JsonObject } from './json.js';
import { type Jws, MEMBERS, partsOf } from './jws.js';
import { CREDENTIAL_BYTES, LIST_CREDENTIAL_BYTES, TEXT_BYTES } from './limits.js';
import { Malformed } from './malformed.js';
import { listOf, readStatusList } from './status.js';
import { FIRST, formatTime, NEVER, readTime, type Seconds } from './time.js';
import type { StatusList } from './trusted.js';
import { refusing, TrustError } from './trust-error.js';
import type { Foreign, Verdict } from './types.js';
import {
  firstProven, isCode, judgeStatus, malformed, type Ground, type Presented, unproven, untrusted,
} from './verify.js';
import { unpack } from './wire.js';

/** Largest DID document that is read, in bytes. */
const DID_DOCUMENT_BYTES = 1 << 20;
/** How long a list that names no end stands for what is so, in seconds from its date. */
const LIST_SECONDS = 7 * 86_400;
const DID_KEY = 'did:key:';

/** A key that may sign credentials; what is dated after its end is not its. */
interface ForeignKey {
  key: PublicKey;
  expires: Seconds | undefined;
}

/** An issuer whose keys were given as its DID document. */
export class ForeignIssuer {
  readonly lists = new Map<string, StatusList>();

  private constructor(readonly id: string, readonly keys: ReadonlyMap<string, ForeignKey>) {}

  /** Reads a DID document, or the text `did:key:…`, which is its own. Throws `TrustError`. */
  static async read(whole: string): Promise<ForeignIssuer> {
    const text = trim(whole);
    if (text.startsWith(DID_KEY)) {
      const name = text.slice(DID_KEY.length);
      const key = await fromMultikey(name);
      if (!key) throw noKey();
      return new ForeignIssuer(text, new Map([[`${text}#${name}`, { key, expires: undefined }]]));
    }
    const document = refusing('malformed', 'not a DID document', () => parseJson(utf8(text), DID_DOCUMENT_BYTES, 'payload'));
    const id = member(document, 'id');
    if (typeof id !== 'string' || id.includes('#')) throw new TrustError('malformed', 'it names nobody');
    const { checkUri } = await import('./links.js');
    refusing('malformed', 'not a DID document', () => checkUri('id', id));
    const keys = await keysOf(document as JsonObject, id);
    if (keys.size === 0) throw noKey();
    return new ForeignIssuer(id, keys);
  }

  /** What a person compares before trusting it. */
  async said(): Promise<Foreign> {
    const sorted = [...this.keys].sort(([a], [b]) => (a < b ? -1 : 1));
    const lists = [...this.lists.values()].map(({ id, validFrom }) => ({ id, asOf: formatTime(validFrom) }));
    return { issuer: this.id, fingerprints: await Promise.all(sorted.map(([, { key }]) => key.fingerprint())), lists };
  }

  /** Adds a status list that one of its keys signed. */
  async addList(whole: string): Promise<string> {
    const list = await this.verifiedList(trim(whole));
    if (list.validUntil === NEVER) list.validUntil = Math.min(list.validFrom + LIST_SECONDS, NEVER);
    const before = this.lists.get(list.id);
    // A file from last year must not take away what this year's says.
    if (!before || before.validFrom <= list.validFrom) this.lists.set(list.id, list);
    return list.id;
  }

  private async verifiedList(text: string): Promise<StatusList> {
    let isSigned = false;
    let list: StatusList;
    if (!text.startsWith('{')) {
      const jws = refusing('list', 'the status list', () => parseForeign(text, LIST_CREDENTIAL_BYTES));
      const known = this.keys.get(this.full(jws.kid));
      isSigned = known !== undefined && (await known.key.verifies(utf8(jws.input), jws.signature));
      list = refusing('list', 'the status list', () => readStatusList(jws.payload));
    } else {
      const { checkForm, unsecured, verifies } = await import('./embedded.js');
      const { document, proofs } = refusing('list', 'the status list', () => {
        const parts = unsecured(parseJson(utf8(text), LIST_CREDENTIAL_BYTES, 'payload'));
        checkForm(parts.document);
        return parts;
      });
      await checkContexts(document).catch(() => {
        throw new TrustError('list', 'its context is not known here');
      });
      for (const proof of proofs) {
        const known = this.keys.get(proof.method);
        isSigned ||= known !== undefined && (await verifies(document, proof, known.key).catch(() => false));
      }
      list = refusing('list', 'the status list', () => listOf(document));
    }
    if (!isSigned) throw new TrustError('proof_invalid', `status list ${list.id} is not signed by a key of its issuer`);
    return list;
  }

  /** The full id of a key: `kid` may leave its beginning out, and all of it where there is one key. */
  full(kid: string): string {
    if (kid === '' && this.keys.size === 1) return [...this.keys.keys()][0]!;
    if (kid.startsWith('#')) return this.id + kid;
    return /[:#]/.test(kid) ? kid : `${this.id}#${kid}`;
  }

  get ground(): Ground {
    return {
      lists: this.lists,
      reason: () => undefined,
      missing: 'list_not_added',
      made: (list) => list,
      ends: (list) => [[list, 'list_expired']],
      rootFingerprint: '',
    };
  }
}

const noKey = (): TrustError => new TrustError('no_key', 'no Ed25519 key that may sign credentials');

/** The Ed25519 keys of a DID document that stand in `assertionMethod` (DID Core section 5.3.2), by full id. */
async function keysOf(document: JsonObject, id: string): Promise<Map<string, ForeignKey>> {
  const all = (name: string): Json[] => (Array.isArray(document[name]) ? document[name] : []);
  const full = (name: string) => (name.startsWith('#') ? id + name : name);
  const named = (method: JsonObject) => (typeof method['id'] === 'string' ? full(method['id']) : undefined);
  const methods = all('verificationMethod').filter(isObject);
  const keys = new Map<string, ForeignKey>();
  for (const one of all('assertionMethod')) {
    const method = typeof one === 'string' ? methods.find((method) => named(method) === full(one)) : isObject(one) ? one : undefined;
    const name = method && named(method);
    const key = method && (await keyOf(method, id));
    if (name !== undefined && key) keys.set(name, key);
  }
  return keys;
}

/** A method's key, if it is the issuer's own, of a kind that is known, and was not revoked. */
async function keyOf(method: JsonObject, id: string): Promise<ForeignKey | undefined> {
  const { controller, expires: end, publicKeyMultibase: multikey, publicKeyJwk: jwk } = method;
  if (method['revoked'] !== undefined || (controller !== undefined && controller !== id)) return undefined;
  const expires = typeof end === 'string' ? readTime(end) : undefined;
  if (end !== undefined && expires === undefined) return undefined;
  const x = member(jwk ?? null, 'x');
  const key = typeof multikey === 'string' ? await fromMultikey(multikey)
    : typeof x === 'string' && member(jwk!, 'kty') === 'OKP' && member(jwk!, 'crv') === 'Ed25519' ? PublicKey.fromBase64url(x) : undefined;
  return key && { key, expires };
}

/** Reads the `publicKeyMultibase` of an Ed25519 key (Controlled Identifiers section 2.2.2). */
async function fromMultikey(text: string): Promise<PublicKey | undefined> {
  const { fromBase58btc } = await import('./embedded.js');
  const bytes = fromBase58btc(text, 34);
  return bytes?.[0] === 0xed && bytes[1] === 1 ? PublicKey.fromBytes(bytes.slice(2)) : undefined;
}

/** What a file that says whom to trust is: a snapshot, a DID document, or a status list of somebody. */
export function kindOf(text: string): 'snapshot' | 'did' | { list: string } {
  if (text.startsWith(DID_KEY)) return 'did';
  const isJson = text.startsWith('{');
  let document: Json = null;
  try {
    document = isJson ? parseJson(utf8(text), LIST_CREDENTIAL_BYTES, '') : parseJson(partsOf(text, LIST_CREDENTIAL_BYTES).parts[1], LIST_CREDENTIAL_BYTES, '');
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  const issuer = at(document, 'issuer.id') ?? member(document, 'issuer');
  if (at(document, 'credentialSubject.encodedList') !== undefined && typeof issuer === 'string') return { list: issuer };
  return isJson ? 'did' : 'snapshot';
}

/** Claimed by nobody known, or judged by the files of a foreign issuer; `undefined`: no credential, or of one with a trust file. */
export async function judgeForeign(text: string, anchors: TrustAnchors, now: Seconds): Promise<Verdict | undefined> {
  const { document, key } = glimpse(text) ?? {};
  const credential = document && claimed(document);
  if (!credential || anchors.issuer(credential.issuer)) return undefined;
  const issuer = anchors.foreign.get(credential.issuer);
  if (!issuer) {
    const verdict = untrusted({ credential, key: '', raw: text, dated: FIRST, signedBy: () => Promise.resolve(false) }, anchors);
    // The name of a key as it was found, if it was.
    return { ...verdict, claimed: { ...verdict.claimed!, key: key ?? '' } };
  }
  try {
    if (text.startsWith('{')) return await judgeJson(text, document, issuer, now);
    return await judgeJws(isCode(text) ? unpack(text) : parseForeign(text, TEXT_BYTES), issuer, now);
  } catch (error) {
    if (error instanceof Malformed) return malformed(error);
    throw error;
  }
}

/** What a text says, whatever secures it, and the key that it names. */
function glimpse(text: string): { document: JsonObject; key: string } | undefined {
  if (byteLength(text) > TEXT_BYTES) return undefined;
  const name = (value: Json | undefined, member: string) => {
    const found = isObject(value) ? value[member] : undefined;
    return typeof found === 'string' ? found : '';
  };
  try {
    if (text.startsWith('{')) {
      const document = parseJson(utf8(text), TEXT_BYTES, '');
      const proof = member(document, 'proof');
      return isObject(document) ? { document, key: name(Array.isArray(proof) ? proof[0] : proof, 'verificationMethod') } : undefined;
    }
    const jws = isCode(text) ? unpack(text) : undefined;
    const [header, payload] = jws ? [utf8(JSON.stringify({ kid: jws.kid })), jws.payload] : partsOf(text, TEXT_BYTES).parts;
    const document = parseJson(payload, TEXT_BYTES, '');
    return isObject(document) ? { document, key: name(parsed(header), 'kid') } : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function parsed(bytes: Uint8Array): Json | undefined {
  try {
    return parseJson(bytes, TEXT_BYTES, '');
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** What a document says of itself if it is a credential of somebody. In a JWT of VCDM 1.1 it is the claim `vc`. */
function claimed(document: JsonObject): UnverifiedCredential | undefined {
  const { vc, iss } = document;
  const credential = isObject(vc) ? vc : document;
  const issuer = issuerOf(credential) ?? iss;
  const looks = credential['@context'] !== undefined || credential['credentialSubject'] !== undefined;
  return looks && typeof issuer === 'string' && issuer !== '' ? says(credential, issuer) : undefined;
}

function says(credential: JsonObject, issuer: string): UnverifiedCredential {
  const { credentialSubject } = credential;
  const subject = Array.isArray(credentialSubject) ? credentialSubject[0] : credentialSubject;
  const inner = (path: string) => (subject === undefined ? undefined : worded(at(subject, path)));
  return {
    issuer,
    issuerName: worded(at(credential, 'issuer.name')) ?? '',
    validFrom: FIRST,
    validUntil: undefined,
    dated: FIRST,
    recipient: recipient(subject),
    number: inner('licenseNumber') ?? '',
    title: inner('achievement.name') ?? worded(credential['name']) ?? '',
    status: [],
    document: credential,
  };
}

/** VCDM 2.0 section 4.7: a URL, or an object with one. */
function issuerOf(credential: JsonObject): string | undefined {
  const { issuer } = credential;
  const id = isObject(issuer) ? issuer['id'] : issuer;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** A text, or one with its language (VCDM 2.0 section 11.1). */
function worded(value: Json | undefined): string | undefined {
  const text = isObject(value) ? value['@value'] : value;
  return typeof text === 'string' ? text : undefined;
}

/** The first identifier that is a plain name. */
function recipient(subject: Json | undefined): string {
  const identifiers = subject === undefined ? undefined : member(subject, 'identifier');
  const all = Array.isArray(identifiers) ? identifiers : identifiers === undefined ? [] : [identifiers];
  const names = all.filter((entry) => member(entry, 'identityType') === 'name' && member(entry, 'hashed') === false)
    .map((entry) => member(entry, 'identityHash'));
  return names.find((name) => typeof name === 'string') ?? '';
}

/** Reads a credential of VCDM 2.0 whose issuer is not one of ours. */
function readForeign(document: Json): UnverifiedCredential {
  if (!isObject(document)) throw new Malformed('@context', 'not the context of VCDM 2.0');
  const { '@context': contexts, type, credentialSubject } = document;
  if (!Array.isArray(contexts) || contexts[0] !== BADGE_CONTEXTS[0]) throw new Malformed('@context', 'not the context of VCDM 2.0');
  if (![type].flat().includes('VerifiableCredential')) throw new Malformed('type', 'not a VerifiableCredential');
  const issuer = issuerOf(document);
  if (issuer === undefined) throw new Malformed('issuer', 'names nobody');
  if (!isObject(credentialSubject)) throw new Malformed('credentialSubject', 'not one object');
  const [from, until] = [optional(document, 'validFrom'), optional(document, 'validUntil')];
  const read = { ...says(document, issuer), status: status(document) };
  const { exp, nbf, iat } = jwtTimes(document);
  const validFrom = Math.max(from ?? FIRST, nbf ?? FIRST);
  const validUntil = exp === undefined ? until : Math.min(until ?? Infinity, exp - 1);
  return { ...read, validFrom, validUntil, dated: Math.max(validFrom, iat ?? FIRST) };
}

function optional(document: JsonObject, name: string): Seconds | undefined {
  return document[name] === undefined ? undefined : time(document, name);
}

/** Reads a compact JWS as others make them: `kid` and `typ` may be missing, and more may stand in the header. */
function parseForeign(compact: string, limit: number): Jws {
  const { parts: [header, payload, signature], input } = partsOf(compact, limit);
  const object = parseJson(header, CREDENTIAL_BYTES, 'header');
  if (!isObject(object)) throw new Malformed('header', 'not an object');
  const [alg, kid, typ] = ['alg', 'kid', 'typ'].map((name) => {
    const text = object[name] ?? (name in object ? null : '');
    if (typeof text !== 'string') throw new Malformed(`header.${name}`, 'not a text');
    return text;
  }) as [string, string, string];
  if ('crit' in object || 'b64' in object) throw new Malformed(MEMBERS, 'a member that is not understood here');
  if (alg !== 'EdDSA' && alg !== 'Ed25519') throw new Malformed('header.alg', 'not EdDSA or Ed25519');
  if (signature.length !== 64) throw new Malformed('signature', 'not 64 bytes');
  return { kid, typ, payload, signature, input, compact };
}

async function judgeJws(jws: Jws, issuer: ForeignIssuer, now: Seconds): Promise<Verdict> {
  const credential = readForeign(parseJson(jws.payload, TEXT_BYTES, 'payload'));
  const { dated } = credential;
  const signedBy = (key: PublicKey) => key.verifies(utf8(jws.input), jws.signature);
  return judgeOne({ credential, key: issuer.full(jws.kid), raw: jws.compact, dated, signedBy }, issuer, now);
}

async function judgeJson(text: string, whole: JsonObject, issuer: ForeignIssuer, now: Seconds): Promise<Verdict> {
  const { checkForm, presented, unsecured, verifies } = await import('./embedded.js');
  const { checkUri } = await import('./links.js');
  const { document, proofs } = unsecured(whole);
  const credential = readForeign(document);
  checkForm(document);
  await checkContexts(document);
  for (const proof of proofs) {
    checkUri('proof.verificationMethod', proof.method);
    const known = issuer.keys.get(proof.method);
    // Else a form that is not understood here would be called a forgery.
    if (known) {
      await verifies(document, proof, known.key).catch((error: unknown) => {
        throw new Malformed('payload', String(error));
      });
    }
  }
  return firstProven(proofs, (proof) => judgeOne(presented(text, credential, proof.method, document, proof), issuer, now));
}

async function checkContexts(document: JsonObject): Promise<void> {
  const { CONTEXTS } = await import('./contexts.js');
  const contexts = document['@context'];
  const unknown = (Array.isArray(contexts) ? contexts : []).find((one) => typeof one === 'string' && !CONTEXTS.has(one));
  if (unknown !== undefined) throw new Malformed('@context', `${String(unknown)} is not known here`);
}

async function judgeOne(presented: Presented, issuer: ForeignIssuer, now: Seconds): Promise<Verdict> {
  const known = issuer.keys.get(presented.key);
  if (!known) return unproven('unknown_key', presented, 'key_not_listed');
  if (!(await presented.signedBy(known.key))) return unproven('proof_invalid', presented);
  if (known.expires !== undefined && presented.dated > known.expires) return unproven('unknown_key', presented, 'key_window');
  return judgeStatus(presented, issuer.ground, now);
}
