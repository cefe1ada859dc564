//! Who lost their mailbox shows the file of a certificate and says to which address mail is to go. That the file is ours and in
//! force is proven; that whoever has it is the person is not: staff decide, and the old address is told.
//!
//! Nothing here says who exists: whoever asks learns nothing, whether a request was made or not.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::correct::CorrectionState as State;
use super::erase::{Gone, Unerased};
use super::person::patch_with;
use super::run::{Result, RunError, Seen, TRIES, check_seen, select::refused};
use super::stray::id_of;
use super::withdraw::current;
use super::{PersonChange, Said, send};
use crate::credential::{CertificateNumber, Timestamp};
use crate::desk::{Actor, Desk};
use crate::import::is_email;
use crate::mail::Address;
use crate::store::{
    CertificateState, Collection, Document, DocumentQuery, DocumentWrite, Expect, Index, Page, Store, StoreError,
    mailbox,
};
use crate::verify::Ours;

/// Longest note and answer.
const NOTE_CHARS: usize = 500;

/// How often it is counted that others ask, so that nobody keeps staff from deciding by asking on.
pub const MOST_CONTESTED: u8 = 9;

fn is_zero(count: &u8) -> bool {
    *count == 0
}

/// A request for another address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRequest {
    /// The certificate that was shown. There is one request of each; a new one takes the place of one that was decided about.
    pub number: CertificateNumber,
    /// The new address.
    pub email: String,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
    /// How often another address was asked for while this request was open, up to [`MOST_CONTESTED`]: whose request this is, nobody
    /// knows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub contested: u8,
    /// Where it stands.
    pub state: State,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Actor>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Why it was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// What became of the mail to the old address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
}

impl AddressRequest {
    fn put(&self, expect: Expect) -> DocumentWrite {
        DocumentWrite::put(Collection::ADDRESS_REQUESTS, self.number.to_string(), expect, self)
    }
}

/// Takes a request of who shows a certificate. Nothing where it is none of ours, or not in force, where the address is theirs
/// already or cannot be mailed to. While another request about it is open, it is counted there that somebody asks for another address.
/// Who asks must not be able to tell which.
///
/// # Errors
/// When the store fails.
pub fn ask(desk: &Desk, ours: &Ours, email: &str, note: &str) -> Result<Option<AddressRequest>> {
    let (email, note) = (email.trim(), note.trim());
    let is_long = note.chars().count() > NOTE_CHARS;
    let Ok(number) = ours.credential.number.parse::<CertificateNumber>() else { return Ok(None) };
    if is_long || !is_email(email) || email.parse::<Address>().is_err() {
        return Ok(None);
    }
    for _ in 0..TRIES {
        let unerased = Unerased::from(desk.store, number.event())?;
        if !is_in_force(desk, ours, &number, email)? {
            return Ok(None);
        }
        let before = desk.store.document(Collection::ADDRESS_REQUESTS, &number.to_string())?;
        let open = before.as_ref().map(Document::read::<AddressRequest>).transpose()?;
        let request = match open.filter(|open| open.state == State::Pending) {
            Some(open) if mailbox(&open.email) == mailbox(email) || open.contested >= MOST_CONTESTED => {
                return Ok(None);
            }
            Some(open) => AddressRequest { contested: open.contested + 1, ..open },
            None => AddressRequest {
                number: number.clone(),
                email: email.to_owned(),
                note: Some(note.to_owned()).filter(|note| !note.is_empty()),
                at: desk.now,
                contested: 0,
                state: State::Pending,
                decided_by: None,
                decided_at: None,
                answer: None,
                mail: None,
            },
        };
        let expect = before.map_or(Expect::Absent, |before| Expect::Revision(before.revision));
        let act = desk.act("address.ask", &number, json!({}));
        match desk.store.write_documents(&[request.put(expect), unerased.still()], Some(&act)) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| Some(request))?),
        }
    }
    Err(RunError::Busy)
}

/// Says whether this is a version of a certificate that is in force, of somebody in its event who has another address.
fn is_in_force(desk: &Desk, ours: &Ours, number: &CertificateNumber, email: &str) -> Result<bool> {
    let Some(certificate) = desk.store.certificate(number)? else { return Ok(false) };
    if certificate.erased.is_some() || certificate.state != CertificateState::Active {
        return Ok(false);
    }
    // What is signed counts, never a number alone. An older version is as good: the one in force may have gone to the mailbox.
    let versions = desk.store.versions(number)?;
    if !versions.iter().any(|version| id_of(&version.jws).is_some_and(|id| id == ours.credential.id)) {
        return Ok(false);
    }
    let person = desk.store.participant(number.event(), &certificate.person)?;
    let has = |old: &String| mailbox(old) == mailbox(email);
    Ok(person.is_some_and(|person| !person.email.as_ref().is_some_and(has)))
}

/// Lists requests, those in one state or all, by the certificates' numbers.
///
/// # Errors
/// When the store fails.
pub fn list(
    store: &dyn Store,
    state: Option<State>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<AddressRequest>> {
    let having = state.map(|state| (Index::STATE, state.name().to_owned())).into_iter().collect();
    let query = DocumentQuery { having, ..DocumentQuery::default() };
    let page = store.find_documents(Collection::ADDRESS_REQUESTS, &query, cursor, limit)?;
    Ok(Page { items: page.items.iter().map(Document::read).collect::<Result<_, _>>()?, next: page.next })
}

/// Returns the request about a certificate, and its revision.
///
/// # Errors
/// [`RunError::NoAddressRequest`].
pub fn show(store: &dyn Store, number: &CertificateNumber) -> Result<(AddressRequest, u64)> {
    let found = store.document(Collection::ADDRESS_REQUESTS, &number.to_string())?;
    let document = found.ok_or_else(|| RunError::NoAddressRequest(number.to_string()))?;
    Ok((document.read()?, document.revision))
}

/// Gives the person the new address, as any other correction of one does: links of messages die, and what was not sent yet goes
/// there. The old address is told in the same step. The caller sends the new one a way in.
///
/// # Errors
/// [`RunError::Over`], [`RunError::AlreadyRevoked`], [`RunError::PersonErased`], [`RunError::ChangedMeanwhile`]; what stands in the
/// way of the address, such as [`super::ActError::SameAddress`].
pub fn approve(desk: &Desk, number: &CertificateNumber, said: Said, seen: Seen<u64>) -> Result<AddressRequest> {
    for _ in 0..TRIES {
        let (request, revision) = pending(desk, number, seen)?;
        let certificate = current(desk, number)?;
        if certificate.erased.is_some() {
            return Err(RunError::PersonErased(number.clone()));
        }
        if let CertificateState::Revoked { reason } = &certificate.state {
            return Err(RunError::AlreadyRevoked(number.clone(), reason.at));
        }
        let code = number.event();
        let person = desk.store.participant(code, &certificate.person)?;
        let person = person.ok_or_else(|| RunError::NoPerson(code.clone()))?;
        let letters = send::address_changed(desk, &certificate, &person)?;
        let mail = match letters.is_empty() {
            true => "the old address is not told: there is none, it bounced, or no mail is set up",
            false => "a message to the old address is in the outbox",
        };
        let decided = AddressRequest {
            state: State::Approved,
            decided_by: Some(desk.actor.clone()),
            decided_at: Some(desk.now),
            mail: Some(mail.to_owned()),
            ..request
        };
        let change = PersonChange { email: Some(decided.email.clone()), ..PersonChange::default() };
        let documents: Vec<_> = letters.into_iter().chain([decided.put(Expect::Revision(revision))]).collect();
        match patch_with(desk, code, (&person, &change), said, (Vec::new(), documents)) {
            // What somebody else changed meanwhile is kept: the next try starts from it.
            Err(super::ActError::Store(StoreError::Conflict(_))) => {}
            Err(error) => return Err(error.into()),
            Ok(new) if new == person => return already(desk, decided, revision),
            Ok(_) => return Ok(decided),
        }
    }
    Err(RunError::Busy)
}

/// The address is theirs already: somebody gave it to them meanwhile.
fn already(desk: &Desk, decided: AddressRequest, revision: u64) -> Result<AddressRequest> {
    let decided = AddressRequest { mail: None, ..decided };
    let act = desk.act("address.approve", &decided.number, json!({ "changed": [] }));
    desk.store.write_documents(&[decided.put(Expect::Revision(revision))], Some(&act))?;
    Ok(decided)
}

/// Leaves the address as it is.
///
/// # Errors
/// [`RunError::Over`]; without a reason, or with one that is too long.
pub fn reject(desk: &Desk, number: &CertificateNumber, answer: &str, seen: Seen<u64>) -> Result<AddressRequest> {
    let answer = answer.trim();
    if answer.is_empty() || answer.chars().count() > NOTE_CHARS {
        return Err(refused("answer", "has 1 to 500 characters"));
    }
    let (request, revision) = pending(desk, number, seen)?;
    let decided = AddressRequest {
        state: State::Rejected,
        decided_by: Some(desk.actor.clone()),
        decided_at: Some(desk.now),
        answer: Some(answer.to_owned()),
        ..request
    };
    let act = desk.act("address.reject", number, json!({}));
    desk.store.write_documents(&[decided.put(Expect::Revision(revision))], Some(&act))?;
    Ok(decided)
}

fn pending(desk: &Desk, number: &CertificateNumber, seen: Seen<u64>) -> Result<(AddressRequest, u64)> {
    let found = show(desk.store, number)?;
    check_seen(seen, &found.1)?;
    match found.0.state {
        State::Pending => Ok(found),
        _ => Err(RunError::Over(number.to_string(), "it has been decided")),
    }
}

/// Returns the writes that delete what was asked about certificates of who is erased.
pub(in crate::acts) fn forgetting(store: &dyn Store, gone: &Gone) -> Result<Vec<DocumentWrite>, StoreError> {
    let mut writes = Vec::new();
    for number in gone.numbers() {
        if let Some(document) = store.document(Collection::ADDRESS_REQUESTS, &number.to_string())? {
            let expect = Expect::Revision(document.revision);
            writes.push(DocumentWrite::delete(Collection::ADDRESS_REQUESTS, document.key, expect));
        }
    }
    Ok(writes)
}
