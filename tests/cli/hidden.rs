//! Where a revoked certificate may hide behind a good one: behind a picture, in a text, in a mail, in what is attached. It is
//! judged by name, or what was not looked at is said; what phones and mail programs add by themselves costs nothing.

use std::fs;
use std::io::{Cursor, Write};
use std::sync::LazyLock;

use image::{GrayImage, ImageFormat, Luma};
use lopdf::{Document, Object, Stream, StringFormat, dictionary};
use zip::CompressionMethod::{Deflated, Stored};

use crate::containers::{SOON, archive, is, issuer, judged, mail};
use crate::issuer::{Issuer, text};

/// One certificate in its forms.
struct Forms {
    pdf: Vec<u8>,
    png: Vec<u8>,
    jpeg: Vec<u8>,
    jwt: String,
    /// With an embedded proof.
    json: String,
}

struct World {
    issuer: Issuer,
    good: Forms,
    bad: Forms,
}

/// An issuer with a good and a revoked certificate.
static WORLD: LazyLock<World> = LazyLock::new(|| {
    let (issuer, numbers, pdfs) = issuer();
    let out = issuer.path("again");
    let again = out.to_str().unwrap();
    issuer.run(&["certificates", "render", "--all", "--format", "png,jwt,json", "--out", again]).expect(0);
    let forms = |index: usize| {
        let read = |kind: &str| fs::read(out.join(format!("{}.{kind}", numbers[index]))).unwrap();
        let png = read("png");
        let mut jpeg = Cursor::new(Vec::new());
        image::load_from_memory(&png).unwrap().to_luma8().write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
        let jwt = String::from_utf8(read("jwt")).unwrap().trim().to_owned();
        let json = String::from_utf8(read("json")).unwrap().trim().to_owned();
        Forms { pdf: pdfs[index].clone(), png, jpeg: jpeg.into_inner(), jwt, json }
    };
    let (good, bad) = (forms(0), forms(1));
    World { issuer, good, bad }
});

/// Demands these verdicts of a file; returns what was told on stderr.
fn judges(name: &str, bytes: &[u8], expected: &[(&str, &str)]) -> String {
    let code = i32::from(expected.iter().any(|(_, code)| *code != "valid"));
    let (rows, ran) = judged(&WORLD.issuer, name, bytes, code);
    is(&rows, expected);
    ran.stderr
}

/// A picture without a code.
fn plain(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    GrayImage::from_pixel(90, 60, Luma([180])).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn what_stands_behind_a_picture_is_judged_too() {
    let World { good, bad, .. } = &*WORLD;
    judges("two.png", &[&good.png[..], &bad.png].concat(), &[("two.png", "valid"), ("two.png/part 2", "revoked")]);
    judges("two.jpg", &[&good.jpeg[..], &bad.jpeg].concat(), &[("two.jpg", "valid"), ("two.jpg/part 2", "revoked")]);
    judges(
        "mixed.jpg",
        &[&good.jpeg[..], &bad.png].concat(),
        &[("mixed.jpg", "valid"), ("mixed.jpg/part 2", "revoked")],
    );
    judges(
        "text.png",
        &[&good.png[..], bad.jwt.as_bytes()].concat(),
        &[("text.png", "valid"), ("text.png/part 2", "revoked")],
    );
    judges("pdf.jpg", &[&good.jpeg[..], &bad.pdf].concat(), &[("pdf.jpg", "valid"), ("pdf.jpg/part 2", "revoked")]);
    judges(
        "packed.jpg",
        &[&good.jpeg[..], &gzip(&bad.pdf)].concat(),
        &[("packed.jpg", "valid"), ("packed.jpg/part 2", "unreadable")],
    );
    let unknown = [0x81, 0x02].repeat(400);
    judges(
        "rest.jpg",
        &[&good.jpeg[..], &unknown].concat(),
        &[("rest.jpg", "valid"), ("rest.jpg/part 2", "unreadable")],
    );
    // A picture whose end is missing ends nowhere.
    let cut = good.jpeg.strip_suffix(b"\xFF\xD9").unwrap();
    let (rows, ran) = judged(&WORLD.issuer, "cut.jpg", &[cut, &bad.png].concat(), 1);
    assert!(rows.iter().all(|(_, code)| code != "valid") || text(&ran.rows()[0], "page") == "leftover", "{ran:?}");
}

#[test]
fn what_phones_add_to_a_picture_costs_nothing() {
    let World { good, bad, .. } = &*WORLD;
    let film = |inside: &[u8]| {
        let mut film = b"\0\0\0\x10ftypmp42\0\0\0\0".to_vec();
        film.extend((inside.len() as u32 + 8).to_be_bytes());
        film.extend([b"mdat", inside].concat());
        film
    };
    let samsung = |data: &[u8]| {
        let block = [b"\0\0\x30\x0A\x10\0\0\0MotionPhoto_Data", data].concat();
        let mut trailer = [&block[..], b"SEFH\x6A\0\0\0\x01\0\0\0\0\0\x30\x0A"].concat();
        trailer.extend((block.len() as u32).to_le_bytes());
        trailer.extend((block.len() as u32).to_le_bytes());
        [&trailer[..], b"\x18\0\0\0SEFT"].concat()
    };
    let second = plain(ImageFormat::Jpeg);
    for (name, added) in [
        ("zeros.jpg", vec![0; 5_000]),
        ("few.jpg", vec![1, 2, 3]),
        ("second.jpg", [&[0; 7][..], &second].concat()),
        ("film.jpg", film(&[7; 900])),
        ("samsung.jpg", samsung(&film(&[7; 900]))),
        ("all.jpg", [second.clone(), film(b"x")].concat()),
    ] {
        let told = judges(name, &[&good.jpeg[..], &added].concat(), &[(name, "valid")]);
        assert_eq!(told, "", "{name}");
    }
    for (name, added) in [("film2.jpg", film(&bad.png)), ("samsung2.jpg", samsung(&[0x81, 0x02].repeat(4_500)))] {
        judges(name, &[&good.jpeg[..], &added].concat(), &[(name, "valid"), (&format!("{name}/part 2"), "unreadable")]);
    }
}

#[test]
fn what_is_said_in_a_picture_is_searched() {
    let World { good, bad, .. } = &*WORLD;
    // IHDR ends at byte 33.
    let chunk = |kind: &[u8], data: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(&[kind, data].concat());
        [&(data.len() as u32).to_be_bytes()[..], kind, data, &crc.sum().to_be_bytes()].concat()
    };
    let with = |chunk: &[u8]| [&good.png[..33], chunk, &good.png[33..]].concat();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bad.jwt.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    for (name, chunk) in [
        ("tEXt.png", chunk(b"tEXt", &[b"Comment\0see ", bad.jwt.as_bytes()].concat())),
        ("zTXt.png", chunk(b"zTXt", &[b"Comment\0\0", &packed[..]].concat())),
        ("iTXt.png", chunk(b"iTXt", &[b"Comment\0\x01\0\0\0", &packed[..]].concat())),
        (
            "base64.png",
            chunk(b"tEXt", &[b"Comment\0", data_encoding::BASE64.encode(bad.json.as_bytes()).as_bytes()].concat()),
        ),
    ] {
        judges(name, &with(&chunk), &[(name, "valid"), (name, "revoked")]);
    }
    for (name, chunk) in [
        ("own.png", chunk(b"prVt", bad.json.as_bytes())),
        ("pdf.png", chunk(b"tEXt", &[b"x\0", data_encoding::BASE64.encode(&bad.pdf).as_bytes()].concat())),
    ] {
        let (_, ran) = judged(&WORLD.issuer, name, &with(&chunk), 1);
        assert_eq!(text(&ran.rows()[0], "page"), "leftover", "{ran:?}");
    }
    judges("small.png", &with(&chunk(b"prVt", &[7; 64])), &[("small.png", "valid")]);
    let comment = [&((bad.jwt.len() + 2) as u16).to_be_bytes()[..], bad.jwt.as_bytes()].concat();
    let jpeg = [b"\xFF\xD8\xFF\xFE", &comment[..], &good.jpeg[2..]].concat();
    judges("comment.jpg", &jpeg, &[("comment.jpg", "valid"), ("comment.jpg", "revoked")]);
}

#[test]
fn a_credential_beside_a_good_one_in_json_is_judged_in_every_form() {
    let World { good, bad, .. } = &*WORLD;
    let (kept, part) = (&good.json, bad.jwt.split('.').collect::<Vec<_>>());
    let (header, payload, signature) = (part[0], part[1], part[2]);
    let quoted = serde_json::to_string(&bad.json).unwrap();
    let one = format!("\"protected\":\"{header}\",\"signature\":\"{signature}\"");
    for (number, other) in [
        quoted.clone(),
        format!("{{\"note\":{}}}", serde_json::to_string(&format!("[{quoted}]")).unwrap()),
        format!("{{\"payload\":\"{payload}\",{one}}}"),
        format!("{{\"payload\":\"{payload}\",\"signatures\":[{{{one}}}]}}"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("form{number}.json");
        judges(&name, format!("[{kept},{other}]").as_bytes(), &[(&name, "valid"), (&name, "revoked")]);
    }
    let mut robbed: serde_json::Value = serde_json::from_str(kept).unwrap();
    robbed.as_object_mut().unwrap().remove("proof").unwrap();
    judges(
        "robbed.json",
        format!("[{kept},{robbed}]").as_bytes(),
        &[("robbed.json", "valid"), ("robbed.json", "malformed")],
    );
    let held = format!("{{\"type\":\"VerifiablePresentation\",\"verifiableCredential\":[{robbed},{kept}]}}");
    judges("held.json", held.as_bytes(), &[("held.json", "malformed"), ("held.json", "valid")]);
    let headless = format!("[{kept},{{\"payload\":\"{payload}\",\"signature\":\"{signature}\"}}]");
    judges("headless.json", headless.as_bytes(), &[("headless.json", "valid"), ("headless.json", "unreadable")]);
}

/// A PDF whose page links to something.
fn linking(pdf: &[u8], uri: &str) -> Vec<u8> {
    let mut document = Document::load_mem(pdf).unwrap();
    let uri = Object::String(uri.as_bytes().to_vec(), StringFormat::Literal);
    let action = document.add_object(dictionary! { "S" => "URI", "URI" => uri });
    let rect = vec![0.into(), 0.into(), 9.into(), 9.into()];
    let link = dictionary! { "Type" => "Annot", "Subtype" => "Link", "Rect" => rect, "A" => action };
    let link = Object::from(document.add_object(link));
    let page = *document.get_pages().values().next().unwrap();
    let page = document.get_object_mut(page).unwrap().as_dict_mut().unwrap();
    page.set("Annots", vec![link]);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_link_on_a_page_to_another_certificate_is_judged() {
    let World { good, bad, .. } = &*WORLD;
    let code = |jwt: &str| {
        let jws = testamur::proof::jws::Jws::parse(jwt, 1 << 20).unwrap();
        testamur::qr::pack(&jws, "certs.example.org/verify")
    };
    for uri in [code(&bad.jwt), format!("https://x.example/?vc={}", bad.jwt)] {
        judges("link.pdf", &linking(&good.pdf, &uri), &[("link.pdf", "valid"), ("link.pdf", "revoked")]);
    }
    for uri in [code(&good.jwt), "https://x.example/?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln".to_owned()] {
        judges("own.pdf", &linking(&good.pdf, &uri), &[("own.pdf", "valid")]);
    }
}

/// A PDF with more files attached to it.
fn attaching(pdf: &[u8], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut document = Document::load_mem(pdf).unwrap();
    let mut specs = Vec::new();
    for (name, bytes) in files {
        let stream = document.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, bytes.to_vec()));
        let name = Object::String(name.as_bytes().to_vec(), StringFormat::Literal);
        let spec = dictionary! { "Type" => "Filespec", "F" => name, "EF" => dictionary! { "F" => stream } };
        specs.push(Object::from(document.add_object(spec)));
    }
    let catalog = document.catalog_mut().unwrap();
    if let Ok(Object::Array(all)) = catalog.get_mut(b"AF") {
        all.extend(specs);
    } else {
        catalog.set("AF", specs);
    }
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A file's name, its bytes, and the verdict of each that is in it, by its place.
type Disguise = (&'static str, Vec<u8>, &'static [(&'static str, &'static str)]);

/// A revoked certificate in the forms in which a file may hold it, and what is to be said of each.
fn disguises(bad: &Forms) -> Vec<Disguise> {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    vec![
        ("a.png", bad.png.clone(), &[("", "revoked")]),
        ("a.gz", gzip(&bad.pdf), &[("", "unreadable")]),
        ("a.bz2", b"BZh91AY&SY\xFF\xFE".to_vec(), &[("", "unreadable")]),
        ("a.xz", b"\xFD7zXZ\0".to_vec(), &[("", "unreadable")]),
        ("a.rar", b"Rar!\x1A\x07\x01\0".to_vec(), &[("", "unreadable")]),
        ("a.7z", b"7z\xBC\xAF\x27\x1C\0\x04".to_vec(), &[("", "unreadable")]),
        ("a.gif", b"GIF89a\xFF\x01\xFF\x01".to_vec(), &[("", "unreadable")]),
        ("a.bin", [0x81, 0x02].repeat(90), &[("", "unreadable")]),
        ("a.html", format!("<html><p>{}</p></html>", bad.jwt).into_bytes(), &[("", "revoked")]),
        ("a.csv", format!("id,credential\r\n1,{}\r\n", bad.jwt).into_bytes(), &[("", "revoked")]),
        ("a.json", format!("{{\"vc\":\"{}\"}}", bad.jwt).into_bytes(), &[("", "revoked")]),
        ("a.txt", wide(&bad.jwt), &[("", "revoked")]),
        ("b.txt", data_encoding::BASE64.encode(bad.jwt.as_bytes()).into_bytes(), &[("/base64 1", "revoked")]),
        ("c.txt", data_encoding::BASE64_MIME.encode(&bad.pdf).into_bytes(), &[("/base64 1", "revoked")]),
        ("d.txt", b"begin 644 a.pdf\nM)5!$1BTQ\n`\nend\n".to_vec(), &[("", "unreadable")]),
    ]
}

/// Returns what is expected of the members of a file, behind what is expected of the file itself.
fn expected(first: &[(&str, &str)], outer: &str, bad: &Forms) -> Vec<(String, String)> {
    let own = |(name, code): &(&str, &str)| ((*name).to_owned(), (*code).to_owned());
    let all = disguises(bad);
    let of = |(name, _, rows): &(&str, Vec<u8>, &[(&str, &str)])| -> Vec<(String, String)> {
        rows.iter().map(|(end, code)| (format!("{outer}/{name}{end}"), (*code).to_owned())).collect()
    };
    first.iter().map(own).chain(all.iter().flat_map(of)).collect()
}

#[test]
fn every_member_of_every_container_is_decided_on_in_the_same_way() {
    let World { issuer, good, bad } = &*WORLD;
    let all = disguises(bad);
    let files: Vec<(&str, &[u8])> = all.iter().map(|(name, bytes, _)| (*name, &bytes[..])).collect();
    let as_mail: Vec<(&str, &str, &[u8])> =
        files.iter().map(|(name, bytes)| (*name, "application/octet-stream", *bytes)).collect();
    for (name, bytes, first) in [
        ("attached.pdf", attaching(&good.pdf, &files), Some("attached.pdf")),
        ("all.zip", archive(Deflated, &files), None),
        ("all.eml", mail(&as_mail), None),
    ] {
        let first: Vec<(&str, &str)> = first.into_iter().map(|name| (name, "valid")).collect();
        let rows = judged(issuer, name, &bytes, 1).0;
        assert_eq!(rows, expected(&first, name, bad), "{name}");
    }
}

#[test]
fn what_holds_no_certificate_costs_nothing_wherever_it_lies() {
    let World { good, .. } = &*WORLD;
    let signature = data_encoding::BASE64_MIME.encode(&[0xC7; 900]);
    let files: [(&str, &[u8]); 6] = [
        ("invoice.xml", b"<?xml version='1.0'?><invoice/>"),
        ("read me.txt", b"Gr\xFC\xDFe, and https://example.org/?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"),
        ("package.json", b"{\"name\":\"x\",\"proof\":\"of concept\"}"),
        ("key.pem", signature.as_bytes()),
        ("empty", b""),
        (".DS_Store", b"\0\0\0\x01Bud1\0\0"),
    ];
    judges("quiet.pdf", &attaching(&good.pdf, &files), &[("quiet.pdf", "valid")]);
    let with_good = [&[("good.pdf", &good.pdf[..])][..], &files].concat();
    let told = judges("quiet.zip", &archive(Stored, &with_good), &[("quiet.zip/good.pdf", "valid")]);
    assert_eq!(told.lines().count(), files.len(), "each is named: {told}");
    // A name alone hides nothing.
    let named = archive(Stored, &[("good.pdf", &good.pdf), (".DS_Store", &gzip(&good.pdf))]);
    judges("named.zip", &named, &[("named.zip/good.pdf", "valid"), ("named.zip/.DS_Store", "unreadable")]);
}

/// A mail with the good certificate attached and these parts before it, each with its own header.
fn letter(parts: &[String]) -> Vec<u8> {
    let whole = String::from_utf8(mail(&[("good.pdf", "application/pdf", &WORLD.good.pdf)])).unwrap();
    let (head, rest) = whole.split_once("--FRONTIER\r\n").unwrap();
    let parts: String = parts.iter().map(|part| format!("--FRONTIER\r\n{part}\r\n")).collect();
    format!("{head}{parts}--FRONTIER\r\n{rest}").into_bytes()
}

#[test]
fn parts_of_a_mail_that_cannot_be_read_are_said() {
    let pdf = data_encoding::BASE64_MIME.encode(&WORLD.bad.pdf);
    for (number, part) in [
        format!("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!?~{pdf}"),
        format!("Content-Type: application/pdf\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n{pdf}"),
        format!("Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64 (x)\r\n\r\n{pdf}"),
        format!("Content-Type: text/plain\r\nContent-Transfer-Encoding: rot13\r\n\r\n{pdf}"),
        "Content-Type: message/partial; id=1; number=1\r\n\r\nFrom: x@example.org\r\n\r\nx".to_owned(),
        "Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB"
            .to_owned(),
        "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1".to_owned(),
        "Content-Type: text/plain\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----"
            .to_owned(),
        format!("Content-Type: text/plain\r\n\r\n{} --FRONTIER\r\n", &WORLD.bad.jwt[..200]),
        "Content-Type: text/plain\r\n\r\nHello,\r\nbegin 644 a.pdf\r\nM)5!$\r\n`\r\nend".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("closed{number}.eml");
        let (rows, ran) = judged(&WORLD.issuer, &name, &letter(std::slice::from_ref(&part)), 1);
        let codes: Vec<&str> = rows.iter().map(|(_, code)| &code[..]).collect();
        assert_eq!(codes, ["unreadable", "valid"], "{part}\n{ran:?}");
    }
}

#[test]
fn a_certificate_is_found_wherever_a_mail_may_hold_it() {
    let World { good, bad, issuer } = &*WORLD;
    let pdf = data_encoding::BASE64_MIME.encode(&bad.pdf);
    let wrapped: Vec<String> =
        bad.jwt.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let plain = "Content-Type: text/plain\r\n\r\n";
    let html = "Content-Type: text/html\r\n\r\n";
    for (number, part) in [
        format!("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{pdf}"),
        format!("{plain}Hello,\r\n{}\r\nBest", wrapped.join("\r\n")),
        format!("{plain}Content: {}\r\n", wrapped.join("=\r\n")),
        format!("{html}<a href='data:text/plain,{}'>x</a>", bad.jwt),
        format!("{html}<a href='data:application/pdf;base64,{}'>x</a>", data_encoding::BASE64.encode(&bad.pdf)),
        format!("X-Credential: {}\r\n{plain}Hello", wrapped.join("\r\n ")),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("found{number}.eml");
        let (rows, ran) = judged(issuer, &name, &letter(std::slice::from_ref(&part)), 1);
        let codes: Vec<&str> = rows.iter().map(|(_, code)| &code[..]).collect();
        assert!(matches!(codes[..], ["revoked", "valid"] | ["valid", "revoked"]), "{part}\n{ran:?}");
    }
    let whole = String::from_utf8(letter(&[])).unwrap();
    let preamble = whole.replacen("--FRONTIER\r\n", &format!("{}\r\n--FRONTIER\r\n", bad.jwt), 1);
    let epilogue = format!("{whole}\r\n{}\r\n", bad.jwt);
    for (name, mail) in [("preamble.eml", preamble), ("epilogue.eml", epilogue)] {
        let between = format!("{name}/between its parts");
        judges(name, mail.as_bytes(), &[(&format!("{name}/good.pdf"), "valid"), (&between, "revoked")]);
    }
    // A newsletter's logo, a tracking pixel and its links say nothing.
    let pixel = "Content-Type: image/gif\r\nContent-ID: <a>\r\nContent-Transfer-Encoding: base64\r\n\r\n\
                 R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=";
    let logo = plain_logo();
    let links = format!("{html}<a href='https://x.example/?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'>x</a>");
    let mail = letter(&[pixel.to_owned(), logo, links]);
    judges("newsletter.eml", &mail, &[("newsletter.eml/good.pdf", "valid")]);
    let _ = good;
}

fn plain_logo() -> String {
    let logo = data_encoding::BASE64_MIME.encode(&plain(ImageFormat::Png));
    format!("Content-Type: image/png\r\nContent-ID: <b>\r\nContent-Transfer-Encoding: base64\r\n\r\n{logo}")
}

#[test]
fn an_archive_between_other_bytes_is_judged_and_they_are_said() {
    let World { issuer, good, bad } = &*WORLD;
    let zip = archive(Stored, &[("good.pdf", &good.pdf)]);
    let unknown = [0x81, 0x02].repeat(90);
    let both = [&unknown[..], &zip, &unknown].concat();
    let rows = [("both.zip/good.pdf", "valid"), ("both.zip/part 2", "unreadable"), ("both.zip/part 3", "unreadable")];
    judges("both.zip", &both, &rows);
    let behind = [&zip[..], &bad.png].concat();
    judges("behind.zip", &behind, &[("behind.zip/good.pdf", "valid"), ("behind.zip/part 2", "revoked")]);
    judges("blank.zip", &[&zip[..], &[0; 512]].concat(), &[("blank.zip/good.pdf", "valid")]);
    // What is said in an archive is searched, and a folder that holds something is none.
    let mut said = zip.clone();
    let end = said.len() - 2;
    let words = format!("see {}", bad.jwt);
    said[end..].copy_from_slice(&(words.len() as u16).to_le_bytes());
    said.extend(words.as_bytes());
    let rows = judged(issuer, "said.zip", &said, 1).0;
    assert!(rows.contains(&("said.zip/comments".into(), "revoked".into())), "{rows:?}");
    // Bytes between its files belong to none of them.
    let mut gap = zip.clone();
    let directory = gap.windows(4).position(|word| word == b"PK\x01\x02").unwrap();
    gap.splice(directory..directory, *b"something that nobody sees");
    let end = gap.len() - 22;
    let offset = u32::from_le_bytes(gap[end + 16..end + 20].try_into().unwrap()) + 26;
    gap[end + 16..end + 20].copy_from_slice(&offset.to_le_bytes());
    let (rows, ran) = judged(issuer, "gap.zip", &gap, 1);
    is(&rows, &[("gap.zip", "unreadable"), ("gap.zip/good.pdf", "valid")]);
    assert!(text(&ran.verdicts()[0], "hint").contains("whoever unpacks it does not see"), "{ran:?}");
}

#[test]
fn a_folder_names_what_is_not_looked_at() {
    let World { issuer, good, bad } = &*WORLD;
    let folder = issuer.path("folder");
    fs::create_dir(&folder).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("good.pdf", &good.pdf);
    write("style.css", b"p {}");
    write("letter.docx", &archive(Stored, &[("a.xml", b"<a/>")]));
    write("film.mp4", b"\0\0\0\x10ftypmp42\0\0\0\0");
    let path = folder.to_str().unwrap();
    let ran = issuer.run(&["verify", path, "--trust", "SITE", "--at", SOON]).expect(0);
    let ran = ran.prints("1 verified offline: 1 valid; 2 files not looked at").warns("not looked at: 2 files: ");
    assert!(ran.stderr.contains("film.mp4, ") && ran.stderr.contains("letter.docx\n"), "{}", ran.stderr);
    let rows = issuer.run(&["verify", path, "--trust", "SITE", "--at", SOON, "--json"]).expect(0).rows();
    let skipped: Vec<String> =
        rows.iter().filter(|row| row["skipped"].is_string()).map(|row| text(row, "input")).collect();
    let ends: Vec<&str> = skipped.iter().map(|name| name.rsplit('/').next().unwrap()).collect();
    assert_eq!(ends, ["film.mp4", "letter.docx", "style.css"]);

    // What a file is called hides nothing.
    write("data.dat", &bad.pdf);
    write("list.csv", format!("1,{}\n", bad.jwt).as_bytes());
    write("page.html", format!("<p>{}</p>", good.jwt).as_bytes());
    let ran = issuer.run(&["verify", path, "--trust", "SITE", "--at", SOON, "--json"]).expect(1);
    let codes: Vec<String> = ran.verdicts().iter().map(|row| text(row, "verdict")).collect();
    assert_eq!(codes, ["revoked", "valid", "revoked", "valid"], "{ran:?}");
}

#[cfg(unix)]
#[test]
fn what_in_a_folder_is_neither_file_nor_folder_is_named_and_never_green() {
    let World { issuer, good, bad } = &*WORLD;
    for (name, words) in [("linked", "a link to a folder is not followed"), ("piped", "it is a pipe, a socket")] {
        let (folder, outside) = (issuer.path(name), issuer.path(&format!("{name}-out")));
        fs::create_dir(&folder).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(folder.join("good.pdf"), &good.pdf).unwrap();
        fs::write(outside.join("bad.pdf"), &bad.pdf).unwrap();
        let other = folder.join("other.pdf");
        // A link to a file is that file.
        std::os::unix::fs::symlink(folder.join("good.pdf"), folder.join("same.pdf")).unwrap();
        let socket = (name == "piped").then(|| std::os::unix::net::UnixListener::bind(&other).unwrap());
        if socket.is_none() {
            std::os::unix::fs::symlink(&outside, &other).unwrap();
        }
        let path = folder.to_str().unwrap();
        let ran = issuer.run(&["verify", path, "--trust", "SITE", "--at", SOON]).expect(1);
        let ran = ran.prints("2 verified offline: 2 valid; 1 link or pipe not looked at").warns("other.pdf");
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
        let rows = issuer.run(&["verify", path, "--trust", "SITE", "--at", SOON, "--json"]).expect(1).rows();
        let skipped: Vec<String> =
            rows.iter().filter(|row| row["skipped"].is_string()).map(|row| text(row, "input")).collect();
        assert_eq!(skipped, [other.to_str().unwrap()]);
    }
}

#[test]
fn what_holds_certificates_is_no_certificate_to_revoke() {
    let World { issuer, good, .. } = &*WORLD;
    let mail = mail(&[("good.pdf", "application/pdf", &good.pdf)]);
    for (name, bytes, words) in [
        ("revoke.eml", mail, ["it is a mail", "save what is attached to it"]),
        ("revoke.zip", archive(Stored, &[("good.pdf", &good.pdf)]), ["it is an archive", "unpack it"]),
    ] {
        fs::write(issuer.path(name), bytes).unwrap();
        let file = issuer.path(name);
        let ran = issuer.run(&["revoke", file.to_str().unwrap(), "--reason", "x"]).refuses(words[0]);
        assert!(ran.stderr.contains(words[1]), "{}", ran.stderr);
    }
}
