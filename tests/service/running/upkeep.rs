//! How house is kept, said on a page: how long what is kept, how long sessions last, where backups go, and that they are made elsewhere.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use testamur::acts::upkeep::Values;
use testamur::server::{Limits, nightly};
use testamur::store::MemoryStore;

use crate::browser::{Browser, form, to};
use crate::harness::World;
use crate::mail::Post;
use crate::real_door::{PASSWORD, behind_the_real_door, school_by};

const PAGE: &str = "/staff/settings/upkeep";

/// A service with an owner who has logged in, and a data folder, in which this is fixed.
fn with(fixed: Values, story: impl FnOnce(&World, &mut Browser)) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_owned();
    let world = World::changed(Arc::new(MemoryStore::new()), folder, Limits::default(), |parts| {
        parts.fixed = fixed;
        parts.data = Some(data);
        parts.authenticator = testamur::server::accounts();
    });
    let link = testamur::server::setup_link(&world.app).unwrap().unwrap();
    let owner = json!({ "token": link.expose(), "email": "ada@example.org", "name": "Ada", "password": PASSWORD });
    crate::real_door::post(&world, "/setup", &owner).ok();
    let mut ada = Browser::of(&world, "ada@example.org");
    story(&world, &mut ada);
}

#[test]
fn an_owner_says_where_backups_go_and_the_next_one_goes_there_without_a_restart() {
    with(Values::default(), |world, ada| {
        assert!(ada.page("/staff/settings").contains(&format!("href=\"{PAGE}\"")));
        let page = ada.page("/staff/backups");
        assert!(page.contains("No backups are made.") && page.contains(PAGE), "{page}");
        let asked = form(&ada.page(PAGE), PAGE);
        // All that is wrong at once, each beside its field; nothing is changed.
        let wrong = [("mail_days", "many"), ("session_hours", "0"), ("backup_hour", "24"), ("backup_folder", "site/x")];
        let refused = ada.send(&asked, &wrong);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("mail_days-error") && refused.text().contains("Type a whole number."));
        let wrong =
            [("session_hours", "0"), ("backup_hour", "24"), ("backup_folder", "site/x"), ("backup_keep", "9000")];
        let text = ada.send(&asked, &wrong).text();
        for field in ["session_hours-error", "backup_hour-error", "backup_folder-error", "backup_keep-error"] {
            assert!(text.contains(field), "{field}: {text}");
        }
        assert!(text.contains("value=\"site/x\""), "what was typed stays: {text}");
        assert!(!world.folder().join("site/x").exists(), "nothing is put where others read");
        assert_eq!(world.acts().iter().filter(|(act, _)| act == "upkeep.settle").count(), 0);

        let saved = ada.send(&asked, &[("backup_folder", "my backups"), ("backup_keep", "3"), ("mail_days", "30")]);
        assert_eq!(to(&saved), format!("{PAGE}?said=saved"));
        assert!(ada.follow(&saved).contains("value=\"my backups\""));
        let house = world.app.house().unwrap();
        assert_eq!((house.retention.mail_days, house.backup.as_ref().unwrap().keep), (30, 3));
        nightly(&world.app).unwrap();
        let made = std::fs::read_dir(world.folder().join("my backups")).unwrap().count();
        assert_eq!(made, 1, "the backup, and nothing of the trial");
        let page = ada.page("/staff/backups");
        assert!(page.contains("my backups") && page.contains("testamur-2026"), "{page}");
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        let act = log.iter().find(|entry| entry.act.action == "upkeep.settle").unwrap();
        assert!(act.act.actor.starts_with("staff:"), "{act:?}");
        assert_eq!((&act.act.detail["after"]["mail_days"], &act.act.detail["before"]), (&json!(30), &json!({})));
        let german = ada.page(&format!("{PAGE}?lang=de"));
        assert!(german.contains("Ordner der Sicherungen") && german.contains("Sitzungen des Teams"), "{german}");
    });
}

#[test]
fn what_the_file_says_is_fixed_and_the_rest_is_chosen() {
    let fixed = Values { mail_days: Some(10), backup_hour: Some(4), session_days: Some(2), ..Values::default() };
    with(fixed, |world, ada| {
        let page = ada.page(PAGE);
        assert!(page.contains("testamur.toml says this") && page.contains("Messages: days"), "{page}");
        for name in ["mail_days", "backup_hour", "session_days"] {
            assert!(!page.contains(&format!("name=\"{name}\"")), "{name}: {page}");
        }
        let asked = form(&page, PAGE);
        // What somebody says of it all the same changes nothing of it.
        let saved = ada.send(&asked, &[("mail_days", "99"), ("upload_days", "7")]);
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let house = world.app.house().unwrap();
        assert_eq!((house.retention.mail_days, house.retention.upload_days, house.sessions.days), (10, 7, 2));
        let all = Values {
            mail_days: Some(1),
            upload_days: Some(1),
            waiting_minutes: Some(5),
            session_hours: Some(1),
            session_days: Some(1),
            backup_folder: Some("/srv".into()),
            backup_hour: Some(1),
            backup_keep: Some(1),
        };
        with(all, |_, ada| {
            let page = ada.page(PAGE);
            assert!(!page.contains(&format!("action=\"{PAGE}\"")) && page.contains("/srv"), "{page}");
        });
    });
}

#[test]
fn sessions_last_as_long_as_an_owner_says_also_those_that_are_open() {
    with(Values::default(), |world, ada| {
        let mut other = Browser::of(world, "ada@example.org");
        let asked = form(&ada.page(PAGE), PAGE);
        ada.send(&asked, &[("session_hours", "1"), ("session_days", "1")]);
        world.pass(3_599);
        assert_eq!(other.get("/staff").status, StatusCode::OK);
        world.pass(3_601);
        assert_eq!(other.get("/staff").status, StatusCode::SEE_OTHER, "unused for an hour");
        // The cookie goes with it.
        let login = form(&other.page("/staff/login"), "/staff/login");
        let again = other.send(&login, &[("email", "ada@example.org"), ("password", PASSWORD)]);
        let cookie = again.headers["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("Max-Age=86400"), "{cookie}");
        for _ in 0..47 {
            world.pass(1_800);
            assert_eq!(other.get("/staff").status, StatusCode::OK);
        }
        world.pass(1_801);
        assert_eq!(other.get("/staff").status, StatusCode::SEE_OTHER, "a day after its login");
    });
}

#[test]
fn a_chosen_file_waits_as_long_as_an_owner_says() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let choose = |browser: &mut Browser| {
            let asked = form(&browser.page("/staff/events/WORKSHOP/import"), "/staff/events/WORKSHOP/import");
            let list = b"Name,Email\nGrace Hopper,grace@example.org\n";
            to(&browser.upload(&asked, &asked.fields.clone(), Some(("file", "list.csv", list))))
        };
        let gone = |browser: &mut Browser, page: &str| {
            let answer = browser.get(page);
            answer.status == StatusCode::SEE_OTHER && to(&answer).ends_with("/import?said=file-gone")
        };
        let usual = choose(&mut browser);
        world.pass(3_599);
        assert!(browser.page(&usual).contains("Grace Hopper"));
        world.pass(1);
        assert!(gone(&mut browser, &usual));
        let saved = browser.send(&form(&browser.clone().page(PAGE), PAGE), &[("waiting_minutes", "5")]);
        assert_eq!(to(&saved), format!("{PAGE}?said=saved"), "{}", saved.text());
        let short = choose(&mut browser);
        world.pass(299);
        assert!(browser.page(&short).contains("Grace Hopper"));
        world.pass(1);
        assert!(gone(&mut browser, &short));
        let refused = browser.send(&form(&browser.clone().page(PAGE), PAGE), &[("waiting_minutes", "2000")]);
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text().contains("waiting_minutes-error"));
    });
}

#[test]
fn home_is_quiet_where_backups_are_made_elsewhere_and_says_who_said_so() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let missing = |browser: &mut Browser| browser.page("/staff").contains("backup is missing");
        assert!(missing(&mut browser));
        let page = browser.page("/staff/backups");
        let say = form(&page, "/staff/backups/elsewhere");
        let refused = browser.send(&say, &[("marker", "/there/is/none")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("marker-error"), "{}", refused.text());
        assert!(missing(&mut browser));

        // Without a marker whoever says so is believed.
        let said = browser.send(&say, &[]);
        let page = browser.follow(&said);
        assert!(
            page.contains("nobody looks how old the newest is") && page.contains("<dd dir=\"auto\">you</dd>"),
            "{page}"
        );
        assert!(!missing(&mut browser));
        let acts: Vec<_> = world.acts().into_iter().filter(|(act, _)| act == "backup.elsewhere").collect();
        assert_eq!(acts.len(), 1);
        let ended = browser.send(&form(&browser.clone().page("/staff/backups"), "/staff/backups/here"), &[]);
        browser.follow(&ended);
        assert!(missing(&mut browser));

        // With one its date is looked at.
        let folder = world.folder().join("dumps");
        std::fs::create_dir(&folder).unwrap();
        let file = std::fs::File::create(folder.join("today.dump")).unwrap();
        let seconds = |at: i64| std::time::UNIX_EPOCH + std::time::Duration::from_secs(at.try_into().unwrap());
        let now = world.app.now().unix();
        file.set_modified(seconds(now - 3 * 86_400)).unwrap();
        let said = browser.send(&say, &[("marker", folder.to_str().unwrap())]);
        assert!(browser.follow(&said).contains("The marker shows no backup"));
        assert!(missing(&mut browser));
        file.set_modified(seconds(now - 3_600)).unwrap();
        assert!(!missing(&mut browser));
        let german = browser.page("/staff/backups?lang=de");
        assert!(
            german.contains("Sicherungen an anderer Stelle") && german.contains("Das Merkzeichen zeigt eine Sicherung"),
            "{german}"
        );
        browser.forget("testamur_language");
        // A date that is still to come is none.
        file.set_modified(seconds(now + 86_400)).unwrap();
        assert!(missing(&mut browser));
    });
}

#[test]
fn what_is_passed_over_among_the_backups_is_said() {
    let fixed = Values { backup_folder: Some("backups".into()), ..Values::default() };
    with(fixed, |world, ada| {
        let folder = world.folder().join("backups");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("testamur-20991231T020000Z.jsonl"), "x").unwrap();
        std::fs::write(world.folder().join("elsewhere"), "secret of others").unwrap();
        std::os::unix::fs::symlink(world.folder().join("elsewhere"), folder.join("testamur-20261101T020000Z.jsonl"))
            .unwrap();
        nightly(&world.app).unwrap();
        let page = ada.page("/staff/backups");
        for text in ["Passed over", "its date is still to come", "it is a link or a folder"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let rows = page.matches("<span class=\"whole\" dir=\"auto\">testamur-").count();
        assert_eq!(rows, 1, "only what was made is a backup: {page}");
        let german = ada.page("/staff/backups?lang=de");
        assert!(german.contains("Übergangen") && german.contains("das Datum liegt in der Zukunft"), "{german}");
    });
}

/// Of the outbox too: what was chosen on the page is what each night does.
#[test]
fn old_messages_are_forgotten_after_the_days_that_were_chosen() {
    let post = Post::with_certificates(2);
    post.send();
    post.deliver();
    post.world.put("/upkeep", &json!({ "mail_days": 5 })).ok();
    post.world.put("/upkeep", &json!({ "mail_day": 5 })).problem(422, "bad-body");
    let named = || post.messages().iter().filter(|message| message["to"].is_string()).count();
    post.world.pass(4 * 86_400);
    nightly(&post.world.app).unwrap();
    assert_eq!(named(), 2);
    post.world.pass(2 * 86_400);
    nightly(&post.world.app).unwrap();
    assert_eq!(named(), 0);
    let shown = post.world.get("/upkeep").ok();
    assert_eq!((&shown["now"]["mail_days"], &shown["now"]["session_hours"]), (&json!(5), &json!(12)));
    assert_eq!((&shown["fixed"], &shown["now"]["backup_folder"]), (&json!([]), &Value::Null));
}
