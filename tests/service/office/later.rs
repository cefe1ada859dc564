//! Every form of the tables, sent: whoever may not is refused and changes nothing, whoever may is taken at their word, and an auditor finds
//! who did it, when and why. Once by members who have but the role that it takes, once by an owner.

use std::sync::Arc;

use serde_json::{Value, json};
use testamur::server::{Limits, accounts, setup_link};
use testamur::store::MemoryStore;

use super::hostile::asks_for_another_address;
use super::walk::Trace::{Because, Found, Later, Nothing, Owed};
use super::walk::{File, WHY, Walk};
use crate::browser::{form, to};
use crate::harness::{Answer, PASSPHRASE, World};
use crate::real_door::{Member, PASSWORD, invited, log_in, post, school_by};
use crate::runs::{enrol, person, work};
use crate::smtp_sink::{Fault, Sink};

const EVENT: &str = "/staff/events/WORKSHOP";
/// As many as nobody takes back alone, and one more.
const ALONE: usize = 30;

/// A service with an owner, who looks on, and an event of three who have a certificate.
fn school() -> (World, Member) {
    let limits = Limits { revoke_alone: ALONE, ..Limits::default() };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_owned();
    let world = World::changed(Arc::new(MemoryStore::new()), folder, limits, |parts| {
        parts.authenticator = accounts();
        parts.data = Some(data);
    });
    let link = setup_link(&world.app).unwrap().unwrap();
    let owner = json!({ "token": link.expose(), "email": "ada@example.org", "name": "Ada", "password": PASSWORD });
    let made = post(&world, "/setup", &owner).ok();
    let ada = log_in(&world, made["id"].as_str().unwrap(), "ada@example.org");
    school_by(&world, &ada);
    (world, ada)
}

fn number(n: usize) -> String {
    format!("/staff/certificates/CERT-WORKSHOP-2026-0000{n}")
}

fn card(who: &str) -> String {
    format!("{EVENT}/people/{}", who.replace('@', "%40"))
}

/// Returns the address that a page leads to or sends to, of which all parts are said.
fn address(page: &str, parts: [&str; 2]) -> Option<String> {
    let all = page.split(['"']).filter(|text| text.starts_with("/staff/"));
    all.map(|text| text.split('?').next().unwrap().to_owned())
        .find(|text| text.starts_with(parts[0]) && text.ends_with(parts[1]))
}

fn add(world: &World, ada: &Member, name: &str, email: &str, passed: bool) {
    let body = json!({ "name": name, "email": email, "progress": { "passed": passed } });
    ada.ask(world, "POST", "/events/WORKSHOP/participants", &body).ok();
}

fn deliver(world: &World) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(testamur::server::courier(&world.app).unwrap().deliver_due()).unwrap();
    work(world);
}

/// Where an answer leads, without what is said there; nothing where there was none.
fn led(answer: Option<Answer>) -> String {
    answer.map(|answer| to(&answer).split('?').next().unwrap().to_owned()).unwrap_or_default()
}

fn mail_server(walk: &mut Walk<'_>, port: u16) {
    let (page, port) = ("/staff/settings/mail", port.to_string());
    let from = "Academy <office@academy.example>";
    let relay = [("relay", "127.0.0.1"), ("port", port.as_str()), ("security", "none"), ("from", from)];
    walk.act(page, page, &relay, Found("mail.relay"));
    walk.act("/staff/settings/mail/test", page, &[], Nothing("a try changes nothing"));
}

fn events(walk: &mut Walk<'_>, ada: &Member) {
    let world = walk.world;
    let of = |path: &str| format!("{EVENT}{path}");
    walk.act("/staff/events/new", "/staff/events/new", &[("code", "OTHER"), ("title", "Other")], Found("event.create"));
    walk.act(&of("/copy"), &of("/copy"), &[("code", "COPY"), ("title", "Copy")], Found("event.copy"));
    walk.act("/staff/events/COPY/archived", "/staff/events/COPY", &[("why", WHY)], Because("event.archive"));
    walk.act(&of("/change"), &of("/change"), &[("title", "Maps")], Found("event.update"));
    let sessions = [("session_1_title", "Day 1"), ("session_1_required", "yes")];
    walk.act(&of("/course"), &of("/course"), &sessions, Found("event.course"));
    walk.act(&of("/attendance"), &of("/course"), &[("present", "p0@example.org")], Found("participant.change"));
    walk.act(&of("/state"), &of("/state"), &[("to", "open"), ("why", WHY)], Because("event.state"));
    ada.ask(world, "POST", "/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
    let badge =
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\" fill=\"#123456\"/></svg>";
    let badge = File::plain("file", "badge.svg", badge);
    walk.upload(&of("/badge"), &of("/badge"), &[], badge, Found("event.badge"));
    walk.act(&of("/columns"), &of("/people"), &[("cols", "email")], Nothing("what one sees oneself"));
    walk.act(&of("/spot-check"), &of("/spot-check"), &[], Nothing("it only reads"));
}

/// A list, and once more one of the same columns, of which it is remembered what was said.
fn imports(walk: &mut Walk<'_>) {
    let page = format!("{EVENT}/import");
    let list = |name| File::plain("file", name, b"Name,Email,Passed,Company\nIda Rhodes,ida@example.org,yes,Kestrel\n");
    let looked_at = Nothing("nothing is taken in by looking at a list");
    let chosen = led(walk.upload(&page, &page, &[], list("list.csv"), looked_at));
    walk.act(&chosen, &format!("{chosen}?map=skip%3DCompany"), &[], Found("import.finish"));
    let again = led(walk.upload(&page, &page, &[], list("again.csv"), looked_at));
    let there = walk.browser(&page).get(&again);
    let remembered = if there.headers.contains_key("location") { to(&there) } else { again.clone() };
    walk.act(&format!("{again}/forget"), &remembered, &[], Found("import.forget"));
}

fn people(walk: &mut Walk<'_>, ada: &Member) {
    let world = walk.world;
    let new = format!("{EVENT}/people/new");
    walk.act(&new, &new, &[("name", "New One"), ("email", "new@example.org")], Found("participant.add"));
    let of = |who: &str, act: &str| format!("{}{act}", card(who));
    let (p0, new) = ("p0@example.org", "new@example.org");
    walk.act(&of(p0, "/change"), &card(p0), &[("external_id", "X-0")], Found("participant.change"));
    walk.act(&of(new, "/issue"), &card(new), &[("reason", WHY)], Because("certificate.issue"));
    let better = json!({ "fields": { "role": "Best of all" } });
    ada.ask(world, "PATCH", "/events/WORKSHOP/participants/p0@example.org", &better).ok();
    walk.act(&of(p0, "/retake"), &card(p0), &[], Found("run.start"));
    add(world, ada, "Alan Turing", "alan@example.org", false);
    add(world, ada, "Bo Holm", "bo@example.org", false);
    add(world, ada, "Cy Lund", "cy@example.org", false);
    add(world, ada, "Dee Ray", "dee@example.org", false);
    add(world, ada, "Eve Ash", "eve@example.org", false);
    let alan = "alan@example.org";
    walk.act(&of(alan, "/grant"), &card(alan), &[("note", WHY)], Because("exception.add"));
    let chosen = format!("{EVENT}/chosen");
    let asked = format!("{chosen}?act=exclude&which=these&pick=bo%40example.org");
    walk.act(&chosen, &asked, &[("reason", "requested"), ("note", WHY)], Because("exclusion.add"));
    lists(walk);
    add(world, ada, "Twin One", "twin1@example.org", false);
    add(world, ada, "Twin Two", "twin2@example.org", false);
    let merge = format!("{EVENT}/merge");
    let id = |who: &str| {
        let told = ada.ask(world, "GET", &format!("/events/WORKSHOP/participants/{who}"), &Value::Null).ok();
        told["id"].as_str().unwrap().to_owned()
    };
    let asked = format!("{merge}?one={}&other={}", id("twin1@example.org"), id("twin2@example.org"));
    walk.act(&merge, &asked, &[("why", WHY)], Because("participant.merge"));
    walk.act(
        &of("cy@example.org", "/erase"),
        &card("cy@example.org"),
        &[("again", "Cy Lund"), ("why", WHY)],
        Because("participant.erase"),
    );
}

/// Exceptions and exclusions, one by one and by lists.
fn lists(walk: &mut Walk<'_>) {
    let of = |path: &str| format!("{EVENT}{path}");
    let page = of("/exceptions");
    let cy = ("person", "cy@example.org");
    walk.act(&of("/exceptions/new"), &of("/exceptions/new"), &[cy, ("note", WHY)], Because("exception.add"));
    let taken = |walk: &mut Walk<'_>, kind: &str| {
        let text = walk.browser(&of("/exceptions/new")).page(&page);
        address(&text, [&of(&format!("/{kind}/")), "/remove"]).unwrap_or_default()
    };
    let remove = taken(walk, "exceptions");
    walk.act(&remove, &page, &[], Owed("exception.remove", "2"));
    let list = File { says_why: true, ..File::plain("file", "list.csv", b"dee@example.org,{why}\n") };
    walk.upload(&of("/exceptions/upload"), &of("/exceptions/upload"), &[], list, Because("exception.add"));
    let out = [("person", "p1@example.org"), ("reason", "requested"), ("note", WHY)];
    walk.act(&of("/exclusions/new"), &of("/exclusions/new"), &out, Because("exclusion.add"));
    let remove = taken(walk, "exclusions");
    walk.act(&remove, &page, &[], Owed("exclusion.remove", "2"));
    let list = File { says_why: true, ..File::plain("file", "list.csv", b"eve@example.org,{why}\n") };
    let reason = [("reason", "requested")];
    walk.upload(&of("/exclusions/upload"), &of("/exclusions/upload"), &reason, list, Because("exclusion.add"));
}

/// What is sent, what came back, and what becomes of it.
fn mail(walk: &mut Walk<'_>, sink: &Sink) {
    let page = format!("{EVENT}/send");
    let first = number(1);
    walk.act(&format!("{first}/send"), &first, &[], Found("mail.send"));
    walk.act(&format!("{page}/test"), &page, &[], Nothing("a try changes nothing"));
    walk.act(&format!("{page}/settings"), &page, &[("when", "by_hand"), ("attach", "yes")], Found("event.mail"));
    let letter = [("subject", "{{ event }}"), ("text", "Dear {{ name }},\n{{ link }}")];
    walk.act(&format!("{page}/text"), &page, &letter, Found("event.mail"));
    for n in [1, 2] {
        sink.fail(&format!("p{n}@example.org"), Fault::Recipient("550 5.1.1 User unknown"));
    }
    walk.act(&page, &page, &[("over", "those_without")], Found("mail.send"));
    deliver(walk.world);
    let act = "/staff/deliveries/none/seen";
    let vain = walk.browser(act).page("/staff/deliveries?in_vain=unsettled");
    let mut ids: Vec<&str> =
        vain.split("/staff/deliveries/").skip(1).map(|rest| rest.split(['"', '/']).next().unwrap()).collect();
    ids.retain(|id| id.starts_with("ml_"));
    ids.dedup();
    let [first, second, ..] = &ids[..] else { panic!("two came back: {vain}") };
    let (first, second) = (format!("/staff/deliveries/{first}"), format!("/staff/deliveries/{second}"));
    walk.act(&format!("{first}/seen"), &first, &[], Found("mail.seen"));
    walk.act(&format!("{second}/resend"), &second, &[("email", "right@example.org")], Found("mail.resend"));
    let many = "/staff/deliveries/batch";
    walk.act(many, &format!("{many}?which=but&state=bounced"), &[], Found("mail.resend"));
}

fn certificates(walk: &mut Walk<'_>, ada: &Member) {
    let world = walk.world;
    let (fourth, second) = (number(4), number(2));
    let revoke = format!("{second}/revoke");
    walk.act(&revoke, &revoke, &[("cause", "issued_in_error"), ("text", WHY)], Because("certificate.revoke"));
    walk.act(&format!("{second}/restore"), &second, &[], Found("certificate.restore"));
    let reason = json!({ "cause": "issued_in_error", "now": true });
    ada.ask(world, "POST", "/certificates/CERT-WORKSHOP-2026-00004/revoke", &reason).ok();
    let reissue = format!("{fourth}/reissue");
    walk.act(&reissue, &reissue, &[("reason", WHY)], Because("certificate.reissue"));
    let many = "/staff/certificates/batch";
    let asked = format!("{many}?act=revoke&which=these&pick=CERT-WORKSHOP-2026-00003");
    walk.act(many, &asked, &[("cause", "fraud"), ("public", WHY)], Because("certificate.revoke"));
    let generate = format!("{EVENT}/generate");
    let template = format!("{EVENT}/template");
    walk.act(&template, &template, &[("template", "modern")], Found("event.update"));
    let languages = format!("{EVENT}/languages");
    walk.act(&languages, &languages, &[("language", "de"), ("template", "modern")], Found("event.update"));
    let again = format!("{generate}?over=already_issued");
    walk.act(&generate, &again, &[("reason", WHY)], Because("certificate.regenerate"));
    let preview = format!("{EVENT}/preview");
    walk.act(&preview, &preview, &[], Found("event.preview"));
    let rule = format!("{EVENT}/rule");
    walk.act(&rule, &rule, &[("who", "everybody")], Found("event.rule"));
}

fn runs(walk: &mut Walk<'_>, ada: &Member) {
    let world = walk.world;
    let begin = || {
        let run = ada.ask(world, "POST", "/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        format!("/staff/runs/{}", run["id"].as_str().unwrap())
    };
    enrol(world, &[person(300, true)]);
    let run = begin();
    walk.act(&format!("{run}/cancel"), &run, &[], Found("run.cancel"));
    let mut bad = person(301, true);
    bad.fields.insert("credits".to_owned(), "many".to_owned());
    enrol(world, &[bad]);
    let run = begin();
    work(world);
    walk.act(&format!("{run}/retry"), &run, &[], Found("run.start"));
}

fn templates(walk: &mut Walk<'_>, ada: &Member) {
    let page = "/staff/template-uploads";
    let design = |name| File::plain("files", name, include_bytes!("../../../templates/minimal@2.json"));
    let looked_at = Nothing("nothing is kept by looking at it");
    for name in ["own", "spare"] {
        let kept = led(walk.upload(page, page, &[], design("template.json"), looked_at));
        walk.act(&kept, &kept, &[("name", name)], Found("template.add"));
    }
    let spare = "/staff/templates/spare/remove";
    walk.act(spare, spare, &[], Found("template.remove"));
    let used = json!({ "template": "own" });
    ada.ask(walk.world, "PATCH", "/events/OTHER", &used).ok();
    let newer = File::plain("files", "template.json", include_bytes!("../../../templates/modern@2.json"));
    let kept = walk
        .upload(page, &format!("{page}?for=own"), &[], newer, looked_at)
        .map(|answer| to(&answer))
        .unwrap_or_default();
    walk.act(kept.split('?').next().unwrap(), &kept, &[], Found("template.change"));
    let roll = "/staff/templates/own/roll-out";
    walk.act(roll, roll, &[], Found("event.template"));
}

/// Designs: one that is kept, and one that is thrown away.
fn designs(walk: &mut Walk<'_>) {
    let (page, own) = ("/staff/template-designs", Nothing("a design is its maker's alone until it is kept"));
    let begin = |walk: &mut Walk<'_>| led(walk.act(page, &format!("{page}?from=minimal"), &[], own));
    let first = begin(walk);
    walk.act(&first, &first, &[("title", "Drawn by hand")], own);
    let keep = format!("{first}/keep");
    walk.act(&keep, &keep, &[("name", "drawn")], Found("template.add"));
    let second = begin(walk);
    let logo =
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\" fill=\"#123456\"/></svg>";
    let logo = File::plain("file", "logo.svg", logo);
    walk.upload(&format!("{second}/files"), &second, &[("as", "picture")], logo, own);
    let discard = format!("{second}/discard");
    walk.act(&discard, &discard, &[], own);
    let brought = File::plain("files", "template.json", include_bytes!("../../../templates/minimal@2.json"));
    walk.upload("/staff/template-designs/from-file", page, &[], brought, own);
}

fn publishing(walk: &mut Walk<'_>, ada: &Member) {
    let (world, page) = (walk.world, "/staff/publishing");
    walk.act(page, page, &[], Found("site.publish"));
    walk.act("/staff/publishing/look", page, &[], Found("site.look"));
    let reason = json!({ "cause": "issued_in_error" });
    ada.ask(world, "POST", "/certificates/CERT-WORKSHOP-2026-00002/revoke", &reason).ok();
    let at_once = "/staff/publishing/at-once";
    walk.act(at_once, at_once, &[], Found("certificate.hasten"));
    let rotate = "/staff/publishing/rotate";
    walk.act(rotate, rotate, &[("why", WHY)], Because("key.rotate"));
    let stolen = "/staff/publishing/k1/stolen";
    walk.act(stolen, stolen, &[("day", "2026-11-01"), ("again", "k1"), ("why", WHY)], Because("key.compromise"));
    walk.act("/staff/lock", page, &[], Found("keys.lock"));
    walk.act("/staff/unlock", "/staff/unlock", &[("passphrase", PASSPHRASE)], Found("keys.unlock"));
}

fn decisions(walk: &mut Walk<'_>, ada: &Member) {
    let world = walk.world;
    ada.ask(
        world,
        "POST",
        "/events",
        &json!({ "code": "MASS", "details": { "title": "Mass", "template": "minimal" }, "rule": "everybody" }),
    )
    .ok();
    for n in 0..=ALONE {
        let person = json!({ "name": format!("Guest {n}"), "email": format!("g{n}@example.org") });
        ada.ask(world, "POST", "/events/MASS/participants", &person).ok();
    }
    ada.ask(world, "POST", "/events/MASS/state", &json!({ "to": "completed" })).ok();
    ada.ask(world, "POST", "/runs", &json!({ "kind": "generate", "event": "MASS" })).ok();
    work(world);
    for (act, action) in [("reject", "approval.reject"), ("approve", "approval.approve")] {
        let revoke = json!({ "kind": "revoke", "event": "MASS", "reason": { "cause": "issued_in_error" } });
        let approval = ada.ask(world, "POST", "/runs", &revoke).ok()["approval"].as_str().unwrap_or("none").to_owned();
        let page = format!("/staff/approvals/{approval}");
        walk.act(&format!("{page}/{act}"), &page, &[], Found(action));
    }
    for (act, action) in [("approve", "certificate.regenerate"), ("reject", "correction.reject")] {
        let ask = json!({ "number": "CERT-WORKSHOP-2026-00002", "name": format!("Person {act}"), "note": "a slip" });
        let correction = ada.ask(world, "POST", "/corrections", &ask).ok();
        let page = format!("/staff/corrections/{}", correction["id"].as_str().unwrap());
        walk.act(&format!("{page}/{act}"), &page, &[], Found(action));
    }
    for (act, n) in [("approve", 2), ("reject", 4)] {
        let one = format!("CERT-WORKSHOP-2026-0000{n}");
        asks_for_another_address(world, ada, &one);
        let page = format!("/staff/address-requests/{one}");
        let filled: &[(&str, &str)] = if act == "reject" { &[("answer", "not theirs")] } else { &[] };
        let action = if act == "reject" { "address.reject" } else { "participant.change" };
        walk.act(&format!("{page}/{act}"), &page, filled, Found(action));
    }
}

fn team(walk: &mut Walk<'_>, ada: &Member) {
    let world = walk.world;
    let new = "/staff/team/new";
    walk.act(
        new,
        new,
        &[("name", "Grace"), ("email", "grace@example.org"), ("roles", "viewer")],
        Found("staff.invite"),
    );
    let bob = invited(world, ada, "bob@example.org", &["viewer"]);
    bob.token(world, &["view"]);
    let offer = bob.ask(world, "POST", "/me/two-step", &json!({ "password": PASSWORD })).ok();
    bob.ask(world, "POST", "/me/two-step/confirm", &json!({ "code": code(world, offer["url"].as_str().unwrap()) }))
        .ok();
    let path = format!("/staff/team/{}", bob.id);
    walk.act(&path, &path, &[("name", "Bob"), ("roles", "issuer")], Found("staff.update"));
    let page = walk.browser(new).page("/staff/team");
    let delete = address(&page, ["/staff/team/tokens/", "/delete"]).unwrap_or_default();
    walk.act(&delete, &delete, &[], Found("token.revoke"));
    for (act, action) in [("second-step", "staff.two_step.clear"), ("link", "staff.link"), ("remove", "staff.remove")] {
        let page = format!("{path}/{act}");
        walk.act(&page, &page, &[], Found(action));
    }
    let hooks = "/staff/team/webhooks/new";
    walk.act(
        hooks,
        hooks,
        &[("url", "https://lms.example.org/hooks"), ("events", "run.finished")],
        Found("webhook.create"),
    );
    let page = walk.browser(new).page("/staff/team/webhooks");
    let hook = address(&page, ["/staff/team/webhooks/ep", ""]).unwrap_or_default();
    walk.act(&format!("{hook}/ping"), &hook, &[], Found("webhook.ping"));
    let page = walk.browser(new).get(&hook).text();
    let again = address(&page, [&format!("{hook}/deliveries/"), "/redeliver"]).unwrap_or_default();
    walk.act(&again, &hook, &[], Found("webhook.redeliver"));
    walk.act(&format!("{hook}/enabled"), &hook, &[], Found("webhook.update"));
    for (act, action) in [("secret", "webhook.rotate_secret"), ("remove", "webhook.delete")] {
        let page = format!("{hook}/{act}");
        walk.act(&page, &page, &[], Found(action));
    }
}

fn code(world: &World, url: &str) -> String {
    totp_rs::Totp::from_url(url).unwrap().generate(world.app.now().unix().unsigned_abs()).to_string()
}

/// One's own account: at the end, for it ends sessions.
fn account(walk: &mut Walk<'_>) {
    let (world, page) = (walk.world, "/staff/account");
    walk.act("/staff/account/notices", page, &[("run_notices", "")], Found("staff.notices"));
    let new = "/staff/account/tokens/new";
    walk.act(new, new, &[("name", "LMS"), ("password", PASSWORD)], Found("token.create"));
    let text = walk.browser(new).page(page);
    let delete = address(&text, ["/staff/account/tokens/", "/delete"]).unwrap_or_default();
    walk.act(&delete, &delete, &[], Found("token.revoke"));
    // From elsewhere.
    log_in(world, "", &walk.email(new));
    let text = walk.browser(new).page(page);
    let session = address(&text, ["/staff/account/sessions/", "/end"]).unwrap_or_default();
    walk.act(&session, page, &[], Found("session.end"));
    let sheet = "/staff/account/recovery-sheet";
    walk.act(sheet, sheet, &[("password", PASSWORD)], Found("staff.recovery_sheet"));
    let second = "/staff/account/second-step";
    let begun = walk.act(second, second, &[("password", PASSWORD)], Nothing("it is on once a code was right"));
    let confirm = "/staff/account/second-step/confirm";
    if let Some(begun) = begun {
        let asked = form(&begun.text(), confirm);
        let url = asked.fields.iter().find(|(name, _)| name == "otpauth").unwrap().1.clone();
        // The clock goes on before it is sent.
        world.pass(61);
        let first = code(world, &url);
        world.pass(-61);
        walk.send(confirm, &asked, &[("second", &first)], None, Found("staff.two_step.on"));
        let codes = "/staff/account/second-step/codes";
        let shown = walk.act(codes, codes, &[("password", PASSWORD)], Found("staff.recovery_codes"));
        let recovery = shown.map(|answer| answer.text()).unwrap_or_default();
        let recovery = recovery.split("<code>").nth(1).unwrap_or_default().split('<').next().unwrap().to_owned();
        let remove = "/staff/account/second-step/remove";
        walk.act(remove, remove, &[("password", PASSWORD), ("second", &recovery)], Found("staff.two_step.off"));
    }
    let other = "another long secret";
    let change = "/staff/account/password";
    walk.act(change, change, &[("password", PASSWORD), ("new", other), ("repeat", other)], Found("staff.password"));
}

/// Waits until what goes on after its answer is done.
fn settled(world: &World, ada: &Member) {
    for _ in 0..6_000 {
        if ada.ask(world, "GET", "/backups", &Value::Null).ok()["under_way"].is_null() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("a backup is still under way");
}

fn upkeep(walk: &mut Walk<'_>, ada: &Member) {
    let (world, page) = (walk.world, "/staff/backups");
    let keep = "/staff/settings/upkeep";
    walk.act(keep, keep, &[("backup_folder", "backups")], Found("upkeep.settle"));
    walk.act("/staff/backups/elsewhere", page, &[], Found("backup.elsewhere"));
    walk.act("/staff/backups/here", page, &[], Found("backup.elsewhere"));
    for (act, action) in [("/staff/backups", "backup.make"), ("/staff/backups/drill", "backup.drill")] {
        settled(world, ada);
        walk.act(act, page, &[], Later(action));
    }
    settled(world, ada);
    let zone = "/staff/settings/time-zone";
    walk.act(zone, zone, &[("time_zone", "Europe/Berlin")], Found("issuer.time_zone"));
    walk.act("/staff/settings/mail/remove", "/staff/settings/mail/remove", &[], Found("mail.relay"));
    let address = "/staff/settings/address";
    walk.act(address, address, &[("address", "https://certs.example.org")], Found("mail.address"));
    let language = "/staff/settings/language";
    walk.act(language, language, &[("language", "de")], Found("issuer.language"));
    ada.ask(world, "PUT", "/settings/language", &json!({ "language": "en" })).ok();
}

fn walked(by_owner: bool) {
    let (world, ada) = school();
    let sink = Sink::start();
    let mut walk = Walk::begin(&world, &ada, by_owner);
    walk.part("mail server", |walk| mail_server(walk, sink.port));
    walk.part("events", |walk| events(walk, &ada));
    walk.part("imports", imports);
    walk.part("people", |walk| people(walk, &ada));
    walk.part("mail", |walk| mail(walk, &sink));
    walk.part("certificates", |walk| certificates(walk, &ada));
    walk.part("decisions", |walk| decisions(walk, &ada));
    walk.part("runs", |walk| runs(walk, &ada));
    walk.part("templates", |walk| templates(walk, &ada));
    walk.part("designs", designs);
    walk.part("publishing", |walk| publishing(walk, &ada));
    walk.part("team", |walk| team(walk, &ada));
    walk.part("upkeep", |walk| upkeep(walk, &ada));
    walk.part("account", account);
    walk.end();
}

#[test]
fn each_act_is_done_by_who_has_its_role_alone_and_is_found_with_who_when_and_why() {
    walked(false);
}

#[test]
fn each_act_of_an_owner_is_found_with_who_when_and_why() {
    walked(true);
}
