//! The issuer's language: said on a page, what follows from it, and where `testamur.toml` says it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testamur::desk::HouseLanguage;
use testamur::store::MemoryStore;

use crate::browser::{Browser, form, to};
use crate::harness::{World, issuer};
use crate::real_door::{behind_the_real_door, invited, school_by};
use crate::runs::work;

const PAGE: &str = "/staff/settings/language";

#[test]
fn an_owner_says_the_language_and_the_published_start_page_speaks_it() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let publish = || {
            ada.ask(world, "POST", "/runs", &json!({ "kind": "publish" })).ok();
            work(world);
            std::fs::read_to_string(world.folder().join("site/index.html")).unwrap()
        };
        let page = publish();
        assert!(page.contains("<html lang=\"en\" dir=\"ltr\">") && page.contains("Certificates issued by"), "{page}");
        let mut browser = Browser::of(world, "ada@example.org");
        let settings = browser.page("/staff/settings");
        assert!(settings.contains(&format!("href=\"{PAGE}\"")) && settings.contains("English"), "{settings}");
        let asked = form(&browser.page(PAGE), PAGE);
        for wrong in ["", "xx", "de-AT", "<b>"] {
            let refused = browser.send(&asked, &[("language", wrong)]);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(refused.text().contains("language-error"), "{wrong}: {}", refused.text());
        }
        let saved = browser.send(&asked, &[("language", "ar")]);
        assert_eq!(to(&saved), format!("{PAGE}?said=saved"));
        let told = ada.ask(world, "GET", "/settings/language", &Value::Null).ok();
        assert_eq!(told, json!({ "language": "ar", "fixed": false }));
        let page = publish();
        assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">") && page.contains("تحقّق من شهادة"), "{page}");
        assert!(!page.contains("Check a certificate"), "{page}");
        let missing = std::fs::read_to_string(world.folder().join("site/404.html")).unwrap();
        assert!(missing.contains("<html lang=\"ar\" dir=\"rtl\">"), "{missing}");
        // Whoever asks for no language that pages speak reads them in that of the house.
        let mut reader = Browser::new(world);
        assert!(reader.page("/portal").contains("<html lang=\"ar\""));
        assert!(reader.page("/portal?lang=fr").contains("<html lang=\"fr\""));
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        let act = log.iter().find(|entry| entry.act.action == "issuer.language").unwrap();
        assert_eq!(act.act.detail, json!({ "from": "en", "to": "ar" }));
        let vera = invited(world, ada, "vera@example.org", &["issuer", "revoker", "key_officer"]);
        vera.ask(world, "PUT", "/settings/language", &json!({ "language": "de" })).problem(403, "forbidden");
        // Whoever opens the same store anew finds it; a store of before has none.
        let anew = issuer();
        assert_eq!(anew.language.now().tag(), "en");
        testamur::acts::take_up_language(&*world.app.store, &anew).unwrap();
        assert_eq!(anew.language.now().tag(), "ar");
        let german = browser.page(&format!("{PAGE}?lang=de"));
        assert!(german.contains("Sprache der Organisation") && german.contains("Arabisch"), "{german}");
        let german = browser.send(&form(&german, PAGE), &[("language", "xx")]).text();
        crate::browser::is_german(&german, &[]);
    });
}

#[test]
fn what_the_configuration_says_is_fixed() {
    let (store, folder) = (std::sync::Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap());
    let world = World::changed(store, folder, Default::default(), |parts| {
        parts.issuer.language = HouseLanguage::fixed("hi".parse().unwrap());
    });
    assert_eq!(world.get("/settings/language").ok(), json!({ "language": "hi", "fixed": true }));
    world.put("/settings/language", &json!({ "language": "de" })).problem(409, "language-fixed");
    world.put("/settings/language", &json!({ "language": "xx" })).problem(409, "language-fixed");
}
