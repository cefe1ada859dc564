//! Who lost the mailbox: shows a certificate's file, staff agree, the old address is told, the new one gets a way in.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use testamur::acts::lost;
use testamur::desk::{Actor, Desk};

use crate::browser::{Browser, Form, form, to};
use crate::harness::{Answer, World};
use crate::mail::{Post, on_each_engine};
use crate::pages::{at_once, link_for, link_sent};
use crate::persons::event;
use crate::real_door::{behind_the_real_door, by_token, school_by};
use crate::runs::{done, school};

const NEW: &str = "zoe@new.example";

/// Shows a file, or the text of a code, in the portal. One file of an address is in memory at a time: when there is room for this
/// one, those before were looked at.
fn show(world: &World, file: &[u8], text: &str, email: &str) -> Answer {
    let mut browser = Browser::new(world);
    let page = browser.page("/portal/lost");
    assert!(page.contains("No access to your mailbox any more?"), "{page}");
    let fields = [("text", text), ("email", email), ("note", "I changed my job")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let patience = Instant::now();
    loop {
        let answer = browser.upload(&Form::with_file("/portal/lost"), &fields, Some(("file", "certificate", file)));
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            return answer;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "{}", answer.text());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn waiting(world: &World) -> Vec<Value> {
    world.get("/address-requests?state=pending").ok()["items"].as_array().unwrap().clone()
}

/// Waits until so many requests wait.
#[track_caller]
fn wait_for(world: &World, count: usize) -> Vec<Value> {
    let patience = Instant::now();
    loop {
        let found = waiting(world);
        if found.len() == count {
            return found;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "{found:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until all files that were shown have been looked at.
fn looked_at(world: &World) {
    show(world, b"nothing", "", NEW);
}

fn number_of(world: &World, email: &str) -> String {
    world.get(&format!("/certificates?text={email}")).ok()["items"][0]["number"].as_str().unwrap().to_owned()
}

fn file(world: &World, number: &str, format: &str) -> Vec<u8> {
    world.get(&format!("/certificates/{number}/file?format={format}")).bytes
}

fn mail_to(post: &Post, to: &str) -> Option<(String, String)> {
    let mail = post.sink.mails().into_iter().rev().find(|mail| mail.to == to)?;
    let read = MessageParser::default().parse(&mail.content).unwrap();
    Some((read.subject().unwrap().to_owned(), read.body_text(0).unwrap().into_owned()))
}

fn path(who: &str) -> String {
    format!("/events/WORKSHOP/participants/{who}")
}

#[test]
fn a_certificate_is_shown_staff_agree_and_the_new_mailbox_gets_a_link_and_no_session() {
    on_each_engine(|post| {
        let world = &post.world;
        school(world, 2, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let old = world.get("/events/WORKSHOP/participants").ok()["items"][0]["email"].as_str().unwrap().to_owned();
        world.patch(&path(&old), &json!({ "locale": "de" })).ok();
        let number = number_of(world, &old);
        let before = link_for(post, &old).unwrap();
        post.send();
        post.deliver();

        let answer = show(world, &file(world, &number, "pdf"), "", NEW);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert!(answer.text().contains("Your request was received"), "{}", answer.text());
        let request = wait_for(world, 1).remove(0);
        assert_eq!((&request["number"], &request["email"]), (&json!(number), &json!(NEW)));
        assert_eq!((&request["email_now"], &request["note"]), (&json!(old), &json!("I changed my job")));
        // The old address hears of it at once.
        post.deliver();
        let (subject, text) = mail_to(post, &old).expect("the old address is told that somebody asks");
        assert!(subject.contains(&number) && text.contains("Noch ist nichts geändert"), "{subject}: {text}");
        assert!(!text.contains("http") && !text.contains(NEW), "{text}");
        // It proves nothing by itself: nobody comes in by it, and nothing is changed.
        assert_eq!(link_for(post, NEW), None);
        assert_eq!(world.get(&path(&old)).ok()["email"], json!(old));

        let decide = format!("/address-requests/{number}");
        world.tell("staff:v view", "POST", &format!("{decide}/approve"), &json!({})).problem(403, "forbidden");
        let count = post.sink.count();
        let decided = world.post(&format!("{decide}/approve"), &json!({})).ok();
        assert_eq!(decided["state"], "approved", "{decided}");
        assert_eq!(decided["mail"], "a message to the old address is in the outbox");
        // The ordinary way in: a link that is used once.
        let link = link_sent(post, NEW, count).expect("a link comes by mail");
        assert_eq!(world.get(&path(NEW)).ok()["certificate"], json!(number));
        post.deliver();
        let (subject, text) = mail_to(post, &old).expect("the old address is told");
        assert!(subject.contains(&number) && text.contains("andere E-Mail-Adresse"), "{subject}: {text}");
        assert!(!text.contains("http") && !text.contains(NEW), "{text}");
        let told = post.messages().into_iter().find(|one| one["topic"] == "address_changed").unwrap();
        assert_eq!(told["to"], json!(old));
        let mut browser = Browser::new(world);
        assert_eq!(browser.get("/portal/certificates").status, StatusCode::SEE_OTHER, "no session yet");
        assert_eq!(browser.enter(&link).status, StatusCode::SEE_OTHER);
        assert!(browser.get("/portal/certificates").text().contains(&number));
        // The old mailbox leads nowhere any more: neither its links nor the messages'.
        assert_eq!(link_for(post, &old), None);
        let mut other = Browser::new(world);
        other.enter(&before);
        assert!(!other.get("/portal/certificates").text().contains(&number));
        world.post(&format!("{decide}/approve"), &json!({})).problem(409, "over");
        let acts = world.acts();
        let asked = acts.iter().find(|(action, _)| action == "address.ask").unwrap();
        assert_eq!(asked.1, number);
        assert!(acts.iter().any(|(action, _)| action == "participant.change"));
        let log = format!("{:?}", world.app.store.audit(None, 1_000).unwrap());
        assert!(!log.contains("@new.example") && !log.contains(&old), "no addresses in the audit log");
    });
}

/// The link for the new address is in the language of the event, where the person has none; else in the issuer's.
#[test]
fn the_link_for_a_new_address_is_in_the_language_of_the_event_or_of_the_house() {
    let post = Post::patient();
    let world = &post.world;
    school(world, 2, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let people = world.get("/events/WORKSHOP/participants").ok();
    let approved = |n: usize, new: &str| {
        let number = number_of(world, people["items"][n]["email"].as_str().unwrap());
        show(world, &file(world, &number, "jwt"), "", new);
        wait_for(world, 1);
        let count = post.sink.count();
        world.app.issuer.language.set("de".parse().unwrap());
        world.post(&format!("/address-requests/{number}/approve"), &json!({})).ok();
        let patience = Instant::now();
        while post.sink.count() == count && patience.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(10));
        }
        world.app.issuer.language.set("en".parse().unwrap());
        mail_to(&post, new).expect("a link comes by mail").1
    };
    let german = approved(0, "zoe@new.example");
    assert!(german.contains("30 Minuten"), "{german}");
    world.patch("/events/WORKSHOP", &json!({ "language": "fr-CA" })).ok();
    let french = approved(1, "ada@new.example");
    assert!(french.contains("30 minutes") && french.contains("sert une fois"), "{french}");
}

#[test]
fn nothing_is_learnt_from_what_is_shown_and_only_a_certificate_in_force_makes_a_request() {
    let post = Post::patient();
    let world = &post.world;
    school(world, 3, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let people = world.get("/events/WORKSHOP/participants").ok();
    let email = |n: usize| people["items"][n]["email"].as_str().unwrap().to_owned();
    let numbers: Vec<_> = (0..3).map(|n| number_of(world, &email(n))).collect();
    let good = show(world, &file(world, &numbers[0], "png"), "", NEW).text();
    wait_for(world, 1);
    // A second one about the same certificate changes nothing, whatever address it asks for.
    let jwt = String::from_utf8(file(world, &numbers[0], "jwt")).unwrap();
    let texts = [
        show(world, &file(world, &numbers[0], "pdf"), "", "mallory@new.example"),
        show(world, b"", &jwt, "mallory@new.example"),
        show(world, b"%PDF-1.7 nonsense", "", NEW),
        show(world, b"", "https://academy.example/verify/#1", NEW),
    ];
    for answer in &texts {
        assert_eq!((answer.status, answer.text() == good), (StatusCode::OK, true), "{}", answer.text());
    }
    looked_at(world);
    let found = wait_for(world, 1);
    assert_eq!(found[0]["email"], json!(NEW), "the first one stays");
    assert_eq!(found[0]["contested"], 2, "and staff see that somebody asks for another");
    let others = found[0]["others"].as_array().unwrap();
    assert_eq!((others.len(), &others[0]["email"]), (1, &json!("mallory@new.example")), "and for which");
    let decide = format!("/address-requests/{}", numbers[0]);
    world.post(&format!("{decide}/approve"), &json!({})).problem(422, "bad-request");
    world.post(&format!("{decide}/approve"), &json!({ "email": "x@new.example" })).problem(422, "bad-request");

    // Changed in one place, it is not ours any more.
    let mut parts: Vec<String> = jwt.split('.').map(str::to_owned).collect();
    let other = if parts[2].starts_with('A') { "B" } else { "A" };
    parts[2].replace_range(0..1, other);
    show(world, b"", &parts.join("."), "mallory@new.example");
    // Revoked ones, and their own address, make no request.
    world.post(&format!("/certificates/{}/revoke", numbers[1]), &json!({ "cause": "fraud", "now": true })).ok();
    show(world, &file(world, &numbers[1], "jwt"), "", NEW);
    show(world, &file(world, &numbers[2], "jwt"), "", &email(2).to_uppercase());
    looked_at(world);
    assert_eq!(waiting(world).len(), 1);
    // What is missing is said before anything is looked at.
    let wrong = show(world, b"", "", "no address").text();
    assert!(wrong.contains("not an e-mail address"), "{wrong}");
    assert!(show(world, b"", "", NEW).text().contains("Choose a file"));

    // Declined with a reason, and asked for anew by its holder.
    world.post(&format!("{decide}/reject"), &json!({ "answer": " " })).problem(422, "bad-request");
    let declined = world.post(&format!("{decide}/reject"), &json!({ "answer": "could not be reached" })).ok();
    assert_eq!((&declined["state"], &declined["answer"]), (&json!("rejected"), &json!("could not be reached")));
    assert_eq!(world.get(&path(&email(0))).ok()["email"], json!(email(0)));
    assert_eq!(mail_to(&post, NEW), None, "nobody is told by a mail");
    world.post(&format!("{decide}/approve"), &json!({})).problem(409, "over");
    show(world, b"", &jwt, "zoe@other.example");
    assert_eq!(wait_for(world, 1)[0]["email"], "zoe@other.example");
    // Revoked meanwhile, and shared with somebody of the event.
    world.patch(&path(&email(2)), &json!({ "email": "zoe@other.example" })).ok();
    world.post(&format!("{decide}/approve"), &json!({})).problem(409, "same-address");
    assert_eq!(
        world.post(&format!("{decide}/approve"), &json!({ "same_address": "two_people" })).ok()["state"],
        "approved"
    );
    world.get("/address-requests/CERT-WORKSHOP-2026-99999").problem(404, "not-found");
}

#[test]
fn one_address_shows_a_few_files_an_hour_and_is_answered_all_the_same() {
    let post = Post::patient();
    let world = &post.world;
    school(world, 1, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    (0..20).for_each(|_| looked_at(world));
    let number = world.get("/certificates").ok()["items"][0]["number"].as_str().unwrap().to_owned();
    let answer = show(world, &file(world, &number, "jwt"), "", NEW);
    assert!(answer.status == StatusCode::OK && answer.text().contains("Your request was received"));
    // The next file has room when this one is not in memory any more.
    looked_at(world);
    assert_eq!(waiting(world).len(), 0, "it was not looked at");
}

#[test]
fn staff_decide_on_a_page() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let token = ada.token(world, &["view", "import", "generate"]);
        let number = "CERT-WORKSHOP-2026-00001";
        let file = by_token(world, &token, "GET", &format!("/certificates/{number}/file?format=jwt"), &Value::Null);
        let actor = testamur::desk::Actor::Public { address: None };
        let desk = testamur::desk::Desk {
            store: &*world.app.store,
            issuer: &world.app.issuer,
            actor: &actor,
            now: world.app.now(),
        };
        let ours = testamur::acts::stray::read(&file.bytes, &world.app.reader, &world.app.vault.manifest()).unwrap();
        let hostile = "\"><script>alert(1)</script>";
        testamur::acts::lost::ask(&desk, &ours, NEW, hostile).unwrap().expect("it is in force");
        // In another event they stand twice, as two people: both cannot have the new address.
        let call = |method: &str, path: &str, body: Value| by_token(world, &token, method, path, &body);
        call("POST", "/events", json!({ "code": "TWO", "details": { "title": "Two", "template": "classic" } })).ok();
        for (name, email) in [("Person 0", "p0@example.org"), ("Nobody Else", "zero@example.org")] {
            call("POST", "/events/TWO/participants", json!({ "name": name, "email": email })).ok();
        }
        let named = |event: &str, person: &str| json!({ "event": event, "person": person });
        let one = json!({ "one": named("WORKSHOP", "p0@example.org"), "other": named("TWO", "zero@example.org") });
        assert_eq!(call("POST", "/persons/join", one).status, 204);
        let mut browser = Browser::of(world, "ada@example.org");
        let home = browser.page("/staff");
        assert!(home.contains("request for another address waits"), "{home}");
        let list = browser.page("/staff/address-requests");
        assert!(list.contains(NEW) && list.contains(number) && !list.contains("<script>alert"), "{list}");
        assert!(browser.page("/staff/corrections").contains("/staff/address-requests"));
        let here = format!("/staff/address-requests/{number}");
        let page = browser.page(&here);
        assert!(page.contains("Make sure that it is the person"), "{page}");
        assert!(!page.contains("another address was asked for"), "{page}");
        // Somebody else asks on and on: staff see it, and are kept from nothing.
        let asked = (0..12).filter(|_| testamur::acts::lost::ask(&desk, &ours, "m@new.example", "").unwrap().is_some());
        assert_eq!(asked.count(), 9);
        assert!(testamur::acts::lost::ask(&desk, &ours, &NEW.to_uppercase(), "").unwrap().is_none());
        let stale = form(&page, &format!("{here}/approve"));
        let page = browser.send(&stale, &[]).text();
        assert!(page.contains("9 times another address was asked for"), "{page}");
        assert!(page.contains("m@new.example"), "and for which: {page}");
        // Which of them it is, is not chosen beforehand.
        let approve = form(&browser.page(&here), &format!("{here}/approve"));
        let unsaid = browser.send(&approve, &[]);
        assert!(unsaid.status.is_client_error() && unsaid.text().contains("Which address is theirs"), "{unsaid:?}");
        let approve = form(&unsaid.text(), &format!("{here}/approve"));
        let done = browser.send(&approve, &[("email", NEW)]);
        assert!(to(&done).starts_with(&here), "{}", done.text());
        let page = browser.follow(&done);
        assert!(page.contains("The new address is theirs now") && page.contains("It is not told"), "{page}");
        assert!(page.contains("not changed in all events") && page.contains("TWO: somebody else there has"), "{page}");
        assert!(!page.contains("/approve\""), "{page}");
        let german = browser.page(&format!("{here}?lang=de"));
        assert!(german.contains("Neue Adresse") && german.contains("TWO: dort hat jemand anderes"), "{german}");
    });
}

/// Returns to whom messages of a kind go.
fn told(post: &Post, topic: &str) -> Vec<String> {
    let messages = post.messages().into_iter().filter(|one| one["topic"] == topic);
    messages.map(|one| one["to"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_old_address_hears_at_once_that_somebody_asks_and_once_a_day_at_most() {
    let post = Post::patient();
    let world = &post.world;
    school(world, 0, 0);
    event(world, "ONE", &[ZOE, ("Alan Turing", "alan@work.example")]);
    event(world, "TWO", &[ZOE]);
    let shown = |number: &str, email: &str| {
        show(world, &file(world, number, "jwt"), "", email);
        looked_at(world);
        told(&post, "address_asked").len()
    };
    let (other, two) = (number_of(world, "alan@work.example"), "CERT-TWO-2026-00001");
    let one = if other.ends_with('1') { "CERT-ONE-2026-00002" } else { "CERT-ONE-2026-00001" };
    assert_eq!(shown(one, NEW), 1);
    assert_eq!(told(&post, "address_asked"), [ZOE.1]);
    assert_eq!(shown(one, "m1@new.example"), 1, "another one who asks is told of the next day");
    assert_eq!(shown(two, "m2@new.example"), 1, "whichever certificate of theirs is shown");
    assert_eq!(waiting(world).len(), 2, "staff see both");
    world.post(&format!("/address-requests/{one}/reject"), &json!({ "answer": "no" })).ok();
    assert_eq!(shown(one, "m3@new.example"), 1, "nor after it was declined");
    assert_eq!(shown(&other, "m4@new.example"), 2, "others hear of theirs");
    world.pass(86_401);
    assert_eq!(shown(one, "m5@new.example"), 3);
    assert_eq!(shown(one, "m5@new.example"), 3, "one who asks again says nothing new");

    // What waits for the old address goes there, though another one has taken its place by then.
    let agreed = json!({ "email": "m5@new.example" });
    let decided = world.post(&format!("/address-requests/{one}/approve"), &agreed).ok();
    assert_eq!(
        (&decided["email"], &decided["others"][0]["email"]),
        (&json!("m5@new.example"), &json!("m3@new.example"))
    );
    post.deliver();
    let to: Vec<String> = post.sink.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(
        to.iter().filter(|to| *to == ZOE.1).count(),
        3,
        "twice that somebody asks, once that it was changed: {to:?}"
    );
}

#[test]
fn who_shows_several_certificates_at_one_moment_has_the_old_address_told_once() {
    let post = Post::patient();
    let world = &post.world;
    school(world, 0, 0);
    let codes = ["ONE", "TWO", "THREE", "FOUR"];
    codes.iter().for_each(|code| event(world, code, &[ZOE]));
    let shown: Vec<_> = codes
        .iter()
        .map(|code| {
            let text = String::from_utf8(file(world, &format!("CERT-{code}-2026-00001"), "jwt")).unwrap();
            testamur::verify::ours(text.trim(), &world.app.vault.manifest()).unwrap()
        })
        .collect();
    for round in 0..5 {
        let next = std::sync::atomic::AtomicUsize::new(0);
        at_once(codes.len(), || {
            let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let (store, issuer, now) = (&*world.app.store, &world.app.issuer, (world.app.clock)());
            let desk = Desk { store, issuer, actor: &Actor::System, now };
            lost::ask(&desk, &shown[at], &format!("m{round}{at}@new.example"), "").unwrap().unwrap();
        });
        assert_eq!(told(&post, "address_asked").len(), round + 1, "once, whichever is shown");
        world.pass(86_401);
    }
}

const ZOE: (&str, &str) = ("Zoë Ångström", "zoe@work.example");

#[test]
fn one_approval_changes_the_address_in_the_events_that_staff_choose() {
    on_each_engine(|post| {
        let world = &post.world;
        event(world, "ONE", &[ZOE]);
        event(world, "TWO", &[ZOE, ("Alan Turing", NEW)]);
        event(world, "THREE", &[("Zoë Maria Ångström", "zoe@home.example")]);
        event(world, "FOUR", &[ZOE]);
        let named = |(event, person): (&str, &str)| json!({ "event": event, "person": person });
        let one = [named(("ONE", ZOE.1)), named(("THREE", "zoe@home.example"))];
        assert_eq!(world.post("/persons/join", &json!({ "one": one[0], "other": one[1] })).status, 204);
        let number = "CERT-ONE-2026-00001";
        show(world, &file(world, number, "jwt"), "", NEW);
        wait_for(world, 1);
        let decide = format!("/address-requests/{number}");
        let elsewhere = |caller: &str| {
            let found = world.ask(caller, "GET", &decide).ok()["elsewhere"].as_array().unwrap().clone();
            found.iter().map(|one| format!("{} {}", one["event"], one["email"]).replace('"', "")).collect::<Vec<_>>()
        };
        let all = ["TWO zoe@work.example", "THREE zoe@home.example", "FOUR zoe@work.example"];
        let mut found = elsewhere(crate::harness::OWNER);
        found.sort();
        let mut sorted = all.map(str::to_owned);
        sorted.sort();
        assert_eq!(found, sorted);
        let limited = "staff:x view,import ONE,TWO";
        assert_eq!(elsewhere(limited), [all[0]]);
        let approve = format!("{decide}/approve");
        let unseen = world.tell(limited, "POST", &approve, &json!({ "events": ["FOUR"] }));
        assert!(unseen.problem(422, "bad-request").contains("FOUR"));

        // What stands in the way in one event is told before anything is changed in another.
        let email =
            |code: &str, who: &str| world.get(&format!("/events/{code}/participants/{who}")).ok()["email"].clone();
        let chosen = json!({ "events": ["THREE", "TWO"] });
        world.post(&approve, &chosen).problem(409, "same-address");
        assert_eq!(email("THREE", "zoe@home.example"), json!("zoe@home.example"));
        let chosen = json!({ "events": ["THREE", "TWO"], "same_address": "two_people" });
        let decided = world.post(&approve, &chosen).ok();
        assert_eq!((&decided["state"], &decided["also_in"]), (&json!("approved"), &json!(["THREE", "TWO"])));
        assert_eq!((email("ONE", NEW), email("THREE", NEW)), (json!(NEW), json!(NEW)));
        assert_eq!(email("FOUR", ZOE.1), json!(ZOE.1), "what was not chosen stays");
        let two = world.get("/events/TWO/participants").ok();
        assert!(two["items"].as_array().unwrap().iter().all(|one| one["email"] == NEW), "{two}");
        // Each change stands in the log, and each old address is told once.
        let changed: Vec<_> =
            world.acts().into_iter().filter(|(action, _)| action == "participant.change").map(|(_, who)| who).collect();
        let events: Vec<_> = changed.iter().filter_map(|who| who.split('/').next()).collect();
        assert_eq!(events, ["ONE", "THREE", "TWO"]);
        let mut to = told(post, "address_changed");
        to.sort();
        assert_eq!(to, ["zoe@home.example", ZOE.1]);
    });
}

/// It is decided, and in one event it cannot be: that is noted and shown, and not dropped.
#[test]
fn where_an_approved_address_could_not_be_changed_is_noted_and_shown() {
    on_each_engine(|post| {
        let world = &post.world;
        event(world, "ONE", &[ZOE]);
        // Twice in one event, as two people: both cannot have the address, unless staff say that they share it.
        event(world, "TWO", &[ZOE, ("Zoë Maria Ångström", "zoe@home.example")]);
        event(world, "THREE", &[ZOE]);
        let named = |(event, person): (&str, &str)| json!({ "event": event, "person": person });
        let one = [named(("ONE", ZOE.1)), named(("TWO", "zoe@home.example"))];
        assert_eq!(world.post("/persons/join", &json!({ "one": one[0], "other": one[1] })).status, 204);
        let number = "CERT-ONE-2026-00001";
        show(world, &file(world, number, "jwt"), "", NEW);
        wait_for(world, 1);
        let path = format!("/address-requests/{number}");
        let decided = world.post(&format!("{path}/approve"), &json!({ "events": ["TWO", "THREE"] })).ok();
        let not_in = json!([{ "event": "TWO", "why": "refused" }]);
        for request in [&decided, &world.get(&path).ok()] {
            assert_eq!((&request["also_in"], &request["not_in"]), (&json!(["TWO", "THREE"]), &not_in), "{request}");
        }
        let limited = world.tell("staff:x view,import ONE,THREE", "GET", &path, &Value::Null).ok();
        assert_eq!(limited["not_in"], json!([]), "who does not see the event does not see that they are there");
        let people = world.get("/events/TWO/participants").ok();
        let mut emails: Vec<_> =
            people["items"].as_array().unwrap().iter().map(|one| one["email"].as_str().unwrap().to_owned()).collect();
        emails.sort();
        assert_eq!(emails, ["zoe@home.example", NEW]);
    });
}

/// What somebody agrees to who comes second is changed nowhere, and who rejects second rejects nothing.
#[test]
fn of_two_decisions_at_once_one_is_made_in_all_events() {
    const OTHER: &str = "zoe@other.example";
    for round in 0..6 {
        let post = Post::patient();
        let world = &post.world;
        ["ONE", "TWO", "THREE"].into_iter().for_each(|code| event(world, code, &[ZOE]));
        let number = "CERT-ONE-2026-00001";
        show(world, &file(world, number, "jwt"), "", NEW);
        wait_for(world, 1);
        show(world, &file(world, number, "jwt"), "", OTHER);
        let request = || world.get(&format!("/address-requests/{number}")).ok();
        let both = || request()["others"].as_array().is_some_and(|others| !others.is_empty());
        for _ in 0..500 {
            if both() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(both(), "{}", request());
        let approve = |email: &str| {
            let agreed = json!({ "email": email, "events": ["TWO", "THREE"] });
            world.post(&format!("/address-requests/{number}/approve"), &agreed).status.is_success()
        };
        let reject = || {
            let why = json!({ "answer": "it is not theirs" });
            world.post(&format!("/address-requests/{number}/reject"), &why).status.is_success()
        };
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| approve(NEW));
            let other = if round % 2 == 0 { approve(OTHER) } else { reject() };
            (one.join().unwrap(), other)
        });
        assert!(one != other, "one of them decides: {one} {other}");
        let decided = request();
        let address = if decided["state"] == "approved" { decided["email"].clone() } else { json!(ZOE.1) };
        for code in ["ONE", "TWO", "THREE"] {
            let people = world.get(&format!("/events/{code}/participants")).ok();
            assert_eq!(people["items"][0]["email"], address, "{code}: {decided}");
        }
        let also = if decided["state"] == "approved" { json!(["TWO", "THREE"]) } else { json!([]) };
        assert_eq!(decided["also_in"], also, "{decided}");
    }
}
