//! Two people: what one may do alone within a day, by whichever token or request; and what happens where there is only one.

use serde_json::{Value, json};
use testamur::credential::Timestamp;
use totp_rs::Totp;

use crate::harness::{Answer, World};
use crate::real_door::{Member, PASSWORD, behind_the_real_door, by_token, invited, log_in, school_by};
use crate::runs::{certificates, work};

const DAY: i64 = 86_400;

fn number(n: usize) -> String {
    format!("/certificates/CERT-WORKSHOP-2026-0000{n}")
}

fn revoke() -> Value {
    json!({ "cause": "issued_in_error" })
}

fn mass(kind: &str) -> Value {
    json!({ "kind": kind, "event": "WORKSHOP", "reason": { "cause": "issued_in_error" } })
}

fn revoked(world: &World) -> usize {
    certificates(&*world.app.store).iter().filter(|one| one.withdrawal.is_some()).count()
}

/// Logs in again, as a day later everybody has to.
fn next_day(world: &World, member: &Member, email: &str) -> Member {
    world.pass(DAY + 3_600);
    log_in(world, &member.id, email)
}

#[test]
fn by_three_tokens_somebody_does_no_more_alone_than_by_one() {
    // Alone is one, within a day.
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["issuer", "revoker"]);
        school_by(world, ada);
        let tokens: Vec<_> = (0..3).map(|_| bob.token(world, &["view", "revoke", "generate", "import"])).collect();
        let ask =
            |token: usize, method: &str, path: &str, body: &Value| by_token(world, &tokens[token], method, path, body);
        ask(0, "POST", &format!("{}/revoke", number(1)), &revoke()).ok();
        // Neither another token nor the session, neither one by one nor as a run; and undoing is counted like doing.
        for refused in [
            ask(1, "POST", &format!("{}/revoke", number(2)), &revoke()),
            bob.ask(world, "POST", &format!("{}/revoke", number(2)), &revoke()),
            ask(2, "POST", &format!("{}/restore", number(1)), &Value::Null),
            ask(2, "POST", &format!("{}/reissue", number(1)), &json!({ "reason": "please" })),
        ] {
            let detail = refused.problem(409, "second-person-needed");
            assert!(detail.contains("POST /api/v1/runs"), "{detail}");
        }
        let two = json!({ "kind": "revoke", "numbers": ["CERT-WORKSHOP-2026-00002"], "reason": { "cause": "fraud" } });
        assert_eq!(ask(1, "POST", "/runs/preview", &two).ok()["needs_approval"], true);
        let run = ask(1, "POST", "/runs", &two).ok();
        assert_eq!(run["state"], "awaiting_approval");
        work(world);
        assert_eq!(revoked(world), 1);
        // Revoking what is revoked changes nothing, and is not counted.
        ask(2, "POST", &format!("{}/revoke", number(1)), &revoke()).ok();
        // Somebody else has a day of their own.
        assert_eq!(ada.ask(world, "POST", "/runs/preview", &two).ok()["needs_approval"], false);
        ada.ask(world, "POST", &format!("/approvals/{}/approve", run["approval"].as_str().unwrap()), &Value::Null).ok();
        work(world);
        assert_eq!(revoked(world), 2);
        // What a second person approved is not on anybody's account.
        ada.ask(world, "POST", &format!("{}/revoke", number(3)), &revoke()).ok();
        let bob = next_day(world, &bob, "bob@example.org");
        bob.ask(world, "POST", &format!("{}/reissue", number(1)), &json!({ "reason": "a day later" })).ok();
    });
}

#[test]
fn renaming_and_regenerating_many_takes_two_and_so_does_taking_many_back() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["issuer"]);
        school_by(world, ada);
        for n in 0..3 {
            let path = format!("/events/WORKSHOP/participants/p{n}@example.org");
            bob.ask(world, "PATCH", &path, &json!({ "name": format!("Somebody Else {n}") })).ok();
        }
        let run = bob.ask(world, "POST", "/runs", &json!({ "kind": "regenerate", "event": "WORKSHOP" })).ok();
        assert_eq!(run["state"], "awaiting_approval", "{run}");
        let one = json!({ "kind": "regenerate", "event": "WORKSHOP", "people": ["p0@example.org"] });
        assert_eq!(bob.ask(world, "POST", "/runs", &one).ok()["state"], "queued");
        assert_eq!(bob.ask(world, "POST", "/runs", &one).ok()["state"], "awaiting_approval");
        work(world);
        assert_eq!(certificates(&*world.app.store).iter().filter(|one| one.version == 2).count(), 1);

        let lost = ada.ask(world, "POST", "/runs", &mass("revoke")).ok();
        world.pass(1);
        let carol = invited(world, ada, "carol@example.org", &["revoker"]);
        let approve = format!("/approvals/{}/approve", lost["approval"].as_str().unwrap());
        carol.ask(world, "POST", &approve, &Value::Null).problem(403, "forbidden");
        world.pass(60);
        let lost = ada.ask(world, "POST", "/runs", &mass("revoke")).ok();
        let approve = format!("/approvals/{}/approve", lost["approval"].as_str().unwrap());
        carol.ask(world, "POST", &approve, &Value::Null).ok();
        work(world);
        assert_eq!(revoked(world), 3);
        let back = json!({ "kind": "restore", "run": lost["id"] });
        let back = carol.ask(world, "POST", "/runs", &back).ok();
        assert_eq!(back["state"], "awaiting_approval", "{back}");
    });
}

#[test]
fn what_a_run_did_not_change_is_not_on_anybodys_account() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["issuer"]);
        school_by(world, ada);
        let begin = |n: usize| {
            let people = [format!("p{n}@example.org")];
            let run = json!({ "kind": "regenerate", "event": "WORKSHOP", "people": people });
            bob.ask(world, "POST", "/runs", &run).ok()
        };
        // Those that find nothing to change, again and again.
        for _ in 0..3 {
            let run = begin(0);
            assert_eq!(run["state"], "queued", "{run}");
            work(world);
            let run = bob.ask(world, "GET", &format!("/runs/{}", run["id"].as_str().unwrap()), &Value::Null).ok();
            assert_eq!((&run["counters"]["skipped"], &run["counters"]["done"]), (&json!(1), &json!(0)), "{run}");
        }
        let rename = |n: usize| {
            let path = format!("/events/WORKSHOP/participants/p{n}@example.org");
            bob.ask(world, "PATCH", &path, &json!({ "name": format!("Somebody Else {n}") })).ok()
        };
        // One that was stopped before it began. While it waits, it counts.
        rename(1);
        let run = begin(1);
        assert_eq!(run["state"], "queued", "{run}");
        assert_eq!(begin(1)["state"], "awaiting_approval");
        bob.ask(world, "POST", &format!("/runs/{}/cancel", run["id"].as_str().unwrap()), &Value::Null).ok();
        // What was changed stays counted.
        assert_eq!(begin(1)["state"], "queued");
        work(world);
        rename(2);
        assert_eq!(begin(2)["state"], "awaiting_approval");
        work(world);
        assert_eq!(certificates(&*world.app.store).iter().filter(|one| one.version == 2).count(), 1);
    });
}

#[test]
fn who_asked_for_another_name_does_not_approve_it() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["issuer"]);
        school_by(world, ada);
        let (first, second) = (bob.token(world, &["view", "import"]), bob.token(world, &["view", "generate"]));
        let name = |n: usize| json!({ "number": format!("CERT-WORKSHOP-2026-0000{n}"), "name": "Right Name" });
        let ask = |answer: Answer| format!("/corrections/{}/approve", answer.ok()["id"].as_str().unwrap());
        let asked = ask(by_token(world, &first, "POST", "/corrections", &name(1)));
        bob.ask(world, "POST", &asked, &Value::Null).problem(403, "same-person");
        by_token(world, &second, "POST", &asked, &Value::Null).problem(403, "same-person");
        let young = invited(world, ada, "young@example.org", &["issuer"]);
        world.pass(1);
        assert_eq!(ada.ask(world, "POST", &asked, &Value::Null).ok()["state"], "approved");
        // Nobody invites their own second person, and nobody renames many alone.
        let asked = ask(bob.ask(world, "POST", "/corrections", &name(2)));
        let detail = ada.ask(world, "POST", &asked, &Value::Null).problem(409, "second-person-needed");
        assert!(detail.contains("rename"), "{detail}");
        assert_eq!(young.ask(world, "POST", &asked, &Value::Null).ok()["state"], "approved");
        let asked = ask(bob.ask(world, "POST", "/corrections", &name(3)));
        world.pass(1);
        let younger = invited(world, ada, "younger@example.org", &["issuer"]);
        younger.ask(world, "POST", &asked, &Value::Null).problem(403, "forbidden");
        // Who asked may take it back.
        bob.ask(world, "POST", &asked.replace("/approve", "/reject"), &json!({})).ok();
    });
}

#[test]
fn where_nobody_else_may_approve_the_act_waits_a_day_and_for_password_and_code() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let run = ada.ask(world, "POST", "/runs", &mass("revoke")).ok();
        let approval = format!("/approvals/{}", run["approval"].as_str().unwrap());
        let approve = format!("{approval}/approve");
        let proof = json!({ "password": PASSWORD });
        let seen = ada.ask(world, "GET", &approval, &Value::Null).ok();
        let from = seen["at"].as_str().unwrap().parse::<Timestamp>().unwrap().plus_days(1);
        assert_eq!(seen["alone_from"], json!(from), "it is seen from when on: {seen}");
        let listed = ada.ask(world, "GET", "/approvals", &Value::Null).ok();
        assert_eq!(listed["items"][0], seen);
        let detail = ada.ask(world, "POST", &approve, &proof).problem(403, "same-person");
        assert!(detail.contains(&from.to_string()), "{detail}");
        // A stolen key waits for nobody.
        let stolen = json!({ "since": "2026-11-22T09:00:00Z" });
        ada.ask(world, "POST", "/keys/rotate", &Value::Null).ok();
        ada.ask(world, "POST", "/keys/k1/compromise", &stolen).ok();

        let ada = next_day(world, ada, "ada@example.org");
        ada.ask(world, "POST", &approve, &Value::Null).problem(403, "proof-needed");
        ada.ask(world, "POST", &approve, &json!({ "password": "some other password" })).problem(422, "wrong-password");
        let offer = ada.ask(world, "POST", "/me/two-step", &proof).ok();
        let totp = Totp::from_url(offer["url"].as_str().unwrap()).unwrap();
        let code = || totp.generate(world.app.now().unix().unsigned_abs()).to_string();
        ada.ask(world, "POST", "/me/two-step/confirm", &json!({ "code": code() })).ok();
        ada.ask(world, "POST", &approve, &proof).problem(422, "code-needed");
        let used = json!({ "password": PASSWORD, "code": code() });
        ada.ask(world, "POST", &approve, &used).problem(422, "wrong-code");
        world.pass(60);
        let both = json!({ "password": PASSWORD, "code": code() });
        let token = {
            let body = json!({ "name": "LMS", "scopes": ["view", "revoke"], "expires": "2026-12-24T00:00:00Z", "password": PASSWORD });
            format!("Bearer {}", ada.ask(world, "POST", "/me/tokens", &body).ok()["secret"].as_str().unwrap())
        };
        by_token(world, &token, "POST", &approve, &both).problem(403, "forbidden");
        assert_eq!(ada.ask(world, "POST", &approve, &both).ok()["state"], "approved");
        work(world);
        assert_eq!(revoked(world), 3);
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        let entry = log.iter().find(|entry| entry.act.action == "approval.approve").unwrap();
        assert_eq!(entry.act.detail["alone"], true, "the log says that it was one person");
    });
}

#[test]
fn what_waits_a_day_can_be_taken_back_and_waits_for_nobody_who_could_approve() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let run = ada.ask(world, "POST", "/runs", &mass("revoke")).ok();
        let cancelled = ada.ask(world, "POST", &format!("/runs/{}/cancel", run["id"].as_str().unwrap()), &Value::Null);
        assert_eq!(cancelled.ok()["state"], "cancelled");
        let run = ada.ask(world, "POST", "/runs", &mass("revoke")).ok();
        let approval = format!("/approvals/{}", run["approval"].as_str().unwrap());
        assert_eq!(ada.ask(world, "POST", &format!("{approval}/reject"), &Value::Null).ok()["state"], "rejected");
        // A correction waits in the same way.
        let name = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": "Right Name" });
        let asked = ada.ask(world, "POST", "/corrections", &name).ok();
        let asked = format!("/corrections/{}/approve", asked["id"].as_str().unwrap());
        let proof = json!({ "password": PASSWORD });
        ada.ask(world, "POST", &asked, &proof).problem(403, "same-person");
        let ada = next_day(world, ada, "ada@example.org");
        ada.ask(world, "POST", &asked, &Value::Null).problem(403, "proof-needed");
        assert_eq!(ada.ask(world, "POST", &asked, &proof).ok()["state"], "approved");
        // With somebody else there, a day changes nothing.
        let bob = invited(world, &ada, "bob@example.org", &["revoker"]);
        world.pass(60);
        let run = ada.ask(world, "POST", "/runs", &mass("revoke")).ok();
        let approval = format!("/approvals/{}", run["approval"].as_str().unwrap());
        assert_eq!(ada.ask(world, "GET", &approval, &Value::Null).ok()["alone_from"], Value::Null);
        let ada = next_day(world, &ada, "ada@example.org");
        ada.ask(world, "POST", &format!("{approval}/approve"), &proof).problem(403, "same-person");
        let bob = log_in(world, &bob.id, "bob@example.org");
        bob.ask(world, "POST", &format!("{approval}/approve"), &Value::Null).ok();
        work(world);
        assert_eq!(revoked(world), 3);
    });
}
