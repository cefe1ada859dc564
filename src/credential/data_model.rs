//! The shape of any credential of the W3C Verifiable Credentials Data Model 2.0 (section 4), for those of others.
//!
//! Our own have a schema of their own ([`super::schema`]), which is narrower. Whether terms are defined is not looked at
//! here: JSON-LD expansion refuses those that are not.

use serde_json::Value;
use url::Url;

use super::Malformed;

const BASE_CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";
const BASE_TYPE: &str = "VerifiableCredential";
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
    texts(credential, "")
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
        value
            .map(|value| value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok()).ok_or_else(refused))
            .transpose()
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
