//! Certificates as people save them again, and files that were accused once of what was not so.
//! `tests/fixtures/cases/README.md` says which case is in which test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::issuer::{EVENT, Issuer, THREE, text};

const SOON: &str = "2026-03-02";

fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// Verifies a stored file against the trust file that it was issued under; returns its only row.
fn judged(name: &str, trust: &str, code: i32) -> Value {
    let (file, trust) = (stored(name), stored(trust));
    let (file, trust) = (file.to_str().unwrap(), trust.to_str().unwrap());
    let options = ["verify", file, "--trust", trust, "--at", "2026-11-30T12:00:00Z", "--json"];
    let rows = Issuer::none().run(&options).expect(code).rows();
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0].clone()
}

/// An issuer of certificates of twenty-three names in twenty scripts.
fn scripts() -> Issuer {
    let issuer = Issuer::with(&fs::read_to_string(stored("data/scripts.csv")).unwrap());
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    issuer
}

fn ran(command: &str, arguments: &[&str]) {
    let output = Command::new(command).args(arguments).output().unwrap();
    assert!(output.status.success(), "{command} {arguments:?}: {output:?}");
}

/// A PDF that is one JPEG on a page, as scanners make it.
fn scan(pdf: &str, to: &Path) {
    let stem = to.with_extension("");
    ran("pdftoppm", &["-r", "150", "-jpeg", "-gray", "-singlefile", pdf, stem.to_str().unwrap()]);
    let jpeg = fs::read(to.with_extension("jpg")).unwrap();
    let frame = jpeg.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
    let side = |at: usize| u16::from_be_bytes([jpeg[frame + at], jpeg[frame + at + 1]]);
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let draw = "q 842 0 0 595 0 0 cm /I Do Q";
    let image = format!(
        "<</Type/XObject/Subtype/Image/Width {}/Height {}/BitsPerComponent 8/ColorSpace/{}/Filter/DCTDecode/Length {}>>",
        side(7),
        side(5),
        if jpeg[frame + 9] == 1 { "DeviceGray" } else { "DeviceRGB" },
        jpeg.len()
    );
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>".to_vec(),
        format!("<</Length {}>>stream\n{draw}\nendstream", draw.len()).into_bytes(),
        [image.as_bytes(), b"stream\n", &jpeg, b"\nendstream"].concat(),
    ];
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend([format!("{} 0 obj\n", index + 1).as_bytes(), object, b"\nendobj\n"].concat());
    }
    let table: String = offsets.iter().map(|at| format!("{at:010} 00000 n \n")).collect();
    let xref = bytes.len();
    let trailer =
        format!("xref\n0 6\n0000000000 65535 f \n{table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{xref}\n");
    bytes.extend(format!("{trailer}%%EOF\n").into_bytes());
    fs::write(to, bytes).unwrap();
}

#[test]
fn untouched_certificates_in_twenty_scripts_are_good() {
    let issuer = scripts();
    issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON]).expect(0).prints("23 valid");
}

#[test]
fn stored_certificates_that_were_accused_once_are_good() {
    let stored: Vec<_> =
        fs::read_dir(stored("fixtures/cases/d01")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert!(stored.len() >= 4, "{stored:?}");
    for name in stored {
        let name = format!("fixtures/cases/d01/{}", name.to_str().unwrap());
        let row = judged(&name, "data/reading/trust-classic.jws", 0);
        assert_eq!(text(&row, "verdict"), "valid", "{row}");
        assert!(row.get("printedDiffers").is_none() && row.get("printedUncompared").is_none(), "{row}");
    }
}

#[test]
fn what_was_saved_again_is_never_accused() {
    let issuer = scripts();
    let numbers = issuer.numbers();
    for folder in ["moved", "drawn"] {
        fs::create_dir(issuer.path(folder)).unwrap();
    }
    for (index, number) in numbers.iter().enumerate() {
        let pdf = issuer.file(number, "pdf");
        let pdf = pdf.to_str().unwrap();
        let other = issuer.file(&numbers[(index + 1) % numbers.len()], "pdf");
        let to = |name: &str| issuer.path(name).join(format!("{index}.pdf")).to_str().unwrap().to_owned();
        // Each in one of the ways, and all through a program that draws the letters anew.
        match index % 4 {
            0 => ran("qpdf", &["--linearize", "--object-streams=generate", pdf, &to("moved")]),
            1 => ran("qpdf", &["--encrypt", "", "owner", "256", "--", pdf, &to("moved")]),
            2 => ran("pdfunite", &[pdf, other.to_str().unwrap(), &to("moved")]),
            _ => scan(pdf, &issuer.path("moved").join(format!("{index}.pdf"))),
        }
        ran("pdftocairo", &["-pdf", pdf, &to("drawn")]);
    }
    let verify = |folder: &str| {
        let folder = issuer.path(folder);
        issuer.run(&["verify", folder.to_str().unwrap(), "--trust", "SITE", "--at", SOON, "--json"])
    };
    for row in verify("moved").expect(0).verdicts() {
        let known = ["picture"].map(|word| json!(word)).contains(&row["page"]) || row.get("page").is_none();
        assert!(text(&row, "verdict") == "valid" && known && row.get("printedUncompared").is_none(), "{row}");
    }
    let drawn = verify("drawn").verdicts();
    assert_eq!(drawn.len(), 23);
    for row in &drawn {
        assert!(text(row, "verdict") == "valid" && row.get("printedDiffers").is_none(), "{row}");
        assert!(row.get("page").is_none(), "{row}");
    }
    // What is left of Latin, Chinese and Korean names is all of it.
    assert!(drawn.iter().filter(|row| row.get("printedUncompared").is_none()).count() >= 4, "{drawn:?}");
}

#[test]
fn a_file_with_an_owners_password_is_read() {
    for (name, trust) in [
        ("aes-128", "data/reading/trust-classic.jws"),
        ("aes-256", "data/reading/trust-tz.jws"),
        ("rc4-40", "data/reading/trust-classic.jws"),
        ("encrypted-owner-only", "data/reading/trust-classic.jws"),
    ] {
        let row = judged(&format!("fixtures/cases/d03/{name}.pdf"), trust, 0);
        assert_eq!((text(&row, "verdict"), text(&row, "source")), ("valid".into(), "attachment".into()), "{row}");
    }
    for name in ["with-password", "qpdf-encrypt-user"] {
        let row = judged(&format!("fixtures/cases/d03/{name}.pdf"), "data/reading/trust-classic.jws", 1);
        assert_eq!(text(&row, "verdict"), "unreadable");
        assert!(text(&row, "problem").contains("cannot be opened") && text(&row, "hint").contains("password"), "{row}");
    }
}

#[test]
fn letters_that_cannot_be_read_accuse_nobody() {
    let all = json!([
        "credentialSubject.identifier",
        "credentialSubject.licenseNumber",
        "credentialSubject.achievement.name"
    ]);
    for (name, fields) in [("gs-pdfwrite-arabic", json!(["credentialSubject.identifier"])), ("mutool-convert", all)] {
        let name = format!("fixtures/cases/d04/{name}.pdf");
        let row = judged(&name, "data/reading/trust-classic.jws", 1);
        assert_eq!((text(&row, "verdict"), &row["printedUncompared"]), ("valid".into(), &fields), "{row}");
        assert!(row.get("printedDiffers").is_none(), "{row}");
        let (file, trust) = (stored(&name), stored("data/reading/trust-classic.jws"));
        let (file, trust) = (file.to_str().unwrap(), trust.to_str().unwrap());
        let told = Issuer::none().run(&["verify", file, "--trust", trust, "--at", "2026-11-30T12:00:00Z"]).expect(1);
        assert!(told.stdout.contains("could not be compared") && told.stdout.contains("printed name"), "{told:?}");
        assert!(told.stdout.contains("compare by eye"), "{told:?}");
        assert!(!told.stdout.contains("does not print") && !told.stdout.contains("credentialSubject"), "{told:?}");
    }
}

#[test]
fn a_scan_is_what_the_same_picture_is() {
    // As scanners save them: CCITT G4 and G3, and JPEG 2000.
    for name in ["scan", "scan-g3", "scan-jpx"] {
        let row = judged(&format!("fixtures/cases/m03/{name}.pdf"), "fixtures/cases/m03/trust.jws", 0);
        assert_eq!((text(&row, "verdict"), text(&row, "page")), ("valid".into(), "picture".into()), "{name}: {row}");
    }
    // The same page as a picture, which nothing is said of: it has no text that could be compared.
    let row = judged("fixtures/cases/m03/scan.jpg", "fixtures/cases/m03/trust.jws", 0);
    assert_eq!((text(&row, "verdict"), &row["page"]), ("valid".into(), &Value::Null), "{row}");
    assert_eq!((text(&row, "number"), text(&row, "source")), ("CERT-W-2026-00001".into(), "qr".into()));
    // And another one, printed to a picture.
    let row = judged("fixtures/cases/d04/picture150.pdf", "data/reading/trust-classic.jws", 0);
    assert_eq!((text(&row, "verdict"), text(&row, "page")), ("valid".into(), "picture".into()), "{row}");
    assert_eq!(text(&row, "number"), "CERT-EVCLASSIC-2026-00001");
    let issuer = Issuer::issued(THREE);
    let pdf = issuer.file(&issuer.numbers()[0], "pdf");
    let file = issuer.path("scan.pdf");
    scan(pdf.to_str().unwrap(), &file);
    assert_eq!(issuer.verdict(&issuer.path("scan.jpg"), SOON), "valid");
    assert_eq!(text(&issuer.verify(&file, SOON), "page"), "picture");
    let told = issuer.run(&["verify", file.to_str().unwrap(), "--trust", "SITE", "--at", SOON]).expect(0);
    told.prints(
        "the page is a picture: its text was not compared; compare the name, the number and the title yourself",
    );
}

#[test]
fn another_name_or_number_drawn_on_the_page_is_told_in_peoples_words() {
    let issuer = Issuer::issued("name,email\nAda Whitfield,a@example.org\nIda Whitford,i@example.org\n");
    let [own, other] = [0, 1].map(|index| {
        let (pdf, plain) = (issuer.file(&issuer.numbers()[index], "pdf"), issuer.path(&format!("{index}.pdf")));
        ran("qpdf", &["--qdf", "--object-streams=disable", pdf.to_str().unwrap(), plain.to_str().unwrap()]);
        fs::read(plain).unwrap()
    });
    let shown = |pdf: &[u8]| -> Vec<Vec<u8>> {
        pdf.split(|byte| *byte == b'\n').filter(|line| line.ends_with(b">]TJ")).map(<[u8]>::to_vec).collect()
    };
    let mut told = String::new();
    // What differs between two certificates is drawn with its last two letters the other way round.
    for (line, _) in shown(&own).iter().zip(shown(&other)).filter(|(line, same)| *line != same) {
        let at = own.windows(line.len()).position(|part| part == line).unwrap();
        let end = at + line.len() - b">]TJ".len();
        let bytes = [&own[..end - 8], &own[end - 4..end], &own[end - 8..end - 4], &own[end..]].concat();
        let file = issuer.path("forged.pdf");
        fs::write(&file, bytes).unwrap();
        told += &issuer.run(&["verify", file.to_str().unwrap(), "--trust", "SITE", "--at", SOON]).stdout;
    }
    assert!(told.contains("another name: Ada Whitfiedl; signed is Ada Whitfield"), "{told}");
    assert!(told.contains(&format!("another number: CERT-{EVENT}-2026-00010")), "{told}");
    assert!(!told.contains("credentialSubject"), "{told}");
}

#[test]
fn links_as_programs_leave_them_are_read() {
    let issuer = Issuer::issued(THREE);
    let jwt = issuer.file(&issuer.numbers()[0], "jwt");
    let packed = issuer.run(&["qr", "pack", jwt.to_str().unwrap(), "--host", "certs.example.org/verify"]).expect(0);
    let link = packed.stdout.trim();
    let (address, digits) = link.split_once('#').unwrap();
    let (half, rest) = digits.split_at(digits.len() / 2);
    for changed in [
        format!("{address}%23{digits}"),
        format!("{address}%2523{digits}"),
        format!("{link}&utm_source=mail&utm_medium=x"),
        format!("{address}%23{digits}&utm_source=mail"),
        format!("<{link}>"),
        format!("{address}#{half}\r\n {rest}"),
        format!(
            "https://safe.example/?url={}%23{digits}&data=05%7C02",
            address.replace(':', "%3A").replace('/', "%2F")
        ),
    ] {
        issuer.run(&["verify", &changed, "--trust", "SITE", "--at", SOON]).expect(0).prints("1 valid");
    }
    let letter = format!("{address}#{half}x{rest}");
    issuer.run(&["verify", &letter, "--trust", "SITE", "--at", SOON]).expect(1).prints("malformed");
}

#[test]
fn untouched_certificates_of_every_template_are_good() {
    let issuer = Issuer::new();
    fs::copy(stored("data/scripts.csv"), issuer.path("people.csv")).unwrap();
    for template in ["modern", "minimal"] {
        let code = template.to_uppercase();
        issuer.run(&["event", "create", &code, "--title", "Data Analysis", "--template", template]).expect(0);
        issuer.run(&["import", &code, "PEOPLE"]).expect(0);
        issuer.run(&["issue", &code, "--out", "OUT", "--format", "pdf"]).expect(0);
    }
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON]).expect(0).prints("46 valid");
}
