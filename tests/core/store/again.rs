//! A second certificate for somebody who did better at another try: after the one that it names, and never by accident.

use std::io::Cursor;

use testamur::status::ReasonCode;
use testamur::store::{
    Certificate, CertificateChange, Header, MemoryStore, Participant, Store, StoreError, check_audit, export, import,
};

use super::records::{act, certificate, changed, code, enrol_for, issue, now, participant, reason, revoke, supersede};
use super::{all, on_each_engine};

/// The certificate of person 10 with this sequence number, after another one.
fn after(sequence: u64, earlier: &Certificate) -> Certificate {
    Certificate { earlier: Some(earlier.number.clone()), ..certificate("A", sequence, 10) }
}

fn put(store: &dyn Store, one: &Certificate) -> Result<(), StoreError> {
    issue(store, std::slice::from_ref(one), &act("issue"))
}

#[track_caller]
fn conflicts<T: std::fmt::Debug>(done: Result<T, StoreError>) {
    assert!(matches!(done, Err(StoreError::Conflict(_))), "{done:?}");
}

/// Issues three to one person, the second under a number that sorts before the first.
fn three(store: &dyn Store) -> [Certificate; 3] {
    let first = certificate("A", 5, 10);
    enrol_for(store, std::slice::from_ref(&first)).unwrap();
    put(store, &first).unwrap();
    let second = after(2, &first);
    put(store, &second).unwrap();
    let third = after(9, &second);
    put(store, &third).unwrap();
    [first, second, third]
}

fn numbers(store: &dyn Store, who: &Participant) -> Vec<u64> {
    store.all_of(&code("A"), &who.key).unwrap().iter().map(|one| one.number.sequence()).collect()
}

#[test]
fn another_certificate_follows_the_newest_that_it_names_and_nothing_else() {
    on_each_engine(|store| {
        let (person, newest) = (participant(10), || store.certificate_of(&code("A"), &participant(10).key).unwrap());
        let first = certificate("A", 1, 10);
        enrol_for(store, &[first.clone(), certificate("A", 7, 11)]).unwrap();
        conflicts(put(store, &after(2, &first)));
        put(store, &first).unwrap();
        conflicts(put(store, &certificate("A", 2, 10)));
        conflicts(put(store, &Certificate { earlier: Some(first.number.clone()), ..certificate("A", 7, 11) }));
        let second = after(2, &first);
        conflicts(issue(store, &[second.clone(), after(3, &first)], &act("issue")));
        put(store, &second).unwrap();
        assert_eq!(newest(), Some(second.number.clone()));
        // Who decided before the second one was there makes no other one after the first.
        conflicts(put(store, &after(3, &first)));
        put(store, &after(3, &second)).unwrap();
        assert_eq!(numbers(store, &person), [3, 2, 1]);
        assert_eq!(store.certificate(&first.number).unwrap(), Some(first));
        conflicts(store.change_participant(&code("A"), Some(&person), None, &[], &act("delete")));
        check_audit(store).unwrap();
    });
}

#[test]
fn whatever_becomes_of_an_earlier_one_the_newest_stays_the_newest() {
    on_each_engine(|store| {
        let [first, second, third] = three(store);
        let mut next = Certificate { version: 2, jws: "x.y.z".to_owned(), ..first.clone() };
        next.status.index = 5_000;
        supersede(store, &first, &next, &reason(ReasonCode::Superseded), &act("correct")).unwrap();
        assert_eq!(numbers(store, &participant(10)), [9, 2, 5]);
        revoke(store, &second, &reason(ReasonCode::Revoked), &act("revoke")).unwrap();
        let lost = store.certificate(&second.number).unwrap().unwrap();
        let mut again = Certificate { version: 2, jws: "a.b.c".to_owned(), ..second.clone() };
        again.status.index = 5_001;
        let unlinked = Certificate { earlier: None, ..again.clone() };
        let reissue = |old: &Certificate, new: &Certificate| {
            let change = CertificateChange::Reissue { old: old.clone(), new: new.clone() };
            store.change_certificates(&[change], &[], &act("reissue"))
        };
        conflicts(reissue(&lost, &unlinked));
        reissue(&lost, &again).unwrap();
        assert_eq!(numbers(store, &participant(10)), [9, 2, 5]);
        assert_eq!(store.certificate_of(&code("A"), &participant(10).key).unwrap(), Some(third.number));
    });
}

#[test]
fn a_merged_person_keeps_all_and_an_erased_one_is_in_none() {
    on_each_engine(|store| {
        let [first, ..] = three(store);
        let (gone, keep, code) = (participant(10), participant(11), code("A"));
        super::enrol(store, &code, std::slice::from_ref(&keep), &act("import")).unwrap();
        store.merge_participants(&code, [&keep, &keep, &gone], &[], &act("merge")).unwrap();
        assert_eq!(numbers(store, &keep), [9, 2, 5]);
        assert_eq!(numbers(store, &gone), [0; 0]);
        assert_eq!(store.certificate(&first.number).unwrap().unwrap().person, keep.key);

        let digests = || all(10, |cursor, limit| store.issued_digests("k1", cursor, limit));
        let before = digests();
        store.erase_person(&code, &keep.key, &[], &act("erase")).unwrap();
        assert_eq!(numbers(store, &keep), [0; 0]);
        let left = all(10, |cursor, limit| store.certificates(None, cursor, limit));
        assert_eq!(left.len(), 3);
        for one in &left {
            let text = serde_json::to_string(one).unwrap();
            assert!(one.erased.is_some() && !text.contains("Ada") && !text.contains("example.org"), "{text}");
        }
        assert_eq!(digests(), before);
        let person = changed("A", None, Some(&keep));
        store.write(&testamur::store::Batch { people: vec![person], ..Default::default() }, None).unwrap();
        assert_eq!(numbers(store, &keep), [0; 0], "who comes again is somebody new");
    });
}

#[test]
fn who_has_some_and_somebody_with_one_are_not_merged() {
    on_each_engine(|store| {
        three(store);
        let other = certificate("A", 20, 11);
        enrol_for(store, std::slice::from_ref(&other)).unwrap();
        put(store, &other).unwrap();
        let (one, two) = (participant(10), participant(11));
        conflicts(store.merge_participants(&code("A"), [&one, &one, &two], &[], &act("merge")));
        conflicts(store.merge_participants(&code("A"), [&two, &two, &one], &[], &act("merge")));
    });
}

#[test]
fn a_restored_store_knows_which_one_is_the_newest() {
    on_each_engine(|store| {
        let [.., third] = three(store);
        store.reserve_numbers(&code("A"), 2026, 30).unwrap();
        store.reserve_status(30).unwrap();
        let dumped = |store: &dyn Store| {
            let mut bytes = Vec::new();
            let sign = |_: &[u8]| "signed".to_owned();
            export(store, &Header::new(now(), "did:web:certs.example.org"), &mut bytes, &sign, &|_| true).unwrap();
            bytes
        };
        let (dump, restored) = (dumped(store), MemoryStore::new());
        import(&restored, &mut Cursor::new(&dump), &|_: &str, _: &[u8]| true).unwrap();
        assert_eq!(numbers(&restored, &participant(10)), [9, 2, 5]);
        assert!(dumped(&restored) == dump);
        conflicts(put(&restored, &certificate("A", 21, 10)));
        put(&restored, &after(21, &third)).unwrap();
    });
}
