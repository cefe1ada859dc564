#!/usr/bin/env bash
# Guess: `==` and hashes of the IRI type that the Rust libraries of JSON-LD and RDF (json-ld, rdf-types, ssi) stand on compare as RDF
#        does: "simple string comparison ... further normalization MUST NOT be performed" (RDF 1.1 Concepts, 3.2).
# Fact:  iref compares after decoding percent-encodings and removing dot segments: `a%41` is `aA`, `a/../b` is `b`, and as keys of a
#        map they are one. Capitals of scheme and host, which RFC 3986 (6.2.2.1) calls the same, make them two. `as_str()` compares
#        as RDF does.
# Why it matters: two identifiers that are two nodes in the graph that was signed are one in a program's map of them: the second
#        one's value takes the place of the first one's. A verifier that compares strings sees two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.0.0"
edition = "2021"
[dependencies]
iref = "=3.2.2"
TOML
cat >src/main.rs <<'RUST'
use std::collections::HashMap;

use iref::IriBuf;

fn main() {
    for (one, other) in [
        ("https://example.org/a%41", "https://example.org/aA"),
        ("https://example.org/a/../b", "https://example.org/b"),
        ("https://example.org/%C3%A9", "https://example.org/é"),
        ("HTTPS://example.org/", "https://example.org/"),
        ("https://EXAMPLE.org/", "https://example.org/"),
    ] {
        let iris = [one, other].map(|text| IriBuf::new(text.to_owned()).expect("it is an IRI"));
        let same = if iris[0] == iris[1] { "equal" } else { "not equal" };
        let map: HashMap<_, _> = iris.into_iter().map(|iri| (iri, ())).collect();
        println!("{one} and {other}: {same}, {} in a map", map.len());
    }
}
RUST
cargo run --quiet >seen
cat seen
cat >expected <<'SEEN'
https://example.org/a%41 and https://example.org/aA: equal, 1 in a map
https://example.org/a/../b and https://example.org/b: equal, 1 in a map
https://example.org/%C3%A9 and https://example.org/é: equal, 1 in a map
HTTPS://example.org/ and https://example.org/: not equal, 2 in a map
https://EXAMPLE.org/ and https://example.org/: not equal, 2 in a map
SEEN
diff expected seen || { echo "iref 3.2.2 behaves otherwise" >&2; exit 1; }
echo "as found: iref 3.2.2 takes IRIs for equal that RDF tells apart"
