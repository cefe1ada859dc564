//! Credentials before and after the signature: whom they are about, all that is checked first, and the check of what
//! was signed.

use crate::credential::{
    Achievement, CertificateNumber, Claims, ClaimsError, CredentialSuffix, Extras, Malformed, StatusEntry, Timestamp,
    Zone, canonical,
};
use crate::proof::jws::{self, Jws};
use crate::proof::{data_integrity, json_ld};
use crate::qr::{self, SymbolError};
use crate::store::{Event, Fields, Participant};

use super::ExpiresAfter;
use crate::desk::{Issuer, Signer};
use crate::import::last_day;

/// How many of the longest fields are named when a QR code is over budget.
const NAMED_FIELDS: usize = 3;

/// Why a certificate cannot be made for somebody. Nothing was signed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DraftError {
    /// A claim is missing or senseless.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    /// The credential does not conform to `schemas/credential.json`.
    #[error("the credential does not conform to its schema: {0}")]
    Schema(Malformed),
    /// The QR code would be larger than may be printed.
    #[error("the QR code would be too large ({cause}); longest: {longest}")]
    OverBudget {
        /// How far over.
        cause: SymbolError,
        /// The longest fields with their sizes.
        longest: String,
    },
    /// The signature that was just made does not verify: a broken machine, never a bad input.
    #[error("the new signature does not verify; nothing was kept")]
    SelfCheck,
    /// A column holds something that its claim cannot be.
    #[error("column `{column}` holds `{value}`, which is not {expected}")]
    Column {
        /// The column.
        column: &'static str,
        /// Its value, shortened.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
}

/// Whom a credential is about and what they achieved, before it has a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Name as printed.
    pub recipient: String,
    /// What was achieved.
    pub achievement: Achievement,
    /// Further claims.
    pub extras: Extras,
    /// How long it is valid.
    pub expires_after: Option<ExpiresAfter>,
    /// The last second of the person's own last day, if there is one.
    pub expires: Option<Timestamp>,
    /// Where days begin and end.
    pub zone: Zone,
}

impl Subject {
    /// Returns what an event's certificate says about a participant. The columns `credits`, `result`, `term` and `role`
    /// override the event's own; a result is said only if the event publishes results. Of the event's length and the column
    /// `expires` the earlier end counts.
    ///
    /// # Errors
    /// When a column does not hold what its claim needs.
    pub fn new(event: &Event, participant: &Participant, zone: &Zone) -> Result<Self, DraftError> {
        let fields = &participant.fields;
        let extras = Extras {
            credits: credits(fields)?.or(event.extras.credits),
            starts: event.starts,
            ends: event.ends,
            result: text(fields, "result")
                .filter(|_| event.publish_results == Some(true))
                .or_else(|| event.extras.result.clone()),
            term: text(fields, "term").or_else(|| event.extras.term.clone()),
            role: text(fields, "role").or_else(|| event.extras.role.clone()),
        };
        let expires_after =
            event.expires_after.as_deref().map(str::parse).transpose().map_err(|_| DraftError::Column {
                column: "expires_after",
                value: event.expires_after.clone().unwrap_or_default(),
                expected: "a length of time such as 2y",
            })?;
        let (recipient, achievement) = (participant.name.clone(), event.achievement.clone());
        Ok(Self { recipient, achievement, extras, expires_after, expires: expires(fields, zone)?, zone: zone.clone() })
    }

    /// Returns when a certificate of `issued` stops being valid.
    pub fn valid_until(&self, issued: Timestamp) -> Option<Timestamp> {
        let by_event = self.expires_after.map(|length| length.end(issued, &self.zone));
        self.expires.into_iter().chain(by_event).min()
    }
}

fn text(fields: &Fields, column: &str) -> Option<String> {
    fields.get(column).map(|value| value.trim()).filter(|value| !value.is_empty()).map(str::to_owned)
}

fn credits(fields: &Fields) -> Result<Option<f64>, DraftError> {
    let Some(value) = text(fields, "credits") else { return Ok(None) };
    match value.replace(',', ".").parse::<f64>() {
        Ok(number) if (0.0..=1e6).contains(&number) => Ok(Some(number)),
        _ => Err(DraftError::Column {
            column: "credits",
            value: value.chars().take(40).collect(),
            expected: "a number between 0 and 1,000,000",
        }),
    }
}

fn expires(fields: &Fields, zone: &Zone) -> Result<Option<Timestamp>, DraftError> {
    let Some(value) = text(fields, "expires") else { return Ok(None) };
    last_day(&value)
        .map(|day| Some(zone.last_second(day)))
        .map_err(|_| not_a_last_day(&value, "a last day such as 2027-03-31"))
}

fn not_a_last_day(value: &str, expected: &'static str) -> DraftError {
    DraftError::Column { column: "expires", value: value.chars().take(40).collect(), expected }
}

/// A credential that passed every check and only lacks its signature.
#[derive(Debug, Clone)]
pub struct Draft {
    payload: Vec<u8>,
    /// The credential as JSON.
    pub document: serde_json::Value,
    /// When it stops being valid.
    pub valid_until: Option<Timestamp>,
}

/// A signed credential of which nobody has looked whether the signature holds: nothing is kept of it.
#[derive(Debug, Clone)]
pub(super) struct Unproven {
    compact: String,
    valid_until: Option<Timestamp>,
}

/// A signed and self-checked credential.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The compact JWS.
    pub jws: String,
    /// When it stops being valid.
    pub valid_until: Option<Timestamp>,
    /// The same JWS as it was read again.
    pub(super) parsed: Jws,
}

impl Draft {
    /// Builds a credential's bytes and checks them against the schema and the QR budget. Signs nothing.
    ///
    /// # Errors
    /// See [`DraftError`].
    pub fn new(
        issuer: &Issuer,
        kid: &str,
        subject: &Subject,
        number: CertificateNumber,
        suffix: CredentialSuffix,
        status: StatusEntry,
        issued: Timestamp,
    ) -> Result<Self, DraftError> {
        let valid_until = subject.valid_until(issued);
        if let Some(last) = valid_until.filter(|last| *last < issued) {
            return Err(not_a_last_day(&subject.zone.day(last).to_string(), "a day that is still to come"));
        }
        let claims = Claims {
            host: issuer.host.clone(),
            issuer_name: issuer.name.clone(),
            number,
            suffix,
            valid_from: issued,
            valid_until,
            recipient: subject.recipient.clone(),
            achievement: subject.achievement.clone(),
            extras: subject.extras.clone(),
            status,
        };
        let document = claims.to_json()?;
        crate::credential::schema::check(&document).map_err(DraftError::Schema)?;
        // Else it could never have an embedded proof.
        data_integrity::check_form(&document).map_err(DraftError::Schema)?;
        let payload = canonical(&document);
        qr::check_budget(jws::header(kid, jws::CREDENTIAL).as_bytes(), &payload, &issuer.verifier)
            .map_err(|cause| DraftError::OverBudget { cause, longest: longest_fields(&claims) })?;
        Ok(Self { payload, document, valid_until })
    }

    /// Signs the credential and verifies the signature before anything may be kept.
    ///
    /// # Errors
    /// [`DraftError::SelfCheck`].
    pub fn sign(self, signer: &Signer) -> Result<Signed, DraftError> {
        self.sign_unproven(signer).prove(signer)
    }

    /// Signs the credential. Whoever signs many proves them together.
    pub(super) fn sign_unproven(self, signer: &Signer) -> Unproven {
        let compact = jws::sign(&self.payload, &signer.kid, jws::CREDENTIAL, &signer.key);
        Unproven { compact, valid_until: self.valid_until }
    }
}

impl Unproven {
    /// Verifies what was signed, each as it will be kept.
    pub(super) fn prove_all(all: Vec<Self>, signer: &Signer) -> Vec<Result<Signed, DraftError>> {
        let parsed: Result<Vec<Jws>, _> = all.iter().map(Self::parsed).collect();
        let all_verify = |parsed: &[Jws]| {
            let compact = all.iter().map(|one| one.compact.as_str());
            Jws::all_verify(&compact.zip(parsed).collect::<Vec<_>>(), &signer.key.public())
        };
        match parsed {
            Ok(parsed) if all_verify(&parsed) => {
                all.into_iter().zip(parsed).map(|(one, parsed)| Ok(one.proven(parsed))).collect()
            }
            // One by one, by the strict rule: the others are good.
            _ => all.into_iter().map(|one| one.prove(signer)).collect(),
        }
    }

    fn prove(self, signer: &Signer) -> Result<Signed, DraftError> {
        let parsed = self.parsed()?;
        if parsed.verifies(&signer.key.public()) { Ok(self.proven(parsed)) } else { Err(DraftError::SelfCheck) }
    }

    fn parsed(&self) -> Result<Jws, DraftError> {
        Jws::parse(&self.compact, crate::credential::limits::CREDENTIAL_BYTES).map_err(|_| DraftError::SelfCheck)
    }

    fn proven(self, parsed: Jws) -> Signed {
        Signed { jws: self.compact, valid_until: self.valid_until, parsed }
    }
}

/// Checks what every certificate of an event will say, before there is one: each claim has the form of `schemas/credential.json`,
/// and each property is one that the pinned contexts define. Others take a badge with any other for invalid (JSON-LD safe mode,
/// Open Badges 3.0 section 8).
///
/// # Errors
/// The first claim that is not so.
pub fn check_event(issuer: &Issuer, event: &Event) -> Result<(), Malformed> {
    let claims = Claims {
        host: issuer.host.clone(),
        issuer_name: issuer.name.clone(),
        number: CertificateNumber::new(event.code.clone(), event.created.civil().year(), 1),
        suffix: CredentialSuffix::from_random([0; 5]),
        valid_from: event.created,
        valid_until: None,
        recipient: "Anybody".to_owned(),
        achievement: event.achievement.clone(),
        extras: Extras { starts: event.starts, ends: event.ends, ..event.extras.clone() },
        status: StatusEntry { list: 1, index: 0 },
    };
    let document = claims.to_json().map_err(|error| match error {
        ClaimsError::Empty(claim) => Malformed::new(claim, "is empty"),
        ClaimsError::Credits(_) => Malformed::new("creditsEarned", "not a number between 0 and 1,000,000"),
    })?;
    crate::credential::schema::check(&document)?;
    data_integrity::check_form(&document)?;
    json_ld::statements(&document).map(drop).map_err(|error| Malformed::new("credential", error.to_string()))
}

/// Names the fields that take the most room, so that a person knows what to shorten.
fn longest_fields(claims: &Claims) -> String {
    let mut fields = vec![
        ("name", claims.recipient.len()),
        ("title", claims.achievement.name.len()),
        ("description", claims.achievement.description.len()),
        ("criteria", claims.achievement.criteria.len()),
        ("issuer name", claims.issuer_name.len()),
        ("domain", claims.host.len()),
        ("result", claims.extras.result.as_ref().map_or(0, String::len)),
        ("term", claims.extras.term.as_ref().map_or(0, String::len)),
        ("role", claims.extras.role.as_ref().map_or(0, String::len)),
    ];
    fields.sort_by_key(|&(_, length)| std::cmp::Reverse(length));
    let named = fields.iter().take(NAMED_FIELDS).map(|(name, length)| format!("{name} {length} bytes"));
    named.collect::<Vec<_>>().join(", ")
}
