//! Turns a template and one record into a scene. What is the same on all certificates is laid out once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use icu_casemap::CaseMapper;
use icu_locale_core::LanguageIdentifier;
use unicode_bidi::Level;

use super::asset::picture_size;
use super::dates::DateWriter;
use super::document::Document;
use super::error::{FillError, TemplateError};
use super::face::FontOrigin;
use super::fit::{self, Unfit};
use super::fonts::{FontLibrary, FontRequest};
use super::load::Template;
use super::model::{Align, Element, Fit, ImageBox, MAX_TEXT, QrBox, TextBox};
use super::placeholder::{self, DATE_PLACEHOLDERS, Piece, TEXT_PLACEHOLDERS};
use super::qr_place;
use super::signatories;
use super::text::TextStyle;
use super::vector::{Frame, POINTS, square};
use crate::credential::Timestamp;
use crate::qr::Symbol;
use crate::scene::{Color, FontId, ImageItem, Item, Path, Scene};

/// Most characters of a value that is put into a placeholder.
pub const MAX_VALUE: usize = 1_000;

/// What differs from one certificate to the next.
#[derive(Debug, Clone)]
pub struct Filling {
    /// Values of text placeholders, also of the list's own columns.
    pub fields: BTreeMap<String, String>,
    /// Values of date placeholders: `issue_date`, `valid_until`, `event_starts`, `event_ends`.
    pub dates: BTreeMap<String, Timestamp>,
    /// The QR symbol.
    pub qr: Symbol,
    /// BCP 47 language of the dates, if not the template's.
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
}

enum Dynamic {
    Text(Box<PreparedText>),
    Qr(QrBox),
}

/// A text box whose pieces and fonts are known.
pub(super) struct PreparedText {
    place: TextBox,
    pieces: Vec<Piece>,
    /// What must not be empty.
    when: Vec<Piece>,
    style: TextStyle,
    label: String,
    /// The last text and how it was laid out: dates and titles repeat from certificate to certificate.
    last: Mutex<Option<(String, Vec<Item>)>>,
}

/// Values that a layout may use, with the language's rules.
struct Values<'a> {
    fields: &'a BTreeMap<String, String>,
    dates: &'a BTreeMap<String, Timestamp>,
    writer: &'a DateWriter,
    language: &'a str,
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
        let document = &template.document;
        let fonts = with_assets(template, fonts)?;
        let (width, height) = document.page.millimetres();
        let frame = Frame { height: height * POINTS };
        let dates = DateWriter::new(&document.language)
            .ok_or_else(|| TemplateError::member("language", "has no dates in CLDR"))?;
        let scene = Scene {
            width: width * POINTS,
            height: frame.height,
            language: document.language.clone(),
            items: background(document, template, frame),
        };
        let language = document.language.clone();
        let mut layout = Self { base: scene, dynamic: Vec::new(), fonts, dates, frame, language };
        for (at, element) in document.elements.iter().enumerate() {
            layout.add(template, element, &format!("elements[{at}]"), constants)?;
        }
        Ok(layout)
    }

    /// Returns what is the same on all certificates.
    pub fn base(&self) -> &Scene {
        &self.base
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
            if let Dynamic::Qr(place) = dynamic {
                scene.items.push(Item::Qr(qr_place::place(place, self.frame, symbol)?));
            }
        }
        Ok(())
    }

    /// Lays out a record's texts, without its QR symbol.
    ///
    /// # Errors
    /// Names the field and why it cannot be printed.
    pub fn texts(&self, record: &Filling) -> Result<Scene, FillError> {
        let other = record.language.as_deref().filter(|language| *language != self.language);
        let own_writer = match other {
            Some(language) => Some(DateWriter::new(language).ok_or_else(|| FillError::Date {
                field: "language".into(),
                language: language.chars().take(40).collect(),
            })?),
            None => None,
        };
        let values = Values {
            fields: &record.fields,
            dates: &record.dates,
            writer: own_writer.as_ref().unwrap_or(&self.dates),
            language: other.unwrap_or(&self.language),
        };
        let mut items = Vec::with_capacity(self.dynamic.len() + 4);
        for dynamic in &self.dynamic {
            if let Dynamic::Text(text) = dynamic {
                items.extend(self.text(text, &values)?);
            }
        }
        let Scene { width, height, .. } = self.base;
        Ok(Scene { width, height, language: values.language.to_owned(), items })
    }

    /// Says whether a name fits into its boxes at a size that the template allows. Boxes in which other values stand beside it
    /// are not judged.
    pub fn has_room_for(&self, name: &str) -> bool {
        let fields = BTreeMap::from([("participant_name".to_owned(), name.to_owned())]);
        let dates = BTreeMap::new();
        let values = Values { fields: &fields, dates: &dates, writer: &self.dates, language: &self.language };
        let is_name = |piece: &Piece| matches!(piece, Piece::Text(name) if name == "participant_name");
        let alone = |text: &PreparedText| {
            text.pieces.iter().any(is_name)
                && text.pieces.iter().chain(&text.when).all(|piece| is_name(piece) || piece.literal().is_some())
        };
        self.dynamic.iter().all(|dynamic| match dynamic {
            Dynamic::Text(text) if alone(text) => {
                !matches!(self.text(text, &values), Err(FillError::DoesNotFit { .. }))
            }
            _ => true,
        })
    }

    fn add(
        &mut self,
        template: &Template,
        element: &Element,
        at: &str,
        constants: &BTreeMap<String, String>,
    ) -> Result<(), TemplateError> {
        let frame = self.frame;
        match element {
            Element::Line(line) => self.base.items.push(Item::Path(frame.line(line))),
            Element::Rect(rect) => self.base.items.push(Item::Path(frame.rectangle(rect))),
            Element::Path(path) => {
                let path = frame.ornament(path).map_err(|problem| TemplateError::member(at, problem))?;
                self.base.items.push(Item::Path(path));
            }
            Element::Image(image) => self.base.items.extend(picture(template, image, frame)?),
            Element::Text(place) => {
                let text = self.prepare(place.clone(), at);
                self.add_text(text, at, constants)?;
            }
            Element::Signatories(row) => {
                let placed = signatories::place(row, constants, &template.assets, frame)?;
                self.base.items.extend(placed.items);
                for place in placed.texts {
                    let text = self.prepare(place, at);
                    self.add_text(text, at, constants)?;
                }
            }
            Element::Qr(place) => {
                self.base.items.extend(qr_ground(place, frame));
                self.dynamic.push(Dynamic::Qr(place.clone()));
            }
        }
        Ok(())
    }

    /// Puts a text into the base if it is known already, else among what each record fills.
    fn add_text(
        &mut self,
        text: PreparedText,
        at: &str,
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
        let values = Values { fields: constants, dates: &dates, writer: &self.dates, language: &self.language };
        let items = self.text(&text, &values).map_err(|source| TemplateError::Text { at: at.to_owned(), source })?;
        self.base.items.extend(items);
        Ok(())
    }

    fn prepare(&self, place: TextBox, at: &str) -> PreparedText {
        let read = |text: &str| placeholder::parse(text).expect("placeholders were read when the document was");
        let (pieces, when) = (read(&place.text), read(&place.when));
        let request = FontRequest {
            family: place.font.clone(),
            weight: place.weight,
            italic: place.italic,
            language: self.language.clone(),
        };
        let style = TextStyle { stack: self.fonts.stack(&request), letter_spacing: place.letter_spacing };
        let label = pieces.iter().find_map(|piece| match piece {
            Piece::Text(name) | Piece::Date { name, .. } => Some(name.clone()),
            Piece::Literal(_) => None,
        });
        PreparedText {
            label: label.unwrap_or_else(|| at.to_owned()),
            place,
            pieces,
            when,
            style,
            last: Mutex::default(),
        }
    }

    fn text(&self, prepared: &PreparedText, values: &Values<'_>) -> Result<Vec<Item>, FillError> {
        let Some(text) = prepared.fill(values)? else { return Ok(Vec::new()) };
        if let Ok(last) = prepared.last.lock()
            && let Some((known, items)) = last.as_ref()
            && *known == text
        {
            return Ok(items.clone());
        }
        let base = prepared.direction(values.language);
        let items = fit::fit(&self.fonts, &prepared.style, &prepared.place, self.frame, &text, base)
            .map_err(|unfit| prepared.explain(unfit, values))?;
        if let Ok(mut last) = prepared.last.lock() {
            *last = Some((text, items.clone()));
        }
        Ok(items)
    }
}

impl PreparedText {
    /// Returns the text with its values; nothing if the box falls away.
    fn fill(&self, values: &Values<'_>) -> Result<Option<String>, FillError> {
        for piece in &self.when {
            if values.of(piece)?.is_some_and(|value| value.trim().is_empty()) {
                return Ok(None);
            }
        }
        let mut text = String::new();
        let mixed = self.pieces.len() > 1;
        for piece in &self.pieces {
            let Some(value) = values.of(piece)? else {
                text.extend(piece.literal());
                continue;
            };
            if value.trim().is_empty() {
                if self.place.optional {
                    return Ok(None);
                }
            } else if mixed && !value.is_ascii() {
                // A value keeps its own direction and does not turn its neighbours round (UAX 9 section 2.7).
                text.push('\u{2068}');
                text.push_str(&value);
                text.push('\u{2069}');
            } else {
                text.push_str(&value);
            }
        }
        if text.chars().count() > MAX_TEXT {
            return Err(FillError::TooLong { field: self.label.clone(), limit: MAX_TEXT });
        }
        if self.place.upper_case {
            let language: LanguageIdentifier = values.language.parse().unwrap_or(LanguageIdentifier::UNKNOWN);
            text = CaseMapper::new().uppercase_to_string(&text, &language).into_owned();
        }
        Ok((!text.trim().is_empty()).then_some(text))
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

impl Values<'_> {
    /// Returns what a placeholder stands for; nothing for the template's own words.
    fn of(&self, piece: &Piece) -> Result<Option<String>, FillError> {
        match piece {
            Piece::Literal(_) => Ok(None),
            Piece::Text(name) => Ok(Some(self.text(name)?.to_owned())),
            Piece::Date { name, style } if DATE_PLACEHOLDERS.contains(&name.as_str()) => {
                Ok(Some(self.date(name, *style)))
            }
            Piece::Date { name, style } => Ok(Some(self.date_of(self.text(name)?, *style))),
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

    /// Writes the day that a column holds as `2026-05-01`, with or without a time; any other text stands as it is.
    fn date_of(&self, text: &str, style: super::dates::DateStyle) -> String {
        let (day, time) = text.trim().split_at_checked(10).unwrap_or_default();
        let date = day.parse::<jiff::civil::Date>().ok().filter(|_| time.is_empty() || time.starts_with(['T', ' ']));
        date.map_or_else(|| text.to_owned(), |date| self.writer.write(Timestamp::midnight(date), style))
    }

    fn date(&self, name: &str, style: super::dates::DateStyle) -> String {
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

/// Languages written from right to left.
fn is_rtl(language: &str) -> bool {
    let primary = language.split('-').next().unwrap_or_default();
    ["ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "arc", "syr"].contains(&primary)
}

fn with_assets(template: &Template, fonts: &FontLibrary) -> Result<FontLibrary, TemplateError> {
    let names: BTreeSet<&String> = template.document.fonts.iter().collect();
    let mut library = fonts.clone();
    for name in names {
        let bytes = template
            .assets
            .get(name)
            .ok_or_else(|| TemplateError::MissingAsset { asset: name.clone(), at: "fonts".into() })?;
        library = library.with_font(name, Arc::clone(bytes), FontOrigin::Template)?;
    }
    Ok(library)
}

fn background(document: &Document, template: &Template, frame: Frame) -> Vec<Item> {
    let (width, height) = document.page.millimetres();
    let rect = frame.rect(0.0, 0.0, width, height);
    let fill = |color| Item::Path(Path { segments: square(rect), fill: Some(color), stroke: None });
    let mut items: Vec<Item> = document.background.color.map(|color| fill(color.into())).into_iter().collect();
    if let Some(bytes) = document.background.asset.as_ref().and_then(|name| template.assets.get(name)) {
        items.push(Item::Image(ImageItem { bytes: Arc::clone(bytes), rect, alt: String::new() }));
    }
    items
}

fn picture(template: &Template, image: &ImageBox, frame: Frame) -> Result<Option<Item>, TemplateError> {
    let Some(bytes) = template.assets.get(&image.asset) else { return Ok(None) };
    let area = [image.x, image.y, image.width, image.height];
    let area = match image.fit {
        Fit::Fill => area,
        Fit::Contain => contained(area, picture_size(&image.asset, bytes)?, image.align),
    };
    let rect = frame.rect(area[0], area[1], area[2], area[3]);
    Ok(Some(Item::Image(ImageItem { bytes: Arc::clone(bytes), rect, alt: image.alt.clone() })))
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

/// The white below the symbol, and the link over both.
fn qr_ground(place: &QrBox, frame: Frame) -> [Item; 2] {
    let quiet = qr_place::quiet_mm(place.size);
    let side = place.size + 2.0 * quiet;
    let rect = frame.rect(place.x - quiet, place.y - quiet, side, side);
    let white = Color { r: 1.0, g: 1.0, b: 1.0 };
    [Item::Path(Path { segments: square(rect), fill: Some(white), stroke: None }), Item::Link { rect }]
}
