//! Pictures and fonts that are put into a design. Each is judged as one of a template's files would be, before anything is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::looked_over;
use super::{ActError, Content, Opened, read, steps};
use crate::desk::Desk;
use crate::making::Faces;
use crate::template::{Finding, MAX_ASSET_BYTES, Severity, Template};

/// Longest part of a file's own name that is kept.
const NAME_CHARS: usize = 60;
/// The largest share of the page that a picture takes at first.
const SHARE: f32 = 0.25;

/// What a file is put into a design as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DesignFileUse)]
pub enum FileUse {
    /// What lies under everything.
    Background,
    /// A new picture, or another one in an `element` that shows one.
    Picture,
    /// The written signature of a `person` in an `element` of signatories.
    Signature,
    /// A font that texts can name.
    Font,
}

/// Puts a picture or font into a design: `element` is the one that shows it, `person` who signs, from 0.
///
/// # Errors
/// [`ActError::BadTemplate`] with what is wrong with the file and the way out; [`ActError::Invalid`] for a place that is none.
pub fn add_file(
    desk: &Desk,
    faces: &Faces,
    opened: &Opened,
    (name, bytes): (&str, Vec<u8>),
    (usage, element, person): (FileUse, Option<usize>, usize),
) -> Result<Opened, ActError> {
    if bytes.len() > MAX_ASSET_BYTES {
        return Err(ActError::invalid("file", format!("is larger than {} MB", MAX_ASSET_BYTES >> 20)));
    }
    if element.is_some_and(|at| opened.content.locked.contains(&at)) {
        return Err(ActError::invalid("element", "is locked: unlock it first"));
    }
    let old = &opened.content.template;
    let (mut document, mut assets) = (document(old)?, opened.content.assets());
    let name = free_name(old, name, &bytes);
    assets.insert(name.clone(), Arc::new(bytes));
    let shown = match (usage, element) {
        (FileUse::Background, _) => {
            document["background"]["asset"] = json!(name);
            None
        }
        (FileUse::Font, _) => {
            document["fonts"] =
                document["fonts"].as_array().cloned().unwrap_or_default().into_iter().chain([json!(name)]).collect();
            None
        }
        (FileUse::Picture, None) => Some(added(old, &mut document, &name)),
        (FileUse::Picture, Some(at)) => Some(put_into(&mut document, at, "image", |one| one["asset"] = json!(name))?),
        (FileUse::Signature, at) => {
            let at = at.ok_or_else(|| ActError::invalid("element", "is missing: whose signature is it?"))?;
            let is_one = document["elements"][at]["people"][person].is_object();
            if !is_one {
                return Err(ActError::invalid("person", "is not one of those who sign there"));
            }
            Some(put_into(&mut document, at, "signatories", |one| one["people"][person]["image"] = json!(name))?)
        }
    };
    let template = read(&document, assets)?;
    refuse_unusable(faces, old, &template)?;
    let touched: BTreeSet<usize> = shown.into_iter().collect();
    steps::forward(desk, opened, Content { template, ..opened.content.clone() }, touched)
}

fn document(template: &Template) -> Result<Value, ActError> {
    serde_json::from_slice(&template.document_bytes()).map_err(|error| ActError::invalid("document", error.to_string()))
}

/// Refuses a file that cannot be drawn, by what is wrong now and was not before.
fn refuse_unusable(faces: &Faces, old: &Template, new: &Template) -> Result<(), ActError> {
    let before: BTreeSet<String> = old.check(faces.fonts(), &[]).into_iter().map(|one| one.message).collect();
    let is_new = |one: &Finding| one.severity == Severity::Error && !before.contains(&one.message);
    // An overlap is mended by moving it, and no reason to refuse the file.
    let of_file = |one: &Finding| !one.message.starts_with("overlaps");
    let found: Vec<_> = looked_over(faces.fonts(), new).into_iter().filter(is_new).filter(of_file).collect();
    if found.is_empty() { Ok(()) } else { Err(ActError::BadTemplate(found)) }
}

/// Changes an element of a kind.
fn put_into(document: &mut Value, at: usize, kind: &str, change: impl FnOnce(&mut Value)) -> Result<usize, ActError> {
    match document["elements"].get_mut(at).filter(|one| one["type"] == kind) {
        Some(one) => {
            change(one);
            Ok(at)
        }
        None => Err(ActError::invalid("element", "shows no such picture")),
    }
}

/// Adds a picture in the middle of the page, no larger than a quarter of it.
fn added(old: &Template, document: &mut Value, name: &str) -> usize {
    let (width, height) = old.document().page.millimetres();
    let (w, h) = ((width * SHARE).round(), (height * SHARE).round());
    let (x, y) = (((width - w) / 2.0).round(), ((height - h) / 2.0).round());
    let element = json!({ "type": "image", "asset": name, "x": x, "y": y, "width": w, "height": h, "align": "center" });
    let elements = document["elements"].as_array_mut();
    elements.map_or(0, |elements| {
        elements.push(element);
        elements.len() - 1
    })
}

/// Returns a name for a file that no other has: its own, where that is a plain one.
fn free_name(template: &Template, name: &str, bytes: &[u8]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().take(NAME_CHARS).map(plain).collect();
    let name = name.trim_matches(['.', '-']).to_owned();
    let name = if name.is_empty() { "file".to_owned() } else { name };
    let (stem, ending) = name.rsplit_once('.').map_or((name.as_str(), String::new()), |(a, b)| (a, format!(".{b}")));
    let is_free = |name: &String| template.asset(name).is_none_or(|known| known == bytes);
    let others = (2..1_000).map(|n| format!("{stem}-{n}{ending}"));
    std::iter::once(name.clone()).chain(others).find(is_free).unwrap_or(name)
}
