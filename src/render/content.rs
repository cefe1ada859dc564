//! Content streams: the items of a scene in painting order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fonts::Subset;
use super::syntax::{operation, put, words};
use super::tags::Marks;
use super::{qr, text};
use crate::deflate::Known;
use crate::scene::{Color, FontId, ImageItem, Item, Path, PathSegment};

/// A font subset and its name in the page's resources.
pub(super) type Fonts = BTreeMap<FontId, (String, Arc<Subset>)>;

/// Writes the items, with marks if there are any. Pictures are named `P1`, `P2`, … by `pictures`, in the order of the items; links are not drawn. Also
/// returns what is known to stand in it twice.
pub(super) fn draw<'a>(
    items: impl IntoIterator<Item = &'a Item>,
    mut marks: Option<Marks<'_>>,
    fonts: &Fonts,
    pictures: &[String],
) -> (Vec<u8>, Vec<Known>) {
    let (mut out, mut known) = (Vec::new(), Vec::new());
    let mut pictures = pictures.iter();
    for (at, item) in items.into_iter().enumerate() {
        if let Some(marks) = &mut marks {
            marks.before(&mut out, at);
        }
        match item {
            Item::Glyphs(run) => {
                if let Some((name, subset)) = fonts.get(&run.font) {
                    let language = marks.as_ref().and_then(|marks| marks.other_language(run));
                    if let Some(language) = language {
                        out.extend_from_slice(b"/Span<</Lang");
                        words(&mut out, language);
                        out.extend_from_slice(b">>BDC\n");
                    }
                    text::draw(&mut out, run, subset, name);
                    if language.is_some() {
                        out.extend_from_slice(b"EMC\n");
                    }
                }
            }
            Item::Path(path) => outline(&mut out, path),
            Item::Image(image) => {
                if let Some(name) = pictures.next() {
                    out.extend_from_slice(b"q ");
                    operation(&mut out, &placed(image), "cm");
                    put(&mut out, format_args!("/{name} Do Q\n"));
                }
            }
            Item::Qr(symbol) => qr::draw(&mut out, symbol, &mut known),
            Item::Link { .. } => {}
        }
    }
    if let Some(marks) = &mut marks {
        marks.close(&mut out);
    }
    (out, known)
}

/// The matrix that turns the unit square, which a picture fills, and stretches it into its place.
fn placed(image: &ImageItem) -> [f32; 6] {
    let [left, bottom, right, top] = image.rect;
    let (width, height) = (right - left, top - bottom);
    // Where the square's lower left corner comes to lie, and where its sides lead from there.
    let ([x, y], along, up) = match image.turn.quarters % 4 {
        0 => ([0.0, 0.0], [1.0, 0.0], [0.0, 1.0]),
        1 => ([0.0, 1.0], [0.0, -1.0], [1.0, 0.0]),
        2 => ([1.0, 1.0], [-1.0, 0.0], [0.0, -1.0]),
        _ => ([1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]),
    };
    let ([x, y], along) = if image.turn.mirrored {
        ([x + along[0], y + along[1]], along.map(|side: f32| -side))
    } else {
        ([x, y], along)
    };
    [along[0] * width, along[1] * height, up[0] * width, up[1] * height, left + x * width, bottom + y * height]
}

fn outline(out: &mut Vec<u8>, path: &Path) {
    let paint = match (&path.fill, &path.stroke) {
        (None, None) => return,
        (Some(_), None) => "f",
        (None, Some(_)) => "S",
        (Some(_), Some(_)) => "B",
    };
    if let Some(color) = path.fill {
        set_color(out, color, "rg");
    }
    if let Some((color, width)) = path.stroke {
        set_color(out, color, "RG");
        operation(out, &[width], "w");
    }
    for segment in &path.segments {
        match *segment {
            PathSegment::Move(x, y) => operation(out, &[x, y], "m"),
            PathSegment::Line(x, y) => operation(out, &[x, y], "l"),
            PathSegment::Curve(a, b, c, d, x, y) => operation(out, &[a, b, c, d, x, y], "c"),
            PathSegment::Close => operation(out, &[], "h"),
        }
    }
    operation(out, &[], paint);
}

fn set_color(out: &mut Vec<u8>, color: Color, operator: &str) {
    operation(out, &[color.r, color.g, color.b].map(|channel| channel.clamp(0.0, 1.0)), operator);
}
