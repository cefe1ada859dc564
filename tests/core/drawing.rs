//! What was checked is what is printed: languages, dates, pictures and backgrounds, by the newest rules and by those of before.

use std::collections::BTreeMap;
use std::sync::Arc;

use testamur::acts::templates::looked_over;
use testamur::credential::Timestamp;
use testamur::qr::Symbol;
use testamur::render::{Base, BaseMeta, Raster, raster};
use testamur::scene::{Drawing, GlyphRun, Item, Scene};
use testamur::template::{FillError, Filling, FontLibrary, FontOrigin, Layout, Severity, Template};

use crate::scenes;

/// A file of the cases that were met.
fn case(path: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/cases/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn template(members: &str, elements: &str, assets: &[(&str, Vec<u8>)]) -> Template {
    let qr = r#"{"type":"qr","x":240,"y":150,"size":45}"#;
    let name =
        r#"{"type":"text","text":"{participant_name}","x":20,"y":180,"width":200,"height":10,"size":10,"minSize":4}"#;
    let json = format!(r#"{{"testamur":1,"title":"Test"{members},"elements":[{elements}{name},{qr}]}}"#);
    let assets = assets.iter().map(|(name, bytes)| ((*name).to_owned(), Arc::new(bytes.clone()))).collect();
    Template::new(json.as_bytes(), assets).unwrap()
}

fn text(more: &str) -> String {
    format!(r#"{{"type":"text","x":20,"y":20,"width":230,"height":60,"size":24,"minSize":8{more}}},"#)
}

/// The runs of the box that comes first.
fn runs(language: &str, own: Option<&str>, drawing: Drawing, more: &str, name: &str) -> Vec<GlyphRun> {
    try_runs(language, own, drawing, more, name).unwrap()
}

fn try_runs(
    language: &str,
    own: Option<&str>,
    drawing: Drawing,
    more: &str,
    name: &str,
) -> Result<Vec<GlyphRun>, FillError> {
    let template = template(&format!(r#","language":"{language}""#), &text(more), &[]);
    let layout = Layout::drawn_by(drawing, &template, &FontLibrary::builtin(), &BTreeMap::new()).unwrap();
    let symbol = Symbol { version: 15, size: 77, modules: vec![true; 77 * 77] };
    let fields = [("participant_name", name), ("completed_on", "2026-05-01"), ("passed_on", "in May")];
    let record = Filling {
        fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        dates: BTreeMap::from([("issue_date".to_owned(), "2026-11-28T00:00:00Z".parse::<Timestamp>().unwrap())]),
        qr: symbol,
        language: own.map(str::to_owned),
    };
    let Scene { items, .. } = layout.fill(&record)?;
    let last = items.iter().filter(|item| matches!(item, Item::Glyphs(_))).count();
    let of_name = name.lines().count().max(1);
    let runs = items.into_iter().filter_map(|item| if let Item::Glyphs(run) = item { Some(run) } else { None });
    let runs: Vec<_> = runs.take(last.saturating_sub(of_name).max(1)).collect();
    Ok(runs)
}

fn printed(runs: &[GlyphRun]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}

const NAME: &str = r#","text":"{participant_name}","font":"Cormorant Garamond""#;
const RAISED: &str = r#","text":"{participant_name}","font":"Noto Serif","upperCase":true"#;

#[test]
fn a_name_is_shaped_by_its_own_language() {
    let glyphs = |language, own, drawing, name| -> usize {
        runs(language, own, drawing, NAME, name).iter().map(|run| run.glyphs.len()).sum()
    };
    // Turkish has no ligature that swallows the dot.
    assert_eq!(glyphs("en", None, Drawing::Second, "fikri"), 4, "fi is one glyph in English");
    assert_eq!(glyphs("tr", None, Drawing::Second, "fikri"), 5);
    assert_eq!(glyphs("en", Some("tr"), Drawing::Second, "fikri"), 5);
    assert_eq!(glyphs("en", None, Drawing::Second, "Ağfikri"), 7, "its letters tell");
    assert_eq!(glyphs("tr", None, Drawing::First, "fikri"), 4, "as it was issued");
}

#[test]
fn forms_of_letters_are_those_of_the_language() {
    let ids = |language, drawing, font, italic, text: &str| -> Vec<u16> {
        let more = format!(r#","text":"{{participant_name}}","font":"{font}","italic":{italic}"#);
        runs(language, None, drawing, &more, text).iter().flat_map(|run| &run.glyphs).map(|glyph| glyph.id).collect()
    };
    for (font, italic, one, other, text) in [
        ("Noto Sans", true, "sr", "ru", "бгдпт"),
        ("Noto Sans", false, "mk", "ru", "б"),
        ("Noto Sans", false, "ro", "en", "ţş"),
        ("Noto Sans", false, "ca", "en", "l·l"),
        ("Noto Sans Devanagari", false, "mr", "hi", "ल"),
        ("Noto Sans Devanagari", false, "ne", "hi", "झ"),
        ("Cormorant Garamond", false, "ro", "en", "ţ"),
        ("Cormorant Garamond", false, "tr", "en", "Refik"),
        ("Cormorant Garamond", false, "az", "en", "Arifi"),
        ("Cormorant Garamond", false, "nl", "en", "IJsbrand"),
        ("Cormorant Garamond", false, "pl", "en", "ĆŃÓŚŹ"),
        ("Cormorant Garamond", false, "hu", "en", "áéőű"),
        ("Cormorant Garamond", false, "ca", "en", "L·L"),
        ("Cormorant Garamond", false, "bg", "ru", "вгджик"),
        ("Montserrat", false, "bg", "ru", "вгджик"),
        ("Montserrat", false, "tr", "en", "Refik"),
        ("Great Vibes", false, "tr", "en", "Refik"),
    ] {
        let by = |language, drawing| ids(language, drawing, font, italic, text);
        assert_ne!(by(one, Drawing::Second), by(other, Drawing::Second), "{one} and {other}");
        assert_eq!(by(one, Drawing::First), by(other, Drawing::First), "{one} and {other}, as they were issued");
    }
}

#[test]
fn names_are_raised_by_their_own_language_or_by_none() {
    for (language, own, name, capitals) in [
        ("tr", None, "Siân Gwynŵr", "SIÂN GWYNŴR"),
        ("tr", None, "Mária Weiß", "MÁRIA WEISS"),
        ("de", None, "Anna Groß-Weiß", "ANNA GROSS-WEISS"),
        ("de", None, "Anna GROẞ", "ANNA GROẞ"),
        ("nl", None, "IJsbrand van der Meijden", "IJSBRAND VAN DER MEIJDEN"),
        ("nl", None, "\u{133}sbrand", "\u{132}SBRAND"),
        // Greek capitals have no accents, and one form of the sigma.
        ("en", None, "Άννα Μαΐου", "ΑΝΝΑ ΜΑΪΟΥ"),
        ("el", None, "Γιώργος Παπαδόπουλος", "ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ"),
        // The dot that Lithuanian keeps below an accent goes with the small letter.
        ("en", Some("lt"), "Ri\u{307}\u{300}mas", "RI\u{300}MAS"),
        ("en", None, "Ri\u{307}\u{300}mas", "RI\u{307}\u{300}MAS"),
        ("en", None, "İlqar Əliyev", "İLQAR ƏLİYEV"),
        ("en", None, "Սևակ", "ՍԵՎԱԿ"),
        ("en", None, "Nihal Yiğit", "NİHAL YİĞİT"),
        ("en", Some("tr"), "Fikri", "FİKRİ"),
        ("tr", Some("en"), "Fikri", "FIKRI"),
    ] {
        assert_eq!(printed(&runs(language, own, Drawing::Second, RAISED, name)), capitals, "{language} {name}");
    }
    let words = r#","text":"Bitirme belgesi","font":"Noto Serif","upperCase":true"#;
    let template = template(r#","language":"tr""#, &text(words), &[]);
    let layout = Layout::new(&template, &FontLibrary::builtin()).unwrap();
    let items = layout.base().items.iter();
    let texts: String =
        items.filter_map(|item| if let Item::Glyphs(run) = item { Some(&*run.text) } else { None }).collect();
    assert_eq!(texts, "BİTİRME BELGESİ", "the page's own words");
    assert_eq!(printed(&runs("tr", None, Drawing::First, RAISED, "Siân")), "SİÂN", "as it was issued");
}

#[test]
fn a_ligature_that_is_a_character_does_not_change_the_face() {
    for font in ["Noto Serif", "Cormorant Garamond", "Montserrat"] {
        let more = format!(r#","text":"{{participant_name}}","font":"{font}""#);
        let runs = runs("en", None, Drawing::Second, &more, "ﬁona oﬃcial ﬂ ﬆ");
        assert_eq!(printed(&runs), "fiona official fl st");
        assert_eq!(runs.len(), 1, "{font}: one face");
    }
}

#[test]
fn a_script_is_not_drawn_by_two_faces() {
    // The family has the letter of mathematics, and no other Greek one.
    let faces = |drawing, name| -> std::collections::BTreeSet<_> {
        runs("en", None, drawing, NAME, name).iter().map(|run| run.font).collect()
    };
    assert_eq!(faces(Drawing::Second, "Παπαδοπούλου").len(), 1);
    assert_eq!(faces(Drawing::First, "Παπαδοπούλου").len(), 2, "as it was issued");
}

#[test]
fn a_column_of_dates_is_written_as_the_template_says() {
    let long = r#","text":"{completed_on:long}""#;
    assert_eq!(printed(&runs("et", None, Drawing::Second, long, "x")), "1. mai 2026");
    assert_eq!(printed(&runs("en", Some("de"), Drawing::Second, long, "x")), "1. Mai 2026");
    assert_eq!(printed(&runs("en", Some("de"), Drawing::Third, long, "x")), "May 1, 2026");
    let error = try_runs("en", None, Drawing::Second, r#","text":"{passed_on:long}""#, "x").unwrap_err();
    assert_eq!(error.to_string(), "passed_on: `in May` is not a date; write it as 2026-05-01");
    let plain = r#","text":"{completed_on}""#;
    assert_eq!(printed(&runs("et", None, Drawing::Second, plain, "x")), "2026-05-01");
}

#[test]
fn lines_of_tall_scripts_keep_apart() {
    for (name, tall) in [("ស្ត្រី\nស្ត្រី", true), ("ကြွယ်\nကြွယ်", true), ("Ægir\nÅsa", false)]
    {
        let more = r#","text":"{participant_name}","lineHeight":1.0"#;
        let pitch = |drawing| {
            let runs = runs("en", None, drawing, more, name);
            (runs[0].y - runs[1].y) / runs[0].size
        };
        assert!((pitch(Drawing::First) - 1.0).abs() < 0.01, "{name}");
        assert_eq!(pitch(Drawing::Second) > 1.1, tall, "{name}: {}", pitch(Drawing::Second));
    }
}

/// The page with one picture all over it.
fn drawn(name: &str, bytes: Vec<u8>, drawing: Drawing) -> Raster {
    let members = format!(r#","background":{{"asset":"{name}"}}"#);
    let template = template(&members, "", &[(name, bytes)]);
    let layout = Layout::drawn_by(drawing, &template, &FontLibrary::builtin(), &BTreeMap::new()).unwrap();
    let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
    let file = base.certificate(&scenes::scene(vec![]), layout.fonts(), &scenes::meta()).unwrap();
    raster(&file, 1, 36.0).unwrap()
}

/// Mean difference of the pixels in the upper left part of the page, where no QR code lies.
fn distance(one: &Raster, other: &Raster) -> f64 {
    assert_eq!((one.width, one.height), (other.width, other.height));
    let (mut sum, mut count) = (0u64, 0u64);
    for y in 0..one.height * 6 / 10 {
        for x in 0..one.width {
            let at = ((y * one.width + x) * 4) as usize;
            for channel in 0..3 {
                sum += u64::from(one.rgba[at + channel].abs_diff(other.rgba[at + channel]));
                count += 1;
            }
        }
    }
    sum as f64 / count as f64
}

fn pixel(raster: &Raster, x: f32, y: f32) -> [u8; 3] {
    let (x, y) = ((x * raster.width as f32) as u32, (y * raster.height as f32) as u32);
    let at = ((y * raster.width + x) * 4) as usize;
    [raster.rgba[at], raster.rgba[at + 1], raster.rgba[at + 2]]
}

#[test]
fn what_was_issued_with_an_ink_in_two_ways_is_drawn_as_it_was() {
    use crate::archive_clauses::{ink, two_inks};
    let background = two_inks(&ink("All", "1 0 0"), &ink("All", "0 0 1"));
    let [second, third] = [Drawing::Second, Drawing::Third].map(|rules| drawn("a.pdf", background.clone(), rules));
    assert_eq!(second.rgba, third.rgba);
    let (left, right) = (pixel(&third, 0.2, 0.3), pixel(&third, 0.6, 0.3));
    assert!(left[0] > 200 && left[2] < 60 && right[0] < 60 && right[2] > 200, "{left:?} {right:?}");
}

#[test]
fn a_photo_stands_upright() {
    let photo = |file: &str| case(&format!("m01-signature-photo-lies-on-its-side/{file}"));
    let upright = drawn("a.jpg", photo("sig.jpg"), Drawing::Second);
    let turned = drawn("a.jpg", photo("sig6.jpg"), Drawing::Second);
    assert!(distance(&upright, &turned) < 3.0, "{}", distance(&upright, &turned));
    let before = drawn("a.jpg", photo("sig6.jpg"), Drawing::First);
    assert!(distance(&upright, &before) > 6.0, "as it was issued");
}

/// A picture whose four quarters differ, with an Exif orientation.
fn oriented(orientation: u8) -> Vec<u8> {
    let mut quarters = image::RgbImage::new(64, 32);
    for (x, y, pixel) in quarters.enumerate_pixels_mut() {
        *pixel = image::Rgb(match (x < 32, y < 16) {
            (true, true) => [250, 0, 0],
            (false, true) => [0, 250, 0],
            (true, false) => [0, 0, 250],
            (false, false) => [250, 250, 0],
        });
    }
    let mut jpeg = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 95);
    quarters.write_with_encoder(encoder).unwrap();
    // APP1 with one entry: tag 0x0112, a short.
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    let mut out = vec![0xff, 0xd8, 0xff, 0xe1];
    out.extend_from_slice(&(exif.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(&exif);
    out.extend_from_slice(&jpeg[2..]);
    out
}

#[test]
fn all_eight_orientations_are_shown_as_viewers_do() {
    let colours = |picture: &Raster| {
        [(0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.55)].map(|(x, y)| {
            let [r, g, b] = pixel(picture, x, y).map(|channel| channel > 128);
            match (r, g, b) {
                (true, false, false) => 'r',
                (false, true, false) => 'g',
                (false, false, true) => 'b',
                (true, true, false) => 'y',
                other => panic!("{other:?}"),
            }
        })
    };
    for (orientation, shown) in
        [(1, "rgby"), (2, "gryb"), (3, "ybgr"), (4, "byrg"), (5, "rbgy"), (6, "bryg"), (7, "ygbr"), (8, "gyrb")]
    {
        let picture = drawn("a.jpg", oriented(orientation), Drawing::Second);
        assert_eq!(colours(&picture).iter().collect::<String>(), shown, "orientation {orientation}");
    }
}

#[test]
fn a_picture_keeps_its_colours() {
    let picture = drawn("a.jpg", case("m02-wide-gamut-logo-loses-its-colour/adobergb.jpg"), Drawing::Second);
    let before = drawn("a.jpg", case("m02-wide-gamut-logo-loses-its-colour/adobergb.jpg"), Drawing::First);
    for (x, wanted, dull) in
        [(0.17, [233, 24, 24], [200, 30, 30]), (0.5, [0, 161, 47], [30, 160, 60]), (0.83, [23, 57, 204], [41, 60, 199])]
    {
        let near = |have: [u8; 3], wanted: [u8; 3]| have.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 8);
        assert!(near(pixel(&picture, x, 0.3), wanted), "{:?} for {wanted:?}", pixel(&picture, x, 0.3));
        assert!(near(pixel(&before, x, 0.3), dull), "as it was issued");
    }
}

#[test]
fn the_bleed_is_not_printed() {
    let file = || case("r22-trimbox-and-shape/p3b-trimbox-only.pdf");
    let is_red = |[r, g, b]: [u8; 3]| r > 180 && g < 90 && b < 90;
    assert!(!is_red(pixel(&drawn("a.pdf", file(), Drawing::Second), 0.01, 0.3)));
    assert!(is_red(pixel(&drawn("a.pdf", file(), Drawing::First), 0.01, 0.3)), "as it was issued");
}

/// What a look at a template with this background finds.
fn found(name: &str, bytes: Vec<u8>) -> Vec<(Severity, String)> {
    let template = template(&format!(r#","background":{{"asset":"{name}"}}"#), "", &[(name, bytes)]);
    let findings = looked_over(&FontLibrary::builtin(), &template);
    findings.into_iter().map(|one| (one.severity, format!("{}: {}; {}", one.at, one.message, one.hint))).collect()
}

#[test]
fn a_designer_is_told_what_is_stretched_coarse_or_left_out() {
    for (file, said) in [
        ("r22-trimbox-and-shape/p6-stamp-annot.pdf", "holds a stamp, a comment or a form field, which is not drawn"),
        ("r22-trimbox-and-shape/s8-portrait.svg", "stretched"),
        ("r08-exif-orientation/a1-exif6.jpg", "dots per inch"),
    ] {
        let found = found(file.rsplit('/').next().unwrap(), case(file));
        assert!(
            found.iter().any(|(kind, text)| *kind == Severity::Warning && text.contains(said)),
            "{file}: {found:?}"
        );
        assert!(found.iter().all(|(kind, _)| *kind == Severity::Warning), "{file}: {found:?}");
    }
}

#[test]
fn a_picture_of_a_box_is_coarse_below_150_dots_per_inch_of_what_it_fills() {
    // An inch wide.
    let logo = r#"{"type":"image","asset":"logo.png","x":10,"y":10,"width":25.4,"height":25.4},"#;
    for (dots, coarse) in [(148, true), (150, false)] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::GrayImage::new(dots, dots).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let template = template("", logo, &[("logo.png", bytes.into_inner())]);
        let findings = looked_over(&FontLibrary::builtin(), &template);
        let told = findings.iter().filter(|one| one.message.contains("dots per inch")).count();
        assert_eq!(told, usize::from(coarse), "{dots}: {findings:?}");
    }
}

#[test]
fn a_designer_is_told_what_a_pdf_brings_that_nobody_looks_into() {
    use crate::render_foreign::{page, stream};
    let background = |catalog: &str| {
        let space = "/Resources<</ColorSpace<</C[/ICCBased 5 0 R]>>>>";
        let more = [stream("/N 3", "profile"), stream("/Type/Metadata/Subtype/XML", "<pdfaid:part>3</pdfaid:part>")];
        page("/C cs 1 0 0 scn 0 0 9 9 re f", space, catalog, &more)
    };
    let said = "background: `bg.pdf` brings colour profiles, which are not looked into: certificates do not say that they are PDF/A";
    let told = found("bg.pdf", background(""));
    assert!(told.iter().any(|(kind, text)| *kind == Severity::Warning && text.starts_with(said)), "{told:?}");
    let vouched = found("bg.pdf", background("/Metadata 6 0 R"));
    assert!(vouched.iter().all(|(_, text)| !text.contains("PDF/A")), "{vouched:?}");
}

#[test]
fn a_designer_is_told_what_browsers_show_otherwise() {
    let svg = |inside: &str| {
        let size = r#"width="297mm" height="210mm" viewBox="0 0 297 210""#;
        format!(r#"<svg xmlns="http://www.w3.org/2000/svg" {size}>{inside}</svg>"#).into_bytes()
    };
    let told = found("bg.svg", svg(r#"<rect width="calc(100% - 9px)" height="9" fill="oklch(0.6 0.2 30)"/>"#));
    for said in ["a length that is worked out (calc)", "a colour of newer CSS"] {
        assert!(told.iter().any(|(kind, text)| *kind == Severity::Warning && text.contains(said)), "{said}: {told:?}");
    }
    let plain = found("bg.svg", svg(r#"<rect width="100" height="9" fill="rgb(9, 9, 9)"/>"#));
    assert!(plain.iter().all(|(_, text)| !text.contains("browser")), "{plain:?}");
}

/// A PDF of one empty page with these boxes.
fn boxed(boxes: &str) -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/Resources<<>>{boxes}>>"),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (at, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).bytes());
    }
    let start = file.len();
    file.extend(format!("xref\n0 4\n{table}trailer<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF").bytes());
    file
}

#[test]
fn where_a_background_is_cut_is_told_in_millimetres() {
    let told = |boxes: &str| -> Vec<String> {
        let all = found("bg.pdf", boxed(boxes));
        all.into_iter().map(|(_, text)| text).filter(|text| text.starts_with("background")).collect()
    };
    // A4 across with 3 mm of bleed, and with marks around.
    let marks = "/MediaBox[0 0 887 641]";
    let trimmed = format!("{marks}/TrimBox[22.5 22.5 864.5 617.5]/BleedBox[14 14 873 626]");
    assert_eq!(told(&trimmed), Vec::<String>::new(), "what is cut off at the TrimBox is no surprise");
    let bleed = told(&format!("{marks}/BleedBox[14 14 873 626]"));
    assert!(bleed[0].contains("has a bleed (BleedBox), and does not say where it is to be cut (TrimBox)"), "{bleed:?}");
    assert!(bleed[1].contains("is 313 × 226 mm, and the page 297 × 210 mm: it is stretched"), "{bleed:?}");
    let upright = told("/MediaBox[0 0 612 859]/TrimBox[8.5 8.5 603.5 850.5]");
    assert!(upright[0].contains("is 210 × 297 mm within its TrimBox, and the page 297 × 210 mm"), "{upright:?}");
    assert_eq!((bleed.len(), upright.len()), (2, 1));
}

#[test]
fn a_look_at_a_template_finds_what_drawing_would_refuse_and_nothing_else() {
    for (file, said) in [
        ("r10-template-check-misses/p4-cmyk.pdf", "CMYK"),
        ("r10-template-check-misses/p8-helvetica.pdf", "Helvetica"),
        ("r10-template-check-misses/s2-embedded-png.svg", "holds a picture"),
        ("r09-svg-silently-changed/s6-figma-shadow.svg", "shadow or a blur"),
        ("r09-svg-silently-changed/s11-style-media.svg", "CSS variables"),
        ("r09-svg-silently-changed/s12-foreignobject.svg", "foreignObject"),
    ] {
        let found = found(file.rsplit('/').next().unwrap(), case(file));
        let named = |(kind, text): &(Severity, String)| *kind == Severity::Error && text.contains(said);
        assert!(found.iter().any(named), "{file}: {found:?}");
    }
    for file in ["r10-template-check-misses/p7-gradient-alpha.pdf", "m08-wrong-hint-for-encrypted-background/bg.pdf"] {
        let found = found(file.rsplit('/').next().unwrap(), case(file));
        assert!(found.iter().all(|(kind, _)| *kind == Severity::Warning), "{file}: {found:?}");
    }
}

/// A font with a Macintosh record of its family before all other names (OpenType, "name").
fn with_macintosh_names(font: &[u8], family: &str) -> Vec<u8> {
    let word = |at: usize| u16::from_be_bytes([font[at], font[at + 1]]);
    let long = |at: usize| u32::from_be_bytes(font[at..at + 4].try_into().unwrap()) as usize;
    let entry = (0..usize::from(word(4))).map(|at| 12 + at * 16).find(|at| &font[*at..*at + 4] == b"name").unwrap();
    let (offset, length) = (long(entry + 8), long(entry + 12));
    let old = &font[offset..offset + length];
    let count = u16::from_be_bytes([old[2], old[3]]);
    let storage = usize::from(u16::from_be_bytes([old[4], old[5]]));
    let texts = &old[storage..];
    let mut new = Vec::new();
    for value in [0, count + 1, 6 + (count + 1) * 12, 1, 0, 0, 1, family.len() as u16, texts.len() as u16] {
        new.extend_from_slice(&value.to_be_bytes());
    }
    new.extend_from_slice(&old[6..6 + usize::from(count) * 12]);
    new.extend_from_slice(texts);
    new.extend_from_slice(family.as_bytes());
    let mut made = font.to_vec();
    made.resize(made.len().next_multiple_of(4), 0);
    let start = (made.len() as u32).to_be_bytes();
    made[entry + 8..entry + 12].copy_from_slice(&start);
    made[entry + 12..entry + 16].copy_from_slice(&(new.len() as u32).to_be_bytes());
    made.extend_from_slice(&new);
    made
}

#[test]
fn a_font_with_macintosh_names_is_taken() {
    let plain = std::fs::read(format!("{}/fonts/Montserrat-Regular.ttf", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let font = with_macintosh_names(&plain, "Montserrat");
    let none = |_: &str| Default::default();
    let taken = FontLibrary::builtin().with_font("a.ttf", Arc::new(font), FontOrigin::Template, &none);
    assert!(taken.unwrap().has_family("Montserrat"));
}

/// A PNG of four quarters with a further chunk behind its header (PNG, 5.3).
fn png_with(quarters: [[u8; 3]; 4], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let at = |x: u32, y: u32| image::Rgb(quarters[usize::from(x >= 32) + 2 * usize::from(y >= 16)]);
    let mut png = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut png);
    image::RgbImage::from_fn(64, 32, at).write_with_encoder(encoder).unwrap();
    let body = [&kind[..], data].concat();
    let step = |crc: u32, _: i32| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
    let crc = !body.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step));
    let length = data.len() as u32;
    [&png[..33], &length.to_be_bytes()[..], &body[..], &crc.to_be_bytes()[..], &png[33..]].concat()
}

#[test]
fn a_png_stands_upright_and_keeps_its_colours() {
    let near = |have: [u8; 3], wanted: [u8; 3]| have.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 8);
    let [red, green, blue, yellow] = [[250, 0, 0], [0, 250, 0], [0, 0, 250], [250, 250, 0]];
    // One entry: tag 0x0112, a short, 6.
    let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let shown = drawn("a.png", png_with([red, green, blue, yellow], b"eXIf", exif), Drawing::Second);
    for ((x, y), wanted) in [((0.2, 0.2), blue), ((0.8, 0.2), red), ((0.2, 0.8), yellow), ((0.8, 0.55), green)] {
        assert!(near(pixel(&shown, x, y), wanted), "{x} {y}: {:?}", pixel(&shown, x, y));
    }
    // Half of the light is 188 in sRGB.
    let grey = png_with([[128; 3]; 4], b"gAMA", &100_000u32.to_be_bytes());
    assert!(near(pixel(&drawn("a.png", grey.clone(), Drawing::Second), 0.5, 0.3), [188; 3]));
    assert!(near(pixel(&drawn("a.png", grey, Drawing::First), 0.5, 0.3), [128; 3]), "as it was issued");
    let jpeg = case("m02-wide-gamut-logo-loses-its-colour/adobergb.jpg");
    let at = jpeg.windows(12).position(|part| part == b"ICC_PROFILE\0").unwrap();
    let length = usize::from(u16::from_be_bytes([jpeg[at - 2], jpeg[at - 1]]));
    let profile = &jpeg[at + 14..at - 2 + length];
    // In one block of zlib, as it is (RFC 1951, 3.2.4).
    let (a, b) = profile.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    let length = profile.len() as u16;
    let (size, check) = ([length.to_le_bytes(), (!length).to_le_bytes()].concat(), (b << 16 | a).to_be_bytes());
    let data = [&b"a\0\0\x78\x01\x01"[..], &size[..], profile, &check[..]].concat();
    let picture = drawn("a.png", png_with([[200, 30, 30]; 4], b"iCCP", &data), Drawing::Second);
    assert!(near(pixel(&picture, 0.5, 0.3), [233, 24, 24]), "{:?}", pixel(&picture, 0.5, 0.3));
}

#[test]
fn a_font_of_cff_outlines_with_macintosh_names_is_drawn() {
    let path = format!("{}/tests/data/fonts/NotoSansCJKjp-subset.otf", env!("CARGO_MANIFEST_DIR"));
    let plain = std::fs::read(path).unwrap();
    let family = "Noto Sans CJK JP";
    let drawn = |font: Vec<u8>| {
        let members = r#","fonts":["own.otf"]"#;
        let words = format!(r#","text":"Certificate","font":"{family}""#);
        let template = template(members, &text(&words), &[("own.otf", font)]);
        assert_eq!(looked_over(&FontLibrary::builtin(), &template), Vec::new());
        let layout = Layout::new(&template, &FontLibrary::builtin()).unwrap();
        let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
        base.certificate(&scenes::scene(vec![]), layout.fonts(), &scenes::meta()).unwrap()
    };
    let (with, without) = (drawn(with_macintosh_names(&plain, family)), drawn(plain));
    assert!(scenes::text_of(&with).contains("Certificate"), "{}", scenes::text_of(&with));
    let fonts = scenes::tool("pdffonts", &[], &with, &[]);
    assert!(fonts.contains("NotoSansCJKjp") && fonts.contains("CID Type 0C"), "{fonts}");
    assert_eq!(raster(&with, 1, 72.0).unwrap().rgba, raster(&without, 1, 72.0).unwrap().rgba);
}
