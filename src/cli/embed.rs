//! Certificates as JSON with an embedded proof: the signed claims again, secured as wallets and badge readers want them.
//!
//! Nothing is kept: the proof is dated by the record and Ed25519 is deterministic, so the same record gives the same
//! bytes each time, for as long as its key is good.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::credential::Timestamp;
use crate::making::Proven;
use crate::proof::data_integrity::{self, DataIntegrityError};
use crate::vault::{ActiveKey, KeyFolder, KeyFolderError};

/// Why a certificate's JSON cannot be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum EmbedError {
    /// The key cannot be opened.
    #[error(transparent)]
    Key(#[from] KeyFolderError),
    /// The claims cannot be secured this way.
    #[error(transparent)]
    Proof(#[from] DataIntegrityError),
}

/// Makes embedded proofs with the keys that signed the records.
pub(super) struct Embedder {
    keys: KeyFolder,
    passphrase: Zeroizing<String>,
    /// By the record's key: opening one takes a good part of a second.
    opened: Mutex<HashMap<String, Arc<(ActiveKey, Timestamp)>>>,
}

impl Embedder {
    /// Returns one for an issuer's keys.
    pub(super) fn new(keys: KeyFolder, passphrase: Zeroizing<String>) -> Self {
        Self { keys, passphrase, opened: Mutex::new(HashMap::new()) }
    }

    /// Returns a certificate's `.json`.
    ///
    /// # Errors
    /// See [`EmbedError`].
    pub(super) fn json(&self, proven: &Proven) -> Result<Vec<u8>, EmbedError> {
        let certificate = proven.certificate();
        let opened = self.key(&certificate.key)?;
        let (key, from) = &*opened;
        let method = format!("{}{}", key.kid, data_integrity::MULTIKEY);
        let secured = data_integrity::add_proof(proven.document(), &method, certificate.signed.max(*from), &key.key)?;
        let mut text = serde_json::to_vec_pretty(&secured).expect("JSON prints");
        text.push(b'\n');
        Ok(text)
    }

    fn key(&self, id: &str) -> Result<Arc<(ActiveKey, Timestamp)>, KeyFolderError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = opened.get(id) {
            return Ok(key.clone());
        }
        let key = Arc::new(self.keys.heir(id, &self.passphrase)?);
        opened.insert(id.to_owned(), key.clone());
        Ok(key)
    }
}
