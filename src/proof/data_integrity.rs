//! Embedded `DataIntegrityProof` with `eddsa-rdfc-2022` (W3C VC-DI-EDDSA section 3.2), through `ssi`.
//!
//! The one module that calls `ssi`. Contexts come from `schemas/contexts/`, never from the network.

use serde_json::Value;

use super::eddsa::{PublicKey, SecretKey};
use crate::credential::Timestamp;

/// Why a proof cannot be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataIntegrityError {
    /// `ssi` refuses the document, e.g. for an undefined term.
    #[error("the document cannot be secured: {0}")]
    Document(String),
}

/// Returns the credential with `proof` set to an array of one `DataIntegrityProof`; `method` is `ISSUER#KEY`.
///
/// # Errors
/// When the document uses terms that its contexts do not define.
pub fn add_proof(
    _credential: &Value,
    _method: &str,
    _created: Timestamp,
    _key: &SecretKey,
) -> Result<Value, DataIntegrityError> {
    unimplemented!("room data integrity")
}

/// Returns whether the credential's embedded proof is `key`'s, made with `method`.
///
/// # Errors
/// When the document cannot be processed at all.
pub fn verify_proof(_credential: &Value, _method: &str, _key: &PublicKey) -> Result<bool, DataIntegrityError> {
    unimplemented!("room data integrity")
}
