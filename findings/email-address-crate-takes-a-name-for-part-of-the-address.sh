#!/usr/bin/env bash
# Guess: the crate email_address ("a Rust crate providing an implementation of an RFC-compliant EmailAddress newtype") takes one address,
#        `ada@example.org`, and says of "Ada Lovelace <ada@example.org>" that it is none, as is_valid() of such a text is asked.
# Fact:  both are valid to it, and stay what they were: as a text, in comparisons and in sets the second one is another address than the
#        first. email() cuts the address out of it. `ada@example`, without a domain above it, is valid too. Only with Options, which
#        is_valid() and from_str() do not take, are they refused: parse_with_options(). lettre's Address refuses the name.
# Why it matters: lists of people have addresses copied out of mail programs, with names. A program that makes EmailAddress of the cells to see
#        who is there twice sends two certificates to one person, and writes a recipient with two pairs of brackets. Compare email().
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
email_address = { version = "=0.2.10", default-features = false }
lettre = { version = "=0.11.23", default-features = false, features = ["builder"] }
TOML
cat >src/main.rs <<'RUST'
use std::collections::HashSet;

use email_address::{EmailAddress, Options};

fn main() {
    let words = ["ada@example.org", "Ada Lovelace <ada@example.org>", "\"Lovelace, Ada\" <ada@example.org>", "ada@example", "ada@"];
    let strict = Options::default().without_display_text().with_required_tld();
    let mut seen = HashSet::new();
    for word in words {
        let told = EmailAddress::parse_with_options(word, strict).is_ok();
        let lettre = word.parse::<lettre::Address>().is_ok();
        println!("{word}: is_valid {}, with options {told}, lettre {lettre}", EmailAddress::is_valid(word));
        if let Ok(address) = word.parse::<EmailAddress>() {
            println!("    as a text {address}, email() {}, new in a set: {}", address.email(), seen.insert(address.clone()));
        }
    }
}
RUST
cargo run --quiet >seen
cat seen
cat >expected <<'SEEN'
ada@example.org: is_valid true, with options true, lettre true
    as a text ada@example.org, email() ada@example.org, new in a set: true
Ada Lovelace <ada@example.org>: is_valid true, with options false, lettre false
    as a text Ada Lovelace <ada@example.org>, email() ada@example.org, new in a set: true
"Lovelace, Ada" <ada@example.org>: is_valid true, with options false, lettre false
    as a text "Lovelace, Ada" <ada@example.org>, email() ada@example.org, new in a set: true
ada@example: is_valid true, with options false, lettre true
    as a text ada@example, email() ada@example, new in a set: true
ada@: is_valid false, with options false, lettre false
SEEN
diff expected seen || { echo "email_address 0.2.10 or lettre 0.11.23 behaves otherwise" >&2; exit 1; }
echo "as found: email_address 0.2.10 takes a name before an address for part of it"
