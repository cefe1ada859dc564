//! Parts that few pages need: what is shown once, a code to scan, pictures with what was found on each; and the page that asks
//! before something is done that cannot be undone.

use askama::Template;

use super::inside::Staff;
use super::ui::{Crumb, Field, Form, Html, Page, Text, Tone, Tried};
use super::words::Words;
use crate::qr::Symbol;

/// Light modules around a symbol (ISO/IEC 18004 section 6.3.8).
const QUIET: usize = 4;

/// What is shown this once: a secret, or several.
#[derive(Template)]
#[template(path = "pages/staff/shown_once.html")]
pub(super) struct ShownOnce {
    label: String,
    values: Vec<String>,
    print: String,
    copy: String,
    copied: String,
}

impl ShownOnce {
    pub(super) fn new(staff: &Staff, label: impl Into<String>, values: Vec<String>) -> Self {
        Self::of(staff.w, label, values)
    }

    /// The same for who is not in.
    pub(super) fn of(w: &Words, label: impl Into<String>, values: Vec<String>) -> Self {
        Self { label: label.into(), values, print: w.s("print"), copy: w.s("copy"), copied: w.s("copied") }
    }
}

impl From<ShownOnce> for Html {
    fn from(part: ShownOnce) -> Self {
        Self::of(&part)
    }
}

/// A button that prints the page, where there is script; the page says what is to be printed.
#[derive(Template)]
#[template(path = "pages/staff/print.html")]
pub(super) struct Print(pub String);

impl From<Print> for Html {
    fn from(part: Print) -> Self {
        Self::of(&part)
    }
}

/// A QR code.
#[derive(Template)]
#[template(path = "pages/staff/symbol.html")]
pub(super) struct QrCode {
    side: usize,
    path: String,
    label: String,
}

impl QrCode {
    /// Draws a text; nothing if it is longer than a symbol holds.
    pub(super) fn of(text: &str, label: impl Into<String>) -> Option<Self> {
        let symbol = Symbol::of(text).ok()?;
        let mut path = String::new();
        for (y, row) in symbol.modules.chunks(symbol.size).enumerate() {
            let mut x = 0;
            while let Some(dark) = row.get(x) {
                let run = row.iter().skip(x).take_while(|one| *one == dark).count();
                if *dark {
                    path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
                }
                x += run;
            }
        }
        Some(Self { side: symbol.size + 2 * QUIET, path, label: label.into() })
    }
}

impl From<QrCode> for Html {
    fn from(part: QrCode) -> Self {
        Self::of(&part)
    }
}

/// A picture with what was found on it.
pub(super) struct Shot {
    pub title: String,
    pub href: String,
    pub src: String,
    pub alt: String,
    pub tone: Tone,
    pub state: String,
    pub notes: Vec<String>,
}

/// Pictures side by side.
#[derive(Template)]
#[template(path = "pages/staff/gallery.html")]
pub(super) struct Gallery(pub Vec<Shot>);

impl From<Gallery> for Html {
    fn from(part: Gallery) -> Self {
        Self::of(&part)
    }
}

/// What was found on a drawing, with where it is.
pub(super) struct Mark {
    /// Left, top, width and height on the page.
    pub area: Option<[f64; 4]>,
    pub tone: Tone,
    pub state: String,
    pub text: String,
    pub hint: String,
    pub at: String,
}

/// A drawing with a mark at each place where something was found, and what it was beside it.
#[derive(Template)]
#[template(path = "pages/staff/marked.html")]
pub(super) struct Marked {
    src: Option<String>,
    alt: String,
    width: f64,
    height: f64,
    marks: Vec<Mark>,
    shapes: Vec<Shape>,
}

/// A mark as it is drawn.
struct Shape {
    number: usize,
    class: &'static str,
    /// Left, top, width, height.
    area: [String; 4],
    /// The middle and radius of the number's ground.
    ground: [String; 3],
}

impl Marked {
    /// Puts marks on a picture of a page of that size; without a picture only what was found is shown.
    pub(super) fn new(src: Option<String>, alt: String, page: Option<[f64; 2]>, marks: Vec<Mark>) -> Self {
        let [width, height] = page.unwrap_or([1.0, 1.0]);
        let src = src.filter(|_| page.is_some());
        let numbered = marks.iter().enumerate().filter_map(|(at, mark)| Some((at + 1, mark, mark.area?)));
        let shapes = numbered.map(|(number, mark, area)| Shape::of(number, mark.tone, area, [width, height])).collect();
        Self { src, alt, width, height, marks, shapes }
    }
}

impl Shape {
    /// What lies outside the page is marked at its edge.
    fn of(number: usize, tone: Tone, [x, y, w, h]: [f64; 4], [width, height]: [f64; 2]) -> Self {
        let least = width.max(height) / 50.0;
        let (left, top) = (x.clamp(0.0, width - least), y.clamp(0.0, height - least));
        let (right, bottom) = ((x + w).clamp(left + least, width), (y + h).clamp(top + least, height));
        let area = [left, top, right - left, bottom - top].map(|side| format!("{side:.2}"));
        let radius = least * 0.8;
        let ground = [left.max(radius), top.max(radius), radius].map(|side| format!("{side:.2}"));
        Self { number, class: tone.class(), area, ground }
    }
}

impl From<Marked> for Html {
    fn from(part: Marked) -> Self {
        Self::of(&part)
    }
}

/// What is asked before it is done: `key` names its texts (`KEY`, the button and title, and `KEY-text`).
pub(super) struct Sure<'a> {
    pub key: &'a str,
    /// About whom or what.
    pub about: String,
    /// Where the form goes.
    pub path: String,
    pub trail: Vec<Crumb>,
    pub fields: Vec<Field>,
}

impl Sure<'_> {
    pub(super) fn page(self, staff: &Staff, tried: &Tried<'_>) -> Page {
        let (w, title) = (staff.w, staff.w.s(self.key));
        let form = Form::new(staff, &self.path, title.clone()).danger().fields(self.fields).tried(tried);
        let page = Page::new(title).trail(self.trail).narrow().lead(self.about);
        page.part(Text(w.s(&format!("{}-text", self.key)))).part(form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_what_it_was_drawn_from() {
        let text = "otpauth://totp/Example:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example";
        let code = QrCode::of(text, "code").unwrap();
        let symbol = Symbol::of(text).unwrap();
        // As many modules are dark in the path as in the symbol, each where it belongs.
        let mut drawn = vec![false; symbol.modules.len()];
        for run in code.path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split('v').next().unwrap().parse().unwrap();
            for at in 0..length {
                drawn[(y - QUIET) * symbol.size + x - QUIET + at] = true;
            }
        }
        assert_eq!(drawn, symbol.modules);
        assert!(QrCode::of(&"a".repeat(5_000), "code").is_none());
    }
}
