//! Scenes made by hand, and the foreign readers that look at what is drawn from them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use harfrust::{Buffer, Direction, Font, ShapeOptions, ShaperFont};
use testamur::qr::Symbol;
use testamur::render::{Base, BaseMeta, CertificateMeta};
use testamur::scene::{
    Color, FontData, FontId, FontSource, Glyph, GlyphRun, ImageItem, Item, Path, PathSegment, QrItem, Scene,
};

/// A4, landscape.
pub(crate) const PAGE: (f32, f32) = (841.89, 595.276);
pub(crate) const BLACK: Color = Color { r: 0.0, g: 0.0, b: 0.0 };

/// Font files by their place in a list.
pub(crate) struct Faces(Vec<(Vec<u8>, u32)>);

impl FontSource for Faces {
    fn face(&self, id: FontId) -> FontData<'_> {
        let (data, index) = &self.0[usize::from(id.0)];
        FontData { data, index: *index }
    }
}

impl Faces {
    /// Reads fonts of this repository, or of the system where the name is a path.
    pub(crate) fn read(names: &[&str]) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fonts");
        let read = |name: &&str| std::fs::read(folder.join(name)).unwrap_or_else(|e| panic!("font {name}: {e}"));
        Self(names.iter().map(|name| (read(name), 0)).collect())
    }

    /// Shapes one run.
    pub(crate) fn run(&self, font: u16, text: &str, size: f32, x: f32, y: f32) -> GlyphRun {
        let (data, index) = &self.0[usize::from(font)];
        let shared: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(data.clone());
        let font_data = Font::new(harfrust::font::Blob::from(shared), *index).unwrap();
        let units = f32::from(ttf_parser::Face::parse(data, *index).unwrap().units_per_em());
        let mut buffer = Buffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let rtl = buffer.direction() == Direction::RightToLeft;
        harfrust::shape(&ShaperFont::new(&font_data), &mut buffer, ShapeOptions::default()).unwrap();
        let mut starts: Vec<u32> = buffer.glyph_infos().iter().map(|info| info.cluster).collect();
        starts.sort_unstable();
        let end = |start| starts.iter().copied().find(|s| *s > start).unwrap_or(text.len() as u32);
        let scaled = |value: i32| value as f32 * size / units;
        let glyphs = buffer.glyph_infos().iter().zip(buffer.glyph_positions()).map(|(info, position)| Glyph {
            id: info.glyph_id as u16,
            advance: scaled(position.x_advance),
            dx: scaled(position.x_offset),
            dy: scaled(position.y_offset),
            cluster: (info.cluster, end(info.cluster)),
        });
        let glyphs = glyphs.collect();
        GlyphRun { font: FontId(font), size, color: BLACK, x, y, glyphs, text: text.to_owned(), rtl, language: None }
    }
}

pub(crate) fn scene(items: Vec<Item>) -> Scene {
    Scene { width: PAGE.0, height: PAGE.1, language: "en".into(), drawing: Default::default(), items, tags: Vec::new() }
}

/// A symbol of version 15's size with a pattern that has as many runs as a real one.
pub(crate) fn symbol() -> Symbol {
    let size = 77;
    let dark = |i: usize| (i.wrapping_mul(2_654_435_761) >> 13) & 1 == 1 || i / size < 2;
    Symbol { version: 15, size, modules: (0..size * size).map(dark).collect() }
}

pub(crate) fn qr() -> Item {
    Item::Qr(QrItem { origin: (60.0, 60.0), side: 113.4, symbol: symbol() })
}

/// A coloured frame and a curve.
pub(crate) fn ornament() -> Item {
    let segments = vec![
        PathSegment::Move(20.0, 20.0),
        PathSegment::Line(820.0, 20.0),
        PathSegment::Curve(840.0, 200.0, 800.0, 400.0, 820.0, 575.0),
        PathSegment::Line(20.0, 575.0),
        PathSegment::Close,
    ];
    let (fill, stroke) = (Color { r: 0.98, g: 0.96, b: 0.9 }, Color { r: 0.6, g: 0.45, b: 0.1 });
    Item::Path(Path { segments, fill: Some(fill), stroke: Some((stroke, 3.0)) })
}

pub(crate) fn image(bytes: Vec<u8>, rect: [f32; 4]) -> Item {
    Item::Image(ImageItem {
        name: "a.picture".into(),
        bytes: Arc::new(bytes),
        rect,
        turn: Default::default(),
        alt: String::new(),
    })
}

pub(crate) fn meta() -> CertificateMeta {
    CertificateMeta {
        title: "Certificate <CERT-WORKSHOP-2026-00001> – Zoë & Søren".into(),
        author: "Example Academy".into(),
        subject: "Intarsia (basics) \\ advanced".into(),
        language: "en".into(),
        created: "2026-05-01T07:08:09Z".parse().unwrap(),
        id: "https://certs.example.org/c/CERT-WORKSHOP-2026-00001-abcdefgh".into(),
        verify_url: "https://certs.example.org/verify/#1234567".into(),
        jws: format!("{}.{}.{}", "eyJhbGciOiJFZERTQSJ9", "A".repeat(900), "B".repeat(86)),
    }
}

pub(crate) fn base(items: Vec<Item>, faces: &Faces) -> Base {
    Base::new(&scene(items), faces, &BaseMeta { producer: "Testamur".into() }).unwrap()
}

/// Draws a page of these items alone.
pub(crate) fn pdf(items: Vec<Item>, faces: &Faces) -> Vec<u8> {
    base(vec![ornament()], faces).certificate(&scene(items), faces, &meta()).unwrap()
}

/// Runs a foreign program over a file with these bytes and returns what it prints; it must be installed and succeed.
pub(crate) fn tool(program: &str, before: &[&str], bytes: &[u8], after: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.pdf");
    std::fs::write(&file, bytes).unwrap();
    let output = Command::new(program).args(before).arg(&file).args(after).output();
    let output = output.unwrap_or_else(|e| panic!("{program} is needed for this test (see `make test`): {e}"));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program}: {stdout}{stderr}");
    stdout.into_owned()
}

/// The text that poppler finds, without the direction marks and page end that it adds.
pub(crate) fn text_of(pdf: &[u8]) -> String {
    let marks = ['\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{c}'];
    tool("pdftotext", &["-enc", "UTF-8"], pdf, &["-"]).replace(marks, "").trim().to_owned()
}
