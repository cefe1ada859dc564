//! Publishing and restoring at once, by two services over one store with a site each: no verifier ever learns of a revocation
//! that the issuer has taken back.

use std::fs;

use serde_json::{Value, json};
use testamur::publish::{self, agenda};
use testamur::store::CertificateState;
use testamur::verify::{TrustAnchors, verify_jws};

use super::leases::two;
use crate::harness::World;
use crate::runs::{certificates, done, school, work};

const FIRST: &str = "/certificates/CERT-WORKSHOP-2026-00001";

/// Two certificates, the first one revoked, due at once and not published yet.
fn revoked(world: &World) {
    school(world, 2, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "on_request", "now": true })).ok();
}

/// Publishes, and returns the run.
fn publish(world: &World) -> Value {
    let run = world.post("/publish", &json!({})).ok();
    work(world);
    world.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok()
}

/// What a verifier says of both, by what a service has published.
fn verdicts(world: &World) -> Vec<&'static str> {
    let trust = fs::read_to_string(world.folder().join("site/trust.jws")).unwrap();
    let mut anchors = TrustAnchors::default();
    anchors.add(trust.trim(), None).unwrap();
    certificates(&*world.app.store).iter().map(|one| verify_jws(&one.jws, &anchors, world.app.now()).code()).collect()
}

fn is_active(world: &World) -> bool {
    certificates(&*world.app.store)[0].state == CertificateState::Active
}

#[test]
fn a_publication_that_holds_what_is_taken_back_meanwhile_is_made_anew() {
    two(|one, between, other| {
        revoked(one);
        let beside = other.clone();
        // Its lists are signed, and nothing is written down yet.
        between.before("write", move || drop(beside.post(&format!("{FIRST}/restore"), &json!({})).ok()));
        let run = one.post("/publish", &json!({})).ok();
        work(one);
        assert!(between.happened());
        let run = one.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok();
        assert_eq!(run["state"], "completed", "{run}");
        assert!(is_active(one));
        assert_eq!(verdicts(one), ["valid", "valid"]);
        assert_eq!(
            publish::last(&*one.app.store).unwrap().unwrap().version,
            1,
            "one version, one entry of the audit log"
        );
        assert_eq!(one.acts().iter().filter(|(action, _)| action == "site.publish").count(), 1);
    });
}

#[test]
fn what_is_published_while_it_is_taken_back_stays_revoked() {
    two(|one, between, other| {
        revoked(one);
        let beside = other.clone();
        between.before("change_certificates", move || assert_eq!(publish(&beside)["state"], "completed"));
        one.post(&format!("{FIRST}/restore"), &json!({})).problem(409, "published");
        assert!(between.happened() && !is_active(one));
        assert_eq!(verdicts(other), ["revoked", "valid"]);
    });
}

#[test]
fn a_run_that_takes_back_what_is_published_meanwhile_leaves_it() {
    two(|one, between, other| {
        school(one, 2, 0);
        done(one, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let numbers = ["CERT-WORKSHOP-2026-00001", "CERT-WORKSHOP-2026-00002"];
        let revoke = json!({ "kind": "revoke", "numbers": numbers, "reason": { "cause": "on_request", "now": true } });
        let lost = done(one, &revoke);
        let back = json!({ "kind": "restore", "over": "filter", "run": lost["id"] });
        let back = one.post("/runs", &back).ok()["id"].as_str().unwrap().to_owned();
        let beside = other.clone();
        between.before("write", move || {
            // The other service's worker leaves the run to this one.
            assert_eq!(publish(&beside)["state"], "completed");
        });
        work(one);
        assert!(between.happened());
        let back = one.get(&format!("/runs/{back}")).ok();
        assert_eq!((&back["counters"]["total"], &back["counters"]["done"]), (&json!(2), &json!(0)), "{back}");
        assert!(!is_active(one));
        assert_eq!(verdicts(other), ["revoked", "revoked"]);
    });
}

#[test]
fn a_publication_is_not_written_down_once_its_key_is_retired() {
    two(|one, between, other| {
        revoked(one);
        let beside = other.clone();
        between.before("write", move || drop(beside.post("/keys/rotate", &json!({})).ok()));
        let run = one.post("/publish", &json!({})).ok();
        work(one);
        assert!(between.happened());
        let run = one.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok();
        assert_eq!(run["state"], "failed", "{run}");
        assert!(run["problem"].as_str().unwrap().contains("not the active key"), "{run}");
        assert_eq!(publish::last(&*one.app.store).unwrap(), None);
        assert!(!one.folder().join("site/trust.jws").exists());
    });
}

#[test]
fn what_is_revoked_while_a_publication_is_made_asks_for_the_next_one_whatever_the_clock_says() {
    two(|one, between, other| {
        revoked(one);
        let beside = other.clone();
        // By a clock that is behind: dated before the publication that does not hold it.
        other.pass(-5);
        between.before("write", move || {
            let fraud = json!({ "cause": "fraud" });
            beside.post("/certificates/CERT-WORKSHOP-2026-00002/revoke", &fraud).ok();
        });
        assert_eq!(publish(one)["state"], "completed");
        assert!(between.happened());
        assert_eq!(verdicts(one), ["revoked", "valid"]);
        one.pass(100);
        let due = || agenda::Watch::default().due(&*one.app.store, one.app.now()).unwrap();
        assert_eq!(due(), Some(agenda::Due::Changed));
        assert_eq!(publish(one)["state"], "completed");
        assert_eq!(verdicts(one), ["revoked", "revoked"]);
        one.pass(100);
        assert_eq!(due(), None);
    });
}
