// Judges credentials with other people's verifiers, offline: `.json` with @digitalbazaar/vc and with @digitalcredentials/vc, `.jwt`
// with jose. Prints a line of JSON for each file and judge. What they know of the issuer is its did.json; contexts are the pinned ones.
//
//   node judge.mjs DID.json AT FILE…

import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { verifyCredential } from '@digitalbazaar/vc';
import { DataIntegrityProof as TheirProof } from '@digitalcredentials/data-integrity';
import { cryptosuite as theirSuite } from '@digitalcredentials/eddsa-rdfc-2022-cryptosuite';
import { verifyCredential as theirVerify } from '@digitalcredentials/vc';
import { compactVerify, importJWK } from 'jose';

const CONTEXTS = {
  'https://www.w3.org/ns/credentials/v2': 'credentials-v2.jsonld',
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json': 'ob-v3p0-context-3.0.3.json',
  'https://w3id.org/vc/render-method/v2rc2': 'render-method-v2rc2.jsonld',
};

const [didFile, at, ...files] = process.argv.slice(2);
const did = JSON.parse(readFileSync(didFile, 'utf8'));
const now = new Date(at);

/** The key of an id, as did.json has it. */
function keyOf(id) {
  const key = did.verificationMethod.find((one) => one.id === id);
  if (key === undefined || !did.assertionMethod.includes(id)) throw new Error(`no key ${id}`);
  return key;
}

async function documentLoader(url) {
  const context = CONTEXTS[url];
  if (context !== undefined) {
    const path = fileURLToPath(new URL(`../../schemas/contexts/${context}`, import.meta.url));
    return { documentUrl: url, document: JSON.parse(readFileSync(path, 'utf8')) };
  }
  if (url === did.id) return { documentUrl: url, document: did };
  if (url.startsWith(`${did.id}#`)) {
    return { documentUrl: url, document: { '@context': 'https://w3id.org/security/multikey/v1', ...keyOf(url) } };
  }
  throw new Error(`nothing is fetched: ${url}`);
}

async function json(verify, suite, text) {
  const { verified, error } = await verify({
    credential: JSON.parse(text),
    suite,
    documentLoader,
    now,
    // Lists of revoked ones are judged elsewhere.
    checkStatus: async () => ({ verified: true }),
  });
  if (!verified) throw error;
}

async function jwt(text) {
  const [header] = text.split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
  const key = await importJWK(keyOf(kid).publicKeyJwk, 'EdDSA');
  await compactVerify(text.trim(), key, { algorithms: ['EdDSA'] });
}

const JUDGES = {
  '.json': {
    '@digitalbazaar/vc': (text) => json(verifyCredential, new DataIntegrityProof({ cryptosuite }), text),
    '@digitalcredentials/vc': (text) => json(theirVerify, new TheirProof({ cryptosuite: theirSuite }), text),
  },
  '.jwt': { jose: jwt },
};

for (const file of files) {
  const text = readFileSync(file, 'utf8');
  for (const [by, judge] of Object.entries(JUDGES[extname(file)])) {
    try {
      await judge(text);
      console.log(JSON.stringify({ file, by, verified: true }));
    } catch (error) {
      const said = [error.message, ...(error.errors ?? []).map((one) => one.message)].join('; ');
      console.log(JSON.stringify({ file, by, verified: false, said }));
    }
  }
}
