//! What must not be written down: when the disk is full, or the clock is wrong. The service says so, loses nothing, and goes on.

use std::sync::Arc;

use serde_json::json;
use testamur::server::{Limits, Steady};
use testamur::store::{MemoryStore, SledStore, check_audit};

use super::harness::{OWNER, START, World};
use super::process::Place;
use super::runs::{certificates, school, work};
use crate::small_disk::SmallDisk;

#[test]
fn a_full_disk_is_answered_with_what_to_do_and_the_service_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::of_megabytes(24) else { return };
    let store = SledStore::create(&disk.path("store")).unwrap();
    let world = World::on(Arc::new(store), tempfile::tempdir().unwrap(), Limits::default());
    let at = |path: &str| world.send("", axum::http::Request::get(path), "");
    school(&world, 3, 0);
    let issue = json!({ "kind": "generate", "event": "WORKSHOP" });
    let run = world.post("/runs", &issue).ok();
    let event = |code: &str| world.post("/events", &json!({ "code": code, "details": { "title": "T" } }));
    disk.fill();
    let detail = event("FULL").problem(507, "disk-full");
    assert!(detail.contains("nothing was acknowledged") && detail.contains("Free some space"), "{detail}");
    let list = b"name,email\nAda Lovelace,ada@example.org\n";
    world.upload(OWNER, "/events/WORKSHOP/imports", "p.csv", list, &[]).problem(507, "disk-full");
    world.post("/runs", &json!({ "kind": "publish" })).problem(507, "disk-full");
    at("/readyz").problem(503, "not-ready");
    assert_eq!(at("/healthz").status, 200, "a restart is not needed");
    // The run rests, and what is there can be read.
    assert!(testamur::server::work_once(&world.app).is_err());
    assert_eq!(world.get("/events/WORKSHOP/participants").ok()["items"].as_array().unwrap().len(), 3);
    assert_eq!(world.get("/events/FULL").status, 404, "what was refused is not there");
    disk.make_room(24 << 20);
    assert_eq!(event("FULL").status, 201);
    work(&world);
    let done = world.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok();
    assert_eq!((&done["state"], certificates(&*world.app.store).len()), (&json!("completed"), 3), "{done}");
    // What it was looked at is good for a second.
    while at("/readyz").status != 200 {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    check_audit(&*world.app.store).unwrap();
}

#[test]
fn a_clock_that_jumps_while_the_service_runs_writes_nothing_down() {
    let folder = tempfile::tempdir().unwrap();
    let steady = Some(Steady::from(START.parse().unwrap()));
    let world = World::changed(Arc::new(MemoryStore::new()), folder, Limits::default(), |parts| parts.steady = steady);
    school(&world, 2, 0);
    let event = |code: &str| world.post("/events", &json!({ "code": code, "details": { "title": "T" } }));
    let year = 365 * 86_400;
    for (jump, back) in [(5 * year, -5 * year), (-year, year)] {
        world.pass(jump);
        let detail = event("NEVER").problem(503, "clock");
        assert!(detail.contains("the clock says") && detail.contains("--accept-clock"), "{detail}");
        world.patch("/events/WORKSHOP", &json!({ "self_service": true })).problem(503, "clock");
        assert_eq!(world.get("/events/WORKSHOP").status, 200);
        assert_eq!(world.tell("", "POST", "/verify", &json!({ "text": "x" })).status, 200);
        world.pass(back);
    }
    // A machine that slept for weeks, and a clock that is set a little.
    world.pass(30 * 86_400);
    assert_eq!(event("LATER").status, 201);
    world.pass(-60);
    assert_eq!(event("A").status, 201);
}

#[test]
fn a_service_is_started_under_a_clock_that_is_far_off_only_on_somebodys_word() {
    let place = Place::new();
    fn serve<'a>(options: &[&'a str]) -> Vec<&'a str> {
        [&["serve", "--listen", "127.0.0.1:0"][..], options].concat()
    }
    let far = ["--clock", "2099-01-01T00:00:00Z"];
    let refused = place.refused(&serve(&far));
    assert!(refused.contains("the clock says 2099-01-01") && refused.contains("--accept-clock"), "{refused}");
    place.run(&["event", "create", "AHEAD", "--title", "A", "--template", "minimal", "--accept-clock", far[0], far[1]]);
    let refused = place.refused(&serve(&[]));
    assert!(refused.contains("the last act was recorded at 2099-01-01"), "{refused}");
    let process = place.serve(&["--accept-clock"]);
    let token = process.set_up();
    process.json(&token, "POST /api/v1/events", &json!({ "code": "NOW", "details": { "title": "T" } }));
    let audit = process.json(&token, "GET /api/v1/audit?action=clock.", &serde_json::Value::Null);
    assert_eq!(audit["items"].as_array().unwrap().len(), 2, "{audit}");
    assert!(place.path("data/clock").exists(), "the service writes down that it believes its clock");
    process.stop();
}
