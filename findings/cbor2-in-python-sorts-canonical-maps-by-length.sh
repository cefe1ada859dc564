#!/usr/bin/env bash
# Guess: PyPI's cbor2 with `canonical=True` puts a map's keys into the order of CBOR's deterministic encoding, by the bytes of each key (RFC
#        8949, 4.2.1), as npm cborg, cbor and cbor2 do where they are asked for it.
# Fact:  it sorts by length first and then by bytes, the older order (RFC 8949 keeps it as another one, 4.2.3). Keys that are all texts of
#        less than 24 bytes, or all numbers from 0 on, come out the same in both. With a negative number, or a number of two bytes and a
#        short text, they do not: of the keys 10, 100 and -1 it writes -1 before 100, and "a" before 256.
# Why it matters: what is signed or digested is bytes. Headers of COSE may have numbers from 24 on (33 is a chain of certificates), negative
#        ones and texts beside each other. A digest over the order of one library is another one in the next, and with the usual few keys of
#        a trial both agree. Keep the bytes that came, or sort by yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cbor2==6.2.1
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts cborg@6.1.5 cbor@10.0.12 cbor2@2.3.0
cat >look.py <<'PYTHON'
import cbor2

maps = [{10: 1, 2: 1, 100: 1}, {"name": 1, "id": 1}, {10: 1, 100: 1, -1: 1}, {256: 1, "a": 1}, {1: 1, 33: 1, -1: 1}]
for one in maps:
    print("PyPI cbor2:", list(cbor2.loads(cbor2.dumps(one, canonical=True))))
PYTHON
cat >look.mjs <<'NODE'
import cbor from 'cbor';
import { cdeEncodeOptions, encode as cde } from 'cbor2';
import { encode, rfc8949EncodeOptions } from 'cborg';

const maps = [[10, 2, 100], ['name', 'id'], [10, 100, -1], [256, 'a'], [1, 33, -1]];
const ways = {
  'npm cborg': (map) => encode(map, rfc8949EncodeOptions),
  'npm cbor': (map) => cbor.encodeCanonical(map),
  'npm cbor2': (map) => cde(map, cdeEncodeOptions),
};
for (const keys of maps) {
  const map = new Map(keys.map((key) => [key, 1]));
  for (const [way, write] of Object.entries(ways)) {
    // One reader, which keeps the order, reads them all.
    const read = cbor.decodeFirstSync(Buffer.from(write(map)), { preferMap: true });
    console.log(`${way}:`, JSON.stringify([...read.keys()]));
  }
}
NODE
{
    venv/bin/python look.py
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
PyPI cbor2: [2, 10, 100]
PyPI cbor2: ['id', 'name']
PyPI cbor2: [10, -1, 100]
PyPI cbor2: ['a', 256]
PyPI cbor2: [1, -1, 33]
npm cborg: [2,10,100]
npm cbor: [2,10,100]
npm cbor2: [2,10,100]
npm cborg: ["id","name"]
npm cbor: ["id","name"]
npm cbor2: ["id","name"]
npm cborg: [10,100,-1]
npm cbor: [10,100,-1]
npm cbor2: [10,100,-1]
npm cborg: [256,"a"]
npm cbor: [256,"a"]
npm cbor2: [256,"a"]
npm cborg: [1,33,-1]
npm cbor: [1,33,-1]
npm cbor2: [1,33,-1]
SEEN
diff expected seen || { echo "PyPI's cbor2 6.2.1 or one of npm's cborg 6.1.5, cbor 10.0.12 and cbor2 2.3.0 behaves otherwise" >&2; exit 1; }
echo "as found: PyPI's cbor2 6.2.1 sorts the keys of canonical maps by length first"
