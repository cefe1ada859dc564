// Status lists: a bit for each credential, set when it is revoked or superseded. src/status/list.rs.

import { fromBase64url } from './bytes.js';
import { hasTypes, time } from './credential.js';
import { gunzip } from './gzip.js';
import { isObject, member, parseJson, type Json, type JsonObject } from './json.js';
import { LIST_CREDENTIAL_BYTES, LIST_ENTRIES_MAX, LIST_ENTRIES_MIN } from './limits.js';
import { Malformed } from './malformed.js';
import { textOf } from './shape.js';
import type { StatusList } from './trusted.js';
import { NEVER } from './time.js';

/** Reads a list from the payload of a JWS; the caller verifies the signature. */
export function readStatusList(payload: Uint8Array): StatusList {
  return listOf(parseJson(payload, LIST_CREDENTIAL_BYTES, 'payload'));
}

/** Reads a list from its document; the caller verifies the proof. */
export function listOf(document: Json): StatusList {
  if (!isObject(document) || !hasTypes(document, 'VerifiableCredential', 'BitstringStatusListCredential')) {
    throw new Malformed('type', 'not a VerifiableCredential and BitstringStatusListCredential');
  }
  const subject = member(document, 'credentialSubject');
  if (!isObject(subject)) throw new Malformed('credentialSubject', 'not an object');
  expect(subject, 'type', 'BitstringStatusList');
  expect(subject, 'statusPurpose', 'revocation');
  if (subject['statusSize'] !== undefined && subject['statusSize'] !== 1) {
    throw new Malformed('credentialSubject.statusSize', 'not 1');
  }
  return {
    id: textOf(document, 'id'),
    issuer: issuer(document),
    bits: decode(textOf(subject, 'encodedList')),
    validFrom: time(document, 'validFrom'),
    validUntil: document['validUntil'] === undefined ? NEVER : time(document, 'validUntil'),
  };
}

function expect(subject: JsonObject, key: string, wanted: string): void {
  if (textOf(subject, key) !== wanted) throw new Malformed(`credentialSubject.${key}`, `not \`${wanted}\``);
}

/** VCDM 2.0 section 4.7: the issuer is a URL or an object with an `id`. */
function issuer(document: JsonObject): string {
  const issuer = document['issuer'];
  return isObject(issuer) ? textOf(issuer, 'id') : textOf(document, 'issuer');
}

/** Multibase base64url of exactly one gzip member. */
function decode(encoded: string): Uint8Array {
  const malformed = (problem: string): Malformed => new Malformed('credentialSubject.encodedList', problem);
  const gzip = encoded.startsWith('u') ? fromBase64url(encoded.slice(1)) : undefined;
  if (!gzip) throw malformed('not multibase base64url');
  const found = gunzip(gzip, LIST_ENTRIES_MAX / 8);
  if (found === 'too large') throw malformed('more than 16,777,216 entries');
  if (found === 'not one whole DEFLATE stream') throw malformed('not gzip');
  if (found.end !== gzip.length) throw malformed('something follows the gzip data');
  if (found.bytes.length < LIST_ENTRIES_MIN / 8) throw malformed('fewer than 131,072 entries');
  return found.bytes;
}
