//! The key folder, an adapter: `k1.jwe` and `r1.jwe` (encrypted keys), `roots.json` (the root chain), `manifest.jws`.
//!
//! The manifest is written last: a key is durable before any document names it, so every state in which a crash can
//! leave the folder opens again. Key files are never overwritten and ids never used twice.

mod disk;
mod passphrase;
mod secrets;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::credential::Timestamp;
use crate::keys::{
    KeyFileError, KeyManifest, KeyState, ManifestKey, RootChain, RootError, RootStatement, open_key_file, seal_key_file,
};
use crate::proof::eddsa::{PublicKey, SecretKey};

/// How long a new manifest is good for: the root key need not be fetched from its safe more than once a year.
pub const MANIFEST_DAYS: i64 = 400;

/// How long before its end a manifest should be renewed.
pub const RENEWAL_DAYS: i64 = 60;

const ROOTS: &str = "roots.json";
const MANIFEST: &str = "manifest.jws";
/// The manifest that becomes [`MANIFEST`] as soon as [`ROOTS`] has the root that signed it.
const NEXT_MANIFEST: &str = "manifest.next.jws";

/// An issuer's keys on disk. Its public documents are verified when it is opened; private keys are read only for the
/// act that needs them.
#[derive(Debug)]
pub struct KeyFolder {
    dir: PathBuf,
    roots: RootChain,
    root: (RootStatement, PublicKey),
    manifest: KeyManifest,
    manifest_jws: String,
    /// Whether the clock may lie before what was signed.
    any_time: bool,
    /// What was there when it was read.
    read: [Option<disk::Written>; 2],
}

/// The key that signs now.
#[derive(Debug)]
pub struct ActiveKey {
    /// Short id, as `k1`.
    pub id: String,
    /// Full id, `ISSUER#k1`.
    pub kid: String,
    /// The private key.
    pub key: SecretKey,
}

/// One line of `keys list`.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRow {
    /// The key as the manifest has it.
    pub key: ManifestKey,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Whether its private half is in the folder.
    pub has_file: bool,
}

/// Why the key folder cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum KeyFolderError {
    /// There are keys already, and they are never overwritten.
    #[error("{0} holds keys already")]
    Exists(PathBuf),
    /// There are no keys yet.
    #[error("{0} holds no keys")]
    Missing(PathBuf),
    /// The public documents do not fit together.
    #[error("{path} is damaged: {problem}")]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What was found.
        problem: String,
    },
    /// The root key lies elsewhere.
    #[error("the root key `{id}` is not in {path}")]
    RootOffline {
        /// The root's short id.
        id: String,
        /// The folder.
        path: PathBuf,
    },
    /// A signing key's file is gone.
    #[error("the key `{id}` is not in {path}")]
    KeyOffline {
        /// The key's short id.
        id: String,
        /// The folder.
        path: PathBuf,
    },
    /// Nothing can sign.
    #[error("no key is active")]
    NoActiveKey,
    /// No such key.
    #[error("key `{0}` is not in the manifest")]
    UnknownKey(String),
    /// Known to be compromised from then on already.
    #[error("key `{id}` is compromised since {since} already")]
    AlreadyCompromised {
        /// The key's short id.
        id: String,
        /// Since when.
        since: Timestamp,
    },
    /// A compromise cannot begin later than now.
    #[error("{0} lies in the future")]
    Future(Timestamp),
    /// The clock was set back.
    #[error("the clock says {now}, but the manifest was signed at {issued}")]
    ClockBehind {
        /// What the clock says.
        now: Timestamp,
        /// When the newest manifest was signed.
        issued: Timestamp,
    },
    /// Somebody else is changing keys.
    #[error("the keys in {0} are being changed by another process")]
    Busy(PathBuf),
    /// A key file does not open, or cannot be made.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// Reading or writing failed, or there is no randomness.
    #[error("{path} cannot be read or written")]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

type Result<T, E = KeyFolderError> = std::result::Result<T, E>;

impl KeyFolder {
    /// Makes an issuer's first root and first signing key. Continues where an interrupted call stopped.
    ///
    /// # Errors
    /// See [`KeyFolderError`]; [`KeyFolderError::Exists`] if the folder is complete already.
    pub fn create(dir: &Path, issuer: &str, name: &str, passphrase: &str, now: Timestamp) -> Result<Self> {
        if passphrase.is_empty() {
            return Err(KeyFileError::EmptyPassphrase.into());
        }
        disk::make_folder(dir).map_err(|e| io_error(dir, e))?;
        let _lock = lock(dir)?;
        passphrase::tidy(dir)?;
        if read(dir, MANIFEST)?.is_some() {
            return Err(KeyFolderError::Exists(dir.to_owned()));
        }
        let known = disk::key_files(dir).map_err(|e| io_error(dir, e))?;
        if let Some(stray) = known.iter().find(|id| !["k1", "r1"].contains(&id.as_str())) {
            return Err(damaged(dir, format!("there is a key `{stray}`, but no {MANIFEST}")));
        }
        let root = take_or_make(dir, "r1", passphrase)?;
        let key = take_or_make(dir, "k1", passphrase)?;
        let mut roots = RootChain::default();
        let statement = root_statement(1, issuer, "r1", &root, now);
        roots.push(&statement, &root, None);
        write_roots(dir, &roots)?;
        let manifest = KeyManifest {
            kind: "KeyManifest".into(),
            version: 1,
            issuer: issuer.into(),
            name: name.into(),
            issued: now,
            expires: now.plus_days(MANIFEST_DAYS),
            keys: vec![active_entry("k1", &key, now)],
        };
        write(dir, MANIFEST, manifest.sign(&format!("{issuer}#r1"), &root).as_bytes())?;
        Self::open(dir)
    }

    /// Opens a key folder and verifies its public documents. Needs no passphrase.
    ///
    /// # Errors
    /// See [`KeyFolderError`].
    pub fn open(dir: &Path) -> Result<Self> {
        // Before: what is written while it is read is read again.
        let seen = written(dir);
        let manifest_jws = read(dir, MANIFEST)?.ok_or_else(|| KeyFolderError::Missing(dir.to_owned()))?;
        passphrase::tidy_if_free(dir);
        let roots = read(dir, ROOTS)?.ok_or_else(|| damaged(dir, format!("there is no {ROOTS}")))?;
        let roots: RootChain = serde_json::from_str(&roots).map_err(|e| damaged(dir, format!("{ROOTS}: {e}")))?;
        let root = walk(&roots).map_err(|e| damaged(dir, e))?;
        let (statement, key) = &root;
        // A crash between the two renames of `root_rotate` leaves the new manifest under its waiting name.
        let next = read(dir, NEXT_MANIFEST)?;
        let next = next.and_then(|jws| Some((KeyManifest::verify(&jws, &statement.issuer, key).ok()?, jws)));
        let (manifest, manifest_jws) = match (KeyManifest::verify(&manifest_jws, &statement.issuer, key), next) {
            (Ok(manifest), _) => (manifest, manifest_jws),
            (Err(_), Some(next)) => next,
            (Err(e), None) => return Err(damaged(dir, e)),
        };
        Ok(Self { dir: dir.to_owned(), roots, root, manifest, manifest_jws, any_time: false, read: seen })
    }

    /// Lets keys change under a clock that lies before the newest manifest: that one was signed under a clock that was ahead.
    #[must_use]
    pub fn at_any_time(self) -> Self {
        Self { any_time: true, ..self }
    }

    /// Reads the folder again.
    fn reopen(&mut self) -> Result<()> {
        *self = Self { any_time: self.any_time, ..Self::open(&self.dir)? };
        Ok(())
    }

    /// Reads the folder again if another process has changed it; says whether it had.
    ///
    /// # Errors
    /// When it cannot be read. It is tried again when it has changed again.
    pub fn refresh(&mut self) -> Result<bool> {
        let there = written(&self.dir);
        if there == self.read {
            return Ok(false);
        }
        self.read = there;
        self.reopen().map(|()| true)
    }

    /// Returns the key manifest.
    pub fn manifest(&self) -> &KeyManifest {
        &self.manifest
    }

    /// Returns the signed key manifest, as it is published.
    pub fn manifest_jws(&self) -> &str {
        &self.manifest_jws
    }

    /// Returns the root chain, as it is published.
    pub fn roots(&self) -> &RootChain {
        &self.roots
    }

    /// Returns the newest root's statement and public key.
    pub fn root(&self) -> (&RootStatement, &PublicKey) {
        (&self.root.0, &self.root.1)
    }

    /// Returns whether the manifest should be renewed soon.
    pub fn needs_renewal(&self, now: Timestamp) -> bool {
        now.plus_days(RENEWAL_DAYS) > self.manifest.expires
    }

    /// Lists the signing keys, oldest first.
    pub fn list(&self) -> Vec<KeyRow> {
        let row = |key: &ManifestKey| KeyRow {
            key: key.clone(),
            fingerprint: key.point().map(|point| point.fingerprint()).unwrap_or_default(),
            has_file: self.dir.join(file_name(&key.id)).exists(),
        };
        self.manifest.keys.iter().map(row).collect()
    }

    /// Opens the active key.
    ///
    /// # Errors
    /// When there is none, its file is not there, or the passphrase is wrong.
    pub fn active(&self, passphrase: &str) -> Result<ActiveKey> {
        let entry = self.manifest.active().ok_or(KeyFolderError::NoActiveKey)?;
        let missing = || KeyFolderError::KeyOffline { id: entry.id.clone(), path: self.dir.clone() };
        self.open_entry(entry, passphrase)?.ok_or_else(missing)
    }

    fn open_entry(&self, entry: &ManifestKey, passphrase: &str) -> Result<Option<ActiveKey>> {
        let Some(key) = open_key(&self.dir, &entry.id, passphrase)? else { return Ok(None) };
        if key.public().to_base64url() != entry.public_key {
            return Err(damaged(&self.dir, format!("the file of key `{}` is not the manifest's key", entry.id)));
        }
        Ok(Some(ActiveKey { id: entry.id.clone(), kid: format!("{}#{}", self.manifest.issuer, entry.id), key }))
    }

    /// Makes a new active key; the one before it is retired, and what it signed stays good.
    ///
    /// # Errors
    /// See [`KeyFolderError`].
    pub fn rotate(&mut self, passphrase: &str, now: Timestamp) -> Result<ActiveKey> {
        let _lock = self.begin(now)?;
        let root = self.root_key(passphrase)?;
        let mut manifest = self.manifest.clone();
        for key in manifest.keys.iter_mut().filter(|key| key.state == KeyState::Active) {
            key.state = KeyState::Retired { until: now };
        }
        manifest.keys.push(self.make_key(passphrase, now)?);
        self.sign_manifest(manifest, &root, now)?;
        self.active(passphrase)
    }

    /// Declares a key compromised. If it is the active one, a new active key is made at once. An earlier `since` may
    /// be given later, a later one not.
    ///
    /// # Errors
    /// See [`KeyFolderError`].
    pub fn compromise(&mut self, id: &str, since: Timestamp, passphrase: &str, now: Timestamp) -> Result<()> {
        let _lock = self.begin(now)?;
        if since > now {
            return Err(KeyFolderError::Future(since));
        }
        let mut manifest = self.manifest.clone();
        let unknown = || KeyFolderError::UnknownKey(id.to_owned());
        let key = manifest.keys.iter_mut().find(|key| key.id == id).ok_or_else(unknown)?;
        let was = std::mem::replace(&mut key.state, KeyState::Compromised { since });
        match was {
            KeyState::Compromised { since: known } if known <= since => {
                return Err(KeyFolderError::AlreadyCompromised { id: id.to_owned(), since: known });
            }
            _ => (),
        }
        let root = self.root_key(passphrase)?;
        if was == KeyState::Active {
            manifest.keys.push(self.make_key(passphrase, now)?);
        }
        self.sign_manifest(manifest, &root, now)
    }

    /// Makes a new root key, endorsed by the one before it, and signs the manifest with it.
    ///
    /// # Errors
    /// See [`KeyFolderError`].
    pub fn root_rotate(&mut self, passphrase: &str, now: Timestamp) -> Result<()> {
        let _lock = self.begin(now)?;
        let old = self.root_key(passphrase)?;
        let (id, key) = self.make_key_file("r", self.root.0.version + 1, passphrase)?;
        let statement = root_statement(self.root.0.version + 1, &self.manifest.issuer, &id, &key, now);
        let mut roots = self.roots.clone();
        roots.push(&statement, &key, Some((&self.root.0.id, &old)));
        walk(&roots).map_err(|e| damaged(&self.dir, e))?;
        let manifest = renewed(self.manifest.clone(), now);
        let jws = manifest.sign(&format!("{}#{id}", manifest.issuer), &key);
        // Both documents change together: until `roots.json` has its new name the old pair holds, from then on the new.
        write(&self.dir, NEXT_MANIFEST, jws.as_bytes())?;
        write_roots(&self.dir, &roots)?;
        self.finish_root_rotation()?;
        self.reopen()
    }

    /// Signs the same keys again with new dates.
    ///
    /// # Errors
    /// See [`KeyFolderError`].
    pub fn renew_manifest(&mut self, passphrase: &str, now: Timestamp) -> Result<()> {
        let _lock = self.begin(now)?;
        let root = self.root_key(passphrase)?;
        self.sign_manifest(self.manifest.clone(), &root, now)
    }

    /// Takes the lock, reads what is on disk now and finishes what a crash left half done.
    fn begin(&mut self, now: Timestamp) -> Result<File> {
        let lock = lock(&self.dir)?;
        passphrase::tidy(&self.dir)?;
        self.reopen()?;
        if read(&self.dir, MANIFEST)?.as_ref() != Some(&self.manifest_jws) {
            self.finish_root_rotation()?;
        }
        let issued = self.manifest.issued;
        match now < issued && !self.any_time {
            true => Err(KeyFolderError::ClockBehind { now, issued }),
            false => Ok(lock),
        }
    }

    fn finish_root_rotation(&self) -> Result<()> {
        disk::rename_durably(&self.dir, NEXT_MANIFEST, MANIFEST).map_err(|e| io_error(&self.dir, e))
    }

    fn root_key(&self, passphrase: &str) -> Result<SecretKey> {
        let id = &self.root.0.id;
        let offline = || KeyFolderError::RootOffline { id: id.clone(), path: self.dir.clone() };
        let key = open_key(&self.dir, id, passphrase)?.ok_or_else(offline)?;
        if key.public() == self.root.1 {
            Ok(key)
        } else {
            Err(damaged(&self.dir, format!("the file of root `{id}` is not the chain's key")))
        }
    }

    fn make_key(&self, passphrase: &str, now: Timestamp) -> Result<ManifestKey> {
        let numbers = self.manifest.keys.iter().filter_map(|key| key.id.strip_prefix('k')?.parse::<u64>().ok());
        let next = numbers.max().unwrap_or(0) + 1;
        let (id, key) = self.make_key_file("k", next, passphrase)?;
        Ok(active_entry(&id, &key, now))
    }

    /// Makes a key under the first free id from `number` on: a file that an interrupted call left is passed over.
    fn make_key_file(&self, letter: &str, mut number: u64, passphrase: &str) -> Result<(String, SecretKey)> {
        while self.dir.join(file_name(&format!("{letter}{number}"))).exists() {
            number += 1;
        }
        let id = format!("{letter}{number}");
        let key = make(&self.dir, &id, passphrase)?;
        Ok((id, key))
    }

    fn sign_manifest(&mut self, manifest: KeyManifest, root: &SecretKey, now: Timestamp) -> Result<()> {
        let manifest = renewed(manifest, now);
        let jws = manifest.sign(&format!("{}#{}", manifest.issuer, self.root.0.id), root);
        // What verifiers would refuse is never written.
        KeyManifest::verify(&jws, &manifest.issuer, &self.root.1).map_err(|e| damaged(&self.dir, e))?;
        write(&self.dir, MANIFEST, jws.as_bytes())?;
        self.reopen()
    }
}

impl KeyFolderError {
    /// Says whether nothing is wrong but the passphrase.
    pub fn is_wrong_passphrase(&self) -> bool {
        matches!(self, Self::File(KeyFileError::WrongPassphrase(_)))
    }

    /// Returns what to do next, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Exists(_) => Some("use them, rotate them with `testamur keys rotate`, or choose another data folder"),
            Self::Missing(_) => Some("make the first keys with `testamur init`, or name the data folder with --data"),
            Self::Damaged { .. } => Some("restore the keys folder from its backup"),
            Self::RootOffline { .. } => {
                Some("bring the root key's file back from its safe into the keys folder, then retry")
            }
            Self::KeyOffline { .. } => Some("restore the key's file from the backup, or rotate to a new key"),
            Self::NoActiveKey => Some("make one with `testamur keys rotate`"),
            Self::UnknownKey(_) => Some("list the keys with `testamur keys list`"),
            Self::AlreadyCompromised { .. } => Some("give an earlier time, or nothing at all"),
            Self::Future(_) => Some("give the earliest time at which the key may have been in other hands"),
            Self::ClockBehind { .. } => Some(
                "set this machine's clock right; if it is right, and was ahead then, run the same with --accept-clock",
            ),
            Self::Busy(_) => Some("wait until the other command has ended"),
            Self::File(KeyFileError::WrongPassphrase(_)) => {
                Some("check TESTAMUR_PASSPHRASE or the passphrase file; a damaged key file looks the same")
            }
            Self::File(KeyFileError::EmptyPassphrase) => Some("choose a passphrase"),
            Self::File(KeyFileError::Malformed(_)) => Some("restore the key's file from the backup"),
            Self::Io { .. } => None,
        }
    }
}

fn file_name(id: &str) -> String {
    format!("{id}.jwe")
}

fn io_error(path: &Path, source: io::Error) -> KeyFolderError {
    KeyFolderError::Io { path: path.to_owned(), source }
}

fn damaged(path: &Path, problem: impl ToString) -> KeyFolderError {
    KeyFolderError::Damaged { path: path.to_owned(), problem: problem.to_string() }
}

/// Returns how the public documents were written last.
fn written(dir: &Path) -> [Option<disk::Written>; 2] {
    [ROOTS, MANIFEST].map(|name| disk::written(dir, name))
}

fn read(dir: &Path, name: &str) -> Result<Option<String>> {
    disk::read(dir, name).map_err(|e| io_error(dir, e))
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    disk::write_durably(dir, name, bytes).map_err(|e| io_error(dir, e))
}

fn write_roots(dir: &Path, roots: &RootChain) -> Result<()> {
    let text = serde_json::to_string_pretty(roots).expect("a chain of texts is JSON");
    write(dir, ROOTS, text.as_bytes())
}

fn lock(dir: &Path) -> Result<File> {
    let busy = || KeyFolderError::Busy(dir.to_owned());
    disk::lock(dir).map_err(|e| io_error(dir, e))?.ok_or_else(busy)
}

/// Walks a chain of the issuer that its own first statement names.
fn walk(roots: &RootChain) -> Result<(RootStatement, PublicKey), RootError> {
    use crate::credential::{json, limits};
    use crate::proof::jws::Jws;
    let first = roots.0.first().ok_or(RootError::Empty)?;
    let problem = |problem: String| RootError::Link { version: 1, problem };
    let jws = Jws::parse(&first.statement, limits::CREDENTIAL_BYTES).map_err(|e| problem(e.to_string()))?;
    let statement = json::parse(&jws.payload, limits::CREDENTIAL_BYTES).map_err(|e| problem(e.to_string()))?;
    roots.walk(statement["issuer"].as_str().unwrap_or_default(), None)
}

fn open_key(dir: &Path, id: &str, passphrase: &str) -> Result<Option<SecretKey>> {
    let file = passphrase::key_file(dir, id)?;
    Ok(file.map(|jwe| open_key_file(id, &jwe, passphrase)).transpose()?)
}

fn make(dir: &Path, id: &str, passphrase: &str) -> Result<SecretKey> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(|e| io_error(dir, io::Error::other(e)))?;
    let key = SecretKey::from_seed(&seed);
    write(dir, &file_name(id), seal_key_file(id, &key, passphrase)?.as_bytes())?;
    Ok(key)
}

/// For `create` only: nothing was ever signed with a key that no manifest names, so one that is there will do.
fn take_or_make(dir: &Path, id: &str, passphrase: &str) -> Result<SecretKey> {
    match open_key(dir, id, passphrase)? {
        Some(key) => Ok(key),
        None => make(dir, id, passphrase),
    }
}

fn renewed(manifest: KeyManifest, now: Timestamp) -> KeyManifest {
    KeyManifest { version: manifest.version + 1, issued: now, expires: now.plus_days(MANIFEST_DAYS), ..manifest }
}

fn active_entry(id: &str, key: &SecretKey, now: Timestamp) -> ManifestKey {
    ManifestKey { id: id.into(), public_key: key.public().to_base64url(), state: KeyState::Active, from: now }
}

fn root_statement(version: u64, issuer: &str, id: &str, key: &SecretKey, now: Timestamp) -> RootStatement {
    RootStatement {
        kind: "RootKey".into(),
        version,
        issuer: issuer.into(),
        id: id.into(),
        public_key: key.public().to_base64url(),
        issued: now,
    }
}

#[cfg(test)]
mod tests;
