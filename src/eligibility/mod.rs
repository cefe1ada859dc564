//! Eligibility: who has reached what a certificate asks for, and why.
//!
//! Pure: a course, a rule, tiers and one participant's facts in, an explanation out. It reads no store and no clock,
//! and evaluating changes nothing. What is unknown is never met: a rule cannot be passed by missing data, and an event
//! without sessions has no attendance to reach. Exceptions and exclusions of persons are not decided here; a rule only
//! knows the grant that its clause `manual` asks for.
//!
//! - [`Course`], [`Progress`], [`Facts`]: what is known.
//! - [`Entered`]: who entered it, and how.
//! - [`Rule`], [`Tiers`]: what is asked for (`schemas/rule.json`).
//! - [`Judge`]: both prepared once, for any number of participants; [`evaluate`] for a single one.
//! - [`Explained`]: the verdict with each clause; [`Basis`]: its short form that is kept with a certificate.
//! - [`depends`]: the sessions whose attendance decides.
//! - [`what_if()`], [`what_if_threshold`], [`histogram`]: what a change would do.

mod amount;
mod entered;
mod explain;
mod expression;
mod facts;
mod judge;
mod marks;
mod measure;
mod rule;
mod survey;
mod tiers;
mod what_if;

#[cfg(test)]
mod tests;

pub use amount::{Amount, AmountError};
pub use entered::{Entered, How};
pub use explain::{Basis, ClauseKind, Explained, Explanation, Held, TierExplained};
pub use expression::{MAX_EXPRESSION_CHARS, MAX_FIELD_BYTES, MAX_FIELDS};
pub use facts::{
    Activity, Course, Done, Facts, MAX_ACTIVITIES, MAX_ID_BYTES, MAX_SESSIONS, MAX_TITLE_BYTES, Mark, Progress, Session,
};
pub use judge::{Judge, evaluate};
pub use marks::{Depends, depends};
pub use measure::{Measures, entered_by_hand};
pub use rule::{
    ActivitiesNeeded, MAX_CLAUSES, MAX_COUNT, MAX_DEPTH, MAX_EXPRESSIONS, MAX_ROLES, Over, RULE_SCHEMA, Rule,
    SessionsNeeded,
};
pub use tiers::{MAX_TIERS, Measure, Tier, Tiers};
pub use what_if::{
    Bin, Histogram, Moved, Spread, Threshold, ThresholdWhatIf, WhatIf, histogram, thresholds, what_if,
    what_if_threshold, with_threshold,
};

/// Why a course, a progress, a rule or tiers are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EligibilityError {
    /// A field is not as it should be.
    #[error("{} {reason}", if at.is_empty() { "the rule" } else { at })]
    Invalid {
        /// Its place, such as `all[1].attendance.percent`.
        at: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An expression cannot be used.
    #[error("{at}, line {line}, column {column}: {reason}")]
    Expression {
        /// Its place in the rule.
        at: String,
        /// Line in the expression, from 1.
        line: usize,
        /// Column in that line, from 1.
        column: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// `all` and `any` nest too deeply.
    #[error("the rule nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Too many clauses.
    #[error("the rule has {found} clauses, at most {MAX_CLAUSES} are taken")]
    TooManyClauses {
        /// How many there are.
        found: usize,
    },
    /// Too many expressions.
    #[error("the rule has {found} expressions, at most {MAX_EXPRESSIONS} are taken")]
    TooManyExpressions {
        /// How many there are.
        found: usize,
    },
    /// What was to be changed has no threshold.
    #[error("there is no threshold at `{at}`")]
    NoThreshold {
        /// The place that was named.
        at: String,
    },
}

impl EligibilityError {
    fn invalid(at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { at: at.into(), reason: reason.into() }
    }
}

/// Returns at most `most` characters of a text.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
