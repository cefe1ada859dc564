//! Two who work on one run: two services over one store, one of which stands still between what it reserved and what it writes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use testamur::acts::run::{self, Holder, Kind, LEASE_SECONDS, RunError, RunOver, RunRequest, RunState, Step};
use testamur::desk::{Actor, Desk};
use testamur::making::{StageTimes, Workshop};
use testamur::server::{Limits, work_once};
use testamur::store::{Collection, DocumentWrite, Expect, MemoryStore, SledStore, Store};

use super::Between;
use crate::harness::World;
use crate::runs::{certificates, desk, school, work};

/// Two services: the first one's writes can be held up.
pub(super) fn two(story: impl Fn(&Arc<World>, &Between, &Arc<World>)) {
    let tell = |store: Arc<dyn Store>, folder| {
        let between = Between::over(store.clone());
        let one = World::on(between.clone(), folder, Limits::default());
        let other = World::on(store, tempfile::tempdir().unwrap(), Limits::default());
        story(&Arc::new(one), &between, &Arc::new(other));
    };
    println!("memory");
    tell(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap());
    println!("sled");
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::create(&folder.path().join("store")).unwrap());
    tell(store, folder);
}

fn generate(world: &World) -> String {
    let run = world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
    run["id"].as_str().unwrap().to_owned()
}

fn request() -> RunRequest {
    let over = Some(RunOver::AllEligible);
    RunRequest { event: Some("WORKSHOP".parse().unwrap()), over, ..RunRequest::of(Kind::Generate) }
}

/// How many numbers and status entries were ever reserved.
fn reserved(world: &World) -> (u64, u32) {
    let numbers = world.app.store.number_counters().unwrap().iter().map(|(_, _, count)| count).sum();
    (numbers, world.app.store.status_lists().unwrap().iter().sum())
}

/// Checks that each of so many people has one certificate, by one act each group, and that the run is over.
fn each_has_one(world: &World, run: &str, people: usize) {
    let all = certificates(&*world.app.store);
    let owners: BTreeSet<_> = all.iter().map(|one| one.person.clone()).collect();
    let entries: BTreeSet<_> = all.iter().map(|one| (one.status.list, one.status.index)).collect();
    assert_eq!((all.len(), owners.len(), entries.len()), (people, people, people));
    let run = world.get(&format!("/runs/{run}")).ok();
    assert_eq!((&run["state"], &run["counters"]["done"]), (&json!("completed"), &json!(people)), "{run}");
    let audited = world.app.store.audit(None, 1_000).unwrap().items.into_iter();
    let issued: Vec<Value> = audited
        .filter(|entry| entry.act.action == "certificate.issue")
        .flat_map(|entry| entry.act.detail["issued"].as_array().cloned().unwrap_or_default())
        .collect();
    assert_eq!(issued.len(), people, "each is told once");
}

#[test]
fn nobody_reserves_anything_for_a_run_that_another_works_on() {
    two(|one, between, other| {
        school(one, 3, 0);
        let run = generate(one);
        let (beside, seen) = (other.clone(), Arc::new(AtomicUsize::new(0)));
        let saw = seen.clone();
        // Everything is made, and nothing is written yet.
        between.before("write", move || {
            let before = reserved(&beside);
            assert_eq!(before, (3, 3));
            assert!(matches!(work_once(&beside.app).unwrap(), Step::Idle));
            assert_eq!(reserved(&beside), before);
            run::tidy(&desk(&beside)).unwrap();
            assert!(
                run::end_interrupted(&desk(&beside), Kind::Generate, Some(&"WORKSHOP".parse().unwrap()))
                    .unwrap()
                    .is_empty()
            );
            saw.fetch_add(1, Ordering::SeqCst);
        });
        work(one);
        assert_eq!(seen.load(Ordering::SeqCst), 1);
        each_has_one(one, &run, 3);
        assert_eq!(reserved(one), (3, 3), "nothing was wasted");
    });
}

#[test]
fn who_stood_still_past_the_lease_writes_nothing_over_who_went_on() {
    two(|one, between, other| {
        school(one, 700, 0);
        let run = generate(one);
        let beside = other.clone();
        between.before("write", move || {
            assert!(matches!(work_once(&beside.app).unwrap(), Step::Idle));
            beside.pass(LEASE_SECONDS);
            match work_once(&beside.app).unwrap() {
                Step::Group(done) => assert_eq!(done.firsts.len(), 500),
                _ => panic!("the run was not taken over"),
            }
        });
        // The group is the other's, and this one does the next: it was given back.
        match work_once(&one.app).unwrap() {
            Step::Group(done) => assert_eq!(done.firsts.len(), 200),
            _ => panic!("the run does not go on"),
        }
        assert!(between.happened());
        work(other);
        each_has_one(one, &run, 700);
        assert_eq!(reserved(one), (1_200, 1_200), "a gap of one group at most");
    });
}

#[test]
fn a_list_that_is_being_made_is_ended_only_once_its_maker_is_gone() {
    two(|one, between, other| {
        school(one, 3, 0);
        let queued = |world: &World| world.app.store.documents(Collection::RUN_QUEUE, "", None, 10).unwrap().items;
        let beside = other.clone();
        between.before("write", move || {
            run::tidy(&desk(&beside)).unwrap();
            assert_eq!(queued(&beside).len(), 1);
        });
        let run = generate(one);
        assert!(between.happened());
        assert_eq!(one.get(&format!("/runs/{run}")).ok()["state"], "queued");
        one.post(&format!("/runs/{run}/cancel"), &json!({})).ok();

        let beside = other.clone();
        between.before("write", move || {
            beside.pass(LEASE_SECONDS);
            run::tidy(&desk(&beside)).unwrap();
            assert_eq!(queued(&beside).len(), 0);
        });
        let late = run::create(&desk(one), &one.app.faces, &request(), usize::MAX);
        assert!(matches!(late, Err(RunError::Busy)), "who was slower than that starts nothing");
        work(one);
        work(other);
        assert!(certificates(&*one.app.store).is_empty());
    });
}

#[test]
fn a_command_keeps_its_run_and_who_gave_up_leaves_it_to_the_service() {
    two(|one, _, other| {
        school(one, 700, 0);
        let (signer, times, holder) = (one.app.vault.signer().unwrap(), StageTimes::default(), Holder::to_the_end());
        let workshop = Workshop { faces: &one.app.faces, signer: &signer, times: &times };
        let (ada, bob) = (Actor::operator("ada"), Actor::operator("bob"));
        let command = || Desk { actor: &ada, ..desk(one) };
        let run = run::create_held(&command(), &one.app.faces, &holder, &request(), usize::MAX).unwrap().run.id;
        let step = || run::step_of(&command(), &workshop, &one.app.vault, &holder, &run).unwrap();
        let left_alone = |seconds: i64| {
            [one, other].iter().for_each(|world| world.pass(seconds));
            assert!(matches!(work_once(&other.app).unwrap(), Step::Idle));
            let ended = run::end_interrupted(
                &Desk { actor: &bob, ..desk(other) },
                Kind::Generate,
                Some(&"WORKSHOP".parse().unwrap()),
            );
            assert_eq!(ended.unwrap(), []);
        };
        left_alone(1);
        assert!(matches!(step(), Step::Group(_)));
        // Also between its groups.
        left_alone(LEASE_SECONDS - 1);
        run::give_back(&command(), &holder, &run).unwrap();
        work(other);
        each_has_one(one, &run, 700);
        assert!(matches!(step(), Step::Idle), "it is over");
    });
}

#[test]
fn a_run_that_a_killed_process_held_goes_on_at_once() {
    two(|one, _, _| {
        school(one, 2, 0);
        let run = generate(one);
        let until = one.app.now().plus_seconds(LEASE_SECONDS);
        let lease = json!({ "token": 7, "lease": { "holder": "0011223344556677/8899aabbccddeeff", "until": until } });
        let held = DocumentWrite::put(Collection::RUN_QUEUE, run.as_str(), Expect::Any, &lease);
        one.app.store.write_documents(&[held], None).unwrap();
        work(one);
        each_has_one(one, &run, 2);
        let (record, _) = run::run(&*one.app.store, &run).unwrap();
        assert_eq!((record.state, record.stalls), (RunState::Completed, 0));
    });
}
