//! Certificates in archives, mails and glued files: each is judged by name, and what was not looked at is never good.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Stdio;

use lopdf::dictionary;
use serde_json::Value;
use zip::CompressionMethod::{Deflated, Stored};
use zip::write::SimpleFileOptions;

use crate::issuer::{Issuer, Ran, THREE, text};

/// A day on which everything is fresh.
pub(crate) const SOON: &str = "2026-03-02";

pub(crate) fn archive(method: zip::CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn mail(attachments: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut mail = "From: Ada <ada@example.org>\r\nTo: jobs@example.org\r\nSubject: My certificates\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=FRONTIER\r\n\r\n--FRONTIER\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
        Dear all,\r\nhere they are.\r\n"
        .to_owned();
    for (name, kind, bytes) in attachments {
        let lines: Vec<String> = data_encoding::BASE64
            .encode(bytes)
            .as_bytes()
            .chunks(76)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        mail.push_str(&format!(
            "--FRONTIER\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{}\r\n",
            lines.join("\r\n")
        ));
    }
    mail.push_str("--FRONTIER--\r\n");
    mail.into_bytes()
}

/// An issuer of three, the second of which is revoked and published so, and their PDF files.
pub(crate) fn issuer() -> (Issuer, Vec<String>, Vec<Vec<u8>>) {
    let issuer = Issuer::issued(THREE);
    let numbers = issuer.numbers();
    issuer.run(&["revoke", &numbers[1], "--reason", "sold"]).expect(0);
    issuer.run(&["publish", "--out", "SITE", "--now"]);
    issuer.run(&["publish", "--out", "SITE"]);
    let pdfs = numbers.iter().map(|number| fs::read(issuer.file(number, "pdf")).unwrap()).collect();
    (issuer, numbers, pdfs)
}

/// Runs a tool of the system.
fn tool(program: &str, arguments: &[&Path]) {
    let ran = std::process::Command::new(program).args(arguments).output().expect(program);
    assert!(ran.status.success(), "{program}: {}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn a_specimen_is_told_by_itself_and_hides_nothing() {
    let (issuer, numbers, _) = issuer();
    let folder = issuer.path("mixed");
    fs::create_dir(&folder).unwrap();
    let verify = |what: &Path, codes: i32, expected: &[&str]| {
        let ran =
            issuer.run(&["verify", what.to_str().unwrap(), "--trust", "SITE", "--at", SOON, "--json"]).expect(codes);
        let found: Vec<String> = ran.rows().iter().map(|row| text(row, "verdict")).collect();
        assert_eq!(found, expected, "{}", ran.stdout);
    };
    let [pdf, png] = ["pdf", "png"].map(|kind| {
        let file = folder.join(format!("specimen.{kind}"));
        let out = file.to_str().unwrap();
        issuer.run(&["template", "preview", "modern", "--name", "Ada Lovelace", "--out", out]).expect(0);
        verify(&file, 1, &["specimen"]);
        file
    });
    let ran = issuer.run(&["verify", pdf.to_str().unwrap(), "--trust", "SITE", "--at", SOON]).expect(1);
    ran.prints("– specimen")
        .prints("This is a specimen, nobody's certificate.")
        .prints("1 verified offline: 1 specimen");
    issuer
        .run(&["verify", pdf.to_str().unwrap(), "--trust", "SITE", "--at", SOON, "--quiet"])
        .expect(1)
        .prints("– specimen");
    let link = testamur::reading::read(&fs::read(&png).unwrap()).unwrap().candidates.remove(0).text;
    issuer.run(&["verify", &link, "--trust", "SITE", "--at", SOON]).expect(1).prints("1 verified offline: 1 specimen");
    issuer.run(&["revoke", &link, "--reason", "lost"]).refuses("specimen");
    issuer
        .run(&["revoke", pdf.to_str().unwrap(), "--reason", "lost"])
        .refuses("this is a specimen, nobody's certificate");

    // Among others, in a folder and in one file: the good stay good, the revoked is not hidden, and not all is well.
    let [good, revoked] = [0, 1].map(|at| issuer.file(&numbers[at], "pdf"));
    fs::copy(&good, folder.join("a.pdf")).unwrap();
    fs::copy(&revoked, folder.join("b.pdf")).unwrap();
    verify(&folder, 1, &["valid", "revoked", "specimen", "specimen"]);
    let merged = issuer.path("merged.pdf");
    tool("pdfunite", &[&good, &pdf, &revoked, &merged]);
    let ran = issuer.run(&["verify", merged.to_str().unwrap(), "--trust", "SITE", "--at", SOON, "--json"]).expect(1);
    let told = |row: &Value| format!("{} {}{}", text(row, "verdict"), row["printedDiffers"], row["page"]);
    let mut found: Vec<String> = ran.rows().iter().map(told).collect();
    found.sort();
    assert_eq!(found, ["revoked nullnull", "specimen nullnull", "valid nullnull"], "{}", ran.stdout);
}

/// Verifies a file that is written for it; returns the end of each input's name with the verdict.
pub(crate) fn judged(issuer: &Issuer, name: &str, bytes: &[u8], code: i32) -> (Vec<(String, String)>, Ran) {
    fs::write(issuer.path(name), bytes).unwrap();
    let file = issuer.path(name);
    let ran = issuer.run(&["verify", file.to_str().unwrap(), "--trust", "SITE", "--at", SOON, "--json"]).expect(code);
    let start = file.to_str().unwrap();
    let row = |row: &Value| (text(row, "input").replacen(start, name, 1), text(row, "verdict"));
    (ran.verdicts().iter().map(row).collect(), ran)
}

pub(crate) fn is(rows: &[(String, String)], expected: &[(&str, &str)]) {
    let rows: Vec<(&str, &str)> = rows.iter().map(|(name, code)| (&name[..], &code[..])).collect();
    assert_eq!(rows, expected);
}

#[test]
fn every_certificate_in_an_archive_is_judged_by_name() {
    let (issuer, numbers, pdfs) = issuer();
    for method in [Stored, Deflated] {
        let zip = archive(method, &[("good.pdf", &pdfs[0]), ("a folder/bad.pdf", &pdfs[1]), ("read me.txt", b"Hello")]);
        let (rows, ran) = judged(&issuer, "all.zip", &zip, 1);
        is(&rows, &[("all.zip/good.pdf", "valid"), ("all.zip/a folder/bad.pdf", "revoked")]);
        assert!(ran.stderr.contains("read me.txt: it holds no certificate"), "{}", ran.stderr);
    }
    let good = archive(Stored, &[("a.pdf", &pdfs[0]), ("b.pdf", &pdfs[2])]);
    is(&judged(&issuer, "good.zip", &good, 0).0, &[("good.zip/a.pdf", "valid"), ("good.zip/b.pdf", "valid")]);
    let jwt = fs::read(issuer.file(&numbers[0], "jwt")).unwrap();
    let mixed = archive(Deflated, &[("package.json", b"{\"a\":1}"), ("c.jwt", &jwt)]);
    is(&judged(&issuer, "mixed.zip", &mixed, 0).0, &[("mixed.zip/c.jwt", "valid")]);
    let none = archive(Deflated, &[("package.json", b"{\"a\":1}")]);
    is(&judged(&issuer, "none.zip", &none, 1).0, &[("none.zip", "malformed")]);
}

#[test]
fn a_folder_and_standard_input_open_them_too() {
    let (issuer, _, pdfs) = issuer();
    let zip = archive(Stored, &[("good.pdf", &pdfs[0]), ("bad.pdf", &pdfs[1])]);
    fs::create_dir(issuer.path("inbox")).unwrap();
    fs::write(issuer.path("inbox/all.zip"), &zip).unwrap();
    fs::write(issuer.path("inbox/all.7z"), b"7z\xBC\xAF\x27\x1C\0\x04").unwrap();
    fs::write(issuer.path("inbox/style.css"), "p {}").unwrap();
    let inbox = issuer.path("inbox");
    let ran = issuer.run(&["verify", inbox.to_str().unwrap(), "--trust", "SITE", "--at", SOON, "--json"]).expect(1);
    let codes: Vec<String> = ran.verdicts().iter().map(|row| text(row, "verdict")).collect();
    assert_eq!(codes, ["unreadable", "valid", "revoked"], "{ran:?}");
    assert!(ran.stderr.contains("without a certificate: 1 file: "), "{}", ran.stderr);

    let mut command = issuer.command(&["verify", "-", "--trust", "SITE", "--at", SOON, "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&zip).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), told.lines().count()), (Some(1), 2), "{told}");
    assert!(told.contains("\"-/bad.pdf\"") && told.contains("revoked"), "{told}");
}

#[test]
fn glued_files_are_all_judged() {
    let (issuer, _, pdfs) = issuer();
    let glued = [&pdfs[1][..], &pdfs[0]].concat();
    is(&judged(&issuer, "glued.pdf", &glued, 1).0, &[("glued.pdf/part 1", "revoked"), ("glued.pdf/part 2", "valid")]);
    let with_archive = [&pdfs[0][..], &archive(Stored, &[("bad.pdf", &pdfs[1])])].concat();
    let rows = judged(&issuer, "both.pdf", &with_archive, 1).0;
    is(&rows, &[("both.pdf/part 1", "valid"), ("both.pdf/part 2/bad.pdf", "revoked")]);
}

#[test]
fn bytes_that_nobody_looked_at_are_never_green() {
    let (issuer, _, pdfs) = issuer();
    for (name, bytes) in
        [("before.pdf", [b"something\n", &pdfs[0][..]].concat()), ("behind.pdf", [&pdfs[0][..], b"something"].concat())]
    {
        let (_, ran) = judged(&issuer, name, &bytes, 1);
        assert_eq!(
            (text(&ran.rows()[0], "verdict"), text(&ran.rows()[0], "page")),
            ("valid".into(), "leftover".into())
        );
    }
    judged(&issuer, "blank.pdf", &[&pdfs[0][..], b"\r\n\0\0"].concat(), 0);

    let zip = archive(Stored, &[("good.pdf", &pdfs[0])]);
    let hidden = [&archive(Stored, &[("bad.pdf", &pdfs[1])])[..], &zip].concat();
    let rows = judged(&issuer, "hidden.zip", &hidden, 1).0;
    is(&rows, &[("hidden.zip/bad.pdf", "revoked"), ("hidden.zip/part 2/good.pdf", "valid")]);
    is(&judged(&issuer, "cut.zip", &zip[..zip.len() - 30], 1).0, &[("cut.zip", "unreadable")]);
}

#[test]
fn two_members_of_one_name_are_both_judged() {
    let (issuer, _, pdfs) = issuer();
    let zip = archive(Stored, &[("a.pdf", &pdfs[0]), ("b.pdf", &pdfs[1])]);
    let named = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        while let Some(at) = bytes.windows(5).position(|word| word == b"b.pdf") {
            bytes[at] = b'a';
        }
        bytes
    };
    is(
        &judged(&issuer, "twice.zip", &named(&zip), 1).0,
        &[("twice.zip/a.pdf", "valid"), ("twice.zip/a.pdf", "revoked")],
    );
}

#[test]
fn a_member_that_cannot_be_read_is_said_and_costs_the_others_nothing() {
    let (issuer, _, pdfs) = issuer();
    let zip = archive(Stored, &[("locked.pdf", &pdfs[1]), ("good.pdf", &pdfs[0])]);
    let changed = |zip: &[u8], local: usize, central: usize, value: u8| {
        let mut zip = zip.to_vec();
        zip[local] = value;
        let at = zip.windows(4).position(|word| word == b"PK\x01\x02").unwrap();
        zip[at + central] = value;
        zip
    };
    // The flag of encryption, and a method that is not read.
    for (name, bytes) in [("locked.zip", changed(&zip, 6, 8, 1)), ("packed.zip", changed(&zip, 8, 10, 93))] {
        let rows = judged(&issuer, name, &bytes, 1).0;
        let (locked, good) = (format!("{name}/locked.pdf"), format!("{name}/good.pdf"));
        is(&rows, &[(&locked, "unreadable"), (&good, "valid")]);
    }
    let mut broken = zip.clone();
    let at = broken.windows(5).position(|word| word == b"%PDF-").unwrap();
    broken[at + 2_000] ^= 1;
    let rows = judged(&issuer, "broken.zip", &broken, 1).0;
    is(&rows, &[("broken.zip/locked.pdf", "unreadable"), ("broken.zip/good.pdf", "valid")]);
}

#[test]
fn mails_are_opened_and_what_lies_deeper_is_refused_with_what_to_do() {
    let (issuer, _, pdfs) = issuer();
    let zip = archive(Deflated, &[("good.pdf", &pdfs[0])]);
    let deep = archive(Deflated, &[("inner.zip", &zip), ("lower.zip", &archive(Deflated, &[("inner.zip", &zip)]))]);
    let parts: [(&str, &str, &[u8]); 3] = [
        ("bad.pdf", "application/pdf", &pdfs[1]),
        ("all.zip", "application/zip", &zip),
        ("deep.zip", "application/zip", &deep),
    ];
    let (rows, ran) = judged(&issuer, "letter.eml", &mail(&parts), 1);
    is(
        &rows,
        &[
            ("letter.eml/bad.pdf", "revoked"),
            ("letter.eml/all.zip/good.pdf", "valid"),
            ("letter.eml/deep.zip/inner.zip/good.pdf", "valid"),
            ("letter.eml/deep.zip/lower.zip/inner.zip", "unreadable"),
        ],
    );
    assert_eq!(text(&ran.verdicts()[3], "hint"), "unpack it, and verify what is in it");
    let rows = judged(&issuer, "good.eml", &mail(&[("a.pdf", "application/pdf", &pdfs[0])]), 0).0;
    is(&rows, &[("good.eml/a.pdf", "valid")]);
    let forwarded = mail(&[("letter.eml", "message/rfc822", &mail(&[("bad.pdf", "application/pdf", &pdfs[1])]))]);
    is(&judged(&issuer, "forwarded.eml", &forwarded, 1).0, &[("forwarded.eml/letter.eml/bad.pdf", "revoked")]);
}

#[test]
fn an_archive_past_the_bounds_is_refused_with_what_to_do() {
    let (issuer, _, pdfs) = issuer();
    let names: Vec<String> = (0..5_001).map(|n| format!("{n}.txt")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (&name[..], &b"x"[..])).collect();
    files.push(("good.pdf", &pdfs[0]));
    let (rows, ran) = judged(&issuer, "many.zip", &archive(Stored, &files), 1);
    is(&rows, &[("many.zip", "unreadable")]);
    assert!(text(&ran.rows()[0], "problem").contains("at most 5000"), "{ran:?}");
    assert!(text(&ran.rows()[0], "hint").contains("testamur verify FOLDER"), "{ran:?}");
    // What it says that it unpacks to counts, before anything is unpacked.
    let large: Vec<(&str, &[u8])> = names.iter().take(9).map(|name| (&name[..], &b"x"[..])).collect();
    let mut large = archive(Stored, &large);
    let directory = large.windows(4).position(|word| word == b"PK\x01\x02").unwrap();
    let entries: Vec<usize> =
        (directory..large.len() - 4).filter(|at| large[*at..].starts_with(b"PK\x01\x02")).collect();
    for at in entries {
        large[at + 24..at + 28].copy_from_slice(&(60u32 << 20).to_le_bytes());
    }
    is(&judged(&issuer, "large.zip", &large, 1).0, &[("large.zip", "unreadable")]);
}

/// A certificate's page with a picture of a hundred million pixels on it, which a small file can claim and nobody needs.
fn with_huge_picture(pdf: &[u8]) -> Vec<u8> {
    let mut document = lopdf::Document::load_mem(pdf).unwrap();
    let (_, &page) = document.get_pages().iter().next().map(|(number, id)| (*number, id)).unwrap();
    let mut stream = lopdf::Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 10_000, "Height" => 10_000,
            "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8,
        },
        vec![255; 300_000_000],
    );
    stream.compress().unwrap();
    let picture = document.add_object(stream);
    document.add_xobject(page, "Huge", picture).unwrap();
    let mut content = document.get_page_content(page);
    content.extend_from_slice(b"\nq 1 0 0 1 0 0 cm /Huge Do Q\n");
    document.change_page_content(page, content).unwrap();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_page_that_takes_too_much_is_neither_good_nor_accused_and_stops_nothing() {
    let (issuer, _, pdfs) = issuer();
    let huge = with_huge_picture(&pdfs[0]);
    assert!(huge.len() < 1 << 20, "{}", huge.len());
    let zip = archive(Stored, &[("huge.pdf", &huge), ("bad.pdf", &pdfs[1])]);
    fs::write(issuer.path("all.zip"), zip).unwrap();
    let file = issuer.path("all.zip");
    let options = ["verify", file.to_str().unwrap(), "--trust", "SITE", "--at", SOON, "--thorough", "--json"];
    let rows = issuer.run(&options).expect(1).rows();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!((text(&rows[0], "verdict"), text(&rows[0], "page")), ("valid".into(), "partly_read".into()), "{rows:?}");
    assert_eq!(text(&rows[1], "verdict"), "revoked");
}

/// Verifies a file of `tests` against the trust file of `data/reading` that it was issued under.
fn kept(name: &str, trust: &str, code: i32) -> (Vec<(String, String)>, String) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let (file, trust) = (tests.join(name), tests.join("data/reading").join(trust));
    let options =
        ["verify", file.to_str().unwrap(), "--trust", trust.to_str().unwrap(), "--at", "2026-11-30T12:00:00Z"];
    let ran = Issuer::none().run(&[&options[..], &["--json"]].concat()).expect(code);
    (ran.verdicts().iter().map(|row| (text(row, "number"), text(row, "verdict"))).collect(), ran.stderr)
}

fn stored(name: &str, trust: &str, code: i32) -> Vec<(String, String)> {
    kept(&format!("data/reading/{name}"), trust, code).0
}

#[test]
fn a_page_that_carries_the_attachment_of_another_answers_for_itself() {
    is(&stored("page-of-another.pdf", "trust-classic.jws", 0), &[("CERT-EVCLASSIC-2026-00015", "valid")]);
    is(&stored("separated-page.pdf", "trust-tz.jws", 0), &[("CERT-TZ-2026-00002", "valid")]);
    // The first page of that file has its own attachment; the third has that of the first, as the second has, which is said.
    let [first, third] =
        ["p1", "p3"].map(|name| kept(&format!("fixtures/cases/d02/{name}.pdf"), "trust-classic.jws", 0));
    is(&first.0, &[("CERT-EVCLASSIC-2026-00001", "valid")]);
    assert_eq!(first.1, "");
    is(&third.0, &[("CERT-EVCLASSIC-2026-00013", "valid")]);
    let told =
        "the credential of CERT-EVCLASSIC-2026-00001 is attached to it, but no page of it shows that certificate";
    assert!(third.1.contains(told), "{}", third.1);
}

#[test]
fn a_sponsors_code_beside_ours_says_nothing() {
    is(&stored("two-codes.png", "trust-tz.jws", 0), &[("CERT-TZ-2026-00001", "valid")]);
}

#[test]
fn each_page_of_a_united_file_is_judged() {
    let valid = |rows: &[(String, String)], ends: &[&str]| {
        let wanted: Vec<_> =
            ends.iter().map(|end| (format!("CERT-EVCLASSIC-2026-{end}"), "valid".to_owned())).collect();
        assert_eq!(rows, wanted);
    };
    valid(&stored("united.pdf", "trust-classic.jws", 0), &["00001", "00002"]);
    let case = |name: &str| kept(&format!("fixtures/cases/{name}.pdf"), "trust-classic.jws", 0).0;
    valid(&case("d02/all"), &["00001", "00015", "00013"]);
    // Without any attachment.
    valid(&case("d18/pypdf-append"), &["00013", "00014"]);
}
