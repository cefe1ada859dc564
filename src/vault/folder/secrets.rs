//! What else is sealed with the passphrase of the keys: `NAME.sealed`, a password that staff typed into a page.
//!
//! Another passphrase takes its place together with that of the keys ([`super::passphrase`]).

use zeroize::Zeroizing;

use super::{KeyFolder, Result, disk, io_error, lock, passphrase, write};
use crate::keys::{open_secret, seal_secret};

/// Ending of the files.
pub(super) const SEALED: &str = ".sealed";

impl KeyFolder {
    /// Seals a text under a name, in place of what was there; durable when this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn seal_secret(&self, name: &str, text: &str, passphrase: &str) -> Result<()> {
        let sealed = seal_secret(text, passphrase)?;
        let _lock = lock(&self.dir)?;
        passphrase::tidy(&self.dir)?;
        write(&self.dir, &(name.to_owned() + SEALED), sealed.as_bytes())
    }

    /// Opens what is sealed under a name; nothing if there is none.
    ///
    /// # Errors
    /// When the passphrase is wrong or the file damaged.
    pub fn open_secret(&self, name: &str, passphrase: &str) -> Result<Option<Zeroizing<String>>> {
        let file = passphrase::current(&self.dir, &(name.to_owned() + SEALED))?;
        Ok(file.map(|sealed| open_secret(name, &sealed, passphrase)).transpose()?)
    }

    /// Says whether something is sealed under a name.
    pub fn has_secret(&self, name: &str) -> bool {
        self.dir.join(name.to_owned() + SEALED).exists()
    }

    /// Takes away what is sealed under a name; durable when this returns.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove_secret(&self, name: &str) -> Result<()> {
        let _lock = lock(&self.dir)?;
        match disk::remove_durably(&self.dir, &(name.to_owned() + SEALED)) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            done => done.map_err(|e| io_error(&self.dir, e)),
        }
    }
}
