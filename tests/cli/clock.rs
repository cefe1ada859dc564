//! Clocks that are wrong: refused before anything is written, and believed on somebody's word, which is recorded.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::issuer::{EVENT, Issuer, THREE, copy};

const FUTURE: &str = "2031-01-01T00:00:00Z";
const NOW: &str = "2026-03-02T09:00:00Z";
const NUMBER: &str = "CERT-MAPS-2026-00001";

/// The files that tell the time are as old as the stories of these tests.
fn aged(issuer: Issuer) -> Issuer {
    let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_772_355_600);
    let keys = fs::read_dir(issuer.path("data/keys")).unwrap().map(|entry| entry.unwrap().path());
    for path in keys.chain([issuer.path("data/testamur.toml")]) {
        fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }
    issuer
}

fn issued() -> Issuer {
    aged(Issuer::issued(THREE))
}

/// What the dump says of the audit log, oldest first.
fn acts(issuer: &Issuer) -> Vec<Value> {
    let dump = issuer.path("acts.dump");
    issuer.run(&["export", dump.to_str().unwrap(), "--force"]).expect(0);
    let lines = fs::read_to_string(dump).unwrap();
    let act = |line: &str| serde_json::from_str::<Value>(line).unwrap()["record"]["audit"]["act"].clone();
    lines.lines().map(act).filter(|act| !act.is_null()).collect()
}

fn accepted(issuer: &Issuer) -> usize {
    acts(issuer).iter().filter(|act| act["action"] == "clock.accept").count()
}

#[test]
fn a_clock_that_is_far_ahead_is_refused_before_anything_is_written() {
    let mut issuer = issued();
    let before = acts(&issuer).len();
    issuer.at(FUTURE);
    for arguments in [
        &["event", "create", "AHEAD", "--title", "A", "--template", "minimal"][..],
        &["import", EVENT, "PEOPLE"],
        &["issue", EVENT],
        &["publish", "--out", "SITE"],
        &["revoke", NUMBER, "--reason", "x"],
        &["regenerate", NUMBER, "--reason", "x"],
        &["keys", "rotate"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        let refused = issuer.run(arguments).refuses("the clock says 2031-01-01T00:00:00Z");
        assert!(refused.stderr.contains("--accept-clock"), "{}", refused.stderr);
    }
    // What only reads goes on.
    issuer.run(&["certificates", "list"]).expect(0);
    issuer.run(&["event", "list"]).expect(0);
    issuer.run(&["people", "list", EVENT]).expect(0);
    issuer.run(&["keys", "list"]).expect(0);
    issuer.at(NOW);
    assert_eq!(acts(&issuer).len(), before);
    issuer.run(&["issue", EVENT]).expect(0);
    assert_eq!(accepted(&issuer), 0);
}

#[test]
fn after_a_long_rest_a_clock_is_believed_by_newer_files_or_on_somebodys_word() {
    let mut issuer = issued();
    issuer.at("2026-05-01T09:00:00Z").run(&["issue", EVENT]).expect(0);
    issuer.at("2026-12-01T09:00:00Z").run(&["issue", EVENT]).refuses("nothing here is newer than 2026-05-01");
    issuer.run(&["issue", EVENT, "--accept-clock"]).expect(0).warns("it is accepted");
    issuer.run(&["issue", EVENT]).expect(0);
    assert_eq!(accepted(&issuer), 1);
    // Said where it is not needed, it is not recorded.
    issuer.run(&["issue", EVENT, "--accept-clock"]).expect(0);
    assert_eq!(accepted(&issuer), 1);
    let file = fs::File::options().write(true).open(issuer.path("data/testamur.toml")).unwrap();
    let year = std::time::Duration::from_secs(366 * 86_400);
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_796_115_600) + year)
        .unwrap();
    issuer.at("2027-12-01T09:00:00Z").run(&["issue", EVENT]).expect(0);
}

/// Everything under a clock that is ahead, as a version without these checks did it.
fn locked() -> Issuer {
    let mut issuer = issued();
    issuer.at(FUTURE);
    issuer.run(&["event", "create", "AHEAD", "--title", "A", "--template", "minimal", "--accept-clock"]).expect(0);
    issuer.run(&["keys", "rotate"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    issuer.at(NOW);
    issuer
}

#[test]
fn who_did_something_under_a_clock_that_was_ahead_gets_out_again() {
    let mut issuer = locked();
    for arguments in [&["publish", "--out", "SITE"][..], &["issue", EVENT], &["keys", "rotate"]] {
        let refused = issuer.run(arguments).refuses("the last act was recorded at 2031-01-01");
        assert!(refused.stderr.contains("--accept-clock"), "{}", refused.stderr);
    }
    issuer.run(&["publish", "--out", "SITE", "--accept-clock"]).expect(0).warns("it is accepted");
    issuer.run(&["revoke", NUMBER, "--reason", "issued in error"]).expect(0);
    issuer.run(&["issue", EVENT]).expect(0);
    // The keys were signed under the wrong clock too, and say so until they change.
    issuer.run(&["keys", "rotate"]).refuses("--accept-clock");
    issuer.run(&["keys", "rotate", "--accept-clock"]).expect(0);
    issuer.run(&["keys", "rotate"]).expect(0);
    issuer.at("2026-03-03T09:00:00Z").run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(issuer.verdict(&issuer.file("CERT-MAPS-2026-00002", "pdf"), "2026-03-03T10:00:00Z"), "valid");
    assert_eq!(issuer.verdict(&issuer.file(NUMBER, "pdf"), "2026-03-03T10:00:00Z"), "revoked");
    let recorded = acts(&issuer).into_iter().find(|act| act["action"] == "clock.accept" && act["at"] == NOW).unwrap();
    assert_eq!(recorded["detail"]["lastAct"], FUTURE);
}

#[test]
fn a_dump_carries_no_lock_along() {
    let issuer = locked();
    let dump = issuer.path("locked.dump");
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    let dump = dump.to_str().unwrap();
    let restored = |options: &[&str]| {
        let copied = Issuer::none();
        fs::create_dir_all(copied.path("data")).unwrap();
        copy(&issuer.path("data/keys"), &copied.path("data/keys"));
        copy(&issuer.path("site"), &copied.path("site"));
        fs::copy(issuer.path("data/testamur.toml"), copied.path("data/testamur.toml")).unwrap();
        let mut copied = aged(copied);
        copied.at(NOW);
        let ran = copied.run(&[&["import-dump", dump][..], options].concat()).expect(0);
        (copied, ran)
    };
    let (without, ran) = restored(&["--complete"]);
    let ran = ran.warns("the last act was recorded at 2031-01-01").warns("--accept-clock");
    assert!(ran.stdout.contains("are in the store"));
    without.run(&["issue", EVENT]).refuses("--accept-clock");
    without.run(&["issue", EVENT, "--accept-clock"]).expect(0);
    without.run(&["issue", EVENT]).expect(0);
    let (with, _) = restored(&["--accept-clock"]);
    with.run(&["issue", EVENT]).expect(0);
    with.run(&["publish", "--out", "SITE", "--after-restore", "--accept-clock"]).expect(0);
    with.run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(accepted(&with), 3, "the one of the story too");
    // No number is given out again, of whatever year a clock made it.
    with.import("name,email\nAda Lovelace,ada@example.org\n").expect(0);
    with.run(&["issue", EVENT]).expect(0);
    let newest = with.numbers().pop().unwrap();
    assert_eq!(newest, "CERT-MAPS-2026-01004");
}

#[test]
fn a_machine_without_a_clock_sets_nobody_up() {
    let mut issuer = Issuer::none();
    issuer.at("1970-01-01T00:10:00Z");
    let init = ["init", "--issuer", "Example Academy", "--domain", "certs.example.org"];
    issuer.run(&init).refuses("before this program was written");
    assert!(!issuer.path("data/testamur.toml").exists() && !issuer.path("data/keys").exists());
}

#[test]
fn a_store_and_a_dump_that_an_earlier_version_locked_are_opened_again() {
    let fixture = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/clock").join(name);
    let now = "2026-11-28T12:00:00Z";
    let mut store = Issuer::none();
    copy(&fixture("data"), &store.path("data"));
    let mut rebuilt = Issuer::none();
    fs::create_dir_all(rebuilt.path("data")).unwrap();
    copy(&fixture("data/keys"), &rebuilt.path("data/keys"));
    fs::copy(fixture("data/testamur.toml"), rebuilt.path("data/testamur.toml")).unwrap();
    let dump = fixture("locked.dump");
    rebuilt.at(now).run(&["import-dump", dump.to_str().unwrap(), "--accept-clock"]).expect(0);
    store.at(now).run(&["publish", "--out", "SITE"]).refuses("--accept-clock");
    store.run(&["export", store.path("dump").to_str().unwrap()]).expect(0);
    store.run(&["publish", "--out", "SITE", "--accept-clock"]).expect(0);
    for issuer in [store, rebuilt] {
        issuer.import("name,email\nAda Lovelace,ada@example.org\n").expect(0);
        issuer.run(&["issue", EVENT, "--out", "OUT"]).expect(0).prints("1 issued, 1 had one already");
        issuer.run(&["publish", "--out", "SITE"]).expect(0);
        let newest = issuer.numbers().pop().unwrap();
        assert!(newest.starts_with("CERT-MAPS-2026-") && newest != "CERT-MAPS-2026-00001", "{newest}");
        assert_eq!(issuer.verdict(&issuer.file(&newest, "pdf"), "2026-11-28T13:00:00Z"), "valid");
    }
}
