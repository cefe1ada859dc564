//! Eligibility over HTTP.

use serde_json::{Value, json};

use super::events::workshop;
use super::harness::{World, on_each_engine};

fn people(world: &World, scores: &[u32]) {
    workshop(world);
    for (n, score) in scores.iter().enumerate() {
        let person = json!({ "external_id": format!("p{n}"), "name": format!("Person {n}"), "email": format!("p{n}@example.org"), "progress": { "score": score } });
        world.post("/events/WORKSHOP/participants", &person).ok();
    }
}

fn verdicts(world: &World, query: &str) -> Vec<String> {
    let report: Value = world.get(&format!("/events/WORKSHOP/eligibility{query}")).ok();
    report["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_report_explains_each_clause_and_reading_changes_nothing() {
    on_each_engine(|world| {
        people(world, &[85, 75]);
        let one = |who: &str| world.get(&format!("/events/WORKSHOP/eligibility/{who}")).ok();
        assert_eq!((&one("p0")["eligible"], &one("p0")["reason"]), (&json!(false), &json!("no_rule")));
        world.put("/events/WORKSHOP/rule", &json!({ "rule": { "score": { "at_least": 80 } } })).ok();
        let acts = world.acts().len();
        assert_eq!((&one("p0")["eligible"], &one("p0")["reason"]), (&json!(true), &json!("rule_met")));
        let explained = one("p1");
        assert_eq!((&explained["eligible"], &explained["reason"]), (&json!(false), &json!("not_met")));
        let clause = &explained["explained"]["rule"];
        assert_eq!(
            (&clause["measured"], &clause["threshold"], &clause["met"]),
            (&json!("75"), &json!("80"), &json!(false))
        );
        assert_eq!(verdicts(world, "?state=eligible"), ["Person 0"]);
        assert_eq!(verdicts(world, "?state=not_eligible"), ["Person 1"]);
        assert_eq!(verdicts(world, "?state=issued"), [""; 0]);
        assert_eq!(world.acts().len(), acts, "reading is no act");
        world.get("/events/WORKSHOP/eligibility?state=odd").problem(400, "bad-query");
    });
}

#[test]
fn a_rule_is_checked_and_gets_a_new_version() {
    on_each_engine(|world| {
        people(world, &[]);
        let put = |rule: Value| world.put("/events/WORKSHOP/rule", &json!({ "rule": rule }));
        assert_eq!(put(json!({ "score": { "at_least": 80 } })).ok()["version"], 1);
        let detail = put(json!({ "all": ["passed", { "attendance": { "percent": 180 } }] })).problem(422, "bad-rule");
        assert!(detail.contains("all[1].attendance"), "{detail}");
        put(json!({ "cel": { "expression": "score >" } })).problem(422, "bad-rule");
        put(json!({ "magic": 1 })).problem(422, "bad-rule");
        assert_eq!(put(json!({ "cel": { "expression": "score >= 60.0" } })).ok()["version"], 2);
        let versions = world.get("/events/WORKSHOP/rule/versions").ok();
        assert_eq!(versions["items"].as_array().unwrap().len(), 2);
        assert_eq!(versions["items"][0]["rule"], json!({ "score": { "at_least": 80 } }));
        world
            .tell("staff:eve view", "PUT", "/events/WORKSHOP/rule", &json!({ "rule": null }))
            .problem(403, "forbidden");
    });
}

#[test]
fn tiers_and_languages_choose_the_template() {
    on_each_engine(|world| {
        people(world, &[65, 95]);
        let tiers = json!({ "measure": "score", "steps": [{ "name": "bronze", "from": 60 }, { "name": "gold", "from": 90, "template": "modern" }] });
        let rule = json!({ "rule": { "score": { "at_least": 50 } }, "tiers": tiers });
        world.put("/events/WORKSHOP/rule", &rule).ok();
        let one = |who: &str| world.get(&format!("/events/WORKSHOP/eligibility/{who}")).ok();
        assert_eq!((&one("p0")["tier"], &one("p0")["template"]), (&json!("bronze"), &json!("classic")));
        assert_eq!((&one("p1")["tier"], &one("p1")["template"]), (&json!("gold"), &json!("modern")));
        world.patch("/events/WORKSHOP", &json!({ "templates": [{ "language": "de", "template": "minimal" }] })).ok();
        world.patch("/events/WORKSHOP/participants/p0", &json!({ "locale": "de-AT" })).ok();
        assert_eq!(one("p0")["template"], "minimal");
    });
}

#[test]
fn another_threshold_is_tried_without_changing_anything() {
    on_each_engine(|world| {
        people(world, &[70, 76, 78, 85]);
        let try_out = |body: Value| world.post("/events/WORKSHOP/eligibility/what-if", &body);
        let threshold = json!({ "threshold": { "at": "", "to": 75 } });
        try_out(threshold.clone()).problem(409, "no-rule");
        world.put("/events/WORKSHOP/rule", &json!({ "rule": { "score": { "at_least": 80 } } })).ok();
        let excluded = json!({ "person": "p2", "reason": "conduct" });
        world.post("/events/WORKSHOP/exclusions", &excluded).ok();
        let (acts, tried) = (world.acts().len(), try_out(threshold).ok());
        assert_eq!(tried["text"], "with 75 instead of 80, 1 more");
        assert_eq!((&tried["before"], &tried["after"], &tried["gained"]), (&json!(1), &json!(2), &json!(1)));
        let other = try_out(json!({ "rule": { "rule": { "score": { "at_least": 90 } } } })).ok();
        assert_eq!((&other["lost"], &other["text"]), (&json!(1), &json!("with the other rule, 1 fewer")));
        try_out(json!({ "threshold": { "at": "7", "to": 75 } })).problem(422, "bad-rule");
        assert_eq!(world.acts().len(), acts);
        let spread = world.get("/events/WORKSHOP/eligibility-histogram?measure=score").ok();
        let all: u64 = spread["bins"].as_array().unwrap().iter().map(|bin| bin["count"].as_u64().unwrap()).sum();
        assert_eq!(all, 3, "{spread}");
    });
}
