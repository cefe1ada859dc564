//! Bad input and bad days: each with its exit code, a message that says what with which and what to do, and nothing lost.

use std::fs;
use std::path::Path;
use std::process::Command;

use testamur::store::SledStore;

use crate::issuer::{EVENT, Issuer, Ran, THREE, copy, text};

/// Runs `testamur verify` on one file at a day when everything is fresh.
fn verify(issuer: &Issuer, input: &str) -> Ran {
    issuer.run(&["verify", input, "--trust", "SITE", "--at", "2026-03-02", "--json"])
}

// ---- import

#[test]
fn an_empty_list_is_refused() {
    let issuer = Issuer::new();
    issuer.import("").refuses("holds no rows");
    issuer.import("\n\n").refuses("holds no rows");
    issuer.import("name,email\n").refuses("no people below it");
}

#[test]
fn a_list_without_a_name_column_is_refused_and_the_hint_says_how_to_map_one() {
    let issuer = Issuer::new();
    let ran = issuer.import("colour,size\nred,3\n").refuses("name");
    assert!(ran.stderr.contains("--map"), "{}", ran.stderr);
    issuer.run(&["import", EVENT, "PEOPLE", "--map", "name=colour"]).expect(0).prints("1 added");
    issuer.run(&["import", EVENT, "PEOPLE", "--map", "name=flavour"]).refuses("flavour");
    issuer.run(&["import", EVENT, "PEOPLE", "--map", "nonsense"]).expect(2);
}

#[test]
fn a_missing_list_and_an_unknown_event_are_named() {
    let issuer = Issuer::new();
    issuer.run(&["import", EVENT, "/nowhere/people.csv"]).expect(3).warns("/nowhere/people.csv");
    fs::write(issuer.path("people.csv"), THREE).unwrap();
    issuer.run(&["import", "NOSUCH", "PEOPLE"]).refuses("event `NOSUCH` does not exist");
    for command in [
        &["issue", "NOSUCH"][..],
        &["issue", "NOSUCH", "--dry-run"],
        &["issue", "NOSUCH", "--only", "ada@example.org"],
        &["certificates", "list", "--event", "NOSUCH"],
        &["certificates", "list", "--event", "NOSUCH", "--json"],
    ] {
        issuer.run(command).refuses("event `NOSUCH` does not exist");
    }
    issuer.run(&["import", "no such", "PEOPLE"]).expect(2).warns("is not an event code");
}

#[test]
fn bad_rows_are_named_by_line_and_stop_nobody_else() {
    let issuer = Issuer::new();
    let long = "A".repeat(9_999) + "b";
    let csv = format!(
        "name,email\nJosé Núñez,jose@example.org\n{long},long@example.org\nEve\u{202e}nnA,bidi@example.org\n\
         ,nobody@example.org\nNew\u{7}Line,bell@example.org\nTomáš Dvořák,tomas@example.org\n"
    );
    let ran = issuer.import(&csv).expect(1);
    for words in ["line 3", "10000 characters", "line 4", "U+202E", "line 5", "the name is empty", "line 6", "U+0007"] {
        assert!(ran.stdout.contains(words), "`{words}` is missing: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\u{202e}'), "what turns text around is not printed as it is");
    assert!(ran.stdout.contains("4 with errors") && ran.stdout.contains("2 added"), "{}", ran.stdout);
    issuer.run(&["issue", EVENT]).expect(0).prints("2 issued");
}

#[test]
fn a_report_of_the_bad_rows_can_be_corrected_and_imported() {
    let issuer = Issuer::new();
    let report = issuer.path("errors.csv");
    fs::write(issuer.path("people.csv"), "name,email\nJosé Núñez,jose@example.org\n,ada@example.org\n").unwrap();
    issuer.run(&["import", EVENT, "PEOPLE", "--report", report.to_str().unwrap()]).expect(1).prints("1 added");
    let bad = fs::read_to_string(&report).unwrap();
    assert!(bad.contains("ada@example.org") && !bad.contains("jose@example.org"), "{bad}");
    fs::write(&report, bad.replace(",ada@example.org", "Ada Whitfield,ada@example.org")).unwrap();
    issuer.run(&["import", EVENT, report.to_str().unwrap()]).expect(0).prints("1 added");
}

#[test]
fn a_character_that_no_font_can_draw_is_named_before_anything_is_printed() {
    let issuer = Issuer::new();
    // Sidetic is a script of Unicode 17: few fonts in the world have it.
    let ran = issuer.import("name,email\nAda \u{10940}\u{10941},ada@example.org\n").expect(1);
    assert!(ran.stdout.contains("no font can draw U+10940"), "{}", ran.stdout);
    issuer.run(&["issue", EVENT]).expect(0).prints("0 issued");
}

#[test]
fn a_qr_code_over_budget_is_refused_before_anything_is_signed() {
    let issuer = Issuer::new();
    let criteria: String = (0..300).map(|n| format!("{:x}", n * 7_919)).collect::<Vec<_>>().join(" ");
    issuer
        .run(&["event", "create", "WORDY", "--title", "Wordy", "--template", "classic", "--criteria", &criteria])
        .expect(0);
    fs::write(issuer.path("people.csv"), THREE).unwrap();
    issuer.run(&["import", "WORDY", "PEOPLE"]).expect(0);
    for arguments in [&["issue", "WORDY", "--dry-run"][..], &["issue", "WORDY"]] {
        let ran = issuer.run(arguments).expect(1);
        assert!(ran.stdout.contains("QR code would be too large"), "{}", ran.stdout);
        assert!(ran.stdout.contains("criteria"), "the longest field is named: {}", ran.stdout);
    }
    assert!(issuer.numbers().is_empty());
}

// ---- templates

#[test]
fn a_template_with_a_missing_asset_is_refused_by_name() {
    let issuer = Issuer::new();
    let folder = issuer.path("broken");
    fs::create_dir(&folder).unwrap();
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/classic@1.json");
    let mut template: serde_json::Value = serde_json::from_slice(&fs::read(built_in).unwrap()).unwrap();
    template["background"] = serde_json::json!({ "asset": "paper.png" });
    fs::write(folder.join("template.json"), template.to_string()).unwrap();
    let path = folder.to_str().unwrap();
    let check = issuer.run(&["template", "check", path]);
    assert!(check.code == 1 || check.code == 3, "{check:?}");
    assert!((check.stdout + &check.stderr).contains("paper.png"));
    issuer.run(&["event", "create", "BROKEN", "--title", "Broken", "--template", path]).refuses("paper.png");
    issuer.run(&["issue", "BROKEN"]).refuses("does not exist");
}

#[test]
fn a_built_in_template_is_named_with_or_without_its_version() {
    let issuer = Issuer::new();
    issuer.run(&["template", "list"]).expect(0).prints("classic@1").prints("classic@3").prints("newest");
    let create =
        |code: &str, template: &str| issuer.run(&["event", "create", code, "--title", "T", "--template", template]);
    create("PLAIN", "classic").expect(0);
    create("FIXED", "classic@1").expect(0);
    create("LATER", "classic@99").refuses("template `classic` has no version 99; the newest is 3");
    for (code, version) in [("PLAIN", "classic@3 "), ("FIXED", "classic@1 ")] {
        issuer.run(&["event", "show", code]).expect(0).prints(version);
    }
}

#[test]
fn an_unknown_template_is_refused_and_the_built_in_ones_are_named() {
    let issuer = Issuer::new();
    let ran = issuer.run(&["event", "create", "NEXT", "--title", "Next", "--template", "nosuch"]).refuses("nosuch");
    assert!(ran.stderr.contains("classic"), "{}", ran.stderr);
    issuer.run(&["event", "create", EVENT, "--title", "Again", "--template", "classic"]).refuses("exists already");
}

// ---- keys and passphrase

#[test]
fn a_wrong_passphrase_signs_nothing() {
    let issuer = Issuer::with(THREE);
    let mut command = issuer.command(&["issue", EVENT]);
    Ran::of(command.env("TESTAMUR_PASSPHRASE", "wrong horse")).refuses("wrong passphrase");
    let mut command = issuer.command(&["issue", EVENT]);
    Ran::of(command.env_remove("TESTAMUR_PASSPHRASE")).refuses("no passphrase was given");
    assert!(issuer.numbers().is_empty());
    issuer.run(&["issue", EVENT]).expect(0).prints("3 issued");
    assert_eq!(issuer.numbers()[0], "CERT-MAPS-2026-00001");
}

#[test]
fn another_passphrase_takes_the_place_of_the_old_one() {
    let issuer = Issuer::with(THREE);
    let with = |words: &str, arguments: &[&str]| {
        Ran::of(
            issuer
                .command(arguments)
                .env("TESTAMUR_PASSPHRASE", words)
                .env("TESTAMUR_NEW_PASSPHRASE", "staple battery"),
        )
    };
    let change = ["keys", "passphrase"];
    with("wrong horse", &change).refuses("wrong passphrase");
    issuer.run(&change).refuses("no passphrase was given");
    fs::write(issuer.path("short"), "short\n").unwrap();
    let short = issuer.path("short");
    let ran = issuer.run(&["keys", "passphrase", "--new-passphrase-file", short.to_str().unwrap()]);
    ran.refuses("shorter than 8 characters");
    let ran = with(crate::issuer::PASSPHRASE, &change).expect(0).prints("k1, r1 have another passphrase");
    assert!(ran.stdout.contains("back up keys/ again"), "{}", ran.stdout);
    issuer.run(&["issue", EVENT]).refuses("wrong passphrase");
    with("staple battery", &["issue", EVENT]).expect(0).prints("3 issued");
    let rotated = with("staple battery", &["keys", "rotate"]).expect(0).prints("publish").prints("back up keys/");
    rotated.prints(&format!("take the root key offline: {}", issuer.path("data/keys/r1.jwe").display()));
    with("staple battery", &["publish", "--out", "SITE"]).expect(0);
}

#[test]
fn a_dump_in_an_empty_folder_says_what_else_the_backup_must_give() {
    let issuer = Issuer::issued(THREE);
    let (dump, none) = (issuer.path("store.dump"), Issuer::none());
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    let hint = "hint: copy testamur.toml and keys/ from the backup";
    none.run(&["import-dump", dump.to_str().unwrap()]).refuses("there is no issuer").warns(hint);
    fs::create_dir(none.path("data")).unwrap();
    fs::copy(issuer.path("data/testamur.toml"), none.path("data/testamur.toml")).unwrap();
    none.run(&["import-dump", dump.to_str().unwrap()]).refuses("cannot open the keys").warns(hint);
    copy(&issuer.path("data/keys"), &none.path("data/keys"));
    none.run(&["import-dump", dump.to_str().unwrap()]).expect(0);
    assert_eq!(none.numbers(), issuer.numbers());
}

#[test]
fn no_secret_and_no_address_is_printed_with_an_error() {
    let issuer = Issuer::with(THREE);
    let mut command = issuer.command(&["issue", EVENT]);
    let ran = Ran::of(command.env("TESTAMUR_PASSPHRASE", "a secret of mine")).refuses("wrong passphrase");
    assert!(!ran.stderr.contains("a secret of mine") && !ran.stderr.contains("example.org"), "{}", ran.stderr);
}

#[test]
fn an_issuer_is_never_overwritten() {
    let issuer = Issuer::new();
    issuer.run(&["init", "--issuer", "Other", "--domain", "other.example.org"]).refuses("exists already");
    let none = Issuer::none();
    none.run(&["certificates", "list"]).refuses("there is no issuer in");
    none.run(&["init", "--issuer", "Other", "--domain", "https://other.example.org/"]).expect(2);
    let mut command = none.command(&["init", "--issuer", "Other", "--domain", "other.example.org"]);
    Ran::of(command.env("TESTAMUR_PASSPHRASE", "short")).refuses("shorter than");
    assert!(!none.path("data/testamur.toml").exists(), "nothing is left of a refused one");
}

// ---- the store

#[test]
fn a_store_in_use_says_who_has_it() {
    let issuer = Issuer::with(THREE);
    let held = SledStore::open(&issuer.path("data/store")).unwrap();
    let ran = issuer.run(&["issue", EVENT]).refuses("in use by another process");
    assert!(ran.stderr.contains(&std::process::id().to_string()), "{}", ran.stderr);
    drop(held);
    issuer.run(&["issue", EVENT]).expect(0).prints("3 issued");
}

#[test]
fn a_damaged_store_is_reported_and_rebuilt_from_an_export() {
    let issuer = Issuer::issued(THREE);
    let dump = issuer.path("store.dump");
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    let list = issuer.run(&["certificates", "list"]).expect(0).stdout;
    let (store, database) = (issuer.path("data/store"), issuer.path("data/store/db"));
    let mut bytes = fs::read(&database).unwrap();
    let length = bytes.len();
    bytes[64..length / 2].iter_mut().for_each(|byte| *byte ^= 0x5a);
    fs::write(&database, bytes).unwrap();
    let ran = issuer.run(&["certificates", "list"]).refuses("damaged");
    assert!(ran.stderr.contains("import-dump"), "{}", ran.stderr);
    fs::rename(&store, issuer.path("damaged")).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(0);
    assert_eq!(issuer.run(&["certificates", "list"]).expect(0).stdout, list);
}

#[test]
fn a_dump_that_was_changed_is_refused_as_a_whole() {
    let issuer = Issuer::issued(THREE);
    let dump = issuer.path("store.dump");
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    fs::rename(issuer.path("data/store"), issuer.path("old")).unwrap();
    let whole = fs::read_to_string(&dump).unwrap();
    for changed in [whole.replacen("José", "Jose", 1), whole[..whole.len() / 2].to_owned(), String::new()] {
        assert_ne!(changed, whole);
        fs::write(&dump, changed).unwrap();
        issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(3);
    }
    fs::write(&dump, whole).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(0);
    assert_eq!(issuer.numbers().len(), 3);
}

/// Runs in a name space of its own, where a small disk can be mounted that goes away with it.
const FULL_DISK: &str = r#"
set -eu
mount -t tmpfs -o size=40m tmpfs "$1"
cp -a "$2/." "$1"
TESTAMUR_DATA=$1; export TESTAMUR_DATA
head -c 64M /dev/zero > "$1/ballast" 2>/dev/null || true
code=0; "$3" issue MAPS --json > "$4/first" 2> "$4/first-errors" || code=$?
echo "$code" > "$4/first-code"
code=0; "$3" certificates list --json > "$4/list" 2> "$4/list-errors" || code=$?
echo "$code" > "$4/list-code"
rm "$1/ballast"
"$3" issue MAPS --json > "$4/second"
"$3" certificates list --json > "$4/list"
"#;

#[test]
fn a_full_disk_loses_nothing_and_the_run_goes_on_when_there_is_room() {
    let can = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status();
    if !can.is_ok_and(|status| status.success()) {
        eprintln!("not run: this machine lets nobody mount a small disk (unshare --mount)");
        return;
    }
    // Enough people that the records do not fit into what the store keeps in reserve.
    let rows: String = (1..=2_000).map(|n| format!("Person {},p{n}@example.org\n", letters(n))).collect();
    let issuer = Issuer::with(&format!("name,email\n{rows}"));
    let disk = issuer.path("disk");
    fs::create_dir(&disk).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "bash", "-c", FULL_DISK, "bash"]);
    command.arg(&disk).arg(issuer.path("data")).arg(env!("CARGO_BIN_EXE_testamur")).arg(issuer.path(""));
    command.env("TESTAMUR_PASSPHRASE", crate::issuer::PASSPHRASE).env("TESTAMUR_CLOCK", crate::issuer::START);
    Ran::of(&mut command).expect(0);
    let read = |name: &str| fs::read_to_string(issuer.path(name)).unwrap();
    let errors = read("first-errors");
    assert_eq!(read("first-code").trim(), "3", "{errors}");
    assert!(errors.contains("full") && errors.contains("hint: ") && !errors.contains("panicked"), "{errors}");
    let list = read("list");
    assert_eq!(list.lines().count(), 2_000, "each person has one certificate");
    let acknowledged: Vec<String> =
        read("first").lines().filter(|line| line.contains("\"issued\"")).map(str::to_owned).collect();
    for line in acknowledged {
        let row: serde_json::Value = serde_json::from_str(&line).unwrap();
        let found = row["number"].as_str().is_none_or(|number| list.contains(number));
        assert!(found, "{line} was acknowledged and is lost");
    }
}

/// Spells a number in letters: a name has no digits.
fn letters(n: usize) -> String {
    n.to_string().bytes().map(|digit| char::from(b'a' + (digit - b'0'))).collect()
}

#[test]
fn a_folder_that_cannot_be_written_is_named_and_completed_later() {
    let issuer = Issuer::with(THREE);
    fs::write(issuer.path("out"), "a file, not a folder").unwrap();
    issuer.run(&["issue", EVENT, "--out", "OUT"]).expect(3).warns("out");
    fs::remove_file(issuer.path("out")).unwrap();
    issuer.run(&["issue", EVENT, "--out", "OUT"]).expect(0);
    assert_eq!(fs::read_dir(issuer.path("out")).unwrap().count(), 3);
}

// ---- the clock, the site

#[test]
fn a_clock_that_was_set_back_stops_every_act() {
    let mut issuer = Issuer::issued(THREE);
    issuer.at("2026-02-01T09:00:00Z");
    for arguments in
        [&["issue", EVENT][..], &["publish", "--out", "SITE"], &["revoke", "CERT-MAPS-2026-00001", "--reason", "x"]]
    {
        issuer.run(arguments).refuses("the clock says 2026-02-01");
    }
    issuer.at("2026-03-01T09:00:01Z").run(&["issue", EVENT]).expect(0);
}

#[test]
fn a_site_is_never_replaced_by_an_older_one() {
    let mut issuer = Issuer::issued(THREE);
    copy(&issuer.path("data"), &issuer.path("backup"));
    let number = issuer.numbers()[0].clone();
    issuer.at("2026-03-02T09:00:00Z").run(&["revoke", &number, "--reason", "issued in error", "--now"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let published = fs::read(issuer.path("site/trust.jws")).unwrap();
    // An old backup is put back by mistake: it knows nothing of the revocation.
    let mut command = issuer.command(&["publish", "--out", "SITE"]);
    let ran =
        Ran::of(command.env("TESTAMUR_DATA", issuer.path("backup")).env("TESTAMUR_CLOCK", "2026-03-01T12:00:00Z"));
    ran.expect(3);
    assert_eq!(fs::read(issuer.path("site/trust.jws")).unwrap(), published);
}

#[test]
fn a_verifier_does_not_go_back_to_an_older_snapshot() {
    let mut issuer = Issuer::issued(THREE);
    let (number, state) = (issuer.numbers()[0].clone(), issuer.path("seen.json"));
    let pdf = issuer.file(&number, "pdf");
    let (pdf, state) = (pdf.to_str().unwrap(), state.to_str().unwrap());
    copy(&issuer.path("site"), &issuer.path("older"));
    issuer.at("2026-03-02T09:00:00Z").run(&["revoke", &number, "--reason", "issued in error", "--now"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    issuer.run(&["verify", pdf, "--trust", "SITE", "--state", state]).expect(1).prints("revoked");
    let older = issuer.path("older");
    issuer.run(&["verify", pdf, "--trust", older.to_str().unwrap(), "--state", state]).refuses("older than version");
}

// ---- certificates and verification

#[test]
fn an_unknown_number_is_not_revoked_regenerated_shown_or_drawn() {
    let issuer = Issuer::issued(THREE);
    let unknown = "CERT-MAPS-2026-00099";
    for arguments in [
        &["revoke", unknown, "--reason", "x"][..],
        &["regenerate", unknown, "--reason", "x"],
        &["certificates", "show", unknown],
        &["certificates", "render", unknown, "--out", "OUT"],
    ] {
        issuer.run(arguments).refuses("certificate CERT-MAPS-2026-00099 does not exist");
    }
    issuer.run(&["revoke", "CERT-1", "--reason", "x"]).expect(2).warns("is not a certificate number");
    issuer.run(&["revoke", "CERT-MAPS-2026-00001", "--reason", " "]).expect(2);
    issuer.run(&["revoke", "CERT-MAPS-2026-00001"]).expect(2);
    issuer.run(&["issue", EVENT, "--only", "stranger@example.org"]).refuses("stranger@example.org");
    issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", "2026-03-02"]).expect(0);
}

#[test]
fn a_corrected_name_passes_the_same_checks_as_an_imported_one() {
    let issuer = Issuer::issued(THREE);
    let number = issuer.numbers()[0].clone();
    for name in ["name=Eve\u{202e}nnA", "name=", "name=Ada \u{10940}"] {
        issuer.run(&["regenerate", &number, "--set", name, "--reason", "name corrected"]).expect(3);
    }
    issuer.run(&["regenerate", &number, "--set", "nonsense", "--reason", "x"]).expect(2);
    let shown = issuer.run(&["certificates", "show", &number, "--json"]).expect(0).rows();
    assert_eq!(shown[0]["versions"].as_array().map(Vec::len), Some(1), "nothing was changed");
}

#[test]
fn what_is_no_certificate_is_malformed_and_stops_no_other_file() {
    let issuer = Issuer::issued(THREE);
    let files: [(&str, &[u8]); 6] = [
        ("empty.pdf", b""),
        ("garbage.pdf", b"%PDF-1.7\n%\xff\xff garbage"),
        ("garbage.png", b"\x89PNG\r\n\x1a\n garbage"),
        ("garbage.jwt", b"eyJ.eyJ.abc"),
        ("zeros.jpg", &[0; 10_000]),
        ("words.txt", "just a sentence, no credential".as_bytes()),
    ];
    for (name, bytes) in files {
        fs::write(issuer.path("out").join(name), bytes).unwrap();
        let rows = verify(&issuer, issuer.path("out").join(name).to_str().unwrap()).expect(1).rows();
        assert_eq!(text(&rows[0], "verdict"), "malformed", "{name}: {rows:?}");
        assert!(rows[0]["problem"].is_string(), "{name}: {rows:?}");
    }
    let rows = verify(&issuer, "OUT").expect(1).rows();
    let count = |code: &str| rows.iter().filter(|row| row["verdict"] == code).count();
    assert_eq!((count("valid"), count("malformed")), (6, files.len()), "{rows:?}");
}

#[test]
fn a_cut_file_is_never_valid() {
    let issuer = Issuer::issued(THREE);
    let number = issuer.numbers()[0].clone();
    for extension in ["pdf", "jwt"] {
        let whole = fs::read(issuer.file(&number, extension)).unwrap();
        for tenths in 1..=9 {
            let cut = issuer.path(&format!("cut.{extension}"));
            fs::write(&cut, &whole[..whole.len() * tenths / 10]).unwrap();
            let ran = verify(&issuer, cut.to_str().unwrap()).expect(1);
            assert!(ran.rows().iter().all(|row| row["verdict"] != "valid"), "{extension} cut at {tenths}/10: {ran:?}");
            assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_huge_file_is_refused_within_bounds() {
    let issuer = Issuer::issued(THREE);
    let huge = issuer.path("huge.pdf");
    // A sparse file: it takes no room, and would take a gigabyte if it were read.
    fs::File::create(&huge).unwrap().set_len(1 << 30).unwrap();
    let rows = verify(&issuer, huge.to_str().unwrap()).expect(1).rows();
    assert_eq!(text(&rows[0], "verdict"), "unreadable", "it was not looked at, so it is not accused");
    assert!(text(&rows[0], "problem").contains("at most"), "{rows:?}");
}

#[test]
fn missing_files_and_missing_trust_are_said_plainly() {
    let issuer = Issuer::issued(THREE);
    verify(&issuer, "/nowhere/certificate.pdf").refuses("there is no file or folder");
    issuer.run(&["verify", "OUT"]).expect(2).warns("whom to trust was not said");
    issuer.run(&["verify", "OUT", "--trust", "/nowhere"]).refuses("/nowhere");
    fs::create_dir(issuer.path("hollow")).unwrap();
    verify(&issuer, issuer.path("hollow").to_str().unwrap()).refuses("there is nothing to verify");
    fs::write(issuer.path("trust.jws"), "garbage").unwrap();
    issuer.run(&["verify", "OUT", "--trust", issuer.path("trust.jws").to_str().unwrap()]).refuses("trust.jws");
}

#[test]
fn a_changed_snapshot_is_not_trusted() {
    let issuer = Issuer::issued(THREE);
    let trust = issuer.path("site/trust.jws");
    let genuine = fs::read(&trust).unwrap();
    for at in [10, genuine.len() / 2, genuine.len() - 10] {
        let mut changed = genuine.clone();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        fs::write(&trust, changed).unwrap();
        issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", "2026-03-02"]).refuses("trust.jws");
    }
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let issuer = Issuer::new();
    for arguments in
        [&[][..], &["nonsense"], &["issue"], &["publish"], &["verify"], &["certificates", "render", "--out", "OUT"]]
    {
        issuer.run(arguments).expect(2);
    }
    issuer.run(&["--help"]).expect(0).prints("Usage:");
    issuer.run(&["qr", "unpack", "https://example.org/#1notdigits"]).refuses("unpack");
}
