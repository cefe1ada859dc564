//! Participants over HTTP.

use serde_json::json;
use testamur::acts;
use testamur::acts::run::RunError;
use testamur::desk::{Actor, Desk};
use testamur::making::{StageTimes, Workshop};
use testamur::store::{MemoryStore, Store};

use super::events::workshop;
use super::harness::{OWNER, World, issuer, on_each_engine};

/// Issues to everybody in WORKSHOP who has none yet.
fn issue(world: &World) {
    let (app, issuer, code) = (&world.app, issuer(), "WORKSHOP".parse().unwrap());
    let desk = Desk { store: &*app.store, issuer: &issuer, actor: &Actor::System, now: app.now() };
    let (signer, times) = (app.vault.signer().unwrap(), StageTimes::default());
    let workshop = Workshop { faces: &app.faces, signer: &signer, times: &times };
    for person in app.store.participants(&code, None, 100).unwrap().items {
        match acts::issue_now(&desk, &workshop, &code, &person.key, "everybody") {
            Ok(_) | Err(RunError::AlreadyHas(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

fn add(world: &World, body: serde_json::Value) -> String {
    world.post("/events/WORKSHOP/participants", &body).ok()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_participant_is_upserted_by_external_id_or_address() {
    on_each_engine(|world| {
        workshop(world);
        let ada = json!({ "external_id": "lms-1", "name": "Ada Lovelace", "email": "Ada@example.org" });
        let first = world.post("/events/WORKSHOP/participants", &ada);
        assert_eq!(first.status, 201);
        let id = first.ok()["id"].as_str().unwrap().to_owned();
        let moved = json!({ "external_id": "lms-1", "email": "ada@new.example", "progress": { "score": 87.5 } });
        let again = world.post("/events/WORKSHOP/participants", &moved);
        assert_eq!((again.status.as_u16(), &again.ok()["id"]), (200, &json!(id)));
        for who in [&id[..], "lms-1", "ada@new.example", "ADA@example.org"] {
            let found = world.get(&format!("/events/WORKSHOP/participants/{who}")).ok();
            assert_eq!((&found["name"], &found["progress"]["score"]), (&json!("Ada Lovelace"), &json!(87.5)), "{who}");
        }
        // Two ids of another system are two people, also at one address; neither becomes the other.
        let other = json!({ "external_id": "lms-2", "name": "Eve", "email": "ada@new.example" });
        let other = world.post("/events/WORKSHOP/participants", &other);
        assert_eq!(other.status, 201);
        assert_ne!(other.ok()["id"], json!(id));
        for (who, name) in [("lms-1", "Ada Lovelace"), ("lms-2", "Eve")] {
            assert_eq!(world.get(&format!("/events/WORKSHOP/participants/{who}")).ok()["name"], name);
        }
        let bidi = json!({ "name": "Ada\u{202e}ecalevoL" });
        world.post("/events/WORKSHOP/participants", &bidi).problem(422, "bad-name");
        world.post("/events/NONE/participants", &ada).problem(404, "not-found");
        assert_eq!(world.get("/events/WORKSHOP/participants?q=lovelace").ok()["items"].as_array().unwrap().len(), 1);
        assert_eq!(world.get("/events/WORKSHOP/participants?q=nobody").ok()["items"], json!([]));
        let log = world.app.store.audit(None, 1_000).unwrap();
        assert!(!format!("{log:?}").to_lowercase().contains("lovelace"), "no names in the audit log");
        assert!(!format!("{log:?}").contains('@'), "no addresses in the audit log");
    });
}

#[test]
fn attendance_is_taken_for_one_and_for_many() {
    on_each_engine(|world| {
        workshop(world);
        let ada = add(world, json!({ "name": "Ada", "email": "ada@example.org" }));
        add(world, json!({ "name": "Grace", "email": "grace@example.org" }));
        let bulk = json!({ "session": "day1", "present": ["ada@example.org", "who@example.org"], "absent": ["grace@example.org"] });
        let taken = world.post("/events/WORKSHOP/attendance", &bulk).ok();
        assert_eq!(taken, json!({ "marked": 2, "unknown": ["who@example.org"] }));
        let day2 = json!({ "progress": { "sessions": { "day2": { "present": true } }, "activities": { "quiz": { "done": true } } } });
        let patched = world.patch(&format!("/events/WORKSHOP/participants/{ada}"), &day2).ok();
        assert_eq!(patched["progress"]["sessions"]["day1"], json!({ "present": true }));
        assert_eq!(patched["progress"]["sessions"]["day2"], json!({ "present": true, "by_hand": true }));
        let unknown = json!({ "session": "day9", "present": [ada] });
        world.post("/events/WORKSHOP/attendance", &unknown).problem(422, "no-such-session");
    });
}

#[test]
fn a_list_is_imported_with_its_mapping_remembered_and_its_bad_rows_reported() {
    on_each_engine(|world| {
        workshop(world);
        let csv = "Who,Mail,attendance:day1,attendance:Day 2,activity:quiz,score,passed,external_id\n\
                   Ada Lovelace,ada@example.org,yes,x,7,\"87,5\",yes,lms-1\n\
                   Grace Hopper,grace@example.org,no,,no,,,lms-2\n\
                   Bad Row,bad@example.org,perhaps,,,,,lms-3\n";
        let maps = [("map", "name=Who"), ("map", "email=Mail")];
        let dry = world.upload(OWNER, "/events/WORKSHOP/imports?dry_run=true", "a.csv", csv.as_bytes(), &maps).ok();
        assert_eq!((&dry["counts"]["errors"], &dry["counts"]["added"]), (&json!(1), &json!(2)));
        assert_eq!(world.get("/events/WORKSHOP/participants").ok()["items"], json!([]));

        let done = world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv.as_bytes(), &maps).ok();
        assert_eq!((&done["counts"]["added"], &done["counts"]["errors"]), (&json!(2), &json!(1)));
        assert_eq!(done["findings"][0]["code"], "progress_invalid");
        let ada = world.get("/events/WORKSHOP/participants/lms-1").ok();
        let wanted = json!({ "sessions": { "day1": { "present": true }, "day2": { "present": true } },
            "activities": { "quiz": { "done": true, "points": 7 } }, "score": 87.5, "passed": true });
        assert_eq!(ada["progress"], wanted);
        let import = done["import"]["id"].as_str().unwrap();
        let report = world.get(&format!("/events/WORKSHOP/imports/{import}/report"));
        assert!(report.text().contains("Bad Row") && report.text().contains("perhaps"), "{}", report.text());
        assert!(!report.text().contains("Ada"), "good rows are not in it");
        assert_eq!(world.get("/events/WORKSHOP/imports").ok()["items"][0]["counts"]["errors"], 1);

        // The next file needs no mapping, and says only what is new.
        let later = "Who,Mail,score\nAda Lovelace,ada@example.org,90\n";
        let done = world.upload(OWNER, "/events/WORKSHOP/imports", "b.csv", later.as_bytes(), &[]).ok();
        assert_eq!(done["counts"]["updated"], 1);
        let ada = world.get("/events/WORKSHOP/participants/lms-1").ok();
        assert_eq!((&ada["progress"]["score"], &ada["progress"]["passed"]), (&json!(90), &json!(true)));
        let keep = world.upload(OWNER, "/events/WORKSHOP/imports?keep_known=true", "a.csv", csv.as_bytes(), &maps).ok();
        assert_eq!((&keep["counts"]["kept"], &keep["counts"]["updated"]), (&json!(1), &json!(0)));
    });
}

#[test]
fn files_that_are_none_or_too_large_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let limits = testamur::server::Limits { upload_bytes: 10_000, ..Default::default() };
    let world = World::on(std::sync::Arc::new(MemoryStore::new()), folder, limits);
    workshop(&world);
    let upload = |bytes: &[u8]| world.upload(OWNER, "/events/WORKSHOP/imports", "a.xlsx", bytes, &[]);
    upload(&vec![b'a'; 20_000]).problem(413, "body-too-large");
    upload(b"PK\x03\x04 not a spreadsheet").problem(422, "bad-file");
    upload(b"").problem(422, "bad-file");
    upload(b"%PDF-1.7").problem(422, "bad-file");
    upload(b"town\nParis\n").problem(422, "bad-file");
    let view = world.upload("staff:eve view", "/events/WORKSHOP/imports", "a.csv", b"name\nAda\n", &[]);
    view.problem(403, "forbidden");
    world.post("/events/WORKSHOP/imports", &json!({})).problem(400, "bad-upload");
}

#[test]
fn who_has_a_certificate_is_erased_and_not_deleted() {
    on_each_engine(|world| {
        workshop(world);
        let ada = add(
            world,
            json!({ "name": "Ada Lovelace", "email": "ada@example.org", "external_id": "lms-1", "fields": { "city": "London" } }),
        );
        issue(world);
        let grace = add(world, json!({ "name": "Grace Hopper" }));
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": ada, "note": "Ada was ill" })).ok();
        let bad = "name,email,score\nAda Lovelace,ada@example.org,many\nOther,other@example.org,many\n";
        let done = world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", bad.as_bytes(), &[]).ok();
        assert_eq!(done["counts"]["errors"], json!(0), "a score that is a grade is printed, not compared");
        let worse = "name,email,passed\nAda Lovelace,ada@example.org,perhaps\nOther,other@example.org,perhaps\n";
        let done = world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", worse.as_bytes(), &[]).ok();
        let import = done["import"]["id"].as_str().unwrap();
        assert_eq!(done["counts"]["errors"], 2);

        let path = format!("/events/WORKSHOP/participants/{ada}");
        world.delete(&path).problem(409, "has-certificate");
        assert_eq!(world.delete(&format!("/events/WORKSHOP/participants/{grace}")).status, 204);
        let number: testamur::credential::CertificateNumber = "CERT-WORKSHOP-2026-00001".parse().unwrap();
        let store = &world.app.store;
        let before = store.certificate(&number).unwrap().unwrap();
        let digests = store.issued_digests(&before.key, None, 10).unwrap();
        assert_eq!(world.post(&format!("{path}/erase"), &json!({})).status, 204);

        world.get(&path).problem(404, "no-such-participant");
        world.get("/events/WORKSHOP/participants/lms-1").problem(404, "no-such-participant");
        let after = store.certificate(&number).unwrap().unwrap();
        assert_eq!(
            (&after.status, &after.key, after.issued, &after.state),
            (&before.status, &before.key, before.issued, &before.state)
        );
        assert_eq!(after.erased.as_ref().unwrap().at, world.app.now());
        assert_eq!(
            store.issued_digests(&before.key, None, 10).unwrap(),
            digests,
            "copies elsewhere stay known as issued"
        );
        assert_eq!(store.certificate_of(number.event(), &before.person).unwrap(), None);
        let left = format!(
            "{after:?} {:?} {:?} {:?}",
            store.audit(None, 1_000).unwrap(),
            store.participants(number.event(), None, 100).unwrap(),
            world.get("/events/WORKSHOP/exceptions").text(),
        );
        assert!(!left.contains("Lovelace") && !left.contains("ada@") && !left.contains("London"), "{left}");
        let report = world.get(&format!("/events/WORKSHOP/imports/{import}/report")).text();
        assert!(!report.contains("Ada") && report.contains("Other"), "{report}");

        // A dump takes it along as it is.
        let mut dump = Vec::new();
        let header = testamur::store::Header::new(world.app.now(), "did:web:academy.example");
        testamur::store::export(&**store, &header, &mut dump, &|_| "jws".to_owned(), &|_| true).unwrap();
        assert!(!String::from_utf8_lossy(&dump).contains("Lovelace"));
        let copy = MemoryStore::new();
        testamur::store::import(&copy, &mut std::io::Cursor::new(dump), &|_, _| true).unwrap();
        assert_eq!(copy.certificate(&number).unwrap().unwrap(), after);
        assert_eq!(copy.issued_digests(&before.key, None, 10).unwrap(), digests);
    });
}

#[test]
fn two_who_are_one_are_found_and_merged() {
    on_each_engine(|world| {
        workshop(world);
        let first = add(
            world,
            json!({ "name": "Ada Lovelace", "email": "ada@example.org", "progress": { "sessions": { "day1": { "present": true } } } }),
        );
        issue(world);
        let second = add(
            world,
            json!({ "name": "ada  lovelace", "email": "ada@work.example", "external_id": "lms-1", "progress": { "sessions": { "day1": { "present": false }, "day2": { "present": true } }, "score": 80 } }),
        );
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": second })).ok();
        let groups = world.get("/events/WORKSHOP/duplicates").ok();
        assert_eq!(
            (&groups["items"][0]["same"], groups["items"][0]["people"].as_array().unwrap().len()),
            (&json!("name"), 2)
        );

        world.post("/events/WORKSHOP/merge", &json!({ "keep": first, "gone": first })).problem(422, "same-participant");
        // The second stays, and gets the certificate of the first.
        let merged = world.post("/events/WORKSHOP/merge", &json!({ "keep": second, "gone": first })).ok();
        assert_eq!(merged["certificate"], "CERT-WORKSHOP-2026-00001");
        assert_eq!(merged["progress"]["sessions"]["day1"]["present"], true);
        assert_eq!(merged["progress"]["score"], 80);
        world.get(&format!("/events/WORKSHOP/participants/{first}")).problem(404, "no-such-participant");
        assert_eq!(world.get("/events/WORKSHOP/duplicates").ok()["items"], json!([]));
        assert_eq!(world.get("/events/WORKSHOP/exceptions").ok()["items"].as_array().unwrap().len(), 1);
        issue(world);
        let certificates = world.app.store.certificates(None, None, 10).unwrap().items;
        assert_eq!(certificates.len(), 1, "no second one for the merged person");

        let third = add(world, json!({ "name": "Ada L.", "email": "al@example.org" }));
        issue(world);
        let both = json!({ "keep": second, "gone": third });
        world.post("/events/WORKSHOP/merge", &both).problem(409, "both-have-certificates");
    });
}

#[test]
fn names_that_look_wrong_are_told() {
    let world = World::in_memory();
    workshop(&world);
    for (n, name) in ["ADA LOVELACE", "Grace Hopper", "Аda Lovelace"].into_iter().enumerate() {
        add(&world, json!({ "name": name, "email": format!("p{n}@example.org") }));
    }
    let found = world.get("/events/WORKSHOP/lint").ok();
    let codes: Vec<_> =
        found["items"].as_array().unwrap().iter().map(|item| item["findings"][0]["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["all_capitals", "mixed_scripts"]);
}
