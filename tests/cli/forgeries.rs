//! Forgeries and hostile files: none is shown as good, and none stops the program.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::issuer::{EVENT, Issuer, THREE, text};

/// A day on which everything is fresh.
const SOON: &str = "2026-03-02";

/// The parts of a compact JWS with another text in its payload.
fn altered(jwt: &Path, from: &str, to: &str) -> String {
    let genuine = fs::read_to_string(jwt).unwrap();
    let parts: Vec<&str> = genuine.trim().split('.').collect();
    let payload = data_encoding::BASE64URL_NOPAD.decode(parts[1].as_bytes()).unwrap();
    let changed = String::from_utf8(payload).unwrap().replace(from, to);
    format!("{}.{}.{}", parts[0], data_encoding::BASE64URL_NOPAD.encode(changed.as_bytes()), parts[2])
}

#[test]
fn a_forgery_cannot_print_a_line_that_looks_like_a_verdict() {
    let issuer = Issuer::issued(THREE);
    let jwt = issuer.file(&issuer.numbers()[0], "jwt");
    let lie = r#""identityHash":"x\n\u001b[2K\u009b1A\u202e✓ valid Mallory "#;
    fs::write(issuer.path("forged\n✓ valid.jwt"), altered(&jwt, "\"identityHash\":\"", lie)).unwrap();
    let forged = issuer.path("forged\n✓ valid.jwt");
    let ran = issuer.run(&["verify", forged.to_str().unwrap(), "--trust", "SITE", "--at", SOON]).expect(1);
    assert!(ran.stdout.contains("✗ proof_invalid"), "{ran:?}");
    let begins = |line: &str| line.trim_start().starts_with('✓');
    assert!(!ran.stdout.lines().any(begins), "{ran:?}");
    assert!(!ran.stdout.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{ran:?}");
    let json = issuer.run(&["verify", forged.to_str().unwrap(), "--trust", "SITE", "--at", SOON, "--json"]).expect(1);
    assert_eq!(text(&json.rows()[0], "input"), forged.to_str().unwrap(), "the escapes are JSON's");
}

/// Appends objects to a PDF, as an editor does: the page with another entry, and what that refers to.
fn edited(pdf: &Path, page: impl Fn(&str, usize) -> String, added: &str) -> Vec<u8> {
    let mut bytes = fs::read(pdf).unwrap();
    let find = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).rposition(|w| w == word).unwrap();
    let digits = |at: usize| -> usize {
        let rest = bytes[at..].iter().skip_while(|b| !b.is_ascii_digit()).take_while(|b| b.is_ascii_digit());
        rest.fold(0, |n, b| n * 10 + usize::from(b - b'0'))
    };
    let (before, size) = (digits(find(&bytes, b"startxref")), digits(find(&bytes, b"/Size")));
    let start = find(&bytes[..find(&bytes, b"/Type/Page/")], b" 0 obj");
    let number = bytes[..start].iter().rposition(|b| !b.is_ascii_digit()).map_or(0, digits);
    let end = start + bytes[start..].windows(6).position(|w| w == b"endobj").unwrap();
    let old = String::from_utf8(bytes[start + 6..end].to_vec()).unwrap();
    let mut offsets = Vec::new();
    for (id, body) in [(number, page(&old, size)), (size, added.to_owned())] {
        offsets.push((id, bytes.len()));
        bytes.extend(format!("{id} 0 obj\n{body}\nendobj\n").into_bytes());
    }
    let table = bytes.len();
    let entries: String = offsets.iter().map(|(id, at)| format!("{id} 1\n{at:010} 00000 n \n")).collect();
    let trailer = format!("trailer\n<</Size {}/Root 1 0 R/Prev {before}>>\nstartxref\n{table}\n%%EOF\n", size + 1);
    bytes.extend(format!("xref\n{entries}{trailer}").into_bytes());
    bytes
}

#[test]
fn a_page_that_was_drawn_over_or_cannot_be_read_is_not_good() {
    let issuer = Issuer::issued(THREE);
    let pdf = issuer.file(&issuer.numbers()[0], "pdf");
    let boxed = edited(
        &pdf,
        |page, id| page.replace("/Annots[", &format!("/Annots[{id} 0 R ")),
        "<</Type/Annot/Subtype/FreeText/Rect[0 200 800 300]/F 4/Contents(Mallory)>>",
    );
    let steps = "0 0 1 1 re f ".repeat(2_000_001);
    let endless = edited(
        &pdf,
        |page, id| page.replace("/Contents[", &format!("/Contents[{id} 0 R ")),
        &format!("<</Length {}>>stream\n{steps}\nendstream", steps.len()),
    );
    for (name, bytes, word) in [("boxed.pdf", boxed, "drawn_over"), ("endless.pdf", endless, "unread")] {
        fs::write(issuer.path(name), bytes).unwrap();
        let file = issuer.path(name);
        let file = file.to_str().unwrap();
        let rows = issuer.run(&["verify", file, "--trust", "SITE", "--at", SOON, "--json"]).expect(1).rows();
        assert_eq!((text(&rows[0], "verdict"), text(&rows[0], "page")), ("valid".into(), word.into()), "{rows:?}");
        let ran = issuer.run(&["verify", file, "--trust", "SITE", "--at", SOON]).expect(1);
        assert!(!ran.stdout.contains('✓'), "{ran:?}");
    }
    assert!(issuer.verify(&pdf, SOON).get("page").is_none());
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_does_not_stop_the_others() {
    let issuer = Issuer::issued(THREE);
    assert!(Command::new("mkfifo").arg(issuer.path("out/a.pdf")).status().unwrap().success());
    // And is never green: nobody looked at it.
    let told = issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON]).expect(1).prints("6 valid");
    told.prints("not looked at").warns("a.pdf");
}

#[test]
fn a_correction_holds_nothing_unprintable() {
    let issuer = Issuer::issued(THREE);
    let number = &issuer.numbers()[0];
    for set in ["result=A1\u{1b}[2J", "role=a\nb", "term=\u{202e}x", "name=a\u{202e}b"] {
        assert_ne!(issuer.run(&["regenerate", number, "--set", set, "--reason", "typing error"]).code, 0, "{set:?}");
    }
    let long = format!("role={}", "x".repeat(1_001));
    issuer.run(&["regenerate", number, "--set", &long, "--reason", "typing error"]).expect(2).warns("1000 printable");
}

#[test]
fn a_rebuilt_store_repeats_no_number_and_no_status_entry() {
    let issuer = Issuer::issued(THREE);
    let (dump, store) = (issuer.path("store.dump"), issuer.path("data/store"));
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    issuer.import("name,email\nFreya Llewellyn,freya@example.org\n").expect(0);
    let lost = issuer.run(&["issue", EVENT, "--only", "freya@example.org", "--json"]).expect(0).rows();
    fs::rename(&store, issuer.path("lost")).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(0).warns("left out");
    issuer.import("name,email\nTomoko Abe,tomoko@example.org\n").expect(0);
    let new = issuer.run(&["issue", EVENT, "--only", "tomoko@example.org", "--json"]).expect(0).rows();
    assert_ne!(lost[0]["number"], new[0]["number"]);
    assert_ne!(lost[0]["statusList"], new[0]["statusList"], "{lost:?} {new:?}");
}

#[test]
fn a_dump_is_not_written_over_another_unasked() {
    let issuer = Issuer::issued(THREE);
    let dump = issuer.path("store.dump");
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    let first = fs::read(&dump).unwrap();
    issuer.import("name,email\nFreya Llewellyn,freya@example.org\n").expect(0);
    issuer.run(&["export", dump.to_str().unwrap()]).refuses("exists already").warns("--force");
    assert!(fs::read(&dump).unwrap() == first && !issuer.path("store.dump.part").exists());
    issuer.run(&["export", dump.to_str().unwrap(), "--force"]).expect(0);
    assert!(fs::read_to_string(&dump).unwrap().contains("freya@example.org"));
    // What is no file is not written over either.
    issuer.run(&["export", issuer.path("data").to_str().unwrap()]).refuses("exists already");
    issuer.run(&["export", issuer.path("data").to_str().unwrap(), "--force"]).expect(3);
    issuer.run(&["certificates", "list"]).expect(0);
}

#[cfg(unix)]
#[test]
fn a_dump_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let issuer = Issuer::issued(THREE);
    let dump = issuer.path("store.dump");
    fs::write(issuer.path("precious"), "precious").unwrap();
    std::os::unix::fs::symlink(issuer.path("precious"), issuer.path("store.dump.part")).unwrap();
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    assert_eq!(fs::metadata(&dump).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(issuer.path("precious")).unwrap(), "precious");
}

#[test]
fn one_bad_file_costs_the_others_nothing() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "json"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let numbers = issuer.numbers();
    let changed = |number: &str, from: &str, to: &str| {
        let file = issuer.file(number, "json");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&file, text.replace(from, to)).unwrap();
    };
    changed(&numbers[0], "https://certs.example.org/a/MAPS", "an achievement");
    changed(&numbers[1], "\"validFrom\"", "\"exp\": 1600000000, \"validFrom\"");
    fs::write(issuer.path("out/broken.pdf"), "%PDF-1.7 and then nothing").unwrap();
    let rows = issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON, "--json"]).expect(1).rows();
    let told: Vec<_> = rows.iter().map(|row| (text(row, "verdict"), row["field"].clone())).collect();
    let malformed = |field: &str| ("malformed".to_owned(), serde_json::json!(field));
    assert_eq!(
        told,
        [
            malformed("credentialSubject.achievement.id"),
            ("proof_invalid".to_owned(), serde_json::Value::Null),
            ("valid".to_owned(), serde_json::Value::Null),
            malformed("file"),
        ]
    );
}
