//! Who lost the password comes back without a terminal: by mail, and with a code of the recovery sheet where there is no mail.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};
use testamur::server::{accounts, setup_link};
use testamur::store::MemoryStore;
use totp_rs::Totp;

use super::mail_server::{link_in, wanted};
use crate::browser::{Browser, form, is_german, to};
use crate::harness::World;
use crate::real_door::{Member, PASSWORD, behind_the_real_door, invited, post};
use crate::smtp_sink::{Mail, Sink};

const NEW: &str = "a password that was not lost";

/// Waits until so many mails have come, and returns them by whom they are to.
fn come(sink: &Sink, count: usize) -> Vec<Mail> {
    let end = Instant::now() + Duration::from_secs(30);
    while sink.count() < count && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut mails = sink.mails();
    mails.sort_by(|one, other| one.to.cmp(&other.to));
    assert_eq!(mails.len(), count);
    mails
}

fn with_mail(world: &World, owner: &Member) -> Sink {
    let sink = Sink::start();
    owner.ask(world, "PUT", "/mail/relay", &wanted(sink.port)).ok();
    owner.ask(world, "PUT", "/settings/address", &json!({ "address": "https://certs.example.org" })).ok();
    sink
}

/// The codes that a page shows once.
fn codes(page: &str) -> Vec<String> {
    page.split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap().to_owned()).collect()
}

/// Prints a recovery sheet by its form.
fn printed(browser: &mut Browser, second: &str) -> Vec<String> {
    let path = "/staff/account/recovery-sheet";
    let asked = form(&browser.page(path), path);
    let page = browser.send(&asked, &[("password", PASSWORD), ("second", second)]).text();
    let codes = codes(&page);
    assert_eq!(codes.len(), 5, "{page}");
    codes
}

fn in_with(world: &World, email: &str, password: &str) -> bool {
    let login = form(&Browser::new(world).page("/staff/login"), "/staff/login");
    Browser::new(world).send(&login, &[("email", email), ("password", password)]).status == StatusCode::SEE_OTHER
}

#[test]
fn a_link_comes_by_mail_to_who_has_an_account_and_ends_nothing_before_it_is_used() {
    behind_the_real_door(|world, ada| {
        let sink = with_mail(world, ada);
        let mut browser = Browser::new(world);
        assert!(browser.page("/staff/login").contains("href=\"/staff/lost\""));
        let ask = |browser: &mut Browser, address: &str| {
            let asked = form(&browser.page("/staff/lost?lang=de"), "/staff/lost");
            browser.send(&asked, &[("address", address)])
        };
        let (known, unknown) = (ask(&mut browser, "ada@example.org"), ask(&mut browser, "nobody@example.org"));
        assert_eq!((known.status, known.text()), (unknown.status, unknown.text()), "it says nothing of who is known");
        is_german(&known.text(), &[]);
        let mails = come(&sink, 1);
        assert_eq!(mails[0].to, "ada@example.org");
        let link = link_in(&mails[0].content, "Mit diesem Link");
        // Anybody can ask in anybody's name.
        ada.ask(world, "GET", "/me", &Value::Null).ok();
        assert!(in_with(world, "ada@example.org", PASSWORD));
        let set = form(&browser.page("/password"), "/password");
        let done = browser.send(&set, &[("token", &link), ("new", NEW), ("repeat", NEW)]);
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        ada.ask(world, "GET", "/me", &Value::Null).problem(401, "session-ended");
        assert!(in_with(world, "ada@example.org", NEW) && !in_with(world, "ada@example.org", PASSWORD));
        let again = browser.send(&set, &[("token", &link), ("new", PASSWORD), ("repeat", PASSWORD)]);
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a link works once");
        // No mailbox is flooded, and what is no address is told beside the field.
        ask(&mut browser, "ada@example.org");
        ask(&mut browser, "ada@example.org");
        assert_eq!(ask(&mut browser, "ada@example.org").status, StatusCode::TOO_MANY_REQUESTS);
        let wrong = ask(&mut browser, "ada").text();
        assert!(wrong.contains("address-error"), "{wrong}");
        come(&sink, 2);
        // One that is too old is none.
        world.pass(3_601);
        ask(&mut browser, "ada@example.org");
        let late = link_in(&come(&sink, 1)[0].content, "Link");
        world.pass(3_601);
        let set = browser.send(&set, &[("token", &late), ("new", PASSWORD), ("repeat", PASSWORD)]);
        assert_eq!(set.status, StatusCode::UNPROCESSABLE_ENTITY);
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        assert_eq!(log.iter().filter(|entry| entry.act.action == "staff.reset_asked").count(), 4);
    });
}

#[test]
fn a_link_of_an_owner_ends_those_that_were_asked_for_and_the_recovery_sheet() {
    behind_the_real_door(|world, ada| {
        let grace = invited(world, ada, "grace@example.org", &["viewer"]);
        let sink = with_mail(world, ada);
        let sheet = printed(&mut Browser::of(world, "grace@example.org"), "");
        come(&sink, 2);
        post(world, "/password/lost", &json!({ "email": "grace@example.org" }));
        let link = link_in(&come(&sink, 1)[0].content, "With this link");
        ada.ask(world, "POST", &format!("/staff/{}/link", grace.id), &Value::Null).ok();
        let token = link.split_once('#').unwrap().1;
        post(world, "/password", &json!({ "token": token, "password": NEW })).problem(422, "bad-link");
        let body = json!({ "email": "grace@example.org", "code": sheet[0], "password": NEW });
        post(world, "/password/recover", &body).problem(422, "bad-recovery");
    });
}

#[test]
fn where_no_mail_leaves_the_page_says_so_and_a_code_of_the_sheet_leads_in() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_door(std::sync::Arc::new(MemoryStore::new()), folder, Default::default(), accounts());
    let link = setup_link(&world.app).unwrap().unwrap();
    let mut browser = Browser::new(&world);
    // The first owner is shown the sheet once, on the page that makes the account.
    let set = form(&browser.page("/setup"), "/setup");
    let fields = [("name", "Ada"), ("email", "ada@example.org"), ("new", PASSWORD), ("repeat", PASSWORD)];
    let made = browser.send(&set, &[&fields[..], &[("token", link.expose())]].concat());
    let sheet = codes(&made.text());
    assert_eq!(sheet.len(), 5, "{}", made.text());
    post(&world, "/password/lost", &json!({ "email": "ada@example.org" })).problem(409, "no-mail");
    let page = browser.page("/staff/lost");
    assert!(page.contains("No mail leaves here yet") && !page.contains("name=\"address\""), "{page}");
    let asked = form(&page, "/staff/lost/code");
    let filled =
        |code: &'static str, email: &'static str| [("email", email), ("code", code), ("new", NEW), ("repeat", NEW)];
    for (code, email) in
        [("abcd-efgh-2345-6789", "ada@example.org"), ("", "ada@example.org"), ("abcd", "nobody@example.org")]
    {
        let refused = browser.send(&asked, &filled(code, email));
        let text = refused.text();
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text.contains("The e-mail or the code is wrong") && !text.contains(NEW), "{text}");
    }
    let poor = [("email", "ada@example.org"), ("code", &*sheet[1]), ("new", "short"), ("repeat", "short")];
    assert_eq!(browser.send(&asked, &poor).status, StatusCode::UNPROCESSABLE_ENTITY, "and the code is not used up");
    // As it is read from paper.
    let typed = sheet[1].to_uppercase().replace('-', " ");
    let right = [("email", "Ada@Example.org"), ("code", &*typed), ("new", NEW), ("repeat", NEW)];
    let done = browser.send(&asked, &right).text();
    assert!(done.contains("4 are left on your sheet"), "{done}");
    assert!(in_with(&world, "ada@example.org", NEW) && !in_with(&world, "ada@example.org", PASSWORD));
    let again = browser.send(&asked, &right);
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a code works once");
    for _ in 0..4 {
        browser.send(&asked, &filled("wrong", "ada@example.org"));
    }
    assert_eq!(browser.send(&asked, &filled("wrong", "ada@example.org")).status, StatusCode::TOO_MANY_REQUESTS);
    let log = world.app.store.audit(None, 1_000).unwrap().items;
    let used: Vec<_> = log.iter().filter(|entry| entry.act.action == "staff.recovered").collect();
    assert_eq!(used.len(), 1);
    assert_eq!(used[0].act.detail, json!({ "codes_left": 4, "second_step_off": false }));
    let failed = log.iter().filter(|entry| entry.act.action == "staff.login_failed");
    let of_sheet = failed.filter(|entry| entry.act.detail["step"] == "recovery_sheet").count();
    assert!(of_sheet >= 3, "{of_sheet}");
    let kept =
        format!("{:?}", world.app.store.documents(testamur::store::Collection::STAFF, "", None, 10).unwrap().items);
    assert!(sheet.iter().all(|code| !kept.contains(&code.replace('-', ""))), "what is kept lets nobody in");
}

#[test]
fn a_new_sheet_takes_the_place_of_the_old_one_and_a_code_can_take_the_second_step_away() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["owner"]);
        let sink = with_mail(world, ada);
        let mut browser = Browser::of(world, "bob@example.org");
        let old = printed(&mut browser, "");
        // Owners are told, and so is whose it is.
        let told: Vec<_> = come(&sink, 2).into_iter().map(|mail| mail.to).collect();
        assert_eq!(told, ["ada@example.org", "bob@example.org"]);
        let offer = bob.ask(world, "POST", "/me/two-step", &json!({ "password": PASSWORD }));
        // The session that printed goes on; others have ended.
        offer.problem(401, "session-ended");
        let bob = crate::real_door::log_in(world, &bob.id, "bob@example.org");
        let offer = bob.ask(world, "POST", "/me/two-step", &json!({ "password": PASSWORD })).ok();
        let totp = Totp::from_url(offer["url"].as_str().unwrap()).unwrap();
        let code = |world: &World| totp.generate(world.app.now().unix().unsigned_abs()).to_string();
        bob.ask(world, "POST", "/me/two-step/confirm", &json!({ "code": code(world) })).ok();
        world.pass(60);
        let sheet = |code: Option<String>| {
            bob.ask(world, "POST", "/me/recovery-sheet", &json!({ "password": PASSWORD, "code": code }))
        };
        sheet(None).problem(422, "code-needed");
        let new = sheet(Some(code(world))).ok()["recoverySheet"].clone();
        come(&sink, 2);
        let recover = |code: &str, lost: bool| {
            let body = json!({ "email": "bob@example.org", "code": code, "password": NEW, "secondStepLost": lost });
            post(world, "/password/recover", &body)
        };
        recover(&old[0], true).problem(422, "bad-recovery");
        assert_eq!(recover(new[0].as_str().unwrap(), false).ok()["twoStep"], true, "it stays unless it is lost");
        come(&sink, 2);
        assert_eq!(recover(new[1].as_str().unwrap(), true).ok()["twoStep"], false);
        let mails = come(&sink, 2);
        link_less(&mails[0], "Some One set a new password with a code of the recovery sheet");
        link_less(&mails[1], "A new password of your account was set");
        let login = form(&Browser::new(world).page("/staff/login"), "/staff/login");
        let mut back = Browser::new(world);
        assert_eq!(to(&back.send(&login, &[("email", "bob@example.org"), ("password", NEW)])), "/staff");
        assert!(back.page("/staff/account").contains("3 codes left"));
        // Who is disabled has no way back.
        ada.ask(world, "PATCH", &format!("/staff/{}", bob.id), &json!({ "disabled": true })).ok();
        recover(new[2].as_str().unwrap(), true).problem(422, "bad-recovery");
    });
}

/// A mail that says something, and leads nowhere.
fn link_less(mail: &Mail, said: &str) {
    let read = mail_parser::MessageParser::default().parse(&mail.content).unwrap();
    let text = read.body_text(0).unwrap().into_owned();
    assert!(text.contains(said) && !text.contains("http"), "{text}");
}
