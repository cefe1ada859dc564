//! Corrections: a participant asks for another name, staff decides, and the next version is issued under the same number. Who
//! works on the issuer's machine corrects at once.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::run::{Result, RunError, Seen, TRIES, check_seen, new_id, select::refused};
use super::second;
use super::send;
use super::withdraw::{current, is_newest, signs, told_writes};
use crate::accounts::{Permission, Proved};
use crate::acts::erase::Unerased;
use crate::credential::{CertificateNumber, Timestamp};
use crate::desk::{Actor, Desk};
use crate::import::checked_name;
use crate::making::{self, IssueError, Order, ReplaceError, Workshop};
use crate::status::{Reason, ReasonCode};
use crate::store::{
    Batch, Certificate, CertificateChange, CertificateState, Collection, Document, DocumentQuery, DocumentWrite, Event,
    Expect, Index, Page, Participant, ParticipantChange, Premise, Store, StoreError,
};
use crate::webhooks::CertificateNews as Told;

/// Longest note.
const NOTE_CHARS: usize = 500;
/// Corrections of one certificate that are looked through for the last one that was declined.
const LOOKED_AT: usize = 100;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The certificate.
    #[schema(value_type = String, example = "CERT-WORKSHOP-2026-00001")]
    pub number: CertificateNumber,
    /// The right name.
    #[schema(example = "Zoë Ångström")]
    pub name: String,
    /// What the participant says about it.
    #[serde(default)]
    pub note: Option<String>,
}

/// Where a correction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionState {
    /// Nobody decided yet.
    Pending,
    /// The next version was issued.
    Approved,
    /// The name stays as it is.
    Rejected,
}

impl CorrectionState {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// A correction that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Grows with time.
    pub id: String,
    /// The certificate.
    pub number: CertificateNumber,
    /// The right name.
    pub name: String,
    /// What the participant said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who handed it in.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Where it stands.
    pub state: CorrectionState,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Actor>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// What was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The version that was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// What became of the mail about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
}

impl Correction {
    fn put(&self, expect: Expect) -> DocumentWrite {
        DocumentWrite::put(Collection::CORRECTIONS, self.id.clone(), expect, self)
    }
}

/// Takes a correction to be decided about.
///
/// # Errors
/// [`RunError::NoCertificate`], [`RunError::AlreadyRevoked`], [`RunError::PersonErased`], or a name that cannot be printed.
pub fn ask(desk: &Desk, ask: &Ask) -> Result<Correction> {
    for _ in 0..TRIES {
        let unerased = Unerased::from(desk.store, ask.number.event())?;
        let correction = asked(desk, ask)?;
        let writes = [correction.put(Expect::Absent), unerased.still()];
        let act = desk.act("correction.ask", &ask.number, json!({ "correction": correction.id }));
        match desk.store.write_documents(&writes, Some(&act)) {
            // Somebody was erased meanwhile: it may be the one whose name this is.
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| correction)?),
        }
    }
    Err(RunError::Busy)
}

fn asked(desk: &Desk, ask: &Ask) -> Result<Correction> {
    let certificate = current(desk, &ask.number)?;
    if certificate.erased.is_some() {
        return Err(RunError::PersonErased(ask.number.clone()));
    }
    is_newest(desk, &certificate)?;
    if let CertificateState::Revoked { reason } = &certificate.state {
        return Err(RunError::AlreadyRevoked(ask.number.clone(), reason.at));
    }
    let name = checked_name(&ask.name).map_err(|problem| refused("name", &problem.to_string()))?;
    if name == certificate.recipient {
        return Err(refused("name", "is the one on the certificate"));
    }
    let note = ask.note.as_deref().map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned);
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_CHARS) {
        return Err(refused("note", "is longer than 500 characters"));
    }
    Ok(Correction {
        id: new_id(desk.now)?,
        number: ask.number.clone(),
        name,
        note,
        by: desk.actor.clone(),
        at: desk.now,
        state: CorrectionState::Pending,
        decided_by: None,
        decided_at: None,
        answer: None,
        version: None,
        mail: None,
    })
}

/// Which corrections.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Only in this state.
    pub state: Option<CorrectionState>,
    /// Only of this certificate.
    pub number: Option<CertificateNumber>,
    /// The newest first.
    pub newest: bool,
}

impl Which {
    /// Says whether some are left out.
    pub fn narrows(&self) -> bool {
        self.state.is_some() || self.number.is_some()
    }
}

/// Lists corrections, oldest first or newest first.
///
/// # Errors
/// When the store fails.
pub fn list(store: &dyn Store, which: &Which, cursor: Option<&str>, limit: usize) -> Result<Page<Correction>> {
    let number = which.number.as_ref().map(|number| (Index::NUMBER, number.to_string()));
    let state = which.state.map(|state| (Index::STATE, state.name().to_owned()));
    // What fewest have, first.
    let having = number.into_iter().chain(state).collect();
    let query = DocumentQuery { having, newest: which.newest, ..DocumentQuery::default() };
    let page = store.find_documents(Collection::CORRECTIONS, &query, cursor, limit)?;
    Ok(Page { items: page.items.iter().map(Document::read).collect::<Result<_, _>>()?, next: page.next })
}

/// Returns a correction and its revision.
///
/// # Errors
/// [`RunError::NoCorrection`].
pub fn show(store: &dyn Store, id: &str) -> Result<(Correction, u64)> {
    let found = if id.len() <= 64 { store.document(Collection::CORRECTIONS, id)? } else { None };
    let document = found.ok_or_else(|| RunError::NoCorrection(id.chars().take(60).collect()))?;
    Ok((document.read()?, document.revision))
}

/// Returns what was answered when a correction of a certificate was last declined.
pub(super) fn answer(store: &dyn Store, number: &CertificateNumber) -> Result<Option<String>, StoreError> {
    let query = DocumentQuery { newest: true, ..DocumentQuery::having(Index::NUMBER, number.to_string()) };
    for document in store.find_documents(Collection::CORRECTIONS, &query, None, LOOKED_AT)?.items {
        let correction: Correction = document.read()?;
        if correction.state == CorrectionState::Rejected {
            return Ok(correction.answer);
        }
    }
    Ok(None)
}

/// Returns from when on who asked may approve, because nobody else could.
///
/// # Errors
/// When the store fails.
pub fn alone_from(store: &dyn Store, asked: &Correction) -> Result<Option<Timestamp>> {
    second::alone_from(store, Permission::Generate, (&asked.by, asked.at), &[asked.number.event().clone()].into())
}

/// Issues the next version with the right name, under the same number and with the same template; the old one is
/// superseded in the same step. Somebody else must have asked for it; or, where nobody else could approve, a day ago, who
/// approves it now with the proof that it is them. Counts for the second person: nobody renames many alone.
///
/// # Errors
/// [`RunError::Over`], [`RunError::SamePerson`] and its kin, [`RunError::TwoNeeded`], [`RunError::AlreadyRevoked`],
/// [`RunError::CannotMake`], [`RunError::ChangedMeanwhile`].
pub fn approve(
    desk: &Desk,
    workshop: &Workshop,
    id: &str,
    (alone, proved): (usize, Option<&Proved>),
    seen: Seen<u64>,
) -> Result<Correction> {
    for _ in 0..TRIES {
        let (correction, revision) = pending(desk, id, seen)?;
        let events = [correction.number.event().clone()].into();
        second::somebody_else(desk, Permission::Generate, (&correction.by, correction.at), &events, proved)?;
        let tally = second::one_more(desk, alone)?;
        let old = in_force(desk, &correction.number)?;
        let code = old.number.event();
        let event = desk.store.event(code)?.ok_or_else(|| IssueError::NoEvent(code.clone()))?;
        let known = desk.store.participant(code, &old.person)?;
        let known = known.ok_or_else(|| RunError::NoPerson(code.clone()))?;
        let person = Participant { name: correction.name.clone(), ..known.clone() };
        let order = Order::again(&old, person.clone());
        let signs = signs(desk, workshop)?;
        let new = next_version(desk, workshop, &event, &old, order)?;
        let version = new.as_ref().map_or(old.version, |new| new.version);
        let mut documents = told_writes(desk, Told::Superseded, &old.number)?;
        let text = Some("name corrected".to_owned());
        let reason = Reason { code: ReasonCode::Superseded, at: desk.now, text };
        let number = old.number.clone();
        let detail = json!({ "correction": id, "from": old.version, "to": version, "columns": ["name"] });
        let certificates =
            Vec::from_iter(new.map(|new| CertificateChange::Supersede { old: old.clone(), new, reason }));
        let mut letters = send::corrected(desk, &correction, Some(version), &known)?;
        if letters.is_empty() {
            letters = send::of_changes(desk, &certificates, None)?;
        }
        let mail = match letters.is_empty() {
            true => "not sent by itself: send it by a run",
            false => "a message about it is in the outbox",
        };
        documents.extend(letters);
        let decided = Correction {
            state: CorrectionState::Approved,
            decided_by: Some(desk.actor.clone()),
            decided_at: Some(desk.now),
            version: Some(version),
            mail: Some(mail.to_owned()),
            ..correction
        };
        documents.push(decided.put(Expect::Revision(revision)));
        documents.extend(tally);
        let act = desk.act("certificate.regenerate", &number, detail);
        // The person with the certificate: the next version must not bring the old name back.
        let batch = Batch {
            given: vec![signs],
            people: vec![ParticipantChange { event: code.clone(), old: Some(known), new: Some(person) }],
            certificates,
            documents,
        };
        match desk.store.write(&batch, Some(&act)) {
            // What somebody else changed meanwhile is kept: the next try starts from it.
            Err(StoreError::Conflict(_)) => {}
            done => {
                done?;
                return Ok(decided);
            }
        }
    }
    Err(RunError::Busy)
}

/// Corrects a certificate at once: the next version under its number, with the same date of issue and the event's present
/// template; the old one is superseded, and the person's own record corrected, in the same step.
///
/// # Errors
/// [`RunError::NoCertificate`], [`RunError::AlreadyRevoked`], [`RunError::TwoNeeded`]; [`ReplaceError::NothingChanges`] and its
/// kin inside [`RunError::Replace`].
pub fn correct(
    desk: &Desk,
    workshop: &Workshop,
    number: &CertificateNumber,
    wanted: &making::NewValues,
    alone: usize,
) -> Result<Certificate> {
    for _ in 0..TRIES {
        let tally = second::one_more(desk, alone)?;
        let old = in_force(desk, number)?;
        let code = number.event();
        let event = desk.store.event(code)?.ok_or_else(|| IssueError::NoEvent(code.clone()))?;
        let known = desk.store.participant(code, &old.person)?;
        let person = making::corrected(known.clone(), &old, wanted)?;
        let template = match &wanted.template {
            Some(kept) => crate::acts::templates::fits(desk, workshop.faces, &event, kept.clone())?,
            None => event.template.clone(),
        };
        let order = Order { template, ..Order::again(&old, person.clone()) };
        let given = vec![signs(desk, workshop)?, Premise::event(&event)];
        let new = next_version(desk, workshop, &event, &old, order)?;
        let new = new.ok_or_else(|| ReplaceError::NothingChanges(number.clone()))?;
        let mut documents = told_writes(desk, Told::Superseded, number)?;
        documents.extend(tally);
        let columns: Vec<&str> = wanted.set.iter().map(|(column, _)| column.as_str()).collect();
        let detail = json!({ "from": old.version, "to": new.version, "columns": columns });
        let act = desk.act("certificate.regenerate", number, detail);
        let reason = Reason { code: ReasonCode::Superseded, at: desk.now, text: wanted.reason.clone() };
        let certificates = vec![CertificateChange::Supersede { old, new: new.clone(), reason }];
        documents.extend(send::of_changes(desk, &certificates, None)?);
        // The person with the certificate: the next version must not bring the old name back.
        let batch = Batch {
            given,
            people: vec![ParticipantChange { event: code.clone(), old: known, new: Some(person) }],
            certificates,
            documents,
        };
        match desk.store.write(&batch, Some(&act)) {
            Err(StoreError::Conflict(_)) => {}
            done => {
                done?;
                return Ok(new);
            }
        }
    }
    Err(RunError::Busy)
}

/// Returns the version of a certificate that is in force, and that no other one followed.
fn in_force(desk: &Desk, number: &CertificateNumber) -> Result<Certificate> {
    let certificate = current(desk, number)?;
    match &certificate.state {
        CertificateState::Revoked { reason } => Err(RunError::AlreadyRevoked(number.clone(), reason.at)),
        _ => is_newest(desk, &certificate).map(|()| certificate),
    }
}

/// Makes the next version of a certificate; nothing if it would say and look just the same.
fn next_version(
    desk: &Desk,
    workshop: &Workshop,
    event: &Event,
    old: &Certificate,
    order: Order,
) -> Result<Option<Certificate>> {
    let made = making::successors(desk, workshop.faces, workshop.signer, event, vec![(old.clone(), order)])?;
    match made.into_iter().next() {
        Some(Ok(new)) => Ok(Some(new)),
        Some(Err(ReplaceError::NothingChanges(_))) | None => Ok(None),
        Some(Err(ReplaceError::Store(error))) => Err(error.into()),
        Some(Err(ReplaceError::Unasked(unasked))) => Err(unasked.into()),
        Some(Err(problem @ ReplaceError::NotProven(_))) => Err(problem.into()),
        Some(Err(ReplaceError::Draft { problem, .. })) => Err(RunError::CannotMake(problem.to_string())),
        Some(Err(problem)) => Err(RunError::CannotMake(problem.to_string())),
    }
}

/// Leaves the name as it is.
///
/// # Errors
/// [`RunError::Over`].
pub fn reject(desk: &Desk, id: &str, answer: Option<String>, seen: Seen<u64>) -> Result<Correction> {
    if answer.as_ref().is_some_and(|answer| answer.chars().count() > NOTE_CHARS) {
        return Err(refused("answer", "is longer than 500 characters"));
    }
    let (correction, revision) = pending(desk, id, seen)?;
    let certificate = desk.store.certificate(&correction.number)?;
    let person = certificate.map(|one| desk.store.participant(one.number.event(), &one.person)).transpose()?.flatten();
    let letters = person.map(|person| send::corrected(desk, &correction, None, &person)).transpose()?;
    let letters = letters.unwrap_or_default();
    let mail = Some("a message about it is in the outbox".to_owned()).filter(|_| !letters.is_empty());
    let decided = Correction {
        state: CorrectionState::Rejected,
        decided_by: Some(desk.actor.clone()),
        decided_at: Some(desk.now),
        answer,
        mail,
        ..correction
    };
    let act = desk.act("correction.reject", &decided.number, json!({ "correction": id }));
    let writes: Vec<_> = letters.into_iter().chain([decided.put(Expect::Revision(revision))]).collect();
    desk.store.write_documents(&writes, Some(&act))?;
    Ok(decided)
}

/// Returns a correction that can be decided, in the revision that the caller has seen.
fn pending(desk: &Desk, id: &str, seen: Seen<u64>) -> Result<(Correction, u64)> {
    let found = show(desk.store, id)?;
    check_seen(seen, &found.1)?;
    match found.0.state {
        CorrectionState::Pending => Ok(found),
        _ => Err(RunError::Over(id.to_owned(), "it has been decided")),
    }
}
