#!/usr/bin/env bash
# Guess: lopdf's Content::decode followed by Content::encode gives back a content stream that means the same.
# Fact:  the parser reads operators as letters, `*`, `'` and `"` only. `d0` and `d1`, which begin every glyph procedure of a
#        Type 3 font (ISO 32000-1, 9.6.5), become the operator `d` (set the dash pattern), and the digit becomes the first
#        operand of the *next* operation: `10 0 d0 0 0 9 9 re f` comes back as `10 0 d` and `0 0 0 9 9 re`. Nothing is said.
# Why it matters: whoever edits a page or a glyph through lopdf (to take a layer out, to check colours) and writes it back
#        loses the letters of plotting libraries' fonts, or draws them elsewhere. Cut the stream by bytes instead.
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
lopdf = { version = "=0.44.0", default-features = false }
TOML
cat >src/main.rs <<'RUST'
use lopdf::content::Content;

fn main() {
    for source in ["10 0 d0\n0 0 9 9 re\nf", "10 0 0 0 9 9 d1\n0 0 9 9 re\nf"] {
        let content = Content::decode(source.as_bytes()).expect("it is decoded without an error");
        let again = content.encode().expect("and encoded");
        println!("{} => {}", source.replace('\n', " | "), String::from_utf8(again).unwrap().replace('\n', " | "));
    }
}
RUST
cargo run --quiet >seen
cat seen
cat >expected <<'SEEN'
10 0 d0 | 0 0 9 9 re | f => 10 0 d | 0 0 0 9 9 re | f
10 0 0 0 9 9 d1 | 0 0 9 9 re | f => 10 0 0 0 9 9 d | 1 0 0 9 9 re | f
SEEN
diff expected seen || { echo "lopdf 0.44.0 behaves otherwise now" >&2; exit 1; }
echo "as found: lopdf 0.44.0 reads d0 and d1 as d and gives the digit to the next operation"
