//! Revoke, restore, two people for many, publish, correct, issue now.

use std::sync::Arc;

use serde_json::{Value, json};
use testamur::server::Limits;
use testamur::store::MemoryStore;

use crate::harness::{OWNER, World, on_each_engine, request};
use crate::runs::{REVOKER, certificates, done, school, work};

const FIRST: &str = "/certificates/CERT-WORKSHOP-2026-00001";

fn issued(world: &World, people: usize) {
    school(world, people, 1);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
}

fn set_entries(world: &World) -> usize {
    world.app.store.set_entries(1, None, 10_000).unwrap().items.len()
}

#[test]
fn a_revocation_is_taken_back_until_it_is_published() {
    on_each_engine(|world| {
        issued(world, 2);
        let why = json!({ "cause": "issued_in_error", "text": "wrong course" });
        let revoked = world.tell(REVOKER, "POST", &format!("{FIRST}/revoke"), &why).ok();
        assert_eq!((&revoked["status"], &revoked["cause"]), (&json!("revocation_waits"), &json!("issued_in_error")));
        assert_eq!(set_entries(world), 1);
        let again = world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "fraud" })).ok();
        assert_eq!(again["cause"], "issued_in_error", "the first reason stays");

        let restored = world.ask(REVOKER, "POST", &format!("{FIRST}/restore")).ok();
        assert_eq!((&restored["status"], &restored["cause"]), (&json!("active"), &Value::Null));
        assert_eq!(set_entries(world), 0, "the bit is clear again");
        world.post(&format!("{FIRST}/restore"), &json!({})).problem(409, "not-revoked");

        world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "on_request" })).ok();
        world.pass(15 * 60);
        world.ask(OWNER, "POST", "/publish").ok();
        work(world);
        assert_eq!(world.get("/publish").ok()["version"], 1);
        world.post(&format!("{FIRST}/restore"), &json!({})).problem(409, "published");
        assert_eq!(set_entries(world), 1);
        world.tell("staff:i view,generate", "POST", &format!("{FIRST}/revoke"), &why).problem(403, "forbidden");
        world.post("/certificates/CERT-WORKSHOP-2026-00099/revoke", &why).problem(404, "not-found");
    });
}

#[test]
fn many_at_once_need_a_second_member_of_staff() {
    let limits = Limits { revoke_alone: 3, ..Limits::default() };
    let world = World::on(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), limits);
    issued(&world, 5);
    let request = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "fraud" } });
    assert_eq!(world.post("/runs/preview", &request).ok()["needs_approval"], true);
    let run = world.tell(REVOKER, "POST", "/runs", &request).ok();
    assert_eq!(run["state"], "awaiting_approval");
    work(&world);
    assert_eq!(set_entries(&world), 0, "nothing happens before");
    let approval = format!("/approvals/{}", run["approval"].as_str().unwrap());
    world.ask(REVOKER, "POST", &format!("{approval}/approve")).problem(403, "same-person");
    world.ask("staff:x/token:x view,revoke", "POST", &format!("{approval}/approve")).problem(403, "forbidden");
    world.ask("staff:v view", "POST", &format!("{approval}/approve")).problem(403, "forbidden");
    assert_eq!(world.ask(OWNER, "POST", &format!("{approval}/approve")).ok()["state"], "approved");
    world.ask(OWNER, "POST", &format!("{approval}/approve")).problem(409, "over");
    work(&world);
    assert_eq!(set_entries(&world), 5);

    // Taking them back is one run too; and an approval that nobody gave in time is over.
    let undo = world.tell(REVOKER, "POST", "/runs", &json!({ "kind": "restore", "run": run["id"] })).ok();
    world.ask(OWNER, "POST", &format!("/approvals/{}/approve", undo["approval"].as_str().unwrap())).ok();
    work(&world);
    assert_eq!(set_entries(&world), 0);
    let late = world.tell(REVOKER, "POST", "/runs", &request).ok();
    world.pass(8 * 86_400);
    let approval = format!("/approvals/{}", late["approval"].as_str().unwrap());
    assert_eq!(world.get(&approval).ok()["state"], "expired");
    world.ask(OWNER, "POST", &format!("{approval}/approve")).problem(409, "over");
    // Three are few enough for one.
    let numbers: Vec<_> = (1..=3).map(|n| format!("CERT-WORKSHOP-2026-0000{n}")).collect();
    let few = done(&world, &json!({ "kind": "revoke", "numbers": numbers, "reason": { "cause": "fraud" } }));
    assert_eq!((&few["state"], set_entries(&world)), (&json!("completed"), 3));
    // The day of who did those is over.
    world.pass(2 * 86_400);
    let people = json!(["P00003@example.org"]);
    let emails = json!({ "kind": "revoke", "people": people, "event": "WORKSHOP", "reason": { "cause": "fraud" } });
    assert_eq!(done(&world, &emails)["counters"]["done"], 1);
    world
        .post("/runs", &json!({ "kind": "revoke", "numbers": ["CERT-X-2026-00001"], "reason": { "cause": "fraud" } }))
        .problem(422, "unknown-rows");
}

#[test]
fn two_operators_revoke_and_regenerate_the_same_people_and_no_bit_is_lost() {
    on_each_engine(|world| {
        issued(world, 40);
        let details = json!({ "title": "Applied Cartography II" });
        world.patch("/events/WORKSHOP", &details);
        for n in 0..40 {
            let path = format!("/events/WORKSHOP/participants/p{n:05}@example.org");
            world.patch(&path, &json!({ "name": format!("Renamed {n}") })).ok();
        }
        world.post("/runs", &json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "already_issued" })).ok();
        std::thread::scope(|scope| {
            scope.spawn(|| work(world));
            scope.spawn(|| {
                for n in (1..=40).step_by(2) {
                    let path = format!("/certificates/CERT-WORKSHOP-2026-{n:05}/revoke");
                    world.tell(REVOKER, "POST", &path, &json!({ "cause": "fraud" })).ok();
                }
            });
        });
        work(world);
        // Whatever came first: every version that is not in force has its bit, and nothing else has.
        let (mut expected, mut revoked) = (0, 0);
        for certificate in certificates(&*world.app.store) {
            for version in world.app.store.versions(&certificate.number).unwrap() {
                expected += usize::from(version.state != testamur::store::CertificateState::Active);
            }
            let state = format!("{:?}", certificate.state);
            revoked += usize::from(state.starts_with("Revoked"));
        }
        assert_eq!((set_entries(world), revoked), (expected, 20));
    });
}

#[test]
fn one_person_gets_one_now_with_the_reason_kept_and_an_exclusion_is_stronger() {
    on_each_engine(|world| {
        school(world, 1, 2);
        let now = json!({ "person": "p00001@example.org", "reason": "sat the exam on paper" });
        let got = world.post("/events/WORKSHOP/issue-now", &now).ok();
        assert_eq!(got["basis"]["issued_now"]["by"], "staff:owner");
        assert_eq!(got["basis"]["issued_now"]["note"], "sat the exam on paper");
        world.post("/events/WORKSHOP/issue-now", &now).problem(409, "already-has");
        let silent = json!({ "person": "p00002@example.org", "reason": " " });
        world.post("/events/WORKSHOP/issue-now", &silent).problem(422, "bad-request");
        world.post("/events/WORKSHOP/exclusions", &json!({ "person": "p00002@example.org", "reason": "conduct" })).ok();
        let excluded = json!({ "person": "p00002@example.org", "reason": "please" });
        world.post("/events/WORKSHOP/issue-now", &excluded).problem(409, "excluded");
        let nobody = json!({ "person": "nobody@example.org", "reason": "x" });
        world.post("/events/WORKSHOP/issue-now", &nobody).problem(404, "no-such-participant");
        let found = world.get("/audit?action=certificate.issue&subject=CERT-WORKSHOP-2026-00001").ok();
        let detail = &found["items"][0]["detail"];
        // What staff write about people is kept where it can be erased, and not in the log.
        assert_eq!((&detail["issuedNow"], &detail["note"]), (&json!(true), &json!(null)));
    });
}

#[test]
fn a_corrected_name_is_a_next_version_under_the_same_number() {
    on_each_engine(|world| {
        issued(world, 1);
        let ask = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": "Zoë Ångström", "note": "misspelt" });
        let asked = world.tell("staff:i view,import", "POST", "/corrections", &ask).ok();
        let path = format!("/corrections/{}", asked["id"].as_str().unwrap());
        assert_eq!(world.get("/corrections?state=pending").ok()["items"][0]["name"], "Zoë Ångström");
        let approved = world.ask(OWNER, "POST", &format!("{path}/approve")).ok();
        assert_eq!((&approved["state"], &approved["version"]), (&json!("approved"), &json!(2)));
        assert!(approved["mail"].as_str().unwrap().contains("not sent"));
        world.ask(OWNER, "POST", &format!("{path}/approve")).problem(409, "over");
        let whole = world.get(FIRST).ok();
        assert_eq!(whole["versions"][0]["status"], "superseded");
        assert_eq!(whole["versions"][1]["recipient"], "Zoë Ångström");
        assert_eq!(set_entries(world), 1);
        world.post("/corrections", &ask).problem(422, "bad-request");
        let other = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": "Somebody Else" });
        let other = world.post("/corrections", &other).ok();
        let path = format!("/corrections/{}", other["id"].as_str().unwrap());
        let no = world.post(&format!("{path}/reject"), &json!({ "answer": "as on the passport" })).ok();
        assert_eq!((&no["state"], &no["answer"]), (&json!("rejected"), &json!("as on the passport")));
    });
}

#[test]
fn certificates_are_listed_shown_and_downloaded() {
    let world = World::in_memory();
    issued(&world, 3);
    world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "fraud" })).ok();
    let numbers = |query: &str| world.get(&format!("/certificates?{query}")).ok()["items"].as_array().unwrap().len();
    assert_eq!((numbers("event=WORKSHOP"), numbers("status=revoked"), numbers("text=p00002@")), (3, 1, 1));
    let run = world.get("/runs?event=WORKSHOP").ok()["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!((numbers(&format!("run={run}")), numbers("run=none")), (3, 0));
    let first = world.get("/certificates?limit=2").ok();
    let rest = world.get(&format!("/certificates?limit=2&cursor={}", first["next"].as_str().unwrap())).ok();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);

    let file = |format: &str| world.get(&format!("{FIRST}/file?format={format}"));
    let pdf = file("pdf");
    assert!(pdf.bytes.starts_with(b"%PDF") && pdf.bytes == file("pdf").bytes);
    assert!(file("png").bytes.starts_with(b"\x89PNG"));
    let jws = file("jwt").text();
    assert_eq!(jws.split('.').count(), 3);
    assert_eq!(testamur::reading::read(&pdf.bytes).unwrap().best().unwrap().text, jws);
    let json = file("json").json();
    assert_eq!(json["proof"][0]["cryptosuite"], "eddsa-rdfc-2022");
    assert_eq!(file("json").bytes, file("json").bytes);
    world.get("/certificates/CERT-WORKSHOP-2026-00001/file?version=2").problem(404, "not-found");
    world.ask("staff:none ", "GET", FIRST).problem(403, "forbidden");
}

#[test]
fn a_specimen_is_marked_and_says_so_to_verifiers_and_a_spot_check_finds_all_well() {
    let world = World::in_memory();
    issued(&world, 4);
    let before = world.acts().len();
    let pdf = world.post("/events/WORKSHOP/specimen", &json!({ "person": "p00004@example.org" }));
    assert!(pdf.bytes.starts_with(b"%PDF"), "{}", pdf.text());
    let read = testamur::reading::read(&pdf.bytes).unwrap();
    assert!(read.printed.unwrap().contains("Person Number 4"));
    let picture = world.post("/events/WORKSHOP/specimen", &json!({ "format": "png", "name": "Zoë" }));
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    // As a file, as a picture, and as what a phone reads from it: the same word, neither good nor accused.
    let link = testamur::reading::read(&picture.bytes).unwrap().candidates.remove(0).text;
    let template = world.post("/templates/modern/preview", &json!({}));
    let said = json!({ "text": link }).to_string().into_bytes();
    let octets = "application/octet-stream";
    for (kind, body) in
        [(octets, pdf.bytes), (octets, picture.bytes), (octets, template.bytes), ("application/json", said)]
    {
        let answer = world.send("", request("POST", "/verify").header("content-type", kind), body).ok();
        let verdicts = answer["verdicts"].as_array().unwrap();
        assert_eq!(verdicts.len(), 1, "{answer}");
        assert_eq!((&verdicts[0]["verdict"], &answer["good"]), (&json!("specimen"), &json!(false)), "{answer}");
        assert_eq!(verdicts[0].as_object().unwrap().len(), 2, "verdict and source, nothing that is claimed: {answer}");
    }
    let check = world.post("/events/WORKSHOP/spot-check", &json!({ "count": 2 })).ok();
    assert_eq!((&check["of"], check["checked"].as_array().unwrap().len()), (&json!(4), 2));
    for one in check["checked"].as_array().unwrap() {
        assert_eq!((&one["verdict"], &one["problems"]), (&json!("valid"), &json!([])), "{one}");
    }
    world.post("/events/WORKSHOP/spot-check", &json!({ "count": 26 })).problem(422, "bad-request");
    assert_eq!(world.acts().len(), before, "neither is an act");
}

#[test]
fn the_audit_log_is_searched_checked_and_exported() {
    on_each_engine(|world| {
        issued(world, 3);
        world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "fraud" })).ok();
        let found = |query: &str| world.get(&format!("/audit?{query}")).ok()["items"].as_array().unwrap().len();
        assert_eq!(found("subject=CERT-WORKSHOP-2026-00001"), 2, "issued by the run, revoked by hand");
        assert_eq!(found("subject=CERT-WORKSHOP-2026-00002"), 1);
        assert_eq!((found("action=certificate.&actor=staff:owner"), found("actor=staff:nobody")), (2, 0));
        assert_eq!((found("since=2027-01-01T00:00:00Z"), found("until=2026-01-01T00:00:00Z")), (0, 0));
        world.get("/audit?since=yesterday").problem(400, "bad-query");
        let chain = world.get("/audit/check").ok();
        assert_eq!(chain["holds"], true);
        let export = world.get("/audit/export").text();
        let lines: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (end, entries) = lines.split_last().unwrap();
        assert_eq!((&end["chain"]["holds"], &end["chain"]["head"]), (&json!(true), &chain["head"]));
        assert_eq!(json!(entries.len()), chain["entries"]);
        assert!(!export.contains("@example.org"), "no e-mail address in the audit log");
    });
}

#[test]
fn keys_rotate_and_old_certificates_stay_good() {
    let world = World::in_memory();
    issued(&world, 1);
    let keys = world.ask("staff:k view,keys", "POST", "/keys/rotate").ok();
    let states: Vec<_> = keys["keys"].as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap()).collect();
    assert!(states.contains(&"active") && states.contains(&"retired"), "{states:?}");
    world.ask(REVOKER, "POST", "/keys/rotate").problem(403, "forbidden");
    let check = world.post("/events/WORKSHOP/spot-check", &json!({})).ok();
    assert_eq!(check["checked"][0]["verdict"], "valid", "{check}");
    world.post("/keys/k9/compromise", &json!({ "since": "2026-11-22T09:00:00Z" })).problem(404, "not-found");
    world.post("/keys/k1/compromise", &json!({ "since": "2026-11-22T09:00:00Z" })).ok();
    let check = world.post("/events/WORKSHOP/spot-check", &json!({})).ok();
    assert_eq!(check["checked"][0]["verdict"], "valid", "it is in the issued set: {check}");
}
