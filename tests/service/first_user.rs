//! What somebody gets wrong who uses the service for the first time, and what they are told.

use serde_json::{Value, json};
use testamur::server::openapi;

use super::document;
use super::events::workshop;
use super::harness::{OWNER, World, on_each_engine};
use super::process::Place;
use super::runs::done;

fn add(world: &World, id: &str, email: &str) {
    let person = json!({ "external_id": id, "name": format!("Person {id}"), "email": email });
    world.post("/events/WORKSHOP/participants", &person).ok();
}

#[test]
fn nobody_is_marked_present_and_absent_at_once_by_whatever_names() {
    on_each_engine(|world| {
        workshop(world);
        add(world, "p1", "ada@example.org");
        add(world, "p2", "eve@example.org");
        let take = |present: Value, absent: Value| {
            let taken = json!({ "session": "day1", "present": present, "absent": absent });
            world.post("/events/WORKSHOP/attendance", &taken)
        };
        let refused = take(json!(["p1", "eve@example.org"]), json!(["ADA@example.org"]));
        let detail = refused.problem(422, "present-and-absent");
        assert!(detail.contains("ADA@example.org") && !detail.contains("eve"), "{detail}");
        let nobody_marked = world.get("/events/WORKSHOP/participants/p2").ok()["progress"]["sessions"].clone();
        assert!(nobody_marked["day1"].is_null(), "{nobody_marked}");
        let taken = take(json!(["p1", "ada@example.org", "ghost"]), json!(["p2"])).ok();
        assert_eq!(taken, json!({ "marked": 2, "unknown": ["ghost"] }));
    });
}

#[test]
fn progress_in_a_session_or_activity_that_the_event_lacks_is_refused() {
    on_each_engine(|world| {
        workshop(world);
        add(world, "p1", "ada@example.org");
        let wrong = [
            json!({ "sessions": { "day9": { "present": true } } }),
            json!({ "activities": { "exam": { "done": true } } }),
        ];
        for progress in wrong {
            let change = json!({ "progress": progress });
            let refused = world.patch("/events/WORKSHOP/participants/p1", &change);
            refused.problem(422, "invalid");
            assert!(refused.text().contains("day9") || refused.text().contains("exam"), "{}", refused.text());
            let added = json!({ "external_id": "p2", "name": "Eve", "progress": progress });
            world.post("/events/WORKSHOP/participants", &added).problem(422, "invalid");
        }
        // An event whose course comes later takes what is known of people before.
        world.post("/events", &json!({ "code": "LATER", "details": { "title": "Later" } })).ok();
        let early = json!({ "name": "Eve", "progress": { "sessions": { "day9": { "present": true } } } });
        world.post("/events/LATER/participants", &early).ok();
    });
}

#[test]
fn a_template_is_for_a_tier_that_there_is() {
    on_each_engine(|world| {
        workshop(world);
        let choose = |tier: &str| {
            let templates = json!({ "templates": [{ "tier": tier, "template": "classic" }] });
            world.patch("/events/WORKSHOP", &templates)
        };
        // Before there are tiers, nothing can be said against any.
        choose("gold").ok();
        let rule =
            json!({ "rule": "passed", "tiers": { "measure": "score", "steps": [{ "name": "bronze", "from": 60 }] } });
        world.put("/events/WORKSHOP/rule", &rule).ok();
        let refused = choose("gold");
        refused.problem(422, "invalid");
        assert!(refused.text().contains("bronze"), "{}", refused.text());
        choose("bronze").ok();
    });
}

#[test]
fn an_event_takes_days_as_well_as_times() {
    on_each_engine(|world| {
        workshop(world);
        let days = json!({ "starts": "2026-11-01", "ends": "2026-11-02T17:00:00Z" });
        let event = world.patch("/events/WORKSHOP", &days).ok();
        assert_eq!(event["starts"], "2026-11-01T00:00:00Z");
        assert_eq!(event["ends"], "2026-11-02T17:00:00Z");
        for wrong in ["2026-11-31", "1.11.2026", "", "2026-11-01T25:00:00Z"] {
            let status = world.patch("/events/WORKSHOP", &json!({ "starts": wrong })).status;
            assert!(status.is_client_error(), "{wrong}: {status}");
        }
    });
}

#[test]
fn a_group_that_does_not_fit_a_run_is_answered_with_those_that_do() {
    on_each_engine(|world| {
        workshop(world);
        let refused = |body: Value| world.post("/runs", &body).problem(422, "bad-request");
        let detail = refused(json!({ "kind": "generate", "event": "WORKSHOP", "over": "already_issued" }));
        for good in ["those_without", "all_eligible", "exceptions_only", "selected"] {
            assert!(detail.contains(&format!("`{good}`")), "{detail}");
        }
        assert!(!detail.contains("template_older"), "{detail}");
        let detail = refused(json!({ "kind": "publish", "over": "filter" }));
        assert!(detail.contains("`everything`"), "{detail}");
    });
}

#[test]
fn a_publication_that_fails_says_what_to_do() {
    on_each_engine(|world| {
        let publish = json!({ "kind": "publish" });
        assert_eq!(done(world, &publish)["state"], "completed");
        world.pass(-60);
        let run = done(world, &publish);
        let problem = run["problem"].as_str().unwrap();
        assert!(problem.ends_with("; set the clock right, then publish again"), "{problem}");
    });
}

#[test]
fn every_field_of_an_upload_is_described() {
    let document = json!(openapi());
    let mut forms = 0;
    for (name, operation) in document::operations(&openapi()) {
        let schema = &operation.details["requestBody"]["content"]["multipart/form-data"]["schema"];
        let Some(reference) = schema["$ref"].as_str() else { continue };
        forms += 1;
        let form = &document["components"]["schemas"][reference.rsplit('/').next().unwrap()];
        for (field, part) in form["properties"].as_object().unwrap() {
            assert!(part["description"].is_string(), "{name}: {field}");
        }
    }
    assert!(forms >= 5, "{forms}");
}

#[test]
fn the_column_headers_that_the_document_names_are_understood() {
    on_each_engine(|world| {
        workshop(world);
        let list = "name,email,external_id,locale,session:day1,attendance:Day 2,activity:quiz,attendance,progress,points,\
                    score,passed,checked_in,role\n\
                    Ada,ada@example.org,p1,pt-BR,yes,no,7,90,100,12,87.5,y,x,Speaker\n";
        let path = "/events/WORKSHOP/imports";
        let documented = json!(openapi())["paths"]["/api/v1/events/{code}/imports"]["post"]["description"].clone();
        let documented = documented.as_str().unwrap();
        for header in list.lines().next().unwrap().split(',').map(str::trim) {
            let header = header.replace("day1", "ID").replace("Day 2", "ID").replace("quiz", "ID");
            assert!(documented.contains(&format!("`{header}`")), "{header}");
        }
        world.upload(OWNER, path, "list.csv", list.as_bytes(), &[]).ok();
        let person = world.get("/events/WORKSHOP/participants/p1").ok();
        let progress = &person["progress"];
        assert_eq!((&person["locale"], &person["email"]), (&json!("pt-BR"), &json!("ada@example.org")));
        assert_eq!((&progress["sessions"]["day1"]["present"], &progress["passed"]), (&json!(true), &json!(true)));
        assert_eq!(progress["sessions"]["day2"]["present"], false);
        assert_eq!((&progress["activities"]["quiz"]["points"], &progress["score"]), (&json!(7), &json!(87.5)));
        assert_eq!((&progress["attendance"], &progress["completion"]), (&json!(90), &json!(100)));
        assert_eq!((&progress["points"], &progress["checked_in"]), (&json!(12), &json!(true)));
        assert_eq!(progress["role"], "Speaker");
    });
}

#[test]
fn config_check_warns_when_there_are_no_keys() {
    let place = Place::new();
    place.configure("listen = \"127.0.0.1:9\"");
    assert!(!place.run(&["config", "check"]).contains("warning"));
    std::fs::rename(place.path("data/keys"), place.path("data/elsewhere")).unwrap();
    let told = place.run(&["config", "check"]);
    assert!(told.lines().any(|line| line.starts_with("warning: ") && line.contains("keys")), "{told}");
}
