//! Forms: none stands on a page for who may not send it; and addresses that are no page, in the language and the look of the pages.

use std::collections::BTreeSet;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{roles, table};
use crate::browser::{Browser, forms, to};
use crate::real_door::{Member, behind_the_real_door, invited, school_by};

/// Forms that everybody may send who is in, and what only reads.
const FREE: [&str; 2] = ["/staff/logout", "/spot-check"];

/// Says whether a part of an address names something, and is not part of the route.
fn is_name(part: &str) -> bool {
    part.chars().any(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "%{}@".contains(c))
        || ["none", "classic"].contains(&part)
}

/// Returns what it takes to send a form.
fn needed(action: &str) -> Option<&'static str> {
    let action = action.split('?').next().unwrap_or_default();
    let fits = |path: &str| {
        let (one, other): (Vec<_>, Vec<_>) = (path.split('/').collect(), action.split('/').collect());
        one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| one == other || is_name(one))
    };
    table::acts().find(|(path, _, _)| fits(path)).map(|(_, needs, _)| needs)
}

fn permissions(world: &crate::harness::World, member: &Member) -> BTreeSet<String> {
    let me = member.ask(world, "GET", "/me", &Value::Null).ok();
    me["permissions"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn nobody_sees_a_form_that_they_may_not_send() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        // There is somebody to issue to.
        let new = json!({ "name": "New Person", "email": "new@example.org", "progress": { "passed": true } });
        ada.ask(world, "POST", "/events/WORKSHOP/participants", &new).ok();
        let except = json!({ "person": "p0@example.org", "note": "ill" });
        ada.ask(world, "POST", "/events/WORKSHOP/exceptions", &except);
        ada.ask(
            world,
            "PUT",
            "/events/WORKSHOP/course",
            &json!({ "sessions": [{ "id": "s1", "title": "Day 1" }], "activities": [] }),
        )
        .ok();
        let records = table::Records::of(world, ada);
        let (mut seen, mut sent) = (0, BTreeSet::new());
        for role in roles::ROLES {
            let email = format!("{role}@example.org");
            let member = invited(world, ada, &email, &[role]);
            let may = permissions(world, &member);
            let mut browser = Browser::of(world, &email);
            let records = records.and_files_of(&mut browser);
            for page in table::pages().map(|(page, _)| records.fill(page)).filter(|page| table::is_page(page)) {
                let answer = browser.get(&page);
                for form in forms(&answer.text()).into_iter().filter(|form| form.method == "post") {
                    if FREE.iter().any(|free| form.action.ends_with(free)) {
                        continue;
                    }
                    let needs = needed(&form.action)
                        .unwrap_or_else(|| panic!("{page}: {} stands in no row of ACTS", form.action));
                    assert!(
                        ["account", "view"].contains(&needs) || may.contains(needs),
                        "{role} {page}: {}",
                        form.action
                    );
                    seen += 1;
                    sent.insert(needs);
                }
            }
        }
        // All kinds were there to be seen.
        assert!(seen > 60, "{seen}");
        assert_eq!(
            sent.into_iter().collect::<Vec<_>>(),
            ["account", "generate", "import", "keys", "revoke", "send", "settings"]
        );
    });
}

#[test]
fn an_address_that_is_no_page_says_so_in_html_to_who_is_in_and_asks_others_who_they_are() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        invited(world, ada, "vera@example.org", &["viewer"]);
        let mut nobody = Browser::new(world);
        let (none, some) = ("/staff/no/such/page", "/staff/events");
        // Whoever is not in learns nothing of what there is.
        for path in [none, some, "/staff/", "/staff/.git/config", "/staff/events/WORKSHOP/nothing"] {
            let answer = nobody.get(path);
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text());
            assert!(to(&answer).starts_with("/staff/login"), "{path}");
        }
        let (one, other) = (nobody.post(none, &[]), nobody.post(some, &[]));
        assert_eq!((one.status, other.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        let mut vera = Browser::of(world, "vera@example.org");
        for path in [none, "/staff/", "/staff/events/WORKSHOP/nothing", "/staff/team/webhooks/none/nothing"] {
            let answer = vera.get(path);
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(answer.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"), "{path}");
            assert!(answer.text().contains("There is no page at this address."), "{}", answer.text());
        }
        let german = vera.get("/staff/no/such/page?lang=de");
        assert_eq!(german.status, StatusCode::NOT_FOUND);
        assert!(german.text().contains("Unter dieser Adresse gibt es keine Seite."), "{}", german.text());
        vera.forget("testamur_language");
        let answer = vera.post("/staff/events", &[]);
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.text().contains("This page does not take what was sent."), "{}", answer.text());
        // The API answers programs.
        ada.ask(world, "GET", "/no-such-operation", &Value::Null).problem(404, "no-such-route");
        ada.ask(world, "DELETE", "/events", &Value::Null).problem(405, "method-not-allowed");
    });
}

#[test]
fn german_pages_say_in_german_what_stands_in_the_way_and_no_readers_own_words() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page("/staff/events/new?lang=de");
        let new = crate::browser::form(&page, "/staff/events/new");
        let twice = browser.send(&new, &[("title", "Karten"), ("code", "WORKSHOP")]).text();
        assert!(
            twice.contains("Eine Veranstaltung mit diesem Kürzel gibt es schon.") && !twice.contains("exists already"),
            "{twice}"
        );
        // What a field cannot take is said at the field, and not in the words of a program.
        let change = browser.page("/staff/events/WORKSHOP/people/p0%40example.org");
        let form = crate::browser::form(&change, "/staff/events/WORKSHOP/people/p0%40example.org/change");
        let refused = browser.send(&form, &[("score", "sehr gut")]).text();
        for word in ["at line", "column", "invalid type", "deserialize", "expected"] {
            assert!(!refused.contains(word), "{word}: {refused}");
        }
        let log = browser.page("/staff/audit");
        assert!(log.contains("Zertifikate ausgestellt") && log.contains("certificate.issue"), "{log}");
        let missing = browser.page("/staff/events/WORKSHOP/people/p0%40example.org");
        assert!(!missing.contains("no score recorded"), "{missing}");
        browser.forget("testamur_language");
    });
}
