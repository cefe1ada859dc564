//! Templates that are not good yet: as much of one as can be read, and every fault with its place in the document and on the
//! page, so that a designer sees all of them at once and where they are.
//!
//! A draft is looked at and never kept: only [`Template`] is used for certificates.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::asset;
use super::check::{Finding, Severity, fault};
use super::document::{Document, MAX_DOCUMENT_BYTES, MAX_ELEMENTS};
use super::error::{FillError, TemplateError};
use super::fonts::FontLibrary;
use super::layout::Layout;
use super::limits;
use super::load::Template;
use super::model::{Element, PathShape};
use super::placeholder::Piece;

/// What is said of a fault in the document.
const CORRECT: &str = "correct template.json by schemas/template.json";
/// What is said of a picture or font that is missing or cannot be used.
const CORRECT_ASSET: &str =
    "upload the file with template.json under the name that is written there, or take it out of the document";
/// Elements that are left out of a drawing one by one before it is given up.
const MOST_LEFT_OUT: usize = 50;
/// Left, top, width and height in millimetres from the page's upper left corner.
type Area = [f32; 4];

/// As much of a template as can be read.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What can be drawn of it: the elements that can be read.
    template: Option<Template>,
    /// Where each of these elements stands in the document.
    places: Vec<usize>,
    /// Where the document says that its elements are.
    areas: Vec<Option<Area>>,
    /// What could not be read.
    faults: Vec<Finding>,
}

/// Says that a template cannot show a picture, and which it can; and what to do where that is none.
pub fn no_place<'a>(name: &str, places: impl Iterator<Item = &'a str>) -> String {
    let known = places.collect::<Vec<_>>().join(", ");
    if known.is_empty() {
        return format!(
            "the template has no place for `{name}`, nor for another picture: put a place for it on the page in the designer, or choose \
             another template"
        );
    }
    format!("the template has no place for `{name}`; it has places for: {known}")
}

impl Draft {
    /// Reads what can be read of a document and its assets.
    pub fn read(document: &[u8], assets: BTreeMap<String, Arc<Vec<u8>>>) -> Self {
        let mut draft = Self { template: None, places: Vec::new(), areas: Vec::new(), faults: Vec::new() };
        match draft.document(document) {
            Ok(document) => draft.with_assets(document, assets),
            Err(error) => draft.refuse(&error),
        }
        draft
    }

    /// Returns a good template as a draft.
    pub fn of(template: Template) -> Self {
        let places = (0..template.document.elements.len()).collect();
        let areas = template.document.elements.iter().map(Element::marked).collect();
        Self { template: Some(template), places, areas, faults: Vec::new() }
    }

    /// Returns what can be drawn; nothing if too little can be read.
    pub fn template(&self) -> Option<&Template> {
        self.template.as_ref()
    }

    /// Returns the page in millimetres: width, height.
    pub fn page(&self) -> Option<(f32, f32)> {
        self.template.as_ref().map(|template| template.document.page.millimetres())
    }

    /// Returns where on the page a finding is, if it has a place there.
    pub fn area(&self, at: &str) -> Option<Area> {
        match element_of(at) {
            Some(element) => self.areas.get(element).copied().flatten(),
            None if at == "background" => self.page().map(|(width, height)| [0.0, 0.0, width, height]),
            None => None,
        }
    }

    /// Returns everything that is wrong with it or that a designer should know, the faults first. Places are those of the
    /// document, whatever could not be read of it.
    pub fn findings(&self, look: impl FnOnce(&Template) -> Vec<Finding>) -> Vec<Finding> {
        let mut all = self.faults.clone();
        let found = self.template.as_ref().map(look).unwrap_or_default();
        // What is missing on the page may be what could not be read.
        let whole = self.faults.is_empty();
        let found = found.into_iter().filter(|one| whole || !["elements", "specimen"].contains(&one.at.as_str()));
        all.extend(found.map(|one| Finding { at: self.in_document(&one.at), ..one }));
        all.sort_by_key(|finding| finding.severity);
        all
    }

    /// Returns what can be laid out with these fonts: without elements that no font can write.
    pub fn drawable(&self, fonts: &FontLibrary) -> Option<Template> {
        let mut template = self.template.clone()?;
        for _ in 0..MOST_LEFT_OUT {
            match Layout::new(&template, fonts) {
                Ok(_) => return Some(template),
                Err(error) => template = template.without_element(error.at()?)?,
            }
        }
        None
    }

    /// Returns what can be drawn, and where each of its elements stands in the document.
    pub fn numbered(&self) -> Option<(Template, Vec<usize>)> {
        Some((self.template.clone()?, self.places.clone()))
    }

    /// Reads the document with each element for itself.
    fn document(&mut self, bytes: &[u8]) -> Result<Document, TemplateError> {
        let mut value = crate::credential::json::parse(bytes, MAX_DOCUMENT_BYTES)?;
        let elements = value.get_mut("elements").map(Value::take);
        let Some(Value::Array(elements)) = elements else {
            return Document::parse(bytes);
        };
        if elements.len() > MAX_ELEMENTS {
            return Document::parse(bytes);
        }
        value["elements"] = Value::Array(Vec::new());
        let text = serde_json::to_vec(&value).map_err(|error| TemplateError::member("$", error.to_string()))?;
        let mut document = Document::parse(&text)?;
        for (at, element) in elements.into_iter().enumerate() {
            self.areas.push(written_area(&element));
            let purpose = document.purpose;
            let read = Element::read(element)
                .and_then(|element| limits::element(&element).and_then(|()| purpose.takes(&element)).map(|()| element));
            let is_there = |kind: fn(&Element) -> bool| document.elements.iter().any(kind);
            match read {
                Ok(Element::Certificate(_)) if is_there(|one| matches!(one, Element::Certificate(_))) => {
                    let message = "is a second certificate; one is enough".to_owned();
                    self.faults.push(fault(&place(at), message, "take one out"));
                }
                Ok(Element::Qr(_)) if document.elements.iter().any(|one| matches!(one, Element::Qr(_))) => {
                    self.faults.push(fault(&place(at), "is a second qr; one is enough".to_owned(), "take one out"));
                }
                Ok(element) => {
                    document.elements.push(element);
                    self.places.push(at);
                }
                Err(problem) => self.faults.push(fault(&place(at), problem, CORRECT)),
            }
        }
        Ok(document)
    }

    /// Takes the assets that can be used, and leaves out what cannot do without the others.
    fn with_assets(&mut self, mut document: Document, mut assets: BTreeMap<String, Arc<Vec<u8>>>) {
        self.unknown(&document, &mut assets);
        if let Err(error) = asset::check_sum(&assets) {
            return self.refuse(&error);
        }
        let bad = assets
            .iter()
            .filter_map(|(name, bytes)| Some((name.clone(), asset::check_one(&document, name, bytes).err()?)));
        for (name, error) in bad.collect::<Vec<_>>() {
            assets.remove(&name);
            self.bad_asset(&mut document, &name, &error);
        }
        while let Some(error) = asset::missing(&document, &assets) {
            let at = error.at().unwrap_or_default().to_owned();
            if !self.without(&mut document, &at, &error) {
                return self.refuse(&error);
            }
        }
        self.template = Some(Template { document, assets });
    }

    /// Says which files the document has no place for, and lets them go.
    fn unknown(&mut self, document: &Document, assets: &mut BTreeMap<String, Arc<Vec<u8>>>) {
        let places: Vec<String> = asset::wanted(document).into_iter().map(|wanted| wanted.name).collect();
        let whole = self.faults.is_empty();
        assets.retain(|name, _| {
            let is_known = places.contains(name);
            if !is_known && whole {
                let name: String = name.chars().take(60).collect();
                let message = no_place(&name, places.iter().map(String::as_str));
                self.faults.push(fault("assets", message, "leave the file out, or give it a place in template.json"));
            }
            is_known
        });
    }

    /// Leaves out what names an asset that is not there.
    fn without(&mut self, document: &mut Document, at: &str, error: &TemplateError) -> bool {
        let found = fault(&self.in_document(at), error.to_string(), CORRECT_ASSET);
        if at == "background" {
            document.background.asset = None;
        } else if let Some(font) = at.strip_prefix("fonts[").and_then(|rest| rest.strip_suffix(']')?.parse().ok()) {
            if document.fonts.len() <= font {
                return false;
            }
            document.fonts.remove(font);
        } else if let Some(element) = element_of(at).filter(|element| *element < document.elements.len()) {
            document.elements.remove(element);
            self.places.remove(element);
        } else {
            return false;
        }
        self.faults.push(found);
        true
    }

    /// Says of an asset that cannot be used so at every place that wants it.
    fn bad_asset(&mut self, document: &mut Document, name: &str, error: &TemplateError) {
        let wanted = |document: &Document| asset::wanted(document).into_iter().filter(|wanted| wanted.name == name);
        for place in wanted(document).filter(|place| place.optional) {
            self.faults.push(fault(&self.in_document(&place.at), error.to_string(), CORRECT_ASSET));
        }
        while let Some(place) = wanted(document).find(|place| !place.optional) {
            if !self.without(document, &place.at, error) {
                return;
            }
        }
    }

    fn refuse(&mut self, error: &TemplateError) {
        let at = self.in_document(error.at().unwrap_or("template.json"));
        self.faults.push(fault(&at, error.to_string(), CORRECT));
    }

    /// Returns how the document calls a place of what could be read.
    fn in_document(&self, at: &str) -> String {
        match element_of(at).and_then(|element| self.places.get(element)) {
            Some(element) => place(*element),
            None => at.to_owned(),
        }
    }
}

impl Template {
    /// Returns the place of the first element that prints a value (`qr`: of the code), or that is called so itself.
    pub fn element_with(&self, field: &str) -> Option<String> {
        if element_of(field).is_some() {
            return Some(field.to_owned());
        }
        let prints = |element: &Element| {
            if let Element::Qr(_) = element {
                return field == "qr";
            }
            let pieces =
                element.texts().into_iter().flat_map(|text| super::placeholder::parse(text).unwrap_or_default());
            pieces
                .into_iter()
                .any(|piece| matches!(piece, Piece::Text(name) | Piece::Date { name, .. } if name == field))
        };
        self.document.elements.iter().position(prints).map(place)
    }

    /// Returns the template with one of its elements alone, or with none, and without the ground of the page: to see which of them
    /// cannot be drawn.
    #[must_use]
    pub fn with_only(mut self, element: Option<usize>) -> Self {
        let kept = element.filter(|at| *at < self.document.elements.len()).map(|at| self.document.elements.remove(at));
        self.document.elements = kept.into_iter().collect();
        self.document.background.asset = None;
        self
    }

    /// Returns the page with its ground alone.
    #[must_use]
    pub fn with_ground_only(mut self) -> Self {
        self.document.elements = Vec::new();
        self
    }

    /// Returns which elements show pictures.
    pub fn pictured(&self) -> Vec<usize> {
        let shows = |element: &Element| matches!(element, Element::Image(_) | Element::Signatories(_));
        let all = self.document.elements.iter().enumerate();
        all.filter(|(_, element)| shows(element)).map(|(at, _)| at).collect()
    }

    /// Returns the first place that shows a picture.
    pub fn place_of_picture(&self, asset: &str) -> Option<String> {
        if self.document.background.asset.as_deref() == Some(asset) {
            return Some("background".to_owned());
        }
        let shows = |element: &Element| match element {
            Element::Image(image) => image.asset == asset,
            Element::Signatories(row) => row.people.iter().any(|one| one.image.as_deref() == Some(asset)),
            _ => false,
        };
        self.document.elements.iter().position(shows).map(place)
    }

    /// Returns the template without one of its elements, to draw the others.
    #[must_use]
    pub fn without_element(mut self, at: &str) -> Option<Self> {
        let element = element_of(at).filter(|element| *element < self.document.elements.len())?;
        self.document.elements.remove(element);
        Some(self)
    }
}

impl FillError {
    /// Returns what cannot be printed: a placeholder, or an element's place.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::MissingGlyph { field, .. }
            | Self::DoesNotFit { field, .. }
            | Self::TooLong { field, .. }
            | Self::NotADate { field, .. }
            | Self::Date { field, .. }
            | Self::UnknownPlaceholder(field) => Some(field),
            Self::QrTooSmall { .. } => None,
        }
    }
}

impl TemplateError {
    /// Returns where in the document it is, if it is somewhere in particular.
    pub fn at(&self) -> Option<&str> {
        match self {
            Self::Member { at, .. } | Self::MissingAsset { at, .. } | Self::Text { at, .. } => Some(at),
            _ => None,
        }
    }
}

impl Finding {
    /// Says whether certificates cannot be made with it.
    pub fn is_fault(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Returns how an element is called by its place.
pub fn place(element: usize) -> String {
    format!("elements[{element}]")
}

/// Returns which element a place is, or is in.
pub fn element_of(at: &str) -> Option<usize> {
    at.strip_prefix("elements[")?.split(']').next()?.parse().ok()
}

/// Returns where an element's JSON says that it is, whatever else is wrong with it: left, top, width and height in millimetres.
pub fn written_area(element: &Value) -> Option<[f32; 4]> {
    let number = |name: &str| {
        let value = element.get(name)?.as_f64()? as f32;
        (value.is_finite() && value.abs() < 100_000.0).then_some(value)
    };
    if let (Some(x1), Some(y1), Some(x2), Some(y2)) = (number("x1"), number("y1"), number("x2"), number("y2")) {
        return Some([x1.min(x2), y1.min(y2), (x2 - x1).abs(), (y2 - y1).abs()]);
    }
    let kind = element.get("type").and_then(Value::as_str);
    if let (Some("path"), Some(d)) = (kind, element.get("d").and_then(Value::as_str)) {
        let [x, y, scale_x, scale_y] = [("x", 0.0), ("y", 0.0), ("scaleX", 1.0), ("scaleY", 1.0)]
            .map(|(name, usual)| number(name).unwrap_or(usual));
        let d = d.chars().take(MAX_DOCUMENT_BYTES).collect();
        let shape = PathShape { d, x, y, scale_x, scale_y, fill: None, stroke: None, stroke_width: 0.0 };
        return Some(super::vector::extent(&shape));
    }
    let is_qr = kind == Some("qr");
    let side = is_qr.then(|| number("size").unwrap_or(super::qr_place::DEFAULT_MM));
    Some([number("x")?, number("y")?, side.or_else(|| number("width"))?, side.or_else(|| number("height"))?])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(elements: Value, assets: &[(&str, &[u8])]) -> Draft {
        let document = json!({ "testamur": 1, "title": "Draft", "elements": elements }).to_string();
        let assets = assets.iter().map(|(name, bytes)| ((*name).to_owned(), Arc::new(bytes.to_vec()))).collect();
        Draft::read(document.as_bytes(), assets)
    }

    fn text(words: &str) -> Value {
        json!({ "type": "text", "text": words, "x": 20, "y": 30, "width": 100, "height": 10, "size": 12 })
    }

    fn found(draft: &Draft) -> Vec<(String, Option<Area>)> {
        let fonts = FontLibrary::builtin();
        let all = draft.findings(|template| template.check(&fonts, &[]));
        all.into_iter().filter(Finding::is_fault).map(|one| (one.at.clone(), draft.area(&one.at))).collect()
    }

    #[test]
    fn every_fault_is_told_with_the_place_that_the_document_gives_it() {
        let elements = json!([
            { "type": "text", "text": "{broken", "x": 1, "y": 2, "width": 3, "height": 4, "size": 9 },
            text("{participant_name}"),
            { "type": "blink", "x": 5, "y": 6, "width": 7, "height": 8 },
            { "type": "image", "asset": "none.png", "x": 9, "y": 10, "width": 11, "height": 12 },
            { "type": "qr", "x": 2, "y": 100 },
            text("\u{10FFFE}"),
            { "type": "image", "asset": "bad.png", "x": 1, "y": 1, "width": 1, "height": 1 },
            7,
        ]);
        let draft = read(elements, &[("bad.png", b"no picture")]);
        let mut found = found(&draft);
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found.dedup();
        assert_eq!(
            found,
            [
                ("elements[0]".to_owned(), Some([1.0, 2.0, 3.0, 4.0])),
                ("elements[2]".to_owned(), Some([5.0, 6.0, 7.0, 8.0])),
                ("elements[3]".to_owned(), Some([9.0, 10.0, 11.0, 12.0])),
                ("elements[4]".to_owned(), Some([2.0, 100.0, 40.0, 40.0])),
                ("elements[5]".to_owned(), Some([20.0, 30.0, 100.0, 10.0])),
                ("elements[6]".to_owned(), Some([1.0, 1.0, 1.0, 1.0])),
                ("elements[7]".to_owned(), None),
            ]
        );
        let drawn = draft.drawable(&FontLibrary::builtin()).unwrap();
        assert_eq!(drawn.document().elements.len(), 2, "the name and the code can be drawn");
    }

    #[test]
    fn what_is_no_document_has_faults_and_nothing_to_draw() {
        for (text, says) in [
            ("{", "JSON"),
            ("[]", "object"),
            ("{\"testamur\":1,\"title\":\"x\"}", "elements"),
            ("{\"testamur\":2,\"title\":\"x\",\"elements\":[]}", "format"),
            ("{\"testamur\":1,\"titel\":\"x\",\"elements\":[]}", "titel"),
        ] {
            let draft = Draft::read(text.as_bytes(), BTreeMap::new());
            assert!(draft.template().is_none() && draft.page().is_none(), "{text}");
            let all = draft.findings(|_| Vec::new());
            assert!(all.len() == 1 && all[0].message.contains(says), "{text}: {all:?}");
        }
    }

    #[test]
    fn a_good_template_is_a_draft_without_faults() {
        for name in super::super::builtin_names() {
            let draft = Draft::of(Template::built_in(name, None).unwrap());
            assert_eq!(found(&draft), [], "{name}");
            let is_placed = |at: usize| draft.area(&place(at)).is_some();
            assert!((0..draft.areas.len()).any(is_placed), "{name}");
        }
    }

    #[test]
    fn files_without_a_place_are_named() {
        let elements = json!([text("{participant_name}"), { "type": "qr", "x": 20, "y": 100 }]);
        let draft = read(elements, &[("lost.png", b"x")]);
        let all = draft.findings(|_| Vec::new());
        assert!(all.len() == 1 && all[0].at == "assets" && all[0].message.contains("lost.png"), "{all:?}");
        assert!(draft.template().is_some());
    }

    #[test]
    fn everything_that_cannot_be_laid_out_is_told_at_once_each_at_its_place() {
        let at = |x: u8| json!({ "type": "text", "text": "\u{10FFFE}", "x": x, "y": 30, "width": 50, "height": 10, "size": 12 });
        let elements =
            json!([text("{participant_name}"), at(20), { "type": "qr", "x": 20, "y": 100 }, at(80), at(140)]);
        let found = found(&read(elements, &[]));
        let places: Vec<_> = found.iter().map(|(at, area)| (at.as_str(), area.unwrap()[0])).collect();
        assert_eq!(places, [("elements[1]", 20.0), ("elements[3]", 80.0), ("elements[4]", 140.0)]);
    }

    #[test]
    fn lines_shapes_and_ornaments_have_a_place_also_where_they_cannot_be_read() {
        let elements = json!([
            { "type": "path", "d": "M 0 0 L 10 0 L 10 5 Z", "x": 30, "y": 40, "scaleX": 2 },
            { "type": "path", "d": "M 1 1 L 3 4 nonsense", "x": 10, "y": 10 },
            { "type": "path", "d": "nonsense", "x": 7, "y": 8 },
            { "type": "path", "d": "M0 0 Q 5 -5 10 0", "colour": "red" },
            { "type": "line", "x1": 5, "y1": 9, "x2": 1, "y2": 9, "colour": "red" },
            { "type": "rect", "x": 1, "y": 2, "width": 3, "height": 4, "colour": "red" },
        ]);
        let draft = read(elements, &[]);
        let areas: Vec<_> = (0..6).map(|at| draft.area(&place(at)).unwrap()).collect();
        assert_eq!(
            areas,
            [
                [30.0, 40.0, 20.0, 5.0],
                [11.0, 11.0, 2.0, 3.0],
                [7.0, 8.0, 0.0, 0.0],
                [0.0, -5.0, 10.0, 5.0],
                [1.0, 9.0, 4.0, 0.0],
                [1.0, 2.0, 3.0, 4.0],
            ]
        );
        // As it is read, too.
        let good = json!([{ "type": "path", "d": "M 0 0 L 10 0 L 10 5 Z", "x": 30, "y": 40, "fill": "#000000" }]);
        let read = read(good, &[]);
        let again = Draft::of(read.template().unwrap().clone());
        assert_eq!(again.area("elements[0]"), Some([30.0, 40.0, 10.0, 5.0]));
    }
}
