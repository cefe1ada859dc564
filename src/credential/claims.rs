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
    serde_json_canonicalizer::to_vec(credential).expect("strings and finite numbers have a canonical form")
}

/// Returns the issuer's DID, `did:web:HOST`; a port's colon is percent-encoded (did:web section 3.1).
pub fn issuer_did(host: &str) -> String {
    format!("did:web:{}", host.replace(':', "%3A"))
}

/// Whole numbers without a decimal point, others as they are.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { json!(value as u64) } else { json!(value) }
}
