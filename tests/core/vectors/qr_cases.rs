//! The same verdicts from QR texts, and texts that no encoder makes.

use super::generate::Made;
use super::world::{World, key, signed, signed_by};
use testamur::proof::jws::Jws;
use testamur::qr::{self, pack};

pub(super) fn add(made: &mut Made) {
    let qr = |compact: &str| pack(&Jws::parse(compact, 65_536).expect("our own JWS"), "verify.example.org");
    let good = qr(&signed(|_| ()));
    let digits = good.split_once('#').expect("a fragment").1.to_owned();
    made.verdict("qr_valid", "As a camera reads it.", "valid", good.clone());
    made.verdict("qr_valid_fragment", "Only the fragment, as a page sees it.", "valid", format!("#{digits}"));
    made.verdict("qr_valid_digits", "Only the digits.", "valid", digits.clone());
    made.verdict("qr_valid_other_verifier", "Any verifier may be named; it is not asked.", "valid", {
        format!("https://elsewhere.example/some/path#{digits}")
    });
    let status = |index| qr(&signed(move |c| c.status.index = index));
    made.verdict("qr_revoked", "Revoked, from a QR text.", "revoked", status(10));
    made.verdict("qr_superseded", "Superseded, from a QR text.", "superseded", status(11));
    made.verdict("qr_arabic_name", "A name in another script.", "valid", {
        qr(&signed(|c| c.recipient = "محمد بن عبد الله الخوارزمي".into()))
    });
    made.verdict("qr_proof_of_another_key", "A forgery is packed as well as a true one.", "proof_invalid", {
        qr(&signed_by("k3", 66, |_| ()))
    });
    made.verdict("qr_issued_set", "The digest is that of the JWS, not of the QR text.", "valid", {
        qr(&super::world::issued_before_theft())
    });
    made.verdict("qr_signature_digit_changed", "A digit of the signature.", "proof_invalid", change(&good, 10));
    malformed(made, &good, &digits);
    specimens(made, &qr::specimen(&Jws::parse(&signed(|_| ()), 65_536).expect("our own JWS"), "verify.example.org"));
    made.verdict("qr_typ_of_a_snapshot", "Packed well, but no credential.", "malformed", {
        let world = World::academy().manifest;
        qr(&testamur::proof::jws::sign(b"{}", &format!("{}#k3", world.issuer), "JWT", &key(13)))
    })
    .field("header.typ");
}

fn specimens(made: &mut Made, specimen: &str) {
    let digits = specimen.split_once('#').expect("a fragment").1;
    made.verdict("qr_specimen", "Nobody's certificate, as a camera reads it.", "specimen", specimen.to_owned());
    made.verdict("qr_specimen_fragment", "Only the fragment.", "specimen", format!("#{digits}"));
    made.verdict("qr_specimen_digits", "Only the digits.", "specimen", digits.to_owned());
    let mut bad = |name: &str, why: &str, text: String| {
        made.verdict(&format!("qr_malformed_specimen_{name}"), why, "malformed", text).field("qr");
    };
    bad("as_version_1", "A specimen is never read as a credential.", format!("#1{}", &digits[1..]));
    bad("changed", "Another word than SPECIMEN.", change(specimen, 30));
    bad("cut_short", "Less than the word.", format!("#{}", &digits[..1 + 15]));
    bad("http", "Not an https address.", specimen.replacen("https", "http", 1));
}

fn malformed(made: &mut Made, good: &str, digits: &str) {
    let mut bad = |name: &str, why: &str, text: String| {
        made.verdict(&format!("qr_malformed_{name}"), why, "malformed", text).field("qr");
    };
    bad("cut_short", "Half a scan.", good[..good.len() / 2].to_owned());
    bad(
        "one_digit_less",
        "A tail of a length that does not occur, or an unfinished stream.",
        good[..good.len() - 1].into(),
    );
    bad("digits_appended", "Something after the end.", format!("{good}00000000000000000"));
    bad("letter", "Not only digits.", format!("{}x", &good[..good.len() - 1]));
    bad("arabic_digits", "Digits of another script.", good.replacen('9', "٩", 1));
    bad("version_0", "Reserved.", format!("#0{}", &digits[1..]));
    bad("version_2", "A version to come.", format!("#2{}", &digits[1..]));
    bad("overflow", "A chunk past 2^56 - 1.", format!("#1{}{}", "9".repeat(17), &digits[18..]));
    bad("no_digits", "Nothing after the `#`.", "https://verify.example.org/#".into());
    bad("only_version", "No signature.", "#1".into());
    bad("two_fragments", "Two `#`.", format!("{good}#{digits}"));
    bad("http", "Not an https address.", good.replacen("https", "http", 1));
    bad("too_long", "Longer than any symbol.", format!("#1{}", "0".repeat(7_090)));
    bad("zero_stream", "A signature and a stream that does not end.", format!("#1{}", "0".repeat(17 * 12)));
}

/// Raises the digit at a place after the `#` by one, from 9 to 0.
fn change(text: &str, at: usize) -> String {
    let at = text.find('#').expect("a fragment") + 1 + at;
    let digit = (text.as_bytes()[at] - b'0' + 1) % 10;
    format!("{}{digit}{}", &text[..at], &text[at + 1..])
}
