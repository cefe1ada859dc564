//! The plan of an event: what the service keeps beside the event itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ActError;
use super::send::EventMail;
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::eligibility::{Course, Rule, Tiers};
use crate::store::{
    BlobId, Collection, Document, DocumentWrite, Event, Expect, Participant, Premise, Store, StoreError, TemplateRef,
};
use crate::template::Purpose;

/// Templates by tier and language that one event may have.
pub const MAX_TEMPLATES: usize = 100;

/// Where an event stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventState {
    /// Being prepared.
    #[default]
    Draft,
    /// Taking place.
    Open,
    /// Over: certificates may be generated.
    Completed,
}

/// What the service keeps beside an event. An event that was made on the command line has the default one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventPlan {
    /// Who organises it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organiser: Option<String>,
    /// Where it stands.
    #[serde(default)]
    pub state: EventState,
    /// Its sessions and activities.
    #[serde(default)]
    pub course: Course,
    /// What participants have to reach. Without one, nobody is eligible but by exception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// Grows with each change of rule or tiers; 0 until there was one.
    #[serde(default)]
    pub rule_version: u64,
    /// Bronze, silver, gold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Tiers>,
    /// Templates for single tiers and languages; the event's own is for all others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<TemplateChoice>,
    /// The language of those of whom none was said: it chooses their template, and what is written to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The picture of its badge, if it has one of its own, by its digest. No credential names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<BlobId>,
    /// The template that its badge is drawn by, where it has no picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge_template: Option<TemplateRef>,
    /// The template of the cards that stand beside shared links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_template: Option<TemplateRef>,
    /// Whether participants who meet the rule may request their own certificate.
    #[serde(default)]
    pub self_service: bool,
    /// Whether certificates have public pages unless their holders hide them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public_pages: bool,
    /// How the columns of the last import were mapped: `name=Full name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mapping: Vec<String>,
    /// Set when certificates may be generated before the event is completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early: Option<Early>,
    /// Set when it is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<Archived>,
    /// What it says of mail.
    #[serde(default, skip_serializing_if = "EventMail::is_default")]
    pub mail: EventMail,
    /// Since when participants are reminded before their certificates end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminds_since: Option<Timestamp>,
}

/// Who archived an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Archived {
    /// Who.
    #[schema(example = "staff:7f3a")]
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Who allowed to generate certificates before the event is completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Early {
    /// Who.
    #[schema(example = "staff:7f3a")]
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why.
    pub note: String,
}

/// A template for one tier, one language, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateChoice {
    /// Only for this tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Only for this language: a tag such as `de` or `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The template version.
    pub template: TemplateRef,
}

/// A version of an event's rule, as it was saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleVersion {
    /// From 1.
    pub version: u64,
    /// The rule.
    pub rule: Option<Rule>,
    /// The tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Tiers>,
    /// Who saved it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// An event with its plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The event.
    pub event: Event,
    /// Its plan.
    pub plan: EventPlan,
    /// The revision of the plan's document; `None`: there is none yet.
    pub revision: Option<u64>,
}

impl Planned {
    /// Returns what the plan's document must still be for a change.
    pub fn expect(&self) -> Expect {
        self.revision.map_or(Expect::Absent, Expect::Revision)
    }

    /// Returns the premises that event and plan still are as they were read: for who decides by them.
    pub fn given(&self) -> Vec<Premise> {
        let plan = Premise::Document(Collection::PLANS, self.event.code.to_string(), self.expect());
        vec![Premise::event(&self.event), plan]
    }

    /// Returns the write that puts another plan in this one's place.
    pub fn write(&self, plan: &EventPlan) -> DocumentWrite {
        DocumentWrite::put(Collection::PLANS, self.event.code.as_str(), self.expect(), plan)
    }
}

/// Returns an event's plan. One without any was made by a command line of earlier versions, which issued to everybody in the
/// list.
///
/// # Errors
/// When the store fails.
pub fn plan(store: &dyn Store, code: &EventCode) -> Result<(EventPlan, Option<u64>), StoreError> {
    match store.document(Collection::PLANS, code.as_str())? {
        None => Ok((EventPlan { rule: Some(Rule::Everybody), ..EventPlan::default() }, None)),
        Some(document @ Document { revision, .. }) => Ok((document.read()?, Some(revision))),
    }
}

/// Returns an event with its plan.
///
/// # Errors
/// [`ActError::NoEvent`], or when the store fails.
pub fn planned(desk: &Desk, code: &EventCode) -> Result<Planned, ActError> {
    let event = desk.store.event(code)?.ok_or_else(|| ActError::NoEvent(code.clone()))?;
    let (plan, revision) = plan(desk.store, code)?;
    Ok(Planned { event, plan, revision })
}

/// What is missing before certificates can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NotReady {
    /// The event has no template.
    #[error("the event has no template")]
    NoTemplate,
    /// The event has no rule.
    #[error("the event has no rule")]
    NoRule,
    /// The event is not completed, and nobody allowed to generate before.
    #[error("the event is not completed")]
    NotCompleted,
    /// The rule asks for attendance, and there are sessions in which nobody was marked. A run is not refused for this.
    #[error("nobody was marked in sessions that the rule asks for")]
    NoAttendance,
}

/// Says whether certificates can be generated: with a template, a rule and an event that is completed. `anyway` stands in
/// for the last, as does [`EventPlan::early`].
///
/// # Errors
/// All that is missing.
pub fn ready_to_generate(plan: &EventPlan, event: &Event, anyway: bool) -> Result<(), Vec<NotReady>> {
    let has_template = !event.template.bundle.0.is_empty();
    let may = anyway || plan.early.is_some() || plan.state == EventState::Completed;
    let checks =
        [(has_template, NotReady::NoTemplate), (plan.rule.is_some(), NotReady::NoRule), (may, NotReady::NotCompleted)];
    let missing: Vec<_> = checks.into_iter().filter(|(good, _)| !good).map(|(_, missing)| missing).collect();
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}

impl EventPlan {
    /// Says whether its badge is another than the program draws by itself.
    pub fn has_own_badge(&self) -> bool {
        self.badge.is_some() || self.badge_template.is_some()
    }

    /// Returns the templates of its small pictures, each with what it is for.
    pub fn small(&self) -> impl Iterator<Item = (Purpose, &TemplateRef)> {
        let card = self.card_template.iter().map(|kept| (Purpose::Card, kept));
        card.chain(self.badge_template.iter().map(|kept| (Purpose::Badge, kept)))
    }

    /// Returns a person's language: their own, else that of the event.
    pub fn language_of<'a>(&'a self, person: &'a Participant) -> Option<&'a str> {
        person.language().or(self.language.as_deref())
    }

    /// Returns the template for a tier and a language: the most exact choice, else the event's own.
    pub fn template(&self, event: &Event, tier: Option<&str>, language: Option<&str>) -> TemplateRef {
        let choice = |wanted_tier: Option<&str>, wanted: Option<&str>| {
            let found = self.templates.iter().find(|choice| {
                choice.tier.as_deref() == wanted_tier
                    && match (choice.language.as_deref(), wanted) {
                        (None, None) => true,
                        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
                        _ => false,
                    }
            });
            found.map(|choice| choice.template.clone())
        };
        // `pt-BR`, then `pt` (RFC 4647 section 3.4, lookup).
        let mut ranges: Vec<Option<&str>> = Vec::new();
        let mut range = language.filter(|tag| !tag.is_empty());
        while let Some(tag) = range {
            ranges.push(Some(tag));
            range = tag.rfind(['-', '_']).map(|end| &tag[..end]);
        }
        ranges.push(None);
        let tiers = if tier.is_some() { vec![tier, None] } else { vec![None] };
        let exact = tiers.iter().find_map(|tier| ranges.iter().find_map(|range| choice(*tier, *range)));
        exact.unwrap_or_else(|| event.template.clone())
    }
}
