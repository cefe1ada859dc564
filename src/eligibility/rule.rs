//! The rule: what a participant has to reach. JSON as `schemas/rule.json` describes it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::expression::Expression;
use super::{Amount, EligibilityError, facts};

/// `schemas/rule.json`: JSON Schema 2020-12 of rules and tiers.
pub const RULE_SCHEMA: &str = include_str!("../../schemas/rule.json");

/// How deep `all` and `any` may nest; a single clause has depth 1.
pub const MAX_DEPTH: usize = 6;
/// Clauses in one rule, `all` and `any` included.
pub const MAX_CLAUSES: usize = 50;
/// Expressions in one rule.
pub const MAX_EXPRESSIONS: usize = 5;
/// Roles in one clause.
pub const MAX_ROLES: usize = 50;
/// Sessions or activities that a clause may ask for.
pub const MAX_COUNT: u32 = 10_000;

/// One clause, or several combined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// Each of these.
    #[schema(no_recursion)]
    All(Vec<Rule>),
    /// At least one of these.
    #[schema(no_recursion)]
    Any(Vec<Rule>),
    /// A share of what there was to attend: `percent` or more.
    Attendance {
        /// 80 means that 4 of 5 is enough.
        percent: Amount,
        /// What is counted.
        #[serde(default)]
        over: Over,
    },
    /// Certain sessions.
    Sessions(SessionsNeeded),
    /// Certain activities, or points from them.
    Activities(ActivitiesNeeded),
    /// A share of the course completed.
    Completion {
        /// 100 means all of it.
        percent: Amount,
    },
    /// A score.
    Score {
        /// The lowest that is enough.
        at_least: Amount,
    },
    /// The examination passed.
    Passed,
    /// Seen at the door: with nothing else, everyone who came.
    CheckedIn,
    /// One of these roles; capitals make no difference.
    Role {
        /// For example `speaker`.
        one_of: Vec<String>,
    },
    /// Everybody in the event, as `testamur issue` on the command line does.
    Everybody,
    /// Never by itself: staff grant each one by hand.
    Manual,
    /// A Common Expression Language expression that yields true or false.
    Cel {
        /// For example `score >= 60.0 && fields.group == "B"`.
        expression: String,
    },
}

/// What a share of attendance is counted over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// All sessions.
    #[default]
    Sessions,
    /// The required sessions.
    RequiredSessions,
    /// All activities.
    Activities,
    /// The required activities.
    RequiredActivities,
    /// All sessions and all activities together.
    Both,
}

/// Which sessions have to be attended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionsNeeded {
    /// Each one.
    All,
    /// Each required one.
    AllRequired,
    /// One of them.
    Any,
    /// One of the required ones.
    AnyRequired,
    /// This many, whichever they are.
    AtLeast(u32),
}

/// Which activities have to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivitiesNeeded {
    /// Each one.
    All,
    /// Each required one.
    AllRequired,
    /// One of them.
    Any,
    /// This many, whichever they are.
    AtLeast(u32),
    /// This many points.
    Points(Amount),
}

impl Rule {
    /// Reads a rule from JSON and checks all of it; expressions are compiled.
    ///
    /// # Errors
    /// The first fault, with its place, such as `all[1].attendance`.
    pub fn read(value: &Value) -> Result<Self, EligibilityError> {
        let rule = read_at(value, "", 1)?;
        rule.check()?;
        Ok(rule)
    }

    /// Checks limits, ranges and expressions.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn check(&self) -> Result<(), EligibilityError> {
        self.check_at("", 1)?;
        let (mut clauses, mut expressions) = (0, 0);
        self.walk(&mut |_, rule| {
            clauses += 1;
            expressions += usize::from(matches!(rule, Self::Cel { .. }));
        });
        if clauses > MAX_CLAUSES {
            return Err(EligibilityError::TooManyClauses { found: clauses });
        }
        if expressions > MAX_EXPRESSIONS {
            return Err(EligibilityError::TooManyExpressions { found: expressions });
        }
        Ok(())
    }

    /// Returns the clauses combined here, if this is `all` or `any`.
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) | Self::Any(parts) => parts,
            _ => &[],
        }
    }

    /// Says whether one of the clauses is such a one.
    pub fn has(&self, is_one: &dyn Fn(&Self) -> bool) -> bool {
        is_one(self) || self.parts().iter().any(|part| part.has(is_one))
    }

    /// Calls `visit` with each clause and its place, `0.1` being the second part of the first part.
    pub(super) fn walk<'a>(&'a self, visit: &mut impl FnMut(&str, &'a Self)) {
        fn step<'a>(rule: &'a Rule, at: &str, visit: &mut impl FnMut(&str, &'a Rule)) {
            visit(at, rule);
            for (index, part) in rule.parts().iter().enumerate() {
                step(part, &child(at, index), visit);
            }
        }
        step(self, "", visit);
    }

    fn check_at(&self, at: &str, depth: usize) -> Result<(), EligibilityError> {
        if depth > MAX_DEPTH {
            return Err(EligibilityError::TooDeep);
        }
        let invalid = |field: &str, reason: String| Err(EligibilityError::invalid(join(at, field), reason));
        match self {
            Self::All(parts) | Self::Any(parts) => {
                let name = if matches!(self, Self::All(_)) { "all" } else { "any" };
                if parts.is_empty() {
                    return invalid(name, "needs at least one clause".into());
                }
                let mut parts = parts.iter().enumerate();
                parts.try_for_each(|(index, part)| part.check_at(&join(at, &format!("{name}[{index}]")), depth + 1))
            }
            Self::Attendance { percent, .. } => facts::percent(&join(at, "attendance.percent"), Some(*percent)),
            Self::Completion { percent } => facts::percent(&join(at, "completion.percent"), Some(*percent)),
            Self::Sessions(SessionsNeeded::AtLeast(count)) if !(1..=MAX_COUNT).contains(count) => {
                invalid("sessions.at_least", format!("is not between 1 and {MAX_COUNT}"))
            }
            Self::Activities(ActivitiesNeeded::AtLeast(count)) if !(1..=MAX_COUNT).contains(count) => {
                invalid("activities.at_least", format!("is not between 1 and {MAX_COUNT}"))
            }
            Self::Activities(ActivitiesNeeded::Points(points)) if *points < Amount::ZERO => {
                invalid("activities.points", "is below zero".into())
            }
            Self::Role { one_of } => check_roles(&join(at, "role.one_of"), one_of),
            Self::Cel { expression } => {
                Expression::compile(expression).map(drop).map_err(|fault| EligibilityError::Expression {
                    at: join(at, "cel.expression"),
                    line: fault.line,
                    column: fault.column,
                    reason: fault.reason,
                })
            }
            _ => Ok(()),
        }
    }
}

fn check_roles(at: &str, roles: &[String]) -> Result<(), EligibilityError> {
    if roles.is_empty() || roles.len() > MAX_ROLES {
        return Err(EligibilityError::invalid(at, format!("needs between 1 and {MAX_ROLES} roles")));
    }
    if roles.iter().any(|role| role.trim().is_empty() || role.len() > facts::MAX_TITLE_BYTES) {
        return Err(EligibilityError::invalid(at, "holds a role that is empty or too long"));
    }
    Ok(())
}

/// Reads clause by clause, so that a fault is reported where it is.
fn read_at(value: &Value, at: &str, depth: usize) -> Result<Rule, EligibilityError> {
    if depth > MAX_DEPTH {
        return Err(EligibilityError::TooDeep);
    }
    let single = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.iter().next());
    if let Some((name @ ("all" | "any"), parts)) = single.map(|(name, parts)| (name.as_str(), parts)) {
        let at = join(at, name);
        let parts = parts.as_array().ok_or_else(|| EligibilityError::invalid(&at, "is not a list of clauses"))?;
        if parts.len() > MAX_CLAUSES {
            return Err(EligibilityError::TooManyClauses { found: parts.len() });
        }
        let parts = parts.iter().enumerate();
        let parts =
            parts.map(|(index, part)| read_at(part, &format!("{at}[{index}]"), depth + 1)).collect::<Result<_, _>>()?;
        return Ok(if name == "all" { Rule::All(parts) } else { Rule::Any(parts) });
    }
    if !value.is_string() && single.is_none() {
        return Err(EligibilityError::invalid(at, "is not one clause, such as {\"attendance\": {\"percent\": 80}}"));
    }
    Rule::deserialize(value).map_err(|error| {
        let name = single.map_or("", |(name, _)| if name.len() <= 20 { name } else { "" });
        EligibilityError::invalid(join(at, name), format!("cannot be read: {}", super::cut(&error.to_string(), 300)))
    })
}

fn join(at: &str, field: &str) -> String {
    match (at, field) {
        ("", field) => field.to_owned(),
        (at, "") => at.to_owned(),
        (at, field) => format!("{at}.{field}"),
    }
}

/// Returns the place of a part: `0.1` is the second part of the first part.
pub(super) fn child(at: &str, index: usize) -> String {
    join(at, &index.to_string())
}
