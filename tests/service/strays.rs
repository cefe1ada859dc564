//! A store that was rebuilt from a dump does not know what was issued since. Such a certificate is revoked by itself.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use testamur::server::Limits;
use testamur::store::{Certificate, SledStore};
use testamur::verify::{TrustAnchors, verify_jws};

use crate::harness::{Answer, OWNER, World};
use crate::runs::{certificates, done, school, work};

/// The issuer before the disk was lost, who issued to so many people, and with an empty store after it: the same keys, the
/// same secret of the status lists.
fn before_and_after(people: usize, test: impl Fn(&World, &World)) {
    let before = World::in_memory();
    school(&before, people, 0);
    done(&before, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    test(&before, &World::in_memory());
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::create(&folder.path().join("store")).unwrap());
    test(&before, &World::on(store, folder, Limits::default()));
}

fn jwt(world: &World, number: usize) -> String {
    world.get(&format!("/certificates/CERT-WORKSHOP-2026-{number:05}/file?format=jwt")).text()
}

fn revoke(world: &World, credential: &str, reason: &Value) -> Answer {
    world.post("/certificates/revoke", &json!({ "credential": credential, "reason": reason }))
}

fn restore(world: &World, credential: &str) -> Answer {
    world.post("/certificates/restore", &json!({ "credential": credential }))
}

fn verdict(world: &World, jws: &str) -> &'static str {
    let trust = fs::read_to_string(world.folder().join("site/trust.jws")).unwrap();
    let mut anchors = TrustAnchors::default();
    anchors.add(trust.trim(), None).unwrap();
    verify_jws(jws, &anchors, world.app.now()).code()
}

fn publish(world: &World) {
    world.ask(OWNER, "POST", "/publish").ok();
    work(world);
}

fn entries(certificates: &[Certificate]) -> BTreeSet<(u32, u32)> {
    certificates.iter().map(|one| (one.status.list, one.status.index)).collect()
}

#[test]
fn what_the_store_does_not_know_is_revoked_by_its_own_entry_which_nobody_ever_gets_again() {
    before_and_after(3, |before, after| {
        let known = certificates(&*before.app.store);
        let lost = jwt(before, 3);
        publish(after);
        assert_eq!(verdict(after, &lost), "valid", "it was issued before the disk was lost");
        world_knows_nothing(after);

        let on_request = json!({ "cause": "on_request", "text": "asked for" });
        let answer = revoke(after, &lost, &on_request).ok();
        let due = after.app.now().plus_seconds(15 * 60).to_string();
        assert_eq!(
            (&answer["known"], &answer["certificate"], &answer["waits_until"]),
            (&json!(false), &Value::Null, &json!(due))
        );
        assert_eq!(answer["number"], "CERT-WORKSHOP-2026-00003");
        publish(after);
        assert_eq!(verdict(after, &lost), "valid", "it waits like any other");
        restore(after, &lost).ok();
        restore(after, &lost).problem(409, "not-revoked");
        revoke(after, &lost, &on_request).ok();
        let again = revoke(after, &lost, &json!({ "cause": "fraud" })).ok();
        assert_eq!(again["waits_until"], Value::Null, "fraud ends the wait");
        publish(after);
        assert_eq!(verdict(after, &lost), "revoked");
        restore(after, &lost).problem(409, "published");

        // Everything up to its position counts as used.
        school(after, 20, 0);
        done(after, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let new = entries(&certificates(&*after.app.store));
        assert_eq!(new.len(), 20);
        assert!(new.is_disjoint(&entries(&known)), "{new:?}");
        let acts = after.acts();
        assert!(acts.contains(&("certificate.revoke".to_owned(), "CERT-WORKSHOP-2026-00003".to_owned())), "{acts:?}");
        let log = format!("{:?}", after.app.store.audit(None, 10_000).unwrap());
        assert!(!log.contains("Person Number"), "no names in the audit log");
    });
}

fn world_knows_nothing(world: &World) {
    let why = json!({ "cause": "fraud" });
    world.post("/certificates/CERT-WORKSHOP-2026-00003/revoke", &why).problem(404, "not-found");
}

#[test]
fn it_comes_as_any_file_and_as_any_text() {
    before_and_after(4, |before, after| {
        let why = json!({ "cause": "issued_in_error", "now": true });
        for (number, format) in [(1, "pdf"), (2, "png"), (3, "json"), (4, "jwt")] {
            let path = format!("/certificates/CERT-WORKSHOP-2026-{number:05}/file?format={format}");
            let file = before.get(&path).bytes;
            let fields = [("cause", "issued_in_error"), ("now", "true")];
            let answer = after.upload(OWNER, "/certificates/revoke", "c", &file, &fields).ok();
            assert_eq!(answer["number"], format!("CERT-WORKSHOP-2026-{number:05}"), "{format}");
            assert_eq!(answer["known"], false);
        }
        let png = before.get("/certificates/CERT-WORKSHOP-2026-00001/file?format=png").bytes;
        let link = testamur::reading::read(&png).unwrap().candidates.remove(0).text;
        assert_eq!(revoke(after, &link, &why).ok()["number"], "CERT-WORKSHOP-2026-00001");
        after.upload(OWNER, "/certificates/revoke", "c", b"hello", &[("cause", "fraud")]).problem(422, "bad-request");
        after.upload(OWNER, "/certificates/revoke", "c", &png, &[]).problem(422, "bad-request");
        after.upload(OWNER, "/certificates/revoke", "c", &png, &[("cause", "magic")]).problem(422, "bad-request");
    });
}

#[test]
fn what_the_store_knows_is_revoked_as_by_its_number() {
    let world = World::in_memory();
    school(&world, 2, 0);
    done(&world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let old = jwt(&world, 1);
    let ask = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": "Zoë Ångström" });
    let asked = world.tell("staff:i view,import", "POST", "/corrections", &ask).ok();
    world.post(&format!("/corrections/{}/approve", asked["id"].as_str().unwrap()), &json!({})).ok();
    revoke(&world, &old, &json!({ "cause": "fraud" })).problem(409, "old-version");
    let answer = revoke(&world, &jwt(&world, 1), &json!({ "cause": "on_request" })).ok();
    assert_eq!((&answer["known"], &answer["certificate"]["version"]), (&json!(true), &json!(2)));
    assert!(answer["waits_until"].is_string(), "{answer}");
    assert_eq!(world.get("/certificates/CERT-WORKSHOP-2026-00001").ok()["versions"][1]["cause"], "on_request");
    restore(&world, &jwt(&world, 1)).ok();
    // An erased person's certificate still is theirs.
    let kept = jwt(&world, 2);
    world.post("/events/WORKSHOP/participants/p00001@example.org/erase", &json!({})).ok();
    assert_eq!(revoke(&world, &kept, &json!({ "cause": "on_request" })).ok()["known"], true);
}

#[test]
fn an_entry_that_is_somebody_elses_is_not_touched() {
    before_and_after(3, |before, after| {
        // The store goes on without knowing what was issued: numbers and entries are given a second time.
        school(after, 2, 0);
        done(after, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let why = json!({ "cause": "fraud" });
        let refused = revoke(after, &jwt(before, 1), &why);
        let detail = refused.problem(409, "entry-taken");
        assert!(detail.contains("CERT-WORKSHOP-2026-00001"), "{detail}");
        assert!(certificates(&*after.app.store).iter().all(|one| one.withdrawal.is_none()));
        assert_eq!(after.app.store.set_entries(1, None, 10).unwrap().items, []);
        // Also not that of a version which another one replaced.
        let ask = json!({ "number": "CERT-WORKSHOP-2026-00002", "name": "Zoë Ångström" });
        let asked = after.tell("staff:i view,import", "POST", "/corrections", &ask).ok();
        after.post(&format!("/corrections/{}/approve", asked["id"].as_str().unwrap()), &json!({})).ok();
        revoke(after, &jwt(before, 2), &why).problem(409, "entry-taken");
    });
}

#[test]
fn a_number_that_was_given_twice_is_only_a_namesake() {
    before_and_after(3, |before, after| {
        after.app.store.reserve_status(3).unwrap();
        school(after, 1, 0);
        done(after, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let answer = revoke(after, &jwt(before, 1), &json!({ "cause": "fraud" })).ok();
        assert_eq!((&answer["known"], &answer["namesake"]), (&json!(false), &json!(true)));
        publish(after);
        assert_eq!((verdict(after, &jwt(before, 1)), verdict(after, &jwt(after, 1))), ("revoked", "valid"));
    });
}

#[test]
fn what_our_key_did_not_sign_is_refused() {
    before_and_after(1, |before, after| {
        let why = json!({ "cause": "fraud" });
        let good = jwt(before, 1);
        let (head, signature) = good.rsplit_once('.').unwrap();
        let (header, payload) = head.split_once('.').unwrap();
        let claims = String::from_utf8(data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap();
        let signed = |claims: String| {
            let payload = data_encoding::BASE64URL_NOPAD.encode(claims.as_bytes());
            format!("{header}.{payload}.{signature}")
        };
        let changed = signed(claims.replace("Person Number 0", "Mallory Number 0"));
        let foreign = signed(claims.replace("academy.example", "acadamy.example"));
        for forged in [changed, foreign, "eyJhbGciOiJub25lIn0.e30.".to_owned()] {
            let answer = revoke(after, &forged, &why);
            assert!([422].contains(&answer.status.as_u16()), "{}", answer.text());
            restore(after, &forged).problem(422, answer.json()["code"].as_str().unwrap());
        }
        assert_eq!(after.app.store.set_entries(1, None, 10).unwrap().items, []);
        world_knows_nothing(after);
        after.tell("staff:v view,generate", "POST", "/certificates/revoke", &json!({})).problem(403, "forbidden");
        after.post("/certificates/revoke", &json!({ "credential": good })).problem(422, "bad-request");

        // A retired key's certificates are ours as before; a stolen key's are refused by verifiers anyway.
        after.post("/keys/rotate", &json!({})).ok();
        revoke(after, &good, &json!({ "cause": "on_request" })).ok();
        restore(after, &good).ok();
        after.post("/keys/k1/compromise", &json!({ "since": after.app.now().to_string() })).ok();
        revoke(after, &good, &why).problem(409, "compromised-key");
    });
}
