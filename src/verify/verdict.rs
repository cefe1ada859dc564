//! The verdict: what a verifier answers, with what it rests on.

use serde_json::{Map, Value, json};

use crate::credential::{Malformed, Timestamp, UnverifiedCredential};
use crate::status::Reason;

/// What a verifier learns. Codes are in `schemas/verdict.json`; the web verifier prints the same ones.
///
/// Only [`Verdict::Valid`] is green.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// Signature, issuer, key, dates and a fresh status list are all good.
    Valid(VerifiedCredential),
    /// All good as of the status list's date, which is too long ago.
    ValidStatusStale(VerifiedCredential),
    /// Genuine, but no status list covers it: whether it was revoked is not known.
    StatusUnknown(VerifiedCredential),
    /// Withdrawn by the issuer; the reason where the snapshot gives one.
    Revoked(VerifiedCredential, Option<Reason>),
    /// Replaced by a newer credential with the same number.
    Superseded(VerifiedCredential, Reason),
    /// Past its `validUntil`.
    Expired(VerifiedCredential),
    /// Before its `validFrom`.
    NotYetValid(VerifiedCredential),
    /// The issuer is not among the trust anchors.
    UntrustedIssuer(Unproven),
    /// The issuer never published this key, or had retired it before the credential's date.
    UnknownKey(Unproven),
    /// Signed with a key that was stolen, and not in the issued set.
    CompromisedKey(Unproven),
    /// The signature is not this key's.
    ProofInvalid(Unproven),
    /// The code of a specimen: nobody's certificate, and nothing is wrong with it.
    Specimen,
    /// Not a credential; says where and why.
    Malformed(Malformed),
}

/// A credential that proves nothing: what it says may be shown only as a claim of whoever made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unproven {
    /// What it says.
    pub credential: UnverifiedCredential,
    /// The key that it names (`kid`); for people to compare, never to fetch.
    pub key: String,
    /// Which of several causes led to the verdict.
    pub detail: Option<Detail>,
}

/// Which of several causes led to a verdict; the code is the name in snake case, listed in `schemas/verdict.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// The issuer is not trusted, yet calls itself as one that is.
    SameName,
    /// The manifest does not list the key.
    KeyNotListed,
    /// The key was retired before the credential's date.
    KeyWindow,
    /// Revoked; the snapshot does not say why.
    NoReason,
    /// The credential names no status list.
    NoStatusEntry,
    /// An entry of its status is of a kind that is not looked at.
    StatusUnread,
    /// The status list of a foreign issuer was not given.
    ListNotAdded,
    /// The snapshot does not hold the status list.
    ListMissing,
    /// The list is too short for the index.
    IndexOutOfRange,
    /// The verifier's clock is before the snapshot's date, so nothing can be said about freshness.
    ClockBehind,
    /// The key manifest is past its date.
    ManifestExpired,
    /// The status list is past its date.
    ListExpired,
    /// The next snapshot is overdue.
    SnapshotExpired,
}

impl Detail {
    /// Returns the code of `schemas/verdict.json`.
    pub fn code(self) -> &'static str {
        match self {
            Self::SameName => "same_name",
            Self::KeyNotListed => "key_not_listed",
            Self::KeyWindow => "key_window",
            Self::NoReason => "no_reason",
            Self::NoStatusEntry => "no_status_entry",
            Self::StatusUnread => "status_unread",
            Self::ListNotAdded => "list_not_added",
            Self::ListMissing => "list_missing",
            Self::IndexOutOfRange => "index_out_of_range",
            Self::ClockBehind => "clock_behind",
            Self::ManifestExpired => "manifest_expired",
            Self::ListExpired => "list_expired",
            Self::SnapshotExpired => "snapshot_expired",
        }
    }
}

/// A credential whose signature and issuer are proven. Only [`super::verify`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedCredential {
    credential: UnverifiedCredential,
    checked: Checked,
}

/// What the proof was checked against.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Full id of the key.
    pub key: String,
    /// Fingerprint of the issuer's newest root key; a foreign issuer has none.
    pub root_fingerprint: Option<String>,
    /// How old the revocation state is.
    pub status: StatusFreshness,
    /// Which of several causes led to the verdict.
    pub detail: Option<Detail>,
}

/// How old the revocation state is that a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFreshness {
    /// Checked against a list of this date; the next is due at `next_update`.
    AsOf {
        /// The list's `validFrom`.
        at: Timestamp,
        /// When the first of snapshot, list and manifest runs out.
        next_update: Timestamp,
        /// The list's `validUntil`.
        list_until: Timestamp,
    },
    /// No list covered it.
    Unknown,
}

impl VerifiedCredential {
    pub(super) fn new(credential: UnverifiedCredential, checked: Checked) -> Self {
        Self { credential, checked }
    }

    /// Returns the credential.
    pub fn credential(&self) -> &UnverifiedCredential {
        &self.credential
    }

    /// Returns what the proof was checked against.
    pub fn checked(&self) -> &Checked {
        &self.checked
    }
}

impl Verdict {
    /// Returns the code of `schemas/verdict.json`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Valid(_) => "valid",
            Self::ValidStatusStale(_) => "valid_status_stale",
            Self::StatusUnknown(_) => "status_unknown",
            Self::Revoked(..) => "revoked",
            Self::Superseded(..) => "superseded",
            Self::Expired(_) => "expired",
            Self::NotYetValid(_) => "not_yet_valid",
            Self::UntrustedIssuer(_) => "untrusted_issuer",
            Self::UnknownKey(_) => "unknown_key",
            Self::CompromisedKey(_) => "compromised_key",
            Self::ProofInvalid(_) => "proof_invalid",
            Self::Specimen => "specimen",
            Self::Malformed(_) => "malformed",
        }
    }

    /// Returns the credential that the verdict is about, proven or not. What is shown of an unproven one must say so.
    pub fn credential(&self) -> Option<&UnverifiedCredential> {
        match self.proven() {
            Some(proven) => Some(proven.credential()),
            None => self.unproven().map(|unproven| &unproven.credential),
        }
    }

    /// Returns the credential if its signature and issuer are proven, good or not.
    pub fn proven(&self) -> Option<&VerifiedCredential> {
        match self {
            Self::Valid(c)
            | Self::ValidStatusStale(c)
            | Self::StatusUnknown(c)
            | Self::Expired(c)
            | Self::NotYetValid(c)
            | Self::Revoked(c, _)
            | Self::Superseded(c, _) => Some(c),
            _ => None,
        }
    }

    /// Returns the credential if it proves nothing.
    pub fn unproven(&self) -> Option<&Unproven> {
        match self {
            Self::UntrustedIssuer(c) | Self::UnknownKey(c) | Self::CompromisedKey(c) | Self::ProofInvalid(c) => Some(c),
            _ => None,
        }
    }

    /// Returns which of several causes led to the verdict, where there are several.
    pub fn detail(&self) -> Option<Detail> {
        match self.proven() {
            Some(proven) => proven.checked.detail,
            None => self.unproven()?.detail,
        }
    }

    /// Returns why and when it was revoked or superseded.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Revoked(_, reason) => reason.as_ref(),
            Self::Superseded(_, reason) => Some(reason),
            _ => None,
        }
    }

    /// Returns the verdict as the one JSON object that `schemas/verdict.json` describes. What is not proven stands
    /// under `claimed`, never beside the verdict.
    pub fn to_json(&self) -> Value {
        let mut object = Map::from_iter([("verdict".to_owned(), json!(self.code()))]);
        let mut put = |key: &str, value: Value| drop(object.insert(key.to_owned(), value));
        if let Some(detail) = self.detail() {
            put("detail", json!(detail.code()));
        }
        if let Some(proven) = self.proven() {
            describe_proven(proven, &mut put);
        }
        if let Some(reason) = self.reason() {
            put("reason", json!(reason));
        }
        if let Some(unproven) = self.unproven() {
            put("claimed", unproven.to_json());
        }
        if let Self::Malformed(Malformed { field, problem }) = self {
            put("field", json!(field));
            put("problem", json!(problem));
        }
        Value::Object(object)
    }
}

fn describe_proven(proven: &VerifiedCredential, put: &mut impl FnMut(&str, Value)) {
    let VerifiedCredential { credential, checked } = proven;
    let mut say = |name: &str, text: &str| {
        // What a foreign credential does not say is not there.
        if !text.is_empty() {
            put(name, json!(text));
        }
    };
    say("number", &credential.number);
    say("recipient", &credential.recipient);
    say("title", &credential.title);
    say("issuer", &credential.issuer);
    say("issuerName", &credential.issuer_name);
    say("key", &checked.key);
    say("rootFingerprint", checked.root_fingerprint.as_deref().unwrap_or_default());
    if credential.valid_from > Timestamp::FIRST {
        put("validFrom", json!(credential.valid_from));
    }
    if let Some(until) = credential.valid_until {
        put("validUntil", json!(until));
    }
    if let StatusFreshness::AsOf { at, next_update, .. } = checked.status {
        put("statusAsOf", json!(at));
        put("nextUpdate", json!(next_update));
    }
}

impl Unproven {
    fn to_json(&self) -> Value {
        let credential = &self.credential;
        json!({
            "number": credential.number,
            "recipient": credential.recipient,
            "title": credential.title,
            "issuer": credential.issuer,
            "issuerName": credential.issuer_name,
            "key": self.key,
        })
    }
}
