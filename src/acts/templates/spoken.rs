//! In which language an event's certificates speak: a built-in template has its own words in seven, and takes those of the event.
//!
//! What an event keeps is one document in one language. It is chosen when the event names the template, or takes another language
//! itself; what was kept before stays as it is until then, and what was issued stays for ever.

use super::{ActError, NAME_BYTES, damaged};
use crate::store::{BlobId, Store, StoreError, TemplateRef};
use crate::template::{FIRST_LANGUAGE, Template, spoken};

/// What had to be done for a certificate, where the issuer does not say; in each language that the built-in templates speak.
const CRITERIA: [(&str, &str); 7] = [
    ("ar", "إكمال جميع الأجزاء المطلوبة."),
    ("de", "Alle erforderlichen Teile wurden abgeschlossen."),
    ("en", "Completed all required parts."),
    ("es", "Ha completado todas las partes requeridas."),
    ("fr", "Toutes les parties requises ont été suivies."),
    ("hi", "सभी आवश्यक भाग पूरे किए गए।"),
    ("zh", "已完成所有必修部分。"),
];

/// Returns what had to be done for a certificate, where the issuer does not say, for an event in this language.
pub fn usual_criteria(language: Option<&str>) -> &'static str {
    let language = language.and_then(spoken).unwrap_or(FIRST_LANGUAGE);
    CRITERIA.iter().find(|(tag, _)| *tag == language).map_or(CRITERIA[2].1, |(_, text)| text)
}

/// Returns a template with its words in the language of an event that takes it, where the template has them in it.
pub fn in_language_of(template: Template, language: Option<&str>) -> Template {
    let other = language.and_then(spoken).filter(|language| template.document().language != *language);
    other.and_then(|language| template.in_language(language)).unwrap_or(template)
}

/// Returns the language that the words of an event are in by its own: that of the event, where the templates speak it; else that in
/// which it says what had to be done, which stayed when the event took a language that they do not speak, or none.
pub fn words_of(language: Option<&str>, criteria: &str) -> &'static str {
    let said = || CRITERIA.iter().find(|(_, text)| *text == criteria).map(|(tag, _)| *tag);
    language.and_then(spoken).or_else(said).unwrap_or(FIRST_LANGUAGE)
}

/// Returns the template of an event that has changed its language, in the new one; nothing, if it stays: its words are its own, or
/// they were in another language than those of the event before, `from`, or the new language is none of theirs.
pub fn taken_along(template: &Template, from: &str, to: Option<&str>) -> Option<Template> {
    let to = to.and_then(spoken)?;
    let follows = from != to && template.document().language == from;
    if follows { template.in_language(to) } else { None }
}

/// As [`taken_along`], of what an event keeps.
pub(in crate::acts) fn take_along(
    store: &dyn Store,
    kept: &mut TemplateRef,
    (from, to): (&str, Option<&str>),
) -> Result<(), ActError> {
    if !kept.bundle.0.is_empty()
        && let Some(other) = taken_along(&read(store, &kept.bundle)?, from, to)
    {
        kept.bundle = store.put_blob(&other.to_bundle())?;
    }
    Ok(())
}

/// Returns what an event keeps of a template, in the language that is named for it, or in the event's.
pub(super) fn in_language(
    store: &dyn Store,
    found: TemplateRef,
    (named, own): (Option<&str>, Option<&str>),
) -> Result<TemplateRef, ActError> {
    let Some(wanted) = named.or_else(|| own.and_then(spoken)) else { return Ok(found) };
    let template = read(store, &found.bundle)?;
    if template.document().language == wanted {
        return Ok(found);
    }
    match (template.in_language(wanted), named) {
        (Some(other), _) => Ok(TemplateRef { bundle: store.put_blob(&other.to_bundle())?, ..found }),
        (None, None) => Ok(found),
        (None, Some(_)) => Err(own_words(&found.name)),
    }
}

/// A template that has its words in one language cannot be had in another.
pub(super) fn own_words(name: &str) -> ActError {
    let name: String = name.chars().take(NAME_BYTES).collect();
    let reason =
        format!("`{name}` has words of its own, in one language; choose it without a language, or a built-in template");
    ActError::invalid("template", reason)
}

fn read(store: &dyn Store, bundle: &BlobId) -> Result<Template, ActError> {
    let bytes = store.blob(bundle)?.ok_or_else(|| StoreError::NotFound(bundle.to_string()))?;
    Template::from_bundle(&bytes).map_err(|error| damaged(&error))
}
