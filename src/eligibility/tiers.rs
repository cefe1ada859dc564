//! Tiers: bronze, silver and gold by one measure, each with its template.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Amount, EligibilityError, MAX_TITLE_BYTES, facts};

/// Tiers that one event may have.
pub const MAX_TIERS: usize = 20;

/// Levels of one certificate; a participant has the highest one reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tiers {
    /// What is measured.
    pub measure: Measure,
    /// From the lowest to the highest.
    pub steps: Vec<Tier>,
    /// Whether a participant below the lowest tier gets nothing; otherwise a certificate without a tier.
    #[serde(default = "yes")]
    pub required: bool,
}

/// One level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// For example `gold`.
    pub name: String,
    /// The lowest measure that is enough.
    pub from: Amount,
    /// The template of this level, if it has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

/// What tiers and histograms measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Share of sessions attended, in per cent.
    Attendance,
    /// The score.
    Score,
    /// All points.
    Points,
    /// How much is completed, in per cent.
    Completion,
}

impl Measure {
    /// Returns its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attendance => "attendance",
            Self::Score => "score",
            Self::Points => "points",
            Self::Completion => "completion",
        }
    }

    /// Returns whether it is in per cent.
    pub fn is_percent(self) -> bool {
        matches!(self, Self::Attendance | Self::Completion)
    }
}

impl Tiers {
    /// Checks that there are tiers, that their names differ, and that each asks for more than the one before.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn check(&self) -> Result<(), EligibilityError> {
        if self.steps.is_empty() || self.steps.len() > MAX_TIERS {
            return Err(EligibilityError::invalid("tiers.steps", format!("needs between 1 and {MAX_TIERS} tiers")));
        }
        let mut names = BTreeSet::new();
        for (index, step) in self.steps.iter().enumerate() {
            let at = |field: &str| format!("tiers.steps[{index}].{field}");
            let texts = [("name", Some(&step.name)), ("template", step.template.as_ref())];
            for (field, text) in texts {
                if text.is_some_and(|text| text.trim().is_empty() || text.len() > MAX_TITLE_BYTES) {
                    return Err(EligibilityError::invalid(at(field), "is empty or too long"));
                }
            }
            if !names.insert(step.name.trim().to_lowercase()) {
                return Err(EligibilityError::invalid(at("name"), "is used twice"));
            }
            if self.measure.is_percent() {
                facts::percent(&at("from"), Some(step.from))?;
            }
            if index > 0 && step.from <= self.steps[index - 1].from {
                return Err(EligibilityError::invalid(at("from"), "is not above the tier before it"));
            }
        }
        Ok(())
    }
}

fn yes() -> bool {
    true
}
