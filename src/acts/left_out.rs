//! Rows that are left out because they say that somebody was absent or failed. Leaving a row out takes nobody out of the
//! event: who is in it already, or in an earlier row, would get a certificate all the same. That is told, or settled.

use std::collections::{HashMap, HashSet};

use super::{ActError, Decider, Ground, Planned, listed};
use crate::acts::{Answer, Answers, ids_differ};
use crate::import::{Code, Finding, RowOutcome, Severity};
use crate::store::{Participant, PersonKey, Store, mailbox, plain_name};

/// Settles what else is said of those who are left out.
pub(super) fn settle(
    store: &dyn Store,
    planned: &Planned,
    rows: &mut [RowOutcome],
    answers: Answers,
) -> Result<(), ActError> {
    if rows.iter().all(|row| row.left_out.is_none()) {
        return Ok(());
    }
    the_later_row_counts(rows, answers);
    let stay: HashSet<PersonKey> =
        rows.iter().filter_map(|row| row.participant.as_ref()).map(|person| person.key.clone()).collect();
    let decider = Decider::new(&planned.event, &planned.plan)?;
    for row in rows.iter_mut() {
        let Some(gone) = &row.left_out else { continue };
        for known in known(store, planned, gone, answers)? {
            if !stay.contains(&known.key) && would_get_one(store, planned, &decider, &known)? {
                tell(row, &known);
                break;
            }
        }
    }
    Ok(())
}

/// Returns who of the event may be meant.
fn known(
    store: &dyn Store,
    planned: &Planned,
    gone: &Participant,
    answers: Answers,
) -> Result<Vec<Participant>, ActError> {
    let code = &planned.event.code;
    if let Some(id) = &gone.external_id
        && let Some(key) = store.person(code, &format!("x:{id}"))?
    {
        return Ok(store.participant(code, &key)?.into_iter().collect());
    }
    let mut people = store.people_named(code, &gone.name)?;
    if let Some(email) = &gone.email {
        people.extend(store.people_at(code, email)?);
    }
    people.retain(|known| verdict(&Traits::of(gone), &Traits::of(known), answers) != Verdict::Another);
    // The surest first.
    people.sort_by_key(|known| verdict(&Traits::of(gone), &Traits::of(known), answers) != Verdict::Same);
    Ok(people)
}

fn would_get_one(
    store: &dyn Store,
    planned: &Planned,
    decider: &Decider,
    known: &Participant,
) -> Result<bool, ActError> {
    let code = &planned.event.code;
    if store.certificate_of(code, &known.key)?.is_some() {
        return Ok(false);
    }
    let decision = decider.decide(known, &listed(store, code, &known.key)?);
    Ok(!matches!(decision.reason, Ground::Excluded | Ground::NotMet))
}

fn tell(row: &mut RowOutcome, known: &Participant) {
    let said = |finding: &&mut Finding| finding.code == Code::AbsentOrFailed;
    if let Some(finding) = row.findings.iter_mut().find(said) {
        let reason = &finding.reason;
        finding.reason = format!("{reason}; but `{}` is in the event already, and would get a certificate", known.name);
        finding.hint = "exclude them, or delete them from the event: the service does both".into();
    }
}

/// Whether two rows, or a row and a record, are about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Another,
    /// It has to be said.
    Asked(Code),
}

/// By what people are told apart.
struct Traits {
    id: Option<String>,
    mailbox: Option<String>,
    plain: String,
}

impl Traits {
    fn of(person: &Participant) -> Self {
        let mailbox = person.email.as_deref().map(mailbox);
        Self { id: person.external_id.clone(), mailbox, plain: plain_name(&person.name) }
    }

    /// What rows are found by that may be about the same person.
    fn handles(&self) -> Vec<String> {
        let id = self.id.iter().map(|id| format!("x:{id}"));
        let mailbox = self.mailbox.iter().map(|mailbox| format!("m:{mailbox}"));
        id.chain(mailbox).chain([format!("n:{}", self.plain)]).collect()
    }
}

fn verdict(gone: &Traits, one: &Traits, answers: Answers) -> Verdict {
    let said = |answer: Answer, code: Code| match answer {
        Answer::Ask => Verdict::Asked(code),
        Answer::SamePerson => Verdict::Same,
        Answer::TwoPeople => Verdict::Another,
    };
    let one_name = gone.plain == one.plain;
    if ids_differ(gone.id.as_ref(), one.id.as_ref()) {
        return Verdict::Another;
    }
    match (&gone.mailbox, &one.mailbox) {
        _ if gone.id.is_some() && gone.id == one.id => Verdict::Same,
        (Some(a), Some(b)) if a != b => Verdict::Another,
        (Some(_), Some(_)) if one_name => Verdict::Same,
        (Some(_), Some(_)) => said(answers.same_address, Code::SameAddress),
        _ if one_name => said(answers.same_name, Code::SameName),
        _ => Verdict::Another,
    }
}

/// A good row before one that is left out, about the same person, does not count any more. Where they may be two, that is asked.
fn the_later_row_counts(rows: &mut [RowOutcome], answers: Answers) {
    let mut before: HashMap<String, Vec<usize>> = HashMap::new();
    for at in 0..rows.len() {
        if let Some(person) = &rows[at].participant {
            Traits::of(person).handles().into_iter().for_each(|handle| before.entry(handle).or_default().push(at));
        }
        let Some(gone) = rows[at].left_out.as_deref().map(Traits::of) else { continue };
        let line = rows[at].line;
        for handle in gone.handles() {
            let Some(places) = before.get_mut(&handle) else { continue };
            places.retain(|&place| {
                settle_earlier(&mut rows[place], &gone, line, answers);
                rows[place].participant.is_some()
            });
        }
    }
}

fn settle_earlier(row: &mut RowOutcome, gone: &Traits, line: u64, answers: Answers) {
    let Some(person) = &row.participant else { return };
    match verdict(gone, &Traits::of(person), answers) {
        Verdict::Another => {}
        Verdict::Same => {
            row.participant = None;
            row.findings.push(Finding {
                severity: Severity::Warning,
                field: String::new(),
                code: Code::Duplicate,
                reason: format!("the same person is again in line {line}, which counts: it is left out"),
                hint: "if they shall get a certificate, delete that line".into(),
            });
        }
        Verdict::Asked(code) => {
            let (field, hint) = match code {
                Code::SameAddress => (
                    "email",
                    "two people, or one? Import the list again with `same_address=two_people` or \
                     `same_address=same_person`",
                ),
                _ => (
                    "name",
                    "two people, or one? Import the list again with `same_name=two_people` or `same_name=same_person`",
                ),
            };
            let reason = format!("`{}` may be who is left out in line {line}", person.name);
            let (field, hint) = (field.to_owned(), hint.into());
            row.refuse(Finding { severity: Severity::Error, field, code, reason, hint });
        }
    }
}
