//! Lists of a shape: what was said about the last one is proposed for the next, in every event that a member sees; rows that are left
//! out are downloaded with the reason, corrected, and taken in alone.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testamur::store::Collection;

use crate::browser::{Browser, form, form_with, to};
use crate::harness::{OWNER, World, on_each_engine};
use crate::real_door::{PASSWORD, behind_the_real_door, log_in, post};

/// The link that puts a list back to how it is read by itself.
const RESET: &str = ">Forget all answers<";
/// Columns that no list of names knows.
const LIST: &str = "Wer,Wohin,Bemerkung\nAda Lovelace,ada@example.org,=1+1\n,grace@example.org,fine\n";

fn events(world: &World, owner: &crate::real_door::Member, codes: &[&str]) {
    for code in codes {
        let body = json!({ "code": code, "details": { "title": code, "template": "classic" } });
        owner.ask(world, "POST", "/events", &body).ok();
    }
}

/// Chooses a file; returns where the list is looked at, and that page.
fn choose(browser: &mut Browser, event: &str, name: &str, bytes: &[u8]) -> (String, String) {
    let at = format!("/staff/events/{event}/import");
    let choose = form(&browser.page(&at), &at);
    let fields = choose.fields.clone();
    let chosen = browser.upload(&choose, &fields, Some(("file", name, bytes)));
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.text());
    let mut to = to(&chosen);
    let mut answer = browser.get(&to);
    if answer.status == StatusCode::SEE_OTHER {
        to = crate::browser::to(&answer);
        answer = browser.get(&to);
    }
    (to, answer.text())
}

#[test]
fn what_was_said_about_a_list_is_proposed_for_the_next_of_its_shape_and_can_be_forgotten() {
    behind_the_real_door(|world, owner| {
        events(world, owner, &["MINE", "OTHER"]);
        let mut ada = Browser::of(world, "ada@example.org");
        let (list, page) = choose(&mut ada, "MINE", "kurs.csv", LIST.as_bytes());
        assert!(!page.contains("Read as the last list"), "{page}");
        let said = format!("{list}?map=name%3DWer&map=email%3DWohin");
        let page = ada.page(&said);
        assert!(page.contains("Take in") || page.contains("Ada Lovelace"), "{page}");

        // The row that would be left out comes with the reason, in the columns of the list, and is no formula.
        let bad = ada.get(&format!("{list}/report.csv?map=name%3DWer&map=email%3DWohin")).text();
        assert!(bad.contains("Wer,Wohin,Bemerkung,import_line,import_status,import_reason"), "{bad}");
        assert!(bad.contains(",grace@example.org,") && bad.contains("error") && !bad.contains("Ada"), "{bad}");
        let taken = ada.send(&form_with(&page, &list, "once"), &[]);
        let shown = ada.follow(&taken);
        assert!(shown.contains("kurs.csv") && shown.contains("only=left_out"), "{shown}");
        let history = ada.page("/staff/events/MINE/imports");
        assert!(history.contains("kurs.csv") && history.contains("you"), "{history}");
        let report = shown.split("href=\"").find(|part| part.contains("only=left_out")).unwrap();
        let report = report.split('"').next().unwrap().to_owned();
        let bad = ada.get(&report).text();
        assert!(bad.contains(",grace@example.org,") && !bad.contains("Ada"), "{bad}");

        // Corrected, they are taken in alone, as the list was.
        let corrected = bad.replace(",grace@example.org", "Grace Hopper,grace@example.org");
        let (list, page) = choose(&mut ada, "MINE", "report.csv", corrected.as_bytes());
        assert!(
            list.contains("map=name%3DWer") && page.contains("Read as the last list of this shape was"),
            "{list}: {page}"
        );
        assert!(page.contains("taken into MINE"), "{page}");
        let taken = ada.send(&form_with(&page, &list, "once"), &[]);
        ada.follow(&taken);
        let people = ada.page("/staff/events/MINE/people");
        assert!(people.contains("Grace Hopper") && people.contains("Ada Lovelace"), "{people}");

        // The next list of the shape, in another event; and read without.
        let next = "Wer,Wohin,Bemerkung\nAlan Turing,alan@example.org,\n";
        let (list, page) = choose(&mut ada, "OTHER", "next.csv", next.as_bytes());
        assert!(page.contains("Read as the last list of this shape was") && page.contains("Alan Turing"), "{page}");
        let path = list.split('?').next().unwrap().to_owned();
        // Put back to how it is read by itself, it is not read as the last one was.
        let reset = page.split("href=\"").find(|part| part.contains("fresh=yes") && part.contains(RESET));
        let reset = reset.unwrap_or_else(|| panic!("{page}")).split('"').next().unwrap().to_owned();
        assert!(!ada.get(&reset).text().contains("Read as the last list of this shape was"));
        let without = ada.get(&format!("{path}?fresh=yes")).text();
        assert!(!without.contains("Read as the last list"), "{without}");
        let german = ada.page(&format!("{list}&lang=de"));
        assert!(german.contains("Gelesen wie die letzte Liste dieser Form"), "{german}");
        ada.forget("testamur_language");

        // Who does not see the event is proposed nothing of it, and forgets nothing of it.
        let body = json!({ "email": "bob@example.org", "name": "Bob", "roles": ["issuer"], "events": ["OTHER"] });
        let link = owner.ask(world, "POST", "/staff", &body).ok();
        post(world, "/password", &json!({ "token": link["token"], "password": PASSWORD })).ok();
        let bob = log_in(world, link["staff"].as_str().unwrap(), "bob@example.org");
        let mut limited = Browser::of(world, "bob@example.org");
        let (theirs, page) = choose(&mut limited, "OTHER", "next.csv", next.as_bytes());
        assert!(!theirs.contains("map=") && !page.contains("MINE"), "{theirs}: {page}");
        let shape = list.split("remembered=").nth(1).unwrap().split('&').next().unwrap();
        for method in ["GET", "DELETE"] {
            bob.ask(world, method, &format!("/import-shapes/{shape}"), &Value::Null).problem(404, "not-found");
        }
        owner.ask(world, "GET", &format!("/import-shapes/{shape}"), &Value::Null).ok();

        // One click forgets it.
        let page = ada.page(&list);
        let forgotten = ada.send(&form(&page, &format!("{path}/forget")), &[]);
        assert_eq!(forgotten.status, StatusCode::SEE_OTHER, "{}", forgotten.text());
        let page = ada.get(&to(&forgotten)).text();
        assert!(page.contains("is forgotten") && !page.contains("Read as the last list"), "{page}");
        owner.ask(world, "GET", &format!("/import-shapes/{shape}"), &Value::Null).problem(404, "not-found");
        let (list, _) = choose(&mut ada, "OTHER", "next.csv", next.as_bytes());
        assert!(!list.contains("map="), "{list}");
        assert!(world.acts().iter().any(|(action, on)| action == "import.forget" && on == "MINE"));
    });
}

#[test]
fn a_file_that_is_called_like_somebody_who_is_erased_is_not_remembered_by_its_name() {
    on_each_engine(|world| {
        world
            .post("/events", &json!({ "code": "WORKSHOP", "details": { "title": "Maps", "template": "classic" } }))
            .ok();
        let csv = "name,email\nAda Lovelace,ada@example.org\nGrace Hopper,grace@example.org\n";
        for name in ["Ada_Lovelace.csv", "C:\\lists\\all of them.csv"] {
            world.upload(OWNER, "/events/WORKSHOP/imports", name, csv.as_bytes(), &[]).ok();
        }
        let files = || -> Vec<Value> {
            let listed = world.get("/events/WORKSHOP/imports").ok();
            listed["items"].as_array().unwrap().iter().map(|one| one["file"].clone()).collect()
        };
        let mut before = files();
        before.sort_by_key(ToString::to_string);
        assert_eq!(before.len(), 2);
        assert!(
            before.contains(&json!("Ada_Lovelace.csv")) && before.contains(&json!("all of them.csv")),
            "{before:?}"
        );
        assert_eq!(world.post("/events/WORKSHOP/participants/ada@example.org/erase", &json!({})).status, 204);
        let after = files();
        assert!(!after.contains(&json!("Ada_Lovelace.csv")) && after.contains(&json!("all of them.csv")), "{after:?}");
        let kept = world.app.store.documents(Collection::IMPORTS, "", None, 100).unwrap();
        assert!(!format!("{kept:?}").contains("Lovelace"));
    });
}
