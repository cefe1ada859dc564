//! What should be there before a run: a rule, of which "everybody in the list" is one word, and attendance where it is asked for.

use serde_json::{Value, json};

use crate::harness::{World, on_each_engine};
use crate::process::Place;

fn sessions(answer: &Value) -> Vec<&str> {
    let all = answer["unmarked_sessions"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

fn ready(world: &World) -> Value {
    world.get("/events/WORKSHOP/ready").ok()
}

#[test]
fn everybody_in_the_list_is_one_word_when_the_event_is_made() {
    on_each_engine(|world| {
        let details = json!({ "title": "Applied Cartography", "template": "classic" });
        let event = |rule: Value| json!({ "code": "WORKSHOP", "details": details, "rule": rule });
        world.post("/events", &event(json!("nobody"))).problem(422, "bad-rule");
        let made = world.post("/events", &event(json!("everybody"))).ok();
        assert_eq!((&made["rule"], &made["rule_version"]), (&json!("everybody"), &json!(1)));
        assert_eq!(ready(world), json!({ "ready": false, "missing": ["not_completed"] }));
        world.post("/events/WORKSHOP/participants", &json!({ "name": "Ada", "email": "ada@x.example" })).ok();
        world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
        assert_eq!(ready(world)["ready"], true);
        let run = json!({ "kind": "generate", "event": "WORKSHOP" });
        assert_eq!(world.post("/runs/preview", &run).ok()["gets"], 1);
        let copy = json!({ "code": "AGAIN" });
        assert_eq!(world.post("/events/WORKSHOP/copy", &copy).ok()["rule"], "everybody");
    });
}

#[test]
fn sessions_in_which_nobody_was_marked_are_named() {
    on_each_engine(|world| {
        super::events::workshop(world);
        let rule = |rule: Value| world.put("/events/WORKSHOP/rule", &json!({ "rule": rule })).ok();
        world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
        for who in ["ada", "bob"] {
            let person = json!({ "name": who, "email": format!("{who}@x.example") });
            world.post("/events/WORKSHOP/participants", &person).ok();
        }
        rule(json!({ "score": { "at_least": 1 } }));
        assert_eq!(ready(world), json!({ "ready": true, "missing": [] }));
        rule(json!({ "sessions": "all_required" }));
        assert_eq!(sessions(&ready(world)), ["day1"]);
        rule(json!({ "any": [{ "attendance": { "percent": 50 } }, "passed"] }));
        let before = ready(world);
        assert_eq!((&before["ready"], &before["missing"]), (&json!(false), &json!(["no_attendance"])));
        assert_eq!(sessions(&before), ["day1", "day2"]);
        // Marked is marked, present or absent; it warns, and refuses no run.
        let absent = json!({ "session": "day1", "absent": ["bob@x.example"] });
        world.post("/events/WORKSHOP/attendance", &absent).ok();
        let request =
            json!({ "kind": "generate", "event": "WORKSHOP", "over": "selected", "people": ["ada@x.example"] });
        assert_eq!(sessions(&world.post("/runs/preview", &request).ok()), ["day2"]);
        world.post("/runs", &request).ok();
        // What was entered in per cent stands in place of the marks.
        for who in ["ada", "bob"] {
            let percent = json!({ "progress": { "attendance": 80 } });
            world.patch(&format!("/events/WORKSHOP/participants/{who}@x.example"), &percent).ok();
        }
        assert_eq!(ready(world), json!({ "ready": true, "missing": [] }));
        rule(json!({ "sessions": { "at_least": 2 } }));
        assert_eq!(sessions(&ready(world)), ["day2"]);
    });
}

#[test]
fn the_command_line_takes_a_rule_and_warns_where_nobody_was_marked() {
    let place = Place::new();
    assert!(place.run(&["event", "show", "WORKSHOP"]).contains("everybody in the list"));
    let refused = place.output(&["event", "update", "WORKSHOP", "--rule", "nobody"]);
    assert_eq!(refused.status.code(), Some(2));
    let changed = place.run(&["event", "update", "WORKSHOP", "--rule", r#"{"attendance": {"percent": 50}}"#]);
    assert!(changed.contains("is changed: rule"), "{changed}");
    let made = ["event", "create", "QUIZ", "--title", "Quiz", "--template", "classic", "--rule", "passed"];
    place.run(&made);
    assert!(place.run(&["event", "show", "QUIZ"]).contains("\"passed\""));

    let (process, token) = place.serve_owned();
    let event = "/api/v1/events/WORKSHOP";
    let course = json!({ "sessions": [{ "id": "day1", "title": "Day one" }, { "id": "day2", "title": "Day two" }] });
    process.json(&token, &format!("PUT {event}/course"), &course);
    let ada =
        json!({ "name": "Ada", "email": "ada@x.example", "progress": { "sessions": { "day1": { "present": true } } } });
    process.json(&token, &format!("POST {event}/participants"), &ada);
    assert_eq!(sessions(&process.json(&token, &format!("GET {event}/ready"), &Value::Null)), ["day2"]);
    process.stop();
    let shown = place.run(&["event", "show", "WORKSHOP"]);
    assert!(shown.contains("nobody was marked in: Day two (day2)"), "{shown}");
    for command in [&["issue", "WORKSHOP", "--dry-run"][..], &["issue", "WORKSHOP"]] {
        let said = String::from_utf8(place.output(command).stderr).unwrap();
        assert!(said.contains("nobody was marked in: Day two (day2)"), "{said}");
    }
    place.run(&["event", "update", "WORKSHOP", "--rule", "everybody"]);
    let said = String::from_utf8(place.output(&["issue", "WORKSHOP", "--dry-run"]).stderr).unwrap();
    assert!(!said.contains("nobody was marked"), "{said}");
}
