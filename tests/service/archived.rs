//! Events that are over for good: archived, brought back, removed while nothing was issued; through both doors.

use std::sync::Arc;

use axum::http::header;
use serde_json::{Value, json};
use testamur::acts;
use testamur::server::finish_erasing;
use testamur::store::{Collection, Header, MemoryStore, SledStore, Store, export, import};

use crate::harness::{Answer, OWNER, World, on_each_engine, request};
use crate::process::Place;
use crate::runs::{certificates, desk, done, school};

fn codes(listing: &Value) -> Vec<&str> {
    listing["items"].as_array().unwrap().iter().map(|event| event["code"].as_str().unwrap()).collect()
}

fn with_tag(world: &World, method: &str, path: &str, tag: &str) -> Answer {
    world.send(OWNER, request(method, path).header(header::IF_MATCH, tag), "")
}

/// Everything that the store keeps, as text.
fn everything(store: &dyn Store) -> String {
    let mut dump = Vec::new();
    let now = "2026-11-22T10:00:00Z".parse().unwrap();
    export(store, &Header::new(now, "did:web:x"), &mut dump, &|_| "x".to_owned(), &|_| true).unwrap();
    let mut text = String::from_utf8(dump).unwrap();
    for collection in Collection::ALL {
        for document in store.documents(*collection, "", None, 10_000).unwrap().items {
            let answer =
                document.value["answer"]["body"].as_str().and_then(|b| data_encoding::BASE64.decode(b.as_bytes()).ok());
            text.push_str(&format!(
                "{} {} {}\n",
                document.key,
                document.value,
                String::from_utf8_lossy(&answer.unwrap_or_default())
            ));
        }
    }
    text
}

#[test]
fn an_archived_event_is_out_of_the_way_and_what_it_issued_lives_on() {
    on_each_engine(|world| {
        school(world, 3, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        world.post("/events", &json!({ "code": "OTHER", "details": { "title": "Other" } })).ok();
        let number = certificates(&*world.app.store)[0].number.to_string();
        let seen = world.get("/events/WORKSHOP").etag();
        with_tag(world, "PUT", "/events/WORKSHOP/archived", "\"older\"").problem(412, "changed-meanwhile");
        let archived = with_tag(world, "PUT", "/events/WORKSHOP/archived", &seen).ok();
        assert_eq!(archived["archived"]["by"], "staff:owner");
        assert_eq!(world.ask(OWNER, "PUT", "/events/WORKSHOP/archived").ok()["archived"], archived["archived"]);

        assert_eq!(codes(&world.get("/events").ok()), ["OTHER"]);
        assert_eq!(codes(&world.get("/events?archived=true").ok()), ["WORKSHOP"]);
        assert_eq!(codes(&world.get("/events?archived=false").ok()), ["OTHER"]);
        let csv = b"name,email\nNew One,new@example.org\n";
        let refused = |answer: Answer| assert!(answer.problem(409, "archived").contains("bring it back"));
        refused(world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv, &[]));
        refused(world.post("/events/WORKSHOP/participants", &json!({ "name": "New One", "email": "new@example.org" })));
        for kind in ["generate", "regenerate"] {
            let all = json!({ "kind": kind, "event": "WORKSHOP" });
            refused(world.post("/runs", &all));
            refused(world.post("/runs/preview", &all));
        }
        assert!(world.get(&format!("/certificates/{number}/file")).bytes.starts_with(b"%PDF"));
        let jws = json!({ "text": certificates(&*world.app.store)[0].jws });
        assert_eq!(world.tell("", "POST", "/verify", &jws).ok()["verdicts"][0]["verdict"], "valid");
        let revoked = world.post(&format!("/certificates/{number}/revoke"), &json!({ "cause": "fraud" })).ok();
        assert_eq!(revoked["status"], "revoked");
        done(
            world,
            &json!({ "kind": "revoke", "event": "WORKSHOP", "text": "example.org", "reason": { "cause": "fraud" } }),
        );
        assert!(certificates(&*world.app.store).iter().all(|one| one.withdrawal.is_some()));
        assert_eq!(
            world.post("/events/WORKSHOP/copy", &json!({ "code": "NEXT", "details": {} })).ok()["archived"],
            Value::Null
        );

        assert_eq!(world.delete("/events/WORKSHOP/archived").ok()["archived"], Value::Null);
        assert_eq!(codes(&world.get("/events").ok()), ["NEXT", "OTHER", "WORKSHOP"]);
        world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv, &[]).ok();
        let told = world.acts();
        for action in ["event.archive", "event.unarchive"] {
            assert_eq!(told.iter().filter(|act| **act == (action.to_owned(), "WORKSHOP".to_owned())).count(), 1);
        }
        world.delete("/events/WORKSHOP").problem(409, "has-certificates");
    });
}

/// An event with people, exceptions, exclusions, an import with a report, a run that failed and an answer that is kept.
fn filled(world: &World) {
    let details = json!({ "title": "Applied Cartography", "template": "classic" });
    world.post("/events", &json!({ "code": "OTHER", "details": details })).ok();
    world.post("/events/OTHER/participants", &json!({ "name": "Someone Else", "email": "else@example.org" })).ok();
    world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
    let csv = "name,email,passed\nRare Bird,rare@example.org,yes\nRare Fish,fish@example.org,yes\nRare Toad,toad@example.org,perhaps\n";
    world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv.as_bytes(), &[]).ok();
    let kept = request("POST", "/events/WORKSHOP/participants")
        .header("idempotency-key", "one")
        .header(header::CONTENT_TYPE, "application/json");
    world.send(OWNER, kept, json!({ "name": "Rare Newt", "email": "newt@example.org" }).to_string()).ok();
    world
        .post("/events/WORKSHOP/exceptions", &json!({ "person": "rare@example.org", "note": "Rare Bird was ill" }))
        .ok();
    let excluded = json!({ "person": "fish@example.org", "reason": "requested", "note": "Rare Fish asked" });
    world.post("/events/WORKSHOP/exclusions", &excluded).ok();
    world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
    let run = world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
    let id = run["id"].as_str().unwrap();
    assert!(world.delete("/events/WORKSHOP").problem(409, "run-under-way").contains(id));
    world.post(&format!("/runs/{id}/cancel"), &Value::Null).ok();
}

const MARKS: [&str; 4] = ["rare", "fish@", "toad@", "newt@"];

#[test]
fn an_event_in_which_nothing_was_issued_goes_with_all_who_were_in_it() {
    on_each_engine(|world| {
        filled(world);
        let store = &*world.app.store;
        let before = everything(store).to_lowercase();
        assert!(MARKS.iter().all(|mark| before.contains(mark)), "this test sees who is there");
        let code = "WORKSHOP".parse().unwrap();
        // Numbers were reserved and not used: they are not given to anybody else, whatever becomes of the event.
        assert_eq!(store.reserve_numbers(&code, 2026, 5).unwrap(), 1);
        with_tag(world, "DELETE", "/events/WORKSHOP", "\"older\"").problem(412, "changed-meanwhile");
        let seen = world.get("/events/WORKSHOP").etag();
        assert_eq!(with_tag(world, "DELETE", "/events/WORKSHOP", &seen).status, 204);

        let after = everything(store).to_lowercase();
        for mark in MARKS {
            let line = after.lines().find(|line| line.contains(mark));
            assert_eq!(line, None, "{mark} is still there");
        }
        assert!(after.contains("else@example.org"), "the other event is untouched");
        world.get("/events/WORKSHOP").problem(404, "not-found");
        world.delete("/events/WORKSHOP").problem(404, "not-found");
        world.get("/events/WORKSHOP/participants").problem(404, "not-found");
        assert!(world.acts().contains(&("event.remove".to_owned(), "WORKSHOP".to_owned())));
        // The code is free, nobody is in it, and its numbers go on.
        world.post("/events", &json!({ "code": "WORKSHOP", "details": { "title": "Again" } })).ok();
        assert_eq!(world.get("/events/WORKSHOP/participants").ok()["items"], json!([]));
        assert_eq!(world.get("/events/WORKSHOP/exceptions").ok()["items"], json!([]));
        assert_eq!(store.reserve_numbers(&code, 2026, 1).unwrap(), 6);
    });
}

#[test]
fn a_removal_that_was_killed_goes_on_and_until_then_the_code_is_not_free() {
    on_each_engine(|world| {
        filled(world);
        let store = &*world.app.store;
        let planned = acts::planned(&desk(world), &"WORKSHOP".parse().unwrap()).unwrap();
        acts::remove_event(&desk(world), &planned).unwrap();
        // Here it is killed. Nobody finds the event, and who was in it is not in the next one.
        world.get("/events/WORKSHOP").problem(404, "not-found");
        world.get("/events/WORKSHOP/participants").problem(404, "not-found");
        assert!(everything(store).to_lowercase().contains("rare"));
        let again = json!({ "code": "WORKSHOP", "details": { "title": "Again" } });
        world.post("/events", &again).problem(409, "being-removed");
        world.post("/events/OTHER/copy", &again).problem(409, "being-removed");
        finish_erasing(&world.app).unwrap();
        assert!(!everything(store).to_lowercase().contains("rare"));
        world.post("/events", &again).ok();
        finish_erasing(&world.app).unwrap();
        assert_eq!(world.get("/events/WORKSHOP").ok()["title"], "Again", "what is over is not done again");
    });
}

#[test]
fn a_dump_keeps_the_counters_of_an_event_that_was_removed() {
    let world = World::in_memory();
    world.post("/events", &json!({ "code": "GONE", "details": { "title": "Gone" } })).ok();
    let code = "GONE".parse().unwrap();
    world.app.store.reserve_numbers(&code, 2026, 7).unwrap();
    assert_eq!(world.delete("/events/GONE").status, 204);
    let mut dump = Vec::new();
    let header = Header::new(world.app.now(), "did:web:academy.example");
    export(&*world.app.store, &header, &mut dump, &|_| "x".to_owned(), &|_| true).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sled = SledStore::create(&folder.path().join("store")).unwrap();
    for store in [Arc::new(MemoryStore::new()) as Arc<dyn Store>, Arc::new(sled)] {
        import(&*store, &mut std::io::Cursor::new(&dump), &|_, _| true).unwrap();
        assert!(store.reserve_numbers(&code, 2026, 1).unwrap() > 7);
        assert!(store.event(&code).unwrap().is_none());
    }
}

#[test]
fn the_command_line_archives_brings_back_and_removes() {
    let place = Place::new();
    let people = place.path("people.csv");
    std::fs::write(&people, "name,email\nRare Bird,rare@example.org\n").unwrap();
    let people = people.to_str().unwrap();
    place.run(&["import", "WORKSHOP", people]);
    place.run(&["event", "create", "EMPTY", "--title", "Empty", "--template", "classic"]);
    place.run(&["import", "EMPTY", people]);
    assert!(place.run(&["event", "archive", "WORKSHOP"]).contains("unarchive WORKSHOP"));
    let listed = place.run(&["event", "list"]);
    assert!(listed.contains("EMPTY") && !listed.contains("WORKSHOP"), "{listed}");
    let listed = place.run(&["event", "list", "--archived", "--json"]);
    assert!(listed.contains("\"WORKSHOP\"") && !listed.contains("\"EMPTY\""), "{listed}");
    assert!(place.run(&["event", "show", "WORKSHOP"]).contains("(archived)"));
    for refused in [&["import", "WORKSHOP", people][..], &["issue", "WORKSHOP"], &["issue", "WORKSHOP", "--dry-run"]] {
        assert!(place.refused(refused).contains("is archived"), "{refused:?}");
    }
    place.run(&["event", "unarchive", "WORKSHOP"]);
    place.run(&["issue", "WORKSHOP"]);
    assert!(place.refused(&["event", "remove", "WORKSHOP"]).contains("certificates were issued"));
    place.run(&["event", "archive", "WORKSHOP"]);
    assert!(place.run(&["certificates", "list"]).contains("Rare Bird"));
    place.run(&["revoke", "CERT-WORKSHOP-2026-00001", "--reason", "issued in error", "--now"]);

    assert!(place.run(&["event", "remove", "EMPTY"]).contains("is removed"));
    assert!(place.refused(&["people", "list", "EMPTY"]).contains("does not exist"));
    assert!(place.refused(&["event", "remove", "EMPTY"]).contains("does not exist"));
    place.run(&["event", "create", "EMPTY", "--title", "Again", "--template", "classic"]);
    assert!(!place.run(&["people", "list", "EMPTY"]).contains("Rare"));
}
