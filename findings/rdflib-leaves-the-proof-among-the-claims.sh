#!/usr/bin/env bash
# Guess: rdflib, which reads JSON-LD 1.1, puts a credential's proof into a graph of its own: the contexts of credentials give `proof`
#        the container `@graph` (JSON-LD 1.1, 4.9.1), and rdflib's Dataset can hold named graphs.
# Fact:  where there is one proof, rdflib names a graph and leaves it empty: the proof's statements stand in the default graph among
#        the claims, on a node that nothing refers to. Where the proof stands in a list of one, which JSON-LD takes for the same, they
#        stand there too, and the name is the node's own. Pyoxigraph makes the named graph of both.
# Why it matters: who checks or canonicalises claims that rdflib has read takes the proof's creation and value for claims, and gets
#        another digest than was signed. Take `proof` out of the JSON before, as Data Integrity says, and read it by itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rdflib==7.6.0 pyoxigraph==0.5.13
venv/bin/python - >seen <<'PYTHON'
import json

import pyoxigraph
import rdflib

PROOF = {"@type": "ex:Proof", "ex:value": "z1"}
CONTEXT = {
    "@version": 1.1,
    "ex": "https://example.org/",
    "proof": {"@id": "https://w3id.org/security#proof", "@type": "@id", "@container": "@graph"},
}

for form, proof in (("one", PROOF), ("a list", [PROOF])):
    text = json.dumps({"@context": CONTEXT, "@id": "urn:uuid:1", "ex:name": "Ada", "proof": proof})
    data = rdflib.Dataset()
    data.parse(data=text, format="json-ld")
    by_rdflib = [(str(s), str(p), str(o), str(g) == "urn:x-rdflib:default") for s, p, o, g in data.quads()]
    by_oxigraph = [
        (q.subject.value, q.predicate.value, q.object.value, q.graph_name == pyoxigraph.DefaultGraph())
        for q in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD)
    ]
    for name, quads in (("rdflib", by_rdflib), ("pyoxigraph", by_oxigraph)):
        named = next(o for _, predicate, o, _ in quads if predicate.endswith("#proof"))
        node, default = next((s, default) for s, predicate, _, default in quads if predicate.endswith("/value"))
        place = "the default graph" if default else "a named graph"
        print(f"{name}, {form}: {len(quads)} statements, the proof's value in {place}, on {'that' if node == named else 'another'} node")
PYTHON
cat seen
cat >expected <<'SEEN'
rdflib, one: 4 statements, the proof's value in the default graph, on another node
pyoxigraph, one: 4 statements, the proof's value in a named graph, on another node
rdflib, a list: 4 statements, the proof's value in the default graph, on that node
pyoxigraph, a list: 4 statements, the proof's value in a named graph, on another node
SEEN
diff expected seen || { echo "rdflib 7.6.0 or pyoxigraph 0.5.13 behaves otherwise" >&2; exit 1; }
echo "as found: rdflib 7.6.0 leaves a proof's statements in the default graph"
