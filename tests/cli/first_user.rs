//! What a first user met: mistakes that are easy to make, and the way out of each.

use std::fs;

use crate::issuer::{EVENT, Issuer, THREE};

#[test]
fn an_empty_cell_leaves_its_line_out_and_spreadsheet_debris_is_no_name() {
    let issuer = Issuer::new();
    let folder = issuer.path("own");
    fs::create_dir(&folder).unwrap();
    fs::write(
        folder.join("template.json"),
        r##"{"testamur":1,"title":"Own","language":"en","page":{"size":"A4","orientation":"landscape"},"elements":[
            {"type":"text","text":"{participant_name}","x":20,"y":40,"width":200,"height":20,"font":"Montserrat","size":24},
            {"type":"text","text":"Grade {grade}","optional":true,"x":20,"y":80,"width":200,"height":20,"font":"Montserrat","size":14},
            {"type":"text","text":"{event_title} {certificate_number}","x":20,"y":110,"width":200,"height":20,"font":"Montserrat","size":12},
            {"type":"qr","x":230,"y":140,"size":40}]}"##,
    )
    .unwrap();
    issuer.run(&["event", "create", "OPT", "--title", "Optional", "--template", folder.to_str().unwrap()]).expect(0);
    fs::write(issuer.path("people.csv"), "name,email,grade\nCara Two,c@example.org,\nDan One,d@example.org,1\n#N/A,x@example.org,2\n=A1,y@example.org,2\n")
        .unwrap();
    issuer.run(&["import", "OPT", "PEOPLE"]).expect(1).prints("2 with errors").prints("left over from a formula");
    issuer.run(&["issue", "OPT", "--out", "OUT"]).expect(0).prints("2 issued");
}

#[test]
fn a_correction_of_nothing_or_of_no_column_changes_nothing() {
    let issuer = Issuer::issued(THREE);
    let number = issuer.numbers().remove(0);
    issuer.run(&["regenerate", &number, "--reason", "x"]).refuses("would change");
    issuer.run(&["regenerate", &number, "--set", "nmae=Ada", "--reason", "x"]).refuses("no column `nmae`");
    let shown = issuer.run(&["certificates", "show", &number, "--json"]).expect(0);
    assert!(!shown.stdout.contains("superseded"), "{}", shown.stdout);
}

#[test]
fn one_is_not_spoken_of_in_the_plural() {
    let issuer = Issuer::new();
    issuer.import("name,email\nJosé Núñez,jose@example.org\n").expect(0).prints("1 row: 1 valid");
    issuer.run(&["import", EVENT, "PEOPLE", "--dry-run"]).expect(0).prints("1 person would be imported");
    issuer.run(&["issue", EVENT]).expect(0);
    issuer.run(&["certificates", "render", "--all", "--out", "OUT"]).expect(0).prints("1 certificate is in ");
}

#[test]
fn a_corrected_certificate_is_drawn_again_by_the_next_run() {
    let issuer = Issuer::issued(THREE);
    let number = issuer.numbers().remove(0);
    let before = fs::read(issuer.file(&number, "pdf")).unwrap();
    issuer.run(&["regenerate", &number, "--set", "name=Josefa Núñez", "--reason", "name"]).expect(0);
    issuer.run(&["issue", EVENT, "--out", "OUT"]).expect(0);
    assert_ne!(before, fs::read(issuer.file(&number, "pdf")).unwrap(), "the old copy would be sent");
}

#[test]
fn a_title_that_does_not_fit_makes_no_event() {
    let issuer = Issuer::new();
    let title = "Very long title ".repeat(40);
    issuer.run(&["event", "create", "LONG", "--title", &title, "--template", "classic"]).refuses("cannot");
    issuer.run(&["event", "create", "LONG", "--title", "Short", "--template", "classic"]).expect(0);
}

#[test]
fn a_folder_of_other_files_is_no_site() {
    let issuer = Issuer::issued(THREE);
    issuer.run(&["publish", "--out", "OUT"]).refuses("no part of a site");
    assert!(!issuer.path("out").join("trust.jws").exists());
}

#[test]
fn a_restored_store_publishes_again_once_it_knows_what_the_site_knows() {
    let issuer = Issuer::issued(THREE);
    let number = issuer.numbers().remove(0);
    let dump = issuer.path("dump.jsonl");
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    issuer.run(&["revoke", &number, "--reason", "issued in error"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    fs::remove_dir_all(issuer.path("data/store")).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(0);

    issuer.run(&["publish", "--out", "SITE"]).refuses("--after-restore");
    issuer.run(&["publish", "--out", "SITE", "--after-restore"]).refuses("(1 more)");
    issuer.run(&["revoke", &number, "--reason", "issued in error"]).expect(0);
    issuer.run(&["publish", "--out", "SITE", "--after-restore"]).expect(0).prints("site version 3");
    assert_eq!(issuer.verdict(&issuer.file(&number, "pdf"), "2026-03-01T10:00:00Z"), "revoked");
}
