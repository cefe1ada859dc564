//! PDF/A-3b (ISO 19005-3), rule by rule, as another library reads the file.

use lopdf::{Dictionary, Document, Object};
use testamur::scene::Item;

use crate::scenes::{Faces, base, image, meta, ornament, qr, scene, tool};

fn certificate() -> Vec<u8> {
    let cff = "../tests/data/fonts/NotoSansCJKjp-subset.otf";
    let faces = Faces::read(&["NotoSans-Regular.ttf", "NotoNaskhArabic-Regular.ttf", cff]);
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" opacity=".5"/></svg>"##;
    let shared = vec![
        ornament(),
        image(svg.into(), [700.0, 40.0, 740.0, 80.0]),
        Item::Glyphs(faces.run(2, "Certificate of Completion", 40.0, 150.0, 480.0)),
        Item::Link { rect: [60.0, 60.0, 173.4, 173.4] },
    ];
    let own = scene(vec![
        Item::Glyphs(faces.run(0, "Zoë Ångström", 32.0, 150.0, 320.0)),
        Item::Glyphs(faces.run(1, "مُحَمَّد عبد الله", 32.0, 450.0, 320.0)),
        qr(),
    ]);
    base(shared, &faces).certificate(&own, &faces, &meta()).unwrap()
}

fn read() -> (Vec<u8>, Document) {
    let file = certificate();
    let document = Document::load_mem(&file).unwrap();
    (file, document)
}

fn entry<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &str) -> &'a Object {
    let value = dictionary.get(key.as_bytes()).unwrap_or_else(|_| panic!("no /{key}"));
    document.dereference(value).unwrap().1
}

fn child<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &str) -> &'a Dictionary {
    match entry(document, dictionary, key) {
        Object::Stream(stream) => &stream.dict,
        other => other.as_dict().unwrap(),
    }
}

fn page(document: &Document) -> &Dictionary {
    document.get_dictionary(document.page_iter().next().unwrap()).unwrap()
}

#[test]
fn qpdf_finds_nothing_to_complain_about() {
    let said = tool("qpdf", &["--check"], &certificate(), &[]);
    assert!(said.contains("No syntax or stream encoding errors found"), "{said}");
    assert!(!said.contains("WARNING"), "{said}");
}

#[test]
fn header_trailer_and_identifiers_follow_6_1() {
    let (file, document) = read();
    assert!(file.starts_with(b"%PDF-1.7\n%"));
    assert!(file[10..14].iter().all(|byte| *byte > 127), "the comment must mark the file as binary");
    assert!(file.ends_with(b"%%EOF\n"));
    assert!(!document.trailer.has(b"Encrypt") && !document.trailer.has(b"Prev"));
    let ids = document.trailer.get(b"ID").unwrap().as_array().unwrap();
    assert!(ids.len() == 2 && ids.iter().all(|id| id.as_str().unwrap().len() == 16));
    assert_eq!(file.windows(5).filter(|window| window == b"%%EOF").count(), 1, "one revision");
}

#[test]
fn colours_have_an_output_intent_6_2_3() {
    let (_, document) = read();
    let intents = entry(&document, document.catalog().unwrap(), "OutputIntents").as_array().unwrap();
    let [intent] = &intents[..] else { panic!("{intents:?}") };
    let intent = document.dereference(intent).unwrap().1.as_dict().unwrap();
    assert_eq!(entry(&document, intent, "S").as_name().unwrap(), b"GTS_PDFA1");
    let profile = entry(&document, intent, "DestOutputProfile").as_stream().unwrap();
    assert_eq!(profile.dict.get(b"N").unwrap().as_i64().unwrap(), 3);
    let data = profile.decompressed_content().unwrap();
    assert_eq!((&data[12..20], &data[36..40]), (&b"mntrRGB "[..], &b"acsp"[..]));
}

#[test]
fn nothing_that_is_forbidden_occurs() {
    let (_, document) = read();
    for (id, object) in &document.objects {
        let dictionary = match object {
            Object::Stream(stream) => {
                let filters = stream.filters().unwrap_or_default();
                assert!(
                    !filters.iter().any(|filter| *filter == b"LZWDecode" || *filter == b"Crypt"),
                    "{id:?} {filters:?}"
                );
                assert!(!stream.dict.has(b"F") && !stream.dict.has(b"FFilter"), "{id:?} is an external stream");
                &stream.dict
            }
            Object::Dictionary(dictionary) => dictionary,
            _ => continue,
        };
        for key in [&b"JS"[..], b"AA", b"OpenAction", b"TR", b"Alternates", b"OPI", b"PieceInfo", b"NeedAppearances"] {
            assert!(!dictionary.has(key), "{id:?} has /{}", String::from_utf8_lossy(key));
        }
        assert!(!dictionary.get(b"Interpolate").is_ok_and(|value| value.as_bool().unwrap_or(true)), "{id:?}");
    }
}

#[test]
fn transparency_has_a_blending_colour_space_6_2_10() {
    let (_, document) = read();
    let group = child(&document, page(&document), "Group");
    assert_eq!(entry(&document, group, "CS").as_name().unwrap(), b"DeviceRGB");
}

#[test]
fn fonts_are_embedded_with_their_widths_6_2_11() {
    let (_, document) = read();
    let fonts = child(&document, child(&document, page(&document), "Resources"), "Font");
    assert_eq!(fonts.len(), 3);
    for (name, font) in fonts.iter() {
        let font = document.dereference(font).unwrap().1.as_dict().unwrap();
        assert_eq!(entry(&document, font, "Encoding").as_name().unwrap(), b"Identity-H");
        assert!(entry(&document, font, "ToUnicode").as_stream().is_ok());
        let descendant = &entry(&document, font, "DescendantFonts").as_array().unwrap()[0];
        let descendant = document.dereference(descendant).unwrap().1.as_dict().unwrap();
        let descriptor = child(&document, descendant, "FontDescriptor");
        let tag = entry(&document, descriptor, "FontName").as_name().unwrap();
        assert!(tag[..6].iter().all(u8::is_ascii_uppercase) && tag[6] == b'+', "{name:?}");
        assert_eq!(tag, entry(&document, font, "BaseFont").as_name().unwrap());
        let widths = widths(&document, descendant);
        if entry(&document, descendant, "Subtype").as_name().unwrap() == b"CIDFontType2" {
            assert_eq!(entry(&document, descendant, "CIDToGIDMap").as_name().unwrap(), b"Identity");
            let program = entry(&document, descriptor, "FontFile2").as_stream().unwrap();
            let data = program.decompressed_content().unwrap();
            assert_eq!(program.dict.get(b"Length1").unwrap().as_i64().unwrap(), data.len() as i64);
            assert_widths(&ttf_parser::Face::parse(&data, 0).unwrap(), &widths);
        } else {
            let program = entry(&document, descriptor, "FontFile3").as_stream().unwrap();
            assert_eq!(program.dict.get(b"Subtype").unwrap().as_name().unwrap(), b"CIDFontType0C");
            let table =
                ttf_parser::cff::Table::parse(&program.decompressed_content().unwrap()).map(|t| t.number_of_glyphs());
            assert_eq!(table.map(usize::from), Some(widths.len()));
        }
    }
}

fn widths(document: &Document, font: &Dictionary) -> Vec<i64> {
    let list = entry(document, font, "W").as_array().unwrap();
    assert_eq!(list[0].as_i64().unwrap(), 0);
    list[1].as_array().unwrap().iter().map(|width| width.as_i64().unwrap()).collect()
}

fn assert_widths(face: &ttf_parser::Face<'_>, widths: &[i64]) {
    assert!(face.number_of_glyphs() as usize >= widths.len());
    for (glyph, width) in widths.iter().enumerate() {
        let own = f32::from(face.glyph_hor_advance(ttf_parser::GlyphId(glyph as u16)).unwrap());
        let own = own * 1000.0 / f32::from(face.units_per_em());
        assert!((own - *width as f32).abs() <= 1.0, "glyph {glyph}: {own} in the program, {width} in the dictionary");
    }
}

#[test]
fn annotations_are_printed_links_6_3() {
    let (_, document) = read();
    let links = entry(&document, page(&document), "Annots").as_array().unwrap();
    assert_eq!(links.len(), 1);
    let link = document.dereference(&links[0]).unwrap().1.as_dict().unwrap();
    assert_eq!(entry(&document, link, "Subtype").as_name().unwrap(), b"Link");
    assert_eq!(entry(&document, link, "F").as_i64().unwrap(), 4);
    let action = child(&document, link, "A");
    assert_eq!(entry(&document, action, "URI").as_str().unwrap(), meta().verify_url.as_bytes());
}

#[test]
fn metadata_agrees_with_the_information_dictionary_6_6() {
    let (_, document) = read();
    let stream = entry(&document, document.catalog().unwrap(), "Metadata").as_stream().unwrap();
    assert!(!stream.dict.has(b"Filter"));
    let xmp = String::from_utf8(stream.content.clone()).unwrap();
    let document_type = roxml(&xmp);
    assert!(xmp.contains("<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"), "{document_type}");
    let information = child(&document, &document.trailer, "Info");
    for (key, element) in
        [("Title", "dc:title"), ("Author", "dc:creator"), ("Subject", "dc:description"), ("Producer", "pdf:Producer")]
    {
        let value = lopdf::decode_text_string(entry(&document, information, key)).unwrap();
        let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let from = xmp.find(&format!("<{element}>")).unwrap_or_else(|| panic!("no {element}"));
        assert!(xmp[from..].split(&format!("</{element}>")).next().unwrap().contains(&escaped), "{key}: {value}");
    }
    assert!(xmp.contains("<xmp:CreateDate>2026-05-01T07:08:09Z</xmp:CreateDate>"));
    assert_eq!(entry(&document, information, "CreationDate").as_str().unwrap(), b"D:20260501070809Z");
    assert_eq!(entry(&document, document.catalog().unwrap(), "Lang").as_str().unwrap(), b"en");
}

/// Fails unless the packet is well-formed XML; returns its root's name.
fn roxml(xmp: &str) -> String {
    let tree = svg2pdf::usvg::roxmltree::Document::parse(xmp.trim_start_matches('\u{feff}')).unwrap();
    tree.root_element().tag_name().name().to_owned()
}

#[test]
fn the_credential_is_an_associated_file_6_8() {
    let (file, document) = read();
    let catalog = document.catalog().unwrap();
    let names = child(&document, child(&document, catalog, "Names"), "EmbeddedFiles");
    let names = entry(&document, names, "Names").as_array().unwrap();
    assert_eq!(names[0].as_str().unwrap(), b"credential.jwt");
    assert_eq!(entry(&document, catalog, "AF").as_array().unwrap(), &names[1..]);
    let spec = document.dereference(&names[1]).unwrap().1.as_dict().unwrap();
    assert_eq!(entry(&document, spec, "AFRelationship").as_name().unwrap(), b"Data");
    assert_eq!(entry(&document, spec, "UF").as_str().unwrap(), b"credential.jwt");
    let attached = entry(&document, child(&document, spec, "EF"), "F").as_stream().unwrap();
    assert_eq!(attached.dict.get(b"Subtype").unwrap().as_name().unwrap(), b"application/vc+jwt");
    assert_eq!(attached.content, meta().jws.as_bytes());
    assert!(tool("pdfdetach", &["-list"], &file, &[]).contains("credential.jwt"));
}
