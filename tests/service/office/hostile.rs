//! Hostile strings in every field of every form, also of what waits for a decision, of webhooks, templates and of the doors: what was
//! typed is text on the page that answers, and on every page that shows it later.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use testamur::desk::{Actor, Desk};
use testamur::server::{Limits, accounts, setup_link};
use testamur::store::MemoryStore;

use super::HOSTILE;
use super::table::{self, Records};
use crate::browser::{Browser, Form, form, forms, to};
use crate::harness::{Answer, World};
use crate::real_door::{Member, PASSWORD, by_token, log_in, post, school_by};

/// What somebody types.
pub struct Typed {
    /// The whole of it.
    pub text: &'static str,
    /// A part by which it is found again.
    mark: &'static str,
    /// What no page may hold, wherever it stands.
    never: &'static [&'static str],
    /// What no page may hold but as the value of a field, where who typed it mends it.
    outside: &'static [char],
}

/// What is typed into every field.
pub const ALL: [Typed; 5] = [MARKUP, ATTRIBUTE, ADDRESS, CONTROL, TEMPLATE];

const MARKUP: Typed = Typed { text: HOSTILE, mark: "alert(1)", never: &["<script>alert", "<img src=x"], outside: &[] };

/// Nothing of it is an element: it would leave an attribute that it stands in.
const ATTRIBUTE: Typed = Typed {
    text: "x\" autofocus onfocus=\"alert(2)\" y='' onclick='alert(2)' z=`",
    mark: "alert(2)",
    never: &["onfocus=\"alert", "onclick='alert"],
    outside: &[],
};

/// An address that is a program.
const ADDRESS: Typed = Typed {
    text: "javascript:alert(3)//example.org",
    mark: "alert(3)",
    never: &["href=\"javascript:", "src=\"javascript:", "action=\"javascript:", "url=javascript:"],
    outside: &[],
};

/// Characters that turn what follows around, and such as no line holds.
const CONTROL: Typed = Typed {
    text: "\u{202e}gpj\u{2066}\u{7}\u{1b}[2J alert(4)",
    mark: "alert(4)",
    never: &[],
    outside: &['\u{202e}', '\u{2066}', '\u{7}', '\u{1b}'],
};

/// What engines for pages, letters and messages would work out.
const TEMPLATE: Typed = Typed {
    text: "{{ 7777777 * 1111111 }}${7777777*1111111}{% raw %}{ $count } alert(5)",
    mark: "alert(5)",
    never: &["8641973580247"],
    outside: &[],
};

/// Forms that have no field to type into, shown here or not: buttons, choices and files.
const BUTTONS: [&str; 48] = [
    "/staff/account/notices",
    "/staff/account/sessions/{id}/end",
    "/staff/account/tokens/{id}/delete",
    "/staff/address-requests/{number}/approve",
    "/staff/approvals/{id}/reject",
    "/staff/backups",
    "/staff/backups/drill",
    "/staff/backups/here",
    "/staff/certificates/{number}/restore",
    "/staff/certificates/{number}/send",
    "/staff/deliveries/batch",
    "/staff/deliveries/{message}/seen",
    "/staff/events/{code}/badge",
    "/staff/events/{code}/columns",
    "/staff/events/{code}/exceptions/upload",
    "/staff/events/{code}/exceptions/{person}/remove",
    "/staff/events/{code}/exclusions/upload",
    "/staff/events/{code}/exclusions/{person}/remove",
    "/staff/events/{code}/import",
    // What is said of a list is chosen; where it cannot be read so, it is typed: see `in_addresses`.
    "/staff/events/{code}/import/{upload}",
    "/staff/events/{code}/import/{upload}/forget",
    "/staff/events/{code}/languages",
    "/staff/events/{code}/people/{person}/retake",
    "/staff/events/{code}/send/test",
    "/staff/lock",
    "/staff/publishing",
    "/staff/publishing/at-once",
    "/staff/publishing/look",
    "/staff/runs/{run}/cancel",
    "/staff/runs/{run}/retry",
    "/staff/settings/language",
    "/staff/settings/mail/remove",
    "/staff/settings/mail/test",
    "/staff/team/tokens/{id}/delete",
    "/staff/team/webhooks/{id}/deliveries/{message}/redeliver",
    "/staff/team/webhooks/{id}/enabled",
    "/staff/team/webhooks/{id}/ping",
    "/staff/team/webhooks/{id}/remove",
    "/staff/team/webhooks/{id}/secret",
    "/staff/team/{id}/link",
    "/staff/team/{id}/remove",
    "/staff/team/{id}/second-step",
    "/staff/template-designs/from-file",
    "/staff/template-designs/{design}/discard",
    "/staff/template-designs/{design}/files",
    "/staff/template-uploads",
    "/staff/templates/{name}/remove",
    "/staff/templates/{name}/roll-out",
];

/// Drops what stands in fields: the values of their attributes, and what is inside of large ones.
fn without_fields(page: &str) -> String {
    let mut kept = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(" value=\"") {
        kept.push_str(before);
        rest = after.split_once('"').map_or("", |(_, rest)| rest);
    }
    kept.push_str(rest);
    let parts: Vec<&str> = kept.split("<textarea").collect();
    let after = parts[1..].iter().map(|part| part.split_once("</textarea>").map_or("", |(_, rest)| rest));
    std::iter::once(parts[0]).chain(after).collect()
}

impl Typed {
    /// Fails on a page in which it has become more than text.
    #[track_caller]
    pub fn stays_text(&self, page: &str, of: &str) {
        for part in self.never {
            assert!(!page.contains(part), "{of}: {part} in {page}");
        }
        if !self.outside.is_empty() {
            let plain = without_fields(page);
            assert!(!plain.contains(self.outside), "{of}: a character that nobody sees in {plain:?}");
        }
    }

    #[track_caller]
    fn stays_text_in(&self, answer: &Answer, of: &str) {
        assert!(!answer.status.is_server_error(), "{of}: {}", answer.text());
        let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/html") {
            self.stays_text(&answer.text(), of);
        }
    }

    /// Types it into one field of a form, or into all, and follows where that leads.
    fn into(&self, browser: &mut Browser, form: &Form, into: Option<&str>, n: usize) {
        let is_meant = |name: &str| into.is_none_or(|one| one == name);
        let mut filled: Vec<(String, String)> = Vec::new();
        for name in &form.texts {
            let empty = form.fields.iter().all(|(field, value)| field != name || value.is_empty());
            match is_meant(name) {
                true => filled.push((name.clone(), self.text.to_owned())),
                false => filled.extend(usual(name, n).filter(|_| empty).map(|value| (name.clone(), value))),
            }
        }
        let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = browser.send(form, &filled);
        let of = format!("{} {into:?}", form.action);
        self.stays_text_in(&answer, &of);
        if answer.status == StatusCode::SEE_OTHER {
            let next = browser.get(&to(&answer));
            self.stays_text_in(&next, &of);
        }
    }
}

/// What fits into a field that is empty, so that the others of its form come into play.
fn usual(field: &str, n: usize) -> Option<String> {
    Some(match field {
        "name" | "title" => "Some One".to_owned(),
        "email" => format!("x{n}@example.org"),
        "code" => format!("H{n}"),
        "note" | "reason" | "text" | "why" => "why".to_owned(),
        "url" => "https://example.org/hook".to_owned(),
        "person" => "p0@example.org".to_owned(),
        _ => return None,
    })
}

/// A service with an owner who is alone, and an event of three who have a certificate.
fn school() -> (World, Member) {
    let folder = tempfile::tempdir().unwrap();
    // One is what somebody may revoke alone: what is more waits for a decision.
    let limits = Limits { revoke_alone: 1, ..Limits::default() };
    let world = World::with_door(Arc::new(MemoryStore::new()), folder, limits, accounts());
    let link = setup_link(&world.app).unwrap().unwrap();
    let owner = json!({ "token": link.expose(), "email": "ada@example.org", "name": "Ada", "password": PASSWORD });
    let made = post(&world, "/setup", &owner).ok();
    let ada = log_in(&world, made["id"].as_str().unwrap(), "ada@example.org");
    school_by(&world, &ada);
    (world, ada)
}

/// Somebody who has no certificate yet.
const NOBODY: &str = "/staff/events/WORKSHOP/people/nobody%40example.org";

const NUMBER: &str = "CERT-WORKSHOP-2026-00002";

/// Makes what the tables name as `none`: what waits for a decision, an address that is told, a template of one's own, a token. Returns
/// what stands for each.
fn more(world: &World, ada: &Member, browser: &mut Browser<'_>) -> Vec<(&'static str, String)> {
    let id = |told: &Value| told["id"].as_str().unwrap_or_else(|| panic!("no id: {told}")).to_owned();
    let revoke = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "issued_in_error" } });
    let approval = ada.ask(world, "POST", "/runs", &revoke).ok()["approval"].as_str().unwrap().to_owned();
    let correction = json!({ "number": NUMBER, "name": "Person Elsewhere", "note": "a slip" });
    let correction = id(&ada.ask(world, "POST", "/corrections", &correction).ok());
    let hook = json!({ "url": "https://lms.example.org/hooks", "events": ["run.finished"] });
    let hook = id(&ada.ask(world, "POST", "/webhooks", &hook).ok()["endpoint"]);
    ada.ask(world, "POST", &format!("/webhooks/{hook}/ping"), &Value::Null);
    let nobody = json!({ "name": "No Body", "email": "nobody@example.org", "progress": { "passed": true } });
    ada.ask(world, "POST", "/events/WORKSHOP/participants", &nobody).ok();
    let course = json!({ "sessions": [{ "id": "s1", "title": "Day 1" }], "activities": [] });
    ada.ask(world, "PUT", "/events/WORKSHOP/course", &course).ok();
    asks_for_another_address(world, ada, NUMBER);
    // A template of one's own, as the page for it keeps it.
    let choose = form(&browser.page("/staff/template-uploads"), "/staff/template-uploads");
    let design = include_bytes!("../../../templates/minimal@2.json");
    let chosen = browser.upload(&choose, &choose.fields.clone(), Some(("files", "template.json", &design[..])));
    let kept = to(&chosen);
    let page = browser.page(&kept);
    let kept = browser.send(&form(&page, kept.split('?').next().unwrap()), &[("name", "own")]);
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    ada.token(world, &["view"]);
    let page = browser.page("/staff/account");
    let token = page.split("/staff/account/tokens/").find(|part| part.contains("/delete\"")).unwrap();
    let token = token.split('/').next().unwrap().to_owned();
    let except = json!({ "person": "p0@example.org", "note": "ill" });
    ada.ask(world, "POST", "/events/WORKSHOP/exceptions", &except);
    let design = ada.ask(world, "POST", "/template-designs", &json!({ "title": "Ours" })).ok()["id"].clone();
    let design = design.as_str().unwrap().to_owned();
    let signs = json!({ "type": "signatories", "people": [{ "name": "Jane Doe" }], "x": 20, "y": 150, "width": 100, "height": 25 });
    let words = json!({ "type": "text", "text": "{participant_name}", "x": 20, "y": 20, "width": 100, "height": 10, "size": 14 });
    let changes = json!({ "changes": [{ "do": "add", "element": words }, { "do": "add", "element": signs }] });
    ada.ask(world, "POST", &format!("/template-designs/{design}/changes"), &changes).ok();
    vec![
        ("/template-designs/none", format!("/template-designs/{design}")),
        ("/approvals/none", format!("/approvals/{approval}")),
        ("/corrections/none", format!("/corrections/{correction}")),
        ("/address-requests/none", format!("/address-requests/{NUMBER}")),
        ("/webhooks/none", format!("/webhooks/{hook}")),
        ("/templates/none", "/templates/own".to_owned()),
        ("/tokens/none", format!("/tokens/{token}")),
    ]
}

/// Somebody who lost their mailbox has shown a certificate.
pub fn asks_for_another_address(world: &World, ada: &Member, number: &str) {
    let token = ada.token(world, &["view"]);
    let file = by_token(world, &token, "GET", &format!("/certificates/{number}/file?format=jwt"), &Value::Null);
    let actor = Actor::Public { address: None };
    let desk = Desk { store: &*world.app.store, issuer: &world.app.issuer, actor: &actor, now: world.app.now() };
    let ours = testamur::acts::stray::read(&file.bytes, &world.app.reader, &world.app.vault.manifest()).unwrap();
    testamur::acts::lost::ask(&desk, &ours, "zoe@new.example", "lost").unwrap().expect("it is in force");
}

/// Returns all pages of the tables, of which each is there.
fn pages(world: &World, ada: &Member, browser: &mut Browser<'_>) -> Vec<String> {
    let more = more(world, ada, browser);
    let records = Records::of(world, ada).and_files_of(browser);
    let named = |page: &str| more.iter().fold(records.fill(page), |page, (none, one)| page.replace(none, one));
    let mut all: Vec<String> =
        table::pages().map(|(page, _)| named(page)).filter(|page| table::is_page(page)).collect();
    let again = "/staff/events/WORKSHOP/generate?over=already_issued";
    all.extend(["/staff/templates/own", NOBODY, again].map(str::to_owned));
    let messages = ada.ask(world, "GET", "/mail/messages?limit=50", &Value::Null).ok();
    let messages = messages["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
    all.extend(messages.map(|id| format!("/staff/deliveries/{id}")));
    for page in &all {
        assert!(!page.contains("/none"), "nothing stands for {page}");
        browser.page(page);
    }
    all
}

/// Which forms were typed into, by what takes them, and how often.
#[derive(Default)]
struct Seen {
    typed: BTreeSet<&'static str>,
    times: usize,
}

impl Seen {
    /// Types into each field of each form of a page.
    fn look(&mut self, what: &Typed, browser: &mut Browser<'_>, page: &str) {
        let count = forms(&browser.get(page).text()).len();
        for at in 0..count {
            // Each time anew: a form is sent once, and what was sent before may have changed it.
            let mut fields: Vec<Option<String>> = vec![None];
            let mut first = true;
            while let Some(into) = fields.pop() {
                let Some(form) = forms(&browser.get(page).text()).into_iter().nth(at) else { break };
                let route = table::act_of(&form.action);
                if form.texts.is_empty() {
                    break;
                }
                if std::mem::take(&mut first) {
                    fields.extend(form.texts.iter().cloned().map(Some));
                }
                what.into(browser, &form, into.as_deref(), self.times);
                self.typed.extend(route);
                self.times += 1;
            }
        }
    }

    /// Every form that the tables name was typed into, but for those without a field.
    fn is_complete(&self, what: &Typed) {
        let acts: BTreeSet<&str> = table::acts().filter_map(|(act, _, _)| table::act_of(act)).collect();
        let untyped: Vec<&str> = acts.into_iter().filter(|act| !self.typed.contains(act)).collect();
        // Where an event took nothing of it, nothing is there to be made anew.
        let is_refused = |act: &&str| !what.outside.is_empty() && *act == "/staff/events/{code}/generate";
        let untyped: Vec<&str> = untyped.into_iter().filter(|act| !is_refused(act)).collect();
        assert_eq!(untyped, BUTTONS, "nothing was typed into those on the left");
    }
}

/// What is said of how a list is read stands in its address, and in the fields of the page that cannot read it so.
fn in_addresses(what: &Typed, browser: &mut Browser<'_>, pages: &[String]) {
    let list = pages.iter().find(|page| table::act_of(page) == Some("/staff/events/{code}/import/{upload}")).unwrap();
    for answer in ["sheet", "header_row", "encoding", "map", "remembered", "confirm_row"] {
        let said = url::form_urlencoded::Serializer::new(String::new()).append_pair(answer, what.text).finish();
        what.stays_text_in(&browser.get(&format!("{list}?{said}")), answer);
    }
}

fn typed_everywhere(what: &Typed) {
    let (world, ada) = school();
    let mut browser = Browser::of(&world, "ada@example.org");
    let pages = pages(&world, &ada, &mut browser);
    let mut seen = Seen::default();
    // What a form alone leads to: first, for who types wrong passwords is kept waiting.
    let path = "/staff/account/second-step";
    let begun = browser.send(&form(&browser.clone().page(path), path), &[("password", PASSWORD)]);
    let confirm = form(&begun.text(), "/staff/account/second-step/confirm");
    what.into(&mut browser, &confirm, None, seen.times);
    seen.typed.extend(table::act_of(&confirm.action));
    for page in &pages {
        seen.look(what, &mut browser, page);
    }
    in_addresses(what, &mut browser, &pages);
    // The doors, by who is not in.
    let mut nobody = Browser::new(&world);
    let before = seen.times;
    for page in table::DOORS {
        seen.look(what, &mut nobody, page);
    }
    assert!(seen.times > before + 3, "{}", seen.times - before);
    // What is only there while the keys are locked.
    let locked = browser.send(&form(&browser.clone().page("/staff/publishing"), "/staff/lock"), &[]);
    browser.follow(&locked);
    seen.look(what, &mut browser, "/staff/unlock");
    seen.is_complete(what);
    assert!(seen.times > 180, "{}", seen.times);
    // What was kept of it is shown, and is text wherever that is.
    let mut shown = 0;
    for page in &pages {
        for language in ["en", "de"] {
            let answer = browser.get(&format!("{page}{}lang={language}", if page.contains('?') { '&' } else { '?' }));
            what.stays_text_in(&answer, page);
            shown += usize::from(answer.text().contains(what.mark));
        }
    }
    let acts = world.app.store.audit(None, 10_000).unwrap().items;
    let kept = acts.iter().filter(|entry| entry.act.detail.to_string().contains(what.mark)).count();
    println!("typed {} times, shown on {shown} pages, kept in {kept} entries", seen.times);
    // Characters that nobody sees are refused at most fields.
    let (pages_least, entries_least) = if what.outside.is_empty() { (20, 5) } else { (0, 0) };
    assert!(shown > pages_least && kept >= entries_least, "{shown} {kept}");
    assert!(ada.ask(&world, "GET", "/events", &Value::Null).status.is_success());
}

#[test]
fn markup_that_is_typed_into_any_field_of_any_form_stays_text_on_every_page() {
    typed_everywhere(&MARKUP);
}

#[test]
fn quotes_that_are_typed_into_any_field_end_no_attribute() {
    typed_everywhere(&ATTRIBUTE);
}

#[test]
fn an_address_that_is_a_program_leads_nowhere() {
    typed_everywhere(&ADDRESS);
}

#[test]
fn characters_that_nobody_sees_stand_on_no_page() {
    typed_everywhere(&CONTROL);
}

#[test]
fn nothing_works_out_what_is_typed() {
    typed_everywhere(&TEMPLATE);
}
