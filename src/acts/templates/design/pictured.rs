//! A design as a picture: the page that would become the PDF, for somebody of an event's list or for nobody.

use super::super::{ActError, MOST_LEFT_OUT, SOME_TITLE, SOMEBODY, dressed_for, made_up, undrawn};
use super::Opened;
use crate::acts::{Decider, EventPlan, Planned, find, listed, planned};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{self, Faces, Order, Specimen, Whose};
use crate::store::{BlobId, Event, Fields, Participant, PersonKey, TemplateRef};
use crate::template::{Finding, Template, element_of, place, spoken};

/// The column that says which language somebody reads.
const LANGUAGE: &str = "language";

/// For whom a design is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whom {
    /// As the certificates of this event.
    pub event: Option<EventCode>,
    /// For this person of it: by e-mail, by id or by the id of another system.
    pub person: Option<String>,
    /// The name of who does not exist.
    pub name: Option<String>,
    /// As somebody of this tier of the event's.
    pub tier: Option<String>,
    /// As somebody who reads this language.
    pub language: Option<String>,
}

/// A design as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The page.
    pub svg: String,
    /// What could not be drawn, and was left out.
    pub left_out: Vec<Finding>,
}

/// For whom a page is drawn, with all that this takes.
enum Subject {
    Nobody(Specimen),
    Ordered(Box<(Event, Order)>),
}

impl Subject {
    fn whose(&self) -> Whose<'_> {
        match self {
            Self::Nobody(specimen) => Whose::Nobody(specimen),
            Self::Ordered(both) => Whose::Ordered(&both.0, &both.1),
        }
    }
}

/// Draws a design. What cannot be drawn for them is left out, and told.
///
/// # Errors
/// [`ActError::NoEvent`], [`ActError::NoPerson`], or [`ActError::BadTemplate`] when nothing can be drawn.
pub fn drawn(desk: &Desk, faces: &Faces, opened: &Opened, whom: &Whom) -> Result<Drawn, ActError> {
    let (template, subject) = subject(desk, opened, whom)?;
    as_far_as_it_goes(desk, faces, template, &subject.whose())
}

/// Returns the version of the code that would be drawn for somebody: it grows with what is signed.
///
/// # Errors
/// As [`drawn`].
pub fn code_version(desk: &Desk, opened: &Opened, whom: &Whom) -> Result<u8, ActError> {
    let (template, subject) = subject(desk, opened, whom)?;
    making::code_version(desk, &subject.whose()).map_err(|error| undrawn(&template, error))
}

/// Returns the template as it is drawn for somebody, and all that is printed of them.
fn subject(desk: &Desk, opened: &Opened, whom: &Whom) -> Result<(Template, Subject), ActError> {
    let template = in_language(&opened.content.template, whom.language.as_deref());
    let Some(code) = &whom.event else {
        let mut fields = made_up(desk, &template, &Fields::new());
        fields.extend(whom.language.iter().map(|tag| (LANGUAGE.to_owned(), tag.clone())));
        let specimen = Specimen {
            recipient: whom.name.clone().unwrap_or_else(|| SOMEBODY.to_owned()),
            title: SOME_TITLE.to_owned(),
            fields,
        };
        return Ok((template, Subject::Nobody(specimen)));
    };
    let Planned { event, plan, .. } = planned(desk, code)?;
    let template = dressed_for(desk, &template, &event)?;
    let mut person = match &whom.person {
        Some(who) => find(desk.store, code, who)?,
        None => {
            let name = whom.name.clone().unwrap_or_else(|| "Specimen Person".to_owned());
            Participant::new(PersonKey("specimen".to_owned()), name, None, Fields::new(), desk.now)
        }
    };
    let tier = match (&whom.tier, &whom.person) {
        (Some(tier), _) => Some(known_tier(&plan, tier)?),
        (None, Some(_)) => Decider::new(&event, &plan)?.decide(&person, &listed(desk.store, code, &person.key)?).tier,
        (None, None) => None,
    };
    person.fields.extend(whom.language.iter().map(|tag| (LANGUAGE.to_owned(), tag.clone())));
    person.locale = whom.language.clone().or(person.locale);
    if whom.person.is_none() {
        let mut known = event.constants.clone();
        known.extend(person.fields);
        person.fields = made_up(desk, &template, &known);
    }
    // A card shows the certificate that they would get.
    let kept = match template.purpose().is_certificate() {
        true => TemplateRef { name: "design".to_owned(), bundle: BlobId(String::new()) },
        false => plan.template(&event, tier.as_deref(), plan.language_of(&person)),
    };
    let order = Order { person, template: kept, tier, basis: None, run: None, issued: None, earlier: None };
    Ok((template, Subject::Ordered(Box::new((event, order)))))
}

/// Returns a template with the words of a language, as far as they are those of a built-in one.
fn in_language(template: &Template, language: Option<&str>) -> Template {
    let whole = |tag: &str| template.in_language(tag).or_else(|| template.with_words_in(tag));
    language.and_then(spoken).and_then(whole).unwrap_or_else(|| template.clone())
}

fn known_tier(plan: &EventPlan, tier: &str) -> Result<String, ActError> {
    let known = tiers(plan);
    match known.iter().find(|one| *one == tier) {
        Some(found) => Ok(found.clone()),
        None => Err(ActError::invalid("tier", format!("is not one of the event's: {}", known.join(", ")))),
    }
}

/// Returns the tiers of an event, the lowest first.
pub(super) fn tiers(plan: &EventPlan) -> Vec<String> {
    plan.tiers.iter().flat_map(|tiers| &tiers.steps).map(|tier| tier.name.clone()).collect()
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
