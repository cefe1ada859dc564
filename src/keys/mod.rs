//! Keys: who may sign for an issuer, since when and until when.
//!
//! Signing keys rotate; the root key signs only the key manifest. Knows the documents, their rules and the encrypted
//! key files' bytes; reads no file and no clock. Where they lie is said in `keys/README.md`.

mod file;
mod manifest;
mod root;

pub use file::{KeyFileError, open_key_file, seal_key_file};
pub use manifest::{KeyManifest, KeyState, ManifestError, ManifestKey};
pub use root::{RootChain, RootError, RootLink, RootStatement};
