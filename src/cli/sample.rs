//! An event of invented people, to look around in before the first real one. It says what it is, and can be archived or deleted like
//! any other.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::demo_people::people;
use crate::acts::templates;
use crate::acts::{self, ActError, Details, EventState, PersonChange, Said};
use crate::desk::Desk;
use crate::eligibility::{Progress, Rule};
use crate::making::Faces;
use crate::template::{Template, TemplateError};

/// Its code.
const CODE: &str = "SAMPLE";
/// How many people are in it.
const PEOPLE: usize = 12;
/// Every so manyth has not passed.
const FAILS: usize = 5;

/// What it says, in the language of who sets the service up: title, what it is about, what had to be done, and its tag.
struct Texts {
    title: &'static str,
    description: &'static str,
    criteria: &'static str,
    language: &'static str,
}

const ENGLISH: Texts = Texts {
    title: "Sample event (invented people)",
    description: "An example to look around in. Nobody in it exists. Archive or delete it whenever you like.",
    criteria: "Passed the final test.",
    language: "en",
};
const GERMAN: Texts = Texts {
    title: "Beispielveranstaltung (erfundene Personen)",
    description: "Ein Beispiel zum Umsehen. Niemanden darin gibt es wirklich. Sie können es jederzeit archivieren oder löschen.",
    criteria: "Abschlusstest bestanden.",
    language: "de",
};

/// What the German template is called, and what it says in place of the English one.
const GERMAN_TEMPLATE: &str = "klassisch";
const IN_GERMAN: [(&str, &str); 7] = [
    ("Certificate of Completion", "Zertifikat"),
    ("This is to certify that", "Hiermit wird bestätigt, dass"),
    ("has successfully completed", "erfolgreich teilgenommen hat an"),
    ("ISSUED", "AUSGESTELLT"),
    ("Valid until {valid_until}", "Gültig bis {valid_until}"),
    ("CERTIFICATE NUMBER", "ZERTIFIKATSNUMMER"),
    ("Scan to verify — works offline", "Scannen zum Prüfen — auch offline"),
];

/// Makes it, unless it is there.
///
/// # Errors
/// Those of the acts.
pub(super) fn make(desk: &Desk, faces: &Faces, (template, language): (&str, &str)) -> Result<(), ActError> {
    let texts = if language == GERMAN.language { &GERMAN } else { &ENGLISH };
    let template = if texts.language == GERMAN.language { in_german(desk, faces, template)? } else { template };
    let code = CODE.parse().expect("the sample has a code");
    let said = |text: &str| Some(text.to_owned());
    let details = Details {
        title: said(texts.title),
        description: said(texts.description),
        criteria: said(texts.criteria),
        language: said(texts.language),
        template: said(template),
        ..Details::default()
    };
    let planned = match acts::create(desk, faces, code, &details, Some(Rule::Passed)) {
        // Of a try before.
        Err(ActError::EventExists(_)) => return Ok(()),
        made => made?,
    };
    for (at, person) in people(PEOPLE).into_iter().enumerate() {
        let progress = Progress { passed: Some((at + 1) % FAILS != 0), ..Progress::default() };
        let change =
            PersonChange { name: Some(person.name), email: Some(person.email), progress, ..Default::default() };
        acts::upsert(desk, &planned.event.code, &change, Said::default())?;
    }
    let planned = acts::planned(desk, &planned.event.code)?;
    acts::move_to(desk, &planned, EventState::Completed).map(drop)
}

/// Keeps a template with German texts in the library; returns what it is called.
fn in_german(desk: &Desk, faces: &Faces, base: &str) -> Result<&'static str, ActError> {
    let base = templates::opened(desk.store, base, None)?;
    let german = translated(&base).map_err(crate::making::FaceError::from)?;
    match templates::add(desk, faces, GERMAN_TEMPLATE, &german) {
        // Of a try before.
        Ok(_) | Err(ActError::TemplateExists(_)) => Ok(GERMAN_TEMPLATE),
        Err(error) => Err(error),
    }
}

fn translated(base: &Template) -> Result<Template, TemplateError> {
    let mut document: Value = serde_json::from_slice(&base.document_bytes()).unwrap_or_default();
    document["title"] = "Klassisch".into();
    document["language"] = GERMAN.language.into();
    translate(&mut document);
    let of = |name: &str| Some((name.to_owned(), Arc::new(base.asset(name)?.to_vec())));
    let assets: BTreeMap<_, _> = base.asset_names().filter_map(of).collect();
    Template::new(document.to_string().as_bytes(), assets)
}

/// Puts German texts in place of the English ones, wherever they stand.
fn translate(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let german = value.as_str().filter(|_| name == "text");
                let german = german.and_then(|text| IN_GERMAN.iter().find(|(english, _)| *english == text));
                match german {
                    Some((_, german)) => *value = (*german).into(),
                    None => translate(value),
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(translate),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("text").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|value| texts(value, found));
            }
            Value::Array(all) => all.iter().for_each(|value| texts(value, found)),
            _ => {}
        }
    }

    #[test]
    fn the_german_template_has_no_english_text_left() {
        let german = translated(&Template::built_in("classic", None).unwrap()).unwrap();
        let document: Value = serde_json::from_slice(&german.document_bytes()).unwrap();
        let mut found = Vec::new();
        texts(&document, &mut found);
        let own = |text: &&String| !(text.starts_with('{') && text.ends_with('}'));
        let left: Vec<_> =
            found.iter().filter(own).filter(|text| !IN_GERMAN.iter().any(|(_, de)| de == text)).collect();
        assert!(left.is_empty() && document["language"] == "de", "{left:?}");
        assert!(found.iter().any(|text| text == "Zertifikat"));
    }
}
