//! A template as those hear it who do not see the page: what is read, in which order and as what, and what is not. The same rules
//! as those by which PDFs are tagged ([`super::read_aloud`]); placeholders stay as they are written.

use serde::Serialize;

use super::load::Template;
use super::model::{Element, TextBox};
use super::read_aloud::ReadAloud;
use crate::scene::Role;

/// Something on a page that is read, or is known not to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The element; none: the background.
    pub element: Option<usize>,
    /// As what it is read.
    pub heard_as: HeardAs,
    /// What is said.
    pub text: String,
}

/// As what something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HeardAs {
    /// A heading.
    Heading,
    /// A paragraph.
    Text,
    /// A picture, by its text.
    Picture,
    /// Those who sign, one after the other.
    Signatories,
    /// The code, by its text.
    Code,
    /// Not read. Lines and shapes never are, and not listed.
    Decoration,
}

impl Template {
    /// Returns what is read of a page, in this order; what is not read stands last. A card and a badge are pictures, which are not read.
    pub fn heard(&self) -> Vec<Heard> {
        if !self.purpose().is_certificate() {
            return Vec::new();
        }
        let (document, aloud) = (&self.document, ReadAloud::of(&self.document));
        let mut order: Vec<usize> = (0..document.elements.len()).collect();
        order.sort_by_key(|at| aloud.place(*at));
        let background = document.background.asset.as_ref().map(|name| {
            let tag = ReadAloud::background(&document.background.alt);
            picture(None, tag.map(|tag| tag.alt), name)
        });
        let element = |at: usize| {
            Some(match &document.elements[at] {
                Element::Text(place) => text(&aloud, at, place),
                Element::Image(image) => picture(Some(at), aloud.picture(at, image).map(|tag| tag.alt), &image.asset),
                Element::Signatories(row) => {
                    let named = row.people.iter().flat_map(|person| [person.name.as_str(), person.title.as_str()]);
                    let named: Vec<&str> = named.filter(|said| !said.is_empty()).collect();
                    Heard { element: Some(at), heard_as: HeardAs::Signatories, text: named.join(", ") }
                }
                Element::Qr(place) => {
                    Heard { element: Some(at), heard_as: HeardAs::Code, text: aloud.code(at, place, "").alt }
                }
                Element::Line(_) | Element::Rect(_) | Element::Path(_) | Element::Certificate(_) => return None,
            })
        };
        let all = background.into_iter().chain(order.into_iter().filter_map(element));
        let (silent, read): (Vec<_>, Vec<_>) = all.partition(|one| one.heard_as == HeardAs::Decoration);
        read.into_iter().chain(silent).collect()
    }
}

fn text(aloud: &ReadAloud, at: usize, place: &TextBox) -> Heard {
    let heard_as = match aloud.text(at, 0, place).map(|tag| tag.role) {
        None => HeardAs::Decoration,
        Some(Role::Heading) => HeardAs::Heading,
        Some(_) => HeardAs::Text,
    };
    Heard { element: Some(at), heard_as, text: place.text.clone() }
}

/// A picture by its text; one that is not read, by its name.
fn picture(element: Option<usize>, alt: Option<String>, name: &str) -> Heard {
    match alt {
        Some(text) => Heard { element, heard_as: HeardAs::Picture, text },
        None => Heard { element, heard_as: HeardAs::Decoration, text: name.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use HeardAs::{Code, Decoration, Heading, Picture, Signatories, Text};

    #[test]
    fn a_page_is_heard_as_it_is_tagged() {
        let text = |text: &str, y: u32| json!({ "type": "text", "text": text, "x": 20, "y": y, "width": 90, "height": 9, "size": 9 });
        let with = |mut one: serde_json::Value, member: &str, value: serde_json::Value| {
            one[member] = value;
            one
        };
        let picture = |alt: &str| json!({ "type": "image", "asset": "seal", "x": 9, "y": 9, "width": 9, "height": 9, "alt": alt, "optional": true });
        let elements = json!([
            text("{participant_name}", 40),
            text("Certificate", 20),
            with(text("Nº", 60), "role", json!("decoration")),
            with(text("First of all", 80), "order", json!(1)),
            { "type": "line", "x1": 1, "y1": 1, "x2": 9, "y2": 9 },
            picture("The seal"),
            with(picture("The seal"), "role", json!("decoration")),
            picture(""),
            { "type": "signatories", "people": [{ "name": "Jane Doe", "title": "Dean" }], "x": 9, "y": 150, "width": 90, "height": 20 },
            { "type": "qr", "x": 200, "y": 100, "alt": "Scan me" },
        ]);
        let document = json!({ "testamur": 1, "title": "t", "elements": elements }).to_string();
        let heard = Template::new(document.as_bytes(), BTreeMap::new()).unwrap().heard();
        let said: Vec<_> = heard.iter().map(|one| (one.element.unwrap(), one.heard_as, one.text.as_str())).collect();
        assert_eq!(
            said,
            [
                (3, Heading, "First of all"),
                (0, Text, "{participant_name}"),
                (1, Text, "Certificate"),
                (5, Picture, "The seal"),
                (8, Signatories, "Jane Doe, Dean"),
                (9, Code, "Scan me"),
                (2, Decoration, "Nº"),
                (6, Decoration, "seal"),
                (7, Decoration, "seal"),
            ]
        );
    }
}
