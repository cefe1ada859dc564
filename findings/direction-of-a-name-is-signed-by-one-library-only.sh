#!/usr/bin/env bash
# Guess: of a name with its direction of writing, `{"@value": ..., "@language": "he", "@direction": "rtl"}` (Verifiable Credentials Data
#        Model 2.0, 11.1), all libraries of JSON-LD make one set of statements to be signed, or say that they cannot.
# Fact:  there are four answers. jsonld.js leaves the direction out, and refuses the document in its safe mode. PyLD leaves it out and says
#        nothing. npm @digitalbazaar/eddsa-rdfc-2022-cryptosuite, which stands on jsonld.js, makes a type of language and direction,
#        `i18n#he_rtl`; the standard eddsa-rdfc-2022 does not ask for it. PyPI's pyoxigraph writes `@he--rtl`, of RDF 1.2.
# Why it matters: a certificate in Arabic, Hebrew or Persian, written as the standard's own example, is signed by one library and wrong or
#        refused in the next. The language alone they agree on. Leave `@direction` out, and let the page say it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyld==3.3.0 pyoxigraph==0.5.13
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts jsonld@9.0.0 @digitalbazaar/eddsa-rdfc-2022-cryptosuite@1.3.0 >/dev/null
cat >name.json <<'JSON'
{"@context": {"@version": 1.1, "name": "https://schema.org/name"}, "@id": "urn:uuid:1",
 "name": {"@value": "תעודה", "@language": "he", "@direction": "rtl"}}
JSON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsonld from 'jsonld';

const name = JSON.parse(readFileSync(process.argv[2]));
const options = { algorithm: 'RDFC-1.0', format: 'application/n-quads' };
const ways = {
  'jsonld.js': () => jsonld.canonize(name, { ...options, safe: false }),
  'jsonld.js, safe': () => jsonld.canonize(name, { ...options, safe: true }),
  'the cryptosuite': () => cryptosuite.canonize(name, {}),
};
for (const [way, make] of Object.entries(ways)) {
  let answer;
  try {
    answer = (await make()).trim();
  } catch (error) {
    answer = `${error.message} ${error.details.event.code}`;
  }
  console.log(`${way}: ${answer}`);
}
NODE
cat >look.py <<'PYTHON'
import json
import sys

import pyld.jsonld
import pyoxigraph

name = open(sys.argv[1], encoding="utf-8").read()
print("PyLD:", pyld.jsonld.normalize(json.loads(name), {"algorithm": "URDNA2015", "format": "application/n-quads"}).strip())
print("pyoxigraph:", *pyoxigraph.parse(name, format=pyoxigraph.RdfFormat.JSON_LD), ".")
PYTHON
sed 's/, "@direction": "rtl"//' name.json >plain.json
for file in name.json plain.json; do
    echo "$file:"
    node look.mjs "$file"
    venv/bin/python look.py "$file"
done | sed 's/: <urn:uuid:1> <.*name> /: /' >seen
cat seen
cat >expected <<'SEEN'
name.json:
jsonld.js: "תעודה"@he .
jsonld.js, safe: Safe mode validation error. rdfDirection not set
the cryptosuite: "תעודה"^^<https://www.w3.org/ns/i18n#he_rtl> .
PyLD: "תעודה"@he .
pyoxigraph: "תעודה"@he--rtl .
plain.json:
jsonld.js: "תעודה"@he .
jsonld.js, safe: "תעודה"@he .
the cryptosuite: "תעודה"@he .
PyLD: "תעודה"@he .
pyoxigraph: "תעודה"@he .
SEEN
diff expected seen || { echo "one of jsonld.js 9.0.0, the cryptosuite 1.3.0, PyLD 3.3.0, pyoxigraph 0.5.13 behaves otherwise now" >&2; exit 1; }
echo "as found: of a name with a direction jsonld.js 9.0.0, the cryptosuite 1.3.0 on it, and pyoxigraph 0.5.13 make three things"
