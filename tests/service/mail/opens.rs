//! Opens: counted only where an event wants it and says so, and never for what is known for a program.

use axum::body::Body;
use axum::http::{Request, header};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use testamur::mail::opens::{PICTURE, SECONDS};

use super::{PUBLIC, Post, on_each_engine};
use crate::browser::{Browser, hidden};

/// What programs that look at mails are known to say they are; each fetches all that a mail leads to.
const SCANNERS: [&str; 16] = [
    "",
    "Mozilla/5.0",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) BingPreview/1.0b",
    "Mozilla/5.0 (compatible; SeznamEmailProxy/1.0)",
    "BarracudaCentral/1.0",
    "Barracuda Sentinel (EE)",
    "Mimecast URL Protect",
    "Mozilla/5.0 (compatible; proofpoint-urldefense)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "python-requests/2.32.3",
    "curl/8.5.0",
    "Go-http-client/2.0",
];
const PERSON: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.3.1";

/// Returns the paths that the newest mail leads to: its link and its picture, if it has one, and its text.
fn paths(post: &Post) -> (String, Option<String>, String) {
    let mail = post.sink.mails().pop().unwrap();
    let read = MessageParser::default().parse(&mail.content).unwrap();
    let (text, html) = (read.body_text(0).unwrap().into_owned(), read.body_html(0).unwrap().replace("&#x2f;", "/"));
    let at = |text: &str| {
        let (_, rest) = text.split_once(PUBLIC)?;
        Some(rest.split(|c: char| c.is_whitespace() || "\"<".contains(c)).next().unwrap().to_owned())
    };
    let picture = html.split_once("<img src=\"").and_then(|(_, rest)| at(rest));
    (at(&text).unwrap(), picture, text)
}

fn ask(post: &Post, method: &str, path: &str, agent: &str) -> Vec<u8> {
    let request = Request::builder().method(method).uri(path).header(header::USER_AGENT, agent);
    let answer = post.world.send("", request, Body::empty());
    assert_eq!(answer.status, 200, "{method} {path}");
    answer.bytes
}

fn state(post: &Post) -> Value {
    post.messages().pop().unwrap()["state"].clone()
}

#[test]
fn scanners_open_nothing_and_a_person_does_once() {
    on_each_engine(|post| {
        crate::runs::school(&post.world, 1, 0);
        crate::runs::done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        post.world.put("/events/WORKSHOP/mail", &json!({ "opens": true })).ok();
        post.send();
        assert_eq!(post.deliver().sent, 1);
        let (link, picture, text) = paths(post);
        let picture = picture.expect("a picture");
        assert!(picture.ends_with("/open.gif") && !picture.contains(link.rsplit('/').next().unwrap()), "{picture}");
        assert!(text.trim_end().ends_with("can tell that it was opened."), "{text}");

        // At once, as a mail program of a person never does.
        assert_eq!(ask(post, "GET", &picture, PERSON), PICTURE);
        assert_eq!(state(post), "sent", "within seconds of sending");
        post.world.pass(SECONDS);
        for agent in SCANNERS {
            for path in [&link, &picture] {
                ask(post, "HEAD", path, agent);
                ask(post, "GET", path, agent);
            }
        }
        ask(post, "HEAD", &picture, PERSON);
        let unknown = format!("/m/{}/open.gif", "a".repeat(26));
        assert_eq!(ask(post, "GET", &unknown, PERSON), PICTURE, "the same for what is no picture");
        assert_eq!(ask(post, "GET", &format!("{link}/open.gif"), PERSON), PICTURE);
        assert_eq!(state(post), "sent", "a replay of scanners' traffic opens nothing");
        let about = post.world.send("", Request::get(picture.trim_end_matches("/open.gif")), Body::empty());
        assert_eq!(about.status, 404, "the picture's token shows no certificate");

        for _ in 0..3 {
            assert_eq!(ask(post, "GET", &picture, PERSON), PICTURE);
        }
        let message = post.messages().pop().unwrap();
        assert_eq!(message["state"], "opened");
        let opened = message["evidence"].as_array().unwrap().iter().filter(|one| one["state"] == "opened").count();
        assert_eq!(opened, 1);
        // What comes back afterwards is believed.
        let report = json!({ "state": "bounced", "reply": "550 5.1.1 User unknown" });
        post.world.post(&format!("/mail/messages/{}/report", message["id"].as_str().unwrap()), &report).ok();
        assert_eq!(state(post), "bounced");
    });
}

/// What a scanner asks for.
#[derive(serde::Deserialize)]
struct Asked {
    at: i64,
    method: String,
    what: String,
    agent: String,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
}

#[derive(serde::Deserialize)]
struct Visit {
    who: String,
    requests: Vec<Asked>,
}

#[derive(serde::Deserialize)]
struct Replay {
    visits: Vec<Visit>,
}

/// All of them look at the same mail, each when it did.
#[test]
fn a_replay_of_what_scanners_ask_for_counts_nothing() {
    let replay: Replay = serde_json::from_str(include_str!("../../data/service/scanners.json")).unwrap();
    let mut asked: Vec<_> =
        replay.visits.iter().flat_map(|visit| visit.requests.iter().map(|one| (&*visit.who, one))).collect();
    asked.sort_by_key(|(_, one)| one.at);
    let post = Post::patient();
    crate::runs::school(&post.world, 1, 0);
    crate::runs::done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    post.world.put("/events/WORKSHOP/mail", &json!({ "opens": true })).ok();
    post.send();
    assert_eq!(post.deliver().sent, 1);
    let (link, picture, _) = paths(&post);
    let (picture, mut gone) = (picture.unwrap(), 0);
    for (who, one) in asked {
        post.world.pass(one.at - gone);
        gone = one.at;
        if one.what == "button" {
            let mut browser = Browser::called(&post.world, Box::leak(one.agent.clone().into_boxed_str()));
            assert_eq!(press(&mut browser, &link), 200, "{who}: the file is handed out");
            assert_eq!(state(&post), "sent", "{who}: {} {} at {} counts", one.method, one.what, one.at);
            continue;
        }
        let (path, status) = match &*one.what {
            "link" => (link.clone(), 200),
            "drawing" => (format!("{link}/picture.png"), 200),
            "picture" => (picture.clone(), 200),
            "file" => (format!("{link}/file"), 400),
            other => panic!("{other}"),
        };
        let mut request = Request::builder().method(&*one.method).uri(path).header(header::USER_AGENT, &one.agent);
        for (name, value) in &one.headers {
            request = request.header(name, value);
        }
        let body = if one.method == "POST" { "format=pdf&nonce=none" } else { "" };
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = post.world.send("", request, body);
        assert_eq!(answer.status, status, "{who}: {} {} at {}", one.method, one.what, one.at);
        assert_eq!(state(&post), "sent", "{who}: {} {} at {} counts", one.method, one.what, one.at);
    }
    // One of them as a person does it: so the replay could have counted.
    ask(&post, "GET", &picture, PERSON);
    assert_eq!(state(&post), "opened");
    assert_eq!(press(&mut Browser::new(&post.world), &link), 200);
    assert_eq!(state(&post), "downloaded");
}

/// Presses the button of a link's page, with the cookie of that page.
fn press(browser: &mut Browser, link: &str) -> u16 {
    let page = browser.page(link);
    let answer = browser.post(&format!("{link}/file"), &[("nonce", &hidden(&page, "nonce")), ("format", "pdf")]);
    assert!(answer.bytes.starts_with(b"%PDF-"), "{}", answer.text());
    answer.status.as_u16()
}

#[test]
fn nothing_is_counted_unless_an_event_wants_it() {
    let post = Post::with_certificates(1);
    post.send();
    assert_eq!(post.deliver().sent, 1);
    let (_, picture, text) = paths(&post);
    assert!(picture.is_none() && !text.contains("picture"), "{text}");
    post.world.put("/events/WORKSHOP/mail", &json!({ "opens": true })).ok();
    let preview = post.world.post("/events/WORKSHOP/mail/preview", &json!({})).ok();
    assert!(preview["text"].as_str().unwrap().contains("small picture"), "a preview shows what goes: {preview}");
}
