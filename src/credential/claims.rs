//! What our credentials say, before it is bytes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{CONTEXTS, CertificateNumber, CredentialSuffix, Timestamp};

/// Everything a credential says, before it is bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// The issuer's host, with `:port` where it has one: `certs.example.org`.
    pub host: String,
    /// The issuer's name as printed.
    pub issuer_name: String,
    /// The certificate's number (`licenseNumber`).
    pub number: CertificateNumber,
    /// The part of the address that cannot be guessed.
    pub suffix: CredentialSuffix,
    /// When it was issued (`validFrom`).
    pub valid_from: Timestamp,
    /// When it stops being valid, if it does.
    pub valid_until: Option<Timestamp>,
    /// The recipient's name exactly as printed.
    pub recipient: String,
    /// What was achieved.
    pub achievement: Achievement,
    /// Claims that only some events make.
    pub extras: Extras,
    /// Where its revocation is looked up.
    pub status: StatusEntry,
}

/// What was achieved (OB 3.0 `Achievement`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Achievement {
    /// Path below the host: `a/WORKSHOP` gives `https://HOST/a/WORKSHOP`.
    pub path: String,
    /// Title of the course, workshop or programme.
    pub name: String,
    /// What it was about.
    pub description: String,
    /// What had to be done for it.
    pub criteria: String,
    /// One of OB 3.0's `AchievementType` values, such as `Certificate`.
    pub achievement_type: String,
}

/// Optional claims of the subject.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// Credits earned (`creditsEarned`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credits: Option<f64>,
    /// First day of the activity (`activityStartDate`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<Timestamp>,
    /// Last day of the activity (`activityEndDate`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
    /// A result such as `87` or `A1` (`result[0].value`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Academic term (`term`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// The person's role (`role`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// One entry of a status list (Bitstring Status List v1.0 section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StatusEntry {
    /// The list's number: `https://HOST/status/LIST`.
    pub list: u32,
    /// The position in it.
    pub index: u32,
}

/// Why claims cannot become a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// A text that must not be empty is.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A number that JSON cannot carry exactly.
    #[error("credits `{0}` are not a number between 0 and 1,000,000")]
    Credits(String),
}

impl Claims {
    /// Returns the credential's address and id, `https://HOST/c/NUMBER-SUFFIX`.
    pub fn id(&self) -> String {
        format!("https://{}/c/{}-{}", self.host, self.number, self.suffix.as_str())
    }

    /// Returns the credential's bytes: canonical JSON (JCS, RFC 8785), the payload of its JWS.
    ///
    /// # Errors
    /// When a text that the credential needs is empty, or the credits are not a sensible number.
    pub fn to_jcs(&self) -> Result<Vec<u8>, ClaimsError> {
        Ok(canonical(&self.to_json()?))
    }

    /// Returns the credential as a JSON value.
    ///
    /// # Errors
    /// As [`Claims::to_jcs`].
    pub fn to_json(&self) -> Result<Value, ClaimsError> {
        self.check()?;
        let host = &self.host;
        let list = format!("https://{host}/status/{}", self.status.list);
        let mut credential = json!({
            "@context": CONTEXTS,
            "id": self.id(),
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": { "id": issuer_did(host), "type": ["Profile"], "name": self.issuer_name },
            "validFrom": self.valid_from,
            "credentialSubject": self.subject(),
            "credentialStatus": {
                "id": format!("{list}#{}", self.status.index),
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": self.status.index.to_string(),
                "statusListCredential": list,
            },
        });
        if let Some(until) = self.valid_until {
            credential["validUntil"] = json!(until);
        }
        Ok(credential)
    }

    fn check(&self) -> Result<(), ClaimsError> {
        let texts = [
            ("recipient", &self.recipient),
            ("issuer name", &self.issuer_name),
            ("title", &self.achievement.name),
            ("description", &self.achievement.description),
            ("criteria", &self.achievement.criteria),
        ];
        if let Some((field, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(ClaimsError::Empty(field));
        }
        match self.extras.credits {
            Some(credits) if !(0.0..=1e6).contains(&credits) => Err(ClaimsError::Credits(credits.to_string())),
            _ => Ok(()),
        }
    }

    fn subject(&self) -> Value {
        let Achievement { path, name, description, criteria, achievement_type } = &self.achievement;
        let mut subject = Map::from_iter([
            ("type".to_owned(), json!(["AchievementSubject"])),
            (
                "identifier".to_owned(),
                json!([{ "type": "IdentityObject", "hashed": false, "identityHash": self.recipient, "identityType": "name" }]),
            ),
            ("licenseNumber".to_owned(), json!(self.number)),
            (
                "achievement".to_owned(),
                json!({
                    "id": format!("https://{}/{path}", self.host),
                    "type": ["Achievement"],
                    "achievementType": achievement_type,
                    "name": name,
                    "description": description,
                    "criteria": { "narrative": criteria },
                }),
            ),
        ]);
        let extras = &self.extras;
        let optional = [
            ("creditsEarned", extras.credits.map(number)),
            ("activityStartDate", extras.starts.map(|t| json!(t))),
            ("activityEndDate", extras.ends.map(|t| json!(t))),
            ("result", extras.result.as_ref().map(|value| json!([{ "type": ["Result"], "value": value }]))),
            ("term", extras.term.as_ref().map(|t| json!(t))),
            ("role", extras.role.as_ref().map(|t| json!(t))),
        ];
        subject.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        Value::Object(subject)
    }
}

/// Returns the canonical bytes (JCS, RFC 8785) of what [`Claims::to_json`] builds.
pub(crate) fn canonical(credential: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(2_048);
    match put_plain(credential, &mut out) {
        Some(()) => out,
        None => serde_json_canonicalizer::to_vec(credential).expect("strings and finite numbers have a canonical form"),
    }
}

/// Writes a value of which nothing needs a rule of its own: names in ASCII, which are in order by their bytes, and no numbers
/// but small whole ones. Texts are escaped by the same rules in JCS and in serde_json. Nothing, if it is not so.
fn put_plain(value: &Value, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                if !name.is_ascii() {
                    return None;
                }
                if at > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, name).ok()?;
                out.push(b':');
                put_plain(value, out)?;
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                put_plain(item, out)?;
            }
            out.push(b']');
        }
        Value::Number(number) => {
            let whole = number.as_u64().filter(|whole| *whole <= u64::from(u32::MAX))?;
            out.extend_from_slice(whole.to_string().as_bytes());
        }
        plain => serde_json::to_writer(out, plain).ok()?,
    }
    Some(())
}

/// Returns the issuer's DID, `did:web:HOST`; a port's colon is percent-encoded (did:web section 3.1).
pub fn issuer_did(host: &str) -> String {
    format!("did:web:{}", host.replace(':', "%3A"))
}

/// Whole numbers without a decimal point, others as they are.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { json!(value as u64) } else { json!(value) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let number = any::<f64>().prop_map(|value| json!(value));
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<u32>().prop_map(|value| json!(value)),
            (0..5_000_u64).prop_map(|value| json!(value)),
            number,
            "\\PC{0,9}".prop_map(Value::String),
            any::<String>().prop_map(Value::String),
            "[\u{0}-\u{7f}]{0,9}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let name = prop_oneof!["[@a-zA-Z0-9_.\"\\\\-]{0,6}", any::<String>()];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::vec((name, inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_the_librarys(value in any_value()) {
            prop_assert_eq!(canonical(&value), serde_json_canonicalizer::to_vec(&value).unwrap());
        }
    }
}
