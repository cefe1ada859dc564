//! Templates by the pages of staff: uploaded and looked over with what is wrong on the drawing, kept, tried with names, rolled out; and
//! those that are an event's own.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use testamur::credential::Timestamp;
use testamur::files::ZipWriter;

use crate::browser::{Browser, form, form_with, to};
use crate::harness::World;
use crate::real_door::{Member, behind_the_real_door, invited, log_in, school_by};
use crate::templates::document;

fn document_with(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut own: Value = serde_json::from_slice(&document("Our own words", "en")).unwrap();
    change(&mut own);
    own.to_string().into_bytes()
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Vec::new());
    for (name, bytes) in files {
        zip.add(name, bytes, Timestamp::from_unix(1_800_000_000)).unwrap();
    }
    zip.finish().unwrap()
}

/// Uploads files by the page for it; returns where they are looked over, and that page.
fn upload(browser: &mut Browser, at: &str, name: &str, bytes: &[u8]) -> (String, String) {
    let choose = form(&browser.page(at), "/staff/template-uploads");
    let fields = choose.fields.clone();
    let answer = browser.upload(&choose, &fields, Some(("files", name, bytes)));
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let to = to(&answer);
    let page = browser.get(&to).text();
    (to, page)
}

fn keep(browser: &mut Browser, at: &str, page: &str, fields: &[(&str, &str)]) -> String {
    let keep = form(page, at.split('?').next().unwrap());
    let kept = browser.send(&keep, fields);
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    to(&kept)
}

#[test]
fn a_template_is_uploaded_looked_over_kept_and_given_to_its_events() {
    behind_the_real_door(|world, owner| {
        school_by(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        assert!(ada.page("/staff/templates").contains("/staff/template-uploads"));

        // What is wrong stands on the drawing, each with its place; nothing is kept.
        let bad = document_with(|one| {
            one["elements"][0]["text"] = json!("{broken");
            one["elements"][2]["color"] = json!("#fefefe");
            one["elements"][5]["x"] = json!(1);
        });
        let (at, page) = upload(&mut ada, "/staff/template-uploads", "template.json", &bad);
        assert!(page.contains("It cannot be kept like this") && page.contains("<svg"), "{page}");
        assert_eq!(page.matches("<g class=\"mark red\">").count(), 2, "{page}");
        assert_eq!(page.matches("<g class=\"mark amber\">").count(), 1, "{page}");
        assert!(page.contains("elements[0]") && page.contains("from the paper&#39;s edge"), "{page}");
        assert!(!page.contains("name=\"name\""), "there is no form to keep it: {page}");
        let drawing = ada.get(&format!("{at}/drawing.png"));
        assert_eq!(drawing.headers[header::CONTENT_TYPE], "image/png");
        assert!(page.contains(&format!("{at}/drawing.png")), "{page}");
        // All that cannot be laid out is told at once, also lines and ornaments, each with its mark.
        let many = document_with(|one| {
            let elements = one["elements"].as_array_mut().unwrap();
            for x in [20, 120] {
                let words = json!({ "type": "text", "text": "\u{10FFFE}", "x": x, "y": 150, "width": 40, "height": 10, "size": 12 });
                elements.push(words);
            }
            elements
                .push(json!({ "type": "path", "d": "M 0 0 L 10 10 nonsense", "x": 30, "y": 30, "fill": "#000000" }));
            elements.push(json!({ "type": "line", "x1": 1, "y1": 1, "x2": 9, "y2": 1, "colour": "red" }));
        });
        let (_, page) = upload(&mut ada, "/staff/template-uploads", "template.json", &many);
        assert_eq!(page.matches("<g class=\"mark red\">").count(), 4, "{page}");
        // Where nothing can be drawn the message is there all the same.
        let (_, page) = upload(&mut ada, "/staff/template-uploads", "template.json", b"{ \"testamur\": ");
        assert!(
            page.contains("Too little of it can be read") && page.contains("JSON") && !page.contains("<svg"),
            "{page}"
        );
        let (_, german) = upload(&mut ada, "/staff/template-uploads?lang=de", "template.json", &bad);
        assert!(german.contains("So kann die Vorlage nicht behalten werden"), "{german}");
        ada.forget("testamur_language");

        // A good one, as an archive.
        let good =
            zip(&[("gold/template.json", &document("Gold", "en")), ("gold/logo", &crate::templates::png(40, 20))]);
        let (at, page) = upload(&mut ada, "/staff/template-uploads", "gold.zip", &good);
        assert!(page.contains("It can be kept") || page.contains("All is well"), "{page}");
        let refused = ada.send(&form(&page, &at), &[("name", "No Name")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert_eq!(
            keep(&mut ada, &at, &refused.text(), &[("name", "gold")]),
            "/staff/templates/gold?said=template-kept"
        );
        let page = ada.page("/staff/templates/gold");
        assert!(page.contains("logo") && page.contains("Used by no event"), "{page}");
        let packed = ada.get("/api/v1/templates/gold/archive");
        assert_eq!(packed.headers[header::CONTENT_TYPE], "application/zip");

        // An event uses it; a new version changes nothing until it is rolled out to as many as were shown.
        let choose = form_with(&ada.page("/staff/events/WORKSHOP/template"), "/staff/events/WORKSHOP/template", "logo");
        let taken = ada.send(&choose, &[("template", "gold")]);
        ada.follow(&taken);
        assert!(ada.page("/staff/templates").contains("Used in WORKSHOP"));
        let (at, page) =
            upload(&mut ada, "/staff/template-uploads?for=gold", "template.json", &document("Pure gold", "en"));
        assert_eq!(keep(&mut ada, &at, &page, &[]), "/staff/templates/gold?said=template-kept");
        let page = ada.page("/staff/templates/gold");
        assert!(page.contains("An older version") && page.contains("/staff/templates/gold/roll-out"), "{page}");
        assert!(ada.page("/staff/templates/gold?version=1").contains("picture.png?version=1"));
        let page = ada.page("/staff/templates/gold/roll-out");
        assert!(page.contains("Applied Cartography") && page.contains("Give it to one event"), "{page}");
        let mut again = String::new();
        for expected in ["", "0", "2"] {
            let roll = form(&ada.page("/staff/templates/gold/roll-out"), "/staff/templates/gold/roll-out");
            let stale = ada.send(&roll, &[("expected", expected)]);
            assert_eq!(stale.status, StatusCode::CONFLICT, "{expected}: {}", stale.text());
            again = stale.text();
        }
        // As many events, but they would get another version than the one that was shown.
        let seen = form(&again, "/staff/templates/gold/roll-out");
        let (at, page) =
            upload(&mut ada, "/staff/template-uploads?for=gold", "template.json", &document("Purest gold", "en"));
        keep(&mut ada, &at, &page, &[]);
        let other = ada.send(&seen, &[]);
        assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.text());
        let again = other.text();
        assert!(again.contains("The list has changed since it was shown to you"), "{again}");
        assert!(ada.page("/staff/templates/gold").contains("An older version"));
        // Shown again, the form confirms what it shows.
        let rolled = ada.send(&form(&again, "/staff/templates/gold/roll-out"), &[]);
        assert!(ada.follow(&rolled).contains("The events have the newest version now."));
        let page = ada.page("/staff/templates/gold");
        assert!(!page.contains("An older version") && page.contains("Newest version"), "{page}");
        // What the event has put in stays: its version is the newest with its own logo.
        let event = owner.ask(world, "GET", "/events/WORKSHOP", &Value::Null).ok();
        let gold = owner.ask(world, "GET", "/templates/gold", &Value::Null).ok();
        assert_ne!(event["template"]["digest"], gold["template"]["digest"], "{gold}");
        let logo =
            gold["template"]["assets"].as_array().unwrap().iter().find(|one| one["name"] == "logo").cloned().unwrap();
        assert_eq!(logo["present"], false, "the newest version itself has none");
        assert!(ada.page("/staff/templates/gold/roll-out").contains("No event uses an older version"));

        // What an event uses stays; what none uses goes.
        let (at, page) = upload(&mut ada, "/staff/template-uploads", "t.json", &document("Spare", "en"));
        keep(&mut ada, &at, &page, &[("name", "spare")]);
        let sure = form(&ada.page("/staff/templates/spare/remove"), "/staff/templates/spare/remove");
        let removed = ada.send(&sure, &[]);
        assert!(!ada.follow(&removed).contains("/staff/templates/spare"));
        let used = ada.page("/staff/templates/gold/remove");
        let refused = ada.send(&form(&used, "/staff/templates/gold/remove"), &[]);
        assert_eq!(refused.status, StatusCode::CONFLICT);
        for act in ["template.add", "template.change", "event.template", "template.remove"] {
            assert!(world.acts().iter().any(|(action, _)| action == act), "{act}");
        }
    });
}

#[test]
fn several_files_are_one_template_and_what_is_none_is_said() {
    behind_the_real_door(|world, owner| {
        school_by(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let choose = form(&ada.page("/staff/template-uploads"), "/staff/template-uploads");
        let fields = choose.fields.clone();
        let none = ada.upload(&choose, &fields, None);
        assert_eq!(none.status, StatusCode::BAD_REQUEST);
        assert!(none.text().contains("Choose the template&#39;s files."), "{}", none.text());
        let (_, page) = upload(&mut ada, "/staff/template-uploads", "x.zip", b"PK\x03\x04 no archive");
        assert!(page.contains("The archive cannot be read") || page.contains("the archive cannot be read"), "{page}");
        // Only who sent it sees it.
        let (at, _) = upload(&mut ada, "/staff/template-uploads", "t.json", &document("Mine", "en"));
        invited(world, owner, "bob@example.org", &["issuer"]);
        let mut bob = Browser::of(world, "bob@example.org");
        assert_eq!(bob.get(&at).status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_template_is_tried_with_the_longest_name_and_one_of_each_script() {
    behind_the_real_door(|world, owner| {
        school_by(world, owner);
        let people = [
            ("Zoë Ångström-Featherstonehaugh of Nowhere", "zoe@example.org"),
            ("Анна Петрова", "anna@example.org"),
            ("Иван Александрович Соколов", "ivan@example.org"),
            ("Γιώργος", "g@example.org"),
        ];
        for (name, email) in people {
            owner.ask(world, "POST", "/events/WORKSHOP/participants", &json!({ "name": name, "email": email })).ok();
        }
        let names = owner.ask(world, "GET", "/events/WORKSHOP/try-names", &Value::Null).ok();
        assert_eq!((&names["people"], &names["longest"]["name"]), (&json!(7), &json!(people[0].0)), "{names}");
        let scripts: Vec<_> =
            names["scripts"].as_array().unwrap().iter().map(|one| (&one["script"], &one["name"])).collect();
        let expected = [("Cyrl", people[2].0), ("Grek", people[3].0), ("Latn", people[0].0)];
        assert_eq!(
            scripts,
            expected.map(|(script, name)| (json!(script), json!(name))).iter().map(|(a, b)| (a, b)).collect::<Vec<_>>()
        );
        let mut ada = Browser::of(world, "ada@example.org");
        let page = ada.page("/staff/templates/modern/try?event=WORKSHOP");
        for name in [people[0].0, people[2].0, people[3].0] {
            assert!(page.contains(name), "{name}: {page}");
        }
        assert!(page.contains("Cyrillic") && page.contains("Fits") && !page.contains("Cannot be made"), "{page}");
        let picture = page.split("<img src=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
        assert_eq!(ada.get(&picture).headers[header::CONTENT_TYPE], "image/png");
        let german = ada.page("/staff/events/WORKSHOP/template?list=yes&lang=de");
        assert!(german.contains("Kyrillisch") && german.contains("Der längste Name"), "{german}");
        ada.forget("testamur_language");
        let one = ada.get("/staff/events/WORKSHOP/specimen.png?person=anna%40example.org");
        assert_eq!(one.headers[header::CONTENT_TYPE], "image/png");
        let asked = ada.page("/staff/templates/modern/try?event=WORKSHOP&person=anna%40example.org");
        assert!(asked.contains("The participant") && asked.contains(people[1].0), "{asked}");
        assert_eq!(
            ada.get("/staff/templates/modern/try?event=WORKSHOP&person=nobody%40example.org").status,
            StatusCode::NOT_FOUND
        );

        // A name that no font can write, and one that fits nowhere, are told.
        let narrow = document_with(|one| {
            one["elements"][1]["width"] = json!(20);
            one["elements"][1]["wrap"] = json!(false);
            one["elements"][1]["minSize"] = json!(30);
        });
        let (at, page) = upload(&mut ada, "/staff/template-uploads", "t.json", &narrow);
        if page.contains("name=\"name\"") {
            keep(&mut ada, &at, &page, &[("name", "narrow")]);
            let page = ada.page("/staff/templates/narrow/try?event=WORKSHOP");
            assert!(page.contains("Cannot be made") && page.contains("does not fit"), "{page}");
        } else {
            assert!(page.contains("elements[1]") && page.contains("mark red"), "{page}");
        }
    });
}

/// A member of staff who is limited to one event.
fn limited(world: &World, owner: &Member, email: &str, event: &str) -> Member {
    let body = json!({ "email": email, "name": "Limited One", "roles": ["issuer"], "events": [event] });
    let link = owner.ask(world, "POST", "/staff", &body).ok();
    let password = json!({ "token": link["token"], "password": crate::real_door::PASSWORD });
    let request = crate::harness::request("POST", "/password").header(header::CONTENT_TYPE, "application/json");
    world.send("", request, password.to_string()).ok();
    log_in(world, link["staff"].as_str().unwrap(), email)
}

#[test]
fn one_picture_of_an_event_is_taken_off_and_the_others_stay() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let page = "/staff/events/WORKSHOP/template";
        let mut browser = Browser::of(world, "ada@example.org");
        let picture = crate::templates::png(40, 20);
        for field in ["logo", "signature_1"] {
            let choose = form_with(&browser.page(page), page, field);
            let taken = browser.upload(&choose, &choose.fields.clone(), Some((field, "picture.png", &picture)));
            assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        }
        let there = |name: &str| {
            let own = ada.ask(world, "GET", "/templates/event-workshop", &Value::Null).ok();
            let assets = own["template"]["assets"].as_array().unwrap().clone();
            assets.iter().find(|one| one["name"] == name).unwrap()["present"] == true
        };
        assert!(there("logo") && there("signature_1"), "the second picture takes nobody's place");

        let shown = browser.page(page);
        assert!(shown.contains("Take the logo off") && shown.contains("Take the first signature off"), "{shown}");
        assert!(!shown.contains("Take the second signature off"), "{shown}");
        let off = form_with(&shown, page, "off");
        assert!(off.fields.contains(&("off".to_owned(), "logo".to_owned())));
        let done = browser.send(&off, &[]);
        let shown = browser.follow(&done);
        assert!(!shown.contains("Take the logo off") && shown.contains("Take the first signature off"), "{shown}");
        assert!(!there("logo") && there("signature_1"));
        let event = ada.ask(world, "GET", "/events/WORKSHOP", &Value::Null).ok();
        let own = ada.ask(world, "GET", "/templates/event-workshop", &Value::Null).ok();
        assert_eq!(event["template"]["digest"], own["template"]["digest"], "certificates are made with it from now on");
        let acts: Vec<_> = world.acts().into_iter().map(|(act, _)| act).collect();
        assert!(acts.ends_with(&["template.change".to_owned(), "event.update".to_owned()]), "{acts:?}");

        // Whoever saw another state is told so, as is who sends the page twice: it is done once.
        let before = world.acts().len();
        let twice = browser.send(&off, &[]);
        assert_eq!(twice.status, StatusCode::PRECONDITION_FAILED, "{}", twice.text());
        let stale = browser.send(&off, &[("once", "another")]);
        assert!(stale.status.is_client_error(), "{}", stale.text());
        assert_eq!(world.acts().len(), before);
        let german = browser.page(&format!("{page}?lang=de"));
        assert!(german.contains("Erste Unterschrift wegnehmen"), "{german}");

        // The same for programs.
        let token = ada.token(world, &["view", "import"]);
        let send = |fields: &[(&str, &str)]| {
            let mut body = String::new();
            for (name, value) in fields {
                body.push_str(&format!("--EDGE\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
            }
            body.push_str("--EDGE--\r\n");
            let request = crate::harness::request("PUT", "/templates/event-workshop")
                .header(header::AUTHORIZATION, &token)
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=EDGE");
            world.send("", request, body)
        };
        let base = ("base", "event-workshop");
        let refused = |fields: &[(&str, &str)]| send(fields).text();
        assert!(refused(&[base, ("without", "logo")]).contains("the picture `logo` is not there"));
        assert!(refused(&[base, ("without", "seal")]).contains("the template has no picture `seal`"));
        let alone = send(&[("without", "logo")]);
        assert_eq!(alone.status, StatusCode::BAD_REQUEST, "{}", alone.text());
        let none = send(&[base, ("without", "signature_1")]);
        assert!(none.status.is_success() && !there("signature_1"), "{}", none.text());
    });
}

#[test]
fn an_events_own_template_is_its_own() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        for code in ["MINE", "OTHER"] {
            let details = json!({ "title": code, "template": "classic" });
            ada.ask(world, "POST", "/events", &json!({ "code": code, "details": details })).ok();
        }
        let bob = limited(world, ada, "bob@example.org", "MINE");
        let mut browser = Browser::of(world, "bob@example.org");

        // Who is limited to an event gives it its logo, and a design.
        let page = browser.page("/staff/events/MINE/template");
        let choose = form_with(&page, "/staff/events/MINE/template", "logo");
        let logo = crate::templates::png(40, 20);
        let fields = choose.fields.clone();
        let taken = browser.upload(&choose, &fields, Some(("logo", "logo.png", &logo)));
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        let event = ada.ask(world, "GET", "/events/MINE", &Value::Null).ok();
        assert_eq!(event["template"]["name"], "event-mine");
        let (at, page) = upload(&mut browser, "/staff/template-uploads?event=MINE", "t.json", &document("Mine", "en"));
        assert_eq!(keep(&mut browser, &at, &page, &[]), "/staff/events/MINE/template?said=template-kept");
        let own = bob.ask(world, "GET", "/templates/event-mine", &Value::Null).ok();
        assert_eq!(
            (own["template"]["versions"].as_array().unwrap().len(), &own["template"]["event"]),
            (2, &json!("MINE"))
        );
        assert!(own["used_by"][0]["newest"] == true, "{own}");

        // Nobody chooses it for another event, and it is not offered there.
        let own = json!({ "template": "event-mine" });
        ada.ask(world, "PATCH", "/events/OTHER", &own).problem(422, "invalid");
        let tiers = json!({ "templates": [{ "language": "de", "template": "event-mine@1" }] });
        ada.ask(world, "PATCH", "/events/OTHER", &tiers).problem(422, "invalid");
        let new = json!({ "code": "NEW", "details": { "title": "New", "template": "event-mine" } });
        ada.ask(world, "POST", "/events", &new).problem(422, "invalid");
        let mut owner = Browser::of(world, "ada@example.org");
        let offers = |page: String| page.contains("name=\"template\" value=\"event-mine\"");
        assert!(!offers(owner.page("/staff/events/OTHER/template")));
        assert!(offers(owner.page("/staff/events/MINE/template")));
        assert!(owner.page("/staff/templates").contains("For MINE alone"));
        // A copy keeps what it was copied with.
        let copy = json!({ "code": "COPY", "details": { "title": "Copy" } });
        let copied = ada.ask(world, "POST", "/events/MINE/copy", &copy).ok();
        assert_eq!(copied["template"]["name"], "event-mine");
        let page = owner.page("/staff/events/COPY/template");
        assert!(page.contains("As it is now: event-mine"), "{page}");
        let same = owner.send(&form_with(&page, "/staff/events/COPY/template", "logo"), &[]);
        owner.follow(&same);
        let choose = form_with(&owner.page("/staff/events/COPY/template"), "/staff/events/COPY/template", "logo");
        let fields = choose.fields.clone();
        let taken = owner.upload(&choose, &fields, Some(("logo", "logo.png", &logo)));
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        assert_eq!(ada.ask(world, "GET", "/events/COPY", &Value::Null).ok()["template"]["name"], "event-copy");

        // Who is limited to another event does not know it.
        let carol = limited(world, ada, "carol@example.org", "OTHER");
        for path in
            ["/templates/event-mine", "/templates/event-mine/files/template.json", "/templates/event-mine/archive"]
        {
            carol.ask(world, "GET", path, &Value::Null).problem(404, "not-found");
        }
        let listed = carol.ask(world, "GET", "/templates?uses=true", &Value::Null).text();
        assert!(!listed.contains("event-mine") && !listed.contains("MINE"), "{listed}");
        carol.ask(world, "PATCH", "/events/OTHER", &own).problem(422, "no-such-template");
        carol.ask(world, "DELETE", "/templates/event-mine", &Value::Null).problem(403, "forbidden");
        carol.ask(world, "POST", "/templates/event-mine/roll-out", &json!({})).problem(404, "not-found");
        let mut other = Browser::of(world, "carol@example.org");
        for path in [
            "/staff/templates/event-mine",
            "/staff/template-uploads?event=MINE",
            "/staff/template-uploads?for=event-mine",
        ] {
            assert_eq!(other.get(path).status, StatusCode::NOT_FOUND, "{path}");
        }
        // Nor may anybody who is limited change the library.
        for path in ["/staff/template-uploads", "/staff/template-uploads?for=classic"] {
            assert_eq!(other.get(path).status, StatusCode::FORBIDDEN, "{path}");
        }
        let page = other.page("/staff/templates");
        assert!(!page.contains("/staff/template-uploads"), "{page}");
        let parts: [crate::templates::Part; 2] =
            [("name", None, b"event-mine-gold"), ("template", Some("t"), &document("x", "en"))];
        let token = carol.token(world, &["view", "import"]);
        by_form(world, &token, &parts).problem(403, "forbidden");
        let theirs = bob.token(world, &["view", "import"]);
        assert_eq!(by_form(world, &theirs, &parts).status, 201);
        by_form(world, &theirs, &[("name", None, b"library"), ("template", Some("t"), &document("x", "en"))])
            .problem(403, "forbidden");
    });
}

/// Adds a template with an API token.
fn by_form(world: &World, token: &str, parts: &[crate::templates::Part]) -> crate::harness::Answer {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(format!("--EDGE\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--EDGE--\r\n");
    let request = crate::harness::request("POST", "/templates")
        .header(header::AUTHORIZATION, token)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=EDGE");
    world.send("", request, body)
}
