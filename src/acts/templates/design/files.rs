//! Pictures and fonts that are put into a design. Each is judged as one of a template's files would be, before anything is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::looked_over;
use super::{ActError, Content, Opened, has_room, read, started, steps};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::Faces;
use crate::template::{Finding, MAX_ASSET_BYTES, Severity, Template, is_cut_off, shape_of};

/// Longest part of a file's own name that is kept.
const NAME_CHARS: usize = 60;
/// The largest share of the page that a picture takes at first.
const SHARE: f32 = 0.25;
/// The shortest side that it gets, in millimetres.
const SMALLEST: f32 = 1.0;

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

/// Where a file is put.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FilePlace {
    /// The element that shows it; a new one, if left out.
    pub element: Option<usize>,
    /// Who signs there, from 0.
    pub person: usize,
    /// The middle of a new picture, in millimetres; that of the page, if left out.
    pub middle: Option<(f32, f32)>,
}

/// Puts a picture or font into a design.
///
/// # Errors
/// [`ActError::BadTemplate`] with what is wrong with the file and the way out; [`ActError::Invalid`] for a place that is none.
pub fn add_file(
    desk: &Desk,
    faces: &Faces,
    opened: &Opened,
    (name, bytes): (&str, Vec<u8>),
    (usage, FilePlace { element, person, middle }): (FileUse, FilePlace),
) -> Result<Opened, ActError> {
    if bytes.len() > MAX_ASSET_BYTES {
        return Err(ActError::invalid(
            "file",
            format!("is larger than {} MB: save it with fewer pixels, or a photo as JPEG", MAX_ASSET_BYTES >> 20),
        ));
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
            says_no_more(&mut document["background"], old, &name);
            document["background"]["asset"] = json!(name);
            None
        }
        (FileUse::Font, _) => {
            document["fonts"] =
                document["fonts"].as_array().cloned().unwrap_or_default().into_iter().chain([json!(name)]).collect();
            None
        }
        (FileUse::Picture, None) => {
            let area = area_for(old.document().page.millimetres(), shape_of(&name, &assets[&name]), middle);
            Some(added(&mut document, &name, area))
        }
        (FileUse::Picture, Some(at)) => Some(put_into(&mut document, at, "image", |one| {
            says_no_more(one, old, &name);
            one["asset"] = json!(name);
        })?),
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

/// Begins a design with a template that was brought along as a file: what somebody else has designed and not kept yet, say.
///
/// # Errors
/// [`ActError::BadTemplate`] when a picture of it cannot be drawn; [`ActError::Invalid`] when one is damaged, it is too large to be
/// changed, or one has begun too many.
pub fn bring(desk: &Desk, faces: &Faces, template: Template, event: Option<EventCode>) -> Result<Opened, ActError> {
    has_room(desk)?;
    let damaged = template.asset_names().find(|name| template.asset(name).is_some_and(is_cut_off));
    if let Some(name) = damaged {
        let name: String = name.chars().take(NAME_CHARS).collect();
        let reason = format!("holds `{name}`, which is damaged, its end is missing: copy or download it once more");
        return Err(ActError::invalid("file", reason));
    }
    // What is wrong with the document can be mended in the designer; a picture that cannot be drawn hides all of it.
    refuse_unusable(faces, &template, &template)?;
    started(desk, template, (None, 0), event)
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

/// Takes out what is said of a picture that another one takes the place of: it shows something else. What is said of a place where
/// there was none yet stays.
fn says_no_more(shown: &mut Value, old: &Template, other: &str) {
    let was_there = shown["asset"].as_str().is_some_and(|name| name != other && old.asset(name).is_some());
    if let Some(shown) = shown.as_object_mut().filter(|_| was_there) {
        shown.remove("alt");
    }
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

/// Adds a picture.
fn added(document: &mut Value, name: &str, [x, y, w, h]: [f32; 4]) -> usize {
    let element = json!({ "type": "image", "asset": name, "x": x, "y": y, "width": w, "height": h, "align": "center" });
    let elements = document["elements"].as_array_mut();
    elements.map_or(0, |elements| {
        elements.push(element);
        elements.len() - 1
    })
}

/// Returns where a new picture goes, in its own shape: around its middle and on the page, no larger than a quarter of it.
fn area_for(page: (f32, f32), shape: Option<(f32, f32)>, middle: Option<(f32, f32)>) -> [f32; 4] {
    let (width, height) = page;
    let most = (width * SHARE, height * SHARE);
    let (across, down) = shape.unwrap_or(most);
    let scale = (most.0 / across).min(most.1 / down);
    let tenth = |length: f32| (length * 10.0).round() / 10.0;
    let (w, h) = (tenth(across * scale).max(SMALLEST), tenth(down * scale).max(SMALLEST));
    let (x, y) = middle.unwrap_or((width / 2.0, height / 2.0));
    let within = |at: f32, size: f32, most: f32| tenth((at - size / 2.0).clamp(0.0, (most - size).max(0.0)));
    [within(x, w, width), within(y, h, height), w, h]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_gets_a_place_of_its_own_shape_where_it_was_dropped() {
        let page = (297.0, 210.0);
        let wide = area_for(page, Some((800.0, 200.0)), Some((60.0, 40.0)));
        assert_eq!(wide, [22.8, 30.7, 74.3, 18.6]);
        // Never over the edge, whatever its shape.
        assert_eq!(area_for(page, Some((10.0, 10.0)), Some((1.0, 209.0))), [0.0, 157.5, 52.5, 52.5]);
        assert_eq!(area_for(page, None, None), [111.4, 78.8, 74.3, 52.5]);
        let line = area_for(page, Some((10_000.0, 1.0)), None);
        assert_eq!((line[2], line[3]), (74.3, 1.0));
    }
}
