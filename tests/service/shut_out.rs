//! What lets somebody in ends with the password, with a reset, and with the account: sessions, API tokens, links, and the
//! event streams that were opened by them.

use std::sync::mpsc;
use std::time::Duration;

use axum::http::header;
use serde_json::{Value, json};

use crate::harness::{World, request};
use crate::real_door::{Member, PASSWORD, behind_the_real_door, by_token, invited, log_in, post, school_by};

const NEW: &str = "another long enough secret";

/// A run that waits, so that who watches it watches for ever.
fn waiting_run(world: &World, by: &Member) -> String {
    let revoke = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "issued_in_error" } });
    let run = by.ask(world, "POST", "/runs", &revoke).ok();
    assert_eq!(run["state"], "awaiting_approval");
    format!("/runs/{}/events", run["id"].as_str().unwrap())
}

/// What Bob can come in by: two sessions, a token, a link, and a stream that each of them opened.
struct Ways {
    other: Member,
    token: String,
    link: Value,
}

impl Ways {
    fn open(world: &World, owner: &Member, bob: &Member) -> Self {
        // The link first: it ends what was there before.
        let link = owner.ask(world, "POST", &format!("/staff/{}/link", bob.id), &Value::Null).ok();
        let other = log_in(world, &bob.id, "bob@example.org");
        let token = log_in(world, &bob.id, "bob@example.org").token(world, &["view"]);
        Self { other, token, link: link["token"].clone() }
    }

    /// Opens both streams, does something, and waits until both have ended.
    fn end_with(&self, world: &World, stream: &str, act: impl FnOnce()) {
        let (tell, told) = mpsc::channel();
        std::thread::scope(|scope| {
            for by_token in [false, true] {
                let tell = tell.clone();
                scope.spawn(move || {
                    let watch = match by_token {
                        true => request("GET", stream).header(header::AUTHORIZATION, &self.token),
                        false => request("GET", stream).header(header::COOKIE, &self.other.cookie),
                    };
                    let answer = world.send("", watch, "");
                    tell.send((answer.status.as_u16(), answer.text())).unwrap();
                });
            }
            // They are open: nothing has ended for as long as they are looked after twice.
            assert!(told.recv_timeout(Duration::from_millis(1_200)).is_err(), "a stream ended by itself");
            act();
            for _ in 0..2 {
                let (status, text) = told.recv_timeout(Duration::from_secs(60)).expect("the stream goes on");
                assert!(status == 200 && text.contains("awaiting_approval"), "{status} {text}");
            }
        });
        self.are_shut(world);
    }

    fn are_shut(&self, world: &World) {
        self.other.ask(world, "GET", "/me", &Value::Null).problem(401, "session-ended");
        by_token(world, &self.token, "GET", "/events", &Value::Null).problem(401, "bad-token");
    }

    fn link_is_dead(&self, world: &World) {
        post(world, "/password", &json!({ "token": self.link, "password": NEW })).problem(422, "bad-link");
    }
}

#[test]
fn a_new_password_a_reset_and_a_disabled_account_end_tokens_links_sessions_and_streams() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["issuer"]);
        school_by(world, ada);
        let stream = waiting_run(world, ada);
        let account = format!("/staff/{}", bob.id);

        let ways = Ways::open(world, ada, &bob);
        let own = log_in(world, &bob.id, "bob@example.org");
        ways.end_with(world, &stream, || {
            let change = json!({ "current": PASSWORD, "new": NEW });
            own.ask(world, "POST", "/me/password", &change).ok();
        });
        ways.link_is_dead(world);
        own.ask(world, "GET", "/me", &Value::Null).ok();
        assert_eq!(own.ask(world, "GET", "/me/tokens", &Value::Null).ok()["items"], json!([]));
        own.ask(world, "POST", "/me/password", &json!({ "current": NEW, "new": PASSWORD })).ok();

        let ways = Ways::open(world, ada, &bob);
        ways.end_with(world, &stream, || drop(ada.ask(world, "POST", &format!("{account}/link"), &Value::Null).ok()));
        ways.link_is_dead(world);

        let ways = Ways::open(world, ada, &bob);
        ways.end_with(world, &stream, || {
            post(world, "/password", &json!({ "token": ways.link, "password": PASSWORD })).ok();
        });
        ways.link_is_dead(world);

        let ways = Ways::open(world, ada, &bob);
        let disable = |disabled: bool| ada.ask(world, "PATCH", &account, &json!({ "disabled": disabled }));
        ways.end_with(world, &stream, || drop(disable(true).ok()));
        disable(false).ok();
        ways.are_shut(world);
        ways.link_is_dead(world);
        log_in(world, &bob.id, "bob@example.org");

        let log = world.app.store.audit(None, 10_000).unwrap().items;
        let ended: u64 = log.iter().filter_map(|entry| entry.act.detail["tokens_ended"].as_u64()).sum();
        assert_eq!(ended, 4, "the log says that tokens ended");
    });
}

#[test]
fn a_link_dies_with_the_address_that_it_was_sent_to() {
    behind_the_real_door(|world, ada| {
        let body = json!({ "email": "typo@example.org", "name": "Bob", "roles": ["issuer"] });
        let link = ada.ask(world, "POST", "/staff", &body).ok();
        let account = format!("/staff/{}", link["staff"].as_str().unwrap());
        let accept = json!({ "token": link["token"], "password": PASSWORD });
        ada.ask(world, "PATCH", &account, &json!({ "name": "Bob Right" })).ok();
        ada.ask(world, "PATCH", &account, &json!({ "email": "bob@example.org" })).ok();
        post(world, "/password", &accept).problem(422, "bad-link");
        let link = ada.ask(world, "POST", &format!("{account}/link"), &Value::Null).ok();
        post(world, "/password", &json!({ "token": link["token"], "password": PASSWORD })).ok();
    });
}

#[test]
fn making_a_token_takes_the_password_again() {
    behind_the_real_door(|world, ada| {
        let make = |password: Value| {
            let mut body = json!({ "name": "LMS", "scopes": ["view"], "expires": "2026-12-24T00:00:00Z" });
            if !password.is_null() {
                body["password"] = password;
            }
            ada.ask(world, "POST", "/me/tokens", &body)
        };
        make(Value::Null).problem(422, "bad-body");
        for _ in 0..5 {
            make(json!("a wrong one, too long")).problem(422, "wrong-password");
        }
        make(json!(PASSWORD)).problem(429, "too-many-attempts");
        assert_eq!(ada.ask(world, "GET", "/me/tokens", &Value::Null).ok()["items"], json!([]));
        world.pass(3_601);
        make(json!(PASSWORD)).ok();
    });
}
