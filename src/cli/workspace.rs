//! An issuer's data folder, opened: configuration, store, keys, fonts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::Config;
use super::embed::Embedder;
use super::files::Format;
use super::output::{Explain, Failure};
use super::{Global, passphrase, time};
use crate::credential::{EventCode, Timestamp};
use crate::issuance::{Desk, Faces, Issuer, OwnKeys, Signer};
use crate::keys::KeyFolder;
use crate::store::{Event, SledStore, Store};
use crate::template::FontLibrary;

/// How far the clock may lie behind the last recorded act, in seconds.
const CLOCK_TOLERANCE: i64 = 300;

/// An opened data folder.
pub(super) struct Workspace {
    /// The folder.
    pub data: PathBuf,
    /// Its configuration.
    pub config: Config,
    /// Its store.
    pub store: SledStore,
    issuer: Issuer,
    actor: String,
    now: Timestamp,
}

impl Workspace {
    /// Opens the data folder.
    ///
    /// # Errors
    /// When there is no issuer in it, another process holds the store, or the clock is behind the last recorded act.
    pub(super) fn open(global: &Global) -> Result<Self, Failure> {
        let config = Config::read(&global.data)?;
        let store = open_store(&global.data)?;
        let workspace = Self {
            data: global.data.clone(),
            issuer: config.issuer(),
            config,
            store,
            actor: actor(),
            now: global.clock.unwrap_or_else(time::now),
        };
        workspace.check_clock()?;
        Ok(workspace)
    }

    /// Returns the desk of this command: its store, issuer, actor and time.
    pub(super) fn desk(&self) -> Desk<'_> {
        Desk { store: &self.store, issuer: &self.issuer, actor: &self.actor, now: self.now }
    }

    /// Returns an event.
    ///
    /// # Errors
    /// When there is none with this code.
    pub(super) fn event(&self, code: &EventCode) -> Result<Event, Failure> {
        self.store.event(code)?.ok_or_else(|| {
            Failure::new(format!("event `{code}` does not exist")).hint(format!(
                "see `testamur event list`, or create it: testamur event create {code} --title \"…\" --template classic"
            ))
        })
    }

    /// Opens the folder of keys.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub(super) fn keys(&self) -> Result<KeyFolder, Failure> {
        KeyFolder::open(&self.data.join("keys")).map_err(keys_failure)
    }

    /// Opens the active key.
    ///
    /// # Errors
    /// When the passphrase is wrong or there is no active key.
    pub(super) fn signer(&self, global: &Global) -> Result<Signer, Failure> {
        signer(&self.keys()?, &passphrase::existing(global)?)
    }

    /// Opens what makes embedded proofs, if one of the formats holds one: nothing else asks for the passphrase.
    ///
    /// # Errors
    /// When there is no passphrase or there are no keys.
    pub(super) fn embedder(&self, global: &Global, formats: &[Format]) -> Result<Option<Embedder>, Failure> {
        if !formats.contains(&Format::Json) {
            return Ok(None);
        }
        Ok(Some(Embedder::new(self.keys()?, passphrase::existing(global)?)))
    }

    /// Returns compiled templates over all fonts that this issuer can use.
    ///
    /// # Errors
    /// When the folder of fonts cannot be read.
    pub(super) fn faces(&self) -> Result<Faces, Failure> {
        Ok(Faces::new(fonts(&self.data)?))
    }

    /// A clock that was set back would sign dates that are not true and publish lists that look older than they are.
    fn check_clock(&self) -> Result<(), Failure> {
        match self.store.last_act()? {
            Some(last) if self.now.unix() + CLOCK_TOLERANCE < last.unix() => {
                Err(Failure::new(format!("the clock says {}, but the last act was recorded at {last}", self.now))
                    .hint("set this machine's clock right; nothing was changed"))
            }
            _ => Ok(()),
        }
    }
}

/// Opens the active key of a key folder.
///
/// # Errors
/// When the passphrase is wrong or there is no active key.
pub(super) fn signer(keys: &KeyFolder, passphrase: &str) -> Result<Signer, Failure> {
    let active = keys.active(passphrase).map_err(keys_failure)?;
    let own = Arc::new(OwnKeys::of(keys.manifest()));
    Ok(Signer { id: active.id, kid: active.kid, key: active.key, own })
}

/// Says what to do about a key folder's trouble.
pub(super) fn keys_failure(error: crate::keys::KeyFolderError) -> Failure {
    let hint = error.hint();
    let failure = Failure::from(error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Returns the built-in fonts, then the system's, then those in `DATA/fonts`.
///
/// # Errors
/// When the folder of fonts cannot be read.
pub(super) fn fonts(data: &Path) -> Result<FontLibrary, Failure> {
    let fonts = FontLibrary::builtin().with_system();
    let own = data.join("fonts");
    if !own.is_dir() {
        return Ok(fonts);
    }
    fonts.with_folder(&own).doing(format!("use the fonts in {}", own.display())).hint("remove the file that is no font")
}

fn open_store(data: &Path) -> Result<SledStore, Failure> {
    use crate::store::StoreError;
    SledStore::open(&data.join("store")).map_err(|error| {
        let hint = match &error {
            StoreError::Locked { .. } => {
                "wait for the other command, or stop it; one process at a time may use a store"
            }
            StoreError::DiskFull { .. } => {
                "free some space and run the command again; nothing that was acknowledged is lost"
            }
            StoreError::Damaged { .. } => {
                "restore your backup, or rebuild the store: move its folder away and run `testamur import-dump FILE`"
            }
            StoreError::Layout { .. } => "use the version of testamur that wrote it, or a newer one",
            _ => "check that the folder exists and may be written",
        };
        Failure::from(error).hint(hint)
    })
}

/// Returns the account's name for the audit log.
pub(super) fn actor() -> String {
    ["TESTAMUR_ACTOR", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}
