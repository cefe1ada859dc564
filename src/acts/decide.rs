//! Who gets a certificate, and why.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::listed::listed_at;
use super::{ActError, EventPlan, ExclusionReason, Listed};
use crate::desk::Desk;
use crate::eligibility::{Explained, Facts, Judge, Rule, Tiers};
use crate::store::{Event, Page, Participant, PeopleQuery, TemplateRef};

/// What a decision rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The rule is met.
    RuleMet,
    /// The rule is met because staff granted it, which its clause `manual` asks for.
    Manual,
    /// The rule is not met, and an exception was made.
    Exception,
    /// Excluded, whatever the rule says.
    Excluded,
    /// The rule is not met.
    NotMet,
    /// The event has no rule.
    NoRule,
}

/// Whether somebody gets a certificate.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Whether they do.
    pub eligible: bool,
    /// Why, or why not.
    pub reason: Ground,
    /// Why they are excluded, if they are.
    pub excluded: Option<ExclusionReason>,
    /// The tier reached.
    pub tier: Option<String>,
    /// Their language, or else the event's.
    pub language: Option<String>,
    /// The template for that tier and that language.
    pub template: TemplateRef,
    /// The rule clause by clause; nothing without a rule.
    pub explained: Option<Explained>,
    /// What to keep with the certificate: the rule's version, what was measured, who made an exception. Names nobody but
    /// staff, by id.
    pub basis: Value,
}

/// A plan prepared to decide about any number of people.
pub struct Decider<'a> {
    event: &'a Event,
    plan: &'a EventPlan,
    judge: Option<Judge<'a>>,
}

impl<'a> Decider<'a> {
    /// Prepares an event's plan.
    ///
    /// # Errors
    /// When the rule or the tiers are not good ones.
    pub fn new(event: &'a Event, plan: &'a EventPlan) -> Result<Self, ActError> {
        let judge = plan.rule.as_ref().map(|rule| Judge::new(&plan.course, rule, plan.tiers.as_ref())).transpose()?;
        Ok(Self { event, plan, judge })
    }

    /// Returns the judge of another rule over the same course, to compare with.
    ///
    /// # Errors
    /// When the rule or the tiers are not good ones.
    pub fn other(&self, rule: &Rule, tiers: Option<&Tiers>) -> Result<Judge<'a>, ActError> {
        Ok(Judge::new(&self.plan.course, rule, tiers)?)
    }

    /// Returns the judge of the plan's rule.
    pub fn judge(&self) -> Option<&Judge<'a>> {
        self.judge.as_ref()
    }

    /// Decides about one person. Pure: the same records give the same decision.
    pub fn decide(&self, person: &Participant, listed: &Listed) -> Decision {
        let granted = matches!(listed, Listed::Exception(_));
        let explained = self.judge.as_ref().map(|judge| judge.explain(&facts(person, granted)));
        let met = explained.as_ref().is_some_and(|explained| explained.eligible);
        let by_itself = || self.judge.as_ref().is_some_and(|judge| judge.explain(&facts(person, false)).eligible);
        let reason = match listed {
            Listed::Exclusion(_) => Ground::Excluded,
            Listed::Exception(_) if met && by_itself() => Ground::RuleMet,
            Listed::Exception(_) if met => Ground::Manual,
            Listed::Exception(_) => Ground::Exception,
            Listed::No | Listed::Lifted(_) if met => Ground::RuleMet,
            Listed::No | Listed::Lifted(_) if explained.is_some() => Ground::NotMet,
            Listed::No | Listed::Lifted(_) => Ground::NoRule,
        };
        let tier = explained.as_ref().and_then(|explained| explained.tier.clone());
        let excluded = match listed {
            Listed::Exclusion(exclusion) => Some(exclusion.reason),
            _ => None,
        };
        Decision {
            eligible: matches!(reason, Ground::RuleMet | Ground::Manual | Ground::Exception),
            reason,
            excluded,
            template: self.plan.template(self.event, tier.as_deref(), self.plan.language_of(person)),
            language: self.plan.language_of(person).map(str::to_owned),
            tier,
            basis: self.basis(reason, explained.as_ref(), listed),
            explained,
        }
    }

    fn basis(&self, reason: Ground, explained: Option<&Explained>, listed: &Listed) -> Value {
        let mut basis = json!({ "reason": reason });
        if let Some(explained) = explained {
            basis["rule"] = json!(explained.basis(self.plan.rule_version));
        }
        if let Listed::Exception(exception) = listed {
            basis["exception"] = json!({ "by": exception.by, "at": exception.at });
        }
        basis
    }
}

/// Decides about one person; for several, make a [`Decider`].
///
/// # Errors
/// When the rule or the tiers are not good ones.
pub fn decide(event: &Event, plan: &EventPlan, person: &Participant, listed: &Listed) -> Result<Decision, ActError> {
    Ok(Decider::new(event, plan)?.decide(person, listed))
}

/// Returns what a rule may look at.
pub(super) fn facts(person: &Participant, granted: bool) -> Facts {
    let mut progress = person.progress.clone();
    if progress.role.is_none() {
        progress.role = person.fields.get("role").filter(|role| !role.trim().is_empty()).cloned();
    }
    Facts { progress, fields: person.fields.clone(), granted }
}

/// Decides about those of an event's people that are asked for, page by page in the order of its roster. Changes nothing.
///
/// # Errors
/// When the store fails.
pub fn decisions(
    desk: &Desk,
    decider: &Decider,
    query: &PeopleQuery,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<(Participant, Decision)>, ActError> {
    let code = &decider.event.code;
    let Page { items, next } = desk.store.find_participants(code, query, cursor, limit)?;
    let listed = listed_at(desk.store, code, &items.iter().collect::<Vec<_>>())?;
    let decide = |(person, (listed, _)): (Participant, (Listed, _))| {
        let decision = decider.decide(&person, &listed);
        (person, decision)
    };
    Ok(Page { items: items.into_iter().zip(listed).map(decide).collect(), next })
}

/// Says whether somebody may request their own certificate: where the event allows it, and only by the rule.
pub fn may_request_own(plan: &EventPlan, decision: &Decision) -> bool {
    plan.self_service && decision.eligible && decision.reason == Ground::RuleMet
}
