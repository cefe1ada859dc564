//! Lists and single participants over HTTP: who is who, what is signed, what is only kept, until when certificates are valid.

use serde_json::{Value, json};
use testamur::proof::jws::Jws;

use super::events::workshop;
use super::harness::{OWNER, World, on_each_engine};

const PEOPLE: &str = "/events/WORKSHOP/participants";

fn import(world: &World, csv: &str, query: &str) -> Value {
    world.upload(OWNER, &format!("/events/WORKSHOP/imports{query}"), "a.csv", csv.as_bytes(), &[]).ok()
}

fn codes(done: &Value) -> Vec<(u64, &str)> {
    let findings = done["findings"].as_array().unwrap().iter().filter(|one| one["severity"] == "error");
    findings.map(|one| (one["line"].as_u64().unwrap(), one["code"].as_str().unwrap())).collect()
}

fn names(world: &World) -> Vec<String> {
    let people = world.get(PEOPLE).ok();
    people["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// Issues to one person at once, and returns the credential.
pub fn issued(world: &World, person: &str) -> Value {
    let body = json!({ "person": person, "reason": "was there" });
    let number = world.post("/events/WORKSHOP/issue-now", &body).ok()["number"].as_str().unwrap().to_owned();
    let certificate = world.app.store.certificate(&number.parse().unwrap()).unwrap().unwrap();
    serde_json::from_slice(&Jws::parse(&certificate.jws, 100_000).unwrap().payload).unwrap()
}

#[test]
fn a_shared_mailbox_replaces_nobody() {
    on_each_engine(|world| {
        workshop(world);
        let list = "Name,Email,external_id\nAnna Berg,info@firm.example,\nKarl Berg,info@firm.example,\n";
        let done = import(world, list, "");
        assert_eq!((codes(&done), &done["counts"]["added"]), (vec![(3, "same_address")], &json!(1)));
        let reason = done["findings"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("Karl Berg") && reason.contains("Anna Berg"), "{reason}");
        assert_eq!(import(world, list, "?same_address=two_people")["counts"]["added"], 1);
        assert_eq!(names(world), ["Anna Berg", "Karl Berg"]);
        assert_eq!(import(world, list, "")["counts"]["unchanged"], 2);
        // By the address alone nobody is meant.
        world.get(&format!("{PEOPLE}/info@firm.example")).problem(409, "ambiguous");
        world.post(&format!("{PEOPLE}/info@firm.example/erase"), &json!({})).problem(409, "ambiguous");
        let excepted = json!({ "person": "info@firm.example" });
        world.post("/events/WORKSHOP/exceptions", &excepted).problem(409, "ambiguous");
        world.post(PEOPLE, &json!({ "email": "info@firm.example", "locale": "de" })).problem(409, "ambiguous");
        let both = ["Anna Berg", "KARL BERG"].map(|name| {
            let change = json!({ "name": name, "email": "INFO@firm.example", "locale": "de" });
            world.post(PEOPLE, &change).ok()["id"].as_str().unwrap().to_owned()
        });
        assert_ne!(both[0], both[1]);
        assert_eq!(names(world), ["Anna Berg", "KARL BERG"]);
        for wrong in ["?same_address=perhaps", "?same_name=1", "?absent=no"] {
            let answer = world.upload(OWNER, &format!("/events/WORKSHOP/imports{wrong}"), "a.csv", b"name\nA\n", &[]);
            assert!(answer.status.is_client_error(), "{wrong}");
        }
    });
}

#[test]
fn one_who_is_added_by_an_address_with_another_name_is_asked_about() {
    on_each_engine(|world| {
        workshop(world);
        let anna = world.post(PEOPLE, &json!({ "name": "Anna Berg", "email": "info@firm.example" })).ok();
        let karl = json!({ "name": "Karl Berg", "email": "Info@Firm.example" });
        let told = world.post(PEOPLE, &karl).problem(409, "same-address");
        assert!(told.contains(anna["id"].as_str().unwrap()) && !told.contains("Anna"), "{told}");
        assert_eq!(world.post(&format!("{PEOPLE}?same_address=two_people"), &karl).status, 201);
        assert_eq!(world.post(PEOPLE, &karl).status, 200, "he is known by now");
        let typo = json!({ "name": "Anna Bergh", "email": "info@firm.example" });
        world.post(&format!("{PEOPLE}?same_address=same_person"), &typo).problem(409, "same-address");
        assert_eq!(names(world), ["Anna Berg", "Karl Berg"]);

        let ada = world.post(PEOPLE, &json!({ "name": "Ada Lovelase", "email": "ada@x.example" })).ok();
        let corrected = json!({ "name": "Ada Lovelace", "email": "ada@x.example" });
        world.post(PEOPLE, &corrected).problem(409, "same-address");
        let same = world.post(&format!("{PEOPLE}?same_address=same_person"), &corrected).ok();
        assert_eq!((&same["id"], &same["name"]), (&ada["id"], &json!("Ada Lovelace")));
        // Ids of another system say by themselves that these are two, or one.
        let lms = |id: &str, name: &str| json!({ "external_id": id, "name": name, "email": "office@x.example" });
        assert_eq!(world.post(PEOPLE, &lms("7", "Eve")).status, 201);
        assert_eq!(world.post(PEOPLE, &lms("8", "Tom")).status, 201);
        assert_eq!(world.post(PEOPLE, &lms("8", "Thomas")).status, 200);
        world.post(PEOPLE, &lms("9", "Eve")).problem(409, "external-id-taken");
        // A name alone.
        world.post(PEOPLE, &json!({ "name": "John Smith" })).ok();
        world.post(PEOPLE, &json!({ "name": "john  smith" })).problem(409, "same-name");
        world.post(PEOPLE, &json!({ "name": "John Smith", "email": "j@x.example" })).problem(409, "same-name");
        let john = json!({ "name": "John Smith", "email": "j@x.example" });
        assert_eq!(world.post(&format!("{PEOPLE}?same_name=same_person"), &john).status, 200);
        let log = format!("{:?}", world.app.store.audit(None, 1_000).unwrap());
        assert!(!log.contains("Berg") && !log.contains('@'), "no names, no addresses in the audit log");
    });
}

#[test]
fn a_list_with_external_ids_keeps_two_of_one_mailbox_apart() {
    on_each_engine(|world| {
        workshop(world);
        let list = "name,email,external_id\nAnna,office@x.example,1\nKarl,office@x.example,2\n";
        let done = import(world, list, "");
        assert_eq!((codes(&done), &done["counts"]["added"]), (vec![], &json!(2)));
        let renamed = "name,email,external_id\nAnna Berg,office@x.example,1\nKarl Berg,office@x.example,2\n";
        let done = import(world, renamed, "");
        assert_eq!((codes(&done), &done["counts"]["updated"]), (vec![], &json!(2)));
        assert_eq!(world.get(&format!("{PEOPLE}/1")).ok()["name"], "Anna Berg");
        let done = import(world, "name,email\nKarla,office@x.example\n", "");
        assert_eq!(codes(&done), [(2, "same_address")]);
    });
}

#[test]
fn one_mailbox_in_two_forms_is_one_participant() {
    on_each_engine(|world| {
        workshop(world);
        let list = "Name,E-mail\nAnna Muster,user@bücher.example\nAnna Muster,user@xn--bcher-kva.example\n\
                    Jürgen Muster,jürgen@hop.example.net\nJürgen Muster,ju\u{308}rgen@hop.example.net\n\
                    Eva Muster,Eva@Hop.example.net\nEva Muster,eva@hop.EXAMPLE.net\nZoe Muster,x@１２.example\n\
                    Zoe Muster,x@12.example\n";
        assert_eq!(import(world, list, "")["counts"]["added"], 4);
        let anna = json!({ "name": "Anna Muster", "email": "USER@bücher.example" });
        assert_eq!(world.post(PEOPLE, &anna).status, 200);
        assert_eq!(world.get(&format!("{PEOPLE}/user@xn--bcher-kva.example")).ok()["name"], "Anna Muster");
        assert_eq!(names(world).len(), 4);
    });
}

#[test]
fn a_last_day_is_signed_and_what_is_none_is_refused() {
    on_each_engine(|world| {
        workshop(world);
        let list = "name,email,Expires\nAda,ada@x.example,2027-03-31\nBob,bob@x.example,5/1/27\n";
        assert_eq!(codes(&import(world, list, "")), [(3, "expires_invalid")]);
        assert_eq!(issued(world, "ada@x.example")["validUntil"], "2027-03-31T23:59:59Z");
        world.patch("/events/WORKSHOP", &json!({ "expires_after": "1mo" })).ok();
        let bob = json!({ "name": "Bob", "email": "bob@x.example", "fields": { "Expires": "31.03.2027" } });
        assert_eq!(world.post(PEOPLE, &bob).ok()["fields"]["expires"], "2027-03-31");
        assert_eq!(issued(world, "bob@x.example")["validUntil"], "2026-12-22T23:59:59Z", "the event ends earlier");
        for (field, value) in [("expires", "soon"), ("expires", "1/2/2027"), ("role", "A\u{202e}B")] {
            let change = json!({ "fields": { field: value } });
            world.patch(&format!("{PEOPLE}/bob@x.example"), &change).problem(422, "invalid");
        }
    });
}

#[test]
fn a_result_is_signed_only_after_it_was_confirmed() {
    on_each_engine(|world| {
        workshop(world);
        assert_eq!(world.get("/events/WORKSHOP").ok()["publish_results"], false);
        let list = "name,email,Result,city\nAda,ada@x.example,87,Bonn\nBob,bob@x.example,90,Cork\n";
        let done = import(world, list, "");
        let told = done["notes"].to_string();
        assert!(told.contains("`Result` is kept, and neither signed nor printed"), "{told}");
        assert!(told.contains("`publish_results`") && told.contains("`city` is kept"), "{told}");
        let uses: Vec<_> = done["columns"].as_array().unwrap().iter().map(|one| one["use"].as_str().unwrap()).collect();
        assert_eq!(uses, ["person", "person", "unconfirmed", "kept"]);
        assert!(issued(world, "ada@x.example")["credentialSubject"]["result"].is_null());
        assert_eq!(world.patch("/events/WORKSHOP", &json!({ "publish_results": true })).ok()["publish_results"], true);
        assert!(world.app.store.audit(None, 1_000).unwrap().items.iter().any(|entry| {
            entry.act.action == "event.update" && entry.act.detail["after"]["publish_results"] == true
        }));
        assert_eq!(issued(world, "bob@x.example")["credentialSubject"]["result"][0]["value"], "90");
        let copy = json!({ "code": "NEXT", "details": {} });
        assert_eq!(world.post("/events/WORKSHOP/copy", &copy).ok()["publish_results"], false, "asked anew");
    });
}

#[test]
fn an_event_that_was_never_asked_signs_no_result_before_it_was() {
    on_each_engine(|world| {
        workshop(world);
        let list = "name,email,Result\nAda,ada@x.example,87\nBob,bob@x.example,90\n";
        world.patch("/events/WORKSHOP", &json!({ "publish_results": true })).ok();
        import(world, list, "");
        issued(world, "ada@x.example");
        // As a version made it that did not ask.
        let store = &world.app.store;
        let event = store.event(&"WORKSHOP".parse().unwrap()).unwrap().unwrap();
        let old = testamur::store::Event { publish_results: None, ..event.clone() };
        assert!(!serde_json::to_string(&old).unwrap().contains("publish_results"));
        let act = testamur::store::Act {
            actor: "tester".into(),
            at: world.app.now(),
            action: "event.update".into(),
            subject: "WORKSHOP".into(),
            detail: Value::Null,
        };
        store.change_event(Some(&event), &old, &[], &act).unwrap();
        assert_eq!(world.get("/events/WORKSHOP").ok()["publish_results"], Value::Null);
        let told = import(world, list, "")["notes"].to_string();
        assert!(told.contains("never asked about its results") && told.contains("`publish_results`"), "{told}");
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "everybody" })).ok();
        let run = json!({ "kind": "generate", "event": "WORKSHOP", "anyway": true });
        let now = json!({ "person": "bob@x.example", "reason": "was there" });
        for (path, body) in [("/runs/preview", &run), ("/runs", &run), ("/events/WORKSHOP/issue-now", &now)] {
            let told = world.post(path, body).problem(409, "results-unasked");
            assert!(told.contains("PATCH /api/v1/events/WORKSHOP"), "{told}");
        }
        // Who says no result is no question.
        world.post(PEOPLE, &json!({ "name": "Eve", "email": "eve@x.example" })).ok();
        assert!(issued(world, "eve@x.example")["credentialSubject"]["result"].is_null());
        world.patch("/events/WORKSHOP", &json!({ "publish_results": true })).ok();
        assert_eq!(world.post("/runs/preview", &run).ok()["gets"], 1);
        assert_eq!(issued(world, "bob@x.example")["credentialSubject"]["result"][0]["value"], "90");
    });
}

#[test]
fn who_was_absent_or_failed_is_asked_about_unless_the_rule_judges_it() {
    on_each_engine(|world| {
        workshop(world);
        let list = "name,email,Status,passed,session:day1\nAda,ada@x.example,absent,yes,yes\nBob,bob@x.example,,failed,absent\n";
        let done = import(world, list, "");
        assert_eq!((codes(&done), &done["counts"]["added"]), (vec![(2, "absent_or_failed")], &json!(1)));
        let done = import(world, list, "?absent=leave_out");
        assert_eq!((codes(&done), &done["counts"]["added"]), (vec![], &json!(0)));
        assert_eq!(import(world, list, "?absent=take")["counts"]["added"], 1);
        assert_eq!(names(world), ["Bob", "Ada"]);
    });
}

#[test]
fn titles_have_the_letters_of_names() {
    on_each_engine(|world| {
        workshop(world);
        let turned = "Maps \u{202e}spaM";
        for field in ["title", "description", "criteria", "achievement_type", "organiser"] {
            let told = world.patch("/events/WORKSHOP", &json!({ field: turned })).problem(422, "invalid");
            assert!(told.contains("U+202E") && told.contains(field), "{told}");
        }
        let signs = json!({ "signatories": [{ "name": turned, "title": "Director" }] });
        world.patch("/events/WORKSHOP", &signs).problem(422, "invalid");
        let tiers =
            json!({ "rule": "passed", "tiers": { "measure": "score", "steps": [{ "name": turned, "from": 60 }] } });
        world.put("/events/WORKSHOP/rule", &tiers).problem(422, "invalid");
        let course = json!({ "sessions": [{ "id": "day1", "title": turned }], "activities": [] });
        world.put("/events/WORKSHOP/course", &course).problem(422, "invalid");
        let templates = json!({ "templates": [{ "tier": turned, "template": "classic" }] });
        world.patch("/events/WORKSHOP", &templates).problem(422, "invalid");
        let title = world.patch("/events/WORKSHOP", &json!({ "title": " Applied  Maps\u{200b}" })).ok();
        assert_eq!(title["title"], "Applied Maps");
    });
}

#[test]
fn the_report_is_safe_where_cells_are_parted_at_semicolons() {
    on_each_engine(|world| {
        workshop(world);
        let list = "name,email,remark\n,x@x.example,\"x;=1+1\"\n";
        let done = import(world, list, "");
        let import = done["import"]["id"].as_str().unwrap();
        let report = world.get(&format!("/events/WORKSHOP/imports/{import}/report")).text();
        assert!(report.contains("x;'=1+1"), "{report}");
    });
}

#[test]
fn one_participant_who_was_absent_or_failed_is_asked_about_too() {
    on_each_engine(|world| {
        workshop(world);
        let with = |fields: Value| json!({ "name": "Bob", "email": "bob@x.example", "fields": fields });
        for fields in [
            json!({ "Result": "no pass" }),
            json!({ "status": "Absent - sick" }),
            json!({ "Bestanden": "✘" }),
            json!({ "Attendance (%)": "0" }),
            json!({ "role": "absent" }),
            json!({ "Remark": "fehlte" }),
        ] {
            let told = world.post(PEOPLE, &with(fields)).problem(409, "absent-or-failed");
            assert!(told.contains("absent=take"), "{told}");
        }
        let role = json!({ "name": "Bob", "progress": { "role": "no-show" } });
        world.post(PEOPLE, &role).problem(409, "absent-or-failed");
        let harmless = json!({ "role": "Absent-minded professor", "title": "Failed states" });
        assert_eq!(world.post(PEOPLE, &with(harmless)).status, 201);
        let bob = format!("{PEOPLE}/bob@x.example");
        let failed = json!({ "fields": { "Status": "failed" } });
        world.patch(&bob, &failed).problem(409, "absent-or-failed");
        assert!(world.get(&bob).ok()["fields"]["status"].is_null());
        world.patch(&format!("{bob}?absent=leave_out"), &failed).problem(422, "invalid");
        world.patch(&format!("{bob}?absent=take"), &failed).ok();
        // What is known and was confirmed is not asked again.
        world.patch(&bob, &json!({ "fields": { "Status": "failed", "city": "Bonn" } })).ok();
    });
}

#[test]
fn a_rule_answers_only_for_the_columns_that_it_judges() {
    on_each_engine(|world| {
        workshop(world);
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "checked_in" })).ok();
        let list = "name,email,passed,checked_in,role\nBob,bob@x.example,no,yes,\nEve,eve@x.example,yes,no,\n\
                    Tom,tom@x.example,yes,yes,absent\n";
        assert_eq!(codes(&import(world, list, "")), [(2, "absent_or_failed"), (4, "absent_or_failed")]);
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
        assert_eq!(codes(&import(world, list, "")), [(3, "absent_or_failed"), (4, "absent_or_failed")]);
    });
}

#[test]
fn nobody_becomes_another_by_an_external_id_an_address_or_a_name_alone() {
    on_each_engine(|world| {
        workshop(world);
        let anna = json!({ "external_id": "7", "name": "Anna Berg", "email": "anna@x.example" });
        let id = world.post(PEOPLE, &anna).ok()["id"].as_str().unwrap().to_owned();
        let karl = json!({ "external_id": "7", "name": "Karl Meyer", "email": "karl@x.example" });
        let told = world.post(PEOPLE, &karl).problem(409, "same-id");
        assert!(told.contains(&id) && !told.contains("Anna") && told.contains("same_id=same_person"), "{told}");
        let list = "name,email,external_id\nKarl Meyer,karl@x.example,7\n";
        let done = import(world, list, "");
        assert_eq!((codes(&done), &done["counts"]["updated"]), (vec![(2, "same_id")], &json!(0)));
        let both = json!({ "name": "Karl Meyer", "email": "karl@x.example" });
        world.patch(&format!("{PEOPLE}/7"), &both).problem(409, "same-id");
        assert_eq!(names(world), ["Anna Berg"]);
        // The address alone, or a slip in the name: an ordinary change.
        let list = "name,email,external_id\nAnna Berg,berg@x.example,7\n";
        assert_eq!(import(world, list, "")["counts"]["updated"], 1);
        let slip = json!({ "external_id": "7", "name": "Ana Berg", "email": "ana@x.example" });
        assert_eq!(world.post(PEOPLE, &slip).status, 200);

        // An address of somebody else.
        world.post(PEOPLE, &json!({ "name": "Tom Lind", "email": "tom@x.example" })).ok();
        let move_in = json!({ "email": "TOM@x.example" });
        world.patch(&format!("{PEOPLE}/7"), &move_in).problem(409, "same-address");
        world.post(PEOPLE, &json!({ "external_id": "7", "email": "tom@x.example" })).problem(409, "same-address");
        let twin = json!({ "name": "TOM LIND", "email": "tom@x.example" });
        world.patch(&format!("{PEOPLE}/{id}?same_address=two_people"), &twin).problem(409, "twin");
        world.patch(&format!("{PEOPLE}/{id}?same_address=two_people"), &move_in).ok();

        // A list of names alone.
        let done = import(world, "name,score\nTom Lind,99\n", "");
        assert_eq!((codes(&done), &done["counts"]["updated"]), (vec![(2, "same_name")], &json!(0)));
        let hint = done["findings"][0]["hint"].as_str().unwrap();
        assert!(hint.contains("`same_name=two_people`") && !hint.contains("--"), "{hint}");
        assert_eq!(import(world, "name,score\nTom Lind,99\n", "?same_name=same_person")["counts"]["updated"], 1);
        assert_eq!(import(world, list, "?same_id=same_person&keep_known=true")["kept_lines"], json!([2]));
    });
}

#[test]
fn an_empty_cell_takes_nothing_away_and_the_later_row_counts() {
    on_each_engine(|world| {
        workshop(world);
        let ada = |world: &World| world.get(&format!("{PEOPLE}/ada@x.example")).ok();
        let list = |expires: &str, points: &str| {
            format!("name,email,Expires,points,locale\nAda,ada@x.example,{expires},{points},\n")
        };
        import(world, &list("2027-03-31", "7"), "");
        assert_eq!(import(world, &list("", ""), "")["counts"]["unchanged"], 1);
        assert_eq!(
            (&ada(world)["fields"]["expires"], &ada(world)["progress"]["points"]),
            (&json!("2027-03-31"), &json!(7))
        );
        import(world, &list("(clear)", "(clear)"), "");
        assert_eq!((&ada(world)["fields"]["expires"], &ada(world)["progress"]["points"]), (&json!(""), &Value::Null));
        let two = "name,email,Expires,city\nAda,ada@x.example,2027-03-31,Bonn\nAda,ada@x.example,2027-04-30,\n";
        for query in ["", "?keep_known=true"] {
            let done = import(world, two, query);
            assert_eq!((&done["findings"][0]["line"], &done["findings"][0]["code"]), (&json!(2), &json!("duplicate")));
        }
        assert_eq!(
            (&ada(world)["fields"]["expires"], &ada(world)["fields"]["city"]),
            (&json!("2027-04-30"), &json!("Bonn"))
        );
        let cleared = json!({ "fields": { "expires": null } });
        assert_eq!(world.patch(&format!("{PEOPLE}/ada@x.example"), &cleared).ok()["fields"]["expires"], "");
    });
}

#[test]
fn a_rule_for_everybody_is_one_word() {
    on_each_engine(|world| {
        workshop(world);
        import(world, "name,email\nAda,ada@x.example\nBob,bob@x.example\n", "");
        assert_eq!(world.put("/events/WORKSHOP/rule", &json!({ "rule": "everybody" })).ok()["rule"], "everybody");
        let run = json!({ "kind": "generate", "event": "WORKSHOP", "anyway": true });
        assert_eq!(world.post("/runs/preview", &run).ok()["gets"], 2);
        world.post("/events/WORKSHOP/exclusions", &json!({ "person": "bob@x.example", "reason": "conduct" })).ok();
        assert_eq!(world.post("/runs/preview", &run).ok()["gets"], 1);
    });
}

#[test]
fn a_second_list_of_names_is_asked_about_where_other_columns_contradict_it() {
    on_each_engine(|world| {
        workshop(world);
        import(world, "name,company,score\nAnn Lee,X,5\n", "");
        let other = "name,company,score\nAnn Lee,Y,2\n";
        for query in ["", "?keep_known=true"] {
            assert_eq!(codes(&import(world, other, query)), [(2, "same_name")], "{query}");
        }
        assert_eq!(import(world, "name,company,score\nAnn Lee,x,7\n", "")["counts"]["updated"], 1);
        assert_eq!(import(world, other, "?same_name=two_people")["counts"]["added"], 1);
    });
}

#[test]
fn a_row_that_is_left_out_says_who_stays_in_the_event() {
    on_each_engine(|world| {
        workshop(world);
        import(world, "name,email,Remarks\nAnn Lee,ann@x.example,\n", "");
        let list = "name,email,Remarks\nAnn Lee,ann@x.example,absent\nTom,tom@x.example,absent\n";
        let told = |world: &World| {
            let done = import(world, list, "?absent=leave_out");
            let reason = |at: usize| done["findings"][at]["reason"].as_str().unwrap().to_owned();
            (reason(0), reason(1))
        };
        let (ann, tom) = told(world);
        assert!(ann.contains("`Ann Lee` is in the event already") && !tom.contains("in the event"), "{ann} {tom}");
        let excluded = json!({ "person": "ann@x.example", "reason": "requested" });
        world.post("/events/WORKSHOP/exclusions", &excluded).ok();
        assert!(!told(world).0.contains("in the event"));
        let twice = "name,email,Remarks\nEve,eve@x.example,\nEve,eve@x.example,absent\n";
        let done = import(world, twice, "?absent=leave_out");
        assert_eq!((&done["counts"]["added"], &done["findings"][0]["code"]), (&json!(0), &json!("duplicate")));
        let one = json!({ "name": "Zoe", "email": "z@x.example", "fields": { "Final result": "rejected" } });
        world.post(PEOPLE, &one).problem(409, "absent-or-failed");
    });
}
