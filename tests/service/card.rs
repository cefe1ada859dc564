//! One card for a person: what can be done as things stand, and what was done, when, by whom and why.

use serde_json::{Value, json};

use crate::browser::{Browser, form, form_with, to};
use crate::real_door::{behind_the_real_door, invited, log_in, school_by};
use crate::runs::work;

const CARD: &str = "/staff/events/WORKSHOP/people/p0%40example.org";
const NUMBER: &str = "/staff/certificates/CERT-WORKSHOP-2026-00001";

#[test]
fn a_card_offers_what_can_be_done_as_things_stand_and_to_nobody_who_may_not() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let course = json!({ "sessions": [{ "id": "day1", "title": "Day 1" }, { "id": "day2", "title": "Day 2" }] });
        ada.ask(world, "PUT", "/events/WORKSHOP/course", &course).ok();
        let marks = json!({ "progress": { "sessions": { "day1": { "present": true } } } });
        ada.ask(world, "PATCH", "/events/WORKSHOP/participants/p0@example.org", &marks).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page(CARD);
        assert!(page.contains("attended 1 of 2"), "{page}");
        let (revoke, reissue, restore) =
            (format!("href=\"{NUMBER}/revoke\""), format!("href=\"{NUMBER}/reissue\""), format!("{NUMBER}/restore"));
        let anew = "/staff/certificates/batch?act=regenerate";
        assert!(page.contains(&revoke) && page.contains(anew) && !page.contains(&restore) && !page.contains(&reissue));
        assert!(page.contains(&format!("action=\"{NUMBER}/send\"")), "nothing was sent yet: {page}");

        let why = json!({ "cause": "on_request", "text": "asked for it" });
        ada.ask(world, "POST", "/certificates/CERT-WORKSHOP-2026-00001/revoke", &why).ok();
        let page = browser.page(CARD);
        assert!(page.contains("Revoked, can be taken back") && page.contains("The person asked for it"), "{page}");
        assert!(!page.contains(&revoke) && !page.contains(anew) && !page.contains(&reissue), "{page}");
        assert!(page.contains(&format!("action=\"{restore}\"")), "{page}");
        // What was done is there, by whom and why, and nothing from where.
        assert!(page.contains("Certificate revoked") && page.contains("asked for it"), "{page}");
        assert!(page.contains("Certificates issued") && page.contains(">you<"), "{page}");
        let german = browser.page(&format!("{CARD}?lang=de"));
        assert!(german.contains("Zertifikat widerrufen") && german.contains("bei 1 von 2 dabei"), "{german}");
        browser.forget("testamur_language");

        world.pass(86_400);
        // Sessions ended meanwhile.
        let ada = &log_in(world, &ada.id, "ada@example.org");
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page(CARD);
        assert!(page.contains(&reissue) && !page.contains(&format!("action=\"{restore}\"")), "{page}");
        // Who only looks sees the same, and no form.
        invited(world, ada, "vera@example.org", &["viewer"]);
        let page = Browser::of(world, "vera@example.org").page(CARD);
        for way in [&reissue, &format!("{CARD}/erase"), &format!("{CARD}/grant"), "/staff/events/WORKSHOP/merge"] {
            assert!(!page.contains(way), "{way}");
        }
        assert!(page.contains("Certificate revoked"), "{page}");

        // Two entries of one person are seen side by side before they become one.
        let twin = json!({ "name": "P. Zero", "email": "zero@example.org" });
        ada.ask(world, "POST", "/events/WORKSHOP/participants", &twin).ok();
        let merge = form_with(&browser.page(CARD), "/staff/events/WORKSHOP/merge", "other");
        let both = browser.send(&merge, &[("other", "zero@example.org")]).text();
        assert!(both.contains("Are these one person?") && both.contains("P. Zero"), "{both}");
        let merged = browser.send(&form(&both, "/staff/events/WORKSHOP/merge"), &[("why", "one person")]);
        let page = browser.follow(&merged);
        assert!(page.contains("Two participants merged"), "{page}");
    });
}

#[test]
fn a_form_of_a_card_that_is_refused_stands_open_as_it_was_filled_in() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let card = browser.page(CARD);
        let change = form(&card, &format!("{CARD}/change"));
        for (field, wrong) in [("email", "no address"), ("attendance", "most of it")] {
            let refused = browser.send(&change, &[("name", "Percy Zero"), (field, wrong)]);
            assert!(refused.status.is_client_error(), "{field}");
            let page = refused.text();
            let at = page.find("id=\"change\"").unwrap();
            assert!(!page[..at].ends_with("<summary><h2 "), "it is open: {page}");
            assert!(page.contains(&format!("{field}-error")), "{field}: {page}");
            for typed in ["value=\"Percy Zero\"".to_owned(), format!("value=\"{wrong}\"")] {
                assert!(page.contains(&typed), "{typed}: {page}");
            }
        }
        let erase = format!("{CARD}/erase");
        let refused = browser.send(&form(&card, &erase), &[("again", "Somebody Else")]).text();
        assert!(refused.contains("again-error") && refused.contains("value=\"Somebody Else\""), "{refused}");
        // Sent again as the page shows it, with what was wrong mended.
        let page = browser.send(&change, &[("name", "Percy Zero"), ("email", "no address")]).text();
        let again = browser.send(&form(&page, &format!("{CARD}/change")), &[("email", "p0@example.org")]);
        assert!(browser.follow(&again).contains("Percy Zero"));
    });
}

#[test]
fn what_was_done_about_somebody_is_theirs_alone_and_seen_by_who_sees_them() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let history = |who: &str| {
            let path = format!("/events/WORKSHOP/participants/{who}/history");
            ada.ask(world, "GET", &path, &Value::Null).ok()["items"].as_array().unwrap().clone()
        };
        let actions = |who: &str| -> Vec<String> {
            history(who).iter().map(|one| one["action"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(actions("p0@example.org"), ["certificate.issue", "participant.add"]);
        let run = history("p0@example.org")[0].clone();
        assert!(run["run"].is_string() && run["number"] == "CERT-WORKSHOP-2026-00001", "{run}");
        // One act about many is in the history of each.
        let many = json!({ "list": "exclusion", "reason": "conduct", "note": "a secret of ours",
            "whom": { "people": ["p0@example.org", "p1@example.org"] } });
        ada.ask(world, "POST", "/events/WORKSHOP/listings", &many).ok();
        for who in ["p0@example.org", "p1@example.org"] {
            let newest = history(who)[0].clone();
            assert_eq!((&newest["action"], &newest["cause"]), (&json!("exclusion.add"), &json!("conduct")));
            assert_eq!(newest["note"], "a secret of ours", "who sees them sees why");
        }
        assert_eq!(actions("p2@example.org"), ["certificate.issue", "participant.add"]);
        let all = format!("{:?}", history("p0@example.org"));
        assert!(!all.contains(" from ") && !all.contains("p1@"), "{all}");
        // Who is limited to the event sees it; who is limited to another does not see the person.
        let limited = |email: &str, event: &str| {
            let bob = invited(world, ada, email, &["viewer"]);
            let body = json!({ "events": [event] });
            ada.ask(world, "PATCH", &format!("/staff/{}", bob.id), &body).ok();
            log_in(world, &bob.id, email)
        };
        let path = "/events/WORKSHOP/participants/p0@example.org/history";
        let inside = limited("inside@example.org", "WORKSHOP");
        assert_eq!(inside.ask(world, "GET", path, &Value::Null).ok()["items"].as_array().unwrap().len(), 3);
        let outside = limited("outside@example.org", "OTHER");
        assert_eq!(outside.ask(world, "GET", path, &Value::Null).status, 404);
        work(world);
    });
}

#[test]
fn people_are_found_by_their_names_in_any_order_by_ids_and_by_what_a_code_says() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let person = json!({ "name": "Ana María López", "email": "ana@example.org", "external_id": "hr-4711", "progress": { "passed": true } });
        ada.ask(world, "POST", "/events/WORKSHOP/participants", &person).ok();
        ada.ask(world, "POST", "/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        work(world);
        let mut browser = Browser::of(world, "ada@example.org");
        let written = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        for text in [
            "López, Ana María",
            "lópez ana",
            "ana maría lópez",
            "hr-4711",
            "ANA@example.org",
            "CERT-WORKSHOP-2026-00004x",
        ] {
            let found = browser.get(&format!("/staff/search?q={}", written(text)));
            let page = found.text();
            assert_eq!(page.contains("Ana María López"), !text.ends_with('x'), "{text}: {page}");
        }
        for (list, name) in [("/staff/certificates", "text"), ("/staff/events/WORKSHOP/people", "q")] {
            let page = browser.page(&format!("{list}?{name}={}", written("lópez ana")));
            assert!(page.contains("Ana María López") && !page.contains("Person 1"), "{page}");
        }
        let number = "CERT-WORKSHOP-2026-00004";
        let jws = world.app.store.certificate(&number.parse().unwrap()).unwrap().unwrap().jws;
        for text in [number, &number.to_lowercase(), &jws] {
            let leads = browser.get(&format!("/staff/search?q={}", written(text)));
            assert_eq!(crate::browser::to(&leads), format!("/staff/certificates/{number}"), "{text}");
        }
    });
}

#[test]
fn two_people_with_one_mailbox_are_asked_about_on_the_card_and_answered_there() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let change = |page: &str| form(page, &format!("{CARD}/change"));
        let page = browser.page(CARD);
        let refused = browser.send(&change(&page), &[("email", "p1@example.org")]);
        assert_eq!(refused.status, 409, "{}", refused.text());
        let page = refused.text();
        assert!(page.contains("They are two people") && page.contains("name=\"same_address\""), "{page}");
        assert!(!page.contains("same_address=two_people"), "no words of programs: {page}");
        // Sent again as it stands, nothing was said: it is asked again.
        assert_eq!(browser.send(&change(&page), &[]).status, 409);
        let saved = browser.send(&change(&page), &[("same_address", "two_people")]);
        let page = browser.follow(&saved);
        assert!(page.contains("p1@example.org"), "{page}");
        // The same of a name.
        let card = saved_card(&mut browser, "p2@example.org");
        let refused =
            browser.send(&form(&card.1, &format!("{}/change", card.0)), &[("name", "Person 1"), ("email", "")]);
        let page = refused.text();
        assert!(page.contains("name=\"same_name\""), "{page}");
        let german = browser.page(&format!("{}?lang=de", card.0));
        let refused =
            browser.send(&form(&german, &format!("{}/change", card.0)), &[("name", "Person 1"), ("email", "")]);
        assert!(refused.text().contains("Es sind zwei Personen"));
    });
}

fn saved_card(browser: &mut Browser, who: &str) -> (String, String) {
    let card = format!("/staff/events/WORKSHOP/people/{}", who.replace('@', "%40"));
    let page = browser.page(&card);
    (card, page)
}

#[test]
fn who_did_better_at_another_try_gets_a_second_certificate_by_the_card() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let better = json!({ "fields": { "role": "Best of all" } });
        ada.ask(world, "PATCH", "/events/WORKSHOP/participants/p0@example.org", &better).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page(CARD);
        assert!(page.contains("A second certificate, after a retake"), "{page}");
        let retake = form(&page, &format!("{CARD}/retake"));
        let begun = browser.send(&retake, &[]);
        browser.follow(&begun);
        work(world);
        let all = ada.ask(world, "GET", "/certificates?limit=10", &Value::Null).ok();
        let numbers: Vec<&str> = all["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["recipient"] == "Person 0")
            .map(|one| one["number"].as_str().unwrap())
            .collect();
        assert_eq!(numbers.len(), 2, "{all}");
        assert!(all["items"].as_array().unwrap().iter().all(|one| one["status"] == "active"), "the first stays: {all}");
        // The same form once more, as by a second click: it leads to the run that was begun, and begins none.
        let runs = || ada.ask(world, "GET", "/runs", &Value::Null).ok()["items"].as_array().unwrap().len();
        let before = runs();
        let twice = browser.send(&retake, &[]);
        assert_eq!((twice.status.as_u16(), to(&twice)), (303, to(&begun)), "{}", twice.text());
        work(world);
        assert_eq!(runs(), before);
        let page = browser.page(CARD);
        assert!(page.contains("CERT-WORKSHOP-2026-00004"), "the newest is theirs: {page}");
        // Asked for once more, with nothing better, nothing is made.
        let again = browser.send(&form(&page, &format!("{CARD}/retake")), &[]);
        assert_eq!(again.status, 409);
        assert!(again.text().contains("has one already that says the same"), "{}", again.text());
        let all = ada.ask(world, "GET", "/certificates?limit=10", &Value::Null).ok();
        assert_eq!(all["items"].as_array().unwrap().len(), 4, "{all}");
        invited(world, ada, "vera@example.org", &["viewer"]);
        assert!(!Browser::of(world, "vera@example.org").page(CARD).contains("/retake"));
    });
}

#[test]
fn a_retake_that_was_asked_for_beside_a_certificate_revoked_meanwhile_says_why_not() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page(CARD);
        let retake = form(&page, &format!("{CARD}/retake"));
        let number = page.split("CERT-WORKSHOP-2026-").nth(1).unwrap()[..5].to_owned();
        let path = format!("/certificates/CERT-WORKSHOP-2026-{number}/revoke");
        let revoked = ada.ask(world, "POST", &path, &json!({ "cause": "fraud" }));
        assert!(revoked.status.is_success(), "{}", revoked.text());
        let refused = browser.send(&retake, &[]);
        let page = refused.text();
        assert!(refused.status.is_client_error(), "{page}");
        assert!(!page.contains("A second certificate, after a retake"), "the form is gone: {page}");
        let said = page.split("role=\"alert\"").nth(1).unwrap_or_else(|| panic!("nothing is said: {page}"));
        let said = said.split("</div>").next().unwrap();
        assert!(
            said.contains("There would be no second certificate") && said.contains("revoked"),
            "and says why: {said}"
        );
    });
}
