//! The limits of a template document's numbers and texts.

use super::document::{Document, FORMAT, PAGE_MM};
use super::error::TemplateError;
use super::model::{Element, MAX_MM, MAX_SIGNATORIES, MAX_TEXT, PathShape, QrBox, Signatories, TYPE_SIZES, TextBox};

/// Refuses a document with a number or text past its limit.
pub(super) fn check(document: &Document) -> Result<(), TemplateError> {
    if document.testamur != FORMAT {
        let problem = format!("format {} is not known here, expected {FORMAT}", document.testamur);
        return Err(TemplateError::member("testamur", problem));
    }
    if icu_locale_core::Locale::try_from_str(&document.language).is_err() {
        let problem = format!("`{}` is not a BCP 47 language tag", short(&document.language));
        return Err(TemplateError::member("language", problem));
    }
    text("title", &document.title).map_err(|problem| TemplateError::member("title", problem))?;
    text("alt", &document.background.alt).map_err(|problem| TemplateError::member("background", problem))?;
    let (width, height) = document.page.millimetres();
    if document.page.width.is_some() != document.page.height.is_some() {
        return Err(TemplateError::member("page", "`width` and `height` go together"));
    }
    if !PAGE_MM.contains(&width) || !PAGE_MM.contains(&height) {
        let problem = format!("{width} mm by {height} mm is not between {} and {} mm", PAGE_MM.start(), PAGE_MM.end());
        return Err(TemplateError::member("page", problem));
    }
    document.purpose.check_page(&document.page)?;
    for (at, one) in document.elements.iter().enumerate() {
        element(one)
            .and_then(|()| document.purpose.takes(one))
            .map_err(|problem| TemplateError::member(format!("elements[{at}]"), problem))?;
    }
    if document.elements.iter().filter(|e| matches!(e, Element::Qr(_))).count() > 1 {
        return Err(TemplateError::member("elements", "has more than one qr"));
    }
    if document.elements.iter().filter(|e| matches!(e, Element::Certificate(_))).count() > 1 {
        return Err(TemplateError::member("elements", "has more than one certificate"));
    }
    Ok(())
}

/// Refuses an element with a number or text past its limit.
pub(super) fn element(element: &Element) -> Result<(), String> {
    match element {
        Element::Text(b) => text_box(b),
        Element::Image(b) => {
            area([b.x, b.y, b.width, b.height])?;
            text("alt", &b.alt)?;
            text("asset", &b.asset)
        }
        Element::Signatories(row) => signatories(row),
        Element::Line(line) => {
            for value in [line.x1, line.y1, line.x2, line.y2] {
                length("coordinate", value)?;
            }
            stroke(line.width)
        }
        Element::Rect(rect) => {
            area([rect.x, rect.y, rect.width, rect.height])?;
            positive("radius", rect.radius)?;
            stroke(rect.stroke_width)
        }
        Element::Path(path) => path_shape(path),
        Element::Qr(QrBox { x, y, size, alt, .. }) => {
            area([*x, *y, *size, *size])?;
            text("alt", alt)
        }
        Element::Certificate(b) => area([b.x, b.y, b.width, b.height]),
    }
}

fn text_box(b: &TextBox) -> Result<(), String> {
    area([b.x, b.y, b.width, b.height])?;
    text("text", &b.text)?;
    super::placeholder::parse(&b.text)?;
    text("when", &b.when)?;
    super::placeholder::parse(&b.when).map_err(|problem| format!("`when`: {problem}"))?;
    weight(b.weight)?;
    type_size("size", b.size)?;
    if let Some(min) = b.min_size {
        type_size("minSize", min)?;
        if min > b.size {
            return Err(format!("`minSize` {min} is larger than `size` {}", b.size));
        }
    }
    between("lineHeight", b.line_height, 0.5, 5.0)?;
    between("letterSpacing", b.letter_spacing, -0.2, 2.0)
}

fn signatories(row: &Signatories) -> Result<(), String> {
    area([row.x, row.y, row.width, row.height])?;
    weight(row.weight)?;
    type_size("size", row.size)?;
    between("cellWidth", row.cell_width, 5.0, MAX_MM)?;
    positive("gap", row.gap)?;
    stroke(row.rule_width)?;
    if row.per_row.is_some_and(|most| !(1..=MAX_SIGNATORIES).contains(&usize::from(most))) {
        return Err(format!("perRow is not between 1 and {MAX_SIGNATORIES}"));
    }
    if row.people.len() > MAX_SIGNATORIES {
        return Err(format!("more than {MAX_SIGNATORIES} people"));
    }
    for person in &row.people {
        for part in [&person.name, &person.title] {
            text("name or title", part)?;
            super::placeholder::parse(part)?;
        }
    }
    Ok(())
}

fn path_shape(path: &PathShape) -> Result<(), String> {
    length("x", path.x)?;
    length("y", path.y)?;
    between("scaleX", path.scale_x.abs(), 0.001, 1000.0)?;
    between("scaleY", path.scale_y.abs(), 0.001, 1000.0)?;
    stroke(path.stroke_width)?;
    super::vector::svg_path(path).map(drop)
}

fn area([x, y, width, height]: [f32; 4]) -> Result<(), String> {
    length("x", x)?;
    length("y", y)?;
    between("width", width, 0.01, MAX_MM)?;
    between("height", height, 0.01, MAX_MM)
}

fn length(name: &str, value: f32) -> Result<(), String> {
    between(name, value, -MAX_MM, MAX_MM)
}

fn positive(name: &str, value: f32) -> Result<(), String> {
    between(name, value, 0.0, MAX_MM)
}

fn stroke(value: f32) -> Result<(), String> {
    between("stroke width", value, 0.01, 100.0)
}

fn type_size(name: &str, value: f32) -> Result<(), String> {
    between(name, value, *TYPE_SIZES.start(), *TYPE_SIZES.end())
}

fn weight(value: u16) -> Result<(), String> {
    between("weight", f32::from(value), 1.0, 1000.0)
}

/// Also refuses what is not a number: comparisons with it are false.
fn between(name: &str, value: f32, from: f32, to: f32) -> Result<(), String> {
    if (from..=to).contains(&value) { Ok(()) } else { Err(format!("{name} {value} is not between {from} and {to}")) }
}

fn text(name: &str, value: &str) -> Result<(), String> {
    if value.chars().count() > MAX_TEXT { Err(format!("{name} has more than {MAX_TEXT} characters")) } else { Ok(()) }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
