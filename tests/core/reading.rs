//! Reading certificates back, from files made here: PDF with attachment, QR code, edited text; pictures as a phone or a
//! scanner would make them; hostile files.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, LumaA, Rgb, RgbImage};
use lopdf::{Dictionary, Document, Object, Stream, StringFormat, dictionary};
use serde_json::{Value, json};
use testamur::credential::{Achievement, Claims, CredentialSuffix, Extras, StatusEntry, UnverifiedCredential};
use testamur::proof::eddsa::SecretKey;
use testamur::proof::jws::{self, Jws};
use testamur::reading::*;
use testamur::render::{Base, BaseMeta, CertificateMeta};
use testamur::scene::{FontData, FontId, FontSource};
use testamur::template::{Filling, FontLibrary, Layout, Template, builtin_names};

const LINK: &str = "https://certs.example.org/verify#112345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890";
const JWS: &str = "eyJhbGciOiJFZERTQSJ9.eyJhIjoxfQ.c2lnbmF0dXJl";

fn modules(text: &str) -> (usize, Vec<bool>) {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
    (code.width(), code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect())
}

/// A QR code with its quiet zone.
fn symbol(text: &str, scale: u32) -> GrayImage {
    let (width, modules) = modules(text);
    let side = (width as u32 + 8) * scale;
    GrayImage::from_fn(side, side, |x, y| {
        let (x, y) = ((x / scale) as i64 - 4, (y / scale) as i64 - 4);
        let inside = (0..width as i64).contains(&x) && (0..width as i64).contains(&y);
        Luma([if inside && modules[y as usize * width + x as usize] { 0 } else { 255 }])
    })
}

fn encode(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn texts(bytes: &[u8]) -> Vec<String> {
    read(bytes).unwrap().candidates.into_iter().map(|candidate| candidate.text).collect()
}

#[test]
fn a_code_is_read_from_a_picture_of_any_usual_size() {
    for scale in [1, 2, 3, 8, 20] {
        assert_eq!(texts(&encode(symbol(LINK, scale), ImageFormat::Png)), [LINK], "{scale} pixels a module");
    }
}

#[test]
fn a_code_is_read_upside_down_inverted_on_nothing_and_from_jpeg() {
    let code = symbol(LINK, 4);
    let rotated = image::imageops::rotate90(&code);
    let mut inverted = code.clone();
    image::imageops::invert(&mut inverted);
    let transparent =
        image::GrayAlphaImage::from_fn(code.width(), code.height(), |x, y| LumaA([0, 255 - code.get_pixel(x, y).0[0]]));
    assert_eq!(texts(&encode(rotated, ImageFormat::Png)), [LINK]);
    assert_eq!(texts(&encode(inverted, ImageFormat::Png)), [LINK]);
    assert_eq!(texts(&encode(transparent, ImageFormat::Png)), [LINK]);
    assert_eq!(texts(&encode(code, ImageFormat::Jpeg)), [LINK]);
}

/// A code as a phone sees it: small in a large picture, turned, seen from the side, dim at one edge, with grain.
fn photo(text: &str) -> RgbImage {
    let code = symbol(text, 8);
    let (side, angle) = (f64::from(code.width()), 0.3_f64);
    RgbImage::from_fn(2400, 1800, |x, y| {
        let (dx, dy) = (f64::from(x) - 1300.0, f64::from(y) - 800.0);
        let depth = 1.0 + dx * 0.0001;
        let (u, v) = ((dx * angle.cos() + dy * angle.sin()) * depth, (dy * angle.cos() - dx * angle.sin()) * depth);
        let (u, v) = (u * 0.9 + side / 2.0, v * 0.9 + side / 2.0);
        let on_code = u >= 0.0 && v >= 0.0 && u < side && v < side;
        let grey = if on_code { f64::from(code.get_pixel(u as u32, v as u32).0[0]) } else { 200.0 };
        let light = 0.45 + 0.5 * f64::from(x) / 2400.0;
        let grain = f64::from((x.wrapping_mul(7919) ^ y.wrapping_mul(104_729)) % 31) - 15.0;
        let value = (30.0 + grey * 0.8 * light + grain).clamp(0.0, 255.0) as u8;
        Rgb([value, value, (value as f64 * 0.9) as u8])
    })
}

#[test]
fn a_code_is_read_from_a_tilted_photo_in_bad_light() {
    let found = read(&encode(photo(LINK), ImageFormat::Jpeg)).unwrap();
    assert_eq!(found.kind, Kind::Jpeg);
    assert_eq!(found.best().map(|best| (&best.text[..], best.source)), Some((LINK, Source::QrInPicture)));
}

#[test]
fn a_picture_without_a_code_gives_nothing() {
    let found = read(&encode(GrayImage::from_pixel(300, 200, Luma([180])), ImageFormat::Png)).unwrap();
    assert_eq!(found.candidates, []);
}

/// A one-page PDF that shows lines of text and a QR code, and attaches files.
fn pdf(lines: &[&str], qr: Option<&str>, attachments: &[(&str, &str)]) -> Vec<u8> {
    let mut content = String::from("BT /F1 14 Tf 18 TL 60 500 Td\n");
    for line in lines {
        content.push_str(&format!("({line}) Tj T*\n"));
    }
    content.push_str("ET\n");
    if let Some((width, modules)) = qr.map(modules) {
        for (at, _) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = (600.0 + (at % width) as f64 * 1.4, 300.0 - (at / width) as f64 * 1.4);
            content.push_str(&format!("{x:.2} {y:.2} 1.4 1.4 re\n"));
        }
        content.push_str("f\n");
    }
    with_content(content.as_bytes(), attachments)
}

fn with_content(content: &[u8], attachments: &[(&str, &str)]) -> Vec<u8> {
    let files: Vec<(&str, &[u8])> = attachments.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    with_content_and_files(content, &files)
}

fn with_files(files: &[(&str, &[u8])]) -> Vec<u8> {
    with_content_and_files(b"", files)
}

fn with_content_and_files(content: &[u8], attachments: &[(&str, &[u8])]) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let content = document.add_object(Stream::new(Dictionary::new(), content.to_vec()));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 842.into(), 595.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }),
    );
    let mut names = Vec::new();
    for (name, bytes) in attachments {
        let mut stream = Stream::new(dictionary! { "Type" => "EmbeddedFile" }, bytes.to_vec());
        stream.compress().unwrap();
        let file = document.add_object(stream);
        names.push(Object::String(name.as_bytes().to_vec(), StringFormat::Literal));
        names.push(Object::Dictionary(dictionary! {
            "Type" => "Filespec",
            "F" => Object::String(name.as_bytes().to_vec(), StringFormat::Literal),
            "EF" => dictionary! { "F" => file },
        }));
    }
    let tree = document.add_object(dictionary! { "Names" => names });
    let catalog = document.add_object(dictionary! {
        "Type" => "Catalog", "Pages" => pages, "Names" => dictionary! { "EmbeddedFiles" => tree },
    });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_pdf_gives_its_attachment_first_and_then_its_code() {
    let bytes = pdf(&["Ada Lovelace", "German A1"], Some(LINK), &[("notes.txt", "x"), ("credential.jwt", JWS)]);
    let found = read(&bytes).unwrap();
    assert_eq!(found.kind, Kind::Pdf);
    let sources: Vec<(&str, Source)> = found.candidates.iter().map(|c| (&c.text[..], c.source)).collect();
    assert_eq!(sources, [(JWS, Source::Attachment), (LINK, Source::QrOnPage(1))]);
    assert_eq!(found.printed.as_deref(), Some("Ada Lovelace\nGerman A1\u{c}"));

    // The page shows no number of the attached credential: its code is read in either mode.
    assert_eq!(read_with(&bytes, ReadMode::Quick).unwrap(), found);
    let (bytes, _) = certificate("classic", "Ada Lovelace");
    let quick = read_with(&bytes, ReadMode::Quick).unwrap();
    // The page links to its own certificate.
    assert_eq!(quick.candidates.iter().map(|c| c.source).collect::<Vec<_>>(), [Source::Attachment, Source::Link]);
    assert!(quick.printed.is_some());
}

#[test]
fn without_an_attachment_the_code_on_the_page_is_read_in_either_mode() {
    let bytes = pdf(&["Ada Lovelace"], Some(LINK), &[]);
    for mode in [ReadMode::Thorough, ReadMode::Quick] {
        let found = read_with(&bytes, mode).unwrap();
        assert_eq!(found.best().unwrap().source, Source::QrOnPage(1), "{mode:?}");
    }
}

#[test]
fn text_that_nobody_sees_is_not_printed_text() {
    let content = b"BT /F1 14 Tf 60 500 Td (Mallory) Tj 0 -30 Td 3 Tr (Ada) Tj 0 Tr 5000 0 Td (Grace) Tj ET";
    assert_eq!(read(&with_content(content, &[])).unwrap().printed.as_deref(), Some("Mallory\u{c}"));
}

#[test]
fn actual_text_stands_for_the_glyphs_it_spans() {
    let content = b"BT /F1 14 Tf 60 500 Td /Span << /ActualText <FEFF05D005D1> >> BDC (xy) Tj (z) Tj EMC ( end) Tj ET";
    assert_eq!(read(&with_content(content, &[])).unwrap().printed.as_deref(), Some("אב end\u{c}"));
}

#[test]
fn truncated_and_damaged_pdfs_are_errors_or_find_less() {
    let (whole, _) = certificate("minimal", "Ada Lovelace");
    for cut in (0..whole.len()).step_by(whole.len() / 40) {
        let _ = read_with(&whole[..cut], ReadMode::Quick);
    }
    for at in (0..whole.len()).step_by(whole.len() / 60) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x3C;
        let _ = read_with(&flipped, ReadMode::Quick);
    }
    assert!(matches!(read(b"%PDF-1.7\nrubbish"), Err(ReadingError::Damaged { what: What::Pdf, .. })));
}

#[test]
fn what_a_page_prints_is_compared_as_the_vectors_say() {
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string("tests/vectors/printed.json").unwrap()).unwrap();
    let word = |field: Field| match field {
        Field::Name => "recipient",
        Field::Number => "number",
        Field::Title => "title",
        Field::Issuer => "issuerName",
        Field::Result => "result",
    };
    let mut wrong = Vec::new();
    let cases = vectors["cases"].as_array().unwrap();
    for case in cases {
        let text = |name: &str| case["signed"][name].as_str();
        let signed = Signed {
            name: text("recipient").unwrap(),
            number: text("number").unwrap(),
            title: text("title").unwrap(),
            issuer: text("issuerName").unwrap(),
            result: text("result"),
            others: case["signed"]["others"].as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
        };
        let compared = compare_signed(case["printed"].as_str().unwrap(), &signed);
        let differs = compared.differs.into_iter().map(|one| (word(one.field).to_owned(), json!(one.found)));
        let uncompared: Vec<&str> = compared.uncompared.into_iter().map(word).collect();
        let told = (Value::Object(differs.collect()), json!(uncompared));
        let or = |name: &str, none: Value| case.get(name).cloned().unwrap_or(none);
        if told != (or("differs", json!({})), or("uncompared", json!([]))) {
            wrong.push(format!("{}: {told:?}", case["why"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cases.len() > 80);
}

#[test]
fn an_encrypted_pdf_is_named_so() {
    let stored = |name: &str| std::fs::read(format!("tests/fixtures/cases/d03/{name}.pdf")).unwrap();
    for name in ["with-password", "qpdf-encrypt-user"] {
        assert_eq!(read(&stored(name)), Err(ReadingError::Encrypted { what: What::Pdf }), "{name}");
    }
    // One that everybody opens without is read like any other.
    for name in ["aes-128", "aes-256", "rc4-40", "encrypted-owner-only"] {
        let found = read(&stored(name)).unwrap();
        assert!(found.printed.unwrap().contains("CERT-") && !found.candidates.is_empty(), "{name}");
    }
}

#[test]
fn a_pdf_that_inflates_without_end_is_refused() {
    let mut stream = Stream::new(Dictionary::new(), vec![b' '; 600 << 20]);
    stream.compress().unwrap();
    let mut document = Document::with_version("1.7");
    document.add_object(stream);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    assert!(bytes.len() < 1 << 20);
    assert!(matches!(read(&bytes), Err(ReadingError::Excessive { what: What::Pdf, .. })), "{:?}", read(&bytes));
}

#[test]
fn forms_that_call_each_other_without_end_are_given_up() {
    // Twelve forms, each drawing the next one twenty times: 20^12 steps.
    let mut document = Document::with_version("1.7");
    let mut inner = document.add_object(Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()] },
        b"0 0 1 1 re f".to_vec(),
    ));
    for _ in 0..12 {
        inner = document.add_object(Stream::new(
            dictionary! {
                "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()],
                "Resources" => dictionary! { "XObject" => dictionary! { "X" => inner } },
            },
            b"/X Do ".repeat(20),
        ));
    }
    let content = document.add_object(Stream::new(Dictionary::new(), b"/X Do".to_vec()));
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 200.into(), 200.into()],
        "Resources" => dictionary! { "XObject" => dictionary! { "X" => inner } },
    });
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    // By the number of its steps, or on a busy machine by the clock.
    assert!(matches!(read(&bytes), Err(ReadingError::Excessive { .. })));
}

#[test]
fn a_picture_that_claims_a_gigabyte_is_refused_before_it_is_decoded() {
    let mut bytes = encode(symbol(LINK, 2), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&30_000u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&30_000u32.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    let error = read(&bytes).unwrap_err();
    assert!(matches!(error, ReadingError::Excessive { what: What::Picture, .. }), "{error}");
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[test]
fn other_files_are_named() {
    let kind = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    assert_eq!(kind(b"PK\x03\x04\x00\x00"), "it is an archive, not a certificate");
    assert_eq!(kind(b"\x1F\x8B\x08\0"), "the file is a compressed file, which is not opened");
    assert_eq!(
        kind(b"\0\0\0\x18ftypheic\xFF\xFE"),
        "the file is a HEIC picture or a film, not a PDF, PNG, JPEG or text"
    );
    assert_eq!(kind(b""), "the file is empty");
    assert_eq!(
        read(b"\x89PNG\r\n\x1a\n").unwrap_err().hint(),
        "ask for the original file, or use a picture of its QR code"
    );
}

/// Returns the name and the candidates of each piece, or its error.
fn pieces(bytes: &[u8]) -> Vec<(Option<String>, Result<usize, String>)> {
    let told = |piece: Piece| match piece.outcome {
        Outcome::Found(found) => (piece.name, Ok(found.candidates.len())),
        Outcome::Failed(error) => (piece.name, Err(error.to_string())),
        Outcome::Aside(what) => (piece.name, Err(format!("aside: {what}"))),
    };
    Reader::here().pieces(bytes, Ask::default()).into_iter().map(told).collect()
}

#[test]
fn two_codes_on_a_page_are_both_read() {
    let (one, other) = (symbol(LINK, 3), symbol("https://sponsor.example/info", 6));
    let mut page = GrayImage::from_pixel(1200, 900, Luma([255]));
    image::imageops::replace(&mut page, &other, 20, 20);
    image::imageops::replace(&mut page, &one, 600, 300);
    let found = texts(&encode(page, ImageFormat::Png));
    assert!(found.iter().any(|text| text == LINK), "{found:?}");
}

#[test]
fn a_page_larger_than_its_code_needs_is_seen_through_two_sizes() {
    let mut page = GrayImage::from_pixel(5000, 3000, Luma([255]));
    image::imageops::replace(&mut page, &symbol(LINK, 9), 3000, 1200);
    assert_eq!(texts(&encode(page, ImageFormat::Jpeg)), [LINK]);
}

#[test]
fn a_code_is_read_from_a_long_screenshot() {
    // Wherever it stands on a page of many screens, and however the pieces are cut that it is looked at in.
    for (at, is_upright) in [(13_300, true), (7_020, true), (600, true), (9_500, false)] {
        let size = if is_upright { (720, 14_000) } else { (14_000, 720) };
        let mut page = GrayImage::from_pixel(size.0, size.1, Luma([255]));
        let (x, y) = if is_upright { (360, at) } else { (at, 360) };
        image::imageops::replace(&mut page, &symbol(LINK, 3), x, y);
        assert_eq!(texts(&encode(page, ImageFormat::Png)), [LINK], "{at} {is_upright}");
    }
}

/// Reads a picture in a process of its own, as what others send is read.
fn apart(bytes: &[u8]) -> Result<Found, ReadingError> {
    Reader::of(env!("CARGO_BIN_EXE_testamur").into()).one(bytes)
}

#[test]
fn a_code_is_read_from_a_phones_largest_photo() {
    // 108 million pixels, of which the process that reads may hold twice as many bytes.
    let mut photo = GrayImage::from_pixel(12_000, 9_000, Luma([225]));
    image::imageops::replace(&mut photo, &symbol(LINK, 24), 9_000, 6_500);
    let bytes = encode(photo, ImageFormat::Jpeg);
    let found = apart(&bytes).unwrap();
    assert_eq!(found.best().map(|best| (&best.text[..], best.source)), Some((LINK, Source::QrInPicture)));
}

/// A screenshot of a page of many screens: lines of words, and here and there a picture.
fn long_page(width: u32, height: u32) -> GrayImage {
    let ink = |x: u32, y: u32| {
        let (line, row, word) = (y / 36, y % 36, x / 90);
        let random = (line.wrapping_mul(7_919) ^ word.wrapping_mul(104_729)).wrapping_mul(2_654_435_761) >> 24;
        let is_word = row > 8 && row < 26 && x % 90 < 20 + random / 4;
        is_word && !(x / 3 + y / 5 + random).is_multiple_of(3)
    };
    GrayImage::from_fn(width, height, |x, y| Luma([if ink(x, y) { 40 } else { 250 }]))
}

#[test]
fn a_code_near_the_end_of_a_very_long_page_is_read_and_a_page_without_one_says_so() {
    let page = long_page(1_080, 20_000);
    let without = apart(&encode(page.clone(), ImageFormat::Png));
    assert_eq!(without.map(|found| (found.candidates, found.cut)), Ok((Vec::new(), None)));
    let mut with = page;
    image::imageops::replace(&mut with, &symbol(LINK, 4), 420, 19_500);
    let found = apart(&encode(with, ImageFormat::Png)).unwrap();
    assert_eq!(found.best().map(|best| &best.text[..]), Some(LINK));
}

#[test]
fn what_is_attached_to_a_pdf_is_read_too() {
    let inner = pdf(&["Grace"], Some(LINK), &[]);
    let bytes = with_files(&[("inner.pdf", &inner), ("notes.txt", b"x")]);
    let aside = (Some("notes.txt".into()), Err("aside: it holds no certificate".to_owned()));
    assert_eq!(pieces(&bytes), [(None, Ok(0)), (Some("inner.pdf".into()), Ok(1)), aside]);
    assert_eq!(read(&bytes), Err(ReadingError::Several(2)), "who asks for one file is told");
}

#[test]
fn more_lines_than_are_judged_are_not_left_out_silently() {
    let lines = "https://v.example/#1123\n".repeat(1_001);
    assert!(matches!(read(lines.as_bytes()), Err(ReadingError::Excessive { what: What::Text, .. })));
    assert_eq!(texts(&lines.as_bytes()[..24 * 1_000]).len(), 1_000);
    let table: String = (0..1_001).map(|row| format!("{row},https://v.example/#1{row:0120}\n")).collect();
    assert!(matches!(read(table.as_bytes()), Err(ReadingError::Excessive { what: What::Text, .. })));
}

#[test]
fn a_baked_badge_is_read_without_looking_at_its_pixels() {
    let mut bytes = encode(GrayImage::from_pixel(8, 8, Luma([9])), ImageFormat::Png);
    let mut chunk = b"iTXtopenbadgecredential\0\0\0\0\0".to_vec();
    chunk.extend(JWS.as_bytes());
    let mut whole = ((chunk.len() - 4) as u32).to_be_bytes().to_vec();
    whole.extend(&chunk);
    whole.extend(crc32(&chunk).to_be_bytes());
    bytes.splice(33..33, whole);
    let found = read(&bytes).unwrap();
    assert_eq!(found.best().map(|best| (&best.text[..], best.source)), Some((JWS, Source::BakedPng)));
}

#[test]
fn random_bytes_never_panic() {
    let mut state = 1u64;
    for length in 0..400 {
        let mut bytes: Vec<u8> = (0..length)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        for magic in [&b""[..], b"%PDF-1.7\n", b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n"] {
            bytes.splice(0..0, magic.iter().copied());
            let _ = read(&bytes);
        }
    }
}

struct Library<'a>(&'a FontLibrary);

impl FontSource for Library<'_> {
    fn face(&self, id: FontId) -> FontData<'_> {
        FontData { data: self.0.face(id).data(), index: self.0.face(id).index }
    }
}

/// Issues to `name` on paper: claims, JWS, QR code, PDF, as a real run does.
fn certificate(template: &str, name: &str) -> (Vec<u8>, String) {
    let claims = Claims {
        host: "certs.example.org".into(),
        issuer_name: "Example Academy".into(),
        number: "CERT-GER-2026-00007".parse().unwrap(),
        suffix: CredentialSuffix::from_random([7; 5]),
        valid_from: "2026-05-01T00:00:00Z".parse().unwrap(),
        valid_until: None,
        recipient: name.into(),
        achievement: Achievement {
            path: "a/GER".into(),
            name: "German A1: official finals".into(),
            description: "A course.".into(),
            criteria: "An exam.".into(),
            achievement_type: "Certificate".into(),
        },
        extras: Extras { result: Some("A1".into()), ..Extras::default() },
        status: StatusEntry { list: 1, index: 7 },
    };
    let key = SecretKey::from_seed(&[9; 32]);
    let jws = jws::sign(&claims.to_jcs().unwrap(), "did:web:certs.example.org#k1", jws::CREDENTIAL, &key);
    let link = testamur::qr::pack(&Jws::parse(&jws, 65_536).unwrap(), "certs.example.org/verify");
    let layout = Layout::new(&Template::open(template).unwrap(), &FontLibrary::builtin()).unwrap();
    let text = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let record = Filling {
        fields: [
            text("participant_name", name),
            text("event_title", "German A1: official finals"),
            text("organization_name", "Example Academy"),
            text("certificate_number", "CERT-GER-2026-00007"),
            text("result", "A1"),
        ]
        .into(),
        dates: [("issue_date".to_owned(), claims.valid_from)].into(),
        qr: testamur::qr::Symbol::of(&link).unwrap(),
        language: None,
    };
    let fonts = Library(layout.fonts());
    let base = Base::new(layout.base(), &fonts, &BaseMeta { producer: "Testamur".into() }).unwrap();
    let meta = CertificateMeta {
        title: name.into(),
        author: "Example Academy".into(),
        subject: String::new(),
        language: "en".into(),
        created: claims.valid_from,
        id: claims.id(),
        verify_url: link,
        jws: jws.clone(),
    };
    (base.certificate(&layout.fill(&record).unwrap(), &fonts, &meta).unwrap(), jws)
}

#[test]
fn our_own_certificates_are_read_back_and_raise_no_alarm() {
    for template in builtin_names() {
        for name in [
            "Zoë Ångström-Müller",
            "Griffin Affleck officefi",
            "محمد عبد الله",
            "שָׁלוֹם בן־דוד",
            "कृष्णमूर्ति श्रीवास्तव",
            "கோபாலகிருஷ்ணன் ஸ்ரீ",
            "น้ำฝน ศิริวัฒน์กุล",
            "Екатерина Ёлкина",
            "Ali علي Hassan",
        ] {
            let (pdf, jws) = certificate(template, name);
            let found = read(&pdf).unwrap();
            let sources: Vec<Source> = found.candidates.iter().map(|candidate| candidate.source).collect();
            assert_eq!(sources, [Source::Attachment, Source::QrOnPage(1), Source::Link], "{template} {name}");
            assert_eq!(found.best().unwrap().text, jws);
            assert!(!found.is_contradictory());
            let payload = Jws::parse(&jws, 65_536).unwrap().payload;
            let credential = UnverifiedCredential::from_payload(&payload).unwrap();
            let printed = found.printed.unwrap();
            assert_eq!(compare(&printed, &credential), Compared::default(), "{template} {name} in\n{printed}");

            let other = UnverifiedCredential { recipient: "Mallory Quux".into(), ..credential };
            assert_eq!(compare(&printed, &other).differs.len(), 1, "{template} {name}");
        }
    }
}
