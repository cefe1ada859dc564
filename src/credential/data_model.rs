//! The shape of any credential of the W3C Verifiable Credentials Data Model 2.0 (section 4), for those of others.
//!
//! Our own have a schema of their own ([`super::schema`]), which is narrower. Whether terms are defined is not looked at
//! here: JSON-LD expansion refuses those that are not.

use serde_json::Value;
use url::Url;

use super::Malformed;

const BASE_CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";
const BASE_TYPE: &str = "VerifiableCredential";
const PRESENTATION_TYPE: &str = "VerifiablePresentation";
/// Members whose objects must say what type they are (section 4.5).
const TYPED: [&str; 6] = ["credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence", "proof"];

/// Checks a credential's shape.
///
/// # Errors
/// Names the first member that is not as section 4 says.
pub fn check(credential: &Value) -> Result<(), Malformed> {
    let object = credential.as_object().ok_or_else(|| Malformed::new("credential", "not an object"))?;
    contexts(object.get("@context"))?;
    types(object.get("type"), "type", Some(BASE_TYPE))?;
    if let Some(id) = object.get("id") {
        url(id, "id")?;
    }
    issuer(object.get("issuer"))?;
    subjects(object.get("credentialSubject"))?;
    dates(object.get("validFrom"), object.get("validUntil"))?;
    for member in TYPED {
        each(object.get(member), |value| typed(value, member))?;
    }
    each(object.get("credentialSchema"), |schema| {
        url(schema.get("id").unwrap_or(&Value::Null), "credentialSchema.id")
    })?;
    related(object.get("relatedResource"))?;
    texts(credential, "")
}

/// Checks a presentation's shape (section 4.13), not that of the credentials in it.
///
/// # Errors
/// Names the first member that is not as the section says.
pub fn check_presentation(presentation: &Value) -> Result<(), Malformed> {
    let object = presentation.as_object().ok_or_else(|| Malformed::new("presentation", "not an object"))?;
    contexts(object.get("@context"))?;
    types(object.get("type"), "type", Some(PRESENTATION_TYPE))?;
    object.get("id").map_or(Ok(()), |id| url(id, "id"))?;
    match object.get("holder") {
        None => {}
        Some(Value::Object(holder)) => url(holder.get("id").unwrap_or(&Value::Null), "holder.id")?,
        Some(holder) => url(holder, "holder")?,
    }
    for member in ["termsOfUse", "proof"] {
        each(object.get(member), |value| typed(value, member))?;
    }
    each(object.get("verifiableCredential"), |credential| {
        if credential.is_object() { Ok(()) } else { Err(Malformed::new("verifiableCredential", "not an object")) }
    })
}

/// Reads a `dateTimeStamp` of XML Schema 1.1 part 2, section 3.4.28: with an offset, nothing left out.
pub fn date_time_stamp(text: &str) -> Option<jiff::Timestamp> {
    let (date, time) = text.split_once('T')?;
    let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let clock = time.strip_suffix('Z').or_else(|| {
        let (clock, offset) = time.split_at_checked(time.len().checked_sub(6)?)?;
        let (hours, minutes) = offset.strip_prefix(['+', '-'])?.split_once(':')?;
        (digits(hours, 2) && digits(minutes, 2)).then_some(clock)
    })?;
    let (whole, fraction) = clock.split_once('.').map_or((clock, None), |(whole, fraction)| (whole, Some(fraction)));
    let parts = |text: &str, separator: char, counts: [usize; 3]| {
        let parts: Vec<&str> = text.split(separator).collect();
        parts.len() == 3 && parts.iter().zip(counts).all(|(part, count)| digits(part, count))
    };
    let fraction = fraction.is_none_or(|fraction| digits(fraction, fraction.len()) && !fraction.is_empty());
    if !parts(date, '-', [4, 2, 2]) || !parts(whole, ':', [2, 2, 2]) || !fraction {
        return None;
    }
    text.parse().ok()
}

/// Section 5.3: objects with one address each, no address twice, and a digest.
fn related(value: Option<&Value>) -> Result<(), Malformed> {
    const FIELD: &str = "relatedResource";
    let mut seen = std::collections::HashSet::new();
    each(value, |resource| {
        if !resource.is_object() {
            return Err(Malformed::new(FIELD, "not an object"));
        }
        let id = resource.get("id").unwrap_or(&Value::Null);
        url(id, "relatedResource.id")
    })?;
    for resource in value.map_or(&[][..], |value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)) {
        if !seen.insert(resource["id"].as_str()) {
            return Err(Malformed::new("relatedResource.id", "twice the same"));
        }
        let digest = |member: &str| resource.get(member).map(|digest| digest.as_str().unwrap_or_default());
        match (digest("digestSRI"), digest("digestMultibase")) {
            (None, None) => return Err(Malformed::new(FIELD, "without digestSRI and digestMultibase")),
            (Some(digest), _) if !is_sri(digest) => {
                return Err(Malformed::new("relatedResource.digestSRI", "no digest of SHA-256, SHA-384 or SHA-512"));
            }
            (_, Some(digest)) if multibase_digest(digest).is_none() => {
                return Err(Malformed::new("relatedResource.digestMultibase", "no digest"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The form of Subresource Integrity section 3.5.
fn is_sri(text: &str) -> bool {
    let base64 = |character: char| character.is_ascii_alphanumeric() || ['+', '/', '=', '-', '_'].contains(&character);
    let digest = ["sha256-", "sha384-", "sha512-"].iter().find_map(|prefix| text.strip_prefix(prefix));
    digest.is_some_and(|digest| digest.len() >= 43 && digest.chars().all(base64))
}

/// Reads a SHA-2 digest in base64url or base58btc, bare or as a multihash (Controlled Identifiers section 2.5).
pub fn multibase_digest(text: &str) -> Option<Vec<u8>> {
    if text.len() > 200 {
        return None;
    }
    let (_, bytes) = multibase::decode(text).ok().filter(|_| text.starts_with(['u', 'z']))?;
    match bytes.as_slice() {
        [0x12, 0x20, digest @ ..] if digest.len() == 32 => Some(digest.to_vec()),
        [0x20, 0x30, digest @ ..] if digest.len() == 48 => Some(digest.to_vec()),
        [0x13, 0x40, digest @ ..] if digest.len() == 64 => Some(digest.to_vec()),
        digest if [32, 48, 64].contains(&digest.len()) => Some(bytes),
        _ => None,
    }
}

/// Section 4.3: the base context first, then addresses or objects.
fn contexts(value: Option<&Value>) -> Result<(), Malformed> {
    const FIELD: &str = "@context";
    let listed = value.and_then(Value::as_array).ok_or_else(|| Malformed::new(FIELD, "not a list"))?;
    if listed.first().and_then(Value::as_str) != Some(BASE_CONTEXT) {
        return Err(Malformed::new(FIELD, format!("does not begin with {BASE_CONTEXT}")));
    }
    listed.iter().try_for_each(|context| match context {
        Value::String(_) => url(context, FIELD),
        Value::Object(_) => Ok(()),
        _ => Err(Malformed::new(FIELD, "neither an address nor an object")),
    })
}

/// Section 4.5.
fn types(value: Option<&Value>, field: &str, needed: Option<&str>) -> Result<(), Malformed> {
    let names: Option<Vec<&str>> = match value {
        Some(Value::String(name)) => Some(vec![name]),
        Some(Value::Array(names)) if !names.is_empty() => names.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let names = names.ok_or_else(|| Malformed::new(field, "not a text or a list of texts"))?;
    match needed {
        Some(needed) if !names.contains(&needed) => Err(Malformed::new(field, format!("without {needed}"))),
        _ => Ok(()),
    }
}

/// Section 4.7.
fn issuer(value: Option<&Value>) -> Result<(), Malformed> {
    match value {
        Some(text @ Value::String(_)) => url(text, "issuer"),
        Some(issuer @ Value::Object(_)) => {
            url(issuer.get("id").unwrap_or(&Value::Null), "issuer.id")?;
            texts(issuer, "issuer.")
        }
        _ => Err(Malformed::new("issuer", "neither an address nor an object with one")),
    }
}

/// Section 4.8: one or more, each with at least one claim.
fn subjects(value: Option<&Value>) -> Result<(), Malformed> {
    const FIELD: &str = "credentialSubject";
    let empty = || Malformed::new(FIELD, "missing or empty");
    if value.is_none_or(|value| value.as_array().is_some_and(Vec::is_empty)) {
        return Err(empty());
    }
    each(value, |subject| {
        let claims = subject.as_object().filter(|claims| !claims.is_empty()).ok_or_else(empty)?;
        claims.get("id").map_or(Ok(()), |id| url(id, "credentialSubject.id"))
    })
}

/// Section 4.9: instants with an offset, the end not before the beginning.
fn dates(from: Option<&Value>, until: Option<&Value>) -> Result<(), Malformed> {
    let instant = |value: Option<&Value>, field: &str| {
        let refused = || Malformed::new(field, "not a dateTimeStamp of XML Schema 1.1");
        value.map(|value| value.as_str().and_then(date_time_stamp).ok_or_else(refused)).transpose()
    };
    let (from, until) = (instant(from, "validFrom")?, instant(until, "validUntil")?);
    match (from, until) {
        (Some(from), Some(until)) if until < from => Err(Malformed::new("validUntil", "before validFrom")),
        _ => Ok(()),
    }
}

/// An object that says its type; its id, if it has one, is one address.
fn typed(value: &Value, member: &str) -> Result<(), Malformed> {
    let object = value.as_object().ok_or_else(|| Malformed::new(member, "not an object"))?;
    types(object.get("type"), &format!("{member}.type"), None)?;
    object.get("id").map_or(Ok(()), |id| url(id, &format!("{member}.id")))
}

/// Section 4.4: `name` and `description` are texts, or objects of value, language and direction (section 11.1).
fn texts(value: &Value, prefix: &str) -> Result<(), Malformed> {
    for member in ["name", "description"] {
        each(value.get(member), |text| match text {
            Value::String(_) => Ok(()),
            Value::Object(object)
                if object.keys().all(|key| ["@value", "@language", "@direction"].contains(&&**key)) =>
            {
                let has_value = object.get("@value").is_some_and(Value::is_string);
                if has_value { Ok(()) } else { Err(Malformed::new(format!("{prefix}{member}"), "without @value")) }
            }
            _ => Err(Malformed::new(format!("{prefix}{member}"), "not a text or a text with its language")),
        })?;
    }
    Ok(())
}

fn url(value: &Value, field: &str) -> Result<(), Malformed> {
    let text = value.as_str().ok_or_else(|| Malformed::new(field, "not one address"))?;
    Url::parse(text).map(drop).map_err(|_| Malformed::new(field, "not an address"))
}

/// Goes through one value or a list of them.
fn each(value: Option<&Value>, check: impl Fn(&Value) -> Result<(), Malformed>) -> Result<(), Malformed> {
    match value {
        None => Ok(()),
        Some(Value::Array(values)) => values.iter().try_for_each(check),
        Some(value) => check(value),
    }
}
