//! What is still missing for a certificate, in the reader's language: what was found, and what is needed.

use crate::eligibility::{ClauseKind, Explanation};
use crate::pages::Texts;

/// Returns a line for each clause that is not met yet.
pub(super) fn unmet(t: &Texts, clause: &Explanation) -> Vec<String> {
    match &clause.parts[..] {
        _ if clause.met => Vec::new(),
        [] => vec![line(t, clause)],
        parts => parts.iter().flat_map(|part| unmet(t, part)).collect(),
    }
}

/// Says what one clause lacks, in the reader's language.
fn line(t: &Texts, clause: &Explanation) -> String {
    let needed = clause.threshold.as_deref().unwrap_or_default();
    let what = match clause.kind {
        ClauseKind::Attendance => "attendance",
        ClauseKind::Sessions => "sessions",
        ClauseKind::Activities if clause.clause.starts_with("points") => "points",
        ClauseKind::Activities => "activities",
        ClauseKind::Completion => "completion",
        ClauseKind::Score => "score",
        ClauseKind::Passed => return t.s("mine.lack.passed").to_owned(),
        ClauseKind::CheckedIn => return t.s("mine.lack.checked_in").to_owned(),
        ClauseKind::Role => return t.with("mine.lack.role", "needed", needed),
        ClauseKind::Manual => return t.s("mine.lack.manual").to_owned(),
        ClauseKind::All | ClauseKind::Any | ClauseKind::Everybody | ClauseKind::Cel => {
            return t.s("mine.lack.other").to_owned();
        }
    };
    let what_is_said = t.s(&format!("mine.lack.{what}"));
    let Some(value) = clause.value.filter(|_| !needed.is_empty()) else {
        return t.with("mine.lack.unknown", "what", what_is_said);
    };
    let unit = if matches!(what, "attendance" | "completion") { " %" } else { "" };
    let said = t.with2("mine.lack", ("found", &format!("{value}{unit}")), ("needed", needed));
    said.replace("{what}", what_is_said)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_language_says_what_was_found_and_what_is_needed() {
        let clause = |kind: &str, more: serde_json::Value| {
            let mut clause = json!({ "kind": kind, "clause": "the rule", "met": false });
            clause.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            clause
        };
        let found = json!({ "measured": "3 of 5 (60 %)", "value": 60, "threshold": "80 %", "missing": "attend 1 more session" });
        let all = json!({ "parts": [
            clause("attendance", found), clause("passed", json!({})), clause("cel", json!({})),
            { "kind": "score", "clause": "the score", "met": true },
        ] });
        let all: Explanation = serde_json::from_value(clause("all", all)).unwrap();
        for t in Texts::all() {
            let lines = unmet(t, &all);
            assert_eq!(lines.len(), 3, "{}: {lines:?}", t.language);
            assert!(lines[0].contains("60 %") && lines[0].contains("80 %"), "{lines:?}");
            assert!(lines.iter().all(|line| !line.contains("session") && !line.contains("the rule")), "{lines:?}");
        }
    }
}
