//! An event of invented people, to look around in before the first real one. It says what it is, and can be archived or deleted like
//! any other.

use super::demo_people::people;
use crate::acts::{self, ActError, Details, EventState, PersonChange, Said};
use crate::desk::Desk;
use crate::eligibility::{Progress, Rule};
use crate::making::Faces;

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

/// Makes it, unless it is there.
///
/// # Errors
/// Those of the acts.
pub(super) fn make(desk: &Desk, faces: &Faces, (template, language): (&str, &str)) -> Result<(), ActError> {
    let texts = if language == GERMAN.language { &GERMAN } else { &ENGLISH };
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
