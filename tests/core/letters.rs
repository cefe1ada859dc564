//! Every glyph says its letters: what a reader finds that knows `/ToUnicode` and no `/ActualText`.

use std::collections::BTreeMap;

use lopdf::content::Content;
use lopdf::{Document, Object};
use testamur::qr::Symbol;
use testamur::render::{Base, BaseMeta};
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

#[test]
fn every_glyph_says_its_letters() {
    let fonts = FontLibrary::builtin();
    let layout = Layout::new(&Template::open("classic@1").unwrap(), &fonts).unwrap();
    let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
    for (name, rtl) in NAMES {
        let fields = [("participant_name", name), ("certificate_number", "CERT-A-2026-00001")];
        let record = Filling {
            fields: fields.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            dates: BTreeMap::new(),
            qr: Symbol { version: 15, size: 77, modules: vec![true; 77 * 77] },
            language: None,
        };
        let file = base.certificate(&layout.fill(&record).unwrap(), layout.fonts(), &meta()).unwrap();
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
