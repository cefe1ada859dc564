#!/usr/bin/env bash
# Guess: did-jwt, which Veramo and did-jwt-vc stand on, verifies a JWT with a key that the issuer's DID document lists as a JWK: as
#        `JsonWebKey`, the type's name in the W3C Recommendation (Controlled Identifiers v1.0), or as `JsonWebKey2020`, that of its drafts.
# Fact:  it knows the old name only. Of a document whose keys are all of the new type it says that it "does not have public keys for
#        EdDSA". The same JWK under the old name, or the same key as `Multikey`, is found.
# Why it matters: an issuer who writes did.json by the Recommendation, with JWKs alone, has issued JWTs that wallets and verifiers on
#        did-jwt call unverifiable, and who looks for the fault looks at the key. List each key as `Multikey` too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts did-jwt@9.0.1 >/dev/null
cat >look.mjs <<'NODE'
import { generateKeyPairSync, sign } from 'node:crypto';
import { verifyJWT } from 'did-jwt';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const publicKeyJwk = publicKey.export({ format: 'jwk' });
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
function base58(bytes) {
  let text = '';
  for (let number = BigInt(`0x${bytes.toString('hex')}`); number > 0n; number /= 58n) text = ALPHABET[Number(number % 58n)] + text;
  return text;
}
const publicKeyMultibase = `z${base58(Buffer.concat([Buffer.from([0xed, 0x01]), Buffer.from(publicKeyJwk.x, 'base64url')]))}`;

const did = 'did:web:issuer.example';
const kid = `${did}#key-1`;
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = `${part({ alg: 'EdDSA', typ: 'JWT', kid })}.${part({ iss: did, sub: 'urn:uuid:1' })}`;
const jwt = `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;

for (const key of [
  { type: 'JsonWebKey', publicKeyJwk }, { type: 'JsonWebKey2020', publicKeyJwk }, { type: 'Multikey', publicKeyMultibase },
]) {
  const didDocument = {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: did,
    verificationMethod: [{ id: kid, controller: did, ...key }],
    assertionMethod: [kid],
  };
  const resolver = { resolve: async () => ({ didDocument, didDocumentMetadata: {}, didResolutionMetadata: {} }) };
  const answer = await verifyJWT(jwt, { resolver }).then(({ verified }) => `verified ${verified}`, (error) => error.message);
  console.log(`${key.type}: ${answer}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
JsonWebKey: no_suitable_keys: DID document for did:web:issuer.example does not have public keys for EdDSA
JsonWebKey2020: verified true
Multikey: verified true
SEEN
diff expected seen || { echo "did-jwt 9.0.1 behaves otherwise" >&2; exit 1; }
echo "as found: did-jwt 9.0.1 finds no key of the type JsonWebKey"
