//! People who sign: as many as have a name share the width, in as many rows as it takes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::asset::{self, Assets};
use super::error::TemplateError;
use super::layout::contained;
use super::model::{Align, Line, Signatories, Signatory, TextBox, Vertical};
use super::placeholder::{self, Piece};
use super::vector::Frame;
use crate::scene::{Drawing, ImageItem, Item};

/// Space between rows, in millimetres.
const ROW_GAP: f32 = 1.5;
/// Space between the line and the name, in millimetres.
const BELOW_RULE: f32 = 1.2;
/// Height that is left to pictures of signatures where names and offices take all that they can, in millimetres.
const SIGNED: f32 = 4.0;
/// What of the rest the name takes then; its office has the other part.
const NAME_PART: f32 = 0.52;

/// How much of their row names and offices take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// A line for each, in which two smaller ones have room.
    Line,
    /// All but what pictures need: more lines, smaller letters.
    All,
}

/// What of the row is drawn for every record, and its texts, each with when it is read: a picture's alternative text is whose
/// signature it shows, if that is known.
pub(super) struct Placed {
    pub items: Vec<(u32, Item)>,
    pub texts: Vec<(u32, TextBox)>,
}

impl Placed {
    /// When the next part is read.
    fn next(&self) -> u32 {
        (self.items.len() + self.texts.len()) as u32
    }
}

/// Places the people whose name is known, or the same for everybody.
///
/// Who signs is a matter of the event: a name that only the record knows counts as one that is there.
pub(super) fn place(
    row: &Signatories,
    constants: &BTreeMap<String, String>,
    assets: &Assets,
    (frame, drawing): (Frame, Drawing),
    room: Room,
) -> Result<Placed, TemplateError> {
    let people: Vec<&Signatory> = row.people.iter().filter(|person| is_there(person, constants)).collect();
    let mut placed = Placed { items: Vec::new(), texts: Vec::new() };
    if people.is_empty() {
        return Ok(placed);
    }
    let rows = people.len().div_ceil(row.per_row.map_or(people.len(), usize::from).max(1));
    // Five are three and two, not four and one.
    let each = people.len().div_ceil(rows);
    let height = (row.height - ROW_GAP * (rows as f32 - 1.0)) / rows as f32;
    for (at, people) in people.chunks(each).enumerate() {
        let y = row.y + at as f32 * (height + ROW_GAP);
        let row = Signatories { y, height, ..row.clone() };
        let tall = Tall::of(&row, people, assets, room);
        beside(&row, tall, people, assets, (frame, drawing), &mut placed)?;
    }
    for (_, item) in &mut placed.items {
        if let Item::Image(image) = item {
            image.alt = known(&image.alt, constants);
        }
    }
    Ok(placed)
}

/// Heights of a row's names and offices, in millimetres, and the smallest of their letters, as part of their size.
#[derive(Debug, Clone, Copy)]
struct Tall {
    name: f32,
    title: f32,
    smallest: f32,
    vertical: Vertical,
}

impl Tall {
    fn of(row: &Signatories, people: &[&Signatory], assets: &Assets, room: Room) -> Self {
        let millimetres = 25.4 / 72.0;
        let (name, title) = (row.size * 1.35 * millimetres, row.size * 0.8 * 1.35 * millimetres);
        let usual = Self { name, title, smallest: 0.5, vertical: Vertical::Middle };
        if room == Room::Line {
            return usual;
        }
        let is_signed = people.iter().any(|person| person.image.as_ref().is_some_and(|name| assets.contains_key(name)));
        let free = row.height - BELOW_RULE - if is_signed { SIGNED } else { 0.0 };
        let name = (free * NAME_PART).max(usual.name);
        // What is short stands at the top, its office right below.
        Self { name, title: (free - name).max(usual.title), smallest: 0.35, vertical: Vertical::Top }
    }
}

fn beside(
    row: &Signatories,
    tall: Tall,
    people: &[&Signatory],
    assets: &Assets,
    (frame, drawing): (Frame, Drawing),
    placed: &mut Placed,
) -> Result<(), TemplateError> {
    let count = people.len() as f32;
    let width = ((row.width - row.gap * (count - 1.0)) / count).min(row.cell_width).max(1.0);
    let used = width * count + row.gap * (count - 1.0);
    let left = row.x
        + match row.align {
            Align::Left => 0.0,
            Align::Center => (row.width - used) / 2.0,
            Align::Right => row.width - used,
        };
    for (at, person) in people.iter().enumerate() {
        let x = left + at as f32 * (width + row.gap);
        cell((row, tall), person, (x, width), assets, (frame, drawing), placed)?;
    }
    Ok(())
}

/// Returns a name that is the same for everybody, and else nothing.
fn known(name: &str, constants: &BTreeMap<String, String>) -> String {
    let mut known = String::new();
    for piece in placeholder::parse(name).unwrap_or_default() {
        match &piece {
            Piece::Literal(text) => known.push_str(text),
            Piece::Text(name) if constants.contains_key(name) => known.push_str(&constants[name]),
            Piece::Text(_) | Piece::Date { .. } => return String::new(),
        }
    }
    known.trim().to_owned()
}

/// A name made of placeholders alone is there if one of them has a value.
fn is_there(person: &Signatory, constants: &BTreeMap<String, String>) -> bool {
    let pieces = placeholder::parse(&person.name).unwrap_or_default();
    pieces.iter().any(|piece| match piece {
        Piece::Literal(text) => !text.trim().is_empty(),
        Piece::Text(name) => constants.get(name).is_some_and(|value| !value.trim().is_empty()),
        Piece::Date { .. } => false,
    })
}

fn cell(
    (row, tall): (&Signatories, Tall),
    person: &Signatory,
    (x, width): (f32, f32),
    assets: &Assets,
    (frame, drawing): (Frame, Drawing),
    placed: &mut Placed,
) -> Result<(), TemplateError> {
    let rule = row.y + row.height - tall.name - tall.title - BELOW_RULE;
    if let Some((picture, bytes)) = person.image.as_ref().and_then(|picture| assets.get_key_value(picture)) {
        let space = [x, row.y, width, (rule - 0.8 - row.y).max(1.0)];
        let [ix, iy, iw, ih] = contained(space, asset::shown_size(picture, bytes, drawing)?, Align::Center);
        let rect = frame.rect(ix, iy, iw, ih);
        let turn = asset::turn(bytes, drawing);
        let (name, bytes) = (picture.clone(), Arc::clone(bytes));
        let alt = person.name.clone();
        placed.items.push((placed.next(), Item::Image(ImageItem { name, bytes, rect, turn, alt })));
    }
    let color = row.rule_color.unwrap_or(row.color);
    let line = Line { x1: x, y1: rule, x2: x + width, y2: rule, color, width: row.rule_width };
    placed.items.push((placed.next(), Item::Path(frame.line(&line))));
    let align = if matches!(row.align, Align::Left) { Align::Left } else { Align::Center };
    let text = |text: &str, y: f32, height: f32, size: f32, color, weight| TextBox {
        text: text.to_owned(),
        x,
        y,
        width,
        height,
        font: row.font.clone(),
        weight,
        italic: false,
        size,
        min_size: Some((size * tall.smallest).max(3.0)),
        color,
        align,
        vertical: tall.vertical,
        line_height: 1.2,
        letter_spacing: 0.0,
        // A long office goes on below rather than not at all.
        wrap: drawing != Drawing::First,
        upper_case: false,
        optional: true,
        when: String::new(),
        role: None,
        order: None,
    };
    let title_color = row.title_color.unwrap_or(row.color);
    let below = rule + BELOW_RULE;
    let name = text(&person.name, below, tall.name, row.size, row.color, row.weight);
    placed.texts.push((placed.next(), name));
    if !person.title.is_empty() {
        let title = text(&person.title, below + tall.name, tall.title, row.size * 0.8, title_color, 400);
        placed.texts.push((placed.next(), title));
    }
    Ok(())
}
