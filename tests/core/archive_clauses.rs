//! PDF/A-3b (ISO 19005-3) with foreign backgrounds, clause by clause: mended where nobody sees it, refused by name elsewhere.
//!
//! Looked at here: 6.1.7.2 (filters, external streams), 6.1.13 (nesting of `q`), 6.2.2 (operators, resources), 6.2.4.3 (device
//! colours), 6.2.5 (transfer functions, halftones, intents), 6.2.6 (rendering intents), 6.2.8 (images), 6.2.9 (forms), 6.2.10 (blend
//! modes), 6.2.11.3.2 (CIDToGIDMap), 6.2.11.4.1 (embedded fonts), 6.2.11.4.2 (CharSet, CIDSet), 6.9 (optional content).
//!
//! Not looked at by this program: 6.2.4.4 (Separation and DeviceN of one name that differ), the channels and boxes of JPEG 2000
//! (6.2.8.3), 6.2.11.3.1 and 6.2.11.3.3 (CMaps of foreign fonts), 6.2.11.5 (widths that differ from the font program's), 6.2.11.6
//! (encodings of foreign TrueType fonts), 6.2.11.8 (references to `.notdef`), and the lengths of names and strings (6.1.13).

use std::collections::BTreeSet;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, Stream};
use testamur::render::{Base, BaseMeta, PictureError, RenderError};

use crate::render_foreign::{form, page, stream};
use crate::scenes::{Faces, image, meta, scene};

const INTENTS: [&str; 4] = ["AbsoluteColorimetric", "RelativeColorimetric", "Saturation", "Perceptual"];
const OPERATORS: &str = "\" ' B B* BDC BI BMC BT BX CS DP Do EMC ET EX F G J K M MP Q RG S SC SCN T* TD TJ TL Tc Td Tf Tj Tm Tr \
    Ts Tw Tz W W* b b* c cm cs d d0 d1 f f* g gs h i j k l m n q re rg ri s sc scn sh v w y";

/// Draws a certificate over a background.
fn certificate(background: Vec<u8>) -> Result<Vec<u8>, RenderError> {
    let faces = Faces::read(&[]);
    let base = Base::new(&scene(vec![image(background, [0.0, 0.0, 100.0, 100.0])]), &faces, &BaseMeta::default())?;
    base.certificate(&scene(vec![]), &faces, &meta())
}

fn refused(background: Vec<u8>) -> String {
    match certificate(background) {
        Err(RenderError::Picture { source, .. }) => match source {
            PictureError::PdfRefused(reason) => reason.to_owned(),
            other => other.to_string(),
        },
        other => panic!("{other:?}"),
    }
}

/// Says which clauses a file breaks.
fn broken(file: &[u8]) -> BTreeSet<&'static str> {
    let document = Document::load_mem(file).unwrap();
    let mut broken = BTreeSet::new();
    for object in document.objects.values() {
        look(&document, object, &mut broken);
    }
    let page = document.page_iter().next().unwrap();
    content(&document.get_page_content(page), &mut broken);
    if document.catalog().unwrap().has(b"OCProperties") {
        broken.insert("6.9");
    }
    broken
}

fn look(document: &Document, object: &Object, broken: &mut BTreeSet<&'static str>) {
    match object {
        Object::Array(items) => items.iter().for_each(|item| look(document, item, broken)),
        Object::Dictionary(entries) => dictionary(document, entries, broken),
        Object::Stream(one) => {
            dictionary(document, &one.dict, broken);
            look_stream(document, one, broken);
        }
        Object::Name(name) if name == b"DeviceCMYK" => {
            broken.insert("6.2.4.3");
        }
        _ => {}
    }
}

fn look_stream(document: &Document, one: &Stream, broken: &mut BTreeSet<&'static str>) {
    let filters = one.filters().unwrap_or_default();
    if filters.iter().any(|filter| *filter == b"LZWDecode")
        || [b"F".as_slice(), b"FFilter"].iter().any(|key| one.dict.has(key))
    {
        broken.insert("6.1.7.2");
    }
    let subtype = one.dict.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
    let is_glyph = document.objects.values().any(|object| {
        let procedures =
            object.as_dict().ok().and_then(|font| font.get_deref(b"CharProcs", document).ok()?.as_dict().ok());
        procedures.is_some_and(|all| {
            all.iter().any(|(_, glyph)| {
                document.dereference(glyph).is_ok_and(|(_, glyph)| glyph.as_stream().ok() == Some(one))
            })
        })
    });
    if subtype == b"Form" || one.dict.has(b"PatternType") || is_glyph {
        if !one.dict.has(b"Resources") && !is_glyph && !one.content.is_empty() {
            broken.insert("6.2.2 resources");
        }
        content(&one.get_plain_content().unwrap_or_default(), broken);
    }
}

fn dictionary(document: &Document, entries: &Dictionary, broken: &mut BTreeSet<&'static str>) {
    let name = |key: &[u8]| {
        String::from_utf8_lossy(entries.get(key).and_then(Object::as_name).unwrap_or_default()).into_owned()
    };
    let has = |key: &[u8]| entries.has(key);
    let is_state = has(b"BM") || has(b"ca") || has(b"HTP") || has(b"RI");
    let modes = ["Normal", "Multiply", "Screen"];
    let rules = [
        ("6.2.5", has(b"TR") || has(b"TR2") || has(b"HTP") || (is_state && has(b"HT"))),
        ("6.2.6", [b"RI".as_slice(), b"Intent"].iter().any(|key| has(key) && !INTENTS.contains(&&*name(key)))),
        ("6.2.8", matches!(entries.get(b"Interpolate"), Ok(Object::Boolean(true))) || has(b"Alternates")),
        ("6.2.9", has(b"OPI") || has(b"Ref") || has(b"PS")),
        ("6.2.10", has(b"BM") && !modes.contains(&&*name(b"BM"))),
        ("6.2.11.3.2", name(b"Subtype") == "CIDFontType2" && !has(b"CIDToGIDMap")),
        ("6.2.11.4.2", has(b"CharSet") || has(b"CIDSet")),
        ("6.2.2 resources", name(b"Subtype") == "Type3" && !has(b"Resources")),
    ];
    broken.extend(rules.into_iter().filter(|(_, is_broken)| *is_broken).map(|(clause, _)| clause));
    entries.iter().for_each(|(_, value)| look(document, value, broken));
}

fn content(content: &[u8], broken: &mut BTreeSet<&'static str>) {
    let (mut depth, mut deepest) = (0usize, 0usize);
    for operation in Content::decode(content).unwrap().operations {
        let operand =
            |at: usize| operation.operands.get(at).and_then(|operand| operand.as_name().ok()).unwrap_or_default();
        match &*operation.operator {
            "q" => (depth, deepest) = (depth + 1, deepest.max(depth + 1)),
            "Q" => depth = depth.saturating_sub(1),
            "k" | "K" => {
                broken.insert("6.2.4.3");
            }
            "ri" if !INTENTS.iter().any(|intent| intent.as_bytes() == operand(0)) => {
                broken.insert("6.2.6");
            }
            other if !OPERATORS.split_whitespace().any(|known| known == other) => {
                broken.insert("6.2.2");
            }
            _ => {}
        }
    }
    if deepest > 28 {
        broken.insert("6.1.13");
    }
}

#[test]
fn what_nobody_sees_is_mended() {
    let square = "0 0 9 9 re f";
    let state =
        |entries: &str| page("/G gs 0 0 9 9 re f", &format!("/Resources<</ExtGState<</G<<{entries}>>>>>>"), "", &[]);
    let drawn = |entries: &str, content: &str| {
        page("/X Do", "/Resources<</XObject<</X 5 0 R>>>>", "", &[form(entries, content)])
    };
    let type3 = |resources: &str, glyph: &str| {
        let font = format!(
            "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 65/LastChar 65/Widths[10]\
             /Encoding<</Differences[65/a]>>/CharProcs<</a 6 0 R>>{resources}>>"
        );
        page("BT/T 9 Tf(A)Tj ET", "/Resources<</Font<</T 5 0 R>>>>", "", &[font, stream("", glyph)])
    };
    let cid = "<</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
        /FontDescriptor 7 0 R/DW 500>>";
    let descriptor = "<</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 0 9 9]/ItalicAngle 0/Ascent 9/Descent 0/CapHeight 9\
        /StemV 9/CIDSet 8 0 R/FontFile2 8 0 R>>";
    let type0 = "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[6 0 R]>>";
    let composite = page(
        "BT/T 9 Tf<0001>Tj ET",
        "/Resources<</Font<</T 5 0 R>>>>",
        "",
        &[type0.to_owned(), cid.to_owned(), descriptor.to_owned(), stream("", "none")],
    );
    let layers = "/OCProperties<</OCGs[5 0 R]/D<</ON[5 0 R]>>>>";
    let layer = "<</Type/OCG/Name(Layer)>>".to_owned();
    for (what, background) in [
        ("unknown operators between BX and EX", page(&format!("BX 1 2 shimmer EX {square}"), "", "", &[])),
        ("an unknown intent", page(&format!("/Vivid ri {square}"), "", "", &[])),
        ("an intent of a state", state("/ca 1/RI/Vivid")),
        ("a halftone phase", state("/ca 1/HTP[0 0]/HT/Default")),
        ("a transfer function", state("/ca 1/TR/Identity/TR2/Default")),
        ("an unknown blend mode", state("/BM/Glow")),
        ("a list of blend modes", state("/BM[/Glow/Multiply]")),
        ("a reference XObject", drawn("/Ref<</F(a.pdf)/Page 0>>/Resources<<>>", square)),
        ("PostScript beside a form", drawn("/Subtype2/None/PS 5 0 R/Resources<<>>", square)),
        ("a form without resources", drawn("", square)),
        ("a font of procedures without resources", type3("", "10 0 0 0 9 9 d1 0 0 9 9 re f")),
        ("an unknown operator in a glyph", type3("/Resources<<>>", "10 0 0 0 9 9 d1 shimmer 0 0 9 9 re f")),
        ("a composite font without CIDToGIDMap", composite),
        ("a smoothed inline image", page("BI /W 1 /H 1 /BPC 8 /CS /G /I true ID a EI", "", "", &[])),
        (
            "a layer",
            page(&format!("/OC/L BDC {square} EMC"), "/Resources<</Properties<</L 5 0 R>>>>", layers, &[layer]),
        ),
    ] {
        let file = certificate(background).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(broken(&file), BTreeSet::new(), "{what}");
    }
}

#[test]
fn what_cannot_be_mended_is_refused_by_name() {
    let glyph = "10 0 0 0 9 9 d1 0 0 0 1 k 0 0 9 9 re f";
    let font = "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 65/LastChar 65/Widths[10]\
        /Encoding<</Differences[65/a]>>/CharProcs<</a 6 0 R>>/Resources<<>>>>";
    let listed = "/Resources<</Font<</H<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>";
    for (background, said) in [
        (page("BI /W 1 /H 1 /BPC 8 /CS /CMYK ID aaaa EI", "", "", &[]), "CMYK"),
        (page("BI /W 1 /H 1 /BPC 8 /CS /G /F /LZW ID a EI", "", "", &[]), "LZW"),
        (page(&"q ".repeat(40), "", "", &[]), "28 graphics states"),
        (
            page("BT/T 9 Tf(A)Tj ET", "/Resources<</Font<</T 5 0 R>>>>", "", &[font.to_owned(), stream("", glyph)]),
            "CMYK",
        ),
        (page("BT/H 9 Tf(A)Tj ET", listed, "", &[]), "Helvetica"),
        (page("/X Do", "/Resources<</XObject<</X 5 0 R>>>>", "", &[form("/F(other.bin)", "")]), "another file"),
    ] {
        let reason = refused(background);
        assert!(reason.contains(said), "{reason} for {said}");
    }
    // Chosen and never shown, or shown to nobody: the font is not needed.
    for content in ["BT/H 9 Tf ET 0 0 9 9 re f", "BT 3 Tr/H 9 Tf(A)Tj ET 0 0 9 9 re f"] {
        assert_eq!(broken(&certificate(page(content, listed, "", &[])).unwrap()), BTreeSet::new());
    }
}
