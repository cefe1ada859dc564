//! Two who change the same thing at once: nothing that was acknowledged is lost, and what was decided before is not carried
//! out after it became wrong. Each story lets the second act happen right before the first one writes.

pub mod between;
mod leases;
mod mailed;
mod publication;
mod queue;

use std::sync::Arc;

use axum::http::header;
use serde_json::{Value, json};
use testamur::server::{Limits, work_once};
use testamur::store::{MemoryStore, SledStore, Store};

use crate::harness::{Answer, OWNER, World, request};
use crate::runs::{certificates, done, school, work};
use between::Between;

const ADA: &str = "/events/WORKSHOP/participants/p00000@example.org";
const BOB: &str = "/events/WORKSHOP/participants/p00001@example.org";

/// Tells a story to a fresh service on every engine, whose store lets something happen before a write.
fn on_each_engine(story: impl Fn(&Arc<World>, &Between)) {
    let tell = |store: Arc<dyn Store>, folder| {
        let between = Between::over(store);
        story(&Arc::new(World::on(between.clone(), folder, Limits::default())), &between);
    };
    println!("memory");
    tell(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap());
    println!("sled");
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::create(&folder.path().join("store")).unwrap());
    tell(store, folder);
}

/// Sends JSON with `If-Match`.
fn matching(world: &World, (method, path): (&str, &str), tag: &str, body: &Value) -> Answer {
    let request = request(method, path).header(header::IF_MATCH, tag).header(header::CONTENT_TYPE, "application/json");
    world.send(OWNER, request, body.to_string())
}

// ---- lists of people

#[test]
fn a_change_that_was_acknowledged_beside_an_import_stays() {
    on_each_engine(|world, between| {
        school(world, 3, 0);
        let staff = world.clone();
        between.before("write", move || {
            staff.patch(ADA, &json!({ "fields": { "city": "London" }, "progress": { "score": 80 } })).ok();
            staff
                .post("/events/WORKSHOP/participants", &json!({ "name": "Newcomer", "email": "new@example.org" }))
                .ok();
        });
        let list = "name,email,points\nPerson Number 0,p00000@example.org,7\nNewcomer,new@example.org,9\n";
        let told = world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", list.as_bytes(), &[]).ok();
        assert!(between.happened());
        assert_eq!((&told["counts"]["updated"], &told["counts"]["added"]), (&json!(2), &json!(0)), "{told}");
        let ada = world.get(ADA).ok();
        assert_eq!((&ada["fields"]["city"], &ada["progress"]["score"]), (&json!("London"), &json!(80)), "{ada}");
        assert_eq!(ada["progress"]["points"], 7, "and the list is taken in");
    });
}

#[test]
fn nobody_comes_back_who_was_erased_or_merged_beside_an_import() {
    on_each_engine(|world, between| {
        school(world, 4, 0);
        world.patch(ADA, &json!({ "locale": "pl", "external_id": "lms-1" })).ok();
        let staff = world.clone();
        between.before("write", move || {
            assert_eq!(staff.post(&format!("{ADA}/erase"), &json!({})).status, 204);
            let two = json!({ "keep": "p00002@example.org", "gone": "p00001@example.org" });
            staff.post("/events/WORKSHOP/merge", &two).ok();
            staff
                .patch("/events/WORKSHOP/participants/p00003@example.org", &json!({ "email": "other@example.org" }))
                .ok();
        });
        let rows = (0..4).map(|n| format!("Person Number {n},p0000{n}@example.org,7\n")).collect::<String>();
        let list = format!("name,email,points\n{rows}");
        let told = world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", list.as_bytes(), &[]).ok();
        assert!(between.happened());
        assert_eq!((&told["counts"]["updated"], &told["counts"]["gone"]), (&json!(1), &json!(3)), "{told}");
        world.get(ADA).problem(404, "no-such-participant");
        world.get(BOB).problem(404, "no-such-participant");
        let moved = world.get("/events/WORKSHOP/participants/other@example.org").ok();
        assert_eq!(moved["progress"]["points"], Value::Null, "the row is about the old address");
        let listed = world.get("/events/WORKSHOP/participants").ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
    });
}

#[test]
fn changes_of_one_person_do_not_undo_each_other() {
    on_each_engine(|world, between| {
        school(world, 2, 0);
        let score = |score: u32| json!({ "progress": { "score": score } });
        let beside = |body: Value| {
            let staff = world.clone();
            between.before("write", move || drop(staff.patch(ADA, &body).ok()));
        };
        beside(score(81));
        world.patch(ADA, &json!({ "fields": { "city": "London" } })).ok();
        beside(score(82));
        world.post("/events/WORKSHOP/participants", &json!({ "email": "p00000@example.org", "locale": "pl" })).ok();
        let ada = world.get(ADA).ok();
        let now = [&ada["progress"]["score"], &ada["fields"]["city"], &ada["locale"]];
        assert_eq!(now, [&json!(82), &json!("London"), &json!("pl")]);

        // A merge takes what is there then, and an exclusion of the one who goes stays.
        let staff = world.clone();
        between.before("merge_participants", move || {
            staff.patch(BOB, &json!({ "progress": { "completion": 50 } })).ok();
            staff
                .post("/events/WORKSHOP/exclusions", &json!({ "person": "p00001@example.org", "reason": "conduct" }))
                .ok();
        });
        let two = json!({ "keep": "p00000@example.org", "gone": "p00001@example.org" });
        world.post("/events/WORKSHOP/merge", &two).ok();
        assert!(between.happened());
        assert_eq!(world.get(ADA).ok()["progress"]["completion"], 50);
        let excluded = world.get("/events/WORKSHOP/exclusions").ok();
        assert_eq!(excluded["items"][0]["email"], "p00000@example.org", "{excluded}");
    });
}

#[test]
fn nobody_is_listed_who_was_erased_meanwhile() {
    on_each_engine(|world, between| {
        school(world, 2, 0);
        for (path, body, who) in [
            ("/events/WORKSHOP/exclusions", json!({ "person": "p00000@example.org", "reason": "conduct" }), ADA),
            ("/events/WORKSHOP/exceptions", json!({ "person": "p00001@example.org" }), BOB),
        ] {
            let (staff, erase) = (world.clone(), format!("{who}/erase"));
            between.before("write", move || assert_eq!(staff.post(&erase, &json!({})).status, 204));
            world.post(path, &body).problem(404, "no-such-participant");
            assert!(between.happened());
        }
        let listed = world.app.store.documents(testamur::store::Collection::LISTED, "", None, 10).unwrap();
        assert!(listed.items.is_empty(), "{listed:?}");
    });
}

#[test]
fn a_correction_keeps_what_somebody_else_changed_of_the_person() {
    on_each_engine(|world, between| {
        school(world, 1, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let ask = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": "Ada Lovelace" });
        let asked = world.tell("staff:i view,import", "POST", "/corrections", &ask).ok();
        let staff = world.clone();
        between.before("write", move || drop(staff.patch(ADA, &json!({ "fields": { "city": "London" } })).ok()));
        let path = format!("/corrections/{}/approve", asked["id"].as_str().unwrap());
        world.tell("staff:ben view,generate", "POST", &path, &json!({})).ok();
        assert!(between.happened());
        let ada = world.get(ADA).ok();
        assert_eq!((&ada["name"], &ada["fields"]["city"]), (&json!("Ada Lovelace"), &json!("London")));
    });
}

// ---- If-Match

#[test]
fn if_match_is_part_of_the_write() {
    on_each_engine(|world, between| {
        school(world, 1, 1);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let hook = json!({ "url": "https://hooks.example.com/in", "events": ["run.finished"] });
        let hook = format!("/webhooks/{}", world.post("/webhooks", &hook).ok()["endpoint"]["id"].as_str().unwrap());
        let (event, rule) = ("/events/WORKSHOP", "/events/WORKSHOP/rule");
        let now = json!({ "person": "p00001@example.org", "reason": "sat the exam on paper" });
        let title = |title: &str| json!({ "title": title });
        // Which method of the store writes, what the one asks who is late, and what another one does right before.
        let stories = [
            ("write", ("PATCH", ADA, json!({ "locale": "pl" })), ("PATCH", ADA, json!({ "name": "Ada" }))),
            // The ETag of a person covers the certificate.
            ("write", ("PATCH", BOB, json!({ "locale": "pl" })), ("POST", "/events/WORKSHOP/issue-now", now)),
            ("change_event", ("PATCH", event, title("B")), ("PATCH", event, title("A"))),
            ("change_event", ("PUT", rule, json!({ "rule": null })), ("PATCH", event, json!({ "organiser": "We" }))),
            (
                "write_documents",
                ("PATCH", &hook, json!({ "description": "b" })),
                ("PATCH", &hook, json!({ "description": "a" })),
            ),
        ];
        for (method, (verb, path, late), (other_verb, other_path, first)) in stories {
            let tag = world.get(path.strip_suffix("/rule").unwrap_or(path)).etag();
            let (staff, other_path) = (world.clone(), other_path.to_owned());
            between.before(method, move || drop(staff.tell(OWNER, other_verb, &other_path, &first).ok()));
            matching(world, (verb, path), &tag, &late).problem(412, "changed-meanwhile");
            assert!(between.happened(), "{verb} {path}");
            // Without it both are done, one after the other.
            let second = json!({ "name": "Ada Lovelace", "title": "C", "description": "c" });
            let part = match path {
                ADA | BOB => "name",
                path if path == hook => "description",
                _ => "title",
            };
            if verb == "PATCH" {
                let (staff, there, body) = (world.clone(), path.to_owned(), json!({ part: second[part] }));
                between.before(method, move || drop(staff.patch(&there, &body).ok()));
                world.patch(path, &late).ok();
                assert!(between.happened(), "{verb} {path}");
            }
        }
        let ada = world.get(ADA).ok();
        assert_eq!((&ada["name"], &ada["locale"]), (&json!("Ada Lovelace"), &json!("pl")));
    });
}

#[test]
fn if_match_is_part_of_revoking_cancelling_and_deciding() {
    on_each_engine(|world, between| {
        school(world, 3, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        // Its name is corrected: what is there then was not seen.
        let one = "/certificates/CERT-WORKSHOP-2026-00001";
        let regenerate = json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "already_issued" });
        let tag = world.get(one).etag();
        let (staff, request) = (world.clone(), regenerate.clone());
        between.before("change_certificates", move || {
            staff.patch(ADA, &json!({ "name": "Grace Hopper" })).ok();
            done(&staff, &request);
        });
        let revoke = json!({ "cause": "on_request" });
        matching(world, ("POST", &format!("{one}/revoke")), &tag, &revoke).problem(412, "changed-meanwhile");
        assert!(between.happened());
        assert_eq!(world.get(one).ok()["versions"][1]["status"], "active");

        let run = world.post("/runs", &regenerate);
        let path = format!("/runs/{}", run.ok()["id"].as_str().unwrap());
        let staff = world.clone();
        between.before("write_documents", move || drop(work_once(&staff.app).unwrap()));
        let cancel = matching(world, ("POST", &format!("{path}/cancel")), &run.etag(), &json!({}));
        cancel.problem(412, "changed-meanwhile");
        assert!(between.happened());
        work(world);
        assert_eq!(world.get(&path).ok()["state"], "completed");

        let ask = json!({ "number": "CERT-WORKSHOP-2026-00002", "name": "Ada Lovelace" });
        let asked = world.tell("staff:i view,import", "POST", "/corrections", &ask);
        let path = format!("/corrections/{}", asked.ok()["id"].as_str().unwrap());
        let (staff, approve) = (world.clone(), format!("{path}/approve"));
        between.before("write_documents", move || {
            staff.tell("staff:ben view,generate", "POST", &approve, &json!({})).ok();
        });
        let reject = matching(world, ("POST", &format!("{path}/reject")), &asked.etag(), &json!({}));
        reject.problem(412, "changed-meanwhile");
        assert!(between.happened());
        assert_eq!(world.get(&path).ok()["state"], "approved");
    });
}

// ---- what is signed

/// Certificates of the event by the e-mail of their owners.
fn owners(world: &World) -> Vec<String> {
    certificates(&*world.app.store).into_iter().filter_map(|certificate| certificate.email).collect()
}

#[test]
fn what_was_acknowledged_while_a_run_works_is_obeyed_by_what_it_signs_after() {
    let exclude = |world: &World| {
        world.post("/events/WORKSHOP/exclusions", &json!({ "person": "p00000@example.org", "reason": "conduct" })).ok();
    };
    let withdraw = |world: &World| drop(world.delete("/events/WORKSHOP/exceptions/p00000@example.org"));
    let fail = |world: &World| drop(world.patch(ADA, &json!({ "progress": { "passed": false } })).ok());
    let erase = |world: &World| assert_eq!(world.post(&format!("{ADA}/erase"), &json!({})).status, 204);
    let delete = |world: &World| assert_eq!(world.delete(ADA).status, 204);
    let rule = |world: &World| drop(world.put("/events/WORKSHOP/rule", &json!({ "rule": { "min_score": 90 } })).ok());
    type Act = fn(&World);
    let acts: [(&str, Act, bool, usize); 6] = [
        ("exclude", exclude, true, 1),
        ("withdraw", withdraw, false, 1),
        ("fail", fail, true, 1),
        ("erase", erase, true, 1),
        ("delete", delete, true, 1),
        ("rule", rule, true, 0),
    ];
    for (name, act, passes, left) in acts {
        on_each_engine(|world, between| {
            println!("{name}");
            school(world, 2, 0);
            if !passes {
                world.patch(ADA, &json!({ "progress": { "passed": false } })).ok();
                world.post("/events/WORKSHOP/exceptions", &json!({ "person": "p00000@example.org" })).ok();
            }
            world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP", "over": "all_eligible" })).ok();
            let staff = world.clone();
            between.before("write", move || act(&staff));
            work(world);
            assert!(between.happened());
            let owners = owners(world);
            assert!(!owners.contains(&"p00000@example.org".to_owned()), "{owners:?}");
            assert_eq!(owners.len(), left, "and the others get theirs");
        });
    }
}

#[test]
fn what_was_acknowledged_while_one_certificate_is_made_is_obeyed() {
    on_each_engine(|world, between| {
        school(world, 3, 0);
        world.patch("/events/WORKSHOP", &json!({ "self_service": true })).ok();
        let beside = |who: &str| {
            let (staff, body) = (world.clone(), json!({ "person": who, "reason": "conduct" }));
            between.before("write", move || drop(staff.post("/events/WORKSHOP/exclusions", &body).ok()));
        };
        beside("p00000@example.org");
        let now = json!({ "person": "p00000@example.org", "reason": "sat the exam on paper" });
        world.post("/events/WORKSHOP/issue-now", &now).problem(409, "excluded");
        beside("p00001@example.org");
        world.post(&format!("{BOB}/request"), &json!({})).problem(409, "excluded");
        let third = "/events/WORKSHOP/participants/p00002@example.org";
        world.post(&format!("{third}/request"), &json!({})).ok();
        world.post("/certificates/CERT-WORKSHOP-2026-00003/revoke", &json!({ "cause": "fraud" })).ok();
        beside("p00002@example.org");
        let again = json!({ "reason": "the case was closed" });
        world.post("/certificates/CERT-WORKSHOP-2026-00003/reissue", &again).problem(409, "excluded");
    });
}

#[test]
fn a_person_who_was_erased_while_a_run_worked_does_not_come_back_in_its_journal() {
    on_each_engine(|world, between| {
        school(world, 2, 0);
        let erase = || {
            let staff = world.clone();
            move || assert_eq!(staff.post(&format!("{ADA}/erase"), &json!({})).status, 204)
        };
        let named = || {
            let rows = world.app.store.documents(testamur::store::Collection::RUN_ROWS, "", None, 100).unwrap().items;
            (rows.len(), rows.iter().filter(|row| row.value.to_string().contains("p00000")).count())
        };
        // While its list is frozen.
        between.before("write", erase());
        world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        assert!(between.happened());
        assert_eq!(named(), (1, 0));
        work(world);
        // And while it works: two who are there again.
        world
            .post(
                "/events/WORKSHOP/participants",
                &json!({ "name": "Ada", "email": "p00000@example.org", "progress": { "passed": true } }),
            )
            .ok();
        world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        between.before("write", erase());
        work(world);
        assert!(between.happened());
        assert_eq!(named(), (2, 0));
    });
}
