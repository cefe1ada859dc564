//! An issuer's data folder, opened: configuration, store, keys, fonts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::config::{self, Config};
use super::output::{self, Explain, Failure};
use super::{Global, passphrase};
use crate::acts;
use crate::credential::{EventCode, Timestamp};
use crate::desk::{Actor, Desk, Issuer};
use crate::files::{FileKind, Prover};
use crate::mail;
use crate::making::Faces;
use crate::publish::PublishError;
use crate::publish::clock::{self, ClockError};
use crate::server::operator::SOCKET;
use crate::server::{MAIL_PASSWORD, sealed_password};
use crate::store::remote::{RemoteError, RemoteStore};
use crate::store::{Event, SledStore, Store, StoreError};
use crate::template::FontLibrary;
use crate::vault::KeyFolder;
use crate::vault::{Vault, VaultError};

/// How many certificates may be changed without a second person: who works on this machine has the keys and the store, and is
/// not counted.
pub(super) const ANY: usize = usize::MAX;

/// What to do when a write failed half-way, as when the service that was asked went away.
pub(super) const UNSURE: &str = "it may or may not be done: look what is there, then run the command again";

/// A file that a running service touches while it believes its clock: it tells the next start what time it is.
pub(super) const HEARTBEAT: &str = "clock";

/// An opened data folder.
pub(super) struct Workspace {
    /// The folder.
    pub data: PathBuf,
    /// Its configuration.
    pub config: Config,
    /// Its store: in the folder, or asked for through the service that has it open.
    pub store: Arc<dyn Store>,
    /// The service that has it open.
    pub service: Option<Arc<RemoteStore>>,
    issuer: Issuer,
    actor: Actor,
    now: Timestamp,
    accept_clock: bool,
}

impl Workspace {
    /// Opens the data folder to change something.
    ///
    /// # Errors
    /// When there is no issuer in it, another process holds the store, or the clock is not to be believed.
    pub(super) fn open(global: &Global) -> Result<Self, Failure> {
        // Before the store is opened, which writes files.
        let seen = newest_file(&global.data);
        let workspace = Self::open_to_read(global)?;
        check_clock(&workspace.desk(), seen, global)?;
        workspace.finish_begun()?;
        workspace.tell_mail()?;
        Ok(workspace)
    }

    /// Opens the data folder to serve it: nobody else may have its store open.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub(super) fn open_to_serve(global: &Global) -> Result<Self, Failure> {
        let seen = newest_file(&global.data);
        let config = Config::read(&global.data)?;
        let workspace = Self::over(global, config, Arc::new(open_store(global)?), None)?;
        check_clock(&workspace.desk(), seen, global)?;
        workspace.tell_mail()?;
        Ok(workspace)
    }

    /// Opens the data folder to read only, whatever the clock says.
    ///
    /// # Errors
    /// When there is no issuer in it, or another command holds the store.
    pub(super) fn open_to_read(global: &Global) -> Result<Self, Failure> {
        let config = Config::read(&global.data)?;
        let mut tries = 0;
        loop {
            if let Some(service) = service(global)? {
                let service = Arc::new(service);
                return Self::over(global, config, Arc::clone(&service) as Arc<dyn Store>, Some(service));
            }
            match SledStore::open(&store_folder(global)) {
                // A service opens its socket soon after it has opened the store.
                Err(StoreError::Locked { .. }) if tries < STARTING => {
                    tries += 1;
                    std::thread::sleep(LOOK);
                }
                opened => return Self::over(global, config, Arc::new(opened.map_err(store_failure)?), None),
            }
        }
    }

    fn over(
        global: &Global,
        config: Config,
        store: Arc<dyn Store>,
        service: Option<Arc<RemoteStore>>,
    ) -> Result<Self, Failure> {
        let issuer = config.issuer();
        acts::take_up_zone(&*store, &issuer)?;
        acts::take_up_language(&*store, &issuer)?;
        Ok(Self {
            data: global.data.clone(),
            issuer,
            config,
            store,
            service,
            actor: actor(),
            now: global.now(),
            accept_clock: global.accept_clock,
        })
    }

    /// Ends what was begun: people erased and events removed, by this command or by one that was killed.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn finish_begun(&self) -> Result<(), Failure> {
        acts::erase::finish_all(&*self.store)?;
        Ok(acts::finish_removals(&*self.store)?)
    }

    /// Tells the store whether mail is set up: acts know no configuration.
    fn tell_mail(&self) -> Result<(), Failure> {
        // The password is not needed for this, and may be elsewhere.
        let config = self.mail_config()?;
        Ok(mail::setup::tell(&*self.store, config.as_ref(), self.now)?)
    }

    /// Returns how mail leaves, but for the password: what the configuration says, else what staff chose on a page.
    ///
    /// # Errors
    /// When a value is wrong.
    pub(super) fn mail_config(&self) -> Result<Option<mail::Config>, Failure> {
        match &self.config.mail {
            Some(section) => section.without_password().map(Some),
            None => Ok(mail::chosen::chosen(&*self.store)?.and_then(|chosen| chosen.config().ok())),
        }
    }

    /// Returns the relay, with its password: one that is sealed is opened with the passphrase of the keys.
    ///
    /// # Errors
    /// When there is none, or its password cannot be had.
    pub(super) fn relay(&self, global: &Global) -> Result<mail::Relay, Failure> {
        let section = self.config.mail.as_ref();
        let sealed = section.map(|section| section.sealed(&self.data)).transpose()?.flatten();
        if let Some(section) = section.filter(|_| sealed.as_ref().is_none_or(|sealed| sealed.plain.exists())) {
            return section.relay();
        }
        let user = match &sealed {
            Some(sealed) => Some(sealed.user.clone()),
            None => mail::chosen::chosen(&*self.store)?.and_then(|chosen| chosen.user),
        };
        let config = self.mail_config()?.ok_or_else(super::mail::not_set_up)?;
        let login = user.map(|user| self.password_of(global, &config, user)).transpose()?;
        let config = mail::Config { login, ..config };
        mail::Relay::new(config, mail::relay::Patience::default()).doing("set up mail")
    }

    fn password_of(
        &self,
        global: &Global,
        config: &mail::Config,
        user: String,
    ) -> Result<(String, mail::Password), Failure> {
        let text = self.vault(global, None)?.open_sealed(MAIL_PASSWORD).map_err(vault_failure)?;
        let password = text.and_then(|text| sealed_password(&text, (&config.relay, config.port), &user));
        let missing = || {
            Failure::new("there is no password for the relay")
                .hint("say it under Settings, or name a file in `password_file`")
        };
        Ok((user, password.ok_or_else(missing)?))
    }

    /// Returns the desk of this command: its store, issuer, actor and time.
    pub(super) fn desk(&self) -> Desk<'_> {
        Desk { store: &*self.store, issuer: &self.issuer, actor: &self.actor, now: self.now }
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
        let keys = KeyFolder::open(&self.data.join("keys")).map_err(keys_failure)?;
        Ok(if self.accept_clock { keys.at_any_time() } else { keys })
    }

    /// Opens the keys, to sign and, with a folder for the site, to publish.
    ///
    /// # Errors
    /// When the passphrase is wrong or there is no active key.
    pub(super) fn vault(&self, global: &Global, site: Option<PathBuf>) -> Result<Vault, Failure> {
        // Without keys nobody is asked for their passphrase.
        self.keys()?;
        self.vault_of(&passphrase::existing(global)?, site)
    }

    /// The same for who has been asked for the passphrase.
    ///
    /// # Errors
    /// As [`Workspace::vault`].
    pub(super) fn vault_of(&self, passphrase: &str, site: Option<PathBuf>) -> Result<Vault, Failure> {
        let vault = self.locked_vault(site)?;
        vault.unlock(passphrase).map_err(vault_failure)?;
        vault.tell_signer(&*self.store)?;
        Ok(vault)
    }

    /// The same with locked keys.
    ///
    /// # Errors
    /// When there are no keys, or the folder of the site would hold them.
    pub(super) fn locked_vault(&self, site: Option<PathBuf>) -> Result<Vault, Failure> {
        let private = vec![self.data.join("keys"), self.data.join("store")];
        let vault = Vault::locked(self.keys()?, site, private, self.config.status_days());
        let mut vault = vault.map_err(vault_failure)?;
        vault.set_undo(self.config.undo());
        Ok(vault)
    }

    /// Opens what makes embedded proofs, if one of the kinds holds one: nothing else asks for the passphrase.
    ///
    /// # Errors
    /// When there is no passphrase or there are no keys.
    pub(super) fn prover(&self, global: &Global, kinds: &[FileKind]) -> Result<Option<Prover>, Failure> {
        if !kinds.iter().any(|kind| kind.holds_proof()) {
            return Ok(None);
        }
        let vault = self.vault(global, None)?;
        Ok(Some(Prover::new(vault.signer().map_err(vault_failure)?, &vault.manifest())))
    }

    /// Returns compiled templates over all fonts that this issuer can use.
    ///
    /// # Errors
    /// When the folder of fonts cannot be read.
    pub(super) fn faces(&self) -> Result<Faces, Failure> {
        Ok(Faces::new(fonts(&self.data)?))
    }
}

/// Refuses a clock that is far from all that is known, or records that it is believed.
///
/// # Errors
/// When it is refused, with what to do.
pub(super) fn check_clock(desk: &Desk, seen: Option<Timestamp>, global: &Global) -> Result<(), Failure> {
    let error = match clock::check(desk.store, desk.now, seen) {
        Ok(()) => return Ok(()),
        Err(ClockError::Unknown(PublishError::Store(error))) => return Err(store_failure(error)),
        Err(error) => error,
    };
    if !global.accept_clock || matches!(error, ClockError::Unknown(_)) {
        let hint = error.hint();
        return Err(Failure::from(error).hint(hint));
    }
    clock::accept(desk)?;
    output::note(format!("note: {error}; it is accepted, and the audit log says so"));
    Ok(())
}

/// Returns when the newest of those files was written that no opening touches: what is there tells the time without the clock.
pub(super) fn newest_file(data: &Path) -> Option<Timestamp> {
    let keys = std::fs::read_dir(data.join("keys")).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = keys.chain([data.join(config::FILE), data.join(HEARTBEAT)]);
    let written = files.filter_map(|path| std::fs::metadata(path).ok()?.modified().ok());
    let newest = written.max()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_unix(newest.as_secs().try_into().ok()?))
}

/// Says what to do about the vault's trouble.
pub(super) fn vault_failure(error: VaultError) -> Failure {
    match error {
        VaultError::Keys(error) => keys_failure(error),
        VaultError::Publish(error) => {
            let hint = error.hint().unwrap_or("what was published before is untouched");
            Failure::from(error).hint(hint)
        }
        VaultError::Store(error) => error.into(),
        VaultError::NoSite | VaultError::Locked => Failure::from(error),
    }
}

/// Says what to do about a key folder's trouble.
pub(super) fn keys_failure(error: crate::vault::KeyFolderError) -> Failure {
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

/// How often it is looked whether who holds the store is a service that is about to listen, and how long between.
const STARTING: usize = 20;
const LOOK: Duration = Duration::from_millis(100);

fn store_folder(global: &Global) -> PathBuf {
    global.data.join("store")
}

/// Opens the store itself: for what only who holds it alone may do.
///
/// # Errors
/// When there is none, another process holds it, or it is damaged.
pub(super) fn open_store(global: &Global) -> Result<SledStore, Failure> {
    SledStore::open(&store_folder(global)).map_err(|error| alone(global, error))
}

/// Says what to do when another process holds what is needed alone.
pub(super) fn alone(global: &Global, error: StoreError) -> Failure {
    match error {
        StoreError::Locked { .. } if matches!(service(global), Ok(Some(_)) | Err(_)) => Failure::from(error)
            .hint("`testamur serve` runs over this folder: stop it, then run the command again; or use another folder"),
        error => store_failure(error),
    }
}

/// Finds the service that has the store open, if one runs.
fn service(global: &Global) -> Result<Option<RemoteStore>, Failure> {
    RemoteStore::connect(&global.data.join(SOCKET)).map_err(|error| {
        let hint = match &error {
            RemoteError::Refused => "run the command as the owner of the data folder, or as root",
            RemoteError::Version { .. } => {
                "run the command with the program that serves, or stop the service and start it with this one"
            }
            RemoteError::Silent(_) => "look into the log of `testamur serve`, or stop it, then run the command again",
        };
        Failure::from(error).hint(hint)
    })
}

/// Says what to do about the store's trouble.
fn store_failure(error: StoreError) -> Failure {
    let hint = match &error {
        StoreError::Locked { .. } => {
            "wait for the other command, or stop it; one process at a time opens a store, unless that is `testamur serve`"
        }
        StoreError::DiskFull { .. } => {
            "free some space and run the command again; do not rebuild the store, a dump knows nothing that came after it"
        }
        StoreError::Damaged { .. } => {
            "restore your backup, or rebuild the store: move its folder away and run `testamur import-dump FILE`"
        }
        StoreError::Layout { .. } => "use the version of testamur that wrote it, or a newer one",
        _ => "check that the folder exists and may be written",
    };
    Failure::from(error).hint(hint)
}

/// Returns the account's name for the audit log.
pub(super) fn actor() -> Actor {
    let account = ["TESTAMUR_ACTOR", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned());
    Actor::Operator { account }
}
