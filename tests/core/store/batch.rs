//! A batch is written while what it rests on is so, and as a whole.

use serde_json::json;
use testamur::store::{Batch, CertificateChange, Collection, DocumentWrite, Expect, Participant, Premise, StoreError};

use super::records::{act, certificate, changed, code, enrol, event, number, participant};
use super::{in_threads, on_each_engine};

fn conflicts<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
}

fn listed(expect: Expect) -> DocumentWrite {
    DocumentWrite::put(Collection::LISTED, "A/person1@example.org", expect, &json!("exclusion"))
}

#[test]
fn a_batch_is_written_only_while_all_that_it_rests_on_is_so() {
    on_each_engine(|store| {
        let (a, person) = (code("A"), participant(1));
        store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
        enrol(store, &a, std::slice::from_ref(&person), &act("import")).unwrap();
        let document = |expect| Premise::Document(Collection::LISTED, "A/person1@example.org".to_owned(), expect);
        let (absent, mut renamed, mut retitled) = (document(Expect::Absent), person.clone(), event("A"));
        renamed.name = "Grace Hopper".to_owned();
        retitled.achievement.name = "Another title".to_owned();
        let mine = Premise::Certificate(a.clone(), person.key.clone(), None);
        let given = vec![
            Premise::event(&event("A")),
            Premise::participant(&a, &person),
            Premise::Enrolled(a.clone(), person.key.clone()),
            mine.clone(),
            absent.clone(),
        ];
        let issue = CertificateChange::Issue(certificate("A", 1, 1));
        let batch = |given: Vec<Premise>| Batch { given, certificates: vec![issue.clone()], ..Batch::default() };
        let stale = [
            Premise::event(&retitled),
            Premise::event(&event("B")),
            Premise::participant(&a, &renamed),
            Premise::participant(&a, &participant(2)),
            Premise::Enrolled(a.clone(), participant(2).key),
            Premise::Certificate(a.clone(), person.key.clone(), Some(number("A", 7))),
            document(Expect::Revision(1)),
        ];
        for premise in stale {
            conflicts(store.write(&batch([given.clone(), vec![premise]].concat()), Some(&act("issue"))));
            assert_eq!(store.certificate(&number("A", 1)).unwrap(), None);
        }
        let acts = store.audit(None, 100).unwrap().items.len();
        let revision = store.write(&batch(given), Some(&act("issue"))).unwrap();
        assert_eq!(store.audit(None, 100).unwrap().items.len(), acts + 1);
        assert_eq!(store.certificate(&number("A", 1)).unwrap(), Some(certificate("A", 1, 1)));
        // What was so is so no more.
        conflicts(store.write(&Batch { given: vec![mine], ..Batch::default() }, None));
        let read = Premise::unchanged(&certificate("A", 1, 1));
        store.write(&Batch { given: vec![read.clone()], ..Batch::default() }, None).unwrap();
        let other = Premise::unchanged(&testamur::store::Certificate { version: 2, ..certificate("A", 1, 1) });
        conflicts(store.write(&Batch { given: vec![other], ..Batch::default() }, None));
        conflicts(store.write(
            &Batch { given: vec![read, Premise::unchanged(&certificate("A", 2, 2))], ..Batch::default() },
            None,
        ));
        let later = store.write(&Batch { documents: vec![listed(Expect::Absent)], ..Batch::default() }, None).unwrap();
        assert!(later > revision);
        conflicts(store.write(&Batch { given: vec![absent], ..Batch::default() }, None));
        store.write(&Batch { given: vec![document(Expect::Revision(later))], ..Batch::default() }, None).unwrap();
    });
}

#[test]
fn people_certificates_and_documents_of_a_batch_are_written_together_or_not_at_all() {
    on_each_engine(|store| {
        let a = code("A");
        store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
        enrol(store, &a, &[participant(1), participant(2)], &act("import")).unwrap();
        let mut renamed = participant(1);
        renamed.name = "Grace Hopper".to_owned();
        let good = Batch {
            people: vec![
                changed("A", Some(&participant(1)), Some(&renamed)),
                changed("A", Some(&participant(2)), None),
                changed("A", None, Some(&participant(3))),
            ],
            certificates: vec![CertificateChange::Issue(certificate("A", 1, 1))],
            documents: vec![listed(Expect::Absent)],
            ..Batch::default()
        };
        let bad = [
            Batch { people: vec![changed("A", None, Some(&participant(1)))], ..good.clone() },
            Batch { people: vec![changed("A", Some(&renamed), Some(&participant(1)))], ..good.clone() },
            // Twice the same person, and a key that changes.
            Batch { people: [good.people.clone(), good.people.clone()].concat(), ..good.clone() },
            Batch { people: vec![changed("A", Some(&participant(1)), Some(&participant(4)))], ..good.clone() },
            Batch { certificates: vec![CertificateChange::Issue(certificate("A", 1, 9))], ..good.clone() },
            Batch { documents: vec![listed(Expect::Revision(1))], ..good.clone() },
        ];
        for batch in bad {
            conflicts(store.write(&batch, Some(&act("all"))));
            assert_eq!(store.participant(&a, &participant(1).key).unwrap(), Some(participant(1)));
            assert_eq!(store.participants(&a, None, 10).unwrap().items.len(), 2);
            assert!(store.certificate(&number("A", 1)).unwrap().is_none());
        }
        let orphan = Batch { people: vec![changed("B", None, Some(&participant(1)))], ..Batch::default() };
        assert!(matches!(store.write(&orphan, None), Err(StoreError::NotFound(_))));
        store.write(&good, Some(&act("all"))).unwrap();
        assert_eq!(store.participants(&a, None, 10).unwrap().items, [renamed, participant(3)]);
        assert!(store.certificate(&number("A", 1)).unwrap().is_some());
    });
}

#[test]
fn one_external_id_is_not_given_to_two_people_of_a_batch() {
    on_each_engine(|store| {
        store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
        let with_id = |who| Participant { external_id: Some("x1".to_owned()), ..participant(who) };
        let two = vec![changed("A", None, Some(&with_id(1))), changed("A", None, Some(&with_id(2)))];
        conflicts(store.write(&Batch { people: two, ..Batch::default() }, None));
        assert!(store.participants(&code("A"), None, 10).unwrap().items.is_empty());
    });
}

#[test]
fn of_many_writers_who_read_the_same_one_is_first_and_no_change_is_lost() {
    on_each_engine(|store| {
        let a = code("A");
        store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
        enrol(store, &a, &[participant(1), participant(2)], &act("import")).unwrap();
        let (writers, changes) = (4, 25);
        in_threads(writers, |writer| {
            for n in 0..changes {
                loop {
                    // Each adds a column to both, and the other writers' columns stay.
                    let people = [1, 2].map(|who| {
                        let old = store.participant(&a, &participant(who).key).unwrap().unwrap();
                        let mut new = old.clone();
                        new.fields.insert(format!("c{writer}_{n}"), "x".to_owned());
                        changed("A", Some(&old), Some(&new))
                    });
                    match store.write(&Batch { people: people.into(), ..Batch::default() }, Some(&act("change"))) {
                        Err(StoreError::Conflict(_)) => {}
                        done => {
                            done.unwrap();
                            break;
                        }
                    }
                }
            }
        });
        for who in [1, 2] {
            let fields = store.participant(&a, &participant(who).key).unwrap().unwrap().fields;
            assert_eq!(fields.len(), (writers * changes) as usize + participant(who).fields.len());
        }
    });
}
