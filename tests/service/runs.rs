//! Runs: over whom, what they do, that nobody gets two and nothing is lost.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::LazyLock;

use serde_json::{Value, json};
use testamur::acts;
use testamur::acts::run::{self, Holder, Step};
use testamur::desk::Actor;
use testamur::making::{StageTimes, Workshop};
use testamur::server::{Limits, work_once};
use testamur::store::{Batch, Certificate, Collection, Participant, ParticipantChange, PersonKey, SledStore, Store};
use testamur::webhooks::endpoints::{self, EndpointDraft};
use testamur::webhooks::{EventKind, Rules};

use crate::harness::{OWNER, World, on_each_engine};

pub const REVOKER: &str = "staff:bob view,revoke";

/// An event that is over, with `passing` people who meet its rule and `failing` who do not.
pub fn school(world: &World, passing: usize, failing: usize) {
    let details = json!({ "title": "Applied Cartography", "template": "classic" });
    world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
    let people: Vec<_> = (0..passing + failing).map(|n| person(n, n < passing)).collect();
    people.chunks(1_000).for_each(|some| enrol(world, some));
    world.post("/events/WORKSHOP/state", &json!({ "to": "open" })).ok();
    world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
}

/// Does one group, and says how many first certificates it made.
pub fn issued_at_once(world: &World) -> usize {
    match work_once(&world.app).unwrap() {
        Step::Group(done) => done.firsts.len(),
        _ => 0,
    }
}

/// Puts people into the event.
pub fn enrol(world: &World, people: &[Participant]) {
    let desk = desk(world);
    let added =
        |new: &Participant| ParticipantChange { event: "WORKSHOP".parse().unwrap(), old: None, new: Some(new.clone()) };
    let batch = Batch { people: people.iter().map(added).collect(), ..Batch::default() };
    desk.store.write(&batch, Some(&desk.act("participants.import", "WORKSHOP", Value::Null))).unwrap();
}

/// Whom requests of these tests come from.
fn owner() -> &'static Actor {
    static OWNER: LazyLock<Actor> = LazyLock::new(|| Actor::staff("owner").from([0, 0, 0, 0].into()));
    &OWNER
}

pub fn desk(world: &World) -> testamur::desk::Desk<'_> {
    let (store, issuer) = (&*world.app.store, &world.app.issuer);
    testamur::desk::Desk { store, issuer, actor: owner(), now: world.app.now() }
}

pub fn person(n: usize, passed: bool) -> Participant {
    let email = format!("p{n:05}@example.org");
    let name = format!("Person Number {n}");
    let imported = "2026-11-01T00:00:00Z".parse().unwrap();
    let mut person = Participant::new(PersonKey(email.clone()), name, Some(email), Default::default(), imported);
    person.progress.passed = Some(passed);
    person
}

/// Does runs until there is nothing to do.
pub fn work(world: &World) {
    while !matches!(work_once(&world.app).unwrap(), Step::Idle) {}
}

/// Starts a run, does it, and returns it.
pub fn done(world: &World, request: &Value) -> Value {
    let id = world.post("/runs", request).ok()["id"].as_str().unwrap().to_owned();
    work(world);
    world.get(&format!("/runs/{id}")).ok()
}

pub fn certificates(store: &dyn Store) -> Vec<Certificate> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = store.certificates(None, cursor.as_deref(), 1_000).unwrap();
        all.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return all;
        }
    }
}

fn counters(run: &Value) -> [u64; 4] {
    ["total", "done", "skipped", "failed"].map(|name| run["counters"][name].as_u64().unwrap())
}

#[test]
fn a_run_issues_to_all_who_are_eligible_and_freezes_why() {
    on_each_engine(|world| {
        school(world, 3, 2);
        let request = json!({ "kind": "generate", "event": "WORKSHOP", "over": "all_eligible" });
        let preview = world.post("/runs/preview", &request).ok();
        assert_eq!((&preview["total"], &preview["gets"]), (&json!(3), &json!(3)), "{preview}");
        assert_eq!(preview["rows"][0]["name"], "Person Number 0");
        assert!(certificates(&*world.app.store).is_empty(), "a preview changes nothing");

        let run = done(world, &request);
        assert_eq!((run["state"].as_str(), counters(&run)), (Some("completed"), [3, 3, 0, 0]));
        let all = certificates(&*world.app.store);
        assert_eq!(all.len(), 3);
        let basis = all[0].basis.as_ref().unwrap();
        assert_eq!((&basis["reason"], &basis["rule"]["rule_version"]), (&json!("rule_met"), &json!(1)), "{basis}");
        assert_eq!(all[0].run.as_deref(), run["id"].as_str());

        let rows = world.get(&format!("/runs/{}/rows?state=done&limit=2", run["id"].as_str().unwrap())).ok();
        assert_eq!(rows["items"].as_array().unwrap().len(), 2);
        assert_eq!(rows["items"][0]["number"], "CERT-WORKSHOP-2026-00001");
        assert!(rows["next"].is_string());

        let again = done(world, &request);
        assert_eq!((again["state"].as_str(), counters(&again)), (Some("completed"), [3, 0, 3, 0]));
        world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).problem(422, "nobody");
        let acts: Vec<_> = world.acts().into_iter().map(|(action, _)| action).collect();
        for action in ["run.start", "certificate.issue", "run.finish"] {
            assert!(acts.iter().any(|one| one == action), "{action} is in the audit log");
        }
    });
}

#[test]
fn what_does_not_go_together_is_refused() {
    let world = World::in_memory();
    school(&world, 1, 0);
    let ask = |request: Value| world.post("/runs", &request);
    ask(json!({ "kind": "send", "event": "WORKSHOP" })).problem(409, "no-mail");
    ask(json!({ "kind": "generate" })).problem(422, "bad-request");
    ask(json!({ "kind": "generate", "event": "WORKSHOP", "over": "filter" })).problem(422, "bad-request");
    ask(json!({ "kind": "revoke", "event": "WORKSHOP" })).problem(422, "bad-request");
    ask(json!({ "kind": "revoke", "reason": { "cause": "fraud" } })).problem(422, "bad-request");
    ask(json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "other" } })).problem(422, "bad-request");
    let stranger = json!({ "kind": "generate", "event": "WORKSHOP", "people": ["nobody@example.org"] });
    ask(stranger).problem(422, "unknown-rows");
    ask(json!({ "kind": "generate", "event": "NONE" })).problem(404, "not-found");
    let generate = json!({ "kind": "generate", "event": "WORKSHOP" });
    world.tell("staff:v view", "POST", "/runs", &generate).problem(403, "forbidden");
    world.tell(REVOKER, "POST", "/runs", &generate).problem(403, "forbidden");
    assert!(certificates(&*world.app.store).is_empty());
}

#[test]
fn groups_get_keep_and_lose() {
    on_each_engine(|world| {
        school(world, 2, 1);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        // One of them does not pass any more, and one who had failed does.
        for (who, passed) in [("p00000@example.org", false), ("p00002@example.org", true)] {
            let path = format!("/events/WORKSHOP/participants/{who}");
            world.patch(&path, &json!({ "progress": { "passed": passed } })).ok();
        }
        let lose = json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "not_passing" });
        let preview = world.post("/runs/preview", &lose).ok();
        assert_eq!((&preview["total"], &preview["loses"]), (&json!(1), &json!(1)));
        let run = done(world, &lose);
        assert_eq!(counters(&run), [1, 1, 0, 0]);
        let gone = world.get("/certificates/CERT-WORKSHOP-2026-00001").ok();
        let version = &gone["versions"][0];
        assert_eq!((&version["status"], &version["cause"]), (&json!("revocation_waits"), &json!("eligibility_lost")));

        let gets = done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "not_issued" }));
        assert_eq!(counters(&gets), [1, 1, 0, 0]);
        let same = done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "already_issued" }));
        // Nothing would change for two of them, and one is revoked.
        assert_eq!(counters(&same), [3, 0, 3, 0]);
        world.patch("/events/WORKSHOP/participants/p00001@example.org", &json!({ "name": "Another Name" })).ok();
        let next = done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "passing" }));
        assert_eq!(counters(&next), [2, 1, 1, 0]);
        let two = world.get("/certificates/CERT-WORKSHOP-2026-00002").ok();
        assert_eq!(two["versions"][0]["status"], "superseded");
        assert_eq!(
            (&two["versions"][1]["version"], &two["versions"][1]["recipient"]),
            (&json!(2), &json!("Another Name"))
        );
        assert_eq!(two["versions"][1]["issued"], two["versions"][0]["issued"]);
    });
}

#[test]
fn one_bad_row_stops_nobody_and_only_it_is_retried() {
    on_each_engine(|world| {
        school(world, 2, 0);
        let mut bad = person(7, true);
        bad.fields.insert("credits".to_owned(), "many".to_owned());
        let mut wide = person(8, true);
        wide.name = "W".repeat(150);
        enrol(world, &[bad, wide]);
        // The preview knows it before.
        let foreseen = world.post("/runs/preview", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        assert_eq!([&foreseen["total"], &foreseen["gets"], &foreseen["nothing"], &foreseen["untried"]], [4, 2, 2, 0]);
        let why = |n: usize| foreseen["rows"][n]["why"].as_str().unwrap_or_default().to_owned();
        assert!(why(2).contains("credits") && why(3).contains("fit"), "{foreseen}");
        world.ask(OWNER, "DELETE", "/events/WORKSHOP/participants/p00008@example.org").ok();

        let run = done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        assert_eq!((run["state"].as_str(), counters(&run)), (Some("completed_with_failures"), [3, 2, 0, 1]));
        let id = run["id"].as_str().unwrap();
        let failed = world.get(&format!("/runs/{id}/rows?state=failed")).ok();
        assert!(failed["items"][0]["reason"].as_str().unwrap().contains("credits"), "{failed}");

        world.patch("/events/WORKSHOP/participants/p00007@example.org", &json!({ "fields": { "credits": "2" } })).ok();
        let retry = world.post(&format!("/runs/{id}/retry"), &json!({})).ok();
        work(world);
        let retry = world.get(&format!("/runs/{}", retry["id"].as_str().unwrap())).ok();
        assert_eq!((counters(&retry), retry["retry_of"].as_str()), ([1, 1, 0, 0], Some(id)));
        assert_eq!(certificates(&*world.app.store).len(), 3);
    });
}

#[test]
fn a_run_that_waits_is_cancelled_at_once_and_one_under_way_after_its_group() {
    let world = World::in_memory();
    school(&world, 1_200, 0);
    let request = json!({ "kind": "generate", "event": "WORKSHOP" });
    let waiting = world.post("/runs", &request).ok()["id"].as_str().unwrap().to_owned();
    let cancelled = world.post(&format!("/runs/{waiting}/cancel"), &json!({})).ok();
    assert_eq!(cancelled["state"], "cancelled");
    world.post(&format!("/runs/{waiting}/cancel"), &json!({})).problem(409, "over");

    let id = world.post("/runs", &request).ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(issued_at_once(&world), 500);
    world.pass(10);
    let under_way = world.get(&format!("/runs/{id}")).ok();
    assert_eq!((&under_way["state"], counters(&under_way)), (&json!("processing"), [1_200, 500, 0, 0]));
    assert!(under_way["rate"].as_f64().unwrap() > 0.0 && under_way["seconds_left"].is_u64());
    world.post(&format!("/runs/{id}/cancel"), &json!({})).ok();
    work(&world);
    let over = world.get(&format!("/runs/{id}")).ok();
    assert_eq!((&over["state"], counters(&over)), (&json!("cancelled"), [1_200, 500, 0, 0]));
    assert_eq!(certificates(&*world.app.store).len(), 500);
}

#[test]
fn two_workers_and_two_runs_over_the_same_people_make_one_certificate_each() {
    on_each_engine(|world| {
        school(world, 1_100, 0);
        let request = json!({ "kind": "generate", "event": "WORKSHOP", "over": "all_eligible" });
        let ids: Vec<_> =
            (0..2).map(|_| world.post("/runs", &request).ok()["id"].as_str().unwrap().to_owned()).collect();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| work(world));
            }
        });
        work(world);
        let all = certificates(&*world.app.store);
        let people: BTreeSet<_> = all.iter().map(|one| &one.person).collect();
        assert_eq!((all.len(), people.len()), (1_100, 1_100));
        let runs: Vec<_> = ids.iter().map(|id| world.get(&format!("/runs/{id}")).ok()).collect();
        let done: u64 = runs.iter().map(|run| counters(run)[1]).sum();
        let skipped: u64 = runs.iter().map(|run| counters(run)[2]).sum();
        assert_eq!((done, skipped), (1_100, 1_100), "{runs:?}");
        assert!(runs.iter().all(|run| run["state"] == "completed"));
    });
}

#[test]
fn a_store_copied_in_the_middle_of_a_run_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::create(&folder.path().join("store")).unwrap();
    let world = World::on(Arc::new(store), folder, Limits::default());
    school(&world, 1_300, 0);
    let id = world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for groups in 0..4 {
        // What a power cut right now would leave behind.
        let copy = tempfile::tempdir().unwrap();
        crate::harness::copy(world.folder(), copy.path());
        let _ = std::fs::remove_file(copy.path().join("store").join("lock"));
        let store = SledStore::open(&copy.path().join("store")).unwrap();
        let after = World::on(Arc::new(store), copy, Limits::default());
        work(&after);
        let run = after.get(&format!("/runs/{id}")).ok();
        assert_eq!(
            (&run["state"], counters(&run)),
            (&json!("completed"), [1_300, 1_300, 0, 0]),
            "after {groups} groups"
        );
        let people: BTreeSet<_> = certificates(&*after.app.store).into_iter().map(|one| one.person).collect();
        assert_eq!((people.len(), certificates(&*after.app.store).len()), (1_300, 1_300));
        work_once(&world.app).unwrap();
    }
}

#[test]
fn an_erased_person_is_in_no_journal_and_no_correction() {
    on_each_engine(|world| {
        school(world, 2, 0);
        let run = done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let ask = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": "Right Name" });
        let asked = world.post("/corrections", &ask).ok()["id"].as_str().unwrap().to_owned();
        let erased = world.ask(OWNER, "POST", "/events/WORKSHOP/participants/p00000@example.org/erase");
        assert_eq!(erased.status, 204, "{}", erased.text());
        let rows = world.get(&format!("/runs/{}/rows", run["id"].as_str().unwrap())).ok();
        let row = &rows["items"][0];
        assert_eq!((&row["person"], &row["number"]), (&Value::Null, &json!("CERT-WORKSHOP-2026-00001")));
        assert_eq!(rows["items"][1]["person"], "p00001@example.org");
        let correction = world.get(&format!("/corrections/{asked}")).ok();
        assert_eq!((&correction["name"], &correction["state"]), (&json!(""), &json!("rejected")));
        let whole = world.get("/certificates/CERT-WORKSHOP-2026-00001").ok();
        assert_eq!((&whole["versions"][0]["status"], &whole["versions"][0]["basis"]), (&json!("active"), &Value::Null));
        world.get("/certificates/CERT-WORKSHOP-2026-00001/file").problem(410, "erased");
        let check = world.post("/events/WORKSHOP/spot-check", &json!({})).ok();
        assert_eq!(check["of"], 1);
    });
}

#[test]
fn every_change_is_told_once_in_the_same_step() {
    on_each_engine(|world| {
        school(world, 3, 0);
        let draft = EndpointDraft {
            url: "https://hooks.example.com/in".to_owned(),
            description: String::new(),
            events: EventKind::ALL.to_vec(),
        };
        endpoints::create(&*world.app.store, &draft, Rules::default(), &Actor::staff("owner"), world.app.now())
            .unwrap();
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        world.post("/certificates/CERT-WORKSHOP-2026-00001/revoke", &json!({ "cause": "fraud" })).ok();
        world.post("/certificates/CERT-WORKSHOP-2026-00001/restore", &json!({})).ok();
        let page = world.app.store.documents(Collection::WEBHOOK_MESSAGES, "", None, 100).unwrap();
        let mut told: Vec<_> = page.items.iter().map(|one| one.value.to_string()).collect();
        told.sort();
        for kind in ["certificate.issued", "certificate.revoked", "certificate.restored", "run.finished"] {
            let found = told.iter().filter(|text| text.contains(kind)).count();
            assert_eq!(found, 1, "{kind}: {told:?}");
        }
    });
}

#[test]
fn a_run_is_watched_until_it_ends() {
    let world = World::in_memory();
    school(&world, 3, 0);
    let run = done(&world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let answer = world.get(&format!("/runs/{}/events", run["id"].as_str().unwrap()));
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    assert!(answer.text().starts_with("event: end\ndata: {"), "{}", answer.text());
    world.get("/runs/none/events").problem(404, "not-found");
}

#[test]
fn nothing_is_signed_with_a_key_that_was_replaced_meanwhile() {
    on_each_engine(|world| {
        school(world, 3, 0);
        world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        // Whoever took the signer before the rotation, in this process or in another.
        let (before, times) = (world.app.vault.signer().unwrap(), StageTimes::default());
        world.post("/keys/rotate", &json!({})).ok();
        let stale = Workshop { faces: &world.app.faces, signer: &before, times: &times };
        let step = run::step(&desk(world), &stale, &world.app.vault, &Holder::default()).unwrap();
        assert!(matches!(step, Step::Stalled { .. }));
        assert_eq!(certificates(&*world.app.store), []);
        let (code, person) = ("WORKSHOP".parse().unwrap(), PersonKey("p00000@example.org".to_owned()));
        let by_hand = acts::issue_now(&desk(world), &stale, &code, &person, "by hand");
        assert!(matches!(by_hand, Err(run::RunError::KeyReplaced)));
        work(world);
        let issued = certificates(&*world.app.store);
        assert!(issued.len() == 3 && issued.iter().all(|one| one.key == "k2"));
    });
}
