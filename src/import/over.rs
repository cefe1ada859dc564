//! Rows about somebody who is known, or about whom an earlier row is: what is put over what.

use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;

use super::outcome::{Code, Finding, RowOutcome, Severity};
use crate::store::{Participant, PersonKey, mailbox};

/// What a cell says that takes away what is known. An empty one takes nothing away.
pub const CLEAR: &str = "(clear)";

/// What to do with people who are known in the event already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// They are kept as they are.
    #[default]
    Skip,
    /// The row is put over what is known.
    Update,
}

/// Returns the key that a newcomer gets where it is free: the mailbox, else the name in NFKC without case or doubled spaces.
/// Who a row is about is not decided by it: see [`crate::acts::recognise`].
pub fn person_key(name: &str, email: Option<&str>) -> PersonKey {
    match email {
        Some(email) => PersonKey(mailbox(email)),
        // Lower, upper, lower: folds what lower case alone leaves apart (`ß`, final sigma), near enough to CaseFolding.
        None => {
            let folded: String = name.nfkc().collect::<String>().to_lowercase().to_uppercase().to_lowercase();
            PersonKey(folded.nfkc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
        }
    }
}

/// Leaves one good row of each person: the last one, with what its empty cells leave to the earlier ones. A row that is an
/// error does not count.
pub fn settle_duplicates(rows: &mut [RowOutcome]) {
    let mut seen: HashMap<PersonKey, usize> = HashMap::with_capacity(rows.len());
    for at in 0..rows.len() {
        let (earlier, rest) = rows.split_at_mut(at);
        let Some(key) = rest[0].participant.as_ref().map(|person| person.key.clone()) else { continue };
        let Some(before) = seen.insert(key, at) else { continue };
        settle_duplicate(&mut earlier[before], &mut rest[0]);
    }
}

fn settle_duplicate(before: &mut RowOutcome, now: &mut RowOutcome) {
    if let Some((old, new)) = before.participant.take().zip(now.participant.as_mut()) {
        let kept = keep_case(&mut new.name, &old.name, &format!("in line {}", before.line));
        now.findings.extend(kept);
        *new = put_over(&now.cleared, new, &old);
        let cleared = before.cleared.iter().filter(|field| new.fields.get(*field).is_none_or(String::is_empty));
        now.cleared.extend(cleared.cloned());
    }
    before.findings.push(Finding {
        severity: Severity::Warning,
        field: String::new(),
        code: Code::Duplicate,
        reason: format!("the same person is again in line {}, which counts", now.line),
        hint: "if these are two people, give each an e-mail address of their own".into(),
    });
}

/// Keeps the better written of two names that differ by case only, and says so.
pub fn keep_case(name: &mut String, known: &str, whose: &str) -> Option<Finding> {
    if !super::case::is_worse(name, known) {
        return None;
    }
    let reason = format!("`{name}` differs by case only: `{known}`, {whose}, is kept");
    known.clone_into(name);
    Some(Finding {
        severity: Severity::Warning,
        field: String::new(),
        code: Code::NameCase,
        reason,
        hint: "nothing to do".into(),
    })
}

/// Puts a row over what is known. What it does not say stays: a column that the file does not have, an empty cell. Only what
/// is `cleared` is taken away.
pub fn put_over(cleared: &BTreeSet<String>, row: &Participant, known: &Participant) -> Participant {
    let mut person = row.clone().over(known);
    if person.email.is_none() {
        person.email.clone_from(&known.email);
    }
    for (column, value) in &known.fields {
        let place = person.fields.entry(column.clone()).or_default();
        if place.is_empty() && !cleared.contains(column) {
            place.clone_from(value);
        }
    }
    person
}
