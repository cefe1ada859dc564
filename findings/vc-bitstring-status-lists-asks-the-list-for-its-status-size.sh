#!/usr/bin/env bash
# Guess: @4sure-tech/vc-bitstring-status-lists checks a credential against any list of Bitstring Status List v1.0. There `statusSize` is a
#        member of the entry in the credential (section 2.1) and is 1 where it is absent; the list's credential has no such member.
# Fact:  it wants the member in the list's `credentialSubject`. Without it the answer is "StatusSize mismatch: expected 1, got from
#        credentialSubject undefined", status -1, verified false, whatever the bit says. With it, the same bits are read rightly.
# Why it matters: a list of every other issuer is "not verified" there, with the same false as a revoked one; only `status` tells them
#        apart. A list for that library alone would need a member that no context defines, which JSON-LD's safe mode refuses.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --loglevel error --no-audit --no-fund --prefix . @4sure-tech/vc-bitstring-status-lists@0.1.0-unstable.1 \
  @digitalbazaar/vc-bitstring-status-list@2.0.1 >/dev/null
cat >check.mjs <<'SCRIPT'
import { checkStatus } from "@4sure-tech/vc-bitstring-status-lists";
import { createList } from "@digitalbazaar/vc-bitstring-status-list";

const ADDRESS = "https://certs.example.org/status/1";
const bits = await createList({ length: 131072 });
bits.setStatus(9, true);
const list = (more) => ({
  "@context": ["https://www.w3.org/ns/credentials/v2"],
  id: ADDRESS,
  type: ["VerifiableCredential", "BitstringStatusListCredential"],
  issuer: "did:web:certs.example.org",
  validFrom: "2026-01-01T00:00:00Z",
  credentialSubject: { id: `${ADDRESS}#list`, type: "BitstringStatusList", statusPurpose: "revocation", encodedList, ...more },
});
const encodedList = await bits.encode();
const credential = (index) => ({
  "@context": ["https://www.w3.org/ns/credentials/v2"],
  type: ["VerifiableCredential"],
  issuer: "did:web:certs.example.org",
  credentialSubject: { id: "did:example:holder" },
  credentialStatus: {
    id: `${ADDRESS}#${index}`,
    type: "BitstringStatusListEntry",
    statusPurpose: "revocation",
    statusListIndex: String(index),
    statusListCredential: ADDRESS,
  },
});
for (const [name, more] of [["as the standard says", {}], ["with statusSize in the list", { statusSize: 1 }]]) {
  for (const index of [8, 9]) {
    const answer = await checkStatus({ credential: credential(index), getStatusListCredential: async () => list(more) });
    console.log(`${name}, ${index}: verified ${answer.verified}, status ${answer.status}${answer.error ? `, ${answer.error.message}` : ""}`);
  }
}
SCRIPT
node check.mjs | tee seen
cat >expected <<'SEEN'
as the standard says, 8: verified false, status -1, StatusSize mismatch: expected 1, got from credentialSubject undefined
as the standard says, 9: verified false, status -1, StatusSize mismatch: expected 1, got from credentialSubject undefined
with statusSize in the list, 8: verified true, status 0
with statusSize in the list, 9: verified false, status 1
SEEN
diff seen expected
echo "as stated"
