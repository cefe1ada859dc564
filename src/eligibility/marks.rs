//! Which sessions a rule depends on: where nobody was marked in one of them, nobody can reach what it asks for.

use super::expression::Expression;
use super::{Course, Measure, Over, Rule, Session, SessionsNeeded, Tiers};

/// What of the sessions a rule looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Looks {
    /// All of them.
    all: bool,
    /// The required ones.
    required: bool,
    /// The marks themselves, also where somebody's share was entered.
    marks: bool,
}

/// The sessions whose attendance decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depends<'a> {
    /// Which, in the order of the course.
    pub sessions: Vec<&'a Session>,
    /// Whether a share that was entered for somebody stands in place of their marks.
    pub share_is_enough: bool,
}

/// Returns the sessions that a rule and its tiers depend on; none where attendance does not matter.
pub fn depends<'a>(course: &'a Course, rule: &Rule, tiers: Option<&Tiers>) -> Depends<'a> {
    let mut looks = Looks { all: tiers.is_some_and(|tiers| tiers.measure == Measure::Attendance), ..Looks::default() };
    rule.walk(&mut |_, clause| look(clause, &mut looks));
    let counts = |session: &&Session| looks.all || looks.required && session.required;
    Depends { sessions: course.sessions.iter().filter(counts).collect(), share_is_enough: !looks.marks }
}

fn look(clause: &Rule, looks: &mut Looks) {
    match clause {
        Rule::Attendance { over: Over::Sessions, .. } => looks.all = true,
        Rule::Attendance { over: Over::RequiredSessions, .. } => looks.required = true,
        Rule::Attendance { over: Over::Both, .. } => (looks.all, looks.marks) = (true, true),
        Rule::Sessions(SessionsNeeded::AllRequired | SessionsNeeded::AnyRequired) => {
            (looks.required, looks.marks) = (true, true);
        }
        Rule::Sessions(_) => (looks.all, looks.marks) = (true, true),
        Rule::Cel { expression } => {
            let Ok(expression) = Expression::compile(expression) else { return };
            looks.all |= expression.names("attendance") || expression.names("sessions_attended");
            looks.marks |= expression.names("sessions_attended");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_depends_on_the_sessions_that_it_looks_at() {
        let session = |id: &str, required| Session { id: id.into(), title: id.into(), required };
        let course = Course { sessions: vec![session("a", true), session("b", false)], activities: Vec::new() };
        let of = |rule: serde_json::Value| {
            let found = depends(&course, &Rule::read(&rule).unwrap(), None);
            (found.sessions.iter().map(|one| one.id.clone()).collect::<Vec<_>>().join(""), found.share_is_enough)
        };
        let says = |sessions: &str, share| (sessions.to_owned(), share);
        assert_eq!(of(json!("everybody")), says("", true));
        assert_eq!(of(json!({ "all": ["passed", { "attendance": { "percent": 80 } }] })), says("ab", true));
        assert_eq!(of(json!({ "attendance": { "percent": 80, "over": "required_sessions" } })), says("a", true));
        assert_eq!(of(json!({ "sessions": "all_required" })), says("a", false));
        assert_eq!(of(json!({ "sessions": { "at_least": 1 } })), says("ab", false));
        assert_eq!(of(json!({ "attendance": { "percent": 80, "over": "activities" } })), says("", true));
        assert_eq!(of(json!({ "cel": { "expression": "attendance >= 50.0" } })), says("ab", true));
        assert_eq!(of(json!({ "cel": { "expression": "sessions_attended > 1" } })), says("ab", false));
    }
}
