//! The issuer's keys, opened. The passphrase and the open signing key stay in here; both doors ask for what they need done.
//!
//! Knows the folder of keys and the site's folder; decides about no certificate, and speaks no HTTP.

mod folder;
mod visible;

pub use folder::{ActiveKey, KeyFolder, KeyFolderError, KeyRow, MANIFEST_DAYS, RENEWAL_DAYS};

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;
use zeroize::Zeroizing;

use crate::acts::run::{NotPublished, Shop, Undo};
use crate::credential::Timestamp;
use crate::desk::{Desk, Signer};
use crate::keys::KeyManifest;
use crate::making::{self, Faces, OwnKeys};
use crate::proof::eddsa::PublicKey;
use crate::publish::{self, PublishError, Published};
use crate::store::{Store, StoreError};
use crate::verify::TrustAnchors;
use visible::{Languages, Visible};

/// How old the trust anchors may be that the public endpoints answer from, in seconds.
const LIVE_SECONDS: i64 = 2;

/// What to do about locked keys.
pub const UNLOCK: &str = "a key officer unlocks them with the passphrase, on the page `Keys and publishing` or with `POST /api/v1/keys/unlock`; what is queued then goes on by itself";

/// Why the vault cannot do it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key folder.
    #[error(transparent)]
    Keys(#[from] KeyFolderError),
    /// The publication.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The store failed, after the keys were changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No folder to publish into was configured.
    #[error("no site folder is configured")]
    NoSite,
    /// Nobody has said the passphrase.
    #[error("the keys are locked")]
    Locked,
}

impl VaultError {
    /// Returns what to do next, where there is something to do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Keys(error) => error.hint(),
            Self::Publish(error) => error.hint(),
            Self::Store(_) => None,
            Self::Locked => Some(UNLOCK),
            Self::NoSite => Some("set `site` in the section `[serve]` of testamur.toml, or start with --site"),
        }
    }
}

/// Keys, opened at the start or later. While they are locked the public documents are known, and nothing is signed.
pub struct Vault {
    opened: Mutex<Opened>,
    private: Vec<PathBuf>,
    site: Option<PathBuf>,
    status_days: u16,
    undo: Undo,
    /// Most public pages that are drawn for one publication.
    pages_at_once: usize,
    live: Mutex<Option<Live>>,
    /// Whether they are locked, for who must not wait behind a publication.
    is_locked: AtomicBool,
    /// Grows with each change that the anchors tell of.
    changes: AtomicU64,
}

/// Trust anchors with what they rest on.
struct Live {
    made: Timestamp,
    changes: u64,
    anchors: Arc<TrustAnchors>,
}

struct Opened {
    keys: KeyFolder,
    own: Arc<OwnKeys>,
    /// Nothing while they are locked.
    unlocked: Option<Unlocked>,
}

struct Unlocked {
    passphrase: Zeroizing<String>,
    signer: Signer,
}

impl Opened {
    fn of(keys: KeyFolder) -> Self {
        let own = Arc::new(OwnKeys::of(keys.manifest()));
        Self { keys, own, unlocked: None }
    }

    fn unlock(&mut self, passphrase: &str) -> Result<(), KeyFolderError> {
        let signer = signer(&self.keys, passphrase, &self.own)?;
        self.unlocked = Some(Unlocked { passphrase: Zeroizing::new(passphrase.to_owned()), signer });
        Ok(())
    }

    /// Returns the folder with what it takes to sign.
    fn parts(&mut self) -> Result<(&mut KeyFolder, &Unlocked), VaultError> {
        let unlocked = self.unlocked.as_ref().ok_or(VaultError::Locked)?;
        Ok((&mut self.keys, unlocked))
    }

    /// Opens the key that signs now: another one was made.
    fn sign_anew(&mut self) -> Result<&Signer, VaultError> {
        self.own = Arc::new(OwnKeys::of(self.keys.manifest()));
        let unlocked = self.unlocked.as_mut().ok_or(VaultError::Locked)?;
        unlocked.signer = signer(&self.keys, &unlocked.passphrase, &self.own)?;
        Ok(&unlocked.signer)
    }

    /// Takes over what another process made of the keys. A key that does not open (its passphrase is another now) leaves the
    /// old one in place: it signs nothing any more, because the store says which key does.
    fn take_over(&mut self) {
        self.own = Arc::new(OwnKeys::of(self.keys.manifest()));
        let Some(unlocked) = self.unlocked.as_mut() else { return };
        unlocked.signer.own = Arc::clone(&self.own);
        let before = unlocked.signer.id.clone();
        if self.keys.manifest().active().is_some_and(|key| key.id == before) {
            return;
        }
        match signer(&self.keys, &unlocked.passphrase, &self.own) {
            Ok(signer) => {
                tracing::info!(before, after = signer.id, "another process changed the key that signs");
                unlocked.signer = signer;
            }
            Err(error) => {
                tracing::error!(%error, "another process changed the key that signs, and it does not open; lock the keys and unlock them with the new passphrase");
            }
        }
    }
}

impl Vault {
    /// Opens the active key of a folder. `site` is where [`Vault::publish`] writes; `private` must not become part of it.
    ///
    /// # Errors
    /// When the folder is not readable or the passphrase is wrong.
    pub fn open(
        folder: &Path,
        passphrase: &str,
        site: Option<PathBuf>,
        private: Vec<PathBuf>,
        status_days: u16,
    ) -> Result<Self, VaultError> {
        Self::over(KeyFolder::open(folder)?, passphrase, site, private, status_days)
    }

    /// The same over a folder that is open already.
    ///
    /// # Errors
    /// When the passphrase is wrong.
    pub fn over(
        keys: KeyFolder,
        passphrase: &str,
        site: Option<PathBuf>,
        private: Vec<PathBuf>,
        status_days: u16,
    ) -> Result<Self, VaultError> {
        let vault = Self::locked(keys, site, private, status_days)?;
        vault.unlock(passphrase)?;
        Ok(vault)
    }

    /// The same with locked keys: what is public is known, and nothing is signed until [`Vault::unlock`].
    ///
    /// # Errors
    /// When the folder of the site would hold something private.
    pub fn locked(
        keys: KeyFolder,
        site: Option<PathBuf>,
        private: Vec<PathBuf>,
        status_days: u16,
    ) -> Result<Self, VaultError> {
        // Before anything is served out of it, not when it is published first.
        if let Some(site) = &site {
            publish::refuse_private(site, &private)?;
        }
        Ok(Self {
            opened: Mutex::new(Opened::of(keys)),
            private,
            site,
            status_days,
            undo: Undo::default(),
            pages_at_once: usize::MAX,
            live: Mutex::default(),
            is_locked: AtomicBool::new(true),
            changes: AtomicU64::new(0),
        })
    }

    /// Makes revocations wait for another time than usual.
    pub fn set_undo(&mut self, undo: Undo) {
        self.undo = undo;
    }

    /// Draws no more public pages than this for one publication; the rest come with the next ones.
    pub fn set_pages_at_once(&mut self, most: usize) {
        self.pages_at_once = most;
    }

    /// Returns the folder of the published site.
    pub fn site(&self) -> Option<&Path> {
        self.site.as_deref()
    }

    /// Returns how long a revocation waits before a publication holds it.
    pub fn undo(&self) -> Undo {
        self.undo
    }

    /// Returns the key manifest.
    pub fn manifest(&self) -> KeyManifest {
        self.opened().keys.manifest().clone()
    }

    /// Says whether a root is one of this issuer's: the newest, or one before it.
    pub fn is_own_root(&self, issuer: &str, root: &PublicKey) -> bool {
        self.opened().keys.roots().walk(issuer, Some(root)).is_ok()
    }

    /// Returns the keys as they are in the folder now: a command may have changed them while the service has them open.
    fn opened(&self) -> MutexGuard<'_, Opened> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        match opened.keys.refresh() {
            Ok(false) => {}
            Ok(true) => {
                self.forget_anchors();
                opened.take_over();
            }
            Err(error) => tracing::error!(%error, "another process changed the keys, and they cannot be read"),
        }
        opened
    }

    /// Makes the next answer start from what is known then: after a key or a certificate changed its state. Anchors that are
    /// being made from what was known before are not used after this.
    pub fn forget_anchors(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Says whether the keys are locked.
    pub fn is_locked(&self) -> bool {
        self.is_locked.load(Ordering::SeqCst)
    }

    /// Opens the keys with their passphrase, which stays in here. What waits for them can go on.
    ///
    /// # Errors
    /// When it is wrong, or no key is active.
    pub fn unlock(&self, passphrase: &str) -> Result<(), VaultError> {
        // Nobody is told of what is not so: both change while nobody else opens or locks.
        let mut opened = self.opened();
        opened.unlock(passphrase)?;
        self.is_locked.store(false, Ordering::SeqCst);
        drop(opened);
        self.forget_anchors();
        Ok(())
    }

    /// Forgets the passphrase and the open key. Says whether they were open.
    pub fn lock(&self) -> bool {
        let mut opened = self.opened();
        self.is_locked.store(true, Ordering::SeqCst);
        let was = opened.unlocked.take().is_some();
        drop(opened);
        self.forget_anchors();
        was
    }

    /// Seals a text with the passphrase of the keys, beside them.
    ///
    /// # Errors
    /// [`VaultError::Locked`], or when it cannot be written.
    pub fn seal(&self, name: &str, text: &str) -> Result<(), VaultError> {
        let mut opened = self.opened();
        let (keys, unlocked) = opened.parts()?;
        Ok(keys.seal_secret(name, text, &unlocked.passphrase)?)
    }

    /// Returns what was sealed; nothing if nothing was.
    ///
    /// # Errors
    /// [`VaultError::Locked`], or when it does not open.
    pub fn open_sealed(&self, name: &str) -> Result<Option<Zeroizing<String>>, VaultError> {
        let mut opened = self.opened();
        match opened.keys.has_secret(name) {
            false => Ok(None),
            true => {
                let (keys, unlocked) = opened.parts()?;
                Ok(keys.open_secret(name, &unlocked.passphrase)?)
            }
        }
    }

    /// Takes away what was sealed.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn unseal(&self, name: &str) -> Result<(), VaultError> {
        Ok(self.opened().keys.remove_secret(name)?)
    }

    /// Returns the active signer, to hand to the functions that issue.
    ///
    /// # Errors
    /// [`VaultError::Locked`].
    pub fn signer(&self) -> Result<Signer, VaultError> {
        Ok(self.opened().parts()?.1.signer.clone())
    }

    /// Returns the full id of the key that signs, also while it is locked.
    ///
    /// # Errors
    /// When no key is active.
    pub fn kid(&self) -> Result<String, VaultError> {
        let opened = self.opened();
        let manifest = opened.keys.manifest();
        let active = manifest.active().ok_or(KeyFolderError::NoActiveKey)?;
        Ok(format!("{}#{}", manifest.issuer, active.id))
    }

    /// Returns the public halves of all keys that this issuer ever had.
    pub fn own(&self) -> Arc<OwnKeys> {
        Arc::clone(&self.opened().own)
    }

    /// Lists the signing keys.
    pub fn keys(&self) -> Vec<KeyRow> {
        self.opened().keys.list()
    }

    /// Returns the ids of keys that are counted on and whose files lie elsewhere, as that of the root should.
    pub fn elsewhere(&self) -> Vec<String> {
        self.opened().keys.elsewhere()
    }

    /// Returns the short id of the newest root.
    pub fn root_id(&self) -> String {
        self.opened().keys.root().0.id.clone()
    }

    /// Returns the root key's fingerprint.
    pub fn root_fingerprint(&self) -> String {
        self.opened().keys.root().1.fingerprint()
    }

    /// Retires the active key and makes a new one, with an audit entry; returns its id.
    ///
    /// # Errors
    /// When the folder cannot be written. The root key must be in it.
    pub fn rotate(&self, desk: &Desk) -> Result<String, VaultError> {
        let mut opened = self.opened();
        let (keys, unlocked) = opened.parts()?;
        let before = unlocked.signer.id.clone();
        keys.rotate(&unlocked.passphrase, desk.now)?;
        let signer = opened.sign_anew()?;
        let (id, signs) = (signer.id.clone(), making::signs_now(signer));
        self.forget_anchors();
        let act = desk.act("key.rotate", &id, json!({ "before": before, "after": id }));
        // Before anybody publishes with it: what is published expects that its key signs.
        desk.store.write_documents(&[signs], Some(&act))?;
        Ok(id)
    }

    /// Declares a key compromised since an instant, with an audit entry.
    ///
    /// # Errors
    /// As [`Vault::rotate`].
    pub fn compromise(&self, desk: &Desk, id: &str, since: Timestamp) -> Result<(), VaultError> {
        let mut opened = self.opened();
        let (keys, unlocked) = opened.parts()?;
        keys.compromise(id, since, &unlocked.passphrase, desk.now)?;
        let signs = making::signs_now(opened.sign_anew()?);
        self.forget_anchors();
        let act = desk.act("key.compromise", id, json!({ "since": since }));
        Ok(desk.store.write_documents(&[signs], Some(&act)).map(drop)?)
    }

    /// Tells the store which key signs, if it thinks that another does: who changed the folder of keys was stopped before they
    /// could. While the keys are locked nobody signs, and nothing is told.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tell_signer(&self, store: &dyn Store) -> Result<(), StoreError> {
        let Ok(signer) = self.signer() else { return Ok(()) };
        match making::still_signs(store, &signer.id)? {
            Some(_) => Ok(()),
            None => store.write_documents(&[making::signs_now(&signer)], None).map(drop),
        }
    }

    /// Makes a new root key, which the one before it vouches for, with an audit entry; returns its id.
    ///
    /// # Errors
    /// As [`Vault::rotate`].
    pub fn root_rotate(&self, desk: &Desk) -> Result<String, VaultError> {
        let mut opened = self.opened();
        let (keys, unlocked) = opened.parts()?;
        keys.root_rotate(&unlocked.passphrase, desk.now)?;
        let new = opened.keys.root().0.id.clone();
        drop(opened);
        self.forget_anchors();
        desk.store.append_audit(&desk.act("root.rotate", &new, json!({})))?;
        Ok(new)
    }

    /// Publishes the static site, with public pages of these faces; `at_once` with the revocations that can still be undone.
    ///
    /// # Errors
    /// When there is no folder for it, or it cannot be written.
    pub fn publish(&self, desk: &Desk, faces: &Faces, at_once: bool) -> Result<Published, VaultError> {
        let site = self.site.as_deref().ok_or(VaultError::NoSite)?;
        self.signer()?;
        let mut place = publish::Place::open(site, &self.private, &[])?;
        // While nobody waits for the keys.
        place.draw(&self.visible(desk, faces, &self.own()))?;
        let mut opened = self.opened();
        let request = self.request(&mut opened, desk)?;
        Ok(publish::publish_into(desk.store, &publish::Request { at_once, ..request }, place)?)
    }

    /// Returns what the public may see, for pages that pin the newest root.
    fn visible<'a>(&self, desk: &Desk<'a>, faces: &'a Faces, own: &'a OwnKeys) -> Visible<'a> {
        let root = self.opened().keys.root().1.to_base64url();
        let (store, issuer, at_once, languages) = (desk.store, desk.issuer, self.pages_at_once, Languages::default());
        // A command that draws all has the machine to itself; a service answers others meanwhile.
        let hands = match at_once {
            usize::MAX => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            _ => 1,
        };
        Visible { store, issuer, faces, own, root, at_once, hands, languages, badges: Default::default() }
    }

    /// Returns trust anchors as of now: as of the last change that was told to [`Vault::forget_anchors`], and at most
    /// `LIVE_SECONDS` old.
    ///
    /// # Errors
    /// As [`Vault::present`].
    pub fn anchors(&self, desk: &Desk) -> Result<Arc<TrustAnchors>, VaultError> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.changes.load(Ordering::SeqCst);
        let fresh =
            |live: &&Live| live.changes == changes && (0..LIVE_SECONDS).contains(&(desk.now.unix() - live.made.unix()));
        if let Some(live) = live.as_ref().filter(fresh) {
            return Ok(Arc::clone(&live.anchors));
        }
        let anchors = Arc::new(match self.present(desk) {
            Ok(trust) => {
                let mut anchors = TrustAnchors::of_records();
                anchors.add(&trust, None).map_err(PublishError::from)?;
                anchors
            }
            Err(VaultError::Locked) => self.of_records(desk)?,
            Err(error) => return Err(error),
        });
        *live = Some(Live { made: desk.now, changes, anchors: Arc::clone(&anchors) });
        Ok(anchors)
    }

    /// Returns the same while nothing can be signed.
    fn of_records(&self, desk: &Desk) -> Result<TrustAnchors, VaultError> {
        let opened = self.opened();
        let records = publish::Records {
            host: &desk.issuer.host,
            manifest: opened.keys.manifest_jws(),
            roots: opened.keys.roots(),
            now: desk.now,
            validity_days: self.status_days.into(),
        };
        Ok(publish::anchors_of_records(desk.store, &records)?)
    }

    /// Returns what a publication is made of, with a manifest that does not end soon.
    fn request<'a>(&'a self, opened: &'a mut Opened, desk: &Desk<'a>) -> Result<publish::Request<'a>, VaultError> {
        let (keys, unlocked) = opened.parts()?;
        if keys.needs_renewal(desk.now) {
            keys.renew_manifest(&unlocked.passphrase, desk.now)?;
        }
        let by = publish::Request::by(desk, &unlocked.signer, keys.manifest_jws(), keys.roots());
        Ok(publish::Request { validity_days: self.status_days.into(), private: &self.private, ..by })
    }

    /// Returns a snapshot of everything as it is now, also of what no publication holds yet, and publishes nothing.
    ///
    /// # Errors
    /// As [`Vault::publish`], but for the folder.
    pub fn present(&self, desk: &Desk) -> Result<String, VaultError> {
        let mut opened = self.opened();
        let request = self.request(&mut opened, desk)?;
        Ok(publish::present(desk.store, &request)?)
    }
}

impl Shop for Vault {
    fn publish(&self, desk: &Desk, faces: &Faces, at_once: bool) -> Result<Published, NotPublished> {
        Vault::publish(self, desk, faces, at_once).map_err(|error| NotPublished {
            hint: error.hint(),
            locked: matches!(error, VaultError::Locked),
            cause: Box::new(error),
        })
    }

    fn undo(&self) -> Undo {
        Vault::undo(self)
    }
}

fn signer(keys: &KeyFolder, passphrase: &str, own: &Arc<OwnKeys>) -> Result<Signer, KeyFolderError> {
    let active = keys.active(passphrase)?;
    Ok(Signer { id: active.id, kid: active.kid, key: active.key, own: Arc::clone(own) })
}
