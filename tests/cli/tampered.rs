//! Whoever can write the store gets nothing signed or drawn that this issuer's keys never signed.

use std::fs;

use testamur::credential::CertificateNumber;
use testamur::status::{Reason, ReasonCode};
use testamur::store::{Act, Certificate, CertificateChange, SledStore, Store};

use crate::issuer::{EVENT, Issuer, START, THREE};

/// Gives the first certificate another name, under the signature that it had.
fn tamper(issuer: &Issuer) -> String {
    let store = SledStore::open(&issuer.path("data/store")).unwrap();
    let number: CertificateNumber = format!("CERT-{EVENT}-2026-00001").parse().unwrap();
    let old = store.certificate(&number).unwrap().unwrap();
    let mut new = Certificate { version: 2, recipient: "Mallory Quux".to_owned(), ..old.clone() };
    new.status.index = (old.status.index + 1) % 131_072;
    let parts: Vec<&str> = old.jws.split('.').collect();
    let payload = data_encoding::BASE64URL_NOPAD.decode(parts[1].as_bytes()).unwrap();
    let payload = String::from_utf8(payload).unwrap();
    let payload = payload
        .replace(&old.recipient, "Mallory Quux")
        .replace(&format!("\"{}\"", old.status.index), &format!("\"{}\"", new.status.index));
    new.jws = format!("{}.{}.{}", parts[0], data_encoding::BASE64URL_NOPAD.encode(payload.as_bytes()), parts[2]);
    let at = START.parse().unwrap();
    let reason = Reason { code: ReasonCode::Superseded, at, text: None };
    let act = Act {
        actor: "mallory".to_owned(),
        at,
        action: "certificate.regenerate".to_owned(),
        subject: number.to_string(),
        detail: serde_json::json!({}),
    };
    store.change_certificates(&[CertificateChange::Supersede { old, new, reason }], &[], &act).unwrap();
    number.to_string()
}

#[test]
fn rendering_makes_nothing_of_a_credential_that_was_not_signed_and_the_others_are_made() {
    let issuer = Issuer::issued(THREE);
    let number = tamper(&issuer);
    let out = issuer.path("again");
    let again = out.to_str().unwrap();
    for format in ["json", "pdf", "png", "jwt"] {
        let ran = issuer.run(&["certificates", "render", &number, "--format", format, "--out", again]).expect(3);
        assert!(ran.stderr.contains(&format!("certificate {number} was tampered with")), "{ran:?}");
        assert!(ran.stderr.contains("hint: find out who can write the store"), "{ran:?}");
        assert!(!ran.stderr.contains("Mallory"), "{ran:?}");
    }
    let ran = issuer.run(&["certificates", "render", "--all", "--format", "json,jwt", "--out", again]).expect(3);
    assert!(ran.stdout.contains("2 certificates are in"), "{ran:?}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 4, "two of each kind, and nothing of the third");
    issuer
        .run(&["regenerate", &number, "--set", "name=Ada Whitfield", "--reason", "name corrected"])
        .refuses("tampered with");
}

#[test]
fn issuing_goes_on_and_says_what_was_not_drawn() {
    let issuer = Issuer::issued(THREE);
    let number = tamper(&issuer);
    issuer.import("name,email\nFreya Llewellyn,freya@example.org\n").expect(0);
    let ran = issuer.run(&["issue", EVENT, "--out", "OUT"]).expect(3);
    assert!(ran.stderr.contains(&number), "{ran:?}");
    assert_eq!(issuer.numbers().len(), 4, "the new one was issued");
    assert!(issuer.file(&format!("CERT-{EVENT}-2026-00004"), "pdf").exists());
}

#[test]
fn an_export_counts_what_is_not_as_it_was_signed() {
    let issuer = Issuer::issued(THREE);
    let dump = issuer.path("store.dump");
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    let number = tamper(&issuer);
    let ran = issuer.run(&["export", dump.to_str().unwrap(), "--force"]).expect(1);
    assert!(ran.stderr.contains("1 certificate in it is not as this issuer signed it"), "{ran:?}");
    assert!(ran.stderr.contains(&number), "{ran:?}");
    fs::rename(issuer.path("data/store"), issuer.path("lost")).unwrap();
    let ran = issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(0);
    assert!(ran.stderr.contains(&number), "the dump is whole, and says so again: {ran:?}");
}

#[test]
fn certificates_of_a_key_that_is_retired_or_stolen_are_still_drawn() {
    let mut issuer = Issuer::issued(THREE);
    let all = ["certificates", "render", "--all", "--format", "pdf,json", "--out", "OUT"];
    issuer.at("2026-04-01T09:00:00Z").run(&["keys", "rotate"]).expect(0);
    issuer.run(&all).expect(0);
    issuer.run(&["keys", "compromise", "k1", "--since", "2026-04-01"]).expect(0);
    issuer.run(&all).expect(0);
}

#[test]
fn a_key_that_is_gone_is_asked_for_and_accuses_nobody() {
    let mut issuer = Issuer::with(THREE);
    let backup = issuer.path("backup");
    let keys = issuer.path("data/keys");
    crate::issuer::copy(&keys, &backup);
    issuer.at("2026-04-01T09:00:00Z").run(&["keys", "rotate"]).expect(0);
    issuer.run(&["issue", EVENT]).expect(0);
    fs::remove_dir_all(&keys).unwrap();
    fs::rename(&backup, &keys).unwrap();
    let ran = issuer.run(&["certificates", "render", "--all", "--out", "OUT"]).expect(3);
    assert!(ran.stderr.contains("newest backup of keys/") && !ran.stderr.contains("tampered"), "{ran:?}");
}
