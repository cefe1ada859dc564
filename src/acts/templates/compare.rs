//! Two versions of a template beside each other: what of the page, and which elements, are not the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{ActError, opened};
use crate::desk::Desk;
use crate::template::{Template, place};

/// Members of the document that are no elements.
const OF_THE_PAGE: [&str; 5] = ["title", "language", "page", "background", "fonts"];

/// What became of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TemplateChangeKind)]
pub enum Became {
    /// It is new.
    Added,
    /// It is not there any more.
    Removed,
    /// It is not as it was.
    Changed,
    /// It lies over or under other elements than before, and is the same else.
    Moved,
}

/// A member that is not as it was.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = TemplateMemberChange)]
pub struct MemberChange {
    /// Its name in the document.
    #[schema(example = "size")]
    pub member: String,
    /// What it was; null: not said.
    #[schema(value_type = Value)]
    pub before: Value,
    /// What it is.
    #[schema(value_type = Value)]
    pub after: Value,
}

/// An element, or the page, that is not as it was.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = TemplateChange)]
pub struct Change {
    /// Its place in the newer document, or in the older one if it is removed; `document` for the page.
    #[schema(example = "elements[3]")]
    pub at: String,
    /// What became of it.
    pub became: Became,
    /// The element as it is, or as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub element: Option<Value>,
    /// The members that are not as they were; none where it is new or removed.
    pub members: Vec<MemberChange>,
}

/// Compares two versions of a template: `other` with `one`, the older.
///
/// # Errors
/// [`ActError::NotInLibrary`].
pub fn compare(desk: &Desk, name: &str, (one, other): (u32, u32)) -> Result<Vec<Change>, ActError> {
    Ok(changes(&opened(desk.store, name, Some(one))?, &opened(desk.store, name, Some(other))?))
}

/// Returns what of a template is not as it was in another, the older. A picture or font whose bytes are others counts where it is shown.
pub fn changes(old: &Template, new: &Template) -> Vec<Change> {
    let (before, after) = (document(old), document(new));
    let mut all = Vec::new();
    let members = OF_THE_PAGE.iter().filter_map(|name| member(name, before.get(*name), after.get(*name))).collect();
    all.extend(changed("document".to_owned(), None, members));
    let (before, after) = (elements(&before), elements(&after));
    let mates = mates(&before, &after);
    let elsewhere = put_elsewhere(&mates);
    for (at, element) in after.iter().enumerate() {
        let Some(mate) = mates[at] else {
            let element = Some(element.clone());
            all.push(Change { at: place(at), became: Became::Added, element, members: Vec::new() });
            continue;
        };
        let mut members = of_element(&before[mate], element);
        if let Some(asset) = element["asset"].as_str().filter(|name| old.asset(name) != new.asset(name)) {
            // The name is the same, and what it shows is not.
            let (before, after) = (Value::Null, Value::from(asset));
            members.push(MemberChange { member: "file".to_owned(), before, after });
        }
        let is_moved = members.is_empty() && elsewhere.contains(&at);
        let element = Some(element.clone());
        match is_moved {
            true => all.push(Change { at: place(at), became: Became::Moved, element, members }),
            false => all.extend(changed(place(at), element, members)),
        }
    }
    for (at, element) in before.iter().enumerate().filter(|(at, _)| !mates.contains(&Some(*at))) {
        let element = Some(element.clone());
        all.push(Change { at: place(at), became: Became::Removed, element, members: Vec::new() });
    }
    all
}

fn document(template: &Template) -> Map<String, Value> {
    serde_json::from_slice(&template.document_bytes()).unwrap_or_default()
}

fn elements(document: &Map<String, Value>) -> Vec<Value> {
    document.get("elements").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn changed(at: String, element: Option<Value>, members: Vec<MemberChange>) -> Option<Change> {
    (!members.is_empty()).then_some(Change { at, became: Became::Changed, element, members })
}

fn member(name: &str, before: Option<&Value>, after: Option<&Value>) -> Option<MemberChange> {
    let of = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
    (before != after).then(|| MemberChange { member: name.to_owned(), before: of(before), after: of(after) })
}

fn of_element(before: &Value, after: &Value) -> Vec<MemberChange> {
    let names =
        |value: &Value| value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let mut all = names(after);
    all.extend(names(before).into_iter().filter(|name| after.get(name).is_none()));
    all.iter().filter_map(|name| member(name, before.get(name), after.get(name))).collect()
}

/// Returns for each newer element the older one that it was: the very same, else one of the same words, else the next of its kind.
fn mates(before: &[Value], after: &[Value]) -> Vec<Option<usize>> {
    let mut mates: Vec<Option<usize>> = vec![None; after.len()];
    let mut free: Vec<bool> = vec![true; before.len()];
    let whole = |element: &Value| element.to_string();
    let words = |element: &Value| {
        let said = ["text", "asset", "people", "d"].iter().map(|member| element[member].to_string());
        format!("{} {}", element["type"], said.collect::<Vec<_>>().join(" "))
    };
    let kind = |element: &Value| element["type"].to_string();
    let ways: [&dyn Fn(&Value) -> String; 3] = [&whole, &words, &kind];
    for way in ways {
        let mut known: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, element) in before.iter().enumerate().rev().filter(|(at, _)| free[*at]) {
            known.entry(way(element)).or_default().push(at);
        }
        for (at, element) in after.iter().enumerate() {
            if mates[at].is_none()
                && let Some(mate) = known.get_mut(&way(element)).and_then(Vec::pop)
            {
                mates[at] = Some(mate);
                free[mate] = false;
            }
        }
    }
    mates
}

/// Returns the elements that were put over or under others: as few as there can be, those being left that keep their order.
fn put_elsewhere(mates: &[Option<usize>]) -> BTreeSet<usize> {
    let known: Vec<(usize, usize)> = mates.iter().enumerate().filter_map(|(at, mate)| Some((at, (*mate)?))).collect();
    // The longest rising sequence that ends with each, and what comes before it there.
    let mut best: Vec<(usize, Option<usize>)> = Vec::new();
    for (at, (_, mate)) in known.iter().enumerate() {
        let before = (0..at).filter(|one| known[*one].1 < *mate).max_by_key(|one| best[*one].0);
        best.push((before.map_or(1, |one| best[one].0 + 1), before));
    }
    let mut elsewhere: BTreeSet<usize> = known.iter().map(|(at, _)| *at).collect();
    let mut next = (0..known.len()).max_by_key(|at| best[*at].0);
    while let Some(at) = next {
        elsewhere.remove(&known[at].0);
        next = best[at].1;
    }
    elsewhere
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn template(elements: Value) -> Template {
        let document = json!({ "testamur": 1, "title": "T", "elements": elements });
        Template::new(document.to_string().as_bytes(), BTreeMap::new()).unwrap()
    }

    fn text(words: &str, y: u32) -> Value {
        json!({ "type": "text", "text": words, "x": 20, "y": y, "width": 100, "height": 10, "size": 14 })
    }

    fn told(old: &Template, new: &Template) -> Vec<(String, Became, Vec<String>)> {
        let of = |one: Change| (one.at, one.became, one.members.into_iter().map(|one| one.member).collect());
        changes(old, new).into_iter().map(of).collect()
    }

    #[test]
    fn what_is_added_removed_and_changed_is_told_apart() {
        let line = json!({ "type": "line", "x1": 1, "y1": 2, "x2": 3, "y2": 2 });
        let old = template(json!([text("{participant_name}", 20), text("has completed", 40), line]));
        assert_eq!(told(&old, &old), []);
        let new = template(json!([text("{participant_name}", 25), text("has completed", 40), text("More", 60)]));
        let all = [
            ("elements[0]".to_owned(), Became::Changed, vec!["y".to_owned()]),
            ("elements[2]".to_owned(), Became::Added, vec![]),
            ("elements[2]".to_owned(), Became::Removed, vec![]),
        ];
        assert_eq!(told(&old, &new), all);
        // Other words in the same place: the text is the one that was changed.
        let other = template(json!([text("{participant_name}", 20), text("took part", 40), line]));
        assert_eq!(told(&old, &other), [("elements[1]".to_owned(), Became::Changed, vec!["text".to_owned()])]);
    }

    #[test]
    fn an_element_that_was_put_over_others_is_the_one_that_moved() {
        let old = template(json!([text("a", 20), text("b", 40), text("c", 60)]));
        let up = template(json!([text("b", 40), text("c", 60), text("a", 20)]));
        assert_eq!(told(&old, &up), [("elements[2]".to_owned(), Became::Moved, vec![])]);
        let down = template(json!([text("c", 60), text("a", 20), text("b", 40)]));
        assert_eq!(told(&old, &down), [("elements[0]".to_owned(), Became::Moved, vec![])]);
    }

    #[test]
    fn the_page_and_a_file_of_the_same_name_count() {
        let with = |title: &str, bytes: &[u8]| {
            let image = json!({ "type": "image", "asset": "logo.svg", "x": 20, "y": 20, "width": 40, "height": 20 });
            let document = json!({ "testamur": 1, "title": title, "elements": [image] });
            let assets = BTreeMap::from([("logo.svg".to_owned(), Arc::new(bytes.to_vec()))]);
            Template::new(document.to_string().as_bytes(), assets).unwrap()
        };
        let svg = |side: u32| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{side}\" height=\"20\"><path d=\"M0 0h9v9z\"/></svg>"
            )
        };
        let (old, new) = (with("Gold", svg(40).as_bytes()), with("Silver", svg(30).as_bytes()));
        let all = [
            ("document".to_owned(), Became::Changed, vec!["title".to_owned()]),
            ("elements[0]".to_owned(), Became::Changed, vec!["file".to_owned()]),
        ];
        assert_eq!(told(&old, &new), all);
    }
}
