#!/usr/bin/env bash
# Guess: two libraries that both offer the canonicalisation `URDNA2015` give the same bytes for the same document.
# Fact:  of a text with a vertical tab (U+000B) PyLD's has the character itself, jsonld.js's the escape `\u000B`. RDFC-1.0, which the
#        old name stands for in jsonld.js, has canonical N-Quads with escapes of all control characters; the draft of the old name
#        escaped only line feed, carriage return, quote and backslash, and PyLD still does. It does not know the name RDFC-1.0.
# Why it matters: a vertical tab is what office programs hand out for a line break within a paragraph, so titles and descriptions
#        that were pasted have them. Signed through one library such a credential fails in the other. Take them out before signing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check PyLD==3.3.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund jsonld@9.0.0 >/dev/null
printf '%s' '{"@id": "urn:a", "urn:b": "First line\u000bsecond line"}' >document.json
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import jsonld from 'jsonld';

const document = JSON.parse(readFileSync('document.json'));
for (const algorithm of ['URDNA2015', 'RDFC-1.0']) {
  console.log(`jsonld.js, ${algorithm}: ${JSON.stringify(await jsonld.canonize(document, { algorithm, format: 'application/n-quads' }))}`);
}
NODE
{
    venv/bin/python - <<'PYTHON'
import json

from pyld import jsonld

with open("document.json") as file:
    document = json.load(file)
for algorithm in ("URDNA2015", "RDFC-1.0"):
    try:
        made = json.dumps(jsonld.normalize(document, {"algorithm": algorithm, "format": "application/n-quads"}))
    except jsonld.JsonLdError as error:
        made = error.args[0]
    print(f"PyLD, {algorithm}: {made}")
PYTHON
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
PyLD, URDNA2015: "<urn:a> <urn:b> \"First line\u000bsecond line\" .\n"
PyLD, RDFC-1.0: Unsupported normalization algorithm.
jsonld.js, URDNA2015: "<urn:a> <urn:b> \"First line\\u000Bsecond line\" .\n"
jsonld.js, RDFC-1.0: "<urn:a> <urn:b> \"First line\\u000Bsecond line\" .\n"
SEEN
diff expected seen || { echo "PyLD 3.3.0 or jsonld.js 9.0.0 behaves otherwise" >&2; exit 1; }
echo "as found: under one name PyLD 3.3.0 keeps a control character that jsonld.js 9.0.0 escapes"
