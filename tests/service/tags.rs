//! ETags: who has seen an older version changes nothing, and who has the newest is not sent it again.

use axum::http::header;
use serde_json::{Value, json};
use testamur::server::Limits;
use testamur::store::MemoryStore;

use crate::events::workshop;
use crate::harness::{Answer, OWNER, World, on_each_engine, request};
use crate::runs::{done, school};

/// Sends with a condition.
fn on(world: &World, method: &str, path: &str, condition: (header::HeaderName, &str), body: &Value) -> Answer {
    let request =
        request(method, path).header(header::CONTENT_TYPE, "application/json").header(condition.0, condition.1);
    world.send(OWNER, request, body.to_string())
}

/// A change that can be made: method, address, body.
type Change<'a> = (&'a str, &'a str, Value);

/// Reads a record, has it changed by somebody, and tries to change it as who has seen the older version.
fn told(world: &World, path: &str, by_somebody: Change, ours: Change) {
    let old = world.get(path).etag();
    let unless = |tag: &str| on(world, "GET", path, (header::IF_NONE_MATCH, tag), &Value::Null);
    for known in [&old[..], &format!("W/{old}"), &format!("\"other\", {old}"), "*"] {
        let answer = unless(known);
        assert_eq!(
            (answer.status.as_u16(), answer.bytes.len(), answer.etag()),
            (304, 0, old.clone()),
            "{path} {known}"
        );
    }
    assert_eq!(unless("\"other\"").status, 200, "{path}");

    let (method, address, body) = by_somebody;
    world.tell(OWNER, method, address, &body).ok();
    let new = world.get(path).etag();
    assert_ne!(new, old, "{path}");
    assert_eq!(unless(&old).status, 200, "{path}");
    let (method, address, body) = ours;
    on(world, method, address, (header::IF_MATCH, &old), &body).problem(412, "changed-meanwhile");
    for wrong in ["x", "", "\"a\", \"b\""] {
        on(world, method, address, (header::IF_MATCH, wrong), &body).problem(400, "bad-if-match");
    }
    assert_eq!(world.get(path).etag(), new, "{path}: nothing was changed");
    on(world, method, address, (header::IF_MATCH, &new), &body).ok();
}

#[test]
fn events_and_their_rules_are_not_overwritten_unseen() {
    on_each_engine(|world| {
        workshop(world);
        let path = "/events/WORKSHOP";
        let title = |title: &str| json!({ "title": title });
        told(world, path, ("PATCH", path, title("One")), ("PATCH", path, title("Two")));
        told(world, path, ("PATCH", path, title("Three")), ("POST", "/events/WORKSHOP/state", json!({ "to": "open" })));
        let course = json!({ "sessions": [{ "id": "day1", "title": "Day 1" }] });
        told(world, path, ("PATCH", path, title("Four")), ("PUT", "/events/WORKSHOP/course", course));
        let early = "/events/WORKSHOP/early";
        told(world, path, ("PATCH", path, title("Five")), ("PUT", early, json!({ "note": "the hall closes" })));
        told(world, path, ("PATCH", path, title("Six")), ("DELETE", early, Value::Null));
        let rule = "/events/WORKSHOP/rule";
        told(world, rule, ("PUT", rule, json!({ "rule": "passed" })), ("PUT", rule, json!({ "rule": null })));
    });
}

#[test]
fn people_and_their_certificates_are_not_overwritten_unseen() {
    on_each_engine(|world| {
        school(world, 3, 0);
        let person = "/events/WORKSHOP/participants/p00000@example.org";
        let name = |name: &str| json!({ "name": name });
        told(world, person, ("PATCH", person, name("Ada")), ("PATCH", person, name("Grace")));
        // What is shown with the person counts too.
        let generate = json!({ "kind": "generate", "event": "WORKSHOP", "people": ["p00000@example.org"] });
        let seen = world.get(person).etag();
        done(world, &generate);
        assert_ne!(world.get(person).etag(), seen);
        let last = "/events/WORKSHOP/participants/p00002@example.org";
        told(world, last, ("PATCH", last, name("Ada")), ("DELETE", last, Value::Null));

        let certificate = "/certificates/CERT-WORKSHOP-2026-00001";
        let (revoke, restore) = (format!("{certificate}/revoke"), format!("{certificate}/restore"));
        let fraud = json!({ "cause": "fraud" });
        told(world, certificate, ("POST", &revoke, fraud.clone()), ("POST", &restore, Value::Null));
        told(world, certificate, ("POST", &revoke, fraud.clone()), ("POST", &restore, Value::Null));
        let ask = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": "Zoë Ångström" });
        let correction = world.tell("staff:first import", "POST", "/corrections", &ask).ok();
        let correction = correction["id"].as_str().unwrap().to_owned();
        let correction = format!("/corrections/{correction}");
        let approve = format!("{correction}/approve");
        let seen = world.get(&correction).etag();
        on(world, "POST", &approve, (header::IF_MATCH, "\"0\""), &Value::Null).problem(412, "changed-meanwhile");
        let approved = on(world, "POST", &approve, (header::IF_MATCH, &seen), &Value::Null);
        assert_eq!(approved.etag(), world.get(&correction).etag());
        assert_ne!(approved.etag(), seen);
        let file = format!("{certificate}/file?format=pdf");
        let tag = world.get(&file).etag();
        let known = on(world, "GET", &file, (header::IF_NONE_MATCH, &tag), &Value::Null);
        assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0));
    });
}

#[test]
fn a_certificate_that_expired_is_another_version_of_the_page_about_it() {
    let world = World::in_memory();
    school(&world, 1, 0);
    world.patch("/events/WORKSHOP", &json!({ "expires_after": "1mo" })).ok();
    done(&world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let path = "/certificates/CERT-WORKSHOP-2026-00001";
    let seen = world.get(path).etag();
    world.pass(40 * 86_400);
    let now = on(&world, "GET", path, (header::IF_NONE_MATCH, &seen), &Value::Null).ok();
    assert_eq!(now["versions"][0]["status"], "expired");
}

#[test]
fn runs_approvals_and_webhooks_are_not_overwritten_unseen() {
    let limits = Limits { revoke_alone: 1, ..Limits::default() };
    let store = std::sync::Arc::new(MemoryStore::new());
    let world = World::on(store, tempfile::tempdir().unwrap(), limits);
    school(&world, 2, 0);
    done(&world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let revoke = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "fraud" } });
    let run = world.tell("staff:bob view,revoke", "POST", "/runs", &revoke).ok();
    let (run, approval) = (run["id"].as_str().unwrap(), run["approval"].as_str().unwrap());
    let (run, approval) = (format!("/runs/{run}"), format!("/approvals/{approval}"));
    let (approve, cancel) = (format!("{approval}/approve"), format!("{run}/cancel"));
    let seen = (world.get(&run).etag(), world.get(&approval).etag());
    on(&world, "POST", &approve, (header::IF_MATCH, "\"0\""), &Value::Null).problem(412, "changed-meanwhile");
    on(&world, "POST", &approve, (header::IF_MATCH, &seen.1), &Value::Null).ok();
    assert_ne!(world.get(&approval).etag(), seen.1);
    on(&world, "POST", &cancel, (header::IF_MATCH, &seen.0), &Value::Null).problem(412, "changed-meanwhile");
    on(&world, "POST", &cancel, (header::IF_MATCH, &world.get(&run).etag()), &Value::Null).ok();

    // Nobody decides in time: another version, though nothing was written.
    let run = world.tell("staff:bob view,revoke", "POST", "/runs", &revoke).ok();
    let approval = format!("/approvals/{}", run["approval"].as_str().unwrap());
    let seen = world.get(&approval).etag();
    world.pass(8 * 86_400);
    assert_eq!(on(&world, "GET", &approval, (header::IF_NONE_MATCH, &seen), &Value::Null).ok()["state"], "expired");

    let hook = json!({ "url": "https://lms.example.org/hook", "events": ["certificate.issued"] });
    let hook = format!("/webhooks/{}", world.post("/webhooks", &hook).ok()["endpoint"]["id"].as_str().unwrap());
    let say = |text: &str| json!({ "description": text });
    told(&world, &hook, ("PATCH", &hook, say("one")), ("PATCH", &hook, say("two")));
    told(&world, &hook, ("PATCH", &hook, say("three")), ("DELETE", &hook, Value::Null));
}
