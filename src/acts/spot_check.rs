//! Spot checks: takes some certificates, draws them, reads them back as a stranger would, verifies them, and compares what
//! came out with the record.

use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::run::{Result, RunError};
use crate::credential::{CertificateNumber, EventCode, UnverifiedCredential};
use crate::desk::Desk;
use crate::making::{Faces, IssueError, OwnKeys, PICTURE_DPI};
use crate::reading::{self, Source};
use crate::store::{Certificate, CertificateState};
use crate::verify::{TrustAnchors, verify};

/// Most certificates of one check: each is drawn and scanned.
pub const MOST: usize = 25;
/// Certificates drawn and scanned side by side: each takes some 30 MB for as long as that lasts.
const SIDE_BY_SIDE: usize = 4;
const PAGE: usize = 1_000;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpotCheck {
    /// Certificates in force that could have been taken.
    #[schema(example = 240)]
    pub of: usize,
    /// What became of each that was taken: fewer than asked for where there are fewer, or where time ran out.
    pub checked: Vec<Checked>,
}

/// What was found on one certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Checked {
    /// The certificate.
    #[schema(value_type = String)]
    pub number: CertificateNumber,
    /// The verdict on what its QR code says.
    #[schema(example = "valid")]
    pub verdict: String,
    /// What is wrong; empty: nothing.
    pub problems: Vec<String>,
}

/// Checks `count` certificates of an event, taken at random, as long as `go_on` says so: what the picture of the PDF's page holds
/// in its QR code, what is printed and what is attached; of the first the PNG file too. `trust` is what a verifier would
/// have to trust.
///
/// # Errors
/// When the store fails. What is wrong with a certificate is a finding.
pub fn spot_check(
    desk: &Desk,
    faces: &Faces,
    own: &OwnKeys,
    trust: &str,
    event: &EventCode,
    count: usize,
    go_on: impl Fn() -> bool,
) -> Result<SpotCheck> {
    if desk.store.event(event)?.is_none() {
        return Err(IssueError::NoEvent(event.clone()).into());
    }
    let mut anchors = TrustAnchors::default();
    anchors.add(trust, None).map_err(|error| RunError::CannotMake(error.to_string()))?;
    let (of, taken) = take(desk, event, count.min(MOST))?;
    let mut checked = Vec::with_capacity(taken.len());
    for some in taken.chunks(SIDE_BY_SIDE).take_while(|_| go_on()) {
        checked.par_extend(some.par_iter().map(|one| check(desk, faces, own, &anchors, one)));
    }
    if let (Some(certificate), Some(first)) = (taken.first(), checked.first_mut()) {
        first.problems.extend(check_picture(desk, faces, own, certificate).err());
    }
    Ok(SpotCheck { of, checked })
}

/// Takes certificates at random in one pass, each with the same chance (Vitter's algorithm R).
fn take(desk: &Desk, event: &EventCode, count: usize) -> Result<(usize, Vec<Certificate>)> {
    let (mut of, mut taken, mut cursor) = (0, Vec::with_capacity(count), None::<String>);
    loop {
        let page = desk.store.certificates(Some(event), cursor.as_deref(), PAGE)?;
        for certificate in
            page.items.into_iter().filter(|one| one.state == CertificateState::Active && one.erased.is_none())
        {
            of += 1;
            if taken.len() < count {
                taken.push(certificate);
            } else if let Some(slot) = taken.get_mut(random_below(of)?) {
                *slot = certificate;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok((of, taken));
        }
    }
}

/// The bias of the remainder is below one in 2^40 for any list there can be.
fn random_below(bound: usize) -> Result<usize> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| IssueError::Random(error.to_string()))?;
    Ok((u64::from_le_bytes(bytes) % bound.max(1) as u64) as usize)
}

fn check(desk: &Desk, faces: &Faces, own: &OwnKeys, anchors: &TrustAnchors, certificate: &Certificate) -> Checked {
    let mut problems = Vec::new();
    let verdict = read_back(desk, faces, own, anchors, certificate, &mut problems).unwrap_or_else(|problem| {
        problems.push(problem);
        "unreadable".to_owned()
    });
    Checked { number: certificate.number.clone(), verdict, problems }
}

/// Draws, scans, verifies, compares.
fn read_back(
    desk: &Desk,
    faces: &Faces,
    own: &OwnKeys,
    anchors: &TrustAnchors,
    certificate: &Certificate,
    problems: &mut Vec<String>,
) -> Result<String, String> {
    let proven = own.prove(certificate).map_err(|error| error.to_string())?;
    let pdf = faces.pdf(desk.store, &proven, &desk.issuer.verifier).map_err(|error| error.to_string())?;
    // Draws the page and scans the picture, besides the text and what is attached.
    let read = reading::read(&pdf).map_err(|error| error.to_string())?;
    let code = read.candidates.iter().find(|candidate| matches!(candidate.source, Source::QrOnPage(_)));
    let code = code.ok_or("no QR code can be read on the page")?;
    let verdict = verify(&code.text, anchors, desk.now);
    if verdict.code() != "valid" {
        problems.push(format!("the verdict is `{}`", verdict.code()));
    }
    let jws = code.jws().map_err(|error| error.to_string())?;
    if jws.to_compact() != certificate.jws {
        problems.push("the QR code holds another credential than the record".to_owned());
    }
    let credential = UnverifiedCredential::from_payload(&jws.payload).map_err(|error| error.to_string())?;
    if credential.number != certificate.number.to_string() || credential.recipient != certificate.recipient {
        problems.push("the credential's name or number is not that of the record".to_owned());
    }
    let person =
        desk.store.participant(certificate.number.event(), &certificate.person).map_err(|error| error.to_string())?;
    if person.is_some_and(|person| person.name != certificate.recipient) {
        problems.push("the person has another name by now: issue the certificate anew".to_owned());
    }
    if read.is_contradictory() {
        problems.push("the attachment and the QR code hold two different credentials".to_owned());
    }
    let compared = reading::compare(read.printed.as_deref().unwrap_or_default(), &credential);
    let fields = compared.differs.into_iter().map(|one| one.field).chain(compared.uncompared);
    problems.extend(fields.map(|field| format!("the page does not show the {} as it was signed", field.word())));
    Ok(verdict.code().to_owned())
}

/// Reads a certificate's PNG file back: it is drawn another way than the page of the PDF, the same for all of a template.
fn check_picture(desk: &Desk, faces: &Faces, own: &OwnKeys, certificate: &Certificate) -> Result<(), String> {
    let proven = own.prove(certificate).map_err(|error| error.to_string())?;
    let png = faces.png(desk.store, &proven, &desk.issuer.verifier, PICTURE_DPI).map_err(|error| error.to_string())?;
    let read = reading::read(&png).map_err(|error| error.to_string())?;
    let code = read.candidates.iter().find(|candidate| candidate.source == Source::QrInPicture);
    let code = code.ok_or("no QR code can be read in the PNG file")?;
    let jws = code.jws().map_err(|error| error.to_string())?;
    match jws.to_compact() == certificate.jws {
        true => Ok(()),
        false => Err("the QR code in the PNG file holds another credential than the record".to_owned()),
    }
}
