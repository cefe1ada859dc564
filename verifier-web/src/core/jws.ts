// Compact JWS (RFC 7515 section 7.1) with EdDSA (RFC 8037), as src/proof/jws.rs reads it: the header has the members
// `alg`, `kid` and `typ`, and may have a `cty`.

import { byteLength, fromBase64url, toBase64url, utf8 } from './bytes.js';
import type { PublicKey } from './ed25519.js';
import { isObject, parseJson } from './json.js';
import { CREDENTIAL_BYTES } from './limits.js';
import { Malformed } from './malformed.js';

/** `typ` of a credential (VC-JOSE-COSE section 3.1.1). */
export const CREDENTIAL = 'vc+jwt';

/** Where a header is amiss that was read whole, and says what is not understood here: reading it again changes nothing. */
export const MEMBERS = 'header.members';

/** A parsed compact JWS, not verified. */
export interface Jws {
  kid: string;
  typ: string;
  payload: Uint8Array;
  signature: Uint8Array<ArrayBuffer>;
  /** Header and payload as they are signed. */
  input: string;
  /** The compact form. */
  compact: string;
}

/** Reads a compact JWS whose payload has at most `limit` bytes. */
export function parseJws(compact: string, limit: number): Jws {
  const { parts, input } = partsOf(compact, limit);
  return jwsFromParts(...parts, input);
}

/** Returns the decoded parts of a compact JWS, and what is signed of it. */
export function partsOf(compact: string, limit: number) {
  const [header, payload, signature, more] = compact.split('.', 4);
  if (header === undefined || payload === undefined || signature === undefined || more !== undefined) {
    throw new Malformed('jws', 'not three parts');
  }
  if (byteLength(payload) > Math.ceil(limit / 3) * 4) {
    throw new Malformed('payload', `larger than ${limit} bytes`);
  }
  const parts = [decode('header', header), decode('payload', payload), decode('signature', signature)] as const;
  return { parts, input: `${header}.${payload}` };
}

/** Builds a JWS from its decoded parts; `input` is what they were decoded from, if it is at hand. */
export function jwsFromParts(
  header: Uint8Array,
  payload: Uint8Array,
  signature: Uint8Array<ArrayBuffer>,
  input = `${toBase64url(header)}.${toBase64url(payload)}`,
): Jws {
  if (signature.length !== 64) throw new Malformed('signature', 'not 64 bytes');
  const object = parseJson(header, CREDENTIAL_BYTES, 'header');
  if (!isObject(object)) throw new Malformed('header', 'not an object');
  const unknown = Object.keys(object).find((key) => !['alg', 'cty', 'kid', 'typ'].includes(key));
  if (unknown !== undefined) throw new Malformed(MEMBERS, `unknown member \`${unknown}\``);
  const [alg, kid, typ, cty] = ['alg', 'kid', 'typ', ...('cty' in object ? ['cty'] : [])].map((name) => {
    const text = object[name];
    if (typeof text !== 'string') throw new Malformed(`header.${name}`, 'missing or not a text');
    return text;
  }) as [string, string, string, string?];
  if (cty !== undefined && !/^(application\/)?vc$/.test(cty)) throw new Malformed('header.cty', 'not `vc`');
  if (alg !== 'EdDSA' && alg !== 'Ed25519') throw new Malformed('header.alg', 'not EdDSA or Ed25519');
  return { kid, typ, payload, signature, input, compact: `${input}.${toBase64url(signature)}` };
}

/** Returns whether the signature is `key`'s, by the strict rule of `ed25519.ts`. */
export function signedBy(jws: Jws, key: PublicKey): Promise<boolean> {
  return key.verifies(utf8(jws.input), jws.signature);
}

/** Splits a full key id `ISSUER#KEY` and returns the short id, if it is this issuer's. */
export function shortId(kid: string, issuer: string): string | undefined {
  const [did, id, more] = kid.split('#', 3);
  return did === issuer && id && more === undefined ? id : undefined;
}

function decode(field: string, text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64url(text);
  if (!bytes) throw new Malformed(field, 'not base64url');
  return bytes;
}
