//! Fonts of templates that are variable or packed for the web: drawn as the weight that is asked for, copied as it was written,
//! and refused with the way out where they cannot be drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use testamur::qr::Symbol;
use testamur::render::{Base, BaseMeta};
use testamur::scene::{FontId, GlyphRun, Item};
use testamur::template::{
    Element, Filling, FontError, FontLibrary, FontOrigin, FontProblem, Layout, Template, TemplateError,
};

use crate::render_templates::record;
use crate::scenes::{meta, text_of, tool};

/// With pairs of letters that stand closer together.
const NAME: &str = "Inés Távora-Yáñez";

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/fonts/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A template that prints the name in a family of this file.
fn template(font: &str, bytes: Vec<u8>, family: &str, weight: u16) -> Result<Layout, TemplateError> {
    let text = format!(
        r#"{{"type":"text","text":"{{participant_name}}","x":20,"y":20,"width":250,"height":20,"size":20,"font":"{family}","weight":{weight}}}"#
    );
    let qr = r#"{"type":"qr","x":240,"y":150,"size":45}"#;
    let json = format!(r#"{{"testamur":1,"title":"Fonts","fonts":["{font}"],"elements":[{text},{qr}]}}"#);
    let template = Template::new(json.as_bytes(), BTreeMap::from([(font.to_owned(), Arc::new(bytes))]))?;
    Layout::new(&template, &FontLibrary::builtin())
}

/// Draws the name; returns its glyphs, and the file.
fn drawn(layout: &Layout) -> (GlyphRun, Vec<u8>) {
    let record = Filling {
        fields: [("participant_name", NAME), ("certificate_number", "CERT-A-2026-00001")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        dates: BTreeMap::new(),
        qr: Symbol { version: 15, size: 77, modules: vec![true; 77 * 77] },
        language: None,
    };
    let scene = layout.fill(&record).unwrap();
    let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
    let pdf = base.certificate(&scene, layout.fonts(), &meta()).unwrap();
    let mut runs =
        scene.items.into_iter().filter_map(|item| if let Item::Glyphs(run) = item { Some(run) } else { None });
    let run = runs.next().expect("the name is drawn");
    assert_eq!(run.text, NAME, "in one face");
    (run, pdf)
}

fn width(run: &GlyphRun) -> f32 {
    run.glyphs.iter().map(|glyph| glyph.advance).sum()
}

#[test]
fn a_variable_font_is_drawn_as_wide_as_its_weight_and_its_text_is_copied() {
    let (plain, _) = drawn(&template("f.ttf", file("PlainSample.ttf"), "Plain Sample", 400).unwrap());
    for (font, weight, factor) in [
        ("WideSample-variable.ttf", 400, 1.0),
        ("WideSample-variable.ttf", 650, 1.25),
        ("WideSample-variable.ttf", 900, 1.5),
        ("WideSample-variable.woff2", 650, 1.25),
        ("WideSample-variable.woff2", 1_000, 1.5),
    ] {
        let layout = template(font, file(font), "Wide Sample", weight).unwrap();
        let (run, pdf) = drawn(&layout);
        let (wanted, found) = (width(&plain) * factor, width(&run));
        // Kerning too: without it half a hundredth is missing.
        assert!((found - wanted).abs() < 0.002 * wanted, "{font} at {weight}: {found} points, not {wanted}");
        assert!(text_of(&pdf).contains(NAME), "{font} at {weight}: {}", text_of(&pdf));
        let embedded = tool("pdffonts", &[], &pdf, &[]);
        let sample = embedded.lines().find(|line| line.contains("Sample")).unwrap_or_else(|| panic!("{embedded}"));
        assert!(sample.contains("CID TrueType") && sample.contains("yes yes yes"), "{sample}");
    }
}

#[test]
fn fonts_that_are_packed_for_the_web_draw_what_they_were_packed_of() {
    let of = |name: &str| drawn(&template(name, file(name), "Plain Sample", 400).unwrap());
    let (plain, pdf) = of("PlainSample.ttf");
    assert!(text_of(&pdf).contains(NAME));
    for packed in ["PlainSample.woff", "PlainSample.woff2"] {
        let (run, pdf) = of(packed);
        assert_eq!(run.glyphs, plain.glyphs, "{packed}");
        assert!(text_of(&pdf).contains(NAME), "{packed}");
    }
}

#[test]
fn a_folder_of_fonts_may_hold_them_and_gives_regular_and_bold() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["WideSample-variable.woff2", "PlainSample.woff"] {
        std::fs::write(folder.path().join(name), file(name)).unwrap();
    }
    let library = FontLibrary::builtin().with_folder(folder.path()).unwrap();
    assert!(library.has_family("wide sample") && library.has_family("Plain Sample"));
}

#[test]
fn what_cannot_be_drawn_is_refused_with_the_way_out() {
    let refused = |name: &str, bytes: Vec<u8>| match template(name, bytes, "Wide Sample", 400) {
        Err(TemplateError::Font(error @ FontError::Unusable { problem, .. })) => (problem, error.to_string()),
        Err(other) => panic!("{name}: {other}"),
        Ok(_) => panic!("{name} was taken"),
    };
    let cut = |name: &str| file(name)[..2_000].to_vec();
    // Says that it holds 4 GB.
    let mut vast = file("PlainSample.woff");
    vast[44 + 12..44 + 16].fill(0xff);
    let mut several = file("PlainSample.woff2");
    several[4..8].copy_from_slice(b"ttcf");
    // Its variations are gone, and the table that says which there are is not.
    let mut half = file("WideSample-variable.ttf");
    let gvar = half.windows(4).position(|tag| tag == b"gvar").unwrap();
    half[gvar..gvar + 4].copy_from_slice(b"xvar");
    for (name, bytes, problem, way_out) in [
        ("cut.woff", cut("PlainSample.woff"), FontProblem::Packed, ".ttf or .otf"),
        ("cut.woff2", cut("PlainSample.woff2"), FontProblem::Packed, ".ttf or .otf"),
        ("vast.woff", vast, FontProblem::Packed, ".ttf or .otf"),
        ("several.woff2", several, FontProblem::Packed, ".ttf or .otf"),
        ("half.ttf", half, FontProblem::Variable, "static .ttf or .otf"),
        ("picture.ttf", b"\x89PNG\r\n\x1a\n".to_vec(), FontProblem::NoOutlines, ".woff2"),
    ] {
        let (found, text) = refused(name, bytes);
        assert_eq!(found, problem, "{name}: {text}");
        assert!(text.contains(name) && text.contains(way_out), "{text}");
    }
}

#[test]
fn a_damaged_font_is_refused_or_drawn_and_nothing_panics() {
    let weights = |_: &str| [400, 650].into();
    let mut seed = 0x9e37_79b9_u32;
    let mut random = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize
    };
    for name in ["WideSample-variable.ttf", "WideSample-variable.woff2", "PlainSample.woff", "PlainSample.woff2"] {
        let whole = file(name);
        let mut taken = 0;
        for _ in 0..400 {
            let mut bytes = whole.clone();
            for _ in 0..1 + random() % 4 {
                let at = random() % bytes.len();
                bytes[at] = random() as u8;
            }
            bytes.truncate(whole.len() - if random() % 8 == 0 { random() % whole.len() } else { 0 });
            let library = FontLibrary::builtin().with_font(name, Arc::new(bytes), FontOrigin::Template, &weights);
            taken += usize::from(library.is_ok());
        }
        assert!(taken < 400, "{name}: nothing is checked");
    }
}

/// A font of Han characters: the sample's glyphs, reached by these letters alone (OpenType, `cmap`, format 12).
fn han(letters: &str) -> Vec<u8> {
    let letters: BTreeSet<char> = letters.chars().collect();
    let mut groups = Vec::new();
    for (letter, glyph) in letters.iter().zip(20u32..) {
        groups.extend([u32::from(*letter), u32::from(*letter), glyph].map(u32::to_be_bytes).concat());
    }
    let mut cmap = [0u16, 1, 3, 10].map(u16::to_be_bytes).concat();
    cmap.extend(12u32.to_be_bytes());
    cmap.extend([12u16, 0].map(u16::to_be_bytes).concat());
    cmap.extend([16 + groups.len() as u32, 0, letters.len() as u32].map(u32::to_be_bytes).concat());
    cmap.extend(groups);
    let mut bytes = file("NotoSansCJKjp-subset.otf");
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let (place, length) = (bytes.len() as u32, cmap.len() as u32);
    let entry = (12..).step_by(16).find(|at| &bytes[*at..at + 4] == b"cmap").unwrap();
    bytes[entry + 8..entry + 12].copy_from_slice(&place.to_be_bytes());
    bytes[entry + 12..entry + 16].copy_from_slice(&length.to_be_bytes());
    bytes.extend(cmap);
    bytes
}

#[test]
fn a_chinese_name_is_drawn_by_one_face_and_the_words_around_it_by_theirs() {
    let none = |_: &str| BTreeSet::new();
    let fonts =
        FontLibrary::builtin().with_font("han.otf", Arc::new(han("王明李成")), FontOrigin::Folder, &none).unwrap();
    let template = Template::built_in("classic", None).unwrap().in_language("zh").unwrap();
    let layout = Layout::new(&template, &fonts).unwrap();
    let runs = |name: &str| -> Vec<(String, FontId)> {
        let scene = layout.fill(&record(name)).unwrap();
        let runs = scene.items.into_iter().chain(layout.base().items.iter().cloned());
        runs.filter_map(|item| if let Item::Glyphs(run) = item { Some((run.text, run.font)) } else { None }).collect()
    };
    for name in ["王明", "李成"] {
        let all = runs(name);
        // The words have one of these letters, too.
        let is_said = |text: &str| {
            template.document().elements.iter().any(|one| matches!(one, Element::Text(place) if place.text == text))
        };
        let own: Vec<_> =
            all.iter().filter(|(text, _)| text.contains(|c| name.contains(c)) && !is_said(text)).collect();
        assert!(matches!(own[..], [(text, _)] if text == name), "{own:?}");
        let words = all.iter().find(|(text, _)| text.contains("证书")).unwrap();
        assert_ne!(own[0].1, words.1, "{all:?}");
    }
    // Where nothing else has the rest of a name, it is refused, as before.
    assert!(Layout::new(&template, &FontLibrary::builtin()).unwrap().fill(&record("王明")).is_err());
}
