//! One person of an event: excluded, excepted, taken off both lists, removed, erased.

use crate::issuer::{EVENT, Issuer, THREE};

const JOSE: &str = "jose@example.org";

#[test]
fn who_is_excluded_gets_none_and_who_is_taken_off_does() {
    let issuer = Issuer::with(THREE);
    let exclude = ["people", "exclude", EVENT, JOSE, "--reason", "did-not-complete", "--note", "Left early."];
    issuer.run(&exclude).expect(0).prints("is excluded from MAPS: no run issues to them");
    issuer.run(&exclude).refuses("already");
    issuer.run(&["people", "except", EVENT, JOSE]).refuses("exclusion beats exception");
    issuer
        .run(&["issue", EVENT])
        .expect(0)
        .prints("2 issued")
        .warns("excluded from this event, and left out: 1 person");
    issuer.run(&["people", "unlist", EVENT, JOSE]).expect(0).prints("no longer excluded in MAPS: the rule decides");
    issuer.run(&["people", "unlist", EVENT, JOSE]).refuses("not on this list");
    issuer.run(&["issue", EVENT]).expect(0).prints("1 issued, 2 had one already");
}

#[test]
fn an_exception_goes_when_its_person_is_excluded() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["people", "except", EVENT, JOSE, "--note", "Ill."]).expect(0).prints("whatever its rule says");
    let exclude = ["people", "exclude", EVENT, JOSE, "--reason", "conduct"];
    issuer.run(&exclude).expect(0).prints("and excepted no longer");
}

#[test]
fn who_has_a_certificate_is_erased_and_not_removed_and_it_goes_on_to_verify() {
    let issuer = Issuer::issued(THREE);
    let [first, ..] = &issuer.numbers()[..] else { panic!("three have one") };
    issuer.run(&["people", "remove", EVENT, JOSE]).refuses("erase them");
    issuer.run(&["people", "erase", EVENT, JOSE]).expect(0).prints(first).warns("your backups");
    assert_eq!(issuer.run(&["people", "list", EVENT, "--json"]).expect(0).rows().len(), 2);
    let shown = issuer.run(&["certificates", "show", first]).expect(0);
    assert!(!shown.stdout.contains("José") && !shown.stdout.contains(JOSE), "{}", shown.stdout);
    assert_eq!(issuer.verdict(&issuer.file(first, "pdf"), "2026-03-02T09:00:00Z"), "valid");
}

#[test]
fn who_has_none_is_removed_and_nobody_is_named() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["people", "remove", EVENT, JOSE]).expect(0).prints("no longer in MAPS");
    for command in ["remove", "erase", "unlist", "except"] {
        issuer.run(&["people", command, EVENT, JOSE]).refuses("nobody in event `MAPS` goes by");
        issuer.run(&["people", command, "NONE", JOSE]).refuses("NONE");
    }
    assert_eq!(issuer.run(&["people", "list", EVENT, "--json"]).expect(0).rows().len(), 2);
}

#[test]
fn who_did_better_at_another_try_gets_a_second_certificate_by_name_and_no_third_by_accident() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["event", "update", EVENT, "--rule", r#"{"score":{"at_least":60}}"#]).expect(0);
    issuer.run(&["issue", EVENT, "--out", "OUT"]).expect(0);
    let numbers = issuer.numbers();
    let first = issuer.run(&["people", "list", EVENT, "--json"]).expect(0).rows();
    let of = |rows: &[serde_json::Value]| {
        let person = rows.iter().find(|row| row["email"] == JOSE).expect("he is in the list");
        person["certificate"].as_str().expect("he has one").to_owned()
    };
    let first = of(&first);
    let retake = ["issue", EVENT, "--retake", JOSE];
    issuer.run(&retake).expect(0).prints("has one already that says the same").prints("0 issued");
    std::fs::write(issuer.path("people.csv"), format!("name,email,score\nJosé Núñez,{JOSE},97\n")).unwrap();
    issuer.run(&["import", EVENT, "PEOPLE", "--duplicates", "update"]).expect(0).prints("1 updated");
    issuer.run(&["issue", EVENT]).expect(0).prints("0 issued");
    issuer.run(&[&retake[..], &["--dry-run"]].concat()).expect(0).prints("would get another one");
    issuer.run(&[&retake[..], &["--out", "OUT", "--format", "pdf"]].concat()).expect(0).prints("1 issued");
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    issuer.run(&retake).expect(0).prints("0 issued, 1 had one already");
    assert_eq!(issuer.numbers().len(), numbers.len() + 1);
    let second = of(&issuer.run(&["people", "list", EVENT, "--json"]).expect(0).rows());
    assert_ne!(second, first);
    for number in [&first, &second] {
        assert_eq!(issuer.verdict(&issuer.file(number, "pdf"), "2026-03-02T09:00:00Z"), "valid");
    }
    issuer.run(&["issue", EVENT, "--retake", JOSE, "--only", JOSE]).expect(2);
    issuer.run(&["certificates", "show", &second]).expect(0).prints(&first);
}
