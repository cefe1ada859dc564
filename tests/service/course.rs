//! Sessions and activities by the page for them: a row of fields for each, whose code stays; and the rule, as a form and written out.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, form};
use crate::real_door::{behind_the_real_door, invited, school_by};

const PAGE: &str = "/staff/events/WORKSHOP/course";

#[test]
fn sessions_and_activities_are_typed_in_rows_and_keep_their_codes() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let course = || ada.ask(world, "GET", "/events/WORKSHOP", &Value::Null).ok()["course"].clone();
        let new = form(&browser.page(PAGE), PAGE);
        let typed = [
            ("session_1_title", "Day 1"),
            ("session_1_required", "yes"),
            ("session_3_title", "Day 2"),
            ("session_3_id", "second"),
            ("activity_1_title", "Quiz"),
            ("activity_1_points", "2,5"),
        ];
        let saved = browser.send(&new, &typed);
        let page = browser.follow(&saved);
        let made = course()["sessions"][0]["id"].as_str().unwrap().to_owned();
        assert!(made.starts_with("session1-"), "{made}");
        let sessions = json!([
            { "id": made, "title": "Day 1", "required": true },
            { "id": "second", "title": "Day 2", "required": false },
        ]);
        assert_eq!(course()["sessions"], sessions);
        // Somebody was at the first day.
        let present = json!({ "session": made, "present": ["p0@example.org"] });
        ada.ask(world, "POST", "/events/WORKSHOP/attendance", &present).ok();
        assert_eq!(course()["activities"][0]["points"], json!(2.5));
        // The code stands there and is no field any more; the tick is as it was.
        assert!(page.contains("<code dir=\"auto\">second</code>"), "{page}");
        let kept = form(&page, PAGE);
        let has = |name: &str, value: &str| kept.fields.contains(&(name.to_owned(), value.to_owned()));
        assert!(has("session_2_id", "second") && has("session_1_required", "yes") && has("activity_1_points", "2.5"));
        assert!(!kept.fields.iter().any(|(name, _)| name == "session_2_required"));

        // A title is changed, one is emptied, and several come at once.
        let changed =
            [("session_1_title", ""), ("session_2_title", "Day two"), ("sessions", "Day 3\nday4 | Day 4 | *")];
        let saved = browser.send(&kept, &changed);
        let page = browser.follow(&saved);
        let third = course()["sessions"][1]["id"].as_str().unwrap().to_owned();
        let sessions = json!([
            { "id": "second", "title": "Day two", "required": false },
            { "id": third, "title": "Day 3", "required": false },
            { "id": "day4", "title": "Day 4", "required": true },
        ]);
        assert_eq!(course()["sessions"], sessions);

        // Who was at the day that is gone was at none of the others, whatever its place.
        let kept = form(&page, PAGE);
        let again = browser.send(&kept, &[("session_2_title", ""), ("session_4_title", "Day 5")]);
        let again = form(&browser.follow(&again), PAGE);
        let ids = |course: &Value| -> Vec<String> {
            let all = course["sessions"].as_array().unwrap().iter();
            all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        assert!(!ids(&course()).contains(&made) && !ids(&course()).contains(&third), "{}", course());
        // What somebody else puts in meanwhile is shown, and not lost by who saves again.
        let mut other = Browser::of(world, "ada@example.org");
        let theirs = form(&other.page(PAGE), PAGE);
        let added = other.send(&theirs, &[("session_4_title", "Day 6")]);
        other.follow(&added);
        let overtaken = browser.send(&again, &[("session_1_title", "The second day")]);
        assert_eq!(overtaken.status, StatusCode::PRECONDITION_FAILED);
        let shown = overtaken.text();
        assert!(shown.contains("value=\"The second day\"") && shown.contains("value=\"Day 6\""), "{shown}");
        let saved = browser.send(&form(&shown, PAGE), &[]);
        browser.follow(&saved);
        let titles: Vec<_> = course()["sessions"].as_array().unwrap().iter().map(|one| one["title"].clone()).collect();
        assert_eq!(titles, ["The second day", "Day 4", "Day 5", "Day 6"]);
        let sessions = json!([
            { "id": "second", "title": "Day two", "required": false },
            { "id": "third", "title": "Day 3", "required": false },
            { "id": "day4", "title": "Day 4", "required": true },
        ]);
        let put = json!({ "sessions": sessions, "activities": course()["activities"] });
        ada.ask(world, "PUT", "/events/WORKSHOP/course", &put).ok();
        let page = browser.page(PAGE);

        // What is wrong is told in its row; nothing that was typed is lost, and nothing is changed.
        let kept = form(&page, PAGE);
        let wrong = [("session_5_id", "x"), ("activity_1_points", "many"), ("activities", "a | b | c | d")];
        let refused = browser.send(&kept, &wrong);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        for said in [
            "session_4_title-error",
            "The title is missing.",
            "activity_1_points-error",
            "Points are a number",
            "activities-error",
            "a | b | c | d",
            "value=\"x\"",
            "value=\"many\"",
            "value=\"Day two\"",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        let long = "x".repeat(301);
        let refused = browser.send(&kept, &[("session_4_title", &long)]).text();
        assert!(refused.contains("session_4_title-error") && refused.contains("longer than 300 bytes"), "{refused}");
        assert_eq!(course()["sessions"], sessions);

        // Whoever names somebody who is not there finds the rows as they were.
        let marks = form(&browser.page(PAGE), "/staff/events/WORKSHOP/attendance");
        let refused = browser.send(&marks, &[("present", "nobody@example.org")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        assert!(text.contains("value=\"Day two\"") && text.contains("nobody@example.org"), "{text}");
        let again = browser.send(&form(&text, PAGE), &[]);
        browser.follow(&again);
        assert_eq!(course()["sessions"], sessions);

        let german = browser.page(&format!("{PAGE}?lang=de"));
        assert!(german.contains("Pflicht") && german.contains("Mehrere auf einmal"), "{german}");
        // Who may not change them sees what there is.
        invited(world, ada, "vera@example.org", &["viewer"]);
        let seen = Browser::of(world, "vera@example.org").page(PAGE);
        assert!(seen.contains("Day two") && !seen.contains("class=\"card form\""), "{seen}");
    });
}

/// Two at one event: what one took away does not come back by the form of the other, and a form that is sent twice adds once.
#[test]
fn a_stale_form_brings_back_nothing_and_adds_nothing_twice() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let titles = || -> Vec<String> {
            let course = ada.ask(world, "GET", "/events/WORKSHOP", &Value::Null).ok()["course"].clone();
            let all = course["sessions"].as_array().unwrap().iter();
            all.map(|one| one["title"].as_str().unwrap().to_owned()).collect()
        };
        let mut browser = Browser::of(world, "ada@example.org");
        let mut other = Browser::of(world, "ada@example.org");
        let empty = form(&browser.page(PAGE), PAGE);
        let typed = [("session_1_title", "Day 1"), ("session_2_title", "Day 2"), ("sessions", "Day 3\nd4 | Day 4")];
        let saved = browser.send(&empty, &typed);
        browser.follow(&saved);
        assert_eq!(titles(), ["Day 1", "Day 2", "Day 3", "Day 4"]);

        // The same form once more, as by two clicks: all of it is there already.
        let twice = browser.send(&empty, &typed);
        assert_eq!(twice.status, StatusCode::PRECONDITION_FAILED);
        let shown = form(&twice.text(), PAGE);
        assert!(!shown.fields.iter().any(|(name, value)| name == "sessions" && !value.is_empty()), "{}", twice.text());
        let saved = browser.send(&shown, &[]);
        browser.follow(&saved);
        assert_eq!(titles(), ["Day 1", "Day 2", "Day 3", "Day 4"]);

        // One takes the first away and adds one, while the other takes the second away.
        let mine = form(&browser.page(PAGE), PAGE);
        let theirs = form(&other.page(PAGE), PAGE);
        let saved = other.send(&theirs, &[("session_2_title", "")]);
        other.follow(&saved);
        let overtaken = browser.send(&mine, &[("session_1_title", ""), ("session_5_title", "Day 5")]);
        assert_eq!(overtaken.status, StatusCode::PRECONDITION_FAILED);
        let text = overtaken.text();
        let shown = form(&text, PAGE);
        let stands = |form: &crate::browser::Form, title: &str| {
            form.fields.iter().any(|(name, value)| name.ends_with("_title") && value == title)
        };
        for (title, is_there) in [("Day 1", false), ("Day 2", false), ("Day 3", true), ("Day 4", true), ("Day 5", true)]
        {
            assert_eq!(stands(&shown, title), is_there, "{title}: {text}");
        }
        assert!(text.contains("took these away") && text.contains("Day 2</li>"), "{text}");
        // Overtaken once more, and with something wrong besides: still none of them comes back.
        let theirs = form(&other.page(PAGE), PAGE);
        let saved = other.send(&theirs, &[("session_4_title", "Day 6")]);
        other.follow(&saved);
        let wrong = browser.send(&shown, &[("session_7_id", "untitled")]);
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let shown = form(&wrong.text(), PAGE);
        assert!(stands(&shown, "Day 6") && !stands(&shown, "Day 1"), "{}", wrong.text());
        let at = shown.fields.iter().find(|(_, value)| value == "untitled").unwrap().0.clone();
        let saved = browser.send(&shown, &[(at.as_str(), "")]);
        browser.follow(&saved);
        let mut left = titles();
        left.sort();
        assert_eq!(left, ["Day 3", "Day 4", "Day 5", "Day 6"]);
    });
}

#[test]
fn a_rule_that_is_tried_stands_in_the_form_and_written_out() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let page = "/staff/events/WORKSHOP/rule";
        let mut browser = Browser::of(world, "ada@example.org");
        let has = |form: &crate::browser::Form, name: &str, value: &str| {
            form.fields.iter().any(|(field, text)| field == name && text.replace("&#34;", "\"").contains(value))
        };
        // Filled in, it is written out.
        let kept = form(&browser.page(page), page);
        let tried = browser.send(&kept, &[("who", "those"), ("attendance", "80"), ("try", "yes")]).text();
        let filled = form(&tried, page);
        assert!(has(&filled, "written", "\"percent\": 80") && has(&filled, "attendance", "80"), "{tried}");
        // Written out, it is filled in, where the form can say it.
        let text = "{ \"any\": [\"passed\", { \"score\": { \"at_least\": 60 } }] }";
        let tried = browser.send(&filled, &[("who", "written"), ("written", text), ("try", "yes")]).text();
        let filled = form(&tried, page);
        assert!(has(&filled, "score", "60") && has(&filled, "passed", "yes") && has(&filled, "mode", "any"), "{tried}");
        assert!(has(&filled, "who", "those") && !has(&filled, "attendance", "80"), "{tried}");
        let nested = "{ \"all\": [{ \"any\": [\"passed\", \"checked_in\"] }] }";
        let tried = browser.send(&filled, &[("who", "written"), ("written", nested), ("try", "yes")]).text();
        assert!(has(&form(&tried, page), "who", "written"), "{tried}");
        // Nothing of it was kept until it is.
        let rule = || ada.ask(world, "GET", "/events/WORKSHOP/rule", &Value::Null).ok()["rule"].clone();
        assert_eq!(rule(), json!("passed"));
        let saved = browser.send(&filled, &[]);
        browser.follow(&saved);
        assert_eq!(rule(), json!({ "any": [{ "score": { "at_least": 60 } }, "passed"] }));
        // What cannot be read stays as it was typed.
        let wrong = browser.send(&kept, &[("who", "written"), ("written", "{ not a rule"), ("try", "yes")]);
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text().contains("{ not a rule"));
    });
}
