//! Turns a template and one record into a scene. What is the same on all certificates is laid out once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use unicode_bidi::Level;

use super::asset;
use super::dates::{self, DateStyle, DateWriter};
use super::document::Document;
use super::error::{FillError, TemplateError};
use super::face::FontOrigin;
use super::fit::{self, Unfit};
use super::fonts::{FontLibrary, FontRequest};
use super::load::Template;
use super::model::{
    Align, CertificateBox, Element, Fit, HexColor, ImageBox, MAX_TEXT, QrBox, Rect, Signatories, TextBox,
};
use super::placeholder::{self, DATE_PLACEHOLDERS, Piece, TEXT_PLACEHOLDERS};
use super::purpose::Purpose;
use super::qr_place;
use super::read_aloud::{self, ReadAloud};
use super::signatories::{self, Room};
use super::text::TextStyle;
use super::vector::{Frame, POINTS, square};
use super::words::{self, Words};
use crate::credential::Timestamp;
use crate::qr::Symbol;
use crate::scene::{Color, Drawing, FontId, ImageItem, Item, Path, Scene, Tag};

/// Most characters of a value that is put into a placeholder.
pub const MAX_VALUE: usize = 1_000;
/// The shape of the sheet that stands for a certificate: A4, across.
const SHEET: (f32, f32) = (297.0, 210.0);

/// What differs from one certificate to the next.
#[derive(Debug, Clone)]
pub struct Filling {
    /// Values of text placeholders, also of the list's own columns.
    pub fields: BTreeMap<String, String>,
    /// Values of date placeholders: `issue_date`, `valid_until`, `event_starts`, `event_ends`.
    pub dates: BTreeMap<String, Timestamp>,
    /// The QR symbol.
    pub qr: Symbol,
    /// BCP 47 language of the person, if not the template's: their name is shaped and raised by it.
    pub language: Option<String>,
}

/// A template that is ready to be filled. Cheap to share between threads.
pub struct Layout {
    base: Scene,
    dynamic: Vec<Dynamic>,
    fonts: FontLibrary,
    dates: DateWriter,
    frame: Frame,
    language: String,
    drawing: Drawing,
    aloud: ReadAloud,
    purpose: Purpose,
}

enum Dynamic {
    Text(Box<PreparedText>),
    Qr(QrBox, Tag),
}

/// A text box whose pieces and fonts are known.
pub(super) struct PreparedText {
    place: TextBox,
    pieces: Vec<Piece>,
    /// What must not be empty.
    when: Vec<Piece>,
    style: TextStyle,
    label: String,
    /// How it is read; nothing if it is decoration.
    tag: Option<Tag>,
    /// The last text and how it was laid out: dates and titles repeat from certificate to certificate.
    last: Mutex<Option<(Words, Vec<Item>)>>,
}

/// A record's texts, laid out box by box. Another record of the same person takes over what it says alike.
#[derive(Default)]
pub struct Laid {
    language: String,
    /// Nothing for a box that falls away.
    texts: Vec<Option<(Words, Vec<Item>)>>,
}

/// Values that a layout may use, with the language's rules.
struct Values<'a> {
    fields: &'a BTreeMap<String, String>,
    dates: &'a BTreeMap<String, Timestamp>,
    writer: &'a DateWriter,
    /// The person's own language.
    own: Option<&'a str>,
    /// The template's.
    page: &'a str,
    drawing: Drawing,
}

impl Layout {
    /// Lays out what a template always shows.
    ///
    /// # Errors
    /// When a font asset is bad or the template's own text cannot be drawn.
    pub fn new(template: &Template, fonts: &FontLibrary) -> Result<Self, TemplateError> {
        Self::with_constants(template, fonts, &BTreeMap::new())
    }

    /// As [`Layout::new`], with values that are the same for all records of a run, such as `event_title`: boxes that
    /// need nothing else become part of the base.
    ///
    /// # Errors
    /// As [`Layout::new`].
    pub fn with_constants(
        template: &Template,
        fonts: &FontLibrary,
        constants: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        Self::drawn_by(Drawing::default(), template, fonts, constants)
    }

    /// As [`Layout::with_constants`], by the rules of a certificate that was issued before.
    ///
    /// # Errors
    /// As [`Layout::new`].
    pub fn drawn_by(
        drawing: Drawing,
        template: &Template,
        fonts: &FontLibrary,
        constants: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let mut layout = Self::begun(drawing, template, fonts)?;
        for (at, element) in template.document.elements.iter().enumerate() {
            layout.add(template, element, at, constants)?;
        }
        Ok(layout)
    }

    /// Returns everything that cannot be laid out, each with its place: what is wrong with one element hides no other.
    pub(super) fn faults(template: &Template, fonts: &FontLibrary) -> Vec<(String, TemplateError)> {
        let mut layout = match Self::begun(Drawing::default(), template, fonts) {
            Ok(layout) => layout,
            Err(error) => return vec![(error.at().unwrap_or("layout").to_owned(), error)],
        };
        let mut found = Vec::new();
        for (at, element) in template.document.elements.iter().enumerate() {
            if let Err(error) = layout.add(template, element, at, &BTreeMap::new()) {
                found.push((named(at), error));
            }
        }
        found
    }

    /// Lays out the page without its elements.
    fn begun(drawing: Drawing, template: &Template, fonts: &FontLibrary) -> Result<Self, TemplateError> {
        let document = &template.document;
        let fonts = with_assets(template, fonts)?;
        let (width, height) = document.page.millimetres();
        let frame = Frame { height: height * POINTS };
        let dates = DateWriter::new(&document.language, drawing)
            .ok_or_else(|| TemplateError::member("language", "has no dates in CLDR"))?;
        let items = background(document, template, frame, drawing);
        let picture = items.iter().position(|item| matches!(item, Item::Image(_)));
        let tag =
            picture.and_then(|at| Some(Tag { items: at..at + 1, ..ReadAloud::background(&document.background.alt)? }));
        let scene = Scene {
            width: width * POINTS,
            height: frame.height,
            language: document.language.clone(),
            drawing,
            items,
            tags: tag.into_iter().collect(),
        };
        let (language, aloud) = (document.language.clone(), ReadAloud::of(document));
        let purpose = document.purpose;
        Ok(Self { base: scene, dynamic: Vec::new(), fonts, dates, frame, language, drawing, aloud, purpose })
    }

    /// Returns what is the same on all certificates.
    pub fn base(&self) -> &Scene {
        &self.base
    }

    /// Returns what the template is for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Returns the fonts that the scenes' font ids mean: those given, and the template's own.
    pub fn fonts(&self) -> &FontLibrary {
        &self.fonts
    }

    /// Returns the faces that most names will be set in.
    pub fn name_faces(&self) -> Vec<FontId> {
        let is_name = |piece: &Piece| matches!(piece, Piece::Text(name) if name == "participant_name");
        let first = |dynamic: &Dynamic| match dynamic {
            Dynamic::Text(text) if text.pieces.iter().any(is_name) => text.style.stack.faces.first().copied(),
            _ => None,
        };
        BTreeSet::from_iter(self.dynamic.iter().filter_map(first)).into_iter().collect()
    }

    /// Lays out what one record adds.
    ///
    /// # Errors
    /// Names the field and why it cannot be printed.
    pub fn fill(&self, record: &Filling) -> Result<Scene, FillError> {
        let mut scene = self.texts(record)?;
        self.place_qr(&mut scene, &record.qr)?;
        Ok(scene)
    }

    /// Puts the QR symbol into a scene that [`Layout::texts`] made: its texts can be judged before there is a signature.
    ///
    /// # Errors
    /// When the template's place is too small for the symbol.
    pub fn place_qr(&self, scene: &mut Scene, symbol: &Symbol) -> Result<(), FillError> {
        for dynamic in &self.dynamic {
            if let Dynamic::Qr(place, tag) = dynamic {
                let from = scene.items.len();
                scene.items.push(Item::Qr(qr_place::place(place, self.frame, symbol)?));
                if self.drawing >= Drawing::Fifth {
                    scene.items.push(qr_link(place, self.frame));
                }
                scene.tags.push(Tag { items: from..scene.items.len(), ..tag.clone() });
            }
        }
        Ok(())
    }

    /// Returns the texts that differ from certificate to certificate, with where the first base line is, in points from above, as
    /// long as they stay on one line.
    pub(super) fn open_texts(&self) -> impl Iterator<Item = (&TextBox, [&[Piece]; 2], f32)> {
        self.dynamic.iter().filter_map(|dynamic| match dynamic {
            Dynamic::Text(text) => Some((&text.place, [&text.pieces[..], &text.when], self.base_line(text)?)),
            Dynamic::Qr(..) => None,
        })
    }

    fn base_line(&self, text: &PreparedText) -> Option<f32> {
        let names = text.pieces.iter().chain(&text.when).filter_map(|piece| match piece {
            Piece::Text(name) | Piece::Date { name, .. } => Some(name.clone()),
            Piece::Literal(_) => None,
        });
        let names: BTreeSet<String> = names.collect();
        let short = |name: &String| (name.clone(), "X".to_owned());
        let (fields, epoch) = (names.iter().map(short).collect(), Timestamp::from_unix(0));
        let dates = names.into_iter().map(|name| (name, epoch)).collect();
        let (writer, page, drawing) = (&self.dates, self.language.as_str(), self.drawing);
        let values = Values { fields: &fields, dates: &dates, writer, own: None, page, drawing };
        let (_, items) = self.text(text, &values, None).ok().flatten()?;
        items.iter().find_map(|item| if let Item::Glyphs(run) = item { Some(self.frame.height - run.y) } else { None })
    }

    /// Lays out a record's texts, without its QR symbol.
    ///
    /// # Errors
    /// Names the field and why it cannot be printed.
    pub fn texts(&self, record: &Filling) -> Result<Scene, FillError> {
        Ok(self.scene(self.lay_out(record, Laid::default())?))
    }

    /// Returns the page of texts that were laid out, without its QR symbol.
    pub fn scene(&self, laid: Laid) -> Scene {
        let Scene { width, height, drawing, .. } = self.base;
        let prepared = self.dynamic.iter().filter_map(|dynamic| match dynamic {
            Dynamic::Text(text) => Some(text),
            Dynamic::Qr(..) => None,
        });
        let (mut items, mut tags) = (Vec::new(), Vec::new());
        for (text, laid) in prepared.zip(laid.texts) {
            let Some((words, own)) = laid else { continue };
            let from = items.len();
            items.extend(own);
            let tag = text.tag.as_ref().filter(|_| from < items.len());
            tags.extend(tag.map(|tag| read_aloud::said(tag, &words, &items, from..items.len())));
        }
        Scene { width, height, language: laid.language, drawing, items, tags }
    }

    /// Lays out a record's texts. What was laid out `before` is not laid out again where the record says the same.
    ///
    /// # Errors
    /// As [`Layout::texts`].
    pub fn lay_out(&self, record: &Filling, before: Laid) -> Result<Laid, FillError> {
        let other = record.language.as_deref().filter(|language| *language != self.language);
        let own_writer = match other {
            Some(language) if self.drawing < Drawing::Third => {
                Some(DateWriter::new(language, self.drawing).ok_or_else(|| FillError::Date {
                    field: "language".into(),
                    language: language.chars().take(40).collect(),
                })?)
            }
            _ => None,
        };
        let values = Values {
            fields: &record.fields,
            dates: &record.dates,
            writer: own_writer.as_ref().unwrap_or(&self.dates),
            own: record.language.as_deref(),
            page: &self.language,
            drawing: self.drawing,
        };
        let language = values.language();
        // Where a text begins depends on it too.
        let mut before = if before.language == language { before.texts.into_iter() } else { Vec::new().into_iter() };
        let mut texts = Vec::with_capacity(self.dynamic.len());
        for dynamic in &self.dynamic {
            if let Dynamic::Text(text) = dynamic {
                texts.push(self.text(text, &values, before.next().flatten())?);
            }
        }
        Ok(Laid { language: language.to_owned(), texts })
    }

    /// Returns the smallest size to which a name shrank in a box that prints it; nothing where it has the size that the template wishes.
    pub fn name_shrinks_to(&self, laid: &Laid) -> Option<f32> {
        let is_name = |piece: &Piece| matches!(piece, Piece::Text(name) if name == "participant_name");
        let prepared = self.dynamic.iter().filter_map(|dynamic| match dynamic {
            Dynamic::Text(text) => Some(text),
            Dynamic::Qr(..) => None,
        });
        let sizes = prepared.zip(&laid.texts).filter(|(text, _)| text.pieces.iter().any(is_name));
        let shrunk = sizes.filter_map(|(text, laid)| {
            let (_, items) = laid.as_ref()?;
            let of = |item: &Item| if let Item::Glyphs(run) = item { Some(run.size) } else { None };
            let size = items.iter().filter_map(of).fold(text.place.size, f32::min);
            (size < text.place.size * 0.999).then_some(size)
        });
        shrunk.reduce(f32::min)
    }

    /// Says whether a name fits into its boxes at a size that the template allows. Boxes in which other values stand beside it
    /// are not judged.
    pub fn has_room_for(&self, name: &str) -> bool {
        let fields = BTreeMap::from([("participant_name".to_owned(), name.to_owned())]);
        let dates = BTreeMap::new();
        let values = Values {
            fields: &fields,
            dates: &dates,
            writer: &self.dates,
            own: None,
            page: &self.language,
            drawing: self.drawing,
        };
        let is_name = |piece: &Piece| matches!(piece, Piece::Text(name) if name == "participant_name");
        let alone = |text: &PreparedText| {
            text.pieces.iter().any(is_name)
                && text.pieces.iter().chain(&text.when).all(|piece| is_name(piece) || piece.literal().is_some())
        };
        self.dynamic.iter().all(|dynamic| match dynamic {
            Dynamic::Text(text) if alone(text) => {
                !matches!(self.text(text, &values, None), Err(FillError::DoesNotFit { .. }))
            }
            _ => true,
        })
    }

    fn add(
        &mut self,
        template: &Template,
        element: &Element,
        at: usize,
        constants: &BTreeMap<String, String>,
    ) -> Result<(), TemplateError> {
        let frame = self.frame;
        match element {
            Element::Line(line) => self.base.items.push(Item::Path(frame.line(line))),
            Element::Rect(rect) => self.base.items.push(Item::Path(frame.rectangle(rect))),
            Element::Path(path) => {
                let path = frame.ornament(path).map_err(|problem| TemplateError::member(named(at), problem))?;
                self.base.items.push(Item::Path(path));
            }
            Element::Image(image) => {
                let picture = picture(template, image, frame, self.drawing)?;
                self.add_picture(picture, self.aloud.picture(at, image));
            }
            Element::Text(place) => {
                let text = self.prepare(place.clone(), (at, 0));
                self.add_text(text, at, constants)?;
            }
            Element::Signatories(row) => {
                let before = (self.base.items.len(), self.dynamic.len(), self.base.tags.len());
                let added = self.add_signatories(template, row, at, constants, Room::Line);
                let Err(TemplateError::Text { source: FillError::DoesNotFit { .. }, .. }) = added else { return added };
                self.base.items.truncate(before.0);
                self.dynamic.truncate(before.1);
                self.base.tags.truncate(before.2);
                self.add_signatories(template, row, at, constants, Room::All)?;
            }
            Element::Qr(place) => {
                self.base.items.push(qr_ground(place, frame));
                if self.drawing < Drawing::Fifth {
                    self.base.items.push(qr_link(place, frame));
                }
                let host = constants.get("verify_host").map_or("", String::as_str);
                let tag = self.aloud.code(at, place, host);
                self.dynamic.push(Dynamic::Qr(place.clone(), tag));
            }
            Element::Certificate(place) => {
                self.base.items.extend(sheet(place).iter().map(|one| frame.rectangle(one)).map(Item::Path))
            }
        }
        Ok(())
    }

    fn add_signatories(
        &mut self,
        template: &Template,
        row: &Signatories,
        at: usize,
        constants: &BTreeMap<String, String>,
        room: Room,
    ) -> Result<(), TemplateError> {
        let placed = signatories::place(row, constants, &template.assets, (self.frame, self.drawing), room)?;
        for (part, item) in placed.items {
            let tag = match &item {
                Item::Image(image) => Some(self.aloud.signature(at, part, &image.alt)),
                _ => None,
            };
            self.add_picture(Some(item), tag);
        }
        for (part, place) in placed.texts {
            let text = self.prepare(place, (at, part));
            self.add_text(text, at, constants)?;
        }
        Ok(())
    }

    fn add_picture(&mut self, picture: Option<Item>, tag: Option<Tag>) {
        let from = self.base.items.len();
        self.base.items.extend(picture);
        let items = from..self.base.items.len();
        self.base.tags.extend(tag.filter(|_| !items.is_empty()).map(|tag| Tag { items, ..tag }));
    }

    /// Puts a text into the base if it is known already, else among what each record fills.
    fn add_text(
        &mut self,
        text: PreparedText,
        at: usize,
        constants: &BTreeMap<String, String>,
    ) -> Result<(), TemplateError> {
        let known = |piece: &Piece| match piece {
            Piece::Literal(_) => true,
            Piece::Text(name) => constants.contains_key(name),
            Piece::Date { .. } => false,
        };
        if !text.pieces.iter().chain(&text.when).all(known) {
            self.dynamic.push(Dynamic::Text(Box::new(text)));
            return Ok(());
        }
        let dates = BTreeMap::new();
        let values = Values {
            fields: constants,
            dates: &dates,
            writer: &self.dates,
            own: None,
            page: &self.language,
            drawing: self.drawing,
        };
        let laid = self.text(&text, &values, None);
        let Some((words, own)) = laid.map_err(|source| TemplateError::Text { at: named(at), source })? else {
            return Ok(());
        };
        let from = self.base.items.len();
        self.base.items.extend(own);
        let items = from..self.base.items.len();
        let tag = text.tag.as_ref().filter(|_| !items.is_empty());
        let tag = tag.map(|tag| read_aloud::said(tag, &words, &self.base.items, items));
        self.base.tags.extend(tag);
        Ok(())
    }

    fn prepare(&self, place: TextBox, (at, part): (usize, u32)) -> PreparedText {
        let read = |text: &str| placeholder::parse(text).expect("placeholders were read when the document was");
        let (pieces, when) = (read(&place.text), read(&place.when));
        let request = FontRequest {
            family: place.font.clone(),
            weight: place.weight,
            italic: place.italic,
            language: self.language.clone(),
        };
        let style = TextStyle {
            stack: self.fonts.stack(&request),
            letter_spacing: place.letter_spacing,
            whole_scripts: self.drawing != Drawing::First,
            language: self.language.clone(),
        };
        let label = pieces.iter().find_map(|piece| match piece {
            Piece::Text(name) | Piece::Date { name, .. } => Some(name.clone()),
            Piece::Literal(_) => None,
        });
        PreparedText {
            label: label.unwrap_or_else(|| named(at)),
            tag: self.aloud.text(at, part, &place),
            place,
            pieces,
            when,
            style,
            last: Mutex::default(),
        }
    }

    /// Lays out a box; nothing if it falls away. What it says `before` is taken as it is, if it says that again.
    fn text(
        &self,
        prepared: &PreparedText,
        values: &Values<'_>,
        before: Option<(Words, Vec<Item>)>,
    ) -> Result<Option<(Words, Vec<Item>)>, FillError> {
        let Some(text) = prepared.fill(values)? else { return Ok(None) };
        if let Some(before) = before.filter(|(said, _)| *said == text) {
            return Ok(Some(before));
        }
        if let Ok(last) = prepared.last.lock()
            && let Some((known, items)) = last.as_ref()
            && *known == text
        {
            return Ok(Some((text, items.clone())));
        }
        let base = prepared.direction(values.language());
        let items = fit::fit(&self.fonts, &prepared.style, &prepared.place, self.frame, &text, base, self.drawing)
            .map_err(|unfit| prepared.explain(unfit, values))?;
        if let Ok(mut last) = prepared.last.lock() {
            *last = Some((text.clone(), items.clone()));
        }
        Ok(Some((text, items)))
    }
}

impl PreparedText {
    /// Returns the text with its values; nothing if the box falls away.
    fn fill(&self, values: &Values<'_>) -> Result<Option<Words>, FillError> {
        for piece in &self.when {
            if values.of(piece)?.is_some_and(|value| value.trim().is_empty()) {
                return Ok(None);
            }
        }
        let mut words = Words::default();
        let mixed = self.pieces.len() > 1;
        for piece in &self.pieces {
            let value = values.of(piece)?;
            if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
                if self.place.optional {
                    return Ok(None);
                }
                continue;
            }
            let text = value.as_deref().or(piece.literal()).unwrap_or_default();
            let (text, language) = self.said(piece, text, values);
            // A value keeps its own direction and does not turn its neighbours round (UAX 9 section 2.7).
            let isolated = mixed && value.is_some_and(|value| !value.is_ascii());
            words.push(if isolated { "\u{2068}" } else { "" }, language);
            words.push(&text, language);
            words.push(if isolated { "\u{2069}" } else { "" }, language);
        }
        if words.text.chars().count() > MAX_TEXT {
            return Err(FillError::TooLong { field: self.label.clone(), limit: MAX_TEXT });
        }
        if self.place.upper_case && values.drawing == Drawing::First {
            let text = words::raised(&words.text, values.language());
            words = Words::default();
            words.push(&text, None);
        }
        Ok((!words.text.trim().is_empty()).then_some(words))
    }

    /// A piece as it is printed, and the language that the shaper is told.
    fn said<'v>(&self, piece: &Piece, text: &str, values: &Values<'v>) -> (String, Option<&'v str>) {
        if values.drawing == Drawing::First {
            return (text.to_owned(), None);
        }
        let text = words::without_ligatures(text);
        let (raises, shapes) = values.languages(piece, &text);
        (if self.place.upper_case { words::raised(&text, raises) } else { text }, Some(shapes))
    }

    /// A sentence reads in the template's direction; a value alone in its own.
    fn direction(&self, language: &str) -> Option<Level> {
        let is_sentence =
            self.pieces.iter().any(|p| matches!(p, Piece::Literal(text) if text.chars().any(char::is_alphabetic)));
        is_sentence.then(|| if is_rtl(language) { Level::rtl() } else { Level::ltr() })
    }

    fn explain(&self, unfit: Unfit, values: &Values<'_>) -> FillError {
        match unfit {
            Unfit::NoGlyph(character) => {
                let names = self.pieces.iter().filter_map(|piece| match piece {
                    Piece::Text(name) => {
                        values.fields.get(name).filter(|v| v.contains(character)).map(|_| name.clone())
                    }
                    _ => None,
                });
                FillError::MissingGlyph {
                    field: names.into_iter().next().unwrap_or_else(|| self.label.clone()),
                    character,
                }
            }
            Unfit::TooLarge => FillError::DoesNotFit {
                field: self.label.clone(),
                min_size: self.place.min_size.unwrap_or(self.place.size).round() as u32,
            },
        }
    }
}

impl<'v> Values<'v> {
    /// The language in which the certificate is written.
    fn language(&self) -> &'v str {
        self.own.filter(|_| self.drawing < Drawing::Third).unwrap_or(self.page)
    }

    /// The languages by which a piece is raised and shaped: a name's own, and otherwise the template's, whose words and titles
    /// the rest are.
    fn languages(&self, piece: &Piece, text: &str) -> (&'v str, &'v str) {
        match piece {
            Piece::Text(name) if name == "participant_name" => {
                (words::raises(text, self.own, self.page), words::shapes(text, self.own, self.page))
            }
            Piece::Text(name) if is_signatory(name) => {
                (words::raises(text, None, self.page), words::shapes(text, None, self.page))
            }
            Piece::Date { .. } => (self.language(), self.language()),
            Piece::Text(_) | Piece::Literal(_) => (self.page, self.page),
        }
    }

    /// Returns what a placeholder stands for; nothing for the template's own words.
    fn of(&self, piece: &Piece) -> Result<Option<String>, FillError> {
        match piece {
            Piece::Literal(_) => Ok(None),
            Piece::Text(name) => Ok(Some(self.text(name)?.to_owned())),
            Piece::Date { name, style } if DATE_PLACEHOLDERS.contains(&name.as_str()) => {
                Ok(Some(self.date(name, *style)))
            }
            Piece::Date { name, style } => self.column_date(name, *style).map(Some),
        }
    }

    fn text(&self, name: &str) -> Result<&str, FillError> {
        let value = match self.fields.get(name) {
            Some(value) => value.as_str(),
            None if TEXT_PLACEHOLDERS.contains(&name) => "",
            None => return Err(FillError::UnknownPlaceholder(name.to_owned())),
        };
        if value.chars().nth(MAX_VALUE).is_some() {
            return Err(FillError::TooLong { field: name.to_owned(), limit: MAX_VALUE });
        }
        Ok(value)
    }

    /// Writes the date that stands in a column of the list.
    fn column_date(&self, name: &str, style: DateStyle) -> Result<String, FillError> {
        let value = self.text(name)?.trim();
        if value.is_empty() {
            return Ok(String::new());
        }
        let not = || FillError::NotADate { field: name.to_owned(), value: value.chars().take(40).collect() };
        self.writer.write_day(dates::day(value).ok_or_else(not)?, style).ok_or_else(not)
    }

    fn date(&self, name: &str, style: DateStyle) -> String {
        let date = |name: &str| self.dates.get(name).copied();
        if let Some(date) = date(name) {
            return self.writer.write(date, style);
        }
        if let Some(text) = self.fields.get(name) {
            return text.clone();
        }
        match (name, date("event_starts"), date("event_ends")) {
            ("event_dates", Some(from), Some(to)) => self.writer.write_span(from, to, style),
            ("event_dates" | "event_date", from, to) => {
                to.or(from).map(|day| self.writer.write(day, style)).unwrap_or_default()
            }
            _ => String::new(),
        }
    }
}

/// Whether a placeholder stands for the name of somebody who signs.
fn is_signatory(placeholder: &str) -> bool {
    placeholder.starts_with("signatory_") && placeholder.ends_with("_name")
}

/// Languages written from right to left.
fn is_rtl(language: &str) -> bool {
    let primary = language.split('-').next().unwrap_or_default();
    ["ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "arc", "syr"].contains(&primary)
}

fn with_assets(template: &Template, fonts: &FontLibrary) -> Result<FontLibrary, TemplateError> {
    let names: BTreeSet<&String> = template.document.fonts.iter().collect();
    let named: Vec<(&str, u16)> = template.document.elements.iter().flat_map(Element::faces).collect();
    let weights = |family: &str| {
        let of_family = named.iter().filter(|(name, _)| name.eq_ignore_ascii_case(family));
        of_family.map(|(_, weight)| *weight).collect()
    };
    let mut library = fonts.clone();
    for name in names {
        let bytes = template
            .assets
            .get(name)
            .ok_or_else(|| TemplateError::MissingAsset { asset: name.clone(), at: "fonts".into() })?;
        library = library.with_font(name, Arc::clone(bytes), FontOrigin::Template, &weights)?;
    }
    Ok(library)
}

fn background(document: &Document, template: &Template, frame: Frame, drawing: Drawing) -> Vec<Item> {
    let (width, height) = document.page.millimetres();
    let rect = frame.rect(0.0, 0.0, width, height);
    let fill = |color| Item::Path(Path { segments: square(rect), fill: Some(color), stroke: None });
    let mut items: Vec<Item> = document.background.color.map(|color| fill(color.into())).into_iter().collect();
    if let Some((name, bytes)) = document.background.asset.as_ref().and_then(|name| template.assets.get_key_value(name))
    {
        let (name, turn) = (name.clone(), asset::turn(bytes, drawing));
        items.push(Item::Image(ImageItem { name, bytes: Arc::clone(bytes), rect, turn, alt: String::new() }));
    }
    items
}

fn picture(
    template: &Template,
    image: &ImageBox,
    frame: Frame,
    drawing: Drawing,
) -> Result<Option<Item>, TemplateError> {
    let Some(bytes) = template.assets.get(&image.asset) else { return Ok(None) };
    let area = [image.x, image.y, image.width, image.height];
    let area = match image.fit {
        Fit::Fill => area,
        Fit::Contain => contained(area, asset::shown_size(&image.asset, bytes, drawing)?, image.align),
    };
    let rect = frame.rect(area[0], area[1], area[2], area[3]);
    let (name, turn) = (image.asset.clone(), asset::turn(bytes, drawing));
    Ok(Some(Item::Image(ImageItem { name, bytes: Arc::clone(bytes), rect, turn, alt: image.alt.clone() })))
}

/// Returns the largest rectangle of the picture's shape inside an area, centred vertically.
pub(super) fn contained([x, y, width, height]: [f32; 4], (w, h): (f32, f32), align: Align) -> [f32; 4] {
    let scale = (width / w).min(height / h);
    let (w, h) = (w * scale, h * scale);
    let left = match align {
        Align::Left => x,
        Align::Center => x + (width - w) / 2.0,
        Align::Right => x + width - w,
    };
    [left, y + (height - h) / 2.0, w, h]
}

/// The white below the symbol.
fn qr_ground(place: &QrBox, frame: Frame) -> Item {
    let white = Color { r: 1.0, g: 1.0, b: 1.0 };
    Item::Path(Path { segments: square(qr_area(place, frame)), fill: Some(white), stroke: None })
}

/// The link over the symbol and its white.
fn qr_link(place: &QrBox, frame: Frame) -> Item {
    Item::Link { rect: qr_area(place, frame) }
}

fn qr_area(place: &QrBox, frame: Frame) -> [f32; 4] {
    let quiet = qr_place::quiet_mm(place.size);
    let side = place.size + 2.0 * quiet;
    frame.rect(place.x - quiet, place.y - quiet, side, side)
}

/// What stands for the certificate where none is drawn: an empty sheet with lines for its name, its texts and its code.
fn sheet(place: &CertificateBox) -> Vec<Rect> {
    let (grey, edge) = (HexColor([221, 225, 230]), place.edge.unwrap_or(HexColor([190, 197, 206])));
    let [x, y, w, h] = contained([place.x, place.y, place.width, place.height], SHEET, Align::Center);
    let part = |[left, top, wide, high]: [f32; 4], fill, stroke| Rect {
        x: x + w * left,
        y: y + h * top,
        width: w * wide,
        height: h * high,
        radius: 0.0,
        fill: Some(fill),
        stroke,
        stroke_width: 0.25,
    };
    let line = |at| part(at, grey, None);
    vec![
        part([0.0, 0.0, 1.0, 1.0], HexColor([255; 3]), Some(edge)),
        line([0.3, 0.16, 0.4, 0.05]),
        line([0.2, 0.36, 0.6, 0.09]),
        line([0.25, 0.55, 0.5, 0.04]),
        line([0.1, 0.82, 0.3, 0.03]),
        line([0.8, 0.7, 0.1, 0.1 * w / h]),
    ]
}

/// What an element is called in messages.
fn named(at: usize) -> String {
    format!("elements[{at}]")
}
