//! Files of certificates, made from their records.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::{Badge, EventBadge, FileKind, FilesError, Prover, bake_png, bake_svg, own_badge_of};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{FaceError, Faces, PICTURE_DPI, PRINT_DPI, Proven};
use crate::store::{Store, StoreError};
use crate::template::Template;

/// Most badges that are kept; a run needs one.
const BADGES: usize = 32;

/// Makes files.
pub struct Maker<'a> {
    /// Where records are kept, and proofs.
    pub desk: Desk<'a>,
    /// Compiled templates.
    pub faces: &'a Faces,
    /// Makes proofs where none is kept; only kinds that hold one need it.
    pub prover: Option<&'a Prover>,
    /// Badges that were drawn.
    pub badges: &'a Badges,
}

/// Badges that were drawn.
#[derive(Debug, Default)]
pub struct Badges(Mutex<HashMap<[String; 2], Arc<Badge>>>);

impl Badges {
    /// Returns the badge of an achievement, drawing it if it is not kept.
    ///
    /// # Errors
    /// As [`Badge::of`].
    pub fn of(&self, title: &str, issuer: &str, faces: &Faces) -> Result<Arc<Badge>, FilesError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = [title, issuer].map(str::to_owned);
        if let Some(badge) = kept.get(&key) {
            return Ok(badge.clone());
        }
        let badge = Arc::new(Badge::of(title, issuer, faces.fonts())?);
        Ok(keep(&mut kept, key, badge))
    }

    /// Returns the badge of an event: its own, else what is drawn from title and issuer.
    ///
    /// # Errors
    /// As [`Badge::of`] and [`Badge::own`]; when the store fails.
    pub fn of_event(
        &self,
        store: &dyn Store,
        event: &EventCode,
        (title, issuer): (&str, &str),
        faces: &Faces,
    ) -> Result<Arc<Badge>, FilesError> {
        match own_badge_of(store, event)? {
            Some(own) => self.own(store, event, (&own, (title, issuer)), faces),
            None => self.of(title, issuer, faces),
        }
    }

    /// Returns the badge that an event has of its own: a picture, or what a template makes of title and issuer.
    ///
    /// # Errors
    /// As [`Badge::own`] and [`Badge::designed`]; when the store fails.
    pub fn own(
        &self,
        store: &dyn Store,
        event: &EventCode,
        (own, (title, issuer)): (&EventBadge, (&str, &str)),
        faces: &Faces,
    ) -> Result<Arc<Badge>, FilesError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // No title is a digest with nothing beside it, nor has one a line end in it.
        let key = match own {
            EventBadge::Picture(picture) => [picture.0.clone(), String::new()],
            EventBadge::Template(bundle) => [format!("{event}\n{bundle}\n{title}"), issuer.to_owned()],
        };
        if let Some(badge) = kept.get(&key) {
            return Ok(badge.clone());
        }
        let (EventBadge::Picture(blob) | EventBadge::Template(blob)) = own;
        let bytes = store.blob(blob)?.ok_or_else(|| StoreError::NotFound(blob.to_string()))?;
        let badge = match own {
            EventBadge::Picture(_) => Badge::own(&bytes, faces.fonts())?,
            EventBadge::Template(_) => {
                // A title that has no room on it, however short, is on the plain one.
                let designed = Template::from_bundle(&bytes)
                    .map_err(FilesError::from)
                    .and_then(|template| Badge::designed(&template, event.as_str(), (title, issuer), faces.fonts()));
                designed.or_else(|_| Badge::of(title, issuer, faces.fonts()))?
            }
        };
        Ok(keep(&mut kept, key, Arc::new(badge)))
    }
}

fn keep(kept: &mut HashMap<[String; 2], Arc<Badge>>, key: [String; 2], badge: Arc<Badge>) -> Arc<Badge> {
    if kept.len() >= BADGES {
        kept.clear();
    }
    kept.insert(key, badge.clone());
    badge
}

impl Maker<'_> {
    /// Returns the `.json` of certificates where one of the kinds needs it, each with its proof kept; nothing where none does.
    ///
    /// # Errors
    /// [`FilesError::NoKeys`], or as [`Prover::secured`].
    pub fn secured(&self, proven: &[&Proven], kinds: &[FileKind]) -> Result<Vec<Option<String>>, FilesError> {
        if !kinds.iter().any(|kind| kind.holds_proof()) {
            return Ok(vec![None; proven.len()]);
        }
        let prover = self.prover.ok_or(FilesError::NoKeys)?;
        Ok(prover.secured(&self.desk, self.faces, proven)?.into_iter().map(Some).collect())
    }

    /// Returns a certificate's file. `secured` is what [`Maker::secured`] answered for it.
    ///
    /// # Errors
    /// See [`FilesError`].
    pub fn file(&self, proven: &Proven, secured: Option<&str>, kind: FileKind) -> Result<Vec<u8>, FilesError> {
        let (store, verifier) = (self.desk.store, &self.desk.issuer.verifier);
        let drawn = |drawn: Result<Vec<u8>, FaceError>| {
            drawn.map_err(|cause| FilesError::Draw { number: proven.certificate().number.to_string(), cause })
        };
        match kind {
            FileKind::Pdf => drawn(self.faces.pdf(store, proven, verifier)),
            FileKind::Png => drawn(self.faces.png(store, proven, verifier, PICTURE_DPI)),
            FileKind::Png300 => drawn(self.faces.png(store, proven, verifier, PRINT_DPI)),
            FileKind::Jwt => Ok(proven.certificate().jws.clone().into_bytes()),
            FileKind::Json => Ok(secured.ok_or(FilesError::NoKeys)?.as_bytes().to_vec()),
            FileKind::BakedPng => {
                let badge = self.badge(proven)?;
                bake_png(&badge.png, secured.ok_or(FilesError::NoKeys)?).ok_or(FilesError::Bake)
            }
            FileKind::BakedSvg => {
                let badge = self.badge(proven)?;
                let baked = bake_svg(&badge.svg, secured.ok_or(FilesError::NoKeys)?).ok_or(FilesError::Bake)?;
                Ok(baked.into_bytes())
            }
        }
    }

    /// Returns one file of one certificate.
    ///
    /// # Errors
    /// See [`FilesError`].
    pub fn single(&self, proven: &Proven, kind: FileKind) -> Result<Vec<u8>, FilesError> {
        let secured = self.secured(&[proven], &[kind])?.pop().flatten();
        self.file(proven, secured.as_deref(), kind)
    }

    /// Returns the badge of the event, or of what a credential says was achieved, and who says so.
    fn badge(&self, proven: &Proven) -> Result<Arc<Badge>, FilesError> {
        let event = proven.certificate().number.event();
        self.badges.of_event(self.desk.store, event, badge_says(proven.document()), self.faces)
    }
}

/// Returns what a badge says of a credential: what was achieved, and who says so.
pub fn badge_says(document: &Value) -> (&str, &str) {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    (text("/credentialSubject/achievement/name"), text("/issuer/name"))
}
