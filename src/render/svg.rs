//! A scene as an SVG document (SVG 1.1): outlines alone, letters too, so that it looks the same where its fonts are missing.
//!
//! Pictures and codes are not drawn: what is drawn so holds none.

use std::fmt::Write;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

use crate::scene::{Color, FontSource, GlyphRun, Item, Path, PathSegment, Scene};

/// Returns a scene's outlines as an SVG; `title` is what screen readers say.
pub fn svg(scene: &Scene, faces: &dyn FontSource, title: &str) -> String {
    let Scene { width, height, .. } = scene;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"");
    let (w, h) = (short(*width), short(*height));
    // Writing into a text does not fail.
    let _ = write!(out, " width=\"600\" height=\"600\" viewBox=\"0 0 {w} {h}\" role=\"img\">");
    let _ = write!(out, "\n<title>{}</title>\n", escaped(title));
    for item in &scene.items {
        match item {
            Item::Path(path) => put_path(&mut out, path, *height),
            Item::Glyphs(run) => put_run(&mut out, run, faces, *height),
            Item::Image(_) | Item::Qr(_) | Item::Link { .. } => {}
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Returns a text that can stand in XML.
pub(crate) fn escaped(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control());
    kept.fold(String::new(), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
        out
    })
}

/// A number with two decimals at most: a hundredth of a point is not seen.
pub(super) fn short(number: f32) -> String {
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn hex(color: Color) -> String {
    let byte = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round() as u8;
    format!("#{:02x}{:02x}{:02x}", byte(color.r), byte(color.g), byte(color.b))
}

pub(super) fn put_path(out: &mut String, path: &Path, height: f32) {
    let mut data = String::new();
    for segment in &path.segments {
        let _ = match *segment {
            PathSegment::Move(x, y) => write!(data, "M{} {}", short(x), short(height - y)),
            PathSegment::Line(x, y) => write!(data, "L{} {}", short(x), short(height - y)),
            PathSegment::Curve(a, b, c, d, x, y) => {
                let points = [a, height - b, c, height - d, x, height - y].map(short).join(" ");
                write!(data, "C{points}")
            }
            PathSegment::Close => write!(data, "Z"),
        };
    }
    let fill = path.fill.map_or("none".to_owned(), hex);
    let stroke = path.stroke.map(|(color, width)| {
        format!(" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"miter\"", hex(color), short(width))
    });
    let _ = writeln!(out, "<path fill=\"{fill}\"{} d=\"{data}\"/>", stroke.unwrap_or_default());
}

pub(super) fn put_run(out: &mut String, run: &GlyphRun, faces: &dyn FontSource, height: f32) {
    let data = faces.face(run.font);
    let Ok(face) = Face::parse(data.data, data.index) else { return };
    let scale = run.size / f32::from(face.units_per_em());
    let mut pen = Pen { data: String::new(), x: run.x, y: 0.0, scale };
    let mut at = run.x;
    for glyph in &run.glyphs {
        (pen.x, pen.y) = (at + glyph.dx, height - run.y - glyph.dy);
        face.outline_glyph(GlyphId(glyph.id), &mut pen);
        at += glyph.advance;
    }
    if !pen.data.is_empty() {
        let _ = writeln!(out, "<path fill=\"{}\" d=\"{}\"/>", hex(run.color), pen.data);
    }
}

/// Writes a glyph's outline where it stands.
struct Pen {
    data: String,
    x: f32,
    y: f32,
    scale: f32,
}

impl Pen {
    fn put<const N: usize>(&mut self, letter: char, points: [(f32, f32); N]) {
        self.data.push(letter);
        let points =
            points.map(|(x, y)| format!("{} {}", short(self.x + x * self.scale), short(self.y - y * self.scale)));
        self.data.push_str(&points.join(" "));
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.put('M', [(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.put('L', [(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.put('Q', [(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.put('C', [(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.data.push('Z');
    }
}
