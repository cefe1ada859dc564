//! The queue of runs moves whatever one of them meets, and says so when it does not.

use serde_json::{Value, json};
use testamur::acts::run::Step;
use testamur::server::work_once;
use testamur::store::{CertificateChange, Collection, DocumentWrite, Expect, StoreError};

use super::{ADA, BOB, on_each_engine};
use crate::harness::World;
use crate::runs::{certificates, done, school, work};

fn run(world: &World, request: &Value) -> String {
    world.post("/runs", request).ok()["id"].as_str().unwrap().to_owned()
}

fn shown(world: &World, id: &str) -> Value {
    world.get(&format!("/runs/{id}")).ok()
}

fn counters(run: &Value) -> [u64; 4] {
    ["total", "done", "skipped", "failed"].map(|name| run["counters"][name].as_u64().unwrap())
}

fn two_are_one(world: &World) {
    let two = json!({ "keep": "p00000@example.org", "gone": "p00001@example.org" });
    world.post("/events/WORKSHOP/merge", &two).ok();
}

const GENERATE: &str = "{ \"kind\": \"generate\", \"event\": \"WORKSHOP\" }";

fn generate() -> Value {
    serde_json::from_str(GENERATE).unwrap()
}

#[test]
fn two_waiting_rows_that_became_one_person_are_one_row() {
    on_each_engine(|world, _| {
        school(world, 3, 0);
        let id = run(world, &generate());
        two_are_one(world);
        let rows = world.get(&format!("/runs/{id}/rows")).ok();
        let states: Vec<_> = rows["items"].as_array().unwrap().iter().map(|row| row["state"].clone()).collect();
        assert_eq!(states, ["queued", "skipped", "queued"]);
        work(world);
        let over = shown(world, &id);
        assert_eq!((over["state"].as_str(), counters(&over)), (Some("completed"), [3, 2, 1, 0]), "{over}");
        assert_eq!(certificates(&*world.app.store).len(), 2);
    });
}

#[test]
fn two_failed_rows_that_became_one_person_are_repeated_once() {
    on_each_engine(|world, _| {
        school(world, 2, 0);
        for who in [ADA, BOB] {
            world.patch(who, &json!({ "fields": { "credits": "many" } })).ok();
        }
        let failed = done(world, &generate());
        assert_eq!(counters(&failed), [2, 0, 0, 2]);
        two_are_one(world);
        world.patch(ADA, &json!({ "fields": { "credits": "2" } })).ok();
        let retry = world.post(&format!("/runs/{}/retry", failed["id"].as_str().unwrap()), &json!({})).ok();
        work(world);
        let over = shown(world, retry["id"].as_str().unwrap());
        assert_eq!((over["state"].as_str(), counters(&over)), (Some("completed"), [1, 1, 0, 0]), "{over}");
    });
}

#[test]
fn a_list_of_an_older_version_that_names_somebody_twice_is_worked_through() {
    on_each_engine(|world, _| {
        school(world, 2, 1);
        let id = run(world, &generate());
        // What a merge left before: the second row names the first one's person.
        let key = format!("{id}/000000/001");
        let row = json!({ "person": "p00000@example.org", "state": "queued" });
        let write = DocumentWrite::put(Collection::RUN_ROWS, key, Expect::Any, &row);
        world.app.store.write_documents(&[write], None).unwrap();
        // And what is no run at all stands first.
        let nothing = DocumentWrite::put(Collection::RUN_QUEUE, "20200101T000000Z-00000000", Expect::Any, &json!({}));
        world.app.store.write_documents(&[nothing], None).unwrap();
        work(world);
        let over = shown(world, &id);
        assert_eq!((over["state"].as_str(), counters(&over)), (Some("completed"), [2, 1, 1, 0]), "{over}");
        assert_eq!(counters(&done(world, &generate())), [1, 1, 0, 0], "the other one gets theirs by the next run");
    });
}

#[test]
fn a_run_that_cannot_go_on_fails_with_its_reason_and_the_next_one_works() {
    on_each_engine(|world, between| {
        school(world, 2, 0);
        let conflict = |_: &str| StoreError::Conflict("a record that others keep changing".to_owned());
        let damaged =
            |_: &str| StoreError::Damaged { path: "store".to_owned(), problem: "a record cannot be read".to_owned() };
        let panic = |_: &str| -> StoreError { panic!("a fault in the program") };
        type Refusal = fn(&str) -> StoreError;
        let reasons: [(Refusal, &str); 3] =
            [(conflict, "others keep changing"), (damaged, "cannot be read"), (panic, "the program failed")];
        for (n, (refusal, reason)) in reasons.into_iter().enumerate() {
            world.pass(1);
            let first =
                run(world, &json!({ "kind": "generate", "event": "WORKSHOP", "people": ["p00000@example.org"] }));
            world.pass(1);
            let other = json!({ "kind": "generate", "event": "WORKSHOP", "people": ["p00001@example.org"] });
            let second = run(world, &other);
            between.refuse(move |batch| {
                let hers = |change: &CertificateChange| match change {
                    CertificateChange::Issue(new) => new.person.0 == "p00000@example.org",
                    _ => false,
                };
                batch.certificates.iter().any(hers).then(|| refusal(""))
            });
            work(world);
            between.refuse(|_| None);
            let (first, second) = (shown(world, &first), shown(world, &second));
            assert_eq!(first["state"], "failed", "{first}");
            assert!(first["problem"].as_str().unwrap().contains(reason), "{first}");
            assert_eq!((&second["state"], counters(&second)[1]), (&json!("completed"), u64::from(n == 0)), "{second}");
            // Who was not reached can be repeated like who failed.
            if n == 2 {
                let retry = world.post(&format!("/runs/{}/retry", first["id"].as_str().unwrap()), &json!({})).ok();
                work(world);
                assert_eq!(counters(&shown(world, retry["id"].as_str().unwrap())), [1, 1, 0, 0]);
            }
        }
    });
}

#[test]
fn publishing_waits_behind_no_run() {
    on_each_engine(|world, between| {
        school(world, 1, 0);
        run(world, &generate());
        // Also not behind one that does not get on.
        between.refuse(|batch| (!batch.certificates.is_empty()).then(|| StoreError::Conflict("always".to_owned())));
        assert!(matches!(work_once(&world.app).unwrap(), Step::Stalled { .. }));
        world.pass(1);
        let publish = run(world, &json!({ "kind": "publish" }));
        match work_once(&world.app).unwrap() {
            Step::Over(over) => assert_eq!(over.id, publish),
            _ => panic!("the publication was not done"),
        }
        assert_eq!(shown(world, &publish)["state"], "completed");
    });
}

#[test]
fn a_queue_that_does_not_move_is_told() {
    on_each_engine(|world, _| {
        school(world, 1, 0);
        let asked = |path: &str| world.send("", axum::http::Request::get(path), axum::body::Body::empty());
        let still = || {
            let metrics = asked("/metrics").text();
            let line =
                metrics.lines().find(|line| line.starts_with("testamur_runs_still_seconds ")).unwrap().to_owned();
            line.split(' ').nth(1).unwrap().parse::<i64>().unwrap()
        };
        world.pass(1_000);
        assert_eq!((asked("/readyz").status.as_u16(), still()), (200, 0), "nothing waits");
        run(world, &generate());
        assert_eq!(asked("/readyz").status, 200);
        world.pass(400);
        assert!(asked("/readyz").problem(503, "queue-stands-still").contains("restart"));
        assert_eq!((asked("/healthz").status.as_u16(), still()), (200, 400));
        work(world);
        assert_eq!((asked("/readyz").status.as_u16(), still()), (200, 0));
    });
}
