//! In which language certificates speak: the built-in templates have their own words in seven, and an event has its own.

use serde_json::{Value, json};
use testamur::store::{Collection, DocumentWrite, Expect};

use crate::browser::{Browser, form, form_with};
use crate::events::workshop;
use crate::harness::{OWNER, World, on_each_engine};
use crate::real_door::{behind_the_real_door, by_token, school_by};
use crate::runs::done;
use crate::templates::{Part, add, pdf, png, printed, send};

fn made(world: &World, code: &str, details: Value) -> Value {
    world.post("/events", &json!({ "code": code, "details": details })).ok()
}

fn specimen(world: &World, code: &str) -> String {
    printed(&world.post(&format!("/events/{code}/specimen"), &json!({ "format": "pdf" })).bytes)
}

#[test]
fn an_event_in_german_gives_certificates_in_german_and_in_each_of_the_seven_in_that() {
    on_each_engine(|world| {
        let german = made(
            world,
            "KURS",
            json!({ "title": "Kartografie", "template": "classic", "language": "de-AT", "starts": "2026-11-16" }),
        );
        assert_eq!(german["criteria"], "Alle erforderlichen Teile wurden abgeschlossen.");
        let page = specimen(world, "KURS");
        for words in ["Zertifikat", "Hiermit wird bestätigt, dass", "AUSGESTELLT", "16. November 2026"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("Certificate of Completion") && !page.contains("ISSUED"), "{page}");
        for (n, template) in ["classic", "modern", "minimal"].into_iter().enumerate() {
            for (language, word) in [
                ("ar", "إتمام"),
                ("en", "ompletion"),
                ("es", "Certificado"),
                ("fr", "Certificat"),
                ("hi", "पूर्णता"),
                ("zh", "结业证书"),
                ("pt", "ompletion"),
                ("zh-Hant", "ompletion"),
            ] {
                let code = format!("E{n}{}", language.replace('-', "").to_uppercase());
                made(world, &code, json!({ "title": "Atlas", "template": template, "language": language }));
                let page = specimen(world, &code).to_lowercase();
                // Letters from the right stand as they are drawn, from the left.
                let word = if language == "ar" { word.chars().rev().collect() } else { word.to_lowercase() };
                assert!(page.contains(&word), "{template} {language}: {page}");
                let english = ["ompletion", "issued", "scan to verify"].iter().any(|word| page.contains(word));
                assert_eq!(english, ["en", "pt", "zh-Hant"].contains(&language), "{template} {language}: {page}");
            }
        }
        // Another language than the event's is chosen by name.
        made(
            world,
            "BOTH",
            json!({ "title": "Atlas", "template": "modern.fr", "language": "de",
            "templates": [{ "language": "es", "template": "modern" }] }),
        );
        assert!(specimen(world, "BOTH").contains("Certificat\n") || specimen(world, "BOTH").contains("réussite"));
        let event = world.get("/events/BOTH").ok();
        assert_eq!((&event["template"]["name"], &event["templates"][0]["name"]), (&json!("modern"), &json!("modern")));
        let language = |digest: &Value| {
            world.get(&format!("/templates/{}/files/template.json", digest.as_str().unwrap())).ok()["language"].clone()
        };
        assert_eq!(language(&event["templates"][0]["digest"]), "es", "a built-in one for a language speaks it");
        // They are no other versions: nothing is to be rolled out.
        let uses = world.get("/templates/modern").ok();
        assert!(uses["used_by"].as_array().unwrap().iter().all(|one| one["newest"] == true), "{uses}");
        assert_eq!(uses["template"]["languages"].as_array().unwrap().len(), 7);
    });
}

#[test]
fn what_was_made_before_stays_and_an_event_that_changes_its_language_takes_its_words_along() {
    on_each_engine(|world| {
        workshop(world);
        let english = world.get("/events/WORKSHOP").ok();
        let person = json!({ "name": "Ada Lovelace", "email": "ada@example.org" });
        world.post("/events/WORKSHOP/participants", &person).ok();
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "everybody" })).ok();
        world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let number = "CERT-WORKSHOP-2026-00001";
        let file = |version| world.get(&format!("/certificates/{number}/file?format=pdf&version={version}")).bytes;
        let before = file(1);
        assert!(pdf(world, number, 1).contains("Certificate of Completion"));

        // Another title, sent with everything else as it is, moves no words.
        let same = world.patch("/events/WORKSHOP", &json!({ "title": "Cartography", "language": "" })).ok();
        assert_eq!(same["template"], english["template"]);
        let german = world.patch("/events/WORKSHOP", &json!({ "language": "de" })).ok();
        assert_ne!(german["template"]["digest"], english["template"]["digest"]);
        assert_eq!(german["criteria"], "Alle erforderlichen Teile wurden abgeschlossen.");
        assert!(specimen(world, "WORKSHOP").contains("Zertifikat"));
        assert_eq!(file(1), before, "what was issued stays, to the byte");
        // What was chosen in a language of its own stays where it is.
        world.patch("/events/WORKSHOP", &json!({ "template": "classic.fr" })).ok();
        let french = world.patch("/events/WORKSHOP", &json!({ "language": "es", "criteria": "Bestanden." })).ok();
        assert!(specimen(world, "WORKSHOP").contains("Certificat de réussite"));
        assert_eq!(french["criteria"], "Bestanden.");

        // A design of one's own has its own words.
        assert_eq!(add(world, "urkunde", "Urkunde", "de").status, 201);
        let own = world.patch("/events/WORKSHOP", &json!({ "template": "urkunde", "language": "fr" })).ok();
        assert!(specimen(world, "WORKSHOP").contains("Urkunde"), "{own}");
        let refused = world.patch("/events/WORKSHOP", &json!({ "template": "urkunde.fr" }));
        assert!(refused.problem(422, "invalid").contains("words of its own"));
        world.patch("/events/WORKSHOP", &json!({ "template": "classic.pt" })).problem(422, "no-such-template");
    });
}

#[test]
fn the_language_of_the_words_is_chosen_on_a_page_and_seen_there() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let new = form(&browser.page("/staff/events/new?lang=de"), "/staff/events/new");
        assert!(new.fields.contains(&("language".to_owned(), "de".to_owned())), "as the page: {:?}", new.fields);
        let made = browser.send(&new, &[("title", "Kartenkunde"), ("code", "KARTEN")]);
        browser.follow(&made);
        let base = "/staff/events/KARTEN/template";
        let page = browser.page(base);
        assert!(page.contains("Sprache der gedruckten Wörter"), "{page}");
        assert!(page.contains("/staff/templates/classic.de/picture.png"), "shown as it would be: {page}");
        assert!(browser.get("/staff/templates/classic.de/picture.png").bytes.starts_with(b"\x89PNG"));
        browser.send(&form_with(&page, base, "words"), &[("template", "classic")]);
        assert!(specimen_by(world, ada, "KARTEN").contains("Zertifikat"));
        let page = browser.page(base);
        browser.send(&form_with(&page, base, "words"), &[("template", "minimal"), ("words", "fr")]);
        assert!(specimen_by(world, ada, "KARTEN").to_lowercase().contains("certificat de réussite"));
        let page = browser.page(base);
        assert!(page.contains("/staff/templates/classic.fr/picture.png"), "it stays chosen: {page}");

        // With a logo of the event's own, and without it again, the words stay.
        let with = form_with(&page, base, "words");
        let mut fields = with.fields.clone();
        fields.retain(|(name, _)| name != "template");
        fields.push(("template".to_owned(), "minimal".to_owned()));
        let logo = png(60, 30);
        browser.upload(&with, &fields, Some(("logo", "logo.png", &logo)));
        let page = browser.page(base);
        assert!(page.contains("name=\"off\""), "{page}");
        assert!(specimen_by(world, ada, "KARTEN").contains("Scannez pour vérifier"));
        let off = form_with(&page, base, "off");
        browser.send(&off, &[]);
        assert!(specimen_by(world, ada, "KARTEN").contains("Scannez pour vérifier"));

        let gallery = browser.page("/staff/templates?lang=de");
        assert!(gallery.contains("/staff/templates/modern.de/picture.png"), "{gallery}");
        let one = browser.page("/staff/templates/modern?language=zh");
        assert!(one.contains("/staff/templates/modern.zh/picture.png") && one.contains(">Chinesisch<"), "{one}");
    });
}

fn specimen_by(world: &World, ada: &crate::real_door::Member, code: &str) -> String {
    let token = ada.token(world, &["view"]);
    printed(&by_token(world, &token, "POST", &format!("/events/{code}/specimen"), &json!({ "format": "pdf" })).bytes)
}

#[test]
fn words_and_criteria_stay_together_where_the_language_passes_through_one_that_they_do_not_speak() {
    on_each_engine(|world| {
        let german = "Alle erforderlichen Teile wurden abgeschlossen.";
        for (n, between) in ["pt", ""].into_iter().enumerate() {
            let path = format!("/events/KURS{n}");
            let details = json!({ "title": "Atlas", "template": "classic", "language": "de" });
            let first = made(world, &format!("KURS{n}"), details);
            assert_eq!(first["criteria"], german);
            let stays = world.patch(&path, &json!({ "language": between })).ok();
            assert_eq!((&stays["template"], &stays["criteria"]), (&first["template"], &json!(german)), "{between:?}");
            let french = world.patch(&path, &json!({ "language": "fr" })).ok();
            assert_eq!(french["criteria"], "Toutes les parties requises ont été suivies.");
            assert!(specimen(world, &format!("KURS{n}")).contains("Certificat de réussite"), "{between:?}: {french}");
        }
        // What was chosen in a language of its own, by an event without one, stays.
        let chosen = made(world, "OWN", json!({ "title": "Atlas", "template": "classic.de" }));
        let after = world.patch("/events/OWN", &json!({ "language": "fr" })).ok();
        assert_eq!(after["template"], chosen["template"]);
    });
}

/// As earlier versions made them: an English template, whatever the language of the event.
#[test]
fn an_event_made_earlier_keeps_its_template_when_its_title_changes() {
    on_each_engine(|world| {
        let before =
            made(world, "OLD", json!({ "title": "Atlas", "template": "classic.en", "language": "de" }))["template"]
                .clone();
        let person = json!({ "name": "Ada Lovelace", "email": "ada@example.org" });
        world.post("/events/OLD/participants", &person).ok();
        world.put("/events/OLD/rule", &json!({ "rule": "everybody" })).ok();
        let renamed = world.patch("/events/OLD", &json!({ "title": "Cartography", "language": "de" })).ok();
        assert_eq!(renamed["template"], before);
        world.post("/events/OLD/state", &json!({ "to": "completed" })).ok();
        done(world, &json!({ "kind": "generate", "event": "OLD" }));
        assert_eq!(world.get("/events/OLD").ok()["template"], before);
        let page = pdf(world, "CERT-OLD-2026-00001", 1);
        assert!(page.contains("Certificate of Completion") && page.contains("Cartography"), "{page}");
    });
}

/// Adds a built-in template to the library under a name of the school's.
fn add_classic(world: &World, name: &str) {
    let document = world.get("/templates/classic/files/template.json").bytes;
    let parts: [Part; 2] = [("name", None, name.as_bytes()), ("template", Some("template.json"), &document)];
    assert_eq!(send(world, OWNER, "POST", "/templates", &parts).status, 201);
}

#[test]
fn a_template_of_the_library_is_called_as_it_was_however_often_it_is_sent_again() {
    on_each_engine(|world| {
        add_classic(world, "schule");
        made(world, "KURS", json!({ "title": "Atlas", "template": "schule", "language": "de" }));
        let mut wanted = vec![json!({ "language": "fr", "template": "schule" })];
        for language in ["es", "ar"] {
            let event = world.patch("/events/KURS", &json!({ "templates": wanted })).ok();
            let all = event["templates"].as_array().unwrap();
            assert!(all.iter().all(|one| one["name"] == "schule"), "{event}");
            // As the page sends them: by their digests, and one more.
            wanted = all.iter().map(|one| json!({ "language": one["language"], "template": one["digest"] })).collect();
            wanted.push(json!({ "language": language, "template": "schule" }));
        }
        let event = world.patch("/events/KURS", &json!({ "templates": wanted })).ok();
        let names: Vec<&Value> = event["templates"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["schule", "schule", "schule"], "{event}");
        let digest = event["template"]["digest"].clone();
        assert_eq!(world.patch("/events/KURS", &json!({ "template": digest })).ok()["template"]["name"], "schule");
    });
}

#[test]
fn what_an_earlier_version_kept_is_offered_in_all_of_its_languages() {
    on_each_engine(|world| {
        add_classic(world, "schule");
        assert_eq!(add(world, "urkunde", "Urkunde", "de").status, 201);
        // It did not keep what a template speaks.
        for name in ["schule", "urkunde"] {
            let store = &world.app.store;
            let mut kept = store.document(Collection::TEMPLATES, name).unwrap().unwrap().value;
            assert!(kept["versions"][0].as_object_mut().unwrap().remove("speaks").is_some(), "{kept}");
            let write = DocumentWrite::put(Collection::TEMPLATES, name, Expect::Any, &kept);
            store.write_documents(&[write], None).unwrap();
        }
        let listed = world.get("/templates?limit=50").ok();
        let languages = |name: &str| {
            let one = listed["items"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
            one["languages"].as_array().unwrap().len()
        };
        assert_eq!((languages("schule"), languages("urkunde"), languages("classic")), (7, 0, 7), "{listed}");
        assert_eq!(world.get("/templates/schule").ok()["template"]["languages"].as_array().unwrap().len(), 7);
    });
}
