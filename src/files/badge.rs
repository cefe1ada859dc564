//! The badge of an achievement: drawn from its title and its issuer's name, as an SVG and as a PNG.
//!
//! Its colours follow from the title, so that an issuer's badges can be told apart, and are the same each time. An event may have
//! a picture or a template of its own instead. No credential names it (it would grow the QR code): files are baked into it when they are made.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::FilesError;
use crate::credential::EventCode;
use crate::render::{self, Base, BaseMeta};
use crate::scene::Item;
use crate::store::{BlobId, Collection, Store, StoreError};
use crate::template::{BADGE_PIXELS, BADGE_PLACEHOLDERS, FontLibrary, Layout, Template, TemplateError, own_badge};

/// What a badge looks like; its colours are put in.
const LOOKS: &str = include_str!("../../templates/badge.json");

/// The colours that stand in it: its edge, its ground, its ornaments and its small letters.
const PLACES: [&str; 4] = ["#000001", "#000002", "#000003", "#000004"];

/// Edge, ground, ornaments, small letters. On each ground white letters have a contrast of 7 to 1 or more.
const COLOURS: [[&str; 4]; 6] = [
    ["#0a3d33", "#0f5345", "#e2c172", "#d6ebe4"],
    ["#152a52", "#1d3a70", "#e8c468", "#d9e3f6"],
    ["#4a1630", "#6a2146", "#f0c9a0", "#f6dde8"],
    ["#30204f", "#45306e", "#e9c46a", "#e4dcf4"],
    ["#4a2312", "#6b351c", "#f2cd88", "#f7e5d8"],
    ["#12353f", "#1a4b59", "#f0c27a", "#d8ecf1"],
];

/// Pixels per inch: the badge of 100 mm has 600 pixels, a whole number.
const DPI: f32 = 600.2 / 100.0 * 25.4;

/// Shortest title that is tried where a long one has no room.
const SHORTEST: usize = 8;

/// A badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// As an SVG document.
    pub svg: String,
    /// As a PNG of 600 pixels with a transparent ground.
    pub png: Vec<u8>,
}

impl Badge {
    /// Draws the badge of an achievement.
    ///
    /// # Errors
    /// When the texts cannot be drawn with these fonts.
    pub fn of(title: &str, issuer: &str, fonts: &FontLibrary) -> Result<Self, FilesError> {
        Self::designed(&looks(title)?, "", (title, issuer), fonts)
    }

    /// Draws a badge as a template says.
    ///
    /// # Errors
    /// As [`Badge::of`].
    pub fn designed(
        template: &Template,
        event: &str,
        (title, issuer): (&str, &str),
        fonts: &FontLibrary,
    ) -> Result<Self, FilesError> {
        let layout = laid_out(template, fonts, event, (title, issuer))?;
        let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default())?;
        let png = base.see_through(dpi_of(template))?;
        // Outlines alone cannot show a picture.
        let is_outlines = layout.base().items.iter().all(|item| !matches!(item, Item::Image(_)));
        let svg = match is_outlines {
            true => render::svg(layout.base(), layout.fonts(), &format!("{title} – {issuer}")),
            false => in_svg(&png),
        };
        Ok(Self { svg, png })
    }

    /// Makes the badge of a picture of an event's own.
    ///
    /// # Errors
    /// As [`own_badge`]; when it cannot be drawn.
    pub fn own(picture: &[u8], fonts: &FontLibrary) -> Result<Self, FilesError> {
        let own = own_badge(picture)?;
        let layout = Layout::new(&own.template, fonts)?;
        let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default())?;
        // Drawn anew: what a photo says of where it was taken stays behind.
        let png = base.see_through(DPI)?;
        let svg = own.svg.unwrap_or_else(|| in_svg(&png));
        Ok(Self { svg, png })
    }
}

/// Says why a picture that could be a badge cannot be drawn; nothing where it can, or where it is no such picture at all.
pub fn undrawable(picture: &[u8], fonts: &FontLibrary) -> Option<String> {
    own_badge(picture).ok()?;
    let error = Badge::own(picture, fonts).err()?;
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    Some(cause.unwrap_or_else(|| error.to_string()))
}

/// The badge that an event has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventBadge {
    /// A picture.
    Picture(BlobId),
    /// A template, in which its title and its issuer are put.
    Template(BlobId),
}

impl EventBadge {
    /// Returns what tells it from another.
    pub fn mark(&self) -> String {
        match self {
            Self::Picture(picture) => picture.0.clone(),
            Self::Template(bundle) => format!("template {}", bundle.0),
        }
    }
}

/// What of an event is drawn otherwise than the program would by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventLook {
    /// Its badge.
    pub badge: Option<EventBadge>,
    /// The template of the cards of shared links.
    pub card: Option<BlobId>,
}

/// Returns what an event has of its own: a picture that is its badge goes before a template of one.
///
/// # Errors
/// When the store fails.
pub fn event_look(store: &dyn Store, event: &EventCode) -> Result<EventLook, StoreError> {
    // What the service keeps beside the event names it.
    let Some(plan) = store.document(Collection::PLANS, event.as_str())? else { return Ok(EventLook::default()) };
    let blob = |value: Option<&serde_json::Value>| Some(BlobId(value?.as_str()?.to_owned()));
    let template = |member: &str| blob(plan.value.get(member).and_then(|kept| kept.get("bundle")));
    let picture = blob(plan.value.get("badge")).map(EventBadge::Picture);
    Ok(EventLook {
        badge: picture.or_else(|| template("badge_template").map(EventBadge::Template)),
        card: template("card_template"),
    })
}

/// Returns the badge that an event has of its own.
///
/// # Errors
/// When the store fails.
pub fn own_badge_of(store: &dyn Store, event: &EventCode) -> Result<Option<EventBadge>, StoreError> {
    Ok(event_look(store, event)?.badge)
}

/// Returns the resolution at which a badge has its pixels, whatever its page measures.
fn dpi_of(template: &Template) -> f32 {
    let (side, _) = template.document().page.millimetres();
    (BADGE_PIXELS as f32 + 0.2) / side * 25.4
}

/// Returns an SVG that shows a PNG of the badge's size.
fn in_svg(png: &[u8]) -> String {
    let data = data_encoding::BASE64.encode(png);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"600\" \
         viewBox=\"0 0 600 600\" role=\"img\"><image width=\"600\" height=\"600\" href=\"data:image/png;base64,{data}\"/></svg>\n"
    )
}

fn looks(title: &str) -> Result<Template, TemplateError> {
    let colours = COLOURS[usize::from(Sha256::digest(title)[0]) % COLOURS.len()];
    let document =
        PLACES.iter().zip(colours).fold(LOOKS.to_owned(), |text, (place, colour)| text.replace(place, colour));
    Template::new(document.as_bytes(), BTreeMap::new())
}

/// Lays out the texts; what has no room in small letters is shortened.
fn laid_out(
    template: &Template,
    fonts: &FontLibrary,
    event: &str,
    (title, issuer): (&str, &str),
) -> Result<Layout, TemplateError> {
    let (mut longest, mut texts) =
        (title.chars().count().max(issuer.chars().count()), [title, issuer].map(str::to_owned));
    loop {
        let [shown_title, shown_issuer] = texts.clone();
        let texts_now = [shown_title, shown_issuer, event.to_owned()];
        let constants: BTreeMap<_, _> = BADGE_PLACEHOLDERS.map(str::to_owned).into_iter().zip(texts_now).collect();
        match Layout::with_constants(template, fonts, &constants) {
            Err(_) if longest > SHORTEST => {
                longest = longest * 4 / 5;
                texts = [title, issuer].map(|text| shortened(text, longest));
            }
            laid_out => return laid_out,
        }
    }
}

fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let start: String = text.chars().take(longest).collect();
    let start = start.rsplit_once(' ').map_or(start.as_str(), |(words, _)| words);
    format!("{}…", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_is_the_same_each_time_and_shows_any_title() {
        let fonts = FontLibrary::builtin();
        let long = "Advanced Occupational Health and Safety Coordination for Construction Sites ".repeat(6);
        for title in ["Welding", "Applied Cartography & <Maps>", "पाठ्यक्रम", "دورة السلامة المهنية", long.trim()]
        {
            let badge = Badge::of(title, "Testamur Academy", &fonts).unwrap();
            assert_eq!(badge, Badge::of(title, "Testamur Academy", &fonts).unwrap());
            let tree = svg2pdf::usvg::roxmltree::Document::parse(&badge.svg).unwrap();
            assert!(tree.descendants().filter(|node| node.has_tag_name("path")).count() > 7, "{title}");
            let picture = image::load_from_memory(&badge.png).unwrap().to_rgba8();
            assert_eq!(picture.dimensions(), (600, 600));
            assert_eq!((picture.get_pixel(2, 2)[3], picture.get_pixel(300, 570)[3]), (0, 255));
        }
    }

    #[test]
    fn the_built_in_template_is_the_drawn_badge_in_one_of_its_colours() {
        let fonts = FontLibrary::builtin();
        let template = Template::open("badge").unwrap();
        // A title that has those colours.
        let title = (0..).map(|n| format!("Course {n}")).find(|title| Sha256::digest(title)[0] % 6 == 0).unwrap();
        let says = (title.as_str(), "Testamur Academy");
        let own = Badge::designed(&template, "WORKSHOP", says, &fonts).unwrap();
        assert_eq!(own, Badge::of(says.0, says.1, &fonts).unwrap());
        let long = "Advanced Occupational Health and Safety Coordination for Construction Sites ".repeat(6);
        Badge::designed(&template, "WORKSHOP", (long.trim(), "Testamur Academy"), &fonts).unwrap();
    }

    #[test]
    fn a_badge_of_a_template_has_its_pixels_and_shows_its_pictures() {
        let fonts = FontLibrary::builtin();
        let picture = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#123456"/></svg>"##;
        let text =
            r##"{"type":"text","text":"{event_code} {event_title}","x":5,"y":80,"width":70,"height":12,"size":12}"##;
        let image = r#"{"type":"image","asset":"seal.svg","x":10,"y":10,"width":60,"height":60}"#;
        let document = format!(
            r#"{{"testamur":1,"for":"badge","title":"B","page":{{"width":80,"height":80}},"elements":[{image},{text}]}}"#
        );
        let assets = BTreeMap::from([("seal.svg".to_owned(), std::sync::Arc::new(picture.to_vec()))]);
        // The text is one that lies outside: it can be drawn, and is told before it is kept.
        let template = Template::new(document.as_bytes(), assets).unwrap();
        let badge = Badge::designed(&template, "WORKSHOP", ("Maps", "Academy"), &fonts).unwrap();
        let drawn = image::load_from_memory(&badge.png).unwrap().to_rgba8();
        assert_eq!((drawn.dimensions(), drawn.get_pixel(2, 590)[3]), ((600, 600), 0));
        assert!(badge.svg.contains("data:image/png;base64,"), "{}", &badge.svg[..200]);
    }

    #[test]
    fn letters_can_be_read_on_every_ground() {
        let light = |hex: &str| {
            let part = |at: usize| {
                let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        for [_, ground, ornament, small] in COLOURS {
            let contrast = |colour: &str| (light(colour) + 0.05) / (light(ground) + 0.05);
            assert!(contrast("#ffffff") >= 7.0 && contrast(small) >= 6.0 && contrast(ornament) >= 4.5, "{ground}");
        }
    }
}
