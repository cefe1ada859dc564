//! Exceptions and exclusions over HTTP.

use serde_json::{Value, json};

use super::events::workshop;
use super::harness::{OWNER, World, on_each_engine};
use super::process::Place;

fn people(world: &World) {
    workshop(world);
    world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
    for n in 0..5 {
        let person = json!({ "external_id": format!("p{n}"), "name": format!("Person {n}"), "email": format!("p{n}@example.org") });
        world.post("/events/WORKSHOP/participants", &person).ok();
    }
}

fn reason(world: &World, who: &str) -> Value {
    world.get(&format!("/events/WORKSHOP/eligibility/{who}")).ok()["reason"].clone()
}

#[test]
fn exclusion_beats_exception_and_nobody_is_on_both() {
    on_each_engine(|world| {
        people(world);
        let except =
            |who: &str| world.post("/events/WORKSHOP/exceptions", &json!({ "person": who, "note": "was ill" }));
        let excepted = except("p0");
        assert_eq!(excepted.status, 201);
        assert_eq!(
            (&excepted.ok()["note"], &excepted.ok()["granted"]),
            (&json!("was ill"), &json!("2026-11-22T10:00:00Z"))
        );
        assert_eq!(reason(world, "p0"), "exception");
        except("p0").problem(409, "already-listed");
        except("nobody").problem(404, "no-such-participant");

        let exclude =
            |who: &str| world.post("/events/WORKSHOP/exclusions", &json!({ "person": who, "reason": "conduct" }));
        assert_eq!(exclude("p0").ok()["exception_removed"], true);
        assert_eq!(reason(world, "p0"), "excluded");
        assert_eq!(world.get("/events/WORKSHOP/exceptions").ok()["items"], json!([]));
        except("p0").problem(409, "excluded");
        world.patch("/events/WORKSHOP/participants/p0", &json!({ "progress": { "passed": true } })).ok();
        assert_eq!(reason(world, "p0"), "excluded", "also when the rule is met");
        world.delete("/events/WORKSHOP/exceptions/p0").problem(404, "not-listed");
        assert_eq!(world.delete("/events/WORKSHOP/exclusions/p0").status, 204);
        assert_eq!(reason(world, "p0"), "rule_met");
        let bad = json!({ "person": "p1", "reason": "whim" });
        world.post("/events/WORKSHOP/exclusions", &bad).problem(422, "bad-body");
        let acts: Vec<_> = world.acts().into_iter().map(|(action, _)| action).collect();
        for action in ["exception.add", "exclusion.add", "exclusion.remove"] {
            assert!(acts.contains(&action.to_owned()), "{action}");
        }
    });
}

#[test]
fn a_list_of_exceptions_names_each_rows_outcome() {
    on_each_engine(|world| {
        people(world);
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": "p1" })).ok();
        world.post("/events/WORKSHOP/exclusions", &json!({ "person": "p2", "reason": "requested" })).ok();
        let csv = "email_or_id,note\np0@example.org,\"ill, at home\"\np1\np2,please\nnobody@example.org\nP0@example.org\na,b,c\n,only a note\n";
        let taken = world.upload(OWNER, "/events/WORKSHOP/exceptions/import", "list.csv", csv.as_bytes(), &[]).ok();
        let rows: Vec<_> =
            taken["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect();
        let wanted =
            ["granted", "already_listed", "excluded", "no_such_person", "duplicate_row", "bad_format", "bad_format"];
        assert_eq!((rows.as_slice(), &taken["granted"]), (&wanted[..], &json!(1)));
        assert_eq!(taken["rows"][0]["line"], 2);
        let table = world.get("/events/WORKSHOP/exceptions?limit=1").ok();
        assert_eq!(
            (&table["items"][0]["note"], &table["items"][0]["generated"]),
            (&json!("ill, at home"), &json!(null))
        );
        assert!(table["next"].is_string());
        let bytes = [0xff, 0xfe, 0x00];
        world.upload(OWNER, "/events/WORKSHOP/exceptions/import", "x", &bytes, &[]).problem(422, "invalid");
    });
}

#[test]
fn a_list_of_exclusions_names_each_rows_outcome() {
    on_each_engine(|world| {
        people(world);
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": "p1" })).ok();
        world.post("/events/WORKSHOP/exclusions", &json!({ "person": "p2", "reason": "conduct" })).ok();
        let path = "/events/WORKSHOP/exclusions/import";
        let csv = b"email\np0@example.org,wrote to us\np1\np2\nnobody@example.org\nP0@example.org\na,b,c\n";
        let taken = world.upload(OWNER, path, "list.csv", csv, &[("reason", "requested")]).ok();
        let rows: Vec<_> =
            taken["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect();
        let wanted = ["listed", "listed", "already_listed", "no_such_person", "duplicate_row", "bad_format"];
        assert_eq!((rows.as_slice(), &taken["excluded"]), (&wanted[..], &json!(2)));
        for who in ["p0", "p1", "p2"] {
            assert_eq!(reason(world, who), "excluded", "{who}");
        }
        assert_eq!(world.get("/events/WORKSHOP/exceptions").ok()["items"], json!([]), "an exception went with it");
        let all = world.get("/events/WORKSHOP/exclusions").ok();
        let of = |name: &str| all["items"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
        assert_eq!((&of("Person 0")["reason"], &of("Person 0")["note"]), (&json!("requested"), &json!("wrote to us")));
        assert_eq!((&of("Person 0")["how"], &of("Person 2")["reason"]), (&json!("import"), &json!("conduct")));
        for fields in [&[][..], &[("reason", "whim")]] {
            world.upload(OWNER, path, "list.csv", csv, fields).problem(422, "invalid");
        }
    });
}

#[test]
fn a_manual_rule_asks_for_a_grant_and_self_service_for_the_rule() {
    on_each_engine(|world| {
        people(world);
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "manual" })).ok();
        assert_eq!(reason(world, "p0"), "not_met");
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": "p0" })).ok();
        assert_eq!(reason(world, "p0"), "manual");

        world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
        world.patch("/events/WORKSHOP/participants/p1", &json!({ "progress": { "passed": true } })).ok();
        let own = |who: &str| world.get(&format!("/events/WORKSHOP/eligibility/{who}")).ok()["may_request_own"].clone();
        assert_eq!(own("p1"), false);
        world.patch("/events/WORKSHOP", &json!({ "self_service": true })).ok();
        assert_eq!((own("p1"), own("p0"), own("p2")), (json!(true), json!(false), json!(false)));
    });
}

#[test]
fn who_was_excluded_over_http_gets_no_certificate_on_the_command_line() {
    let place = Place::new();
    let (process, token) = place.serve_owned();
    for name in ["Ada Lovelace", "Grace Hopper"] {
        let email = format!("{}@example.org", &name[..3].to_lowercase());
        let person = json!({ "name": name, "email": email });
        process.json(&token, "POST /api/v1/events/WORKSHOP/participants", &person);
    }
    let ada = json!({ "person": "ada@example.org", "reason": "conduct" });
    process.json(&token, "POST /api/v1/events/WORKSHOP/exclusions", &ada);
    process.stop();
    assert!(place.run(&["issue", "WORKSHOP", "--dry-run"]).contains("\n1 would get a certificate"));
    let issued = place.output(&["issue", "WORKSHOP"]);
    assert!(String::from_utf8_lossy(&issued.stdout).starts_with("1 issued, 0 had one already, 0 failed, of 1"));
    let note = String::from_utf8_lossy(&issued.stderr).into_owned();
    assert!(note.contains("excluded") && note.contains("1 person"), "{note}");
    let named = place.output(&["issue", "WORKSHOP", "--only", "ada@example.org"]);
    let said = String::from_utf8_lossy(&named.stdout).into_owned();
    assert!(named.status.code() == Some(1) && said.contains("is excluded") && said.contains("0 issued"), "{said}");
    let people = place.run(&["people", "list", "WORKSHOP", "--json"]);
    let ada = people.lines().find(|line| line.contains("ada@example.org")).unwrap();
    assert!(ada.contains("\"certificate\":null"), "{ada}");
}
