//! Stored certificates that our own keys signed. The store is trusted with much, but not with this: who can write there must
//! not get a signature, a page or a file of what we never signed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::credential::{StatusRef, UnverifiedCredential, limits};
use crate::keys::{KeyManifest, short_id};
use crate::proof::eddsa::PublicKey;
use crate::proof::jws::{CREDENTIAL, Jws};
use crate::store::Certificate;

/// The keys that an issuer ever published, whatever became of them: a certificate of a retired or a compromised key can still
/// be drawn. Whether it is good is for verifiers to say.
#[derive(Debug, Clone, Default)]
pub struct OwnKeys {
    issuer: String,
    keys: BTreeMap<String, PublicKey>,
}

/// A stored certificate whose credential one of our keys signed, and which says of it what was signed. Only
/// [`OwnKeys::prove`] makes one, and nothing stored is drawn, signed anew or handed out but as one.
#[derive(Debug)]
pub struct Proven<'a> {
    certificate: &'a Certificate,
    jws: Jws,
    document: Value,
}

/// Why a stored certificate is not taken for ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// What it said was erased.
    #[error("what certificate {number} said was erased")]
    Erased {
        /// The certificate.
        number: String,
    },
    /// Signed with a key that is not in `keys/`.
    #[error("certificate {number} was signed with key `{key}`, which is not among this issuer's keys")]
    UnknownKey {
        /// The certificate.
        number: String,
        /// The key that its record names.
        key: String,
    },
    /// The store was changed by somebody else than us.
    #[error("the stored certificate {number} was tampered with: {problem}")]
    Tampered {
        /// The certificate.
        number: String,
        /// What does not hold.
        problem: String,
    },
}

impl NotProven {
    /// Returns the certificate's number.
    pub fn number(&self) -> &str {
        match self {
            Self::Erased { number } | Self::UnknownKey { number, .. } | Self::Tampered { number, .. } => number,
        }
    }

    /// Returns what to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Erased { .. } => "nothing is left of it but its number and its state",
            Self::UnknownKey { .. } => "put back the newest backup of keys/, which has every key",
            Self::Tampered { .. } => {
                "find out who can write the store, then rebuild it from a dump that was made before (`testamur import-dump`)"
            }
        }
    }

    /// Returns whether somebody changed the store, rather than something being gone.
    pub fn is_tampered(&self) -> bool {
        matches!(self, Self::Tampered { .. })
    }
}

impl OwnKeys {
    /// Returns the keys of a manifest.
    pub fn of(manifest: &KeyManifest) -> Self {
        let keys = manifest.keys.iter().filter_map(|key| Some((key.id.clone(), key.point().ok()?)));
        Self { issuer: manifest.issuer.clone(), keys: keys.collect() }
    }

    /// Verifies a stored certificate: its key signed exactly these bytes, and they say what its record says.
    ///
    /// # Errors
    /// See [`NotProven`].
    pub fn prove<'a>(&self, certificate: &'a Certificate) -> Result<Proven<'a>, NotProven> {
        let number = || certificate.number.to_string();
        let tampered = |problem: String| NotProven::Tampered { number: number(), problem };
        if certificate.erased.is_some() && certificate.jws.is_empty() {
            return Err(NotProven::Erased { number: number() });
        }
        let Some(key) = self.keys.get(&certificate.key) else {
            return Err(NotProven::UnknownKey { number: number(), key: certificate.key.clone() });
        };
        let jws = Jws::parse(&certificate.jws, limits::CREDENTIAL_BYTES).map_err(|e| tampered(e.to_string()))?;
        if jws.typ != CREDENTIAL || short_id(&jws.kid, &self.issuer) != Some(&certificate.key) {
            return Err(tampered("its credential names another key than its record".to_owned()));
        }
        if !jws.verifies(key) {
            return Err(tampered("its credential is not what the issuer's key signed".to_owned()));
        }
        let credential = UnverifiedCredential::from_payload(&jws.payload).map_err(|e| tampered(e.to_string()))?;
        match self.differs(certificate, &credential) {
            Some(what) => Err(tampered(format!("its record has another {what} than was signed"))),
            None => Ok(Proven { certificate, jws, document: credential.document }),
        }
    }

    /// Returns what a record says otherwise than its credential.
    fn differs(&self, record: &Certificate, signed: &UnverifiedCredential) -> Option<&'static str> {
        let list = format!("/status/{}", record.status.list);
        let at = |entry: &StatusRef| {
            matches!(entry, StatusRef::List { list: address, index }
                if address.ends_with(&list) && *index == u64::from(record.status.index))
        };
        [
            (signed.issuer == self.issuer, "issuer"),
            (signed.number == record.number.to_string(), "number"),
            (signed.recipient == record.recipient, "name"),
            (signed.status.first().is_some_and(at), "status entry"),
            (signed.valid_from == record.issued, "date of issue"),
            (signed.valid_until == record.valid_until, "date of expiry"),
        ]
        .into_iter()
        .find_map(|(same, what)| (!same).then_some(what))
    }
}

impl<'a> Proven<'a> {
    /// Returns the record.
    pub fn certificate(&self) -> &'a Certificate {
        self.certificate
    }

    /// Returns the credential's JWS.
    pub fn jws(&self) -> &Jws {
        &self.jws
    }

    /// Returns the credential.
    pub fn document(&self) -> &Value {
        &self.document
    }
}
