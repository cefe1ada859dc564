//! Parameters of a query that an operation does not have are refused, by every operation.

use axum::http::header;
use serde_json::{Value, json};

use crate::harness::{OWNER, World, request};
use crate::runs::school;

#[test]
fn every_operation_refuses_a_parameter_that_it_does_not_have() {
    let world = World::in_memory();
    school(&world, 1, 0);
    let document: Value = serde_json::to_value(testamur::server::openapi()).unwrap();
    let before = world.acts().len();
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "patch", "delete"].into_iter().filter(|method| item[*method].is_object()) {
            let path: String = path
                .trim_start_matches("/api/v1")
                .split('/')
                .map(|part| if part.starts_with('{') { "x" } else { part })
                .collect::<Vec<_>>()
                .join("/");
            let request = request(&method.to_uppercase(), &format!("{path}?frobnicate=1"))
                .header(header::CONTENT_TYPE, "application/json");
            let answer = world.send(OWNER, request, "{}");
            let detail = answer.problem(400, "bad-query");
            assert!(detail.contains("`frobnicate`"), "{method} {path}: {detail}");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
    assert_eq!(world.acts().len(), before, "nothing was done");
}

#[test]
fn a_misspelt_parameter_changes_nothing_and_the_near_one_is_named() {
    let world = World::in_memory();
    school(&world, 1, 0);
    let csv = b"name,email\nNew Person,new@example.org\n";
    let misspelt = world.upload(OWNER, "/events/WORKSHOP/imports?dry-run=true", "a.csv", csv, &[]);
    let detail = misspelt.problem(400, "bad-query");
    assert!(detail.contains("did you mean `dry_run`?"), "{detail}");
    assert_eq!(misspelt.json()["errors"][0]["field"], "dry-run");
    world.get("/events/WORKSHOP/participants/new@example.org").problem(404, "no-such-participant");
    let detail = world.get("/runs?stat=failed").problem(400, "bad-query");
    assert!(detail.contains("`state`"), "{detail}");
    let detail = world.get("/me?fields=all").problem(400, "bad-query");
    assert!(detail.contains("it takes none"), "{detail}");
    // Also where the name is written with percent signs, and for HEAD.
    world.get("/runs?%6Cimit=1").ok();
    world.get("/runs?%6Cimits=1").problem(400, "bad-query");
    assert_eq!(world.ask(OWNER, "HEAD", "/runs?limits=1").status, 400);
    world.ask(OWNER, "HEAD", "/runs?limit=1").ok();
}

#[test]
fn without_a_template_nobody_gets_one_and_is_told_why() {
    let world = World::in_memory();
    world.post("/events", &json!({ "code": "BARE", "details": { "title": "Bare" } })).ok();
    world.post("/events/BARE/participants", &json!({ "name": "Ada", "email": "ada@example.org" })).ok();
    let now = json!({ "person": "ada@example.org", "reason": "was there" });
    let detail = world.post("/events/BARE/issue-now", &now).problem(409, "not-ready");
    assert!(detail.contains("no template"), "{detail}");
    world.post("/events/BARE/specimen", &json!({})).problem(409, "not-ready");
    world.patch("/events/BARE", &json!({ "template": "classic" })).ok();
    world.post("/events/BARE/issue-now", &now).ok();
}
