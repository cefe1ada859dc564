//! The answer: a verdict with each clause, what was measured, what was asked for and what is missing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Amount, Measure, cut};

/// Characters of a clause that are kept with a certificate.
const KEPT_CLAUSE_CHARS: usize = 200;

/// Why a participant is eligible, or is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explained {
    /// The verdict of the rule and, where they are required, of the tiers.
    pub eligible: bool,
    /// The highest tier reached, whatever the rule says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// That tier's own template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The rule, clause by clause.
    pub rule: Explanation,
    /// How the tier was found, where the event has tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<TierExplained>,
}

/// One clause, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// Its place in the rule: empty for the whole, `0.1` for the second part of the first part.
    #[serde(default)]
    pub at: String,
    /// Which kind of clause it is.
    pub kind: ClauseKind,
    /// The clause in words.
    pub clause: String,
    /// Whether it is met.
    pub met: bool,
    /// What was found, in words; nothing if it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<String>,
    /// What was found as a number, to sort by: per cent are rounded down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
    /// What is asked for, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
    /// What is still needed, or why the clause cannot be judged; nothing if it is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Whether a person entered some of what was found.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// The clauses combined here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub parts: Vec<Explanation>,
}

/// Which kind a clause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are named as the clauses of `Rule`")]
pub enum ClauseKind {
    All,
    Any,
    Attendance,
    Sessions,
    Activities,
    Completion,
    Score,
    Passed,
    CheckedIn,
    Role,
    Everybody,
    Manual,
    Cel,
}

/// How a tier was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TierExplained {
    /// What is measured.
    pub measure: Measure,
    /// What was found, in words; nothing if it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<String>,
    /// What was found as a number: per cent are rounded down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
    /// Whether some tier must be reached.
    pub required: bool,
    /// Whether one is.
    pub reached: bool,
    /// The next tier and what it asks for, or why the measure is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a certificate rests on, frozen with it: the rule's version and the values as they were. Holds nothing that
/// names a person: of an unmet role and of free columns no value is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Basis {
    /// Version of the event's rule.
    pub rule_version: u64,
    /// Whether the rule was met; without it, an exception stands behind the certificate.
    pub eligible: bool,
    /// The tier reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The measure that gave the tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier_measured: Option<String>,
    /// The single clauses, in the rule's order.
    pub clauses: Vec<Held>,
}

/// One clause of a [`Basis`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Held {
    /// Its place in the rule.
    #[serde(default)]
    pub at: String,
    /// The clause in words, cut if it is long.
    pub clause: String,
    /// What was found; nothing if it was unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<String>,
    /// What was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
    /// Whether it was met.
    pub met: bool,
}

impl Explained {
    /// Returns what is still needed, each as one phrase; empty when eligible.
    pub fn missing(&self) -> Vec<String> {
        if self.eligible {
            return Vec::new();
        }
        let mut phrases = Vec::new();
        unmet(&self.rule, &mut phrases);
        if let Some(tiers) = self.tiers.as_ref().filter(|tiers| tiers.required && !tiers.reached) {
            phrases.extend(tiers.next.clone());
        }
        phrases
    }

    /// Returns the short form that is kept with a certificate.
    pub fn basis(&self, rule_version: u64) -> Basis {
        let mut clauses = Vec::new();
        self.rule.leaves(&mut |leaf| clauses.push(leaf.held()));
        let tier_measured = self.tiers.as_ref().and_then(|tiers| tiers.measured.clone());
        Basis { rule_version, eligible: self.eligible, tier: self.tier.clone(), tier_measured, clauses }
    }
}

impl Explanation {
    /// Calls `visit` with each single clause.
    pub fn leaves<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        if matches!(self.kind, ClauseKind::All | ClauseKind::Any) {
            self.parts.iter().for_each(|part| part.leaves(visit));
        } else {
            visit(self);
        }
    }

    fn held(&self) -> Held {
        // A role that the rule does not name is the participant's own text, and could be anything.
        let kept = self.met || self.kind != ClauseKind::Role;
        Held {
            at: self.at.clone(),
            clause: cut(&self.clause, KEPT_CLAUSE_CHARS),
            measured: self.measured.clone().filter(|_| kept),
            threshold: self.threshold.as_deref().map(|threshold| cut(threshold, KEPT_CLAUSE_CHARS)),
            met: self.met,
        }
    }
}

/// Collects one phrase for each unmet part of `all`, and a single one for `any`.
fn unmet(node: &Explanation, phrases: &mut Vec<String>) {
    if node.met {
        return;
    }
    if node.kind == ClauseKind::All {
        node.parts.iter().for_each(|part| unmet(part, phrases));
    } else {
        phrases.extend(node.missing.clone());
    }
}
