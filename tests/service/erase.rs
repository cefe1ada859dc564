//! Erasing a person reaches everything that the service keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::header;
use data_encoding::BASE64;
use serde_json::{Value, json};
use testamur::acts::{erase, lost, portal, stray};
use testamur::desk::{Actor, Desk};
use testamur::making::{self, Order, StageTimes, Workshop};
use testamur::server::{Limits, compact_if_due, finish_erasing};
use testamur::store::{
    CertificateChange, Collection, DocumentWrite, Expect, Header, MemoryStore, Names, PersonKey, SledStore, StoreError,
    export,
};
use testamur::webhooks::endpoints::{self, EndpointDraft};
use testamur::webhooks::{EventKind, Rules};

use crate::harness::{OWNER, World, on_each_engine, request};
use crate::runs::{desk, done, school, work};

const NAME: &str = "Zdzisława Brzęczyszczykiewicz";
const MARKS: [&str; 4] = ["brzęczyszczykiewicz", "zdzisława", "rare-name@", "lms-rare-4711"];

/// Where the store names her: each kind of record with how many.
pub fn named(world: &World) -> BTreeMap<String, usize> {
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
pub fn said(world: &World) -> String {
    let details = json!({ "title": "Applied Cartography", "template": "classic" });
    world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
    world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
    let hook = EndpointDraft {
        url: "https://hooks.example.com/in".to_owned(),
        description: String::new(),
        events: EventKind::ALL.to_vec(),
    };
    endpoints::create(&*world.app.store, &hook, Rules::default(), &Actor::staff("owner"), world.app.now()).unwrap();
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
    let approve = format!("/corrections/{}/approve", asked["id"].as_str().unwrap());
    world.ask("staff:second view,generate", "POST", &approve).ok();
    world.patch(&format!("/events/WORKSHOP/participants/{id}"), &json!({ "name": NAME })).ok();
    done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "already_issued" }));
    testamur::mail::setup::tell(&*world.app.store, Some(&crate::mail::config(1)), world.app.now()).unwrap();
    done(world, &json!({ "kind": "send", "event": "WORKSHOP", "numbers": [number] }));
    world.post("/corrections", &wrong).ok();
    world.post(&format!("/certificates/{number}/revoke"), &json!({ "cause": "on_request" })).ok();
    world.post(&format!("/certificates/{number}/restore"), &json!({})).ok();
    let preview = twice(world, "three", "/events/WORKSHOP/specimen", &json!({ "person": id }));
    assert!(preview.bytes.starts_with(b"%PDF"));
    twice(world, "four", "/events", &json!({ "code": "OTHER", "details": { "title": "Other" } })).ok();
    // A merge and a new name took the first report's rows away.
    world.upload(OWNER, "/events/WORKSHOP/imports", &format!("{NAME}.csv"), csv.as_bytes(), &[]).ok();
    let now = json!({ "person": "ada@example.org", "reason": "sat the exam on paper" });
    world.post("/events/WORKSHOP/issue-now", &now).ok();
    // She is in the portal.
    let (app, nobody) = (&world.app, Actor::Public { address: None });
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &nobody, now: app.now() };
    let link = portal::ask(&desk, "rare-name@example.org").unwrap().expect("she is known");
    portal::enter(&desk, link.token.expose(), None).unwrap().expect("the link is good");
    // She shows her certificate to get another address.
    let file = world.get(&format!("/certificates/{number}/file?format=jwt")).bytes;
    let ours = stray::read(&file, &app.reader, &app.vault.manifest()).unwrap();
    lost::ask(&desk, &ours, "rare-name@new.example", NAME).unwrap().expect("it is hers, and in force");
    // Somebody of another event is said to be her.
    let other = json!({ "name": "Someone Else", "email": "someone.else@example.org" });
    let other = world.post("/events/OTHER/participants", &other).ok();
    let one = json!({ "event": "WORKSHOP", "person": id });
    let two = json!({ "one": one, "other": { "event": "OTHER", "person": other["id"] } });
    assert_eq!(world.post("/persons/join", &two).status, 204);
    let mine = [number.parse().unwrap()];
    portal::set_profile(&desk, &mine, &mine, NAME).unwrap().expect("there is a page");
    id
}

#[test]
fn an_erased_person_is_nowhere_in_documents_records_or_audit_log() {
    on_each_engine(|world| {
        let id = said(world);
        let before = named(world);
        for place in [
            "listed",
            "import_rows",
            "run-rows",
            "corrections",
            "address-requests",
            "idempotency",
            "mail-messages",
            "dump participant",
            "dump certificate",
        ] {
            assert!(before.contains_key(place), "this test looks into {place}: {before:?}");
        }
        assert!(!before.contains_key("audit"), "the log never names anybody: {before:?}");
        // Every collection says whom it names. Who adds one that names participants lets it be filled here, and erased.
        let naming = |collection: &&Collection| collection.names() == Names::Participants;
        let told: BTreeSet<_> = Collection::ALL.iter().filter(naming).map(Collection::name).collect();
        let found: BTreeSet<_> =
            Collection::ALL.iter().map(Collection::name).filter(|name| before.contains_key(*name)).collect();
        let passing = BTreeSet::from([Collection::ERASING.name()]);
        assert_eq!(&told - &passing, found, "what a collection says of itself, and what was found in it");
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
        // Nothing about them is accepted any more.
        let late = json!({ "number": number, "name": NAME });
        world.post("/corrections", &late).problem(409, "erased");
        assert_eq!(named(world), BTreeMap::new());
    });
}

/// Says whether a file below a folder holds one of these texts.
fn on_disk(folder: &Path, texts: &[Vec<u8>]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return on_disk(&path, texts);
        }
        let bytes = std::fs::read(&path).unwrap();
        texts.iter().any(|text| bytes.windows(text.len()).any(|window| window == text))
    })
}

#[test]
fn erased_bytes_go_out_of_the_files_within_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let world = World::on(Arc::new(SledStore::create(&store).unwrap()), folder, Limits::default());
    let id = said(&world);
    let number = world.get(&format!("/events/WORKSHOP/participants/{id}")).ok()["certificate"].clone();
    let jws = world.get(&format!("/certificates/{}/file?format=jwt", number.as_str().unwrap())).text();
    let texts: Vec<Vec<u8>> =
        ["rare-name@", "lms-rare-4711", NAME, jws.split('.').nth(1).unwrap()].map(Vec::from).into();
    assert!(on_disk(&store, &texts), "this test sees what the store keeps");
    compact_if_due(&world.app).unwrap();
    assert_eq!(world.post(&format!("/events/WORKSHOP/participants/{id}/erase"), &json!({})).status, 204);
    assert!(on_disk(&store, &texts), "sled keeps what was deleted");
    compact_if_due(&world.app).unwrap();
    assert!(on_disk(&store, &texts), "some erasings share one rewriting");
    world.pass(13 * 3_600);
    let runs = world.get("/runs").ok();
    compact_if_due(&world.app).unwrap();
    assert!(!on_disk(&store, &texts));
    assert_eq!(world.get("/runs").ok(), runs, "nothing else is gone");
    assert!(world.get("/audit/check").ok()["holds"] == true);
    let compacted = |world: &World| world.acts().iter().filter(|(action, _)| action == "store.compact").count();
    assert_eq!(compacted(&world), 1);
    world.pass(86_400);
    compact_if_due(&world.app).unwrap();
    assert_eq!(compacted(&world), 1, "only when somebody was erased");
}

#[test]
fn an_erasing_that_was_killed_half_way_is_ended_when_the_service_starts() {
    on_each_engine(|world| {
        let id = said(world);
        let number = world.get(&format!("/events/WORKSHOP/participants/{id}")).ok()["certificate"].clone();
        // As a correction that was written while somebody looked for what to erase.
        let late = world.post("/corrections", &json!({ "number": number, "name": "Zdzisława Right" })).ok();
        let store = &*world.app.store;
        let kept = store.document(Collection::CORRECTIONS, late["id"].as_str().unwrap()).unwrap().unwrap();
        let code = "WORKSHOP".parse().unwrap();
        let person = testamur::acts::find(store, &code, &id).unwrap();
        erase::begin(&desk(world), &code, &person).unwrap();
        let again = DocumentWrite::put(Collection::CORRECTIONS, kept.key, Expect::Any, &kept.value);
        store.write_documents(&[again], None).unwrap();
        let left = named(world);
        assert!(left.contains_key("erasing") && left.contains_key("corrections"), "{left:?}");
        finish_erasing(&world.app).unwrap();
        assert_eq!(named(world), BTreeMap::new());
    });
}

#[test]
fn what_races_with_an_erase_brings_nobody_back() {
    const PEOPLE: usize = 30;
    let limits = || Limits { revoke_alone: 100_000, ..Limits::default() };
    let folder = tempfile::tempdir().unwrap();
    let sled = SledStore::create(&folder.path().join("store")).unwrap();
    let worlds = [
        World::on(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), limits()),
        World::on(Arc::new(sled), folder, limits()),
    ];
    for world in &worlds {
        school(world, PEOPLE, 1);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let email = |n: usize| format!("p{n:05}@example.org");
        let erased = AtomicUsize::new(0);
        let under_way = || erased.load(Ordering::SeqCst) < PEOPLE;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for n in 0..PEOPLE {
                    let path = format!("/events/WORKSHOP/participants/{}/erase", email(n));
                    assert_eq!(world.ask(OWNER, "POST", &path).status, 204);
                    erased.fetch_add(1, Ordering::SeqCst);
                }
            });
            // Corrections, kept answers and exceptions that name who is erased just now.
            scope.spawn(|| {
                for round in 0.. {
                    let n = erased.load(Ordering::SeqCst) + round % 2;
                    let ask = json!({ "number": format!("CERT-WORKSHOP-2026-{:05}", n + 1), "name": format!("Person Renamed {n}"), "note": email(n) });
                    let answer = twice(world, &format!("c{round}"), "/corrections", &ask);
                    assert!([201, 404, 409].contains(&answer.status.as_u16()), "{}", answer.text());
                    if !under_way() {
                        break;
                    }
                }
            });
            scope.spawn(|| {
                for round in 0.. {
                    let n = erased.load(Ordering::SeqCst) + round % 2;
                    let body = json!({ "person": email(n), "note": format!("Person Renamed {n}") });
                    world.post("/events/WORKSHOP/exceptions", &body);
                    if !under_way() {
                        break;
                    }
                }
            });
            // Journals of runs.
            scope.spawn(|| {
                while under_way() {
                    let run = json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "already_issued" });
                    world.post("/runs", &run);
                    work(world);
                }
            });
        });
        work(world);
        let store = &*world.app.store;
        for collection in Collection::ALL {
            for document in store.documents(*collection, "", None, 10_000).unwrap().items {
                let kept =
                    document.value["answer"]["body"].as_str().and_then(|body| BASE64.decode(body.as_bytes()).ok());
                let kept = String::from_utf8_lossy(&kept.unwrap_or_default()).into_owned();
                let text = format!("{} {} {kept}", document.key, document.value);
                let names = (0..PEOPLE).find(|n| {
                    [email(*n), format!("Person Renamed {n}\""), format!("Person Number {n}\"")]
                        .iter()
                        .any(|name| text.contains(name))
                });
                assert_eq!(names, None, "{} still names somebody: {text}", collection.name());
            }
        }
        assert!(store.participants(&"WORKSHOP".parse().unwrap(), None, 100).unwrap().items.len() == 1);
        assert!(world.get("/audit/check").ok()["holds"] == true);
    }
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
        let order = Order {
            person,
            template: event.template.clone(),
            tier: None,
            basis: None,
            run: None,
            issued: None,
            earlier: None,
        };
        let (signer, times) = (world.app.vault.signer().unwrap(), StageTimes::default());
        let workshop = Workshop { faces: &world.app.faces, signer: &signer, times: &times };
        let made = making::make(&desk, &workshop, &event, vec![order]).unwrap().remove(0).unwrap();
        world.post("/events/WORKSHOP/participants/p00000@example.org/erase", &json!({})).ok();
        let act = desk.act("certificate.issue", &made.certificate.number, json!({}));
        let late = store.change_certificates(&[CertificateChange::Issue(made.certificate)], &[], &act);
        assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
        assert!(store.certificates(None, None, 10).unwrap().items.is_empty());
    });
}
