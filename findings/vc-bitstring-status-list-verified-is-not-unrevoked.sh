#!/usr/bin/env bash
# Guess: two packages called vc-bitstring-status-list, @digitalcredentials' and the one that it was forked from, @digitalbazaar's, answer
#        checkStatus() alike: `verified` is true of a credential whose bit in the list of revocations is not set, and false where it is.
# Fact:  @digitalcredentials' does. @digitalbazaar's says `verified: true` of both: the word means that a list could be found, checked
#        and read. What is in it stands beside, `results[].status`, which is true of the revoked one; the other package has no such
#        member. The README tells neither.
# Why it matters: both are handed to verifyCredential() as `checkStatus`, which asks for nothing but `verified`. Who goes from one to the
#        other, or reads examples written for the other, has a verifier that says "verified" of revoked credentials, or one that finds
#        no `status`. With @digitalbazaar's look at every `results[].status`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @digitalbazaar/vc-bitstring-status-list@2.0.1 \
    @digitalcredentials/vc-bitstring-status-list@1.0.0 >/dev/null
cat >look.mjs <<'NODE'
import * as bazaar from '@digitalbazaar/vc-bitstring-status-list';
import * as fork from '@digitalcredentials/vc-bitstring-status-list';

const context = ['https://www.w3.org/ns/credentials/v2'];
const address = 'https://issuer.example/status/1';
for (const [name, library] of [['@digitalbazaar', bazaar], ['@digitalcredentials', fork]]) {
  const list = await library.createList({ length: 131072 });
  list.setStatus(7, true);
  const document = {
    ...(await library.createCredential({ id: address, list, statusPurpose: 'revocation' })),
    issuer: 'did:web:issuer.example',
  };
  for (const [what, statusListIndex] of [['valid', '6'], ['revoked', '7']]) {
    const credential = {
      '@context': context,
      type: ['VerifiableCredential'],
      issuer: 'did:web:issuer.example',
      credentialSubject: { id: 'urn:uuid:1' },
      credentialStatus: {
        id: `${address}#${statusListIndex}`,
        type: 'BitstringStatusListEntry',
        statusPurpose: 'revocation',
        statusListIndex,
        statusListCredential: address,
      },
    };
    // The list's own proof is left out here: it changes nothing in what is told of the bit.
    const { verified, results } = await library.checkStatus({
      credential, documentLoader: async () => ({ document }), verifyBitstringStatusListCredential: false,
    });
    console.log(`${name}, ${what}: verified ${verified}, status ${results.map((result) => result.status)}.`);
  }
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
@digitalbazaar, valid: verified true, status false.
@digitalbazaar, revoked: verified true, status true.
@digitalcredentials, valid: verified true, status .
@digitalcredentials, revoked: verified false, status .
SEEN
diff expected seen || { echo "@digitalbazaar/vc-bitstring-status-list 2.0.1 or @digitalcredentials' 1.0.0 behaves otherwise" >&2; exit 1; }
echo "as found: @digitalbazaar/vc-bitstring-status-list 2.0.1 says verified of a revoked credential, @digitalcredentials' 1.0.0 does not"
