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

fn line(t: &Texts, clause: &Explanation) -> String {
    // In English the rule's own words say more: what it is called, and which sessions are meant.
    if t.language == "en" {
        let said = [clause.measured.as_deref(), clause.missing.as_deref()].into_iter().flatten();
        let said = said.collect::<Vec<_>>().join("; ");
        return if said.is_empty() { clause.clause.clone() } else { format!("{}: {said}", clause.clause) };
    }
    let what = match clause.kind {
        ClauseKind::Attendance => "need.attendance",
        ClauseKind::Sessions => "need.sessions",
        ClauseKind::Activities => "need.activities",
        ClauseKind::Completion => "need.completion",
        ClauseKind::Score => "need.score",
        ClauseKind::Passed => return t.s("need.passed").to_owned(),
        ClauseKind::CheckedIn => return t.s("need.checked_in").to_owned(),
        ClauseKind::Manual => return t.s("need.manual").to_owned(),
        _ => return t.s("need.other").to_owned(),
    };
    // `3 of 5 (60 %)`: but for one word it is the same in every language.
    let found = clause.measured.as_deref().unwrap_or("–").replace(" of ", "/");
    let asked = clause.threshold.as_deref().unwrap_or("–");
    format!("{}: {}", t.s(what), t.with2("need.of", ("found", &found), ("asked", asked)))
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
        let found = json!({ "measured": "3 of 5 (60 %)", "threshold": "80 %", "missing": "attend 1 more session" });
        let all = json!({ "parts": [
            clause("attendance", found), clause("passed", json!({})), clause("cel", json!({})),
            { "kind": "score", "clause": "the score", "met": true },
        ] });
        let all: Explanation = serde_json::from_value(clause("all", all)).unwrap();
        for t in Texts::all() {
            let lines = unmet(t, &all);
            assert_eq!(lines.len(), 3, "{}: {lines:?}", t.language);
            assert!(lines[0].contains("60 %"), "{lines:?}");
            if t.language != "en" {
                assert!(lines[0].contains("3/5 (60 %)") && lines[0].contains("80 %"), "{lines:?}");
                assert!(lines.iter().all(|line| !line.contains("session") && !line.contains("rule")), "{lines:?}");
            }
        }
    }
}
