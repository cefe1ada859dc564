//! Credentials of anybody, read leniently: what one says of itself, whatever its shape, and what can be judged of one whose
//! issuer a verifier was told to trust.
//!
//! Our own have one shape ([`super::read`]). Others leave out a number, a name or a date, write a type as a text, or follow an
//! older data model: that makes nobody a forger, and nothing of it is shown as proven.

use serde_json::Value;

use super::read::{at, optional_time, status};
use super::{CONTEXTS, Malformed, StatusRef, Timestamp, UnverifiedCredential, jwt};

impl UnverifiedCredential {
    /// Returns what a document says of itself if it is a credential of somebody; nothing of it was checked. In a JWT of VCDM
    /// 1.1 the credential is its claim `vc`, and `iss` the issuer.
    pub fn claimed(document: &Value) -> Option<Self> {
        let credential = document.get("vc").filter(|inner| inner.is_object()).unwrap_or(document);
        let looks = ["@context", "credentialSubject"].iter().any(|member| credential.get(member).is_some());
        let issuer = issuer(credential).or_else(|| document.get("iss").and_then(Value::as_str))?;
        (looks && !issuer.is_empty()).then(|| Self::of(credential, issuer.to_owned()))
    }

    /// Reads a credential of VCDM 2.0 whose issuer is not one of ours.
    ///
    /// # Errors
    /// The first member, in the order below, that does not let it be judged.
    pub fn from_foreign(document: Value) -> Result<Self, Malformed> {
        let refuse = |field: &str, problem: &str| Err(Malformed::new(field, problem));
        let contexts = document.get("@context").and_then(Value::as_array);
        if contexts.and_then(|all| all.first()).is_none_or(|first| first != CONTEXTS[0]) {
            return refuse("@context", "not the context of VCDM 2.0");
        }
        let is_credential = |kind: &Value| kind == "VerifiableCredential";
        let kind = document.get("type");
        if !kind
            .is_some_and(|kind| is_credential(kind) || kind.as_array().is_some_and(|all| all.iter().any(is_credential)))
        {
            return refuse("type", "not a VerifiableCredential");
        }
        let Some(issuer) = issuer(&document).map(str::to_owned) else { return refuse("issuer", "names nobody") };
        if !document.get("credentialSubject").is_some_and(Value::is_object) {
            return refuse("credentialSubject", "not one object");
        }
        let (from, until) = (optional_time(&document, "validFrom")?, optional_time(&document, "validUntil")?);
        let mut credential = Self::of(&document, issuer);
        credential.status = status(&document)?;
        let claimed = jwt::read(&document)?;
        credential.valid_from = from.into_iter().chain(claimed.not_before).max().unwrap_or(ALWAYS);
        credential.valid_until = claimed.expires.map(|expires| expires.plus_seconds(-1)).into_iter().chain(until).min();
        credential.dated = claimed.issued.map_or(credential.valid_from, |issued| issued.max(credential.valid_from));
        credential.document = document;
        Ok(credential)
    }

    fn of(credential: &Value, issuer: String) -> Self {
        let subject = match credential.get("credentialSubject") {
            Some(Value::Array(subjects)) => subjects.first(),
            subject => subject,
        };
        let inner = |path: &str| subject.and_then(|subject| at(subject, path)).and_then(text).map(str::to_owned);
        let outer = |path: &str| at(credential, path).and_then(text).unwrap_or_default().to_owned();
        Self {
            id: outer("id"),
            issuer,
            issuer_name: outer("issuer.name"),
            valid_from: ALWAYS,
            valid_until: None,
            dated: ALWAYS,
            recipient: subject.and_then(recipient).unwrap_or_default().to_owned(),
            number: inner("licenseNumber").unwrap_or_default(),
            title: inner("achievement.name").unwrap_or_else(|| outer("name")),
            status: Vec::<StatusRef>::new(),
            document: credential.clone(),
        }
    }
}

/// When a credential begins that names no beginning.
const ALWAYS: Timestamp = Timestamp::FIRST;

/// VCDM 2.0 section 4.7: a URL, or an object with one.
fn issuer(credential: &Value) -> Option<&str> {
    let issuer = credential.get("issuer")?;
    issuer.as_str().or_else(|| issuer.get("id")?.as_str()).filter(|issuer| !issuer.is_empty())
}

/// A text, or one with its language (VCDM 2.0 section 11.1).
fn text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("@value")?.as_str())
}

/// The first identifier that is a plain name.
fn recipient(subject: &Value) -> Option<&str> {
    let identifiers = subject.get("identifier")?;
    let all = identifiers.as_array().map_or_else(|| std::slice::from_ref(identifiers), Vec::as_slice);
    let is_name = |entry: &&Value| {
        entry.get("identityType").is_some_and(|kind| kind == "name") && entry.get("hashed") == Some(&Value::Bool(false))
    };
    all.iter().filter(is_name).find_map(|entry| entry.get("identityHash")?.as_str())
}
