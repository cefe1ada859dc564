//! Memberships that are limited to events: what is outside does not exist, whatever is asked, by session or by token; and
//! what is within is as for everybody else.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use testamur::accounts::Scope;
use testamur::server::openapi;
use testamur::store::{Collection, DocumentWrite, Expect, StoreError};

use crate::document::{Operation, operations};
use crate::harness::{Answer, World, on_each_engine};
use crate::process::Place;
use crate::real_door::{Member, PASSWORD, behind_the_real_door, by_token, invited, log_in, post};
use crate::runs::{certificates, desk, done, school, work};

/// What nobody who is limited to `MINE` may read anywhere.
const MARKS: [&str; 4] = ["geheim", "verborgen", "secret.example", "both@secret"];
const ALL: [&str; 7] = ["view", "import", "generate", "send", "revoke", "keys", "settings"];

/// What there is in an event, by the names that paths give it.
type Ids = BTreeMap<&'static str, String>;

/// An event with people, certificates, an exception, an import with a report, runs, an approval and a correction.
fn filled(world: &World, token: &str, code: &str, (title, name, host): (&str, &str, &str)) -> Ids {
    let ok = |method: &str, path: String, body: Value| by_token(world, token, method, &path, &body).ok();
    let at = |rest: &str| format!("/events/{code}{rest}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    ok("POST", "/events".into(), json!({ "code": code, "details": { "title": title, "template": "classic" } }));
    ok("PUT", at("/rule"), json!({ "rule": "passed" }));
    for (n, mail) in [format!("one@{host}"), format!("two@{host}"), "both@example.org".to_owned()].iter().enumerate() {
        let person = json!({ "name": format!("{name} {n}"), "email": mail, "progress": { "passed": true } });
        ok("POST", at("/participants"), person);
    }
    let csv = format!("name,email,passed\n{name} Three,three@{host},perhaps\n");
    let head = "--EDGE\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
    let request = crate::harness::request("POST", &at("/imports"))
        .header(header::AUTHORIZATION, token)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=EDGE");
    let import = world.send("", request, format!("{head}{csv}\r\n--EDGE--\r\n")).ok();
    ok("POST", at("/exceptions"), json!({ "person": format!("one@{host}"), "note": format!("{name} was ill") }));
    ok("POST", at("/state"), json!({ "to": "completed" }));
    let run = ok("POST", "/runs".into(), json!({ "kind": "generate", "event": code }));
    work(world);
    let listed = ok("GET", format!("/certificates?event={code}"), Value::Null);
    let number = text(&listed["items"][0]["number"]);
    let asked = ok("POST", "/corrections".into(), json!({ "number": number, "name": format!("{name} Right") }));
    let revoke = json!({ "kind": "revoke", "event": code, "reason": { "cause": "issued_in_error" } });
    let waiting = ok("POST", "/runs".into(), revoke);
    let people = ok("GET", at("/participants"), Value::Null);
    Ids::from([
        ("code", code.to_owned()),
        ("number", number),
        ("person", text(&people["items"][0]["id"])),
        ("import", text(&import["import"]["id"])),
        ("run", text(&run["id"])),
        ("waiting", text(&waiting["id"])),
        ("approval", text(&waiting["approval"])),
        ("correction", text(&asked["id"])),
    ])
}

/// The event of who is limited to it, and the other one, with an owner's token.
fn two_events(world: &World, ada: &Member) -> (Ids, Ids, String) {
    let token = ada.token(world, &ALL);
    let mine = filled(world, &token, "MINE", ("Cartography", "Open Person", "mine.example"));
    let secret = filled(world, &token, "SECRET", ("Geheimlehrgang", "Verborgen Person", "secret.example"));
    (mine, secret, token)
}

/// Invites somebody who is limited to `MINE`.
fn limited(world: &World, ada: &Member, email: &str) -> Member {
    let roles = ["viewer", "issuer", "revoker", "key_officer"];
    let body = json!({ "email": email, "name": "Some One", "roles": roles, "events": ["MINE"] });
    let link = ada.ask(world, "POST", "/staff", &body).ok();
    post(world, "/password", &json!({ "token": link["token"], "password": PASSWORD })).ok();
    log_in(world, link["staff"].as_str().unwrap(), email)
}

/// Returns an operation's path with these ids in it, and with them as filters, where it has such.
fn path(name: &str, operation: &Operation, ids: &Ids) -> String {
    let template = name.split_once(' ').unwrap().1;
    let id = match template {
        _ if template.contains("/runs/") => &ids["run"],
        _ if template.contains("/approvals/") => &ids["approval"],
        _ if template.contains("/corrections/") => &ids["correction"],
        _ => "0123456789abcdef",
    };
    let mut path = template.replace("{id}", id).replace("{name}", "classic").replace("{file}", "template.json");
    for (name, id) in ids {
        path = path.replace(&format!("{{{name}}}"), id);
    }
    let query: Vec<_> = operation.parameters("query").into_iter().filter_map(|one| one["name"].as_str()).collect();
    let filters = query.into_iter().filter_map(|name| match name {
        "event" => Some(format!("event={}", ids["code"])),
        "run" => Some(format!("run={}", ids["run"])),
        "measure" => Some("measure=points".to_owned()),
        _ => None,
    });
    let filters: Vec<_> = filters.collect();
    if filters.is_empty() { path } else { format!("{path}?{}", filters.join("&")) }
}

/// Puts these ids in the place of those of an example.
fn told(value: Value, ids: &Ids) -> Value {
    match value {
        Value::Object(members) => {
            let put = |(name, value): (String, Value)| {
                let value = match name.as_str() {
                    "event" => json!(ids["code"]),
                    "number" => json!(ids["number"]),
                    "numbers" => json!([ids["number"]]),
                    "person" | "keep" | "gone" => json!(ids["person"]),
                    "people" => json!([ids["person"]]),
                    _ => told(value, ids),
                };
                (name, value)
            };
            members.into_iter().map(put).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(values) => values.into_iter().map(|value| told(value, ids)).collect(),
        Value::String(text) if text == "WORKSHOP" => json!(ids["code"]),
        other => other,
    }
}

/// All that is kept of an event.
fn kept(world: &World, ids: &Ids) -> String {
    let (store, code) = (&*world.app.store, ids["code"].parse().unwrap());
    let of = |collection: Collection| store.documents(collection, &ids["code"], None, 10_000).unwrap().items;
    let documents: Vec<_> = [
        Collection::PLANS,
        Collection::RULES,
        Collection::LISTED,
        Collection::IMPORTS,
        Collection::IMPORT_ROWS,
        Collection::IMPORT_SHAPES,
    ]
    .into_iter()
    .flat_map(of)
    .collect();
    let one = |collection, id: &str| store.document(collection, &ids[id]).unwrap();
    let singles = [
        one(Collection::RUNS, "run"),
        one(Collection::RUNS, "waiting"),
        one(Collection::APPROVALS, "approval"),
        one(Collection::CORRECTIONS, "correction"),
    ];
    let people = store.participants(&code, None, 10_000).unwrap();
    let certificates = store.certificates(Some(&code), None, 10_000).unwrap();
    format!("{:?} {people:?} {certificates:?} {documents:?} {singles:?}", store.event(&code).unwrap())
}

/// Somebody who asks.
type Ask<'a> = Box<dyn Fn(&str, &str, &Value) -> Answer + 'a>;

/// Who is limited to `MINE`: in a session, by a token of theirs, and by a limited token of somebody who is not.
fn who<'a>(world: &'a World, ada: &'a Member, bob: &'a Member) -> Vec<(&'static str, Ask<'a>)> {
    let own = bob.token(world, &["view", "import", "generate", "send", "revoke"]);
    let body = json!({ "name": "LMS", "scopes": ALL, "events": ["MINE"], "expires": "2026-12-24T00:00:00Z", "password": PASSWORD });
    let made = ada.ask(world, "POST", "/me/tokens", &body).ok();
    assert_eq!(made["token"]["events"], json!(["MINE"]));
    let owners = format!("Bearer {}", made["secret"].as_str().unwrap());
    vec![
        ("a limited member", Box::new(|method: &str, path: &str, body: &Value| bob.ask(world, method, path, body))),
        (
            "a token of a limited member",
            Box::new(move |method: &str, path: &str, body: &Value| by_token(world, &own, method, path, body)),
        ),
        (
            "a limited token of an owner",
            Box::new(move |method: &str, path: &str, body: &Value| by_token(world, &owners, method, path, body)),
        ),
    ]
}

/// The operations that are about more than oneself or everybody, without `/api/v1`.
fn all_operations() -> Vec<(String, Operation)> {
    let all = operations(&openapi()).into_iter().map(|(name, one)| (name.replace("/api/v1", ""), one));
    all.filter(|(_, one)| ![json!("public"), json!("account")].contains(&one.details["x-permission"])).collect()
}

#[test]
fn nothing_outside_is_seen_or_changed_by_any_operation() {
    behind_the_real_door(|world, ada| {
        let (_, secret, _) = two_events(world, ada);
        let bob = limited(world, ada, "bob@example.org");
        let before = kept(world, &secret);
        let mut wrong = Vec::new();
        let number = secret["number"].parse().unwrap();
        let jws = world.app.store.certificate(&number).unwrap().unwrap().jws;
        for (asker, ask) in who(world, ada, &bob) {
            for (name, operation) in all_operations() {
                let content = &operation.details["requestBody"]["content"];
                if content["multipart/form-data"].is_object() && content["application/json"].is_null() {
                    continue;
                }
                let method = name.split(' ').next().unwrap();
                let path = path(&name, &operation, &secret);
                let mut bodies = vec![operation.body().map_or(Value::Null, |body| told(body, &secret))];
                match name.as_str() {
                    "POST /runs" | "POST /runs/preview" => bodies.extend([
                        json!({ "kind": "revoke", "numbers": [secret["number"]], "reason": { "cause": "fraud" } }),
                        json!({ "kind": "revoke", "event": "SECRET", "reason": { "cause": "fraud" } }),
                        json!({ "kind": "revoke", "people": ["one@secret.example"], "all_events": true, "reason": { "cause": "fraud" } }),
                        json!({ "kind": "revoke", "text": "Person 1", "run": secret["run"], "reason": { "cause": "fraud" } }),
                        json!({ "kind": "regenerate", "event": "SECRET" }),
                        json!({ "kind": "publish" }),
                    ]),
                    "POST /certificates/revoke" => bodies = vec![json!({ "credential": jws, "reason": { "cause": "fraud" } })],
                    "POST /certificates/restore" => bodies = vec![json!({ "credential": jws })],
                    "POST /erase" => bodies = vec![json!({ "person": "one@secret.example" })],
                    "POST /events" => bodies = vec![json!({ "code": "SECRET", "details": { "title": "Mine now" } })],
                    _ => {}
                }
                let named = ["{code}", "{number}", "/runs/{id}", "/approvals/{id}", "/corrections/{id}"];
                let must_be_gone = named.iter().any(|part| name.contains(part))
                    || ["POST /certificates/revoke", "POST /certificates/restore", "POST /erase", "POST /events"]
                        .contains(&name.as_str());
                for body in bodies {
                    let answer = ask(method, &path, &body);
                    let (status, text) = (answer.status.as_u16(), answer.text());
                    let leaks = MARKS.iter().any(|mark| text.to_lowercase().contains(mark));
                    // Who presents a certificate has read it.
                    let presented = if name.starts_with("POST /certificates/re") { &secret["number"] } else { "" };
                    let asked = format!("{path} {body} {presented}");
                    let said = text.contains("SECRET") && !asked.contains("SECRET");
                    if leaks || said || status >= 500 || must_be_gone && ![404, 403].contains(&status) {
                        wrong.push(format!(
                            "{asker}: {name} {body}: {status} {}",
                            text.chars().take(300).collect::<String>()
                        ));
                    }
                }
            }
            work(world);
            assert_eq!(kept(world, &secret), before, "{asker} changed it");
        }
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    });
}

#[test]
fn no_list_is_taken_in_beside_what_is_within() {
    behind_the_real_door(|world, ada| {
        two_events(world, ada);
        let bob = limited(world, ada, "bob@example.org").token(world, &["view", "import"]);
        let upload = |path: &str| {
            let head = "--EDGE\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
            let request = crate::harness::request("POST", path)
                .header(header::AUTHORIZATION, &bob)
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=EDGE");
            world.send("", request, format!("{head}name,email,passed\nNew One,new@example.org,yes\n\r\n--EDGE--\r\n"))
        };
        upload("/events/MINE/imports").ok();
        for path in [
            "/events/SECRET/imports",
            "/events/SECRET/imports?dry_run=true",
            "/events/SECRET/exceptions/import",
            "/events/SECRET/exclusions/import",
        ] {
            upload(path).problem(404, "not-found");
        }
        upload("/templates").problem(403, "forbidden");
    });
}

#[test]
fn no_listing_or_count_has_anything_of_what_is_outside_and_what_is_within_is_whole() {
    behind_the_real_door(|world, ada| {
        let (mine, _, owner) = two_events(world, ada);
        let bob = limited(world, ada, "bob@example.org");
        for (asker, ask) in who(world, ada, &bob) {
            for (name, operation) in all_operations().into_iter().filter(|(name, _)| name.starts_with("GET ")) {
                let bare = name.split_once(' ').unwrap().1;
                if !bare.contains('{') && !name.ends_with("/archive") {
                    let text = ask("GET", bare, &Value::Null).text();
                    let marked = MARKS.iter().any(|mark| text.to_lowercase().contains(mark)) || text.contains("SECRET");
                    assert!(!marked, "{asker}: {name}: {text}");
                }
                if name == "GET /runs/{id}/events" || name == "GET /publish" {
                    continue;
                }
                // What is within is answered as the owner is answered.
                let path = path(&name, &operation, &mine);
                let (own, theirs) =
                    (ask("GET", &path, &Value::Null), by_token(world, &owner, "GET", &path, &Value::Null));
                // What the issuer's keys have signed is about all events.
                let settings = operation.details["x-permission"] == "settings" || name == "GET /keys/{id}/drill";
                let same = match settings {
                    true => own.status == 403,
                    false => {
                        own.status == theirs.status
                            && (theirs.status != 200
                                || bare.starts_with("/templates")
                                || own.bytes == theirs.bytes
                                || !bare.contains('{'))
                    }
                };
                assert!(
                    same,
                    "{asker}: {path}: {} {}, and the owner {} {}",
                    own.status,
                    own.text(),
                    theirs.status,
                    theirs.text()
                );
            }
        }
        let count = |path: &str| bob.ask(world, "GET", path, &Value::Null).ok()["items"].as_array().unwrap().len();
        assert_eq!(
            (count("/events"), count("/certificates"), count("/approvals"), count("/corrections")),
            (1, 3, 1, 1)
        );
        assert_eq!((count("/runs"), count("/certificates?text=both@example.org")), (2, 1));
    });
}

#[test]
fn acts_over_all_events_take_what_is_within() {
    behind_the_real_door(|world, ada| {
        let (_, _, owner) = two_events(world, ada);
        let bob = limited(world, ada, "bob@example.org");
        let revoke = json!({ "kind": "revoke", "people": ["both@example.org"], "all_events": true, "reason": { "cause": "on_request" } });
        let preview = bob.ask(world, "POST", "/runs/preview", &revoke).ok();
        assert_eq!((&preview["total"], &preview["loses"]), (&json!(1), &json!(1)), "{preview}");
        let run = bob.ask(world, "POST", "/runs", &revoke).ok();
        work(world);
        let id = run["id"].as_str().unwrap();
        assert_eq!(bob.ask(world, "GET", &format!("/runs/{id}"), &Value::Null).ok()["counters"]["done"], 1);
        let rows = bob.ask(world, "GET", &format!("/runs/{id}/rows"), &Value::Null).ok();
        assert!(rows["items"][0]["number"].as_str().unwrap().starts_with("CERT-MINE-"), "{rows}");
        let all = by_token(world, &owner, "GET", "/certificates?text=both@example.org", &Value::Null).ok();
        let states: Vec<_> =
            all["items"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
        assert_eq!(states, ["revocation_waits", "active"], "{all}");
        // A run over all events that somebody else made is none of theirs.
        let wide = by_token(
            world,
            &owner,
            "POST",
            "/runs",
            &json!({ "kind": "restore", "people": ["both@example.org"], "all_events": true }),
        )
        .ok();
        work(world);
        bob.ask(world, "GET", &format!("/runs/{}", wide["id"].as_str().unwrap()), &Value::Null)
            .problem(404, "not-found");

        let erased = bob.ask(world, "POST", "/erase", &json!({ "person": "both@example.org" })).ok();
        assert_eq!(erased["items"].as_array().unwrap().len(), 1, "{erased}");
        assert_eq!(erased["items"][0]["event"], "MINE");
        let left = by_token(world, &owner, "GET", "/events/SECRET/participants", &Value::Null).ok();
        assert_eq!(left["items"].as_array().unwrap().len(), 3);
        // What is theirs they change like everybody else.
        bob.ask(world, "PATCH", "/events/MINE", &json!({ "title": "Cartography II" })).ok();
    });
}

#[test]
fn who_may_decide_is_who_sees_what_it_is_about() {
    behind_the_real_door(|world, ada| {
        let (mine, _, _) = two_events(world, ada);
        // Of two who revoke, one sees another event only: they are no second person for this one.
        let carol = invited(world, ada, "carol@example.org", &["issuer", "revoker"]);
        ada.ask(world, "PATCH", &format!("/staff/{}", carol.id), &json!({ "events": ["OTHER"] })).ok();
        world.pass(1);
        let shown = |id: &str| ada.ask(world, "GET", &format!("/approvals/{id}"), &Value::Null).ok();
        assert!(shown(&mine["approval"])["alone_from"].is_string(), "nobody but the owner");
        ada.ask(world, "PATCH", &format!("/staff/{}", carol.id), &json!({ "events": ["MINE", "OTHER"] })).ok();
        carol.ask(world, "GET", &format!("/approvals/{}", mine["approval"]), &Value::Null).ok();
        ada.ask(world, "PATCH", &format!("/staff/{}", carol.id), &json!({ "events": [] })).ok();
        carol.ask(world, "GET", &format!("/approvals/{}", mine["approval"]), &Value::Null).problem(404, "not-found");
    });
}

#[test]
fn a_membership_is_limited_and_opened_again_and_the_audit_log_says_so() {
    behind_the_real_door(|world, ada| {
        two_events(world, ada);
        let bob = invited(world, ada, "bob@example.org", &["issuer"]);
        let staff = format!("/staff/{}", bob.id);
        let seen = || bob.ask(world, "GET", "/events", &Value::Null).ok()["items"].as_array().unwrap().len();
        assert_eq!((seen(), &ada.ask(world, "GET", &staff, &Value::Null).ok()["events"]), (2, &Value::Null));
        let token = bob.token(world, &["view"]);
        assert_eq!(ada.ask(world, "PATCH", &staff, &json!({ "events": ["SECRET"] })).ok()["events"], json!(["SECRET"]));
        assert_eq!(seen(), 1);
        let by = by_token(world, &token, "GET", "/events", &Value::Null).ok();
        assert_eq!(by["items"][0]["code"], "SECRET", "a token is limited as its maker is");
        ada.ask(world, "PATCH", &staff, &json!({ "name": "Bob" })).ok();
        assert_eq!(seen(), 1, "what is left out stays");
        let wide = json!({ "name": "x", "scopes": ["view"], "events": ["MINE"], "expires": "2026-12-24T00:00:00Z", "password": PASSWORD });
        bob.ask(world, "POST", "/me/tokens", &wide).problem(422, "bad-events");
        // An event that they are given beforehand is theirs to create, and no other.
        ada.ask(world, "PATCH", &staff, &json!({ "events": ["FUTURE"] })).ok();
        assert_eq!(seen(), 0);
        for code in ["MINE", "ELSEWHERE"] {
            let event = json!({ "code": code, "details": { "title": "x" } });
            bob.ask(world, "POST", "/events", &event).problem(404, "not-found");
        }
        bob.ask(world, "POST", "/events", &json!({ "code": "FUTURE", "details": { "title": "x" } })).ok();
        bob.ask(world, "POST", "/events/FUTURE/copy", &json!({ "code": "MINE", "details": {} }))
            .problem(404, "not-found");
        bob.ask(world, "DELETE", "/events/FUTURE", &Value::Null);
        ada.ask(world, "PATCH", &staff, &json!({ "events": null })).ok();
        assert_eq!(seen(), 2);
        ada.ask(world, "PATCH", &staff, &json!({ "events": ["MINE"], "roles": ["owner"] })).problem(422, "bad-events");
        let own = format!("/staff/{}", ada.id);
        ada.ask(world, "PATCH", &own, &json!({ "events": ["MINE"] })).problem(422, "bad-events");
        let log = world.app.store.audit(None, 10_000).unwrap().items;
        let told: Vec<_> =
            log.iter().filter(|one| one.act.action == "staff.update" && one.act.detail["events"].is_object()).collect();
        assert_eq!(told.len(), 3);
        assert_eq!(told[0].act.detail["events"], json!({ "before": null, "after": ["SECRET"] }));
    });
}

#[test]
fn a_store_shows_what_is_within_page_by_page_and_refuses_to_write_beside_it() {
    behind_the_real_door(|world, ada| {
        let (mine, secret, token) = two_events(world, ada);
        filled(world, &token, "THIRD", ("Third", "Open Other", "third.example"));
        let events = ["ABSENT", "MINE", "THIRD", "ZZZ"].map(|code| code.parse().unwrap());
        let scope = Scope::of(Some(events.into()));
        let store = &*world.app.store;
        scope.over(store, |within| {
            let (mut numbers, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let page = within.certificates(None, cursor.as_deref(), 2).unwrap();
                assert!(!page.items.is_empty());
                numbers.extend(page.items.into_iter().map(|one| one.number.to_string()));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(numbers.len(), 6);
            assert!(numbers.is_sorted() && numbers.iter().all(|number| !number.contains("SECRET")), "{numbers:?}");
            let first = within.events(None, 1).unwrap();
            assert_eq!(first.items[0].code.as_str(), "MINE");
            let second = within.events(first.next.as_deref(), 1).unwrap();
            assert_eq!(second.items[0].code.as_str(), "THIRD");
            for bad in ["", "x y", "MINE.zz", "!"] {
                assert!(matches!(within.certificates(None, Some(bad), 2), Err(StoreError::Cursor(_))), "{bad}");
                assert!(bad == "MINE.zz" || matches!(within.events(Some(bad), 2), Err(StoreError::Cursor(_))), "{bad}");
            }
            let act = desk(world).act("test", "x", Value::Null);
            let code = secret["code"].parse().unwrap();
            let event = store.event(&code).unwrap().unwrap();
            let gone = |done: Result<(), StoreError>| assert!(matches!(done, Err(StoreError::NotFound(_))), "{done:?}");
            gone(within.change_event(Some(&event), &event, &[], &act));
            gone(within.remove_event(&event, &[], &act));
            gone(within.reserve_numbers(&code, 2026, 1).map(drop));
            let person = store.participants(&code, None, 1).unwrap().items.remove(0);
            gone(within.change_participant(&code, Some(&person), Some(&person), &[], &act));
            gone(within.erase_person(&code, &person.key, &[], &act));
            for (collection, key) in [
                (Collection::PLANS, "SECRET".to_owned()),
                (Collection::LISTED, "SECRET/nobody".to_owned()),
                (Collection::RUNS, secret["run"].clone()),
                (Collection::RUN_ROWS, format!("{}/000000/000", secret["run"])),
                (Collection::APPROVALS, secret["approval"].clone()),
                (Collection::CORRECTIONS, secret["correction"].clone()),
                (Collection::TEMPLATES, "gold".to_owned()),
            ] {
                let value = json!({ "event": "MINE", "run": mine["run"], "number": mine["number"] });
                for write in [
                    DocumentWrite::put(collection, &key, Expect::Any, &value),
                    DocumentWrite::delete(collection, &key, Expect::Any),
                ] {
                    let is_there = store.document(collection, &key).unwrap().is_some();
                    if is_there
                        || write.value.is_some() && collection != Collection::RUN_ROWS
                        || collection == Collection::TEMPLATES
                    {
                        gone(within.write_documents(&[write], None).map(drop));
                    }
                }
            }
            assert!(within.audit(None, 100).unwrap().items.is_empty());
        });
    });
}

#[test]
fn the_command_line_invites_with_a_limit_and_changes_it() {
    let place = Place::new();
    let (process, _) = place.serve_owned();
    place.run(&[
        "staff",
        "invite",
        "dean@example.org",
        "--name",
        "Dean",
        "--role",
        "issuer",
        "--event",
        "LAW",
        "--event",
        "ARTS",
    ]);
    assert!(place.run(&["staff", "list"]).contains("ARTS, LAW"));
    assert!(
        place
            .run(&["staff", "limit", "dean@example.org", "--event", "WORKSHOP"])
            .contains("sees WORKSHOP, and nothing else")
    );
    assert!(place.run(&["staff", "list", "--json"]).contains("\"events\":[\"WORKSHOP\"]"));
    let owner = crate::process::EMAIL;
    assert!(place.refused(&["staff", "limit", owner, "--event", "WORKSHOP"]).contains("an owner is not limited"));
    process.stop();
    assert!(place.run(&["staff", "limit", "dean@example.org", "--all-events"]).contains("all events"));
    assert!(place.refused(&["staff", "limit", "nobody@example.org", "--all-events"]).contains("does not exist"));
    assert!(!place.output(&["staff", "limit", "dean@example.org"]).status.success(), "it says to which, or to all");
    assert!(place.run(&["staff", "list", "--json"]).contains("\"events\":null"));
}

#[test]
fn who_is_limited_takes_back_what_is_not_published_and_nothing_else() {
    on_each_engine(|world| {
        school(world, 2, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let bob = "staff:bob view,revoke WORKSHOP";
        let all = certificates(&*world.app.store);
        let ask = |number: &str, what: &str, body: &Value| {
            world.tell(bob, "POST", &format!("/certificates/{number}/{what}"), body)
        };
        for number in all.iter().map(|one| one.number.to_string()) {
            ask(&number, "revoke", &json!({ "cause": "on_request" })).ok();
        }
        let (first, second) = (all[0].number.to_string(), all[1].number.to_string());
        assert_eq!(ask(&first, "restore", &Value::Null).ok()["status"], "active");
        world.post("/publish?at_once=true", &Value::Null).ok();
        work(world);
        ask(&second, "restore", &Value::Null).problem(409, "published");
        let elsewhere = "staff:bob view,revoke ELSEWHERE";
        world
            .tell(elsewhere, "POST", &format!("/certificates/{first}/revoke"), &json!({ "cause": "fraud" }))
            .problem(404, "not-found");
    });
}

#[test]
fn who_watches_a_run_is_shut_out_with_the_limit() {
    behind_the_real_door(|world, ada| {
        let (_, secret, _) = two_events(world, ada);
        let bob = limited(world, ada, "bob@example.org");
        let path = format!("/api/v1/runs/{}/events", secret["run"]);
        let request = Request::builder().uri(path).header(header::COOKIE, &bob.cookie);
        world.send("", request, Body::empty()).problem(404, "not-found");
    });
}
