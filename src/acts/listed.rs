//! Exceptions and exclusions. One document for one person holds the one or the other, so that nobody is on both.
//!
//! Why somebody was listed may say what nobody else is to know of them, as that they were ill. So it stands in this document, which is
//! erased with the person, also after they were taken off again; and never in the audit log, which nothing is erased from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::credential::{EventCode, Timestamp};
use crate::eligibility::How;
use crate::store::{Collection, Document, Expect, Participant, PersonKey, Premise, Store, StoreError};

/// Whether somebody is on the list of exceptions or of exclusions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// On neither.
    #[default]
    No,
    /// Gets a certificate despite the rule.
    Exception(Exception),
    /// Gets none, whatever the rule says.
    Exclusion(Exclusion),
    /// On neither, after they were taken off: who was excluded and lost a certificate before is let in again.
    Lifted(Lifted),
}

/// Listings of one person that are remembered after they were taken off: the newest.
const MOST_PAST: usize = 20;

/// That somebody was put on a list, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// What was done, as the audit log calls it.
    pub action: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Listed {
    /// Returns all that is remembered of how they were listed, the oldest first, with how they are now.
    pub fn past(&self) -> Vec<Past> {
        let put = |action: &str, by: &str, at: Timestamp, note: &Option<String>| Past {
            action: action.to_owned(),
            by: by.to_owned(),
            at,
            note: note.clone(),
        };
        let (before, now) = match self {
            Self::No => return Vec::new(),
            Self::Exception(one) => (&one.past, Some(put("exception.add", &one.by, one.at, &one.note))),
            Self::Exclusion(one) => (&one.past, Some(put("exclusion.add", &one.by, one.at, &one.note))),
            Self::Lifted(lifted) => (&lifted.past, None),
        };
        let mut all: Vec<Past> = before.iter().cloned().chain(now).collect();
        all.drain(..all.len().saturating_sub(MOST_PAST));
        all
    }

    /// Returns the same listing of somebody of whom this is remembered too.
    #[must_use]
    pub(super) fn remembering(mut self, other: &Self) -> Self {
        let past = match &mut self {
            Self::No => return self,
            Self::Exception(one) => &mut one.past,
            Self::Exclusion(one) => &mut one.past,
            Self::Lifted(lifted) => &mut lifted.past,
        };
        past.extend(other.past());
        past.sort_by_key(|one| one.at);
        self
    }
}

/// That somebody was taken off a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifted {
    /// Who took it off.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether it was an exception: nobody is let in by that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exception: bool,
    /// How they were listed before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Past>,
}

/// Somebody allowed a certificate despite the rule; also the grant that the clause `manual` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Who granted it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it was entered.
    #[serde(default, skip_serializing_if = "How::is_unknown")]
    pub how: How,
    /// How they were listed before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Past>,
}

/// Somebody who gets no certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Who excluded them.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: ExclusionReason,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it was entered.
    #[serde(default, skip_serializing_if = "How::is_unknown")]
    pub how: How,
    /// How they were listed before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Past>,
}

/// Why somebody is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionReason {
    /// Conduct.
    Conduct,
    /// Did not complete the event.
    DidNotComplete,
    /// Asked for it.
    Requested,
    /// The record is wrong.
    DataError,
}

/// Returns the key of a person's listing.
pub(super) fn key(code: &EventCode, person: &PersonKey) -> String {
    format!("{code}/{}", person.0)
}

/// Says whether somebody is listed.
///
/// # Errors
/// When the store fails.
pub fn listed(store: &dyn Store, code: &EventCode, person: &PersonKey) -> Result<Listed, StoreError> {
    Ok(stored(store, code, person)?.0)
}

/// Says whether somebody is listed, with the premise that this is still so: for who acts on it.
///
/// # Errors
/// When the store fails.
pub fn listed_given(store: &dyn Store, code: &EventCode, person: &PersonKey) -> Result<(Listed, Premise), StoreError> {
    let (listed, expect) = stored(store, code, person)?;
    Ok((listed, Premise::Document(Collection::LISTED, key(code, person), expect)))
}

/// Returns the listings of several people, each with the premise that it stays so.
pub(super) fn listed_at(
    store: &dyn Store,
    code: &EventCode,
    people: &[&Participant],
) -> Result<Vec<(Listed, Premise)>, StoreError> {
    let keys: Vec<String> = people.iter().map(|person| key(code, &person.key)).collect();
    let found = store.documents_at(Collection::LISTED, &keys.iter().map(String::as_str).collect::<Vec<_>>())?;
    let given = |(key, found): (String, Option<Document>)| {
        let (listed, expect) = read(found)?;
        Ok((listed, Premise::Document(Collection::LISTED, key, expect)))
    };
    keys.into_iter().zip(found).map(given).collect()
}

/// A person's listing as it is stored.
pub(super) fn stored(store: &dyn Store, code: &EventCode, person: &PersonKey) -> Result<(Listed, Expect), StoreError> {
    read(store.document(Collection::LISTED, &key(code, person))?)
}

fn read(document: Option<Document>) -> Result<(Listed, Expect), StoreError> {
    match document {
        None => Ok((Listed::No, Expect::Absent)),
        Some(document) => Ok((document.read()?, Expect::Revision(document.revision))),
    }
}
