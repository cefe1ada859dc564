//! What is known of one person, by the forms about them: all of it entered, changed and taken away; and why somebody was listed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::browser::{Browser, form};
use crate::harness::World;
use crate::office::table::{self, Records};
use crate::real_door::{Member, behind_the_real_door, invited, school_by};

const NEW: &str = "/staff/events/WORKSHOP/people/new";
const PEOPLE: &str = "/staff/events/WORKSHOP/people";

fn course(world: &World, ada: &Member) {
    let course = json!({
        "sessions": [{ "id": "day1", "title": "Day 1" }, { "id": "day 2", "title": "Day 2" }],
        "activities": [{ "id": "quiz", "title": "Quiz", "points": 10 }],
    });
    ada.ask(world, "PUT", "/events/WORKSHOP/course", &course).ok();
}

fn person(world: &World, ada: &Member, who: &str) -> Value {
    ada.ask(world, "GET", &format!("/events/WORKSHOP/participants/{who}"), &Value::Null).ok()
}

fn card_of(who: &str) -> String {
    format!("{PEOPLE}/{}", who.replace('@', "%40"))
}

#[test]
fn everything_that_a_list_says_can_be_entered_by_hand_changed_and_taken_away() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        course(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let filled = [
            ("name", "Alan Turing"),
            ("email", "alan@example.org"),
            ("attendance", "87,5 %"),
            ("completion", "90"),
            ("score", "71"),
            ("points", "12"),
            ("passed", "no"),
            ("checked_in", "yes"),
            ("role", "speaker"),
            ("session:day1", "yes"),
            ("session:day%202", "no"),
            ("activity:quiz", "yes"),
            ("activity_points:quiz", "7"),
            ("more_name", "City"),
            ("more_value", "London"),
        ];
        let new = form(&browser.page(NEW), NEW);
        let added = browser.send(&new, &filled);
        let card = browser.follow(&added);
        for said in ["speaker", "London", "Seen at the door", "Noted one by one", "Absent"] {
            assert!(card.contains(said), "{said}: {card}");
        }
        let known = person(world, ada, "alan@example.org");
        let progress = json!({
            "sessions": { "day1": { "present": true }, "day 2": { "present": false } },
            "activities": { "quiz": { "done": true, "points": 7.0 } },
            "attendance": 87.5, "points": 12.0, "score": 71.0, "completion": 90.0,
            "passed": false, "role": "speaker", "checked_in": true,
        });
        for (name, value) in progress.as_object().unwrap() {
            match name.as_str() {
                "sessions" => assert_eq!(known["progress"][name]["day 2"]["present"], false, "{known}"),
                "activities" => assert_eq!(known["progress"][name]["quiz"]["points"].as_f64(), Some(7.0), "{known}"),
                _ if value.is_number() => assert_eq!(known["progress"][name].as_f64(), value.as_f64(), "{name}"),
                _ => assert_eq!(&known["progress"][name], value, "{name}: {known}"),
            }
        }
        assert_eq!((&known["fields"]["city"], &known["fields"]["role"]), (&json!("London"), &json!("speaker")));

        // Somebody else corrects one value over HTTP; the form of the card says another, and takes much away.
        let path = card_of("alan@example.org");
        let change = form(&browser.page(&path), &format!("{path}/change"));
        let emptied = [
            ("attendance", ""),
            ("completion", ""),
            ("points", ""),
            ("passed", ""),
            ("checked_in", ""),
            ("role", ""),
            ("session:day1", ""),
            ("activity:quiz", ""),
            ("activity_points:quiz", ""),
            ("own:city", ""),
            ("score", "80"),
        ];
        let saved = browser.send(&change, &emptied);
        let page = browser.follow(&saved);
        assert!(!page.contains("London") && !page.contains("value=\"speaker\""), "{page}");
        let known = person(world, ada, "alan@example.org");
        let progress = known["progress"].as_object().unwrap();
        let left: Vec<&str> = progress.keys().map(String::as_str).collect();
        assert_eq!(left, ["sessions", "score"], "{known}");
        assert_eq!(known["progress"]["score"].as_f64(), Some(80.0));
        assert_eq!(known["progress"]["sessions"], json!({ "day 2": { "present": false, "by_hand": true } }), "{known}");
        assert_eq!(known["fields"]["city"], "");
        let entered: Vec<&str> = known["progress_entered"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(entered, ["score", "sessions.day 2"], "{known}");
        // The same form a second time changes nothing more: it rests on what is not so any more.
        let twice = browser.send(&change, &emptied);
        assert_eq!(twice.status, 412, "{}", twice.text());
        assert_eq!(person(world, ada, "alan@example.org"), known);
        let change = form(&browser.page(&path), &format!("{path}/change"));
        let wrong = browser.send(&change, &[("score", "much")]);
        assert!(wrong.status == 422 && wrong.text().contains("score-error"), "{}", wrong.text());
    });
}

#[test]
fn what_a_form_says_as_it_was_is_entered_by_who_entered_it() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let token = ada.token(world, &["view", "import"]);
        let body = json!({ "name": "Kay", "email": "kay@example.org", "progress": { "score": 61 }, "fields": { "ort": "Bonn" } });
        crate::real_door::by_token(world, &token, "POST", "/events/WORKSHOP/participants", &body).ok();
        let before = person(world, ada, "kay@example.org")["progress_entered"]["score"].clone();
        let mut browser = Browser::of(world, "ada@example.org");
        let path = card_of("kay@example.org");
        let change = form(&browser.page(&path), &format!("{path}/change"));
        let renamed = browser.send(&change, &[("name", "Kay Antonelli"), ("attendance", "50")]);
        browser.follow(&renamed);
        let known = person(world, ada, "kay@example.org");
        assert_eq!(known["progress_entered"]["score"], before, "{known}");
        assert_ne!(known["progress_entered"]["attendance"], before, "{known}");
        assert_eq!((&known["fields"]["ort"], &known["name"]), (&json!("Bonn"), &json!("Kay Antonelli")));
        // Of programs too: what is named is not known any more, and nothing else of it.
        let at = "/events/WORKSHOP/participants/kay@example.org";
        ada.ask(world, "PATCH", at, &json!({ "forget": ["attendance"] })).ok();
        let progress = person(world, ada, "kay@example.org")["progress"].clone();
        assert_eq!(progress.as_object().unwrap().len(), 1, "{progress}");
        for wrong in [json!({ "forget": ["grade"] }), json!({ "forget": ["score"], "progress": { "score": 3 } })] {
            ada.ask(world, "PATCH", at, &wrong).problem(422, "invalid");
        }
    });
}

#[test]
fn what_says_that_somebody_was_absent_is_asked_about_by_the_forms_of_one_person_too() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let filled = [("name", "Alan Turing"), ("email", "alan@example.org"), ("role", "absent")];
        let new = form(&browser.page(NEW), NEW);
        let asked = browser.send(&new, &filled);
        let page = asked.text();
        assert_eq!(asked.status, 409, "{page}");
        assert!(page.contains("name=\"absent\"") && page.contains("value=\"absent\""), "{page}");
        let meant = browser.send(&form(&page, NEW), &[("absent", "take")]);
        browser.follow(&meant);
        assert_eq!(person(world, ada, "alan@example.org")["progress"]["role"], "absent");
    });
}

/// Names of elements that stand twice on a page, and fields that no label names.
fn amiss(page: &str) -> Vec<String> {
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for id in page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        if !seen.insert(id) {
            wrong.push(format!("{id} twice"));
        }
        if id.contains(char::is_whitespace) {
            wrong.push(format!("{id} is several names"));
        }
    }
    for tag in ["<select ", "<textarea "] {
        for id in page.split(tag).skip(1).filter_map(|rest| rest.split('>').next()?.split("id=\"").nth(1)) {
            let id = id.split('"').next().unwrap();
            if page.matches(&format!("<label for=\"{id}\"")).count() != 1 {
                wrong.push(format!("{tag}{id} has no label of its own"));
            }
        }
    }
    wrong
}

#[test]
fn no_page_gives_one_name_to_two_elements_also_of_people_who_stand_otherwise() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        course(world, ada);
        for (who, name) in [("none", "Ida Rhodes"), ("excepted", "Kay Antonelli"), ("excluded", "Jean Bartik")] {
            let body = json!({ "name": name, "email": format!("{who}@example.org"), "fields": { "reason": "x", "note": "y" } });
            ada.ask(world, "POST", "/events/WORKSHOP/participants", &body).ok();
        }
        let why = json!({ "person": "excepted@example.org", "note": "was ill" });
        ada.ask(world, "POST", "/events/WORKSHOP/exceptions", &why).ok();
        let why = json!({ "person": "excluded@example.org", "reason": "conduct" });
        ada.ask(world, "POST", "/events/WORKSHOP/exclusions", &why).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let records = Records::of(world, ada).and_files_of(&mut browser);
        let cards = ["p0@example.org", "none@example.org", "excepted@example.org", "excluded@example.org"].map(card_of);
        let all = table::pages().map(|(page, _)| records.fill(page));
        let all = all.filter(|page| table::is_page(page) && !page.contains("/none"));
        for path in all.chain(cards) {
            assert_eq!(amiss(&browser.page(&path)), [""; 0], "{path}");
        }
        assert_eq!(amiss("<p id=\"a\"><b id=\"a\">").len(), 1, "it would be told");
    });
}

#[test]
fn why_somebody_was_listed_is_on_the_card_and_found_by_an_auditor_also_after_it_was_taken_away() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let body = json!({ "name": "Alan Turing", "email": "alan@example.org" });
        let id = ada.ask(world, "POST", "/events/WORKSHOP/participants", &body).ok()["id"].as_str().unwrap().to_owned();
        let mut browser = Browser::of(world, "ada@example.org");
        let path = card_of("alan@example.org");
        let grant = |page: &str, what: &str| {
            let all = crate::browser::forms(page).into_iter().filter(|form| form.action == format!("{path}/grant"));
            let what = ("what".to_owned(), what.to_owned());
            all.into_iter().find(|form| form.fields.contains(&what)).unwrap()
        };
        let page = browser.page(&path);
        let made = browser.send(&grant(&page, "exception"), &[("note", "was ill on the second day")]);
        let page = browser.follow(&made);
        assert!(page.matches("was ill on the second day").count() >= 2, "as it stands, and in the history: {page}");
        let taken = browser.send(&grant(&page, "no-exception"), &[]);
        let page = browser.follow(&taken);
        assert!(page.contains("was ill on the second day") && page.contains("Exception taken away"), "{page}");
        world.pass(60);
        let out = browser
            .send(&grant(&page, "exclusion"), &[("exclusion_reason", "requested"), ("exclusion_note", "wrote to us")]);
        let page = browser.follow(&out);
        for why in ["was ill on the second day", "wrote to us", "On their request"] {
            assert!(page.contains(why), "{why}: {page}");
            assert!(browser.page("/staff/audit").contains(why), "{why} is found by an auditor");
        }
        // Who may only look sees why; the log itself, which nothing is erased from, has none of it.
        invited(world, ada, "vera@example.org", &["viewer"]);
        let seen = Browser::of(world, "vera@example.org").page(&path);
        assert!(seen.contains("wrote to us") && !seen.contains("/grant"), "{seen}");
        let log = || format!("{:?}", world.app.store.audit(None, 1_000).unwrap());
        assert!(!log().contains("was ill") && !log().contains("wrote to us"), "it can be erased");
        // Of many at once too.
        let many = json!({ "list": "exception", "note": "all had the flu", "whom": { "people": ["p0@example.org", "p1@example.org"] } });
        ada.ask(world, "POST", "/events/WORKSHOP/listings", &many).ok();
        assert!(browser.page(&card_of("p1@example.org")).contains("all had the flu"));
        assert!(browser.page("/staff/audit").contains("all had the flu"));
        ada.ask(world, "POST", &format!("/events/WORKSHOP/participants/{id}/erase"), &json!({})).ok();
        assert!(!browser.page("/staff/audit").contains("was ill"), "what was erased is gone");
    });
}

#[test]
fn why_something_was_done_is_asked_and_found_by_an_auditor() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        for (name, email) in [("Alan Turing", "alan@example.org"), ("A. Turing", "turing@example.org")] {
            let body = json!({ "name": name, "email": email });
            ada.ask(world, "POST", "/events/WORKSHOP/participants", &body).ok();
        }
        let renamed = json!({ "name": "Percy Zero" });
        ada.ask(world, "PATCH", "/events/WORKSHOP/participants/p0@example.org?same_id=same_person", &renamed).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        // What cannot be undone is not done without.
        let merge = "/staff/events/WORKSHOP/merge";
        let both = format!("{merge}?one=alan%40example.org&other=turing%40example.org");
        let path = card_of("alan@example.org");
        let erase = format!("{path}/erase");
        let batch = "/staff/certificates/batch";
        let regenerate = format!("{batch}?act=regenerate&pick=CERT-WORKSHOP-2026-00001");
        for (page, action, field, more) in [
            (both.as_str(), merge, "why", &[][..]),
            (path.as_str(), erase.as_str(), "why", &[("again", "Alan Turing")][..]),
            (regenerate.as_str(), batch, "reason", &[][..]),
            ("/staff/publishing/rotate", "/staff/publishing/rotate", "why", &[][..]),
        ] {
            let before = world.acts().len();
            let asked = form(&browser.page(page), action);
            let refused = browser.send(&asked, more);
            assert_eq!(refused.status, 422, "{page}: {}", refused.text());
            assert!(refused.text().contains(&format!("{field}-error")), "{page}: {}", refused.text());
            assert_eq!(world.acts().len(), before, "{page}");
            let why = format!("because of “{}”", action.rsplit('/').next().unwrap());
            let filled: Vec<(&str, &str)> = more.iter().copied().chain([(field, why.as_str())]).collect();
            let done = browser.send(&form(&refused.text(), action), &filled);
            assert_eq!(done.status, 303, "{page}: {}", done.text());
            crate::runs::work(world);
            let log = browser.page("/staff/audit");
            assert!(log.contains(&why), "{page}: {log}");
        }
        // What can be undone asks too, and goes without.
        for (page, action, why, to) in [
            ("/staff/events/WORKSHOP/state", "/staff/events/WORKSHOP/state", "began too early", "open"),
            ("/staff/events/WORKSHOP", "/staff/events/WORKSHOP/archived", "over and done", "yes"),
        ] {
            let asked = form(&browser.page(page), action);
            let done = browser.send(&asked, &[("why", why), ("to", to)]);
            assert_eq!(done.status, 303, "{page}: {}", done.text());
            assert!(browser.page("/staff/audit").contains(why), "{page}");
        }
        let asked = form(&browser.page("/staff/events/WORKSHOP"), "/staff/events/WORKSHOP/archived");
        assert_eq!(browser.send(&asked, &[]).status, 303);
    });
}

#[test]
fn programs_say_why_in_a_header_and_no_more_than_a_sentence() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let token = ada.token(world, &["view", "import"]);
        let body = json!({ "name": "Zoe", "email": "zoe@example.org" });
        crate::real_door::by_token(world, &token, "POST", "/events/WORKSHOP/participants", &body).ok();
        let ask = |why: &str| {
            let request = crate::harness::request("DELETE", "/events/WORKSHOP/participants/zoe@example.org");
            world.send("", request.header("authorization", &token).header("testamur-why", why), "")
        };
        ask(&"x".repeat(501)).problem(422, "invalid");
        ask("a%0Ab").problem(422, "invalid");
        assert_eq!(ask("enrolled%20by%20%C3%BC").status, 204);
        let last = world.app.store.audit(None, 1_000).unwrap().items.pop().unwrap();
        assert_eq!(last.act.detail["why"], "enrolled by ü", "{last:?}");

        // Also of what nobody does but in person.
        let bob = invited(world, ada, "bob@example.org", &["viewer"]);
        let path = format!("/staff/{}", bob.id);
        let change = |why: &str| {
            let request = crate::harness::request("PATCH", &path).header("cookie", &ada.cookie);
            let request = request.header("x-csrf-token", &ada.csrf).header("content-type", "application/json");
            world.send("", request.header("testamur-why", why), json!({ "name": "Bob" }).to_string())
        };
        change(&"x".repeat(501)).problem(422, "invalid");
        change("a%20new%20name").ok();
        let last = world.app.store.audit(None, 1_000).unwrap().items.pop().unwrap();
        assert_eq!((&*last.act.action, &last.act.detail["why"]), ("staff.update", &json!("a new name")), "{last:?}");
    });
}
