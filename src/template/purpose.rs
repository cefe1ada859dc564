//! What a template is for: a certificate, the card of a shared link, or a badge. The last two are small: they have pixels for a page, no
//! code, and what only a certificate says is none of theirs.

use serde::{Deserialize, Serialize};

use super::check::{Finding, fault, warning};
use super::document::{Document, Page};
use super::error::TemplateError;
use super::load::Template;
use super::model::{CertificateBox, Element};

/// Pixels of a card to the millimetre of its page.
const CARD_PIXELS: f32 = 4.0;
/// A card's page in millimetres: 1200 by 627 pixels.
const CARD_MM: (f32, f32) = (300.0, 156.75);
/// The page of a badge that says none.
const BADGE_MM: f32 = 100.0;
/// Pixels of a badge each way.
pub const BADGE_PIXELS: u32 = 600;
/// What is smaller on a card, in pixels, is not read where it stands small among other posts.
const SMALL_PIXELS: f32 = 18.0;
/// What a badge can print: it is the same for everybody of an event.
pub const BADGE_PLACEHOLDERS: [&str; 3] = ["event_title", "organization_name", "event_code"];

/// What a template is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// A certificate, on paper.
    #[default]
    Certificate,
    /// The card that stands beside a shared link: 1200 by 627 pixels.
    Card,
    /// The badge of an event: a square on nothing.
    Badge,
}

/// A card taken apart where the picture of the certificate lies in it.
#[derive(Debug, Clone, PartialEq)]
pub struct CardParts {
    /// What lies below the picture; all of it, where there is none.
    pub below: Template,
    /// Where the picture is, in pixels: left, top, width, height; and the colour of its edge.
    pub picture: Option<([u32; 4], Option<[u8; 3]>)>,
    /// What lies above it.
    pub above: Option<Template>,
}

impl Purpose {
    /// Says whether it is that of templates that say none.
    pub fn is_certificate(&self) -> bool {
        *self == Self::Certificate
    }

    /// Returns the word for it, as documents have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Card => "card",
            Self::Badge => "badge",
        }
    }

    /// Returns what its templates are for, in a sentence.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Certificate => "certificates",
            Self::Card => "share cards",
            Self::Badge => "badges",
        }
    }

    /// Returns the page of a document that says none.
    pub fn page(self) -> Page {
        let sized = |(width, height)| Page { width: Some(width), height: Some(height), ..Page::default() };
        match self {
            Self::Certificate => Page::default(),
            Self::Card => sized(CARD_MM),
            Self::Badge => sized((BADGE_MM, BADGE_MM)),
        }
    }

    /// Returns how many pixels a page of it has, where it is no paper.
    pub fn pixels(self) -> Option<(u32, u32)> {
        let pixels = |mm: f32| (mm * CARD_PIXELS).round() as u32;
        match self {
            Self::Certificate => None,
            Self::Card => Some((pixels(CARD_MM.0), pixels(CARD_MM.1))),
            Self::Badge => Some((BADGE_PIXELS, BADGE_PIXELS)),
        }
    }

    /// Refuses what does not belong on it.
    pub(super) fn takes(self, element: &Element) -> Result<(), String> {
        let refused = match (self, element) {
            (Self::Certificate, Element::Certificate(_)) => "a certificate does not show itself; share cards do",
            (Self::Card, Element::Qr(_)) => {
                "a share card has no code: it stands beside a link, and shows the certificate with its own (`certificate`)"
            }
            (Self::Badge, Element::Qr(_)) => "a badge has no code: the credential is baked into its file",
            (Self::Badge, Element::Certificate(_) | Element::Signatories(_)) => {
                "a badge is the same for everybody of an event; it shows neither certificates nor signatures"
            }
            _ => return Ok(()),
        };
        Err(refused.to_owned())
    }

    /// Refuses a page of another size.
    pub(super) fn check_page(self, page: &Page) -> Result<(), TemplateError> {
        let (width, height) = page.millimetres();
        let problem = match self {
            Self::Card if (width, height) != CARD_MM => format!(
                "of a share card is {} mm by {} mm: 1200 by 627 pixels, four to the millimetre; not {width} mm by {height} mm",
                CARD_MM.0, CARD_MM.1
            ),
            Self::Badge if width != height => {
                format!("of a badge is a square; not {width} mm by {height} mm")
            }
            _ => return Ok(()),
        };
        Err(TemplateError::member("page", problem))
    }
}

/// Returns where the picture of a certificate is on a card, in pixels.
fn in_pixels(place: &CertificateBox) -> [u32; 4] {
    let (wide, high) = Purpose::Card.pixels().unwrap_or_default();
    let pixel = |mm: f32, most: u32| ((mm * CARD_PIXELS).round().max(0.0) as u32).min(most);
    let (left, top) = (pixel(place.x, wide - 1), pixel(place.y, high - 1));
    let (right, bottom) = (pixel(place.x + place.width, wide), pixel(place.y + place.height, high));
    [left, top, right.saturating_sub(left).max(1), bottom.saturating_sub(top).max(1)]
}

impl Template {
    /// Returns what it is for.
    pub fn purpose(&self) -> Purpose {
        self.document.purpose
    }

    /// Takes a card apart where the picture of the certificate lies in it.
    pub fn card_parts(&self) -> CardParts {
        let elements = &self.document.elements;
        let found = elements.iter().enumerate().find_map(|(at, element)| match element {
            Element::Certificate(place) => Some((at, place)),
            _ => None,
        });
        let Some((at, place)) = found else { return CardParts { below: self.clone(), picture: None, above: None } };
        let (mut below, mut above) = (self.clone(), self.clone());
        below.document.elements = elements[..at].to_vec();
        above.document.elements = elements[at + 1..].to_vec();
        // What lies under everything lies below the picture.
        (above.document.background.color, above.document.background.asset) = (None, None);
        let above = Some(above).filter(|above| !above.document.elements.is_empty());
        CardParts { below, picture: Some((in_pixels(place), place.edge.map(|edge| edge.0))), above }
    }

    /// Looks over what only share cards and badges must keep to.
    pub(super) fn check_small(&self, findings: &mut Vec<Finding>) {
        let purpose = self.document.purpose;
        if purpose == Purpose::Badge {
            for name in self.placeholders().iter().filter(|name| !BADGE_PLACEHOLDERS.contains(&name.as_str())) {
                let at = self.element_with(name).unwrap_or_else(|| "elements".to_owned());
                let message = format!("placeholder `{{{name}}}` differs from person to person, and a badge does not");
                findings.push(fault(
                    &at,
                    message,
                    "print the title or code of the event, or the name of the organisation",
                ));
            }
        }
        for (at, element) in self.document.elements.iter().enumerate() {
            let Element::Text(text) = element else { continue };
            let at = format!("elements[{at}]");
            if !self.holds([text.x, text.y, text.width, text.height]) {
                let message = "reaches outside the picture, where it is cut off".to_owned();
                findings.push(fault(&at, message, "move it or make it smaller"));
            }
            let pixels = text.min_size.unwrap_or(text.size) / super::vector::POINTS * CARD_PIXELS;
            if purpose == Purpose::Card && pixels < SMALL_PIXELS {
                let message = format!(
                    "the text may be {pixels:.0} pixels high; below {SMALL_PIXELS} it is not read where the card stands small"
                );
                findings.push(warning(
                    &at,
                    message,
                    "make its letters larger, also the smallest that they may shrink to, or give it more room",
                ));
            }
        }
    }

    fn holds(&self, [x, y, w, h]: [f32; 4]) -> bool {
        let (width, height) = self.document.page.millimetres();
        x >= 0.0 && y >= 0.0 && x + w <= width + 0.01 && y + h <= height + 0.01
    }
}

impl Document {
    /// Returns the page that a document has which says none, as JSON.
    pub(super) fn page_for(purpose: Option<&serde_json::Value>) -> Option<serde_json::Value> {
        let purpose: Purpose = serde_json::from_value(purpose?.clone()).ok()?;
        if purpose.is_certificate() { None } else { serde_json::to_value(purpose.page()).ok() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::template::{FontLibrary, small_names};

    fn read(text: &str) -> Result<Template, TemplateError> {
        Template::new(text.as_bytes(), BTreeMap::new())
    }

    fn with(purpose: &str, page: &str, elements: &str) -> Result<Template, TemplateError> {
        read(&format!(r#"{{"testamur":1,"for":"{purpose}","title":"T"{page},"elements":[{elements}]}}"#))
    }

    const QR: &str = r#"{"type":"qr","x":20,"y":20}"#;
    const PICTURE: &str = r##"{"type":"certificate","x":10,"y":20,"width":100,"height":50,"edge":"#112233"}"##;

    fn text(words: &str, more: &str) -> String {
        format!(r#"{{"type":"text","text":"{words}","x":5,"y":5,"width":80,"height":20,"size":20{more}}}"#)
    }

    #[test]
    fn a_document_that_says_nothing_is_for_certificates_and_keeps_its_bytes() {
        let plain = read(r#"{"testamur":1,"title":"T","elements":[]}"#).unwrap();
        let said = read(r#"{"testamur":1,"for":"certificate","title":"T","elements":[]}"#).unwrap();
        assert_eq!((plain.purpose(), plain.to_bundle()), (Purpose::Certificate, said.to_bundle()));
        assert!(!String::from_utf8(plain.document_bytes()).unwrap().contains("\"for\""));
        let card = with("card", "", "").unwrap();
        assert_eq!((card.purpose(), card.document().page.millimetres()), (Purpose::Card, CARD_MM));
        assert_eq!(Template::from_bundle(&card.to_bundle()).unwrap(), card);
        assert_eq!(with("badge", "", "").unwrap().document().page.millimetres(), (BADGE_MM, BADGE_MM));
        assert_eq!(Purpose::Card.pixels(), Some((1_200, 627)));
    }

    #[test]
    fn what_does_not_belong_on_it_is_refused_with_the_reason() {
        for (purpose, page, elements, said) in [
            ("poster", "", "", "poster"),
            ("card", r#","page":{"size":"A4"}"#, "", "1200 by 627"),
            ("card", "", QR, "no code"),
            ("badge", r#","page":{"width":100,"height":90}"#, "", "square"),
            ("badge", "", QR, "baked"),
            ("badge", "", PICTURE, "the same for everybody"),
            ("certificate", "", PICTURE, "does not show itself"),
        ] {
            let error = with(purpose, page, elements).unwrap_err().to_string();
            assert!(error.contains(said), "{purpose}: {error}");
        }
        let twice = with("card", "", &format!("{PICTURE},{PICTURE}")).unwrap_err().to_string();
        assert!(twice.contains("more than one certificate"), "{twice}");
        with("card", "", PICTURE).unwrap();
    }

    #[test]
    fn small_templates_are_looked_over_by_rules_of_their_own() {
        let found = |purpose: &str, elements: &str| {
            let all = with(purpose, "", elements).unwrap().check(&FontLibrary::builtin(), &[]);
            all.into_iter().map(|one| (one.is_fault(), one.message)).collect::<Vec<_>>()
        };
        assert_eq!(found("card", &text("{participant_name}", "")), [], "no code, and no more than that is wanted");
        assert_eq!(found("badge", &text("{event_title}", "")), []);
        let badge = found("badge", &text("{participant_name}", ""));
        assert!(badge[0].0 && badge[0].1.contains("differs from person to person"), "{badge:?}");
        let small = found("card", &text("{event_title}", r#","minSize":8"#));
        assert!(!small[0].0 && small[0].1.contains("11 pixels"), "{small:?}");
        let outside = r#"{"type":"text","text":"x","x":250,"y":5,"width":80,"height":20,"size":20}"#;
        let outside = found("card", outside);
        assert!(outside[0].0 && outside[0].1.contains("cut off"), "{outside:?}");
        for name in small_names(None) {
            let template = Template::open(name).unwrap();
            assert_eq!(template.check(&FontLibrary::builtin(), &[]), [], "{name}");
            assert!(!template.purpose().is_certificate());
        }
    }

    #[test]
    fn a_card_is_taken_apart_at_the_picture_of_the_certificate() {
        let whole = with("card", "", &[text("a", ""), PICTURE.to_owned(), text("b", "")].join(",")).unwrap();
        let CardParts { below, picture, above } = whole.card_parts();
        assert_eq!(picture, Some(([40, 80, 400, 200], Some([0x11, 0x22, 0x33]))));
        assert_eq!((below.document.elements.len(), above.unwrap().document.elements.len()), (1, 1));
        let none = with("card", "", &text("a", "")).unwrap();
        let parts = none.card_parts();
        assert!(parts.below == none && parts.picture.is_none() && parts.above.is_none());
        // As the program draws a card by itself.
        let usual = Template::open("card").unwrap().card_parts();
        assert_eq!(usual.picture, Some(([34, 34, 1_132, 559], Some([190, 197, 206]))));
    }
}
