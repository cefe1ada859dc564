//! What certificates look like to programs that are not ours: qpdf, poppler, zbar, zxing-cpp.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use testamur::cli::demo_people::{people, to_csv};

use crate::issuer::{EVENT, Issuer, text};
use crate::tools;

/// Two people of each language of the demo.
const PEOPLE: usize = 98;
/// The built-in templates.
const TEMPLATES: [&str; 3] = ["classic", "modern", "minimal"];

/// Returns printed names by number.
fn names(issuer: &Issuer) -> BTreeMap<String, String> {
    let rows = issuer.run(&["certificates", "list", "--json"]).expect(0).rows();
    rows.iter().map(|row| (text(row, "number"), text(row, "recipient"))).collect()
}

#[test]
fn names_in_every_script_come_back_out_of_sound_pdf_files() {
    let everybody = people(PEOPLE);
    let issuer = Issuer::with(&to_csv(&everybody));
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,jwt"]).expect(0).prints("98 issued");
    let names = names(&issuer);
    let mut wanted: Vec<&str> = everybody.iter().map(|person| person.name.as_str()).collect();
    let mut printed: Vec<&str> = names.values().map(String::as_str).collect();
    wanted.sort_unstable();
    printed.sort_unstable();
    assert_eq!(wanted, printed, "everybody has a certificate in the name that was put in");
    let mut lost = Vec::new();
    for (number, name) in &names {
        let pdf = issuer.file(number, "pdf");
        tools::qpdf_check(&pdf);
        assert_eq!(tools::attachment(&pdf, "credential.jwt"), fs::read_to_string(issuer.file(number, "jwt")).unwrap());
        let text = tools::pdf_text(&pdf);
        if !text.contains(name.as_str()) || !text.contains(number.as_str()) {
            lost.push(format!("{number} {name}: {text}"));
        }
    }
    assert!(lost.is_empty(), "{} of {} texts do not hold the name:\n{}", lost.len(), names.len(), lost.join("\n"));
}

#[test]
fn qr_codes_are_read_from_a_scan_by_two_readers_that_agree() {
    let issuer = Issuer::with(&to_csv(&people(PEOPLE / 2)));
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,jwt"]).expect(0);
    let numbers = issuer.numbers();
    let pictures: Vec<PathBuf> = numbers.iter().map(|number| tools::draw(&issuer.file(number, "pdf"))).collect();
    let by_zxing = tools::zxing(&pictures);
    for ((number, picture), by_zxing) in numbers.iter().zip(&pictures).zip(by_zxing) {
        let by_zbar = tools::zbar(picture);
        assert_eq!(by_zbar, by_zxing, "{number}");
        let jws = issuer.run(&["qr", "unpack", &by_zbar]).expect(0).stdout;
        assert_eq!(jws.trim(), fs::read_to_string(issuer.file(number, "jwt")).unwrap().trim(), "{number}");
    }
}

#[test]
fn our_own_pictures_are_read_by_both_readers_too() {
    let issuer = Issuer::with(&to_csv(&people(5)));
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "png,jwt"]).expect(0);
    let numbers = issuer.numbers();
    let pictures: Vec<PathBuf> = numbers.iter().map(|number| issuer.file(number, "png")).collect();
    for ((number, picture), by_zxing) in numbers.iter().zip(&pictures).zip(tools::zxing(&pictures)) {
        assert_eq!(tools::zbar(picture), by_zxing, "{number}");
        let jws = issuer.run(&["qr", "unpack", &by_zxing]).expect(0).stdout;
        assert_eq!(jws.trim(), fs::read_to_string(issuer.file(number, "jwt")).unwrap().trim());
    }
}

#[test]
fn a_certificate_is_drawn_again_to_the_same_bytes() {
    let mut issuer = Issuer::with(&to_csv(&people(49)));
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,png,jwt"]).expect(0);
    let again = issuer.path("again");
    // Another day, one at a time or all at once: nothing but the record decides.
    issuer.at("2026-09-01T00:00:00Z");
    issuer
        .run(&["certificates", "render", "--all", "--format", "pdf,png,jwt", "--out", again.to_str().unwrap()])
        .expect(0);
    let alone = issuer.path("alone");
    let number = issuer.numbers()[24].clone();
    issuer.run(&["certificates", "render", &number, "--out", alone.to_str().unwrap()]).expect(0);
    for number in issuer.numbers() {
        for extension in ["pdf", "png", "jwt"] {
            let first = fs::read(issuer.file(&number, extension)).unwrap();
            assert!(first == fs::read(again.join(format!("{number}.{extension}"))).unwrap(), "{number}.{extension}");
        }
    }
    let first = fs::read(issuer.file(&number, "pdf")).unwrap();
    assert!(first == fs::read(alone.join(format!("{number}.pdf"))).unwrap());
}

#[test]
fn every_built_in_template_prints_the_name_and_a_qr_code_that_reads() {
    let issuer = Issuer::new();
    let listed = issuer.run(&["template", "list"]).expect(0);
    for template in TEMPLATES {
        assert!(listed.stdout.contains(template), "{}", listed.stdout);
        issuer.run(&["template", "check", template]).expect(0);
        let pdf = issuer.path(&format!("{template}.pdf"));
        issuer
            .run(&["template", "preview", template, "--name", "Zoë Großmann", "--out", pdf.to_str().unwrap()])
            .expect(0);
        tools::qpdf_check(&pdf);
        assert!(tools::pdf_text(&pdf).contains("Zoë Großmann"), "{template}: {}", tools::pdf_text(&pdf));
        let picture = tools::draw(&pdf);
        assert_eq!(tools::zxing(std::slice::from_ref(&picture)), [tools::zbar(&picture)], "{template}");
    }
}

#[test]
fn a_scanned_certificate_is_verified_from_its_picture() {
    let issuer = Issuer::issued(crate::issuer::THREE);
    let number = issuer.numbers()[1].clone();
    let picture = tools::draw(&issuer.file(&number, "pdf"));
    let answer = issuer.verify(&picture, "2026-03-02");
    assert_eq!((text(&answer, "verdict"), text(&answer, "number")), ("valid".to_owned(), number));
}
