//! JWT claims beside a credential's own members (RFC 7519 section 4.1, VC-JOSE-COSE section 3.1.3): honoured or refused,
//! never ignored.
//!
//! We sign none. A JOSE library that reads another's certificate goes by them, so a verifier that did not look would call
//! good what others refuse.

use serde_json::Value;

use super::{Malformed, Timestamp};

/// Refused wherever they stand: what is meant for one audience or bound to a holder's key, what has its status elsewhere or
/// keeps something undisclosed, and what VC-JOSE-COSE forbids.
const REFUSED: [&str; 7] = ["aud", "cnf", "status", "vc", "vp", "_sd", "_sd_alg"];

/// Claims that must say what a member of the credential says.
const SAME: [(&str, &[&str]); 3] =
    [("iss", &["issuer", "id"]), ("jti", &["id"]), ("sub", &["credentialSubject", "id"])];

/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

/// The times that claims name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct JwtTimes {
    /// `exp`: from then on it is not accepted.
    pub expires: Option<Timestamp>,
    /// `nbf`: not before then.
    pub not_before: Option<Timestamp>,
    /// `iat`: when it was signed.
    pub issued: Option<Timestamp>,
}

/// Reads the claims of a document.
///
/// # Errors
/// The first that is refused, or does not say what the credential says.
pub(super) fn read(document: &Value) -> Result<JwtTimes, Malformed> {
    let times = JwtTimes {
        expires: numeric_date(document, "exp")?,
        not_before: numeric_date(document, "nbf")?,
        issued: numeric_date(document, "iat")?,
    };
    for (claim, path) in SAME {
        let own = path.iter().try_fold(document, |value, key| value.as_object()?.get(*key)).and_then(Value::as_str);
        if let Some(value) = document.get(claim)
            && (own.is_none() || value.as_str() != own)
        {
            return Err(Malformed::new(claim, format!("not the credential's `{}`", path.join("."))));
        }
    }
    match REFUSED.into_iter().find(|claim| document.get(claim).is_some()) {
        Some(claim) => Err(Malformed::new(claim, "a claim that no certificate makes")),
        None => Ok(times),
    }
}

/// RFC 7519 section 2, in whole seconds.
fn numeric_date(document: &Value, claim: &str) -> Result<Option<Timestamp>, Malformed> {
    let Some(value) = document.get(claim) else { return Ok(None) };
    let seconds = value.as_u64().filter(|seconds| *seconds <= LAST).and_then(|seconds| i64::try_from(seconds).ok());
    let problem = "not a whole number of seconds since 1970";
    seconds.map(|seconds| Some(Timestamp::from_unix(seconds))).ok_or_else(|| Malformed::new(claim, problem))
}
