//! The page of an event's rule: tiers in rows, expressions and the form that says the same, and how many would get a certificate, counted
//! before anything is kept.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::browser::{Browser, Form, form};
use crate::real_door::{behind_the_real_door, school_by};

const PAGE: &str = "/staff/events/WORKSHOP/rule";

fn says(form: &Form, name: &str, value: &str) -> bool {
    form.fields.iter().any(|(field, text)| field == name && text == value)
}

#[test]
fn tiers_are_rows_of_the_form_and_what_is_wrong_stands_in_its_row() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let rule = || ada.ask(world, "GET", "/events/WORKSHOP/rule", &Value::Null).ok();
        let empty = form(&browser.page(PAGE), PAGE);
        assert!(empty.texts.iter().any(|name| name == "tier_1_name") && rule()["tiers"].is_null());
        // Typed from the highest on, with a comma; kept from the lowest on.
        let typed = [
            ("tier_measure", "score"),
            ("tier_required", ""),
            ("tier_1_name", "gold"),
            ("tier_1_from", "90,5"),
            ("tier_1_template", "modern"),
            ("tier_2_name", "bronze"),
            ("tier_2_from", "60"),
        ];
        let tried = browser.send(&empty, &[&typed[..], &[("try", "yes")]].concat());
        assert!(rule()["tiers"].is_null(), "what is tried is not kept");
        let again = form(&tried.text(), PAGE);
        assert!(says(&again, "tier_2_name", "gold") && says(&again, "tier_1_from", "60"), "{:?}", again.fields);
        let saved = browser.send(&again, &[]);
        browser.follow(&saved);
        let steps = json!([{ "name": "bronze", "from": 60 }, { "name": "gold", "from": 90.5, "template": "modern" }]);
        assert_eq!(rule()["tiers"], json!({ "measure": "score", "required": false, "steps": steps }));
        assert_eq!(rule()["rule"], "passed", "the rule beside them is the one that was there");
        // They stand in the form again, and another change of the rule leaves them.
        let kept = form(&browser.page(PAGE), PAGE);
        assert!(says(&kept, "tier_2_template", "modern") && says(&kept, "tier_measure", "score"), "{:?}", kept.fields);
        assert!(!says(&kept, "tier_required", "yes"), "{:?}", kept.fields);
        browser.send(&kept, &[("score", "50")]);
        assert_eq!(rule()["tiers"]["steps"], steps);
        // What is wrong is said in its row, by us or by the operation, and what was typed stays.
        let kept = form(&browser.page(PAGE), PAGE);
        for (filled, error) in [
            ([("tier_2_from", "60"), ("tier_3_name", "")], "tier_2_from-error"),
            ([("tier_3_from", "99"), ("tier_3_name", "")], "tier_3_name-error"),
            ([("tier_3_from", "plenty"), ("tier_3_name", "platinum")], "tier_3_from-error"),
            ([("tier_3_from", "99"), ("tier_3_name", "Gold")], "tier_3_name-error"),
        ] {
            let refused = browser.send(&kept, &filled);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{filled:?}");
            let text = refused.text();
            assert!(text.contains(&format!("id=\"{error}\"")), "{filled:?}: {text}");
            assert!(filled.iter().all(|(name, value)| says(&form(&text, PAGE), name, value)), "{filled:?}");
        }
        assert_eq!(rule()["tiers"]["steps"], steps);
        let german = browser.page(&format!("{PAGE}?lang=de"));
        assert!(german.contains("Stufe 1: Eigene Vorlage"), "{german}");
        let refused = browser.send(&form(&german, PAGE), &[("tier_2_from", "60")]).text();
        assert!(refused.contains("liegt nicht über der Stufe davor"), "{refused}");
        // Emptied, they are gone.
        let names: Vec<&str> = kept.texts.iter().map(String::as_str).filter(|name| name.starts_with("tier_")).collect();
        let emptied: Vec<_> = names.iter().map(|name| (*name, "")).collect();
        let kept = form(&browser.page(PAGE), PAGE);
        browser.send(&kept, &emptied);
        assert!(rule()["tiers"].is_null(), "{}", rule());
    });
}

#[test]
fn how_many_would_get_one_is_counted_while_the_form_is_filled_in_and_by_a_button() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let one = json!({ "name": "Ida Rhodes", "email": "ida@example.org", "progress": { "score": 70 } });
        ada.ask(world, "POST", "/events/WORKSHOP/participants", &one).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page(PAGE);
        // Where there is no script, the button asks for the same.
        assert!(page.contains("data-counted") && page.contains("name=\"try\" value=\"yes\""), "{page}");
        let asked = form(&page, PAGE);
        let before = world.acts().len();
        let filled = [("who", "those"), ("mode", "any"), ("score", "60"), ("passed", "yes")];
        let counted = browser.send(&asked, &[&filled[..], &[("count", "yes")]].concat());
        let part = counted.text();
        assert_eq!(
            (counted.status, &counted.headers[header::CACHE_CONTROL]),
            (StatusCode::OK, &"no-store".parse().unwrap())
        );
        assert!(!part.contains("<html") && !part.contains("<form"), "a part alone: {part}");
        let figure = |part: &str, label: &str| {
            let before = part.split(label).next().unwrap().to_owned();
            before.rsplit("<b>").next().unwrap().split('<').next().unwrap().to_owned()
        };
        assert_eq!(figure(&part, "get one now"), "3", "{part}");
        assert_eq!(figure(&part, "would get one"), "4", "{part}");
        assert!(part.contains("score &#62;= 60.0 || passed"), "{part}");
        let by_button = browser.send(&asked, &[&filled[..], &[("try", "yes")]].concat()).text();
        assert_eq!(figure(&by_button, "would get one"), "4", "{by_button}");
        // What cannot be counted is said there, and who may not change the rule counts nothing.
        let nothing = browser.send(&asked, &[("who", "those"), ("passed", ""), ("count", "yes")]).text();
        assert!(nothing.contains("Fill in at least one condition") && !nothing.contains("<html"), "{nothing}");
        assert_eq!(world.acts().len(), before, "counting changes nothing");
        assert_eq!(ada.ask(world, "GET", "/events/WORKSHOP/rule", &Value::Null).ok()["rule"], "passed");
    });
}

#[test]
fn an_expression_that_says_no_more_than_the_form_is_filled_in_there() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let asked = form(&browser.page(PAGE), PAGE);
        let written = |text: &'static str| [("who", "written"), ("written", text)];
        let trial = |browser: &mut Browser<'_>, text| {
            browser.send(&asked, &[&written(text)[..], &[("try", "yes")]].concat()).text()
        };
        let page = trial(&mut browser, "attendance >= 80 && passed");
        let filled = form(&page, PAGE);
        assert!(says(&filled, "attendance", "80") && says(&filled, "passed", "yes"), "{:?}", filled.fields);
        assert!(says(&filled, "who", "those") && says(&filled, "mode", "all"), "{:?}", filled.fields);
        assert!(page.contains("As an expression this is attendance &#62;= 80.0 &#38;&#38; passed"), "{page}");
        let saved = browser.send(&filled, &[]);
        browser.follow(&saved);
        let rule = || ada.ask(world, "GET", "/events/WORKSHOP/rule", &Value::Null).ok()["rule"].clone();
        let kept = rule();
        assert_eq!(
            (&kept["all"][0]["attendance"]["percent"], &kept["all"][1]),
            (&json!(80), &json!("passed")),
            "{kept}"
        );
        // One that says more is kept as it is; one that cannot be is told of, with what it was.
        let saved = browser.send(&form(&browser.clone().page(PAGE), PAGE), &written("score > 3.0 || checked_in"));
        browser.follow(&saved);
        assert_eq!(rule(), json!({ "cel": { "expression": "score > 3.0 || checked_in" } }));
        let kept = form(&browser.page(PAGE), PAGE);
        let refused = browser.send(&kept, &written("score >"));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(says(&form(&refused.text(), PAGE), "written", "score &#62;"), "{}", refused.text());
    });
}
