//! A page for those who hear it: which of its elements are read, in which order, and what is said of pictures and codes.
//!
//! Elements are read in their own order, by `order` or else as they are layered; what is written right above or below the code is
//! read with it, and last. Lines, shapes and pictures without a text are not read.

use std::ops::Range;

use super::document::Document;
use super::model::{Element, ImageBox, PictureRole, QrBox, TextBox, TextRole};
use super::placeholder::{self, Piece};
use super::spoken::{FIRST_LANGUAGE, spoken};
use super::words::Words;
use crate::scene::{Item, Role, Tag};

/// How far from the code its captions stand, in millimetres.
const NEAR_CODE: f32 = 10.0;
/// How far a caption's second line stands from the first.
const NEAR_CAPTION: f32 = 3.0;
/// The alternative text of the built-in templates' logos.
const LOGO: &str = "Logo";

/// What is said in one language.
struct Phrases {
    language: &'static str,
    code: &'static str,
    /// Where the code is looked at; `{}` is the address.
    at: &'static str,
    link: &'static str,
    /// `{}` is the name.
    signature_of: &'static str,
    signature: &'static str,
    logo: &'static str,
}

/// The languages of the built-in templates.
const PHRASES: [Phrases; 7] = [
    Phrases {
        language: "en",
        code: "QR code that carries this certificate, signed",
        at: "; scan it at {}",
        link: "Opens the page that checks this certificate",
        signature_of: "Signature of {}",
        signature: "Signature",
        logo: LOGO,
    },
    Phrases {
        language: "de",
        code: "QR-Code, der dieses Zertifikat signiert enthält",
        at: "; zu scannen unter {}",
        link: "Öffnet die Seite, die dieses Zertifikat prüft",
        signature_of: "Unterschrift von {}",
        signature: "Unterschrift",
        logo: LOGO,
    },
    Phrases {
        language: "fr",
        code: "Code QR qui contient ce certificat, signé",
        at: " ; à scanner sur {}",
        link: "Ouvre la page qui vérifie ce certificat",
        signature_of: "Signature de {}",
        signature: "Signature",
        logo: LOGO,
    },
    Phrases {
        language: "es",
        code: "Código QR que contiene este certificado, firmado",
        at: "; escanéelo en {}",
        link: "Abre la página que verifica este certificado",
        signature_of: "Firma de {}",
        signature: "Firma",
        logo: "Logotipo",
    },
    Phrases {
        language: "ar",
        code: "رمز QR يحمل هذه الشهادة موقّعة",
        at: "؛ امسحه في {}",
        link: "يفتح الصفحة التي تتحقق من هذه الشهادة",
        signature_of: "توقيع {}",
        signature: "توقيع",
        logo: "شعار",
    },
    Phrases {
        language: "hi",
        code: "क्यूआर कोड, जिसमें यह प्रमाणपत्र हस्ताक्षर सहित है",
        at: "; इसे {} पर स्कैन करें",
        link: "वह पृष्ठ खोलता है जो इस प्रमाणपत्र की जाँच करता है",
        signature_of: "{} के हस्ताक्षर",
        signature: "हस्ताक्षर",
        logo: "लोगो",
    },
    Phrases {
        language: "zh",
        code: "载有本证书及其签名的二维码",
        at: "；请在 {} 扫描",
        link: "打开核验本证书的页面",
        signature_of: "{}的签名",
        signature: "签名",
        logo: "标志",
    },
];

/// How a page is read.
pub(super) struct ReadAloud {
    /// By element: when it is read.
    places: Vec<u32>,
    heading: Option<usize>,
    phrases: &'static Phrases,
    /// The phrases' language, where it is not the page's.
    other: Option<&'static str>,
}

impl ReadAloud {
    pub(super) fn of(document: &Document) -> Self {
        let elements = &document.elements;
        let captions = captions(elements);
        let mut order: Vec<usize> = (0..elements.len()).collect();
        // What lies under everything is read first.
        order.sort_by_key(|at| (elements[*at].order().map_or(u32::MAX, u32::from), captions.contains(at)));
        let mut places = vec![0; elements.len()];
        (1..).zip(&order).for_each(|(place, at)| places[*at] = place);
        let known = spoken(&document.language);
        let language = known.unwrap_or(FIRST_LANGUAGE);
        let phrases = PHRASES.iter().find(|phrases| phrases.language == language).unwrap_or(&PHRASES[0]);
        let other = known.is_none().then_some(FIRST_LANGUAGE);
        let heading = heading(elements, order.iter().copied().filter(|at| !captions.contains(at)));
        Self { places, heading, phrases, other }
    }

    /// Says how a text is read that is part of an element; nothing if it is decoration.
    pub(super) fn text(&self, element: usize, part: u32, place: &TextBox) -> Option<Tag> {
        let role = match place.role {
            Some(TextRole::Decoration) => return None,
            Some(TextRole::Heading) => Role::Heading,
            None if self.heading == Some(element) => Role::Heading,
            _ => Role::Text,
        };
        Some(self.tag(element, part, role))
    }

    /// Says how a picture is read; nothing if it is decoration.
    pub(super) fn picture(&self, element: usize, image: &ImageBox) -> Option<Tag> {
        let tag = self.tag(element, 0, Role::Figure);
        match image.alt.trim() {
            _ if image.role == Some(PictureRole::Decoration) => None,
            "" => None,
            LOGO => Some(Tag { alt: self.phrases.logo.to_owned(), ..tag }),
            alt => Some(Tag { alt: alt.to_owned(), language: None, ..tag }),
        }
    }

    /// Says how the picture below everything is read.
    pub(super) fn background(alt: &str) -> Option<Tag> {
        let tag = Tag { alt: alt.trim().to_owned(), ..empty((0, 0), Role::Figure) };
        (!tag.alt.is_empty()).then_some(tag)
    }

    /// Says how the picture of somebody's signature is read; of nobody, if the name is not known.
    pub(super) fn signature(&self, element: usize, part: u32, name: &str) -> Tag {
        let said = if name.is_empty() {
            self.phrases.signature.to_owned()
        } else {
            self.phrases.signature_of.replace("{}", name)
        };
        Tag { alt: said, ..self.tag(element, part, Role::Figure) }
    }

    /// Says how the code is read, which is looked at by the page at `host`, if that is known.
    pub(super) fn code(&self, element: usize, place: &QrBox, host: &str) -> Tag {
        let at = if host.is_empty() { String::new() } else { self.phrases.at.replace("{}", host) };
        let tag = Tag { text: self.phrases.link.to_owned(), ..self.tag(element, 0, Role::Code) };
        match place.alt.trim() {
            "" => Tag { alt: format!("{}{at}", self.phrases.code), ..tag },
            alt => Tag { alt: alt.to_owned(), ..tag },
        }
    }

    /// Returns when an element is read: before all that has a larger number.
    pub(super) fn place(&self, element: usize) -> u32 {
        self.places.get(element).copied().unwrap_or(u32::MAX)
    }

    fn tag(&self, element: usize, part: u32, role: Role) -> Tag {
        let place = (self.place(element), part);
        let language = self.other.filter(|_| matches!(role, Role::Figure | Role::Code)).map(Into::into);
        Tag { language, ..empty(place, role) }
    }
}

fn empty(place: (u32, u32), role: Role) -> Tag {
    Tag { place, role, items: 0..0, language: None, text: String::new(), alt: String::new() }
}

/// Returns the tag of a text that was laid out as these items of a page.
pub(super) fn said(tag: &Tag, words: &Words, items: &[Item], range: Range<usize>) -> Tag {
    let runs =
        || items[range.clone()].iter().filter_map(|item| if let Item::Glyphs(run) = item { Some(run) } else { None });
    let first = runs().next();
    let same = |language: &Option<Box<str>>| runs().all(|run| run.language == *language);
    let language = first.and_then(|run| run.language.clone().filter(|_| same(&run.language)));
    let in_lines = first.is_some_and(|first| runs().any(|run| run.y != first.y));
    let text = if in_lines || runs().any(|run| run.rtl) { plain(&words.text) } else { String::new() };
    Tag { items: range, language, text, ..tag.clone() }
}

/// A text without the isolates of the layout, in one line.
fn plain(text: &str) -> String {
    let kept: String = text.chars().filter(|letter| !matches!(letter, '\u{2068}' | '\u{2069}')).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The heading: what says that it is one, or else the first text that is the same on all certificates.
fn heading(elements: &[Element], mut order: impl Iterator<Item = usize>) -> Option<usize> {
    let roles = elements.iter().filter_map(|element| if let Element::Text(text) = element { text.role } else { None });
    if roles.into_iter().any(|role| role == TextRole::Heading) {
        return None;
    }
    let is_fixed = |text: &TextBox| {
        let pieces = placeholder::parse(&text.text).unwrap_or_default();
        text.role.is_none() && text.when.is_empty() && pieces.iter().all(|piece| matches!(piece, Piece::Literal(_)))
    };
    order.find(|at| matches!(&elements[*at], Element::Text(text) if is_fixed(text)))
}

/// The code, and the texts right above and below it.
fn captions(elements: &[Element]) -> Vec<usize> {
    let Some((code, qr)) = elements.iter().enumerate().find_map(|(at, element)| match element {
        Element::Qr(qr) => Some((at, qr)),
        _ => None,
    }) else {
        return Vec::new();
    };
    let mut found = vec![code];
    let mut near = vec![(qr.y, qr.y + qr.size, NEAR_CODE)];
    while let Some((top, bottom, reach)) = near.pop() {
        for (at, element) in elements.iter().enumerate().filter(|(at, _)| !found.contains(at)).collect::<Vec<_>>() {
            let Element::Text(text) = element else { continue };
            let middle = text.x + text.width / 2.0;
            let gap = (text.y - bottom).max(top - text.y - text.height);
            if (qr.x..=qr.x + qr.size).contains(&middle) && (-NEAR_CAPTION..=reach).contains(&gap) {
                found.push(at);
                near.push((text.y, text.y + text.height, NEAR_CAPTION));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{LANGUAGES, Template, builtin_names};

    #[test]
    fn there_are_phrases_in_every_language_of_the_built_in_templates() {
        for language in LANGUAGES {
            let phrases = PHRASES.iter().find(|phrases| phrases.language == language).unwrap();
            for (text, is_filled) in [
                (phrases.code, false),
                (phrases.at, true),
                (phrases.link, false),
                (phrases.signature_of, true),
                (phrases.signature, false),
            ] {
                assert!(!text.is_empty() && text.contains("{}") == is_filled, "{language}: {text}");
            }
        }
    }

    #[test]
    fn built_in_templates_are_read_from_their_title_to_the_code() {
        for name in builtin_names() {
            let document = Template::built_in(name, None).unwrap().document;
            let aloud = ReadAloud::of(&document);
            let mut read: Vec<(u32, &str)> = Vec::new();
            for (at, element) in document.elements.iter().enumerate() {
                match element {
                    Element::Text(text) => read.push((aloud.places[at], &text.text)),
                    Element::Qr(_) => read.push((aloud.places[at], "code")),
                    _ => {}
                }
            }
            read.sort_unstable();
            let at = |said: &str| read.iter().position(|(_, text)| text.contains(said)).unwrap();
            let heading = aloud.heading.map(|at| &document.elements[at]);
            assert!(matches!(heading, Some(Element::Text(text)) if text.text.starts_with("Certificate")), "{name}");
            let order = ["Certificate", "participant_name", "event_title", "certificate_number"].map(at);
            assert!(order.is_sorted(), "{name}: {read:?}");
            assert!(at("verify_host") > at("event_title") && at("code") > at("event_title"), "{name}: {read:?}");
        }
    }

    #[test]
    fn an_order_that_is_said_goes_before_the_one_of_layers() {
        let text = |text: &str, more: &str| {
            format!(r#"{{"type":"text","text":"{text}","x":10,"y":10,"width":50,"height":9,"size":9{more}}}"#)
        };
        let elements =
            [text("c", ""), text("b", r#","order":2"#), text("a", r#","order":1,"role":"decoration""#)].join(",");
        let document = format!(r#"{{"testamur":1,"title":"t","elements":[{elements}]}}"#);
        let document = Document::parse(document.as_bytes()).unwrap();
        let aloud = ReadAloud::of(&document);
        assert_eq!(aloud.places, [3, 2, 1]);
        assert_eq!(aloud.heading, Some(1), "what is decoration is no heading");
        let Element::Text(first) = &document.elements[2] else { panic!() };
        assert_eq!(aloud.text(2, 0, first), None);
    }
}
