//! Which mail server takes the mail: said on a page, tried there, its password sealed with those of the keys.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testamur::mail::{Relay, relay::Patience};
use testamur::server::{Limits, SealedMail};
use testamur::store::MemoryStore;

use super::locked::PASSPHRASE;
use crate::browser::{Browser, form, form_with, to};
use crate::harness::{World, on_each_engine};
use crate::mail::config;
use crate::process::Place;
use crate::real_door::{Member, PASSWORD, behind_the_real_door, invited, log_in, post, school_by};
use crate::runs::work;
use crate::smtp_sink::Sink;

const SECRET: &str = "a pässword of the relay";

pub fn wanted(port: u16) -> Value {
    json!({ "relay": "127.0.0.1", "port": port, "security": "none", "from": "Academy <office@academy.example>" })
}

fn with_login() -> Value {
    json!({ "relay": "smtp.example.org", "security": "tls", "user": "office", "password": SECRET,
            "from": "Academy <office@academy.example>" })
}

#[test]
fn an_owner_chooses_a_server_on_the_page_and_sees_what_it_answers() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let sink = Sink::start();
        let mut browser = Browser::of(world, "ada@example.org");
        assert!(browser.page("/staff/settings").contains("href=\"/staff/settings/mail\""));
        let page = browser.page("/staff/settings/mail");
        let asked = form(&page, "/staff/settings/mail");
        let port = sink.port.to_string();
        // Everything that is wrong is told at once, beside its field, and the password is not sent back.
        let filled = [("relay", "no host"), ("from", "nobody"), ("security", "none"), ("relay_password", SECRET)];
        let refused = browser.send(&asked, &filled);
        let text = refused.text();
        assert_eq!(refused.status.as_u16(), 422);
        assert!(["relay-error", "from-error", "security-error"].iter().all(|one| text.contains(one)), "{text}");
        assert!(!text.contains(SECRET) && text.contains("no host"));
        assert_eq!(
            browser.send(&asked, &[("relay", "127.0.0.1"), ("from", "a@b.example"), ("port", "many")]).status,
            422
        );

        let good = [("relay", "127.0.0.1"), ("port", &*port), ("security", "none"), ("from", "office@academy.example")];
        let saved = browser.send(&asked, &good);
        assert_eq!(to(&saved), "/staff/settings/mail?said=saved");
        let page = browser.follow(&saved);
        let tried = browser.send(&form(&page, "/staff/settings/mail/test"), &[]);
        assert!(
            tried.text().contains("The server took the message") && tried.text().contains("250"),
            "{}",
            tried.text()
        );
        let mails = sink.mails();
        assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ada@example.org"));

        // What it refuses is shown as it says it.
        sink.refuse(true);
        let page = browser.page("/staff/settings/mail");
        let tried = browser.send(&form(&page, "/staff/settings/mail/test"), &[]);
        assert!(tried.text().contains("The message did not leave"), "{}", tried.text());
        let remove = "/staff/settings/mail/remove";
        assert!(page.contains(&format!("href=\"{remove}\"")), "{page}");
        let sure = browser.page(remove);
        assert!(sure.contains("password are forgotten"), "{sure}");
        let removed = browser.send(&form(&sure, remove), &[]);
        assert!(browser.follow(&removed).contains("No more mail is sent"));
        assert_eq!(ada.ask(world, "GET", "/mail/relay", &Value::Null).ok()["set_up"], false);
        ada.ask(world, "POST", "/mail/relay/test", &json!({})).problem(409, "no-mail");
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        let acts: Vec<_> = log.iter().filter(|entry| entry.act.action == "mail.relay").collect();
        assert_eq!(acts.len(), 2);
        assert!(!format!("{acts:?}").contains("@"), "addresses stay out of the audit log");
        let vera = invited(world, ada, "vera@example.org", &["issuer"]);
        vera.ask(world, "PUT", "/mail/relay", &wanted(25)).problem(403, "forbidden");
    });
}

/// Returns the step of an event's page that sends, from its tone on.
fn step_to_send(browser: &mut Browser) -> String {
    let page = browser.page("/staff/events/WORKSHOP");
    let step = page.split("<li class=\"").find(|part| part.contains("/events/WORKSHOP/send\""));
    step.unwrap_or_else(|| panic!("{page}")).split("</li>").next().unwrap().to_owned()
}

#[test]
fn an_event_asks_for_sending_only_where_mail_leaves_and_is_green_only_when_all_was_sent() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let off = step_to_send(&mut browser);
        assert!(off.starts_with("grey\"") && off.contains("not asked for"), "{off}");
        let page = browser.page("/staff/events/WORKSHOP");
        let next = page.split("<li class=\"").find(|part| part.contains("aria-current=\"step\"")).unwrap();
        assert!(next.contains("/staff/publishing"), "what comes next is what is left to do: {next}");

        let sink = Sink::start();
        ada.ask(world, "PUT", "/mail/relay", &wanted(sink.port)).ok();
        let on = step_to_send(&mut browser);
        assert!(on.starts_with("grey next\"") && on.contains("3 not sent"), "{on}");
        let send = |ada: &Member| {
            ada.ask(world, "POST", "/runs", &json!({ "kind": "send", "event": "WORKSHOP" })).ok();
            work(world);
        };
        send(ada);
        let sent = step_to_send(&mut browser);
        assert!(sent.starts_with("green\"") && sent.contains("nobody waits"), "{sent}");

        // Somebody has a certificate and no address: nobody waits, and yet not everybody has theirs.
        let person = json!({ "name": "Nia Nomail", "progress": { "passed": true } });
        ada.ask(world, "POST", "/events/WORKSHOP/participants", &person).ok();
        ada.ask(world, "POST", "/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        work(world);
        let left = step_to_send(&mut browser);
        assert!(left.starts_with("amber\"") && left.contains("1 has no address"), "{left}");
    });
}

/// A text for one sending is shown as it goes, and only what was shown goes.
#[test]
fn another_text_for_this_once_is_shown_before_it_goes_and_a_letter_for_whoever_is_named() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let (sink, mut browser) = (Sink::start(), Browser::of(world, "ada@example.org"));
        ada.ask(world, "PUT", "/mail/relay", &wanted(sink.port)).ok();
        let path = "/staff/events/WORKSHOP/send";
        let page = browser.page(path);
        let to = |page: &str| (0..3).filter(|n| page.contains(&format!("p{n}@example.org"))).collect::<Vec<_>>();
        let &[first] = &to(&page)[..] else { panic!("one letter is shown: {page}") };
        let other = (first + 1) % 3;
        let asked = format!("p{other}@example.org");
        let shown = browser.send(&form_with(&page, path, "person"), &[("person", &asked)]).text();
        assert!(to(&shown) == [other] && shown.contains(&format!("Person {other}")), "{shown}");
        assert!(to(&browser.page(&format!("{path}?person=someone"))).is_empty());

        let asked = form_with(&page, path, "once_text");
        let wrong = browser.send(&asked, &[("once_subject", "Only today"), ("once_text", "Dear {{ nmae }}")]);
        assert!(wrong.status == 422 && wrong.text().contains("nmae"), "{}", wrong.text());
        assert!(form_with(&wrong.text(), path, "once_text").fields.iter().any(|(_, value)| value == "Only today"));
        let text = "Dear {{ name }},\r\nonly today.";
        let shown = browser.send(&asked, &[("once_subject", "Only today"), ("once_text", text)]).text();
        assert!(shown.contains("Only today") && shown.contains(&format!("Dear Person {first},")), "{shown}");
        let runs = ada.ask(world, "GET", "/runs", &Value::Null).ok();
        assert!(runs["items"].as_array().unwrap().iter().all(|run| run["kind"] != "send"), "{runs}");
        // What was changed meanwhile is shown again.
        let go = form_with(&shown, path, "shown");
        let again = browser.send(&go, &[("once_text", "Another one, {{ name }}.")]).text();
        assert!(again.contains(&format!("Another one, Person {first}.")), "{again}");
        let sent = browser.send(&go, &[]);
        assert!(browser.follow(&sent).contains("Started."));
        work(world);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(testamur::server::courier(&world.app).unwrap().deliver_due()).unwrap();
        // Whoever started the run is told that it ended.
        let mails: Vec<_> = sink.mails().into_iter().filter(|mail| mail.to != "ada@example.org").collect();
        assert_eq!(mails.len(), 3);
        let read = |mail: &crate::smtp_sink::Mail| {
            let read = mail_parser::MessageParser::default().parse(&mail.content).unwrap();
            (read.subject().unwrap().to_owned(), read.body_text(0).unwrap().into_owned())
        };
        assert!(mails.iter().map(read).all(|(subject, text)| subject == "Only today" && text.contains("only today.")));
    });
}

/// The link is in the mail and on the page, the same one; who sends the form twice mails it once.
#[test]
fn an_invitation_is_mailed_once_in_the_language_that_was_chosen_and_its_link_is_shown_as_well() {
    behind_the_real_door(|world, ada| {
        let (sink, mut browser) = (Sink::start(), Browser::of(world, "ada@example.org"));
        // Without a mail server it is handed on, and so where nobody said where people reach the service.
        assert!(browser.page("/staff/team/new").contains("You get a link to hand on"));
        ada.ask(world, "PUT", "/mail/relay", &wanted(sink.port)).ok();
        let body = |name: &str| json!({ "email": format!("{name}@example.org"), "name": name, "roles": ["viewer"] });
        assert_eq!(ada.ask(world, "POST", "/staff", &body("eve")).ok()["mail"], Value::Null);
        assert_eq!(sink.count(), 0);
        ada.ask(world, "PUT", "/settings/address", &json!({ "address": "https://certs.example.org" })).ok();

        let page = browser.page("/staff/team/new");
        assert!(page.contains("They get a mail with a link"), "{page}");
        let new = form(&page, "/staff/team/new");
        let filled = [("name", "Grace"), ("email", "grace@example.org"), ("roles", "viewer"), ("language", "de")];
        let made = browser.send(&new, &filled).text();
        assert!(made.contains("The link was mailed to grace@example.org."), "{made}");
        browser.send(&new, &filled);
        let mails = sink.mails();
        assert_eq!((mails.len(), mails[0].to.as_str()), (1, "grace@example.org"));
        let link = link_in(&mails[0].content, "Ada hat für Sie ein Konto angelegt");
        assert!(made.contains(&format!("<code>{link}</code>")), "{link}: {made}");
        let token = link.split_once('#').unwrap().1;
        post(world, "/password", &json!({ "token": token, "password": PASSWORD })).ok();
        log_in(world, "", "grace@example.org");

        // Who is in gets no link by mail: the mailbox may be what was lost. Who is not yet, gets another one.
        let id = |email: &str| {
            let members = ada.ask(world, "GET", "/staff", &Value::Null).ok();
            let found = members["items"].as_array().unwrap().iter().find(|one| one["email"] == email);
            found.unwrap()["id"].as_str().unwrap().to_owned()
        };
        let again = |email: &str| ada.ask(world, "POST", &format!("/staff/{}/link", id(email)), &Value::Null).ok();
        assert_eq!(again("grace@example.org")["mail"], Value::Null);
        assert_eq!(sink.count(), 0);
        let told = again("eve@example.org");
        assert_eq!(told["mail"]["state"], "sent", "{told}");
        let mails = sink.mails();
        assert_eq!((mails.len(), mails[0].to.as_str()), (1, "eve@example.org"));
        assert_eq!(link_in(&mails[0].content, "Ada has made a new link for your account"), told["link"]);

        // The page says before that it is mailed and to whom, and offers the language of the invitation; an English one of the page
        // makes no English mail.
        let new = form(&browser.page("/staff/team/new"), "/staff/team/new");
        let carol = [("name", "Carol"), ("email", "carol@example.org"), ("roles", "viewer"), ("language", "de")];
        browser.send(&new, &carol);
        assert_eq!(sink.mails().len(), 1);
        let path = format!("/staff/team/{}/link", id("carol@example.org"));
        let page = browser.page(&path);
        assert!(page.contains("the link is mailed to carol@example.org as well"), "{page}");
        let made = browser.send(&form(&page, &path), &[]).text();
        assert!(made.contains("The link was mailed to carol@example.org."), "{made}");
        let mails = sink.mails();
        assert_eq!((mails.len(), mails[0].to.as_str()), (1, "carol@example.org"));
        let link = link_in(&mails[0].content, "Ada hat einen neuen Link zu Ihrem Konto gemacht");
        assert!(made.contains(&format!("<code>{link}</code>")), "{link}: {made}");
        // Over HTTP too it goes in that language, where none is said.
        again("carol@example.org");
        link_in(&sink.mails()[0].content, "Ada hat einen neuen Link zu Ihrem Konto gemacht");
        // Of who has a password already nothing is said of a mail, and none goes.
        let path = format!("/staff/team/{}/link", id("grace@example.org"));
        let page = browser.page(&path);
        assert!(!page.contains("mailed to") && !page.contains("name=\"language\""), "{page}");
        browser.send(&form(&page, &path), &[]);
        assert_eq!(sink.count(), 0);

        // What the server refuses is said, and the link is there to be handed on.
        sink.refuse(true);
        browser.page("/staff/team/new?lang=de");
        let new = form(&browser.page("/staff/team/new"), "/staff/team/new");
        let made = browser.send(&new, &[("name", "Bob"), ("email", "bob@example.org"), ("roles", "viewer")]);
        let made = made.text();
        assert!(made.contains("Die E-Mail an bob@example.org ging nicht hinaus."), "{made}");
        assert!(made.contains("<code>https://certs.example.org/password#"), "{made}");
        crate::browser::is_german(&made, &["bob@example.org", "not now"]);
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        let noted: Vec<_> = log.iter().filter(|entry| entry.act.action == "staff.invite_mailed").collect();
        let states: Vec<_> = noted.iter().map(|entry| entry.act.detail["mail"].clone()).collect();
        assert_eq!(states, ["sent", "sent", "sent", "sent", "sent", "not_sent"]);
        assert!(!format!("{noted:?}").contains('@'), "addresses stay out of the audit log");
    });
}

/// Returns the link in a mail that says something.
pub fn link_in(content: &[u8], said: &str) -> String {
    let read = mail_parser::MessageParser::default().parse(content).unwrap();
    let text = read.body_text(0).unwrap().into_owned();
    assert!(text.contains(said), "{text}");
    let at = text.find("https://certs.example.org/password#").unwrap_or_else(|| panic!("{text}"));
    text[at..].split_whitespace().next().unwrap().to_owned()
}

/// Every wrong value of the form, in German: no sentence of it is English.
#[test]
fn what_is_wrong_with_the_form_is_said_in_german() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page("/staff/settings/mail?lang=de");
        let asked = form(&page, "/staff/settings/mail");
        let long = "x".repeat(300);
        let good = [("relay", "smtp.example.org"), ("from", "a@b.example"), ("security", "tls")];
        for wrong in [
            &[("relay", "kein rechner")][..],
            &[("relay", "")],
            &[("security", "none")],
            &[("security", "egal")],
            &[("port", "viele")],
            &[("port", "0")],
            &[("port", "70000")],
            &[("port", "8080")],
            &[("user", long.as_str())],
            &[("user", "b\u{e4}r\u{7}")],
            &[("user", "office")],
            &[("relay_password", "geheim")],
            &[("user", "office"), ("security", "none"), ("relay", "localhost")],
            &[("from", "niemand")],
            &[("from", "")],
            &[("from", "a@b_c.example")],
            &[("from", "a\u{7}@b.example")],
            &[("reply_to", "niemand")],
            &[("reply_to", long.as_str())],
        ] {
            let kept = good.iter().filter(|(name, _)| !wrong.iter().any(|(other, _)| other == name));
            let filled: Vec<_> = kept.chain(wrong).copied().collect();
            let refused = browser.send(&asked, &filled);
            assert_eq!(refused.status, 422, "{wrong:?}: {}", refused.text());
            crate::browser::is_german(&refused.text(), &[long.as_str()]);
        }
        // What the server says is its own; what is said of it is not.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        browser.send(&asked, &[("relay", "127.0.0.1"), ("port", &free), ("security", "none"), ("from", "a@b.example")]);
        let page = browser.page("/staff/settings/mail");
        let tried = browser.send(&form(&page, "/staff/settings/mail/test"), &[]);
        assert!(tried.text().contains(&format!("auf Port {free} nimmt niemand an")), "{}", tried.text());
        crate::browser::is_german(&tried.text(), &[]);
    });
}

/// What is behind which port of another machine, is not to be found out by this.
#[test]
fn ports_of_mail_can_be_named_and_the_server_is_tried_ten_times_an_hour() {
    on_each_engine(|world| {
        let with = |relay: &str, port: u16| {
            let mut wanted = with_login();
            (wanted["relay"], wanted["port"]) = (json!(relay), json!(port));
            world.put("/mail/relay", &wanted)
        };
        for port in [22, 80, 8025] {
            let refused = with("smtp.example.org", port);
            refused.problem(422, "bad-relay");
            assert_eq!(refused.json()["errors"][0]["field"], "port");
        }
        for port in [25, 465, 587, 2525] {
            with("smtp.example.org", port).ok();
        }
        // The password is for the port that it was given for.
        let mut other = with_login();
        other.as_object_mut().unwrap().remove("password");
        other["port"] = json!(465);
        let refused = world.put("/mail/relay", &other);
        refused.problem(422, "bad-relay");
        assert_eq!(refused.json()["errors"][0]["field"], "password");
        other["port"] = json!(2525);
        world.put("/mail/relay", &other).ok();
        // On this machine itself any port may be the one.
        world.put("/mail/relay", &wanted(1)).ok();
        for _ in 0..10 {
            assert_ne!(world.post("/mail/relay/test", &json!({})).status, 429);
        }
        world.post("/mail/relay/test", &json!({})).problem(429, "too-many-tests");
    });
}

#[test]
fn the_password_is_sealed_goes_to_no_other_server_and_waits_while_the_keys_are_locked() {
    on_each_engine(|world| {
        let relay = |body: &Value| world.put("/mail/relay", body);
        let told = relay(&with_login()).ok();
        assert_eq!((&told["has_password"], &told["port"], &told["fixed"]), (&json!(true), &json!(465), &json!(false)));
        assert!(!told.to_string().contains(SECRET));
        let file = world.folder().join("keys/mail-password.sealed");
        let sealed = std::fs::read_to_string(&file).unwrap();
        assert!(!sealed.contains(SECRET) && sealed.split('.').count() == 5, "{sealed}");
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        assert!(world.app.mail_now().relay.is_some());

        // Left out it stays, for this server and user and for no other.
        let mut same = with_login();
        same.as_object_mut().unwrap().remove("password");
        same["reply_to"] = json!("answers@academy.example");
        relay(&same).ok();
        for (member, value) in [("relay", "smtp.evil.example"), ("user", "mallory")] {
            let mut other = same.clone();
            other[member] = json!(value);
            let problem = relay(&other);
            problem.problem(422, "bad-relay");
            assert_eq!(problem.json()["errors"][0]["field"], "password");
        }

        world.post("/keys/lock", &json!({})).ok();
        let now = world.get("/mail/relay").ok();
        assert_eq!((&now["waits_for_keys"], &now["set_up"]), (&json!(true), &json!(true)));
        assert!(world.app.mail_now().relay.is_none(), "nothing is carried, and what is due waits");
        relay(&with_login()).problem(503, "keys-locked");
        // Nobody is told that a link is on its way to them.
        world.put("/settings/address", &json!({ "address": "https://people.academy.example" })).ok();
        world.post("/password/lost", &json!({ "email": "ada@example.org" })).problem(409, "mail-waits");
        world.post("/keys/unlock", &json!({ "passphrase": PASSPHRASE })).ok();
        assert!(world.app.mail_now().relay.is_some());
        assert_eq!(world.get("/mail/relay").ok()["waits_for_keys"], false);

        // One that needs none goes on.
        relay(&wanted(2525)).ok();
        assert!(!file.exists(), "what is not needed is not kept");
        world.post("/keys/lock", &json!({})).ok();
        assert!(world.app.mail_now().relay.is_some());
    });
}

#[test]
fn what_the_configuration_says_is_fixed() {
    let world = World::changed(
        std::sync::Arc::new(MemoryStore::new()),
        tempfile::tempdir().unwrap(),
        Limits::default(),
        |parts| {
            parts.mail = Some(Relay::new(config(25), Patience::default()).unwrap());
        },
    );
    assert_eq!(world.get("/mail/relay").ok()["fixed"], true);
    world.put("/mail/relay", &wanted(2525)).problem(409, "mail-fixed");
    world.delete("/mail/relay").problem(409, "mail-fixed");
    assert_eq!(world.get("/mail/relay").ok()["port"], 25);
}

/// The file that earlier versions wrote goes on working, and is taken over as soon as the keys are open.
#[test]
fn a_password_in_a_file_is_taken_over_when_the_keys_are_open() {
    for locked in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("keys/mail-password");
        let path = plain.clone();
        let world = World::changed(std::sync::Arc::new(MemoryStore::new()), folder, Limits::default(), move |parts| {
            std::fs::write(&path, format!("{SECRET}\n")).unwrap();
            let mail = testamur::mail::Config { security: testamur::mail::Security::Tls, ..config(465) };
            parts.mail_sealed = Some(SealedMail { config: mail, user: "office".to_owned(), plain: path });
            if locked {
                parts.vault.lock();
            }
        });
        assert!(world.app.mail_now().relay.is_some(), "it works either way");
        assert_eq!(plain.exists(), locked);
        if locked {
            world.post("/keys/unlock", &json!({ "passphrase": PASSPHRASE })).ok();
        }
        assert!(!plain.exists() && plain.with_extension("sealed").exists());
        assert!(world.app.mail_now().relay.is_some());
        world.post("/keys/lock", &json!({})).ok();
        assert_eq!(world.get("/mail/relay").ok()["waits_for_keys"], true);
    }
}

/// The service that runs begins to send when a server is chosen, without a restart.
#[test]
fn a_running_service_sends_through_the_server_that_was_chosen_meanwhile() {
    let (sink, place) = (Sink::start(), Place::new());
    let people = "name,email\nZoë Ångström,zoe.angstrom@example.org\n";
    std::fs::write(place.path("people.csv"), people).unwrap();
    place.run(&["import", "WORKSHOP", place.path("people.csv").to_str().unwrap()]);
    place.run(&["issue", "WORKSHOP"]);
    let (process, token) = place.serve_owned();
    process.json(&token, "PUT /api/v1/mail/relay", &wanted(sink.port));
    process.json(&token, "POST /api/v1/runs", &json!({ "kind": "send", "event": "WORKSHOP" }));
    let began = Instant::now();
    while sink.count() == 0 {
        assert!(began.elapsed() < Duration::from_secs(120), "{}", process.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(sink.mails()[0].to, "zoe.angstrom@example.org");
    let log = process.log();
    assert!(!log.contains("zoe") && !log.contains("office@"), "{log}");
    process.stop();
    // Commands know it too.
    place.run(&["mail", "deliver"]);
    assert_eq!(sink.count(), 0, "nobody is sent anything twice");
}
