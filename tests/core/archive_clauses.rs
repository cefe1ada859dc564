//! PDF/A-3b (ISO 19005-3) with foreign backgrounds, clause by clause: mended where nobody sees it, refused by name elsewhere.
//!
//! Looked at here: 6.1.7 (external streams, filters), 6.1.10 (filters of inline images), 6.1.13 (nesting of `q`), 6.2.2 (operators,
//! resources), 6.2.4.3 (device colours), 6.2.4.4 (inks), 6.2.5 (transfer functions, halftones), 6.2.6 (rendering intents), 6.2.8
//! (images), 6.2.9 (forms), 6.2.10 (blend modes), 6.2.11.3.2 (CIDToGIDMap), 6.2.11.4.1 (embedded fonts), 6.2.11.4.2 (CharSet, CIDSet),
//! 6.9 (optional content). What this program does not look at stands in `docs/files.md`.
//!
//! Each is judged twice: by lopdf here, and by pikepdf in `tests/tools/pdf_clauses.py`, which must find it in what was given, be that
//! mended or refused.

use std::collections::BTreeSet;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, Stream};
use testamur::render::{Base, BaseMeta, PictureError, RenderError};
use testamur::scene::{Drawing, Scene};

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
    if !inks_agree(&document) {
        broken.insert("6.2.4.4");
    }
    let page = document.page_iter().next().unwrap();
    content(&document.get_page_content(page), &mut broken);
    if document.catalog().unwrap().has(b"OCProperties") {
        broken.insert("6.9");
    }
    broken
}

/// Says whether inks of one name are the same: in these tests, whether they are so to the letter.
fn inks_agree(document: &Document) -> bool {
    let mut known = std::collections::BTreeMap::new();
    let mut open: Vec<&Object> = document.objects.values().collect();
    let mut agree = true;
    while let Some(object) = open.pop() {
        match object {
            Object::Array(items) => {
                if let [Object::Name(family), Object::Name(name), shown @ ..] = &items[..]
                    && family == b"Separation"
                {
                    let shown: Vec<_> = shown.iter().map(|one| document.dereference(one).unwrap().1).collect();
                    agree &= *known.entry(name).or_insert_with(|| shown.clone()) == shown;
                }
                open.extend(items);
            }
            Object::Dictionary(entries) => open.extend(entries.iter().map(|(_, value)| value)),
            Object::Stream(one) => open.extend(one.dict.iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    agree
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
    if filters.iter().any(|filter| *filter == b"LZWDecode") {
        broken.insert("6.1.7.2");
    }
    if [b"F".as_slice(), b"FFilter"].iter().any(|key| one.dict.has(key)) {
        broken.insert("6.1.7.1");
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

/// A background that breaks a clause where nobody sees it.
struct Mended {
    what: &'static str,
    clause: &'static str,
    background: Vec<u8>,
}

/// Codes of 9 bits that stand for their own byte (ISO 32000-1, 7.4.4), in letters (7.4.3).
fn lzw(content: &str) -> String {
    let codes = [256].into_iter().chain(content.bytes().map(u32::from)).chain([257]);
    let bits: String = codes.map(|code| format!("{code:09b}")).collect();
    let words = bits.as_bytes().chunks(32).map(|word| format!("{:0<32}", std::str::from_utf8(word).unwrap()));
    let digits = |word: String| {
        let word = u32::from_str_radix(&word, 2).unwrap();
        [85u32.pow(4), 85u32.pow(3), 85 * 85, 85, 1].map(|place| char::from(b'!' + (word / place % 85) as u8))
    };
    words.flat_map(digits).chain("~>".chars()).collect()
}

/// A colour space of one ink that is shown in one colour.
pub(crate) fn ink(name: &str, colour: &str) -> String {
    format!("[/Separation/{name}/DeviceRGB<</FunctionType 2/Domain[0 1]/C0[1 1 1]/C1[{colour}]/N 1>>]")
}

/// Two squares beside each other, each in its ink.
pub(crate) fn two_inks(left: &str, right: &str) -> Vec<u8> {
    let squares = "/A cs 1 scn 0 0 50 100 re f /B cs 1 scn 50 0 50 100 re f";
    page(squares, &format!("/Resources<</ColorSpace<</A {left}/B {right}>>>>"), "", &[])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>() + ">"
}

/// A page in a font of four glyphs whose `CIDSet` names one.
fn lists_some_glyphs() -> Vec<u8> {
    // One table: `maxp`, version 0.5.
    let program =
        [&b"\0\x01\0\0\0\x01\0\0\0\0\0\0maxp\0\0\0\0\0\0\0\x1c\0\0\0\x06"[..], &b"\0\0\x50\0\0\x04"[..]].concat();
    let font = "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[6 0 R]>>";
    let cid = "<</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
        /FontDescriptor 7 0 R/DW 500/CIDToGIDMap/Identity>>";
    let descriptor = "<</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 0 9 9]/ItalicAngle 0/Ascent 9/Descent 0/CapHeight 9\
        /StemV 9/CIDSet 8 0 R/FontFile2 9 0 R>>";
    let packed = |bytes: &[u8]| stream("/Filter/ASCIIHexDecode", &hex(bytes));
    let objects = [font.to_owned(), cid.to_owned(), descriptor.to_owned(), packed(&[0x40]), packed(&program)];
    page("BT/T 9 Tf<0001>Tj ET", "/Resources<</Font<</T 5 0 R>>>>", "", &objects)
}

/// A page in a Type 1 font of two characters whose `CharSet` names one.
fn lists_some_characters() -> Vec<u8> {
    let private = b"----/CharStrings 3 dict dup begin /.notdef 1 RD - ND /A 1 RD - ND /B 1 RD - ND end";
    let mut key = 55665u16;
    let encrypt = |byte: &u8| {
        let cipher = byte ^ (key >> 8) as u8;
        key = (u16::from(cipher).wrapping_add(key)).wrapping_mul(52845).wrapping_add(22719);
        cipher
    };
    let program: Vec<u8> = b"%!PS-AdobeFont-1.0 eexec ".iter().copied().chain(private.iter().map(encrypt)).collect();
    let font = "<</Type/Font/Subtype/Type1/BaseFont/A/FirstChar 65/LastChar 65/Widths[500]/FontDescriptor 6 0 R>>";
    let descriptor = "<</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 0 9 9]/ItalicAngle 0/Ascent 9/Descent 0/CapHeight 9\
        /StemV 9/CharSet(/A)/FontFile 7 0 R>>";
    let entries = format!("/Filter/ASCIIHexDecode/Length1 25/Length2 {}/Length3 0", private.len());
    let objects = [font.to_owned(), descriptor.to_owned(), stream(&entries, &hex(&program))];
    page("BT/T 9 Tf(A)Tj ET", "/Resources<</Font<</T 5 0 R>>>>", "", &objects)
}

fn mended() -> Vec<Mended> {
    let square = "0 0 9 9 re f";
    let state =
        |entries: &str| page("/G gs 0 0 9 9 re f", &format!("/Resources<</ExtGState<</G<<{entries}>>>>>>"), "", &[]);
    let shared = "/ExtGState<</G<</ca 1>>>>";
    let drawn = |entries: &str, content: &str| {
        page("/X Do", &format!("/Resources<</XObject<</X 5 0 R>>{shared}>>"), "", &[form(entries, content)])
    };
    let type3 = |resources: &str, glyph: &str| {
        let font = format!(
            "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 65/LastChar 65/Widths[10]\
             /Encoding<</Differences[65/a]>>/CharProcs<</a 6 0 R>>{resources}>>"
        );
        let listed = format!("/Resources<</Font<</T 5 0 R>>{shared}>>");
        page("BT/T 9 Tf(A)Tj ET", &listed, "", &[font, stream("", glyph)])
    };
    let picture = |entries: &str| {
        let image =
            format!("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray{entries}");
        page("/X Do", "/Resources<</XObject<</X 5 0 R>>>>", "", &[stream(&image, "a")])
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
    let layered = page(&format!("/OC/L BDC {square} EMC"), "/Resources<</Properties<</L 5 0 R>>>>", layers, &[layer]);
    let packed = form("/Resources<<>>/Filter[/ASCII85Decode/LZWDecode]", &lzw(square));
    let packed = page("/X Do", "/Resources<</XObject<</X 5 0 R>>>>", "", &[packed]);
    let inline = page("BI /W 1 /H 1 /BPC 8 /CS /G /I true ID a EI", "", "", &[]);
    [
        ("unknown operators between BX and EX", "6.2.2", page(&format!("BX 1 2 shimmer EX {square}"), "", "", &[])),
        ("an unknown intent", "6.2.6", page(&format!("/Vivid ri {square}"), "", "", &[])),
        ("an intent of a state", "6.2.6", state("/ca 1/RI/Vivid")),
        ("an intent of a picture", "6.2.6", picture("/Intent/Vivid")),
        ("a halftone phase", "6.2.5", state("/ca 1/HTP[0 0]/HT/Default")),
        ("a transfer function", "6.2.5", state("/ca 1/TR/Identity/TR2/Default")),
        ("an unknown blend mode", "6.2.10", state("/BM/Glow")),
        ("a list of blend modes", "6.2.10", state("/BM[/Glow/Multiply]")),
        ("a reference XObject", "6.2.9", drawn("/Ref<</F(a.pdf)/Page 0>>/Resources<<>>", square)),
        ("PostScript beside a form", "6.2.9", drawn("/Subtype2/None/PS 5 0 R/Resources<<>>", square)),
        ("a form without resources", "6.2.2 resources", drawn("", "/G gs 0 0 9 9 re f")),
        ("a font of procedures without resources", "6.2.2 resources", type3("", "10 0 0 0 9 9 d1 /G gs 0 0 9 9 re f")),
        ("an unknown operator in a glyph", "6.2.2", type3("/Resources<<>>", "10 0 0 0 9 9 d1 shimmer 0 0 9 9 re f")),
        ("a composite font without CIDToGIDMap", "6.2.11.3.2", composite),
        ("a set of glyphs that leaves some out", "6.2.11.4.2", lists_some_glyphs()),
        ("a list of characters that leaves some out", "6.2.11.4.2", lists_some_characters()),
        ("a smoothed picture", "6.2.8", picture("/Interpolate true")),
        ("a picture with another one for print", "6.2.8", picture("/Alternates[<</Image 5 0 R>>]")),
        ("a smoothed inline image", "6.2.8", inline),
        ("a form that is packed by LZW", "6.1.7.2", packed),
        ("one ink in two colours", "6.2.4.4", two_inks(&ink("Gold", "1 0 0"), &ink("Gold", "0 0 1"))),
        ("a layer", "6.9", layered),
    ]
    .map(|(what, clause, background)| Mended { what, clause, background })
    .into()
}

fn brings_a_font(background: &[u8]) -> bool {
    background.windows(10).any(|part| part == b"/Type/Font")
}

/// Says which clauses files break, as pikepdf reads them.
fn judged(files: &[&[u8]]) -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let mut judge = std::process::Command::new(root.join("target/venv/bin/python"));
    judge.arg(root.join("tests/tools/pdf_clauses.py"));
    for (at, file) in files.iter().enumerate() {
        let path = folder.path().join(format!("{at}.pdf"));
        std::fs::write(&path, file).unwrap();
        judge.arg(path);
    }
    let output = judge.output().unwrap_or_else(|error| panic!("run scripts/setup first: it installs pikepdf; {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let told: Vec<_> = said.lines().map(|line| line.split_once(".pdf: ").unwrap().1.to_owned()).collect();
    assert_eq!(told.len(), files.len(), "{said}");
    told
}

#[test]
fn what_nobody_sees_is_mended() {
    for Mended { what, background, .. } in mended() {
        let file = certificate(background).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(broken(&file), BTreeSet::new(), "{what}");
    }
}

#[test]
fn another_library_finds_each_clause_broken_in_the_background_and_none_in_the_certificate() {
    let all = mended();
    let files: Vec<_> = all.iter().map(|one| certificate(one.background.clone()).unwrap()).collect();
    let before = judged(&all.iter().map(|one| &one.background[..]).collect::<Vec<_>>());
    let after = judged(&files.iter().map(|file| &file[..]).collect::<Vec<_>>());
    for ((Mended { what, clause, background }, before), after) in all.iter().zip(before).zip(after) {
        assert!(before.split(", ").any(|one| one == *clause), "{what}: {clause} is not among {before}");
        // With a font that nobody looks into, a file does not say what it is (6.6.4).
        assert_eq!(after, if brings_a_font(background) { "6.6.4" } else { "" }, "{what}");
    }
}

/// The colours at the middle of the left half and of the right half.
fn halves(file: &[u8]) -> [[u8; 3]; 2] {
    let drawn = testamur::render::raster(file, 1, 72.0).unwrap();
    [25, 75].map(|x| {
        let at = ((drawn.height - 50) * drawn.width + x) as usize * 4;
        drawn.rgba[at..at + 3].try_into().unwrap()
    })
}

#[test]
fn an_ink_that_two_pictures_show_in_two_ways_is_two_inks() {
    let (red, blue) = ([255, 0, 0], [0, 0, 255]);
    let one = certificate(two_inks(&ink("Gold", "1 0 0"), &ink("Gold", "0 0 1"))).unwrap();
    assert_eq!(halves(&one), [red, blue]);
    // Each alone is in order; the second picture lies over the right half of the first one.
    let faces = Faces::read(&[]);
    let [left, right] = ["1 0 0", "0 0 1"].map(|colour| two_inks(&ink("Gold", colour), &ink("Gold", colour)));
    let pictures = vec![image(left, [0.0, 0.0, 100.0, 100.0]), image(right, [50.0, 0.0, 150.0, 100.0])];
    let base = Base::new(&scene(pictures), &faces, &BaseMeta::default()).unwrap();
    let both = base.certificate(&scene(vec![]), &faces, &meta()).unwrap();
    assert_eq!(halves(&both), [red, blue]);
    // What is the same in other words is one.
    let again = "[/Separation/Gold/DeviceRGB 5 0 R]";
    let function = "<</N 1/C1[1 0 0]/C0[1 1 1]/Domain[0 1]/FunctionType 2>>".to_owned();
    let resources = format!("/Resources<</ColorSpace<</A {}/B {again}>>>>", ink("Gold", "1 0 0"));
    let same = certificate(page("/A cs 1 scn 0 0 9 9 re f", &resources, "", &[function])).unwrap();
    assert_eq!(judged(&[&one, &both, &same]), ["", "", ""]);
    let names = |file: &[u8]| {
        let text: Vec<_> = file.windows(11).filter(|part| part.starts_with(b"/Gold")).map(<[u8]>::to_vec).collect();
        text.iter().filter(|name| name.starts_with(b"/Gold-2")).count()
    };
    assert_eq!((names(&one), names(&both), names(&same)), (1, 2, 0));
}

/// A background that is refused: by which words, and for which clause.
struct Refused {
    said: &'static str,
    clause: &'static str,
    background: Vec<u8>,
}

const HELVETICA: &str = "/Resources<</Font<</H<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>";

/// A page whose colours are those of sRGB, as its file says (6.2.3): all but CMYK are in order there.
fn in_rgb(content: &str, entries: &str, more: &[String]) -> Vec<u8> {
    let profile = more.len() + 5;
    let intent = format!(
        "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/DestOutputProfile {profile} 0 R>>]"
    );
    page(content, entries, &intent, &[more, &[stream("/N 3", &format!("{}acsp", "-".repeat(36)))]].concat())
}

/// A page that shows a glyph which is drawn so.
fn glyph(drawing: &str) -> Vec<u8> {
    let font = "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 65/LastChar 65/Widths[10]\
        /Encoding<</Differences[65/a]>>/CharProcs<</a 6 0 R>>/Resources<<>>>>";
    let drawn = stream("", &format!("10 0 0 0 9 9 d1 {drawing} 0 0 9 9 re f"));
    in_rgb("BT/T 9 Tf(A)Tj ET", "/Resources<</Font<</T 5 0 R>>>>", &[font.to_owned(), drawn])
}

fn inline(entries: &str, data: &str) -> Vec<u8> {
    in_rgb(&format!("BI /W 1 /H 1 /BPC 8 {entries} ID {data} EI"), "", &[])
}

fn refusals() -> Vec<Refused> {
    // Of one ink, so that a square is drawn with one number.
    let mixed = |name: &str, colorant: &str| {
        let said = if colorant.is_empty() { String::new() } else { format!("<</Colorants<</{name} {colorant}>>>>") };
        format!("[/DeviceN[/{name}]/DeviceRGB<</FunctionType 2/Domain[0 1]/C0[1 1 1]/C1[0 1 0]/N 1>>{said}]")
    };
    let nested =
        |depth: usize| page(&format!("{}0 0 9 9 re f {}", "q ".repeat(depth), "Q ".repeat(depth)), "", "", &[]);
    let elsewhere = form("/Resources<<>>/F(other.bin)", "");
    [
        ("CMYK", "6.2.4.3", inline("/CS /CMYK", "aaaa")),
        ("LZW", "6.1.10", inline("/CS /G /F /LZW", "a")),
        ("28 graphics states", "6.1.13", nested(29)),
        ("CMYK", "6.2.4.3", glyph("0 0 0 1 k")),
        ("Helvetica", "6.2.11.4.1", page("BT/H 9 Tf(A)Tj ET", HELVETICA, "", &[])),
        ("another file", "6.1.7.1", page("/X Do", "/Resources<</XObject<</X 5 0 R>>>>", "", &[elsewhere])),
        ("its ink All is shown in two ways", "6.2.4.4", two_inks(&ink("All", "1 0 0"), &ink("All", "0 0 1"))),
        (
            "its ink Gold is shown",
            "6.2.4.4",
            two_inks(&mixed("Gold", &ink("Gold", "1 0 0")), &mixed("Gold", &ink("Gold", "0 1 0"))),
        ),
        ("its ink Gold is mixed with others", "6.2.4.4", two_inks(&mixed("Gold", ""), &ink("Gold", "0 1 0"))),
    ]
    .map(|(said, clause, background)| Refused { said, clause, background })
    .into()
}

#[test]
fn what_cannot_be_mended_is_refused_by_name() {
    for Refused { said, background, .. } in refusals() {
        let reason = refused(background);
        assert!(reason.contains(said), "{reason} for {said}");
    }
    // Chosen and never shown, or shown to nobody: the font is not needed.
    for content in ["BT/H 9 Tf ET 0 0 9 9 re f", "BT 3 Tr/H 9 Tf(A)Tj ET 0 0 9 9 re f"] {
        assert_eq!(broken(&certificate(page(content, HELVETICA, "", &[])).unwrap()), BTreeSet::new());
    }
}

#[test]
fn another_library_finds_what_is_refused_broken_and_what_is_almost_so_in_order() {
    let all = refusals();
    let told = judged(&all.iter().map(|one| &one.background[..]).collect::<Vec<_>>());
    for (Refused { said, clause, .. }, told) in all.iter().zip(told) {
        assert!(told.split(", ").any(|one| one == *clause), "{said}: {clause} is not among {told}");
    }
    // The same with what is allowed.
    let nested = page(&format!("{}0 0 9 9 re f {}", "q ".repeat(28), "Q ".repeat(28)), "", "", &[]);
    let fine = [
        inline("/CS /G", "a"),
        inline("/CS /RGB", "aaa"),
        glyph("0 0 0 rg"),
        nested,
        two_inks(&ink("A", "1 0 0"), &ink("B", "0 0 1")),
    ];
    let clauses: BTreeSet<_> = all.iter().map(|one| one.clause).collect();
    for (at, told) in judged(&fine.iter().map(|one| &one[..]).collect::<Vec<_>>()).into_iter().enumerate() {
        let broken: Vec<_> = told.split(", ").filter(|one| clauses.contains(one)).collect();
        assert!(broken.is_empty(), "{at}: {told}");
        certificate(fine[at].clone()).unwrap();
    }
}

/// Whether a certificate over a background, drawn by these rules, says that it is PDF/A.
fn says_archived(background: Vec<u8>, drawing: Drawing) -> bool {
    let faces = Faces::read(&[]);
    let shared = Scene { drawing, ..scene(vec![image(background, [0.0, 0.0, 100.0, 100.0])]) };
    let base = Base::new(&shared, &faces, &BaseMeta::default()).unwrap();
    let file = base.certificate(&Scene { drawing, ..scene(vec![]) }, &faces, &meta()).unwrap();
    let claim = b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>";
    file.windows(claim.len()).any(|part| part == claim)
}

#[test]
fn a_certificate_says_that_it_is_archived_only_where_all_that_it_brings_is_looked_into_or_vouched_for() {
    let (square, newest) = ("0 0 9 9 re f", Drawing::default());
    let profiled = |catalog: &str, more: &[String]| {
        let space = "/Resources<</ColorSpace<</C[/ICCBased 5 0 R]>>>>";
        let profile = stream("/N 3", "not looked into");
        page(&format!("/C cs 1 0 0 scn {square}"), space, catalog, &[&[profile], more].concat())
    };
    let jpeg2000 = stream("/Type/XObject/Subtype/Image/Width 1/Height 1/Filter/JPXDecode", "not looked into");
    let pictured = page("/X Do", "/Resources<</XObject<</X 5 0 R>>>>", "", &[jpeg2000]);
    for (what, background) in [("a font", glyph("")), ("a profile", profiled("", &[])), ("a picture", pictured)] {
        assert!(!says_archived(background.clone(), newest), "{what}");
        // What was issued before is the same file as ever.
        assert!(says_archived(background, Drawing::Third), "{what}");
    }
    let xmp = |said: &str| stream("/Type/Metadata/Subtype/XML", &format!("<x:xmpmeta>{said}</x:xmpmeta>"));
    let vouched = |said: &str| profiled("/Metadata 6 0 R", &[xmp(said)]);
    assert!(says_archived(vouched("<pdfaid:part>2</pdfaid:part>"), newest));
    assert!(says_archived(vouched("<rdf:Description pdfaid:part=\"1\"/>"), newest));
    assert!(!says_archived(vouched("<dc:title>PDF/A</dc:title>"), newest));
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="red"/></svg>"#;
    assert!(says_archived(svg.to_vec(), newest) && says_archived(page(square, "", "", &[]), newest));
}
