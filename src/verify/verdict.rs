use crate::credential::{Malformed, Timestamp, UnverifiedCredential};

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
    /// Withdrawn by the issuer.
    Revoked(VerifiedCredential, crate::status::Reason),
    /// Replaced by a newer credential with the same number.
    Superseded(VerifiedCredential, crate::status::Reason),
    /// Past its `validUntil`.
    Expired(VerifiedCredential),
    /// Before its `validFrom`.
    NotYetValid(VerifiedCredential),
    /// The issuer is not among the trust anchors.
    UntrustedIssuer(UnverifiedCredential),
    /// The issuer never published this key, or had retired it before the credential's date.
    UnknownKey(UnverifiedCredential),
    /// Signed with a key that was stolen, and not in the issued set.
    CompromisedKey(UnverifiedCredential),
    /// The signature is not this key's.
    ProofInvalid(UnverifiedCredential),
    /// Not a credential; says where and why.
    Malformed(Malformed),
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
    /// Fingerprint of the issuer's newest root key.
    pub root_fingerprint: String,
    /// How old the revocation state is.
    pub status: StatusFreshness,
}

/// How old the revocation state is that a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFreshness {
    /// Checked against a list of this date; the next is due at `next_update`.
    AsOf {
        /// The list's `validFrom`.
        at: Timestamp,
        /// When the next is due.
        next_update: Timestamp,
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
            Self::Malformed(_) => "malformed",
        }
    }

    /// Returns the credential that the verdict is about, proven or not. What is shown of an unproven one must say so.
    pub fn credential(&self) -> Option<&UnverifiedCredential> {
        match self {
            Self::Valid(c)
            | Self::ValidStatusStale(c)
            | Self::StatusUnknown(c)
            | Self::Expired(c)
            | Self::NotYetValid(c) => Some(c.credential()),
            Self::Revoked(c, _) | Self::Superseded(c, _) => Some(c.credential()),
            Self::UntrustedIssuer(c) | Self::UnknownKey(c) | Self::CompromisedKey(c) | Self::ProofInvalid(c) => Some(c),
            Self::Malformed(_) => None,
        }
    }
}
