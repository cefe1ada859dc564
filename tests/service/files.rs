//! Files of certificates over the API: kinds, names, proofs that are kept, archives with their manifest, tables, badges.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testamur::store::{Collection, Header, export};

use crate::harness::{Answer, World, on_each_engine};
use crate::runs::{done, school};
use crate::zips::members;

const FIRST: &str = "/certificates/CERT-WORKSHOP-2026-00001";

fn issued(world: &World, people: usize) -> String {
    school(world, people, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }))["id"].as_str().unwrap().to_owned()
}

fn file(world: &World, query: &str) -> Answer {
    let answer = world.get(&format!("{FIRST}/file?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", String::from_utf8_lossy(&answer.bytes));
    answer
}

#[test]
fn a_proof_is_kept_before_it_is_handed_out_and_outlives_its_key() {
    on_each_engine(|world| {
        issued(world, 2);
        let kept = || world.app.store.documents(Collection::PROOFS, "", None, 10).unwrap().items.len();
        assert_eq!(kept(), 0, "made when it is first asked for");
        let kinds = ["json", "baked_png", "baked_svg"];
        let made: Vec<Vec<u8>> = kinds.iter().map(|kind| file(world, &format!("format={kind}")).bytes).collect();
        assert_eq!(kept(), 1);
        world.pass(3_600);
        world.post("/keys/rotate", &json!({})).ok();
        let again: Vec<Vec<u8>> = kinds.iter().map(|kind| file(world, &format!("format={kind}")).bytes).collect();
        assert!(made == again);
        let proof: Value = serde_json::from_slice(&made[0]).unwrap();
        let method = &proof["proof"][0]["verificationMethod"];
        assert_eq!(method, "did:web:academy.example#k1-multikey");
        // By another path, in one go with others.
        let all = members(&world.get("/certificates/archive?event=WORKSHOP&kinds=json,baked_svg").bytes);
        assert_eq!(all["CERT-WORKSHOP-2026-00001.json"], made[0]);
        assert_eq!(all["CERT-WORKSHOP-2026-00001.badge.svg"], made[2]);
        assert_eq!(kept(), 2);
        let mut dump = Vec::new();
        let header = Header::new(world.app.now(), "did:web:academy.example");
        export(&*world.app.store, &header, &mut dump, &|_| "x".to_owned(), &|_| true).unwrap();
        let dump = String::from_utf8(dump).unwrap();
        let value = proof["proof"][0]["proofValue"].as_str().unwrap();
        assert!(dump.lines().any(|line| line.contains("\"proofs\"") && line.contains(value)));
        // A thief of the key could have made such a proof: the one that is handed out is by a good key.
        let since = json!({ "since": "2026-11-22T10:00:00Z" });
        world.post("/keys/k1/compromise", &since).ok();
        let new: Value = serde_json::from_slice(&file(world, "format=json").bytes).unwrap();
        assert_eq!(new["proof"][0]["verificationMethod"], "did:web:academy.example#k2-multikey");
        assert_eq!(file(world, "format=json").bytes, file(world, "format=json").bytes);
    });
}

#[test]
fn a_file_says_what_it_is_called() {
    let world = World::in_memory();
    issued(&world, 1);
    for (query, name) in [
        ("", "attachment; filename=\"CERT-WORKSHOP-2026-00001.pdf\""),
        ("format=png_300", "attachment; filename=\"CERT-WORKSHOP-2026-00001.300dpi.png\""),
        (
            "format=baked_png&file_names=%7Bnumber%7D%20%C3%A9",
            "attachment; filename=\"CERT-WORKSHOP-2026-00001 _.badge.png\"; filename*=UTF-8''CERT-WORKSHOP-2026-00001%20%C3%A9.badge.png",
        ),
    ] {
        assert_eq!(file(&world, query).headers["content-disposition"], name);
    }
    assert_eq!(file(&world, "format=baked_svg").headers["content-type"], "image/svg+xml");
    let detail = world.get(&format!("{FIRST}/file?file_names=%7Bnmae%7D")).problem(400, "bad-query");
    assert!(detail.contains("{external_id}"), "{detail}");
}

#[test]
fn archives_are_of_a_run_or_a_search_and_say_what_is_in_them() {
    on_each_engine(|world| {
        let run = issued(world, 5);
        let all =
            members(&world.get(&format!("/certificates/archive?run={run}&kinds=jwt,pdf&file_names=person")).bytes);
        assert_eq!(all.len(), 5 * 2 + 1);
        let manifest = String::from_utf8(all["manifest.csv"].clone()).unwrap();
        let mut reader = csv::Reader::from_reader(manifest.as_bytes());
        let lines: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
        assert_eq!(lines.len(), 5);
        assert!(
            lines.iter().all(|line| all.contains_key(&line["jwt"]) && all.contains_key(&line["pdf"])),
            "{manifest}"
        );
        assert_eq!(members(&world.get("/certificates/archive?text=p00002@").bytes).len(), 2);
        assert_eq!(
            members(&world.get("/certificates/archive?run=none").bytes).into_keys().collect::<Vec<_>>(),
            ["manifest.csv"]
        );
        for query in
            ["kinds=pdf", "event=WORKSHOP&kinds=gif", "event=WORKSHOP&kinds=", "event=WORKSHOP&file_names=%7Bx%7D"]
        {
            world.get(&format!("/certificates/archive?{query}")).problem(400, "bad-query");
        }
    });
}

/// Made while it is sent: what becomes of the last certificate after the first bytes have come is seen in the archive. So many that they
/// stand neither in the pipe nor in the groups that are made ahead.
#[test]
fn an_archive_has_begun_before_its_last_certificate_is_read() {
    const PEOPLE: usize = 400;
    let world = World::in_memory();
    issued(&world, PEOPLE);
    let last = format!("CERT-WORKSHOP-2026-{PEOPLE:05}");
    let people = world.get("/events/WORKSHOP/participants?limit=500").ok();
    let person = people["items"].as_array().unwrap().iter().find(|one| one["certificate"] == last).unwrap();
    let mut body = world.begin(crate::harness::OWNER, "/certificates/archive?event=WORKSHOP&kinds=pdf");
    let mut archive = world.read_on(&mut body).unwrap();
    assert!(archive.starts_with(b"PK"), "the first file is there");
    let erase = format!("/events/WORKSHOP/participants/{}/erase", person["id"].as_str().unwrap());
    assert_eq!(world.post(&erase, &json!({})).status, 204);
    while let Some(piece) = world.read_on(&mut body) {
        archive.extend(piece);
    }
    let files = members(&archive);
    assert!(files.contains_key("CERT-WORKSHOP-2026-00001.pdf"));
    assert!(!files.contains_key(&format!("{last}.pdf")), "it was read before anything was sent");
    assert_eq!(files.len(), PEOPLE - 1 + 1, "all others, and the manifest");
}

#[test]
fn what_was_issued_is_a_table() {
    let world = World::in_memory();
    issued(&world, 3);
    world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "fraud", "text": "=1+1" })).ok();
    let answer = world.get("/certificates/csv?event=WORKSHOP");
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let table = answer.text();
    let lines: Vec<&str> = table.trim_start_matches('\u{feff}').split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].contains(",revoked,") && lines[1].contains("'=1+1"), "{table}");
    assert_eq!(world.get("/certificates/csv?status=active").text().matches("\r\n").count(), 3);
}

#[test]
fn an_event_has_a_badge() {
    let world = World::in_memory();
    school(&world, 1, 0);
    let badge = world.get("/events/WORKSHOP/badge");
    assert_eq!((&badge.headers["content-type"], &badge.bytes[..4]), (&"image/png".parse().unwrap(), &b"\x89PNG"[..]));
    assert!(world.get("/events/WORKSHOP/badge?format=svg").text().contains("<title>"));
    world.get("/events/NONE/badge").problem(404, "not-found");
}
