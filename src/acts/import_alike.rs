//! What was found in a list, put together: all of it, however long the list, so that a page says once what is alike and counts its rows.
//!
//! Alike is what is said in the same words but for the values that it quotes and the lines that it names.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::import::{FindingView, finding_view};
use crate::import::{Finding, RowOutcome};

/// What is about one row and one person each, and said of each by itself: of the first.
const EACH: [&str; 3] = ["duplicate", "answered", "does_not_fit"];
/// Of how many each by itself; the others are put together too.
const MOST_EACH: usize = 50;
/// Groups at most.
const MOST_GROUPS: usize = 200;
/// Rows of a group that are named.
const MOST_ROWS: usize = 100;

/// What was found alike in some rows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Alike {
    /// In how many rows: all of the list.
    pub count: u64,
    /// What was found in the first of them.
    pub first: FindingView,
    /// Whether the very same was found in all of them, and not other values.
    pub same: bool,
    /// The first 100 of these rows.
    pub rows: Vec<AlikeRow>,
}

/// A row in which something was found that others have too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlikeRow {
    /// Line in the file.
    pub line: u64,
    /// Whom the row is about, as far as that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ada Lovelace")]
    pub name: Option<String>,
    /// What is wrong.
    pub reason: String,
}

/// By what findings are alike.
type Sort<'a> = (&'static str, &'static str, &'a str, &'a str, String);

#[derive(Default)]
struct Found<'a> {
    groups: Vec<Alike>,
    /// The last row of each group: several findings in one row are one row.
    last: Vec<u64>,
    places: HashMap<Sort<'a>, usize>,
    each: HashMap<&'static str, usize>,
    more: u64,
}

/// Puts together what was found, in the order of the first; and says how much is in no group, because there are too many of them.
pub(super) fn alike(rows: &[RowOutcome]) -> (Vec<Alike>, u64) {
    let mut found = Found::default();
    for row in rows {
        row.findings.iter().for_each(|finding| found.add(finding, || finding_view(row, finding)));
    }
    (found.groups, found.more)
}

impl<'a> Found<'a> {
    fn add(&mut self, finding: &'a Finding, view: impl FnOnce() -> FindingView) {
        let code = finding.code.as_str();
        let by_itself = EACH.contains(&code) && {
            let seen = self.each.entry(code).or_default();
            *seen += 1;
            *seen <= MOST_EACH
        };
        let sort = (finding.severity.name(), code, &*finding.field, &*finding.hint, masked(&finding.reason));
        match self.places.get(&sort).copied().filter(|_| !by_itself) {
            Some(at) => self.join(at, &view()),
            None if self.groups.len() == MOST_GROUPS => self.more += 1,
            None => {
                if !by_itself {
                    self.places.insert(sort, self.groups.len());
                }
                let first = view();
                self.last.push(first.line);
                self.groups.push(Alike { count: 1, same: true, rows: vec![row(&first)], first });
            }
        }
    }

    fn join(&mut self, at: usize, view: &FindingView) {
        let group = &mut self.groups[at];
        group.same &= view.reason == group.first.reason;
        if std::mem::replace(&mut self.last[at], view.line) == view.line {
            return;
        }
        group.count += 1;
        if group.rows.len() < MOST_ROWS {
            group.rows.push(row(view));
        }
    }
}

fn row(view: &FindingView) -> AlikeRow {
    AlikeRow { line: view.line, name: view.name.clone(), reason: view.reason.clone() }
}

/// A reason without what it quotes, and without the numbers of lines.
fn masked(reason: &str) -> String {
    let plain: String = reason.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let mut all = String::with_capacity(plain.len());
    for (n, part) in plain.split("line ").enumerate() {
        let shown = if n == 0 { part } else { part.trim_start_matches(|c: char| c.is_ascii_digit()) };
        all.push_str(if n == 0 { "" } else { "line " });
        all.push_str(shown);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Code, Severity};

    fn of(line: u64, code: Code, reason: &str) -> (u64, Finding) {
        let (field, hint) = ("name".to_owned(), "nothing to do".into());
        (line, Finding { severity: Severity::Warning, field, code, reason: reason.to_owned(), hint })
    }

    fn put(found: &[(u64, Finding)]) -> Found<'_> {
        let mut all = Found::default();
        for (line, finding) in found {
            all.add(finding, || FindingView {
                line: *line,
                name: Some(format!("Person {line}")),
                severity: finding.severity.name(),
                field: finding.field.clone(),
                code: finding.code.as_str(),
                reason: finding.reason.clone(),
                hint: finding.hint.to_string(),
            });
        }
        all
    }

    fn lines(groups: &[Alike]) -> Vec<Vec<u64>> {
        groups.iter().map(|group| group.rows.iter().map(|row| row.line).collect()).collect()
    }

    #[test]
    fn only_what_says_the_same_of_several_rows_is_put_together() {
        let found = [
            of(2, Code::NameCase, "`ADA` differs by case only: `Ada`, in line 3, is kept"),
            of(4, Code::NameCase, "`BOB` differs by case only: `Bob`, in line 11, is kept"),
            of(5, Code::NameCase, "`EVE` is written in capitals"),
            of(6, Code::Duplicate, "the same person is again in line 8, which counts"),
            of(7, Code::Duplicate, "the same person is again in line 9, which counts"),
        ];
        let groups = put(&found).groups;
        assert_eq!(lines(&groups), [vec![2, 4], vec![5], vec![6], vec![7]]);
        assert_eq!(groups.iter().map(|group| group.same).collect::<Vec<_>>(), [false, true, true, true]);
    }

    #[test]
    fn all_rows_are_counted_however_many_there_are() {
        let many = (2..=5_001).map(|line| of(line, Code::NameCase, &format!("`P{line}` is written in capitals")));
        let again =
            (2..=301).map(|line| of(line, Code::Duplicate, &format!("the same person is again in line {line}")));
        let late = of(6_000, Code::NameCase, "something else");
        let found: Vec<_> = many.chain(again).chain([late.clone(), late]).collect();
        let all = put(&found);
        let counts: Vec<u64> = all.groups.iter().map(|group| group.count).collect();
        // Fifty each by itself, and the others of their kind together.
        assert_eq!((counts[0], counts.len(), counts[51], counts[52]), (5_000, 53, 250, 1), "{counts:?}");
        assert_eq!((all.groups[0].rows.len(), all.more), (MOST_ROWS, 0));
        // More kinds than a page can hold are counted.
        let kinds: Vec<_> =
            (0..MOST_GROUPS as u64 + 7).map(|n| of(n, Code::NameCase, &"x".repeat(n as usize))).collect();
        let all = put(&kinds);
        assert_eq!((all.groups.len(), all.more), (MOST_GROUPS, 7));
    }
}
