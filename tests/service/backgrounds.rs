//! Backgrounds as people bring them: what the usual programs and phones write, put into a design. Each is drawn, or refused with the way
//! out; how long it took is printed.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use testamur::acts::templates::{Kept, KeptVersion};
use testamur::store::{Collection, DocumentWrite, Expect};
use testamur::template::Template;

use crate::harness::{OWNER, World};
use crate::runs::{certificates, desk, done};
use crate::templates::{Part, send};

/// What becomes of a file: it is drawn, or refused in these words.
type Outcome = Option<&'static str>;

/// A page in a PDF as a program exports it: its box, entries of the page, its content, entries of the catalog, objects from 5 on.
fn pdf(media: &str, entries: &str, content: &str, catalog: &str, more: &[&str]) -> Vec<u8> {
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalog}>>"),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[{media}]/Contents 4 0 R{entries}>>"),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
    ];
    objects.extend(more.iter().map(|one| (*one).to_owned()));
    file(&objects)
}

/// A page of Word, and the empty one that it puts behind where the text is as long as the page.
fn two_pages() -> Vec<u8> {
    file(&[
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[{A4}]/Contents 4 0 R>>"),
        format!("<</Length {}>>stream\n{FILLED}\nendstream", FILLED.len()),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[{A4}]>>"),
    ])
}

/// A PDF of objects, of which the first is the catalog.
fn file(objects: &[String]) -> Vec<u8> {
    let (mut out, mut table) = (b"%PDF-1.6\n".to_vec(), String::new());
    for (at, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", at + 1).as_bytes());
    }
    let (start, size) = (out.len(), objects.len() + 1);
    let end = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF"
    );
    out.extend_from_slice(end.as_bytes());
    out
}

/// A picture as a screen or a phone has it, which packs as badly as a photo when there is noise in it.
fn pixels(width: u32, height: u32, noise: bool) -> image::RgbImage {
    let mut seed = 7u32;
    image::RgbImage::from_fn(width, height, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = if noise { (seed >> 27) as u8 } else { 0 };
        image::Rgb([(x * 200 / width) as u8 + grain, (y * 200 / height) as u8 + grain, 120 + grain])
    })
}

fn jpeg(width: u32, height: u32, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
    pixels(width, height, true).write_with_encoder(encoder).unwrap();
    bytes
}

/// A photo that says it lies on its side (Exif 2.3, Orientation 6), as phones save those that were taken upright.
fn on_its_side(photo: &[u8]) -> Vec<u8> {
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut bytes = photo[..2].to_vec();
    bytes.extend_from_slice(&[0xFF, 0xE1]);
    bytes.extend_from_slice(&(exif.len() as u16 + 2).to_be_bytes());
    bytes.extend_from_slice(exif);
    bytes.extend_from_slice(&photo[2..]);
    bytes
}

/// A PNG with see-through parts, as Canva and Figma export.
fn see_through(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbaImage::from_fn(width, height, |x, y| {
        image::Rgba([246, 242, 231, if (x / 64 + y / 64) % 2 == 0 { 255 } else { 160 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

const CANVA_SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="1122.66" zoomAndPan="magnify" viewBox="0 0 842.25 595.5" height="794" preserveAspectRatio="xMidYMid meet" version="1.0"><defs><clipPath id="ed"><path d="M 0 0 L 842 0 L 842 595 L 0 595 Z M 0 0 " clip-rule="nonzero"/></clipPath></defs><g clip-path="url(#ed)"><path fill="#f6f2e7" d="M 0 0 L 842 0 L 842 595 L 0 595 Z M 0 0 " fill-opacity="1" fill-rule="nonzero"/></g></svg>"##;
const FIGMA_SVG: &str = r##"<svg width="1123" height="794" viewBox="0 0 1123 794" fill="none" xmlns="http://www.w3.org/2000/svg"><g clip-path="url(#clip0_1_2)"><rect width="1123" height="794" fill="#F6F2E7"/><rect x="40" y="40" width="1043" height="714" rx="16" stroke="url(#paint0_linear_1_2)" stroke-width="8"/><path fill-rule="evenodd" clip-rule="evenodd" d="M0 0H300V120H0V0ZM20 20H280V100H20V20Z" fill="#1F5C4D" fill-opacity="0.2"/></g><defs><linearGradient id="paint0_linear_1_2" x1="0" y1="0" x2="1123" y2="794" gradientUnits="userSpaceOnUse"><stop stop-color="#1F5C4D"/><stop offset="1" stop-color="#C9A227"/></linearGradient><clipPath id="clip0_1_2"><rect width="1123" height="794" fill="white"/></clipPath></defs></svg>"##;
const FIGMA_SHADOW: &str = r##"<svg width="1123" height="794" viewBox="0 0 1123 794" fill="none" xmlns="http://www.w3.org/2000/svg"><g filter="url(#filter0_d_1_2)"><rect x="40" y="40" width="1043" height="714" fill="white"/></g><defs><filter id="filter0_d_1_2" x="36" y="40" width="1051" height="722" filterUnits="userSpaceOnUse" color-interpolation-filters="sRGB"><feFlood flood-opacity="0" result="BackgroundImageFix"/><feOffset dy="4"/><feGaussianBlur stdDeviation="2"/></filter></defs></svg>"##;
const ILLUSTRATOR_SVG: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- Generator: Adobe Illustrator 28.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->\n<svg version=\"1.1\" id=\"Layer_1\" xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" x=\"0px\" y=\"0px\" viewBox=\"0 0 841.9 595.3\" style=\"enable-background:new 0 0 841.9 595.3;\" xml:space=\"preserve\">\n<style type=\"text/css\">\n\t.st0{fill:#F6F2E7;}\n\t.st1{fill:none;stroke:#1F5C4D;stroke-width:4;stroke-miterlimit:10;}\n</style>\n<rect class=\"st0\" width=\"841.9\" height=\"595.3\"/>\n<polygon class=\"st1\" points=\"20,20 821,20 821,575 20,575 \"/>\n</svg>";
const ILLUSTRATOR_PRIVATE: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\" [\n\t<!ENTITY ns_ai \"http://ns.adobe.com/AdobeIllustrator/10.0/\">\n]>\n<svg version=\"1.1\" xmlns:i=\"&ns_ai;\" xmlns=\"http://www.w3.org/2000/svg\" width=\"841.9px\" height=\"595.3px\" viewBox=\"0 0 841.9 595.3\"><rect width=\"841.9\" height=\"595.3\" fill=\"#F6F2E7\"/></svg>";
const INKSCAPE_SVG: &str = r##"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<svg width="297mm" height="210mm" viewBox="0 0 297 210" version="1.1" id="svg5" inkscape:version="1.2.2" sodipodi:docname="ground.svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xmlns="http://www.w3.org/2000/svg"><sodipodi:namedview id="namedview7" pagecolor="#ffffff" inkscape:document-units="mm"/><defs id="defs2"/><g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1"><rect style="fill:#f6f2e7;stroke:#1f5c4d;stroke-width:1.5;stroke-opacity:1" id="rect1" width="281" height="194" x="8" y="8"/></g></svg>"##;
const INKSCAPE_TEXT: &str = r#"<svg width="297mm" height="210mm" viewBox="0 0 297 210" xmlns="http://www.w3.org/2000/svg"><text xml:space="preserve" style="font-size:10px;font-family:sans-serif" x="20" y="40"><tspan>Certificate</tspan></text></svg>"#;
const POWERPOINT_SVG: &str = r##"<svg width="1280" height="720" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" overflow="hidden"><defs><clipPath id="clip0"><rect x="0" y="0" width="1280" height="720"/></clipPath></defs><g clip-path="url(#clip0)"><rect x="0" y="0" width="1280" height="720" fill="#FFFFFF"/><rect x="40.5" y="40.5" width="1200" height="640" stroke="#1F5C4D" stroke-width="6" stroke-miterlimit="8" fill="#F6F2E7"/></g></svg>"##;

const A4: &str = "0 0 842 595";
const FILLED: &str = "0.96 0.95 0.9 rg 0 0 960 842 re f";

/// PDFs: who makes them so, the file, and what becomes of it.
fn documents() -> Vec<(&'static str, Vec<u8>, Outcome)> {
    let tagged = "/MarkInfo<</Marked true>>/StructTreeRoot 5 0 R/Lang(en-US)";
    let tree = ["<</Type/StructTreeRoot/K[]>>"];
    let slide = "/StructParents 0/Tabs/S/Resources<</ExtGState<</GS5<</Type/ExtGState/BM/Normal/ca 1>>>>>>";
    let marks = "/TrimBox[28.35 28.35 870.24 623.62]/BleedBox[20 20 879 632]/Group<</S/Transparency/CS/DeviceRGB/I true>>/Resources<</ExtGState<</G3<</ca 1/BM/Normal>>>>>>";
    let helvetica = "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>";
    let ink = "/Resources<</Properties<</MC0 5 0 R>>/ColorSpace<</CS0[/Separation/PANTONE#20C/DeviceCMYK<</FunctionType 2/Domain[0 1]/C0[0 0 0 0]/C1[0.8 0.2 0.5 0.1]/N 1>>]>>>>";
    let layers = "/OCProperties<</OCGs[5 0 R]/D<</Order[5 0 R]/ON[5 0 R]>>>>";
    let layer = ["<</Type/OCG/Name(Layer 1)>>"];
    vec![
        (
            "canva-print.pdf",
            pdf("0 0 899 652", marks, "/G3 gs 0.96 0.95 0.9 rg 20 20 859 612 re f 0 0 0 RG 28 0 m 28 18 l S", "", &[]),
            None,
        ),
        ("figma.pdf", pdf(A4, "", FILLED, "", &[]), None),
        (
            "illustrator-spot.pdf",
            pdf(A4, ink, "/OC /MC0 BDC /CS0 cs 0.4 scn 0 0 842 595 re f EMC", layers, &layer),
            Some("convert it to RGB"),
        ),
        ("illustrator-cmyk.pdf", pdf(A4, "", "0.1 0 0.2 0 k 0 0 842 595 re f", "", &[]), Some("convert it to RGB")),
        (
            "powerpoint.pdf",
            pdf(
                "0 0 960 540",
                slide,
                "/P <</MCID 0>> BDC /GS5 gs 0.96 0.95 0.9 rg 0 0 960 540 re f EMC",
                tagged,
                &tree,
            ),
            None,
        ),
        ("word.pdf", pdf("0 0 595 842", "", FILLED, tagged, &tree), None),
        (
            "word-without-its-font.pdf",
            pdf("0 0 595 842", helvetica, "BT /F1 24 Tf 60 700 Td (Certificate) Tj ET", "", &[]),
            Some("does not embed its font Helvetica"),
        ),
        ("word-two-pages.pdf", two_pages(), Some("2 pages, expected one")),
        ("locked.pdf", b"%PDF-1.6\nnothing of it can be read".to_vec(), Some("PDF")),
    ]
}

/// Pictures, and what people take for pictures.
fn pictures() -> Vec<(&'static str, Vec<u8>, Outcome)> {
    let photo = jpeg(4_032, 3_024, 60);
    vec![
        ("canva.svg", CANVA_SVG.into(), None),
        ("canva.png", see_through(3_508, 2_480), None),
        ("canva-cut-off.png", see_through(300, 200)[..200].to_vec(), Some("the PNG cannot be read")),
        ("canva.webp", b"RIFF\x24\0\0\0WEBPVP8 \0\0\0\0".to_vec(), Some("a WebP picture: save it as PNG")),
        ("canva.zip", b"PK\x03\x04\0\0\0\0".to_vec(), Some("save it as a PDF of one page, or as PNG")),
        ("figma.svg", FIGMA_SVG.into(), None),
        ("figma-shadow.svg", FIGMA_SHADOW.into(), Some("export it without, or as PNG or PDF")),
        ("figma.fig", b"fig-kiwi\0\0".to_vec(), Some("a file of Figma")),
        ("illustrator.svg", ILLUSTRATOR_SVG.into(), None),
        ("illustrator-private.svg", ILLUSTRATOR_PRIVATE.into(), Some("declares entities")),
        ("illustrator.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n".to_vec(), Some("a PostScript file")),
        ("inkscape.svg", INKSCAPE_SVG.into(), None),
        ("inkscape-text.svg", INKSCAPE_TEXT.into(), Some("convert it to outlines")),
        ("powerpoint.svg", POWERPOINT_SVG.into(), None),
        ("powerpoint.png", see_through(1_280, 720), None),
        ("powerpoint.emf", b"\x01\0\0\0\x6C\0\0\0\0\0".to_vec(), Some("an EMF picture")),
        ("powerpoint.pptx", b"PK\x03\x04\0\0\0\0".to_vec(), Some("as PowerPoint, Word")),
        ("word.doc", b"\xD0\xCF\x11\xE0\0\0".to_vec(), Some("an old document of Office")),
        ("photo.jpg", photo.clone(), None),
        ("photo-upright.jpg", on_its_side(&photo), None),
        ("photo-too-large.jpg", jpeg(4_032, 3_024, 98), Some("5 MB: save it with fewer pixels")),
        ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), Some("a HEIC photo: save it as JPEG")),
        ("photo-cut-off.jpg", photo[..photo.len() / 50].to_vec(), Some("damaged")),
        ("scan.tif", b"II*\0\x08\0\0\0".to_vec(), Some("a TIFF picture: save it as PNG")),
    ]
}

/// A template whose pictures are all in one file.
fn pictured(asset: &str) -> Vec<u8> {
    let elements = json!([
        { "type": "text", "text": "{participant_name}", "x": 20, "y": 60, "width": 170, "height": 20, "size": 30, "minSize": 8 },
        { "type": "image", "asset": "logo", "x": 20, "y": 160, "width": 40, "height": 20, "optional": true },
        { "type": "signatories", "people": [{ "name": "Helena Okafor", "title": "Dean", "image": "signature_1" }],
          "x": 100, "y": 200, "width": 80, "height": 30, "size": 11 },
        { "type": "qr", "x": 20, "y": 236, "size": 40 },
    ]);
    let page = json!({ "size": "A4", "orientation": "portrait" });
    let mut document = json!({ "testamur": 1, "title": "Ours", "page": page, "elements": elements });
    if !asset.is_empty() {
        document["background"] = json!({ "asset": asset });
    }
    document.to_string().into_bytes()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_photo_whose_end_is_missing_is_refused_by_every_way_in() {
    let world = World::in_memory();
    let whole = jpeg(400, 300, 80);
    let half = &whole[..whole.len() / 2];
    let plain = pictured("");
    let (under, archive) = (pictured("photo.jpg"), zipped(&[("template.json", &plain), ("logo", half)]));
    let refused = |answer: crate::harness::Answer, way: &str| {
        assert_eq!(answer.status, 422, "{way}: {}", answer.text());
        assert!(answer.text().contains("its end is missing"), "{way}: {}", answer.text());
    };
    send(&world, OWNER, "POST", "/templates", &[("name", None, b"ours"), ("template", Some("t"), &plain)]).ok();
    let ways: [(&str, &[Part]); 5] = [
        ("background", &[("template", Some("t"), &under), ("asset", Some("photo.jpg"), half)]),
        ("logo", &[("template", Some("t"), &plain), ("logo", Some("logo"), half)]),
        ("logo of a built-in one", &[("base", None, b"minimal"), ("logo", Some("logo"), half)]),
        ("signature", &[("base", None, b"ours"), ("signature_1", Some("s.jpg"), half)]),
        ("one file", &[("archive", Some("t.zip"), &archive)]),
    ];
    for (way, parts) in ways {
        let named = [&[("name", None, &b"new"[..])][..], parts].concat();
        refused(send(&world, OWNER, "POST", "/templates", &named), way);
        refused(send(&world, OWNER, "POST", "/templates/check", parts), way);
        refused(send(&world, OWNER, "PUT", "/templates/ours", parts), way);
        let seen = send(&world, OWNER, "POST", "/templates/look-over", parts).ok();
        assert!(seen["findings"].to_string().contains("its end is missing"), "{way}: {seen}");
    }
    let design = world.post("/template-designs", &json!({ "from": "ours" })).ok();
    let files = format!("/template-designs/{}/files", design["id"].as_str().unwrap());
    for fields in [&[("as", "background")][..], &[("as", "picture")], &[("as", "signature"), ("element", "2")]] {
        refused(world.upload(OWNER, &files, "photo.jpg", half, fields), fields[0].1);
        world.upload(OWNER, &files, "photo.jpg", &whole, fields).ok();
    }
    world.post("/events", &json!({ "code": "MAPS", "details": { "title": "Maps", "template": "ours" } })).ok();
    let made = world.get("/templates/ours").ok();
    assert_eq!(made["template"]["versions"].as_array().unwrap().len(), 1, "nothing was kept");
    world.get("/templates/new").problem(404, "not-found");
}

#[test]
fn a_photo_without_an_end_that_an_earlier_version_took_is_drawn_as_before() {
    let world = World::in_memory();
    let whole = jpeg(400, 300, 80);
    let half = whole[..whole.len() / 2].to_vec();
    let plain = pictured("");
    let template = Template::new(&plain, BTreeMap::from([("logo".to_owned(), Arc::new(half.clone()))])).unwrap();
    let (desk, name) = (desk(&world), "older".to_owned());
    let digest = desk.store.put_blob(&template.to_bundle()).unwrap().0;
    let version = KeptVersion {
        version: 1,
        digest,
        by: "owner".to_owned(),
        at: desk.now,
        speaks: None,
        purpose: Default::default(),
    };
    let kept = Kept { name: name.clone(), versions: vec![version] };
    let write = DocumentWrite::put(Collection::TEMPLATES, name, Expect::Absent, &kept);
    desk.store.write_documents(&[write], None).unwrap();

    world.post("/events", &json!({ "code": "WORKSHOP", "details": { "title": "Maps", "template": "older" } })).ok();
    crate::runs::enrol(&world, &[crate::runs::person(1, true)]);
    world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
    for to in ["open", "completed"] {
        world.post("/events/WORKSHOP/state", &json!({ "to": to })).ok();
    }
    assert_eq!(done(&world, &json!({ "kind": "generate", "event": "WORKSHOP" }))["counters"]["done"], 1);
    let number = certificates(&*world.app.store)[0].number.to_string();
    assert_eq!(world.get(&format!("/certificates/{number}/file?format=pdf")).status, 200);

    // Its next version says so, and goes on; another picture of that kind does not come in.
    let next = |logo: &[u8]| {
        let words = String::from_utf8(plain.clone()).unwrap().replace("Dean", "Director");
        let parts: [Part; 2] = [("template", Some("t"), words.as_bytes()), ("logo", Some("logo"), logo)];
        send(&world, OWNER, "PUT", "/templates/older", &parts)
    };
    assert!(next(&whole[..whole.len() / 3]).problem(422, "bad-template").contains("its end is missing"));
    let taken = next(&half).ok();
    let told = taken["findings"].as_array().unwrap().iter().find(|one| one.to_string().contains("its end is missing"));
    assert_eq!(told.unwrap()["severity"], "warning", "{taken}");
}

#[test]
fn backgrounds_as_people_bring_them_are_drawn_or_refused_with_the_way_out() {
    let world = World::in_memory();
    let mut longest = (0.0, "");
    for (name, bytes, outcome) in documents().into_iter().chain(pictures()) {
        let design = world.post("/template-designs", &json!({ "title": "Ours" })).ok();
        let path = format!("/template-designs/{}", design["id"].as_str().unwrap());
        let began = Instant::now();
        let answer = world.upload(OWNER, &format!("{path}/files"), name, &bytes, &[("as", "background")]);
        let told: Value = answer.json();
        match outcome {
            None => {
                assert_eq!(answer.status, 200, "{name}: {told}");
                let page = world.get(&format!("{path}/page"));
                assert!(page.text().contains("<image "), "{name} is drawn");
                let faults: Vec<&Value> =
                    told["findings"].as_array().unwrap().iter().filter(|one| one["at"] == "background").collect();
                assert!(faults.iter().all(|one| one["severity"] != "error"), "{name}: {faults:?}");
            }
            Some(words) => {
                assert_eq!(answer.status, 422, "{name}: {told}");
                assert!(told.to_string().contains(words), "{name}: {told}");
                let kept = world.get(&path).ok();
                assert_eq!(kept["document"]["background"], design["document"]["background"], "{name}");
            }
        }
        let took = began.elapsed().as_secs_f64();
        println!("{name}: {took:.2} s, {}", outcome.map_or("drawn".to_owned(), |words| format!("refused: {words}")));
        if took > longest.0 {
            longest = (took, name);
        }
        assert_eq!(world.ask(OWNER, "DELETE", &path).status, 204);
    }
    println!("the longest: {} in {:.2} s", longest.1, longest.0);
}
