//! Judging: a rule and tiers prepared once, then one participant after the other.

use std::collections::BTreeMap;

use super::explain::{ClauseKind, Explained, Explanation, TierExplained};
use super::expression::Expression;
use super::measure::{self, Found, Share, counted, percent, yes_no};
use super::rule::child;
use super::{
    ActivitiesNeeded, Activity, Amount, Course, EligibilityError, Facts, Measure, Over, Progress, Rule, Session,
    SessionsNeeded, Tiers,
};

/// Titles named in one phrase; more are counted.
const NAMED_TITLES: usize = 5;

/// A rule with its expressions compiled. One judge serves any number of participants, also from several threads.
#[derive(Clone, Debug)]
pub struct Judge<'a> {
    pub(super) course: &'a Course,
    pub(super) rule: Rule,
    pub(super) tiers: Option<Tiers>,
    expressions: BTreeMap<String, Expression>,
}

/// Judges one participant; for several, make a [`Judge`].
///
/// # Errors
/// When the rule or the tiers are not good ones.
pub fn evaluate(
    course: &Course,
    rule: &Rule,
    tiers: Option<&Tiers>,
    facts: &Facts,
) -> Result<Explained, EligibilityError> {
    Ok(Judge::new(course, rule, tiers)?.explain(facts))
}

impl<'a> Judge<'a> {
    /// Checks and prepares a rule.
    ///
    /// # Errors
    /// When the rule or the tiers are not good ones.
    pub fn new(course: &'a Course, rule: &Rule, tiers: Option<&Tiers>) -> Result<Self, EligibilityError> {
        rule.check()?;
        tiers.map_or(Ok(()), Tiers::check)?;
        let mut expressions = BTreeMap::new();
        rule.walk(&mut |_, clause| {
            // `check` has just compiled it; a fault would leave it out, and the clause unmet.
            if let Rule::Cel { expression } = clause
                && let Ok(compiled) = Expression::compile(expression)
            {
                expressions.insert(expression.clone(), compiled);
            }
        });
        Ok(Self { course, rule: rule.clone(), tiers: tiers.cloned(), expressions })
    }

    /// Judges one participant. The same facts always give the same answer.
    pub fn explain(&self, facts: &Facts) -> Explained {
        let rule = self.clause(&self.rule, "", facts);
        let (tier, tiers) = match &self.tiers {
            None => (None, None),
            Some(tiers) => {
                let (reached, explained) = self.tier(tiers, &facts.progress);
                (reached.map(|index| &tiers.steps[index]), Some(explained))
            }
        };
        let lacking = tiers.as_ref().is_some_and(|tiers| tiers.required && !tiers.reached);
        Explained {
            eligible: rule.met && !lacking,
            tier: tier.map(|tier| tier.name.clone()),
            template: tier.and_then(|tier| tier.template.clone()),
            rule,
            tiers,
        }
    }

    /// Returns the clauses that no participant can ever meet in this course, as asking for 6 of 5 sessions.
    pub fn impossible(&self) -> Vec<Explanation> {
        let mark = super::Mark { present: true, by_hand: false };
        let done = super::Done { done: true, points: None };
        let progress = Progress {
            sessions: self.course.sessions.iter().map(|session| (session.id.clone(), mark)).collect(),
            activities: self.course.activities.iter().map(|activity| (activity.id.clone(), done)).collect(),
            ..Progress::default()
        };
        let perfect = Facts { progress, ..Facts::default() };
        let explained = self.explain(&perfect);
        let mut found = Vec::new();
        explained.rule.leaves(&mut |leaf| {
            let counted = matches!(leaf.kind, ClauseKind::Attendance | ClauseKind::Sessions | ClauseKind::Activities);
            if counted && !leaf.met {
                found.push(leaf.clone());
            }
        });
        found
    }

    fn clause(&self, rule: &Rule, at: &str, facts: &Facts) -> Explanation {
        let progress = &facts.progress;
        let node = match rule {
            Rule::All(parts) => self.combined(ClauseKind::All, parts, at, facts),
            Rule::Any(parts) => self.combined(ClauseKind::Any, parts, at, facts),
            Rule::Attendance { percent, over } => self.attendance(*percent, *over, progress),
            Rule::Sessions(needed) => self.sessions(*needed, progress),
            Rule::Activities(needed) => self.activities(*needed, progress),
            Rule::Completion { percent } => self.completion(*percent, progress),
            Rule::Score { at_least } => score(*at_least, progress),
            Rule::Passed => told(
                ClauseKind::Passed,
                "examination passed",
                progress.passed,
                ["no examination result recorded", "has not passed the examination"],
            ),
            Rule::CheckedIn => told(
                ClauseKind::CheckedIn,
                "checked in",
                progress.checked_in,
                ["no check-in recorded", "was not checked in"],
            ),
            Rule::Role { one_of } => role(one_of, progress),
            Rule::Everybody => told(ClauseKind::Everybody, "in the event", Some(true), ["", ""]),
            Rule::Manual => {
                let nobody = "nobody has granted it by hand";
                told(ClauseKind::Manual, "granted by hand", Some(facts.granted), [nobody, nobody])
            }
            Rule::Cel { expression } => self.expression(expression, facts),
        };
        Explanation { at: at.to_owned(), ..node }
    }

    fn combined(&self, kind: ClauseKind, parts: &[Rule], at: &str, facts: &Facts) -> Explanation {
        let all = kind == ClauseKind::All;
        let parts = parts.iter().enumerate().map(|(index, part)| self.clause(part, &child(at, index), facts));
        let parts: Vec<_> = parts.collect();
        let met = if all { parts.iter().all(|part| part.met) } else { parts.iter().any(|part| part.met) };
        let lacks: Vec<_> = parts.iter().filter(|part| !part.met).filter_map(|part| part.missing.as_deref()).collect();
        let missing = if all { lacks.join("; ") } else { format!("one of: {}", lacks.join("; or ")) };
        let clause = if all { "all of these" } else { "at least one of these" };
        let by_hand = parts.iter().any(|part| part.by_hand);
        Explanation { parts, by_hand, ..leaf(kind, clause.into(), met, (!met).then_some(missing)) }
    }

    fn attendance(&self, wanted: Amount, over: Over, progress: &Progress) -> Explanation {
        let (what, verb, one, many) = match over {
            Over::Sessions => ("sessions", "attend", "session", "sessions"),
            Over::RequiredSessions => ("required sessions", "attend", "required session", "required sessions"),
            Over::Activities => ("activities", "do", "activity", "activities"),
            Over::RequiredActivities => ("required activities", "do", "required activity", "required activities"),
            Over::Both => ("sessions and activities", "attend or do", "session or activity", "sessions or activities"),
        };
        let of = if over == Over::Sessions && self.course.sessions.is_empty() { "" } else { " of " };
        let what = if of.is_empty() { "" } else { what };
        let clause = format!("attendance{of}{what} at least {}", percent(wanted));
        let found = measure::attendance(self.course, progress, over);
        let missing = |share: Share| share.missing("attendance", wanted, verb, (one, many));
        let node = shared(ClauseKind::Attendance, clause, wanted, found, missing);
        Explanation { by_hand: measure::by_hand(self.course, progress, over), ..node }
    }

    fn completion(&self, wanted: Amount, progress: &Progress) -> Explanation {
        let clause = format!("completion at least {}", percent(wanted));
        let found = measure::completion(self.course, progress);
        let missing = |share: Share| share.missing("completion", wanted, "do", ("activity", "activities"));
        shared(ClauseKind::Completion, clause, wanted, found, missing)
    }

    fn sessions(&self, needed: SessionsNeeded, progress: &Progress) -> Explanation {
        let (clause, count, required) = match needed {
            SessionsNeeded::All => ("all sessions".to_owned(), None, false),
            SessionsNeeded::AllRequired => ("all required sessions".to_owned(), None, true),
            SessionsNeeded::Any => ("any session".to_owned(), Some(1), false),
            SessionsNeeded::AnyRequired => ("any required session".to_owned(), Some(1), true),
            SessionsNeeded::AtLeast(count) => {
                (format!("at least {}", counted(count as usize, "session", "sessions")), Some(count as usize), false)
            }
        };
        let found = measure::sessions(self.course, progress, required);
        let found = found
            .map(|(attended, missed)| (attended.len(), missed.iter().map(|s: &&Session| s.title.as_str()).collect()));
        let node = chosen(ClauseKind::Sessions, clause, count, found, "attend", ("session", "sessions"));
        Explanation { by_hand: measure::by_hand(self.course, &without_percent(progress), over(required)), ..node }
    }

    fn activities(&self, needed: ActivitiesNeeded, progress: &Progress) -> Explanation {
        let (clause, count, required) = match needed {
            ActivitiesNeeded::All => ("all activities".to_owned(), None, false),
            ActivitiesNeeded::AllRequired => ("all required activities".to_owned(), None, true),
            ActivitiesNeeded::Any => ("any activity".to_owned(), Some(1), false),
            ActivitiesNeeded::AtLeast(count) => {
                (format!("at least {}", counted(count as usize, "activity", "activities")), Some(count as usize), false)
            }
            ActivitiesNeeded::Points(wanted) => return self.points(wanted, progress),
        };
        let found = measure::activities(self.course, progress, required);
        let found = found.map(|(done, left)| (done.len(), left.iter().map(|a: &&Activity| a.title.as_str()).collect()));
        chosen(ClauseKind::Activities, clause, count, found, "do", ("activity", "activities"))
    }

    fn points(&self, wanted: Amount, progress: &Progress) -> Explanation {
        let found = measure::points(self.course, progress);
        reached(ClauseKind::Activities, format!("points at least {wanted}"), wanted, found, "points")
    }

    fn expression(&self, source: &str, facts: &Facts) -> Explanation {
        let compiled = self.expressions.get(source);
        let holds = compiled.ok_or_else(|| "the expression cannot be evaluated".to_owned());
        let holds = holds.and_then(|expression| expression.holds(self.course, facts));
        let (met, missing) = match holds {
            Ok(true) => (true, None),
            Ok(false) => (false, Some("the expression is not true".to_owned())),
            Err(reason) => (false, Some(reason)),
        };
        let measured = compiled.and_then(|expression| expression.measured(self.course, facts));
        Explanation { measured, ..leaf(ClauseKind::Cel, format!("expression {source}"), met, missing) }
    }

    /// Returns the index of the highest tier reached, and how it was found.
    fn tier(&self, tiers: &Tiers, progress: &Progress) -> (Option<usize>, TierExplained) {
        let found = measured(self.course, tiers.measure, progress);
        let reached =
            found.as_ref().ok().and_then(|found| tiers.steps.iter().rposition(|step| found.reaches(step.from)));
        let next = match &found {
            Err(reason) => Some(reason.clone()),
            Ok(_) => tiers.steps.get(reached.map_or(0, |index| index + 1)).map(|step| {
                let from = if tiers.measure.is_percent() { percent(step.from) } else { step.from.to_string() };
                format!("{} from {} {from}", step.name, tiers.measure.name())
            }),
        };
        let explained = TierExplained {
            measure: tiers.measure,
            measured: found.as_ref().ok().map(Quantity::text),
            value: found.as_ref().ok().map(Quantity::value),
            required: tiers.required,
            reached: reached.is_some(),
            next,
        };
        (reached, explained)
    }
}

/// A share or a plain number.
pub(super) enum Quantity {
    Share(Share),
    Number(Amount),
}

impl Quantity {
    fn reaches(&self, from: Amount) -> bool {
        match self {
            Self::Share(share) => share.reaches(from),
            Self::Number(number) => *number >= from,
        }
    }

    /// Returns the number; per cent are rounded down.
    pub(super) fn value(&self) -> Amount {
        match self {
            Self::Share(share) => share.percent(),
            Self::Number(number) => *number,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Share(share) => share.text(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// Returns what tiers and histograms measure.
pub(super) fn measured(course: &Course, measure: Measure, progress: &Progress) -> Found<Quantity> {
    match measure {
        Measure::Attendance => measure::attendance(course, progress, Over::Sessions).map(Quantity::Share),
        Measure::Completion => measure::completion(course, progress).map(Quantity::Share),
        Measure::Points => measure::points(course, progress).map(Quantity::Number),
        Measure::Score => progress.score.map(Quantity::Number).ok_or_else(|| "no score recorded".into()),
    }
}

fn leaf(kind: ClauseKind, clause: String, met: bool, missing: Option<String>) -> Explanation {
    Explanation {
        at: String::new(),
        kind,
        clause,
        met,
        measured: None,
        value: None,
        threshold: None,
        missing,
        by_hand: false,
        parts: Vec::new(),
    }
}

/// A share against a percentage.
fn shared(
    kind: ClauseKind,
    clause: String,
    wanted: Amount,
    found: Found<Share>,
    missing: impl Fn(Share) -> String,
) -> Explanation {
    let threshold = Some(percent(wanted));
    match found {
        Err(reason) => Explanation { threshold, ..leaf(kind, clause, false, Some(reason)) },
        Ok(share) => {
            let met = share.reaches(wanted);
            let node = leaf(kind, clause, met, (!met).then(|| missing(share)));
            Explanation { measured: Some(share.text()), value: Some(share.percent()), threshold, ..node }
        }
    }
}

/// A number against the lowest that is enough.
fn reached(kind: ClauseKind, clause: String, wanted: Amount, found: Found<Amount>, called: &str) -> Explanation {
    let threshold = Some(wanted.to_string());
    match found {
        Err(reason) => Explanation { threshold, ..leaf(kind, clause, false, Some(reason)) },
        Ok(number) => {
            let met = number >= wanted;
            let node = leaf(kind, clause, met, (!met).then(|| format!("{called} {number}, needed {wanted}")));
            Explanation { measured: Some(number.to_string()), value: Some(number), threshold, ..node }
        }
    }
}

fn score(wanted: Amount, progress: &Progress) -> Explanation {
    let found = progress.score.ok_or_else(|| "no score recorded".to_owned());
    reached(ClauseKind::Score, format!("score at least {wanted}"), wanted, found, "score")
}

/// Some or all of a list: how many are in, and the titles of those that are not.
fn chosen(
    kind: ClauseKind,
    clause: String,
    count: Option<usize>,
    found: Found<(usize, Vec<&str>)>,
    verb: &str,
    (one, many): (&str, &str),
) -> Explanation {
    let (done, left) = match found {
        Err(reason) => return leaf(kind, clause, false, Some(reason)),
        Ok(found) => found,
    };
    let total = done + left.len();
    let needed = count.unwrap_or(total);
    let met = done >= needed;
    let missing = (!met).then(|| match count {
        None => format!("{verb} {}", titles(&left)),
        Some(needed) if needed > total => format!("cannot be met: there are only {}", counted(total, one, many)),
        Some(needed) => {
            format!("{verb} {}", counted(needed - done, &format!("more {one}"), &format!("more {many}")))
        }
    });
    let node = leaf(kind, clause, met, missing);
    Explanation {
        measured: Some(format!("{done} of {total}")),
        value: Some(Amount::whole(i32::try_from(done).unwrap_or(i32::MAX))),
        threshold: Some(needed.to_string()),
        ..node
    }
}

fn titles(titles: &[&str]) -> String {
    let named: Vec<_> = titles.iter().take(NAMED_TITLES).map(|title| format!("“{title}”")).collect();
    let more = titles.len().saturating_sub(NAMED_TITLES);
    if more == 0 { named.join(", ") } else { format!("{} and {more} more", named.join(", ")) }
}

/// A plain yes or no, with what to say when it is unknown, and when it is no.
fn told(kind: ClauseKind, clause: &str, found: Option<bool>, [unknown, no]: [&str; 2]) -> Explanation {
    let met = found == Some(true);
    let missing = if found.is_none() { unknown } else { no };
    let node = leaf(kind, clause.to_owned(), met, (!met).then(|| missing.to_owned()));
    Explanation { measured: found.map(|found| yes_no(found).to_owned()), ..node }
}

fn role(one_of: &[String], progress: &Progress) -> Explanation {
    let threshold = one_of.join(", ");
    let met = progress.role.as_deref().is_some_and(|role| one_of.iter().any(|one| measure::same_role(one, role)));
    let missing = match &progress.role {
        None => "no role recorded".to_owned(),
        Some(_) => format!("the role is none of {threshold}"),
    };
    let node = leaf(ClauseKind::Role, format!("role one of {threshold}"), met, (!met).then_some(missing));
    Explanation { measured: progress.role.clone(), threshold: Some(threshold), ..node }
}

fn over(required: bool) -> Over {
    if required { Over::RequiredSessions } else { Over::Sessions }
}

/// An entered percentage says nothing of single sessions.
fn without_percent(progress: &Progress) -> Progress {
    Progress { attendance: None, sessions: progress.sessions.clone(), ..Progress::default() }
}
