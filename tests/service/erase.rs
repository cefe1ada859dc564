//! Erasing a person reaches everything that the service keeps.

use std::collections::BTreeMap;

use axum::http::header;
use data_encoding::BASE64;
use serde_json::{Value, json};
use testamur::issuance::{self, Order, StageTimes, Workshop};
use testamur::store::{CertificateChange, Collection, Header, PersonKey, StoreError, export};
use testamur::webhooks::endpoints::{self, EndpointDraft};
use testamur::webhooks::{EventKind, Rules};

use crate::harness::{OWNER, World, on_each_engine, request};
use crate::runs::{desk, done, school};

const NAME: &str = "Zdzisława Brzęczyszczykiewicz";
const MARKS: [&str; 4] = ["brzęczyszczykiewicz", "zdzisława", "rare-name@", "lms-rare-4711"];

/// Where the store names her: each kind of record with how many.
fn named(world: &World) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut look = |place: &str, text: &str| {
        let text = text.to_lowercase();
        if MARKS.iter().any(|mark| text.contains(mark)) {
            *found.entry(place.to_owned()).or_default() += 1;
        }
    };
    let store = &*world.app.store;
    for collection in Collection::ALL {
        for document in store.documents(*collection, "", None, 10_000).unwrap().items {
            let kept = document.value["answer"]["body"].as_str().and_then(|body| BASE64.decode(body.as_bytes()).ok());
            let kept = String::from_utf8_lossy(&kept.unwrap_or_default()).into_owned();
            look(collection.name(), &format!("{} {} {kept}", document.key, document.value));
        }
    }
    for entry in store.audit(None, 10_000).unwrap().items {
        look("audit", &serde_json::to_string(&entry).unwrap());
    }
    let mut dump = Vec::new();
    export(store, &Header::new(world.app.now(), "did:web:x"), &mut dump, &|_| "x".to_owned(), &|_| true).unwrap();
    for line in String::from_utf8(dump).unwrap().lines() {
        let record: Value = serde_json::from_str(line).unwrap_or_default();
        let kind = record["record"].as_object().and_then(|one| one.keys().next().cloned()).unwrap_or_default();
        // A credential says it in base64url.
        let jws: String = line.split('"').filter(|text| text.starts_with("eyJ")).filter_map(payload).collect();
        look(&format!("dump {kind}"), &format!("{line} {jws}"));
    }
    found
}

fn payload(jws: &str) -> Option<String> {
    let part = jws.split('.').nth(1)?;
    Some(String::from_utf8_lossy(&data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).ok()?).into_owned())
}

fn twice(world: &World, key: &str, path: &str, body: &Value) -> crate::harness::Answer {
    let request = request("POST", path).header("idempotency-key", key).header(header::CONTENT_TYPE, "application/json");
    world.send(OWNER, request, body.to_string())
}

/// Everything that can be said of her.
fn said(world: &World) -> String {
    let details = json!({ "title": "Applied Cartography", "template": "classic" });
    world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
    world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
    let hook = EndpointDraft {
        url: "https://hooks.example.com/in".to_owned(),
        description: String::new(),
        events: EventKind::ALL.to_vec(),
    };
    endpoints::create(&*world.app.store, &hook, Rules::default(), "staff:owner", world.app.now()).unwrap();
    let csv = format!(
        "name,email,passed,external_id\nAda Lovelace,ada@example.org,yes,lms-1\n\
         {NAME},rare-name@example.org,perhaps,lms-rare-4711\n{NAME},rare-name@example.org,yes,lms-rare-4711\n"
    );
    world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv.as_bytes(), &[]).ok();
    let person = json!({ "external_id": "lms-rare-4711", "name": NAME, "email": "rare-name@example.org", "fields": { "city": "Łódź" } });
    let made = twice(world, "one", "/events/WORKSHOP/participants", &person).ok();
    let id = made["id"].as_str().unwrap().to_owned();
    // Under another name first, which only a report remembers.
    let double = json!({ "name": NAME, "email": "rare-name@second.example" });
    let gone = world.post("/events/WORKSHOP/participants", &double).ok();
    let note = format!("{NAME} was ill");
    world.post("/events/WORKSHOP/exceptions", &json!({ "person": gone["id"], "note": note })).ok();
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP", "over": "exceptions_only" }));
    twice(world, "two", "/events/WORKSHOP/merge", &json!({ "keep": id, "gone": gone["id"] })).ok();
    let number =
        world.get(&format!("/events/WORKSHOP/participants/{id}")).ok()["certificate"].as_str().unwrap().to_owned();
    let wrong = json!({ "number": number, "name": "Zdzisława Wrong", "note": format!("asked by {NAME}") });
    let asked = world.post("/corrections", &wrong).ok();
    world.post(&format!("/corrections/{}/approve", asked["id"].as_str().unwrap()), &json!({})).ok();
    world.patch(&format!("/events/WORKSHOP/participants/{id}"), &json!({ "name": NAME })).ok();
    done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "already_issued" }));
    world.post("/corrections", &wrong).ok();
    world.post(&format!("/certificates/{number}/revoke"), &json!({ "cause": "on_request" })).ok();
    world.post(&format!("/certificates/{number}/restore"), &json!({})).ok();
    let preview = twice(world, "three", "/events/WORKSHOP/specimen", &json!({ "person": id }));
    assert!(preview.bytes.starts_with(b"%PDF"));
    twice(world, "four", "/events", &json!({ "code": "OTHER", "details": { "title": "Other" } })).ok();
    // A merge and a new name took the first report's rows away.
    world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv.as_bytes(), &[]).ok();
    let now = json!({ "person": "ada@example.org", "reason": "sat the exam on paper" });
    world.post("/events/WORKSHOP/issue-now", &now).ok();
    id
}

#[test]
fn an_erased_person_is_nowhere_in_documents_records_or_audit_log() {
    on_each_engine(|world| {
        let id = said(world);
        let before = named(world);
        for place in
            ["listed", "import_rows", "run-rows", "corrections", "idempotency", "dump participant", "dump certificate"]
        {
            assert!(before.contains_key(place), "this test looks into {place}: {before:?}");
        }
        assert!(!before.contains_key("audit"), "the log never names anybody: {before:?}");
        let number =
            world.get(&format!("/events/WORKSHOP/participants/{id}")).ok()["certificate"].as_str().unwrap().to_owned();
        let counted = world.get("/runs").ok();

        assert_eq!(world.post(&format!("/events/WORKSHOP/participants/{id}/erase"), &json!({})).status, 204);
        assert_eq!(named(world), BTreeMap::new());
        world.get(&format!("/events/WORKSHOP/participants/{id}")).problem(404, "no-such-participant");
        let left = world.get(&format!("/certificates/{number}")).ok();
        assert_eq!((&left["number"], left["versions"].as_array().unwrap().len()), (&json!(number), 3));
        assert_eq!(world.get("/runs").ok(), counted, "counters stay");
        // What was done under a key is not done again, and what is of others is answered as before.
        twice(world, "one", "/events/WORKSHOP/participants", &json!({ "external_id": "lms-rare-4711", "name": NAME, "email": "rare-name@example.org", "fields": { "city": "Łódź" } })).problem(409, "already-done");
        let other = twice(world, "four", "/events", &json!({ "code": "OTHER", "details": { "title": "Other" } }));
        assert_eq!(
            (other.status.as_u16(), &other.headers["idempotency-replayed"]),
            (201, &header::HeaderValue::from_static("true"))
        );
        assert_eq!(named(world), BTreeMap::new(), "asking again brings nothing back");
        assert!(world.get("/audit/check").ok()["holds"] == true);
    });
}

#[test]
fn a_person_without_a_certificate_is_deleted_with_what_journals_and_answers_say() {
    on_each_engine(|world| {
        world
            .post(
                "/events",
                &json!({ "code": "WORKSHOP", "details": { "title": "Cartography", "template": "classic" } }),
            )
            .ok();
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
        world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
        let person = json!({ "external_id": "lms-rare-4711", "name": NAME, "email": "rare-name@example.org", "fields": { "credits": "many" }, "progress": { "passed": true } });
        let made = twice(world, "one", "/events/WORKSHOP/participants", &person).ok();
        let run = done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        assert_eq!(run["counters"]["failed"], 1);
        assert!(named(world).contains_key("run-rows"));
        assert_eq!(
            world.delete(&format!("/events/WORKSHOP/participants/{}", made["id"].as_str().unwrap())).status,
            204
        );
        assert_eq!(named(world), BTreeMap::new());
        assert_eq!(desk(world).store.participants(&"WORKSHOP".parse().unwrap(), None, 10).unwrap().items.len(), 0);
    });
}

#[test]
fn a_person_is_erased_from_all_events_at_once_by_address_or_id() {
    on_each_engine(|world| {
        said(world);
        let elsewhere = json!({ "external_id": "lms-rare-4711", "name": NAME, "email": "rare-name@example.org" });
        world.post("/events/OTHER/participants", &elsewhere).ok();
        let ask = |caller: &str, who: &str| world.tell(caller, "POST", "/erase", &json!({ "person": who }));
        ask("staff:v view", "rare-name@example.org").problem(403, "forbidden");
        ask(OWNER, "nobody@example.org").problem(404, "no-such-participant");
        let erased = ask(OWNER, "Rare-Name@example.org").ok();
        let number = "CERT-WORKSHOP-2026-00001";
        let expected =
            json!([{ "event": "OTHER", "certificate": null }, { "event": "WORKSHOP", "certificate": number }]);
        assert_eq!(erased["items"], expected);
        assert_eq!(named(world), BTreeMap::new());
        ask(OWNER, "lms-rare-4711").problem(404, "no-such-participant");
    });
}

#[test]
fn nobody_gets_a_first_certificate_who_was_erased_while_it_was_made() {
    on_each_engine(|world| {
        school(world, 1, 0);
        let store = &*world.app.store;
        let desk = desk(world);
        let code = "WORKSHOP".parse().unwrap();
        let event = store.event(&code).unwrap().unwrap();
        let person = store.participant(&code, &PersonKey("p00000@example.org".to_owned())).unwrap().unwrap();
        let order = Order { person, template: event.template.clone(), tier: None, basis: None, run: None };
        let (signer, times) = (world.app.vault.signer(), StageTimes::default());
        let workshop = Workshop { faces: &world.app.faces, signer: &signer, times: &times };
        let made = issuance::make(&desk, &workshop, &event, vec![order]).unwrap().remove(0).unwrap();
        world.post("/events/WORKSHOP/participants/p00000@example.org/erase", &json!({})).ok();
        let act = desk.act("certificate.issue", &made.number, json!({}));
        let late = store.change_certificates(&[CertificateChange::Issue(made)], &[], &act);
        assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
        assert!(store.certificates(None, None, 10).unwrap().items.is_empty());
    });
}
