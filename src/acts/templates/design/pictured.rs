//! A design as a picture: the page that would become the PDF, for somebody of an event's list or for nobody.

use super::super::{ActError, MOST_LEFT_OUT, Sample, dressed_for, made_up, undrawn};
use super::Opened;
use crate::acts::{Decider, Planned, find, listed, planned};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{self, Faces, Order, Specimen, Whose};
use crate::store::{BlobId, Fields, Participant, PersonKey, TemplateRef};
use crate::template::{Finding, Template, element_of, place};

/// For whom a design is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whom {
    /// As the certificates of this event.
    pub event: Option<EventCode>,
    /// For this person of it: by e-mail, by id or by the id of another system.
    pub person: Option<String>,
    /// The name of who does not exist.
    pub name: Option<String>,
}

/// A design as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The page.
    pub svg: String,
    /// What could not be drawn, and was left out.
    pub left_out: Vec<Finding>,
}

/// Draws a design. What cannot be drawn for them is left out, and told.
///
/// # Errors
/// [`ActError::NoEvent`], [`ActError::NoPerson`], or [`ActError::BadTemplate`] when nothing can be drawn.
pub fn drawn(desk: &Desk, faces: &Faces, opened: &Opened, whom: &Whom) -> Result<Drawn, ActError> {
    let template = &opened.content.template;
    let Some(code) = &whom.event else {
        let sample = Sample { recipient: whom.name.clone(), ..Sample::default() };
        let specimen = Specimen {
            recipient: sample.recipient.unwrap_or_else(|| "Ada Lovelace".to_owned()),
            title: "Introduction to Analytical Engines".to_owned(),
            fields: made_up(desk, template, &Fields::new()),
        };
        return as_far_as_it_goes(desk, faces, template.clone(), &Whose::Nobody(&specimen));
    };
    let Planned { event, plan, .. } = planned(desk, code)?;
    let template = dressed_for(desk, template, &event)?;
    let mut person = match &whom.person {
        Some(who) => find(desk.store, code, who)?,
        None => {
            let name = whom.name.clone().unwrap_or_else(|| "Specimen Person".to_owned());
            Participant::new(PersonKey("specimen".to_owned()), name, None, Fields::new(), desk.now)
        }
    };
    let tier = match &whom.person {
        Some(_) => Decider::new(&event, &plan)?.decide(&person, &listed(desk.store, code, &person.key)?).tier,
        None => None,
    };
    if whom.person.is_none() {
        let mut known = event.constants.clone();
        known.extend(person.fields);
        person.fields = made_up(desk, &template, &known);
    }
    let kept = TemplateRef { name: "design".to_owned(), bundle: BlobId(String::new()) };
    let order = Order { person, template: kept, tier, basis: None, run: None, issued: None, earlier: None };
    as_far_as_it_goes(desk, faces, template, &Whose::Ordered(&event, &order))
}

fn as_far_as_it_goes(desk: &Desk, faces: &Faces, mut template: Template, whose: &Whose<'_>) -> Result<Drawn, ActError> {
    let mut left_out = Vec::new();
    // Where in the document each element that is left stands.
    let mut places: Vec<usize> = (0..template.document().elements.len()).collect();
    loop {
        let found = match making::page(desk, faces, &template, whose).map_err(|error| undrawn(&template, error)) {
            Ok(svg) => return Ok(Drawn { svg, left_out }),
            Err(ActError::BadTemplate(found)) if left_out.len() < MOST_LEFT_OUT => found,
            Err(other) => return Err(other),
        };
        let at = found.first().and_then(|one| element_of(&one.at)).filter(|at| *at < places.len());
        let less = at.and_then(|at| template.without_element(&place(at)));
        let (Some(at), Some(less)) = (at, less) else { return Err(ActError::BadTemplate(found)) };
        let element = places.remove(at);
        left_out.extend(found.into_iter().map(|one| Finding { at: place(element), ..one }));
        template = less;
    }
}
