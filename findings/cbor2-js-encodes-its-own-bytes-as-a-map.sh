#!/usr/bin/env bash
# Guess: npm cbor2 writes a Node.js Buffer, which is a Uint8Array, as a byte string, and what it has decoded it encodes again.
# Fact:  it goes by an object's class, does not know Buffer, and asks its toJSON(): out comes a map, {"type": "Buffer", "data": [...]}.
#        Decoding a Buffer (what readFileSync() gives) hands out the byte strings in it as Buffers, so decode() and encode() make maps
#        of all of them. Of a plain Uint8Array they make the same bytes, as npm cborg does of both.
# Why it matters: COSE and mobile documents (ISO/IEC 18013-5) are byte strings within arrays. One read from a file, changed and written
#        back has maps where its payload and its signature were; digests and public keys come as Buffers too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund cbor2@2.3.0 cborg@6.1.5 >/dev/null
cat >look.mjs <<'NODE'
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import * as cbor2 from 'cbor2';
import * as cborg from 'cborg';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
// Protected headers of COSE, {1: -8}, and one byte.
writeFileSync('message.cbor', Buffer.from('8243a101274107', 'hex'));
const read = readFileSync('message.cbor');
for (const [name, { decode, encode }] of Object.entries({ cbor2, cborg })) {
  console.log(`${name}, of a Buffer: ${hex(encode(decode(read)))}`);
  console.log(`${name}, of a Uint8Array: ${hex(encode(decode(new Uint8Array(read))))}`);
  const digest = createHash('sha256').update('x').digest();
  console.log(`${name}, a digest: ${encode(digest).length} bytes that begin with ${hex(encode(digest)).slice(0, 2)}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
cbor2, of a Buffer: 82a264747970656642756666657264646174618318a1011827a264747970656642756666657264646174618107
cbor2, of a Uint8Array: 8243a101274107
cbor2, a digest: 79 bytes that begin with a2
cborg, of a Buffer: 8243a101274107
cborg, of a Uint8Array: 8243a101274107
cborg, a digest: 34 bytes that begin with 58
SEEN
diff expected seen || { echo "cbor2 2.3.0 or cborg 6.1.5 behaves otherwise" >&2; exit 1; }
echo "as found: npm cbor2 2.3.0 encodes a Buffer as a map"
