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

/// Makes it, unless it is there.
///
/// # Errors
/// Those of the acts.
pub(super) fn make(desk: &Desk, faces: &Faces, template: &str) -> Result<(), ActError> {
    let code = CODE.parse().expect("the sample has a code");
    let said = |text: &str| Some(text.to_owned());
    let details = Details {
        title: said("Sample event (invented people)"),
        description: said("An example to look around in. Nobody in it exists. Archive or delete it whenever you like."),
        criteria: said("Passed the final test."),
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
