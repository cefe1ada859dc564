//! A revocation waits before a publication holds it, and is taken back without a trace until then; what undoes a run takes
//! back what that run took, and nothing else.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use testamur::acts::run::Undo;
use testamur::server::Limits;
use testamur::store::{CertificateState, MemoryStore, SledStore};
use testamur::verify::{TrustAnchors, verify_jws};

use crate::harness::{OWNER, World, on_each_engine};
use crate::runs::{REVOKER, certificates, done, issued_at_once, school, work};

const FIRST: &str = "/certificates/CERT-WORKSHOP-2026-00001";
/// Seconds that a revocation waits.
const WAIT: i64 = 15 * 60;

fn issued(world: &World, people: usize) {
    school(world, people, 1);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
}

/// Publishes, and returns the run.
fn publish(world: &World, how: &str) -> Value {
    let run = world.ask(OWNER, "POST", &format!("/publish{how}")).ok();
    work(world);
    let run = world.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok();
    assert_eq!(run["state"], "completed", "{run}");
    run
}

/// Says what a verifier knows of the certificates, in the order of their numbers.
fn verdicts(world: &World) -> Vec<&'static str> {
    let trust = fs::read_to_string(world.folder().join("site/trust.jws")).unwrap();
    let mut anchors = TrustAnchors::default();
    anchors.add(trust.trim(), None).unwrap();
    let all = certificates(&*world.app.store);
    all.iter().map(|one| verify_jws(&one.jws, &anchors, world.app.now()).code()).collect()
}

fn left_out(run: &Value) -> u64 {
    run["left_out"]["count"].as_u64().unwrap_or_default()
}

#[test]
fn a_publication_leaves_out_just_what_can_still_be_undone_and_says_so() {
    on_each_engine(|world| {
        issued(world, 3);
        let revoked = world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "on_request" })).ok();
        let due = world.app.now().plus_seconds(WAIT).to_string();
        assert_eq!((&revoked["status"], &revoked["waits_until"]), (&json!("revocation_waits"), &json!(due)));
        // A listing says so too, and finds it by that.
        for (status, found) in [("revocation_waits", 1), ("revoked", 0), ("active", 2)] {
            let listed = world.get(&format!("/certificates?status={status}")).ok();
            assert_eq!(listed["items"].as_array().unwrap().len(), found, "{status}: {listed}");
        }
        let fraud = world.post("/certificates/CERT-WORKSHOP-2026-00002/revoke", &json!({ "cause": "fraud" })).ok();
        assert_eq!(fraud["waits_until"], Value::Null, "fraud never waits");

        assert_eq!(world.get("/publish").ok()["left_out"], json!({ "count": 1, "until": due }));
        // Twice in the same second: the second knows no more than the first.
        for _ in 0..2 {
            let run = publish(world, "");
            assert_eq!(run["left_out"], json!({ "count": 1, "until": due }));
            assert_eq!(verdicts(world), ["valid", "revoked", "valid"]);
        }
        world.post("/certificates/CERT-WORKSHOP-2026-00002/restore", &json!({})).problem(409, "published");
        // Dated exactly at the publication, and not in it: it can be taken back.
        world.post(&format!("{FIRST}/restore"), &json!({})).ok();
        assert_eq!(left_out(&publish(world, "")), 0);
        assert_eq!(verdicts(world), ["valid", "revoked", "valid"]);

        world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "on_request" })).ok();
        world.pass(WAIT - 1);
        assert_eq!(left_out(&publish(world, "")), 1);
        let waiting = world.get(FIRST);
        assert_eq!(waiting.ok()["versions"][0]["status"], "revocation_waits");
        world.pass(1);
        let over = world.get(FIRST);
        assert_eq!(
            (&over.ok()["versions"][0]["status"], over.ok()["versions"][0]["waits_until"].is_null()),
            (&json!("revoked"), true)
        );
        assert_ne!(waiting.etag(), over.etag(), "what the date makes of it is another answer");
        assert_eq!(world.get("/publish").ok()["left_out"], Value::Null);
        assert_eq!(left_out(&publish(world, "")), 0);
        assert_eq!(verdicts(world), ["revoked", "revoked", "valid"]);
        world.post(&format!("{FIRST}/restore"), &json!({})).problem(409, "published");
        assert_eq!(world.get(FIRST).ok()["versions"][0]["waits_until"], Value::Null);
    });
}

#[test]
fn the_wait_ends_at_once_for_who_says_so() {
    on_each_engine(|world| {
        issued(world, 3);
        let now = json!({ "cause": "on_request", "now": true });
        let revoked = world.post(&format!("{FIRST}/revoke"), &now).ok();
        assert_eq!(revoked["waits_until"], Value::Null);
        // One that waits is hastened by who revokes it again with `now` or for fraud; its first reason stays.
        let second = "/certificates/CERT-WORKSHOP-2026-00002/revoke";
        world.post(second, &json!({ "cause": "issued_in_error" })).ok();
        let waits = world.post(second, &json!({ "cause": "on_request" })).ok();
        assert!(waits["waits_until"].is_string(), "{waits}");
        let hastened = world.post(second, &json!({ "cause": "fraud" })).ok();
        assert_eq!((&hastened["waits_until"], &hastened["cause"]), (&Value::Null, &json!("issued_in_error")));
        world.post("/certificates/CERT-WORKSHOP-2026-00003/revoke", &json!({ "cause": "on_request" })).ok();
        assert_eq!(left_out(&publish(world, "")), 1);
        assert_eq!(verdicts(world), ["revoked", "revoked", "valid"]);
        assert_eq!(left_out(&publish(world, "?at_once=true")), 0);
        assert_eq!(verdicts(world), ["revoked", "revoked", "revoked"]);
        world.post("/certificates/CERT-WORKSHOP-2026-00003/restore", &json!({})).problem(409, "published");
    });
}

#[test]
fn a_stolen_key_ends_the_wait_of_its_certificates() {
    let world = World::in_memory();
    issued(&world, 2);
    world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "on_request" })).ok();
    world.post("/keys/k1/compromise", &json!({ "since": world.app.now().to_string() })).ok();
    assert_eq!(left_out(&publish(&world, "")), 0);
    assert_eq!(verdicts(&world), ["revoked", "valid"]);
    world.post(&format!("{FIRST}/restore"), &json!({})).problem(409, "published");
}

#[test]
fn what_waits_is_known_after_a_restart_and_a_setting_says_how_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let place = tempfile::tempdir().unwrap();
    let world = World::on(Arc::new(SledStore::create(&path).unwrap()), place, Limits::default());
    issued(&world, 2);
    world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "on_request" })).ok();
    drop(world);
    let again = World::on(Arc::new(SledStore::open(&path).unwrap()), tempfile::tempdir().unwrap(), Limits::default());
    assert_eq!(left_out(&publish(&again, "")), 1);
    again.post(&format!("{FIRST}/restore"), &json!({})).ok();
    assert_eq!(verdicts(&again), ["valid", "valid"]);

    let store = Arc::new(MemoryStore::new());
    let hasty =
        World::changed(store, tempfile::tempdir().unwrap(), Limits::default(), |parts| parts.vault.set_undo(Undo(0)));
    issued(&hasty, 1);
    let revoked = hasty.post(&format!("{FIRST}/revoke"), &json!({ "cause": "on_request" })).ok();
    assert_eq!(revoked["waits_until"], Value::Null);
    assert_eq!(left_out(&publish(&hasty, "")), 0);
    assert_eq!(verdicts(&hasty), ["revoked"]);
}

#[test]
fn a_replaced_version_does_not_wait() {
    let world = World::in_memory();
    issued(&world, 1);
    let old = certificates(&*world.app.store).remove(0);
    let ask = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": "Zoë Ångström" });
    let asked = world.tell("staff:i view,import", "POST", "/corrections", &ask).ok();
    world.post(&format!("/corrections/{}/approve", asked["id"].as_str().unwrap()), &json!({})).ok();
    assert_eq!(left_out(&publish(&world, "")), 0);
    assert_eq!(verdicts(&world), ["valid"]);
    let trust = fs::read_to_string(world.folder().join("site/trust.jws")).unwrap();
    let mut anchors = TrustAnchors::default();
    anchors.add(trust.trim(), None).unwrap();
    assert_eq!(verify_jws(&old.jws, &anchors, world.app.now()).code(), "superseded");
}

#[test]
fn what_is_issued_anew_is_revoked_without_a_wait() {
    on_each_engine(|world| {
        issued(world, 1);
        let old = certificates(&*world.app.store).remove(0);
        world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "on_request" })).ok();
        world.post(&format!("{FIRST}/reissue"), &json!({ "reason": "asked for by mistake" })).ok();
        assert_eq!(left_out(&publish(world, "")), 0, "nobody can take it back any more");
        assert_eq!(verdicts(world), ["valid"]);
        let trust = fs::read_to_string(world.folder().join("site/trust.jws")).unwrap();
        let mut anchors = TrustAnchors::default();
        anchors.add(trust.trim(), None).unwrap();
        assert_eq!(verify_jws(&old.jws, &anchors, world.app.now()).code(), "revoked");
    });
}

#[test]
fn undoing_a_run_takes_back_what_it_took_and_nothing_else() {
    on_each_engine(|world| {
        issued(world, 5);
        // One alone, one by another run, both before; then a run over everybody.
        world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "fraud" })).ok();
        let numbers = ["CERT-WORKSHOP-2026-00002"];
        done(world, &json!({ "kind": "revoke", "numbers": numbers, "reason": { "cause": "on_request" } }));
        let all = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "issued_in_error" } });
        let mass = done(world, &all);
        assert_eq!(mass["counters"]["done"], 3);
        let id = mass["id"].as_str().unwrap();

        let refused = world.post("/runs", &json!({ "kind": "restore", "event": "WORKSHOP" }));
        assert!(refused.problem(422, "bad-request").contains("the run that revoked"), "{}", refused.text());
        let request = json!({ "kind": "restore", "run": id });
        let preview = world.post("/runs/preview", &request).ok();
        assert_eq!((&preview["total"], &preview["regains"]), (&json!(3), &json!(3)), "{preview}");
        assert_eq!(preview["rows"][0]["cause"], "issued_in_error");
        assert!(preview["rows"][0]["since"].is_string(), "{preview}");
        // One of its own is restored and revoked alone, before the run is undone.
        world.post("/certificates/CERT-WORKSHOP-2026-00005/restore", &json!({})).ok();
        world.pass(1);
        let back = world.tell(REVOKER, "POST", "/runs", &request).ok();
        assert_eq!((&back["of"], &back["counters"]["total"]), (&json!(id), &json!(2)));
        world.post("/certificates/CERT-WORKSHOP-2026-00004/restore", &json!({})).ok();
        world.pass(1);
        world.post("/certificates/CERT-WORKSHOP-2026-00004/revoke", &json!({ "cause": "fraud" })).ok();
        work(world);
        let states: Vec<_> = certificates(&*world.app.store)
            .iter()
            .map(|one| matches!(one.state, CertificateState::Revoked { .. }))
            .collect();
        assert_eq!(states, [true, true, false, true, false], "fraud does not come back");
        let rows = world.get(&format!("/runs/{}/rows", back["id"].as_str().unwrap())).ok();
        assert!(rows["items"].to_string().contains("that run did not revoke it"), "{rows}");
    });
}

#[test]
fn a_certificate_that_is_named_is_not_restored_if_it_was_revoked_since() {
    let world = World::in_memory();
    issued(&world, 1);
    world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "issued_in_error" })).ok();
    let numbers = json!({ "kind": "restore", "numbers": ["CERT-WORKSHOP-2026-00001"] });
    let run = world.post("/runs", &numbers).ok();
    world.post(&format!("{FIRST}/restore"), &json!({})).ok();
    world.pass(1);
    world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "other", "text": "the exam was bought" })).ok();
    work(&world);
    let run = world.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok();
    assert_eq!((&run["state"], &run["counters"]["failed"]), (&json!("failed"), &json!(1)));
    assert_eq!(world.get(FIRST).ok()["versions"][0]["status"], "revocation_waits");
}

#[test]
fn restoring_many_takes_two_like_revoking_them() {
    let limits = Limits { revoke_alone: 2, ..Limits::default() };
    let world = World::on(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), limits);
    issued(&world, 3);
    let request = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "issued_in_error" } });
    let run = world.tell(REVOKER, "POST", "/runs", &request).ok();
    world.ask(OWNER, "POST", &format!("/approvals/{}/approve", run["approval"].as_str().unwrap())).ok();
    work(&world);
    let back = json!({ "kind": "restore", "run": run["id"] });
    assert_eq!(world.post("/runs/preview", &back).ok()["needs_approval"], true);
    let undo = world.tell(REVOKER, "POST", "/runs", &back).ok();
    assert_eq!(undo["state"], "awaiting_approval");
    work(&world);
    let revoked = || {
        let all = certificates(&*world.app.store);
        all.iter().filter(|one| one.state != CertificateState::Active).count()
    };
    assert_eq!(revoked(), 3);
    let approval = format!("/approvals/{}", undo["approval"].as_str().unwrap());
    assert_eq!(world.get(&approval).ok()["count"], 3);
    world.ask(REVOKER, "POST", &format!("{approval}/approve")).problem(403, "same-person");
    world.ask(OWNER, "POST", &format!("{approval}/approve")).ok();
    work(&world);
    assert_eq!(revoked(), 0);
}

#[test]
fn revoking_by_address_without_an_event_wants_all_events() {
    let world = World::in_memory();
    issued(&world, 2);
    let reason = json!({ "cause": "on_request" });
    let people = json!(["p00000@example.org"]);
    for request in [
        json!({ "kind": "revoke", "people": people, "reason": reason }),
        json!({ "kind": "revoke", "text": "p00000@", "reason": reason }),
        json!({ "kind": "restore", "people": people }),
        json!({ "kind": "revoke", "event": "WORKSHOP", "all_events": true, "reason": reason }),
        json!({ "kind": "generate", "event": "WORKSHOP", "all_events": true }),
    ] {
        let refused = world.post("/runs", &request);
        refused.problem(422, "bad-request");
        assert!(refused.text().contains("all_events"), "{}", refused.text());
        world.post("/runs/preview", &request).problem(422, "bad-request");
    }
    world.post("/runs", &json!({ "kind": "revoke", "all_events": true, "reason": reason })).problem(422, "bad-request");
    let all = json!({ "kind": "revoke", "people": people, "all_events": true, "reason": reason });
    assert_eq!(done(&world, &all)["counters"]["done"], 1);
    let here = json!({ "kind": "revoke", "people": ["p00001@example.org"], "event": "WORKSHOP", "reason": reason });
    assert_eq!(done(&world, &here)["counters"]["done"], 1);
}

#[test]
fn a_run_that_was_stopped_says_what_it_did() {
    let world = World::in_memory();
    school(&world, 510, 0);
    let run = world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
    let path = format!("/runs/{}", run["id"].as_str().unwrap());
    assert_eq!(issued_at_once(&world), 500);
    world.post(&format!("{path}/cancel"), &json!({})).ok();
    work(&world);
    let run = world.get(&path).ok();
    assert_eq!((&run["state"], &run["counters"]["done"]), (&json!("cancelled"), &json!(500)));
    let stopped = "stopped by staff:owner after 500 of 510: 500 issued, 0 needed nothing, 0 failed; 10 were not begun";
    assert_eq!(run["stopped"], stopped);
    let left = world.get(&format!("{path}/rows?state=queued")).ok();
    assert_eq!(left["items"].as_array().unwrap().len(), 10);
    assert_eq!(left["items"][0]["reason"], "the run was stopped before its turn");
    assert_eq!(certificates(&*world.app.store).len(), 500);
}

#[test]
fn what_was_refused_changes_nothing_and_is_told() {
    let limits = Limits { revoke_alone: 1, ..Limits::default() };
    let world = World::on(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), limits);
    issued(&world, 2);
    let request = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "fraud" } });
    for (what, by) in [("reject", "staff:owner"), ("cancel", "staff:owner")] {
        let run = world.tell(REVOKER, "POST", "/runs", &request).ok();
        let (id, approval) = (run["id"].as_str().unwrap(), run["approval"].as_str().unwrap());
        let path =
            if what == "reject" { format!("/approvals/{approval}/reject") } else { format!("/runs/{id}/cancel") };
        world.post(&path, &json!({})).ok();
        work(&world);
        let run = world.get(&format!("/runs/{id}")).ok();
        assert_eq!((&run["state"], &run["counters"]["done"]), (&json!("cancelled"), &json!(0)));
        assert_eq!(run["stopped"], format!("stopped by {by} before anything was done"));
        // The approval is over too: nobody can let the run go on that was stopped.
        assert_eq!(world.get(&format!("/approvals/{approval}")).ok()["state"], "rejected");
        world.ask(OWNER, "POST", &format!("/approvals/{approval}/approve")).problem(409, "over");
        assert!(certificates(&*world.app.store).iter().all(|one| one.withdrawal.is_none()));
    }
}

#[test]
fn a_correction_that_is_refused_leaves_the_person_as_they_were() {
    on_each_engine(|world| {
        issued(world, 1);
        let person = "/events/WORKSHOP/participants/p00000@example.org";
        let ask = |name: &str| {
            let ask = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": name });
            format!(
                "/corrections/{}",
                world.tell("staff:i view,import", "POST", "/corrections", &ask).ok()["id"].as_str().unwrap()
            )
        };
        let (first, second) = (ask("Zoë Ångström"), ask("Somebody Else"));
        world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "on_request" })).ok();
        world.post(&format!("{first}/approve"), &json!({})).problem(409, "revoked");
        assert_eq!(world.get(person).ok()["name"], "Person Number 0");
        world.post(&format!("{FIRST}/restore"), &json!({})).ok();
        // Person, certificate and decision change in one step, which is one act.
        let before = world.acts().len();
        world.post(&format!("{first}/approve"), &json!({})).ok();
        assert_eq!(world.acts().len(), before + 1);
        assert_eq!(world.get(person).ok()["name"], "Zoë Ångström");
        world.post(&format!("{second}/reject"), &json!({})).ok();
        assert_eq!(world.get(person).ok()["name"], "Zoë Ångström");
        assert_eq!(world.get(FIRST).ok()["versions"][1]["recipient"], "Zoë Ångström");
    });
}
