//! Templates: what `template check` says is what `event create` and a preview do, and an event's own can be taken out and changed.

use std::fs;
use std::path::Path;

use crate::issuer::{EVENT, Issuer};

/// A template's folder with this background of the cases that were met.
fn with_background(issuer: &Issuer, case: &str) -> String {
    let folder = issuer.path("template");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let name = Path::new(case).file_name().unwrap().to_str().unwrap();
    fs::copy(format!("{}/tests/fixtures/cases/{case}", env!("CARGO_MANIFEST_DIR")), folder.join(name)).unwrap();
    let document = format!(
        r#"{{"testamur":1,"title":"T","background":{{"asset":"{name}"}},"elements":[
        {{"type":"text","text":"{{participant_name}}","x":30,"y":60,"width":200,"height":20,"size":30,"minSize":8}},
        {{"type":"qr","x":236,"y":150,"size":40}}]}}"#
    );
    fs::write(folder.join("template.json"), document).unwrap();
    folder.to_str().unwrap().to_owned()
}

#[test]
fn a_check_says_what_an_event_and_a_preview_would() {
    let issuer = Issuer::new();
    let pdf = issuer.path("preview.pdf");
    let pdf = pdf.to_str().unwrap();
    let cases = [
        ("r10-template-check-misses/p4-cmyk.pdf", Some("CMYK")),
        ("r10-template-check-misses/s2-embedded-png.svg", Some("holds a picture")),
        ("r09-svg-silently-changed/s6-figma-shadow.svg", Some("a shadow or a blur")),
        ("r10-template-check-misses/p7-gradient-alpha.pdf", None),
        ("r10-template-check-misses/p8-helvetica.pdf", Some("Helvetica")),
        ("m08-wrong-hint-for-encrypted-background/bg.pdf", None),
    ];
    for (at, (case, said)) in cases.into_iter().enumerate() {
        let folder = with_background(&issuer, case);
        let code = if said.is_some() { 1 } else { 0 };
        let check = issuer.run(&["template", "check", &folder]).expect(code);
        let preview = issuer.run(&["template", "preview", &folder, "--name", "Ada", "--out", pdf]);
        let event = issuer.run(&["event", "create", &format!("NEW{at}"), "--title", "T", "--template", &folder]);
        assert_eq!((preview.code == 0, event.code == 0), (said.is_none(), said.is_none()), "{case}");
        if let Some(said) = said {
            check.prints(said);
            preview.warns(said);
            event.warns(said);
        }
    }
}

#[test]
fn an_events_template_is_previewed_exported_and_made_anew() {
    let issuer = Issuer::new();
    let (pdf, folder) = (issuer.path("preview.pdf"), issuer.path("mine"));
    let (pdf, folder) = (pdf.to_str().unwrap(), folder.to_str().unwrap());
    let signs = "Dr. Helena Okafor; Programme Director";
    let create = ["event", "create", "SIGNED", "--title", "Weaving", "--template", "classic", "--signatory", signs];
    issuer.run(&create).expect(0);
    issuer.run(&["template", "preview", "--event", "SIGNED", "--name", "Ada Lovelace", "--out", pdf]).expect(0);
    let text = std::process::Command::new("pdftotext").args([pdf, "-"]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(["Ada Lovelace", "Weaving", "Helena Okafor"].iter().all(|part| text.contains(part)), "{text}");
    issuer.run(&["template", "export", "--event", EVENT, "--out", folder]).expect(0).prints("holds the template");
    issuer.run(&["template", "check", folder]).expect(0);
    issuer.run(&["template", "export", "classic", "--out", folder]).expect(3).warns("is there already");
    issuer.run(&["template", "export", "no-such", "--out", pdf]).expect(3).warns("no-such");
}

#[test]
fn every_built_in_template_prints_the_verifiers_address_and_six_who_sign() {
    let issuer = Issuer::new();
    let pdf = issuer.path("preview.pdf");
    let pdf = pdf.to_str().unwrap();
    let people = ["Helena Okafor", "Ada Lindqvist", "Ravi Kumar", "Mia Stone", "Jan Kowalski", "Zoë Müller"];
    let signs = people.map(|name| format!("{name}; Director"));
    for template in ["classic", "modern", "minimal"] {
        let code = template.to_uppercase();
        let mut create = vec!["event", "create", &code, "--title", "Weaving", "--template", template];
        signs.iter().for_each(|sign| create.extend(["--signatory", sign.as_str()]));
        issuer.run(&create).expect(0);
        issuer.run(&["template", "preview", "--event", &code, "--name", "Ada Lovelace", "--out", pdf]).expect(0);
        let text = std::process::Command::new("pdftotext").args([pdf, "-"]).output().unwrap();
        let text = String::from_utf8(text.stdout).unwrap();
        assert!(text.contains("certs.example.org/verify"), "{template}: {text}");
        assert!(people.iter().all(|name| text.contains(name)), "{template}: {text}");
    }
}
