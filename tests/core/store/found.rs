//! What is asked for is what somebody finds who looks at everything, whatever was written before.

use std::collections::BTreeSet;

use serde_json::json;
use testamur::credential::{CertificateNumber, EventCode, StatusEntry, Timestamp};
use testamur::status::ReasonCode;
use testamur::store::{
    Act, AuditQuery, Batch, Cause, Certificate, CertificateChange, CertificateQuery, CertificateState, Collection,
    DocumentQuery, DocumentWrite, Expect, Index, Participant, PeopleQuery, PersonKey, Standing, Store, Withdrawal,
    Within,
};

use super::records::{act, certificate, code, enrol, event, issue, now, participant, reason};
use super::{all, on_each_engine};

/// Throws dice, the same ones each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

const EVENTS: [&str; 3] = ["A", "AB", "B"];
const NAMES: [&str; 6] = ["Ada Lovelace", "Zoë Ångström", "ŁUKASZ Żak", "山田花子", "İpek Şahin", "O'Brien"];

fn at(hours: i64) -> Timestamp {
    now().plus_seconds(hours * 3_600)
}

/// Writes what happens to people and certificates in a life, in any order.
fn live(store: &dyn Store, dice: &mut Dice, steps: u64) {
    for code_of in EVENTS {
        store.change_event(None, &event(code_of), &[], &act("event.create")).unwrap();
    }
    for step in 0..steps {
        let name = *dice.one(&EVENTS);
        let code_of = code(name);
        let people = all(500, |cursor, limit| store.participants(&code_of, cursor, limit));
        let held = all(500, |cursor, limit| store.certificates(Some(&code_of), cursor, limit));
        let who = |dice: &mut Dice| (!people.is_empty()).then(|| dice.one(&people).clone());
        let act = Act {
            actor: (*dice.one(&["staff:ada", "staff:bob", "operator:root"])).to_owned(),
            subject: held.first().map_or_else(|| name.to_owned(), |one| one.number.to_string()),
            at: at(step as i64),
            ..act(dice.one::<&str>(&["participant.change", "certificate.issue", "certificate.revoke"]))
        };
        match dice.below(10) {
            0..3 => {
                let new: Vec<_> = (0..1 + dice.below(90)).map(|n| somebody(step * 1_000 + n as u64, dice)).collect();
                enrol(store, &code_of, &new, &act).unwrap();
            }
            3 => {
                let Some(old) = who(dice) else { continue };
                let new = Participant { name: (*dice.one(&NAMES)).to_owned(), ..old.clone() };
                store.change_participant(&code_of, Some(&old), Some(&new), &[], &act).unwrap();
            }
            4 => {
                let Some(old) = who(dice).filter(|one| store.certificate_of(&code_of, &one.key).unwrap().is_none())
                else {
                    continue;
                };
                store.change_participant(&code_of, Some(&old), None, &[], &act).unwrap();
            }
            5 => {
                let (Some(keep), Some(gone)) = (who(dice), who(dice)) else { continue };
                let new = Participant { external_id: gone.external_id.clone(), ..keep.clone() };
                let _ = store.merge_participants(&code_of, [&keep, &new, &gone], &[], &act);
            }
            6 => {
                let Some(gone) = who(dice) else { continue };
                store.erase_person(&code_of, &gone.key, &[], &act).unwrap();
            }
            7 => {
                let without = people.iter().filter(|one| store.certificate_of(&code_of, &one.key).unwrap().is_none());
                let next = store.reserve_numbers(&code_of, 2026, 60).unwrap();
                let new: Vec<_> = without.take(60).zip(next..).map(|(who, n)| issued(name, n, who, dice)).collect();
                issue(store, &new, &act).unwrap();
            }
            _ => {
                let mut changes = Vec::new();
                let mut seen = BTreeSet::new();
                for _ in 0..dice.below(20) {
                    let Some(old) = (!held.is_empty()).then(|| dice.one(&held).clone()) else { continue };
                    if seen.insert(old.number.clone()) {
                        changes.push(happens(old, dice));
                    }
                }
                store.change_certificates(&changes, &[], &act).unwrap();
            }
        }
    }
}

fn somebody(n: u64, dice: &mut Dice) -> Participant {
    let external_id = (dice.below(3) == 0).then(|| format!("EXT-{n}"));
    Participant { name: format!("{} {n}", dice.one(&NAMES)), external_id, ..participant(n) }
}

fn issued(event: &str, n: u64, who: &Participant, dice: &mut Dice) -> Certificate {
    let mut one = certificate(event, n, n);
    (one.person, one.recipient, one.email) = (who.key.clone(), who.name.clone(), who.email.clone());
    one.jws = format!("{event}{n}.jws");
    one.status = StatusEntry { list: 1 + event.len() as u32, index: (n * 10) as u32 };
    if event == "B" {
        one.status.list = 9;
    }
    one.issued = at(dice.below(50) as i64 - 25);
    one.valid_until = (dice.below(2) == 0).then(|| at(dice.below(50) as i64 - 25));
    one.run = (dice.below(2) == 0).then(|| format!("run{}", dice.below(3)));
    one.template.name = (*dice.one(&["classic", "modern"])).to_owned();
    one
}

fn happens(old: Certificate, dice: &mut Dice) -> CertificateChange {
    let mut next = Certificate { version: old.version + 1, state: CertificateState::Active, ..old.clone() };
    (next.withdrawal, next.erased) = (None, None);
    next.status.index += 1;
    next.recipient = (*dice.one(&NAMES)).to_owned();
    next.jws = format!("{}.{}", old.number, next.version);
    let due = (dice.below(2) == 0).then(|| at(dice.below(50) as i64 - 25));
    let withdrawal = Some(Withdrawal { cause: Cause::Other, run: None, due, entitled: None });
    match (&old.state, dice.below(2)) {
        (CertificateState::Active, 0) => {
            CertificateChange::Revoke { old, reason: reason(ReasonCode::Revoked), withdrawal }
        }
        (CertificateState::Active, _) => {
            CertificateChange::Supersede { old, new: next, reason: reason(ReasonCode::Superseded) }
        }
        (_, 0) => CertificateChange::Reinstate { old },
        (_, _) => CertificateChange::Reissue { old, new: next },
    }
}

/// Numbers of certificates, some of which are there.
fn some_numbers(dice: &mut Dice, count: usize) -> BTreeSet<CertificateNumber> {
    let number = |dice: &mut Dice| {
        let event = code(dice.one::<&str>(&EVENTS));
        CertificateNumber::new(event, 2026, 1 + dice.below(60) as u64)
    };
    (0..count).map(|_| number(dice)).collect()
}

fn certificate_queries(dice: &mut Dice) -> Vec<CertificateQuery> {
    let text = [
        "ada",
        "  ÅNG ",
        "żak",
        "CERT-A-2026-0000",
        "person1",
        "@EXAMPLE",
        "花",
        "nobody at all",
        "i̇pek",
        " ",
        "lovelace ada",
        "Ångström, ZOË",
    ];
    let whole = CertificateQuery::default();
    let mut queries: Vec<_> = text.map(|text| CertificateQuery { text: Some(text.to_owned()), ..whole.clone() }).into();
    for standing in Standing::ALL {
        queries.push(CertificateQuery { standing: Some((standing, now())), ..whole.clone() });
    }
    for _ in 0..25 {
        queries.push(CertificateQuery {
            event: (dice.below(2) == 0).then(|| code(dice.one::<&str>(&EVENTS))),
            standing: (dice.below(3) == 0).then(|| (*dice.one(&Standing::ALL), at(dice.below(20) as i64 - 10))),
            template: (dice.below(4) == 0).then(|| (*dice.one(&["classic", "modern", "none"])).to_owned()),
            issued_since: (dice.below(3) == 0).then(|| at(dice.below(50) as i64 - 25)),
            issued_until: (dice.below(3) == 0).then(|| at(dice.below(50) as i64 - 25)),
            text: (dice.below(3) == 0).then(|| (*dice.one(&text)).to_owned()),
            run: (dice.below(4) == 0).then(|| format!("run{}", dice.below(4))),
            only: if dice.below(5) == 0 { some_numbers(dice, 12) } else { BTreeSet::new() },
            except: if dice.below(3) == 0 { some_numbers(dice, 40) } else { BTreeSet::new() },
        });
    }
    queries.push(CertificateQuery { only: some_numbers(dice, 30), ..whole.clone() });
    queries.push(CertificateQuery { except: some_numbers(dice, 60), ..whole.clone() });
    queries.push(whole);
    queries
}

#[test]
fn certificates_and_people_are_found_as_by_looking_at_all_of_them() {
    on_each_engine(|store| {
        let mut dice = Dice(7);
        live(store, &mut dice, 70);
        let everything = all(300, |cursor, limit| store.certificates(None, cursor, limit));
        assert!(everything.len() > 200, "{} certificates", everything.len());
        let some: BTreeSet<EventCode> = [code("A"), code("B"), code("C")].into();
        let within = Within::new(store, &some);
        let mut found_any = 0;
        for query in certificate_queries(&mut dice) {
            let text = query.wanted_text();
            let wanted: Vec<_> = everything.iter().filter(|one| query.takes(one, text.as_deref())).cloned().collect();
            for limit in [3 + dice.below(20), 70] {
                let found = all(limit, |cursor, limit| store.find_certificates(&query, cursor, limit));
                assert_eq!(found, wanted, "{query:?}");
            }
            found_any += usize::from(!wanted.is_empty());
            let of_some: Vec<_> = wanted.into_iter().filter(|one| some.contains(one.number.event())).collect();
            let found = all(7, |cursor, limit| {
                let page = within.find_certificates(&query, cursor, limit)?;
                assert!(page.next.is_none() || page.items.len() == limit, "a page is full unless it is the last");
                Ok(page)
            });
            assert_eq!(found, of_some, "{query:?}");
        }
        assert!(found_any > 20);
        let everybody: Vec<(EventCode, Participant)> = {
            let of = |event: EventCode| {
                let people = all(300, |cursor, limit| store.participants(&event, cursor, limit));
                people.into_iter().map(move |person| (event.clone(), person))
            };
            let mut events = EVENTS.map(code);
            events.sort();
            events.into_iter().flat_map(of).collect()
        };
        for text in ["ada", "ÅNG", "ext-", "person1", "花", "lovelace, ada", " ", "", "nobody at all"] {
            let of_one = |event: &EventCode| {
                let query = PeopleQuery { text: Some(text.to_owned()), places: None };
                all(9, |cursor, limit| store.find_participants(event, &query, cursor, limit))
            };
            let blank = text.trim().is_empty();
            let is_found = |(event, person): &&(EventCode, Participant)| !blank && of_one(event).contains(person);
            let wanted: Vec<_> = everybody.iter().filter(is_found).cloned().collect();
            for limit in [2, 9, 300] {
                let full = |cursor: Option<&str>, limit| {
                    let page = store.find_people(text, cursor, limit)?;
                    assert!(page.next.is_none() || page.items.len() == limit, "a page is full unless it is the last");
                    Ok(page)
                };
                assert_eq!(all(limit, full), wanted, "{text} {limit}");
                let of_some: Vec<_> = wanted.iter().filter(|(event, _)| some.contains(event)).cloned().collect();
                assert_eq!(all(limit, |cursor, limit| within.find_people(text, cursor, limit)), of_some, "{text}");
            }
        }
        for bad in ["x", "zz", "00", "4100", "ff00000000"] {
            store.find_people("ada", Some(bad), 5).unwrap_err();
        }
        for event in EVENTS.map(code) {
            let people = all(300, |cursor, limit| store.participants(&event, cursor, limit));
            for text in ["ada", "ÅNG", "ext-", "person1", "花", " ", "", "nobody at all"] {
                let query = PeopleQuery { text: Some(text.to_owned()), places: None };
                let holds = |person: &&Participant| {
                    let all = [Some(&person.name), person.email.as_ref(), person.external_id.as_ref()];
                    all.into_iter().flatten().any(|own| own.to_lowercase().contains(&text.trim().to_lowercase()))
                };
                let wanted: Vec<_> = people.iter().filter(holds).cloned().collect();
                let found = all(9, |cursor, limit| store.find_participants(&event, &query, cursor, limit));
                assert_eq!(found, wanted, "{text}");
            }
            // By the words of a name in any order.
            let of = |text: &str| {
                let query = PeopleQuery { text: Some(text.to_owned()), places: None };
                all(9, |cursor, limit| store.find_participants(&event, &query, cursor, limit))
            };
            assert_eq!(of("Lovelace, Ada"), of("ada lovelace"));
            assert!(of("lovel ada").is_empty() && of("ada ada").is_empty());
        }
    });
}

#[test]
fn acts_are_found_as_by_looking_at_the_whole_log() {
    on_each_engine(|store| {
        let mut dice = Dice(11);
        live(store, &mut dice, 8);
        for n in 0..700 {
            let detail = match n % 4 {
                0 => json!({ "from": "CERT-A-2026-00001", "to": "CERT-A-2026-00040" }),
                1 => json!({ "numbers": (0..n % 60).map(|n| format!("CERT-B-2026-{n:05}")).collect::<Vec<_>>() }),
                2 => json!({ "person": { "id": format!("p{n}") } }),
                _ => json!(null),
            };
            let actor = (*dice.one(&["staff:ada from 192.0.2.1", "staff:bob", "system"])).to_owned();
            let subject = (*dice.one(&["A", "CERT-A-2026-00007", "k1"])).to_owned();
            let action = (*dice.one(&["certificate.issue", "certificate.revoke", "key.rotate"])).to_owned();
            store.append_audit(&Act { actor, at: at(n), action, subject, detail }).unwrap();
        }
        let log = all(400, |cursor, limit| store.audit(cursor, limit));
        assert!(log.len() > 700);
        let text = |dice: &mut Dice, of: &[&str]| (dice.below(2) == 0).then(|| (*dice.one(of)).to_owned());
        for _ in 0..25 {
            let query = AuditQuery {
                action: text(&mut dice, &["certificate.", "key.rotate", "nothing"]),
                actor: text(&mut dice, &["staff:", "staff:bob", "system"]),
                subject: text(&mut dice, &["CERT-A-2026-00007", "CERT-B-2026-00055", "p602", "A", "nobody"]),
                since: (dice.below(3) == 0).then(|| at(dice.below(700) as i64)),
                until: (dice.below(3) == 0).then(|| at(dice.below(700) as i64)),
            };
            let mut wanted: Vec<_> = log.iter().filter(|entry| query.takes(entry)).cloned().collect();
            for newest in [false, true] {
                for limit in [30, 200] {
                    let found = all(limit, |cursor, limit| store.find_audit(&query, newest, cursor, limit));
                    assert_eq!(found, wanted, "{query:?}");
                }
                wanted.reverse();
            }
        }
        // Behind all acts: what is newest comes first all the same.
        let (whole, far) = (AuditQuery::default(), "ff".repeat(8));
        assert_eq!(
            store.find_audit(&whole, true, Some(&far), 3).unwrap(),
            store.find_audit(&whole, true, None, 3).unwrap()
        );
        assert!(store.find_audit(&whole, false, Some(&far), 3).unwrap().items.is_empty());
        for bad in ["00", "x", &"00".repeat(9)] {
            store.find_audit(&AuditQuery::default(), false, Some(bad), 5).unwrap_err();
        }
    });
}

#[test]
fn documents_are_found_by_what_their_collection_declares() {
    on_each_engine(|store| {
        let mut dice = Dice(13);
        let row = |dice: &mut Dice| {
            let person = *dice.one(&["ada", "bob", "é\u{0}x"]);
            json!({ "person": person, "state": *dice.one(&["queued", "done", "failed", "skipped"]) })
        };
        for _ in 0..400 {
            let key = format!("run{}/{:03}", dice.below(3), dice.below(60));
            let (one, other) = (row(&mut dice), row(&mut dice));
            let writes = match dice.below(4) {
                0 => vec![DocumentWrite::delete(Collection::RUN_ROWS, key, Expect::Any)],
                // Of two for one document the second counts.
                1 => [one, other].map(|row| DocumentWrite::put(Collection::RUN_ROWS, &key, Expect::Any, &row)).into(),
                2 => vec![
                    DocumentWrite::put(Collection::RUN_ROWS, &key, Expect::Any, &one),
                    DocumentWrite::delete(Collection::RUN_ROWS, &key, Expect::Any),
                ],
                _ => vec![DocumentWrite::put(Collection::RUN_ROWS, key, Expect::Any, &one)],
            };
            store.write(&Batch { documents: writes, ..Batch::default() }, None).unwrap();
        }
        for prefix in ["", "run1/", "run1/0", "nothing/"] {
            let rows = all(70, |cursor, limit| store.documents(Collection::RUN_ROWS, prefix, cursor, limit));
            for _ in 0..20 {
                let mut having = Vec::new();
                if dice.below(2) == 0 {
                    having.push((Index::PERSON, (*dice.one(&["ada", "é\u{0}x", "nobody"])).to_owned()));
                }
                if dice.below(2) == 0 {
                    having.push((Index::UNDONE, (*dice.one(&["failed", "done", "skipped", "queued"])).to_owned()));
                }
                let has = |document: &&testamur::store::Document| {
                    having.iter().all(|(index, text)| document.value[index.name()] == **text)
                };
                let mut wanted: Vec<_> = rows.iter().filter(has).cloned().collect();
                for newest in [false, true] {
                    let query = DocumentQuery { prefix: prefix.to_owned(), having: having.clone(), newest };
                    let found = all(1 + dice.below(9), |cursor, limit| {
                        store.find_documents(Collection::RUN_ROWS, &query, cursor, limit)
                    });
                    assert_eq!(found, wanted, "{query:?}");
                    wanted.reverse();
                }
            }
        }
    });
}

#[test]
fn a_cursor_of_a_search_is_one_of_the_listing_and_nothing_else_is() {
    on_each_engine(|store| {
        let code_of = code("A");
        store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
        enrol(store, &code_of, &(0..200).map(participant).collect::<Vec<_>>(), &act("import")).unwrap();
        let new: Vec<_> = (1..200).map(|n| certificate("A", n, n)).collect();
        issue(store, &new, &act("issue")).unwrap();
        let query = CertificateQuery { text: Some("lovelace".to_owned()), ..CertificateQuery::default() };
        let people = PeopleQuery { text: query.text.clone(), places: None };
        for limit in [1, 63, 64, 65, 150] {
            let listed = store.certificates(None, None, limit).unwrap();
            assert_eq!(store.find_certificates(&query, None, limit).unwrap(), listed);
            let next = listed.next.as_deref();
            assert_eq!(
                store.find_certificates(&query, next, limit).unwrap().items,
                store.certificates(None, next, limit).unwrap().items
            );
            let listed = store.participants(&code_of, None, limit).unwrap();
            assert_eq!(store.find_participants(&code_of, &people, None, limit).unwrap(), listed);
        }
        for bad in ["zz", "0", "00"] {
            store.find_certificates(&query, Some(bad), 5).unwrap_err();
            store.find_participants(&code_of, &people, Some(bad), 5).unwrap_err();
        }
        let nobody = store.find_participants(&code("ZZ"), &people, None, 5).unwrap();
        assert_eq!((nobody.items, nobody.next), (vec![], None));
        assert_eq!(store.participant(&code_of, &PersonKey("x".into())).unwrap(), None);
    });
}
