#!/usr/bin/env bash
# Guess: the Rust libraries mail-parser and mailparse decode a part whose header says `Content-Transfer-Encoding: base64 (a comment)`:
#        the fields of MIME "can include RFC 822 comments" (RFC 2045, 3 and 6.1).
# Fact:  both compare the whole value and leave the part as it is, quoted-printable too. Nothing is said: an attached file *is* its
#        base64 text. `is_encoding_problem` of mail-parser is false.
# Why it matters: a certificate or a list of people that came in such a mail is judged as a broken PDF or a table of one line, and the
#        sender, whose own program opens it, is told so. Take the comment out before.
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
mailparse = "=0.18.0"
TOML
cat >src/main.rs <<'RUST'
use mail_parser::MessageParser;

fn main() {
    for (encoding, body) in [
        ("base64", "SGVsbG8="),
        ("BASE64", "SGVsbG8="),
        ("base64 (by a gateway)", "SGVsbG8="),
        ("(by a gateway) base64", "SGVsbG8="),
        ("quoted-printable (by a gateway)", "H=65llo"),
    ] {
        let mail = format!(
            "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}"
        );
        let one = MessageParser::default().parse(mail.as_bytes()).expect("it is a mail");
        let other = mailparse::parse_mail(mail.as_bytes()).expect("it is a mail");
        let text = one.body_text(0).expect("it has a text");
        let problem = one.parts[0].is_encoding_problem;
        println!("{encoding}: mail-parser {}, problem {problem}, mailparse {}", text.trim(), other.get_body().unwrap().trim());
    }
}
RUST
cargo run --quiet >seen
cat seen
cat >expected <<'SEEN'
base64: mail-parser Hello, problem false, mailparse Hello
BASE64: mail-parser Hello, problem false, mailparse Hello
base64 (by a gateway): mail-parser SGVsbG8=, problem false, mailparse SGVsbG8=
(by a gateway) base64: mail-parser SGVsbG8=, problem false, mailparse SGVsbG8=
quoted-printable (by a gateway): mail-parser H=65llo, problem false, mailparse H=65llo
SEEN
diff expected seen || { echo "mail-parser 0.11.9 or mailparse 0.18.0 behaves otherwise" >&2; exit 1; }
echo "as found: neither crate decodes a part whose encoding has a comment"
