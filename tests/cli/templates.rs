//! Templates: what `template check` says is what `event create` and a preview do, and an event's own can be taken out and changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testamur::store::{Collection, DocumentWrite, Expect, SledStore, Store};
use testamur::template::Template;

use crate::issuer::{EVENT, Issuer};
use crate::tools::{draw, run};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cases").join(name)
}

/// A template's folder with this background of the cases that were met.
fn with_background(issuer: &Issuer, case: &str) -> String {
    let folder = issuer.path("template");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let name = Path::new(case).file_name().unwrap().to_str().unwrap();
    fs::copy(self::case(case), folder.join(name)).unwrap();
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
    let cases = [
        ("r10-template-check-misses/p4-cmyk.pdf", Some("CMYK")),
        ("r10-template-check-misses/s2-embedded-png.svg", Some("holds a picture")),
        ("r09-svg-silently-changed/s6-figma-shadow.svg", Some("a shadow or a blur")),
        ("r09-svg-silently-changed/s11-style-media.svg", Some("CSS variables")),
        ("r09-svg-silently-changed/s12-foreignobject.svg", Some("foreignObject")),
        ("r10-template-check-misses/p7-gradient-alpha.pdf", None),
        ("r10-template-check-misses/p8-helvetica.pdf", Some("Helvetica")),
        ("m08-wrong-hint-for-encrypted-background/bg.pdf", None),
    ];
    for (at, (case, said)) in cases.into_iter().enumerate() {
        let (folder, event) = (with_background(&issuer, case), format!("NEW{at}"));
        let _ = fs::remove_file(&pdf);
        let check = issuer.run(&["template", "check", &folder]);
        let preview = issuer.run(&["template", "preview", &folder, "--name", "Ada", "--out", pdf.to_str().unwrap()]);
        let made = issuer.run(&["event", "create", &event, "--title", "T", "--template", &folder]);
        let events = issuer.run(&["event", "list"]).expect(0).stdout;
        // What was refused leaves nothing behind, and what was taken is there.
        assert_eq!((pdf.exists(), events.contains(&event)), (said.is_none(), said.is_none()), "{case}");
        let Some(said) = said else {
            check.expect(0).prints("is fine");
            preview.expect(0);
            made.expect(0);
            continue;
        };
        check.expect(1).prints(said);
        for refused in [preview, made] {
            let refused = refused.expect(3).warns(said).warns("\nhint: ");
            // What is wrong is not the length of a text.
            assert!(!refused.stderr.contains("shorten"), "{case}: {}", refused.stderr);
        }
    }
}

#[test]
fn a_photo_whose_end_is_missing_is_refused_as_background_logo_and_signature() {
    let issuer = Issuer::new();
    let folder = with_background(&issuer, "m01-signature-photo-lies-on-its-side/sig.jpg");
    let half = issuer.path("half.jpg");
    let whole = fs::read(Path::new(&folder).join("sig.jpg")).unwrap();
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    fs::copy(&half, Path::new(&folder).join("sig.jpg")).unwrap();
    let half = half.to_str().unwrap();
    let signs = format!("Helena Okafor; Director; {half}");
    let said = "is damaged: its end is missing";
    issuer.run(&["template", "check", &folder]).expect(1).prints(said);
    let create = ["event", "create", "NEW", "--title", "T", "--template"];
    let classic = [&create[..], &["classic"]].concat();
    issuer.run(&[&create[..], &[&folder]].concat()).expect(3).warns(said);
    issuer.run(&[&classic[..], &["--logo", half]].concat()).expect(3).warns(said);
    issuer.run(&[&classic[..], &["--signatory", &signs]].concat()).expect(3).warns(said);
    issuer.run(&classic).expect(0);
    for change in [["--template", &folder], ["--logo", half], ["--signatory", &signs]] {
        issuer.run(&[&["event", "update", "NEW"], &change[..]].concat()).expect(3).warns(said);
    }
}

#[test]
fn what_a_check_warns_of_is_told_where_the_template_is_taken() {
    let issuer = Issuer::new();
    let pdf = issuer.path("preview.pdf");
    for (at, (case, said)) in [
        ("r22-trimbox-and-shape/p6-stamp-annot.pdf", "a stamp, a comment or a form field"),
        ("r22-trimbox-and-shape/s8-portrait.svg", "stretched"),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = with_background(&issuer, case);
        issuer.run(&["template", "check", &folder]).expect(0).prints(said);
        let preview = ["template", "preview", &folder, "--name", "Ada", "--out", pdf.to_str().unwrap()];
        issuer.run(&preview).expect(0).warns(said);
        let event = format!("NEW{at}");
        issuer.run(&["event", "create", &event, "--title", "T", "--template", &folder]).expect(0).warns(said);
        issuer.run(&["event", "create", "PLAIN", "--title", "T", "--template", "classic"]);
        issuer.run(&["event", "update", "PLAIN", "--template", &folder]).expect(0).warns(said);
    }
    let (coarse, fine) = (issuer.path("coarse.png"), issuer.path("fine.png"));
    image::GrayImage::new(50, 30).save(&coarse).unwrap();
    image::GrayImage::new(1_000, 600).save(&fine).unwrap();
    let create = |event: &str, logo: &Path| {
        let create = ["event", "create", event, "--title", "T", "--template", "classic", "--logo"];
        issuer.run(&[&create[..], &[logo.to_str().unwrap()]].concat()).expect(0)
    };
    create("COARSE", &coarse).warns("dots per inch");
    let told = create("FINE", &fine);
    assert!(!told.stderr.contains("warning"), "{}", told.stderr);
}

#[test]
fn a_background_with_a_real_password_is_refused_by_what_helps() {
    let issuer = Issuer::new();
    let folder = with_background(&issuer, "r10-template-check-misses/p7-gradient-alpha.pdf");
    let (plain, locked) = (issuer.path("template/p7-gradient-alpha.pdf"), issuer.path("locked.pdf"));
    let locks = ["--encrypt", "a secret", "another", "256", "--"];
    run(Command::new("qpdf").args(locks).args([&plain, &locked]));
    fs::rename(&locked, &plain).unwrap();
    let pdf = issuer.path("preview.pdf");
    let check = issuer.run(&["template", "check", &folder]);
    let preview = issuer.run(&["template", "preview", &folder, "--name", "Ada", "--out", pdf.to_str().unwrap()]);
    let event = issuer.run(&["event", "create", "LOCKED", "--title", "T", "--template", &folder]);
    for ran in [check, preview, event] {
        let ran = ran.expect(3).warns("is locked with a password; save the PDF without one");
        let ran = ran.warns("hint: correct that file, or put another one in its place");
        assert!(!ran.stderr.contains("shorten") && !ran.stderr.contains("schemas"), "{ran:?}");
    }
}

#[test]
fn photos_of_a_logo_and_of_a_signature_stand_upright() {
    let issuer = Issuer::new();
    let (pdf, pictures) = (issuer.path("preview.pdf"), case("m01-signature-photo-lies-on-its-side"));
    let drawn = |code: &str, photo: &str| {
        let photo = pictures.join(photo);
        let photo = photo.to_str().unwrap();
        let signs = format!("Helena Okafor; Director; {photo}");
        let create = ["event", "create", code, "--title", "T", "--template", "minimal", "--logo", photo];
        issuer.run(&[&create[..], &["--signatory", &signs]].concat()).expect(0);
        issuer
            .run(&["template", "preview", "--event", code, "--name", "Ada", "--out", pdf.to_str().unwrap()])
            .expect(0);
        image::open(draw(&pdf)).unwrap().to_luma8()
    };
    let (upright, turned) = (drawn("UPRIGHT", "sig.jpg"), drawn("TURNED", "sig6.jpg"));
    assert_eq!(upright.dimensions(), turned.dimensions());
    // In the boxes of the logo and of the signature, in millimetres.
    for [x, y, width, height] in [[28, 18, 80, 17], [28, 194, 58, 20]] {
        let at = |millimetres: u32| millimetres * 1500 / 254;
        let (mut unlike, mut inked) = (0_u32, 0_u32);
        for (x, y) in (at(y)..at(y + height)).flat_map(|y| (at(x)..at(x + width)).map(move |x| (x, y))) {
            let (one, other) = (upright.get_pixel(x, y)[0], turned.get_pixel(x, y)[0]);
            inked += u32::from(one < 160);
            unlike += u32::from(one.abs_diff(other) > 90);
        }
        assert!(inked > 200, "nothing is drawn at {x}, {y}");
        assert!(unlike * 2 < inked, "{unlike} of {inked} at {x}, {y}");
    }
}

#[test]
fn an_events_template_is_previewed_exported_and_made_anew() {
    let issuer = Issuer::new();
    let (pdf, folder) = (issuer.path("preview.pdf"), issuer.path("mine"));
    let (pdf, folder) = (pdf.to_str().unwrap(), folder.to_str().unwrap());
    let signs = "Dr. Helena Okafor; Programme Director";
    let create = ["event", "create", "SIGNED", "--title", "Weaving", "--template", "classic", "--signatory", signs];
    issuer.run(&[&create[..], &["--starts", "2026-05-04", "--ends", "2026-05-08"]].concat()).expect(0);
    issuer.run(&["template", "preview", "--event", "SIGNED", "--name", "Ada Lovelace", "--out", pdf]).expect(0);
    let text = std::process::Command::new("pdftotext").args([pdf, "-"]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        ["Ada Lovelace", "Weaving", "Helena Okafor", "May 4, 2026 – May 8, 2026"]
            .iter()
            .all(|part| text.contains(part)),
        "{text}"
    );
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
    for template in ["classic", "modern", "minimal", "laurel", "ribbon", "quiet"] {
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

#[test]
fn an_event_names_the_templates_of_its_card_and_its_badge() {
    let issuer = Issuer::issued(crate::issuer::THREE);
    let badge = |name: &str| {
        let png = issuer.path(name);
        issuer.run(&["event", "badge", EVENT, "--out", png.to_str().unwrap()]).expect(0);
        fs::read(png).unwrap()
    };
    let usual = badge("usual.png");
    let folder = issuer.path("ours");
    let exported = folder.to_str().unwrap();
    issuer.run(&["template", "export", "badge", "--out", exported]).expect(0);
    let document = fs::read_to_string(folder.join("template.json")).unwrap().replace("#0f5345", "#112233");
    fs::write(folder.join("template.json"), document).unwrap();
    issuer.run(&["template", "check", exported]).expect(0).prints("is fine");

    let update = |more: &[&str]| issuer.run(&[&["event", "update", EVENT], more].concat());
    update(&["--card-template", "card-name", "--badge-template", exported]).expect(0).prints("card, badge");
    let shown = issuer.run(&["event", "show", EVENT]).expect(0);
    assert!(shown.stdout.contains("by template card-name"), "{}", shown.stdout);
    let own = badge("own.png");
    assert_ne!(own, usual);
    update(&["--card-template", "classic"]).expect(2).warns("for certificates, not for share cards");
    update(&["--template", "card"]).expect(2).warns("no certificate is made with it");
    assert_eq!(badge("still.png"), own);
    update(&["--card-template", "none", "--badge-template", "none"]).expect(0).prints("card, badge");
    assert_eq!(badge("again.png"), usual);
    let listed = issuer.run(&["template", "list"]).expect(0);
    assert!(listed.stdout.contains("card, 1200 × 627 pixels") && listed.stdout.contains("badge, 600 × 600 pixels"));
}

#[test]
fn a_folder_that_is_called_as_a_later_built_in_template_goes_on_being_opened() {
    let issuer = Issuer::new();
    let folder = issuer.path("laurel");
    issuer.run(&["template", "export", "minimal", "--out", folder.to_str().unwrap()]).expect(0);
    let file = folder.join("template.json");
    let mut ours: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    ours["title"] = "Our own".into();
    fs::write(&file, ours.to_string()).unwrap();
    let beside = |arguments: &[&str]| issuer.run_beside(&folder, arguments);
    let titled = |event: &str| {
        let out = issuer.path(&format!("of-{event}"));
        issuer.run(&["template", "export", "--event", event, "--out", out.to_str().unwrap()]).expect(0);
        let document = fs::read_to_string(out.join("template.json")).unwrap();
        let _ = fs::remove_dir_all(out);
        document.contains("Our own")
    };
    // Beside the folder its name is the folder; elsewhere, and with a version, it is the built-in one.
    beside(&["event", "create", "OURS", "--title", "Weaving", "--template", "laurel"]).expect(0);
    issuer.run(&["event", "create", "THEIRS", "--title", "Weaving", "--template", "laurel"]).expect(0);
    beside(&["event", "create", "NAMED", "--title", "Weaving", "--template", "laurel@1"]).expect(0);
    assert_eq!(["OURS", "THEIRS", "NAMED"].map(titled), [true, false, false]);
    beside(&["event", "update", "THEIRS", "--template", "laurel"]).expect(0);
    assert!(titled("THEIRS"));
    // A name that was always a built-in one is never a path.
    fs::rename(&folder, issuer.path("classic")).unwrap();
    beside(&["event", "create", "PLAIN", "--title", "Weaving", "--template", "classic"]).expect(0);
    assert!(!titled("PLAIN"));
    // A folder that holds no template is none.
    fs::create_dir(&folder).unwrap();
    beside(&["event", "update", "OURS", "--template", "laurel"]).expect(0);
    assert!(!titled("OURS"));
}

#[test]
fn what_the_library_has_under_the_name_of_a_later_built_in_template_is_exported_and_used() {
    let issuer = Issuer::new();
    let exported = |name: &str| {
        let out = issuer.path("exported");
        let _ = fs::remove_dir_all(&out);
        issuer.run(&["template", "export", name, "--out", out.to_str().unwrap()]).expect(0);
        fs::read_to_string(out.join("template.json")).unwrap().contains("Our own")
    };
    assert!(!exported("quiet"));
    let mut ours: serde_json::Value =
        serde_json::from_slice(&Template::built_in("minimal", None).unwrap().document_bytes()).unwrap();
    ours["title"] = "Our own".into();
    let template = Template::new(ours.to_string().as_bytes(), Default::default()).unwrap();
    {
        let store = SledStore::open(&issuer.path("data/store")).unwrap();
        let digest = store.put_blob(&template.to_bundle()).unwrap();
        let version = serde_json::json!({ "version": 1, "digest": digest, "by": "ada", "at": "2026-01-05T10:00:00Z" });
        let kept = serde_json::json!({ "name": "quiet", "versions": [version] });
        let put = DocumentWrite::put(Collection::TEMPLATES, "quiet", Expect::Absent, &kept);
        store.write_documents(&[put], None).unwrap();
    }
    assert!(exported("quiet") && exported("quiet@1") && !exported("laurel"));
}
