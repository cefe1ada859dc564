//! Sessions and API tokens at the real door: who may decide about what, and what is written down of those who fail.

use std::sync::Arc;

use axum::http::header;
use serde_json::{Value, json};
use testamur::server::{Limits, accounts, setup_link};
use testamur::store::{MemoryStore, SledStore, Store};

use crate::harness::{Answer, World, request};
use crate::runs::{certificates, work};

pub const PASSWORD: &str = "a long enough secret";

/// A member of staff who is logged in.
pub struct Member {
    pub id: String,
    pub cookie: String,
    pub csrf: String,
}

impl Member {
    pub fn ask(&self, world: &World, method: &str, path: &str, body: &Value) -> Answer {
        let request = request(method, path)
            .header(header::COOKIE, &self.cookie)
            .header("x-csrf-token", &self.csrf)
            .header(header::CONTENT_TYPE, "application/json");
        world.send("", request, body.to_string())
    }

    /// Makes an API token and returns how it calls.
    pub fn token(&self, world: &World, scopes: &[&str]) -> String {
        let body = json!({ "name": "LMS", "scopes": scopes, "expires": "2026-12-24T00:00:00Z", "password": PASSWORD });
        let made = self.ask(world, "POST", "/me/tokens", &body).ok();
        format!("Bearer {}", made["secret"].as_str().unwrap())
    }
}

pub fn by_token(world: &World, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let request = request(method, path).header(header::AUTHORIZATION, token);
    world.send("", request.header(header::CONTENT_TYPE, "application/json"), body.to_string())
}

pub fn post(world: &World, path: &str, body: &Value) -> Answer {
    world.send("", request("POST", path).header(header::CONTENT_TYPE, "application/json"), body.to_string())
}

pub fn log_in(world: &World, id: &str, email: &str) -> Member {
    let answer = post(world, "/login", &json!({ "email": email, "password": PASSWORD }));
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    Member { id: id.to_owned(), cookie, csrf: answer.ok()["csrfToken"].as_str().unwrap().to_owned() }
}

/// Invites a member with roles, and logs in.
pub fn invited(world: &World, owner: &Member, email: &str, roles: &[&str]) -> Member {
    let body = json!({ "email": email, "name": "Some One", "roles": roles });
    let link = owner.ask(world, "POST", "/staff", &body).ok();
    post(world, "/password", &json!({ "token": link["token"], "password": PASSWORD })).ok();
    log_in(world, link["staff"].as_str().unwrap(), email)
}

/// Tells a story behind the real door with one owner, on every engine.
pub fn behind_the_real_door(story: impl Fn(&World, &Member)) {
    let folder = tempfile::tempdir().unwrap();
    let sled = SledStore::create(&folder.path().join("store")).unwrap();
    let stores: [(Arc<dyn Store>, _); 2] =
        [(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap()), (Arc::new(sled), folder)];
    for (store, folder) in stores {
        let limits = Limits { revoke_alone: 1, ..Limits::default() };
        let world = World::with_door(store, folder, limits, accounts());
        let link = setup_link(&world.app).unwrap().unwrap();
        let owner = json!({ "token": link.expose(), "email": "ada@example.org", "name": "Ada", "password": PASSWORD });
        let made = post(&world, "/setup", &owner).ok();
        let owner = log_in(&world, made["id"].as_str().unwrap(), "ada@example.org");
        story(&world, &owner);
    }
}

#[test]
fn who_asked_through_a_token_cannot_approve_in_person_nor_through_another_token() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["issuer", "revoker"]);
        school_by(world, ada);
        let (first, second) = (bob.token(world, &["view", "revoke"]), bob.token(world, &["view", "revoke"]));
        let revoke = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "issued_in_error" } });
        let run = by_token(world, &first, "POST", "/runs", &revoke).ok();
        assert_eq!(run["state"], "awaiting_approval");
        assert!(run["by"].as_str().unwrap().starts_with(&format!("staff:{}/token:", bob.id)), "{run}");
        let approve = format!("/approvals/{}/approve", run["approval"].as_str().unwrap());
        bob.ask(world, "POST", &approve, &json!({})).problem(403, "same-person");
        for token in [&first, &second, &ada.token(world, &["view", "revoke"])] {
            by_token(world, token, "POST", &approve, &json!({})).problem(403, "forbidden");
        }
        work(world);
        assert!(certificates(&*world.app.store).iter().all(|one| one.withdrawal.is_none()), "nothing was revoked");

        assert_eq!(ada.ask(world, "POST", &approve, &json!({})).ok()["state"], "approved");
        work(world);
        assert_eq!(certificates(&*world.app.store).iter().filter(|one| one.withdrawal.is_some()).count(), 3);
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        let approved = log.iter().find(|entry| entry.act.action == "approval.approve").unwrap();
        assert!(approved.act.actor.starts_with(&format!("staff:{} from", ada.id)), "{}", approved.act.actor);
        assert!(approved.act.detail["asked"].as_str().unwrap().contains(&bob.id), "{}", approved.act.detail);
    });
}

/// Three people with a certificate.
pub fn school_by(world: &World, owner: &Member) {
    let token = owner.token(world, &["view", "import", "generate"]);
    let call = |method: &str, path: &str, body: Value| by_token(world, &token, method, path, &body).ok();
    let details = json!({ "title": "Applied Cartography", "template": "classic" });
    call("POST", "/events", json!({ "code": "WORKSHOP", "details": details }));
    call("PUT", "/events/WORKSHOP/rule", json!({ "rule": "passed" }));
    for n in 0..3 {
        let person = json!({ "name": format!("Person {n}"), "email": format!("p{n}@example.org"), "progress": { "passed": true } });
        call("POST", "/events/WORKSHOP/participants", person);
    }
    call("POST", "/events/WORKSHOP/state", json!({ "to": "completed" }));
    call("POST", "/runs", json!({ "kind": "generate", "event": "WORKSHOP" }));
    work(world);
    assert_eq!(certificates(&*world.app.store).len(), 3);
}

#[test]
fn failed_logins_and_lockouts_are_written_down_without_addresses_and_do_not_fill_the_log() {
    behind_the_real_door(|world, ada| {
        let try_in = |email: &str| post(world, "/login", &json!({ "email": email, "password": "wrong" }));
        for _ in 0..5 {
            try_in("ada@example.org").problem(401, "wrong-credentials");
        }
        try_in("ada@example.org").problem(429, "too-many-attempts");
        try_in("nobody@example.org").problem(401, "wrong-credentials");
        let of = |action: &str| -> Vec<String> {
            world.acts().into_iter().filter(|(one, _)| one == action).map(|(_, subject)| subject).collect()
        };
        let own = format!("staff:{}", ada.id);
        assert_eq!(of("staff.login_failed").iter().filter(|subject| **subject == own).count(), 5);
        assert_eq!(of("staff.login_failed").last().unwrap(), "unknown");
        assert_eq!(of("staff.login_locked"), [own.as_str()]);
        for _ in 0..100 {
            try_in("ada@example.org").problem(429, "too-many-attempts");
        }
        assert!(of("staff.login_locked").len() <= 12, "{} lockouts", of("staff.login_locked").len());
        let log = format!("{:?}", world.app.store.audit(None, 1_000).unwrap());
        assert!(!log.contains("@example.org"), "no addresses in the audit log");
        assert!(!log.contains("wrong"), "nor what was typed");
    });
}
