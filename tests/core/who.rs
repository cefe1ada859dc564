//! Whom the rows of lists are about: mailboxes with two names, names without addresses, lists that come again.

use std::collections::HashSet;

use testamur::acts::{Answer, Answers, Enrolled, enroll, recognise};
use testamur::credential::Timestamp;
use testamur::desk::{Actor, Desk, Issuer};
use testamur::import::*;
use testamur::store::{MemoryStore, Participant, Store};

use super::store::records::{act, code, event};

/// An event, and lists that are imported into it as both doors do.
struct Event {
    store: MemoryStore,
}

/// What an import did.
struct Done {
    rows: Vec<RowOutcome>,
    enrolled: Enrolled,
}

const ASK: Answers = Answers { same_address: Answer::Ask, same_name: Answer::Ask, same_id: Answer::Ask };

fn two() -> Answers {
    Answers { same_address: Answer::TwoPeople, same_name: Answer::TwoPeople, ..ASK }
}

fn same() -> Answers {
    Answers { same_address: Answer::SamePerson, same_name: Answer::SamePerson, ..ASK }
}

impl Event {
    fn new() -> Self {
        let store = MemoryStore::new();
        store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
        Self { store }
    }

    fn import(&self, list: &str, answers: Answers) -> Done {
        let table = read_table("list.csv", list.as_bytes(), &Limits::default()).unwrap();
        let columns = Columns::find(&table, &Mapping::default()).unwrap();
        let now: Timestamp = "2026-05-01T00:00:00Z".parse().unwrap();
        // Whose names are written `Lovelace, Ada` is another question.
        let checks = Checks { comma_names: CommaNames::Keep, ..Checks::at(now) };
        let mut rows = check_rows(&table, &columns, &checks);
        recognise(&self.store, &code("A"), &mut rows, &HashSet::new(), answers).unwrap();
        settle_duplicates(&mut rows);
        let issuer = Issuer {
            host: "a.example".into(),
            name: "A".into(),
            verifier: "a.example".into(),
            zone: Default::default(),
            language: Default::default(),
            render_method: false,
        };
        let desk = Desk { store: &self.store, issuer: &issuer, actor: &Actor::System, now };
        let join =
            |outcome: &RowOutcome, row: &Participant, known: &Participant| put_over(&outcome.cleared, row, known);
        let enrolled = enroll(&desk, &code("A"), &rows, Duplicates::Update, &join).unwrap();
        Done { rows, enrolled }
    }

    /// Names and addresses, in the order of the roster.
    fn people(&self) -> Vec<(String, String)> {
        let page = self.store.participants(&code("A"), None, 1_000).unwrap();
        page.items.into_iter().map(|person| (person.name, person.email.unwrap_or_default())).collect()
    }

    fn names(&self) -> Vec<String> {
        self.people().into_iter().map(|(name, _)| name).collect()
    }
}

impl Done {
    /// Lines with errors, their codes.
    fn asked(&self) -> Vec<(u64, &'static str)> {
        let errors = |row: &RowOutcome| {
            let found = row.findings.iter().find(|finding| finding.severity == Severity::Error)?;
            assert!(row.participant.is_none());
            Some((row.line, found.code.as_str()))
        };
        self.rows.iter().filter_map(errors).collect()
    }

    fn counts(&self) -> (u64, u64, u64) {
        (self.enrolled.added, self.enrolled.updated, self.enrolled.unchanged)
    }
}

const SHARED: &str = "Name,Email\nAnna Berg,info@firm.example\nKarl Berg,info@firm.example\nJohn Smith,\nJohn Smith,\n\
                      Mia Ito,MIA@example.org\nMia Ito,mia@example.org \n";

#[test]
fn a_shared_mailbox_is_asked_about_and_nobody_is_overwritten() {
    let event = Event::new();
    let done = event.import(SHARED, ASK);
    assert_eq!(done.asked(), [(3, "same_address")]);
    let reason = &done.rows[1].findings[0].reason;
    assert_eq!(reason, "`Karl Berg` has the address of `Anna Berg` in line 2");
    assert_eq!(event.names(), ["Anna Berg", "John Smith", "Mia Ito"]);

    // Two people have a key each, and are the same two when the list comes again.
    let done = event.import(SHARED, two());
    assert_eq!((done.asked(), done.enrolled.added), (vec![], 1));
    assert_eq!(event.names(), ["Anna Berg", "John Smith", "Mia Ito", "Karl Berg"]);
    let done = event.import(SHARED, ASK);
    assert_eq!((done.asked(), done.counts()), (vec![], (0, 0, 4)), "they are known now");
    let third = event.import("Name,Email\nEva Berg,info@firm.example\n", ASK);
    assert_eq!(third.asked(), [(2, "same_address")]);
    let third = event.import("Name,Email\nEva Berg,info@firm.example\n", same());
    assert_eq!(third.asked(), [(2, "same_address")], "whose name changed, of two, nobody can say");
}

#[test]
fn who_left_a_shared_mailbox_leaves_no_hole_in_it() {
    let event = Event::new();
    let list = "Name,Email\nAnna,i@f.example\nBert,i@f.example\nCara,i@f.example\n";
    event.import(list, two());
    let bert = &event.store.people_named(&code("A"), "Bert").unwrap()[0];
    event.store.change_participant(&code("A"), Some(bert), None, &[], &act("delete")).unwrap();
    let done = event.import("Name,Email\nAnna,i@f.example\nCara,i@f.example\n", ASK);
    assert_eq!((done.asked(), done.counts()), (vec![], (0, 0, 2)));
    event.import(list, two());
    assert_eq!(event.names(), ["Anna", "Cara", "Bert"]);
}

#[test]
fn a_name_in_another_spelling_is_no_other_name() {
    let event = Event::new();
    event.import("Name,Email\nJose Nunez,jose@example.org\n", ASK);
    let done = event.import("Name,Email\n\"Núñez, José\",JOSE@example.org\n", ASK);
    assert_eq!((done.asked(), done.counts()), (vec![], (0, 1, 0)));
    assert_eq!(event.names(), ["Núñez, José"]);
}

#[test]
fn a_corrected_name_is_a_question_and_the_answer_keeps_the_person() {
    let event = Event::new();
    event.import("Name,Email\nAda Lovelase,ada@example.org\n", ASK);
    let key = event.store.participants(&code("A"), None, 1).unwrap().items[0].key.clone();
    let corrected = "Name,Email\nAda Lovelace,ada@example.org\n";
    let done = event.import(corrected, ASK);
    assert_eq!((done.asked(), event.names()), (vec![(2, "same_address")], vec!["Ada Lovelase".to_owned()]));
    let done = event.import(corrected, same());
    assert_eq!((done.asked(), done.counts()), (vec![], (0, 1, 0)));
    assert_eq!(event.store.participant(&code("A"), &key).unwrap().unwrap().name, "Ada Lovelace");
}

#[test]
fn one_mailbox_in_two_forms_is_one_person() {
    let list = "Name,E-mail\nAnna Muster,user@bücher.example\nAnna Muster,user@xn--bcher-kva.example\n\
                Jürgen Muster,jürgen@hop.example.net\nJürgen Muster,ju\u{308}rgen@hop.example.net\n\
                Eva Muster,Eva@Hop.example.net\nEva Muster,eva@hop.EXAMPLE.net\nZoe Muster,x@１２.example\nZoe Muster,x@12.example\n";
    let event = Event::new();
    let done = event.import(list, ASK);
    assert_eq!((done.asked(), done.enrolled.added), (vec![], 4));
    let done = event.import("Name,E-mail\nAnna Muster,User@BÜCHER.example\n", ASK);
    assert_eq!(done.counts(), (0, 1, 0), "another system's list finds her");
    assert_eq!(event.people().len(), 4);
}

#[test]
fn without_an_address_the_name_and_the_other_columns_decide() {
    let event = Event::new();
    // A list of names that comes again with other scores is about the same people.
    event.import("Name,Score\nAda,1\nBob,2\n", ASK);
    assert_eq!(event.import("Name,Score\nAda,3\nBob,2\n", ASK).counts(), (0, 1, 1));
    // The same name twice in one list: the same twice is one, two scores are a question.
    let list = "Name,Score\nJohn Smith,50\nJohn Smith,50\nJohn Smith,70\n";
    let done = event.import(list, ASK);
    assert_eq!((done.asked(), done.enrolled.added), (vec![(4, "same_name")], 1));
    assert!(done.rows[2].findings[0].reason.contains("`John Smith` in line 2"), "{:?}", done.rows[2].findings);
    assert_eq!(event.import(list, two()).counts(), (1, 0, 1));
    let again = event.import(list, ASK);
    assert_eq!((again.asked(), again.counts()), (vec![], (0, 0, 2)), "each is who says so");
    // One changed: the other is told by what it says, so this is the first.
    let done = event.import("Name,Score\nJohn Smith,55\nJohn Smith,70\n", ASK);
    assert_eq!((done.asked(), done.counts()), (vec![], (0, 1, 1)));
    // Both changed: nobody can say which is which, whatever is answered.
    for answers in [ASK, two(), same()] {
        let done = event.import("Name,Score\nJohn Smith,56\nJohn Smith,71\n", answers);
        assert_eq!(done.asked(), [(2, "same_name"), (3, "same_name")]);
    }
    assert_eq!(event.people().len(), 4);
}

#[test]
fn an_address_that_comes_later_or_is_missing_is_asked_about() {
    let event = Event::new();
    event.import("Name\nAda Lovelace\nGrace Hopper\n", ASK);
    let list = "Name,Email\nAda Lovelace,ada@example.org\nGrace Hopper,grace@example.org\n";
    let done = event.import(list, ASK);
    assert_eq!(done.asked(), [(2, "same_name"), (3, "same_name")]);
    assert_eq!(event.import(list, same()).counts(), (0, 2, 0));
    assert_eq!(event.people()[0], ("Ada Lovelace".into(), "ada@example.org".into()));
    // A list without addresses may be about them, and so may an empty cell where others have one.
    for list in ["Name,City\nAda Lovelace,Bonn\n", "Name\nAda Lovelace\n"] {
        assert_eq!(event.import(list, ASK).asked(), [(2, "same_name")], "{list}");
    }
    assert_eq!(event.import("Name,City\nAda Lovelace,Bonn\n", same()).counts(), (0, 1, 0));
    let done = event.import("Name,Email\nAda Lovelace,\nEve,eve@example.org\n", ASK);
    assert_eq!((done.asked(), done.enrolled.added), (vec![(2, "same_name")], 1));
    assert_eq!(event.people()[0].1, "ada@example.org");
    assert_eq!(event.import("Name,Email\nAda Lovelace,\nEve,eve@example.org\n", two()).enrolled.added, 1);
}

#[test]
fn people_of_one_name_with_addresses_of_their_own_are_no_question() {
    let event = Event::new();
    let done = event.import("Name,Email\nJohn Smith,j1@example.org\nJohn Smith,j2@example.org\n", ASK);
    assert_eq!((done.asked(), done.enrolled.added), (vec![], 2));
}

#[test]
fn a_placeholder_for_an_address_is_a_question_for_all_and_quickly_told() {
    let event = Event::new();
    let mut list = "Name,Email\n".to_owned();
    (0..3_000).for_each(|n| list.push_str(&format!("Person Number{n},none@example.org\n")));
    assert_eq!(event.import(&list, ASK).asked().len(), 2_999);
    assert_eq!(event.import(&list, two()).enrolled.added, 2_999);
    assert_eq!(event.import(&list, ASK).counts(), (0, 0, 3_000));
}

#[test]
fn all_questions_about_a_list_come_together_and_an_error_changes_nothing_for_the_others() {
    let event = Event::new();
    event.import("Name,Email\nAnna Berg,info@firm.example\n", ASK);
    let list = "Name,Email,Status\nKarl Berg,info@firm.example,absent\nEva Lind,eva@example.org,failed\n\
                Eva Lind,eva@example.org,\nTom Lind,tom@example.org,absent\n";
    let done = event.import(list, ASK);
    let codes: Vec<Vec<&str>> =
        done.rows.iter().map(|row| row.findings.iter().map(|finding| finding.code.as_str()).collect()).collect();
    let asked = "absent_or_failed";
    assert_eq!(codes, [vec![asked, "same_address"], vec![asked], vec![], vec![asked]]);
    assert_eq!(done.counts(), (1, 0, 0), "the row without an error");
    assert_eq!(event.names(), ["Anna Berg", "Eva Lind"]);
}

#[test]
fn an_empty_cell_takes_nothing_away_and_the_word_for_it_does() {
    let event = Event::new();
    let field = |name: &str| event.store.participants(&code("A"), None, 1).unwrap().items[0].fields[name].clone();
    event.import("Name,Email,Expires,City\nAda,ada@example.org,2027-03-31,Bonn\n", ASK);
    let done = event.import("Name,Email,Expires,City\nAda,ada@example.org,,\n", ASK);
    assert_eq!((done.counts(), field("expires"), field("city")), ((0, 0, 1), "2027-03-31".into(), "Bonn".into()));
    let done = event.import("Name,Email,Valid until,City\nAda,ada@example.org,(Clear),Cork\n", ASK);
    assert_eq!((done.counts(), field("expires"), field("city")), ((0, 1, 0), String::new(), "Cork".into()));
}

#[test]
fn one_external_id_is_one_person_unless_name_and_address_both_are_others() {
    let person = |name: &str, email: &str| {
        let email = Some(email.to_owned()).filter(|email| !email.is_empty());
        let key = testamur::store::PersonKey("k".into());
        Participant::new(key, name.into(), email, Default::default(), "2026-05-01T00:00:00Z".parse().unwrap())
    };
    let known = person("Anna Berg", "anna@firm.example");
    for (name, email, another) in [
        ("Anna Berg", "berg@other.example", false),
        ("Ana Berg", "berg@other.example", false),
        ("Karl Meyer", "ANNA@firm.example", false),
        ("Karl Meyer", "karl@firm.example", true),
        ("Anna Meyer", "karl@firm.example", true),
        ("Anna Meyer", "", false),
        ("Karl Meyer", "", true),
    ] {
        assert_eq!(testamur::acts::is_another(&person(name, email), &known), another, "{name} {email}");
    }
}
