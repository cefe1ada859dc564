#!/usr/bin/env bash
# Guess: npm cbor and cbor-x write a Uint8Array as a byte string, and a Map as a map: these are CBOR's own kinds, and a Map is the only way to
#        say keys that are numbers.
# Fact:  both write a Uint8Array with tag 64 before it (RFC 8746, an array of numbers of 8 bits), and a Buffer without; cbor-x writes a Map with
#        tag 259 before it. So a COSE_Sign1 of [protected, {}, payload, signature] made of what a cipher hands out, Uint8Arrays, has tags
#        where RFC 9052 (4.2) has `bstr`, and its protected header is not the map that it should be. Nothing is said, and each reads back
#        what it has written. npm cborg and cbor2 write no tags.
# Why it matters: a credential in COSE made so is malformed to every other library, and one where the same bytes came as Buffers is right. Make
#        Buffers of the bytes with the first; tell the second `tagUint8Array: false` and `useTag259ForMaps: false`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts cbor@10.0.12 cbor-x@1.6.9 cborg@6.1.5 cbor2@2.3.0
cat >look.mjs <<'NODE'
import cbor from 'cbor';
import * as cborX from 'cbor-x';
import { encode as encodeCbor2 } from 'cbor2';
import * as cborg from 'cborg';

const told = new cborX.Encoder({ tagUint8Array: false, useTag259ForMaps: false, mapsAsObjects: false });
const ways = {
  'cbor': (value) => cbor.encode(value),
  'cbor-x': (value) => cborX.encode(value),
  'cbor-x, told': (value) => told.encode(value),
  'cborg': (value) => cborg.encode(value),
  'cbor2': (value) => encodeCbor2(value),
};
const hex = (bytes) => Buffer.from(bytes).toString('hex');
for (const [way, write] of Object.entries(ways)) {
  const header = write(new Map([[1, -8]]));
  console.log(`${way}: the header {1: -8} ${hex(header)}, bytes 01 02 ${hex(write(new Uint8Array([1, 2])))}`);
  console.log(`    as a Buffer ${way === 'cbor2' ? '(not tried here)' : hex(write(Buffer.from([1, 2])))}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
cbor: the header {1: -8} a10127, bytes 01 02 d840420102
    as a Buffer 420102
cbor-x: the header {1: -8} d90103a10127, bytes 01 02 d840420102
    as a Buffer 420102
cbor-x, told: the header {1: -8} a10127, bytes 01 02 420102
    as a Buffer 420102
cborg: the header {1: -8} a10127, bytes 01 02 420102
    as a Buffer 420102
cbor2: the header {1: -8} a10127, bytes 01 02 420102
    as a Buffer (not tried here)
SEEN
diff expected seen || { echo "cbor 10.0.12, cbor-x 1.6.9, cborg 6.1.5 or cbor2 2.3.0 behaves otherwise" >&2; exit 1; }
echo "as found: cbor 10.0.12 and cbor-x 1.6.9 write tags before bytes, and cbor-x before maps"
