//! The issuer's keys, opened. The passphrase and the open signing key stay in here; both doors ask for what they need done.
//!
//! Knows the folder of keys and the site's folder; decides about no certificate, and speaks no HTTP.

mod folder;
mod visible;

pub use folder::{ActiveKey, KeyFolder, KeyFolderError, KeyRow, MANIFEST_DAYS, RENEWAL_DAYS};

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;
use zeroize::Zeroizing;

use crate::acts::run::{NotPublished, Shop, Undo};
use crate::credential::Timestamp;
use crate::desk::{Desk, Signer};
use crate::keys::KeyManifest;
use crate::making::{self, Faces, OwnKeys};
use crate::publish::{self, PublishError, Published};
use crate::store::{Store, StoreError};
use crate::verify::TrustAnchors;
use visible::{Languages, Visible};

/// How old the trust anchors may be that the public endpoints answer from, in seconds.
const LIVE_SECONDS: i64 = 2;

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
}

impl VaultError {
    /// Returns what to do next, where there is something to do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Keys(error) => error.hint(),
            Self::Publish(error) => error.hint(),
            Self::Store(_) => None,
            Self::NoSite => Some("set `site` in the section `[serve]` of testamur.toml, or start with --site"),
        }
    }
}

/// Keys, opened once at the start.
pub struct Vault {
    passphrase: Zeroizing<String>,
    opened: Mutex<Opened>,
    private: Vec<PathBuf>,
    site: Option<PathBuf>,
    status_days: u16,
    undo: Undo,
    /// Most public pages that are drawn for one publication.
    pages_at_once: usize,
    live: Mutex<Option<Live>>,
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
    signer: Signer,
}

impl Opened {
    /// Takes over what another process made of the keys. A key that does not open (its passphrase is another now) leaves the
    /// old one in place: it signs nothing any more, because the store says which key does.
    fn take_over(&mut self, passphrase: &str) {
        let before = self.signer.id.clone();
        self.signer.own = Arc::new(OwnKeys::of(self.keys.manifest()));
        if self.keys.manifest().active().is_some_and(|key| key.id == before) {
            return;
        }
        match signer(&self.keys, passphrase) {
            Ok(signer) => {
                tracing::info!(before, after = signer.id, "another process changed the key that signs");
                self.signer = signer;
            }
            Err(error) => {
                tracing::error!(%error, "another process changed the key that signs, and it does not open; start the service anew");
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
        // Before anything is served out of it, not when it is published first.
        if let Some(site) = &site {
            publish::refuse_private(site, &private)?;
        }
        let signer = signer(&keys, passphrase)?;
        let passphrase = Zeroizing::new(passphrase.to_owned());
        Ok(Self {
            passphrase,
            opened: Mutex::new(Opened { keys, signer }),
            private,
            site,
            status_days,
            undo: Undo::default(),
            pages_at_once: usize::MAX,
            live: Mutex::default(),
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

    /// Returns the keys as they are in the folder now: a command may have changed them while the service has them open.
    fn opened(&self) -> MutexGuard<'_, Opened> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        match opened.keys.refresh() {
            Ok(false) => {}
            Ok(true) => {
                self.forget_anchors();
                opened.take_over(&self.passphrase);
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

    /// Returns the active signer, to hand to the functions that issue.
    pub fn signer(&self) -> Signer {
        self.opened().signer.clone()
    }

    /// Returns the public halves of all keys that this issuer ever had.
    pub fn own(&self) -> Arc<OwnKeys> {
        Arc::clone(&self.opened().signer.own)
    }

    /// Lists the signing keys.
    pub fn keys(&self) -> Vec<KeyRow> {
        self.opened().keys.list()
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
        let before = opened.signer.id.clone();
        opened.keys.rotate(&self.passphrase, desk.now)?;
        opened.signer = signer(&opened.keys, &self.passphrase)?;
        let (id, signs) = (opened.signer.id.clone(), making::signs_now(&opened.signer));
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
        opened.keys.compromise(id, since, &self.passphrase, desk.now)?;
        opened.signer = signer(&opened.keys, &self.passphrase)?;
        let signs = making::signs_now(&opened.signer);
        self.forget_anchors();
        let act = desk.act("key.compromise", id, json!({ "since": since }));
        Ok(desk.store.write_documents(&[signs], Some(&act)).map(drop)?)
    }

    /// Tells the store which key signs, if it thinks that another does: who changed the folder of keys was stopped before they
    /// could.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tell_signer(&self, store: &dyn Store) -> Result<(), StoreError> {
        let signer = self.signer();
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
        opened.keys.root_rotate(&self.passphrase, desk.now)?;
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
        let mut place = publish::Place::open(site, &self.private, &[])?;
        // While nobody waits for the keys.
        place.draw(&self.visible(desk, faces, &self.own()))?;
        let mut opened = self.opened();
        if opened.keys.needs_renewal(desk.now) {
            opened.keys.renew_manifest(&self.passphrase, desk.now)?;
        }
        let request = request(&opened, desk, &self.private, self.status_days);
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
        Visible { store, issuer, faces, own, root, at_once, hands, languages }
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
        let mut anchors = TrustAnchors::of_records();
        anchors.add(&self.present(desk)?, None).map_err(PublishError::from)?;
        let anchors = Arc::new(anchors);
        *live = Some(Live { made: desk.now, changes, anchors: Arc::clone(&anchors) });
        Ok(anchors)
    }

    /// Returns a snapshot of everything as it is now, also of what no publication holds yet, and publishes nothing.
    ///
    /// # Errors
    /// As [`Vault::publish`], but for the folder.
    pub fn present(&self, desk: &Desk) -> Result<String, VaultError> {
        let mut opened = self.opened();
        if opened.keys.needs_renewal(desk.now) {
            opened.keys.renew_manifest(&self.passphrase, desk.now)?;
        }
        let request = request(&opened, desk, &self.private, self.status_days);
        Ok(publish::present(desk.store, &request)?)
    }
}

impl Shop for Vault {
    fn publish(&self, desk: &Desk, faces: &Faces, at_once: bool) -> Result<Published, NotPublished> {
        Vault::publish(self, desk, faces, at_once)
            .map_err(|error| NotPublished { hint: error.hint(), cause: Box::new(error) })
    }

    fn undo(&self) -> Undo {
        Vault::undo(self)
    }
}

fn request<'a>(opened: &'a Opened, desk: &Desk<'a>, private: &'a [PathBuf], days: u16) -> publish::Request<'a> {
    let Opened { keys, signer } = opened;
    let by = publish::Request::by(desk, signer, keys.manifest_jws(), keys.roots());
    publish::Request { validity_days: days.into(), private, ..by }
}

fn signer(keys: &KeyFolder, passphrase: &str) -> Result<Signer, KeyFolderError> {
    let active = keys.active(passphrase)?;
    let own = Arc::new(OwnKeys::of(keys.manifest()));
    Ok(Signer { id: active.id, kid: active.kid, key: active.key, own })
}
