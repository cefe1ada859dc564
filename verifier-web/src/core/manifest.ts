// The key manifest: all signing keys of an issuer with their states, signed by the root. src/keys/manifest.rs.

import { PublicKey } from './ed25519.js';
import { parseJson, type Json } from './json.js';
import { parseJws, shortId, signedBy } from './jws.js';
import { MANIFEST_BYTES } from './limits.js';
import { Malformed } from './malformed.js';
import { arrayOf, countOf, optionalTime, shape, textOf, timeOf } from './shape.js';
import type { Seconds } from './time.js';
import type { KeyManifest, KeyState, ManifestKey } from './trusted.js';
import { refusing, TrustError } from './trust-error.js';

const TYP = 'testamur-manifest+jwt';

/** Reads a manifest and verifies it against the root key. */
export async function verifyManifest(compact: string, issuer: string, root: PublicKey): Promise<KeyManifest> {
  const what = 'not a key manifest';
  const jws = refusing('manifest', what, () => parseJws(compact, MANIFEST_BYTES));
  if (jws.typ !== TYP) throw refusal(`typ is not \`${TYP}\``);
  if (!(await signedBy(jws, root))) throw new TrustError('manifest', 'not signed by the root key');
  return refusing('manifest', what, () => {
    const manifest = read(parseJson(jws.payload, MANIFEST_BYTES, 'payload'), issuer);
    if (shortId(jws.kid, issuer) === undefined) throw refusal('kid is not a key of the issuer');
    return manifest;
  });
}

function refusal(problem: string): TrustError {
  return new TrustError('manifest', `not a key manifest: ${problem}`);
}

function read(json: Json, issuer: string): KeyManifest {
  const document = shape(json, 'payload', ['type', 'version', 'issuer', 'name', 'issued', 'expires', 'keys']);
  const [version, expires] = [countOf(document, 'version'), timeOf(document, 'expires')];
  const name = textOf(document, 'name');
  const list = arrayOf(document, 'keys').map(readKey);
  if (textOf(document, 'issuer') !== issuer) throw refusal('for another issuer');
  if (textOf(document, 'type') !== 'KeyManifest') throw refusal('type is not `KeyManifest`');
  if (version === 0) throw refusal('version is 0');
  if (timeOf(document, 'issued') > expires) throw refusal('expires before it was issued');
  const keys = new Map(list.map((key) => [key.id, key]));
  const points = new Set(list.map((key) => key.key.toBase64url()));
  if (keys.size < list.length || points.size < list.length) throw refusal('a key is listed twice');
  const active = list.filter((key) => key.state.name === 'active');
  if (active.length > 1) throw refusal(`${active.length} keys are active`);
  return { version, name, expires, keys, active: active[0] };
}

function readKey(json: Json): ManifestKey {
  const entry = shape(json, 'keys', ['id', 'publicKey', 'state', 'from'], ['until', 'since']);
  const id = textOf(entry, 'id');
  const key = PublicKey.fromBase64url(textOf(entry, 'publicKey'));
  if (!key || !/^[A-Za-z0-9_-]{1,32}$/.test(id)) throw new Malformed('keys', 'a key or its id is not acceptable');
  timeOf(entry, 'from');
  return { id, key, state: readState(textOf(entry, 'state'), optionalTime(entry, 'until'), optionalTime(entry, 'since')) };
}

/** `until` goes with `retired` and `since` with `compromised`, and with nothing else. */
function readState(name: string, until: Seconds | undefined, since: Seconds | undefined): KeyState {
  if (name === 'active' && until === undefined && since === undefined) return { name };
  if (name === 'retired' && until !== undefined && since === undefined) return { name, until };
  if (name === 'compromised' && until === undefined && since !== undefined) return { name, since };
  throw new Malformed('keys', 'a key has a date that does not go with its state');
}
