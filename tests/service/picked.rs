//! What is done to many at once: over a filter but for some, or over some alone, and only as it was confirmed.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, form_with, to};
use crate::harness::{World, on_each_engine};
use crate::real_door::{behind_the_real_door, invited, school_by};
use crate::runs::{certificates, done, enrol, person, school, work};

const FIRST: &str = "CERT-WORKSHOP-2026-00001";
const SECOND: &str = "CERT-WORKSHOP-2026-00002";

/// Numbers of those that are in force.
fn active(world: &World) -> Vec<String> {
    let all = certificates(&*world.app.store).into_iter().filter(|one| one.withdrawal.is_none());
    all.map(|one| one.number.to_string()).collect()
}

fn made(world: &World, passing: usize) {
    school(world, passing, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
}

#[test]
fn a_run_over_a_filter_leaves_out_those_that_are_named() {
    on_each_engine(|world| {
        made(world, 5);
        let mut request = json!({
            "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "fraud" },
            "which": { "status": "active", "except": [FIRST, SECOND] },
        });
        let preview = world.post("/runs/preview", &request).ok();
        assert_eq!((&preview["total"], &preview["loses"]), (&json!(3), &json!(3)));
        // A slip in who is to be left out revokes nobody.
        let mut wrong = request.clone();
        wrong["which"]["except"] = json!([FIRST, "CERT-WORKSHOP-2026-77777", "nonsense"]);
        let detail = world.post("/runs", &wrong).problem(422, "unknown-rows");
        assert!(detail.contains('2'), "{detail}");
        // Nor does who confirmed another list, or the same with another outcome.
        request["expected"] = json!("00000000000000000000000000000000");
        world.post("/runs", &request).problem(409, "changed");
        request["expected"] = preview["set"].clone();
        world.post("/certificates/CERT-WORKSHOP-2026-00005/revoke", &json!({ "cause": "fraud" })).ok();
        world.post("/runs", &request).problem(409, "changed");
        assert_eq!(world.get("/runs?kind=revoke").ok()["items"], json!([]), "nothing is left of what was refused");
        request["expected"] = world.post("/runs/preview", &request).ok()["set"].clone();
        assert_eq!(done(world, &request)["counters"]["done"], 2);
        assert_eq!(active(world), [FIRST, SECOND]);
        // What is asked of certificates or people goes with the runs over them.
        let named = json!({ "kind": "revoke", "numbers": [FIRST], "which": {}, "reason": "x" });
        world.post("/runs", &named).problem(422, "bad-request");
        let odd = json!({ "kind": "generate", "event": "WORKSHOP", "which": { "status": "active" } });
        world.post("/runs", &odd).problem(422, "bad-request");
        let odd = json!({ "kind": "revoke", "event": "WORKSHOP", "which": { "state": "issued" }, "reason": "x" });
        world.post("/runs", &odd).problem(422, "bad-request");
        let everything =
            json!({ "kind": "revoke", "all_events": true, "which": { "status": "active" }, "reason": "x" });
        world.post("/runs", &everything).problem(422, "bad-request");
    });
}

#[test]
fn certificates_are_made_for_those_whom_a_filter_finds_and_made_anew_but_for_some() {
    on_each_engine(|world| {
        school(world, 4, 3);
        let request = json!({
            "kind": "generate", "event": "WORKSHOP", "text": "person number",
            "which": { "state": "eligible", "except": ["p00001@example.org"] },
        });
        let preview = world.post("/runs/preview", &request).ok();
        assert_eq!((&preview["total"], &preview["gets"]), (&json!(3), &json!(3)));
        // Somebody who came since makes it another list.
        let mut confirmed = request.clone();
        confirmed["expected"] = preview["set"].clone();
        enrol(world, &[person(99, true)]);
        world.post("/runs", &confirmed).problem(409, "changed");
        confirmed["expected"] = world.post("/runs/preview", &request).ok()["set"].clone();
        assert_eq!(done(world, &confirmed)["counters"]["done"], 4);
        assert!(certificates(&*world.app.store).iter().all(|one| one.email.as_deref() != Some("p00001@example.org")));
        let unknown = json!({ "kind": "generate", "event": "WORKSHOP", "which": { "except": ["nobody@example.org"] } });
        world.post("/runs", &unknown).problem(422, "unknown-rows");
        // Those who do not meet the rule are in the list and get none.
        let rest = json!({ "kind": "generate", "event": "WORKSHOP", "which": { "state": "not_eligible" } });
        let preview = world.post("/runs/preview", &rest).ok();
        assert_eq!((&preview["total"], &preview["nothing"]), (&json!(3), &json!(3)));

        let anew =
            json!({ "kind": "regenerate", "event": "WORKSHOP", "template": "modern", "which": { "except": [FIRST] } });
        assert_eq!(done(world, &anew)["counters"]["done"], 3);
        let versions = |number: &str| world.get(&format!("/certificates/{number}")).ok()["versions"].clone();
        assert_eq!(versions(FIRST).as_array().unwrap().len(), 1);
        assert_eq!(versions(SECOND).as_array().unwrap().len(), 2);
    });
}

#[test]
fn lists_and_files_are_of_those_that_are_named_or_of_all_but_those() {
    on_each_engine(|world| {
        made(world, 4);
        let numbers = |query: &str| -> Vec<String> {
            let items = world.get(&format!("/certificates?{query}")).ok()["items"].clone();
            items.as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(numbers(&format!("numbers={SECOND},{FIRST}")), [FIRST, SECOND]);
        assert_eq!(numbers(&format!("numbers={SECOND},{FIRST}&text=number%200")), [FIRST]);
        assert_eq!(numbers(&format!("except={FIRST}")).len(), 3);
        assert_eq!(numbers(&format!("event=OTHER&numbers={FIRST}")), Vec::<String>::new());
        let page = world.get(&format!("/certificates?limit=1&numbers={FIRST},{SECOND}")).ok();
        let next = page["next"].as_str().unwrap();
        assert_eq!(numbers(&format!("numbers={FIRST},{SECOND}&cursor={next}")), [SECOND]);
        world.get("/certificates?numbers=nonsense").problem(404, "not-found");
        let csv = world.get(&format!("/certificates/csv?event=WORKSHOP&except={FIRST}")).text();
        assert!(!csv.contains(FIRST) && csv.contains(SECOND), "{csv}");
        let zip = world.get(&format!("/certificates/archive?numbers={SECOND}&kinds=jwt"));
        assert_eq!(zip.status, 200);
        let bytes = String::from_utf8_lossy(&zip.bytes).into_owned();
        assert!(bytes.contains(SECOND) && !bytes.contains(FIRST));
    });
}

#[test]
fn many_are_excluded_in_one_step_but_for_some_and_only_those_who_were_shown() {
    on_each_engine(|world| {
        school(world, 3, 2);
        let base = "/events/WORKSHOP/listings";
        let mut wanted = json!({
            "list": "exclusion", "reason": "requested", "note": "by letter",
            "whom": { "state": "eligible", "except": ["p00000@example.org"] },
        });
        let preview = world.post(&format!("{base}/preview"), &wanted).ok();
        assert_eq!((&preview["total"], &preview["changed"], &preview["kept"]), (&json!(2), &json!(2), &json!(0)));
        assert_eq!(preview["names"], json!(["Person Number 1", "Person Number 2"]));
        enrol(world, &[person(7, true)]);
        wanted["expected"] = preview["set"].clone();
        world.post(base, &wanted).problem(409, "changed");
        wanted["expected"] = world.post(&format!("{base}/preview"), &wanted).ok()["set"].clone();
        assert_eq!(world.post(base, &wanted).ok()["changed"], 3);
        let listed = world.get("/events/WORKSHOP/exclusions").ok()["items"].clone();
        assert_eq!(listed.as_array().unwrap().len(), 3);
        assert_eq!((&listed[0]["reason"], &listed[0]["note"]), (&json!("requested"), &json!("by letter")));
        // One act names all of them, and each is found by it.
        let acts: Vec<_> = world.acts().into_iter().filter(|(action, _)| action == "exclusion.add").collect();
        assert_eq!(acts.len(), 1);
        // Once more changes nothing, and exceptions stop at the excluded.
        let again = json!({ "list": "exclusion", "reason": "conduct", "whom": { "everybody": true, "except": ["p00000@example.org"] } });
        assert_eq!(world.post(base, &again).ok()["changed"], 2);
        let except = json!({ "list": "exception", "note": "was ill", "whom": { "everybody": true } });
        let done = world.post(base, &except).ok();
        assert_eq!((&done["changed"], &done["kept"]), (&json!(1), &json!(5)));
        for (whom, code) in [
            (json!({}), "invalid"),
            (json!({ "people": ["p00000@example.org"], "state": "eligible" }), "invalid"),
            (json!({ "people": ["nobody@example.org"] }), "unknown-rows"),
            (json!({ "state": "eligible", "except": ["nobody@example.org"] }), "unknown-rows"),
        ] {
            let wanted = json!({ "list": "exclusion", "reason": "conduct", "whom": whom });
            world.post(base, &wanted).problem(422, code);
            world.post(&format!("{base}/preview"), &wanted).problem(422, code);
        }
        let bare = json!({ "list": "exclusion", "whom": { "everybody": true } });
        world.post(base, &bare).problem(422, "invalid");
    });
}

#[test]
fn ticked_rows_go_on_from_page_to_page_and_what_is_confirmed_is_what_was_shown() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        invited(world, ada, "bob@example.org", &["revoker", "issuer"]);
        let mut bob = Browser::of(world, "bob@example.org");
        let list = bob.page("/staff/certificates?event=WORKSHOP");
        let chooser = form_with(&list, "/staff/certificates/batch", "which");
        assert_eq!(chooser.method, "get");
        assert!(list.contains(&format!("value=\"{FIRST}\"")), "{list}");
        // Without a tick nothing is done; what was ticked elsewhere stays ticked here, and goes on.
        let nothing = bob.send(&chooser, &[("act", "revoke")]);
        assert!(nothing.text().contains("No row is ticked."), "{}", nothing.text());
        let other = "CERT-WORKSHOP-2026-90000";
        let kept = bob.page(&format!("/staff/certificates?event=WORKSHOP&pick={other}&pick={FIRST}"));
        assert!(kept.contains("One row of another page is ticked too."), "{kept}");
        let chooser = form_with(&kept, "/staff/certificates/batch", "which");
        let picks: Vec<_> =
            chooser.fields.iter().filter(|(name, _)| name == "pick").map(|(_, value)| value.as_str()).collect();
        assert_eq!(picks, [other, FIRST], "ticked elsewhere, and ticked here");

        // All but one: how many, and who.
        let batch = "/staff/certificates/batch";
        let page = bob.page(&format!("{batch}?act=revoke&which=but&event=WORKSHOP&text=person&pick={FIRST}"));
        assert!(page.contains("Revoke 2 certificates") && page.contains("Person 1, Person 2"), "{page}");
        let all = form_with(&page, batch, "expected");
        let stale = bob.send(&all, &[("cause", "fraud"), ("public", "by mistake"), ("expected", "0")]);
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let anew = stale.text();
        assert!(anew.contains("The list has changed") && anew.contains("Revoke 2 certificates"), "{anew}");
        assert!(anew.contains("value=\"by mistake\""), "what was typed stays: {anew}");
        let again = form_with(&anew, batch, "expected");
        let started = bob.send(&again, &[("cause", "fraud")]);
        let run = to(&started);
        assert!(bob.follow(&started).contains("Waits for approval"));
        let id = run.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
        let record = ada.ask(world, "GET", &format!("/runs/{id}"), &Value::Null).ok();
        assert_eq!((&record["counters"]["total"], &record["reason"]["text"]), (&json!(2), &json!("by mistake")));
        let approvals = ada.ask(world, "GET", "/approvals", &json!({})).ok();
        let approve = format!("/approvals/{}/approve", approvals["items"][0]["id"].as_str().unwrap());
        ada.ask(world, "POST", &approve, &json!({})).ok();
        work(world);
        assert_eq!(active(world), [FIRST]);

        // Files of those alone, or of all but those.
        let file = |browser: &mut Browser, query: &str| to(&browser.get(&format!("{batch}?{query}")));
        assert_eq!(
            file(&mut bob, &format!("act=zip&pick={FIRST}&event=X")),
            format!("/api/v1/certificates/archive?numbers={FIRST}")
        );
        let csv = file(&mut bob, &format!("act=csv&which=but&event=WORKSHOP&pick={FIRST}"));
        assert_eq!(csv, format!("/api/v1/certificates/csv?event=WORKSHOP&except={FIRST}"));
        assert_eq!(bob.get(&csv).status, StatusCode::OK);
        let whole = bob.page(&format!("{batch}?act=zip&which=but&status=active"));
        assert!(whole.contains("Use the filter first"), "{whole}");

        // Made anew by name, also where no event is named.
        let name = json!({ "name": "Person Zero" });
        ada.ask(world, "PATCH", "/events/WORKSHOP/participants/p0@example.org", &name).ok();
        let page = bob.page(&format!("{batch}?act=regenerate&pick={FIRST}"));
        assert!(page.contains("Make one certificate anew"), "{page}");
        let page = bob.page(&format!("{batch}?act=regenerate&which=but"));
        assert!(page.contains("Make one certificate anew") && page.contains("By event"), "{page}");
        let many: String = (0..201).map(|n| format!("&pick=CERT-WORKSHOP-2026-{n:05}")).collect();
        assert!(bob.page(&format!("{batch}?act=revoke{many}")).contains("201 rows are ticked"));
        assert!(bob.page(&format!("{batch}?act=nonsense&pick={FIRST}")).contains("Choose what is to be done"));
        let many: String = (0..200).map(|n| format!("&pick=CERT-WORKSHOP-2026-{n:05}")).collect();
        assert!(many.len() < 7_000, "what proxies take of an address: {}", many.len());
    });
}

#[test]
fn people_are_excluded_let_in_and_issued_to_from_their_list_with_the_columns_that_were_chosen() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let person = json!({ "name": "Alan Turing", "email": "alan@example.org", "external_id": "x-17", "fields": { "company": "ACME" } });
        ada.ask(world, "POST", "/events/WORKSHOP/participants", &person).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let (list, chosen) = ("/staff/events/WORKSHOP/people", "/staff/events/WORKSHOP/chosen");
        let page = browser.page(list);
        assert!(page.contains("alan@example.org") && !page.contains(">x-17<"), "{page}");
        let columns = form_with(&page, "/staff/events/WORKSHOP/columns", "cols");
        assert!(page.contains("value=\"+company\""), "{page}");
        let saved = browser.send(&columns, &[("cols", "+company")]);
        let page = browser.follow(&saved);
        assert!(page.contains(">ACME<") && page.contains("<th scope=\"col\">Company</th>"), "{page}");
        assert!(!page.contains("alan@example.org"), "only the columns that were chosen: {page}");
        let page = browser.page(&format!("{list}?q=turing"));
        assert!(page.contains(">ACME<") && !page.contains("alan@example.org"), "a filter keeps them: {page}");
        // They are the member's: the next time, and in whichever browser; others have theirs.
        assert!(Browser::of(world, "ada@example.org").page(list).contains(">ACME<"));
        invited(world, ada, "vera@example.org", &["viewer"]);
        assert!(Browser::of(world, "vera@example.org").page(list).contains("alan@example.org"));
        // Where nobody has the column, it is not shown, and is there again where somebody has.
        let other = json!({ "code": "OTHER", "details": { "title": "Other", "template": "classic" } });
        ada.ask(world, "POST", "/events", &other).ok();
        ada.ask(
            world,
            "POST",
            "/events/OTHER/participants",
            &json!({ "name": "Eve Online", "email": "eve@example.org" }),
        )
        .ok();
        let page = browser.page("/staff/events/OTHER/people");
        assert!(page.contains("eve@example.org") && !page.contains("company"), "{page}");
        let columns = form_with(&page, "/staff/events/OTHER/columns", "cols");
        browser.send(&columns, &[("cols", "external_id")]);
        let page = browser.page(list);
        assert!(page.contains(">ACME<") && page.contains(">x-17<") && !page.contains("alan@example.org"), "{page}");
        let page = browser.page(&format!("{list}?cols=external_id&cols=nonsense&q=turing"));
        assert!(page.contains(">x-17<") && !page.contains("value=\"nonsense\""), "{page}");

        let chooser = form_with(&page, chosen, "which");
        let id = page.split("name=\"pick\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = browser.send(&chooser, &[("pick", &id), ("act", "issue")]).text();
        assert!(page.contains("Nothing would happen"), "who does not meet the rule gets none: {page}");
        // It says how many get none and why, and offers an exception to who may make one.
        assert!(
            page.contains("One of them would get no certificate:") && page.contains("1: does not meet the rule"),
            "{page}"
        );
        invited(world, ada, "rita@example.org", &["revoker"]);
        let none = format!("{chosen}?act=issue&pick={id}");
        assert_eq!(Browser::of(world, "rita@example.org").get(&none).status, StatusCode::FORBIDDEN);
        let german = browser.page(&format!("{none}&lang=de"));
        assert!(german.contains("bekäme kein Zertifikat") && german.contains("erfüllt die Regel nicht"), "{german}");
        browser.forget("testamur_language");
        let all = browser.page(&format!("{chosen}?act=issue&which=but"));
        let except = form_with(&all, chosen, "note");
        assert!(all.contains("Make one exception"), "{all}");
        let excepted = browser.send(&except, &[("note", "sat it on paper")]);
        // It goes on with what was begun.
        let page = browser.follow(&excepted);
        assert!(
            to(&excepted).contains("act=issue") && page.contains("Done.") && page.contains("Alan Turing"),
            "{page}"
        );
        let given = ada.ask(world, "GET", "/events/WORKSHOP/exceptions", &Value::Null).ok();
        assert_eq!(
            (given["items"].as_array().unwrap().len(), &given["items"][0]["note"]),
            (1, &json!("sat it on paper"))
        );
        let page = browser.page(&none);
        assert!(page.contains("Issue one certificate") && page.contains("Alan Turing"), "{page}");
        let started = browser.send(&form_with(&page, chosen, "expected"), &[]);
        assert!(to(&started).starts_with("/staff/runs/"), "{}", started.text());
        work(world);
        assert_eq!(certificates(&*world.app.store).len(), 4);

        // All but one whom the filter finds; somebody who came meanwhile is not among them without being shown.
        let page = browser.page(&format!("{chosen}?act=exclude&which=but&q=person&pick=p0%40example.org"));
        assert!(page.contains("Exclude 2 people") && page.contains("Person 1, Person 2"), "{page}");
        let exclude = form_with(&page, chosen, "expected");
        let more = json!({ "name": "Person 9", "email": "p9@example.org" });
        ada.ask(world, "POST", "/events/WORKSHOP/participants", &more).ok();
        let stale = browser.send(&exclude, &[("reason", "requested")]);
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text().contains("Exclude 3 people"), "{}", stale.text());
        let done = browser.send(&form_with(&stale.text(), chosen, "expected"), &[("reason", "requested")]);
        browser.follow(&done);
        let excluded = ada.ask(world, "GET", "/events/WORKSHOP/exclusions", &Value::Null).ok();
        assert_eq!(excluded["items"].as_array().unwrap().len(), 3);
        let german = browser.page(&format!("{chosen}?act=exclude&which=but&pick=p0%40example.org&lang=de"));
        assert!(german.contains("Eine Person ausschließen") && german.contains("3 Personen bleiben"), "{german}");
    });
}

#[test]
fn certificates_of_several_events_are_made_anew_by_one_confirmation() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let other = json!({ "code": "OTHER", "details": { "title": "Other", "template": "classic" } });
        ada.ask(world, "POST", "/events", &other).ok();
        ada.ask(world, "PUT", "/events/OTHER/rule", &json!({ "rule": "everybody" })).ok();
        ada.ask(
            world,
            "POST",
            "/events/OTHER/participants",
            &json!({ "name": "Eve Online", "email": "eve@example.org" }),
        )
        .ok();
        for state in ["open", "completed"] {
            ada.ask(world, "POST", "/events/OTHER/state", &json!({ "to": state })).ok();
        }
        ada.ask(world, "POST", "/runs", &json!({ "kind": "generate", "event": "OTHER" })).ok();
        work(world);
        for (event, person, name) in
            [("WORKSHOP", "p0@example.org", "Person Zero"), ("OTHER", "eve@example.org", "Eve Offline")]
        {
            let path = format!("/events/{event}/participants/{person}");
            ada.ask(world, "PATCH", &path, &json!({ "name": name })).ok();
        }
        let numbers = ["CERT-OTHER-2026-00001", FIRST, SECOND];
        let picks: String = numbers.iter().map(|number| format!("&pick={number}")).collect();
        let mut browser = Browser::of(world, "ada@example.org");
        let batch = "/staff/certificates/batch";
        let page = browser.page(&format!("{batch}?act=regenerate{picks}"));
        // The exact number and two names, over both.
        assert!(page.contains("Make 2 certificates anew") && page.contains("Eve Offline, Person Zero"), "{page}");
        assert!(
            page.contains("href=\"/staff/events/OTHER\"") && page.contains("href=\"/staff/events/WORKSHOP\""),
            "{page}"
        );
        let confirm = form_with(&page, batch, "expected");
        let runs = |world: &World| ada.ask(world, "GET", "/runs", &Value::Null).ok()["items"].as_array().unwrap().len();
        let before = runs(world);
        // Another list by then: nothing is begun in either event.
        ada.ask(world, "POST", &format!("/certificates/{SECOND}/revoke"), &json!({ "cause": "fraud" })).ok();
        let stale = browser.send(&confirm, &[("reason", "names")]);
        assert_eq!((stale.status, runs(world)), (StatusCode::CONFLICT, before));
        assert!(stale.text().contains("Make 2 certificates anew"), "{}", stale.text());
        let begun = browser.send(&form_with(&stale.text(), batch, "expected"), &[("reason", "names")]);
        assert!(to(&begun).starts_with("/staff/runs/together?run="), "{}", begun.text());
        assert_eq!(runs(world), before + 2);
        // With one certificate a day for one member of staff, both of these wait for a second one or are under way.
        let page = browser.follow(&begun);
        assert!(page.contains(">OTHER<") && page.contains(">WORKSHOP<"), "{page}");
        let german = browser.page(&format!("{}&lang=de", to(&begun)));
        assert!(german.contains("Zusammen begonnene Läufe"), "{german}");
        browser.forget("testamur_language");
        // Nothing is sent where mail is not set up: it is said for each event, and there is nothing to confirm.
        let page = browser.page(&format!("{batch}?act=send{picks}"));
        assert!(page.contains("Nothing would happen"), "{page}");
        // What an operation over several events does not take.
        let one = json!({ "kind": "send", "event": "OTHER", "numbers": ["CERT-OTHER-2026-00001"] });
        ada.ask(world, "POST", "/runs/together/preview", &one).problem(422, "bad-request");
        ada.ask(world, "POST", "/runs/together", &json!({ "kind": "regenerate" })).problem(422, "bad-request");
    });
}

/// The largest that a page may be when it is compressed, in bytes.
const LARGEST: usize = 60_000;

#[test]
fn full_pages_stay_small() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let long = |n: usize| {
            let mut one = person(n, true);
            one.name = format!("Maximiliane-{n} von und zu Hohenstaufen-Wittelsbach {}", n * 7_919);
            one.external_id = Some(format!("external-{}", n * 104_729));
            one.fields.insert("company".to_owned(), format!("Company {} of many words", n * 31));
            one
        };
        enrol(world, &(100..170).map(long).collect::<Vec<_>>());
        ada.ask(world, "POST", "/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        work(world);
        let mut browser = Browser::of(world, "ada@example.org");
        let picks: String = (0..200).map(|n| format!("&pick=CERT-WORKSHOP-2026-9{n:04}")).collect();
        for page in [
            "/staff",
            "/staff/events/WORKSHOP/people",
            "/staff/events/WORKSHOP/people?cols=email&cols=external_id&cols=decision&cols=missing&cols=certificate&cols=%2Bcompany",
            "/staff/events/WORKSHOP/people/p00100%40example.org",
            "/staff/events/WORKSHOP/generate?over=already_issued",
            &format!("/staff/certificates?event=WORKSHOP{picks}"),
            &format!("/staff/certificates/batch?act=revoke&which=but&event=WORKSHOP&pick={FIRST}"),
            "/staff/search?q=hohenstaufen",
            "/staff/audit",
        ] {
            let text = browser.page(page);
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
            let packed = packed.finish().unwrap().len();
            println!("{packed:>6} of {:>7} bytes {}", text.len(), page.split("&pick").next().unwrap());
            assert!(packed < LARGEST, "{page}: {packed}");
            assert!(text.len() < 10 * LARGEST, "{page}: {}", text.len());
        }
    });
}
