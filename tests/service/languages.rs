//! Languages: of an event, of its people and of templates; where a certificate is in another one, that is said before.

use serde_json::{Value, json};

use crate::browser::{Browser, form, form_with, to};
use crate::events::workshop;
use crate::harness::{OWNER, World, on_each_engine};
use crate::real_door::{behind_the_real_door, by_token, school_by};
use crate::runs::done;
use crate::templates::{add, pdf};

const PEOPLE: &str = "/events/WORKSHOP/participants";
const LIST: &str = "Name,Email,Language\nAda Lovelace,ada@example.org,de-AT\nGrace Hopper,grace@example.org,\nÉva Kiss,eva@example.org,hu\nZoë Oak,zoe@example.org,en-GB\n";

fn looked_at(world: &World) -> Value {
    let list = world.upload(OWNER, "/events/WORKSHOP/imports?dry_run=true", "a.csv", LIST.as_bytes(), &[]);
    list.ok()["languages"].clone()
}

fn other(language: &str, people: u64) -> Value {
    json!({ "language": language, "template": "classic", "texts_in": "en", "people": people })
}

#[test]
fn who_gets_texts_in_another_language_is_told_at_import_in_the_preview_and_on_the_card() {
    on_each_engine(|world| {
        workshop(world);
        assert_eq!(looked_at(world), json!([other("de-AT", 1), other("hu", 1)]), "English is that of the template");
        world.patch("/events/WORKSHOP", &json!({ "language": "German" })).problem(422, "invalid");
        let event = world.patch("/events/WORKSHOP", &json!({ "language": "de", "template": "classic.en" })).ok();
        assert_eq!(event["language"], "de");
        assert_eq!(looked_at(world), json!([other("de", 1), other("de-AT", 1), other("hu", 1)]), "the event's counts");

        world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", LIST.as_bytes(), &[]).ok();
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "everybody" })).ok();
        world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
        let preview = || world.post("/runs/preview", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        assert_eq!(preview()["languages"].as_array().unwrap().len(), 3);
        let of = |who: &str| {
            let one = world.get(&format!("/events/WORKSHOP/eligibility/{who}@example.org")).ok();
            (one["language"].clone(), one["template"].clone(), one["texts_in"].clone())
        };
        assert_eq!(of("ada"), (json!("de-AT"), json!("classic"), json!("en")));
        assert_eq!(of("grace"), (json!("de"), json!("classic"), json!("en")), "none is said of her");
        assert_eq!(of("zoe"), (json!("en-GB"), json!("classic"), Value::Null));

        // A template for the language, and nobody of it is told of any more.
        assert_eq!(add(world, "urkunde", "Urkunde", "de").status, 201);
        let templates = json!({ "templates": [{ "language": "de", "template": "urkunde" }] });
        world.patch("/events/WORKSHOP", &templates).ok();
        assert_eq!(preview()["languages"], json!([other("hu", 1)]));
        assert_eq!(of("grace"), (json!("de"), json!("urkunde"), Value::Null));
        // What is said of herself is stronger than what the event says.
        world.patch(&format!("{PEOPLE}/grace@example.org"), &json!({ "locale": "en" })).ok();
        assert_eq!(of("grace"), (json!("en"), json!("classic"), Value::Null));
        world.patch(&format!("{PEOPLE}/grace@example.org"), &json!({ "locale": "" })).ok();

        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let certificates = world.get("/certificates?limit=10").ok();
        for one in certificates["items"].as_array().unwrap() {
            let words = ["Ada Lovelace", "Grace Hopper"].contains(&one["recipient"].as_str().unwrap());
            let printed = pdf(world, one["number"].as_str().unwrap(), 1);
            assert_eq!(printed.contains("Urkunde"), words, "{one}: {printed}");
        }
        let event = world.patch("/events/WORKSHOP", &json!({ "language": "" })).ok();
        assert_eq!(event["language"], Value::Null);
    });
}

#[test]
fn staff_see_and_choose_languages_by_their_names() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let token = ada.token(world, &["view", "import", "generate"]);
        let mut browser = Browser::of(world, "ada@example.org");
        let base = "/staff/events/WORKSHOP";
        let page = browser.page(&format!("{base}/people/p0%40example.org"));
        let change = format!("{base}/people/");
        let action =
            page.split("action=\"").find(|part| part.starts_with(&change) && part.contains("/change\"")).unwrap();
        let action = action.split('"').next().unwrap().to_owned();
        assert!(page.contains(">German</option>") && page.contains("as the event says"), "{page}");
        let saved = browser.send(&form(&page, &action), &[("locale", "de")]);
        let page = browser.follow(&saved);
        assert!(page.contains("classic, whose texts are in English"), "{page}");
        let german = browser.page(&format!("{base}/people/p0%40example.org?lang=de"));
        assert!(german.contains("classic, deren Texte auf Englisch sind"), "{german}");
        browser.page(&format!("{base}?lang=en"));
        // A tag that no form offers stays as it is.
        let free = json!({ "locale": "de-CH-1996" });
        by_token(world, &token, "PATCH", "/events/WORKSHOP/participants/p1@example.org", &free).ok();
        let page = browser.page(&format!("{base}/people/p1%40example.org"));
        assert!(page.contains("<option value=\"de-CH-1996\" selected>German (de-ch-1996)</option>"), "{page}");

        let change = form(&browser.page(&format!("{base}/change")), &format!("{base}/change"));
        browser.send(&change, &[("language", "hu")]);
        assert!(browser.page(base).contains("Hungarian"));
        for n in [7, 8] {
            let person = json!({ "name": format!("Person {n}"), "email": format!("p{n}@example.org"), "locale": "de", "progress": { "passed": true } });
            by_token(world, &token, "POST", "/events/WORKSHOP/participants", &person).ok();
        }
        let page = browser.page(&format!("{base}/generate"));
        assert!(page.contains("2 people have the language German"), "{page}");
        assert!(page.contains("Printed with classic, whose texts are in English"), "{page}");

        // A template for a language is chosen, and taken away.
        let path = format!("{base}/languages");
        let none = form(&browser.page(&path), &path);
        let refused = browser.send(&none, &[("language", ""), ("template", "modern")]);
        assert_eq!(refused.status, 422, "{}", refused.text());
        let chosen = browser.send(&none, &[("language", "de"), ("template", "modern")]);
        assert!(to(&chosen).starts_with(&path), "{}", chosen.text());
        let page = browser.follow(&chosen);
        assert!(page.contains("No longer for this language") && page.contains(">German<"), "{page}");
        assert!(page.contains("<span class=\"state green\">German</span>"), "a built-in one speaks it: {page}");
        let card = browser.page(&format!("{base}/people/p0%40example.org"));
        assert!(!card.contains("whose texts are in"), "{card}");
        browser.send(&form_with(&page, &path, "template"), &[("language", "hu"), ("template", "minimal")]);
        let page = browser.page(&path);
        assert!(page.contains("<span class=\"state amber\">English</span>"), "its texts are in another one: {page}");
        let both = by_token(world, &token, "GET", "/events/WORKSHOP", &Value::Null).ok()["templates"].clone();
        by_token(
            world,
            &token,
            "PATCH",
            "/events/WORKSHOP",
            &json!({ "templates": [{ "language": "de", "template": both[0]["digest"] }] }),
        )
        .ok();
        let page = browser.page(&path);
        let remove = page.split("<form").find(|part| part.contains("name=\"remove\"")).unwrap();
        let remove = form(&format!("<form{remove}"), &path);
        browser.send(&remove, &[]);
        let event = by_token(world, &token, "GET", "/events/WORKSHOP", &Value::Null).ok();
        assert_eq!(event["templates"], json!([]));
    });
}
