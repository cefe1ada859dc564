//! The pages of staff: the whole road by forms alone, who may not, and what forms of others cannot do.

use axum::http::{StatusCode, header};
use serde_json::json;
use testamur::acts::run::Step;
use testamur::server::work_once;

use crate::browser::{Browser, Form, form, form_with, to};
use crate::harness::World;
use crate::office::roles::{ROLES, may};
use crate::office::table::{Records, is_page};
use crate::real_door::{PASSWORD, behind_the_real_door, invited, school_by};
use crate::runs::{certificates, work};

const LIST: &str = "Attendance list;;\nName;E-mail;Passed\nZoë Ångström;zoe@example.org;yes\nGrace Hopper;grace@example.org;yes\nNull;null@example.org;yes\nAlan Turing;alan@example.org;no\n";

#[test]
fn the_whole_road_by_forms_alone() {
    behind_the_real_door(|world, owner| {
        let mut ada = Browser::of(world, "ada@example.org");
        assert!(ada.page("/staff").contains("/staff/events/new"));

        // An event, by a form that is wrong at first: nothing that was typed is lost.
        let new = form(&ada.page("/staff/events/new"), "/staff/events/new");
        let filled = [("title", "Maps <b>&amp; more"), ("code", "1x"), ("criteria", "Draw one map.")];
        let refused = ada.send(&new, &filled);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        assert!(page.contains("Draw one map.") && page.contains("role=\"alert\""), "{page}");
        assert!(!page.contains("<b>"), "{page}");
        let again = form(&page, "/staff/events/new");
        let made = ada.send(&again, &[("code", "maps"), ("everybody", ""), ("signatory1", "Jane Doe")]);
        assert_eq!(to(&made), "/staff/events/MAPS?said=event-made");
        // What was said stands in the form of a change, and what is emptied goes.
        let change = form(&ada.page("/staff/events/MAPS/change"), "/staff/events/MAPS/change");
        assert!(change.fields.contains(&("signatory1".to_owned(), "Jane Doe".to_owned())));
        let saved = ada.send(&change, &[("signatory1", "")]);
        ada.follow(&saved);
        assert!(!ada.page("/staff/events/MAPS/change").contains("Jane Doe"));
        assert!(ada.follow(&made).contains("Maps &#60;b&#62;&#38;amp; more"));

        // A list with a title row, a name that is asked about, and a result for the rule.
        let choose = form(&ada.page("/staff/events/MAPS/import"), "/staff/events/MAPS/import");
        let fields = choose.fields.clone();
        let chosen = ada.upload(&choose, &fields, Some(("file", "list.csv", LIST.as_bytes())));
        let list = to(&chosen);
        let page = ada.follow(&chosen);
        assert!(page.contains("Row 5: Null"), "{page}");
        assert!(!page.contains("Take in"), "nothing is taken in while a question is open: {page}");
        let answered = ada.send(&form(&page, &list), &[("answer5", "confirm_row=5")]);
        let page = answered.text();
        assert!(page.contains("The first people, as they would be printed"), "{page}");
        let german = ada.page(&format!("{list}?confirm_row=5&lang=de"));
        assert!(
            german.contains(&format!("href=\"{list}?confirm_row=5&amp;lang=en\"")),
            "answers stay in another language: {german}"
        );
        ada.forget("testamur_language");
        let taken = ada.send(&form_with(&page, &list, "once"), &[]);
        assert!(ada.follow(&taken).contains("The list was taken in."));
        let people = ada.page("/staff/events/MAPS/people");
        for name in ["Zoë Ångström", "Grace Hopper", "Null", "Alan Turing"] {
            assert!(people.contains(name), "{people}");
        }

        // The rule is tried before it is kept.
        let page = ada.page("/staff/events/MAPS/rule");
        let rule = form(&page, "/staff/events/MAPS/rule");
        let tried = ada.send(&rule, &[("who", "those"), ("passed", "yes"), ("try", "yes")]);
        assert_eq!(tried.status, StatusCode::OK, "{}", tried.text());
        let kept = ada.send(&form(&tried.text(), "/staff/events/MAPS/rule"), &[]);
        let page = ada.follow(&kept);
        assert!(page.contains("name=\"passed\" value=\"yes\" checked"), "{page}");

        // A template, and the event is over.
        let page = ada.page("/staff/events/MAPS/template");
        let template = form(&page, "/staff/events/MAPS/template");
        let taken = ada.send(&template, &[("template", "classic")]);
        ada.follow(&taken);
        let specimen = ada.get("/staff/events/MAPS/specimen.png?name=Zo%C3%AB");
        assert_eq!(specimen.headers[header::CONTENT_TYPE], "image/png");
        let page = ada.page("/staff/events/MAPS/state");
        ada.send(&form(&page, "/staff/events/MAPS/state"), &[]);

        // Three get one; Alan did not pass, and gets his by hand.
        let page = ada.page("/staff/events/MAPS/generate");
        assert!(page.contains("Make 3 certificates"), "{page}");
        let start = form_with(&page, "/staff/events/MAPS/generate", "once");
        let started = ada.send(&start, &[]);
        let twice = ada.send(&start, &[]);
        assert_eq!(to(&started), to(&twice), "a form that is sent twice starts one run");
        work(world);
        assert_eq!(certificates(&*world.app.store).len(), 3);
        let run = ada.follow(&started);
        assert!(run.contains("Done"), "{run}");
        let people = ada.page("/staff/events/MAPS/people?q=alan");
        let card = people.split("href=\"").find(|part| part.starts_with("/staff/events/MAPS/people/p-")).unwrap();
        let card = card.split('"').next().unwrap().to_owned();
        let issue = format!("{card}/issue");
        let page = ada.page(&card);
        let issued = ada.send(&form(&page, &issue), &[("reason", "sat the exam on paper")]);
        assert!(ada.follow(&issued).contains("Issued."));
        assert_eq!(certificates(&*world.app.store).len(), 4);

        // One is taken back, and given back.
        let number = certificates(&*world.app.store)[0].number.to_string();
        let page = ada.page(&format!("/staff/certificates/{number}/revoke"));
        let revoke = form(&page, &format!("/staff/certificates/{number}/revoke"));
        let revoked = ada.send(&revoke, &[("cause", "issued_in_error"), ("text", "wrong course")]);
        let page = ada.follow(&revoked);
        assert!(page.contains("Revoked, can be taken back"), "{page}");
        // One a day is what one member of staff may change alone here; a second one gives it back.
        let restore = format!("/staff/certificates/{number}/restore");
        assert_eq!(ada.send(&form(&page, &restore), &[]).status, StatusCode::CONFLICT);
        invited(world, owner, "bob@example.org", &["revoker"]);
        let mut bob = Browser::of(world, "bob@example.org");
        let page = bob.page(&format!("/staff/certificates/{number}"));
        let restored = bob.send(&form(&page, &restore), &[]);
        assert!(bob.follow(&restored).contains("In force"));

        // Somebody is erased only once their name was typed.
        let page = ada.page(&card);
        let erase = form(&page, &format!("{card}/erase"));
        let refused = ada.send(&erase, &[("again", "Alan")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let erased = ada.send(&erase, &[("again", "alan turing"), ("why", "asked for it")]);
        assert!(!ada.follow(&erased).contains("Alan Turing"));
        let found = ada.page("/staff/search?q=hopper");
        assert!(found.contains("Grace Hopper") && found.contains("/staff/certificates/CERT-MAPS"), "{found}");
        let acts: Vec<String> = world.acts().into_iter().map(|(action, _)| action).collect();
        for act in
            ["event.create", "participant.import", "certificate.revoke", "certificate.restore", "participant.erase"]
        {
            assert!(acts.iter().any(|one| one == act), "{act}: {acts:?}");
        }
    });
}

/// Every page with the permission that it needs to be seen. What stands in braces, [`Records`] name.
pub const PAGES: [(&str, &str); 56] = [
    ("/staff", "view"),
    ("/staff/search?q=person", "view"),
    ("/staff/events", "view"),
    ("/staff/events?archived=yes", "view"),
    ("/staff/events/new", "import"),
    ("/staff/events/WORKSHOP", "view"),
    ("/staff/events/WORKSHOP/change", "import"),
    ("/staff/events/WORKSHOP/copy", "import"),
    ("/staff/events/WORKSHOP/course", "view"),
    ("/staff/events/WORKSHOP/state", "import"),
    ("/staff/events/WORKSHOP/import", "import"),
    ("/staff/events/WORKSHOP/import/{upload}", "import"),
    ("/staff/events/WORKSHOP/import/{upload}/report.csv", "import"),
    ("/staff/events/WORKSHOP/imports", "view"),
    ("/staff/events/WORKSHOP/imports/{import}", "view"),
    ("/staff/events/WORKSHOP/people", "view"),
    ("/staff/events/WORKSHOP/people?state=issued", "view"),
    ("/staff/events/WORKSHOP/people/new", "import"),
    ("/staff/events/WORKSHOP/people/p0%40example.org", "view"),
    ("/staff/events/WORKSHOP/rule", "view"),
    ("/staff/events/WORKSHOP/template", "view"),
    ("/staff/events/WORKSHOP/languages", "view"),
    ("/staff/events/WORKSHOP/badge", "view"),
    ("/staff/events/WORKSHOP/badge.png", "view"),
    ("/staff/events/WORKSHOP/specimen.png", "view"),
    ("/staff/events/WORKSHOP/preview", "view"),
    ("/staff/events/WORKSHOP/generate", "view"),
    ("/staff/events/WORKSHOP/send", "view"),
    ("/staff/certificates", "view"),
    ("/staff/certificates?event=WORKSHOP&status=active", "view"),
    ("/staff/certificates/CERT-WORKSHOP-2026-00001", "view"),
    ("/staff/certificates/CERT-WORKSHOP-2026-00001/picture.png", "view"),
    ("/staff/certificates/CERT-WORKSHOP-2026-00001/revoke", "revoke"),
    ("/staff/certificates/CERT-WORKSHOP-2026-00001/reissue", "revoke"),
    ("/staff/certificates/batch?act=revoke&which=but&event=WORKSHOP", "revoke"),
    ("/staff/events/WORKSHOP/chosen?act=exclude&which=but&q=person", "import"),
    ("/staff/deliveries", "view"),
    ("/staff/deliveries?state=bounced", "view"),
    ("/staff/deliveries/batch?which=but&state=bounced", "send"),
    ("/staff/deliveries/{message}", "view"),
    ("/staff/runs", "view"),
    ("/staff/runs/together", "view"),
    ("/staff/runs/{run}", "view"),
    ("/staff/runs/{run}/progress", "view"),
    ("/staff/templates", "view"),
    ("/staff/templates/classic", "view"),
    ("/staff/templates/classic?version=1", "view"),
    ("/staff/templates/classic/picture.png?version=1", "view"),
    ("/staff/templates/classic/try?event=WORKSHOP", "view"),
    ("/staff/events/WORKSHOP/template?list=yes", "view"),
    ("/staff/template-uploads/{design}", "import"),
    ("/staff/template-uploads/{design}/drawing.png", "import"),
    ("/staff/publishing", "view"),
    ("/staff/publishing/at-once", "keys"),
    ("/staff/publishing/rotate", "keys"),
    ("/staff/publishing/k1/stolen", "keys"),
];

/// What each form does, with the permission that it needs, and fields that fit.
pub type Act = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

pub const ACTS: [Act; 44] = [
    ("/staff/events/WORKSHOP/columns", "account", &[("cols", "email")]),
    ("/staff/events/new", "import", &[("code", "OTHER"), ("title", "Other")]),
    ("/staff/events/WORKSHOP/change", "import", &[("title", "Changed")]),
    ("/staff/events/WORKSHOP/copy", "import", &[("code", "COPY"), ("title", "Copy")]),
    ("/staff/events/WORKSHOP/state", "import", &[("to", "completed")]),
    ("/staff/events/WORKSHOP/course", "import", &[("sessions", "Day 1")]),
    ("/staff/events/WORKSHOP/attendance", "import", &[("session", "session1"), ("present", "p0@example.org")]),
    ("/staff/events/WORKSHOP/archived", "import", &[("to", "yes")]),
    ("/staff/events/WORKSHOP/import", "import", &[]),
    ("/staff/events/WORKSHOP/import/{upload}", "import", &[]),
    ("/staff/events/WORKSHOP/import/{upload}/forget", "import", &[("shape", "none")]),
    ("/staff/events/WORKSHOP/people/new", "import", &[("name", "New One"), ("email", "new@example.org")]),
    ("/staff/events/WORKSHOP/people/p0%40example.org/issue", "generate", &[("reason", "because")]),
    ("/staff/events/WORKSHOP/people/p0%40example.org/retake", "generate", &[]),
    ("/staff/events/WORKSHOP/people/p0%40example.org/grant", "import", &[("what", "exception"), ("note", "because")]),
    (
        "/staff/events/WORKSHOP/people/p0%40example.org/change",
        "import",
        &[("name", "Other Name"), ("email", "p0@example.org")],
    ),
    (
        "/staff/events/WORKSHOP/people/p0%40example.org/erase",
        "import",
        &[("again", "Person 0"), ("why", "asked for it")],
    ),
    ("/staff/events/WORKSHOP/rule", "import", &[("who", "manual")]),
    ("/staff/events/WORKSHOP/template", "import", &[("template", "modern")]),
    ("/staff/events/WORKSHOP/languages", "import", &[("language", "de"), ("template", "modern")]),
    ("/staff/events/WORKSHOP/badge", "import", &[("remove", "yes")]),
    ("/staff/events/WORKSHOP/generate", "generate", &[("over", "already_issued"), ("reason", "new logo")]),
    ("/staff/events/WORKSHOP/send", "send", &[("over", "those_without")]),
    ("/staff/events/WORKSHOP/send/test", "send", &[]),
    ("/staff/events/WORKSHOP/send/settings", "send", &[("when", "with_issuing")]),
    ("/staff/events/WORKSHOP/send/text", "send", &[("subject", "{{ event }}"), ("text", "Dear {{ name }}")]),
    ("/staff/events/WORKSHOP/preview", "import", &[]),
    ("/staff/certificates/CERT-WORKSHOP-2026-00001/revoke", "revoke", &[("cause", "issued_in_error")]),
    ("/staff/certificates/CERT-WORKSHOP-2026-00001/restore", "revoke", &[]),
    ("/staff/certificates/CERT-WORKSHOP-2026-00001/reissue", "revoke", &[("reason", "because")]),
    ("/staff/certificates/CERT-WORKSHOP-2026-00001/send", "send", &[]),
    (
        "/staff/certificates/batch",
        "revoke",
        &[("act", "revoke"), ("which", "but"), ("event", "WORKSHOP"), ("cause", "fraud")],
    ),
    (
        "/staff/events/WORKSHOP/chosen",
        "import",
        &[("act", "exclude"), ("which", "but"), ("q", "person"), ("reason", "requested")],
    ),
    ("/staff/deliveries/batch", "send", &[("which", "but"), ("state", "bounced")]),
    ("/staff/deliveries/{message}/resend", "send", &[("email", "other@example.org")]),
    ("/staff/deliveries/{message}/seen", "send", &[]),
    ("/staff/runs/{run}/cancel", "generate", &[]),
    ("/staff/runs/{run}/retry", "generate", &[]),
    ("/staff/template-uploads/{design}", "import", &[("name", "other")]),
    ("/staff/publishing", "keys", &[]),
    ("/staff/publishing/at-once", "keys", &[]),
    ("/staff/publishing/look", "keys", &[]),
    ("/staff/publishing/rotate", "keys", &[("why", "once a year")]),
    ("/staff/publishing/k1/stolen", "keys", &[("day", "2026-11-01"), ("again", "k1"), ("why", "a copy was found")]),
];

#[test]
fn who_is_not_in_sees_the_door_and_who_may_not_changes_nothing() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let records = Records::of(world, ada);
        let mut nobody = Browser::new(world);
        for page in PAGES.map(|(page, _)| records.fill(page)) {
            let answer = nobody.get(&page);
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{page}");
            assert!(to(&answer).starts_with("/staff/login"), "{page}");
        }
        for role in ROLES {
            let email = format!("{role}@example.org");
            invited(world, ada, &email, &[role]);
            let mut browser = Browser::of(world, &email);
            let records = records.and_files_of(&mut browser);
            for (page, needs) in PAGES {
                let page = records.fill(page);
                let answer = browser.get(&page);
                let expected = if may(role, needs) { StatusCode::OK } else { StatusCode::FORBIDDEN };
                assert_eq!(answer.status, expected, "{role} {page}: {}", answer.text());
            }
            changes_nothing(world, &mut browser, role, &records);
        }
    });
}

/// Sends what a role may not, as somebody would who knows how the form looks.
fn changes_nothing(world: &World, browser: &mut Browser<'_>, role: &str, records: &Records) {
    let csrf = own_csrf(browser);
    let before = (world.acts().len(), certificates(&*world.app.store));
    for (action, permission, fields) in ACTS.into_iter().filter(|(_, needs, _)| !may(role, needs)) {
        let action = records.fill(action);
        let answer = browser.post_all(&action, &with_csrf(fields, &csrf));
        let is_told = answer.status == StatusCode::FORBIDDEN;
        assert!(is_told, "{role} {action} needs {permission}: {} {}", answer.status, answer.text());
    }
    assert_eq!((world.acts().len(), certificates(&*world.app.store)), before, "{role} changed nothing");
    // What is only about what one sees oneself, everybody may.
    let (action, _, fields) = ACTS.into_iter().find(|(_, needs, _)| *needs == "account").unwrap();
    assert_eq!(browser.post_all(action, &with_csrf(fields, &csrf)).status, StatusCode::SEE_OTHER, "{role}");
}

/// The fields of a form with what only a page of the session knows.
fn with_csrf(fields: &[(&str, &str)], csrf: &str) -> Vec<(String, String)> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    fields.iter().copied().chain([("csrf", csrf)]).map(owned).collect()
}

pub fn own_csrf(browser: &mut Browser) -> String {
    let page = browser.page("/staff/events");
    let (_, value) = form(&page, "/staff/logout").fields.into_iter().find(|(name, _)| name == "csrf").unwrap();
    value
}

#[test]
fn what_was_filled_in_survives_a_session_that_ended() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let new = form(&browser.page("/staff/events/new"), "/staff/events/new");
        let mut left = Browser::new(world);
        let door = left.send(&new, &[("title", "Kept & \"quoted\""), ("code", "KEPT")]);
        assert_eq!(door.status, StatusCode::UNAUTHORIZED);
        let login = form(&door.text(), "/staff/login");
        let wrong = left.send(&login, &[("email", "ada@example.org"), ("password", "wrong")]);
        let login = form(&wrong.text(), "/staff/login");
        let again = left.send(&login, &[("email", "ada@example.org"), ("password", PASSWORD)]);
        assert_eq!(again.status, StatusCode::OK, "{}", again.text());
        let made = left.send(&form(&again.text(), "/staff/events/new"), &[]);
        assert_eq!(to(&made), "/staff/events/KEPT?said=event-made");
        assert!(left.follow(&made).contains("Kept &#38; &#34;quoted&#34;"));
    });
}

#[test]
fn what_another_site_sends_waits_for_nobody() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let new = form(&browser.page("/staff/team/new"), "/staff/team/new");
        let mallory = [("name", "Mallory"), ("email", "mallory@example.org"), ("roles", "owner")];
        for site in ["cross-site", "same-site", "none", ""] {
            let mut other = Browser::new(world);
            other.site = site;
            let door = other.send(&new, &mallory);
            assert_eq!(door.status, StatusCode::SEE_OTHER, "{site}: {}", door.text());
            assert!(to(&door).starts_with("/staff/login"), "{site}");
            // Nor is it planted into the page of the door, or logs somebody in.
            let planted = [
                ("email".to_owned(), "ada@example.org".to_owned()),
                ("password".to_owned(), PASSWORD.to_owned()),
                ("to".to_owned(), "/staff/team/new".to_owned()),
                ("kept.roles".to_owned(), "owner".to_owned()),
            ];
            let inside = other.post_all("/staff/login", &planted);
            match site {
                "cross-site" | "same-site" => assert_eq!(inside.status, StatusCode::FORBIDDEN, "{site}"),
                _ => assert!(!inside.text().contains("kept.roles") && !inside.text().contains("owner"), "{site}"),
            }
            // Nor does it ask for links in others' names, or sets their passwords.
            for door in ["/staff/lost", "/staff/lost/code", "/password", "/setup"] {
                let sent = other.post_all(door, &planted).status;
                assert_eq!(sent == StatusCode::FORBIDDEN, site != "none", "{site} {door}");
            }
        }
    });
}

#[test]
fn what_is_warned_of_in_a_list_stands_on_its_page_with_the_row_and_what_to_do() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let choose = form(&browser.page("/staff/events/WORKSHOP/import"), "/staff/events/WORKSHOP/import");
        let list = "Name,Email,Attendance\nAna Lim2,a@example.org,90\nBo Holm,b@example.org,Meeting Organizer\n";
        let chosen = browser.upload(&choose, &choose.fields.clone(), Some(("file", "list.csv", list.as_bytes())));
        let page = browser.follow(&chosen);
        let rows: Vec<&str> = page.split("<tr").filter(|row| row.contains("digits")).collect();
        assert!(rows.len() == 1 && rows[0].contains(">2<") && rows[0].contains("Warning"), "{page}");
        assert!(page.contains("choose it under Columns above"), "{page}");
        assert!(!page.contains("map=skip"), "{page}");
        let left_out = browser.page(&format!("{}?map=skip%3DAttendance", to(&chosen)));
        assert!(!left_out.contains("choose it under Columns above"), "{left_out}");
    });
}

#[test]
fn nothing_is_read_of_a_file_of_who_is_not_in_and_little_of_a_form() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut nobody = Browser::new(world);
        let form = Form::with_file("/staff/events/WORKSHOP/import");
        let large = vec![b'<'; 3 << 20];
        nobody.site = "none";
        let answer = nobody.upload(&form, &[], Some(("file", "list.csv", &large)));
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        // Of a page of ours only what was typed is kept, and the name of the file.
        nobody.site = "same-origin";
        let answer = nobody.upload(&form, &[], Some(("file", "list.csv", &large)));
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let page = answer.text();
        assert!(page.len() < 20_000 && page.contains("list.csv") && !page.contains("&#60;&#60;"), "{}", page.len());
        let mut browser = Browser::of(world, "ada@example.org");
        let chosen = crate::browser::form(&browser.page(&form.action.clone()), &form.action);
        let text = String::from_utf8(large).unwrap();
        let fields: Vec<_> = chosen.fields.iter().cloned().chain([("note".to_owned(), text)]).collect();
        let answer = browser.upload(&chosen, &fields, None);
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.text());
        assert!(answer.text().len() < 100_000);
    });
}

#[test]
fn the_door_leads_where_somebody_wanted_to_go_and_to_no_other_site() {
    behind_the_real_door(|world, _| {
        for (next, leads) in [
            ("/staff/runs?state=failed", "/staff/runs?state=failed"),
            ("https://evil.example/", "/staff"),
            ("//evil.example/staff", "/staff"),
            ("/staff\\evil.example", "/staff"),
            ("/elsewhere", "/staff"),
        ] {
            let mut browser = Browser::new(world);
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
            let page = browser.page(&format!("/staff/login?{query}"));
            let login = form(&page, "/staff/login");
            let inside = browser.send(&login, &[("email", "ada@example.org"), ("password", PASSWORD)]);
            assert_eq!(to(&inside), leads, "{next}");
        }
    });
}

#[test]
fn pages_load_nothing_from_elsewhere_are_framed_nowhere_and_are_small() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let records = Records::of(world, ada).and_files_of(&mut browser);
        for page in PAGES.map(|(page, _)| records.fill(page)).iter().filter(|page| is_page(page)) {
            let answer = browser.get(page);
            let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
            let text = answer.text();
            assert!(!text.contains("style=\"") && !text.contains(" onclick="), "{page}");
            assert!(text.len() < 400_000, "{page}: {}", text.len());
            let german = browser.page(&format!("{page}{}lang=de", if page.contains('?') { '&' } else { '?' }));
            assert!(german.contains("<html lang=\"de\">") && german.contains("Abmelden"), "{page}");
            browser.forget("testamur_language");
        }
    });
}

#[test]
fn hostile_names_are_text_on_every_page() {
    const NAME: &str = "\"><script>alert(1)</script><img src=x onerror=a>";
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let details = json!({ "title": NAME, "criteria": NAME, "organiser": NAME });
        ada.ask(world, "PATCH", "/events/WORKSHOP", &details).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let records = Records::of(world, ada).and_files_of(&mut browser);
        for page in PAGES.map(|(page, _)| records.fill(page)).iter().filter(|page| is_page(page)) {
            let text = browser.page(page);
            assert!(!text.contains("<script>") && !text.contains("<img src=x"), "{page}: {text}");
        }
        let query: String = url::form_urlencoded::byte_serialize(NAME.as_bytes()).collect();
        for page in [
            "/staff/search?q=",
            "/staff/certificates?text=",
            "/staff/events/WORKSHOP/people?q=",
            "/staff/events/WORKSHOP/template?name=",
            "/staff?said=",
            "/staff/login?next=",
        ] {
            let text = browser.page(&format!("{page}{query}"));
            assert!(!text.contains("<script>") && !text.contains("<img src=x"), "{page}: {text}");
        }
    });
}

#[test]
fn two_members_of_staff_take_many_back_and_the_number_is_the_one_that_was_shown() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        invited(world, ada, "bob@example.org", &["revoker"]);
        let mut bob = Browser::of(world, "bob@example.org");
        let page = bob.page("/staff/certificates/batch?act=revoke&which=but&event=WORKSHOP");
        assert!(page.contains("Revoke 3 certificates") && page.contains("A second member of staff"), "{page}");
        let all = form(&page, "/staff/certificates/batch");
        let stale = bob.send(&all, &[("cause", "fraud"), ("expected", "2")]);
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let again = form(&stale.text(), "/staff/certificates/batch");
        let started = bob.send(&again, &[("cause", "fraud")]);
        assert!(bob.follow(&started).contains("Waits for approval"));
        work(world);
        assert!(certificates(&*world.app.store).iter().all(|one| one.withdrawal.is_none()));
        let approvals = ada.ask(world, "GET", "/approvals", &json!({})).ok();
        let approve = format!("/approvals/{}/approve", approvals["items"][0]["id"].as_str().unwrap());
        ada.ask(world, "POST", &approve, &json!({})).ok();
        while !matches!(work_once(&world.app).unwrap(), Step::Idle) {}
        assert_eq!(certificates(&*world.app.store).iter().filter(|one| one.withdrawal.is_some()).count(), 3);
    });
}

#[test]
fn a_certificate_leads_to_its_person_whose_new_address_it_shows_and_names_are_found_either_way() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let token = ada.token(world, &["view", "import", "generate"]);
        let path = "/events/WORKSHOP/participants/p1@example.org";
        let named = json!({ "name": "Grace Brewster Hopper", "email": "p1@example.org" });
        crate::real_door::by_token(world, &token, "PATCH", path, &named).ok();
        let moved = json!({ "email": "grace@new.example" });
        let person = crate::real_door::by_token(world, &token, "PATCH", path, &moved).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page("/staff/certificates/CERT-WORKSHOP-2026-00002");
        let card = format!("/staff/events/WORKSHOP/people/{}", person["id"].as_str().unwrap());
        assert!(page.contains("grace@new.example") && page.contains("E-mail now"), "{page}");
        assert!(page.contains(&format!("href=\"{card}\"")), "{page}");
        assert!(browser.page(&card).contains("/staff/certificates/CERT-WORKSHOP-2026-00002"));
        for way in
            ["Grace+Brewster+Hopper", "Hopper+Grace+Brewster", "Hopper%2C+Grace+Brewster", "Brewster+Hopper+Grace"]
        {
            let found = browser.page(&format!("/staff/search?q={way}"));
            assert_eq!(found.matches(&card).count(), 1, "{way}: {found}");
        }
    });
}
