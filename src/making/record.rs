//! What a template's placeholders are filled from: the signed credential, and the person's imported columns. Nothing
//! else, so that a certificate looks the same for ever.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::credential::{PrintedDays, Timestamp};
use crate::qr::Symbol;
use crate::store::Fields;
use crate::template::Filling;

/// Placeholders that the credential alone fills, whatever a column of that name says. The one list of them.
pub const SIGNED: [&str; 10] = [
    "participant_name",
    "event_title",
    "event_code",
    "organization_name",
    "certificate_number",
    "description",
    "criteria",
    "verify_url",
    "verify_host",
    "credential_id",
];

/// How the placeholders of signatories begin.
const SIGNATORY: &str = "signatory_";

/// Placeholders with the same value on all certificates of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constants(BTreeMap<String, String>);

impl Constants {
    /// Returns an event's constants, from any of its credentials and the columns kept with it.
    pub fn of(document: &Value, columns: &Fields, verifier: &str) -> Self {
        let title = text(document, "/credentialSubject/achievement/name");
        let description = text(document, "/credentialSubject/achievement/description");
        let pairs = [
            ("organization_name", text(document, "/issuer/name")),
            ("event_title", title.clone()),
            // The schema wants a description; where the issuer gave none it is the title, which need not be printed twice.
            ("description", if description == title { String::new() } else { description }),
            ("criteria", text(document, "/credentialSubject/achievement/criteria/narrative")),
            ("verify_host", verifier.to_owned()),
        ];
        let signatories = columns.iter().filter(|(name, _)| name.starts_with(SIGNATORY));
        let mut values: BTreeMap<_, _> = signatories.map(|(name, value)| (name.clone(), value.clone())).collect();
        values.extend(pairs.map(|(name, value)| (name.to_owned(), value)));
        Self(values)
    }

    /// Returns what is the same for an event that says nothing.
    pub fn none() -> Self {
        Self::of(&Value::Null, &Fields::new(), "")
    }

    /// Returns the values by placeholder.
    pub fn values(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Returns what tells these constants from others.
    pub(super) fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for (name, value) in &self.0 {
            digest.update((name.len() as u64).to_be_bytes());
            digest.update(name);
            digest.update((value.len() as u64).to_be_bytes());
            digest.update(value);
        }
        data_encoding::HEXLOWER.encode(&digest.finalize())
    }
}

/// Returns what one certificate's placeholders are filled with.
pub(super) fn of(document: &Value, columns: &Fields, days: Option<PrintedDays>, verifier: &str) -> Filling {
    let mut fields = columns.clone();
    // What was signed wins over a column of the same name.
    fields.extend(Constants::of(document, columns, verifier).0);
    let signed = [
        ("participant_name", "/credentialSubject/identifier/0/identityHash"),
        ("certificate_number", "/credentialSubject/licenseNumber"),
        ("credential_id", "/id"),
        ("result", "/credentialSubject/result/0/value"),
        ("term", "/credentialSubject/term"),
        ("role", "/credentialSubject/role"),
    ];
    for (name, pointer) in signed {
        fields.insert(name.to_owned(), text(document, pointer));
    }
    let credits = at(document, "/credentialSubject/creditsEarned").map(Value::to_string).unwrap_or_default();
    fields.insert("credits".to_owned(), credits);
    fields.insert("verify_url".to_owned(), format!("https://{verifier}"));
    let event = fields["certificate_number"].split('-').nth(1).unwrap_or_default().to_owned();
    fields.insert("event_code".to_owned(), event);
    let language = fields.get("language").filter(|tag| !tag.is_empty()).cloned();
    Filling { fields, dates: dates(document, days), qr: Symbol { version: 0, size: 0, modules: Vec::new() }, language }
}

/// The days of a course are days as they are signed; issue and end are instants, on whichever day they fell there.
fn dates(document: &Value, days: Option<PrintedDays>) -> BTreeMap<String, Timestamp> {
    let signed = [
        ("issue_date", "/validFrom"),
        ("valid_until", "/validUntil"),
        ("event_starts", "/credentialSubject/activityStartDate"),
        ("event_ends", "/credentialSubject/activityEndDate"),
    ];
    let read = |(name, pointer): (&str, &str)| Some((name.to_owned(), text(document, pointer).parse().ok()?));
    let mut dates: BTreeMap<_, _> = signed.into_iter().filter_map(read).collect();
    if let Some(days) = days {
        dates.insert("issue_date".to_owned(), Timestamp::midnight(days.issued));
        dates.extend(days.valid_until.map(|day| ("valid_until".to_owned(), Timestamp::midnight(day))));
    }
    dates
}

/// Returns the text at a place of a credential: empty where there is none.
pub(super) fn text(document: &Value, place: &str) -> String {
    at(document, place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Returns what stands at a place, as [`Value::pointer`] does for members that have neither `~` nor `/` in their names, of which
/// it makes copies.
fn at<'a>(document: &'a Value, place: &str) -> Option<&'a Value> {
    place.split('/').skip(1).try_fold(document, |value, member| match value {
        Value::Object(members) => members.get(member),
        Value::Array(items) => items.get(member.parse::<usize>().ok()?),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::TEXT_PLACEHOLDERS;

    #[test]
    fn columns_fill_all_but_what_the_credential_alone_fills() {
        let columns: Fields =
            TEXT_PLACEHOLDERS.iter().map(|name| ((*name).to_owned(), "a column".to_owned())).collect();
        let filled = of(&json!({}), &columns, None, "certs.example.org/verify").fields;
        for name in TEXT_PLACEHOLDERS {
            // These are read from a column, signed, and printed as they were signed.
            let is_claim = ["result", "credits", "term", "role"].contains(name);
            assert_eq!(filled[*name] == "a column", !SIGNED.contains(name) && !is_claim, "{name}");
        }
    }
}
