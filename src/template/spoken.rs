//! The languages of the built-in templates' own words: a template that is a built-in one but for its pictures says the same in each.
//!
//! Nothing is looked up when a certificate is drawn: what an event keeps is the document in its language, with a digest of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::builtin::HAN;
use super::document::Document;
use super::load::{Template, builtin_document, builtin_names, builtin_versions, small_names};
use super::mirrored::mirrored;
use super::model::{Element, TextBox};
use super::placeholder;
use super::vector::POINTS;

/// The languages that the built-in templates speak: those of the verifier.
pub const LANGUAGES: [&str; 7] = ["ar", "de", "en", "es", "fr", "hi", "zh"];
/// What they speak where no language is said, or another one.
pub const FIRST_LANGUAGE: &str = "en";
/// How the font of [`HAN`] is called in a template.
const HAN_NAME: &str = "words-zh.otf";
/// How much smaller words may become than the English ones, where these have one size.
const SMALLEST: f32 = 0.6;

/// What stands in place of each English text, by language.
static WORDS: LazyLock<BTreeMap<String, BTreeMap<String, String>>> =
    LazyLock::new(|| serde_json::from_slice(include_bytes!("words.json")).expect("a test reads all of the words"));

/// What is said otherwise since a version of a template, by name, version, language and English text: `Zertifikat über den Abschluss`
/// stood above `für den Abschluss von`. What was released before goes on as it was.
const SINCE: [(&str, u32, &str, &str, &str); 8] = [
    ("classic", 3, "ar", "has successfully completed", "لاجتياز ما يلي بنجاح"),
    ("modern", 3, "ar", "Certificate\nof Completion", "شهادة"),
    ("modern", 3, "de", "Certificate\nof Completion", "Zertifikat"),
    ("minimal", 3, "ar", "Certificate of Completion", "شهادة"),
    ("laurel", 1, "ar", "has successfully completed", "لاجتياز ما يلي بنجاح"),
    ("ribbon", 1, "ar", "Certificate\nof Completion", "شهادة"),
    ("ribbon", 1, "de", "Certificate\nof Completion", "Zertifikat"),
    ("quiet", 1, "ar", "Certificate of Completion", "شهادة"),
];

/// Templates that begin at a side, and since which version they begin at the other one where lines are read from the right.
const TURNED: [(&str, u32); 4] = [("modern", 3), ("minimal", 3), ("ribbon", 1), ("quiet", 1)];

/// Returns which of the seven languages somebody reads who reads this one; nothing if it is none of them.
pub fn spoken(tag: &str) -> Option<&'static str> {
    let parts: Vec<String> = tag.split(['-', '_']).map(str::to_lowercase).collect();
    let first = parts.first()?;
    // The characters of Taiwan and Hong Kong are others.
    let is_hant = parts.iter().any(|part| ["hant", "tw", "hk", "mo"].contains(&part.as_str()));
    LANGUAGES.into_iter().find(|one| one == first && !(*one == "zh" && is_hant))
}

/// Takes a name apart from the language that may follow it: `classic.de`.
pub fn name_and_language(text: &str) -> (&str, Option<&'static str>) {
    let said =
        text.rsplit_once('.').and_then(|(name, tag)| Some((name, LANGUAGES.into_iter().find(|one| *one == tag)?)));
    said.map_or((text, None), |(name, language)| (name, Some(language)))
}

impl Template {
    /// Says whether its words are those of a built-in template, in whatever language and with whatever pictures: then it has them
    /// in the others, too.
    pub fn speaks(&self) -> bool {
        self.built_in_as().is_some()
    }

    /// Returns the name of the built-in template that this one is but for language and pictures.
    pub fn built_in_name(&self) -> Option<&'static str> {
        self.built_in_as().map(|(name, _)| name)
    }

    /// Returns the template with its words in another language, if they are those of a built-in one. Its pictures stay.
    pub fn in_language(&self, language: &str) -> Option<Self> {
        let language = LANGUAGES.into_iter().find(|one| *one == language)?;
        let (name, version) = self.built_in_as()?;
        let mut assets = self.assets.clone();
        assets.remove(HAN_NAME);
        let document = said_in((name, version), language)?;
        if !document.fonts.is_empty() {
            assets.insert(HAN_NAME.to_owned(), Arc::new(HAN.to_vec()));
        }
        Some(Self { document, assets })
    }

    /// Says whether some of its texts are a built-in template's, as these are said in its language.
    pub fn says_built_in_words(&self) -> bool {
        self.texts().any(|(_, place)| english_of(place, &self.document.language).is_some())
    }

    /// Returns the elements with words of its own: they are the same in whatever language.
    pub fn own_words(&self) -> Vec<usize> {
        let has_words = |text: &str| {
            let pieces = placeholder::parse(text).unwrap_or_default();
            pieces.iter().any(|piece| piece.literal().is_some_and(|words| words.chars().any(char::is_alphabetic)))
        };
        let is_own = |place: &TextBox| has_words(&place.text) && english_of(place, &self.document.language).is_none();
        self.texts().filter(|(_, place)| is_own(place)).map(|(at, _)| at).collect()
    }

    /// Returns the template in another language as far as its words are a built-in template's; its own stay as they are. Nothing where
    /// that is none of the languages.
    pub fn with_words_in(&self, language: &str) -> Option<Self> {
        let language = LANGUAGES.into_iter().find(|one| *one == language)?;
        let mut template = self.clone();
        let document = &mut template.document;
        let from = std::mem::replace(&mut document.language, language.to_owned());
        for element in &mut document.elements {
            let Element::Text(place) = element else { continue };
            let said = english_of(place, &from).and_then(|english| said_newly(english, language));
            let Some(said) = said.filter(|said| *said != place.text) else { continue };
            place.text = said.to_owned();
            place.min_size = place.min_size.or(Some((place.size * SMALLEST * 10.0).round() / 10.0));
        }
        let is_han = |place: &TextBox| place.text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c));
        let has_font = template.document.fonts.iter().any(|font| font == HAN_NAME);
        if language == "zh" && !has_font {
            template.document.fonts.push(HAN_NAME.to_owned());
            template.assets.insert(HAN_NAME.to_owned(), Arc::new(HAN.to_vec()));
        } else if language != "zh" && has_font && !template.texts().any(|(_, place)| is_han(place)) {
            template.document.fonts.retain(|font| font != HAN_NAME);
            template.assets.remove(HAN_NAME);
        }
        Some(template)
    }

    fn texts(&self) -> impl Iterator<Item = (usize, &TextBox)> {
        self.document.elements.iter().enumerate().filter_map(|(at, element)| match element {
            Element::Text(place) => Some((at, place)),
            _ => None,
        })
    }

    /// Returns the built-in template, and its version, that this one is in whatever language.
    fn built_in_as(&self) -> Option<(&'static str, u32)> {
        let names = if self.purpose().is_certificate() { builtin_names() } else { small_names(Some(self.purpose())) };
        let all = names.into_iter().flat_map(|name| builtin_versions(name).rev().map(move |n| (name, n)));
        let mut alike = all.filter(|(name, version)| self.built_in_is(name, *version));
        alike.next()
    }

    /// Says whether this is that version of a built-in template, in whatever language.
    pub(super) fn built_in_is(&self, name: &str, version: u32) -> bool {
        let own = self.document.language.as_str();
        let language = LANGUAGES.into_iter().find(|one| *one == own);
        let other = language.and_then(|language| said_in((name, version), language));
        other.is_some_and(|other| other == self.document)
    }
}

/// Returns the English words of a built-in template that a text in a language stands for. What is one line there may be two in English:
/// then that counts which has room.
fn english_of(place: &TextBox, language: &str) -> Option<&'static str> {
    let (language, text) = (spoken(language)?, place.text.as_str());
    if language == FIRST_LANGUAGE {
        return WORDS.values().find_map(|words| words.get_key_value(text)).map(|(english, _)| english.as_str());
    }
    let since = SINCE.iter().filter(|(_, _, tag, _, said)| *tag == language && *said == text);
    let known = WORDS.get(language)?.iter().filter(|(_, said)| *said == text);
    let mut all: Vec<&str> = known.map(|(english, _)| english.as_str()).collect();
    all.extend(since.map(|(.., english, _)| *english));
    let is_tall = place.height * POINTS >= 1.9 * place.size * place.line_height;
    all.iter().find(|english| english.contains('\n') == is_tall).or(all.first()).copied()
}

/// Returns what stands for English words of a built-in template in a language, as the newest versions say it.
fn said_newly(english: &'static str, language: &str) -> Option<&'static str> {
    if language == FIRST_LANGUAGE {
        return Some(english);
    }
    let since =
        SINCE.iter().rev().find(|(_, _, tag, of, _)| *tag == language && *of == english).map(|(.., said)| *said);
    since.or_else(|| WORDS.get(language)?.get(english).map(String::as_str))
}

/// Returns the document of a built-in template with its words in another language. The English one is the document itself, to the byte.
fn said_in((name, version): (&str, u32), language: &str) -> Option<Document> {
    let mut document = builtin_document(name, version)?.as_ref().clone();
    let Some(words) = WORDS.get(language) else { return Some(document) };
    document.language = language.to_owned();
    if language == "zh" {
        document.fonts.push(HAN_NAME.to_owned());
    }
    for element in &mut document.elements {
        let Element::Text(place) = element else { continue };
        let since = SINCE.iter().rev().find(|(template, first, tag, english, _)| {
            *template == name && *first <= version && *tag == language && *english == place.text
        });
        let said = since.map(|(.., said)| *said).or_else(|| words.get(&place.text).map(String::as_str));
        let Some(said) = said else { continue };
        place.text = said.to_owned();
        // Words of other languages are longer; type sizes are written with one digit.
        place.min_size = place.min_size.or(Some((place.size * SMALLEST * 10.0).round() / 10.0));
    }
    if language == "ar" && TURNED.iter().any(|(turned, first)| *turned == name && *first <= version) {
        mirrored(&mut document);
    }
    Some(document)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::template::placeholder::{self, Piece};
    use crate::template::{FontLibrary, Layout, Severity};

    /// The built-in templates of some names in all languages but English, by their digests, up to a version. What is released is never
    /// changed: events name it.
    const RELEASED: [(&[&str], u32, &str); 4] = [
        (&FIRST, 2, "a740d81fda061b33e91c0d5a1ffa6739e2bd31d0e6dfc783a3291e1d4298df59"),
        (&FIRST, 3, "f6b0763e94335eaa3690468331337f95a44337bfabafb394d33defbad8d75351"),
        (&["laurel", "ribbon", "quiet"], 1, "137aa60ef50202f2447728e140f0a530465808e1444cfa217b8e3071b7c88053"),
        (&["card", "card-name", "badge"], 1, "1a8aac9061c69581242e0b642cbb8273e19706ea89799cb46a3f5f4ed7621ade"),
    ];
    const FIRST: [&str; 3] = ["classic", "modern", "minimal"];

    fn each() -> impl Iterator<Item = (&'static str, u32, &'static str, Template)> {
        let names = builtin_names().into_iter().chain(small_names(None));
        let all = names.flat_map(|name| builtin_versions(name).map(move |n| (name, n)));
        let of = |(name, version): (&'static str, u32)| {
            let english = Template::built_in(name, Some(version)).unwrap();
            LANGUAGES.map(|tag| (name, version, tag, english.in_language(tag).unwrap())).into_iter()
        };
        all.flat_map(of)
    }

    #[test]
    fn what_is_released_in_a_language_stays_as_it_is() {
        for (names, newest, released) in RELEASED {
            let lines: String = each()
                .filter(|(name, version, ..)| names.contains(name) && *version <= newest)
                .filter(|(_, _, language, _)| *language != FIRST_LANGUAGE)
                .map(|(name, version, language, template)| {
                    format!("{name}.{language}@{version} {}\n", template.digest())
                })
                .collect();
            let found = data_encoding::HEXLOWER.encode(&Sha256::digest(lines));
            assert_eq!(
                found, released,
                "words that were released stay; other words go with a new version of the template"
            );
        }
    }

    #[test]
    fn english_is_the_template_itself_and_each_way_leads_back() {
        for (name, version, language, template) in each() {
            let english = Template::built_in(name, Some(version)).unwrap();
            assert_eq!(
                template.in_language(FIRST_LANGUAGE).unwrap().to_bundle(),
                english.to_bundle(),
                "{name}.{language}"
            );
            assert_eq!(template.built_in_version(name), Some(version), "{name}.{language}");
            assert_eq!(
                (language == FIRST_LANGUAGE, template.document().language.as_str()),
                (template == english, language)
            );
        }
    }

    /// A text that is not translated would stand on a certificate in English, without a word.
    #[test]
    fn every_word_is_said_in_every_language() {
        let is_words = |text: &str| {
            placeholder::parse(text)
                .unwrap()
                .iter()
                .any(|piece| matches!(piece, Piece::Literal(text) if text.chars().any(char::is_alphabetic)))
        };
        for (name, version, language, _) in each().filter(|(.., language, _)| *language != FIRST_LANGUAGE) {
            for element in &builtin_document(name, version).unwrap().elements {
                let Element::Text(place) = element else { continue };
                let said = WORDS[language].get(&place.text);
                assert_eq!(said.is_some(), is_words(&place.text), "{name}@{version} {language}: {}", place.text);
                let names = |text: &str| {
                    let pieces = placeholder::parse(text).unwrap().into_iter();
                    pieces.filter(|piece| piece.literal().is_none()).collect::<Vec<_>>()
                };
                assert!(said.is_none_or(|said| names(said) == names(&place.text)), "{language}: {}", place.text);
            }
        }
    }

    /// The headline of German `modern` ended on the word that the line below the name begins with.
    #[test]
    fn no_headline_of_a_newest_version_says_what_is_said_again_below_it() {
        let words = |template: &Template| {
            let texts = template.document().elements.iter();
            let texts =
                texts.filter_map(|one| if let Element::Text(place) = one { Some(place.text.clone()) } else { None });
            texts.collect::<Vec<_>>().join(" ").to_lowercase()
        };
        let said = |name: &str, version, language| {
            words(&Template::built_in(name, Some(version)).unwrap().in_language(language).unwrap())
        };
        assert_eq!(said("modern", 2, "de").matches("abschluss").count(), 2, "what was released");
        for (name, version, language, word) in [
            ("modern", 3, "de", "abschluss"),
            ("modern", 3, "ar", "إتمام"),
            ("classic", 3, "ar", "إتمام"),
            ("ribbon", 1, "de", "abschluss"),
            ("ribbon", 1, "ar", "إتمام"),
            ("quiet", 1, "ar", "إتمام"),
            ("minimal", 3, "ar", "إتمام"),
            ("laurel", 1, "ar", "إتمام"),
        ] {
            assert_eq!(said(name, version, language).matches(word).count(), 1, "{name}.{language}");
            assert_eq!(
                builtin_versions(name).next_back(),
                Some(version),
                "a newer version of {name} has its words, too"
            );
        }
    }

    /// Also where the machine has no font but those of the program.
    #[test]
    fn every_language_can_be_drawn_without_a_fault() {
        let fonts = FontLibrary::builtin();
        for (name, version, language, template) in each() {
            let found = template.check(&fonts, &[]);
            let faults: Vec<_> = found.iter().filter(|one| one.severity == Severity::Error).collect();
            assert!(faults.is_empty(), "{name}.{language}@{version}: {faults:?}");
            Layout::new(&template, &fonts).unwrap_or_else(|error| panic!("{name}.{language}@{version}: {error}"));
        }
    }

    #[test]
    fn languages_are_told_by_their_tags() {
        for (tag, language) in [
            ("de", Some("de")),
            ("de-AT", Some("de")),
            ("ES_mx", Some("es")),
            ("zh-Hans-CN", Some("zh")),
            ("zh-Hant", None),
            ("zh-TW", None),
            ("pt", None),
            ("", None),
        ] {
            assert_eq!(spoken(tag), language, "{tag}");
        }
        for (text, told) in [
            ("classic.de", ("classic", Some("de"))),
            ("classic", ("classic", None)),
            ("classic.pt", ("classic.pt", None)),
            ("a/template.json", ("a/template.json", None)),
        ] {
            assert_eq!(name_and_language(text), told, "{text}");
        }
    }

    /// What was changed has the words of a built-in template where they are still there, in each language and back.
    #[test]
    fn words_that_are_still_the_built_in_ones_are_said_in_each_language() {
        for (name, version, language, template) in each() {
            // Cards and badges may have no words at all.
            if builtin_versions(name).next_back() != Some(version) || !template.purpose().is_certificate() {
                continue;
            }
            let mut own = template.clone();
            own.document.title = "Ours".into();
            let first = own.document.elements.iter().position(|one| matches!(one, Element::Text(_))).unwrap();
            let Element::Text(place) = &mut own.document.elements[first] else { unreachable!() };
            place.text = "Our own words".into();
            assert!(!own.speaks() && own.says_built_in_words(), "{name}.{language}");
            assert_eq!(own.own_words(), [first], "{name}.{language}");
            for to in LANGUAGES {
                let said = own.with_words_in(to).unwrap();
                assert_eq!(
                    (said.document.language.as_str(), said.own_words()),
                    (to, vec![first]),
                    "{name} {language} {to}"
                );
                assert_eq!(said.asset(HAN_NAME).is_some(), to == "zh", "{name} {language} {to}");
                Layout::new(&said, &FontLibrary::builtin()).unwrap_or_else(|error| panic!("{name} {to}: {error}"));
            }
            assert!(own.with_words_in("pt").is_none());
        }
        let german = Template::built_in("minimal", None).unwrap().with_words_in("de").unwrap();
        let texts: Vec<&str> = german.texts().map(|(_, place)| place.text.as_str()).collect();
        assert!(texts.contains(&"Scannen zum Prüfen") && texts.contains(&"{participant_name}"), "{texts:?}");
        let mut plain = german.clone();
        plain.document.elements.retain(|one| !matches!(one, Element::Text(_)));
        assert!(!plain.says_built_in_words());
    }

    #[test]
    fn what_is_no_built_in_template_speaks_its_own_language_alone() {
        let mut own = Template::built_in("classic", None).unwrap();
        own.document.title = "Ours".into();
        assert!(!own.speaks() && own.in_language("de").is_none());
        let logo = Template::built_in("minimal", None)
            .unwrap()
            .with_asset(
                "logo",
                br#"<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"><path d="M0 0h2v2z"/></svg>"#.to_vec(),
            )
            .unwrap();
        let german = logo.in_language("de").unwrap();
        assert!(german.asset("logo").is_some() && german.built_in_version("minimal") == Some(3));
        assert_eq!(german.in_language("zh").unwrap().in_language("en").unwrap(), logo);
    }
}
