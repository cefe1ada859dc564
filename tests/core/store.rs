//! The store's story, told to every engine. It says which engines it ran on.

mod again;
mod batch;
#[path = "../service/meanwhile/between.rs"]
#[expect(dead_code, reason = "the service's tests use more of it")]
pub mod between;
mod dump;
mod folder;
mod found;
pub mod records;
mod remote;
mod speed;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use serde_json::json;
use testamur::credential::EventCode;
use testamur::credential::StatusEntry;
use testamur::status::{LIST_ENTRIES, ReasonCode, issued_digest};
use testamur::store::{
    Batch, Cause, CertificateChange, CertificateState, Collection, Document, DocumentWrite, Expect, MemoryStore, Page,
    Participant, PersonKey, SeenStray, SledStore, StatusRange, Store, StoreError, Stray, Withdrawal, check_audit,
};

use between::Between;
use records::{
    act, certificate, changed, code, enrol, enrol_for, event, issue, issue_new, now, number, participant, reason,
    revoke, supersede,
};

/// Tells a story to a fresh store of every engine, through two handles that take turns with each call: that of the process
/// which holds the store, and that of another one, which asks it through a socket.
fn on_each_engine(story: impl Fn(&dyn Store)) {
    let tell = |store: Arc<dyn Store>| {
        remote::from_inside_and_outside(store, |handles| story(&*Between::taking_turns(handles)));
    };
    println!("memory");
    tell(Arc::new(MemoryStore::new()));
    println!("sled");
    let folder = tempfile::tempdir().unwrap();
    tell(Arc::new(SledStore::create(&folder.path().join("store")).unwrap()));
    println!("outside only");
    remote::asked_through_a_socket(|store| story(store));
}

/// Reads a whole listing in pages of `limit`.
pub fn all<T>(limit: usize, page: impl Fn(Option<&str>, usize) -> Result<Page<T>, StoreError>) -> Vec<T> {
    let (mut items, mut cursor) = (Vec::new(), None);
    loop {
        let page = page(cursor.as_deref(), limit).unwrap();
        assert!(page.items.len() <= limit);
        items.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return items;
        }
    }
}

#[test]
fn a_setting_changes_only_from_what_it_was() {
    on_each_engine(|store| {
        store.swap_setting("issuer", None, b"a", &act("set")).unwrap();
        let conflict = store.swap_setting("issuer", None, b"b", &act("set"));
        assert!(matches!(conflict, Err(StoreError::Conflict(name)) if name == "issuer"));
        store.swap_setting("issuer", Some(b"a"), b"b", &act("set")).unwrap();
        assert_eq!(store.setting("issuer").unwrap().unwrap(), b"b");
        assert_eq!(store.setting("other").unwrap(), None);
        let long = store.swap_setting("long", None, &[0; 61 * 1024], &act("set"));
        assert!(matches!(long, Err(StoreError::TooLarge { what: "setting", .. })));
        assert_eq!(all(1, |cursor, limit| store.settings(cursor, limit)), [("issuer".to_owned(), b"b".to_vec())]);
    });
}

#[test]
fn bytes_of_any_size_are_kept_once_under_their_digest() {
    on_each_engine(|store| {
        for size in [0, 1, 6_144, 49_152, 49_153, 70_000, 3_000_000] {
            let bytes: Vec<u8> = (0..size).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            let id = store.put_blob(&bytes).unwrap();
            assert_eq!(store.put_blob(&bytes).unwrap(), id);
            assert!(store.blob(&id).unwrap() == Some(bytes), "{size}");
        }
        assert_eq!(all(2, |cursor, limit| store.blobs(cursor, limit)).len(), 7);
        for unknown in ["", "zz", &"0".repeat(64), "é"] {
            assert_eq!(store.blob(&testamur::store::BlobId(unknown.to_owned())).unwrap(), None);
        }
    });
}

#[test]
fn an_event_is_not_overwritten_by_somebody_who_saw_an_older_one() {
    on_each_engine(|store| {
        let first = event("WORKSHOP");
        let mut second = first.clone();
        second.achievement.name = "Another title".to_owned();
        store.change_event(None, &first, &[], &act("event.create")).unwrap();
        assert!(matches!(store.change_event(None, &second, &[], &act("event.create")), Err(StoreError::Conflict(_))));
        store.change_event(Some(&first), &second, &[], &act("event.change")).unwrap();
        assert!(matches!(
            store.change_event(Some(&first), &first, &[], &act("event.change")),
            Err(StoreError::Conflict(_))
        ));
        assert_eq!(store.event(&code("WORKSHOP")).unwrap(), Some(second));
        assert_eq!(store.event(&code("OTHER")).unwrap(), None);
    });
}

#[test]
fn participants_are_added_and_replaced_by_their_keys() {
    on_each_engine(|store| {
        let workshop = code("WORKSHOP");
        let orphan = enrol(store, &workshop, &[participant(1)], &act("import"));
        assert!(matches!(orphan, Err(StoreError::NotFound(_))));
        store.change_event(None, &event("WORKSHOP"), &[], &act("event.create")).unwrap();
        store.change_event(None, &event("WORKSHOP2"), &[], &act("event.create")).unwrap();
        let people: Vec<_> = (0..25).map(participant).collect();
        enrol(store, &workshop, &people, &act("import")).unwrap();
        enrol(store, &code("WORKSHOP2"), &[participant(99)], &act("import")).unwrap();
        let mut renamed = participant(3);
        renamed.name = "Grace".to_owned();
        let unread = enrol(store, &workshop, &[participant(30), renamed.clone()], &act("import"));
        assert!(matches!(unread, Err(StoreError::Conflict(_))), "who is there is not replaced unread");
        assert_eq!(store.participant(&workshop, &participant(30).key).unwrap(), None, "nobody of the batch is added");
        let change = changed("WORKSHOP", Some(&participant(3)), Some(&renamed));
        store.write(&Batch { people: vec![change], ..Batch::default() }, Some(&act("import"))).unwrap();
        assert_eq!(store.participant(&workshop, &renamed.key).unwrap(), Some(renamed));
        assert_eq!(all(4, |cursor, limit| store.participants(&workshop, cursor, limit)).len(), 25);
    });
}

#[test]
fn people_are_listed_in_the_order_of_the_list_and_an_update_keeps_the_place() {
    on_each_engine(|store| {
        let (a, b, nobody) = (code("A"), code("AB"), code("B"));
        store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
        store.change_event(None, &event("AB"), &[], &act("event.create")).unwrap();
        let put = |event: &EventCode, who: &[u64]| {
            let change = |who: &u64| {
                let new = participant(*who);
                let old = store.participant(event, &new.key).unwrap();
                changed(event.as_str(), old.as_ref(), Some(&new))
            };
            let people = who.iter().map(change).collect();
            store.write(&Batch { people, ..Batch::default() }, Some(&act("import"))).unwrap();
        };
        let keys = |event| -> Vec<PersonKey> {
            all(2, |cursor, limit| store.participants(event, cursor, limit)).into_iter().map(|p| p.key).collect()
        };
        let wanted = |who: &[u64]| -> Vec<PersonKey> { who.iter().map(|who| participant(*who).key).collect() };
        put(&a, &[9, 2, 7]);
        put(&b, &[5]);
        put(&a, &[1, 7, 30, 9]);
        put(&b, &[2, 4]);
        assert_eq!(keys(&a), wanted(&[9, 2, 7, 1, 30]));
        assert_eq!(keys(&b), wanted(&[5, 2, 4]));
        assert_eq!(keys(&nobody), []);
        in_threads(4, |thread| (0..20).for_each(|n| put(&a, &[100 + thread * 20 + n])));
        let listed = keys(&a);
        assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), 85, "each has a place of its own");
        assert_eq!(listed[..5], wanted(&[9, 2, 7, 1, 30]));
    });
}

#[test]
fn a_participant_is_changed_only_by_who_saw_them_as_they_are() {
    on_each_engine(|store| {
        let workshop = code("WORKSHOP");
        store.change_event(None, &event("WORKSHOP"), &[], &act("event.create")).unwrap();
        let mut first = participant(1);
        first.external_id = Some("x1".to_owned());
        first.id = Some("p-1".to_owned());
        let change = |old: Option<&Participant>, new: Option<&Participant>| {
            store.change_participant(&workshop, old, new, &[], &act("change"))
        };
        let conflicts = |result| assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
        change(None, Some(&first)).unwrap();
        conflicts(change(None, Some(&first)));
        let mut second = first.clone();
        second.external_id = Some("x2".to_owned());
        change(Some(&first), Some(&second)).unwrap();
        conflicts(change(Some(&first), Some(&second)));
        assert_eq!(store.person(&workshop, "x:x1").unwrap(), None);
        assert_eq!(store.person(&workshop, "x:x2").unwrap(), Some(second.key.clone()));
        assert_eq!(store.person(&workshop, "#p-1").unwrap(), Some(second.key.clone()));
        let mut other = participant(2);
        other.external_id = Some("x2".to_owned());
        conflicts(change(None, Some(&other)));
        conflicts(enrol(store, &workshop, &[other], &act("import")));

        // Of many at once one wins, and the roster loses nobody.
        let won = in_threads(8, |thread| {
            let new = Participant { name: format!("Ada {thread}"), ..second.clone() };
            change(Some(&second), Some(&new)).is_ok()
        });
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
        let stored = store.participant(&workshop, &second.key).unwrap().unwrap();
        issue(store, &[certificate("WORKSHOP", 1, 1)], &act("issue")).unwrap();
        conflicts(change(Some(&stored), None));
        enrol(store, &workshop, &[participant(3), participant(4)], &act("import")).unwrap();
        change(Some(&participant(3)), None).unwrap();
        let left: Vec<_> = all(1, |cursor, limit| store.participants(&workshop, cursor, limit));
        assert_eq!(left, [stored, participant(4)]);
    });
}

#[test]
fn an_erased_person_is_nowhere_in_any_version_and_lists_and_digests_stay() {
    on_each_engine(|store| {
        let workshop = code("WORKSHOP");
        store.change_event(None, &event("WORKSHOP"), &[], &act("event.create")).unwrap();
        let person = participant(10);
        enrol(store, &workshop, std::slice::from_ref(&person), &act("import")).unwrap();
        let first = certificate("WORKSHOP", 1, 10);
        issue(store, std::slice::from_ref(&first), &act("issue")).unwrap();
        let mut second = certificate("WORKSHOP", 1, 10);
        second.version = 2;
        second.jws.push('2');
        second.status = StatusEntry { list: 1, index: 77 };
        supersede(store, &first, &second, &reason(ReasonCode::Superseded), &act("regenerate")).unwrap();
        let digests = || all(1, |cursor, limit| store.issued_digests("k1", cursor, limit));
        let entries = || all(1, |cursor, limit| store.set_entries(1, cursor, limit));
        let (digests_before, entries_before) = (digests(), entries());
        let nobody = store.erase_person(&workshop, &PersonKey("nobody".into()), &[], &act("erase"));
        assert!(matches!(nobody, Err(StoreError::NotFound(_))));
        store.erase_person(&workshop, &person.key, &[], &act("erase")).unwrap();
        let versions = store.versions(&first.number).unwrap();
        assert_eq!(versions.len(), 2);
        for (version, before) in versions.iter().zip([&first, &second]) {
            assert_eq!(
                (&version.number, version.version, version.status),
                (&before.number, before.version, before.status)
            );
            assert!(version.erased.is_some());
            let text = serde_json::to_string(version).unwrap();
            assert!(!text.contains("Ada") && !text.contains("example.org") && !text.contains("eyJ"), "{text}");
        }
        assert!(matches!(versions[0].state, CertificateState::Superseded { .. }));
        assert_eq!((digests(), entries()), (digests_before, entries_before));
        assert_eq!(store.certificate_of(&workshop, &person.key).unwrap(), None);
        assert_eq!(store.participants(&workshop, None, 10).unwrap().items, []);
        check_audit(store).unwrap();
    });
}

#[test]
fn no_number_is_reserved_twice_by_eight_threads() {
    on_each_engine(|store| {
        let runs = in_threads(8, |_| (0..20).map(|_| store.reserve_numbers(&code("A"), 2026, 7).unwrap()).collect());
        let firsts: BTreeSet<u64> = runs.into_iter().flat_map(|run: Vec<u64>| run).collect();
        assert_eq!(firsts.into_iter().collect::<Vec<_>>(), (0..160).map(|n| 1 + n * 7).collect::<Vec<_>>());
        assert_eq!(store.reserve_numbers(&code("A"), 2027, 1).unwrap(), 1);
        assert_eq!(store.reserve_numbers(&code("B"), 2026, 1).unwrap(), 1);
        assert_eq!(store.reserve_numbers(&code("A"), 2026, 0).unwrap(), 1_121);
        assert!(matches!(store.reserve_numbers(&code("A"), 2026, u64::MAX), Err(StoreError::Exhausted(_))));
        assert_eq!(store.number_counters().unwrap()[0], (code("A"), 2026, 1_120));
    });
}

#[test]
fn no_status_position_is_reserved_twice_by_eight_threads() {
    on_each_engine(|store| {
        let ranges = in_threads(8, |_| (0..20).map(|_| store.reserve_status(999).unwrap()).collect());
        let mut ranges: Vec<_> = ranges.into_iter().flat_map(|run: Vec<Vec<StatusRange>>| run).flatten().collect();
        ranges.sort_by_key(|range| (range.list, range.first));
        let mut next = (1, 0);
        for range in ranges {
            assert_eq!((range.list, range.first), next);
            let end = range.first + range.count;
            assert!(end <= LIST_ENTRIES);
            next = if end == LIST_ENTRIES { (range.list + 1, 0) } else { (range.list, end) };
        }
        assert_eq!(next, (2, 8 * 20 * 999 - LIST_ENTRIES));
    });
}

#[test]
fn positions_spill_into_the_next_list_at_the_boundary() {
    on_each_engine(|store| {
        assert_eq!(store.reserve_status(0).unwrap(), []);
        let range = |list, first, count| StatusRange { list, first, count };
        assert_eq!(store.reserve_status(LIST_ENTRIES - 1).unwrap(), [range(1, 0, LIST_ENTRIES - 1)]);
        assert_eq!(store.reserve_status(2).unwrap(), [range(1, LIST_ENTRIES - 1, 1), range(2, 0, 1)]);
        let rest = [range(2, 1, LIST_ENTRIES - 1), range(3, 0, LIST_ENTRIES), range(4, 0, 6)];
        assert_eq!(store.reserve_status(2 * LIST_ENTRIES + 5).unwrap(), rest);
        assert_eq!(store.status_lists().unwrap(), [LIST_ENTRIES, LIST_ENTRIES, LIST_ENTRIES, 6]);
    });
}

#[test]
fn a_person_gets_one_certificate_per_event() {
    on_each_engine(|store| {
        let (first, twin) = (certificate("A", 1, 10), certificate("A", 2, 10));
        let other = certificate("B", 1, 10);
        enrol_for(store, &[first.clone(), other.clone(), certificate("A", 3, 11), certificate("A", 1, 12)]).unwrap();
        let conflict = |issued: Result<(), StoreError>, of: &testamur::store::Certificate| {
            assert!(matches!(issued, Err(StoreError::Conflict(number)) if number == of.number.to_string()));
        };
        conflict(issue(store, &[first.clone(), twin.clone()], &act("issue")), &twin);
        assert_eq!(store.certificate(&first.number).unwrap(), None, "all or nothing");
        let acts = || all(10, |cursor, limit| store.audit(cursor, limit)).len();
        let before = acts();
        issue(store, &[first.clone(), other], &act("issue")).unwrap();
        conflict(issue(store, std::slice::from_ref(&twin), &act("issue")), &twin);
        assert_eq!(store.certificate(&twin.number).unwrap(), None);
        assert_eq!(store.certificate_of(&code("A"), &first.person).unwrap(), Some(first.number.clone()));
        assert_eq!(store.certificate_of(&code("A"), &PersonKey("nobody".into())).unwrap(), None);
        assert_eq!(acts(), before + 1, "nothing issued, nothing recorded");

        conflict(issue(store, &[certificate("A", 3, 11), certificate("A", 1, 12)], &act("issue")), &first);
        assert_eq!(store.certificate(&number("A", 3)).unwrap(), None, "all or nothing");
    });
}

#[test]
fn two_threads_issue_to_the_same_people_and_each_person_gets_one() {
    on_each_engine(|store| {
        let batch = |thread: u64, at: u64| -> Vec<_> {
            (0..20).map(|n| certificate("A", 1 + thread * 1_000 + at * 20 + n, at * 20 + n)).collect()
        };
        (0..10).for_each(|at| enrol_for(store, &batch(0, at)).unwrap());
        let won = in_threads(4, |thread| {
            (0..10).filter(|at| issue(store, &batch(thread, *at), &act("issue")).is_ok()).count()
        });
        assert_eq!(won.into_iter().sum::<usize>(), 10, "of four for the same people one is first");
        let listed = all(7, |cursor, limit| store.certificates(Some(&code("A")), cursor, limit));
        let people: BTreeSet<_> = listed.iter().map(|certificate| certificate.person.clone()).collect();
        assert_eq!((listed.len(), people.len()), (200, 200));
        check_audit(store).unwrap();
    });
}

#[test]
fn certificates_are_listed_by_event_year_and_sequence_as_integers() {
    on_each_engine(|store| {
        let numbers = [("A", 99_999), ("A", 100_000), ("A", 1_000_000), ("AB", 5), ("B", 1)];
        let batch: Vec<_> =
            numbers.iter().rev().zip(0..).map(|((event, n), who)| certificate(event, *n, who)).collect();
        issue_new(store, &batch, &act("issue"));
        let listed = |event: Option<&str>| -> Vec<String> {
            let event = event.map(code);
            let listed = all(2, |cursor, limit| store.certificates(event.as_ref(), cursor, limit));
            listed.iter().map(|certificate| certificate.number.to_string()).collect()
        };
        let text = |(event, n): &(&str, u64)| number(event, *n).to_string();
        assert_eq!(listed(None), numbers.iter().map(text).collect::<Vec<_>>());
        assert_eq!(listed(Some("A")), numbers[..3].iter().map(text).collect::<Vec<_>>());
    });
}

#[test]
fn a_superseded_version_stays_readable_and_its_status_entry_is_set() {
    on_each_engine(|store| {
        let old = certificate("A", 1, 1);
        issue_new(store, &[old.clone(), certificate("A", 2, 2)], &act("issue"));
        let mut new = certificate("A", 1, 1);
        (new.version, new.jws, new.recipient) = (2, "b.c.d".to_owned(), "Corrected".to_owned());
        new.status = StatusEntry { list: 1, index: 77 };
        let why = reason(ReasonCode::Superseded);
        supersede(store, &old, &new, &why, &act("regenerate")).unwrap();

        let superseded = CertificateState::Superseded { reason: why.clone() };
        let kept = testamur::store::Certificate { state: superseded, ..old.clone() };
        assert_eq!(store.versions(&old.number).unwrap(), [kept, new.clone()]);
        assert_eq!(store.certificate(&old.number).unwrap(), Some(new.clone()));
        assert_eq!(all(9, |cursor, limit| store.set_entries(1, cursor, limit)), [(old.status.index, why.clone())]);
        assert_eq!(all(9, |cursor, limit| store.certificates(None, cursor, limit)).len(), 2);
        let digests = all(1, |cursor, limit| store.issued_digests("k1", cursor, limit));
        assert_eq!(digests.len(), 3);
        assert!(digests.contains(&issued_digest(&old.jws)) && digests.contains(&issued_digest(&new.jws)));

        let again = supersede(store, &old, &new, &why, &act("regenerate"));
        assert!(matches!(again, Err(StoreError::Conflict(_))), "the version it saw is not the current one");
        let somebody = testamur::store::Certificate {
            version: 3,
            person: participant(2).key,
            status: StatusEntry { list: 1, index: 78 },
            ..new.clone()
        };
        assert!(matches!(supersede(store, &new, &somebody, &why, &act("x")), Err(StoreError::Conflict(_))));
    });
}

#[test]
fn revoked_stays_revoked() {
    on_each_engine(|store| {
        let old = certificate("A", 1, 1);
        let why = reason(ReasonCode::Revoked);
        assert!(matches!(revoke(store, &old, &why, &act("revoke")), Err(StoreError::NotFound(_))));
        issue_new(store, std::slice::from_ref(&old), &act("issue"));
        revoke(store, &old, &why, &act("revoke")).unwrap();
        let revoked = store.certificate(&old.number).unwrap().unwrap();
        assert_eq!(revoked.state, CertificateState::Revoked { reason: why.clone() });
        for stale in [&old, &revoked] {
            assert!(matches!(revoke(store, stale, &why, &act("revoke")), Err(StoreError::Conflict(_))));
            let new = testamur::store::Certificate { version: 2, ..certificate("A", 1, 1) };
            assert!(matches!(supersede(store, stale, &new, &why, &act("x")), Err(StoreError::Conflict(_))));
        }
        let again = issue(store, &[certificate("A", 2, 1)], &act("issue"));
        assert!(matches!(again, Err(StoreError::Conflict(_))), "also who lost it has one");
        assert_eq!(all(9, |cursor, limit| store.set_entries(1, cursor, limit)), [(old.status.index, why)]);
    });
}

/// Revokes so that it waits, and returns the record.
fn waits(store: &dyn Store, old: &testamur::store::Certificate, due: i64) -> testamur::store::Certificate {
    let due = Some(testamur::credential::Timestamp::from_unix(due));
    let withdrawal = Some(Withdrawal { cause: Cause::Other, run: None, due, entitled: None });
    let change = CertificateChange::Revoke { old: old.clone(), reason: reason(ReasonCode::Revoked), withdrawal };
    store.change_certificates(&[change], &[], &act("revoke")).unwrap();
    store.certificate(&old.number).unwrap().unwrap()
}

#[test]
fn revocations_that_wait_are_listed_until_they_are_hastened_or_taken_back() {
    on_each_engine(|store| {
        let batch: Vec<_> = (1..=4).map(|n| certificate("A", n, n)).collect();
        issue_new(store, &batch, &act("issue"));
        let revoked: Vec<_> = batch.iter().zip([40, 10, 30, 20]).map(|(one, due)| waits(store, one, due)).collect();
        let after = |due: i64| -> Vec<u64> {
            let after = testamur::credential::Timestamp::from_unix(due);
            let listed = all(1, |cursor, limit| store.waiting(after, cursor, limit));
            listed.iter().map(|one| one.number.as_ref().unwrap().sequence()).collect()
        };
        assert_eq!((after(0), after(10), after(39), after(40)), (vec![2, 4, 3, 1], vec![4, 3, 1], vec![1], vec![]));
        let change = |change: CertificateChange| store.change_certificates(&[change], &[], &act("change"));
        change(CertificateChange::Hasten { old: revoked[3].clone() }).unwrap();
        let again = change(CertificateChange::Hasten { old: revoked[3].clone() });
        assert!(matches!(again, Err(StoreError::Conflict(_))), "it has changed since");
        change(CertificateChange::Reinstate { old: revoked[1].clone() }).unwrap();
        let mut new = testamur::store::Certificate { version: 2, ..certificate("A", 1, 1) };
        new.status.index = 77;
        change(CertificateChange::Reissue { old: revoked[0].clone(), new: new.clone() }).unwrap();
        new.status.index = 78;
        let second = change(CertificateChange::Reissue { old: revoked[0].clone(), new });
        assert!(matches!(second, Err(StoreError::Conflict(_))), "somebody else was first");
        assert_eq!(after(0), [3]);
        let set: Vec<u32> = all(9, |c, l| store.set_entries(1, c, l)).iter().map(|(index, _)| *index).collect();
        let mut still: Vec<u32> = [0, 2, 3].iter().map(|at: &usize| batch[*at].status.index).collect();
        still.sort_unstable();
        assert_eq!(set, still, "only what was taken back is clear");
        let hastened = store.certificate(&batch[3].number).unwrap().unwrap();
        assert_eq!(hastened.withdrawal.unwrap().due, None);
    });
}

fn stray(index: u32, position: u32, id: &str) -> Stray {
    let key = "k1".to_owned();
    Stray {
        seen: Some(SeenStray { number: number("A", 1), id: id.to_owned(), key, issued: now() }),
        status: StatusEntry { list: 2, index },
        position,
        reason: reason(ReasonCode::Revoked),
        withdrawal: None,
    }
}

#[test]
fn what_is_not_in_the_store_is_revoked_and_its_position_counts_as_used_for_ever() {
    on_each_engine(|store| {
        store.reserve_status(5).unwrap();
        let first = stray(7, 41, "https://certs.example.org/c/1");
        store.change_strays(&[(None, Some(&first))], &[], &act("revoke")).unwrap();
        assert_eq!(store.stray(first.status).unwrap(), Some(first.clone()));
        assert_eq!(all(9, |c, l| store.set_entries(2, c, l)), [(7, first.reason.clone())]);
        assert_eq!(store.status_lists().unwrap(), [LIST_ENTRIES, 42], "the list before it counts as full");
        for taken in [stray(7, 41, "https://certs.example.org/c/2"), first.clone()] {
            let again = store.change_strays(&[(None, Some(&taken))], &[], &act("revoke"));
            assert!(matches!(again, Err(StoreError::Conflict(_))));
        }
        // A new certificate never takes an entry that is set.
        let mut new = certificate("A", 1, 1);
        new.status = first.status;
        enrol_for(store, std::slice::from_ref(&new)).unwrap();
        let taken = issue(store, std::slice::from_ref(&new), &act("issue"));
        assert!(matches!(taken, Err(StoreError::Conflict(_))));
        // And one that is set for a certificate is no stray's.
        new.status.index = 8;
        issue_new(store, std::slice::from_ref(&new), &act("issue"));
        revoke(store, &new, &reason(ReasonCode::Revoked), &act("revoke")).unwrap();
        let other = store.change_strays(&[(None, Some(&stray(8, 3, "x")))], &[], &act("revoke"));
        assert!(matches!(other, Err(StoreError::Conflict(_))));
        store.change_strays(&[(Some(&first), None)], &[], &act("restore")).unwrap();
        assert_eq!(all(9, |c, l| store.set_entries(2, c, l)).len(), 1);
        assert_eq!(store.reserve_status(1).unwrap()[0].first, 42, "also after it was taken back");
        let far = Stray { status: StatusEntry { list: 5_000, index: 1 }, ..first };
        let far = store.change_strays(&[(None, Some(&far))], &[], &act("revoke"));
        assert!(matches!(far, Err(StoreError::Exhausted(_))));
    });
}

#[test]
fn of_two_who_revoke_and_supersede_at_once_one_wins() {
    on_each_engine(|store| {
        for n in 1..=20 {
            let old = certificate("A", n, n);
            issue_new(store, std::slice::from_ref(&old), &act("issue"));
            let mut new = testamur::store::Certificate { version: 2, ..old.clone() };
            new.status.index += 1_000;
            let won = in_threads(4, |thread| match thread % 2 {
                0 => revoke(store, &old, &reason(ReasonCode::Revoked), &act("revoke")).is_ok(),
                _ => supersede(store, &old, &new, &reason(ReasonCode::Superseded), &act("regenerate")).is_ok(),
            });
            assert_eq!(won.iter().filter(|won| **won).count(), 1);
        }
        assert_eq!(
            check_audit(store).unwrap().sequence,
            61,
            "the event, and of each: enrolled, issued, and one of four"
        );
    });
}

#[test]
fn paging_while_others_write_misses_nobody_and_repeats_nobody() {
    on_each_engine(|store| {
        let even: Vec<_> = (1..=200).map(|n| certificate("A", n * 2, n * 2)).collect();
        issue_new(store, &even, &act("issue"));
        thread::scope(|scope| {
            scope.spawn(|| {
                for n in 0..200 {
                    issue_new(store, &[certificate("A", n * 2 + 1, n * 2 + 1)], &act("issue"));
                }
            });
            for _ in 0..10 {
                let listed = all(13, |cursor, limit| store.certificates(None, cursor, limit));
                assert!(listed.iter().map(|certificate| certificate.number.sequence()).is_sorted_by(|a, b| a < b));
                assert_eq!(listed.iter().filter(|certificate| certificate.number.sequence() % 2 == 0).count(), 200);
            }
        });
    });
}

#[test]
fn garbage_cursors_are_refused_or_stay_in_their_listing() {
    on_each_engine(|store| {
        issue_new(store, &[certificate("A", 1, 1), certificate("B", 1, 1)], &act("issue"));
        for garbage in ["?", "0", "AB", "é", "'; drop table", &"f".repeat(10_000)] {
            let refused = store.certificates(None, Some(garbage), 10);
            assert!(matches!(refused, Err(StoreError::Cursor(_))), "{garbage}");
            assert!(matches!(store.audit(Some(garbage), 10), Err(StoreError::Cursor(_))));
        }
        for shaped in ["", "00", "ff", &"ff".repeat(4_000)] {
            let page = store.certificates(Some(&code("A")), Some(shaped), 10).unwrap();
            assert!(page.items.iter().all(|certificate| certificate.number.event() == &code("A")));
        }
        assert_eq!(store.certificates(None, None, 0).unwrap().items.len(), 1);
        assert_eq!(store.certificates(None, None, usize::MAX).unwrap().items.len(), 2);
    });
}

#[test]
fn the_audit_chain_holds_under_eight_writers() {
    on_each_engine(|store| {
        in_threads(8, |_| (0..25).for_each(|_| store.append_audit(&act("publish")).unwrap()));
        let head = check_audit(store).unwrap();
        assert_eq!(head.sequence, 200);
        assert_eq!(all(64, |cursor, limit| store.audit(cursor, limit)).last().unwrap().hash, head.hash);
    });
}

/// Runs `work` in `count` threads at once, each told its number.
fn in_threads<T: Send>(count: u64, work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..count).map(|thread| scope.spawn(move || work(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn documents_sort_by_the_bytes_of_their_keys() {
    on_each_engine(|store| {
        let sorted = ["A", "Z", "a", "a/1", "a/10", "a/2", "a0", "z", "é", "\u{ffff}", "\u{10000}"];
        let put = |key: &&str| DocumentWrite::put(Collection::RULES, *key, Expect::Absent, &json!({}));
        let shuffled: Vec<_> = sorted.iter().rev().map(put).collect();
        store.write_documents(&shuffled, None).unwrap();
        let keys = |page: Page<Document>| page.items.into_iter().map(|one| one.key).collect::<Vec<_>>();
        assert_eq!(keys(store.documents(Collection::RULES, "", None, 100).unwrap()), sorted);
        let back: Vec<_> = sorted.iter().rev().copied().collect();
        assert_eq!(keys(store.documents_newest(Collection::RULES, "", None, 100).unwrap()), back);
        assert_eq!(keys(store.documents(Collection::RULES, "a/", None, 100).unwrap()), ["a/1", "a/10", "a/2"]);
        let some = store.documents_at(Collection::RULES, &["z", "none", "A", "z"]).unwrap();
        let some: Vec<_> = some.into_iter().map(|found| found.map(|one| one.key)).collect();
        assert_eq!(some, [Some("z".to_owned()), None, Some("A".to_owned()), Some("z".to_owned())]);
    });
}

#[test]
fn of_two_writes_to_one_document_the_second_counts_and_sees_the_first() {
    on_each_engine(|store| {
        let put = |expect, n: u32| DocumentWrite::put(Collection::RULES, "one", expect, &json!(n));
        let delete = |expect| DocumentWrite::delete(Collection::RULES, "one", expect);
        let write = |writes: &[DocumentWrite]| store.write_documents(writes, None);
        let value = || store.document(Collection::RULES, "one").unwrap().map(|found| found.value);
        let first = write(&[put(Expect::Absent, 1), put(Expect::Any, 2)]).unwrap();
        assert_eq!(value(), Some(json!(2)));
        write(&[put(Expect::Revision(first), 3), delete(Expect::Any)]).unwrap();
        assert_eq!(value(), None);
        write(&[put(Expect::Any, 4)]).unwrap();
        write(&[delete(Expect::Any), put(Expect::Absent, 5)]).unwrap();
        assert_eq!(value(), Some(json!(5)));
        let still_absent = DocumentWrite::still(Collection::RULES, "one", Expect::Absent);
        for both in [[delete(Expect::Any), delete(Expect::Revision(first))], [put(Expect::Any, 6), still_absent]] {
            assert!(matches!(write(&both), Err(StoreError::Conflict(key)) if key == "one"));
            assert_eq!(value(), Some(json!(5)), "nothing of it is written");
        }
    });
}

#[test]
fn json_comes_back_equal_to_what_was_given() {
    on_each_engine(|store| {
        let told = json!({
            "whole": [0, -1, i64::MIN, i64::MAX, u64::MAX, 9_007_199_254_740_993_i64],
            "real": [0.1, -0.5, 1e300, 5e-324],
            "text": ["", "\u{0}", "\u{7f}", "\"\\/\n", "e\u{301} é 𝒳 \u{10ffff}", "\u{202e}"],
            "": { "nested": [null, true, [], {}], "a": 1 }, "\u{0}": 2, "b": 3,
        });
        let written = DocumentWrite::put(Collection::RULES, "one", Expect::Absent, &told);
        store.write_documents(&[written], None).unwrap();
        assert_eq!(store.document(Collection::RULES, "one").unwrap().unwrap().value, told);
    });
}

#[test]
fn many_are_read_at_once_in_the_order_in_which_they_are_asked_for() {
    on_each_engine(|store| {
        let workshop = code("WORKSHOP");
        store.change_event(None, &event("WORKSHOP"), &[], &act("event.create")).unwrap();
        enrol(store, &workshop, &[participant(1), participant(2), participant(3)], &act("import")).unwrap();
        let (one, two, nobody) = (participant(1).key, participant(2).key, participant(9).key);
        let asked = [&two, &nobody, &one, &two];
        let found = store.participants_at(&workshop, &asked).unwrap();
        assert_eq!(found, [Some(participant(2)), None, Some(participant(1)), Some(participant(2))]);
        assert_eq!(store.participants_at(&code("OTHER"), &[&one]).unwrap(), [None]);
        assert_eq!(store.participants_at(&workshop, &[]).unwrap(), []);
        let owned: Vec<_> = asked.iter().map(|person| store.certificate_of(&workshop, person).unwrap()).collect();
        assert_eq!(store.certificates_of(&workshop, &asked).unwrap(), owned);
    });
}
