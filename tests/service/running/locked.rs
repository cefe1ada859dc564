//! A service whose keys are locked: what signs waits, all else goes on, and whoever knows the passphrase unlocks it.

use serde_json::{Value, json};
use testamur::acts::run::Step;
use testamur::server::work_once;

use crate::browser::{Browser, form, to};
use crate::harness::{World, on_each_engine};
use crate::process::Place;
use crate::real_door::{behind_the_real_door, invited, school_by};
use crate::runs::{certificates, done, enrol, person, school, work};

pub const PASSPHRASE: &str = "correct horse battery staple";

fn verdict(world: &World, jws: &str) -> Value {
    world.tell("", "POST", "/verify", &json!({ "text": jws })).ok()["verdicts"][0]["verdict"].clone()
}

fn state(world: &World, run: &Value) -> Value {
    world.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok()["state"].clone()
}

#[test]
fn what_signs_waits_and_all_else_goes_on() {
    on_each_engine(|world| {
        school(world, 3, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let issued = certificates(&*world.app.store);
        enrol(world, &[person(7, true)]);
        assert_eq!(world.post("/keys/lock", &json!({})).ok()["locked"], true);

        // Orders are taken and wait; what is asked for at once is refused, and says what to do.
        let generate = world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        let publish = world.post("/publish", &Value::Null).ok();
        work(world);
        assert_eq!((state(world, &generate), state(world, &publish)), (json!("queued"), json!("queued")));
        let now = json!({ "person": "p00007@example.org", "reason": "asked for it" });
        let said = world.post("/events/WORKSHOP/issue-now", &now).problem(503, "keys-locked");
        assert!(said.contains("/api/v1/keys/unlock"), "{said}");
        world.post("/keys/rotate", &json!({})).problem(503, "keys-locked");
        let reason = json!({ "cause": "fraud" });
        let preview = world.post("/runs/preview", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        assert_eq!(preview["gets"], 1, "{preview}");
        assert_eq!(certificates(&*world.app.store).len(), 3);

        // Reading, drawing, revoking and verifying go on, by what is known now.
        let number = issued[0].number.to_string();
        assert_eq!(verdict(world, &issued[0].jws), "valid");
        let pdf = world.get(&format!("/certificates/{number}/file?format=pdf"));
        assert!(pdf.status.is_success() && pdf.bytes.starts_with(b"%PDF"));
        world.get(&format!("/certificates/{number}/file?format=json")).problem(503, "keys-locked");
        world.post(&format!("/certificates/{number}/revoke"), &reason).ok();
        assert_eq!(verdict(world, &issued[0].jws), "revoked");
        assert_eq!(verdict(world, &issued[1].jws), "valid");
        let all = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": reason });
        let revoke = world.post("/runs", &all).ok();
        work(world);
        assert_eq!(state(world, &revoke), "completed");

        // Health says it, and is well.
        let ready = world.send("", axum::http::Request::get("/readyz"), axum::body::Body::empty());
        assert!(ready.status.is_success() && ready.text().contains("keys: locked, 2 runs wait"), "{}", ready.text());
        let metrics = world.send("", axum::http::Request::get("/metrics"), axum::body::Body::empty()).text();
        assert!(metrics.contains("testamur_keys_locked 1"), "{metrics}");

        // One that nobody wants any more ends at once.
        let id = publish["id"].as_str().unwrap();
        world.post(&format!("/runs/{id}/cancel"), &Value::Null).ok();
        work(world);
        assert_eq!(state(world, &publish), "cancelled");

        let unlocked = world.post("/keys/unlock", &json!({ "passphrase": PASSPHRASE })).ok();
        assert_eq!((&unlocked["locked"], &unlocked["waiting"]), (&json!(false), &json!(0)));
        work(world);
        assert_eq!(state(world, &generate), "completed");
        assert_eq!(certificates(&*world.app.store).len(), 4);
        world.get(&format!("/certificates/{number}/file?format=json")).ok();
        let acts: Vec<_> =
            world.acts().into_iter().map(|(act, _)| act).filter(|act| act.starts_with("keys.")).collect();
        assert_eq!(acts, ["keys.lock", "keys.unlock"]);
    });
}

/// Whoever locks them while a group is being made stops no run for good.
#[test]
fn a_run_whose_keys_were_locked_on_the_way_rests_and_goes_on() {
    let world = World::in_memory();
    school(&world, 600, 0);
    let run = world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
    assert!(matches!(work_once(&world.app).unwrap(), Step::Group(_)));
    world.post("/keys/lock", &json!({})).ok();
    let half = certificates(&*world.app.store).len();
    work(&world);
    assert_eq!(certificates(&*world.app.store).len(), half);
    assert_eq!(state(&world, &run), "processing");
    world.post("/keys/unlock", &json!({ "passphrase": PASSPHRASE })).ok();
    work(&world);
    assert_eq!((state(&world, &run), certificates(&*world.app.store).len()), (json!("completed"), 600));
}

#[test]
fn a_key_officer_unlocks_in_the_browser_and_who_guesses_waits() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        invited(world, ada, "kim@example.org", &["key_officer"]);
        invited(world, ada, "vera@example.org", &["viewer"]);
        world.app.vault.lock();
        let mut vera = Browser::of(world, "vera@example.org");
        let home = vera.page("/staff");
        assert!(home.contains("The keys are locked") && home.contains("href=\"/staff/unlock\""), "{home}");
        assert!(!vera.page("/staff/unlock").contains("name=\"passphrase\""));

        let mut kim = Browser::of(world, "kim@example.org");
        let unlock = form(&kim.page("/staff/unlock"), "/staff/unlock");
        let wrong = kim.send(&unlock, &[("passphrase", "a guess of mine")]);
        assert_eq!(wrong.status.as_u16(), 422);
        assert!(wrong.text().contains("passphrase-error") && !wrong.text().contains("a guess of mine"));
        for _ in 0..4 {
            kim.send(&unlock, &[("passphrase", "another guess")]);
        }
        assert_eq!(kim.send(&unlock, &[("passphrase", PASSPHRASE)]).status.as_u16(), 429, "even the right one waits");
        assert!(world.app.vault.is_locked());
        world.pass(16 * 60);
        let opened = kim.send(&unlock, &[("passphrase", PASSPHRASE)]);
        assert_eq!(to(&opened), "/staff?said=unlocked");
        assert!(!world.app.vault.is_locked());
        let home = kim.follow(&opened);
        assert!(!home.contains("The keys are locked") && home.contains("The keys are unlocked"), "{home}");

        // Locking again is one act, and is written down with who did it.
        let publishing = kim.page("/staff/publishing");
        let locked = kim.send(&form(&publishing, "/staff/lock"), &[]);
        assert_eq!(to(&locked), "/staff/publishing?said=locked");
        assert!(world.app.vault.is_locked());
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        let of = |action: &str| log.iter().filter(|entry| entry.act.action == action).count();
        assert_eq!((of("keys.unlock_refused"), of("keys.unlock"), of("keys.lock")), (5, 1, 1));
        assert!(!format!("{log:?}").contains("guess"), "what was typed is kept nowhere");
    });
}

/// Of a request with a passphrase nothing is kept that one could be tried against, and its answer is of now.
#[test]
fn what_is_kept_of_a_request_does_not_let_its_passphrase_be_guessed() {
    use testamur::store::Collection;
    let world = World::in_memory();
    world.post("/keys/lock", &json!({})).ok();
    let body = json!({ "passphrase": PASSPHRASE }).to_string();
    let send = |key: &str| {
        let request = crate::harness::request("POST", "/keys/unlock")
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        world.send(crate::harness::OWNER, request, body.clone())
    };
    for _ in 0..2 {
        let answer = send("only-the-caller-knows-this");
        assert!(
            answer.status.is_success() && !answer.headers.contains_key("idempotency-replayed"),
            "{}",
            answer.text()
        );
    }
    let kept = world.app.store.documents(Collection::IDEMPOTENCY, "", None, 10).unwrap().items;
    assert!(kept.is_empty(), "{kept:?}");
}

#[test]
fn the_program_starts_locked_without_a_passphrase_or_with_a_wrong_one() {
    let place = Place::new();
    let (first, token) = place.serve_owned();
    drop(first);
    let ready = |process: &crate::process::Process| process.send("GET /readyz", "", b"").text();
    for (passphrase, arguments) in [(None, &[][..]), (Some("wrong horse"), &[]), (Some(PASSPHRASE), &["--locked"])] {
        let mut command = place.command(&["serve"]);
        match passphrase {
            Some(passphrase) => command.env("TESTAMUR_PASSPHRASE", passphrase),
            None => command.env_remove("TESTAMUR_PASSPHRASE"),
        };
        let process = place.serve_as(command, arguments);
        assert!(ready(&process).contains("keys: locked"), "{passphrase:?}: {}", ready(&process));
        let refused = process.send(
            "POST /api/v1/keys/unlock",
            &format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n"),
            b"{\"passphrase\":\"not it\"}",
        );
        assert_eq!(refused.status, 422, "{}", refused.text());
        let keys = process.json(&token, "POST /api/v1/keys/unlock", &json!({ "passphrase": PASSPHRASE }));
        assert_eq!(keys["locked"], false);
        assert!(!ready(&process).contains("keys: locked"));
    }
    // A dump beside a locked service says why there is none, and leaves nothing behind.
    let process = place.serve(&["--locked"]);
    let dump = place.path("dump.jsonl");
    let said = place.refused(&["export", dump.to_str().unwrap()]);
    assert!(said.contains("locked") && !dump.exists(), "{said}");
    drop(process);
    let log = std::fs::read_to_string(place.path("log")).unwrap();
    assert!(log.contains("the keys are locked") && !log.contains("wrong horse") && !log.contains("not it"));
}
