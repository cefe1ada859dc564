//! Who lost their mailbox shows the file of a certificate and says to which address mail is to go. That the file is ours and in
//! force is proven; that whoever has it is the person is not: staff decide. The old address is told at once that somebody asks, and
//! again when it is no longer theirs.
//!
//! Nothing here says who exists: whoever asks learns nothing, whether a request was made or not.

mod decide;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::correct::CorrectionState as State;
use super::erase::{Gone, Unerased};
use super::portal::holder_of;
use super::run::{Result, RunError, TRIES};
use super::send;
use super::stray::id_of;
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::desk::{Actor, Desk};
use crate::import::is_email;
use crate::mail::{Address, Topic};
use crate::store::{
    Certificate, CertificateState, Collection, Document, DocumentQuery, DocumentWrite, Expect, Index, Page,
    Participant, Store, StoreError, mailbox,
};
use crate::verify::Ours;

pub use decide::{Agreed, Elsewhere, approve, elsewhere, reject};

/// Longest note and answer.
const NOTE_CHARS: usize = 500;

/// How often it is counted that others ask, and how many other addresses are kept, so that nobody keeps staff from deciding by asking
/// on.
pub const MOST_CONTESTED: u8 = 9;
/// For how many seconds an address is not told again that somebody asks, whichever certificate is shown.
const TOLD_SECONDS: i64 = 86_400;

fn is_zero(count: &u8) -> bool {
    *count == 0
}

/// Another address that was asked for with the same certificate, while a request was open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherAddress {
    /// The address.
    pub email: String,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Another event in which staff agreed to the new address, and in which it is not changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotIn {
    /// The event.
    #[schema(value_type = String, example = "MAPS")]
    pub event: EventCode,
    /// Why.
    pub why: NotChanged,
}

/// Why an address was not changed in another event: in a word, since what stands in its way may name somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotChanged {
    /// Its turn has not come, or the program was stopped before it did.
    NotReached,
    /// Somebody gave them another address there meanwhile.
    ChangedMeanwhile,
    /// They are not there any more.
    Gone,
    /// It cannot be theirs there: somebody else has it.
    Refused,
    /// It could not be written.
    Failed,
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
    /// Which addresses those were, the first first, up to [`MOST_CONTESTED`]. After an approval `email` is the one that was chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherAddress>,
    /// When the old address was last told that somebody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Timestamp>,
    /// The other events in which the approval changed the address too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_in: Vec<EventCode>,
    /// Those in which it was agreed to and is not changed: of several enrolments in one event each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_in: Vec<NotIn>,
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

    fn new(number: &CertificateNumber, asked: OtherAddress, told: Option<Timestamp>) -> Self {
        let OtherAddress { email, note, at } = asked;
        Self {
            number: number.clone(),
            email,
            note,
            at,
            contested: 0,
            others: Vec::new(),
            told,
            also_in: Vec::new(),
            not_in: Vec::new(),
            state: State::Pending,
            decided_by: None,
            decided_at: None,
            answer: None,
            mail: None,
        }
    }

    /// Adds that another address is asked for; nothing where that is known already.
    fn contested_by(mut self, asked: OtherAddress) -> Option<Self> {
        let is_it = |known: &str| mailbox(known) == mailbox(&asked.email);
        let is_known = self.others.iter().any(|other| is_it(&other.email));
        let is_full = self.others.len() >= MOST_CONTESTED.into();
        if is_it(&self.email) || ((is_known || is_full) && self.contested >= MOST_CONTESTED) {
            return None;
        }
        self.contested = (self.contested + 1).min(MOST_CONTESTED);
        if !is_known && !is_full {
            self.others.push(asked);
        }
        Some(self)
    }

    /// Makes another address that was asked for the one that counts; nothing if it was not.
    fn choosing(mut self, email: &str) -> Option<Self> {
        if mailbox(&self.email) == mailbox(email) {
            return Some(self);
        }
        let at = self.others.iter().position(|other| mailbox(&other.email) == mailbox(email))?;
        let first = OtherAddress { email: self.email, note: self.note, at: self.at };
        let chosen = std::mem::replace(&mut self.others[at], first);
        Some(Self { email: chosen.email, note: chosen.note, at: chosen.at, ..self })
    }
}

/// Takes a request of who shows a certificate, and tells the old address that somebody asks: once a day at most, whichever of their
/// certificates is shown. Nothing where it is none of ours, or not in force, where the address is theirs already or cannot be mailed
/// to. While another request about it is open, the other address is kept beside it. Who asks must not be able to tell which.
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
        let Some((certificate, person)) = in_force(desk, ours, &number, email)? else { return Ok(None) };
        let before = desk.store.document(Collection::ADDRESS_REQUESTS, &number.to_string())?;
        let open = before.as_ref().map(Document::read::<AddressRequest>).transpose()?;
        let note = Some(note.to_owned()).filter(|note| !note.is_empty());
        let asked = OtherAddress { email: email.to_owned(), note, at: desk.now };
        let request = match open {
            Some(open) if open.state == State::Pending => open.contested_by(asked),
            before => Some(AddressRequest::new(&number, asked, before.and_then(|before| before.told))),
        };
        let Some(mut request) = request else { return Ok(None) };
        let mut documents = Vec::new();
        if let Some(unchanged) = not_told(desk, &number, &person)? {
            documents = send::of_address(desk, Topic::AddressAsked, &certificate, &person)?;
            if !documents.is_empty() {
                request.told = Some(desk.now);
                documents.extend(unchanged);
            }
        }
        let expect = before.map_or(Expect::Absent, |before| Expect::Revision(before.revision));
        documents.extend([request.put(expect), unerased.still()]);
        let act = desk.act("address.ask", &number, json!({}));
        match desk.store.write_documents(&documents, Some(&act)) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| Some(request))?),
        }
    }
    Err(RunError::Busy)
}

/// Returns the certificate of which this is a version, and whose it is: one that is in force, of somebody in its event who has
/// another address.
fn in_force(
    desk: &Desk,
    ours: &Ours,
    number: &CertificateNumber,
    email: &str,
) -> Result<Option<(Certificate, Participant)>> {
    let Some(certificate) = desk.store.certificate(number)? else { return Ok(None) };
    if certificate.erased.is_some() || certificate.state != CertificateState::Active {
        return Ok(None);
    }
    // What is signed counts, never a number alone. An older version is as good: the one in force may have gone to the mailbox.
    let versions = desk.store.versions(number)?;
    if !versions.iter().any(|version| id_of(&version.jws).is_some_and(|id| id == ours.credential.id)) {
        return Ok(None);
    }
    let person = desk.store.participant(number.event(), &certificate.person)?;
    let has = |old: &String| mailbox(old) == mailbox(email);
    Ok(person.filter(|person| !person.email.as_ref().is_some_and(has)).map(|person| (certificate, person)))
}

/// Returns nothing if somebody was told within a day that another address is asked for, with whichever of their certificates. Else
/// what holds as long as nobody tells them meanwhile: of those who show two certificates at once one tells.
fn not_told(desk: &Desk, number: &CertificateNumber, person: &Participant) -> Result<Option<Vec<DocumentWrite>>> {
    let Some(event) = desk.store.event(number.event())? else { return Ok(Some(Vec::new())) };
    let holder = holder_of(desk.store, &event, person)?;
    let theirs = holder.into_iter().flat_map(|holder| holder.holdings).filter_map(|holding| holding.certificate);
    let mut unchanged = Vec::new();
    for certificate in theirs {
        let key = certificate.number.to_string();
        let document = desk.store.document(Collection::ADDRESS_REQUESTS, &key)?;
        let told = document.as_ref().map(Document::read::<AddressRequest>).transpose()?.and_then(|one| one.told);
        if told.is_some_and(|told| told.plus_seconds(TOLD_SECONDS) > desk.now) {
            return Ok(None);
        }
        if certificate.number != *number {
            let expect = document.map_or(Expect::Absent, |document| Expect::Revision(document.revision));
            unchanged.push(DocumentWrite::still(Collection::ADDRESS_REQUESTS, &key, expect));
        }
    }
    Ok(Some(unchanged))
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
