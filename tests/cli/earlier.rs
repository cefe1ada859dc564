//! What an earlier version left behind goes on working: its data folder, its dump, its site and its files.
//!
//! `tests/data/earlier/COMMIT.tar.gz` is made by `tests/tools/make-fixture` with the program of that commit: an issuer
//! with two events, ten active certificates of twelve, two keys, staff, runs and a request that waits.

use std::fs;
use std::process::Command;

use serde_json::Value;
use testamur::reading;
use testamur::render::raster;

use crate::issuer::{Issuer, text};
use crate::lists::credential;

/// A day after the folder was left.
const NEXT_DAY: &str = "2026-11-27T10:00:00Z";

fn left_by(commit: &str) -> Issuer {
    let mut issuer = Issuer::none();
    let archive = format!("{}/tests/data/earlier/{commit}.tar.gz", env!("CARGO_MANIFEST_DIR"));
    let done = Command::new("tar").args(["xzf", &archive, "-C"]).arg(issuer.path(".")).status().expect("tar starts");
    assert!(done.success(), "{archive} is not unpacked");
    issuer.at(NEXT_DAY);
    issuer
}

/// The verdict of each file in a folder, by its name.
fn verdicts(issuer: &Issuer, folder: &str) -> Vec<(String, String)> {
    let folder = issuer.path(folder);
    let ran = issuer.run(&["verify", folder.to_str().unwrap(), "--trust", "SITE", "--json"]);
    let name = |row: &Value| text(row, "input").rsplit('/').next().unwrap_or_default().to_owned();
    ran.rows().iter().map(|row| (name(row), text(row, "verdict"))).collect()
}

/// Which of `MAPS` are not good any more: 4 was revoked, 1 was corrected.
fn expected(before: bool, name: &str) -> &'static str {
    match name.trim_end_matches(|c: char| !c.is_ascii_digit()) {
        "CERT-MAPS-2026-00004" | "CERT-WORKSHOP-2026-00001" => "revoked",
        "CERT-MAPS-2026-00001" if before => "superseded",
        _ => "valid",
    }
}

/// Whether two files show the same page, with the same symbol, and hold the same credential, however they are compressed.
fn look_the_same(one: &[u8], other: &[u8]) -> bool {
    let seen = |pdf: &[u8]| raster(pdf, 1, 100.0).unwrap();
    let told = |pdf: &[u8]| {
        let read = reading::read(pdf).unwrap();
        let texts: Vec<String> = read.candidates.iter().map(|candidate| candidate.text.clone()).collect();
        (read.printed, texts)
    };
    seen(one) == seen(other) && told(one) == told(other)
}

#[test]
fn the_data_folder_of_7f1119e_opens_goes_on_issuing_and_publishes() {
    let issuer = left_by("7f1119e");
    assert_eq!(issuer.numbers().len(), 12);
    // What was issued looks the same when it is drawn again.
    for number in issuer.numbers() {
        issuer.run(&["certificates", "render", &number, "--format", "pdf,jwt", "--out", "OUT"]).expect(0);
        for extension in ["pdf", "jwt"] {
            let earlier = fs::read(issuer.path("certificates").join(format!("{number}.{extension}"))).unwrap();
            let now = fs::read(issuer.file(&number, extension)).unwrap();
            assert!(
                if extension == "pdf" { look_the_same(&earlier, &now) } else { earlier == now },
                "{number}.{extension} is not what it was"
            );
        }
    }
    fs::write(issuer.path("people.csv"), "name,email\nYves Duchamp,yves@example.org\n").unwrap();
    issuer.run(&["import", "MAPS", "PEOPLE"]).expect(0).prints("1 added");
    issuer.run(&["issue", "MAPS", "--out", "OUT", "--format", "pdf"]).expect(0).prints("1 issued");
    issuer.run(&["regenerate", "CERT-MAPS-2026-00002", "--set", "name=A. Sharma", "--reason", "asked"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    for (folder, before) in [("before", true), ("certificates", false)] {
        for (name, verdict) in verdicts(&issuer, folder) {
            let wanted = if name.contains("MAPS-2026-00002") { "superseded" } else { expected(before, &name) };
            assert_eq!(verdict, wanted, "{folder}/{name}");
        }
    }
    let newest = issuer.file("CERT-MAPS-2026-00006", "pdf");
    assert_eq!(issuer.verdict(&newest, NEXT_DAY), "valid");
}

#[test]
fn an_event_of_7f1119e_signs_no_result_before_it_was_asked() {
    let issuer = left_by("7f1119e");
    fs::write(issuer.path("people.csv"), "name,email,Score\nYves Duchamp,yves@example.org,77\n").unwrap();
    issuer.run(&["import", "MAPS", "PEOPLE"]).expect(0).prints("never asked about its results").prints("1 added");
    for options in [&[][..], &["--dry-run"]] {
        let ran = issuer.run(&[&["issue", "MAPS"], options].concat()).expect(1);
        ran.warns("never asked whether everybody may read its results").warns("--publish-results yes");
    }
    assert_eq!(issuer.numbers().len(), 12);
    // What was said is said again, and nothing else.
    let result = |number: &str| credential(&issuer, number)["credentialSubject"]["result"][0]["value"].clone();
    let correct = |set: &str| issuer.run(&["regenerate", "CERT-MAPS-2026-00002", "--set", set, "--reason", "asked"]);
    correct("name=A. Sharma").expect(0);
    assert_eq!(result("CERT-MAPS-2026-00002"), "88");
    correct("result=99").expect(3).warns("never asked whether everybody may read its results");
    issuer
        .run(&["issue", "MAPS", "--publish-results", "no"])
        .expect(0)
        .prints("1 issued")
        .warns("kept, and not signed");
    assert!(result("CERT-MAPS-2026-00006").is_null());
    issuer.run(&["event", "show", "MAPS"]).expect(0).prints("kept, and not signed");
    issuer.run(&["event", "update", "MAPS", "--publish-results"]).expect(0);
    fs::write(issuer.path("people.csv"), "name,email,Score\nZoe Roy,zoe@example.org,78\n").unwrap();
    issuer.run(&["import", "MAPS", "PEOPLE"]).expect(0);
    issuer.run(&["issue", "MAPS"]).expect(0).prints("1 issued");
    assert_eq!(result("CERT-MAPS-2026-00007"), "78");
}

#[test]
fn the_dump_of_7f1119e_rebuilds_its_store() {
    let issuer = left_by("7f1119e");
    let dump = issuer.path("store.dump");
    fs::remove_dir_all(issuer.path("data/store")).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap(), "--complete"]).expect(0);
    assert_eq!(issuer.numbers().len(), 12);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    for (name, verdict) in verdicts(&issuer, "certificates") {
        assert_eq!(verdict, expected(false, &name), "{name}");
    }
    issuer.run(&["people", "list", "WORKSHOP"]).expect(0).prints("person3@example.org");
}
