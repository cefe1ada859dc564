//! Certificates made from orders: all of one group checked, then numbered, built, signed and verified. Keeps nothing: the
//! caller commits what is made.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::json;

use super::draft::Unproven;
use super::face::Says;
use super::record::{self, Constants};
use super::{
    Draft, DraftError, Face, FaceError, Faces, Order, OwnKeys, STATUS_SECRET, Signed, Stage, StageTimes, Subject,
    Unasked,
};
use crate::credential::{CertificateNumber, CredentialSuffix, EventCode, PrintedDays, StatusEntry, Timestamp};
use crate::desk::{Desk, Signer};
use crate::proof::jws::Jws;
use crate::scene::{Drawing, Scene};
use crate::status::{LIST_ENTRIES, Permutation};
use crate::store::{Certificate, CertificateState, Event, Fields, Participant, StatusRange, Store, StoreError};
use crate::template::Laid;

/// Why nothing can be made. What was acknowledged before stays.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// There is no such event.
    #[error("event `{0}` does not exist")]
    NoEvent(EventCode),
    /// The store was not initialised.
    #[error("the store has no status secret; it was not made by `testamur init`")]
    NoSecret,
    /// The operating system gives no random bytes.
    #[error("no random bytes from the operating system: {0}")]
    Random(String),
    /// The template does not compile.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why one certificate cannot be made. Others can.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MakeError {
    /// It would say a result, and the event was never asked about those.
    #[error(transparent)]
    Unasked(#[from] Unasked),
    /// What it would say cannot be signed.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// It cannot be drawn; the cause is that of its template, which others share.
    #[error(transparent)]
    Face(Arc<FaceError>),
    /// Its last day is over.
    #[error("it would have expired on {0} already")]
    Expired(jiff::civil::Date),
    /// Nobody looked for its template.
    #[error("its template is not there")]
    NoTemplate,
}

impl From<FaceError> for MakeError {
    fn from(error: FaceError) -> Self {
        Self::Face(Arc::new(error))
    }
}

/// A certificate that is signed and verified, with its page ready to be drawn. Not kept yet.
#[derive(Clone)]
pub struct Printable {
    /// The record.
    pub certificate: Certificate,
    /// Its texts, laid out; the QR code is still to be put in.
    pub scene: Scene,
    /// Its template.
    pub face: Arc<Face>,
    /// Its credential, as it was read when it was verified.
    pub(super) jws: Jws,
    /// What its file says of it.
    pub(super) says: Says,
}

impl Printable {
    /// Draws the PDF. What was stored is drawn by [`Faces::pdf`].
    ///
    /// # Errors
    /// See [`FaceError`].
    pub fn pdf(&self, verifier: &str) -> Result<Vec<u8>, FaceError> {
        self.face.fresh(self, verifier)
    }
}

/// What certificates are made with.
pub struct Workshop<'a> {
    /// Compiled templates.
    pub faces: &'a Faces,
    /// The active key.
    pub signer: &'a Signer,
    /// Where the time goes.
    pub times: &'a StageTimes,
}

/// What certificates are tried out with; it cannot sign.
pub struct Trial<'a> {
    /// Compiled templates.
    pub faces: &'a Faces,
    /// Full id of the key that would sign.
    pub kid: &'a str,
    /// All keys of this issuer: what is replaced was signed by one of them.
    pub own: &'a OwnKeys,
}

/// Makes certificates that are not kept yet: everything is tried out, then numbers and status entries are reserved for what
/// can be made, and it is built, signed and verified. The caller commits them. Answers are in the order of the
/// orders. What cannot be made uses up no number.
///
/// # Errors
/// See [`IssueError`].
pub fn make(
    desk: &Desk,
    workshop: &Workshop,
    event: &Event,
    orders: Vec<Order>,
) -> Result<Vec<Result<Printable, MakeError>>, IssueError> {
    let bench = Bench::new(desk, workshop.faces, event, &orders)?;
    let tried = bench.try_all(workshop.times, &workshop.signer.kid, &orders);
    let (mut can, mut problems) = (Vec::with_capacity(orders.len()), Vec::with_capacity(orders.len()));
    for (order, tried) in orders.into_iter().zip(tried) {
        problems.push(tried.map(|laid| can.push((order, laid))).err());
    }
    let slots = bench.reserve(workshop.times, can)?;
    // Each core gets its share, where there are fewer than would fill them all.
    let together = slots.len().div_ceil(rayon::current_num_threads()).clamp(1, PROVEN_TOGETHER);
    let groups = slots.into_par_iter().chunks(together);
    let made: Vec<Vec<_>> = groups.map(|group| bench.make_all(workshop, group)).collect();
    let mut made = made.into_iter().flatten();
    let answer = |problem: Option<MakeError>| match problem {
        Some(problem) => Some(Err(problem)),
        None => made.next(),
    };
    Ok(problems.into_iter().filter_map(answer).collect())
}

/// Most certificates whose signatures are verified in one sum.
const PROVEN_TOGETHER: usize = 64;

/// Says which of these orders could not be made, without signing or reserving anything, and why.
///
/// # Errors
/// See [`IssueError`].
pub fn try_out(
    desk: &Desk,
    trial: &Trial,
    event: &Event,
    orders: &[Order],
) -> Result<Vec<Option<MakeError>>, IssueError> {
    let tried = Bench::new(desk, trial.faces, event, orders)?.try_all(&StageTimes::default(), trial.kid, orders);
    Ok(tried.into_iter().map(Result::err).collect())
}

/// The highest sequence number that certificates are tried out with; longer ones are laid out as well when their time comes.
pub(super) const WIDEST_SEQUENCE: u64 = 99_999;

/// The longest suffix and status entry that there can be.
pub(super) fn widest() -> (CredentialSuffix, StatusEntry) {
    (CredentialSuffix::from_random([0xff; 5]), StatusEntry { list: 1, index: LIST_ENTRIES - 1 })
}

/// Column that holds the tier reached, for the template to print.
pub(super) const TIER: &str = "tier";

/// Returns what is kept beside a credential to draw it again: the person's columns, the tier and the event's constants.
pub(super) fn kept_fields(event: &Event, person: &Participant, tier: Option<&str>) -> Fields {
    let mut fields = person.fields.clone();
    fields.extend(tier.map(|tier| (TIER.to_owned(), tier.to_owned())));
    fields.extend(event.constants.clone());
    fields
}

/// Returns what all certificates of an event show.
pub fn constants(desk: &Desk, event: &Event) -> Constants {
    let achievement = &event.achievement;
    Constants::of(
        &json!({
            "issuer": { "name": desk.issuer.name },
            "credentialSubject": { "achievement": {
                "name": achievement.name,
                "description": achievement.description,
                "criteria": { "narrative": achievement.criteria },
            } },
        }),
        &event.constants,
        &desk.issuer.verifier,
    )
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], IssueError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| IssueError::Random(e.to_string()))?;
    Ok(bytes)
}

pub(crate) fn status_secret(store: &dyn Store) -> Result<[u8; 32], IssueError> {
    store.setting(STATUS_SECRET)?.and_then(|bytes| bytes.try_into().ok()).ok_or(IssueError::NoSecret)
}

/// Turns reserved positions into status entries.
pub(super) fn entries(ranges: &[StatusRange], secret: &[u8; 32]) -> Vec<StatusEntry> {
    ranges
        .iter()
        .flat_map(|range| {
            let indexes = Permutation::new(secret, range.list).indexes(range.first, range.count);
            indexes.into_iter().map(move |index| StatusEntry { list: range.list, index })
        })
        .collect()
}

/// What all certificates of one event share.
struct Bench<'a> {
    desk: &'a Desk<'a>,
    event: &'a Event,
    /// The templates that are asked for, by digest.
    faces: BTreeMap<String, Result<Arc<Face>, MakeError>>,
}

/// What a new certificate is made from: all of it reserved before anything is signed.
struct Slot {
    order: Order,
    /// As it was tried out.
    laid: Laid,
    number: CertificateNumber,
    suffix: CredentialSuffix,
    status: StatusEntry,
}

/// A certificate with its page, whose signature was not verified yet.
struct Begun {
    order: Order,
    number: CertificateNumber,
    status: StatusEntry,
    fields: Fields,
    days: Option<PrintedDays>,
    laid: Laid,
    face: Arc<Face>,
    says: Says,
}

/// A certificate laid out and not signed.
struct Page {
    draft: Draft,
    fields: Fields,
    days: Option<PrintedDays>,
    laid: Laid,
    face: Arc<Face>,
}

impl<'a> Bench<'a> {
    fn new(desk: &'a Desk<'a>, faces: &Faces, event: &'a Event, orders: &[Order]) -> Result<Self, IssueError> {
        let constants = constants(desk, event);
        let mut compiled = BTreeMap::new();
        for Order { template, .. } in orders {
            let bundle = template.bundle.0.clone();
            if compiled.contains_key(&bundle) {
                continue;
            }
            let face = match faces.of(desk.store, template, &constants) {
                Err(FaceError::Store(error)) => return Err(error.into()),
                face => face.map_err(MakeError::from),
            };
            compiled.insert(bundle, face);
        }
        Ok(Self { desk, event, faces: compiled })
    }

    /// Tries out each order up to the signature, under the longest number and status entry there can be.
    /// Answers with the texts, of which those stay that do not say the number.
    fn try_all(&self, times: &StageTimes, kid: &str, orders: &[Order]) -> Vec<Result<Laid, MakeError>> {
        let (suffix, status) = widest();
        let one = |order: &Order| {
            Unasked::check(self.event, &order.person)?;
            let year = self.year(order);
            let number = CertificateNumber::new(self.event.code.clone(), year, WIDEST_SEQUENCE);
            let slot = (number, suffix.clone(), status);
            Ok(self.lay_out(times, kid, order, slot, Laid::default())?.laid)
        };
        orders.par_iter().map(one).collect()
    }

    /// Returns when a first certificate says it was issued.
    fn issued(&self, order: &Order) -> Timestamp {
        order.issued.unwrap_or(self.desk.now)
    }

    /// Returns the year of that day where the issuer is: it stands in the number.
    fn year(&self, order: &Order) -> i16 {
        self.desk.zone(self.event).day(self.issued(order)).year()
    }

    /// Reserves a number, a suffix and a status entry for each; durable before anything is built from them.
    fn reserve(&self, times: &StageTimes, orders: Vec<(Order, Laid)>) -> Result<Vec<Slot>, IssueError> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let secret = status_secret(self.desk.store)?;
        let started = Instant::now();
        let event = &self.event.code;
        // A number bears the year of the day of issue.
        let mut next = BTreeMap::<i16, u64>::new();
        orders.iter().for_each(|(order, _)| *next.entry(self.year(order)).or_default() += 1);
        for (year, count) in &mut next {
            *count = self.desk.store.reserve_numbers(event, *year, *count)?;
        }
        let ranges = self.desk.store.reserve_status(orders.len() as u32)?;
        let slots = orders.into_iter().zip(entries(&ranges, &secret)).map(|((order, laid), status)| {
            let year = self.year(&order);
            let sequence = next.entry(year).or_default();
            let number = CertificateNumber::new(event.clone(), year, *sequence);
            *sequence += 1;
            Ok(Slot { order, laid, number, suffix: CredentialSuffix::from_random(random()?), status })
        });
        let slots = slots.collect();
        times.add(Stage::Reserve, started);
        slots
    }

    /// Builds, checks and lays out one certificate. Everything that can be wrong with a person's data is found here, before
    /// the signature.
    fn lay_out(
        &self,
        times: &StageTimes,
        kid: &str,
        order: &Order,
        (number, suffix, status): (CertificateNumber, CredentialSuffix, StatusEntry),
        before: Laid,
    ) -> Result<Page, MakeError> {
        let Order { person, template, tier, .. } = order;
        let desk = self.desk;
        let started = Instant::now();
        let zone = desk.zone(self.event);
        let subject = Subject::new(self.event, person, zone)?;
        let issued = self.issued(order);
        let draft = Draft::new(desk.issuer, kid, &subject, number, suffix, status, issued)?;
        if let Some(last) = draft.valid_until.filter(|last| *last < desk.now) {
            return Err(MakeError::Expired(zone.day(last)));
        }
        let started = times.add(Stage::Build, started);
        let fields = kept_fields(self.event, person, tier.as_deref());
        let days = PrintedDays::of(zone, issued, draft.valid_until);
        let record = record::of(&draft.document, &fields, days, &desk.issuer.verifier);
        let face = self.faces.get(&template.bundle.0).cloned().unwrap_or(Err(MakeError::NoTemplate))?;
        let laid = face.lay_out(&record, before)?;
        times.add(Stage::Layout, started);
        Ok(Page { draft, fields, days, laid, face })
    }

    /// Makes some certificates, and verifies their signatures together.
    fn make_all(&self, workshop: &Workshop, slots: Vec<Slot>) -> Vec<Result<Printable, MakeError>> {
        let begun = slots.into_iter().map(|slot| self.begin(workshop, slot));
        let (begun, unproven): (Vec<_>, Vec<_>) = begun
            .map(|begun| match begun {
                Ok((begun, unproven)) => (Ok(begun), Some(unproven)),
                Err(error) => (Err(error), None),
            })
            .unzip();
        let started = Instant::now();
        let mut proven = Unproven::prove_all(unproven.into_iter().flatten().collect(), workshop.signer).into_iter();
        workshop.times.add(Stage::Sign, started);
        let made = |begun: Result<Begun, MakeError>| -> Result<Printable, MakeError> {
            let signed = begun.as_ref().ok().and_then(|_| proven.next());
            Ok(self.finish(workshop, begun?, signed.unwrap_or(Err(DraftError::SelfCheck))?))
        };
        begun.into_iter().map(made).collect()
    }

    /// Builds one certificate, and signs it.
    fn begin(&self, workshop: &Workshop, slot: Slot) -> Result<(Begun, Unproven), MakeError> {
        let Slot { order, laid, number, suffix, status } = slot;
        let (signer, times) = (workshop.signer, workshop.times);
        let page = self.lay_out(times, &signer.kid, &order, (number.clone(), suffix, status), laid)?;
        let Page { draft, fields, days, laid, face } = page;
        let says = Says::of(&draft.document);
        let started = Instant::now();
        let unproven = draft.sign_unproven(signer);
        times.add(Stage::Sign, started);
        Ok((Begun { order, number, status, fields, days, laid, face, says }, unproven))
    }

    /// Returns a certificate whose signature holds.
    fn finish(&self, workshop: &Workshop, begun: Begun, signed: Signed) -> Printable {
        let Begun { order, number, status, fields, days, laid, face, says } = begun;
        let (signer, now, issued) = (workshop.signer, self.desk.now, self.issued(&order));
        let Order { person, template, basis, run, earlier, .. } = order;
        let certificate = Certificate {
            number,
            version: 1,
            person: person.key,
            recipient: person.name,
            email: person.email,
            fields,
            jws: signed.jws,
            key: signer.id.clone(),
            template,
            drawing: Drawing::default().number(),
            status,
            issued,
            signed: now,
            valid_until: signed.valid_until,
            days,
            state: CertificateState::Active,
            basis,
            run,
            withdrawal: None,
            erased: None,
            earlier,
            former: Vec::new(),
        };
        Printable { certificate, scene: face.scene(laid), face, jws: signed.parsed, says }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_do_not_tell_who_was_issued_together() {
        let (secret, ranges) = ([7; 32], [(3, 0, 30), (4, 100, 20)]);
        let ranges = ranges.map(|(list, first, count)| StatusRange { list, first, count });
        let made = entries(&ranges, &secret);
        let places = (0..30).map(|n| (3, n)).chain((100..120).map(|n| (4, n)));
        let wanted = places.map(|(list, n)| StatusEntry { list, index: Permutation::new(&secret, list).index(n) });
        assert_eq!(made, wanted.collect::<Vec<_>>());
        assert!(made.windows(2).any(|pair| pair[0].list == pair[1].list && pair[0].index > pair[1].index));
    }
}
