//! Next versions of certificates: what is to be said otherwise, and the credential that says it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;

use super::make::{Trial, entries, kept_fields, random, status_secret, widest};
use super::record::{self, Constants};
use super::results;
use super::{Draft, DraftError, FaceError, Faces, IssueError, NotProven, Order, Subject, Unasked};
use crate::credential::{CertificateNumber, CredentialSuffix, PrintedDays, StatusEntry, Timestamp, Zone};
use crate::desk::{Desk, Signer};
use crate::import::{Meaning, NameProblem, checked_name, checked_text, field_name};
use crate::scene::Drawing;
use crate::store::{Certificate, CertificateState, Event, Fields, Participant, StoreError, TemplateRef};

/// Columns that become claims, whether or not the list had them.
const CLAIMS: [&str; 5] = ["credits", "result", "term", "role", "expires"];

/// Those of them that are texts, held to the letters of names.
const SIGNED_TEXTS: [&str; 3] = ["result", "term", "role"];

/// Why a certificate is not replaced. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// Neither the person nor the credential has such a column.
    #[error("there is no column `{column}`; there are {known}")]
    UnknownColumn {
        /// The column.
        column: String,
        /// Those that can be set.
        known: String,
    },
    /// The name cannot be printed.
    #[error(transparent)]
    Name(#[from] NameProblem),
    /// A text cannot be printed.
    #[error("`{0}` {1}")]
    Text(String, NameProblem),
    /// The new version would say just what the present one says.
    #[error("nothing of {0} would change")]
    NothingChanges(CertificateNumber),
    /// The corrected certificate cannot be made.
    #[error("the new version of {number} cannot be made: {problem}")]
    Draft {
        /// The certificate.
        number: CertificateNumber,
        /// Why not.
        problem: DraftError,
    },
    /// What is stored of it was not signed by this issuer.
    #[error(transparent)]
    NotProven(#[from] NotProven),
    /// It would say another result, and nobody said whether everybody may read it.
    #[error(transparent)]
    Unasked(#[from] Unasked),
    /// The corrected certificate cannot be drawn.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// The store lacks something.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What to change in a regenerated certificate: columns by name; `name` and `email` are the person's own.
#[derive(Debug, Clone, Default)]
pub struct NewValues {
    /// New values by column.
    pub set: Vec<(String, String)>,
    /// Why, in the issuer's words; published with the status, so without personal data.
    pub reason: Option<String>,
    /// Drawn by this template, instead of the event's present one.
    pub template: Option<TemplateRef>,
}

/// Returns the person as they are imported now (or were when it was issued), with the correction on top.
///
/// # Errors
/// When there is no such column, or its value cannot be printed.
pub fn corrected(
    known: Option<Participant>,
    old: &Certificate,
    correction: &NewValues,
) -> Result<Participant, ReplaceError> {
    let mut person = known.unwrap_or_else(|| {
        let Certificate { person, recipient, email, fields, issued, .. } = old.clone();
        Participant::new(person, recipient, email, fields, issued)
    });
    for (column, value) in &correction.set {
        let places = meant(column, &person);
        if places.is_empty() {
            let columns = ["name", "email"].into_iter().chain(CLAIMS).map(str::to_owned);
            let known: BTreeSet<String> = columns.chain(person.fields.keys().cloned()).collect();
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            return Err(ReplaceError::UnknownColumn { column: column.clone(), known });
        }
        for place in places {
            match place.as_str() {
                "name" => person.name = checked_name(value)?,
                "email" => person.email = Some(value.clone()).filter(|email| !email.is_empty()),
                _ if SIGNED_TEXTS.contains(&place.as_str()) => {
                    let text = checked_text(value, false);
                    let value = text.map_err(|problem| ReplaceError::Text(column.clone(), problem))?;
                    person.fields.insert(place, value);
                }
                _ => drop(person.fields.insert(place, value.clone())),
            }
        }
    }
    Ok(person)
}

/// Returns what a column's header stands for, as an import takes it: `Expires` and `Valid until` are `expires`. The column of
/// the list and the claim that was made from it go together.
fn meant(column: &str, person: &Participant) -> Vec<String> {
    let plain = field_name(column);
    let own = [column, &plain].into_iter().find(|name| person.fields.contains_key(*name));
    let whole = |name: &&str| ["name", "email"].contains(name);
    if let Some(whole) = [column, &plain].into_iter().find(whole) {
        return vec![whole.to_owned()];
    }
    let meaning = Meaning::of(column);
    let claim = meaning.map(Meaning::field).filter(|field| CLAIMS.contains(field));
    let (Some(claim), said) = (claim, claim.and_then(|claim| person.fields.get(claim))) else {
        let whole = meaning.map(Meaning::field).filter(whole).filter(|_| own.is_none());
        return own.or(whole).map(str::to_owned).into_iter().collect();
    };
    // Another column of that meaning, which is not the one that is signed.
    if let Some(own) = own.filter(|own| said.is_some() && person.fields.get(*own) != said) {
        return vec![own.to_owned()];
    }
    let same = |(name, value): &(&String, &String)| Some(*value) == said && Meaning::of(name) == meaning;
    let columns = person.fields.iter().filter(same).map(|(name, _)| name.clone());
    let places: BTreeSet<String> = columns.chain([claim.to_owned()]).chain(own.map(str::to_owned)).collect();
    places.into_iter().collect()
}

/// Makes the next versions of certificates and keeps none of them: status entries are reserved, everything is built,
/// checked, signed and verified. The caller commits them. Answers are in the order of the pairs.
///
/// # Errors
/// When nothing can be reserved.
pub fn successors(
    desk: &Desk,
    faces: &Faces,
    signer: &Signer,
    event: &Event,
    pairs: Vec<(Certificate, Order)>,
) -> Result<Vec<Result<Certificate, ReplaceError>>, IssueError> {
    let trial = Trial { faces, kid: &signer.kid, own: &signer.own };
    let tried = try_successors(desk, &trial, event, &pairs);
    let count = tried.iter().filter(|tried| tried.is_ok()).count();
    let ranges = if count == 0 { Vec::new() } else { desk.store.reserve_status(count as u32)? };
    let mut reserved = entries(&ranges, &status_secret(desk.store)?).into_iter();
    let placed = pairs.into_iter().zip(tried).map(|((old, order), tried)| {
        let status =
            tried.and_then(|()| reserved.next().ok_or_else(|| ReplaceError::NothingChanges(old.number.clone())));
        (old, order, status)
    });
    let placed: Vec<_> = placed.collect();
    let make = |(old, order, status): (Certificate, Order, Result<StatusEntry, ReplaceError>)| {
        successor(desk, &trial, signer, event, &old, order, status?)
    };
    Ok(placed.into_par_iter().map(make).collect())
}

/// Says which of these next versions could not be made, and why, without reserving or signing anything: what cannot be made
/// uses up no status entry. Answers are in the order of the pairs.
pub fn try_successors(
    desk: &Desk,
    trial: &Trial,
    event: &Event,
    pairs: &[(Certificate, Order)],
) -> Vec<Result<(), ReplaceError>> {
    let (suffix, status) = widest();
    let one = |(old, order): &(Certificate, Order)| {
        Unasked::check_next(event, old, &order.person)?;
        if !would_change(desk.zone(event), event, old, order) {
            return Err(ReplaceError::NothingChanges(old.number.clone()));
        }
        lay_out(desk, trial, event, old, order, (suffix.clone(), status)).map(drop)
    };
    pairs.par_iter().map(one).collect()
}

/// Where nobody was asked yet whether results are signed, a certificate goes on saying what it said.
fn as_said<'a>(event: &'a Event, old: &Certificate) -> Cow<'a, Event> {
    match event.publish_results {
        None if results::signed_result(old).is_some() => {
            Cow::Owned(Event { publish_results: Some(true), ..event.clone() })
        }
        _ => Cow::Borrowed(event),
    }
}

/// Says whether the next version of a certificate would say or look different from this one.
fn would_change(zone: &Zone, event: &Event, old: &Certificate, order: &Order) -> bool {
    changes(zone, &as_said(event, old), old, order)
}

fn changes(zone: &Zone, event: &Event, old: &Certificate, order: &Order) -> bool {
    // After a revocation even the same is a new statement.
    let revoked = matches!(old.state, CertificateState::Revoked { .. });
    revoked || order.template != old.template || says_other(zone, event, old, order)
}

/// Says whether a certificate of the same day would say something else than one that the person has.
pub fn says_other(zone: &Zone, event: &Event, old: &Certificate, order: &Order) -> bool {
    let Order { person, tier, .. } = order;
    let fields = kept_fields(event, person, tier.as_deref());
    // The event may say other things by now: until when certificates are valid, whether results are signed.
    let signed_other = || match Subject::new(event, person, zone) {
        Ok(subject) => {
            subject.valid_until(old.issued) != old.valid_until || subject.extras.result != results::signed_result(old)
        }
        // Told when it is made.
        Err(_) => true,
    };
    person.name != old.recipient || fields != old.fields || signed_other()
}

/// Builds, checks and lays out the next version of a certificate. Everything that can be wrong is found here, before the
/// signature.
fn lay_out(
    desk: &Desk,
    trial: &Trial,
    event: &Event,
    old: &Certificate,
    order: &Order,
    (suffix, status): (CredentialSuffix, StatusEntry),
) -> Result<(Draft, Fields, Option<PrintedDays>), ReplaceError> {
    // Its number and date are signed again.
    trial.own.prove(old)?;
    let event = &*as_said(event, old);
    let Order { person, template, tier, .. } = order;
    let draft_error = |problem| ReplaceError::Draft { number: old.number.clone(), problem };
    let subject = Subject::new(event, person, desk.zone(event)).map_err(draft_error)?;
    let draft = Draft::new(desk.issuer, trial.kid, &subject, old.number.clone(), suffix, status, old.issued)
        .map_err(draft_error)?;
    let verifier = &desk.issuer.verifier;
    let fields = kept_fields(event, person, tier.as_deref());
    let face = trial.faces.of(desk.store, template, &Constants::of(&draft.document, &fields, verifier))?;
    let days = next_days(desk.zone(event), old, draft.valid_until);
    face.texts(&record::of(&draft.document, &fields, days, verifier))?;
    Ok((draft, fields, days))
}

/// The day of issue stays the one that was printed; the last day is told anew.
fn next_days(zone: &Zone, old: &Certificate, valid_until: Option<Timestamp>) -> Option<PrintedDays> {
    let days = PrintedDays { issued: old.printed_days().issued, valid_until: valid_until.map(|last| zone.day(last)) };
    (old.days.is_some() || !zone.is_utc()).then_some(days)
}

fn successor(
    desk: &Desk,
    trial: &Trial,
    signer: &Signer,
    event: &Event,
    old: &Certificate,
    order: Order,
    status: StatusEntry,
) -> Result<Certificate, ReplaceError> {
    let suffix = CredentialSuffix::from_random(random()?);
    let (draft, fields, days) = lay_out(desk, trial, event, old, &order, (suffix, status))?;
    let Order { person, template, basis, run, .. } = order;
    let signed = draft.sign(signer).map_err(|problem| ReplaceError::Draft { number: old.number.clone(), problem })?;
    let mut former = old.former.clone();
    if old.recipient != person.name && !old.recipient.is_empty() && !former.contains(&old.recipient) {
        former.push(old.recipient.clone());
    }
    former.retain(|name| *name != person.name);
    Ok(Certificate {
        version: old.version + 1,
        former,
        recipient: person.name,
        email: person.email,
        fields,
        jws: signed.jws,
        key: signer.id.clone(),
        template,
        drawing: Drawing::default().number(),
        status,
        signed: desk.now,
        valid_until: signed.valid_until,
        days,
        state: CertificateState::Active,
        basis,
        run,
        withdrawal: None,
        ..old.clone()
    })
}
