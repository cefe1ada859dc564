//! Events over HTTP.

use axum::http::header;
use serde_json::json;

use super::harness::{OWNER, World, on_each_engine, request};

/// Creates an event with two sessions, an activity and a template.
pub fn workshop(world: &World) {
    let details = json!({ "title": "Applied Cartography", "template": "classic", "organiser": "Example Academy" });
    assert_eq!(world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).status, 201);
    let course = json!({
        "sessions": [{ "id": "day1", "title": "Day 1", "required": true }, { "id": "day2", "title": "Day 2" }],
        "activities": [{ "id": "quiz", "title": "Quiz", "points": 10 }],
    });
    world.put("/events/WORKSHOP/course", &course).ok();
}

#[test]
fn an_event_goes_from_draft_to_ready() {
    on_each_engine(|world| {
        let made = world.post("/events", &json!({ "code": "spring", "details": { "title": "Spring" } })).ok();
        assert_eq!(
            (&made["code"], &made["state"], &made["template"]),
            (&json!("SPRING"), &json!("draft"), &json!(null))
        );
        world.post("/events", &json!({ "code": "SPRING", "details": { "title": "x" } })).problem(409, "event-exists");
        world.post("/events", &json!({ "code": "1", "details": { "title": "x" } })).problem(422, "bad-code");
        world.post("/events", &json!({ "code": "A", "details": {} })).problem(422, "invalid");
        let missing = world.get("/events/SPRING/ready").ok();
        assert_eq!(missing, json!({ "ready": false, "missing": ["no_template", "no_rule", "not_completed"] }));

        world.patch("/events/SPRING", &json!({ "template": "/etc/passwd" })).problem(422, "no-such-template");
        let changed = world.patch("/events/SPRING", &json!({ "template": "classic", "credits": 2.5 })).ok();
        assert_eq!((&changed["template"]["name"], &changed["credits"]), (&json!("classic"), &json!(2.5)));
        world.put("/events/SPRING/rule", &json!({ "rule": "passed" })).ok();
        assert_eq!(world.get("/events/SPRING/ready").ok()["missing"], json!(["not_completed"]));
        world.put("/events/SPRING/early", &json!({ "note": "the hall closes" })).ok();
        assert_eq!(world.get("/events/SPRING/ready").ok()["ready"], true);
        assert_eq!(world.delete("/events/SPRING/early").ok()["early"], json!(null));
        world.post("/events/SPRING/state", &json!({ "to": "completed" })).ok();
        assert_eq!(world.get("/events/SPRING/ready").ok()["ready"], true);
        assert!(world.acts().contains(&("event.state".to_owned(), "SPRING".to_owned())));
    });
}

#[test]
fn who_saw_an_older_event_does_not_overwrite_the_newer() {
    on_each_engine(|world| {
        workshop(world);
        let seen = world.get("/events/WORKSHOP").etag();
        let change = |title: &str| {
            let request = request("PATCH", "/events/WORKSHOP")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::IF_MATCH, &seen);
            world.send(OWNER, request, json!({ "title": title }).to_string())
        };
        let tag = change("Cartography I").etag();
        assert_ne!(tag, seen);
        change("Cartography II").problem(412, "changed-meanwhile");
        assert_eq!(world.get("/events/WORKSHOP").ok()["title"], "Cartography I");
        assert_eq!(world.get("/events/WORKSHOP").ok()["description"], "Cartography I", "it follows the title");
    });
}

#[test]
fn a_copy_has_the_rule_and_no_people() {
    on_each_engine(|world| {
        workshop(world);
        world.put("/events/WORKSHOP/rule", &json!({ "rule": { "attendance": { "percent": 80 } } })).ok();
        world.post("/events/WORKSHOP/participants", &json!({ "name": "Ada Lovelace" })).ok();
        let copy = world.post("/events/WORKSHOP/copy", &json!({ "code": "AUTUMN", "details": { "title": "Autumn" } }));
        assert_eq!(copy.status, 201);
        let copy = copy.ok();
        assert_eq!(
            (&copy["title"], &copy["state"], &copy["rule_version"]),
            (&json!("Autumn"), &json!("draft"), &json!(1))
        );
        assert_eq!(copy["rule"], world.get("/events/WORKSHOP").ok()["rule"]);
        assert_eq!(world.get("/events/AUTUMN/participants").ok()["items"], json!([]));
        assert_eq!(world.get("/events").ok()["items"].as_array().unwrap().len(), 2);
    });
}
