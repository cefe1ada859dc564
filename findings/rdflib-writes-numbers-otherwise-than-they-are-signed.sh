#!/usr/bin/env bash
# Guess: rdflib makes of a number in JSON-LD what the algorithm says ("Object to RDF Conversion", JSON-LD 1.1 Processing Algorithms and API,
#        8.2): 36.5 is "3.65E1", the canonical form of a double, and 3.0, which has no fraction, is the integer "3".
# Fact:  it writes a number as Python does: "36.5" and "3.0", the second one as a double, and just so with a type from the context
#        (`xsd:float`, as Open Badges 3.0 gives `creditsAvailable`). jsonld.js, PyLD and pyoxigraph agree with the algorithm.
# Why it matters: who canonicalises what rdflib has read of a badge with credits or coordinates gets another digest than was signed, and
#        calls a right proof wrong. Read the document with PyLD for that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rdflib==7.6.0 pyld==3.3.0 pyoxigraph==0.5.13
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts jsonld@9.0.0 >/dev/null
cat >numbers.json <<'JSON'
[{"@context": {"credits": "https://example.org/credits"}, "@id": "urn:uuid:1", "credits": 36.5},
 {"@context": {"credits": "https://example.org/credits"}, "@id": "urn:uuid:1", "credits": 3.0},
 {"@context": {"credits": {"@id": "https://example.org/credits", "@type": "http://www.w3.org/2001/XMLSchema#float"}},
  "@id": "urn:uuid:1", "credits": 36.5},
 {"@context": {"credits": {"@id": "https://example.org/credits", "@type": "http://www.w3.org/2001/XMLSchema#float"}},
  "@id": "urn:uuid:1", "credits": 3.0}]
JSON
cat >short.py <<'PYTHON'
def short(statement):
    """The value of a statement and the last word of its type."""
    value, kind = statement.strip(" .\n").split("> ")[-1].split("^^")
    return f"{value} {kind.strip('<>').split('#')[-1]}"
PYTHON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import jsonld from 'jsonld';

const texts = [];
for (const one of JSON.parse(readFileSync('numbers.json'))) {
  texts.push((await jsonld.canonize(one, { algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true })).trim());
}
console.log(JSON.stringify(texts));
NODE
node look.mjs >of-jsonld-js.json
cat >look.py <<'PYTHON'
import json

import pyld.jsonld
import pyoxigraph
import rdflib
from short import short


def of_rdflib(one):
    graph = rdflib.Graph()
    graph.parse(data=json.dumps(one), format="json-ld")
    return graph.serialize(format="nt")


ways = {
    "PyLD": lambda one: pyld.jsonld.normalize(one, {"algorithm": "URDNA2015", "format": "application/n-quads"}),
    "pyoxigraph": lambda one: str(next(iter(pyoxigraph.parse(json.dumps(one), format=pyoxigraph.RdfFormat.JSON_LD)))),
    "rdflib": of_rdflib,
}
print("jsonld.js:", ", ".join(short(text) for text in json.load(open("of-jsonld-js.json"))))
for name, way in ways.items():
    print(f"{name}:", ", ".join(short(way(one)) for one in json.load(open("numbers.json"))))
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
jsonld.js: "3.65E1" double, "3" integer, "3.65E1" float, "3" float
PyLD: "3.65E1" double, "3" integer, "3.65E1" float, "3" float
pyoxigraph: "3.65E1" double, "3" integer, "3.65E1" float, "3" float
rdflib: "36.5" double, "3.0" double, "36.5" float, "3.0" float
SEEN
diff expected seen || { echo "rdflib 7.6.0, or one of the others, behaves otherwise now" >&2; exit 1; }
echo "as found: rdflib 7.6.0 writes 36.5 and 3.0, the others 3.65E1 and 3"
