//! Enrolment: what an event asks for and who is in it. Plans, people, exceptions and exclusions, and who gets a
//! certificate.
//!
//! Speaks to the store, and to [`crate::eligibility`] for what a rule says; signs and renders nothing, and speaks no HTTP.
//! Reading never changes a state. Acts name people by their random ids, never by name or e-mail.
//!
//! - [`EventPlan`]: what the service keeps beside an event: course, rule, tiers, templates.
//! - [`Listed`]: the exception or the exclusion of one person; never both.
//! - [`Decider`] and [`decisions`]: who gets a certificate, why, with which template.
//! - [`ready_to_generate`]: what is still missing before a run.

mod decide;
mod listed;
mod plan;

pub use decide::{Decider, Decision, Ground, decisions, may_request_own};
pub use listed::{Exception, Exclusion, ExclusionReason, Listed, listed};
pub use plan::{
    Early, EventPlan, EventState, MAX_TEMPLATES, NotReady, Planned, RuleVersion, TemplateChoice, plan, planned,
    ready_to_generate,
};

use crate::credential::EventCode;
use crate::eligibility::EligibilityError;
use crate::store::StoreError;

/// Why something about an event or its people is not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// There is no such event.
    #[error("event `{0}` does not exist")]
    NoEvent(EventCode),
    /// The course, the rule, the tiers or somebody's progress is not a good one.
    #[error(transparent)]
    Eligibility(#[from] EligibilityError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
