#!/usr/bin/env bash
# Guess: @digitalbazaar/vc-bitstring-status-list, from the house of two of the standard's editors, reads an entry of two bits (W3C
#        Bitstring Status List v1.0, `statusSize: 2`), or says that it cannot.
# Fact:  it reads one bit, at the position of the index, whatever `statusSize` says, and answers `verified: true`. Entry 3 of two bits
#        each is the bits 6 and 7; it reads bit 3, the second bit of entry 1. And a list that serves two purposes, `statusPurpose:
#        ["revocation", "suspension"]`, which the standard allows, it refuses: the purposes are compared with `!==`.
# Why it matters: an issuer who has messages or states of more than yes and no gets somebody else's answer given for his people, and one
#        who keeps one list for two purposes gets none. Keep one list of one bit for each purpose.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @digitalbazaar/vc-bitstring-status-list@2.0.1 >/dev/null
cat >look.mjs <<'NODE'
import { gzipSync } from 'node:zlib';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';

const address = 'https://issuer.example/status/1';
// Entries of two bits: entry 1 is 0x3, all others are 0x0. Entries of one bit: 2 and 3 are set.
const bits = new Uint8Array(16384);
bits[0] = 0b00110000;
async function ask(what, entry, subject) {
  const document = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    id: address,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: 'did:web:issuer.example',
    credentialSubject: {
      id: `${address}#list`, type: 'BitstringStatusList', encodedList: `u${gzipSync(bits).toString('base64url')}`, ...subject,
    },
  };
  const credential = {
    '@context': document['@context'],
    type: ['VerifiableCredential'],
    issuer: document.issuer,
    credentialSubject: { id: 'urn:uuid:1' },
    credentialStatus: { type: 'BitstringStatusListEntry', statusListIndex: '3', statusListCredential: address, ...entry },
  };
  const answer = await checkStatus({
    credential, documentLoader: async () => ({ document }), verifyBitstringStatusListCredential: false,
  });
  console.log(`${what}: verified ${answer.verified}, ${answer.error?.message ?? `status ${answer.results[0].status}`}`);
}
const statusMessage = ['current', 'renewed', 'moved', 'withdrawn'].map((message, n) => ({ status: `0x${n}`, message }));
await ask('entry 3 of one bit, 1', { statusPurpose: 'revocation' }, { statusPurpose: 'revocation' });
await ask('entry 3 of two bits, 0x0', { statusPurpose: 'message', statusSize: 2, statusMessage }, { statusPurpose: 'message' });
await ask('a list of two purposes', { statusPurpose: 'revocation' }, { statusPurpose: ['revocation', 'suspension'] });
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
entry 3 of one bit, 1: verified true, status true
entry 3 of two bits, 0x0: verified true, status true
a list of two purposes: verified false, The status purpose "revocation,suspension" of the status list credential does not match the status purpose "revocation" in the credential.
SEEN
diff expected seen || { echo "@digitalbazaar/vc-bitstring-status-list 2.0.1 behaves otherwise" >&2; exit 1; }
echo "as found: @digitalbazaar/vc-bitstring-status-list 2.0.1 takes no notice of statusSize and refuses a list of two purposes"
