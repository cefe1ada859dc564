//! Keys: who may sign for an issuer, since when and until when.
//!
//! Signing keys rotate; the root key signs only the key manifest. [`manifest`](KeyManifest), [`root`](RootChain) and the
//! key files' bytes are pure: they read no file and no clock. [`crate::vault`] keeps them on disk. The ceremony is in
//! `keys/README.md`.

mod file;
mod manifest;
mod root;

pub use file::{KeyFileError, PBES2_ITERATIONS, open_key_file, open_secret, seal_key_file, seal_secret};
pub use manifest::{KeyManifest, KeyState, MANIFEST_BYTES, ManifestError, ManifestKey, TYP as MANIFEST_TYP};
pub use root::{ROOT_LINKS, RootChain, RootError, RootLink, RootStatement, TYP as ROOT_TYP};

/// Splits a full key id `ISSUER#KEY` and returns the short id, if it is this issuer's.
pub(crate) fn short_id<'a>(kid: &'a str, issuer: &str) -> Option<&'a str> {
    let (did, id) = kid.split_once('#')?;
    (did == issuer && !id.is_empty() && !id.contains('#')).then_some(id)
}
