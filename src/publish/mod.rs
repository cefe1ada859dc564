//! The static site: what verifiers and the public read. Written atomically, never older than what is there.
//!
//! Joins the store's revocations with the issuer's keys into files that any static host can serve. Knows neither
//! passphrases nor key files: the caller opens the key and says what time it is. `trust.jws` holds everything that an
//! offline verifier needs and is replaced last.

mod adopt;
pub mod agenda;
pub mod clock;
mod did;
mod last;
mod missing;
mod page;
pub mod pages;
mod site;
mod snapshot;
mod texts;
mod verifier;
mod waiting;
mod wallet_pages;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::credential::{Timestamp, issuer_did, json, limits};
use crate::desk::{Actor, Desk, Language, Signer};
use crate::keys::{KeyManifest, ManifestError, RootChain, RootError};
use crate::making::still_signs;
use crate::proof::data_integrity::DataIntegrityError;
use crate::proof::eddsa::{PublicKey, SecretKey};
use crate::proof::jws::Jws;
use crate::status::Snapshot;
use crate::store::{Act, Batch, Store, StoreError};
use crate::verify::{AnchorError, TrustAnchors};

pub use adopt::{Adopted, adopt};
use last::nothing_restored;
pub use last::{Known, LastPublished, last};
pub(crate) use page::escape;
use pages::Drawn;
pub use pages::{PagesDone, PublicPages};
pub(crate) use site::MISSING;
pub use site::{is_published_name, refuse_private, version_at};
pub use verifier::is_built_in as verifier_is_built_in;
pub(crate) use waiting::due;
pub use waiting::{LeftOut, UNDO_MINUTES, left_out, waiting};

/// How long a snapshot counts as fresh unless the caller says otherwise, in days.
pub const VALIDITY_DAYS: i64 = 7;
/// How long a reader may keep a status list before asking again, in seconds (`ttl`, Bitstring Status List 2.2).
pub const TTL_SECONDS: u64 = 86_400;
/// How often a publication begins again when revocations are taken back meanwhile, or somebody else publishes.
const TRIES: usize = 20;

/// What to publish, and as whom.
#[derive(Debug)]
pub struct Request<'a> {
    /// The issuer's host, with `:port` where it has one.
    pub host: &'a str,
    /// Where people verify, for the link on the page: a host with an optional path.
    pub verifier: &'a str,
    /// What its pages speak.
    pub language: Language,
    /// The key manifest, a JWS by the newest root.
    pub manifest: &'a str,
    /// All roots.
    pub roots: &'a RootChain,
    /// Short id of the active key.
    pub key_id: &'a str,
    /// The active key.
    pub key: &'a SecretKey,
    /// The time.
    pub now: Timestamp,
    /// For how many days the snapshot counts as fresh; [`VALIDITY_DAYS`] as a rule.
    pub validity_days: i64,
    /// Whether revocations that wait become due with it.
    pub at_once: bool,
    /// Who publishes, for the audit log.
    pub actor: &'a Actor,
    /// Folders that must never be served: the keys, the store.
    pub private: &'a [PathBuf],
    /// Further files to put in, by path below the site; they take the place of the built-in verifier's.
    pub extra: &'a [(String, Vec<u8>)],
}

impl<'a> Request<'a> {
    /// Returns the request of somebody at a desk: for [`VALIDITY_DAYS`], with no private folder and nothing further.
    pub fn by(desk: &Desk<'a>, signer: &'a Signer, manifest: &'a str, roots: &'a RootChain) -> Self {
        Self {
            host: &desk.issuer.host,
            verifier: &desk.issuer.verifier,
            language: desk.issuer.language.now(),
            manifest,
            roots,
            key_id: &signer.id,
            key: &signer.key,
            now: desk.now,
            validity_days: VALIDITY_DAYS,
            at_once: false,
            actor: desk.actor,
            private: &[],
            extra: &[],
        }
    }
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// The snapshot's version.
    pub version: u64,
    /// Its date.
    pub issued: Timestamp,
    /// When the next is due.
    pub next_update: Timestamp,
    /// How many status lists it has.
    pub lists: usize,
    /// How many credentials are revoked or superseded in them.
    pub set: usize,
    /// How many files were written.
    pub files: usize,
    /// Fingerprint of the newest root key.
    pub root_fingerprint: String,
    /// Revocations that are not in it, because they can still be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
    /// What became of the public pages; nothing where they were not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<PagesDone>,
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("{path} cannot be read or written")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Somebody else is publishing.
    #[error("another publication into {0} is under way")]
    Busy(PathBuf),
    /// The site belongs to another issuer.
    #[error("{path} was published by `{found}`, not by `{wanted}`")]
    OtherIssuer {
        /// The site's `trust.jws`.
        path: PathBuf,
        /// Its issuer.
        found: String,
        /// We.
        wanted: String,
    },
    /// The site is newer than our store.
    #[error("{path} has version {found}, but the last version published from this store is {known}")]
    Newer {
        /// The site's `trust.jws`.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The store's.
        known: u64,
    },
    /// What is at the site was not signed by us, so nothing is taken over from it.
    #[error("{path} is not signed by a key of this issuer")]
    NotOurs {
        /// The site's `trust.jws`.
        path: PathBuf,
    },
    /// Status entries cannot be told from each other without the secret.
    #[error("the store has no secret for its status lists")]
    NoSecret,
    /// The site's key manifest is newer than ours.
    #[error("{path} has key manifest {found}, but this folder of keys has {known}")]
    OlderKeys {
        /// The site's `trust.jws`.
        path: PathBuf,
        /// Its manifest's version.
        found: u64,
        /// Ours.
        known: u64,
    },
    /// The last publication lies in the future.
    #[error("the last publication is dated {last}, but the clock says {now}")]
    ClockBehind {
        /// Its date.
        last: Timestamp,
        /// The time given.
        now: Timestamp,
    },
    /// What is at the site is no snapshot.
    #[error("{path} is no trust snapshot: {problem}")]
    Foreign {
        /// The site's `trust.jws`.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The folder holds files that are no part of a site: they would be served to everybody.
    #[error("{site} holds `{found}`, which is no part of a site")]
    OtherFolder {
        /// Where to.
        site: PathBuf,
        /// One of them.
        found: String,
    },
    /// There is no site to go on from.
    #[error("{path} is not there: this folder holds no published site to go on from")]
    NoSite {
        /// The site's `trust.jws`.
        path: PathBuf,
    },
    /// Publishing there would expose private files.
    #[error("publishing into {site} would mix it with the private folder {private}")]
    Private {
        /// Where to.
        site: PathBuf,
        /// What must stay private.
        private: PathBuf,
    },
    /// A path that leads out of the site, or one of another file.
    #[error("`{0}` is no free path below the site")]
    Path(String),
    /// The root chain does not hold.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The key manifest does not hold.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The key manifest is past its date.
    #[error("the key manifest expired at {0}")]
    ManifestExpired(Timestamp),
    /// The key given is not the manifest's active one.
    #[error("key `{0}` is not the active key of the manifest")]
    NotActive(String),
    /// A status list cannot carry a proof.
    #[error("status list {list}: {source}")]
    List {
        /// Its number.
        list: u32,
        /// Why.
        #[source]
        source: DataIntegrityError,
    },
    /// Our own verifier refuses the result; nothing was written.
    #[error("a verifier would refuse the new snapshot")]
    Refused(#[from] AnchorError),
    /// The store's record of the last publication cannot be read.
    #[error("what the store says was published last cannot be read")]
    Setting(#[source] serde_json::Error),
}

impl PublishError {
    /// Returns what to do next, where there is something to do.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Busy(_) => "wait until it is done, then publish again",
            Self::OtherIssuer { .. } => "publish each issuer into a folder of its own",
            Self::Newer { .. } => {
                "restore the newest backup; if there is none, publish with --after-restore, which takes over the site's revocations"
            }
            Self::NotOurs { .. } => {
                "put the site's own trust.jws back as it was published, then publish with --after-restore"
            }
            Self::OlderKeys { .. } => "restore the newest backup of keys/ before publishing",
            Self::ClockBehind { .. } => "set the clock right, then publish again",
            Self::NoSite { .. } => {
                "copy the site that was published last from its web host into this folder, then run the command again; if \
                 it is lost, publish without --after-restore"
            }
            Self::Foreign { .. } => "publish into an empty folder, or move that file away",
            Self::OtherFolder { .. } => "choose an empty folder; what is in a site is served to everybody",
            Self::Private { .. } => "choose a folder of its own for the site, such as `site`",
            Self::ManifestExpired(_) => "sign a new manifest with the root key, then publish again",
            Self::NotActive(_) => "list keys with `testamur keys list`",
            _ => return None,
        })
    }
}

/// Publishes into the folder `site`, which is made if need be. Doing it again refreshes every date. When a revocation is taken
/// back meanwhile, or somebody else publishes, it begins again.
///
/// # Errors
/// See [`PublishError`]. Unless it is an I/O error while files are replaced, the site stays as it was.
pub fn publish(store: &dyn Store, request: &Request, site: &Path) -> Result<Published, PublishError> {
    // Before anything is made.
    site::refuse_private(site, request.private)?;
    site::refuse_other_folder(site, request.extra)?;
    ProvenIssuer::check(request)?;
    publish_into(store, request, Place::open(site, request.private, request.extra)?)
}

/// The folder of a site, held against other publications, with public pages that were drawn and are not in their places yet.
pub struct Place {
    site: site::Site,
    drawn: Option<Drawn>,
}

impl Place {
    /// Makes the folder if need be, and holds it. `private` must not become part of it; `extra` are files that belong there.
    ///
    /// # Errors
    /// When it holds what is no part of a site, or somebody else is publishing.
    pub fn open(site: &Path, private: &[PathBuf], extra: &[(String, Vec<u8>)]) -> Result<Self, PublishError> {
        site::refuse_private(site, private)?;
        site::refuse_other_folder(site, extra)?;
        Ok(Self { site: site::Site::open(site)?, drawn: None })
    }

    /// Draws the public pages that are not there yet: beforehand, for it takes its time and needs no key.
    ///
    /// # Errors
    /// When the store fails, or the folder cannot be written.
    pub fn draw(&mut self, pages: &dyn PublicPages) -> Result<(), PublishError> {
        self.drawn = Some(Drawn::new(&self.site, pages)?);
        Ok(())
    }
}

/// As [`publish`], into a folder that is held, with the public pages that were drawn.
///
/// # Errors
/// As [`publish`].
pub fn publish_into(store: &dyn Store, request: &Request, mut place: Place) -> Result<Published, PublishError> {
    let issuer = ProvenIssuer::check(request)?;
    for _ in 1..TRIES {
        match publish_once(store, request, &issuer, &mut place) {
            Err(PublishError::Store(StoreError::Conflict(_))) => {}
            done => return done,
        }
    }
    publish_once(store, request, &issuer, &mut place)
}

fn publish_once(
    store: &dyn Store,
    request: &Request,
    issuer: &ProvenIssuer,
    Place { site, drawn }: &mut Place,
) -> Result<Published, PublishError> {
    // Before anything is read that the publication will hold.
    let known = Known::read(store)?;
    let last = known.last.as_ref();
    refuse_going_back(site, issuer, last, request.now)?;
    waiting::hasten(store, request, &issuer.manifest)?;
    let signs = still_signs(store, request.key_id)?;
    let given =
        vec![signs.ok_or_else(|| PublishError::NotActive(request.key_id.to_owned()))?, nothing_restored(store)?];
    let through = store.audit_newest(None, 1)?.items.first().map(|entry| entry.sequence);

    let version = last.map_or(1, |last| last.version + 1);
    let contents = snapshot::gather(store, request, issuer, version, snapshot::Hold::Due(last))?;
    let trust = contents.snapshot.sign(&issuer.kid(request.key_id), request.key);
    TrustAnchors::default().add(&trust, None)?;
    let shared = drawn.as_ref().map_or_else(Vec::new, |drawn| drawn.shared.clone());
    let files = [shared, wallet_pages::files(store)?, files(request, issuer, &contents, trust)?].concat();
    let staged = site.stage(files)?;

    let published = Published {
        version,
        issued: request.now,
        next_update: contents.snapshot.next_update,
        lists: contents.lists.len(),
        set: contents.set,
        files: staged.len(),
        root_fingerprint: issuer.root.fingerprint(),
        left_out: contents.left_out.clone(),
        pages: drawn.as_ref().map(|drawn| drawn.done),
    };
    let record = LastPublished {
        version,
        issued: request.now,
        covers: contents.covers,
        next_update: Some(published.next_update),
        lists: Some(published.lists),
        through,
        pages_left: drawn.as_ref().is_some_and(|drawn| drawn.done.left > 0),
    };
    let batch = Batch { given, documents: vec![known.replaced(&record)], ..Batch::default() };
    let recorded = store.write(&batch, Some(&act(&published, request)));
    recorded.inspect_err(|_| site::discard(&staged))?;
    let Some(drawn) = drawn else {
        site.replace(staged)?;
        return Ok(published);
    };
    drawn.replace(site)?;
    // What cannot be taken away keeps nobody from learning what was revoked.
    let removed = drawn.remove(site);
    site.replace(staged)?;
    removed?;
    Ok(published)
}

/// Returns a snapshot of everything as it is now, also what no publication holds yet, signed, and records nothing: to check
/// one's own certificates against.
///
/// # Errors
/// As [`publish`].
pub fn present(store: &dyn Store, request: &Request) -> Result<String, PublishError> {
    let issuer = ProvenIssuer::check(request)?;
    let version = last(store)?.map_or(1, |last| last.version + 1);
    let contents = snapshot::gather(store, request, &issuer, version, snapshot::Hold::All)?;
    Ok(contents.snapshot.sign(&issuer.kid(request.key_id), request.key))
}

/// What a snapshot of one's own records is made of where nothing can be signed.
#[derive(Debug)]
pub struct Records<'a> {
    /// The issuer's host, with `:port` where it has one.
    pub host: &'a str,
    /// The key manifest, a JWS by the newest root.
    pub manifest: &'a str,
    /// All roots.
    pub roots: &'a RootChain,
    /// The time.
    pub now: Timestamp,
    /// For how many days it counts as fresh.
    pub validity_days: i64,
}

/// Returns trust anchors of everything as it is now, for who answers by these very records while the keys are locked: the same
/// as those of [`present`], and signed by nobody. A manifest that has ended is no error: what rests on it is stale.
///
/// # Errors
/// When the store fails, or the manifest is not the root's.
pub fn anchors_of_records(store: &dyn Store, records: &Records) -> Result<TrustAnchors, PublishError> {
    let did = issuer_did(records.host);
    let root = records.roots.walk(&did, None)?;
    let manifest = KeyManifest::verify(records.manifest, &did, &root.1)?;
    let issuer = ProvenIssuer { did, manifest, root: root.1 };
    let version = last(store)?.map_or(1, |last| last.version + 1);
    let mut anchors = TrustAnchors::of_records();
    anchors.add_own(snapshot::unsigned(store, records, issuer, root, version)?)?;
    Ok(anchors)
}

/// The issuer as its root and manifest prove it.
struct ProvenIssuer {
    did: String,
    manifest: KeyManifest,
    root: PublicKey,
}

impl ProvenIssuer {
    fn check(request: &Request) -> Result<Self, PublishError> {
        let did = issuer_did(request.host);
        let (_, root) = request.roots.walk(&did, None)?;
        let manifest = KeyManifest::verify(request.manifest, &did, &root)?;
        if manifest.expires <= request.now {
            return Err(PublishError::ManifestExpired(manifest.expires));
        }
        let public = request.key.public().to_base64url();
        if !manifest.active().is_some_and(|key| key.id == request.key_id && key.public_key == public) {
            return Err(PublishError::NotActive(request.key_id.to_owned()));
        }
        Ok(Self { did, manifest, root })
    }

    /// Full id of a key, as in the header of a JWS.
    fn kid(&self, key_id: &str) -> String {
        format!("{}#{key_id}", self.did)
    }
}

/// A verifier refuses to go back, so must we.
fn refuse_going_back(
    site: &site::Site,
    issuer: &ProvenIssuer,
    last: Option<&LastPublished>,
    now: Timestamp,
) -> Result<(), PublishError> {
    let known = last.map_or(0, |last| last.version);
    let there = site.snapshot()?;
    if let Some(there) = &there {
        let path = site.path(site::TRUST);
        if there.issuer != issuer.did {
            let found = there.issuer.clone();
            return Err(PublishError::OtherIssuer { path, found, wanted: issuer.did.clone() });
        }
        let (found, ours) = (manifest_version(there), issuer.manifest.version);
        if found > ours {
            return Err(PublishError::OlderKeys { path, found, known: ours });
        }
        if there.version > known {
            return Err(PublishError::Newer { path, found: there.version, known });
        }
    }
    // The site's own date says no more: what is there has this version, or one before it.
    match last.map(|last| last.issued) {
        Some(last) if last > now => Err(PublishError::ClockBehind { last, now }),
        _ => Ok(()),
    }
}

/// Returns the version of a snapshot's manifest; 0 if it cannot be read.
fn manifest_version(snapshot: &Snapshot) -> u64 {
    let manifest = Jws::parse(&snapshot.manifest, limits::SNAPSHOT_BYTES).ok();
    let value = manifest.and_then(|jws| json::parse(&jws.payload, limits::SNAPSHOT_BYTES).ok());
    value.and_then(|value| value["version"].as_u64()).unwrap_or_default()
}

/// All files in the order in which they are replaced: what others point to first, `trust.jws` last.
fn files(
    request: &Request,
    issuer: &ProvenIssuer,
    contents: &snapshot::Contents,
    trust: String,
) -> Result<Vec<(String, Vec<u8>)>, PublishError> {
    let mut files = request.extra.to_vec();
    // What the caller brings takes the place of what is built in.
    let own = verifier::files(&issuer.did, &issuer.root, &trust);
    files.extend(own.into_iter().filter(|(name, _)| request.extra.iter().all(|(given, _)| given != name)));
    for list in &contents.lists {
        files.push((format!("status/{}", list.number), pretty(&list.document)));
        files.push((format!("status/{}.jwt", list.number), list.jws.clone().into_bytes()));
    }
    let page = page::index(request, &issuer.manifest, &issuer.root, &contents.snapshot);
    files.extend([
        // Without it GitHub Pages leaves out `.well-known`.
        (".nojekyll".to_owned(), Vec::new()),
        ("keys/roots.json".to_owned(), pretty(&serde_json::json!(request.roots))),
        ("keys/manifest.jws".to_owned(), request.manifest.as_bytes().to_vec()),
        (".well-known/did.json".to_owned(), pretty(&did::document(&issuer.manifest)?)),
        ("index.html".to_owned(), page.into_bytes()),
        (site::MISSING.to_owned(), missing::page(request.verifier, request.language).into_bytes()),
        ("trust.json".to_owned(), pretty(&serde_json::json!(contents.snapshot))),
        (site::TRUST.to_owned(), trust.into_bytes()),
    ]);
    Ok(files)
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut text = format!("{value:#}").into_bytes();
    text.push(b'\n');
    text
}

fn act(published: &Published, request: &Request) -> Act {
    Act {
        actor: request.actor.to_string(),
        at: request.now,
        action: "site.publish".to_owned(),
        subject: format!("version {}", published.version),
        detail: serde_json::json!({
            "version": published.version,
            "nextUpdate": published.next_update,
            "lists": published.lists,
            "set": published.set,
            "key": request.key_id,
            "leftOut": published.left_out,
        }),
    }
}
