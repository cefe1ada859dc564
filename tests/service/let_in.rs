//! Who lost a certificate and is let in again, and who still lacks one: through both doors.

use serde_json::{Value, json};
use testamur::store::{Participant, PersonKey};

use crate::harness::{World, on_each_engine};
use crate::process::{Place, Process};
use crate::runs::{done, enrol, school};

fn generate(over: &str) -> Value {
    json!({ "kind": "generate", "event": "WORKSHOP", "over": over })
}

fn regenerate(over: &str) -> Value {
    json!({ "kind": "regenerate", "event": "WORKSHOP", "over": over })
}

fn path(n: usize) -> String {
    format!("/events/WORKSHOP/participants/p{n:05}@example.org")
}

fn passes(world: &World, n: usize, passed: bool) {
    world.patch(&path(n), &json!({ "progress": { "passed": passed } })).ok();
}

fn exclude(world: &World, n: usize) {
    let exclusion = json!({ "person": format!("p{n:05}@example.org"), "reason": "conduct" });
    world.post("/events/WORKSHOP/exclusions", &exclusion).ok();
}

/// Somebody who passed, and whose certificate cannot be made.
fn bad(n: usize) -> Participant {
    let email = format!("p{n:05}@example.org");
    let fields = [("credits".to_owned(), "many".to_owned())].into();
    let imported = "2026-11-01T00:00:00Z".parse().unwrap();
    let mut person =
        Participant::new(PersonKey(email.clone()), format!("Person Number {n}"), Some(email), fields, imported);
    person.progress.passed = Some(true);
    person
}

fn people(preview: &Value) -> Vec<&str> {
    preview["rows"].as_array().unwrap().iter().map(|row| row["person"].as_str().unwrap()).collect()
}

#[test]
fn the_group_failed_holds_those_who_still_lack_one() {
    on_each_engine(|world| {
        school(world, 2, 0);
        enrol(world, &(2..8).map(bad).collect::<Vec<_>>());
        let first = done(world, &generate("all_eligible"));
        assert_eq!((&first["counters"]["done"], &first["counters"]["failed"]), (&json!(2), &json!(6)));

        // One got theirs since, one is excluded, one removed, one merged into somebody who has one.
        world.patch(&path(2), &json!({ "fields": { "credits": "2" } })).ok();
        assert_eq!(done(world, &generate("those_without"))["counters"]["done"], 1);
        exclude(world, 3);
        world.delete(&path(4)).ok();
        let id = |n: usize| world.get(&path(n)).ok()["id"].clone();
        world.post("/events/WORKSHOP/merge", &json!({ "keep": id(0), "gone": id(5) })).ok();

        for request in [regenerate("failed"), generate("failed")] {
            let preview = world.post("/runs/preview", &request).ok();
            assert_eq!(people(&preview), ["p00006@example.org", "p00007@example.org"], "{preview}");
            assert_eq!((&preview["gets"], &preview["nothing"]), (&json!(0), &json!(2)));
        }
        world.patch(&path(6), &json!({ "fields": { "credits": "2" } })).ok();
        let run = done(world, &regenerate("failed"));
        assert_eq!((&run["counters"]["total"], &run["counters"]["done"]), (&json!(2), &json!(1)));
        world.patch(&path(7), &json!({ "fields": { "credits": "2" } })).ok();
        assert_eq!(done(world, &generate("failed"))["counters"]["done"], 1);
        world.post("/runs", &generate("failed")).problem(422, "nobody");
    });
}

/// What was lifted of the two is not the same: an exception that was taken off lets nobody in, and an exclusion does.
#[test]
fn who_is_let_in_again_stays_so_when_they_are_merged_with_somebody_who_once_had_an_exception() {
    on_each_engine(|world| {
        school(world, 2, 0);
        let first = json!({ "kind": "generate", "event": "WORKSHOP", "people": ["p00001@example.org"] });
        done(world, &first);
        let number = world.get(&path(1)).ok()["certificate"].clone();
        let reason = json!({ "cause": "other", "text": "x" });
        done(world, &json!({ "kind": "revoke", "numbers": [number], "reason": reason }));
        world.pass(60);
        exclude(world, 1);
        world.delete("/events/WORKSHOP/exclusions/p00001@example.org").ok();
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": "p00000@example.org" })).ok();
        world.delete("/events/WORKSHOP/exceptions/p00000@example.org").ok();
        let id = |n: usize| world.get(&path(n)).ok()["id"].clone();
        world.post("/events/WORKSHOP/merge", &json!({ "keep": id(0), "gone": id(1) })).ok();
        let preview = world.post("/runs/preview", &generate("those_without")).ok();
        assert_eq!((&preview["total"], &preview["new_versions"]), (&json!(1), &json!(1)), "{preview}");
    });
}

#[test]
fn who_lost_one_and_is_let_in_again_gets_a_new_version_by_an_ordinary_run() {
    on_each_engine(|world| {
        school(world, 8, 0);
        done(world, &generate("all_eligible"));
        let number = |n: usize| world.get(&path(n)).ok()["certificate"].as_str().unwrap().to_owned();
        let revoke = |n: usize, cause: &str| {
            let reason = json!({ "cause": cause, "text": "x" });
            let request = json!({ "kind": "revoke", "numbers": [number(n)], "reason": reason });
            assert_eq!(done(world, &request)["counters"]["done"], 1);
        };
        // Excluded, revoked, taken off; failed, revoked by hand, passed; failed, revoked by a run, passed; an exception.
        exclude(world, 0);
        revoke(0, "other");
        world.delete("/events/WORKSHOP/exclusions/p00000@example.org").ok();
        passes(world, 1, false);
        revoke(1, "issued_in_error");
        passes(world, 1, true);
        passes(world, 2, false);
        done(world, &regenerate("not_passing"));
        passes(world, 2, true);
        revoke(3, "on_request");
        world.pass(60);
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": "p00003@example.org" })).ok();
        // Revoked, then excluded, then taken off.
        revoke(4, "other");
        world.pass(60);
        exclude(world, 4);
        world.delete("/events/WORKSHOP/exclusions/p00004@example.org").ok();
        // These stay out: fraud, still excluded, and one whom nobody let in again.
        revoke(5, "fraud");
        revoke(6, "other");
        exclude(world, 6);
        revoke(7, "on_request");

        for over in ["all_eligible", "those_without"] {
            let preview = world.post("/runs/preview", &generate(over)).ok();
            let counts = ["total", "gets", "new_versions", "replaced", "keeps"].map(|name| preview[name].clone());
            assert_eq!(counts, [json!(8), json!(0), json!(5), json!(0), json!(3)], "{preview}");
            let why = |n: usize| preview["rows"][n]["why"].as_str().unwrap_or_default().to_owned();
            assert_eq!(preview["rows"][0]["effect"], "new_version");
            assert_eq!(preview["rows"][0]["number"], number(0));
            assert!(why(5).contains("fraud") && why(6).contains("excluded") && why(7).contains("make an exception"));
        }
        let run = done(world, &generate("those_without"));
        assert_eq!(run["counters"], json!({ "total": 8, "done": 5, "skipped": 3, "failed": 0, "new_versions": 5 }));
        for n in 0..8 {
            let shown = world.get(&format!("/certificates/{}", number(n))).ok();
            let versions = shown["versions"].as_array().unwrap();
            let statuses: Vec<_> = versions.iter().map(|one| one["status"].as_str().unwrap()).collect();
            assert_eq!(statuses.contains(&"active"), n < 5, "{shown}");
        }
        // Who is named is meant, but not with fraud.
        let named =
            |n: usize| json!({ "kind": "generate", "event": "WORKSHOP", "people": [format!("p{n:05}@example.org")] });
        assert_eq!(world.post("/runs/preview", &named(7)).ok()["new_versions"], 1);
        assert_eq!(done(world, &named(7))["counters"]["new_versions"], 1);
        assert_eq!(done(world, &named(5))["counters"]["skipped"], 1);
        assert_eq!(done(world, &generate("all_eligible"))["counters"]["done"], 0);
    });
}

#[test]
fn a_run_gives_nothing_back_that_was_revoked_since_it_was_asked_for() {
    let world = World::in_memory();
    school(&world, 1, 0);
    done(&world, &generate("all_eligible"));
    let who = json!({ "kind": "generate", "event": "WORKSHOP", "people": ["p00000@example.org"] });
    let id = world.post("/runs", &who).ok()["id"].as_str().unwrap().to_owned();
    world.pass(60);
    let reason = json!({ "cause": "issued_in_error" });
    world.post("/certificates/CERT-WORKSHOP-2026-00001/revoke", &reason).ok();
    crate::runs::work(&world);
    let run = world.get(&format!("/runs/{id}")).ok();
    assert_eq!((&run["counters"]["done"], &run["counters"]["skipped"]), (&json!(0), &json!(1)));
}

/// Does something over HTTP, and lets the store go again.
fn served(place: &Place, does: impl Fn(&Process)) {
    let process = place.serve(&[]);
    does(&process);
    process.stop();
}

#[test]
fn the_command_line_gives_new_versions_and_knows_who_still_lacks_one() {
    let place = Place::new();
    let (process, token) = place.serve_owned();
    let event = "/api/v1/events/WORKSHOP";
    process.json(&token, &format!("PUT {event}/rule"), &json!({ "rule": "passed" }));
    for name in ["Ada Lovelace", "Barbara Liskov", "Edsger Dijkstra", "Grace Hopper"] {
        let email = format!("{}@example.org", &name[..3].to_lowercase());
        let credits = if name.starts_with("Eds") { "many" } else { "2" };
        let person =
            json!({ "name": name, "email": email, "progress": { "passed": true }, "fields": { "credits": credits } });
        process.json(&token, &format!("POST {event}/participants"), &person);
    }
    process.stop();
    let issued = place.output(&["issue", "WORKSHOP"]);
    let said = String::from_utf8(issued.stdout).unwrap();
    assert!(said.contains("3 issued, 0 had one already, 1 failed, of 4"), "{said}");
    served(&place, |process| {
        for who in ["ada", "bar"] {
            let exclusion = json!({ "person": format!("{who}@example.org"), "reason": "conduct" });
            process.json(&token, &format!("POST {event}/exclusions"), &exclusion);
        }
        let credits = json!({ "fields": { "credits": "2" } });
        process.json(&token, &format!("PATCH {event}/participants/eds@example.org"), &credits);
    });
    for (number, cause) in [("00001", "other"), ("00002", "other"), ("00003", "fraud")] {
        place.run(&["revoke", &format!("CERT-WORKSHOP-2026-{number}"), "--reason", "x", "--cause", cause]);
    }
    served(&place, |process| {
        process.json(&token, &format!("DELETE {event}/exclusions/ada@example.org"), &Value::Null);
    });

    let failed = place.run(&["issue", "WORKSHOP", "--failed", "--dry-run"]);
    assert!(failed.contains("1 would get a certificate, 0 have one already, 0 would fail, of 1"), "{failed}");
    let dry = place.run(&["issue", "WORKSHOP", "--dry-run"]);
    assert!(dry.contains("would get a new version  Ada Lovelace  CERT-WORKSHOP-2026-00001"), "{dry}");
    assert!(dry.contains("revoked for fraud") && dry.contains("they are excluded"), "{dry}");
    assert!(dry.contains("1 would get a certificate, 1 new version, 2 have one already, 0 would fail, of 4"), "{dry}");
    let out = place.path("out");
    let issued = place.run(&["issue", "WORKSHOP", "--out", out.to_str().unwrap()]);
    assert!(issued.contains("new version  CERT-WORKSHOP-2026-00001"), "{issued}");
    assert!(issued.contains("revoked for fraud") && issued.contains("they are excluded"), "{issued}");
    assert!(issued.contains("1 issued, 1 new version, 2 had one already, 0 failed, of 4"), "{issued}");
    // The next version and the new one; what is revoked is not drawn.
    assert_eq!(std::fs::read_dir(out).unwrap().count(), 2);
    let none = place.run(&["issue", "WORKSHOP", "--failed"]);
    assert!(none.contains("0 issued, 0 had one already, 0 failed, of 0"), "{none}");
}
