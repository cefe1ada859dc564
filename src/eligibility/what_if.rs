//! Planning: who would gain or lose by another rule, and how the measures are spread.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::judge::measured;
use super::{
    ActivitiesNeeded, Amount, Course, EligibilityError, Facts, Judge, MAX_COUNT, Measure, Rule, SessionsNeeded, Tiers,
};

/// Bars of a histogram at most.
const MAX_BINS: i128 = 40;
/// Width of a bar of per cent.
const PERCENT_STEP: i128 = 5;

/// What a change would do, by the participants' ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhatIf {
    /// Eligible afterwards, not before.
    pub gain: Vec<String>,
    /// Eligible before, not afterwards.
    pub lose: Vec<String>,
    /// Judged as before.
    pub same: Vec<String>,
    /// Eligible before and afterwards, in another tier.
    pub moved: Vec<Moved>,
    /// How many are eligible before.
    pub before: usize,
    /// How many are eligible afterwards.
    pub after: usize,
}

/// A participant in another tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    /// Who.
    pub id: String,
    /// The tier before.
    pub from: Option<String>,
    /// The tier afterwards.
    pub to: Option<String>,
}

/// A number in a rule or in its tiers that can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Threshold {
    /// Its place: that of the clause, or `tiers.0` for the lowest tier.
    pub at: String,
    /// What it is a threshold of, in words.
    pub of: String,
    /// The number.
    pub value: Amount,
    /// Whether it is in per cent.
    pub percent: bool,
}

/// What changing one threshold would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThresholdWhatIf {
    /// The threshold as it is.
    pub threshold: Threshold,
    /// The number to try.
    pub to: Amount,
    /// Who would gain or lose.
    pub result: WhatIf,
    /// The same in a phrase: `with 75 % instead of 80 %, 12 more`.
    pub text: String,
}

/// How a measure is spread over the participants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Histogram {
    /// What is measured.
    pub measure: Measure,
    /// Participants of whom it is unknown; they are in no bin.
    pub unknown: usize,
    /// From the lowest to the highest.
    pub bins: Vec<Bin>,
}

/// One bar of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bin {
    /// The lowest value in it; it ends where the next one begins.
    pub from: Amount,
    /// Participants in it.
    pub count: usize,
    /// Participants in it or above: how many a threshold of `from` lets through.
    pub at_least: usize,
}

/// Judges everyone twice and compares. Nothing is changed.
pub fn what_if<'f>(
    before: &Judge<'_>,
    after: &Judge<'_>,
    people: impl IntoIterator<Item = (&'f str, &'f Facts)>,
) -> WhatIf {
    let mut result = WhatIf::default();
    for (id, facts) in people {
        let (was, is) = (before.explain(facts), after.explain(facts));
        result.before += usize::from(was.eligible);
        result.after += usize::from(is.eligible);
        let list = match (was.eligible, is.eligible) {
            (false, true) => &mut result.gain,
            (true, false) => &mut result.lose,
            _ => &mut result.same,
        };
        list.push(id.to_owned());
        if was.eligible && is.eligible && was.tier != is.tier {
            result.moved.push(Moved { id: id.to_owned(), from: was.tier, to: is.tier });
        }
    }
    result
}

/// Lists the numbers of a rule and its tiers that can be changed.
pub fn thresholds(rule: &Rule, tiers: Option<&Tiers>) -> Vec<Threshold> {
    let mut found = Vec::new();
    rule.walk(&mut |at, clause| {
        let (of, value, percent) = match clause {
            Rule::Attendance { percent, .. } => ("attendance", *percent, true),
            Rule::Completion { percent } => ("completion", *percent, true),
            Rule::Score { at_least } => ("score", *at_least, false),
            Rule::Activities(ActivitiesNeeded::Points(points)) => ("points", *points, false),
            Rule::Activities(ActivitiesNeeded::AtLeast(count)) => ("activities", count_amount(*count), false),
            Rule::Sessions(SessionsNeeded::AtLeast(count)) => ("sessions", count_amount(*count), false),
            _ => return,
        };
        found.push(Threshold { at: at.to_owned(), of: of.to_owned(), value, percent });
    });
    let tiers =
        tiers.into_iter().flat_map(|tiers| tiers.steps.iter().enumerate().map(move |step| (tiers.measure, step)));
    found.extend(tiers.map(|(measure, (index, step))| Threshold {
        at: format!("tiers.{index}"),
        of: format!("{} for {}", measure.name(), step.name),
        value: step.from,
        percent: measure.is_percent(),
    }));
    found
}

/// Returns the rule and the tiers with one threshold changed.
///
/// # Errors
/// When there is no threshold at that place, or the number cannot stand there.
pub fn with_threshold(
    rule: &Rule,
    tiers: Option<&Tiers>,
    at: &str,
    to: Amount,
) -> Result<(Rule, Option<Tiers>), EligibilityError> {
    let none = || EligibilityError::NoThreshold { at: super::cut(at, 60) };
    let (mut rule, mut tiers) = (rule.clone(), tiers.cloned());
    if let Some(index) = at.strip_prefix("tiers.") {
        let index = index.parse::<usize>().map_err(|_| none())?;
        tiers.as_mut().and_then(|tiers| tiers.steps.get_mut(index)).ok_or_else(none)?.from = to;
    } else {
        let clause = find(&mut rule, at).ok_or_else(none)?;
        match clause {
            Rule::Attendance { percent: value, .. }
            | Rule::Completion { percent: value }
            | Rule::Score { at_least: value }
            | Rule::Activities(ActivitiesNeeded::Points(value)) => *value = to,
            Rule::Activities(ActivitiesNeeded::AtLeast(count)) | Rule::Sessions(SessionsNeeded::AtLeast(count)) => {
                *count = amount_count(to).ok_or_else(|| {
                    EligibilityError::invalid(at, format!("is not a whole number from 1 to {MAX_COUNT}"))
                })?;
            }
            _ => return Err(none()),
        }
    }
    rule.check()?;
    tiers.as_ref().map_or(Ok(()), Tiers::check)?;
    Ok((rule, tiers))
}

/// Tells what one other threshold would do: `with 75 % instead of 80 %, 12 more`.
///
/// # Errors
/// When there is no threshold at that place, or the number cannot stand there.
pub fn what_if_threshold<'f>(
    judge: &Judge<'_>,
    at: &str,
    to: Amount,
    people: impl IntoIterator<Item = (&'f str, &'f Facts)>,
) -> Result<ThresholdWhatIf, EligibilityError> {
    let (rule, tiers) = with_threshold(&judge.rule, judge.tiers.as_ref(), at, to)?;
    let threshold = thresholds(&judge.rule, judge.tiers.as_ref()).into_iter().find(|threshold| threshold.at == at);
    let threshold = threshold.ok_or_else(|| EligibilityError::NoThreshold { at: super::cut(at, 60) })?;
    let after = Judge::new(judge.course, &rule, tiers.as_ref())?;
    let result = what_if(judge, &after, people);
    let unit = if threshold.percent { " %" } else { "" };
    let text = format!("with {to}{unit} instead of {}{unit}, {}", threshold.value, outcome(&result));
    Ok(ThresholdWhatIf { threshold, to, result, text })
}

/// Spreads a measure over bins: five per cent wide, or as wide as gives at most forty of them.
pub fn histogram<'f>(course: &Course, measure: Measure, people: impl IntoIterator<Item = &'f Facts>) -> Histogram {
    let mut spread = Spread::of(course, measure);
    people.into_iter().for_each(|facts| spread.add(facts));
    spread.histogram()
}

/// A measure that is being spread over any number of people; of each only the number is kept.
pub struct Spread<'c> {
    course: &'c Course,
    measure: Measure,
    unknown: usize,
    values: Vec<i64>,
}

impl<'c> Spread<'c> {
    /// Starts with nobody.
    pub fn of(course: &'c Course, measure: Measure) -> Self {
        Self { course, measure, unknown: 0, values: Vec::new() }
    }

    /// Adds a person.
    pub fn add(&mut self, facts: &Facts) {
        match measured(self.course, self.measure, &facts.progress) {
            Ok(found) => self.values.push(found.value().raw()),
            Err(_) => self.unknown += 1,
        }
    }

    /// Returns it in bins.
    pub fn histogram(mut self) -> Histogram {
        self.values.sort_unstable();
        let (measure, values) = (self.measure, &self.values);
        let bins = match (values.first(), values.last()) {
            (Some(&low), Some(&high)) => bins(measure, values, low.into(), high.into()),
            _ => Vec::new(),
        };
        Histogram { measure, unknown: self.unknown, bins }
    }
}

fn bins(measure: Measure, values: &[i64], low: i128, high: i128) -> Vec<Bin> {
    let one = i128::from(Amount::whole(1).raw());
    let (low, high, width) = if measure.is_percent() {
        (0, 100 * one, PERCENT_STEP * one)
    } else {
        let width = width(high - low, one);
        (low.div_euclid(width) * width, high, width)
    };
    let count = (high - low) / width + 1;
    let above = |from: i128| values.len() - values.partition_point(|value| i128::from(*value) < from);
    let starts = (0..count).map(|index| low + index * width);
    starts
        .map(|from| Bin {
            from: Amount::from_raw(from),
            count: above(from) - above(from + width),
            at_least: above(from),
        })
        .collect()
}

/// Returns 1, 2 or 5 times a power of ten, wide enough for the span.
fn width(span: i128, one: i128) -> i128 {
    let mut power = one;
    loop {
        for digit in [1, 2, 5] {
            if span / (digit * power) + 2 <= MAX_BINS {
                return digit * power;
            }
        }
        power *= 10;
    }
}

fn outcome(result: &WhatIf) -> String {
    match (result.gain.len(), result.lose.len()) {
        (0, 0) if result.moved.is_empty() => "no difference".into(),
        (0, 0) => format!("{} in another tier", result.moved.len()),
        (gain, 0) => format!("{gain} more"),
        (0, lose) => format!("{lose} fewer"),
        (gain, lose) => format!("{gain} more and {lose} fewer"),
    }
}

fn find<'r>(rule: &'r mut Rule, at: &str) -> Option<&'r mut Rule> {
    let mut rule = rule;
    for step in at.split('.').filter(|step| !step.is_empty()) {
        let (Rule::All(parts) | Rule::Any(parts)) = rule else { return None };
        rule = parts.get_mut(step.parse::<usize>().ok()?)?;
    }
    Some(rule)
}

fn count_amount(count: u32) -> Amount {
    Amount::whole(i32::try_from(count).unwrap_or(i32::MAX))
}

fn amount_count(amount: Amount) -> Option<u32> {
    let one = Amount::whole(1).raw();
    let count = u32::try_from(amount.raw() / one).ok()?;
    (amount.raw() % one == 0 && (1..=MAX_COUNT).contains(&count)).then_some(count)
}
