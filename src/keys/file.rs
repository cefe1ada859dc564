use crate::proof::eddsa::SecretKey;

/// Why a key file does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// Not a JWE of the two algorithms that we use.
    #[error("not an encrypted key file: {0}")]
    Malformed(String),
    /// The passphrase is not the file's.
    #[error("wrong passphrase for key `{0}`")]
    WrongPassphrase(String),
}

/// Seals a key as a JWK (RFC 8037) inside a compact JWE (PBES2-HS512+A256KW, A256GCM).
///
/// # Errors
/// When the cryptographic library refuses.
pub fn seal_key_file(_id: &str, _key: &SecretKey, _passphrase: &str) -> Result<String, KeyFileError> {
    unimplemented!("room keys")
}

/// Opens what [`seal_key_file`] made.
///
/// # Errors
/// When it is no key file, or the passphrase is wrong.
pub fn open_key_file(_id: &str, _jwe: &str, _passphrase: &str) -> Result<SecretKey, KeyFileError> {
    unimplemented!("room keys")
}
