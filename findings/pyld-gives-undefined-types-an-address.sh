#!/usr/bin/env bash
# Guess: PyLD makes of a credential's type that no context defines what JSON-LD says, and jsonld.js, its sister, does: a relative
#        reference without a base, which is left out where statements are made of the document.
# Fact:  to PyLD's normalize() every document without a base has the base `http://example.org/base/`: the type `Course` that no
#        context defines becomes `<http://example.org/base/Course>`, and is hashed and signed as such. jsonld.js leaves it out, or
#        refuses it in its safe mode.
# Why it matters: of one credential two sister libraries make other statements: what one has signed the other finds wrong, and
#        nothing tells why. Before signing look for what no context defines: jsonld.js's safe mode does, PyLD has none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check PyLD==3.3.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund jsonld@9.0.0 >/dev/null
cat >document.json <<'JSON'
{"@context": {"Credential": "https://example.com/Credential"}, "@id": "urn:uuid:1", "@type": ["Credential", "Course"]}
JSON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import jsonld from 'jsonld';

const document = JSON.parse(readFileSync('document.json'));
for (const safe of [false, true]) {
  const options = { algorithm: 'URDNA2015', format: 'application/n-quads', safe };
  const made = await jsonld.canonize(document, options).catch((error) => `${error.message}\n`);
  process.stdout.write(`jsonld.js, safe mode ${safe}:\n${made}`);
}
NODE
{
    venv/bin/python - <<'PYTHON'
import json

from pyld import jsonld

with open("document.json") as file:
    made = jsonld.normalize(json.load(file), {"algorithm": "URDNA2015", "format": "application/n-quads"})
print("PyLD:", made, sep="\n", end="")
PYTHON
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
PyLD:
<urn:uuid:1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.org/base/Course> .
<urn:uuid:1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.com/Credential> .
jsonld.js, safe mode false:
<urn:uuid:1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.com/Credential> .
jsonld.js, safe mode true:
Safe mode validation error.
SEEN
diff expected seen || { echo "PyLD 3.3.0 or jsonld.js 9.0.0 behaves otherwise" >&2; exit 1; }
echo "as found: PyLD 3.3.0 gives a type that no context defines an address below http://example.org/base/"
