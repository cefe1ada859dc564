//! Every way to be eligible, over HTTP: each rule with who meets it.

use serde_json::{Value, json};

use crate::harness::{OWNER, World, on_each_engine};

/// Four people: all of it, the required half, a little, nothing.
fn course(world: &World) {
    let details = json!({ "title": "Applied Cartography", "template": "classic" });
    world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    let course = json!({
        "sessions": [
            { "id": "s1", "title": "One", "required": true }, { "id": "s2", "title": "Two", "required": true },
            { "id": "s3", "title": "Three" }, { "id": "s4", "title": "Four" },
        ],
        "activities": [
            { "id": "quiz", "title": "Quiz", "points": 10, "required": true }, { "id": "essay", "title": "Essay", "points": 20 },
        ],
    });
    world.put("/events/WORKSHOP/course", &course).ok();
    let csv = "name,email,group,attendance:s1,attendance:s2,attendance:s3,attendance:s4,activity:quiz,activity:essay,completion,score,passed,checked_in,role\n\
               All,all@example.org,A,yes,yes,yes,yes,10,20,100,95,yes,yes,Speaker\n\
               Half,half@example.org,B,yes,yes,no,no,8,no,50,70,yes,yes,guest\n\
               Some,some@example.org,B,no,yes,yes,no,no,no,30,60,no,yes,guest\n\
               None,none@example.org,C,no,no,no,no,no,no,0,,no,no,\n";
    let imported = world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv.as_bytes(), &[]).ok();
    assert_eq!((&imported["counts"]["added"], &imported["counts"]["errors"]), (&json!(4), &json!(0)), "{imported}");
    assert!(!imported["notes"].to_string().contains("names nothing"), "{}", imported["notes"]);
}

fn eligible(world: &World, rule: Value) -> Vec<String> {
    world.put("/events/WORKSHOP/rule", &json!({ "rule": rule })).ok();
    let report = world.get("/events/WORKSHOP/eligibility?state=eligible").ok();
    report["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_mode_lets_in_those_who_meet_it() {
    on_each_engine(|world| {
        course(world);
        let everyone_here = &["All", "Half", "Some"][..];
        let half = &["All", "Half"][..];
        let all = &["All"][..];
        for (rule, expected) in [
            (json!({ "attendance": { "percent": 50 } }), everyone_here),
            (json!({ "attendance": { "percent": 51 } }), all),
            (json!({ "attendance": { "percent": 100, "over": "required_sessions" } }), half),
            (json!({ "attendance": { "percent": 50, "over": "activities" } }), half),
            (json!({ "attendance": { "percent": 100, "over": "required_activities" } }), half),
            (json!({ "attendance": { "percent": 100, "over": "both" } }), all),
            (json!({ "sessions": "all" }), all),
            (json!({ "sessions": "all_required" }), half),
            (json!({ "sessions": "any" }), everyone_here),
            (json!({ "sessions": "any_required" }), everyone_here),
            (json!({ "sessions": { "at_least": 3 } }), all),
            (json!({ "activities": "all" }), all),
            (json!({ "activities": "any" }), half),
            (json!({ "activities": { "at_least": 2 } }), all),
            (json!({ "activities": { "points": 8 } }), half),
            (json!({ "activities": { "points": 9 } }), all),
            (json!({ "completion": { "percent": 50 } }), half),
            (json!({ "score": { "at_least": 70 } }), half),
            (json!("passed"), half),
            (json!("checked_in"), everyone_here),
            (json!({ "role": { "one_of": ["speaker"] } }), all),
            (json!("manual"), &[][..]),
            (json!({ "cel": { "expression": "score >= 60.0 && fields.group == \"B\"" } }), &["Half", "Some"][..]),
            (json!({ "all": ["passed", { "score": { "at_least": 90 } }] }), all),
            (json!({ "any": [{ "score": { "at_least": 90 } }, { "role": { "one_of": ["guest"] } }] }), everyone_here),
        ] {
            assert_eq!(eligible(world, rule.clone()), expected, "{rule}");
        }
        // What staff grant beats the rule, and what they exclude beats both.
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": "none@example.org", "note": "was ill" })).ok();
        world.post("/events/WORKSHOP/exclusions", &json!({ "person": "all@example.org", "reason": "requested" })).ok();
        assert_eq!(eligible(world, json!("manual")), ["None"]);
        assert_eq!(eligible(world, json!("passed")), ["Half", "None"]);
    });
}
