//! Changes of a design: named operations on its document, which stays one that could be read from a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{ActError, Content, Opened, read, steps};
use crate::desk::Desk;
use crate::template::{
    DEFAULT_MM, EDGE_MM, Element, MAX_DOCUMENT_BYTES, MAX_ELEMENTS, Template, floor_mm, written_area,
};

/// Most operations of one step.
const MOST: usize = 500;
/// By how much a copy is moved, in millimetres.
const ASIDE: f64 = 5.0;
/// Members of the document that are no elements.
const OF_THE_PAGE: [&str; 5] = ["title", "language", "page", "background", "fonts"];

/// A change of a design. Elements are named by their places in the document, from 0: the first lies lowest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = DesignOperation, example = json!({ "do": "move", "elements": [0], "dx": 1.0, "dy": 0.0 }))]
pub enum Operation {
    /// Sets members of the document: `title`, `language`, `page`, `background`, and `fonts`, of which some can be taken out.
    Page {
        /// The members; null: as if it were not said.
        #[schema(value_type = Object)]
        values: Map<String, Value>,
    },
    /// Adds an element.
    Add {
        /// The element, as `schemas/template.json` has it.
        #[schema(value_type = Object)]
        element: Value,
        /// Its place; on top, if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<usize>,
    },
    /// Sets members of an element.
    Set {
        /// The element.
        element: usize,
        /// The members; null: as if it were not said.
        #[schema(value_type = Object)]
        values: Map<String, Value>,
    },
    /// Moves elements.
    Move {
        /// The elements.
        elements: BTreeSet<usize>,
        /// To the right, in millimetres.
        #[serde(deserialize_with = "number")]
        dx: f64,
        /// Down, in millimetres.
        #[serde(deserialize_with = "number")]
        dy: f64,
    },
    /// Takes elements out.
    Remove {
        /// The elements.
        elements: BTreeSet<usize>,
    },
    /// Puts copies of elements on top, a little aside.
    Duplicate {
        /// The elements.
        elements: BTreeSet<usize>,
    },
    /// Puts an element at another place among those it lies over and under.
    Order {
        /// The element.
        element: usize,
        /// Its new place.
        to: usize,
    },
    /// Puts elements in line.
    Align {
        /// The elements.
        elements: BTreeSet<usize>,
        /// With which side or middle.
        side: Side,
        /// Of what.
        #[serde(default)]
        among: Among,
    },
    /// Leaves the same space between elements, the outermost where they are.
    Distribute {
        /// Three elements or more.
        elements: BTreeSet<usize>,
        /// In which direction.
        along: Along,
    },
    /// Puts the words that are a built-in template's into another language, with the dates. Words of its own stay as they are.
    Speak {
        /// One of `ar`, `de`, `en`, `es`, `fr`, `hi`, `zh`.
        #[schema(example = "de")]
        language: String,
    },
    /// Locks elements, so that nothing changes them, or unlocks them.
    Lock {
        /// The elements.
        elements: BTreeSet<usize>,
        /// Whether they are locked from now on.
        locked: bool,
    },
}

/// Reads a number: within a tagged operation one that is not whole arrives as it was written.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_f64().filter(|number| number.is_finite());
    number.ok_or_else(|| serde::de::Error::custom("a number of millimetres is expected"))
}

/// A side, or a middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DesignSide)]
#[allow(missing_docs)]
pub enum Side {
    Left,
    Center,
    Right,
    Top,
    Middle,
    Bottom,
}

/// What elements are put in line with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DesignAmong)]
pub enum Among {
    /// The page.
    #[default]
    Page,
    /// The page without the margin of 10 mm in which printers cut.
    Margins,
    /// Themselves.
    Each,
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DesignAlong)]
#[allow(missing_docs)]
pub enum Along {
    Across,
    Down,
}

/// Does operations one after the other, as one step; all of them, or none.
///
/// # Errors
/// [`ActError::Invalid`] names the operation, or the place in the document that could not be read any more.
pub fn change(desk: &Desk, opened: &Opened, operations: &[Operation]) -> Result<Opened, ActError> {
    if operations.is_empty() || operations.len() > MOST {
        return Err(ActError::invalid("changes", format!("are not 1 to {MOST}")));
    }
    let mut work = Work::of(&opened.content)?;
    for (at, operation) in operations.iter().enumerate() {
        work.does(operation).map_err(|reason| ActError::invalid(format!("changes.{at}"), reason))?;
    }
    let template = read(&work.whole(), std::mem::take(&mut work.assets))?;
    work.qr_is_large_enough(&opened.content.template, &template)?;
    let (locked, touched) = (work.numbers(|one| one.locked), work.numbers(|one| one.touched));
    steps::forward(desk, opened, Content { template, locked, ..opened.content.clone() }, touched)
}

/// An element while it is changed.
struct Piece {
    value: Value,
    /// What it takes of the document, in bytes, as it was when it was measured last.
    bytes: usize,
    locked: bool,
    touched: bool,
}

/// A document while it is changed. It is measured as it grows: a few operations could ask for more than any memory has.
struct Work {
    /// All but its elements.
    document: Value,
    elements: Vec<Piece>,
    /// What they take in bytes.
    bytes: usize,
    assets: BTreeMap<String, Arc<Vec<u8>>>,
}

impl Work {
    fn of(content: &Content) -> Result<Self, ActError> {
        let bytes = content.template.document_bytes();
        let damaged = |error: serde_json::Error| ActError::invalid("document", error.to_string());
        let mut document: Value = serde_json::from_slice(&bytes).map_err(damaged)?;
        let elements = document["elements"].take();
        let Value::Array(elements) = elements else { return Err(ActError::invalid("document", "has no elements")) };
        let piece = |(at, value): (usize, Value)| {
            let bytes = written_bytes(&value);
            Piece { value, bytes, locked: content.locked.contains(&at), touched: false }
        };
        let elements: Vec<Piece> = elements.into_iter().enumerate().map(piece).collect();
        let bytes = elements.iter().map(|one| one.bytes).sum::<usize>() + written_bytes(&document);
        Ok(Self { document, elements, bytes, assets: content.assets() })
    }

    /// Returns the document with its elements.
    fn whole(&mut self) -> Value {
        self.document["elements"] = self.elements.iter_mut().map(|one| one.value.take()).collect();
        self.document.take()
    }

    /// Takes room for what comes in the place of so many bytes.
    fn grow(&mut self, before: usize, after: usize) -> Result<(), String> {
        self.bytes = self.bytes - before.min(self.bytes) + after;
        match after > before && self.bytes > MAX_DOCUMENT_BYTES {
            true => Err(format!("would make the document larger than {} MB", MAX_DOCUMENT_BYTES >> 20)),
            false => Ok(()),
        }
    }

    fn numbers(&self, are: impl Fn(&Piece) -> bool) -> BTreeSet<usize> {
        self.elements.iter().enumerate().filter(|(_, one)| are(one)).map(|(at, _)| at).collect()
    }

    fn does(&mut self, operation: &Operation) -> Result<(), String> {
        for one in &mut self.elements {
            one.touched = false;
        }
        match operation {
            Operation::Page { values } => self.page(values)?,
            Operation::Add { element, at } => self.add(element.clone(), *at)?,
            Operation::Set { element, values } => {
                let one = self.one(*element)?;
                if values.get("type").is_some_and(|kind| *kind != one.value["type"]) {
                    return Err("would make something else of the element: take it out, and add another".to_owned());
                }
                merge(&mut one.value, values);
                let (before, after) = (one.bytes, written_bytes(&one.value));
                one.bytes = after;
                self.grow(before, after)?;
            }
            Operation::Move { elements, dx, dy } => {
                for at in elements {
                    shift(&mut self.one(*at)?.value, *dx, *dy);
                }
            }
            Operation::Remove { elements } => {
                elements.iter().try_for_each(|at| self.one(*at).map(drop))?;
                let gone: usize = elements.iter().map(|at| self.elements[*at].bytes).sum();
                let mut at = 0;
                self.elements.retain(|_| (!elements.contains(&at), at += 1).0);
                self.grow(gone, 0)?;
            }
            Operation::Duplicate { elements } => self.duplicate(elements)?,
            Operation::Order { element, to } => {
                self.one(*element)?;
                let to = (*to).min(self.elements.len() - 1);
                let piece = self.elements.remove(*element);
                self.elements.insert(to, piece);
            }
            Operation::Align { elements, side, among } => self.align(elements, *side, *among)?,
            Operation::Distribute { elements, along } => self.distribute(elements, *along)?,
            Operation::Speak { language } => self.speak(language)?,
            Operation::Lock { elements, locked } => {
                for at in elements {
                    let one = self.any(*at)?;
                    (one.locked, one.touched) = (*locked, true);
                }
            }
        }
        Ok(())
    }

    /// Returns an element, whether or not it is locked.
    fn any(&mut self, at: usize) -> Result<&mut Piece, String> {
        let many = self.elements.len();
        self.elements.get_mut(at).ok_or_else(|| format!("names element {at}, and the page has {many}"))
    }

    /// Returns an element that is to be changed.
    fn one(&mut self, at: usize) -> Result<&mut Piece, String> {
        let one = self.any(at)?;
        if one.locked {
            return Err(format!("would change element {at}, which is locked: unlock it first"));
        }
        one.touched = true;
        Ok(one)
    }

    fn page(&mut self, values: &Map<String, Value>) -> Result<(), String> {
        if let Some(other) = values.keys().find(|name| !OF_THE_PAGE.contains(&name.as_str())) {
            let other: String = other.chars().take(40).collect();
            return Err(format!("sets `{other}`, which is not one of {}", OF_THE_PAGE.join(", ")));
        }
        let named = |document: &Value| -> BTreeSet<String> {
            let fonts = document["fonts"].as_array().into_iter().flatten();
            fonts.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let (fonts, before) = (named(&self.document), written_bytes(&self.document));
        merge(&mut self.document, values);
        let after = named(&self.document);
        // What is no font any more would be taken for a picture.
        self.assets.retain(|name, _| !fonts.contains(name) || after.contains(name));
        self.grow(before, written_bytes(&self.document))
    }

    fn add(&mut self, value: Value, at: Option<usize>) -> Result<(), String> {
        if self.elements.len() >= MAX_ELEMENTS {
            return Err(format!("would be more than {MAX_ELEMENTS} elements"));
        }
        let bytes = written_bytes(&value);
        self.grow(0, bytes)?;
        let at = at.unwrap_or(self.elements.len()).min(self.elements.len());
        self.elements.insert(at, Piece { value, bytes, locked: false, touched: true });
        Ok(())
    }

    fn speak(&mut self, language: &str) -> Result<(), String> {
        let unread = |error: ActError| error.to_string();
        let mut whole = self.document.clone();
        whole["elements"] = self.elements.iter().map(|one| one.value.clone()).collect();
        let template = read(&whole, self.assets.clone()).map_err(unread)?;
        let spoken = template.with_words_in(language).ok_or("names no language of the built-in templates")?;
        let bytes = spoken.document_bytes();
        let mut document: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let elements = document["elements"].take();
        for (at, value) in elements.as_array().into_iter().flatten().enumerate() {
            if *value != self.any(at)?.value {
                let one = self.one(at)?;
                one.value = value.clone();
                let before = std::mem::replace(&mut one.bytes, written_bytes(value));
                self.grow(before, written_bytes(value))?;
            }
        }
        let before = written_bytes(&self.document);
        self.document = document;
        let of = |name: &str| Some((name.to_owned(), Arc::new(spoken.asset(name)?.to_vec())));
        self.assets = spoken.asset_names().filter_map(of).collect();
        self.grow(before, written_bytes(&self.document))
    }

    fn duplicate(&mut self, elements: &BTreeSet<usize>) -> Result<(), String> {
        for at in elements {
            let mut value = self.any(*at)?.value.clone();
            shift(&mut value, ASIDE, ASIDE);
            self.add(value, None)?;
        }
        Ok(())
    }

    fn area(&mut self, at: usize) -> Result<[f64; 4], String> {
        let value = &self.one(at)?.value;
        let area = written_area(value).ok_or_else(|| format!("names element {at}, which has no place"))?;
        Ok(area.map(f64::from))
    }

    fn align(&mut self, elements: &BTreeSet<usize>, side: Side, among: Among) -> Result<(), String> {
        let areas: Vec<(usize, [f64; 4])> =
            elements.iter().map(|at| self.area(*at).map(|area| (*at, area))).collect::<Result<_, _>>()?;
        let [left, top, right, bottom] = match among {
            Among::Page => self.sides(0.0),
            Among::Margins => self.sides(f64::from(EDGE_MM)),
            Among::Each => around(areas.iter().map(|(_, area)| *area)),
        };
        for (at, [x, y, w, h]) in areas {
            let (dx, dy) = match side {
                Side::Left => (left - x, 0.0),
                Side::Center => ((left + right - w) / 2.0 - x, 0.0),
                Side::Right => (right - w - x, 0.0),
                Side::Top => (0.0, top - y),
                Side::Middle => (0.0, (top + bottom - h) / 2.0 - y),
                Side::Bottom => (0.0, bottom - h - y),
            };
            shift(&mut self.one(at)?.value, dx, dy);
        }
        Ok(())
    }

    /// Left, top, right and bottom of the page within a margin.
    fn sides(&self, margin: f64) -> [f64; 4] {
        let page: crate::template::Page = serde_json::from_value(self.document["page"].clone()).unwrap_or_default();
        let (width, height) = page.millimetres();
        [margin, margin, f64::from(width) - margin, f64::from(height) - margin]
    }

    fn distribute(&mut self, elements: &BTreeSet<usize>, along: Along) -> Result<(), String> {
        if elements.len() < 3 {
            return Err("distributes fewer than three elements".to_owned());
        }
        let axis = usize::from(along == Along::Down);
        let mut areas: Vec<(usize, [f64; 4])> =
            elements.iter().map(|at| self.area(*at).map(|area| (*at, area))).collect::<Result<_, _>>()?;
        areas.sort_by(|(_, one), (_, other)| one[axis].total_cmp(&other[axis]));
        let (first, last) = (areas[0].1, areas[areas.len() - 1].1);
        let taken: f64 = areas.iter().map(|(_, area)| area[axis + 2]).sum();
        let space = (last[axis] + last[axis + 2] - first[axis] - taken) / (areas.len() - 1) as f64;
        let mut next = first[axis];
        for (at, area) in areas {
            let by = next - area[axis];
            let (dx, dy) = if axis == 0 { (by, 0.0) } else { (0.0, by) };
            shift(&mut self.one(at)?.value, dx, dy);
            next += area[axis + 2] + space;
        }
        Ok(())
    }

    /// Refuses a code that was made smaller than the largest symbol can be read from.
    fn qr_is_large_enough(&self, before: &Template, after: &Template) -> Result<(), ActError> {
        let qr = |template: &Template| {
            let all = template.document().elements.iter().enumerate();
            all.filter_map(|(at, one)| if let Element::Qr(qr) = one { Some((at, qr.size)) } else { None }).next()
        };
        let Some((at, size)) = qr(after) else { return Ok(()) };
        let is_as_before = qr(before).is_some_and(|(_, old)| old == size);
        if is_as_before || size >= floor_mm() - 1e-3 {
            return Ok(());
        }
        let reason =
            format!("is {size} mm: the largest code needs {:.1} mm, and prints well from {DEFAULT_MM} mm", floor_mm());
        Err(ActError::invalid(format!("elements[{at}].size"), reason))
    }
}

/// Returns how many bytes a value takes as it is written.
fn written_bytes(value: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, part: &[u8]) -> std::io::Result<usize> {
            self.0 += part.len();
            Ok(part.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting does not fail.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

fn merge(value: &mut Value, members: &Map<String, Value>) {
    let Some(object) = value.as_object_mut() else { return };
    for (name, member) in members {
        match member.is_null() {
            true => drop(object.remove(name)),
            false => drop(object.insert(name.clone(), member.clone())),
        }
    }
}

/// Moves an element; hundredths of a millimetre are not printed.
fn shift(value: &mut Value, dx: f64, dy: f64) {
    let moved = |old: f64, by: f64| json!(((old + by) * 100.0).round() / 100.0);
    for (names, by) in [(["x", "x1", "x2"], dx), (["y", "y1", "y2"], dy)] {
        for name in names {
            if let Some(old) = value.get(name).and_then(Value::as_f64) {
                value[name] = moved(old, by);
            }
        }
    }
}

fn around(areas: impl Iterator<Item = [f64; 4]>) -> [f64; 4] {
    let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    areas.fold(nothing, |all, [x, y, w, h]| [all[0].min(x), all[1].min(y), all[2].max(x + w), all[3].max(y + h)])
}
