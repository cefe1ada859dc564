//! Dumps: what comes out goes in again, and nothing that was touched goes in at all.

use std::io::Cursor;

use testamur::credential::StatusEntry;
use testamur::status::{LIST_ENTRIES, ReasonCode};
use testamur::store::{
    Cause, CertificateChange, DumpError, Header, MemoryStore, SeenStray, SledStore, Store, StoreError, Stray,
    Withdrawal, check_audit, export, import,
};

use super::records::{
    act, certificate, code, enrol, event, issue_new, now, number, participant, reason, revoke, supersede,
};
use super::{all, on_each_engine};

/// A stand-in for a JWS; that a real one is checked is the key room's matter.
fn sign(statement: &[u8]) -> String {
    format!("signed:{}", String::from_utf8_lossy(statement))
}

fn verify(jws: &str, statement: &[u8]) -> bool {
    jws == sign(statement)
}

fn dumped(store: &dyn Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    export(store, &Header::new(now(), "did:web:certs.example.org"), &mut bytes, &sign, &|_| true).unwrap();
    bytes
}

/// Fills a store with something of every kind.
fn live(store: &dyn Store) {
    store.swap_setting("issuer", None, &[0, 255, 7], &act("set")).unwrap();
    store.put_blob(&vec![7; 120_000]).unwrap();
    store.put_blob(b"").unwrap();
    store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
    store.change_event(None, &event("B"), &[], &act("event.create")).unwrap();
    enrol(store, &code("A"), &[participant(2), participant(1)], &act("import")).unwrap();
    store.reserve_numbers(&code("A"), 2026, 1_500).unwrap();
    store.reserve_status(LIST_ENTRIES + 9).unwrap();
    let batch: Vec<_> = (1..=1_200).map(|n| certificate("A", n, n)).collect();
    issue_new(store, &batch, &act("issue"));
    revoke(store, &batch[4], &reason(ReasonCode::Revoked), &act("revoke")).unwrap();
    let mut new = batch[0].clone();
    (new.version, new.status.index, new.jws) = (2, 5_000, "x.y.z".to_owned());
    new.person = participant(7_000).key;
    supersede(store, &batch[0], &new, &reason(ReasonCode::Superseded), &act("regenerate")).unwrap();
    let withdrawal =
        Withdrawal { cause: Cause::OnRequest, run: None, due: Some(now().plus_seconds(900)), entitled: None };
    let seen = SeenStray { number: number("A", 9_999), id: "x".to_owned(), key: "k1".to_owned(), issued: now() };
    let stray = Stray {
        seen: Some(seen),
        status: StatusEntry { list: 2, index: 50 },
        position: 7,
        reason: reason(ReasonCode::Revoked),
        withdrawal: Some(withdrawal.clone()),
    };
    store.change_strays(&[(None, Some(&stray))], &[], &act("revoke")).unwrap();
    let (old, reason) = (batch[6].clone(), reason(ReasonCode::Revoked));
    let change = CertificateChange::Revoke { old, reason, withdrawal: Some(withdrawal) };
    store.change_certificates(&[change], &[], &act("revoke")).unwrap();
}

#[test]
fn a_restored_store_dumps_the_same_bytes_and_goes_on_where_it_was() {
    on_each_engine(|store| {
        live(store);
        let dump = dumped(store);
        let folder = tempfile::tempdir().unwrap();
        let restored = SledStore::create(&folder.path().join("restored")).unwrap();
        let summary = import(&restored, &mut Cursor::new(&dump), &verify).unwrap();
        assert_eq!(summary.records["certificate"], 1_201);
        assert!(dumped(&restored) == dump);

        drop(restored);
        let restored = SledStore::open(&folder.path().join("restored")).unwrap();
        let acts = check_audit(store).unwrap().sequence;
        for both in [store, &restored] {
            assert_eq!(both.reserve_numbers(&code("A"), 2026, 1).unwrap(), 1_501);
            assert_eq!(both.reserve_status(1).unwrap()[0].first, 9);
            assert_eq!(both.versions(&number("A", 1)).unwrap().len(), 2);
            assert_eq!(all(100, |cursor, limit| both.issued_digests("k1", cursor, limit)).len(), 1_201);
            let set = all(100, |cursor, limit| both.set_entries(1, cursor, limit));
            assert_eq!(set.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 5, 7]);
            assert_eq!(all(1, |cursor, limit| both.strays(cursor, limit)).len(), 1);
            assert_eq!(all(1, |cursor, limit| both.set_entries(2, cursor, limit)).len(), 1);
            assert_eq!(all(1, |cursor, limit| both.waiting(now(), cursor, limit)).len(), 2);
            let people = all(1, |cursor, limit| both.participants(&code("A"), cursor, limit));
            assert_eq!(
                (people.len(), &people[..2]),
                (1_200, &[participant(2), participant(1)][..]),
                "in the order of the list"
            );
            for who in [1, 7_000] {
                assert_eq!(both.certificate_of(&code("A"), &participant(who).key).unwrap(), Some(number("A", 1)));
            }
            let before = check_audit(both).unwrap().sequence;
            assert_eq!(before, acts);
            both.append_audit(&act("restored")).unwrap();
            assert_eq!(check_audit(both).unwrap().sequence, acts + 1);
        }
    });
}

#[test]
fn a_dump_goes_only_into_an_empty_store() {
    on_each_engine(|store| {
        live(store);
        let dump = dumped(store);
        let refused = import(store, &mut Cursor::new(&dump), &verify);
        assert!(matches!(refused, Err(DumpError::Store(StoreError::NotEmpty { .. }))));
        assert!(dumped(store) == dump);
    });
}

#[test]
fn an_interrupted_import_blocks_other_writes_and_is_resumed_by_the_same_dump() {
    on_each_engine(|store| {
        let full = MemoryStore::new();
        live(&full);
        let dump = dumped(&full);
        let summary = import(&MemoryStore::new(), &mut Cursor::new(&dump), &verify).unwrap();
        store.begin_restore(&summary.sha256).unwrap();
        store.restore(&[testamur::store::DumpRecord::Event(event("A"))]).unwrap();
        assert!(matches!(store.reserve_status(1), Err(StoreError::Restoring)));
        assert!(matches!(store.begin_restore("another"), Err(StoreError::NotEmpty { .. })));
        import(store, &mut Cursor::new(&dump), &verify).unwrap();
        assert!(dumped(store) == dump);
        store.reserve_status(1).unwrap();
    });
}

#[test]
fn a_dump_that_was_touched_anywhere_is_refused_and_nothing_is_written() {
    let full = MemoryStore::new();
    live(&full);
    let dump = dumped(&full);
    let empty = MemoryStore::new();
    let nothing = dumped(&empty);
    for at in (0..dump.len()).step_by(dump.len() / 400) {
        let mut touched = dump.clone();
        touched[at] ^= 1;
        assert!(import(&empty, &mut Cursor::new(&touched), &verify).is_err(), "byte {at}");
    }
    for length in (0..dump.len()).step_by(dump.len() / 50).chain([dump.len() - 1]) {
        assert!(import(&empty, &mut Cursor::new(&dump[..length]), &verify).is_err(), "cut at {length}");
    }
    let forged = import(&empty, &mut Cursor::new(&dump), &|_: &str, _: &[u8]| false);
    assert!(matches!(forged, Err(DumpError::Signature)));
    assert!(dumped(&empty) == nothing);
}

#[test]
fn the_message_names_the_line() {
    let full = MemoryStore::new();
    live(&full);
    let dump = String::from_utf8(dumped(&full)).unwrap();
    let problem =
        |text: &str| import(&MemoryStore::new(), &mut Cursor::new(text), &verify).map(|_| ()).unwrap_err().to_string();
    let first = dump.lines().next().unwrap();
    assert_eq!(problem(""), "the dump is cut off: it has no footer");
    assert_eq!(
        problem(&dump.replacen("\"version\":1", "\"version\":9", 1)),
        "the dump has format version 9; this version reads up to 1"
    );
    assert_eq!(problem("{\"a\":1}\n"), "line 1 of the dump: is not a record");
    assert_eq!(problem(&format!("{first}\n{first}\n")), "line 2 of the dump: is out of place");
    assert_eq!(problem(&format!("{first}\n{}\n", "x".repeat(200_000))), "line 2 of the dump: is too long");
    let past = dump.lines().count() + 1;
    assert_eq!(problem(&format!("{dump}{first}\n")), format!("line {past} of the dump: follows the footer"));
    let changed = dump.replacen("Ada Lovelace 2", "Ada Lovelace 3", 1);
    assert_eq!(problem(&changed), "the dump was changed: it does not match its digest");
}

#[test]
fn counters_below_what_is_used_are_refused() {
    let full = MemoryStore::new();
    full.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
    full.reserve_status(1).unwrap();
    issue_new(&full, &[certificate("A", 9, 1)], &act("issue"));
    let refused = import(&MemoryStore::new(), &mut Cursor::new(dumped(&full)), &verify).unwrap_err();
    assert!(matches!(refused, DumpError::Inconsistent(problem) if problem.contains("up to 9")));
}
