//! Whoever can write the store gets nothing signed, drawn or packed that this issuer's keys never signed.

use std::io::{Cursor, Read};

use serde_json::json;
use testamur::credential::CertificateNumber;
use testamur::making::NotProven;
use testamur::status::{Reason, ReasonCode};
use testamur::store::{Certificate, CertificateChange, Header, NotAsSigned, export};

use crate::harness::{World, on_each_engine};
use crate::runs::{desk, done, school, work};

const FIRST: &str = "CERT-WORKSHOP-2026-00001";

fn issued(world: &World) {
    school(world, 3, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
}

fn number() -> CertificateNumber {
    FIRST.parse().unwrap()
}

/// The certificate with another text in its payload, under the signature that it had.
fn altered(certificate: &Certificate, from: &str, to: &str) -> String {
    let parts: Vec<&str> = certificate.jws.split('.').collect();
    let payload = data_encoding::BASE64URL_NOPAD.decode(parts[1].as_bytes()).unwrap();
    let payload = String::from_utf8(payload).unwrap();
    assert!(payload.contains(from), "{payload}");
    let payload = data_encoding::BASE64URL_NOPAD.encode(payload.replace(from, to).as_bytes());
    format!("{}.{payload}.{}", parts[0], parts[2])
}

/// Writes a next version into the store, as somebody would who can: all of it fits together but the signature.
fn tamper(world: &World) {
    let desk = desk(world);
    let old = desk.store.certificate(&number()).unwrap().unwrap();
    let mut new = Certificate { version: 2, recipient: "Mallory Quux".to_owned(), ..old.clone() };
    new.status.index = (old.status.index + 1) % 131_072;
    new.jws = altered(&old, &old.recipient, "Mallory Quux");
    let (was, is) = (format!("\"{}\"", old.status.index), format!("\"{}\"", new.status.index));
    new.jws = altered(&new, &was, &is);
    let reason = Reason { code: ReasonCode::Superseded, at: desk.now, text: None };
    let act = desk.act("certificate.regenerate", FIRST, json!({}));
    desk.store.change_certificates(&[CertificateChange::Supersede { old, new, reason }], &[], &act).unwrap();
}

#[test]
fn a_stored_credential_that_was_not_signed_is_neither_signed_nor_drawn_nor_handed_out() {
    on_each_engine(|world| {
        issued(world);
        world.get(&format!("/certificates/{FIRST}/file?format=json")).ok();
        tamper(world);
        for format in ["json", "pdf", "png", "jwt"] {
            let told = world.get(&format!("/certificates/{FIRST}/file?format={format}")).problem(409, "tampered");
            assert!(told.contains(FIRST) && told.contains("who can write the store"), "{told}");
            assert!(!told.contains("Mallory"), "{told}");
        }
        // What is kept of the version before is as it was signed.
        world.get(&format!("/certificates/{FIRST}/file?format=json&version=1")).ok();
        world.get("/certificates/CERT-WORKSHOP-2026-00002/file?format=json").ok();
    });
}

#[test]
fn an_archive_holds_the_others_and_says_what_is_left_out() {
    let world = World::in_memory();
    issued(&world);
    tamper(&world);
    let answer = world.get("/certificates/archive?event=WORKSHOP");
    let mut archive = zip::ZipArchive::new(Cursor::new(answer.bytes)).unwrap();
    let names: Vec<String> =
        (0..archive.len()).map(|n| archive.by_index(n).unwrap().name().unwrap().into_owned()).collect();
    let wanted = ["CERT-WORKSHOP-2026-00002.pdf", "CERT-WORKSHOP-2026-00003.pdf", "LEFT-OUT.txt", "manifest.csv"];
    assert_eq!(names, wanted);
    let mut told = String::new();
    archive.by_name("LEFT-OUT.txt").unwrap().read_to_string(&mut told).unwrap();
    assert!(told.contains(FIRST) && told.contains("tampered with"), "{told}");
}

#[test]
fn nothing_is_made_anew_from_a_certificate_that_was_not_signed() {
    let world = World::in_memory();
    issued(&world);
    tamper(&world);
    let checked = world.post("/events/WORKSHOP/spot-check", &json!({ "count": 3 })).ok();
    let problems: Vec<_> = checked["checked"].as_array().unwrap().iter().filter(|one| one["number"] == FIRST).collect();
    assert!(problems[0]["problems"][0].as_str().unwrap().contains("tampered with"), "{checked}");
    let run = world.post("/runs", &json!({ "kind": "regenerate", "event": "WORKSHOP" })).ok();
    work(&world);
    let version = |n: u32| {
        let number = format!("CERT-WORKSHOP-2026-{n:05}").parse().unwrap();
        world.app.store.certificate(&number).unwrap().unwrap().version
    };
    assert_eq!(version(1), 2, "the one that was tampered with stays: {run}");
    let ask = json!({ "number": FIRST, "name": "Zoë Ångström" });
    let asked = world.tell("staff:i view,import", "POST", "/corrections", &ask).ok();
    let approve = format!("/corrections/{}/approve", asked["id"].as_str().unwrap());
    world.post(&approve, &json!({})).problem(409, "tampered");
    assert_eq!(version(1), 2);
}

#[test]
fn a_dump_counts_what_is_not_as_it_was_signed() {
    let world = World::in_memory();
    issued(&world);
    tamper(&world);
    let (own, mut dump) = (world.app.vault.own(), Vec::new());
    let proves = |certificate: &Certificate| own.prove(certificate).is_ok();
    let header = Header::new(world.app.now(), "did:web:academy.example");
    let summary = export(&*world.app.store, &header, &mut dump, &|_| "jws".to_owned(), &proves).unwrap();
    assert_eq!(summary.not_as_signed, NotAsSigned { count: 1, first: vec![number()] });
    assert_eq!(summary.records["certificate"], 4, "it is in the dump all the same");
}

#[test]
fn a_record_must_say_what_was_signed() {
    let world = World::in_memory();
    issued(&world);
    let own = world.app.vault.own();
    let good = world.app.store.certificate(&number()).unwrap().unwrap();
    assert!(own.prove(&good).is_ok());
    let other = world.app.store.certificate(&"CERT-WORKSHOP-2026-00002".parse().unwrap()).unwrap().unwrap();
    type Change<'a> = &'a dyn Fn(&mut Certificate);
    let changes: [(&str, Change); 9] = [
        ("number", &|one| one.jws.clone_from(&other.jws)),
        ("name", &|one| one.recipient = "Mallory Quux".to_owned()),
        ("status entry", &|one| one.status.index += 1),
        ("status entry", &|one| one.status.list += 1),
        ("date of issue", &|one| one.issued = one.issued.plus_days(-3_650)),
        ("date of expiry", &|one| one.valid_until = Some(one.issued.plus_days(9_999))),
        ("not what the issuer's key signed", &|one| one.jws = altered(one, "Person Number 0", "Mallory Quux")),
        ("jws", &|one| one.jws.clear()),
        ("three parts", &|one| one.jws = "x".to_owned()),
    ];
    for (what, change) in changes {
        let mut changed = good.clone();
        change(&mut changed);
        let why = own.prove(&changed).unwrap_err();
        assert!(why.is_tampered() && why.to_string().contains(what), "{what}: {why}");
    }
    let unknown = Certificate { key: "k9".to_owned(), ..good.clone() };
    assert!(matches!(own.prove(&unknown), Err(NotProven::UnknownKey { .. })), "a key that is gone accuses nobody");
}
