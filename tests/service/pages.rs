//! The pages of holders and of those to whom they show something: from a mail to a download, and what nobody gets to see.

use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode, header};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use testamur::acts::portal;
use testamur::desk::{Actor, Desk};
use testamur::files::FileKind;
use testamur::server::Limits;
use testamur::store::{MemoryStore, SledStore};

use crate::browser::{Browser, hidden};
use crate::harness::{Answer, World};
use crate::mail::{Post, on_each_engine};
use crate::persons::event;
use crate::runs::{done, school};

/// Asks for a link, and returns its path from the mail.
pub fn link_for(post: &Post, address: &str) -> Option<String> {
    let before = post.sink.count();
    let answer = Browser::new(&post.world).post("/portal/login", &[("email", address)]);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.text().contains("Look into your mailbox"), "{}", answer.text());
    link_sent(post, address, before)
}

/// Does something so many times at the same moment.
pub fn at_once<T: Send>(times: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    let start = Barrier::new(times);
    let (start, work) = (&start, &work);
    std::thread::scope(|scope| {
        let one = move || {
            start.wait();
            work()
        };
        let begun: Vec<_> = (0..times).map(|_| scope.spawn(one)).collect();
        begun.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Waits for the mail with a link, after so many, and returns its path; nothing if none comes.
pub fn link_sent(post: &Post, address: &str, before: usize) -> Option<String> {
    let patience = Instant::now();
    while post.sink.count() == before {
        if patience.elapsed() > Duration::from_secs(3) {
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mail = post.sink.mails().pop().unwrap();
    assert_eq!(mail.to, address);
    let read = MessageParser::default().parse(&mail.content).unwrap();
    let text = read.body_text(0).unwrap().into_owned();
    let at = text.find("https://certs.academy.example/portal/enter/").unwrap_or_else(|| panic!("{text}"));
    let link = text[at..].split_whitespace().next().unwrap();
    Some(link.strip_prefix("https://certs.academy.example").unwrap().to_owned())
}

fn number_of(world: &World, email: &str) -> String {
    let found = world.get(&format!("/certificates?text={email}")).ok();
    found["items"][0]["number"].as_str().unwrap().to_owned()
}

/// Returns the path of a certificate's public page.
fn public_path(world: &World, number: &str) -> String {
    let file = world.get(&format!("/certificates/{number}/file?format=json")).ok();
    file["id"].as_str().unwrap().strip_prefix("https://academy.example").unwrap().to_owned()
}

/// Returns what a page hands to machines.
fn structured(page: &str) -> Option<Value> {
    let data = page.split_once("<script type=\"application/ld+json\">")?.1;
    Some(serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap())
}

fn issued(post: &Post) {
    school(&post.world, 3, 0);
    done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
}

fn address_of(world: &World, n: usize) -> String {
    let people = world.get("/events/WORKSHOP/participants").ok();
    people["items"][n]["email"].as_str().unwrap().to_owned()
}

#[test]
fn the_portal_speaks_the_language_of_who_is_in_where_none_was_chosen() {
    on_each_engine(|post| {
        let world = &post.world;
        event(world, "ONE", &[("Zoë Ångström", "zoe@work.example")]);
        event(world, "TWO", &[("Alan Turing", "alan@work.example"), ("Li Wang", "li@work.example")]);
        world.patch("/events/ONE/participants/zoe@work.example", &json!({ "locale": "de-AT" })).ok();
        world.patch("/events/TWO", &json!({ "language": "fr" })).ok();
        world.patch("/events/TWO/participants/li@work.example", &json!({ "locale": "tlh" })).ok();
        let shown = |browser: &mut Browser, address: &str| {
            let link = link_for(post, address).unwrap();
            assert_eq!(browser.enter(&link).status, StatusCode::SEE_OTHER);
            let page = browser.page("/portal/certificates");
            let (_, rest) = page.split_once("<html lang=\"").unwrap();
            let language = rest.split('"').next().unwrap().to_owned();
            let left = browser.post("/portal/leave", &[("csrf", &hidden(&page, "csrf"))]);
            assert_eq!(left.status, StatusCode::SEE_OTHER);
            language
        };
        // Their own, that of the event, and of one that the pages do not speak the browser's; one after the other in one browser.
        let mut browser = Browser::new(world);
        for (address, language) in [("zoe@work.example", "de"), ("alan@work.example", "fr"), ("li@work.example", "en")]
        {
            assert_eq!(shown(&mut browser, address), language, "{address}");
        }
        assert!(browser.page("/portal").contains("<html lang=\"en\""), "who has left leaves no language behind");
        // What was chosen stays.
        browser.page("/portal?lang=es");
        assert_eq!(shown(&mut browser, "zoe@work.example"), "es");
    });
}

#[test]
fn a_holder_comes_in_by_mail_sees_what_is_theirs_and_shows_it() {
    on_each_engine(|post| {
        issued(post);
        let world = &post.world;
        let address = address_of(world, 0);
        let mut browser = Browser::new(world);
        let link = link_for(post, &address).unwrap();
        let entered = browser.enter(&link);
        assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text());
        let all = browser.get("/portal/certificates").text();
        let number = number_of(world, &address);
        assert!(all.contains(&number) && all.contains("Valid"), "{all}");

        // Hidden until it is shown.
        let public = public_path(world, &number);
        let stranger = |path: &str| Browser::new(world).get(path);
        is_as_if_it_never_was(world, &public);
        let page = format!("/portal/certificates/{number}");
        let one = browser.get(&page).text();
        assert!(one.contains("Make it visible first"), "{one}");
        let csrf = hidden(&one, "csrf");
        let forged = browser.post(&format!("{page}/shown"), &[("visible", "yes"), ("csrf", "nonsense")]);
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
        assert_eq!(stranger(&public).status, StatusCode::NOT_FOUND);
        let shown = browser.post(&format!("{page}/shown"), &[("visible", "yes"), ("csrf", &csrf)]);
        assert_eq!(shown.status, StatusCode::SEE_OTHER);
        let one = browser.get(&page).text();
        assert!(one.contains("linkedin.com/profile/add?startTask=CERTIFICATION_NAME"), "{one}");
        assert!(one.contains("certUrl=https%3A%2F%2Fcerts.academy.example%2Fc%2F"), "{one}");
        // A card for one's own website, to be copied.
        let snippet = format!("&#60;a href=&#34;https://certs.academy.example{public}&#34;&#62;&#60;img src=");
        assert!(one.contains(&snippet), "{snippet}: {one}");

        let seen = stranger(&public);
        let text = seen.text();
        assert_eq!((seen.status, &seen.headers["x-robots-tag"]), (StatusCode::OK, &"noindex".parse().unwrap()));
        let body = text.split_once("<body>").unwrap().1;
        assert!(body.find(">Valid<").unwrap() < body.find(&number).unwrap(), "the verdict comes first: {text}");
        assert!(text.contains("property=\"og:image\" content=\"https://certs.academy.example/c/"), "{text}");
        assert_eq!(structured(&text).unwrap()["identifier"], json!(number));
        let verifier =
            text.split("href=\"https://certs.academy.example/verify/#").nth(1).unwrap().split('"').next().unwrap();
        let asked = json!({ "text": format!("https://academy.example/verify/#{verifier}") });
        assert_eq!(world.post("/verify", &asked).ok()["verdicts"][0]["verdict"], "valid");
        let card = stranger(&format!("{public}/card.png"));
        let drawn = image::load_from_memory(&card.bytes).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (1200, 627));
        assert!(card.bytes.len() <= 300_000);
        let again = axum::http::Request::builder().uri(format!("{public}/card.png"));
        let again = world.send("", again.header(header::IF_NONE_MATCH, card.etag()), axum::body::Body::empty());
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);

        // What is downloaded here is what staff download.
        let mine = browser.get(&format!("{page}/file?format=pdf"));
        assert!(mine.bytes == world.get(&format!("/certificates/{number}/file")).bytes);
        let all = browser.get(&page).text();
        for kind in FileKind::ALL {
            let file = format!("{page}/file?format={}", kind.name());
            assert!(all.contains(&format!("href=\"{file}\"")), "{file}: {all}");
            assert_eq!(browser.get(&file).status, StatusCode::OK, "{file}");
        }
        // Revoked stays, and says so.
        world.post(&format!("/certificates/{number}/revoke"), &json!({ "cause": "issued_in_error", "now": true })).ok();
        let text = stranger(&public).text();
        assert!(text.contains(">Revoked<") && !text.contains(">Valid<"), "{text}");
        assert_eq!(structured(&text), None, "what is revoked is not handed to machines as a credential");
        // Hidden again, nothing is left to see.
        browser.post(&format!("{page}/shown"), &[("visible", "no"), ("csrf", &csrf)]);
        is_as_if_it_never_was(world, &public);
        let acts = world.acts();
        assert!(acts.iter().any(|(action, subject)| action == "certificate.show" && *subject == number), "{acts:?}");
        let left = browser.post("/portal/leave", &[("csrf", &csrf)]);
        assert_eq!(left.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get("/portal/certificates").headers[header::LOCATION], "/portal");
    });
}

#[test]
fn a_link_lets_one_in_once_and_reading_it_uses_nothing_up() {
    println!("memory");
    of_a_thousand_one_gets_in(&Post::patient());
    println!("sled");
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::create(&folder.path().join("store")).unwrap();
    of_a_thousand_one_gets_in(&Post::patient_over(Arc::new(store), folder));
}

fn of_a_thousand_one_gets_in(post: &Post) {
    issued(post);
    let world = &post.world;
    let address = address_of(world, 0);
    let link = link_for(post, &address).unwrap();
    let token = link.rsplit_once('/').unwrap().1;
    // Programs that look at mails follow links. Each of these is ready to press the button, too.
    let mut readers: Vec<(Browser, String)> = (0..1_000)
        .map(|_| {
            let mut browser = Browser::new(world);
            let page = browser.get(&link);
            assert_eq!(page.status, StatusCode::OK);
            (browser, hidden(&page.text(), "nonce"))
        })
        .collect();
    // Without the cookie of its page a button does nothing.
    let pressed = Browser::new(world).post("/portal/enter", &[("token", token), ("nonce", "x")]);
    assert_eq!(pressed.status, StatusCode::GONE);
    // All thousand at once: one gets in.
    let start = Barrier::new(readers.len());
    let press = |(browser, nonce): &mut (Browser, String)| {
        start.wait();
        browser.post("/portal/enter", &[("token", token), ("nonce", nonce.as_str())]).status
    };
    let press = &press;
    let answers: Vec<StatusCode> = std::thread::scope(|scope| {
        let pressed: Vec<_> = readers.iter_mut().map(|reader| scope.spawn(move || press(reader))).collect();
        pressed.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let count = |wanted: StatusCode| answers.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(StatusCode::SEE_OTHER), count(StatusCode::GONE)), (1, 999), "{answers:?}");
    let is_in = |browser: &mut Browser| browser.get("/portal/certificates").status == StatusCode::OK;
    assert_eq!(readers.iter_mut().map(|(browser, _)| is_in(browser)).filter(|is_in| *is_in).count(), 1);
    let mut late = Browser::new(world);
    let page = late.get(&link).text();
    let used = late.post("/portal/enter", &[("token", token), ("nonce", &hidden(&page, "nonce"))]);
    assert_eq!(used.status, StatusCode::GONE);
    // One that is too old is none.
    let old = link_for(post, &address).unwrap();
    world.pass(30 * 60);
    assert_eq!(Browser::new(world).enter(&old).status, StatusCode::GONE);
}

/// Some run a real browser: it has the cookie of the page, and presses what it finds.
#[test]
fn what_says_that_it_checks_mails_uses_no_link_up() {
    let post = Post::in_memory();
    issued(&post);
    let world = &post.world;
    let link = link_for(&post, &address_of(world, 0)).unwrap();
    for agent in [
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Barracuda Sentinel (EE)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    ] {
        let mut scanner = Browser::called(world, agent);
        // What differs between the answers for two links, the link itself and what was made for the page, aside.
        let plain = |answer: Answer| {
            let text = answer.text();
            let own = [hidden(&text, "token"), hidden(&text, "nonce"), number(&text)];
            (answer.status, own.iter().fold(text, |text, one| text.replace(one, "-")))
        };
        let told = plain(scanner.enter(&link));
        assert!(told.0 == StatusCode::OK && told.1.contains("please type the number -"), "{}", told.1);
        assert_eq!(scanner.get("/portal/certificates").headers[header::LOCATION], "/portal", "{agent} is not in");
        let none = plain(scanner.enter(&format!("/portal/enter/{}", "a".repeat(26))));
        assert_eq!(none, told, "it says nothing of the link");
        // What fills in whatever it finds does not read; and the number alone, without the cookie of its page, is nothing.
        let page = scanner.get(&link).text();
        let (token, nonce, right) = (hidden(&page, "token"), hidden(&page, "nonce"), number(&page));
        let fields =
            |typed: &'static str| [("token", token.clone()), ("nonce", nonce.clone()), ("number", typed.to_owned())];
        let sent = |browser: &mut Browser, fields: &[(&str, String)]| {
            browser
                .post("/portal/enter", &fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
        };
        let wrong = sent(&mut scanner, &fields("test")).text();
        assert!(wrong.contains("This is not the number") && wrong.contains("aria-invalid"), "{wrong}");
        let elsewhere = [("token", token.clone()), ("nonce", nonce.clone()), ("number", right)];
        assert_eq!(sent(&mut Browser::called(world, agent), &elsewhere).status, StatusCode::OK);
        assert_eq!(scanner.get("/portal/certificates").headers[header::LOCATION], "/portal", "{agent} is not in");
    }
    let mut person = Browser::new(world);
    assert_eq!(person.enter(&link).status, StatusCode::SEE_OTHER);
    assert_eq!(person.get("/portal/certificates").status, StatusCode::OK);
}

/// Some offices' proxies write their name into what every browser calls itself.
#[test]
fn a_person_whose_browser_is_called_as_a_scanner_gets_in_by_typing_a_number() {
    let post = Post::in_memory();
    issued(&post);
    let world = &post.world;
    let address = address_of(world, 0);
    for agent in [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Zscaler/4.2",
        "Mozilla/5.0 (Windows NT 10.0; Forcepoint) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; +http://proxy.example.com/about) Gecko/20100101 Firefox/131.0",
    ] {
        let link = link_for(&post, &address).unwrap();
        let mut person = Browser::called(world, agent);
        let page = person.get(&link).text();
        let typed = number(&page);
        let fields = [("token", &*hidden(&page, "token")), ("nonce", &*hidden(&page, "nonce")), ("number", &*typed)];
        assert_eq!(person.post("/portal/enter", &fields).status, StatusCode::SEE_OTHER, "{agent}");
        assert_eq!(person.get("/portal/certificates").status, StatusCode::OK, "{agent}");
    }
}

/// The number that a page asks for.
fn number(page: &str) -> String {
    let (_, rest) = page.split_once("<label for=\"number\">The number ").unwrap_or_else(|| panic!("no number: {page}"));
    rest.split('<').next().unwrap().to_owned()
}

#[test]
fn who_is_not_known_is_answered_as_who_is_and_nobody_is_flooded() {
    let post = Post::in_memory();
    issued(&post);
    let world = &post.world;
    assert_eq!(link_for(&post, "nobody@example.org"), None);
    let address = address_of(world, 0);
    for _ in 0..5 {
        assert!(link_for(&post, &address).is_some());
    }
    assert_eq!(link_for(&post, &address), None, "five an hour");
    assert!(link_for(&post, &address_of(world, 1)).is_some(), "others get theirs");
    world.pass(3_601);
    assert!(link_for(&post, &address).is_some());
    // All at one moment: no more than one after the other.
    let address = address_of(world, 1);
    world.pass(3_601);
    let before = post.sink.count();
    let actor = Actor::System;
    let given = at_once(120, || {
        let (store, issuer) = (&*world.app.store, &world.app.issuer);
        let desk = Desk { store, issuer, actor: &actor, now: (world.app.clock)() };
        portal::ask(&desk, &address).unwrap().map(|_| ())
    });
    assert_eq!(given.into_iter().flatten().count(), 5, "five an hour, whoever asks at the same moment");
    assert_eq!(link_for(&post, &address), None);
    assert_eq!(post.sink.count(), before);
    let wrong = Browser::new(world).post("/portal/login", &[("email", "no address")]);
    assert!(wrong.text().contains("not an e-mail address") && wrong.text().contains("no address"), "{}", wrong.text());
    // Whether somebody is known stands nowhere in the answer: the one asks for a link that comes, one for none any more, one is nobody.
    let [known, flooded, nobody] = [&address_of(world, 2), &address, "nobody@example.org"]
        .map(|email| all_of(&Browser::new(world).post("/portal/login", &[("email", email)])));
    assert_eq!(known, nobody);
    assert_eq!(flooded, nobody);
}

/// Returns all that an answer says, but for the number by which its request stands in the log: by chance, for each.
fn all_of(answer: &Answer) -> (StatusCode, HeaderMap, String) {
    let mut headers = answer.headers.clone();
    assert!(headers.remove("x-request-id").is_some());
    (answer.status, headers, answer.text())
}

/// Who has not got the address shown to them cannot tell it from one that never was.
fn is_as_if_it_never_was(world: &World, public: &str) {
    let (start, last) = public.split_at(public.len() - 1);
    let other = format!("{start}{}", if last == "0" { "1" } else { "0" });
    for tail in ["", "/certificate.png", "/card.png", "/badge.png"] {
        let [hidden, never] = [public, &other].map(|path| {
            let (status, headers, text) = all_of(&Browser::new(world).get(&format!("{path}{tail}")));
            (status, headers, text.replace(path, "/c/ID"))
        });
        assert_eq!(hidden.0, StatusCode::NOT_FOUND, "{tail}");
        assert_eq!(hidden, never, "{tail}");
    }
}

#[test]
fn a_public_page_is_found_by_search_only_where_its_holder_wants_it() {
    let post = Post::in_memory();
    issued(&post);
    let world = &post.world;
    let address = address_of(world, 0);
    let number = number_of(world, &address);
    let public = public_path(world, &number);
    let page = format!("/portal/certificates/{number}");
    let mut browser = Browser::new(world);
    browser.enter(&link_for(&post, &address).unwrap());
    let csrf = hidden(&browser.page(&page), "csrf");
    let mut shown = |indexed: &[(&str, &str)]| {
        let fields = [&[("visible", "yes"), ("csrf", &*csrf)], indexed].concat();
        assert_eq!(browser.post(&format!("{page}/shown"), &fields).status, StatusCode::SEE_OTHER);
        let seen = Browser::new(world).get(&public);
        assert_eq!(seen.status, StatusCode::OK);
        let said = seen.headers.get("x-robots-tag").map(|value| value.to_str().unwrap().to_owned());
        (said, seen.text().contains("<meta name=\"robots\" content=\"noindex\">"))
    };
    let not = (Some("noindex".to_owned()), true);
    assert_eq!(shown(&[]), not);
    assert_eq!(shown(&[("indexed", "yes")]), (None, false));
    assert_eq!(shown(&[]), not, "they took it back");
}

#[test]
fn five_links_an_hour_are_asked_for_from_one_address_or_more_where_classes_share_one() {
    let asked = |limits: Limits| {
        let post = Post::limited(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), limits);
        issued(&post);
        // Known or not is all the same.
        let addresses = [address_of(&post.world, 0), "nobody@example.org".to_owned()];
        let answers: Vec<_> =
            (0..7).map(|n| Browser::new(&post.world).post("/portal/login", &[("email", &addresses[n % 2])])).collect();
        let wait = |answer: &Answer| {
            answer.headers.get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().parse::<u64>().unwrap())
        };
        let many = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS);
        for answer in many.clone() {
            assert!(answer.text().contains("Enough links were asked for from your network"), "{}", answer.text());
            assert_eq!(wait(answer), Some(3_600));
        }
        // What a browser sends that is no address at all counts for nobody.
        let wrong = Browser::new(&post.world).post("/portal/login", &[("email", "nothing")]);
        assert_eq!(wrong.status, StatusCode::OK, "{}", wrong.text());
        post.world.pass(3_600);
        let again = Browser::new(&post.world).post("/portal/login", &[("email", &addresses[0])]);
        assert_eq!(again.status, StatusCode::OK, "an hour later");
        many.count()
    };
    assert_eq!(asked(Limits::default()), 2);
    assert_eq!(asked(Limits { links_per_caller: 6, ..Limits::default() }), 1);
    assert_eq!(asked(Limits { links_per_caller: 30, ..Limits::default() }), 0);
}

#[test]
fn one_sees_nothing_of_others_and_says_who_one_is_where_several_share_a_mailbox() {
    let post = Post::in_memory();
    let world = &post.world;
    school(world, 2, 0);
    let list = "name,email,passed\nAnna Berg,family@example.org,yes\nBerta Berg,family@example.org,yes\n";
    world
        .upload(
            crate::harness::OWNER,
            "/events/WORKSHOP/imports?same_address=two_people",
            "l.csv",
            list.as_bytes(),
            &[],
        )
        .ok();
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let mut browser = Browser::new(world);
    browser.enter(&link_for(&post, "family@example.org").unwrap());
    let all = browser.get("/portal/certificates").text();
    assert!(all.contains("Who are you?") && all.contains("Anna Berg") && all.contains("Berta Berg"), "{all}");
    let choices: Vec<_> =
        all.split("href=\"").filter_map(|part| part.split('"').next()).filter(|link| link.contains("who=")).collect();
    assert_eq!(choices.len(), 2);
    let anna = browser.get(choices[0]).text();
    assert!(anna.contains("Anna Berg") != anna.contains("Berta Berg"), "{anna}");
    let others = number_of(world, &address_of(world, 0));
    for path in [
        format!("/portal/certificates/{others}"),
        format!("/portal/certificates/{others}/file?format=pdf"),
        "/portal/certificates/nonsense".to_owned(),
    ] {
        assert_eq!(browser.get(&path).status, StatusCode::NOT_FOUND, "{path}");
    }
    let csrf = hidden(&all, "csrf");
    let shown = browser.post(&format!("/portal/certificates/{others}/shown"), &[("visible", "yes"), ("csrf", &csrf)]);
    assert_eq!(shown.status, StatusCode::NOT_FOUND);

    // Who asks for their own gets their own.
    world.patch("/events/WORKSHOP", &json!({ "self_service": true })).ok();
    let late = "name,email,passed\nClara Berg,late@example.org,yes\nDora Berg,late@example.org,yes\n";
    let list = "/events/WORKSHOP/imports?same_address=two_people";
    world.upload(crate::harness::OWNER, list, "late.csv", late.as_bytes(), &[]).ok();
    let mut second = Browser::new(world);
    second.enter(&link_for(&post, "late@example.org").unwrap());
    let all = second.get("/portal/certificates").text();
    let links: Vec<_> =
        all.split("href=\"").filter_map(|part| part.split('"').next()).filter(|link| link.contains("who=")).collect();
    let page = second.get(links[1]).text();
    let (name, other) = if page.contains("Dora Berg") { ("Dora Berg", "clara") } else { ("Clara Berg", "dora") };
    let fields = [("csrf", &*hidden(&page, "csrf")), ("who", &*hidden(&page, "who"))];
    let asked = second.post("/portal/request/WORKSHOP", &fields);
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let page = second.get(asked.headers[header::LOCATION].to_str().unwrap()).text();
    assert!(page.contains("Your certificate was issued") && page.contains(name), "{page}");
    let has = |who: &str| !world.get(&format!("/certificates?text={who}")).ok()["items"].as_array().unwrap().is_empty();
    assert!(!has(other), "nobody else got one");

    // A correction touches that one, and staff decide.
    let number = number_of(world, "anna");
    let page = format!("/portal/certificates/{number}");
    let csrf = hidden(&browser.get(&page).text(), "csrf");
    let same = browser.post(&format!("{page}/correction"), &[("name", "Anna Berg"), ("csrf", &csrf)]);
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    let asked = browser.post(
        &format!("{page}/correction"),
        &[("name", "Anna Maria Berg"), ("note", "<b>married</b>"), ("csrf", &csrf)],
    );
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let text = browser.get(&page).text();
    assert!(text.contains("waits for the decision of Example Academy: Anna Maria Berg"), "{text}");
    let waiting = world.get("/corrections?state=pending").ok();
    assert_eq!(waiting["items"][0]["number"], json!(number));
    assert!(waiting["items"][0]["by"].as_str().unwrap().starts_with("holder:WORKSHOP/"), "{waiting}");
    let data: Value = serde_json::from_slice(&browser.get("/portal/data").bytes).unwrap();
    assert_eq!(data["people"].as_array().unwrap().len(), 2);

    // Who is erased is out, and their page is gone.
    browser.post(&format!("{page}/shown"), &[("visible", "yes"), ("csrf", &csrf)]);
    let public = public_path(world, &number);
    assert_eq!(Browser::new(world).get(&public).status, StatusCode::OK);
    let id = world.get("/events/WORKSHOP/participants?q=anna").ok()["items"][0]["id"].as_str().unwrap().to_owned();
    world.post(&format!("/events/WORKSHOP/participants/{id}/erase"), &json!({ "confirm": id })).ok();
    assert_eq!(Browser::new(world).get(&public).status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/portal/certificates").status, StatusCode::SEE_OTHER);
}

#[test]
fn what_is_still_missing_is_told_in_the_readers_language() {
    let post = Post::in_memory();
    let world = &post.world;
    school(world, 0, 0);
    let details = json!({ "title": "Old Maps", "template": "classic" });
    world.post("/events", &json!({ "code": "MAPS", "details": details })).ok();
    let course = json!({ "sessions": [{ "id": "day1", "title": "Day 1" }, { "id": "day2", "title": "Day 2" }] });
    world.put("/events/MAPS/course", &course).ok();
    let rule = json!({ "attendance": { "percent": 100 } });
    world.put("/events/MAPS/rule", &json!({ "rule": rule })).ok();
    let progress = json!({ "sessions": { "day1": { "present": true }, "day2": { "present": false } } });
    let person = json!({ "name": "Zoë Quux", "email": "zoe@example.org", "progress": progress });
    world.post("/events/MAPS/participants", &person).ok();
    world.post("/events/MAPS/state", &json!({ "to": "open" })).ok();
    let mut browser = Browser::new(world);
    browser.enter(&link_for(&post, "zoe@example.org").unwrap());
    let page = browser.get("/portal/certificates").text();
    assert!(page.contains("Old Maps") && page.contains("Attendance: 50 %, needed 100 %"), "{page}");
    let page = browser.get("/portal/certificates?lang=de").text();
    assert!(page.contains("Anwesenheit: 50 %, nötig 100 %") && !page.contains("Attendance"), "{page}");
}

#[test]
fn a_mails_own_link_shows_one_certificate_and_counts_a_download_only_from_its_button() {
    let post = Post::with_certificates(2);
    post.send();
    post.deliver();
    let world = &post.world;
    let mails = post.sink.mails();
    let mail = mails.first().unwrap();
    let read = MessageParser::default().parse(&mail.content).unwrap();
    let text = read.body_text(0).unwrap().into_owned();
    let at = text.find("https://certs.academy.example/m/").unwrap_or_else(|| panic!("{text}"));
    let link = text[at..].split_whitespace().next().unwrap().trim_end_matches('.');
    let link = link.strip_prefix("https://certs.academy.example").unwrap();
    let state = || post.message_to(&mail.to)["state"].clone();
    // A scanner: reads, follows, presses.
    let mut scanner = Browser::new(world);
    let page = scanner.get(link).text();
    assert!(page.contains(&number_of(world, &mail.to)), "{page}");
    assert_eq!(scanner.get(&format!("{link}/picture.png")).headers[header::CONTENT_TYPE], "image/png");
    let pressed = Browser::new(world).post(&format!("{link}/file"), &[("nonce", &hidden(&page, "nonce"))]);
    assert_eq!((pressed.status, state()), (StatusCode::BAD_REQUEST, json!("sent")));
    // A person.
    let mut person = Browser::new(world);
    let page = person.get(link).text();
    let fetched = person.post(&format!("{link}/file"), &[("nonce", &hidden(&page, "nonce")), ("format", "pdf")]);
    assert!(fetched.bytes.starts_with(b"%PDF-"), "{}", fetched.text());
    assert_eq!(state(), "downloaded");
    // A link that is over says that a newer mail may be there, and leads on; one that is none says the very same.
    let id = post.message_to(&mail.to)["id"].as_str().unwrap().to_owned();
    world.post(&format!("/mail/messages/{id}/resend"), &json!({})).ok();
    post.deliver();
    let over = person.get(link);
    assert_eq!(over.status, StatusCode::NOT_FOUND);
    let said = over.text();
    assert!(
        said.contains("when the message about the certificate was sent again")
            && said.contains("action=\"/portal/login\"")
    );
    assert!(!said.contains(&number_of(world, &mail.to)) && !said.contains(&mail.to), "{said}");
    for other in ["/m/aaaaaaaaaaaaaaaaaaaaaaaaaa", "/m/x", &format!("{link}x")] {
        let none = person.get(other);
        assert_eq!((none.status, none.text()), (StatusCode::NOT_FOUND, said.clone()), "{other}");
    }
    world.pass(91 * 86_400);
    assert_eq!(person.get(link).text(), said);
}

#[test]
fn what_a_holder_does_in_the_portal_is_noted_on_the_message_to_them() {
    let post = Post::with_certificates(2);
    post.send();
    post.deliver();
    let world = &post.world;
    let address = post.sink.mails().remove(0).to;
    let page = format!("/portal/certificates/{}", number_of(world, &address));
    let id = post.message_to(&address)["id"].as_str().unwrap().to_owned();
    let message = || world.get(&format!("/mail/messages/{id}")).ok();
    let noted = |what: &str| {
        let message = message();
        let all = message["evidence"].as_array().unwrap();
        (message["state"].clone(), all.iter().filter(|one| one["what"].as_str().unwrap().contains(what)).count())
    };
    // Whoever is not in does nothing.
    Browser::new(world).get(&page);
    assert_eq!(noted("portal"), (json!("sent"), 0));
    let mut browser = Browser::new(world);
    browser.enter(&link_for(&post, &address).unwrap());
    let since = message()["since"].clone();
    world.pass(60);
    for _ in 0..2 {
        assert_eq!(browser.get(&page).status, StatusCode::OK);
        assert_eq!(noted("looked at in the portal"), (json!("sent"), 1), "once");
    }
    assert_eq!(message()["since"], since, "it is sent since then, whoever looks");
    let data: Value = serde_json::from_slice(&browser.get("/portal/data").bytes).unwrap();
    assert!(data["note"].as_str().unwrap().contains("staff"), "{data}");
    let mine = &data["people"][0]["enrolments"][0]["messages"][0];
    assert_eq!((&mine["to"], &mine["state"]), (&json!(address), &json!("sent")), "{data}");
    assert_eq!(mine["evidence"].as_array().unwrap().len(), message()["evidence"].as_array().unwrap().len());
    for _ in 0..2 {
        assert_eq!(browser.get(&format!("{page}/file?format=png")).status, StatusCode::OK);
        assert_eq!(noted("fetched in the portal"), (json!("downloaded"), 1));
    }
    let others = post.messages().into_iter().filter(|one| one["to"] != address.as_str());
    assert!(others.map(|one| one["state"].clone()).all(|state| state == "sent"));
    // It says nothing of whether the message arrived: what comes back is believed, once.
    let report = json!({ "state": "bounced", "reply": "552 5.2.2 The mailbox is full" });
    let reported = |_| world.post(&format!("/mail/messages/{id}/report"), &report).ok()["news"].clone();
    assert_eq!([(); 2].map(reported), [json!(true), json!(false)]);
    assert_eq!(message()["state"], "bounced");
}

#[test]
fn who_looked_in_the_portal_may_open_the_message_right_after() {
    let post = Post::in_memory();
    let world = &post.world;
    school(world, 1, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    world.put("/events/WORKSHOP/mail", &json!({ "opens": true })).ok();
    post.send();
    post.deliver();
    let mail = post.sink.mails().remove(0);
    let read = MessageParser::default().parse(&mail.content).unwrap();
    let html = read.body_html(0).unwrap().replace("&#x2f;", "/");
    let (_, rest) = html.split_once("<img src=\"").unwrap();
    let picture = rest.split('"').next().unwrap().strip_prefix(crate::mail::PUBLIC).unwrap().to_owned();
    world.pass(3_600);
    let mut browser = Browser::new(world);
    browser.enter(&link_for(&post, &mail.to).unwrap());
    browser.get(&format!("/portal/certificates/{}", number_of(world, &mail.to)));
    let person = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.3.1";
    let request = axum::http::Request::builder().uri(&picture).header(header::USER_AGENT, person);
    assert_eq!(world.send("", request, axum::body::Body::empty()).status, StatusCode::OK);
    assert_eq!(post.message_to(&mail.to)["state"], "opened");
}

/// Every page is shown in no frame, loads nothing from elsewhere, and is in the reader's language.
#[test]
fn pages_are_framed_by_nobody_and_speak_the_readers_language() {
    let post = Post::in_memory();
    issued(&post);
    let world = &post.world;
    let strict = |headers: &HeaderMap| {
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    };
    for (language, words, direction) in
        [("de", "Meine Zertifikate", "ltr"), ("ar", "شهاداتي", "rtl"), ("hi", "मेरे प्रमाणपत्र", "ltr")]
    {
        let request = axum::http::Request::builder().uri("/portal").header(header::ACCEPT_LANGUAGE, language);
        let answer = world.send("", request, axum::body::Body::empty());
        strict(&answer.headers);
        let text = answer.text();
        assert!(text.contains(words) && text.contains(&format!("lang=\"{language}\" dir=\"{direction}\"")), "{text}");
    }
    let mut browser = Browser::new(world);
    assert!(browser.get("/portal?lang=fr").text().contains("Mes certificats"));
    assert!(browser.get("/portal").text().contains("Mes certificats"), "what was chosen is kept");
    let missing = browser.get("/c/CERT-WORKSHOP-2026-00001-aaaaaaaa");
    strict(&missing.headers);
    assert!(missing.text().contains("Rien à voir"), "{}", missing.text());
}

#[test]
fn a_holder_puts_chosen_certificates_on_one_page_and_takes_it_away() {
    let post = Post::in_memory();
    issued(&post);
    let world = &post.world;
    let people = world.get("/events/WORKSHOP/participants").ok();
    let (name, address) = (people["items"][0]["name"].as_str().unwrap(), address_of(world, 0));
    let details = json!({ "title": "Old <Maps>", "template": "classic" });
    world.post("/events", &json!({ "code": "MAPS", "details": details })).ok();
    world.put("/events/MAPS/rule", &json!({ "rule": "passed" })).ok();
    let list = format!("name,email,passed\n{name},{address},yes\n");
    world.upload(crate::harness::OWNER, "/events/MAPS/imports", "l.csv", list.as_bytes(), &[]).ok();
    for state in ["open", "completed"] {
        world.post("/events/MAPS/state", &json!({ "to": state })).ok();
    }
    done(world, &json!({ "kind": "generate", "event": "MAPS" }));
    let numbers = ["CERT-WORKSHOP-2026-00001", "CERT-MAPS-2026-00001"];
    let show = |number: &str, visible: bool| {
        world.post(&format!("/certificates/{number}/shown"), &json!({ "visible": visible })).ok();
    };
    let mut browser = Browser::new(world);
    browser.enter(&link_for(&post, &address).unwrap());
    let all = browser.get("/portal/certificates").text();
    assert!(all.contains("Make a certificate visible first") && !all.contains("name=\"c.CERT"), "{all}");

    numbers.iter().for_each(|number| show(number, true));
    show("CERT-WORKSHOP-2026-00002", true);
    let all = browser.get("/portal/certificates").text();
    let (csrf, who) = (hidden(&all, "csrf"), hidden(&all, "who"));
    let [first, second] = numbers.map(|number| format!("c.{number}"));
    let others = "c.CERT-WORKSHOP-2026-00002";
    assert!(all.contains(&first) && all.contains(&second) && !all.contains(others), "{all}");
    let fields = [("who", &*who), ("title", "My <b>path</b>"), (&first, "yes"), (&second, "yes"), (others, "yes")];
    let forged = browser.post("/portal/profile", &fields);
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let fields = [&[("csrf", &*csrf)][..], &fields[..]].concat();
    let saved = browser.post("/portal/profile", &fields);
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let mut link = || {
        let all = browser.get("/portal/certificates").text();
        let at = all.find("https://certs.academy.example/p/")?;
        let link = all[at..].split('"').next().unwrap();
        Some(link.strip_prefix("https://certs.academy.example").unwrap().to_owned())
    };
    let page = link().unwrap();

    // Whoever has its address sees those, each with how it stands, and nobody else's.
    let stranger = |path: &str| Browser::new(world).get(path);
    let seen = stranger(&page);
    let text = seen.text();
    assert_eq!((seen.status, &seen.headers["x-robots-tag"]), (StatusCode::OK, &"noindex".parse().unwrap()));
    assert!(text.contains("My &#60;b&#62;path") && text.contains("Old &#60;Maps&#62;"), "{text}");
    assert_eq!(text.matches("✓ Valid").count(), 2, "{text}");
    for number in numbers {
        assert!(text.contains(&format!("href=\"{}\"", public_path(world, number))), "{text}");
    }
    assert!(!text.contains("CERT-WORKSHOP-2026-00002"), "{text}");
    for none in ["/p/x", "/p/aaaaaaaaaaaaaaaaaaaaaaaaaa", "/p/"] {
        assert_eq!(stranger(none).status, StatusCode::NOT_FOUND, "{none}");
    }

    // What is hidden vanishes, what is revoked says so, and without anything there is no page.
    show(numbers[0], false);
    let revoke = json!({ "cause": "issued_in_error", "now": true });
    world.post(&format!("/certificates/{}/revoke", numbers[1]), &revoke).ok();
    let text = stranger(&page).text();
    assert!(text.contains("✕ Revoked") && !text.contains(numbers[0]), "{text}");
    show(numbers[1], false);
    assert_eq!(stranger(&page).status, StatusCode::NOT_FOUND);
    show(numbers[0], true);
    assert_eq!(stranger(&page).status, StatusCode::OK);
    let away =
        |browser: &mut Browser| browser.post("/portal/profile", &[("csrf", &csrf), ("who", &who), ("away", "yes")]);
    let mut second = browser.clone();
    assert_eq!(away(&mut second).status, StatusCode::SEE_OTHER);
    assert_eq!(stranger(&page).status, StatusCode::NOT_FOUND);

    // Another page has another address; it goes with who is erased.
    second.post("/portal/profile", &fields);
    let all = second.get("/portal/certificates").text();
    let at = all.find("https://certs.academy.example/p/").unwrap();
    let another = all[at..].split('"').next().unwrap().strip_prefix("https://certs.academy.example").unwrap();
    assert_ne!(another, page);
    assert_eq!(stranger(another).status, StatusCode::OK);
    let id = people["items"][0]["id"].as_str().unwrap();
    world.post(&format!("/events/WORKSHOP/participants/{id}/erase"), &json!({ "confirm": id })).ok();
    assert_eq!(stranger(another).status, StatusCode::NOT_FOUND);
    for collection in [testamur::store::Collection::PROFILES, testamur::store::Collection::PROFILED] {
        assert!(world.app.store.documents(collection, "", None, 10).unwrap().items.is_empty());
    }
}

#[test]
fn the_page_of_a_replaced_version_leads_to_the_newer_one() {
    on_each_engine(|post| {
        issued(post);
        let world = &post.world;
        let address = address_of(world, 0);
        let number = number_of(world, &address);
        world.post(&format!("/certificates/{number}/shown"), &json!({ "visible": true })).ok();
        let old = public_path(world, &number);
        let seen = |path: &str| Browser::new(world).get(path).text();
        assert!(!seen(&old).contains("newer"), "{}", seen(&old));

        world.put("/events/WORKSHOP/mail", &json!({ "tell_replaced": true })).ok();
        world.patch(&format!("/events/WORKSHOP/participants/{address}"), &json!({ "name": "Jonathan Right" })).ok();
        let anew = json!({ "kind": "regenerate", "event": "WORKSHOP", "numbers": [number], "reason": { "cause": "other", "text": "name" } });
        done(world, &anew);
        let new = public_path(world, &number);
        assert_ne!(old, new);
        let text = seen(&old);
        let link = format!("href=\"https://certs.academy.example{new}\"");
        assert!(text.contains("Replaced by a newer version") && text.contains(&link), "{text}");
        assert!(text.contains("verdict amber") && !text.contains("verdict red"), "it is no revocation: {text}");
        let text = seen(&new);
        assert!(text.contains(">Valid<") && text.contains("Jonathan Right") && !text.contains("Replaced by"), "{text}");

        // The holder is told, in the mail and in the portal; staff find it by the name that it had.
        post.deliver();
        let mails = post.sink.mails();
        let told = mails.iter().find(|mail| mail.to == address).unwrap();
        let told = mail_parser::MessageParser::default().parse(&told.content).unwrap();
        let text = told.body_text(0).unwrap();
        assert!(text.contains(&format!("https://certs.academy.example{new}")), "{text}");
        let mut browser = Browser::new(world);
        let link = link_for(post, &address).unwrap();
        browser.enter(&link);
        let page = browser.get(&format!("/portal/certificates/{number}")).text();
        assert!(page.contains("This certificate was issued anew"), "{page}");
        let found = world.get("/certificates?text=person%20number%200").ok();
        assert_eq!(found["items"][0]["number"], json!(number), "{found}");

        // Hidden, there is nothing to lead to.
        world.post(&format!("/certificates/{number}/shown"), &json!({ "visible": false })).ok();
        assert_eq!(Browser::new(world).get(&old).status, StatusCode::NOT_FOUND);
    });
}
