//! Every glyph says its letters: what a reader finds that knows `/ToUnicode` and no `/ActualText`.

use std::collections::BTreeMap;

use lopdf::content::Content;
use lopdf::{Document, Object};
use testamur::qr::Symbol;
use testamur::render::{Base, BaseMeta, Raster, raster};
use testamur::scene::{Drawing, Item};
use testamur::template::{Filling, FontLibrary, Layout, Template};

use crate::scenes::{meta, text_of};

/// A name in each of the scripts that the fonts of the program draw.
const NAMES: [(&str, bool); 17] = [
    ("Ægir Łukasz-Öğretmen", false),
    ("Ольга Щербакова", false),
    ("Ειρήνη Παπαδοπούλου", false),
    ("श्रीकृष्ण क्षत्रिय विद्यार्थी", false),
    ("শ্রীমতী রবীন্দ্রনাথ ঠাকুর", false),
    ("ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", false),
    ("કૃષ્ણા પટેલ", false),
    ("தமிழ்ச்செல்வி கோவிந்தன்", false),
    ("శ్రీనివాస్ కృష్ణమూర్తి", false),
    ("ಶ್ರೀಕೃಷ್ಣ ರಾಮಚಂದ್ರ", false),
    ("ശ്രീകൃഷ്ണൻ നമ്പൂതിരി", false),
    ("ක්‍රිෂාන්ත ප්‍රනාන්දු", false),
    ("ស្រីស្រស់ ភក្ត្រា", false),
    ("မြင့်မြတ်ကြွယ်", false),
    ("น้ำทิพย์ ศรีสุวรรณ", false),
    ("علی‌رضا کیان‌پور الله", true),
    ("שָׁלוֹם בֶּן־דָּוִד", true),
];

/// Texts of codes, as a font's map gives them.
fn map(document: &Document, font: &lopdf::Dictionary) -> BTreeMap<u16, String> {
    let stream = font.get_deref(b"ToUnicode", document).unwrap().as_stream().unwrap();
    let text = String::from_utf8(stream.decompressed_content().unwrap()).unwrap();
    let entry = |line: &str| {
        let (code, said) = line.strip_prefix('<')?.strip_suffix('>')?.split_once("><")?;
        let units: Vec<u16> = said
            .as_bytes()
            .chunks(4)
            .map(|unit| u16::from_str_radix(std::str::from_utf8(unit).unwrap(), 16).unwrap())
            .collect();
        Some((u16::from_str_radix(code, 16).ok()?, String::from_utf16(&units).unwrap()))
    };
    text.lines().filter(|line| !line.contains("range")).filter_map(entry).collect()
}

/// The letters of all glyphs in the order in which they are drawn, a line for each piece of text; a code without letters is `?`.
fn letters(file: &[u8]) -> String {
    let document = Document::load_mem(file).unwrap();
    let page = document.page_iter().next().unwrap();
    let fonts = document.get_page_fonts(page).unwrap();
    let maps: BTreeMap<_, _> = fonts.iter().map(|(name, font)| (name.clone(), map(&document, font))).collect();
    let content = Content::decode(&document.get_page_content(page)).unwrap();
    let (mut font, mut out) = (None, String::new());
    for operation in &content.operations {
        let mut show = |operand: &Object| {
            let Object::String(codes, _) = operand else { return };
            for code in codes.chunks(2) {
                let said =
                    font.and_then(|font: &BTreeMap<u16, String>| font.get(&u16::from_be_bytes([code[0], code[1]])));
                out.push_str(said.map_or("?", String::as_str));
            }
        };
        match &*operation.operator {
            "Tf" => font = maps.get(operation.operands[0].as_name().unwrap()),
            "Tj" => show(&operation.operands[0]),
            "TJ" => operation.operands[0].as_array().unwrap().iter().for_each(&mut show),
            "ET" => out.push('\n'),
            _ => {}
        }
    }
    out.replace('\u{200b}', "")
}

/// Operators that move the pen off its line or hide what is shown, and the widest step back or forth, in thousandths of the size.
fn jumps(file: &[u8]) -> (Vec<String>, f32) {
    let document = Document::load_mem(file).unwrap();
    let page = document.page_iter().next().unwrap();
    let content = Content::decode(&document.get_page_content(page)).unwrap();
    let odd = content.operations.iter().filter(|one| ["Ts", "Tr", "Tz"].contains(&&*one.operator));
    let odd = odd.map(|one| one.operator.clone()).collect();
    let shown = content.operations.iter().filter(|one| one.operator == "TJ");
    let steps = shown.flat_map(|one| one.operands[0].as_array().unwrap()).filter_map(|one| one.as_float().ok());
    (odd, steps.fold(0.0, |most, step| most.max(step.abs())))
}

/// A page that prints a name, drawn by these rules.
fn drawn(drawing: Drawing, name: &str) -> Vec<u8> {
    let fonts = FontLibrary::builtin();
    let text =
        r#"{"type":"text","text":"{participant_name}","x":20,"y":20,"width":250,"height":30,"size":40,"minSize":20}"#;
    let json = format!(r#"{{"testamur":1,"title":"T","elements":[{text},{{"type":"qr","x":240,"y":150,"size":45}}]}}"#);
    let template = Template::new(json.as_bytes(), BTreeMap::new()).unwrap();
    let layout = Layout::drawn_by(drawing, &template, &fonts, &BTreeMap::new()).unwrap();
    let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
    base.certificate(&layout.fill(&record(name)).unwrap(), layout.fonts(), &meta()).unwrap()
}

fn record(name: &str) -> Filling {
    let fields = [("participant_name", name), ("certificate_number", "CERT-A-2026-00001")];
    Filling {
        fields: fields.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        dates: BTreeMap::new(),
        qr: Symbol { version: 15, size: 77, modules: vec![true; 77 * 77] },
        language: None,
    }
}

#[test]
fn the_pen_does_not_jump_within_a_name() {
    let jumps = |rules, name: &str| {
        let (odd, widest) = jumps(&drawn(rules, name));
        // Letters that stand closer together move it a little.
        !odd.is_empty() || widest > 150.0
    };
    for (name, _) in NAMES {
        assert!(!jumps(Drawing::default(), name), "{name}");
    }
    assert!(NAMES.iter().filter(|(name, _)| jumps(Drawing::Third, name)).count() > 5, "as they were issued");
}

/// Says whether each pixel that is dark in one picture has a dark one beside it in the other.
fn covers(one: &Raster, other: &Raster, rows: u32) -> bool {
    let shade = |of: &Raster, x: u32, y: u32| of.rgba[((y * of.width + x) * 4) as usize];
    let near = |x: u32, y: u32| {
        let (columns, lines) = (x.saturating_sub(1)..=(x + 1).min(one.width - 1), y.saturating_sub(1)..=y + 1);
        lines.flat_map(|y| columns.clone().map(move |x| (x, y))).any(|(x, y)| shade(one, x, y) < 150)
    };
    let mut dark = 0;
    for (x, y) in (0..rows).flat_map(|y| (0..other.width).map(move |x| (x, y))) {
        if shade(other, x, y) < 90 {
            dark += 1;
            if !near(x, y) {
                return false;
            }
        }
    }
    dark > 500
}

#[test]
fn a_cluster_that_is_a_glyph_of_its_own_looks_as_its_glyphs_do() {
    for (name, _) in NAMES {
        let [new, old] = [Drawing::Fourth, Drawing::Third].map(|rules| raster(&drawn(rules, name), 1, 96.0).unwrap());
        // Above the symbol.
        assert!(covers(&new, &old, 220) && covers(&old, &new, 220), "{name}");
    }
}

#[test]
fn every_glyph_says_its_letters() {
    let fonts = FontLibrary::builtin();
    let layout = Layout::new(&Template::open("classic").unwrap(), &fonts).unwrap();
    let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
    for (name, rtl) in NAMES {
        let file = base.certificate(&layout.fill(&record(name)).unwrap(), layout.fonts(), &meta()).unwrap();
        let found = letters(&file);
        assert!(!found.contains('?'), "{name}: a glyph says nothing: {found}");
        let wanted: String = if rtl { name.chars().rev().collect() } else { name.to_owned() };
        // Words in faces of their own are texts of their own.
        for word in wanted.split_whitespace() {
            let plain = |text: &str| text.replace(['\u{200c}', '\u{200d}'], "");
            assert!(plain(&found).contains(&plain(word)), "{name}: {word} is not in {found}");
        }
        // A reader that knows both finds the name as it was written.
        let seen = text_of(&file).replace(['\u{202a}', '\u{202b}', '\u{202c}'], "");
        assert!(seen.contains(name), "{name}: {seen}");
    }
}

#[test]
fn a_cluster_that_cannot_be_put_together_says_its_letters_glyph_by_glyph() {
    let fonts = FontLibrary::builtin();
    let layout = Layout::new(&Template::open("classic").unwrap(), &fonts).unwrap();
    let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
    // Ems between two glyphs of one cluster: so far that a font cannot say it, and so far that it cannot say where its glyph ends.
    for far in [40.0, 32.7] {
        for (name, rtl) in [NAMES[3], NAMES[4], NAMES[9], NAMES[16]] {
            let mut scene = layout.fill(&record(name)).unwrap();
            let mut torn = 0;
            for item in &mut scene.items {
                let Item::Glyphs(run) = item else { continue };
                let of_one = |two: &[testamur::scene::Glyph]| two[0].cluster == two[1].cluster;
                if let Some(at) = run.glyphs.windows(2).position(of_one) {
                    run.glyphs[at + 1].dx += far * run.size;
                    torn += 1;
                }
            }
            assert!(torn > 0, "{name}");
            let found = letters(&base.certificate(&scene, layout.fonts(), &meta()).unwrap());
            assert!(!found.contains('?'), "{name}: a glyph says nothing: {found}");
            let wanted: String = if rtl { name.chars().rev().collect() } else { name.to_owned() };
            for word in wanted.split_whitespace() {
                assert!(found.contains(word), "{name}: {word} is not in {found}");
            }
        }
    }
}
