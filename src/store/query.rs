//! What the store is asked for: filters as values, so that each engine can answer them by its indexes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::sought::holds;
use super::{AuditEntry, Certificate, Index, Participant, Standing};
use crate::credential::{CertificateNumber, EventCode, Timestamp};

/// Which certificates: those of whose current version everything holds that is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateQuery {
    /// In this event.
    pub event: Option<EventCode>,
    /// Standing so at this instant.
    pub standing: Option<(Standing, Timestamp)>,
    /// With a template of this name, whichever version.
    pub template: Option<String>,
    /// Issued at this instant or later.
    pub issued_since: Option<Timestamp>,
    /// Issued before this instant.
    pub issued_until: Option<Timestamp>,
    /// Whose number, name or e-mail holds this text, in capitals or not, or whose name has its words in another order. A text of
    /// blanks is none.
    pub text: Option<String>,
    /// Whose current version this run made.
    pub run: Option<String>,
    /// Of these numbers, where there are some.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub only: BTreeSet<CertificateNumber>,
    /// Not of these numbers.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub except: BTreeSet<CertificateNumber>,
}

impl CertificateQuery {
    /// Returns the text that is looked for, in small letters; nothing if there is none.
    pub fn wanted_text(&self) -> Option<String> {
        wanted_text(self.text.as_deref())
    }

    /// Says whether it leaves out any of its event's.
    pub fn narrows(&self) -> bool {
        self.standing.is_some()
            || self.template.is_some()
            || self.issued_since.is_some()
            || self.issued_until.is_some()
            || self.run.is_some()
            || !self.only.is_empty()
            || !self.except.is_empty()
            || self.wanted_text().is_some()
    }

    /// Says whether a certificate is one of those that are asked for. `text` is [`CertificateQuery::wanted_text`].
    pub fn takes(&self, certificate: &Certificate, text: Option<&str>) -> bool {
        self.event.as_ref().is_none_or(|event| event == certificate.number.event())
            && self.standing.is_none_or(|(standing, at)| Standing::of(certificate, at) == standing)
            && self.template.as_ref().is_none_or(|template| *template == certificate.template.name)
            && self.issued_since.is_none_or(|since| certificate.issued >= since)
            && self.issued_until.is_none_or(|until| certificate.issued < until)
            && (self.run.is_none() || self.run == certificate.run)
            && (self.only.is_empty() || self.only.contains(&certificate.number))
            && !self.except.contains(&certificate.number)
            && text.is_none_or(|text| holds(&certificate_text(certificate), text))
    }
}

/// Which of an event's people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleQuery {
    /// Whose name, e-mail or external id holds this text, in capitals or not, or whose name has its words in another order. A
    /// text of blanks is none.
    pub text: Option<String>,
    /// Of those who have these places in the roster, in ascending order; see [`super::Store::roster_block`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<Vec<u64>>,
}

impl PeopleQuery {
    /// Returns the text that is looked for, in small letters; nothing if there is none.
    pub fn wanted_text(&self) -> Option<String> {
        wanted_text(self.text.as_deref())
    }
}

/// Which acts of the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Whose action begins so.
    pub action: Option<String>,
    /// Whose actor begins so.
    pub actor: Option<String>,
    /// On this number, code or id, or naming it, or of a range of numbers that holds it.
    pub subject: Option<String>,
    /// At this instant or later.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
}

impl AuditQuery {
    /// Says whether it leaves out any.
    pub fn narrows(&self) -> bool {
        *self != Self::default()
    }

    /// Says whether an entry is one of those that are asked for.
    pub fn takes(&self, entry: &AuditEntry) -> bool {
        let act = &entry.act;
        let begins = |wanted: &Option<String>, text: &str| wanted.as_ref().is_none_or(|start| text.starts_with(start));
        begins(&self.action, &act.action)
            && begins(&self.actor, &act.actor)
            && self.since.is_none_or(|since| act.at >= since)
            && self.until.is_none_or(|until| act.at < until)
            && self.subject.as_ref().is_none_or(|subject| is_about(entry, subject))
    }
}

/// Which documents of a collection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentQuery {
    /// Those whose keys start so, and go on.
    pub prefix: String,
    /// Those with these texts, by indexes that the collection declares ([`super::Collection::indexes`]). The first one that
    /// has the text is read, the others are compared: name the rarest first.
    pub having: Vec<(Index, String)>,
    /// From the last key to the first.
    pub newest: bool,
}

impl DocumentQuery {
    /// Returns a query for the documents with one text.
    pub fn having(index: Index, text: impl Into<String>) -> Self {
        Self { having: vec![(index, text.into())], ..Self::default() }
    }
}

/// What is searched in a certificate: name, number, e-mail and former names in small letters, each on its line.
pub(super) fn certificate_text(certificate: &Certificate) -> String {
    let Certificate { recipient, number, email, former, .. } = certificate;
    let text = joined([recipient, &number.to_string(), email.as_deref().unwrap_or_default()]);
    former.iter().fold(text, |text, name| format!("{text}\n{}", name.to_lowercase()))
}

/// What is searched in a participant: name, e-mail and external id in small letters, each on its line.
pub(super) fn person_text(person: &Participant) -> String {
    let (email, external_id) = (person.email.as_deref(), person.external_id.as_deref());
    joined([&person.name, email.unwrap_or_default(), external_id.unwrap_or_default()])
}

fn joined(texts: [&str; 3]) -> String {
    texts.map(str::to_lowercase).join("\n")
}

fn wanted_text(text: Option<&str>) -> Option<String> {
    text.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty())
}

/// Says whether an act is on a subject, or names it, or issued a range of numbers that holds it.
fn is_about(entry: &AuditEntry, subject: &str) -> bool {
    let detail = &entry.act.detail;
    let number = |name: &str| detail.get(name)?.as_str()?.parse::<CertificateNumber>().ok();
    let within = || {
        let (one, first, last) = (subject.parse::<CertificateNumber>().ok()?, number("from")?, number("to")?);
        Some(one.event() == first.event() && one.year() == first.year() && (first..=last).contains(&one))
    };
    entry.act.subject == subject || names(detail, subject) || within().unwrap_or(false)
}

fn names(value: &serde_json::Value, subject: &str) -> bool {
    use serde_json::Value;
    match value {
        Value::String(text) => text == subject,
        Value::Array(values) => values.iter().any(|value| names(value, subject)),
        Value::Object(members) => members.values().any(|value| names(value, subject)),
        _ => false,
    }
}
