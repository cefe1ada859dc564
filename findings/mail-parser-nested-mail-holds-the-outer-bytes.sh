#!/usr/bin/env bash
# Guess: of a mail that is attached to a mail (message/rfc822), mail-parser's `raw_message` are the attached mail's own bytes.
# Fact:  the public field `raw_message` holds the whole *outer* mail where the attached one was not encoded (7bit, the usual
#        case), and its own bytes where it was (base64). The method of the same name, `raw_message()`, cuts its own out of both.
# Why it matters: who takes attached mails apart by the field reads the outer mail again, for ever or to the limit of depth, and
#        judges the outer mail's files under the inner one's name.
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
mail-parser = { version = "=0.11.9", default-features = false }
TOML
cat >src/main.rs <<'RUST'
use mail_parser::MessageParser;

const INNER: &str = "From: b@example.org\r\nSubject: inner\r\n\r\nThe inner letter.\r\n";
const BASE64: &str = "RnJvbTogYkBleGFtcGxlLm9yZw0KU3ViamVjdDogaW5uZXINCg0KVGhlIGlubmVyIGxldHRlci4NCg==";

fn main() {
    for (name, encoding, body) in [("as it is", "7bit", INNER), ("in base64", "base64", BASE64)] {
        let outer = format!(
            "From: a@example.org\r\nSubject: outer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
             --x\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n--x--\r\n"
        );
        let parsed = MessageParser::default().parse(outer.as_bytes()).expect("it is a mail");
        let inner = parsed.attachments().find_map(|part| part.message()).expect("with a mail in it");
        let whose = |bytes: &[u8]| match () {
            _ if bytes == INNER.as_bytes() => "the inner mail",
            _ if bytes == outer.as_bytes() => "the outer mail",
            _ => "something else",
        };
        let subject = inner.subject().expect("the inner subject");
        println!("{name}: subject {subject}, field {}, method {}", whose(&inner.raw_message), whose(inner.raw_message()));
    }
}
RUST
cargo run --quiet >seen
cat seen
cat >expected <<'SEEN'
as it is: subject inner, field the outer mail, method the inner mail
in base64: subject inner, field the inner mail, method the inner mail
SEEN
diff expected seen || { echo "mail-parser 0.11.9 behaves otherwise" >&2; exit 1; }
echo "as found: the field raw_message of a mail in a mail holds the outer mail"
