//! The room as its callers see it: clauses against known facts, and laws that hold for any rule.

mod clauses;
mod expressions;
mod laws;
mod planning;
mod reading;

use super::*;

fn rule(text: &str) -> Rule {
    Rule::read(&serde_json::from_str(text).unwrap()).unwrap()
}

fn refused(text: &str) -> EligibilityError {
    Rule::read(&serde_json::from_str(text).unwrap()).unwrap_err()
}

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// Five sessions, `s1` and `s2` of them required; three activities of 10, 20 and 30 points, `a1` of them required.
fn course() -> Course {
    let sessions = (1..=5).map(|n| Session { id: format!("s{n}"), title: format!("Day {n}"), required: n <= 2 });
    let activities = (1..=3).map(|n| Activity {
        id: format!("a{n}"),
        title: format!("Task {n}"),
        points: Amount::whole(n * 10),
        required: n == 1,
    });
    let course = Course { sessions: sessions.collect(), activities: activities.collect() };
    course.check().unwrap();
    course
}

/// Someone who was at these sessions and absent from the others.
fn attended(ids: &[&str]) -> Facts {
    let mark = |id: &String| Mark { present: ids.contains(&id.as_str()), by_hand: false };
    let sessions = course().sessions.into_iter().map(|session| (session.id.clone(), mark(&session.id))).collect();
    Facts { progress: Progress { sessions, ..Progress::default() }, ..Facts::default() }
}

/// Someone who did these activities and not the others.
fn did(ids: &[&str]) -> Facts {
    let done = |id: &String| Done { done: ids.contains(&id.as_str()), points: None };
    let activities = course().activities.into_iter().map(|one| (one.id.clone(), done(&one.id))).collect();
    Facts { progress: Progress { activities, ..Progress::default() }, ..Facts::default() }
}

fn explain(rule_text: &str, facts: &Facts) -> Explained {
    let explained = evaluate(&course(), &rule(rule_text), None, facts).unwrap();
    let text = serde_json::to_string(&explained).unwrap();
    assert_eq!(serde_json::from_str::<Explained>(&text).unwrap(), explained, "an explanation survives JSON");
    explained
}

fn met(rule_text: &str, facts: &Facts) -> bool {
    explain(rule_text, facts).eligible
}

fn missing(rule_text: &str, facts: &Facts) -> String {
    let explained = explain(rule_text, facts);
    assert!(!explained.eligible);
    explained.missing().join(" | ")
}

#[test]
fn one_judge_serves_several_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Judge<'static>>();
}
