#!/usr/bin/env bash
# Guess: the validators of @learncard/types either refuse a valid Open Badges 3.0 credential or hand it back as it was: what they are
#        for carries a proof over every member.
# Fact:  parse() says yes and hands back less. Of an achievement's `related` it keeps `id` and `version` and drops `type` and
#        `inLanguage`, which Open Badges 3.0 has there too; a further member of an address is dropped as well, where one of the criteria is
#        kept. Nothing is said. And a `name` in several languages, which the Verifiable Credentials Data Model 2.0 allows,
#        UnsignedVCValidator does not take.
# Why it matters: an issuer of a course in two languages who points from each to the other with `related` has credentials that are
#        valid before a wallet's parse() and have a wrong proof after it. Ask safeParse() for its answer, and go on with the original.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @learncard/types@5.18.1 >/dev/null
cat >look.mjs <<'NODE'
import { UnsignedAchievementCredentialValidator as Badge, UnsignedVCValidator as Credential } from '@learncard/types';

const credential = {
  '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
  id: 'urn:uuid:1',
  type: ['VerifiableCredential', 'OpenBadgeCredential'],
  name: 'First Aid',
  issuer: {
    id: 'did:web:issuer.example',
    type: ['Profile'],
    name: 'An issuer',
    address: { type: ['Address'], addressLocality: 'A town', district: 'kept?' },
  },
  validFrom: '2026-01-01T00:00:00Z',
  credentialSubject: {
    type: ['AchievementSubject'],
    achievement: {
      id: 'urn:uuid:2',
      type: ['Achievement'],
      name: 'First Aid',
      description: 'A course',
      criteria: { narrative: 'Attendance', hours: 'kept?' },
      inLanguage: 'en',
      related: [{ id: 'urn:uuid:3', type: ['Related'], inLanguage: 'fr', version: '2' }],
    },
  },
};
function* lost(before, after, path = '') {
  if (after === undefined) yield `${path} ${JSON.stringify(before)}`;
  else if (typeof before === 'object') for (const key of Object.keys(before)) yield* lost(before[key], after[key], `${path}/${key}`);
}
for (const line of lost(credential, Badge.parse(credential))) console.log(`lost: ${line}`);
const name = [{ '@value': 'First Aid', '@language': 'en' }, { '@value': 'Premiers secours', '@language': 'fr' }];
console.log(`a name in two languages: ${Credential.safeParse({ ...credential, name }).error?.issues[0].message ?? 'taken'}`);
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
lost: /issuer/address/district "kept?"
lost: /credentialSubject/achievement/related/0/type ["Related"]
lost: /credentialSubject/achievement/related/0/inLanguage "fr"
a name in two languages: Invalid input: expected string, received array
SEEN
diff expected seen || { echo "@learncard/types 5.18.1 behaves otherwise" >&2; exit 1; }
echo "as found: parse() of @learncard/types 5.18.1 drops members of a credential that it takes"
