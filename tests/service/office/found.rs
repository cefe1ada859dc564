//! Every later act is found by an owner in the audit log, with who did it, when and why; and a message that came back is seen to.

use serde_json::{Value, json};

use crate::browser::{Browser, form, form_with, to};
use crate::harness::World;
use crate::real_door::{Member, PASSWORD, behind_the_real_door, invited, log_in, post, school_by};
use crate::runs::work;
use crate::smtp_sink::{Fault, Sink};

/// Mail leaves for a sink.
fn mail_to(world: &World, ada: &Member, sink: &Sink) {
    let from = "Academy <office@academy.example>";
    let relay = json!({ "relay": "127.0.0.1", "port": sink.port, "security": "none", "from": from });
    ada.ask(world, "PUT", "/mail/relay", &relay).ok();
}

fn deliver(world: &World) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(testamur::server::courier(&world.app).unwrap().deliver_due()).unwrap();
    work(world);
}

/// Returns the row of a page's table in which all of it stands.
#[track_caller]
fn row<'p>(page: &'p str, parts: &[&str]) -> &'p str {
    let mut rows = page.split("<tr").skip(1).map(|row| row.split("</tr>").next().unwrap());
    rows.find(|row| parts.iter().all(|part| row.contains(part)))
        .unwrap_or_else(|| panic!("{parts:?} stand in no row of {page}"))
}

/// A member of staff under a name of their own.
fn grace(world: &World, ada: &Member) -> (String, Member) {
    let roles = ["issuer", "revoker", "key_officer"];
    let body = json!({ "email": "grace@example.org", "name": "Grace Hopper", "roles": roles });
    let link = ada.ask(world, "POST", "/staff", &body).ok();
    post(world, "/password", &json!({ "token": link["token"], "password": PASSWORD })).ok();
    let id = link["staff"].as_str().unwrap().to_owned();
    let member = log_in(world, &id, "grace@example.org");
    (id, member)
}

#[test]
fn import_generation_mail_publication_and_a_revocation_are_found_with_who_when_and_why() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let sink = Sink::start();
        mail_to(world, ada, &sink);
        let (id, _) = grace(world, ada);
        let mut browser = Browser::of(world, "grace@example.org");

        // All by forms, as somebody at a browser does it.
        let path = "/staff/events/WORKSHOP/import";
        let choose = form(&browser.page(path), path);
        let list = b"Name,Email,Passed\nIda Rhodes,ida@example.org,yes\n";
        let chosen = browser.upload(&choose, &choose.fields.clone(), Some(("file", "list.csv", list)));
        let page = browser.follow(&chosen);
        let taken = browser.send(&form_with(&page, &to(&chosen), "once"), &[]);
        assert!(browser.follow(&taken).contains("The list was taken in."));
        world.pass(3_600);
        let path = "/staff/events/WORKSHOP/generate";
        let begun = browser.send(&form_with(&browser.clone().page(path), path, "once"), &[]);
        browser.follow(&begun);
        work(world);
        world.pass(3_600);
        let path = "/staff/events/WORKSHOP/send";
        let begun = browser.send(&form_with(&browser.clone().page(path), path, "once"), &[]);
        browser.follow(&begun);
        work(world);
        deliver(world);
        assert!(sink.mails().iter().any(|mail| mail.to == "ida@example.org"));
        world.pass(3_600);
        let publish = form(&browser.page("/staff/publishing"), "/staff/publishing");
        let begun = browser.send(&publish, &[]);
        browser.follow(&begun);
        work(world);
        world.pass(3_600);
        let number = "/staff/certificates/CERT-WORKSHOP-2026-00002";
        let revoke = form(&browser.page(&format!("{number}/revoke")), &format!("{number}/revoke"));
        let revoked = browser.send(&revoke, &[("cause", "fraud"), ("text", "sat for somebody else")]);
        browser.follow(&revoked);

        // Who may not read the log is told so, and an owner finds each.
        assert_eq!(browser.get("/staff/audit").status, 403);
        let mut owner = Browser::of(world, "ada@example.org");
        let found = [
            (&["List taken in", "import.finish", "WORKSHOP", "10:00"][..], "import."),
            (&["Certificates issued", "certificate.issue", "11:00"], "certificate."),
            (&["Mail sent", "mail.send", "12:00"], "mail."),
            (&["Published", "site.publish", "13:00"], "site."),
            (
                &["Certificate revoked", "14:00", "CERT-WORKSHOP-2026-00002", "Cause: Fraud", "sat for somebody else"],
                "certificate.",
            ),
        ];
        for (parts, action) in found {
            let whose: Vec<&str> = parts.iter().copied().chain(["Grace Hopper", "22"]).collect();
            for filter in [String::new(), format!("?actor={id}"), format!("?action={action}&actor={id}")] {
                row(&owner.page(&format!("/staff/audit{filter}")), &whose);
            }
        }
        // In the words of another language too, and nothing of it is Ada's.
        let german = owner.page("/staff/audit?action=certificate.&lang=de");
        row(&german, &["Grace Hopper", "Ursache: Betrug", "sat for somebody else"]);
        owner.forget("testamur_language");
        let own = owner.page(&format!("/staff/audit?actor={}", ada.id));
        assert!(!own.contains("Certificate revoked") && !own.contains("List taken in"), "{own}");
        assert!(owner.page("/staff/audit/check").contains("Nothing was taken out or changed"));
    });
}

#[test]
fn a_message_that_came_back_is_marked_as_seen_to_on_its_page_and_in_the_list() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        invited(world, ada, "vera@example.org", &["viewer"]);
        let sink = Sink::start();
        mail_to(world, ada, &sink);
        for n in 0..2 {
            sink.fail(&format!("p{n}@example.org"), Fault::Recipient("550 5.1.1 User unknown"));
        }
        ada.ask(world, "POST", "/runs", &json!({ "kind": "send", "event": "WORKSHOP" })).ok();
        work(world);
        deliver(world);
        let list = "/staff/deliveries?in_vain=unsettled";
        let vain = ada.ask(world, "GET", "/mail/messages?in_vain=unsettled", &Value::Null).ok();
        let ids: Vec<&str> = vain["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 2, "{vain}");
        let paths: Vec<String> = ids.iter().map(|id| format!("/staff/deliveries/{id}")).collect();
        let mut vera = Browser::of(world, "vera@example.org");
        assert!(!vera.page(list).contains("/seen\"") && !vera.page(&paths[0]).contains("/seen\""));

        let mut browser = Browser::of(world, "ada@example.org");
        // One on its page, the other in the list.
        let page = browser.page(&paths[0]);
        assert!(page.contains("It needs nobody any more"), "{page}");
        let seen = browser.send(&form(&page, &format!("{}/seen", paths[0])), &[]);
        assert_eq!(to(&seen), format!("{}?said=mail-seen", paths[0]));
        let page = browser.follow(&seen);
        assert!(page.contains("The message is marked as seen to.") && page.contains("Seen to</dt>"), "{page}");
        assert!(!page.contains("/seen\""), "once is enough: {page}");
        let page = browser.page(list);
        assert!(!page.contains(&format!("{}/seen", paths[0])), "{page}");
        let seen = browser.send(&form(&page, &format!("{}/seen", paths[1])), &[]);
        browser.follow(&seen);
        assert!(browser.page(list).contains("No message came back or failed."));
        assert_eq!(browser.page("/staff/deliveries?in_vain=all").matches("User unknown").count(), 2);
        // Of one that was accepted there is nothing to say; whoever asks all the same is told why.
        let good = ada.ask(world, "GET", "/mail/messages?state=sent", &Value::Null).ok();
        let good = format!("/staff/deliveries/{}", good["items"][0]["id"].as_str().unwrap());
        assert!(!browser.page(&good).contains("/seen\""));
        let csrf = crate::staff::own_csrf(&mut browser);
        assert_eq!(browser.post(&format!("{good}/seen"), &[("csrf", &csrf)]).status, 409);
        let log = browser.page("/staff/audit?action=mail.");
        assert_eq!(log.matches("Message marked as seen to").count(), 2, "{log}");
    });
}
