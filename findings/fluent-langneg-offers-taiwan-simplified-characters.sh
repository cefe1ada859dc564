#!/usr/bin/env bash
# Guess: fluent-langneg, the crate that finds which of a page's languages suits who asks for `zh-TW`, hands out `zh-Hant` where `zh-Hans`
#        and `zh-Hant` are there, as its sister npm @fluent/langneg does.
# Fact:  it hands out the one that stands first. What script a language is likely to be written in it looks up only with the feature
#        `cldr`, which is off where nothing is said; the sister has it always. So `zh-HK` gets `zh-CN` where that stands before `zh-TW`.
#        With the feature on, the crate does as guessed.
# Why it matters: a portal in two kinds of Chinese shows people in Taiwan and Hong Kong one or the other by the order in which its languages
#        happen to stand, and the certificate follows the portal. Who tests with `de-AT` and `pt-BR` sees nothing.
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
[features]
cldr = ["fluent-langneg/cldr"]
[dependencies]
fluent-langneg = "=0.14.2"
TOML
cat >src/main.rs <<'RUST'
use fluent_langneg::{negotiate_languages, LanguageIdentifier, NegotiationStrategy};

fn main() {
    let read = |text: &str| text.parse::<LanguageIdentifier>().expect("a language");
    for question in std::env::args().skip(1) {
        let mut words = question.split(' ').map(read);
        let asked = [words.next().expect("what is asked for")];
        let there: Vec<LanguageIdentifier> = words.collect();
        let found = negotiate_languages(&asked, &there, Some(&there[0]), NegotiationStrategy::Lookup);
        println!("{question}: {}", found[0]);
    }
}
RUST
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @fluent/langneg@0.7.0
cat >look.mjs <<'NODE'
import { negotiateLanguages } from '@fluent/langneg';

for (const question of process.argv.slice(2)) {
  const [asked, ...there] = question.split(' ');
  console.log(`${question}: ${negotiateLanguages([asked], there, { strategy: 'lookup', defaultLocale: there[0] })[0]}`);
}
NODE
questions=("zh-TW en zh-Hans zh-Hant" "zh-TW en zh-Hant zh-Hans" "zh-HK en zh-CN zh-TW" "de-AT en de")
{
    echo "fluent-langneg"
    cargo run --quiet -- "${questions[@]}"
    echo "fluent-langneg with the feature cldr"
    cargo run --quiet --features cldr -- "${questions[@]}"
    echo "@fluent/langneg"
    node look.mjs "${questions[@]}"
} >seen
cat seen
cat >expected <<'SEEN'
fluent-langneg
zh-TW en zh-Hans zh-Hant: zh-Hans
zh-TW en zh-Hant zh-Hans: zh-Hant
zh-HK en zh-CN zh-TW: zh-CN
de-AT en de: de
fluent-langneg with the feature cldr
zh-TW en zh-Hans zh-Hant: zh-Hant
zh-TW en zh-Hant zh-Hans: zh-Hant
zh-HK en zh-CN zh-TW: zh-TW
de-AT en de: de
@fluent/langneg
zh-TW en zh-Hans zh-Hant: zh-Hant
zh-TW en zh-Hant zh-Hans: zh-Hant
zh-HK en zh-CN zh-TW: zh-TW
de-AT en de: de
SEEN
diff expected seen || { echo "fluent-langneg 0.14.2 or @fluent/langneg 0.7.0 behaves otherwise" >&2; exit 1; }
echo "as found: fluent-langneg 0.14.2 without its feature cldr hands out the kind of Chinese that stands first"
