//! Credentials of others: read strictly, and unverified.

use serde_json::Value;

use super::json::{self, JsonError};
use super::{CONTEXTS, Timestamp, jwt, limits};

/// What is wrong with a credential, and where. `field` is a path such as `credentialSubject.achievement.name`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Malformed {
    /// Where the trouble is; also used for the layers above (`qr`, `header`, `payload`, `signature`).
    pub field: String,
    /// What is wrong there, with the limit where there is one.
    pub problem: String,
}

impl Malformed {
    /// Returns a finding about `field`.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

/// Where a credential says that its status is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusRef {
    /// A revocation list.
    List {
        /// The list's address.
        list: String,
        /// The index in it.
        index: u64,
    },
    /// Something that is not looked at: another type, purpose or size.
    Other,
}

/// A credential that was read but not verified: nothing in it may be shown as genuine.
///
/// Only [`crate::verify`] turns it into something that may.
#[derive(Debug, Clone, PartialEq)]
pub struct UnverifiedCredential {
    /// `id`.
    pub id: String,
    /// `issuer.id`, a DID.
    pub issuer: String,
    /// `issuer.name`.
    pub issuer_name: String,
    /// `validFrom`, or a later `nbf`.
    pub valid_from: Timestamp,
    /// `validUntil`, or the last second before an earlier `exp`.
    pub valid_until: Option<Timestamp>,
    /// The latest time that it says of itself: `valid_from`, or a later `iat`.
    pub dated: Timestamp,
    /// The printed name: the first plain name in `credentialSubject.identifier`; of others it may be empty, as the two below.
    pub recipient: String,
    /// `credentialSubject.licenseNumber`.
    pub number: String,
    /// `credentialSubject.achievement.name`.
    pub title: String,
    /// `credentialStatus`, one or several. None: the issuer keeps no status for it.
    pub status: Vec<StatusRef>,
    /// The whole document.
    pub document: Value,
}

impl UnverifiedCredential {
    /// Reads a credential from its payload bytes.
    ///
    /// # Errors
    /// The first member, in the order below, that is missing, of the wrong type or past a limit.
    pub fn from_payload(bytes: &[u8]) -> Result<Self, Malformed> {
        let document = json::parse(bytes, limits::CREDENTIAL_BYTES).map_err(|e| malformed_json("payload", &e))?;
        Self::from_document(document)
    }

    /// Reads a credential from its document, which must have been parsed strictly.
    ///
    /// # Errors
    /// As [`UnverifiedCredential::from_payload`].
    pub fn from_document(document: Value) -> Result<Self, Malformed> {
        if !document.is_object() {
            return Err(Malformed::new("payload", "not an object"));
        }
        check_context(&document)?;
        check_types(&document)?;
        let (id, issuer) = (text(&document, "id")?, text(&document, "issuer.id")?);
        let issuer_name = text(&document, "issuer.name")?;
        let (from, until) = (time(&document, "validFrom")?, optional_time(&document, "validUntil")?);
        let recipient = recipient(&document)?;
        let number = text(&document, "credentialSubject.licenseNumber")?;
        let title = text(&document, "credentialSubject.achievement.name")?;
        let status = status(&document)?;
        let claimed = jwt::read(&document)?;
        let valid_from = claimed.not_before.map_or(from, |not_before| not_before.max(from));
        // "On or after" `exp` it is not accepted (RFC 7519 section 4.1.4); `validUntil` itself is still good.
        let valid_until = claimed.expires.map(|expires| expires.plus_seconds(-1)).into_iter().chain(until).min();
        let dated = claimed.issued.map_or(valid_from, |issued| issued.max(valid_from));
        Ok(Self { id, issuer, issuer_name, valid_from, valid_until, dated, recipient, number, title, status, document })
    }

    /// Returns a signed text by its path, such as `credentialSubject.achievement.description`.
    pub fn text(&self, path: &str) -> Option<&str> {
        at(&self.document, path)?.as_str()
    }
}

/// Returns the finding for JSON that is not strict.
pub(crate) fn malformed_json(field: &str, error: &JsonError) -> Malformed {
    Malformed::new(field, error.to_string())
}

pub(super) fn at<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(document, |value, key| value.as_object()?.get(key))
}

pub(super) fn text(document: &Value, path: &str) -> Result<String, Malformed> {
    match at(document, path) {
        None => Err(Malformed::new(path, "missing")),
        Some(Value::String(text)) if text.is_empty() => Err(Malformed::new(path, "empty")),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(Malformed::new(path, "not a text")),
    }
}

fn time(document: &Value, path: &str) -> Result<Timestamp, Malformed> {
    Timestamp::from_date_time_stamp(&text(document, path)?)
        .map_err(|_| Malformed::new(path, "not a time such as 2026-05-01T00:00:00Z"))
}

pub(super) fn optional_time(document: &Value, path: &str) -> Result<Option<Timestamp>, Malformed> {
    at(document, path).map(|_| time(document, path)).transpose()
}

fn check_context(document: &Value) -> Result<(), Malformed> {
    let contexts = document.get("@context").and_then(Value::as_array);
    let pinned =
        contexts.is_some_and(|list| list.len() >= 2 && list.iter().zip(CONTEXTS).all(|(have, want)| have == want));
    if pinned { Ok(()) } else { Err(Malformed::new("@context", "not the contexts of VCDM 2.0 and Open Badges 3.0.3")) }
}

fn check_types(document: &Value) -> Result<(), Malformed> {
    let has = |name: &str| {
        document.get("type").and_then(Value::as_array).is_some_and(|types| types.iter().any(|t| t == name))
    };
    if has("VerifiableCredential") && has("OpenBadgeCredential") {
        Ok(())
    } else {
        Err(Malformed::new("type", "not a VerifiableCredential and OpenBadgeCredential"))
    }
}

/// The first identifier that is a plain name.
fn recipient(document: &Value) -> Result<String, Malformed> {
    const FIELD: &str = "credentialSubject.identifier";
    let identifiers = at(document, FIELD).and_then(Value::as_array).ok_or_else(|| Malformed::new(FIELD, "missing"))?;
    identifiers
        .iter()
        .filter(|entry| {
            entry.get("identityType").is_some_and(|t| t == "name") && entry.get("hashed") == Some(&Value::Bool(false))
        })
        .find_map(|entry| entry.get("identityHash")?.as_str())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| Malformed::new(FIELD, "holds no plain name"))
}

/// One entry or several (VCDM 2.0 section 4.10). An entry that is well made and of a kind that is not looked at is kept as such:
/// it may say that the credential is no longer good.
pub(super) fn status(document: &Value) -> Result<Vec<StatusRef>, Malformed> {
    match document.get("credentialStatus") {
        None => Ok(Vec::new()),
        Some(Value::Array(entries)) if entries.is_empty() => Err(Malformed::new("credentialStatus", "empty")),
        Some(Value::Array(entries)) => entries.iter().map(status_ref).collect(),
        Some(entry) => Ok(vec![status_ref(entry)?]),
    }
}

/// Bitstring Status List v1.0 section 2.1.
fn status_ref(entry: &Value) -> Result<StatusRef, Malformed> {
    if !entry.is_object() {
        return Err(Malformed::new("credentialStatus", "not an object"));
    }
    let member = |key: &str| text(entry, key).map_err(|e| Malformed::new(format!("credentialStatus.{key}"), e.problem));
    if member("type")? != "BitstringStatusListEntry" || member("statusPurpose")? != "revocation" {
        return Ok(StatusRef::Other);
    }
    if entry.get("statusSize").is_some_and(|size| *size != 1) {
        return Ok(StatusRef::Other);
    }
    let (list, index) = (member("statusListCredential")?, member("statusListIndex")?);
    let plain =
        index.len() <= 10 && index.bytes().all(|b| b.is_ascii_digit()) && (index == "0" || !index.starts_with('0'));
    match index.parse() {
        Ok(index) if plain => Ok(StatusRef::List { list, index }),
        _ => Err(Malformed::new(
            "credentialStatus.statusListIndex",
            "not a whole number of at most 10 digits, as a text",
        )),
    }
}
